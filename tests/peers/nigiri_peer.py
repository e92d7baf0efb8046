"""pynigiri on a copy of a feed that asks it METHOD 4's question, and nothing else.

How the copy is made fair, rule by rule, stands in docs/peers.md. In short: every stop becomes one node to get off
at, one to board at, and, where a journey may end there, one to end at, all without station and with a name of its
own; every change that METHOD 4 allows is a row of transfers.txt in whole minutes; a change between two named trips
gets two nodes of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from .plain_gtfs import Call, PlainFeed, Rule, Stop, Trip, noon_minus_12h
from .slow import MIDNIGHT_S, Changes, Way, best_home, best_out, chained, guaranteed, seated, whole_minutes_up

# The day of a night when the clocks go back begins an hour before GTFS counts from, and one may walk to the first bus.
EARLIEST_S = -2 * 3600
OFF, ON, END, WAIT = "off ", "on ", "end ", "wait "
TODAY, BEFORE = "today ", "before "


def fair_copy(feed: PlainFeed, day: date, changes: Changes, ends: Iterable[str]) -> PlainFeed:
    """One day and the day before it, with a node per thing one can do at a stop.

    Args:
        feed: In whole minutes.
        day: The day.
        changes: METHOD 4's changes in seconds.
        ends: Stops where journeys may end.
    """
    ends = frozenset(ends)
    stops = {
        f"{kind}{name}": _alone(feed.stops[name], f"{kind}{name}")
        for name in feed.used()
        for kind in (OFF, ON, *([END] if name in ends else []))
    }
    rules: list[Rule] = []
    for one, row in whole_minutes_up(changes).items():
        if f"{OFF}{one}" in stops:
            rules += [
                Rule(f"{OFF}{one}", f"{ON}{other}", "2", 60 * minutes, "", "")
                for other, minutes in row.items()
                if f"{ON}{other}" in stops
            ]
    named = guaranteed(feed)
    trips: list[Trip] = []
    for name, running in zip((TODAY, BEFORE), feed.on(day), strict=True):
        calls = {trip.trip: trip.calls for trip in running}
        extra: dict[tuple[str, int], list[Call]] = {}
        for number, (one, here, other, there) in enumerate(named):
            if one not in calls or other not in calls:
                continue
            nodes = (f"{WAIT}{name}{number} off", f"{WAIT}{name}{number} on")
            for node, trip, place in zip(nodes, (one, other), (here, there), strict=True):
                stops[node] = _alone(feed.stops[calls[trip][place].stop], node)
            off, on = calls[one][here], calls[other][there]
            extra.setdefault((one, here), []).append(_only_off(off, nodes[0]))
            extra.setdefault((other, there), []).append(_only_on(on, nodes[1]))
            rules.append(Rule(*nodes, "2", 0, "", ""))
        trips += [
            replace(
                chain[0],
                trip=f"{name}{chain[0].trip}",
                service=name,
                block="",
                calls=tuple(
                    node
                    for trip in chain
                    for node in _nodes(trip, extra, ends, 0 if name == TODAY else MIDNIGHT_S)
                ),
            )
            for chain in _chains(running, seated(feed, running))
        ]
    # A node's own time is the least of any change there, so that it never lengthens another.
    rules += [Rule(node, node, "2", 0, "", "") for node in stops]
    days = {TODAY: frozenset([day]), BEFORE: frozenset([day - timedelta(days=1)])}
    return PlainFeed(stops, tuple(trips), days, tuple(rules))


def _alone(stop: Stop, name: str) -> Stop:
    return replace(stop, name=name, area=name, station=False)


def _chains(trips: Iterable[Trip], following: Mapping[str, list[str]]) -> Iterator[list[Trip]]:
    """Trips that one stays seated through, as one."""
    by_id = {trip.trip: trip for trip in trips}
    later = [other for others in following.values() for other in others]
    assert len(later) == len(set(later)), "a vehicle goes on from one trip only"
    assert all(len(others) == 1 for others in following.values()), "a vehicle goes on as one trip only"
    for trip in by_id.values():
        if trip.trip not in later:
            chain = [trip]
            while chain[-1].trip in following:
                chain.append(by_id[following[chain[-1].trip][0]])
            yield chain


def _nodes(
    trip: Trip, extra: Mapping[tuple[str, int], list[Call]], ends: frozenset[str], first_s: int
) -> Iterator[Call]:
    """The nodes a trip calls at for each of its calls: to get off, then (not before `first_s`) to board."""
    for place, call in enumerate(trip.calls):
        named = extra.get((trip.trip, place), [])
        if place:
            yield from (node for node in named if node.stop.endswith(" off"))
            for kind in (OFF, END) if call.stop in ends else (OFF,):
                yield _only_off(call, f"{kind}{call.stop}")
        if place < len(trip.calls) - 1 and call.departure >= first_s:
            yield from (node for node in named if node.stop.endswith(" on"))
            yield _only_on(call, f"{ON}{call.stop}")


def _only_off(call: Call, node: str) -> Call:
    return Call(node, call.arrival, call.arrival, "1", call.drop_off)


def _only_on(call: Call, node: str) -> Call:
    return Call(node, call.departure, call.departure, call.pickup, "1")


def chained_changes(changes: Changes) -> dict[str, dict[str, int]]:
    """The changes of the fair copy as nigiri makes them, seconds: rows both ways, one walk after the other."""
    minutes = whole_minutes_up(changes)
    edges = [(f"{OFF}{one}", f"{ON}{other}", m) for one, row in minutes.items() for other, m in row.items()]
    all_ways = chained(edges, longest_of(changes))
    return {
        one: {
            name.removeprefix(ON): 60 * m
            for name, m in all_ways.get(f"{OFF}{one}", {}).items()
            if name.startswith(ON)
        }
        for one in changes
    }


def longest_of(changes: Changes) -> int:
    """Minutes of the longest change."""
    return max(m for row in whole_minutes_up(changes).values() for m in row.values())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """nigiri writes its log to the standard error of the process."""
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@dataclass
class Nigiri:
    """A feed in nigiri, loaded for one day and the day before.

    Attributes:
        folder: The feed: a fair copy, or one as it is.
        day: The day.
        longest_change_min: Longest footpath, in whole minutes.
        fair: Whether it is a fair copy, with its nodes.
    """

    folder: Path
    day: date
    longest_change_min: int
    fair: bool = True

    def __post_init__(self) -> None:
        import pynigiri  # noqa: PLC0415  (only where the test runs)

        self.ng = pynigiri
        config = pynigiri.LoaderConfig()
        config.link_stop_distance = 0
        config.default_tz = "Europe/Stockholm"
        options = pynigiri.FinalizeOptions()
        options.adjust_footpaths = False
        options.merge_dupes_intra_src = options.merge_dupes_inter_src = False
        # Walks shorter than this are kept, those as long as this are not.
        options.max_footpath_length = self.longest_change_min + 1
        # The copy holds no service of the day after; its time is needed for what leaves after midnight.
        days = (self.day - timedelta(days=1), self.day + timedelta(days=2))
        with _quiet():
            self.timetable = pynigiri.load_timetable(
                [pynigiri.TimetableSource("copy", str(self.folder), config)],
                *(f"{day:%Y-%m-%d}" for day in days),
                options,
            )
        self.midnight_min = noon_minus_12h(self.day) // 60

    def _offsets(self, kind: str, walks: Mapping[str, int]) -> list[Any]:
        prefix = kind if self.fair else ""
        found = {name: self.timetable.find_location(f"{prefix}{name}") for name in walks}
        for name, walk_s in walks.items():
            assert walk_s % 60 == 0, f"{name}: {walk_s} s is not whole minutes"
        return [
            self.ng.Offset(place, walks[name] // 60, 0) for name, place in found.items() if place is not None
        ]

    def journeys(
        self,
        access: Mapping[str, int],
        egress: Mapping[str, int],
        first_s: int,
        last_s: int,
        limit_s: int,
        max_transfers: int,
    ) -> list[Way]:
        """All best journeys that leave from `first_s` to `last_s`: none is worse than another in everything."""
        query = self.ng.Query()
        query.start = self._offsets(ON, access)
        query.destination = self._offsets(END, egress)
        # A walk to a fair copy's node is ours; at a stop as it is, nigiri's own rules decide.
        modes = self.ng.LocationMatchMode
        mode = modes.INTERMODAL if self.fair else modes.EXACT
        query.start_match_mode = query.dest_match_mode = mode
        # An interval holds its first minute and not its last.
        query.start_time = (self.midnight_min + first_s // 60, self.midnight_min + last_s // 60 + 1)
        query.max_travel_time = limit_s // 60
        query.max_transfers = max_transfers
        return [
            Way(
                60 * (found.start_time - self.midnight_min),
                60 * (found.dest_time - self.midnight_min),
                found.transfers,
            )
            for found in self.ng.route(self.timetable, query)
        ]

    def outbound(self, access, egress, deadline: int, limit_s: int, max_transfers: int) -> Way | None:
        """The latest departure that arrives by `deadline`, found among all that leave that day."""
        first_s = EARLIEST_S if self.fair else 0
        ways = self.journeys(access, egress, first_s, deadline, limit_s, max_transfers)
        return best_out(
            way for way in ways if way.arrival <= deadline and way.arrival - way.departure <= limit_s
        )

    def homebound(
        self, access, egress, earliest: int, limit_s: int, max_transfers: int, last_s: int
    ) -> Way | None:
        """The earliest arrival of all that leave from `earliest` to `last_s`."""
        ways = self.journeys(access, egress, earliest, last_s, limit_s, max_transfers)
        return best_home(way for way in ways if way.arrival - way.departure <= limit_s)
