"""The public run: a month computed from what an outsider may know, as tables after disclosure control (METHOD 8)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.disclosure import Published, published
from geomatch.month import Computed, compute_month
from geomatch.public.inputs import PublicInputs
from geomatch.public.tables import (
    APPLIES_NOT,
    MISSING,
    NATION,
    PUBLIC_TABLES,
    WITHHELD,
)
from geomatch.sources.regions import counties
from geomatch.tables import ALL, records
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
    """

    month: str
    tables: Mapping[str, Published]
    facts: Mapping[str, Any]


def public_month(
    workspace: Workspace,
    month: str,
    county: str | None,
    inputs: PublicInputs,
    before: tuple[str, pd.DataFrame] | None = None,
    progress: Progress = lambda *_: None,
) -> PublicMonth:
    """Compute the public tables of a month.

    Args:
        workspace: Where day returns are kept from run to run; nothing else of it is read.
        month: YYYY-MM.
        county: Two digits, or None for all: whose rows are published; the others still take part.
        inputs: What an outsider may know.
        before: An earlier month and its published table `areas`, that changes are told from; None for none.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: As `compute_month`.
    """
    made = compute_month(workspace, month, county, progress=progress, read=inputs.as_inputs())
    if not made.day_returns_kept:
        workspace.keep(made.travel, made.day_returns)
    tables = made.tables
    withhold_to = inputs.settings.disclosure.withhold_to
    areas = _areas(made, tables)
    # Changes are told of what is published, so that is made first.
    shown = published(_with_changes(areas, None), PUBLIC_TABLES["areas"], withhold_to).frame
    frames = {
        "areas": _with_changes(shown, before),
        "groups": _groups(made, areas),
        "activities": _activities(made, county),
        "ways": _ways(made, county),
        "corridors": _corridors(tables["corridors"]),
        "similar": tables["similar"][["month", "municipality_code", "rank", "similar_code", "differs_in"]],
        "purposes": _purposes(made, areas),
    }
    return PublicMonth(
        month,
        {name: published(frames[name], table, withhold_to) for name, table in PUBLIC_TABLES.items()},
        _facts(made),
    )


# ------------------------------------------------------------------------------------------------------------- areas


def _floor(milli: float) -> int:
    return math.floor(milli / _MILLI)


def _ceil(milli: float) -> int:
    return math.ceil(milli / _MILLI)


def _signed(stem: str, low: int | None, high: int | None, sign: str = "") -> dict[str, Any]:
    """A figure of persons: its ends, or the sign in their place."""
    if sign or low is None or high is None:
        return {f"{stem}_low": None, f"{stem}_high": None, f"{stem}_sign": sign or MISSING}
    return {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": ""}


def _areas(made: Computed, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Table `areas` without changes: municipalities, their counties, and all of them together."""
    gaps, need = tables["gaps"], tables["need"]
    sexes = {sex: _by_municipality(need, "sex", sex) for sex in ("women", "men")}
    bands = _bands(gaps)
    rows: list[dict[str, Any]] = []
    for row in records(gaps):
        code = str(row.municipality_code)
        figures = {sex: sexes[sex].get(code) for sex in sexes}
        nobody = row.need_high == 0
        rows.append(
            {
                "level": "municipality",
                "area_code": code,
                "name": str(row.name),
                "municipalities": 1,
                **_signed("need", int(row.need_low), int(row.need_high)),
                **{k: v for sex, ends in figures.items() for k, v in _signed(sex, *(ends or (None, None))).items()},
                "women_share": _women_share(figures["women"], figures["men"]),
                "series": int(row.series),
                "places": int(row.places),
                **_signed("gap", _floor(row.gap_low_milli), _ceil(row.gap_high_milli)),
                "gap_share_low": None if nobody else float(row.gap_share_low),
                "gap_share_high": None if nobody else float(row.gap_share_high),
                **_signed(
                    "no_day_return", _floor(row.no_day_return_low_milli), _ceil(row.no_day_return_high_milli)
                ),
                "access_index_low": None if nobody else float(row.access_index_low),
                "access_index_high": None if nobody else float(row.access_index_high),
                "band_best": bands[code][0],
                "band_worst": bands[code][1],
                **_no_equity(),
            }
        )  # fmt: skip
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    own = sorted({str(code)[:2] for code in gaps["municipality_code"]})
    rows += [_sum_of(made, rows, code, names[code], "county") for code in own]
    rows.append(_sum_of(made, [row for row in rows if row["level"] == "municipality"], NATION, "", "country"))
    return pd.DataFrame(rows).assign(month=made.month)


def _by_municipality(need: pd.DataFrame, dimension: str, value: str) -> dict[str, tuple[int, int]]:
    """Persons per municipality of one value of a dimension, all else taken together, as the signs say."""
    others = {"locality_code", "accommodation", "target_group", "case_status", "sex", "age_group"} - {
        dimension
    }
    rows = need[(need[dimension] == value) & (need["municipality_code"] != ALL)]
    found: dict[str, tuple[int, int]] = {}
    whole = rows[(rows[sorted(others)] == ALL).all(axis=1)]
    for row in records(whole):
        found[str(row.municipality_code)] = (int(row.low), int(row.high))
    # Where no row is of the value alone, those of the breakdown that is used are added up.
    rest = rows[rows["used"] & ~rows["municipality_code"].isin(found)]
    for code, part in rest.groupby("municipality_code"):
        found[str(code)] = (int(part["low"].sum()), int(part["high"].sum()))
    return found


def _women_share(women: tuple[int, int] | None, men: tuple[int, int] | None) -> float | None:
    if women is None or men is None or women[0] != women[1] or men[0] != men[1] or not women[0] + men[0]:
        return None
    return women[0] / (women[0] + men[0])


def _no_equity() -> dict[str, None]:
    return {f"{name}_{end}": None for name in ("women_index", "men_index", "gini") for end in ("low", "high")}


def _bands(gaps: pd.DataFrame) -> dict[str, tuple[int | None, int | None]]:
    """Best and worst fifth by the share without a place that each municipality's ranks allow; 1 is the smallest share."""
    size = len(gaps)

    def fifth(rank: int) -> int:
        # Rank 1 is the largest gap: the fifth with the largest shares is the fifth.
        return 5 - min(4, (rank - 1) * 5 // size)

    return {
        str(row.municipality_code): (None, None)
        if row.need_high == 0
        else (fifth(int(row.rank_worst)), fifth(int(row.rank_best)))
        for row in records(gaps)
    }


def _sum_of(made: Computed, rows: list[dict[str, Any]], code: str, name: str, level: str) -> dict[str, Any]:
    """The row of a county, or of all, from those of its municipalities."""
    own = [row for row in rows if level == "country" or row["area_code"][:2] == code]
    ends = {
        stem: tuple(sum(row[f"{stem}_{end}"] for row in own) for end in ("low", "high"))
        for stem in ("need", "gap", "no_day_return")
    }
    sexes = {}
    for sex in ("women", "men"):
        told = [row for row in own if row[f"{sex}_sign"] == ""]
        sexes[sex] = (
            tuple(sum(row[f"{sex}_{end}"] for row in told) for end in ("low", "high"))
            if len(told) == len(own)
            else None
        )
    low, high = ends["need"]
    gap_low, gap_high = ends["gap"]
    equity = _equity(made, code, level)
    return {
        "level": level,
        "area_code": code,
        "name": name,
        "municipalities": len(own),
        **_signed("need", low, high),
        **{k: v for sex, found in sexes.items() for k, v in _signed(sex, *(found or (None, None))).items()},
        "women_share": _women_share(sexes["women"], sexes["men"]),
        "series": sum(row["series"] for row in own),
        "places": sum(row["places"] for row in own),
        **_signed("gap", gap_low, gap_high),
        # The least gap beside the most need, and the reverse: the share lies between.
        "gap_share_low": gap_low / high if high else None,
        "gap_share_high": min(1.0, gap_high / low) if low else (1.0 if high else None),
        **_signed("no_day_return", *ends["no_day_return"]),
        **equity,
        "band_best": None,
        "band_worst": None,
    }


def _equity(made: Computed, code: str, level: str) -> dict[str, Any]:
    """Access index of all, of women and of men, and its Gini coefficient, of a county or of all."""
    area = ALL if level == "country" else code
    rows = {str(row.sex): row for row in records(made.equity[made.equity["county_code"] == area])}
    result: dict[str, Any] = {}
    for stem, sex, column in (
        ("access_index", ALL, "access_index"),
        ("women_index", "women", "access_index"),
        ("men_index", "men", "access_index"),
        ("gini", ALL, "gini"),
    ):
        for end in ("low", "high"):
            result[f"{stem}_{end}"] = float(getattr(rows[sex], f"{column}_{end}")) if sex in rows else None
    return result


def _with_changes(areas: pd.DataFrame, before: tuple[str, pd.DataFrame] | None) -> pd.DataFrame:
    """`areas`, as published, with what changed since an earlier published month, in what was published of both."""
    month, earlier = before or ("", pd.DataFrame(columns=["area_code"]))
    known = {str(row.area_code): row for row in records(earlier)}
    rows: list[dict[str, Any]] = []
    for row in (dict(zip(areas.columns, values, strict=True)) for values in areas.itertuples(index=False)):
        was = known.get(str(row["area_code"]))
        made: dict[str, Any] = {"before": month, "places_change": None}
        for stem in ("need", "gap"):
            low, high = row[f"{stem}_low"], row[f"{stem}_high"]
            if was is None or was.municipalities != row["municipalities"]:
                made |= _signed(f"{stem}_change", None, None, MISSING)
            elif sign := row[f"{stem}_sign"] or getattr(was, f"{stem}_sign"):
                made |= _signed(f"{stem}_change", None, None, sign)
            else:
                least = int(low) - int(getattr(was, f"{stem}_high"))
                made |= _signed(f"{stem}_change", least, int(high) - int(getattr(was, f"{stem}_low")))
        if was is not None and was.municipalities == row["municipalities"]:
            made["places_change"] = int(row["places"]) - int(was.places)
        rows.append({**row, **made})
    return pd.DataFrame(rows)


# ------------------------------------------------------------------------------------------------- groups, purposes

_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "sex": ("women", "men"),
    "target_group": ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement"),
    "accommodation": ("agency", "own", "municipal", "other"),
}


def _groups(made: Computed, areas: pd.DataFrame) -> pd.DataFrame:
    """Table `groups`: each dimension that the counts tell, for every area all of whose municipalities tell it."""
    need = made.tables["need"]
    rows = []
    places = areas[areas["level"] == "municipality"]["area_code"].astype(str).tolist()
    for dimension, groups in _DIMENSIONS.items():
        for group in groups:
            told = _by_municipality(need, dimension, group)
            if not told:
                continue
            for area in records(areas):
                code = str(area.area_code)
                own = [one for one in places if code in (one, one[:2], NATION)]
                ends = [told.get(one) for one in own]
                known = [one for one in ends if one is not None]
                whole = (sum(low for low, _ in known), sum(high for _, high in known))
                figure = whole if len(known) == len(own) else (None, None)
                rows.append(
                    {
                        "month": made.month,
                        "level": area.level,
                        "area_code": code,
                        "name": area.name,
                        "dimension": dimension,
                        "group": group,
                        **_signed("persons", *figure),
                    }
                )
    return pd.DataFrame(rows, columns=PUBLIC_TABLES["groups"].names)


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


# ----------------------------------------------------------------------------------------- activities and travel


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
    frame["gain_low"] = [_floor(value) for value in gains.min(axis=1)]
    frame["gain_high"] = [_ceil(value) for value in gains.max(axis=1)]
    # The larger need can leave fewer of them without a place of their own: shares and places differ.
    unserved = corridors[["entitled_unserved_low_milli", "entitled_unserved_high_milli"]]
    frame["entitled_unserved_low"] = [_floor(value) for value in unserved.min(axis=1)]
    frame["entitled_unserved_high"] = [_ceil(value) for value in unserved.max(axis=1)]
    return frame.assign(gain_sign="", entitled_unserved_sign="")


# ------------------------------------------------------------------------------------------------------------- facts


def _facts(made: Computed) -> dict[str, Any]:
    """What the tables follow from, of what an outsider may know: for the pages and the manifest."""
    inputs, settings = made.inputs, made.inputs.settings
    need = made.tables["need"]
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
        "settings": settings.computing() | {"disclosure": settings.as_dict()["disclosure"]},
        "signs": {"withheld": WITHHELD, "missing": MISSING, "applies_not": APPLIES_NOT},
    }


def _plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a public file: its period and its day, not what its reader assumed."""
    names = ("months", "updated", "first_day", "last_day", "operator", "version", "updated_to")
    return {name: facts[name] for name in names if name in facts}
