"""Ranks as intervals, and sums that no order changes."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geomatch.access import ranked
from geomatch.access.sums import sums


def ranks(*rows: tuple[int, float, float]) -> list[tuple[int, int]]:
    table = ranked(pd.DataFrame(rows, columns=["need_low", "gap_share_low", "gap_share_high"]))
    return list(zip(table["rank_best"], table["rank_worst"], strict=True))


def test_known_shares():
    assert ranks((5, 0.5, 0.5), (5, 0.9, 0.9), (5, 0.5, 0.5), (5, 0.1, 0.1)) == [
        (2, 2),
        (1, 1),
        (2, 2),
        (4, 4),
    ]


def test_intervals():
    """0.4-0.6 may be before 0.5 or after it; 0.7-0.9 is surely first."""
    assert ranks((5, 0.4, 0.6), (5, 0.5, 0.5), (5, 0.7, 0.9)) == [(2, 3), (2, 3), (1, 1)]


def test_nobody_to_rank():
    """Without need: after all others, together. It may be that there is nobody: perhaps first, perhaps after all."""
    none = (0, math.nan, math.nan)
    assert ranks((5, 0.2, 0.2), none, none) == [(1, 1), (2, 2), (2, 2)]
    # A dash of 0-5 whom nobody serves: with somebody it is first; with nobody it is last, and the other first.
    assert ranks((0, 1.0, 1.0), (5, 0.2, 0.2), none) == [(1, 2), (1, 2), (2, 3)]


@st.composite
def rows(draw):
    """A few rows with an interval of shares in tenths, some of which may have nobody."""
    found = []
    for _row in range(draw(st.integers(1, 4))):
        low, high = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
        found.append((draw(st.integers(0, 1)), low, high))
    return found


@given(rows())
def test_every_choice_lies_within(found):
    """Whatever share each has, and whether it has anybody: its rank lies within, and both ends are met."""
    told = ranks(*((need, low / 10, high / 10) for need, low, high in found))
    seen: list[set[int]] = [set() for _row in found]
    for choice in product(
        *([*range(low, high + 1), *([-1] if not need else [])] for need, low, high in found)
    ):
        for number, mine in enumerate(choice):
            seen[number].add(1 + sum(other > mine for other in choice))
    assert [(min(one), max(one)) for one in seen] == told


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1e9, 1e9)), max_size=40), st.randoms())
def test_sums_are_the_same_in_every_order(pairs, random):
    def found(rows):
        group = np.array([g for g, _v in rows], dtype=np.int64)
        return sums(group, np.array([v for _g, v in rows], dtype=float), 4)

    first = found(pairs)
    most = sum(abs(v) for _g, v in pairs)
    for group in range(4):
        exact = math.fsum(v for g, v in pairs if g == group)
        # One unit in the last place of the sum. Below 1e-200 there are no persons.
        assert abs(first[group] - exact) <= 2**-52 * (abs(exact) + most * 1e-9) + 1e-198
    random.shuffle(pairs)
    assert found(pairs).tobytes() == first.tobytes()
