"""What a reader understands of a file, without a workspace: recognised, read, told and given back as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.inspect_optional import inspect_optional
from geomatch.inspect_timetable import inspect_timetable
from geomatch.inspection import Inspection, Told, span
from geomatch.recognise import KIND_NAMES, Recognised, recognise
from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.cells import clock
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.enrolment import Enrolment, read_enrolment
from geomatch.sources.other_activities import read_other_activities
from geomatch.sources.places import read_localities
from geomatch.tables import records
from geomatch.words import N_, ngettext
from geomatch.words import gettext as _

__all__ = ["Inspection", "inspect_files", "table_name"]

_SESSION_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What a column is read as, in words.
_MEANINGS: Mapping[str, str] = {
    "county": N_("county"),
    "municipality": N_("municipality"),
    "accommodation": N_("kind of accommodation"),
    "target_group": N_("group"),
    "sex": N_("sex"),
    "age_group": N_("age"),
    "case_status": N_("case status"),
    "agency": N_("in agency accommodation"),
    "own": N_("in own accommodation"),
    "municipal": N_("in municipal accommodation"),
    "other": N_("in other accommodation"),
    "asylum_seeker": N_("asylum seekers"),
    "temporary_protection": N_("under temporary protection"),
    "permit_awaiting_settlement": N_("with a permit, awaiting settlement"),
    "women": N_("women"),
    "men": N_("men"),
    "all": N_("all persons"),
}


def inspect_files(
    paths: Sequence[Path],
    kind: str | None = None,
    *,
    series: Literal["any"] | None = None,
    month: str | None = None,
) -> Inspection:
    """Read files with the reader of their kind and tell what it understood.

    Args:
        paths: One file, or the feeds of a timetable.
        kind: One of `KINDS`; None: recognised by what the files hold.
        series: `any` takes a sister series of Migrationsverket's for what it is, too.
        month: YYYY-MM; of a timetable, count only the weeks that this month would be judged by (METHOD 4).

    Raises:
        InputError: With every problem of the files; several files that are no timetable; a kind that is not
            recognised.
    """
    recognised = [recognise(path) for path in paths] if kind is None else []
    kinds = list(dict.fromkeys(one.kind for one in recognised)) if kind is None else [kind]
    if kinds != ["timetable"]:
        _check_alone(paths, month)
    kind = kinds[0]
    told = Told()
    told.facts |= {"kind": kind, "files": [path.name for path in paths]}
    names = ", ".join(path.name for path in paths)
    named = _(KIND_NAMES[kind])
    told.lines.append(f"{names}: {named} ({kind})")
    if kind == "timetable":
        return inspect_timetable(paths, told, month)
    where = recognised[0] if recognised else recognise(paths[0], kind)
    if kind == "enrolment":
        return _enrolment(paths[0], told, series)
    if kind in {"activities", "other_activities"}:
        return _activities(paths[0], told, where)
    if kind == "corridors":
        return _corridors(paths[0], told, where)
    if kind == "localities":
        return _localities(paths[0], told)
    return inspect_optional(kind, paths[0], told, where)


def _check_alone(paths: Sequence[Path], month: str | None) -> None:
    if len(paths) > 1:
        raise InputError(
            Problem(
                _("only the feeds of a timetable are read together"),
                _("one file"),
                _("Inspect one file at a time"),
                file=", ".join(path.name for path in paths),
            )
        )
    if month is not None:
        raise InputError(
            Problem(_("--month is for timetables"), remedy=_("Leave it out"), file=paths[0].name)
        )


def _said_place(told: Told, sheet: str, row: int | None) -> None:
    """Sheet and header row."""
    told.facts |= {"sheet": sheet, "header_row": row}
    if sheet:
        told.say(_("Sheet"), sheet)
    if row:
        told.say(_("Headings"), _("row {row}").format(row=row))


def _enrolment(path: Path, told: Told, series: Literal["any"] | None) -> Inspection:
    found: Enrolment = read_enrolment(path, series=series) if series else read_enrolment(path)
    table = found.table
    _said_place(told, found.sheet, found.header_row or None)
    if found.title:
        told.say(_("Title"), found.title)
    told.say(
        _("Template"),
        {
            "modern": _("Migrationsverket, since 2021"),
            "legacy": _("Migrationsverket, 2015–2020"),
            "table": _("a table with the columns of METHOD 1"),
        }[found.template],
    )
    if found.series != "enrolled":
        told.lines.append("  " + _("This is another series than persons enrolled: a month cannot use it."))
    for letter, heading, meaning in found.columns:
        told.lines.append(
            "    "
            + _("{letter} “{heading}”: {meaning}").format(
                letter=letter, heading=heading, meaning=_meaning(meaning)
            )
        )
    told.say(
        _("Period"),
        span(found.months[0], found.months[-1])
        + ngettext(" ({count} month)", " ({count} months)", len(found.months)).format(
            count=len(found.months)
        ),
    )
    if found.updated:
        told.say(_("Updated by the agency"), found.updated)
    known = table[~table["municipality_code"].isin(["all", "unknown"])]
    names = {
        "counties": int(table.loc[~table["county_code"].isin(["all", "unknown"]), "county_code"].nunique()),
        "municipalities": int(known["municipality_code"].nunique()),
    }
    told.say(_("Rows"), len(table))
    told.say(_("Names matched"), _("{counties} counties, {municipalities} municipalities").format(**names))
    whole = ["municipality_code", "accommodation", "target_group", "case_status", "sex", "age_group"]
    country = table[(table["county_code"] == "all") & (table[whole] == "all").all(axis=1)]
    totals = {
        str(month): [int(low), int(high)]
        for month, low, high in zip(country["month"], country["low"], country["high"], strict=True)
    }
    for month, (low, high) in totals.items():
        persons = low if low == high else f"{low}–{high}"
        told.say(month, _("{persons} persons in the whole country").format(persons=persons))
    told.facts |= {
        "title": found.title,
        "template": found.template,
        "series": found.series,
        "columns": [list(column) for column in found.columns],
        "months": list(found.months),
        "updated": found.updated,
        "rows": len(table),
        "names": names,
        "country_totals": totals,
    }
    told.synthetic(synthetic=found.synthetic)
    told.notes(found.notes)
    return told.done(table)


def _meaning(read_as: str) -> str:
    """`accommodation=agency`, `month=2023-01`, `county` in words."""
    values = (part.rpartition("=")[2].strip() for part in read_as.split(","))
    return ", ".join(_(_MEANINGS[value]) if value in _MEANINGS else value for value in values)


def _activities(path: Path, told: Told, where: Recognised) -> Inspection:
    other = told.facts["kind"] == "other_activities"
    register = read_other_activities(path) if other else read_activities(path)
    series = register.series.reveal(Audience.INTERNAL)
    sessions = register.sessions.reveal(Audience.INTERNAL)
    hidden = int((series["visibility"] == "hidden").sum())
    _said_place(told, where.sheet, where.header_row)
    told.say(_("Activities"), series["activity_id"].nunique())
    told.say(_("Series (an activity at one place)"), len(series))
    told.say(_("Session patterns"), len(sessions))
    period = _said_period(told, series)
    codes = sorted(set(series["municipality_code"]) - {""})
    told.say(_("Names matched"), _("{municipalities} municipalities").format(municipalities=len(codes)))
    digital = int(series["digital"].sum())
    told.say(_("Digital"), digital)
    told.say(_("Hidden"), hidden)
    told.facts |= {
        "activities": int(series["activity_id"].nunique()),
        "series": len(series),
        "sessions": len(sessions),
        "municipalities": codes,
        "digital": digital,
        "hidden": hidden,
    } | period
    told.synthetic(synthetic=register.synthetic)
    told.notes(register.notes)
    words: dict[str, list[str]] = {}
    for row in records(sessions):
        day = row.date or _SESSION_DAYS[int(row.weekday)]
        words.setdefault(row.series_id, []).append(f"{day} {clock(row.start_s)}-{clock(row.end_s)}")
    table = pd.DataFrame(series.drop(columns="geometry")).assign(
        east_m=series.geometry.x, north_m=series.geometry.y,
        sessions=["; ".join(words.get(name, [])) for name in series["series_id"]],
    )  # fmt: skip
    return told.done(table, internal=True, hidden=hidden)


def _said_period(told: Told, table: pd.DataFrame) -> dict[str, object]:
    """From the first day to the last of all rows, and how many have no last day; the same as facts."""
    first, last = min(table["valid_from"], default=""), max(table["valid_to"], default="")
    open_ended = int((table["valid_to"] == "").sum())
    if first:
        without = " " + _("({count} without a last day)").format(count=open_ended) if open_ended else ""
        told.say(_("Period"), span(first, last or "…") + without)
    return {"first_day": first, "last_day": last, "open_ended": open_ended}


def _corridors(path: Path, told: Told, where: Recognised) -> Inspection:
    register = read_corridor_register(path)
    table = register.decisions
    _said_place(told, where.sheet, where.header_row)
    told.say(_("Rows"), len(table))
    names = {
        "from": int(table["from_code"].nunique()),
        "to": int(table["to_code"].nunique()),
    }
    told.say(
        _("Names matched"),
        _("{origins} municipalities of residence, {goals} of activities").format(
            origins=names["from"], goals=names["to"]
        ),
    )
    approved = table[table["decision"].isin(["approved", "correction"])]
    told.facts |= {"rows": len(table), "names": names} | _said_period(told, approved)
    told.synthetic(synthetic=register.synthetic)
    told.notes(register.notes)
    return told.done(table)


def _localities(path: Path, told: Told) -> Inspection:
    found = read_localities(path)
    frame = found.frame
    told.say(_("Rows"), len(frame))
    told.say(_("Population"), int(frame["population"].sum()))
    names = {
        "counties": int(frame["county_code"].nunique()),
        "municipalities": int(frame["municipality_code"].nunique()),
    }
    told.say(_("Names matched"), _("{counties} counties, {municipalities} municipalities").format(**names))
    told.facts |= {"rows": len(frame), "population": int(frame["population"].sum()), "names": names}
    told.notes(found.notes)
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(x=frame.geometry.x, y=frame.geometry.y)
    return told.done(table)


def table_name(inspection: Inspection, target: Path) -> Path:
    """Where the table goes: a table that is internal says so in its name."""
    if not inspection.internal or "intern" in target.stem.casefold():
        return target
    mark = _("internal")
    return target.with_name(f"{target.stem}-{mark}{target.suffix}")
