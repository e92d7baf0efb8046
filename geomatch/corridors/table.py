"""The table of corridors: every candidate and every open pair of the month (METHOD 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation
from geomatch.access.reach import HIGH, LOW
from geomatch.corridors.gains import CORNERS, Gains, make_gains
from geomatch.corridors.verdict import Facts, enough, judge
from geomatch.corridors.ways import NO_WAYS, Ways, good_returns, ways_between
from geomatch.settings import CorridorSettings
from geomatch.tables import CORRIDORS, conform

__all__ = ["corridors_table", "trips_a_month"]

# Weeks in a year over months in a year.
_WEEKS_PER_MONTH = 52 / 12
_ENDS = (("low", LOW, "ll"), ("high", HIGH, "hh"))


@dataclass(frozen=True, slots=True)
class _Worth:
    """What opening a corridor brings, in thousandths of persons."""

    gain: dict[str, int]
    good_gain: dict[str, int]
    if_share_known: bool
    paired: dict[str, int]
    paired_with: int | None
    unserved: dict[str, int]
    free: dict[str, int]


_NOTHING = dict.fromkeys(CORNERS, 0)
_NEITHER = {"low": 0, "high": 0}


def _ends_of(gains: Gains, origin: int, goal: int) -> tuple[dict[str, int], dict[str, int]]:
    """Entitled people whom home cannot serve, and free places, at low and at high need."""
    unserved = {name: gains.entitled_unserved(origin, goal, end) for name, end, _corner in _ENDS}
    return unserved, {name: gains.free_places(origin, goal, end) for name, end, _corner in _ENDS}


def _worth(month: MonthAllocation, gains: Gains, corridor: int, ways: dict[tuple[int, int], Ways]) -> _Worth:
    """What opening a numbered corridor brings (METHOD 7)."""
    reach, least = month.reach, month.settings.corridors.min_gain
    gain = {corner: gains.alone(corridor, corner) for corner in CORNERS}
    good = (
        {corner: gains.alone(corridor, corner, good_only=True) for corner in CORNERS}
        if enough(gain, least)
        else _NOTHING
    )
    known = False
    if not enough(good, least) and gains.alone(corridor, "hh", good_only=True) >= least * 1000:
        known = enough(
            {c: gains.alone(corridor, c, good_only=True, shares_known=True) for c in CORNERS}, least
        )
    unserved, free = _ends_of(gains, *reach.pairs[corridor])
    capacity = int(reach.capacity[np.unique(reach.use_series[reach.use_pair == corridor])].sum())
    with_other: dict[str, dict[int, int]] = {}
    for name, end, corner in _ENDS:
        # A corridor cannot gain more than the people who would use it, nor than there are places.
        room = gain[corner] < min(unserved[name], capacity)
        with_other[name] = gains.paired(corridor, end) if room else {}
    alone = {name: gain[corner] for name, _end, corner in _ENDS}
    best, together = _best_partner(alone, with_other, [ways[pair].best_min for pair in reach.pairs])
    return _Worth(gain, good, known, together, best, unserved, free)


def _best_partner(
    alone: dict[str, int], with_other: dict[str, dict[int, int]], best_min: list[float]
) -> tuple[int | None, dict[str, int]]:
    """The further corridor with which most is gained at both ends together, and the gains with it.

    Of equals the one with the shorter best day return; what is equal in that too is told apart by its number, which
    follows the codes, and only the name shown depends on it. None where no other adds anything.
    """
    best, together = None, alone
    for other in sorted(set(with_other["low"]) | set(with_other["high"])):
        found = {name: max(alone[name], with_other[name].get(other, 0)) for name in alone}
        more = sum(found.values()) - sum(together.values())
        if more > 0 or (more == 0 and best is not None and best_min[other] < best_min[best]):
            best, together = other, found
    return best, together


def _greatest_distance(ways: Ways, homes: pd.Series[Any], places: pd.Series[Any]) -> float | None:
    pairs = [
        homes[point].distance(places[series]) for point, series in zip(ways.points, ways.series, strict=True)
    ]
    return max(pairs, default=None)


def _none_entitled(month: MonthAllocation, code: str) -> bool:
    """People live there, and none of their groups has an eligible share above 0 at the high end."""
    reach = month.reach
    mine = (reach.rows["municipality"].to_numpy() == _number(reach.codes, code)) & (reach.need[HIGH] > 0)
    groups = sorted(set(reach.rows["target_group"].to_numpy()[mine]))
    shares = [month.settings.share("eligible_share", group, code[:2], reach.day)[1] for group in groups]
    return bool(shares) and max(shares) == 0


def _number(codes: tuple[str, ...], code: str) -> int:
    return codes.index(code) if code in codes else -1


def trips_a_month(gain_milli: int, sessions_per_week: float) -> float:
    """Single trips a month of those gained (thousandths of persons): two for each session."""
    return gain_milli / 1000 * sessions_per_week * _WEEKS_PER_MONTH * 2


def _numbers(worth: _Worth, way: Ways, codes: list[str], settings: CorridorSettings) -> dict[str, object]:
    """The numbers of one row of CORRIDORS: day return, persons, cost and criteria.

    Args:
        worth: What the corridor brings.
        way: Its day returns.
        codes: `from-to` per numbered corridor.
        settings: Least gain and fare.
    """
    trips = {
        name: trips_a_month(worth.gain[corner], way.best_sessions_per_week) for name, _end, corner in _ENDS
    }
    return {
        **{f"entitled_unserved_{name}_milli": worth.unserved[name] for name in trips},
        **{f"free_places_{name}_milli": worth.free[name] for name in trips},
        "travel_best_min": way.best_min,
        "travel_median_min": way.median_min,
        "travel_worst_min": way.worst_min,
        "sessions_per_week": way.sessions_per_week,
        "transfers": way.transfers,
        "booking_needed": way.booking_needed,
        "last_way_home_share": way.last_way_home_share,
        "last_way_home_tight": way.last_way_home_tight,
        **{f"gain_{corner}_milli": worth.gain[corner] for corner in CORNERS},
        **{f"gain_paired_{name}_milli": worth.paired[name] for name in trips},
        "paired_with": "" if worth.paired_with is None else codes[worth.paired_with],
        **{f"trips_{name}": trips[name] for name in trips},
        **{f"cost_{name}_sek": trips[name] * settings.fare_sek for name in trips},
        "cost_per_person_sek": trips_a_month(1000, way.best_sessions_per_week) * settings.fare_sek
        if any(worth.gain.values())
        else math.nan,
        "size_ok": worth.unserved["low"] >= settings.min_gain * 1000,
        "supply_ok": worth.free["high"] >= settings.min_gain * 1000,
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
        need: NEED of the month, for people in own accommodation.
    """
    reach, settings = month.reach, month.settings
    ways = ways_between(reach, settings)
    gains = make_gains(reach, month.opened, good_returns(reach, settings))
    rules = settings.rules_in_force(reach.day)
    measured = any(rule.kind == "min_distance_m" for rule in rules)
    homes = points.drop_duplicates("point_id").set_index("point_id")["geometry"]
    places = activities.set_index("series_id")["geometry"]
    own = need[(need["accommodation"] == "own") & (need["high"] > 0)]
    in_own = set(own["municipality_code"])
    listed = month.register[["from_code", "to_code", "reference"]].astype(str)
    register = {(origin, goal): text for origin, goal, text in listed.itertuples(index=False)}
    codes = [(reach.codes[o], reach.codes[d]) for o, d in reach.pairs]
    names = ["-".join(pair) for pair in codes]
    corridor_of = {pair: number for number, pair in enumerate(codes)}
    way_of = {(reach.codes[o], reach.codes[d]): way for (o, d), way in ways.items()}
    rows = []
    for origin, goal in sorted(set(way_of) | set(register)):
        way = way_of.get((origin, goal), NO_WAYS)
        number = corridor_of.get((origin, goal))
        if number is not None:
            worth = _worth(month, gains, number, ways)
        elif way.points:
            ends = _ends_of(gains, reach.codes.index(origin), reach.codes.index(goal))
            worth = _Worth(_NOTHING, _NOTHING, False, _NEITHER, None, *ends)
        else:
            worth = _Worth(_NOTHING, _NOTHING, False, _NEITHER, None, _NEITHER, _NEITHER)
        judged = judge(
            Facts(
                gain=worth.gain,
                good_gain=worth.good_gain,
                paired=max(worth.paired.values()),
                free_low=worth.free["low"],
                walked=number is None,
                ways=way,
                crosses_county=origin[:2] != goal[:2],
                greatest_distance_m=_greatest_distance(way, homes, places) if measured else None,
                none_entitled=_none_entitled(month, origin),
                own_accommodation=origin in in_own,
                if_share_known=worth.if_share_known,
                min_gain=settings.corridors.min_gain,
            ),
            rules,
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
