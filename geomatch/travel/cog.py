"""A surface as a file that a GIS opens: a Cloud-Optimized GeoTIFF."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import geomatch
from geomatch.errors import InputError, Problem
from geomatch.words import N_
from geomatch.words import gettext as _

__all__ = ["BANDS", "Extent", "Surface", "cog_bytes", "write_cog"]

# West, south, east, north in EPSG:3006.
Extent = tuple[float, float, float, float]

# Name, unit and meaning of each band, in their order.
BANDS = (
    (
        "travel_min",
        "min",
        N_("(there + home) / 2, lower median over the sessions that can be reached"),
    ),
    ("out_min_median", "min", N_("there, lower median over the sessions that can be reached")),
    ("home_min_median", "min", N_("home, lower median over the sessions that can be reached")),
    ("session_share", "share 0-1", N_("share of the sessions that can be reached")),
)
# Everything that decides the bytes of the file stands here; the compression does not depend on threads.
_COG_OPTIONS = {
    "BLOCKSIZE": "256",
    "COMPRESS": "DEFLATE",
    "LEVEL": "9",
    "PREDICTOR": "FLOATING_POINT",
    "OVERVIEWS": "IGNORE_EXISTING",
    # An overview shows values that some cell has, and no cell that cannot be reached gets one.
    "OVERVIEW_RESAMPLING": "NEAREST",
    "BIGTIFF": "IF_SAFER",
    "NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Surface:
    """A raster in EPSG:3006, its first row in the north.

    Attributes:
        cell_m: Side of a cell.
        west_m, north_m: Corner of the first cell, multiples of `cell_m`.
        bands: float32, 4 x rows x columns, as `BANDS` says; NaN where there is none. The minutes are those of the
            reachable series with the least `travel_min`; the share is that series' own, or, where no series is
            reachable, the greatest there is, when some session can be reached.
        tags: What it was made from.
        synthetic: Whether a feed calls itself synthetic.
    """

    cell_m: float
    west_m: float
    north_m: float
    bands: np.ndarray
    tags: Mapping[str, str]
    synthetic: bool

    @property
    def bounds(self) -> Extent:
        """West, south, east, north in EPSG:3006."""
        rows, columns = self.bands.shape[1:]
        return (
            self.west_m,
            self.north_m - rows * self.cell_m,
            self.west_m + columns * self.cell_m,
            self.north_m,
        )


def cog_bytes(result: Surface, tags: Mapping[str, str] | None = None) -> bytes:
    """A surface as a Cloud-Optimized GeoTIFF: the same surface, language and version of GDAL give the same bytes.

    Args:
        result: From `surface`.
        tags: More to say of it, beside `Surface.tags`; names of the surface's own may be said anew.
    """
    # Slow to load, and no other command needs it.
    import rasterio  # type: ignore[import-untyped]  # noqa: PLC0415  # it comes without types
    import rasterio.shutil  # type: ignore[import-untyped]  # noqa: PLC0415  # slow to import, and for surfaces only; it has no types

    title = _("Minutes there and home")
    if result.synthetic:
        title = _("SYNTHETIC DATA: {title}").format(title=title)
    said = {
        **result.tags,
        **(tags or {}),
        "synthetic": _("yes") if result.synthetic else _("no"),
        "TIFFTAG_IMAGEDESCRIPTION": title,
        "TIFFTAG_SOFTWARE": f"geomatch {geomatch.__version__}",
    }
    count, rows, columns = result.bands.shape
    transform = rasterio.Affine(result.cell_m, 0.0, result.west_m, 0.0, -result.cell_m, result.north_m)
    # Nothing of the machine's own settings of GDAL may come in.
    with (
        rasterio.Env(GDAL_NUM_THREADS="1", GDAL_PAM_ENABLED=False),
        rasterio.MemoryFile() as plain,
        rasterio.MemoryFile() as cog,
    ):
        with plain.open(
            driver="GTiff", width=columns, height=rows, count=count, dtype="float32", crs="EPSG:3006",
            transform=transform, nodata=math.nan,
        ) as target:  # fmt: skip
            target.write(result.bands)
            target.update_tags(**dict(sorted(said.items())))
            for number, (name, unit, meaning) in enumerate(BANDS, 1):
                target.set_band_description(number, name)
                target.set_band_unit(number, unit)
                target.update_tags(number, meaning=_(meaning))
        with plain.open() as source:
            rasterio.shutil.copy(source, cog.name, driver="COG", **_COG_OPTIONS)
        return bytes(cog.read())


def write_cog(result: Surface, path: Path, tags: Mapping[str, str] | None = None) -> None:
    """Write `cog_bytes` whole or not at all, in the place of an earlier file of that name.

    Raises:
        InputError: The file cannot be written there.
    """
    content = cog_bytes(result, tags)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            Problem(
                _("the file cannot be written: {reason}").format(reason=error.strerror or error),
                remedy=_("Check that there is room and that you may write in the folder"),
                file=path.name,
            )
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
