"""Cells of a workbook that show an error or have no result yet, which its reader gives as blank."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.parsers import expat

from geomatch.sources.compound import stream_of
from geomatch.sources.tabular import Book, Cell, Sheet
from geomatch.workbook_parts import Package

__all__ = ["NO_RESULT", "error_named", "with_spoilt_cells"]

# What stands in the place of a formula that nothing has computed yet.
NO_RESULT = "="
# Excel's errors: as its files hold them, and as a Swedish Excel shows them.
_ERRORS = {
    "#NULL!": "#SKÄRNING!",
    "#DIV/0!": "#DIVISION/0!",
    "#VALUE!": "#VÄRDEFEL!",
    "#REF!": "#REFERENS!",
    "#NAME?": "#NAMN?",
    "#NUM!": "#OGILTIGT!",
    "#N/A": "#SAKNAS!",
}
_SHOWN = {shown: value for value, shown in _ERRORS.items()}
_ERROR = re.compile(r"#[A-ZÅÄÖ0-9/_]+[!?]?")
# [MS-XLS] 2.5.10
_CODES = dict(zip((0x00, 0x07, 0x0F, 0x17, 0x1D, 0x24, 0x2A), _ERRORS, strict=True))
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_DAMAGE = (
    zipfile.BadZipFile,
    expat.ExpatError,
    struct.error,
    LookupError,
    ValueError,
    RuntimeError,
    OSError,
    StopIteration,
)

Places = dict[tuple[int, int], str]  # row and column of a cell, both from 0 -> the error, or NO_RESULT


def error_named(text: str) -> str:
    """The error of Excel's that a cell's text is, with the word a Swedish Excel has for it; '' where it is none."""
    value = _SHOWN.get(text, text)
    if value in _ERRORS:
        return f"{value} ({_ERRORS[value]})"
    return text if _ERROR.fullmatch(text) else ""


def with_spoilt_cells(book: Book, content: bytes) -> Book:
    """The book with its errors (`#REF!`) as text, and `NO_RESULT` where a formula has no result yet.

    Its reader gives both as blank cells. Where the cells cannot be looked at, they stay blank: then a reader says that
    they are empty.

    Args:
        book: As `open_book` gives it.
        content: The bytes of the file.
    """
    try:
        places = dict(_of_zip(content) if content.startswith(b"PK") else _of_xls(content))
    except _DAMAGE:
        return book
    return replace(book, sheets=[_filled(sheet, places.get(sheet.name, {})) for sheet in book.sheets])


def _filled(sheet: Sheet, places: Mapping[tuple[int, int], str]) -> Sheet:
    if not places:
        return sheet
    rows: list[list[Cell]] = [list(cells) for cells in sheet.rows]
    for (row, column), text in places.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
            rows[row][column] = text
    return replace(sheet, rows=rows)


# ---------------------------------------------------------------------------------------------------------------- xlsx


def _of_zip(content: bytes) -> Iterator[tuple[str, Places]]:
    """ECMA-376 part 1, 18.3.1.4: a cell of type `e` holds an error; `f` is a formula and `v` its result."""
    package = Package(content)
    for name, part in package.sheets().items():
        xml = package.parts[part]
        if re.search(rb"<(\w+:)?f\b|\bt=[\"']e[\"']", xml):
            yield name, _of_part(xml)


def _of_part(xml: bytes) -> Places:
    found: Places = {}
    kind = reference = ""
    formula = inside = False
    value: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal kind, reference, formula, inside
        name = tag.rpartition(":")[2]
        if name == "c":
            kind, reference, formula = attributes.get("t", "n"), attributes.get("r", ""), False
            value.clear()
        formula |= name == "f"
        inside = name == "v"

    def text(part: str) -> None:
        if inside:
            value.append(part)

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        match = _CELL.fullmatch(reference) if tag.rpartition(":")[2] == "c" else None
        if match is None:
            return
        said = "".join(value).strip()
        # Of the type text, it is a formula whose result is blank.
        spoilt = said if kind == "e" else NO_RESULT if formula and not said and kind != "str" else ""
        if spoilt:
            found[int(match[2]) - 1, _column(match[1])] = spoilt

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(xml, True)
    return found


def _column(letters: str) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - 64
    return number - 1


# ----------------------------------------------------------------------------------------------------------------- xls

_SHEET, _END, _START = 0x0085, 0x000A, 0x0809
_ERROR_CELL, _FORMULA = 0x0205, 0x0006


def _of_xls(content: bytes) -> Iterator[tuple[str, Places]]:
    """[MS-XLS] 2.4.28 (BoundSheet8), 2.4.24 (BoolErr), 2.4.127 and 2.5.133 (Formula and its result)."""
    stream = stream_of(content, "Workbook")
    for code, data in _records(stream, 0):
        if code == _SHEET:
            (offset,) = struct.unpack_from("<I", data)
            size, wide = data[6], data[7] & 1
            name = data[8 : 8 + size * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            yield name, _of_records(stream, offset)


def _of_records(stream: bytes, offset: int) -> Places:
    found: Places = {}
    for code, data in _records(stream, offset):
        if code == _ERROR_CELL and data[7]:
            error = data[6]
        elif code == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
            error = data[8]
        else:
            continue
        row, column = struct.unpack_from("<HH", data)
        found[row, column] = _CODES.get(error, "")
    return found


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of the workbook, from its start to its end; charts within it are stepped over."""
    depth = 0
    while offset + 4 <= len(stream):
        code, size = struct.unpack_from("<HH", stream, offset)
        depth += (code == _START) - (code == _END)
        if depth == 1:
            yield code, stream[offset + 4 : offset + 4 + size]
        elif depth < 1:
            return
        offset += 4 + size
