"""Several municipalities: corridors, the right to travel, walks across the border, the own people first."""

from __future__ import annotations

import pytest

from geomatch.settings import Share
from tests.worlds import World, entitled, settings
from tests.worlds5.shown import shows, total

NOBODY = entitled(0.0, 0.0)


def one_way() -> World:
    return World().live("0180/a", 3).offer("s", "0181", 5).way("0180/a", "s", 30)


def test_world_an_open_corridor():
    """0180 (a) 3p --30--|> 0181 [s 5]"""
    shows(one_way().open("0180", "0181"), {"0180": {"served_by_corridor": 3}})


def test_world_a_closed_corridor():
    """0180 (a) 3p --30--|x 0181 [s 5]

    They have the right to travel, and lack the corridor. With all candidates open it is there; with none it is not,
    register or no.
    """
    waiting, served = {"0180": {"corridor_not_open": 3}}, {"0180": {"served_by_corridor": 3}}
    shows(one_way(), waiting)
    shows(one_way(), served, settings("all_candidates"))
    shows(one_way().open("0180", "0181"), waiting, settings("none"))


def test_world_no_right_to_travel():
    """0180 (a) 3p, nobody entitled --30--|> 0181 [s 5]

    An open corridor helps nobody; a closed one is not what is in the way.
    """
    lost = {"0180": {"no_entitlement": 3}}
    shows(one_way(), lost, settings(shares=NOBODY))
    shows(one_way().open("0180", "0181"), lost, settings(shares=NOBODY))


def test_world_a_majority_without_the_right():
    """0180 (a) 10p, 20-40 % entitled --30--|> 0181 [s 20]

    2 go at the low end and 4 at the high one; the other 8 and 6 reach it and may not. Closed: 2 and 4 wait for it.
    """
    world = World().live("0180/a", 10).offer("s", "0181", 20).way("0180/a", "s", 30)
    some = settings(shares=entitled(0.2, 0.4))
    for corridor, part in (("none", "corridor_not_open"), ("register", "served_by_corridor")):
        if corridor == "register":
            world.open("0180", "0181")
        expected = {
            "0180 low": {part: 2, "no_entitlement": 8},
            "0180 high": {part: 4, "no_entitlement": 6},
        }
        shows(world, expected, some)


def test_world_thousandths_of_a_right():
    """0180 (a) 1p, a third entitled (0.333...) --30--|> 0181 [s 5]

    333.33 thousandths of a person are 333 at the low end and 334 at the high one, so that the truth is between.
    """
    world = World().live("0180/a", 1).offer("s", "0181", 5).way("0180/a", "s", 30).open("0180", "0181")
    expected = {
        "0180 low": {"served_by_corridor": 0.333, "no_entitlement": 0.667},
        "0180 high": {"served_by_corridor": 0.334, "no_entitlement": 0.666},
    }
    shows(world, expected, settings(shares=entitled(1 / 3, 1 / 3)))


def test_world_a_corridor_has_a_direction():
    """0180 (a) 1p --30--|x 0181 [s 1]     0181 (b) 1p --30--|> 0180 [t 1]

    Open is 0181 to 0180 only.
    """
    world = World().live("0180/a", 1).live("0181/b", 1).offer("s", "0181", 1).offer("t", "0180", 1)
    world.way("0180/a", "s", 30).way("0181/b", "t", 30).open("0181", "0180")
    shows(world, {"0180": {"corridor_not_open": 1}, "0181": {"served_by_corridor": 1}})


def test_world_full_or_not_open():
    """0180 (a) 2p --10--|? 0181 [s 3] --30-- (b) 3p

    b fills s. Open, a finds it full; closed, a waits for a corridor that would not help: what is in the way is told in
    that order.
    """
    world = World().live("0180/a", 2).live("0181/b", 3).offer("s", "0181", 3)
    world.way("0180/a", "s", 10).way("0181/b", "s", 30)
    home = {"0181": {"served_local": 3}}
    shows(world, {"0180": {"corridor_not_open": 2}, **home})
    shows(world.open("0180", "0181"), {"0180": {"in_reach_full": 2}, **home})


def test_world_locals_before_outsiders_who_are_nearer():
    """0180 (a) 3p --10--|> 0181 [s 4] --60-- (b) 2p

    b has its 2 places though a is six times nearer; 2 of a get the rest.
    """
    world = World().live("0180/a", 3).live("0181/b", 2).offer("s", "0181", 4).open("0180", "0181")
    world.way("0180/a", "s", 10).way("0181/b", "s", 60)
    shows(
        world,
        {"0180": {"served_by_corridor": 2, "in_reach_full": 1}, "0181": {"served_local": 2}},
    )


def test_world_locals_first_even_if_fewer_are_served():
    """0180 (a) 1p --30--|> 0181 [j 1] --30-- (b) 1p ==20==| 0182 [k 1]

    b could walk to k, and a take j: 2 served. But b at home comes first: 1 served, k stays empty.
    """
    world = World().live("0180/a", 1).live("0181/b", 1).offer("j", "0181", 1).offer("k", "0182", 1)
    world.way("0180/a", "j", 30).way("0181/b", "j", 30).way("0181/b", "k", 20, walk=True).open("0180", "0181")
    shows(world, {"0180": {"in_reach_full": 1}, "0181": {"served_local": 1}})


def test_world_who_may_travel_leaves_the_place_at_home():
    """0180 [s 1] --20-- (a) 2p, half entitled --40--|> 0181 [t 1]

    1 is served at home whoever it is. Most in all: the one who may travel goes to t, the one who may not stays.
    """
    world = World().live("0180/a", 2).offer("s", "0180", 1).offer("t", "0181", 1).open("0180", "0181")
    world.way("0180/a", "s", 20).way("0180/a", "t", 40)
    expected = {"0180": {"served_local": 1, "served_by_corridor": 1}}
    shows(world, expected, settings(shares=entitled(0.5, 0.5)))


@pytest.mark.parametrize(
    ("more", "served"),
    [((), 1), (("0180", "0182"), 1), (("0181", "0183"), 1), (("0180", "0182", "0181", "0183"), 2)],
)
def test_world_corridors_that_complement_each_other(more, served):
    """0180 (a) 1p --60--|? 0182 [s 1] <|--20-- 0181 (b) 1p --40--|? 0183 [t 1]

    Open is 0181-0182: b sits at s. 0180-0182 alone brings nobody, since s is taken. 0181-0183 alone brings nobody,
    since b has a place. Both: b moves to t, a comes to s.
    """
    world = World().live("0180/a", 1).live("0181/b", 1).offer("s", "0182", 1).offer("t", "0183", 1)
    world.way("0180/a", "s", 60).way("0181/b", "s", 20).way("0181/b", "t", 40).open("0181", "0182")
    for origin, goal in zip(more[::2], more[1::2], strict=True):
        world.open(origin, goal)
    assert total(world) == served
    part = {"served_by_corridor": 1}
    if served == 2:
        shows(world, {"0180": part, "0181": part})
    else:
        left = {"in_reach_full": 1} if more == ("0180", "0182") else {"corridor_not_open": 1}
        shows(world, {"0180": left, "0181": part})


def test_world_an_island_without_transit():
    """0980 (i) 4p  (no way)   [s 9]      (j) 2p ==15== [s 9]

    Nobody leaves i and is back the same day, whatever corridors there are; j walks.
    """
    world = World().live("0980/i", 4).live("0980/j", 2).offer("s", "0980", 9)
    world.way("0980/i", "s", reachable=False).way("0980/j", "s", 15, walk=True)
    expected = {"0980": {"served_local": 2, "no_day_return": 4}}
    shows(world, expected)
    shows(world, expected, settings("all_candidates"))


def test_world_a_walk_across_the_border():
    """0180 (a) 2p, nobody entitled ==18==| 0181 [s 9]

    On foot it takes neither a corridor nor a right.
    """
    world = World().live("0180/a", 2).offer("s", "0181", 9).way("0180/a", "s", 18, walk=True)
    shows(world, {"0180": {"served_by_corridor": 2}}, settings("none", NOBODY))


def test_world_walkers_and_riders_at_one_place():
    """0180 (a) 2p ==20==| 0181 [s 3] <|--20-- 0182 (c) 4p

    Who walks has no other claim than who rides: 3 places for 6, half of each.
    """
    world = World().live("0180/a", 2).live("0182/c", 4).offer("s", "0181", 3).open("0182", "0181")
    world.way("0180/a", "s", 20, walk=True).way("0182/c", "s", 20)
    shows(
        world,
        {
            "0180": {"served_by_corridor": 1, "in_reach_full": 1},
            "0182": {"served_by_corridor": 2, "in_reach_full": 2},
        },
    )


def test_world_equal_shares_between_municipalities():
    """0180 (a) 3p --30--|> 0182 [s 2] <|--30-- 0181 (b) 1p

    Half of each municipality. But that is one of many optima of the first three stages: a's gap is between 1 (both
    places are a's) and 2 (one is b's), b's between 0 and 1.
    """
    world = World().live("0180/a", 3).live("0181/b", 1).offer("s", "0182", 2)
    world.way("0180/a", "s", 30).way("0181/b", "s", 30).open("0180", "0182").open("0181", "0182")
    shows(
        world,
        {
            "0180": {"served_by_corridor": 1.5, "in_reach_full": 1.5},
            "0181": {"served_by_corridor": 0.5, "in_reach_full": 0.5},
        },
    )
    gaps = world.gaps()
    ends = ["gap_least_high_milli", "gap_greatest_high_milli"]
    assert gaps[ends].to_numpy().tolist() == [[1000, 2000], [0, 1000]]
    assert gaps[["gap_low_milli", "gap_high_milli"]].to_numpy().tolist() == [[1000, 2000], [0, 1000]]


def test_world_a_minute_decides_between_municipalities():
    """0180 (a) 3p --29--|> 0182 [s 2] <|--30-- 0181 (b) 1p

    a is a minute nearer: both places are a's, in every optimum.
    """
    world = World().live("0180/a", 3).live("0181/b", 1).offer("s", "0182", 2)
    world.way("0180/a", "s", 29).way("0181/b", "s", 30).open("0180", "0182").open("0181", "0182")
    shows(
        world,
        {"0180": {"served_by_corridor": 2, "in_reach_full": 1}, "0181": {"in_reach_full": 1}},
    )
    ends = ["gap_least_high_milli", "gap_greatest_high_milli"]
    assert world.gaps()[ends].to_numpy().tolist() == [[1000, 1000], [1000, 1000]]


def test_world_many_strata_compete():
    """0180 (a) 2w seek asylum, 2m under protection --30--|> 0181 [s 3] <|--30-- 0182 (c) 2m seek asylum
                                                      0181 (b) 1w seeks asylum --50--/

    Half of those under protection may travel. b has a place first. 2 places are left for 2 + 1 + 2 who may come: two
    fifths of each, 0.8, 0.4 and 0.8. Of the men under protection 0.6 find it full and 1 has no right.
    """
    world = World().live("0180/a", 2, sex="women").live("0182/c", 2, sex="men").live("0181/b", 1, sex="women")
    world.live("0180/a", 2, sex="men", group="temporary_protection").offer("s", "0181", 3)
    world.way("0180/a", "s", 30).way("0182/c", "s", 30).way("0181/b", "s", 50)
    shares = (*entitled(1, 1, "asylum_seeker"), *entitled(0.5, 0.5, "temporary_protection"))
    most = {"served_by_corridor": 0.8, "in_reach_full": 1.2}
    shows(
        world.open("0180", "0181").open("0182", "0181"),
        {
            "0180 women": most,
            "0180 men": {"served_by_corridor": 0.4, "in_reach_full": 0.6, "no_entitlement": 1},
            "0181": {"served_local": 1},
            "0182": most,
        },
        settings(shares=shares),
    )


def test_world_the_share_of_the_own_county():
    """0180 (a) 4p --30--|> 0181 [s 9] <|--30-- 1480 (b) 4p

    The country's share is a half, county 14's a quarter: 2 of a and 1 of b may travel.
    """
    world = World().live("0180/a", 4).live("1480/b", 4).offer("s", "0181", 9)
    world.way("0180/a", "s", 30).way("1480/b", "s", 30).open("0180", "0181").open("1480", "0181")
    shares = (
        *entitled(0.5, 0.5),
        Share("eligible_share", "asylum_seeker", 0.25, 0.25, county_code="14"),
    )
    shows(
        world,
        {
            "0180": {"served_by_corridor": 2, "no_entitlement": 2},
            "1480": {"served_by_corridor": 1, "no_entitlement": 3},
        },
        settings(shares=shares),
    )


def test_world_home_then_corridor_then_digital():
    """0180 [s 4] --20-- (a) 10p --40--|> 0181 [t 2]      0182 (c) 3p  (no way)      [d 5 digital], share 0.5

    a: 4 at home, 2 by corridor, half of the 4 left at a distance. c: half of 3. 3.5 of d's 5 places.
    """
    world = World().live("0180/a", 10).live("0182/c", 3).offer("s", "0180", 4).offer("t", "0181", 2)
    world.offer("d", "0181", 5, digital=True).way("0180/a", "s", 20).way("0180/a", "t", 40).open(
        "0180", "0181"
    )
    shows(
        world,
        {
            "0180": {
                "served_local": 4,
                "served_by_corridor": 2,
                "served_digital": 2,
                "in_reach_full": 2,
            },
            "0182": {"served_digital": 1.5, "no_day_return": 1.5},
        },
        settings(digital_share=0.5),
    )
