"""What a county page is made of: the month's tables for one county, and the same numbers as people are shown them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geomatch.numbers import half_up, rounded_parts
from geomatch.plain import plain
from geomatch.settings import Settings
from geomatch.sources.study_hours import COURSES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geomatch.decisions.gather import Gathered

__all__ = [
    "GAP_PARTS",
    "PARTS",
    "SERVED_PARTS",
    "CountyFacts",
    "ShownMunicipality",
    "Similar",
    "SourceNote",
    "Studied",
    "Supply",
    "records",
    "shown_gap",
    "shown_municipalities",
    "shown_parts",
]

SERVED_PARTS = ("served_local", "served_by_corridor", "served_digital")
GAP_PARTS = ("in_reach_full", "corridor_not_open", "no_entitlement", "no_day_return")
PARTS = SERVED_PARTS + GAP_PARTS


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One source of the page.

    Attributes:
        kind: `enrolment`, `activities`, `localities`, `timetable`, `corridors`, `regions` or another word, shown as it is.
        file: File name, without folders.
        credit: Who is to be named, such as `Källa: Migrationsverket`; empty when nobody asks for it.
        period: The period it covers or the day it was updated, as text.
        sha256: Digest of the file; its first twelve signs are shown.
    """

    kind: str
    file: str
    credit: str = ""
    period: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class CountyFacts:
    """Everything one county page says. Tables may hold the whole country: the page takes its county's rows.

    Attributes:
        month: `YYYY-MM`.
        county_code: Two digits.
        county_name: Name with `län`.
        synthetic: The input is made up; the page says so in its title, on top and at its foot.
        municipalities: municipality_code, county_code, name, point_x_m, point_y_m, geometry (EPSG:3006), also of
            other counties: those are drawn grey.
        gaps: Table `gaps`.
        served: Table `served`.
        corridors: Table `corridors`.
        points: Table `points`.
        day_returns: Table `day_returns`.
        activities: Result of disclosure.visible_activities, and nothing else.
        sources: What the numbers come from.
        window: The dates and weeks that journeys were judged by, as text.
        notes: Assumptions with their counts, one sentence each, in the language of the page.
        settings: Settings of the run.
        county_need: The county's published total of enrolled persons, lowest and highest; None when there is none.
        changes: What changed since the month before, a paragraph each, in the language of the page; empty where that
            month is not computed.
        need: Rows of table `need` of the county, for the table of withheld counts; None leaves that out.
        study_hours: Table `study_hours`; None is the same as no rows.
        at_sites: Per municipality code, thousandths of persons placed at sites of agency accommodation, at low and high
            need. The sites themselves are not among `points`, nor their journeys among `day_returns`.
        equity: Table `equity`; None is the same as no rows.
        similar: Table `similar`, likewise.
        decided: Registers of decisions and compensation that the month was made from; None leaves their table out.
        served_by_purpose: Table `served_by_purpose`; None leaves the tables by purpose out.
    """

    month: str
    county_code: str
    county_name: str
    synthetic: bool
    municipalities: gpd.GeoDataFrame
    gaps: pd.DataFrame
    served: pd.DataFrame
    corridors: pd.DataFrame
    points: gpd.GeoDataFrame
    day_returns: pd.DataFrame
    activities: gpd.GeoDataFrame
    sources: tuple[SourceNote, ...]
    window: str
    notes: tuple[str, ...]
    settings: Settings
    county_need: tuple[int, int] | None = None
    changes: tuple[str, ...] = ()
    need: pd.DataFrame | None = None
    study_hours: pd.DataFrame | None = None
    at_sites: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    equity: pd.DataFrame | None = None
    similar: pd.DataFrame | None = None
    served_by_purpose: pd.DataFrame | None = None
    decided: Gathered | None = None

    def names(self) -> dict[str, str]:
        """Municipality names by code."""
        known = dict(zip(self.municipalities["municipality_code"], self.municipalities["name"], strict=True))
        known.update(zip(self.gaps["municipality_code"], self.gaps["name"], strict=True))
        return {str(code): plain(name) for code, name in known.items()}

    def own_gaps(self) -> pd.DataFrame:
        """Rows of `gaps` of the county."""
        return self.gaps[self.gaps["county_code"] == self.county_code]

    def own_points(self) -> gpd.GeoDataFrame:
        """Rows of `points` of the county."""
        return self.points[self.points["county_code"] == self.county_code]

    def own_corridors(self) -> pd.DataFrame:
        """Rows of `corridors` that start or end in the county."""
        return self.corridors[
            (self.corridors["from_code"].str[:2] == self.county_code)
            | (self.corridors["to_code"].str[:2] == self.county_code)
        ]

    def own_activities(self) -> gpd.GeoDataFrame:
        """Activities in the county or at the other end of one of its corridors."""
        near = set(self.own_corridors()["to_code"])
        codes = self.activities["municipality_code"]
        return self.activities[(codes.str[:2] == self.county_code) | codes.isin(near)]


@dataclass(frozen=True, slots=True)
class Supply:
    """What a municipality offers of what may be shown, in the window that journeys were judged by.

    Hidden activities are in none of the counts: laid beside the list of activities, a count with them would tell
    how many there are and where.

    Attributes:
        activities: Activities with sessions that take place there; one that is held at several places counts once.
        series: The places they are held at.
        places: How many can take part in each session, over `series`.
        digital: Activities at a distance; they are held nowhere and not among `activities`.
        idle: Activities without sessions in the window.
    """

    activities: int = 0
    series: int = 0
    places: int = 0
    digital: int = 0
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Studied:
    """What Folkbildningsrådet reports of one course in a municipality: name, period (YYYY-MM), hours, participants."""

    course: str
    first_month: str
    last_month: str
    hours: float
    participants: int


@dataclass(frozen=True, slots=True)
class Similar:
    """A municipality like another: its name, the share of its need that gets a place (bounds), and where they differ.

    Attributes:
        differs_in: The feature they differ most in, by its name in `geomatch.access.similar`. Its values are not
            here: those of journeys could tell of activities whose place is not shown.
    """

    name: str
    served_share: tuple[float, float]
    differs_in: str


@dataclass(frozen=True, slots=True)
class ShownMunicipality:
    """The numbers of one municipality as they are shown: whole persons, parts that add up.

    Attributes:
        need: Bounds of the persons enrolled.
        low, high: The parts at low and at high need; each adds up to those of `need` who are counted (adults, where
            a share of them is set).
        gap, gap_share, rank: Bounds.
        best_point, worst_point: Gap if all lived at one point.
        optima: The gap over all equally good allocations at low and at high need; None where there is one only.
        need_per_1000: `need` per 1,000 inhabitants, NaN where the population is not given.
        studied: Folkbildningsrådet's reports; they are no part of who gets a place.
        at_sites: Thousandths of persons placed at sites of agency accommodation, at low and at high need.
        similar: The municipalities most like it, the most alike first.
    """

    code: str
    name: str
    need: tuple[int, int]
    low: Mapping[str, int]
    high: Mapping[str, int]
    gap: tuple[int, int]
    gap_share: tuple[float, float]
    best_point: int
    worst_point: int
    optima: tuple[tuple[int, int], tuple[int, int]] | None
    rank: tuple[int, int]
    supply: Supply
    masked_cells: int
    location_unknown: bool
    representative_point: bool
    need_per_1000: tuple[float, float] = (math.nan, math.nan)
    studied: tuple[Studied, ...] = ()
    at_sites: tuple[int, int] = (0, 0)
    similar: tuple[Similar, ...] = ()

    @property
    def counted(self) -> tuple[int, int]:
        """Those of `need` who take part in the computation, at low and at high need."""
        return sum(self.low.values()), sum(self.high.values())


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as dicts by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def shown_parts(milli: Mapping[str, int]) -> dict[str, int]:
    """The parts in whole persons: the gap is rounded first, so that a larger gap never looks smaller."""
    total = half_up(sum(milli.values()))
    gap = half_up(sum(milli[name] for name in GAP_PARTS))
    served = rounded_parts([milli[name] for name in SERVED_PARTS], total - gap)
    rest = rounded_parts([milli[name] for name in GAP_PARTS], gap)
    return dict(zip(PARTS, [*served, *rest], strict=True))


def _shown_bound(bound_milli: int, milli: Mapping[str, int], shown: Mapping[str, int], *, up: bool) -> int:
    """A bound of the gap: as the sum of the parts shown where it is that sum, else rounded outwards."""
    if bound_milli == sum(milli[name] for name in GAP_PARTS):
        return sum(shown[name] for name in GAP_PARTS)
    return -(-bound_milli // 1000) if up else bound_milli // 1000


def shown_gap(
    bounds_milli: tuple[int, int], low: Mapping[str, int], high: Mapping[str, int]
) -> tuple[int, int]:
    """The bounds of a gap in whole persons, as every page and text shows them.

    Args:
        bounds_milli: Least and greatest gap, thousandths of persons.
        low: PARTS at low need, thousandths of persons.
        high: PARTS at high need.
    """
    return (
        _shown_bound(bounds_milli[0], low, shown_parts(low), up=False),
        _shown_bound(bounds_milli[1], high, shown_parts(high), up=True),
    )


def _outwards(row: Mapping[str, Any], end: str) -> tuple[int, int]:
    """Least and greatest gap over all optima at one end of need, in whole persons."""
    return int(row[f"gap_least_{end}_milli"]) // 1000, -(-int(row[f"gap_greatest_{end}_milli"]) // 1000)


def _supply_by_municipality(facts: CountyFacts) -> dict[str, Supply]:
    """Supply by municipality code, of the visible activities alone."""
    result = {}
    for code, rows in facts.own_activities().groupby("municipality_code", sort=True):
        digital = rows["digital"].astype(bool)
        held = rows[~digital & (rows["sessions_in_window"] > 0)]
        # One that is held at one of its places is not idle.
        idle = set(rows.loc[~digital, "activity_id"]) - set(held["activity_id"])
        result[str(code)] = Supply(
            activities=int(held["activity_id"].nunique()),
            series=len(held),
            places=int(held["places"].sum()),
            digital=int(rows.loc[digital, "activity_id"].nunique()),
            idle=len(idle),
        )
    return result


def _studied_by_municipality(facts: CountyFacts) -> dict[str, tuple[Studied, ...]]:
    """Folkbildningsrådet's reports by municipality code, in the order of the courses."""
    if facts.study_hours is None:
        return {}
    result: dict[str, tuple[Studied, ...]] = {}
    for row in records(facts.study_hours.sort_values(["municipality_code", "course"])):
        code = str(row["municipality_code"])
        one = Studied(
            COURSES[str(row["course"])],
            str(row["first_month"]),
            str(row["last_month"]),
            float(row["hours"]),
            int(row["participants"]),
        )
        result[code] = (*result.get(code, ()), one)
    return result


def _similar_by_municipality(facts: CountyFacts) -> dict[str, tuple[Similar, ...]]:
    """The municipalities most like each, the most alike first."""
    if facts.similar is None:
        return {}
    names = facts.names()
    result: dict[str, tuple[Similar, ...]] = {}
    for row in records(facts.similar.sort_values(["municipality_code", "rank"])):
        code, other = str(row["municipality_code"]), str(row["similar_code"])
        share = float(row["served_share_low"]), float(row["served_share_high"])
        one = Similar(names.get(other, other), share, str(row["differs_in"]))
        result[code] = (*result.get(code, ()), one)
    return result


def shown_municipalities(facts: CountyFacts) -> list[ShownMunicipality]:
    """The county's municipalities, largest possible gap first, then by lowest gap, name and code."""
    columns = [f"{name}_milli" for name in PARTS]
    sums: dict[tuple[Any, ...], dict[str, int]] = {}
    if len(facts.served):
        grouped = facts.served.groupby(["municipality_code", "scenario"], sort=True)[columns].sum()
        for key, values in zip(grouped.index, grouped.to_numpy(), strict=True):
            sums[key] = {name: int(value) for name, value in zip(PARTS, values, strict=True)}
    nobody = dict.fromkeys(PARTS, 0)
    supply = _supply_by_municipality(facts)
    studied = _studied_by_municipality(facts)
    similar = _similar_by_municipality(facts)
    result = []
    for row in records(facts.own_gaps()):
        code = str(row["municipality_code"])
        low_milli, high_milli = sums.get((code, "low"), nobody), sums.get((code, "high"), nobody)
        low, high = shown_parts(low_milli), shown_parts(high_milli)
        several = any(
            row[f"gap_least_{end}_milli"] != row[f"gap_greatest_{end}_milli"] for end in ("low", "high")
        )
        result.append(
            ShownMunicipality(
                code=code,
                name=plain(row["name"]),
                need=(int(row["need_low"]), int(row["need_high"])),
                low=low,
                high=high,
                gap=shown_gap((int(row["gap_low_milli"]), int(row["gap_high_milli"])), low_milli, high_milli),
                gap_share=(float(row["gap_share_low"]), float(row["gap_share_high"])),
                best_point=int(row["gap_best_point_milli"]) // 1000,
                worst_point=-(-int(row["gap_worst_point_milli"]) // 1000),
                optima=(_outwards(row, "low"), _outwards(row, "high")) if several else None,
                rank=(int(row["rank_best"]), int(row["rank_worst"])),
                supply=supply.get(code, Supply()),
                masked_cells=int(row["masked_cells"]),
                location_unknown=bool(row["location_unknown"]),
                representative_point=bool(row["representative_point"]),
                need_per_1000=(float(row["need_per_1000_low"]), float(row["need_per_1000_high"])),
                studied=studied.get(code, ()),
                at_sites=facts.at_sites.get(code, (0, 0)),
                similar=similar.get(code, ()),
            )
        )
    return sorted(result, key=lambda shown: (-shown.gap[1], -shown.gap[0], shown.name, shown.code))
