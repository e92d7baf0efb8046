"""The rules of changes of a feed (transfers.txt): between stops, between named trips, and of trips or routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.gtfs_codes import (
    FORBIDDEN,
    IN_SEAT,
    MINIMUM,
    NOT_IN_SEAT,
    RECOMMENDED,
    TIMED,
)
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import FeedFiles
from geomatch.words import gettext as _

__all__ = ["ChangeRules", "read_transfers"]

_FILE = "transfers"
_ENDS = ("from", "to")
_SPECIAL_COLUMNS = ("from_trip", "to_trip", "from_route", "to_route")
# Rules that those of stations and of trips by headway may grow to.
_MAX_RULES = 20_000_000


class ChangeRules(NamedTuple):
    """The rules of a feed; see `geomatch.sources.timetable.Timetable` for the columns."""

    between_stops: pd.DataFrame
    between_trips: pd.DataFrame
    special: pd.DataFrame


def read_transfers(
    feed: FeedFiles,
    tables: Mapping[str, Block],
    stops: pd.DataFrame,
    trips: pd.DataFrame,
    pattern: np.ndarray,
    routes: pd.Index[str],
    used: np.ndarray,
) -> ChangeRules:
    """The rules of a feed.

    A rule for a station applies to its platforms; one that names the platforms goes before one that names a platform
    and a station, and that before one of two stations. A rule for a trip or a route never applies to others.

    Args:
        feed: The feed, which counts what is not used.
        tables: Its files.
        stops: Of `read_stops`.
        trips: Of `write_out_headways`.
        pattern: For each trip, the trip of the file that it is a run of: itself, unless it runs by headway.
        routes: The ids of the routes.
        used: Numbers of the stops that trips call at.
    """
    table = tables.get(_FILE, Block(0, {}))
    first_run = np.flatnonzero(pattern == np.arange(len(pattern)))
    trip_ids = pd.Index(trips["trip_id"].iloc[first_run], dtype=object)
    stop_ids = pd.Index(stops["stop_id"], dtype=object)
    minimum, kind = table["min_transfer_time"].numbers(), table["transfer_type"].series()
    columns: dict[str, object] = {
        "kind": kind.where(kind != "", RECOMMENDED),
        "min_s": np.where((minimum >= 0) & (minimum < np.iinfo(np.int32).max), minimum, -1).astype(np.int64),
    }
    for end in _ENDS:
        for name, ids in (("stop", stop_ids), ("trip", trip_ids), ("route", routes)):
            texts = table[f"{end}_{name}_id"]
            columns[f"{end}_{name}"] = texts.places_in(ids).astype(np.int64)
            columns[f"{end}_{name}_named"] = ~texts.is_one_of("")
        # Where both are named, the trip goes before its route.
        columns[f"{end}_route_named"] = columns[f"{end}_route_named"] & ~columns[f"{end}_trip_named"]  # type: ignore[operator]  # columns of true and false
    rules = pd.DataFrame(columns)
    unknown = {
        name: pd.concat([rules[f"{e}_{name}_named"] & (rules[f"{e}_{name}"] < 0) for e in _ENDS], axis=1).any(
            axis=1
        )
        for name in ("trip", "route")
    }
    feed.count("transfers_of_unknown_trip", int(unknown["trip"].sum()), of=_FILE)
    feed.count("transfers_of_unknown_route", int((unknown["route"] & ~unknown["trip"]).sum()), of=_FILE)
    rules = rules[~unknown["trip"] & ~unknown["route"]]
    ofs = {name: rules[[f"{end}_{name}_named" for end in _ENDS]].sum(axis=1) for name in ("trip", "route")}
    special = (ofs["trip"] > 0) | (ofs["route"] > 0)
    between_trips = _between_trips(feed, rules[ofs["trip"] == 2], pattern)
    lost = (rules["from_stop"] < 0) | (rules["to_stop"] < 0)
    lost |= ~rules["kind"].isin([RECOMMENDED, TIMED, MINIMUM, FORBIDDEN])
    in_seat = (ofs["trip"] == 2) & rules["kind"].isin([IN_SEAT, NOT_IN_SEAT])
    feed.count("transfers_not_usable", int((lost & ~in_seat).sum()), of=_FILE)
    platforms = _Platforms(feed, stops, used)
    # Trips before a trip and a route, one trip, two routes, one route: the order of the GTFS reference.
    rank = np.select(
        [ofs["trip"] == 2, (ofs["trip"] == 1) & (ofs["route"] == 1), ofs["trip"] == 1], [0, 1, 2], 3
    )
    rank = np.where((rank == 3) & (ofs["route"] == 1), 4, rank)
    return ChangeRules(
        _between_stops(feed, rules[~special & ~lost], platforms),
        between_trips,
        _special(feed, rules.assign(rank=rank)[special & ~lost], platforms, pattern),
    )


class _Platforms:
    """The stops in use that a rule for a stop applies to: itself, or the platforms of a station."""

    def __init__(self, feed: FeedFiles, stops: pd.DataFrame, used: np.ndarray) -> None:
        self.file, self.size = feed.name, len(stops)
        self.station = stops["is_station"].to_numpy(bool)
        area = stops["area"].to_numpy(np.int64)
        by_area = used[np.argsort(area[used], kind="stable")]
        of_area = np.bincount(area[used], minlength=self.size)
        area_begins = np.cumsum(of_area) - of_area
        in_use = np.zeros(self.size, bool)
        in_use[used] = True
        count = np.where(self.station, of_area[area], in_use)
        self.begins = np.concatenate([[0], np.cumsum(count)])
        whose = np.repeat(np.arange(self.size), count)
        within = np.arange(len(whose)) - self.begins[whose]
        place = np.minimum(area_begins[area[whose]] + within, max(len(by_area) - 1, 0))
        self.members = np.where(self.station[whose], by_area[place], whose) if len(by_area) else whose

    def pairs(self, rules: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Place of the rule, from and to: for each pair of stops that a rule applies to, rule by rule."""
        start, end = rules["from_stop"].to_numpy(), rules["to_stop"].to_numpy()
        own, far = np.diff(self.begins)[start], np.diff(self.begins)[end]
        _refuse_too_many(self.file, int((own * far).sum()))
        rule = np.repeat(np.arange(len(rules)), own * far)
        within = np.arange(len(rule)) - np.repeat(np.cumsum(own * far) - own * far, own * far)
        one = self.members[self.begins[start][rule] + within // far[rule]]
        other = self.members[self.begins[end][rule] + within % far[rule]]
        return rule, one, other

    def stations_in(self, rules: pd.DataFrame) -> np.ndarray:
        """How many of the two stops of each rule are stations."""
        start, end = (self.station[rules[f"{end}_stop"].to_numpy()].astype(np.int64) for end in _ENDS)
        return np.asarray(start + end)


def _refuse_too_many(file: str, count: int) -> None:
    if count > _MAX_RULES:
        raise InputError(
            Problem(
                _("the rules give {count} changes between platforms or trips").format(count=count),
                _("at most {limit}").format(limit=_MAX_RULES),
                _("Download the timetable again, or ask the operator"),
                file=file,
                sheet="transfers.txt",
            )
        )


def _runs(feed: FeedFiles, rules: pd.DataFrame, pattern: np.ndarray) -> pd.DataFrame:
    """Rules of trips by headway, one for each run: the id of such a trip stands for all of them."""
    by_pattern = np.argsort(pattern, kind="stable")
    count = np.bincount(pattern, minlength=len(pattern))
    begins = np.cumsum(count) - count
    # The pattern itself, which comes first, does not run where there are others.
    begins, count = begins + (count > 1), np.where(count > 1, count - 1, count)
    for end in ("from_trip", "to_trip"):
        trip = rules[end].to_numpy()
        number = np.where(trip >= 0, count[trip], 1)
        if (number > 1).any():
            _refuse_too_many(feed.name, int(number.sum()))
        rule = np.repeat(np.arange(len(rules)), number)
        within = np.arange(len(rule)) - np.repeat(np.cumsum(number) - number, number)
        trip = trip[rule]
        rules = rules.take(rule).assign(
            **{end: np.where(trip >= 0, by_pattern[np.minimum(begins[trip] + within, len(pattern) - 1)], -1)}
        )
    return rules


def _between_trips(feed: FeedFiles, rules: pd.DataFrame, pattern: np.ndarray) -> pd.DataFrame:
    """Guaranteed changes and those in the seat, between two named trips."""
    # Only staying seated needs no stops: it goes on from the last stop of one trip to the first of the other.
    unstopped = (rules["from_stop"] < 0) | (rules["to_stop"] < 0)
    seated = rules["kind"].isin([IN_SEAT, NOT_IN_SEAT]) & ~rules["from_stop_named"] & ~rules["to_stop_named"]
    in_seat = rules["kind"].isin([IN_SEAT, NOT_IN_SEAT])
    feed.count("transfers_not_usable", int((in_seat & unstopped & ~seated).sum()), of=_FILE)
    used = seated | (rules["kind"].isin([TIMED, IN_SEAT, NOT_IN_SEAT]) & ~unstopped)
    rules = _runs(feed, rules[used], pattern).rename(columns={"from_stop": "from", "to_stop": "to"})
    columns = ["from_trip", "to_trip", "from", "to", "kind"]
    return rules[columns].sort_values(columns).reset_index(drop=True)


def _between_stops(feed: FeedFiles, rules: pd.DataFrame, platforms: _Platforms) -> pd.DataFrame:
    """Rules that name stops only, one for each pair of stops."""
    # Of rules that are equally specific, the one of the lower kind and the shorter time stays.
    rules = rules.assign(rank=platforms.stations_in(rules))
    rules = rules.sort_values(["rank", "kind", "min_s", "from_stop", "to_stop"], kind="stable")
    repeated = rules.duplicated(["from_stop", "to_stop"])
    feed.count("transfers_repeated", int(repeated.sum()), of=_FILE)
    rules = rules[~repeated]
    rule, one, other = platforms.pairs(rules)
    # The rules stand by rank, and a stable sort keeps the first of each pair in front.
    pair = one.astype(np.int64) * platforms.size + other
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.ones(len(order), bool)
    first[1:] = pair[1:] != pair[:-1]
    order = order[first]
    return pd.DataFrame(
        {
            "from_stop": one[order].astype(np.int32),
            "to_stop": other[order].astype(np.int32),
            "kind": rules["kind"].take(rule[order]).reset_index(drop=True),
            "min_s": rules["min_s"].to_numpy()[rule[order]].astype(np.int32),
        }
    )


def _special(
    feed: FeedFiles, rules: pd.DataFrame, platforms: _Platforms, pattern: np.ndarray
) -> pd.DataFrame:
    """Rules of trips and routes, the most specific first."""
    rules = rules.assign(stations=platforms.stations_in(rules))
    for name in _SPECIAL_COLUMNS:
        rules[name] = rules[name].where(rules[f"{name}_named"], -1)
    rules = _runs(feed, rules, pattern)
    rule, one, other = platforms.pairs(rules)
    rules = rules.take(rule).assign(from_stop=one, to_stop=other)
    columns = ["from_stop", "to_stop", *_SPECIAL_COLUMNS]
    rules = rules.sort_values(["rank", "stations", "kind", "min_s", *columns]).drop_duplicates(columns)
    return rules[["rank", *columns, "kind", "min_s"]].reset_index(drop=True)
