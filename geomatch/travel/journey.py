"""One journey leg by leg: the walks and rides that a scan found. METHOD 4."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geomatch.travel.answers import trace
from geomatch.travel.changes import walk_seconds
from geomatch.travel.network import OUT, Network
from geomatch.travel.places import Places, Target
from geomatch.travel.scan import WALK
from geomatch.travel.search import Scan

__all__ = ["Journey", "Leg", "itinerary", "legs_of"]

# More rides than any day holds: 64 changes and as many seats kept.
_MOST_LEGS = 512


@dataclass(frozen=True, slots=True)
class Leg:
    """One walk or ride of a journey, in the direction a person travels.

    Attributes:
        kind: `walk` or `ride`.
        departure_s, arrival_s: Seconds after noon minus 12 h of the day.
        from_stop, to_stop: Stop numbers; -1 for the door at either end.
        walk_m: Metres walked, detour included; 0 for a ride.
        trip: Trip number of a ride, else -1.
        seated: One stays seated from the ride before: no change.
        booked: The ride must be booked ahead.
    """

    kind: str
    departure_s: int
    arrival_s: int
    from_stop: int
    to_stop: int
    walk_m: float
    trip: int
    seated: bool
    booked: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey one way, with the reason why it does not count, or an empty one."""

    departure_s: int
    arrival_s: int
    transfers: int
    legs: tuple[Leg, ...]
    reason: str


def _rides(scan: Scan, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last connection (places of the scan) of each ride, and whether one enters it seated."""
    first, last = np.zeros((2, _MOST_LEGS), np.int64)
    seated = np.zeros(_MOST_LEGS, np.bool_)
    legs = trace(place, 0, scan.layered, scan.span, scan.pieces, first, last, seated)
    return first[:legs], last[:legs], seated[:legs]


def legs_of(
    network: Network,
    direction: int,
    places: Places,
    target: Target,
    scan: Scan,
    found: dict[str, np.ndarray],
) -> tuple[Leg, ...]:
    """The legs of a journey that a scan found, in the direction and time a person travels.

    Args:
        network: Stops and connections.
        direction: OUT or HOME.
        places: Origins and targets of the question.
        target: Where to, asked by one origin.
        scan: The scan, of one day.
        found: Its answers.
    """
    departs, place, access = (int(found[name][0, 0]) for name in ("departure_s", "place", "access"))
    if place == WALK:
        legs = [_walk(departs, int(found["arrival_s"][0, 0]), -1, -1, target.direct_m[0])]
    else:
        rides = scan.rides
        first, last, seated = _rides(scan, place)
        start = int(places.origins.stop[access])
        legs = [_walk(departs, int(rides.departure_s[first[0]]), -1, start, places.origins.walk_m[access])]
        for number, (one, other) in enumerate(zip(first, last, strict=True)):
            here, there = int(rides.from_stop[one]), int(rides.to_stop[other])
            if number and not seated[number] and legs[-1].to_stop != here:
                legs.append(_between(network, legs[-1], here, int(rides.departure_s[one])))
            kept = number + 1 < len(first) and bool(seated[number + 1])
            booked = (rides.board[one] == 2 and not seated[number]) or (rides.alight[other] == 2 and not kept)
            trip = int(network.trip[rides.connection[one]])
            departs, arrives = int(rides.departure_s[one]), int(rides.arrival_s[other])
            legs.append(
                Leg("ride", departs, arrives, here, there, 0.0, trip, bool(seated[number]), bool(booked))
            )
        stop, arrives = legs[-1].to_stop, legs[-1].arrival_s
        legs.append(_walk(arrives, arrives + int(target.egress_s[stop]), stop, -1, target.egress_m[stop]))
    if direction != OUT:
        legs = [_turned(leg, legs, number) for number, leg in reversed(list(enumerate(legs)))]
    return tuple(
        replace(
            leg,
            from_stop=int(network.stop_of[leg.from_stop]) if leg.from_stop >= 0 else -1,
            to_stop=int(network.stop_of[leg.to_stop]) if leg.to_stop >= 0 else -1,
        )
        for leg in legs
    )


def _between(network: Network, before: Leg, here: int, departs: int) -> Leg:
    """The walk of a change, no longer than the time there is for it."""
    metres = float(
        np.hypot(*(network.stop_xy_m[before.to_stop] - network.stop_xy_m[here])) * network.walk.detour
    )
    seconds = min(int(walk_seconds(np.array(metres), network.walk)), departs - before.arrival_s)
    return _walk(before.arrival_s, before.arrival_s + seconds, before.to_stop, here, metres)


def _walk(departure_s: int, arrival_s: int, from_stop: int, to_stop: int, walk_m: float) -> Leg:
    return Leg("walk", int(departure_s), int(arrival_s), from_stop, to_stop, float(walk_m), -1, False, False)


def _turned(leg: Leg, legs: list[Leg], place: int) -> Leg:
    """A leg of the scan's turned time, in a person's time. A seat is kept by the ride that follows in the scan."""
    seated = place + 1 < len(legs) and legs[place + 1].seated
    return Leg(
        leg.kind,
        -leg.arrival_s,
        -leg.departure_s,
        leg.to_stop,
        leg.from_stop,
        leg.walk_m,
        leg.trip,
        seated,
        leg.booked,
    )


def itinerary(network: Network, journey: Journey) -> pd.DataFrame:
    """A journey as people read it, a row per leg.

    Returns:
        kind (`walk` or `ride`), line, departs, arrives (HH:MM:SS of the service day), from_stop, to_stop (names;
        empty for the door at either end), walk_m (detour included; missing for a ride), trip_id, booked.
    """
    stops, trips = network.timetable.stops["name"], network.timetable.trips

    def clock(at_s: int) -> str:
        return f"{at_s // 3600:02d}:{at_s // 60 % 60:02d}:{at_s % 60:02d}"

    rows = [
        {
            "kind": leg.kind,
            "line": trips["route_name"].iloc[leg.trip] if leg.trip >= 0 else "",
            "departs": clock(leg.departure_s),
            "arrives": clock(leg.arrival_s),
            "from_stop": stops.iloc[leg.from_stop] if leg.from_stop >= 0 else "",
            "to_stop": stops.iloc[leg.to_stop] if leg.to_stop >= 0 else "",
            "walk_m": leg.walk_m if leg.kind == "walk" else float("nan"),
            "trip_id": trips["trip_id"].iloc[leg.trip] if leg.trip >= 0 else "",
            "booked": leg.booked,
        }
        for leg in journey.legs
    ]
    return pd.DataFrame(rows)
