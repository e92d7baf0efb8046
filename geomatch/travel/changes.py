"""Changes between stops and links between trips: where one vehicle can be left for another. METHOD 4."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geomatch.settings import TransferSettings, WalkSettings
from geomatch.sources.timetable import FORBIDDEN, IN_SEAT, MINIMUM, NOT_IN_SEAT, TIMED, Timetable
from geomatch.travel.stands import CHANGE_COLUMNS, Stands

# Metres that projecting a place there and back may differ by: a walk of exactly the longest is not too long.
ROUNDING_M = 1e-6

# Where the times of a service day pass into the next day.
MIDNIGHT_S = 24 * 3600

__all__ = ["MIDNIGHT_S", "ROUNDING_M", "Walks", "changes_of", "links_of", "listed", "walk_seconds"]


def walk_seconds(walk_m: np.ndarray, walk: WalkSettings) -> np.ndarray:
    """Whole seconds, rounded up, for `walk_m` metres walked (detour included). METHOD 4."""
    return np.ceil(np.round(walk_m * 3.6 / walk.speed_kmh, 6)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Walks:
    """Walks from places to the stops in reach, or between stops: a compressed list per place.

    `offset[i]:offset[i + 1]` are the entries of place i in `stop`, `walk_s`, `walk_m`.
    """

    offset: np.ndarray
    stop: np.ndarray
    walk_s: np.ndarray
    walk_m: np.ndarray


def changes_of(
    timetable: Timetable,
    xy: np.ndarray,
    served: np.ndarray,
    stands: Stands,
    walk: WalkSettings,
    transfer: TransferSettings,
) -> pd.DataFrame:
    """Every possible change between two stands: from_stop, to_stop, change_s, walk_m.

    transfers.txt goes first, with the rules of trips and routes before those of stops; where it is silent,
    `min_transfer` at the stop and within its stop area, and `min_transfer` plus the walk to a stop of another area.

    Args:
        timetable: Its stops and rules.
        xy: Stops in EPSG:3006.
        served: Numbers of the stops that trips call at.
        stands: From `stands_of`.
        walk: Settings of walking.
        transfer: Settings of changing.
    """
    least_s = round(transfer.min_transfer_min * 60)
    area = timetable.stops["area"].to_numpy()
    pairs = cKDTree(xy[served]).query_pairs(
        transfer.max_transfer_walk_m / walk.detour * (1 + 1e-9), output_type="ndarray"
    )
    one, other = served[pairs[:, 0]], served[pairs[:, 1]]
    within = pd.DataFrame({"stop": served, "area": area[served]})
    within = within.merge(within, on="area")
    found = pd.DataFrame(
        {
            "from_stop": np.concatenate([one, other, within["stop_x"]]),
            "to_stop": np.concatenate([other, one, within["stop_y"]]),
        }
    ).drop_duplicates()

    def measured(frame: pd.DataFrame) -> pd.DataFrame:
        a, b = frame["from_stop"].to_numpy(np.int64), frame["to_stop"].to_numpy(np.int64)
        metres = np.hypot(*(xy[a] - xy[b]).T) * walk.detour
        same_area = area[a] == area[b]
        seconds = least_s + np.where(same_area, 0, walk_seconds(metres, walk))
        return frame.assign(walk_m=metres, change_s=seconds, same_area=same_area)

    def ruled(rules: pd.DataFrame) -> pd.DataFrame:
        rules = measured(rules.astype({"from_stop": np.int64, "to_stop": np.int64}))
        timed = rules["kind"] == TIMED
        stated = (rules["kind"] == MINIMUM) & (rules["min_s"] >= 0)
        rules["change_s"] = np.where(timed, 0, np.where(stated, rules["min_s"], rules["change_s"]))
        return rules

    found = measured(found)
    found = found[found["same_area"] | (found["walk_m"] <= transfer.max_transfer_walk_m + ROUNDING_M)][
        CHANGE_COLUMNS
    ]
    if len(timetable.change_rules):
        rules = ruled(timetable.change_rules)
        silent = found.merge(rules[["from_stop", "to_stop"]], how="left", indicator=True)
        silent = silent[silent["_merge"] == "left_only"]
        found = pd.concat(
            [silent[CHANGE_COLUMNS], rules[rules["kind"] != FORBIDDEN][CHANGE_COLUMNS]], ignore_index=True
        )
    return stands.spread(found, ruled(timetable.special_rules)) if len(timetable.special_rules) else found


def listed(changes: pd.DataFrame, start: str, end: str, stops: int) -> Walks:
    """Changes (from `changes_of`) as a list per stop of column `start`, of the stops in column `end`."""
    ordered = changes.sort_values([start, "change_s", end])
    offset = np.zeros(stops + 1, np.int64)
    np.cumsum(np.bincount(ordered[start].to_numpy(np.int64), minlength=stops), out=offset[1:])
    return Walks(
        offset,
        # Copies: arrays that may not be written to would be compiled for a second time.
        ordered[end].to_numpy(np.int32, copy=True),
        ordered["change_s"].to_numpy(np.int32, copy=True),
        ordered["walk_m"].to_numpy(float, copy=True),
    )


def links_of(
    timetable: Timetable, network: dict[str, np.ndarray], area: np.ndarray, earlier_s: int
) -> tuple[pd.DataFrame, frozenset[tuple[int, int]]]:
    """Changes between named trips (transfer types 1 and 4), and the pairs where staying seated is ruled out (5).

    Args:
        timetable: Its rules between trips.
        network: trip, from_stop, to_stop, departure_s, arrival_s of the connections.
        area: Stop area of each stop that these name.
        earlier_s: By how much earlier the first trip's times are counted from: 0 on one service day, 24 h when it
            is of the day before.
    """
    rules = timetable.trip_rules
    offset = np.searchsorted(network["trip"], np.arange(len(timetable.trips) + 1))
    rows: list[tuple[int, int, bool]] = []
    barred = set()
    for one, other, here, there, kind in zip(
        *(rules[name] for name in ("from_trip", "to_trip", "from", "to", "kind")), strict=True
    ):
        if kind == NOT_IN_SEAT:
            barred.add((int(one), int(other)))
            continue
        arriving = np.arange(offset[one], offset[one + 1])
        leaving = np.arange(offset[other], offset[other + 1])
        if here >= 0:
            arriving = arriving[area[network["to_stop"][arriving]] == area[here]]
        elif kind == IN_SEAT:
            arriving = arriving[-1:]
        if there >= 0:
            leaving = leaving[area[network["from_stop"][leaving]] == area[there]]
        elif kind == IN_SEAT:
            leaving = leaving[:1]
        if earlier_s:
            arriving = arriving[network["arrival_s"][arriving] >= earlier_s]
        for connection in arriving:
            later = leaving[network["departure_s"][leaving] >= network["arrival_s"][connection] - earlier_s]
            if len(later):
                rows.append((int(connection), int(later[0]), kind == IN_SEAT))
    links = pd.DataFrame(rows, columns=["from_connection", "to_connection", "in_seat"]).drop_duplicates()
    # A trip that meets itself (a rule from a trip to the same trip) is no change.
    same = (
        network["trip"][links["from_connection"].to_numpy(np.int64)]
        == network["trip"][links["to_connection"].to_numpy(np.int64)]
    )
    return links[~same].sort_values(["from_connection", "to_connection", "in_seat"]).reset_index(
        drop=True
    ), frozenset(barred)
