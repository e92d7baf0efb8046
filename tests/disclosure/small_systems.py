"""Small systems of figures, and what is true of them by trying everything: no linear programme has a say in it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

import numpy as np

from geomatch.disclosure.system import Figure, Sum, System

MOST = 14


def system(
    values: Iterable[int],
    sums: Iterable[Sum],
    *,
    small: int = 5,
    weights: Iterable[float] | None = None,
    most: int = MOST,
    seen: dict[int, int] | None = None,
) -> System:
    """Counts of 0 to `most`, a figure for each; those of 1 to `small` are withheld.

    Args:
        values: The counts.
        sums: What they add up to.
        small: The threshold.
        weights: Of the figures; 1 for each as it comes.
        most: As much as anybody knows.
        seen: What an earlier edition said of some of them.
    """
    value = np.array(list(values))
    low, high = np.zeros(len(value), int), np.full(len(value), most)
    seen_low, seen_high = low.copy(), high.copy()
    for n, said in (seen or {}).items():
        if said == value[n]:
            seen_low[n] = seen_high[n] = said
    figures = [
        Figure((f"{n}", "need"), (n, n), weight, 1 <= v <= small, (1, small))
        for n, (v, weight) in enumerate(zip(value.tolist(), weights or [1.0] * len(value), strict=True))
    ]
    guesses = ({**seen},) if seen else ()
    return System(value, low, high, value, value, seen_low, seen_high, tuple(figures), tuple(sums), guesses)


def worlds(of: System) -> np.ndarray:
    """Every list of counts that hold the sums and what anybody knows: trial of all counts that are no totals."""
    totals = {one.total for one in of.sums if one.whole}
    free = [n for n in range(len(of.value)) if n not in totals]
    spans = [np.arange(of.low[n], of.high[n] + 1) for n in free]
    made = np.zeros((int(np.prod([len(one) for one in spans])), len(of.value)), int)
    made[:, free] = np.stack(np.meshgrid(*spans, indexing="ij"), axis=-1).reshape(-1, len(free))
    # Totals of totals come after their parts.
    left = [one for one in of.sums if one.whole]
    known = set(free)
    while left:
        one = next(one for one in left if known.issuperset(one.parts))
        left.remove(one)
        if one.total not in known:
            made[:, one.total] = made[:, list(one.parts)].sum(axis=1)
            known.add(one.total)
    held = ((made >= of.low) & (made <= of.high)).all(axis=1)
    for one in of.sums:
        parts = made[:, list(one.parts)].sum(axis=1)
        held &= parts == made[:, one.total] if one.whole else parts <= made[:, one.total]
    return made[held]


def stands(of: System, withheld: Iterable[int], tried: np.ndarray | None = None) -> bool:
    """Whether every withheld count keeps all the values that it must, by trial of everything."""
    tried = worlds(of) if tried is None else tried
    taken = sorted(withheld)
    shown = [of.figures[f].ends[0] for f in range(len(of.figures)) if f not in taken]
    left = tried[(tried[:, shown] == of.value[shown]).all(axis=1)]
    for f in taken:
        one = of.figures[f]
        others = [of.figures[g].ends[0] for g in taken if g != f]
        # What was said before of the others holds; what was said of the figure itself is what is asked.
        told = ((left[:, others] >= of.seen_low[others]) & (left[:, others] <= of.seen_high[others])).all(
            axis=1
        )
        own = left[told, one.ends[0]]
        least, most = own.min(), own.max()
        whole = least <= one.wanted[0] and most >= one.wanted[1]
        # One that is withheld without being small may be known not to be small.
        apart = least > one.wanted[1] or most < one.wanted[0]
        if not whole and (one.small or not apart):
            return False
    return True


def least_weight(of: System) -> float | None:
    """The least weight of figures that must be withheld, by trial of every choice; None where no choice will do."""
    tried = worlds(of)
    must = [f for f, one in enumerate(of.figures) if one.small]
    may = [f for f in range(len(of.figures)) if f not in must]
    choices = sorted(
        ([*must, *more] for size in range(len(may) + 1) for more in itertools.combinations(may, size)),
        key=lambda chosen: sum(of.figures[f].weight for f in chosen),
    )
    return next(
        (sum(of.figures[f].weight for f in chosen) for chosen in choices if stands(of, chosen, tried)), None
    )


def random_system(seed: int) -> System:
    """A county of two or three municipalities, women and men or everyone, with totals, all from a seed."""
    chosen = random.Random(seed)
    places, groups = chosen.choice([(2, 1), (3, 1), (4, 1), (2, 2)])
    most = 9 if groups == 2 else 14
    cells = [[chosen.choice([0, 1, 2, 3, 4, 5, 6, 7]) for _ in range(groups)] for _ in range(places)]
    rows = [[*one, *([sum(one)] if groups > 1 else [])] for one in cells]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    width = len(rows[0])
    sums = [
        Sum(places * width + n, tuple(place * width + n for place in range(places))) for n in range(width)
    ]
    if groups > 1:
        sums += [
            Sum(row * width + groups, tuple(row * width + n for n in range(groups)))
            for row in range(places + 1)
        ]
    values = [count for row in rows for count in row]
    weights = [
        round(chosen.uniform(1, 2), 2) * (3 if row == places else 1) * (2 if n == groups else 1)
        for row in range(places + 1)
        for n in range(width)
    ]
    return system(values, sums, small=chosen.choice([3, 5]), weights=weights, most=max(most, *values))
