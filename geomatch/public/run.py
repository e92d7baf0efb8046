"""The public run: a month computed from what an outsider may know, as tables after disclosure control (METHOD 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.access import ranked
from geomatch.disclosure import Earlier, Published, published_tables
from geomatch.month import Computed, compute_month, touching
from geomatch.public.areas import areas_table, ceil, floor, groups_table, with_changes
from geomatch.public.ground import surface_table
from geomatch.public.inputs import PublicInputs
from geomatch.public.parts import of_its_county
from geomatch.public.tables import (
    APPLIES_NOT,
    MISSING,
    NATION,
    PUBLIC_TABLES,
    WITHHELD,
)
from geomatch.settings import DisclosureSettings, Settings
from geomatch.tables import records
from geomatch.workspace import Workspace

__all__ = ["PublicMonth", "public_month"]

Progress = Callable[[str, int, int], None]
_MILLI = 1000
_WEB = "EPSG:4326"
# About ten metres.
_DECIMALS = 4
_CORNERS = ("ll", "lh", "hl", "hh")


@dataclass(frozen=True, slots=True)
class PublicMonth:
    """A month as the public may see it.

    Attributes:
        month: YYYY-MM.
        tables: PUBLIC_TABLES by name.
        facts: What the tables follow from: period, assumptions counted, limits; plain values.
        travel: Digest of what its day returns follow from, by which the workspace keeps them; it is not published.
        held: Per county a digest of its figures before disclosure control: whether they are what they were when an
            earlier edition was published. It is not published.
    """

    month: str
    tables: Mapping[str, Published]
    facts: Mapping[str, Any]
    travel: str = ""
    held: Mapping[str, str] = field(default_factory=dict)


def public_month(
    workspace: Workspace,
    month: str,
    county: str | None,
    inputs: PublicInputs,
    before: tuple[str, pd.DataFrame] | None = None,
    progress: Progress = lambda *_: None,
    *,
    earlier: Sequence[tuple[Mapping[str, pd.DataFrame], Mapping[str, str]]] = (),
) -> PublicMonth:
    """Compute the public tables of a month.

    Args:
        workspace: Where day returns are kept from run to run; nothing else of it is read.
        month: YYYY-MM.
        county: Two digits, or None for all: whose rows are published; the others still take part.
        inputs: What an outsider may know.
        before: An earlier month and its published table `areas`, that changes are told from; None for none.
        progress: Called with a step's name, and how much of it is done of how much.
        earlier: Of this month's earlier editions the tables, as they were published, and what `held` was of them.

    Raises:
        InputError: As `compute_month`.
        ValueError: The inputs are of another month.
        GivenAwayBeforeError: As `published_tables`.
    """
    if inputs.month != month:
        raise ValueError(f"inputs of {inputs.month}, not of {month}")
    made = compute_month(workspace, month, county, progress=progress, read=inputs.as_inputs())
    if not made.day_returns_kept:
        workspace.keep(made.travel, made.day_returns)
    # Those of the month's tables that something is published of.
    tables = {
        "need": of_its_county(made.need.table, county).reset_index(drop=True),
        "gaps": ranked(of_its_county(made.gaps, county)).reset_index(drop=True),
        "corridors": touching(made.corridors, county).reset_index(drop=True),
        "similar": of_its_county(made.similar, county).reset_index(drop=True),
    }
    areas = areas_table(made, tables)
    frames = {
        "areas": with_changes(areas, None),
        "groups": groups_table(made, areas),
        "activities": _activities(made, county),
        "ways": _ways(made, county),
        "corridors": _corridors(tables["corridors"]),
        "similar": tables["similar"][["month", "municipality_code", "rank", "similar_code", "differs_in"]],
        "purposes": _purposes(made, areas),
        "surface": surface_table(made, county, inputs.settings.site.surface_cell_m, progress),
    }
    held = _held(frames)
    # The counts are the agency's own, as its signs say them: of them, nothing is `permitted` less than is shown.
    shown = published_tables(
        frames,
        _rules(inputs.settings),
        earlier=[
            Earlier(told, frozenset(code for code in held if was.get(code) == held[code]) if was else None)
            for told, was in earlier
        ],
        changes=lambda published: with_changes(published, before),
    )
    return PublicMonth(
        month,
        {name: shown[name] for name in PUBLIC_TABLES},
        _facts(made),
        made.travel,
        held,
    )


def _held(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Per county a digest of all its figures of persons that are computed or counted."""
    counties = sorted(frames["areas"].query("level == 'county'")["area_code"].astype(str))
    return {
        code: hashlib.sha256(
            "".join(
                rows[rows["area_code"].astype(str).str.startswith(code)].to_csv(index=False)
                for rows in (frames["areas"], frames["groups"])
            ).encode()
        ).hexdigest()
        for code in counties
    }


def _rules(settings: Settings) -> DisclosureSettings:
    """What is withheld: never less than what the agency's own signs can stand for."""
    least = max(settings.mask.masked_high, settings.mask.dash_high)
    return replace(settings.disclosure, withhold_to=max(settings.disclosure.withhold_to, least))


# ------------------------------------------------------------------------------------------- purposes, activities, travel


def _purposes(made: Computed, areas: pd.DataFrame) -> pd.DataFrame:
    """Table `purposes`: activities and places of each primary purpose in every area."""
    activities = made.supply.activities
    rows = []
    for area in records(areas):
        code = str(area.area_code)
        codes = activities["municipality_code"].astype(str)
        own = activities if code == NATION else activities[codes.str.startswith(code)]
        if code == NATION and made.county is not None:
            own = activities[codes.str.startswith(made.county)]
        for purpose, part in own.groupby("primary_purpose"):
            rows.append(
                {
                    "month": made.month,
                    "level": area.level,
                    "area_code": code,
                    "purpose": str(purpose),
                    "series": len(part),
                    "places": int(part["places"].sum()),
                }
            )
    return pd.DataFrame(rows, columns=PUBLIC_TABLES["purposes"].names)


def _activities(made: Computed, county: str | None) -> pd.DataFrame:
    """Table `activities`: those that may be shown, each where it may be shown."""
    own = _of_county(made.supply.activities, county)
    exact = own["visibility"] == "exact"
    web = gpd.GeoSeries(own.geometry, crs=own.crs).to_crs(_WEB)
    frame = pd.DataFrame(
        {
            "month": made.month,
            "activity": own["series_id"],
            "county_code": own["municipality_code"].str[:2],
            **{
                name: own[name]
                for name in (
                    "municipality_code",
                    "name",
                    "organiser",
                    "primary_purpose",
                    "secondary_purposes",
                    "target_groups",
                    "sex",
                    "places",
                    "childcare",
                    "language_support",
                    "parallel_group",
                    "digital",
                )
            },
            "shown_at": np.where(own["digital"], "nowhere", np.where(exact, "place", "municipality")),
            "times": own["sessions_text"].where(exact, ""),
            "valid_from": own["valid_from"].where(exact, ""),
            "valid_to": own["valid_to"].where(exact, ""),
            "sessions": own["sessions_in_window"].astype("Int64").where(exact & ~own["digital"]),
            "x_m": [round(g.x, 0) if g is not None else None for g in own.geometry],
            "y_m": [round(g.y, 0) if g is not None else None for g in own.geometry],
            "longitude": [round(g.x, _DECIMALS) if g is not None else None for g in web],
            "latitude": [round(g.y, _DECIMALS) if g is not None else None for g in web],
        }
    )
    return frame.reset_index(drop=True)


def _of_county(activities: gpd.GeoDataFrame, county: str | None) -> gpd.GeoDataFrame:
    return activities if county is None else activities[activities["municipality_code"].str[:2] == county]


def _ways(made: Computed, county: str | None) -> pd.DataFrame:
    """Table `ways`: per activity shown at its place and municipality of residence, the shortest day return."""
    own = _of_county(made.supply.activities, county)
    exact = own.loc[own["visibility"] == "exact", "series_id"]
    returns = made.day_returns
    reached = returns[returns["reachable"] & returns["series_id"].isin(exact)]
    best = reached.sort_values(["series_id", "from_code", "round_trip_s", "point_id"], kind="stable")
    best = best.drop_duplicates(["series_id", "from_code"])
    names = made.points.drop_duplicates("point_id").set_index("point_id")["name"]
    return pd.DataFrame(
        {
            "month": made.month,
            "activity": best["series_id"],
            "from_code": best["from_code"],
            "from_name": best["point_id"].map(names).fillna(""),
            "travel_min": best["travel_min"],
            "transfers": best["transfers"],
            "walk_m": best["walk_m"],
            "sessions_per_week": best["sessions_per_week"],
            "last_way_home": best["last_way_home_share"].fillna(0) > 0,
        }
    )


def _corridors(corridors: pd.DataFrame) -> pd.DataFrame:
    """Table `corridors`: gains as one interval over all corners of need."""
    gains = corridors[[f"gain_{corner}_milli" for corner in _CORNERS]]
    frame = corridors[
        [
            "month",
            "from_code",
            "to_code",
            "status",
            "verdict",
            "reasons",
            "travel_best_min",
            "travel_median_min",
            "sessions_per_week",
            "transfers",
            "booking_needed",
            "last_way_home_tight",
        ]
    ].copy()
    frame["gain_low"] = [floor(value) for value in gains.min(axis=1)]
    frame["gain_high"] = [ceil(value) for value in gains.max(axis=1)]
    # The larger need can leave fewer of them without a place of their own: shares and places differ.
    unserved = corridors[["entitled_unserved_low_milli", "entitled_unserved_high_milli"]]
    frame["entitled_unserved_low"] = [floor(value) for value in unserved.min(axis=1)]
    frame["entitled_unserved_high"] = [ceil(value) for value in unserved.max(axis=1)]
    return frame.assign(gain_sign="", entitled_unserved_sign="")


# ------------------------------------------------------------------------------------------------------------- facts


def _facts(made: Computed) -> dict[str, Any]:
    """What the tables follow from, of what an outsider may know: for the pages and the manifest."""
    inputs, settings = made.inputs, made.inputs.settings
    need = of_its_county(made.need.table, made.county)
    # In which language a board reads is no part of any number.
    numbers = {name: value for name, value in settings.computing().items() if name != "language"}
    updated = sorted({str(one.facts["updated"]) for one in inputs.used if one.facts.get("updated")})
    return {
        "county": made.county,
        "updated": updated[-1] if updated else "",
        "window": {
            "first_day": made.window.first_day.isoformat(),
            "last_day": made.window.last_day.isoformat(),
            "weeks": made.window.weeks,
        },
        "sources": [
            {"kind": one.kind, "file": one.file, "sha256": one.sha256, "facts": _plain_facts(one.facts)}
            for one in inputs.used
        ],
        "withheld_by_the_agency": int((need["masked"] & (need["sign"] != "")).sum()),
        "settings": numbers | {"disclosure": asdict(_rules(settings))},
        "signs": {"withheld": WITHHELD, "missing": MISSING, "applies_not": APPLIES_NOT},
    }


def _plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a public file: its period and its day, not what its reader assumed."""
    names = ("months", "updated", "first_day", "last_day", "operator", "version", "updated_to")
    return {name: facts[name] for name in names if name in facts}
