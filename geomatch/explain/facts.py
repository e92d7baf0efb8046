"""All that is explained of one municipality, as plain values: for sentences and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geomatch.access import MonthAllocation
from geomatch.disclosure import visible_activities
from geomatch.explain.state import Pair, Picture
from geomatch.explain.trial import MORE_PLACES, Change
from geomatch.publish.facts import PARTS, CountyFacts, ShownMunicipality, shown_municipalities
from geomatch.restricted import Restricted
from geomatch.settings import Settings
from geomatch.sources.regions import counties
from geomatch.tables import SCENARIOS

__all__ = ["Doubts", "Explained", "as_plain", "doubts_of", "shown_of", "told_apart"]


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is not known, besides what `ShownMunicipality` holds.

    Attributes:
        shares: Target groups that live there, with the lowest and highest eligible share, where these differ.
        sex_unknown: Thousandths of persons of whom the source does not say whether they are women or men.
        sessions_assumed: Activities that they reach or that are there, for which the standard session is assumed.
        notes: Further assumptions of the county, in sentences.
    """

    shares: tuple[tuple[str, float, float], ...]
    sex_unknown: Pair
    sessions_assumed: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """One municipality explained.

    Attributes:
        month: YYYY-MM.
        code, name: The municipality.
        names: Names of all municipalities by code.
        synthetic: The input is made up.
        shown: The numbers as the county's page shows them; None where the counts have nobody there.
        milli: Per end of need, thousandths of persons in each part (PARTS).
        picture: From `picture`.
        doubts: From `doubts_of`.
        changes: From `ranked_changes`; empty where nobody is without a place.
        settings: Of the run.
        apart: Per series that shares its name with another of its municipality, what tells it apart: its sessions as
            in table `activities`, or its id where these are the same too.
    """

    month: str
    code: str
    name: str
    names: Mapping[str, str]
    synthetic: bool
    shown: ShownMunicipality | None
    milli: Mapping[str, Mapping[str, int]]
    picture: Picture
    doubts: Doubts
    changes: tuple[Change, ...]
    settings: Settings
    apart: Mapping[str, str]

    @property
    def best(self) -> tuple[Change, ...]:
        """The change that helps the municipality most, and those that help it as much; none when nothing does."""
        first = self.changes[0] if self.changes else None
        if first is None or not first.helps or not first.possible:
            return ()
        return tuple(one for one in self.changes if one.possible and one.own == first.own)


def shown_of(
    code: str,
    served: pd.DataFrame,
    gaps: pd.DataFrame,
    points: gpd.GeoDataFrame,
    activities: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    settings: Settings,
) -> tuple[ShownMunicipality | None, dict[str, dict[str, int]]]:
    """A municipality's numbers as its county's page has them, and its parts in thousandths at both ends of need.

    Args:
        code: The municipality.
        served: SERVED.
        gaps: GAPS.
        points: POINTS.
        activities: ACTIVITIES, all; those that may not be shown are left out of the numbers.
        municipalities: As `sources.regions.municipalities`.
        settings: Of the run.
    """
    county = dict(zip(counties()["county_code"], counties()["name"], strict=True))[code[:2]]
    own = gaps[gaps["municipality_code"] == code]
    facts = CountyFacts(
        month="", county_code=code[:2], county_name=county, synthetic=False, municipalities=municipalities,
        gaps=own, served=served, corridors=pd.DataFrame({"from_code": [], "to_code": []}, dtype=str),
        points=points, day_returns=pd.DataFrame(),
        activities=visible_activities(Restricted(activities), municipalities),
        sources=(), window="", notes=(), settings=settings,
    )  # fmt: skip
    rows = served[served["municipality_code"] == code]
    milli = {
        end: {name: int(rows.loc[rows["scenario"] == end, f"{name}_milli"].sum()) for name in PARTS}
        for end in SCENARIOS
    }
    found = shown_municipalities(facts)
    return (found[0] if found else None), milli


def told_apart(activities: pd.DataFrame) -> dict[str, str]:
    """`Explained.apart` of ACTIVITIES; of those that may be shown."""
    shown = activities[activities["visibility"] != "hidden"]
    same = shown[shown.duplicated(["name", "municipality_code"], keep=False)]
    alike = same.duplicated(["name", "municipality_code", "sessions_text"], keep=False)
    texts = same["sessions_text"].where(~alike & (same["sessions_text"] != ""), same["series_id"])
    return dict(zip(same["series_id"].astype(str), texts.astype(str), strict=True))


def doubts_of(
    month: MonthAllocation, activities: pd.DataFrame, code: str, notes: tuple[str, ...] = ()
) -> Doubts:
    """What is not known of municipality `code`.

    Args:
        month: The month's allocation.
        activities: ACTIVITIES it was made from.
        code: The municipality.
        notes: Sentences about its county.
    """
    reach = month.reach
    own = [
        number
        for number, place in enumerate(reach.rows["municipality"].tolist())
        if reach.codes[place] == code
    ]
    rows = reach.rows.loc[own]
    need = reach.need[:, own]
    # Where counts say who may travel no share is asked.
    asked = (need[1] > 0) & ~reach.counted[own]
    living = sorted(set(rows["target_group"].to_numpy(object)[asked]))
    shares = [
        (group, *month.settings.share("eligible_share", group, code[:2], reach.day)) for group in living
    ]
    unknown = rows["sex"].to_numpy(object) == "all"
    mine = set(own)
    reached = {
        reach.series_id[series]
        for row, series in zip(reach.use_row.tolist(), reach.use_series.tolist(), strict=True)
        if row in mine
    }
    near = activities["series_id"].isin(reached) | (activities["municipality_code"] == code)
    assumed = near & activities["sessions_assumed"].astype(bool) & (activities["visibility"] != "hidden")
    return Doubts(
        tuple(one for one in shares if one[1] < one[2]),
        (int(need[0][unknown].sum()), int(need[1][unknown].sum())),
        int(assumed.sum()),
        notes,
    )


def _persons(pair: Pair) -> dict[str, float]:
    return {"low": pair[0] / 1000, "high": pair[1] / 1000}


def as_plain(explained: Explained) -> dict[str, Any]:
    """Everything but the sentences, in persons with at most three decimals, for JSON."""
    names, picture, doubts = explained.names, explained.picture, explained.doubts

    def place(code: str) -> dict[str, Any]:
        return {"municipality_code": code or None, "municipality": names.get(code)}

    shown = explained.shown
    return {
        "month": explained.month,
        "municipality_code": explained.code,
        "municipality": explained.name,
        "synthetic": explained.synthetic,
        "enrolled": dict(zip(SCENARIOS, shown.need, strict=True)) if shown else None,
        "gap": dict(zip(SCENARIOS, shown.gap, strict=True)) if shown else None,
        "parts": {
            end: {name: value / 1000 for name, value in parts.items()}
            for end, parts in explained.milli.items()
        },
        "going": [
            {
                "series_id": one.series_id or None,
                "activity": one.name or None,
                **place(one.municipality_code),
                "by": one.by if one.series_id else None,
                "persons": _persons(one.total),
                "by_sex": {sex: _persons(pair) for sex, pair in one.persons.items()},
            }
            for one in picture.going
        ],
        "full": [
            {
                "series_id": one.series_id,
                "activity": one.name,
                **place(one.municipality_code),
                "places": one.places,
                "full": dict(zip(SCENARIOS, one.full, strict=True)),
                "own": _persons(one.own),
            }
            for one in picture.full
        ],
        "no_entitlement_toward": [
            {**place(one.municipality_code), "persons": _persons(one.persons)} for one in picture.not_entitled
        ],
        "corridor_not_open_toward": [
            {**place(one.municipality_code), "persons": _persons(one.persons)} for one in picture.not_open
        ],
        "no_day_return_from": [
            {
                "point_id": one.point_id,
                "locality": one.name,
                "kind": one.kind,
                "persons": _persons(one.persons),
                "asked_of": place(one.asked_of),
                "reasons": [{"reason": reason, "series": count} for reason, count in one.reasons],
            }
            for one in picture.stranded
        ],
        "uncertain": {
            "masked_cells": shown.masked_cells if shown else 0,
            "location_unknown": bool(shown and shown.location_unknown),
            "representative_point": bool(shown and shown.representative_point),
            "gap_if_all_at_best_point": shown.best_point if shown else None,
            "gap_if_all_at_worst_point": shown.worst_point if shown else None,
            "eligible_share": [
                {"target_group": group, "low": low, "high": high} for group, low, high in doubts.shares
            ],
            "sex_unknown": _persons(doubts.sex_unknown),
            "sessions_assumed": doubts.sessions_assumed,
            "notes": list(doubts.notes),
        },
        "changes": [
            {
                "kind": one.kind,
                "series_id": one.series_id or None,
                "activity": one.name or None,
                **place(one.municipality_code),
                "places": MORE_PLACES if one.kind == "places" else None,
                "shift_min": one.shift_min if one.kind == "time" else None,
                "times": list(one.times) if one.kind == "time" else None,
                "departure": dict(one.bus) if one.kind == "bus" else None,
                "verdict": one.verdict or None,
                "fewer_without_place": _persons(one.own),
                "fewer_without_place_in_all": _persons(one.everywhere),
                "best": one in explained.best,
            }
            for one in explained.changes
        ],
    }
