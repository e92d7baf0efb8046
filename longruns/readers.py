"""What each reader makes of a file, in a form that can be compared; and whether the file says the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.enrolment import Enrolment, read_enrolment
from geomatch.sources.places import read_localities
from geomatch.sources.tabular import Cell, label
from geomatch.sources.timetable import read_timetable
from geomatch.tables import records
from longruns.samples import Rows

__all__ = ["READERS", "Outcome", "unexplained"]


@dataclass(frozen=True)
class Outcome:
    """What came of reading a file.

    Attributes:
        digest: Of the values that were read, wherever they stood.
        notes: What was noted, by kind.
        rows: Numbers (from 1) of the file's rows that were read, or how many; None where the reader does not say.
        cells: For counts: the reference of each cell -> (low, high, sign).
        where: For counts: (row of the headings, letters of the columns of counts).
    """

    digest: str
    notes: Mapping[str, int]
    rows: frozenset[int] | int | None = None
    cells: Mapping[str, tuple[int, int, str]] | None = None
    where: tuple[int, tuple[str, ...]] = (0, ())


def _digest(*frames: pd.DataFrame) -> str:
    return hashlib.sha256(
        "\n".join(frame.to_csv() for frame in frames).encode("utf-8", "replace")
    ).hexdigest()


def _enrolment(path: Path) -> Outcome:
    found: Enrolment = read_enrolment(path)
    table = found.table
    cells = {row.cell.rsplit("!", 1)[-1]: (int(row.low), int(row.high), row.sign) for row in records(table)}
    counts = tuple(
        letter
        for letter, _heading, said in found.columns
        if said not in {"county", "municipality", "accommodation", "target_group", "sex", "age_group"}
    )
    return Outcome(
        _digest(table.drop(columns=["source", "cell"])),
        found.notes,
        len(table) if found.template == "table" else None,
        None if found.template == "table" else cells,
        (found.header_row, counts),
    )


def _activities(path: Path) -> Outcome:
    found = read_activities(path)
    series = pd.DataFrame(found.series.reveal(Audience.INTERNAL))
    rows = frozenset(number for numbers in found.rows.values() for number in numbers)
    return Outcome(_digest(series, found.sessions.reveal(Audience.INTERNAL)), found.notes, rows)


def _corridors(path: Path) -> Outcome:
    found = read_corridor_register(path)
    return Outcome(_digest(found.table), found.notes, frozenset(found.rows))


def _localities(path: Path) -> Outcome:
    found = read_localities(path)
    return Outcome(_digest(pd.DataFrame(found.frame)), found.notes, len(found.frame))


def _timetable(path: Path) -> Outcome:
    found = read_timetable([path])
    arrays = {
        name: getattr(found, name)
        for name in ("trip", "stop", "arrival_s", "departure_s", "boarding", "alighting")
    }
    days = pd.DataFrame({"days": [list(days) for days in found.service_days]})
    (feed,) = found.feeds
    frames = (found.stops, found.trips, pd.DataFrame(arrays), days, found.change_rules, found.trip_rules)
    return Outcome(_digest(*frames), feed.bad_rows)


READERS: Mapping[str, Callable[[Path], Outcome]] = {
    "enrolment": _enrolment,
    "activities": _activities,
    "corridors": _corridors,
    "localities": _localities,
    "timetable": _timetable,
}

# ------------------------------------------------------------------------------------------------ is it what it says?

_NUMBER = re.compile(r"([0-9]+|[0-9]{1,3}( [0-9]{3})+)([.,]0{1,2})?")
_SIGN = re.compile(r"(\.\s*\.[.\s]*|…|-|–)")


def _said(cell: Cell | None) -> tuple[int, str] | None:
    """The number or the sign of a cell, read without the reader; None for anything else."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return (int(cell), "") if cell >= 0 and float(cell).is_integer() else None
    text = label(cell)
    if _SIGN.fullmatch(text):
        return -1, text
    if _NUMBER.fullmatch(text):
        return int(re.split("[.,]", text)[0].replace(" ", "")), ""
    return None


def _letter(column: int) -> str:
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def unexplained(outcome: Outcome, rows: Rows, first: int) -> str:
    """Why the cells of the damaged file do not explain what was read; '' where they do.

    Every count that was read must stand in its cell; every number and sign below the headings must have been read; and
    every row of a register.

    Args:
        outcome: What was read.
        rows: The cells of the sheet that was read.
        first: Place (from 0) of the first row that is no heading.
    """
    if outcome.cells is not None:
        return _unexplained_counts(outcome, rows)
    filled = {
        n for n, row in enumerate(rows, 1) if n > first and any(label("" if c is None else c) for c in row)
    }
    left = sum(outcome.notes.get(name, 0) for name in ("example_rows",))
    if isinstance(outcome.rows, frozenset):
        missing = filled - outcome.rows
        return f"rows {sorted(missing)} are not read" if len(missing) != left else ""
    if outcome.rows is not None:
        return f"{len(filled)} rows, {outcome.rows} read" if len(filled) != outcome.rows else ""
    return ""


def _unexplained_counts(outcome: Outcome, rows: Rows) -> str:
    header, letters = outcome.where
    standing = {
        f"{_letter(column)}{number}": said
        for number, row in enumerate(rows, 1)
        for column, cell in enumerate(row)
        if number > header and _letter(column) in letters and (said := _said(cell)) is not None
    }
    assert outcome.cells is not None
    for reference, (low, high, sign) in outcome.cells.items():
        said = standing.get(reference)
        if said is None or ((said != (low, "") or low != high) and said != (-1, sign)):
            return f"{reference} was read as {low}-{high} {sign}, where {said} stands"
    missing = sorted(standing.keys() - outcome.cells.keys())
    if missing and not outcome.notes.get("note_rows"):
        return f"{', '.join(missing[:5])} not read"
    return ""
