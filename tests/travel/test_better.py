"""Sessions at another time, and one more bus home: worked out by hand on small feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch.ask import ask_better_times
from geomatch.settings import Settings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.better import BUS_KINDS, MOVE_KINDS, later_bus, moved_sessions
from geomatch.travel.day_return import pair_returns
from geomatch.travel.extra import Departure, departures_home, with_departures
from geomatch.travel.network import Network, build_network
from geomatch.travel.question_files import read_activities, read_origins
from geomatch.travel.questions import Window, sessions_in
from geomatch.words import using_language

from .asked import activities_csv, line, network_of, origins_csv
from .feeds import Call, Feed, s

ZONE = "Europe/Stockholm"
# Wednesday the 8th and 15th.
DAYS = ["20230208", "20230215"]
WINDOW = Window(date(2023, 2, 8), date(2023, 2, 15))
# The activity is at C; to the west a village W, to the east villages E and F, each 20 km apart.
STOPS = {"W": (-20_000.0, 0.0), "C": (0.0, 0.0), "E": (20_000.0, 0.0), "F": (40_000.0, 0.0)}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with using_language("en"):
        yield


def asked(
    tmp_path: Path,
    trips: dict[str, list[Call]],
    persons: dict[str, object],
    activities: dict[str, tuple[str, str, str]],
    municipalities: list[object] | None = None,
    **more: object,
) -> tuple[Network, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Network, origins at the stops named in `persons`, activities (stop, start, end) on Wednesdays, sessions."""
    network = network_of(Feed(STOPS, trips, days=DAYS, **more), tmp_path / "feed")
    columns = {"persons": list(persons.values())}
    if municipalities:
        columns["municipality"] = municipalities
    origins = read_origins(
        origins_csv(tmp_path / "o.csv", {name: STOPS[name] for name in persons}, **columns)
    ).table
    places = read_activities(
        activities_csv(
            tmp_path / "a.csv",
            {name: (STOPS[stop], "wed", start, end) for name, (stop, start, end) in activities.items()},
        )
    ).table
    return network, origins, places, sessions_in(places, WINDOW, ZONE).table


# -------------------------------------------------------------------------------------------------- another time

# From the west one arrives at 9:50 and can leave at 12:10; from the east one arrives at 10:10 and leaves at 12:25.
BOTH_WAYS = {
    "w": line(("W", "9:20"), ("C", "9:50")),
    "e": line(("E", "9:40"), ("C", "10:10")),
    "wh": line(("C", "12:10"), ("W", "12:40")),
    "eh": line(("C", "12:25"), ("E", "12:55")),
}


def test_moves_with_who_is_gained_and_lost(tmp_path: Path) -> None:
    network, origins, activities, _sessions = asked(
        tmp_path, BOTH_WAYS, {"W": 3, "E": 7.5}, {"a": ("C", "10:00", "12:00")}
    )
    moves = moved_sessions(network, origins, activities, WINDOW, Settings())
    assert {name: str(kind) for name, kind in moves.dtypes.items()} == MOVE_KINDS
    # West: the session may start from 9:55 (9:50 and 5 min) and end by 12:05; so 0 min, and not 15 min later (12:15).
    # East: start from 10:15 and end by 12:20; that is 15 min later only. Earlier than 9:55 nobody comes in time.
    assert moves[
        ["shift_min", "start", "end", "persons_reachable", "more", "gained", "lost"]
    ].to_numpy().tolist() == [
        [-60, "09:00", "11:00", 0.0, -3.0, 0.0, 3.0],
        [-45, "09:15", "11:15", 0.0, -3.0, 0.0, 3.0],
        [-30, "09:30", "11:30", 0.0, -3.0, 0.0, 3.0],
        [-15, "09:45", "11:45", 0.0, -3.0, 0.0, 3.0],
        [0, "10:00", "12:00", 3.0, 0.0, 0.0, 0.0],
        [15, "10:15", "12:15", 7.5, 4.5, 7.5, 3.0],
        [30, "10:30", "12:30", 0.0, -3.0, 0.0, 3.0],
        [45, "10:45", "12:45", 0.0, -3.0, 0.0, 3.0],
        [60, "11:00", "13:00", 0.0, -3.0, 0.0, 3.0],
    ]
    assert moves.loc[moves["best"], "shift_min"].tolist() == [15]
    assert set(moves["persons"]) == {10.5}


def test_of_moves_that_bring_as_many_the_one_that_loses_nobody_then_the_shortest(tmp_path: Path) -> None:
    # Everyone who can come at 10:00 can come at any time: nothing is better than staying.
    trips = {
        "o": line(("W", "8:00"), ("C", "8:30")),
        "h": line(("C", "14:00"), ("W", "14:30")),
    }
    network, origins, activities, _sessions = asked(tmp_path, trips, {"W": 3}, {"a": ("C", "10:00", "12:00")})
    moves = moved_sessions(network, origins, activities, WINDOW, Settings())
    assert moves.loc[moves["best"], "shift_min"].tolist() == [0]
    # With the same persons from either side there are two: 15 min loses W for E, both 4; staying loses nobody.
    network, origins, activities, _sessions = asked(
        tmp_path, BOTH_WAYS, {"W": 4, "E": 4}, {"a": ("C", "10:00", "12:00")}
    )
    moves = moved_sessions(network, origins, activities, WINDOW, Settings())
    assert moves.loc[moves["shift_min"] == 15, ["more", "gained", "lost"]].to_numpy().tolist() == [[0, 4, 4]]
    assert moves.loc[moves["best"], "shift_min"].tolist() == [0]
    # The last bus to the west leaves at 12:00, which is right for sessions that end by 11:55; from the east one is
    # there at 10:00, right for those that start from 10:05. So 15 min and more earlier serve the west, 15 min and
    # more later the east, with nobody lost: the shortest move, and the earlier of the two.
    trips = {
        "w": line(("W", "7:00"), ("C", "7:30")),
        "wh": line(("C", "12:00"), ("W", "12:30")),
        "e": line(("E", "9:30"), ("C", "10:00")),
        "eh": line(("C", "14:00"), ("E", "14:30")),
    }
    network, origins, activities, _sessions = asked(
        tmp_path, trips, {"W": 4, "E": 4}, {"a": ("C", "10:00", "12:00")}
    )
    moves = moved_sessions(network, origins, activities, WINDOW, Settings())
    assert moves["more"].tolist() == [4, 4, 4, 4, 0, 4, 4, 4, 4]
    assert moves["lost"].tolist() == [0] * 9
    assert moves.loc[moves["best"], "shift_min"].tolist() == [-15]


def test_a_session_is_not_moved_to_another_day(tmp_path: Path) -> None:
    network, origins, activities, _sessions = asked(
        tmp_path, BOTH_WAYS, {"W": 1}, {"early": ("C", "00:30", "02:00"), "late": ("C", "21:00", "23:30")}
    )
    moves = moved_sessions(network, origins, activities, WINDOW, Settings(), 60, 30)
    assert moves[["activity_id", "shift_min"]].to_numpy().tolist() == [
        ["early", -30], ["early", 0], ["early", 30], ["early", 60], ["late", -60], ["late", -30], ["late", 0],
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------- one more bus

# Everybody gets there for ten; the only way home leaves before the session has ended.
ONE_WAY = {
    "w": line(("W", "9:20"), ("C", "9:50")),
    "e": line(("F", "8:50"), ("E", "9:20"), ("C", "9:45")),
    "wh": line(("C", "11:00"), ("W", "11:30")),
    "eh": line(("C", "11:15"), ("E", "11:40"), ("F", "12:20")),
    "eh2": line(("C", "7:15"), ("E", "7:40"), ("F", "8:20")),
}
A = {"a": ("C", "10:00", "12:00")}


def test_the_departures_that_could_take_people_home(tmp_path: Path) -> None:
    network, _origins, activities, sessions = asked(tmp_path, ONE_WAY, {"W": 1}, A)
    found = departures_home(network, activities, sessions, Settings())
    names = network.timetable.trips["trip_id"]
    # 12:05 is the earliest that can be boarded at C. Trips `w` and `e` end at C: nobody boards there. Of `eh` and
    # `eh2`, which have the same stops, the later is repeated. Shorter rides go first.
    assert [(names[one.trip], one.shift_s, one.after_s, one.activity) for one in found] == [
        ("wh", s("12:05") - s("11:00"), 300, 0),
        ("eh", s("12:05") - s("11:15"), 300, 0),
    ]
    assert {one.days for one in found} == {(date(2023, 2, 8).toordinal(), date(2023, 2, 15).toordinal())}


def test_the_bus_that_brings_most_people_within_reach(tmp_path: Path) -> None:
    asking = asked(tmp_path, ONE_WAY, {"W": 3, "E": 2, "F": 2}, A)
    # 3 persons to the west, 4 to the east.
    bus = later_bus(*asking, Settings())
    assert {name: str(kind) for name, kind in bus.dtypes.items()} == BUS_KINDS
    assert bus.astype(object).to_numpy().tolist() == [
        ["", 7.0, 0.0, 4.0, "a", "700", "", "C", "12:05", "F", 2, "wed", "11:15", "eh"]
    ]


def test_each_municipality_has_its_own(tmp_path: Path) -> None:
    # W is of west, E and F of east; in the north, at C itself, everybody walks.
    persons = {"W": 3, "E": 2, "C": 5, "F": 2}
    bus = later_bus(*asked(tmp_path, ONE_WAY, persons, A, ["west", "east", "north", "east"]), Settings())
    assert bus[["municipality", "persons", "persons_reachable", "more", "like_trip_id"]].astype(
        object
    ).fillna("").to_numpy().tolist() == [
        ["west", 3.0, 0.0, 3.0, "wh"],
        ["east", 4.0, 0.0, 4.0, "eh"],
        ["north", 5.0, 5.0, 0.0, ""],
    ]


def test_no_bus_home_helps_who_cannot_come(tmp_path: Path) -> None:
    trips = {"wh": ONE_WAY["wh"], "eh": ONE_WAY["eh"]}
    bus = later_bus(*asked(tmp_path, trips, {"W": 3}, A), Settings())
    assert bus["more"].tolist() == [0.0]
    assert bus["line"].isna().all()


def test_of_buses_that_bring_as_many_the_soonest_then_the_shortest_ride(tmp_path: Path) -> None:
    # Two activities at C; `b` ends at 12:30. The west is brought within reach of either: after `a` at 12:05, after `b`
    # at 12:35, both 5 min after the session, by the same ride of 30 min; then it is the first by its time.
    trips = {**ONE_WAY, "slow": line(("C", "11:05"), ("E", "11:10"), ("C", "11:15"), ("W", "11:45"))}
    network, origins, activities, sessions = asked(
        tmp_path, trips, {"W": 3}, {"b": ("C", "10:00", "12:30"), "a": ("C", "10:00", "12:00")}
    )
    bus = later_bus(network, origins, activities, sessions, Settings())
    assert bus[["activity_id", "departure", "like_trip_id", "more"]].to_numpy().tolist() == [
        ["a", "12:05", "wh", 3.0]
    ]


def test_a_bus_with_a_connection_counts(tmp_path: Path) -> None:
    # From C one gets to E at 12:30 with the bus that is added, and on with the one at 12:40 to F.
    trips = {
        "in": line(("F", "8:50"), ("E", "9:20"), ("C", "9:45")),
        "ce": line(("C", "6:00"), ("E", "6:25")),
        "ef": line(("E", "12:40"), ("F", "13:10")),
    }
    network, origins, activities, sessions = asked(tmp_path, trips, {"F": 1}, A)
    bus = later_bus(network, origins, activities, sessions, Settings())
    assert bus[["like_trip_id", "departure", "more"]].to_numpy().tolist() == [["ce", "12:05", 1.0]]


def test_walking_to_the_stop_takes_its_time_and_the_nearest_in_time_is_taken(tmp_path: Path) -> None:
    # The line goes W - X - C - E; X is 1000 m west of C (1300 m walked, 1040 s), C is at the door. Leaving at 12:05,
    # one is at X at 12:22:20, so at 12:23, when the bus would be at C at 12:25; at C one can board at 12:05 already.
    stops = {**STOPS, "X": (-1000.0, 0.0)}
    feed = Feed(stops, {"t": line(("W", "8:00"), ("X", "8:28"), ("C", "8:30"), ("E", "9:00"))}, days=DAYS)
    network = network_of(feed, tmp_path / "feed")
    activities = read_activities(
        activities_csv(tmp_path / "a.csv", {"a": (STOPS["C"], "wed", "10:00", "12:00")})
    ).table
    sessions = sessions_in(activities, WINDOW, ZONE).table
    (one,) = departures_home(network, activities, sessions, Settings())
    assert (one.shift_s, one.after_s) == (s("12:05") - s("8:30"), 300)
    assert network.timetable.stops["name"][network.from_stop[one.board]] == "C"
    # Where one may not board at C, it is X: at 12:23.
    calls = [
        *line(("W", "8:00"), ("X", "8:28")),
        Call("C", s("8:30"), s("8:30"), pickup="1"),
        *line(("E", "9:00")),
    ]
    network = network_of(Feed(stops, {"t": calls}, days=DAYS), tmp_path / "other")
    (one,) = departures_home(network, activities, sessions, Settings())
    assert (one.shift_s, one.after_s) == (s("12:23") - s("8:28"), 23 * 60)


def test_rides_to_be_booked_are_no_answer_unless_allowed(tmp_path: Path) -> None:
    asking = asked(tmp_path, ONE_WAY, {"W": 3}, A, route_types={"wh": "1501"})
    assert later_bus(*asking, Settings())["more"].tolist() == [0.0]
    allowed = replace(Settings(), limits=replace(Settings().limits, allow_booking=True))
    assert later_bus(*asking, allowed)["more"].tolist() == [3.0]


def test_the_network_with_a_departure_is_that_of_the_feed_with_the_trip(tmp_path: Path) -> None:
    network, origins, activities, sessions = asked(tmp_path, ONE_WAY, {"W": 3, "E": 2, "F": 2}, A)
    added = with_departures(network, departures_home(network, activities, sessions, Settings()))
    assert with_departures(network, []) is network
    trips = {
        **ONE_WAY,
        "wh+": line(("C", "12:05"), ("W", "12:35")),
        "eh+": line(("C", "12:05"), ("E", "12:30"), ("F", "13:10")),
    }
    feed = Feed(STOPS, trips, days=DAYS).write(tmp_path / "with")
    built = build_network(read_timetable([feed]), Settings().walk, Settings().transfer)
    names = {"origin_id": "point_id", "activity_id": "series_id"}
    tables = [
        pair_returns(
            one, origins.rename(columns=names), activities.rename(columns=names), sessions.rename(columns=names),
            Settings().limits, 0.8, 1,
        )
        for one in (added, built)
    ]  # fmt: skip
    pd.testing.assert_frame_equal(*tables)
    assert tables[0]["reachable"].tolist() == [True, True, True]


def test_a_departure_follows_the_feed_in_force(tmp_path: Path) -> None:
    # Two feeds of one operator: the older until the 11th, the newer from the 12th. A trip of the older one that is
    # run on days of both runs on both.
    def feed(days: list[str]) -> Feed:
        info = {
            "feed_publisher_name": "A", "feed_publisher_url": "-", "feed_lang": "sv", "feed_version": days[0],
            "feed_start_date": days[0], "feed_end_date": days[-1],
        }  # fmt: skip
        return Feed(STOPS, ONE_WAY, days=days, extra={"feed_info": [info]})

    paths = [feed(["20230208"]).write(tmp_path / "one"), feed(["20230215"]).write(tmp_path / "two")]
    network = build_network(read_timetable(paths), Settings().walk, Settings().transfer)
    trips = network.timetable.trips
    old = int(np.flatnonzero((trips["trip_id"] == "wh") & (trips["feed"] == 0))[0])
    days = tuple(date(2023, 2, day).toordinal() for day in (8, 15))
    board = int(network.trip_offset[old])
    added = with_departures(network, [Departure(old, s("1:05"), days, 0, board, 300)])
    running = added.services_on([date(2023, 2, 8), date(2023, 2, 15)])
    assert running[added.service_of_trip[len(trips) :]].tolist() == [[True, False], [False, True]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["W", "E", "F"]), st.integers(0, 20), st.booleans()), min_size=1, max_size=6
    ),
    st.lists(st.integers(0, 5), min_size=3, max_size=3),
)
def test_the_best_of_halves_is_the_best_of_all_tried_one_by_one(
    tmp_path: Path, buses: list[tuple[str, int, bool]], persons: list[int]
) -> None:
    trips = {}
    for number, (stop, at, out) in enumerate(buses):
        start = s("7:00") + at * 900
        calls = [("C", start), (stop, start + 1800)] if not out else [(stop, start), ("C", start + 1800)]
        trips[f"t{number}"] = [Call(name, seconds, seconds) for name, seconds in calls]
    network, origins, activities, sessions = asked(
        tmp_path,
        trips,
        dict(zip("WEF", persons, strict=True)),
        {"a": ("C", "10:00", "12:00"), "b": ("E", "11:00", "13:00")},
    )
    bus = later_bus(network, origins, activities, sessions, Settings())
    names = {"origin_id": "point_id", "activity_id": "series_id"}

    def within(one: Network) -> int:
        pairs = pair_returns(
            one, origins.rename(columns=names), activities.rename(columns=names), sessions.rename(columns=names),
            Settings().limits, 0.8, 1,
        )  # fmt: skip
        reached = pairs[pairs["reachable"]]["point_id"].unique()
        return int(origins.loc[origins["origin_id"].isin(reached), "persons_milli"].sum())

    candidates = departures_home(network, activities, sessions, Settings())
    now = within(network)
    gains = [within(with_departures(network, [one])) - now for one in candidates]
    most = max(gains, default=0)
    assert bus["persons_reachable"][0] == now / 1000
    assert bus["more"][0] == most / 1000
    if most:
        first = candidates[gains.index(most)]
        assert bus["like_trip_id"][0] == network.timetable.trips["trip_id"][first.trip]


# ------------------------------------------------------------------------------------------------------ as text


def test_better_times_as_text(tmp_path: Path) -> None:
    feed = Feed(STOPS, {**ONE_WAY, "last": line(("C", "11:52"), ("E", "12:20"))}, days=DAYS).write(
        tmp_path / "feed"
    )
    origins = origins_csv(tmp_path / "o.csv", {"W": STOPS["W"], "E": STOPS["E"]}, persons=[3, 1.5])
    activities = activities_csv(tmp_path / "a.csv", {"a": (STOPS["C"], "wed", "10:00", "12:00")})
    out = tmp_path / "moves.csv"
    period = ("2023-02-08", "2023-02-15")
    answer = ask_better_times([feed], origins, activities, period, out=out)
    # A quarter earlier, 9:45, nobody is there in time.
    assert answer.text.splitlines() == [
        "a (10:00–12:00): 0 of 4.5 persons can come. No move brings more.",
        (
            "All origins: 0 of 4.5 persons are within reach of an activity. One more departure of line 700 at 12:05 from C, "
            "after a, on 2 days (Wed), would bring 3 more. It is like the departure of line 700 at 11:00 from C."
        ),
    ]
    assert len(answer.facts["moves"]) == 9
    assert answer.facts["later_bus"][0]["more"] == 3.0
    assert out.read_text(encoding="utf-8-sig").splitlines()[0] == ";".join(MOVE_KINDS)
    with using_language("sv"):
        assert ask_better_times([feed], origins, activities, period).text.splitlines() == [
            "a (10:00–12:00): 0 av 4,5 personer kan komma. Ingen flyttning ger fler.",
            (
                "Alla startplatser: 0 av 4,5 personer når någon insats. En avgång till med linje 700 klockan 12:05 från C, "
                "efter a, 2 dagar (ons), skulle ge 3 fler. Den är som avgången med linje 700 klockan 11:00 från C."
            ),
        ]


def test_a_better_time_as_text(tmp_path: Path) -> None:
    feed = Feed(STOPS, BOTH_WAYS, days=DAYS).write(tmp_path / "feed")
    origins = origins_csv(tmp_path / "o.csv", {"W": STOPS["W"], "E": STOPS["E"]}, persons=[3, 7.5])
    activities = activities_csv(tmp_path / "a.csv", {"a": (STOPS["C"], "wed", "10:00", "12:00")})
    answer = ask_better_times([feed], origins, activities, ("2023-02-08", "2023-02-15"), buses=False)
    assert answer.text == (
        "a (10:00–12:00): 3 of 10.5 persons can come. At 10:15–12:15 it would be 4.5 more (7.5 gained, 3 lost)."
    )
    assert "later_bus" not in answer.facts
    # Without the column everybody counts as one, and that is said.
    origins = origins_csv(tmp_path / "o.csv", {"E": STOPS["E"]})
    answer = ask_better_times([feed], origins, activities, ("2023-02-08", "2023-02-15"), buses=False)
    assert answer.text == "a (10:00–12:00): 0 of 1 persons can come. At 10:15–12:15 it would be 1 more."
    assert answer.notes == ["The origins have no column “persons”: each counts as one person."]
