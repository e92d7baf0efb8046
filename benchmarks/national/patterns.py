"""Each line in each direction as platforms and running times, and the times of every trip worked out from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.national.geography import Areas
from benchmarks.national.lines import Line
from benchmarks.national.trips import Trips

__all__ = ["Patterns", "Platforms", "Rows", "expand", "make_patterns"]

# Driven distance / straight line, for buses in traffic and for ways of their own.
ROAD_FACTOR = {"express": 1.1, "train": 1.1, "track": 1.1}
OTHER_ROAD_FACTOR = 1.25
# Waiting at a stop in the middle of the line.
STATION_WAIT_S, STOP_WAIT_S = {"train": 90, "express": 60}, 20
# Lines whose times are published to the second; the others are cut to whole minutes.
SECONDS_SHARE = 0.57
MOST_PLATFORMS = 24


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platforms of the areas that lines call at.

    Attributes:
        area: Area of each platform, falling never.
        number: Its number within the station, from 0.
        rail: Only trains call there.
        x_m: EPSG:3006.
        y_m: EPSG:3006.
    """

    area: np.ndarray
    number: np.ndarray
    rail: np.ndarray
    x_m: np.ndarray
    y_m: np.ndarray


@dataclass(frozen=True, slots=True)
class Patterns:
    """Stops of pattern `2 line + direction` lie at `start[p]` to `start[p + 1]`.

    Attributes:
        start: See above.
        platform: Platform of each stop.
        arrival_s: After the start of the trip, before its slowness.
        departure_s: Likewise.
        pickup: GTFS pickup_type.
        drop_off: GTFS drop_off_type.
        seconds: For each line, whether its times are to the second.
    """

    start: np.ndarray
    platform: np.ndarray
    arrival_s: np.ndarray
    departure_s: np.ndarray
    pickup: np.ndarray
    drop_off: np.ndarray
    seconds: np.ndarray


@dataclass(frozen=True, slots=True)
class Rows:
    """Stop times: trip (number), platform, sequence (from 1), arrival_s, departure_s, pickup, drop_off, timepoint."""

    trip: np.ndarray
    platform: np.ndarray
    sequence: np.ndarray
    arrival_s: np.ndarray
    departure_s: np.ndarray
    pickup: np.ndarray
    drop_off: np.ndarray
    timepoint: np.ndarray


def _platforms(
    area: np.ndarray, direction: np.ndarray, rail: np.ndarray, areas: Areas, rng: np.random.Generator
) -> tuple[Platforms, np.ndarray]:
    """The platforms, and for each stop of the patterns the platform it uses.

    At an ordinary stop each direction has its side of the road, or both share one. A hub has a platform for every
    four lines and directions, used in turn; trains have platforms of their own there.
    """
    hub = np.zeros(len(areas.x_m), dtype=bool)
    hub[areas.first] = True
    visits = pd.DataFrame({"area": area, "rail": rail})
    called = visits.groupby(["area", "rail"], sort=True).size().rename("visits").reset_index()
    at, count = called["area"].to_numpy(), called["visits"].to_numpy()
    at_hub = hub[at]
    one_sided = ~at_hub & (at >= areas.first[-1] + 1) & (rng.random(len(areas.x_m))[at] < 0.3)
    size = np.where(at_hub, np.clip(-(-count // 4), 2, MOST_PLATFORMS), np.where(one_sided, 1, 2))
    base = np.cumsum(size) - size
    group = np.repeat(np.arange(len(called)), size)
    within = np.arange(len(group)) - base[group]
    platform_area = at[group]
    number = np.arange(len(group)) - np.searchsorted(platform_area, platform_area, side="left")
    # Platforms of a hub stand in rows 15 m apart, the sides of a road 18 m; trains 120 m from the buses.
    is_rail = called["rail"].to_numpy()[group]
    x_m = areas.x_m[platform_area] + np.where(at_hub[group], 15.0 * (within % 6), 9.0 * (2 * within - 1))
    y_m = areas.y_m[platform_area] + np.where(at_hub[group], 15.0 * (within // 6), 9.0 * (2 * within - 1))
    platforms = Platforms(platform_area, number, is_rail, x_m, y_m + 120.0 * is_rail)
    key = called.set_index(["area", "rail"]).index.get_indexer(pd.MultiIndex.from_arrays([area, rail]))
    turn = visits.groupby(["area", "rail"], sort=False).cumcount().to_numpy()
    used = np.where(at_hub[key], turn % size[key], np.minimum(direction, size[key] - 1))
    return platforms, base[key] + used


def make_patterns(
    lines: list[Line], table: pd.DataFrame, areas: Areas, rng: np.random.Generator
) -> tuple[Platforms, Patterns]:
    """Platforms and running times of all lines, in both directions."""
    one_way = [np.array(line.areas, dtype=np.int64) for line in lines]
    area = np.concatenate([part for path in one_way for part in (path, path[::-1])])
    size = np.repeat([len(path) for path in one_way], 2)
    start = np.concatenate([[0], np.cumsum(size)])
    pattern = np.repeat(np.arange(len(size)), size)
    kind = table["kind"].to_numpy()[pattern // 2]
    position = np.arange(len(area)) - start[pattern]
    first, last = position == 0, position == size[pattern] - 1
    platforms, platform = _platforms(area, pattern % 2, kind == "train", areas, rng)

    far_m = np.zeros(len(area))
    far_m[1:] = np.hypot(np.diff(areas.x_m[area]), np.diff(areas.y_m[area]))
    factor = np.array([ROAD_FACTOR.get(name, OTHER_ROAD_FACTOR) for name in kind])
    drive_s = np.maximum(far_m * factor / (table["speed_kmh"].to_numpy()[pattern // 2] / 3.6), 25.0)
    drive_s = np.where(first, 0.0, drive_s)
    in_hub = np.isin(area, areas.first)
    wait_s = np.where(rng.random(len(area)) < 0.25, STOP_WAIT_S, 0)
    wait_s = np.where(in_hub, np.array([STATION_WAIT_S.get(name, 40) for name in kind]), wait_s)
    wait_s = np.where(first | last, 0, wait_s)
    run_s = np.cumsum(drive_s + wait_s)
    departure_s = run_s - run_s[start[pattern]]
    arrival_s = departure_s - wait_s

    share = rng.random(len(lines))
    tell_driver = (kind == "village") & ~in_hub & (share[pattern // 2] < 0.12)
    booked = kind == "booked"
    only_off = (kind == "express") & (share[pattern // 2] < 0.3) & (position > 0.8 * size[pattern])
    pickup = np.select([booked, only_off, tell_driver], [2, 1, 3], 0)
    drop_off = np.select([booked, tell_driver], [2, 3], 0)
    return platforms, Patterns(
        start=start,
        platform=platform.astype(np.int32),
        arrival_s=arrival_s,
        departure_s=departure_s,
        pickup=np.where(last, 1, pickup).astype(np.int8),
        drop_off=np.where(first, 1, drop_off).astype(np.int8),
        seconds=rng.random(len(lines)) < SECONDS_SHARE,
    )


def expand(trips: Trips, patterns: Patterns, begin: int = 0) -> Rows:
    """The stop times of `trips`, whose numbers start at `begin`.

    The first stop called at has a whole minute; every other time is cut to whole seconds, or to whole minutes on
    lines that are published so.
    """
    size = trips.last.astype(np.int64) - trips.first + 1
    trip = np.repeat(np.arange(len(trips)), size)
    position = np.arange(len(trip)) - np.repeat(np.cumsum(size) - size, size) + trips.first[trip]
    kept = (
        (trips.skip_first[trip] < 0)
        | (position < trips.skip_first[trip])
        | (position > trips.skip_last[trip])
    )
    trip, position = trip[kept], position[kept]
    line = trips.line[trip].astype(np.int64)
    at = patterns.start[2 * line + trips.direction[trip]] + position
    begins = np.concatenate([[True], trip[1:] != trip[:-1]])
    ends = np.concatenate([trip[1:] != trip[:-1], [True]])
    unit = np.where(patterns.seconds[line], 1, 60)
    slowness = trips.slowness[trip]
    arrival_s = trips.start_s[trip] + np.floor(patterns.arrival_s[at] * slowness).astype(np.int64)
    departure_s = trips.start_s[trip] + np.floor(patterns.departure_s[at] * slowness).astype(np.int64)
    unit = np.where(begins, 60, unit)
    arrival_s, departure_s = arrival_s // unit * unit, departure_s // unit * unit
    arrival_s = np.where(begins, departure_s, arrival_s)
    departure_s = np.where(ends, arrival_s, departure_s)
    ahead = trips.booked[trip]
    pickup = np.where(ahead & (patterns.pickup[at] != 1), 2, patterns.pickup[at])
    drop_off = np.where(ahead & (patterns.drop_off[at] != 1), 2, patterns.drop_off[at])
    order = np.arange(len(trip)) - np.flatnonzero(begins)[np.cumsum(begins) - 1]
    return Rows(
        trip=(trip + begin).astype(np.int32),
        platform=patterns.platform[at],
        sequence=(order + 1).astype(np.int16),
        arrival_s=arrival_s.astype(np.int32),
        departure_s=departure_s.astype(np.int32),
        pickup=np.where(ends, 1, pickup).astype(np.int8),
        drop_off=np.where(begins, 1, drop_off).astype(np.int8),
        timepoint=(begins | ends | (unit == 60)).astype(np.int8),
    )
