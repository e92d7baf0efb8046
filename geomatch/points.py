"""Where need lives: the points that a municipality's counts are spread over. METHOD 2."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.need import Need
from geomatch.settings import Settings
from geomatch.tables import ALL, POINTS, conform, records
from geomatch.words import gettext as _

__all__ = ["demand_points", "split_persons"]


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
