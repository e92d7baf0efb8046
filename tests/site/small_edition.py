"""A published month small enough to be worked out by hand: two counties, five municipalities, three activities."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES, conform_public
from geomatch.settings import SiteSettings
from geomatch.site.context import SiteContext, read_names

JOKKMOKK, GALLIVARE, LULEA, UMEA, VINDELN = "2510", "2523", "2580", "2480", "2404"
# low, high, sign
Figure = tuple[int | None, int | None, str]
WITHHELD: Figure = (None, None, "..")
UNKNOWN: Figure = (None, None, "-")


def known(low: int, high: int | None = None) -> Figure:
    """A figure with a number."""
    return low, low if high is None else high, ""


def _cells(stem: str, figure: Figure) -> dict[str, Any]:
    return dict(zip((f"{stem}_low", f"{stem}_high", f"{stem}_sign"), figure, strict=True))


def area(
    code: str,
    name: str,
    need: Figure,
    gap: Figure,
    places: int,
    need_change: Figure = UNKNOWN,
    gap_change: Figure = UNKNOWN,
    places_change: int | None = None,
    *,
    series: int = 1,
    far: Figure | None = None,
    before: str = "2026-01",
    month: str = "2026-02",
) -> dict[str, Any]:
    """A row of `areas`: shares are those of its figures, what else it has is left out."""
    level = "country" if code == "00" else "county" if len(code) == 2 else "municipality"
    share: dict[str, float | None] = {"gap_share_low": None, "gap_share_high": None}
    if not need[2] and not gap[2] and need[0] and need[1]:
        share = {"gap_share_low": (gap[0] or 0) / need[1], "gap_share_high": (gap[1] or 0) / need[0]}
    blank = {
        column.name: "" if column.kind == "text" else None
        for column in PUBLIC_TABLES["areas"].columns
        if column.kind == "text" or column.kind.endswith("?")
    }
    return {
        **blank,
        "month": month,
        "level": level,
        "area_code": code,
        "name": name,
        "municipalities": {"00": 5, "25": 3, "24": 2}.get(code, 1),
        **_cells("need", need),
        **_cells("women", UNKNOWN),
        **_cells("men", UNKNOWN),
        "series": series,
        "places": places,
        **_cells("gap", gap),
        **share,
        **_cells("no_day_return", far or known(0)),
        "before": before,
        **_cells("need_change", need_change),
        **_cells("gap_change", gap_change),
        "places_change": places_change,
    }


AREAS = [
    area("00", "", known(1300, 1305), known(100, 104), 90, known(12, 17), known(-3, 9), 10, series=3, far=known(7)),
    area("25", "Norrbottens län", known(1200, 1205), known(60, 64), 60, known(7, 12), known(-3, 5), 10, series=2, far=known(7)),
    area(JOKKMOKK, "Jokkmokk", known(33), known(33), 12, known(-2), known(-2), 0, far=known(7)),
    area(GALLIVARE, "Gällivare", WITHHELD, WITHHELD, 0, WITHHELD, WITHHELD, 0, series=0),
    area(LULEA, "Luleå", known(164), known(25, 29), 48, known(9), known(4, 9), 10),
    area("24", "Västerbottens län", known(100), known(40), 30, known(5), known(4), 0),
    area(UMEA, "Umeå", known(90), known(34), 30, known(-4), known(4), 0),
    area(VINDELN, "Vindeln", known(10), known(6), 0, known(9), known(-2, 3), -6, series=0),
]  # fmt: skip


def activity(number: str, code: str, name: str, **others: Any) -> dict[str, Any]:
    """A row of `activities`."""
    return {
        "month": "2026-02", "activity": number, "county_code": code[:2], "municipality_code": code, "name": name,
        "organiser": "Studieförbundet Exempel", "primary_purpose": "Svenska", "secondary_purposes": "",
        "target_groups": "all", "sex": "all", "places": 12, "childcare": True, "language_support": False,
        "parallel_group": False, "digital": False, "shown_at": "place", "times": "mon 10:00-12:00",
        "valid_from": "2026-01-12", "valid_to": "", "sessions": 3,
        "x_m": 663083.0, "y_m": 7425443.0, "longitude": 18.7272, "latitude": 66.903, **others,
    }  # fmt: skip


ACTIVITIES = [
    activity("a00001", JOKKMOKK, "Språkstugan"),
    activity("a00002", LULEA, '=HYPERLINK("http://x","y")', digital=True, shown_at="nowhere",
             x_m=None, y_m=None, longitude=None, latitude=None),
    activity("a00003", UMEA, "-", sessions=None, shown_at="municipality"),
]  # fmt: skip


def corridor(origin: str, target: str, status: str, verdict: str, gain: Figure) -> dict[str, Any]:
    """A row of `corridors`."""
    return {
        "month": "2026-02", "from_code": origin, "to_code": target, "status": status, "verdict": verdict,
        "reasons": "gain_too_small;too_long", **_cells("gain", gain), **_cells("entitled_unserved", UNKNOWN),
        "travel_best_min": 82.25, "travel_median_min": None, "sessions_per_week": 4.0, "transfers": 0,
        "booking_needed": False, "last_way_home_tight": True,
    }  # fmt: skip


CORRIDORS = [
    corridor(JOKKMOKK, GALLIVARE, "candidate", "recommended", known(9, 13)),
    corridor(VINDELN, LULEA, "open", "not_recommended", known(0)),
    corridor(VINDELN, UMEA, "open", "possible", WITHHELD),
]


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = PUBLIC_TABLES[name]
    return conform_public(pd.DataFrame(rows, columns=table.names), table)


def small(
    *,
    month: str = "2026-02",
    number: int = 1,
    note: str = "",
    synthetic: bool = False,
    areas: list[dict[str, Any]] | None = None,
    activities: list[dict[str, Any]] | None = None,
    county: str | None = None,
    updated: str = "2026-03-04",
) -> Edition:
    """An edition of the hand-made month, with other rows where they are given."""
    rows = AREAS if areas is None else areas
    purposes = [
        {"month": month, "level": "county", "area_code": code, "purpose": purpose, "series": 1, "places": places}
        for code, purpose, places in (("25", "Svenska", 48), ("25", "Hälsa", 12), ("24", "Svenska", 30))
    ]  # fmt: skip
    groups = [
        {"month": month, "level": "county", "area_code": code, "name": "", "dimension": "sex", "group": "women",
         **_cells("persons", figure)}
        for code, figure in (("25", known(80, 84)), ("24", WITHHELD))
    ]  # fmt: skip
    ways = [
        {"month": month, "activity": one, "from_code": VINDELN, "from_name": "Vindeln", "travel_min": 70.95,
         "transfers": None, "walk_m": 291.175396, "sessions_per_week": 2.0, "last_way_home": False}
        for one in ("a00001", "a00003")
    ]  # fmt: skip
    similar = [
        {"month": month, "municipality_code": code, "rank": 1, "similar_code": other, "differs_in": "persons"}
        for code, other in ((JOKKMOKK, VINDELN), (VINDELN, JOKKMOKK))
    ]
    surface = [
        {"month": month, "x_m": x_m, "y_m": 7426000.0, "cell_m": 2000.0, "municipality_code": code, "travel_min": travel_min}
        for x_m, code, travel_min in ((663000.0, JOKKMOKK, 12), (665000.0, JOKKMOKK, 34), (735000.0, VINDELN, 61))
    ]  # fmt: skip
    tables = {
        "areas": _frame("areas", [row | {"month": month} for row in rows]),
        "groups": _frame("groups", groups),
        "activities": _frame("activities", ACTIVITIES if activities is None else activities),
        "ways": _frame("ways", ways),
        "corridors": _frame("corridors", CORRIDORS),
        "similar": _frame("similar", similar),
        "purposes": _frame("purposes", purposes),
        "surface": _frame("surface", surface),
    }
    facts = {
        "county": county,
        "updated": updated,
        "sources": [
            {"kind": "enrolment", "file": "inskrivna-2026-02.xlsx", "sha256": "ab" * 32,
             "facts": {"months": [month], "updated": updated}},
            {"kind": "timetable", "file": "gtfs.zip", "sha256": "cd" * 32,
             "facts": {"first_day": "2025-12-14", "last_day": "2026-06-13"}},
        ],
    }  # fmt: skip
    notes = dict.fromkeys(range(1, number), "")
    return Edition(
        month, number, note, synthetic, f"digest of {month} {number}", facts, tables, {**notes, number: note}
    )


def context(language: str = "sv", **site: str) -> SiteContext:
    """A site with an address and a contact unless they are given."""
    settings = {"address": "https://insatser.example.se", "contact_email": "data@example.se", **site}
    return SiteContext(SiteSettings(**settings), language, ("2026-01", "2026-02"), {}, read_names())
