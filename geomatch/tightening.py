"""Intervals of published counts made as narrow as published totals make them. METHOD 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.tables import ALL
from geomatch.words import gettext as _

__all__ = ["DIMENSIONS", "tightened"]

DIMENSIONS = ("accommodation", "target_group", "case_status", "sex", "age_group")
_AREA = ("county_code", "municipality_code", "locality_code")
# The parts that make a whole; others can leave people out, so that their sum may be less than the total. Ages are in
# none: their bands may overlap.
_WHOLE = {
    "accommodation": {"agency", "own", "other"},
    "target_group": {"asylum_seeker", "temporary_protection"},
    "sex": {"women", "men"},
}
_MAY_LEAVE_OUT = ("case_status", "locality_code")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A published total and its parts, as row numbers; `exact` where the parts leave nobody out."""

    total: int
    parts: tuple[int, ...]
    exact: bool


def _sums(table: pd.DataFrame) -> list[_Sum]:
    """Every published total of the table with the rows that are parts of it."""
    place = {
        key: number
        for number, key in enumerate(table[[*_AREA, *DIMENSIONS]].itertuples(index=False, name=None))
    }
    found: dict[int, list[tuple[tuple[int, ...], bool]]] = {}

    def collect(column: str, rows: pd.DataFrame, whole: Callable[[Mapping[str, str]], set[str]]) -> None:
        """Parts of `rows` differ from their total in `column` alone, which is `all` there."""
        of_total = rows[column] == ALL
        others = [name for name in (*_AREA, *DIMENSIONS) if name != column]
        parts: Any = rows[~of_total].groupby(others, sort=True).indices
        numbers = rows.index.to_numpy()[~of_total.to_numpy()]
        for key, members in parts.items():
            named = dict(zip(others, key, strict=True))
            named[column] = ALL
            total = place.get(tuple(named[name] for name in (*_AREA, *DIMENSIONS)))
            if total is not None:
                inside = tuple(int(n) for n in numbers[members])
                exact = set(table[column].iloc[list(inside)]) >= whole(named) != set()
                found.setdefault(total, []).append((inside, exact))

    for column, needed in _WHOLE.items():
        collect(column, table, lambda _named, needed=needed: needed)  # type: ignore[misc]  # bound now, called now
    for column in _MAY_LEAVE_OUT:
        collect(column, table, lambda _named: set())
    places = table[table["municipality_code"] != ALL]
    of_county = places.groupby("county_code")["municipality_code"].agg(set).to_dict()
    collect(
        "municipality_code", table[table["county_code"] != ALL], lambda named: of_county[named["county_code"]]
    )
    every = set(table["county_code"]) - {ALL}
    collect("county_code", table[table["municipality_code"] == ALL], lambda _named: every)
    return [_Sum(total, *one) for total, several in sorted(found.items()) for one in several]


def _contradiction(table: pd.DataFrame, one: _Sum) -> Problem:
    row = table.iloc[one.total]
    parts = table.iloc[list(one.parts)]
    if table["masked"].iloc[[one.total, *one.parts]].any():
        return Problem(
            _(
                "whatever the withheld counts are, the total in {cell} is not the sum of its parts ({cells})"
            ).format(cell=row["cell"], cells=", ".join(parts["cell"])),
            _("published counts that can all be right"),
            _("Compare with the agency's own file; correct the cell that was changed"),
            file=str(row["source"]),
        )
    return Problem(
        _("the total in {cell} is {total}, but its parts add up to {sum} ({cells})").format(
            cell=row["cell"], total=row["low"], sum=int(parts["low"].sum()), cells=", ".join(parts["cell"])
        ),
        _("parts that add up to the published total"),
        _("Compare with the agency's own file; correct the cell that was changed"),
        file=str(row["source"]),
    )


_FAR = 10**7
# Bounds that are passed on for so long go round in a circle, one person at a time.
_MOST_SWEEPS = 200


def tightened(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Narrowest ends that sums of intervals give, by passing bounds between totals and parts until nothing moves.

    Where the totals contradict what the signs say, the masked cells concerned are first let be anything.
    """
    sums = _sums(table)
    low = table["published_low"].to_numpy(np.int64).copy()
    high = table["published_high"].to_numpy(np.int64).copy()
    masked = table["masked"].to_numpy(bool)
    problems = [
        _contradiction(table, one)
        for one in sums
        if not masked[[one.total, *one.parts]].any() and not _holds(one, low)
    ]
    if problems:
        raise InputError(problems)
    # The agency may have withheld a larger cell to protect another. A sum that its signs cannot make up by themselves
    # says where, and which way: its withheld cells may be larger, or smaller, by any amount. Where only several sums
    # together say so, it is not known which cell it is: every withheld cell that hangs together with them may be
    # anything.
    too_many, too_few = _short_and_long(sums, low, high)
    cells = {n for one in too_few for n in one.parts if masked[n]} | {
        one.total for one in too_many if masked[one.total]
    }
    high[list(cells)] = _FAR
    cells = {n for one in too_many for n in one.parts if masked[n]} | {
        one.total for one in too_few if masked[one.total]
    }
    low[list(cells)] = 0
    free: set[int] = set()
    lows, highs, broken = _propagate(sums, low, high)
    while broken is not None:
        more = _connected(sums, broken, masked) - free
        if not more:
            raise InputError(_contradiction(table, broken))
        free |= more
        low[list(free)], high[list(free)] = 0, _FAR
        lows, highs, broken = _propagate(sums, low, high)
    return lows, highs


def _holds(one: _Sum, persons: np.ndarray) -> bool:
    parts, total = persons[list(one.parts)].sum(), persons[one.total]
    return bool(parts == total if one.exact else parts <= total)


def _short_and_long(sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray) -> tuple[list[_Sum], list[_Sum]]:
    """The sums whose parts are too many even at their lower ends, and those that are too few at their upper ends."""
    too_many = [one for one in sums if low[list(one.parts)].sum() > high[one.total]]
    too_few = [one for one in sums if one.exact and high[list(one.parts)].sum() < low[one.total]]
    return too_many, too_few


def _connected(sums: Sequence[_Sum], start: _Sum, masked: np.ndarray) -> set[int]:
    """The withheld cells that hang together with those of `start` by sums."""
    found = {n for n in (start.total, *start.parts) if masked[n]}
    grown = True
    while grown:
        reached = {
            n
            for one in sums
            if not found.isdisjoint((one.total, *one.parts))
            for n in (one.total, *one.parts)
            if masked[n]
        }
        grown = not reached <= found
        found |= reached
    return found


def _propagate(
    sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, _Sum | None]:
    """Pass bounds on between totals and parts until nothing moves; also a sum that cannot be, where there is one."""
    low, high = low.copy(), high.copy()
    moving: _Sum | None = None
    for _sweep in range(_MOST_SWEEPS):
        moving = None
        for one in sums:
            parts = np.array(one.parts)
            least, most = int(low[parts].sum()), int(high[parts].sum())
            before = low[one.total], high[one.total], least, most
            low[one.total] = max(low[one.total], least)
            part_low = low[parts]
            if one.exact:
                high[one.total] = min(high[one.total], most)
                part_low = np.maximum(part_low, low[one.total] - (most - high[parts]))
            part_high = np.minimum(high[parts], high[one.total] - (least - low[parts]))
            low[parts], high[parts] = part_low, part_high
            if low[one.total] > high[one.total] or (part_low > part_high).any():
                return low, high, one
            if before != (low[one.total], high[one.total], int(part_low.sum()), int(part_high.sum())):
                moving = moving or one
        if moving is None:
            return low, high, None
    # Every bound so far is true. What still moves is either far from its end, or no counts at all would do.
    return low, high, None if _can_hold(sums, low, high) else moving


def _can_hold(sums: Sequence[_Sum], low: np.ndarray, high: np.ndarray) -> bool:
    """Whether there are any amounts within the bounds of which every total is the sum of its parts."""
    from scipy.optimize import linprog  # noqa: PLC0415  slow to load, and hardly ever needed

    equations = np.zeros((len(sums), len(low)))
    for number, one in enumerate(sums):
        equations[number, list(one.parts)] = 1
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
