"""The same as an integer programme by halving ranges, in whole numbers all the way: slower, and never rounded.

It stands in where a solver that computes with fractions gives an answer that whole numbers do not bear out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geomatch.audit.system import Bounds, Conflict

__all__ = ["least_cost"]


def least_cost(
    bounds: Bounds, unknowns: Sequence[int], rows: Sequence[int], costs: Mapping[int, int], most: int
) -> list[int]:
    """A solution of least cost.

    Args:
        bounds: Of the system.
        unknowns: Of the part.
        rows: Its rows.
        costs: Per unknown.
        most: No unknown is larger.

    Returns:
        The values of `unknowns`.

    Raises:
        Conflict: There is no solution.
    """
    own, place = bounds.system.part(unknowns, rows)
    for unknown, number in place.items():
        own.low[number], own.high[number] = bounds.low[unknown], min(bounds.high[unknown], most)
    numbers = range(len(own.rows))
    wanted = {place[unknown]: factor for unknown, factor in costs.items() if factor}
    best: list[int] | None = None
    best_cost = 0
    todo = [Bounds.of(own)]
    while todo:
        here = todo.pop()
        try:
            here.spread(numbers)
        except Conflict:
            continue
        cheapest = sum(f * (here.low[n] if f > 0 else here.high[n]) for n, f in wanted.items())
        if best is not None and cheapest >= best_cost:
            continue
        open_ones = [n for n in range(len(own.low)) if here.low[n] < here.high[n]]
        if not open_ones:
            best, best_cost = list(here.low), cheapest
            continue
        # What costs is settled first, the cheaper half before the other; then the narrowest range.
        chosen = min(open_ones, key=lambda n: (n not in wanted, here.high[n] - here.low[n], n))
        middle = (here.low[chosen] + here.high[chosen]) // 2
        lower, upper = here.copy(), here.copy()
        lower.high[chosen], upper.low[chosen] = middle, middle + 1
        todo += [lower, upper] if wanted.get(chosen, 1) < 0 else [upper, lower]
    if best is None:
        raise Conflict(rows[0] if rows else -1)
    return [best[place[unknown]] for unknown in unknowns]
