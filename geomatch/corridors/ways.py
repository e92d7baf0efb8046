"""The day returns between two municipalities, in a few numbers (METHOD 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomatch.access.reach import Reach
from geomatch.allocation import LOCAL
from geomatch.allocation.symmetry import Bools, Ints
from geomatch.settings import Settings

__all__ = ["NO_WAYS", "Ways", "failings", "good_returns", "ways_between"]

_BEST_FIRST = [
    "travel_min",
    "round_trip_s",
    "booking_needed",
    "last_way_home_tight",
    "transfers",
    "last_way_home_share",
    "sessions_per_week",
]


@dataclass(frozen=True, slots=True)
class Ways:
    """The day returns of one ordered pair of municipalities, over its points and the suitable series they reach.

    Attributes:
        best_min, median_min, worst_min: `travel_min`, shortest, lower median and longest.
        sessions_per_week: Most sessions a week for one point, all its series there together.
        best_sessions_per_week: Sessions a week of the best day return.
        transfers, booking_needed, last_way_home_share, last_way_home_tight: Of the best day return.
        best_failings: Which of too_long, booking_needed, tight_last_way_home the best day return has.
        failings: Which of them any day return has.
        points, series: Names of point and series of each day return, for distances.
    """

    best_min: float = math.nan
    median_min: float = math.nan
    worst_min: float = math.nan
    sessions_per_week: float = 0.0
    best_sessions_per_week: float = 0.0
    transfers: int | None = None
    booking_needed: bool = False
    last_way_home_share: float = math.nan
    last_way_home_tight: bool = False
    best_failings: tuple[str, ...] = ()
    failings: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    series: tuple[str, ...] = ()


NO_WAYS = Ways()


def failings(returns: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Per row of DAY_RETURNS, which of too_long, booking_needed, tight_last_way_home keeps it from being good."""
    limit = settings.corridors.recommended_max_min
    return pd.DataFrame(
        {
            "too_long": (returns["out_min_median"] > limit) | (returns["home_min_median"] > limit),
            "booking_needed": returns["booking_needed"].astype(bool),
            "tight_last_way_home": returns["last_way_home_tight"].astype(bool),
        }
    )


def good_returns(reach: Reach, settings: Settings) -> Bools:
    """Per reachable day return, whether a recommended corridor may count it."""
    good: Bools = np.logical_not(failings(reach.returns, settings).to_numpy(dtype=bool).any(axis=1))
    return good


def ways_between(reach: Reach, settings: Settings) -> dict[tuple[int, int], Ways]:
    """Per ordered pair of municipalities with a suitable day return (also one on foot), its day returns."""
    away = reach.use_pair != LOCAL
    used: Ints = np.unique(reach.use_return[away])
    table = reach.returns.loc[used].assign(
        origin=lambda t: reach.points["municipality"].to_numpy()[t["point"]],
        goal=lambda t: reach.series_owner[t["series"]],
    )
    table = pd.concat([table, failings(table, settings).add_prefix("fails_")], axis=1)
    # Equal in everything that is shown: which of them comes first does not matter.
    table = table.sort_values(_BEST_FIRST, kind="stable")
    found = {}
    for _key, group in table.groupby(["origin", "goal"]):
        found[int(group["origin"].iloc[0]), int(group["goal"].iloc[0])] = _ways(group)
    return found


def _ways(table: pd.DataFrame) -> Ways:
    best = table.iloc[0]
    names = [name for name in table.columns if name.startswith("fails_")]
    travel = table["travel_min"].to_numpy(dtype=float)
    return Ways(
        best_min=float(travel[0]),
        median_min=float(travel[(len(travel) - 1) // 2]),
        worst_min=float(travel[-1]),
        sessions_per_week=float(table.groupby("point")["sessions_per_week"].sum().max()),
        best_sessions_per_week=float(best["sessions_per_week"]),
        transfers=None if pd.isna(best["transfers"]) else int(best["transfers"]),
        booking_needed=bool(best["booking_needed"]),
        last_way_home_share=float(
            "nan" if pd.isna(best["last_way_home_share"]) else best["last_way_home_share"]
        ),
        last_way_home_tight=bool(best["last_way_home_tight"]),
        best_failings=tuple(name.removeprefix("fails_") for name in names if best[name]),
        failings=tuple(name.removeprefix("fails_") for name in names if table[name].any()),
        points=tuple(table["point_id"]),
        series=tuple(table["series_id"]),
    )
