"""Origins and targets of a question, and what is known of their ways before any timetable is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geomatch.travel.changes import ROUNDING_M, Walks, walk_seconds
from geomatch.travel.network import Network
from geomatch.travel.reach import bounds, candidates, nearest
from geomatch.travel.scan import INFINITE

__all__ = ["LONGEST_S", "Places", "Target", "asked_by", "away_from", "bound_of", "target_of"]

# The two days that times of a feed may span: no journey takes longer.
LONGEST_S = 2 * 24 * 3600


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
class Target:
    """A target as searches see it, with the origins that ask.

    Attributes:
        egress_s, egress_m: Walk from each stop; INFINITE where it is too far.
        bound_s: For each stop the least seconds to the target; INFINITE beyond the limit. Without a limit, 0.
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


def bound_of(
    network: Network, direction: int, egress_s: np.ndarray, limit_s: int, beyond_s: np.ndarray | None = None
) -> np.ndarray:
    """Least seconds from each stop to a target, INFINITE beyond `limit_s`.

    Args:
        network: Stops and their hops.
        direction: OUT for ways towards the target in the scan's direction OUT; HOME likewise.
        egress_s: Walk from each stop to the target, INFINITE where it is too far.
        limit_s: How far to look.
        beyond_s: For each stop what must be added at least before the limit is held against it; 0 unless given.
    """
    hops = network.hops[direction]
    bound_s = np.empty(len(egress_s), np.int32)
    beyond_s = np.zeros_like(bound_s) if beyond_s is None else beyond_s
    bounds(hops.offset, hops.stop, hops.least_s, egress_s, min(limit_s, LONGEST_S), beyond_s, bound_s)
    return bound_s


def away_from(places: Places, target: Target, direction: int, limit_s: int) -> np.ndarray:
    """For each stop the least seconds in which one of the origins of a target is there.

    INFINITE where no journey within `limit_s` leads from them to the target; without a limit all are 0.
    """
    stops = len(places.network.stop_xy_m)
    if limit_s == INFINITE:
        return np.zeros(stops, np.int32)
    walks = places.origins
    access_s = np.full(stops, INFINITE, np.int32)
    nearest(target.rows, walks.offset, walks.stop, walks.walk_s, access_s)
    return bound_of(places.network, 1 - direction, access_s, limit_s, target.bound_s)


def target_of(
    places: Places, direction: int, limit_s: int, target: int, rows: np.ndarray | None = None
) -> Target:
    """A target for origins `rows`; all for which a journey is not ruled out unless given.

    Args:
        places: Origins and targets of the question.
        direction: OUT or HOME.
        limit_s: Longest journey; INFINITE without a limit.
        target: Its number among the targets.
        rows: Numbers of the origins, int32.
    """
    egress_s, egress_m = places.egress(target)
    direct_s, direct_m = places.direct(target)
    if limit_s == INFINITE:
        bound_s = np.zeros(len(egress_s), np.int32)
    else:
        bound_s = bound_of(places.network, direction, egress_s, limit_s)
    if rows is None:
        walks: Walks = places.origins
        rows = candidates(walks.offset, walks.stop, walks.walk_s, direct_s, bound_s, limit_s)
    return Target(egress_s, egress_m, bound_s, rows, direct_s[rows], direct_m[rows])


def asked_by(target: Target, places: Places, number: int, rows: np.ndarray) -> Target:
    """The same target, number `number` of `places`, for origins `rows`."""
    direct_s, direct_m = places.direct(number)
    return Target(target.egress_s, target.egress_m, target.bound_s, rows, direct_s[rows], direct_m[rows])
