"""What a scan found: the best journey of each origin, its figures, and the rides it consists of."""

from __future__ import annotations

import math

import numba
import numpy as np

from geomatch.travel.scan import (
    AT_TARGET,
    BEGIN,
    CHANGE,
    CHANGE_BITS,
    CHANGE_MASK,
    CONNECTION,
    COUNT,
    HOW,
    INFINITE,
    NONE,
    ON_DAYS,
    RESULT,
    SEATED,
    STAY,
    TIME,
    WALK,
    WHERE,
)

__all__ = ["figures", "query", "trace"]


@numba.njit(cache=True, nogil=True)
def query(  # type: ignore[no-untyped-def]  # numba compiles it
    origins, days, access_offset, access_stop, access_s, access_m, direct_s, deadline_s, limit_s, most_changes,
    ask_later, stops, board,
    out_departure, out_arrival, out_changes, out_place, out_access, out_later, out_over,
):  # fmt: skip
    """The best journey of each origin on each day: latest departure, earliest arrival, fewest changes.

    Journeys equal in all three: the shortest walk to the first stop. `out_place` is the first connection, WALK or
    NONE; `out_access` the entry of the walk to it. `out_later` (when `ask_later`): in this direction another
    journey within the limits arrives earlier at the target; homebound that is a later way home. `out_over`: the
    limit of `most_changes` may give another answer, as the best journey breaks it, or as only journeys that break
    it tell of a later one. All are origins x days.
    """
    every = (np.int64(1) << days) - 1
    earliest, earliest_kept = np.empty(days, np.int32), np.empty(days, np.int32)
    metres = np.empty(days, np.float64)
    for row in range(len(origins)):
        origin = origins[row]
        walks = direct_s[row] < INFINITE and direct_s[row] <= limit_s
        for day in range(days):
            earliest[day] = earliest_kept[day] = -INFINITE if walks else INFINITE
            out_departure[row, day] = deadline_s - direct_s[row] if walks else -INFINITE
            out_arrival[row, day] = deadline_s if walks else INFINITE
            out_changes[row, day], out_access[row, day], metres[day] = 0, -1, 0.0
            out_place[row, day] = WALK if walks else NONE
        for entry in range(access_offset[origin], access_offset[origin + 1]):
            stop = access_stop[entry]
            begin, end = stops[stop, BEGIN], stops[stop, BEGIN] + stops[stop, COUNT]
            remaining = every
            place = begin
            while remaining != 0 and place < end:
                shared = board[place, ON_DAYS] & remaining
                leave, arrive = board[place, TIME] - access_s[entry], board[place, RESULT] >> CHANGE_BITS
                if shared != 0 and arrive - leave <= limit_s:
                    # Later ones at this stop leave earlier on the same days.
                    remaining &= ~shared
                    count = board[place, RESULT] & CHANGE_MASK
                    for day in range(days):
                        if (shared >> day) & 1 == 0:
                            continue
                        departure, arrival = out_departure[row, day], out_arrival[row, day]
                        better = leave > departure or (
                            leave == departure
                            and (
                                arrive < arrival
                                or (
                                    arrive == arrival
                                    and out_place[row, day] != WALK
                                    and (
                                        count < out_changes[row, day]
                                        or (count == out_changes[row, day] and access_m[entry] < metres[day])
                                    )
                                )
                            )
                        )
                        if better:
                            out_departure[row, day], out_arrival[row, day] = leave, arrive
                            out_changes[row, day], out_place[row, day] = count, board[place, CONNECTION]
                            out_access[row, day], metres[day] = entry, access_m[entry]
                place += 1
            if not ask_later:
                continue
            remaining, remaining_kept = every, every
            place = end - 1
            while remaining_kept != 0 and place >= begin:
                shared = board[place, ON_DAYS] & remaining_kept
                leave, arrive = board[place, TIME] - access_s[entry], board[place, RESULT] >> CHANGE_BITS
                if shared != 0 and arrive - leave <= limit_s:
                    kept = board[place, RESULT] & CHANGE_MASK <= most_changes
                    for day in range(days):
                        if (shared >> day) & 1:
                            earliest[day] = min(earliest[day], arrive)
                            if kept:
                                earliest_kept[day] = min(earliest_kept[day], arrive)
                    if kept:
                        remaining_kept &= ~shared
                place -= 1
        for day in range(days):
            arrival = out_arrival[row, day]
            out_later[row, day] = earliest_kept[day] < arrival
            out_over[row, day] = out_changes[row, day] > most_changes or (
                ask_later and earliest_kept[day] >= arrival and arrival > earliest[day]
            )


@numba.njit(cache=True, inline="always")
def _piece_on(span, connection, day, pieces):  # type: ignore[no-untyped-def]  # numba compiles it
    """The piece of a connection for a day."""
    place = span[connection, 0]
    while (pieces[place, ON_DAYS] >> day) & 1 == 0:
        place += 1
    return place


@numba.njit(cache=True)
def trace(  # type: ignore[no-untyped-def]  # numba compiles it
    place, day, layered, spans, pieces, leg_first, leg_last, leg_seated,
):  # fmt: skip
    """The rides of the journey that starts in connection `place`: how many, and their first and last connections.

    `spans` has an entry per layer; the journey starts in the last. Of equally good ways on,
    one stays on board as long as possible; then the shortest change, then the latest departure. `leg_seated` marks
    a ride that one enters without leaving one's seat.
    """
    layer, i, legs = len(spans) - 1, place, 0
    leg_first[0], leg_seated[0] = i, False
    while True:
        piece = _piece_on(spans[layer], i, day, pieces)
        how, where = pieces[piece, HOW], pieces[piece, WHERE]
        if how == STAY:
            i = where
            continue
        leg_last[legs] = i
        if how == AT_TARGET:
            return legs + 1
        if how == CHANGE and layered:
            layer -= 1
        legs += 1
        i = where
        leg_first[legs], leg_seated[legs] = i, how == SEATED


@numba.njit(cache=True, nogil=True)
def figures(  # type: ignore[no-untyped-def]  # numba compiles it
    first_place, access, access_m, direct_m, layered, spans, pieces,
    departure_s, arrival_s, from_stop, to_stop, board, alight, egress_m, stop_xy_m, detour, speed_kmh,
    walk_m, wait_s, tightest_s, booked,
):  # fmt: skip
    """Metres walked, seconds waited between vehicles, shortest change and booking of each journey of a `query`.

    A journey without a change has -1 for its shortest; so has one that is a walk. All are origins x days.
    """
    for row in range(len(first_place)):
        for day in range(first_place.shape[1]):
            walk_m[row, day], wait_s[row, day] = 0.0, 0
            tightest_s[row, day], booked[row, day] = -1, False
            i = first_place[row, day]
            if i == WALK:
                walk_m[row, day] = direct_m[row]
            if i < 0:
                continue
            layer = len(spans) - 1
            metres, wait, tightest = access_m[access[row, day]], 0, -1
            ahead = board[i] == 2
            while True:
                piece = _piece_on(spans[layer], i, day, pieces)
                how, where = pieces[piece, HOW], pieces[piece, WHERE]
                if how == AT_TARGET:
                    break
                if how == CHANGE:
                    ahead = ahead or alight[i] == 2 or board[where] == 2
                    gap = departure_s[where] - arrival_s[i]
                    one, other = to_stop[i], from_stop[where]
                    on_foot = 0
                    if one != other:
                        east = stop_xy_m[one, 0] - stop_xy_m[other, 0]
                        north = stop_xy_m[one, 1] - stop_xy_m[other, 1]
                        between_m = math.sqrt(east * east + north * north) * detour
                        metres += between_m
                        on_foot = min(math.ceil(np.rint(between_m * 3.6 / speed_kmh * 1e6) / 1e6), gap)
                    wait += gap - on_foot
                    tightest = gap if tightest < 0 else min(tightest, gap)
                    if layered:
                        layer -= 1
                i = where
            walk_m[row, day] = metres + egress_m[to_stop[i]]
            wait_s[row, day], tightest_s[row, day] = wait, tightest
            booked[row, day] = ahead or alight[i] == 2
