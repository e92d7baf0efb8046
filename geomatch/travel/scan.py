"""The scan: from one place, the best journey from every other place that arrives by a deadline.

A connection scan (Dibbelt, Pajor, Strasser & Wagner 2018, "Connection Scan Algorithm") in its profile form:
connections are read from the latest departure to the earliest, and each learns when its passengers can be at the
target, with how many changes. METHOD 4's order and limits are part of it:

- a result is one whole number, `arrival * 64 + changes`, so that the smaller is the earlier arrival and, of equal
  arrivals, the one with fewer changes; adding a change adds 1;
- `ride[c, k]` is the least such number for someone who sits in connection c and may change at most k more times;
- with a limit on travel time, a result that is already too long when boarding is dropped at once;
- without limits there is one column instead of one per change, and the number of changes is free.

The latest departure follows at the origin, where the departures of the stops around it are compared.
All functions work on one `Direction`; homebound searches run the same code with time turned around.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["INFINITE", "NONE", "WALK", "query", "scan", "trace"]

INFINITE = np.int64(1) << 40
CHANGE_BITS = 6
CHANGE_MASK = (1 << CHANGE_BITS) - 1

WALK = -1  # The best journey is the walk from door to door.
NONE = -2  # There is no journey.


@numba.njit(cache=True, inline="always")
def _last_in_time(slot_departure_s, begin, end, time_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """The last slot of begin..end-1 that leaves at `time_s` or later, or begin - 1. Departures descend."""
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if slot_departure_s[middle] >= time_s:
            low = middle + 1
        else:
            high = middle
    return low - 1


@numba.njit(cache=True)
def _results_of(  # type: ignore[no-untyped-def]  # numba compiles it
    i, columns, limit_s, deadline_s, departure_s, arrival_s, to_stop, following, can_board, can_alight,
    link_offset, link_to, link_in_seat, change_offset, change_stop, change_s, egress_s,
    slot_departure_s, begin, end, alive, ride, best, result,
):  # fmt: skip
    """Fill `result` with what connection i can reach; returns whether anything can be reached."""
    result[:] = INFINITE
    arrival = arrival_s[i]
    if arrival > deadline_s:
        return False
    free = columns == 1
    stop = to_stop[i]
    if can_alight[i]:
        at_target = arrival + egress_s[stop]
        if at_target <= deadline_s:
            result[:] = at_target << CHANGE_BITS
        for entry in range(change_offset[stop], change_offset[stop + 1]):
            other = change_stop[entry]
            if not alive[other]:
                continue
            slot = _last_in_time(slot_departure_s, begin[other], end[other], arrival + change_s[entry])
            if slot < begin[other]:
                continue
            if free:
                result[0] = min(result[0], best[slot, 0] + 1)
            else:
                for k in range(1, columns):
                    result[k] = min(result[k], best[slot, k - 1] + 1)
    for entry in range(link_offset[i], link_offset[i + 1]):
        other = link_to[entry]
        if link_in_seat[entry]:
            for k in range(columns):
                result[k] = min(result[k], ride[other, k])
        elif can_alight[i] and can_board[other]:
            if free:
                result[0] = min(result[0], ride[other, 0] + 1)
            else:
                for k in range(1, columns):
                    result[k] = min(result[k], ride[other, k - 1] + 1)
    after = following[i]
    if after >= 0:
        for k in range(columns):
            result[k] = min(result[k], ride[after, k])
    reached = False
    for k in range(columns):
        if result[k] < INFINITE and (result[k] >> CHANGE_BITS) - departure_s[i] <= limit_s:
            reached = True
        else:
            result[k] = INFINITE
    return reached


@numba.njit(cache=True)
def scan(  # type: ignore[no-untyped-def]  # numba compiles it
    columns, limit_s, deadline_s, departure_s, arrival_s, from_stop, to_stop, following, can_board, can_alight,
    stop_offset, slot_of, slot_departure_s, link_offset, link_to, link_in_seat, group_end, group_tied,
    change_offset, change_stop, change_s, egress_s, ride, best,
):  # fmt: skip
    """Fill `ride` (connections x columns) for one target and deadline.

    Args:
        columns: Changes allowed + 1; 1 means any number of them.
        limit_s: Longest journey, or INFINITE.
        deadline_s: Latest arrival at the target.
        egress_s: Walk from each stop to the target; INFINITE where it is too far.
        slot_departure_s: Departure of each place in `Direction.stop_slot`.
        ride: Filled here.
        best: Work space of the same shape, by slot: the best of this departure and all later ones of its stop.

    The remaining arguments are the arrays of a `Direction` and of the network's changes.
    """
    count = len(departure_s)
    stops = len(stop_offset) - 1
    begin = np.full(stops, -1, np.int64)
    end = np.full(stops, -1, np.int64)
    alive = np.zeros(stops, np.bool_)
    result = np.empty(columns, np.int64)
    first = 0
    while first < count and departure_s[first] > deadline_s:
        ride[first] = INFINITE
        first += 1
    i = first
    while i < count:
        group = group_end[i]
        tied = group_tied[i]
        # Departures of one second at one stop stand side by side; those seen are begin..end-1.
        for j in range(i, group):
            stop = from_stop[j]
            if begin[stop] < 0:
                begin[stop] = slot_of[j]
            if tied:
                slot = slot_of[j]
                ride[j] = INFINITE
                for k in range(columns):
                    best[slot, k] = best[slot - 1, k] if slot > begin[stop] else INFINITE
                end[stop] = slot + 1
        changed = True
        while changed:
            changed = False
            for j in range(i, group):
                reached = _results_of(
                    j, columns, limit_s, deadline_s, departure_s, arrival_s, to_stop, following, can_board, can_alight,
                    link_offset, link_to, link_in_seat, change_offset, change_stop, change_s, egress_s,
                    slot_departure_s, begin, end, alive, ride, best, result,
                )  # fmt: skip
                stop, slot = from_stop[j], slot_of[j]
                if tied:
                    # Someone may ride in no time at all and change into a departure of the same second: look
                    # again until nothing gets better.
                    better = False
                    for k in range(columns):
                        better = better or result[k] < ride[j, k]
                    if not better:
                        continue
                    changed = True
                for k in range(columns):
                    ride[j, k] = result[k]
                end[stop] = max(end[stop], slot + 1)
                if reached and can_board[j]:
                    alive[stop] = True
                for later in range(slot, end[stop]):
                    for k in range(columns):
                        value = best[later - 1, k] if later > begin[stop] else INFINITE
                        if tied and later > slot:
                            value = min(value, best[later, k])
                        elif can_board[j]:
                            value = min(value, ride[j, k])
                        best[later, k] = value
        i = group


@numba.njit(cache=True)
def query(  # type: ignore[no-untyped-def]  # numba compiles it
    columns, limit_s, deadline_s, departure_s, can_board, stop_offset, stop_slot,
    access_offset, access_stop, access_s, access_m, direct_s, ride,
    out_departure, out_arrival, out_changes, out_place, out_access, out_later,
):  # fmt: skip
    """The best journey from each origin after a `scan`: latest departure, earliest arrival, fewest changes.

    Journeys equal in all three: the shortest walk to the first stop. `out_place` is the first connection, WALK or
    NONE; `out_access` the entry of the walk to it. `out_later`: in this direction another journey within the
    limits arrives earlier at the target — homebound that is a later way home.
    """
    last = columns - 1
    for origin in range(len(direct_s)):
        departure, arrival, changes = -INFINITE, INFINITE, np.int64(0)
        place, access, metres = np.int64(NONE), np.int64(-1), 0.0
        earliest = INFINITE
        if direct_s[origin] <= limit_s and direct_s[origin] < INFINITE:
            departure, arrival, place = deadline_s - direct_s[origin], deadline_s, np.int64(WALK)
            earliest = -INFINITE  # One can walk at any time.
        for entry in range(access_offset[origin], access_offset[origin + 1]):
            stop, walk_s = access_stop[entry], access_s[entry]
            for slot in range(stop_offset[stop], stop_offset[stop + 1]):
                i = stop_slot[slot]
                if not can_board[i] or departure_s[i] > deadline_s:
                    continue
                key = ride[i, last]
                if key >= INFINITE:
                    continue
                leave = departure_s[i] - walk_s
                arrive = key >> CHANGE_BITS
                if arrive - leave > limit_s:
                    continue
                earliest = min(earliest, arrive)
                count = key & CHANGE_MASK
                better = leave > departure or (
                    leave == departure
                    and (
                        arrive < arrival
                        or (
                            arrive == arrival
                            and place != WALK
                            and (count < changes or (count == changes and access_m[entry] < metres))
                        )
                    )
                )
                if better:
                    departure, arrival, changes = leave, arrive, count
                    place, access, metres = i, np.int64(entry), access_m[entry]
        out_departure[origin], out_arrival[origin], out_changes[origin] = departure, arrival, changes
        out_place[origin], out_access[origin] = place, access
        out_later[origin] = earliest < arrival


@numba.njit(cache=True)
def trace(  # type: ignore[no-untyped-def]  # numba compiles it
    place, columns, arrival_s, to_stop, following, can_board, can_alight, stop_slot,
    slot_departure_s, stop_offset, link_offset, link_to, link_in_seat, change_offset, change_stop, change_s,
    egress_s, deadline_s, ride, leg_first, leg_last, leg_seated,
):  # fmt: skip
    """The rides of the journey that starts in connection `place`: how many, and their first and last connections.

    Of equally good ways on, one stays on board as long as possible; then the shortest change, then the latest
    departure. `leg_seated` marks a ride that one enters without leaving one's seat.
    """
    k = columns - 1
    free = columns == 1
    i = place
    legs = 0
    leg_first[0], leg_seated[0] = i, False
    while True:
        key = ride[i, k]
        after = following[i]
        if after >= 0 and ride[after, k] == key:
            i = after
            continue
        found = -1
        for entry in range(link_offset[i], link_offset[i + 1]):
            if link_in_seat[entry] and ride[link_to[entry], k] == key:
                found = link_to[entry]
                break
        leg_last[legs] = i
        if found >= 0:
            legs += 1
            i = found
            leg_first[legs], leg_seated[legs] = i, True
            continue
        stop = to_stop[i]
        if (
            can_alight[i]
            and arrival_s[i] + egress_s[stop] <= deadline_s
            and (arrival_s[i] + egress_s[stop]) << CHANGE_BITS == key
        ):
            return legs + 1
        source = 0 if free else k - 1
        for entry in range(link_offset[i], link_offset[i + 1]):
            other = link_to[entry]
            if (
                not link_in_seat[entry]
                and can_alight[i]
                and can_board[other]
                and ride[other, source] + 1 == key
            ):
                found = other
                break
        if found < 0:
            for entry in range(change_offset[stop], change_offset[stop + 1]):
                other = change_stop[entry]
                for slot in range(stop_offset[other], stop_offset[other + 1]):
                    if slot_departure_s[slot] < arrival_s[i] + change_s[entry]:
                        break
                    j = stop_slot[slot]
                    if can_board[j] and ride[j, source] + 1 == key:
                        found = j
                        break
                if found >= 0:
                    break
        k = source
        legs += 1
        i = found
        leg_first[legs], leg_seated[legs] = i, False
