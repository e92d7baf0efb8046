"""Searches for one target: the journeys of many origins, one way, on many days. METHOD 4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from geomatch.settings import LimitSettings
from geomatch.travel.changes import ROUNDING_M, Walks, walk_seconds
from geomatch.travel.days import Days, Rides
from geomatch.travel.network import HOME, OUT, Network
from geomatch.travel.reach import bounds, candidates, nearest, select
from geomatch.travel.scan import (
    BEGIN,
    BOUND,
    CHANGE_MASK,
    INFINITE,
    MOST_DAYS,
    NONE,
    WALK,
    figures,
    query,
    scan_layer,
)

__all__ = [
    "Moment",
    "Places",
    "Scan",
    "Scratch",
    "Search",
    "Surroundings",
    "Target",
    "Ways",
    "asked_by",
    "bound_of",
    "deadlines",
    "one_way",
    "searches",
    "surroundings",
    "target_of",
]

# No search without limits takes longer than the two days that times of a feed may span.
_LONGEST_S = 2 * 24 * 3600

# How long before the deadline (in the scan's time) to look whether everybody has found a way.
_STEPS_S = np.array([75, 105, 150, 210, 300, 420, 600]) * 60


class Scratch:
    """Work space of one thread, used for one scan after the other."""

    def __init__(self, network: Network) -> None:
        # A row per layer of a scan, for trips of the day and of the day before.
        self.trip_place = np.full((1, 2 * len(network.service_of_trip)), -1, np.int32)
        self.room = 1

    def deepen(self, layers: int) -> None:
        """Room for so many layers."""
        missing = layers - len(self.trip_place)
        if missing > 0:
            more = np.full((missing, self.trip_place.shape[1]), -1, np.int32)
            self.trip_place = np.concatenate([self.trip_place, more])


class Places:
    """Origins and targets of a question, with their walks to stops, made once for a network.

    Args:
        network: Stops and settings of walking.
        origins_xy_m, targets_xy_m: n x 2, EPSG:3006.
    """

    def __init__(self, network: Network, origins_xy_m: np.ndarray, targets_xy_m: np.ndarray) -> None:
        self.network = network
        self.origins_xy_m, self.targets_xy_m = origins_xy_m, targets_xy_m
        self.origins = network.stops_near(origins_xy_m)
        self.targets = network.stops_near(targets_xy_m)

    def egress(self, target: int) -> tuple[np.ndarray, np.ndarray]:
        """Per stop, seconds (INFINITE when too far) and metres of the walk to the target."""
        seconds = np.full(len(self.network.stop_xy_m), INFINITE, np.int32)
        metres = np.zeros(len(seconds))
        span = slice(self.targets.offset[target], self.targets.offset[target + 1])
        seconds[self.targets.stop[span]] = self.targets.walk_s[span]
        metres[self.targets.stop[span]] = self.targets.walk_m[span]
        return seconds, metres

    def direct(self, target: int) -> tuple[np.ndarray, np.ndarray]:
        """Per origin, seconds (INFINITE when too far) and metres of the walk from door to door."""
        metres = np.hypot(*(self.origins_xy_m - self.targets_xy_m[target]).T) * self.network.walk.detour
        near = metres <= self.network.walk.max_walk_m + ROUNDING_M
        seconds = np.full(len(metres), INFINITE, np.int32)
        seconds[near] = walk_seconds(metres[near], self.network.walk)
        return seconds, metres


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a search in one direction towards one or several targets reads.

    Attributes:
        direction: OUT or HOME.
        limit_s: Longest journey; INFINITE without a limit.
        rides: The connections, by how much later the times of a day are counted from than those of the day before.
        room: Likewise, where the list of each stop begins when each of its connections is worth boarding once.
    """

    direction: int
    limit_s: int
    rides: dict[int, Rides]
    room: dict[int, np.ndarray]


def bound_of(network: Network, direction: int, egress_s: np.ndarray, limit_s: int) -> np.ndarray:
    """Least seconds from each stop to a target, INFINITE beyond `limit_s`.

    Args:
        network: Stops and their hops.
        direction: OUT for ways towards the target in the scan's direction OUT; HOME likewise.
        egress_s: Walk from each stop to the target, INFINITE where it is too far.
        limit_s: How far to look.
    """
    hops = network.hops[direction]
    bound_s = np.empty(len(egress_s), np.int32)
    bounds(hops.offset, hops.stop, hops.least_s, egress_s, min(limit_s, _LONGEST_S), bound_s)
    return bound_s


def surroundings(days: Days, direction: int, bound_s: np.ndarray | None, limit_s: int) -> Surroundings:
    """The connections of `days` that can be of use; all of them when `bound_s` is None."""
    rides = {int(shift): days.rides(direction, int(shift)) for shift in np.unique(days.shift_s)}
    if bound_s is not None:
        rides = {
            shift: part.at(select(part.departure_s, part.arrival_s, part.to_stop, bound_s, limit_s))
            for shift, part in rides.items()
        }
    room = {}
    for shift, part in rides.items():
        room[shift] = np.zeros(len(days.network.stop_xy_m) + 1, np.int64)
        np.cumsum(np.bincount(part.from_stop, minlength=len(room[shift]) - 1), out=room[shift][1:])
    return Surroundings(direction, limit_s, rides, room)


@dataclass(frozen=True, slots=True)
class Moment:
    """A session as one direction sees it: place of its day among the days, and the deadline in the scan's time."""

    day: int
    deadline_s: int


def deadlines(direction: int, day: int, start_s: int, end_s: int, margin_s: int) -> Moment:
    """Outbound one must be there `margin_s` before the start; homebound one leaves no earlier than after the end."""
    return Moment(day, start_s - margin_s if direction == OUT else -(end_s + margin_s))


@dataclass(frozen=True, slots=True)
class Ways:
    """Journeys one way, sessions x origins, in a person's time.

    Attributes:
        found: Whether there is a journey.
        departure_s, arrival_s: Seconds after noon minus 12 h.
        transfers: Changes of vehicle.
        walked: The journey is a walk from door to door.
        later: Homebound, whether a later journey exists.
        walk_m, wait_s: Metres walked, seconds waited between vehicles.
        tightest_s: Shortest change; -1 without a change.
        booked: A leg must be booked ahead.
    """

    found: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    transfers: np.ndarray
    walked: np.ndarray
    later: np.ndarray
    walk_m: np.ndarray
    wait_s: np.ndarray
    tightest_s: np.ndarray
    booked: np.ndarray

    @classmethod
    def none(cls, sessions: int, origins: int) -> Ways:
        """No journeys."""
        kinds = (bool, np.int32, np.int32, np.int32, bool, bool, float, np.int32, np.int32, bool)
        return cls(*(np.zeros((sessions, origins), kind) for kind in kinds))

    def put(self, origins: np.ndarray, other: Ways, sessions: np.ndarray | None = None) -> None:
        """Take over the journeys of `other`, whose origins are `origins`; of marked sessions only when given."""
        marked = np.ones(len(other.found), bool) if sessions is None else sessions
        for one in fields(self):
            getattr(self, one.name)[np.ix_(np.flatnonzero(marked), origins)] = getattr(other, one.name)[
                marked
            ]

    def put_sessions(self, sessions: list[int], other: Ways) -> None:
        """Take over the journeys of some sessions."""
        for one in fields(self):
            getattr(self, one.name)[sessions] = getattr(other, one.name)

    def fill(self, sessions: np.ndarray, origins: np.ndarray, other: Ways) -> None:
        """Take over journeys of `other`, which has these sessions and origins, where there is none here."""
        lacking = ~self.found[np.ix_(sessions, origins)]
        for one in fields(self):
            values = getattr(self, one.name)
            mine = values[np.ix_(sessions, origins)]
            values[np.ix_(sessions, origins)] = np.where(lacking, getattr(other, one.name), mine)

    def of(self, origins: np.ndarray) -> Ways:
        """The journeys of some origins."""
        return Ways(*(getattr(self, one.name)[:, origins] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Target:
    """A target as searches see it, with the origins that ask.

    Attributes:
        egress_s, egress_m: Walk from each stop; INFINITE where it is too far.
        bound_s: For each stop the least seconds to the target; INFINITE beyond the limit.
        rows: Numbers of the origins, int32.
        direct_s, direct_m: Walk of each of them from door to door.
    """

    egress_s: np.ndarray
    egress_m: np.ndarray
    bound_s: np.ndarray
    rows: np.ndarray
    direct_s: np.ndarray
    direct_m: np.ndarray

    def of(self, chosen: np.ndarray) -> Target:
        """The target for some of the origins."""
        return Target(
            self.egress_s,
            self.egress_m,
            self.bound_s,
            self.rows[chosen],
            self.direct_s[chosen],
            self.direct_m[chosen],
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Links between connections that are read: for each connection where they begin, and the days as bits."""

    offset: np.ndarray
    to: np.ndarray
    seated: np.ndarray
    days: np.ndarray


@dataclass(frozen=True, slots=True)
class Layer:
    """Stops, departures worth boarding, and pieces of each connection: what `scan_layer` fills."""

    stops: np.ndarray
    board: np.ndarray
    span: np.ndarray

    @classmethod
    def empty(cls, room: np.ndarray, bound_s: np.ndarray, connections: int) -> Layer:
        """Nothing worth boarding yet; `room` says where the list of each stop begins, and where the last ends."""
        stops = np.zeros((len(room), 4), np.int64)
        stops[:, BEGIN] = room
        stops[:-1, BOUND] = bound_s
        return cls(stops, np.empty((int(room[-1]), 4), np.int64), np.zeros((connections, 2), np.int64))


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of several days: what `query`, `figures` and `trace` read; one layer, or one per change and one more."""

    rides: Rides
    days: int
    layers: list[Layer]
    limited: bool
    pieces: np.ndarray

    def spans(self) -> np.ndarray:
        """Pieces of each connection, by layer."""
        return np.stack([layer.span for layer in self.layers]) if self.limited else self.layers[0].span[None]


class _FullError(Exception):
    """The lists of a scan were too small."""


def _linked(days: Days, rides: Rides, direction: int, chosen: Sequence[int]) -> Linked:
    """The links between connections of `rides` on the chosen days, listed per connection; empty without any."""
    none = Linked(*(np.zeros(0, kind) for kind in (np.int32, np.int32, bool, np.int64)))
    links = days.links
    place = np.flatnonzero(rides.linked)
    if not len(place):
        return none
    trips, connections = len(days.network.service_of_trip), len(days.network.trip)
    name = rides.connection[place] + connections * (rides.trip[place] >= trips).astype(np.int64)
    order = np.argsort(name)
    name, place = name[order], place[order]

    def places(wanted: np.ndarray) -> np.ndarray:
        found = np.minimum(np.searchsorted(name, wanted), len(name) - 1)
        return np.where(name[found] == wanted, place[found], -1)

    start, end = places(links.start), places(links.end)
    if direction == HOME:
        start, end = end, start
    bits = _bits(links.holds[:, list(chosen)])
    keep = (start >= 0) & (end >= 0) & (bits != 0)
    if not keep.any():
        return none
    start, end, seated, bits = start[keep], end[keep], links.seated[keep], bits[keep]
    order = np.lexsort((seated, end, start))
    offset = np.zeros(len(rides.connection) + 1, np.int32)
    np.cumsum(np.bincount(start, minlength=len(rides.connection)), out=offset[1:])
    return Linked(offset, end[order].astype(np.int32), seated[order], bits[order])


def _bits(holds: np.ndarray) -> np.ndarray:
    """Rows of marks per day as whole numbers, a bit per day."""
    return holds.astype(np.int64) @ (np.int64(1) << np.arange(holds.shape[1], dtype=np.int64))


class Search:
    """Scans for one target, one deadline and some days (at most MOST_DAYS) with the same shift of the clock."""

    def __init__(
        self,
        days: Days,
        places: Places,
        near: Surroundings,
        scratch: Scratch,
        shift_s: int,
        chosen: Sequence[int],
        deadline_s: int,
        limits: LimitSettings | None,
    ) -> None:
        self.days, self.places, self.near, self.scratch = days, places, near, scratch
        self.rides, self.room = near.rides[shift_s], near.room[shift_s]
        self.chosen, self.deadline_s = list(chosen), deadline_s
        self.booking = limits is None or limits.allow_booking
        self.most = CHANGE_MASK if limits is None else limits.max_transfers
        self.runs = _bits(days.runs[self.chosen].T)
        self.linked = _linked(days, self.rides, near.direction, self.chosen)
        self.first = int(np.searchsorted(-self.rides.departure_s, -deadline_s))

    def scan(self, target: Target, layers: int | None, wanted: np.ndarray) -> Scan:
        """One scan, which ends when all origins of the target have found a way on all days.

        Args:
            target: Where to, and who asks.
            layers: None without a limit on changes, else the number of changes allowed + 1.
            wanted: For each day whether it is asked about.
        """
        while True:
            try:
                return self._scan(target, layers, wanted)
            except _FullError:
                self.scratch.room *= 2
            finally:
                self.scratch.trip_place[:, self.rides.trip[self.first :]] = -1

    def _scan(self, target: Target, layers: int | None, wanted: np.ndarray) -> Scan:
        rides, depth = self.rides, layers or 1
        count, stops = len(rides.connection), len(self.room) - 1
        room = self.room * self.scratch.room
        pieces = np.empty((depth * count * self.scratch.room + 1, 4), np.int64)
        # Below the first layer there is none to change to.
        below = Layer.empty(np.zeros_like(room), target.bound_s, count if layers else 0)
        board = [Layer.empty(room, target.bound_s, count) for _layer in range(depth)]
        follow = np.empty((depth, count), np.int32)
        self.scratch.deepen(depth)
        scan = Scan(rides, len(self.chosen), board, layers is not None, pieces)
        away_s = self._away(target) if layers else np.zeros(stops, np.int32)
        runs = self.runs & _bits(wanted[None])[0]
        used, first, asking = 0, self.first, target
        for last in self._parts():
            for number, layer in enumerate(board):
                before = layer if layers is None else board[number - 1] if number else below
                used = self._read(
                    first, last, runs, target, away_s, before, layer, pieces, used, number, follow[number]
                )
            first = last
            if last < count:
                asking = asking.of(self._still_asking(scan, asking, wanted, int(-rides.departure_s[last])))
                if not len(asking.rows):
                    break
                away_s = self._away(asking)
        return scan

    def _parts(self) -> list[int]:
        """Where to pause: a limit on the journey lets most searches end long before the day does."""
        count = len(self.rides.connection)
        if self.near.limit_s == INFINITE:
            return [count]
        pauses = np.searchsorted(-self.rides.departure_s, _STEPS_S - self.deadline_s)
        return [*(int(place) for place in np.unique(pauses) if self.first < place < count), count]

    def _read(
        self,
        first: int,
        last: int,
        runs: np.ndarray,
        target: Target,
        away_s: np.ndarray,
        before: Layer,
        layer: Layer,
        pieces: np.ndarray,
        used: int,
        number: int,
        follow: np.ndarray,
    ) -> int:
        """Read some connections into a layer; returns the pieces in use."""
        rides, changes, linked = self.rides, self.days.network.changes[self.near.direction], self.linked
        used = scan_layer(
            first, last, runs, rides.departure_s, rides.arrival_s, rides.from_stop, rides.to_stop, rides.trip,
            rides.service, rides.board, rides.alight, self.booking, target.egress_s, self.deadline_s,
            self.near.limit_s, target.bound_s, away_s, changes.offset, changes.stop, changes.walk_s,
            linked.offset, linked.to, linked.seated, linked.days, before.stops, before.board, before.span,
            layer.stops, layer.board, layer.span, pieces, used, self.scratch.trip_place[number], follow,
        )  # fmt: skip
        if used < 0:
            raise _FullError
        return int(used)

    def _still_asking(self, scan: Scan, asking: Target, wanted: np.ndarray, before_s: int) -> np.ndarray:
        """The origins for which connections that leave at `-before_s` or earlier may still matter."""
        found = self.ask(scan, asking)
        done = (found["place"] != NONE) & (found["departure_s"] > -before_s)
        if self.near.direction == HOME:
            done &= found["later"]
        return np.flatnonzero(~done[:, wanted].all(axis=1))

    def _away(self, asking: Target) -> np.ndarray:
        """For each stop the least seconds in which one of the origins can be there; INFINITE beyond the limit."""
        walks = self.places.origins
        access_s = np.full(len(self.room) - 1, INFINITE, np.int32)
        nearest(asking.rows, walks.offset, walks.stop, walks.walk_s, access_s)
        return bound_of(self.days.network, 1 - self.near.direction, access_s, self.near.limit_s)

    def ask(self, scan: Scan, target: Target) -> dict[str, np.ndarray]:
        """The best journeys of the target's origins, origins x days, in the scan's time."""
        shape = (len(target.rows), scan.days)
        names = ("departure_s", "arrival_s", "transfers", "place", "access")
        found = {name: np.empty(shape, np.int32) for name in names}
        found |= {name: np.empty(shape, bool) for name in ("later", "over")}
        walks, top = self.places.origins, scan.layers[-1]
        query(
            target.rows, scan.days, walks.offset, walks.stop, walks.walk_s, walks.walk_m, target.direct_s,
            self.deadline_s, self.near.limit_s, self.most, self.near.direction == HOME, top.stops, top.board,
            *found.values(),
        )  # fmt: skip
        return found

    def answers(self, target: Target) -> list[tuple[np.ndarray, np.ndarray, Scan, dict[str, np.ndarray]]]:
        """The best journeys: for all origins and days, and again for those that the limit on changes may alter.

        Without that limit a scan is several times faster, and mostly no journey has more changes than allowed.

        Returns:
            Places among the origins, marks of the days, the scan that answers and its answers; a later entry goes
            before an earlier.
        """
        every = np.ones(len(self.chosen), bool)
        scan = self.scan(target, None, every)
        found = self.ask(scan, target)
        result: list[tuple[np.ndarray, np.ndarray, Scan, dict[str, np.ndarray]]] = []
        result.append((np.arange(len(target.rows)), every, scan, found))
        if found["over"].any():
            some = np.flatnonzero(found["over"].any(axis=1))
            days = np.asarray(found["over"].any(axis=0))
            again = self.scan(target.of(some), self.most + 1, days)
            result.append((some, days, again, self.ask(again, target.of(some))))
        return result

    def ways(self, target: Target) -> Ways:
        """The journeys with their figures, days x origins, in a person's time."""
        network, rides = self.days.network, self.rides
        result = Ways.none(len(self.chosen), len(target.rows))
        for rows, days, scan, found in self.answers(target):
            some = target.of(rows)
            shape = found["place"].shape
            walk_m, wait_s = np.empty(shape), np.empty(shape, np.int32)
            tightest_s, booked = np.empty(shape, np.int32), np.empty(shape, bool)
            figures(
                found["place"], found["access"], self.places.origins.walk_m, some.direct_m, scan.limited,
                scan.spans(), scan.pieces, rides.departure_s, rides.arrival_s, rides.from_stop, rides.to_stop,
                rides.board, rides.alight, target.egress_m, network.stop_xy_m, network.walk.detour,
                network.walk.speed_kmh, walk_m, wait_s, tightest_s, booked,
            )  # fmt: skip
            departure, arrival = found["departure_s"], found["arrival_s"]
            if self.near.direction == HOME:
                departure, arrival = -arrival, -departure
            place = found["place"]
            parts = (
                place != NONE, departure, arrival, found["transfers"], place == WALK, found["later"],
                walk_m, wait_s, tightest_s, booked,
            )  # fmt: skip
            result.put(rows, Ways(*(part.T for part in parts)), days)
        return result


def searches(
    days: Days,
    places: Places,
    near: Surroundings,
    scratch: Scratch,
    moments: Sequence[Moment],
    limits: LimitSettings | None,
) -> Iterator[tuple[list[int], Search]]:
    """The searches that answer sessions: those with one deadline share one.

    Yields:
        Places of the sessions, a day of the search each, and the search.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for place, moment in enumerate(moments):
        groups.setdefault((int(days.shift_s[moment.day]), moment.deadline_s), []).append(place)
    for (shift_s, deadline_s), members in groups.items():
        for start in range(0, len(members), MOST_DAYS):
            part = members[start : start + MOST_DAYS]
            chosen = [moments[place].day for place in part]
            yield part, Search(days, places, near, scratch, shift_s, chosen, deadline_s, limits)


def target_of(places: Places, near: Surroundings, target: int, rows: np.ndarray | None) -> Target:
    """A target for origins `rows`; all for which a journey is not ruled out unless given."""
    egress_s, egress_m = places.egress(target)
    direct_s, direct_m = places.direct(target)
    bound_s = bound_of(places.network, near.direction, egress_s, near.limit_s)
    if rows is None:
        walks: Walks = places.origins
        rows = candidates(walks.offset, walks.stop, walks.walk_s, direct_s, bound_s, near.limit_s)
    return Target(egress_s, egress_m, bound_s, rows, direct_s[rows], direct_m[rows])


def asked_by(target: Target, places: Places, number: int, rows: np.ndarray) -> Target:
    """The same target, number `number` of `places`, for origins `rows`."""
    direct_s, direct_m = places.direct(number)
    return Target(target.egress_s, target.egress_m, target.bound_s, rows, direct_s[rows], direct_m[rows])


def one_way(
    days: Days,
    places: Places,
    near: Surroundings,
    scratch: Scratch,
    target: Target,
    moments: Sequence[Moment],
    limits: LimitSettings | None,
) -> Ways:
    """The journeys of a target's origins to (or from) it for all `moments`.

    Args:
        days: Days of the question.
        places: Its origins and targets.
        near: What to read.
        scratch: Work space of this thread.
        target: From `target_of`.
        moments: Day and deadline of each session.
        limits: METHOD 4's limits inside the search; None: the best journey whatever it takes, booking included.
    """
    result = Ways.none(len(moments), len(target.rows))
    if len(target.rows):
        for sessions, search in searches(days, places, near, scratch, moments, limits):
            result.put_sessions(sessions, search.ways(target))
    return result
