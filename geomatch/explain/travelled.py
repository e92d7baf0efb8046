"""Changes of the day returns of one municipality: a series at other times of day, and one more bus home. METHOD 4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation
from geomatch.explain.state import Pair
from geomatch.explain.trial import Change, Month, fewer, named, open_goals
from geomatch.settings import Settings
from geomatch.sources.cells import clock
from geomatch.supply import Window
from geomatch.travel.better import later_bus
from geomatch.travel.day_return import pair_returns
from geomatch.travel.extra import Departure, departures_home, with_departures
from geomatch.travel.network import Network

__all__ = ["MOST_MIN", "STEP_MIN", "bus_trials", "time_trials"]

Progress = Callable[[int, int], None]
MOST_MIN, STEP_MIN = 60, 15
"""The farthest move either way and its steps, as those of `geomatch better-times`."""
_DAY_S = 24 * 3600


def _places(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """point_id, x_m, y_m: each point once."""
    once = points.drop_duplicates("point_id")
    return pd.DataFrame({"point_id": once["point_id"], "x_m": once.geometry.x, "y_m": once.geometry.y})


def _series(activities: gpd.GeoDataFrame) -> pd.DataFrame:
    """series_id, x_m, y_m of those that are at a place."""
    held = activities[~activities["digital"].astype(bool)]
    return pd.DataFrame({"series_id": held["series_id"], "x_m": held.geometry.x, "y_m": held.geometry.y})


def _returns(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    window: Window,
    settings: Settings,
    progress: Progress | None = None,
) -> pd.DataFrame:
    return pair_returns(
        network, origins, series, sessions, settings.limits, settings.sessions.min_session_share,
        window.weeks, progress,
    )  # fmt: skip


def _instead(day_returns: pd.DataFrame, new: pd.DataFrame, month: Month) -> pd.DataFrame:
    """`day_returns` with the reachable pairs of `new` in the place of those of its points and series."""
    replaced = day_returns["point_id"].isin(set(new["point_id"])) & day_returns["series_id"].isin(
        set(new["series_id"])
    )
    good = new[new["reachable"]]
    code_of_point = month.points.drop_duplicates("point_id").set_index("point_id")["municipality_code"]
    code_of_series = month.activities.set_index("series_id")["municipality_code"]
    good = good.assign(
        month=month.month,
        from_code=good["point_id"].map(code_of_point),
        to_code=good["series_id"].map(code_of_series),
        reason="",
    )
    kept = day_returns[~replaced & day_returns["reachable"].astype(bool)]
    parts = [part[day_returns.columns] for part in (kept, good) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else day_returns.iloc[:0]


def _usable(month: Month, now: MonthAllocation, code: str) -> gpd.GeoDataFrame:
    """Series at a place whose times the municipality's people depend on: theirs and those of open corridors.

    Protected ones are left out: where a bus stops and when a session is would say too much of them.
    """
    table = month.activities
    goals = open_goals(month, now, code)
    used = ~table["digital"].astype(bool) & (table["visibility"] != "hidden")
    return table[used & table["municipality_code"].isin(goals)]


def time_trials(
    month: Month,
    now: MonthAllocation,
    code: str,
    network: Network,
    sessions: pd.DataFrame,
    window: Window,
    progress: Progress | None = None,
) -> list[Change]:
    """Each series that the municipality's people may use, with all its sessions moved by the same time: the best move.

    Only moves that bring somebody of the municipality within reach are computed to the end, for all points; one that
    would help only by shutting out others is none that anybody should make.

    Args:
        month: The month, whole.
        now: Its allocation.
        code: The municipality.
        network: The timetable.
        sessions: series_id, date, start_s, end_s in the window.
        window: The weeks.
        progress: Called with what is done of how much.

    Returns:
        One change per series with such a move: of several the best for the municipality, then for all, then the
        shortest, then the earlier.
    """
    usable = _usable(month, now, code)
    mine = sessions[sessions["series_id"].isin(set(usable["series_id"]))]
    steps = MOST_MIN // STEP_MIN
    moved = []
    for shift_min in (step * STEP_MIN for step in range(-steps, steps + 1)):
        later = mine.assign(start_s=mine["start_s"] + shift_min * 60, end_s=mine["end_s"] + shift_min * 60)
        out = (later["start_s"] < 0) | (later["end_s"] >= _DAY_S)
        inside = later[~later["series_id"].isin(set(later.loc[out, "series_id"]))]
        moved.append(inside.assign(move=inside["series_id"] + f"\t{shift_min}", shift_min=shift_min))
    asked = pd.concat(moved, ignore_index=True)
    if not len(asked):
        return []
    moves = asked.drop_duplicates("move")[["move", "series_id", "shift_min"]].merge(
        _series(usable), on="series_id"
    )
    homes = month.points[month.points["municipality_code"] == code]
    own = _moved_returns(network, homes, moves, asked, window, month.settings, progress)
    reached = own[own["reachable"]].merge(moves, left_on="series_id", right_on="move", suffixes=("", "_of"))
    still = set(
        zip(
            reached.loc[reached["shift_min"] == 0, "point_id"],
            reached.loc[reached["shift_min"] == 0, "series_id_of"],
            strict=True,
        )
    )
    gained = [pair not in still for pair in zip(reached["point_id"], reached["series_id_of"], strict=True)]
    useful = moves[moves["move"].isin(set(reached.loc[gained, "move"]))]
    everybody = _moved_returns(network, month.points, useful, asked, window, month.settings, progress)
    best: dict[str, tuple[tuple[float, ...], Change]] = {}
    for move, series_id, shift_min in zip(
        useful["move"], useful["series_id"], useful["shift_min"], strict=True
    ):
        new = everybody[everybody["series_id"] == move].assign(series_id=series_id)
        changed = replace(month, day_returns=_instead(month.day_returns, new, month))
        effect = _effect(month, changed, code)
        times = asked[asked["move"] == move].sort_values(["start_s", "end_s"])
        row = Change(
            "time",
            *effect,
            shift_min=int(shift_min),
            times=tuple(
                dict.fromkeys(
                    f"{clock(int(start))}–{clock(int(end))}"
                    for start, end in zip(times["start_s"], times["end_s"], strict=True)
                )
            ),
            content=(abs(float(shift_min)), float(shift_min)),
        )
        row = named(row, usable, str(series_id))
        rank = (-sum(row.own), -row.own[0], -sum(row.everywhere), *row.content)
        if series_id not in best or rank < best[series_id][0]:
            best[series_id] = rank, row
    return [row for _rank, row in best.values()]


def _moved_returns(
    network: Network,
    points: gpd.GeoDataFrame,
    moves: pd.DataFrame,
    asked: pd.DataFrame,
    window: Window,
    settings: Settings,
    progress: Progress | None,
) -> pd.DataFrame:
    """Pairs of the points and the moves, whose names stand in the place of series."""
    series = moves[["move", "x_m", "y_m"]].rename(columns={"move": "series_id"})
    times = asked.loc[asked["move"].isin(set(moves["move"])), ["move", "date", "start_s", "end_s"]]
    return _returns(
        network,
        _places(points),
        series,
        times.rename(columns={"move": "series_id"}),
        window,
        settings,
        progress,
    )


def _effect(month: Month, changed: Month, code: str) -> tuple[Pair, Pair]:
    """How many fewer are left, from that part of the month which the change can touch."""
    # What is linked to the municipality before or after it: both parts are cut alike, so that they can be compared.
    links = pd.concat([month.day_returns, changed.day_returns], ignore_index=True)
    links = links.sort_values("reachable", ascending=False, kind="stable")
    part = replace(month, day_returns=links.drop_duplicates(["point_id", "series_id"])).around(code)
    points, series = set(part.points["point_id"]), set(part.activities["series_id"])
    before, after = (
        replace(
            part,
            day_returns=one.day_returns[
                one.day_returns["point_id"].isin(points) & one.day_returns["series_id"].isin(series)
            ],
        ).allocated()
        for one in (month, changed)
    )
    return fewer(before, after, code)


def bus_trials(
    month: Month,
    now: MonthAllocation,
    code: str,
    network: Network,
    sessions: pd.DataFrame,
    window: Window,
    progress: Progress | None = None,
) -> list[Change]:
    """The one more bus home (`later_bus`) that brings most of those left within reach of an activity they may use.

    Args:
        month: The month, whole.
        now: Its allocation; those out of reach at high need are whom the bus is chosen for.
        code: The municipality.
        network: The timetable.
        sessions: series_id, date, start_s, end_s in the window.
        window: The weeks.
        progress: Called with the number of departures settled and of all.

    Returns:
        One change, or none where no single departure brings anybody within reach.
    """
    usable = _usable(month, now, code)
    activities = _series(usable).rename(columns={"series_id": "activity_id"})
    mine = sessions[sessions["series_id"].isin(set(usable["series_id"]))]
    mine = mine.rename(columns={"series_id": "activity_id"})
    origins = _left_at(now, month.points, code)
    if not len(mine) or not len(origins):
        return []
    found = later_bus(network, origins, activities, mine, month.settings, progress)
    if not len(found) or not found["more"].iloc[0] > 0:
        return []
    told = {
        str(name): None if pd.isna(value) else value
        for name, value in found.astype(object).iloc[0].to_dict().items()
    }
    made = []
    for departure in _meant(
        network, departures_home(network, activities, mine, month.settings), told, activities
    ):
        new = _returns(
            with_departures(network, [departure]), _places(month.points), _series(month.activities), sessions,
            window, month.settings, progress,
        )  # fmt: skip
        changed = replace(month, day_returns=_instead(month.day_returns, new, month))
        effect = _effect(month, changed, code)
        one = Change("bus", *effect, bus=told, content=(float(departure.after_s),))
        made.append(named(one, usable, str(told["activity_id"])))
    return sorted(made, key=lambda one: (-sum(one.own), -sum(one.everywhere), one.content))[:1]


def _left_at(now: MonthAllocation, points: gpd.GeoDataFrame, code: str) -> pd.DataFrame:
    """Points of the municipality with those who reach nothing they may use, at high need, as origins of `later_bus`."""
    reach = now.reach
    parts = now.scenarios["high"].parts
    left = parts["corridor_not_open"] + parts["no_entitlement"] + parts["no_day_return"]
    by_row = left[0::2] + left[1::2]
    by_point = np.bincount(reach.rows["point"].to_numpy(np.int64), by_row, len(reach.points))
    persons = dict(zip(reach.points["point_id"], np.round(by_point).astype(np.int64), strict=True))
    homes = points[points["municipality_code"] == code].drop_duplicates("point_id")
    table = pd.DataFrame(
        {
            "origin_id": homes["point_id"],
            "x_m": homes.geometry.x,
            "y_m": homes.geometry.y,
            "persons_milli": homes["point_id"].map(persons).astype(np.int64),
            "municipality": code,
        }
    )
    return table[table["persons_milli"] > 0].reset_index(drop=True)


def _meant(
    network: Network, departures: list[Departure], told: Mapping[str, Any], activities: pd.DataFrame
) -> list[Departure]:
    """The departures that `later_bus` told of; more than one only where two are alike in all that is told."""
    trips = network.timetable.trips

    def fits(one: Departure) -> bool:
        own = int(network.departure_s[one.board])
        return bool(
            activities["activity_id"].iloc[one.activity] == told["activity_id"]
            and trips["trip_id"].iloc[one.trip] == told["like_trip_id"]
            and clock((own + one.shift_s) % _DAY_S) == told["departure"]
            and clock(own % _DAY_S) == told["like_departure"]
            and len(one.days) == told["days"]
        )

    return [one for one in departures if fits(one)]
