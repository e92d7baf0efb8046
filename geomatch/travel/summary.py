"""Sessions summed up per pair of a demand point and an activity. METHOD 4."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["PAIR_COLUMNS", "REASONS", "summarise"]

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

PAIR_COLUMNS = (
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
    "last_way_home_change_min",
    "sessions_per_week",
    "reason",
)


class _Groups:
    """Figures over the reachable sessions of each pair; rows stand by pair, and within it by date and time."""

    def __init__(self, pair: np.ndarray, good: np.ndarray, pairs: int) -> None:
        self.pair, self.pairs = pair[good], pairs
        self.rows = np.flatnonzero(good)
        self.count = np.bincount(self.pair, minlength=pairs)
        self.first = np.cumsum(self.count) - self.count
        self.any = self.count > 0
        self.middle = (self.first + (self.count - 1) // 2)[self.any]

    def spread(self, found: np.ndarray) -> np.ndarray:
        """Values of the pairs with a reachable session, NaN for the others."""
        result = np.full(self.pairs, np.nan)
        result[self.any] = found
        return result

    def median_least_most(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lower median, least and most of each pair."""
        kept = values[self.rows]
        ordered = kept[np.lexsort((kept, self.pair))]
        last = (self.first + self.count - 1)[self.any]
        return (
            self.spread(ordered[self.middle]),
            self.spread(ordered[self.first[self.any]]),
            self.spread(ordered[last]),
        )

    def median_session(self, values: np.ndarray, median: np.ndarray) -> np.ndarray:
        """Row of the first session of each pair that takes the median, for pairs with a reachable session."""
        takes = np.flatnonzero(values[self.rows] == median[self.pair])
        _pair, first = np.unique(self.pair[takes], return_index=True)
        return self.rows[takes[first]]


def summarise(
    returns: pd.DataFrame, min_session_share: float, weeks: int, tight_change_min: float
) -> pd.DataFrame:
    """Sessions summed up per pair: the columns of table `day_returns` after its codes (METHOD 4).

    The figures of the *median session* are those of the session whose there-and-home time is the lower median;
    of several, the first by date and time.

    Args:
        returns: From `session_returns`; the sessions of a pair in the order of their dates and times.
        min_session_share: A pair is reachable when at least this share of its sessions is.
        weeks: Whole weeks of the window.
        tight_change_min: A last way home on a shorter change is flagged.

    Returns:
        point_id, series_id and `PAIR_COLUMNS`, ordered by both ids.
    """
    (point, points), (one, series) = (
        pd.factorize(returns[name].to_numpy(object), sort=True) for name in ("point_id", "series_id")
    )
    names, pair = np.unique(point * max(len(series), 1) + one, return_inverse=True)
    order = np.argsort(pair, kind="stable")
    pair, frame = pair[order], returns.iloc[order]
    good = frame["reachable"].to_numpy(bool)
    groups = _Groups(pair, good, len(names))
    sessions = np.bincount(pair, minlength=len(names))
    share = groups.count / np.maximum(sessions, 1)
    times = {
        name: frame[name].to_numpy(float)
        for name in ("out_departure_s", "out_arrival_s", "home_departure_s", "home_arrival_s")
    }
    spans = {
        "out": times["out_arrival_s"] - times["out_departure_s"],
        "home": times["home_arrival_s"] - times["home_departure_s"],
        "away": times["home_arrival_s"] - times["out_departure_s"],
    }
    both = spans["out"] + spans["home"]
    median_s = groups.median_least_most(both)[0]
    median = groups.median_session(both, median_s)

    def of_median(name: str) -> np.ndarray:
        return groups.spread(frame[name].to_numpy()[median].astype(float))

    last = frame["last_way_home"].to_numpy(bool) & good
    # Of the last ways home alone; infinite where there is no change, so that the least is that of those with one.
    change_s = np.where(
        last, np.nan_to_num(frame["home_tightest_change_s"].to_numpy(float), nan=np.inf), np.inf
    )
    tight = change_s < tight_change_min * 60
    least_s = np.full(len(names), np.inf)
    np.minimum.at(least_s, pair, change_s)
    booked = (frame["out_booking"].to_numpy(bool) | frame["home_booking"].to_numpy(bool)) & good

    def per_pair(where: np.ndarray) -> np.ndarray:
        return np.bincount(pair[where], minlength=len(names))

    reachable = groups.any & (share >= min_session_share - 1e-12)
    columns: dict[str, object] = {
        "sessions": sessions,
        "sessions_reachable": groups.count,
        "session_share": share,
        "reachable": reachable,
        "travel_min": median_s / 120,
        "round_trip_s": pd.array(median_s, dtype="Int64"),
    }
    for leg, span in spans.items():
        stats = groups.median_least_most(span)
        columns |= {
            f"{leg}_min_{stat}": value / 60
            for stat, value in zip(("median", "min", "max"), stats, strict=True)
        }
    columns |= {
        "transfers": pd.array(of_median("out_transfers") + of_median("home_transfers"), dtype="Int64"),
        "walk_m": of_median("walk_m"),
        "wait_min": of_median("wait_s") / 60,
        "walk_only": pd.array(of_median("walk_only"), dtype="Float64").astype("boolean"),
        "tightest_change_min": of_median("tightest_change_s") / 60,
        "booking_needed": per_pair(booked) > 0,
        "last_way_home_share": groups.spread((per_pair(last) / np.maximum(groups.count, 1))[groups.any]),
        "last_way_home_tight": per_pair(tight) > 0,
        "last_way_home_change_min": np.where(np.isfinite(least_s), least_s / 60, np.nan),
        "sessions_per_week": groups.count / weeks,
        "reason": np.where(reachable, "", _most_frequent(pair, frame["reason"].to_numpy(object), len(names))),
    }
    point, one = np.divmod(names, max(len(series), 1))
    return pd.DataFrame({"point_id": points[point], "series_id": series[one], **columns})


def _most_frequent(pair: np.ndarray, reason: np.ndarray, pairs: int) -> np.ndarray:
    """The reason that most sessions of each pair have; of several, the first of REASONS."""
    counts = np.column_stack([np.bincount(pair[reason == name], minlength=pairs) for name in REASONS])
    return np.where(counts.any(axis=1), np.array(REASONS, object)[counts.argmax(axis=1)], "")
