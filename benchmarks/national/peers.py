"""The day return of a session by cafein (PyPI), on the same feed, to be timed beside ours.

cafein answers both questions itself: arrive-by (`arrival=`, one reverse search for each destination) and depart-at
(`departure=`, one forward search for each origin), from points. What is done to bring it near METHOD 4:

- cafein wants a street network, from OpenStreetMap, to walk from points. It takes one made of straight lines just as
  well: each origin and activity is a vertex, with an edge of straight line x detour to each platform in reach and
  between points in reach of each other. A way over several edges is never shorter than the direct one (triangle
  inequality), so within the limit of `max_walk_m` the shortest way *is* the straight line.
- Changes between platforms go in as footpaths: the least time within a station, the least time and the walk to
  another station, and the rows of type 2 in transfers.txt, stations applied to their platforms. Footpaths are not
  chained: in its rounds cafein relaxes one for each change, as we do.
- At most so many rides as the most transfers and one, walking speed and longest walk as in the settings.

What it lacks, so that its answers differ from ours (cafein 0.29.0, read in its sources):

- a change at the same platform takes no time: there is no least time to set, and a footpath from a stop to itself is
  not relaxed;
- transfers.txt is dropped on reading: types 1, 3, 4 and 5 and block_id do not exist for it;
- pickup_type and drop_off_type are ignored: it boards where only alighting is allowed, and rides what must be booked;
- ties of the way there: fewest rides before earliest arrival, the other way round in METHOD 4; where several ways
  leave at the same moment, out_s can therefore differ from ours although the departure is the same;
- no longest journey: it searches the whole day, where ours stops after 90 minutes each way;
- the matrix has the duration of each journey, not its departure, transfers or walk: out_s says how long the latest
  way there takes, not when it leaves; arriving home is end + margin + home_s.

Departures and durations are to the second, and trips of the day before past midnight are there. Each matrix here has
one destination, or one origin, and cafein spreads matrices over these: one question runs on one core. It lets Python
go on meanwhile, so two threads ask two questions at once.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.regions import CRS

__all__ = ["CafeinNetwork", "cafein_matrix", "cafein_network", "cafein_seconds", "seeded_activities"]

UNREACHABLE = 2**32 - 1
# Where the drawn lines of edges lie on which no point shall land: cafein looks for the nearest edge to a point.
NOWHERE = (-30.0, 10.0)
SNAP_M = 1.0


@dataclass(frozen=True, slots=True)
class CafeinNetwork:
    """A feed in cafein, ready for questions from the points it was made with.

    Attributes:
        network: cafein's `TransportNetwork`.
        walk: Walking speed and longest walk.
        limits: Margin and most transfers.
        footpaths: Number of footpaths between platforms.
        walks: Number of walks between points and platforms, and between points.
    """

    network: Any
    walk: WalkSettings
    limits: LimitSettings
    footpaths: int
    walks: int


def seeded_activities(activities: pd.DataFrame, count: int = 20, seed: int = 20) -> pd.DataFrame:
    """`count` of the activities, by chance from the seed, in their own order."""
    order = np.argsort(np.random.default_rng(seed).random(len(activities)), kind="stable")
    return activities.iloc[np.sort(order[:count])].reset_index(drop=True)


def _metres(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return np.column_stack(Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(lon, lat))


def _walk_s(walk_m: np.ndarray, walk: WalkSettings) -> np.ndarray:
    return np.asarray(np.ceil(np.round(walk_m * 3.6 / walk.speed_kmh, 6)).astype(np.int64))


def _read(feed: Path, name: str) -> pd.DataFrame:
    """One file of the feed, zip or folder, as text."""
    if feed.is_dir():
        return pd.read_csv(feed / name, dtype=str, keep_default_na=False)
    with zipfile.ZipFile(feed) as archive, archive.open(name) as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _platforms(feed: Path) -> pd.DataFrame:
    """stop_id, station, x_m, y_m (EPSG:3006) of each stop that is no station."""
    stops = _read(feed, "stops.txt")
    stops = stops[stops["location_type"].isin(["", "0"])].reset_index(drop=True)
    place = _metres(stops["stop_lon"].astype(float).to_numpy(), stops["stop_lat"].astype(float).to_numpy())
    station = stops["parent_station"].where(stops["parent_station"] != "", stops["stop_id"])
    return pd.DataFrame(
        {"stop_id": stops["stop_id"], "station": station, "x_m": place[:, 0], "y_m": place[:, 1]}
    )


def _footpaths(
    feed: Path, platforms: pd.DataFrame, walk: WalkSettings, transfer: TransferSettings
) -> pd.DataFrame:
    """from, to (numbers of platforms), seconds, meters: changes between different platforms, METHOD 4."""
    place = platforms[["x_m", "y_m"]].to_numpy()
    pairs = cKDTree(place).query_pairs(transfer.max_transfer_walk_m / walk.detour, output_type="ndarray")
    near = pd.DataFrame(np.vstack([pairs, pairs[:, ::-1]]), columns=["from", "to"])
    members = pd.DataFrame({"number": np.arange(len(platforms)), "station": platforms["station"].to_numpy()})
    within = members.merge(members, on="station")[["number_x", "number_y"]].set_axis(["from", "to"], axis=1)
    rules = _read(feed, "transfers.txt")
    rules = rules[(rules["transfer_type"] == "2") & (rules["from_trip_id"] == "")]
    rules = rules.merge(members, left_on="from_stop_id", right_on="station")
    rules = rules.merge(members, left_on="to_stop_id", right_on="station")
    stated = pd.DataFrame(
        {
            "from": rules["number_x"],
            "to": rules["number_y"],
            "stated_s": rules["min_transfer_time"].astype(float),
        }
    )
    table = pd.concat([near, within, stated[["from", "to"]]]).drop_duplicates()
    table = table.merge(stated.drop_duplicates(["from", "to"]), how="left", on=["from", "to"])
    table = table[table["from"] != table["to"]].sort_values(["from", "to"]).reset_index(drop=True)
    one, other = table["from"].to_numpy(), table["to"].to_numpy()
    table["meters"] = np.hypot(*(place[one] - place[other]).T) * walk.detour
    station = platforms["station"].to_numpy()
    usual_s = round(60 * transfer.min_transfer_min) + np.where(
        station[one] == station[other], 0, _walk_s(table["meters"].to_numpy(), walk)
    )
    table["seconds"] = table["stated_s"].fillna(pd.Series(usual_s)).astype(np.int64)
    return table


def _streets(
    points: pd.DataFrame, platforms: pd.DataFrame, walk: WalkSettings
) -> tuple[tuple[Any, ...], int]:
    """The payload of `set_street_network`: straight walks as edges; and how many there are.

    Vertex 2 n and 2 n + 1 are the ends of an edge without length at point n (platforms after the points). That edge
    is where the point, or the platform, stands; only those of points are drawn where they are.
    """
    unique = points.drop_duplicates(["lon", "lat"])
    spot = _metres(unique["lon"].to_numpy(), unique["lat"].to_numpy())
    stops = platforms[["x_m", "y_m"]].to_numpy()
    reach_m = walk.max_walk_m / walk.detour
    tree = cKDTree(spot)
    to_stops = tree.sparse_distance_matrix(cKDTree(stops), reach_m, output_type="ndarray")
    between = tree.query_pairs(reach_m, output_type="ndarray")
    count = len(spot)
    one = np.concatenate([to_stops["i"], between[:, 0]])
    other = np.concatenate([to_stops["j"] + count, between[:, 1]])
    far_m = np.hypot(*(spot[one] - np.vstack([spot, stops])[other]).T) * walk.detour
    anchors = np.arange(count + len(stops))
    edges = [
        *zip((2 * anchors).tolist(), (2 * anchors + 1).tolist(), [0.0] * len(anchors), strict=True),
        *zip((2 * one).tolist(), (2 * other).tolist(), far_m.tolist(), strict=True),
    ]
    elsewhere = len(edges) - count
    lon = np.concatenate([np.repeat(unique["lon"].to_numpy(float), 2), np.full(2 * elsewhere, NOWHERE[0])])
    lat = np.concatenate([np.repeat(unique["lat"].to_numpy(float), 2), np.full(2 * elsewhere, NOWHERE[1])])
    offsets = (2 * np.arange(len(edges) + 1)).tolist()
    links = [(stop, count + n, 0.0, 0.0) for n, stop in enumerate(platforms["stop_id"])]
    return (2 * len(anchors), edges, offsets, lon.tolist(), lat.tolist(), links), len(one)


def cafein_network(
    feed: Path,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    walk: WalkSettings | None = None,
    transfer: TransferSettings | None = None,
    limits: LimitSettings | None = None,
) -> CafeinNetwork:
    """Read the feed into cafein and give it the walks that our settings allow.

    Args:
        feed: A GTFS zip or folder.
        origins: id, lon, lat (EPSG:4326).
        activities: id, lon, lat: all that will be asked for.
        walk: Ours by default, like the next two.
        transfer: Least time for a change and longest walk to another stop.
        limits: Margin and most transfers; the other limits cannot be set in cafein.

    Returns:
        What `cafein_matrix` asks.
    """
    # Not installed with the project: only those who measure need it.
    transport_network = import_module("cafein").TransportNetwork
    footpaths = import_module("cafein.streets").Footpaths

    walk, transfer, limits = walk or WalkSettings(), transfer or TransferSettings(), limits or LimitSettings()
    network = transport_network.from_gtfs([str(feed)], trip_distances=False, leg_geometries=False)
    platforms = _platforms(feed)
    paths = _footpaths(feed, platforms, walk, transfer)
    network.set_transfers(
        footpaths(
            platforms["stop_id"], *(paths[name].to_numpy() for name in ("from", "to", "seconds", "meters"))
        )
    )
    points = pd.concat([origins[["lon", "lat"]], activities[["lon", "lat"]]], ignore_index=True)
    streets, walks = _streets(points, platforms, walk)
    network.set_street_network(*streets)
    return CafeinNetwork(network, walk, limits, len(paths), walks)


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": table["id"].astype(str)},
        geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs="EPSG:4326",
    )


def cafein_matrix(
    cafein: CafeinNetwork, origins: pd.DataFrame, activity: pd.Series[Any], day: date
) -> pd.DataFrame:
    """All origins to one session and home again, by cafein: one reverse search and one forward search.

    Args:
        cafein: Made with these origins and this activity among its activities.
        origins: id, lon, lat.
        activity: id, lon, lat, start, end (HH:MM).
        day: Date of the session.

    Returns:
        origin_id, out_s (duration of the journey that leaves latest and arrives by start - margin), home_s (seconds
        from end + margin until home, the first wait included); missing where there is no journey that day.
    """
    margin = timedelta(minutes=cafein.limits.margin_min)
    start, end = (
        datetime.combine(day, time.fromisoformat(activity[name])) + sign * margin
        for name, sign in (("start", -1), ("end", 1))
    )
    homes, place = _points(origins), _points(activity.to_frame().T)
    options: dict[str, Any] = {
        "max_rides": cafein.limits.max_transfers + 1,
        "walking_speed_kmph": cafein.walk.speed_kmh,
        "max_walking_time": timedelta(seconds=cafein.walk.max_walk_m * 3.6 / cafein.walk.speed_kmh),
        "snap_distance": SNAP_M,
    }
    out = cafein.network.travel_time_matrix(homes, arrival=start, destinations=place, **options)[:, 0]
    home = cafein.network.travel_time_matrix(place, end, destinations=homes, **options)[0]
    return pd.DataFrame(
        {
            "origin_id": origins["id"].to_numpy(),
            "out_s": np.where(out == UNREACHABLE, np.nan, out),
            "home_s": np.where(home == UNREACHABLE, np.nan, home),
        }
    )


def cafein_seconds(
    cafein: CafeinNetwork, origins: pd.DataFrame, activities: pd.DataFrame, day: date
) -> pd.DataFrame:
    """How long `cafein_matrix` takes for each activity, one after the other.

    Returns:
        activity_id, wall_s, cpu_s (of the whole process: on a busy machine the fairer of the two).
    """
    rows = []
    for _number, activity in activities.iterrows():
        wall_s, cpu_s = perf_counter(), process_time()
        cafein_matrix(cafein, origins, activity, day)
        rows.append((activity["id"], perf_counter() - wall_s, process_time() - cpu_s))
    return pd.DataFrame(rows, columns=["activity_id", "wall_s", "cpu_s"])
