"""A GTFS feed read a second time, in plain Python: what the peers' copies and the slow search are made from.

Nothing of `geomatch` is used here, so that a mistake of its reader shows. Only what the feeds of these tests hold
is read: stops and stations, trips, stop times with all times given, calendar_dates, and transfers.txt.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pyproj

ZONE = ZoneInfo("Europe/Stockholm")
BOOKED_ROUTE_TYPES = frozenset({"715", "717", *(str(code) for code in range(1500, 1508))})
_TO_METRES = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop or a station; `area` is its station, or itself."""

    name: str
    lon: float
    lat: float
    area: str
    station: bool
    x_m: float
    y_m: float


class Call(NamedTuple):
    """A stop time, in seconds, with GTFS's pickup_type and drop_off_type."""

    stop: str
    arrival: int
    departure: int
    pickup: str
    drop_off: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip with its calls in order; `block` is the vehicle's day of work, where the feed names it."""

    trip: str
    service: str
    route: str
    route_type: str
    block: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of transfers.txt; `seconds` is -1 where it states none."""

    start: str
    end: str
    kind: str
    seconds: int
    from_trip: str
    to_trip: str


@dataclass(frozen=True, slots=True)
class PlainFeed:
    """A feed of one agency, and the days each service runs."""

    stops: Mapping[str, Stop]
    trips: tuple[Trip, ...]
    days: Mapping[str, frozenset[date]]
    rules: tuple[Rule, ...]

    def used(self) -> list[str]:
        """The stops that trips call at, in the order of their ids."""
        return sorted({call.stop for trip in self.trips for call in trip.calls})

    def on(self, day: date) -> tuple[list[Trip], list[Trip]]:
        """The trips of the service day `day`, and of the day before."""
        before = day - timedelta(days=1)
        return (
            [trip for trip in self.trips if day in self.days.get(trip.service, ())],
            [trip for trip in self.trips if before in self.days.get(trip.service, ())],
        )


def noon_minus_12h(day: date) -> int:
    """The moment GTFS counts the times of `day` from, as a POSIX time stamp."""
    return round(datetime.combine(day, time(12), tzinfo=ZONE).timestamp()) - 12 * 3600


@cache
def seconds(text: str) -> int:
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + rest


@cache
def clock(at: int) -> str:
    return f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}"


def read(path: Path, days: Iterable[date] | None = None) -> PlainFeed:
    """A feed, zipped or in a folder; of `days` and the days before them only, where given."""
    rows = _rows_of(path)
    running: dict[str, set[date]] = {}
    wanted = None if days is None else {day - timedelta(days=back) for day in days for back in (0, 1)}
    for row in rows("calendar_dates"):
        assert row["exception_type"] == "1", "these feeds list every day of service"
        text = row["date"]
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if wanted is None or day in wanted:
            running.setdefault(row["service_id"], set()).add(day)
    named = [row for row in rows("trips") if row["service_id"] in running]
    parents = {row["stop_id"]: row.get("parent_station", "") for row in rows("stops")}
    stops = {}
    for row in rows("stops"):
        lon, lat = float(row["stop_lon"]), float(row["stop_lat"])
        x, y = _TO_METRES.transform(lon, lat)
        name = row["stop_id"]
        stops[name] = Stop(
            row["stop_name"], lon, lat, parents[name] or name, row.get("location_type", "") == "1", x, y
        )
    kinds = {row["route_id"]: row["route_type"] for row in rows("routes")}
    calls: dict[str, list[tuple[int, Call]]] = {row["trip_id"]: [] for row in named}
    for row in rows("stop_times"):
        if row["trip_id"] in calls:
            call = Call(
                row["stop_id"],
                seconds(row["arrival_time"]),
                seconds(row["departure_time"]),
                row.get("pickup_type", ""),
                row.get("drop_off_type", ""),
            )
            calls[row["trip_id"]].append((int(row["stop_sequence"]), call))
    trips = tuple(
        Trip(
            row["trip_id"],
            row["service_id"],
            row["route_id"],
            kinds[row["route_id"]],
            row.get("block_id", ""),
            tuple(call for _number, call in sorted(calls[row["trip_id"]], key=lambda pair: pair[0])),
        )
        for row in named
        if len(calls[row["trip_id"]]) > 1
    )
    rules = tuple(
        Rule(
            row["from_stop_id"],
            row["to_stop_id"],
            row["transfer_type"],
            int(row.get("min_transfer_time") or -1),
            row.get("from_trip_id", ""),
            row.get("to_trip_id", ""),
        )
        for row in rows("transfers")
    )
    return PlainFeed(stops, trips, {name: frozenset(of) for name, of in running.items()}, rules)


def _rows_of(path: Path):
    if path.is_dir():
        texts = {file.stem: file.read_text(encoding="utf-8-sig") for file in path.glob("*.txt")}
    else:
        with zipfile.ZipFile(path) as archive:
            texts = {
                Path(name).stem: archive.read(name).decode("utf-8-sig")
                for name in archive.namelist()
                if name.endswith(".txt")
            }

    def rows(name: str) -> Iterator[dict[str, str]]:
        if name == "calendar_dates" and "calendar" in texts:
            assert not any(
                "1" in list(row.values())[1:8] for row in csv.DictReader(io.StringIO(texts["calendar"]))
            ), "these feeds keep all service in calendar_dates"
        return csv.DictReader(io.StringIO(texts.get(name, "")))

    return rows


def whole_minutes(feed: PlainFeed) -> PlainFeed:
    """All times cut to the minute before: order is kept, so that no trip comes to run backwards."""
    return replace(
        feed,
        trips=tuple(
            replace(
                trip,
                calls=tuple(
                    Call(stop, arrival // 60 * 60, departure // 60 * 60, *kinds)
                    for stop, arrival, departure, *kinds in trip.calls
                ),
            )
            for trip in feed.trips
        ),
    )


def without_booking(feed: PlainFeed) -> PlainFeed:
    """The feed without what must be booked ahead: for a peer that cannot tell it from an ordinary bus."""

    def barred(code: str) -> str:
        return "1" if code == "2" else code

    return replace(
        feed,
        trips=tuple(
            replace(
                trip,
                calls=tuple(
                    call._replace(pickup=barred(call.pickup), drop_off=barred(call.drop_off))
                    for call in trip.calls
                ),
            )
            for trip in feed.trips
            if trip.route_type not in BOOKED_ROUTE_TYPES
        ),
    )


def of_day(feed: PlainFeed, day: date) -> PlainFeed:
    """Only the service of this day and the one before, and the trips that run then."""
    chosen = frozenset({day, day - timedelta(days=1)})
    kept = {name: of & chosen for name, of in feed.days.items() if of & chosen}
    return replace(feed, days=kept, trips=tuple(trip for trip in feed.trips if trip.service in kept))


def write(feed: PlainFeed, folder: Path) -> Path:
    """The feed as GTFS files in a new folder."""
    folder.mkdir(parents=True)

    def table(name: str, head: str, rows: Iterable[tuple[object, ...]]) -> None:
        with (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head.split())
            writer.writerows(rows)

    table(
        "agency",
        "agency_id agency_name agency_url agency_timezone",
        [("a", "A", "https://example.org", ZONE.key)],
    )
    table(
        "stops",
        "stop_id stop_name stop_lat stop_lon location_type parent_station",
        (
            (
                name,
                stop.name,
                repr(stop.lat),
                repr(stop.lon),
                int(stop.station),
                "" if stop.area == name else stop.area,
            )
            for name, stop in feed.stops.items()
        ),
    )
    routes = {trip.route: trip.route_type for trip in feed.trips}
    table(
        "routes",
        "route_id agency_id route_short_name route_type",
        ((route, "a", route, kind) for route, kind in sorted(routes.items())),
    )
    table(
        "trips",
        "route_id service_id trip_id block_id",
        ((trip.route, trip.service, trip.trip, trip.block) for trip in feed.trips),
    )
    table(
        "stop_times",
        "trip_id arrival_time departure_time stop_id stop_sequence pickup_type drop_off_type",
        (
            (
                trip.trip,
                clock(call.arrival),
                clock(call.departure),
                call.stop,
                number,
                call.pickup,
                call.drop_off,
            )
            for trip in feed.trips
            for number, call in enumerate(trip.calls)
        ),
    )
    table(
        "calendar_dates",
        "service_id date exception_type",
        ((name, f"{day:%Y%m%d}", 1) for name, days in sorted(feed.days.items()) for day in sorted(days)),
    )
    if feed.rules:
        table(
            "transfers",
            "from_stop_id to_stop_id transfer_type min_transfer_time from_trip_id to_trip_id",
            (
                (
                    rule.start,
                    rule.end,
                    rule.kind,
                    "" if rule.seconds < 0 else rule.seconds,
                    rule.from_trip,
                    rule.to_trip,
                )
                for rule in feed.rules
            ),
        )
    return folder
