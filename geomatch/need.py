"""Need and the points it is spread over. METHOD 1-2."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.settings import Settings
from geomatch.tables import ALL, NEED, POINTS, conform, records
from geomatch.tightening import DIMENSIONS, tightened
from geomatch.words import gettext as _

__all__ = ["Need", "demand_points", "need_of_month", "split_persons", "widened_cells"]

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


def split_persons(total: int, weights: Sequence[int]) -> list[int]:
    """`total` units split by `weights` with the Sainte-Laguë method.

    The parts add up exactly, and none shrinks when the total grows.

    Equal claims to the last unit go to the earlier weight: callers order the weights by something that is not a
    code or a name. All weights zero: split evenly.

    Source: Balinski & Young, Fair Representation (2001), the Webster method.
    """
    if not weights:
        raise ValueError("no weights")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(shares)
    # Webster never gives less than quota - n/2 - 1/2; from there the last few units are given one by one.
    slack = len(shares) // 2 + 1
    parts = [max(0, total * share // whole - slack) for share in shares]
    heap = [
        (-Fraction(share, 2 * part + 1), number)
        for number, (share, part) in enumerate(zip(shares, parts, strict=True))
    ]
    heapq.heapify(heap)
    for _unit in range(total - sum(parts)):
        _claim, number = heap[0]
        parts[number] += 1
        heapq.heapreplace(heap, (-Fraction(shares[number], 2 * parts[number] + 1), number))
    return parts


def _point_frame(
    localities: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, codes: Iterable[str]
) -> pd.DataFrame:
    """The demand points of the municipalities `codes`: its localities, else its representative point."""
    wanted = sorted(set(codes))
    inside = localities[localities["municipality_code"].isin(wanted)]
    points = pd.DataFrame(
        {
            "municipality_code": inside["municipality_code"].to_numpy(),
            "locality_code": inside["locality_code"].to_numpy(),
            "name": inside["name"].to_numpy(),
            "kind": "locality",
            "population": inside["population"].to_numpy(np.int64),
            "x_m": inside.geometry.x.to_numpy(),
            "y_m": inside.geometry.y.to_numpy(),
        }
    )
    empty = municipalities[
        municipalities["municipality_code"].isin(set(wanted) - set(points["municipality_code"]))
    ]
    lone = pd.DataFrame(
        {
            "municipality_code": empty["municipality_code"].to_numpy(),
            "locality_code": "",
            "name": empty["name"].to_numpy(),
            "kind": "representative",
            "population": 0,
            "x_m": empty["point_x_m"].to_numpy(float),
            "y_m": empty["point_y_m"].to_numpy(float),
        }
    )
    points = pd.concat([frame for frame in (points, lone) if len(frame)], ignore_index=True)
    points["point_id"] = (
        points["municipality_code"]
        + "/"
        + points["locality_code"].where(points["locality_code"] != "", "point")
    )
    # By content, never by code or name: this is the order in which equal claims are met.
    return points.sort_values(
        ["municipality_code", "population", "x_m", "y_m"], ascending=[True, False, True, True]
    ).reset_index(drop=True)


def demand_points(
    need: Need, localities: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, settings: Settings
) -> gpd.GeoDataFrame:
    """Table `points`: the need of each municipality spread over its localities by population (METHOD 2).

    Args:
        need: From `need_of_month`.
        localities: locality_code, name, municipality_code, population, geometry (EPSG:3006).
        municipalities: county_code, municipality_code, name, point_x_m, point_y_m (EPSG:3006).
        settings: `adult_share` is taken from here.

    Raises:
        InputError: Need is given for a locality that is not among `localities`.
    """
    table = need.table
    month = str(table["month"].iloc[0])
    first_day = date.fromisoformat(f"{month}-01")
    used = table[table["used"]]
    if not len(used):
        raise InputError(
            Problem(
                _("the counts of {month} name no municipality").format(month=month),
                _("a count for each municipality, not only totals"),
                _("Add the workbook that has municipalities: geomatch add enrolment FILE"),
                file=", ".join(sorted(set(table["source"]))),
            )
        )
    points = _point_frame(localities, municipalities, used["municipality_code"])
    agency = set(table[(table["accommodation"] == "agency") & (table["high"] > 0)]["municipality_code"])
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    by_municipality = dict(iter(points.groupby("municipality_code", sort=True)))
    strata: Any = used.groupby(["municipality_code", "target_group", "sex"], sort=True)
    for (code, group, sex), counts in strata:
        inside = by_municipality[code]
        parts = _spread(inside, counts, settings.share("adult_share", group, code[:2], first_day), problems)
        rows += [
            {
                "month": month,
                "point_id": point.point_id,
                "county_code": code[:2],
                "municipality_code": code,
                "locality_code": point.locality_code,
                "name": point.name,
                "kind": point.kind,
                "population": point.population,
                "target_group": group,
                "sex": sex,
                "need_low_milli": low,
                "need_high_milli": high,
                "location_unknown": code in agency,
                "x_m": point.x_m,
                "y_m": point.y_m,
            }
            for point, low, high in zip(records(inside), *parts, strict=True)
        ]
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame(rows)
    geometry = gpd.points_from_xy(frame.pop("x_m"), frame.pop("y_m"), crs=3006)
    return gpd.GeoDataFrame(conform(frame.assign(geometry=geometry), POINTS), geometry="geometry", crs=3006)


def _spread(
    points: pd.DataFrame, counts: pd.DataFrame, adult_share: tuple[float, float], problems: list[Problem]
) -> tuple[list[int], list[int]]:
    """Thousandths at each point, at the low and at the high end of the counts of one stratum."""
    ends: list[list[int]] = []
    named = counts[counts["locality_code"] != ALL]
    places = points["locality_code"].tolist()
    problems += [
        Problem(
            _("there is no locality {code} in the municipality").format(code=row.locality_code),
            remedy=_("Add the file of localities that the counts use: geomatch add localities FILE"),
            file=row.source,
            column=row.cell,
        )
        for row in records(named[~named["locality_code"].isin(places)])
    ]
    for column, share, up in (("low", adult_share[0], False), ("high", adult_share[1], True)):
        exact = Fraction(share).limit_denominator(10**6) * 1000
        amounts = counts.groupby("locality_code")[column].sum()
        milli = {code: _whole(exact * int(persons), up=up) for code, persons in amounts.items()}
        parts = split_persons(milli.pop(ALL, 0), points["population"].tolist())
        for code, amount in milli.items():
            if code in places:
                parts[places.index(code)] += amount
        ends.append(parts)
    return ends[0], ends[1]


def _whole(amount: Fraction, *, up: bool) -> int:
    return -((-amount.numerator) // amount.denominator) if up else amount.numerator // amount.denominator
