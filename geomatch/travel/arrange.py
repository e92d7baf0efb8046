"""The connections of some days put in the order of the scan, by counting: one pass for each thing asked of them."""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["arranged"]


@numba.njit(cache=True, inline="always")
def _moment(departure_s, arrival_s, home, old, shift_s):  # type: ignore[no-untyped-def]  # numba compiles it
    """When a connection leaves in the scan's time; one of the day before, as today's clock has it."""
    return shift_s * old - arrival_s if home else departure_s - shift_s * old


@numba.njit(cache=True, nogil=True)
def arranged(  # type: ignore[no-untyped-def]  # numba compiles it
    trip, service_of_trip, departure_s, arrival_s, from_stop, to_stop, boarding, alighting, linked, runs, home, shift_s,
    midnight_s,
):  # fmt: skip
    """The fields of `Rides`, in their order, of what runs on some of the days.

    From the latest departure to the earliest; within a trip the later ride first, also when several leave in the same
    second.

    Args:
        trip, departure_s, arrival_s, from_stop, to_stop, boarding, alighting: Of each connection of the network.
        service_of_trip: Service of each trip.
        linked: For each connection, and then for each of the day before, whether some link begins or ends here.
        runs: For each service, and then for each of the day before, whether it runs on some of the days.
        home: Time and stops are turned around.
        shift_s: How much later the times of a day are counted from than those of the day before.
        midnight_s: Of the day before, what leaves then or later belongs to the day.
    """
    total, services, trips = len(trip), len(runs) // 2, len(service_of_trip)
    earliest, latest, size = np.int64(1 << 62), np.int64(-(1 << 62)), 0
    running = np.zeros(2 * trips, np.bool_)
    for c in range(total):
        service = service_of_trip[trip[c]]
        for old in range(2):
            if runs[service + old * services] and (old == 0 or departure_s[c] >= midnight_s):
                moment = _moment(departure_s[c], arrival_s[c], home, old, shift_s)
                earliest, latest = min(earliest, moment), max(latest, moment)
                running[trip[c] + old * trips] = True
                size += 1
    # Where each second begins in the order, and then where its next connection goes.
    place = np.zeros(latest - earliest + 2 if size > 0 else 1, np.int64)
    for c in range(total):
        service = service_of_trip[trip[c]]
        for old in range(2):
            if runs[service + old * services] and (old == 0 or departure_s[c] >= midnight_s):
                place[latest - _moment(departure_s[c], arrival_s[c], home, old, shift_s) + 1] += 1
    for second in range(1, len(place)):
        place[second] += place[second - 1]
    # What is kept by trip stands close together, which makes a search quicker.
    number = np.cumsum(running).astype(np.int32)
    # Each connection is put in its place once, with all that is told of it, and then read in order.
    told = np.empty((size, 8), np.int32)
    for step in range(total):
        c = step if home else total - 1 - step
        service = service_of_trip[trip[c]]
        for old in range(2):
            if runs[service + old * services] and (old == 0 or departure_s[c] >= midnight_s):
                second = latest - _moment(departure_s[c], arrival_s[c], home, old, shift_s)
                here = told[place[second]]
                place[second] += 1
                if home:
                    here[0], here[1] = shift_s * old - arrival_s[c], shift_s * old - departure_s[c]
                    here[2], here[3] = to_stop[c], from_stop[c]
                    board, alight = alighting[c], boarding[c]
                else:
                    here[0], here[1] = departure_s[c] - shift_s * old, arrival_s[c] - shift_s * old
                    here[2], here[3] = from_stop[c], to_stop[c]
                    board, alight = boarding[c], alighting[c]
                here[4], here[5] = number[trip[c] + old * trips] - 1, service + old * services
                here[6], here[7] = c, (board << 4) | (alight << 2) | (linked[c + old * total] << 1) | old
    columns = np.empty((7, size), np.int32)
    of_day_before, is_linked = np.empty(size, np.bool_), np.empty(size, np.bool_)
    board_type, alight_type = np.empty(size, np.int8), np.empty(size, np.int8)
    for i in range(size):
        for column in range(7):
            columns[column, i] = told[i, column]
        flags = told[i, 7]
        of_day_before[i], is_linked[i] = flags & 1, (flags >> 1) & 1
        alight_type[i], board_type[i] = (flags >> 2) & 3, flags >> 4
    return (
        columns[6], columns[0], columns[1], columns[2], columns[3], columns[4], of_day_before, columns[5], board_type,
        alight_type, is_linked,
    )  # fmt: skip
