"""A population raster: each cell with people becomes one place where need lives (METHOD 2)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError

from geomatch.errors import InputError, Problem
from geomatch.sources.places import LARGEST_POPULATION
from geomatch.sources.regions import CRS, read_shape
from geomatch.sources.schemas import check_table
from geomatch.sources.tabular import is_synthetic
from geomatch.words import gettext as _

__all__ = ["CELL_COLUMNS", "MOST_CELLS", "PopulationRaster", "read_raster"]

CELL_COLUMNS = ("municipality_code", "population", "x_m", "y_m")
# Sweden has some 110,000 inhabited squares of 1 km; every one of them is a place that journeys are looked for from.
MOST_CELLS = 500_000
# How many cells are read at a time: some tens of megabytes.
_AT_A_TIME = 4_000_000
# How finely the edge of the country's extent is followed into another projection.
_EDGE_POINTS = 200


@dataclass(frozen=True, slots=True)
class PopulationRaster:
    """The cells with people of one raster.

    Attributes:
        cells: One row per cell with people whose centre lies in a municipality, by municipality_code, falling
            population, x_m and y_m: municipality_code (text of 4 digits), population (float64, above 0), x_m, y_m
            (centre, EPSG:3006, to the metre).
        file: Name of the file.
        crs: Name of its coordinate system.
        synthetic: Whether its name or its description says that it is made up.
        notes: cells_outside (with people, near Sweden but in no municipality: at sea or abroad).
    """

    cells: pd.DataFrame
    file: str
    crs: str
    synthetic: bool
    notes: Mapping[str, int] = field(default_factory=dict)


def read_raster(path: str | Path) -> PopulationRaster:
    """Read a GeoTIFF with persons per cell, in any coordinate system and of any resolution.

    Only what lies near Sweden is read. Cells without data, or with 0, are no people. A cell belongs to the municipality
    whose (generalised) shape holds its centre, and to the lowest code on a common border; a cell whose centre lies in
    none is left out and counted, since across the land border it would be people of another country. Cells are kept as
    they are, neither joined nor parted.

    Raises:
        InputError: With every problem found: it is no GeoTIFF that can be read, has several bands or complex numbers,
            no coordinate system, no position; cells are negative or infinite; no cell with people lies in Sweden, more
            than `MOST_CELLS` do, or they hold more people than the country can have.
    """
    # Slow to load, so that it is not loaded before a raster is read; it comes without types.
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415  # slow to import, and seldom needed; it has no types
    from rasterio.errors import (  # type: ignore[import-untyped]  # noqa: PLC0415  # slow to import, and seldom needed; it has no types
        NotGeoreferencedWarning,
        RasterioError,
    )

    path = Path(path)
    if not path.is_file():
        raise InputError(
            Problem(
                _("the file cannot be opened"),
                remedy=_("Check its name and that you may read it"),
                file=path.name,
            )
        )
    # Files beside it, such as a world file, would not come along into the workspace.
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"), warnings.catch_warnings():
        # It becomes a problem of the file below.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with rasterio.open(str(path.resolve()), driver="GTiff") as dataset:
                return _read(dataset, path.name)
        except RasterioError as error:
            raise InputError(
                Problem(
                    _("the file is no raster that can be read"),
                    _("a GeoTIFF (.tif)"),
                    _("Fetch it again, or save it as GeoTIFF"),
                    file=path.name,
                )
            ) from error


def _read(dataset: Any, file: str) -> PopulationRaster:  # noqa: ANN401  rasterio's dataset has no types
    problems: list[Problem] = []

    def wrong(found: str, expected: str = "", remedy: str = "") -> None:
        problems.append(Problem(found, expected, remedy, file))

    if dataset.count != 1:
        wrong(
            _("the raster has {count} bands").format(count=dataset.count),
            _("one band: persons per cell"),
            _("Save the band with the persons as a file of its own"),
        )
    if np.issubdtype(np.dtype(dataset.dtypes[0]), np.complexfloating):
        wrong(_("the cells are complex numbers"), _("persons per cell"))
        raise InputError(problems)
    system, to_metres = _system(dataset)
    if dataset.crs is None:
        wrong(
            _("the raster does not say its coordinate system"),
            _("a stated system, such as SWEREF 99 TM (EPSG:3006)"),
            _("Set it in QGIS: Raster, Projections, Assign projection"),
        )
    elif to_metres is None:
        wrong(
            _("the coordinate system “{name}” cannot be converted to SWEREF 99 TM").format(name=system),
            _("a system of the earth, such as EPSG:3006, EPSG:3035 or EPSG:4326"),
        )
    placed = not dataset.transform.is_identity
    if not placed:
        wrong(
            _("the raster does not say where its cells lie"),
            _("a GeoTIFF with its position in the file itself"),
            _("Save it anew as GeoTIFF from QGIS"),
        )
    where = _near_sweden(dataset, to_metres) if placed and to_metres is not None else _whole(dataset)
    negative, infinite = _Count(), _Count()
    found: list[np.ndarray[Any, Any]] = []
    for window in _windows(where):
        rows, columns, values = _people(dataset, window, negative, infinite)
        if placed and to_metres is not None and len(values):
            x, y = to_metres.transform(*_centres(dataset, rows, columns))
            found.append(np.column_stack([x, y, values]))
    if negative.cells:
        wrong(
            _("negative cells: {count}, the lowest {value}").format(
                count=negative.cells, value=f"{negative.least:g}"
            ),
            _("persons per cell, from 0"),
            _("If it stands for no data, say so in the file (nodata)"),
        )
    if infinite.cells:
        wrong(_("infinite cells: {count}").format(count=infinite.cells), _("persons per cell, from 0"))
    if problems:
        raise InputError(problems)
    cells, outside = _in_municipalities(np.vstack([np.empty((0, 3)), *found]))
    total = float(cells["population"].sum())
    if not len(cells):
        wrong(
            _("no cell with people lies in Sweden"),
            remedy=_("Check the raster's coordinate system and extent"),
        )
    elif len(cells) > MOST_CELLS:
        wrong(
            _("{count} cells in Sweden have people").format(count=len(cells)),
            _("at most {most}").format(most=MOST_CELLS),
            _("Sum the raster to larger cells, such as 1 km"),
        )
    elif total > LARGEST_POPULATION:
        wrong(
            _("the cells hold {count} persons in Sweden, more than the country has").format(
                count=round(total)
            ),
            _("persons per cell"),
            _("Check that the raster does not hold persons per square kilometre"),
        )
    if problems:
        raise InputError(problems)
    _check(cells, file)
    described = " ".join(str(text) for text in (*dataset.tags().values(), *dataset.descriptions) if text)
    return PopulationRaster(
        cells,
        file,
        system,
        is_synthetic(file, described),
        {"cells_outside": outside} if outside else {},
    )


@dataclass(slots=True)
class _Count:
    """Cells of a kind, and the lowest value among them."""

    cells: int = 0
    least: float = math.inf


def _system(dataset: Any) -> tuple[str, Transformer | None]:  # noqa: ANN401  as _read
    """Name of the raster's coordinate system, and what converts it to SWEREF 99 TM; None where nothing does."""
    if dataset.crs is None:
        return "", None
    system = pyproj.CRS.from_wkt(dataset.crs.to_wkt())
    try:
        return system.name, Transformer.from_crs(system, CRS, always_xy=True)
    except ProjError:
        return system.name, None


# First and last row, first and last column, the last ones not included.
_Box = tuple[int, int, int, int]


def _whole(dataset: Any) -> _Box:  # noqa: ANN401  as _read
    return 0, int(dataset.height), 0, int(dataset.width)


def _near_sweden(dataset: Any, to_metres: Transformer) -> _Box:  # noqa: ANN401  as _read
    """The rows and columns that can hold a cell in Sweden."""
    west, south, east, north = read_shape("municipalities.parquet").total_bounds
    across, up = np.linspace(west, east, _EDGE_POINTS), np.linspace(south, north, _EDGE_POINTS)
    edge = np.array(
        [(x, y) for x in across for y in (south, north)] + [(x, y) for x in (west, east) for y in up]
    )
    x, y = to_metres.transform(edge[:, 0], edge[:, 1], direction="INVERSE")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return _whole(dataset)
    inverse = ~dataset.transform
    column = inverse.a * np.asarray(x) + inverse.b * np.asarray(y) + inverse.c
    row = inverse.d * np.asarray(x) + inverse.e * np.asarray(y) + inverse.f
    # A cell more on every side, for what lies between the points of the edge.
    first_row, last_row = math.floor(row.min()) - 1, math.ceil(row.max()) + 1
    first_column, last_column = math.floor(column.min()) - 1, math.ceil(column.max()) + 1
    return (
        min(max(first_row, 0), dataset.height),
        min(max(last_row, 0), dataset.height),
        min(max(first_column, 0), dataset.width),
        min(max(last_column, 0), dataset.width),
    )


def _windows(where: _Box) -> Iterator[_Box]:
    """The box in parts of at most `_AT_A_TIME` cells."""
    first_row, last_row, first_column, last_column = where
    width = last_column - first_column
    if width <= 0:
        return
    step = max(1, _AT_A_TIME // width)
    for row in range(first_row, last_row, step):
        yield row, min(row + step, last_row), first_column, last_column


def _people(
    dataset: Any,  # noqa: ANN401  as _read
    window: _Box,
    negative: _Count,
    infinite: _Count,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Row, column and persons of the cells with people; the wrong ones are counted."""
    first_row, last_row, first_column, last_column = window
    data = dataset.read(1, window=((first_row, last_row), (first_column, last_column)), masked=True)
    values = np.ma.filled(data.astype("float64") * dataset.scales[0] + dataset.offsets[0], np.nan)
    below, endless = values < 0, np.isinf(values)
    if below.any():
        negative.cells += int(below.sum())
        negative.least = min(negative.least, float(values[below].min()))
    infinite.cells += int((endless & ~below).sum())
    row, column = np.nonzero((values > 0) & ~endless)
    return row + first_row, column + first_column, values[row, column]


def _centres(
    dataset: Any,  # noqa: ANN401  as _read
    rows: np.ndarray[Any, Any],
    columns: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The centres in the raster's own system, also where its rows do not run from west to east."""
    at = dataset.transform
    right, down = columns + 0.5, rows + 0.5
    return at.a * right + at.b * down + at.c, at.d * right + at.e * down + at.f


def _in_municipalities(found: np.ndarray[Any, Any]) -> tuple[pd.DataFrame, int]:
    """The cells (x, y in EPSG:3006, persons) with their municipality, and how many lie in none."""
    found = found[np.isfinite(found[:, :2]).all(axis=1)]
    shapes = read_shape("municipalities.parquet")
    points = shapely.points(found[:, 0], found[:, 1])
    point, municipality = shapes.sindex.query(points, predicate="intersects")
    position = np.full(len(found), -1)
    # The last value written to a place stays: the lowest code, since the pairs come in falling order.
    order = np.lexsort((-municipality, point))
    position[point[order]] = municipality[order]
    inside = position >= 0
    cells = pd.DataFrame(
        {
            "municipality_code": shapes["municipality_code"].to_numpy()[position[inside]],
            "population": found[inside, 2],
            "x_m": np.round(found[inside, 0]),
            "y_m": np.round(found[inside, 1]),
        }
    )
    # Only cells of less than a metre can share a centre to the metre.
    keys = ["municipality_code", "x_m", "y_m"]
    merged = cells.groupby(keys)[["population"]].sum().reset_index()
    merged = merged.sort_values(
        ["municipality_code", "population", "x_m", "y_m"],
        ascending=[True, False, True, True],
        ignore_index=True,
    )
    return merged[list(CELL_COLUMNS)], int((~inside).sum())


def _check(cells: pd.DataFrame, file: str) -> None:
    """What the table keeps, once more. Raises InputError."""
    import pandera.pandas as pa  # noqa: PLC0415  slow to load; only needed when a file is read

    schema = pa.DataFrameSchema(
        {
            "municipality_code": pa.Column(str, pa.Check.str_matches("^[0-9]{4}$")),
            "population": pa.Column("float64", pa.Check.in_range(0, LARGEST_POPULATION, include_min=False)),
            "x_m": pa.Column("float64", pa.Check.in_range(200_000, 1_000_000)),
            "y_m": pa.Column("float64", pa.Check.in_range(6_000_000, 7_800_000)),
        },
        strict=True,
        ordered=True,
        unique=["municipality_code", "x_m", "y_m"],
    )
    check_table(cells, schema, file)
