"""The demo's feed is a proper GTFS feed over real places, and gives the day returns the demo's story needs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from datetime import date
from itertools import pairwise

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.demo.timetable import Trip, places, timetable_zip, trips
from geomatch.sources.places import embedded_localities
from geomatch.sources.regions import assign_municipality
from geomatch.sources.timetable import read_timetable

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def feed() -> dict[str, Table]:
    return _tables(timetable_zip(25))


def _tables(content: bytes) -> dict[str, Table]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name.removesuffix(".txt"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in archive.namelist()
        }


def _seconds(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + seconds


def _direct(origin: str, goal: str, service: str = "weekday") -> list[tuple[int, int]]:
    """Departure and arrival, in minutes, of trips without a change."""
    found = []
    for trip in trips(25):
        stops = [place.name for place, _a, _d in trip.calls]
        if trip.service in (service, "daily") and origin in stops and goal in stops[stops.index(origin) :]:
            one, other = trip.calls[stops.index(origin)], trip.calls[stops.index(goal)]
            found.append((one[2] // 60, other[1] // 60))
    return sorted(found)


def test_size(feed: dict[str, Table]) -> None:
    # 100 places, of which 17 are stations with 3 platforms each.
    assert len(places()) == 100
    assert sum(place.station for place in places().values()) == 17
    assert len(feed["stops"]) == 100 + 3 * 17
    assert len(feed["trips"]) == 467
    assert len(feed["routes"]) == 34
    assert len(timetable_zip(25)) < 60_000


def test_trips_of_some_lines() -> None:
    count = Counter(trip.line.number for trip in trips(25))
    # Line 1: every hour 17 + 17, half-hours on weekdays 13 + 13, Friday nights 2 + 2.
    assert count["1"] == 64
    # Line 4: 7 + 7 on weekdays, 2 + 2 on days off. Line 10: 2 each way, of which 1 only Mon, Wed, Fri.
    assert count["4"] == 18
    assert count["10"] == 4


def test_references_resolve(feed: dict[str, Table]) -> None:
    stops = {row["stop_id"]: row for row in feed["stops"]}
    trip_ids = {row["trip_id"] for row in feed["trips"]}
    services = {row["service_id"] for row in feed["calendar"]}
    assert len(stops) == len(feed["stops"])
    assert len(trip_ids) == len(feed["trips"])
    assert {row["route_id"] for row in feed["trips"]} == {row["route_id"] for row in feed["routes"]}
    assert {row["service_id"] for row in feed["trips"]} == services
    assert {row["service_id"] for row in feed["calendar_dates"]} == services
    assert {row["trip_id"] for row in feed["stop_times"]} == trip_ids
    assert {row["agency_id"] for row in feed["routes"]} == {"SYN"}
    for row in feed["stop_times"]:
        assert stops[row["stop_id"]]["location_type"] == "0"
    for row in feed["stops"]:
        if row["parent_station"]:
            assert stops[row["parent_station"]]["location_type"] == "1"
            assert row["platform_code"] in "ABC"
    for row in feed["transfers"]:
        assert row["from_stop_id"] in stops
        assert row["to_stop_id"] in stops
        assert {row["from_trip_id"], row["to_trip_id"]} <= trip_ids | {""}


def test_every_place_is_served(feed: dict[str, Table]) -> None:
    called = {row["stop_id"][:12] for row in feed["stop_times"]}
    assert called == {place.stop_id for place in places().values()}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_times_run_forward_with_every_seed(seed: int) -> None:
    for trip in trips(seed):
        assert len(trip.calls) >= 2
        assert all(arrival <= departure for _place, arrival, departure in trip.calls)
        assert all(before[2] < after[1] for before, after in pairwise(trip.calls))
        for place, arrival, _departure in trip.calls:
            if place.station:
                assert arrival % 60 == 0


def test_seconds_boarding_signs_and_night_trips(feed: dict[str, Table]) -> None:
    route_type = {row["route_id"]: row["route_type"] for row in feed["routes"]}
    taxi = {row["trip_id"] for row in feed["trips"] if route_type[row["route_id"]] == "1501"}
    assert set(route_type.values()) == {"700", "1501"}
    assert len(taxi) == 12
    by_trip: dict[str, Table] = {}
    for row in feed["stop_times"]:
        by_trip.setdefault(row["trip_id"], []).append(row)
    for trip_id, rows in by_trip.items():
        sign = "2" if trip_id in taxi else "0"
        assert [row["pickup_type"] for row in rows] == [sign] * (len(rows) - 1) + ["1"]
        assert [row["drop_off_type"] for row in rows] == ["1"] + [sign] * (len(rows) - 1)
    assert sum(not row["arrival_time"].endswith(":00") for row in feed["stop_times"]) > 500
    late = {row["trip_id"] for row in feed["stop_times"] if _seconds(row["departure_time"]) >= 24 * 3600}
    fridays = {row["trip_id"] for row in feed["trips"] if row["service_id"] == "fridays"}
    assert late
    assert late <= fridays


def test_service_stands_in_calendar_dates_alone(feed: dict[str, Table]) -> None:
    flags = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    assert {row[flag] for row in feed["calendar"] for flag in flags} == {"0"}
    assert {row["exception_type"] for row in feed["calendar_dates"]} == {"1"}
    days: dict[str, set[str]] = {}
    for row in feed["calendar_dates"]:
        days.setdefault(row["service_id"], set()).add(row["date"])
    # 202 days; 145 Mondays to Fridays, 8 of them holidays: 26/12, 6/1, 7/4, 10/4, 1/5, 18/5, 6/6 and 23/6.
    assert {service: len(found) for service, found in days.items()} == {
        "daily": 202,
        "weekday": 145 - 8,
        "weekend": 202 - 137,
        "monwedfri": 3 * 29 - 6,
        "fridays": 29 - 3,
    }
    assert min(days["daily"]) == "20221211"
    assert max(days["daily"]) == "20230630"
    assert "20230106" in days["weekend"]
    assert "20230106" not in days["weekday"] | days["fridays"]


def test_marked_and_dated(feed: dict[str, Table]) -> None:
    assert feed["agency"][0]["agency_name"] == "SYNTETISK Länstrafik Demo"
    assert feed["agency"][0]["agency_timezone"] == "Europe/Stockholm"
    info = feed["feed_info"][0]
    assert (info["feed_version"], info["feed_start_date"], info["feed_end_date"]) == (
        "SYNTETISK-25",
        "20221211",
        "20230630",
    )
    assert all(row["route_long_name"].startswith("SYNTETISK ") for row in feed["routes"])


def test_changes(feed: dict[str, Table]) -> None:
    kinds = Counter(row["transfer_type"] for row in feed["transfers"])
    assert kinds == {"2": 11, "1": 12}
    least = {(row["from_stop_id"], row["to_stop_id"]): row["min_transfer_time"] for row in feed["transfers"]}
    lulea = places()["Luleå busstation"].stop_id
    assert least[lulea, lulea] == "300"
    by_id = {trip.trip_id: trip for trip in trips(25)}

    def at(trip: Trip, stop_id: str) -> tuple[int, int]:
        return next((a, d) for place, a, d in trip.calls if trip.stop_id(place) == stop_id)

    for row in feed["transfers"]:
        if row["transfer_type"] == "1":
            one, other = by_id[row["from_trip_id"]], by_id[row["to_trip_id"]]
            assert one.service == other.service
            wait_s = at(other, row["to_stop_id"])[1] - at(one, row["from_stop_id"])[0]
            assert 0 <= wait_s <= 25 * 60


def test_places_lie_in_their_municipality() -> None:
    known = places()
    points = gpd.GeoSeries.from_xy(
        [place.lon for place in known.values()],
        [place.lat for place in known.values()],
        index=list(known),
        crs="EPSG:4326",
    )
    found = assign_municipality(points)["municipality_code"]
    assert found.to_dict() == {name: place.municipality_code for name, place in known.items()}


def test_nearly_every_locality_of_the_county_can_walk_to_a_stop() -> None:
    localities = embedded_localities()
    own = localities[localities["county_code"] == "25"]
    known = places().values()
    stops = gpd.GeoSeries.from_xy([p.lon for p in known], [p.lat for p in known], crs="EPSG:4326").to_crs(
        3006
    )
    # 2 km walked is 2000 / 1.3 m in a straight line.
    far = [
        name
        for name, point in zip(own["name"], own.geometry, strict=True)
        if stops.distance(point).min() > 2000 / 1.3
    ]
    assert sorted(far) == ["Guojkkasuoluoj", "Långvik"]


def test_lulea_boden_runs_twice_an_hour_on_weekdays() -> None:
    departures = [
        start for start, _end in _direct("Luleå busstation", "Boden resecentrum") if 360 <= start <= 1140
    ]
    assert max(later - earlier for earlier, later in pairwise(departures)) <= 31
    assert all(30 <= end - start <= 45 for start, end in _direct("Luleå busstation", "Boden resecentrum"))


@pytest.mark.parametrize(
    ("origin", "goal", "longest_min"),
    [("Piteå busstation", "Skellefteå busstation", 75), ("Jokkmokk station", "Gällivare resecentrum", 85)],
)
def test_a_day_return_for_a_morning_session(origin: str, goal: str, longest_min: int) -> None:
    """There before 9.25, home after 12.05, and no longer than this each way."""
    out = [(start, end) for start, end in _direct(origin, goal) if end <= 9 * 60 + 25]
    home = [(start, end) for start, end in _direct(goal, origin) if start >= 12 * 60 + 5]
    assert out
    assert home
    assert all(end - start <= longest_min for start, end in [*out, *home])


def test_some_have_no_day_return() -> None:
    # Longer than the 90 minutes that the settings allow.
    assert all(end - start > 90 for start, end in _direct("Pajala busstation", "Gällivare resecentrum"))
    # The only trip from Kiruna reaches Karesuando in the afternoon, after the only one back has left.
    there = _direct("Kiruna busstation", "Karesuando", "monwedfri")
    home = _direct("Karesuando", "Kiruna busstation", "monwedfri")
    assert max(start for start, _end in home) < min(end for _start, end in there)


def test_the_reader_takes_every_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("feed") / "SYNTETISK-tidtabell.zip"
    path.write_bytes(timetable_zip(25))
    summary = read_timetable([path]).feeds[0]
    assert dict(summary.bad_rows) == {}
    assert summary.synthetic
    assert (summary.trips, summary.stops) == (467, 151)
    assert (summary.first_day, summary.last_day) == (date(2022, 12, 11), date(2023, 6, 30))
