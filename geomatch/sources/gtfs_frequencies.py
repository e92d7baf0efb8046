"""Trips that run by headway (frequencies.txt), written out one for each departure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.sources.gtfs_csv import Block
from geomatch.sources.gtfs_files import FeedFiles
from geomatch.sources.gtfs_stop_times import StopTimes
from geomatch.sources.gtfs_values import seconds
from geomatch.words import gettext as _

__all__ = ["write_out_headways"]

# Stop times that headways may grow to; the whole country has less than ten million.
_MAX_STOP_TIMES = 50_000_000


def write_out_headways(
    feed: FeedFiles, tables: Mapping[str, Block], trips: pd.DataFrame, times: StopTimes
) -> tuple[pd.DataFrame, StopTimes, np.ndarray]:
    """Trips and stop times with those of frequencies.txt written out; for each trip, which one it is a run of.

    From start_time on, each headway until, not including, end_time. `exact_times` 0 and 1 are treated alike: a
    service by headway is taken to leave at each full one. A trip of the file does not run at the times that it has
    in stop_times.txt: these only say how long it takes from stop to stop. Its runs stand behind all other trips.

    Raises:
        InputError: There are more departures than any timetable has.
    """
    if not tables.get("frequencies", Block(0, {})).rows:
        return trips, times, np.arange(len(trips))
    table = tables["frequencies"]
    rows = pd.DataFrame(
        {
            "trip": table["trip_id"].places_in(pd.Index(trips["trip_id"], dtype=object)).astype(np.int64),
            "start": seconds(table["start_time"]).astype(np.int64),
            "end": seconds(table["end_time"]).astype(np.int64),
            "headway": table["headway_secs"].numbers(),
        }
    )
    by_headway = np.zeros(len(trips), bool)
    by_headway[rows.loc[rows["trip"] >= 0, "trip"].to_numpy()] = True
    bad = (
        (rows["trip"] < 0)
        | (rows["start"] < 0)
        | (rows["end"] <= rows["start"])
        | ~(rows["headway"] >= 1)
        | rows.duplicated()
    )
    feed.count("frequencies_bad", int(bad.sum()), of="frequencies")
    begins = np.searchsorted(times.trip, np.arange(len(trips) + 1))
    calls = np.diff(begins)
    # Only trips with sound stop times can be written out.
    rows = rows[~bad]
    rows = rows[calls[rows["trip"].to_numpy()] > 0].sort_values(["trip", "start", "end", "headway"])
    trip, start, headway = (rows[name].to_numpy() for name in ("trip", "start", "headway"))
    departures = np.ceil((rows["end"].to_numpy() - start) / headway).astype(np.int64)
    total = int((departures * calls[trip]).sum())
    if total > _MAX_STOP_TIMES:
        raise InputError(
            Problem(
                _("the headways give {count} stop times").format(count=total),
                _("at most {limit}").format(limit=_MAX_STOP_TIMES),
                _("Download the timetable again, or ask the operator"),
                file=feed.name,
                sheet="frequencies.txt",
            )
        )
    within = np.arange(departures.sum()) - np.repeat(np.cumsum(departures) - departures, departures)
    pattern = np.repeat(trip, departures)
    leaves = np.floor(np.repeat(start, departures) + within * np.repeat(headway, departures)).astype(np.int64)
    # Two windows that overlap can give one departure twice: it is one vehicle.
    pattern, leaves = (
        np.unique(np.column_stack([pattern, leaves]), axis=0).T if len(pattern) else (pattern, leaves)
    )

    copies = calls[pattern]
    copy = np.repeat(np.arange(len(pattern)), copies)
    row = begins[pattern][copy] + np.arange(len(copy)) - np.repeat(np.cumsum(copies) - copies, copies)
    shift = leaves[copy] - times.departure_s[begins[pattern]][copy]
    new = {field.name: getattr(times, field.name)[row] for field in fields(times)}
    new["trip"] = (len(trips) + copy).astype(np.int32)
    for name in ("arrival_s", "departure_s"):
        new[name] = (new[name] + shift).astype(np.int32)
    times.keep(~by_headway[times.trip])
    written = StopTimes(
        **{
            field.name: np.concatenate([getattr(times, field.name), new[field.name]])
            for field in fields(times)
        }
    )
    return (
        pd.concat([trips, trips.take(pattern)], ignore_index=True),
        written,
        np.concatenate([np.arange(len(trips)), pattern]),
    )
