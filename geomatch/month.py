"""One month from its inputs to its tables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

import geomatch
from geomatch.access import MonthAllocation, allocate_month, gaps_table, ranked, served_table
from geomatch.access.equity import equity_table
from geomatch.access.purposes import check_purposes, of_purposes
from geomatch.access.similar import similar_table
from geomatch.agency import shared_out
from geomatch.corridors import corridors_table
from geomatch.errors import InputError, Problem
from geomatch.kinds import KINDS
from geomatch.need import Need, need_of_month, widened_cells
from geomatch.optional import (
    OTHER,
    READ_HERE,
    OptionalInputs,
    chosen_optional,
    optional_facts,
    population_of,
    read_optional,
    read_supply,
    study_hours_table,
)
from geomatch.points import demand_points
from geomatch.reconcile import broken_down_by, in_force
from geomatch.restricted import Audience
from geomatch.settings import Settings, TimetableSettings
from geomatch.settings.tree import SHARE_NAMES
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.merge import merge_corridors
from geomatch.sources.places import embedded_localities, read_localities
from geomatch.sources.regions import counties, municipalities
from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.supply import Supply, Window, month_window, supply_of_month
from geomatch.tables import ALL, DAY_RETURNS, TABLES, conform
from geomatch.travel.day_return import session_returns, summarise
from geomatch.travel.network import Network
from geomatch.travel.store import open_or_build
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
]

Progress = Callable[[str, int, int], None]
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def facts_of(kind: str, path: Path, limits: TimetableSettings | None = None) -> tuple[dict[str, Any], bool]:
    """Read an input with its reader: what it understood, as plain values, and whether it calls itself synthetic.

    Args:
        kind: One of `geomatch.kinds`.
        path: The file.
        limits: When a timetable is refused; the defaults unless given.

    Raises:
        InputError: The file is not what it should be.
    """
    if kind == "enrolment":
        enrolment = read_enrolment(path)
        return {
            "rows": len(enrolment.table),
            "months": list(enrolment.months),
            "updated": enrolment.updated,
            "title": enrolment.title,
            "sheet": enrolment.sheet,
            "dimensions": broken_down_by(enrolment.table),
            "counties": sorted(set(enrolment.table["county_code"]) - {ALL}),
            "notes": _noted(enrolment.notes),
        }, enrolment.synthetic
    if kind == "activities":
        register = read_activities(path)
        return {
            "rows": len(register.series.reveal(Audience.INTERNAL)),
            "notes": _noted(register.notes),
        }, register.synthetic
    if kind == "corridors":
        corridors = read_corridor_register(path)
        return {"rows": len(corridors.table), "notes": _noted(corridors.notes)}, corridors.synthetic
    if kind == "localities":
        localities = read_localities(path)
        return {
            "rows": len(localities.frame),
            "notes": _noted(localities.notes),
        }, "syntetisk" in path.name.casefold()
    if kind in READ_HERE:
        facts, synthetic = optional_facts(kind, path)
        return {**facts, "notes": _noted(facts["notes"])}, synthetic
    if kind != "timetable":
        raise ValueError(kind)
    (feed,) = read_timetable([path], limits).feeds
    return {
        "operator": feed.operator,
        "version": feed.version,
        "first_day": feed.first_day.isoformat(),
        "last_day": feed.last_day.isoformat(),
        "stops": feed.stops,
        "trips": feed.trips,
        "rows": feed.stop_times,
        "notes": dict(feed.bad_rows),
    }, feed.synthetic


def _noted(notes: Mapping[str, int]) -> dict[str, int]:
    return {name: int(count) for name, count in sorted(notes.items()) if count}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a month is computed from.

    Attributes:
        used: The files.
        settings: The workspace's settings.
        enrolment: Counts, from `read_enrolment`; of all months of the workbooks, one below another.
        series: Series of the register of activities (EPSG:3006), and `sessions` theirs, of all months; restricted.
        corridors: The register of corridors, from `merge_corridors`.
        localities: Where people live (EPSG:3006).
        network: The timetable, compiled.
        notes: Counts of what was assumed.
        optional: What a month can do without; None is the same as none of it.
    """

    used: tuple[Input, ...]
    settings: Settings
    enrolment: pd.DataFrame
    series: gpd.GeoDataFrame
    sessions: pd.DataFrame
    corridors: pd.DataFrame
    localities: gpd.GeoDataFrame
    network: Network
    notes: Mapping[str, int]
    optional: OptionalInputs | None = None


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
    def served(self) -> pd.DataFrame:
        """SERVED of all who take part."""
        return served_table(self.allocation)

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
            "need": _of_county(self.need.table, county),
            "points": _of_county(self.points, county),
            "activities": self.supply.activities,
            "day_returns": returns[returns["from_code"].str[:2] == county] if county else returns,
            "served": _of_county(self.served, county),
            "gaps": ranked(_of_county(self.gaps, county)),
            "corridors": _touching(self.corridors, county),
            "equity": _of_county(self.equity, county),
            "similar": _of_county(self.similar, county),
            "study_hours": _of_county(self.study_hours, county),
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


def _enrolment_inputs(workspace: Workspace, month: str) -> list[Input]:
    """The workbooks of the month: one for each breakdown, of several that say when they were updated the last."""
    fitting = [one for one in workspace.inputs("enrolment") if month in one.facts["months"]]
    if not fitting:
        known = sorted({m for one in workspace.inputs("enrolment") for m in one.facts["months"]})
        raise InputError(
            Problem(
                _("no counts for {month}").format(month=month),
                _("a workbook that covers the month; there are {months}").format(
                    months=", ".join(known) or _("none")
                ),
                _("Add Migrationsverket's workbook for that month: geomatch add enrolment FILE"),
            )
        )
    return in_force(fitting, month)


def chosen_inputs(workspace: Workspace, month: str) -> list[Input]:
    """The inputs that `month` is computed from.

    Raises:
        InputError: What it needs is missing, or several files claim the month; all that is missing is named.
    """
    problems: list[Problem] = []
    used: list[Input] = []
    try:
        used += _enrolment_inputs(workspace, month)
    except InputError as error:
        problems += error.problems
    for kind, text, remedy in (
        ("activities", _("there is no register of activities"), _("Add one: geomatch add activities FILE")),
        ("timetable", _("there is no timetable"), _("Add one: geomatch add timetable FILE")),
    ):
        found = workspace.inputs(kind)
        used += found
        if not found:
            problems.append(Problem(text, remedy=remedy))
    if problems:
        raise InputError(problems)
    return [
        *used,
        *workspace.inputs("corridors"),
        *workspace.inputs("localities")[-1:],
        *chosen_optional(workspace),
    ]


def fingerprint(month: str, county: str | None, used: Sequence[Input], settings: Settings) -> str:
    """A digest of everything that the results of a month follow from: the same digest, the same bytes."""
    content = {
        "month": month,
        "county": county,
        "geomatch": geomatch.__version__,
        "versions": {name: version(name) for name in _LIBRARIES},
        "inputs": [(one.kind, one.file, one.sha256) for one in used],
        "settings": settings.as_dict(),
    }
    return hashlib.sha256(dump_json(content).encode()).hexdigest()


def read_inputs(workspace: Workspace, used: Sequence[Input], settings: Settings) -> Inputs:
    """Read the files that a month is computed from, with `settings`. Raises InputError."""
    by_kind = {kind: [one for one in used if one.kind == kind] for kind in KINDS}
    registers, localities = by_kind["corridors"], by_kind["localities"]
    corridors = merge_corridors(
        [(one.file, read_corridor_register(workspace.path_of(one))) for one in registers]
    )
    mask = settings.mask
    enrolment = [
        read_enrolment(
            workspace.path_of(one),
            masked=(mask.masked_low, mask.masked_high),
            dash=(mask.dash_low, mask.dash_high),
        )
        for one in by_kind["enrolment"]
    ]
    activities = read_supply(workspace, by_kind)
    optional = read_optional(workspace, by_kind)
    return Inputs(
        used=tuple(used),
        settings=settings,
        enrolment=pd.concat([one.table for one in enrolment], ignore_index=True),
        series=activities.series.reveal(Audience.INTERNAL),
        sessions=activities.sessions.reveal(Audience.INTERNAL),
        corridors=corridors.table,
        localities=read_localities(workspace.path_of(localities[0])).frame
        if localities
        else embedded_localities(),
        network=open_or_build(
            [workspace.path_of(one) for one in by_kind["timetable"]],
            settings.walk,
            settings.transfer,
            workspace.timetable_cache(),
            limits=settings.timetable,
        ),
        notes={
            "corridor_register_absent": int(not registers),
            "localities_embedded": int(not localities and optional.raster is None),
            "likely_duplicates": int(activities.notes.get("likely_duplicates", 0)),
            **optional.notes,
        },
        optional=optional,
    )


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
    table = pd.concat(frames, ignore_index=True) if frames else pairs
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


def _neighbour_notes(county: str | None, activities: gpd.GeoDataFrame, need: Need) -> dict[str, list[str]]:
    """Neighbouring counties whose people or activities the workspace does not have."""
    if county is None:
        return {"neighbours_without_activities": [], "neighbours_without_need": []}
    borders = counties().set_index("county_code")
    own = borders.geometry[county]
    touching = sorted(set(borders.index[borders.geometry.intersects(own)]) - {county})
    with_activities = set(activities["municipality_code"].str[:2])
    with_need = set(need.table["county_code"])
    return {
        "neighbours_without_activities": [
            borders["name"][code] for code in touching if code not in with_activities
        ],
        "neighbours_without_need": [borders["name"][code] for code in touching if code not in with_need],
    }


def _check(month: str, county: str | None) -> None:
    problems = []
    if not _MONTH.fullmatch(month):
        problems.append(
            Problem(
                _("found “{value}”").format(value=month),
                _("a month, YYYY-MM"),
                _("Write for example 2023-02"),
            )
        )
    if county is not None and county not in set(counties()["county_code"]):
        problems.append(
            Problem(
                _("there is no county {code}").format(code=county), _("a county code of two digits, 01 to 25")
            )
        )
    if problems:
        raise InputError(problems)


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
    _check(month, county)
    progress(_("Reading inputs"), 0, 6)
    if read is None:
        read = read_inputs(workspace, chosen_inputs(workspace, month), workspace.settings())
    inputs = read if changes is None else changes(read)
    settings = inputs.settings
    check_purposes(inputs.series, settings.allocation.purposes, SETTINGS_FILE)
    network = inputs.network
    timetable = network.timetable
    window = month_window(month, timetable.covers, settings.sessions, _validity(timetable))
    supply = supply_of_month(inputs.series, inputs.sessions, month, window, settings.sessions)
    need = need_of_month(inputs.enrolment, month)
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
    allocation = allocate_month(points, supply.activities, day_returns, inputs.corridors, settings, month)
    return Computed(
        month, county, inputs, window, need, points, supply, day_returns, allocation, travel, kept is not None
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
    _check(month, county)
    digest = fingerprint(month, county, chosen_inputs(workspace, month), workspace.settings())
    if workspace.month_is_whole(month) and workspace.manifest(month).get("fingerprint") == digest:
        return MonthResult(workspace.manifest(month), computed=False, day_returns_kept=True)
    made = compute_month(workspace, month, county, progress=progress)
    if not made.day_returns_kept:
        workspace.keep(made.travel, made.day_returns)
    progress(_("Corridors"), 4, 6)
    tables = made.tables
    manifest = {**_manifest(made), "fingerprint": digest, "travel": made.travel}
    progress(_("Writing"), 5, 6)
    workspace.write_month(month, tables, manifest)
    progress(_("Writing"), 6, 6)
    return MonthResult(workspace.manifest(month), computed=True, day_returns_kept=made.day_returns_kept)


def _of_county(table: pd.DataFrame, county: str | None) -> pd.DataFrame:
    return table if county is None else table[table["county_code"] == county]


def _touching(corridors: pd.DataFrame, county: str | None) -> pd.DataFrame:
    """The corridors that start or end in the county."""
    if county is None:
        return corridors
    return corridors[(corridors["from_code"].str[:2] == county) | (corridors["to_code"].str[:2] == county)]


_LIBRARIES = (
    "clarabel",
    "geopandas",
    "holidays",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pyproj",
    "rasterio",
    "scikit-learn",
    "scipy",
    "shapely",
)


def _shares(points: pd.DataFrame, settings: Settings, month: str) -> list[dict[str, Any]]:
    """The shares in force for each county and group that has people; `known` is false for 0-1, which is no share."""
    day = date.fromisoformat(f"{month}-01")
    found = []
    for county, group in sorted(set(zip(points["county_code"], points["target_group"], strict=True))):
        for name in SHARE_NAMES:
            low, high = settings.share(name, group, county, day)
            entry = settings.share_in_force(name, group, county, day)
            found.append(
                {
                    "name": name,
                    "county_code": county,
                    "target_group": group,
                    "low": low,
                    "high": high,
                    "known": (low, high) != (0.0, 1.0),
                    "valid_from": entry.valid_from if entry else None,
                    "source": entry.source if entry else "",
                }
            )
    return found


def _assumptions(
    county: str | None, inputs: Inputs, supply: Supply, need: Need, points: gpd.GeoDataFrame
) -> dict[str, Any]:
    """What was assumed or met, counted, for a county or for all."""
    counts, own = _of_county(need.table, county), _of_county(points, county)
    split = [name for name in ("case_status", "age_group") if (counts[name] != ALL).any()]
    return {
        **inputs.notes,
        **_neighbour_notes(county, supply.activities, need),
        "enrolment_files": list(need.files) if len(need.files) > 1 else [],
        "cells_in_several_files": int((counts["also_in"] != "").sum()),
        "withheld_known_elsewhere": need.known_elsewhere,
        "withheld_larger_elsewhere": need.larger_elsewhere,
        "shares": _shares(own, inputs.settings, str(need.table["month"].iloc[0])),
        "masked_cells": int(counts["masked"].sum()),
        "widened_cells": widened_cells(counts),
        "breakdowns_not_used": split,
        "unknown_municipality_low": need.unknown_low,
        "unknown_municipality_high": need.unknown_high,
        "series_not_running": supply.ended,
        "series_with_assumed_sessions": int(supply.activities["sessions_assumed"].sum()),
        "sessions_on_holidays": int(supply.activities["sessions_on_holidays"].sum()),
        "municipalities_with_representative_point": int(
            own.loc[own["kind"] == "representative", "municipality_code"].nunique()
        ),
        "municipalities_with_location_unknown": int(
            own.loc[own["location_unknown"], "municipality_code"].nunique()
        ),
        **_optional_notes(need, own, supply, inputs),
    }


def _optional_notes(need: Need, points: gpd.GeoDataFrame, supply: Supply, inputs: Inputs) -> dict[str, int]:
    """What was made of the optional inputs, counted; each one's absence is in the notes of the inputs."""
    month = str(need.table["month"].iloc[0])
    sites = points[points["kind"] == "site"]
    sited = set(sites["municipality_code"])
    used = set(sites.loc[sites["need_high_milli"] > 0, "municipality_code"])
    codes = set(points["municipality_code"])
    population = population_of(inputs.optional.population if inputs.optional else None, month)
    return {
        "municipalities_with_sites": len(used),
        "municipalities_with_sites_unused": len(sited - used),
        "municipalities_with_agency_shared_out": len(shared_out(need.table, used)),
        "raster_cells": int(points.loc[points["kind"] == "cell", "point_id"].nunique()),
        "municipalities_without_population": 0 if population is None else len(codes - population.keys()),
        "series_with_other_funding": int((supply.activities["funding"] == OTHER).sum()),
    }


def _manifest(made: Computed) -> dict[str, Any]:
    """What the month was made from. Time stamps are those of the inputs."""
    county, inputs, need, points = made.county, made.inputs, made.need, made.points
    window, supply, network = made.window, made.supply, inputs.network
    updated = sorted({one.facts["updated"] for one in inputs.used if one.facts.get("updated")})
    own = _of_county(points, county)
    return {
        "month": made.month,
        "county": county,
        "geomatch": geomatch.__version__,
        "versions": {name: version(name) for name in _LIBRARIES},
        "updated": updated[-1] if updated else None,
        "synthetic": any(one.synthetic for one in inputs.used),
        "inputs": [asdict(one) for one in inputs.used],
        "settings": inputs.settings.as_dict(),
        "window": {
            "first_day": window.first_day.isoformat(),
            "last_day": window.last_day.isoformat(),
            "weeks": window.weeks,
        },
        "timetable": {
            "stops": len(network.stop_xy_m),
            "feeds": [feed.file for feed in network.timetable.feeds],
            "bad_rows": sum(sum(f.bad_rows.values()) for f in network.timetable.feeds),
        },
        "assumptions": _assumptions(county, inputs, supply, need, points),
        "assumptions_by_county": {
            code: _assumptions(code, inputs, supply, need, points) for code in sorted(set(own["county_code"]))
        },
    }
