"""How evenly access falls: women and men, the spread of the index, and who has any place in reach (METHOD 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geomatch.access.index import access_index, gini
from geomatch.settings import IndexSettings
from geomatch.tables import ALL, EQUITY, EQUITY_SEXES, SCENARIOS, conform

__all__ = ["equity_table", "index_by_sex"]

_MILLI = 1000


def _cells(points: pd.DataFrame) -> pd.DataFrame:
    """One row per point and sex: county_code, point_id, sex, need_low_milli, need_high_milli, `cell` (its name)."""
    keys = ["county_code", "point_id", "sex"]
    cells = points.groupby(keys, as_index=False)[["need_low_milli", "need_high_milli"]].sum()
    return cells.assign(cell=cells["point_id"] + "\t" + cells["sex"])


def _suited(cells: pd.DataFrame, activities: pd.DataFrame, day_returns: pd.DataFrame) -> pd.DataFrame:
    """Cells and the series with places that they reach and that their sex does not shut out.

    People whose sex is not known are let in: some of them may be of that sex.
    """
    held = activities[~activities["digital"].astype(bool) & (activities["places"] > 0)]
    pairs = day_returns.loc[day_returns["reachable"].astype(bool), ["point_id", "series_id", "travel_min"]]
    pairs = pairs.merge(held[["series_id", "sex"]].rename(columns={"sex": "for_sex"}), on="series_id")
    pairs = pairs.merge(cells[["point_id", "sex", "cell"]], on="point_id")
    suits = (pairs["for_sex"] == ALL) | (pairs["sex"] == ALL) | (pairs["for_sex"] == pairs["sex"])
    return pairs.loc[suits, ["cell", "series_id", "travel_min"]].rename(columns={"cell": "point_id"})


def index_by_sex(
    points: pd.DataFrame, activities: pd.DataFrame, day_returns: pd.DataFrame, settings: IndexSettings
) -> pd.DataFrame:
    """The access index of each point for women, for men and for those whose sex is not known.

    The enhanced two-step floating catchment area (Luo & Qi 2009) with people told apart by sex: a series for one sex
    counts only for people of that sex, and only they share its places. Where no series is for one sex only this is
    the index of METHOD 6.

    Args:
        points: POINTS.
        activities: ACTIVITIES; digital ones have no journey and are left out.
        day_returns: DAY_RETURNS; only reachable rows count.
        settings: Steps and weights.

    Returns:
        county_code, point_id, sex, need_low_milli, need_high_milli, access_index_low (places per person at high
        need), access_index_high (at low need) and `reached` (any place in reach), a row per point and sex.
    """
    cells = _cells(points)
    pairs = _suited(cells, activities, day_returns)
    places = activities.set_index("series_id")["places"].astype(float)
    for column, end in (("access_index_low", "high"), ("access_index_high", "low")):
        need = cells.set_index("cell")[f"need_{end}_milli"] / _MILLI
        cells[column] = access_index(need, pairs, places, settings).to_numpy()
    cells["reached"] = cells["cell"].isin(set(pairs["point_id"]))
    return cells.drop(columns="cell")


def _mean(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    order = np.lexsort((weights, values))
    total = float(weights.sum())
    return float((values[order] * weights[order]).sum() / total) if total else float("nan")


def _share(least: int, rest: int) -> float:
    return least / (least + rest) if least + rest else float("nan")


def _scores(cells: pd.DataFrame) -> dict[str, float]:
    low, high = (cells[f"need_{end}_milli"].to_numpy(dtype=np.float64) for end in ("low", "high"))
    index_low, index_high = (
        cells[f"access_index_{end}"].to_numpy(dtype=np.float64) for end in ("low", "high")
    )
    reached = cells["reached"].to_numpy(dtype=bool)
    sums = {
        (end, r): int(need[reached == r].sum())
        for end, need in (("low", low), ("high", high))
        for r in (False, True)
    }
    return {
        "access_index_low": _mean(index_low, high),
        "access_index_high": _mean(index_high, low),
        "gini_low": gini(index_high, low),
        "gini_high": gini(index_low, high),
        # A count moves all points of its municipality the same way, and no other's: the ends lie where those who
        # reach something are fewest and the others most, and the other way around.
        "reached_share_low": _share(sums["low", True], sums["high", False]),
        "reached_share_high": _share(sums["high", True], sums["low", False]),
    }


def equity_table(
    points: pd.DataFrame,
    activities: pd.DataFrame,
    day_returns: pd.DataFrame,
    settings: IndexSettings,
    month: str,
) -> pd.DataFrame:
    """EQUITY: per county and for all, women, men, people whose sex is not known, and all of them together.

    The index of a group is the mean of `index_by_sex` over its points, weighted by need. The Gini coefficient is the
    need-weighted one, sum_ij w_i w_j |A_i - A_j| / (2 (sum w)^2 mean) (Gini 1912; with weights as in Lerman & Yitzhaki
    1989), over points and sexes, between counties too where it is that of all. It and the index are values at low
    and at high need. The share of need with any place in reach has its least and its greatest value, which enclose
    every count inside the intervals. All of it is given once more without hidden activities, for pages.

    Args:
        points: POINTS.
        activities: ACTIVITIES.
        day_returns: DAY_RETURNS; only reachable rows count.
        settings: Steps and weights of the index.
        month: YYYY-MM.
    """
    cells = index_by_sex(points, activities, day_returns, settings)
    # Laid beside the list of activities, the index with hidden ones would tell how many places these have.
    shown = index_by_sex(points, activities[activities["visibility"] != "hidden"], day_returns, settings)
    rows = []
    for county in [*sorted(set(cells["county_code"])), ALL]:
        here = np.full(len(cells), True) if county == ALL else (cells["county_code"] == county).to_numpy()
        for sex in EQUITY_SEXES:
            # In POINTS `all` is what the source does not say; here it would be taken for women and men together.
            told = ALL if sex == "not_known" else sex
            mine = here if sex == ALL else here & (cells["sex"] == told).to_numpy()
            visible = {f"visible_{name}": value for name, value in _scores(shown[mine]).items()}
            need = {f"need_{end}_milli": int(cells.loc[mine, f"need_{end}_milli"].sum()) for end in SCENARIOS}
            rows.append(
                {"month": month, "county_code": county, "sex": sex, **need, **_scores(cells[mine]), **visible}
            )
    return conform(pd.DataFrame(rows), EQUITY)
