"""How far it is, as a page may say it: to visible activities only, and never so exactly that it gives a place away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geomatch.access.purposes import of_purposes
from geomatch.access.reach import suits
from geomatch.corridors.ways import failings
from geomatch.publish.facts import CountyFacts

__all__ = ["Journey", "Minutes", "journeys", "shown_minutes"]

# Times to an exact place are whole minutes. From several localities, minutes would give away a place that may not be
# known; tens leave a ring some kilometres wide.
_STEP_MIN = {"exact": 1, "municipality": 10}


@dataclass(frozen=True, order=True, slots=True)
class Minutes:
    """Whole minutes, rounded up; to tens (`rounded`) where the activity's place is not shown."""

    value: int
    rounded: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """The day returns of an ordered pair of municipalities, over the visible activities that suit somebody.

    Attributes:
        best, median, worst: Shortest, lower median and longest, each way.
        sessions_per_week: Most sessions a week of one point.
        best_sessions_per_week, transfers, tightest_change_min, booking_needed, last_way_home_share,
            last_way_home_tight, last_way_home_change_min: Of the best one (None: no change).
        walk_m: Metres walked there and home in the best one; not told (None) where it leads to a place that is not shown.
        good: The best one keeps the limits of a recommendation.
        places: Places of the activities that are reached.
    """

    best: Minutes
    median: Minutes
    worst: Minutes
    sessions_per_week: float
    best_sessions_per_week: float
    transfers: int | None
    walk_m: float | None
    tightest_change_min: float | None
    booking_needed: bool
    last_way_home_share: float
    last_way_home_tight: bool
    last_way_home_change_min: float | None
    good: bool
    places: int


def shown_minutes(travel_min: float, visibility: str) -> Minutes:
    """A time to an activity of that visibility, which is not `hidden`.

    The first rounding keeps 30.000000001, which binary numbers make of 30, from becoming 31.
    """
    step = _STEP_MIN[visibility]
    return Minutes(math.ceil(round(float(travel_min), 6) / step) * step, step > 1)


def _suited(facts: CountyFacts, table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose activity suits some stratum of the point, or may suit it."""
    strata = {
        point: set(zip(rows["target_group"], rows["sex"], strict=True))
        for point, rows in facts.points.groupby("point_id")
    }
    known: dict[tuple[str, str, str], bool] = {}
    for key in set(zip(table["point_id"], table["target_groups"], table["for_sex"], strict=True)):
        point, groups, sex = key
        known[key] = any(suits(*stratum, str(groups), str(sex)) for stratum in strata.get(point, ()))
    keys = zip(table["point_id"], table["target_groups"], table["for_sex"], strict=True)
    suited: pd.DataFrame = table[np.array([known[key] for key in keys], dtype=bool)]
    return suited


def _journey(rows: pd.DataFrame) -> Journey:
    # By what is shown, so that the order of two rounded times does not tell which is shorter.
    rows = rows.sort_values(
        [
            "minutes",
            "rounded",
            "booking_needed",
            "last_way_home_tight",
            "transfers",
            "last_way_home_share",
            "sessions_per_week",
            "shown_walk_m",
            "tightest_change_min",
            "last_way_home_change_min",
        ],
        kind="stable",
    )
    best: Any = rows.iloc[0]
    times = [Minutes(*pair) for pair in zip(rows["minutes"].tolist(), rows["rounded"].tolist(), strict=True)]
    places = rows.drop_duplicates("series_id")["places"]

    def known(name: str) -> float | None:
        return None if pd.isna(best[name]) else float(best[name])

    return Journey(
        best=times[0],
        median=times[(len(times) - 1) // 2],
        worst=times[-1],
        sessions_per_week=float(rows.groupby("point_id")["sessions_per_week"].sum().max()),
        best_sessions_per_week=float(best["sessions_per_week"]),
        transfers=None if pd.isna(best["transfers"]) else int(best["transfers"]),
        walk_m=known("shown_walk_m"),
        tightest_change_min=known("tightest_change_min"),
        booking_needed=bool(best["booking_needed"]),
        last_way_home_share=math.nan
        if pd.isna(best["last_way_home_share"])
        else float(best["last_way_home_share"]),
        last_way_home_tight=bool(best["last_way_home_tight"]),
        last_way_home_change_min=known("last_way_home_change_min"),
        good=not best["fails"],
        places=int(places.sum()),
    )


def journeys(facts: CountyFacts) -> dict[tuple[str, str], Journey]:
    """The journey of each ordered pair of municipalities, `from_code` and `to_code`, that may be shown.

    A pair is missing where only hidden activities are reached, and where the tables hold no day returns of its people.
    """
    between = facts.day_returns["from_code"] != facts.day_returns["to_code"]
    asked = of_purposes(facts.activities, facts.settings.allocation.purposes)
    visible = asked[["series_id", "visibility", "target_groups", "sex", "places"]]
    table = facts.day_returns[facts.day_returns["reachable"] & between].merge(
        pd.DataFrame(visible).rename(columns={"sex": "for_sex"}), on="series_id", how="inner"
    )
    table = _suited(facts, table)
    times = [shown_minutes(*pair) for pair in zip(table["travel_min"], table["visibility"], strict=True)]
    table = table.assign(
        minutes=[time.value for time in times],
        rounded=[time.rounded for time in times],
        # The last metres to a place would give it away.
        shown_walk_m=table["walk_m"].astype(float).where(table["visibility"] == "exact"),
        fails=failings(table, facts.settings).any(axis=1),
    )
    pairs = table.groupby(["from_code", "to_code"], sort=True)
    return {(str(start), str(end)): _journey(rows) for (start, end), rows in pairs}
