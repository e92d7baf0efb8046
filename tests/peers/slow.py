"""A slow, obviously right search on a day of a whole feed, with the peers' rules to switch on.

Round after round, every trip of the day is ridden from its first call to its last: who stands at a stop in time
boards, who is aboard gets off everywhere. All departures of an origin are followed at once, one column each.
Nothing is left out because something better was seen before. METHOD 4's rules of changing are written down here a
second time (`changes_of`); a peer's own rules are another table of changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from .plain_gtfs import BOOKED_ROUTE_TYPES, PlainFeed, Rule, Stop, Trip, noon_minus_12h

NEVER = 1 << 40
MIDNIGHT_S = 24 * 3600

Changes = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Rules:
    """METHOD 4's numbers."""

    detour: float = 1.3
    speed_kmh: float = 4.5
    max_walk_m: float = 2000.0
    min_transfer_s: int = 180
    max_transfer_walk_m: float = 500.0
    limit_s: int = 90 * 60
    max_transfers: int = 4


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """A journey one way: seconds after noon minus 12 h."""

    departure: int
    arrival: int
    transfers: int


def best_out(ways: Iterable[Way | None]) -> Way | None:
    """Latest departure; of those earliest arrival; of those fewest changes (METHOD 4)."""
    found = (way for way in ways if way is not None)
    return min(found, key=lambda way: (-way.departure, way.arrival, way.transfers), default=None)


def best_home(ways: Iterable[Way | None]) -> Way | None:
    """Earliest arrival; of those latest departure; of those fewest changes (METHOD 4)."""
    found = (way for way in ways if way is not None)
    return min(found, key=lambda way: (way.arrival, -way.departure, way.transfers), default=None)


def walked_m(one: tuple[float, float], other: tuple[float, float], rules: Rules) -> float:
    return math.hypot(one[0] - other[0], one[1] - other[1]) * rules.detour


def walk_s(metres: float, rules: Rules) -> int:
    return math.ceil(round(metres * 3.6 / rules.speed_kmh, 6))


def near(feed: PlainFeed, stops: Iterable[str], place: tuple[float, float], rules: Rules) -> dict[str, int]:
    """Seconds of the walk between a place and each of `stops` within reach of it."""
    metres = {name: walked_m((feed.stops[name].x_m, feed.stops[name].y_m), place, rules) for name in stops}
    return {name: walk_s(m, rules) for name, m in metres.items() if m <= rules.max_walk_m}


def neighbours(feed: PlainFeed, stops: Iterable[str], reach_m: float) -> dict[str, list[str]]:
    """For each stop those nearer than `reach_m` as the crow flies, or a little farther: found square by square."""
    side = max(reach_m, 1.0)
    squares: dict[tuple[int, int], list[str]] = {}
    for name in stops:
        stop = feed.stops[name]
        squares.setdefault((math.floor(stop.x_m / side), math.floor(stop.y_m / side)), []).append(name)
    return {
        name: [
            other
            for x in (column - 1, column, column + 1)
            for y in (row - 1, row, row + 1)
            for other in squares.get((x, y), ())
        ]
        for (column, row), names in squares.items()
        for name in names
    }


def changes_of(feed: PlainFeed, rules: Rules) -> dict[str, dict[str, int]]:
    """METHOD 4: seconds for each change that can be made, from stop to stop.

    transfers.txt goes first, a rule that names platforms before one that names their stations; where it is silent,
    the usual time at a stop and within its area, and the usual time and the walk to another stop within reach.
    """
    used = feed.used()
    platforms: dict[str, list[str]] = {}
    for name in used:
        platforms.setdefault(feed.stops[name].area, []).append(name)
    stated: dict[tuple[str, str], tuple[int, str, int]] = {}
    for rule in feed.rules:
        if rule.from_trip or rule.to_trip:
            continue
        ends = [
            platforms.get(name, []) if feed.stops[name].station else [name] for name in (rule.start, rule.end)
        ]
        vague = sum(feed.stops[name].station for name in (rule.start, rule.end))
        for one in ends[0]:
            for other in ends[1]:
                mine = (vague, rule.kind, rule.seconds)
                stated[one, other] = min(stated.get((one, other), mine), mine)

    close = neighbours(feed, used, rules.max_transfer_walk_m / rules.detour)
    changes: dict[str, dict[str, int]] = {}
    for one in used:
        here = feed.stops[one]
        changes[one] = {}
        for other in sorted({*close[one], *platforms[here.area]}):
            seconds = _usual_s(here, feed.stops[other], rules)
            if seconds is not None:
                changes[one][other] = seconds
    for (one, other), (_vague, kind, seconds) in stated.items():
        far = feed.stops[other]
        if kind == "3":
            changes[one].pop(other, None)
        elif kind == "1":
            changes[one][other] = 0
        elif kind == "2" and seconds >= 0:
            changes[one][other] = seconds
        else:
            changes[one][other] = _usual_s(feed.stops[one], far, rules, however_far=True) or 0
    return changes


def _usual_s(one: Stop, other: Stop, rules: Rules, *, however_far: bool = False) -> int | None:
    if one.area == other.area:
        return rules.min_transfer_s
    metres = walked_m((one.x_m, one.y_m), (other.x_m, other.y_m), rules)
    if metres > rules.max_transfer_walk_m and not however_far:
        return None
    return rules.min_transfer_s + walk_s(metres, rules)


def guaranteed(feed: PlainFeed) -> list[tuple[str, int, str, int]]:
    """Changes between named trips that wait for each other: trip and call, to trip and call."""
    trips = {trip.trip: trip for trip in feed.trips}

    def calls_at(name: str, stop: str) -> list[int]:
        area = feed.stops[stop].area
        return [n for n, call in enumerate(trips[name].calls) if feed.stops[call.stop].area == area]

    return [
        (rule.from_trip, here, rule.to_trip, there)
        for rule in feed.rules
        if _names_two_trips(rule) and rule.from_trip in trips and rule.to_trip in trips
        for here in calls_at(rule.from_trip, rule.start)
        for there in calls_at(rule.to_trip, rule.end)
        if trips[rule.to_trip].calls[there].departure >= trips[rule.from_trip].calls[here].arrival
    ]


def _names_two_trips(rule: Rule) -> bool:
    return rule.kind == "1" and bool(rule.from_trip) and rule.from_trip != rule.to_trip


def seated(feed: PlainFeed, trips: Iterable[Trip]) -> dict[str, list[str]]:
    """Where one stays seated from the end of a trip to the start of another, of the trips of one service day.

    Trips of a block that follow each other at one stop area, unless transfers.txt bars it (type 5), and the pairs it
    names (type 4).
    """
    running = {trip.trip: trip for trip in trips}
    barred = {(rule.from_trip, rule.to_trip) for rule in feed.rules if rule.kind == "5"}
    pairs = {
        (rule.from_trip, rule.to_trip)
        for rule in feed.rules
        if rule.kind == "4" and rule.from_trip in running and rule.to_trip in running
    }
    blocks: dict[str, list[Trip]] = {}
    for trip in running.values():
        if trip.block:
            blocks.setdefault(trip.block, []).append(trip)
    for of in blocks.values():
        for one, other in pairwise(sorted(of, key=lambda trip: (trip.calls[0].departure, trip.trip))):
            ends, starts = one.calls[-1], other.calls[0]
            if (
                starts.departure >= ends.arrival
                and feed.stops[ends.stop].area == feed.stops[starts.stop].area
                and (one.trip, other.trip) not in barred
            ):
                pairs.add((one.trip, other.trip))
    following: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        following.setdefault(one, []).append(other)
    return following


@dataclass(frozen=True, slots=True)
class _Ride:
    """A trip of the day: its calls in the time of the day, and where one may board and alight."""

    trip: Trip
    late: bool
    arrival: tuple[int, ...]
    departure: tuple[int, ...]
    board: tuple[bool, ...]
    alight: tuple[bool, ...]


class Slow:
    """One day of a feed under one table of changes.

    Args:
        feed: The feed.
        day: The day; trips of the day before that run past midnight are part of it.
        changes: Seconds from stop to stop, from `changes_of` or as a peer counts them.
        booking: Whether what must be booked ahead may be used.
        waits: Whether changes between named trips, and staying seated, are kept (a peer may not know them).
        kinds: Whether pickup_type and drop_off_type are kept.
    """

    def __init__(
        self,
        feed: PlainFeed,
        day: date,
        changes: Changes,
        *,
        booking: bool,
        waits: bool = True,
        kinds: bool = True,
    ) -> None:
        self.feed, self.changes = feed, changes
        shift = noon_minus_12h(day) - noon_minus_12h(day - timedelta(days=1))
        self.rides = [
            self._ride(trip, late, shift if late else 0, booking=booking, kinds=kinds)
            for late, trips in enumerate(feed.on(day))
            for trip in trips
        ]
        self.by_trip = {(ride.late, ride.trip.trip): ride for ride in self.rides}
        self.seated = [seated(feed, trips) if waits else {} for trips in feed.on(day)]
        self.waiting: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for one, here, other, there in guaranteed(feed) if waits else ():
            self.waiting.setdefault((one, here), []).append((other, there))

    @staticmethod
    def _ride(trip: Trip, late: int, shift: int, *, booking: bool, kinds: bool) -> _Ride:
        def may(code: str) -> bool:
            booked = code == "2" or trip.route_type in BOOKED_ROUTE_TYPES
            return (code != "1" or not kinds) and (booking or not booked)

        return _Ride(
            trip,
            bool(late),
            tuple(call.arrival - shift for call in trip.calls),
            tuple(call.departure - shift for call in trip.calls),
            # What left before midnight belongs to the day before, also in the nights when the clocks change.
            tuple(may(call.pickup) and call.departure >= late * MIDNIGHT_S for call in trip.calls),
            tuple(may(call.drop_off) for call in trip.calls),
        )

    def departures(self, access: Mapping[str, int]) -> np.ndarray:
        """When one can leave an origin to catch anything at all, in order."""
        return np.array(
            sorted(
                {
                    ride.departure[n] - access[call.stop]
                    for ride in self.rides
                    for n, call in enumerate(ride.trip.calls[:-1])
                    if call.stop in access and ride.board[n]
                }
            ),
            dtype=np.int64,
        )

    def arrivals(
        self, access: Mapping[str, int], leaving: np.ndarray, rides: int, longest_s: int = NEVER
    ) -> list[dict[str, np.ndarray]]:
        """For 1, 2, ... `rides` rides: stop -> the earliest arrival there, for each departure of `leaving`."""
        ready = {stop: leaving + walk for stop, walk in access.items()}
        held: dict[tuple[bool, str, int], np.ndarray] = {}
        reached: dict[str, np.ndarray] = {}
        result = []
        first, last = (int(leaving.min()), int(leaving.max()) + longest_s) if len(leaving) else (0, -1)
        awake = [ride for ride in self.rides if ride.arrival[-1] >= first and ride.departure[0] <= last]
        for _round in range(rides):
            reached = dict(reached)
            holding: dict[tuple[bool, str, int], np.ndarray] = {}
            for ride in awake:
                self._travel(ride, ready, held, reached, holding, np.zeros(len(leaving), bool))
            held = holding
            ready = {}
            for stop, at in reached.items():
                for other, change_s in self.changes.get(stop, {}).items():
                    then = at + change_s
                    ready[other] = np.minimum(ready[other], then) if other in ready else then
            result.append(reached)
        return result

    def _travel(
        self,
        ride: _Ride,
        ready: Mapping[str, np.ndarray],
        held: Mapping[tuple[bool, str, int], np.ndarray],
        reached: dict[str, np.ndarray],
        holding: dict[tuple[bool, str, int], np.ndarray],
        aboard: np.ndarray,
    ) -> None:
        """Ride one trip from end to end with those already `aboard` and everybody who can board it."""
        anyone, last = bool(aboard.any()), len(ride.trip.calls) - 1
        for n, call in enumerate(ride.trip.calls):
            if n and anyone and ride.alight[n]:
                there = np.where(aboard, ride.arrival[n], NEVER)
                before = reached.get(call.stop)
                reached[call.stop] = there if before is None else np.minimum(before, there)
                for other, place in self.waiting.get((ride.trip.trip, n), ()):
                    key = (ride.late, other, place)
                    holding[key] = holding.get(key, False) | aboard
            if n < last and ride.board[n]:
                waiting = ready.get(call.stop)
                if waiting is not None:
                    aboard = aboard | (waiting <= ride.departure[n])
                kept = held.get((ride.late, ride.trip.trip, n))
                if kept is not None:
                    aboard = aboard | kept
                anyone = bool(aboard.any())
        if anyone:
            for other in self.seated[ride.late].get(ride.trip.trip, ()):
                self._travel(self.by_trip[ride.late, other], ready, held, reached, holding, aboard)


class Profile:
    """All a person can do from one origin on one day: earliest arrivals for every departure and number of rides."""

    def __init__(self, slow: Slow, access: Mapping[str, int], rules: Rules) -> None:
        self.rules = rules
        self.leaving = slow.departures(access)
        self.reached = slow.arrivals(access, self.leaving, rules.max_transfers + 1, rules.limit_s)

    def within(self, limit_s: int) -> Profile:
        """The same with a shorter limit of time."""
        shorter = object.__new__(Profile)
        shorter.rules = replace(self.rules, limit_s=min(limit_s, self.rules.limit_s))
        shorter.leaving, shorter.reached = self.leaving, self.reached
        return shorter

    def _to(self, egress: Mapping[str, int]) -> np.ndarray:
        """Arrival at a place: rides x departures; NEVER where the limit of time is broken."""
        at = np.full((len(self.reached), len(self.leaving)), NEVER, np.int64)
        for number, reached in enumerate(self.reached):
            for stop, walk in egress.items():
                if stop in reached:
                    at[number] = np.minimum(at[number], reached[stop] + walk)
        at[at - self.leaving[None, :] > self.rules.limit_s] = NEVER
        return at

    def outbound(self, egress: Mapping[str, int], deadline: int, direct_s: int = NEVER) -> Way | None:
        """The best way there by `deadline`; `direct_s` is the walk from door to door."""
        at = self._to(egress)
        ways: list[Way] = []
        good = np.flatnonzero((at <= deadline).any(axis=0)) if at.size else []
        if len(good):
            number = int(good[-1])
            arrival = int(at[:, number].min())
            ways.append(
                Way(int(self.leaving[number]), arrival, int(np.flatnonzero(at[:, number] == arrival)[0]))
            )
        if direct_s <= self.rules.limit_s:
            ways.append(Way(deadline - direct_s, deadline, 0))
        return best_out(ways)

    def homebound(self, egress: Mapping[str, int], earliest: int, direct_s: int = NEVER) -> Way | None:
        """The best way home not before `earliest`."""
        at = self._to(egress)
        at[:, self.leaving < earliest] = NEVER
        ways: list[Way] = []
        if at.size and at.min() < NEVER:
            arrival = int(at.min())
            number = int(np.flatnonzero((at == arrival).any(axis=0))[-1])
            ways.append(
                Way(int(self.leaving[number]), arrival, int(np.flatnonzero(at[:, number] == arrival)[0]))
            )
        if direct_s <= self.rules.limit_s:
            ways.append(Way(earliest, earliest + direct_s, 0))
        return best_home(ways)


def chained(edges: Iterable[tuple[str, str, int]], longest: int) -> dict[str, dict[str, int]]:
    """nigiri's footpaths: each edge both ways at the shorter of its times, then chained up to `longest` in all."""
    shortest: dict[str, dict[str, int]] = {}
    for one, other, cost in edges:
        for a, b in ((one, other), (other, one)):
            row = shortest.setdefault(a, {})
            row[b] = min(row.get(b, cost), cost)
    result = {}
    for start in shortest:
        best, looked_at = {start: 0}, [start]
        while looked_at:
            name = looked_at.pop()
            for other, cost in shortest[name].items():
                at = best[name] + cost
                if at <= longest and at < best.get(other, longest + 1):
                    best[other] = at
                    looked_at.append(other)
        result[start] = {name: at for name, at in best.items() if name != start}
    return result


def whole_minutes_up(changes: Changes) -> dict[str, dict[str, int]]:
    """Changes in minutes, rounded up: the same thing between times of whole minutes."""
    return {one: {other: -(-s // 60) for other, s in row.items()} for one, row in changes.items()}
