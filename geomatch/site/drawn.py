"""The map of every page of the site, drawn by Folium into one script, with elements of our own where it has none.

Folium sets up the map: its options, its projection, a background of tiles where the settings name one. Borders, values,
pairs and activities are added by static/draw.js and static/site.js, which read them from the site's scripts of data: so
one script of some hundred bytes serves all pages and months, names no host, and has no random part.
"""

from __future__ import annotations

import html

from geomatch.assets.folium_script import folium_script
from geomatch.settings import SiteSettings

__all__ = ["map_script"]


def map_script(site: SiteSettings) -> str:
    """The script `map.js`, which draws the map into the element `map_0000`. The same settings give the same bytes.

    Args:
        site: `tiles_url` and `tiles_attribution` for a background map; it is loaded when a reader asks for it.
    """
    import folium  # noqa: PLC0415  # takes half a second: only for those who draw
    from branca.element import MacroElement  # noqa: PLC0415  # Folium is slow to import
    from folium.template import Template  # noqa: PLC0415  # Folium is slow to import

    class Element(MacroElement):  # type: ignore[misc]  # branca has no types
        """Hands the map, and where there is one its background, to site.js."""

        _template = Template(
            "{% macro script(this, kwargs) %}\n"
            "{% if this.tiles %}geomatch.site.tiles({{ this.drawn.get_name() }}, {{ this.tiles.get_name() }});\n{% endif %}"
            "geomatch.site.start({{ this.drawn.get_name() }});\n"
            "{% endmacro %}"
        )

        def __init__(self, drawn: folium.Map, tiles: object) -> None:
            super().__init__()
            self._name = "Site"
            self.drawn, self.tiles = drawn, tiles

    drawn = folium.Map(
        tiles=None, zoom_control=False, attribution_control=bool(site.tiles_url), scroll_wheel_zoom=False,
        zoom_snap=0.25, zoom_animation=False, fade_animation=False,
    )  # fmt: skip
    # Folium keeps its own arguments of these names for tiles, of which there are none.
    drawn.options.update(min_zoom=3, max_zoom=14)
    tiles = None
    if site.tiles_url:
        # Leaflet writes it as HTML, and Folium reads it as a template once more.
        named = html.escape(site.tiles_attribution).replace("{", "&#123;").replace("%", "&#37;")
        tiles = folium.TileLayer(tiles=site.tiles_url, attr=named, overlay=True, show=False)
        tiles.add_to(drawn)
    drawn.add_child(Element(drawn, tiles))
    return folium_script(drawn)
