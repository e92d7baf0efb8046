"""GTFS feeds, one or several, as the arrays of trips, stops and stop times that travel works on.

A row that cannot be used is left out, counted by kind and never corrupts a sound trip; a feed with too many
such rows is refused. Reference: https://gtfs.org/documentation/schedule/reference/ (names of files, columns and
codes are its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.gtfs_files import CALENDARS, DAMAGE, FeedFiles, column
from geomatch.words import gettext as _

__all__ = ["BOOKING_ROUTE_TYPES", "FeedSummary", "Timetable", "read_timetable"]

# Extended route types of vehicles that come only when booked: demand-responsive bus and taxi services.
BOOKING_ROUTE_TYPES = frozenset({"715", "716", "717", *(str(code) for code in range(1500, 1508))})

NOT_ALLOWED, ALLOWED, BOOK_AHEAD = 0, 1, 2
_REGULATION = {"": ALLOWED, "0": ALLOWED, "1": NOT_ALLOWED, "2": BOOK_AHEAD, "3": ALLOWED}

TIMED, MINIMUM, FORBIDDEN, IN_SEAT, NOT_IN_SEAT = "1", "2", "3", "4", "5"

# Sessions are in Swedish time; a feed that counts otherwise would be read an hour or more off.
SWEDISH_TIME = "Europe/Stockholm"
_MOMENTS = (datetime(2023, 1, 15, 12), datetime(2023, 7, 15, 12))  # noqa: DTZ001 (the zone is set where it is used)

_LONGITUDES, _LATITUDES = (-25.0, 45.0), (34.0, 75.0)

_MAX_BAD_SHARE = 0.05
_MAX_BAD_ROWS = 100


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """What one feed holds.

    Attributes:
        file: Name of the file or folder.
        operator: What tells successive feeds of one operator from feeds of others.
        version: The feed's own version, or its first day.
        first_day: First day with service.
        last_day: Last day with service.
        stops: Stops with coordinates.
        trips: Trips with at least two sound stop times.
        stop_times: Sound stop times.
        bad_rows: Rows left out, by kind.
        synthetic: The feed calls itself synthetic.
    """

    file: str
    operator: str
    version: str
    first_day: date
    last_day: date
    stops: int
    trips: int
    stop_times: int
    bad_rows: Mapping[str, int]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """One or several feeds in arrays. Stop times are sorted by trip and stop sequence.

    Attributes:
        feeds: A summary per feed, in the order of (operator, first day).
        timezone: IANA name; the same for all feeds.
        stops: stop_id, name, lon, lat (EPSG:4326), area (number shared by the stops of a station), feed.
        trips: trip_id, route_name, headsign, route_type, service (number), block_id, booking, feed.
        trip: Trip number of each stop time.
        stop: Stop number of each stop time.
        arrival_s: Arrival of each stop time, seconds after noon minus 12 h of the service day.
        departure_s: Departure, likewise.
        boarding: 0 not allowed, 1 allowed, 2 must be booked ahead.
        alighting: Likewise.
        service_days: service number -> sorted array of date ordinals on which that service runs.
        change_rules: from_stop, to_stop (stop numbers, stations expanded), kind, min_s (-1 where silent).
        trip_rules: from_trip, to_trip, from_area, to_area (area numbers), from_stop, to_stop (-1 when any of the
            area), kind: transfers between two named trips.
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


def _seconds(texts: pd.Series[Any]) -> pd.Series[Any]:
    """GTFS times as seconds; NaN for blank ones, -1 for text that is no time. Hours may pass 24."""
    codes, unique = pd.factorize(texts.str.strip())
    return pd.Series(np.array([_one_time(text) for text in unique], dtype=float)[codes], index=texts.index)


def _one_time(text: str) -> float:
    if text == "":
        return float("nan")
    parts = text.split(":")
    if (
        len(parts) == 3
        and text.isascii()
        and all(part.isdigit() for part in parts)
        and int(parts[1]) < 60
        and int(parts[2]) < 60
    ):
        return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])
    return -1.0


def _dates(texts: pd.Series[Any]) -> pd.Series[Any]:
    """GTFS dates (YYYYMMDD) as ordinals; 0 for text that is no date."""
    codes, unique = pd.factorize(texts.str.strip())
    return pd.Series(np.array([_one_date(text) for text in unique], dtype=np.int64)[codes], index=texts.index)


def _one_date(text: str) -> int:
    try:
        return (
            date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
            if len(text) == 8 and text.isascii() and text.isdigit()
            else 0
        )
    except ValueError:
        return 0


def _read_stops(feed: FeedFiles, frame: pd.DataFrame) -> pd.DataFrame:
    stops = pd.DataFrame(
        {
            "stop_id": column(frame, "stop_id"),
            "name": column(frame, "stop_name"),
            "lon": pd.to_numeric(column(frame, "stop_lon"), errors="coerce"),
            "lat": pd.to_numeric(column(frame, "stop_lat"), errors="coerce"),
            "parent": column(frame, "parent_station"),
        }
    )
    repeated = stops.duplicated("stop_id")
    feed.count("stops_repeated", int(repeated.sum()))
    # Swedish services reach into the rest of northern Europe; farther off, SWEREF 99 TM has no meaning.
    nowhere = ~(stops["lon"].between(*_LONGITUDES) & stops["lat"].between(*_LATITUDES))
    feed.count("stops_without_coordinates", int((nowhere & ~repeated).sum()))
    return stops[~repeated & ~nowhere].sort_values("stop_id").reset_index(drop=True)


def _service_days(feed: FeedFiles, frames: Mapping[str, pd.DataFrame]) -> dict[str, np.ndarray]:
    """service_id -> sorted date ordinals; calendar and calendar_dates together, or either alone."""
    days: dict[str, set[int]] = {}
    if "calendar" in frames:
        frame = frames["calendar"]
        first, last = _dates(frame["start_date"]), _dates(frame["end_date"])
        bad = (first == 0) | (last == 0) | (last < first)
        feed.count("calendar_bad_dates", int(bad.sum()))
        flags = np.column_stack([column(frame, name) == "1" for name in CALENDARS["calendar"][1:8]])
        for number in np.flatnonzero(~bad.to_numpy()):
            span = range(int(first.iloc[number]), int(last.iloc[number]) + 1) if flags[number].any() else ()
            # Ordinal 1 is a Monday: (ordinal + 6) % 7 is 0 on Mondays.
            days.setdefault(frame["service_id"].iloc[number].strip(), set()).update(
                o for o in span if flags[number][(o + 6) % 7]
            )
    if "calendar_dates" in frames:
        frame = frames["calendar_dates"]
        ordinals, kinds = _dates(frame["date"]), column(frame, "exception_type")
        bad = (ordinals == 0) | ~kinds.isin(["1", "2"])
        feed.count("calendar_dates_bad", int(bad.sum()))
        for service, ordinal, kind in zip(
            column(frame, "service_id")[~bad], ordinals[~bad], kinds[~bad], strict=True
        ):
            if kind == "1":
                days.setdefault(service, set()).add(int(ordinal))
        for service, ordinal, kind in zip(
            column(frame, "service_id")[~bad], ordinals[~bad], kinds[~bad], strict=True
        ):
            if kind == "2":
                days.get(service, set()).discard(int(ordinal))
    return {service: np.array(sorted(ordinals), dtype=np.int64) for service, ordinals in days.items()}


def _read_stop_times(
    feed: FeedFiles, frame: pd.DataFrame, stops: pd.DataFrame, trips: pd.DataFrame
) -> pd.DataFrame:
    """Sound stop times: trip, stop (numbers), arrival_s, departure_s, boarding, alighting; sorted."""
    feed.rows += len(frame)
    times = pd.DataFrame(
        {
            "trip": pd.Index(trips["trip_id"]).get_indexer(column(frame, "trip_id")),
            "stop": pd.Index(stops["stop_id"]).get_indexer(column(frame, "stop_id")),
            "sequence": pd.to_numeric(column(frame, "stop_sequence"), errors="coerce"),
            "arrival_s": _seconds(frame["arrival_time"]),
            "departure_s": _seconds(frame["departure_time"]),
            "boarding": column(frame, "pickup_type").map(_REGULATION),
            "alighting": column(frame, "drop_off_type").map(_REGULATION),
            "distance": pd.to_numeric(column(frame, "shape_dist_traveled"), errors="coerce"),
        }
    )
    reasons = {
        "stop_times_of_unknown_trip": times["trip"] < 0,
        "stop_times_at_unknown_stop": times["stop"] < 0,
        "stop_times_without_sequence": times["sequence"].isna(),
        "stop_times_bad_time": (times["arrival_s"] < 0) | (times["departure_s"] < 0),
        "stop_times_bad_regulation": times["boarding"].isna() | times["alighting"].isna(),
    }
    bad = pd.Series(False, index=times.index)
    for kind, where in reasons.items():
        feed.count(kind, int((where & ~bad).sum()))
        bad |= where
    times = times[~bad].sort_values(["trip", "sequence", "arrival_s", "stop"], kind="stable")
    repeated = times.duplicated(["trip", "sequence"])
    feed.count("stop_times_repeated", int(repeated.sum()))
    times = _with_all_times(times[~repeated])
    # A trip whose first or last time is blank, or that runs backwards in time, cannot be mended: it goes whole.
    untimed = times["trip"].isin(times.loc[times["arrival_s"].isna(), "trip"].unique())
    feed.count("stop_times_of_untimed_trip", int(untimed.sum()))
    times = times[~untimed]
    previous = times.groupby("trip")["departure_s"].shift()
    wrong = (times["departure_s"] < times["arrival_s"]) | (times["arrival_s"] < previous)
    broken = times["trip"].isin(times.loc[wrong, "trip"].unique())
    feed.count("stop_times_of_backward_trip", int(broken.sum()))
    times = times[~broken]
    single = times.groupby("trip")["stop"].transform("size") < 2
    feed.count("stop_times_of_single_stop_trip", int(single.sum()))
    return times[~single].reset_index(drop=True)


def _with_all_times(times: pd.DataFrame) -> pd.DataFrame:
    """Blank times interpolated within their trip, by shape_dist_traveled where given and else evenly."""
    times = times.copy()
    times["arrival_s"] = times["arrival_s"].fillna(times["departure_s"])
    times["departure_s"] = times["departure_s"].fillna(times["arrival_s"])
    blank = times["arrival_s"].isna()
    for _trip, rows in times[times["trip"].isin(times.loc[blank, "trip"].unique())].groupby("trip"):
        known = rows["arrival_s"].notna().to_numpy()
        if not (known[0] and known[-1]):
            continue
        distance = rows["distance"].to_numpy()
        along = (
            distance
            if np.isfinite(distance).all() and (np.diff(distance) > 0).all()
            else np.arange(len(rows), dtype=float)
        )
        unknown = ~known
        # From the departure of the timed stop before to the arrival of the timed stop after.
        for number in np.flatnonzero(unknown):
            before = np.flatnonzero(known[:number])[-1]
            after = number + np.flatnonzero(known[number:])[0]
            start, end = rows["departure_s"].iloc[before], rows["arrival_s"].iloc[after]
            at = start + (end - start) * (along[number] - along[before]) / (along[after] - along[before])
            times.loc[rows.index[int(number)], "arrival_s"] = float(np.floor(at))
            times.loc[rows.index[int(number)], "departure_s"] = float(np.floor(at))
    return times


def _with_frequencies(
    feed: FeedFiles, frame: pd.DataFrame, trips: pd.DataFrame, times: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trips of frequencies.txt written out, one for each departure of their headway.

    `exact_times` 0 and 1 are treated alike: a headway service is taken to leave at each full headway.
    """
    start, end = _seconds(frame["start_time"]), _seconds(frame["end_time"])
    headway = pd.to_numeric(column(frame, "headway_secs"), errors="coerce")
    number = pd.Series(pd.Index(trips["trip_id"]).get_indexer(column(frame, "trip_id")), index=frame.index)
    bad = ~(start >= 0) | ~(end > start) | ~(headway > 0) | (number < 0)
    feed.count("frequencies_bad", int(bad.sum()))
    new_trips: list[pd.Series[Any]] = []
    new_times: list[pd.DataFrame] = []
    repeated = sorted({int(n) for n in number[~bad]})
    pattern = dict(iter(times[times["trip"].isin(repeated)].groupby("trip")))
    for trip, first, last, step in zip(number[~bad], start[~bad], end[~bad], headway[~bad], strict=True):
        if trip not in pattern:
            continue
        rows = pattern[trip]
        for departure in np.arange(first, last, step):
            copy = rows.copy()
            shift = departure - rows["departure_s"].iloc[0]
            copy["arrival_s"] += shift
            copy["departure_s"] += shift
            copy["trip"] = len(trips) + len(new_trips)
            new_times.append(copy)
            new_trips.append(trips.iloc[trip])
    kept = times[~times["trip"].isin(repeated)]
    return (
        pd.concat([trips, pd.DataFrame(new_trips)], ignore_index=True) if new_trips else trips,
        pd.concat([kept, *new_times], ignore_index=True) if new_times else kept.reset_index(drop=True),
    )


def _read_transfers(
    feed: FeedFiles, frame: pd.DataFrame, stops: pd.DataFrame, trips: pd.DataFrame, used: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rules between stops (stations expanded to the stops trips use), and rules between named trips."""
    ids = pd.Index(stops["stop_id"])
    rules = pd.DataFrame(
        {
            "from": ids.get_indexer(column(frame, "from_stop_id")),
            "to": ids.get_indexer(column(frame, "to_stop_id")),
            "kind": column(frame, "transfer_type").replace("", "0"),
            "min_s": pd.to_numeric(column(frame, "min_transfer_time"), errors="coerce").fillna(-1),
            "from_trip_id": column(frame, "from_trip_id"),
            "to_trip_id": column(frame, "to_trip_id"),
            "blank_stops": (column(frame, "from_stop_id") == "") & (column(frame, "to_stop_id") == ""),
        }
    )
    by_route = (column(frame, "from_route_id") != "") | (column(frame, "to_route_id") != "")
    feed.count("transfers_between_routes_not_used", int(by_route.sum()))
    rules = rules[~by_route]
    of_trips = (rules["from_trip_id"] != "") & (rules["to_trip_id"] != "")
    half = ((rules["from_trip_id"] != "") | (rules["to_trip_id"] != "")) & ~of_trips
    feed.count("transfers_of_one_trip_not_used", int(half.sum()))
    trip_ids = pd.Index(trips["trip_id"])
    named = rules[of_trips].copy()
    named["from_trip"] = trip_ids.get_indexer(named["from_trip_id"])
    named["to_trip"] = trip_ids.get_indexer(named["to_trip_id"])
    unknown = (named["from_trip"] < 0) | (named["to_trip"] < 0)
    # Only staying seated needs no stops: it goes on from the last stop of one trip to the first of the other.
    unstopped = (named["from"] < 0) | (named["to"] < 0)
    seated = named["kind"].isin([IN_SEAT, NOT_IN_SEAT])
    blank = named["blank_stops"]
    unsupported = ~named["kind"].isin([TIMED, IN_SEAT, NOT_IN_SEAT]) | (unstopped & ~(seated & blank))
    feed.count("transfers_of_unknown_trip", int(unknown.sum()))
    feed.count("transfers_between_trips_not_used", int((unsupported & ~unknown).sum()))
    named = named[~unknown & ~unsupported]
    plain = rules[~of_trips & ~half]
    lost = (plain["from"] < 0) | (plain["to"] < 0) | ~plain["kind"].isin(["0", TIMED, MINIMUM, FORBIDDEN])
    feed.count("transfers_not_usable", int(lost.sum()))
    return _expanded(plain[~lost], stops, used), named[
        ["from_trip", "to_trip", "from", "to", "kind"]
    ].reset_index(drop=True)


def _expanded(rules: pd.DataFrame, stops: pd.DataFrame, used: np.ndarray) -> pd.DataFrame:
    """Rules of stations applied to their platforms; a rule that names the platforms goes before a station's."""
    area = stops["area"].to_numpy()
    station = stops["is_station"].to_numpy()
    members: dict[int, list[int]] = {}
    for number in used:
        members.setdefault(int(area[number]), []).append(int(number))
    rows: list[tuple[int, int, int, str, float]] = []
    for one, other, kind, min_s in zip(
        rules["from"], rules["to"], rules["kind"], rules["min_s"], strict=True
    ):
        own = members.get(int(area[one]), []) if station[one] else [int(one)]
        far = members.get(int(area[other]), []) if station[other] else [int(other)]
        rank = int(station[one]) + int(station[other])
        rows += [(a, b, rank, kind, min_s) for a in own for b in far]
    result = pd.DataFrame(rows, columns=["from_stop", "to_stop", "rank", "kind", "min_s"])
    result = result.sort_values(["from_stop", "to_stop", "rank", "kind", "min_s"]).drop_duplicates(
        ["from_stop", "to_stop"]
    )
    return result[["from_stop", "to_stop", "kind", "min_s"]].reset_index(drop=True)


def _offset_s(zone: str, moment: datetime) -> float:
    offset = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _read_feed(path: Path) -> tuple[FeedSummary, dict[str, Any]]:
    feed = FeedFiles(path)
    if not path.exists():
        raise InputError(Problem(_("there is no such file"), remedy=_("Check the path"), file=feed.name))
    try:
        frames = feed.frames()
    except DAMAGE as error:
        raise InputError(
            Problem(
                _("it is not a readable zip file"),
                _("a GTFS zip or a folder with its files"),
                _("Download the timetable again"),
                file=feed.name,
            )
        ) from error
    if feed.problems:
        raise InputError(feed.problems)
    timezone = column(frames["agency"], "agency_timezone").iloc[0]
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        raise InputError(
            Problem(
                _("found “{value}”").format(value=timezone),
                _("a time zone such as Europe/Stockholm"),
                file=feed.name,
                sheet="agency.txt",
                column="agency_timezone",
            )
        ) from error

    if any(_offset_s(timezone, moment) != _offset_s(SWEDISH_TIME, moment) for moment in _MOMENTS):
        raise InputError(
            Problem(
                _("the times are those of {zone}").format(zone=timezone),
                _("Swedish time, {zone}").format(zone=SWEDISH_TIME),
                _("Ask the operator for a timetable in local time"),
                file=feed.name,
                sheet="agency.txt",
                column="agency_timezone",
            )
        )
    stops = _read_stops(feed, frames["stops"])
    parent = pd.Index(stops["stop_id"]).get_indexer(stops["parent"])
    stops["is_station"] = (
        column(
            frames["stops"]
            .drop_duplicates("stop_id")
            .set_index(column(frames["stops"].drop_duplicates("stop_id"), "stop_id")),
            "location_type",
        )
        .reindex(stops["stop_id"])
        .eq("1")
        .to_numpy()
    )
    stops["area"] = np.where(parent >= 0, parent, np.arange(len(stops)))

    routes = (
        pd.DataFrame(
            {
                name: column(frames["routes"], name)
                for name in ("route_id", "route_short_name", "route_long_name", "route_type")
            }
        )
        .drop_duplicates("route_id")
        .set_index("route_id")
    )
    trips = pd.DataFrame(
        {
            name: column(frames["trips"], name)
            for name in ("trip_id", "route_id", "service_id", "trip_headsign", "block_id")
        }
    )
    repeated = trips.duplicated("trip_id")
    feed.count("trips_repeated", int(repeated.sum()))
    unknown = ~trips["route_id"].isin(routes.index)
    feed.count("trips_of_unknown_route", int((unknown & ~repeated).sum()))
    days = _service_days(feed, frames)
    no_days = ~trips["service_id"].isin(days)
    feed.count("trips_of_unknown_service", int((no_days & ~unknown & ~repeated).sum()))
    trips = trips[~repeated & ~unknown & ~no_days].sort_values("trip_id").reset_index(drop=True)
    route = routes.loc[trips["route_id"]]
    services = {service: number for number, service in enumerate(sorted(days))}
    trips = pd.DataFrame(
        {
            "trip_id": trips["trip_id"],
            "route_name": np.where(
                route["route_short_name"] != "", route["route_short_name"], route["route_long_name"]
            ),
            "headsign": trips["trip_headsign"],
            "route_type": route["route_type"].to_numpy(),
            "service": trips["service_id"].map(services).astype(np.int64),
            "block_id": trips["block_id"],
            "booking": route["route_type"].isin(BOOKING_ROUTE_TYPES).to_numpy(),
        }
    )
    times = _read_stop_times(feed, frames["stop_times"], stops, trips)
    named_trips = trips
    if "frequencies" in frames and len(frames["frequencies"]):
        trips, times = _with_frequencies(feed, frames["frequencies"], trips, times)
    used = np.unique(times["stop"].to_numpy())
    if "transfers" in frames:
        change_rules, trip_rules = _read_transfers(feed, frames["transfers"], stops, named_trips, used)
    else:
        change_rules = pd.DataFrame(columns=["from_stop", "to_stop", "kind", "min_s"])
        trip_rules = pd.DataFrame(columns=["from_trip", "to_trip", "from", "to", "kind"])
    bad_rows = sum(count for kind, count in feed.bad.items() if kind.startswith("stop_times"))
    if bad_rows > _MAX_BAD_ROWS and bad_rows > _MAX_BAD_SHARE * feed.rows:
        main = Problem(
            _("{bad} of {rows} stop times cannot be used").format(bad=bad_rows, rows=feed.rows),
            _("at most {share} per cent").format(share=round(_MAX_BAD_SHARE * 100)),
            _("Download the timetable again, or ask the operator"),
            file=feed.name,
            sheet="stop_times.txt",
        )
        raise InputError([main, *feed.counted()])
    running = [ordinals for ordinals in days.values() if len(ordinals)]
    if not running:
        main = Problem(
            _("no service runs on any day"),
            _("dates in calendar.txt or calendar_dates.txt"),
            file=feed.name,
        )
        raise InputError([main, *feed.counted("calendar")])
    if times.empty:
        main = Problem(
            _("no trip can be used"),
            _("trips with at least two stop times at known stops"),
            _("Download the timetable again, or ask the operator"),
            file=feed.name,
        )
        raise InputError([main, *feed.counted()])
    first = date.fromordinal(int(min(ordinals[0] for ordinals in running)))
    last = date.fromordinal(int(max(ordinals[-1] for ordinals in running)))
    info = frames.get("feed_info")
    version = column(info, "feed_version").iloc[0] if info is not None and len(info) else ""
    feed_id = (
        (column(info, "feed_id").iloc[0] or column(info, "feed_publisher_name").iloc[0])
        if info is not None and len(info)
        else ""
    )
    agencies = " ".join(
        sorted(set(column(frames["agency"], "agency_id")) | set(column(frames["agency"], "agency_name")))
    )
    texts = f"{feed.name} {agencies} {version}".casefold()
    summary = FeedSummary(
        file=feed.name,
        operator=feed_id or agencies,
        version=version or first.isoformat(),
        first_day=first,
        last_day=last,
        stops=len(stops),
        trips=int(times["trip"].nunique()),
        stop_times=len(times),
        bad_rows=dict(sorted(feed.bad.items())),
        synthetic="syntetisk" in texts or "synthetic" in texts,
    )
    content = {
        "timezone": timezone,
        "stops": stops,
        "trips": trips,
        "times": times,
        "days": [days[service] for service in sorted(days)],
        "change_rules": change_rules,
        "trip_rules": trip_rules,
    }
    return summary, content


def read_timetable(paths: Sequence[Path] | Iterable[Path]) -> Timetable:
    """Read GTFS feeds, zip files or folders, into one timetable.

    Feeds of one operator follow each other by date (`Timetable.feed_in_force`); ids of different feeds are kept
    apart. The order of `paths` and of the rows in any file does not matter.

    Raises:
        InputError: A feed cannot be used, or time zones differ. All problems of a feed are listed.
    """
    read = sorted(
        (_read_feed(Path(path)) for path in paths),
        key=lambda item: (item[0].operator, item[0].first_day, item[0].version, item[0].file),
    )
    if not read:
        raise InputError(_("No timetable was given"))
    zones = sorted({content["timezone"] for _summary, content in read})
    if len(zones) > 1:
        raise InputError(
            Problem(
                _("the feeds have different time zones: {zones}").format(zones=", ".join(zones)),
                _("one time zone"),
                file=", ".join(summary.file for summary, _content in read),
            )
        )
    stops, trips, times, days, changes, named = [], [], [], [], [], []
    stop_base = trip_base = service_base = 0
    for number, (_summary, content) in enumerate(read):
        stops.append(content["stops"].assign(feed=number, area=content["stops"]["area"] + stop_base))
        trips.append(content["trips"].assign(feed=number, service=content["trips"]["service"] + service_base))
        times.append(
            content["times"].assign(
                trip=content["times"]["trip"] + trip_base, stop=content["times"]["stop"] + stop_base
            )
        )
        days += content["days"]
        rules = content["change_rules"]
        changes.append(
            rules.assign(from_stop=rules["from_stop"] + stop_base, to_stop=rules["to_stop"] + stop_base)
        )
        rules = content["trip_rules"]
        if len(rules):
            rules = rules.assign(
                from_trip=rules["from_trip"] + trip_base,
                to_trip=rules["to_trip"] + trip_base,
                **{end: rules[end].where(rules[end] < 0, rules[end] + stop_base) for end in ("from", "to")},
            )
            named.append(rules)
        stop_base += len(content["stops"])
        trip_base += len(content["trips"])
        service_base += len(content["days"])
    all_times = pd.concat(times, ignore_index=True).sort_values(["trip", "sequence"], kind="stable")
    all_trips = pd.concat(trips, ignore_index=True)
    booking = all_trips["booking"].to_numpy()[all_times["trip"].to_numpy()]
    filled = [frame for frame in changes if len(frame)]
    regulations = {
        name: np.where(
            booking & (all_times[name].to_numpy() == ALLOWED), BOOK_AHEAD, all_times[name].to_numpy()
        ).astype(np.int8)
        for name in ("boarding", "alighting")
    }
    return Timetable(
        feeds=tuple(summary for summary, _content in read),
        timezone=zones[0],
        stops=pd.concat(stops, ignore_index=True),
        trips=all_trips,
        trip=all_times["trip"].to_numpy(np.int64),
        stop=all_times["stop"].to_numpy(np.int64),
        arrival_s=all_times["arrival_s"].to_numpy().astype(np.int64),
        departure_s=all_times["departure_s"].to_numpy().astype(np.int64),
        boarding=regulations["boarding"],
        alighting=regulations["alighting"],
        service_days=tuple(days),
        change_rules=pd.concat(filled, ignore_index=True) if filled else changes[0],
        trip_rules=pd.concat(named, ignore_index=True)
        if named
        else pd.DataFrame(columns=["from_trip", "to_trip", "from", "to", "kind"]),
    )


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
