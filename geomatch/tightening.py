"""Intervals of published counts made as narrow as published totals make them. METHOD 1."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.tables import ALL, records
from geomatch.words import gettext as _

__all__ = ["DIMENSIONS", "MOST_ENROLLED", "UNKNOWN", "Tightened", "files_of", "reference", "tightened"]

DIMENSIONS = ("accommodation", "target_group", "case_status", "sex", "age_group")
UNKNOWN = "unknown"
# More than have ever been enrolled; a larger number is a slip.
MOST_ENROLLED = 500_000
_AREA = ("county_code", "municipality_code", "locality_code")
_COLUMNS = (*_AREA, *DIMENSIONS)
# The parts that make a whole; others can leave people out, so that their sum may be less than the total. Ages are in
# none: their bands may overlap.
_WHOLE: dict[str, frozenset[str]] = {
    "accommodation": frozenset({"agency", "own", "other"}),
    "target_group": frozenset({"asylum_seeker", "temporary_protection"}),
    "sex": frozenset({"women", "men"}),
    "case_status": frozenset(),
    "locality_code": frozenset(),
}
# Bounds that are passed on for so long go round in a circle, one person at a time.
_MOST_SWEEPS = 200


@dataclass(frozen=True, slots=True)
class Tightened:
    """The ends of every row, and why each is what it is.

    Attributes:
        low, high: Persons.
        low_because, high_because: '' for an end that is published as it is, by the number or by the sign; else JSON
            as `low_because` of table `need` describes it.
    """

    low: np.ndarray
    high: np.ndarray
    low_because: list[str]
    high_because: list[str]


@dataclass(frozen=True, slots=True)
class _Sum:
    """A published total and its parts, as row numbers; `exact` where the parts leave nobody out.

    `over` are the columns in which the parts differ from their total, where that says `all`.
    """

    total: int
    parts: np.ndarray
    exact: bool
    over: tuple[str, ...]

    @property
    def rows(self) -> list[int]:
        return [self.total, *self.parts.tolist()]


def files_of(row: Any) -> set[str]:  # noqa: ANN401 (a row of a frame)
    """The files that give the count of a row (columns `source` and, where there is one, `also_in`)."""
    also = str(getattr(row, "also_in", ""))
    return {str(row.source)} | {name[1:].rpartition("]")[0] for name in also.splitlines()}


def reference(row: Any, seen_from: Any = None) -> str:  # noqa: ANN401 (rows of a frame)
    """The cell of a row as Excel writes it: `C4`, on another sheet `'Sheet'!C4`, in another file `[file]'Sheet'!C4`.

    Args:
        row: With source and cell.
        seen_from: The row whose sheet and file need not be named; None names both.
    """
    file, cell = str(row.source), str(row.cell)
    if seen_from is None or file != str(seen_from.source):
        return f"[{file}]{cell}"
    sheet, _mark, place = cell.rpartition("!")
    return place if sheet == str(seen_from.cell).rpartition("!")[0] else cell


# ------------------------------------------------------------------------------------------------------------- totals


Key = tuple[str, ...]


def _sums(table: pd.DataFrame) -> list[_Sum]:
    """Every published total of the table with the rows that are parts of it; those of one dimension first."""
    keys: list[Key] = list(table[list(_COLUMNS)].itertuples(index=False, name=None))
    place = {key: number for number, key in enumerate(keys)}
    found = [*_by_dimension(keys, place), *_by_place(table, keys, place)]
    return sorted(found, key=lambda one: (len(one.over), one.total, one.over))


def _as_total(key: Key, columns: Sequence[str]) -> Key:
    return tuple(ALL if name in columns else value for name, value in zip(_COLUMNS, key, strict=True))


def _by_dimension(keys: Sequence[Key], place: dict[Key, int]) -> Iterator[_Sum]:
    """Totals over dimensions and localities; over several at once where their parts have no total of their own."""
    number = {name: _COLUMNS.index(name) for name in _WHOLE}
    shapes = {frozenset(name for name in _WHOLE if key[number[name]] != ALL) for key in keys}
    several = {
        fine - coarse for fine in shapes for coarse in shapes if coarse < fine and len(fine - coarse) > 1
    }
    for chosen in [{name} for name in _WHOLE] + sorted(several, key=sorted):
        over = tuple(name for name in _COLUMNS if name in chosen)
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for n, key in enumerate(keys):
            if any(key[number[name]] == ALL for name in over):
                continue
            total = place.get(_as_total(key, over))
            if total is not None:
                groups[total].append(n)
        needed = set(product(*(_WHOLE[name] for name in over)))
        for total, parts in groups.items():
            present = {tuple(keys[n][number[name]] for name in over) for n in parts}
            yield _Sum(total, np.array(parts), needed != set() and present >= needed, over)


def _by_place(table: pd.DataFrame, keys: Sequence[Key], place: dict[Key, int]) -> Iterator[_Sum]:
    """Counties over their municipalities, and the country over its counties.

    The parts leave nobody out when they name all places that a file of the total names: a place without a row is one
    without people. Where no county has a total of its own, or the unknown one has none, municipalities take its place.
    """
    files = [files_of(row) for row in records(table)]
    municipalities: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    counties: defaultdict[str, set[str]] = defaultdict(set)
    members: defaultdict[Key, list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        county, municipality = key[:2]
        for file in files[n]:
            if county != ALL:
                counties[file].add(county)
            if municipality != ALL:
                municipalities[file, county].add(municipality)
        if municipality != ALL:
            members[_as_total(key, ("municipality_code",))].append(n)

    def all_named(parts: Sequence[int], county: str, said_by: set[str]) -> bool:
        named = {keys[n][1] for n in parts}
        return any(named >= municipalities[file, county] for file in sorted(said_by))

    country: defaultdict[Key, dict[str, list[int]]] = defaultdict(dict)
    for key, parts in members.items():
        total = place.get(key)
        if total is not None:
            yield _Sum(total, np.array(parts), all_named(parts, key[0], files[total]), ("municipality_code",))
        elif key[0] != ALL:
            country[_as_total(key, _AREA[:2])][key[0]] = parts
    for n, key in enumerate(keys):
        if key[0] != ALL and key[1] == ALL:
            country[_as_total(key, _AREA[:2])][key[0]] = [n]
    for key, by_county in country.items():
        total = place.get(key)
        if total is None:
            continue
        said_by = files[total]
        without = {county for county, parts in by_county.items() if keys[parts[0]][1] != ALL}
        # That one county alone has no total may mean that the file leaves some of it out.
        whole = (
            any(set(by_county) >= counties[file] for file in sorted(said_by))
            and (without <= {UNKNOWN} or without == set(by_county))
            and all(all_named(by_county[county], county, said_by) for county in sorted(without))
        )
        yield _Sum(total, np.array(sorted(chain.from_iterable(by_county.values()))), whole, ("county_code",))


def _contradiction(table: pd.DataFrame, one: _Sum) -> Problem:
    total, *parts = records(table.iloc[one.rows])
    # Every cell is named as it is seen from the total's sheet; the file and the sheet stand before the message.
    cells = ", ".join(sorted((reference(part, total) for part in parts), key=_in_sheet))
    sheet, _mark, cell = str(total.cell).rpartition("!")
    file, sheet = str(total.source), sheet.strip("'")
    remedy = _("Compare with the agency's own file; correct the cell that was changed")
    if any(row.masked for row in (total, *parts)):
        return Problem(
            _(
                "whatever the withheld counts are, the total in {cell} is not the sum of its parts ({cells})"
            ).format(cell=cell, cells=cells),
            _("published counts that can all be right"),
            remedy,
            file=file,
            sheet=sheet,
        )
    return Problem(
        _("the total in {cell} is {total}, but its parts add up to {sum} ({cells})").format(
            cell=cell, total=total.low, sum=sum(part.low for part in parts), cells=cells
        ),
        _("parts that add up to the published total"),
        remedy,
        file=file,
        sheet=sheet,
    )


# -------------------------------------------------------------------------------------------------------- tightening


def tightened(table: pd.DataFrame) -> Tightened:
    """Narrowest ends that sums of intervals give, by passing bounds between totals and parts until nothing moves.

    Where the totals contradict what the signs say, the masked cells concerned are first let be anything.

    Args:
        table: The area and dimension columns of table `need`, published_low, published_high (persons), masked,
            source, cell and, where several files give a count, also_in.

    Raises:
        InputError: Counts that are not withheld contradict each other, or no counts behind the signs would do.
    """
    sums = _sums(table)
    low = table["published_low"].to_numpy(np.int64).copy()
    high = table["published_high"].to_numpy(np.int64).copy()
    masked = table["masked"].to_numpy(bool)
    problems = [
        _contradiction(table, one) for one in sums if not masked[one.rows].any() and not _holds(one, low)
    ]
    if problems:
        raise InputError(problems)
    # The agency may have withheld a larger cell to protect another. A sum that its signs cannot make up by themselves
    # says where, and which way: its withheld cells may be larger, or smaller, by any amount. Where only several sums
    # together say so, it is not known which cell it is: every withheld cell that hangs together with them may be
    # anything.
    too_many, too_few = _short_and_long(sums, low, high)
    cells = {n for one in too_few for n in one.parts.tolist() if masked[n]} | {
        one.total for one in too_many if masked[one.total]
    }
    high[list(cells)] = MOST_ENROLLED
    cells = {n for one in too_many for n in one.parts.tolist() if masked[n]} | {
        one.total for one in too_few if masked[one.total]
    }
    low[list(cells)] = 0
    free: set[int] = set()
    passed = _propagate(sums, low, high)
    outer: list[_Sum] = []
    while passed.broken is not None or (not outer and (passed.high == MOST_ENROLLED).any()):
        if passed.broken is not None:
            more = _connected(sums, passed.broken, masked) - free
            if not more:
                raise InputError(_contradiction(table, passed.broken))
            free |= more
            low[list(free)], high[list(free)] = 0, MOST_ENROLLED
        else:
            outer = _outer(table, np.flatnonzero(passed.high == MOST_ENROLLED))
            sums += outer
            if not outer:
                break
        passed = _propagate(sums, low, high)
    return Tightened(
        passed.low,
        passed.high,
        _because(table, sums, passed, "low"),
        _because(table, sums, passed, "high"),
    )


def _outer(table: pd.DataFrame, endless: np.ndarray) -> list[_Sum]:
    """For counts that no sum bounds from above: the numbers of which each counts some of the persons."""
    keys: list[Key] = list(table[list(_COLUMNS)].itertuples(index=False, name=None))
    shown = np.flatnonzero(~table["masked"].to_numpy(bool))
    found = []
    for n in endless.tolist():
        for m in shown.tolist():
            over = tuple(name for name, a, b in zip(_COLUMNS, keys[n], keys[m], strict=True) if a != b)
            if _as_total(keys[n], over) == keys[m]:
                found.append(_Sum(m, np.array([n]), exact=False, over=over))
    return found


def _holds(one: _Sum, persons: np.ndarray) -> bool:
    parts, total = persons[one.parts].sum(), persons[one.total]
    return bool(parts == total if one.exact else parts <= total)


def _short_and_long(sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray) -> tuple[list[_Sum], list[_Sum]]:
    """The sums whose parts are too many even at their lower ends, and those that are too few at their upper ends."""
    too_many = [one for one in sums if low[one.parts].sum() > high[one.total]]
    too_few = [one for one in sums if one.exact and high[one.parts].sum() < low[one.total]]
    return too_many, too_few


def _connected(sums: Sequence[_Sum], start: _Sum, masked: np.ndarray) -> set[int]:
    """The withheld cells that hang together with those of `start` by sums."""
    found = {n for n in start.rows if masked[n]}
    grown = True
    while grown:
        reached = {n for one in sums if not found.isdisjoint(one.rows) for n in one.rows if masked[n]}
        grown = not reached <= found
        found |= reached
    return found


@dataclass(slots=True)
class _Passed:
    """Bounds after they were passed on, the sum that moved each end last (-1: none), and one that cannot be."""

    low: np.ndarray
    high: np.ndarray
    low_by: np.ndarray
    high_by: np.ndarray
    broken: _Sum | None = None


def _propagate(sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray) -> _Passed:
    """Pass bounds on between totals and parts until nothing moves; also a sum that cannot be, where there is one."""
    passed = _Passed(low.copy(), high.copy(), np.full(len(low), -1), np.full(len(low), -1))
    touching: defaultdict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(sums):
        for row in one.rows:
            touching[row].append(number)
    waiting = dict.fromkeys(range(len(sums)))
    for _sweep in range(_MOST_SWEEPS):
        now, waiting = sorted(waiting), {}
        for number in now:
            moved = _pass_on(passed, number, sums[number])
            if (passed.low[sums[number].rows] > passed.high[sums[number].rows]).any():
                passed.broken = sums[number]
                return passed
            waiting |= dict.fromkeys(other for row in moved for other in touching[row])
        if not waiting:
            return passed
    # Every bound so far is true. What still moves is either far from its end, or no counts at all would do.
    if not _can_hold(sums, passed.low, passed.high):
        passed.broken = sums[min(waiting)]
    return passed


def _pass_on(passed: _Passed, number: int, one: _Sum) -> list[int]:
    """Bounds between the total and the parts of one sum; the rows that it moved."""
    low, high, parts, total = passed.low, passed.high, one.parts, one.total
    least, most = int(low[parts].sum()), int(high[parts].sum())
    before = low[one.rows], high[one.rows]
    if least > low[total]:
        low[total], passed.low_by[total] = least, number
    if one.exact and most < high[total]:
        high[total], passed.high_by[total] = most, number
    part_high = high[total] - (least - low[parts])
    if one.exact:
        part_low = low[total] - (most - high[parts])
        passed.low_by[parts[part_low > low[parts]]] = number
        low[parts] = np.maximum(low[parts], part_low)
    passed.high_by[parts[part_high < high[parts]]] = number
    high[parts] = np.minimum(high[parts], part_high)
    changed = (low[one.rows] != before[0]) | (high[one.rows] != before[1])
    return [row for row, is_changed in zip(one.rows, changed, strict=True) if is_changed]


def _can_hold(sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray) -> bool:
    """Whether there are any amounts within the bounds of which every total is the sum of its parts."""
    from scipy.optimize import linprog  # noqa: PLC0415  slow to load, and hardly ever needed

    equations = np.zeros((len(sums), len(low)))
    for number, one in enumerate(sums):
        equations[number, one.parts] = 1
        equations[number, one.total] = -1
    exact = np.array([one.exact for one in sums])
    found = linprog(
        np.zeros(len(low)),
        A_ub=equations[~exact],
        b_ub=np.zeros((~exact).sum()),
        A_eq=equations[exact],
        b_eq=np.zeros(exact.sum()),
        bounds=np.column_stack([low, high]),
    )
    return bool(found.status != 2)  # 2: there are none


# ------------------------------------------------------------------------------------------------------- explanations


def _because(table: pd.DataFrame, sums: Sequence[_Sum], passed: _Passed, end: str) -> list[str]:
    """Why one end of each row is what it is; see `Tightened`.

    The sum that moved an end last gives it from the final bounds of its other cells: had one of those moved
    afterwards, the sum would have moved the end again. So explanations never go round in a circle.
    """
    rows = list(records(table))
    ends = getattr(passed, end)
    published = table[f"published_{end}"].to_numpy()
    masked = table["masked"].to_numpy(bool)
    moved_by = getattr(passed, f"{end}_by")
    texts = []
    for n, own in enumerate(rows):
        if ends[n] == published[n]:
            texts.append("")
            continue
        number = int(moved_by[n])
        if passed.low[n] == passed.high[n]:
            # A sum of nothing but numbers besides gives both ends: one reason is easier to follow than two.
            both = [one for one in (int(passed.low_by[n]), int(passed.high_by[n])) if one >= 0]
            known = [
                one
                for one in both
                if sums[one].exact and not masked[[m for m in sums[one].rows if m != n]].any()
            ]
            number = next((one for one in known if _given(sums[one], n, passed, end) == ends[n]), number)
        # Without a sum, the end was let be anything, and no sum says more.
        given = (
            _given(sums[number], n, passed, end) if number >= 0 else {"low": 0, "high": MOST_ENROLLED}[end]
        )
        if given != ends[n]:
            # Bounds that would still move when passing them on was given up: several sums together.
            said: dict[str, object] = {"by": "several"}
        elif number < 0:
            said = {"by": "widened"}
        else:
            said = _told(sums[number], n, passed, end, rows, own)
        texts.append(json.dumps(said, ensure_ascii=False))
    return texts


def _given(one: _Sum, n: int, passed: _Passed, end: str) -> int:
    """What a sum says of an end of its row `n`, by the ends of its other rows."""
    mine, others = (passed.low, passed.high) if end == "low" else (passed.high, passed.low)
    if one.total == n:
        return int(mine[one.parts].sum())
    return int(mine[one.total] - others[one.parts[one.parts != n]].sum())


def _told(
    one: _Sum,
    n: int,
    passed: _Passed,
    end: str,
    rows: Sequence[Any],
    own: Any,  # noqa: ANN401 (a row of a frame)
) -> dict[str, object]:
    """The sum that decided an end of row `n`, as `low_because` of table `need` describes it."""
    mine, others = (passed.low, passed.high) if end == "low" else (passed.high, passed.low)
    rest = one.parts[one.parts != n]
    cells = sorted((reference(rows[part], own) for part in rest), key=_in_sheet)
    if one.total == n:
        return {"by": "parts", "over": list(one.over), "rest": int(mine[rest].sum()), "cells": cells}
    return {
        "by": "total",
        "over": list(one.over),
        "cell": reference(rows[one.total], own),
        "amount": int(mine[one.total]),
        "rest": int(others[rest].sum()),
        "cells": cells,
    }


_PLACE = re.compile(r"(.*?)([A-Z]+)([0-9]+)")


def _in_sheet(cell: str) -> tuple[str, int, str, int]:
    """The order of cells as one reads a sheet: column by column, from above."""
    match = _PLACE.fullmatch(cell)
    return (match[1], len(match[2]), match[2], int(match[3])) if match else (cell, 0, "", 0)
