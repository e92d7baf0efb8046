"""The manifest of a month: what it was made from, with what was assumed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

import geomatch
from geomatch.access.purposes import purposes_of
from geomatch.agency import shared_out
from geomatch.decisions.flags import forbidden_in
from geomatch.entitled import breakdowns_used
from geomatch.inputs import Inputs, library_versions
from geomatch.need import Need, widened_cells
from geomatch.optional import OTHER, population_of
from geomatch.settings import Settings
from geomatch.settings.tree import SHARE_NAMES
from geomatch.sources.regions import counties, municipalities
from geomatch.supply import Supply

if TYPE_CHECKING:
    from geomatch.month import Computed

__all__ = ["manifest_of", "of_county"]


def of_county(table: pd.DataFrame, county: str | None) -> pd.DataFrame:
    """The rows of `table` (with county_code) of a county, or all when it is None."""
    return table if county is None else table[table["county_code"] == county]


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
    counts, own = of_county(need.table, county), of_county(points, county)
    rules, month = inputs.settings.rules, str(need.table["month"].iloc[0])
    return {
        **inputs.notes,
        **_neighbour_notes(county, supply.activities, need),
        "purposes_asked": purposes_of(supply.activities, inputs.settings.allocation.purposes)
        if inputs.settings.allocation.purposes
        else [],
        "enrolment_files": list(need.files) if len(need.files) > 1 else [],
        "cells_in_several_files": int((counts["also_in"] != "").sum()),
        "withheld_known_elsewhere": need.known_elsewhere,
        "withheld_larger_elsewhere": need.larger_elsewhere,
        "shares": _shares(own, inputs.settings, str(need.table["month"].iloc[0])),
        "masked_cells": int(counts["masked"].sum()),
        "widened_cells": widened_cells(counts),
        "breakdowns_used": breakdowns_used(counts, own),
        "rules_changing": [one.valid_from for one in rules.changes_in(month)],
        "rules_left_out": sorted({one.problem.file for one in rules.left_out}),
        "corridors_against_rules": _against_rules(county, inputs, month),
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


def _against_rules(county: str | None, inputs: Inputs, month: str) -> list[str]:
    """The corridors open in the month that verified rules forbid, by name: they were decided so, and stay open."""
    table = municipalities()
    names = dict(zip(table["municipality_code"], table["name"].astype(str), strict=True))
    return [
        f"{names[origin]}–{names[goal]}"
        for origin, goal in forbidden_in(inputs.decisions, inputs.settings.rules, month)
        if county in {None, origin[:2], goal[:2]}
    ]


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


def manifest_of(made: Computed) -> dict[str, Any]:
    """What a month was made from, and what was assumed, counted; time stamps are those of the inputs.

    Args:
        made: From `compute_month`.
    """
    county, inputs, need, points = made.county, made.inputs, made.need, made.points
    window, supply, network = made.window, made.supply, inputs.network
    updated = sorted({one.facts["updated"] for one in inputs.used if one.facts.get("updated")})
    own = of_county(points, county)
    return {
        "month": made.month,
        "county": county,
        "geomatch": geomatch.__version__,
        "versions": library_versions(),
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
