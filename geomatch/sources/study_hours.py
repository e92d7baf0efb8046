"""Folkbildningsrådet's hours of Swedish per municipality: shown beside the supply, not part of who gets a place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.population import MUNICIPALITY_HEADINGS, stated_municipality, whole_number
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_synthetic
from geomatch.tables import records
from geomatch.words import gettext as _

__all__ = [
    "COURSES",
    "STUDY_COLUMNS",
    "STUDY_HEADINGS",
    "StudyHours",
    "hours_in",
    "merge_study_hours",
    "read_study_hours",
]

STUDY_COLUMNS = ("municipality_code", "course", "first_month", "last_month", "hours", "participants")
# Names of the two courses, which are Swedish in any language.
COURSES = {"from_day_one": "Svenska från dag 1", "everyday_swedish": "Vardagssvenska"}
_WORDS = {name.casefold(): course for course, name in COURSES.items()}
_WORDS |= {"svenska från dag ett": "from_day_one", "sfd1": "from_day_one"}
_WORDS |= {course: course for course in COURSES}
_NAMES = MUNICIPALITY_HEADINGS | {
    "period": ("Period", "rapportperiod"),
    "course": ("Kurs", "course", "insats", "verksamhet"),
    "hours": ("Studietimmar", "timmar", "hours"),
    "participants": ("Deltagare", "antal deltagare", "participants"),
}
STUDY_HEADINGS = {identifier: names[0] for identifier, names in _NAMES.items()}
_HEADINGS = {name.casefold(): identifier for identifier, names in _NAMES.items() for name in names}
_MONTH = "((?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2]))"
_MONTHS = re.compile(rf"{_MONTH}(?:\s*(?:[-–/]|till)\s*{_MONTH})?")
_YEAR = "((?:19|20)[0-9]{2})"
_HALF = re.compile(rf"(?:{_YEAR}[ -]?)?(h1|h2|vt|ht)(?: ?{_YEAR})?")
_FIRST_HALF = ("h1", "vt")
# More than the whole country's reports of a year.
_MOST_HOURS = 1e8
_MOST_PARTICIPANTS = 10_000_000
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]+)?|[0-9]{1,3}( [0-9]{3}){1,2}([.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class StudyHours:
    """The reports of one file.

    Attributes:
        table: One row per municipality, course and period, in that order: municipality_code (text of 4 digits), course
            (`from_day_one`, `everyday_swedish`), first_month, last_month (YYYY-MM, both included), hours (float64,
            study hours), participants (int64, persons). No two periods of one municipality and course overlap.
        synthetic: Whether the file says that it is made up.
        notes: ignored_columns, read_as_windows_1252, read_as_utf_16.
        rows: For each row of `table` its row in the file.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[int, ...] = ()


def read_study_hours(path: str | Path) -> StudyHours:
    """Read a workbook or csv file with municipality, period, course, hours and participants (docs/inputs.md).

    Raises:
        InputError: What `open_register` raises; with every problem found: no or an unknown municipality, a period or
            a course that is not understood, hours or participants that are no numbers from 0, periods of one
            municipality and course that overlap.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    needs = (("municipality", "municipality_code"), "period", "course", "hours", "participants")
    register = open_register(path, _HEADINGS, needs, STUDY_HEADINGS, notes)
    periods: defaultdict[tuple[str, str], list[tuple[str, str, Row]]] = defaultdict(list)
    found = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        before = len(problems)
        code = stated_municipality(row)
        period = _period(row)
        course = row.choice("course", _WORDS, "") if row.needed("course") else ""
        hours = _hours(row)
        persons = whole_number(row, "participants", _MOST_PARTICIPANTS)
        if len(problems) > before or period is None or hours is None or persons is None:
            continue
        periods[code, course].append((*period, row))
        found.append((code, course, *period, hours, persons, number))
    for group in periods.values():
        _check_overlaps(group)
    if not register.rows:
        problems.append(
            Problem(_("there are no rows below the headings"), file=register.file, sheet=register.sheet)
        )
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    found.sort()
    table = pd.DataFrame([one[:-1] for one in found], columns=list(STUDY_COLUMNS)).astype(
        {"hours": "float64", "participants": "int64"}
    )
    _check(table, register.file)
    return StudyHours(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        tuple(one[-1] for one in found),
    )


def _period(row: Row) -> tuple[str, str] | None:
    """First and last month of the period; None with a problem."""
    text = row.text("period").casefold()
    if re.fullmatch(_YEAR, text):
        return f"{text}-01", f"{text}-12"
    months = _MONTHS.fullmatch(text)
    if months and months[1] <= (months[2] or months[1]):
        return months[1], months[2] or months[1]
    half = _HALF.fullmatch(text)
    if half and (half[1] is None) != (half[3] is None):
        year = half[1] or half[3]
        return (f"{year}-01", f"{year}-06") if half[2] in _FIRST_HALF else (f"{year}-07", f"{year}-12")
    row.wrong(
        "period",
        _("“{value}” is not a period").format(value=row.text("period")) if text else _("the cell is empty"),
        _("a year, a half-year or months, such as {examples}").format(
            examples="2023, 2023 H1, VT 2023, 2023-01–2023-06"
        ),
    )
    return None


def _hours(row: Row) -> float | None:
    """Hours, with decimals or without; None with a problem."""
    text = row.text("hours")
    if _NUMBER.fullmatch(text) and not isinstance(row.cell("hours"), bool):
        hours = float(text.replace(" ", "").replace(",", "."))
        if hours <= _MOST_HOURS:
            return hours
    row.wrong(
        "hours",
        _("“{value}” is not a number of hours").format(value=text) if text else _("the cell is empty"),
        _("a number from 0, in digits"),
    )
    return None


def _check_overlaps(group: Sequence[tuple[str, str, Row]]) -> None:
    """Note each period that begins before an earlier one has ended: its hours would count twice."""
    last, holder = "", None
    for first, end, row in sorted(group, key=lambda period: (period[0], period[1], period[2].number)):
        if holder is not None and first <= last:
            row.wrong(
                "period",
                _("the period overlaps that of row {row} for the same municipality and course").format(
                    row=holder.number
                ),
                remedy=_("Keep one of them, so that no hour counts twice"),
            )
        if end > last:
            last, holder = end, row


def merge_study_hours(files: Sequence[tuple[str, StudyHours]]) -> pd.DataFrame:
    """The rows of several files, in the order of `StudyHours.table`; the order of the files does not matter.

    Raises:
        InputError: Periods of one municipality and course in two files that overlap.
    """
    held: defaultdict[tuple[str, str], list[tuple[str, str, str, int]]] = defaultdict(list)
    for file, reports in sorted(files, key=lambda pair: pair[0]):
        for row, number in zip(records(reports.table), reports.rows, strict=True):
            held[row.municipality_code, row.course].append((row.first_month, row.last_month, file, number))
    problems = [
        Problem(
            _("the period overlaps that of {file} for the same municipality and course").format(
                file=f"{other[2]}, {_('row {row}').format(row=other[3])}"
            ),
            "",
            _("Keep one of them, so that no hour counts twice"),
            one[2],
            "",
            one[3],
            STUDY_HEADINGS["period"],
        )
        for key in sorted(held)
        for other, one in combinations(sorted(held[key]), 2)
        # Within one file the reader has looked already.
        if other[2] != one[2] and one[0] <= other[1]
    ]
    if problems:
        raise InputError(problems)
    tables = [reports.table for _file, reports in files]
    if not tables:
        return pd.DataFrame(columns=list(STUDY_COLUMNS))
    return pd.concat(tables, ignore_index=True).sort_values(list(STUDY_COLUMNS[:4]), ignore_index=True)


def hours_in(table: pd.DataFrame, month: str) -> pd.DataFrame:
    """Of each municipality and course the report that covers `month` (YYYY-MM), else the latest that ended before it.

    Reports of later months are left out. Columns as in `StudyHours.table`.
    """
    told = table[table["first_month"] <= month].sort_values(list(STUDY_COLUMNS[:4]), kind="stable")
    return told.drop_duplicates(["municipality_code", "course"], keep="last").reset_index(drop=True)


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    month = pa.Check.str_matches("^[0-9]{4}-(0[1-9]|1[0-2])$")
    schema = pa.DataFrameSchema(
        {
            "municipality_code": pa.Column(str, pa.Check.str_matches("^[0-9]{4}$")),
            "course": pa.Column(str, pa.Check.isin(list(COURSES))),
            "first_month": pa.Column(str, month),
            "last_month": pa.Column(str, month),
            "hours": pa.Column("float64", pa.Check.in_range(0, _MOST_HOURS)),
            "participants": pa.Column("int64", pa.Check.in_range(0, _MOST_PARTICIPANTS)),
        },
        checks=pa.Check(lambda rows: rows["first_month"] <= rows["last_month"]),
        strict=True,
        ordered=True,
        unique=list(STUDY_COLUMNS[:3]),
    )
    check_table(table, schema, file)
