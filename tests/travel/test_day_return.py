"""The day return against a slow search, and small timetables worked out by hand."""

from __future__ import annotations

import dataclasses
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.day_return import Journey, journeys_of, session_returns, summarise
from geomatch.travel.network import Network, build_network

from .feeds import EAST, NORTH, Call, Feed, Rules, Slow, s

DAY = date(2023, 2, 8)


def network_of(feed: Feed, folder: Path, transfer: TransferSettings | None = None) -> Network:
    return build_network(read_timetable([feed.write(folder)]), WalkSettings(), transfer or TransferSettings())


def returns_of(
    network: Network,
    origins: dict[str, tuple[float, float]],
    target: tuple[float, float],
    start: int,
    end: int,
    limits: LimitSettings,
    day: date = DAY,
) -> pd.DataFrame:
    points = pd.DataFrame(
        [(name, EAST + x, NORTH + y) for name, (x, y) in origins.items()], columns=["point_id", "x_m", "y_m"]
    )
    series = pd.DataFrame([("a", EAST + target[0], NORTH + target[1])], columns=["series_id", "x_m", "y_m"])
    sessions = pd.DataFrame([("a", day, start, end)], columns=["series_id", "date", "start_s", "end_s"])
    return session_returns(network, points, series, sessions, limits).set_index("point_id")


def line(*calls: tuple[str, str], pickup: str = "0", drop_off: str = "0") -> list[Call]:
    return [Call(stop, s(at), s(at), pickup, drop_off) for stop, at in calls]


# Home is 0 m from stop A, the activity 0 m from stop B, 20 km apart.
HOME_XY, PLACE_XY = (0.0, 0.0), (20_000.0, 0.0)
TWO = {"A": HOME_XY, "B": PLACE_XY}


def one(
    feed: Feed, tmp_path: Path, limits: LimitSettings | None = None, transfer: TransferSettings | None = None
) -> pd.Series:
    """The day return for a session 10:00-12:00."""
    network = network_of(feed, tmp_path / "feed", transfer)
    return returns_of(
        network, {"home": HOME_XY}, PLACE_XY, s("10:00"), s("12:00"), limits or LimitSettings()
    ).loc["home"]


def test_the_latest_departure_that_arrives_before_the_margin(tmp_path: Path) -> None:
    # 9:55 is the deadline: the bus at 9:54 is in time, the one at 9:56 is not. Homebound 12:05 is the earliest:
    # the 12:04 is missed, the 12:06 is taken; a 12:30 follows, so it is not the last way home.
    feed = Feed(
        TWO,
        {
            "early": line(("A", "8:00"), ("B", "8:30")),
            "in_time": line(("A", "9:20"), ("B", "9:54")),
            "late": line(("A", "9:22"), ("B", "9:56")),
            "missed": line(("B", "12:04"), ("A", "12:30")),
            "home": line(("B", "12:06"), ("A", "12:40")),
            "later": line(("B", "12:30"), ("A", "13:10")),
        },
    )
    row = one(feed, tmp_path)
    assert (row.out_departure_s, row.out_arrival_s) == (s("9:20"), s("9:54"))
    assert (row.home_departure_s, row.home_arrival_s) == (s("12:06"), s("12:40"))
    assert row.reachable
    assert not row.last_way_home
    assert row.reason == ""


def test_the_last_way_home_is_marked(tmp_path: Path) -> None:
    feed = Feed(
        TWO, {"out": line(("A", "9:20"), ("B", "9:54")), "home": line(("B", "12:06"), ("A", "12:40"))}
    )
    assert one(feed, tmp_path).last_way_home


def test_a_later_way_home_that_breaks_a_limit_is_none(tmp_path: Path) -> None:
    # The 15:00 takes 91 minutes: not within the limits, so the 12:06 is the last way home.
    feed = Feed(
        TWO,
        {
            "out": line(("A", "9:20"), ("B", "9:54")),
            "home": line(("B", "12:06"), ("A", "12:40")),
            "slow": line(("B", "15:00"), ("A", "16:31")),
        },
    )
    assert one(feed, tmp_path).last_way_home


def test_a_shorter_journey_earlier_beats_a_longer_one_that_breaks_the_limit(tmp_path: Path) -> None:
    # The limit is inside the search: the latest departure, 8:20, needs 91 minutes; 8:00 needs 60 and counts.
    feed = Feed(
        TWO,
        {
            "slow": line(("A", "8:20"), ("B", "9:51")),
            "quick": line(("A", "8:00"), ("B", "9:00")),
            "home": line(("B", "12:06"), ("A", "12:40")),
        },
    )
    row = one(feed, tmp_path)
    assert row.out_departure_s == s("8:00")
    assert row.reachable


def test_exactly_ninety_minutes_is_within_the_limit(tmp_path: Path) -> None:
    feed = Feed(
        TWO, {"out": line(("A", "8:20"), ("B", "9:50")), "home": line(("B", "12:06"), ("A", "13:36"))}
    )
    assert one(feed, tmp_path).reachable


@pytest.mark.parametrize(
    ("trips", "reason"),
    [
        (
            {"out": line(("A", "8:20"), ("B", "9:51")), "home": line(("B", "12:06"), ("A", "12:40"))},
            "too_long",
        ),
        ({"home": line(("B", "12:06"), ("A", "12:40"))}, "no_way_there"),
        ({"out": line(("A", "9:20"), ("B", "9:54"))}, "no_way_home"),
        (
            {
                "out": line(("A", "9:20"), ("B", "9:54"), pickup="2"),
                "home": line(("B", "12:06"), ("A", "12:40")),
            },
            "needs_booking",
        ),
        # 5 minutes on the road each way, but away from 5:10 to 17:25, 12 h 15 min.
        (
            {"out": line(("A", "5:10"), ("B", "5:15")), "home": line(("B", "17:20"), ("A", "17:25"))},
            "away_too_long",
        ),
    ],
)
def test_why_a_session_is_not_reachable(trips: dict[str, list[Call]], reason: str, tmp_path: Path) -> None:
    row = one(Feed(TWO, trips), tmp_path)
    assert row.reason == reason
    assert not row.reachable


def test_no_trip_at_all_that_day(tmp_path: Path) -> None:
    feed = Feed(TWO, {"out": line(("A", "9:20"), ("B", "9:54"))}, days=["20230209"])
    assert one(feed, tmp_path).reason == "no_service_that_day"


def test_too_many_changes(tmp_path: Path) -> None:
    # Six stops in a row, 4 km apart, a bus between each two: five changes are one too many.
    stops = {name: (4000.0 * number, 0.0) for number, name in enumerate("ACDEFB")}
    names = list(stops)
    trips = {
        f"out{i}": line((names[i], f"8:{10 * i:02d}"), (names[i + 1], f"8:{10 * i + 5:02d}"))
        for i in range(5)
    }
    trips["home"] = line(("B", "12:06"), ("A", "12:40"))
    stops["B"] = PLACE_XY
    feed = Feed(stops, trips)
    assert one(feed, tmp_path, LimitSettings(max_transfers=4)).reachable
    row = one(feed, tmp_path, LimitSettings(max_transfers=3))
    assert (row.reason, row.out_transfers) == ("too_many_transfers", 4)


def test_no_change_allowed(tmp_path: Path) -> None:
    # With max_transfers 0 the direct bus at 8:00 counts although a change would leave later.
    stops = {**TWO, "M": (10_000.0, 0.0)}
    trips = {
        "direct": line(("A", "8:00"), ("B", "8:40")),
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("M", "9:20"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    feed = Feed(stops, trips)
    assert one(feed, tmp_path, LimitSettings(max_transfers=0)).out_departure_s == s("8:00")
    assert one(feed, tmp_path, LimitSettings(max_transfers=1)).out_departure_s == s("9:00")


def test_a_change_needs_three_minutes(tmp_path: Path) -> None:
    stops = {**TWO, "M": (10_000.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("M", "9:17:59"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    assert one(Feed(stops, trips), tmp_path / "1").reason == "no_way_there"
    trips["second"] = line(("M", "9:18"), ("B", "9:40"))
    row = one(Feed(stops, trips), tmp_path / "2")
    assert (row.out_transfers, row.tightest_change_s) == (1, 180)


def test_a_change_to_another_stop_walks_on_top_of_three_minutes(tmp_path: Path) -> None:
    # 300 m apart: 390 m walked at 4.5 km/h is 312 s; with 180 s that is 492 s after 9:15:00, so 9:23:12.
    stops = {**TWO, "M": (10_000.0, 0.0), "N": (10_300.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("N", "9:23:11"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    assert one(Feed(stops, trips), tmp_path / "1").reason == "no_way_there"
    trips["second"] = line(("N", "9:23:12"), ("B", "9:40"))
    row = one(Feed(stops, trips), tmp_path / "2")
    assert row.reachable
    assert row.walk_m == pytest.approx(390, abs=0.01)
    # 9:15:00 to 9:23:12 is 492 s, of which 312 s are walked.
    assert (row.tightest_change_s, row.wait_s) == (492, 180)


def test_a_stop_area_needs_no_walk(tmp_path: Path) -> None:
    # The same two stops as one station: 3 minutes are enough, however far the platforms are apart.
    stops = {**TWO, "M": (10_000.0, 0.0), "N": (10_300.0, 0.0), "S": (10_000.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("N", "9:18"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    assert one(Feed(stops, trips, parents={"M": "S", "N": "S"}), tmp_path).reachable


@pytest.mark.parametrize(
    ("rule", "leaves", "reachable"),
    [
        # A station's rule of 5 minutes applies to its platforms.
        (
            {"from_stop_id": "S", "to_stop_id": "S", "transfer_type": "2", "min_transfer_time": "300"},
            "9:19:59",
            False,
        ),
        (
            {"from_stop_id": "S", "to_stop_id": "S", "transfer_type": "2", "min_transfer_time": "300"},
            "9:20",
            True,
        ),
        # Shorter than the default is kept as well.
        (
            {"from_stop_id": "S", "to_stop_id": "S", "transfer_type": "2", "min_transfer_time": "60"},
            "9:16",
            True,
        ),
        # Not possible.
        ({"from_stop_id": "S", "to_stop_id": "S", "transfer_type": "3"}, "9:40", False),
        # Timed for these two trips: the bus waits.
        (
            {
                "from_stop_id": "M",
                "to_stop_id": "N",
                "transfer_type": "1",
                "from_trip_id": "first",
                "to_trip_id": "second",
            },
            "9:15",
            True,
        ),
        # Timed for another trip: no help.
        (
            {
                "from_stop_id": "M",
                "to_stop_id": "N",
                "transfer_type": "1",
                "from_trip_id": "home",
                "to_trip_id": "second",
            },
            "9:15",
            False,
        ),
    ],
)
def test_rules_of_transfers_txt(rule: dict[str, str], leaves: str, reachable: bool, tmp_path: Path) -> None:
    stops = {**TWO, "M": (10_000.0, 0.0), "N": (10_050.0, 0.0), "S": (10_000.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("N", leaves), ("B", "9:50")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    row = one(Feed(stops, trips, parents={"M": "S", "N": "S"}, transfers=[rule]), tmp_path)
    assert row.reachable == reachable


def test_staying_seated_in_a_block_is_no_change(tmp_path: Path) -> None:
    # The vehicle goes on as another trip after 30 s: too short for a change, and it counts as none.
    stops = {**TWO, "M": (10_000.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("M", "9:15:30"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    row = one(Feed(stops, trips, blocks={"first": "b", "second": "b"}), tmp_path)
    assert row.reachable
    assert row.out_transfers == 0
    assert np.isnan(row.tightest_change_s)


def test_boarding_and_alighting_that_are_not_allowed(tmp_path: Path) -> None:
    home = line(("B", "12:06"), ("A", "12:40"))
    no_boarding = [Call("A", s("9:00"), s("9:00"), pickup="1"), Call("B", s("9:40"), s("9:40"))]
    no_alighting = [Call("A", s("9:00"), s("9:00")), Call("B", s("9:40"), s("9:40"), drop_off="1")]
    tell_driver = [Call("A", s("9:00"), s("9:00"), pickup="3"), Call("B", s("9:40"), s("9:40"), drop_off="3")]
    assert one(Feed(TWO, {"t": no_boarding, "home": home}), tmp_path / "1").reason == "no_way_there"
    assert one(Feed(TWO, {"t": no_alighting, "home": home}), tmp_path / "2").reason == "no_way_there"
    assert one(Feed(TWO, {"t": tell_driver, "home": home}), tmp_path / "3").reachable


def test_taxis_are_booked_ahead(tmp_path: Path) -> None:
    trips = {"taxi": line(("A", "9:20"), ("B", "9:54")), "home": line(("B", "12:06"), ("A", "12:40"))}
    feed = Feed(TWO, trips, route_types={"taxi": "1501"})
    assert one(feed, tmp_path).reason == "needs_booking"
    row = one(feed, tmp_path, LimitSettings(allow_booking=True))
    assert row.reachable
    assert row.out_booking
    assert not row.home_booking


def test_a_walk_from_door_to_door_is_a_journey(tmp_path: Path) -> None:
    # 1,000 m is 1,300 m walked, 1,040 s: leave 9:55:00 - 17:20 = 9:37:40, be home 12:05:00 + 17:20.
    network = network_of(Feed(TWO, {"t": line(("A", "9:20"), ("B", "9:54"))}), tmp_path / "feed")
    row = returns_of(
        network, {"home": (PLACE_XY[0] - 1000, 0.0)}, PLACE_XY, s("10:00"), s("12:00"), LimitSettings()
    ).loc["home"]
    assert (row.out_departure_s, row.home_arrival_s) == (s("9:37:40"), s("12:22:20"))
    assert row.walk_only
    assert not row.last_way_home
    assert row.walk_m == pytest.approx(2600)


def test_the_longest_walk(tmp_path: Path) -> None:
    # 2,000 m walked is 1,538.46 m straight.
    network = network_of(Feed(TWO, {"t": line(("A", "9:20"), ("B", "9:54"))}), tmp_path / "feed")
    origins = {"near": (PLACE_XY[0] - 1538.4, 0.0), "far": (PLACE_XY[0] - 1538.5, 0.0)}
    found = returns_of(network, origins, PLACE_XY, s("10:00"), s("12:00"), LimitSettings())
    assert list(found["reachable"]) == [True, False]


def test_a_trip_of_yesterday_runs_past_midnight(tmp_path: Path) -> None:
    # 25:10 of 7 February is 01:10 on the 8th.
    feed = Feed(
        TWO,
        {"out": line(("A", "25:10"), ("B", "25:40")), "home": line(("B", "28:10"), ("A", "28:40"))},
        days=["20230207"],
    )
    network = network_of(feed, tmp_path / "feed")
    row = returns_of(network, {"home": HOME_XY}, PLACE_XY, s("2:00"), s("4:00"), LimitSettings()).loc["home"]
    assert (row.out_departure_s, row.out_arrival_s) == (s("1:10"), s("1:40"))
    assert (row.home_departure_s, row.home_arrival_s) == (s("4:10"), s("4:40"))


@pytest.mark.parametrize(
    ("yesterday", "day", "departs"),
    [
        # 26 March 2023 has 23 hours: noon minus 12 h is 23:00 the evening before, 24 h after that of the 25th
        # minus one, so 25:10 of the 25th is 2:10 of the 26th's count (3:10 on the clock).
        ("20230325", date(2023, 3, 26), "2:10"),
        # 29 October 2023 has 25 hours: 25:10 of the 28th is 0:10 of the 29th's count (1:10 summer time).
        ("20231028", date(2023, 10, 29), "0:10"),
    ],
)
def test_the_night_the_clocks_change(yesterday: str, day: date, departs: str, tmp_path: Path) -> None:
    feed = Feed(TWO, {"out": line(("A", "25:10"), ("B", "25:40"))}, days=[yesterday])
    network = network_of(feed, tmp_path / "feed")
    out, _home = journeys_of(
        network, (EAST, NORTH), (EAST + PLACE_XY[0], NORTH), day, s("10:00"), s("12:00"), LimitSettings()
    )
    assert out is not None
    assert out.departure_s == s(departs)


def test_equal_times_are_ridden_in_order(tmp_path: Path) -> None:
    # Three stops in the same second, and a guaranteed change in that second into a trip that stands there.
    stops = {"A": HOME_XY, "M": (10_000.0, 0.0), "N": (10_010.0, 0.0), "B": PLACE_XY}
    trips = {
        "first": [
            Call("A", s("9:00"), s("9:00")),
            Call("M", s("9:00"), s("9:00")),
            Call("N", s("9:00"), s("9:00")),
        ],
        "second": [Call("N", s("9:00"), s("9:00")), Call("B", s("9:30"), s("9:30"))],
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    rule = {
        "from_stop_id": "N",
        "to_stop_id": "N",
        "transfer_type": "1",
        "from_trip_id": "first",
        "to_trip_id": "second",
    }
    row = one(Feed(stops, trips, transfers=[rule]), tmp_path)
    assert (row.out_departure_s, row.out_arrival_s, row.out_transfers) == (s("9:00"), s("9:30"), 1)


def test_the_legs_add_up_to_the_journey(tmp_path: Path) -> None:
    stops = {**TWO, "M": (10_000.0, 0.0), "N": (10_300.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:15")),
        "second": line(("N", "9:25"), ("B", "9:40")),
        "home": line(("B", "12:06"), ("A", "12:40")),
    }
    network = network_of(Feed(stops, trips), tmp_path / "feed")
    out, home = journeys_of(
        network,
        (EAST - 100, NORTH),
        (EAST + PLACE_XY[0], NORTH),
        DAY,
        s("10:00"),
        s("12:00"),
        LimitSettings(),
    )
    assert out is not None
    assert home is not None
    # 130 m walked is 104 s before 9:00:00; the change walks 312 s.
    assert [(leg.kind, leg.departure_s, leg.arrival_s) for leg in out.legs] == [
        ("walk", s("9:00") - 104, s("9:00")),
        ("ride", s("9:00"), s("9:15")),
        ("walk", s("9:15"), s("9:20:12")),
        ("ride", s("9:25"), s("9:40")),
        ("walk", s("9:40"), s("9:40")),
    ]
    assert [(leg.kind, leg.departure_s, leg.arrival_s) for leg in home.legs] == [
        ("walk", s("12:06"), s("12:06")),
        ("ride", s("12:06"), s("12:40")),
        ("walk", s("12:40"), s("12:40") + 104),
    ]


def test_summing_up_sessions() -> None:
    # Five sessions, there + home 60, 50, 40, 30 min reachable and one not: share 0.8 is enough; the lower median
    # of 30, 40, 50, 60 is 40, so travel_min is 20.
    minutes = [60, 50, 40, 30]
    rows = [
        {
            "point_id": "p", "series_id": "a", "date": date(2023, 2, 6 + n), "out_departure_s": 0, "out_arrival_s": m * 30,
            "home_departure_s": 20_000, "home_arrival_s": 20_000 + m * 30, "out_transfers": n, "home_transfers": 0,
            "out_booking": False, "home_booking": False, "walk_m": 100.0 + n, "wait_s": 60.0 * n,
            "tightest_change_s": 300.0 if n else float("nan"), "home_tightest_change_s": 300.0 if n == 3 else float("nan"),
            "walk_only": False, "last_way_home": n == 3, "reachable": True, "reason": "",
        }
        for n, m in enumerate(minutes)
    ]  # fmt: skip
    rows.append({**rows[0], "date": date(2023, 2, 10), "reachable": False, "reason": "too_long"})
    pair = summarise(pd.DataFrame(rows), 0.8, 2, 10.0).iloc[0]
    assert (pair.sessions, pair.sessions_reachable, pair.session_share, pair.reachable) == (5, 4, 0.8, True)
    assert (pair.travel_min, pair.round_trip_s) == (20.0, 2400)
    assert (pair.out_min_median, pair.out_min_min, pair.out_min_max) == (20.0, 15.0, 30.0)
    assert (pair.transfers, pair.walk_m, pair.wait_min, pair.tightest_change_min) == (2, 102.0, 2.0, 5.0)
    assert (pair.last_way_home_share, pair.last_way_home_tight, pair.sessions_per_week) == (0.25, True, 2.0)
    # The fourth session is the only one without a later way home; its way home changes in 300 s.
    assert pair.last_way_home_change_min == 5.0
    strict = summarise(pd.DataFrame(rows), 0.81, 2, 10.0).iloc[0]
    assert (strict.reachable, strict.reason) == (False, "too_long")


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    """A handful of stops and trips, crowded so that ties, tight changes and detours happen."""
    names = ["A", "B", "C", "D", "E"]
    grid = st.integers(0, 12).map(lambda step: 400.0 * step)
    stops = {name: (draw(grid), draw(grid)) for name in names}
    parents = {name: "S" for name in names if draw(st.integers(0, 4)) == 0}
    stops["S"] = stops["A"]
    codes = st.sampled_from(["0", "0", "0", "3", "1", "2"])
    trips: dict[str, list[Call]] = {}
    kinds: dict[str, str] = {}
    for number in range(draw(st.integers(2, 6))):
        visited = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4))
        clock = draw(st.sampled_from([s("8:30"), s("12:05")])) + 60 * draw(st.integers(0, 40))
        calls = []
        for stop in visited:
            arrival = clock
            departure = arrival + 60 * draw(st.integers(0, 2))
            calls.append(Call(stop, arrival, departure, draw(codes), draw(codes)))
            clock = departure + 60 * draw(st.integers(0, 12))
        trips[f"t{number}"] = calls
        if draw(st.integers(0, 5)) == 0:
            kinds[f"t{number}"] = "1501"
    transfers = []
    for _ in range(draw(st.integers(0, 3))):
        ends = {
            "from_stop_id": draw(st.sampled_from([*names, "S"])),
            "to_stop_id": draw(st.sampled_from([*names, "S"])),
        }
        kind = draw(st.sampled_from(["0", "1", "2", "3", "trip"]))
        if kind == "trip":
            one, other = draw(st.sampled_from(sorted(trips))), draw(st.sampled_from(sorted(trips)))
            transfers.append({**ends, "transfer_type": "1", "from_trip_id": one, "to_trip_id": other})
        else:
            time = str(draw(st.sampled_from([0, 60, 240]))) if kind == "2" else ""
            transfers.append({**ends, "transfer_type": kind, "min_transfer_time": time})
    stations = {"S"} if parents else set()
    transfers = [row for row in transfers if stations or "S" not in (row["from_stop_id"], row["to_stop_id"])]
    blocks = dict.fromkeys(sorted(trips)[:3], "b") if draw(st.booleans()) else {}
    if not stations:
        del stops["S"]
    return Feed(stops, trips, parents=parents, transfers=transfers, route_types=kinds, blocks=blocks)


def assert_can_be_travelled(journey: Journey, network: Network, feed: Feed, *, booking: bool) -> None:
    """The legs follow each other in place and time, and every ride is one that the feed has."""
    slow = Slow(feed, Rules(booking=booking))
    stops, trips = network.timetable.stops["stop_id"], network.timetable.trips["trip_id"]
    legs = journey.legs
    assert (legs[0].departure_s, legs[-1].arrival_s) == (journey.departure_s, journey.arrival_s)
    rides = [leg for leg in legs if leg.kind == "ride"]
    assert journey.transfers == max(0, sum(not leg.seated for leg in rides) - 1)
    for one, other in pairwise(legs):
        assert one.to_stop == other.from_stop or other.seated
        assert one.arrival_s <= other.departure_s
    for leg in rides:
        calls = feed.trips[trips[leg.trip]]
        boards = [
            n
            for n, call in enumerate(calls)
            if (call.stop, call.departure) == (stops[leg.from_stop], leg.departure_s)
        ]
        alights = [
            n
            for n, call in enumerate(calls)
            if (call.stop, call.arrival) == (stops[leg.to_stop], leg.arrival_s)
        ]
        assert boards
        assert alights
        assert min(boards) < max(alights)
        assert leg.seated or any(slow.may(trips[leg.trip], calls[n].pickup) for n in boards)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    feed=feeds(),
    most=st.integers(0, 3),
    limit_min=st.sampled_from([15, 30, 90]),
    booking=st.booleans(),
    data=st.data(),
)
def test_agrees_with_the_slow_search(
    feed: Feed,
    most: int,
    limit_min: int,
    booking: bool,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = (data.draw(st.integers(0, 12)) * 400.0 + 30, data.draw(st.integers(0, 12)) * 400.0)
    place = (data.draw(st.integers(0, 12)) * 400.0, data.draw(st.integers(0, 12)) * 400.0 + 70)
    network = network_of(feed, tmp_path_factory.mktemp("feed"))
    limits = LimitSettings(max_transfers=most, max_travel_min=limit_min, allow_booking=booking)
    row = returns_of(network, {"home": home}, place, s("10:00"), s("12:00"), limits).loc["home"]
    slow = Slow(feed, Rules(max_transfers=most, limit_s=limit_min * 60, booking=booking))
    out = slow.outbound(home, place, s("10:00"))
    back, last = slow.homebound(home, place, s("12:00"))
    assert row.reachable == (out is not None and back is not None)
    if out is not None:
        assert (row.out_departure_s, row.out_arrival_s, row.out_transfers) == dataclasses.astuple(out)
    if back is not None:
        assert (row.home_departure_s, row.home_arrival_s, row.home_transfers) == dataclasses.astuple(back)
        assert row.last_way_home == last
    for journey in journeys_of(
        network,
        (EAST + home[0], NORTH + home[1]),
        (EAST + place[0], NORTH + place[1]),
        DAY,
        s("10:00"),
        s("12:00"),
        limits,
    ):
        if journey is not None:
            assert_can_be_travelled(journey, network, feed, booking=booking or bool(journey.reason))
    # Without limits: as many changes as there are trips, any time, booking included.
    free = Slow(feed, Rules(max_transfers=4, limit_s=float("inf"), booking=True))
    if out is None:
        best = free.outbound(home, place, s("10:00"))
        assert np.isnan(row.out_departure_s) == (best is None)
        if best is not None:
            assert (row.out_departure_s, row.out_arrival_s) == (best.departure, best.arrival)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(feed=feeds(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    feed: Feed, seed: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    first = returns_of(
        network_of(feed, folder / "one"),
        {"home": (0.0, 0.0)},
        (1200.0, 800.0),
        s("10:00"),
        s("12:00"),
        LimitSettings(),
    )
    trips = list(feed.trips.items())
    seed.shuffle(trips)
    stops = list(feed.stops.items())
    seed.shuffle(stops)
    shuffled = dataclasses.replace(feed, trips=dict(trips), stops=dict(stops), transfers=feed.transfers[::-1])
    again = returns_of(
        network_of(shuffled, folder / "two"),
        {"home": (0.0, 0.0)},
        (1200.0, 800.0),
        s("10:00"),
        s("12:00"),
        LimitSettings(),
    )
    pd.testing.assert_frame_equal(first, again)
