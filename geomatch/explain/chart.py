"""One municipality explained, as a picture that stands alone (SVG)."""

from __future__ import annotations

from html import escape
from textwrap import wrap

from geomatch.explain.change_text import change_text
from geomatch.explain.facts import Explained
from geomatch.explain.text import explained_lines
from geomatch.numbers import month_text, persons_floor, whole
from geomatch.publish.facts import PARTS
from geomatch.words import gettext as _
from geomatch.words import language

__all__ = ["chart_svg"]

_WIDTH, _LEFT, _BAR = 960, 24, 912
_ROW, _LINE = 34, 22
# So many signs of the smaller text fit in the width.
_SIGNS = 115
_CHANGES = 6
"""So many of the changes that help are drawn, from the best."""
# Served in blues and greens, from deep to pale; not served in yellow to brown. Each also has its letter.
_FILLS = {
    "served_local": "#0b5578",
    "served_by_corridor": "#4f8fb5",
    "served_digital": "#a9cbe0",
    "in_reach_full": "#fff3c4",
    "corridor_not_open": "#fecf6d",
    "no_entitlement": "#e08a3c",
    "no_day_return": "#8f2d05",
}
_PALE = {"served_digital", "in_reach_full", "corridor_not_open", "no_entitlement"}


def chart_svg(explained: Explained) -> str:
    """Who is served and who is not, at low and at high need, and what the best changes would give, as an SVG text.

    Every part has a letter, and the letters their names and numbers: colour is never the only sign. The picture carries
    the explanation's sentences as its description.
    """
    shown = explained.shown
    name = f"{explained.name} ({explained.code}), {month_text(explained.month)}"
    title = name + (" – " + _("SYNTHETIC DATA") if explained.synthetic else "")
    body: list[str] = []
    y = 36.0
    body.append(_text(_LEFT, y, title, size=20, weight="bold"))
    if shown is not None and shown.need[1] > 0:
        ends = (
            [(_("Those counted"), shown.low)]
            if shown.low == shown.high
            else [(_("At low need"), shown.low), (_("At high need"), shown.high)]
        )
        most = max(sum(parts.values()) for _name, parts in ends)
        letters = {
            part: chr(ord("A") + number)
            for number, part in enumerate(p for p in PARTS if any(parts[p] for _name, parts in ends))
        }
        for label, parts in ends:
            total = sum(parts.values())
            body.append(_text(_LEFT, y + 30, f"{label}: {whole(total)}"))
            y += 38
            x = float(_LEFT)
            for part, letter in letters.items():
                width = _BAR * parts[part] / max(most, 1)
                if width:
                    body.append(_box(x, y, width, _FILLS[part]))
                    if width >= 16:
                        ink = "#16242b" if part in _PALE else "#ffffff"
                        body.append(_text(x + width / 2, y + 19, letter, anchor="middle", fill=ink))
                x += width
            y += _ROW - 6
        y += 12
        for part, letter in letters.items():
            y += _LINE
            numbers = " / ".join(dict.fromkeys(whole(parts[part]) for _name, parts in ends))
            body.append(_box(_LEFT, y - 14, 18, _FILLS[part], height=18))
            body.append(_text(_LEFT + 26, y, f"{letter}  {_part(part)}: {numbers}"))
        y = _changes(explained, body, y + 20)
    height = round(y + 20)
    described = escape("\n".join(explained_lines(explained)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{language()}" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="15">\n'
        f"<title>{escape(title)}</title>\n<desc>{described}</desc>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _changes(explained: Explained, body: list[str], y: float) -> float:
    """The best changes as bars below each other: outlined as far as the larger number, filled to the smaller."""
    helping = [one for one in explained.changes if one.helps and one.possible][:_CHANGES]
    if not helping:
        return y
    y += 26
    body.append(_text(_LEFT, y, _("Fewer without a place here, by one change"), size=17, weight="bold"))
    most = max(max(one.own) for one in helping)
    for one in helping:
        y += 6
        low, high = one.own
        numbers = " / ".join(dict.fromkeys(persons_floor(milli) for milli in (low, high)))
        for line in wrap(f"{numbers}: {change_text(one, explained)}", _SIGNS):
            y += _LINE
            body.append(_text(_LEFT, y, line))
        y += 6
        larger, smaller = max(low, high, 0), max(min(low, high), 0)
        body.append(_box(_LEFT, y, _BAR * larger / most, "#ffffff", height=14, stroke="#00755a"))
        if smaller:
            body.append(_box(_LEFT, y, _BAR * smaller / most, "#00755a", height=14, stroke="#00755a"))
        y += 14
    return y


def _part(part: str) -> str:
    return {
        "served_local": _("in own municipality"),
        "served_by_corridor": _("in another municipality"),
        "served_digital": _("at a distance"),
        "in_reach_full": _("places taken"),
        "corridor_not_open": _("pair not approved"),
        "no_entitlement": _("no right to travel"),
        "no_day_return": _("no day return"),
    }[part]


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 15,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = "#16242b",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(text)}</text>'
    )


def _box(x: float, y: float, width: float, fill: str, *, height: int = 28, stroke: str = "#16242b") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{fill}" stroke="{stroke}"/>'
