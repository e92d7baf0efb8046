"""The list of activities for reception desks: plain words in large print, nothing hidden and no persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomatch.documents.described import day_text, for_whom, one_day, plain_times, where
from geomatch.documents.facts import DocumentFacts
from geomatch.documents.layout import Column, Document, Paragraphs, Section, Table, Value
from geomatch.plain import plain
from geomatch.publish.corridors import corridor_records
from geomatch.words import gettext as _

__all__ = ["reception_list"]


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("What"), width=34),
        Column(_("Where"), width=34),
        Column(_("When"), width=36),
        Column(_("For whom"), width=24),
        Column(_("Childcare"), "check", 14),
        Column(_("Language support"), "check", 14),
    )


def _row(facts: DocumentFacts, row: Mapping[str, Any], place: str) -> tuple[Value, ...]:
    what = plain(row["name"])
    if row["organiser"]:
        what += f" ({plain(row['organiser'])})"
    spot = where(facts, row)
    begins, ends = (one_day(str(row[name])) for name in ("valid_from", "valid_to"))
    when = plain_times(row, facts.day)
    if begins and begins > facts.day:
        when += ". " + _("Begins {day}").format(day=day_text(begins))
    if ends:
        when += ". " + _("Until {day}").format(day=day_text(ends))
    whom = for_whom(row)
    if row["parallel_group"]:
        whom += ". " + _("Parents take turns, so that both can come")
    return (
        what,
        f"{place}: {spot}" if place else spot,
        when,
        whom[0].upper() + whom[1:],
        bool(row["childcare"]),
        bool(row["language_support"]),
    )


def _paid_to(facts: DocumentFacts, code: str) -> list[str]:
    """Municipalities to which people of this one may have the journey paid, by name.

    Open at the end of the month, and not against a verified rule: nobody is sent off to be refused.
    """
    names = facts.county.names()
    goals = [
        str(row["to_code"])
        for row in corridor_records(facts.county)
        if row["from_code"] == code
        and row["status"] == "open"
        and not row["ended"]
        and row["verdict"] != "outside_policy"
    ]
    return sorted(goals, key=lambda other: (names.get(other, other), other))


def reception_list(facts: DocumentFacts) -> Document:
    """What people can go to, per municipality: there, where the journey can be paid, and at a distance."""
    names, columns = facts.county.names(), _columns()
    distant = [row for code in facts.codes() for row in facts.activities_in(code) if row["digital"]]
    sections = []
    for code in facts.codes():
        goals = _paid_to(facts, code)
        own = [_row(facts, row, "") for row in facts.activities_in(code) if not row["digital"]]
        others = [
            _row(facts, row, names.get(goal, goal))
            for goal in goals
            for row in facts.activities_in(goal)
            if not row["digital"]
        ]
        away = [_row(facts, row, "") for row in distant]
        said = [
            _("No activity listed here is held in {name} this month.").format(name=names[code])
            if not own
            else ""
        ]
        if others:
            said.append(
                _(
                    "Travel compensation can be sought for activities in {names}. They are listed with the municipality's name first. Ask Migrationsverket before you travel."
                ).format(names=", ".join(names.get(goal, goal) for goal in goals))
            )
        said.append(facts.elsewhere())
        table = Table(
            _("Activities for those who live in {name}").format(name=names[code]),
            columns,
            (*own, *others, *away),
            _("No activity that may be shown runs this month."),
        )
        sections.append(Section(code, names[code], (table, Paragraphs(tuple(text for text in said if text)))))
    return Document(
        name=facts.file_name(_("activities-for-reception")),
        title=facts.titled(_("Activities to take part in: {where}").format(where=facts.kicker)),
        about=_("What there is, where and when. One part for each municipality."),
        kicker=facts.kicker,
        marks=facts.marks(internal=False),
        notes=(),
        sections=tuple(sections),
        foot=facts.made_from,
        large=True,
    )
