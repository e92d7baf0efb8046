"""Approved corridors that had a day return in an earlier month and have none any more, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from geomatch.decisions.vanished import LostTrip, lost_rides
from geomatch.month import Inputs, read_inputs
from geomatch.restricted import Audience
from geomatch.settings import Settings
from geomatch.supply import Window, supply_of_month
from geomatch.tables import records
from geomatch.travel.day_return import Journey, journeys_of
from geomatch.workspace import Input, Workspace

__all__ = ["CAUSES", "Impossible", "MonthSide", "impossible_pairs"]

TIMETABLE, SUPPLY, PROTECTED, OTHER = CAUSES = ("timetable", "supply", "protected", "other")
"""Trips have vanished; no activity of before is held at the same place and times; it is told of no one, since the
place of the activity may not be known; something else (settings, limits)."""

# Day returns of the earlier month that are looked into, the shortest first: the first with a lost trip is told.
_MOST_PAIRS = 25


@dataclass(frozen=True, slots=True)
class Impossible:
    """A corridor that nobody can use any more.

    Attributes:
        since: The earlier computed month, YYYY-MM, in which it could be used.
        cause: One of CAUSES.
        lost: Trips that are gone, of the shortest day return that has lost any.
        activity: Name of that day return's activity, '' where none is told.
        weekday: Its weekday, 0 is Monday; -1 likewise.
        before, after: The days that were laid side by side (ISO dates), '' likewise.
    """

    since: str
    cause: str
    lost: tuple[LostTrip, ...] = ()
    activity: str = ""
    weekday: int = -1
    before: str = ""
    after: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        values = {
            name: getattr(self, name) for name in ("since", "cause", "activity", "weekday", "before", "after")
        }
        return {**values, "lost": [one.as_dict() for one in self.lost]}


@dataclass
class MonthSide:
    """One of the two months, read as far as it is asked for."""

    workspace: Workspace
    month: str
    manifest: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Read the manifest. Raises InputError where the month is not computed."""
        self.manifest = self.workspace.manifest(self.month)

    @property
    def county(self) -> str | None:
        """The county that it was computed for."""
        found: str | None = self.manifest["county"]
        return found

    @cached_property
    def settings(self) -> Settings:
        """Those that it was computed with."""
        return Settings.from_dict(self.manifest["settings"])

    @cached_property
    def used(self) -> list[Input]:
        """Its inputs."""
        return [Input(**one) for one in self.manifest["inputs"]]

    @cached_property
    def day_returns(self) -> pd.DataFrame:
        """Table DAY_RETURNS."""
        table: pd.DataFrame = self.workspace.read_table(self.month, "day_returns")
        return table

    @cached_property
    def points(self) -> gpd.GeoDataFrame:
        """Table POINTS, each point once."""
        return self.workspace.read_table(self.month, "points").drop_duplicates("point_id")

    @cached_property
    def activities(self) -> gpd.GeoDataFrame:
        """Table ACTIVITIES; internal."""
        return self.workspace.read_activities(self.month).reveal(Audience.INTERNAL)

    @cached_property
    def inputs(self) -> Inputs:
        """Its files, read anew."""
        return read_inputs(self.workspace, self.used, self.settings)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """series_id, date, start_s, end_s in the window."""
        weeks = self.manifest["window"]
        window = Window(date.fromisoformat(weeks["first_day"]), date.fromisoformat(weeks["last_day"]))
        read = self.inputs
        return supply_of_month(
            read.series, read.sessions, self.month, window, self.settings.sessions
        ).sessions

    def pairs(self) -> set[tuple[str, str]]:
        """The pairs of municipalities with a day return."""
        rows = self.day_returns[self.day_returns["reachable"].astype(bool)]
        return set(zip(rows["from_code"].astype(str), rows["to_code"].astype(str), strict=True))


def impossible_pairs(
    before: MonthSide,
    after: MonthSide,
    pairs: Sequence[tuple[str, str]],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[tuple[str, str], Impossible]:
    """Of `pairs` those that had a day return in `before` and have none in `after`, with the cause.

    Both timetables are read only where there is such a pair.

    Args:
        before: The earlier month.
        after: The later one.
        pairs: From and to, of municipalities whose people both months were computed for.
        progress: Called with what is done of how much.

    Raises:
        InputError: The inputs of a month are gone.
    """
    gone = sorted(set(pairs) & (before.pairs() - after.pairs()))
    found = {}
    for number, pair in enumerate(gone):
        progress(number, len(gone))
        found[pair] = _why(before, after, pair)
    return found


def _why(before: MonthSide, after: MonthSide, pair: tuple[str, str]) -> Impossible:
    table = before.day_returns
    mine = table[
        table["reachable"].astype(bool) & (table["from_code"] == pair[0]) & (table["to_code"] == pair[1])
    ]
    mine = mine.sort_values(["travel_min", "point_id", "series_id"], kind="stable")
    held = before.activities.set_index("series_id")
    # Stops and times would tell where an activity is whose place may not be known, and a site of the agency's, and when.
    shown = mine[
        mine["series_id"].map(held["visibility"]).eq("exact")
        & mine["point_id"].isin(set(before.points.loc[before.points["kind"] != "site", "point_id"]))
    ]
    if not len(shown):
        return Impossible(before.month, PROTECTED)
    cause = SUPPLY
    for row in records(shown.head(_MOST_PAIRS)):
        for found in _compared(before, after, row.point_id, row.series_id):
            if found.lost:
                return found
            cause = OTHER
    return Impossible(before.month, cause)


def _compared(before: MonthSide, after: MonthSide, point_id: str, series_id: str) -> Iterator[Impossible]:
    """Each weekday and time at which the series is held in both months and is out of reach in the later one."""
    held, now = (side.activities.set_index("series_id") for side in (before, after))
    if series_id not in now.index or not held.geometry[series_id].equals(now.geometry[series_id]):
        return
    home, place = before.points.set_index("point_id").geometry[point_id], held.geometry[series_id]
    ends = (home.x, home.y), (place.x, place.y)
    first, second = (_first_days(side.sessions, series_id) for side in (before, after))
    for key in sorted(set(first) & set(second)):
        weekday, start_s, end_s = key
        was = journeys_of(before.inputs.network, *ends, first[key], start_s, end_s, before.settings.limits)
        if not _good(was, before.settings):
            continue
        is_now = journeys_of(after.inputs.network, *ends, second[key], start_s, end_s, after.settings.limits)
        if _good(is_now, after.settings):
            continue
        lost = lost_rides(before.inputs.network, was, after.inputs.network, second[key])
        yield Impossible(
            before.month,
            TIMETABLE if lost else OTHER,
            tuple(lost),
            str(held["name"][series_id]),
            weekday,
            first[key].isoformat(),
            second[key].isoformat(),
        )


def _first_days(sessions: pd.DataFrame, series_id: str) -> dict[tuple[int, int, int], date]:
    """Per weekday, start and end the first day of a series."""
    found: dict[tuple[int, int, int], date] = {}
    for row in records(sessions[sessions["series_id"] == series_id].sort_values("date")):
        found.setdefault((row.date.weekday(), int(row.start_s), int(row.end_s)), row.date)
    return found


def _good(journeys: tuple[Journey | None, Journey | None], settings: Settings) -> bool:
    """Whether there is a way there and home within the limits."""
    out, home = journeys
    if out is None or home is None or out.reason or home.reason:
        return False
    return home.arrival_s - out.departure_s <= settings.limits.max_away_min * 60
