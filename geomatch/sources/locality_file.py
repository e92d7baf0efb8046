"""The csv file of localities as a table of text: its columns found by their headings, each row whole."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.cells import letter
from geomatch.sources.csv_text import DELIMITERS, csv_delimiter, csv_rows, swallowing, unclosed
from geomatch.sources.regions import CRS
from geomatch.words import gettext as _

__all__ = ["locality_table"]

# What each column may be called; the first is the one we name in messages.
_HEADINGS = {
    "locality_code": ("locality_code", "code", "tätortskod"),
    "name": ("name", "namn", "tätort"),
    "municipality_code": ("municipality_code", "mun_code", "kommunkod"),
    "population": ("population", "pop", "folkmängd", "befolkning"),
}
# Pairs of coordinates in order of preference: metres are exact, degrees in such lists are rounded.
_COORDINATES = (
    (("x", "x_3006"), ("y", "y_3006"), CRS),
    (("lon", "longitude", "longitud"), ("lat", "latitude", "latitud"), "EPSG:4326"),
)
_TITLES = frozenset(
    title
    for titles in (*_HEADINGS.values(), *(titles for pair in _COORDINATES for titles in pair[:2]))
    for title in titles
)


def locality_table(path: Path) -> tuple[pd.DataFrame, dict[str, str], str, str]:
    """Read the file and find its columns.

    Args:
        path: A csv file in UTF-8.

    Returns:
        A table of text with locality_code, name, municipality_code, population, x, y and row (number of the row in
        the file, from 1); the heading of each column as written; the CRS of x and y; the separator.

    Raises:
        InputError: The file cannot be opened, is not UTF-8 or empty; a column is missing or there twice; a row has too
            many or too few cells, or a quotation mark in the wrong place.
    """
    heading, rows, delimiter = _cells(path)
    columns, crs = _columns(heading, path.name)
    problems = _ragged(rows, heading, delimiter, path.name)
    if problems:
        raise InputError(problems)
    table = pd.DataFrame(
        {column: [cells[at].strip() for _row, cells in rows] for column, at in columns.items()}, dtype=object
    )
    table["row"] = [row for row, _cells_of_row in rows]
    return table, {column: heading[at].strip() for column, at in columns.items()}, crs, delimiter


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    """The heading, the rows that hold anything with their numbers, and the separator."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(
                _("the file is not text in UTF-8"),
                _("a CSV file in UTF-8"),
                _("Save the file again as “CSV UTF-8”"),
                file=path.name,
            )
        ) from error
    except OSError as error:
        raise InputError(
            Problem(_("the file cannot be opened"), remedy=_("Check its name and folder"), file=path.name)
        ) from error
    first = text.lstrip().partition("\n")[0]
    delimiter = csv_delimiter(text, _TITLES, sorted(DELIMITERS, key=first.count, reverse=True))
    rows = [
        (number, cells)
        for number, cells in csv_rows(path.name, StringIO(text, newline=""), delimiter, _TITLES)
        if any(cell.strip() for cell in cells)
    ]
    if len(rows) < 2:
        raise InputError(
            Problem(
                _("the file has no rows below its headings") if rows else _("the file is empty"),
                _("headings and one row for each locality"),
                _("Choose another file"),
                file=path.name,
            )
        )
    return rows[0][1], rows[1:], delimiter


def _columns(heading: list[str], file: str) -> tuple[dict[str, int], str]:
    """Where each column stands, coordinates as x and y, and the CRS of these."""
    places: dict[str, list[int]] = {}
    for at, title in enumerate(heading):
        places.setdefault(title.strip().casefold(), []).append(at)
    problems: list[Problem] = []
    columns: dict[str, int] = {}

    def find(column: str, titles: tuple[str, ...]) -> None:
        found = [at for title in titles for at in places.get(title, [])]
        if not found:
            problems.append(
                Problem(
                    _("there is no column “{column}”").format(column=titles[0]),
                    _("one of the headings {headings}").format(headings=", ".join(titles)),
                    _("Add the column, or correct its heading"),
                    file=file,
                )
            )
        elif len(found) > 1:
            problems.append(
                Problem(
                    _("several columns could be “{column}”: {headings}").format(
                        column=titles[0], headings=", ".join(heading[at].strip() for at in found)
                    ),
                    _("only one of them"),
                    _("Remove or rename the others"),
                    file=file,
                )
            )
        else:
            columns[column] = found[0]

    for column, titles in _HEADINGS.items():
        find(column, titles)
    wholly = [
        pair for pair in _COORDINATES if all(any(title in places for title in titles) for titles in pair[:2])
    ]
    partly = [
        pair for pair in _COORDINATES if any(title in places for titles in pair[:2] for title in titles)
    ]
    if wholly or partly:
        x_titles, y_titles, crs = (wholly or partly)[0]
        find("x", x_titles)
        find("y", y_titles)
    else:
        crs = CRS
        problems.append(
            Problem(
                _("there are no columns with coordinates"),
                _("x and y in SWEREF 99 TM, or lon and lat"),
                _("Add two columns with coordinates"),
                file=file,
            )
        )
    if problems:
        raise InputError(problems)
    return columns, crs


def _ragged(
    rows: list[tuple[int, list[str]]], heading: list[str], delimiter: str, file: str
) -> list[Problem]:
    """Rows whose cells do not go with the headings; blank cells at the end are no matter."""
    problems = []
    width = len(heading)
    for row, cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        swallowed = swallowing(cells, width, width, delimiter)
        if swallowed is not None:
            column = heading[swallowed].strip() if swallowed < width else ""
            problems.append(unclosed(file, row, column or letter(swallowed), cells[swallowed], delimiter))
        elif len(cells) != width:
            problems.append(
                Problem(
                    _("the row has {count} cells").format(count=len(cells)),
                    _("{count} cells, as many as there are headings").format(count=width),
                    _("Put quotation marks round a text that holds the separator"),
                    file=file,
                    row=row,
                )
            )
    return problems
