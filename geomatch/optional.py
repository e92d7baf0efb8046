"""The inputs that a month can do without: how they are read, and what is said of each when it is absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.restricted import Audience, Restricted
from geomatch.sources.activities import ActivityRegister, read_activities
from geomatch.sources.merge import merge_registers
from geomatch.sources.other_activities import read_other_activities
from geomatch.sources.population import population_in, read_population
from geomatch.sources.raster import PopulationRaster, read_raster
from geomatch.sources.sites import merge_sites, read_sites
from geomatch.sources.study_hours import hours_in, merge_study_hours, read_study_hours
from geomatch.sources.travel_compensation import read_travel_compensation
from geomatch.tables import STUDY_HOURS, conform
from geomatch.workspace import Input, Workspace

__all__ = [
    "GRANT",
    "OTHER",
    "READ_HERE",
    "OptionalInputs",
    "chosen_optional",
    "optional_facts",
    "population_of",
    "read_optional",
    "read_supply",
    "study_hours_table",
]

GRANT, OTHER = "grant", "other"
# Of those with `True` a month uses every file, of the others the one added last.
READ_HERE: Mapping[str, bool] = {
    "raster": False,
    "sites": True,
    "population": False,
    "study_hours": True,
    "other_activities": True,
    "travel_compensation": True,
}


@dataclass(frozen=True, slots=True)
class OptionalInputs:
    """What a month can do without; None where there is no such input.

    Attributes:
        raster: Population raster, in the place of localities.
        sites: Agency accommodation (restricted), from `merge_sites`.
        population: As `Population.table`.
        study_hours: As `StudyHours.table`.
        notes: For each kind `<kind>_absent`, 0 or 1.
    """

    raster: PopulationRaster | None
    sites: Restricted[pd.DataFrame] | None
    population: pd.DataFrame | None
    study_hours: pd.DataFrame | None
    notes: Mapping[str, int]


def optional_facts(kind: str, path: Path) -> tuple[dict[str, Any], bool]:
    """What the reader of an optional kind understood, as plain values, and whether the file calls itself synthetic.

    Raises:
        InputError: The file is not what it should be.
        ValueError: It is no kind of these.
    """
    if kind == "raster":
        raster = read_raster(path)
        persons = round(float(raster.cells["population"].sum()))
        facts = {"rows": len(raster.cells), "persons": persons, "crs": raster.crs}
        return {**facts, "notes": dict(raster.notes)}, raster.synthetic
    if kind == "sites":
        sites = read_sites(path)
        return {"rows": sites.count, "notes": dict(sites.notes)}, sites.synthetic
    if kind == "population":
        population = read_population(path)
        days = sorted(set(population.table["date"]) - {""})
        facts = {"rows": len(population.table), "updated_to": days[-1] if days else ""}
        return {**facts, "notes": dict(population.notes)}, population.synthetic
    if kind == "study_hours":
        hours = read_study_hours(path)
        table = hours.table
        facts = {
            "rows": len(table),
            "first_month": min(table["first_month"]),
            "last_month": max(table["last_month"]),
        }
        return {**facts, "notes": dict(hours.notes)}, hours.synthetic
    if kind == "other_activities":
        register = read_other_activities(path)
        rows = len(register.series.reveal(Audience.INTERNAL))
        return {"rows": rows, "notes": dict(register.notes)}, register.synthetic
    if kind == "travel_compensation":
        given = read_travel_compensation(path)
        facts = {
            "rows": len(given.table),
            "first_month": min(given.table["month"], default=""),
            "last_month": max(given.table["month"], default=""),
        }
        return {**facts, "notes": dict(given.notes)}, given.synthetic
    raise ValueError(kind)


def chosen_optional(workspace: Workspace) -> list[Input]:
    """The optional inputs that a month uses."""
    chosen: list[Input] = []
    for kind, all_of_them in READ_HERE.items():
        found = workspace.inputs(kind)
        chosen += found if all_of_them else found[-1:]
    return chosen


def read_optional(workspace: Workspace, by_kind: Mapping[str, Sequence[Input]]) -> OptionalInputs:
    """Read the optional inputs of a month, but for activities (`read_supply`).

    Args:
        workspace: Where they lie.
        by_kind: The chosen ones.

    Raises:
        InputError: A file is wrong, or two files of one kind contradict each other.
    """

    def paths(kind: str) -> list[tuple[str, Path]]:
        return [(one.file, workspace.path_of(one)) for one in by_kind[kind]]

    rasters, sites = paths("raster"), paths("sites")
    population, hours = paths("population"), paths("study_hours")
    return OptionalInputs(
        raster=read_raster(rasters[0][1]) if rasters else None,
        sites=merge_sites([(file, read_sites(path)) for file, path in sites]) if sites else None,
        population=read_population(population[0][1]).table if population else None,
        study_hours=merge_study_hours([(file, read_study_hours(path)) for file, path in hours])
        if hours
        else None,
        notes={f"{kind}_absent": int(not by_kind[kind]) for kind in READ_HERE},
    )


def read_supply(workspace: Workspace, by_kind: Mapping[str, Sequence[Input]]) -> ActivityRegister:
    """All activities of a month's registers, those with other funding among them: column `funding` tells them apart.

    Raises:
        InputError: A file is wrong, or an id stands in two files.
    """
    granted = [(one.file, read_activities(workspace.path_of(one))) for one in by_kind["activities"]]
    others = [
        (one.file, read_other_activities(workspace.path_of(one))) for one in by_kind["other_activities"]
    ]
    merged = merge_registers([*granted, *others])
    own = {name for _file, one in others for name in one.series.reveal(Audience.INTERNAL)["series_id"]}
    series = merged.series.reveal(Audience.INTERNAL)
    marked = series.assign(funding=np.where(series["series_id"].isin(own), OTHER, GRANT))
    return ActivityRegister(
        Restricted(gpd.GeoDataFrame(marked, geometry="geometry", crs=series.crs)),
        merged.sessions,
        merged.synthetic,
        merged.notes,
    )


def population_of(population: pd.DataFrame | None, month: str) -> dict[str, int] | None:
    """Population per municipality code for the month; None without the input."""
    return None if population is None else population_in(population, month)


def study_hours_table(study_hours: pd.DataFrame | None, month: str) -> pd.DataFrame:
    """Table STUDY_HOURS of the month; without rows where there is no input."""
    if study_hours is None:
        empty: dict[str, list[object]] = {column.name: [] for column in STUDY_HOURS.columns}
        return conform(pd.DataFrame(empty), STUDY_HOURS)
    table = hours_in(study_hours, month)
    return conform(table.assign(month=month, county_code=table["municipality_code"].str[:2]), STUDY_HOURS)
