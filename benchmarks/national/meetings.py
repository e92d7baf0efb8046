"""Trips that wait for each other or go on as another one, and the stations with a least time for a change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.national.geography import Areas
from benchmarks.national.patterns import Patterns, Platforms
from benchmarks.national.trips import Trips

__all__ = ["Meetings", "make_meetings"]

GUARANTEED, IN_SEAT = 1, 4
# Seconds between arrival and departure: of a bus that waits for another, and of one that goes on as another.
WAITING_S, THROUGH_S = (60, 600), (60, 900)
# Pairs of lines at each hub for either, and the blocks that also stand in transfers.txt.
PAIRS_AT_HUB = 3
ALSO_IN_TRANSFERS = 12
BESIDE_M = 450.0
STATION_ROWS = 500


@dataclass(frozen=True, slots=True)
class Meetings:
    """Rules for changes.

    Attributes:
        block: Number of the block of each trip, 0 for none.
        from_area: Stations with a least time for a change, from.
        to_area: And to.
        from_trip: Trips named in transfers.txt.
        to_trip: And the one each is followed by.
        from_platform: Where the first ends.
        to_platform: Where the second begins.
        kind: GTFS transfer_type of these, 1 or 4.
    """

    block: np.ndarray
    from_area: np.ndarray
    to_area: np.ndarray
    from_trip: np.ndarray
    to_trip: np.ndarray
    from_platform: np.ndarray
    to_platform: np.ndarray
    kind: np.ndarray


def _whole_trips(trips: Trips, table: pd.DataFrame, patterns: Patterns) -> pd.DataFrame:
    """Trips over their whole line without diversion or booking, where they begin and end, and when (about)."""
    whole = (trips.first == 0) & (trips.last == table["size"].to_numpy()[trips.line] - 1)
    whole &= (trips.skip_first < 0) & ~trips.booked
    rows = np.flatnonzero(whole)
    line = trips.line[rows].astype(np.int64)
    pattern = 2 * line + trips.direction[rows]
    ends = patterns.start[pattern + 1] - 1
    run_s = np.floor(patterns.arrival_s[ends] * trips.slowness[rows]).astype(np.int64)
    arrival_s = trips.start_s[rows] + run_s
    unit = np.where(patterns.seconds[line], 1, 60)
    return pd.DataFrame(
        {
            "trip": rows,
            "pattern": pattern,
            "days": trips.days[rows],
            "departure_s": trips.start_s[rows].astype(np.int64),
            "arrival_s": arrival_s // unit * unit,
        }
    )


def _matched(one: pd.DataFrame, other: pd.DataFrame, span_s: tuple[int, int]) -> list[tuple[int, int]]:
    """Each trip of `one` with the first of `other` that leaves within the span on the same days; each used once."""
    pairs = []
    for days, group in one.groupby("days", sort=True):
        later = other[other["days"] == days].sort_values(["departure_s", "trip"])
        leaves = later["departure_s"].to_numpy()
        arrives = group.sort_values(["arrival_s", "trip"])
        at = np.searchsorted(leaves, arrives["arrival_s"].to_numpy() + span_s[0])
        found = at < len(leaves)
        at, trip = at[found], arrives["trip"].to_numpy()[found]
        near = leaves[at] - arrives["arrival_s"].to_numpy()[found] <= span_s[1]
        at, trip = at[near], trip[near]
        _unique, once = np.unique(at, return_index=True)
        pairs += list(zip(trip[once].tolist(), later["trip"].to_numpy()[at[once]].tolist(), strict=True))
    return pairs


def _stations(areas: Areas, platforms: Platforms) -> tuple[np.ndarray, np.ndarray]:
    """Every hub with itself, and the hubs of the largest towns with stations beside them, there and back."""
    used = np.unique(platforms.area)
    hubs = areas.first[np.isin(areas.first, used)]
    people = areas.places["population"].to_numpy()[areas.place]
    pairs: list[tuple[int, int]] = []
    for hub in hubs[np.argsort(-people[hubs], kind="stable")].tolist():
        if len(pairs) >= STATION_ROWS:
            break
        far_m = np.hypot(areas.x_m[used] - areas.x_m[hub], areas.y_m[used] - areas.y_m[hub])
        for area in used[(far_m <= BESIDE_M) & (used != hub)][:2].tolist():
            pairs += [(hub, area), (area, hub)]
    beside = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return np.concatenate([hubs, beside[:, 0]]), np.concatenate([hubs, beside[:, 1]])


def make_meetings(
    trips: Trips,
    table: pd.DataFrame,
    areas: Areas,
    platforms: Platforms,
    patterns: Patterns,
    rng: np.random.Generator,
) -> Meetings:
    """Blocks and transfers between trips at the hubs of the municipalities, and the stations' least times.

    At each hub some regional or village lines that end there are followed by others that begin there: as the same
    vehicle (a block, some of them also in transfers.txt as type 4), or as a bus that waits (type 1).
    """
    whole = _whole_trips(trips, table, patterns)
    kind = np.repeat(table["kind"].to_numpy(), 2)
    slow = np.isin(kind, ["village", "regional"])
    first_area = platforms.area[patterns.platform[patterns.start[:-1]]]
    last_area = platforms.area[patterns.platform[patterns.start[1:] - 1]]
    by_pattern = dict(iter(whole[slow[whole["pattern"]]].groupby("pattern")))
    block = np.zeros(len(trips), dtype=np.int64)
    blocks, named = 0, []
    for hub in areas.first[areas.places["centre"].to_numpy()].tolist():
        ending = [p for p in np.flatnonzero(slow & (last_area == hub)).tolist() if p in by_pattern]
        begin = [p for p in np.flatnonzero(slow & (first_area == hub)).tolist() if p in by_pattern]
        for turn in range(2 * PAIRS_AT_HUB):
            if not ending or not begin:
                break
            one = ending[int(rng.random() * len(ending))]
            other = begin[int(rng.random() * len(begin))]
            through = turn % 2 == 0
            if one // 2 == other // 2:
                continue
            ways = (by_pattern[one], by_pattern[other])
            for before, after in _matched(*ways, THROUGH_S if through else WAITING_S):
                if not through:
                    named.append((before, after, GUARANTEED))
                elif block[before] == 0 and block[after] == 0:
                    blocks += 1
                    block[[before, after]] = blocks
                    if blocks % ALSO_IN_TRANSFERS == 0:
                        named.append((before, after, IN_SEAT))
    pairs = np.array(sorted(named), dtype=np.int64).reshape(-1, 3)
    pattern = 2 * trips.line.astype(np.int64) + trips.direction
    from_area, to_area = _stations(areas, platforms)
    return Meetings(
        block=block,
        from_area=from_area,
        to_area=to_area,
        from_trip=pairs[:, 0],
        to_trip=pairs[:, 1],
        from_platform=patterns.platform[patterns.start[pattern[pairs[:, 0]] + 1] - 1],
        to_platform=patterns.platform[patterns.start[pattern[pairs[:, 1]]]],
        kind=pairs[:, 2],
    )
