"""The kinds of file a board's registers come in: csv, workbooks and GeoPackages become one `Register`.

What is wrong with the file as a whole is named here, and so are cells that show an error of Excel's.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from geomatch.errors import InputError, Problem
from geomatch.sources.csv_text import DELIMITERS, HEADER_WITHIN_ROWS, csv_delimiter, csv_rows
from geomatch.sources.enrolment_cells import NO_RESULT, error_named, with_spoilt_cells
from geomatch.sources.layers import GEOMETRY_COLUMNS, geometry_heading, read_layer
from geomatch.sources.sheet_look import Look, look_at
from geomatch.sources.tabular import (
    TEXT_SUFFIXES,
    WORKBOOK_SUFFIXES,
    Cell,
    Grid,
    Register,
    cell_name,
    chosen_grid,
    label,
    open_book,
    register_of,
)
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["MOST_BYTES", "MOST_ROWS", "open_register"]

# A register has hundreds of rows; above this it is some other file, and reading on could take all memory.
MOST_ROWS = 200_000
# A workbook or GeoPackage as it is, and a workbook unpacked.
MOST_BYTES = 200_000_000
_MOST_LINE = 1_000_000
_LAYER_SUFFIXES = (".gpkg",)
_DELIMITERS = (*DELIMITERS, "|")
_SAMPLE = 65_536
# Letters of UTF-8 read as Windows-1252, as no Swedish text has them; and the sign for a letter that is lost.
_GARBLED = re.compile("[^\\s;,|]*(?:Ã[¥¤¶©…„–\x84\x85\x96]|Â[§°\xa0]|\ufffd)[^\\s;,|]*")
# Why Excel shows each error.
_REASONS = {
    "#REF!": N_("its formula points to cells that are gone"),
    "#N/A": N_("its formula looks for something that is not there"),
    "#VALUE!": N_("its formula computes with a value of the wrong kind"),
    "#DIV/0!": N_("its formula divides by zero or by a blank cell"),
    "#NAME?": N_("its formula has a name that Excel does not know"),
    "#NUM!": N_("its formula gives a number that Excel cannot hold"),
    "#NULL!": N_("its formula asks for the cells that two ranges share, and they share none"),
}
# What Excel writes to csv for a date or a number in a column that is too narrow to show it.
_TOO_NARROW = re.compile("#{3,}")


def open_register(
    path: str | Path,
    headings: Mapping[str, str],
    required: Iterable[str | tuple[str, ...]],
    swedish: Mapping[str, str],
    notes: Counter[str],
) -> Register:
    """Open a register and find its header row by content, in the first ten rows of any visible sheet.

    Args:
        path: `.csv`, `.tsv`, `.txt` (UTF-8, UTF-16 with a byte order mark, or Windows-1252; `;`, `,`, tab or `|`),
            `.xlsx`, `.xlsm`, `.xls`, or `.gpkg` with one layer. A row of a layer has its fid as number; its point,
            in SWEREF 99 TM, becomes two columns more.
        headings: Folded heading -> identifier of the column.
        required: Identifiers that must be there; a tuple is satisfied by any one of its identifiers.
        swedish: Identifier -> heading to name in messages.
        notes: ignored_columns, read_as_windows_1252 and read_as_utf_16 are counted here.

    Raises:
        InputError: No such file, a folder, a kind, encoding or damage that cannot be read, more than `MOST_ROWS` rows
            or `MOST_BYTES` bytes; no header row, two sheets with one; what `register_of` raises, where a cell is
            spoilt that has an error of Excel's or a formula without a result.
    """
    path = Path(path)
    if path.is_dir():
        raise _refused(path, _("this is a folder, not a file"), remedy=_("Give the file that lies in it"))
    suffix = path.suffix.lower()
    kinds = (*WORKBOOK_SUFFIXES, *TEXT_SUFFIXES, *_LAYER_SUFFIXES)
    if suffix not in kinds:
        text = _("files of the kind “{suffix}” are not read").format(suffix=suffix)
        raise _refused(path, text, ", ".join(kinds))
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError:
        raise _refused(
            path, _("the file cannot be opened"), remedy=_("Check its name and that you may read it")
        ) from None
    if not size:
        raise _refused(path, _("the file is empty"))
    if suffix not in TEXT_SUFFIXES and size > MOST_BYTES:
        text = _("the file is larger than {most} MB").format(most=MOST_BYTES // 1_000_000)
        raise _refused(path, text, remedy=_("Keep only the rows of the register"))
    needs = list(required)
    if suffix in _LAYER_SUFFIXES:
        layer = read_layer(path, MOST_ROWS)
        grid = Grid(layer.name, layer.rows, spoilt=_spoilt_texts(layer.rows))
        register = register_of(path.name, grid, 0, headings, needs, swedish, layer.headings)
        register = _with_points(register, layer.points)
    else:
        encoding, grids = ("", _sheets(path)) if suffix in WORKBOOK_SUFFIXES else _text(path, start, headings)
        notes["read_as_windows_1252"] = encoding == "cp1252"
        notes["read_as_utf_16"] = encoding == "utf-16"
        grid, header = chosen_grid(path.name, grids, headings, needs, swedish)
        register = register_of(path.name, grid, header, headings, needs, swedish)
    notes["ignored_columns"] = len(register.ignored)
    return register


def _refused(
    path: Path, found: str, expected: str = "", remedy: str = "", row: int | None = None
) -> InputError:
    return InputError(Problem(found, expected, remedy, path.name, "", row))


# ---------------------------------------------------------------------------------------------------------- GeoPackage


def _with_points(register: Register, points: list[tuple[float, float] | None]) -> Register:
    """The register with the points of a layer as two columns more."""
    width = max((len(cells) for _number, cells in register.rows), default=0)
    rows: list[tuple[int, list[Cell]]] = [
        (number, cells + (["", ""] if point is None else list(point)))
        for (number, cells), point in zip(register.rows, points, strict=True)
    ]
    return Register(
        register.file,
        register.sheet,
        register.columns | {name: width + place for place, name in enumerate(GEOMETRY_COLUMNS)},
        register.headings | dict.fromkeys(GEOMETRY_COLUMNS, geometry_heading()),
        rows,
        register.above,
        register.ignored,
    )


# ----------------------------------------------------------------------------------------------------------------- csv


def _text(path: Path, start: bytes, headings: Mapping[str, str]) -> tuple[str, list[Grid]]:
    """The encoding and the rows of a csv file, at most `MOST_ROWS` of them."""
    encodings: tuple[str, ...] = ("utf-8-sig", "cp1252")
    if start in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
        encodings = ()
    elif start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        encodings = ("utf-16",)
    elif start.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                grid = _csv_grid(path, file, headings)
        except UnicodeError:
            continue
        if not grid.rows:
            raise _refused(path, _("the file is empty"))
        return encoding, [grid]
    raise _refused(
        path,
        _("the text of the file cannot be read"),
        _("UTF-8, UTF-16 with a byte order mark, or Windows-1252"),
        _("Save it again as “CSV UTF-8”"),
    )


def _csv_grid(path: Path, file: TextIO, headings: Mapping[str, str]) -> Grid:
    """The rows that are not blank. Raises UnicodeError where the encoding is another."""
    delimiter = csv_delimiter(file.read(_SAMPLE), headings, _DELIMITERS)
    file.seek(0)
    rows: list[tuple[int, list[Cell]]] = []
    for number, cells in csv_rows(path.name, _lines(path, file), delimiter, headings):
        if any(label(cell) for cell in cells):
            rows.append((number, list(cells)))
        if len(rows) > MOST_ROWS + HEADER_WITHIN_ROWS:
            text = _("the table has more than {most} rows").format(most=MOST_ROWS)
            raise _refused(path, text, remedy=_("Keep only the rows of the register"))
    return Grid("", rows, spoilt=_spoilt_texts(rows), delimiter=delimiter)


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    """The lines of a text, each looked at before it is read as csv."""
    for number, line in enumerate(iter(lambda: file.readline(_MOST_LINE), ""), 1):
        if "\0" in line:
            raise UnicodeError
        if len(line) == _MOST_LINE:
            text = _("the row has more than {most} signs").format(most=_MOST_LINE)
            raise _refused(path, text, remedy=_("Check that the file is a table"), row=number)
        garbled = _GARBLED.search(line)
        if garbled:
            raise _refused(
                path,
                _("letters are garbled: “{text}”").format(text=garbled[0][:40]),
                _("one encoding throughout"),
                _("Save it again as “CSV UTF-8” from the program it was made in"),
                row=number,
            )
        yield line


# ----------------------------------------------------------------------------------------------------------- workbooks


def _sheets(path: Path) -> list[Grid]:
    """The sheets of a workbook, once it is known that reading them takes little memory."""
    looks: dict[str, Look] = {}
    if zipfile.is_zipfile(path):
        looks = look_at(path, MOST_ROWS, MOST_BYTES)
    plain = open_book(path)
    marked = with_spoilt_cells(plain, path.read_bytes())
    grids = []
    for sheet, shown in zip(plain.sheets, marked.sheets, strict=True):
        rows = [(n, cells) for n, cells in enumerate(sheet.rows, 1) if any(label(cell) for cell in cells)]
        merged = tuple(looks[sheet.name].merged if sheet.name in looks else sheet.merged)
        grids.append(Grid(sheet.name, rows, sheet.hidden, merged, _spoilt(sheet.rows, shown.rows)))
    return grids


def _spoilt(
    plain: Sequence[Sequence[Cell]], shown: Sequence[Sequence[Cell]]
) -> dict[tuple[int, int], tuple[str, str]]:
    """The cells without a proper value: those that are blank to the workbook's reader but show something."""
    spoilt = {}
    for number, (cells, seen) in enumerate(zip(plain, shown, strict=True), 1):
        for place, (cell, text) in enumerate(zip(cells, seen, strict=True)):
            said = None
            if cell == "" and text == NO_RESULT:
                said = _("the cell holds a formula without a result"), _("Write the value itself in the cell")
            elif isinstance(text, str):
                said = _error(text, cell_name("", number, place), known=cell == "" and text != "")
            if said:
                spoilt[number, place] = said
    return spoilt


def _error(text: str, cell: str, *, known: bool = False) -> tuple[str, str] | None:
    """What to say of an error of Excel's, None for any other text.

    Args:
        text: The text of the cell.
        cell: Its reference, '' where the file has none.
        known: It is an error whatever it says.
    """
    if not text.startswith("#"):
        return None
    named = error_named(text.strip())
    error = named.partition(" ")[0] or text
    # What looks like an error and is not one of Excel's may be a text.
    if error not in _REASONS and not known:
        return None
    found = (
        _("cell {cell} shows Excel's error {error}").format(cell=cell, error=named or text)
        if cell
        else _("the cell shows Excel's error {error}").format(error=named or text)
    )
    if error in _REASONS:
        found += ": " + _(_REASONS[error])
    return found, _("Correct the formula, or write the value itself in the cell")


def _spoilt_texts(rows: Sequence[tuple[int, list[Cell]]]) -> dict[tuple[int, int], tuple[str, str]]:
    """What mars cells of text, which show what Excel showed when it saved them."""
    spoilt = {}
    for number, cells in rows:
        for place, cell in enumerate(cells):
            if not isinstance(cell, str) or not cell.startswith("#"):
                continue
            said = _error(cell, "")
            if _TOO_NARROW.fullmatch(cell.strip()):
                said = (
                    _("Excel has written “{text}” in the place of the value").format(text=cell.strip()),
                    _("Make the column wider in Excel and save the file again"),
                )
            if said:
                spoilt[number, place] = said
    return spoilt
