"""Charts as inline SVG: bars of two figures by area, and lines over months. Each names itself and has its facts in words.

Only classes and plain attributes are used, so that the page's rules for content allow them. Colours are the style
sheet's; marks and stripes differ as well, so that nothing is told by colour alone. A figure that is withheld is a hatched
mark with its sign, one that is not known leaves a gap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from geomatch.numbers import interval, month_text, whole
from geomatch.public.tables import MISSING, WITHHELD
from geomatch.words import gettext as _

__all__ = ["Bars", "Figure", "Point", "need_and_places", "over_months", "women_and_men"]

# Widths and heights are in the units of the drawing, which is as wide as a phone's screen.
_WIDTH = 320.0
_LEFT, _LEAST_RIGHT = 4.0, 24.0
# A letter of a number is no wider than this.
_LETTER = 6.2
_LABEL, _BAR, _SPACE, _TOP = 17.0, 11.0, 9.0, 22.0
_NAME_LETTERS = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of persons or places: both ends, or the sign in their place."""

    low: int | None
    high: int | None
    sign: str = ""

    @property
    def text(self) -> str:
        """As it is written."""
        if self.low is None or self.high is None:
            return self.sign or MISSING
        return interval(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Bars:
    """An area with its two figures."""

    name: str
    first: Figure
    second: Figure


@dataclass(frozen=True, slots=True)
class Point:
    """A month with its figures: those enrolled, those without a place, and places."""

    month: str
    need: Figure
    gap: Figure
    places: Figure


def _number(value: float) -> str:
    """A coordinate with at most one decimal, always written alike."""
    return f"{value:.1f}".removesuffix(".0")


def nice_end(value: int) -> int:
    """The end of a scale: the smallest 1, 2, 4 or 5 times a power of ten that is no less than `value`, at least 4."""
    if value <= 4:
        return 4
    power = int(10 ** (len(str(value)) - 1))
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value)


def _clipped(text: str) -> str:
    return text if len(text) <= _NAME_LETTERS else text[: _NAME_LETTERS - 1] + "…"


def _head(name: str, width: float, height: float, title: str, description: str) -> str:
    return (
        f'<svg class="chart" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'viewBox="0 0 {_number(width)} {_number(height)}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
        f'<defs><pattern id="{name}-stripe" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect class="stripe-ground" width="6" height="6"/>'
        f'<path class="stripe" d="M0 0V6"/></pattern>'
        f'<pattern id="{name}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(-45)"><path class="hatch" d="M0 0V5"/></pattern></defs>'
    )


def _bar(name: str, kind: str, figure: Figure, y: float, scale: float) -> str:
    """One bar with its number: full to the lower end, hatched to the upper one."""
    middle = _number(y + _BAR - 1.5)
    if figure.low is None or figure.high is None:
        if figure.sign != WITHHELD:
            return f'<text class="value" x="{_number(_LEFT)}" y="{middle}">{escape(figure.text)}</text>'
        return (
            f'<rect class="withheld" x="{_number(_LEFT)}" y="{_number(y)}" width="24" height="{_number(_BAR)}" '
            f'fill="url(#{name}-hatch)"/>'
            f'<text class="value" x="{_number(_LEFT + 28)}" y="{middle}">{escape(figure.sign)}</text>'
        )
    low, high = figure.low * scale, figure.high * scale
    fill = f' fill="url(#{name}-stripe)"' if kind == "second" else ""
    parts = [
        (
            f'<rect class="bar {kind}" x="{_number(_LEFT)}" y="{_number(y)}" width="{_number(low)}" '
            f'height="{_number(_BAR)}"{fill}/>'
        )
    ]
    if high > low:
        parts.append(
            f'<rect class="span" x="{_number(_LEFT + low)}" y="{_number(y)}" width="{_number(high - low)}" '
            f'height="{_number(_BAR)}" fill="url(#{name}-hatch)"/>'
        )
    parts.append(
        f'<text class="value" x="{_number(_LEFT + high + 4)}" y="{middle}">{escape(figure.text)}</text>'
    )
    return "".join(parts)


def _bars(name: str, title: str, description: str, rows: Sequence[Bars]) -> Markup:
    """Two bars for each area, the areas one below the other."""
    most = max((figure.high or 0 for row in rows for figure in (row.first, row.second)), default=0)
    end = nice_end(most)
    # Room for the longest number behind the longest bar.
    letters = max((len(figure.text) for row in rows for figure in (row.first, row.second)), default=0)
    inner = _WIDTH - _LEFT - max(_LEAST_RIGHT, 8 + _LETTER * letters)
    scale = inner / end
    step = _LABEL + 2 * _BAR + _SPACE
    height = _TOP + len(rows) * step
    parts = [_head(name, _WIDTH, height, title, description)]
    for mark in (0, end // 2, end):
        x = _number(_LEFT + mark * scale)
        anchor = "start" if mark == 0 else "middle"
        parts.append(
            f'<path class="grid" d="M{x} {_number(_TOP - 6)}V{_number(height)}"/>'
            f'<text class="scale" x="{x}" y="12" text-anchor="{anchor}">{whole(mark)}</text>'
        )
    for number, row in enumerate(rows):
        y = _TOP + number * step
        parts.append(
            f'<text class="name" x="{_number(_LEFT)}" y="{_number(y + 12)}">{escape(_clipped(row.name))}</text>'
            + _bar(name, "first", row.first, y + _LABEL, scale)
            + _bar(name, "second", row.second, y + _LABEL + _BAR, scale)
        )
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704  every text in it is escaped where it is put


def need_and_places(name: str, rows: Sequence[Bars], area: str, month: str) -> Markup:
    """Those enrolled against places, an area each.

    Args:
        name: Of the chart; its ids begin with it, so it is one of its own on the page.
        rows: Areas with those enrolled and their places, in the order they are drawn.
        area: What they are the areas of.
        month: YYYY-MM.
    """
    return _bars(
        name,
        _("Enrolled and places in {area}, {month}").format(area=area, month=month_text(month)),
        _("Two bars for each area: persons enrolled, and places in activities. {facts}").format(
            facts=_facts(rows, _("{name}: {first} enrolled, {second} places."))
        ),
        rows,
    )


def women_and_men(name: str, rows: Sequence[Bars], area: str, month: str) -> Markup:
    """Women against men among those enrolled, an area each; arguments as `need_and_places`."""
    return _bars(
        name,
        _("Women and men enrolled in {area}, {month}").format(area=area, month=month_text(month)),
        _("Two bars for each area: women enrolled, and men enrolled. {facts}").format(
            facts=_facts(rows, _("{name}: {first} women, {second} men."))
        ),
        rows,
    )


def _facts(rows: Sequence[Bars], text: str) -> str:
    return " ".join(
        text.format(name=_clipped(row.name), first=row.first.text, second=row.second.text) for row in rows
    )


# ---------------------------------------------------------------------------------------------------------- over months

_HEIGHT, _BOTTOM, _PLOT_TOP, _PLOT_LEFT = 230.0, 24.0, 12.0, 46.0


def _count(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def _mark(kind: str, x: float, y: float) -> str:
    """The mark of a month's figure: each line has its own shape."""
    if kind == "need":
        return f'<circle class="mark need" cx="{_number(x)}" cy="{_number(y)}" r="5"/>'
    if kind == "gap":
        return f'<rect class="mark gap" x="{_number(x - 2.5)}" y="{_number(y - 2.5)}" width="5" height="5"/>'
    return f'<path class="mark places" d="M{_number(x)} {_number(y - 4.5)}l4.5 8h-9z"/>'


def _line(kind: str, name: str, found: Sequence[tuple[float, Figure]], top: float, scale: float) -> str:
    """One figure over the months: a line through the middles, whiskers for intervals, hatched marks for what is withheld."""
    bottom = _HEIGHT - _BOTTOM
    pieces: list[list[str]] = [[]]
    marks = []
    for x, figure in found:
        if figure.low is None or figure.high is None:
            pieces.append([])
            if figure.sign == WITHHELD:
                marks.append(
                    f'<rect class="withheld {kind}" x="{_number(x - 4)}" y="{_number(bottom - 10)}" width="8" height="10" '
                    f'fill="url(#{name}-hatch)"/><text class="value" x="{_number(x)}" y="{_number(bottom - 13)}" '
                    f'text-anchor="middle">{escape(figure.sign)}</text>'
                )
            continue
        low, high = top - figure.low * scale, top - figure.high * scale
        y = (low + high) / 2
        pieces[-1].append(f"{_number(x)} {_number(y)}")
        if figure.low != figure.high:
            marks.append(f'<path class="whisker {kind}" d="M{_number(x)} {_number(low)}V{_number(high)}"/>')
        marks.append(_mark(kind, x, y))
    lines = "".join(
        f'<path class="line {kind}" d="M{"L".join(piece)}"/>' for piece in pieces if len(piece) > 1
    )
    return lines + "".join(marks)


def over_months(name: str, points: Sequence[Point], area: str) -> Markup:
    """Those enrolled, those without a place, and places, over months; a month that is not published leaves a gap.

    Args:
        name: Of the chart; its ids begin with it, so it is one of its own on the page.
        points: Months in order, at least two.
        area: What they are told of.
    """
    first, last = _count(points[0].month), _count(points[-1].month)
    most = max(
        (figure.high or 0 for point in points for figure in (point.need, point.gap, point.places)), default=0
    )
    end = nice_end(most)
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - 14
    scale = (bottom - _PLOT_TOP) / end
    step = (right - _PLOT_LEFT - 8) / max(1, last - first)
    title = _("{area} month by month, {first} to {last}").format(
        area=area, first=month_text(points[0].month), last=month_text(points[-1].month)
    )
    described = " ".join(
        _("{month}: {need} enrolled, {gap} without a place, {places} places.").format(
            month=month_text(point.month),
            need=point.need.text,
            gap=point.gap.text,
            places=point.places.text,
        )
        for point in points[-3:]
    )
    parts = [
        _head(
            name,
            _WIDTH,
            _HEIGHT,
            title,
            _(
                "Three lines: enrolled, without a place, and places. {facts} All months are in the table below."
            ).format(facts=described),
        )
    ]
    for value in (0, end // 2, end):
        y = _number(bottom - value * scale)
        parts.append(
            f'<path class="grid" d="M{_number(_PLOT_LEFT)} {y}H{_number(right)}"/>'
            f'<text class="scale" x="{_number(_PLOT_LEFT - 6)}" y="{_number(bottom - value * scale + 4)}" '
            f'text-anchor="end">{whole(value)}</text>'
        )
    xs = [_PLOT_LEFT + 8 + (_count(point.month) - first) * step for point in points]
    for x, point, anchor in ((xs[0], points[0], "start"), (xs[-1], points[-1], "end")):
        parts.append(
            f'<text class="scale" x="{_number(x)}" y="{_number(_HEIGHT - 6)}" text-anchor="{anchor}">'
            f"{month_text(point.month)}</text>"
        )
    for kind in ("places", "need", "gap"):
        found: list[tuple[float, Figure]] = []
        before = None
        for x, point in zip(xs, points, strict=True):
            if before is not None and _count(point.month) - before > 1:
                found.append((math.nan, Figure(None, None, MISSING)))
            found.append((x, getattr(point, kind)))
            before = _count(point.month)
        parts.append(_line(kind, name, found, bottom, scale))
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704  every text in it is escaped where it is put
