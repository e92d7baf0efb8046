"""Sweden-sized *results* from a seed: people at points, series with places, and the pairs that can be reached.

Everything but the municipalities' codes and where they lie is made up, and says so in every name. Nothing is routed:
how long a journey takes follows from the straight line and chance, so that pairs are dense around the large cities
and few in the north, as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.points import split_persons
from geomatch.settings import Settings, Share
from geomatch.sources.regions import municipalities
from geomatch.tables import ACTIVITIES, DAY_RETURNS, NEED, POINTS, TARGET_GROUPS, Table, conform

__all__ = ["COUNTIES", "Results", "counties_of_need", "generate", "settings"]

MONTH = "2026-02"
SEXES = ("women", "men")
GROUP_SHARES = (0.35, 0.45, 0.12, 0.08)
COUNTIES = (
    "25", "24", "23", "22", "21", "20", "19", "18", "17", "14", "13", "12", "10", "09", "08", "07", "06", "05",
    "04", "03", "01",
)  # fmt: skip
"""The 21 counties, from north to south-east; the largest three are not among the first."""


@dataclass(frozen=True)
class Results:
    """A month's results.

    Attributes:
        points: POINTS (EPSG:3006), a row per point and stratum.
        activities: ACTIVITIES (EPSG:3006).
        day_returns: DAY_RETURNS, reachable pairs only.
        need: NEED, a count per municipality and stratum.
        register: Corridors that are open: from_code, to_code, valid_from, valid_to, reference.
    """

    points: gpd.GeoDataFrame
    activities: gpd.GeoDataFrame
    day_returns: pd.DataFrame
    need: pd.DataFrame
    register: pd.DataFrame


def settings() -> Settings:
    """The default settings, with the eligible share of all groups known within 0.2-0.4 or 0.6-0.9."""
    shares = tuple(
        Share("eligible_share", group, *ends)
        for group, ends in zip(TARGET_GROUPS, ((0.2, 0.4), (0.6, 0.9), (0.6, 0.9), (0.2, 0.4)), strict=True)
    )
    return replace(Settings(), shares=shares)


def _filled(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`frame` as `table`; what nothing here depends on is empty, 0 or no."""
    nothing = {"text": "", "int": 0, "float": 0.0, "bool": False}
    rest = [column for column in table.columns if column.name not in frame.columns]
    return conform(frame.assign(**{column.name: nothing.get(column.kind) for column in rest}), table)


def _places(random: np.random.Generator, count: int) -> pd.DataFrame:
    """`count` places around the municipalities' points, more of them where more people are; one in each at least."""
    shapes = municipalities().sort_values("municipality_code")
    size = len(shapes)
    weight = random.lognormal(0.0, 0.8, size)
    owner = np.concatenate(
        [np.arange(size), random.choice(size, max(count - size, 0), p=weight / weight.sum())]
    )
    owner = np.sort(owner[:count])
    radius_m = random.gamma(2.0, 5000.0, count)
    angle = random.uniform(0, 2 * np.pi, count)
    return pd.DataFrame(
        {
            "municipality_code": shapes["municipality_code"].to_numpy()[owner],
            "x_m": shapes["point_x_m"].to_numpy(float)[owner] + radius_m * np.cos(angle),
            "y_m": shapes["point_y_m"].to_numpy(float)[owner] + radius_m * np.sin(angle),
        }
    )


def _need(random: np.random.Generator, codes: list[str], persons: int) -> pd.DataFrame:
    """Counts per municipality, target group and sex; those of 1-5 are withheld."""
    weight = random.lognormal(0.0, 1.0, len(codes))
    rows = []
    for code, share in zip(codes, weight / weight.sum(), strict=True):
        for group, of_group in zip(TARGET_GROUPS, GROUP_SHARES, strict=True):
            for sex in SEXES:
                count = int(random.poisson(persons * share * of_group / 2))
                masked = 1 <= count <= 5
                rows.append(
                    {
                        "month": MONTH, "county_code": code[:2], "municipality_code": code, "locality_code": "all",
                        "accommodation": "all", "target_group": group, "case_status": "all", "sex": sex,
                        "age_group": "all", "low": 1 if masked else count, "high": 5 if masked else count,
                        "masked": masked, "sign": ".." if masked else "", "published_low": 1 if masked else count,
                        "published_high": 5 if masked else count, "used": True, "source": "SYNTETISK",
                    }
                )  # fmt: skip
    return _filled(pd.DataFrame(rows), NEED)


def _points(random: np.random.Generator, need: pd.DataFrame, count: int) -> gpd.GeoDataFrame:
    places = _places(random, count)
    places["population"] = np.rint(random.lognormal(6.5, 1.3, count)).astype(int) + 1
    number = places.groupby("municipality_code").cumcount()
    places["locality_code"] = [f"T{n:03d}" for n in number]
    inside = dict(iter(places.groupby("municipality_code")))
    frames = []
    for row in need.itertuples():
        own = inside[row.municipality_code]
        weights = own["population"].tolist()
        frames.append(
            own.assign(
                target_group=row.target_group,
                sex=row.sex,
                need_low_milli=split_persons(1000 * row.low, weights),
                need_high_milli=split_persons(1000 * row.high, weights),
            )
        )
    table = pd.concat(frames, ignore_index=True)
    table["point_id"] = table["municipality_code"] + "/" + table["locality_code"]
    table = table.assign(
        month=MONTH, county_code=table["municipality_code"].str[:2], name="SYNTETISK " + table["point_id"],
        kind="locality", location_unknown=False,
    )  # fmt: skip
    geometry = gpd.points_from_xy(table.pop("x_m"), table.pop("y_m"), crs=3006)
    return gpd.GeoDataFrame(_filled(table.assign(geometry=geometry), POINTS), geometry="geometry", crs=3006)


def _activities(random: np.random.Generator, count: int, places: int) -> gpd.GeoDataFrame:
    table = _places(random, count)
    weight = random.gamma(3.0, 1.0, count)
    table = table.assign(
        series_id=[f"syntetisk-{n:05d}" for n in range(count)],
        activity_id=[f"syntetisk-{n:05d}" for n in range(count)],
        name=[f"SYNTETISK insats {n}" for n in range(count)],
        organiser="SYNTETISK", organiser_type="", grant_scheme="TIA", primary_purpose="svenska",
        secondary_purposes="",
        target_groups=random.choice(
            ["all", "asylum_seeker", "temporary_protection", "asylum_seeker;permit_awaiting_settlement"],
            count, p=[0.7, 0.12, 0.1, 0.08],
        ),
        sex=random.choice(["all", "women", "men"], count, p=[0.85, 0.12, 0.03]),
        places=split_persons(places, np.rint(weight * 1000).astype(int).tolist()),
        month=MONTH, valid_from="2026-01-01", valid_to="", digital=False, childcare=False, language_support=False,
        parallel_group=False, visibility="exact", status="ongoing", sessions_text="", sessions_in_window=8,
        sessions_on_holidays=0, sessions_assumed=False,
    )  # fmt: skip
    geometry = gpd.points_from_xy(table.pop("x_m"), table.pop("y_m"), crs=3006)
    return gpd.GeoDataFrame(
        _filled(table.assign(geometry=geometry), ACTIVITIES), geometry="geometry", crs=3006
    )


def _day_returns(
    random: np.random.Generator, points: gpd.GeoDataFrame, activities: gpd.GeoDataFrame, count: int
) -> pd.DataFrame:
    """The `count` pairs with the shortest journeys; the longest of them takes 90 minutes."""
    places = points.drop_duplicates("point_id")
    start = np.column_stack([places.geometry.x, places.geometry.y])
    end = np.column_stack([activities.geometry.x, activities.geometry.y])
    km = np.hypot(*(start[:, None, :] - end[None, :, :]).transpose(2, 0, 1)) / 1000
    minutes = (5 + km * 1.3) * random.lognormal(0.0, 0.25, km.shape)
    chosen = np.sort(np.argpartition(minutes.ravel(), count - 1)[:count])
    travel = minutes.ravel()[chosen]
    round_trip_s = np.maximum(np.rint(travel / travel.max() * 90 * 120), 2).astype(int)
    travel_min = round_trip_s / 120
    point, series = np.divmod(chosen, len(activities))
    reached = random.integers(7, 9, count)
    half_hour = np.full(count, 120.0)
    table = pd.DataFrame(
        {
            "month": MONTH,
            "point_id": places["point_id"].to_numpy()[point],
            "series_id": activities["series_id"].to_numpy()[series],
            "from_code": places["municipality_code"].to_numpy()[point],
            "to_code": activities["municipality_code"].to_numpy()[series],
            "sessions": 8, "sessions_reachable": reached, "session_share": reached / 8, "reachable": True,
            "travel_min": travel_min, "round_trip_s": pd.array(round_trip_s, dtype="Int64"),
            **{f"{leg}_min_{stat}": travel_min for leg in ("out", "home") for stat in ("median", "min", "max")},
            **{f"away_min_{stat}": 2 * travel_min + half_hour for stat in ("median", "min", "max")},
            "transfers": pd.array(random.integers(0, 4, count), dtype="Int64"), "walk_m": 800.0, "wait_min": 5.0,
            "walk_only": pd.array(np.zeros(count, dtype=bool), dtype="boolean"), "tightest_change_min": np.nan,
            "booking_needed": random.random(count) < 0.05, "last_way_home_share": 0.1,
            "last_way_home_tight": random.random(count) < 0.05, "sessions_per_week": reached / 4, "reason": "",
        }
    )  # fmt: skip
    return _filled(table, DAY_RETURNS)


def _register(random: np.random.Generator, day_returns: pd.DataFrame, count: int) -> pd.DataFrame:
    """`count` pairs of municipalities with ways between them, open the whole year."""
    away = day_returns[day_returns["from_code"] != day_returns["to_code"]]
    pairs = away[["from_code", "to_code"]].drop_duplicates().sort_values(["from_code", "to_code"])
    chosen = pairs.iloc[np.sort(random.choice(len(pairs), min(count, len(pairs)), replace=False))]
    return chosen.assign(valid_from="2026-01-01", valid_to="2026-12-31", reference="SYNTETISK").reset_index(
        drop=True
    )


@cache
def generate(
    seed: int = 1,
    *,
    points: int = 3000,
    series: int = 1500,
    pairs: int = 300_000,
    persons: int = 45_000,
    places: int = 30_000,
    corridors: int = 600,
) -> Results:
    """Results of the size asked for; the same seed gives the same tables.

    Args:
        seed: Of numpy's PCG64.
        points: Demand points, at least one per municipality.
        series: Series with a place.
        pairs: Reachable pairs of a point and a series.
        persons: Persons enrolled, about.
        places: Places of all series together.
        corridors: Pairs of municipalities that are open.
    """
    random = np.random.default_rng(seed)
    need = _need(random, sorted(municipalities()["municipality_code"]), persons)
    all_points = _points(random, need, points)
    activities = _activities(random, series, places)
    day_returns = _day_returns(random, all_points, activities, pairs)
    return Results(all_points, activities, day_returns, need, _register(random, day_returns, corridors))


def counties_of_need(results: Results, count: int) -> Results:
    """The same with the people of the first `count` of COUNTIES only; activities stay as they are."""
    kept = COUNTIES[:count]
    points = results.points[results.points["county_code"].isin(kept)].reset_index(drop=True)
    returns = results.day_returns[results.day_returns["from_code"].str[:2].isin(kept)].reset_index(drop=True)
    need = results.need[results.need["county_code"].isin(kept)].reset_index(drop=True)
    return replace(results, points=points, day_returns=returns, need=need)
