"""The tables of activities: those of an area, and those that one gets to from a municipality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from geomatch.numbers import whole
from geomatch.public.tables import MISSING
from geomatch.site.figures import is_missing
from geomatch.site.layout import said
from geomatch.site.plain import plain
from geomatch.site.rows import MonthRows
from geomatch.site.views import Cell, Heading, Row, TableView, name_cell
from geomatch.site.words import activity_name, for_whom, minutes_text, times_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["activity_table", "reached_table"]

To = Callable[[str], str]
# Of a table with more rows than this a reader can ask for some.
_FILTER = 10


def _ways_cell(rows: MonthRows, row: Any) -> Cell:  # noqa: ANN401 (a row of activities)
    """From how many municipalities one gets there, and the shortest way."""
    if row.digital:
        return Cell(_("at a distance"))
    if row.shown_at != "place":
        return Cell(_("the place is not shown"))
    ways = rows.ways_to.get(str(row.activity), [])
    if not ways:
        return Cell(_("nobody gets there and home the same day"))
    best = ways[0]
    text = ngettext("from {n} municipality", "from {n} municipalities", len(ways)).format(n=whole(len(ways)))
    return Cell(
        said(
            _("{ways}; shortest from {name}, {time}"),
            ways=text,
            name=rows.name(str(best.from_code)),
            time=minutes_text(best.travel_min),
        ),
        float(best.travel_min),
    )


def activity_table(
    rows: MonthRows, to: To, name: str, title: str, activities: Sequence[Any], *, with_municipality: bool = True
) -> TableView:  # fmt: skip
    """Activities: name, municipality, purpose, for whom, times, places, and how to get there."""
    made = []
    for row in activities:
        organiser = plain(row.organiser)
        label = activity_name(row)
        if organiser:
            label = said("{name}", name=label) + Markup(' <span class="quiet">{}</span>').format(organiser)
        made.append(
            Row(
                (
                    Cell(label),
                    *((name_cell(rows, to, str(row.municipality_code)),) if with_municipality else ()),
                    Cell(plain(row.primary_purpose) or MISSING, mark="word"),
                    Cell(for_whom(row)),
                    Cell(times_text(str(row.times)) or _("not shown"), mark="times"),
                    Cell(whole(int(row.places)), float(row.places)),
                    _ways_cell(rows, row),
                )
            )
        )
    return TableView(
        name,
        title,
        (
            Heading(_("Activity")),
            *((Heading(_("Municipality")),) if with_municipality else ()),
            Heading(_("Purpose")),
            Heading(_("For whom")),
            Heading(_("Times")),
            Heading(_("Places"), numeric=True),
            Heading(_("How to get there")),
        ),
        tuple(made),
        _("No activity may be shown."),
        filterable=len(made) > _FILTER,
    )


def reached_table(rows: MonthRows, to: To, code: str, title: str, most: int) -> TableView:
    """Activities in other municipalities that one gets to and home from the same day, nearest first, at most `most`."""
    made = []
    own = [
        (way, rows.activity[str(way.activity)])
        for way in rows.ways_from.get(code, ())
        if str(way.activity) in rows.activity
    ]
    other = [(way, row) for way, row in own if str(row.municipality_code) != code]
    for way, row in other[:most]:
        changes = Cell(MISSING) if is_missing(way.transfers) else Cell(whole(int(way.transfers)), float(way.transfers))  # fmt: skip
        made.append(
            Row(
                (
                    Cell(activity_name(row)),
                    name_cell(rows, to, str(row.municipality_code)),
                    Cell(for_whom(row)),
                    Cell(times_text(str(row.times)) or _("not shown"), mark="times"),
                    Cell(plain(way.from_name)),
                    Cell(minutes_text(way.travel_min), float(way.travel_min)),
                    changes,
                )
            )
        )
    note = (
        _("The {shown} nearest of {n} are listed; all are among the downloads.").format(
            shown=whole(most), n=whole(len(other))
        )
        if len(other) > most
        else ""
    )
    return TableView(
        "reached",
        title,
        (
            Heading(_("Activity")),
            Heading(_("Municipality")),
            Heading(_("For whom")),
            Heading(_("Times")),
            Heading(_("From")),
            Heading(_("Each way"), numeric=True, sorted_as="ascending"),
            Heading(_("Changes"), numeric=True),
        ),
        tuple(made),
        _("From here nobody gets to an activity in another municipality and home the same day."),
        note,
    )
