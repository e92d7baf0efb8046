"""What applies in a month, why, and what changes: as plain values and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from geomatch.asked import check_asked, is_month
from geomatch.errors import InputError, Problem
from geomatch.rules.answer import Answer, Finding, Person
from geomatch.rules.differences import Changed, Parted, changed_rules
from geomatch.rules.tree import Rule, RuleBook, RuleSet
from geomatch.tables import ALL
from geomatch.words import gettext as _

__all__ = [
    "Explained",
    "changed_facts",
    "changed_lines",
    "explain",
    "explain_facts",
    "explain_lines",
    "named_lines",
    "parted_facts",
    "parted_lines",
    "set_of",
]


@dataclass(frozen=True, slots=True)
class Explained:
    """The rules of a month.

    Attributes:
        month: YYYY-MM.
        in_force: The set of its first day, by which all of it is judged.
        within: What begins to hold within it, each with what held before: sets, or a set as it is when a single rule
            of it has begun or ended.
        following: The first of these after it, with what held before; None where none is known.
        left_out: What is wrong with sets that do not touch the month.
    """

    month: str
    in_force: RuleSet
    within: tuple[tuple[RuleSet, RuleSet], ...]
    following: tuple[RuleSet, RuleSet] | None
    left_out: tuple[Problem, ...]


def month_day(month: str) -> date:
    """The first day of a month. Raises InputError."""
    check_asked(month)
    return date.fromisoformat(f"{month}-01")


def explain(book: RuleBook, month: str) -> Explained:
    """The rules of a month (YYYY-MM).

    Raises:
        InputError: It is no month, or what is wrong with the sets touches its first day.
    """
    day = month_day(month)
    in_force = book.at(day)
    before = in_force
    within = []
    for one in book.changes_in(month):
        within.append((before, one))
        before = one
    last = (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    after = book.after(last)
    return Explained(
        month,
        in_force,
        tuple(within),
        None if after is None else (before, after),
        tuple(one.problem for one in book.left_out),
    )


def set_of(book: RuleBook, name: str) -> RuleSet:
    """A set by its name, or by a day (YYYY-MM-DD) or month (YYYY-MM, its first day) on which it holds.

    It has the rules that hold on that day; named by its name, those of its first day, or its last where it has no first.

    Raises:
        InputError: There is none, or what is wrong with the sets touches it.
    """
    found = book.named(name)
    if found is not None:
        wrong = [one.problem for one in book.left_out if one.touches(found.first_day, found.last_day)]
        if wrong:
            raise InputError(wrong)
        return found.as_named()
    text = f"{name}-01" if is_month(name) else name
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            Problem(
                _("there is no set of rules {name}").format(name=name),
                _("one of {names}, or a day as YYYY-MM-DD").format(
                    names=", ".join(one.name for one in book.sets)
                ),
            )
        ) from error
    return book.at(day)


# ------------------------------------------------------------------------------------------------------------ facts


def _rule_facts(rule: Rule) -> dict[str, Any]:
    value = getattr(rule, rule.asks)
    return {
        "name": rule.name,
        "status": rule.status,
        "effect": _effect(rule),
        "asks": rule.asks,
        "value": list(value) if isinstance(value, tuple) else value,
        "about_groups": list(rule.about_groups),
        "valid_from": rule.valid_from or None,
        "valid_to": rule.valid_to or None,
        "text": str(rule.text),
        "source": str(rule.source),
    }


def _effect(rule: Rule) -> str:
    return "tells" if not rule.judges else "excludes" if rule.status == "verified" else "flags"


def _set_facts(one: RuleSet) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": str(one.title),
        "valid_from": one.valid_from or None,
        "valid_to": one.valid_to or None,
        "file": one.file or None,
        "documents": [str(document) for document in one.documents],
        "rules": [_rule_facts(rule) for rule in one.rules],
    }


def changed_facts(changed: Iterable[Changed]) -> list[dict[str, Any]]:
    """The rules that differ between two sets, as plain values."""
    return [
        {
            "before": _rule_facts(one.before) if one.before else None,
            "after": _rule_facts(one.after) if one.after else None,
        }
        for one in changed
    ]


def _turn_facts(turn: tuple[RuleSet, RuleSet]) -> dict[str, Any]:
    before, after = turn
    return {
        "set": after.name,
        "valid_from": after.valid_from,
        "title": str(after.title),
        "rules": changed_facts(changed_rules(before, after)),
    }


def explain_facts(found: Explained) -> dict[str, Any]:
    """What `geomatch rules explain --json` prints."""
    return {
        "month": found.month,
        "judged_on": f"{found.month}-01",
        "set": _set_facts(found.in_force),
        "assumed": [rule.name for rule in found.in_force.rules if rule.status == "assumed"],
        "changes_within_month": [_turn_facts(turn) for turn in found.within],
        "next_change": _turn_facts(found.following) if found.following else None,
        "left_out": [str(problem) for problem in found.left_out],
    }


def _answer_facts(one: Answer) -> dict[str, Any]:
    def listed(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
        return [{"rule": finding.rule, "reason": finding.code} for finding in findings]

    return {
        "excluded": listed(one.excluded),
        "flagged": listed(one.flagged),
        "unknown": listed(one.unknown),
    }


def parted_facts(parted: Iterable[Parted]) -> list[dict[str, Any]]:
    """The kinds of persons and journeys that two sets part, as plain values; what is not asked about is `all`."""
    return [
        {
            "target_group": one.person.target_group,
            "case_status": one.person.case_status,
            "accommodation": one.person.accommodation,
            "age": one.person.age,
            "shorter_than_m": one.shorter_than_m or None,
            "crosses_county": one.crosses_county,
            "before": _answer_facts(one.before),
            "after": _answer_facts(one.after),
        }
        for one in parted
    ]


# ------------------------------------------------------------------------------------------------------------ words


def group_text(group: str) -> str:
    """A target group in words."""
    return {
        "asylum_seeker": _("asylum seekers"),
        "temporary_protection": _("people with temporary protection"),
        "permit_awaiting_settlement": _("people with a permit who await settlement"),
    }.get(group, group)


def _word(value: str) -> str:
    """A case status or a kind of accommodation in words."""
    return {
        "first_instance_open": _("open first-instance case"),
        "appeal": _("appeal"),
        "enforcement": _("enforcement"),
        "agency": _("agency accommodation"),
        "own": _("own accommodation"),
        "municipal": _("municipal accommodation"),
        "other": _("other accommodation"),
    }.get(value, value)


def rule_line(rule: Rule) -> str:
    """A rule in one line: name, whom it is about, its own days, what it says, its source."""
    limits = [", ".join(map(group_text, rule.about_groups))] if rule.about_groups else []
    if rule.valid_from or rule.valid_to:
        limits.append(_period(rule))
    about = f" ({'; '.join(limits)})" if limits else ""
    text = f"{rule.name}{about}: {rule.text}."
    if rule.source != type(rule.source)():
        text += " " + _("Source: {source}.").format(source=rule.source)
    return text


def _period(one: RuleSet | Rule) -> str:
    if not one.valid_to:
        return _("from {first}").format(first=one.valid_from) if one.valid_from else _("always")
    if not one.valid_from:
        return _("until {last}").format(last=one.valid_to)
    return f"{one.valid_from} – {one.valid_to}"


def set_line(one: RuleSet) -> str:
    """A set in one line: name, title, period, file."""
    where = _("file {file}").format(file=one.file) if one.file else _("comes with the program")
    return f"{one.name}: {one.title} ({_period(one)}; {where})"


def named_lines(book: RuleBook, name: str) -> list[str]:
    """For a set that was asked for by its name and does not hold the same rules on all its days: which are meant."""
    found = book.named(name)
    begins = [part.valid_from for part in found.parts()] if found else []
    if len(begins) < 2:
        return []
    text = (
        _("  its rules of {first} are meant; they change on {days}: name a later day to compare those")
        if begins[0]
        else _("  the rules of its last day are meant; they change on {days}: name a day to compare others")
    )
    return [text.format(first=begins[0], days=", ".join(begins[1:]))]


def changed_lines(changed: Sequence[Changed]) -> list[str]:
    """The rules that differ between two sets, a line each."""
    lines = []
    for one in changed:
        if one.after is None and one.before is not None:
            lines.append("  - " + rule_line(one.before))
        elif one.before is None and one.after is not None:
            lines.append("  + " + _status(one.after) + rule_line(one.after))
        elif one.before is not None and one.after is not None:
            lines += ["  - " + rule_line(one.before), "  + " + _status(one.after) + rule_line(one.after)]
    return lines


def _status(rule: Rule) -> str:
    return {
        "excludes": "",
        "flags": _("[assumed, excludes no one] "),
        "tells": _("[told only] "),
    }[_effect(rule)]


def _turn_lines(turn: tuple[RuleSet, RuleSet]) -> list[str]:
    before, after = turn
    return [
        f"{after.valid_from}: {after.title} ({after.name})",
        *changed_lines(changed_rules(before, after)),
    ]


def explain_lines(found: Explained) -> list[str]:
    """What `geomatch rules explain` prints."""
    one = found.in_force
    lines = [
        _("{month} is judged by the rules of its first day:").format(month=found.month),
        set_line(one),
    ]
    headings = {
        "excludes": _("Verified, excludes:"),
        "flags": _("Assumed, only flags and excludes no one until a board confirms it:"),
        "tells": _("Told only, judges no journey:"),
    }
    for effect, heading in headings.items():
        rules = [rule for rule in one.rules if _effect(rule) == effect]
        if rules:
            lines += ["", heading, *("  " + rule_line(rule) for rule in rules)]
    if not one.rules:
        lines += ["", _("The set has no rule: everybody enrolled may travel.")]
    if one.documents:
        lines += ["", _("Documents:"), *(f"  {document}" for document in one.documents)]
    lines.append("")
    if found.within:
        lines.append(
            _("The rules change within the month; these do not judge it, they count from the next month:")
        )
        for turn in found.within:
            lines += _turn_lines(turn)
    else:
        lines.append(_("Nothing changes within the month."))
    if found.following:
        lines.append(_("The next change:"))
        lines += _turn_lines(found.following)
    else:
        lines.append(_("No later change is known."))
    if found.left_out:
        lines += [
            "",
            _("Left out, since it is wrong; it does not touch the first day of the month:"),
            *(f"  {problem}" for problem in found.left_out),
        ]
    return lines


def _kind_text(person: Person) -> str:
    parts = [group_text(person.target_group) if person.target_group != ALL else _("anyone")]
    parts += [_word(value) for value in (person.case_status, person.accommodation) if value != ALL]
    if person.age is not None:
        parts.append(_("{age} years").format(age=person.age))
    return ", ".join(parts)


def _journey_text(one: Parted) -> str:
    parts = [_("across a county border") if one.crosses_county else _("within the county")]
    if one.shorter_than_m:
        parts.append(_("shorter than {metres} m").format(metres=f"{one.shorter_than_m:.0f}"))
    return ", ".join(parts)


def _answer_text(one: Answer) -> str:
    if one.excluded:
        return _("excluded ({rules})").format(rules=", ".join(finding.rule for finding in one.excluded))
    if one.flagged:
        return _("may travel, flagged ({rules})").format(
            rules=", ".join(finding.rule for finding in one.flagged)
        )
    return _("may travel")


def parted_lines(parted: Sequence[Parted]) -> list[str]:
    """The kinds that two sets part: those with the same answers together, a line each."""
    together: dict[tuple[str, str], dict[str, list[str]]] = {}
    for one in parted:
        key = (_answer_text(one.before), _answer_text(one.after))
        together.setdefault(key, {}).setdefault(_kind_text(one.person), []).append(_journey_text(one))
    lines = []
    for (before, after), people in together.items():
        lines.append(_("{before} → {after}:").format(before=before, after=after))
        lines += _people_lines(people)
    return lines


def _people_lines(people: Mapping[str, list[str]]) -> list[str]:
    return [f"  {kind}; {' / '.join(journeys)}" for kind, journeys in people.items()]
