"""What a search reads of the days of a question: the connections that can be of use, and what links them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geomatch.travel.days import Days, Rides
from geomatch.travel.network import HOME
from geomatch.travel.reach import select

__all__ = ["Linked", "Surroundings", "bits", "spread", "surroundings"]


@dataclass(frozen=True, slots=True)
class Linked:
    """Links between connections that are read: for each connection where they begin, and the days as bits."""

    offset: np.ndarray
    to: np.ndarray
    seated: np.ndarray
    days: np.ndarray


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a search in one direction towards one or several targets reads.

    Attributes:
        days: The days of the question.
        direction: OUT or HOME.
        limit_s: Longest journey; INFINITE without a limit.
        rides: The connections, by how much later the times of a day are counted from than those of the day before.
        room: Likewise, where the list of each stop begins when each of its connections is worth boarding once.
        trips: Likewise, how many trips there are.
        turned_s: Likewise, the departures with their sign turned: ascending, to search in.
    """

    days: Days

    direction: int
    limit_s: int
    rides: dict[int, Rides]
    room: dict[int, np.ndarray]
    trips: dict[int, int]
    turned_s: dict[int, np.ndarray]
    _marks: dict[tuple[int, tuple[int, ...]], tuple[np.ndarray, Linked]] = field(default_factory=dict)

    _opposite: list[Surroundings] = field(default_factory=list)
    _crossing: dict[int, np.ndarray] = field(default_factory=dict)

    def opposite(self) -> Surroundings:
        """All connections, the other way."""
        if not self._opposite:
            self.pair(surroundings(self.days, 1 - self.direction, None, self.limit_s))
        return self._opposite[0]

    def pair(self, other: Surroundings) -> None:
        """Take `other`, which has all connections the other way, for the opposite, and this for its opposite."""
        self._opposite.append(other)
        other._opposite.append(self)

    def crossing(self, shift_s: int) -> np.ndarray:
        """For each connection its place among those of `opposite`."""
        if shift_s not in self._crossing:
            one, other = (side.rides[shift_s] for side in (self, self.opposite()))
            total = len(self.days.network.trip)
            place = np.empty(2 * total, np.int32)
            place[other.connection + total * other.old] = np.arange(len(other.connection), dtype=np.int32)
            self._crossing[shift_s] = place[one.connection + total * one.old]
        return self._crossing[shift_s]

    def marks(self, shift_s: int, chosen: tuple[int, ...]) -> tuple[np.ndarray, Linked]:
        """For each service the chosen days on which it runs, as bits, and the links between connections on them."""
        key = (shift_s, chosen)
        if key not in self._marks:
            runs = bits(self.days.runs[list(chosen)].T)
            self._marks[key] = (runs, _linked(self.days, self.rides[shift_s], self.direction, chosen))
        return self._marks[key]


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
    trips = {shift: int(part.trip.max(initial=-1)) + 1 for shift, part in rides.items()}
    turned_s = {shift: -part.departure_s for shift, part in rides.items()}
    return Surroundings(days, direction, limit_s, rides, room, trips, turned_s)


def _linked(days: Days, rides: Rides, direction: int, chosen: Sequence[int]) -> Linked:
    """The links between connections of `rides` on the chosen days, listed per connection; empty without any."""
    none = Linked(*(np.zeros(0, kind) for kind in (np.int32, np.int32, bool, np.int64)))
    links = days.links
    place = np.flatnonzero(rides.linked)
    if not len(place):
        return none
    name = rides.connection[place] + len(days.network.trip) * rides.old[place].astype(np.int64)
    order = np.argsort(name)
    name, place = name[order], place[order]

    def places(wanted: np.ndarray) -> np.ndarray:
        found = np.minimum(np.searchsorted(name, wanted), len(name) - 1)
        return np.where(name[found] == wanted, place[found], -1)

    start, end = places(links.start), places(links.end)
    if direction == HOME:
        start, end = end, start
    marks = bits(links.holds[:, list(chosen)])
    keep = (start >= 0) & (end >= 0) & (marks != 0)
    if not keep.any():
        return none
    start, end, seated, marks = start[keep], end[keep], links.seated[keep], marks[keep]
    order = np.lexsort((seated, end, start))
    offset = np.zeros(len(rides.connection) + 1, np.int32)
    np.cumsum(np.bincount(start, minlength=len(rides.connection)), out=offset[1:])
    return Linked(offset, end[order].astype(np.int32), seated[order], marks[order])


def bits(holds: np.ndarray) -> np.ndarray:
    """Rows of marks per day as whole numbers, a bit per day."""
    return holds.astype(np.int64) @ (np.int64(1) << np.arange(holds.shape[1], dtype=np.int64))


def spread(marks: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Marks per day for other days: bit k of the result is bit `days[k]` of `marks`. A day may come several times."""
    result = np.zeros_like(marks)
    for place, day in enumerate(days.tolist()):
        result |= ((marks >> day) & 1) << place
    return result
