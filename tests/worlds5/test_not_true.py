"""What one might believe and is not so: each counterexample that docs/method.md tells of (section 5)."""

from __future__ import annotations

from tests.worlds import World, entitled, settings
from tests.worlds5.shown import parts, shows, total


def with_people(a: int, b: int) -> World:
    world = World().live("0180/a", a).live("0181/b", b).offer("s", "0180", 1).offer("t", "0181", 3)
    return world.way("0180/a", "s", 20).way("0180/a", "t", 30).way("0181/b", "t", 20).open("0180", "0181")


def test_world_a_corridor_empty_at_both_ends_is_used_in_between():
    """0180 [s 1] --20-- (a) 1-3p --30--|> 0181 [t 3] --20-- (b) 1-5p

    Low (1, 1): a has s, nobody travels. High (3, 5): b fills t, nobody travels. With 3 and 1: 2 travel. So
    served_by_corridor is 0 at both ends and 2 in between.
    """
    world = World().live("0180/a", 1, 3).live("0181/b", 1, 5).offer("s", "0180", 1).offer("t", "0181", 3)
    world.way("0180/a", "s", 20).way("0180/a", "t", 30).way("0181/b", "t", 20).open("0180", "0181")
    shows(
        world,
        {
            "0180 low": {"served_local": 1},
            "0180 high": {"served_local": 1, "in_reach_full": 2},
            "0181 low": {"served_local": 1},
            "0181 high": {"served_local": 3, "in_reach_full": 2},
        },
    )
    shows(
        with_people(3, 1),
        {"0180": {"served_local": 1, "served_by_corridor": 2}, "0181": {"served_local": 1}},
    )


def test_world_the_high_scenario_leaves_a_smaller_gap_than_the_low_one():
    """0180 (a) 4p, 0-100 % entitled --30--|> 0181 [s 9]

    The scenarios are not the ends of the gap: low leaves 4, high leaves 0.
    """
    world = World().live("0180/a", 4).offer("s", "0181", 9).way("0180/a", "s", 30).open("0180", "0181")
    chosen = settings(shares=entitled(0, 1))
    shows(world, {"0180 low": {"no_entitlement": 4}, "0180 high": {"served_by_corridor": 4}}, chosen)


def test_world_a_new_trip_serves_fewer():
    """0180 (a) 1p --30--|> 0181 [j 1] --?-- (b) 1p ==20==| 0182 [k 1]

    Without a bus to j, b walks to k and a comes to j: 2. A new bus from b to j makes b a local, who comes first; a finds
    j full, and k is empty: 1. More is served at home (1 instead of 0), as the order of the steps wants it.
    """
    world = World().live("0180/a", 1).live("0181/b", 1).offer("j", "0181", 1).offer("k", "0182", 1)
    world.way("0180/a", "j", 30).way("0181/b", "k", 20, walk=True).open("0180", "0181")
    assert total(world) == 2
    shows(world, {"0180": {"served_by_corridor": 1}, "0181": {"served_by_corridor": 1}})
    world.way("0181/b", "j", 30)
    assert total(world) == 1
    shows(world, {"0180": {"in_reach_full": 1}, "0181": {"served_local": 1}})


def test_world_a_quicker_trip_moves_a_place_to_another_municipality():
    """0180 (a) 1p --30--|> 0182 [s 1] <|--40 or 20-- 0181 (b) 1p

    A better bus for b takes the place from a: as many are served, and a's gap grows.
    """
    for minutes, a, b in (
        (40, {"served_by_corridor": 1}, {"in_reach_full": 1}),
        (20, {"in_reach_full": 1}, {"served_by_corridor": 1}),
    ):
        world = World().live("0180/a", 1).live("0181/b", 1).offer("s", "0182", 1)
        world.way("0180/a", "s", 30).way("0181/b", "s", minutes).open("0180", "0182").open("0181", "0182")
        shows(world, {"0180": a, "0181": b})


def test_world_an_opened_corridor_serves_fewer_with_those_at_a_distance():
    """0180 (a) 1w --20--|? 0182 [s 1] <|--30-- 0181 (b) 1m      [d 1 digital, women], share 1

    Closed: he has s, she takes part at a distance: 2. Open: she is nearer and has s; nothing digital suits him: 1. Before
    the digital step it is 1 either way: another corridor never serves fewer *in places*.
    """
    world = World().live("0180/a", 1, sex="women").live("0181/b", 1, sex="men").offer("s", "0182", 1)
    world.offer("d", "0182", 1, digital=True, sex="women").open("0181", "0182")
    world.way("0180/a", "s", 20).way("0181/b", "s", 30)
    chosen = settings(digital_share=1.0)
    assert (total(world), total(world, chosen)) == (1, 2)
    shows(world, {"0180": {"served_digital": 1}, "0181": {"served_by_corridor": 1}}, chosen)
    world.open("0180", "0182")
    assert (total(world), total(world, chosen)) == (1, 1)
    shows(world, {"0180": {"served_by_corridor": 1}, "0181": {"in_reach_full": 1}}, chosen)


def test_world_a_share_between_its_ends_lies_outside_the_bounds():
    """0181 (b) 2 seek asylum ==10==| 0182 [u 2] <|--15-- 0181 (c) 1 under protection
             \\--40--|> 0183 [v 1]        ^
                                         |--20-- 0180 (a) 1p with the right to travel

    Of those in 0181 0-100 % have the right to travel. Nobody: b's two walk to u, which is full, and a is left. All: one of
    b goes to v, so that u has room for one more, and c, who is nearer, has it before a. Half of each: one of b goes to v, u
    has room for one, c's half takes half: half a person of a is served. a's gap is 1 at both ends and 0.5 in between.
    """
    world = World().live("0180/a", 1, group="all")
    world.live("0181/b", 2).live("0181/c", 1, group="temporary_protection")
    world.offer("u", "0182", 2).offer("v", "0183", 1)
    world.way("0181/b", "u", 10, walk=True).way("0181/b", "v", 40).way("0181/c", "u", 15)
    world.way("0180/a", "u", 20).open("0181", "0182").open("0181", "0183").open("0180", "0182")
    groups = ("asylum_seeker", "temporary_protection")

    def chosen(low: float, high: float):
        return settings(shares=(*entitled(1, 1, "all"), *entitled(low, high, *groups)))

    for share, gap in ((0, 1), (0.5, 0.5), (1, 1)):
        found = parts(world, chosen(share, share), "0180 high")[0]
        assert found.get("in_reach_full", 0) == gap
    row = world.gaps(chosen(0, 1)).loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 1000)
