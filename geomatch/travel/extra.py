"""Trips run once more at another time: the network with them, and those that could take people home. METHOD 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from geomatch.settings import Settings
from geomatch.travel.network import Network

__all__ = ["Departure", "departures_home", "with_departures"]


@dataclass(frozen=True, slots=True)
class Departure:
    """A trip of the timetable run once more at another time.

    Attributes:
        trip: Number of the trip that it repeats.
        shift_s: How much later (or, below 0, earlier) than that trip.
        days: The days on which it runs, as ordinals, ascending.
        activity: Place of the activity in its table whose end decides the time.
        board: Connection of the trip with which those who leave the activity board.
        after_s: Seconds from the end of the session to its departure there.
    """

    trip: int
    shift_s: int
    days: tuple[int, ...]
    activity: int
    board: int
    after_s: int


def with_departures(network: Network, departures: Sequence[Departure]) -> Network:
    """The network with trips run once more: same stops, riding times and changes, but in no block.

    The stop times of `Network.timetable` stay as they are; its trips get a row for each new one.
    """
    if not departures:
        return network
    timetable = network.timetable
    operators = [feed.operator for feed in timetable.feeds]
    trips, shifts, feeds, days = [], [], [], []
    for one in departures:
        mine = int(timetable.trips["feed"].iloc[one.trip])
        by_feed: dict[int, list[int]] = {}
        for day in one.days:
            # On a day of a later feed of its operator the trip counts as one of that feed.
            force = np.flatnonzero(timetable.feed_in_force(date.fromordinal(day)))
            feed = next((int(f) for f in force if operators[f] == operators[mine]), mine)
            by_feed.setdefault(feed, []).append(day)
        for feed, on in sorted(by_feed.items()):
            trips.append(one.trip)
            shifts.append(one.shift_s)
            feeds.append(feed)
            days.append(np.array(on, np.int64))
    first, last = network.trip_offset[trips], network.trip_offset[np.array(trips) + 1]
    count = last - first
    rides = np.concatenate([np.arange(one, other) for one, other in zip(first, last, strict=True)])
    later = np.repeat(shifts, count).astype(np.int32)
    known, services = len(network.service_of_trip), len(network.feed_of_service)
    number = np.arange(len(trips), dtype=np.int32)
    lengths = np.cumsum([len(on) for on in days])

    def longer(values: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([values, more.astype(values.dtype)])

    rows = timetable.trips.iloc[trips].assign(service=services + number, block_id="")
    return replace(
        network,
        timetable=replace(
            timetable,
            trips=pd.concat([timetable.trips, rows.astype(timetable.trips.dtypes)], ignore_index=True),
            service_days=(*timetable.service_days, *days),
        ),
        service_of_trip=longer(network.service_of_trip, services + number),
        block_of_trip=longer(network.block_of_trip, np.full(len(trips), -1)),
        trip_offset=longer(network.trip_offset, network.trip_offset[-1] + np.cumsum(count)),
        service_offset=longer(network.service_offset, network.service_offset[-1] + lengths),
        service_day=longer(network.service_day, np.concatenate(days)),
        feed_of_service=longer(network.feed_of_service, np.array(feeds)),
        trip=longer(network.trip, known + np.repeat(number, count)),
        departure_s=longer(network.departure_s, network.departure_s[rides] + later),
        arrival_s=longer(network.arrival_s, network.arrival_s[rides] + later),
        from_stop=longer(network.from_stop, network.from_stop[rides]),
        to_stop=longer(network.to_stop, network.to_stop[rides]),
        boarding=longer(network.boarding, network.boarding[rides]),
        alighting=longer(network.alighting, network.alighting[rides]),
    )


def departures_home(
    network: Network, activities: pd.DataFrame, sessions: pd.DataFrame, settings: Settings
) -> list[Departure]:
    """Every line that could take people home from an activity, run once more right after its session.

    For each activity, and each pattern (the stops of a trip in their order, with where one may board and alight)
    that on some day of its sessions has a trip to board at a stop in walking distance: the pattern's last trip of
    the day, run once more on all days of the sessions, at the earliest whole minute at which somebody who leaves the
    activity `margin_min` after its end can board it at one of these stops.

    Args:
        network: From `build_network`.
        activities: activity_id, x_m, y_m (EPSG:3006).
        sessions: activity_id, date, start_s, end_s, as from `sessions_in`.
        settings: Limits (margin, booking).

    Returns:
        By time after the end of the session, then by riding time, then by the name of the line and the names and
        places of the stops, so that the order follows from what the timetable says and not from how its rows stand.
    """
    dates = sorted(set(sessions["date"]))
    runs = network.services_on(dates)
    place_of = {day: number for number, day in enumerate(dates)}
    by_stop = np.argsort(network.from_stop, kind="stable")
    ordered = network.from_stop[by_stop]
    near = network.stops_near(activities[["x_m", "y_m"]].to_numpy(float))
    margin_s = round(settings.limits.margin_min * 60)
    found: dict[tuple[bytes, ...], tuple[tuple[object, ...], Departure]] = {}
    for number, name in enumerate(activities["activity_id"]):
        mine = sessions[sessions["activity_id"] == name]
        if not len(mine):
            continue
        end_s = int(mine["end_s"].max())
        on = sorted(place_of[day] for day in set(mine["date"]))
        days = tuple(dates[place].toordinal() for place in on)
        span = slice(near.offset[number], near.offset[number + 1])
        boards = [by_stop[slice(*np.searchsorted(ordered, [stop, stop + 1]))] for stop in near.stop[span]]
        rides = np.concatenate([np.zeros(0, np.int64), *boards])
        ready_s = np.repeat(end_s + margin_s + near.walk_s[span], [len(some) for some in boards]).astype(
            np.int64
        )
        usable = network.boarding[rides] == 1
        if settings.limits.allow_booking:
            usable |= network.boarding[rides] == 2
        usable &= runs[network.service_of_trip[network.trip[rides]]][:, on].any(axis=1)
        rides, ready_s = rides[usable], ready_s[usable]
        for trip, board, ready in _soonest(network, rides, ready_s):
            shift_s = ready - int(network.departure_s[board])
            one = Departure(trip, shift_s, days, number, board, ready - end_s)
            key, rank = _content(network, one)
            if key not in found or rank < found[key][0]:
                found[key] = rank, one
    return [one for _rank, one in sorted(found.values(), key=lambda entry: entry[0])]


def _soonest(network: Network, rides: np.ndarray, ready_s: np.ndarray) -> list[tuple[int, int, int]]:
    """For the last trip of each pattern: the trip, where one boards, and when, in whole minutes after `ready_s`."""
    ready_s = -(-ready_s // 60) * 60
    shift = ready_s - network.departure_s[rides]
    trips = network.trip[rides]
    order = np.lexsort((rides, shift, trips))
    first = order[np.flatnonzero(np.diff(trips[order], prepend=-1))]
    last: dict[bytes, tuple[tuple[int, int, bytes], tuple[int, int, int]]] = {}
    for place in first:
        trip = int(trips[place])
        span = slice(network.trip_offset[trip], network.trip_offset[trip + 1])
        times = np.concatenate([network.departure_s[span], network.arrival_s[span]])
        pattern = _pattern(network, trip)
        rank = (int(times[0]), -int(times[-1]), times.tobytes())
        if pattern not in last or rank > last[pattern][0]:
            last[pattern] = rank, (trip, int(rides[place]), int(ready_s[place]))
    return [chosen for _rank, chosen in last.values()]


def _pattern(network: Network, trip: int) -> bytes:
    span = slice(network.trip_offset[trip], network.trip_offset[trip + 1])
    stops = (network.stop_of[network.from_stop[span]], network.stop_of[network.to_stop[span]])
    return b"".join(part.tobytes() for part in (*stops, network.boarding[span], network.alighting[span]))


def _content(network: Network, one: Departure) -> tuple[tuple[bytes, ...], tuple[object, ...]]:
    """What makes two departures the same, and what orders them."""
    span = slice(network.trip_offset[one.trip], network.trip_offset[one.trip + 1])
    departs = network.departure_s[span].astype(np.int64) + one.shift_s
    arrives = network.arrival_s[span].astype(np.int64) + one.shift_s
    key = (_pattern(network, one.trip), departs.tobytes(), arrives.tobytes(), np.array(one.days).tobytes())
    stops = np.append(network.from_stop[span], network.to_stop[span][-1])
    trips, names = network.timetable.trips, network.timetable.stops["name"]
    rank = (
        one.after_s,
        int(arrives[-1] - departs[0]),
        str(trips["route_name"].iloc[one.trip]),
        str(trips["headsign"].iloc[one.trip]),
        tuple(names.iloc[network.stop_of[stops]]),
        tuple(map(tuple, network.stop_xy_m[stops].tolist())),
        tuple(departs.tolist()),
        one.days,
    )
    return key, rank
