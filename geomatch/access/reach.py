"""The month's tables as arrays: who could use which series, and by what right (METHOD 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geomatch.allocation import LOCAL, WALK, Network, Sheet, make_sheet
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.settings import Settings

__all__ = ["HIGH", "LOW", "Demand", "Reach", "build_reach", "demand", "open_in_month", "sheet_of", "suits"]

LOW, HIGH = 0, 1
MILLI = 1000


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything the allocation needs to know of a month.

    A *row* is a row of POINTS (point and stratum); a *use* is a row and a series which it can reach and which suits
    it. Municipalities are numbered: those with points first, in order of code, then those which only have series.

    Attributes:
        month: YYYY-MM.
        day: Its first day: shares and rules are judged there.
        codes: Code per municipality.
        residents: How many municipalities have points.
        rows: The rows' `point` (number), `municipality` (number), `target_group` and `sex`.
        need: Per end (LOW, HIGH) and row, thousandths of persons.
        entitled: Per end of the eligible share and end of need and row, thousandths of persons entitled: need x share,
            rounded down at the low end and up at the high end, so that the truth is between.
        series_id: Per series that is not digital, its id.
        series_owner: Its municipality.
        capacity: Its thousandths of places.
        use_row, use_series, use_seconds, use_return: Per use: row, series, seconds there and home, and row of
            `returns`.
        use_pair: LOCAL, WALK, or the number of the corridor that the use needs.
        use_generous: Per use, whether it suits only if people whose sex or group is not known may be of that group.
        pairs: Per corridor number, (from, to) as numbers of municipalities.
        returns: The reachable rows of DAY_RETURNS, numbered from 0, with `point` and `series` (numbers).
        points: One row per point: `point_id`, `municipality`, by number.
        digital: The digital series (rows of ACTIVITIES).
        strata: Pairs of (target_group, sex) that occur; `rows.stratum` numbers them.
        fits: Per stratum and series: 0 does not suit, 1 suits, 2 suits only generously.
    """

    month: str
    day: date
    codes: tuple[str, ...]
    residents: int
    rows: pd.DataFrame
    need: Ints
    entitled: Ints
    series_id: tuple[str, ...]
    series_owner: Ints
    capacity: Ints
    use_row: Ints
    use_series: Ints
    use_seconds: Ints
    use_return: Ints
    use_pair: Ints
    use_generous: Bools
    pairs: tuple[tuple[int, int], ...]
    returns: pd.DataFrame
    points: pd.DataFrame
    digital: pd.DataFrame
    strata: tuple[tuple[str, str], ...]
    fits: Ints

    @property
    def county_of(self) -> list[str]:
        """County per municipality: the first two digits of its code."""
        return [code[:2] for code in self.codes]


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand nodes of one state: row r is node 2r (not entitled) and node 2r + 1 (entitled).

    Attributes:
        need: Per node, thousandths of persons.
        owner: Per node, its municipality.
        node, series, pair, seconds: Per arc; an entitled node has arcs by every corridor, open or not.
        use: Per arc, the use it comes from.
    """

    need: Ints
    owner: Ints
    node: Ints
    series: Ints
    pair: Ints
    seconds: Ints
    use: Ints

    def network(self, reach: Reach, opened: Bools) -> tuple[Network, Ints]:
        """The network with the corridors `opened` open, and per arc its number here."""
        allowed = self.pair < 0
        if len(opened):
            allowed = allowed | opened[np.maximum(self.pair, 0)]
        arcs = np.flatnonzero(allowed)
        return Network(
            need=self.need,
            capacity=reach.capacity,
            node=self.node[arcs],
            series=self.series[arcs],
            local=self.pair[arcs] == LOCAL,
            seconds=self.seconds[arcs],
        ), arcs


def suits(target_group: str, sex: str, series_groups: str, series_sex: str) -> int:
    """Whether a series suits a stratum: 0 no, 1 yes, 2 only if people of unknown group or sex may belong to it."""
    groups = {name.strip() for name in series_groups.split(";")}
    fit = 1
    if not groups & {"all", target_group}:
        if target_group != "all":
            return 0
        fit = 2
    if series_sex not in ("all", sex):
        if sex != "all":
            return 0
        fit = 2
    return fit


def _codes(points: pd.DataFrame, activities: pd.DataFrame) -> tuple[tuple[str, ...], int]:
    own = sorted(set(points["municipality_code"].astype(str)))
    held = activities[~activities["digital"].astype(bool)]
    other = sorted(set(held["municipality_code"].astype(str)) - set(own))
    return (*own, *other), len(own)


def _entitled(need: Ints, shares: list[tuple[float, float]]) -> Ints:
    # 1e-9 forgives what 0.1 x 30 lacks in binary.
    result = np.zeros((2, *need.shape), dtype=np.int64)
    low, high = np.array(shares, dtype=float).reshape(-1, 2).T
    result[LOW] = np.floor(need * low + 1e-9)
    result[HIGH] = np.ceil(need * high - 1e-9)
    return result


def build_reach(
    points: pd.DataFrame, activities: pd.DataFrame, day_returns: pd.DataFrame, settings: Settings, month: str
) -> Reach:
    """Number everything and find the uses.

    Args:
        points: POINTS of the month.
        activities: ACTIVITIES of the month.
        day_returns: DAY_RETURNS of the month; rows that are not reachable are no arcs.
        settings: Shares are read at the first day of the month.
        month: YYYY-MM.

    Raises:
        ValueError: A day return names an unknown point or series, or a reachable one has no `round_trip_s`.
    """
    day = date.fromisoformat(f"{month}-01")
    codes, residents = _codes(points, activities)
    number = {code: index for index, code in enumerate(codes)}
    place = points.drop_duplicates("point_id").sort_values("point_id")
    point_number = {point: index for index, point in enumerate(place["point_id"])}
    strata = tuple(sorted(set(zip(points["target_group"], points["sex"], strict=True))))
    stratum = {pair: index for index, pair in enumerate(strata)}
    rows = pd.DataFrame(
        {
            "point": points["point_id"].map(point_number).to_numpy(),
            "municipality": points["municipality_code"].map(number).to_numpy(),
            "target_group": points["target_group"].to_numpy(),
            "sex": points["sex"].to_numpy(),
            "stratum": [stratum[p] for p in zip(points["target_group"], points["sex"], strict=True)],
        }
    )
    need = np.array([points["need_low_milli"], points["need_high_milli"]], dtype=np.int64)
    known: dict[tuple[str, str], tuple[float, float]] = {}
    for group, code in set(zip(points["target_group"], points["municipality_code"], strict=True)):
        known[group, code] = settings.share("eligible_share", group, code[:2], day)
    shares = [known[p] for p in zip(points["target_group"], points["municipality_code"], strict=True)]

    physical = activities[~activities["digital"].astype(bool)].sort_values("series_id")
    series_number = {series: index for index, series in enumerate(physical["series_id"])}
    fits = np.array(
        [
            [
                suits(group, sex, str(g), str(s))
                for g, s in zip(physical["target_groups"], physical["sex"], strict=True)
            ]
            for group, sex in strata
        ],
        dtype=np.int64,
    ).reshape(len(strata), len(physical))
    returns = _returns(day_returns, point_number, series_number, set(activities["series_id"]))
    uses = rows.reset_index(names="row")[["row", "point", "municipality", "stratum"]].merge(
        returns[["point", "series", "round_trip_s", "walk_only"]].reset_index(names="return"), on="point"
    )
    series_owner = np.array([number[code] for code in physical["municipality_code"]], dtype=np.int64)
    fit = fits[uses["stratum"].to_numpy(dtype=np.int64), uses["series"].to_numpy(dtype=np.int64)]
    uses, fit = uses[fit > 0], fit[fit > 0]
    origin = uses["municipality"].to_numpy(dtype=np.int64)
    goal = series_owner[uses["series"].to_numpy(dtype=np.int64)]
    local, walk = origin == goal, uses["walk_only"].to_numpy(dtype=bool)
    pairs = tuple(
        sorted(set(zip(origin[~local & ~walk].tolist(), goal[~local & ~walk].tolist(), strict=True)))
    )
    pair_number = {pair: index for index, pair in enumerate(pairs)}
    corridor = [pair_number.get(pair, WALK) for pair in zip(origin.tolist(), goal.tolist(), strict=True)]
    return Reach(
        month=month,
        day=day,
        codes=codes,
        residents=residents,
        rows=rows,
        need=need,
        entitled=_entitled(need, shares),
        series_id=tuple(physical["series_id"]),
        series_owner=series_owner,
        capacity=physical["places"].to_numpy(dtype=np.int64) * MILLI,
        use_row=uses["row"].to_numpy(dtype=np.int64),
        use_series=uses["series"].to_numpy(dtype=np.int64),
        use_seconds=uses["round_trip_s"].to_numpy(dtype=np.int64),
        use_return=uses["return"].to_numpy(dtype=np.int64),
        use_pair=np.where(local, LOCAL, np.where(walk, WALK, np.array(corridor, dtype=np.int64))),
        use_generous=fit == 2,
        pairs=pairs,
        returns=returns,
        points=pd.DataFrame(
            {
                "point_id": place["point_id"].to_numpy(),
                "municipality": place["municipality_code"].map(number).to_numpy(dtype=np.int64),
            }
        ),
        digital=activities[activities["digital"].astype(bool)].sort_values("series_id"),
        strata=strata,
        fits=fits,
    )


def _returns(
    day_returns: pd.DataFrame,
    point_number: Mapping[str, int],
    series_number: Mapping[str, int],
    known: set[str],
) -> pd.DataFrame:
    strangers = sorted(
        (set(day_returns["point_id"]) - set(point_number)) | (set(day_returns["series_id"]) - known)
    )
    if strangers:
        raise ValueError(f"day returns of unknown points or series: {', '.join(map(str, strangers[:5]))}")
    table = day_returns[
        day_returns["reachable"].astype(bool) & day_returns["series_id"].isin(set(series_number))
    ]
    if table["round_trip_s"].isna().any():
        raise ValueError("a reachable day return has no round_trip_s")
    return table.assign(
        point=table["point_id"].map(dict(point_number)).astype("int64"),
        series=table["series_id"].map(dict(series_number)).astype("int64"),
        walk_only=table["walk_only"].astype("boolean").fillna(value=False).astype(bool),
        round_trip_s=table["round_trip_s"].astype("int64"),
    ).reset_index(drop=True)


def open_in_month(register: pd.DataFrame | None, month: str) -> pd.DataFrame:
    """The corridors of the register whose period overlaps the month: from_code, to_code, reference.

    Several periods of one corridor in the month are one row; their references are joined by `;`.
    """
    columns = ["from_code", "to_code", "reference"]
    if register is None or register.empty:
        return pd.DataFrame(columns=columns, dtype=str)
    first = pd.Timestamp(f"{month}-01")
    last = first + pd.offsets.MonthEnd(0)
    start = pd.to_datetime(register["valid_from"].replace("", None)).fillna(first)
    end = pd.to_datetime(register["valid_to"].replace("", None)).fillna(last)
    table = register[(start <= last) & (end >= first)]
    found: dict[tuple[str, str], set[str]] = {}
    for origin, goal, text in zip(
        table["from_code"], table["to_code"], table["reference"].fillna(""), strict=True
    ):
        found.setdefault((str(origin), str(goal)), set()).add(str(text))
    rows = [(*pair, ";".join(sorted(texts - {""}))) for pair, texts in sorted(found.items())]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _per_row(reach: Reach, end: Ints | int) -> Ints:
    ends = np.broadcast_to(np.asarray(end, dtype=np.int64), (len(reach.codes),))
    result: Ints = ends[reach.rows["municipality"].to_numpy(dtype=np.int64)]
    return result


def demand(reach: Reach, need_end: Ints | int, share_end: Ints | int, suit_end: Ints | int) -> Demand:
    """The nodes and arcs of one state.

    Args:
        reach: The month.
        need_end: LOW or HIGH need, for all or per municipality.
        share_end: LOW or HIGH eligible share, likewise.
        suit_end: HIGH lets people of unknown sex or group use a series for one sex or group, likewise.
    """
    every = np.arange(len(reach.rows))
    needs, shares, suit = (_per_row(reach, end) for end in (need_end, share_end, suit_end))
    need = reach.need[needs, every]
    entitled = reach.entitled[shares, needs, every]
    uses = np.flatnonzero((need[reach.use_row] > 0) & (~reach.use_generous | (suit[reach.use_row] == HIGH)))
    free = uses[reach.use_pair[uses] < 0]
    arcs = np.concatenate([free, uses])
    node = 2 * reach.use_row[arcs]
    node[len(free) :] += 1
    nodes = np.empty(2 * len(need), dtype=np.int64)
    nodes[0::2], nodes[1::2] = need - entitled, entitled
    return Demand(
        need=nodes,
        owner=np.repeat(reach.rows["municipality"].to_numpy(dtype=np.int64), 2),
        node=node,
        series=reach.use_series[arcs],
        pair=reach.use_pair[arcs],
        seconds=reach.use_seconds[arcs],
        use=arcs,
    )


def sheet_of(reach: Reach, people: Demand) -> Sheet:
    """Stage 1 of one state (see geomatch.allocation.totals)."""
    return make_sheet(
        people.need, people.owner, people.node, people.series, people.pair, reach.capacity, len(reach.codes)
    )


def largest_remainder(parts: Floats, whole: int) -> list[int]:
    """Whole numbers that add up to `whole`, nearest to `parts`; equal remainders go to the first part."""
    floors = [math.floor(part) for part in parts]
    order = sorted(range(len(floors)), key=lambda i: (-round(float(parts[i]) - floors[i], 4), i))
    for i in order[: max(whole - sum(floors), 0)]:
        floors[i] += 1
    # Parts are cut to hundredths, so their floors can exceed the whole by one at the most.
    for i in [i for i in reversed(order) if floors[i] > 0][: max(sum(floors) - whole, 0)]:
        floors[i] -= 1
    return floors
