"""Small GTFS feeds written down in a test, and a slow, obviously right search on them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyproj

# Stops of test feeds stand on a plane around this place in central Sweden (EPSG:3006).
EAST, NORTH = 600_000.0, 6_700_000.0
_TO_DEGREES = pyproj.Transformer.from_crs(3006, 4326, always_xy=True)


def hms(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def s(text: str) -> int:
    """Seconds of `H:MM` or `H:MM:SS`."""
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) == 3 else 0)


@dataclass(frozen=True)
class Call:
    """A stop time: seconds, and GTFS's pickup_type and drop_off_type."""

    stop: str
    arrival: int
    departure: int
    pickup: str = "0"
    drop_off: str = "0"


@dataclass
class Feed:
    """A feed of one service that runs on the days given."""

    stops: dict[str, tuple[float, float]]  # metres east and north of the origin of the plane
    trips: dict[str, list[Call]]
    parents: dict[str, str] = field(default_factory=dict)  # stop -> station
    transfers: list[dict[str, str]] = field(default_factory=list)
    days: list[str] = field(default_factory=lambda: ["20230208"])
    route_types: dict[str, str] = field(default_factory=dict)  # trip -> route type, 700 unless given
    blocks: dict[str, str] = field(default_factory=dict)
    extra: dict[str, list[dict[str, str]]] = field(default_factory=dict)  # further files

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        stations = sorted(set(self.parents.values()))
        places = {**self.stops, **{name: self.stops.get(name, (0.0, 0.0)) for name in stations}}
        stops = []
        for name, (x, y) in places.items():
            lon, lat = _TO_DEGREES.transform(EAST + x, NORTH + y)
            stops.append(
                {
                    "stop_id": name,
                    "stop_name": name,
                    "stop_lat": repr(lat),
                    "stop_lon": repr(lon),
                    "location_type": "1" if name in stations else "0",
                    "parent_station": self.parents.get(name, ""),
                }
            )
        tables = {
            "agency": [
                {
                    "agency_id": "a",
                    "agency_name": "A",
                    "agency_url": "-",
                    "agency_timezone": "Europe/Stockholm",
                }
            ],
            "stops": stops,
            "routes": [
                {"route_id": f"r{kind}", "route_short_name": kind, "route_type": kind}
                for kind in sorted({"700", *self.route_types.values()})
            ],
            "trips": [
                {
                    "trip_id": trip,
                    "route_id": f"r{self.route_types.get(trip, '700')}",
                    "service_id": "s",
                    "block_id": self.blocks.get(trip, ""),
                }
                for trip in self.trips
            ],
            "stop_times": [
                {
                    "trip_id": trip,
                    "arrival_time": hms(call.arrival),
                    "departure_time": hms(call.departure),
                    "stop_id": call.stop,
                    "stop_sequence": str(number),
                    "pickup_type": call.pickup,
                    "drop_off_type": call.drop_off,
                }
                for trip, calls in self.trips.items()
                for number, call in enumerate(calls)
            ],
            "calendar_dates": [{"service_id": "s", "date": day, "exception_type": "1"} for day in self.days],
        }
        if self.transfers:
            names = sorted({name for row in self.transfers for name in row})
            tables["transfers"] = [{name: row.get(name, "") for name in names} for row in self.transfers]
        for name, rows in {**tables, **self.extra}.items():
            with (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return folder


@dataclass(frozen=True)
class Rules:
    """METHOD 4's defaults, written down a second time on purpose."""

    detour: float = 1.3
    speed_kmh: float = 4.5
    max_walk_m: float = 2000.0
    min_transfer_s: int = 180
    max_transfer_walk_m: float = 500.0
    margin_s: int = 300
    limit_s: float = 90 * 60
    max_transfers: int = 4
    booking: bool = False


@dataclass(frozen=True)
class Way:
    departure: int
    arrival: int
    transfers: int


class Slow:
    """Every journey of a feed, one after the other: nothing is skipped, nothing is clever."""

    def __init__(self, feed: Feed, rules: Rules) -> None:
        self.feed, self.rules = feed, rules
        self.used = sorted({call.stop for calls in feed.trips.values() for call in calls})

    def walked(self, one: tuple[float, float], other: tuple[float, float]) -> float:
        return math.hypot(one[0] - other[0], one[1] - other[1]) * self.rules.detour

    def seconds(self, metres: float) -> int:
        return math.ceil(round(metres * 3.6 / self.rules.speed_kmh, 6))

    def near(self, place: tuple[float, float]) -> dict[str, int]:
        metres = {stop: self.walked(self.feed.stops[stop], place) for stop in self.used}
        return {stop: self.seconds(m) for stop, m in metres.items() if m <= self.rules.max_walk_m}

    def area(self, stop: str) -> str:
        return self.feed.parents.get(stop, stop)

    def change_s(self, one: str, other: str) -> int | None:
        """Seconds needed for a change from one stop to another; None when it cannot be made."""
        metres = self.walked(self.feed.stops[one], self.feed.stops[other])
        usual = self.rules.min_transfer_s + (
            0 if self.area(one) == self.area(other) else self.seconds(metres)
        )
        rule = None
        for pairs in (
            [(one, other)],
            [(self.area(one), other), (one, self.area(other))],
            [(self.area(one), self.area(other))],
        ):
            found = [
                row
                for row in self.feed.transfers
                if not row.get("from_trip_id") and (row["from_stop_id"], row["to_stop_id"]) in pairs
            ]
            if found:
                rule = min(
                    found, key=lambda row: (row["transfer_type"], int(row.get("min_transfer_time") or -1))
                )
                break
        if rule is not None:
            kind = rule["transfer_type"]
            if kind == "3":
                return None
            if kind == "1":
                return 0
            if kind == "2" and rule.get("min_transfer_time"):
                return int(rule["min_transfer_time"])
            return usual
        if self.area(one) == self.area(other) or metres <= self.rules.max_transfer_walk_m:
            return usual
        return None

    def may(self, trip: str, code: str) -> bool:
        if code == "1":
            return False
        booked = code == "2" or self.feed.route_types.get(trip, "700") in ("717", "1501")
        return self.rules.booking or not booked

    def rides_on(self, trip: str, boarded: int) -> Iterator[tuple[str, int, int]]:
        """Where someone who boards a trip can get off: trip, place in it, arrival. Blocks are stayed on."""
        calls = self.feed.trips[trip]
        for place in range(boarded + 1, len(calls)):
            if self.may(trip, calls[place].drop_off):
                yield trip, place, calls[place].arrival
        block = self.feed.blocks.get(trip)
        if block:
            # All trips of a block in the order of the day; the next one at the same place continues this one.
            order = sorted(
                (t for t, b in self.feed.blocks.items() if b == block),
                key=lambda t: (self.feed.trips[t][0].departure, t),
            )
            after = order[order.index(trip) + 1 :][:1]
            for other in after:
                first = self.feed.trips[other][0]
                if first.departure >= calls[-1].arrival and self.area(first.stop) == self.area(
                    calls[-1].stop
                ):
                    yield from self.rides_on(other, 0)

    def journeys(self, start: tuple[float, float], end: tuple[float, float], most: int) -> Iterator[Way]:
        """Every ride-by-ride journey with at most `most` changes."""
        access, egress = self.near(start), self.near(end)

        def onwards(trip: str, boarded: int, departure: int, changes: int) -> Iterator[Way]:
            for last, place, arrival in self.rides_on(trip, boarded):
                stop = self.feed.trips[last][place].stop
                if stop in egress:
                    yield Way(departure, arrival + egress[stop], changes)
                if changes == most:
                    continue
                for other, calls in self.feed.trips.items():
                    for position, call in enumerate(calls[:-1]):
                        if not self.may(other, call.pickup):
                            continue
                        wait = self.change_s(stop, call.stop)
                        if self.guaranteed(last, other, stop, call.stop):
                            wait = 0
                        if wait is not None and call.departure >= arrival + wait:
                            yield from onwards(other, position, departure, changes + 1)

        for trip, calls in self.feed.trips.items():
            for position, call in enumerate(calls[:-1]):
                if call.stop in access and self.may(trip, call.pickup):
                    yield from onwards(trip, position, call.departure - access[call.stop], 0)

    def guaranteed(self, one: str, other: str, here: str, there: str) -> bool:
        return one != other and any(
            row.get("from_trip_id") == one
            and row.get("to_trip_id") == other
            and row["transfer_type"] == "1"
            and self.area(here) == self.area(row["from_stop_id"])
            and self.area(there) == self.area(row["to_stop_id"])
            for row in self.feed.transfers
        )

    def outbound(self, home: tuple[float, float], place: tuple[float, float], start: int) -> Way | None:
        """METHOD 4: latest departure, then earliest arrival, then fewest changes, within the limits."""
        deadline = start - self.rules.margin_s
        ways = [
            way for way in self.journeys(home, place, self.rules.max_transfers) if way.arrival <= deadline
        ]
        metres = self.walked(home, place)
        if metres <= self.rules.max_walk_m:
            ways.append(Way(deadline - self.seconds(metres), deadline, 0))
        ways = [way for way in ways if way.arrival - way.departure <= self.rules.limit_s]
        return min(ways, key=lambda way: (-way.departure, way.arrival, way.transfers), default=None)

    def homebound(
        self, home: tuple[float, float], place: tuple[float, float], end: int
    ) -> tuple[Way | None, bool]:
        """Earliest arrival, then latest departure, then fewest changes; and whether it is the last one that day."""
        earliest = end + self.rules.margin_s
        ways = [
            way for way in self.journeys(place, home, self.rules.max_transfers) if way.departure >= earliest
        ]
        ways = [way for way in ways if way.arrival - way.departure <= self.rules.limit_s]
        metres = self.walked(home, place)
        walk = metres <= self.rules.max_walk_m and self.seconds(metres) <= self.rules.limit_s
        if walk:
            ways.append(Way(earliest, earliest + self.seconds(metres), 0))
        best = min(ways, key=lambda way: (way.arrival, -way.departure, way.transfers), default=None)
        last = best is not None and not walk and all(way.departure <= best.departure for way in ways)
        return best, last
