"""The latest departures that still make it, without limits: what an unlimited scan need not read.

Without a limit on the journey each stop has one departure that matters on a day: the last in time (a later one that
makes it is never worse). One pass over the connections finds it for all days, in a fraction of the time of a scan,
and marks the connections that make it. With the origins' latest departures the same pass the other way marks those
that somebody can be in who leaves home then. What has both marks can be in somebody's best journey; the scan that
tells arrivals and changes reads nothing else, and its answers stay the same.
"""

from __future__ import annotations

import numba
import numpy as np

from geomatch.travel.scan import INFINITE, NEVER, usable

__all__ = ["departures", "kept", "latest", "marked", "seeds"]


@numba.njit(cache=True, nogil=True)
def latest(  # type: ignore[no-untyped-def]  # numba compiles it
    first, last, runs, departure_s, arrival_s, from_stop, to_stop, trip, service, board_type, alight_type, linked,
    booking, back_offset, back_stop, back_s, link_offset, link_to, link_seated, link_days,
    trip_days, ready_s, ride_days, leave_s,
):  # fmt: skip
    """Fill `leave_s` (stops x days) with the latest departure from each stop that makes it, or NEVER.

    Args:
        first, last: The first connection that may be used, and the one to end before; the arrays are those of
            `Rides`, the latest departure first.
        runs: For each service the days on which it runs, a bit each.
        linked: For each connection whether it is linked to another.
        back_offset, back_stop, back_s: For each stop, the stops from which one can change to it, and the seconds.
        link_offset, link_to, link_seated, link_days: As of `scan`.
        trip_days: Work space: for each trip 0.
        ready_s: When one must get out at a stop (stops x days) at the latest to make it on foot, or NEVER; changed.
        ride_days: Filled here: for each connection the days on which whoever is in it makes it.
    """
    stops, days = leave_s.shape
    leave_s[:] = NEVER
    # The days on which there is a time to get out by, and the least and the most of them: mostly one of them decides.
    ready_days = np.zeros(stops, np.int64)
    least_s, most_s = np.full(stops, NEVER, np.int32), np.full(stops, NEVER, np.int32)
    for stop in range(stops):
        least = INFINITE
        for day in range(days):
            if ready_s[stop, day] != NEVER:
                ready_days[stop] |= np.int64(1) << day
                least = min(least, ready_s[stop, day])
                most_s[stop] = max(most_s[stop], ready_s[stop, day])
        if ready_days[stop] != 0:
            least_s[stop] = least
    left_days = np.zeros(stops, np.int64)
    i = first
    while i < last:
        end, tied = i, False
        while end < last and departure_s[end] == departure_s[i]:
            tied = tied or arrival_s[end] == departure_s[end]
            ride_days[end] = 0
            end += 1
        changed = True
        while changed:
            changed = False
            for j in range(i, end):
                running = runs[service[j]]
                if running == 0:
                    continue
                stop, arrival, before = to_stop[j], arrival_s[j], trip_days[trip[j]]
                made = before
                leaving = usable(alight_type[j], booking)
                if leaving and made != running and arrival <= most_s[stop]:
                    if least_s[stop] >= arrival:
                        made |= running & ready_days[stop]
                    else:
                        unsure, day = running & ready_days[stop] & ~made, 0
                        while unsure != 0:
                            if unsure & 1 and ready_s[stop, day] >= arrival:
                                made |= np.int64(1) << day
                            unsure >>= 1
                            day += 1
                if linked[j]:
                    if len(link_to) > 0:
                        for entry in range(link_offset[j], link_offset[j + 1]):
                            other = link_to[entry]
                            if other < first or not (
                                link_seated[entry] or (leaving and usable(board_type[other], booking))
                            ):
                                continue
                            made |= ride_days[other] & link_days[entry] & running
                    changed = changed or (tied and made != ride_days[j])
                ride_days[j] = made
                if made != before:
                    trip_days[trip[j]] = made
                    changed = tied
                start = from_stop[j]
                new = made & ~left_days[start]
                if new == 0 or not usable(board_type[j], booking):
                    continue
                changed = tied
                left_days[start] |= new
                departure = departure_s[j]
                left, day = new, 0
                while left != 0:
                    if left & 1:
                        leave_s[start, day] = departure
                    left >>= 1
                    day += 1
                for entry in range(back_offset[start], back_offset[start + 1]):
                    other, at_s = back_stop[entry], departure - back_s[entry]
                    least_s[other] = at_s if ready_days[other] == 0 else min(least_s[other], at_s)
                    most_s[other] = max(most_s[other], at_s)
                    ready_days[other] |= new
                    left, day = new, 0
                    while left != 0:
                        if left & 1:
                            ready_s[other, day] = max(ready_s[other, day], at_s)
                        left >>= 1
                        day += 1
        i = end


@numba.njit(cache=True, nogil=True)
def departures(  # type: ignore[no-untyped-def]  # numba compiles it
    origins, access_offset, access_stop, access_s, direct_s, deadline_s, leave_s, departure_s,
):  # fmt: skip
    """Fill `departure_s` (origins x days) with the latest time to leave home, or NEVER.

    `deadline_s` holds a deadline for each day; `leave_s` comes from `latest`.
    """
    for row in range(len(origins)):
        walks = direct_s[row] < INFINITE
        for day in range(departure_s.shape[1]):
            departure_s[row, day] = deadline_s[day] - direct_s[row] if walks else NEVER
        for entry in range(access_offset[origins[row]], access_offset[origins[row] + 1]):
            stop = access_stop[entry]
            for day in range(departure_s.shape[1]):
                if leave_s[stop, day] != NEVER:
                    departure_s[row, day] = max(departure_s[row, day], leave_s[stop, day] - access_s[entry])


@numba.njit(cache=True, nogil=True)
def seeds(  # type: ignore[no-untyped-def]  # numba compiles it
    origins, access_offset, access_stop, access_s, departure_s, ready_s,
):  # fmt: skip
    """Fill `ready_s` (stops x days), in turned time, with when the first of the origins is at each stop on foot."""
    ready_s[:] = NEVER
    for row in range(len(origins)):
        for entry in range(access_offset[origins[row]], access_offset[origins[row] + 1]):
            stop = access_stop[entry]
            for day in range(departure_s.shape[1]):
                if departure_s[row, day] != NEVER:
                    at_s = departure_s[row, day] + access_s[entry]
                    ready_s[stop, day] = max(ready_s[stop, day], -at_s)


@numba.njit(cache=True, nogil=True)
def marked(first, last, connection, old, total, ride_days, mark, marks):  # type: ignore[no-untyped-def]  # numba compiles it
    """Put `mark` on the connections that are of use on some day, by their number in the network, of the day before + `total`."""
    for i in range(first, last):
        if ride_days[i] != 0:
            marks[connection[i] + total * old[i]] = mark


@numba.njit(cache=True, nogil=True)
def kept(first, last, connection, old, total, mark, marks, ride_days):  # type: ignore[no-untyped-def]  # numba compiles it
    """Leave in `ride_days` what has the `mark`."""
    for i in range(first, last):
        if ride_days[i] != 0 and marks[connection[i] + total * old[i]] != mark:
            ride_days[i] = 0
