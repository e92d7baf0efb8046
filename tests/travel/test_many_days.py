"""Several days, several sessions, several threads: every answer is that of the session asked alone."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.day_return import pair_returns, session_returns, summarise
from geomatch.travel.network import Network, build_network

from .feeds import EAST, NORTH, Call, Feed, Rules, Slow, Way, s

MONDAY = date(2023, 2, 6)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
PLACES = {"A": (0.0, 0.0), "B": (4_000.0, 0.0), "C": (8_000.0, 1_000.0), "D": (12_000.0, 0.0)}
# One origin at each of three stops, and one that must walk; the activity is beside D.
ORIGINS = {"a": (50.0, 0.0), "b": (4_000.0, 300.0), "c": (8_000.0, 1_000.0), "ab": (1_500.0, 0.0)}
TARGET = (12_100.0, 0.0)


@dataclasses.dataclass
class Timed:
    """A trip between four stops, and the days on which it runs."""

    calls: list[Call]
    days: list[int]


@st.composite
def trips(draw: st.DrawFn) -> dict[str, Timed]:
    """Trips of three to eight, both ways, in the morning and the afternoon; each on some of five days."""
    result = {}
    for number in range(draw(st.integers(3, 8))):
        names = draw(st.permutations(sorted(PLACES)))[: draw(st.integers(2, 4))]
        at = s("8:00") + 60 * draw(st.integers(0, 110)) + (s("4:00") if draw(st.booleans()) else 0)
        calls = []
        for name in names:
            wait = draw(st.sampled_from([0, 0, 30, 240]))
            calls.append(Call(name, at, at + wait))
            at += wait + draw(st.integers(0, 25)) * 60 + draw(st.sampled_from([0, 0, 17]))
        days = draw(st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True))
        result[f"t{number}"] = Timed(calls, sorted(days))
    return result


def written(timed: dict[str, Timed], folder: Path, shift_days: int = 0) -> Network:
    """The feed with one service for each trip."""
    feed = Feed(PLACES, {name: trip.calls for name, trip in timed.items()})
    path = feed.write(folder)
    rows = (path / "trips.txt").read_text().splitlines()
    # The service of each trip has the trip's name.
    names = rows[0].split(",")
    service, trip = names.index("service_id"), names.index("trip_id")
    cells = [row.split(",") for row in rows[1:]]
    for row in cells:
        row[service] = row[trip]
    (path / "trips.txt").write_text("\n".join([rows[0], *(",".join(row) for row in cells)]) + "\n")
    dates = [
        f"{name},{DAYS[day] + timedelta(days=shift_days):%Y%m%d},1"
        for name, one in timed.items()
        for day in one.days
    ]
    (path / "calendar_dates.txt").write_text("service_id,date,exception_type\n" + "\n".join(dates) + "\n")
    return build_network(read_timetable([path]), WalkSettings(), TransferSettings())


def asked(
    network: Network, limits: LimitSettings, days: list[date], threads: int = 1, hours: str = "10:00-12:00"
) -> pd.DataFrame:
    origins, series, sessions = question(days, hours)
    return session_returns(network, origins, series, sessions, limits, threads=threads)


def question(days: list[date], hours: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    start, end = (s(text) for text in hours.split("-"))
    origins = pd.DataFrame(
        [(name, EAST + x, NORTH + y) for name, (x, y) in ORIGINS.items()], columns=["point_id", "x_m", "y_m"]
    )
    series = pd.DataFrame([("d", EAST + TARGET[0], NORTH + TARGET[1])], columns=["series_id", "x_m", "y_m"])
    sessions = pd.DataFrame(
        [("d", day, start, end) for day in days], columns=["series_id", "date", "start_s", "end_s"]
    )
    return origins, series, sessions


def way(row: object, leg: str) -> Way | None:
    departure, arrival, transfers = (
        getattr(row, f"{leg}_{name}") for name in ("departure_s", "arrival_s", "transfers")
    )
    return None if pd.isna(departure) else Way(int(departure), int(arrival), int(transfers))


# Longer than any journey and more changes than any has: without limits another way of searching is taken.
NO_LIMIT_MIN, NO_LIMIT = 2 * 24 * 60, 63


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    timed=trips(),
    most=st.sampled_from([0, 1, 4, NO_LIMIT]),
    minutes=st.sampled_from([30, 90, NO_LIMIT_MIN]),
)
def test_each_day_of_five_is_the_slow_search_of_that_day(
    timed: dict[str, Timed], most: int, minutes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    network = written(timed, tmp_path_factory.mktemp("days") / "feed")
    limits = LimitSettings(max_travel_min=minutes, max_transfers=most, max_away_min=1440)
    table = asked(network, limits, DAYS)
    for row in table.itertuples(index=False):
        number = DAYS.index(row.date)
        feed = Feed(PLACES, {name: one.calls for name, one in timed.items() if number in one.days})
        # Nobody rides more than each of eight trips once.
        slow = Slow(feed, Rules(limit_s=minutes * 60, max_transfers=min(most, 8)))
        free = Slow(feed, Rules(limit_s=NO_LIMIT_MIN * 60, max_transfers=8))
        home = ORIGINS[row.point_id]
        out = slow.outbound(home, TARGET, s("10:00"))
        back, last = slow.homebound(home, TARGET, s("12:00"))
        # Where none keeps the limits the best one without them is reported, with its reason.
        assert way(row, "out") == (out or free.outbound(home, TARGET, s("10:00")))
        assert way(row, "home") == (back or free.homebound(home, TARGET, s("12:00"))[0])
        if back is not None:
            assert row.last_way_home == last
        assert row.reachable == (
            out is not None and back is not None and back.arrival - out.departure <= 24 * 3600
        )


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(timed=trips())
def test_pairs_are_the_sum_of_their_sessions_on_any_number_of_threads(
    timed: dict[str, Timed], tmp_path_factory: pytest.TempPathFactory
) -> None:
    network = written(timed, tmp_path_factory.mktemp("pairs") / "feed")
    limits = LimitSettings()
    table = summarise(asked(network, limits, DAYS), 0.8, 1, 10.0).drop(columns="reason")
    for threads in (1, 2):
        pairs = pair_returns(network, *question(DAYS, "10:00-12:00"), limits, 0.8, 1, threads=threads)
        pairs = pairs.sort_values(["point_id", "series_id"]).reset_index(drop=True)
        # Both hold the same values; only the kind of missing value may differ where nothing is reachable.
        pd.testing.assert_frame_equal(
            pairs.astype(object).where(pairs.notna(), None),
            table.astype(object).where(table.notna(), None),
            check_dtype=False,
        )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(timed=trips(), weeks=st.sampled_from([1, 2]))
def test_shifting_all_service_by_whole_weeks_shifts_the_answers(
    timed: dict[str, Timed], weeks: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("weeks")
    later = timedelta(days=7 * weeks)
    before = asked(written(timed, folder / "one"), LimitSettings(), DAYS)
    after = asked(written(timed, folder / "two", 7 * weeks), LimitSettings(), [day + later for day in DAYS])
    after = after.assign(date=[day - later for day in after["date"]])
    pd.testing.assert_frame_equal(before, after)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(timed=trips(), minutes=st.integers(1, 90))
def test_an_earlier_deadline_never_gives_a_later_departure(
    timed: dict[str, Timed], minutes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    network = written(timed, tmp_path_factory.mktemp("deadline") / "feed")
    late = asked(network, LimitSettings(), DAYS)
    start = s("10:00") - 60 * minutes
    early = asked(network, LimitSettings(), DAYS, hours=f"{start // 3600}:{start // 60 % 60:02d}-12:00")
    limit = LimitSettings().max_travel_min * 60
    for one, other in zip(late.itertuples(index=False), early.itertuples(index=False), strict=True):
        kept = [way(row, "out") for row in (one, other)]
        kept = [found if found and found.arrival - found.departure <= limit else None for found in kept]
        if kept[1] is not None:
            assert kept[0] is not None
            assert kept[0].departure >= kept[1].departure


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(timed=trips(), more=trips())
def test_another_trip_never_makes_a_journey_worse(
    timed: dict[str, Timed], more: dict[str, Timed], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("more")
    both = {**timed, "more": next(iter(more.values()))}
    fewer = asked(written(timed, folder / "one"), LimitSettings(), DAYS)
    table = asked(written(both, folder / "two"), LimitSettings(), DAYS)
    limit = LimitSettings().max_travel_min * 60
    for one, other in zip(fewer.itertuples(index=False), table.itertuples(index=False), strict=True):
        out, back = way(one, "out"), way(one, "home")
        if out is not None and out.arrival - out.departure <= limit:
            better = way(other, "out")
            assert better is not None
            assert (better.departure, -better.arrival, -better.transfers) >= (
                out.departure,
                -out.arrival,
                -out.transfers,
            )
        if back is not None and back.arrival - back.departure <= limit:
            better = way(other, "home")
            assert better is not None
            assert (-better.arrival, better.departure, -better.transfers) >= (
                -back.arrival,
                back.departure,
                -back.transfers,
            )


def test_more_days_than_one_scan_holds(tmp_path: Path) -> None:
    # Seventy days, the bus there on all, the bus home on all but every fifth.
    days = [date(2023, 1, 9) + timedelta(days=number) for number in range(70)]
    timed = {
        "out": Timed([Call("A", s("9:00"), s("9:00")), Call("D", s("9:30"), s("9:30"))], []),
        "home": Timed([Call("D", s("12:30"), s("12:30")), Call("A", s("13:00"), s("13:00"))], []),
    }
    path = Feed(PLACES, {name: one.calls for name, one in timed.items()}).write(tmp_path / "feed")
    text = (path / "trips.txt").read_text().replace("home,r700,s", "home,r700,h")
    (path / "trips.txt").write_text(text)
    rows = [f"s,{day:%Y%m%d},1" for day in days]
    rows += [f"h,{day:%Y%m%d},1" for number, day in enumerate(days) if number % 5]
    (path / "calendar_dates.txt").write_text("service_id,date,exception_type\n" + "\n".join(rows) + "\n")
    network = build_network(read_timetable([path]), WalkSettings(), TransferSettings())
    table = asked(network, LimitSettings(), days)
    table = table[table["point_id"] == "a"]
    assert list(table["reachable"]) == [bool(number % 5) for number in range(70)]
    assert set(table.loc[~table["reachable"], "reason"]) == {"no_way_home"}
