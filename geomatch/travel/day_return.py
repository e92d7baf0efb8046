"""The day return: can a person get to a session and home again the same day? METHOD 4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geomatch.settings import LimitSettings
from geomatch.travel.network import HOME, OUT, DayNetwork, Direction, Network, usable, walk_seconds
from geomatch.travel.scan import CHANGE_MASK, INFINITE, NONE, WALK, query, scan, trace

__all__ = ["REASONS", "Journey", "Leg", "itinerary", "journeys_of", "session_returns", "summarise"]

# In the order in which one is named when several hold.
REASONS = (
    "no_session",
    "no_service_that_day",
    "no_way_there",
    "no_way_home",
    "needs_booking",
    "too_many_transfers",
    "too_long",
    "away_too_long",
)

_MOST_LEGS = CHANGE_MASK + 1


@dataclass(frozen=True, slots=True)
class Leg:
    """One walk or ride of a journey, in the direction a person travels.

    Attributes:
        kind: `walk` or `ride`.
        departure_s, arrival_s: Seconds after noon minus 12 h of the day.
        from_stop, to_stop: Stop numbers; -1 for the door at either end.
        walk_m: Metres walked, detour included; 0 for a ride.
        trip: Trip number of a ride, else -1.
        seated: One stays seated from the ride before: no change.
        booked: The ride must be booked ahead.
    """

    kind: str
    departure_s: int
    arrival_s: int
    from_stop: int
    to_stop: int
    walk_m: float
    trip: int
    seated: bool
    booked: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey one way, with the reason why it does not count, or an empty one."""

    departure_s: int
    arrival_s: int
    transfers: int
    legs: tuple[Leg, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Search:
    """One scan: a target, a deadline, a direction, with or without the limits."""

    network: Network
    direction: int
    day: Direction
    columns: int
    limit_s: int
    deadline_s: int
    can_board: np.ndarray
    can_alight: np.ndarray
    egress_s: np.ndarray
    egress_m: np.ndarray
    slot_departure_s: np.ndarray
    ride: np.ndarray


class _Places:
    """Walks of origins and targets, made once for a network."""

    def __init__(self, network: Network, origins_xy_m: np.ndarray, targets_xy_m: np.ndarray) -> None:
        self.network = network
        self.origins_xy_m, self.targets_xy_m = origins_xy_m, targets_xy_m
        self.origins = network.stops_near(origins_xy_m)
        self.targets = network.stops_near(targets_xy_m)

    def egress(self, target: int) -> tuple[np.ndarray, np.ndarray]:
        """Per stop, seconds and metres of the walk to the target."""
        seconds = np.full(len(self.network.stop_xy_m), INFINITE, np.int64)
        metres = np.zeros(len(seconds))
        span = slice(self.targets.offset[target], self.targets.offset[target + 1])
        seconds[self.targets.stop[span]] = self.targets.walk_s[span]
        metres[self.targets.stop[span]] = self.targets.walk_m[span]
        return seconds, metres

    def direct(self, target: int) -> tuple[np.ndarray, np.ndarray]:
        """Per origin, seconds (INFINITE when too far) and metres of the walk from door to door."""
        metres = np.hypot(*(self.origins_xy_m - self.targets_xy_m[target]).T) * self.network.walk.detour
        near = metres <= self.network.walk.max_walk_m
        return np.where(near, walk_seconds(metres, self.network.walk), INFINITE), metres


def _searched(
    network: Network,
    day: DayNetwork,
    direction: int,
    deadline_s: int,
    egress: tuple[np.ndarray, np.ndarray],
    limits: LimitSettings | None,
) -> _Search:
    """Run one scan; `limits` None means the best journey whatever it takes, booking included."""
    arrays = day.directions[direction]
    columns = 1 if limits is None else limits.max_transfers + 1
    # One column stands for any number of changes, so "no change at all" is asked with a second, unused one.
    columns = 2 if limits is not None and columns == 1 else columns
    limit_s = int(INFINITE) if limits is None else round(limits.max_travel_min * 60)
    booking = limits is None or limits.allow_booking
    can_board, can_alight = usable(arrays.board, booking=booking), usable(arrays.alight, booking=booking)
    count = len(arrays.departure_s)
    ride = np.empty((count, columns), np.int64)
    slot_departure_s = arrays.departure_s[arrays.stop_slot]
    changes = network.changes[direction]
    scan(
        columns, limit_s, deadline_s, arrays.departure_s, arrays.arrival_s, arrays.from_stop, arrays.to_stop,
        arrays.following, can_board, can_alight, arrays.stop_offset, arrays.slot, slot_departure_s,
        arrays.link_offset, arrays.link_to, arrays.link_in_seat, arrays.group_end, arrays.group_tied,
        changes.offset, changes.stop, changes.walk_s, egress[0], ride, np.empty((count, columns), np.int64),
    )  # fmt: skip
    if limits is not None and limits.max_transfers == 0:
        ride = np.ascontiguousarray(np.repeat(ride[:, :1], 2, axis=1))
    return _Search(
        network,
        direction,
        arrays,
        columns,
        limit_s,
        deadline_s,
        can_board,
        can_alight,
        *egress,
        slot_departure_s,
        ride,
    )


@dataclass(slots=True)
class _Found:
    """The best journey of each origin, in the scan's own time."""

    departure_s: np.ndarray
    arrival_s: np.ndarray
    transfers: np.ndarray
    place: np.ndarray
    access: np.ndarray
    later: np.ndarray


def _queried(search: _Search, places: _Places, direct_s: np.ndarray) -> _Found:
    count = len(direct_s)
    departure, arrival, transfers, place, access = np.empty((5, count), np.int64)
    found = _Found(departure, arrival, transfers, place, access, np.empty(count, np.bool_))
    walks = places.origins
    query(
        search.columns, search.limit_s, search.deadline_s, search.day.departure_s, search.can_board,
        search.day.stop_offset, search.day.stop_slot, walks.offset, walks.stop, walks.walk_s, walks.walk_m,
        direct_s, search.ride, found.departure_s, found.arrival_s, found.transfers, found.place, found.access, found.later,
    )  # fmt: skip
    return found


def _rides(search: _Search, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last connection (places of the scan) of each ride, and whether one enters it seated."""
    first, last, seated = (
        np.zeros(_MOST_LEGS, np.int64),
        np.zeros(_MOST_LEGS, np.int64),
        np.zeros(_MOST_LEGS, np.bool_),
    )
    day, changes = search.day, search.network.changes[search.direction]
    legs = trace(
        place, search.columns, day.arrival_s, day.to_stop, day.following, search.can_board,
        search.can_alight, day.stop_slot, search.slot_departure_s, day.stop_offset, day.link_offset, day.link_to,
        day.link_in_seat, changes.offset, changes.stop, changes.walk_s, search.egress_s, search.deadline_s,
        search.ride, first, last, seated,
    )  # fmt: skip
    return first[:legs], last[:legs], seated[:legs]


def _legs(
    search: _Search, places: _Places, found: _Found, origin: int, direct_m: np.ndarray
) -> tuple[Leg, ...]:
    """The legs of the journey found for `origin`, in the direction and time a person travels."""
    if found.place[origin] == WALK:
        legs = [_walk(found.departure_s[origin], found.arrival_s[origin], -1, -1, direct_m[origin])]
    else:
        day, network = search.day, search.network
        first, last, seated = _rides(search, int(found.place[origin]))
        access = int(found.access[origin])
        start = int(places.origins.stop[access])
        boards = int(day.departure_s[first[0]])
        legs = [_walk(found.departure_s[origin], boards, -1, start, places.origins.walk_m[access])]
        for number, (one, other) in enumerate(zip(first, last, strict=True)):
            here, there = int(day.from_stop[one]), int(day.to_stop[other])
            if number and not seated[number] and legs[-1].to_stop != here:
                before = legs[-1]
                metres = float(
                    np.hypot(*(network.stop_xy_m[before.to_stop] - network.stop_xy_m[here]))
                    * network.walk.detour
                )
                seconds = min(
                    int(walk_seconds(np.array(metres), network.walk)),
                    int(day.departure_s[one]) - before.arrival_s,
                )
                legs.append(_walk(before.arrival_s, before.arrival_s + seconds, before.to_stop, here, metres))
            legs.append(
                Leg(
                    "ride",
                    int(day.departure_s[one]),
                    int(day.arrival_s[other]),
                    here,
                    there,
                    0.0,
                    int(network.trip[day.connection[one]]),
                    bool(seated[number]),
                    bool(
                        (day.board[one] == 2 and not seated[number])
                        or (day.alight[other] == 2 and not (number + 1 < len(first) and seated[number + 1]))
                    ),
                )
            )
        stop = legs[-1].to_stop
        arrives = legs[-1].arrival_s
        legs.append(_walk(arrives, arrives + int(search.egress_s[stop]), stop, -1, search.egress_m[stop]))
    return (
        tuple(legs)
        if search.direction == OUT
        else tuple(_turned(leg, legs, place) for place, leg in reversed(list(enumerate(legs))))
    )


def _walk(departure_s: int, arrival_s: int, from_stop: int, to_stop: int, walk_m: float) -> Leg:
    return Leg("walk", int(departure_s), int(arrival_s), from_stop, to_stop, float(walk_m), -1, False, False)


def _turned(leg: Leg, legs: list[Leg], place: int) -> Leg:
    """A leg of the scan's turned time, in a person's time. A seat is kept by the ride that follows in the scan."""
    seated = place + 1 < len(legs) and legs[place + 1].seated
    return Leg(
        leg.kind,
        -leg.arrival_s,
        -leg.departure_s,
        leg.to_stop,
        leg.from_stop,
        leg.walk_m,
        leg.trip,
        seated,
        leg.booked,
    )


def _changes_of(legs: Iterable[Leg]) -> list[tuple[Leg, Leg]]:
    """The rides before and after each change."""
    rides = [leg for leg in legs if leg.kind == "ride"]
    return [(one, other) for one, other in pairwise(rides) if not other.seated]


def _figures(legs: tuple[Leg, ...]) -> tuple[float, int, float, bool]:
    """Metres walked, seconds waited between vehicles, shortest change in seconds (NaN: none), booked ahead."""
    changes = _changes_of(legs)
    between = [one.arrival_s for one, _other in changes]
    walked_s = sum(
        leg.arrival_s - leg.departure_s
        for leg in legs
        if leg.kind == "walk" and leg.from_stop >= 0 and leg.to_stop >= 0
    )
    gaps = [other.departure_s - one.arrival_s for one, other in changes]
    return (
        sum(leg.walk_m for leg in legs),
        sum(gaps) - walked_s if between else 0,
        float(min(gaps)) if gaps else float("nan"),
        any(leg.booked for leg in legs),
    )


def _reason(transfers: int, duration_s: int, *, booked: bool, limits: LimitSettings) -> str:
    """Which limit a journey that was found without limits breaks, the first of REASONS."""
    if booked and not limits.allow_booking:
        return "needs_booking"
    if transfers > limits.max_transfers:
        return "too_many_transfers"
    return "too_long" if duration_s > limits.max_travel_min * 60 else ""


class _OneWay:
    """All origins' journeys one way for one session."""

    def __init__(
        self,
        places: _Places,
        network: Network,
        day: DayNetwork,
        direction: int,
        target: int,
        deadline_s: int,
        limits: LimitSettings,
    ) -> None:
        self.places, self.limits, self.direction = places, limits, direction
        egress = places.egress(target)
        self.direct_s, self.direct_m = places.direct(target)
        self.kept = _searched(network, day, direction, deadline_s, egress, limits)
        self.within = _queried(self.kept, places, self.direct_s)
        self.free: _Search | None = None
        self.beyond: _Found | None = None
        if (self.within.place == NONE).any():
            self.free = _searched(network, day, direction, deadline_s, egress, None)
            self.beyond = _queried(self.free, places, self.direct_s)

    def journey(self, origin: int) -> tuple[Journey | None, bool]:
        """The journey reported for `origin`, and whether a later one exists."""
        within = self.within.place[origin] != NONE
        search, found = (self.kept, self.within) if within else (self.free, self.beyond)
        if search is None or found is None or found.place[origin] == NONE:
            return None, False
        departure_s, arrival_s = int(found.departure_s[origin]), int(found.arrival_s[origin])
        if self.direction == HOME:
            departure_s, arrival_s = -arrival_s, -departure_s
        legs = _legs(search, self.places, found, origin, self.direct_m)
        booked = any(leg.booked for leg in legs)
        transfers = int(found.transfers[origin])
        reason = (
            "" if within else _reason(transfers, arrival_s - departure_s, booked=booked, limits=self.limits)
        )
        return Journey(departure_s, arrival_s, transfers, legs, reason), bool(found.later[origin])


def _ways(
    places: _Places,
    network: Network,
    day: DayNetwork,
    target: int,
    start_s: int,
    end_s: int,
    limits: LimitSettings,
) -> tuple[_OneWay, _OneWay]:
    margin_s = round(limits.margin_min * 60)
    return (
        _OneWay(places, network, day, OUT, target, start_s - margin_s, limits),
        _OneWay(places, network, day, HOME, target, -(end_s + margin_s), limits),
    )


def session_returns(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The day return of every origin for every session.

    Args:
        network: From `build_network`.
        origins: point_id, x_m, y_m (EPSG:3006).
        series: series_id, x_m, y_m (EPSG:3006).
        sessions: series_id, date (datetime.date), start_s, end_s (seconds after local midnight).
        limits: METHOD 4's limits.
        progress: Called with the number of sessions done and of all.

    Returns:
        One row per origin and session: point_id, series_id, date, out_departure_s, out_arrival_s,
        home_departure_s, home_arrival_s (seconds after noon minus 12 h; NaN where there is none), out_transfers,
        home_transfers, out_booking, home_booking, walk_m, wait_s, tightest_change_s, home_tightest_change_s (NaN:
        no change), walk_only, last_way_home, reachable, reason (one of REASONS, or empty).
    """
    places = _Places(network, origins[["x_m", "y_m"]].to_numpy(float), series[["x_m", "y_m"]].to_numpy(float))
    target = {name: number for number, name in enumerate(series["series_id"])}
    points = origins["point_id"].tolist()
    rows: list[tuple[object, ...]] = []
    done = 0
    for day, of_day in sessions.sort_values(["date", "series_id", "start_s", "end_s"]).groupby(
        "date", sort=True
    ):
        today = network.on(_as_date(day))
        for series_id, start_s, end_s in zip(
            of_day["series_id"], of_day["start_s"], of_day["end_s"], strict=True
        ):
            ways = _ways(places, network, today, target[series_id], int(start_s), int(end_s), limits)
            rows += [
                (point, series_id, day, *_both_ways(ways, origin, today, limits))
                for origin, point in enumerate(points)
            ]
            done += 1
            if progress is not None:
                progress(done, len(sessions))
    return pd.DataFrame(rows, columns=["point_id", "series_id", "date", *_SESSION_COLUMNS])


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


def _as_date(value: object) -> date:
    return value if isinstance(value, date) else pd.Timestamp(str(value)).date()


def _both_ways(
    ways: tuple[_OneWay, _OneWay], origin: int, day: DayNetwork, limits: LimitSettings
) -> tuple[object, ...]:
    """One row of `session_returns` after its key."""
    (out, _), (home, later) = ways[0].journey(origin), ways[1].journey(origin)
    nan = float("nan")
    out_m, out_wait, out_tight, out_booked = _figures(out.legs) if out else (nan, nan, nan, False)
    home_m, home_wait, home_tight, home_booked = _figures(home.legs) if home else (nan, nan, nan, False)
    reason = ""
    if (out is None or home is None) and day.trips == 0:
        reason = "no_service_that_day"
    elif out is None:
        reason = "no_way_there"
    elif home is None:
        reason = "no_way_home"
    elif out.reason or home.reason:
        reason = min((r for r in (out.reason, home.reason) if r), key=REASONS.index)
    elif home.arrival_s - out.departure_s > limits.max_away_min * 60:
        reason = "away_too_long"
    tight = np.array([out_tight, home_tight])
    return (
        out.departure_s if out else nan,
        out.arrival_s if out else nan,
        home.departure_s if home else nan,
        home.arrival_s if home else nan,
        out.transfers if out else nan,
        home.transfers if home else nan,
        out_booked,
        home_booked,
        out_m + home_m,
        out_wait + home_wait,
        float(np.nanmin(tight)) if np.isfinite(tight).any() else nan,
        home_tight,
        bool(out and home and len(out.legs) == 1 and len(home.legs) == 1),
        bool(home is not None and not home.reason and not later),
        reason == "",
        reason,
    )


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
    places = _Places(network, np.array([origin_xy_m], float), np.array([target_xy_m], float))
    ways = _ways(places, network, network.on(day), 0, start_s, end_s, limits)
    return ways[0].journey(0)[0], ways[1].journey(0)[0]


def itinerary(network: Network, journey: Journey) -> pd.DataFrame:
    """A journey as people read it, a row per leg.

    Returns:
        kind (`walk` or `ride`), line, departs, arrives (HH:MM:SS of the service day), from_stop, to_stop (names;
        empty for the door at either end), walk_m (detour included; missing for a ride), trip_id, booked.
    """
    stops, trips = network.timetable.stops["name"], network.timetable.trips

    def clock(at_s: int) -> str:
        return f"{at_s // 3600:02d}:{at_s // 60 % 60:02d}:{at_s % 60:02d}"

    rows = [
        {
            "kind": leg.kind,
            "line": trips["route_name"].iloc[leg.trip] if leg.trip >= 0 else "",
            "departs": clock(leg.departure_s),
            "arrives": clock(leg.arrival_s),
            "from_stop": stops.iloc[leg.from_stop] if leg.from_stop >= 0 else "",
            "to_stop": stops.iloc[leg.to_stop] if leg.to_stop >= 0 else "",
            "walk_m": leg.walk_m if leg.kind == "walk" else float("nan"),
            "trip_id": trips["trip_id"].iloc[leg.trip] if leg.trip >= 0 else "",
            "booked": leg.booked,
        }
        for leg in journey.legs
    ]
    return pd.DataFrame(rows)


def _lower_median(values: np.ndarray) -> float:
    """The middle value, or the lower of the two in the middle."""
    return float(np.sort(values)[(len(values) - 1) // 2])


def summarise(
    returns: pd.DataFrame, min_session_share: float, weeks: int, tight_change_min: float
) -> pd.DataFrame:
    """`session_returns` summed up per pair: the columns of table `day_returns` after its codes (METHOD 4).

    The figures of the *median session* are those of the session whose there-and-home time is the lower median;
    of several, the first by date and time.

    Args:
        returns: From `session_returns`.
        min_session_share: A pair is reachable when at least this share of its sessions is.
        weeks: Whole weeks of the window.
        tight_change_min: A last way home on a shorter change is flagged.
    """
    # Arrays, not frames: there are as many pairs as points times series.
    pairs: Any = returns.groupby(["point_id", "series_id"], sort=True).indices
    columns = {name: returns[name].to_numpy() for name in _SESSION_COLUMNS}
    rows = [
        (
            *key,
            *_pair(
                {name: values[sessions] for name, values in columns.items()},
                min_session_share,
                weeks,
                tight_change_min,
            ),
        )
        for key, sessions in pairs.items()
    ]
    return pd.DataFrame(rows, columns=["point_id", "series_id", *_PAIR_COLUMNS])


_PAIR_COLUMNS = (
    "sessions",
    "sessions_reachable",
    "session_share",
    "reachable",
    "travel_min",
    "round_trip_s",
    *(f"{leg}_min_{stat}" for leg in ("out", "home", "away") for stat in ("median", "min", "max")),
    "transfers",
    "walk_m",
    "wait_min",
    "walk_only",
    "tightest_change_min",
    "booking_needed",
    "last_way_home_share",
    "last_way_home_tight",
    "sessions_per_week",
    "reason",
)


def _pair(
    sessions: Mapping[str, np.ndarray], min_session_share: float, weeks: int, tight_change_min: float
) -> tuple[object, ...]:
    """One row of `summarise` after its key, from the sessions of one pair in the order of their dates."""
    good = np.flatnonzero(sessions["reachable"])
    count = len(sessions["reachable"])
    share = len(good) / count
    reachable = len(good) > 0 and share >= min_session_share - 1e-12
    reasons = Counter(reason for reason in sessions["reason"].tolist() if reason)
    reason = "" if reachable else min(reasons, key=lambda name: (-reasons[name], REASONS.index(name)))
    if not len(good):
        return (count, 0, 0.0, False, *[None] * 16, False, None, False, 0.0, reason)
    of = {name: values[good] for name, values in sessions.items()}
    out = of["out_arrival_s"] - of["out_departure_s"]
    home = of["home_arrival_s"] - of["home_departure_s"]
    away = of["home_arrival_s"] - of["out_departure_s"]
    median_s = _lower_median(out + home)
    median = int(np.flatnonzero(out + home == median_s)[0])
    last = of["last_way_home"].astype(bool)
    tight_home = last & (of["home_tightest_change_s"] < tight_change_min * 60)
    return (
        count,
        len(good),
        share,
        reachable,
        median_s / 120,
        int(median_s),
        *(
            float(value) / 60
            for leg in (out, home, away)
            for value in (_lower_median(leg), leg.min(), leg.max())
        ),
        int(of["out_transfers"][median] + of["home_transfers"][median]),
        float(of["walk_m"][median]),
        float(of["wait_s"][median]) / 60,
        bool(of["walk_only"][median]),
        float(of["tightest_change_s"][median]) / 60,
        bool((of["out_booking"] | of["home_booking"]).any()),
        float(last.mean()),
        bool(tight_home.any()),
        len(good) / weeks,
        reason,
    )
