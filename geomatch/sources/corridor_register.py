"""The register of corridors in force: between which municipalities travel compensation may be granted, and when."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_places import municipality_code
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_example, is_synthetic
from geomatch.words import gettext as _

__all__ = ["COLUMNS", "CORRIDOR_HEADINGS", "CorridorRegister", "read_corridor_register"]

COLUMNS = ("from_code", "to_code", "valid_from", "valid_to", "reference")
CORRIDOR_HEADINGS = {
    "from": "Från",
    "to": "Till",
    "valid_from": "Gäller från",
    "valid_to": "Gäller till",
    "reference": "Referens",
}
_HEADINGS = {
    name.casefold(): column for column, swedish in CORRIDOR_HEADINGS.items() for name in (column, swedish)
}
_HEADINGS |= {"från kommun": "from", "till kommun": "to", "from_code": "from", "to_code": "to"}
_HEADINGS |= {"gäller från och med": "valid_from", "gäller till och med": "valid_to"}
_OPEN = "9999-12-31"


@dataclass(frozen=True, slots=True)
class CorridorRegister:
    """The corridors of one file.

    Attributes:
        table: One row per corridor and period, by from_code, to_code and valid_from: from_code, to_code (text of 4
            digits), valid_from, valid_to (ISO dates, both days included; valid_to '' while open), reference (text).
        synthetic: Whether the file says that it is made up.
        notes: open_ended (rows without a last day), without_reference, ignored_columns, example_rows (left out),
            read_as_windows_1252, read_as_utf_16.
        rows: For each row of `table` its row in the file; empty for a register merged of several files.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: dict[str, int]
    rows: tuple[int, ...] = ()


def read_corridor_register(path: str | Path) -> CorridorRegister:
    """Read a register of corridors from a workbook, csv file or GeoPackage. One without rows is a register.

    Raises:
        InputError: What `open_register` raises; with every problem found: unknown municipality, from = to, dates
            that are wrong or reversed, periods of one corridor that overlap.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    register = open_register(path, _HEADINGS, ("from", "to", "valid_from"), CORRIDOR_HEADINGS, notes)
    periods: defaultdict[tuple[str, str], list[tuple[str, str, Row]]] = defaultdict(list)
    records = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        if is_example(row, "reference"):
            notes["example_rows"] += 1
            continue
        before = len(problems)
        row.needed("from")
        row.needed("to")
        origin, goal = municipality_code(row, "from"), municipality_code(row, "to")
        first, last = row.date("valid_from", blank=False), row.date("valid_to")
        if origin and origin == goal:
            row.wrong("to", _("a corridor from a municipality to itself"))
        if first and last and last < first:
            text = _("the last day {last} is before the first day {first}")
            row.wrong("valid_to", text.format(last=last, first=first))
        if len(problems) > before:
            continue
        notes["open_ended"] += not last
        notes["without_reference"] += not row.text("reference")
        periods[origin, goal].append((first, last or _OPEN, row))
        records.append((origin, goal, first, last, row.text("reference"), number))
    for group in periods.values():
        _check_overlaps(group)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    records.sort()
    table = pd.DataFrame([record[:-1] for record in records], columns=list(COLUMNS), dtype=str)
    _check(table, register.file)
    return CorridorRegister(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        tuple(record[-1] for record in records),
    )


def _check_overlaps(group: list[tuple[str, str, Row]]) -> None:
    """Note each period that begins before an earlier one of the same corridor has ended."""
    last, holder = "", None
    for first, end, row in sorted(group, key=lambda period: (period[0], period[1], period[2].number)):
        if holder is not None and first <= last:
            row.wrong(
                "valid_from",
                _("the period overlaps that of row {row} for the same two municipalities").format(
                    row=holder.number
                ),
                remedy=_("Let one period end the day before the next begins"),
            )
        if end > last:
            last, holder = end, row


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    code, day = pa.Check.str_matches("^[0-9]{4}$"), "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    columns = {
        "from_code": pa.Column(str, code),
        "to_code": pa.Column(str, code),
        "valid_from": pa.Column(str, pa.Check.str_matches(f"^{day}$")),
        "valid_to": pa.Column(str, pa.Check.str_matches(f"^({day})?$")),
        "reference": pa.Column(str),
    }
    schema = pa.DataFrameSchema(columns, strict=True, ordered=True, unique=list(COLUMNS[:3]))
    check_table(table, schema, file)
