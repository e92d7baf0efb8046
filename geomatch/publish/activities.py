"""The activities as people are shown them: whom they are for, when they are held, and their table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geomatch.numbers import NOTHING, whole
from geomatch.plain import plain
from geomatch.publish.facts import CountyFacts, records
from geomatch.publish.tables import Cell, Heading, Row, TableView, yes_no
from geomatch.publish.words import group_text, list_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["activity_sentences", "activity_table", "times_text"]

_TIME = re.compile(
    r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)|(?P<date>\d{4}-\d{2}-\d{2})) "
    r"(?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2})"
)


@dataclass(frozen=True, slots=True)
class _Session:
    day: str
    start: str
    end: str


def _sessions(text: str) -> list[_Session] | None:
    """The sessions that identifiers such as `mon 10:00-12:00; 2026-03-02 09:00-10:00` name; None for other text."""
    weekdays = {
        "mon": _("Mon"),
        "tue": _("Tue"),
        "wed": _("Wed"),
        "thu": _("Thu"),
        "fri": _("Fri"),
        "sat": _("Sat"),
        "sun": _("Sun"),
    }
    found = []
    for part in text.split(";"):
        match = _TIME.fullmatch(part.strip())
        if match is None:
            return None
        found.append(_Session(weekdays.get(match["weekday"]) or match["date"], match["start"], match["end"]))
    return found


def times_text(text: str) -> str:
    """`sessions_text` in words: `mån 10:00–12:00, ons 10:00–12:00`; a text of another form is shown as it is."""
    sessions = _sessions(text) if text else []
    if sessions is None:
        return plain(text)
    return ", ".join(f"{session.day} {session.start}–{session.end}" for session in sessions)


def groups_text(target_groups: str) -> str:
    """`target_groups` in words."""
    names = [group_text(name.strip()) for name in target_groups.split(";") if name.strip()]
    return list_text(names) if names else group_text("all")


def _for_whom(row: Mapping[str, Any]) -> list[str]:
    """Target groups and sex as sentences: one where everyone may come."""
    groups, sex = str(row["target_groups"]), str(row["sex"])
    if groups in {"", "all"} and sex == "all":
        return [_("For everyone.")]
    sentences = []
    if groups not in {"", "all"}:
        sentences.append(_("Target groups: {groups}.").format(groups=groups_text(groups)))
    if sex != "all":
        sentences.append({"women": _("For women."), "men": _("For men.")}[sex])
    return sentences


def activity_sentences(row: Mapping[str, Any]) -> str:
    """One activity in a paragraph: who, what for, for whom, when, how many, and what of it is assumed."""
    who = plain(row["name"])
    parts = [f"{who} ({plain(row['organiser'])})." if row["organiser"] else f"{who}."]
    if row["primary_purpose"]:
        parts.append(_("Purpose: {purpose}.").format(purpose=plain(row["primary_purpose"])))
    parts += _for_whom(row)
    if row["funding"] == "other":
        parts.append(_("Paid by other funding than the grants."))
    places, sessions = int(row["places"]), int(row["sessions_in_window"])
    parts.append(
        ngettext("{n} place in each session.", "{n} places in each session.", places).format(n=whole(places))
    )
    if row["sessions_text"]:
        parts.append(_("Sessions: {times}.").format(times=times_text(str(row["sessions_text"])).rstrip(".")))
    parts.append(
        ngettext("{n} session in the period.", "{n} sessions in the period.", sessions).format(
            n=whole(sessions)
        )
    )
    if row["sessions_assumed"]:
        parts.append(_("The register gives no times: a standard session is assumed."))
    if row["visibility"] == "municipality" and not row["digital"]:
        parts.append(_("Its place is not shown: the point stands for the whole municipality."))
    return " ".join(parts)


def _note(rows: list[dict[str, Any]]) -> str:
    """What the table holds: activities, and rows where one is held at several places."""
    activities = len({row["activity_id"] for row in rows})
    note = _(
        "Activities in the county and at the other end of its pairs. Where only the municipality may be known, the point on the map is the municipality's."
    )
    if activities != len(rows):
        note += " " + _(
            "An activity that is held at several places has a row for each: {activities} activities, {rows} rows."
        ).format(activities=whole(activities), rows=whole(len(rows)))
    return note


def _funding_text(row: Mapping[str, Any]) -> str:
    """The grant; or that the funding is another, and whose where the register says it."""
    grant = plain(row["grant_scheme"])
    if row["funding"] != "other":
        return grant or NOTHING
    return _("other funding: {funder}").format(funder=grant) if grant else _("other funding")


def activity_table(facts: CountyFacts) -> TableView:
    """The activities as their visibility allows."""
    names = facts.names()
    visibility = {"exact": _("exact place"), "municipality": _("municipality only")}
    status = {"ongoing": _("ongoing"), "planned": _("planned"), "ended": _("ended")}
    sexes = {"women": _("women"), "men": _("men"), "all": _("everyone")}
    headings = (
        Heading(_("Activity")),
        Heading(_("Organiser")),
        Heading(_("Municipality"), sorted_as="ascending"),
        Heading(_("Purpose")),
        Heading(_("Target groups")),
        Heading(_("Sex")),
        Heading(_("Places"), numeric=True),
        Heading(_("Times")),
        Heading(_("Sessions in the period"), numeric=True),
        Heading(_("Childcare")),
        Heading(_("Grant")),
        Heading(_("Status")),
        Heading(_("Place shown")),
    )
    table = sorted(
        records(facts.own_activities().drop(columns="geometry")),
        key=lambda r: (
            names.get(r["municipality_code"], r["municipality_code"]),
            plain(r["name"]),
            r["series_id"],
        ),
    )
    rows = []
    for row in table:
        times = times_text(str(row["sessions_text"]))
        if row["sessions_assumed"]:
            times = _("{times} (assumed)").format(times=times) if times else _("assumed")
        rows.append(
            Row(
                (
                    Cell(plain(row["name"])),
                    Cell(plain(row["organiser"]) or NOTHING),
                    Cell(names.get(row["municipality_code"], plain(row["municipality_code"]))),
                    Cell(plain(row["primary_purpose"]) or NOTHING),
                    Cell(groups_text(str(row["target_groups"]))),
                    Cell(sexes.get(str(row["sex"]), plain(row["sex"]))),
                    Cell(whole(int(row["places"])), float(row["places"])),
                    Cell(times or NOTHING, mark="times"),
                    Cell(whole(int(row["sessions_in_window"])), float(row["sessions_in_window"])),
                    yes_no(value=bool(row["childcare"])),
                    Cell(_funding_text(row)),
                    Cell(status.get(str(row["status"]), plain(row["status"]))),
                    Cell(_("at a distance") if row["digital"] else visibility[str(row["visibility"])]),
                )
            )
        )
    return TableView(
        "activities", _("Activities"), _note(table), headings, tuple(rows), _("No activity may be shown.")
    )
