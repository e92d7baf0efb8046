"""Verified rules in the allocation and in corridors: whom they exclude travels nowhere by them. By hand, and in any world."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.access.reach import BARRED, FREE, PERHAPS
from geomatch.barred import entitled_by_rules
from geomatch.corridors import corridors_table
from geomatch.rules import Person, Rule, RuleBook, answer
from tests.worlds import MONTH, World, entitled, persons, settings, worlds

DAY = date(2026, 9, 1)


def ruled(*rules: Rule, **more):
    return settings(rules=RuleBook.always(*rules), **more)


BORDER = Rule("b", "verified", within_county=True)
FAR = Rule("f", "verified", min_distance_m=5000.0)
GROUP = Rule("g", "verified", target_groups=("temporary_protection",))


def crossing() -> World:
    """10 people in 0180 who reach Uppsala (0380) by an open corridor, and 10 km to it."""
    return World().live("0180/a", 10).offer("s", "0380", 9).way("0180/a", "s").open("0180", "0380")


def test_without_a_rule_the_corridor_serves_nine() -> None:
    assert persons(crossing().served(ruled()), "0180") == {"served_by_corridor": 9, "in_reach_full": 1}


@pytest.mark.parametrize("rule", [BORDER, Rule("f", "verified", min_distance_m=10000.5), GROUP])
def test_whom_a_verified_rule_excludes_has_no_right_to_travel(rule: Rule) -> None:
    world = crossing()
    assert persons(world.served(ruled(rule)), "0180") == {"no_entitlement": 10}
    gaps = world.gaps(ruled(rule)).loc["0180"]
    # In reach, and not allowed: nobody is without a day return.
    assert (gaps["gap_low_milli"], gaps["gap_high_milli"]) == (10000, 10000)
    assert (gaps["no_day_return_low_milli"], gaps["no_day_return_high_milli"]) == (0, 0)


@pytest.mark.parametrize("rule", [BORDER, FAR, GROUP])
def test_an_assumed_rule_changes_nothing(rule: Rule) -> None:
    world = crossing()
    assumed = Rule(
        "r", "assumed", within_county=rule.within_county, min_distance_m=rule.min_distance_m, target_groups=rule.target_groups
    )  # fmt: skip
    pd.testing.assert_frame_equal(world.served(ruled(assumed)), world.served(ruled()))


def test_a_rule_of_the_border_leaves_corridors_within_the_county() -> None:
    world = crossing().offer("t", "0181", 4).way("0180/a", "t").open("0180", "0181")
    assert persons(world.served(ruled(BORDER)), "0180") == {"served_by_corridor": 4, "in_reach_full": 6}


def test_only_journeys_that_are_too_short_are_left_out() -> None:
    """a lives 10 km from the activity, b 4 km: by a least distance of 5 km only a's 3 may go, and 6 places are left."""
    world = World().live("0180/a", 3).live("0180/b", 5, at=(506000.0, 6500000.0)).offer("s", "0181", 9)
    world.way("0180/a", "s", 40).way("0180/b", "s", 20).open("0180", "0181")
    assert persons(world.served(ruled()), "0180") == {"served_by_corridor": 8}
    assert persons(world.served(ruled(FAR)), "0180") == {"served_by_corridor": 3, "no_entitlement": 5}
    row = table(world, ruled(FAR)).iloc[0]
    assert [row[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")] == [3000] * 4
    # The day return that may be used is a's.
    assert (row["travel_best_min"], row["travel_worst_min"]) == (40, 40)
    assert (row["verdict"], row["reasons"]) == ("possible", "gain_too_small")


def test_whoever_walks_or_stays_at_home_is_touched_by_no_rule() -> None:
    world = World().live("0180/a", 5).offer("s", "0380", 3).offer("h", "0180", 1)
    world.way("0180/a", "s", walk=True).way("0180/a", "h")
    found = persons(world.served(ruled(BORDER, FAR, GROUP)), "0180")
    assert found == {"served_local": 1, "served_by_corridor": 3, "in_reach_full": 1}


def test_a_rule_about_a_group_is_open_where_the_group_is_not_known() -> None:
    """Of 10 people of unknown group none, or all, may be asylum seekers: at low need nobody goes, at high need nine."""
    world = (
        World().live("0180/a", 10, group="all").offer("s", "0380", 9).way("0180/a", "s").open("0180", "0380")
    )
    about = Rule("b", "verified", within_county=True, about_groups=("asylum_seeker",))
    chosen = ruled(about)
    assert persons(world.served(chosen), "0180", "low") == {"no_entitlement": 10}
    assert persons(world.served(chosen), "0180", "high") == {"served_by_corridor": 9, "in_reach_full": 1}
    assert world.allocate(chosen).reach.barred.tolist() == [[PERHAPS]]
    gaps = world.gaps(chosen).loc["0180"]
    assert (gaps["gap_low_milli"], gaps["gap_high_milli"]) == (1000, 10000)
    for group, code in (("asylum_seeker", BARRED), ("temporary_protection", FREE)):
        world.people[0]["group"] = group
        assert world.allocate(chosen).reach.barred.tolist() == [[code]]


def table(world: World, chosen) -> pd.DataFrame:
    return corridors_table(world.allocate(chosen), world.points(), world.activities(), world.need())


def test_a_corridor_outside_the_rules_gains_nobody_and_says_why() -> None:
    row = table(crossing(), ruled(BORDER)).iloc[0]
    assert [row[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")] == [0] * 4
    assert (row["verdict"], row["reasons"]) == ("outside_policy", "rule:b;crosses_county_border")
    # How one gets there is told all the same.
    assert (row["travel_best_min"], row["transit_ok"]) == (30, True)


def counted(world: World, *accommodations: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    for person, accommodation in zip(world.people, accommodations, strict=True):
        person["accommodation"] = accommodation
    # Counts of a municipality, not of its localities.
    return world.points(), world.need().assign(locality_code="all")


def sums(found: pd.DataFrame) -> list[int]:
    columns = [f"entitled_{ends}_milli" for ends in ("ll", "lh", "hl", "hh")]
    return [int(value) for value in found[columns].sum()]


def own(about: tuple[str, ...] = ()) -> Rule:
    return Rule("own", "verified", about_groups=about, accommodation=("agency", "municipal", "other"))


def test_those_in_an_accommodation_that_is_excluded_are_not_entitled() -> None:
    """4 of 10 are counted in own accommodation: 6 are entitled, spread over the points by need."""
    world = World().live("0180/a", 4).live("0180/b", 6)
    points, need = counted(world, "own", "agency")
    found = entitled_by_rules(points, need, ruled(own()), MONTH)
    assert sums(found) == [6000] * 4
    assert sorted(found["entitled_hh_milli"]) == [2400, 3600]
    # A rule about others takes from nobody here; then the eligible share says, and no row is needed.
    assert entitled_by_rules(points, need, ruled(own(("temporary_protection",))), MONTH).empty
    assert sums(entitled_by_rules(points, need, ruled(own(("asylum_seeker",))), MONTH)) == [6000] * 4


def test_where_the_group_is_not_known_the_low_end_is_without_them_and_the_high_end_with_them() -> None:
    world = World().live("0180/a", 4, group="all").live("0180/b", 6, group="all")
    points, need = counted(world, "own", "agency")
    found = entitled_by_rules(points, need, ruled(own(("asylum_seeker",))), MONTH)
    assert sums(found) == [6000, 6000, 10000, 10000]


def test_a_least_age_holds_where_ages_are_counted() -> None:
    """Where nobody knows ages, all are taken for adults; a least age above 18 leaves open who is excluded."""
    adults, older = Rule("v", "verified", min_age=18), Rule("v", "verified", min_age=25)
    world = World().live("0180/a", 2).live("0180/b", 4)
    points, need = counted(world, "all", "all")
    whole = need.iloc[:1].assign(low=6, high=6)
    assert entitled_by_rules(points, whole, ruled(adults), MONTH).empty
    assert sums(entitled_by_rules(points, whole, ruled(older), MONTH)) == [0, 0, 6000, 6000]
    # Of 10 people counted by age 6 are adults, who ask for places, and 4 of them are 25 or more.
    ages = pd.concat([need, need.iloc[:1]]).assign(
        age_group=["0-17", "18-24", "25-"], low=[4, 2, 4], high=[4, 2, 4]
    )
    assert sums(entitled_by_rules(points, ages, ruled(adults), MONTH)) == [6000] * 4
    assert sums(entitled_by_rules(points, ages, ruled(older), MONTH)) == [4000] * 4


def test_an_assumed_rule_takes_the_right_from_nobody() -> None:
    world = World().live("0180/a", 4).live("0180/b", 6)
    points, need = counted(world, "own", "agency")
    assumed = Rule("own", "assumed", accommodation=("agency",))
    assert entitled_by_rules(points, need, ruled(assumed), MONTH).empty


def test_counts_of_open_cases_say_who_is_entitled_only_where_a_rule_asks_for_one() -> None:
    """3 of 10 have an open case; by rules that ask for none all 10 have the right."""
    world = World().live("0180/a", 10)
    points, need = counted(world, "all")
    need["used"] = True
    case = pd.concat(
        [need, need.assign(case_status="first_instance_open", low=3, high=3, used=False)], ignore_index=True
    )
    asks = Rule("c", "verified", case_status=("first_instance_open",))
    assert sums(entitled_by_rules(points, case, ruled(asks), MONTH)) == [3000] * 4
    assert entitled_by_rules(points, case, ruled(), MONTH).empty
    assert ruled(shares=entitled(0.2, 0.4)).share("eligible_share", "asylum_seeker", "01", DAY) == (1.0, 1.0)


rules = st.lists(
    st.builds(
        lambda number, status, about, asks: Rule(f"r{number}", status, about_groups=about, **asks),
        st.integers(0, 9),
        st.sampled_from(["verified", "verified", "assumed"]),
        st.sampled_from([(), ("asylum_seeker",), ("temporary_protection",)]),
        st.sampled_from(
            [
                {"within_county": True},
                {"area": "county"},
                {"min_distance_m": 5000.0},
                {"min_distance_m": 20000.0},
                {"target_groups": ("asylum_seeker",)},
                {"target_groups": ("temporary_protection", "permit_awaiting_settlement")},
            ]
        ),
    ),
    max_size=3,
    unique_by=lambda rule: rule.name,
)


@st.composite
def ruled_worlds(draw) -> tuple[World, tuple[Rule, ...]]:
    """Any world, with one of its municipalities in another county and one of its points near."""
    world = draw(worlds())
    moved = {"0182": "0382"}

    def code(text: str) -> str:
        return moved.get(text[:4], text[:4]) + text[4:]

    for person in world.people:
        person["point"] = code(person["point"])
        if draw(st.booleans()):
            person["at"] = (507000.0, 6500000.0)
    for one in world.series:
        one["municipality"] = code(one["municipality"])
    for way in world.ways:
        way["point"] = code(way["point"])
    for one in world.corridors:
        one["from_code"], one["to_code"] = code(one["from_code"]), code(one["to_code"])
    return world, tuple(draw(rules))


def allowed_at(month, listed: tuple[Rule, ...], end: str) -> list[bool | None]:
    """The answer of the rules on everybody who travels by a corridor in a scenario."""
    reach, scenario = month.reach, month.scenarios[end]
    arcs = scenario.arcs[np.asarray(scenario.allocation.flow) > 0]
    uses = scenario.people.use[arcs][scenario.people.pair[arcs] >= 0]
    found = []
    for use in uses.tolist():
        start, goal = reach.pairs[reach.use_pair[use]]
        far = 10000.0 if month.near.loc[reach.use_row[use]] == 500000.0 else 3000.0
        group = reach.rows["target_group"].iloc[reach.use_row[use]]
        crosses = reach.codes[start][:2] != reach.codes[goal][:2]
        found.append(answer(RuleBook.always(*listed).at(DAY), Person(group), far, crosses).may_travel)
    return found


class Watched:
    """A month with the east coordinate of each row's home."""

    def __init__(self, world: World, chosen) -> None:
        month = world.allocate(chosen)
        self.reach, self.scenarios = month.reach, month.scenarios
        self.near = pd.Series([person["at"][0] for person in world.people])


@hypothesis_settings(max_examples=150)
@given(ruled_worlds())
def test_nobody_whom_a_verified_rule_excludes_travels_by_a_corridor(case) -> None:
    world, listed = case
    month = Watched(world, ruled(*listed))
    # Where the group is not known it may be excluded: such people travel at high need only.
    assert all(allowed_at(month, listed, "low"))
    assert False not in allowed_at(month, listed, "high")


@hypothesis_settings(max_examples=100)
@given(ruled_worlds())
def test_no_corridor_is_recommended_to_anyone_a_verified_rule_excludes(case) -> None:
    """The gain of a corridor is that of people whom no verified rule excludes: opened, none but they travel by it."""
    world, listed = case
    chosen = ruled(*listed)
    rows = table(world, chosen)
    for row in rows.to_dict("records"):
        gained = max(row[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh"))
        if row["verdict"] == "outside_policy" and "none_entitled" not in row["reasons"]:
            assert gained == 0
        if gained and row["status"] != "open":
            with_it = World(world.people, world.series, world.ways, [*world.corridors])
            with_it.open(row["from_code"], row["to_code"])
            month = Watched(with_it, chosen)
            assert False not in allowed_at(month, listed, "high")
            assert all(allowed_at(month, listed, "low"))


@hypothesis_settings(max_examples=80)
@given(ruled_worlds())
def test_a_rule_never_serves_more_and_every_bound_still_encloses(case) -> None:
    world, listed = case
    free, bound = world.served(ruled()), world.served(ruled(*listed))
    for end in ("low", "high"):
        served = [
            sum(
                part[part["scenario"] == end][f"{name}_milli"].sum()
                for name in ("served_local", "served_by_corridor", "served_digital")
            )
            for part in (free, bound)
        ]
        # Local first: what is served in all can only fall.
        assert served[1] <= served[0]
    gaps = world.gaps(ruled(*listed))
    lost = ["in_reach_full_milli", "corridor_not_open_milli", "no_entitlement_milli", "no_day_return_milli"]
    for end in ("low", "high"):
        scenario = bound[bound["scenario"] == end].groupby("municipality_code")[lost].sum().sum(axis=1)
        assert (gaps["gap_low_milli"] <= scenario.reindex(gaps.index)).all()
        assert (gaps["gap_high_milli"] >= scenario.reindex(gaps.index)).all()
    assert (gaps["gap_best_point_milli"] <= gaps["gap_worst_point_milli"]).all()
