"""The made-up departures: when each line runs, and on which of the days of the feed each trip does."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import pandas as pd

__all__ = ["DAYS", "EQUAL_DAYS", "FIRST_DAY", "LAST_DAY", "WINDOW", "Trips", "make_trips", "scaled_lines"]

FIRST_DAY, LAST_DAY = date(2023, 1, 30), date(2023, 3, 12)
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
# The four weeks the measurements use; the feed has a week more on either side.
WINDOW = (date(2023, 2, 6), date(2023, 3, 5))
# Two days on which nothing is diverted, so that one service day comes twice.
EQUAL_DAYS = (date(2023, 2, 7), date(2023, 2, 9))

WEEKDAY_CONNECTIONS = 4_150_000
BIG_SHARE = 0.40
# Departures on Saturdays and Sundays for each one on a weekday, where more than one a day is left.
SATURDAY, SUNDAY = 0.46, 0.38

# Winter holiday: ISO week of each county in 2023, most counties right and the others made up.
HOLIDAY_WEEK = {
    7: ("05", "06", "08", "14"),
    8: ("03", "04", "07", "09", "10", "12", "13", "18"),
    9: ("01", "17", "19", "20", "21", "22"),
    10: ("23", "24", "25"),
}
# Of all lines, those with other times on Fridays, and for each date those with diverted trips.
FRIDAY_LINES, DIVERTED_LINES = 0.28, 0.03
MOST_DIVERTED = 6
# Share of the day's departures in each hour from 04 to 25 (an hour past midnight).
_CITY = "1 4 9 12 10 8 7 7 7 7 8 10 12 12 9 7 5 4 4 3 2 1"
_COUNTRY = "0 3 9 13 7 4 4 5 6 5 8 11 12 8 5 3 2 2 1 0 0 0"
_WEEKEND = "0 0 1 3 5 7 9 9 9 9 9 9 9 8 7 6 5 4 4 3 3 2"
_HOURS = np.arange(4, 27) * 3600.0


@dataclass(frozen=True, slots=True)
class Trips:
    """One array per column, one row per trip.

    Attributes:
        line: Number of the line.
        direction: 0 or 1.
        start_s: Departure from the line's first stop, seconds of the service day; may pass 24 h.
        slowness: Factor on the line's running times.
        days: Bit n is set when it runs on day n of `DAYS` (uint64).
        first: Position of its first stop on the line.
        last: Position of its last stop.
        skip_first: Positions `skip_first` to `skip_last` are left out on a diverted trip; -1 where none are.
        skip_last: See there.
        booked: Every ride must be booked ahead.
    """

    line: np.ndarray
    direction: np.ndarray
    start_s: np.ndarray
    slowness: np.ndarray
    days: np.ndarray
    first: np.ndarray
    last: np.ndarray
    skip_first: np.ndarray
    skip_last: np.ndarray
    booked: np.ndarray

    def __len__(self) -> int:
        """Number of trips."""
        return len(self.line)

    def take(self, rows: np.ndarray) -> Trips:
        """The rows with these numbers."""
        return Trips(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def rides(self) -> np.ndarray:
        """For each trip the rides from a stop to its next one."""
        skipped = np.where(self.skip_first >= 0, self.skip_last - self.skip_first + 1, 0)
        return np.asarray(self.last.astype(np.int64) - self.first - skipped)


def day_bits(weekdays: str) -> np.uint64:
    """The days of the feed on these weekdays, 0 for Monday."""
    return np.uint64(sum(1 << n for n, day in enumerate(DAYS) if str(day.weekday()) in weekdays))


def _joined(parts: list[Trips]) -> Trips:
    return Trips(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Trips)})


def scaled_lines(table: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The lines with `weekday` departures in each direction, so that the feed has its size and its big towns their share.

    Args:
        table: As `lines.line_table` gives it.
        scale: 1 for `WEEKDAY_CONNECTIONS`.
    """
    result = table.copy()
    rides = 2.0 * (table["size"].to_numpy() - 1)
    wished = table["per_weekday"].to_numpy()
    departures = np.zeros(len(table), dtype=np.int64)
    for big, share in ((True, BIG_SHARE), (False, 1 - BIG_SHARE)):
        rows = (table["big"] == big).to_numpy()
        goal = WEEKDAY_CONNECTIONS * scale * share
        low, high = 0.0, 50.0
        for _step in range(60):
            factor = (low + high) / 2
            count = np.maximum(np.round(factor * wished[rows]), 1)
            if (count * rides[rows]).sum() < goal:
                low = factor
            else:
                high = factor
        departures[rows] = np.maximum(np.round(high * wished[rows]), 1).astype(np.int64)
    result["weekday"] = departures
    return result


def _profile(texts: str) -> np.ndarray:
    """Share of the day's departures before each of `_HOURS`."""
    share = np.array([float(text) for text in texts.split()])
    return np.asarray(np.concatenate([[0.0], np.cumsum(share)]) / share.sum())


def _departures(
    table: pd.DataFrame,
    lines: np.ndarray,
    counts: np.ndarray,
    bits: np.uint64,
    profile: dict[bool, str],
    rng: np.random.Generator,
) -> Trips:
    """`counts` departures of each of `lines` in both directions, spread over the day like the profile."""
    both = np.repeat(np.arange(len(lines)), 2)
    counts = np.maximum(counts, 0)[both]
    number = np.repeat(np.arange(len(both)), counts)
    order = np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)
    phase = rng.random(len(both))[number]
    share = (order + 0.15 + 0.7 * phase) / counts[number]
    line = lines[both[number]]
    city = table["kind"].isin(["town", "track", "train"]).to_numpy()[line]
    start_s = np.empty(len(line))
    for is_city, texts in profile.items():
        rows = city == is_city
        start_s[rows] = np.interp(share[rows], _profile(texts), _HOURS)
    start_s = (start_s // 60 * 60).astype(np.int32)
    return _plain(table, line, np.tile([0, 1], len(lines))[number], start_s, bits, rng)


def _plain(
    table: pd.DataFrame,
    line: np.ndarray,
    direction: np.ndarray,
    start_s: np.ndarray,
    bits: np.uint64 | np.ndarray,
    rng: np.random.Generator,
) -> Trips:
    """Trips over the whole line; slower in the rush hours."""
    hour = start_s / 3600
    rush = ((hour >= 7) & (hour < 9)) | ((hour >= 15) & (hour < 18))
    count = len(line)
    kind = table["kind"].to_numpy()[line]
    late = (kind == "village") & (start_s >= 73_800) & (line % 5 == 0)
    none = np.full(count, -1, dtype=np.int16)
    return Trips(
        line=line.astype(np.int32),
        direction=direction.astype(np.int8),
        start_s=start_s.astype(np.int32),
        slowness=np.round(1.0 + 0.12 * (rush & (kind != "train")) + 0.05 * rng.random(count), 3),
        days=np.broadcast_to(np.asarray(bits, dtype=np.uint64), count).copy(),
        first=np.zeros(count, dtype=np.int16),
        last=(table["size"].to_numpy()[line] - 1).astype(np.int16),
        skip_first=none,
        skip_last=none.copy(),
        booked=(kind == "booked") | late,
    )


def _school_trips(table: pd.DataFrame, rng: np.random.Generator) -> Trips:
    """To school and home again on a part of each village line and some regional ones; not in the winter holiday."""
    kind = table["kind"].to_numpy()
    lines = np.flatnonzero((kind == "village") | ((kind == "regional") & (np.arange(len(table)) % 3 == 0)))
    county = table["county"].to_numpy()[lines]
    week_of = {code: week for week, codes in HOLIDAY_WEEK.items() for code in codes}
    holiday = np.array([week_of[code] for code in county])
    week = np.array([day.isocalendar().week for day in DAYS])
    parts = []
    for weekdays, toward, clock_s in (
        ("01234", 1, 25_800.0),
        ("0123", 0, 55_200.0),
        ("0123", 0, 57_600.0),
        ("4", 0, 51_600.0),
        ("4", 0, 54_000.0),
    ):
        base = int(day_bits(weekdays))
        bits = np.array(
            [
                base & ~sum(1 << n for n in range(len(DAYS)) if week[n] == own_week)
                for own_week in holiday.tolist()
            ],
            dtype=np.uint64,
        )
        start_s = (clock_s + 1_500 * rng.random(len(lines))) // 60 * 60
        trips = _plain(table, lines, np.full(len(lines), toward), start_s, bits, rng)
        # Most school buses run on the part of the line nearer the centre only.
        part = np.where(rng.random(len(lines)) < 0.6, 0.5 + 0.4 * rng.random(len(lines)), 1.0)
        if toward:
            trips.first[:] = np.floor(trips.last * (1 - part))
        else:
            trips.last[:] = np.maximum(np.ceil(trips.last * part), 1)
        parts.append(trips)
    return _joined(parts)


def _weekday_trips(table: pd.DataFrame, rng: np.random.Generator) -> list[Trips]:
    kind, counts = table["kind"].to_numpy(), table["weekday"].to_numpy()
    booked = kind == "booked"
    friday = (rng.random(len(table)) < FRIDAY_LINES) & ~booked
    few = booked & (np.arange(len(table)) % 2 == 0)
    profile = {True: _CITY, False: _COUNTRY}
    plans = (
        ("01234", np.flatnonzero(~friday & ~few), 1.0),
        ("0123", np.flatnonzero(friday), 1.0),
        ("4", np.flatnonzero(friday), 1.04),
        ("024", np.flatnonzero(few)[::2], 1.0),
        ("13", np.flatnonzero(few)[1::2], 1.0),
    )
    return [
        _departures(
            table, lines, np.round(share * counts[lines]).astype(np.int64), day_bits(days), profile, rng
        )
        for days, lines, share in plans
    ]


def _weekend_trips(table: pd.DataFrame, rng: np.random.Generator) -> list[Trips]:
    """Fewer trips; lines with one or two on weekdays rest, and a third has the same trips on both days."""
    kind, counts = table["kind"].to_numpy(), table["weekday"].to_numpy()
    runs = (counts > 2) & (kind != "booked")
    same = rng.random(len(table)) < 0.33
    profile = {True: _WEEKEND, False: _WEEKEND}
    plans = (
        ("56", np.flatnonzero(runs & same), SUNDAY),
        ("5", np.flatnonzero(runs & ~same), SATURDAY),
        ("6", np.flatnonzero(runs & ~same), SUNDAY),
    )
    return [
        _departures(
            table, lines, np.round(share * counts[lines]).astype(np.int64), day_bits(days), profile, rng
        )
        for days, lines, share in plans
    ]


def _divert(trips: Trips, table: pd.DataFrame, rng: np.random.Generator) -> tuple[Trips, dict[date, int]]:
    """For each weekday some trips of some lines of each county are taken away, most of them put back changed.

    A changed trip leaves a few minutes later and leaves some stops out. Returns the trips and how many were taken
    away on each date.
    """
    order = np.argsort(trips.line, kind="stable")
    starts = np.searchsorted(trips.line[order], np.arange(len(table) + 1))
    of_county = [
        np.flatnonzero((table["county"] == code).to_numpy()) for code in sorted(set(table["county"]))
    ]
    new: list[Trips] = []
    counts: dict[date, int] = {}
    for n, day in enumerate(DAYS):
        if day.weekday() > 4:
            continue
        counts[day] = 0
        if day in EQUAL_DAYS:
            continue
        bit = np.uint64(1 << n)
        for lines in of_county:
            several = max(round(DIVERTED_LINES * len(lines)), 1)
            for line in lines[(rng.random(several) * len(lines)).astype(np.int64)].tolist():
                rows = order[starts[line] : starts[line + 1]]
                rows = rows[(trips.days[rows] & bit) != 0]
                if len(rows) < 2:
                    continue
                size = min(1 + int(rng.random() * MOST_DIVERTED), len(rows) - 1)
                begin = int(rng.random() * (len(rows) - size + 1))
                rows = rows[begin : begin + size]
                trips.days[rows] &= ~bit
                counts[day] += size
                changed = trips.take(rows[rng.random(size) < 0.85])
                changed.days[:] = bit
                changed.start_s[:] += (60 * np.floor(2 + 8 * rng.random(len(changed)))).astype(np.int32)
                room = changed.last - changed.first >= 5
                at = (
                    changed.first
                    + 1
                    + np.floor((changed.last - changed.first - 4) * rng.random(len(changed)))
                )
                long = np.floor(3 * rng.random(len(changed)))
                changed.skip_first[:] = np.where(room, at, -1)
                changed.skip_last[:] = np.where(room, at + long, -1)
                new.append(changed)
    kept = trips.take(np.flatnonzero(trips.days != 0))
    return _joined([kept, *new]), counts


def make_trips(table: pd.DataFrame, rng: np.random.Generator) -> tuple[Trips, dict[date, int]]:
    """Every trip, by line, direction and start, and the trips taken away for each weekday.

    Args:
        table: As `scaled_lines` gives it.
        rng: Where chance comes from.
    """
    parts = [*_weekday_trips(table, rng), *_weekend_trips(table, rng), _school_trips(table, rng)]
    trips, counts = _divert(_joined(parts), table, rng)
    order = np.lexsort((trips.days, trips.start_s, trips.direction, trips.line))
    return trips.take(order), counts
