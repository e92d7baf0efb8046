"""Whom an activity is for: women or men, target groups, purposes."""

from __future__ import annotations

import pandas as pd
import pytest

from geomatch.access import allocate_month, served_by_purpose
from geomatch.settings import Settings
from geomatch.tables import SERVED_BY_PURPOSE
from tests.worlds import MONTH, World, settings
from tests.worlds5.shown import shows

GROUPS = ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement")


def test_world_for_women_only():
    """(a) 2w 3m --20-- [s 4 women]

    2 places are free, and the men have nothing suitable in reach.
    """
    world = World().live("0180/a", 2, sex="women").live("0180/a", 3, sex="men")
    world.offer("s", "0180", 4, sex="women").way("0180/a", "s", 20)
    shows(world, {"0180 women": {"served_local": 2}, "0180 men": {"no_day_return": 3}})


def test_world_women_go_farther_so_that_men_have_a_place():
    """[s 2 women] --40-- (a) 2w 2m --10-- [t 2]

    All 4 are served only when the women take the farther course.
    """
    world = World().live("0180/a", 2, sex="women").live("0180/a", 2, sex="men")
    world.offer("s", "0180", 2, sex="women").offer("t", "0180", 2)
    world.way("0180/a", "s", 40).way("0180/a", "t", 10)
    shows(world, {"0180 women": {"served_local": 2}, "0180 men": {"served_local": 2}})


def test_world_nobody_knows_their_sex():
    """(a) 4p --20-- [s 3 women]

    Low: none of them may be a woman. High: all may be, and the fourth finds it full. So the gap is 1-4.
    """
    world = World().live("0180/a", 4).offer("s", "0180", 3, sex="women").way("0180/a", "s", 20)
    shows(
        world,
        {"0180 low": {"no_day_return": 4}, "0180 high": {"served_local": 3, "in_reach_full": 1}},
    )
    row = world.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 4000)


def test_world_a_parallel_group_has_its_places_once():
    """(a) 2w 2m --20-- [s 3 parallel: women and men alternate]

    Its places are those of the register, not as many again for each sex: 1.5 women and 1.5 men.
    """
    world = World().live("0180/a", 2, sex="women").live("0180/a", 2, sex="men")
    world.offer("s", "0180", 3, parallel=True).way("0180/a", "s", 20)
    part = {"served_local": 1.5, "in_reach_full": 0.5}
    shows(world, {"0180 women": part, "0180 men": part})


def test_world_two_groups_side_by_side():
    """(a) 3w 1m --20-- [s 2 women] and [t 2 men]

    One group for each, with places of its own, is two rows of the register: the third woman cannot take the men's place.
    """
    world = World().live("0180/a", 3, sex="women").live("0180/a", 1, sex="men")
    world.offer("s", "0180", 2, sex="women").offer("t", "0180", 2, sex="men")
    world.way("0180/a", "s", 20).way("0180/a", "t", 20)
    shows(
        world,
        {"0180 women": {"served_local": 2, "in_reach_full": 1}, "0180 men": {"served_local": 1}},
    )


def test_world_for_two_target_groups():
    """(a) 2 seek asylum, 4 under protection, 1 with a permit --20-- [s 3: asylum, protection]

    3 places for 6 are half of each; the one with a permit has nothing.
    """
    world = World().offer("s", "0180", 3, groups="asylum_seeker;temporary_protection").way("0180/a", "s", 20)
    for group, count in zip(GROUPS, (2, 4, 1), strict=True):
        world.live("0180/a", count, group=group)
    shows(
        world,
        {
            "0180 asylum_seeker": {"served_local": 1, "in_reach_full": 1},
            "0180 temporary_protection": {"served_local": 2, "in_reach_full": 2},
            "0180 permit_awaiting_settlement": {"no_day_return": 1},
        },
    )


def test_world_nobody_knows_their_group():
    """(a) 2p of unknown group --20-- [s 9: asylum] or [s 9: all three groups] or [s 9: newcomers]

    They may seek asylum or not; they are of one of the three groups for sure; newcomers are not among the enrolled.
    """
    for groups, low, high in (
        ("asylum_seeker", "no_day_return", "served_local"),
        (";".join(GROUPS), "served_local", "served_local"),
        ("newcomer", "no_day_return", "no_day_return"),
    ):
        world = World().live("0180/a", 2, group="all").offer("s", "0180", 9, groups=groups)
        shows(world.way("0180/a", "s", 20), {"0180 low": {low: 2}, "0180 high": {high: 2}})


def test_world_digital_places_for_women():
    """0180 (a) 6w 3m  (no way)      [d 3 digital, women], share 1

    3 of 6 women take part at a distance; the men have nothing, digital or not.
    """
    world = World().live("0180/a", 6, sex="women").live("0180/a", 3, sex="men")
    world.offer("d", "0180", 3, digital=True, sex="women")
    shows(
        world,
        {
            "0180 women": {"served_digital": 3, "no_day_return": 3},
            "0180 men": {"no_day_return": 3},
        },
        settings(digital_share=1.0),
    )


def purposes() -> World:
    world = World().live("0180/a", 5).offer("s", "0180", 2, purposes="Svenska")
    world.offer("t", "0180", 1, purposes="Hälsa;Svenska").offer("u", "0180", 9, purposes="Arbetsmarknad")
    return world.way("0180/a", "s", 20).way("0180/a", "t", 20).way("0180/a", "u", 20)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("", 5),
        ("Svenska", 3),
        (" svenska ", 3),
        ("Hälsa", 1),
        ("Arbetsmarknad", 5),
        ("Hälsa; Svenska", 3),
    ],
)
def test_world_a_purpose_is_asked_for(asked, served):
    """(a) 5p --20-- [s 2 Svenska], [t 1 Hälsa, also Svenska], [u 9 Arbetsmarknad]

    Svenska: 2 places and t's 1. Hälsa: t's 1. Arbetsmarknad: 9. Asked for nothing: all 12.
    """
    world, chosen = purposes(), settings(purposes=asked)
    left = {"in_reach_full": 5 - served} if served < 5 else {}
    shows(world, {"0180": {"served_local": served, **left}}, chosen)
    row = world.gaps(chosen).loc["0180"]
    assert row["places"] == {"": 12, "Hälsa": 1, "Arbetsmarknad": 9}.get(asked, 3)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000 * (5 - served), 1000 * (5 - served))
    # The index: the places asked for over the 5 who reach them.
    assert row["access_index_high"] == pytest.approx(row["places"] / 5)


def test_world_nothing_of_that_purpose_in_reach():
    """0180 (a) 1p --20-- [s 9 Svenska]      0181 [t 9 Hälsa]

    Asked for Hälsa there is nothing that suits and can be reached.
    """
    world = World().live("0180/a", 1).offer("s", "0180", 9, purposes="Svenska").way("0180/a", "s", 20)
    world.offer("t", "0181", 9, purposes="Hälsa")
    shows(world, {"0180": {"no_day_return": 1}}, settings(purposes="Hälsa"))


def by_purpose(world: World, chosen: Settings | None = None) -> pd.DataFrame:
    return served_by_purpose(world.allocate(chosen), world.activities())


def test_world_each_purpose_by_itself():
    """The world of the purposes: if everybody asked for Arbetsmarknad 5 are served, for Hälsa 1, for Svenska 3."""
    table = by_purpose(purposes())
    high = table[table["with_hidden"] & (table["scenario"] == "high")].set_index("purpose")
    assert high["served_local_milli"].to_dict() == {"Arbetsmarknad": 5000, "Hälsa": 1000, "Svenska": 3000}
    assert (high["need_milli"] == 5000).all()
    # Nothing is hidden: both kinds of rows are the same.
    both = [table[table["with_hidden"] == one].drop(columns="with_hidden") for one in (True, False)]
    pd.testing.assert_frame_equal(*(one.reset_index(drop=True) for one in both))
    only = by_purpose(purposes(), settings(purposes="Hälsa"))
    assert only["purpose"].tolist() == ["Hälsa"] * 4
    assert only["served_local_milli"].tolist() == [1000] * 4


def test_world_women_and_men_by_purpose():
    """0180 (a) 4 women, 3 men --20-- [s 2 Svenska, women] [t 5 svenska]   0181 [u 9 Hälsa], open to 0180

    Svenska, however it is written: of 7 people 7 have a place, women the 2 of their own and 2 of the 5 besides. Hälsa:
    all 7 go elsewhere.
    """
    world = World().live("0180/a", 4, sex="women").live("0180/a", 3, sex="men")
    world.offer("s", "0180", 2, purposes="Svenska", sex="women").offer("t", "0180", 5, purposes="svenska")
    world.offer("u", "0181", 9, purposes="Hälsa").open("0180", "0181")
    for series in "stu":
        world.way("0180/a", series, 20)
    table = by_purpose(world)
    rows = table[table["with_hidden"] & (table["scenario"] == "low")].set_index(["purpose", "sex"])
    assert rows["served_local_milli"].to_dict() == {
        ("Hälsa", "women"): 0,
        ("Hälsa", "men"): 0,
        ("Svenska", "women"): 4000,
        ("Svenska", "men"): 3000,
    }
    assert rows["served_by_corridor_milli"].to_dict() == {
        ("Hälsa", "women"): 4000,
        ("Hälsa", "men"): 3000,
        ("Svenska", "women"): 0,
        ("Svenska", "men"): 0,
    }


def test_world_hidden_activities_by_purpose():
    """0180 (a) 5 --20-- [s 2 Svenska] [t 9 Svenska, hidden] [u 9 Skydd, hidden]

    With what is hidden 5 are served in Svenska and in Skydd; without it 2 in Svenska, and Skydd is not named.
    """
    world = World().live("0180/a", 5).offer("s", "0180", 2, purposes="Svenska")
    world.offer("t", "0180", 9, purposes="SVENSKA", visibility="hidden")
    world.offer("u", "0180", 9, purposes="Skydd", visibility="hidden")
    for series in "stu":
        world.way("0180/a", series, 20)
    table = by_purpose(world)
    rows = table[table["scenario"] == "low"].set_index(["purpose", "with_hidden"])
    assert rows["served_local_milli"].to_dict() == {
        ("Skydd", True): 5000,
        ("Svenska", True): 5000,
        ("Svenska", False): 2000,
    }
    assert rows["in_reach_full_milli"].to_dict() == {
        ("Skydd", True): 0,
        ("Svenska", True): 0,
        ("Svenska", False): 3000,
    }


def test_world_no_purpose_at_all():
    """(a) 5p --20-- [s 2], of no purpose: the table has no rows."""
    table = by_purpose(World().live("0180/a", 5).offer("s", "0180", 2).way("0180/a", "s", 20))
    assert table.empty
    assert list(table.columns) == SERVED_BY_PURPOSE.names


def test_world_purposes_at_a_distance():
    """0180 (a) 4p  (no way)      [d 1 digital, Svenska] [e 2 digital, Hälsa], share 1: 1 is served in Svenska, 2 in Hälsa."""
    world = World().live("0180/a", 4)
    world.offer("d", "0180", 1, digital=True, purposes="Svenska")
    world.offer("e", "0180", 2, digital=True, purposes="Hälsa")
    table = by_purpose(world, settings(digital_share=1.0))
    rows = table[table["with_hidden"] & (table["scenario"] == "low")].set_index("purpose")
    assert rows["served_digital_milli"].to_dict() == {"Svenska": 1000, "Hälsa": 2000}
    assert rows["no_day_return_milli"].to_dict() == {"Svenska": 3000, "Hälsa": 2000}


def test_world_a_digital_purpose():
    """0180 (a) 2p  (no way)      [d 9 digital, Svenska], share 1: asked for Hälsa it serves nobody."""
    world = World().live("0180/a", 2).offer("d", "0180", 9, digital=True, purposes="Svenska")
    world.offer("s", "0180", 1, purposes="Hälsa")
    shows(world, {"0180": {"served_digital": 2}}, settings(digital_share=1.0, purposes="Svenska"))
    shows(world, {"0180": {"no_day_return": 2}}, settings(digital_share=1.0, purposes="Hälsa"))


def test_unknown_points_are_refused_with_purposes_too():
    """A day return of a series that is nowhere is an error; one of a series of another purpose is not."""
    world = purposes().way("0180/b", "u", 20)
    with pytest.raises(ValueError, match="0180/b"):
        allocate_month(
            world.points(),
            world.activities(),
            world.day_returns(),
            None,
            settings(purposes="Svenska"),
            MONTH,
        )
