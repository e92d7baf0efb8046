"""One activity in the words of a document: where, when, for whom, with what support."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from geomatch.documents.facts import DocumentFacts
from geomatch.numbers import NOTHING, month_text
from geomatch.plain import plain
from geomatch.publish.activities import groups_text
from geomatch.publish.words import list_text
from geomatch.words import gettext as _

__all__ = ["day_text", "for_whom", "one_day", "plain_times", "support", "times", "where"]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = re.compile(r"(?P<day>[a-z]{3}) (?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2})")
_DATED = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2}) (?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2})")


def one_day(text: str) -> date | None:
    """A day of the register; None where it is open."""
    return date.fromisoformat(text) if text else None


def day_text(day: date) -> str:
    """`6 februari 2023`."""
    return f"{day.day} {month_text(f'{day:%Y-%m}')}"


def where(facts: DocumentFacts, row: Mapping[str, Any]) -> str:
    """The address of an exact place; else that it is at a distance, or that only the municipality may be known."""
    if row["digital"]:
        return _("at a distance")
    if row["visibility"] != "exact":
        return _("in the municipality; ask the organiser for the place")
    return facts.addresses.get(str(row["series_id"])) or _("ask the organiser for the address")


def for_whom(row: Mapping[str, Any]) -> str:
    """Target groups and sex."""
    groups, sex = str(row["target_groups"]), str(row["sex"])
    whom = groups_text(groups)
    if sex == "all":
        return whom
    only = {"women": _("women only"), "men": _("men only")}[sex]
    return only if groups in {"", "all"} else f"{whom}; {only}"


def support(row: Mapping[str, Any]) -> str:
    """What decides whether a parent, or who speaks little Swedish, can come."""
    parts = [
        text
        for name, text in (
            ("childcare", _("childcare")),
            ("language_support", _("language support")),
            ("parallel_group", _("parents take turns")),
        )
        if row[name]
    ]
    return ", ".join(parts) or NOTHING


def _grouped(text: str, weekdays: tuple[str, ...], first: date | None) -> dict[str, list[str]] | None:
    """Days by times of day, in the order of the register; None for a text of another form.

    Args:
        text: `mon 10:00-12:00; 2026-03-02 09:00-10:00` and so on.
        weekdays: Names, Monday first.
        first: Dates before it are left out, and dates are in words; None keeps all, as they are.
    """
    days: dict[str, list[str]] = {}
    for part in (part.strip() for part in text.split(";")):
        if (weekly := _WEEKLY.fullmatch(part)) and weekly["day"] in _WEEKDAYS:
            name = weekdays[_WEEKDAYS.index(weekly["day"])]
            days.setdefault(f"{weekly['start']}–{weekly['end']}", []).append(name)
        elif dated := _DATED.fullmatch(part):
            day = date.fromisoformat(dated["day"])
            if first is None or day >= first:
                clock = f"{dated['start']}–{dated['end']}"
                days.setdefault(clock, []).append(dated["day"] if first is None else day_text(day))
        else:
            return None
    return {clock: list(dict.fromkeys(on)) for clock, on in days.items()}


def times(row: Mapping[str, Any]) -> str:
    """Weekdays or dates with times of day, marked where the register gives none."""
    text = str(row["sessions_text"])
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    days = _grouped(text, names, None) if text else {}
    said = (
        plain(text) if days is None else "; ".join(f"{', '.join(on)} {clock}" for clock, on in days.items())
    )
    if row["sessions_assumed"]:
        return _("{times} (assumed)").format(times=said) if said else _("assumed")
    return said or NOTHING


def plain_times(row: Mapping[str, Any], first: date) -> str:
    """The times as one says them: `Måndagar och onsdagar 10:00–12:00`; dates before `first` are left out.

    Times that the register does not give are not made up here.
    """
    text = str(row["sessions_text"])
    if row["sessions_assumed"] or not text:
        return _("Ask the organiser for the times")
    names = (
        _("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays"),
    )  # fmt: skip
    days = _grouped(text, names, first)
    if days is None:
        return plain(text)
    if not days:
        return _("No more times are given")
    said = "; ".join(f"{list_text(on)} {clock}" for clock, on in days.items())
    return said[0].upper() + said[1:]
