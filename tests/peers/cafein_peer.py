"""cafein, asked METHOD 4's question between stops, with what it lacks named.

cafein 0.29 reads no transfers.txt, no pickup_type, drop_off_type or block_id, and changes at one stop take no time.
What walks there are between stops it is told. It walks at a change and after the last ride, but not before the first;
so journeys end at nodes of their own, to which no walk leads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from .plain_gtfs import Call, PlainFeed
from .slow import Changes, Way, best_home, best_out

END = "end "


def without_rules(feed: PlainFeed) -> PlainFeed:
    """The feed without what cafein does not read, and without stations."""
    used = set(feed.used())
    return replace(
        feed,
        stops={
            name: replace(stop, area=name, station=False) for name, stop in feed.stops.items() if name in used
        },
        rules=(),
        trips=tuple(
            replace(
                trip,
                block="",
                calls=tuple(Call(stop, *times, "", "") for stop, *times, _on, _off in trip.calls),
            )
            for trip in feed.trips
        ),
    )


def with_ends(feed: PlainFeed, ends: Iterable[str]) -> PlainFeed:
    """The feed with a second node at each stop of `ends`, where trips call first."""
    ends = frozenset(ends)
    nodes = {f"{END}{name}": replace(feed.stops[name], area=f"{END}{name}") for name in ends}
    return replace(
        feed,
        stops={**feed.stops, **nodes},
        trips=tuple(
            replace(
                trip,
                calls=tuple(
                    node
                    for place, call in enumerate(trip.calls)
                    for node in (
                        (call._replace(stop=f"{END}{call.stop}", departure=call.arrival), call)
                        if place and call.stop in ends
                        else (call,)
                    )
                ),
            )
            for trip in feed.trips
        ),
    )


def at_once(changes: Changes) -> dict[str, dict[str, int]]:
    """The changes as cafein makes them: at one stop without any time."""
    return {one: {**row, one: 0} for one, row in changes.items()}


@dataclass
class Cafein:
    """A feed in cafein with the changes between its stops."""

    folder: Path
    changes: Changes

    def __post_init__(self) -> None:
        from cafein import TransportNetwork  # noqa: PLC0415  (only where the test runs)

        self.network = TransportNetwork.from_gtfs(
            str(self.folder), trip_distances=False, leg_geometries=False
        )
        self.network.set_transfers(
            [
                (one, other, seconds, 0.0)
                for one, row in self.changes.items()
                for other, seconds in row.items()
                if one != other
            ]
        )

    def _ways(self, origin: str, target: str, max_transfers: int, **when: Any) -> list[Way]:
        found = self.network.route_between_stops(
            origin, f"{END}{target}", max_rides=max_transfers + 1, geometries=False, **when
        )
        return [
            Way(journey["departure_s"], journey["arrival_s"], max(journey["rides"] - 1, 0))
            for journey in found
        ]

    def outbound(self, origin: str, target: str, day: date, deadline: int, max_transfers: int) -> Way | None:
        """The latest departure that arrives by the deadline, then the earliest arrival of those who leave then.

        cafein's own answer has, of all that leave latest, the fewest changes and not the earliest arrival.
        """
        latest = best_out(self._ways(origin, target, max_transfers, arrival=_moment(day, deadline)))
        if latest is None:
            return None
        ways = self._ways(origin, target, max_transfers, departure=_moment(day, latest.departure))
        return best_out(replace(way, departure=latest.departure) for way in ways)

    def homebound(
        self, origin: str, target: str, day: date, earliest: int, last_s: int, max_transfers: int
    ) -> Way | None:
        """The earliest arrival of all that leave from `earliest` to `last_s`."""
        return best_home(
            self._ways(
                origin,
                target,
                max_transfers,
                departure=_moment(day, earliest),
                departure_time_window=timedelta(seconds=last_s - earliest),
            )
        )


def _moment(day: date, at_s: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=at_s)
