"""Searches without limits: what a scan need not read, and whether a later way home exists. METHOD 4."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geomatch.travel.days import Days
from geomatch.travel.latest import crossed, departures, kept, latest, seeds
from geomatch.travel.nearby import Surroundings, spread
from geomatch.travel.places import Places, Target
from geomatch.travel.scan import INFINITE, MOST_DAYS, NEVER, NONE
from geomatch.travel.scratch import Scratch

__all__ = ["Cone", "Unlimited", "place_of"]

# Of each stop the days on which there is a time to get out by, and that time on each day.
Ready = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Cone:
    """What a scan without limits must read.

    Attributes:
        departure_s: For each origin and day its latest departure, or NEVER.
        allowed: For each connection up to `last` the days on which it can be in a best journey, as bits.
        last: The connection to end before.
        useful: For each connection from the search's first on whether it makes the deadline on some day.
    """

    departure_s: np.ndarray
    allowed: np.ndarray
    last: int
    useful: np.ndarray


class Unlimited:
    """Quick passes for one direction and some days (at most MOST_DAYS) with the same shift of the clock."""

    def __init__(
        self,
        days: Days,
        places: Places,
        near: Surroundings,
        scratch: Scratch,
        shift_s: int,
        chosen: tuple[int, ...],
        *,
        booking: bool,
    ) -> None:
        self.days, self.places, self.near, self.scratch = days, places, near, scratch
        self.shift_s, self.chosen, self.booking = shift_s, chosen, booking
        self.turned_s = near.turned_s[shift_s]

    def _departures(
        self, target: Target, days: np.ndarray, deadline_s: np.ndarray, useful: np.ndarray
    ) -> np.ndarray:
        """The latest departure of each origin that makes a deadline without limits, or NEVER.

        Args:
            target: Where to, and who asks.
            days: The day of each deadline, as a place among those chosen; at most MOST_DAYS deadlines.
            deadline_s: The deadlines.
            useful: For each connection whether it makes any of them; empty when that is not known.

        Returns:
            Origins x deadlines.
        """
        walks = self.places.origins
        ready = ready_days, ready_s = self._nowhere(len(days))
        near = np.flatnonzero(target.egress_s < INFINITE)
        ready_days[near] = (1 << len(days)) - 1
        ready_s[near] = deadline_s - target.egress_s[near][:, None]
        first = place_of(self.turned_s, -int(deadline_s.max()))
        leave_s, _days = self._latest(self.near, first, len(self.turned_s), days, useful, ready)
        result = np.empty((len(target.rows), len(days)), np.int32)
        departures(
            target.rows, walks.offset, walks.stop, walks.walk_s, target.direct_s, deadline_s, leave_s, result
        )
        return result

    def _nowhere(self, days: int) -> Ready:
        """For `latest`: for each stop no day with a time to get out by, and NEVER as that time."""
        kind = np.int32 if days < 32 else np.int64
        ready_days = self.scratch.array(f"ready_days {kind}", kind, len(self.days.network.stop_xy_m))
        ready_s = self.scratch.array("ready_s", np.int32, len(ready_days), days)
        ready_days[:], ready_s[:] = 0, NEVER
        return ready_days, ready_s

    def _latest(
        self, near: Surroundings, first: int, last: int, days: np.ndarray, useful: np.ndarray, ready: Ready
    ) -> tuple[np.ndarray, np.ndarray]:
        """`latest` in either direction: what leaves each stop, and the marks of each connection that makes it."""
        rides, scratch = near.rides[self.shift_s], self.scratch
        runs, linked = near.marks(self.shift_s, self.chosen)
        back = self.days.network.changes[1 - near.direction]
        kind = ready[0].dtype.type
        leave_s = scratch.array("leave_s", np.int32, *ready[1].shape)
        ride_days = scratch.array(f"ride_days {near.direction}", np.int64, len(rides.trip))
        trip_days = scratch.array(f"trip_days {kind}", kind, near.trips[self.shift_s])
        trip_days[:] = 0
        latest(
            first, last, spread(runs, days).astype(kind), rides.departure_s, rides.arrival_s, rides.from_stop, rides.to_stop, rides.trip,
            rides.service, rides.board, rides.alight, rides.linked, self.booking, back.offset, back.stop, back.walk_s,
            linked.offset, linked.to, linked.seated, spread(linked.days, days), useful, trip_days,
            *ready, ride_days, leave_s,
        )  # fmt: skip
        return leave_s, ride_days

    def cone(self, target: Target, deadline_s: int) -> Cone:
        """What can be in somebody's best journey to a target by a deadline (`geomatch.travel.latest`)."""
        walks, near = self.places.origins, self.near
        turned = near.opposite()
        days = np.arange(len(self.chosen))
        each_s = np.full(len(days), deadline_s, np.int32)
        departure_s = self._departures(target, days, each_s, np.zeros(0, bool))
        ride_days = self.scratch.array(
            f"ride_days {near.direction}", np.int64, len(near.rides[self.shift_s].trip)
        )
        # What does not make this deadline makes no earlier one either.
        useful = self.scratch.array("useful", np.bool_, len(ride_days))
        np.not_equal(ride_days, 0, out=useful)
        first_s = int(np.where(departure_s == NEVER, deadline_s, departure_s).min(initial=deadline_s))
        first = place_of(self.turned_s, -deadline_s)
        last = max(first, place_of(self.turned_s, 1 - first_s))
        turned_s = turned.turned_s[self.shift_s]
        ends = place_of(turned_s, first_s), place_of(turned_s, deadline_s + 1)
        turned_useful = self.scratch.array("turned_useful", np.bool_, len(ride_days))
        crossed(*ends, turned.crossing(self.shift_s), useful, turned_useful)
        ready = self._nowhere(len(days))
        seeds(target.rows, walks.offset, walks.stop, walks.walk_s, departure_s, *ready)
        _leave_s, other_days = self._latest(turned, *ends, days, turned_useful, ready)
        kept(first, last, near.crossing(self.shift_s), *ends, other_days, ride_days)
        return Cone(departure_s, ride_days, last, useful)

    def later(self, target: Target, found: dict[str, np.ndarray], useful: np.ndarray) -> np.ndarray:
        """Homebound without limits: whether one could leave the target later still; whoever can walk, can."""
        arrival_s = found["arrival_s"]
        # Some later ways are among those that were read for others.
        result = found["later"] | (target.direct_s < INFINITE)[:, None]
        unsure = (found["place"] != NONE) & ~result
        while unsure.any():
            days, moments = _moments(arrival_s, unsure)
            made = self._departures(target, days, moments - 1, useful) != NEVER
            for day, at_s, makes in zip(days, moments, made.T, strict=True):
                yes = makes & (arrival_s[:, day] >= at_s)
                result[:, day] |= unsure[:, day] & yes
                unsure[:, day] &= ~(yes | (~makes & (arrival_s[:, day] <= at_s)))
        return result


def _moments(arrival_s: np.ndarray, unsure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which moments of which days to try at once, so that the answers settle as many as they can.

    Who makes one moment makes any that comes after it: of those that origins ask about on a day, the first, the last and
    some between them are tried, as many as there is room for.
    """
    asked = {
        day: np.unique(arrival_s[unsure[:, day], day]) for day in np.flatnonzero(unsure.any(axis=0)).tolist()
    }
    left, days, chosen = MOST_DAYS, [], []
    # Those with few first: what they leave is for the others.
    order = sorted(asked, key=lambda day: (len(asked[day]), day))
    for number, day in enumerate(order):
        last, room = len(asked[day]) - 1, left // (len(order) - number)
        places = np.unique(np.linspace(0, last, room).astype(np.int64)) if room > 1 else np.array([last // 2])
        left -= len(places)
        days.append(np.full(len(places), day))
        chosen.append(asked[day][places])
    return np.concatenate(days), np.concatenate(chosen).astype(np.int32)


def place_of(turned_s: np.ndarray, moment_s: int) -> int:
    """Where a moment stands among departures. Of another kind than they are, it would have them all copied."""
    return int(np.searchsorted(turned_s, np.int32(moment_s)))
