"""Sweden's counties and municipalities: codes, names and borders, and which municipality a point is in.

The borders are SCB's generalised ones, shipped with the package (`shapes/ORIGIN.md`). They cut off headlands and
islands, so a point outside every municipality is given to the nearest one within 10 km, and marked
(`docs/shapes.md` has the measure of it).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geomatch.errors import GeomatchError, InputError, Problem
from geomatch.sources.schemas import breaches
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandera.pandas as pa

__all__ = [
    "CRS",
    "NEAREST_LIMIT_M",
    "assign_municipality",
    "check_shape",
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

_SHAPES = files("geomatch") / "shapes"

# What shapely calls them.
_MISSING, _POINT = -1, 0

# Blanks, hyphens and dashes, dots, apostrophes and accents used as such, and signs that cannot be seen.
_FOLDED_AWAY = re.compile(
    r"[\s\-\u00ad\u2010-\u2015\u2212.'`\u00b4\u02bc\u2018\u2019\u200b-\u200d\u2060\ufeff]+"
)
_KOMMUN = re.compile(r"\s+kommun\s*$", re.IGNORECASE)


@cache
def read_shape(name: str) -> gpd.GeoDataFrame:
    """The shipped GeoParquet file `name`, read and checked once. Callers copy before they hand it on.

    A file with the checksum that shapes/SHA256SUMS gives is the one that the tests checked; only another is checked
    again, which takes a tenth of a county's month.

    Raises:
        GeomatchError: What `check_shape` raises.
    """
    with as_file(_SHAPES / name) as path:
        frame = gpd.read_parquet(path)
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    if f"{checksum}  {name}" not in (_SHAPES / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        check_shape(name, frame)
    return frame


def check_shape(name: str, frame: gpd.GeoDataFrame) -> None:
    """Refuse a shipped table that is not what this module promises.

    Args:
        name: `municipalities.parquet`, `counties.parquet` or `localities.parquet`.
        frame: The table.

    Raises:
        GeomatchError: With all that is wrong. It is no input of the user's: the fault is ours, or the install is
            damaged.
    """
    table = pd.DataFrame(frame.drop(columns="geometry"))
    geometry = frame.geometry.to_numpy()
    table["geometry_kind"] = frame.geom_type.to_numpy()
    table["geometry_empty"] = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    table["geometry_valid"] = shapely.is_valid(geometry)
    problems = breaches(table, _shape_schema(name), name)
    if frame.crs is None or frame.crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        problems.append(Problem(_("the table is not in {crs}").format(crs=CRS), file=name))
    if problems:
        problems.append(
            Problem(
                _("a table that geomatch brings with it is damaged"),
                remedy=_("Install geomatch again"),
                file=name,
            )
        )
        raise GeomatchError("\n".join(map(str, problems)))


def _shape_schema(name: str) -> pa.DataFrameSchema:
    """What a shipped table keeps; `check_shape` adds the columns geometry_*."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    def text(pattern: str, *, unique: bool = False) -> pa.Column:
        return pa.Column(str, pa.Check.str_matches(pattern), unique=unique)

    def within(least: float, most: float) -> pa.Column:
        return pa.Column("float64", pa.Check.in_range(least, most))

    county, municipality, some = "^[0-9]{2}$", "^[0-9]{4}$", r"^\S(.*\S)?$"
    columns = {
        "municipalities.parquet": {
            "county_code": text(county),
            "municipality_code": text(municipality, unique=True),
            "name": text(some, unique=True),
            # The extent of the country in SWEREF 99 TM.
            "point_x_m": within(200_000, 950_000),
            "point_y_m": within(6_100_000, 7_700_000),
        },
        "counties.parquet": {
            "county_code": text(county, unique=True),
            "name": text(r"^\S.* län$", unique=True),
        },
        "localities.parquet": {
            "locality_code": text("^G[0-9]+$", unique=True),
            "name": text(some),
            "municipality_code": text(municipality),
            "county_code": text(county),
            "population": pa.Column("int64", pa.Check.gt(0)),
            "municipality_by": pa.Column(str, pa.Check.isin(["inside", "nearest", "name"])),
            "nearest_m": within(0, NEAREST_LIMIT_M),
        },
    }[name]
    kinds = ["Point"] if name == "localities.parquet" else ["Polygon", "MultiPolygon"]
    whole = []
    if "municipality_code" in columns:
        whole.append(
            pa.Check(
                lambda table: bool(
                    (table["municipality_code"].astype(str).str[:2] == table["county_code"].astype(str)).all()
                ),
                name="county_code = first two digits of municipality_code",
            )
        )
    if name != "localities.parquet":
        rows = 290 if "municipality_code" in columns else 21
        whole.append(pa.Check(lambda table: len(table) == rows, name=f"{rows} rows"))
        code = next(reversed([column for column in columns if column.endswith("_code")]))
        whole.append(
            pa.Check(lambda table: table[code].is_monotonic_increasing, name=f"in the order of {code}")
        )
    return pa.DataFrameSchema(
        columns
        | {
            "geometry_kind": pa.Column(str, pa.Check.isin(kinds)),
            "geometry_empty": pa.Column(bool, pa.Check.eq(False)),
            "geometry_valid": pa.Column(bool, pa.Check.eq(True)),
        },
        checks=whole,
        strict=True,
        ordered=True,
    )


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
