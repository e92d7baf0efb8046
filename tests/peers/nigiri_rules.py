"""nigiri's own rules of changing, as its loader makes them from a feed: for the slow search to switch on.

Read in nigiri's loader (gtfs/stop.cc, build_footpaths.cc) and tried out on small feeds:

- a change at a stop takes 2 minutes, or what a row of transfers.txt from the stop to itself says: the whole minutes of
  its min_transfer_time, none where it has none; a row between two named trips counts for all trips; type 3 is ignored;
- a row between two stops is a footpath both ways, in whole minutes; of several the first counts;
- stops of one name, with their stations and all their platforms, are linked when within 500 m, by 2 minutes or the time
  of the straight line at 1.5 m/s, if that is longer;
- a footpath takes no less than a change at either of its ends, and footpaths are chained up to the longest allowed;
- one may walk such a footpath after the last ride, but not before the first; where one leads from door to door,
  only journeys that are quicker are found.
"""

from __future__ import annotations

import math

from .plain_gtfs import PlainFeed, Stop

USUAL_MIN = 2
SPEED_M_S = 1.5
LINKED_M, FAR_M = 500.0, 2000.0
_EARTH_M = 6_371_000.0


def changes_by_nigiri(feed: PlainFeed, longest_min: int) -> dict[str, dict[str, int]]:
    """Seconds from stop to stop, stations among them; shorter than `longest_min` in all."""
    own = dict.fromkeys(feed.stops, USUAL_MIN)
    rows: dict[str, dict[str, int]] = {name: {} for name in feed.stops}
    for rule in feed.rules:
        if rule.kind == "3":
            continue
        minutes = max(rule.seconds, 0) // 60
        if rule.start == rule.end:
            own[rule.start] = minutes
        else:
            rows[rule.start].setdefault(rule.end, minutes)
    edges: dict[str, dict[str, int]] = {name: dict(row) for name, row in rows.items()}
    for one, row in rows.items():
        for other, minutes in row.items():
            edges[other].setdefault(one, minutes)
    for name in feed.stops:
        for other in linked(feed, name):
            if other != name:
                walk_s = _apart_m(feed.stops[name], feed.stops[other]) / SPEED_M_S
                minutes = max(USUAL_MIN, math.ceil(walk_s / 60))
                edges[name].setdefault(other, minutes)
                edges[other].setdefault(name, minutes)
    shortest: dict[str, dict[str, int]] = {name: {} for name in feed.stops}
    for one, row in edges.items():
        for other, minutes in row.items():
            cost = max(minutes, own[one], own[other])
            for a, b in ((one, other), (other, one)):
                shortest[a][b] = min(shortest[a].get(b, cost), cost)
    changes = {}
    for start in feed.stops:
        best, looked_at = {start: 0}, [start]
        while looked_at:
            name = looked_at.pop()
            for other, cost in shortest[name].items():
                at = best[name] + cost
                if at < longest_min and at < best.get(other, longest_min):
                    best[other] = at
                    looked_at.append(other)
        changes[start] = {other: 60 * max(at, own[start], own[other]) for other, at in best.items()}
        changes[start][start] = 60 * own[start]
    return changes


_names: dict[int, tuple[dict[str, list[str]], dict[str, list[str]]]] = {}


def linked(feed: PlainFeed, name: str) -> set[str]:
    """Stops of the same name, their stations and platforms, as far as they are near."""
    same, children = _index(feed)
    here = feed.stops[name]
    waiting, family = {name, *same[here.name]}, set()
    while waiting:
        one = waiting.pop()
        family.add(one)
        waiting |= {*children.get(one, ()), feed.stops[one].area} - family
    kept = set()
    for one in family:
        apart = _apart_m(here, feed.stops[one])
        kin = here.area == one or one in children.get(name, ())
        if apart <= FAR_M and (kin or apart <= LINKED_M):
            kept.add(one)
    return kept | {child for one in kept for child in children.get(one, ())}


def _index(feed: PlainFeed) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    if id(feed) not in _names:
        same: dict[str, list[str]] = {}
        children: dict[str, list[str]] = {}
        for name, stop in feed.stops.items():
            same.setdefault(stop.name, []).append(name)
            if stop.area != name:
                children.setdefault(stop.area, []).append(name)
        _names.clear()
        _names[id(feed)] = same, children
    return _names[id(feed)]


def _apart_m(one: Stop, other: Stop) -> float:
    a, b = (math.radians(stop.lat) for stop in (one, other))
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(half))
