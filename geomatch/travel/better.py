"""What would bring more people within reach: a session at another time, or one more bus home. METHOD 4."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from geomatch.settings import Settings
from geomatch.sources.cells import clock
from geomatch.travel.extra import Departure, departures_home, with_departures
from geomatch.travel.network import Network
from geomatch.travel.question_files import WEEKDAYS
from geomatch.travel.questions import Window, pairs_of, sessions_in

__all__ = ["BUS_KINDS", "MOVE_KINDS", "later_bus", "moved_sessions"]

Progress = Callable[[int, int], None]

_DAY_S = 24 * 3600
MOVE_KINDS = {
    "activity_id": "string",
    "shift_min": "int64",
    "start": "string",
    "end": "string",
    "persons": "float64",
    "persons_reachable": "float64",
    "more": "float64",
    "gained": "float64",
    "lost": "float64",
    "best": "bool",
}
BUS_KINDS = {
    "municipality": "string",
    "persons": "float64",
    "persons_reachable": "float64",
    "more": "float64",
    "activity_id": "string",
    "line": "string",
    "headsign": "string",
    "from_stop": "string",
    "departure": "string",
    "to_stop": "string",
    "days": "Int64",
    "weekdays": "string",
    "like_departure": "string",
    "like_trip_id": "string",
}


def moved_sessions(
    network: Network,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    window: Window,
    settings: Settings,
    most_min: int = 60,
    step_min: int = 15,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """How many could come to each activity if all its sessions were moved by the same time, as long as they are.

    Args:
        network: From `build_network`.
        origins: origin_id, x_m, y_m (EPSG:3006), persons_milli.
        activities: activity_id, x_m, y_m, weekdays, start_s, end_s.
        window: The days that are judged by.
        settings: Limits and the share of sessions that makes a pair reachable.
        most_min: The farthest move, either way.
        step_min: Moves are whole steps.
        progress: Called with the number of sessions done and of all.
        threads: How many work at once.

    Returns:
        The columns of `MOVE_KINDS`, by activity in their order and shift_min from the earliest: persons (all),
        persons_reachable (those whose pair with the activity is reachable), more (than without a move), gained, lost
        (those who can come only after or only before the move), best (one row per activity: most persons; of
        several, the fewest lost, then the shortest move, then the earlier). A move that would take a session to
        another day is left out; one of 0 min is always there.
    """
    steps = most_min // step_min
    shifts = [step * step_min for step in range(-steps, steps + 1)]
    rows = [
        (number, shift, start_s + shift * 60, end_s + shift * 60)
        for number, (start_s, end_s) in enumerate(
            zip(activities["start_s"], activities["end_s"], strict=True)
        )
        for shift in shifts
        if start_s + shift * 60 >= 0 and end_s + shift * 60 < _DAY_S
    ]
    moves = pd.DataFrame(rows, columns=["number", "shift_min", "start_s", "end_s"])
    place = moves["number"].to_numpy()
    moved = pd.DataFrame(
        {
            "activity_id": moves.index.astype(str),
            **{name: activities[name].to_numpy()[place] for name in ("x_m", "y_m", "weekdays")},
            "start_s": moves["start_s"],
            "end_s": moves["end_s"],
        }
    )
    sessions = sessions_in(moved, window, network.timetable.timezone).table
    reached = _reached(network, origins, moved, sessions, settings, progress, threads)
    persons = origins["persons_milli"].to_numpy(np.int64)
    still = {
        int(number): row
        for row, (number, shift) in enumerate(zip(place, moves["shift_min"], strict=True))
        if not shift
    }
    before = reached[[still[number] for number in place]]
    table = pd.DataFrame(
        {
            "activity_id": activities["activity_id"].to_numpy(object)[place],
            "shift_min": moves["shift_min"],
            "start": moves["start_s"].map(clock),
            "end": moves["end_s"].map(clock),
            "persons": np.full(len(moves), persons.sum()),
            "persons_reachable": reached @ persons,
            "more": reached @ persons - before @ persons,
            "gained": (reached & ~before) @ persons,
            "lost": (before & ~reached) @ persons,
        }
    )
    order = np.lexsort((table["shift_min"], table["shift_min"].abs(), table["lost"], -table["more"], place))
    first = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    table["best"] = np.isin(np.arange(len(table)), first)
    for name in ("persons", "persons_reachable", "more", "gained", "lost"):
        table[name] /= 1000
    return table[list(MOVE_KINDS)].astype(MOVE_KINDS)


def _reached(
    network: Network,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: Settings,
    progress: Progress | None = None,
    threads: int | None = None,
) -> np.ndarray:
    """Whether each pair is reachable: activities x origins."""
    parts = [
        part["reachable"].to_numpy(bool)
        for part in pairs_of(network, origins, activities, sessions, settings, progress, threads)
    ]
    together = np.concatenate([np.zeros(0, bool), *parts])
    return together.reshape(len(activities), len(origins))


def later_bus(
    network: Network,
    origins: pd.DataFrame,
    activities: pd.DataFrame,
    sessions: pd.DataFrame,
    settings: Settings,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """For each municipality the one more bus home that would bring most people within reach of an activity.

    Somebody is within reach when the pair with at least one of the activities is reachable. Every departure of
    `departures_home` is tried by itself, on its own network, against all sessions.

    Departures are first tried together, then in halves: trips that are added never take a journey away, so where a
    group of them brings no more people within reach than the best one known, none of it can.

    Args:
        network: From `build_network`.
        origins: origin_id, x_m, y_m (EPSG:3006), persons_milli, municipality.
        activities: activity_id, x_m, y_m.
        sessions: activity_id, date, start_s, end_s.
        settings: Limits and the share of sessions that makes a pair reachable.
        progress: Called with the number of departures settled and of all.
        threads: How many work at once.

    Returns:
        The columns of `BUS_KINDS`, one row per municipality in the order of `origins`: persons (all),
        persons_reachable (now), more (with the bus), the activity whose session it follows, line, headsign, where
        and when it leaves for those who come from the activity, where it ends, on how many days and which weekdays
        it runs, and the trip that it repeats. Where none brings anybody within reach, more is 0 and the rest missing.
        Of several that bring equally many, the first of `departures_home`.
    """
    groups, names = pd.factorize(origins["municipality"])
    persons = origins["persons_milli"].to_numpy(np.int64)

    def by_group(reached: np.ndarray) -> np.ndarray:
        return np.bincount(groups, weights=np.where(reached, persons, 0), minlength=len(names)).astype(
            np.int64
        )

    pairs_now = _reached(network, origins, activities, sessions, settings, None, threads)
    now = np.asarray(pairs_now.any(axis=0))
    candidates = departures_home(network, activities, sessions, settings)
    open_origins = np.flatnonzero(~now & (persons > 0))
    useful = np.arange(len(activities))

    def tried(first: int, last: int) -> np.ndarray:
        """Pairs of `useful` activities and `open_origins` with all departures first..last-1."""
        some, there = activities.iloc[useful], origins.iloc[open_origins]
        asked = sessions[sessions["activity_id"].isin(some["activity_id"])]
        added = with_departures(network, candidates[first:last])
        return _reached(added, there, some, asked, settings, None, threads)

    def gains(first: int, last: int) -> np.ndarray:
        reached = np.zeros(len(origins), bool)
        reached[open_origins] = tried(first, last).any(axis=0)
        return by_group(reached)

    best = np.zeros(len(names), np.int64)
    chosen = np.full(len(names), -1)
    waiting = []
    if candidates and len(open_origins):
        # Who stays out of reach with all of them together does so with each, and the same holds for the activities.
        pairs = tried(0, len(candidates))
        open_origins, useful = open_origins[pairs.any(axis=0)], useful[pairs.any(axis=1)]
        waiting = [(0, len(candidates))] if len(open_origins) else []
    while waiting:
        first, last = waiting.pop()
        if progress is not None:
            progress(first, len(candidates))
        more = gains(first, last)
        if not (more > best).any():
            continue
        if last - first > 1:
            middle = (first + last) // 2
            waiting += [(middle, last), (first, middle)]
            continue
        chosen[more > best] = first
        best = np.maximum(best, more)
    rows = [_told(network, activities, candidates[choice] if choice >= 0 else None) for choice in chosen]
    table = pd.DataFrame(rows, columns=list(BUS_KINDS)[4:])
    for place, (name, values) in enumerate(
        {
            "municipality": names.to_numpy(object),
            "persons": by_group(np.ones(len(origins), bool)) / 1000,
            "persons_reachable": by_group(now) / 1000,
            "more": best / 1000,
        }.items()
    ):
        table.insert(place, name, values)
    return table.astype(BUS_KINDS)


def _told(network: Network, activities: pd.DataFrame, one: Departure | None) -> tuple[object, ...]:
    """A departure in the last columns of `BUS_KINDS`."""
    if one is None:
        return (pd.NA,) * (len(BUS_KINDS) - 4)
    trips, names = network.timetable.trips, network.timetable.stops["name"]
    span = slice(network.trip_offset[one.trip], network.trip_offset[one.trip + 1])
    own = int(network.departure_s[one.board])
    weekdays = sorted({date.fromordinal(day).weekday() for day in one.days})
    return (
        activities["activity_id"].iloc[one.activity],
        trips["route_name"].iloc[one.trip],
        trips["headsign"].iloc[one.trip],
        names.iloc[network.stop_of[network.from_stop[one.board]]],
        clock((own + one.shift_s) % _DAY_S),
        names.iloc[network.stop_of[network.to_stop[span][-1]]],
        len(one.days),
        ";".join(WEEKDAYS[number] for number in weekdays),
        clock(own % _DAY_S),
        trips["trip_id"].iloc[one.trip],
    )
