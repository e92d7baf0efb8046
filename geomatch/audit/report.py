"""What the attacker found: plain values, without any of the figures' own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Contradiction", "Failure", "Interval", "Report", "Telling"]

# Least and most; no most where nothing bounds it.
Interval = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Telling:
    """A published table of which a figure gives something away.

    Attributes:
        table: `areas`, `groups` or `corridors`.
        month: YYYY-MM, of the table.
        edition: Its number.
        figure: Column without its `_low`, `_high`: `gap`, `gap_share`, `need_change`, `persons` ...
        areas: Codes of the rows.
        files: Where these figures stand, below the folder that was attacked; at most one of each format.
    """

    table: str
    month: str
    edition: int
    figure: str
    areas: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A withheld cell that can be derived more narrowly than the agency's workbooks alone permit.

    Attributes:
        month: YYYY-MM.
        edition: Of the tables that withhold it; 0 for a cell that only the workbooks hold.
        area: Code of the area; of a pair `from-to`.
        name: Its name, or its code where no table names it.
        figure: `need`, `women`, `men`, `persons`, `gap`, `no_day_return`, `gain`, `entitled_unserved`, or `breakdown` for
            a cell that only the workbooks hold.
        about: Of a group what it is told by and its name: `accommodation=own`; else empty.
        permitted: What the workbooks alone permit; of a computed figure the small counts that must all stay possible.
        derived: What can be derived; of a computed figure its least low end and its most high end.
        tables: The tables that give it away: without any one of them the cell is not derived so narrowly.
        guessed: The edition whose figures are taken to hold still, 0 for none.
    """

    month: str
    edition: int
    area: str
    name: str
    figure: str
    about: str
    permitted: Interval
    derived: Interval
    tables: tuple[Telling, ...]
    guessed: int = 0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Published figures that cannot all be right.

    Attributes:
        kind: `formats` (two files give one figure differently), `sum` (a total that is not the sum of its parts),
            `change` (one that is not the difference of what the two months show), `together` (no numbers at all satisfy
            all of `tables`), or, in `Report.outdated`, `workbooks` (another number than the agency's).
        month: YYYY-MM.
        edition: Of the table.
        area: Code of the area.
        name: Its name.
        figure: As in Failure, or a share or a change.
        about: As in Failure.
        said: What is published.
        other: What the other file, the workbooks or the parts say.
        tables: Where.
    """

    kind: str
    month: str
    edition: int
    area: str
    name: str
    figure: str
    about: str
    said: Interval
    other: Interval
    tables: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was attacked, and what fell.

    Attributes:
        months: The months whose cells were attacked.
        editions: Numbers of the editions that were read, by month; the last is in force.
        cells: Withheld cells that were attacked, by month and figure.
        figures: Published figures that were read, by format (`csv`, `csv-comma`, `xlsx`, `geojson`, `gpkg`, `js`, `html`).
        files: Files that figures were read from, by format.
        workbooks: The agency's workbooks that were read.
        programmes: Integer programmes that were solved.
        guesses: Figures of an earlier edition that were taken to hold still.
        failures: Cells that fell, in order.
        contradictions: Published figures that contradict each other, in order.
        outdated: Published figures that are other than those of the workbooks in force, which have been replaced since.
            That is no leak: the month wants publishing again.
    """

    months: tuple[str, ...]
    editions: Mapping[str, tuple[int, ...]]
    cells: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, int]
    files: Mapping[str, int]
    workbooks: tuple[str, ...]
    programmes: int = 0
    guesses: int = 0
    failures: tuple[Failure, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    outdated: tuple[Contradiction, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether no cell fell and nothing contradicts itself."""
        return not self.failures and not self.contradictions

    @property
    def attacked(self) -> int:
        """How many withheld cells were attacked."""
        return sum(sum(own.values()) for own in self.cells.values())
