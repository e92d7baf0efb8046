"""The register of corridors in force, and the kinds of file a board's registers come in.

A corridor says between which municipalities travel compensation may be granted, and when.
"""

from __future__ import annotations

import codecs
import csv
import io
import posixpath
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_places import (
    GEOMETRY_COLUMNS,
    geometry_heading,
    municipality_code,
    read_layer,
)
from geomatch.sources.tabular import (
    HEADER_WITHIN_ROWS,
    TEXT_SUFFIXES,
    WORKBOOK_SUFFIXES,
    Cell,
    Register,
    Row,
    fold,
    is_synthetic,
    label,
    letter,
    open_book,
)
from geomatch.words import gettext as _

__all__ = [
    "COLUMNS",
    "CORRIDOR_HEADINGS",
    "EXAMPLE",
    "MOST_BYTES",
    "MOST_ROWS",
    "CorridorRegister",
    "day_of",
    "is_example",
    "open_register",
    "read_corridor_register",
]

COLUMNS = ("from_code", "to_code", "valid_from", "valid_to", "reference")
CORRIDOR_HEADINGS = {
    "from": "Från",
    "to": "Till",
    "valid_from": "Gäller från",
    "valid_to": "Gäller till",
    "reference": "Referens",
}
_HEADINGS = {
    name.casefold(): column for column, swedish in CORRIDOR_HEADINGS.items() for name in (column, swedish)
}
_HEADINGS |= {"från kommun": "from", "till kommun": "to", "from_code": "from", "to_code": "to"}
_HEADINGS |= {"gäller från och med": "valid_from", "gäller till och med": "valid_to"}
_OPEN = "9999-12-31"

# A register has hundreds of rows; above this it is some other file, and reading on could take all memory.
MOST_ROWS = 200_000
# A workbook or GeoPackage as it is, and a workbook unpacked.
MOST_BYTES = 200_000_000
_MOST_CELLS = 20_000_000
_MOST_LINE = 1_000_000
_LAYER_SUFFIXES = (".gpkg",)
# What the template's example row says in the column that identifies a row.
EXAMPLE = "EXEMPEL"
_DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 65_536
# Letters of UTF-8 read as Windows-1252, as no Swedish text has them; and the sign for a letter that is lost.
_GARBLED = re.compile("[^\\s;,|]*(?:Ã[¥¤¶©…„–\x84\x85\x96]|Â[§°\xa0]|\ufffd)[^\\s;,|]*")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
# What numbers are taken for Excel's day numbers: 1954-10-03 to 2064-04-08.
_DAY_NUMBERS = (20_000, 60_000)
_DAY_0 = pd.Timestamp(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class CorridorRegister:
    """The corridors of one file.

    Attributes:
        table: One row per corridor and period, by from_code, to_code and valid_from: from_code, to_code (text of 4
            digits), valid_from, valid_to (ISO dates, both days included; valid_to '' while open), reference (text).
        synthetic: Whether the file says that it is made up.
        notes: open_ended (rows without a last day), without_reference, ignored_columns, example_rows (left out),
            read_as_windows_1252, read_as_utf_16.
        rows: For each row of `table` its row in the file; empty for a register merged of several files.
    """

    table: pd.DataFrame
    synthetic: bool
    notes: dict[str, int]
    rows: tuple[int, ...] = ()


def read_corridor_register(path: str | Path) -> CorridorRegister:
    """Read a register of corridors from a workbook, csv file or GeoPackage. One without rows is a register.

    Raises:
        InputError: What `open_register` raises; with every problem found: unknown municipality, from = to, dates
            that are wrong or reversed, periods of one corridor that overlap.
    """
    problems: list[Problem] = []
    notes: Counter[str] = Counter()
    register = open_register(path, _HEADINGS, ("from", "to", "valid_from"), CORRIDOR_HEADINGS, notes)
    periods: defaultdict[tuple[str, str], list[tuple[str, str, Row]]] = defaultdict(list)
    records = []
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        if is_example(row, "reference"):
            notes["example_rows"] += 1
            continue
        before = len(problems)
        row.needed("from")
        row.needed("to")
        origin, goal = municipality_code(row, "from"), municipality_code(row, "to")
        first, last = day_of(row, "valid_from", blank=False), day_of(row, "valid_to")
        if origin and origin == goal:
            row.wrong("to", _("a corridor from a municipality to itself"))
        if first and last and last < first:
            text = _("the last day {last} is before the first day {first}")
            row.wrong("valid_to", text.format(last=last, first=first))
        if len(problems) > before:
            continue
        notes["open_ended"] += not last
        notes["without_reference"] += not row.text("reference")
        periods[origin, goal].append((first, last or _OPEN, row))
        records.append((origin, goal, first, last, row.text("reference"), number))
    for group in periods.values():
        _check_overlaps(group)
    if problems:
        raise InputError(problems)
    records.sort()
    table = pd.DataFrame([record[:-1] for record in records], columns=list(COLUMNS), dtype=str)
    _validate(table)
    return CorridorRegister(
        table,
        is_synthetic(register.file, register.sheet, register.above),
        {name: int(count) for name, count in sorted(notes.items()) if count},
        tuple(record[-1] for record in records),
    )


def _check_overlaps(group: list[tuple[str, str, Row]]) -> None:
    """Note each period that begins before an earlier one of the same corridor has ended."""
    last, holder = "", None
    for first, end, row in sorted(group, key=lambda period: (period[0], period[1], period[2].number)):
        if holder is not None and first <= last:
            row.wrong(
                "valid_from",
                _("the period overlaps that of row {row} for the same two municipalities").format(
                    row=holder.number
                ),
                remedy=_("Let one period end the day before the next begins"),
            )
        if end > last:
            last, holder = end, row


def _validate(table: pd.DataFrame) -> None:
    """A second look at what the table keeps, after the checks that name rows."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    code, day = pa.Check.str_matches("^[0-9]{4}$"), "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    columns = {
        "from_code": pa.Column(str, code),
        "to_code": pa.Column(str, code),
        "valid_from": pa.Column(str, pa.Check.str_matches(f"^{day}$")),
        "valid_to": pa.Column(str, pa.Check.str_matches(f"^({day})?$")),
        "reference": pa.Column(str),
    }
    pa.DataFrameSchema(columns, strict=True, ordered=True, unique=list(COLUMNS[:3])).validate(
        table, lazy=True
    )


def is_example(row: Row, column: str) -> bool:
    """Whether a row is the template's example, which is left out and counted."""
    return fold(row.text(column)) == EXAMPLE.casefold()


def day_of(row: Row, column: str, *, blank: bool = True) -> str:
    """A date as ISO text, as `Row.date`; an Excel day number gets a message that says what it may mean."""
    cell = row.cell(column)
    text = label(cell)
    first, last = _DAY_NUMBERS
    if text.isdecimal() and len(text) == 5 and first <= int(text) <= last:
        row.wrong(
            column,
            _("“{value}” is a number, not a date").format(value=text),
            _("a date as YYYY-MM-DD"),
            _("Format the cell as a date; Excel then shows {day}, if that is the day meant").format(
                day=(_DAY_0 + pd.Timedelta(days=int(text))).date().isoformat()
            ),
        )
        return ""
    return row.date(column, blank=blank)


# Files of registers: csv, workbooks and GeoPackages become one `Register`, or an error that names what is wrong.


@dataclass(frozen=True, slots=True)
class _Grid:
    """One sheet, csv file or layer: its rows that are not blank with their numbers, and what mars its cells."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    hidden: bool = False
    merged: tuple[str, ...] = ()
    spoilt: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Look:
    """What a first look at a sheet's XML tells: its extent, merged cells, and cells without a proper value."""

    rows: int = 0
    last: tuple[int, int] = (0, -1)
    merged: list[str] = field(default_factory=list)
    spoilt: list[tuple[str, str]] = field(default_factory=list)


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
            or `MOST_BYTES` bytes; no header row, two sheets with one, a column missing, a heading twice, a row with
            more cells than the header, merged cells, a formula without a value or with an error.
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
        register = _register(path, _Grid(layer.name, layer.rows), layer.headings, 0, headings, needs, swedish)
        register = _with_points(register, layer.points)
    else:
        encoding, grids = ("", _sheets(path)) if suffix in WORKBOOK_SUFFIXES else _text(path, start, headings)
        notes["read_as_windows_1252"] = encoding == "cp1252"
        notes["read_as_utf_16"] = encoding == "utf-16"
        grid, header = _chosen(path, grids, headings, needs, swedish)
        heads = next([label(cell) for cell in cells] for number, cells in grid.rows if number == header)
        register = _register(path, grid, heads, header, headings, needs, swedish)
    notes["ignored_columns"] = len(register.ignored)
    return register


def _refused(
    path: Path, found: str, expected: str = "", remedy: str = "", sheet: str = "", row: int | None = None
) -> InputError:
    return InputError(Problem(found, expected, remedy, path.name, sheet, row))


def _chosen(
    path: Path,
    grids: list[_Grid],
    headings: Mapping[str, str],
    required: list[str | tuple[str, ...]],
    swedish: Mapping[str, str],
) -> tuple[_Grid, int]:
    """The one visible sheet with a header row, and the number of that row."""
    found = [(grid, number) for grid in grids if (number := _header(grid, headings))]
    visible = [(grid, number) for grid, number in found if not grid.hidden]
    if len(visible) == 1:
        return visible[0]
    names = [alternative if isinstance(alternative, str) else alternative[0] for alternative in required]
    remedy = _("Keep the table on one sheet, with its headings within the first ten rows")
    sheets = ", ".join(grid.name for grid, _number in visible or found)
    seen = ", ".join(grid.name for grid in grids if not grid.hidden)
    if visible:
        text = _("two sheets hold a table of this kind: {sheets}").format(sheets=sheets)
    elif found:
        text = _("the table stands on a hidden sheet: {sheets}").format(sheets=sheets)
        remedy = _("Show the sheet in Excel and save the file")
    elif seen:
        text = _("no row with the headings of this table was found on the sheets {sheets}")
        text = text.format(sheets=seen)
    else:
        text = _("no row with the headings of this table was found")
    raise _refused(path, text, ", ".join(swedish[name] for name in names), remedy)


def _header(grid: _Grid, headings: Mapping[str, str]) -> int:
    """Number of the row, among the first ten, with most known headings (at least two); 0 without one."""
    best, most = 0, 1
    for number, cells in grid.rows[:HEADER_WITHIN_ROWS]:
        known = len({fold(cell) for cell in cells if fold(cell) in headings})
        if number <= HEADER_WITHIN_ROWS and known > most:
            best, most = number, known
    return best


def _register(
    path: Path,
    grid: _Grid,
    heads: list[str],
    header: int,
    headings: Mapping[str, str],
    required: list[str | tuple[str, ...]],
    swedish: Mapping[str, str],
) -> Register:
    """The table below a header row. `header` is 0 where the headings stand in no row of their own."""
    problems: list[Problem] = []

    def add(text: str, remedy: str, row: int | None, column: str = "") -> None:
        problems.append(Problem(text, "", remedy, path.name, grid.name, row, column))

    columns: dict[str, int] = {}
    written: dict[str, str] = {}
    ignored: list[str] = []
    for number, head in enumerate(heads):
        identifier = headings.get(fold(head), "")
        if not identifier:
            ignored += [head] if head else []
        elif identifier in columns:
            text = _("the heading “{heading}” means the same as “{other}”")
            text = text.format(heading=head, other=written[identifier])
            add(text, _("Keep one of the two columns"), header or None, letter(number))
        else:
            columns[identifier], written[identifier] = number, head
    for alternatives in required:
        choice = (alternatives,) if isinstance(alternatives, str) else alternatives
        if not any(name in columns for name in choice):
            text = _("the column “{column}” is missing").format(column=swedish[choice[0]])
            add(text, _("Add it, or correct its heading"), header or None)
    for reference in grid.merged:
        first, last = (_row_and_column(cell) for cell in (reference.split(":")[0], reference.split(":")[-1]))
        if last[0] >= header and any(first[1] <= place <= last[1] for place in columns.values()):
            text = _("the cells {range} are merged: only the first of them holds a value")
            remedy = _("Undo the merging and write the value in every cell")
            add(text.format(range=reference), remedy, first[0])
    for reference, what in grid.spoilt:
        row, column = _row_and_column(reference)
        if row > header and column in columns.values():
            add(what, _("Write the value itself in the cell"), row, heads[column])
    rows = [(number, cells) for number, cells in grid.rows if number > header or not header]
    for number, cells in rows:
        if any(label(cell) for cell in cells[len(heads) :]):
            text = _("the row has {cells} cells, the headings {headings}")
            text = text.format(cells=len(cells), headings=len(heads))
            add(text, _("Put quotation marks around a text that holds the separator"), number)
    if problems:
        raise InputError(problems)
    above = " ".join(
        label(cell) for number, cells in grid.rows if number < header for cell in cells if label(cell)
    )
    return Register(path.name, grid.name, columns, written, rows, above, ignored, "")


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
        "",
    )


def _too_many(path: Path, sheet: str = "") -> InputError:
    text = _("the table has more than {most} rows").format(most=MOST_ROWS)
    return _refused(path, text, remedy=_("Keep only the rows of the register"), sheet=sheet)


def _text(path: Path, start: bytes, headings: Mapping[str, str]) -> tuple[str, list[_Grid]]:
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
                rows = _csv_rows(path, file, headings)
        except UnicodeError:
            continue
        if not rows:
            raise _refused(path, _("the file is empty"))
        return encoding, [_Grid("", rows)]
    raise _refused(
        path,
        _("the text of the file cannot be read"),
        _("UTF-8, UTF-16 with a byte order mark, or Windows-1252"),
        _("Save it again as “CSV UTF-8”"),
    )


def _csv_rows(path: Path, file: TextIO, headings: Mapping[str, str]) -> list[tuple[int, list[Cell]]]:
    """The rows that are not blank. Raises UnicodeError where the encoding is another."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    most, delimiter = -1, ";"
    for candidate in _DELIMITERS:
        known = 0
        try:
            for row in islice(
                csv.reader(io.StringIO(sample, newline=""), delimiter=candidate), HEADER_WITHIN_ROWS
            ):
                known = max(known, len({fold(cell) for cell in row if fold(cell) in headings}))
        except csv.Error:
            continue
        if known > most:
            most, delimiter = known, candidate
    rows: list[tuple[int, list[Cell]]] = []
    number = 0
    try:
        for number, cells in enumerate(csv.reader(_lines(path, file), delimiter=delimiter, strict=True), 1):
            if any(label(cell) for cell in cells):
                rows.append((number, list(cells)))
            if len(rows) > MOST_ROWS + HEADER_WITHIN_ROWS:
                raise _too_many(path)
    except csv.Error:
        raise _refused(
            path,
            _("the file is not proper csv"),
            remedy=_("Look for a quotation mark that is not closed"),
            row=number + 1,
        ) from None
    return rows


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


def _sheets(path: Path) -> list[_Grid]:
    """The sheets of a workbook, once it is known that reading them takes little memory."""
    looks: dict[str, _Look] = {}
    try:
        if zipfile.is_zipfile(path):
            looks = _looks(path)
    except InputError:
        raise
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        ET.ParseError,
        LookupError,
        OSError,
        ValueError,
        EOFError,
        # A locked or oddly packed part.
        RuntimeError,
    ):
        raise _refused(
            path,
            _("the file is damaged or is no Excel workbook"),
            remedy=_("Fetch it again, or open it in Excel and save it as .xlsx"),
        ) from None
    grids = []
    for sheet in open_book(path).sheets:
        look = looks.get(sheet.name, _Look())
        rows = [(n, cells) for n, cells in enumerate(sheet.rows, 1) if any(label(cell) for cell in cells)]
        grids.append(_Grid(sheet.name, rows, sheet.hidden, tuple(look.merged), tuple(look.spoilt)))
    return grids


def _looks(path: Path) -> dict[str, _Look]:
    """Look at every sheet of a zipped workbook, piece by piece; refuse one that would unpack to too much."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked <= MOST_BYTES:
            # What an archive says of its sizes may be untrue: zipfile then finds it damaged, as it goes.
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(_MOST_LINE):
                        pass
            names = set(archive.namelist())
            return {
                sheet: _look(path, sheet, archive, part)
                for sheet, part in _sheet_parts(archive).items()
                if part in names
            }
    text = _("the workbook unpacks to more than {most} MB").format(most=MOST_BYTES // 1_000_000)
    raise _refused(path, text, remedy=_("Keep only the rows of the register"))


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part of the archive."""

    def tree(name: str) -> ET.Element:
        return ET.fromstring(archive.read(name))  # noqa: S314  expat stops entity bombs; only names are taken

    targets = {
        relation.get("Id", ""): posixpath.join("/xl", relation.get("Target", "")).lstrip("/")
        for relation in tree("xl/_rels/workbook.xml.rels")
    }
    return {
        sheet.get("name", ""): targets.get(sheet.get(_RELATION, ""), "")
        for sheet in tree("xl/workbook.xml").iter()
        if sheet.tag.endswith("}sheet")
    }


def _look(path: Path, sheet: str, archive: zipfile.ZipFile, part: str) -> _Look:
    """Read a sheet's XML as a stream; refuse it where it has more rows or a far larger extent than a register."""
    look = _Look()
    # The cell being read: its place, type, whether it has a formula and whether it has a value.
    cell: dict[str, Any] = {"place": (0, 0), "open": False}
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        name = tag.rpartition(":")[2]
        if name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif name == "c":
            place = _row_and_column(attributes.get("r", f"{letter(column)}{row}"))
            column = place[1] + 1
            cell.update(place=place, kind=attributes.get("t", ""), formula=False, value=False, open=False)
        elif name == "f":
            cell["formula"] = True
        elif name in {"v", "is"}:
            cell["open"] = True
        elif name == "mergeCell":
            look.merged.append(attributes.get("ref", ""))

    def text(content: str) -> None:
        cell["value"] = cell.get("value") or (cell["open"] and bool(content.strip()))

    def end(tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "is"}:
            cell["open"] = False
        if name != "c":
            return
        where, at = cell["place"]
        reference = f"{letter(at)}{where}"
        if cell["value"] and cell["kind"] == "e":
            look.spoilt.append((reference, _("the cell shows an error of Excel's")))
        elif cell["formula"] and not cell["value"] and cell["kind"] != "str":
            # Of the type text it is a formula whose result is blank.
            look.spoilt.append((reference, _("the cell holds a formula without a result")))
        if not cell["value"]:
            return
        look.rows += where != look.last[0]
        look.last = max(look.last[0], where), max(look.last[1], at)
        if look.rows > MOST_ROWS + HEADER_WITHIN_ROWS:
            raise _too_many(path, sheet)
        if look.last[0] * (look.last[1] + 1) > _MOST_CELLS:
            found = _("the sheet stretches to cell {cell}").format(
                cell=f"{letter(look.last[1])}{look.last[0]}"
            )
            raise _refused(path, found, remedy=_("Clear the cells outside the table"), sheet=sheet)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return look


def _row_and_column(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of a cell: `C12` is (12, 2). Raises ValueError for anything else."""
    match = _CELL.fullmatch(reference.replace("$", ""))
    if match is None:
        raise ValueError(reference)
    column = 0
    for sign in match[1]:
        column = column * 26 + ord(sign) - 64
    return int(match[2]), column - 1
