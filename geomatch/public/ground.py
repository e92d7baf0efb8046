"""The travel surface of a public month: minutes to activities whose place anyone may know, from everywhere."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.month import Computed
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.sources.regions import municipalities
from geomatch.travel.surface import surface
from geomatch.words import gettext as _

__all__ = ["surface_table"]

Progress = Callable[[str, int, int], None]


def surface_table(made: Computed, county: str | None, cell_m: float, progress: Progress) -> pd.DataFrame:
    """Table `surface`: cells of `county`, or of all, from which some activity shown at its place can be reached.

    The least minutes on a surface are an address. So only `exact` activities are asked about, whatever else the public
    run knows of others.

    Args:
        made: The public month.
        county: Two digits, or None for all.
        cell_m: Side of a cell, metres; 0 gives no rows.
        progress: Called with a step's name, and how much of it is done of how much.
    """
    empty = pd.DataFrame({name: [] for name in PUBLIC_TABLES["surface"].names})
    activities = made.supply.activities
    shown = activities[(activities["visibility"] == "exact") & ~activities["digital"]]
    asked = shown[shown["series_id"].isin(made.supply.sessions["series_id"])]
    if not cell_m or asked.empty:
        return empty
    areas = municipalities()
    own = areas if county is None else areas[areas["county_code"] == county]
    settings = made.inputs.settings
    result = surface(
        made.inputs.network,
        pd.DataFrame(
            {"series_id": asked["series_id"], "x_m": asked.geometry.x, "y_m": asked.geometry.y}
        ).reset_index(drop=True),
        made.supply.sessions[made.supply.sessions["series_id"].isin(asked["series_id"])],
        settings.limits,
        settings.sessions.min_session_share,
        made.window.weeks,
        tuple(float(end) for end in own.total_bounds),  # type: ignore[arg-type]  # four numbers
        cell_m,
        progress=lambda done, total: progress(_("Travel surface"), done, total),
    )
    minutes = result.bands[0]
    row, column = np.nonzero(np.isfinite(minutes))
    x_m = result.west_m + (column + 0.5) * result.cell_m
    y_m = result.north_m - (row + 0.5) * result.cell_m
    cells = gpd.GeoDataFrame(
        {"travel_min": np.rint(minutes[row, column]).astype(np.int64), "x_m": x_m, "y_m": y_m},
        geometry=gpd.points_from_xy(x_m, y_m),
        crs=own.crs,
    )
    # Cells of other counties, and of the sea, are nobody's here.
    within = cells.sjoin(own[["municipality_code", "geometry"]], predicate="within")
    within = within.sort_values(["x_m", "y_m", "municipality_code"], kind="stable").drop_duplicates(
        ["x_m", "y_m"]
    )
    if within.empty:
        return empty
    return pd.DataFrame(
        {
            "month": made.month,
            "x_m": within["x_m"],
            "y_m": within["y_m"],
            "cell_m": float(result.cell_m),
            "municipality_code": within["municipality_code"],
            "travel_min": within["travel_min"],
        }
    ).reset_index(drop=True)
