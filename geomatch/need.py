"""The need of a month: what the published counts say, each person once. METHOD 1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from geomatch.adults import age_contradictions
from geomatch.disjoint import PLACE_DIMENSIONS, apart, inside, most_people
from geomatch.errors import InputError, Problem
from geomatch.reconcile import reconciled
from geomatch.tables import ALL, NEED, conform, records
from geomatch.tightening import MOST_ENROLLED, UNKNOWN, tightened
from geomatch.words import gettext as _

__all__ = ["Need", "need_of_month", "published_total", "why_cell", "widened_cells"]

# Where, and in which strata of the allocation, a finer breakdown is wanted. The others are taken at their total.
_SPLIT = tuple(PLACE_DIMENSIONS.index(name) for name in ("locality_code", "target_group", "sex"))


@dataclass(frozen=True, slots=True)
class Need:
    """The need of one month.

    Attributes:
        table: The columns of table `need`.
        unknown_low, unknown_high: Persons whose municipality is not known; they are part of the totals only.
        files: The files whose counts it is made of.
        known_elsewhere: Counts that one file withholds and another gives as a number.
        larger_elsewhere: Those of them whose number is larger than the sign says.
    """

    table: pd.DataFrame
    unknown_low: int
    unknown_high: int
    files: tuple[str, ...] = ()
    known_elsewhere: int = 0
    larger_elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of one place: what it counts, and its (tightened) interval."""

    number: int
    about: tuple[str, ...]
    low: int
    high: int

    @property
    def shape(self) -> tuple[bool, ...]:
        """In which dimensions it is a part."""
        return tuple(value != ALL for value in self.about)


def _rows_of(table: pd.DataFrame) -> list[_Row]:
    about = zip(*(table[name].tolist() for name in PLACE_DIMENSIONS), strict=True)
    numbers = (table.index.tolist(), about, table["low"].tolist(), table["high"].tolist())
    return [_Row(*one) for one in zip(*numbers, strict=True)]


def _by_place(table: pd.DataFrame, codes: pd.Series[str]) -> dict[str, list[_Row]]:
    """The rows of each municipality that has a code, in the order of codes."""
    places: dict[str, list[_Row]] = {}
    for code, row in zip(codes.tolist(), _rows_of(table), strict=True):
        if code not in (ALL, UNKNOWN):
            places.setdefault(code, []).append(row)
    return dict(sorted(places.items()))


def _used_rows(table: pd.DataFrame) -> np.ndarray:
    """Which rows the computation takes: per municipality everyone once, in the finest breakdown that is complete."""
    used = np.zeros(len(table), bool)
    for rows in _by_place(table, table["municipality_code"]).values():
        used[_finest(rows, _whole_rows(rows))] = True
    return used


def _whole_rows(rows: Sequence[_Row]) -> list[int]:
    """The rows (by number) of one place that count everyone in it once, at the published totals.

    Where there is no total of everyone, several breakdowns may each give people once. The one with the most people
    leaves out the fewest; rows of others are added that have nobody in common with it, since one group may have a
    total where another has parts only. Where still more people are counted once by rows of which some lie inside
    larger ones (a group's agency accommodation, beside the total of another group), those rows are taken.
    """
    everyone = [row.number for row in rows if not any(row.shape)]
    if everyone:
        return everyone[:1]
    outer = [row for row in rows if not any(inside(row.about, other.about) for other in rows)]
    # What settles the order is counts and dimensions. Names come last, for rows that count the same either way.
    outer.sort(key=_order)
    families: dict[tuple[bool, ...], list[_Row]] = {}
    for row in outer:
        family = families.setdefault(row.shape, [])
        if all(apart(row.about, other.about) for other in family):
            family.append(row)
    chosen = max(
        families.values(), key=lambda family: (sum(r.low for r in family), sum(r.high for r in family))
    )
    for row in outer:
        if all(apart(row.about, other.about) for other in chosen):
            chosen.append(row)
    if len(chosen) < len(outer):
        # Some larger rows have people in common.
        most = most_people([row.about for row in rows], [(row.low, row.high) for row in rows])
        if _persons(rows[n] for n in most) > _persons(chosen):
            chosen = sorted((rows[n] for n in most), key=_order)
    return [row.number for row in chosen]


def _order(row: _Row) -> tuple[Any, ...]:
    return sum(row.shape), row.shape, -row.low, -row.high, row.about


def _persons(rows: Iterable[_Row]) -> tuple[int, int]:
    taken = list(rows)
    return sum(row.low for row in taken), sum(row.high for row in taken)


def _finest(rows: Sequence[_Row], whole: Sequence[int]) -> list[int]:
    """The rows `whole`, each in its finest breakdown by stratum that is complete.

    A breakdown is complete when its (tightened) intervals add up to exactly the interval of the coarser one; with
    masked parts they do not, and the total says more. Other dimensions are taken at their published total.
    """
    by_number = {row.number: row for row in rows}
    # One dimension before several, localities before groups before sexes, where equally many rows come of them.
    splits = [over for size in range(1, len(_SPLIT) + 1) for over in combinations(_SPLIT, size)]
    # Of each row that could be broken down by some dimensions, its parts.
    parts: dict[tuple[tuple[int, ...], tuple[str, ...]], list[_Row]] = {}
    for row in rows:
        for over in splits:
            if all(row.about[n] != ALL for n in over):
                about = tuple(ALL if n in over else value for n, value in enumerate(row.about))
                parts.setdefault((over, about), []).append(row)

    def refined(row: _Row) -> list[int]:
        found = [row.number]
        for over in splits:
            own = parts.get((over, row.about), [])
            if own and _persons(own) == (row.low, row.high):
                deeper = [number for part in own for number in refined(part)]
                found = deeper if len(deeper) > len(found) or found == [row.number] else found
        return found

    return [number for row in whole for number in refined(by_number[row])]


def need_of_month(enrolment: pd.DataFrame, month: str, *, as_signs_say: bool = False) -> Need:
    """The need of `month` from validated enrolment tables: intervals tightened by published totals (METHOD 1).

    Several files are first made one (`geomatch.reconcile`), so that a total in one is the total of parts in another.

    Args:
        enrolment: month, county_code, municipality_code, locality_code, accommodation, target_group, case_status,
            sex, age_group, low, high (persons), masked, sign, source, cell; of several files one below another.
        month: YYYY-MM.
        as_signs_say: Leave every interval as its sign says, for what is shown to the public (METHOD 8): published
            totals tighten nothing.

    Raises:
        InputError: There is nothing for the month, files or counts contradict each other (also counts by age, which
            tighten nothing: `geomatch.adults`), or what else `reconciled` and `tightened` raise.
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
    joined = reconciled(table)
    table = joined.table
    table["published_low"], table["published_high"] = (
        table["low"].astype("int64"),
        table["high"].astype("int64"),
    )
    absurd = table[table["published_high"] > MOST_ENROLLED]
    if len(absurd):
        raise InputError(
            Problem(
                _("found {value}").format(value=row.high),
                _("at most {number} persons").format(number=MOST_ENROLLED),
                _("Correct the number in the file"),
                file=row.source,
                column=row.cell,
            )
            for row in records(absurd)
        )
    if problems := age_contradictions(table):
        raise InputError(problems)
    if as_signs_say:
        table["low_because"] = table["high_because"] = ""
    else:
        found = tightened(table)
        table["low"], table["high"] = found.low, found.high
        table["low_because"], table["high_because"] = found.low_because, found.high_because
    table["used"] = _used_rows(table)
    nowhere = table[table["municipality_code"] == UNKNOWN]
    unknown = table.loc[
        [n for _code, rows in nowhere.groupby("county_code") for n in _whole_rows(_rows_of(rows))]
    ]
    return Need(
        table=conform(table[NEED.names], NEED),
        unknown_low=int(unknown["low"].sum()),
        unknown_high=int(unknown["high"].sum()),
        files=joined.files,
        known_elsewhere=joined.known_elsewhere,
        larger_elsewhere=joined.larger_elsewhere,
    )


def published_total(table: pd.DataFrame, county_code: str) -> tuple[int, int] | None:
    """Fewest and most persons of a county, or of the country (`all`), by its published totals; None without any.

    Args:
        table: NEED.
        county_code: Two digits, or `all`.
    """
    rows = table[(table["county_code"] == county_code) & (table["municipality_code"] == ALL)]
    if not len(rows):
        return None
    whole = rows.loc[_whole_rows(_rows_of(rows))]
    return int(whole["low"].sum()), int(whole["high"].sum())


def widened_cells(table: pd.DataFrame) -> list[str]:
    """The masked cells of table `need` that must lie outside what their sign says, as `cell (file)`."""
    outside = (table["low"] < table["published_low"]) | (table["high"] > table["published_high"])
    return [f"{row.cell} ({row.source})" for row in records(table[outside])]


# --------------------------------------------------------------------------------------------------- cells in words


def why_cell(row: Any) -> str:  # noqa: ANN401 (a row of NEED)
    """Why the interval of a withheld cell is what it is, as a sentence without a final stop.

    It says what the sign alone says, then which sum decided each end that is another: the total and its cell, and the
    other parts with theirs, named as from the cell's own sheet.

    Args:
        row: A row of table `need`: sign, published_low, published_high, low, high, low_because, high_because.
    """
    sign = _("“{sign}” says {interval}").format(
        sign=row.sign, interval=_interval(row.published_low, row.published_high)
    )
    low, high = (json.loads(text) if text else None for text in (row.low_because, row.high_because))
    if low is None and high is None:
        return _("{sign}, and no total says more").format(sign=sign)
    if low is not None and high is not None and _same_sum(low, high):
        # One sum decided both ends: it is told once, with intervals where its other cells have them.
        amounts = {"rest": _interval(*sorted((low["rest"], high["rest"])))}
        if "amount" in low:
            amounts["amount"] = _interval(low["amount"], high["amount"])
        reasons = [_reason({**low, **amounts}, _interval(row.low, row.high), "both")]
    else:
        reasons = [
            _reason(said, str(end), name)
            for said, end, name in ((low, row.low, "least"), (high, row.high, "most"))
            if said is not None
        ]
    text = "; ".join([sign, *reasons])
    if row.low > row.published_high or row.high < row.published_low:
        text = _("{reasons}; so the count is another than the sign says").format(reasons=text)
    elif row.low < row.published_low or row.high > row.published_high:
        text = _("{reasons}; so the count can be another than the sign says").format(reasons=text)
    return text


def _same_sum(low: Mapping[str, Any], high: Mapping[str, Any]) -> bool:
    """Whether one sum decided both ends."""
    names = ("by", "over", "cell", "cells")
    return low["by"] in {"total", "parts"} and all(low.get(name) == high.get(name) for name in names)


def _interval(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"


def _reason(said: Mapping[str, Any], end: str, name: str) -> str:
    """What decided one end (`least`, `most`) or `both`."""
    if said["by"] == "widened":
        texts = {
            "least": _("it can be 0, since the published totals contradict the signs"),
            "most": _("it must be larger, and no published total says how large it can be"),
        }
        return texts[name]
    if said["by"] == "several":
        texts = {
            "least": _("several totals together leave at least {n}"),
            "most": _("several totals together leave at most {n}"),
        }
        return texts[name].format(n=end)
    over = said["over"][0] if len(said["over"]) == 1 else ""
    total, others = {
        "county_code": (_("the country's total"), _("the other counties")),
        "municipality_code": (_("the county's total"), _("the other municipalities")),
        "locality_code": (_("the municipality's total"), _("the other localities")),
        "accommodation": (_("the total of all accommodation"), _("the other accommodation")),
        "target_group": (_("the total of all groups"), _("the other groups")),
        "case_status": (_("the total of all case statuses"), _("the other case statuses")),
        "sex": (_("the total of women and men"), _("the other sex")),
    }.get(over, (_("the total"), _("its other parts")))
    cells = _listed(said["cells"])
    if said["by"] == "parts":
        texts = {
            "both": _("its parts ({cells}) add up to {n}"),
            "least": _("its parts ({cells}) add up to at least {n}"),
            "most": _("its parts ({cells}) add up to at most {n}"),
        }
        return texts[name].format(cells=cells, n=end)
    if not cells:
        return _("{total} is {amount} in {cell}").format(
            total=total, amount=said["amount"], cell=said["cell"]
        )
    texts = {
        "both": _("{total}, {amount} in {cell}, less {rest} in {others} ({cells}) leaves {n}"),
        "least": _(
            "{total}, {amount} in {cell}, less at most {rest} in {others} ({cells}) leaves at least {n}"
        ),
        "most": _(
            "{total}, {amount} in {cell}, less at least {rest} in {others} ({cells}) leaves at most {n}"
        ),
    }
    return texts[name].format(
        total=total,
        amount=said["amount"],
        cell=said["cell"],
        rest=said["rest"],
        others=others,
        cells=cells,
        n=end,
    )


def _listed(cells: Sequence[str]) -> str:
    """Cells with those that lie below or beside one another as a range: `C3–C7, C9`."""
    runs: list[list[str]] = []
    for cell in cells:
        if runs and _follows(runs[-1][-1], cell):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return ", ".join(
        run[0] if len(run) == 1 else f"{run[0]}–{run[-1].rpartition('!')[2].rpartition(']')[2]}"
        for run in runs
    )


_CELL = re.compile(r"(.*?)([A-Z]+)([0-9]+)")


def _follows(one: str, two: str) -> bool:
    """Whether a cell stands right below another, or right beside it."""
    first, second = _CELL.fullmatch(one), _CELL.fullmatch(two)
    if first is None or second is None or first[1] != second[1]:
        return False
    below = int(second[3]) - int(first[3])
    if first[2] == second[2]:
        return below == 1
    # Z and AA are parted: one list more is no harm.
    return below == 0 and first[2][:-1] == second[2][:-1] and ord(second[2][-1]) - ord(first[2][-1]) == 1
