"""Sweden's counties and municipalities: codes, names and borders, and which municipality a point is in.

The borders are SCB's generalised ones, shipped with the package (`shapes/ORIGIN.md`). They cut off headlands and
islands, so a point outside every municipality is given to the nearest one within 10 km, and marked
(`docs/shapes.md` has the measure of it).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import as_file, files

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

__all__ = [
    "CRS",
    "NEAREST_LIMIT_M",
    "assign_municipality",
    "counties",
    "match_county",
    "match_municipality",
    "municipalities",
    "municipality_key",
    "read_shape",
]

CRS = "EPSG:3006"
# Farther out than this a point is at sea or abroad rather than on a generalised coast.
NEAREST_LIMIT_M = 10_000.0

# What shapely calls them.
_MISSING, _POINT = -1, 0

# Blanks, hyphens and dashes, dots, apostrophes and accents used as such, and signs that cannot be seen.
_FOLDED_AWAY = re.compile(
    r"[\s\-\u00ad\u2010-\u2015\u2212.'`\u00b4\u02bc\u2018\u2019\u200b-\u200d\u2060\ufeff]+"
)
_KOMMUN = re.compile(r"\s+kommun\s*$", re.IGNORECASE)


@cache
def read_shape(name: str) -> gpd.GeoDataFrame:
    """The shipped GeoParquet file `name`, read once. Callers copy before they hand it on."""
    with as_file(files("geomatch") / "shapes" / name) as path:
        return gpd.read_parquet(path)


def municipalities() -> gpd.GeoDataFrame:
    """The 290 municipalities, in the order of their codes.

    Returns:
        A copy with county_code and municipality_code (text of 2 and 4 digits), name (official short name), point_x_m
        and point_y_m (a point inside the municipality), geometry (EPSG:3006). No nulls.
    """
    return read_shape("municipalities.parquet").copy()


def counties() -> gpd.GeoDataFrame:
    """The 21 counties, in the order of their codes, as unions of their municipalities.

    Returns:
        A copy with county_code (text of 2 digits), name (`Norrbottens län`), geometry (EPSG:3006). No nulls.
    """
    return read_shape("counties.parquet").copy()


def municipality_key(name: str) -> str:
    """What two spellings of one name have in common.

    Letter case, blanks, hyphens, dots and apostrophes do not count, nor does a final word `kommun`; å, ä and ö do.
    A genitive s is never taken away: `Åre` and `Åres` are two keys.
    """
    composed = unicodedata.normalize("NFC", name)
    return _FOLDED_AWAY.sub("", _KOMMUN.sub("", composed)).casefold()


@cache
def _municipality_codes() -> dict[str, str]:
    table = read_shape("municipalities.parquet")
    return {
        municipality_key(n): str(c) for n, c in zip(table["name"], table["municipality_code"], strict=True)
    }


@cache
def _county_codes() -> dict[str, str]:
    table = read_shape("counties.parquet")
    codes = {}
    for full, code in zip(table["name"], table["county_code"], strict=True):
        # No county's own name ends in s, so that letter before "län" is a genitive.
        genitive = str(full).removesuffix(" län")
        short = genitive.removesuffix("s")
        for spelling in (f"{genitive} län", genitive, f"{short} län", short):
            codes[municipality_key(spelling)] = str(code)
    return codes


def match_municipality(name: str, county_code: str | None = None) -> str | None:
    """Code of the municipality with this name, None where there is none.

    Args:
        name: A name as an agency writes it: `Upplands-Väsby`, `LULEÅ`, `Luleå kommun`.
        county_code: When given, a municipality of another county is no match.
    """
    code = _municipality_codes().get(municipality_key(name))
    if code is None or (county_code is not None and not code.startswith(county_code)):
        return None
    return code


def match_county(name: str) -> str | None:
    """Code of the county with this name, with or without `län` and its genitive s; None where there is none."""
    return _county_codes().get(municipality_key(name))


def _nearest_by_point(found: np.ndarray, distance_m: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For each point the position of its municipality (-1 without one) and the distance.

    Where several municipalities are equally near, the one with the lowest code is taken.
    """
    position = np.full(size, -1)
    nearest_m = np.full(size, np.nan)
    point, municipality = found
    # The last value written to a place stays: the lowest position, since the pairs come in falling order.
    order = np.lexsort((-municipality, point))
    position[point[order]] = municipality[order]
    nearest_m[point[order]] = distance_m[order]
    return position, nearest_m


def assign_municipality(points: gpd.GeoSeries | gpd.GeoDataFrame) -> pd.DataFrame:
    """The municipality each point is in, else the nearest one within 10 km.

    Args:
        points: Points in any CRS. Missing, empty and non-finite ones are allowed and get `none`.

    Returns:
        A frame with the index of `points` and the columns municipality_code (text, missing with `none`), assigned_by
        (`inside`, `nearest`, `none`) and nearest_m (metres to the nearest municipality: 0 inside; with `none` more
        than 10,000, or missing for a point without a place). A point on a common border, or equally near to
        several municipalities, gets the lowest code.

    Raises:
        InputError: The points have no CRS, or some geometry is no point.
    """
    series = points.geometry
    if series.crs is None:
        raise InputError(
            Problem(
                _("the points have no coordinate reference system"),
                _("a stated system, such as SWEREF 99 TM (EPSG:3006)"),
                _("State the system of the file the points come from"),
            )
        )
    kinds = shapely.get_type_id(series.to_numpy())
    other = series.index[~np.isin(kinds, [_MISSING, _POINT])]
    if len(other):
        raise InputError(
            Problem(
                _("{count} geometries are not points, the first at {label}").format(
                    count=len(other), label=other[0]
                ),
                _("points"),
                _("Give one point for each place"),
            )
        )
    geometry = series.to_crs(CRS).to_numpy()
    has_place = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    has_place[has_place] = np.isfinite(shapely.get_coordinates(geometry[has_place])).all(axis=1)
    table = read_shape("municipalities.parquet")
    found, distance_m = table.sindex.nearest(
        np.where(has_place, geometry, None), return_all=True, return_distance=True
    )
    position, nearest_m = _nearest_by_point(found, distance_m, len(geometry))
    within = nearest_m <= NEAREST_LIMIT_M
    codes = np.full(len(geometry), None, dtype=object)
    codes[within] = table["municipality_code"].to_numpy(dtype=object)[position[within]]
    assigned_by = np.select([nearest_m == 0, within], ["inside", "nearest"], "none")
    return pd.DataFrame(
        {
            "municipality_code": pd.Series(codes, index=series.index, dtype=table["municipality_code"].dtype),
            "assigned_by": pd.Series(assigned_by, index=series.index, dtype=table["municipality_code"].dtype),
            "nearest_m": pd.Series(nearest_m, index=series.index),
        }
    )
