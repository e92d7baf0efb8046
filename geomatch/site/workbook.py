"""The published tables of a month as one Excel workbook, with a sheet of what it is and one of definitions."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES, PublicTable
from geomatch.site.described import about, clean, definitions, title_of
from geomatch.words import gettext as _

__all__ = ["tables_workbook"]

# The most letters that a cell of a workbook holds.
_LONGEST = 32_767
# A text that begins so becomes a formula when somebody edits its cell, unless the cell is marked as text.
_DOUBTFUL = tuple("=+-@\t\r＝＋－＠")
_WIDTHS: Mapping[str, float] = {"text": 18, "int": 12, "float": 14, "bool": 10}
_WIDE: Mapping[str, float] = {"name": 32, "organiser": 36, "times": 44, "reasons": 36}
_A4 = 9
_LINE_PT = 15
# The day that all our workbooks bear, so that their bytes repeat.
_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def tables_workbook(edition: Edition, county: str | None, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """The workbook of an edition, in the language in force; the same edition gives the same bytes.

    Texts are stored as texts, whatever they begin with; one longer than a cell can hold is cut and ends in `…`. The
    sheets of tables bear the tables' names and their columns those of the other files, so that all go together.

    Args:
        edition: The edition.
        county: Two digits, or None for everything: what the title says.
        tables: PUBLIC_TABLES by name, rows of the county only.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415  only needed here

    buffer = io.BytesIO()
    # Openpyxl, which our other workbooks are made with, takes twice as long for a month of 5,000 activities.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties(
        {"title": clean(title_of(edition, county))[:255], "author": "geomatch", "created": _DAY}
    )
    formats = {
        "": None,
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6ECF0"}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "doubtful": book.add_format({"quote_prefix": True}),
    }
    _about_sheet(_Sheet(book, formats, _("About"), [28, 110]), edition, county)
    for name, table in PUBLIC_TABLES.items():
        _table_sheet(book, formats, table, tables[name])
    _definitions_sheet(_Sheet(book, formats, _("Definitions"), [14, 34, 26, 18, 16, 90]))
    book.close()
    return buffer.getvalue()


class _Sheet:
    """Fills a worksheet row by row."""

    def __init__(self, book: Any, formats: Mapping[str, Any], name: str, widths: Sequence[float]) -> None:  # noqa: ANN401  a library's own
        self.sheet, self.formats, self.widths, self.row = book.add_worksheet(name), formats, widths, 0
        for number, width in enumerate(widths):
            self.sheet.set_column(number, number, width)
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.set_footer("&C&P (&N)")

    def line(self, cells: Sequence[tuple[object, str]]) -> None:
        """A row of values, each with the name of its format, as high as its texts need.

        Not every program finds the height itself when it opens the file.
        """
        most = max(
            len(textwrap.wrap(str(value), max(4, int(self.widths[column] * 0.95))))
            for column, (value, _style) in enumerate(cells)
        )
        if most > 1:
            self.sheet.set_row(self.row, most * _LINE_PT)
        for column, (value, style) in enumerate(cells):
            self.text(column, str(value), style)
        self.row += 1

    def text(self, column: int, value: str, style: str = "") -> None:
        """A text in the row at hand; an empty one leaves its cell empty."""
        shown = clean(value)
        if len(shown) > _LONGEST:
            shown = shown[: _LONGEST - 1] + "…"
        if shown:
            self.sheet.write_string(self.row, column, shown, self.formats[style])


def _about_sheet(sheet: _Sheet, edition: Edition, county: str | None) -> None:
    sheet.sheet.fit_to_pages(1, 0)
    for label, text in about(edition, county):
        sheet.line([(label, "label"), (text, "wrap")])
    sheet.row += 1
    sheet.line([(_("Sheet"), "head"), (_("Contents"), "head")])
    for table in PUBLIC_TABLES.values():
        text = _("{title}. A row is {row}.").format(title=_(table.title), row=_(table.row))
        sheet.line([(table.name, "label"), (text, "wrap")])
    sheet.line([(_("Definitions"), "label"), (_("What each column means."), "wrap")])


def _table_sheet(book: Any, formats: Mapping[str, Any], table: PublicTable, frame: pd.DataFrame) -> None:  # noqa: ANN401  as above
    kinds = [column.kind.removesuffix("?") for column in table.columns]
    widths = [
        _WIDE.get(name, max(_WIDTHS[kind], len(name) + 3))
        for name, kind in zip(table.names, kinds, strict=True)
    ]
    sheet = _Sheet(book, formats, table.name, widths)
    sheet.line([(name, "head") for name in table.names])
    own = sheet.sheet
    own.freeze_panes(1, 0)
    own.repeat_rows(0)
    own.autofilter(0, 0, len(frame), len(kinds) - 1)
    numbers, flags = own.write_number, own.write_boolean
    for row in frame[table.names].itertuples(index=False, name=None):
        for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            if pd.isna(value):
                continue
            if kind == "text":
                doubtful = value.lstrip(" \u00a0").startswith(_DOUBTFUL) or value.startswith(_DOUBTFUL)
                sheet.text(column, value, "doubtful" if doubtful else "")
            elif kind == "bool":
                flags(sheet.row, column, bool(value))
            else:
                numbers(sheet.row, column, float(value) if kind == "float" else int(value))
        sheet.row += 1


def _definitions_sheet(sheet: _Sheet) -> None:
    headings = (_("Table"), _("Title"), _("Column"), _("Unit"), _("Kind"), _("Meaning"))
    sheet.sheet.freeze_panes(1, 0)
    sheet.sheet.repeat_rows(0)
    sheet.sheet.fit_to_pages(1, 0)
    sheet.line([(heading, "head") for heading in headings])
    for row in definitions().itertuples(index=False, name=None):
        sheet.line([(value, "wrap") for value in row])
