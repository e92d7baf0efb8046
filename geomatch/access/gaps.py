"""The table of municipalities: need, served, gap with its bounds, access index and rank (METHOD 5-6)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geomatch.access.bounds import Bounds, make_bounds
from geomatch.access.index import access_index, municipal_index
from geomatch.access.purposes import of_purposes
from geomatch.access.reach import HIGH, LOW, MILLI, Reach
from geomatch.access.served import MonthAllocation, digital_room
from geomatch.allocation import unserved_range
from geomatch.tables import GAPS, SCENARIOS, conform

__all__ = ["gaps_table", "ranked"]


class _Digital:
    """What digital activities surely, and at the best, do for those left over.

    At the best `digital_share` of a municipality's people left, as far as all suitable places go. At the worst the
    same share times what the places that suit everyone give each when all municipalities ask with all their need:
    equal shares (stage 4) give nobody less than an even split of those places.
    """

    def __init__(self, month: MonthAllocation) -> None:
        share = month.settings.allocation.digital_share
        _arcs, capacity, everyone = digital_room(month.reach, HIGH)
        asked = share * int(month.reach.need[HIGH].sum())
        self.share = share if len(capacity) else 0.0
        self.places = int(capacity.sum())
        self.sure = self.share * min(1.0, everyone / asked) if asked else 0.0
        # Where places do not suffice each stratum asks in whole thousandths.
        self.slack = len(month.reach.strata) if self.sure < self.share else 0

    def best(self, left: int) -> int:
        return math.floor(left - min(self.share * left, self.places + self.slack) + 1e-6)

    def worst(self, left: int) -> int:
        return left - max(math.floor(self.sure * left + 1e-6) - self.slack, 0)


def _share_bounds(
    need: Mapping[int, int], calm: Mapping[int, int], crowded: Mapping[int, int], *, counts: int, alone: bool
) -> tuple[float, float]:
    """Least and greatest gap / need; NaN where nobody can live.

    What a municipality serves is concave along one count. So the share of the gap is greatest at one of its ends, and,
    where nobody else lives there, least at the low one: served / need never rises from nobody on. With others beside it
    the least can be in between (4-6 people for 5 places beside one who reaches nothing: 1/5, 1/6, 2/7), and several
    counts can move against each other: then the gap at one end is laid against the persons served at the other.

    Args:
        need: Per end, thousandths of persons.
        calm: Per end, the least gap.
        crowded: Per end, the greatest gap.
        counts: How many counts are intervals.
        alone: Whether there is no other count with people.
    """
    if not need[HIGH]:
        return math.nan, math.nan
    shares = [gap / need[end] for ends in (calm, crowded) for end, gap in ends.items() if need[end]]
    if counts <= 1 and alone and not need[LOW]:
        # The low end itself has no share. Just above it everybody may be served, unless nobody ever is.
        shares.append(0.0 if calm[HIGH] < need[HIGH] else 1.0)
    low, high = min(shares), max(shares)
    if counts > 1 or (counts == 1 and not alone):
        with_least = calm[LOW] + need[HIGH] - calm[HIGH]
        low = calm[LOW] / with_least if with_least else 1.0
    if counts > 1:
        with_most = crowded[HIGH] + need[LOW] - crowded[LOW]
        high = crowded[HIGH] / with_most if with_most else 0.0
    return low, high


def _gap_bounds(
    bounds: Bounds, digital: _Digital, municipality: int, counts: int, *, alone: bool
) -> dict[str, Any]:
    need = {end: bounds.need(municipality, end) for end in (LOW, HIGH)}
    calm = {end: digital.best(bounds.left(municipality, end, LOW, greatest=False)) for end in (LOW, HIGH)}
    crowded = {end: digital.worst(bounds.left(municipality, end, HIGH, greatest=True)) for end in (LOW, HIGH)}
    share_low, share_high = _share_bounds(need, calm, crowded, counts=counts, alone=alone)
    return {
        "gap_low_milli": calm[LOW],
        "gap_high_milli": crowded[HIGH],
        "served_low_milli": need[LOW] - crowded[LOW],
        "served_high_milli": need[HIGH] - calm[HIGH],
        "gap_share_low": share_low,
        "gap_share_high": share_high,
        "no_day_return_low_milli": digital.best(bounds.nothing_in_reach(municipality, LOW)),
        "no_day_return_high_milli": digital.worst(bounds.nothing_in_reach(municipality, HIGH)),
        "gap_best_point_milli": digital.best(bounds.by_point(municipality, LOW)[0]),
        "gap_worst_point_milli": digital.worst(bounds.by_point(municipality, HIGH)[1]),
    }


def _counts_that_vary(reach: Reach, used: pd.DataFrame) -> list[int]:
    """Per municipality, how many numbers behind its need are intervals: counts, or shares of adults of its strata."""
    rows = used[used["low"] < used["high"]].groupby("municipality_code").size()
    wide = reach.rows[reach.need[LOW] < reach.need[HIGH]]
    strata = wide.groupby("municipality")["stratum"].nunique()
    return [max(int(rows.get(code, 0)), int(strata.get(m, 0))) for m, code in enumerate(reach.codes)]


def _optima(month: MonthAllocation, digital: _Digital) -> dict[str, list[int]]:
    result = {}
    size = len(month.reach.codes)
    for name in SCENARIOS:
        scenario = month.scenarios[name]
        least, greatest = unserved_range(scenario.network, scenario.allocation, scenario.people.owner)
        for end, values, cut in (("least", least, digital.best), ("greatest", greatest, digital.worst)):
            result[f"gap_{end}_{name}_milli"] = [cut(int(v)) for v in np.pad(values, (0, size - len(values)))]
    return result


def ranked(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with rank_best and rank_worst among its rows: 1 is the largest gap share, and equal shares are equal.

    The best rank counts the rows whose share is surely larger, the worst those whose share may be larger. Rows
    without need share the rank after all others; where it is not known whether there is any (`need_low` is 0), a row
    is surely before nobody, and may itself come after all others.

    Args:
        table: GAPS, or its columns need_low, gap_share_low and gap_share_high (NaN without need).
    """
    low, high = table["gap_share_low"].to_numpy(), table["gap_share_high"].to_numpy()
    known = ~np.isnan(low)
    sure = known & (table["need_low"].to_numpy() > 0)
    best = [int((low[sure] > h).sum()) + 1 for h in high]
    # A row whose own share is an interval may be larger than its low end, which makes it no rival of itself.
    worst = [int((high[known] > g).sum()) + 1 - int(h > g) for g, h in zip(low, high, strict=True)]
    others = int(known.sum())
    return table.assign(
        rank_best=np.where(known, best, int(sure.sum()) + 1),
        rank_worst=np.where(known, np.where(sure, worst, others), others + 1),
    )


def _index(month: MonthAllocation, points: pd.DataFrame) -> dict[str, pd.Series[float]]:
    reach = month.reach
    places = pd.Series(reach.capacity / MILLI, index=list(reach.series_id))
    home = points.drop_duplicates("point_id").set_index("point_id")["municipality_code"]
    result = {}
    # Many people share the places at high need: that is the low index.
    for column, end in (("access_index_low", "high"), ("access_index_high", "low")):
        need = points.groupby("point_id")[f"need_{end}_milli"].sum() / MILLI
        index = access_index(need, reach.returns, places, month.settings.index)
        result[column] = municipal_index(index, need, home.reindex(need.index))
    return result


def gaps_table(
    month: MonthAllocation,
    points: pd.DataFrame,
    activities: pd.DataFrame,
    need: pd.DataFrame,
    names: Mapping[str, str],
    population: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """GAPS: one row per municipality with points, also those without need.

    `need_low` and `need_high` are the sums of the used rows of NEED; `series` and `places` count activities with
    sessions in the month that take place there (not digital ones), of the purposes asked for. The access index counts
    every reachable pair with these.

    Args:
        month: The month's allocation.
        points: POINTS it was made from.
        activities: ACTIVITIES it was made from.
        need: NEED of the month.
        names: Name per municipality code; a code without a name stands for itself.
        population: Inhabitants per municipality code, for need_per_1000; one that is missing, or 0, has no rate.

    Raises:
        ValueError: A municipality has people at its points but no used row in NEED.
    """
    reach = month.reach
    bounds, digital = make_bounds(reach, month.opened), _Digital(month)
    codes = list(reach.codes[: reach.residents])
    used = need[need["used"].astype(bool)]
    counts = _counts_that_vary(reach, used)
    peopled = used[used["high"] > 0].groupby("municipality_code").size()
    table = pd.DataFrame(
        [
            _gap_bounds(bounds, digital, m, counts[m], alone=int(peopled.get(code, 0)) <= 1)
            for m, code in enumerate(codes)
        ]
    )
    table["municipality_code"] = codes
    count = used.groupby("municipality_code")[["low", "high"]].sum()
    missing = [c for m, c in enumerate(codes) if c not in count.index and bounds.need(m, HIGH)]
    if missing:
        raise ValueError(f"no used row in NEED for municipalities with people: {', '.join(missing[:5])}")
    masked = used[used["masked"].astype(bool)].groupby("municipality_code").size()
    asked = of_purposes(activities, month.settings.allocation.purposes)
    held = asked[(asked["sessions_in_window"] > 0) & ~asked["digital"].astype(bool)]
    supply = held.groupby("municipality_code")["places"].agg(["size", "sum"])
    flags = points.assign(rep=points["kind"] == "representative").groupby("municipality_code")
    optima = _optima(month, digital)

    def per_code(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
        return values.reindex(codes).fillna(0).to_numpy()

    inhabitants = np.array([(population or {}).get(code) or math.nan for code in codes], dtype=float)

    table = table.assign(
        month=reach.month,
        county_code=[code[:2] for code in codes],
        name=[names.get(code, code) for code in codes],
        need_low=per_code(count["low"]),
        need_high=per_code(count["high"]),
        **{f"need_per_1000_{end}": 1000 * per_code(count[end]) / inhabitants for end in SCENARIOS},
        series=per_code(supply["size"]),
        places=per_code(supply["sum"]),
        masked_cells=per_code(masked),
        location_unknown=per_code(flags["location_unknown"].any()).astype(bool),
        representative_point=per_code(flags["rep"].any()).astype(bool),
        **{column: values[: len(codes)] for column, values in optima.items()},
        **{column: per_code(values) for column, values in _index(month, points).items()},
    )
    return conform(ranked(table), GAPS)
