"""What a reader understands of a file, without a workspace: recognised, read, told and given back as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.notes import note_text
from geomatch.recognise import KIND_NAMES, Recognised, recognise
from geomatch.restricted import Audience
from geomatch.settings.tree import SessionSettings
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.enrolment import Enrolment, read_enrolment
from geomatch.sources.places import read_localities
from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.sources.timetable_report import (
    bad_rows,
    call_ahead_share,
    feeds_table,
    per_weekday,
    periods_in_force,
    service_per_day,
)
from geomatch.supply import month_window
from geomatch.tables import records
from geomatch.words import N_, ngettext
from geomatch.words import gettext as _

__all__ = ["Inspection", "inspect_files", "table_name"]

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_SESSION_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_SHOWN = 5
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


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was understood of one file, or of several feeds of a timetable.

    Attributes:
        kind: One of `KINDS`.
        files: Names of the files, in the order they were given.
        facts: What was understood, as plain values (for `--json`).
        lines: The same for people, in the language in force.
        table: The validated table: the counts (METHOD 1); the series of activities with east_m and north_m
            (EPSG:3006) and their sessions in words; corridors; localities with x and y (EPSG:3006); for a timetable
            its service per day.
        internal: The table holds what may not leave the board.
        hidden: How many of its activities are hidden.
    """

    kind: str
    files: tuple[str, ...]
    facts: Mapping[str, Any]
    lines: tuple[str, ...]
    table: pd.DataFrame
    internal: bool = False
    hidden: int = 0


@dataclass(slots=True)
class _Told:
    """Facts as they are gathered, in both forms."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def say(self, name: str, value: object) -> None:
        self.lines.append(f"  {name}: {value}")

    def notes(self, notes: Mapping[str, int]) -> None:
        kept = {name: int(count) for name, count in sorted(notes.items()) if count}
        self.facts["notes"] = kept
        if kept:
            self.lines.append("  " + _("Assumed or met on the way:"))
            self.lines += [f"    {note_text(name, count)}" for name, count in kept.items()]


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
    told = _Told()
    told.facts |= {"kind": kind, "files": [path.name for path in paths]}
    names = ", ".join(path.name for path in paths)
    named = _(KIND_NAMES[kind])
    told.lines.append(f"{names}: {named} ({kind})")
    if kind == "timetable":
        return _timetable(paths, told, month)
    where = recognised[0] if recognised else recognise(paths[0], kind)
    if kind == "enrolment":
        return _enrolment(paths[0], told, series)
    if kind == "activities":
        return _activities(paths[0], told, where)
    if kind == "corridors":
        return _corridors(paths[0], told, where)
    return _localities(paths[0], told)


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


def _done(told: _Told, table: pd.DataFrame, *, internal: bool = False, hidden: int = 0) -> Inspection:
    return Inspection(
        told.facts["kind"],
        tuple(told.facts["files"]),
        told.facts,
        tuple(told.lines),
        table,
        internal=internal,
        hidden=hidden,
    )


def _said_synthetic(told: _Told, *, synthetic: bool) -> None:
    told.facts["synthetic"] = synthetic
    if synthetic:
        told.lines.append("  " + _("The file says that its figures are made up."))


def _said_place(told: _Told, sheet: str, row: int | None) -> None:
    """Sheet and header row."""
    told.facts |= {"sheet": sheet, "header_row": row}
    if sheet:
        told.say(_("Sheet"), sheet)
    if row:
        told.say(_("Headings"), _("row {row}").format(row=row))


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _enrolment(path: Path, told: _Told, series: Literal["any"] | None) -> Inspection:
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
        _span(found.months[0], found.months[-1])
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
    _said_synthetic(told, synthetic=found.synthetic)
    told.notes(found.notes)
    return _done(told, table)


def _meaning(read_as: str) -> str:
    """`accommodation=agency`, `month=2023-01`, `county` in words."""
    values = (part.rpartition("=")[2].strip() for part in read_as.split(","))
    return ", ".join(_(_MEANINGS[value]) if value in _MEANINGS else value for value in values)


def _activities(path: Path, told: _Told, where: Recognised) -> Inspection:
    register = read_activities(path)
    series = register.series.reveal(Audience.INTERNAL)
    sessions = register.sessions.reveal(Audience.INTERNAL)
    hidden = int((series["visibility"] == "hidden").sum())
    _said_place(told, where.sheet, where.header_row)
    told.say(_("Activities"), series["activity_id"].nunique())
    told.say(_("Series (an activity at one place)"), len(series))
    told.say(_("Session patterns"), len(sessions))
    first, last = min(series["valid_from"]), max(series["valid_to"])
    open_ended = int((series["valid_to"] == "").sum())
    told.say(
        _("Period"),
        _span(first, last or "…")
        + (" " + _("({count} without a last day)").format(count=open_ended) if open_ended else ""),
    )
    codes = sorted(set(series["municipality_code"]) - {""})
    told.say(_("Names matched"), _("{municipalities} municipalities").format(municipalities=len(codes)))
    digital = int(series["digital"].sum())
    told.say(_("Digital"), digital)
    told.say(_("Hidden"), hidden)
    told.facts |= {
        "activities": int(series["activity_id"].nunique()),
        "series": len(series),
        "sessions": len(sessions),
        "first_day": first,
        "last_day": last,
        "open_ended": open_ended,
        "municipalities": codes,
        "digital": digital,
        "hidden": hidden,
    }
    _said_synthetic(told, synthetic=register.synthetic)
    told.notes(register.notes)
    words: dict[str, list[str]] = {}
    for row in records(sessions):
        day = row.date or _SESSION_DAYS[int(row.weekday)]
        words.setdefault(row.series_id, []).append(f"{day} {_clock(row.start_s)}-{_clock(row.end_s)}")
    table = pd.DataFrame(series.drop(columns="geometry")).assign(
        east_m=series.geometry.x, north_m=series.geometry.y,
        sessions=["; ".join(words.get(name, [])) for name in series["series_id"]],
    )  # fmt: skip
    return _done(told, table, internal=True, hidden=hidden)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _corridors(path: Path, told: _Told, where: Recognised) -> Inspection:
    register = read_corridor_register(path)
    table = register.table
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
    if len(table):
        told.say(_("Period"), _span(min(table["valid_from"]), max(table["valid_to"]) or "…"))
    told.facts |= {"rows": len(table), "names": names}
    _said_synthetic(told, synthetic=register.synthetic)
    told.notes(register.notes)
    return _done(told, table)


def _localities(path: Path, told: _Told) -> Inspection:
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
    return _done(told, table)


# ------------------------------------------------------------------------------------------------------- timetables


def _read_feeds(paths: Sequence[Path]) -> Timetable:
    """All feeds as one timetable; where any is wrong, the problems of all."""
    try:
        return read_timetable(paths)
    except InputError as error:
        problems: list[Problem] = []
        for path in paths if len(paths) > 1 else []:
            try:
                read_timetable([path])
            except InputError as one:
                problems += one.problems
        if problems:
            raise InputError(problems) from error
        raise


def _timetable(paths: Sequence[Path], told: _Told, month: str | None) -> Inspection:
    timetable = _read_feeds(paths)
    feeds, periods, bad = feeds_table(timetable), periods_in_force(timetable), bad_rows(timetable)
    for feed in timetable.feeds:
        told.lines.append(f"  {feed.file}")
        for name, value in (
            (_("Operator"), feed.operator),
            (_("Days with service"), _span(feed.first_day.isoformat(), feed.last_day.isoformat())),
            (_("Stops"), feed.stops),
            (_("Trips"), feed.trips),
            (_("Stop times"), feed.stop_times),
        ):
            told.lines.append(f"    {name}: {value}")
        told.lines += [f"    {note_text(kind, count)}" for kind, count in sorted(feed.bad_rows.items())]
    share = call_ahead_share(timetable)
    told.say(
        _("Trips that must be booked ahead"),
        _("{count} of {trips} ({share} %)").format(
            count=int(feeds["call_ahead_trips"].sum()),
            trips=int(feeds["trips"].sum()),
            share=_percent(share),
        ),
    )
    if len(feeds) > 1:
        told.lines.append("  " + _("Joined by date:"))
        told.lines += [
            f"    {_span(row.first_day, row.last_day)}: {row.file} ({row.operator})"
            for row in records(periods)
        ]
    first = last = None
    if month is not None:
        if not _MONTH.fullmatch(month):
            raise InputError(
                Problem(
                    _("found “{value}”").format(value=month),
                    _("a month, YYYY-MM"),
                    _("Write for example 2023-02"),
                )
            )
        validity = ", ".join(f"{f.file}: {f.first_day} – {f.last_day}" for f in timetable.feeds)
        window = month_window(month, timetable.covers, SessionSettings(), validity)
        first, last = window.first_day, window.last_day
        told.say(_("Weeks of {month}").format(month=month), _span(first.isoformat(), last.isoformat()))
    service = service_per_day(timetable, first, last)
    covered = service[service["covered"]]
    _say_service(told, service, covered)
    told.facts |= {
        "feeds": feeds.to_dict("records"),
        "bad_rows": bad.to_dict("records"),
        "periods": periods.to_dict("records"),
        "call_ahead_share": round(share, 6),
        "month": month,
        "service": {
            "first_day": service["date"].iloc[0],
            "last_day": service["date"].iloc[-1],
            "uncovered_days": int((~service["covered"]).sum()),
            "per_weekday": per_weekday(covered).to_dict("records"),
            "least": _extreme(covered, "min"),
            "most": _extreme(covered, "max"),
        },
    }
    _said_synthetic(told, synthetic=bool(feeds["synthetic"].any()))
    return _done(told, service)


def _percent(share: float) -> str:
    """A share as per cent with one decimal, written as the language in force does."""
    return f"{100 * share:.1f}".replace(".", _("."))


def _extreme(days: pd.DataFrame, which: Literal["min", "max"]) -> dict[str, Any]:
    trips = int(getattr(days["trips"], which)()) if len(days) else 0
    return {"trips": trips, "dates": days.loc[days["trips"] == trips, "date"].tolist()}


def _say_service(told: _Told, service: pd.DataFrame, covered: pd.DataFrame) -> None:
    """Trips per weekday, the days with least and most, and the days without any feed."""
    told.say(_("Trips per day"), _span(service["date"].iloc[0], service["date"].iloc[-1]))
    rows = [[_("weekday"), _("days"), _("least"), _("median"), _("most")]]
    for row in records(per_weekday(covered)):
        numbers = (row.days, row.least_trips, row.median_trips, row.most_trips)
        rows.append([_(_WEEKDAYS[row.weekday]), *map(str, numbers)])
    wide = max(len(row[0]) for row in rows)
    told.lines += ["    " + row[0].ljust(wide) + "".join(cell.rjust(8) for cell in row[1:]) for row in rows]
    for text, extreme in (
        (_("Fewest trips"), _extreme(covered, "min")),
        (_("Most trips"), _extreme(covered, "max")),
    ):
        dates = extreme["dates"]
        more = len(dates) - _DAYS_SHOWN
        shown = ", ".join(dates[:_DAYS_SHOWN]) + (
            " " + _("and {count} more").format(count=more) if more > 0 else ""
        )
        told.say(text, f"{extreme['trips']} ({shown})")
    without = int((~service["covered"]).sum())
    if without:
        told.lines.append(
            "  " + _("{count} days are covered by no feed of some operator.").format(count=without)
        )


# ------------------------------------------------------------------------------------------------------------ tables


def table_name(inspection: Inspection, target: Path) -> Path:
    """Where the table goes: a table that is internal says so in its name."""
    if not inspection.internal or "intern" in target.stem.casefold():
        return target
    mark = _("internal")
    return target.with_name(f"{target.stem}-{mark}{target.suffix}")
