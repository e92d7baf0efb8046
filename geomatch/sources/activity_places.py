"""Where the activities of a register are: their coordinates, and the municipality they state."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import geopandas as gpd
import shapely
from pyproj import Transformer

from geomatch.sources.layers import GEOMETRY_COLUMNS
from geomatch.sources.regions import CRS, assign_municipality, match_municipality, municipalities
from geomatch.sources.tabular import Row, label
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = [
    "BORDER_TOLERANCE_M",
    "Place",
    "municipality_code",
    "place_rows",
    "shown_column",
    "stated_point",
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
_PAIRS = (("lon", "lat"), ("east_m", "north_m"), GEOMETRY_COLUMNS)


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
                    shown_column(row),
                    _("the coordinates lie in no Swedish municipality"),
                    remedy=_("Correct the coordinates"),
                )
            elif distance_m > BORDER_TOLERANCE_M:
                text = _("the coordinates lie in {found}, {distance} km from {stated}")
                row.wrong(
                    shown_column(row),
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
                shown_column(row),
                _("the coordinates are missing though the place is to be shown exactly"),
                remedy=_("Give the coordinates, or the visibility kommun"),
            )
        places.append(Place(code))
    return places


def shown_column(row: Row) -> str:
    """The column that a problem with the place of a row names: the first coordinate that it gives."""
    return next((name for pair in reversed(_PAIRS) for name in pair if row.text(name)), "lon")
