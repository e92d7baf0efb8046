"""Approved corridors that the rules of their time forbid: named and kept, since a decision is a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geomatch.decisions.state import days_of_month, known_by, states
from geomatch.errors import InputError, Problem
from geomatch.rules import Rule, RuleBook, RuleSet
from geomatch.rules.tree import day_after
from geomatch.sources.corridor_effect import OPEN, Decision, Period, linked
from geomatch.sources.corridor_register import CORRIDOR_HEADINGS
from geomatch.words import gettext as _

__all__ = ["Flag", "flag_text", "flags", "forbidden_in"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A row that goes against a rule, or that could not be held against the rules.

    Attributes:
        decision: The approved row as it reads now.
        code: `crosses_county_border`, `agreement_too_long`, or `no_rules` (none can be read for some day).
        status: `verified` or `assumed`; '' for `no_rules`.
        problem: What is said of it, with file and row.
    """

    decision: Decision
    code: str
    status: str
    problem: Problem


def flags(decisions: Sequence[Decision], book: RuleBook) -> list[Flag]:
    """The approved rows that cross a county border, or allow longer agreements, where a rule says otherwise.

    A row is held against the rules of its first day and, where it is open then, of the days on which others begin to
    hold: later sets, or single rules of a set. The days for which no rules can be read are told once for the row.
    A longest agreement that the row does not name is that of its period, where that has a last day. Rules about some
    target groups only are flagged as well: the row does not say for whom it is.

    Args:
        decisions: Rows of the registers.
        book: The rules of all times.
    """
    found: list[Flag] = []
    periods, _faults = linked(decisions)
    for period in periods:
        one = period.current
        seen: set[tuple[str, str]] = set()
        for rule_set in _sets(period, book, found):
            for rule in rule_set.rules:
                code = _broken(period, rule)
                if code and (code, rule.name) not in seen:
                    seen.add((code, rule.name))
                    found.append(Flag(one, code, rule.status, _problem(period, rule, code)))
    return found


def forbidden_in(decisions: Sequence[Decision], book: RuleBook, month: str) -> list[tuple[str, str]]:
    """The pairs that are open on some day of a month though a verified rule of their days forbids it, in order.

    Only what was decided by the month's last day counts, as in `geomatch.decisions.state.states`.
    """
    known = known_by(decisions, days_of_month(month)[1])
    was_open = {(one.from_code, one.to_code) for one in states(known, month) if one.open_in_month}
    against = {one.decision.pair for one in flags(known, book) if one.status == "verified"}
    return sorted(was_open & against)


def _sets(period: Period, book: RuleBook, found: list[Flag]) -> list[RuleSet]:
    """The sets of rules that hold while the period lasts, in order of time; days without any make one flag."""
    begins = [one.valid_from for one in book.parts() if period.first < one.valid_from <= period.last]
    # Where no rules could be read, those that hold again afterwards count.
    again = [day_after(one.last_day) for one in book.left_out if period.first <= one.last_day < period.last]
    sets, days, problems = [], [], []
    for day in sorted({period.first, *begins, *again}):
        try:
            sets.append(book.at(date.fromisoformat(day)))
        except InputError as error:
            days.append(day)
            problems += error.problems
    if days:
        one = period.current
        problem = Problem(
            _("the corridor is not held against the rules of {days}, which cannot be read ({why})").format(
                days=", ".join(days), why="; ".join(dict.fromkeys(map(_reason, problems)))
            ),
            "",
            _("It stays as it was decided"),
            one.file,
            "",
            one.row,
        )
        found.append(Flag(one, "no_rules", "", problem))
    return sets


def _reason(problem: Problem) -> str:
    """What is wrong with the rules, with file and row; the manifest of a month keeps the file only."""
    return str(Problem(problem.found, file=problem.file, row=problem.row)).rstrip(".: ")


def _broken(period: Period, rule: Rule) -> str:
    """The code of breaking the rule, '' where it is kept or asks something else."""
    one = period.current
    if rule.stays_in_county and rule.judges and one.from_code[:2] != one.to_code[:2]:
        return "crosses_county_border"
    if rule.longest_agreement_months and _longer(period, rule.longest_agreement_months):
        return "agreement_too_long"
    return ""


def _longer(period: Period, months: int) -> bool:
    one = period.current
    if one.agreement_months:
        return one.agreement_months > months
    return period.last != OPEN and period.last > _last_of(period.first, months)


def _last_of(first: str, months: int) -> str:
    """The last day of so many months that begin with a day: 2023-01-01 and 12 give 2023-12-31."""
    year, month, day = (int(part) for part in first.split("-"))
    count = year * 12 + month - 1 + months
    at = date(count // 12, count % 12 + 1, 1)
    following = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    # The day before the same day of the month; where the month has no such day, its last.
    begins_anew = min(at + timedelta(days=day - 1), following)
    return (begins_anew - timedelta(days=1)).isoformat()


def _problem(period: Period, rule: Rule, code: str) -> Problem:
    one = period.current
    texts = {
        "crosses_county_border": _("the corridor crosses a county border, against the rule {rule}: {text}"),
        "agreement_too_long": _("the agreement is longer than the rule {rule} allows: {text}"),
    }
    column = (
        "to"
        if code == "crosses_county_border"
        else "agreement_months"
        if one.agreement_months
        else "valid_to"
    )
    kept = (
        _("It stays open as it was decided; end it with a row “upphörd” if the rule holds for it")
        if rule.status == "verified"
        else _("It stays open: the rule is assumed, and excludes no one")
    )
    return Problem(
        texts[code].format(rule=rule.name, text=str(rule.text) or str(rule.source)),
        "",
        kept,
        one.file,
        "",
        one.row,
        CORRIDOR_HEADINGS[column],
    )


def flag_text(flag: Flag) -> str:
    """The flag as a sentence with file and row."""
    return str(flag.problem)
