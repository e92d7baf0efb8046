"""The table of corridors: every candidate and every open pair of the month (METHOD 7)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation
from geomatch.access.reach import HIGH
from geomatch.corridors.gains import CORNERS, make_gains
from geomatch.corridors.verdict import Facts, Rulings, judge
from geomatch.corridors.ways import NO_WAYS, Ways, good_returns, ways_between
from geomatch.corridors.worth import ENDS, Worth, worth_of
from geomatch.rules.answer import Person
from geomatch.settings import CorridorSettings
from geomatch.tables import CORRIDORS, conform

__all__ = ["corridors_table", "trips_a_month"]

# Weeks in a year over months in a year.
_WEEKS_PER_MONTH = 52 / 12


def _greatest_distance(ways: Ways, homes: pd.Series[Any], places: pd.Series[Any]) -> float | None:
    pairs = [
        homes[point].distance(places[series]) for point, series in zip(ways.points, ways.series, strict=True)
    ]
    return max(pairs, default=None)


def _kinds(need: pd.DataFrame) -> dict[str, tuple[Person, ...]]:
    """Per municipality, the kinds of persons that the rows of NEED count; ages of a source are not told apart."""
    names = ["municipality_code", "target_group", "case_status", "accommodation"]
    found: dict[str, list[Person]] = {}
    rows = need.loc[need["high"] > 0, names].astype(str).drop_duplicates().sort_values(names)
    for code, *kind in rows.itertuples(index=False):
        found.setdefault(code, []).append(Person(*kind))
    return {code: tuple(people) for code, people in found.items()}


def _none_entitled(month: MonthAllocation, code: str) -> bool:
    """People live there, and none of them may travel at the high end of counts and shares."""
    reach = month.reach
    mine = (reach.rows["municipality"].to_numpy() == _number(reach.codes, code)) & (reach.need[HIGH] > 0)
    return bool(mine.any()) and not reach.entitled[HIGH, HIGH][mine].any()


def _number(codes: tuple[str, ...], code: str) -> int:
    return codes.index(code) if code in codes else -1


def trips_a_month(gain_milli: int, sessions_per_week: float) -> float:
    """Single trips a month of those gained (thousandths of persons): two for each session."""
    return gain_milli / 1000 * sessions_per_week * _WEEKS_PER_MONTH * 2


def _numbers(worth: Worth, way: Ways, codes: list[str], settings: CorridorSettings) -> dict[str, object]:
    """The numbers of one row of CORRIDORS: day return, persons, cost and criteria.

    Args:
        worth: What the corridor brings.
        way: Its day returns.
        codes: `from-to` per numbered corridor.
        settings: Least gain and fare.
    """
    trips = {
        name: trips_a_month(worth.gain[corner], way.best_sessions_per_week) for name, _end, corner in ENDS
    }
    for_one = trips_a_month(1000, way.best_sessions_per_week) if any(worth.gain.values()) else math.nan
    return {
        **{f"entitled_unserved_{name}_milli": worth.unserved[name] for name in trips},
        **{f"free_places_{name}_milli": worth.free[name] for name in trips},
        "travel_best_min": way.best_min,
        "travel_median_min": way.median_min,
        "travel_worst_min": way.worst_min,
        "sessions_per_week": way.sessions_per_week,
        "transfers": way.transfers,
        "walk_m": way.walk_m,
        "tightest_change_min": way.tightest_change_min,
        "booking_needed": way.booking_needed,
        "last_way_home_share": way.last_way_home_share,
        "last_way_home_tight": way.last_way_home_tight,
        "last_way_home_change_min": way.last_way_home_change_min,
        **{f"gain_{corner}_milli": worth.gain[corner] for corner in CORNERS},
        **{f"gain_paired_{corner}_milli": worth.paired[corner] for corner in CORNERS},
        "paired_with": "" if worth.paired_with is None else codes[worth.paired_with],
        **{f"trips_{name}": trips[name] for name in trips},
        **{f"cost_{name}_sek": trips[name] * settings.fare_sek for name in trips},
        "trips_per_person": for_one,
        "cost_per_person_sek": for_one * settings.fare_sek,
        "size_ok": worth.unserved["low"] >= settings.min_gain * 1000,
        "supply_ok": min(worth.free.values()) >= settings.min_gain * 1000,
        "transit_ok": bool(way.points) and not way.best_failings,
    }


def corridors_table(
    month: MonthAllocation, points: pd.DataFrame, activities: pd.DataFrame, need: pd.DataFrame
) -> pd.DataFrame:
    """CORRIDORS: every ordered pair with a suitable day return, with or without need, and every open pair.

    Gains come on top of the corridors that the allocation uses (`allocation.corridors`); for one of those the gain is
    what closing it would lose. Rules and shares are those of the first day of the month.

    Args:
        month: The month's allocation.
        points: POINTS it was made from (EPSG:3006; straight distances in metres for `min_distance_m` rules).
        activities: ACTIVITIES it was made from.
        need: NEED of the month, for what is known of those whom the rules ask about.
    """
    reach, settings = month.reach, month.settings
    ways = ways_between(reach, settings)
    gains = make_gains(reach, month.opened, good_returns(reach, settings))
    rulings = Rulings(settings.rules.at(reach.day))
    homes = points.drop_duplicates("point_id").set_index("point_id")["geometry"]
    places = activities.set_index("series_id")["geometry"]
    living, counted = _kinds(need[need["used"].astype(bool)]), _kinds(need)
    listed = month.register[["from_code", "to_code", "reference"]].astype(str)
    register = {(origin, goal): text for origin, goal, text in listed.itertuples(index=False)}
    codes = [(reach.codes[o], reach.codes[d]) for o, d in reach.pairs]
    names = ["-".join(pair) for pair in codes]
    corridor_of = set(codes)
    way_of = {(reach.codes[o], reach.codes[d]): way for (o, d), way in ways.items()}
    on_foot = [pair for pair in ways if (reach.codes[pair[0]], reach.codes[pair[1]]) not in corridor_of]
    best_min = np.array([ways[pair].best_min for pair in reach.pairs], dtype=float)
    worths = {
        (reach.codes[o], reach.codes[d]): worth
        for (o, d), worth in worth_of(month, gains, on_foot, best_min).items()
    }
    none_entitled = {code: _none_entitled(month, code) for code in {*reach.codes, *(o for o, _d in register)}}
    rows = []
    for origin, goal in sorted(set(way_of) | set(register)):
        way = way_of.get((origin, goal), NO_WAYS)
        worth = worths.get((origin, goal), Worth())
        judged = judge(
            Facts(
                gain=worth.gain,
                good_gain=worth.good_gain,
                paired=max(worth.paired.values()),
                free_low=worth.free["low"],
                walked=(origin, goal) not in corridor_of,
                ways=way,
                crosses_county=origin[:2] != goal[:2],
                kinds=living.get(origin, ()),
                counted=counted.get(origin, ()),
                greatest_distance_m=_greatest_distance(way, homes, places) if rulings.measured else None,
                none_entitled=none_entitled[origin],
                if_share_known=worth.if_share_known,
                min_gain=settings.corridors.min_gain,
            ),
            rulings,
        )
        rows.append(
            {
                "month": reach.month,
                "from_code": origin,
                "to_code": goal,
                "status": "open" if (origin, goal) in register else "candidate",
                "reference": register.get((origin, goal), ""),
                **_numbers(worth, way, names, settings.corridors),
                "verdict": judged.verdict,
                "reasons": ";".join(judged.reasons),
                "assumed_rules": ";".join(judged.assumed_rules),
                "share_blocks": judged.share_blocks,
            }
        )
    return conform(pd.DataFrame(rows, columns=CORRIDORS.names), CORRIDORS)
