from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.numbers import (
    decimal,
    half_up,
    interval,
    month_text,
    pair,
    percent_interval,
    persons_floor,
    rounded_parts,
    whole,
)
from geomatch.plain import plain
from geomatch.publish.facts import GAP_PARTS, PARTS, SERVED_PARTS, shown_parts
from geomatch.words import using_language


def test_swedish_and_english_signs() -> None:
    assert whole(12345) == "12\u00a0345"
    assert decimal(1234.56) == "1\u00a0234,6"
    assert decimal(-0.5) == "\u22120,5"
    with using_language("en"):
        assert whole(12345) == "12,345"
        assert decimal(1234.56) == "1,234.6"


@pytest.mark.parametrize(
    ("number", "text"),
    [(2.0, "2"), (2.05, "2,1"), (0.04, "0"), (float("nan"), "–"), (None, "–"), (99.96, "100")],
)
def test_decimals_are_at_most_one_and_never_a_zero(number: float | None, text: str) -> None:
    assert decimal(number) == text


def test_gains_are_never_overstated() -> None:
    assert persons_floor(5_999) == "5,9"
    assert persons_floor(6_000) == "6"


def test_intervals_and_pairs() -> None:
    assert interval(31, 39) == "31–39"
    assert interval(8, 8) == "8"
    assert pair(3, 5) == "3 / 5"
    assert pair(5, 3) == "5 / 3"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.38, 0.511, "38–52\u00a0%"),
        (0.29, 0.29, "29\u00a0%"),
        (1 / 3, 1 / 3, "33\u00a0%"),
        (0.0, 1.0, "0–100\u00a0%"),
        (float("nan"), float("nan"), "–"),
    ],
)
def test_shares_are_rounded_outwards(low: float, high: float, text: str) -> None:
    assert percent_interval(low, high) == text


def test_rounded_parts_by_hand() -> None:
    # 3.4 + 3.3 + 3.3 = 10: the remainder .4 is the largest and gets the one that is left.
    assert rounded_parts([3_400, 3_300, 3_300]) == [4, 3, 3]
    # 0.5 + 0.5 = 1: of equal remainders and equal parts the earlier.
    assert rounded_parts([500, 500]) == [1, 0]
    # 1.5 + 0.5 = 2: of equal remainders the larger part.
    assert rounded_parts([500, 1_500]) == [0, 2]
    assert rounded_parts([]) == []


@given(st.lists(st.integers(0, 400_000), max_size=9))
def test_rounded_parts_add_up_and_stay_near(parts: list[int]) -> None:
    shown = rounded_parts(parts)
    assert sum(shown) == half_up(sum(parts))
    assert all(abs(one * 1000 - part) < 1000 for one, part in zip(shown, parts, strict=True))


@given(st.lists(st.integers(0, 90_000), min_size=7, max_size=7))
def test_parts_of_a_municipality_add_up_within_served_and_gap(parts: list[int]) -> None:
    milli = dict(zip(PARTS, parts, strict=True))
    shown = shown_parts(milli)
    assert sum(shown.values()) == half_up(sum(parts))
    assert sum(shown[name] for name in GAP_PARTS) == half_up(sum(milli[name] for name in GAP_PARTS))
    assert (
        abs(sum(shown[name] for name in SERVED_PARTS) * 1000 - sum(milli[name] for name in SERVED_PARTS))
        < 1000
    )
    assert all(abs(shown[name] * 1000 - milli[name]) < 1000 for name in PARTS)


def test_months_have_names() -> None:
    assert month_text("2026-03") == "mars 2026"
    with using_language("en"):
        assert month_text("2025-12") == "December 2025"


def test_marks_that_turn_text_are_shown() -> None:
    assert plain("a\u202eb\u2067c") == "a\ufffdb\ufffdc"
    assert plain("rad\nett\x00") == "rad ett\ufffd"
    assert plain("قهوة") == "\u2068قهوة\u2069"
    assert plain("Å–ö «ok» 3") == "Å–ö «ok» 3"
