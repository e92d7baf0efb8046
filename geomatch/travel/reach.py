"""How near a stop is to a target at best: what a search with a longest journey needs to read at all.

Every ride between two neighbouring stops taken at its quickest and every change without waiting give a time that
no journey beats (METHOD 4's limit is on the whole journey). Connections whose best is already too long are left
out before the scan; the answers stay the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from geomatch.travel.scan import INFINITE

__all__ = ["Hops", "bounds", "candidates", "hops_of", "nearest", "select"]


@dataclass(frozen=True, slots=True)
class Hops:
    """For each stop, the stops one step before it in the scan's direction and the least seconds of that step."""

    offset: np.ndarray
    stop: np.ndarray
    least_s: np.ndarray


def hops_of(start: np.ndarray, end: np.ndarray, seconds: np.ndarray, stops: int) -> Hops:
    """The least `seconds` of each pair (`start`, `end`), listed by `end`. Arrays of equal length."""
    pair = end.astype(np.int64) * stops + start
    order = np.argsort(pair, kind="stable")
    pair, least = pair[order], seconds[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    least = np.minimum.reduceat(least, first) if len(first) else least
    pair = pair[first]
    offset = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(pair // stops, minlength=stops), out=offset[1:])
    return Hops(offset, (pair % stops).astype(np.int32), least.astype(np.int32))


@numba.njit(cache=True, nogil=True)
def bounds(offset, stop, least_s, egress_s, limit_s, beyond_s, bound_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """Fill `bound_s` with the least seconds from each stop to the target; INFINITE beyond `limit_s`.

    Dijkstra's search from the target, with one bucket per second: all steps are whole seconds and short.
    `beyond_s` is what it takes at least to come from each stop's other side; with it, too, no stop is over the limit.
    """
    count = len(bound_s)
    bound_s[:] = INFINITE
    bucket = np.full(limit_s + 1, -1, np.int32)
    # Each stop may stand in several buckets; only where its bound is the bucket's own second does it count.
    room = count * 2 + 16
    waiting, following = np.empty(room, np.int32), np.empty(room, np.int32)
    used = 0
    for i in range(count):
        if egress_s[i] + beyond_s[i] <= limit_s:
            bound_s[i] = egress_s[i]
            waiting[used], following[used] = i, bucket[egress_s[i]]
            bucket[egress_s[i]] = used
            used += 1
    for second in range(limit_s + 1):
        while bucket[second] >= 0:
            slot = bucket[second]
            bucket[second] = following[slot]
            node = waiting[slot]
            if bound_s[node] != second:
                continue
            for entry in range(offset[node], offset[node + 1]):
                other, total = stop[entry], second + least_s[entry]
                if total + beyond_s[other] <= limit_s and total < bound_s[other]:
                    bound_s[other] = total
                    if used == room:
                        room *= 2
                        more, next_more = np.empty(room, np.int32), np.empty(room, np.int32)
                        more[:used], next_more[:used] = waiting[:used], following[:used]
                        waiting, following = more, next_more
                    waiting[used], following[used] = other, bucket[total]
                    bucket[total] = used
                    used += 1


@numba.njit(cache=True, nogil=True)
def select(departure_s, arrival_s, to_stop, bound_s, limit_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """The connections that some journey within the limit can use, in their order."""
    count = 0
    for i in range(len(departure_s)):
        bound = bound_s[to_stop[i]]
        if bound <= limit_s and arrival_s[i] - departure_s[i] + bound <= limit_s:
            count += 1
    chosen = np.empty(count, np.int32)
    count = 0
    for i in range(len(departure_s)):
        bound = bound_s[to_stop[i]]
        if bound <= limit_s and arrival_s[i] - departure_s[i] + bound <= limit_s:
            chosen[count] = i
            count += 1
    return chosen


@numba.njit(cache=True, nogil=True)
def candidates(offset, stop, walk_s, direct_s, bound_s, limit_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """The origins from which a journey within the limit is not ruled out."""
    chosen = np.empty(len(direct_s), np.int32)
    count = 0
    for origin in range(len(direct_s)):
        near = direct_s[origin] <= limit_s
        entry, end = offset[origin], offset[origin + 1]
        while not near and entry < end:
            bound = bound_s[stop[entry]]
            near = bound <= limit_s and walk_s[entry] + bound <= limit_s
            entry += 1
        if near:
            chosen[count] = origin
            count += 1
    return chosen[:count].copy()


@numba.njit(cache=True, nogil=True)
def nearest(origins, offset, stop, walk_s, access_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """Lower `access_s` of each stop to the shortest walk from one of the origins."""
    for origin in origins:
        for entry in range(offset[origin], offset[origin + 1]):
            access_s[stop[entry]] = min(access_s[stop[entry]], walk_s[entry])
