"""Migrationsverket's workbooks of persons enrolled in the reception system, as one long table (METHOD 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.restricted import Restricted
from geomatch.sources.compound import MAGIC, stream_of
from geomatch.sources.enrolment_cells import with_spoilt_cells
from geomatch.sources.enrolment_layout import LEGACY_MARKS, Layout, find_layout, header_of, in_year
from geomatch.sources.enrolment_table import (
    COLUMNS,
    DASH,
    KEY,
    LONG_HEADINGS,
    MASKED,
    is_long,
    read_long,
    schema,
)
from geomatch.sources.enrolment_template import Reading, read
from geomatch.sources.enrolment_totals import contradictions
from geomatch.sources.enrolment_words import HEADER_WORDS, month_of, years_of
from geomatch.sources.tabular import TEXT_SUFFIXES, Book, Sheet, is_synthetic, label, letter, open_book
from geomatch.words import gettext as _

__all__ = ["COLUMNS", "DASH", "MASKED", "Enrolment", "Series", "read_enrolment"]

Series = Literal["enrolled", "any"]
Template = Literal["modern", "legacy", "table"]
_SERIES = re.compile(r"mottagningssystem|\binskrivna\b", re.IGNORECASE)
# Flows and times: sister series whose titles name the reception system too.
_OTHER_MEASURE = re.compile(
    r"nyinskriv|utskriv|avskriv|inskrivningstid|vistelsetid|genomsnitt", re.IGNORECASE
)
_UPDATED = re.compile(r"uppdaterad\D{0,10}([0-9]{4}-[0-9]{2}-[0-9]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The counts of one file.

    Attributes:
        table: One row per published cell, in the order of the sheet, with the columns of `COLUMNS`: month (YYYY-MM;
            YYYY for a sister series of a whole year), county_code, municipality_code, locality_code (text; `all` for
            a total, `unknown` for a place that the agency does not know), accommodation, target_group, case_status,
            sex, age_group (`all` where the source does not say), low and high (persons, Int64; equal for a published
            count), masked (bool), sign (as published, '' for a number), source (file name) and cell (its
            reference). No nulls.
        months: The months, in order.
        updated: The day the agency ran its report (ISO), for provenance only; None where the file does not say.
        title: The title of the sheet, '' where it has none.
        sheet: The sheet that was read, '' for csv.
        synthetic: Whether the file says that its figures are made up.
        notes: How often something was met that a reader should know of: masked, dash (cells with such a sign),
            unknown_municipality_rows, nameless_rows (taken to be of an unknown place), municipalities_not_listed
            (template of 2015-2020 only, which leaves out those with 0; nothing is filled in), text_numbers (numbers
            that a workbook holds as text), totals_over_months (cells left out: months of a stock cannot be added),
            empty_months (columns without any count yet), year_from_file_name (months whose headings and title do not
            say the year), note_rows (text below the table), hidden_sheets (not read), signs_assumed (csv: masked
            cells without their sign), ignored_columns (csv).
        series: `enrolled`, or `other` for a sister series.
        template: `modern` (2021-), `legacy` (2015-2020) or `table` (the columns of `COLUMNS` in the file itself).
        header_row: Row of the (first) headings, from 1; 0 for `table`.
        columns: (letter, heading, what it is read as: `county`, `accommodation=agency`, `month=2023-01`, `all`) of each
            column.
    """

    table: pd.DataFrame
    months: tuple[str, ...]
    updated: str | None
    title: str
    sheet: str
    synthetic: bool
    notes: dict[str, int]
    series: Literal["enrolled", "other"] = "enrolled"
    template: Template = "modern"
    header_row: int = 0
    columns: tuple[tuple[str, str, str], ...] = ()


@overload
def read_enrolment(
    path: str | Path,
    restricted: Literal[False] = False,  # noqa: FBT002  as below
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
    series: Series = "enrolled",
) -> Enrolment: ...
@overload
def read_enrolment(
    path: str | Path,
    restricted: Literal[True],
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
    series: Series = "enrolled",
) -> Restricted[Enrolment]: ...
def read_enrolment(
    path: str | Path,
    restricted: bool = False,  # noqa: FBT001, FBT002  a flag of the file, given by name or by place
    *,
    masked: tuple[int, int] = MASKED,
    dash: tuple[int, int] = DASH,
    series: Series = "enrolled",
) -> Enrolment | Restricted[Enrolment]:
    """Read a workbook of either template, or a csv file (of the same layout, or with the columns of the table).

    Sheet, header row and columns are found by what they say. Totals are rows too. Nothing is tightened here.

    Args:
        path: The file.
        restricted: The file is not public (say, counts without masking that the agency sent to a board): the result
            comes inside `Restricted`.
        masked: Least and most persons behind `..`, `. .`, `…`.
        dash: Least and most persons behind `-`, `–`.
        series: `any` reads a sister series (work permits) too, whose title may name a year instead of a month. Its
            counts are not persons enrolled: they are for looking at only.

    Raises:
        InputError: With every problem found: another series, no sheet or two sheets of this kind, such a sheet that
            is hidden where no visible one is, no month, a name that is not known or stands twice, a cell that is
            neither a count nor a sign, a total that its unmasked parts contradict.
    """
    path = Path(path)
    book = _opened(path)
    if any(not sheet.hidden and is_long(sheet) for sheet in book.sheets):
        reading, register, synthetic = read_long(path, book)
        columns = [(letter(place), register.headings[name], name) for name, place in register.columns.items()]
        table = _table(reading, path.name, register.sheet, series)
        enrolment = Enrolment(
            table,
            _months(table),
            None,
            register.above,
            register.sheet,
            synthetic,
            _counted(reading),
            template="table",
            columns=tuple(columns),
        )
    else:
        enrolment = _read_template(path, book, masked, dash, series)
    return Restricted(enrolment) if restricted else enrolment


def _opened(path: Path) -> Book:
    """The cells of the file, those that show an error marked.

    Raises:
        InputError: What `open_book` raises.
    """
    content = b""
    if path.is_file() and path.suffix.lower() not in TEXT_SUFFIXES:
        content = path.read_bytes()
        if content.startswith(MAGIC):
            # The reader of workbooks follows a chain that goes round in a circle for ever.
            try:
                stream_of(content, "Workbook")
            except ValueError:
                raise InputError(
                    Problem(
                        _("the file is damaged or is no Excel workbook"),
                        remedy=_("Fetch it again, or open it in Excel and save it as .xlsx"),
                        file=path.name,
                    )
                ) from None
    book = open_book(path, HEADER_WORDS | LONG_HEADINGS.keys(), encodings=("utf-8-sig",))
    return with_spoilt_cells(book, content) if content else book


def _read_template(
    path: Path, book: Book, masked: tuple[int, int], dash: tuple[int, int], series: Series
) -> Enrolment:
    sheet, layout = _choose_any(book) if series == "any" else _choose(book)
    layout, month, year_of_file = _in_time(book.file, sheet.name, layout, series)
    reading = read(sheet, layout, book.file, month, masked, dash)
    reading.notes["hidden_sheets"] += sum(other.hidden for other in book.sheets)
    reading.notes["year_from_file_name"] += year_of_file
    table = _table(reading, book.file, sheet.name, series)
    updated = [m[1] for text in book.information if (m := _UPDATED.search(text))]
    title = next(filter(_is_ours, layout.above), layout.title)
    ours = any(map(_is_ours, (title, *book.information)))
    return Enrolment(
        table,
        _months(table),
        updated[0] if updated else layout.run_at,
        title,
        sheet.name,
        is_synthetic(path.name, *layout.above, *book.information),
        _counted(reading),
        "enrolled" if series == "enrolled" or ours else "other",
        "legacy" if layout.legacy else "modern",
        layout.header + 1,
        tuple(layout.columns(header_of(sheet, layout))),
    )


def _table(reading: Reading, file: str, sheet: str, series: Series) -> pd.DataFrame:
    """The rows as a table that has passed every check."""
    problems = reading.problems
    records = [dict.fromkeys(KEY, "all") | record for record in reading.records]
    if not problems:
        if not records:
            problems.append(Problem(_("there are no counts below the headings"), file=file, sheet=sheet))
        problems += contradictions(records, file, sheet)
    if problems:
        raise InputError(problems)
    table = pd.DataFrame(records, columns=list(COLUMNS)).astype(
        {"low": "Int64", "high": "Int64", "masked": bool}
    )
    schema(years=series == "any").validate(table, lazy=True)
    return table


def _months(table: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(set(table["month"])))


def _counted(reading: Reading) -> dict[str, int]:
    return {name: int(count) for name, count in sorted(reading.notes.items()) if count}


def _titles(sheet: Sheet) -> list[str]:
    """The texts on the first rows of a sheet, the words of the legacy template's own first column left out."""
    texts = (label(cell) for row in sheet.rows[:3] for cell in row if isinstance(cell, str))
    return [text for text in texts if text and text.casefold() not in LEGACY_MARKS]


def _is_ours(text: str) -> bool:
    return bool(_SERIES.search(text)) and not _OTHER_MEASURE.search(text)


def _seen(sheets: list[Sheet]) -> str:
    """The name and title of each sheet, for messages."""
    untitled = _("no title")
    return "; ".join(f"{sheet.name}: {next(iter(_titles(sheet)), untitled).rstrip('.')}" for sheet in sheets)


def _only(book: Book, found: list[tuple[Sheet, Layout]]) -> tuple[Sheet, Layout]:
    """The one sheet of those found."""
    if len(found) == 1:
        return found[0]
    text = _("several sheets have a row for each municipality: {sheets}").format(
        sheets=_seen([sheet for sheet, _layout in found])
    )
    raise InputError(
        Problem(text, _("one such sheet"), _("Save a copy with only the sheet that is to be read"), book.file)
    )


def _with_layouts(book: Book, *, hidden: bool = False) -> tuple[list[Sheet], list[tuple[Sheet, Layout]]]:
    """The visible (or the hidden) sheets, and those of them that have a row for each municipality."""
    sheets = [sheet for sheet in book.sheets if sheet.hidden == hidden]
    layouts = [(sheet, find_layout(sheet)) for sheet in sheets]
    return sheets, [(sheet, layout) for sheet, layout in layouts if layout is not None]


def _refuse_hidden(book: Book, found: list[tuple[Sheet, Layout]]) -> None:
    """Say where the counts are when they are on hidden sheets alone: what nobody sees is not read for them."""
    names = [sheet.name for sheet, _layout in found]
    names += [sheet.name for sheet in book.sheets if sheet.hidden and is_long(sheet)]
    if names:
        raise InputError(
            Problem(
                _("the counts stand on a hidden sheet: {sheets}").format(sheets=", ".join(names)),
                remedy=_("Show the sheet in Excel and save the file")
                if len(names) == 1
                else _("Show the one that is to be read in Excel, and save the file"),
                file=book.file,
            )
        )


def _choose_any(book: Book) -> tuple[Sheet, Layout]:
    """The one sheet with a row per municipality, whatever it counts."""
    sheets, found = _with_layouts(book)
    if found:
        return _only(book, found)
    _refuse_hidden(book, _with_layouts(book, hidden=True)[1])
    raise InputError(
        Problem(
            _(
                "no sheet has the columns Län and Kommun with counts beside them; the sheets are {sheets}"
            ).format(sheets=_seen(sheets)),
            _("a sheet with a row for each municipality"),
            _(
                "Fetch a workbook that has the counts by municipality from Migrationsverket's page of statistics"
            ),
            book.file,
        )
    )


def _choose(book: Book) -> tuple[Sheet, Layout]:
    """The one sheet of this series with a row per municipality."""
    sheets, found = _with_layouts(book)
    heading = next((text for text in book.information if _is_ours(text) or not is_synthetic(text)), "")
    titles = {sheet.name: next(iter(_titles(sheet)), "") for sheet in sheets}
    named = [text for text in (heading, *titles.values()) if text]
    remedy = _("Fetch the workbook of that name from Migrationsverket's page of statistics")
    series = _("“Inskrivna personer i Migrationsverkets mottagningssystem”")
    ours = _of_series(found, heading)
    if ours:
        return _only(book, ours)
    _refuse_hidden(book, _of_series(_with_layouts(book, hidden=True)[1], heading))
    if not any(map(_is_ours, named)):
        text = (
            _("the file holds another series: “{title}”").format(title=named[0])
            if named
            else _("the file does not say which series it holds")
        )
        raise InputError(Problem(text, series, remedy, book.file))
    raise InputError(
        Problem(
            _(
                "no sheet of this series has the columns Län and Kommun with counts beside them; the sheets are {sheets}"
            ).format(sheets=_seen(sheets)),
            series,
            remedy,
            book.file,
        )
    )


def _of_series(found: list[tuple[Sheet, Layout]], heading: str) -> list[tuple[Sheet, Layout]]:
    """Those of the sheets whose own title, or else the workbook's heading, names this series."""
    return [
        (sheet, layout)
        for sheet, layout in found
        # The legacy template's metadata say what is left out: only its title names the series.
        if _is_ours(layout.title if layout.legacy else " ".join(layout.above))
        or (_is_ours(heading) and not _OTHER_MEASURE.search(next(iter(_titles(sheet)), "")))
    ]


def _in_time(file: str, sheet: str, layout: Layout, series: Series) -> tuple[Layout, str, bool]:
    """When the counts are for.

    Returns:
        The layout with a year in each month of its headings, the month of a snapshot ('' where all columns are
        months), and whether the year is that of the file's name.
    """
    nameless = [column for column, fixed in layout.counts if len(fixed.get("month", "")) == 2]
    if nameless:
        years = years_of(layout.title) or years_of(" ".join(layout.above))
        of_file = not years
        years = years or years_of(file)
        if len(years) != 1:
            raise InputError(
                Problem(
                    _("the headings name months but no year, and the title names {count} years").format(
                        count=len(years)
                    ),
                    _("one year in the title, such as 2019"),
                    file=file,
                    sheet=sheet,
                    row=layout.header + 1,
                    column=letter(nameless[0]),
                )
            )
        layout = in_year(layout, years[0])
    else:
        of_file = False
    if all("month" in fixed for _column, fixed in layout.counts):
        return layout, "", of_file
    expected = _("one date, such as 2023-02-28 or den 28 februari 2023")
    texts = (layout.title, " ".join(layout.above[1:]))
    months: list[str] = []
    try:
        for text in texts:
            months = months or month_of(text)
    except ValueError as error:
        text = _("the title names a date that does not exist: {date}").format(date=error)
        raise InputError(Problem(text, expected, file=file, sheet=sheet)) from None
    if not months and series == "any":
        # A sister series counts what happened in a year.
        months = next(filter(None, map(years_of, texts)), [])
    if len(months) != 1:
        text = (
            _("the title names several months: {months}").format(months=", ".join(months))
            if months
            else _("neither the title nor the headings say which month the counts are for")
        )
        raise InputError(Problem(text, expected, file=file, sheet=sheet))
    return layout, months[0], of_file
