"""Workbooks and csv files as they are: sheets of cells, with nothing known of what a column means."""

from __future__ import annotations

import codecs
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from geomatch.errors import InputError, Problem
from geomatch.sources.cells import Cell, fold, label, letter, row_and_column
from geomatch.sources.csv_text import csv_delimiter, csv_rows
from geomatch.words import gettext as _

__all__ = [
    "MOST_CELLS",
    "TEXT_SUFFIXES",
    "WORKBOOK_SUFFIXES",
    "Book",
    "Sheet",
    "open_book",
    "sheet_parts",
    "too_wide",
]

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
# What Excel itself can hold in a sheet; a register or the agency's workbook is far smaller.
MOST_ROWS = 1_048_576
# From A1 to the last cell with a value, blank ones too: the reader keeps them all in memory.
MOST_CELLS = 20_000_000
# The agency's workbooks unpack to some 5 MB. A file that unpacks to much more would only fill the memory.
MOST_UNPACKED_MB = 300
# What zipfile raises on an archive that is damaged, of another method or locked.
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError, struct.error)
# A cell that has a value, or a formula: one that has only a format closes itself.
_USED_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"'](?:[^>]*[^>/])?>")
_PARAGRAPH = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_RUN = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. A csv file is one without a name.

    Attributes:
        name: Its name.
        rows: Its cells from row 1 and column A on, blank ones as ''.
        hidden: Whether it is hidden.
        merged: Ranges of merged cells, `A2:A3`; only of `.xls`, and where the installed
            python-calamine tells them.
    """

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook or csv file.

    Attributes:
        file: File name.
        sheets: Its sheets in order.
        information: Paragraphs of the sheet `Information`, from its drawing and its cells.
        encoding, delimiter: Encoding and separator of a csv file, '' for a workbook.
    """

    file: str
    sheets: list[Sheet]
    information: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""


def _problem(file: str, found: str, expected: str = "", remedy: str = "") -> InputError:
    return InputError(Problem(found, expected, remedy, file=file))


def open_book(
    path: str | Path, headings: Container[str] = (), encodings: Sequence[str] = ("utf-8-sig", "cp1252")
) -> Book:
    """Read every cell of an Excel workbook or a csv file.

    Args:
        path: `.xlsx`, `.xlsm`, `.xls`, or `.csv`, `.tsv`, `.txt` with `;`, `,` or tab between the cells.
        headings: Headings to expect, folded: the separator of a csv file is the one that shows most of them.
        encodings: Encodings to try on a csv file, in order.

    Raises:
        InputError: No such file, a folder, an empty, damaged or huge file, a password, a kind or an encoding that is
            not read, a quotation mark of a csv file in the wrong place.
    """
    path = Path(path)
    if path.is_dir():
        raise _problem(path.name, _("this is a folder"), remedy=_("Give a file in it by its name"))
    suffix = path.suffix.lower()
    if suffix not in WORKBOOK_SUFFIXES + TEXT_SUFFIXES:
        raise _problem(
            path.name,
            _("files of the kind “{suffix}” are not read").format(suffix=suffix),
            ", ".join(WORKBOOK_SUFFIXES + TEXT_SUFFIXES),
        )
    try:
        content = path.read_bytes()
    except OSError:
        raise _problem(
            path.name, _("the file cannot be opened"), remedy=_("Check its name and that you may read it")
        ) from None
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise _problem(path.name, _("the file is empty"))
    if suffix in TEXT_SUFFIXES:
        return _open_text(path.name, content, headings, encodings)
    return _open_workbook(path, content)


def _open_text(file: str, content: bytes, headings: Container[str], encodings: Sequence[str]) -> Book:
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_ROWS:
        raise _problem(
            file,
            _("the file has more than {count} rows").format(count=MOST_ROWS),
            remedy=_("Check that it is the right file"),
        )
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            break
    else:
        raise _problem(
            file,
            _("the text of the file cannot be read"),
            ", ".join("UTF-8" if name == "utf-8-sig" else "Windows-1252" for name in encodings),
            _("Save it again as “CSV UTF-8”"),
        )
    delimiter = csv_delimiter(text, headings, within_rows=20)
    lines = io.StringIO(text, newline="")
    rows: list[list[Cell]] = [list(cells) for _number, cells in csv_rows(file, lines, delimiter, headings)]
    return Book(file, [Sheet("", rows)], encoding=encoding, delimiter=delimiter)


def _open_workbook(path: Path, content: bytes) -> Book:
    from python_calamine import (  # noqa: PLC0415  loaded only when a workbook is read
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    zipped = content.startswith(b"PK")
    try:
        if zipped:
            _check_zip(path.name, content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for meta in workbook.sheets_metadata:
            if meta.typ == SheetTypeEnum.WorkSheet:
                sheet = workbook.get_sheet_by_name(meta.name)
                hidden = meta.visible != SheetVisibleEnum.Visible
                ranges = () if zipped else getattr(sheet, "merged_cell_ranges", None) or ()
                merged = tuple(
                    f"{letter(first[1])}{first[0] + 1}:{letter(last[1])}{last[0] + 1}"
                    for first, last in ranges
                )
                sheets.append(Sheet(meta.name, sheet.to_python(skip_empty_area=False), hidden, merged))
    except InputError:
        raise
    except PasswordError:
        raise _problem(
            path.name, _("the workbook has a password"), remedy=_("Save it without a password")
        ) from None
    except BaseException as error:
        # The library panics at some damaged files, with an exception that no module exports and none is the base of.
        if isinstance(error, (CalamineError, *_DAMAGE)) or type(error).__name__ == "PanicException":
            raise _problem(
                path.name,
                _("the file is damaged or is no Excel workbook"),
                remedy=_("Fetch it again, or open it in Excel and save it as .xlsx"),
            ) from None
        raise
    information = _drawn_text(content) if zipped else []
    for sheet in sheets:
        if fold(sheet.name) == "information":
            information += [label(cell) for row in sheet.rows for cell in row if label(cell)]
    return Book(path.name, sheets, information)


def _check_zip(file: str, content: bytes) -> None:
    """Refuse a huge archive without unpacking it, and a huge sheet; raise one of `_DAMAGE` where a part is damaged.

    An archive whose own table gives sizes that are too small is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked_mb = sum(part.file_size for part in archive.infolist()) // 1_000_000
        if unpacked_mb > MOST_UNPACKED_MB:
            raise _problem(
                file,
                _("the workbook unpacks to {size} MB").format(size=unpacked_mb),
                _("at most {size} MB").format(size=MOST_UNPACKED_MB),
                _("Check that it is the right file"),
            )
        damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(damaged)
        for part, sheet in _worksheets(archive).items():
            used = map(bytes.decode, _USED_CELL.findall(archive.read(part)))
            places = [row_and_column(cell) for cell in used]
            last_row = max((row for row, _column in places), default=0)
            last_column = max((column for _row, column in places), default=0)
            if last_row * (last_column + 1) > MOST_CELLS:
                raise too_wide(file, sheet, last_row, last_column)


def too_wide(file: str, sheet: str, last_row: int, last_column: int) -> InputError:
    """The error of a sheet with a value so far away that all cells before it would fill the memory."""
    text = _("the sheet stretches to cell {cell}").format(cell=f"{letter(last_column)}{last_row}")
    return InputError(Problem(text, remedy=_("Clear the cells outside the table"), file=file, sheet=sheet))


def _tree(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(archive.read(part))  # noqa: S314  expat stops entity bombs; only text is taken


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Id of each relation of a part -> (last word of its type, part it leads to)."""
    folder, name = posixpath.split(part)
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rsplit("/", 1)[-1],
            posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in _tree(archive, f"{folder}/_rels/{name}.rels")
    }


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each worksheet of a workbook -> its part of the archive (ECMA-376 part 1, 18.2.19).

    Raises:
        KeyError: The archive lacks a part it needs.
        xml.etree.ElementTree.ParseError: A part is not XML.
    """
    targets, present = _targets(archive, "xl/workbook.xml"), set(archive.namelist())
    found = {}
    for sheet in _tree(archive, "xl/workbook.xml").iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            # The namespace of `r:id` is another in the strict dialect.
            identifier = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            kind, part = targets.get(identifier, ("", ""))
            if kind == "worksheet" and part in present:
                found[sheet.get("name", "")] = part
    return found


def _worksheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Each part that holds a sheet -> its sheet's name, '' where the workbook does not say."""
    parts = dict.fromkeys((name for name in archive.namelist() if "/worksheets/sheet" in name), "")
    try:
        return parts | {part: sheet for sheet, part in sheet_parts(archive).items()}
    except (LookupError, ET.ParseError):
        return parts


def _drawn_text(content: bytes) -> list[str]:
    """Paragraphs of the drawing on the sheet `Information`. It is provenance: what cannot be read is left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            drawings = [
                target
                for name, part in sheet_parts(archive).items()
                if fold(name) == "information"
                for kind, target in _targets(archive, part).values()
                if kind == "drawing"
            ]
            paragraphs = [part for drawing in drawings for part in _tree(archive, drawing).iter(_PARAGRAPH)]
    except (LookupError, ET.ParseError, *_DAMAGE):
        return []
    texts = (label("".join(run.text or "" for run in part.iter(_RUN))) for part in paragraphs)
    return [text for text in texts if text]
