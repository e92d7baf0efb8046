"""One cell of a workbook or csv file: its reference, and what it says as text."""

from __future__ import annotations

import datetime as dt
import re

__all__ = [
    "ISO_DAY",
    "Cell",
    "cell_name",
    "clock",
    "fold",
    "is_synthetic",
    "iso_day",
    "label",
    "letter",
    "row_and_column",
    "split",
]

Cell = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta
ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]+)")


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


def row_and_column(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of a cell: `C12` is (12, 2). Raises ValueError for anything else."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        raise ValueError(reference)
    column = 0
    for sign in match[1]:
        column = column * 26 + ord(sign) - 64
    return int(match[2]), column - 1


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


def clock(seconds: int) -> str:
    """Seconds after midnight as a time of day, `09:30`, or `09:30:15` where there are seconds."""
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
