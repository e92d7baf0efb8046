"""Corridors: gains, complements and verdicts in worlds worked out by hand, and against trying everything."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from scipy.optimize import linprog

from geomatch.access import allocate_month
from geomatch.allocation import Mixture
from geomatch.allocation.flows import most
from geomatch.corridors import corridors_table
from geomatch.corridors.gains import make_gains, mended_gains, plain_gains
from geomatch.corridors.ways import good_returns
from geomatch.rules import Rule, RuleBook
from geomatch.settings import CorridorSettings
from tests.worlds import MONTH, SHARES, World, entitled, settings, worlds

CORNERS = ("ll", "lh", "hl", "hh")


def table(world, chosen=None):
    month = world.allocate(chosen)
    frame = corridors_table(month, world.points(), world.activities(), world.need())
    frame.index = frame["from_code"] + "-" + frame["to_code"]
    return frame


def gains(row):
    return [row[f"gain_{corner}_milli"] for corner in CORNERS]


def reasons(row):
    return row["reasons"].split(";")


def test_a_plain_corridor():
    """10 people with nothing at home, 8 places there, 45 min each way, 2 sessions a week: 8 gained."""
    row = table(World().live("0180/a", 10).offer("s", "0181", 8).way("0180/a", "s", 45)).loc["0180-0181"]
    assert (row["status"], row["reference"]) == ("candidate", "")
    assert gains(row) == [8000] * 4
    assert (row["entitled_unserved_low_milli"], row["free_places_high_milli"]) == (10000, 8000)
    assert (row["travel_best_min"], row["travel_median_min"], row["travel_worst_min"]) == (45, 45, 45)
    # 8 persons x 2 sessions a week x 52/12 weeks x 2 trips, 45 kr each.
    assert row["trips_high"] == pytest.approx(8 * 2 * 52 / 12 * 2)
    assert row["cost_high_sek"] == pytest.approx(8 * 2 * 52 / 12 * 2 * 45)
    assert row["cost_per_person_sek"] == pytest.approx(2 * 52 / 12 * 2 * 45)
    assert (row["verdict"], row["reasons"]) == ("recommended", "gain_at_every_corner")
    assert (row["size_ok"], row["supply_ok"], row["transit_ok"]) == (True, True, True)
    assert (row["gain_paired_ll_milli"], row["paired_with"]) == (8000, "")


def test_four_corners():
    """0180 has 2-9 people, 0181 3-6 of its own for 10 places: min(own, 10 - other) at each corner."""
    world = World().live("0180/a", 2, 9).live("0181/b", 3, 6).offer("s", "0181", 10)
    row = table(world.way("0180/a", "s").way("0181/b", "s")).loc["0180-0181"]
    assert gains(row) == [2000, 2000, 7000, 4000]
    assert (row["verdict"], row["reasons"]) == ("possible", "gain_too_small")


def test_an_open_corridor_shows_what_closing_it_loses():
    """3 of the 8 places are taken by it: free are all 8, lost would be 3."""
    world = (
        World()
        .live("0180/a", 3)
        .offer("s", "0181", 8)
        .way("0180/a", "s")
        .open("0180", "0181", reference="dnr 7")
    )
    row = table(world).loc["0180-0181"]
    assert (row["status"], row["reference"]) == ("open", "dnr 7")
    assert gains(row) == [3000] * 4
    assert row["free_places_high_milli"] == 8000
    # Without corridors in use it would gain the same.
    assert gains(table(world, settings("none")).loc["0180-0181"]) == [3000] * 4


def test_places_are_free_when_others_can_move_to_let_one_in():
    """0181's 8 people fill s, which is nearer, though they could take t as well; 0180's 5 reach s only.

    s is full in the optimum, and yet 8 further people could be let in: nobody would lose a place.
    """
    world = World().live("0180/a", 5).live("0181/b", 8).offer("s", "0181", 8).offer("t", "0181", 8)
    world.way("0180/a", "s", 30).way("0181/b", "s", 10).way("0181/b", "t", 20)
    row = table(world).loc["0180-0181"]
    assert row["free_places_low_milli"] == 8000
    assert gains(row) == [5000] * 4
    assert row["supply_ok"]
    assert "places_taken" not in reasons(row)


def test_places_that_others_need_are_not_free():
    """As before, but 0181's 8 people can go nowhere else: nothing is free, nothing gained."""
    world = World().live("0180/a", 5).live("0181/b", 8).offer("s", "0181", 8)
    row = table(world.way("0180/a", "s", 30).way("0181/b", "s", 10)).loc["0180-0181"]
    assert (row["free_places_low_milli"], gains(row)) == (0, [0] * 4)
    assert not row["supply_ok"]
    assert "places_taken" in reasons(row)


def test_places_beyond_what_a_flow_can_count_do_not_stop_the_month():
    """2 million places, by a slip of the pen, more than a flow in 32 bits can count: all of them are free."""
    row = table(World().live("0180/a", 5).offer("s", "0181", 2_000_000).way("0180/a", "s")).loc["0180-0181"]
    assert gains(row) == [5000] * 4
    assert row["free_places_low_milli"] == 2_000_000_000


def test_an_open_corridor_that_nobody_can_use_has_a_row():
    row = table(World().live("0180/a", 3).open("0180", "0181")).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("not_recommended", "no_gain;no_day_return")
    assert math.isnan(row["travel_best_min"])
    assert math.isnan(row["cost_per_person_sek"])
    assert (row["trips_high"], row["transit_ok"]) == (0, False)


def test_a_pair_on_foot_is_a_candidate_that_gains_nothing():
    """1 of 3 is served at home, the others walk to 2 of the 8 places: nobody waits for a corridor, 6 places are free."""
    world = World().live("0180/a", 3).offer("h", "0180", 1).offer("s", "0181", 8)
    world.way("0180/a", "h").way("0180/a", "s", walk=True)
    row = table(world).loc["0180-0181"]
    assert gains(row) == [0] * 4
    assert (row["verdict"], row["reasons"]) == ("not_recommended", "no_gain;walked")
    assert (row["entitled_unserved_low_milli"], row["free_places_low_milli"]) == (2000, 6000)
    assert (row["size_ok"], row["supply_ok"], row["transit_ok"]) == (False, True, True)


def test_only_the_entitled_among_the_walkers_are_counted():
    world = World().live("0180/a", 10).offer("s", "0181", 8).way("0180/a", "s", walk=True)
    row = table(world, settings(shares=entitled(0.2, 0.4))).loc["0180-0181"]
    assert (row["entitled_unserved_low_milli"], row["entitled_unserved_high_milli"]) == (2000, 4000)


def test_places_that_walkers_fill_are_taken():
    """0181's own 8 people fill the 8 places: 0180's people can walk there, and find nothing free."""
    world = World().live("0180/a", 3).live("0181/b", 8).offer("s", "0181", 8).way("0181/b", "s")
    row = table(world.way("0180/a", "s", walk=True)).loc["0180-0181"]
    assert (row["free_places_low_milli"], row["reasons"]) == (0, "no_gain;walked;places_taken")


def test_the_cost_of_one_person_is_known_where_somebody_is_gained_at_one_end_only():
    """At high need 0181's 8 people fill s; at low need 3 of its places are free for 0180's 5: 3 gained, then none."""
    world = World().live("0180/a", 5).live("0181/b", 5, 8).offer("s", "0181", 8)
    row = table(world.way("0180/a", "s").way("0181/b", "s")).loc["0180-0181"]
    assert gains(row) == [3000, 0, 3000, 0]
    assert (row["cost_low_sek"], row["cost_high_sek"]) == (pytest.approx(3 * 2 * 52 / 12 * 2 * 45), 0)
    assert row["cost_per_person_sek"] == pytest.approx(2 * 52 / 12 * 2 * 45)


def test_a_point_without_people_makes_a_candidate():
    row = table(World().live("0180/a", 0).offer("s", "0181", 8).way("0180/a", "s")).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("not_recommended", "no_gain")


def test_unserved_are_those_whom_home_cannot_serve():
    """10 entitled of 16 reach 0181; 8 places at home fit all 16. 6 others can fill 6 of them, so 2 of the 10 stay home."""
    world = World().live("0180/a", 10).live("0180/b", 6).offer("h", "0180", 8).offer("s", "0181", 20)
    world.way("0180/a", "h").way("0180/b", "h").way("0180/a", "s")
    row = table(world).loc["0180-0181"]
    assert row["entitled_unserved_high_milli"] == 8000
    assert gains(row) == [8000] * 4


def test_enough_places_at_home_leave_nobody():
    world = (
        World()
        .live("0180/a", 5)
        .offer("h", "0180", 9)
        .offer("s", "0181", 9)
        .way("0180/a", "h")
        .way("0180/a", "s")
    )
    row = table(world).loc["0180-0181"]
    assert (row["entitled_unserved_high_milli"], gains(row)) == (0, [0] * 4)


def test_complementing_corridors():
    """All 7 places of s are 0181's by an open corridor; 0181-0183 would free them for 0180: only together."""
    world = World().live("0180/a", 7).live("0181/b", 7).offer("s", "0182", 7).offer("t", "0183", 7)
    world.way("0180/a", "s").way("0181/b", "s").way("0181/b", "t").open("0181", "0182")
    rows = table(world)
    one, two = rows.loc["0180-0182"], rows.loc["0181-0183"]
    assert gains(one) == [0] * 4
    assert (one["gain_paired_hh_milli"], one["paired_with"]) == (7000, "0181-0183")
    assert (one["verdict"], reasons(one)) == ("possible", ["gain_only_paired", "places_taken"])
    # And the other way round: 0181's corridor is of use only when 0180 comes to the freed places.
    assert gains(two) == [0] * 4
    assert (two["gain_paired_ll_milli"], two["paired_with"]) == (7000, "0180-0182")


def test_two_that_help_each_other_only_where_one_municipality_has_many():
    """0180 has 0-10 people, 0181 5-10 who fill the 5 places of s by an open pair; t's 5 are reached by 0181 only.

    With 0180 at 10 and 0181 at 5, 0181-0183 alone brings nobody (its 5 have s), 0180-0182 alone nobody (s is full), and
    both bring 5: 0181 goes to t and 0180 to s. With both high 0181-0183 alone serves those 5 of 0181's who are left over.
    """
    world = World().live("0180/a", 0, 10).live("0181/b", 5, 10)
    world.offer("s", "0182", 5).offer("t", "0183", 5)
    world.way("0180/a", "s").way("0181/b", "s").way("0181/b", "t").open("0181", "0182")
    row = table(world).loc["0180-0182"]
    assert [row[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")] == [0] * 4
    assert [row[f"gain_paired_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")] == [0, 0, 5000, 0]
    assert (row["paired_with"], row["verdict"]) == ("0181-0183", "possible")
    assert row["reasons"].split(";")[0] == "gain_only_paired"


def test_of_two_complements_the_one_with_more_persons_is_named():
    """0181 can move to 0183 (2 places) or 0184 (5)."""
    world = (
        World()
        .live("0180/a", 7)
        .live("0181/b", 7)
        .offer("s", "0182", 7)
        .offer("t", "0183", 2)
        .offer("u", "0184", 5)
    )
    world.way("0180/a", "s").way("0181/b", "s").way("0181/b", "t", 10).way("0181/b", "u", 50).open(
        "0181", "0182"
    )
    row = table(world).loc["0180-0182"]
    assert (row["gain_paired_hh_milli"], row["paired_with"]) == (5000, "0181-0184")


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ({"minutes": 60.5}, "too_long"),
        ({"booking": True}, "booking_needed"),
        ({"tight": True}, "tight_last_way_home"),
    ],
)
def test_a_poor_day_return_is_possible_at_the_most(way, reason):
    row = table(World().live("0180/a", 10).offer("s", "0181", 8).way("0180/a", "s", **way)).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("possible", f"good_gain_too_small;{reason}")
    assert not row["transit_ok"]


def test_only_good_day_returns_count_for_a_recommendation():
    """10 people with a good way to 5 places and a poor one to 9: 10 gained, 5 by good ways, 6 are needed."""
    world = World().live("0180/a", 10).offer("s", "0181", 5).offer("t", "0181", 9)
    world.way("0180/a", "s", 30).way("0180/a", "t", 70)
    row = table(world).loc["0180-0181"]
    assert gains(row) == [10000] * 4
    assert (row["verdict"], row["reasons"], row["transit_ok"]) == (
        "possible",
        "good_gain_too_small;too_long",
        True,
    )
    world.series[0]["places"] = 6
    assert table(world).loc["0180-0181", "verdict"] == "recommended"


def test_min_gain_is_met_exactly():
    world = World().live("0180/a", 6).offer("s", "0181", 6).way("0180/a", "s")
    assert table(world).loc["0180-0181", "verdict"] == "recommended"
    more = replace(settings(), corridors=CorridorSettings(min_gain=6.5))
    assert table(world, more).loc["0180-0181", "verdict"] == "possible"


def test_supply_is_enough_at_both_ends():
    """8 places that surely suit, and 0-10 people of the place itself: 8 are free at low need, none at high."""
    world = (
        World()
        .live("0180/a", 10)
        .live("0181/b", 0, 10)
        .offer("s", "0181", 8)
        .way("0180/a", "s")
        .way("0181/b", "s")
    )
    row = table(world).loc["0180-0181"]
    assert (row["free_places_low_milli"], row["free_places_high_milli"], row["supply_ok"]) == (8000, 0, False)


def test_an_unknown_share_blocks():
    """20 people, 20-40 % entitled: 4 to 8. At the high end it would be recommended, at the low it is not."""
    world = World().live("0180/a", 20).offer("s", "0181", 9).way("0180/a", "s")
    row = table(world, settings(shares=entitled(0.2, 0.4))).loc["0180-0181"]
    assert gains(row) == [4000, 4000, 8000, 8000]
    assert (row["verdict"], reasons(row)) == ("possible", ["gain_too_small", "unknown_share"])
    assert row["share_blocks"]
    known = table(world, settings(shares=entitled(0.4, 0.4))).loc["0180-0181"]
    assert (known["verdict"], known["share_blocks"]) == ("recommended", False)
    # Need, not the share, is what is too small here: 10 people at low need.
    world.people[0]["low"] = 10
    row = table(world, settings(shares=entitled(0.2, 0.4))).loc["0180-0181"]
    assert (row["share_blocks"], reasons(row)) == (False, ["gain_too_small"])


def test_nobody_entitled_is_outside_policy():
    world = World().live("0180/a", 20).offer("s", "0181", 9).way("0180/a", "s")
    row = table(world, settings(shares=entitled(0.0, 0.0))).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("outside_policy", "none_entitled")


def ruled(*rules):
    return settings(rules=RuleBook.always(*rules))


@pytest.mark.parametrize(
    ("asked", "verdict", "why", "assumed"),
    [
        ({"status": "verified", "within_county": True}, "outside_policy", "rule:r;crosses_county_border", ""),
        ({"status": "verified", "area": "county"}, "outside_policy", "rule:r;crosses_county_border", ""),
        ({"status": "verified", "area": "not_known"}, "recommended", "gain_at_every_corner", ""),
        ({"status": "assumed", "within_county": True}, "recommended", "gain_at_every_corner", "r"),
        # The points are 10 km from the series.
        ({"status": "verified", "min_distance_m": 10001.0}, "outside_policy", "rule:r;below_min_distance", ""),
        ({"status": "verified", "min_distance_m": 10000.0}, "recommended", "gain_at_every_corner", ""),
        ({"status": "assumed", "min_distance_m": 10001.0}, "recommended", "gain_at_every_corner", "r"),
        # Those who live there are asylum seekers, of whom nothing else is known.
        ({"status": "verified", "target_groups": ("temporary_protection",)}, "outside_policy", "rule:r;target_group", ""),
        ({"status": "assumed", "target_groups": ("temporary_protection",)}, "recommended", "gain_at_every_corner", "r"),
        ({"status": "verified", "target_groups": ("asylum_seeker",)}, "recommended", "gain_at_every_corner", ""),
        ({"status": "verified", "within_county": True, "about_groups": ("temporary_protection",)}, "recommended", "gain_at_every_corner", ""),
        ({"status": "verified", "within_county": True, "about_groups": ("asylum_seeker",)}, "outside_policy", "rule:r;crosses_county_border", ""),
        ({"status": "assumed", "accommodation": ("agency",)}, "recommended", "gain_at_every_corner", ""),
    ],
)  # fmt: skip
def test_rules(asked, verdict, why, assumed):
    world = World().live("0180/a", 10).offer("s", "0380", 9).way("0180/a", "s")
    row = table(world, ruled(Rule("r", **asked))).loc["0180-0380"]
    assert (row["verdict"], row["reasons"], row["assumed_rules"]) == (verdict, why, assumed)


def test_within_the_county_no_border_rule_is_named():
    world = World().live("0180/a", 10).offer("s", "0181", 9).way("0180/a", "s")
    row = table(world, ruled(Rule("r", "assumed", within_county=True))).loc["0180-0181"]
    assert (row["verdict"], row["assumed_rules"]) == ("recommended", "")


def test_the_shipped_rules_of_the_month_flag_own_accommodation_where_there_is_some():
    world = World().live("0180/a", 10).offer("s", "0181", 9).way("0180/a", "s")
    world.people[0]["accommodation"] = "own"
    row = table(world, settings()).loc["0180-0181"]
    assert (row["verdict"], row["assumed_rules"]) == ("recommended", "own_accommodation_2025")


def test_a_rule_that_excludes_some_is_named():
    """Of 20 people ten are known to live in own accommodation."""
    world = World().live("0180/a", 10).live("0180/b", 10).offer("s", "0181", 9)
    world.way("0180/a", "s").way("0180/b", "s")
    world.people[0]["accommodation"], world.people[1]["accommodation"] = "own", "agency"
    row = table(world, ruled(Rule("r", "verified", accommodation=("agency",)))).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("recommended", "gain_at_every_corner;not_for:r")
    world.people[1]["accommodation"] = "own"
    row = table(world, ruled(Rule("r", "verified", accommodation=("agency",)))).loc["0180-0181"]
    assert (row["verdict"], row["reasons"]) == ("outside_policy", "rule:r;accommodation")


def test_two_rules_can_exclude_everybody_together():
    """One bars asylum seekers from other counties, the other everyone else from travelling at all."""
    world = World().live("0180/a", 10).live("0180/b", 10, group="temporary_protection").offer("s", "0380", 9)
    world.way("0180/a", "s").way("0180/b", "s")
    border = Rule("b", "verified", within_county=True, about_groups=("asylum_seeker",))
    group = Rule("g", "verified", target_groups=("asylum_seeker",))
    row = table(world, ruled(border, group)).loc["0180-0380"]
    assert (row["verdict"], row["reasons"]) == (
        "outside_policy",
        "rule:b;crosses_county_border;rule:g;target_group",
    )
    row = table(world, ruled(border)).loc["0180-0380"]
    assert (row["verdict"], row["reasons"]) == ("recommended", "gain_at_every_corner;not_for:b")


def test_the_day_returns_of_a_pair():
    """Best 20, lower median of 20, 30, 40, 50 is 30, worst 50; a can go to 2 + 3 sessions a week, b to 1 + 1."""
    world = World().live("0180/a", 1).live("0180/b", 1).offer("s", "0181", 9).offer("t", "0181", 9)
    world.way("0180/a", "s", 20, per_week=2, transfers=1).way("0180/a", "t", 50, per_week=3, booking=True)
    world.way("0180/b", "s", 30, per_week=1).way("0180/b", "t", 40, per_week=1, tight=True)
    row = table(world).loc["0180-0181"]
    assert (row["travel_best_min"], row["travel_median_min"], row["travel_worst_min"]) == (20, 30, 50)
    assert (row["sessions_per_week"], row["transfers"], row["booking_needed"]) == (5, 1, False)
    assert (row["last_way_home_share"], row["last_way_home_tight"], row["transit_ok"]) == (0.5, False, True)
    assert np.isnan(row["last_way_home_change_min"])
    world.way("0180/b", "t", 10, per_week=1, tight=True)
    row = table(world).loc["0180-0181"]
    assert (row["travel_best_min"], row["last_way_home_tight"], row["last_way_home_change_min"]) == (
        10,
        True,
        5,
    )


def test_a_world_without_pairs_is_an_empty_table():
    assert table(World().live("0180/a", 1)).empty


def served_in_all(month, end, opened):
    """Most served, local first, by two plain linear programmes on rows and uses; `end` per municipality."""
    reach = month.reach
    home = reach.rows["municipality"].to_numpy()[reach.use_row]
    ends = end[home]
    need = reach.need[end[reach.rows["municipality"].to_numpy()], np.arange(len(reach.rows))]
    right = np.array(
        [reach.entitled[e, e, r] for r, e in enumerate(end[reach.rows["municipality"].to_numpy()])]
    )
    allowed = (~reach.use_generous | (ends == 1)) & (
        (reach.use_pair < 0) | np.isin(reach.use_pair, np.flatnonzero(opened))
    )
    uses = np.flatnonzero(allowed)
    if not len(uses):
        return 0
    count, rows, places = len(uses), len(need), len(reach.capacity)
    matrix, bound = np.zeros((2 * rows + places, count)), np.concatenate([need, right, reach.capacity])
    for column, use in enumerate(uses):
        matrix[reach.use_row[use], column] = 1
        if reach.use_pair[use] >= 0:
            matrix[rows + reach.use_row[use], column] = 1
        matrix[2 * rows + reach.use_series[use], column] = 1
    local = (reach.use_pair[uses] == -1).astype(float)
    first = linprog(-local, A_ub=matrix, b_ub=bound, method="highs")
    second = linprog(
        -np.ones(count), A_ub=matrix, b_ub=bound, A_eq=local[None, :], b_eq=[-first.fun], method="highs"
    )
    return round(-second.fun)


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES)
def test_gains_alone_and_paired_are_those_of_trying_everything(world, share):
    chosen = settings(shares=entitled(*share))
    month = world.allocate(chosen)
    reach = month.reach
    rows = table(world, chosen)
    everyone = np.ones(len(reach.codes), dtype=np.int64)
    known: dict[tuple[bytes, bytes], int] = {}

    def total(end, opened):
        key = (end.tobytes(), opened.tobytes())
        if key not in known:
            known[key] = served_in_all(month, end, opened)
        return known[key]

    for number, (o, d) in enumerate(reach.pairs):
        row = rows.loc[f"{reach.codes[o]}-{reach.codes[d]}"]
        without, with_it = month.opened.copy(), month.opened.copy()
        without[number], with_it[number] = False, True
        for corner in CORNERS:
            end = everyone * (corner[1] == "h")
            end[o] = corner[0] == "h"
            assert row[f"gain_{corner}_milli"] == total(end, with_it) - total(end, without)
        together = {}
        for other in range(len(reach.pairs)):
            more, most = without.copy(), with_it.copy()
            more[other] = most[other] = True
            if other != number and not month.opened[other]:
                together[other] = {}
                for corner in CORNERS:
                    end = everyone * (corner[1] == "h")
                    end[o] = corner[0] == "h"
                    together[other][corner] = total(end, most) - total(end, more)
        alone = {corner: int(row[f"gain_{corner}_milli"]) for corner in CORNERS}
        shown = {corner: int(row[f"gain_paired_{corner}_milli"]) for corner in CORNERS}

        def greatest(asked, alone=alone, together=together):
            """The most that one further corridor adds up to at these corners, where it takes nothing away."""
            return max(
                (sum(max(found[corner], alone[corner]) for corner in asked) for found in together.values()),
                default=0,
            )

        # The best further corridor is the one with most at both ends together; of those that nobody gains by alone, else
        # the one with most at both mixed corners.
        ends, mixed = ("ll", "hh"), ("lh", "hl")
        best = {asked: greatest(asked) for asked in (ends, mixed)}
        if best[ends] > sum(alone[corner] for corner in ends):
            assert sum(shown[corner] for corner in ends) == best[ends]
        elif best[mixed] > 0 and not any(alone.values()):
            assert sum(shown[corner] for corner in mixed) == best[mixed]
        else:
            assert (row["paired_with"], shown) == ("", alone)
            continue
        codes = [f"{reach.codes[a]}-{reach.codes[b]}" for a, b in reach.pairs]
        found = together[codes.index(row["paired_with"])]
        assert shown == {corner: max(found[corner], alone[corner]) for corner in CORNERS}


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES)
def test_unserved_and_places_limit_the_gain(world, share):
    rows = table(world, settings(shares=entitled(*share)))
    for end, corner in (("low", "ll"), ("high", "hh")):
        assert (rows[f"gain_{corner}_milli"] >= 0).all()
        assert (rows[f"gain_{corner}_milli"] <= rows[f"entitled_unserved_{end}_milli"]).all()
        assert (rows[f"gain_{corner}_milli"] <= rows[f"free_places_{end}_milli"]).all()


@pytest.mark.parametrize("made_by", [plain_gains, mended_gains, make_gains])
def test_good_day_returns_never_gain_more_than_all(made_by):
    world = World().live("0180/a", 10).offer("s", "0181", 5).offer("t", "0181", 9)
    month = world.way("0180/a", "s", 30).way("0180/a", "t", 70).allocate()
    found = made_by(month.reach, month.opened, good_returns(month.reach, month.settings))
    for own, others in ((0, 0), (0, 1), (1, 0), (1, 1)):
        good, every = found.alone(np.array([0]), own, others)
        assert (good.tolist(), every.tolist()) == ([5000], [10000])


def test_row_order_and_codes_change_no_number():
    world = World().live("0180/a", 2, 9).live("0181/b", 3, 6).live("0182/c", 4).offer("s", "0181", 10)
    world.offer("t", "0182", 3).way("0180/a", "s", 30).way("0181/b", "s", 20).way("0180/a", "t", 40)
    world.way("0182/c", "t", 10).way("0182/c", "s", 50).open("0182", "0181")
    one = table(world)
    for rows in (world.people, world.series, world.ways):
        rows.reverse()
    two = table(world)
    assert one.equals(two)
    month = allocate_month(
        world.points(), world.activities(), world.day_returns(), world.register(), settings(), MONTH
    )
    assert month.reach.pairs == ((0, 1), (0, 2), (2, 1))


def crowded(seed):
    """Five municipalities, few places, many ways and half of the corridors open: many complements."""
    random = np.random.default_rng(seed)
    codes = [f"018{m}" for m in range(5)]
    world = World()
    for code in codes:
        world.live(f"{code}/a", int(random.integers(0, 3)), int(random.integers(3, 6)))
        world.offer(f"s{code}", code, int(random.integers(0, 5)))
    for code in codes:
        for goal in codes:
            if random.uniform() < (0.2 if code == goal else 0.6):
                world.way(f"{code}/a", f"s{goal}")
                if code != goal and random.uniform() < 0.5:
                    world.open(code, goal)
    return world


def mixture_of(found, origin, own, others):
    """The corner as a flow of its own (geomatch.allocation.totals), which `gains` does not use."""
    choice = np.full(len(found.reach.codes), others, dtype=np.int64)
    choice[origin] = own
    return Mixture.of(found.sheets, choice, found.reach.capacity, found.reach.series_owner)


def crowded_gains(seed, made_by):
    month = crowded(seed).allocate(settings(shares=entitled(0.5, 1.0)))
    return month, made_by(month.reach, month.opened, good_returns(month.reach, month.settings))


both_ways = pytest.mark.parametrize("made_by", [plain_gains, mended_gains])


@both_ways
def test_gains_at_every_corner_are_differences_of_two_flows(made_by):
    """Also with the shares known (state 2) and by good day returns alone."""
    for seed in range(12):
        month, found = crowded_gains(seed, made_by)
        pairs, count = month.reach.pairs, len(month.reach.pairs)
        for own, others in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 1), (1, 2)):
            good, every = found.alone(np.arange(count), own, others)
            for corridor, (origin, _goal) in enumerate(pairs):
                mixture = mixture_of(found, origin, own, others)
                base = np.tile(month.opened, 2)
                base[[corridor, corridor + count]] = False
                by_good, by_all = base.copy(), base.copy()
                by_good[corridor] = by_all[corridor] = by_all[corridor + count] = True
                without = mixture.total(base)
                assert good[corridor] == mixture.total(by_good) - without
                assert every[corridor] == mixture.total(by_all) - without


@both_ways
def test_free_places_are_what_a_crowd_would_add(made_by):
    """A crowd of unlimited people with the corridor's day returns, as a flow of its own."""
    for seed in range(25):
        month, found = crowded_gains(seed, made_by)
        reach, count = month.reach, len(month.reach.pairs)
        for end in (0, 1):
            free = found.free_places(reach.pairs, end)
            for corridor, (origin, _goal) in enumerate(reach.pairs):
                mixture = mixture_of(found, origin, end, end)
                base = np.tile(month.opened, 2)
                base[[corridor, corridor + count]] = False
                mask = mixture.allowed(base)
                uses = (reach.use_pair == corridor) & (~reach.use_generous | (end == 1))
                series = np.unique(reach.use_series[uses])
                series = series[~found.sheets[end].short[series]]
                need = np.append(mixture.need, reach.capacity.sum())
                cls = np.append(mixture.cls[mask], np.full(len(series), len(mixture.need)))
                together, _flow = most(need, reach.capacity, cls, np.append(mixture.series[mask], series))
                assert free[corridor] == together - mixture.total(base)


@both_ways
def test_the_best_further_corridor_is_that_of_trying_all(made_by):
    """Also those that the argument in `pairing` leaves out, and for open corridors."""
    complements = 0
    for seed in range(30):
        month, found = crowded_gains(seed, made_by)
        reach, count = month.reach, len(month.reach.pairs)
        every = np.arange(count)
        gain = [found.alone(every, end, end)[1] for end in (0, 1)]
        room = [found.free_places(reach.pairs, end) for end in (0, 1)]
        most_of = [found.entitled_unserved(reach.pairs, end) for end in (0, 1)]
        best_min = np.array([(7 * number) % 5 for number in every], dtype=float)
        results = list(found.paired(gain, room, most_of, best_min))
        for corridor, (other, together) in enumerate(results):
            alone = [int(gain[end][corridor]) for end in (0, 1)]
            tried = {}
            for further in np.flatnonzero(~month.opened).tolist():
                if further == corridor:
                    continue
                values = []
                for end in (0, 1):
                    mixture = mixture_of(found, reach.pairs[corridor][0], end, end)
                    opened = np.tile(month.opened, 2)
                    opened[[corridor, corridor + count]] = False
                    opened[[further, further + count]] = True
                    both = opened.copy()
                    both[[corridor, corridor + count]] = True
                    values.append(max(alone[end], mixture.total(both) - mixture.total(opened)))
                tried[further] = tuple(values)
            wanted = min(
                ((-sum(value), best_min[key], key) for key, value in tried.items()), default=(0, 0.0, -1)
            )
            if -wanted[0] <= sum(alone):
                assert (other, together) == (None, tuple(alone))
            else:
                assert (other, together) == (wanted[2], tried[wanted[2]])
                complements += 1
    assert complements > 20


@both_ways
def test_with_a_further_corridor_at_every_corner(made_by):
    """Differences of two flows; those that gain nobody alone are tried with every other one."""
    only = 0
    for seed in range(12):
        month, found = crowded_gains(seed, made_by)
        pairs, count = month.reach.pairs, len(month.reach.pairs)
        closed = np.flatnonzero(~month.opened).tolist()
        for own, others in ((0, 0), (0, 1), (1, 0), (1, 1)):
            alone = found.alone(np.arange(count), own, others)[1]
            asked = [(one, other) for one in range(count) for other in closed if one != other]
            wanted = {}
            for one, other in asked:
                mixture = mixture_of(found, pairs[one][0], own, others)
                opened = np.tile(month.opened, 2)
                opened[[other, other + count]] = True
                opened[[one, one + count]] = False
                both = opened.copy()
                both[[one, one + count]] = True
                wanted[one, other] = mixture.total(both) - mixture.total(opened)
            ones, further = (np.array(part, dtype=np.int64) for part in zip(*asked, strict=True))
            assert found.with_further(ones, further, own, others).tolist() == list(wanted.values())
            lone = np.flatnonzero(alone == 0)
            for one, told in zip(lone.tolist(), found.only_together(lone, own, others), strict=True):
                helped = {other: wanted[one, other] for other in closed if other != one}
                assert told == {other: more for other, more in helped.items() if more > 0}
                only += len(told)
    assert only > 20


@hypothesis_settings(max_examples=40)
@given(worlds(), SHARES)
def test_both_ways_of_counting_gains_agree(world, share):
    """The plain way, with a flow for each question, and flows that are mended."""
    month = world.allocate(settings(shares=entitled(*share)))
    good = good_returns(month.reach, month.settings)
    plain, mended = (made_by(month.reach, month.opened, good) for made_by in (plain_gains, mended_gains))
    pairs, every = month.reach.pairs, np.arange(len(month.reach.pairs))
    codes = range(len(month.reach.codes))
    ends = [*pairs, *((o, d) for o in codes for d in codes if o != d and (o, d) not in pairs)]
    for end in (0, 1):
        assert plain.entitled_unserved(ends, end).tolist() == mended.entitled_unserved(ends, end).tolist()
        assert plain.free_places(ends, end).tolist() == mended.free_places(ends, end).tolist()
    for own, others in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 1), (1, 2)):
        for one, other in zip(plain.alone(every, own, others), mended.alone(every, own, others), strict=True):
            assert one.tolist() == other.tolist()
