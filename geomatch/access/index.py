"""The access index: enhanced two-step floating catchment area (Luo & Qi 2009), and how evenly it falls (METHOD 6)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomatch.access.sums import sums, weighted_sums
from geomatch.settings import IndexSettings

__all__ = ["access_index", "gini", "municipal_index", "share_with_reach", "weight_of"]


def weight_of(travel_min: npt.ArrayLike, settings: IndexSettings) -> npt.NDArray[np.float64]:
    """Step weight of a journey: the weight of the first step whose end is not exceeded; 0 past the last or if NaN."""
    weight: npt.NDArray[np.float64] = np.array([*settings.weights, 0.0])[_steps(travel_min, settings)]
    return weight


def _steps(travel_min: npt.ArrayLike, settings: IndexSettings) -> npt.NDArray[np.uint8]:
    """Number of the first step whose end is not exceeded; one past the last where there is none."""
    minutes = np.asarray(travel_min, dtype=float)
    step = np.zeros(minutes.shape, dtype=np.uint8)
    for end in settings.steps_min:
        # Turned around, so that a missing time is past every step.
        step += ~(minutes <= end)
    return step


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
    point = _numbers(pairs["point_id"], points_need.index)
    series = _numbers(pairs["series_id"], places.index)
    step = _steps(pairs["travel_min"], settings)
    known = (point >= 0) & (series >= 0)
    if not known.all():
        point, series, step = point[known], series[known], step[known]
    need, supply = np.asarray(points_need, np.float64), np.asarray(places, np.float64)
    weight = np.array([*settings.weights, 0.0])
    demand = weighted_sums(series, point, need, step, weight, len(places))
    ratio = np.divide(supply, demand, out=np.zeros(len(places)), where=demand > 0)
    gained = weighted_sums(point, series, ratio, step, weight, len(need))
    return pd.Series(gained, index=points_need.index)


def _numbers(ids: pd.Series[str], known: pd.Index[str]) -> npt.NDArray[np.int64]:
    """Place of each id in `known`, -1 where it is not there; ids repeat, so each is looked up once."""
    codes, unique = pd.factorize(ids)
    return np.append(known.get_indexer(pd.Index(unique)), -1)[codes].astype(np.int64)


def municipal_index(
    index: pd.Series[float], points_need: pd.Series[float], municipality: pd.Series[str]
) -> pd.Series[float]:
    """Mean index per municipality, weighted by need; where a municipality has no need, the plain mean of its points.

    All three are indexed by `point_id`.
    """
    frame = pd.DataFrame({"index": index, "need": points_need, "code": municipality}).dropna(subset="code")
    code, names = pd.factorize(frame["code"], sort=True)
    need = frame["need"].to_numpy(dtype=float)
    weight = np.where(sums(code, need, len(names))[code] > 0, need, 1.0)
    value = sums(code, frame["index"].to_numpy(dtype=float) * weight, len(names))
    return pd.Series(value / sums(code, weight, len(names)), index=pd.Index(names, name="code"))


def gini(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Weighted Gini coefficient: 0 when all have the same, towards 1 when few have all; NaN without weight.

    sum_ij w_i w_j |x_i - x_j| / (2 (sum w)^2 mean), by sorting; 0 when the mean is 0, since all have the same then.
    """
    x, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    # By value, then weight: equal values in another order would change the last digits.
    order = np.lexsort((w, x))
    x, w = x[order], w[order]
    total, amount = float(w.sum()), float((w * x).sum())
    if total <= 0:
        return float("nan")
    if amount == 0:
        return 0.0
    before = np.cumsum(w) - w
    # Differences do not change when all have as much less; so they are 0, not nearly 0, where all have the same.
    more = x - x[0]
    return max(float((w * more * (2 * before + w - total)).sum()) / (total * amount), 0.0)


def share_with_reach(points_need: pd.Series[float], pairs: pd.DataFrame) -> float:
    """Share of need that lives at a point with any reachable pair; NaN without need."""
    total = math.fsum(points_need)
    if total == 0:
        return float("nan")
    return math.fsum(points_need[points_need.index.isin(set(pairs["point_id"]))]) / total
