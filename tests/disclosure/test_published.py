"""Disclosure control of a table: what is never left in it, and what is never taken from it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.disclosure import Published, published
from geomatch.public.tables import PUBLIC_TABLES, SIGNS, PublicColumn, PublicTable

PLAIN: dict[str, Any] = {"text": "x", "int": 1, "int?": None, "float": 1.0, "float?": None, "bool": False}


def row(table: PublicTable, key: str = "0001", **values: Any) -> dict[str, Any]:
    """A row where every figure is not known, and all else is plain."""
    made = {column.name: PLAIN[column.kind] for column in table.columns}
    made |= {f"{stem}_sign": "-" for stem in table.figures}
    made |= {table.key[0]: key}
    for name, value in values.items():
        if name in table.figures:
            ends = (None, None) if value in SIGNS else value if isinstance(value, tuple) else (value, value)
            made |= {
                f"{name}_low": ends[0],
                f"{name}_high": ends[1],
                f"{name}_sign": value if value in SIGNS else "",
            }
        else:
            made[name] = value
    return made


def one(withhold_to: int = 5, **values: Any) -> dict[str, Any]:
    """One row of `areas`, published; None for what is missing."""
    table = PUBLIC_TABLES["areas"]
    frame = published(pd.DataFrame([row(table, **values)]), table, withhold_to).frame
    return {name: None if pd.isna(value) else value for name, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("value", "low", "high", "sign"),
    [
        (0, 0, 0, ""), (1, None, None, ".."), (5, None, None, ".."), (6, 6, 6, ""), ((0, 6), 0, 6, ""),
        ((0, 5), None, None, ".."), ((5, 9), None, None, ".."), ((6, 9), 6, 9, ""), ((1, 900), None, None, ".."),
        ("..", None, None, ".."), ("-", None, None, "-"), (".", None, None, "."),
    ],
)  # fmt: skip
def test_which_figures_are_withheld(value: Any, low: int | None, high: int | None, sign: str) -> None:
    made = one(need=value)
    assert (made["need_low"], made["need_high"], made["need_sign"] or "") == (low, high, sign)


def test_a_higher_threshold_withholds_more() -> None:
    assert one(9, need=9)["need_sign"] == ".."
    assert one(9, need=10)["need_low"] == 10


@pytest.mark.parametrize("withhold_to", [0, 4, -1])
def test_a_threshold_below_the_agencys_is_refused(withhold_to: int) -> None:
    with pytest.raises(ValueError, match="1 to 5 are always withheld"):
        one(withhold_to, need=3)


def test_a_change_is_shown_however_small() -> None:
    made = one(need_change=-2, gap_change=(-1, 3))
    assert (made["need_change_low"], made["need_change_sign"] or "") == (-2, "")
    assert (made["gap_change_low"], made["gap_change_high"]) == (-1, 3)


def test_the_share_of_women_goes_with_either_of_its_parts() -> None:
    # 30 women and a share of 30/33 would give 3 men.
    assert one(women=30, men=3, women_share=30 / 33)["women_share"] is None
    assert one(women=3, men=30, women_share=3 / 33)["women_share"] is None
    assert one(women=30, men=10, women_share=0.75)["women_share"] == 0.75


def test_the_share_of_the_gap_goes_with_need_and_gap() -> None:
    # A gap of 0-16 beside a share of 0-0.8 would give the need of 20, and so on down to 5.
    spans = {"gap_share_low": 0.2, "gap_share_high": 0.8, "band_best": 1, "band_worst": 2}
    for values in ({"need": (5, 20), "gap": (0, 16)}, {"need": 20, "gap": 4}):
        assert [one(**values, **spans)[name] for name in spans] == [None] * 4
    assert [one(need=20, gap=(6, 16), **spans)[name] for name in spans] == list(spans.values())


def test_what_is_withheld_is_counted() -> None:
    table = PUBLIC_TABLES["areas"]
    frame = pd.DataFrame([row(table, "0001", need=3, gap=2, women=9), row(table, "0002", need="..", gap=0)])
    assert published(frame, table, 5).withheld == 3


def wrong(message: str, **values: Any) -> None:
    with pytest.raises(ValueError, match=message):
        one(**values)


def test_a_figure_that_is_none_is_refused() -> None:
    wrong("need_low is larger than need_high", need=(9, 6))
    wrong("need must have either a number or a sign", need_low=9, need_high=9)
    wrong("need must have either a number or a sign", need_sign="")
    wrong("need must have either a number or a sign", need_low=9, need_sign="")
    wrong("need must have either a number or a sign", need_low=9, need_sign="..")
    wrong("unknown sign in need_sign", need_sign="?")
    wrong("need is negative", need=-7)
    wrong("need_low has parts of whole numbers", need=(6.5, 7))
    wrong("places has parts of whole numbers", places=1.5)


def test_a_frame_of_another_shape_is_refused() -> None:
    table = PUBLIC_TABLES["areas"]
    good = pd.DataFrame([row(table)])
    for frame, message in (
        (good.drop(columns="gap_low"), r"missing columns \['gap_low'\]"),
        (good.assign(address="X"), r"unknown columns \['address'\]"),
        (pd.concat([good, good]), "repeats"),
        (good.assign(name=None), "column name has missing values"),
    ):
        with pytest.raises(ValueError, match=message):
            published(frame, table, 5)


def test_published_is_made_by_disclosure_control_alone() -> None:
    table = PUBLIC_TABLES["areas"]
    with pytest.raises(ValueError, match="only disclosure control"):
        Published(table, pd.DataFrame(), 0)
    with pytest.raises(ValueError, match="only disclosure control"):
        Published(table, pd.DataFrame(), 0, object())


def test_what_is_published_cannot_be_changed_through_its_frame() -> None:
    table = PUBLIC_TABLES["areas"]
    frame = pd.DataFrame([row(table, need=3)])
    frame.attrs["sites"] = "Hemliga gatan 3"
    made = published(frame, table, 5)
    shown = made.frame
    shown.loc[0, "need_low"] = 3
    assert made.frame["need_low"].isna().all()
    assert made.frame.attrs == {}
    # Nor is the frame that it was made from.
    assert frame["need_low"].tolist() == [3]
    assert frame.attrs == {"sites": "Hemliga gatan 3"}


def test_every_column_of_persons_follows_a_figure_of_its_table() -> None:
    for table in PUBLIC_TABLES.values():
        for column in table.columns:
            assert set(column.persons.split()) <= set(table.figures), (table.name, column.name)
            # What could not be emptied must not say anything of a figure.
            assert not column.persons or column.kind.endswith("?") or column.name.endswith("_sign")
        for stem in table.figures:
            assert {f"{stem}_{part}" for part in ("low", "high", "sign")} <= set(table.names)


ends = st.one_of(
    st.sampled_from(SIGNS),
    st.integers(0, 12),
    st.tuples(st.integers(0, 12), st.integers(0, 30)).map(lambda two: (min(two), max(two))),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[PublicTable, pd.DataFrame]:
    """A table of a few rows with figures of any kind, and numbers in the columns that follow them."""
    table = PUBLIC_TABLES[draw(st.sampled_from(["areas", "groups", "corridors"]))]

    def follower(column: PublicColumn) -> bool:
        return bool(column.persons) and not column.name.endswith(("_low", "_high", "_sign"))

    rows = [
        row(
            table,
            f"{number:04d}",
            **{stem: draw(ends) for stem in table.figures},
            **{column.name: 1 for column in table.columns if follower(column)},
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return table, pd.DataFrame(rows)


@given(tables(), st.integers(5, 9))
def test_no_small_count_is_left_and_nothing_else_is_taken(
    one_of: tuple[PublicTable, pd.DataFrame], withhold_to: int
) -> None:
    table, frame = one_of
    before = frame.set_index(table.key[0])
    after = published(frame, table, withhold_to).frame.set_index(table.key[0])
    assert list(after.index) == sorted(before.index)
    for key in after.index:
        for stem in table.figures:
            low, high, sign = (before.loc[key, f"{stem}_{part}"] for part in ("low", "high", "sign"))
            kept_low, kept_high, kept_sign = (
                after.loc[key, f"{stem}_{part}"] for part in ("low", "high", "sign")
            )
            small = not sign and any(1 <= end <= withhold_to for end in (low, high))
            if small and not stem.endswith("_change"):
                assert kept_sign == ".."
            else:
                assert kept_sign == sign
            if kept_sign:
                assert pd.isna(kept_low)
                assert pd.isna(kept_high)
            else:
                assert (kept_low, kept_high) == (low, high)
        for column in table.columns:
            follows = [after.loc[key, f"{stem}_sign"] for stem in column.persons.split()]
            if column.kind.endswith("?") and any(follows):
                assert pd.isna(after.loc[key, column.name])
