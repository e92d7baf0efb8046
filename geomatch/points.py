"""Where need lives: the points that a municipality's counts are spread over. METHOD 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.adults import Amounts, adult_share_of, adults_in_agency, asking_of, part_of
from geomatch.agency import MILLI, AgencyPart, agency_part, people_of
from geomatch.errors import InputError, Problem
from geomatch.need import Need
from geomatch.restricted import Audience, Restricted
from geomatch.settings import Settings
from geomatch.sources.raster import PopulationRaster
from geomatch.sources.sites import SITE_HEADINGS
from geomatch.spread import split_persons
from geomatch.tables import ALL, POINTS, conform, records
from geomatch.words import gettext as _

__all__ = ["demand_points", "persons_at_sites", "split_persons", "without_sites"]

SITE = "site"
_FRAME = ("municipality_code", "locality_code", "name", "kind", "population", "weight", "x_m", "y_m")


def _localities(localities: gpd.GeoDataFrame) -> pd.DataFrame:
    population = localities["population"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "municipality_code": localities["municipality_code"].to_numpy(),
            "locality_code": localities["locality_code"].to_numpy(),
            "name": localities["name"].to_numpy(),
            "kind": "locality",
            "population": population,
            "weight": population * MILLI,
            "x_m": localities.geometry.x.to_numpy(),
            "y_m": localities.geometry.y.to_numpy(),
        }
    )


# A raster of another part of the country misses nearly all municipalities; nobody reads all their names.
_MOST_NAMED = 20


def _cells(raster: PopulationRaster, codes: Iterable[str], names: pd.Series[str]) -> pd.DataFrame:
    """The cells as points. They are weighed in thousandths of persons: a raster may hold parts of one."""
    cells = raster.cells[raster.cells["municipality_code"].isin(set(codes))]
    place = cells["x_m"].astype("int64").astype(str) + "-" + cells["y_m"].astype("int64").astype(str)
    return pd.DataFrame(
        {
            "municipality_code": cells["municipality_code"],
            "locality_code": "",
            "name": cells["municipality_code"].map(names),
            "kind": "cell",
            "population": np.rint(cells["population"]).astype("int64"),
            "weight": np.rint(cells["population"] * MILLI).astype("int64"),
            "x_m": cells["x_m"],
            "y_m": cells["y_m"],
            "own_id": "cell-" + place,
        }
    )


def _sites(sites: pd.DataFrame, codes: Iterable[str], names: pd.Series[str]) -> pd.DataFrame:
    """The sites as points, numbered within their municipality by their content; they bear its name, and no other."""
    own = sites[sites["municipality_code"].isin(set(codes))].sort_values(
        ["municipality_code", "places", "x_m", "y_m"], ascending=[True, False, True, True], kind="stable"
    )
    number = own.groupby("municipality_code").cumcount() + 1
    places = own["places"].astype("int64")
    return pd.DataFrame(
        {
            "municipality_code": own["municipality_code"],
            "locality_code": "",
            "name": own["municipality_code"].map(names),
            "kind": SITE,
            "population": places,
            "weight": places,
            "x_m": own["x_m"].astype(float),
            "y_m": own["y_m"].astype(float),
            "own_id": "site-" + number.astype(str),
        }
    )


def _point_frame(
    localities: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    used: pd.DataFrame,
    raster: PopulationRaster | None,
    sites: pd.DataFrame,
) -> pd.DataFrame:
    """The demand points of the municipalities of `used`: cells or localities, else a representative point; and sites.

    With a raster, a locality is a point only where the counts name it, and nobody but those counted is spread there.
    """
    codes = set(used["municipality_code"])
    names = municipalities.set_index("municipality_code")["name"]
    living = _localities(localities[localities["municipality_code"].isin(codes)])
    if raster is not None:
        named = living["locality_code"].isin(set(used["locality_code"]) - {ALL})
        living = pd.concat([living[named].assign(weight=0), _cells(raster, codes, names)], ignore_index=True)
    empty = municipalities[municipalities["municipality_code"].isin(codes - set(living["municipality_code"]))]
    lone = pd.DataFrame(
        {
            "municipality_code": empty["municipality_code"].to_numpy(),
            "locality_code": "",
            "name": empty["name"].to_numpy(),
            "kind": "representative",
            "population": 0,
            "weight": 0,
            "x_m": empty["point_x_m"].to_numpy(float),
            "y_m": empty["point_y_m"].to_numpy(float),
            "own_id": "point",
        }
    )
    parts = (living, lone, _sites(sites, codes, names))
    points = pd.concat([frame for frame in parts if len(frame)], ignore_index=True)
    if "own_id" not in points:
        points["own_id"] = np.nan
    own = points["own_id"].where(points["own_id"].notna(), points["locality_code"])
    points["point_id"] = points["municipality_code"] + "/" + own
    # By content, never by code or name: this is the order in which equal claims are met.
    return points.sort_values(
        ["municipality_code", "weight", "x_m", "y_m"], ascending=[True, False, True, True], kind="stable"
    ).reset_index(drop=True)[["point_id", *_FRAME]]


def demand_points(
    need: Need,
    localities: gpd.GeoDataFrame,
    municipalities: gpd.GeoDataFrame,
    settings: Settings,
    raster: PopulationRaster | None = None,
    sites: Restricted[pd.DataFrame] | None = None,
) -> gpd.GeoDataFrame:
    """Table `points`: the need of each municipality spread over the places where people live (METHOD 2).

    Need goes to its locality where the counts name one. Those in agency accommodation go to the municipality's sites,
    by places, where a list of sites has any there (`geomatch.agency` says who they are). All others are spread by
    population: over the cells of `raster` when it is given, else over `localities`. Low and high parts of a stratum add
    up to its need, and no point has less at high need than at low.

    Args:
        need: From `need_of_month`.
        localities: locality_code, name, municipality_code, population, geometry (EPSG:3006).
        municipalities: county_code, municipality_code, name, point_x_m, point_y_m (EPSG:3006).
        settings: `adult_share`, for municipalities whose counts say nothing of ages, is taken from here.
        raster: From `read_raster`.
        sites: From `merge_sites`. Its points are restricted: `without_sites` takes them out for pages.

    Raises:
        InputError: With all problems: need is given for a locality that is not among `localities`, no cell of the
            raster lies in a municipality that has people, sites have fewer places than people are counted there.
    """
    table = need.table
    month = str(table["month"].iloc[0])
    first_day = date.fromisoformat(f"{month}-01")
    used = table[table["used"]]
    if not len(used):
        raise InputError(
            Problem(
                _("the counts of {month} name no municipality").format(month=month),
                _("a count for each municipality, not only totals"),
                _("Add the workbook that has municipalities: geomatch add enrolment FILE"),
                file=", ".join(sorted(set(table["source"]))),
            )
        )
    listed = sites.reveal(Audience.INTERNAL) if sites is not None else None
    if listed is None:
        listed = pd.DataFrame({name: [] for name in ("municipality_code", "places", "x_m", "y_m", "file")})
    names = dict(zip(municipalities["municipality_code"], municipalities["name"], strict=True))
    problems = _missed(used, raster, names)
    housed = {
        str(code): agency_part(table[table["municipality_code"] == code])
        for code in sorted(set(listed["municipality_code"]) & set(used["municipality_code"]))
    }
    problems += _too_small(listed, housed, names)
    points = _point_frame(localities, municipalities, used, raster, listed)
    agency = people_of(table) - {code for code, part in housed.items() if part.known}
    places = _places(points)
    problems += _unknown_localities(used, places)
    strata: dict[tuple[str, str, str], tuple[Amounts, tuple[int, int]]] = {}
    counted = table[table["municipality_code"].isin(set(used["municipality_code"]))]
    for code, rows in counted.groupby("municipality_code", sort=True):
        share = adult_share_of(settings, str(code)[:2], first_day)
        asking = asking_of(rows, share)
        part = housed.get(str(code))
        for stratum, amounts in asking.strata.items():
            there = part.milli.get(stratum, (0, 0)) if part else (0, 0)
            if any(there):
                milli = amounts[0].get(ALL, 0), amounts[1].get(ALL, 0)
                there = (
                    adults_in_agency(rows, stratum, there, milli)
                    if asking.counted
                    else part_of(there, share(stratum[0]), per=1)
                )
            strata[str(code), *stratum] = amounts, there
    order = sorted(strata)
    lows: list[int] = []
    highs: list[int] = []
    for code, group, sex in order:
        low, high = _spread(places[code], *strata[code, group, sex])
        lows += low
        highs += high
    if problems:
        raise InputError(problems)
    sizes = [len(places[code].numbers) for code, _group, _sex in order]
    codes, groups, sexes = (np.repeat(np.array(part, object), sizes) for part in zip(*order, strict=True))
    frame = points.iloc[[number for code, _group, _sex in order for number in places[code].numbers]]
    frame = frame.drop(columns="weight").assign(
        month=month,
        county_code=[code[:2] for code in codes],
        target_group=groups,
        sex=sexes,
        need_low_milli=lows,
        need_high_milli=highs,
        location_unknown=[code in agency for code in codes],
    )
    frame = frame.reset_index(drop=True)
    geometry = gpd.points_from_xy(frame.pop("x_m"), frame.pop("y_m"), crs=3006)
    return gpd.GeoDataFrame(conform(frame.assign(geometry=geometry), POINTS), geometry="geometry", crs=3006)


def _missed(used: pd.DataFrame, raster: PopulationRaster | None, names: dict[str, str]) -> list[Problem]:
    """The municipalities with people in which no cell of the raster has any."""
    if raster is None:
        return []
    peopled = used[(used["high"] > 0) & (used["locality_code"] == ALL)]
    lacking = sorted(set(peopled["municipality_code"]) - set(raster.cells["municipality_code"]))
    if not lacking:
        return []
    text = _("no cell with people lies in {names}")
    if len(lacking) > _MOST_NAMED:
        text = _("no cell with people lies in {count} municipalities, among them {names}")
    named = ", ".join(names.get(code, code) for code in lacking[:_MOST_NAMED])
    return [
        Problem(
            text.format(names=named, count=len(lacking)),
            _("cells with people in every municipality of the counts"),
            _(
                "Take a raster that covers them, with cells small enough, or none: geomatch remove raster FILE"
            ),
            file=raster.file,
        )
    ]


def _too_small(listed: pd.DataFrame, housed: dict[str, AgencyPart], names: dict[str, str]) -> list[Problem]:
    """The municipalities whose sites have fewer places than people are counted in agency accommodation."""
    problems = []
    for code in sorted(set(listed["municipality_code"]) & housed.keys()):
        own = listed[listed["municipality_code"] == code]
        places, persons = int(own["places"].sum()), housed[code].least
        if places < persons:
            text = _(
                "the sites in {name} have {places} places, and at least {persons} persons are counted there"
            )
            problems.append(
                Problem(
                    text.format(name=names.get(code, code), places=places, persons=persons),
                    _("places for everyone in agency accommodation (ABO)"),
                    _("Add the sites that are missing, or correct their places"),
                    file=str(own["file"].iloc[0]),
                    column=SITE_HEADINGS["places"],
                )
            )
    return problems


def _unknown_localities(used: pd.DataFrame, places: Mapping[str, _Place]) -> list[Problem]:
    """The used rows of a locality that is no point of its municipality."""
    ordered = used.sort_values(["municipality_code", "target_group", "sex"], kind="stable")
    return [
        Problem(
            _("there is no locality {code} in the municipality").format(code=row.locality_code),
            remedy=_("Add the file of localities that the counts use: geomatch add localities FILE"),
            file=row.source,
            column=row.cell,
        )
        for row in records(ordered[ordered["locality_code"] != ALL])
        if row.locality_code not in places[row.municipality_code].locality
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """The points of one municipality: rows of the frame of points, and what need is spread by.

    Attributes:
        numbers: Rows, ascending.
        locality: Position among them, by locality code; the first where a code stands twice.
        living: Positions and weights of the points that are no sites.
        sites: Those of the sites.
    """

    numbers: list[int]
    locality: dict[str, int]
    living: tuple[list[int], list[int]]
    sites: tuple[list[int], list[int]]


def _places(points: pd.DataFrame) -> dict[str, _Place]:
    columns = (points[name].tolist() for name in ("municipality_code", "locality_code", "kind", "weight"))
    places: dict[str, _Place] = {}
    for number, (code, locality, kind, weight) in enumerate(zip(*columns, strict=True)):
        place = places.setdefault(code, _Place([], {}, ([], []), ([], [])))
        position = len(place.numbers)
        place.numbers.append(number)
        place.locality.setdefault(locality, position)
        positions, weights = place.sites if kind == SITE else place.living
        positions.append(position)
        weights.append(weight)
    return places


def _spread(place: _Place, amounts: Amounts, agency_milli: tuple[int, int]) -> tuple[list[int], list[int]]:
    """Thousandths at each point, at the low and at the high end of the need of one stratum.

    Args:
        place: The points of the municipality.
        amounts: Thousandths of persons by locality at both ends.
        agency_milli: Who of those without a locality lives at the sites, likewise.
    """
    spread = [by_locality.get(ALL, 0) for by_locality in amounts]
    stay = [{code: milli for code, milli in one.items() if code != ALL} for one in amounts]
    housed = [min(milli, total) for milli, total in zip(agency_milli, spread, strict=True)]
    # Rounding must not leave the rest with less at high need than at low.
    rest_low = spread[0] - housed[0]
    rest_high = max(spread[1] - housed[1], rest_low)
    ends = []
    for rest, total, amounts_there in ((rest_low, spread[0], stay[0]), (rest_high, spread[1], stay[1])):
        parts = [0] * len(place.numbers)
        for (positions, weights), amount in ((place.living, rest), (place.sites, total - rest)):
            if positions and amount:
                for position, part in zip(positions, split_persons(amount, weights), strict=True):
                    parts[position] = part
        for code, amount in amounts_there.items():
            if code in place.locality:
                parts[place.locality[code]] += amount
        ends.append(parts)
    return ends[0], ends[1]


def persons_at_sites(points: gpd.GeoDataFrame) -> dict[str, tuple[int, int]]:
    """Per municipality code with people at sites, thousandths of persons there at low and at high need."""
    there = points[points["kind"] == SITE].groupby("municipality_code", sort=True)
    sums = there[["need_low_milli", "need_high_milli"]].sum()
    return {
        str(code): (int(low), int(high))
        for code, (low, high) in zip(sums.index, sums.to_numpy(), strict=True)
        if high
    }


def without_sites(
    points: gpd.GeoDataFrame, day_returns: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """POINTS and DAY_RETURNS without the restricted accommodation sites: what a page may be made from.

    A journey from a site tells how far it is from a place that is known, so those rows go as well.
    """
    hidden = points["kind"] == SITE
    own = set(points.loc[hidden, "point_id"])
    return (
        points[~hidden].reset_index(drop=True),
        day_returns[~day_returns["point_id"].isin(own)].reset_index(drop=True),
    )
