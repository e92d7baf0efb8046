"""The need of a month: what the published counts say, each person once. METHOD 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.tables import ALL, NEED, conform, records
from geomatch.tightening import DIMENSIONS, tightened
from geomatch.words import gettext as _

__all__ = ["Need", "need_of_month", "widened_cells"]

UNKNOWN = "unknown"
# Strata of the allocation: the dimensions in which a finer breakdown is wanted. The others add up to `all`.
_STRATA = ("target_group", "sex")
# More than have ever been enrolled; a larger number is a slip.
_MOST_ENROLLED = 500_000


@dataclass(frozen=True, slots=True)
class Need:
    """The need of one month.

    Attributes:
        table: The columns of table `need`.
        unknown_low, unknown_high: Persons whose municipality is not known; they are part of the totals only.
    """

    table: pd.DataFrame
    unknown_low: int
    unknown_high: int


def _used_rows(table: pd.DataFrame) -> np.ndarray:
    """Which rows the computation takes: per municipality the finest breakdown by stratum that is complete.

    A breakdown is complete when its (tightened) intervals add up to exactly the interval of the coarser one; with
    masked parts they do not, and the total says more. Other dimensions are taken at their published total, and
    where there is none, at their parts.
    """
    used = np.zeros(len(table), bool)
    municipal = ~table["municipality_code"].isin([ALL, UNKNOWN])
    for _code, rows in table[municipal].groupby("municipality_code", sort=True):
        used[_once(rows)] = True
    return used


def _once(rows: pd.DataFrame) -> list[int]:
    """The rows (by index) of one place that count everyone in it once, as `_used_rows` says."""
    chosen = rows
    for column in (name for name in (*DIMENSIONS, "locality_code") if name not in _STRATA):
        whole = chosen[column] == ALL
        if whole.any():
            wanted = (
                chosen[~whole]
                if column == "locality_code" and _same_sum(chosen[~whole], chosen[whole])
                else chosen[whole]
            )
            chosen = wanted
    for column in _STRATA:
        whole = chosen[column] == ALL
        if whole.any() and not whole.all():
            chosen = chosen[~whole] if _same_sum(chosen[~whole], chosen[whole]) else chosen[whole]
    # One group may have a total where another has parts only: those are in no row chosen so far.
    about = dict(
        zip(rows.index, rows[[*DIMENSIONS, "locality_code"]].itertuples(index=False, name=None), strict=True)
    )
    found = list(chosen.index)
    for number in sorted(
        rows.index.difference(chosen.index),
        # The coarsest first. Rows that say `all` of the same dimensions have nobody in common.
        key=lambda n: (-about[n].count(ALL), [value != ALL for value in about[n]]),
    ):
        if all(_apart(about[number], about[other]) for other in found):
            found.append(number)
    return found


def _apart(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two rows of one place have nobody in common."""
    return any(a != b and ALL not in (a, b) for a, b in zip(one, two, strict=True))


def _same_sum(parts: pd.DataFrame, whole: pd.DataFrame) -> bool:
    return (
        len(parts) > 0
        and int(parts["low"].sum()) == int(whole["low"].sum())
        and int(parts["high"].sum()) == int(whole["high"].sum())
    )


def need_of_month(enrolment: pd.DataFrame, month: str) -> Need:
    """The need of `month` from a validated enrolment table: intervals tightened by published totals (METHOD 1).

    Args:
        enrolment: month, county_code, municipality_code, locality_code, accommodation, target_group, case_status,
            sex, age_group, low, high (persons), masked, sign, source, cell.
        month: YYYY-MM.

    Raises:
        InputError: Unmasked counts contradict each other, or there is nothing for the month.
    """
    table = enrolment[enrolment["month"] == month].reset_index(drop=True)
    if not len(table):
        raise InputError(
            Problem(
                _("no counts for {month}").format(month=month),
                remedy=_("Add Migrationsverket's workbook for that month: geomatch add enrolment FILE"),
            )
        )
    table["locality_code"] = table["locality_code"].replace("", ALL)
    table["published_low"], table["published_high"] = (
        table["low"].astype("int64"),
        table["high"].astype("int64"),
    )
    absurd = table[table["published_high"] > _MOST_ENROLLED]
    if len(absurd):
        raise InputError(
            Problem(
                _("found {value}").format(value=row.high),
                _("at most {number} persons").format(number=_MOST_ENROLLED),
                _("Correct the number in the file"),
                file=row.source,
                column=row.cell,
            )
            for row in records(absurd)
        )
    table["low"], table["high"] = tightened(table)
    table["used"] = _used_rows(table)
    nowhere = table[table["municipality_code"] == UNKNOWN]
    unknown = table.loc[[n for _code, rows in nowhere.groupby("county_code") for n in _once(rows)]]
    return Need(
        table=conform(table[NEED.names], NEED),
        unknown_low=int(unknown["low"].sum()),
        unknown_high=int(unknown["high"].sum()),
    )


def widened_cells(table: pd.DataFrame) -> list[str]:
    """The masked cells of table `need` that must lie outside what their sign says, as `cell (file)`."""
    outside = (table["low"] < table["published_low"]) | (table["high"] > table["published_high"])
    return [f"{row.cell} ({row.source})" for row in records(table[outside])]
