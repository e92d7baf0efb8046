"""The timetable of one day as connections to scan, with the walks and changes between its stops.

A *connection* is one ride from a stop of a trip to its next stop. Both questions of a day return are the same
search: outbound asks for the latest departure that still arrives in time; homebound, with time turned around
(departure = -arrival, stops and neighbours swapped), is that very question. So a `DayNetwork` holds the
connections of a day once per direction, sorted for the scan in `geomatch.travel.scan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyproj
from scipy.spatial import cKDTree

from geomatch.settings import TransferSettings, WalkSettings
from geomatch.sources.timetable import (
    ALLOWED,
    FORBIDDEN,
    IN_SEAT,
    MINIMUM,
    NOT_ALLOWED,
    NOT_IN_SEAT,
    TIMED,
    Timetable,
)
from geomatch.tables import records

__all__ = ["DIRECTIONS", "HOME", "OUT", "DayNetwork", "Direction", "Network", "build_network", "walk_seconds"]

OUT, HOME = 0, 1
DIRECTIONS = (OUT, HOME)

_DAY_S = 24 * 3600


def walk_seconds(walk_m: np.ndarray, walk: WalkSettings) -> np.ndarray:
    """Whole seconds, rounded up, for `walk_m` metres walked (detour included). METHOD 4."""
    return np.ceil(np.round(walk_m * 3.6 / walk.speed_kmh, 6)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Walks:
    """Walks from places to the stops in reach, or between stops: a compressed list per place.

    `offset[i]:offset[i + 1]` are the entries of place i in `stop`, `walk_s`, `walk_m`.
    """

    offset: np.ndarray
    stop: np.ndarray
    walk_s: np.ndarray
    walk_m: np.ndarray


@dataclass(frozen=True, slots=True)
class Network:
    """What stays the same on all days: connections, stops, walks and changes.

    Attributes:
        timetable: Where it comes from.
        stop_xy_m: Stops in EPSG:3006.
        served: Numbers of the stops that trips call at.
        trip, position: Of each connection: its trip, and its place among all connections (trips follow each other).
        from_stop, to_stop, departure_s, arrival_s, boarding, alighting: Of each connection.
        changes: Per direction, the stops one can change to (in travel order of that direction) with the seconds
            that takes; the stop itself is one of them unless changing there is forbidden.
        links: from_connection, to_connection, in_seat: changes between two named trips that are guaranteed, and
            trips that one passenger can stay seated through.
        walk, transfer: The settings it was built with.
    """

    timetable: Timetable
    stop_xy_m: np.ndarray
    served: np.ndarray
    trip: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    boarding: np.ndarray
    alighting: np.ndarray
    changes: tuple[Walks, Walks]
    links: pd.DataFrame
    not_in_seat: frozenset[tuple[int, int]]
    walk: WalkSettings
    transfer: TransferSettings

    def stops_near(self, xy_m: np.ndarray) -> Walks:
        """The stops within `max_walk_m` walked of each place (n x 2, EPSG:3006)."""
        tree = cKDTree(self.stop_xy_m[self.served])
        radius = self.walk.max_walk_m / self.walk.detour
        near = [self.served[sorted(found)] for found in tree.query_ball_point(xy_m, radius * (1 + 1e-9))]
        offset, stops, metres = [0], [], []
        for place, found in zip(xy_m, near, strict=True):
            walk_m = np.hypot(*(self.stop_xy_m[found] - place).T) * self.walk.detour
            keep = walk_m <= self.walk.max_walk_m
            stops.append(found[keep])
            metres.append(walk_m[keep])
            offset.append(offset[-1] + int(keep.sum()))
        walk_m = np.concatenate(metres) if metres else np.zeros(0)
        stop = np.concatenate(stops).astype(np.int64) if stops else np.zeros(0, np.int64)
        return Walks(np.array(offset, np.int64), stop, walk_seconds(walk_m, self.walk), walk_m)

    def on(self, day: date) -> DayNetwork:
        """The connections of the service day `day`, with trips of the day before that run past midnight."""
        return _day_network(self, day)


@dataclass(frozen=True, slots=True)
class Direction:
    """Connections of a day in the order of the scan: from the latest departure to the earliest.

    For HOME all times are negative and stops are swapped, so that the same scan answers it.

    Attributes:
        connection: Number of the connection in the network.
        departure_s, arrival_s: In the scan's own time.
        from_stop, to_stop: In the scan's own direction.
        following: Place in this order of the next connection of the same trip, or -1.
        board, alight: Whether one may board at from_stop, alight at to_stop: 0 no, 1 yes, 2 booked ahead.
        stop_offset, stop_slot: For each stop, its departures in this order; `stop_slot` lists places.
        slot: For each connection, where it stands in `stop_slot`.
        link_offset, link_to, link_in_seat: For each connection, the linked connections (places).
        tied: Connections that leave and arrive in the same second need a second look: where such a group starts
            and ends, for each place.
    """

    connection: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    following: np.ndarray
    board: np.ndarray
    alight: np.ndarray
    stop_offset: np.ndarray
    stop_slot: np.ndarray
    slot: np.ndarray
    link_offset: np.ndarray
    link_to: np.ndarray
    link_in_seat: np.ndarray
    group_end: np.ndarray
    group_tied: np.ndarray


@dataclass(frozen=True, slots=True)
class DayNetwork:
    """One day of a network, in both directions, and how many trips run."""

    day: date
    trips: int
    directions: tuple[Direction, Direction]


def build_network(timetable: Timetable, walk: WalkSettings, transfer: TransferSettings) -> Network:
    """The network of a timetable under the settings of walking and changing. METHOD 4."""
    to_metres = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    xy = np.column_stack(
        to_metres.transform(timetable.stops["lon"].to_numpy(), timetable.stops["lat"].to_numpy())
    )
    same_trip = timetable.trip[:-1] == timetable.trip[1:]
    first = np.flatnonzero(same_trip)
    served = np.unique(timetable.stop)
    changes = _changes(timetable, xy, served, walk, transfer)
    network = {
        "trip": timetable.trip[first],
        "from_stop": timetable.stop[first],
        "to_stop": timetable.stop[first + 1],
        "departure_s": timetable.departure_s[first],
        "arrival_s": timetable.arrival_s[first + 1],
        "boarding": timetable.boarding[first],
        "alighting": timetable.alighting[first + 1],
    }
    links, not_in_seat = _links(timetable, network)
    return Network(
        timetable=timetable,
        stop_xy_m=xy,
        served=served,
        changes=(
            _compressed(changes, "from_stop", "to_stop", len(xy)),
            _compressed(changes, "to_stop", "from_stop", len(xy)),
        ),
        links=links,
        not_in_seat=not_in_seat,
        walk=walk,
        transfer=transfer,
        **network,
    )


def _changes(
    timetable: Timetable, xy: np.ndarray, served: np.ndarray, walk: WalkSettings, transfer: TransferSettings
) -> pd.DataFrame:
    """Every possible change between two stops: from_stop, to_stop, change_s, walk_m.

    transfers.txt goes first; where it is silent, `min_transfer` at the stop and within its stop area, and
    `min_transfer` plus the walk to a stop of another area.
    """
    least_s = round(transfer.min_transfer_min * 60)
    area = timetable.stops["area"].to_numpy()
    pairs = cKDTree(xy[served]).query_pairs(
        transfer.max_transfer_walk_m / walk.detour * (1 + 1e-9), output_type="ndarray"
    )
    one, other = served[pairs[:, 0]], served[pairs[:, 1]]
    within = pd.DataFrame({"stop": served, "area": area[served]})
    within = within.merge(within, on="area")
    found = pd.DataFrame(
        {
            "from_stop": np.concatenate([one, other, within["stop_x"]]),
            "to_stop": np.concatenate([other, one, within["stop_y"]]),
        }
    ).drop_duplicates()

    def measured(frame: pd.DataFrame) -> pd.DataFrame:
        a, b = frame["from_stop"].to_numpy(np.int64), frame["to_stop"].to_numpy(np.int64)
        metres = np.hypot(*(xy[a] - xy[b]).T) * walk.detour
        same_area = area[a] == area[b]
        seconds = least_s + np.where(same_area, 0, walk_seconds(metres, walk))
        return frame.assign(walk_m=metres, change_s=seconds, same_area=same_area)

    found = measured(found)
    found = found[found["same_area"] | (found["walk_m"] <= transfer.max_transfer_walk_m)]
    rules = timetable.change_rules
    if not len(rules):
        return found[["from_stop", "to_stop", "change_s", "walk_m"]]
    rules = measured(rules.astype({"from_stop": np.int64, "to_stop": np.int64}))
    timed = rules["kind"] == TIMED
    stated = (rules["kind"] == MINIMUM) & (rules["min_s"] >= 0)
    rules["change_s"] = np.where(timed, 0, np.where(stated, rules["min_s"], rules["change_s"]))
    silent = found.merge(rules[["from_stop", "to_stop"]], how="left", indicator=True)
    silent = silent[silent["_merge"] == "left_only"]
    kept = rules[rules["kind"] != FORBIDDEN]
    columns = ["from_stop", "to_stop", "change_s", "walk_m"]
    return pd.concat([silent[columns], kept[columns]], ignore_index=True)


def _compressed(changes: pd.DataFrame, start: str, end: str, stops: int) -> Walks:
    ordered = changes.sort_values([start, "change_s", end])
    offset = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(ordered[start].to_numpy(np.int64), minlength=stops), out=offset[1:])
    return Walks(
        offset,
        ordered[end].to_numpy(np.int64),
        ordered["change_s"].to_numpy(np.int64),
        ordered["walk_m"].to_numpy(float),
    )


def _links(
    timetable: Timetable, network: dict[str, np.ndarray]
) -> tuple[pd.DataFrame, frozenset[tuple[int, int]]]:
    """Changes between named trips (transfer types 1 and 4), and the pairs where staying seated is ruled out (5)."""
    rules = timetable.trip_rules
    area = timetable.stops["area"].to_numpy()
    offset = np.searchsorted(network["trip"], np.arange(len(timetable.trips) + 1))
    rows: list[tuple[int, int, bool]] = []
    barred = set()
    for one, other, here, there, kind in zip(
        *(rules[name] for name in ("from_trip", "to_trip", "from", "to", "kind")), strict=True
    ):
        if kind == NOT_IN_SEAT:
            barred.add((int(one), int(other)))
            continue
        arriving = np.arange(offset[one], offset[one + 1])
        leaving = np.arange(offset[other], offset[other + 1])
        if here >= 0:
            arriving = arriving[area[network["to_stop"][arriving]] == area[here]]
        elif kind == IN_SEAT:
            arriving = arriving[-1:]
        if there >= 0:
            leaving = leaving[area[network["from_stop"][leaving]] == area[there]]
        elif kind == IN_SEAT:
            leaving = leaving[:1]
        for connection in arriving:
            later = leaving[network["departure_s"][leaving] >= network["arrival_s"][connection]]
            if len(later):
                rows.append((int(connection), int(later[0]), kind == IN_SEAT))
    links = pd.DataFrame(rows, columns=["from_connection", "to_connection", "in_seat"]).drop_duplicates()
    # A trip that meets itself (a rule from a trip to the same trip) is no change.
    same = (
        network["trip"][links["from_connection"].to_numpy(np.int64)]
        == network["trip"][links["to_connection"].to_numpy(np.int64)]
    )
    return links[~same].sort_values(["from_connection", "to_connection", "in_seat"]).reset_index(
        drop=True
    ), frozenset(barred)


def _noon_minus_12h(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(12), tzinfo=zone).timestamp() - 12 * 3600


def day_start(day: date, timezone: str) -> float:
    """The moment that GTFS counts the times of `day` from: noon minus 12 h, as a POSIX time stamp."""
    return _noon_minus_12h(day, ZoneInfo(timezone))


def _block_links(network: Network, runs: np.ndarray) -> list[tuple[int, int]]:
    """Trips of one block that follow each other today at one stop area: one may stay seated."""
    trips = network.timetable.trips
    in_block = np.flatnonzero(runs & (trips["block_id"] != "").to_numpy())
    if not len(in_block):
        return []
    area = network.timetable.stops["area"].to_numpy()
    offset = np.searchsorted(network.trip, np.arange(len(trips) + 1))
    frame = pd.DataFrame({"trip": in_block, "first": offset[in_block], "last": offset[in_block + 1] - 1})
    frame = frame[frame["last"] >= frame["first"]]
    frame["block"] = (
        trips["block_id"].to_numpy()[frame["trip"]]
        + "/"
        + trips["feed"].to_numpy()[frame["trip"]].astype(str)
    )
    frame["departure_s"] = network.departure_s[frame["first"]]
    frame = frame.sort_values(["block", "departure_s", "trip"])
    links = []
    for before, after in pairwise(records(frame)):
        if (
            before.block == after.block
            and network.departure_s[after.first] >= network.arrival_s[before.last]
            and area[network.to_stop[before.last]] == area[network.from_stop[after.first]]
            and (before.trip, after.trip) not in network.not_in_seat
        ):
            links.append((int(before.last), int(after.first)))
    return links


def _day_network(network: Network, day: date) -> DayNetwork:
    zone = ZoneInfo(network.timetable.timezone)
    before = day - timedelta(days=1)
    # How much later today's times are counted from than yesterday's: 24 h, or 23 or 25 when the clocks change.
    shift_s = round(_noon_minus_12h(day, zone) - _noon_minus_12h(before, zone))
    today, yesterday = network.timetable.trips_on(day), network.timetable.trips_on(before)
    now = np.flatnonzero(today[network.trip]) if len(network.trip) else np.zeros(0, np.int64)
    late = (
        np.flatnonzero(yesterday[network.trip] & (network.departure_s >= shift_s))
        if len(network.trip)
        else np.zeros(0, np.int64)
    )
    connection = np.concatenate([now, late]).astype(np.int64)
    from_yesterday = np.concatenate([np.zeros(len(now), bool), np.ones(len(late), bool)])
    shift = np.where(from_yesterday, shift_s, 0)
    departure = network.departure_s[connection] - shift
    arrival = network.arrival_s[connection] - shift

    named = [
        (*link, late) for link in network.links.itertuples(index=False, name=None) for late in (False, True)
    ]
    seats = [
        (one, other, True, late)
        for late, runs in ((False, today), (True, yesterday))
        for one, other in _block_links(network, runs)
    ]
    linked = [*named, *seats]
    directions = tuple(
        _direction(network, direction, connection, from_yesterday, departure, arrival, linked)
        for direction in DIRECTIONS
    )
    return DayNetwork(day, int(today.sum()), (directions[0], directions[1]))


def _direction(
    network: Network,
    direction: int,
    connection: np.ndarray,
    from_yesterday: np.ndarray,
    departure: np.ndarray,
    arrival: np.ndarray,
    linked: list[tuple[int, int, bool, bool]],
) -> Direction:
    home = direction == HOME
    starts, ends = (-arrival, -departure) if home else (departure, arrival)
    # Latest first; within a trip the later ride first, also when several leave in the same second.
    along = connection if home else -connection
    order = np.lexsort((from_yesterday, along, -starts))
    connection, from_yesterday, starts, ends = (
        connection[order],
        from_yesterday[order],
        starts[order],
        ends[order],
    )
    count = len(order)

    place = {}
    for late in (False, True):
        lookup = np.full(len(network.trip) + 2, -1, np.int64)
        chosen = np.flatnonzero(from_yesterday == late)
        lookup[connection[chosen]] = chosen
        place[late] = lookup
    step = -1 if home else 1
    neighbour = connection + step
    inside = (neighbour >= 0) & (neighbour < len(network.trip))
    same = (
        inside
        & (network.trip[np.clip(neighbour, 0, max(len(network.trip) - 1, 0))] == network.trip[connection])
        if count
        else inside
    )
    following = np.where(from_yesterday, place[True][neighbour], place[False][neighbour])
    following = np.where(same, following, -1).astype(np.int64)

    from_stop, to_stop = network.from_stop[connection], network.to_stop[connection]
    board, alight = network.boarding[connection], network.alighting[connection]
    if home:
        from_stop, to_stop, board, alight = to_stop, from_stop, alight, board

    stops = len(network.stop_xy_m)
    by_stop = np.argsort(from_stop, kind="stable").astype(np.int64)
    stop_offset = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(from_stop, minlength=stops), out=stop_offset[1:])
    slot = np.empty(count, np.int64)
    slot[by_stop] = np.arange(count)

    pairs: list[tuple[int, int, bool]] = []
    for one, other, in_seat, late in linked:
        start, end = (other, one) if home else (one, other)
        a, b = place[late][start], place[late][end]
        if a >= 0 and b >= 0:
            pairs.append((int(a), int(b), bool(in_seat)))
    links = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 3)
    link_offset = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(links[:, 0], minlength=count), out=link_offset[1:])

    boundary = np.flatnonzero(np.diff(starts)) + 1
    group_ends = np.append(boundary, count)
    group = np.searchsorted(boundary, np.arange(count), side="right")
    tied = np.zeros(len(group_ends), bool)
    np.logical_or.at(tied, group, starts == ends)
    return Direction(
        connection=connection,
        departure_s=starts,
        arrival_s=ends,
        from_stop=from_stop,
        to_stop=to_stop,
        following=following,
        board=board,
        alight=alight,
        stop_offset=stop_offset,
        stop_slot=by_stop,
        slot=slot,
        link_offset=link_offset,
        link_to=links[:, 1].copy(),
        link_in_seat=links[:, 2].astype(bool),
        group_end=group_ends[group] if count else np.zeros(0, np.int64),
        group_tied=tied[group] if count else np.zeros(0, bool),
    )


def usable(flags: np.ndarray, *, booking: bool) -> np.ndarray:
    """Where one may board or alight, with or without booking ahead."""
    return np.asarray(flags != NOT_ALLOWED if booking else flags == ALLOWED)
