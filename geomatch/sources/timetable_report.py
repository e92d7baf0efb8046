"""What is in a timetable, counted: service per day and weekday, feeds, bad rows. Nothing is judged here."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from geomatch.sources.timetable import Timetable

__all__ = [
    "bad_rows",
    "call_ahead_share",
    "feeds_table",
    "per_weekday",
    "periods_in_force",
    "service_per_day",
]


def _trips_with_times(timetable: Timetable) -> np.ndarray:
    """Numbers of the trips that have stop times: only these can be travelled on."""
    return np.unique(timetable.trip)


def service_per_day(
    timetable: Timetable, first_day: date | None = None, last_day: date | None = None
) -> pd.DataFrame:
    """How many trips run on each day, feeds joined by date as `Timetable.feed_in_force` does it.

    Args:
        timetable: The feeds.
        first_day: First day to count (default: the first day with service in any feed).
        last_day: Last day to count, included (default: the last day with service in any feed).

    Returns:
        One row per day, in order: date (ISO), weekday (0 is Monday), trips and call_ahead_trips (int64: trips of the
        service day, those after midnight included), covered (bool: every operator has a feed for the day).
    """
    first = first_day or min(feed.first_day for feed in timetable.feeds)
    last = last_day or max(feed.last_day for feed in timetable.feeds)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    numbers = _trips_with_times(timetable)
    trips = timetable.trips.iloc[numbers]
    service, booking = trips["service"].to_numpy(np.int64), trips["booking"].to_numpy(bool)
    feed_of_service = np.zeros(len(timetable.service_days), dtype=np.int64)
    feed_of_service[service] = trips["feed"].to_numpy(np.int64)
    size = len(timetable.service_days)
    all_trips = np.bincount(service, minlength=size)
    call_ahead = np.bincount(service[booking], minlength=size)
    in_force = np.array([timetable.feed_in_force(day) for day in days], dtype=bool).reshape(
        len(days), len(timetable.feeds)
    )
    counted = np.zeros((2, len(days)), dtype=np.int64)
    for number, ordinals in enumerate(timetable.service_days):
        places = np.asarray(ordinals, dtype=np.int64) - first.toordinal()
        places = places[(places >= 0) & (places < len(days))]
        places = places[in_force[places, feed_of_service[number]]]
        counted[0, places] += all_trips[number]
        counted[1, places] += call_ahead[number]
    return pd.DataFrame(
        {
            "date": [day.isoformat() for day in days],
            "weekday": np.array([day.weekday() for day in days], dtype=np.int64),
            "trips": counted[0],
            "call_ahead_trips": counted[1],
            "covered": [timetable.covers(day) for day in days],
        }
    )


def per_weekday(service: pd.DataFrame) -> pd.DataFrame:
    """The days of `service_per_day` by weekday; give it the days that are covered.

    Returns:
        One row per weekday that occurs, Monday first: weekday (0 is Monday), days, least_trips, median_trips (the
        lower median), most_trips (int64).
    """
    grouped = service.groupby("weekday")["trips"]
    table = pd.DataFrame(
        {
            "days": grouped.size(),
            "least_trips": grouped.min(),
            "median_trips": grouped.quantile(0.5, interpolation="lower"),
            "most_trips": grouped.max(),
        }
    )
    return table.reset_index().astype("int64")


def call_ahead_share(timetable: Timetable) -> float:
    """Share (0-1) of the trips with stop times that come only when booked (`BOOKING_ROUTE_TYPES`); 0 without trips."""
    numbers = _trips_with_times(timetable)
    return float(timetable.trips["booking"].to_numpy(bool)[numbers].mean()) if len(numbers) else 0.0


def feeds_table(timetable: Timetable) -> pd.DataFrame:
    """One row per feed, by operator and first day.

    Returns:
        file, operator, version, first_day, last_day (ISO), stops, trips, call_ahead_trips, stop_times, bad_rows
        (int64), synthetic (bool).
    """
    numbers = _trips_with_times(timetable)
    booked = timetable.trips.iloc[numbers]
    per_feed = np.bincount(
        booked.loc[booked["booking"].astype(bool), "feed"].to_numpy(np.int64), minlength=len(timetable.feeds)
    )
    return pd.DataFrame(
        {
            "file": feed.file,
            "operator": feed.operator,
            "version": feed.version,
            "first_day": feed.first_day.isoformat(),
            "last_day": feed.last_day.isoformat(),
            "stops": feed.stops,
            "trips": feed.trips,
            "call_ahead_trips": int(per_feed[number]),
            "stop_times": feed.stop_times,
            "bad_rows": sum(feed.bad_rows.values()),
            "synthetic": feed.synthetic,
        }
        for number, feed in enumerate(timetable.feeds)
    )


def bad_rows(timetable: Timetable) -> pd.DataFrame:
    """Rows that the reader left out. Returns file, kind (`notes.note_text` says it in words), rows; by both."""
    return pd.DataFrame(
        [
            (feed.file, kind, int(count))
            for feed in timetable.feeds
            for kind, count in sorted(feed.bad_rows.items())
        ],
        columns=["file", "kind", "rows"],
    )


def periods_in_force(timetable: Timetable) -> pd.DataFrame:
    """From when to when each feed is the one its operator runs: successive feeds joined by date.

    Returns:
        One row per unbroken period, by operator and first day: operator, file, first_day, last_day (ISO, included).
        A day on which an operator has no feed is in no row.
    """
    first = min(feed.first_day for feed in timetable.feeds)
    last = max(feed.last_day for feed in timetable.feeds)
    periods: list[tuple[str, int, date, date]] = []
    running: dict[int, date] = {}
    for number in range((last - first).days + 2):
        day = first + timedelta(days=number)
        in_force = set(np.flatnonzero(timetable.feed_in_force(day)).tolist()) if day <= last else set()
        periods += [
            (timetable.feeds[feed].operator, feed, running.pop(feed), day - timedelta(days=1))
            for feed in sorted(set(running) - in_force)
        ]
        running |= dict.fromkeys(sorted(in_force - set(running)), day)
    return pd.DataFrame(
        [
            (operator, timetable.feeds[feed].file, begin.isoformat(), end.isoformat())
            for operator, feed, begin, end in sorted(periods, key=lambda p: (p[0], p[2], p[1]))
        ],
        columns=["operator", "file", "first_day", "last_day"],
    )
