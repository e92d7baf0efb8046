"""GTFS feeds, one or several, as the arrays of trips, stops and stop times that travel works on.

A row that cannot be used is left out, counted by kind and never corrupts a sound trip; a feed with too many
such rows is refused. Reference: https://gtfs.org/documentation/schedule/reference/ (names of files, columns and
codes are its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.settings import TimetableSettings
from geomatch.sources.gtfs_codes import (
    ALLOWED,
    BOOK_AHEAD,
    BOOKING_ROUTE_TYPES,
    FORBIDDEN,
    IN_SEAT,
    MINIMUM,
    NOT_ALLOWED,
    NOT_IN_SEAT,
    TIMED,
)
from geomatch.sources.gtfs_feed import FeedContent, FeedSummary, read_feed
from geomatch.sources.timetable_schema import check
from geomatch.words import gettext as _

__all__ = [
    "ALLOWED",
    "BOOKING_ROUTE_TYPES",
    "BOOK_AHEAD",
    "FORBIDDEN",
    "IN_SEAT",
    "MINIMUM",
    "NOT_ALLOWED",
    "NOT_IN_SEAT",
    "TIMED",
    "FeedSummary",
    "Timetable",
    "read_timetable",
]


@dataclass(frozen=True, slots=True)
class Timetable:
    """One or several feeds in arrays. Stop times are sorted by trip and stop sequence.

    Attributes:
        feeds: A summary per feed, in the order of (operator, first day).
        timezone: IANA name; the same for all feeds.
        stops: stop_id, name, lon, lat (EPSG:4326), parent (id of the station it names), is_station, area (number
            shared by the stops of a station), feed.
        trips: trip_id, route (number), route_name, headsign, route_type, service (number), block_id, booking, feed. Trips by headway
            (frequencies.txt) follow the others of their feed, one for each departure, with the id of their pattern;
            the pattern itself has no stop times.
        trip: Trip number of each stop time (int32).
        stop: Stop number of each stop time (int32).
        arrival_s: Arrival of each stop time, seconds after noon minus 12 h of the service day (int32).
        departure_s: Departure, likewise.
        boarding: 0 not allowed, 1 allowed, 2 must be booked ahead (int8).
        alighting: Likewise.
        service_days: service number -> sorted array of date ordinals (int64) on which that service runs.
        change_rules: from_stop, to_stop (numbers of stops that trips call at, stations expanded; int32), kind (text,
            transfer_type), min_s (int32, -1 where silent); one row a pair of stops.
        trip_rules: from_trip, to_trip, from, to (stop numbers, -1 where blank; int64), kind: transfers of type 1, 4
            and 5 between two named trips.
        special_rules: Every rule of type 0 to 3 that names a trip or a route, those of type 1 between two trips once
            more: rank (0 two trips, 1 a trip and a route, 2 one trip, 3 two routes, 4 one route), from_stop, to_stop
            (as in change_rules), from_trip, to_trip, from_route, to_route (numbers, -1 for any), kind, min_s. In the
            order in which they apply: of the rules that fit a pair of trips at a pair of stops, the first holds,
            and goes before change_rules.
    """

    feeds: tuple[FeedSummary, ...]
    timezone: str
    stops: pd.DataFrame
    trips: pd.DataFrame
    trip: np.ndarray
    stop: np.ndarray
    arrival_s: np.ndarray
    departure_s: np.ndarray
    boarding: np.ndarray
    alighting: np.ndarray
    service_days: tuple[np.ndarray, ...]
    change_rules: pd.DataFrame
    trip_rules: pd.DataFrame
    special_rules: pd.DataFrame

    def feed_in_force(self, day: date) -> np.ndarray:
        """For each feed, whether it is the one its operator runs on `day`: the newest that covers it."""
        result = np.zeros(len(self.feeds), dtype=bool)
        newest: dict[str, int] = {}
        for number, feed in enumerate(self.feeds):
            if feed.first_day <= day <= feed.last_day:
                before = newest.get(feed.operator)
                if before is None or feed.first_day >= self.feeds[before].first_day:
                    newest[feed.operator] = number
        result[list(newest.values())] = True
        return result

    def trips_on(self, day: date) -> np.ndarray:
        """For each trip, whether it runs on the service day `day`."""
        ordinal = day.toordinal()
        runs = np.array([_holds(days, ordinal) for days in self.service_days], dtype=bool)
        in_force = self.feed_in_force(day)
        if not len(self.trips):
            return np.zeros(0, dtype=bool)
        services, feeds = self.trips["service"].to_numpy(np.int64), self.trips["feed"].to_numpy(np.int64)
        return np.asarray(runs[services] & in_force[feeds])

    def covers(self, day: date) -> bool:
        """Whether every operator has a feed for `day`."""
        operators = {feed.operator for feed in self.feeds}
        running = {feed.operator for feed in self.feeds if feed.first_day <= day <= feed.last_day}
        return operators == running


def _holds(days: np.ndarray, ordinal: int) -> bool:
    place = int(np.searchsorted(days, ordinal))
    return place < len(days) and int(days[place]) == ordinal


def read_timetable(
    paths: Sequence[Path] | Iterable[Path], limits: TimetableSettings | None = None
) -> Timetable:
    """Read GTFS feeds, zip files or folders, into one timetable.

    Feeds of one operator follow each other by date (`Timetable.feed_in_force`); ids of different feeds are kept
    apart. The order of `paths` and of the rows in any file does not matter.

    Args:
        paths: The feeds.
        limits: How many rows of each file of a feed may be unusable (settings, section `timetable`).

    Raises:
        InputError: A feed cannot be used, or time zones differ. All problems of a feed are listed.
    """
    limits = limits or TimetableSettings()
    read = sorted(
        (read_feed(Path(path), limits) for path in paths),
        key=lambda feed: (
            feed.summary.operator,
            feed.summary.first_day,
            feed.summary.version,
            feed.summary.file,
        ),
    )
    if not read:
        raise InputError(_("No timetable was given"))
    zones = sorted({feed.timezone for feed in read})
    if len(zones) > 1:
        raise InputError(
            Problem(
                _("the feeds have different time zones: {zones}").format(zones=", ".join(zones)),
                _("one time zone"),
                file=", ".join(feed.summary.file for feed in read),
            )
        )
    return _joined(read, zones[0])


def _joined(read: Sequence[FeedContent], timezone: str) -> Timetable:
    """Feeds as one timetable: the numbers of each count on from those of the feeds before."""
    stops, trips, changes, named, special = [], [], [], [], []
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("trip", "stop", "arrival_s", "departure_s", "boarding", "alighting")
    }
    stop_base = trip_base = route_base = service_base = 0
    for number, feed in enumerate(read):
        stops.append(feed.stops.assign(feed=number, area=feed.stops["area"] + stop_base))
        trips.append(
            feed.trips.assign(
                feed=number,
                route=feed.trips["route"] + route_base,
                service=feed.trips["service"] + service_base,
            )
        )
        times, booking = feed.times, feed.trips["booking"].to_numpy(bool)[feed.times.trip]
        # The first feed, mostly the only one, is large: its arrays are not copied.
        columns["trip"].append(times.trip + np.int32(trip_base) if trip_base else times.trip)
        columns["stop"].append(times.stop + np.int32(stop_base) if stop_base else times.stop)
        columns["arrival_s"].append(times.arrival_s)
        columns["departure_s"].append(times.departure_s)
        for name, codes in (("boarding", times.boarding), ("alighting", times.alighting)):
            columns[name].append(np.where(booking & (codes == ALLOWED), np.int8(BOOK_AHEAD), codes))
        bases = {"stop": stop_base, "trip": trip_base, "route": route_base}
        changes.append(_moved(feed.rules.between_stops, bases))
        named.append(_moved(feed.rules.between_trips, bases))
        special.append(_moved(feed.rules.special, bases))
        stop_base += len(feed.stops)
        trip_base += len(feed.trips)
        route_base += feed.routes
        service_base += len(feed.days)
    timetable = Timetable(
        feeds=tuple(feed.summary for feed in read),
        timezone=timezone,
        stops=pd.concat(stops, ignore_index=True),
        trips=pd.concat(trips, ignore_index=True),
        service_days=tuple(days for feed in read for days in feed.days),
        change_rules=pd.concat(changes, ignore_index=True),
        trip_rules=pd.concat(named, ignore_index=True),
        special_rules=pd.concat(special, ignore_index=True),
        **{name: parts[0] if len(parts) == 1 else np.concatenate(parts) for name, parts in columns.items()},
    )
    check(timetable)
    return timetable


def _moved(rules: pd.DataFrame, bases: Mapping[str, int]) -> pd.DataFrame:
    """Rules with the numbers of one feed as those of all; -1, which is no number, stays."""
    moved = {}
    for name in rules.columns:
        kind = "stop" if name in {"from", "to"} else name.rpartition("_")[2]
        if kind in bases:
            moved[name] = (
                rules[name].where(rules[name] < 0, rules[name] + bases[kind]).astype(rules[name].dtype)
            )
    return rules.assign(**moved)
