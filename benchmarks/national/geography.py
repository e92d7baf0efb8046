"""Where the made-up stops lie: towns as rings of stops round a hub, and straight roads between towns.

Everything follows from the shapes that geomatch ships: the places with their population, and the land of the
municipalities. All coordinates here are metres in EPSG:3006.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import Delaunay

from geomatch.sources.places import embedded_localities
from geomatch.sources.regions import municipalities

__all__ = [
    "BIG_AREAS",
    "Areas",
    "distance_m",
    "gabriel_pairs",
    "make_areas",
    "on_land",
    "read_places",
    "seat_of",
    "segment",
    "through_towns",
    "town_path",
]

# A stop area in a town for each so many inhabitants, and metres between the rings, at full size.
PEOPLE_PER_STOP = 450.0
RING_M = 480.0
# Straight distance between stops along a road out of town.
ROAD_STOPS_M = (600.0, 1500.0)
# Salem has no place of its own in the shipped localities: its point and a middling population stand in.
MISSING_PLACE_POPULATION = 5_000
# The largest towns with what lies round them: municipality whose hub is the middle, radius in metres.
BIG_AREAS = {"Stockholm": ("0180", 45_000.0), "Göteborg": ("1480", 32_000.0), "Malmö": ("1280", 32_000.0)}
BETWEEN_TOWNS = 1.12


def read_places() -> pd.DataFrame:
    """Every place a stop can be named after.

    Returns:
        name, municipality_code, county_code, population, x_m, y_m (hub, EPSG:3006), centre (largest of its
        municipality), rings (of stops round the hub), ring_m (between rings), big (one of `BIG_AREAS` or ""). By
        municipality, the largest first; all 290 municipalities. No nulls. `rings` are those of scale 1.
    """
    localities = embedded_localities()
    table = pd.DataFrame(
        {
            "name": localities["name"].str.replace(",", "").to_numpy(dtype=object),
            "municipality_code": localities["municipality_code"].to_numpy(dtype=object),
            "county_code": localities["county_code"].to_numpy(dtype=object),
            "population": localities["population"].to_numpy(np.int64),
            "x_m": localities.geometry.x.to_numpy(),
            "y_m": localities.geometry.y.to_numpy(),
        }
    )
    land = municipalities()
    bare = land[~land["municipality_code"].isin(table["municipality_code"])]
    stand_in = pd.DataFrame(
        {
            "name": bare["name"].to_numpy(dtype=object),
            "municipality_code": bare["municipality_code"].to_numpy(dtype=object),
            "county_code": bare["county_code"].to_numpy(dtype=object),
            "population": MISSING_PLACE_POPULATION,
            "x_m": bare["point_x_m"].to_numpy(float),
            "y_m": bare["point_y_m"].to_numpy(float),
        }
    )
    table = pd.concat([table, stand_in], ignore_index=True)
    table = table.sort_values(
        ["municipality_code", "population", "name"], ascending=[True, False, True], kind="stable"
    ).reset_index(drop=True)
    table["centre"] = ~table.duplicated("municipality_code")
    table["big"] = ""
    for name, (code, radius_m) in BIG_AREAS.items():
        middle = table[table["centre"] & (table["municipality_code"] == code)].iloc[0]
        near = np.hypot(table["x_m"] - middle["x_m"], table["y_m"] - middle["y_m"]) <= radius_m
        table.loc[near & (table["big"] == ""), "big"] = name
    return table


def ring_sizes(population: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Rings of each town and the metres between them; a smaller scale has fewer rings over the same ground."""
    full = np.maximum(np.round(np.sqrt(population / PEOPLE_PER_STOP / 3)), 1)
    rings = np.maximum(np.round(full * np.sqrt(scale)), 1)
    return rings.astype(np.int64), full * RING_M / rings


@dataclass
class Areas:
    """Stop areas (stations), first those of towns in the order of `places`, then those along roads.

    Attributes:
        places: As `read_places` gives them, with rings and ring_m of the scale.
        first: For each place the number of its hub; ring k, seat j is `first + 1 + 3 k (k - 1) + j`.
        x_m: Of each area.
        y_m: Of each area.
        place: Place it is named after.
        usable: False in the water.
        roads: (place, place), the lower first -> the areas along the road from the first to the second.
    """

    places: pd.DataFrame
    first: np.ndarray
    x_m: np.ndarray
    y_m: np.ndarray
    place: np.ndarray
    usable: np.ndarray
    roads: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)


def make_areas(places: pd.DataFrame, scale: float, rng: np.random.Generator) -> Areas:
    """The stop areas of all towns: a hub and six more seats in each further ring, each moved a little."""
    rings, ring_m = ring_sizes(places["population"].to_numpy(float), scale)
    places = places.assign(rings=rings, ring_m=ring_m)
    size = 1 + 3 * rings * (rings + 1)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    place = np.repeat(np.arange(len(places)), size)
    within = np.arange(len(place)) - first[place]
    ring = np.ceil((np.sqrt(12 * within + 9) - 3) / 6 - 1e-9).astype(np.int64)
    seat = within - 1 - 3 * ring * (ring - 1)
    angle = 2 * np.pi * (seat + 0.5 * (ring % 2)) / np.maximum(6 * ring, 1)
    off_m = np.where(ring > 0, 0.18 * ring_m[place], 0.0)
    x_m = places["x_m"].to_numpy()[place] + ring * ring_m[place] * np.cos(angle)
    y_m = places["y_m"].to_numpy()[place] + ring * ring_m[place] * np.sin(angle)
    x_m = x_m + off_m * (2 * rng.random(len(place)) - 1)
    y_m = y_m + off_m * (2 * rng.random(len(place)) - 1)
    usable = on_land(x_m, y_m) | (ring == 0)
    return Areas(places, first, x_m, y_m, place, usable)


def on_land(x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    """Whether each point is inside some municipality of the shipped, generalised shapes."""
    table = municipalities()
    found = table.sindex.query(shapely.points(x_m, y_m), predicate="within")
    inside = np.zeros(len(x_m), dtype=bool)
    inside[found[0]] = True
    return inside


def distance_m(places: pd.DataFrame, one: int, other: int) -> float:
    """Straight line between two hubs."""
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    return float(np.hypot(x_m[one] - x_m[other], y_m[one] - y_m[other]))


def seat_of(areas: Areas, place: int, ring: int, angle: float) -> int:
    """The area of ring `ring` of a town in the direction `angle` (radians, 0 to the east)."""
    if ring == 0:
        return int(areas.first[place])
    seats = 6 * ring
    seat = round(angle / (2 * np.pi) * seats - 0.5 * (ring % 2)) % seats
    return int(areas.first[place]) + 1 + 3 * ring * (ring - 1) + int(seat)


def town_path(areas: Areas, place: int, angle: float, far_ring: int, step: int = 1) -> list[int]:
    """From the hub (left out) to ring `far_ring` in one direction, calling at each `step`-th ring."""
    path = [seat_of(areas, place, ring, angle) for ring in range(step, far_ring + 1, step)]
    return [area for area in path if areas.usable[area]]


def segment(
    areas: Areas, one: int, other: int, rng: np.random.Generator, spacing: float, *, towns: bool = True
) -> list[int]:
    """The areas from hub `one` to hub `other`, both included, along the straight road between them.

    In the towns the road uses the towns' own stops (every second ring); between them it has stops of its own,
    600-1500 m apart times `spacing`, made when the road is first asked for and shared by all its lines.
    """
    places = areas.places
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    rings, ring_m = places["rings"].to_numpy(), places["ring_m"].to_numpy()
    far_m = distance_m(places, one, other)
    angle = float(np.arctan2(y_m[other] - y_m[one], x_m[other] - x_m[one]))
    reach = [min(int(rings[p]), int(0.45 * far_m / ring_m[p])) for p in (one, other)]
    key = (min(one, other), max(one, other))
    if key not in areas.roads:
        low, high = key
        edge = {one: reach[0] * ring_m[one], other: reach[1] * ring_m[other]}
        start, stop = edge[low] + 700.0, far_m - edge[high] - 600.0
        steps = spacing * (ROAD_STOPS_M[0] + (ROAD_STOPS_M[1] - ROAD_STOPS_M[0]) * rng.random(400))
        along = start + np.concatenate([[0.0], np.cumsum(steps)])
        along = along[along < stop]
        way = np.array([x_m[high] - x_m[low], y_m[high] - y_m[low]]) / max(far_m, 1.0)
        aside = 250.0 * np.sin(along / 2300.0 + 6 * rng.random()) * np.sin(np.pi * along / max(far_m, 1.0))
        new_x, new_y = x_m[low] + along * way[0] - aside * way[1], y_m[low] + along * way[1] + aside * way[0]
        areas.roads[key] = np.arange(len(areas.x_m), len(areas.x_m) + len(along))
        areas.x_m, areas.y_m = np.concatenate([areas.x_m, new_x]), np.concatenate([areas.y_m, new_y])
        areas.place = np.concatenate([areas.place, np.where(along < far_m / 2, low, high)])
        areas.usable = np.concatenate([areas.usable, on_land(new_x, new_y)])
    road = areas.roads[key] if key[0] == one else areas.roads[key][::-1]
    leaving = town_path(areas, one, angle, reach[0], 2) if towns else []
    entering = town_path(areas, other, angle + np.pi, reach[1], 2)[::-1] if towns else []
    middle = [int(area) for area in road if areas.usable[area]]
    return [int(areas.first[one]), *leaving, *middle, *entering, int(areas.first[other])]


def through_towns(places: pd.DataFrame, one: int, other: int, among: np.ndarray) -> list[int]:
    """The places a road from `one` to `other` passes: those of `among` that cost a detour of at most 12 %."""
    x_m, y_m = places["x_m"].to_numpy(), places["y_m"].to_numpy()
    far_m = distance_m(places, one, other)
    to_one = np.hypot(x_m[among] - x_m[one], y_m[among] - y_m[one])
    to_other = np.hypot(x_m[among] - x_m[other], y_m[among] - y_m[other])
    near = among[(to_one + to_other <= BETWEEN_TOWNS * far_m) & (among != one) & (among != other)]
    way = np.array([x_m[other] - x_m[one], y_m[other] - y_m[one]]) / max(far_m, 1.0)
    along = (x_m[near] - x_m[one]) * way[0] + (y_m[near] - y_m[one]) * way[1]
    path, last_m = [one], 0.0
    for place, at_m in sorted(zip(near.tolist(), along.tolist(), strict=True), key=lambda pair: pair[::-1]):
        # Places beside each other along the road would make the line zigzag.
        if at_m - last_m > 2_000 and far_m - at_m > 2_000:
            path.append(int(place))
            last_m = at_m
    return [*path, other]


def gabriel_pairs(x_m: np.ndarray, y_m: np.ndarray, most_m: float) -> list[tuple[int, int]]:
    """Neighbours: pairs with no third point in the circle over them (Gabriel 1969), at most `most_m` apart.

    A point whose neighbours all lie farther keeps the nearest of them.
    """
    triangles = Delaunay(np.column_stack([x_m, y_m])).simplices
    pairs = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    mid_x, mid_y = x_m[pairs].mean(axis=1), y_m[pairs].mean(axis=1)
    apart = np.hypot(np.diff(x_m[pairs])[:, 0], np.diff(y_m[pairs])[:, 0])
    nearest = np.hypot(mid_x[:, None] - x_m[None, :], mid_y[:, None] - y_m[None, :]).min(axis=1)
    keep = nearest >= apart / 2 - 1e-6
    near = keep & (apart <= most_m)
    lonely = np.setdiff1d(np.arange(len(x_m)), pairs[near])
    for point in lonely:
        own = np.flatnonzero(keep & (pairs == point).any(axis=1))
        near[own[np.argmin(apart[own])]] = True
    return [(int(a), int(b)) for a, b in pairs[near]]
