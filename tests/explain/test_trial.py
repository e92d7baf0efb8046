"""Each change is the month computed again: numbers by hand, ties, order, and what holds in every world."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from geomatch.explain.text import explained_lines
from geomatch.explain.trial import Change, corridor_trials, fewer, place_trials, ranked_changes
from geomatch.rules import Rule, RuleBook
from geomatch.settings import Settings
from geomatch.words import using_language
from tests.worlds import ALL_ENTITLED, MUNICIPALITIES, SHARES, World, entitled, settings, worlds

from .told import changes_of, explained_world, month_of

Told = tuple[str, str, tuple[int, int], tuple[int, int]]


def told(changes: list[Change]) -> list[Told]:
    return [(one.kind, one.name or one.municipality_code, one.own, one.everywhere) for one in changes]


def test_ten_places_are_filled_by_those_who_reach_them() -> None:
    # 3 to 25 people, 2 places: 1 to 23 are left, of whom ten more places take as many as there are.
    world = World().live("0180/a", 3, 25).offer("Kurs", "0180", 2).way("0180/a", "Kurs")
    assert told(changes_of(world, "0180")) == [("places", "Kurs", (1000, 10000), (1000, 10000))]


def test_a_series_here_that_nobody_reaches_is_tried_and_helps_nobody() -> None:
    world = World().live("0180/a", 3).offer("Kurs", "0180", 2)
    assert told(changes_of(world, "0180")) == [("places", "Kurs", (0, 0), (0, 0))]


def test_places_elsewhere_are_shared_with_those_who_live_there() -> None:
    # 6 of Södertälje and 8 of Stockholm want 4 places in Södertälje, whose people come first: 2 + 8 are left. Ten more
    # places: Södertälje's 6 and all 8 fit in 14.
    world = (
        World()
        .live("0180/a", 8)
        .live("0181/a", 6)
        .offer("Kurs", "0181", 4)
        .way("0180/a", "Kurs")
        .way("0181/a", "Kurs", 10)
        .open("0180", "0181")
    )
    assert told(changes_of(world, "0180")) == [("places", "Kurs", (8000, 8000), (10000, 10000))]


def test_a_corridor_can_take_from_others_what_it_gives_here() -> None:
    # Nacka's 6 places are all taken by 10 from Södertälje. Opened to 10 from Stockholm too, each side gets 3.
    world = (
        World()
        .live("0180/a", 10)
        .live("0181/a", 10)
        .offer("Kurs", "0182", 6)
        .way("0180/a", "Kurs", 30)
        .way("0181/a", "Kurs", 30)
        .open("0181", "0182")
    )
    assert told(changes_of(world, "0180")) == [
        # Ten more places without a corridor go to Södertälje.
        ("corridor", "0182", (3000, 3000), (0, 0)),
        ("places", "Kurs", (0, 0), (4000, 4000)),
    ]


def test_a_corridor_serves_those_who_have_the_right() -> None:
    # 40 to 50 % of ten people; 0.4 x 10 = 4 and 0.5 x 10 = 5.
    world = World().live("0180/a", 10).offer("Kurs", "0181", 20).way("0180/a", "Kurs")
    shares = entitled(0.4, 0.5)
    assert told(changes_of(world, "0180", settings(shares=shares))) == [
        ("corridor", "0181", (4000, 5000), (4000, 5000)),
        ("places", "Kurs", (0, 0), (0, 0)),
    ]


def test_an_open_corridor_is_not_opened_again() -> None:
    world = World().live("0180/a", 3).offer("Kurs", "0181", 2).way("0180/a", "Kurs").open("0180", "0181")
    assert told(changes_of(world, "0180")) == [("places", "Kurs", (1000, 1000), (1000, 1000))]


def test_where_all_candidates_are_open_none_is_tried() -> None:
    world = World().live("0180/a", 3).offer("Kurs", "0181", 2).way("0180/a", "Kurs")
    assert told(changes_of(world, "0180", settings(corridors="all_candidates"))) == [
        ("places", "Kurs", (1000, 1000), (1000, 1000))
    ]


def test_where_none_is_in_use_one_corridor_is_opened_alone() -> None:
    # The register's corridor to Nacka is not in use either: each of both is tried by itself.
    world = (
        World()
        .live("0180/a", 9)
        .offer("Kurs", "0181", 2)
        .offer("Prat", "0182", 3)
        .way("0180/a", "Kurs", 20)
        .way("0180/a", "Prat", 40)
        .open("0180", "0182")
    )
    assert told(changes_of(world, "0180", settings(corridors="none"))) == [
        ("corridor", "0182", (3000, 3000), (3000, 3000)),
        ("corridor", "0181", (2000, 2000), (2000, 2000)),
        ("places", "Kurs", (0, 0), (0, 0)),
        ("places", "Prat", (0, 0), (0, 0)),
    ]


def test_digital_places_count_where_people_take_part_at_a_distance() -> None:
    # Half of the 30 left may take part at a distance: 15, of whom 4 have a place; ten more give 14.
    world = World().live("0180/a", 30).offer("Nätkurs", "0181", 4, digital=True)
    assert told(changes_of(world, "0180", settings(digital_share=0.5))) == [
        ("places", "Nätkurs", (10000, 10000), (10000, 10000))
    ]
    assert changes_of(world, "0180") == []


def test_a_corridor_that_a_verified_rule_excludes_helps_nobody_and_comes_last() -> None:
    # Uppsala (0380) is in another county. Its corridor would help 9 but for the rule, the one to Södertälje 4.
    world = (
        World()
        .live("0180/a", 9)
        .offer("Kurs", "0181", 4)
        .offer("Prat", "0380", 20)
        .way("0180/a", "Kurs")
        .way("0180/a", "Prat")
    )
    rule = RuleBook.always(Rule("home_county", "verified", within_county=True))
    found = explained_world(world, "0180", settings(shares=ALL_ENTITLED, rules=rule))
    assert told(list(found.changes)) == [
        ("corridor", "0181", (4000, 4000), (4000, 4000)),
        ("places", "Kurs", (0, 0), (0, 0)),
        ("places", "Prat", (0, 0), (0, 0)),
        ("corridor", "0380", (0, 0), (0, 0)),
    ]
    assert [one.municipality_code for one in found.best] == ["0181"]
    with using_language("en"):
        lines = explained_lines(found)
    assert "  3 more changes were tried and would help nobody here." in lines
    assert not any("Uppsala" in line for line in lines)


def test_as_good_ones_are_told_as_such() -> None:
    world = (
        World()
        .live("0180/a", 30)
        .offer("Liten", "0180", 2)
        .offer("Stor", "0180", 5)
        .offer("Borta", "0181", 1)
        .way("0180/a", "Liten")
        .way("0180/a", "Stor")
        .way("0180/a", "Borta")
    )
    found = explained_world(world, "0180", settings())
    # The smaller one first: neither name nor order in the register decides.
    assert [one.name for one in found.best] == ["Liten", "Stor"]
    with using_language("en"):
        lines = explained_lines(found)
    effect = "10 fewer would be without a place here, 10 fewer in all municipalities."
    start = lines.index("Which single change would help most") + 1
    assert lines[start : start + 4] == [
        f"  Most would be gained by 10 more places at Liten in Stockholm. {effect}",
        f"  As much would be gained by 10 more places at Stor in Stockholm. {effect}",
        (
            "  Less would be gained by opening the corridor to Södertälje. 1 fewer would be without a place here, "
            "1 fewer in all municipalities."
        ),
        "  1 more change was tried and would help nobody here.",
    ]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Change("places", (2, 3), (2, 3)), Change("places", (1, 3), (9, 9))),
        (Change("places", (2, 2), (2, 2)), Change("places", (1, 3), (9, 9))),
        (Change("bus", (2, 2), (5, 5)), Change("time", (2, 2), (2, 2))),
        (Change("time", (2, 2), (2, 2)), Change("corridor", (2, 2), (2, 2))),
        (Change("corridor", (2, 2), (2, 2)), Change("places", (2, 2), (2, 2))),
        (Change("places", (2, 2), (2, 2)), Change("bus", (2, 2), (2, 2))),
        (
            Change("time", (2, 2), (2, 2), content=(15.0, 15.0)),
            Change("time", (2, 2), (2, 2), content=(30.0, -30.0)),
        ),
        (Change("places", (0, 0), (0, 0)), Change("corridor", (9, 9), (9, 9), verdict="outside_policy")),
    ],
)
def test_order(better: Change, worse: Change) -> None:
    assert ranked_changes([worse, better]) == [better, worse] == ranked_changes([better, worse])


def tried(world: World, chosen: Settings) -> list[Change]:
    """Places and corridors of every municipality, best first, without asking which corridors are any good."""
    month = month_of(world, chosen)
    now = month.allocated()
    nothing = pd.DataFrame({"from_code": [], "to_code": [], "verdict": [], "travel_best_min": []})
    return [
        one
        for code in MUNICIPALITIES
        for one in ranked_changes(place_trials(month, now, code) + corridor_trials(month, now, nothing, code))
    ]


@few(max_examples=15)
@given(worlds(), SHARES)
def test_no_corridor_and_no_places_leave_more_people_without_a_place_in_all(
    world: World, share: tuple[float, float]
) -> None:
    for one in tried(world, settings(shares=entitled(*share))):
        assert min(one.everywhere) >= 0, one


@few(max_examples=15)
@given(worlds(), SHARES)
def test_the_part_around_a_municipality_gives_the_same_effects(
    world: World, share: tuple[float, float]
) -> None:
    month = month_of(world, settings(shares=entitled(*share)))
    whole = month.allocated()
    for code in MUNICIPALITIES:
        part = month.around(code)
        here = part.allocated()
        effects = zip(place_trials(month, whole, code), place_trials(part, here, code), strict=True)
        for expected, found in effects:
            assert (found.kind, found.name) == (expected.kind, expected.name)
            # To a thousandth of a person, which is what the allocation is exact to.
            assert found.own == pytest.approx(expected.own, abs=1)
            assert found.everywhere == pytest.approx(expected.everywhere, abs=2)


@few(max_examples=12)
@given(worlds(), st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(world: World, random: object) -> None:
    other = World(list(world.people), list(world.series), list(world.ways), list(world.corridors))
    names = [one["series"] for one in world.series]
    shuffled = list(names)
    random.shuffle(shuffled)
    renamed = dict(zip(names, shuffled, strict=True))
    other.series = [{**one, "series": renamed[one["series"]]} for one in reversed(world.series)]
    other.ways = [{**one, "series": renamed[one["series"]]} for one in reversed(world.ways)]
    before, after = (
        [(one.kind, one.own, one.everywhere) for one in tried(some, settings())] for some in (world, other)
    )
    assert before == after


def test_what_is_far_away_takes_no_part() -> None:
    world = (
        World()
        .live("0180/a", 8)
        .live("0181/a", 6)
        .offer("Kurs", "0180", 4)
        .offer("Borta", "0181", 4)
        .offer("Ingen", "0180", 1)
        .way("0180/a", "Kurs")
        .way("0181/a", "Borta")
        .way("0180/a", "Borta", reachable=False)
    )
    part = month_of(world).around("0180")
    assert list(part.points["point_id"]) == ["0180/a"]
    assert sorted(part.activities["series_id"]) == ["Ingen", "Kurs"]
    # Whoever gets to a series of the municipality belongs to it, also where nobody who lives there does.
    other = (
        World().live("0180/a", 8).live("0181/a", 6).offer("Kurs", "0180", 0).way("0181/a", "Kurs", walk=True)
    )
    part = month_of(other).around("0180")
    assert sorted(part.points["point_id"]) == ["0180/a", "0181/a"]
    [more] = place_trials(part, part.allocated(), "0180")
    assert (more.own, more.everywhere) == ((0, 0), (6000, 6000))
    # Whoever takes part at a distance shares places with everybody.
    whole = month_of(world, settings(digital_share=0.1))
    assert whole.around("0180") is whole


def test_fewer_is_what_was_less_what_is() -> None:
    world = World().live("0180/a", 5, 8).live("0181/b", 2).offer("Kurs", "0180", 1).way("0180/a", "Kurs")
    month = month_of(world)
    more = replace(month, activities=month.activities.assign(places=3))
    assert fewer(month.allocated(), more.allocated(), "0180") == ((2000, 2000), (2000, 2000))
    assert fewer(more.allocated(), month.allocated(), "0180") == ((-2000, -2000), (-2000, -2000))
    assert fewer(month.allocated(), more.allocated(), "0181") == ((0, 0), (2000, 2000))


def test_no_register_at_all() -> None:
    world = World().live("0180/a", 3).offer("Kurs", "0181", 2).way("0180/a", "Kurs")
    month = replace(month_of(world), register=None)
    now = month.allocated()
    listed = changes_of(world, "0180")
    made = corridor_trials(month, now, month.day_returns.assign(verdict="", travel_best_min=30.0), "0180")
    assert told(made) == told(listed)[:1] == [("corridor", "0181", (2000, 2000), (2000, 2000))]
