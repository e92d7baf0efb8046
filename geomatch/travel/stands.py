"""Stops parted by the rules that transfers.txt has for trips and routes.

A scan knows changes from a stop to a stop. A rule that names a trip or a route becomes one of that kind when the
connections it is about come to, or leave from, a *stand* of their own at the stop, shared with those that the same
rules are about. Without such rules the stands are the stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomatch.sources.timetable import FORBIDDEN, TIMED, Timetable

__all__ = ["CHANGE_COLUMNS", "Stands", "stands_of"]

CHANGE_COLUMNS = ["from_stop", "to_stop", "change_s", "walk_m"]


@dataclass(frozen=True, slots=True)
class Stands:
    """Where connections leave from and come to.

    Attributes:
        stop: Stop of each stand; the first ones are the stops themselves, in their order.
        start, end: Of each connection.
        leaving, coming: For each stand that connections leave from, or come to, by rule: the places of those rules.
    """

    stop: np.ndarray
    start: np.ndarray
    end: np.ndarray
    leaving: Mapping[int, frozenset[int]]
    coming: Mapping[int, frozenset[int]]

    def spread(self, changes: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
        """Changes between stops as changes between stands; the first rule that two stands share goes before them.

        Args:
            changes: from_stop, to_stop, change_s, walk_m.
            rules: `Timetable.special_rules` with change_s and walk_m.

        Returns:
            The columns of `changes`, with stands for stops.
        """
        stands = pd.DataFrame({"stand": np.arange(len(self.stop)), "stop": self.stop})
        one = stands[~stands["stand"].isin(list(self.leaving))]
        other = stands[~stands["stand"].isin(list(self.coming))]
        every = changes.merge(one, left_on="from_stop", right_on="stop")
        every = every.merge(other, left_on="to_stop", right_on="stop", suffixes=("_from", "_to"))
        every = every.assign(from_stop=every["stand_from"], to_stop=every["stand_to"])[CHANGE_COLUMNS]
        departures: dict[int, list[int]] = {}
        for stand, about in self.leaving.items():
            for rule in about:
                departures.setdefault(rule, []).append(stand)
        named = {
            (stand, departure): min(about & self.leaving[departure])
            for stand, about in self.coming.items()
            for rule in about
            for departure in departures.get(rule, ())
        }
        if not named:
            return every
        ends = pd.DataFrame(list(named), columns=["from_stop", "to_stop"])
        held = rules.iloc[list(named.values())].reset_index(drop=True)
        kept = every.merge(ends, how="left", indicator=True)
        kept = kept[kept["_merge"] == "left_only"]
        ends = ends.assign(change_s=held["change_s"], walk_m=held["walk_m"])[held["kind"] != FORBIDDEN]
        return pd.concat([kept[CHANGE_COLUMNS], ends[CHANGE_COLUMNS]], ignore_index=True)


def stands_of(timetable: Timetable, trip: np.ndarray, start: np.ndarray, end: np.ndarray) -> Stands:
    """The stands of a timetable.

    Args:
        timetable: Its stops, trips and rules.
        trip: Trip of each connection.
        start: Stop that it leaves from.
        end: Stop that it comes to.
    """
    count = len(timetable.stops)
    stops = np.arange(count)
    rules = timetable.special_rules
    if not len(rules):
        return Stands(stops, start, end, {}, {})
    coming, to_stand, more = _parted(timetable, trip, end, "from", count)
    leaving, from_stand, still = _parted(timetable, trip, start, "to", count + len(more))
    return Stands(np.concatenate([stops, more, still]), from_stand, to_stand, leaving, coming)


def _parted(
    timetable: Timetable, trip: np.ndarray, stop: np.ndarray, side: str, first: int
) -> tuple[dict[int, frozenset[int]], np.ndarray, np.ndarray]:
    """Stands on one side of the rules: the rules of each, the stand of each connection, the stop of each new stand."""
    rules = timetable.special_rules
    route = timetable.trips["route"].to_numpy()[trip]
    order = np.argsort(stop, kind="stable")
    begins = np.searchsorted(stop[order], np.arange(len(timetable.stops) + 1))
    about: dict[int, list[int]] = {}
    columns = (rules[f"{side}_{name}"].to_numpy() for name in ("stop", "trip", "route"))
    # A guaranteed change between two trips only adds to what is possible: it is a link (`links_of`), not a stand.
    linked = ((rules["rank"] == 0) & (rules["kind"] == TIMED)).to_numpy()
    for number, (place, of_trip, of_route) in enumerate(zip(*columns, strict=True)):
        if linked[number]:
            continue
        chosen = order[begins[place] : begins[place + 1]]
        if of_trip >= 0:
            chosen = chosen[trip[chosen] == of_trip]
        if of_route >= 0:
            chosen = chosen[route[chosen] == of_route]
        for connection in chosen.tolist():
            about.setdefault(connection, []).append(number)
    stand_of = stop.copy()
    named: dict[tuple[int, frozenset[int]], int] = {}
    for connection in sorted(about):
        key = (int(stop[connection]), frozenset(about[connection]))
        stand_of[connection] = named.setdefault(key, first + len(named))
    return (
        {stand: of for (_stop, of), stand in named.items()},
        stand_of,
        np.array([place for place, _of in named], np.int64),
    )
