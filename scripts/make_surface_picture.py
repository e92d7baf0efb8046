"""Make docs/pictures/surface.png: two surfaces over the demo's synthetic timetable, drawn from their GeoTIFFs.

Run: python scripts/make_surface_picture.py; needs the packages of [test].
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import rasterio
import rasterio.warp
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm

from geomatch import cli
from geomatch.demo import write_demo_inputs
from geomatch.sources.regions import municipalities

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "surface.png"
# Made up, as everything in the demo; they lie at its bus stations.
ACTIVITIES = """\
id,lon,lat,weekday,start,end,purpose
lulea,22.1535,65.5838,mon;wed,10:00,12:00,Svenska
boden,21.6900,65.8250,tue;thu,10:00,12:00,Svenska
"""
STEPS_MIN = [0, 15, 30, 45, 60, 75, 90]
COLOURS = plt.get_cmap("viridis_r")
NORM = BoundaryNorm(STEPS_MIN, COLOURS.N)
# West, south, east, north in EPSG:3006: both panels show the same ground.
SHOWN = (786_000.0, 7_269_000.0, 850_000.0, 7_333_000.0)
TOWNS = {"Luleå": (22.1535, 65.5838), "Boden": (21.69, 65.825)}


def surface_file(folder: Path, timetable: Path, *chosen: str) -> Path:
    """The GeoTIFF that the command writes for the activities `chosen`."""
    out = folder / f"{chosen[1]}.tif"
    activities = folder / "SYNTETISKA-insatser.csv"
    activities.write_text(ACTIVITIES, encoding="utf-8")
    arguments = ["--timetable", str(timetable), "--activities", str(activities), *chosen]
    arguments += [
        "--from",
        "2023-02-06",
        "--to",
        "2023-03-05",
        "--out",
        str(out),
        "--no-cache",
        "--cell",
        "250",
    ]
    if cli.main(["--lang", "en", "surface", *arguments]):
        raise SystemExit(1)
    return out


def draw(axes: Axes, file: Path, title: str, towns: list[str]) -> None:
    """One surface over the borders of the municipalities."""
    with rasterio.open(file) as raster:
        minutes = raster.read(1)
        west, south, east, north = raster.bounds
        to_metres = rasterio.warp.transform("EPSG:4326", raster.crs, *zip(*TOWNS.values(), strict=True))
    land = municipalities()
    land.plot(ax=axes, color="#f2f0ec", edgecolor="#b9b4aa", linewidth=0.6)
    axes.imshow(
        np.ma.masked_invalid(minutes),
        extent=(west, east, south, north),
        cmap=COLOURS,
        norm=NORM,
        interpolation="nearest",
        zorder=2,
    )
    for name, x, y in zip(TOWNS, *to_metres, strict=True):
        if name in towns:
            axes.plot(x, y, marker="o", color="white", markeredgecolor="black", markersize=6, zorder=3)
        axes.annotate(
            name, (x, y), xytext=(34, -26), textcoords="offset points", fontsize=10, zorder=4,
            arrowprops={"arrowstyle": "-", "linewidth": 0.8},
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
    axes.set_xlim(SHOWN[0], SHOWN[2])
    axes.set_ylim(SHOWN[1], SHOWN[3])
    axes.set_aspect("equal")
    axes.set_title(title, fontsize=11)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel("")
    axes.set_ylabel("")


def main() -> int:
    """Write surface.png."""
    figure, (one, all_of_them) = plt.subplots(1, 2, figsize=(12, 6.3), layout="constrained")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        timetable = write_demo_inputs(folder / "demo").timetable
        draw(one, surface_file(folder, timetable, "--activity", "lulea"), "One activity, in Luleå", ["Luleå"])
        purpose = surface_file(folder, timetable, "--purpose", "Svenska")
        draw(all_of_them, purpose, "A purpose: the better of two", list(TOWNS))
    scale = figure.colorbar(
        ScalarMappable(NORM, COLOURS), ax=[one, all_of_them], shrink=0.8, ticks=STEPS_MIN, pad=0.01
    )
    scale.set_label("(there + home) / 2, minutes, walks included")
    figure.suptitle(
        "SYNTHETIC: the timetable and the activities are made up and say nothing about any real place",
        fontsize=12,
        color="#a01818",
    )
    # Neither the day nor the version of the program is in the file.
    figure.savefig(PICTURE, dpi=100, metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
