"""Population per municipality, for rates: how many of its inhabitants are enrolled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_places import municipality_code
from geomatch.sources.places import LARGEST_POPULATION
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_synthetic
from geomatch.words import gettext as _

__all__ = [
    "MUNICIPALITY_HEADINGS",
    "POPULATION_COLUMNS",
    "POPULATION_HEADINGS",
    "Population",
    "population_in",
    "read_population",
    "stated_municipality",
    "whole_number",
]

POPULATION_COLUMNS = ("municipality_code", "date", "population")
# Words for the two columns that say which municipality a row is of.
MUNICIPALITY_HEADINGS = {
    "municipality": ("Kommun", "kommunnamn", "municipality", "region"),
    "municipality_code": ("Kommunkod", "municipality_code", "mun_code", "code", "kod"),
}
_NAMES = MUNICIPALITY_HEADINGS | {
    "population": ("Folkmängd", "befolkning", "population", "pop", "invånare"),
    "date": ("Datum", "date", "år", "year"),
}
POPULATION_HEADINGS = {identifier: names[0] for identifier, names in _NAMES.items()}
_HEADINGS = {name.casefold(): identifier for identifier, names in _NAMES.items() for name in names}
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_CODE_AND_NAME = re.compile(r"([0-9]{4})\s+\S.*")
_WHOLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}( [0-9]{3}){1,2}")


@dataclass(frozen=True, slots=True)
class Population:
    """The population of one file.

    Attributes:
        table: One row per municipality and date, by both: municipality_code (text of 4 digits), date (ISO, the day the
            figure is of; '' where the file does not say), population (int64, persons).
        synthetic: Whether the file says that it is made up.
        notes: ignored_columns, population_undated (rows), read_as_windows_1252, read_as_utf_16.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: Mapping[str, int] = field(default_factory=dict)


def read_population(path: str | Path) -> Population:
    """Read a workbook or csv file with `Kommun` or `Kommunkod`, `Folkmängd` and perhaps `Datum` (docs/inputs.md).

    Raises:
        InputError: What `open_register` raises; with every problem found: no or an unknown municipality, one whose
            name and code disagree, a population that is no whole number from 0, a date that is none, a municipality
            twice for one date, dates in some rows only.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    needs = (("municipality", "municipality_code"), "population")
    register = open_register(path, _HEADINGS, needs, POPULATION_HEADINGS, notes)
    first: dict[tuple[str, str], Row] = {}
    records: list[tuple[str, str, int]] = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        before = len(problems)
        code, day = stated_municipality(row), _day(row)
        persons = whole_number(row, "population", LARGEST_POPULATION)
        if len(problems) > before or not code or persons is None:
            continue
        earlier = first.setdefault((code, day), row)
        if earlier is not row:
            text = _("the municipality stands in row {row} as well, for the same day")
            row.wrong(
                "municipality" if row.text("municipality") else "municipality_code",
                text.format(row=earlier.number),
                remedy=_("Keep one of the rows"),
            )
        records.append((code, day, persons))
    _check_dates(first)
    if not register.rows:
        problems.append(
            Problem(_("there are no rows below the headings"), file=register.file, sheet=register.sheet)
        )
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    table = pd.DataFrame(sorted(records), columns=list(POPULATION_COLUMNS)).astype({"population": "int64"})
    _check(table, register.file)
    notes["population_undated"] = int((table["date"] == "").sum())
    return Population(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
    )


def stated_municipality(row: Row) -> str:
    """Code of the municipality that the columns `municipality` and `municipality_code` name; '' with a problem.

    Either column is enough; where both are filled in they must agree. SCB's `2580 Luleå` is read in either.
    """
    found = {}
    for column in ("municipality", "municipality_code"):
        match = _CODE_AND_NAME.fullmatch(row.text(column))
        if match:
            place = row.register.columns[column]
            cells = [match[1] if n == place else cell for n, cell in enumerate(row.cells)]
            found[column] = municipality_code(Row(row.register, row.number, cells, row.problems), column)
        elif row.text(column):
            found[column] = municipality_code(row, column)
    if not found:
        row.wrong(
            "municipality" if "municipality" in row.register.columns else "municipality_code",
            _("the cell is empty"),
            _("a municipality's name, or its code of four digits"),
        )
        return ""
    codes = set(found.values())
    if len(codes) > 1 and "" not in codes:
        row.wrong(
            "municipality_code",
            _("the code {code} is not that of {name}").format(
                code=found["municipality_code"], name=row.text("municipality")
            ),
            remedy=_("Correct the code or the name"),
        )
    return next(iter(found.values())) if len(codes) == 1 else ""


def whole_number(row: Row, column: str, most: int) -> int | None:
    """A whole number from 0 to `most`, thousands parted by blanks or not; None with a problem."""
    text = row.text(column)
    if _WHOLE.fullmatch(text) and not isinstance(row.cell(column), bool):
        number = int(text.replace(" ", ""))
        if number <= most:
            return number
    row.wrong(
        column,
        _("“{text}” is not a whole number").format(text=text)
        if text and not _WHOLE.fullmatch(text)
        else _("{number} is too large").format(number=text)
        if text
        else _("the cell is empty"),
        _("a whole number from 0, in digits only"),
    )
    return None


def _day(row: Row) -> str:
    """The day of a row; a year alone means its last day, as SCB counts."""
    text = row.text("date")
    return f"{text}-12-31" if _YEAR.fullmatch(text) else row.date("date")


def _check_dates(first: Mapping[tuple[str, str], Row]) -> None:
    """Note rows without a date where others have one: which would hold is not known."""
    undated = [row for (_code, day), row in first.items() if not day]
    if len(undated) == len(first):
        return
    for row in undated:
        row.wrong("date", _("the cell is empty though other rows have a date"), _("a date as YYYY-MM-DD"))


def population_in(table: pd.DataFrame, month: str) -> dict[str, int]:
    """Population per municipality code for `month` (YYYY-MM): the latest figure that is not of a later month.

    A municipality whose figures are all of later months is left out: nothing is taken back in time.
    """
    told = table[table["date"].str[:7] <= month].sort_values(["municipality_code", "date"], kind="stable")
    latest = told.drop_duplicates("municipality_code", keep="last")
    return {
        str(code): int(n) for code, n in zip(latest["municipality_code"], latest["population"], strict=True)
    }


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    schema = pa.DataFrameSchema(
        {
            "municipality_code": pa.Column(str, pa.Check.str_matches("^[0-9]{4}$")),
            "date": pa.Column(str, pa.Check.str_matches("^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")),
            "population": pa.Column("int64", pa.Check.in_range(0, LARGEST_POPULATION)),
        },
        strict=True,
        ordered=True,
        unique=["municipality_code", "date"],
    )
    check_table(table, schema, file)
