"""The trips of a feed, with what is needed of their routes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geomatch.sources.gtfs_codes import BOOKING_ROUTE_TYPES
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import FeedFiles
from geomatch.sources.gtfs_values import without_repeats

__all__ = ["read_trips"]


def read_trips(
    feed: FeedFiles, tables: Mapping[str, Block], days: Mapping[str, np.ndarray]
) -> tuple[pd.DataFrame, pd.Index[str]]:
    """The trips of known routes and services, sorted by id.

    Args:
        feed: The feed, which counts the rows that are left out.
        tables: Its files.
        days: The days of each service, in order; `service` below is the place of a trip's service among them.

    Returns:
        trip_id, route (int64: its place among the ids of the routes, which come second), route_name (the short name,
        or else the long one), headsign, route_type (text), service (int64), block_id, booking (bool: the vehicle
        comes only when booked); and the ids of the routes.
    """
    routes = _read_routes(feed, tables["routes"])
    table = tables["trips"]
    known_routes, known_days = pd.Index(routes["route_id"], dtype=object), pd.Index(list(days), dtype=object)
    trips = pd.DataFrame(
        {
            "trip_id": table["trip_id"].series(),
            "route": table["route_id"].places_in(known_routes).astype(np.int64),
            "service": table["service_id"].places_in(known_days).astype(np.int64),
            "headsign": table["trip_headsign"].series(),
            "block_id": table["block_id"].series(),
        }
    )
    nameless = trips["trip_id"] == ""
    feed.count("rows_without_id", int(nameless.sum()), of="trips")
    # Of trips with one id, those of a known route and service come first.
    trips["lost"] = (trips["route"] < 0) | (trips["service"] < 0)
    trips = trips[["trip_id", "lost", "route", "service", "headsign", "block_id"]][~nameless]
    trips, repeated = without_repeats(trips, "trip_id")
    feed.count("trips_repeated", repeated, of="trips")
    no_route, no_days = trips["route"] < 0, trips["service"] < 0
    feed.count("trips_of_unknown_route", int(no_route.sum()), of="trips")
    feed.count("trips_of_unknown_service", int((no_days & ~no_route).sum()), of="trips")
    trips = trips[~trips["lost"]].reset_index(drop=True)
    route = routes.take(trips["route"].to_numpy()).reset_index(drop=True)
    found = pd.DataFrame(
        {
            "trip_id": trips["trip_id"],
            "route": trips["route"],
            "route_name": route["short"].where(route["short"] != "", route["long"]),
            "headsign": trips["headsign"],
            "route_type": route["route_type"],
            "service": trips["service"],
            "block_id": trips["block_id"],
            "booking": route["route_type"].isin(BOOKING_ROUTE_TYPES).to_numpy(bool),
        }
    )
    return found, known_routes


def _read_routes(feed: FeedFiles, table: Block) -> pd.DataFrame:
    routes = pd.DataFrame(
        {
            "route_id": table["route_id"].series(),
            "short": table["route_short_name"].series(),
            "long": table["route_long_name"].series(),
            "route_type": table["route_type"].series(),
        }
    )
    nameless = routes["route_id"] == ""
    feed.count("rows_without_id", int(nameless.sum()), of="routes")
    routes, repeated = without_repeats(routes[~nameless], "route_id")
    feed.count("routes_repeated", repeated, of="routes")
    return routes
