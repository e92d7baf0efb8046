"""The long table of counts (METHOD 1): its columns, what holds for it, and files that already have its columns."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomatch.sources.enrolment_template import Reading
from geomatch.sources.enrolment_words import DASHES, MOST_PERSONS, shortened, spoilt
from geomatch.sources.regions import counties, municipalities
from geomatch.sources.tabular import (
    Book,
    Register,
    Row,
    Sheet,
    cell_name,
    fold,
    is_synthetic,
    read_register,
)
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["ALLOWED", "COLUMNS", "DASH", "KEY", "LONG_HEADINGS", "MASKED", "is_long", "read_long", "schema"]

# METHOD 1: what the signs stand for, in persons.
MASKED = (1, 5)
DASH = (0, 5)
COLUMNS = (
    "month",
    "county_code",
    "municipality_code",
    "locality_code",
    "accommodation",
    "target_group",
    "case_status",
    "sex",
    "age_group",
    "low",
    "high",
    "masked",
    "sign",
    "source",
    "cell",
)
ALLOWED = {
    "accommodation": ("agency", "own", "municipal", "other", "all"),
    "target_group": ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement", "all"),
    "case_status": ("first_instance_open", "appeal", "enforcement", "all"),
    "sex": ("women", "men", "all"),
}
KEY = COLUMNS[:9]
LONG_HEADINGS = {name: name for name in (*COLUMNS, "synthetic")}
_TRUTH = dict.fromkeys(("true", "1", "ja", "yes", "sant"), "yes") | dict.fromkeys(
    ("false", "0", "nej", "no", "falskt"), "no"
)
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
YEAR = r"[0-9]{4}"


def schema(*, years: bool = False) -> pa.DataFrameSchema:
    """What every table of counts keeps: a second look, after the checks that name cells.

    Args:
        years: Whether the period may be a whole year (YYYY), as a sister series can have it.
    """
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    columns = {name: pa.Column(nullable=False) for name in COLUMNS}
    columns["month"] = pa.Column(str, pa.Check.str_matches(f"^({MONTH}|{YEAR})$" if years else f"^{MONTH}$"))
    columns["county_code"] = pa.Column(str, pa.Check.str_matches("^([0-9]{2}|all|unknown)$"))
    columns["municipality_code"] = pa.Column(str, pa.Check.str_matches("^([0-9]{4}|all|unknown)$"))
    columns |= {name: pa.Column(str, pa.Check.isin(words)) for name, words in ALLOWED.items()}
    columns |= {name: pa.Column("Int64", pa.Check.ge(0)) for name in ("low", "high")}
    columns["masked"] = pa.Column(bool)
    return pa.DataFrameSchema(
        columns,
        checks=[
            pa.Check(lambda table: table["low"] <= table["high"]),
            pa.Check(lambda table: table["masked"] | (table["low"] == table["high"])),
        ],
        unique=list(KEY),
        strict=True,
        ordered=True,
    )


def is_long(sheet: Sheet) -> bool:
    """Whether a sheet has the columns of METHOD 1 already."""
    wanted = {"month", "municipality_code", "low", "high"}
    return any(len(wanted & {fold(cell) for cell in row}) >= 2 for row in sheet.rows[:10])


def read_long(path: Path, book: Book) -> tuple[Reading, Register, bool]:
    """Read a file that already has the columns of METHOD 1.

    Args:
        path: The file.
        book: Its cells, with those that show an error marked.

    Returns:
        The reading (problems included), the table as it stands in the file, and whether it says that it is made up.

    Raises:
        InputError: What `read_register` raises.
    """
    register = read_register(
        path,
        LONG_HEADINGS,
        ("month", "municipality_code", "low", "high"),
        LONG_HEADINGS,
        encodings=("utf-8-sig",),
    )
    reading = Reading()
    first: dict[tuple[str, ...], int] = {}
    known = set(municipalities()["municipality_code"]) | {"all", "unknown"}
    known_counties = set(counties()["county_code"]) | {"all", "unknown"}
    synthetic = is_synthetic(path.name, register.above)
    marked = {sheet.name: sheet.rows for sheet in book.sheets}
    for number, plain in register.rows:
        # A csv file's cells depend on which separator was seen; they are text, errors included.
        row = Row(
            register,
            number,
            marked[register.sheet][number - 1] if register.sheet else plain,
            reading.problems,
        )
        if _is_spoilt(row):
            continue
        record = _long_record(row, known, known_counties, reading.notes)
        key = tuple(record[name] for name in KEY)
        if key in first:
            row.wrong("municipality_code", _("the row says the same as row {row}").format(row=first[key]))
        first.setdefault(key, number)
        synthetic |= row.choice("synthetic", _TRUTH, "no") == "yes" or is_synthetic(row.text("source"))
        reading.records.append(record)
    reading.notes["ignored_columns"] += len(register.ignored)
    return reading, register, synthetic


def _is_spoilt(row: Row) -> bool:
    """Whether a cell that is read shows an error or has no result yet (problems)."""
    spoilt_cells = [(column, spoilt(row.cell(column))) for column in row.register.columns]
    for column, said in spoilt_cells:
        if said:
            found, remedy = said
            row.wrong(column, found, remedy=remedy)
    return any(said for _column, said in spoilt_cells)


def _long_record(row: Row, known: set[str], known_counties: set[str], notes: Counter[str]) -> dict[str, Any]:
    record: dict[str, Any] = {name: row.text(name) or "all" for name in KEY}
    month = row.needed("month")
    if month and not re.fullmatch(MONTH, month):
        row.wrong("month", _("“{value}” is not a month").format(value=month), _("a month as YYYY-MM"))
    code = row.needed("municipality_code")
    if code and code not in known:
        row.wrong("municipality_code", _("“{value}” is not a municipality code").format(value=code))
    county = row.text("county_code") or (code if code in {"all", "unknown"} else code[:2])
    if code in known:
        belongs = county == code[:2] if code not in {"all", "unknown"} else county in known_counties
        if not belongs:
            text = _("the county code {county} does not fit the municipality code {code}")
            row.wrong("county_code", text.format(county=county, code=code))
    record["county_code"] = county
    for name, words in ALLOWED.items():
        record[name] = row.choice(name, {word: word for word in words}, "all")
    low, high = _whole(row, "low"), _whole(row, "high")
    said = row.choice("masked", _TRUTH, "yes" if low != high else "no") == "yes"
    if low is not None and high is not None and (low > high or (low != high and not said)):
        row.wrong(
            "high",
            _("low {low} and high {high} do not fit together").format(low=low, high=high),
            _("low = high for a count, low ≤ high where it is masked"),
        )
    sign = row.text("sign") if said else ""
    if said and not sign:
        sign = "-" if (low, high) == DASH else ".."
        notes["signs_assumed"] += 1
    notes["masked"] += said and sign not in DASHES
    notes["dash"] += said and sign in DASHES
    notes["unknown_municipality_rows"] += code == "unknown"
    cell = cell_name(row.register.sheet, row.number, row.register.columns["low"])
    return record | {
        "low": low,
        "high": high,
        "masked": said,
        "sign": sign,
        "source": row.register.file,
        "cell": cell,
    }


def _whole(row: Row, column: str) -> int | None:
    text = row.needed(column)
    if re.fullmatch(r"[0-9]+(\.0)?", text):
        number = int(text.removesuffix(".0"))
        if number <= MOST_PERSONS:
            return number
        row.wrong(column, _("the count {value} is impossibly large").format(value=shortened(text)))
    elif text:
        row.wrong(column, _("“{value}” is not a count").format(value=text), _("a whole number from 0"))
    return None
