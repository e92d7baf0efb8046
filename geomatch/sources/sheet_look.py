"""A first look at the sheets of a zipped workbook, as a stream: how far they stretch, and what is merged.

It takes little memory whatever the workbook holds, and refuses one that reading in full would fill the memory with.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from geomatch.errors import InputError, Problem
from geomatch.sources.book import MOST_CELLS, sheet_parts, too_wide
from geomatch.sources.cells import letter, row_and_column
from geomatch.words import gettext as _

__all__ = ["Look", "look_at"]

_PIECE = 1_000_000


@dataclass(slots=True)
class Look:
    """What is seen of one sheet.

    Attributes:
        rows: How many rows have a value.
        last: Row from 1 and column from 0 of the last ones with a value.
        merged: Ranges of merged cells, `A2:A3`.
    """

    rows: int = 0
    last: tuple[int, int] = (0, -1)
    merged: list[str] = field(default_factory=list)


def look_at(path: Path, most_rows: int, most_bytes: int) -> dict[str, Look]:
    """Look at every sheet of a zipped workbook.

    Args:
        path: The workbook.
        most_rows: How many rows with a value a sheet may have.
        most_bytes: How much it may be, unpacked.

    Returns:
        Name of each sheet -> what is seen of it.

    Raises:
        InputError: It is damaged, or would unpack to too much, has too many rows or too large a sheet.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_size(path.name, parts, most_bytes)
            # What an archive says of its sizes may be untrue: zipfile then finds it damaged, as it goes.
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(_PIECE):
                        pass
            return {
                sheet: _look(path.name, sheet, archive, part, most_rows)
                for sheet, part in sheet_parts(archive).items()
            }
    except InputError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        expat.ExpatError,
        ET.ParseError,
        LookupError,
        OSError,
        ValueError,
        EOFError,
        # A locked or oddly packed part.
        RuntimeError,
    ):
        raise InputError(
            Problem(
                _("the file is damaged or is no Excel workbook"),
                "",
                _("Fetch it again, or open it in Excel and save it as .xlsx"),
                path.name,
            )
        ) from None


def _check_size(file: str, parts: list[zipfile.ZipInfo], most_bytes: int) -> None:
    if sum(part.file_size for part in parts) > most_bytes:
        text = _("the workbook unpacks to more than {most} MB").format(most=most_bytes // 1_000_000)
        raise InputError(Problem(text, "", _("Keep only the rows of the register"), file))


def _look(file: str, sheet: str, archive: zipfile.ZipFile, part: str, most_rows: int) -> Look:
    look = Look()
    # The cell being read: its place, and whether it has a value.
    cell: dict[str, Any] = {"place": (0, 0), "open": False, "value": False}
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        name = tag.rpartition(":")[2]
        if name == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif name == "c":
            place = row_and_column(attributes.get("r", f"{letter(column)}{row}"))
            column = place[1] + 1
            cell.update(place=place, value=False, open=False)
        elif name in {"v", "is"}:
            cell["open"] = True
        elif name == "mergeCell":
            look.merged.append(attributes.get("ref", ""))

    def text(content: str) -> None:
        cell["value"] = cell["value"] or (cell["open"] and bool(content.strip()))

    def end(tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "is"}:
            cell["open"] = False
        if name != "c" or not cell["value"]:
            return
        where, at = cell["place"]
        look.rows += where != look.last[0]
        look.last = max(look.last[0], where), max(look.last[1], at)
        if look.rows > most_rows:
            found = _("the table has more than {most} rows").format(most=most_rows)
            raise InputError(Problem(found, "", _("Keep only the rows of the register"), file, sheet))
        if look.last[0] * (look.last[1] + 1) > MOST_CELLS:
            raise too_wide(file, sheet, *look.last)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return look
