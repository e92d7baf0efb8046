"""Where the activities of a register are: coordinates, points of a GeoPackage, the municipality they state."""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError

from geomatch.errors import InputError, Problem
from geomatch.sources.regions import CRS, assign_municipality, match_municipality, municipalities
from geomatch.sources.tabular import Cell, Row, label
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = [
    "BORDER_TOLERANCE_M",
    "GEOMETRY_COLUMNS",
    "Layer",
    "Place",
    "geometry_heading",
    "municipality_code",
    "place_rows",
    "read_layer",
    "stated_point",
    "write_layer",
    "write_new",
]

# The shipped borders are generalised: nearer than this to the stated municipality counts as in it.
BORDER_TOLERANCE_M = 2_000.0
# Two pairs of coordinates on one row mean the same place when they differ by less than this.
_SAME_PLACE_M = 100.0
# Sweden's extent with some margin: (least, most) east and north. The ranges of the two systems share no number.
_EXTENTS = {
    "degrees": ((10.0, 25.0), (55.0, 70.0)),
    "metres": ((200_000.0, 950_000.0), (6_100_000.0, 7_700_000.0)),
}
# Systems that a board's older lists hold, by the same extents, in the order they are looked for: name and remedy
# are given, nothing is converted, since their extents do not tell them apart from a mistake with certainty.
_OTHER_SYSTEMS = (
    ("RT 90 2.5 gon V (EPSG:3021)", (1_200_000.0, 1_900_000.0), (6_100_000.0, 7_700_000.0)),
    ("Web Mercator (EPSG:3857)", (1_100_000.0, 2_800_000.0), (7_300_000.0, 11_200_000.0)),
    (N_("a local zone of SWEREF 99"), (50_000.0, 200_000.0), (6_100_000.0, 7_700_000.0)),
)
# The point of a GeoPackage's geometry, in SWEREF 99 TM, as two columns of its register.
GEOMETRY_COLUMNS = ("geometry_x", "geometry_y")
_PAIRS = (("lon", "lat"), ("east_m", "north_m"), GEOMETRY_COLUMNS)
# Tables that QGIS keeps in the same file.
_NOT_LAYERS = frozenset({"layer_styles", "qgis_projects"})
_SQLITE = b"SQLite format 3\0"
# Where an SQLite file says what program's it is, and what a GeoPackage of any version says there.
_APPLICATION = slice(68, 72)
_GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one row is.

    Attributes:
        municipality_code: Code, '' where it is not known (digital) or there was a problem.
        x_m, y_m: SWEREF 99 TM; None where there is no place.
        assumed: The point is the municipality's own, since the row has none.
    """

    municipality_code: str
    x_m: float | None = None
    y_m: float | None = None
    assumed: bool = False


@cache
def _to_metres() -> Transformer:
    return Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def _within(east: float, north: float, system: str) -> bool:
    (west, far_east), (south, far_north) = _EXTENTS[system]
    return west <= east <= far_east and south <= north <= far_north


def _number(row: Row, column: str) -> float | None:
    cell = row.cell(column)
    text = label(cell)
    if not text:
        return None
    if isinstance(cell, bool) or not re.fullmatch(
        r"[-−]?[0-9]+([.,][0-9]+)?(e[+-]?[0-9]+)?", text.replace(" ", "")
    ):
        row.wrong(
            column,
            _("“{value}” is not a number").format(value=text),
            _("decimal degrees or whole metres, such as {degrees} or {metres}").format(
                degrees="22.1547" if column in {"lon", "east_m"} else "65.5842",
                metres="829440" if column in {"lon", "east_m"} else "7292327",
            ),
        )
        return math.nan
    return float(text.replace(" ", "").replace(",", ".").replace("−", "-"))


def stated_point(row: Row, notes: Counter[str]) -> tuple[float, float] | None:
    """The coordinates of a row in SWEREF 99 TM, None without any, NaN where they are wrong (a problem).

    Degrees and metres are told apart by their size, which no place in Sweden leaves in doubt; the heading says which
    is east and which is north.
    """
    points = []
    for first, second in _PAIRS:
        east, north = _number(row, first), _number(row, second)
        if east is None and north is None:
            continue
        if east is None or north is None:
            row.wrong(
                first if east is None else second,
                _("one of the two coordinates is missing"),
                remedy=_("Give both coordinates, or neither"),
            )
            points.append((math.nan, math.nan))
        elif math.isnan(east) or math.isnan(north):
            points.append((math.nan, math.nan))
        else:
            points.append(_metres(row, first, second, (east, north), notes))
    if not points:
        return None
    for one, other in ((points[0], points[-1]), *pairwise(points)):
        if math.dist(one, other) > _SAME_PLACE_M:
            text = _("the two pairs of coordinates are {distance} m apart")
            row.wrong(
                next(name for pair in _PAIRS for name in pair if row.text(name)),
                text.format(distance=round(math.dist(one, other))),
                remedy=_("Correct one of them, or keep only one"),
            )
            return math.nan, math.nan
    return points[-1]


def _metres(
    row: Row, first: str, second: str, pair: tuple[float, float], notes: Counter[str]
) -> tuple[float, float]:
    east, north = pair
    if first == GEOMETRY_COLUMNS[0]:
        if _within(east, north, "metres"):
            return east, north
        lon, lat = _to_metres().transform(east, north, direction="INVERSE")
        if _within(lat, lon, "degrees") or _within(north, east, "metres"):
            row.wrong(
                first,
                _("the axes of the point are swapped"),
                _("x to the east, y to the north"),
                _("Make the points anew from the right columns"),
            )
            return math.nan, math.nan
        row.wrong(
            first,
            _("the point lies outside Sweden, at {east}, {north} in SWEREF 99 TM").format(
                east=round(east), north=round(north)
            ),
            remedy=_("Move the point, or correct the coordinate system of the layer"),
        )
        return math.nan, math.nan
    system = next((name for name in _EXTENTS if _within(east, north, name)), "")
    if system:
        notes["coordinates_in_other_system"] += (system == "degrees") != (first == "lon")
        if system == "metres":
            return east, north
        x, y = _to_metres().transform(east, north)
        return float(x), float(y)
    heading, other = row.register.headings[first], row.register.headings[second]
    elsewhere = _other_system(east, north) or _other_system(north, east)
    if any(_within(north, east, name) for name in _EXTENTS):
        row.wrong(
            first,
            _("the coordinates are swapped: “{first}” holds {east} and “{second}” holds {north}").format(
                first=heading, east=label(row.cell(first)), second=other, north=label(row.cell(second))
            ),
            remedy=_("Let the two columns change places"),
        )
    elif east == 0 and north == 0:
        row.wrong(
            first, _("the coordinates are 0 and 0"), remedy=_("Leave them blank where the place is not known")
        )
    elif elsewhere:
        row.wrong(
            first,
            _("the coordinates {east}, {north} are in {system}, by their size").format(
                east=label(row.cell(first)), north=label(row.cell(second)), system=_(elsewhere)
            ),
            _("degrees (WGS 84) or metres (SWEREF 99 TM)"),
            _("Convert them to SWEREF 99 TM (EPSG:3006)"),
        )
    else:
        row.wrong(
            first,
            _("the coordinates {east}, {north} lie outside Sweden").format(
                east=label(row.cell(first)), north=label(row.cell(second))
            ),
            _("degrees (WGS 84) or metres (SWEREF 99 TM)"),
        )
    return math.nan, math.nan


def _other_system(east: float, north: float) -> str:
    """Name of the system that is not read but has numbers like these, '' for none."""
    return next(
        (
            name
            for name, (west, far_east), (south, far_north) in _OTHER_SYSTEMS
            if west <= east <= far_east and south <= north <= far_north
        ),
        "",
    )


@cache
def _names() -> dict[str, str]:
    table = municipalities()
    return dict(zip(table["municipality_code"], table["name"], strict=True))


def municipality_code(row: Row, column: str) -> str:
    """Code of the municipality named, or given by its code, in a column; '' where blank or unknown (a problem)."""
    text = row.text(column)
    code = text.zfill(4) if text.isdecimal() else match_municipality(text) if text else ""
    if code and code in _names():
        return code
    if text:
        row.wrong(
            column,
            _("“{name}” is not a municipality").format(name=text),
            _("a municipality's name, or its code of four digits"),
        )
    return ""


def place_rows(
    rows: Sequence[Row],
    points: Sequence[tuple[float, float] | None],
    stated: Sequence[str],
    *,
    digital: Sequence[bool],
    visibility: Sequence[str],
    notes: Counter[str],
) -> list[Place]:
    """The place of each row; a place that contradicts its municipality, or is missing, is a problem.

    Args:
        rows: The rows.
        points: From `stated_point`.
        stated: Code of the municipality that the row states, '' without one.
        digital: Whether the activity needs no place.
        visibility: `exact`, `municipality` or `hidden`: without coordinates only `exact` needs them.
        notes: Counts are added to municipality_from_coordinates, near_other_municipality, outside_borders,
            point_of_municipality.
    """
    table = municipalities().set_index("municipality_code")
    given = {n: shapely.Point(p) for n, p in enumerate(points) if p is not None and not math.isnan(p[0])}
    at = gpd.GeoSeries(list(given.values()), index=list(given), crs=CRS)
    assigned = assign_municipality(at)
    places = []
    for number, (row, point, code) in enumerate(zip(rows, points, stated, strict=True)):
        if number in assigned.index:
            distance_m = float(table.geometry[code].distance(at[number])) if code else 0.0
            found = assigned.loc[number]
            kind, inside = str(found["assigned_by"]), str(found["municipality_code"])
            if kind == "none":
                row.wrong(
                    _shown_column(row),
                    _("the coordinates lie in no Swedish municipality"),
                    remedy=_("Correct the coordinates"),
                )
            elif distance_m > BORDER_TOLERANCE_M:
                text = _("the coordinates lie in {found}, {distance} km from {stated}")
                row.wrong(
                    _shown_column(row),
                    text.format(
                        found=_names()[inside], distance=round(distance_m / 1000), stated=_names()[code]
                    ),
                    remedy=_("Correct the coordinates or the municipality"),
                )
            else:
                notes["outside_borders"] += kind == "nearest"
                notes["near_other_municipality"] += bool(code) and inside != code
                notes["municipality_from_coordinates"] += not code
                places.append(Place(code or inside, float(at[number].x), float(at[number].y)))
                continue
        elif point is None and digital[number]:
            places.append(Place(code))
            continue
        elif point is None and code and visibility[number] != "exact":
            notes["point_of_municipality"] += 1
            home = table.loc[code]
            places.append(Place(code, float(home["point_x_m"]), float(home["point_y_m"]), assumed=True))
            continue
        elif point is None and not row.text("municipality"):
            row.wrong("municipality", _("the row has neither coordinates nor a municipality"))
        elif point is None and code:
            row.wrong(
                _shown_column(row),
                _("the coordinates are missing though the place is to be shown exactly"),
                remedy=_("Give the coordinates, or the visibility kommun"),
            )
        places.append(Place(code))
    return places


def _shown_column(row: Row) -> str:
    return next((name for pair in reversed(_PAIRS) for name in pair if row.text(name)), "lon")


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
            layers = [str(name) for name, _kind in pyogrio.list_layers(copy) if name not in _NOT_LAYERS]
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
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
            raise refused(damaged, remedy=again) from None
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
        shape = None if content is None else shapely.from_wkb(content)
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
    if projection == pyproj.CRS.from_user_input(CRS):
        return found
    change = Transformer.from_crs(projection, CRS, always_xy=True)
    moved = ((None if point is None else change.transform(*point)) for point in found)
    return [None if point is None else (float(point[0]), float(point[1])) for point in moved]


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
        InputError: The file is there already, or cannot be written.
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


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises:
        InputError: It is there already, or its folder cannot be written to.
    """
    if path.exists():
        raise InputError(
            Problem(
                _("the file is already there"),
                remedy=_("Give another name, or remove the file first"),
                file=path.name,
            )
        )
    staged = path.with_name(f".{path.name}.part")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    except OSError:
        raise InputError(
            Problem(
                _("the file cannot be written"),
                remedy=_("Check that the folder is there and that you may write to it"),
                file=path.name,
            )
        ) from None
    finally:
        staged.unlink(missing_ok=True)
