"""Which rides of an earlier day return no trip makes any more on a later day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from geomatch.travel.changes import MIDNIGHT_S
from geomatch.travel.journey import Journey, Leg
from geomatch.travel.network import Network

__all__ = ["SAME_STOP_M", "LostTrip", "lost_rides", "rides_like"]

# A stop that keeps its name and moves farther than this is another stop.
SAME_STOP_M = 500.0


@dataclass(frozen=True, slots=True)
class LostTrip:
    """A ride that was part of a day return and is there no more.

    Attributes:
        line: Name of the route.
        from_stop, to_stop: Where one boarded and alighted.
        departure_s, arrival_s: Seconds after noon minus 12 h of the day.
        homebound: On the way home, not on the way there.
        instead: (departure_s, arrival_s) of the ride of the same line between the same stops on the later day that leaves
            nearest to it; None where the line makes none.
    """

    line: str
    from_stop: str
    to_stop: str
    departure_s: int
    arrival_s: int
    homebound: bool
    instead: tuple[int, int] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "instead": list(self.instead) if self.instead else None}


def lost_rides(
    before: Network, journeys: tuple[Journey | None, Journey | None], after: Network, day: date
) -> list[LostTrip]:
    """The rides of a day return that have no like on `day`, in the order they were made.

    A ride is the same where a trip of a route of that name calls at both stops at those very times.

    Args:
        before: The timetable of the journeys.
        journeys: There and home.
        after: The later timetable.
        day: A day of it.
    """
    lost = []
    for homebound, journey in enumerate(journeys):
        legs = journey.legs if journey is not None else ()
        for leg, following in zip(legs, (*legs[1:], None), strict=True):
            if leg.kind != "ride":
                continue
            stays_on = following is not None and following.seated
            like = rides_like(before, leg, after, day, stays_on=stays_on)
            if (leg.departure_s, leg.arrival_s) in like:
                continue
            trips, stops = before.timetable.trips, before.timetable.stops["name"]
            nearest = min(like, key=lambda one: (abs(one[0] - leg.departure_s), one), default=None)
            lost.append(
                LostTrip(
                    str(trips["route_name"].iloc[leg.trip]),
                    str(stops.iloc[leg.from_stop]),
                    str(stops.iloc[leg.to_stop]),
                    leg.departure_s,
                    leg.arrival_s,
                    bool(homebound),
                    nearest,
                )
            )
    return lost


def rides_like(
    before: Network, leg: Leg, after: Network, day: date, *, stays_on: bool = False
) -> list[tuple[int, int]]:
    """Departure and arrival of every ride of the leg's line between its stops on `day`, in order.

    Times are seconds after noon minus 12 h of the day, as those of a leg; trips of the day before that run past
    midnight are among them. One that must be booked ahead is no ride like one that need not be.

    Args:
        before: The leg's timetable.
        leg: A ride.
        after: The later timetable.
        day: A day of it.
        stays_on: One stays seated into the next ride, so that nobody need be let off.
    """
    codes = (1, 2) if leg.booked else (1,)
    line = before.timetable.trips["route_name"].iloc[leg.trip]
    names = after.timetable.trips["route_name"].to_numpy(object)
    here, there = (_stands(before, stop, after) for stop in (leg.from_stop, leg.to_stop))
    of_line = names[after.trip] == line
    lets_on = np.isin(after.boarding, codes) | leg.seated
    lets_off = np.isin(after.alighting, codes) | stays_on
    board = np.flatnonzero(of_line & np.isin(after.from_stop, here) & lets_on)
    alight = np.flatnonzero(of_line & np.isin(after.to_stop, there) & lets_off)
    found: set[tuple[int, int]] = set()
    for back in (0, 1):
        runs = after.services_on([day - timedelta(days=back)])[:, 0]
        for start in board[runs[after.service_of_trip[after.trip[board]]]]:
            if back and after.departure_s[start] < MIDNIGHT_S:
                continue
            # The connections of a trip follow each other.
            ends = alight[(alight >= start) & (after.trip[alight] == after.trip[start])]
            shift_s = back * MIDNIGHT_S
            found |= {
                (int(after.departure_s[start]) - shift_s, int(after.arrival_s[end]) - shift_s) for end in ends
            }
    return sorted(found)


def _stands(before: Network, stop: int, after: Network) -> np.ndarray:
    """The stands of the later timetable that are an earlier stop: of its name, and near it."""
    name = before.timetable.stops["name"].iloc[stop]
    names = after.timetable.stops["name"].to_numpy(object)
    at = before.stop_xy_m[np.flatnonzero(before.stop_of == stop)[0]]
    same = names[after.stop_of] == name
    near = np.hypot(*(after.stop_xy_m - at).T) <= SAME_STOP_M
    result: np.ndarray = np.flatnonzero(same & near)
    return result
