"""What is counted in a timetable, against feeds written down by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.sources.timetable_report import (
    bad_rows,
    call_ahead_share,
    feeds_table,
    per_weekday,
    periods_in_force,
    service_per_day,
)
from tests.travel.feeds import Call, Feed, s

STOPS = {"A": (0.0, 0.0), "B": (9000.0, 0.0)}


def trip(hour: int) -> list[Call]:
    return [Call("A", hour * 3600, hour * 3600), Call("B", hour * 3600 + 600, hour * 3600 + 600)]


def feed(days: list[str], trips: int, called: int = 0, name: str = "Linjen") -> Feed:
    """`trips` trips on each of `days`, the first `called` of them to be booked ahead."""
    return Feed(
        STOPS,
        {f"t{number}": trip(6 + number) for number in range(trips)},
        days=days,
        route_types={f"t{number}": "1501" for number in range(called)},
        extra={"feed_info": [{"feed_id": name, "feed_version": days[0]}]},
    )


@pytest.fixture
def joined(tmp_path: Path) -> Timetable:
    """Monday 6 to Thursday 9 February: the old feed until Wednesday, the new one from Tuesday, nothing in between
    the new one's days; another operator on Monday and Thursday only.
    """
    return read_timetable(
        [
            feed(["20230206", "20230207", "20230208"], 3, 1).write(tmp_path / "gammal"),
            feed(["20230207", "20230209"], 5, 1).write(tmp_path / "ny"),
            feed(["20230206", "20230209"], 1, 0, "Båten").write(tmp_path / "båt"),
        ]
    )


def test_service_per_day_joins_feeds_by_date(joined: Timetable) -> None:
    # Tuesday is covered by both feeds of Linjen: the newer counts. On Wednesday the newer has no service.
    table = service_per_day(joined)
    assert table.to_dict("list") == {
        "date": ["2023-02-06", "2023-02-07", "2023-02-08", "2023-02-09"],
        "weekday": [0, 1, 2, 3],
        "trips": [4, 5, 0, 6],
        "call_ahead_trips": [1, 1, 0, 1],
        "covered": [True, True, True, True],
    }
    # The same as asking day by day.
    assert table["trips"].tolist() == [
        int(joined.trips_on(date.fromisoformat(day)).sum()) for day in table["date"]
    ]


def test_days_outside_every_feed_are_counted_and_not_covered(joined: Timetable) -> None:
    table = service_per_day(joined, date(2023, 2, 5), date(2023, 2, 10))
    assert table["trips"].tolist() == [0, 4, 5, 0, 6, 0]
    assert table["covered"].tolist() == [False, True, True, True, True, False]
    assert service_per_day(joined, date(2023, 2, 7), date(2023, 2, 7))["trips"].tolist() == [5]


def test_periods_in_force(joined: Timetable) -> None:
    assert periods_in_force(joined).to_dict("records") == [
        {"operator": "Båten", "file": "båt", "first_day": "2023-02-06", "last_day": "2023-02-09"},
        {"operator": "Linjen", "file": "gammal", "first_day": "2023-02-06", "last_day": "2023-02-06"},
        {"operator": "Linjen", "file": "ny", "first_day": "2023-02-07", "last_day": "2023-02-09"},
    ]


def test_a_gap_between_two_feeds_is_in_no_period(tmp_path: Path) -> None:
    timetable = read_timetable(
        [feed(["20230206"], 1).write(tmp_path / "a"), feed(["20230209"], 2).write(tmp_path / "b")]
    )
    assert [tuple(row) for row in periods_in_force(timetable).to_numpy().tolist()] == [
        ("Linjen", "a", "2023-02-06", "2023-02-06"),
        ("Linjen", "b", "2023-02-09", "2023-02-09"),
    ]
    assert service_per_day(timetable)["covered"].tolist() == [True, False, False, True]


def test_an_older_feed_takes_over_again_where_the_newer_ends(tmp_path: Path) -> None:
    timetable = read_timetable(
        [
            feed(["20230206", "20230210"], 1).write(tmp_path / "lång"),
            feed(["20230207", "20230208"], 2).write(tmp_path / "kort"),
        ]
    )
    assert periods_in_force(timetable)[["file", "first_day", "last_day"]].to_numpy().tolist() == [
        ["lång", "2023-02-06", "2023-02-06"],
        ["kort", "2023-02-07", "2023-02-08"],
        ["lång", "2023-02-09", "2023-02-10"],
    ]


def test_per_weekday(tmp_path: Path) -> None:
    # Mondays with 2, 2 and 7 trips; a Tuesday with 7.
    few, many = ["20230206", "20230213"], ["20230220", "20230221"]
    timetable = read_timetable(
        [feed(few, 2, name="x").write(tmp_path / "a"), feed(many, 7, name="x").write(tmp_path / "b")]
    )
    days = service_per_day(timetable)
    assert per_weekday(days[days["trips"] > 0]).to_dict("records") == [
        {"weekday": 0, "days": 3, "least_trips": 2, "median_trips": 2, "most_trips": 7},
        {"weekday": 1, "days": 1, "least_trips": 7, "median_trips": 7, "most_trips": 7},
    ]


def test_feeds_and_the_share_of_trips_that_are_booked(joined: Timetable) -> None:
    assert call_ahead_share(joined) == 2 / 9
    table = feeds_table(joined)
    assert table[
        ["file", "trips", "call_ahead_trips", "stop_times", "stops", "bad_rows"]
    ].to_numpy().tolist() == [
        ["båt", 1, 0, 2, 2, 0],
        ["gammal", 3, 1, 6, 2, 0],
        ["ny", 5, 1, 10, 2, 0],
    ]


def test_trips_without_sound_stop_times_are_not_counted(tmp_path: Path) -> None:
    broken = feed(["20230206"], 3, 1)
    broken.trips["t0"] = [Call("A", s("8:00"), s("8:00")), Call("B", s("7:00"), s("7:00"))]
    timetable = read_timetable([broken.write(tmp_path / "a")])
    assert service_per_day(timetable)["trips"].tolist() == [2]
    assert call_ahead_share(timetable) == 0
    assert bad_rows(timetable).to_numpy().tolist() == [["a", "stop_times_of_backward_trip", 2]]
