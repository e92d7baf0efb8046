"""One municipality: places at home, and who gets them."""

from __future__ import annotations

import math

from tests.worlds import World, settings
from tests.worlds5.shown import shows


def test_world_room_for_all():
    """(a) 3p --20-- [s 5]

    3 of 5 places are taken.
    """
    shows(
        World().live("0180/a", 3).offer("s", "0180", 5).way("0180/a", "s", 20), {"0180": {"served_local": 3}}
    )


def test_world_one_short():
    """(a) 5p --20-- [s 4]

    The fifth person reaches it and finds it full.
    """
    world = World().live("0180/a", 5).offer("s", "0180", 4).way("0180/a", "s", 20)
    shows(world, {"0180": {"served_local": 4, "in_reach_full": 1}})


def test_world_no_places():
    """(a) 2p --20-- [s 0]

    An activity without places is reached all the same: what lacks is places, not a bus.
    """
    world = World().live("0180/a", 2).offer("s", "0180", 0).way("0180/a", "s", 20)
    shows(world, {"0180": {"in_reach_full": 2}})


def test_world_nobody():
    """(a) 0p --20-- [s 4]      (b) 1p  (no way)

    Nobody lives at a; the parts of b are those of the municipality. One without anybody has no share of the gap.
    """
    world = World().live("0180/a", 0).live("0180/b", 1).live("0181/c", 0).offer("s", "0180", 4)
    world.way("0180/a", "s", 20)
    shows(world, {"0180": {"no_day_return": 1}, "0181": {}})
    gaps = world.gaps()
    assert math.isnan(gaps.loc["0181", "gap_share_high"])
    assert gaps.loc["0180", "gap_share_high"] == 1


def test_world_women_and_men_share_alike():
    """(a) 3w 3m --20-- [s 4]

    Equal need, the same place: 2 of the 4 places each, and 1 woman and 1 man are left.
    """
    world = World().live("0180/a", 3, sex="women").live("0180/a", 3, sex="men").offer("s", "0180", 4)
    half = {"served_local": 2, "in_reach_full": 1}
    shows(world.way("0180/a", "s", 20), {"0180 women": half, "0180 men": half})


def test_world_shares_not_amounts():
    """(a) 6w 2m --20-- [s 4]

    4 places for 8 are half of each group: 3 women and 1 man. Least sum of unserved^2 / need: 9/6 + 1/2 = 2; leaving 2
    of each would be 4/6 + 4/2 = 2.67.
    """
    world = World().live("0180/a", 6, sex="women").live("0180/a", 2, sex="men").offer("s", "0180", 4)
    shows(
        world.way("0180/a", "s", 20),
        {
            "0180 women": {"served_local": 3, "in_reach_full": 3},
            "0180 men": {"served_local": 1, "in_reach_full": 1},
        },
    )


def test_world_thousandths_that_round():
    """(a) 1w 1m 1p --20-- [s 2]

    Two thirds of a person each: 0.667 served and 0.333 left, which add up to 1; and not 0.667 + 0.334.
    """
    world = World().offer("s", "0180", 2).way("0180/a", "s", 20)
    for sex in ("women", "men", "all"):
        world.live("0180/a", 1, sex=sex)
    third = {"served_local": 0.667, "in_reach_full": 0.333}
    shows(world, {"0180 women": third, "0180 men": third, "0180 all": third})


def test_world_the_nearer_first():
    """(a) 2w --10-- [s 2] --20-- (b) 2m

    As many are served either way; least seconds give the places to a. Equal shares come only after that.
    """
    world = World().live("0180/a", 2, sex="women").live("0180/b", 2, sex="men").offer("s", "0180", 2)
    world.way("0180/a", "s", 10).way("0180/b", "s", 20)
    shows(world, {"0180 women": {"served_local": 2}, "0180 men": {"in_reach_full": 2}})


def test_world_least_seconds_of_all_together():
    """(a) 1w --10-- [s 1] --10-- (b) 1m
         \\--20-- [t 1] --40--/

    Both are served in two ways: a-s and b-t take 10 + 40, a-t and b-s 20 + 10 minutes each way. The second it is:
    30 minutes there and 30 home are 3,600 s.
    """
    world = World().live("0180/a", 1, sex="women").live("0180/b", 1, sex="men")
    world.offer("s", "0180", 1).offer("t", "0180", 1)
    world.way("0180/a", "s", 10).way("0180/a", "t", 20).way("0180/b", "s", 10).way("0180/b", "t", 40)
    shows(world, {"0180": {"served_local": 2}})
    assert world.allocate().scenarios["high"].allocation.person_seconds == 3600 * 1000


def test_world_who_has_a_choice_steps_aside():
    """(a) 1w --10-- [s 1] --10-- (b) 1m
         \\--50-- [t 1]

    The woman goes to t, five times as far, so that the man has a place at all.
    """
    world = World().live("0180/a", 1, sex="women").live("0180/b", 1, sex="men")
    world.offer("s", "0180", 1).offer("t", "0180", 1)
    world.way("0180/a", "s", 10).way("0180/a", "t", 50).way("0180/b", "s", 10)
    shows(world, {"0180 women": {"served_local": 1}, "0180 men": {"served_local": 1}})


def test_world_equal_shares_through_a_second_place():
    """(a) 4w --20-- [s 4] --20-- (b) 4m --20-- [t 2]

    6 places for 8. t's 2 go to men. s's 4 even it out: 3 women and 1 man, so that 1 of each is left.
    """
    world = World().live("0180/a", 4, sex="women").live("0180/b", 4, sex="men")
    world.offer("s", "0180", 4).offer("t", "0180", 2)
    world.way("0180/a", "s", 20).way("0180/b", "s", 20).way("0180/b", "t", 20)
    part = {"served_local": 3, "in_reach_full": 1}
    shows(world, {"0180 women": part, "0180 men": part})


def test_world_equal_series_are_filled_alike():
    """[t 3] --20-- (a) 4p --20-- [s 3]

    2 persons in each; which of the two is named first settles nothing.
    """
    world = World().live("0180/a", 4).offer("s", "0180", 3).offer("t", "0180", 3)
    world.way("0180/a", "s", 20).way("0180/a", "t", 20)
    shows(world, {"0180": {"served_local": 4}})
    assert world.allocate().scenarios["high"].allocation.load.tolist() == [2000, 2000]


def test_world_two_parts_that_do_not_touch():
    """(a) 3p --20-- [s 2]          (b) 5p --30-- [t 1]

    What happens at b is nothing to a: a alone, and a beside b, are the same.
    """
    alone = World().live("0180/a", 3).offer("s", "0180", 2).way("0180/a", "s", 20)
    a = {"0180": {"served_local": 2, "in_reach_full": 1}}
    shows(alone, a)
    shows(
        alone.live("0181/b", 5).offer("t", "0181", 1).way("0181/b", "t", 30),
        {**a, "0181": {"served_local": 1, "in_reach_full": 4}},
    )


def test_world_a_hidden_activity_serves():
    """(a) 2w --20-- [s 1 hidden]

    What the pages do not show takes part in who is served.
    """
    world = World().live("0180/a", 2, sex="women").way("0180/a", "s", 20)
    world.offer("s", "0180", 1, sex="women", visibility="hidden")
    shows(world, {"0180": {"served_local": 1, "in_reach_full": 1}})
    assert world.gaps().loc["0180", "places"] == 1


def test_world_a_representative_point():
    """(the municipality's point) 2p --20-- [s 1]

    A municipality without a known locality lives at one point; the table says so.
    """
    world = World().live("0180/point", 2, kind="representative").offer("s", "0180", 1)
    shows(world.way("0180/point", "s", 20), {"0180": {"served_local": 1, "in_reach_full": 1}})
    assert world.gaps().loc["0180", "representative_point"]


def test_world_best_and_worst_point():
    """(a) 3p --20-- [s 2]          (b) 1p  (no way)

    As spread: 2 served, 1 finds it full, 1 cannot come: gap 2. All 4 at a: 2 left. All 4 at b: 4 left.
    """
    world = World().live("0180/a", 3).live("0180/b", 1).offer("s", "0180", 2).way("0180/a", "s", 20)
    shows(world, {"0180": {"served_local": 2, "in_reach_full": 1, "no_day_return": 1}})
    row = world.gaps().loc["0180"]
    assert (row["gap_best_point_milli"], row["gap_worst_point_milli"]) == (2000, 4000)


def test_world_a_digital_share_comes_last():
    """(a) 10p --20-- [s 4]      [d 30 digital], share 0.5

    4 have a place; half of the 6 left take part at a distance; 3 are left.
    """
    world = World().live("0180/a", 10).offer("s", "0180", 4).way("0180/a", "s", 20)
    world.offer("d", "0180", 30, digital=True)
    shows(world, {"0180": {"served_local": 4, "in_reach_full": 6}})
    shows(
        world,
        {"0180": {"served_local": 4, "served_digital": 3, "in_reach_full": 3}},
        settings(digital_share=0.5),
    )
