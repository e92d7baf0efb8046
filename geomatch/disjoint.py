"""Which counts of one place together count the most people, each once. METHOD 1."""

from __future__ import annotations

from collections.abc import Sequence

from geomatch.ages import years_of_age
from geomatch.tables import ALL
from geomatch.tightening import DIMENSIONS

__all__ = ["PLACE_DIMENSIONS", "apart", "inside", "most_people"]

# What a count of one place is about.
PLACE_DIMENSIONS = ("locality_code", *DIMENSIONS)


def inside(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether all whom a row counts are in another row of the place too. Values by `PLACE_DIMENSIONS`."""
    return one != other and all(b in (a, ALL) for a, b in zip(one, other, strict=True))


def apart(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two rows of one place have nobody in common. Values by `PLACE_DIMENSIONS`."""
    return any(
        a != b and ALL not in (a, b) and (name != "age_group" or _ages_apart(a, b))
        for name, a, b in zip(PLACE_DIMENSIONS, one, two, strict=True)
    )


def _ages_apart(one: str, two: str) -> bool:
    """Whether two groups of ages have no age in common, as far as their labels say which they span."""
    first, second = years_of_age(one), years_of_age(two)
    return first is None or second is None or first[1] < second[0] or second[1] < first[0]


def most_people(rows: Sequence[Sequence[str]], persons: Sequence[tuple[int, int]]) -> list[int]:
    """The rows of one place, no two with anybody in common, that count the most people.

    The most at the lower ends of the counts decides, then the most at the upper ends. A row with at least as many
    people (at the lower end) as those of its parts that are chosen is taken in their stead: it is their total. So is a
    row that holds all rows that it has anybody in common with.

    This is a choice by yes and no of each row, at most one of rows that overlap one another, solved exactly (HiGHS,
    through `scipy.optimize.milp`).

    Args:
        rows: Values by `PLACE_DIMENSIONS`, `all` where a row is not a part.
        persons: Fewest and most persons of each.

    Returns:
        Positions, ascending.
    """
    # The order is one of content, larger rows first; names come last.
    order = sorted(
        range(len(rows)),
        key=lambda n: (sum(v != ALL for v in rows[n]), [-end for end in persons[n]], rows[n]),
    )
    ordered, ends = [rows[n] for n in order], [persons[n] for n in order]
    numbers = range(len(rows))
    # For each row those that it has people in common with, and those that lie in it; neither holds the row itself.
    overlaps = [{m for m in numbers if m != n and not apart(ordered[n], ordered[m])} for n in numbers]
    holds = [{m for m in numbers if inside(ordered[m], ordered[n])} for n in numbers]
    chosen: set[int] = set()
    for together in _components(overlaps):
        total = next((n for n in together if len(holds[n]) == len(together) - 1), None)
        chosen |= {total} if total is not None else _chosen(together, overlaps, ends)
    for n in numbers:
        parts = chosen & overlaps[n]
        if parts and parts <= holds[n] and sum(ends[m][0] for m in parts) <= ends[n][0]:
            chosen = (chosen - parts) | {n}
    return sorted(order[n] for n in chosen)


def _components(overlaps: Sequence[set[int]]) -> list[list[int]]:
    """The rows in parts that have nobody in common."""
    left = set(range(len(overlaps)))
    found = []
    while left:
        part: set[int] = set()
        new = {min(left)}
        while new:
            part |= new
            new = set().union(*(overlaps[n] for n in new)) - part
        found.append(sorted(part))
        left -= part
    return found


def _chosen(
    together: Sequence[int], overlaps: Sequence[set[int]], ends: Sequence[tuple[int, int]]
) -> set[int]:
    """The rows of `together` without overlaps that count the most people at the lower, then at the upper ends."""
    # Only tables without totals come here.
    import numpy as np  # noqa: PLC0415  see above
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  see above
    from scipy.sparse import csr_array  # noqa: PLC0415  see above

    cliques = _cliques(together, overlaps)
    column = {n: number for number, n in enumerate(together)}
    at = [(number, column[n]) for number, clique in enumerate(cliques) for n in clique]
    at_most_one = csr_array(
        (np.ones(len(at)), tuple(zip(*at, strict=True))), shape=(len(cliques), len(together))
    )
    constraints = [LinearConstraint(at_most_one, ub=1)]
    taken = np.zeros(len(together), bool)
    for end in (0, 1):
        persons = np.array([ends[n][end] for n in together], float)
        found = milp(
            -persons,
            integrality=np.ones(len(together)),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": 0},
        )
        # 0 or 1, but for rounding.
        taken = found.x > 0.5
        constraints.append(LinearConstraint(persons, lb=float(persons[taken].sum()) - 0.5))
    return {n for n, is_taken in zip(together, taken, strict=True) if is_taken}


def _cliques(together: Sequence[int], overlaps: Sequence[set[int]]) -> list[list[int]]:
    """Sets of rows that all overlap one another, so that every two rows that overlap are in some set."""
    left = {(n, m) for n in together for m in overlaps[n] if n < m}
    found = []
    # Smaller rows come last, and a set around two of them is a large one.
    for pair in sorted(left, reverse=True):
        if pair in left:
            clique = list(pair)
            for n in reversed(together):
                if n not in clique and overlaps[n].issuperset(clique):
                    clique.append(n)
            found.append(clique)
            left -= {(n, m) for n in clique for m in clique}
    return found
