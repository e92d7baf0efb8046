"""The day return: can a person get to a session and home again the same day? METHOD 4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from geomatch.settings import LimitSettings
from geomatch.travel.days import Days, days_of
from geomatch.travel.journey import Journey, Leg, itinerary, legs_of
from geomatch.travel.nearby import Surroundings, surroundings
from geomatch.travel.network import DIRECTIONS, HOME, OUT, Network
from geomatch.travel.places import Places, bound_of, target_of
from geomatch.travel.question import (
    Progress,
    Question,
    Returns,
    in_threads,
    lay_out,
    longest_s,
    within_limits,
)
from geomatch.travel.scan import INFINITE, NONE
from geomatch.travel.scratch import Scratch
from geomatch.travel.search import Moment, deadlines, one_way, searches
from geomatch.travel.summary import PAIR_COLUMNS, REASONS, summarise
from geomatch.travel.ways import Ways

__all__ = [
    "REASONS",
    "Journey",
    "Leg",
    "itinerary",
    "journeys_of",
    "pair_returns",
    "pairs_of_targets",
    "session_returns",
    "summarise",
]


def session_returns(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """The day return of every origin for every session, with the reason where it is none.

    Args:
        network: From `build_network`.
        origins: point_id, x_m, y_m (EPSG:3006).
        series: series_id, x_m, y_m (EPSG:3006).
        sessions: series_id, date (datetime.date), start_s, end_s (seconds after local midnight).
        limits: METHOD 4's limits.
        progress: Called with the number of sessions done and of all.
        threads: How many work at once; all cores unless given. The answer does not depend on it.

    Returns:
        One row per origin and session, by date, series, time and origin: point_id, series_id, date, start_s, end_s,
        out_departure_s, out_arrival_s, home_departure_s, home_arrival_s (seconds after noon minus 12 h; NaN where
        there is none), out_transfers, home_transfers, out_booking, home_booking, walk_m, wait_s,
        tightest_change_s, home_tightest_change_s (NaN: no change), walk_only, last_way_home, reachable, reason
        (one of REASONS, or empty).
    """
    question = lay_out(network, origins, series, sessions, limits)
    free = tuple(question.everything(direction) for direction in DIRECTIONS)
    points = origins["point_id"].to_numpy(object)

    def work(targets: Sequence[int], scratch: Scratch) -> list[pd.DataFrame]:
        return [
            _with_reasons(question, (free[OUT], free[HOME]), scratch, target, returns, points)
            for target, returns in zip(
                targets, within_limits(question, targets, scratch, both=False), strict=True
            )
        ]

    frames = [frame for part in in_threads(question, work, threads, progress) for frame in part]
    if not frames:
        return pd.DataFrame(columns=["point_id", "series_id", "date", "start_s", "end_s", *_SESSION_COLUMNS])
    rank = {point: number for number, point in enumerate(points)}
    table = pd.concat(frames, ignore_index=True)
    table = table.assign(rank=table["point_id"].map(rank))
    table = table.sort_values(["date", "series_id", "start_s", "end_s", "rank"], kind="stable")
    return table.drop(columns="rank").reset_index(drop=True)


_SESSION_COLUMNS = (
    "out_departure_s",
    "out_arrival_s",
    "home_departure_s",
    "home_arrival_s",
    "out_transfers",
    "home_transfers",
    "out_booking",
    "home_booking",
    "walk_m",
    "wait_s",
    "tightest_change_s",
    "home_tightest_change_s",
    "walk_only",
    "last_way_home",
    "reachable",
    "reason",
)


def _with_reasons(
    question: Question,
    free: tuple[Surroundings, Surroundings],
    scratch: Scratch,
    target: int,
    returns: Returns,
    points: np.ndarray,
) -> pd.DataFrame:
    """All origins: where no journey keeps the limits the best one without them, and the reason."""
    sessions, origins = len(returns.dates), len(points)
    ways, reasons = [], []
    for direction, kept in ((OUT, returns.out), (HOME, returns.home)):
        every = Ways.none(sessions, origins)
        every.put(returns.rows, kept)
        reason = np.full((sessions, origins), "", object)
        lacking = ~every.found
        if lacking.any():
            moments = question.moments(returns.series_id, direction)
            chosen = np.flatnonzero(lacking.any(axis=1))
            rows = np.flatnonzero(lacking.any(axis=0)).astype(np.int32)
            beyond = one_way(
                question.days, question.places, free[direction], scratch,
                target_of(question.places, direction, int(INFINITE), target, rows),
                [moments[session] for session in chosen], None,
            )  # fmt: skip
            every.fill(chosen, rows, beyond)
            reason = np.where(lacking, _broken(every, question.limits), "")
        ways.append(every)
        reasons.append(reason)
    return _rows(question, returns, ways[OUT], ways[HOME], (reasons[OUT], reasons[HOME]), points)


def _broken(ways: Ways, limits: LimitSettings) -> np.ndarray:
    """Which limit journeys found without limits break, the first of REASONS."""
    long = ways.arrival_s - ways.departure_s > limits.max_travel_min * 60
    result = np.where(long, "too_long", "")
    result = np.where(ways.transfers > limits.max_transfers, "too_many_transfers", result)
    if not limits.allow_booking:
        result = np.where(ways.booked, "needs_booking", result)
    return np.where(ways.found, result, "")


def _rows(
    question: Question,
    returns: Returns,
    out: Ways,
    home: Ways,
    reasons: tuple[np.ndarray, np.ndarray],
    points: np.ndarray,
) -> pd.DataFrame:
    """Rows of `session_returns` for one series, by session and origin."""
    limits = question.limits
    away = home.arrival_s - out.departure_s > limits.max_away_min * 60
    rank = {name: number for number, name in enumerate(REASONS)}
    worst = np.minimum(*(np.vectorize(rank.get, otypes=[int])(part, len(rank)) for part in reasons))
    reason = np.where(away, "away_too_long", "").astype(object)
    limit = worst < len(rank)
    reason[limit] = np.array(REASONS, object)[worst[limit]]
    reason[~home.found] = "no_way_home"
    reason[~out.found] = "no_way_there"
    idle = (question.days.trips[returns.day] == 0)[:, None]
    reason[(~out.found | ~home.found) & idle] = "no_service_that_day"
    both = out.found & home.found
    tightest = np.where(
        (out.tightest_s >= 0) & (home.tightest_s >= 0),
        np.minimum(out.tightest_s, home.tightest_s),
        np.maximum(np.where(out.found, out.tightest_s, -1), np.where(home.found, home.tightest_s, -1)),
    )
    asked = question.sessions[returns.series_id]

    def known(values: np.ndarray, where: np.ndarray) -> np.ndarray:
        return np.where(where, values.astype(float), np.nan).ravel()

    columns = {
        "point_id": np.tile(points, len(asked)),
        "series_id": np.full(reason.size, returns.series_id, object),
        **{name: np.repeat(asked[name].to_numpy(), len(points)) for name in ("date", "start_s", "end_s")},
        "out_departure_s": known(out.departure_s, out.found),
        "out_arrival_s": known(out.arrival_s, out.found),
        "home_departure_s": known(home.departure_s, home.found),
        "home_arrival_s": known(home.arrival_s, home.found),
        "out_transfers": known(out.transfers, out.found),
        "home_transfers": known(home.transfers, home.found),
        "out_booking": (out.booked & out.found).ravel(),
        "home_booking": (home.booked & home.found).ravel(),
        "walk_m": known(out.walk_m + home.walk_m, both),
        "wait_s": known(out.wait_s + home.wait_s, both),
        "tightest_change_s": known(tightest, tightest >= 0),
        "home_tightest_change_s": known(home.tightest_s, home.found & (home.tightest_s >= 0)),
        "walk_only": (both & out.walked & home.walked).ravel(),
        "last_way_home": (home.found & ~home.later & (reasons[1] == "")).ravel(),
        "reachable": (reason == "").ravel(),
        "reason": reason.ravel(),
    }
    return pd.DataFrame(columns)


def pair_returns(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    min_session_share: float,
    weeks: int,
    progress: Progress | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Every pair of an origin and a series summed up, without the reasons: `summarise` of `session_returns`, faster.

    Only journeys within the limits are searched, and only pairs that have one are laid out by session; so it is
    the function for many pairs, most of which are far apart.

    Args:
        network: From `build_network`.
        origins: point_id, x_m, y_m (EPSG:3006).
        series: series_id, x_m, y_m (EPSG:3006).
        sessions: series_id, date, start_s, end_s, as of `session_returns`.
        limits: METHOD 4's limits.
        min_session_share: A pair is reachable when at least this share of its sessions is.
        weeks: Whole weeks of the window.
        progress: Called with the number of sessions done and of all.
        threads: How many work at once; all cores unless given.

    Returns:
        point_id, series_id and `PAIR_COLUMNS` but `reason`, in the order of `origins` within that of `series`.
    """
    question = lay_out(network, origins, series, sessions, limits)

    def work(targets: Sequence[int], scratch: Scratch) -> list[pd.DataFrame]:
        return pairs_of_targets(question, targets, scratch, min_session_share, weeks)

    frames = [frame for part in in_threads(question, work, threads, progress) for frame in part]
    counts = {name: len(asked) for name, asked in question.sessions.items()}
    pairs = pd.DataFrame(
        {
            "point_id": np.tile(question.points, len(question.series)),
            "series_id": np.repeat(np.array(question.series, object), len(question.points)),
        }
    )
    names = ["point_id", "series_id", *(name for name in PAIR_COLUMNS if name != "reason")]
    if not frames:
        frames = [summarise(session_returns(network, origins[:0], series, sessions, limits), 0.0, 1, 0.0)]
    found = pd.concat(frames, ignore_index=True)[names]
    table = pairs.merge(found, on=["point_id", "series_id"], how="left")
    table["sessions"] = table["series_id"].map(counts).fillna(0).astype(np.int64)
    table["sessions_reachable"] = table["sessions_reachable"].fillna(0).astype(np.int64)
    for name in ("session_share", "sessions_per_week"):
        table[name] = table[name].fillna(0.0)
    for name in ("reachable", "booking_needed", "last_way_home_tight"):
        table[name] = table[name].eq(True)
    return table[names]


def pairs_of_targets(
    question: Question, targets: Sequence[int], scratch: Scratch, min_session_share: float, weeks: int
) -> list[pd.DataFrame]:
    """The pairs that have a day return in some session, summed up, for a group of targets near each other."""
    limits, frames = question.limits, []
    for returns in within_limits(question, targets, scratch, both=True):
        good = returns.out.found & returns.home.found
        good &= returns.home.arrival_s - returns.out.departure_s <= limits.max_away_min * 60
        some = np.flatnonzero(good.any(axis=0))
        if not len(some):
            continue
        none = np.full((len(returns.dates), len(some)), "", object)
        out, home = returns.out.of(some), returns.home.of(some)
        rows = _rows(question, returns, out, home, (none, none), question.points[returns.rows[some]])
        frames.append(summarise(rows, min_session_share, weeks, limits.tight_change_min))
    return frames


def journeys_of(
    network: Network,
    origin_xy_m: tuple[float, float],
    target_xy_m: tuple[float, float],
    day: date,
    start_s: int,
    end_s: int,
    limits: LimitSettings,
) -> tuple[Journey | None, Journey | None]:
    """The journeys there and home of one person for one session, leg by leg, from the scan that `session_returns` runs."""
    days = days_of(network, [day])
    places = Places(network, np.array([origin_xy_m], float), np.array([target_xy_m], float))
    scratch = Scratch(network)
    margin_s = round(limits.margin_min * 60)
    found = []
    for direction in DIRECTIONS:
        moment = deadlines(direction, 0, start_s, end_s, margin_s)
        limit_s = longest_s(limits)
        bound_s = None
        if limit_s < INFINITE:
            bound_s = bound_of(network, direction, places.egress(0)[0], limit_s)
        near = surroundings(days, direction, bound_s, limit_s)
        journey = _journey(days, places, near, scratch, moment, limits)
        if journey is None:
            free = surroundings(days, direction, None, int(INFINITE))
            journey = _journey(days, places, free, scratch, moment, None)
            if journey is not None:
                journey = _named(journey, limits)
        found.append(journey)
    return found[OUT], found[HOME]


def _journey(
    days: Days,
    places: Places,
    near: Surroundings,
    scratch: Scratch,
    moment: Moment,
    limits: LimitSettings | None,
) -> Journey | None:
    target = target_of(places, near.direction, near.limit_s, 0, np.zeros(1, np.int32))
    _sessions, search = next(searches(days, places, near, scratch, [moment], limits))
    _rows, _days, scan, answer = search.answers(target)[-1]
    if answer["place"][0, 0] == NONE:
        return None
    departure_s, arrival_s = int(answer["departure_s"][0, 0]), int(answer["arrival_s"][0, 0])
    if near.direction == HOME:
        departure_s, arrival_s = -arrival_s, -departure_s
    legs = legs_of(days.network, near.direction, places, target, scan, answer)
    return Journey(departure_s, arrival_s, int(answer["transfers"][0, 0]), legs, "")


def _named(journey: Journey, limits: LimitSettings) -> Journey:
    """A journey found without limits, with the first of REASONS that it breaks."""
    reason = "too_long" if journey.arrival_s - journey.departure_s > limits.max_travel_min * 60 else ""
    if journey.transfers > limits.max_transfers:
        reason = "too_many_transfers"
    if not limits.allow_booking and any(leg.booked for leg in journey.legs):
        reason = "needs_booking"
    return Journey(journey.departure_s, journey.arrival_s, journey.transfers, journey.legs, reason)
