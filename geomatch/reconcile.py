"""Several files of counts for one month made into one table, or the cells in which they disagree. METHOD 1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.regions import counties, municipalities
from geomatch.tables import ALL, records
from geomatch.tightening import DIMENSIONS, UNKNOWN, reference
from geomatch.words import gettext as _

__all__ = ["Reconciled", "broken_down_by", "in_force", "reconciled"]

_KEY = ("month", "county_code", "municipality_code", "locality_code", *DIMENSIONS)


class _File(Protocol):
    """What `in_force` needs to know of a file; `geomatch.workspace.Input` knows it."""

    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


_F = TypeVar("_F", bound=_File)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One table of several files.

    Attributes:
        table: The rows of the files, each cell once, with also_in: the other cells that give it, as `[file]cell`, one
            a line. Sorted by area and dimensions.
        files: The files whose counts are in it.
        known_elsewhere: Cells that one file withholds and another gives as a number.
        larger_elsewhere: Those of them whose number is larger than the sign says.
    """

    table: pd.DataFrame
    files: tuple[str, ...]
    known_elsewhere: int
    larger_elsewhere: int


def broken_down_by(table: pd.DataFrame) -> list[str]:
    """The dimensions (and `locality_code`) in which a table of counts has parts."""
    return [name for name in ("locality_code", *DIMENSIONS) if not table[name].isin([ALL, ""]).all()]


def in_force(files: Sequence[_F], month: str) -> list[_F]:
    """The files of a month that count: of those with one breakdown and a county in common the newest.

    Files with different breakdowns complete one another, and so do files of different counties.

    Args:
        files: Their `facts` have `updated` (YYYY-MM-DD or None), `dimensions` (`broken_down_by`) and `counties`
            (codes). A file added by an earlier version has neither of the last two, and may have any.
        month: YYYY-MM, for messages.

    Returns:
        The files by name; of those with one content the first.

    Raises:
        InputError: Two have one breakdown and a county in common, and neither replaces the other: one of them does
            not say when it was updated, both say the same day, or the newer has fewer counties. One edition must not
            fill in what the other withholds.
    """
    by_name = sorted(files, key=lambda one: one.file)
    first = {one.sha256: one for one in reversed(by_name)}
    distinct = [one for one in by_name if first[one.sha256] is one]
    newest = [one for one in distinct if not any(_newer(other, one) for other in distinct)]
    unclear = [one for one in newest if any(other is not one and _alike(one, other) for other in newest)]
    if unclear:
        raise InputError(
            Problem(
                _("several files give the counts of {month}, and none is known to be newer").format(
                    month=month
                ),
                _("one file for the month"),
                _("Take one out: geomatch remove enrolment FILE"),
                file=one.file,
            )
            for one in unclear
        )
    return newest


def _alike(one: _File, other: _File) -> bool:
    """Whether two files have one breakdown and a county in common, as far as it is known of them."""
    breakdowns, counties_of = (
        [set(file.facts[name]) for file in (one, other) if file.facts.get(name) is not None]
        for name in ("dimensions", "counties")
    )
    same = len(breakdowns) < 2 or breakdowns[0] == breakdowns[1]
    return same and not (len(counties_of) == 2 and counties_of[0].isdisjoint(counties_of[1]))


def _newer(one: _File, other: _File) -> bool:
    """Whether a file replaces another, all of whose counties it must have."""
    day, before = one.facts.get("updated"), other.facts.get("updated")
    mine, others = one.facts.get("counties"), other.facts.get("counties")
    whole = mine is None or others is None or set(mine) >= set(others)
    return bool(day and before and before < day and whole and _alike(one, other))


def reconciled(table: pd.DataFrame) -> Reconciled:
    """One row for each cell of a month, from the rows of one or several files.

    A number goes before a sign, since the agency may withhold in one table what it shows in another. A number may be
    larger than the sign says (a larger cell withheld to protect another), never smaller. Of several signs the interval
    is what all of them say.

    Args:
        table: Rows of `read_enrolment` of each file, one below another.

    Raises:
        InputError: Files give different counts of the same people; every such cell is named.
    """
    kept: list[dict[str, Any]] = []
    problems: list[Problem] = []
    known = larger = 0
    cells: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for row in records(table):
        cells[tuple(getattr(row, name) for name in _KEY)].append(row)
    for key in sorted(cells):
        # The one that says most stands for the cell. Files that say the same are told apart by name alone.
        rows = sorted(cells[key], key=lambda row: (row.masked, row.high - row.low, row.source, row.cell))
        numbers = [row for row in rows if not row.masked]
        signs = [row for row in rows if row.masked]
        low, high = max(row.low for row in rows), min(row.high for row in rows)
        if numbers:
            low = high = numbers[0].low
            wrong = any(row.low != low for row in numbers) or any(row.low > low for row in signs)
            known += bool(signs)
            larger += any(row.high < low for row in signs)
        else:
            wrong = low > high
        if wrong:
            problems.append(_contradiction(rows))
        also = "\n".join(sorted({reference(row) for row in rows[1:]}))
        kept.append({**rows[0]._asdict(), "low": low, "high": high, "also_in": also})
    if problems:
        raise InputError(problems)
    whole = pd.DataFrame(kept, columns=[*table.columns, "also_in"])
    return Reconciled(whole, tuple(sorted(set(table["source"]))), known, larger)


def _contradiction(rows: Sequence[Any]) -> Problem:
    """The cells of one area and group that cannot all be right: each file, cell and count."""
    rows = sorted(rows, key=lambda row: (row.source, row.cell))
    counts = "; ".join(
        _("{count} in {cell} ({file})").format(
            count=row.low if row.low == row.high else f"{row.low}–{row.high}", cell=row.cell, file=row.source
        )
        for row in rows
    )
    first = rows[0]
    return Problem(
        _("{name} {month}: files give different counts: {counts}").format(
            name=_place(first), month=first.month, counts=counts
        ),
        _("the same count wherever the same persons are counted"),
        _("Correct the file that is wrong, or take one out: geomatch remove enrolment FILE"),
        file=", ".join(sorted({row.source for row in rows})),
    )


def _place(row: Any) -> str:  # noqa: ANN401 (a row of a frame)
    """The name of an area."""
    names = {ALL: _("the whole country"), UNKNOWN: _("an unknown municipality")}
    if row.municipality_code == ALL and row.county_code != ALL:
        known = counties().set_index("county_code")["name"]
        return str(known.get(row.county_code, _("an unknown county")))
    if row.municipality_code in names:
        return names[row.municipality_code]
    return str(
        municipalities()
        .set_index("municipality_code")["name"]
        .get(row.municipality_code, row.municipality_code)
    )
