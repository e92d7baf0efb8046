"""Rows of csv text, read strictly: a quotation mark in the wrong place is named with its row, not read past.

A quotation mark that is not closed takes the separators and the rows after it into its cell. Where the text happens
to go on so that csv allows it, rows would be lost without a word: `swallowing` finds those.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice

from geomatch.errors import InputError, Problem
from geomatch.sources.cells import fold, label, letter
from geomatch.words import gettext as _

__all__ = ["DELIMITERS", "HEADER_WITHIN_ROWS", "csv_delimiter", "csv_rows", "swallowing", "unclosed"]

DELIMITERS = (";", ",", "\t")
# How far down a header row is looked for.
HEADER_WITHIN_ROWS = 10
_SHOWN = 30


def csv_delimiter(
    text: str,
    headings: Container[str],
    delimiters: Sequence[str] = DELIMITERS,
    within_rows: int = HEADER_WITHIN_ROWS,
) -> str:
    """The separator that shows most headings in one of the first rows; the first of those that show equally many.

    Args:
        text: The text, or the beginning of it.
        headings: Headings to expect, folded.
        delimiters: Separators to try.
        within_rows: How many rows are looked at.
    """
    most, best = -1, delimiters[0]
    lines = list(islice(io.StringIO(text, newline=""), 10 * within_rows))
    for delimiter in delimiters:
        # As whole rows; and line by line, which a quotation mark that is not closed cannot spoil.
        readings = (
            csv.reader(lines, delimiter=delimiter),
            (row for line in lines for row in _one(line, delimiter)),
        )
        known = 0
        for reading in readings:
            try:
                for row in islice(reading, within_rows):
                    known = max(known, len({fold(cell) for cell in row if fold(cell) in headings}))
            except csv.Error:
                continue
        if known > most:
            most, best = known, delimiter
    return best


def _one(line: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader([line], delimiter=delimiter)
    except csv.Error:
        return


def csv_rows(
    file: str, lines: Iterable[str], delimiter: str, headings: Container[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a csv text with their numbers from 1, blank ones too, as they are asked for.

    A row is what a spreadsheet shows as one: a text in quotation marks may hold line breaks.

    Args:
        file: The file that problems name.
        lines: The lines, with their ends.
        delimiter: The separator.
        headings: Headings to expect, folded, so that a problem can name its column.

    Raises:
        InputError: A quotation mark that is not closed, text after a closing one, or a cell of more than 131,072 signs.
    """
    held: list[str] = []

    def kept() -> Iterator[str]:
        for line in lines:
            held.append(line)
            yield line

    reader = csv.reader(kept(), delimiter=delimiter, strict=True)
    header: list[str] = []
    most, number = 1, 0
    while True:
        number += 1
        held.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InputError(_misquoted(file, number, "".join(held), delimiter, header)) from None
        known = (
            len({fold(cell) for cell in cells if fold(cell) in headings})
            if number <= HEADER_WITHIN_ROWS
            else 0
        )
        if known > most:
            most, header = known, [label(cell) for cell in cells]
        yield number, cells


def _misquoted(file: str, row: int, raw: str, delimiter: str, header: Sequence[str]) -> Problem:
    """What is wrong with the row that `raw` begins with."""
    place = start = 0
    while start < len(raw):
        if raw[start] == '"':
            end = start + 1
            while (end := raw.find('"', end)) >= 0 and raw[end + 1 : end + 2] == '"':
                end += 2
            inside = raw[start + 1 :] if end < 0 else raw[start + 1 : end]
            after = "" if end < 0 else raw[end + 1 : end + 2]
            if end < 0 or (after not in {"", delimiter, "\r", "\n"} and "\n" in inside.replace("\r", "\n")):
                return unclosed(file, row, _column(place, header), inside, delimiter)
            if after not in {"", delimiter, "\r", "\n"}:
                return Problem(
                    _("after the quotation mark that ends “{text}” there is more text").format(
                        text=_shown(inside)
                    ),
                    _("the separator, or the end of the row"),
                    _("Write each quotation mark inside such a text twice"),
                    file,
                    "",
                    row,
                    _column(place, header),
                )
            start = end + 1
        while start < len(raw) and raw[start] not in {delimiter, "\r", "\n"}:
            start += 1
        if raw[start : start + 1] != delimiter:
            break
        start, place = start + 1, place + 1
    return Problem(
        _("a cell has more than {most} signs").format(most=csv.field_size_limit()),
        "",
        _("Check that the file is a table"),
        file,
        "",
        row,
        _column(place, header),
    )


def _column(place: int, header: Sequence[str]) -> str:
    return (header[place] if place < len(header) else "") or letter(place)


def _shown(text: str) -> str:
    """The beginning of a text, in one line."""
    line = label(text)
    return line if len(line) <= _SHOWN else line[:_SHOWN].rstrip() + "…"


def unclosed(file: str, row: int, column: str, text: str, delimiter: str) -> Problem:
    """The problem of a quotation mark that is not closed: `text` is what follows it."""
    meant = text.replace("\r", "\n").partition("\n")[0].partition(delimiter)[0]
    return Problem(
        _("the quotation mark before “{text}” is not closed").format(text=_shown(meant)),
        _("quotation marks in pairs"),
        _("Write one where the text ends too, or remove it"),
        file,
        "",
        row,
        column,
    )


def swallowing(cells: Sequence[object], width: int, most_cells: int, delimiter: str) -> int | None:
    """Place of the cell that holds whole rows, since its quotation mark is closed by one further down; None without.

    That cell has line breaks, and its lines have as many separators as rows of `width` cells would have there; or it
    has line breaks and separators and its row is longer than a row may be.

    Args:
        cells: A row of csv as it was read.
        width: How many headings there are.
        most_cells: How many cells a row may have.
        delimiter: The separator.
    """
    for place, cell in enumerate(cells):
        if not isinstance(cell, str) or delimiter not in cell:
            continue
        lines = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if len(lines) < 2:
            continue
        counts = [line.count(delimiter) for line in lines]
        whole = [width - 1 - place, *[width - 1] * (len(lines) - 2), place]
        if counts == whole or len(cells) > most_cells:
            return place
    return None
