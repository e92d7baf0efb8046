"""What an outsider may know of a month's inputs, as a type of its own (METHOD 8).

`public_inputs` is the only way from the inputs of a board to `PublicInputs`, and the public run takes nothing else.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
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
from geomatch.sources.enrolment_table import KEY
from geomatch.travel.network import Network
from geomatch.workspace import Input

__all__ = ["VISIBILITY_ORDER", "PublicInputs", "public_inputs", "public_numbers", "runs_in", "with_stricter"]

# From what everybody may see to what nobody may.
VISIBILITY_ORDER: Mapping[str, int] = MappingProxyType({"exact": 0, "municipality": 1, "hidden": 2})
_NOTHING: Mapping[str, str] = MappingProxyType({})

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
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[.:](\d{2})(?!\d)")


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


def public_inputs(
    inputs: Inputs, municipalities: gpd.GeoDataFrame, month: str, stricter: Mapping[str, str] = _NOTHING
) -> PublicInputs:
    """The part of a board's inputs of a month that an outsider may know.

    Args:
        inputs: Of a month, with everything that is restricted.
        municipalities: municipality_code, point_x_m and point_y_m (metres, EPSG:3006), as regions.municipalities().
        month: YYYY-MM. Activities that do not run in it are left out here, so that the dates of those whose place is
            not shown can stay behind.
        stricter: Visibility by series_id or activity_id, that holds where it is stricter than the register's.

    Raises:
        ValueError: A visibility that is none of the three, or an activity of a municipality that is not there.
    """
    running = with_stricter(inputs.series[runs_in(inputs.series, month)], stricter)
    series, sessions, _numbered = _shown_series(running, inputs.sessions, municipalities)
    settings = replace(
        inputs.settings, shares=tuple(share for share in inputs.settings.shares if not share.internal)
    )
    corridors = _open_pairs(inputs.corridors, month)
    optional = inputs.optional
    return PublicInputs(
        month=month,
        used=_public_files(inputs.used),
        settings=settings,
        enrolment=_as_printed(inputs.enrolment, inputs.used, settings),
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


def _public_files(used: Sequence[Input]) -> tuple[Input, ...]:
    """The public files, in an order of their own: the order in which a board added them tells of no number.

    Of a list of counts that is not the agency's there is no digest: who guesses the counts behind its signs could see
    by it that the guess is right.
    """
    shown = [one for one in used if one.kind in _PUBLIC_KINDS]
    shown.sort(key=lambda one: (one.kind, one.file, one.sha256))
    return tuple(replace(one, sha256="") if _of_a_board(one) else one for one in shown)


def _of_a_board(one: Input) -> bool:
    """Whether counts have the columns of the table (docs/inputs.md) and no title of the agency's: they can be anybody's."""
    return one.kind == "enrolment" and one.facts.get("title") == ""


def _as_printed(enrolment: pd.DataFrame, used: Sequence[Input], settings: Settings) -> pd.DataFrame:
    """The counts as far as the agency prints them, also where a board's own list knows more (METHOD 8).

    In a list that is not the agency's, a number of 1 to 5 stands as `..`, and a sign stands for all that it can. Where
    the agency's own file has a cell, that is what is printed of it: no other list's number takes its sign's place.
    """
    own = enrolment["source"].isin({one.file for one in used if _of_a_board(one)})
    if not own.any():
        return enrolment
    printed = set(enrolment.loc[~own, list(KEY)].itertuples(index=False, name=None))
    again = own & pd.Series(
        [key in printed for key in enrolment[list(KEY)].itertuples(index=False, name=None)],
        index=enrolment.index,
    )
    mask, table = settings.mask, enrolment[~again].copy()
    listed = own[~again]
    small = listed & ~table["masked"] & table["low"].between(1, mask.masked_high)
    table["sign"] = table["sign"].mask(small, "..")
    table["masked"] |= small
    for sign, low, high in (("..", mask.masked_low, mask.masked_high), ("-", mask.dash_low, mask.dash_high)):
        wide = listed & table["masked"] & (table["sign"] == sign)
        table["low"] = table["low"].mask(wide, table["low"].clip(upper=low))
        table["high"] = table["high"].mask(wide, table["high"].clip(lower=high))
    return table.reset_index(drop=True)


def _strictness(visibility: str) -> int:
    # What is no visibility stays, and is refused where activities are shown.
    return VISIBILITY_ORDER.get(visibility, len(VISIBILITY_ORDER))


def with_stricter(series: gpd.GeoDataFrame, stricter: Mapping[str, str]) -> gpd.GeoDataFrame:
    """`series` with the stricter of two visibilities: that of the register, and that of `stricter`.

    Args:
        series: series_id, activity_id and visibility among its columns.
        stricter: Visibility by series_id or activity_id.
    """
    if not stricter:
        return series
    made = [
        max((own, stricter.get(one, own), stricter.get(above, own)), key=_strictness)
        for own, one, above in zip(
            series["visibility"], series["series_id"], series["activity_id"], strict=True
        )
    ]
    return series.assign(visibility=made)


def public_numbers(
    series: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    municipalities: gpd.GeoDataFrame,
    month: str,
    stricter: Mapping[str, str] = _NOTHING,
) -> dict[str, str]:
    """The number that each activity of a month is published under, by its own series_id; arguments as `public_inputs`."""
    running = with_stricter(series[runs_in(series, month)], stricter)
    return _shown_series(running, sessions, municipalities)[2]


def runs_in(series: gpd.GeoDataFrame, month: str) -> pd.Series[bool]:
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
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, str]]:
    """The activities that may be shown and their sessions, numbered by what may be known of them; and the numbers."""
    unknown = sorted(set(series["visibility"]) - {"exact", "municipality", "hidden"})
    if unknown:
        raise ValueError(f"unknown visibility: {unknown}")
    shown = pd.DataFrame(series[series["visibility"] != "hidden"])
    # The board's register has no such column: all in it is paid by a grant.
    funding = shown["funding"].fillna("grant") if "funding" in shown else "grant"
    shown = shown[list(SERIES_COLUMNS)].assign(funding=funding)
    exact = shown["visibility"] == "exact"
    shown["name"] = _names(shown, sessions)
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
    return frame, pd.DataFrame({name: kept[name].array for name in SESSION_COLUMNS}), number


def _names(shown: pd.DataFrame, sessions: pd.DataFrame) -> list[str]:
    """Names that may be shown: one that holds what is not shown of its activity gives way to the primary purpose.

    That is its contact, where it is a number or an address to write to; and where its place is not shown, its address,
    organiser, contact, id, and the times of its sessions.
    """
    held: dict[str, set[int]] = {
        str(own): {int(one) for name in ("start_s", "end_s") for one in rows[name]}
        for own, rows in sessions.groupby("series_id")
    }
    names = []
    for row in shown.itertuples(index=False):
        contact = str(row.contact)
        if row.visibility == "exact":
            telling = [contact] if "@" in contact or sum(map(str.isdigit, contact)) > 5 else []
        else:
            telling = [contact, str(row.address), str(row.address).split(",")[0], str(row.organiser)]
            # An id without digits is a word like others.
            telling += [one for one in (str(row.activity_id), str(row.series_id)) if re.search(r"\d", one)]
        name = f" {_folded(str(row.name))} "
        found = any(f" {_folded(one)} " in name for one in telling if len(_folded(one)) > 3)
        if row.visibility != "exact":
            times = {int(h) * 3600 + int(m) * 60 for h, m in _CLOCK.findall(str(row.name))}
            found = found or not times.isdisjoint(held.get(str(row.series_id), ()))
        names.append(str(row.primary_purpose if found else row.name))
    return names


def _folded(text: str) -> str:
    """The words of a text in small letters, one blank between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


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
