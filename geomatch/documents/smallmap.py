"""A small map of two municipalities as SVG that stands by itself: no script, no style of its own, no other host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import shapely

__all__ = ["Mark", "small_map"]

_WIDTH, _HEIGHT = 640, 400
# What is finer than this many units of the drawing cannot be seen.
_FINEST = 1.2
_MARGIN = 0.08
# About the width of a letter of a name.
_LETTER = 11
_SCALES_M = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)


class Mark:
    """A place with its name on the map."""

    def __init__(self, place: shapely.Point, name: str, kind: str) -> None:
        """A point (EPSG:3006), the name beside it, and its class: `home` or `goal`."""
        self.place, self.name, self.kind = place, name, kind


class _Frame:
    """From metres to units of the drawing."""

    def __init__(self, bounds: Sequence[float]) -> None:
        west, south, east, north = bounds
        width_m, height_m = (east - west) * (1 + 2 * _MARGIN), (north - south) * (1 + 2 * _MARGIN)
        self.metres = max(width_m / _WIDTH, height_m / _HEIGHT)
        self.west = (west + east) / 2 - self.metres * _WIDTH / 2
        self.north = (south + north) / 2 + self.metres * _HEIGHT / 2

    @property
    def box(self) -> shapely.Polygon:
        """What the drawing shows."""
        return shapely.box(
            self.west, self.north - self.metres * _HEIGHT, self.west + self.metres * _WIDTH, self.north
        )

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A place in the drawing."""
        return round((x_m - self.west) / self.metres, 1), round((self.north - y_m) / self.metres, 1)

    def path(self, shape: Any) -> str:  # noqa: ANN401  # a polygon or several
        """The outlines of a shape, cut and simplified to what can be seen."""
        seen = shapely.simplify(shapely.intersection(shape, self.box), self.metres * _FINEST)
        rings = []
        for part in shapely.get_parts(seen):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            for ring in (part.exterior, *part.interiors):
                places = " ".join(f"{x:g} {y:g}" for x, y in (self.at(*at) for at in ring.coords[:-1]))
                rings.append(f"M{places}Z")
        return "".join(rings)


def _text(at: tuple[float, float], name: str, kind: str, *, above: bool) -> str:
    """A name above or below a place, inside the drawing."""
    x, y = at[0], at[1] - 16 if above else at[1] + 30
    room = len(name) * _LETTER / 2 + 6
    x = min(max(x, room), _WIDTH - room)
    y = min(max(y, 24), _HEIGHT - 12)
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="middle">{escape(name)}</text>'


def small_map(
    shapes: gpd.GeoDataFrame, pair: tuple[str, str], title: str, words: str, marks: Sequence[Mark] = ()
) -> str:
    """Two municipalities among their neighbours, an arrow from one to the other, and places with their names.

    Args:
        shapes: municipality_code, name, point_x_m, point_y_m, geometry (EPSG:3006).
        pair: Codes: from where, to where.
        title: The drawing's name, for who cannot see it.
        words: What it shows, likewise.
        marks: Places; the arrow goes from the first to the last, or between the municipalities' points without any.
    """
    by_code = shapes.set_index("municipality_code")
    start, goal = by_code.loc[pair[0]], by_code.loc[pair[1]]
    frame = _Frame(shapely.union(start.geometry, goal.geometry).bounds)
    near = shapes[shapes.intersects(frame.box) & ~shapes["municipality_code"].isin(pair)]
    paths = [
        f'<path class="near" d="{frame.path(shape)}"/>'
        for shape in near.sort_values("municipality_code").geometry
    ]
    paths += [
        f'<path class="{kind}" d="{frame.path(one.geometry)}"/>'
        for kind, one in (("goal", goal), ("home", start))
    ]
    named = list(marks) or [
        Mark(shapely.Point(one.point_x_m, one.point_y_m), str(one["name"]), kind)
        for kind, one in (("home", start), ("goal", goal))
    ]
    first, last = (frame.at(mark.place.x, mark.place.y) for mark in (named[0], named[-1]))
    dots = "".join(
        f'<circle class="{mark.kind}" cx="{x:g}" cy="{y:g}" r="7"/>'
        for mark in named
        for x, y in [frame.at(mark.place.x, mark.place.y)]
    )
    # Away from the arrow: the name of the upper place stands above it.
    upper = min(named, key=lambda mark: -mark.place.y)
    texts = "".join(
        _text(frame.at(mark.place.x, mark.place.y), mark.name, mark.kind, above=mark is upper)
        for mark in named
    )
    return (
        f'<svg class="map" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
        f'<rect class="sea" width="{_WIDTH}" height="{_HEIGHT}"/>{"".join(paths)}'
        f"{_arrow(first, last)}{dots}{texts}{_scale(frame)}"
        f'<rect class="frame" width="{_WIDTH}" height="{_HEIGHT}"/></svg>'
    )


def _arrow(first: tuple[float, float], last: tuple[float, float]) -> str:
    """A line with a head that ends short of the last place."""
    dx, dy = last[0] - first[0], last[1] - first[1]
    length = (dx * dx + dy * dy) ** 0.5
    if length < 30:
        return ""
    ux, uy = dx / length, dy / length
    tip = last[0] - ux * 10, last[1] - uy * 10
    back = tip[0] - ux * 18, tip[1] - uy * 18
    sides = [(back[0] - uy * 8 * side, back[1] + ux * 8 * side) for side in (1, -1)]
    head = " ".join(f"{x:.1f} {y:.1f}" for x, y in (tip, *sides))
    return (
        f'<path class="line" d="M{first[0]:g} {first[1]:g}L{back[0]:.1f} {back[1]:.1f}"/>'
        f'<path class="head" d="M{head}Z"/>'
    )


def _scale(frame: _Frame) -> str:
    """A bar of a round length, about a fifth of the drawing."""
    length_m = max((one for one in _SCALES_M if one <= frame.metres * _WIDTH / 4), default=_SCALES_M[0])
    right, y = _WIDTH - 18, _HEIGHT - 18
    left = right - length_m / frame.metres
    return (
        f'<path class="scale" d="M{left:.1f} {y - 8}V{y}H{right}V{y - 8}"/>'
        f'<text class="scale" x="{right}" y="{y - 12}" text-anchor="end">{length_m // 1000} km</text>'
    )
