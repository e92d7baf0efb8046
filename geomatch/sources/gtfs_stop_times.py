"""The stop times of a feed: read block by block, checked, sorted, blank times filled in."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from geomatch.sources.gtfs_codes import ALLOWED, BOOK_AHEAD, REGULATION
from geomatch.sources.gtfs_csv import Block, Texts
from geomatch.sources.gtfs_files import STOP_TIMES, FeedFiles
from geomatch.sources.gtfs_values import BAD, BLANK, seconds

__all__ = ["StopTimes", "read_stop_times"]

_NO_SEQUENCE = -1
_MAX_SEQUENCE = np.iinfo(np.int32).max
_UNKNOWN_CODE = -1


@dataclass(slots=True)
class StopTimes:
    """Stop times as arrays of one length.

    Attributes:
        trip: Trip number (int32).
        sequence: stop_sequence (int32).
        stop: Stop number (int32).
        arrival_s: Seconds after noon minus 12 h of the service day (int32); `BLANK` where not known yet.
        departure_s: Likewise.
        boarding: 0 not allowed, 1 allowed, 2 must be booked ahead (int8).
        alighting: Likewise.
    """

    trip: np.ndarray
    sequence: np.ndarray
    stop: np.ndarray
    arrival_s: np.ndarray
    departure_s: np.ndarray
    boarding: np.ndarray
    alighting: np.ndarray

    def __len__(self) -> int:
        """Number of stop times."""
        return len(self.trip)

    def keep(self, which: np.ndarray) -> None:
        """Only the rows `which`: a mask, or their numbers in a new order."""
        if which.dtype == bool and which.all():
            return
        for field in fields(self):
            # One column at a time, so that never more than one is there twice.
            setattr(self, field.name, getattr(self, field.name)[which])


def read_stop_times(feed: FeedFiles, stops: pd.DataFrame, trips: pd.DataFrame) -> tuple[StopTimes, int]:
    """Sound stop times, sorted by trip and stop sequence, and how many rows the file has.

    A trip that has no first or no last time, or that runs backwards in time, cannot be mended: it goes whole.

    Args:
        feed: The feed, which counts what is left out.
        stops: Of `read_stops`.
        trips: Of `read_trips`.

    Raises:
        InputError: The file cannot be read.
    """
    trip_ids, stop_ids = (
        pd.Index(frame[name], dtype=object) for frame, name in ((trips, "trip_id"), (stops, "stop_id"))
    )
    parts, rows = [], 0
    for block in feed.blocks(STOP_TIMES):
        rows += block.rows
        parts.append(_usable(feed, block, trip_ids, stop_ids))
    times = _concatenated(parts)
    _sort(times)
    feed.count("stop_times_repeated", _drop_repeated(times), of=STOP_TIMES)
    _fill_blanks(feed, times, trip_ids)
    _drop_trips(feed, "stop_times_of_untimed_trip", times, times.arrival_s == BLANK, len(trips))
    same_trip = times.trip[1:] == times.trip[:-1]
    wrong = times.departure_s < times.arrival_s
    wrong[1:] |= same_trip & (times.arrival_s[1:] < times.departure_s[:-1])
    _drop_trips(feed, "stop_times_of_backward_trip", times, wrong, len(trips))
    single = np.bincount(times.trip, minlength=len(trips))[times.trip] < 2
    _drop_trips(feed, "stop_times_of_single_stop_trip", times, single, len(trips))
    return times, rows


def _usable(feed: FeedFiles, block: Block, trip_ids: pd.Index[str], stop_ids: pd.Index[str]) -> StopTimes:
    """The rows of a block that can be used, as numbers; the others are counted."""
    times = StopTimes(
        trip=block["trip_id"].places_in(trip_ids),
        sequence=_sequence(block["stop_sequence"]),
        stop=block["stop_id"].places_in(stop_ids),
        arrival_s=seconds(block["arrival_time"]),
        departure_s=seconds(block["departure_time"]),
        boarding=_regulation(block["pickup_type"], block["pickup_booking_rule_id"]),
        alighting=_regulation(block["drop_off_type"], block["drop_off_booking_rule_id"]),
    )
    # Vehicles that roam an area instead of calling at stops: not a fault of the feed, but nothing that can be routed.
    roaming = block["stop_id"].is_one_of("") & ~(
        block["location_id"].is_one_of("") & block["location_group_id"].is_one_of("")
    )
    feed.count("areas_instead_of_stops", int(roaming.sum()))
    bad = roaming
    for kind, where in (
        ("stop_times_of_unknown_trip", times.trip < 0),
        ("stop_times_at_unknown_stop", times.stop < 0),
        ("stop_times_without_sequence", times.sequence == _NO_SEQUENCE),
        ("stop_times_bad_time", (times.arrival_s == BAD) | (times.departure_s == BAD)),
        (
            "stop_times_bad_regulation",
            (times.boarding == _UNKNOWN_CODE) | (times.alighting == _UNKNOWN_CODE),
        ),
    ):
        feed.count(kind, int((where & ~bad).sum()), of=STOP_TIMES)
        bad = bad | where
    times.keep(~bad)
    # Only one of the two given: it stands for both.
    times.arrival_s = np.where(times.arrival_s == BLANK, times.departure_s, times.arrival_s)
    times.departure_s = np.where(times.departure_s == BLANK, times.arrival_s, times.departure_s)
    return times


def _sequence(texts: Texts) -> np.ndarray:
    values = Texts(np.arange(len(texts.distinct)), texts.distinct).numbers()
    whole = (values >= 0) & (values <= _MAX_SEQUENCE) & (values == np.floor(values))
    return texts.spread(np.where(whole, values, _NO_SEQUENCE).astype(np.int32))


def _regulation(texts: Texts, rule: Texts) -> np.ndarray:
    codes = texts.spread(
        np.array([REGULATION.get(text, _UNKNOWN_CODE) for text in texts.as_strings()], dtype=np.int8)
    )
    # Every kind of booking rule (booking_type 0 to 2) means that the passenger tells the agency beforehand.
    return np.where((codes == ALLOWED) & ~rule.is_one_of(""), np.int8(BOOK_AHEAD), codes)


def _concatenated(parts: list[StopTimes]) -> StopTimes:
    columns = {}
    for field in fields(StopTimes):
        columns[field.name] = np.concatenate([getattr(part, field.name) for part in parts])
        for part in parts:
            setattr(part, field.name, None)
    return StopTimes(**columns)


def _keys(trip: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    return np.asarray((trip.astype(np.int64) << 32) | sequence)


def _sort(times: StopTimes) -> None:
    """By trip and sequence; rows that share both by all that they say, so that their order in the file is nothing."""
    keys = _keys(times.trip, times.sequence)
    if (keys[1:] > keys[:-1]).all():
        return
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    tied = np.zeros(len(keys), bool)
    tied[1:] = keys[1:] == keys[:-1]
    tied[:-1] |= tied[1:]
    places = np.flatnonzero(tied)
    rows = order[places]
    # A blank time goes after all others.
    arrival, departure = (
        np.where(column[rows] == BLANK, np.iinfo(np.int32).max, column[rows])
        for column in (times.arrival_s, times.departure_s)
    )
    within = np.lexsort(
        (times.alighting[rows], times.boarding[rows], departure, times.stop[rows], arrival, keys[places])
    )
    order[places] = rows[within]
    times.keep(order)


def _drop_repeated(times: StopTimes) -> int:
    repeated = np.zeros(len(times), bool)
    repeated[1:] = (times.trip[1:] == times.trip[:-1]) & (times.sequence[1:] == times.sequence[:-1])
    times.keep(~repeated)
    return int(repeated.sum())


def _drop_trips(feed: FeedFiles, kind: str, times: StopTimes, wrong: np.ndarray, trips: int) -> None:
    """Leave out the trips with a row that is `wrong`."""
    lost = np.zeros(trips, bool)
    lost[times.trip[wrong]] = True
    rows = lost[times.trip]
    feed.count(kind, int(rows.sum()), of=STOP_TIMES)
    times.keep(~rows)


def _fill_blanks(feed: FeedFiles, times: StopTimes, trip_ids: pd.Index[str]) -> None:
    """Blank times of trips with a first and a last time: spread between the timed stops around them.

    By shape_dist_traveled where the trip has it everywhere and it grows, and else evenly; from the departure of the
    timed stop before to the arrival at the timed stop after, whole seconds, rounded down.
    """
    blank = times.arrival_s == BLANK
    if not blank.any():
        return
    first = np.ones(len(times), bool)
    first[1:] = times.trip[1:] != times.trip[:-1]
    last = np.append(first[1:], True)
    wanting = np.zeros(len(trip_ids), bool)
    wanting[times.trip[blank]] = True
    wanting[times.trip[blank & (first | last)]] = False
    rows = np.flatnonzero(wanting[times.trip])
    if not len(rows):
        return
    known = ~blank[rows]
    place = np.arange(len(rows))
    # A trip begins and ends with a timed stop, so that those before and after lie in the same trip.
    before = np.maximum.accumulate(np.where(known, place, 0))
    after = np.minimum.accumulate(np.where(known, place, len(rows) - 1)[::-1])[::-1]
    trip = times.trip[rows]
    along = _along(feed, trip, times.sequence[rows], trip_ids)
    gap = np.flatnonzero(~known)
    b, a = before[gap], after[gap]
    start, end = (column[rows].astype(float) for column in (times.departure_s, times.arrival_s))
    at = start[b] + (end[a] - start[b]) * (along[gap] - along[b]) / (along[a] - along[b])
    filled = np.floor(at).astype(np.int32)
    times.arrival_s[rows[gap]] = filled
    times.departure_s[rows[gap]] = filled


def _along(feed: FeedFiles, trip: np.ndarray, sequence: np.ndarray, trip_ids: pd.Index[str]) -> np.ndarray:
    """How far along its trip each row is: shape_dist_traveled where it is usable for the whole trip, else the place.

    The column is read only here, in a second pass through the file: few feeds have blank times, and it is large.
    """
    keys = _keys(trip, sequence)
    distance = np.full(len(keys), np.inf)
    for block in feed.blocks(STOP_TIMES, ("trip_id", "stop_sequence", "shape_dist_traveled")):
        found, metres = block["trip_id"].places_in(trip_ids), block["shape_dist_traveled"].numbers()
        of_block = _keys(found, _sequence(block["stop_sequence"]))
        place = np.minimum(np.searchsorted(keys, of_block), len(keys) - 1)
        mine = (found >= 0) & (keys[place] == of_block) & np.isfinite(metres)
        np.minimum.at(distance, place[mine], metres[mine])
    same_trip = trip[1:] == trip[:-1]
    useless = ~np.isfinite(distance)
    # Behind a distance that is not known, nothing can be said of growth; the trip is evenly spread anyway.
    useless[1:] |= same_trip & ~(distance[1:] > distance[:-1])
    even = np.zeros(len(trip_ids), bool)
    even[trip[useless]] = True
    return np.where(even[trip], np.arange(len(trip), dtype=float), distance)
