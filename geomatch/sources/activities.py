"""The county boards' register of activities: what is offered, where, when and for whom (METHOD 3)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geomatch.errors import InputError, Problem
from geomatch.restricted import Restricted
from geomatch.sources.activity_agreement import Entry, Pattern, check_agreement
from geomatch.sources.activity_places import municipality_code, place_rows, stated_point
from geomatch.sources.activity_words import ACTIVITY_HEADINGS, ACTIVITY_WORDS, HEADINGS, REQUIRED
from geomatch.sources.cells import clock
from geomatch.sources.regions import CRS
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Cell, Row, is_example, is_synthetic, iso_day, label, split
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["SERIES_COLUMNS", "SESSION_COLUMNS", "ActivityRegister", "read_activities"]

_GRANT = re.compile(r"(?:s|§|stycke)?\s*37\s*(?:§)?\s*(a)?\s*(?:§)?", re.IGNORECASE)
SERIES_COLUMNS = (
    "series_id",
    "activity_id",
    "name",
    "organiser",
    "organiser_type",
    "grant_scheme",
    "primary_purpose",
    "secondary_purposes",
    "target_groups",
    "sex",
    "places",
    "valid_from",
    "valid_to",
    "digital",
    "childcare",
    "language_support",
    "parallel_group",
    "visibility",
    "status",
    "municipality_code",
    "address",
    "contact",
    "geometry",
)
SESSION_COLUMNS = ("series_id", "weekday", "date", "start_s", "end_s")


@dataclass(frozen=True, slots=True)
class ActivityRegister:
    """The activities of one file. Places, addresses and contacts are restricted until `disclosure` has chosen.

    Attributes:
        series: One row per activity and place, by series_id: the columns of `SERIES_COLUMNS`. series_id is the
            activity_id, with `#1`, `#2` … after it (from west to east) where the activity has several places. places
            (int64) per session; valid_from and valid_to are ISO dates, valid_to '' while open; target_groups are
            identifiers in alphabetical order with `;` between, or `all`; geometry (EPSG:3006) is None where digital.
        sessions: One row per session pattern: series_id, weekday (Int64, 0 is Monday; missing for a set date), date
            (ISO, '' for a weekday), start_s and end_s (int64, seconds after local midnight). A series without rows
            here has no stated sessions.
        synthetic: Whether the file says that it is made up.
        notes: How often something was assumed or met, counted in rows of the file: visibility_assumed
            (`municipality`), status_assumed (`ongoing`), sex_assumed and target_groups_assumed (`all`),
            yes_no_assumed (cells taken as no), grant_scheme_blank, grant_scheme_other, newcomer (groups that are not
            among the enrolled), municipality_from_coordinates, near_other_municipality (by less than 2 km),
            outside_borders, point_of_municipality (no coordinates), coordinates_in_other_system (degrees under a
            heading for metres, or the reverse), digital_with_coordinates, without_sessions, ignored_columns,
            example_rows (the template's, left out), read_as_windows_1252, read_as_utf_16.
        rows: For each series_id the rows of the file that it stands on; empty for a register merged of several files.
    """

    series: Restricted[gpd.GeoDataFrame]
    sessions: Restricted[pd.DataFrame]
    synthetic: bool
    notes: dict[str, int]
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def read_activities(path: str | Path) -> ActivityRegister:
    """Read a register of activities from a workbook, csv file or GeoPackage (`docs/inputs.md` has its columns).

    One row is one session pattern. Rows with the same activity_id and the same place belong to one series and must
    agree in all else (`check_agreement`). In a GeoPackage the geometry is the place.

    Raises:
        InputError: With every problem found, each with its row and heading.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    register = open_register(path, HEADINGS, REQUIRED, ACTIVITY_HEADINGS, notes)
    rows = [Row(register, number, cells, problems) for number, cells in register.rows]
    rows = [row for row in rows if not is_example(row, "activity_id")]
    notes["example_rows"] = len(register.rows) - len(rows)
    if not rows:
        problems.append(
            Problem(
                _("there is only the example row")
                if register.rows
                else _("there are no rows below the headings"),
                file=register.file,
                sheet=register.sheet,
            )
        )
    parsed = [(row, _fields(row, notes), _patterns(row)) for row in rows]
    points = [stated_point(row, notes) for row in rows]
    digital = [bool(fields["digital"]) for _row, fields, _p in parsed]
    notes["digital_with_coordinates"] += sum(
        d and p is not None for d, p in zip(digital, points, strict=True)
    )
    places = place_rows(
        rows,
        points,
        [municipality_code(row, "municipality") for row in rows],
        digital=digital,
        visibility=[str(fields["visibility"]) for _row, fields, _p in parsed],
        notes=notes,
    )
    entries = [
        Entry(row, fields | {"municipality_code": place.municipality_code}, patterns, place)
        for (row, fields, patterns), place in zip(parsed, places, strict=True)
    ]
    wrong = {problem.row for problem in problems}
    check_agreement([entry for entry in entries if entry.row.number not in wrong])
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    series, sessions, numbers = _tables(entries, register.file)
    notes["without_sessions"] = len(set(series["series_id"]) - set(sessions["series_id"]))
    return ActivityRegister(
        Restricted(series),
        Restricted(sessions),
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        numbers,
    )


def _fields(row: Row, notes: Counter[str]) -> dict[str, Any]:
    """Everything but place and sessions."""
    fields: dict[str, Any] = {
        name: row.needed(name) for name in ("activity_id", "name", "organiser", "primary_purpose")
    }
    fields |= {name: row.text(name) for name in ("organiser_type", "address", "contact")}
    if "#" in fields["activity_id"]:
        row.wrong("activity_id", _("“#” in an id is kept for activities with several places"))
    fields["grant_scheme"] = _grant_scheme(row.text("grant_scheme"), notes)
    fields["secondary_purposes"] = ";".join(split(row.text("secondary_purposes"), ";"))
    groups = set(row.choices("target_groups", ACTIVITY_WORDS["target_groups"]))
    fields["target_groups"] = "all" if "all" in groups or not groups else ";".join(sorted(groups))
    notes["newcomer"] += "newcomer" in groups
    fields["sex"] = row.choice("sex", ACTIVITY_WORDS["sex"], "all")
    fields["visibility"] = row.choice("visibility", ACTIVITY_WORDS["visibility"], "municipality")
    fields["status"] = row.choice("status", ACTIVITY_WORDS["status"], "ongoing")
    for name in ("target_groups", "sex", "visibility", "status"):
        notes[f"{name}_assumed"] += not row.text(name)
    for name in ("digital", "childcare", "language_support", "parallel_group"):
        fields[name] = row.choice(name, ACTIVITY_WORDS[name], "no") == "yes"
        notes["yes_no_assumed"] += not row.text(name)
    fields["places"] = _places(row)
    fields["valid_from"], fields["valid_to"] = row.date("valid_from", blank=False), row.date("valid_to")
    if fields["valid_to"] and fields["valid_to"] < fields["valid_from"]:
        row.wrong(
            "valid_to",
            _("the last day {last} is before the first day {first}").format(
                last=fields["valid_to"], first=fields["valid_from"]
            ),
        )
    return fields


def _grant_scheme(text: str, notes: Counter[str]) -> str:
    """`TIA`, `S37`, `S37A`, or the text as it stands (noted)."""
    if text.casefold() == "tia":
        return "TIA"
    match = _GRANT.fullmatch(text)
    if match:
        return "S37A" if match[1] else "S37"
    notes["grant_scheme_other" if text else "grant_scheme_blank"] += 1
    return text


def _places(row: Row) -> int:
    text = row.text("places")
    if re.fullmatch(r"[0-9]{1,9}|[0-9]{1,3}( [0-9]{3}){1,2}", text) and not isinstance(
        row.cell("places"), bool
    ):
        return int(text.replace(" ", ""))
    row.wrong(
        "places",
        _("“{value}” is not a number of places").format(value=text) if text else _("the cell is empty"),
        _("a whole number from 0, in digits"),
    )
    return 0


def _seconds(row: Row, column: str) -> int | None:
    """A time of day as seconds after midnight, None where it is blank or wrong (a problem)."""
    cell: Cell = row.cell(column)
    if isinstance(cell, dt.datetime) and cell.year < 1901:
        # Excel's day 0 or 1 with a time of day, as some programs write a time.
        cell = cell.time()
    if isinstance(cell, dt.time):
        cell = dt.timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
    if isinstance(cell, dt.timedelta) and 0 <= cell.total_seconds() < 24 * 3600:
        # Times that Excel has computed miss the second by a hair.
        return round(cell.total_seconds())
    text = label(cell)
    if isinstance(cell, float) and 0 <= cell < 1:
        row.wrong(
            column,
            _("“{value}” is a number, not a time of day").format(value=text),
            _("a time as HH:MM"),
            _("Format the cell as a time; Excel then shows {time}, if that is the time meant").format(
                time=clock(round(cell * 24 * 3600))
            ),
        )
        return None
    match = (
        re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?:[:.]([0-5][0-9]))?", text)
        if isinstance(cell, str)
        else None
    )
    if match:
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    if text:
        row.wrong(column, _("“{value}” is not a time of day").format(value=text), _("a time as HH:MM"))
    return None


def _patterns(row: Row) -> list[Pattern]:
    """The session patterns of a row: one for each weekday and each set date."""
    cell = row.cell("dates")
    days: dict[str, None] = {}
    for part in [cell] if isinstance(cell, dt.date) else split(row.text("dates")):
        day = iso_day(part)
        if not day:
            row.wrong(
                "dates", _("“{value}” is not a date").format(value=label(part)), _("a date as YYYY-MM-DD")
            )
        elif day in days:
            row.wrong("dates", _("{value} stands twice").format(value=day))
        elif not iso_day(row.cell("valid_from")) <= day <= (iso_day(row.cell("valid_to")) or day):
            row.wrong("dates", _("{value} is outside the period of the activity").format(value=day))
        days[day] = None
    weekdays = [int(number) for number in row.choices("weekdays", ACTIVITY_WORDS["weekdays"])]
    if len(set(weekdays)) < len(weekdays):
        row.wrong("weekdays", _("a weekday stands twice"))
    start, end = _seconds(row, "start"), _seconds(row, "end")
    stated = bool(row.text("weekdays") or row.text("dates"))
    if not stated:
        for name in ("start", "end"):
            if row.text(name):
                row.wrong(
                    name, _("a time without weekdays or dates"), remedy=_("Give the weekdays or the dates")
                )
        return []
    for name in ("start", "end"):
        if not row.text(name):
            row.wrong(name, _("weekdays or dates without a time"), _("a time as HH:MM"))
    if start is None or end is None:
        return []
    if end <= start:
        row.wrong(
            "end",
            _("the session ends at {end}, not after it starts at {start}").format(
                start=clock(start), end=clock(end)
            ),
        )
    patterns: list[Pattern] = [(number, "", start, end) for number in sorted(set(weekdays))]
    return patterns + [(None, day, start, end) for day in sorted(days)]


def _tables(
    entries: list[Entry], file: str
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, tuple[int, ...]]]:
    """The series, the sessions, and the rows that each series stands on. Raises InputError where a schema is broken."""
    wheres: defaultdict[str, set[tuple[bool, float, float, str]]] = defaultdict(set)
    for entry in entries:
        wheres[entry.fields["activity_id"]].add(entry.where)
    series: dict[str, dict[str, Any]] = {}
    points: dict[str, shapely.Point | None] = {}
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    sessions = []
    for entry in entries:
        activity = entry.fields["activity_id"]
        order = sorted(wheres[activity])
        name = f"{activity}#{order.index(entry.where) + 1}" if len(order) > 1 else activity
        series.setdefault(name, {"series_id": name} | entry.fields)
        numbers[name].append(entry.row.number)
        x_m, y_m = entry.place.x_m, entry.place.y_m
        if entry.fields["digital"] or x_m is None or y_m is None:
            points[name] = None
        else:
            points.setdefault(name, shapely.Point(x_m, y_m))
        sessions += [(name, *pattern) for pattern in entry.patterns]
    names = sorted(series)
    table = pd.DataFrame([series[name] for name in names], columns=list(SERIES_COLUMNS[:-1]))
    table = table.astype({"places": "int64"})
    times = pd.DataFrame(
        sorted(sessions, key=lambda row: (row[0], 7 if row[1] is None else row[1], *row[2:])),
        columns=list(SESSION_COLUMNS),
    ).astype({"series_id": table["series_id"].dtype, "date": table["series_id"].dtype, "weekday": "Int64"})
    times = times.astype({"start_s": "int64", "end_s": "int64"})
    series_schema, session_schema = _schemas()
    check_table(table, series_schema, file)
    check_table(times, session_schema, file)
    geometry = gpd.GeoSeries([points[name] for name in names], crs=CRS)
    return (
        gpd.GeoDataFrame(table, geometry=geometry, crs=CRS)[list(SERIES_COLUMNS)],
        times,
        {name: tuple(numbers[name]) for name in names},
    )


def _schemas() -> tuple[pa.DataFrameSchema, pa.DataFrameSchema]:
    """What the two tables keep: a second look, after the checks that name rows."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    columns = {name: pa.Column(str) for name in SERIES_COLUMNS[:-1]}
    columns["series_id"] = pa.Column(str, unique=True)
    columns["places"] = pa.Column("int64", pa.Check.ge(0))
    columns |= {
        name: pa.Column(bool) for name in ("digital", "childcare", "language_support", "parallel_group")
    }
    columns["visibility"] = pa.Column(str, pa.Check.isin(["exact", "municipality", "hidden"]))
    columns["status"] = pa.Column(str, pa.Check.isin(["ongoing", "planned", "ended"]))
    columns["sex"] = pa.Column(str, pa.Check.isin(["all", "women", "men"]))
    day_s = 24 * 3600
    sessions = {
        "series_id": pa.Column(str),
        "weekday": pa.Column("Int64", pa.Check.in_range(0, 6), nullable=True),
        "date": pa.Column(str),
        "start_s": pa.Column("int64", pa.Check.in_range(0, day_s)),
        "end_s": pa.Column("int64", pa.Check.in_range(0, day_s)),
    }
    later = pa.Check(lambda table: table["start_s"] < table["end_s"])
    return (
        pa.DataFrameSchema(columns, strict=True, ordered=True),
        pa.DataFrameSchema(sessions, checks=later, strict=True, ordered=True),
    )
