"""The latest departures that still make it, without limits: what an unlimited scan need not read.

Without a limit on the journey each stop has one departure that matters on a day: the last in time (a later one that
makes it is never worse). One pass over the connections finds it for all days, in a fraction of the time of a scan.
From the origins' latest departures follows how early one can be at each stop at all; what leaves a stop before that
is in nobody's journey, and the scan that tells arrivals and changes leaves it out. The answers stay the same.
"""

from __future__ import annotations

import numba
import numpy as np

from geomatch.travel.scan import INFINITE, NEVER, usable

__all__ = ["departures", "latest", "starts"]


@numba.njit(cache=True, nogil=True)
def latest(  # type: ignore[no-untyped-def]  # numba compiles it
    first, runs, departure_s, arrival_s, from_stop, to_stop, trip, service, board_type, alight_type, linked, booking,
    egress_s, deadline_s, back_offset, back_stop, back_s, link_offset, link_to, link_seated, link_days,
    trip_days, ride_days, leave_s,
):  # fmt: skip
    """Fill `leave_s` (stops x days) with the latest departure from each stop that makes the deadline, or NEVER.

    Args:
        first: The first connection that may be used; the arrays are those of `Rides`, the latest departure first.
        runs: For each service the days on which it runs, a bit each.
        linked: For each connection whether it is linked to another.
        egress_s: Walk from each stop to the target; INFINITE where it is too far.
        back_offset, back_stop, back_s: For each stop, the stops from which one can change to it, and the seconds.
        link_offset, link_to, link_seated, link_days: As of `scan`.
        trip_days, ride_days: Work space: for each trip 0, for each connection anything.
    """
    stops, days = leave_s.shape
    leave_s[:] = NEVER
    # When one must get out at a stop at the latest to change there in time, by day; the days on which there is such a
    # time, and the least of them.
    ready_s = np.full((stops, days), NEVER, np.int32)
    ready_days, least_s = np.zeros(stops, np.int64), np.full(stops, NEVER, np.int32)
    left_days = np.zeros(stops, np.int64)
    i, count = first, len(departure_s)
    while i < count:
        end, tied = i, False
        while end < count and departure_s[end] == departure_s[i]:
            tied = tied or arrival_s[end] == departure_s[end]
            if linked[end]:
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
                if leaving and made != running:
                    if egress_s[stop] < INFINITE and arrival + egress_s[stop] <= deadline_s:
                        made = running
                    elif least_s[stop] >= arrival:
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
                for day in range(days):
                    if (new >> day) & 1:
                        leave_s[start, day] = departure
                for entry in range(back_offset[start], back_offset[start + 1]):
                    other = back_stop[entry]
                    ready_days[other] |= new
                    least = INFINITE
                    for day in range(days):
                        if (new >> day) & 1:
                            ready_s[other, day] = max(ready_s[other, day], departure - back_s[entry])
                        if (ready_days[other] >> day) & 1:
                            least = min(least, ready_s[other, day])
                    least_s[other] = least
        i = end


@numba.njit(cache=True, nogil=True)
def departures(  # type: ignore[no-untyped-def]  # numba compiles it
    origins, access_offset, access_stop, access_s, direct_s, deadline_s, leave_s, departure_s,
):  # fmt: skip
    """Fill `departure_s` (origins x days) with the latest time to leave home, or NEVER; `leave_s` from `latest`."""
    for row in range(len(origins)):
        walks = direct_s[row] < INFINITE
        for day in range(departure_s.shape[1]):
            departure_s[row, day] = deadline_s - direct_s[row] if walks else NEVER
        for entry in range(access_offset[origins[row]], access_offset[origins[row] + 1]):
            stop = access_stop[entry]
            for day in range(departure_s.shape[1]):
                if leave_s[stop, day] != NEVER:
                    departure_s[row, day] = max(departure_s[row, day], leave_s[stop, day] - access_s[entry])


@numba.njit(cache=True, nogil=True)
def starts(origins, access_offset, access_stop, access_s, after_s, start_s):  # type: ignore[no-untyped-def]
    """Lower `start_s` of each stop to the earliest that an origin, leaving home at `after_s`, is there on foot."""
    for row in range(len(origins)):
        if after_s[row] < INFINITE:
            for entry in range(access_offset[origins[row]], access_offset[origins[row] + 1]):
                start_s[access_stop[entry]] = min(start_s[access_stop[entry]], after_s[row] + access_s[entry])
