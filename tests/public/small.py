"""A small world with everything in it that must not be seen: four municipalities, two months, one bus line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import Point

from geomatch.inputs import Inputs
from geomatch.optional import OptionalInputs
from geomatch.public.inputs import PublicInputs, public_inputs
from geomatch.public.run import PublicMonth, public_month
from geomatch.restricted import Restricted
from geomatch.settings import Settings, Share
from geomatch.sources.activities import SERIES_COLUMNS, SESSION_COLUMNS
from geomatch.sources.enrolment import COLUMNS
from geomatch.workspace import Input, Workspace
from tests.travel.asked import line, network_of
from tests.travel.feeds import EAST, NORTH, Feed

EARLIER, MONTH = "2023-01", "2023-02"
CRS = "EPSG:3006"
# Metres east and north on the plane of the test feeds.
UPPSALA, HEBY, HABO, GAVLE = (0.0, 0.0), (9000.0, 0.0), (0.0, 30_000.0), (40_000.0, 40_000.0)
PLACES = {"0380": UPPSALA, "0331": HEBY, "0305": HABO, "2180": GAVLE}
# Words and numbers that stand in restricted fields alone.
CANARIES = (
    "KANARIE",
    "0709990001",
    "2023-02-17",
    "607777",
    "6707777",
    "dnr-9990002",
)


def point(x_m: float, y_m: float) -> Point:
    return Point(EAST + x_m, NORTH + y_m)


def counted(
    month: str, code: str, persons: int | str, sex: str = "all", county: str = "", **more: str
) -> dict[str, Any]:
    """One cell of the agency's workbook; `..` is 1-5, `-` is 0-5."""
    low, high = {"..": (1, 5), "-": (0, 5)}.get(str(persons), (persons, persons))
    sign = persons if isinstance(persons, str) else ""
    return {
        "month": month,
        "county_code": county or code[:2],
        "municipality_code": code,
        "locality_code": "",
        "accommodation": "all",
        "target_group": "all",
        "case_status": "all",
        "sex": sex,
        "age_group": "all",
        "low": low,
        "high": high,
        "masked": bool(sign),
        "sign": sign,
        "source": "inskrivna.xlsx",
        "cell": f"{month} {code} {county} {sex} {more}",
        **more,
    }


def cells() -> list[dict[str, Any]]:
    """The counts of both months. In the later, the county's total leaves 3 persons in Heby, and its men 4 women in Håbo."""
    return [
        counted(MONTH, "0380", 40),
        counted(MONTH, "0380", 24, "women"),
        counted(MONTH, "0380", 16, "men"),
        counted(MONTH, "0331", ".."),
        counted(MONTH, "0305", 12),
        counted(MONTH, "0305", "..", "women"),
        counted(MONTH, "0305", 8, "men"),
        counted(MONTH, "2180", 20),
        counted(MONTH, "all", 55, county="03"),
        counted(MONTH, "all", 30, "women", county="03"),
        counted(MONTH, "all", 25, "men", county="03"),
        counted(MONTH, "all", 20, county="21"),
        counted(MONTH, "all", 75, county="all"),
        counted(EARLIER, "0380", 46),
        counted(EARLIER, "0331", 7),
        counted(EARLIER, "0305", 12),
        counted(EARLIER, "2180", ".."),
        counted(EARLIER, "all", 65, county="03"),
        counted(EARLIER, "all", "..", county="21"),
        counted(EARLIER, "all", 69, county="all"),
    ]


def enrolment(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"low": "int64", "high": "int64", "masked": bool})


def activity(
    own_id: str, code: str, visibility: str, places: int, at: tuple[float, float], **more: Any
) -> dict[str, Any]:
    """A row of the register with its sessions (weekday, date, start and end in hours)."""
    return {
        "series_id": own_id,
        "activity_id": own_id,
        "name": own_id,
        "organiser": "Anordnaren",
        "organiser_type": "förening",
        "grant_scheme": "TIA",
        "primary_purpose": "Svenska",
        "secondary_purposes": "",
        "target_groups": "all",
        "sex": "all",
        "places": places,
        "valid_from": "2022-09-01",
        "valid_to": "",
        "digital": False,
        "childcare": False,
        "language_support": False,
        "parallel_group": False,
        "visibility": visibility,
        "status": "ongoing",
        "municipality_code": code,
        "address": "KANARIEgatan 1",
        "contact": "0709990001",
        "geometry": point(*at),
        "funding": "grant",
        "sessions": [(0, "", 10, 12), (2, "", 10, 12)],
        **more,
    }


SECRET_PLACE = (7777.0, 7777.0)


def activities() -> list[dict[str, Any]]:
    """One at its place, one at a distance, one at its municipality, one hidden, one that ended."""
    vague = {"organiser": "KANARIEföreningen", "organiser_type": "KANARIE", "grant_scheme": "KANARIE"}
    return [
        activity("Språkcafé", "0380", "exact", 10, UPPSALA),
        activity("Svenska på nätet", "0380", "exact", 5, UPPSALA, digital=True, geometry=None, sessions=[]),
        activity(
            "Kvinnogruppen", "0331", "municipality", 6, SECRET_PLACE, primary_purpose="Hälsa",
            sessions=[(1, "", 18, 20), (None, "2023-02-17", 9, 11)], **vague,
        ),
        activity("KANARIEhuset", "0305", "hidden", 50, HABO, primary_purpose="KANARIEsyfte"),
        activity("Den gamla kursen", "0305", "municipality", 30, HABO, valid_to="2022-12-16", **vague),
    ]  # fmt: skip


def register(rows: Sequence[dict[str, Any]]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The series and the sessions of rows as `activity` makes them."""
    columns = [name for name in (*SERIES_COLUMNS, "funding") if name != "geometry"]
    series = gpd.GeoDataFrame(
        pd.DataFrame([{name: row[name] for name in columns} for row in rows], columns=columns),
        geometry=[row["geometry"] for row in rows],
        crs=CRS,
    )
    sessions = pd.DataFrame(
        [
            (row["series_id"], weekday, day, start * 3600, end * 3600)
            for row in rows
            for weekday, day, start, end in row["sessions"]
        ],
        columns=list(SESSION_COLUMNS),
    ).astype({"weekday": "Int64"})
    return series, sessions


def decisions(*pairs: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """The register of corridors: from, to, first day, last day, reference."""
    return pd.DataFrame(
        pairs, columns=["from_code", "to_code", "valid_from", "valid_to", "reference"], dtype=str
    )


def municipalities() -> gpd.GeoDataFrame:
    """The point of each municipality: where people live, so that what is held there can be reached on foot."""
    rows = [
        {"county_code": code[:2], "municipality_code": code, "name": code, "point_x_m": EAST + x, "point_y_m": NORTH + y}
        for code, (x, y) in PLACES.items()
    ]  # fmt: skip
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=[point(*at) for at in PLACES.values()], crs=CRS)


def localities() -> gpd.GeoDataFrame:
    rows = [(f"T{code}", f"Tätort {code}", code, 1000) for code in PLACES]
    table = pd.DataFrame(rows, columns=["locality_code", "name", "municipality_code", "population"])
    return gpd.GeoDataFrame(table, geometry=[point(*at) for at in PLACES.values()], crs=CRS)


def feed() -> Feed:
    """One bus each way before and after the hours of 10 to 12, every day of both months."""
    first = date(2022, 12, 26)
    days = [(first + timedelta(days=n)).strftime("%Y%m%d") for n in range(70)]
    trips = {
        "a": line(("U", "9:00"), ("H", "9:20")),
        "b": line(("H", "9:00"), ("U", "9:20")),
        "c": line(("U", "12:15"), ("H", "12:35")),
        "d": line(("H", "12:15"), ("U", "12:35")),
    }
    return Feed({"U": UPPSALA, "H": HEBY}, trips, days=days)


def sites(x_m: float = 607_777.0, places: int = 20) -> Restricted[pd.DataFrame]:
    """Agency accommodation in Uppsala, as `merge_sites` gives it."""
    row = {
        "municipality_code": "0380",
        "places": places,
        "x_m": x_m,
        "y_m": 6_707_777.0,
        "file": "KANARIE.csv",
    }
    return Restricted(pd.DataFrame([row]))


ENTITLED = Share("eligible_share", "all", 1.0, 1.0, source="the test")
INTERNAL = Share("eligible_share", "all", 0.0, 0.123456, source="KANARIE", internal=True)


def inputs(folder: Path) -> Inputs:
    """What a board has."""
    series, sessions = register(activities())
    return Inputs(
        used=tuple(
            Input(kind, name, digest * 64, facts)
            for kind, name, digest, facts in (
                ("enrolment", "inskrivna.xlsx", "1", {"updated": "2023-03-01", "rows": 20, "months": [EARLIER, MONTH]}),
                ("activities", "KANARIE.xlsx", "2", {"rows": 5, "notes": {"without_sessions": 1}}),
                ("timetable", "tidtabell", "3", {"first_day": "2022-12-26", "operator": "A", "notes": {}}),
                ("corridors", "KANARIE.csv", "4", {"rows": 1}),
                ("sites", "KANARIE-boenden.csv", "5", {"rows": 1}),
                ("travel_compensation", "KANARIE-pengar.csv", "6", {"rows": 1}),
            )
        ),
        settings=replace(Settings(), shares=(ENTITLED, INTERNAL)),
        enrolment=enrolment(cells()),
        series=series,
        sessions=sessions,
        corridors=decisions(("0331", "0380", "2022-01-01", "2023-12-31", "dnr-9990002")),
        localities=localities(),
        network=network_of(feed(), folder),
        notes={"KANARIE": 1},
        optional=OptionalInputs(None, sites(), None, None, {}),
    )  # fmt: skip


def shown(board: Inputs, month: str = MONTH) -> PublicInputs:
    return public_inputs(board, municipalities(), month)


def made(
    board: Inputs, folder: Path, month: str = MONTH, before: tuple[str, pd.DataFrame] | None = None
) -> PublicMonth:
    """The public month in a workspace of its own, so that nothing is remembered from another."""
    return public_month(Workspace.create(folder), month, None, shown(board, month), before)
