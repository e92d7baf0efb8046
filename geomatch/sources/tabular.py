"""Tables in workbooks and csv files: found by their headings, read row by row, each problem with its place.

Nothing here knows what a column means: `enrolment`, `activities` and `corridor_register` do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.sources.book import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, Book, Sheet, open_book
from geomatch.sources.cells import (
    Cell,
    cell_name,
    fold,
    is_synthetic,
    iso_day,
    label,
    letter,
    row_and_column,
    split,
)
from geomatch.sources.csv_text import HEADER_WITHIN_ROWS, swallowing, unclosed
from geomatch.words import gettext as _

__all__ = [
    "EXAMPLE",
    "TEXT_SUFFIXES",
    "WORKBOOK_SUFFIXES",
    "Book",
    "Cell",
    "Grid",
    "Register",
    "Row",
    "Sheet",
    "cell_name",
    "chosen_grid",
    "fold",
    "is_example",
    "is_synthetic",
    "iso_day",
    "label",
    "letter",
    "open_book",
    "read_register",
    "register_of",
    "split",
]

# What the template's example row says in the column that identifies a row.
EXAMPLE = "EXEMPEL"
# What numbers are taken for Excel's day numbers: 1954-10-03 to 2064-04-08.
_DAY_NUMBERS = range(20_000, 60_001)
_DAY_0 = dt.date(1899, 12, 30)
# No activity or decision is older. Excel shows a day of 1899 or 1900 for a blank cell that a formula points to.
_FIRST_YEAR = 1950


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, csv file or layer, before it is known where its headings are.

    Attributes:
        name: Name of the sheet or layer, '' for csv.
        rows: (row number from 1, cells) of each row that is not blank.
        hidden: Whether the sheet is hidden.
        merged: Ranges of merged cells, `A2:A3`.
        spoilt: (row number, place of the column from 0) of a cell without a proper value -> (what is found, remedy).
        delimiter: Separator of a csv file, '' for others.
    """

    name: str
    rows: Sequence[tuple[int, list[Cell]]]
    hidden: bool = False
    merged: Sequence[str] = ()
    spoilt: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    delimiter: str = ""


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
    """

    file: str
    sheet: str
    columns: dict[str, int]
    headings: dict[str, str]
    rows: list[tuple[int, list[Cell]]]
    above: str
    ignored: list[str]


Required = Sequence[str | tuple[str, ...]]


def read_register(
    path: str | Path,
    headings: Mapping[str, str],
    required: Iterable[str | tuple[str, ...]],
    swedish: Mapping[str, str],
    encodings: Sequence[str] = ("utf-8-sig", "cp1252"),
) -> Register:
    """Open a table and find its header row by content, in the first ten rows of any visible sheet.

    Args:
        path: Workbook or csv file.
        headings: Folded heading -> identifier of the column.
        required: Identifiers that must be there; a tuple is satisfied by any one of its identifiers.
        swedish: Identifier -> heading to name in messages.
        encodings: Encodings to try on a csv file.

    Raises:
        InputError: What `open_book`, `chosen_grid` and `register_of` raise.
    """
    book = open_book(path, headings, encodings)
    needs = list(required)
    grids = [
        Grid(
            sheet.name,
            [(n, cells) for n, cells in enumerate(sheet.rows, 1) if any(label(cell) for cell in cells)],
            sheet.hidden,
            delimiter=book.delimiter,
        )
        for sheet in book.sheets
    ]
    grid, header = chosen_grid(book.file, grids, headings, needs, swedish)
    return register_of(book.file, grid, header, headings, needs, swedish)


def chosen_grid(
    file: str,
    grids: Sequence[Grid],
    headings: Mapping[str, str],
    required: Required,
    swedish: Mapping[str, str],
) -> tuple[Grid, int]:
    """The one visible sheet with a header row, and the number of that row. The arguments are those of `read_register`.

    Raises:
        InputError: No sheet has a header row, or only hidden ones, or several.
    """
    found = [(grid, number) for grid in grids if (number := _header_row(grid.rows, headings))]
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
        text = _("no row with the headings of this table was found on the sheets {sheets}").format(
            sheets=seen
        )
    else:
        text = _("no row with the headings of this table was found")
    raise InputError(Problem(text, ", ".join(swedish[name] for name in names), remedy, file))


def _header_row(rows: Sequence[tuple[int, list[Cell]]], headings: Container[str]) -> int:
    """Number of the row, among the first ten, with most known headings (at least two); 0 without one."""
    best, most = 0, 1
    for number, cells in rows[:HEADER_WITHIN_ROWS]:
        known = len({fold(cell) for cell in cells if fold(cell) in headings})
        if number <= HEADER_WITHIN_ROWS and known > most:
            best, most = number, known
    return best


def register_of(
    file: str,
    grid: Grid,
    header: int,
    headings: Mapping[str, str],
    required: Required,
    swedish: Mapping[str, str],
    heads: Sequence[str] | None = None,
) -> Register:
    """The table below a header row.

    Args:
        file: The file that problems name.
        grid: The sheet it is on.
        header: Number of the header row; 0 where the headings stand in no row of their own.
        headings: As of `read_register`.
        required: As of `read_register`.
        swedish: As of `read_register`.
        heads: The headings, where they stand in no row.

    Raises:
        InputError: With every problem found: a column missing, a heading twice, merged cells, a spoilt cell in a
            known column; in csv a row with more cells than the headings, one that a line break has parted, or a
            quotation mark that is not closed.
    """
    problems: list[Problem] = []

    def add(text: str, remedy: str, row: int | None, column: str = "") -> None:
        problems.append(Problem(text, "", remedy, file, grid.name, row, column))

    if heads is None:
        heads = next([label(cell) for cell in cells] for number, cells in grid.rows if number == header)
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
    needed = []
    for alternatives in required:
        choice = (alternatives,) if isinstance(alternatives, str) else alternatives
        places = [columns[name] for name in choice if name in columns]
        if places and len(choice) == 1:
            needed += places
        elif not places:
            text = _("the column “{column}” is missing").format(column=swedish[choice[0]])
            add(text, _("Add it, or correct its heading"), header or None)
    for reference in grid.merged:
        first, last = (row_and_column(cell) for cell in (reference.split(":")[0], reference.split(":")[-1]))
        if last[0] >= header and any(first[1] <= place <= last[1] for place in columns.values()):
            text = _("the cells {range} are merged: only the first of them holds a value")
            remedy = _("Undo the merging and write the value in every cell")
            add(text.format(range=reference), remedy, first[0])
    for (row, place), (found, remedy) in grid.spoilt.items():
        if row > header and place in columns.values():
            add(found, remedy, row, heads[place])
    rows = [(number, cells) for number, cells in grid.rows if number > header or not header]
    if grid.delimiter:
        problems += _csv_problems(file, grid.delimiter, rows, heads, max(needed, default=0))
    if problems:
        raise InputError(problems)
    above = " ".join(
        label(cell) for number, cells in grid.rows if number < header for cell in cells if label(cell)
    )
    return Register(file, grid.name, columns, written, rows, above, ignored)


def _csv_problems(
    file: str, delimiter: str, rows: Sequence[tuple[int, list[Cell]]], heads: Sequence[str], needed: int
) -> list[Problem]:
    """Rows of csv whose cells do not stand below their headings. A row may be shorter: its last cells are blank then.

    Args:
        file: The file that problems name.
        delimiter: The separator.
        rows: The rows below the headings.
        heads: The headings.
        needed: Place of the last column that no row may be without.
    """
    width = len(heads)
    # Some programs end each row, but not the headings, with a separator.
    most_cells = max(width, min((len(cells) for _number, cells in rows), default=0) if len(rows) > 1 else 0)
    problems: list[Problem] = []
    parted = 0
    for (number, cells), (next_number, following) in zip(rows, [*rows[1:], (0, [])], strict=False):
        place = swallowing(cells, width, most_cells, delimiter)
        if place is not None:
            column = (heads[place] if place < width else "") or letter(place)
            problems.append(unclosed(file, number, column, str(cells[place]), delimiter))
        elif len(cells) > most_cells or any(label(cell) for cell in cells[width:]):
            problems.append(
                Problem(
                    _("the row has {cells} cells, the headings {headings}").format(
                        cells=len(cells), headings=width
                    ),
                    "",
                    _("Put quotation marks around a text that holds the separator"),
                    file,
                    "",
                    number,
                )
            )
        elif len(cells) <= needed and number != parted and len(cells) + len(following) == width + 1:
            parted = next_number
            problems.append(
                Problem(
                    _("a line break parts the row in two, of {first} and {second} cells").format(
                        first=len(cells), second=len(following)
                    ),
                    _("{count} cells, as many as there are headings").format(count=width),
                    _("Put quotation marks around the text with the line break, or remove it"),
                    file,
                    "",
                    number,
                )
            )
    return problems


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
        """A date as ISO text, '' where it is blank (a problem unless `blank`) or not a date (a problem).

        A day number of Excel's is a problem that says what day it may mean: nothing tells it from another number.
        """
        cell = self.cell(column)
        text = label(cell)
        if blank and not text:
            return ""
        if re.fullmatch("[0-9]{5}", text) and int(text) in _DAY_NUMBERS:
            self.wrong(
                column,
                _("“{value}” is a number, not a date").format(value=text),
                _("a date as YYYY-MM-DD"),
                _("Format the cell as a date; Excel then shows {day}, if that is the day meant").format(
                    day=(_DAY_0 + dt.timedelta(days=int(text))).isoformat()
                ),
            )
            return ""
        day = iso_day(cell)
        if day and int(day[:4]) < _FIRST_YEAR:
            self.wrong(
                column,
                _("the day {value} is before {year}").format(value=day, year=_FIRST_YEAR),
                _("a date as YYYY-MM-DD"),
                _(
                    "Leave the cell blank where there is no day: a formula that points to a blank cell shows one"
                ),
            )
            return ""
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


def is_example(row: Row, column: str) -> bool:
    """Whether a row is the template's example, which is left out and counted."""
    return fold(row.text(column)) == EXAMPLE.casefold()
