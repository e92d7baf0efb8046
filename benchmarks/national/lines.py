"""The made-up lines: town lines, regional lines, lines to the villages, expresses, trains, and those to be booked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.national.geography import (
    Areas,
    distance_m,
    gabriel_pairs,
    make_areas,
    read_places,
    seat_of,
    segment,
    through_towns,
    town_path,
)

__all__ = ["Line", "line_table", "make_lines"]

BUS, EXPRESS_BUS, TRAIN, FAST_TRAIN, METRO, TRAM = "700", "702", "106", "102", "401", "900"
BOOKED_BUS, BOOKED_TAXI = "717", "1501"
# Towns with metro or trams: municipality of the hub, GTFS route type, how many lines.
TRACKS = {"0180": (METRO, 9), "1480": (TRAM, 9), "0581": (TRAM, 2)}
EXPRESS_TOWN, TRAIN_TOWN, FAST_TOWN, CITY = 15_000, 8_000, 35_000, 25_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its stop areas in order, and how often it runs.

    Attributes:
        name: What is written on the vehicle.
        kind: town, track, village, regional, express, train, booked.
        county: Two digits; "00" for trains.
        route_type: GTFS route type.
        areas: Numbers of the stop areas, first to last; a loop ends where it began.
        per_weekday: Departures in each direction on a weekday before the whole feed is scaled to its size.
        speed_kmh: Between stops, over the ground.
        big: It runs in one of the big town areas.
    """

    name: str
    kind: str
    county: str
    route_type: str
    areas: tuple[int, ...]
    per_weekday: float
    speed_kmh: float
    big: bool


class _Maker:
    """Collects the lines while they are laid out; ends without two different stops make no line."""

    def __init__(self, areas: Areas, rng: np.random.Generator, spacing: float) -> None:
        self.areas, self.rng, self.spacing = areas, rng, spacing
        self.places = areas.places
        self.population = areas.places["population"].to_numpy(float)
        self.big = (areas.places["big"] != "").to_numpy()
        self.county = areas.places["county_code"].to_numpy()
        self.names = areas.places["name"].to_numpy()
        self.lines: list[Line] = []
        self.numbers: dict[str, int] = {}

    def add(
        self,
        kind: str,
        place: int,
        route_type: str,
        path: list[int],
        per_weekday: float,
        speed_kmh: float,
        county: str = "",
    ) -> None:
        """A line of the county of `place`, numbered in the order in which they come."""
        stops = [area for number, area in enumerate(path) if number == 0 or area != path[number - 1]]
        if len(stops) < 2:
            return
        county = county or str(self.county[place])
        number = self.numbers[county] = self.numbers.get(county, 0) + 1
        self.lines.append(
            Line(
                str(number),
                kind,
                county,
                route_type,
                tuple(stops),
                per_weekday,
                speed_kmh,
                bool(self.big[place]),
            )
        )

    def road(self, towns: list[int], *, in_towns: bool = True) -> list[int]:
        """The areas along a road through several places."""
        path = [int(self.areas.first[towns[0]])]
        for one, other in pairwise(towns):
            path += segment(self.areas, one, other, self.rng, self.spacing, towns=in_towns)[1:]
        return path


def _town_lines(maker: _Maker) -> None:
    """Rays from the hub, joined in pairs in small towns, and arcs and loops round it."""
    areas = maker.areas
    rings = maker.places["rings"].to_numpy()
    codes, centre = maker.places["municipality_code"].to_numpy(), maker.places["centre"].to_numpy()
    for place in np.flatnonzero((rings >= 2) | centre).tolist():
        size, people = int(rings[place]), maker.population[place]
        often = 8.0 + 0.17 * np.sqrt(people)
        hub = int(areas.first[place])
        if size < 2:
            loop = [seat_of(areas, place, 1, np.pi / 3 * turn) for turn in range(6)]
            maker.add("town", place, BUS, [hub, *(a for a in loop if areas.usable[a]), hub], 8.0, 24.0)
            continue
        rays = 2 * round(1.3 * size) if size <= 9 else round(4.4 * size)
        turn = maker.rng.random() * 2 * np.pi
        out = [town_path(areas, place, turn + 2 * np.pi * ray / rays, size) for ray in range(rays)]
        kind, tracks = TRACKS.get(str(codes[place]), ("", 0)) if centre[place] else ("", 0)
        for track in range(tracks):
            angle = turn + np.pi * track / tracks
            path = [*town_path(areas, place, angle, size, 2)[::-1], hub]
            path += town_path(areas, place, angle + np.pi, size, 2)
            maker.add("track", place, kind, path, 1.3 * often, 34.0 if kind == METRO else 24.0)
        if size <= 9:
            for ray in range(rays // 2):
                path = [*out[ray][::-1], hub, *out[ray + rays // 2]]
                maker.add("town", place, BUS, path, often * (0.7 + 0.6 * maker.rng.random()), 25.0)
        else:
            for ray in range(rays):
                maker.add(
                    "town", place, BUS, [hub, *out[ray]], often * (0.7 + 0.6 * maker.rng.random()), 23.0
                )
        for ring in sorted({max(size // 3, 2), max(2 * size // 3, 2), size} if size >= 4 else {size}):
            seats = 6 * ring
            arc = max(min(seats, 18), 6)
            for start in range(0, seats, arc):
                turns = [2 * np.pi * (start + step) / seats for step in range(min(arc, seats - start) + 1)]
                path = [seat_of(areas, place, ring, angle) for angle in turns]
                usable = [area for area in path if areas.usable[area]]
                maker.add("town", place, BUS, usable, often * 0.5, 25.0)


def _village_lines(maker: _Maker) -> None:
    """Each place with its municipality's centre, over the places between; the smallest must be booked."""
    places, rng = maker.places, maker.rng
    codes, centre = places["municipality_code"].to_numpy(), places["centre"].to_numpy()
    for centre_place in np.flatnonzero(centre).tolist():
        own = np.flatnonzero(codes == codes[centre_place])
        for place in own[own != centre_place].tolist():
            far_m = distance_m(places, centre_place, place)
            if far_m < 1_500:
                continue
            towns = through_towns(places, centre_place, place, own)
            path = maker.road(towns)
            people = maker.population[place]
            if people < 900 and rng.random() < 0.45 and not maker.big[place]:
                kind = BOOKED_TAXI if rng.random() < 0.5 else BOOKED_BUS
                maker.add("booked", place, kind, path[:: max(len(path) // 8, 1)], 4.0, 50.0)
                people = people / 2
            often = 5.0 + 0.28 * np.sqrt(people) * (2.0 if maker.big[place] else 1.0)
            maker.add("village", place, BUS, path, often, 46.0)


def _regional_lines(maker: _Maker) -> None:
    """Between neighbouring municipality centres, over the places along the road."""
    places = maker.places
    centres = np.flatnonzero(places["centre"].to_numpy())
    x_m, y_m = places["x_m"].to_numpy()[centres], places["y_m"].to_numpy()[centres]
    everywhere = np.arange(len(places))
    for a, b in gabriel_pairs(x_m, y_m, 120_000.0):
        one, other = int(centres[a]), int(centres[b])
        far_km = distance_m(places, one, other) / 1000
        pull = np.sqrt(maker.population[one] * maker.population[other]) / (far_km + 8)
        often = 4.0 + min(1.1 * np.sqrt(pull), 44.0)
        maker.add(
            "regional", one, BUS, maker.road(through_towns(places, one, other, everywhere)), often, 56.0
        )


def _expresses(maker: _Maker) -> None:
    """Fast buses from each town of some size to the two nearest larger ones, calling at centres on the way."""
    places = maker.places
    towns = np.flatnonzero(places["centre"].to_numpy() & (maker.population >= EXPRESS_TOWN))
    done: set[tuple[int, int]] = set()
    for one in towns:
        far = [(distance_m(places, int(one), int(p)), int(p)) for p in towns if p != one]
        for far_m, other in sorted(item for item in far if item[0] > 18_000)[:3]:
            pair = (min(int(one), other), max(int(one), other))
            if far_m > 140_000 or pair in done:
                continue
            done.add(pair)
            stops: list[int] = []
            way = through_towns(places, *pair, towns)
            for start, end in pairwise(way):
                # Two calls on the way out of each town and two on the way in.
                whole = maker.road([start, end])
                stops += [whole[0], *whole[1:4:2], *whole[-4:-1:2]]
            stops.append(int(maker.areas.first[way[-1]]))
            often = 6.0 + 0.06 * np.sqrt(min(maker.population[pair[0]], maker.population[pair[1]]))
            maker.add("express", pair[0], EXPRESS_BUS, stops, often, 115.0)


def _trains(maker: _Maker) -> None:
    """Trains along the shortest ways between towns over a net of neighbours; fast ones call at large towns only."""
    places = maker.places
    towns = np.flatnonzero(places["centre"].to_numpy() & (maker.population >= TRAIN_TOWN))
    x_m, y_m = places["x_m"].to_numpy()[towns], places["y_m"].to_numpy()[towns]
    pairs = np.array(gabriel_pairs(x_m, y_m, 160_000.0))
    long_m = np.hypot(x_m[pairs[:, 0]] - x_m[pairs[:, 1]], y_m[pairs[:, 0]] - y_m[pairs[:, 1]])
    net = coo_array((long_m, (pairs[:, 0], pairs[:, 1])), shape=(len(towns), len(towns))).tocsr()
    _far, before = dijkstra(net, directed=False, return_predecessors=True)
    people = maker.population[towns]
    cities = np.flatnonzero(people >= CITY)
    done: set[tuple[int, int]] = set()
    for one in cities:
        far = np.hypot(x_m[cities] - x_m[one], y_m[cities] - y_m[one])
        larger = cities[people[cities] > people[one]]
        near = cities[np.argsort(far, kind="stable")][1:3].tolist()
        up = larger[np.argsort(np.hypot(x_m[larger] - x_m[one], y_m[larger] - y_m[one]), kind="stable")][:3]
        for other in [*near, *up.tolist()]:
            pair = (min(int(one), int(other)), max(int(one), int(other)))
            if pair in done:
                continue
            done.add(pair)
            way = [pair[1]]
            while way[-1] != pair[0] and before[pair[0], way[-1]] >= 0:
                way.append(int(before[pair[0], way[-1]]))
            if way[-1] != pair[0]:
                continue
            stops = [int(maker.areas.first[towns[town]]) for town in way]
            place = int(towns[pair[0]])
            often = 7.0 + 0.035 * np.sqrt(min(people[pair[0]], people[pair[1]]))
            maker.add("train", place, TRAIN, stops, often, 125.0, "00")
            large = [s for s, t in zip(stops, way, strict=True) if people[t] >= FAST_TOWN or t in pair]
            if len(stops) > 4:
                maker.add("train", place, FAST_TRAIN, large, often / 2, 165.0, "00")


def make_lines(scale: float, rng: np.random.Generator) -> tuple[Areas, list[Line]]:
    """All stop areas and all lines, in an order that depends on the seed and the scale only.

    A smaller scale has fewer stops in towns and along roads; towns, roads and kinds of lines stay.
    """
    areas = make_areas(read_places(), scale, rng)
    maker = _Maker(areas, rng, min(1.0 / np.sqrt(scale), 4.0))
    _town_lines(maker)
    _village_lines(maker)
    _regional_lines(maker)
    _expresses(maker)
    _trains(maker)
    return areas, maker.lines


def line_table(lines: list[Line], areas: Areas) -> pd.DataFrame:
    """One row per line: name, kind, county, route_type, per_weekday, speed_kmh, big, size, from_place, to_place."""
    names = areas.places["name"].to_numpy()
    return pd.DataFrame(
        {
            "name": [line.name for line in lines],
            "kind": [line.kind for line in lines],
            "county": [line.county for line in lines],
            "route_type": [line.route_type for line in lines],
            "per_weekday": [line.per_weekday for line in lines],
            "speed_kmh": [line.speed_kmh for line in lines],
            "big": [line.big for line in lines],
            "size": [len(line.areas) for line in lines],
            "from_place": names[areas.place[[line.areas[0] for line in lines]]],
            "to_place": names[areas.place[[line.areas[-1] for line in lines]]],
        }
    )
