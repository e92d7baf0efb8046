"""One month from its inputs to its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import geomatch
from geomatch.access import (
    MonthAllocation,
    allocate_month,
    gaps_table,
    ranked,
    served_by_purpose,
    served_table,
)
from geomatch.access.equity import equity_table
from geomatch.access.purposes import check_purposes, of_purposes
from geomatch.access.similar import similar_table
from geomatch.asked import check_asked
from geomatch.barred import entitled_by_rules
from geomatch.corridors import corridors_table
from geomatch.errors import InputError, Problem
from geomatch.inputs import Inputs, chosen_inputs, facts_of, fingerprint, read_inputs
from geomatch.manifest import manifest_of, of_county
from geomatch.need import Need, need_of_month
from geomatch.optional import population_of, study_hours_table
from geomatch.points import demand_points
from geomatch.settings import Settings
from geomatch.sources.regions import municipalities
from geomatch.sources.timetable import Timetable
from geomatch.supply import Supply, Window, month_window, supply_of_month
from geomatch.tables import DAY_RETURNS, TABLES, conform
from geomatch.travel.day_return import session_returns, summarise
from geomatch.travel.network import Network
from geomatch.words import gettext as _
from geomatch.workspace import SETTINGS_FILE, Input, Workspace, dump_json

__all__ = [
    "Computed",
    "Inputs",
    "MonthResult",
    "chosen_inputs",
    "compute_month",
    "facts_of",
    "fingerprint",
    "read_inputs",
    "returns_between",
    "run_month",
    "touching",
]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Computed:
    """A month with all the steps that led to its tables, for those who ask further.

    Attributes:
        month: YYYY-MM.
        county: The county that the tables are for, or None for all.
        inputs: What it was computed from.
        window: The weeks that it is judged by.
        need: Counts with their intervals.
        points: POINTS of all who take part (also of other counties than `county`).
        supply: Series and sessions of the month (restricted).
        day_returns: DAY_RETURNS of all who take part.
        allocation: Who is served.
        travel: Digest of what the day returns follow from.
        day_returns_kept: The day returns were those of an earlier run.
    """

    month: str
    county: str | None
    inputs: Inputs
    window: Window
    need: Need
    points: gpd.GeoDataFrame
    supply: Supply
    day_returns: pd.DataFrame
    allocation: MonthAllocation
    travel: str
    day_returns_kept: bool

    @cached_property
    def entitled(self) -> pd.DataFrame:
        """Who may travel, where counts or rules say it (`geomatch.barred.entitled_by_rules`)."""
        return entitled_by_rules(self.points, self.need.table, self.inputs.settings, self.month)

    @cached_property
    def served(self) -> pd.DataFrame:
        """SERVED of all who take part."""
        return served_table(self.allocation)

    @cached_property
    def served_by_purpose(self) -> pd.DataFrame:
        """SERVED_BY_PURPOSE of all who take part."""
        return served_by_purpose(self.allocation, self.supply.activities)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """GAPS of all who take part, without ranks."""
        shapes = municipalities()
        names = dict(zip(shapes["municipality_code"], shapes["name"], strict=True))
        optional = self.inputs.optional
        population = population_of(optional.population if optional else None, self.month)
        return gaps_table(
            self.allocation, self.points, self.supply.activities, self.need.table, names, population
        )

    @cached_property
    def corridors(self) -> pd.DataFrame:
        """CORRIDORS of all who take part."""
        return corridors_table(self.allocation, self.points, self.supply.activities, self.need.table)

    @property
    def _asked(self) -> gpd.GeoDataFrame:
        return of_purposes(self.supply.activities, self.inputs.settings.allocation.purposes)

    @cached_property
    def equity(self) -> pd.DataFrame:
        """EQUITY of all who take part."""
        steps, activities = self.inputs.settings.index, self._asked
        return equity_table(self.points, activities, self.day_returns, steps, self.month)

    @cached_property
    def similar(self) -> pd.DataFrame:
        """SIMILAR of all who take part."""
        places = self.points.drop_duplicates("point_id")
        near = _stop_in_reach(places, self.inputs.network)
        stop = pd.Series(near, index=places["point_id"])
        returns, activities = self.day_returns, self._asked
        return similar_table(self.points, activities, returns, stop, self.gaps, self.month)

    @cached_property
    def study_hours(self) -> pd.DataFrame:
        """STUDY_HOURS of all that are reported."""
        optional = self.inputs.optional
        return study_hours_table(optional.study_hours if optional else None, self.month)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The month's tables by name, those of the county when there is one."""
        county, returns = self.county, self.day_returns
        tables = {
            "need": of_county(self.need.table, county),
            "points": of_county(self.points, county),
            "activities": self.supply.activities,
            "day_returns": returns[returns["from_code"].str[:2] == county] if county else returns,
            "served": of_county(self.served, county),
            "served_by_purpose": of_county(self.served_by_purpose, county),
            "gaps": ranked(of_county(self.gaps, county)),
            "corridors": touching(self.corridors, county),
            "equity": of_county(self.equity, county),
            "similar": of_county(self.similar, county),
            "study_hours": of_county(self.study_hours, county),
        }
        return {name: tables[name].reset_index(drop=True) for name in TABLES}


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What `run_month` did.

    Attributes:
        manifest: As it stands in the workspace.
        computed: False when nothing had changed since the month was computed, so that nothing was done.
        day_returns_kept: The day returns were those of an earlier run, since nothing they depend on had changed.
    """

    manifest: Mapping[str, Any]
    computed: bool
    day_returns_kept: bool


def _validity(timetable: Timetable) -> str:
    return ", ".join(f"{feed.file}: {feed.first_day} – {feed.last_day}" for feed in timetable.feeds)


def _stop_in_reach(places: gpd.GeoDataFrame, network: Network) -> np.ndarray:
    """Per place, whether a stop with service lies in walking distance."""
    walks = network.stops_near(np.column_stack([places.geometry.x, places.geometry.y]))
    near: np.ndarray = walks.offset[1:] > walks.offset[:-1]
    return near


def _taking_part(
    points: gpd.GeoDataFrame, network: Network, activities: gpd.GeoDataFrame, county: str | None
) -> gpd.GeoDataFrame:
    """The points of every municipality that is written or that can meet it.

    It can when some point of it has a stop or an activity in walking distance.
    """
    places = points.drop_duplicates("point_id")
    near = _stop_in_reach(places, network)
    physical = activities[~activities["digital"]]
    if len(physical):
        radius_m = network.walk.max_walk_m / network.walk.detour
        nearest = places.sindex.query(physical.geometry, predicate="dwithin", distance=radius_m)[1]
        near[np.unique(nearest)] = True
    codes = set(places["municipality_code"][near])
    written = points["county_code"] == county if county else pd.Series(True, index=points.index)
    return points[written | points["municipality_code"].isin(codes)].reset_index(drop=True)


def returns_between(
    points: gpd.GeoDataFrame,
    supply: Supply,
    network: Network,
    window: Window,
    settings: Settings,
    month: str,
    progress: Progress,
) -> pd.DataFrame:
    """Table `day_returns` of every point against every series that has a place.

    Args:
        points: POINTS, all or some.
        supply: Series and sessions, all or some.
        network: The timetable.
        window: The weeks that the month is judged by.
        settings: Limits and the share of sessions that makes a pair reachable.
        month: YYYY-MM.
        progress: Called with a step's name, and how much of it is done of how much.
    """
    places = points.drop_duplicates("point_id")
    physical = supply.activities[~supply.activities["digital"]]
    origins = pd.DataFrame(
        {"point_id": places["point_id"], "x_m": places.geometry.x, "y_m": places.geometry.y}
    )
    targets = pd.DataFrame(
        {"series_id": physical["series_id"], "x_m": physical.geometry.x, "y_m": physical.geometry.y}
    )
    returns = session_returns(
        network,
        origins,
        targets,
        supply.sessions,
        settings.limits,
        lambda done, total: progress(_("Day returns"), done, total),
    )
    pairs = summarise(
        returns, settings.sessions.min_session_share, window.weeks, settings.limits.tight_change_min
    )
    idle = [series for series in physical["series_id"] if series not in set(supply.sessions["series_id"])]
    without = pd.DataFrame(
        [(point, series) for point in places["point_id"] for series in idle],
        columns=["point_id", "series_id"],
    )
    without = without.assign(
        sessions=0, sessions_reachable=0, session_share=0.0, reachable=False, booking_needed=False,
        last_way_home_tight=False, sessions_per_week=0.0, reason="no_session",
    )  # fmt: skip
    frames = [frame for frame in (pairs, without) if len(frame)]
    # Nothing to travel to, or nobody: a table without rows.
    nothing = pd.DataFrame({"point_id": [], "series_id": []}, dtype=object)
    table = pd.concat(frames, ignore_index=True) if frames else nothing
    for name in DAY_RETURNS.names:
        if name not in table.columns and name not in ("month", "from_code", "to_code"):
            table[name] = None
    table["month"] = month
    table["from_code"] = table["point_id"].map(places.set_index("point_id")["municipality_code"])
    table["to_code"] = table["series_id"].map(physical.set_index("series_id")["municipality_code"])
    for column in DAY_RETURNS.columns:
        if column.kind == "float?":
            table[column.name] = pd.to_numeric(table[column.name], errors="coerce").astype(float)
        elif column.kind == "int?":
            table[column.name] = pd.to_numeric(table[column.name], errors="coerce").astype("Int64")
    return conform(table, DAY_RETURNS)


def _travel_digest(
    points: gpd.GeoDataFrame, supply: Supply, used: Sequence[Input], window: Window, settings: Settings
) -> str:
    """A digest of everything that the day returns follow from: places, sessions, timetables, limits."""
    places = points.drop_duplicates("point_id")
    physical = supply.activities[~supply.activities["digital"]]
    content = {
        "geomatch": geomatch.__version__,
        "timetables": [one.sha256 for one in used if one.kind == "timetable"],
        "window": [window.first_day.isoformat(), window.last_day.isoformat()],
        "settings": [settings.as_dict()[name] for name in ("walk", "transfer", "limits", "sessions")],
        "points": list(zip(places["point_id"], places.geometry.to_wkb(hex=True), strict=True)),
        "series": list(
            zip(
                physical["series_id"],
                physical["municipality_code"],
                physical.geometry.to_wkb(hex=True),
                strict=True,
            )
        ),
        "sessions": [[str(value) for value in row] for row in supply.sessions.itertuples(index=False)],
    }
    return hashlib.sha256(dump_json(content).encode()).hexdigest()


def compute_month(
    workspace: Workspace,
    month: str,
    county: str | None = None,
    changes: Callable[[Inputs], Inputs] | None = None,
    progress: Progress = lambda *_: None,
    read: Inputs | None = None,
) -> Computed:
    """Compute a month without writing its tables, as it is or with other inputs.

    Day returns that were kept by a run and follow from the same things are used again; only a timetable that is not
    compiled yet is written to the workspace's cache.

    Args:
        workspace: Where inputs and settings are.
        month: YYYY-MM.
        county: As `run_month`.
        changes: Gives the inputs to compute from instead of those read (`dataclasses.replace` of some).
        progress: As `run_month`.
        read: Inputs that are read already, and are taken instead of the workspace's; their timetable is that of
            their files.

    Raises:
        InputError: Input is missing or wrong.
    """
    check_asked(month, county)
    progress(_("Reading inputs"), 0, 6)
    if read is None:
        read = read_inputs(workspace, chosen_inputs(workspace, month), workspace.settings())
    inputs = read if changes is None else changes(read)
    settings = inputs.settings
    settings.rules.at(date.fromisoformat(f"{month}-01"))  # rules that are wrong are told before the long work
    if not inputs.as_signs_say:
        # What the public may know is not the whole register: a purpose may be that of a hidden activity alone.
        check_purposes(inputs.series, settings.allocation.purposes, SETTINGS_FILE)
    network = inputs.network
    timetable = network.timetable
    window = month_window(month, timetable.covers, settings.sessions, _validity(timetable))
    supply = supply_of_month(inputs.series, inputs.sessions, month, window, settings.sessions)
    need = need_of_month(inputs.enrolment, month, as_signs_say=inputs.as_signs_say)
    optional = inputs.optional
    all_points = demand_points(
        need,
        inputs.localities,
        municipalities(),
        settings,
        optional.raster if optional else None,
        optional.sites if optional else None,
    )
    points = _taking_part(all_points, network, supply.activities, county)
    if county is not None and not (points["county_code"] == county).any():
        raise InputError(
            Problem(
                _("the counts of {month} have nobody in county {code}").format(month=month, code=county),
                remedy=_("Check the county code, or run without --county"),
            )
        )
    travel = _travel_digest(points, supply, inputs.used, window, settings)
    # The digest names the timetables that were read, and so says nothing of another network.
    kept = workspace.kept(travel) if network is read.network else None
    if kept is None:
        day_returns = returns_between(points, supply, network, window, settings, month, progress)
    else:
        day_returns = conform(kept, DAY_RETURNS)
    progress(_("Who is served"), 3, 6)
    entitled = entitled_by_rules(points, need.table, settings, month)
    allocation = allocate_month(
        points, supply.activities, day_returns, inputs.corridors, settings, month, entitled
    )
    return Computed(
        month, county, inputs, window, need, points, supply, day_returns, allocation, travel, kept is not None
    )


def computed_again(workspace: Workspace, month: str, progress: Progress = lambda *_: None) -> Computed:
    """A computed month laid out again, from the inputs and settings that it was made from.

    Also where the workspace has others by now.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        progress: As `run_month`.

    Raises:
        InputError: The month is not computed; a copy of its inputs is gone.
    """
    manifest = workspace.manifest(month)
    settings = Settings.from_dict(manifest["settings"])
    used = [Input(**one) for one in manifest["inputs"]]
    progress(_("Reading inputs"), 0, 6)
    return compute_month(
        workspace, month, manifest["county"], progress=progress, read=read_inputs(workspace, used, settings)
    )


def run_month(
    workspace: Workspace, month: str, county: str | None = None, progress: Progress = lambda *_: None
) -> MonthResult:
    """Compute a month and write its tables and manifest into the workspace, whole or not at all.

    Args:
        workspace: Where inputs and settings are.
        month: YYYY-MM.
        county: Write this county only; neighbours' people and activities still take part.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: Input is missing or wrong; the earlier results stay as they are.
    """
    check_asked(month, county)
    digest = fingerprint(month, county, chosen_inputs(workspace, month), workspace.settings())
    if workspace.month_is_whole(month):
        manifest = workspace.manifest(month)
        # A month of before a table was there is computed again.
        if manifest.get("fingerprint") == digest and set(TABLES) <= set(manifest["files"]):
            return MonthResult(manifest, computed=False, day_returns_kept=True)
    made = compute_month(workspace, month, county, progress=progress)
    if not made.day_returns_kept:
        workspace.keep(made.travel, made.day_returns)
    progress(_("Corridors"), 4, 6)
    tables = made.tables
    manifest = {**manifest_of(made), "fingerprint": digest, "travel": made.travel}
    progress(_("Writing"), 5, 6)
    workspace.write_month(month, tables, manifest)
    progress(_("Writing"), 6, 6)
    return MonthResult(workspace.manifest(month), computed=True, day_returns_kept=made.day_returns_kept)


def touching(corridors: pd.DataFrame, county: str | None) -> pd.DataFrame:
    """The corridors that start or end in the county."""
    if county is None:
        return corridors
    return corridors[(corridors["from_code"].str[:2] == county) | (corridors["to_code"].str[:2] == county)]
