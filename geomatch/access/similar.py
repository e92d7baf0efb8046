"""Which municipalities are most like each other, so that like is compared with like (METHOD 6).

Each municipality becomes a row of features: need, settlement, public transport. They are scaled by what is usual
(median and quartiles), and the nearest neighbours are sought.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geomatch.tables import ALL, SIMILAR, TARGET_GROUPS, conform

__all__ = ["FEATURES", "NEIGHBOURS", "distances", "municipal_features", "scaled", "similar_table"]

NEIGHBOURS = 5
"""How many similar municipalities are named."""

_GROUPS = tuple(group for group in TARGET_GROUPS if group != ALL)
FEATURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "need": ("persons", "share_women", *(f"share_{group}" for group in _GROUPS)),
        "settlement": ("population", "localities", "share_in_largest"),
        "transit": ("share_with_stop", "sessions_per_week", "travel_min", "other_municipality_min"),
    }
)
"""The features of each kind; the kinds weigh the same."""
# Of these it matters how many times as much another has, not how much more.
_LOGARITHMIC = ("persons", "population", "localities")
_NAMES = tuple(name for names in FEATURES.values() for name in names)
_DECIMALS = 6


def _need_features(points: pd.DataFrame) -> pd.DataFrame:
    middle = (points["need_low_milli"] + points["need_high_milli"]) / 2000
    table = points.assign(middle=middle)
    code = table["municipality_code"]
    found = {"persons": middle.groupby(code).sum()}
    # A share is that of those whose group (or sex) the source says; it says nothing where it says it of nobody.
    for column, values, stem in (("sex", ("women",), "share_"), ("target_group", _GROUPS, "share_")):
        told = middle.where(table[column] != ALL, 0.0).groupby(code).sum()
        for value in values:
            mine = middle.where(table[column] == value, 0.0).groupby(code).sum()
            found[f"{stem}{value}"] = mine / told.where(told > 0)
    return pd.DataFrame(found)


def _settlement_features(places: pd.DataFrame) -> pd.DataFrame:
    # A representative point has no population of its own: what is not known is no feature.
    known = places[places["kind"].isin(["locality", "cell"])]
    by_code = known.groupby("municipality_code")["population"]
    total = by_code.sum().astype(float)
    return pd.DataFrame(
        {
            "population": total,
            "localities": by_code.size().astype(float),
            "share_in_largest": by_code.max() / total.where(total > 0),
        }
    )


def _transit_features(
    places: pd.DataFrame, day_returns: pd.DataFrame, stop_in_reach: pd.Series[bool]
) -> pd.DataFrame:
    home = places.set_index("point_id")["municipality_code"]
    stop = stop_in_reach.reindex(home.index).astype(float)
    sessions = day_returns.groupby("point_id")["sessions_per_week"].sum().reindex(home.index).fillna(0.0)
    abroad = day_returns[day_returns["from_code"] != day_returns["to_code"]]
    return pd.DataFrame(
        {
            "share_with_stop": stop.groupby(home).mean(),
            "sessions_per_week": sessions.groupby(home).median(),
            "travel_min": day_returns.groupby("from_code")["travel_min"].median(),
            "other_municipality_min": abroad.groupby("from_code")["travel_min"].min(),
        }
    )


def municipal_features(
    points: gpd.GeoDataFrame,
    activities: pd.DataFrame,
    day_returns: pd.DataFrame,
    stop_in_reach: pd.Series[bool],
) -> pd.DataFrame:
    """The features of each municipality with points, in their own units; NaN where one is not known.

    Args:
        points: POINTS (EPSG:3006).
        activities: ACTIVITIES; hidden ones take no part, since what is told of likeness is shown.
        day_returns: DAY_RETURNS; only reachable rows count.
        stop_in_reach: Per `point_id`, whether a stop with service lies in walking distance.

    Returns:
        Indexed by municipality_code: `persons` (the middle of the interval), `share_women` of those whose sex is
        known, the share of each target group of those whose group is known; `population` and number of
        `localities` (cells, where need lives in those of a raster), `share_in_largest` of them; `share_with_stop` of the points, median over points of the
        `sessions_per_week` in reach, median `travel_min` over reachable pairs, least minutes to an activity in
        another municipality (`other_municipality_min`).
    """
    # Sites of agency accommodation are nobody's settlement, and restricted.
    places = points[points["kind"] != "site"].drop_duplicates("point_id")
    open_ones = set(activities.loc[activities["visibility"] != "hidden", "series_id"])
    reached = day_returns[
        day_returns["reachable"].astype(bool)
        & day_returns["series_id"].isin(open_ones)
        & day_returns["point_id"].isin(places["point_id"])
    ]
    frames = [
        _need_features(points),
        _settlement_features(places),
        _transit_features(places, reached, stop_in_reach),
    ]
    codes = pd.Index(sorted(set(points["municipality_code"])), name="municipality_code")
    return pd.concat([frame.reindex(codes) for frame in frames], axis=1)[list(_NAMES)].astype(float)


def scaled(features: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Features without units: (x - median) / (third quartile - first), NaN where not known.

    Persons, population and number of localities are taken as log(1 + x) first. Where half of all municipalities have
    the same value, so that the quartiles are one, the whole range is taken; where all have the same, 0. Each kind of
    features (need, settlement, transit) has weight 1 in the squared distance, shared evenly among its features.
    Quartiles are Hyndman & Fan's type 7.
    """
    result = np.full(features.shape, np.nan)
    for names in FEATURES.values():
        for name in names:
            column = features[name].to_numpy(dtype=np.float64)
            known = ~np.isnan(column)
            if not known.any():
                continue
            values = np.log1p(column[known]) if name in _LOGARITHMIC else column[known]
            first, middle, third = np.percentile(values, [25, 50, 75])
            span = (third - first) or float(np.ptp(values)) or 1.0
            result[known, _NAMES.index(name)] = (values - middle) / span / np.sqrt(len(names))
    return result


def distances(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Euclidean distance over the features that are known of both, made as large as if all were known.

    That is sqrt(all / known x sum of squares), as for missing values in Dixon 1979, "Pattern recognition with partly
    missing data", and in scikit-learn's `nan_euclidean_distances`; to six decimals.
    """
    squares = (values[:, None, :] - values[None, :, :]) ** 2
    known = (~np.isnan(squares)).sum(axis=2)
    result: npt.NDArray[np.float64] = np.sqrt(np.nansum(squares, axis=2) * values.shape[1] / known)
    return np.round(result, _DECIMALS)


def _by_content(values: npt.NDArray[np.float64], places: pd.DataFrame) -> npt.NDArray[np.int64]:
    """An order that neither codes nor the order of rows have a part in: by features, then west, then south."""
    keys = [places["y_m"].to_numpy(), places["x_m"].to_numpy()]
    keys += [np.nan_to_num(column, nan=np.inf) for column in values.T[::-1]]
    return np.lexsort(keys)


def _where(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """Per municipality the west and the south end of its points, metres."""
    places = points.drop_duplicates("point_id")
    table = pd.DataFrame(
        {
            "code": places["municipality_code"].to_numpy(),
            "x_m": places.geometry.x.to_numpy(),
            "y_m": places.geometry.y.to_numpy(),
        }
    )
    return table.groupby("code").min()


def similar_table(
    points: gpd.GeoDataFrame,
    activities: pd.DataFrame,
    day_returns: pd.DataFrame,
    stop_in_reach: pd.Series[bool],
    gaps: pd.DataFrame,
    month: str,
) -> pd.DataFrame:
    """SIMILAR: for each municipality the `NEIGHBOURS` municipalities that are most like it.

    Nearest by `distances` of `scaled` features. Ties, to six decimals, go by the other's scaled features, in their order, then to
    the one farther west, then farther south; never by code, name or order of rows.

    Args:
        points: POINTS (EPSG:3006) of all who take part.
        activities: ACTIVITIES.
        day_returns: DAY_RETURNS.
        stop_in_reach: Per `point_id`, whether a stop with service lies in walking distance.
        gaps: GAPS, for the share that gets a place.
        month: YYYY-MM.
    """
    features = municipal_features(points, activities, day_returns, stop_in_reach)
    values = scaled(features)
    order = _by_content(values, _where(points).reindex(features.index))
    features, values = features.iloc[order], values[order]
    rows = []
    for number, (code, distance) in enumerate(zip(features.index, distances(values), strict=True)):
        # The rows stand in the order of content, which settles ties.
        nearest = np.argsort(distance, kind="stable")
        rows += [
            {
                "municipality_code": code,
                "rank": rank,
                "similar_code": features.index[other],
                "distance": distance[other],
                **_difference(features, values, number, other),
            }
            for rank, other in enumerate(nearest[nearest != number][:NEIGHBOURS].tolist(), start=1)
        ]
    columns = [
        name
        for name in SIMILAR.names
        if name not in {"month", "county_code", "served_share_low", "served_share_high"}
    ]
    table = pd.DataFrame(rows, columns=columns)
    share = gaps.set_index("municipality_code")[["gap_share_low", "gap_share_high"]]
    other = share.reindex(table["similar_code"])
    return conform(
        table.assign(
            month=month,
            county_code=table["municipality_code"].str[:2],
            served_share_low=1 - other["gap_share_high"].to_numpy(dtype=float),
            served_share_high=1 - other["gap_share_low"].to_numpy(dtype=float),
        ),
        SIMILAR,
    )


def _difference(
    features: pd.DataFrame, values: npt.NDArray[np.float64], number: int, other: int
) -> dict[str, object]:
    """In what two municipalities differ most, and how many features are known of both."""
    apart = np.round(np.abs(values[number] - values[other]), _DECIMALS)
    known = ~np.isnan(apart)
    most = int(np.nanargmax(apart))
    told = apart[most] > 0
    own, theirs = (float(features[_NAMES[most]].iloc[row]) if told else None for row in (number, other))
    return {
        "differs_in": _NAMES[most] if told else "",
        "differs_own": own,
        "differs_similar": theirs,
        "features_known": int(known.sum()),
    }
