"""Cells of workbooks and csv files, with the row numbers and column letters their readers see.

Nothing here knows what a column means: `enrolment`, `activities` and `corridor_register` do.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

__all__ = [
    "Book",
    "Cell",
    "Register",
    "Row",
    "Sheet",
    "cell_name",
    "fold",
    "is_synthetic",
    "label",
    "letter",
    "open_book",
    "read_register",
]

Cell = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls")
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
HEADER_WITHIN_ROWS = 10
# What Excel itself can hold in a sheet; a register or the agency's workbook is far smaller.
MOST_ROWS = 1_048_576
# The agency's workbooks unpack to some 5 MB. A file that unpacks to much more would only fill the memory.
MOST_UNPACKED_MB = 300
ISO_DAY = r"\d{4}-\d\d-\d\d"
_DELIMITERS = (";", ",", "\t")
# What zipfile raises on an archive that is damaged, of another method or locked.
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError, ValueError, struct.error)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PARAGRAPH = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_RUN = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: `rows` from row 1 and column A on, blank cells as ''. A csv file is one sheet without a name."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook or csv file.

    Attributes:
        file: File name.
        sheets: Its sheets in order.
        information: Paragraphs of the sheet `Information`, from its drawing and its cells.
        encoding: Encoding of a csv file, '' for a workbook.
    """

    file: str
    sheets: list[Sheet]
    information: list[str] = field(default_factory=list)
    encoding: str = ""


def letter(column: int) -> str:
    """Letter of a column counted from 0: 0 is A, 26 is AA."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_name(sheet: str, row: int, column: int) -> str:
    """Reference to a cell, `'Sheet'!C12`, or `C12` where the file has no sheets. `row` from 1, `column` from 0."""
    place = f"{letter(column)}{row}"
    return f"'{sheet}'!{place}" if sheet else place


def label(cell: Cell) -> str:
    """A cell as one line of text: runs of blanks and line breaks become one blank; 5.0 is `5`; blank is ''."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def fold(cell: Cell) -> str:
    """A label to compare with: `label`, without regard to case."""
    return label(cell).casefold()


def is_synthetic(*texts: str) -> bool:
    """Whether any text says that the figures are made up (`syntetisk`, `synthetic`, in any case)."""
    return any(word in text.casefold() for text in texts for word in ("syntetisk", "synthetic"))


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
            not read.
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
    best: list[list[Cell]] = []
    most = -1
    for delimiter in _DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            rows: list[list[Cell]] = [list(row) for row in reader]
        except csv.Error:
            continue
        known = max(
            (len({fold(cell) for cell in row if fold(cell) in headings}) for row in rows[:20]), default=0
        )
        if known > most:
            best, most = rows, known
    if most < 0:
        raise _problem(
            file,
            _("the file is not proper csv"),
            remedy=_("Look for a quotation mark that is not closed"),
        )
    return Book(file, [Sheet("", best)], encoding=encoding)


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
        sheets = [
            Sheet(
                meta.name,
                workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False),
                hidden=meta.visible != SheetVisibleEnum.Visible,
            )
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except InputError:
        raise
    except PasswordError:
        raise _problem(
            path.name, _("the workbook has a password"), remedy=_("Save it without a password")
        ) from None
    except (CalamineError, *_DAMAGE):
        raise _problem(
            path.name,
            _("the file is damaged or is no Excel workbook"),
            remedy=_("Fetch it again, or open it in Excel and save it as .xlsx"),
        ) from None
    information = _drawn_text(content) if zipped else []
    for sheet in sheets:
        if fold(sheet.name) == "information":
            information += [label(cell) for row in sheet.rows for cell in row if label(cell)]
    return Book(path.name, sheets, information)


def _check_zip(file: str, content: bytes) -> None:
    """Refuse a huge archive without unpacking it; raise one of `_DAMAGE` where a part is damaged.

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


def _drawn_text(content: bytes) -> list[str]:
    """Paragraphs of the drawing on the sheet `Information`. It is provenance: what cannot be read is left out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:

        def tree(name: str) -> ET.Element:
            return ET.fromstring(archive.read(name))  # noqa: S314  expat stops entity bombs; only text is taken

        def targets(part: str) -> dict[str, tuple[str, str]]:
            folder, name = posixpath.split(part)
            return {
                relation.get("Id", ""): (
                    relation.get("Type", "").rsplit("/", 1)[-1],
                    posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
                )
                for relation in tree(f"{folder}/_rels/{name}.rels")
            }

        try:
            parts = targets("xl/workbook.xml")
            sheets = [
                parts[sheet.get(_RELATION, "")][1]
                for sheet in tree("xl/workbook.xml").iter()
                if sheet.tag.endswith("}sheet") and fold(sheet.get("name", "")) == "information"
            ]
            drawings = [
                target for part in sheets for kind, target in targets(part).values() if kind == "drawing"
            ]
            paragraphs = [part for drawing in drawings for part in tree(drawing).iter(_PARAGRAPH)]
        except (LookupError, ET.ParseError, *_DAMAGE):
            return []
    texts = (label("".join(run.text or "" for run in part.iter(_RUN))) for part in paragraphs)
    return [text for text in texts if text]


@dataclass(frozen=True, slots=True)
class Register:
    """A table with one header row, found by its headings.

    Attributes:
        file: File name.
        sheet: Sheet name, '' for csv.
        columns: Identifier of each known column -> its place from 0.
        headings: Identifier of each known column -> its heading as written.
        rows: (row number from 1, cells) of each row below the header that is not blank.
        above: Text above the header row.
        ignored: Headings that are not known.
        encoding: Encoding of a csv file, '' for a workbook.
    """

    file: str
    sheet: str
    columns: dict[str, int]
    headings: dict[str, str]
    rows: list[tuple[int, list[Cell]]]
    above: str
    ignored: list[str]
    encoding: str


def find_header(rows: Sequence[Sequence[Cell]], headings: Container[str]) -> int | None:
    """Place from 0 of the row, among the first ten, with most of `headings` (at least two); None without one."""
    counts = [
        len({fold(cell) for cell in row if fold(cell) in headings}) for row in rows[:HEADER_WITHIN_ROWS]
    ]
    most = max(counts, default=0)
    return counts.index(most) if most >= 2 else None


def read_register(
    path: str | Path,
    headings: Mapping[str, str],
    required: Iterable[str | tuple[str, ...]],
    swedish: Mapping[str, str],
    encodings: Sequence[str] = ("utf-8-sig", "cp1252"),
) -> Register:
    """Open a register and find its header row by content, in the first ten rows of any visible sheet.

    Args:
        path: Workbook or csv file.
        headings: Folded heading -> identifier of the column.
        required: Identifiers that must be there; a tuple is satisfied by any one of its identifiers.
        swedish: Identifier -> heading to name in messages.
        encodings: Encodings to try on a csv file.

    Raises:
        InputError: What `open_book` raises; no header row, two sheets with one, a column missing, a heading twice, a
            row with more cells than the header.
    """
    book = open_book(path, headings, encodings)
    places = {s.name: find_header(s.rows, headings) for s in book.sheets if not s.hidden}
    found = [name for name, place in places.items() if place is not None]
    if len(found) != 1:
        names = [alternative if isinstance(alternative, str) else alternative[0] for alternative in required]
        raise InputError(
            Problem(
                _("two sheets hold a table of this kind: {sheets}").format(sheets=", ".join(found))
                if found
                else _("no row with the headings of this table was found"),
                ", ".join(swedish[name] for name in names),
                _("Keep the table on one sheet, with its headings within the first ten rows"),
                file=book.file,
            )
        )
    sheet = next(s for s in book.sheets if s.name == found[0] and not s.hidden)
    place = places[sheet.name] or 0
    problems: list[Problem] = []

    def add(text: str, expected: str, remedy: str, row: int, column: str = "") -> None:
        problems.append(Problem(text, expected, remedy, book.file, sheet.name, row, column))

    columns: dict[str, int] = {}
    written: dict[str, str] = {}
    ignored: list[str] = []
    for number, cell in enumerate(sheet.rows[place]):
        identifier = headings.get(fold(cell), "")
        if not identifier:
            ignored += [label(cell)] if label(cell) else []
        elif identifier in columns:
            add(
                _("the heading “{heading}” means the same as “{other}”").format(
                    heading=label(cell), other=written[identifier]
                ),
                "",
                _("Keep one of the two columns"),
                place + 1,
                letter(number),
            )
        else:
            columns[identifier], written[identifier] = number, label(cell)
    for alternatives in required:
        choice = (alternatives,) if isinstance(alternatives, str) else alternatives
        if not any(name in columns for name in choice):
            text = _("the column “{column}” is missing").format(column=swedish[choice[0]])
            add(text, "", _("Add it, or correct its heading"), place + 1)
    rows: list[tuple[int, list[Cell]]] = []
    width = len(sheet.rows[place])
    for number, cells in enumerate(sheet.rows[place + 1 :], place + 2):
        if not any(label(cell) for cell in cells):
            continue
        if any(label(cell) for cell in cells[width:]):
            add(
                _("the row has {cells} cells, the headings {headings}").format(
                    cells=len(cells), headings=width
                ),
                "",
                _("Put quotation marks around a text that holds the separator"),
                number,
            )
        rows.append((number, cells))
    if problems:
        raise InputError(problems)
    above = " ".join(label(cell) for row in sheet.rows[:place] for cell in row if label(cell))
    return Register(book.file, sheet.name, columns, written, rows, above, ignored, book.encoding)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a register: its cells by identifier, each problem noted with its place.

    Attributes:
        register: The table it stands in.
        number: Row number from 1.
        cells: The cells.
        problems: The list that problems are added to.
    """

    register: Register
    number: int
    cells: list[Cell]
    problems: list[Problem]

    def cell(self, column: str) -> Cell:
        """The cell as it is, '' where the column or the cell is absent."""
        place = self.register.columns.get(column)
        return "" if place is None or place >= len(self.cells) else self.cells[place]

    def text(self, column: str) -> str:
        """The cell as one line of text."""
        return label(self.cell(column))

    def wrong(self, column: str, found: str, expected: str = "", remedy: str = "") -> None:
        """Note a problem in `column`."""
        heading = self.register.headings.get(column, "")
        self.problems.append(
            Problem(found, expected, remedy, self.register.file, self.register.sheet, self.number, heading)
        )

    def needed(self, column: str) -> str:
        """The text, and a problem where it is blank."""
        text = self.text(column)
        if not text:
            self.wrong(column, _("the cell is empty"))
        return text

    def date(self, column: str, *, blank: bool = True) -> str:
        """A date as ISO text, '' where it is blank (a problem unless `blank`) or not a date (a problem)."""
        cell = self.cell(column)
        if blank and not label(cell):
            return ""
        day = iso_day(cell)
        if not day:
            self.wrong(
                column,
                _("“{value}” is not a date").format(value=label(cell))
                if label(cell)
                else _("the cell is empty"),
                _("a date as YYYY-MM-DD"),
            )
        return day

    def choice(self, column: str, words: Mapping[str, str], blank: str) -> str:
        """The identifier of a word, `blank` where the cell is blank or the word is unknown (a problem)."""
        text = self.text(column)
        if text and text.casefold() not in words:
            self.wrong(
                column,
                _("the word “{value}” is not known here").format(value=text),
                _first_words(words),
            )
        return words.get(text.casefold(), blank)

    def choices(self, column: str, words: Mapping[str, str]) -> list[str]:
        """The identifiers of words parted by `;` or `,`; an unknown word is a problem."""
        known = []
        for part in split(self.text(column)):
            if part.casefold() in words:
                known.append(words[part.casefold()])
            else:
                found = _("the word “{value}” is not known here").format(value=part)
                self.wrong(column, found, _first_words(words))
        return known


def _first_words(words: Mapping[str, str]) -> str:
    """For each identifier the first word that means it, as a list to show."""
    first: dict[str, str] = {}
    for word, identifier in words.items():
        first.setdefault(identifier, word)
    return ", ".join(first.values())


def split(text: str, separators: str = ";,") -> list[str]:
    """The parts of a list in one cell, without blanks around them and without empty parts."""
    return [part.strip() for part in re.split(f"[{re.escape(separators)}]", text) if part.strip()]


def iso_day(cell: Cell) -> str:
    """A date cell, or text YYYY-MM-DD, as ISO text; '' for anything else, a time of day beside the date included."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    try:
        return dt.date.fromisoformat(label(cell)).isoformat() if re.fullmatch(ISO_DAY, label(cell)) else ""
    except ValueError:
        return ""
