"""The month's window and the sessions in it. METHOD 3-4."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import holidays
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.settings import SessionSettings
from geomatch.tables import ACTIVITIES, conform, records
from geomatch.words import gettext as _

__all__ = ["Supply", "Window", "month_window", "supply_of_month"]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Window:
    """Whole weeks, Monday to Sunday, that a month is judged by."""

    first_day: date
    last_day: date

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return ((self.last_day - self.first_day).days + 1) // 7

    @property
    def days(self) -> list[date]:
        """Every day."""
        return [self.first_day + timedelta(days=number) for number in range(7 * self.weeks)]


def month_window(
    month: str, covers: Callable[[date], bool], settings: SessionSettings, validity: str
) -> Window:
    """The whole weeks inside both the month and the timetable's validity: at most `max_weeks`, the first ones.

    Args:
        month: YYYY-MM.
        covers: Whether the timetable holds a given day.
        settings: `min_weeks`, `max_weeks`.
        validity: The timetable's validity in words, for the message.

    Raises:
        InputError: Fewer than `min_weeks` whole weeks; the message names both periods.
    """
    year, number = (int(part) for part in month.split("-"))
    last = date(year, number, calendar.monthrange(year, number)[1])
    monday = date(year, number, 1)
    monday += timedelta(days=-monday.weekday() % 7)
    runs: list[list[date]] = [[]]
    while monday + timedelta(days=6) <= last:
        if all(covers(monday + timedelta(days=n)) for n in range(7)):
            runs[-1].append(monday)
        elif runs[-1]:
            runs.append([])
        monday += timedelta(days=7)
    # The first weeks on end that are enough; a timetable with a hole in it may have its weeks after the hole.
    weeks = next((run for run in runs if len(run) >= settings.min_weeks), max(runs, key=len))[
        : settings.max_weeks
    ]
    if len(weeks) < settings.min_weeks:
        raise InputError(
            Problem(
                _(
                    "the month {first} to {last} and the timetable ({validity}) share {weeks} whole weeks"
                ).format(first=date(year, number, 1), last=last, validity=validity, weeks=len(weeks)),
                _("at least {weeks} whole weeks, Monday to Sunday").format(weeks=settings.min_weeks),
                _("Add the timetable that was in force that month: geomatch add timetable FILE"),
            )
        )
    return Window(weeks[0], weeks[-1] + timedelta(days=6))


@dataclass(frozen=True, slots=True)
class Supply:
    """The supply of one month (restricted: places of protected activities are in it).

    Attributes:
        activities: The columns of table `activities`, one row per series that runs in the month.
        sessions: series_id, date, start_s, end_s: every session in the window that is not on a public holiday.
        ended: Series left out because they have ended, are not yet begun, or are marked so.
    """

    activities: gpd.GeoDataFrame
    sessions: pd.DataFrame
    ended: int


def _seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


@dataclass(frozen=True, slots=True)
class _Session:
    """One session of a series' pattern: on a weekday (0-6), or on a date (ISO text), whose weekday is then of no use."""

    weekday: int
    date: str
    start_s: int
    end_s: int


def _patterns(sessions: pd.DataFrame) -> dict[str, list[_Session]]:
    """The sessions of each series."""
    columns = (sessions[name].tolist() for name in ("series_id", "weekday", "date", "start_s", "end_s"))
    patterns: dict[str, list[_Session]] = {}
    for series, weekday, day, start_s, end_s in zip(*columns, strict=True):
        one = _Session(-1 if day else int(weekday), day, int(start_s), int(end_s))
        patterns.setdefault(series, []).append(one)
    return patterns


def _in_words(pattern: Sequence[_Session]) -> str:
    """The sessions of one series as text, in identifiers that pages translate: `mon 10:00-12:00; ...`."""

    def clock(seconds: int) -> str:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"

    return "; ".join(
        f"{one.date or _WEEKDAYS[one.weekday]} {clock(one.start_s)}-{clock(one.end_s)}"
        for one in sorted(pattern, key=lambda one: (one.date, one.weekday, one.start_s, one.end_s))
    )


def supply_of_month(
    series: gpd.GeoDataFrame, sessions: pd.DataFrame, month: str, window: Window, settings: SessionSettings
) -> Supply:
    """The series that run in `month` and their sessions in the window, public holidays left out and counted.

    A series without sessions gets the standard session on weekdays and is marked. Digital series have no
    sessions to travel to, but stay in `activities`.

    Args:
        series: From the register of activities (geometry in EPSG:3006, none when digital); `funding` may be missing.
        sessions: series_id, weekday (0-6 or missing), date (ISO text or empty), start_s, end_s.
        month: YYYY-MM.
        window: From `month_window`.
        settings: The standard session.
    """
    year, number = (int(part) for part in month.split("-"))
    first, last = date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])
    runs = (
        (series["status"] != "ended")
        & (series["valid_from"].map(lambda text: not text or date.fromisoformat(text) <= last))
        & (series["valid_to"].map(lambda text: not text or date.fromisoformat(text) >= first))
    )
    running = series[runs].sort_values("series_id").reset_index(drop=True)
    # The board's register has no such column: all in it is paid by a grant.
    funding = running["funding"] if "funding" in running else pd.Series(index=running.index, dtype=object)
    running = running.assign(funding=funding.fillna("grant").astype(str))
    # Sundays are public holidays by law, but no reason to leave out a session that is planned on one.
    free = holidays.Sweden(years={day.year for day in window.days}, include_sundays=False)
    patterns = _patterns(sessions)
    start_s, end_s = _seconds(settings.standard_start), _seconds(settings.standard_end)
    standard = [_Session(weekday, "", start_s, end_s) for weekday in range(5)]
    days = [(day, day.isoformat(), day.weekday(), day in free) for day in window.days]
    rows: list[tuple[str, date, int, int]] = []
    facts = []
    for one in records(running):
        assumed = not one.digital and one.series_id not in patterns
        pattern = patterns.get(one.series_id, standard if assumed else [])
        own: set[tuple[str, date, int, int]] = set()
        left_out = 0
        begins = date.fromisoformat(one.valid_from) if one.valid_from else date.min
        ends = date.fromisoformat(one.valid_to) if one.valid_to else date.max
        for day, text, weekday, is_free in days:
            if not begins <= day <= ends:
                continue
            for session in pattern:
                if (session.date or text) != text or (not session.date and session.weekday != weekday):
                    continue
                if is_free:
                    left_out += 1
                else:
                    own.add((one.series_id, day, session.start_s, session.end_s))
        if not one.digital:
            rows += own
        facts.append((_in_words(pattern), len(own), left_out, assumed))
    columns = ["sessions_text", "sessions_in_window", "sessions_on_holidays", "sessions_assumed"]
    table = (
        running.assign(month=month, **dict(zip(columns, zip(*facts, strict=True), strict=True)))
        if facts
        else running.assign(
            month="", sessions_text="", sessions_in_window=0, sessions_on_holidays=0, sessions_assumed=False
        )
    )
    made = gpd.GeoDataFrame(
        conform(pd.DataFrame(table)[ACTIVITIES.names], ACTIVITIES), geometry="geometry", crs=series.crs
    )
    return Supply(
        made,
        pd.DataFrame(sorted(set(rows)), columns=["series_id", "date", "start_s", "end_s"]),
        int((~runs).sum()),
    )
