"""What every download says of itself: its title, its licence, where its numbers come from, and what each column means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import pandas as pd

from geomatch.numbers import month_text
from geomatch.plain import plain
from geomatch.public.editions import Edition, Withdrawal
from geomatch.public.tables import NATION, PUBLIC_TABLES, SIGNS
from geomatch.site.figures import sign_text
from geomatch.sources.places import ATTRIBUTION
from geomatch.sources.regions import counties
from geomatch.words import gettext as _

__all__ = [
    "LICENCE",
    "LICENCE_NAME",
    "SYNTHETIC_MARK",
    "about",
    "area_of",
    "clean",
    "definitions",
    "first_of",
    "moments",
    "month_days",
    "source_lines",
    "synthetic_sentence",
    "title_of",
    "withdrawn_at",
]

# The names of localities are GeoNames' (CC BY 4.0), so no more can be given away than that.
LICENCE, LICENCE_NAME = "http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"
# What the names of all files begin with whose figures are made up.
SYNTHETIC_MARK = "SYNTETISK-"
_BORDERS = "SCB, CC0"
# Whom the public files ask to be named, or whom fairness does.
_CREDITS: Mapping[str, str] = {
    "enrolment": "Källa: Migrationsverket",
    "timetable": "Trafiklab, CC0",
}
# What neither XML 1.0 nor a text of SQLite can hold; line breaks and tabs are text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_Row = TypeVar("_Row", bound=tuple[Any, ...])


def clean(text: object) -> str:
    """A text as any file can hold it: control characters as U+FFFD, all else as it is."""
    return _CONTROL.sub("\ufffd", str(text))


def month_days(month: str) -> tuple[date, date]:
    """First and last day of a month, YYYY-MM."""
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, after - timedelta(days=1)


def moments(listed: Sequence[Edition]) -> dict[tuple[str, int], datetime]:
    """When each edition counts as made, by month and number: from its own days, never from the clock.

    It is the day on which the agency updated the counts, or the day after the month where no source tells one. A later
    edition of the same month comes a minute later for each edition before it, and at the least a minute after the one
    before: it is newer, whatever its sources say of themselves.

    Args:
        listed: Editions in any order.
    """
    found: dict[tuple[str, int], datetime] = {}
    for edition in sorted(listed, key=lambda one: (one.month, one.number)):
        try:
            day = date.fromisoformat(str(edition.facts.get("updated", "")))
        except ValueError:
            day = month_days(edition.month)[1] + timedelta(days=1)
        moment = datetime.combine(day, time(), UTC) + timedelta(minutes=edition.number - 1)
        before = [at for (month, _number), at in found.items() if month == edition.month]
        if before:
            moment = max(moment, max(before) + timedelta(minutes=1))
        found[edition.month, edition.number] = moment
    return found


def withdrawn_at(one: Withdrawal) -> datetime:
    """The moment that the notice of an edition bears: half a day after that of the edition, so that readers see it anew."""
    try:
        day = date.fromisoformat(one.updated)
    except ValueError:
        day = month_days(one.month)[1] + timedelta(days=1)
    return datetime.combine(day, time(12), UTC) + timedelta(minutes=one.number - 1)


def area_of(edition: Edition, county: str | None = None) -> str:
    """The name of what a set of files is about: the county, or all that the edition tells of.

    Args:
        edition: The edition.
        county: Two digits, or None for everything.
    """
    code = county or edition.facts.get("county") or NATION
    if code == NATION:
        return _("Sweden")
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    return str(names.get(code, code))


def title_of(edition: Edition, county: str | None = None) -> str:
    """The title of a set of files, with the mark of made-up figures first."""
    title = _("Activities and need: {area}, {month}").format(
        area=area_of(edition, county), month=month_text(edition.month)
    )
    return _("SYNTHETIC DATA: {title}").format(title=title) if edition.synthetic else title


def synthetic_sentence() -> str:
    """What made-up figures say of themselves."""
    return _("SYNTHETIC DATA") + ". " + _("The figures are made up and say nothing about any real place.")


def _kind_text(kind: str) -> str:
    return {
        "enrolment": _("Enrolled persons"),
        "timetable": _("Timetables"),
        "localities": _("Localities and their population"),
        "raster": _("Population raster"),
        "population": _("Population"),
    }.get(kind, plain(kind))


def _period_text(facts: Mapping[str, Any]) -> str:
    if facts.get("months"):
        months = ", ".join(map(str, facts["months"]))
        if facts.get("updated"):
            return _("{months}; updated {day}").format(months=months, day=facts["updated"])
        return months
    if facts.get("first_day"):
        return f"{facts['first_day']} – {facts.get('last_day', '')}"
    return str(facts.get("updated_to", ""))


def source_lines(edition: Edition) -> list[str]:
    """Where the numbers come from, a line for each source: what, whom to name, from when, and the file.

    A made-up file is nobody's: it gets no name of an agency.
    """
    lines = []
    kinds = set()
    for one in edition.facts["sources"]:
        kind = str(one["kind"])
        kinds.add(kind)
        credit = "" if edition.synthetic else _CREDITS.get(kind, "")
        parts = [credit, _period_text(one["facts"]), str(one["file"])]
        text = " · ".join(plain(part) for part in parts if part)
        lines.append(f"{_kind_text(kind)}: {text}")
    lines.append(_("Activities and open pairs: the county administrative boards' registers"))
    if not kinds & {"localities", "raster"}:
        lines.append(f"{_kind_text('localities')}: {ATTRIBUTION}")
    borders = _("Borders of municipalities")
    lines.append(f"{borders}: {_BORDERS}")
    return lines


def about(edition: Edition, county: str | None = None) -> list[tuple[str, str]]:
    """What a reader must know of a set of files: label and text, in the order of reading."""
    rows = [(_("Title"), title_of(edition, county))]
    if edition.synthetic:
        rows.append((_("Mark"), synthetic_sentence()))
    rows += [
        (_("Area"), area_of(edition, county)),
        (_("Month"), edition.month),
        (_("Edition"), str(edition.number)),
    ]
    rows += [
        (_("Correction, edition {number}").format(number=number), plain(note))
        for number, note in sorted(edition.notes.items())
        if note
    ]
    if edition.facts.get("updated"):
        rows.append((_("Counts updated"), str(edition.facts["updated"])))
    rows.append(
        (
            _("Figures of persons"),
            _(
                "A figure of persons is three columns: _low and _high, which are equal where the number is known, and _sign, which says why there is no number."
            ),
        )
    )
    rows += [(_("The sign {sign}").format(sign=sign), sign_text(sign)) for sign in SIGNS]
    rows += [
        (
            _("Coordinates"),
            _(
                "x_m and y_m are SWEREF 99 TM (EPSG:3006), in metres; longitude and latitude are WGS 84 (EPSG:4326), in degrees. GeoJSON files are in EPSG:4326, the GeoPackage in EPSG:3006."
            ),
        ),
        (_("Licence"), f"{LICENCE_NAME}, {LICENCE}"),
    ]
    rows += [(_("Source"), line) for line in source_lines(edition)]
    return rows


def first_of(found: Sequence[_Row], few: int, most: int) -> list[_Row]:
    """The first few of a sorted list, without cutting between equals: a tie is never settled by a name or a code.

    Args:
        found: Tuples whose first element is what they are sorted by.
        few: How many are wanted.
        most: How many may come when those equal to the last one come along; else they all stay out.
    """
    if len(found) <= few:
        return list(found)
    last = found[few - 1][0]
    end = max(number for number, one in enumerate(found) if one[0] == last) + 1
    start = next(number for number, one in enumerate(found) if one[0] == last)
    return list(found[: end if end <= most else start])


def definitions() -> pd.DataFrame:
    """What each column of each table means, in the language in force.

    Returns:
        table, title (of the table), column, unit, kind and meaning, in the order of the tables; all text.
    """
    kinds = {"text": _("text"), "int": _("whole number"), "float": _("number"), "bool": _("true or false")}
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "title": _(table.title),
                "column": column.name,
                "unit": column.unit,
                "kind": kinds[column.kind.removesuffix("?")],
                "meaning": _(column.meaning),
            }
            for table in PUBLIC_TABLES.values()
            for column in table.columns
        ]
    )
