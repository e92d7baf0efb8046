"""The month's tables as arrays: who could use which series, and by what right (METHOD 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomatch.access.purposes import of_purposes
from geomatch.allocation import LOCAL, WALK, Network, Sheet, make_sheet
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.entitled import ENTITLED_COLUMNS
from geomatch.rules.bars import bars_on, journeys_barred
from geomatch.settings import Settings
from geomatch.travel.changes import ROUNDING_M, walk_seconds

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "BARRED",
    "ENROLLED",
    "FREE",
    "HIGH",
    "LOW",
    "PERHAPS",
    "Demand",
    "Reach",
    "build_reach",
    "demand",
    "open_in_month",
    "sheet_of",
    "suits",
]

LOW, HIGH = 0, 1
MILLI = 1000
# What verified rules say of a journey by a corridor.
FREE, PERHAPS, BARRED = 0, 1, 2
# Whom the enrolled consist of (METHOD 1). A register may name others, such as newcomers, who are not among them.
ENROLLED = frozenset({"asylum_seeker", "temporary_protection", "permit_awaiting_settlement"})


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
        entitled: Per end of the right to travel and end of need and row, thousandths of persons entitled: from counts of
            case status (`geomatch.entitled`), else need x eligible share, rounded down at the low end and up at the high
            end, so that the truth is between.
        series_id: Per series that is not digital, its id.
        series_owner: Its municipality.
        counted: Per row, whether its entitled come from counts.
        capacity: Its thousandths of places.
        use_row, use_series, use_seconds, use_return: Per use: row, series, seconds there and home, and row of
            `returns`.
        use_pair: LOCAL, WALK (elsewhere, and near enough to walk from door to door), or the number of the corridor
            that the use needs.
        use_generous: Per use, whether it suits only if people whose sex or group is not known may be of that group.
        pairs: Per corridor number, (from, to) as numbers of municipalities.
        returns: The reachable rows of DAY_RETURNS, numbered from 0, with `point` and `series` (numbers) and `walk_s`
            (seconds there and home on foot; -1 where that is too far).
        points: One row per point: `point_id`, `municipality`, by number.
        digital: The digital series (rows of ACTIVITIES).
        strata: Pairs of (target_group, sex) that occur; `rows.stratum` numbers them.
        fits: Per stratum and series: 0 does not suit, 1 suits, 2 suits only generously.
        barred: Per stratum and row of `returns`, if it is made by a corridor: FREE, BARRED by a verified rule, or PERHAPS,
            where the rule is about a target group that some of the stratum may be of.
    """

    month: str
    day: date
    codes: tuple[str, ...]
    residents: int
    rows: pd.DataFrame
    need: Ints
    entitled: Ints
    counted: Bools
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
    barred: Ints

    def use_barred(self) -> Ints:
        """Per use, FREE, PERHAPS or BARRED; who takes part at home or walks from door to door is touched by no rule."""
        stratum = self.rows["stratum"].to_numpy(dtype=np.int64)[self.use_row]
        result: Ints = np.where(self.use_pair >= 0, self.barred[stratum, self.use_return], FREE)
        return result


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand nodes of one state: row r is node 2r (not entitled) and node 2r + 1 (entitled).

    Attributes:
        need: Per node, thousandths of persons.
        owner: Per node, its municipality.
        node, series, pair, seconds: Per arc; an entitled node has arcs by every corridor, open or not, but for those that
            a verified rule bars.
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
    """Whether a series suits a stratum: 0 no, 1 yes, 2 only if people of unknown group or sex may belong to it.

    Args:
        target_group: Of the people; `all` is not known.
        sex: Likewise.
        series_groups: Target groups with `;` between them, or `all`.
        series_sex: `women`, `men` or `all`.
    """
    groups = {name.strip() for name in series_groups.split(";")}
    fit = 1
    if "all" not in groups and target_group not in groups:
        if target_group != "all" or not groups & ENROLLED:
            return 0
        fit = 1 if groups >= ENROLLED else 2
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


def _with_counted(shared: Ints, points: pd.DataFrame, entitled: pd.DataFrame | None) -> tuple[Ints, Bools]:
    """The entitled by shares, with those known otherwise in their place; and per row, whether counts say who."""
    counted = np.zeros(len(points), dtype=bool)
    if entitled is None or entitled.empty:
        return shared, counted
    key = ["point_id", "target_group", "sex"]
    place = {one: number for number, one in enumerate(points[key].itertuples(index=False, name=None))}
    rows = [place.get(one, -1) for one in entitled[key].itertuples(index=False, name=None)]
    row = np.array(rows, dtype=np.int64)
    known = entitled[row >= 0]
    row = row[row >= 0]
    result = shared.copy()
    # Columns: low and high end of the right, in each low and high need.
    result[:, :, row] = known[list(ENTITLED_COLUMNS)].to_numpy(dtype=np.int64).T.reshape(2, 2, -1)
    counted[row] = known["counted"].to_numpy(dtype=bool)
    return result, counted


def _rows(points: pd.DataFrame, number: Mapping[str, int], point_number: Mapping[str, int]) -> pd.DataFrame:
    """POINTS by number: point, municipality, target_group, sex, stratum (number of its group and sex)."""
    pairs = list(zip(points["target_group"], points["sex"], strict=True))
    stratum = {pair: index for index, pair in enumerate(sorted(set(pairs)))}
    return pd.DataFrame(
        {
            "point": points["point_id"].map(dict(point_number)).to_numpy(),
            "municipality": points["municipality_code"].map(dict(number)).to_numpy(),
            "target_group": points["target_group"].to_numpy(),
            "sex": points["sex"].to_numpy(),
            "stratum": [stratum[pair] for pair in pairs],
        }
    )


def _shares(points: pd.DataFrame, settings: Settings, day: date) -> list[tuple[float, float]]:
    """The eligible share of each row of POINTS: that of its group and of the county where it lives."""
    pairs = list(zip(points["target_group"], points["municipality_code"], strict=True))
    known = {
        (group, code): settings.share("eligible_share", group, code[:2], day) for group, code in set(pairs)
    }
    return [known[pair] for pair in pairs]


def _fits(strata: Sequence[tuple[str, str]], series: pd.DataFrame) -> Ints:
    """Per stratum and series, `suits`."""
    offered = list(zip(series["target_groups"].astype(str), series["sex"].astype(str), strict=True))
    table = [[suits(group, sex, *for_whom) for for_whom in offered] for group, sex in strata]
    return np.array(table, dtype=np.int64).reshape(len(strata), len(series))


def _uses(rows: pd.DataFrame, returns: pd.DataFrame, fits: Ints, owner: Ints) -> pd.DataFrame:
    """Rows and the series that they reach and that suit them.

    Columns: row, series, seconds, return, generous, origin and goal (municipalities), walk.
    """
    table = rows.reset_index(names="row")[["row", "point", "municipality", "stratum"]].merge(
        returns[["point", "series", "round_trip_s", "walk_s"]].reset_index(names="return"), on="point"
    )
    series = table["series"].to_numpy(dtype=np.int64)
    fit = fits[table["stratum"].to_numpy(dtype=np.int64), series]
    origin = table["municipality"].to_numpy(dtype=np.int64)
    walk_s = table["walk_s"].to_numpy(dtype=np.int64)
    walk = (walk_s >= 0) & (origin != owner[series])
    uses = pd.DataFrame(
        {
            "row": table["row"].to_numpy(dtype=np.int64),
            "series": series,
            # Who may come on foot only is reckoned with the walk, also where a ride is quicker.
            "seconds": np.where(walk, walk_s, table["round_trip_s"].to_numpy(dtype=np.int64)),
            "return": table["return"].to_numpy(dtype=np.int64),
            "generous": fit == 2,
            "origin": origin,
            "goal": owner[series],
            "walk": walk,
        }
    )
    suited: pd.DataFrame = uses[fit > 0]
    return suited


def _pairs(uses: pd.DataFrame) -> tuple[tuple[tuple[int, int], ...], Ints]:
    """The pairs of municipalities that need a corridor, and per use LOCAL, WALK or the number of its pair."""
    ends = list(zip(uses["origin"].tolist(), uses["goal"].tolist(), strict=True))
    on_foot = uses["walk"].tolist()
    pairs = tuple(sorted({e for e, walk in zip(ends, on_foot, strict=True) if e[0] != e[1] and not walk}))
    number = {pair: index for index, pair in enumerate(pairs)}
    found = [
        LOCAL if e[0] == e[1] else WALK if walk else number[e] for e, walk in zip(ends, on_foot, strict=True)
    ]
    return pairs, np.array(found, dtype=np.int64)


def build_reach(
    points: gpd.GeoDataFrame,
    activities: gpd.GeoDataFrame,
    day_returns: pd.DataFrame,
    settings: Settings,
    month: str,
    entitled: pd.DataFrame | None = None,
) -> Reach:
    """Number everything and find the uses.

    Args:
        points: POINTS of the month (EPSG:3006).
        activities: ACTIVITIES of the month (EPSG:3006). Those of other purposes than `allocation.purposes` are left out,
            with their day returns: nobody who asks for these is helped by them.
        day_returns: DAY_RETURNS of the month; rows that are not reachable are no arcs.
        settings: Shares and rules are read at the first day of the month; walking decides what needs no corridor.
        month: YYYY-MM.
        entitled: Who may travel, from `geomatch.entitled.entitled_at_points`; points and strata that are not in it have
            need x eligible share, as all have without it.

    Raises:
        ValueError: A day return names an unknown point or series, or a reachable one has no `round_trip_s`.
    """
    day = date.fromisoformat(f"{month}-01")
    codes, residents = _codes(points, activities)
    number = {code: index for index, code in enumerate(codes)}
    place = points.drop_duplicates("point_id").sort_values("point_id")
    point_number = {point: index for index, point in enumerate(place["point_id"])}
    rows = _rows(points, number, point_number)
    strata = tuple(sorted(set(zip(points["target_group"], points["sex"], strict=True))))
    need = np.array([points["need_low_milli"], points["need_high_milli"]], dtype=np.int64)
    by_share = _entitled(need, _shares(points, settings, day))
    may_travel, counted = _with_counted(by_share, points, entitled)
    known = set(activities["series_id"])
    activities = of_purposes(activities, settings.allocation.purposes)
    physical = activities[~activities["digital"].astype(bool)].sort_values("series_id")
    series_number = {series: index for index, series in enumerate(physical["series_id"])}
    returns = _returns(day_returns, point_number, series_number, known)
    returns["walk_s"] = _walk_s(returns, place, physical, settings)
    fits = _fits(strata, physical)
    owner = np.array([number[code] for code in physical["municipality_code"]], dtype=np.int64)
    uses = _uses(rows, returns, fits, owner)
    pairs, use_pair = _pairs(uses)
    return Reach(
        month=month,
        day=day,
        codes=codes,
        residents=residents,
        rows=rows,
        need=need,
        entitled=may_travel,
        counted=counted,
        series_id=tuple(physical["series_id"]),
        series_owner=owner,
        capacity=physical["places"].to_numpy(dtype=np.int64) * MILLI,
        use_row=uses["row"].to_numpy(dtype=np.int64),
        use_series=uses["series"].to_numpy(dtype=np.int64),
        use_seconds=uses["seconds"].to_numpy(dtype=np.int64),
        use_return=uses["return"].to_numpy(dtype=np.int64),
        use_pair=use_pair,
        use_generous=uses["generous"].to_numpy(dtype=bool),
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
        barred=_barred(strata, returns, place, physical, settings, day),
    )


def _barred(
    strata: Sequence[tuple[str, str]],
    returns: pd.DataFrame,
    place: gpd.GeoDataFrame,
    series: gpd.GeoDataFrame,
    settings: Settings,
    day: date,
) -> Ints:
    """Per stratum and day return, what the verified rules of the day say of it: FREE, PERHAPS or BARRED."""
    bars = bars_on(settings.rules, day)
    point, goal = (returns[name].to_numpy(dtype=np.int64) for name in ("point", "series"))
    start = np.column_stack([place.geometry.x, place.geometry.y])[point]
    end = np.column_stack([series.geometry.x, series.geometry.y])[goal]
    distance_m = np.hypot(*(start - end).T)
    counties = [table["municipality_code"].astype(str).str[:2].to_numpy() for table in (place, series)]
    crosses = counties[0][point] != counties[1][goal]
    result = np.full((len(strata), len(returns)), FREE, dtype=np.int64)
    for number, (group, _sex) in enumerate(strata):
        groups = np.full(len(returns), group, dtype=object)
        barred, perhaps = journeys_barred(bars, groups, distance_m, crosses)
        result[number, perhaps], result[number, barred] = PERHAPS, BARRED
    return result


def _walk_s(
    returns: pd.DataFrame, place: gpd.GeoDataFrame, series: gpd.GeoDataFrame, settings: Settings
) -> Ints:
    """Per day return, seconds there and home on foot from door to door (METHOD 4); -1 where that is too far.

    The search prefers a ride that leaves later than one would have to walk. The walk is there all the same, and it
    is what decides whether a corridor is needed.
    """
    walk = settings.walk
    start = np.column_stack([place.geometry.x, place.geometry.y])[returns["point"]]
    end = np.column_stack([series.geometry.x, series.geometry.y])[returns["series"]]
    walk_m = np.hypot(*(start - end).T) * walk.detour
    one_way_s = walk_seconds(walk_m, walk)
    near = (walk_m <= walk.max_walk_m + ROUNDING_M) & (one_way_s <= settings.limits.max_travel_min * 60)
    found = np.where(near, 2 * one_way_s, -1)
    walked = returns["walk_only"].to_numpy(dtype=bool)
    result: Ints = np.where(walked, returns["round_trip_s"].to_numpy(dtype=np.int64), found)
    return result


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
    generous, barred = suit[reach.use_row] == HIGH, reach.use_barred()
    # Whoever may be of a barred group is let through where people of unknown group are, and stopped where they are not.
    by_rule = (barred == FREE) | ((barred == PERHAPS) & generous)
    uses = np.flatnonzero((need[reach.use_row] > 0) & (~reach.use_generous | generous) & by_rule)
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
