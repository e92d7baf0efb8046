"""Whatever is behind published ages and case statuses, need, served, gap and no day return lie within their bounds."""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.tables import SCENARIOS
from tests.counted import CODES, MASKED, CountedWorld, age, opened
from tests.worlds import entitled, settings

SLACK = 3  # thousandths: rows are rounded one by one
AGES = ("0-15", "16-20", "21-")
BOUNDED = ("gap", "served", "no_day_return")


@dataclass(frozen=True)
class Person:
    """Persons of one kind behind the counts."""

    sex: str
    label: str
    adult: bool
    open_case: bool


KINDS = [
    Person(sex, label, adult, open_case)
    for sex in ("women", "men")
    for label, adult in (("0-15", False), ("16-20", False), ("16-20", True), ("21-", True))
    for open_case in (False, True)
]
Truth = dict[Person, int]


def known(truth: Truth, *, statuses: bool) -> list[tuple[Any, ...]]:
    """The truth as counts that tell adults and sexes, and case statuses where asked, together."""
    rows: dict[tuple[str, ...], int] = {}
    for one, persons in truth.items():
        status = "all" if not statuses else "first_instance_open" if one.open_case else "appeal"
        key = (one.sex, "18-" if one.adult else "0-17", status)
        rows[key] = rows.get(key, 0) + persons
    return [(n, age(label, sex=sex, case_status=status)) for (sex, label, status), n in rows.items()]


def told(
    world: CountedWorld, truth: dict[str, Truth], chosen: Any, end: int, *, statuses: bool
) -> dict[str, dict[str, float]]:
    """Parts of each municipality at one end of suitability and shares, with the truth published whole."""
    one = deepcopy(world)
    one.counts = []
    for code, kinds in truth.items():
        one.publish(*known(kinds, statuses=statuses), code=code)
    served = one.served(chosen)
    sums = served[served["scenario"] == SCENARIOS[end]].groupby("municipality_code").sum(numeric_only=True)
    found = {}
    for code in truth:
        row = sums.loc[code]
        gap = row["in_reach_full_milli"] + row["out_of_reach_milli"]
        found[code] = {
            "need": row["need_milli"],
            "gap": gap,
            "served": row["need_milli"] - gap,
            "no_day_return": row["no_day_return_milli"],
        }
    return found


def inside(world: CountedWorld, truth: dict[str, Truth], chosen: Any, end: int, *, statuses: bool) -> None:
    gaps = world.gaps(chosen)
    points = world.points_of(chosen).groupby("municipality_code")[["need_low_milli", "need_high_milli"]].sum()
    for code, values in told(world, truth, chosen, end, statuses=statuses).items():
        low, high = points.loc[code]
        assert low <= values["need"] <= high
        for name in BOUNDED:
            assert gaps.loc[code, f"{name}_low_milli"] - SLACK <= values[name], (code, name)
            assert values[name] <= gaps.loc[code, f"{name}_high_milli"] + SLACK, (code, name)


@st.composite
def counted(
    draw: st.DrawFn, *, statuses: bool, codes: tuple[str, ...]
) -> tuple[CountedWorld, dict[str, Truth]]:
    """A world with some of its sums published, some withheld, and what is behind them."""
    world = CountedWorld(weights=draw(st.sampled_from([(1,), (1, 1), (2, 1)])))
    truth: dict[str, Truth] = {}
    for code in codes:
        kinds = {one: draw(st.integers(0, 3)) for one in KINDS}
        truth[code] = kinds
        tables = [("age_group",)]
        tables += draw(
            st.sampled_from([[], [("sex",)], [("sex", "age_group")], [("sex",), ("sex", "age_group")]])
        )
        if statuses:
            tables += draw(
                st.sampled_from([[("case_status",)], [("case_status",), ("case_status", "age_group")]])
            )
        values = {
            "sex": ("women", "men"), "age_group": AGES, "case_status": ("first_instance_open", "appeal"),
        }  # fmt: skip
        rows: list[tuple[Any, ...]] = [(sum(kinds.values()),)]
        for table in tables:
            for cell in itertools.product(*(values[name] for name in table)):
                about = dict(zip(table, cell, strict=True))
                count = sum(n for one, n in kinds.items() if _is(one, about))
                hide = 1 <= count <= 5 and draw(st.booleans())
                rows.append((MASKED if hide else count, about))
        world.publish(*rows, code=code)
    for number in range(draw(st.integers(1, 3))):
        # A place for one sex, with counts of case status that do not tell sexes, is one of the things not proved.
        sex = "all" if statuses else draw(st.sampled_from(["all", "women"]))
        world.offer(f"s{number}", draw(st.sampled_from(CODES)), draw(st.integers(0, 12)), sex=sex)
    for code in codes:
        for point in "ab"[: len(world.weights)]:
            for series in world.series:
                if draw(st.booleans()):
                    world.way(f"{code}/{point}", series["series"], draw(st.sampled_from([20.0, 40.0])),
                              walk=draw(st.integers(0, 4)) == 0)  # fmt: skip
        for goal in CODES:
            if goal != code and draw(st.booleans()):
                world.open(code, goal)
    return world, truth


def _is(one: Person, about: dict[str, str]) -> bool:
    own = {
        "sex": one.sex, "age_group": one.label,
        "case_status": "first_instance_open" if one.open_case else "appeal",
    }  # fmt: skip
    return all(own[name] == value for name, value in about.items())


@hypothesis_settings(max_examples=20, deadline=None)
@given(counted(statuses=False, codes=("0180",)), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 1))
def test_whatever_ages_are_behind_the_counts_of_one_municipality(made, share, end):
    world, truth = made
    inside(world, truth, settings(shares=entitled(share, share)), end, statuses=False)


@hypothesis_settings(max_examples=10, deadline=None)
@given(counted(statuses=False, codes=CODES), st.sampled_from([0.0, 1.0]), st.integers(0, 1))
def test_whatever_ages_are_behind_the_counts_of_several(made, share, end):
    world, truth = made
    inside(world, truth, settings(shares=entitled(share, share)), end, statuses=False)


@hypothesis_settings(max_examples=20, deadline=None)
@given(counted(statuses=True, codes=("0180",)), st.integers(0, 1))
def test_whatever_cases_are_behind_the_counts_of_one_municipality(made, end):
    world, truth = made
    inside(world, truth, settings(), end, statuses=True)


@pytest.mark.parametrize("places", [0, 2, 4, 9])
def test_every_count_inside_the_intervals(places):
    """0180 (a) 9p: `..` under 18, `..` of 16-20 ... every truth of a small month, one after the other.

    7-9 persons could not be fewer cases: 8 in all, `..` under 16, `..` of 16-20, 3 from 21, `..` with an open case.
    """
    world = CountedWorld().publish(
        (8,), (MASKED, age("0-15")), (MASKED, age("16-20")), (3, age("21-")), (MASKED, opened())
    )
    world.offer("s", "0181", places).offer("t", "0180", 1).open("0180", "0181")
    world.way("0180/a", "s", 30).way("0180/a", "t", 20)
    gaps = world.gaps().loc["0180"]
    seen = set()
    for young in range(1, 5):
        middle = 5 - young
        for grown in range(middle + 1):
            adults = 3 + grown
            # Of 1-5 open cases as many are adults' as children leave.
            for cases in range(1, 6):
                for own in range(max(0, cases - (8 - adults)), min(cases, adults) + 1):
                    local = min(1, adults)
                    # The place at home goes first to those who may not travel.
                    travel = min(own, places, adults - local)
                    gap = adults - local - travel
                    assert gaps["gap_low_milli"] <= 1000 * gap <= gaps["gap_high_milli"]
                    assert gaps["served_low_milli"] <= 1000 * (local + travel) <= gaps["served_high_milli"]
                    seen.add(gap)
    # The ends are met, or lie a person outside what whole persons can meet.
    assert gaps["gap_high_milli"] == 1000 * max(seen)
    assert gaps["gap_low_milli"] <= 1000 * min(seen)
