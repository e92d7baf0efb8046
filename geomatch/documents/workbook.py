"""A document as an Excel workbook: typed cells, a frozen header, ready to print on A4, no macros and no links."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from geomatch.documents.layout import (
    AtMost,
    Column,
    Document,
    Drawing,
    Facts,
    Paragraphs,
    Part,
    Section,
    Signature,
    Table,
    Value,
    joined,
    shown,
)
from geomatch.documents.mapchart import ROW_PT, ROWS, Maps
from geomatch.templates import undated
from geomatch.words import gettext as _

__all__ = ["workbook_bytes"]

_FORMATS = {
    "text": "@",
    "check": "@",
    "blank": "@",
    "whole": "#,##0",
    "decimal": "#,##0.0",
    "money": "#,##0",
    "minutes": "0",
    "percent": "0 %",
    "date": "yyyy-mm-dd",
    "time": "hh:mm",
}
_AT_MOST = '"≤ "0'
_A4 = 9
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
# A page's header takes 255 signs, codes and all.
_LONGEST_HEADER = 120
_LINE_PT = 13.2
_HEAD_FILL, _RULE, _WARN = "FFE6ECF0", "FFB5C0C7", "FF8A1C1C"


def _name(text: str, taken: set[str]) -> str:
    """A name for a worksheet: no signs that Excel refuses, short, and not one that is taken."""
    base = _NOT_IN_NAMES.sub("-", text).strip()[:_LONGEST_NAME] or "-"
    name, number = base, 2
    while name.casefold() in taken:
        ending = f" ({number})"
        name, number = base[: _LONGEST_NAME - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


class _Sheet:
    """Fills one worksheet from the top."""

    def __init__(self, sheet: Any, document: Document, widths: list[int], maps: Maps) -> None:  # noqa: ANN401  openpyxl has no types
        from openpyxl.utils import get_column_letter  # noqa: PLC0415  slow to load; only needed here

        self.sheet, self.document, self.row, self.maps = sheet, document, 1, maps
        self.widths = widths or [100]
        self.size = 14 if document.large else 10
        for number, width in enumerate(self.widths, 1):
            scale = 1.25 if document.large else 1.0
            sheet.column_dimensions[get_column_letter(number)].width = round(width * scale, 2)
        self.last = get_column_letter(len(self.widths))

    def put(
        self,
        column: int,
        value: Value,
        kind: str = "text",
        *,
        bold: bool = False,
        size: float | None = None,
        color: str | None = None,
    ) -> None:
        """One cell. Text is text whatever it begins with."""
        from openpyxl.styles import Alignment, Font  # noqa: PLC0415  as above

        cell = self.sheet.cell(self.row, column)
        held = value.value if isinstance(value, AtMost) else value
        if isinstance(held, bool):
            held = shown(held, kind)
        cell.value = held
        if isinstance(held, str):
            cell.data_type = "s"
        text = isinstance(held, str) and not isinstance(value, (date, time))
        cell.number_format = _AT_MOST if isinstance(value, AtMost) else "@" if text else _FORMATS[kind]
        cell.font = Font(name="Calibri", size=size or self.size, bold=bold, color=color)
        right = not text and held is not None
        # A number stands off the text in the next cell.
        cell.alignment = Alignment(
            wrap_text=True, vertical="top", horizontal="right" if right else "left", indent=int(right)
        )

    def line(
        self, text: str, *, bold: bool = False, size: float | None = None, color: str | None = None
    ) -> None:
        """A text across the sheet, in a row as high as it needs."""
        self.put(1, text, bold=bold, size=size, color=color)
        if len(self.widths) > 1:
            self.sheet.merge_cells(f"A{self.row}:{self.last}{self.row}")
        self._high([(text, sum(self.widths), bold)], size or self.size)
        self.row += 1

    def _high(self, cells: Iterable[tuple[str, float, bool]], size: float) -> None:
        """Make the row as high as its texts need: not every program does so itself when it opens the file.

        Args:
            cells: Text, width in characters of 10 points, and whether it is bold.
            size: Of the type, in points.
        """
        most = 1
        for text, width, bold in cells:
            scale = 1.25 if self.document.large else 1.0
            room = max(4, int(width * scale * 10 / size * (0.88 if bold else 0.96)))
            most = max(most, len(textwrap.wrap(text, room)))
        self.sheet.row_dimensions[self.row].height = round(most * _LINE_PT * size / 10, 1)

    def table(self, table: Table) -> tuple[int, int]:
        """A table. Returns the row of its headings and its last row."""
        if any(column.group for column in table.columns):
            self._groups(table.columns)
        head = self.row
        for number, column in enumerate(table.columns, 1):
            self.put(number, column.heading, bold=True)
            self._fill(number)
        self._high(
            ((c.heading, w, True) for c, w in zip(table.columns, self.widths, strict=False)), self.size
        )
        self.row += 1
        for row in table.rows:
            cells = list(zip(row, table.columns, self.widths, strict=False))
            for number, (value, column, _width) in enumerate(cells, 1):
                self.put(number, value, column.kind, bold=number == 1)
                self._rule(number)
            self._high(
                (
                    (value, width, number == 0)
                    for number, (value, _column, width) in enumerate(cells)
                    if isinstance(value, str)
                ),
                self.size,
            )
            self.row += 1
        if not table.rows:
            self.line(table.empty)
        return head, self.row - 1

    def _groups(self, columns: tuple[Column, ...]) -> None:
        start = 1
        for number, column in enumerate(columns, 1):
            if number == 1 or column.group != columns[number - 2].group:
                start = number
                self.put(number, column.group or None, bold=True)
            elif column.group:
                last = number == len(columns) or columns[number].group != column.group
                if last:
                    self.sheet.merge_cells(
                        start_row=self.row, start_column=start, end_row=self.row, end_column=number
                    )
            self._fill(number)
        spans: dict[str, float] = {}
        for column, width in zip(columns, self.widths, strict=False):
            spans[column.group] = spans.get(column.group, 0) + width
        self._high(((group, width, True) for group, width in spans.items()), self.size)
        self.row += 1

    def _fill(self, column: int) -> None:
        from openpyxl.styles import PatternFill  # noqa: PLC0415  as above

        self.sheet.cell(self.row, column).fill = PatternFill("solid", fgColor=_HEAD_FILL)
        self._rule(column)

    def _rule(self, column: int) -> None:
        from openpyxl.styles import Border, Side  # noqa: PLC0415  as above

        self.sheet.cell(self.row, column).border = Border(bottom=Side("thin", color=_RULE))

    def part(self, part: Part) -> None:
        """Any part of a section but its first table."""
        if isinstance(part, Drawing):
            self._drawing(part)
            return
        self.row += 1
        if isinstance(part, Table):
            self.line(part.caption, bold=True)
            self.table(part)
        elif isinstance(part, Facts):
            for label, text in part.rows:
                self.line(f"{label}: {text}")
        elif isinstance(part, Paragraphs):
            if part.heading:
                self.line(part.heading, bold=True)
            for text in part.texts:
                self.line(text)
        else:
            self._signature(part)

    def _drawing(self, part: Drawing) -> None:
        """A map as a chart, below its words: rows enough for it to stand on. What has no plan is its words."""
        self.row += 1
        self.line(part.words)
        if part.plan is None:
            return
        self.maps.add(self.sheet, f"A{self.row}", part.plan)
        for _number in range(ROWS):
            self.sheet.row_dimensions[self.row].height = ROW_PT
            self.row += 1

    def _signature(self, part: Signature) -> None:
        self.line(part.heading, bold=True)
        for choice in part.choices:
            self.line(f"☐ {choice}")
        for label in part.labels:
            self.put(1, label)
            for number in range(2, min(len(self.widths), 4) + 1):
                self._rule(number)
            self.sheet.row_dimensions[self.row].height = 24
            self.row += 1

    def finish(self, freeze: int, repeated: int) -> None:
        """Frozen rows, what is printed, and how.

        Args:
            freeze: Rows that stay in sight.
            repeated: The last of those repeated on every printed page, from the first row on.
        """
        sheet = self.sheet
        sheet.freeze_panes = f"A{freeze + 1}"
        sheet.print_title_rows = f"1:{repeated}"
        sheet.print_area = f"A1:{self.last}{self.row - 1}"
        sheet.page_setup.orientation = "landscape" if self.document.landscape else "portrait"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.page_margins.top = sheet.page_margins.bottom = 0.75
        _mark_pages(sheet, self.document)


def _for_header(text: str) -> str:
    """A text as the header of a page takes it: `&` begins a code there."""
    return text[:_LONGEST_HEADER].replace("&", "&&")


def _mark_pages(sheet: Any, document: Document) -> None:  # noqa: ANN401  openpyxl has no types
    """What stands on every printed page."""
    sheet.oddHeader.left.text = _for_header(" · ".join(document.marks))
    sheet.oddHeader.right.text = _for_header(document.kicker)
    sheet.oddFooter.left.text = _for_header(document.foot)
    sheet.oddFooter.right.text = "&P (&N)"


def _marks(document: Document) -> str:
    """How it may be used, whether it is synthetic, county and month."""
    return " · ".join((*document.marks, document.kicker))


def _widths(tables: Iterable[Table]) -> list[int]:
    """Widths of the columns that all these tables fit in."""
    listed = list(tables)
    count = max((len(table.columns) for table in listed), default=0)
    return [
        max(table.columns[number].width for table in listed if number < len(table.columns))
        for number in range(count)
    ]


def _tables(parts: Iterable[Part]) -> list[Table]:
    return [part for part in parts if isinstance(part, Table)]


def workbook_bytes(document: Document) -> bytes:
    """The workbook of a document. The same document gives the same bytes."""
    import openpyxl  # noqa: PLC0415  slow to load; only needed here

    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = document.title, "geomatch"
    taken: set[str] = set()
    maps = Maps(book, _name(_("Map data"), taken), (document.title, _marks(document)))

    def sheet(name: str, heading: str, widths: list[int]) -> _Sheet:
        made = _Sheet(book.create_sheet(_name(name, taken)), document, widths, maps)
        made.line(heading, bold=True, size=made.size + 4)
        made.line(_marks(document), bold=True, color=_WARN)
        return made

    apart = [section for section in document.sections if section.own_sheet or not document.one_sheet]
    if document.one_sheet:
        table = joined(document)
        main = sheet(document.sheet_name, document.title, _widths([table]))
        head, last = main.table(table)
        main.sheet.auto_filter.ref = f"A{head}:{main.last}{max(last, head)}"
        for section in document.sections:
            for part in section.parts if section not in apart else ():
                if isinstance(part, Signature):
                    main.part(part)
        main.finish(head, head)
    for section in apart:
        _section_sheet(section, document, sheet)
    about = sheet(_("About"), document.title, [110])
    for text in (document.about, *document.notes, document.foot):
        about.line(text)
    about.finish(2, 2)
    if maps.data is not None:
        _mark_pages(maps.data, document)
    maps.finish()
    buffer = io.BytesIO()
    book.save(buffer)
    return undated(buffer.getvalue())


def _section_sheet(section: Section, document: Document, sheet: Any) -> None:  # noqa: ANN401  the maker of sheets
    made = sheet(section.title, f"{document.title}: {section.title}", _widths(_tables(section.parts)))
    parts = list(section.parts)
    frozen = 2
    if parts and isinstance(parts[0], Table):
        frozen, _last = made.table(parts[0])
        parts = parts[1:]
    for part in parts:
        made.part(part)
    made.finish(frozen, frozen)
    if not document.landscape:
        made.sheet.page_setup.fitToHeight = 1
