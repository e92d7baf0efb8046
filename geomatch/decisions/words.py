"""Decisions in sentences: the texts of `geomatch decisions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geomatch.change.words import amount_text
from geomatch.decisions.flags import Flag
from geomatch.decisions.follow_up import Followed, FollowUp
from geomatch.decisions.impossible import OTHER, PROTECTED, SUPPLY, Impossible
from geomatch.decisions.money import Money
from geomatch.decisions.short import flag_texts, left_text
from geomatch.decisions.state import Due, PairState
from geomatch.decisions.vanished import LostTrip
from geomatch.numbers import decimal, interval, month_text
from geomatch.sources.cells import clock
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = [
    "due_lines",
    "follow_up_lines",
    "impossible_text",
    "list_lines",
    "lost_text",
    "money_text",
    "state_text",
]

# Of the months with compensation as many are told in text, the latest; --json has them all.
_MONTHS_TOLD = 6
_DAY_S = 24 * 3600


def _pair(from_code: str, to_code: str, names: Mapping[str, str]) -> str:
    return f"{names.get(from_code, from_code)}–{names.get(to_code, to_code)}"


def _by(decided_on: str, decided_by: str, reference: str) -> str:
    """Who decided, when, and the reference, each where it is known."""
    parts = []
    if decided_on and decided_by:
        parts.append(_("decided {day} by {maker}").format(day=decided_on, maker=decided_by))
    elif decided_on:
        parts.append(_("decided {day}").format(day=decided_on))
    elif decided_by:
        parts.append(_("decided by {maker}").format(maker=decided_by))
    if reference:
        parts.append(reference)
    return ", ".join(parts)


def state_text(one: PairState) -> str:
    """State, period, decision maker and reference of a pair."""
    decision = one.decision
    texts = {
        "approved": _("approved {first} – {last}"),
        "coming": _("approved {first} – {last}, not yet begun"),
        "ended": _("ended from {since} (was approved from {first})"),
        "expired": _("run out, was approved {first} – {last}"),
        "refused": _("refused, applied for {first} – {last}"),
    }
    text = texts[one.state].format(first=one.first, last=one.last or "…", since=one.since)
    if one.open_in_month and one.state in {"ended", "expired"}:
        text += " " + _("(open part of the month)")
    parts = [text, _by(decision.decided_on, decision.decided_by, decision.reference)]
    if decision.agreement_months:
        parts.append(
            ngettext(
                "agreements of at most {n} month",
                "agreements of at most {n} months",
                decision.agreement_months,
            ).format(n=decision.agreement_months)
        )
    return ", ".join(part for part in parts if part)


def _kronor(value: float | None) -> str:
    return _("not told") if value is None else _("{kronor} kr").format(kronor=decimal(value, 2))


def money_text(one: Money) -> str:
    """What was applied for, granted and paid in a month, and per person."""
    text = _("{month}: applied for {applied}, granted {granted}, paid {paid}").format(
        month=month_text(one.month),
        applied=_kronor(one.applied_sek),
        granted=_kronor(one.granted_sek),
        paid=_kronor(one.paid_sek),
    )
    if one.persons_low is not None and one.persons_high is not None:
        text += ", " + ngettext("for {n} person", "for {n} persons", one.persons_high).format(
            n=interval(one.persons_low, one.persons_high)
        )
    if one.trips_low is not None and one.trips_high is not None:
        text += ", " + ngettext("{n} trip", "{n} trips", one.trips_high).format(
            n=interval(one.trips_low, one.trips_high)
        )
    low, high = one.paid_per_person_low_sek, one.paid_per_person_high_sek
    if low is not None:
        each = (
            _("at least {kronor} kr").format(kronor=decimal(low, 0))
            if high is None
            else _("{kronor} kr").format(kronor=decimal(low, 0))
            if low == high
            else _("{kronor} kr").format(kronor=f"{decimal(low, 0)}–{decimal(high, 0)}")
        )
        text += "; " + _("{each} paid per person").format(each=each)
    return text


def _months(money: Sequence[Money]) -> list[str]:
    return ["  " + money_text(one) for one in money[-_MONTHS_TOLD:]]


def list_lines(
    month: str,
    states: Sequence[PairState],
    money: Mapping[tuple[str, str], Money],
    raised: Sequence[Flag],
    names: Mapping[str, str],
) -> list[str]:
    """The text of `decisions list`.

    Args:
        month: YYYY-MM.
        states: Of each pair.
        money: Of the month, by pair.
        raised: Rows that the rules forbid.
        names: Municipality names by code.
    """
    lines = [_("Decisions at the end of {month}").format(month=month_text(month))]
    for one in states:
        pair = one.from_code, one.to_code
        lines.append(f"{_pair(*pair, names)}: {state_text(one)}")
        if pair in money:
            lines.append("  " + money_text(money[pair]))
        lines += ["  " + text for text in flag_texts(pair, raised)]
    if not states:
        lines.append(_("No decision was made by then."))
    return lines


def due_lines(
    month: str, days: int, found: Sequence[Due], renewed: int, names: Mapping[str, str]
) -> list[str]:
    """The text of `decisions due`."""
    lines = [
        ngettext(
            "To be renewed within {n} day of the end of {month}",
            "To be renewed within {n} days of the end of {month}",
            days,
        ).format(n=days, month=month_text(month))
    ]
    for one in found:
        told = _("{pair}: until {last} ({left})").format(
            pair=_pair(*one.decision.pair, names), last=one.last, left=left_text(one)
        )
        by = _by(one.decision.decided_on, one.decision.decided_by, one.decision.reference)
        lines.append(f"{told}, {by}" if by else told)
    if not found:
        lines.append(_("None."))
    if renewed:
        lines.append(
            ngettext("{n} more is renewed already.", "{n} more are renewed already.", renewed).format(
                n=renewed
            )
        )
    return lines


def _clock(at_s: int) -> str:
    return clock(at_s % _DAY_S)


def lost_text(one: LostTrip) -> str:
    """The trip that vanished: line, stops and times."""
    text = _("line {line}, {origin} {departure}–{goal} {arrival} no longer runs").format(
        line=one.line,
        origin=one.from_stop,
        departure=_clock(one.departure_s),
        goal=one.to_stop,
        arrival=_clock(one.arrival_s),
    )
    if one.instead is not None:
        text += " " + _("(nearest now: {departure}–{arrival})").format(
            departure=_clock(one.instead[0]), arrival=_clock(one.instead[1])
        )
    return text


def impossible_text(one: Impossible) -> str:
    """Since when nobody can use a corridor, and why."""
    since = _("Could be used in {month}, and cannot be used now").format(month=month_text(one.since))
    if one.cause == SUPPLY:
        why = _("no activity that could be reached then is held at the same place and times now")
    elif one.cause == PROTECTED:
        why = _("what could be reached then is not told: the activity, or where people live, is protected")
    elif one.cause == OTHER:
        why = _("no trip of the day returns then has vanished; the limits or the activities have changed")
    else:
        days = (
            _("Monday"),
            _("Tuesday"),
            _("Wednesday"),
            _("Thursday"),
            _("Friday"),
            _("Saturday"),
            _("Sunday"),
        )
        why = "; ".join(
            (_("on the way home") if trip.homebound else _("on the way there")) + ": " + lost_text(trip)
            for trip in one.lost
        )
        why = _("the timetable has changed: {why}. To {activity}, {weekday} ({before} and {after})").format(
            why=why, activity=one.activity, weekday=days[one.weekday], before=one.before, after=one.after
        )
    return f"{since}: {why}."


def _followed(one: Followed, names: Mapping[str, str]) -> list[str]:
    low, high = one.could_low_milli, one.could_high_milli
    lines = [f"{_pair(one.state.from_code, one.state.to_code, names)}: {state_text(one.state)}"]
    if low is None or high is None:
        lines.append("  " + _("Who could use it is not known: the month was not computed for their county."))
    else:
        ends = amount_text(low, high)
        text = _("Could use it: {n} persons (with the right to travel and a day return there).").format(
            n=ends
        )
        if one.barred:
            text += " " + _("Nobody may: verified rules exclude everybody (geomatch rules explain).")
        lines.append("  " + text)
    lines += _months(one.money) or ["  " + _("Applied for, granted and paid: not given.")]
    if one.impossible is not None:
        lines.append("  " + impossible_text(one.impossible))
    return lines


def follow_up_lines(found: FollowUp, names: Mapping[str, str]) -> list[str]:
    """The text of `decisions follow-up`."""
    lines = [_("Approved corridors in {month}").format(month=month_text(found.month))]
    for one in found.corridors:
        lines += _followed(one, names)
    if not found.corridors:
        lines.append(_("No corridor was open."))
    for code, money in found.residence.items():
        lines.append(_("{name}, wherever they travel:").format(name=names.get(code, code)))
        lines += _months(money)
    for (origin, goal), given in found.without_corridor.items():
        lines.append(_("{pair}, which was not open in the month:").format(pair=_pair(origin, goal, names)))
        lines.append("  " + money_text(given))
    gone = sum(one.impossible is not None for one in found.corridors)
    if not found.before:
        lines.append(_("There is no earlier computed month to lay it beside."))
    elif gone:
        lines.append(
            ngettext(
                "{n} corridor that could be used in {month} cannot be used now.",
                "{n} corridors that could be used in {month} cannot be used now.",
                gone,
            ).format(n=gone, month=month_text(found.before))
        )
    else:
        lines.append(
            _("Every corridor that could be used in {month} can be used now.").format(
                month=month_text(found.before)
            )
        )
    return lines
