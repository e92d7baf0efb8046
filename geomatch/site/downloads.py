"""The published tables of a month, or of one of its counties, as files that people and programs read."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from geomatch.public.editions import Edition
from geomatch.public.parts import rows_of
from geomatch.public.tables import PUBLIC_TABLES, SIGNS
from geomatch.site.described import (
    LICENCE,
    LICENCE_NAME,
    SYNTHETIC_MARK,
    clean,
    synthetic_sentence,
    title_of,
)
from geomatch.site.layers import activities_geojson, layers_geopackage, municipalities_geojson
from geomatch.site.workbook import tables_workbook
from geomatch.workspace import dump_json

__all__ = ["MANIFEST", "MEDIA_TYPES", "Download", "download_files", "download_names", "rows_of"]

MANIFEST = "manifest.json"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv": "text/csv",
        "csv-comma": "text/csv",
        "geojson": "application/geo+json",
        "gpkg": "application/geopackage+sqlite3",
        "json": "application/json",
    }
)
_COMMA = "-comma"
# Where a program for tables would begin to read a formula: at the start of a text, and after what parts cells in the
# other variant, since a file is often opened by the wrong one. Blanks before it change nothing; nor do wide signs.
_FORMULA = re.compile("(^|[;,\t\r\n])(?=[ \u00a0]*[=+\\-@\t\r＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Download:
    """One file of a month or a county.

    Attributes:
        name: Its name below `data/<month>/` or `data/<month>/<county>/`.
        kind: Key of MEDIA_TYPES; `csv` has semicolons, `csv-comma` commas.
        contents: A name of PUBLIC_TABLES, or `all` for a file of several tables; empty for the manifest.
    """

    name: str
    kind: str
    contents: str


def download_names(*, synthetic: bool) -> tuple[Download, ...]:
    """The files of every month and county, those for people first.

    The names are the same every month and in every county, so that a program finds them by address alone:

        tables.xlsx                                  all tables, what they are, and definitions
        <table>.csv, <table>-comma.csv               each of PUBLIC_TABLES
        municipalities.geojson, activities.geojson   EPSG:4326
        layers.gpkg                                  layers areas and activities, EPSG:3006
        manifest.json                                which edition, of what, and the checksum of each file

    With made-up figures all names but that of the manifest begin with `SYNTETISK-`; the manifest says it inside.

    Args:
        synthetic: The figures are made up.
    """
    mark = SYNTHETIC_MARK if synthetic else ""
    return (
        Download(f"{mark}tables.xlsx", "xlsx", "all"),
        *(Download(f"{mark}{name}.csv", "csv", name) for name in PUBLIC_TABLES),
        *(Download(f"{mark}{name}{_COMMA}.csv", "csv-comma", name) for name in PUBLIC_TABLES),
        Download(f"{mark}municipalities.geojson", "geojson", "areas"),
        Download(f"{mark}activities.geojson", "geojson", "activities"),
        Download(f"{mark}layers.gpkg", "gpkg", "all"),
        Download(MANIFEST, "json", ""),
    )


def download_files(edition: Edition, county: str | None) -> Iterator[tuple[str, bytes]]:
    """The files of a month, or of a county in it, in the language in force; the same edition gives the same bytes.

    Comma-separated files: the variant without an ending is for a Swedish Excel (semicolons, decimal comma, UTF-8 with
    the mark by which Excel knows it), that with `-comma` for everything else (commas, decimal point, UTF-8). Lines end
    in CR LF; a missing value is empty; `true` and `false`. A text that a program could take for a formula - one that
    begins with `=`, `+`, `-`, `@`, tab or carriage return, be it after blanks or after a `;`, `,` or line break within
    it - gets an apostrophe before that sign. Numbers are never changed, negative ones included, nor is a text that is
    one of the signs `..`, `-` and `.` and no more. Control characters become U+FFFD.

    Args:
        edition: What was published.
        county: Two digits, or None for everything.

    Yields:
        Name and content, as `download_names` lists them; the manifest is last.
    """
    tables = rows_of(edition.tables, county)
    made: list[tuple[Download, bytes]] = []
    for one in download_names(synthetic=edition.synthetic):
        if one.kind == "json":
            content = _manifest(edition, county, made)
        elif one.kind == "xlsx":
            content = tables_workbook(edition, county, tables)
        elif one.kind == "gpkg":
            content = layers_geopackage(edition, county, tables["areas"], tables["activities"])
        elif one.kind == "geojson":
            write = municipalities_geojson if one.contents == "areas" else activities_geojson
            content = write(edition, county, tables[one.contents])
        else:
            content = _csv(tables[one.contents], comma=one.kind == "csv-comma")
        made.append((one, content))
        yield one.name, content


def _harmless(text: str) -> str:
    """A text that no program for tables takes for a formula."""
    return text if text in SIGNS else _FORMULA.sub(r"\1'", clean(text))


def _csv(frame: pd.DataFrame, *, comma: bool) -> bytes:
    held = frame.copy()
    for name in held.columns:
        if pd.api.types.is_bool_dtype(held[name]):
            held[name] = held[name].map({True: "true", False: "false"})
        elif not pd.api.types.is_numeric_dtype(held[name]):
            held[name] = held[name].astype(str).map(_harmless)
    text = held.to_csv(
        index=False,
        sep="," if comma else ";",
        decimal="." if comma else ",",
        lineterminator="\r\n",
        quoting=csv.QUOTE_MINIMAL,
    )
    return text.encode("utf-8" if comma else "utf-8-sig")


def _manifest(edition: Edition, county: str | None, made: list[tuple[Download, bytes]]) -> bytes:
    """Which edition the files are of, what it follows from, and what each file is."""
    crs = {"geojson": "EPSG:4326", "gpkg": "EPSG:3006"}
    return dump_json(
        {
            "title": clean(title_of(edition, county)),
            "month": edition.month,
            "edition": edition.number,
            "note": clean(edition.note),
            "notes": {str(number): clean(note) for number, note in edition.notes.items()},
            "county": county,
            "synthetic": edition.synthetic,
            **({"mark": synthetic_sentence()} if edition.synthetic else {}),
            "digest": edition.digest,
            "updated": edition.facts.get("updated", ""),
            "sources": edition.facts["sources"],
            **{
                name: edition.facts[name] for name in ("window", "signs", "settings") if name in edition.facts
            },
            "licence": {"name": LICENCE_NAME, "address": LICENCE},
            "files": [
                {
                    "name": one.name,
                    "contents": one.contents,
                    "media_type": MEDIA_TYPES[one.kind],
                    "bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                    **({"crs": crs[one.kind]} if one.kind in crs else {}),
                }
                for one, content in made
            ],
        }
    ).encode()
