"""The published areas and activities as maps that other programs read: GeoJSON and GeoPackage."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geomatch.public.editions import Edition
from geomatch.public.tables import NATION, PUBLIC_TABLES, PublicTable
from geomatch.site.described import LICENCE, clean, source_lines, synthetic_sentence, title_of
from geomatch.sources.regions import CRS, counties, municipalities

__all__ = ["activities_geojson", "layers_geopackage", "municipalities_geojson"]

WEB = "EPSG:4326"
# A metre or less: the borders are rounded to whole metres.
_DECIMALS = 5


def _value(value: Any) -> Any:  # noqa: ANN401  a cell, as JSON has it
    """A cell of a frame as JSON holds it."""
    if pd.isna(value):
        return None
    if isinstance(value, str):
        return clean(value)
    return value.item() if hasattr(value, "item") else value


def _member(edition: Edition, county: str | None) -> dict[str, Any]:
    """What a file says of itself, apart from its features."""
    return {
        "title": clean(title_of(edition, county)),
        "month": edition.month,
        "edition": edition.number,
        "note": clean(edition.note),
        "synthetic": edition.synthetic,
        **({"mark": synthetic_sentence()} if edition.synthetic else {}),
        "crs": WEB,
        "licence": LICENCE,
        "sources": source_lines(edition),
    }


def _geojson(
    edition: Edition, county: str | None, table: PublicTable, frame: pd.DataFrame, shapes: list[Any]
) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(table.names, map(_value, row), strict=True)),
            "geometry": shape,
        }
        for row, shape in zip(frame[table.names].itertuples(index=False, name=None), shapes, strict=True)
    ]
    head = json.dumps({"type": "FeatureCollection", "geomatch": _member(edition, county)}, ensure_ascii=False)
    # A feature a line: what changed between two editions can be seen.
    lines = ",\n".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for one in features
    )
    return f'{head[:-1]}, "features": [\n{lines}\n]}}\n'.encode()


def _rounded(shape: Any) -> dict[str, Any]:  # noqa: ANN401  shapely has no types
    """A border in degrees as GeoJSON: outer rings counterclockwise (RFC 7946, 3.1.6), five decimals."""
    turned = shapely.geometry.mapping(shapely.orient_polygons(shape))

    def within(part: Any) -> Any:  # noqa: ANN401  rings of rings of numbers
        return (
            [within(one) for one in part]
            if isinstance(part[0], tuple)
            else [round(v, _DECIMALS) for v in part]
        )

    return {"type": turned["type"], "coordinates": within(turned["coordinates"])}


def municipalities_geojson(edition: Edition, county: str | None, areas: pd.DataFrame) -> bytes:
    """The municipalities of a table `areas` with all its columns, as GeoJSON (RFC 7946, EPSG:4326).

    Args:
        edition: What the member `geomatch` tells of: month, edition, note, whether it is made up, licence, sources.
        county: Two digits, or None for everything: what the title says.
        areas: Table `areas`; rows of counties and the country are left aside.
    """
    own = areas[areas["level"] == "municipality"]
    borders = municipalities().set_index("municipality_code").geometry.to_crs(WEB)
    shapes = [_rounded(borders[code]) for code in own["area_code"].astype(str)]
    return _geojson(edition, county, PUBLIC_TABLES["areas"], own, shapes)


def activities_geojson(edition: Edition, county: str | None, activities: pd.DataFrame) -> bytes:
    """The activities as GeoJSON points (RFC 7946, EPSG:4326), at their municipality's point where the place is not shown.

    One that takes place at a distance has no geometry (`null`, RFC 7946 3.2).

    Args:
        edition: As `municipalities_geojson`.
        county: As `municipalities_geojson`.
        activities: Table `activities`.
    """
    shapes = [
        None
        if pd.isna(longitude) or pd.isna(latitude)
        else {"type": "Point", "coordinates": [float(longitude), float(latitude)]}
        for longitude, latitude in zip(activities["longitude"], activities["latitude"], strict=True)
    ]
    return _geojson(edition, county, PUBLIC_TABLES["activities"], activities, shapes)


@contextmanager
def _dated(day: str) -> Iterator[None]:
    """GDAL writes this moment into what it makes, in the place of the clock's."""
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: day})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def layers_geopackage(
    edition: Edition, county: str | None, areas: pd.DataFrame, activities: pd.DataFrame
) -> bytes:
    """The layers `areas` and `activities` as a GeoPackage in SWEREF 99 TM (EPSG:3006), with all columns.

    `areas` holds municipalities, counties and the country (`level` tells them apart; the country is the union of the
    counties in the table, and comes first, so that municipalities are drawn upon it). The file is dated the first day
    of its month: the same edition gives the same bytes.

    Args:
        edition: What the file's metadata tell of.
        county: Two digits, or None for everything: what the title says.
        areas: Table `areas`.
        activities: Table `activities`.
    """
    frames = {
        "areas": _frame(PUBLIC_TABLES["areas"], areas, _borders(areas)),
        "activities": _frame(
            PUBLIC_TABLES["activities"],
            activities,
            np.array(
                [
                    None if pd.isna(x_m) or pd.isna(y_m) else shapely.Point(float(x_m), float(y_m))
                    for x_m, y_m in zip(activities["x_m"], activities["y_m"], strict=True)
                ],
                dtype=object,
            ),
        ),
    }
    kinds = {"areas": "MultiPolygon", "activities": "Point"}
    title = clean(title_of(edition, county))
    told = {
        key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in (_member(edition, county) | {"crs": CRS}).items()
    }
    with tempfile.TemporaryDirectory() as folder, _dated(f"{edition.month}-01T00:00:00.000Z"):
        path = Path(folder) / "layers.gpkg"
        for name, frame in frames.items():
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                append=name != "areas",
                geometry_type=kinds[name],
                dataset_metadata=told,
                DESCRIPTION=title,
            )
        return path.read_bytes()


def _borders(areas: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The border of each row of a table `areas`, as multipolygons."""
    shapes: Mapping[str, Any] = {
        str(code): shape
        for frame, column in ((municipalities(), "municipality_code"), (counties(), "county_code"))
        for code, shape in zip(frame[column], frame.geometry, strict=True)
    }
    codes = areas["area_code"].astype(str).tolist()
    whole = shapely.union_all([shapes[code] for code in codes if len(code) == 2 and code != NATION])
    found = [whole if code == NATION else shapes[code] for code in codes]
    many = [shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape]) for shape in found]
    return np.array([*many, None], dtype=object)[:-1]


def _frame(table: PublicTable, frame: pd.DataFrame, shapes: np.ndarray[Any, Any]) -> gpd.GeoDataFrame:
    """A table with its shapes, as a GeoPackage can hold it."""
    columns = {
        column.name: frame[column.name].map(clean) if column.kind == "text" else frame[column.name]
        for column in table.columns
    }
    return gpd.GeoDataFrame(pd.DataFrame(columns).reset_index(drop=True), geometry=list(shapes), crs=CRS)
