"""What decisions on one pair of municipalities come to: which rows belong together, and which days are open.

A decision has effect from its first day, and never before the day it was decided. So a row that is added later
cannot change what an earlier day showed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["OPEN", "Decision", "Fault", "Period", "day_after", "day_before", "linked", "open_days"]

OPEN = "9999-12-31"
"""Stands for the last day of what has none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the register.

    Attributes:
        from_code, to_code: The two municipalities.
        decision: `approved`, `refused`, `ended` or `correction`.
        valid_from: ISO date: first day of the period; of `ended` the first day without it; of `correction` the first
            day of the approved row that it corrects.
        valid_to: Last day, that day included; '' while open.
        decided_on: ISO date, '' where the register does not say.
        decided_by: Decision maker, or ''.
        reference: The decision's own number, or ''.
        agreement_months: Longest agreement with a person under it, in months; 0 where the register does not say.
        row: Its row in the file, from 1.
        file: The file, '' where there is one only.
    """

    from_code: str
    to_code: str
    decision: str
    valid_from: str
    valid_to: str
    decided_on: str
    decided_by: str
    reference: str
    agreement_months: int
    row: int
    file: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """From and to."""
        return self.from_code, self.to_code

    @property
    def day(self) -> str:
        """The day it was decided; the first day where the register does not say."""
        return self.decided_on or self.valid_from

    @property
    def takes_effect(self) -> str:
        """The first day on which it changes anything."""
        return max(self.valid_from, self.decided_on)

    @property
    def last(self) -> str:
        """The last day, OPEN where there is none."""
        return self.valid_to or OPEN


@dataclass(frozen=True, slots=True)
class Period:
    """An approved row with what was decided about it later.

    Attributes:
        versions: The approved row, then its corrections by the day they were decided.
        end: The row that ends it, or None.
    """

    versions: tuple[Decision, ...]
    end: Decision | None = None

    @property
    def first(self) -> str:
        """First day, as written."""
        return self.versions[0].valid_from

    @property
    def current(self) -> Decision:
        """The approved row as it reads now."""
        return self.versions[-1]

    @property
    def last(self) -> str:
        """Last day as it is decided now, as written; OPEN without one."""
        return (
            self.current.last if self.end is None else min(self.current.last, day_before(self.end.valid_from))
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that does not go with another. `kind` is a key of the reader's texts; `other` is the other row, if any."""

    kind: str
    decision: Decision
    column: str
    other: Decision | None = None


def day_before(day: str) -> str:
    """The day before an ISO date."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """The day after an ISO date; OPEN stays OPEN."""
    return OPEN if day == OPEN else (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def linked(decisions: Iterable[Decision]) -> tuple[list[Period], list[Fault]]:
    """The approved periods of all pairs with their corrections and ends, and every row that does not fit.

    Periods come by pair and first day; the order of the rows does not matter but for which of two equal rows is named.
    """
    by_pair: defaultdict[tuple[str, str], list[Decision]] = defaultdict(list)
    for one in decisions:
        by_pair[one.pair].append(one)
    periods: list[Period] = []
    faults: list[Fault] = []
    for pair in sorted(by_pair):
        mine = sorted(by_pair[pair], key=lambda one: (one.valid_from, one.last, one.file, one.row))
        of = {
            kind: [one for one in mine if one.decision == kind]
            for kind in ("approved", "refused", "ended", "correction")
        }
        corrected = _corrected(of["approved"], of["correction"], faults)
        made = _ended(corrected, of["ended"], faults)
        _overlaps(made, faults)
        _contradictions(made, of["refused"], faults)
        periods += made
    return periods, faults


def _corrected(
    approved: Sequence[Decision], corrections: Sequence[Decision], faults: list[Fault]
) -> list[Period]:
    """A period for each approved row. A correction names its row by the first day."""
    versions = {one: [one] for one in approved}
    by_first = {one.valid_from: one for one in reversed(approved)}
    for one in sorted(corrections, key=lambda one: (one.decided_on, one.file, one.row)):
        goal = by_first.get(one.valid_from)
        if goal is None:
            faults.append(Fault("corrects_nothing", one, "valid_from"))
            continue
        before = versions[goal][-1]
        if before.decision == "correction" and before.decided_on == one.decided_on:
            faults.append(Fault("corrected_twice", one, "decided_on", before))
        elif one.decided_on < goal.decided_on:
            faults.append(Fault("corrected_before", one, "decided_on", goal))
        else:
            versions[goal].append(one)
    return [Period(tuple(versions[one])) for one in approved]


def _ended(periods: Sequence[Period], ended: Sequence[Decision], faults: list[Fault]) -> list[Period]:
    """The periods with their ends: an end belongs to the period it lies in, its first day left out."""
    ends: dict[int, Decision] = {}
    for one in ended:
        inside = [n for n, period in enumerate(periods) if period.first < one.valid_from <= period.last]
        if not inside:
            faults.append(Fault("ended_nothing", one, "valid_from"))
        elif inside[-1] in ends:
            faults.append(Fault("ended_twice", one, "valid_from", ends[inside[-1]]))
        else:
            ends[inside[-1]] = one
    return [Period(period.versions, ends.get(number)) for number, period in enumerate(periods)]


def _overlaps(periods: Sequence[Period], faults: list[Fault]) -> None:
    """Each period that begins before an earlier one has ended."""
    last, holder = "", None
    for period in sorted(periods, key=lambda one: (one.first, one.last)):
        if holder is not None and period.first <= last:
            faults.append(Fault("overlap", period.versions[0], "valid_from", holder.versions[0]))
        if period.last > last:
            last, holder = period.last, period


def _contradictions(periods: Sequence[Period], refused: Sequence[Decision], faults: list[Fault]) -> None:
    """Approved and refused on one day for the same days, and a refusal that stands twice."""
    seen: dict[tuple[str, str], Decision] = {}
    for one in refused:
        twin = seen.setdefault((one.valid_from, one.day), one)
        if twin is not one:
            faults.append(Fault("refused_twice", one, "valid_from", twin))
            continue
        for version in (version for period in periods for version in period.versions):
            shared = version.valid_from <= one.last and one.valid_from <= version.last
            if version.day == one.day and shared:
                faults.append(Fault("contradiction", one, "decision", version))
                break


def open_days(period: Period) -> list[tuple[str, str, Decision]]:
    """First day, last day (OPEN without one) and version of each stretch in which the period is open.

    A correction holds from the day it was decided, an end from its day and not before it was decided.
    """
    closes = OPEN if period.end is None else day_before(period.end.takes_effect)
    found = []
    for number, version in enumerate(period.versions):
        following = period.versions[number + 1 :]
        until = min([version.last, closes, *(day_before(one.takes_effect) for one in following)])
        if version.takes_effect <= until:
            found.append((version.takes_effect, until, version))
    return found
