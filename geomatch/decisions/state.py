"""What the decisions come to in a month: the state of each pair, and what runs out soon. Pure functions on rows.

Only decisions that were made by the month's last day are looked at. What is added later changes no earlier month.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geomatch.sources.corridor_effect import (
    OPEN,
    Decision,
    Period,
    day_after,
    linked,
    open_days,
)

__all__ = [
    "APPROVED",
    "RENEWAL_DAYS",
    "STATES",
    "Due",
    "PairState",
    "days_of_month",
    "due",
    "known_by",
    "states",
]

APPROVED, COMING, ENDED, EXPIRED, REFUSED = STATES = ("approved", "coming", "ended", "expired", "refused")
"""In force on the month's last day; approved, and begins later; ended by a decision; run out; refused."""

RENEWAL_DAYS = 60
"""What runs out within so many days after the month is told, unless somebody asks for another number (the boards' ask)."""


@dataclass(frozen=True, slots=True)
class PairState:
    """A pair of municipalities at the end of a month.

    Attributes:
        from_code, to_code: The pair.
        state: One of STATES.
        first, last: The period, as it is decided; last '' without a last day. Of `refused` the period that was applied for.
        since: The day on which the state began.
        open_in_month: Whether the corridor was open on some day of the month.
        decision: The row that says so: the refusal, the end, else the approved row as it reads now.
    """

    from_code: str
    to_code: str
    state: str
    first: str
    last: str
    since: str
    open_in_month: bool
    decision: Decision


@dataclass(frozen=True, slots=True)
class Due:
    """An approved period that runs out soon.

    Attributes:
        decision: The approved row as it reads now.
        last: Its last day.
        days_left: From the month's last day; negative where it ran out within the month.
    """

    decision: Decision
    last: str
    days_left: int


def days_of_month(month: str) -> tuple[str, str]:
    """First and last day of YYYY-MM."""
    year, number = (int(part) for part in month.split("-"))
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02d}"


def known_by(decisions: Sequence[Decision], day: str) -> list[Decision]:
    """The decisions that were made by a day."""
    return [one for one in decisions if one.day <= day]


def states(decisions: Sequence[Decision], month: str) -> list[PairState]:
    """The state of every pair that has a decision by the end of the month, by pair."""
    first, last = days_of_month(month)
    known = known_by(decisions, last)
    periods, _faults = linked(known)
    pairs = sorted({one.pair for one in known})
    of_pair: dict[tuple[str, str], list[Period]] = {pair: [] for pair in pairs}
    for period in periods:
        of_pair[period.current.pair].append(period)
    refused = [one for one in known if one.decision == "refused"]
    return [
        _state(of_pair[pair], [one for one in refused if one.pair == pair], first, last)
        for pair in pairs
        if of_pair[pair] or any(one.pair == pair for one in refused)
    ]


def _state(periods: Sequence[Period], refused: Sequence[Decision], first: str, last: str) -> PairState:
    stretches = [
        (begin, end, version, period) for period in periods for begin, end, version in open_days(period)
    ]
    was_open = any(begin <= last and end >= first for begin, end, _version, _period in stretches)

    def told(state: str, period: Period, since: str, by: Decision) -> PairState:
        until = "" if period.last == OPEN else period.last
        return PairState(*by.pair, state, period.first, until, since, was_open, by)

    now = [one for one in stretches if one[0] <= last <= one[1]]
    if now:
        _begin, _end, version, period = max(now, key=lambda one: one[0])
        return told(APPROVED, period, min(b for b, _e, _v, p in stretches if p is period), version)
    coming = [one for one in stretches if one[0] > last]
    if coming:
        begin, _end, version, period = min(coming, key=lambda one: one[0])
        return told(COMING, period, begin, version)
    # The latest of what has happened; on one day a refusal of what comes next is told before what it follows.
    events = [
        (one.day, 1, PairState(*one.pair, REFUSED, one.valid_from, one.valid_to, one.day, was_open, one))
        for one in refused
    ]
    for period in periods:
        end = period.end
        if end is not None and end.takes_effect <= day_after(period.current.last):
            events.append((end.takes_effect, 0, told(ENDED, period, end.takes_effect, end)))
        else:
            gone = day_after(period.current.last)
            events.append((gone, 0, told(EXPIRED, period, gone, period.current)))
    return max(events, key=lambda one: one[:2])[2]


def due(decisions: Sequence[Decision], month: str, days: int) -> tuple[list[Due], int]:
    """The corridors that must be renewed soon, by last day and pair, and how many of them are renewed already.

    Meant are those that are open on some day of the month and whose last day is at most `days` days after the month's
    last. One that a decision has ended is not due. One is renewed where another approved period of the pair goes on
    no later than the day after.
    """
    first, last = days_of_month(month)
    until = (date.fromisoformat(last) + timedelta(days=days)).isoformat()
    periods, _faults = linked(known_by(decisions, last))
    found, renewed = [], 0
    for period in periods:
        in_month = any(begin <= last and end >= first for begin, end, _version in open_days(period))
        if not in_month or period.end is not None or period.last > until:
            continue
        if any(
            other.current.pair == period.current.pair
            and other.first <= day_after(period.last)
            and other.last > period.last
            for other in periods
        ):
            renewed += 1
            continue
        left = (date.fromisoformat(period.last) - date.fromisoformat(last)).days
        found.append(Due(period.current, period.last, left))
    return sorted(found, key=lambda one: (one.last, one.decision.pair)), renewed
