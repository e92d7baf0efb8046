"""Migrationsverket's workbooks of persons enrolled in the reception system, as one long table (METHOD 1)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.restricted import Restricted
from geomatch.sources.enrolment_template import (
    DASHES,
    HEADER_WORDS,
    Layout,
    Reading,
    find_layout,
    month_of,
    read,
)
from geomatch.sources.enrolment_totals import contradictions
from geomatch.sources.regions import counties, municipalities
from geomatch.sources.tabular import (
    Book,
    Row,
    Sheet,
    cell_name,
    fold,
    is_synthetic,
    open_book,
    read_register,
)
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = ["COLUMNS", "DASH", "MASKED", "Enrolment", "read_enrolment"]

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
_ALLOWED = {
    "accommodation": ("agency", "own", "municipal", "other", "all"),
    "target_group": ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement", "all"),
    "case_status": ("first_instance_open", "appeal", "enforcement", "all"),
    "sex": ("women", "men", "all"),
}
_KEY = COLUMNS[:9]
_LONG_HEADINGS = {name: name for name in (*COLUMNS, "synthetic")}
_TRUTH = dict.fromkeys(("true", "1", "ja", "yes", "sant"), "yes") | dict.fromkeys(
    ("false", "0", "nej", "no", "falskt"), "no"
)
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_SERIES = re.compile(r"mottagningssystem|\binskrivna\b", re.IGNORECASE)
# Flows and times: sister series whose titles name the reception system too.
_OTHER_MEASURE = re.compile(
    r"nyinskriv|utskriv|avskriv|inskrivningstid|vistelsetid|genomsnitt", re.IGNORECASE
)
_UPDATED = re.compile(r"uppdaterad\D{0,10}([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)
_LEGACY_MARKS = ("rubrik", "senast körd")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The counts of one file.

    Attributes:
        table: One row per published cell, in the order of the sheet, with the columns of `COLUMNS`: month (YYYY-MM),
            county_code, municipality_code, locality_code (text; `all` for a total, `unknown` for a place that the
            agency does not know), accommodation, target_group, case_status, sex, age_group (`all` where the source
            does not say), low and high (persons, Int64; equal for a published count), masked (bool), sign (as
            published, '' for a number), source (file name) and cell (its reference). No nulls.
        months: The months, in order.
        updated: The day the agency ran its report (ISO), for provenance only; None where the file does not say.
        title: The title of the sheet, '' where it has none.
        sheet: The sheet that was read, '' for csv.
        synthetic: Whether the file says that its figures are made up.
        notes: How often something was met that a reader should know of: masked, dash (cells with such a sign),
            unknown_municipality_rows, totals_over_months (cells left out: months of a stock cannot be added),
            empty_months (columns without any count yet), note_rows (text below the table), hidden_sheets (not read),
            signs_assumed (csv: masked cells without their sign), ignored_columns (csv).
    """

    table: pd.DataFrame
    months: tuple[str, ...]
    updated: str | None
    title: str
    sheet: str
    synthetic: bool
    notes: dict[str, int]


@overload
def read_enrolment(
    path: str | Path,
    restricted: Literal[False] = False,  # noqa: FBT002  as below
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
) -> Enrolment: ...
@overload
def read_enrolment(
    path: str | Path,
    restricted: Literal[True],
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
) -> Restricted[Enrolment]: ...
def read_enrolment(
    path: str | Path,
    restricted: bool = False,  # noqa: FBT001, FBT002  a flag of the file, given by name or by place
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
) -> Enrolment | Restricted[Enrolment]:
    """Read a workbook of the modern template, or a csv file (of the same layout, or with the columns of the table).

    Sheet, header row and columns are found by what they say. Totals are rows too. Nothing is tightened here.

    Args:
        path: The file.
        restricted: The file is not public (say, counts without masking that the agency sent to a board): the result
            comes inside `Restricted`.
        masked: Least and most persons behind `..`, `. .`, `…`.
        dash: Least and most persons behind `-`, `–`.

    Raises:
        InputError: With every problem found: another series, no sheet or two sheets of this kind, the template of
            2015-2020, no month, a name that is not known or stands twice, a cell that is neither a count nor a sign,
            a total that its unmasked parts contradict.
    """
    path = Path(path)
    book = open_book(path, HEADER_WORDS | _LONG_HEADINGS.keys(), encodings=("utf-8-sig",))
    long = [sheet for sheet in book.sheets if not sheet.hidden and _is_long(sheet)]
    if long:
        enrolment = _read_long(path)
    else:
        sheet, layout = _choose(book)
        title = next(filter(_is_ours, layout.above), layout.above[0] if layout.above else "")
        month = _snapshot_month(book.file, sheet.name, layout)
        reading = read(sheet, layout, book.file, month, masked, dash)
        updated = [m[1] for text in book.information if (m := _UPDATED.search(text))]
        reading.notes["hidden_sheets"] += sum(other.hidden for other in book.sheets)
        enrolment = _finish(
            reading,
            file=book.file,
            sheet=sheet.name,
            title=title,
            updated=updated[0] if updated else None,
            synthetic=is_synthetic(path.name, *layout.above, *book.information),
        )
    return Restricted(enrolment) if restricted else enrolment


def _finish(
    reading: Reading, *, file: str, sheet: str, title: str, updated: str | None, synthetic: bool
) -> Enrolment:
    problems = reading.problems
    if not problems:
        if not reading.records:
            problems.append(Problem(_("there are no counts below the headings"), file=file, sheet=sheet))
        records = [dict.fromkeys(_KEY, "all") | record for record in reading.records]
        problems += contradictions(records, file, sheet)
    if problems:
        raise InputError(problems)
    table = pd.DataFrame(records, columns=list(COLUMNS)).astype(
        {"low": "Int64", "high": "Int64", "masked": bool}
    )
    _schema().validate(table, lazy=True)
    notes = {name: int(count) for name, count in sorted(reading.notes.items()) if count}
    return Enrolment(table, tuple(sorted(set(table["month"]))), updated, title, sheet, synthetic, notes)


def _schema() -> pa.DataFrameSchema:
    """What every table of this module keeps: a second look, after the checks that name cells."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    columns = {name: pa.Column(nullable=False) for name in COLUMNS}
    columns["month"] = pa.Column(str, pa.Check.str_matches(f"^{_MONTH}$"))
    columns["county_code"] = pa.Column(str, pa.Check.str_matches("^([0-9]{2}|all|unknown)$"))
    columns["municipality_code"] = pa.Column(str, pa.Check.str_matches("^([0-9]{4}|all|unknown)$"))
    columns |= {name: pa.Column(str, pa.Check.isin(words)) for name, words in _ALLOWED.items()}
    columns |= {name: pa.Column("Int64", pa.Check.ge(0)) for name in ("low", "high")}
    columns["masked"] = pa.Column(bool)
    return pa.DataFrameSchema(
        columns,
        checks=[
            pa.Check(lambda table: table["low"] <= table["high"]),
            pa.Check(lambda table: table["masked"] | (table["low"] == table["high"])),
        ],
        unique=list(_KEY),
        strict=True,
        ordered=True,
    )


def _titles(sheet: Sheet) -> list[str]:
    """The texts on the first rows of a sheet, the words of the legacy template's own first column left out."""
    texts = (" ".join(str(cell).split()) for row in sheet.rows[:3] for cell in row if isinstance(cell, str))
    return [text for text in texts if text and text.casefold() not in {*_LEGACY_MARKS, "heading"}]


def _is_ours(text: str) -> bool:
    return bool(_SERIES.search(text)) and not _OTHER_MEASURE.search(text)


def _choose(book: Book) -> tuple[Sheet, Layout]:
    """The one sheet of this series with a row per municipality."""
    sheets = [sheet for sheet in book.sheets if not sheet.hidden]
    heading = next((text for text in book.information if _is_ours(text) or not is_synthetic(text)), "")
    titles = {sheet.name: next(iter(_titles(sheet)), "") for sheet in sheets}
    named = [text for text in (heading, *titles.values()) if text]
    remedy = _("Fetch the workbook of that name from Migrationsverket's page of statistics")
    series = _("“Inskrivna personer i Migrationsverkets mottagningssystem”")
    layouts = [(sheet, find_layout(sheet)) for sheet in sheets]
    found = [(sheet, layout) for sheet, layout in layouts if layout is not None]
    ours = [
        (sheet, layout)
        for sheet, layout in found
        if _is_ours(" ".join(layout.above))
        or (_is_ours(heading) and not _OTHER_MEASURE.search(titles[sheet.name]))
    ]
    if not any(map(_is_ours, named)) and not ours:
        text = (
            _("the file holds another series: “{title}”").format(title=named[0])
            if named
            else _("the file does not say which series it holds")
        )
        raise InputError(Problem(text, series, remedy, book.file))
    legacy = [
        sheet.name
        for sheet in sheets
        if any(fold(cell) in _LEGACY_MARKS for row in sheet.rows[:5] for cell in row)
    ]
    if legacy:
        raise InputError(
            Problem(
                _("the file follows the agency's template of 2015–2020, which is not read yet"),
                _("the template used since 2021"),
                remedy,
                book.file,
                legacy[0],
            )
        )
    if len(ours) == 1:
        return ours[0]
    if ours:
        text = _("several sheets have a row for each municipality: {sheets}").format(
            sheets=", ".join(sheet.name for sheet, _layout in ours)
        )
        raise InputError(
            Problem(
                text, _("one such sheet"), _("Save a copy with only the sheet that is to be read"), book.file
            )
        )
    untitled = _("no title")
    seen = "; ".join(f"{name}: {title or untitled}" for name, title in titles.items())
    raise InputError(
        Problem(
            _(
                "no sheet of this series has the columns Län and Kommun with counts beside them; the sheets are {sheets}"
            ).format(sheets=seen),
            series,
            remedy,
            book.file,
        )
    )


def _snapshot_month(file: str, sheet: str, layout: Layout) -> str:
    """The month in the title of a snapshot, '' where all columns are months."""
    if all("month" in fixed for _column, fixed in layout.counts):
        return ""
    expected = _("one date, such as 2023-02-28 or den 28 februari 2023")
    months: list[str] = []
    try:
        for text in (layout.above[0] if layout.above else "", " ".join(layout.above[1:])):
            months = months or month_of(text)
    except ValueError as error:
        text = _("the title names a date that does not exist: {date}").format(date=error)
        raise InputError(Problem(text, expected, file=file, sheet=sheet)) from None
    if len(months) != 1:
        text = (
            _("the title names several months: {months}").format(months=", ".join(months))
            if months
            else _("neither the title nor the headings say which month the counts are for")
        )
        raise InputError(Problem(text, expected, file=file, sheet=sheet))
    return months[0]


def _is_long(sheet: Sheet) -> bool:
    wanted = {"month", "municipality_code", "low", "high"}
    return any(len(wanted & {fold(cell) for cell in row}) >= 2 for row in sheet.rows[:10])


def _read_long(path: Path) -> Enrolment:
    """A table that already has the columns of METHOD 1."""
    register = read_register(
        path,
        _LONG_HEADINGS,
        ("month", "municipality_code", "low", "high"),
        _LONG_HEADINGS,
        encodings=("utf-8-sig",),
    )
    reading = Reading()
    first: dict[tuple[str, ...], int] = {}
    known = set(municipalities()["municipality_code"]) | {"all", "unknown"}
    known_counties = set(counties()["county_code"]) | {"all", "unknown"}
    synthetic = is_synthetic(path.name, register.above)
    for number, cells in register.rows:
        row = Row(register, number, cells, reading.problems)
        record = _long_record(row, known, known_counties, reading.notes)
        key = tuple(record[name] for name in _KEY)
        if key in first:
            row.wrong("municipality_code", _("the row says the same as row {row}").format(row=first[key]))
        first.setdefault(key, number)
        synthetic |= row.choice("synthetic", _TRUTH, "no") == "yes" or is_synthetic(row.text("source"))
        reading.records.append(record)
    reading.notes["ignored_columns"] += len(register.ignored)
    return _finish(
        reading, file=path.name, sheet=register.sheet, title=register.above, updated=None, synthetic=synthetic
    )


def _long_record(row: Row, known: set[str], known_counties: set[str], notes: Counter[str]) -> dict[str, Any]:
    record: dict[str, Any] = {name: row.text(name) or "all" for name in _KEY}
    month = row.needed("month")
    if month and not re.fullmatch(_MONTH, month):
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
    for name, words in _ALLOWED.items():
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
        return int(float(text))
    if text:
        row.wrong(column, _("“{value}” is not a count").format(value=text), _("a whole number from 0"))
    return None
