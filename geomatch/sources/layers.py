"""GeoPackages with one layer of points: read whatever their fields and coordinate system, and written anew."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError

from geomatch.errors import InputError, Problem
from geomatch.newfile import write_new
from geomatch.sources.cells import Cell
from geomatch.sources.regions import CRS
from geomatch.words import gettext as _

__all__ = ["GEOMETRY_COLUMNS", "NOT_LAYERS", "Layer", "geometry_heading", "read_layer", "write_layer"]

# The point of a layer's geometry, in SWEREF 99 TM, as two columns of its register.
GEOMETRY_COLUMNS = ("geometry_x", "geometry_y")
# Tables that QGIS keeps in the same file.
NOT_LAYERS = frozenset({"layer_styles", "qgis_projects"})
_SQLITE = b"SQLite format 3\0"
# Where an SQLite file says what program's it is, and what a GeoPackage of any version says there.
_APPLICATION = slice(68, 72)
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")


def geometry_heading() -> str:
    """What the point of a GeoPackage's geometry is called in messages."""
    return _("geometry")


@dataclass(frozen=True, slots=True)
class Layer:
    """The one layer of a GeoPackage.

    Attributes:
        name: Name of the layer.
        headings: Names of its fields; the key (`fid`) is none of them.
        rows: (fid, cells) in the order of fid; null is ''.
        points: For each row its point in SWEREF 99 TM, None where the geometry is null or empty.
    """

    name: str
    headings: list[str]
    rows: list[tuple[int, list[Cell]]]
    points: list[tuple[float, float] | None]


def read_layer(path: Path, most_rows: int) -> Layer:
    """Read the layer of a GeoPackage: fields of any type, geometry in any coordinate system.

    The file is read from a copy, since opening a GeoPackage can write beside it.

    Args:
        path: The file.
        most_rows: With more rows than this nothing is read.

    Raises:
        InputError: No GeoPackage, no or several layers, edits that are not yet in the file, too many rows, no
            coordinate system, or a geometry that is no point.
    """

    def refused(found: str, expected: str = "", remedy: str = "") -> InputError:
        return InputError(Problem(found, expected, remedy, file=path.name))

    journal = path.with_name(f"{path.name}-wal")
    if journal.is_file() and journal.stat().st_size:
        raise refused(
            _("the file is open in another program: some edits are still in “{file}”").format(
                file=journal.name
            ),
            remedy=_("Save the edits and close the project in QGIS"),
        )
    damaged = _("the file is damaged or is no GeoPackage")
    again = _("Export the layer anew from QGIS, as GeoPackage")
    with path.open("rb") as file:
        head = file.read(_APPLICATION.stop)
    if not head.startswith(_SQLITE) or head[_APPLICATION] not in _GEOPACKAGES:
        raise refused(damaged, remedy=again)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "register.gpkg"
        shutil.copyfile(path, copy)
        if not _is_whole(copy):
            raise refused(damaged, remedy=again)
        try:
            # What the library only warns of (a text in a column of dates) would otherwise be read as something else.
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always", RuntimeWarning)
                layers = [str(name) for name, _kind in pyogrio.list_layers(copy) if name not in NOT_LAYERS]
                if len(layers) != 1:
                    raise refused(
                        _("the file has {count} layers: {layers}").format(
                            count=len(layers), layers=", ".join(layers)
                        )
                        if layers
                        else _("the file has no layer"),
                        _("one layer"),
                        _("Export only the layer with the register"),
                    )
                count = int(pyogrio.read_info(copy, layer=layers[0], force_feature_count=True)["features"])
                if count > most_rows:
                    raise refused(
                        _("the table has more than {most} rows").format(most=most_rows),
                        remedy=_("Keep only the rows of the register"),
                    )
                meta, fids, shapes, fields = pyogrio.raw.read(
                    copy, layer=layers[0], return_fids=True, force_2d=True
                )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError):
            raise refused(damaged, remedy=again) from None
    if any(issubclass(one.category, RuntimeWarning) for one in heard):
        raise refused(damaged, remedy=again)
    order = np.argsort(fids, kind="stable")
    cells = [[_cell(value) for value in column[order]] for column in fields]
    numbers = [int(fid) for fid in fids[order]]
    rows = [(number, [column[place] for column in cells]) for place, number in enumerate(numbers)]
    wkb = [None] * len(numbers) if shapes is None else list(shapes[order])
    points = _layer_points(path.name, layers[0], numbers, wkb, meta["crs"])
    return Layer(layers[0], [str(name) for name in meta["fields"]], rows, points)


def _is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file: GDAL reads past some damage, and rows would be missing."""
    try:
        with closing(sqlite3.connect(path)) as base:
            return bool(base.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _cell(value: object) -> Cell:
    """A field's value as a cell: whatever its type has become on the way, null is ''."""
    if isinstance(value, np.datetime64):
        moment = None if np.isnat(value) else value.astype("datetime64[us]").item()
        return "" if moment is None else moment
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value if isinstance(value, str | bool | int | float | dt.date) else str(value)


def _layer_points(
    file: str, layer: str, numbers: Sequence[int], wkb: Sequence[bytes | None], crs: str | None
) -> list[tuple[float, float] | None]:
    """The points of a layer in SWEREF 99 TM."""
    heading = geometry_heading()
    problems = []
    found: list[tuple[float, float] | None] = []
    for number, content in zip(numbers, wkb, strict=True):
        try:
            shape = None if content is None else shapely.from_wkb(content)
        except (shapely.errors.ShapelyError, NotImplementedError):
            # A curve, which shapely does not know.
            shape = shapely.LineString()
            text = _("the geometry is no point")
            problems.append(
                Problem(text, "", _("Give each row one point, or none"), file, layer, number, heading)
            )
        if isinstance(shape, shapely.MultiPoint) and len(shape.geoms) == 1:
            shape = shape.geoms[0]
        if shape is None or shape.is_empty:
            found.append(None)
        elif isinstance(shape, shapely.Point):
            found.append((shape.x, shape.y))
        else:
            text = _("the geometry is a {kind}, not a point").format(kind=shape.geom_type)
            remedy = _("Give each row one point, or none")
            problems.append(Problem(text, "", remedy, file, layer, number, heading))
    if problems:
        raise InputError(problems)
    if not any(found):
        return found
    try:
        projection = pyproj.CRS.from_user_input(crs) if crs else None
    except CRSError:
        projection = None
    if projection is None or projection.is_engineering:
        raise InputError(
            Problem(
                _("the layer has no known coordinate system"),
                _("a coordinate system, such as EPSG:3006 (SWEREF 99 TM)"),
                _("Set it in QGIS and export the layer again"),
                file,
                layer,
            )
        )
    change = Transformer.from_crs(projection, CRS, always_xy=True)
    moved: list[tuple[float, float] | None] = []
    for number, point in zip(numbers, found, strict=True):
        # As it is where the systems are the same.
        x_m, y_m = (0.0, 0.0) if point is None else change.transform(*point)
        moved.append(None if point is None else (float(x_m), float(y_m)))
        if not math.isfinite(x_m + y_m):
            text = _("the point {x}, {y} is none in the coordinate system of the layer")
            remedy = _("Move the point, or correct the coordinate system of the layer")
            x, y = point or (x_m, y_m)
            problems.append(Problem(text.format(x=x, y=y), "", remedy, file, layer, number, heading))
    if problems:
        raise InputError(problems)
    return moved


def write_layer(
    path: Path,
    layer: str,
    fields: dict[str, np.ndarray[Any, Any]],
    points: Sequence[shapely.Point | None],
) -> None:
    """Write a GeoPackage with one layer of points in SWEREF 99 TM, dated 2000-01-01 so that the bytes repeat.

    Args:
        path: A file that is not there yet.
        layer: Name of the layer.
        fields: Name of each field -> its values; None and NaT are null.
        points: One for each row, None for a null geometry.

    Raises:
        InputError: What `write_new` raises.
    """
    shapes = np.array([None if point is None else shapely.to_wkb(point) for point in points], dtype=object)
    day = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(day)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "register.gpkg"
        pyogrio.set_gdal_config_options({day: "2000-01-01T00:00:00.000Z"})
        try:
            pyogrio.raw.write(
                made,
                shapes,
                list(fields.values()),
                list(fields),
                layer=layer,
                driver="GPKG",
                geometry_type="Point",
                crs=CRS,
            )
        finally:
            pyogrio.set_gdal_config_options({day: before})
        content = made.read_bytes()
    write_new(path, content)
