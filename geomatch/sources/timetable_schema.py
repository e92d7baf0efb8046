"""What holds for every timetable that was read: a second look, after the checks that count rows of a feed.

Whatever fails here is a fault of the reader, not of a feed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandera.pandas as pa

    from geomatch.sources.timetable import Timetable

__all__ = ["check", "stops_schema", "trips_schema"]


@cache
def stops_schema(feeds: int) -> pa.DataFrameSchema:
    """The table of stops of a timetable of `feeds` feeds."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a timetable is read

    return pa.DataFrameSchema(
        {
            "stop_id": pa.Column(str, pa.Check(lambda ids: ids != "")),
            "name": pa.Column(str),
            "lon": pa.Column("float64", pa.Check.in_range(-180, 180)),
            "lat": pa.Column("float64", pa.Check.in_range(-90, 90)),
            "parent": pa.Column(str),
            "is_station": pa.Column(bool),
            "area": pa.Column("int64", pa.Check.ge(0)),
            "feed": pa.Column("int64", pa.Check.in_range(0, feeds - 1)),
        },
        checks=[
            # A station stands for itself, and no area reaches into another feed.
            pa.Check(lambda table: table["area"] < len(table)),
            pa.Check(lambda table: _same_feed(table["area"].to_numpy(), table["feed"].to_numpy())),
        ],
        unique=["feed", "stop_id"],
        strict=True,
        ordered=True,
    )


def _same_feed(area: np.ndarray, feed: np.ndarray) -> bool:
    return bool((area < len(feed)).all() and (feed[area] == feed).all())


@cache
def trips_schema(feeds: int, services: int) -> pa.DataFrameSchema:
    """The table of trips of a timetable of `feeds` feeds and `services` services."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a timetable is read

    return pa.DataFrameSchema(
        {
            "trip_id": pa.Column(str, pa.Check(lambda ids: ids != "")),
            "route": pa.Column("int64", pa.Check.ge(0)),
            "route_name": pa.Column(str),
            "headsign": pa.Column(str),
            "route_type": pa.Column(str),
            "service": pa.Column("int64", pa.Check.in_range(0, services - 1)),
            "block_id": pa.Column(str),
            "booking": pa.Column(bool),
            "feed": pa.Column("int64", pa.Check.in_range(0, feeds - 1)),
        },
        strict=True,
        ordered=True,
    )


def check(timetable: Timetable) -> None:
    """Look at the tables and the arrays of a timetable.

    Raises:
        pandera.errors.SchemaErrors: A table does not keep its schema; all that is wrong with it.
        ValueError: The arrays of stop times do not fit each other or the tables.
    """
    feeds = len(timetable.feeds)
    stops_schema(feeds).validate(timetable.stops, lazy=True)
    trips_schema(feeds, len(timetable.service_days)).validate(timetable.trips, lazy=True)
    trip, stop = timetable.trip, timetable.stop
    arrival_s, departure_s = timetable.arrival_s, timetable.departure_s
    same_trip = trip[1:] == trip[:-1]
    faults = {
        "arrays of different length": len(
            {
                len(one)
                for one in (trip, stop, arrival_s, departure_s, timetable.boarding, timetable.alighting)
            }
        )
        > 1,
        "not sorted by trip": (trip[1:] < trip[:-1]).any(),
        "a trip that does not exist": _outside(trip, len(timetable.trips)),
        "a stop that does not exist": _outside(stop, len(timetable.stops)),
        "departure before arrival": (departure_s < arrival_s).any(),
        "a trip that runs backwards": (same_trip & (arrival_s[1:] < departure_s[:-1])).any(),
        "an unknown code of boarding": _outside(timetable.boarding, 3) or _outside(timetable.alighting, 3),
        "a rule for a stop that does not exist": any(
            _outside(timetable.change_rules[end].to_numpy(), len(timetable.stops))
            for end in ("from_stop", "to_stop")
        ),
        "a rule for a trip that does not exist": any(
            _outside(timetable.trip_rules[end].to_numpy(), len(timetable.trips))
            for end in ("from_trip", "to_trip")
        ),
        "a special rule for a stop that does not exist": any(
            _outside(timetable.special_rules[end].to_numpy(), len(timetable.stops))
            for end in ("from_stop", "to_stop")
        ),
    }
    found = [fault for fault, there in faults.items() if there]
    if found:
        raise ValueError(f"stop times of a timetable: {', '.join(found)}")


def _outside(numbers: np.ndarray, end: int) -> bool:
    return bool(len(numbers)) and bool(numbers.min() < 0 or numbers.max() >= end)
