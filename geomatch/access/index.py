"""The access index: enhanced two-step floating catchment area (Luo & Qi 2009), and how evenly it falls (METHOD 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomatch.settings import IndexSettings

__all__ = ["access_index", "gini", "municipal_index", "share_with_reach", "weight_of"]


def weight_of(travel_min: npt.ArrayLike, settings: IndexSettings) -> npt.NDArray[np.float64]:
    """Step weight of a journey: the weight of the first step whose end is not exceeded; 0 past the last or if NaN."""
    minutes = np.asarray(travel_min, dtype=float)
    step = np.searchsorted(np.asarray(settings.steps_min), minutes, side="left")
    return np.append(np.asarray(settings.weights), 0.0)[np.minimum(step, len(settings.weights))]


def access_index(
    points_need: pd.Series[float], pairs: pd.DataFrame, places: pd.Series[float], settings: IndexSettings
) -> pd.Series[float]:
    """Places per person within reach, per demand point.

    R_a = places_a / sum_o need_o w(t_oa), 0 where nobody reaches a; A_o = sum_a R_a w(t_oa) (METHOD 6). Hence
    sum_o A_o need_o = the places of all series with somebody in reach.

    Args:
        points_need: Persons per `point_id` (index).
        pairs: Reachable pairs only: `point_id`, `series_id`, `travel_min` (minutes). An absent pair is no pair.
        places: Places (persons) per `series_id` (index).
        settings: Ends of the steps (minutes) and their weights.

    Returns:
        Places per person, indexed like `points_need`; 0 where nothing is in reach.
    """
    table = pairs[["point_id", "series_id", "travel_min"]]
    table = table[table["point_id"].isin(points_need.index) & table["series_id"].isin(places.index)]
    weight = weight_of(table["travel_min"], settings)
    need = points_need.reindex(table["point_id"]).to_numpy(dtype=float)
    demand = pd.Series(weight * need, index=table["series_id"]).groupby(level=0).sum()
    supply = places.reindex(demand.index).astype(float).where(demand > 0, 0.0)
    ratio = supply / demand.where(demand > 0, 1.0)
    gained = pd.Series(ratio.reindex(table["series_id"]).to_numpy() * weight, index=table["point_id"])
    return gained.groupby(level=0).sum().reindex(points_need.index).fillna(0.0)


def municipal_index(
    index: pd.Series[float], points_need: pd.Series[float], municipality: pd.Series[str]
) -> pd.Series[float]:
    """Mean index per municipality, weighted by need; where a municipality has no need, the plain mean of its points.

    All three are indexed by `point_id`.
    """
    frame = pd.DataFrame({"index": index, "need": points_need, "code": municipality})
    total = frame.groupby("code")["need"].transform("sum")
    frame["weight"] = np.where(total > 0, frame["need"], 1.0)
    frame["value"] = frame["index"] * frame["weight"]
    sums = frame.groupby("code")[["value", "weight"]].sum()
    return sums["value"] / sums["weight"]


def gini(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Weighted Gini coefficient: 0 when all have the same, towards 1 when few have all; NaN without weight.

    sum_ij w_i w_j |x_i - x_j| / (2 (sum w)^2 mean), by sorting; 0 when the mean is 0, since all have the same then.
    """
    x, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    total, amount = float(w.sum()), float((w * x).sum())
    if total <= 0:
        return float("nan")
    if amount == 0:
        return 0.0
    before = np.cumsum(w) - w
    return float((w * x * (2 * before + w)).sum() / (total * amount) - 1)


def share_with_reach(points_need: pd.Series[float], pairs: pd.DataFrame) -> float:
    """Share of need that lives at a point with any reachable pair; NaN without need."""
    total = float(points_need.sum())
    if total == 0:
        return float("nan")
    return float(points_need[points_need.index.isin(set(pairs["point_id"]))].sum()) / total
