"""From the files of a workspace to the inputs of a month."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import geomatch
from geomatch.errors import InputError, Problem
from geomatch.kinds import KINDS
from geomatch.optional import (
    READ_HERE,
    OptionalInputs,
    chosen_optional,
    optional_facts,
    read_optional,
    read_supply,
)
from geomatch.reconcile import broken_down_by, in_force
from geomatch.restricted import Audience
from geomatch.settings import Settings, TimetableSettings
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_effect import Decision
from geomatch.sources.corridor_register import decisions_of, read_corridor_register
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.merge import merge_corridors
from geomatch.sources.places import embedded_localities, read_localities
from geomatch.sources.timetable import read_timetable
from geomatch.tables import ALL
from geomatch.travel.network import Network
from geomatch.travel.store import open_or_build
from geomatch.words import gettext as _
from geomatch.workspace import Input, Workspace, dump_json

__all__ = ["Inputs", "chosen_inputs", "facts_of", "fingerprint", "library_versions", "read_inputs"]

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
    "scipy",
    "shapely",
)


def library_versions() -> dict[str, str]:
    """The versions of the libraries that results follow from."""
    return {name: version(name) for name in _LIBRARIES}


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
        return {"rows": len(corridors.decisions), "notes": _noted(corridors.notes)}, corridors.synthetic
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
        decisions: The rows of the registers of corridors, as they stand in the files.
        as_signs_say: Withheld counts are taken as their signs say, and no published total tightens them: what the
            public run is computed from (METHOD 8).
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
    decisions: tuple[Decision, ...] = ()
    as_signs_say: bool = False


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
        "versions": library_versions(),
        "inputs": [(one.kind, one.file, one.sha256) for one in used],
        "settings": settings.computing(),
    }
    return hashlib.sha256(dump_json(content).encode()).hexdigest()


def read_inputs(workspace: Workspace, used: Sequence[Input], settings: Settings) -> Inputs:
    """Read the files that a month is computed from, with `settings`. Raises InputError."""
    by_kind = {kind: [one for one in used if one.kind == kind] for kind in KINDS}
    registers, localities = by_kind["corridors"], by_kind["localities"]
    decided = [(one.file, read_corridor_register(workspace.path_of(one))) for one in registers]
    corridors = merge_corridors(decided)
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
        decisions=tuple(row for file, register in decided for row in decisions_of(register, file)),
    )
