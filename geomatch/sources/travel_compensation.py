"""Travel compensation applied for, granted and paid, as Migrationsverket may give it: beside the decisions, in no result."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_places import municipality_code
from geomatch.sources.register_files import open_register
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import Row, is_example, is_synthetic
from geomatch.tables import ALL, records
from geomatch.words import gettext as _

__all__ = [
    "AMOUNTS",
    "COMPENSATION_COLUMNS",
    "COMPENSATION_HEADINGS",
    "COUNTS",
    "TravelCompensation",
    "merge_compensation",
    "read_travel_compensation",
]

AMOUNTS = ("applied", "granted", "paid")
COUNTS = ("persons", "trips")
COMPENSATION_COLUMNS = (
    "month",
    "from_code",
    "to_code",
    *(f"{name}_sek" for name in AMOUNTS),
    *(f"{name}_{end}" for name in COUNTS for end in ("low", "high")),
)
_NAMES = {
    "month": ("Månad", "month", "period"),
    "from": ("Från", "from", "från kommun", "from_code"),
    "to": ("Till", "to", "till kommun", "to_code"),
    "applied": ("Ansökt (kr)", "ansökt", "sökt", "applied_sek", "applied"),
    "granted": ("Beviljat (kr)", "beviljat", "granted_sek", "granted"),
    "paid": ("Utbetalt (kr)", "utbetalt", "paid_sek", "paid"),
    "persons": ("Personer", "antal personer", "persons"),
    "trips": ("Resor", "antal resor", "trips"),
    "reference": ("Anmärkning", "note"),
}
COMPENSATION_HEADINGS = {identifier: names[0] for identifier, names in _NAMES.items()}
_HEADINGS = {name.casefold(): identifier for identifier, names in _NAMES.items() for name in names}
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_DAY = re.compile(rf"{_MONTH.pattern}-01")
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]+)?|[0-9]{1,3}( [0-9]{3}){1,2}([.,][0-9]+)?")
# The agency's signs: a count of 1-5, and one of which it is not known whether it can be 0 (METHOD 1).
_WITHHELD = frozenset({"..", ". .", "…"})
_DASHES = frozenset({"-", "–"})
_SIGNS: Mapping[str, tuple[int, int]] = {**dict.fromkeys(_WITHHELD, (1, 5)), **dict.fromkeys(_DASHES, (0, 5))}
_MOST = 1e9


@dataclass(frozen=True, slots=True)
class TravelCompensation:
    """The amounts of one file.

    Attributes:
        table: COMPENSATION_COLUMNS, a row per month, from_code and to_code, in that order. month is YYYY-MM; to_code is
            `all` for what is given by municipality of residence only. `_sek`: kronor (float), missing where they are not given or
            withheld. persons and trips: whole numbers (Int64), low and high equal for a count, 1-5 or 0-5 where it is
            withheld, missing where it is not given. INTERNAL: small counts leave no internal page.
        synthetic: Whether the file says that it is made up.
        notes: withheld_amounts, withheld_counts, without_goal (rows by residence only), example_rows,
            ignored_columns, read_as_windows_1252, read_as_utf_16.
        rows: For each row of `table` its row in the file.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[int, ...] = ()


def read_travel_compensation(path: str | Path) -> TravelCompensation:
    """Read a workbook or csv file with month, from, perhaps to, and kronor applied for, granted or paid (docs/inputs.md).

    Raises:
        InputError: What `open_register` raises; with every problem found: a month that is none, an unknown
            municipality, from = to, an amount or a count that is no number from 0, a row with none of the
            three amounts, the same month and municipalities twice.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    needs = ("month", "from", AMOUNTS)
    register = open_register(path, _HEADINGS, needs, COMPENSATION_HEADINGS, notes)
    first: dict[tuple[str, str, str], Row] = {}
    found = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        if is_example(row, "reference"):
            notes["example_rows"] += 1
            continue
        values = _row(row, notes)
        if values is None:
            continue
        twin = first.setdefault(values[0], row)
        if twin is not row:
            row.wrong(
                "from",
                _("row {row} has the same month and municipalities").format(row=twin.number),
                remedy=_("Keep one of them, so that no amount counts twice"),
            )
        found.append((*values, number))
    if not register.rows:
        problems.append(
            Problem(_("there are no rows below the headings"), file=register.file, sheet=register.sheet)
        )
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    found.sort(key=lambda one: one[0])
    table = _table([(*key, *values) for key, values, _number in found])
    _check(table, register.file)
    notes["without_goal"] = int((table["to_code"] == ALL).sum())
    return TravelCompensation(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        tuple(number for _key, _values, number in found),
    )


def _table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(COMPENSATION_COLUMNS), dtype=object)
    kinds = {name: "float64" if name.endswith("_sek") else "Int64" for name in COMPENSATION_COLUMNS[3:]}
    return table.astype({**dict.fromkeys(COMPENSATION_COLUMNS[:3], "str"), **kinds})


def _row(row: Row, notes: Counter[str]) -> tuple[tuple[str, str, str], tuple[float | None, ...]] | None:
    """Month, from and to, and the other values in the order of COMPENSATION_COLUMNS; None with a problem."""
    before = len(row.problems)
    # Excel makes a day of a month that is typed in.
    month = (
        row.needed("month").removesuffix("-01") if _DAY.fullmatch(row.text("month")) else row.needed("month")
    )
    if month and not _MONTH.fullmatch(month):
        row.wrong("month", _("“{value}” is not a month").format(value=month), _("a month, YYYY-MM"))
    row.needed("from")
    origin = municipality_code(row, "from")
    goal = municipality_code(row, "to") if row.text("to") else ALL
    if origin and origin == goal:
        row.wrong("to", _("a corridor from a municipality to itself"))
    amounts = [_amount(row, name, notes) for name in AMOUNTS]
    counts = [end for name in COUNTS for end in _count(row, name, notes)]
    if len(row.problems) == before and not any(row.text(name) for name in AMOUNTS):
        row.wrong(
            next(name for name in AMOUNTS if name in row.register.columns),
            _("the row says neither what was applied for, nor granted, nor paid"),
            remedy=_("Fill in one of them, or remove the row"),
        )
    return None if len(row.problems) > before else ((month, origin, goal), (*amounts, *counts))


def _amount(row: Row, column: str, notes: Counter[str]) -> float | None:
    """Kronor; None where they are not given, withheld (counted) or wrong (a problem)."""
    text = row.text(column)
    if text in _SIGNS:
        notes["withheld_amounts"] += 1
        return None
    if not text:
        return None
    if _NUMBER.fullmatch(text) and not isinstance(row.cell(column), bool):
        kronor = float(text.replace(" ", "").replace(",", "."))
        if kronor <= _MOST:
            return kronor
    row.wrong(
        column,
        _("“{value}” is not a number of kronor").format(value=text),
        _("a number from 0, in digits, or {signs} where it is withheld").format(signs=".."),
    )
    return None


def _count(row: Row, column: str, notes: Counter[str]) -> tuple[int | None, int | None]:
    """Fewest and most; None where it is not given or wrong (a problem)."""
    text = row.text(column)
    if text in _SIGNS:
        notes["withheld_counts"] += 1
        return _SIGNS[text]
    if not text:
        return None, None
    number = float(text.replace(" ", "").replace(",", ".")) if _NUMBER.fullmatch(text) else -1.0
    if 0 <= number <= _MOST and number.is_integer() and not isinstance(row.cell(column), bool):
        return int(number), int(number)
    row.wrong(
        column,
        _("“{text}” is not a whole number").format(text=text),
        _("a whole number from 0, in digits, or {signs} where it is withheld").format(signs=".."),
    )
    return None, None


def merge_compensation(files: Sequence[tuple[str, TravelCompensation]]) -> pd.DataFrame:
    """The rows of several files by month, from_code and to_code; the order of the files does not matter.

    Raises:
        InputError: The same month and municipalities in two files.
    """
    held: dict[tuple[str, str, str], tuple[str, int]] = {}
    problems = []
    for file, one in sorted(files, key=lambda pair: pair[0]):
        for row, number in zip(records(one.table), one.rows, strict=True):
            other = held.setdefault((row.month, row.from_code, row.to_code), (file, number))
            if other[0] != file:
                problems.append(
                    Problem(
                        _("{file} has the same month and municipalities").format(
                            file=f"{other[0]}, {_('row {row}').format(row=other[1])}"
                        ),
                        "",
                        _("Keep one of them, so that no amount counts twice"),
                        file,
                        "",
                        number,
                        COMPENSATION_HEADINGS["from"],
                    )
                )
    if problems:
        raise InputError(problems)
    tables = [one.table for _file, one in files if len(one.table)]
    if not tables:
        return _table([])
    return pd.concat(tables, ignore_index=True).sort_values(
        list(COMPENSATION_COLUMNS[:3]), kind="stable", ignore_index=True
    )


def _check(table: pd.DataFrame, file: str) -> None:
    """A second look at what the table keeps, after the checks that name rows. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    from_0 = pa.Check.in_range(0, _MOST)
    schema = pa.DataFrameSchema(
        {
            "month": pa.Column(str, pa.Check.str_matches(f"^{_MONTH.pattern}$")),
            "from_code": pa.Column(str, pa.Check.str_matches("^[0-9]{4}$")),
            "to_code": pa.Column(str, pa.Check.str_matches(f"^([0-9]{{4}}|{ALL})$")),
            **{f"{name}_sek": pa.Column("float64", from_0, nullable=True) for name in AMOUNTS},
            **{
                f"{name}_{end}": pa.Column("Int64", from_0, nullable=True)
                for name in COUNTS
                for end in ("low", "high")
            },
        },
        strict=True,
        ordered=True,
        unique=list(COMPENSATION_COLUMNS[:3]),
    )
    check_table(table, schema, file)
