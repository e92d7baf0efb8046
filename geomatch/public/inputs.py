"""What an outsider may know of a month's inputs, as a type of its own (METHOD 8).

`public_inputs` is the only way from the inputs of a board to `PublicInputs`, and the public run takes nothing else.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geomatch.access.reach import open_in_month
from geomatch.inputs import Inputs
from geomatch.optional import OptionalInputs
from geomatch.settings import Settings
from geomatch.sources.activities import SERIES_COLUMNS, SESSION_COLUMNS
from geomatch.travel.network import Network
from geomatch.workspace import Input

__all__ = ["PublicInputs", "public_inputs"]

# The files that everybody can get, or that say no more than a map does. Registers of the boards are not among them.
_PUBLIC_KINDS = frozenset({"enrolment", "timetable", "localities", "raster", "population"})
# What is left of an activity whose place is not shown: nothing that tells it from others of its municipality by when
# or by whom it is held and paid. That it runs in the month is known, since only those that do are there.
_VAGUE: Mapping[str, Any] = {
    "organiser": "",
    "organiser_type": "",
    "grant_scheme": "",
    "valid_from": "",
    "valid_to": "",
    "status": "ongoing",
    "funding": "grant",
}
_NUMBER = re.compile(r"a[0-9]{5,}")


@dataclass(frozen=True, slots=True)
class PublicInputs:
    """What an outsider may know of a month's inputs. Made by `public_inputs` alone.

    Whatever makes one, also `dataclasses.replace`, it refuses what shows that it has not been through there.

    Attributes:
        month: YYYY-MM, that the activities run in.
        used: The public files among those that the month is computed from.
        settings: Those of the workspace without the shares that a board marks as internal.
        enrolment: The agency's cells as it prints them, with the intervals of their signs.
        series: Activities of the month that may be shown, each where it may be shown: columns of SERIES_COLUMNS and
            `funding`, EPSG:3006; address and contact are empty, and series_id is a number of this table.
        sessions: Their sessions, of `exact` ones only: the others are held at the standard time.
        corridors: from_code and to_code of the pairs that are open in the month; valid_from, valid_to and reference
            are empty.
        localities: Where people live (EPSG:3006).
        optional: Population raster in the place of localities, and inhabitants, where there are any; no sites.
        network: The timetable, compiled.
    """

    month: str
    used: tuple[Input, ...]
    settings: Settings
    enrolment: pd.DataFrame
    series: gpd.GeoDataFrame
    sessions: pd.DataFrame
    corridors: pd.DataFrame
    localities: gpd.GeoDataFrame
    optional: OptionalInputs
    network: Network

    def __post_init__(self) -> None:
        """Refuse inputs of a board, as far as they can be told by what they are."""
        series, vague = self.series, self.series[self.series["visibility"] != "exact"]
        restricted = {
            "files of registers": any(one.kind not in _PUBLIC_KINDS for one in self.used),
            "internal shares": any(share.internal for share in self.settings.shares),
            "columns of a register": set(series.columns) != {*SERIES_COLUMNS, "funding"},
            "hidden activities": not series["visibility"].isin(["exact", "municipality"]).all(),
            "addresses or contacts": bool((series["address"] != "").any() or (series["contact"] != "").any()),
            "ids of a register": not all(_NUMBER.fullmatch(str(one)) for one in series["series_id"])
            or not series["activity_id"].equals(series["series_id"]),
            "what tells activities apart": any(
                (vague[name] != value).any() for name, value in _VAGUE.items()
            ),
            "times that tell activities apart": bool(
                self.sessions["series_id"].isin(vague["series_id"]).any()
            ),
            "decisions": bool((self.corridors[["valid_from", "valid_to", "reference"]] != "").any(axis=None)),
            "accommodation": self.optional.sites is not None,
            "reports of organisers": self.optional.study_hours is not None,
        }
        if found := [name for name, there in restricted.items() if there]:
            raise ValueError(f"not public: {', '.join(found)}")

    def as_inputs(self) -> Inputs:
        """The same as inputs of a month, whose computation is the board's own."""
        return Inputs(
            used=self.used,
            settings=self.settings,
            enrolment=self.enrolment,
            series=self.series,
            sessions=self.sessions,
            corridors=self.corridors,
            localities=self.localities,
            network=self.network,
            notes={},
            optional=self.optional,
            as_signs_say=True,
        )


def public_inputs(inputs: Inputs, municipalities: gpd.GeoDataFrame, month: str) -> PublicInputs:
    """The part of a board's inputs of a month that an outsider may know.

    Args:
        inputs: Of a month, with everything that is restricted.
        municipalities: municipality_code, point_x_m and point_y_m (metres, EPSG:3006), as regions.municipalities().
        month: YYYY-MM. Activities that do not run in it are left out here, so that the dates of those whose place is
            not shown can stay behind.

    Raises:
        ValueError: A visibility that is none of the three, or an activity of a municipality that is not there.
    """
    running = inputs.series[_runs(inputs.series, month)]
    series, sessions = _shown_series(running, inputs.sessions, municipalities)
    settings = replace(
        inputs.settings, shares=tuple(share for share in inputs.settings.shares if not share.internal)
    )
    corridors = _open_pairs(inputs.corridors, month)
    optional = inputs.optional
    return PublicInputs(
        month=month,
        used=tuple(one for one in inputs.used if one.kind in _PUBLIC_KINDS),
        settings=settings,
        enrolment=inputs.enrolment,
        series=series,
        sessions=sessions,
        corridors=corridors,
        localities=inputs.localities,
        optional=OptionalInputs(
            raster=optional.raster if optional else None,
            sites=None,
            population=optional.population if optional else None,
            study_hours=None,
            notes={},
        ),
        network=inputs.network,
    )


def _runs(series: gpd.GeoDataFrame, month: str) -> pd.Series[bool]:
    """Which series run on some day of the month, as `supply_of_month` has it; ISO dates are in the order of time."""
    year, number = (int(part) for part in month.split("-"))
    first, last = f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02d}"
    begun = (series["valid_from"] == "") | (series["valid_from"] <= last)
    still = (series["valid_to"] == "") | (series["valid_to"] >= first)
    runs: pd.Series[bool] = begun & still & (series["status"] != "ended")
    return runs


def _open_pairs(corridors: pd.DataFrame, month: str) -> pd.DataFrame:
    """The pairs that are open in the month, each once, in the columns of the register, which say no more than that."""
    return open_in_month(corridors, month).assign(valid_from="", valid_to="", reference="")


def _shown_series(
    series: gpd.GeoDataFrame, sessions: pd.DataFrame, municipalities: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The activities that may be shown and their sessions, numbered by what may be known of them."""
    unknown = sorted(set(series["visibility"]) - {"exact", "municipality", "hidden"})
    if unknown:
        raise ValueError(f"unknown visibility: {unknown}")
    shown = pd.DataFrame(series[series["visibility"] != "hidden"])
    # The board's register has no such column: all in it is paid by a grant.
    funding = shown["funding"].fillna("grant") if "funding" in shown else "grant"
    shown = shown[list(SERIES_COLUMNS)].assign(funding=funding)
    exact = shown["visibility"] == "exact"
    shown = shown.assign(address="", contact="", activity_id="")
    for name, value in _VAGUE.items():
        shown[name] = shown[name].where(exact, value)
    shown["geometry"] = _places(shown, municipalities)
    own_ids = shown["series_id"].tolist()
    kept = sessions.loc[sessions["series_id"].isin(shown.loc[exact, "series_id"]), list(SESSION_COLUMNS)]
    told = {series_id: _told(rows) for series_id, rows in kept.groupby("series_id")}
    # The order is of nothing but what is shown, so that neither the register's order nor its ids can be read off it.
    plain = [name for name in shown.columns if name not in ("series_id", "geometry")]
    known = zip(
        shown["municipality_code"].astype(str),
        shown["name"].astype(str),
        [f"{g.x:.3f} {g.y:.3f}" if g is not None else "" for g in shown["geometry"]],
        [told.get(series_id, "") for series_id in own_ids],
        [str(row) for row in shown[plain].astype(str).itertuples(index=False, name=None)],
        strict=True,
    )
    keys = list(known)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    # Within each municipality, so that one that comes or goes leaves the others' numbers as they are.
    held: Counter[str] = Counter()
    number = {}
    for old in order:
        code = keys[old][0]
        held[code] += 1
        number[own_ids[old]] = f"a{code}{held[code]:04d}"
    shown = shown.iloc[order].reset_index(drop=True)
    shown["series_id"] = [number[one] for one in shown["series_id"]]
    shown["activity_id"] = shown["series_id"]
    kept = kept.assign(series_id=kept["series_id"].map(number)).sort_values(
        list(SESSION_COLUMNS), kind="stable"
    )
    frame = gpd.GeoDataFrame(
        {name: shown[name].to_numpy() for name in shown if name != "geometry"},
        geometry=list(shown["geometry"]),
        crs=series.crs,
    )
    # The same types also where there is nothing to tell them from.
    kinds = {"series_id": "str", "weekday": "Int64", "date": "str", "start_s": "int64", "end_s": "int64"}
    kept = kept.reset_index(drop=True).astype(kinds)
    return frame, pd.DataFrame({name: kept[name].array for name in SESSION_COLUMNS})


def _told(rows: pd.DataFrame) -> str:
    """The sessions of one series as text, in an order of their own."""
    return str(sorted(map(str, rows.drop(columns="series_id").itertuples(index=False, name=None))))


def _places(shown: pd.DataFrame, municipalities: gpd.GeoDataFrame) -> np.ndarray:
    """Each activity where it may be shown: at its place, at the municipality's point, or nowhere when digital."""
    points = {
        code: shapely.Point(x_m, y_m)
        for code, x_m, y_m in zip(
            municipalities["municipality_code"],
            municipalities["point_x_m"],
            municipalities["point_y_m"],
            strict=True,
        )
    }
    places = np.empty(len(shown), dtype=object)
    columns = (shown[name] for name in ("visibility", "digital", "municipality_code", "geometry"))
    for number, (visibility, digital, code, geometry) in enumerate(zip(*columns, strict=True)):
        if digital:
            places[number] = None
        elif visibility == "exact":
            places[number] = geometry
        elif code in points:
            places[number] = points[code]
        else:
            raise ValueError(f"no such municipality: {code}")
    return places
