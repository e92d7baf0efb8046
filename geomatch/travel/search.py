"""Searches for one target: the journeys of many origins, one way, on many days. METHOD 4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geomatch.settings import LimitSettings
from geomatch.travel.answers import figures, query
from geomatch.travel.days import Days, Rides
from geomatch.travel.nearby import Surroundings, bits
from geomatch.travel.network import HOME, OUT
from geomatch.travel.places import Places, Target, away_from
from geomatch.travel.scan import (
    BEGIN,
    BOUND,
    CHANGE_MASK,
    COUNT,
    FULL_BOARD,
    FULL_PIECES,
    INFINITE,
    MOST_DAYS,
    NONE,
    SEEN,
    WALK,
)
from geomatch.travel.scan import scan as read
from geomatch.travel.scratch import Scratch
from geomatch.travel.unlimited import Cone, Unlimited, place_of
from geomatch.travel.ways import Ways

__all__ = ["Moment", "Scan", "Search", "deadlines", "one_way", "searches"]

# How long before the deadline (in the scan's time) to look whether everybody has found a way.
_STEPS_S = np.array([30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 420, 600]) * 60
# Fewer than this share still ask: worth looking anew at what is of use to them.
_FEWER = 0.9


@dataclass(frozen=True, slots=True)
class Moment:
    """A session as one direction sees it: place of its day among the days, and the deadline in the scan's time."""

    day: int
    deadline_s: int


def deadlines(direction: int, day: int, start_s: int, end_s: int, margin_s: int) -> Moment:
    """Outbound one must be there `margin_s` before the start; homebound one leaves no earlier than after the end."""
    return Moment(day, start_s - margin_s if direction == OUT else -(end_s + margin_s))


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan of several days: what `query`, `figures` and `trace` read; it holds until the next of its kind.

    Attributes:
        rides: The connections.
        days: How many.
        layered: There is a layer for no change, and one for each change allowed; else there is one layer.
        stops, around, board, span: By layer: stops, the best result after a change from each of them, departures
            worth boarding, and pieces of each connection.
        pieces: Pieces of all layers.
    """

    rides: Rides
    days: int
    layered: bool
    stops: np.ndarray
    around: np.ndarray
    board: np.ndarray
    span: np.ndarray
    pieces: np.ndarray


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
        self.rides, self.room, self.turned_s = near.rides[shift_s], near.room[shift_s], near.turned_s[shift_s]
        self.shift_s, self.chosen, self.deadline_s = shift_s, tuple(chosen), deadline_s
        self.booking = limits is None or limits.allow_booking
        self.most = CHANGE_MASK if limits is None else limits.max_transfers
        # Nothing is too long nor has too many changes; without limits nobody asks for later ways home either.
        self.free = near.limit_s == INFINITE and self.most >= CHANGE_MASK
        self.ask_later = near.direction == HOME and limits is not None
        self.runs, self.linked = near.marks(shift_s, self.chosen)
        self.first = place_of(self.turned_s, -deadline_s)

    def scan(self, target: Target, layers: int | None, wanted: np.ndarray, cone: Cone | None = None) -> Scan:
        """One scan, which ends when all origins of the target have found a way on all days.

        Args:
            target: Where to, and who asks.
            layers: None without a limit on changes, else the number of changes allowed + 1.
            wanted: For each day whether it is asked about.
            cone: What may be left out of a scan without limits.
        """
        scan = None
        while scan is None:
            scan = self._scan(target, layers, wanted, cone)
        return scan

    def _scan(self, target: Target, layers: int | None, wanted: np.ndarray, cone: Cone | None) -> Scan | None:
        """The scan, or None when the work space was too small; there is more of it now."""
        scan = self._empty(target, layers)
        allowed = np.zeros(0, np.int64) if cone is None else cone.allowed
        follow = self.scratch.array("follow", np.int32, len(self.rides.connection))
        runs = self.runs & bits(wanted[None])[0]
        used, first, last, asking = 0, self.first, self.first, target
        away_s = away_from(self.places, asking, self.near.direction, self.near.limit_s)
        for last in self._parts() if cone is None else [cone.last]:
            used = self._read(first, last, runs, target, away_s, allowed, scan, used, follow)
            if used < 0:
                break
            first = last
            if cone is None and last < len(follow):
                still = self._still_asking(scan, asking, wanted, int(self.turned_s[last]))
                if not len(still):
                    break
                if len(still) < _FEWER * len(asking.rows):
                    asking = asking.of(still)
                    away_s = away_from(self.places, asking, self.near.direction, self.near.limit_s)
        self.scratch.trip_place[self.rides.trip[self.first : last]] = -1
        if used == FULL_PIECES:
            self.scratch.pieces *= 2
        elif used == FULL_BOARD:
            self.scratch.board *= 2
        return scan if used >= 0 else None

    def _empty(self, target: Target, layers: int | None) -> Scan:
        """A scan that has read nothing. `span` holds for what has been read alone."""
        scratch, kind, depth = self.scratch, "one layer" if layers is None else "layers", layers or 1
        room = self.room * scratch.board
        stops = scratch.array(f"stops, {kind}", np.int64, depth, len(room), 4)
        stops[:, :, BEGIN] = room
        stops[:, :, COUNT] = stops[:, :, SEEN] = 0
        stops[:, :-1, BOUND] = target.bound_s
        around = scratch.array(f"around, {kind}", np.int64, depth, len(room) - 1)
        around[:] = INFINITE
        return Scan(
            self.rides,
            len(self.chosen),
            layers is not None,
            stops,
            around,
            scratch.array(f"board, {kind}", np.int64, depth, int(room[-1]), 4),
            scratch.array(f"span, {kind}", np.int64, depth, len(self.rides.connection), 2),
            scratch.array(f"pieces, {kind}", np.int64, scratch.pieces, 4),
        )

    def _parts(self) -> list[int]:
        """Where to pause: a limit on the journey lets most searches end long before the day does."""
        count = len(self.rides.connection)
        if self.near.limit_s == INFINITE:
            return [count]
        pauses = np.searchsorted(self.turned_s, (_STEPS_S - self.deadline_s).astype(np.int32))
        return [*(int(place) for place in np.unique(pauses) if self.first < place < count), count]

    def _read(
        self,
        first: int,
        last: int,
        runs: np.ndarray,
        target: Target,
        away_s: np.ndarray,
        allowed: np.ndarray,
        scan: Scan,
        used: int,
        follow: np.ndarray,
    ) -> int:
        """Read some connections; returns the pieces in use, or why there was no room."""
        rides, linked = self.rides, self.linked
        changes = self.days.network.changes[self.near.direction]
        back = self.days.network.changes[1 - self.near.direction]
        return int(
            read(
                self.first, first, last, runs, rides.departure_s, rides.arrival_s, rides.from_stop, rides.to_stop,
                rides.trip, rides.service, rides.board, rides.alight, self.booking, target.egress_s, self.deadline_s,
                self.near.limit_s, target.bound_s, away_s, allowed, changes.offset, changes.stop, changes.walk_s,
                back.offset, back.stop, linked.offset, linked.to, linked.seated, linked.days, scan.layered,
                scan.stops, scan.around, scan.board, scan.span, scan.pieces, used, self.scratch.trip_place, follow,
            )
        )  # fmt: skip

    def _still_asking(self, scan: Scan, asking: Target, wanted: np.ndarray, before_s: int) -> np.ndarray:
        """The origins for which connections that leave at `-before_s` or earlier may still matter."""
        found = self.ask(scan, asking)
        done = (found["place"] != NONE) & (found["departure_s"] > -before_s)
        if self.ask_later:
            done &= found["later"]
        return np.flatnonzero(~done[:, wanted].all(axis=1))

    def ask(self, scan: Scan, target: Target) -> dict[str, np.ndarray]:
        """The best journeys of the target's origins, origins x days, in the scan's time."""
        shape = (len(target.rows), scan.days)
        names = ("departure_s", "arrival_s", "transfers", "place", "access")
        found = {name: np.empty(shape, np.int32) for name in names}
        found |= {name: np.empty(shape, bool) for name in ("later", "over")}
        walks = self.places.origins
        query(
            target.rows, scan.days, walks.offset, walks.stop, walks.walk_s, walks.walk_m, target.direct_s,
            self.deadline_s, self.near.limit_s, self.most, self.ask_later, scan.stops[-1],
            scan.board[-1],
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
        unlimited = Unlimited(
            self.days, self.places, self.near, self.scratch, self.shift_s, self.chosen, booking=self.booking
        )
        cone = unlimited.cone(target, self.deadline_s) if self.free else None
        scan = self.scan(target, None, every, cone)
        found = self.ask(scan, target)
        if cone is not None and (found["departure_s"] != cone.departure_s).any():
            # More changes than a result can tell: very odd timetables only.
            cone = None
            scan = self.scan(target, None, every)
            found = self.ask(scan, target)
        if cone is not None and self.ask_later:
            found["later"] = unlimited.later(target, found, cone.useful)
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
                found["place"], found["access"], self.places.origins.walk_m, some.direct_m, scan.layered,
                scan.span, scan.pieces, rides.departure_s, rides.arrival_s, rides.from_stop, rides.to_stop,
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
