"""Scenarios in worlds small enough to work out by hand. 0180 is Stockholm, 0181 Södertälje."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geomatch.rules import Rule, RuleBook
from geomatch.settings import Share
from geomatch.whatif.answer import MEASURES, side_by_side
from geomatch.whatif.changed import altered, problems_in_month
from geomatch.whatif.people import move_people
from geomatch.whatif.scenario import CloseAccommodation, OpenActivity, Scenario
from geomatch.words import using_language
from tests.whatif.base import HOME, computed
from tests.worlds import World, entitled, settings

Ends = tuple[float, float]


def both(
    world: World, scenario: Scenario, folder: Path, chosen: object = None
) -> tuple[dict[str, dict[str, tuple[Ends, Ends]]], tuple[str, ...]]:
    """Per municipality (and `all`) and measure, persons today and then; and the notes."""
    base = computed(world, folder, chosen)
    assert problems_in_month(base, scenario) == []
    with using_language("en"):
        found = altered(base, scenario)
        sides = side_by_side(base, found, scenario)
    amounts = {
        side.code: {
            measure: tuple(
                tuple(value / 1000 for value in which[measure]) for which in (side.today, side.changed)
            )
            for measure in MEASURES
        }
        for side in sides
    }
    return amounts, found.notes


def town(persons: int = 10, places: int = 6) -> World:
    return World().live("0180/a", persons, at=HOME).offer("S", "0180", places).way("0180/a", "S")


def opens(places: int = 3, **more: object) -> OpenActivity:
    values: dict[str, object] = {
        "where": "here", "name": "Ny", "municipality": "0180", "x_m": HOME[0] + 500, "y_m": HOME[1], "places": places,
        "weekdays": (0, 2), "start_s": 36000, "end_s": 43200, "purpose": "", "target_groups": "all", "sex": "all",
    }  # fmt: skip
    return OpenActivity(**(values | more))


def test_an_activity_ends(tmp_path: Path) -> None:
    # 10 persons, 6 places: 4 get none. Without the activity all 10, and none has a day return.
    found, notes = both(town(), Scenario("f", ended=(("here", "S"),)), tmp_path)
    assert found["0180"] == {
        "need": ((10, 10), (10, 10)),
        "served": ((6, 6), (0, 0)),
        "gap": ((4, 4), (10, 10)),
        "no_day_return": ((0, 0), (10, 10)),
    }
    assert found["all"] == found["0180"]
    assert notes == ()


def test_an_activity_opens_within_walking_distance(tmp_path: Path) -> None:
    # 500 m from where they live, 3 places: 3 of the 4 get one.
    found, notes = both(town(), Scenario("f", opened=(opens(),)), tmp_path)
    assert found["0180"]["gap"] == ((4, 4), (1, 1))
    assert found["0180"]["served"] == ((6, 6), (9, 9))
    assert notes == ()


def test_an_activity_opens_too_far_away(tmp_path: Path) -> None:
    # 2 km straight are 2.6 km walked.
    found, _notes = both(town(), Scenario("f", opened=(opens(x_m=HOME[0] + 2000),)), tmp_path)
    assert "0180" in found
    assert found["0180"]["gap"] == ((4, 4), (4, 4))


def test_an_activity_for_others_helps_nobody_here(tmp_path: Path) -> None:
    # They are asylum seekers of unknown sex: at low need nobody is a woman, at high need all may be.
    found, _notes = both(
        town(), Scenario("f", opened=(opens(target_groups="temporary_protection"),)), tmp_path
    )
    assert found["0180"]["gap"] == ((4, 4), (4, 4))
    found, _notes = both(town(), Scenario("f", opened=(opens(sex="women"),)), tmp_path)
    assert found["0180"]["gap"] == ((4, 4), (1, 4))


def test_an_activity_without_a_place_stands_at_the_municipalitys_point(tmp_path: Path) -> None:
    _found, notes = both(town(), Scenario("f", opened=(opens(x_m=None, y_m=None),)), tmp_path)
    assert notes == ("Ny: no place is given, so the municipality's point stands for it.",)


def test_a_corridor_opens(tmp_path: Path) -> None:
    # 0181's 5 persons reach the 2 places that 0180's 4 persons leave free, once the corridor is open.
    #   0181/b ---bus--- S (0180, 6 places) ---bus--- 0180/a
    world = town(4).live("0181/b", 5).way("0181/b", "S")
    found, notes = both(world, Scenario("f", corridors=(("0181", "0180"),)), tmp_path)
    assert found["0181"]["gap"] == ((5, 5), (3, 3))
    assert found["0180"]["gap"] == ((0, 0), (0, 0))
    assert found["all"]["served"] == ((4, 4), (6, 6))
    assert notes == ()
    # Open already.
    found, notes = both(
        world.open("0181", "0180"), Scenario("f", corridors=(("0181", "0180"),)), tmp_path / "2"
    )
    assert found["0181"]["gap"] == ((3, 3), (3, 3))
    assert notes == ("Corridor 0181-0180 is open this month already.",)


def test_corridors_that_the_settings_overrule_are_said_to_change_nothing(tmp_path: Path) -> None:
    world = town(4).live("0181/b", 5).way("0181/b", "S")
    scenario = Scenario("f", corridors=(("0181", "0180"),))
    found, notes = both(world, scenario, tmp_path, settings(corridors="none"))
    assert found["0181"]["gap"] == ((5, 5), (5, 5))
    assert notes == ("The settings say allocation.corridors = none: opening a corridor changes nothing.",)


def test_all_enrolled_become_entitled(tmp_path: Path) -> None:
    # Of 0181's 5 persons 0.2-0.4 may travel to 6 free places: 1-2 do. Then all of them.
    world = World().live("0181/b", 5).live("0180/a", 0).offer("S", "0180", 6).way("0181/b", "S")
    world.open("0181", "0180")
    chosen = settings(shares=(*entitled(0.2, 0.4), Share("adult_share", "all", 1.0, 1.0)))
    found, _notes = both(world, Scenario("f", all_enrolled_entitled=True), tmp_path, chosen)
    assert found["0181"]["gap"] == ((3, 4), (0, 0))


def test_a_share_turns_digital(tmp_path: Path) -> None:
    # 4 are left, 100 digital places for everyone, half of those left take part: 2.
    world = town().offer("D", "0180", 100, digital=True)
    found, notes = both(world, Scenario("f", digital_share=0.5), tmp_path)
    assert found["0180"]["gap"] == ((4, 4), (2, 2))
    assert notes == ()
    _found, notes = both(town(), Scenario("f", digital_share=0.5), tmp_path / "2")
    assert notes == ("There is no digital activity this month: the digital share changes nothing.",)


def test_an_accommodation_closes(tmp_path: Path) -> None:
    # 10 in 0180 (6 places), 3 in 0181 (2 places that only G1 reaches). 6 move: 4 in 0180 are all served, 9 in 0181.
    # They are spread over G1 and G2 as 2000 to 1000: 4 and 2. G1 has 3 + 4 persons and 2 places.
    world = town().live("0181/G1", 3).offer("T", "0181", 2).way("0181/G1", "T")
    scenario = Scenario("f", closed=(CloseAccommodation("here", "0180", 6, "0181"),))
    found, notes = both(world, scenario, tmp_path)
    assert found["0180"] == {
        "need": ((10, 10), (4, 4)),
        "served": ((6, 6), (4, 4)),
        "gap": ((4, 4), (0, 0)),
        "no_day_return": ((0, 0), (0, 0)),
    }
    assert found["0181"] == {
        "need": ((3, 3), (9, 9)),
        "served": ((2, 2), (2, 2)),
        "gap": ((1, 1), (7, 7)),
        # The 2 in G2 have neither bus nor walk (900 m of the bus stop are far away).
        "no_day_return": ((0, 0), (2, 2)),
    }
    assert found["all"]["need"] == ((13, 13), (13, 13))
    assert notes == (
        (
            "here: who they are is not known, so they are taken from all groups alike, and spread over the other "
            "municipality like people whose place is not given."
        ),
    )


def test_more_move_than_the_count_is_at_least(tmp_path: Path) -> None:
    # A withheld 4-9, of whom 6 move: then 0-3 are left, and there were at least 6.
    world = World().live("0180/a", 4, 9, at=HOME).live("0181/G1", 0)
    scenario = Scenario("f", closed=(CloseAccommodation("here", "0180", 6, "0181"),))
    found, notes = both(world, scenario, tmp_path)
    assert found["0180"]["need"] == ((4, 9), (0, 3))
    assert found["0181"]["need"] == ((0, 0), (6, 6))
    assert notes[1] == (
        "here: the counts allow as few as 4 persons there; with 6 in the accommodation there are at least so many."
    )


def test_those_who_move_keep_their_groups(tmp_path: Path) -> None:
    # 4 women and 2 men; 3 move: 2 and 1.
    world = World().live("0180/a", 4, sex="women", at=HOME).live("0180/a", 2, sex="men", at=HOME)
    base = computed(world, tmp_path)
    move = CloseAccommodation("here", "0180", 3, "0181")
    need, points = move_people(base, base.need.table, base.points, move)
    rows = points.groupby(["municipality_code", "sex"])[["need_low_milli", "need_high_milli"]].sum()
    assert rows.to_dict("index") == {
        ("0180", "men"): {"need_low_milli": 1000, "need_high_milli": 1000},
        ("0180", "women"): {"need_low_milli": 2000, "need_high_milli": 2000},
        ("0181", "men"): {"need_low_milli": 1000, "need_high_milli": 1000},
        ("0181", "women"): {"need_low_milli": 2000, "need_high_milli": 2000},
    }
    counts = need[need["used"]].groupby(["municipality_code", "sex"])["high"].sum()
    assert counts.to_dict() == {
        ("0180", "men"): 1,
        ("0180", "women"): 2,
        ("0181", "men"): 1,
        ("0181", "women"): 2,
    }
    # What was given is as it was.
    assert base.need.table["high"].sum() == 6
    assert base.points["need_high_milli"].sum() == 6000


def test_sites_are_emptied_first(tmp_path: Path) -> None:
    world = World().live("0180/site-1", 5, kind="site").live("0180/a", 5).one_count("0180", 10, 10)
    base = computed(world, tmp_path)
    _need, points = move_people(
        base, base.need.table, base.points, CloseAccommodation("x", "0180", 6, "0181")
    )
    left = points.set_index("point_id")["need_high_milli"]
    assert left[["0180/site-1", "0180/a"]].tolist() == [0, 4000]


def test_the_total_is_that_of_the_county(tmp_path: Path) -> None:
    # From 0180 in county 01 to 0380 in county 03.
    world = town().live("0380/b", 1)
    scenario = Scenario("f", closed=(CloseAccommodation("here", "0180", 6, "0380"),))
    base = computed(world, tmp_path)
    object.__setattr__(base, "county", "01")
    sides = {side.code: side for side in side_by_side(base, altered(base, scenario), scenario)}
    assert (sides["all"].today["need"], sides["all"].changed["need"]) == ((10000, 10000), (4000, 4000))
    assert sides["0380"].changed["need"] == (7000, 7000)


def test_what_does_not_fit_the_month(tmp_path: Path) -> None:
    world = town().live("0181/G1", 3)
    scenario = Scenario(
        "om.toml",
        closed=(
            CloseAccommodation("first", "0180", 7, "0181"),
            CloseAccommodation("second", "0180", 4, "0181"),
            CloseAccommodation("third", "0181", 10, "0180"),
            CloseAccommodation("fourth", "2584", 1, "0180"),
        ),
        ended=(("fifth", "SS"),),
    )
    with using_language("en"):
        problems = [str(one) for one in problems_in_month(computed(world, tmp_path), scenario)]
    # 7 of 10 leave 3, and the 3 of 0181 are 10 by then, and 14 after the second.
    assert problems == [
        "om.toml: fifth: there is no activity SS in the register. It may be one of these: S.",
        "om.toml: second: 4 persons are more than the municipality can have, 3. Correct the number.",
        "om.toml: fourth: 1 persons are more than the municipality can have, 0. Correct the number.",
    ]


@pytest.mark.parametrize("county", [None, "01"])
def test_what_is_not_touched_is_not_shown(tmp_path: Path, county: str | None) -> None:
    world = town().live("0181/G1", 3)
    base = computed(world, tmp_path)
    object.__setattr__(base, "county", county)
    scenario = Scenario("f", ended=(("here", "S"),))
    sides = side_by_side(base, altered(base, scenario), scenario)
    assert [side.code for side in sides] == ["0180", "all"]
    assert sides[1].today["gap"] == (7000, 7000)


def test_who_moves_is_not_told_by_counts_of_ages_or_cases(tmp_path: Path) -> None:
    world = town().live("0181/G1", 3).offer("T", "0181", 2).way("0181/G1", "T")
    base = computed(world, tmp_path)
    counted = base.need.table.assign(case_status="first_instance_open")
    base = replace(
        base, need=replace(base.need, table=pd.concat([base.need.table, counted[:1].assign(used=False)]))
    )
    scenario = Scenario("f", closed=(CloseAccommodation("here", "0180", 6, "0181"),))
    with using_language("en"):
        notes = altered(base, scenario).notes
    assert notes[1] == (
        "here: those who move are taken as adults, and in both municipalities the eligible share tells who may travel: "
        "counts by age or case status do not say who lives in the accommodation."
    )


def test_who_has_moved_may_travel_by_the_rules_of_the_month(tmp_path: Path) -> None:
    # A rule asks for agency accommodation, and all 10 of 0180 live in their own: 6 take part there, nobody may go to
    # 0181. When 3 have moved to 0182, 7 are left, of whom one is without a place.
    world = town().offer("T", "0181", 20).way("0180/a", "T").live("0182/a", 1).open("0180", "0181")
    world.people[0]["accommodation"] = "own"
    rule = Rule("housed", "verified", accommodation=("agency",))
    chosen = settings(shares=entitled(1.0, 1.0), rules=RuleBook.always(rule))
    scenario = Scenario("f", closed=(CloseAccommodation("here", "0180", 3, "0182"),))
    found, _notes = both(world, scenario, tmp_path, chosen)
    assert found["0180"]["served"] == ((6, 6), (6, 6))
    assert found["0180"]["gap"] == ((4, 4), (1, 1))
