"""Equity, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.access import gini
from geomatch.access.equity import equity_table, index_by_sex
from geomatch.settings import IndexSettings
from tests.worlds import MONTH, World, worlds

STEPS = IndexSettings()


def equity(world: World) -> pd.DataFrame:
    table = equity_table(world.points(), world.activities(), world.day_returns(), STEPS, MONTH)
    return table.set_index(["county_code", "sex"])


def test_three_points():
    """Points with 1, 2 and 3 persons, 6, 6 and 0 minutes away; the third reaches nothing.

    Both series are reached in the first step (weight 1): s by a and b (3 persons, 6 places: R = 2), t by b only
    (2 persons, 1 place: R = 1/2). A: a 2, b 5/2, c 0. Mean (1*2 + 2*5/2 + 0) / 6 = 7/6. Gini: sum over pairs of
    points of w w |difference|: a-b 2*1/2 = 1, a-c 3*2 = 6, b-c 6*5/2 = 15, together 22, over (sum w)^2 mean = 42.
    """
    world = (
        World()
        .live("0180/a", 1)
        .live("0180/b", 2)
        .live("0180/c", 3)
        .offer("s", "0180", 6)
        .offer("t", "0180", 1)
    )
    table = equity(world.way("0180/a", "s", 6).way("0180/b", "s", 6).way("0180/b", "t", 20))
    row = table.loc[("01", "all")]
    assert row["access_index_low"] == row["access_index_high"] == pytest.approx(7 / 6, abs=1e-15)
    assert row["gini_low"] == row["gini_high"] == pytest.approx(22 / 42, abs=1e-15)
    assert row["reached_share_low"] == row["reached_share_high"] == 0.5
    assert table.loc[("all", "all")].drop("month").equals(row.drop("month"))


def test_equal_access_has_no_gini():
    """Two points, both sexes, one series that all reach alike: everybody has 4 places / 7 persons, to the last bit."""
    world = World().live("0180/a", 3, sex="women").live("0180/a", 1, sex="men").live("0580/b", 3, sex="men")
    table = equity(world.offer("s", "0180", 4).way("0180/a", "s").way("0580/b", "s"))
    assert table["gini_low"].dropna().tolist() == [0.0] * 8
    assert table["access_index_low"].dropna().tolist() == [4 / 7] * 8
    assert sorted(table.index[table["access_index_low"].isna()]) == [
        ("01", "not_known"), ("05", "not_known"), ("05", "women"), ("all", "not_known"),
    ]  # fmt: skip


def test_a_series_for_women_counts_for_women():
    """2 women, 3 men and 1 of unknown sex; 6 places for all and 3 for women, whom the unknown may be among.

    All: 6/6 = 1 each. For women: 3 / (2 + 1) = 1. Women 2, unknown 2, men 1: together (4 + 2 + 3) / 6 = 3/2.
    """
    world = World().live("0180/a", 2, sex="women").live("0180/a", 3, sex="men").live("0180/a", 1)
    world = (
        world.offer("s", "0180", 6).offer("w", "0180", 3, sex="women").way("0180/a", "s").way("0180/a", "w")
    )
    table = equity(world).loc["01"]
    assert table["access_index_low"].to_dict() == {"women": 2.0, "men": 1.0, "not_known": 2.0, "all": 1.5}
    assert table["need_low_milli"].to_dict() == {"women": 2000, "men": 3000, "not_known": 1000, "all": 6000}
    # |2 - 1| between 3 and 3 persons: 9 / (36 * 3/2).
    assert table["gini_low"].to_dict() == {
        "women": 0.0,
        "men": 0.0,
        "not_known": 0.0,
        "all": pytest.approx(1 / 6),
    }


def test_only_a_series_for_women_leaves_men_without():
    world = (
        World().live("0180/a", 2, sex="women").live("0180/a", 3, sex="men").offer("w", "0180", 3, sex="women")
    )
    table = equity(world.way("0180/a", "w")).loc["01"]
    assert table["access_index_low"].to_dict() == {
        "women": 1.5, "men": 0.0, "not_known": pytest.approx(math.nan, nan_ok=True), "all": 0.6,
    }  # fmt: skip
    assert table["reached_share_low"].drop("not_known").to_dict() == {"women": 1.0, "men": 0.0, "all": 0.4}


def test_the_share_in_reach_encloses_every_count():
    """a (1-5) reaches a place, b (1-5) does not: least 1/(1+5), greatest 5/(5+1). The ends of need give 1/2 both."""
    world = World().live("0180/a", 1, 5).live("0181/b", 1, 5).offer("s", "0180", 9).way("0180/a", "s")
    row = equity(world).loc[("01", "all")]
    assert (row["reached_share_low"], row["reached_share_high"]) == (1 / 6, 5 / 6)
    # 9 places over 5 and over 1, of need 10 and 2: the index at high need is the low one.
    assert (row["access_index_low"], row["access_index_high"]) == (9 / 10, 9 / 2)


def test_a_series_without_places_is_no_place_in_reach():
    world = World().live("0180/a", 2).offer("s", "0180", 0).way("0180/a", "s")
    assert equity(world).loc[("01", "all"), "reached_share_high"] == 0.0


def test_digital_and_unreachable_are_left_out():
    world = World().live("0180/a", 2).offer("s", "0180", 4).offer("d", "0180", 50, digital=True)
    table = equity(world.way("0180/a", "s", reachable=False))
    assert table.loc[("01", "all"), ["access_index_low", "gini_low", "reached_share_low"]].tolist() == [
        0,
        0,
        0,
    ]


def test_counties_are_parts_of_all():
    """Stockholm: 2 persons and 4 places (A = 2). Östergötland: 2 persons, nothing. All: mean 1, Gini 1/2."""
    world = World().live("0180/a", 2).live("0580/b", 2).offer("s", "0180", 4).way("0180/a", "s")
    table = equity(world)
    assert table["access_index_low"].xs("all", level="sex").to_dict() == {"01": 2.0, "05": 0.0, "all": 1.0}
    assert table["gini_low"].xs("all", level="sex").to_dict() == {"01": 0.0, "05": 0.0, "all": 0.5}


SOME = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=12).filter(
    lambda pairs: any(w for _x, w in pairs)
)


@given(SOME, st.sampled_from([0.001, 0.3, 7.0]), st.sampled_from([0.001, 3.0]), st.randoms())
def test_gini_knows_neither_unit_nor_order(pairs, times, persons, random):
    values, weights = np.array(pairs, dtype=float).T
    found = gini(values, weights)
    assert 0 <= found < 1
    assert gini(values * times, weights * persons) == pytest.approx(found, abs=1e-12)
    random.shuffle(pairs)
    assert gini(*np.array(pairs, dtype=float).T) == found
    # By its definition: differences of all pairs.
    apart = sum(w * v * abs(x - y) for x, w in pairs for y, v in pairs)
    amount, total = sum(x * w for x, w in pairs), sum(w for _x, w in pairs)
    assert found == pytest.approx(apart / (2 * total * amount) if amount else 0.0, abs=1e-12)


@given(worlds(), st.randoms())
def test_order_and_scale(world, random):
    """Rows in another order give the same bytes; twice the people and twice the places the same scores."""
    first = equity_table(world.points(), world.activities(), world.day_returns(), STEPS, MONTH)
    tables = [world.points(), world.activities(), world.day_returns()]
    mixed = [table.iloc[random.sample(range(len(table)), len(table))] for table in tables]
    pd.testing.assert_frame_equal(equity_table(*mixed, STEPS, MONTH), first, check_exact=True)
    points, activities, returns = tables
    need = ["need_low_milli", "need_high_milli"]
    points[need] *= 2
    activities["places"] *= 2
    twice = equity_table(points, activities, returns, STEPS, MONTH)
    assert (twice[need] == 2 * first[need]).all(axis=None)
    pd.testing.assert_frame_equal(twice.drop(columns=need), first.drop(columns=need), rtol=1e-12)


@given(worlds())
def test_women_and_men_share_out_all_places(world):
    """The persons' indices add up to the places of all series that somebody with need may use."""
    activities, returns = world.activities(), world.day_returns()
    cells = index_by_sex(world.points(), activities, returns, STEPS)
    got = (cells["access_index_low"] * cells["need_high_milli"] / 1000).sum()
    people = cells[cells["need_high_milli"] > 0]
    pairs = returns[returns["reachable"] & (returns["travel_min"] <= 90)].merge(people, on="point_id")
    pairs = pairs.merge(activities[~activities["digital"]], on="series_id", suffixes=("", "_series"))
    fits = (pairs["sex_series"] == "all") | (pairs["sex"] == "all") | (pairs["sex"] == pairs["sex_series"])
    assert got == pytest.approx(pairs[fits].drop_duplicates("series_id")["places"].sum(), abs=1e-9)
