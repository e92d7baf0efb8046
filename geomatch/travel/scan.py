"""The scan: from one place, the best journey from every other place that arrives by a deadline, on many days.

A connection scan (Dibbelt, Pajor, Strasser & Wagner 2018, "Connection Scan Algorithm") in its profile form:
connections are read from the latest departure to the earliest, and each learns when its passengers can be at the
target, with how many changes. METHOD 4's order and limits are part of it:

- a result is one whole number, `arrival * 64 + changes`, so that the smaller is the earlier arrival and, of equal
  arrivals, the one with fewer changes; adding a change adds 1;
- days are bits of a whole number, and what a connection knows are *pieces*: a result, the days on which it is the
  best, and how the journey goes on. On most connections all days have the same piece, so that scanning twenty days
  costs little more than one;
- with a limit on travel time, a result that is too long for all who ask is dropped at once, their way to where one
  boards counted in (`geomatch.travel.reach`);
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

import numba
import numpy as np

__all__ = [
    "AT_TARGET", "BEGIN", "BOUND", "CHANGE", "CHANGE_BITS", "CHANGE_MASK", "CONNECTION", "COUNT", "FULL_BOARD",
    "FULL_PIECES", "HOW", "INFINITE", "MOST_DAYS", "NEVER", "NONE", "ON_DAYS", "RESULT", "SEATED", "SEEN", "STAY", "TIME",
    "WALK", "WHERE", "scan", "usable",
]  # fmt: skip

INFINITE = np.int32(1 << 30)
NEVER = -INFINITE  # In place of a moment: there is none.
CHANGE_BITS = 6
CHANGE_MASK = (1 << CHANGE_BITS) - 1

# Days are bits of a signed 64-bit number.
MOST_DAYS = 62

WALK = -1  # The best journey is the walk from door to door.
NONE = -2  # There is no journey.

# How the best journey from inside a connection goes on.
STAY, SEATED, CHANGE, AT_TARGET = 1, 2, 3, 4

# What is read together stands together, a row each. Of a stop: where its departures worth boarding begin, how many
# there are, the days on which there are any, and the stop's bound.
BEGIN, COUNT, SEEN, BOUND = 0, 1, 2, 3
# Of a departure worth boarding: when it leaves, the result, its days, and its connection.
TIME, RESULT, ON_DAYS, CONNECTION = 0, 1, 2, 3
# Of a piece: how the journey goes on, the result, its days, and the connection it goes on in.
HOW, WHERE = 0, 3

# In place of the next connection of a trip: this one takes no part.
_LEFT_OUT = -2

# Why a scan ended early.
FULL_PIECES, FULL_BOARD = -1, -2

# Pieces that one connection may have while it is looked at; as many days, and one more.
_ROOM = 64


@numba.njit(cache=True, inline="always")
def usable(flag, booking):  # type: ignore[no-untyped-def]  # numba compiles it
    """Whether one may board or alight: 0 no, 1 yes, 2 booked ahead."""
    return flag == 1 or (booking and flag == 2)


@numba.njit(cache=True, inline="always")
def _last_in_time(board, layer, begin, end, time_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """The last of the departures begin..end-1 that leaves at `time_s` or later, or begin - 1. They descend.

    What is wanted mostly stands near the end, where departures were put last: steps from there double.
    """
    high, low, step = end, end - 1, 1
    while low >= begin and board[layer, low, TIME] < time_s:
        high = low
        low -= step
        step *= 2
    low = max(low, begin - 1)
    # Those up to `low` are in time (or none are), those from `high` on are not.
    while high - low > 1:
        middle = (low + high) >> 1
        if board[layer, middle, TIME] >= time_s:
            low = middle
        else:
            high = middle
    return low


@numba.njit(cache=True)
def _offer(pieces, key, days, how, where, keys, masks, hows, wheres):  # type: ignore[no-untyped-def]  # numba compiles it
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
def scan(  # type: ignore[no-untyped-def]  # numba compiles it
    opened, first, last, runs, departure_s, arrival_s, from_stop, to_stop, trip, service, board_type, alight_type, booking,
    egress_s, deadline_s, limit_s, bound_s, away_s, allowed, change_offset, change_stop, change_s,
    back_offset, back_stop, link_offset, link_to, link_seated, link_days, layered,
    stops, around, board, span, pieces, used, trip_place, follow,
):  # fmt: skip
    """Read connections `first` to `last - 1` towards one target and deadline; may be called again for those after.

    Args:
        opened: The first connection of all that are read for this deadline.
        first, last: Connections to read; `last` begins a new second.
        runs: For each service the days on which it runs, a bit each.
        egress_s: Walk from each stop to the target; INFINITE where it is too far.
        limit_s: Longest journey, or INFINITE.
        bound_s: For each stop a time below which nobody gets from it to the target, or INFINITE.
        away_s: For each stop a time below which no origin that matters gets to it.
        allowed: For each connection the days on which it matters, as bits; of length 0 when it is not known.
        change_offset, change_stop, change_s: For each stop, the stops to which one can change from it.
        back_offset, back_stop: For each stop, the stops from which one can change to it.
        link_offset, link_to, link_seated, link_days: For each connection those linked to it; of length 0 when there
            are none.
        layered: Whether a layer boards, after a change, what the layer before it found; else what it found itself.
        stops, board: Filled here, for each layer: the stops (columns BEGIN ...) and their departures worth boarding
            (TIME ...), latest first.
        around: Filled here, for each layer and stop: the best result of all departures to which one can change from
            it; INFINITE while there is none.
        span: Filled here, for each layer: for each connection where its pieces begin and how many there are.
        pieces: Filled here (HOW, RESULT, ON_DAYS, WHERE), for all layers together.
        used: Pieces in use.
        trip_place, follow: Work space: for each trip the connection read last (-1 at first), and for each connection
            the next of its trip.

    Returns:
        Pieces in use at the end; FULL_PIECES or FULL_BOARD when there was no room for more.
    """
    keys, masks = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int64)
    hows, wheres = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int64)
    linked, chosen = len(link_to) > 0, len(allowed) > 0
    layers = len(stops)
    i = first
    while i < last:
        end = i
        tied, some = False, False
        while end < last and departure_s[end] == departure_s[i]:
            # Whoever matters cannot use what is too far off: a trip goes on with its next connection that counts.
            at_s = arrival_s[end] + bound_s[to_stop[end]]
            near = at_s <= deadline_s and away_s[from_stop[end]] + at_s - departure_s[end] <= limit_s
            days = runs[service[end]]
            if chosen:
                days &= allowed[end]
            if near and days != 0:
                follow[end] = trip_place[trip[end]]
                trip_place[trip[end]] = end
                tied = tied or arrival_s[end] == departure_s[end]
                some = True
            else:
                follow[end] = _LEFT_OUT
            for layer in range(layers):
                span[layer, end, 0], span[layer, end, 1] = 0, 0
            end += 1
        for layer in range(layers):
            before = layer - 1 if layered else layer
            changed, again = some, False
            while changed:
                changed = False
                for j in range(i, end):
                    after = follow[j]
                    if after == _LEFT_OUT or (again and arrival_s[j] != departure_s[j]):
                        continue
                    days = runs[service[j]]
                    if chosen:
                        days &= allowed[j]
                    departure, arrival, start, stop = departure_s[j], arrival_s[j], from_stop[j], to_stop[j]
                    known = 0
                    if after >= 0:
                        for place in range(
                            span[layer, after, 0], span[layer, after, 0] + span[layer, after, 1]
                        ):
                            keys[known], masks[known] = pieces[place, RESULT], pieces[place, ON_DAYS]
                            hows[known], wheres[known] = STAY, after
                            known += 1
                    if linked:
                        for entry in range(link_offset[j], link_offset[j + 1]):
                            other = link_to[entry]
                            if link_seated[entry] and other >= opened:
                                for place in range(
                                    span[layer, other, 0], span[layer, other, 0] + span[layer, other, 1]
                                ):
                                    shared = pieces[place, ON_DAYS] & days & link_days[entry]
                                    key = pieces[place, RESULT]
                                    known = _offer(
                                        known, key, shared, SEATED, other, keys, masks, hows, wheres
                                    )
                    leaving = usable(alight_type[j], booking)
                    if leaving and egress_s[stop] < INFINITE and arrival + egress_s[stop] <= deadline_s:
                        key = (arrival + egress_s[stop]) << CHANGE_BITS
                        known = _offer(known, key, days, AT_TARGET, -1, keys, masks, hows, wheres)
                    if leaving and before >= 0:
                        if linked:
                            for entry in range(link_offset[j], link_offset[j + 1]):
                                other = link_to[entry]
                                if other < opened:
                                    continue
                                if not link_seated[entry] and usable(board_type[other], booking):
                                    for place in range(
                                        span[before, other, 0],
                                        span[before, other, 0] + span[before, other, 1],
                                    ):
                                        shared = pieces[place, ON_DAYS] & days & link_days[entry]
                                        key = pieces[place, RESULT] + 1
                                        known = _offer(
                                            known, key, shared, CHANGE, other, keys, masks, hows, wheres
                                        )
                        # Nothing that comes too late for everybody who matters is worth a change.
                        too_late = (limit_s + departure - away_s[start] + 1) << CHANGE_BITS
                        worst = min(_worst(known, days, keys, masks), too_late)
                        # Mostly nothing that one can change to is better than what is known already.
                        begin, behind = change_offset[stop], change_offset[stop + 1]
                        if around[before, stop] + 1 >= worst:
                            behind = begin
                        for entry in range(begin, behind):
                            other = change_stop[entry]
                            remaining = days & stops[before, other, SEEN]
                            if remaining == 0:
                                continue
                            ready, least_s = arrival + change_s[entry], stops[before, other, BOUND]
                            if ((ready + least_s) << CHANGE_BITS) + 1 >= worst:
                                continue
                            begin = stops[before, other, BEGIN]
                            place = _last_in_time(
                                board, before, begin, begin + stops[before, other, COUNT], ready
                            )
                            better = False
                            while remaining != 0 and place >= begin:
                                # What leaves still later is of no use on any day.
                                if ((board[before, place, TIME] + least_s) << CHANGE_BITS) + 1 >= worst:
                                    break
                                shared = board[before, place, ON_DAYS] & remaining
                                if shared != 0:
                                    remaining &= ~shared
                                    key = board[before, place, RESULT] + 1
                                    if key < worst and key & CHANGE_MASK != 0:
                                        better = True
                                        where = board[before, place, CONNECTION]
                                        known = _offer(
                                            known, key, shared, CHANGE, where, keys, masks, hows, wheres
                                        )
                                place -= 1
                            if better:
                                worst = min(_worst(known, days, keys, masks), too_late)
                    if used + known > len(pieces):
                        return FULL_PIECES
                    if again:
                        better = False
                        for piece in range(known):
                            left = masks[piece]
                            for place in range(span[layer, j, 0], span[layer, j, 0] + span[layer, j, 1]):
                                if pieces[place, RESULT] <= keys[piece]:
                                    left &= ~pieces[place, ON_DAYS]
                            if (
                                left != 0
                                and (keys[piece] >> CHANGE_BITS) - departure + away_s[start] <= limit_s
                            ):
                                better = True
                        if not better:
                            continue
                    changed = tied
                    span[layer, j, 0] = used
                    boardable = usable(board_type[j], booking)
                    for piece in range(known):
                        key, mask = keys[piece], masks[piece]
                        if (key >> CHANGE_BITS) - departure + away_s[start] > limit_s:
                            continue
                        pieces[used, RESULT], pieces[used, ON_DAYS] = key, mask
                        pieces[used, HOW], pieces[used, WHERE] = hows[piece], wheres[piece]
                        used += 1
                        if not boardable:
                            continue
                        begin = stops[layer, start, BEGIN]
                        place = begin + stops[layer, start, COUNT] - 1
                        unsure = mask & stops[layer, start, SEEN]
                        while unsure != 0 and place >= begin:
                            shared = board[layer, place, ON_DAYS] & unsure
                            if shared != 0:
                                unsure &= ~shared
                                if board[layer, place, RESULT] <= key:
                                    mask &= ~shared
                                elif board[layer, place, TIME] == departure:
                                    board[layer, place, ON_DAYS] &= ~shared
                            place -= 1
                        if mask == 0:
                            continue
                        place = begin + stops[layer, start, COUNT]
                        if place >= stops[layer, start + 1, BEGIN]:
                            return FULL_BOARD
                        board[layer, place, TIME], board[layer, place, RESULT] = departure, key
                        board[layer, place, ON_DAYS], board[layer, place, CONNECTION] = mask, j
                        stops[layer, start, COUNT] += 1
                        stops[layer, start, SEEN] |= mask
                        for entry in range(back_offset[start], back_offset[start + 1]):
                            around[layer, back_stop[entry]] = min(around[layer, back_stop[entry]], key)
                    span[layer, j, 1] = used - span[layer, j, 0]
                # Someone may ride in no time at all and change into a departure of the same second: look at such
                # rides again until nothing gets better.
                again = True
        i = end
    return used
