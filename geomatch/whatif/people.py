"""An accommodation closes: its people leave one municipality's counts and points for another's."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.month import Computed
from geomatch.need import Need
from geomatch.points import demand_points, split_persons
from geomatch.sources.regions import municipalities
from geomatch.tables import ALL
from geomatch.whatif.scenario import CloseAccommodation

__all__ = ["move_people", "persons_at_most"]

_STRATUM = ["target_group", "sex"]
_ENDS = ("low", "high")


def persons_at_most(need: pd.DataFrame, code: str) -> int:
    """The most persons that the counts of a municipality allow."""
    used = need[need["used"].astype(bool) & (need["municipality_code"] == code)]
    return int(used["high"].sum())


def move_people(
    base: Computed, need: pd.DataFrame, points: gpd.GeoDataFrame, move: CloseAccommodation
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """NEED and POINTS after `move.persons` have moved.

    Who they are is not known: they are taken from the municipality's groups in proportion to their highest counts, and
    from its accommodation sites, else from all its points, in proportion to who is expected there (Sainte-Laguë). In the
    other municipality they are spread as
    METHOD 2 spreads people whose place is not known. That so many live there is known now, so the lowest count becomes
    what is left of it, but not less than 0; and all of them arrive.

    Args:
        base: The month as it is, for localities and shares.
        need: NEED, as it is or after other moves.
        points: POINTS, likewise.
        move: Who moves from where to where; at most `persons_at_most`.
    """
    need = need.copy()
    mine = need.index[need["used"].astype(bool) & (need["municipality_code"] == move.municipality)]
    gone = split_persons(move.persons, need.loc[mine, "high"].astype(int).tolist())
    groups = need.loc[mine, _STRATUM].astype(str).itertuples(index=False, name=None)
    arrived = [(group, sex, persons) for (group, sex), persons in zip(groups, gone, strict=True) if persons]
    for end in _ENDS:
        need.loc[mine, end] = np.maximum(need.loc[mine, end].to_numpy(np.int64) - np.array(gone), 0)
    template = need.loc[mine[:1]]
    new = pd.concat(
        [
            template.assign(
                county_code=move.move_to[:2],
                municipality_code=move.move_to,
                locality_code=ALL,
                accommodation="agency",
                target_group=group,
                case_status=ALL,
                sex=sex,
                age_group=ALL,
                low=persons,
                high=persons,
                masked=False,
                sign="",
                published_low=persons,
                published_high=persons,
                used=True,
                source="",
                cell=move.where,
            )
            for group, sex, persons in arrived
        ],
        ignore_index=True,
    )
    for name in ("low_because", "high_because", "also_in"):
        if name in new.columns:
            new[name] = ""
    optional = base.inputs.optional
    settled = demand_points(
        Need(new, unknown_low=0, unknown_high=0),
        base.inputs.localities,
        municipalities(),
        base.inputs.settings,
        optional.raster if optional else None,
    )
    left = _left(points, move.municipality, settled)
    return pd.concat([need, new], ignore_index=True), _together(left, settled)


def _left(points: gpd.GeoDataFrame, code: str, settled: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The points without those who have left: by stratum, as many thousandths as arrive elsewhere."""
    left = points.copy()
    for (group, sex), rows in settled.groupby(_STRATUM, sort=True):
        own = left.index[
            (left["municipality_code"] == code) & (left["target_group"] == group) & (left["sex"] == sex)
        ]
        at_site = (left.loc[own, "kind"] == "site").tolist()
        ends = []
        for end in _ENDS:
            column = f"need_{end}_milli"
            now = left.loc[own, column].astype(int).tolist()
            ends.append(_without(now, at_site, int(rows[column].sum())))
        low, high = _in_order(*ends)
        left.loc[own, "need_low_milli"], left.loc[own, "need_high_milli"] = low, high
    return left


def _without(now: list[int], first: list[bool], away: int) -> list[int]:
    """`now` without `away`, taken in proportion from those marked `first`, and what they lack from the others."""
    left = list(now)
    for turn in (True, False):
        own = [number for number, mine in enumerate(first) if mine == turn]
        part = min(away, sum(left[number] for number in own))
        if part:
            taken = split_persons(part, [left[number] for number in own])
            for number, gone in zip(own, taken, strict=True):
                left[number] -= gone
            away -= part
    return left


def _in_order(low: Sequence[int], high: Sequence[int]) -> tuple[list[int], list[int]]:
    """The low ends with none above its high end; what is cut goes to the first with room. The sums stay."""
    over = sum(max(one - other, 0) for one, other in zip(low, high, strict=True))
    result = []
    for one, other in zip(low, high, strict=True):
        room = min(max(other - one, 0), over)
        over -= room
        result.append(min(one, other) + room)
    return result, list(high)


def _together(points: gpd.GeoDataFrame, settled: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Both tables of points as one, with those of one point and stratum in one row."""
    key = ["point_id", *_STRATUM]
    known = points.set_index(key)
    fresh = settled.set_index(key)
    same = fresh.index.intersection(known.index)
    for column in ("need_low_milli", "need_high_milli"):
        known.loc[same, column] = known.loc[same, column].to_numpy(np.int64) + fresh.loc[
            same, column
        ].to_numpy(np.int64)
    known.loc[same, "location_unknown"] = True
    added = fresh.loc[fresh.index.difference(same)].assign(location_unknown=True)
    # Accommodation without a given place is spread like the rest, and marked so.
    both = (
        pd.concat([known, added]).reset_index()[list(points.columns)] if len(added) else known.reset_index()
    )
    return gpd.GeoDataFrame(both[list(points.columns)], geometry="geometry", crs=points.crs)
