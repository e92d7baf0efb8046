"""The scan: from one place, the best journey from every other place that arrives by a deadline, on many days.

A connection scan (Dibbelt, Pajor, Strasser & Wagner 2018, "Connection Scan Algorithm") in its profile form:
connections are read from the latest departure to the earliest, and each learns when its passengers can be at the
target, with how many changes. METHOD 4's order and limits are part of it:

- a result is one whole number, `arrival * 64 + changes`, so that the smaller is the earlier arrival and, of equal
  arrivals, the one with fewer changes; adding a change adds 1;
- days are bits of a whole number, and what a connection knows are *pieces*: a result, the days on which it is the
  best, and how the journey goes on. On most connections all days have the same piece, so that scanning twenty days
  costs little more than one;
- with a limit on travel time, a result that is already too long when boarding is dropped at once;
- each stop has the list of the departures worth boarding there: on any one day, none of them leaves earlier and
  arrives no earlier than another, so that the last one in time is the best;
- from a stop nobody is sooner at the target than its bound says (`geomatch.travel.reach`): changes that cannot be
  better than what is known already are not looked up;
- the scan with a limit on changes is run as *layers*: layer k knows the best with at most k changes and boards,
  after a change, what layer k - 1 found. Without such a limit a layer boards what it has found itself.

All functions work in the time of the scan: homebound searches run the same code with time turned around
(departure = -arrival, stops swapped).
"""

from __future__ import annotations

import math

import numba
import numpy as np

__all__ = [
    "CHANGE_BITS", "CHANGE_MASK", "INFINITE", "MOST_DAYS", "NONE", "WALK", "figures", "query", "scan_layer", "trace",
]  # fmt: skip

INFINITE = np.int32(1 << 30)
CHANGE_BITS = 6
CHANGE_MASK = (1 << CHANGE_BITS) - 1

# Days are bits of a signed 64-bit number.
MOST_DAYS = 62

WALK = -1  # The best journey is the walk from door to door.
NONE = -2  # There is no journey.

# How the best journey from inside a connection goes on.
_STAY, _SEATED, _CHANGE, _AT_TARGET = 1, 2, 3, 4

# What is read together stands together, a row each. Of a stop: where its departures worth boarding begin, how many
# there are, the days on which there are any, and the stop's bound.
BEGIN, COUNT, SEEN, BOUND = 0, 1, 2, 3
# Of a departure worth boarding: when it leaves, the result, its days, and its connection.
TIME, RESULT, ON_DAYS, CONNECTION = 0, 1, 2, 3
# Of a piece: how the journey goes on, the result, its days, and the connection it goes on in.
HOW, WHERE = 0, 3

# In place of the next connection of a trip: this one takes no part.
_LEFT_OUT = -2

# Pieces that one connection may have while it is looked at; as many days, and one more.
_ROOM = 64


@numba.njit(cache=True, inline="always")
def _usable(flag, booking):  # type: ignore[no-untyped-def]  # numba compiles it
    """Whether one may board or alight: 0 no, 1 yes, 2 booked ahead."""
    return flag == 1 or (booking and flag == 2)


@numba.njit(cache=True, inline="always")
def _last_in_time(board, begin, end, time_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """The last of the departures begin..end-1 that leaves at `time_s` or later, or begin - 1. They descend.

    What is wanted mostly stands near the end, where departures were put last: steps from there double.
    """
    high, low, step = end, end - 1, 1
    while low >= begin and board[low, TIME] < time_s:
        high = low
        low -= step
        step *= 2
    low = max(low, begin - 1)
    # Those up to `low` are in time (or none are), those from `high` on are not.
    while high - low > 1:
        middle = (low + high) >> 1
        if board[middle, TIME] >= time_s:
            low = middle
        else:
            high = middle
    return low


@numba.njit(cache=True)
def _offer(pieces, key, days, how, where, keys, masks, hows, wheres):  # type: ignore[no-untyped-def]
    """Take over a result on the days on which it is better than the pieces so far; returns how many there are."""
    for piece in range(pieces):
        if keys[piece] <= key:
            days &= ~masks[piece]
    if days == 0:
        return pieces
    kept = 0
    for piece in range(pieces):
        left = masks[piece] & ~days
        if left != 0:
            keys[kept], masks[kept], hows[kept], wheres[kept] = keys[piece], left, hows[piece], wheres[piece]
            kept += 1
    keys[kept], masks[kept], hows[kept], wheres[kept] = key, days, how, where
    return kept + 1


@numba.njit(cache=True, inline="always")
def _worst(pieces, days, keys, masks):  # type: ignore[no-untyped-def]  # numba compiles it
    """The largest result of the pieces; INFINITE while some of `days` have none."""
    worst = np.int64(-INFINITE)
    for piece in range(pieces):
        worst = max(worst, keys[piece])
        days &= ~masks[piece]
    return worst if days == 0 else np.int64(INFINITE)


@numba.njit(cache=True, nogil=True)
def scan_layer(  # type: ignore[no-untyped-def]  # numba compiles it
    first, last, runs, departure_s, arrival_s, from_stop, to_stop, trip, service, board_type, alight_type, booking,
    egress_s, deadline_s, limit_s, bound_s, away_s, change_offset, change_stop, change_s,
    link_offset, link_to, link_seated, link_days, before_stops, before_board, before_span,
    stops, board, span, pieces, used, trip_place, follow,
):  # fmt: skip
    """Read connections `first` to `last - 1` towards one target and deadline; may be called again for those after.

    Args:
        first, last: Connections to read; `last` begins a new second.
        runs: For each service the days on which it runs, a bit each.
        egress_s: Walk from each stop to the target; INFINITE where it is too far.
        limit_s: Longest journey, or INFINITE.
        bound_s: For each stop a time below which nobody gets from it to the target, or INFINITE.
        away_s: For each stop a time below which no origin that matters gets to it.
        change_offset, change_stop, change_s: For each stop, the stops to which one can change from it.
        link_offset, link_to, link_seated, link_days: For each connection those linked to it; of length 0 when there
            are none.
        before_stops, before_board, before_span: Stops, departures and pieces of each connection of the layer with
            one change less; this layer's own without a limit on changes.
        stops, board: Filled here: the stops (columns BEGIN ...) and their departures worth boarding (TIME ...), latest
            first.
        span: Filled here: for each connection where its pieces begin and how many there are.
        pieces: Filled here (HOW, RESULT, ON_DAYS, WHERE), for all layers together.
        used: Pieces in use.
        trip_place, follow: Work space: for each trip the connection read last, and for each connection the next of
            its trip; -1 at first.

    Returns:
        Pieces in use at the end, or -1 when a list or the pool was too small.
    """
    keys, masks = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int64)
    hows, wheres = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int64)
    linked = len(link_to) > 0
    i = first
    while i < last:
        end = i
        tied = False
        while end < last and departure_s[end] == departure_s[i]:
            # Whoever matters cannot use what is too far off: a trip goes on with its next connection that counts.
            near = (
                away_s[from_stop[end]] + arrival_s[end] - departure_s[end] + bound_s[to_stop[end]] <= limit_s
            )
            if near and runs[service[end]] != 0:
                follow[end] = trip_place[trip[end]]
                trip_place[trip[end]] = end
                tied = tied or arrival_s[end] == departure_s[end]
            else:
                follow[end] = _LEFT_OUT
            end += 1
        changed, again = True, False
        while changed:
            changed = False
            for j in range(i, end):
                after = follow[j]
                if after == _LEFT_OUT or (again and arrival_s[j] != departure_s[j]):
                    continue
                days = runs[service[j]]
                departure, arrival, start, stop = departure_s[j], arrival_s[j], from_stop[j], to_stop[j]
                known = 0
                if after >= 0:
                    for place in range(span[after, 0], span[after, 0] + span[after, 1]):
                        keys[known], masks[known] = pieces[place, RESULT], pieces[place, ON_DAYS]
                        hows[known], wheres[known] = _STAY, after
                        known += 1
                if linked:
                    for entry in range(link_offset[j], link_offset[j + 1]):
                        other = link_to[entry]
                        if link_seated[entry]:
                            for place in range(span[other, 0], span[other, 0] + span[other, 1]):
                                shared = pieces[place, ON_DAYS] & days & link_days[entry]
                                key = pieces[place, RESULT]
                                known = _offer(known, key, shared, _SEATED, other, keys, masks, hows, wheres)
                if _usable(alight_type[j], booking):
                    if egress_s[stop] < INFINITE and arrival + egress_s[stop] <= deadline_s:
                        key = (arrival + egress_s[stop]) << CHANGE_BITS
                        known = _offer(known, key, days, _AT_TARGET, -1, keys, masks, hows, wheres)
                    if linked:
                        for entry in range(link_offset[j], link_offset[j + 1]):
                            other = link_to[entry]
                            if not link_seated[entry] and _usable(board_type[other], booking):
                                for place in range(
                                    before_span[other, 0], before_span[other, 0] + before_span[other, 1]
                                ):
                                    shared = pieces[place, ON_DAYS] & days & link_days[entry]
                                    key = pieces[place, RESULT] + 1
                                    known = _offer(
                                        known, key, shared, _CHANGE, other, keys, masks, hows, wheres
                                    )
                    worst = _worst(known, days, keys, masks)
                    for entry in range(change_offset[stop], change_offset[stop + 1]):
                        other = change_stop[entry]
                        remaining = days & before_stops[other, SEEN]
                        if remaining == 0:
                            continue
                        ready = arrival + change_s[entry]
                        # Mostly one is there as soon as its bound allows already.
                        if ((ready + before_stops[other, BOUND]) << CHANGE_BITS) + 1 >= worst:
                            continue
                        begin = before_stops[other, BEGIN]
                        place = _last_in_time(before_board, begin, begin + before_stops[other, COUNT], ready)
                        better = False
                        while remaining != 0 and place >= begin:
                            shared = before_board[place, ON_DAYS] & remaining
                            if shared != 0:
                                remaining &= ~shared
                                key = before_board[place, RESULT] + 1
                                if key < worst and key & CHANGE_MASK != 0:
                                    better = True
                                    where = before_board[place, CONNECTION]
                                    known = _offer(
                                        known, key, shared, _CHANGE, where, keys, masks, hows, wheres
                                    )
                            place -= 1
                        if better:
                            worst = _worst(known, days, keys, masks)
                if used + known > len(pieces):
                    return -1
                if again:
                    better = False
                    for piece in range(known):
                        left = masks[piece]
                        for place in range(span[j, 0], span[j, 0] + span[j, 1]):
                            if pieces[place, RESULT] <= keys[piece]:
                                left &= ~pieces[place, ON_DAYS]
                        if left != 0 and (keys[piece] >> CHANGE_BITS) - departure <= limit_s:
                            better = True
                    if not better:
                        continue
                changed = tied
                span[j, 0] = used
                boardable = _usable(board_type[j], booking)
                for piece in range(known):
                    key, mask = keys[piece], masks[piece]
                    if (key >> CHANGE_BITS) - departure > limit_s:
                        continue
                    pieces[used, RESULT], pieces[used, ON_DAYS] = key, mask
                    pieces[used, HOW], pieces[used, WHERE] = hows[piece], wheres[piece]
                    used += 1
                    if not boardable:
                        continue
                    begin = stops[start, BEGIN]
                    place = begin + stops[start, COUNT] - 1
                    unsure = mask & stops[start, SEEN]
                    while unsure != 0 and place >= begin:
                        shared = board[place, ON_DAYS] & unsure
                        if shared != 0:
                            unsure &= ~shared
                            if board[place, RESULT] <= key:
                                mask &= ~shared
                            elif board[place, TIME] == departure:
                                board[place, ON_DAYS] &= ~shared
                        place -= 1
                    if mask == 0:
                        continue
                    place = begin + stops[start, COUNT]
                    if place >= stops[start + 1, BEGIN]:
                        return -1
                    board[place, TIME], board[place, RESULT] = departure, key
                    board[place, ON_DAYS], board[place, CONNECTION] = mask, j
                    stops[start, COUNT] += 1
                    stops[start, SEEN] |= mask
                span[j, 1] = used - span[j, 0]
            # Someone may ride in no time at all and change into a departure of the same second: look at such rides
            # again until nothing gets better.
            again = True
        i = end
    return used


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
        if how == _STAY:
            i = where
            continue
        leg_last[legs] = i
        if how == _AT_TARGET:
            return legs + 1
        if how == _CHANGE and layered:
            layer -= 1
        legs += 1
        i = where
        leg_first[legs], leg_seated[legs] = i, how == _SEATED


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
                if how == _AT_TARGET:
                    break
                if how == _CHANGE:
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
