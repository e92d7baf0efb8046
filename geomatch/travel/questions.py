"""Who can get to which session and home again, asked of plain tables of origins and activities. METHOD 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pandas as pd

from geomatch.errors import Problem
from geomatch.settings import Settings
from geomatch.sources.timetable import Timetable
from geomatch.travel.day_return import pair_returns, session_returns
from geomatch.travel.days import day_start
from geomatch.travel.network import Network
from geomatch.words import gettext as _

__all__ = [
    "PAIR_KINDS",
    "SESSION_KINDS",
    "Sessions",
    "Window",
    "each_session",
    "local_times",
    "pairs_of",
    "service_seconds",
    "sessions_in",
    "without_stop",
]

Progress = Callable[[int, int], None]

# The columns of both answers in their order, with their pandas dtypes; "string" and the capitals can be missing.
PAIR_KINDS = {
    "origin_id": "string",
    "activity_id": "string",
    "sessions": "int64",
    "sessions_reachable": "int64",
    "session_share": "float64",
    "reachable": "bool",
    "travel_min": "float64",
    **{
        f"{leg}_min_{stat}": "float64" for leg in ("out", "home", "away") for stat in ("median", "min", "max")
    },
    "transfers": "Int64",
    "walk_m": "float64",
    "wait_min": "float64",
    "walk_only": "boolean",
    "tightest_change_min": "float64",
    "booking_needed": "bool",
    "last_way_home_share": "float64",
}
SESSION_KINDS = {
    "origin_id": "string",
    "activity_id": "string",
    "date": "string",
    "out_departure": "string",
    "out_arrival": "string",
    "home_departure": "string",
    "home_arrival": "string",
    "out_transfers": "Int64",
    "home_transfers": "Int64",
    "out_booking": "bool",
    "home_booking": "bool",
    "tightest_change_min": "float64",
    "last_way_home": "bool",
    "reachable": "bool",
    "reason": "string",
}
# Pairs and rows that are worked on at a time, so that memory does not grow with the question.
_PAIRS, _ROWS = 4_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a question, both ends included, taken as they are."""

    first_day: date
    last_day: date

    @property
    def days(self) -> list[date]:
        """Every day."""
        return [
            self.first_day + timedelta(days=number)
            for number in range((self.last_day - self.first_day).days + 1)
        ]

    def problem(self, timetable: Timetable) -> Problem | None:
        """What is wrong with it: the timetable does not cover all of its days."""
        if all(timetable.covers(day) for day in self.days):
            return None
        validity = ", ".join(f"{feed.file}: {feed.first_day} – {feed.last_day}" for feed in timetable.feeds)
        return Problem(
            _("the period {first} – {last} is not within the timetable ({validity})").format(
                first=self.first_day, last=self.last_day, validity=validity
            ),
            _("days that a feed of every operator covers"),
            _("Choose other days, or give the timetable that is in force on them as well"),
        )


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a window.

    Attributes:
        table: activity_id, date, start_s, end_s (seconds after noon minus 12 h of the date, as the router counts).
        on_holidays: Sessions left out since they fall on a public holiday.
    """

    table: pd.DataFrame
    on_holidays: int


def service_seconds(day: date, clock_s: int, timezone: str) -> int:
    """A time of day, seconds after midnight by the clock, as seconds after noon minus 12 h.

    They differ by the hour that a clock change moves, before it happens.
    """
    moment = datetime.combine(day, time(), tzinfo=ZoneInfo(timezone)) + timedelta(seconds=clock_s)
    return round(moment.timestamp() - day_start(day, timezone))


def sessions_in(activities: pd.DataFrame, window: Window, timezone: str) -> Sessions:
    """Every session of `activities` in `window`; those on public holidays are left out and counted.

    Args:
        activities: activity_id, weekdays, start_s, end_s, as from `read_activities`.
        window: The days.
        timezone: Of the timetable.
    """
    # Sundays are public holidays by law, but no reason to leave out a session that is planned on one.
    free = holidays.Sweden(years={day.year for day in window.days}, include_sundays=False)
    rows = []
    left_out = 0
    for name, weekdays, start_s, end_s in zip(
        *(activities[column] for column in ("activity_id", "weekdays", "start_s", "end_s")), strict=True
    ):
        for day in window.days:
            if day.weekday() not in weekdays:
                continue
            if day in free:
                left_out += 1
                continue
            times = (service_seconds(day, int(at), timezone) for at in (start_s, end_s))
            rows.append((name, day, *times))
    table = pd.DataFrame(rows, columns=["activity_id", "date", "start_s", "end_s"])
    return Sessions(table.astype({"start_s": "int64", "end_s": "int64"}), left_out)


def without_stop(network: Network, places: pd.DataFrame) -> int:
    """How many places (x_m, y_m; EPSG:3006) have no stop in walking distance."""
    offset = network.stops_near(places[["x_m", "y_m"]].to_numpy(float)).offset
    return int((np.diff(offset) == 0).sum())


def _asked(origins: pd.DataFrame, activities: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables under the names that the router uses."""
    return (
        origins.rename(columns={"origin_id": "point_id"})[["point_id", "x_m", "y_m"]],
        activities.rename(columns={"activity_id": "series_id"})[["series_id", "x_m", "y_m"]],
    )


def _parts(
    activities: pd.DataFrame, sessions: pd.DataFrame, sizes: np.ndarray, most: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Activities in runs of about `most` together by their `sizes`, each run with its sessions."""
    part = (np.cumsum(sizes) - 1) // most
    of_activity = sessions["activity_id"].map(dict(zip(activities["activity_id"], part, strict=True)))
    for number in np.unique(part):
        mine = sessions[of_activity == number].rename(columns={"activity_id": "series_id"})
        yield activities[part == number], mine


def _counted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of a part, as that of the whole."""
    if progress is None:
        return None
    return lambda done, _total: progress(before + done, total)


def pairs_of(
    network: Network,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: Settings,
    progress: Progress | None = None,
    threads: int | None = None,
    returns: Callable[..., pd.DataFrame] = pair_returns,
) -> Iterator[pd.DataFrame]:
    """Every pair of an origin and an activity summed up over its sessions.

    Args:
        network: From `build_network`.
        origins: origin_id, x_m, y_m (EPSG:3006).
        activities: activity_id, x_m, y_m (EPSG:3006).
        sessions: activity_id, date, start_s, end_s, as from `sessions_in`.
        settings: Limits and the share of sessions that makes a pair reachable.
        progress: Called with the number of sessions done and of all.
        threads: How many work at once; all cores unless given. The answer does not depend on it.
        returns: What answers for a part of the activities: `pair_returns`, or one with its arguments.

    Yields:
        The columns of `PAIR_KINDS`, in the order of `activities` and within it of `origins`, a part at a time. An
        activity without sessions has 0 sessions and is not reachable.
    """
    points, _series = _asked(origins, activities)
    done = 0
    for some, mine in _parts(activities, sessions, np.full(len(activities), max(len(origins), 1)), _PAIRS):
        found = returns(
            network, points, _asked(origins, some)[1], mine, settings.limits, settings.sessions.min_session_share, 1,
            progress=_counted(progress, done, len(sessions)), threads=threads,
        )  # fmt: skip
        done += len(mine)
        named = found.rename(columns={"point_id": "origin_id", "series_id": "activity_id"})
        yield named[list(PAIR_KINDS)].astype(PAIR_KINDS)


def local_times(days: pd.Series, seconds: pd.Series, timezone: str) -> pd.Series:
    """Times of service days as ISO local times with their offset from UTC; missing where there is none.

    Args:
        days: Service days (datetime.date).
        seconds: Seconds after noon minus 12 h, NaN where there is none.
        timezone: IANA name.
    """
    zone = ZoneInfo(timezone)
    day, names = pd.factorize(days)
    starts = np.array([day_start(one, timezone) for one in names], float)
    known = seconds.notna().to_numpy()
    result = pd.Series(pd.NA, index=seconds.index, dtype="string")
    if known.any():
        stamps = (starts[day[known]] + seconds.to_numpy(float)[known]).astype(np.int64)
        unique, place = np.unique(stamps, return_inverse=True)
        texts = np.array([datetime.fromtimestamp(int(stamp), zone).isoformat() for stamp in unique], object)
        result[known] = texts[place]
    return result


def each_session(
    network: Network,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: Settings,
    progress: Progress | None = None,
    threads: int | None = None,
    returns: Callable[..., pd.DataFrame] = session_returns,
) -> Iterator[pd.DataFrame]:
    """Every pair of an origin and an activity on every date of a session, with the reason where one cannot come.

    The arguments are those of `pairs_of`, `returns` being `session_returns` or one with its arguments.

    Yields:
        The columns of `SESSION_KINDS`, by activity in their order, date, and origin in their order, a part at a
        time. An activity without sessions has one row for each origin, without a date, with reason `no_session`.
        Where no journey keeps the limits the best one without them is given with its reason.
    """
    points, _series = _asked(origins, activities)
    counts = activities["activity_id"].map(sessions["activity_id"].value_counts()).fillna(0).astype(int)
    sizes = np.maximum(counts.to_numpy(), 1) * max(len(origins), 1)
    done = 0
    for some, mine in _parts(activities, sessions, sizes, _ROWS):
        found = returns(
            network, points, _asked(origins, some)[1], mine, settings.limits,
            progress=_counted(progress, done, len(sessions)), threads=threads,
        )  # fmt: skip
        done += len(mine)
        named = found.rename(columns={"point_id": "origin_id", "series_id": "activity_id"})
        yield _by_activity(_worded(named, network.timetable.timezone), some["activity_id"], origins)


def _worded(found: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """The rows of `session_returns` in the columns of `SESSION_KINDS`."""
    columns = {
        "origin_id": found["origin_id"],
        "activity_id": found["activity_id"],
        "date": found["date"].map(date.isoformat) if len(found) else found["date"],
        **{
            name: local_times(found["date"], found[f"{name}_s"].astype(float), timezone)
            for name in ("out_departure", "out_arrival", "home_departure", "home_arrival")
        },
        "tightest_change_min": found["tightest_change_s"].astype(float) / 60,
    }
    kept = (
        "out_transfers",
        "home_transfers",
        "out_booking",
        "home_booking",
        "last_way_home",
        "reachable",
        "reason",
    )
    table = pd.DataFrame({**columns, **{name: found[name] for name in kept}})
    return table[list(SESSION_KINDS)].astype(SESSION_KINDS)


def _by_activity(rows: pd.DataFrame, names: pd.Series, origins: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of the activities `names`, with a row per origin for one without sessions."""
    lacking = names[~names.isin(rows["activity_id"])]
    none = pd.DataFrame(
        {
            "origin_id": np.tile(origins["origin_id"].to_numpy(object), len(lacking)),
            "activity_id": np.repeat(lacking.to_numpy(object), len(origins)),
            "reason": "no_session",
        }
    )
    for name, kind in SESSION_KINDS.items():
        if name not in none:
            none[name] = False if kind == "bool" else np.nan if kind == "float64" else pd.NA
    every = pd.concat([rows, none[list(SESSION_KINDS)].astype(SESSION_KINDS)], ignore_index=True)
    rank = every["activity_id"].map({name: number for number, name in enumerate(names)}).to_numpy(np.int64)
    # The router's rows stand by date, and within it by origin; an activity has one session a day.
    order = np.lexsort((pd.factorize(every["date"], sort=True)[0], rank))
    return every.iloc[order].reset_index(drop=True)
