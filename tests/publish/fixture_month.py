"""A made-up month of a made-up county: three municipalities in a row and two neighbours, small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, box

from geomatch.disclosure import visible_activities
from geomatch.publish import CountyFacts, SourceNote
from geomatch.restricted import Restricted
from geomatch.settings import Settings
from geomatch.tables import CORRIDORS, DAY_RETURNS, GAPS, POINTS, SERVED, conform

CRS = "EPSG:3006"
MONTH = "2026-03"
# code, name, west edge in km east of 600; all are 40 km wide and 60 km high.
PLACES = (
    ("9901", "Askvik", 0),
    ("9902", "Björkmo", 40),
    ("9903", "Cedersta", 80),
    ("9801", "Dalarö", 120),
    ("9802", "Ekhamn", -40),
)


def municipalities() -> gpd.GeoDataFrame:
    south = 7_200_000
    shapes = [box(600_000 + km * 1000, south, 640_000 + km * 1000, south + 60_000) for _c, _n, km in PLACES]
    return gpd.GeoDataFrame(
        {
            "county_code": [code[:2] for code, _n, _km in PLACES],
            "municipality_code": [code for code, _n, _km in PLACES],
            "name": [name for _c, name, _km in PLACES],
            "point_x_m": [620_000.0 + km * 1000 for _c, _n, km in PLACES],
            "point_y_m": [south + 30_000.0 for _p in PLACES],
        },
        geometry=shapes,
        crs=CRS,
    )


# low, high in thousandths: local, corridor, digital, full, not open, no entitlement, no day return
SPLITS = {
    "9901": ((15_000, 0, 0, 4_000, 3_000, 0, 9_000), (19_000, 0, 0, 4_000, 6_000, 0, 10_000)),
    "9902": ((3_400, 3_300, 3_300, 0, 0, 0, 0), (3_400, 3_300, 3_300, 0, 0, 0, 0)),
    "9903": ((0,) * 7, (0,) * 7),
}
PARTS = (
    "served_local",
    "served_by_corridor",
    "served_digital",
    "in_reach_full",
    "corridor_not_open",
    "no_entitlement",
    "no_day_return",
)


def served() -> pd.DataFrame:
    rows = []
    for code, both in SPLITS.items():
        for scenario, parts in zip(("low", "high"), both, strict=True):
            rows.append(
                {
                    "month": MONTH,
                    "county_code": code[:2],
                    "municipality_code": code,
                    "target_group": "asylum_seeker",
                    "sex": "all",
                    "scenario": scenario,
                    "need_milli": sum(parts),
                    "out_of_reach_milli": sum(parts[4:]),
                    **{f"{name}_milli": value for name, value in zip(PARTS, parts, strict=True)},
                }
            )
    return conform(pd.DataFrame(rows), SERVED)


def gaps() -> pd.DataFrame:
    names = {code: name for code, name, _km in PLACES}
    rows = []
    for code, (low, high) in SPLITS.items():
        gap_low, gap_high = sum(low[3:]), sum(high[3:])
        need = sum(low)
        rows.append(
            {
                "month": MONTH,
                "county_code": code[:2],
                "municipality_code": code,
                "name": names[code],
                "need_low": sum(low) // 1000,
                "need_high": sum(high) // 1000,
                "need_per_1000_low": float("nan"),
                "need_per_1000_high": float("nan"),
                "served_low_milli": sum(low[:3]),
                "served_high_milli": sum(high[:3]),
                "gap_low_milli": gap_low,
                "gap_high_milli": gap_high,
                "gap_share_low": gap_high / sum(high) if need else float("nan"),
                "gap_share_high": gap_low / need if need else float("nan"),
                "gap_least_low_milli": gap_low,
                "gap_greatest_low_milli": gap_low,
                "gap_least_high_milli": gap_high,
                "gap_greatest_high_milli": gap_high,
                "no_day_return_low_milli": low[6],
                "no_day_return_high_milli": high[6],
                "gap_best_point_milli": gap_low - 9_000 if gap_low else 0,
                "gap_worst_point_milli": gap_high + 7_000 if gap_high else 0,
                "access_index_low": 0.1,
                "access_index_high": 0.2,
                "rank_best": 1,
                "rank_worst": 2,
                "series": {"9901": 2, "9902": 1, "9903": 0}[code],
                "places": {"9901": 19, "9902": 8, "9903": 0}[code],
                "masked_cells": {"9901": 2, "9902": 0, "9903": 0}[code],
                "location_unknown": code == "9901",
                "representative_point": code == "9902",
            }
        )
    frame = pd.DataFrame(rows)
    # Shares of Askvik by hand: 16/31 = 51.6 % at low need, 20/39 = 51.3 % at high need.
    frame[["gap_share_low", "gap_share_high"]] = [
        sorted(pair) if pair[0] == pair[0] else pair
        for pair in frame[["gap_share_low", "gap_share_high"]].to_numpy().tolist()
    ]
    return conform(frame, GAPS)


def corridor(from_code: str, to_code: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "month": MONTH,
        "from_code": from_code,
        "to_code": to_code,
        "status": "candidate",
        "reference": "",
        "entitled_unserved_low_milli": 2_000,
        "entitled_unserved_high_milli": 9_000,
        "free_places_low_milli": 8_000,
        "free_places_high_milli": 7_000,
        "travel_best_min": 42.0,
        "travel_median_min": 55.5,
        "travel_worst_min": 71.25,
        "sessions_per_week": 2.5,
        "transfers": 1,
        "walk_m": 650.0,
        "tightest_change_min": 6.0,
        "booking_needed": False,
        "last_way_home_share": 0.5,
        "last_way_home_tight": False,
        "last_way_home_change_min": None,
        "gain_ll_milli": 6_000,
        "gain_lh_milli": 6_400,
        "gain_hl_milli": 8_250,
        "gain_hh_milli": 9_000,
        "gain_paired_ll_milli": 0,
        "gain_paired_lh_milli": 0,
        "gain_paired_hl_milli": 0,
        "gain_paired_hh_milli": 0,
        "paired_with": "",
        "trips_low": 120.0,
        "trips_high": 180.0,
        "cost_low_sek": 5_400.0,
        "cost_high_sek": 8_100.0,
        "trips_per_person": 20.0,
        "cost_per_person_sek": 900.0,
        "verdict": "recommended",
        "reasons": "gain_at_every_corner",
        "assumed_rules": "",
        "share_blocks": False,
        "size_ok": True,
        "supply_ok": True,
        "transit_ok": True,
    }
    return {**row, **changes}


def corridors() -> pd.DataFrame:
    rows = [
        corridor("9901", "9902"),
        corridor(
            "9902",
            "9901",
            status="open",
            reference="Dnr 17-2026",
            verdict="possible",
            reasons="gain_too_small;unknown_share",
            share_blocks=True,
        ),
        corridor(
            "9901",
            "9903",
            verdict="possible",
            reasons="gain_too_small;unknown_share",
            gain_ll_milli=0,
            gain_lh_milli=0,
            share_blocks=True,
            size_ok=False,
            assumed_rules="own_accommodation_2025",
            paired_with="9903-9801",
            gain_paired_ll_milli=7_000,
            gain_paired_lh_milli=7_000,
            gain_paired_hl_milli=9_500,
            gain_paired_hh_milli=9_500,
        ),
        corridor(
            "9903",
            "9801",
            verdict="not_recommended",
            reasons="no_gain;booking_needed;tight_last_way_home",
            booking_needed=True,
            last_way_home_tight=True,
            transit_ok=False,
            **{f"gain_{corner}_milli": 0 for corner in ("ll", "lh", "hl", "hh")},
        ),
        corridor(
            "9802",
            "9901",
            verdict="outside_policy",
            reasons="rule:within_county_before_2020;crosses_county_border",
            travel_best_min=float("nan"),
            travel_median_min=float("nan"),
            travel_worst_min=float("nan"),
            transfers=pd.NA,
            cost_per_person_sek=float("nan"),
        ),
    ]
    return conform(pd.DataFrame(rows), CORRIDORS)


def point(
    code: str, locality: str, name: str, low: int, high: int, x_m: float, y_m: float
) -> dict[str, object]:
    return {
        "month": MONTH,
        "point_id": f"{code}/{locality or 'point'}",
        "county_code": code[:2],
        "municipality_code": code,
        "locality_code": locality,
        "name": name,
        "kind": "locality" if locality else "representative",
        "population": 1_000,
        "target_group": "asylum_seeker",
        "sex": "all",
        "need_low_milli": low,
        "need_high_milli": high,
        "location_unknown": False,
        "geometry": Point(x_m, y_m),
    }


def points() -> gpd.GeoDataFrame:
    rows = [
        point("9901", "T1", "Askvik", 22_000, 29_000, 622_000, 7_232_000),
        point("9901", "T2", "Fjärrby", 9_000, 10_000, 605_000, 7_250_000),
        point("9902", "", "Björkmo", 10_000, 10_000, 660_000, 7_230_000),
        point("9903", "T3", "Cedersta", 0, 0, 700_000, 7_230_000),
        # Nobody is expected at these, so they are no localities of the page; the day returns of pairs count them.
        point("9901", "T4", "Tomby", 0, 0, 635_000, 7_232_000),
        point("9901", "T5", "Ödeby", 0, 0, 603_000, 7_232_000),
        point("9902", "T6", "Tommo", 0, 0, 645_000, 7_232_000),
    ]
    return gpd.GeoDataFrame(conform(pd.DataFrame(rows), POINTS), geometry="geometry", crs=CRS)


def activity(series_id: str, name: str, code: str, visibility: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "month": MONTH,
        "series_id": series_id,
        "activity_id": series_id,
        "name": name,
        "organiser": "Föreningen Bro",
        "organiser_type": "association",
        "grant_scheme": "TIA",
        "funding": "grant",
        "primary_purpose": "Svenska",
        "secondary_purposes": "",
        "target_groups": "all",
        "sex": "all",
        "places": 12,
        "valid_from": "2026-01-01",
        "valid_to": "",
        "digital": False,
        "childcare": True,
        "language_support": False,
        "parallel_group": False,
        "visibility": visibility,
        "status": "ongoing",
        "municipality_code": code,
        "sessions_text": "tue 10:00-12:00",
        "sessions_in_window": 4,
        "sessions_on_holidays": 0,
        "sessions_assumed": False,
        "geometry": Point(623_456.0, 7_233_321.0),
    }
    return {**row, **changes}


def register() -> gpd.GeoDataFrame:
    """The board's register, restricted: with an address and a contact that must never be seen."""
    rows = [
        activity("s1", "Språkcafé", "9901", "exact"),
        activity(
            "s2", "Kvinnonätverk", "9901", "municipality", sex="women", geometry=Point(611_111.0, 7_211_111.0)
        ),
        activity("s3", "Skyddat möte", "9902", "hidden", geometry=Point(655_555.0, 7_244_444.0)),
        activity("s4", "Samhällskunskap på nätet", "9902", "exact", digital=True, geometry=None),
        activity(
            "s5",
            "Odling",
            "9902",
            "municipality",
            sessions_assumed=True,
            geometry=Point(650_001.0, 7_210_001.0),
        ),
    ]
    frame = pd.DataFrame(rows)
    frame["address"] = "Hemliga gatan 3"
    frame["contact"] = "070-000 00 00"
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def with_activities(*more: dict[str, object]) -> CountyFacts:
    """The facts of a register that has `more` rows as well."""
    frame = pd.concat([register(), pd.DataFrame(list(more))], ignore_index=True)
    table = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)
    return county_facts(activities=visible_activities(Restricted(table), municipalities()))


def day_return(
    point_id: str, series_id: str, to_code: str, travel_min: float, **changes: object
) -> dict[str, object]:
    """A reachable day return that takes `travel_min` each way, 2.5 sessions a week, with one change."""
    row: dict[str, object] = {}
    for column in DAY_RETURNS.columns:
        row[column.name] = {"text": "", "int": 0, "bool": False}.get(column.kind, pd.NA)
        if column.kind.startswith("float"):
            row[column.name] = 0.0
    row.update(
        month=MONTH,
        point_id=point_id,
        series_id=series_id,
        from_code=point_id[:4],
        to_code=to_code,
        reachable=True,
        travel_min=travel_min,
        out_min_median=travel_min,
        home_min_median=travel_min,
        transfers=1,
        last_way_home_share=0.5,
        last_way_home_change_min=12.0,
        sessions_per_week=2.5,
    )
    return {**row, **changes}


def day_returns() -> pd.DataFrame:
    rows = [
        day_return("9901/T1", "s1", "9901", 4.0),
        day_return("9901/T1", "s2", "9901", 17.2),
        day_return("9901/T2", "s1", "9901", float("nan"), reachable=False),
        day_return("9902/point", "s3", "9902", 3.0),
        day_return("9902/point", "s5", "9902", 21.5),
        # Between municipalities: s3 is hidden, s5 and s2 are known by their municipality only, s1 is exact.
        day_return("9901/T4", "s3", "9902", 12.0, sessions_per_week=7.0, transfers=0),
        day_return("9901/T4", "s5", "9902", 42.0),
        day_return("9901/T5", "s5", "9902", 71.25, sessions_per_week=1.5),
        day_return("9902/T6", "s1", "9901", 55.5, sessions_per_week=2.0, transfers=2),
        day_return("9902/T6", "s2", "9901", 71.25, sessions_per_week=0.5),
    ]
    return conform(pd.DataFrame(rows), DAY_RETURNS)


def county_facts(**changes: object) -> CountyFacts:
    facts = CountyFacts(
        month=MONTH,
        county_code="99",
        county_name="Provlandets län",
        synthetic=True,
        municipalities=municipalities(),
        gaps=gaps(),
        served=served(),
        corridors=corridors(),
        points=points(),
        day_returns=day_returns(),
        activities=visible_activities(Restricted(register()), municipalities()),
        sources=(
            SourceNote(
                "enrolment",
                "inskrivna-2026.xlsx",
                "Källa: Migrationsverket",
                period="uppdaterad 2026-04-02",
                sha256="0123456789abcdef" * 4,
            ),
            SourceNote("timetable", "prov.zip", "Källa: Trafiklab", "2026-01-01–2026-06-30"),
        ),
        window="2026-03-02–2026-03-29, 4 veckor",
        notes=("2 värden är sekretessmarkerade.", "1 insats saknar tider: standardtillfället antas."),
        settings=Settings(),
        county_need=(41, 49),
    )
    return replace(facts, **changes)
