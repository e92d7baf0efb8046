"""The class limits of the map: worked out once, kept, and in the order of values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.public.editions import Edition
from geomatch.site.classes import class_limits, kept_limits
from tests.site.made import made_month

COLUMNS = ("need_high", "gap_high", "places", "access_index_high", "need_change_high")


def edition(month: str = "2026-03", **columns: list[float]) -> Edition:
    size = max(len(values) for values in columns.values())
    rows = {name: columns.get(name, [np.nan] * size) for name in COLUMNS}
    areas = pd.DataFrame({"level": "municipality", **rows})
    return Edition(month, 1, "", synthetic=True, digest="", facts={}, tables={"areas": areas}, notes={})


def test_natural_breaks_part_values_that_lie_apart() -> None:
    # Five heaps far from each other: half way between them lie 11.5, 61, 202 and 655.
    values = [1, 2, 3, 20, 21, 22, 100, 104, 300, 310, 1000, 1010]
    limits = class_limits([edition(need_high=values)])["need"]
    assert limits == {"limits": [1, 10, 60, 200, 650], "kind": "c", "method": "natural", "month": "2026-03"}


def test_a_change_of_nothing_is_a_class_of_its_own() -> None:
    limits = class_limits([edition(need_change_high=[-40, -12, -3, 0, 0, 2, 5, 11, 38])])["need_change"]
    # Sizes 2, 3, 5, 11, 12, 38, 40: the break of two classes lies between 12 and 38.
    assert limits == {"limits": [-24, 0, 1, 25], "kind": "d", "method": "natural_change", "month": "2026-03"}


def test_few_different_values_get_fixed_limits() -> None:
    limits = class_limits([edition(need_high=[5, 5, 7])])["need"]
    assert (limits["limits"], limits["method"]) == ([1, 10, 25, 50, 100], "assumed")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 20000), min_size=1, max_size=40))
def test_limits_always_rise(values: list[int]) -> None:
    for layer in class_limits([edition(need_high=values, gap_high=values, places=values)]).values():
        assert layer["limits"] == sorted(set(layer["limits"]))


def test_limits_stay_when_months_come(tmp_path: Path) -> None:
    first = kept_limits(tmp_path, [edition(need_high=[1, 2, 3, 20, 21, 22, 100, 104, 300, 310, 1000, 1010])])
    later = kept_limits(tmp_path, [edition("2026-04", need_high=[float(n) for n in range(5000, 5100)])])
    assert later == first
    assert json.loads((tmp_path / "published" / "classes.json").read_text(encoding="utf-8")) == first


@pytest.mark.parametrize("content", ["", "{", '{"need": {}}'])
def test_a_damaged_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "published" / "classes.json"
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as failed:
        kept_limits(tmp_path, [edition(need_high=[1])])
    assert failed.value.problems[0].file == "published/classes.json"


def test_the_same_breaks_as_a_search_of_all_divisions() -> None:
    """Fisher-Jenks finds the division with the least squares: beside every division of a small list."""
    from itertools import combinations  # noqa: PLC0415  for this test alone

    values = np.array([1.0, 2, 4, 9, 15, 16, 30, 31, 33, 60, 90])

    def squares(cuts: tuple[int, ...]) -> float:
        parts: list[Any] = np.split(values, cuts)
        return float(sum(((part - part.mean()) ** 2).sum() for part in parts))

    best = min(combinations(range(1, len(values)), 4), key=squares)
    limits = class_limits([edition(need_high=list(values))])["need"]["limits"]
    ends = [(values[cut - 1] + values[cut]) / 2 for cut in best]
    # From 10 on they are rounded to half their leading digit: 23 is 25.
    rounded = [round(end) if end < 10 else 5 * round(end / 5) for end in ends]
    assert limits == [1, *rounded]


def test_made_months_have_a_limit_for_every_layer() -> None:
    made = made_month("2026-03", 3)
    tables = {name: table.frame for name, table in made.tables.items()}
    whole = Edition("2026-03", 1, "", synthetic=True, digest="", facts={}, tables=tables, notes={})
    limits = class_limits([whole])
    assert set(limits) == {"need", "gap", "places", "access_index", "women_share", "need_change"}
    assert {len(one["limits"]) for one in limits.values()} == {4, 5}
