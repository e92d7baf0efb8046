"""The timetable as connections to scan, with the walks and changes between its stops.

A *connection* is one ride from a stop of a trip to its next stop. Both questions of a day return are the same
search: outbound asks for the latest departure that still arrives in time; homebound, with time turned around
(departure = -arrival, stops swapped), is that very question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyproj
from scipy.spatial import cKDTree

from geomatch.settings import TransferSettings, WalkSettings
from geomatch.sources.timetable import Timetable
from geomatch.travel.changes import MIDNIGHT_S, ROUNDING_M, Walks, changes_of, links_of, listed, walk_seconds
from geomatch.travel.reach import Hops, hops_of
from geomatch.travel.stands import stands_of

__all__ = ["DIRECTIONS", "HOME", "OUT", "Network", "build_network", "walk_seconds"]

OUT, HOME = 0, 1
DIRECTIONS = (OUT, HOME)


@dataclass(frozen=True, slots=True)
class Network:
    """What stays the same on all days: connections, stops, walks and changes.

    Attributes:
        timetable: Names of stops and trips, feeds and time zone.
        stop_of: Stop of each stand (`geomatch.travel.stands`); all that follows says stop and means stand.
        stop_xy_m: Stops in EPSG:3006.
        area: Stop area of each stop.
        served: Numbers of the stops that trips call at.
        service_of_trip, block_of_trip: Of each trip; -1 without a block.
        trip_offset: Where each trip's connections begin, and where the last one's end.
        service_offset, service_day: For each service the days on which it runs, as ordinals.
        feed_of_service: Feed of each service.
        trip, from_stop, to_stop, departure_s, arrival_s, boarding, alighting: Of each connection; those of a trip
            follow each other.
        changes: Per direction, for each stop the stops to which one can change from it (in travel order of that
            direction) with the seconds that takes; the stop itself is one of them unless that is forbidden.
        hops: Per direction, the quickest steps between stops (`geomatch.travel.reach`).
        links: from_connection, to_connection, in_seat: changes between two named trips that are guaranteed, and
            trips that one passenger can stay seated through.
        links_over_midnight: Likewise, from a trip of the day before to one of today.
        not_in_seat: Pairs of trips of one block between which one may not stay seated.
        walk, transfer: The settings it was built with.
    """

    timetable: Timetable
    stop_of: np.ndarray
    stop_xy_m: np.ndarray
    area: np.ndarray
    served: np.ndarray
    service_of_trip: np.ndarray
    block_of_trip: np.ndarray
    trip_offset: np.ndarray
    service_offset: np.ndarray
    service_day: np.ndarray
    feed_of_service: np.ndarray
    trip: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    boarding: np.ndarray
    alighting: np.ndarray
    changes: tuple[Walks, Walks]
    hops: tuple[Hops, Hops]
    links: pd.DataFrame
    links_over_midnight: pd.DataFrame
    not_in_seat: frozenset[tuple[int, int]]
    walk: WalkSettings
    transfer: TransferSettings

    def stops_near(self, xy_m: np.ndarray) -> Walks:
        """The stops within `max_walk_m` walked of each place (n x 2, EPSG:3006)."""
        tree = cKDTree(self.stop_xy_m[self.served])
        radius = self.walk.max_walk_m / self.walk.detour
        pairs = cKDTree(xy_m).sparse_distance_matrix(tree, radius * (1 + 1e-9), output_type="ndarray")
        place, stop = pairs["i"], self.served[pairs["j"]]
        walk_m = np.hypot(*(self.stop_xy_m[stop] - xy_m[place]).T) * self.walk.detour
        keep = walk_m <= self.walk.max_walk_m + ROUNDING_M
        place, stop, walk_m = place[keep], stop[keep], walk_m[keep]
        order = np.lexsort((stop, place))
        offset = np.zeros(len(xy_m) + 1, np.int64)
        np.cumsum(np.bincount(place, minlength=len(xy_m)), out=offset[1:])
        walk_m = walk_m[order]
        return Walks(offset, stop[order].astype(np.int32), walk_seconds(walk_m, self.walk), walk_m)

    def services_on(self, days: Sequence[date]) -> np.ndarray:
        """For each service and each of `days`, whether it runs and its feed is the one in force."""
        service = np.repeat(np.arange(len(self.feed_of_service)), np.diff(self.service_offset))
        result = np.zeros((len(self.feed_of_service), len(days)), bool)
        for place, day in enumerate(days):
            result[service[self.service_day == day.toordinal()], place] = True
            result[:, place] &= self.timetable.feed_in_force(day)[self.feed_of_service]
        return result


def build_network(timetable: Timetable, walk: WalkSettings, transfer: TransferSettings) -> Network:
    """The network of a timetable under the settings of walking and changing. METHOD 4."""
    to_metres = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    xy = np.column_stack(
        to_metres.transform(timetable.stops["lon"].to_numpy(), timetable.stops["lat"].to_numpy())
    )
    first = np.flatnonzero(timetable.trip[:-1] == timetable.trip[1:])
    area = timetable.stops["area"].to_numpy(np.int32)
    served = np.unique(timetable.stop).astype(np.int32)
    trips = timetable.trips
    trip = timetable.trip[first].astype(np.int32)
    ride: dict[str, np.ndarray] = {
        "trip": trip,
        "from_stop": timetable.stop[first].astype(np.int32),
        "to_stop": timetable.stop[first + 1].astype(np.int32),
        "departure_s": timetable.departure_s[first].astype(np.int32),
        "arrival_s": timetable.arrival_s[first + 1].astype(np.int32),
        "boarding": timetable.boarding[first].astype(np.int8),
        "alighting": timetable.alighting[first + 1].astype(np.int8),
    }
    trip_offset = np.searchsorted(trip, np.arange(len(trips) + 1)).astype(np.int64)
    stands = stands_of(timetable, trip, ride["from_stop"], ride["to_stop"])
    changes = changes_of(timetable, xy, served, stands, walk, transfer)
    ride |= {"from_stop": stands.start, "to_stop": stands.end}
    xy, area = xy[stands.stop], area[stands.stop]
    served = np.unique(np.concatenate([stands.start, stands.end])).astype(np.int32)
    links, not_in_seat = links_of(timetable, ride, area, 0)
    over_midnight, _barred = links_of(timetable, ride, area, MIDNIGHT_S)
    # A block is one of its feed; numbers follow the order of feed and block.
    block = pd.MultiIndex.from_arrays([trips["feed"], trips["block_id"]])
    block_of_trip = np.where(trips["block_id"] == "", -1, pd.factorize(block, sort=True)[0]).astype(np.int32)
    service_of_trip = trips["service"].to_numpy(np.int32)
    feed_of_service = np.zeros(len(timetable.service_days), np.int32)
    feed_of_service[service_of_trip] = trips["feed"].to_numpy(np.int32)
    lengths = [len(days) for days in timetable.service_days]
    steps = _steps(ride, changes, pd.concat([links, over_midnight]), block_of_trip, trip_offset, area)
    return Network(
        timetable=timetable,
        stop_of=stands.stop.astype(np.int32),
        stop_xy_m=xy,
        area=area,
        served=served,
        service_of_trip=service_of_trip,
        block_of_trip=block_of_trip,
        trip_offset=trip_offset,
        service_offset=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        service_day=np.concatenate([np.zeros(0, np.int32), *timetable.service_days]).astype(np.int32),
        feed_of_service=feed_of_service,
        changes=(
            listed(changes, "from_stop", "to_stop", len(xy)),
            listed(changes, "to_stop", "from_stop", len(xy)),
        ),
        hops=(hops_of(*steps, len(xy)), hops_of(steps[1], steps[0], steps[2], len(xy))),
        links=links,
        links_over_midnight=over_midnight,
        not_in_seat=not_in_seat,
        walk=walk,
        transfer=transfer,
        **ride,
    )


def _steps(
    ride: dict[str, np.ndarray],
    changes: pd.DataFrame,
    links: pd.DataFrame,
    block_of_trip: np.ndarray,
    trip_offset: np.ndarray,
    area: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every step from a stop to another and the seconds it takes: rides, changes, links and blocks."""
    between = changes[changes["from_stop"] != changes["to_stop"]]
    # A vehicle may go on from another stop of the area than it came to; from which to which depends on the day.
    in_block = np.flatnonzero((block_of_trip >= 0) & (np.diff(trip_offset) > 0))
    last = pd.DataFrame({"end": np.unique(ride["to_stop"][trip_offset[in_block + 1] - 1])})
    start = pd.DataFrame({"start": np.unique(ride["from_stop"][trip_offset[in_block]])})
    seats = last.assign(area=area[last["end"]]).merge(start.assign(area=area[start["start"]]), on="area")
    # On board one comes to one stand of a stop and leaves from another.
    on = np.flatnonzero(
        (ride["trip"][:-1] == ride["trip"][1:]) & (ride["to_stop"][:-1] != ride["from_stop"][1:])
    )
    one, other = links["from_connection"].to_numpy(np.int64), links["to_connection"].to_numpy(np.int64)
    return (
        np.concatenate(
            [ride["from_stop"], between["from_stop"], ride["to_stop"][one], ride["to_stop"][on], seats["end"]]
        ).astype(np.int64),
        np.concatenate(
            [
                ride["to_stop"],
                between["to_stop"],
                ride["from_stop"][other],
                ride["from_stop"][on + 1],
                seats["start"],
            ]
        ).astype(np.int64),
        np.concatenate(
            [
                ride["arrival_s"] - ride["departure_s"],
                between["change_s"],
                np.zeros(len(one) + len(on) + len(seats)),
            ]
        ).astype(np.int32),
    )
