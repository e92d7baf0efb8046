"""The map of a county page, drawn by Folium into one script that names no other host and holds no HTML.

Folium gets shapes, classes and numbers only. It compiles what it is given as a Jinja template a second time, so that a
name such as `{{ … }}` would be run; texts therefore go into a script of their own, as JSON, and static/page.js puts
them into the page as text nodes. Colours and dashes are classes of static/page.css, so that map, legend, print and
dark mode share them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geomatch.assets.folium_script import folium_script
from geomatch.numbers import interval
from geomatch.plain import plain
from geomatch.publish.activities import activity_sentences
from geomatch.publish.corridors import corridor_records, corridor_sentence, gain_class
from geomatch.publish.facts import CountyFacts, ShownMunicipality, records
from geomatch.publish.localities import Locality
from geomatch.publish.pairs import (
    KIND_ORDER,
    corridor_kind,
    corridor_name,
    corridor_sentences,
    pair_name,
    verdict_text,
    waits_for_share,
)
from geomatch.publish.sentences import locality_sentence, municipality_sentences
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import folium

__all__ = ["GAP_LIMITS", "gap_class", "map_files"]

# Least gap, in persons, of classes 1 to 5. Fixed, so that two months can be laid side by side.
GAP_LIMITS = (1, 10, 25, 50, 100)
# More corridors than this hide the map: those that nobody recommends then start unticked.
CROWDED = 40
# About ten metres: finer than the shipped borders.
DECIMALS = 4
WEB = "EPSG:4326"
# How large the head of a line is by its class of gain, so that a thick line still points.
_HEADS = (0.8, 0.9, 1.1, 1.35, 1.65)

Feature = dict[str, Any]


def gap_class(shown: ShownMunicipality) -> str:
    """Class of a municipality on the map: `none` without need, else `0` to `5` by its highest gap."""
    if shown.need[1] == 0:
        return "none"
    return str(sum(shown.gap[1] >= limit for limit in GAP_LIMITS))


def _web(geometries: Iterable[Any], crs: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (whatever pyproj takes)
    """Geometries as GeoJSON mappings in WGS 84, rounded."""
    series = gpd.GeoSeries(list(geometries), crs=crs).to_crs(WEB)
    rounded = shapely.transform(series.to_numpy(), lambda at: np.round(at, DECIMALS))
    return [shapely.geometry.mapping(geometry) for geometry in rounded]


class _Texts:
    """What the map's features say. A feature holds the number of its entry."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def add(self, title: str, text: list[str], *, name: str, hover: str = "", label: str = "") -> int:
        """Number of a new entry.

        Heading and paragraphs of the popup, the name of the button that opens it, what the pointer shows, and what
        stands on the map.
        """
        self.entries.append({"title": title, "text": text, "name": name, "hover": hover, "label": label})
        return len(self.entries) - 1

    def script(self) -> str:
        """The entries as a script. Signs that could end a script or a line are written as escapes."""
        content = json.dumps(self.entries, ensure_ascii=True, sort_keys=True)
        for sign in "<>&":
            content = content.replace(sign, f"\\u{ord(sign):04x}")
        return f"geomatch.texts = {content};\n"


def _feature(geometry: dict[str, Any], class_name: str, **numbers: object) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": {"className": class_name, **numbers}}


def _municipality_features(
    facts: CountyFacts, shown: list[ShownMunicipality], texts: _Texts
) -> list[Feature]:
    by_code = {m.code: m for m in shown}
    own = facts.municipalities[facts.municipalities["municipality_code"].isin(by_code)]
    own = own.sort_values("municipality_code")
    centres = _web(shapely.points(own["point_x_m"], own["point_y_m"]), own.crs)
    features = []
    for code, geometry, centre in zip(
        own["municipality_code"], _web(own.geometry, own.crs), centres, strict=True
    ):
        m = by_code[code]
        wide = " wide" if m.gap[0] != m.gap[1] else ""
        features.append(
            _feature(
                geometry,
                f"gm-area gap-{gap_class(m)}{wide}",
                stop=True,
                said=texts.add(
                    m.name,
                    municipality_sentences(m),
                    name=_("{name}, gap {gap}").format(name=m.name, gap=interval(*m.gap)),
                    label=interval(*m.gap),
                ),
                weight=m.gap[1],
                at=[centre["coordinates"][1], centre["coordinates"][0]],
            )
        )
    return features


def _neighbour_features(facts: CountyFacts, ends: set[str]) -> list[Feature]:
    """Other municipalities in sight of the county, and those at the far end of its corridors."""
    others = facts.municipalities[facts.municipalities["county_code"] != facts.county_code]
    own = facts.municipalities[facts.municipalities["county_code"] == facts.county_code]
    if own.empty:
        return []
    west, south, east, north = own.total_bounds
    sight = shapely.box(west, south, east, north).buffer(max(east - west, north - south) / 2)
    near = others[others.geometry.intersects(sight) | others["municipality_code"].isin(ends)]
    near = near.sort_values("municipality_code")
    return [_feature(geometry, "gm-neighbour") for geometry in _web(near.geometry, near.crs)]


def _arrow(start: np.ndarray, end: np.ndarray, head_m: float) -> tuple[shapely.LineString, shapely.Polygon]:
    """A bent line from start to end (metres), and a head on it that points along.

    It bends to its right, so that the way there and the way back are two lines. `head_m` is the length of the head.
    """
    along = end - start
    right = np.array([along[1], -along[0]])
    bend = (start + end) / 2 + right * 0.16
    at = np.linspace(0.0, 1.0, 17)[:, np.newaxis]
    line = (1 - at) ** 2 * start + 2 * at * (1 - at) * bend + at**2 * end
    place = 0.62
    tip = (1 - place) ** 2 * start + 2 * place * (1 - place) * bend + place**2 * end
    direction = 2 * (1 - place) * (bend - start) + 2 * place * (end - bend)
    direction = direction / math.hypot(*direction)
    # No longer than the line allows, where two points lie close.
    size = min(head_m, math.hypot(*along) * 0.3)
    side = np.array([direction[1], -direction[0]]) * size * 0.5
    back = tip - direction * size
    return shapely.LineString(line), shapely.Polygon([tip, back + side, back - side])


def _corridor_features(facts: CountyFacts, texts: _Texts) -> dict[str, list[Feature]]:
    """Features of corridors by kind; a corridor to a place that is not on the map is in the table only."""
    names = facts.names()
    places = {
        code: np.array([x, y])
        for code, x, y in zip(
            facts.municipalities["municipality_code"],
            facts.municipalities["point_x_m"],
            facts.municipalities["point_y_m"],
            strict=True,
        )
    }
    own = facts.municipalities[facts.municipalities["county_code"] == facts.county_code]
    west, south, east, north = own.total_bounds
    # About fifteen pixels when the whole county is in view.
    head_m = max(east - west, north - south) * 0.022
    result: dict[str, list[Feature]] = {kind: [] for kind in KIND_ORDER}
    # The weightiest last, so that it is drawn on top.
    for row in reversed(corridor_records(facts)):
        start, end = row["from_code"], row["to_code"]
        if start == end or start not in places or end not in places:
            continue
        kind = corridor_kind(row)
        name = pair_name(f"{start}-{end}", names)
        said = texts.add(
            name,
            [corridor_sentence(row, names), *corridor_sentences(row, names, facts.settings)],
            name=corridor_name(row, names),
            hover=f"{name}: {verdict_text(row)}",
        )
        wide = gain_class(row)
        line, head = _web(_arrow(places[start], places[end], head_m * _HEADS[wide]), facts.municipalities.crs)
        blocked = " blocked" if waits_for_share(row) else ""
        for part, geometry in (("casing", line), ("line", line), ("head", head)):
            # The head answers the pointer; the keyboard stops once at each corridor, at its line.
            speaks = {} if part == "casing" else {"said": said, "stop": part == "line"}
            result[kind].append(
                _feature(geometry, f"gm-corridor-{part} corridor-{kind} gain-{wide}{blocked}", **speaks)
            )
    return result


def _activity_features(facts: CountyFacts, texts: _Texts) -> list[Feature]:
    """One feature a place: activities that share a point share a popup, so that none lies hidden below another."""
    shown = facts.own_activities()
    shown = shown[shown.geometry.notna()].sort_values(["name", "series_id"])
    names = facts.names()
    groups: dict[tuple[float, float], list[dict[str, Any]]] = {}
    for row in records(shown):
        groups.setdefault((row["geometry"].x, row["geometry"].y), []).append(row)
    if not groups:
        return []
    features = []
    points = _web([shapely.Point(at) for at in groups], shown.crs)
    for rows, geometry in zip(groups.values(), points, strict=True):
        exact = all(row["visibility"] == "exact" for row in rows)
        municipality = names.get(rows[0]["municipality_code"], plain(rows[0]["municipality_code"]))
        title = _("Activities in {name}").format(name=municipality)
        held = ", ".join(dict.fromkeys(plain(row["name"]) for row in rows))
        features.append(
            _feature(
                geometry,
                f"gm-activity {'exact' if exact else 'approximate'}",
                said=texts.add(
                    title, [activity_sentences(row) for row in rows], name=f"{title}: {held}", hover=held
                ),
                stop=True,
                pane="points",
            )
        )
    return features


def _locality_features(facts: CountyFacts, places: list[Locality], texts: _Texts) -> list[Feature]:
    unreached = [place for place in places if place.reached == 0 and not place.cells]
    if not unreached:
        return []
    geometries = _web([place.geometry for place in unreached], facts.points.crs)
    return [
        _feature(
            geometry,
            "gm-unreached",
            said=texts.add(
                place.name,
                [locality_sentence(place.name, place.need_low_milli, place.need_high_milli)],
                name=_("{name}, locality without a day return").format(name=place.name),
                hover=place.name,
            ),
            stop=True,
        )
        for place, geometry in zip(unreached, geometries, strict=True)
    ]


def _bounds(facts: CountyFacts) -> list[list[float]]:
    own = facts.municipalities[facts.municipalities["county_code"] == facts.county_code]
    frame = own if len(own) else facts.municipalities
    west, south, east, north = frame.to_crs(WEB).total_bounds
    return [
        [round(float(south), DECIMALS), round(float(west), DECIMALS)],
        [round(float(north), DECIMALS), round(float(east), DECIMALS)],
    ]


def _style(feature: Feature) -> dict[str, Any]:
    """Only a class: its look is in page.css. A hatch must be named here, since it lies in the page itself."""
    name = feature["properties"]["className"]
    style: dict[str, Any] = {"className": name, "stroke": True, "fill": not name.startswith("gm-corridor-")}
    if "corridor-head" in name:
        style["fill"] = True
    if name.endswith(" wide"):
        style["fillColor"] = f"url(#hatch-{name.split()[1].removeprefix('gap-')})"
    return style


def _add_layer(
    to: folium.Map,
    features: list[Feature],
    name: str,
    *,
    show: bool = True,
    marker: object = None,
    styled: bool = True,
) -> Any:  # noqa: ANN401 (a layer of folium, which has no types)
    import folium  # noqa: PLC0415  # takes half a second: only for those who draw

    for number, feature in enumerate(features):
        feature["id"] = number
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=name,
        show=show,
        marker=marker,
        style_function=_style if styled else None,
        on_each_feature=folium.JsCode("geomatch.onFeature"),
    )
    layer.add_to(to)
    return layer


def map_files(facts: CountyFacts, shown: list[ShownMunicipality], places: list[Locality]) -> dict[str, str]:
    """The scripts that draw the county's map into the element `map_0000`: `data.js` (its texts) and `map.js`.

    They need leaflet.js and static/page.js before them, in this order. They have no random part and name no host.

    Args:
        facts: The facts of the page.
        shown: The county's municipalities (facts.shown_municipalities).
        places: The county's demand points (tables.localities).
    """
    import folium  # noqa: PLC0415  # takes half a second: only for those who draw
    from branca.element import MacroElement  # noqa: PLC0415  # Folium is slow to import
    from folium.template import Template  # noqa: PLC0415  # Folium is slow to import

    class Finish(MacroElement):  # type: ignore[misc]  # branca has no types
        """Hands the map to page.js once every layer is there."""

        _template = Template(
            "{% macro script(this, kwargs) %}\n"
            "geomatch.ready({{ this.map.get_name() }}, {{ this.control.get_name() }}, ["
            "{% for layer in this.layers %}{{ layer.get_name() }}, {% endfor %}]);\n"
            "{% endmacro %}"
        )

        def __init__(self, drawn: folium.Map, control: object, layers: list[Any]) -> None:
            super().__init__()
            self._name = "Finish"
            self.map, self.control, self.layers = drawn, control, layers

    drawn = folium.Map(
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        scroll_wheel_zoom=False,
        zoom_snap=0.25,
    )
    # Folium keeps its own arguments of these names for tiles, of which there are none.
    drawn.options.update(min_zoom=3, max_zoom=14)
    texts = _Texts()
    corridors = _corridor_features(facts, texts)
    ends = {str(code) for code in facts.own_corridors()[["from_code", "to_code"]].to_numpy().ravel()}
    layers = [
        _add_layer(drawn, _neighbour_features(facts, ends), _("Other counties")),
        _add_layer(drawn, _municipality_features(facts, shown, texts), _("Gap by municipality")),
    ]
    names = {
        "open": _("Open pairs"),
        "recommended": _("Recommended pairs"),
        "possible": _("Possible pairs"),
        "not_recommended": _("Pairs not recommended"),
        "outside_policy": _("Pairs outside the rules"),
    }
    crowded = sum(map(len, corridors.values())) / 3 > CROWDED
    layers += [
        _add_layer(
            drawn,
            corridors[kind],
            names[kind],
            show=not (crowded and kind in {"not_recommended", "outside_policy"}),
        )
        for kind in reversed(KIND_ORDER)
        if corridors[kind]
    ]
    cross = folium.Marker(
        icon=folium.DivIcon(class_name="gm-unreached", icon_size=(16, 16), icon_anchor=(8, 8))
    )
    activities = _activity_features(facts, texts)
    unreached = _locality_features(facts, places, texts)
    if activities:
        layers.append(_add_layer(drawn, activities, _("Activities"), marker=folium.CircleMarker(radius=7)))
    if unreached:
        name = _("Localities without a day return")
        layers.append(_add_layer(drawn, unreached, name, marker=cross, styled=False))
    control = folium.LayerControl(collapsed=False)
    control.add_to(drawn)
    view = folium.FitBounds(_bounds(facts), padding=(12, 12))
    # The page opens on the county at once, and labels are placed at its final scale.
    view.options["animate"] = False
    view.add_to(drawn)
    drawn.add_child(Finish(drawn, control, layers))
    return {"data.js": texts.script(), "map.js": folium_script(drawn)}
