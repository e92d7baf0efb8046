"""The attack on small published tables against all numbers that could be behind them."""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.audit import attack
from tests.audit.trees import areas, write_tree, write_workbook

MONTH = "2023-01"
CODES = ("2505", "2506", "2510")
COUNTY = "25"
Ends = tuple[int, int]


def pairs(most: int) -> list[Ends]:
    return [(low, high) for low in range(most + 1) for high in range(low, most + 1)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, Ends], set[str]]:
    need = {code: draw(st.integers(0, 7)) for code in CODES}
    gaps = {code: draw(st.sampled_from(pairs(need[code]))) for code in CODES}
    gaps[COUNTY] = (sum(low for low, _high in gaps.values()), sum(high for _low, high in gaps.values()))
    return need, gaps, set(draw(st.lists(st.sampled_from([*CODES, COUNTY]), unique=True)))


def by_looking(need: dict[str, int], gaps: dict[str, Ends], withheld: set[str]) -> dict[str, Ends]:
    """Least low end and most high end of every figure over all numbers that fit what is shown."""
    found: dict[str, Ends] = {}
    choices = [pairs(need[code]) if code in withheld else [gaps[code]] for code in CODES]
    for chosen in product(*choices):
        world = dict(zip(CODES, chosen, strict=True))
        world[COUNTY] = (sum(low for low, _high in chosen), sum(high for _low, high in chosen))
        if COUNTY not in withheld and world[COUNTY] != gaps[COUNTY]:
            continue
        for code, (low, high) in world.items():
            was = found.get(code, (low, high))
            found[code] = (min(was[0], low), max(was[1], high))
    return found


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_what_falls_is_what_looking_at_every_world_says(
    made: tuple[dict[str, int], dict[str, Ends], set[str]],
) -> None:
    need, gaps, withheld = made
    derived = by_looking(need, gaps, withheld)
    # A figure falls when some of the small counts that it could be are ruled out, and others are not.
    expected = {}
    for code, (low, high) in derived.items():
        small = set(range(1, min(5, need[code] if code in need else sum(need.values())) + 1))
        possible = small & set(range(low, high + 1))
        if possible and possible != small:
            expected[code] = (low, high)
    rows: dict[str, dict[str, Any]] = {
        code: {"gap": ".." if code in withheld else ends} for code, ends in gaps.items()
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = [(MONTH, code, number) for code, number in need.items()]
        write_workbook(folder, [*counts, (MONTH, COUNTY, sum(need.values()))])
        write_tree(folder, MONTH, 1, {"areas": areas(MONTH, rows)})
        report = attack(folder)
        assert not report.contradictions
        assert {failure.area: failure.derived for failure in report.failures} == expected
        for failure in report.failures:
            # Without any one of the tables that are named it does not fall so.
            for table in failure.tables:
                less = {code: row if code not in table.areas else {} for code, row in rows.items()}
                write_tree(folder, MONTH, 1, {"areas": areas(MONTH, less)})
                again = {one.area: one.derived for one in attack(folder).failures}
                assert again.get(failure.area) != failure.derived
