"""The stops of a feed: where they are, and which of them make up a station."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geomatch.sources.gtfs_codes import STATION, WITHIN_STATION
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import FeedFiles
from geomatch.sources.gtfs_values import without_repeats

__all__ = ["read_stops"]

# Swedish services reach into the rest of northern Europe; farther off, SWEREF 99 TM has no meaning.
_LONGITUDES, _LATITUDES = (-25.0, 45.0), (34.0, 75.0)


def read_stops(feed: FeedFiles, tables: Mapping[str, Block]) -> pd.DataFrame:
    """Every stop, station, entrance, node and boarding area with coordinates, sorted by id.

    Returns:
        stop_id, name, lon, lat (float64, EPSG:4326), parent (id of the station it says it belongs to), is_station
        (bool), area (int64: the number of the stop's station, or of the stop itself when it has none). Nodes and
        boarding areas without coordinates, which GTFS allows, get those of what they belong to.
    """
    table = tables["stops"]
    stops = pd.DataFrame(
        {
            "stop_id": table["stop_id"].series(),
            "nowhere": False,
            "lon": table["stop_lon"].numbers(),
            "lat": table["stop_lat"].numbers(),
            "name": table["stop_name"].series(),
            "parent": table["parent_station"].series(),
            "kind": table["location_type"].series(),
        }
    )
    nameless = stops["stop_id"] == ""
    feed.count("rows_without_id", int(nameless.sum()), of="stops")
    inherits = stops["kind"].isin(WITHIN_STATION) & stops["lon"].isna() & stops["lat"].isna()
    stops["nowhere"] = ~inherits & ~_on_the_map(stops)
    # Of rows with one id, one with coordinates stays rather than one without.
    stops, repeated = without_repeats(stops[~nameless], "stop_id")
    feed.count("stops_repeated", repeated, of="stops")
    inherits = stops["kind"].isin(WITHIN_STATION) & stops["lon"].isna() & stops["lat"].isna()
    whole = pd.Index(stops["stop_id"], dtype=object)
    above = whole.get_indexer(pd.Index(stops["parent"], dtype=object))
    heirs = np.flatnonzero(inherits & (above >= 0))
    for name in ("lon", "lat"):
        values = stops[name].to_numpy(copy=True)
        values[heirs] = values[above[heirs]]
        stops[name] = values
    usable = _on_the_map(stops)
    feed.count("stops_without_coordinates", int((~usable).sum()), of="stops")
    # These stops are used all the same: a remark.
    feed.count("stops_of_unknown_station", int((usable & (above < 0) & (stops["parent"] != "")).sum()))
    stops = stops[usable].reset_index(drop=True)
    stops["is_station"] = stops["kind"] == STATION
    stops["area"] = _areas(stops, whole)
    return stops[["stop_id", "name", "lon", "lat", "parent", "is_station", "area"]]


def _on_the_map(stops: pd.DataFrame) -> pd.Series[bool]:
    return stops["lon"].between(*_LONGITUDES) & stops["lat"].between(*_LATITUDES)


def _areas(stops: pd.DataFrame, whole: pd.Index[str]) -> np.ndarray:
    """The station of each stop, or the stop itself. `whole` are all ids, also of stations without coordinates."""
    own = np.arange(len(stops))
    parents = pd.Index(stops["parent"], dtype=object)
    parent = pd.Index(stops["stop_id"], dtype=object).get_indexer(parents)
    area = np.where(parent >= 0, parent, own)
    # The platforms of a station that was left out still belong together.
    orphan = np.flatnonzero((parent < 0) & (whole.get_indexer(parents) >= 0))
    if len(orphan):
        area[orphan] = pd.Series(orphan).groupby(parents.to_numpy()[orphan]).transform("min").to_numpy()
    # A boarding area belongs to a platform, which belongs to a station.
    return np.asarray(area[area])
