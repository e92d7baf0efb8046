"""Made-up origins and activities for the measurements: where people live, and what they are offered."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Transformer

from benchmarks.national.geography import PEOPLE_PER_STOP, RING_M, on_land
from geomatch.sources.regions import CRS

__all__ = ["ACTIVITIES", "ORIGINS", "make_activities", "make_origins"]

ORIGINS, ACTIVITIES = 1_300, 2_000
WEEKDAYS = "mon;tue;wed;thu;fri"
# Of the origins, those in the country round a place, and how far out at most.
OUT_OF_TOWN, OUT_M = 0.12, 6_000.0
IN_CENTRE, CENTRE_M = 0.7, 700.0
FIRST_START_MIN, LAST_START_MIN, STEP_MIN = 8 * 60 + 30, 17 * 60 + 30, 15


def _radius_m(population: np.ndarray) -> np.ndarray:
    """How far a town reaches: to its last ring of stops."""
    return np.asarray(RING_M * np.maximum(np.sqrt(population / PEOPLE_PER_STOP / 3), 1))


def _chosen(weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    return np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(count), side="right")


def _round(
    places: pd.DataFrame, place: np.ndarray, reach_m: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A point within `reach_m` of each hub, even over the disc; on the hub where that is water. EPSG:3006."""
    angle = 2 * np.pi * rng.random(len(place))
    far_m = reach_m * np.sqrt(rng.random(len(place)))
    hub_x, hub_y = places["x_m"].to_numpy()[place], places["y_m"].to_numpy()[place]
    x_m, y_m = hub_x + far_m * np.cos(angle), hub_y + far_m * np.sin(angle)
    land = on_land(x_m, y_m)
    return np.where(land, x_m, hub_x), np.where(land, y_m, hub_y)


def _degrees(prefix: str, x_m: np.ndarray, y_m: np.ndarray) -> pd.DataFrame:
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    ids = [f"{prefix}{number:04d}" for number in range(1, len(x_m) + 1)]
    return pd.DataFrame({"id": ids, "lon": np.round(lon, 6), "lat": np.round(lat, 6)})


def make_origins(places: pd.DataFrame, rng: np.random.Generator, count: int = ORIGINS) -> pd.DataFrame:
    """id, lon, lat (EPSG:4326): one in each municipality, the others by population; 12 % in the country."""
    weight = places["population"].to_numpy(float)
    centres = np.flatnonzero(places["centre"].to_numpy())[:count]
    place = np.concatenate([centres, _chosen(weight, count - len(centres), rng)])
    reach_m = np.where(rng.random(count) < OUT_OF_TOWN, OUT_M, 0.0) + _radius_m(weight[place])
    return _degrees("O", *_round(places, place, reach_m, rng))


def make_activities(places: pd.DataFrame, rng: np.random.Generator, count: int = ACTIVITIES) -> pd.DataFrame:
    """id, lon, lat (EPSG:4326), weekday, start, end (HH:MM): one in each municipality, the others by population.

    Every weekday; 70 % within 700 m of the hub. They start at a quarter from 08:30 to 17:30 and last 2-3 hours.
    """
    weight = places["population"].to_numpy(float)
    centres = np.flatnonzero(places["centre"].to_numpy())[:count]
    place = np.concatenate([centres, _chosen(weight**0.9, count - len(centres), rng)])
    reach_m = np.where(rng.random(count) < IN_CENTRE, CENTRE_M, _radius_m(weight[place]))
    table = _degrees("A", *_round(places, place, reach_m, rng))
    steps = (LAST_START_MIN - FIRST_START_MIN) // STEP_MIN + 1
    start = FIRST_START_MIN + STEP_MIN * np.floor(steps * rng.random(count)).astype(int)
    end = start + 120 + 15 * np.floor(5 * rng.random(count)).astype(int)
    table["weekday"] = WEEKDAYS
    table["start"] = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in start]
    table["end"] = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in end]
    return table
