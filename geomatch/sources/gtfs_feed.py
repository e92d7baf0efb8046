"""One GTFS feed, read whole: its files put together, and refused where too little of it can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.settings import TimetableSettings
from geomatch.sources.gtfs_calendar import service_days
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import STOP_TIMES, FeedFiles
from geomatch.sources.gtfs_frequencies import write_out_headways
from geomatch.sources.gtfs_stop_times import StopTimes, read_stop_times
from geomatch.sources.gtfs_stops import read_stops
from geomatch.sources.gtfs_transfers import ChangeRules, read_transfers
from geomatch.sources.gtfs_trips import read_trips
from geomatch.words import gettext as _

__all__ = ["FeedContent", "FeedSummary", "read_feed"]

# Sessions are in Swedish time; a feed that counts otherwise would be read an hour or more off.
SWEDISH_TIME = "Europe/Stockholm"
_MOMENTS = (datetime(2023, 1, 15, 12), datetime(2023, 7, 15, 12))  # noqa: DTZ001 (the zone is set where it is used)


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
class FeedContent:
    """One feed in arrays; numbers of stops, trips and services count from 0 within the feed.

    Attributes:
        summary: What it holds.
        timezone: IANA name.
        stops: Of `read_stops`.
        trips: Of `read_trips`, those by headway written out.
        routes: How many routes it has.
        times: Stop times, sorted by trip and sequence.
        days: The days of each service.
        rules: Of `read_transfers`.
    """

    summary: FeedSummary
    timezone: str
    stops: pd.DataFrame
    trips: pd.DataFrame
    routes: int
    times: StopTimes
    days: list[np.ndarray]
    rules: ChangeRules


def read_feed(path: Path, limits: TimetableSettings) -> FeedContent:
    """Read one feed, a zip file or a folder.

    Args:
        path: Where it lies.
        limits: How many bad rows it may have.

    Raises:
        InputError: It cannot be used; all that is known to be wrong with it.
    """
    feed = FeedFiles(path)
    tables = feed.tables()
    timezone = _timezone(feed, tables["agency"])
    days = service_days(feed, tables)
    stops = read_stops(feed, tables)
    trips, routes = read_trips(feed, tables, days)
    times, rows = read_stop_times(feed, stops, trips)
    trips, times, pattern = write_out_headways(feed, tables, trips, times)
    used = np.flatnonzero(np.bincount(times.stop, minlength=len(stops)))
    rules = read_transfers(feed, tables, stops, trips, pattern, routes, used)
    # Of stop_times.txt the tables have no rows: it is read block by block.
    _refuse_bad(feed, {**{name: table.rows for name, table in tables.items()}, STOP_TIMES: rows}, limits)
    if not len(times):
        main = Problem(
            _("no trip can be used"),
            _("trips with at least two stop times at known stops"),
            _("Download the timetable again, or ask the operator"),
            file=feed.name,
        )
        raise InputError([main, *feed.counted()])
    running = [ordinals for ordinals in days.values() if len(ordinals)]
    first = date.fromordinal(int(min(ordinals[0] for ordinals in running)))
    last = date.fromordinal(int(max(ordinals[-1] for ordinals in running)))
    operator, version, synthetic = _identity(feed, tables)
    summary = FeedSummary(
        file=feed.name,
        operator=operator,
        version=version or first.isoformat(),
        first_day=first,
        last_day=last,
        stops=len(stops),
        trips=int(np.count_nonzero(np.bincount(times.trip))),
        stop_times=len(times),
        bad_rows=dict(sorted(feed.bad.items())),
        synthetic=synthetic,
    )
    return FeedContent(summary, timezone, stops, trips, len(routes), times, list(days.values()), rules)


def _refuse_bad(feed: FeedFiles, rows: Mapping[str, int], limits: TimetableSettings) -> None:
    """Refuse a feed with a file of which too many rows were left out.

    Each file is judged by its own rows, so that the many of one cannot hide that another is broken.

    Args:
        feed: What was left out.
        rows: How many rows each file has, by its name without `.txt`.
        limits: Refused are more than `max_bad_rows` rows of a file that are more than `max_bad_share` of its rows.

    Raises:
        InputError: With one problem for each such file, and all that was counted.
    """
    found = [
        Problem(
            (
                _("{bad} of {rows} stop times cannot be used")
                if name == STOP_TIMES
                else _("{bad} of {rows} rows cannot be used")
            ).format(bad=bad, rows=rows[name]),
            _("at most {share} per cent").format(share=f"{limits.max_bad_share * 100:g}"),
            _(
                "Download the timetable again, or ask the operator. To use it all the same, raise max_bad_share under [timetable] in the settings"
            ),
            file=feed.name,
            sheet=f"{name}.txt",
        )
        for name, bad in sorted(feed.lost.items())
        if bad > limits.max_bad_rows and bad > limits.max_bad_share * rows[name]
    ]
    if found:
        raise InputError([*found, *feed.counted()])


def _timezone(feed: FeedFiles, agency: Block) -> str:
    """The zone of the agencies, which must keep Swedish time."""
    zones = sorted(set(agency["agency_timezone"].as_strings()))
    for zone in zones:
        try:
            same = all(_offset_s(zone, moment) == _offset_s(SWEDISH_TIME, moment) for moment in _MOMENTS)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            feed.problem(
                _("found “{value}”").format(value=zone),
                _("a time zone such as Europe/Stockholm"),
                file="agency.txt",
                column="agency_timezone",
            )
            raise InputError(feed.problems) from error
        if not same:
            feed.problem(
                _("the times are those of {zone}").format(zone=zone),
                _("Swedish time, {zone}").format(zone=SWEDISH_TIME),
                _("Ask the operator for a timetable in local time"),
                file="agency.txt",
                column="agency_timezone",
            )
            raise InputError(feed.problems)
    return SWEDISH_TIME if SWEDISH_TIME in zones else str(zones[0])


def _offset_s(zone: str, moment: datetime) -> float:
    offset = moment.replace(tzinfo=ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _identity(feed: FeedFiles, tables: Mapping[str, Block]) -> tuple[str, str, bool]:
    """Operator and version, as the feed calls them, and whether it calls itself synthetic."""
    agency, info = tables["agency"], tables.get("feed_info", Block(0, {}))
    said = {
        name: next(iter(info[name].series()), "")
        for name in ("feed_id", "feed_publisher_name", "feed_version")
    }
    agencies = " ".join(sorted(set(agency["agency_id"].series()) | set(agency["agency_name"].series())))
    texts = f"{feed.name} {agencies} {said['feed_version']}".casefold()
    return (
        said["feed_id"] or said["feed_publisher_name"] or agencies,
        said["feed_version"],
        "syntetisk" in texts or "synthetic" in texts,
    )
