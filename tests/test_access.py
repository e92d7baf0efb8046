"""Who is served, the gap and its bounds, the index: worlds worked out by hand, and what must hold in any world."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.access import (
    access_index,
    allocate_month,
    gaps_table,
    gini,
    municipal_index,
    served_table,
    share_with_reach,
)
from geomatch.access.index import weight_of
from geomatch.access.purposes import check_purposes, of_purposes, purposes_of
from geomatch.access.reach import largest_remainder, suits
from geomatch.errors import InputError
from geomatch.settings import IndexSettings, Settings, Share
from tests.worlds import MONTH, World, entitled, persons, settings


def test_full_activity():
    """5 people, 3 places at home, nothing else: 3 served, 2 find it full."""
    world = World().live("0180/a", 5).offer("s", "0180", 3).way("0180/a", "s")
    assert persons(world.served(), "0180") == {"served_local": 3, "in_reach_full": 2}


def test_two_points_with_equal_need_share_one_place():
    """Half a person each, in both strata: 0.5 served and 0.5 left for women and for men."""
    world = World().live("0180/a", 1, sex="women").live("0180/b", 1, sex="men").offer("s", "0180", 1)
    served = world.way("0180/a", "s").way("0180/b", "s").served()
    assert served["served_local_milli"].tolist() == [500] * 4
    assert served["in_reach_full_milli"].tolist() == [500] * 4


def test_a_place_for_women_only():
    """2 women and 3 men, 4 places for women: the men can reach nothing that suits them."""
    world = (
        World().live("0180/a", 2, sex="women").live("0180/a", 3, sex="men").offer("s", "0180", 4, sex="women")
    )
    served = world.way("0180/a", "s").served()
    assert persons(served, "0180") == {"served_local": 2, "no_day_return": 3}


def test_people_of_unknown_sex_and_group_fit_only_generously():
    """Low is cautious: none of them may be a woman under temporary protection; high is generous: all may be."""
    world = (
        World()
        .live("0180/a", 2, 3, group="all")
        .offer("s", "0180", 9, sex="women", groups="temporary_protection")
    )
    served = world.way("0180/a", "s").served()
    assert persons(served, "0180", "low") == {"no_day_return": 2}
    assert persons(served, "0180", "high") == {"served_local": 3}


@pytest.mark.parametrize(
    ("stratum", "series", "fit"),
    [
        (("asylum_seeker", "women"), ("all", "all"), 1),
        (("asylum_seeker", "women"), ("temporary_protection; asylum_seeker", "women"), 1),
        (("asylum_seeker", "women"), ("temporary_protection", "all"), 0),
        (("asylum_seeker", "women"), ("all", "men"), 0),
        (("asylum_seeker", "all"), ("asylum_seeker", "men"), 2),
        (("all", "men"), ("asylum_seeker", "men"), 2),
        (("all", "men"), ("asylum_seeker", "women"), 0),
        # Newcomers are not among the enrolled, so nobody of an unknown group can be one.
        (("all", "all"), ("newcomer", "all"), 0),
        (("all", "all"), ("newcomer; asylum_seeker", "all"), 2),
        # Whoever is enrolled belongs to one of these three, known or not.
        (("all", "all"), ("asylum_seeker; permit_awaiting_settlement; temporary_protection", "all"), 1),
        (("all", "all"), ("asylum_seeker;permit_awaiting_settlement;temporary_protection", "women"), 2),
    ],
)
def test_suits(stratum, series, fit):
    assert suits(*stratum, *series) == fit


def test_most_are_not_entitled():
    """10 asylum seekers, 20-40 % entitled, a corridor to 20 places: 2 and 4 go, 8 and 6 have no right to."""
    world = World().live("0180/a", 10).offer("s", "0181", 20).way("0180/a", "s").open("0180", "0181")
    served = world.served(settings(shares=entitled(0.2, 0.4)))
    assert persons(served, "0180", "low") == {"served_by_corridor": 2, "no_entitlement": 8}
    assert persons(served, "0180", "high") == {"served_by_corridor": 4, "no_entitlement": 6}


def test_entitled_thousandths_are_down_at_low_and_up_at_high():
    """0.005 person x 0.5 = 2.5 thousandths: 2 at the low end, 3 at the high end."""
    world = World().live("0180/a", 0.005).offer("s", "0181", 1).way("0180/a", "s").open("0180", "0181")
    served = world.served(settings(shares=entitled(0.5, 0.5)))
    assert served["served_by_corridor_milli"].tolist() == [3, 2]
    assert served["scenario"].tolist() == ["high", "low"]


def test_corridor_not_open():
    """The same without the corridor in the register: entitled people wait for it, the others have no right."""
    world = World().live("0180/a", 10).offer("s", "0181", 20).way("0180/a", "s")
    served = world.served(settings(shares=entitled(0.2, 0.4)))
    assert persons(served, "0180", "low") == {"corridor_not_open": 2, "no_entitlement": 8}
    assert persons(world.served(settings("all_candidates")), "0180") == {"served_by_corridor": 10}
    opened = world.open("0180", "0181")
    assert persons(opened.served(settings("none")), "0180") == {"corridor_not_open": 10}


@pytest.mark.parametrize(
    ("first", "last", "is_open"),
    [
        ("2026-09-30", "", True),
        ("2026-10-01", "", False),
        ("2025-01-01", "2026-09-01", True),
        ("2025-01-01", "2026-08-31", False),
    ],
)
def test_a_corridor_is_open_when_its_period_overlaps_the_month(first, last, is_open):
    world = (
        World().live("0180/a", 1).offer("s", "0181", 1).way("0180/a", "s").open("0180", "0181", first, last)
    )
    assert ("served_by_corridor" in persons(world.served(), "0180")) == is_open


def test_an_absent_register_is_said():
    world = World().live("0180/a", 1).offer("s", "0181", 1).way("0180/a", "s")
    tables = (world.points(), world.activities(), world.day_returns())
    assert not allocate_month(*tables, None, settings(), MONTH).register_given
    assert allocate_month(*tables, world.register(), settings(), MONTH).register_given


def test_an_outsider_does_not_displace_a_local():
    """2 locals farther away and 3 outsiders nearer, 4 places: 2 and 2."""
    world = World().live("0181/b", 2).live("0180/a", 3).offer("s", "0181", 4).open("0180", "0181")
    served = world.way("0181/b", "s", 60).way("0180/a", "s", 10).served()
    assert persons(served, "0181") == {"served_local": 2}
    assert persons(served, "0180") == {"served_by_corridor": 2, "in_reach_full": 1}


def test_local_first_reduces_the_total():
    """0181 walks to 0182 or stays; 0180 can only come to 0181: 1 of 2 is served, the place in 0182 stays empty."""
    world = (
        World()
        .live("0181/b", 1)
        .live("0180/a", 1)
        .offer("j", "0181", 1)
        .offer("k", "0182", 1)
        .open("0180", "0181")
    )
    served = world.way("0181/b", "j").way("0181/b", "k", walk=True).way("0180/a", "j").served()
    assert persons(served, "0181") == {"served_local": 1}
    assert persons(served, "0180") == {"in_reach_full": 1}


def test_complementing_corridors():
    """0181's person holds the only place in 0182 and frees it when 0181-0183 opens: then 0180's person comes."""
    world = World().live("0180/a", 1).live("0181/b", 1).offer("s", "0182", 1).offer("t", "0183", 1)
    world.way("0180/a", "s", 60).way("0181/b", "s", 20).way("0181/b", "t", 40).open("0181", "0182").open(
        "0180", "0182"
    )
    assert persons(world.served(), "0180") == {"in_reach_full": 1}
    assert persons(world.served(), "0181") == {"served_by_corridor": 1}
    world.open("0181", "0183")
    assert persons(world.served(), "0180") == {"served_by_corridor": 1}
    assert persons(world.served(), "0181") == {"served_by_corridor": 1}


def test_an_island():
    """Nobody can leave the island and come back the same day: even a row that says so is no arc."""
    world = World().live("0980/i", 4).offer("s", "0980", 9).way("0980/i", "s", reachable=False)
    assert persons(world.served(settings("all_candidates")), "0980") == {"no_day_return": 4}


def test_a_walk_over_the_border_needs_no_right():
    world = World().live("0180/a", 2).offer("s", "0181", 9).way("0180/a", "s", walk=True)
    assert persons(world.served(settings(shares=entitled(0, 0))), "0180") == {"served_by_corridor": 2}


def test_a_walk_over_the_border_stays_a_right_where_a_bus_is_quicker():
    """900 m apart: 1,170 m walked, 15.6 min. The day return goes by bus in 8 min, and yet nobody needs a corridor."""
    world = World().live("0180/a", 2).offer("s", "0181", 9, at=(500900.0, 6500000.0)).way("0180/a", "s", 8)
    world.live("0180/b", 3, at=(498000.0, 6500000.0)).way("0180/b", "s", 8)
    nobody = settings(shares=entitled(0, 0))
    assert persons(world.served(nobody), "0180") == {"served_by_corridor": 2, "no_entitlement": 3}
    # What is reckoned with is the walk: 2 x 936 s, not the bus's 2 x 480 s.
    month = world.allocate(nobody)
    assert month.scenarios["high"].allocation.person_seconds == 2000 * 2 * 936


def test_a_walk_that_is_too_long_needs_a_corridor():
    """1,540 m apart are 2,002 m walked, more than max_walk_m; 1,538 m are 1,999.4 m."""
    for apart_m, part in ((1540.0, "no_entitlement"), (1538.0, "served_by_corridor")):
        world = World().live("0180/a", 2).offer("s", "0181", 9, at=(500000.0 + apart_m, 6500000.0))
        served = world.way("0180/a", "s", 8).served(settings(shares=entitled(0, 0)))
        assert persons(served, "0180") == {part: 2}


def test_digital_share():
    """4 places at home for 10; half of the 6 left over may be served digitally, 2 digital places."""
    world = (
        World()
        .live("0180/a", 10)
        .offer("s", "0180", 4)
        .offer("d", "0180", 2, digital=True)
        .way("0180/a", "s")
    )
    assert persons(world.served(settings(digital_share=0.5)), "0180") == {
        "served_local": 4,
        "served_digital": 2,
        "in_reach_full": 4,
    }
    world.series[-1]["places"] = 30
    assert persons(world.served(settings(digital_share=0.5)), "0180")["served_digital"] == 3
    gaps = world.gaps(settings(digital_share=0.5)).loc["0180"]
    assert (gaps["gap_low_milli"], gaps["gap_high_milli"]) == (3000, 3000)


def test_digital_places_suit_and_are_shared_alike():
    """6 women here and 3 there ask, 3 men too; 3 places for women: a third of each group of women."""
    world = World().live("0180/a", 6, sex="women").live("0181/b", 3, sex="women").live("0181/b", 3, sex="men")
    served = world.offer("d", "0180", 3, digital=True, sex="women").served(settings(digital_share=1.0))
    assert persons(served, "0180") == {"served_digital": 2, "no_day_return": 4}
    assert persons(served, "0181") == {"served_digital": 1, "no_day_return": 5}


def test_thousandths_that_do_not_divide_add_up():
    """40 localities with 0.01 person each, spread over 6 series: a sixth of 10 thousandths is no whole hundredth."""
    world = World()
    for series in "stuvwx":
        world.offer(series, "0180", 1)
    for number in range(40):
        world.live(f"0180/{number}", 0.01)
        for series in "stuvwx":
            world.way(f"0180/{number}", series)
    served = world.served()
    assert served["served_local_milli"].tolist() == [400, 400]
    assert served["in_reach_full_milli"].tolist() == [0, 0]


def test_masked_interval_at_both_ends():
    """1-5 people, 3 places: served 1-3, gap 0-2, share of the gap 0-0.4."""
    world = World().live("0180/a", 1, 5, masked=True).offer("s", "0180", 3).way("0180/a", "s")
    row = world.gaps().loc["0180"]
    assert (row["need_low"], row["need_high"], row["masked_cells"]) == (1, 5, 1)
    assert (row["served_low_milli"], row["served_high_milli"]) == (1000, 3000)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 2000)
    assert (row["gap_share_low"], row["gap_share_high"]) == (0, 0.4)
    assert (row["series"], row["places"]) == (1, 3)
    # 3 places for 5 at high need, for 1 at low.
    assert (row["access_index_low"], row["access_index_high"]) == (0.6, 3.0)


def test_bounds_are_at_the_corners():
    """0181 has 2-4 places' worth of own people for 5 places; 0180 sends its 1-3 by corridor.

    0180's gap: least with 1 of its own and 2 others (3 places free): 0; greatest with 3 of its own and 4 others (1
    place free): 2. Served: least with 1 of its own and 4 others: 1; greatest with 3 and 2 others: 3. At both low ends
    nobody is left, at both high ends 2 are.
    """
    world = World().live("0180/a", 1, 3).live("0181/b", 2, 4).offer("s", "0181", 5).open("0180", "0181")
    row = world.way("0180/a", "s").way("0181/b", "s").gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 2000)
    assert (row["served_low_milli"], row["served_high_milli"]) == (1000, 3000)
    assert (row["gap_least_low_milli"], row["gap_greatest_low_milli"]) == (0, 0)
    assert (row["gap_least_high_milli"], row["gap_greatest_high_milli"]) == (2000, 2000)
    assert row["gap_share_high"] == pytest.approx(2 / 3)


def test_another_optimum_is_not_hidden():
    """Two municipalities as far from one place: each gets half, but either could get all of it."""
    world = (
        World()
        .live("0180/a", 1)
        .live("0181/b", 1)
        .offer("s", "0182", 1)
        .way("0180/a", "s")
        .way("0181/b", "s")
    )
    world.open("0180", "0182").open("0181", "0182")
    row = world.gaps().loc["0180"]
    assert (row["gap_least_high_milli"], row["gap_greatest_high_milli"]) == (0, 1000)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 1000)
    assert persons(world.served(), "0180") == {"served_by_corridor": 0.5, "in_reach_full": 0.5}
    # A minute's difference decides.
    world.ways[0]["minutes"] = 29
    row = world.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 0)


def test_no_day_return_bounds_follow_suitability():
    """2-4 people of unknown sex reach a course for women: all may, so 0, or none may, so 4."""
    world = World().live("0180/a", 2, 4).offer("s", "0180", 9, sex="women").way("0180/a", "s")
    row = world.gaps().loc["0180"]
    assert (row["no_day_return_low_milli"], row["no_day_return_high_milli"]) == (0, 4000)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 4000)


def test_the_share_of_the_gap_where_two_counts_vary():
    """1-5 women reach nothing, 1-5 men have 9 places: 5 women and 1 man give 5/6, 1 and 5 give 1/6."""
    world = World().live("0180/a", 1, 5, sex="women").live("0180/a", 1, 5, sex="men")
    row = world.offer("s", "0180", 9, sex="men").way("0180/a", "s").gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 5000)
    assert (row["gap_share_low"], row["gap_share_high"]) == pytest.approx((1 / 6, 5 / 6))


def test_the_share_of_the_gap_of_people_who_may_be_none():
    """0-2 women and 0-2 men: nothing in reach is a share of 1 for whoever there is; room for all is 0."""
    world = World().live("0180/a", 0, 2, sex="women").live("0180/a", 0, 2, sex="men")
    world.live("0181/b", 0, 2, sex="women").live("0181/b", 0, 2, sex="men").offer("s", "0181", 9)
    gaps = world.way("0181/b", "s").gaps()
    assert gaps[["gap_share_low", "gap_share_high"]].to_numpy().tolist() == [[1.0, 1.0], [0.0, 0.0]]


def test_the_share_of_the_gap_of_one_count_that_may_be_none():
    """0-2 women and one place: one woman has it (0), two share it (half). Nobody has no share, so 0 is the least."""
    world = World().live("0180/a", 0, 2, sex="women").offer("s", "0180", 1).way("0180/a", "s")
    world.live("0181/b", 0, 2, sex="women")
    gaps = world.gaps()
    assert gaps[["gap_share_low", "gap_share_high"]].to_numpy().tolist() == [[0.0, 0.5], [1.0, 1.0]]


def test_the_share_of_the_gap_where_one_count_varies():
    """10-20 people, half of them at a point that reaches nothing: half, whatever the count is."""
    world = World().live("0180/a", 5, 10).live("0180/b", 5, 10).offer("s", "0180", 99).way("0180/a", "s")
    world.one_count("0180", 10, 20)
    row = world.gaps().loc["0180"]
    assert (row["gap_share_low"], row["gap_share_high"]) == (0.5, 0.5)


def test_the_share_of_the_gap_beside_a_count_that_is_known():
    """1 person reaches nothing; 4-6 others have 5 places. 1/5, 1/6, 2/7: the least is in between, and is the bound."""
    world = World().live("0180/a", 1, sex="men").live("0180/b", 4, 6, sex="women").offer("s", "0180", 5)
    row = world.way("0180/b", "s").gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 2000)
    assert (row["gap_share_low"], row["gap_share_high"]) == pytest.approx((1 / 6, 2 / 7))


def test_best_and_worst_point():
    """3 people at a, which reaches 2 places, 1 at b, which reaches nothing: all at a leaves 2, all at b leaves 4."""
    world = World().live("0180/a", 3).live("0180/b", 1).offer("s", "0180", 2).way("0180/a", "s")
    row = world.gaps().loc["0180"]
    assert (row["gap_best_point_milli"], row["gap_worst_point_milli"]) == (2000, 4000)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (2000, 2000)


def test_best_point_by_a_corridor_leaves_the_others_where_they_are():
    """b reaches 0181's 5 places, 3 of which 0181's own people need: all 4 at b leaves 2, all at a leaves 4."""
    world = (
        World()
        .live("0180/a", 4)
        .live("0180/b", 0)
        .live("0181/c", 3)
        .offer("s", "0181", 5)
        .open("0180", "0181")
    )
    row = world.way("0180/b", "s").way("0181/c", "s").gaps().loc["0180"]
    assert (row["gap_best_point_milli"], row["gap_worst_point_milli"]) == (2000, 4000)


def test_municipalities_without_need_have_a_row():
    world = (
        World()
        .live("0180/a", 0)
        .live("0181/b", 2, kind="representative")
        .offer("s", "0180", 3)
        .way("0180/a", "s")
    )
    gaps = world.gaps()
    empty = gaps.loc["0180"]
    assert math.isnan(empty["gap_share_low"])
    assert (empty["gap_high_milli"], empty["served_high_milli"]) == (0, 0)
    assert (empty["rank_best"], empty["rank_worst"]) == (2, 2)
    assert (gaps.loc["0181", "rank_best"], gaps.loc["0181", "rank_worst"]) == (1, 1)
    assert gaps.loc["0181", "representative_point"]
    # Nobody there: the plain mean of the points, and nobody reaches the series.
    assert empty["access_index_high"] == 0


def test_ranks_use_the_whole_interval():
    """Shares of the gap: a 0.5-0.8, b 0.6-0.6, c 0-0.2. a is first or second, b likewise, c third."""
    world = World().live("0180/a", 2, 5).live("0181/b", 10).live("0182/c", 4, 5)
    world.offer("s", "0180", 1).offer("t", "0181", 4).offer("u", "0182", 4)
    gaps = world.way("0180/a", "s").way("0181/b", "t").way("0182/c", "u").gaps()
    assert gaps[["gap_share_low", "gap_share_high"]].to_numpy().tolist() == [
        [0.5, 0.8],
        [0.6, 0.6],
        [0.0, 0.2],
    ]
    assert gaps[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]


def test_equal_shares_have_the_same_rank():
    """Two municipalities surely without a gap are both second: neither can have a larger share than the other."""
    world = World().live("0180/a", 2).live("0181/b", 3).live("0182/c", 4).offer("s", "0181", 9)
    gaps = world.offer("t", "0182", 9).way("0181/b", "s").way("0182/c", "t").gaps()
    assert gaps[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 1], [2, 2], [2, 2]]


def test_ranks_of_shares_that_may_be_equal():
    """0.5 for sure, and 0.5-0.8: the second may be larger, never smaller."""
    world = World().live("0180/a", 2).live("0181/b", 2, 5).offer("s", "0180", 1).offer("t", "0181", 1)
    gaps = world.way("0180/a", "s").way("0181/b", "t").gaps()
    assert gaps[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 2], [1, 1]]


def test_people_without_a_count_are_refused():
    world = World().live("0180/a", 2)
    month = world.allocate()
    with pytest.raises(ValueError, match="0180"):
        gaps_table(month, world.points(), world.activities(), world.need().iloc[:0], {})


def test_day_returns_of_unknown_points_are_refused():
    world = World().live("0180/a", 2).offer("s", "0180", 1).way("0180/b", "s")
    with pytest.raises(ValueError, match="0180/b"):
        world.allocate()


def test_largest_remainder():
    assert largest_remainder(np.array([1.5, 1.5, 0.0]), 3) == [2, 1, 0]
    assert largest_remainder(np.array([0.2, 0.4, 0.4]), 1) == [0, 1, 0]
    assert largest_remainder(np.array([2.0, 3.0]), 5) == [2, 3]


def test_weight_steps():
    """Luo & Qi's weights to 30, 60 and 90 minutes, ends included; nothing past the last step or without a time."""
    weights = weight_of([0, 30, 30.1, 60, 90, 90.1, float("nan")], IndexSettings())
    assert weights.tolist() == [1, 1, 0.68, 0.68, 0.22, 0, 0]


def test_access_index_by_hand():
    """a (4) at 20 min and b (5) at 45 min from 10 places: R = 10/(4 + 3.4); a gets R, b 0.68 R. c reaches nothing."""
    need = pd.Series({"a": 4.0, "b": 5.0, "c": 1.0})
    pairs = pd.DataFrame({"point_id": ["a", "b"], "series_id": ["s", "s"], "travel_min": [20.0, 45.0]})
    index = access_index(need, pairs, pd.Series({"s": 10.0, "t": 7.0}), IndexSettings())
    assert index.to_dict() == pytest.approx({"a": 10 / 7.4, "b": 6.8 / 7.4, "c": 0.0})
    # sum A x need = the places that somebody reaches: t is reached by nobody.
    assert (index * need).sum() == pytest.approx(10)
    codes = pd.Series({"a": "0180", "b": "0180", "c": "0181"})
    mean = municipal_index(index, need, codes)
    assert mean.to_dict() == pytest.approx({"0180": 10 / 9, "0181": 0.0})
    assert share_with_reach(need, pairs) == 0.9
    assert math.isnan(share_with_reach(need * 0, pairs))


def test_gini_by_hand():
    """1 person has 0 and 1 has 1: 1/2. Weights count as persons: 3 with 0 and 1 with 1 give 3/4."""
    assert gini([0, 1], [1, 1]) == pytest.approx(0.5)
    assert gini([1, 0], [1, 3]) == pytest.approx(0.75)
    assert gini([2, 2, 2], [1, 5, 2]) == pytest.approx(0)
    assert gini([0, 0], [1, 1]) == 0
    assert math.isnan(gini([1.0], [0.0]))


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.data())
def test_index_gives_out_every_place_once(data):
    points, series = 4, 3
    need = pd.Series({f"p{i}": float(data.draw(st.integers(0, 9))) for i in range(points)})
    places = pd.Series({f"s{j}": float(data.draw(st.integers(0, 9))) for j in range(series)})
    known = data.draw(st.sets(st.tuples(st.integers(0, points - 1), st.integers(0, series - 1))))
    pairs = pd.DataFrame(
        [(f"p{i}", f"s{j}", float(data.draw(st.integers(0, 120)))) for i, j in sorted(known)],
        columns=["point_id", "series_id", "travel_min"],
    )
    index = access_index(need, pairs, places, IndexSettings())
    near = pairs[(pairs["travel_min"] <= 90) & (need.reindex(pairs["point_id"]).to_numpy() > 0)]
    assert (index * need).sum() == pytest.approx(places[sorted(set(near["series_id"]))].sum())


def test_shares_and_county_are_those_of_home():
    """The county's own share goes before the country's, by where people live and on the month's first day."""
    shares = (
        Share("eligible_share", "asylum_seeker", 0.0, 0.0),
        Share("eligible_share", "asylum_seeker", 1.0, 1.0, county_code="14", valid_from="2026-09-01"),
        Share("eligible_share", "asylum_seeker", 0.5, 0.5, county_code="14", valid_from="2026-09-02"),
    )
    world = (
        World()
        .live("1480/a", 2)
        .live("0180/a", 2)
        .offer("s", "0181", 9)
        .way("1480/a", "s")
        .way("0180/a", "s")
    )
    served = served_table(world.open("1480", "0181").open("0180", "0181").allocate(settings(shares=shares)))
    assert persons(served, "1480") == {"served_by_corridor": 2}
    assert persons(served, "0180") == {"no_entitlement": 2}


def test_default_settings_have_a_share_for_each_group():
    assert Settings().share("eligible_share", "asylum_seeker", "14", pd.Timestamp("2026-09-01").date()) == (
        0.2,
        0.4,
    )


def named(*purposes):
    """Activities by (primary, others)."""
    return pd.DataFrame(purposes, columns=["primary_purpose", "secondary_purposes"])


def test_the_purposes_of_a_register():
    """Primary and others, each once; of spellings the first in alphabetical order."""
    register = named(("svenska", "Hälsa; Svenska"), ("Arbetsmarknad", ""), ("", " "))
    assert purposes_of(register) == ["Arbetsmarknad", "Hälsa", "Svenska"]
    assert purposes_of(register, "HÄLSA; svenska;") == ["Hälsa", "Svenska"]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [("", [0, 1, 2]), (" ; ", [0, 1, 2]), ("hälsa", [0]), ("Arbetsmarknad;Svenska", [0, 1])],
)
def test_activities_of_a_purpose(asked, rows):
    register = named(("svenska", "Hälsa; Svenska"), ("Arbetsmarknad", ""), ("", ""))
    assert of_purposes(register, asked).index.tolist() == rows


def test_purposes_that_nothing_has_are_refused_together():
    register = named(("Svenska", "Hälsa"))
    check_purposes(register, "", "geomatch.toml")
    check_purposes(register, "hälsa;Svenska", "geomatch.toml")
    with pytest.raises(InputError) as caught:
        check_purposes(register, "Svensak; Hälsa; Hlsa", "geomatch.toml")
    assert [(p.file, p.found, p.expected) for p in caught.value.problems] == [
        (
            "geomatch.toml",
            "allocation.purposes: ingen insats i registret har syftet ”Svensak”",
            "ett av namnen Hälsa, Svenska",
        ),
        (
            "geomatch.toml",
            "allocation.purposes: ingen insats i registret har syftet ”Hlsa”",
            "ett av namnen Hälsa, Svenska",
        ),
    ]
