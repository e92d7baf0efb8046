"""The days on which each service of a feed runs: calendar and calendar_dates together, or either alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import WEEKDAYS, FeedFiles
from geomatch.sources.gtfs_values import ordinals
from geomatch.words import gettext as _

__all__ = ["service_days"]

# Services times days that are written out. The whole country has some four million.
_MAX_SERVICE_DAYS = 50_000_000
# Days of calendar.txt that are looked at at a time.
_SPAN_DAYS = 1 << 22

# A service and a day in one number: the service above, the day's ordinal in the lowest 32 bits.
_SHIFT = 32


def service_days(feed: FeedFiles, tables: Mapping[str, Block]) -> dict[str, np.ndarray]:
    """service_id -> sorted date ordinals (int64), for every service that a usable row names; in the order of ids.

    A day is one of a service when calendar.txt has its weekday within the period, or calendar_dates.txt adds it, and
    calendar_dates.txt does not take it away.

    Raises:
        InputError: No service runs on any day, or there are more days than any timetable has.
    """
    empty = Block(0, {})
    weekly, dates = tables.get("calendar", empty), tables.get("calendar_dates", empty)
    texts = pd.concat([weekly["service_id"].series(), dates["service_id"].series()], ignore_index=True)
    codes, names = pd.factorize(texts, sort=True)
    of_weekly, of_dates = codes[: weekly.rows].astype(np.int64), codes[weekly.rows :].astype(np.int64)

    first, last = ordinals(weekly["start_date"]), ordinals(weekly["end_date"])
    bad = (first == 0) | (last == 0) | (last < first)
    feed.count("calendar_bad_dates", int(bad.sum()), of="calendar")
    flags = np.column_stack([weekly[day].is_one_of("1") for day in WEEKDAYS])
    runs = np.flatnonzero(~bad & flags.any(axis=1))
    _refuse_too_many(feed, first[runs], last[runs], flags[runs])
    added = list(_by_weekday(of_weekly[runs], first[runs], last[runs], flags[runs]))

    day = ordinals(dates["date"])
    adds, takes = dates["exception_type"].is_one_of("1"), dates["exception_type"].is_one_of("2")
    wrong = (day == 0) | ~(adds | takes)
    feed.count("calendar_dates_bad", int(wrong.sum()), of="calendar_dates")
    adds, takes = adds & ~wrong, takes & ~wrong
    keys = (of_dates << _SHIFT) | day
    found = _distinct(np.concatenate([*added, keys[adds]]))
    found = found[~np.isin(found, keys[takes], kind="sort")]
    if not len(found):
        main = Problem(
            _("no service runs on any day"),
            _("dates in calendar.txt or calendar_dates.txt"),
            file=feed.name,
        )
        raise InputError([main, *feed.counted("calendar")])
    known = _distinct(np.concatenate([of_weekly[~bad], of_dates[adds]]))
    starts = np.searchsorted(found, known << _SHIFT)
    days = np.split(found & ((1 << _SHIFT) - 1), starts[1:])
    return dict(zip(np.asarray(names)[known].tolist(), days, strict=True))


def _distinct(numbers: np.ndarray) -> np.ndarray:
    """Sorted, each number once."""
    numbers = np.sort(numbers)
    return numbers[np.append(True, numbers[1:] != numbers[:-1])] if len(numbers) else numbers


def _by_weekday(
    service: np.ndarray, first: np.ndarray, last: np.ndarray, flags: np.ndarray
) -> Iterator[np.ndarray]:
    """The days of calendar.txt as keys, some rows at a time."""
    spans = last - first + 1
    part = (np.cumsum(spans) - 1) // _SPAN_DAYS
    for number in np.unique(part):
        rows = np.flatnonzero(part == number)
        row = np.repeat(rows, spans[rows])
        within = np.arange(len(row)) - np.repeat(np.cumsum(spans[rows]) - spans[rows], spans[rows])
        day = first[row] + within
        # Ordinal 1 is a Monday: (ordinal + 6) % 7 is 0 on Mondays.
        on = flags[row, (day + 6) % 7]
        yield (service[row[on]] << _SHIFT) | day[on]


def _refuse_too_many(feed: FeedFiles, first: np.ndarray, last: np.ndarray, flags: np.ndarray) -> None:
    # For each weekday, how many days up to the last one are one of it, less those before the first.
    since = 6 - np.arange(7)
    days = int((((last[:, None] + since) // 7 - (first[:, None] - 1 + since) // 7) * flags).sum())
    if days > _MAX_SERVICE_DAYS:
        raise InputError(
            Problem(
                _("the services run on {count} days together").format(count=days),
                _("at most {limit}").format(limit=_MAX_SERVICE_DAYS),
                _("Download the timetable again, or ask the operator"),
                file=feed.name,
                sheet="calendar.txt",
            )
        )
