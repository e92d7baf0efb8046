"""The agency's workbooks in force, as cells: what each count can be by its number or its sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geomatch.sources.enrolment import read_enrolment

__all__ = ["ALL", "COUNTRY", "DIMENSIONS", "UNKNOWN", "Cell", "Counts", "Dims", "read_workbooks"]

ALL = "all"
COUNTRY = "00"
# What is not known of a place is told by this behind the code of its county.
UNKNOWN = "?"
DIMENSIONS = ("accommodation", "target_group", "sex", "case_status", "locality_code", "age_group")
# Values by DIMENSIONS.
Dims = tuple[str, ...]


@dataclass(slots=True)
class Cell:
    """One count: its ends, whether the agency withholds it, and the files that have it."""

    low: int
    high: int
    masked: bool
    files: set[str]


@dataclass(slots=True)
class Counts:
    """The counts of one month.

    Attributes:
        cells: By area (`2505`, `25`, `00`, `25?` for an unknown municipality, `??` for an unknown county) and dims.
        places: Per file and county, the areas that it names below the county; per file alone, counties.
    """

    cells: dict[tuple[str, Dims], Cell] = field(default_factory=dict)
    places: dict[tuple[str, str], set[str]] = field(default_factory=dict)


def area_of(county: str, municipality: str) -> str:
    """The code of an area, as `Counts.cells` has it."""
    if municipality == ALL:
        return COUNTRY if county == ALL else "?" * 2 if county == "unknown" else county
    if municipality == "unknown":
        return ("??" if county in ("unknown", ALL) else county) + UNKNOWN
    return municipality


def read_workbooks(
    folder: Path, masked: tuple[int, int], dash: tuple[int, int]
) -> tuple[Mapping[str, Counts], Sequence[str]]:
    """All counts of all workbooks, by month, and the names of the files.

    Where two files give a count differently, the one that the agency updated last is right; a number goes before a
    sign.

    Args:
        folder: Of the workbooks; those in folders below it are read too.
        masked: What `..` stands for.
        dash: What `-` stands for.

    Raises:
        InputError: A file cannot be read.
    """
    read = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and path.suffix.lower() in (".xlsx", ".xls", ".csv"):
            found = read_enrolment(path, masked=masked, dash=dash)
            read.append((found.updated or "", path.relative_to(folder).as_posix(), found.table))
    months: dict[str, Counts] = {}
    for _updated, file, table in sorted(read, key=lambda one: one[:2]):
        columns = ("month", "county_code", "municipality_code", *DIMENSIONS, "low", "high", "masked")
        for row in zip(*(table[name].tolist() for name in columns), strict=True):
            month, county, municipality = (str(value) for value in row[:3])
            counts = months.setdefault(month, Counts())
            area = area_of(county, municipality)
            _take(
                counts,
                area,
                tuple(map(str, row[3:9])),
                Cell(int(row[9]), int(row[10]), bool(row[11]), {file}),
            )
            if county != ALL:
                counts.places.setdefault((file, ""), set()).add("??" if county == "unknown" else county)
            if municipality != ALL:
                above = "??" if county in (ALL, "unknown") else county
                counts.places.setdefault((file, above), set()).add(area)
    return months, tuple(file for _updated, file, _table in sorted(read, key=lambda one: one[:2]))


def _take(counts: Counts, area: str, dims: Dims, cell: Cell) -> None:
    """Take in a cell of a later file."""
    was = counts.cells.get((area, dims))
    if was is None:
        counts.cells[area, dims] = cell
        return
    files = was.files | cell.files
    if not cell.masked:
        was.low, was.high, was.masked = cell.low, cell.high, False
    elif was.masked:
        low, high = max(was.low, cell.low), min(was.high, cell.high)
        was.low, was.high = (low, high) if low <= high else (min(was.low, cell.low), max(was.high, cell.high))
    was.files = files
