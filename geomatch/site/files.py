"""The files of a month or a county as the pages list them."""

from __future__ import annotations

from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site.downloads import Download, download_names
from geomatch.words import gettext as _

__all__ = ["month_files"]


def _contents(file: Download) -> str:
    """What a file holds, in words."""
    if file.contents == "all":
        return _("all tables") if file.kind == "xlsx" else _("areas and activities with their places")
    if not file.contents:
        return _("the manifest: edition, settings and checksums")
    if file.contents == "definitions":
        return _("what every column means")
    return _(PUBLIC_TABLES[file.contents].title)


def month_files(edition: Edition) -> list[tuple[str, list[tuple[str, str]]]]:
    """What there is to download, as contents, and file name and kind of each file with them."""
    kinds = {
        "xlsx": _("Excel"),
        "csv": _("CSV, semicolons"),
        "csv-comma": _("CSV, commas"),
        "geojson": "GeoJSON",
        "gpkg": "GeoPackage",
        "json": "JSON",
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for file in download_names(synthetic=edition.synthetic):
        found.setdefault(_contents(file), []).append((file.name, kinds.get(file.kind, file.kind)))
    return list(found.items())
