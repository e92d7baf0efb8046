"""The day returns between two municipalities, in a few numbers (METHOD 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomatch.access.reach import BARRED, Reach
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
    "walk_m",
    "tightest_change_min",
    "last_way_home_change_min",
]


@dataclass(frozen=True, slots=True)
class Ways:
    """The day returns of one ordered pair of municipalities, over its points and the suitable series they reach.

    Attributes:
        best_min, median_min, worst_min: `travel_min`, shortest, lower median and longest.
        sessions_per_week: Most sessions a week for one point, all its series there together.
        best_sessions_per_week: Sessions a week of the best day return.
        transfers, walk_m, tightest_change_min, booking_needed, last_way_home_share, last_way_home_tight,
            last_way_home_change_min: Of the best day return.
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
    walk_m: float = math.nan
    tightest_change_min: float = math.nan
    booking_needed: bool = False
    last_way_home_share: float = math.nan
    last_way_home_tight: bool = False
    last_way_home_change_min: float = math.nan
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
    # What a verified rule bars counts only where it bars all that the pair has.
    barred = reach.use_barred() == BARRED
    free = np.zeros(len(reach.pairs), dtype=bool)
    free[reach.use_pair[away & ~barred & (reach.use_pair >= 0)]] = True
    away &= ~barred | ~free[np.maximum(reach.use_pair, 0)] if len(free) else True
    used: Ints = np.unique(reach.use_return[away])
    table = reach.returns.loc[used].assign(
        origin=lambda t: reach.points["municipality"].to_numpy()[t["point"]],
        goal=lambda t: reach.series_owner[t["series"]],
    )
    table = pd.concat([table, failings(table, settings).add_prefix("fails_")], axis=1)
    # Equal in everything that is shown: which of them comes first does not matter.
    table = table.sort_values(["origin", "goal", *_BEST_FIRST], kind="stable", ignore_index=True)
    ends = table[["origin", "goal"]].to_numpy(dtype=np.int64)
    if not len(ends):
        return {}
    first = np.flatnonzero(np.append(True, (np.diff(ends, axis=0) != 0).any(axis=1)))
    last = np.append(first[1:], len(ends)) - 1
    a_week = table.groupby(["origin", "goal", "point"])["sessions_per_week"].sum()
    most = a_week.groupby(level=["origin", "goal"]).max().to_numpy(dtype=float)
    travel = table["travel_min"].to_numpy(dtype=float)
    names = [name for name in table.columns if name.startswith("fails_")]
    fails = table[names].to_numpy(dtype=bool)
    any_fails = np.logical_or.reduceat(fails, first, axis=0)
    points, series = table["point_id"].to_numpy(dtype=object), table["series_id"].to_numpy(dtype=object)
    best = table.loc[first]
    transfers = [None if pd.isna(value) else int(value) for value in best["transfers"].tolist()]
    names_of_figures = (
        "sessions_per_week",
        "walk_m",
        "tightest_change_min",
        "last_way_home_share",
        "last_way_home_change_min",
    )
    figures = {name: pd.to_numeric(best[name]).to_numpy(dtype=float) for name in names_of_figures}
    booked = best["booking_needed"].to_numpy(dtype=bool)
    tight = best["last_way_home_tight"].to_numpy(dtype=bool)
    codes = [name.removeprefix("fails_") for name in names]

    def named(row: Bools) -> tuple[str, ...]:
        return tuple(code for code, fails_here in zip(codes, row, strict=True) if fails_here)

    return {
        (int(ends[start, 0]), int(ends[start, 1])): Ways(
            best_min=float(travel[start]),
            median_min=float(travel[(start + end) // 2]),
            worst_min=float(travel[end]),
            sessions_per_week=float(most[number]),
            best_sessions_per_week=float(figures["sessions_per_week"][number]),
            transfers=transfers[number],
            walk_m=float(figures["walk_m"][number]),
            tightest_change_min=float(figures["tightest_change_min"][number]),
            booking_needed=bool(booked[number]),
            last_way_home_share=float(figures["last_way_home_share"][number]),
            last_way_home_tight=bool(tight[number]),
            last_way_home_change_min=float(figures["last_way_home_change_min"][number]),
            best_failings=named(fails[start]),
            failings=named(any_fails[number]),
            points=tuple(points[start : end + 1]),
            series=tuple(series[start : end + 1]),
        )
        for number, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True))
    }
