"""A Folium map as one script that is the same each time."""

from __future__ import annotations

from typing import Any

__all__ = ["folium_script"]


def _number_elements(element: Any, start: int = 0) -> int:  # noqa: ANN401  an element of branca, which has no types
    """Give every element a number for its random id, so that the same facts give the same bytes."""
    element._id = f"{start:04d}"  # noqa: SLF001  # branca has no public way to choose the id that names the variable
    for child in element._children.values():  # noqa: SLF001  # Folium has no public way to its parts
        start = _number_elements(child, start + 1)
    return start


def folium_script(drawn: Any) -> str:  # noqa: ANN401  a map of folium, which has no types
    """The script of a map, with numbers in the place of random ids and without blank lines; no HTML, no style.

    The map is drawn into the element `map_0000`, and its own files are not asked for: a page links its own copies of
    Leaflet.
    """
    # jQuery, Bootstrap and the icon fonts are not used.
    drawn.default_js, drawn.default_css = [], []
    _number_elements(drawn)
    drawn.render()
    lines = [line.rstrip() for line in drawn.get_root().script.render().splitlines() if line.strip()]
    return "\n".join(lines) + "\n"
