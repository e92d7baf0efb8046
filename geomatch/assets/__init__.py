"""The files that both trees of pages load: Leaflet, and what sorts and filters tables."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

__all__ = ["leaflet_files", "own_files"]

_LEAFLET_HOST = re.compile(r"https?://[^\s\"'<>)]*leafletjs\.com[^\s\"'<>)]*")
_LEAFLET_PREFIX = re.compile(r"""prefix:'<a href="[^"]*" title="[^"]*">'\+\(.*?\)\+"Leaflet</a>\"""")


def leaflet_files() -> dict[str, bytes]:
    """Leaflet from the installed package, with the links to its home page taken out.

    Its licence asks for the notice to stay; it does, and stands in full beside it.
    """
    from xstatic.pkg import leaflet  # noqa: PLC0415  # only needed by those who write pages

    data = Path(leaflet.BASE_DIR)
    script = (data / "leaflet.js").read_text(encoding="utf-8")
    script = _LEAFLET_PREFIX.sub('prefix:"Leaflet"', script, count=1)
    script = _LEAFLET_HOST.sub("", script)
    script = re.sub(r"\n//# sourceMappingURL=\S*", "\n", script)
    style = re.sub(r"https?://[^\s*]+", "", (data / "leaflet.css").read_text(encoding="utf-8"))
    result = {"leaflet.js": script.encode(), "leaflet.css": style.encode()}
    for image in sorted((data / "images").glob("*.png")):
        result[f"images/{image.name}"] = image.read_bytes()
    return result


def own_files() -> dict[str, bytes]:
    """The scripts of our own that both trees share, by name."""
    own = files("geomatch.assets") / "static"
    return {
        entry.name: entry.read_bytes()
        for entry in sorted(own.iterdir(), key=lambda entry: entry.name)
        if entry.is_file()
    }
