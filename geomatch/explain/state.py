"""What the allocation says of one municipality: where its people go, what is full, who is left and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation, Scenario
from geomatch.access.reach import BARRED, LOW, MILLI
from geomatch.allocation import LOCAL, WALK
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.points import SITE
from geomatch.tables import SCENARIOS, records
from geomatch.travel.summary import REASONS

__all__ = ["SEXES", "Full", "Going", "Pair", "Picture", "Stranded", "Toward", "picture"]

SEXES = ("women", "men", "all")
CELL = "cell"
# Points that are told of together.
_TOGETHER = (SITE, CELL)
Pair = tuple[int, int]
"""Thousandths of persons at low and at high need."""
# The allocation's quantities have two decimals of a thousandth: what lacks less than this is full.
_TOLERANCE = 0.5


@dataclass(frozen=True, slots=True)
class Going:
    """People of the municipality who take part in one series; protected ones are one row, without name or place.

    Attributes:
        series_id: The series; empty for protected ones.
        name: The activity's name; empty for protected ones.
        municipality_code: Where it is; empty for protected ones.
        by: `own` (the municipality's), `corridor`, or `walk` (elsewhere, within walking distance).
        persons: By sex (`women`, `men`, or `all` where the source does not say).
    """

    series_id: str
    name: str
    municipality_code: str
    by: str
    persons: Mapping[str, Pair]

    @property
    def total(self) -> Pair:
        """All of them."""
        return _summed(self.persons.values())


@dataclass(frozen=True, slots=True)
class Full:
    """A series that somebody of the municipality is left over for want of its places.

    Attributes:
        series_id, name, municipality_code: As of `Going`.
        places: Its places.
        full: Whether all are taken, at low and at high need.
        own: How many of the municipality's people take part.
    """

    series_id: str
    name: str
    municipality_code: str
    places: int
    full: tuple[bool, bool]
    own: Pair


@dataclass(frozen=True, slots=True)
class Toward:
    """How many of those left could get to something suitable in a municipality; one person may have several."""

    municipality_code: str
    persons: Pair


@dataclass(frozen=True, slots=True)
class Stranded:
    """People of one point who reach nothing suitable.

    Attributes:
        point_id, name: The point; empty for sites and cells, which are one row each: where a site is may not be told,
            and a cell of a raster has no name.
        kind: Kind of point, as in table `points`.
        persons: How many.
        asked_of: The municipality whose activities the reasons are about: their own, or where it has no suitable
            one, that of the nearest; empty where no activity that may be shown suits them.
        reasons: Reasons of METHOD 4 and in how many of those series each is the commonest, commonest first; equally
            common ones in the order of REASONS. None for sites: it would tell how far they are from what is known.
    """

    point_id: str
    name: str
    kind: str
    persons: Pair
    asked_of: str
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A municipality in the month's allocation.

    Attributes:
        code: The municipality.
        going: By own, corridor, walk; then most people first.
        full: Series whose places are taken, most places first.
        not_entitled, not_open: Where those could get who have no right to travel, and those whose corridor is not open.
        stranded: Points with people who reach nothing suitable, most people first.
    """

    code: str
    going: tuple[Going, ...]
    full: tuple[Full, ...]
    not_entitled: tuple[Toward, ...]
    not_open: tuple[Toward, ...]
    stranded: tuple[Stranded, ...]


def _summed(pairs: object) -> Pair:
    listed = list(pairs)  # type: ignore[call-overload]  # any iterable of pairs
    return sum(low for low, _high in listed), sum(high for _low, high in listed)


def _whole(values: tuple[float, float]) -> Pair:
    return round(values[0]), round(values[1])


@dataclass(frozen=True, slots=True)
class _Own:
    """One municipality's part of the arrays.

    Attributes:
        rows: Numbers of its rows.
        of_row: Per row of all, whether it is one of them.
        sex: Per row of all, women, men or all.
    """

    rows: Ints
    of_row: Bools
    sex: np.ndarray


def _own(month: MonthAllocation, code: str) -> _Own:
    reach = month.reach
    codes = np.array(reach.codes, dtype=object)
    of_row: Bools = codes[reach.rows["municipality"].to_numpy(np.int64)] == code
    return _Own(np.flatnonzero(of_row), of_row, reach.rows["sex"].to_numpy(object))


def picture(
    month: MonthAllocation,
    points: gpd.GeoDataFrame,
    activities: gpd.GeoDataFrame,
    day_returns: pd.DataFrame,
    code: str,
) -> Picture:
    """What the allocation says of municipality `code`.

    Protected (`hidden`) activities are counted in `going`, in one row without a name; nothing else speaks of them.

    Args:
        month: The month's allocation.
        points: POINTS it was made from (EPSG:3006).
        activities: ACTIVITIES it was made from.
        day_returns: DAY_RETURNS it was made from.
        code: The municipality; one without points gives an empty picture.
    """
    own = _own(month, code)
    shown = activities[activities["visibility"] != "hidden"]
    return Picture(
        code,
        _going(month, own, shown),
        _full(month, own, shown),
        _toward(month, own, shown, "no_entitlement"),
        _toward(month, own, shown, "corridor_not_open"),
        _stranded(month, own, points, shown, day_returns),
    )


def _flows(month: MonthAllocation, own: _Own, end: str) -> dict[tuple[int, str, str], float]:
    """Thousandths of the municipality's people by series number, way (own, corridor, walk) and sex."""
    scenario = month.scenarios[end]
    row = scenario.network.node // 2
    found: dict[tuple[int, str, str], float] = {}
    for arc in np.flatnonzero(own.of_row[row] & (scenario.allocation.flow > 0)):
        pair = int(scenario.people.pair[scenario.arcs[arc]])
        by = "own" if pair == LOCAL else "walk" if pair == WALK else "corridor"
        key = int(scenario.network.series[arc]), by, str(own.sex[row[arc]])
        found[key] = found.get(key, 0.0) + float(scenario.allocation.flow[arc])
    return found


def _going(month: MonthAllocation, own: _Own, shown: pd.DataFrame) -> tuple[Going, ...]:
    reach = month.reach
    names = dict(zip(shown["series_id"], shown["name"], strict=True))
    ends = [_flows(month, own, end) for end in SCENARIOS]
    sums: dict[tuple[str, str, str, str], dict[str, list[float]]] = {}
    for number, flows in enumerate(ends):
        for (series, by, sex), persons in flows.items():
            name = reach.series_id[series]
            hidden = name not in names
            key = (
                ("", "", "", by)
                if hidden
                else (name, str(names[name]), reach.codes[int(reach.series_owner[series])], by)
            )
            sums.setdefault(key, {}).setdefault(sex, [0.0, 0.0])[number] += persons
    rows = [
        Going(*key, {sex: _whole((by_sex[sex][0], by_sex[sex][1])) for sex in SEXES if sex in by_sex})
        for key, by_sex in sums.items()
    ]
    order = ("own", "corridor", "walk")
    rows = [row for row in rows if any(row.total)]
    return tuple(
        sorted(rows, key=lambda r: (order.index(r.by), -sum(r.total), -r.total[0], r.name, r.series_id))
    )


def _full(month: MonthAllocation, own: _Own, shown: pd.DataFrame) -> tuple[Full, ...]:
    """Series with places that are all taken, and for which somebody of the municipality is left over."""
    reach = month.reach
    wanted: set[int] = set()
    for end in SCENARIOS:
        scenario = month.scenarios[end]
        left = scenario.parts["in_reach_full"] > _TOLERANCE
        arcs = own.of_row[scenario.network.node // 2] & left[scenario.network.node]
        wanted |= set(scenario.network.series[arcs].tolist())
    names = dict(zip(shown["series_id"], shown["name"], strict=True))
    rows = []
    for series in sorted(wanted):
        if reach.series_id[series] not in names:
            continue
        taken, mine = [], []
        for end in SCENARIOS:
            scenario = month.scenarios[end]
            at = scenario.network.series == series
            flow = scenario.allocation.flow
            taken.append(bool(flow[at].sum() >= reach.capacity[series] - _TOLERANCE))
            mine.append(float(flow[at & own.of_row[scenario.network.node // 2]].sum()))
        rows.append(
            Full(
                reach.series_id[series],
                str(names[reach.series_id[series]]),
                reach.codes[int(reach.series_owner[series])],
                int(reach.capacity[series]) // MILLI,
                (taken[0], taken[1]),
                _whole((mine[0], mine[1])),
            )
        )
    listed = [row for row in rows if any(row.full)]
    return tuple(sorted(listed, key=lambda r: (-r.places, -sum(r.own), r.name, r.series_id)))


def _left(scenario: Scenario, own: _Own, part: str) -> Floats:
    """Per row of all, thousandths of the municipality's people in `part`."""
    by_row: Floats = scenario.parts[part][0::2] + scenario.parts[part][1::2]
    return np.where(own.of_row, by_row, 0.0)


def _toward(month: MonthAllocation, own: _Own, shown: pd.DataFrame, part: str) -> tuple[Toward, ...]:
    reach = month.reach
    visible = np.isin(np.array(reach.series_id, dtype=object), list(shown["series_id"]))
    sums: dict[int, list[float]] = {}
    for number, end in enumerate(SCENARIOS):
        left = _left(month.scenarios[end], own, part)
        uses = (left[reach.use_row] > 0) & visible[reach.use_series]
        if number == LOW:
            uses &= ~reach.use_generous
        if part == "corridor_not_open":
            uses &= reach.use_barred() != BARRED
        goals = {
            (int(row), int(reach.series_owner[series]))
            for row, series in zip(reach.use_row[uses], reach.use_series[uses], strict=True)
        }
        for row, goal in sorted(goals):
            sums.setdefault(goal, [0.0, 0.0])[number] += float(left[row])
    rows = [Toward(reach.codes[goal], _whole((both[0], both[1]))) for goal, both in sums.items()]
    return tuple(sorted(rows, key=lambda r: (-sum(r.persons), -r.persons[0], r.municipality_code)))


def _stranded(
    month: MonthAllocation,
    own: _Own,
    points: gpd.GeoDataFrame,
    shown: gpd.GeoDataFrame,
    day_returns: pd.DataFrame,
) -> tuple[Stranded, ...]:
    reach = month.reach
    ends = [_left(month.scenarios[end], own, "no_day_return") for end in SCENARIOS]
    point_of = reach.rows["point"].to_numpy(np.int64)
    stratum = reach.rows["stratum"].to_numpy(np.int64)
    homes = points.drop_duplicates("point_id").set_index("point_id")
    asked = shown[~shown["digital"].astype(bool)].set_index("series_id")
    rows = []
    for point in np.unique(point_of[own.rows]):
        mine = own.rows[point_of[own.rows] == point]
        persons = _whole((float(ends[0][mine].sum()), float(ends[1][mine].sum())))
        if not any(persons):
            continue
        without = mine[(ends[0][mine] > 0) | (ends[1][mine] > 0)]
        fit = reach.fits[stratum[without]].any(axis=0)
        suited = [
            name for name, fits in zip(reach.series_id, fit, strict=True) if fits and name in asked.index
        ]
        point_id = str(reach.points["point_id"].iloc[point])
        where, series = _asked(homes, asked.loc[suited], point_id)
        told = day_returns[(day_returns["point_id"] == point_id) & day_returns["series_id"].isin(series)]
        counts = Counter(row.reason for row in records(told) if row.reason)
        reasons = sorted(counts.items(), key=lambda item: (-item[1], REASONS.index(item[0])))
        name, kind = (str(homes.loc[point_id, column]) for column in ("name", "kind"))
        rows.append(Stranded(point_id, name, kind, persons, where, tuple(reasons)))
    rows = [row for row in rows if row.kind not in _TOGETHER] + [
        _as_one([row for row in rows if row.kind == kind])
        for kind in _TOGETHER
        if any(row.kind == kind for row in rows)
    ]
    return tuple(sorted(rows, key=lambda r: (-sum(r.persons), -r.persons[0], r.name, r.point_id)))


def _asked(homes: gpd.GeoDataFrame, suited: gpd.GeoDataFrame, point_id: str) -> tuple[str, set[str]]:
    """Whose activities a point's reasons are about: the municipality, and its suitable series."""
    if not len(suited):
        return "", set()
    code = str(homes.loc[point_id, "municipality_code"])
    if not (suited["municipality_code"] == code).any():
        far_m = suited.geometry.distance(homes.geometry[point_id])
        code = str(suited["municipality_code"].iloc[int(np.argmin(far_m.to_numpy()))])
    return code, set(suited.index[suited["municipality_code"] == code])


def _as_one(rows: Sequence[Stranded]) -> Stranded:
    """Points of one kind as one row; of cells the reasons of the one with most people."""
    most = max(rows, key=lambda row: (sum(row.persons), row.persons, row.asked_of, row.reasons))
    known = most.kind != SITE
    return Stranded(
        "",
        "",
        most.kind,
        _summed(row.persons for row in rows),
        most.asked_of if known else "",
        most.reasons if known else (),
    )
