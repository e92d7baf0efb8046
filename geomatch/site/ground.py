"""The travel surface as a picture that lies on the map: classes of minutes, the same for all months."""

from __future__ import annotations

import base64
import math
import struct
import zlib

import numpy as np
import pandas as pd
import pyproj

from geomatch.public.editions import Edition
from geomatch.site.values import keyed_script

__all__ = ["MINUTES", "surface_script"]

# Upper ends of the classes, minutes each way; more than the last is a class of its own.
MINUTES = (15, 30, 60, 90)
# Red, green, blue: ColorBrewer's reds from dark to light, apart from the colours of areas for the colour-blind too.
_COLOURS = ((103, 0, 13), (203, 24, 29), (251, 106, 74), (252, 187, 161), (254, 229, 217))
_OPACITY = 190
_METRIC, _WEB, _DEGREES = "EPSG:3006", "EPSG:3857", "EPSG:4326"


def _raster(cells: pd.DataFrame) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Classes (1 and up, 0 for none) on the cells' own grid; its west and north, and the side of a cell (EPSG:3006)."""
    cell_m = float(cells["cell_m"].iloc[0])
    column = np.rint((cells["x_m"] - cells["x_m"].min()) / cell_m).astype(int).to_numpy()
    row = np.rint((cells["y_m"].max() - cells["y_m"]) / cell_m).astype(int).to_numpy()
    made = np.zeros((row.max() + 1, column.max() + 1), np.uint8)
    made[row, column] = np.searchsorted(MINUTES, cells["travel_min"].to_numpy(), side="left") + 1
    west, north = cells["x_m"].min() - cell_m / 2, cells["y_m"].max() + cell_m / 2
    return made, (float(west), float(north), cell_m)


def _on_the_web_map(
    classes: np.ndarray, at: tuple[float, float, float]
) -> tuple[np.ndarray, list[list[float]]]:
    """The cells seen from the web map's projection, each pixel that of the cell it lies in; its south-west and north-east."""
    west_m, north_m, cell_m = at
    rows, columns = classes.shape
    onto = pyproj.Transformer.from_crs(_METRIC, _WEB, always_xy=True)
    west, south, east, north = onto.transform_bounds(
        west_m, north_m - rows * cell_m, west_m + columns * cell_m, north_m
    )
    degrees = pyproj.Transformer.from_crs(_WEB, _DEGREES, always_xy=True)
    (left, right), (low, high) = degrees.transform([west, east], [south, north])
    # About as many pixels as cells: in this projection a metre grows with the latitude.
    pixel = cell_m / math.cos(math.radians((low + high) / 2))
    width, height = math.ceil((east - west) / pixel), math.ceil((north - south) / pixel)
    x = west + (np.arange(width) + 0.5) * (east - west) / width
    y = north - (np.arange(height) + 0.5) * (north - south) / height
    back = pyproj.Transformer.from_crs(_WEB, _METRIC, always_xy=True)
    across, down = np.meshgrid(x, y)
    x_m, y_m = back.transform(across.ravel(), down.ravel())
    column = np.floor((x_m - west_m) / cell_m).astype(int)
    row = np.floor((north_m - y_m) / cell_m).astype(int)
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    drawn = np.zeros(width * height, np.uint8)
    drawn[inside] = classes[row[inside], column[inside]]
    corners = [[round(low, 5), round(left, 5)], [round(high, 5), round(right, 5)]]
    return drawn.reshape(height, width), corners


def _png(classes: np.ndarray) -> bytes:
    """A picture with a palette, class 0 clear: PNG as its specification (ISO/IEC 15948) has it, without a date."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows, columns = classes.shape
    palette = bytes((0, 0, 0)) + b"".join(bytes(colour) for colour in _COLOURS)
    lines = b"".join(b"\0" + line.tobytes() for line in np.ascontiguousarray(classes))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette),
            chunk(b"tRNS", bytes((0, *[_OPACITY] * len(_COLOURS)))),
            chunk(b"IDAT", zlib.compress(lines, 9)),
            chunk(b"IEND", b""),
        )
    )


def surface_script(edition: Edition) -> str:
    """The script of a month's travel surface: a picture for the web map's projection, and the corners that it lies at.

    Empty text where the edition has none.
    """
    cells = edition.tables["surface"]
    if cells.empty:
        return ""
    drawn, bounds = _on_the_web_map(*_raster(cells))
    value = {
        "cell_m": round(float(cells["cell_m"].iloc[0])),
        "bounds": bounds,
        "minutes": list(MINUTES),
        "colours": [f"rgb({red} {green} {blue})" for red, green, blue in _COLOURS],
        "picture": "data:image/png;base64," + base64.b64encode(_png(drawn)).decode("ascii"),
    }
    return keyed_script("surface", edition.month, value)
