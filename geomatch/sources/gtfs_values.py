"""What GTFS writes as text, as numbers: times, dates; and rows that stand twice."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from geomatch.sources.gtfs_csv import Texts

__all__ = ["BAD", "BLANK", "ordinals", "seconds", "without_repeats"]

# What `seconds` gives where there is no time.
BLANK, BAD = -1, -2
_MAX_HOURS = 9999


def seconds(texts: Texts) -> np.ndarray:
    """The times of a column as seconds (int32); `BLANK` for empty texts, `BAD` for those that are no time.

    `H:MM:SS` and `HH:MM:SS` are read without a Python object for each. Hours may pass 24.
    """
    values = texts.distinct
    count = len(values)
    if not count:
        return np.zeros(0, np.int32)
    buffers = values.buffers()
    places = np.frombuffer(buffers[1], np.int32)[values.offset : values.offset + count + 1]
    # A time ends with its text; eight bytes before the first text keep the places of a short one inside.
    data = np.concatenate([np.zeros(8, np.uint8), np.frombuffer(buffers[2] or b"", np.uint8)])
    ends, lengths = places[1:] + 8, np.diff(places)
    result = np.full(count, BAD, np.int32)
    result[lengths == 0] = BLANK
    likely = np.flatnonzero((lengths == 7) | (lengths == 8))
    end = ends[likely]
    # 48 is "0": whatever is no digit becomes more than 9 in eight bits without a sign.
    digit = {back: data[end - back] - np.uint8(48) for back in (1, 2, 4, 5, 7, 8)}
    digit[8] = np.where(lengths[likely] == 8, digit[8], 0)
    sound = (data[end - 3] == ord(":")) & (data[end - 6] == ord(":")) & (digit[2] < 6) & (digit[5] < 6)
    for back in (1, 4, 7, 8):
        sound &= digit[back] <= 9
    pair = {back: digit[back].astype(np.int32) + 10 * digit[back + 1].astype(np.int32) for back in (1, 4, 7)}
    result[likely[sound]] = (3600 * pair[7] + 60 * pair[4] + pair[1])[sound]
    for number in np.flatnonzero(result == BAD):
        result[number] = _one_time(values[int(number)].as_py())
    return texts.spread(result)


def _one_time(text: str) -> int:
    parts = text.split(":")
    if (
        len(parts) == 3
        and text.isascii()
        and all(part.isdigit() and len(part) < 9 for part in parts)
        and int(parts[0]) <= _MAX_HOURS
        and int(parts[1]) < 60
        and int(parts[2]) < 60
    ):
        return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])
    return BAD


def ordinals(texts: Texts) -> np.ndarray:
    """GTFS dates (YYYYMMDD) as ordinals (int64, `date.toordinal`); 0 for text that is no date."""
    return texts.spread(np.array([_one_date(text) for text in texts.as_strings()], dtype=np.int64))


def _one_date(text: str) -> int:
    try:
        return (
            date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
            if len(text) == 8 and text.isascii() and text.isdigit()
            else 0
        )
    except ValueError:
        return 0


def without_repeats(frame: pd.DataFrame, key: str) -> tuple[pd.DataFrame, int]:
    """`frame` sorted by `key`, each text of it once, and how many rows were left out for that.

    Of several rows the least by all columns, from the first to the last, stays: not the one that stands first in the
    file, since the order of rows must not matter.
    """
    repeated = frame.duplicated(key, keep=False).to_numpy()
    result = frame
    if repeated.any():
        others = [name for name in frame.columns if name != key]
        chosen = frame[repeated].sort_values([key, *others], kind="stable").drop_duplicates(key)
        result = pd.concat([frame[~repeated], chosen])
    return result.sort_values(key).reset_index(drop=True), len(frame) - len(result)
