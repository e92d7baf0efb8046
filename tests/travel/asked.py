"""Small question files on the plane of `feeds`, for tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geomatch.settings import Settings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.network import Network, build_network

from .feeds import _TO_DEGREES, EAST, NORTH, Call, Feed, s


def degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """lon and lat of a place on the plane."""
    lon, lat = _TO_DEGREES.transform(EAST + x_m, NORTH + y_m)
    return lon, lat


def row(*cells: object) -> str:
    return ",".join(map(str, cells))


def origins_csv(path: Path, places: dict[str, tuple[float, float]], **columns: list[object]) -> Path:
    names = list(columns)
    lines = [row("id", "lon", "lat", *names)]
    for number, (name, place) in enumerate(places.items()):
        lines.append(row(name, *map(repr, degrees(*place)), *(columns[column][number] for column in names)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def activities_csv(path: Path, activities: dict[str, tuple[tuple[float, float], str, str, str]]) -> Path:
    lines = ["id,lon,lat,weekday,start,end"]
    for name, (place, weekday, start, end) in activities.items():
        lines.append(row(name, *map(repr, degrees(*place)), weekday, start, end))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def line(*calls: tuple[str, str], pickup: str = "0", drop_off: str = "0") -> list[Call]:
    return [Call(stop, s(at), s(at), pickup, drop_off) for stop, at in calls]


def network_of(feed: Feed, folder: Path) -> Network:
    settings = Settings()
    return build_network(read_timetable([feed.write(folder)]), settings.walk, settings.transfer)


def table_of(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)
