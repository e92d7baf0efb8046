"""The month computed again with one thing changed, and how many fewer a municipality would have without a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geomatch.access import MonthAllocation, allocate_month
from geomatch.access.reach import open_in_month, suits
from geomatch.explain.part import parts_of
from geomatch.explain.state import Pair
from geomatch.publish.facts import GAP_PARTS
from geomatch.settings import Settings
from geomatch.tables import SCENARIOS

__all__ = [
    "KINDS",
    "MORE_PLACES",
    "Change",
    "Month",
    "corridor_trials",
    "fewer",
    "place_trials",
    "ranked_changes",
]

MORE_PLACES = 10
"""How many places more are tried at each series: the size of one small group."""
KINDS = ("time", "corridor", "places", "bus")
"""Kinds of changes, in the order in which equally good ones are listed: from what takes the least to the most."""


@dataclass(frozen=True)
class Month:
    """What an allocation is made from: arguments of `allocate_month`, whose tables they are."""

    points: gpd.GeoDataFrame
    activities: gpd.GeoDataFrame
    day_returns: pd.DataFrame
    register: pd.DataFrame | None
    settings: Settings
    month: str
    entitled: pd.DataFrame | None = None

    def allocated(self) -> MonthAllocation:
        """Who is served."""
        return allocate_month(
            self.points,
            self.activities,
            self.day_returns,
            self.register,
            self.settings,
            self.month,
            self.entitled,
        )

    def around(self, code: str) -> Month:
        """The part that matters for municipality `code`: whom and what chains of day returns link to its people or series.

        The rest is allocated by itself and comes out the same; where people are served digitally all share the same
        places, and the month is left whole.
        """
        if self.settings.allocation.digital_share > 0:
            return self
        places = sorted(set(self.points["point_id"]))
        series = sorted(set(self.activities["series_id"]))
        number = {name: index for index, name in enumerate(places)}
        number_of_series = {name: len(places) + index for index, name in enumerate(series)}
        linked = self.day_returns[self.day_returns["reachable"].astype(bool)]
        start = linked["point_id"].map(number).to_numpy(np.int64)
        goal = linked["series_id"].map(number_of_series).to_numpy(np.int64)
        size = len(places) + len(series)
        _count, label = connected_components(
            coo_array((np.ones(len(start)), (start, goal)), shape=(size, size)), directed=False
        )
        own = set(self.points.loc[self.points["municipality_code"] == code, "point_id"])
        # Its own series may be what is changed, also where only people from elsewhere get to them.
        mine = set(self.activities.loc[self.activities["municipality_code"] == code, "series_id"])
        first = [number[name] for name in sorted(own)] + [number_of_series[name] for name in sorted(mine)]
        kept = np.isin(label, label[np.array(first, dtype=np.int64)])
        names = {name for name, index in (number | number_of_series).items() if kept[index]}
        activities = self.activities[self.activities["series_id"].isin(names)]
        points = self.points[self.points["point_id"].isin(names)]
        returns = self.day_returns[
            self.day_returns["point_id"].isin(names)
            & self.day_returns["series_id"].isin(set(activities["series_id"]))
        ]
        return replace(
            self,
            points=points.reset_index(drop=True),
            activities=activities.reset_index(drop=True),
            day_returns=returns.reset_index(drop=True),
        )


@dataclass(frozen=True)
class Change:
    """One change that was tried.

    Attributes:
        kind: `places` (MORE_PLACES more at a series), `corridor` (opened), `time` (all sessions of a series moved by
            the same time) or `bus` (one more departure home).
        own: Thousandths of persons fewer without a place in the municipality, at low and at high need.
        everywhere: Likewise in all municipalities.
        series_id, name: The series of `places` and `time`; both empty for a protected one.
        municipality_code: Where the series is, or where the corridor leads; empty for a protected one.
        shift_min: How much later (below 0: earlier), for `time`.
        times: The new times of day, `HH:MM-HH:MM`, for `time`.
        bus: A row of `later_bus` as plain values, for `bus`.
        verdict: Of a corridor, from table `corridors`.
        content: What orders changes that are equally good, before their names do.
    """

    kind: str
    own: Pair
    everywhere: Pair
    series_id: str = ""
    name: str = ""
    municipality_code: str = ""
    shift_min: int = 0
    times: tuple[str, ...] = ()
    bus: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = ""
    content: tuple[float, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the rules in force allow it."""
        return self.verdict != "outside_policy"

    @property
    def helps(self) -> bool:
        """Whether somebody of the municipality gets a place by it."""
        return sum(self.own) > 0


def unserved(month: MonthAllocation, code: str) -> tuple[Pair, Pair]:
    """Thousandths of persons without a place, in one municipality and in all, each at low and at high need."""
    reach = month.reach
    codes = np.array(reach.codes, dtype=object)
    own = np.repeat(codes[reach.rows["municipality"].to_numpy(np.int64)] == code, 2)
    here, everywhere = [], []
    for end in SCENARIOS:
        parts = month.scenarios[end].parts
        left = sum(parts[name] for name in GAP_PARTS)
        here.append(round(float(np.sum(left * own))))
        everywhere.append(round(float(np.sum(left))))
    return (here[0], here[1]), (everywhere[0], everywhere[1])


def fewer(before: MonthAllocation, after: MonthAllocation, code: str) -> tuple[Pair, Pair]:
    """How many fewer are without a place after a change: in the municipality and in all (see `unserved`)."""
    (was, was_all), (now, now_all) = unserved(before, code), unserved(after, code)
    return (was[0] - now[0], was[1] - now[1]), (was_all[0] - now_all[0], was_all[1] - now_all[1])


def place_trials(month: Month, now: MonthAllocation, code: str) -> list[Change]:
    """MORE_PLACES more at each series that the municipality's people reach and that suits them, or that is there.

    Digital series count where `allocation.digital_share` lets people take part in them.
    """
    reach = now.reach
    codes = np.array(reach.codes, dtype=object)
    own = codes[reach.rows["municipality"].to_numpy(np.int64)] == code
    tried = {reach.series_id[number] for number in np.unique(reach.use_series[own[reach.use_row]])}
    table = month.activities
    at_a_place = ~table["digital"].astype(bool)
    tried |= set(table.loc[at_a_place & (table["municipality_code"] == code), "series_id"])
    if month.settings.allocation.digital_share > 0:
        strata = {reach.strata[number] for number in set(reach.rows["stratum"].to_numpy()[own].tolist())}
        tried |= {
            str(name)
            for name, groups, sex in zip(
                reach.digital["series_id"], reach.digital["target_groups"], reach.digital["sex"], strict=True
            )
            if any(suits(group, own_sex, str(groups), str(sex)) for group, own_sex in strata)
        }
    parts = parts_of(now) if month.settings.allocation.digital_share == 0 else None
    made = []
    for name in sorted(tried):
        if parts is not None:
            effect = parts.more_places(name, MORE_PLACES, code)
        else:
            at = table["series_id"] == name
            more = table.assign(places=table["places"].where(~at, table["places"] + MORE_PLACES))
            effect = fewer(now, replace(month, activities=more).allocated(), code)
        made.append(named(Change("places", *effect, content=_content(table, name, code)), table, name))
    return made


def named(change: Change, activities: gpd.GeoDataFrame, series_id: str) -> Change:
    """A change with the name and municipality of its series; as it was for a protected one."""
    row = activities[activities["series_id"] == series_id].iloc[0]
    if row["visibility"] == "hidden":
        return change
    return replace(
        change, series_id=series_id, name=str(row["name"]), municipality_code=str(row["municipality_code"])
    )


def _content(activities: gpd.GeoDataFrame, series_id: str, code: str) -> tuple[float, ...]:
    """Series of the municipality first, then the smaller, then by place."""
    row = activities[activities["series_id"] == series_id].iloc[0]
    there = row["geometry"]
    xy = (0.0, 0.0) if there is None or there.is_empty else (there.x, there.y)
    return (float(row["municipality_code"] != code), float(row["places"]), *xy)


def corridor_trials(month: Month, now: MonthAllocation, corridors: pd.DataFrame, code: str) -> list[Change]:
    """Each corridor from the municipality that is not open but would have a suitable day return, opened.

    Args:
        month: The month.
        now: Its allocation.
        corridors: CORRIDORS: verdicts and travel times.
        code: The municipality.
    """
    reach = now.reach
    rows = corridors[corridors["from_code"] == code]
    verdicts = dict(zip(rows["to_code"], rows["verdict"], strict=True))
    best_min = dict(zip(rows["to_code"], rows["travel_best_min"], strict=True))
    columns = ["from_code", "to_code", "valid_from", "valid_to", "reference"]
    register = month.register if month.register is not None else pd.DataFrame(columns=columns, dtype=str)
    settings = month.settings
    parts = parts_of(now) if settings.allocation.digital_share == 0 else None
    if settings.allocation.corridors == "none":
        register = register.iloc[:0]
        settings = replace(settings, allocation=replace(settings.allocation, corridors="register"))
    made = []
    for number, (origin, goal) in enumerate(reach.pairs):
        if reach.codes[origin] != code or now.opened[number]:
            continue
        to_code = reach.codes[goal]
        if parts is not None:
            effect = parts.opened(number, code)
        else:
            new = pd.DataFrame([[code, to_code, f"{month.month}-01", "", ""]], columns=columns)
            opened = pd.concat([register, new], ignore_index=True) if len(register) else new
            effect = fewer(now, replace(month, register=opened, settings=settings).allocated(), code)
        made.append(
            Change(
                "corridor",
                *effect,
                municipality_code=to_code,
                verdict=str(verdicts.get(to_code, "")),
                content=(float(best_min.get(to_code, np.inf)),),
            )
        )
    return made


def open_goals(month: Month, now: MonthAllocation, code: str) -> set[str]:
    """Municipalities whose activities the people of `code` may use if they get there: their own, and open corridors'."""
    if month.settings.allocation.corridors == "none":
        return {code}
    if month.settings.allocation.corridors == "all_candidates":
        reach = now.reach
        return {code} | {reach.codes[goal] for origin, goal in reach.pairs if reach.codes[origin] == code}
    register = open_in_month(month.register, month.month)
    return {code} | set(register.loc[register["from_code"] == code, "to_code"])


def ranked_changes(changes: Sequence[Change]) -> list[Change]:
    """Best first: most persons fewer in the municipality over both ends of need, then at low need, then in all.

    Corridors that a verified rule excludes come last. Equally good ones: by kind (KINDS), then by what they are (shorter
    move, shorter journey, smaller series); names and codes order only what nothing else tells apart.
    """

    def key(one: Change) -> tuple[Any, ...]:
        return (
            not one.possible,
            -sum(one.own),
            -one.own[0],
            -sum(one.everywhere),
            -one.everywhere[0],
            KINDS.index(one.kind),
            one.content,
            one.name,
            one.municipality_code,
            one.series_id,
        )

    return sorted(changes, key=key)
