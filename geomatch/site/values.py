"""What the map reads: borders once for the site, one small table of values a month, and lists beside it, as scripts.

A page opened from a file cannot fetch, so data comes as scripts that hand over one JSON value. Each holds the figures
as they were published: a number, `[low, high]`, or the sign that stands in the place of a number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import geopandas as gpd
import shapely

from geomatch.numbers import hundredths, percent_ends
from geomatch.plain import plain
from geomatch.public.editions import Edition
from geomatch.public.tables import APPLIES_NOT, MISSING
from geomatch.site.figures import gap_share_sign, is_missing, women_share_sign
from geomatch.sources.places import embedded_localities
from geomatch.sources.regions import counties, municipalities
from geomatch.tables import records

__all__ = [
    "FIELDS",
    "activities_script",
    "borders_script",
    "corridors_script",
    "keyed_script",
    "localities_script",
    "months_script",
    "script",
    "values_script",
]

WEB = "EPSG:4326"
# About ten metres.
_DECIMALS = 4
# What a value table holds of each area: name of the field, and how its columns are told (see `_cell`).
FIELDS: Mapping[str, str] = {
    "need": "figure",
    "women": "figure",
    "men": "figure",
    "women_share": "share",
    "places": "plain",
    "series": "plain",
    "gap": "figure",
    "gap_share": "shares",
    "access_index": "index",
    "need_change": "figure",
    "gap_change": "figure",
}
# The longest ways to an activity that its entry on the map tells, nearest first.
_WAYS = 5


def script(target: str, value: object) -> str:
    """A script that hands `value` over as `geomatch.<target>`, with nothing in it that could end a script or a line."""
    content = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        content = content.replace(sign, f"\\u{ord(sign):04x}")
    return f"window.geomatch = window.geomatch || {{}};\ngeomatch.{target} = {content};\n"


def keyed_script(target: str, key: str, value: object) -> str:
    """A script that hands `value` over as `script` does, as the entry `key` of `geomatch.<target>`, so that months can be loaded one by one."""
    content = script(target, value).splitlines()
    made = content[1].removeprefix(f"geomatch.{target} = ")
    name = json.dumps(key)
    return f"{content[0]}\n(geomatch.{target} = geomatch.{target} || {{}})[{name}] = {made}\n"


def _cell(row: Any, field: str, kind: str) -> Any:  # noqa: ANN401 (a row of a frame; a cell of JSON)
    """One figure of an area: a number, `[low, high]` or a sign; shares in whole per cent, the index in hundredths."""
    if kind == "plain":
        return int(getattr(row, field))
    if kind == "share":
        value = getattr(row, field)
        return women_share_sign(row) if is_missing(value) else percent_ends(value, value)[0]
    low, high = getattr(row, f"{field}_low"), getattr(row, f"{field}_high")
    if kind == "figure":
        sign = getattr(row, f"{field}_sign")
        if sign or is_missing(low):
            return sign or MISSING
        ends = [int(low), int(high)]
    elif is_missing(low) or is_missing(high):
        return gap_share_sign(row) if kind == "shares" else APPLIES_NOT
    else:
        ends = list(percent_ends(low, high) if kind == "shares" else map(hundredths, (low, high)))
    return ends[0] if ends[0] == ends[1] else ends


def values_script(edition: Edition) -> str:
    """The value table of a month: the areas' codes, and for each field of FIELDS their figures in that order."""
    rows = list(records(edition.tables["areas"]))
    value = {
        "month": edition.month,
        "edition": edition.number,
        "updated": edition.facts.get("updated", ""),
        "synthetic": edition.synthetic,
        "areas": [str(row.area_code) for row in rows],
        "before": str(rows[0].before) if rows else "",
        **{field: [_cell(row, field, kind) for row in rows] for field, kind in FIELDS.items()},
    }
    return keyed_script("values", edition.month, value)


def months_script(months: Sequence[str]) -> str:
    """The months that are published, oldest first."""
    return script("months", list(months))


def _points(frame: gpd.GeoDataFrame) -> dict[str, list[float]]:
    points = gpd.GeoSeries(
        [shapely.Point(x, y) for x, y in zip(frame["point_x_m"], frame["point_y_m"], strict=True)],
        crs=frame.crs,
    ).to_crs(WEB)
    return {
        str(code): [round(point.y, _DECIMALS), round(point.x, _DECIMALS)]
        for code, point in zip(frame["municipality_code"], points, strict=True)
    }


def borders_script() -> str:
    """Borders of municipalities and counties as TopoJSON, each municipality's point, and names of counties."""
    shapes = files("geomatch") / "shapes"
    topology = json.loads((shapes / "municipalities.topojson").read_text(encoding="utf-8"))
    for one in topology["objects"]["municipalities"]["geometries"]:
        # The code says the county.
        one["properties"] = {"name": one["properties"]["name"]}
    above = counties()
    value = {
        "topology": topology,
        "points": _points(municipalities()),
        "counties": dict(zip(above["county_code"], above["name"], strict=True)),
    }
    return script("borders", value)


def localities_script(county: str) -> str:
    """The localities of a county, largest first: name, latitude, longitude, inhabitants."""
    frame = embedded_localities()
    own = frame[frame["municipality_code"].str[:2] == county]
    own = own.sort_values(["population", "locality_code"], ascending=[False, True], kind="stable")
    points = own.geometry.to_crs(WEB)
    value = [
        [str(name), round(point.y, _DECIMALS), round(point.x, _DECIMALS), int(people)]
        for name, point, people in zip(own["name"], points, own["population"], strict=True)
    ]
    return keyed_script("localities", county, value)


def activities_script(edition: Edition) -> str:
    """The activities that have a place on the map, with how to get there.

    Words that repeat (purposes, groups, organisers, names of localities) stand once, in `words`, and entries hold their
    numbers.
    """
    table, ways = edition.tables["activities"], edition.tables["ways"]
    words: dict[str, int] = {}

    def word(text: object) -> int:
        return words.setdefault(plain(str(text)), len(words))

    near: dict[str, list[list[Any]]] = {}
    ways_of: dict[str, int] = {}
    for row in records(ways.sort_values(["activity", "travel_min", "from_code"], kind="stable")):
        found = near.setdefault(str(row.activity), [])
        ways_of[str(row.activity)] = ways_of.get(str(row.activity), 0) + 1
        if len(found) < _WAYS:
            changes = None if is_missing(row.transfers) else int(row.transfers)
            found.append([str(row.from_code), word(row.from_name), whole_minutes(row.travel_min), changes])
    entries = []
    for row in records(table):
        if is_missing(row.latitude):
            continue
        entries.append(
            [
                plain(str(row.name)),
                str(row.municipality_code),
                float(row.latitude),
                float(row.longitude),
                int(row.shown_at == "place"),
                word(row.primary_purpose),
                str(row.target_groups),
                str(row.sex),
                int(row.places),
                str(row.times),
                word(row.organiser),
                near.get(str(row.activity), []),
                ways_of.get(str(row.activity), 0),
            ]
        )
    return keyed_script("activities", edition.month, {"entries": entries, "words": list(words)})


def whole_minutes(minutes: float) -> int:
    """Minutes as pages write them: whole, half up."""
    return int(float(minutes) + 0.5)


def corridors_script(edition: Edition) -> str:
    """Pairs of municipalities: from, to, status, verdict, persons gained, minutes, sessions a week."""
    entries = []
    for row in records(edition.tables["corridors"]):
        gain = row.gain_sign or [int(row.gain_low), int(row.gain_high)]
        if isinstance(gain, list) and gain[0] == gain[1]:
            gain = gain[0]
        entries.append(
            [
                str(row.from_code),
                str(row.to_code),
                str(row.status),
                str(row.verdict),
                gain,
                None if is_missing(row.travel_best_min) else whole_minutes(row.travel_best_min),
                round(float(row.sessions_per_week), 1),
            ]
        )
    return keyed_script("corridors", edition.month, entries)
