"""A small map of two municipalities: planned in units of a drawing, and drawn as SVG that stands by itself.

The SVG has no script, no style of its own and no other host. A workbook draws the same plan as a chart (`mapchart`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import shapely

__all__ = ["HEIGHT", "WIDTH", "Mark", "Plan", "direction", "drawn", "planned", "small_map"]

WIDTH, HEIGHT = 640, 400
# What is finer than this many units of the drawing cannot be seen.
_FINEST = 1.2
_MARGIN = 0.08
# About the width of a letter of a name.
_LETTER = 11
_SHORTEST_ARROW = 30
_SCALES_M = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)


class Mark:
    """A place with its name on the map."""

    def __init__(self, place: shapely.Point, name: str, kind: str) -> None:
        """A point (EPSG:3006), the name beside it, and its class: `home` or `goal`."""
        self.place, self.name, self.kind = place, name, kind


Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a small map shows, in units of a drawing of WIDTH by HEIGHT, with the origin at the north-west.

    Attributes:
        outlines: The class (`near`, `goal` or `home`) and the rings of each municipality, in the order they are drawn.
        places: Name, class (`home` or `goal`) and place of each mark; the arrow goes from the first to the last.
        upper: Number of the mark farthest to the north: its name stands above it, away from the arrow.
        metres: Metres of a unit.
    """

    outlines: tuple[tuple[str, tuple[Ring, ...]], ...]
    places: tuple[tuple[str, str, tuple[float, float]], ...]
    upper: int
    metres: float


class _Frame:
    """From metres to units of the drawing."""

    def __init__(self, bounds: Sequence[float]) -> None:
        west, south, east, north = bounds
        width_m, height_m = (east - west) * (1 + 2 * _MARGIN), (north - south) * (1 + 2 * _MARGIN)
        self.metres = max(width_m / WIDTH, height_m / HEIGHT)
        self.west = (west + east) / 2 - self.metres * WIDTH / 2
        self.north = (south + north) / 2 + self.metres * HEIGHT / 2

    @property
    def box(self) -> shapely.Polygon:
        """What the drawing shows."""
        return shapely.box(
            self.west, self.north - self.metres * HEIGHT, self.west + self.metres * WIDTH, self.north
        )

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A place in the drawing."""
        return round((x_m - self.west) / self.metres, 1), round((self.north - y_m) / self.metres, 1)

    def rings(self, shape: Any) -> tuple[Ring, ...]:  # noqa: ANN401  # a polygon or several
        """The outlines of a shape, cut and simplified to what can be seen; the last corner is not the first again."""
        seen = shapely.simplify(shapely.intersection(shape, self.box), self.metres * _FINEST)
        rings: list[Ring] = []
        for part in shapely.get_parts(seen):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            outlines = (part.exterior, *part.interiors)
            rings.extend(tuple(self.at(*at) for at in ring.coords[:-1]) for ring in outlines)
        return tuple(rings)


def _text(at: tuple[float, float], name: str, kind: str, *, above: bool) -> str:
    """A name above or below a place, inside the drawing."""
    x, y = at[0], at[1] - 16 if above else at[1] + 30
    room = len(name) * _LETTER / 2 + 6
    x = min(max(x, room), WIDTH - room)
    y = min(max(y, 24), HEIGHT - 12)
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle">{escape(name)}</text>'


def planned(shapes: gpd.GeoDataFrame, pair: tuple[str, str], marks: Sequence[Mark] = ()) -> Plan:
    """Two municipalities among their neighbours, and places with their names.

    Args:
        shapes: municipality_code, name, point_x_m, point_y_m, geometry (EPSG:3006).
        pair: Codes: from where, to where.
        marks: Places; the municipalities' points without any.
    """
    by_code = shapes.set_index("municipality_code")
    start, goal = by_code.loc[pair[0]], by_code.loc[pair[1]]
    frame = _Frame(shapely.union(start.geometry, goal.geometry).bounds)
    near = shapes[shapes.intersects(frame.box) & ~shapes["municipality_code"].isin(pair)]
    outlines = [("near", frame.rings(shape)) for shape in near.sort_values("municipality_code").geometry]
    outlines += [(kind, frame.rings(one.geometry)) for kind, one in (("goal", goal), ("home", start))]
    named = list(marks) or [
        Mark(shapely.Point(one.point_x_m, one.point_y_m), str(one["name"]), kind)
        for kind, one in (("home", start), ("goal", goal))
    ]
    return Plan(
        tuple(outlines),
        tuple((mark.name, mark.kind, frame.at(mark.place.x, mark.place.y)) for mark in named),
        max(range(len(named)), key=lambda number: named[number].place.y),
        frame.metres,
    )


def drawn(plan: Plan, title: str, words: str) -> str:
    """A plan as SVG.

    Args:
        plan: What is drawn.
        title: The drawing's name, for who cannot see it.
        words: What it shows, likewise.
    """
    paths = [
        f'<path class="{kind}" d="{"".join(_path(ring) for ring in rings)}"/>'
        for kind, rings in plan.outlines
    ]
    dots = "".join(
        f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="7"/>' for _name, kind, (x, y) in plan.places
    )
    texts = "".join(
        _text(at, name, kind, above=number == plan.upper)
        for number, (name, kind, at) in enumerate(plan.places)
    )
    return (
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
        f'<rect class="sea" width="{WIDTH}" height="{HEIGHT}"/>{"".join(paths)}'
        f"{_arrow(plan)}{dots}{texts}{_scale(plan.metres)}"
        f'<rect class="frame" width="{WIDTH}" height="{HEIGHT}"/></svg>'
    )


def small_map(
    shapes: gpd.GeoDataFrame, pair: tuple[str, str], title: str, words: str, marks: Sequence[Mark] = ()
) -> str:
    """`drawn` of `planned`."""
    return drawn(planned(shapes, pair, marks), title, words)


def _path(ring: Ring) -> str:
    return f"M{' '.join(f'{x:g} {y:g}' for x, y in ring)}Z"


def direction(plan: Plan) -> tuple[float, float] | None:
    """The arrow's, of length 1; None where its ends are too near each other for an arrow."""
    first, last = plan.places[0][2], plan.places[-1][2]
    dx, dy = last[0] - first[0], last[1] - first[1]
    length = (dx * dx + dy * dy) ** 0.5
    return (dx / length, dy / length) if length >= _SHORTEST_ARROW else None


def _arrow(plan: Plan) -> str:
    """A line with a head that ends short of the last place."""
    along = direction(plan)
    if along is None:
        return ""
    (ux, uy), first, last = along, plan.places[0][2], plan.places[-1][2]
    tip = last[0] - ux * 10, last[1] - uy * 10
    back = tip[0] - ux * 18, tip[1] - uy * 18
    sides = [(back[0] - uy * 8 * side, back[1] + ux * 8 * side) for side in (1, -1)]
    head = " ".join(f"{x:.1f} {y:.1f}" for x, y in (tip, *sides))
    return (
        f'<path class="line" d="M{first[0]:g} {first[1]:g}L{back[0]:.1f} {back[1]:.1f}"/>'
        f'<path class="head" d="M{head}Z"/>'
    )


def _scale(metres: float) -> str:
    """A bar of a round length, about a fifth of the drawing."""
    length_m = max((one for one in _SCALES_M if one <= metres * WIDTH / 4), default=_SCALES_M[0])
    right, y = WIDTH - 18, HEIGHT - 18
    left = right - length_m / metres
    return (
        f'<path class="scale" d="M{left:.1f} {y - 8}V{y}H{right}V{y - 8}"/>'
        f'<text class="scale" x="{right}" y="{y - 12}" text-anchor="end">{length_m // 1000} km</text>'
    )
