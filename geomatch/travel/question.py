"""The question behind the day returns: days, places and sessions laid out once, and asked target by target."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from geomatch.settings import LimitSettings
from geomatch.travel.days import Days, days_of
from geomatch.travel.nearby import Surroundings, surroundings
from geomatch.travel.network import DIRECTIONS, HOME, OUT, Network
from geomatch.travel.places import LONGEST_S, Places, asked_by, bound_of, target_of
from geomatch.travel.scan import INFINITE
from geomatch.travel.scratch import Scratch
from geomatch.travel.search import Moment, deadlines, one_way
from geomatch.travel.ways import Ways

__all__ = ["Progress", "Question", "Returns", "in_threads", "lay_out", "longest_s", "within_limits"]

Progress = Callable[[int, int], None]

# Targets within one square of this side share the connections that are read for them.
_GROUP_M = 30_000.0
# No more of them than this, so that no thread is left with a large city at the end.
_GROUP_TARGETS = 40


@dataclass(frozen=True, slots=True)
class Returns:
    """The journeys there and home for all sessions of one series, sessions x origins `rows`.

    Attributes:
        series_id: The series.
        rows: Numbers of the origins that journeys were looked for.
        dates: Date of each session.
        day: Its place among the days of the question.
        out, home: The journeys.
    """

    series_id: str
    rows: np.ndarray
    dates: tuple[date, ...]
    day: np.ndarray
    out: Ways
    home: Ways


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, laid out once for all targets and threads.

    Attributes:
        days: The days of all sessions.
        places: Origins, and the places of the series.
        points: Names of the origins.
        series: Names of the series, in the order of the targets.
        sessions: For each series that has any: date, start_s, end_s, in order.
        limits: METHOD 4's limits.
    """

    days: Days
    places: Places
    points: np.ndarray
    series: tuple[str, ...]
    sessions: dict[str, pd.DataFrame]
    limits: LimitSettings
    _whole: dict[int, Surroundings] = field(default_factory=dict)

    def limit_s(self) -> int:
        """The longest journey in seconds; INFINITE without a limit."""
        return longest_s(self.limits)

    def everything(self, direction: int) -> Surroundings:
        """What a search without a longest journey reads."""
        if not self._whole:
            self._whole[OUT] = surroundings(self.days, OUT, None, int(INFINITE))
            self._whole[HOME] = self._whole[OUT].opposite()
        return self._whole[direction]

    def moments(self, series_id: str, direction: int) -> list[Moment]:
        """Day and deadline of each session of a series."""
        margin_s = round(self.limits.margin_min * 60)
        place = {day: number for number, day in enumerate(self.days.days)}
        asked = self.sessions[series_id]
        return [
            deadlines(direction, place[day], int(start_s), int(end_s), margin_s)
            for day, start_s, end_s in zip(asked["date"], asked["start_s"], asked["end_s"], strict=True)
        ]


def longest_s(limits: LimitSettings) -> int:
    """The longest journey in seconds; INFINITE when no journey of a timetable can be longer."""
    limit_s = round(limits.max_travel_min * 60)
    return limit_s if limit_s < LONGEST_S else int(INFINITE)


def _as_date(value: object) -> date:
    return value if isinstance(value, date) else pd.Timestamp(str(value)).date()


def lay_out(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
) -> Question:
    """A question about `origins`, `series` and `sessions` as of `day_return.session_returns`."""
    sessions = sessions.assign(date=[_as_date(day) for day in sessions["date"]])
    sessions = sessions.sort_values(["series_id", "date", "start_s", "end_s"], kind="stable")
    days = days_of(network, sessions["date"].tolist())
    for direction in DIRECTIONS:
        for shift in np.unique(days.shift_s):
            days.rides(direction, int(shift))
    places = Places(network, origins[["x_m", "y_m"]].to_numpy(float), series[["x_m", "y_m"]].to_numpy(float))
    by_series = {str(name): asked for name, asked in sessions.groupby("series_id", sort=True)}
    points = origins["point_id"].to_numpy(object)
    return Question(days, places, points, tuple(series["series_id"]), by_series, limits)


def _groups(question: Question) -> list[list[int]]:
    """Targets with sessions, those near each other together."""
    square = np.floor(question.places.targets_xy_m / _GROUP_M).astype(np.int64)
    groups: dict[tuple[int, int], list[int]] = {}
    for target, name in enumerate(question.series):
        if name in question.sessions:
            groups.setdefault((int(square[target, 0]), int(square[target, 1])), []).append(target)
    return [
        groups[key][start : start + _GROUP_TARGETS]
        for key in sorted(groups)
        for start in range(0, len(groups[key]), _GROUP_TARGETS)
    ]


def within_limits(
    question: Question, targets: Sequence[int], scratch: Scratch, *, both: bool
) -> Iterator[Returns]:
    """The journeys within the limits to a group of targets near each other; `both`: of those who may have both ways."""
    days, places, limit_s = question.days, question.places, question.limit_s()
    group: list[Surroundings] = []
    for direction in DIRECTIONS:
        if limit_s == INFINITE:
            group.append(question.everything(direction))
            continue
        least = np.full(len(days.network.stop_xy_m), INFINITE, np.int32)
        for target in targets:
            np.minimum(least, bound_of(days.network, direction, places.egress(target)[0], limit_s), out=least)
        group.append(surroundings(days, direction, least, limit_s))
    for target in targets:
        name = question.series[target]
        found = [target_of(places, direction, limit_s, target) for direction in DIRECTIONS]
        # Who cannot get there or cannot get home has no day return, whatever the other way is. Nobody asks for the
        # way home in vain then, and the search for it ends early.
        join = np.intersect1d if both else np.union1d
        rows = join(found[OUT].rows, found[HOME].rows).astype(np.int32)
        ways: dict[int, Ways] = {}
        for direction in DIRECTIONS:
            if both and direction == HOME:
                came = np.flatnonzero(ways[OUT].found.any(axis=0))
                rows, ways[OUT] = rows[came], ways[OUT].of(came)
            asked = asked_by(found[direction], places, target, rows)
            moments = question.moments(name, direction)
            ways[direction] = one_way(
                days, places, group[direction], scratch, asked, moments, question.limits
            )
        moments = question.moments(name, OUT)
        yield Returns(
            name,
            rows,
            tuple(question.sessions[name]["date"]),
            np.array([moment.day for moment in moments]),
            ways[OUT],
            ways[HOME],
        )


def in_threads(
    question: Question,
    work: Callable[[Sequence[int], Scratch], list[pd.DataFrame]],
    threads: int | None,
    progress: Progress | None,
) -> list[list[pd.DataFrame]]:
    """`work` for each group of targets, in the order of the groups whatever the number of threads."""
    groups = _groups(question)
    total = sum(len(question.sessions[question.series[target]]) for group in groups for target in group)
    done = 0
    results: list[list[pd.DataFrame]] = []

    def told(group: list[int], result: list[pd.DataFrame]) -> None:
        nonlocal done
        results.append(result)
        done += sum(len(question.sessions[question.series[target]]) for target in group)
        if progress is not None:
            progress(done, total)

    mine = threading.local()

    def one(group: list[int]) -> list[pd.DataFrame]:
        if not hasattr(mine, "scratch"):
            mine.scratch = Scratch(question.days.network)
        return work(group, mine.scratch)

    threads = threads or os.cpu_count() or 1
    if threads == 1:
        for group in groups:
            told(group, one(group))
        return results
    with ThreadPoolExecutor(threads) as pool:
        for group, result in zip(groups, pool.map(one, groups), strict=True):
            told(group, result)
    return results
