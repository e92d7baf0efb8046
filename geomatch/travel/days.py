"""The days of a question: which connections run when, in the order of the scan.

Days have most of their connections in common, so these are laid out once for all days of a question, and a day is
a mark for each service. Days on which the same services run near a target are one day to the scan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from geomatch.travel.arrange import arranged
from geomatch.travel.changes import MIDNIGHT_S
from geomatch.travel.network import HOME, Network

__all__ = ["Days", "Links", "Rides", "day_start", "days_of"]


@dataclass(frozen=True, slots=True)
class Rides:
    """Connections in the order of the scan: from the latest departure to the earliest.

    For HOME all times are negative and stops are swapped, so that the same scan answers it.

    Attributes:
        connection: Number of the connection in the network.
        departure_s, arrival_s: In the scan's own time.
        from_stop, to_stop: In the scan's own direction.
        trip: Number of the trip among those that run on some of the days, on the day itself or on the day before.
        old: Whether the trip is one of the day before.
        service: Service, likewise.
        board, alight: Whether one may board at from_stop, alight at to_stop: 0 no, 1 yes, 2 booked ahead.
        linked: Whether some link begins or ends here.
    """

    connection: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    from_stop: np.ndarray
    to_stop: np.ndarray
    trip: np.ndarray
    old: np.ndarray
    service: np.ndarray
    board: np.ndarray
    alight: np.ndarray
    linked: np.ndarray

    def at(self, chosen: np.ndarray) -> Rides:
        """Some of the connections, in their order."""
        return Rides(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Links:
    """Connections that lead on to others, in travel order.

    Attributes:
        start, end: Number of the connection in the network; of a trip of the day before, + the number of connections.
        seated: One stays in one's seat; else a change that is guaranteed.
        holds: bool, links by days: whether both run.
    """

    start: np.ndarray
    end: np.ndarray
    seated: np.ndarray
    holds: np.ndarray


def _noon_minus_12h(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(12), tzinfo=zone).timestamp() - 12 * 3600


def day_start(day: date, timezone: str) -> float:
    """The moment that GTFS counts the times of `day` from: noon minus 12 h, as a POSIX time stamp."""
    return _noon_minus_12h(day, ZoneInfo(timezone))


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a question.

    Attributes:
        network: Stops, connections and changes.
        days: In ascending order.
        runs: bool, days by 2 x services: whether a service runs on the day, and then on the day before it.
        shift_s: For each day, how much later its times are counted from than those of the day before: 24 h, or 23
            or 25 when the clocks change.
        trips: Trips with at least one ride on each day.
        links: What leads on without an ordinary change.
    """

    network: Network
    days: tuple[date, ...]
    runs: np.ndarray
    shift_s: np.ndarray
    trips: np.ndarray
    links: Links
    _rides: dict[tuple[int, int], Rides] = field(default_factory=dict)

    def rides(self, direction: int, shift_s: int) -> Rides:
        """The connections of all days whose day before ended `shift_s` earlier."""
        key = (direction, shift_s)
        if key not in self._rides:
            self._rides[key] = _rides_of(self, direction, shift_s)
        return self._rides[key]


def days_of(network: Network, days: Sequence[date]) -> Days:
    """The `days` of a question on a network."""
    ordered = tuple(sorted(set(days)))
    before = [day - timedelta(days=1) for day in ordered]
    zone = ZoneInfo(network.timetable.timezone)
    shift = [
        round(_noon_minus_12h(day, zone) - _noon_minus_12h(eve, zone))
        for day, eve in zip(ordered, before, strict=True)
    ]
    runs = np.ascontiguousarray(np.vstack([network.services_on(ordered), network.services_on(before)]).T)
    riding = np.diff(network.trip_offset) > 0
    per_service = np.bincount(network.service_of_trip[riding], minlength=runs.shape[1] // 2)
    trips = runs[:, : len(per_service)] @ per_service
    return Days(
        network, ordered, runs, np.array(shift), np.asarray(trips), _links_of(network, runs, np.array(shift))
    )


def _rides_of(days: Days, direction: int, shift_s: int) -> Rides:
    network = days.network
    linked = np.zeros(2 * len(network.trip), bool)
    linked[days.links.start] = linked[days.links.end] = True
    # What left before midnight belongs to the day before, also on the nights when the clocks change.
    return Rides(
        *arranged(
            network.trip, network.service_of_trip, network.departure_s, network.arrival_s, network.from_stop,
            network.to_stop, network.boarding, network.alighting, linked, days.runs[days.shift_s == shift_s].any(axis=0),
            direction == HOME, shift_s, MIDNIGHT_S,
        )
    )  # fmt: skip


def _links_of(network: Network, runs: np.ndarray, shift_s: np.ndarray) -> Links:
    """Links between named trips, on whichever of the two service days each is, and between trips of one block."""
    services, connections = runs.shape[1] // 2, len(network.trip)
    named = network.links
    one, other = named["from_connection"].to_numpy(np.int64), named["to_connection"].to_numpy(np.int64)
    seated = named["in_seat"].to_numpy(bool)

    def running(connection: np.ndarray, *, late: bool) -> np.ndarray:
        service = network.service_of_trip[network.trip[connection]] + late * services
        return runs[:, service].T

    parts = [
        (one + late * connections, other + late * connections, seated,
         running(one, late=late) & running(other, late=late))
        for late in (False, True)
    ]  # fmt: skip
    over = network.links_over_midnight
    one, other = over["from_connection"].to_numpy(np.int64), over["to_connection"].to_numpy(np.int64)
    parts.append(
        (one + connections, other, over["in_seat"].to_numpy(bool),
         running(one, late=True) & running(other, late=False) & (shift_s == MIDNIGHT_S))
    )  # fmt: skip
    # A trip that names where its passengers stay seated does not go on by its block.
    on_by_name = [
        (np.unique(network.trip[start[kept & held[:, day]] % connections]) if connections else start)
        for start, _end, kept, held in parts
        for day in range(len(runs))
    ]
    blocks: dict[tuple[int, int], np.ndarray] = {}
    for late in (False, True):
        for day in range(len(runs)):
            of_day = runs[day, late * services :][:services]
            named_on = [on_by_name[part * len(runs) + day] for part in range(len(parts))]
            barred = np.union1d(named_on[int(late)], named_on[2] if late else named_on[int(late)])
            for start, end in zip(
                *_block_links(network, of_day[network.service_of_trip], barred), strict=True
            ):
                key = (int(start) + late * connections, int(end) + late * connections)
                blocks.setdefault(key, np.zeros(len(runs), bool))[day] = True
    if blocks:
        ends = np.array(list(blocks), np.int64)
        parts.append((ends[:, 0], ends[:, 1], np.ones(len(ends), bool), np.array(list(blocks.values()))))
    start, end, seat, holds = (np.concatenate(list(part)) for part in zip(*parts, strict=True))
    kept = holds.any(axis=1)
    return Links(start[kept], end[kept], seat[kept].astype(bool), holds[kept])


def _block_links(network: Network, runs: np.ndarray, barred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Trips of one block that follow each other today at one stop area: one may stay seated."""
    chosen = np.flatnonzero(runs & (network.block_of_trip >= 0))
    first, last = network.trip_offset[chosen], network.trip_offset[chosen + 1] - 1
    rides = last >= first
    chosen, first, last = chosen[rides], first[rides], last[rides]
    order = np.lexsort((chosen, network.departure_s[first], network.block_of_trip[chosen]))
    chosen, first, last = chosen[order], first[order], last[order]
    block, area = network.block_of_trip[chosen], network.area
    follows = (
        (block[:-1] == block[1:])
        & (network.departure_s[first[1:]] >= network.arrival_s[last[:-1]])
        & (area[network.to_stop[last[:-1]]] == area[network.from_stop[first[1:]]])
        & ~np.isin(chosen[:-1], barred)
    )
    if network.not_in_seat:
        pairs = zip(chosen[:-1].tolist(), chosen[1:].tolist(), strict=True)
        follows &= np.array([pair not in network.not_in_seat for pair in pairs], bool)
    return last[:-1][follows].astype(np.int64), first[1:][follows].astype(np.int64)
