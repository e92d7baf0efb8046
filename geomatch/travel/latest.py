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

__all__ = ["crossed", "departures", "kept", "latest", "seeds"]


@numba.njit(cache=True, nogil=True)
def latest(  # type: ignore[no-untyped-def]  # numba compiles it
    first, last, runs, departure_s, arrival_s, from_stop, to_stop, trip, service, board_type, alight_type, linked,
    booking, back_offset, back_stop, back_s, link_offset, link_to, link_seated, link_days,
    useful, trip_days, ready_days, ready_s, ride_days, leave_s,
):  # fmt: skip
    """Fill `leave_s` (stops x days) with the latest departure from each stop that makes it, or NEVER.

    Args:
        first, last: The first connection that may be used, and the one to end before; the arrays are those of
            `Rides`, the latest departure first.
        runs: For each service the days on which it runs, a bit each.
        linked: For each connection whether it is linked to another.
        back_offset, back_stop, back_s: For each stop, the stops from which one can change to it, and the seconds.
        link_offset, link_to, link_seated, link_days: As of `scan`.
        useful: For each connection whether it can be of use; empty when nothing is known of that.
        trip_days: Work space: for each trip 0.
        ready_days: For each stop the days on which there is a time to get out by, as bits; changed.
        ready_s: When one must get out at a stop (stops x days) at the latest to make it on foot, or NEVER; changed.
        ride_days: Filled here: for each connection the days on which whoever is in it makes it.
    """
    stops, days = leave_s.shape
    leave_s[:] = NEVER
    # The least and the most of the times to get out by: mostly one of them decides.
    least_s, most_s = np.full(stops, NEVER, np.int32), np.full(stops, NEVER, np.int32)
    for stop in range(stops):
        if ready_days[stop] != 0:
            least_s[stop] = INFINITE
            for day in range(days):
                if ready_s[stop, day] != NEVER:
                    least_s[stop] = min(least_s[stop], ready_s[stop, day])
                    most_s[stop] = max(most_s[stop], ready_s[stop, day])
    left_days = np.zeros(stops, runs.dtype)
    at = np.empty(days, np.int32)
    i = first
    while i < last:
        end, tied = i, False
        while end < last and departure_s[end] == departure_s[i]:
            tied = tied or arrival_s[end] == departure_s[end]
            ride_days[end] = 0
            end += 1
        changed, again = True, False
        while changed:
            changed = False
            for j in range(i, end):
                # What others of the same second add is of use only to a ride that takes no time.
                if again and arrival_s[j] != departure_s[j]:
                    continue
                if len(useful) > 0 and not useful[j]:
                    continue
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
                        unsure = running & ready_days[stop] & ~made
                        if unsure != 0:
                            in_time = np.int64(0)
                            for day in range(days):
                                in_time |= np.int64(ready_s[stop, day] >= arrival) << day
                            made |= unsure & in_time
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
                # Loops without a condition are several days quick at once.
                for day in range(days):
                    at[day] = departure if (new >> day) & 1 else NEVER
                    leave_s[start, day] = max(leave_s[start, day], at[day])
                for entry in range(back_offset[start], back_offset[start + 1]):
                    other, at_s = back_stop[entry], departure - back_s[entry]
                    least_s[other] = at_s if ready_days[other] == 0 else min(least_s[other], at_s)
                    most_s[other] = max(most_s[other], at_s)
                    ready_days[other] |= new
                    walk_s = back_s[entry]
                    for day in range(days):
                        ready_s[other, day] = max(ready_s[other, day], at[day] - walk_s)
            again = True
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
    origins, access_offset, access_stop, access_s, departure_s, ready_days, ready_s,
):  # fmt: skip
    """Note in `ready_s` (stops x days), in turned time, when the first of the origins is at each stop on foot.

    It holds NEVER before, and `ready_days` no day.
    """
    for row in range(len(origins)):
        for entry in range(access_offset[origins[row]], access_offset[origins[row] + 1]):
            stop = access_stop[entry]
            for day in range(departure_s.shape[1]):
                if departure_s[row, day] != NEVER:
                    at_s = departure_s[row, day] + access_s[entry]
                    ready_s[stop, day] = max(ready_s[stop, day], -at_s)
                    ready_days[stop] |= np.int64(1) << day


@numba.njit(cache=True, nogil=True)
def crossed(first, last, crossing, useful, result):  # type: ignore[no-untyped-def]  # numba compiles it
    """Fill `result` from `first` to `last` - 1 with what is `useful` of the same connections in another order."""
    for i in range(first, last):
        result[i] = useful[crossing[i]]


@numba.njit(cache=True, nogil=True)
def kept(first, last, crossing, begin, end, other_days, ride_days):  # type: ignore[no-untyped-def]  # numba compiles it
    """Leave in `ride_days` the days that `other_days` has as well, which is in another order and known from `begin` to `end` - 1."""
    for i in range(first, last):
        if ride_days[i] != 0:
            there = crossing[i]
            ride_days[i] &= other_days[there] if begin <= there < end else 0
