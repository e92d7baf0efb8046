"""The overview of activities (översikt över insatser): what a county offers, municipality by municipality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geomatch.documents.described import for_whom, one_day, support, times, where
from geomatch.documents.facts import DocumentFacts
from geomatch.documents.layout import AtMost, Column, Document, Paragraphs, Section, Table, Value
from geomatch.numbers import NOTHING, whole
from geomatch.plain import plain
from geomatch.publish.facts import ShownMunicipality, shown_municipalities
from geomatch.publish.journeys import Minutes, shown_minutes
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["minutes_value", "nearest_elsewhere", "overview"]

# Of the other municipalities, as many are named as fit in a cell.
_NAMED = 3


def minutes_value(time: Minutes) -> Value:
    """A time as a cell holds it."""
    return AtMost(time.value) if time.rounded else time.value


def nearest_elsewhere(facts: DocumentFacts) -> dict[str, list[tuple[Minutes, str]]]:
    """By series, the shortest day return from each other municipality: time each way and name, nearest first.

    Only of the visible activities, and rounded where an activity's place may not be known.
    """
    county, names = facts.county, facts.county.names()
    table = county.day_returns
    table = table[table["reachable"].astype(bool) & (table["from_code"] != table["to_code"])]
    table = table.merge(pd.DataFrame(county.activities[["series_id", "visibility"]]), on="series_id")
    found: dict[str, dict[str, Minutes]] = {}
    for series, code, travel_min, visibility in zip(
        table["series_id"], table["from_code"], table["travel_min"], table["visibility"], strict=True
    ):
        time = shown_minutes(travel_min, visibility)
        own = found.setdefault(str(series), {})
        own[code] = min(time, own.get(code, time))
    return {
        series: sorted((time, names.get(code, str(code))) for code, time in own.items())
        for series, own in found.items()
    }


def _columns() -> tuple[Column, ...]:
    left, nearest = _("Places left"), _("Nearest day return from another municipality")
    return (
        Column(_("Activity"), width=20),
        Column(_("Organiser"), width=18),
        Column(_("Purpose"), width=15),
        Column(_("Where"), width=18),
        Column(_("When"), width=20),
        Column(_("From"), "date", 11),
        Column(_("Until"), "date", 11),
        Column(_("For whom"), width=17),
        Column(_("Support"), width=13),
        Column(_("Places"), "whole", 8),
        Column(_("at low need"), "whole", 7, left),
        Column(_("at high need"), "whole", 7, left),
        Column(_("from"), width=11, group=nearest),
        Column(_("min each way"), "minutes", 7, nearest),
        Column(_("and from"), width=15, group=nearest),
    )


def _row(
    facts: DocumentFacts, row: Mapping[str, Any], nearest: list[tuple[Minutes, str]]
) -> tuple[Value, ...]:
    left = facts.left.get(str(row["series_id"])) if row["sessions_in_window"] else None
    others = [f"{name} {'≤ ' if time.rounded else ''}{whole(time.value)}" for time, name in nearest[1:_NAMED]]
    return (
        plain(row["name"]),
        plain(row["organiser"]) or None,
        plain(row["primary_purpose"]) or None,
        where(facts, row),
        times(row),
        one_day(str(row["valid_from"])),
        one_day(str(row["valid_to"])),
        for_whom(row),
        support(row),
        int(row["places"]),
        left[0] // 1000 if left else None,
        left[1] // 1000 if left else None,
        nearest[0][1] if nearest else None,
        minutes_value(nearest[0][0]) if nearest else None,
        ", ".join(others) or None,
    )


def _summary(facts: DocumentFacts, shown: Mapping[str, ShownMunicipality]) -> Table:
    """A row for each municipality: people, activities, places."""
    enrolled, without = _("Enrolled"), _("Without a place")
    columns = (
        Column(_("Municipality"), width=18),
        Column(_("at least"), "whole", 10, enrolled),
        Column(_("at most"), "whole", 10, enrolled),
        Column(_("at least"), "whole", 10, without),
        Column(_("at most"), "whole", 10, without),
        Column(_("Activities"), "whole", 10),
        Column(_("Places in each session"), "whole", 12),
    )
    names = facts.county.names()
    rows = []
    for code in facts.codes():
        m = shown.get(code)
        rows.append(
            (
                names[code],
                m.need[0] if m else None,
                m.need[1] if m else None,
                m.gap[0] if m else None,
                m.gap[1] if m else None,
                m.supply.activities if m else 0,
                m.supply.places if m else 0,
            )
        )
    return Table(_("The municipalities of the county"), columns, tuple(rows), NOTHING)


def overview(facts: DocumentFacts) -> Document:
    """The county's activities: what, where, when, for whom, places left, and how near the next municipality is."""
    shown = {m.code: m for m in shown_municipalities(facts.county)}
    names, nearest, columns = facts.county.names(), nearest_elsewhere(facts), _columns()
    sections = []
    for code in facts.codes():
        activities = facts.activities_in(code)
        rows = tuple(_row(facts, row, nearest.get(str(row["series_id"]), [])) for row in activities)
        parts = (
            Table(
                _("Activities in {name}").format(name=names[code]),
                columns,
                rows,
                _("No activity that may be shown runs this month."),
            ),
            Paragraphs((facts.elsewhere(),)),
        )
        sections.append(Section(code, names[code], parts))
    count = len({row["activity_id"] for code in facts.codes() for row in facts.activities_in(code)})
    return Document(
        name=facts.file_name(_("overview-of-activities")),
        title=facts.titled(_("Overview of activities: {where}").format(where=facts.kicker)),
        about=ngettext(
            "{n} activity that runs this month, municipality by municipality.",
            "{n} activities that run this month, municipality by municipality.",
            count,
        ).format(n=whole(count)),
        kicker=facts.kicker,
        marks=facts.marks(internal=True),
        notes=(
            _(
                "Places left are reckoned: the places of each session less those who get one when the enrolled are allotted to places, at low and at high need. Protected activities take no part in it."
            ),
            _(
                "Day return: minutes each way, there and home, in the weeks {window}. ≤ marks a time rounded up to tens, where the activity's place may not be known. Journeys from other counties are there only where those are computed as well."
            ).format(window=facts.county.window),
            facts.elsewhere(),
        ),
        sections=(Section("summary", _("The county"), (_summary(facts, shown),), own_sheet=True), *sections),
        foot=facts.made_from,
        one_sheet=_("Municipality"),
        sheet_name=_("Overview"),
    )
