"""What of the register of activities anybody may see (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomatch.restricted import Audience, Restricted
from geomatch.tables import ACTIVITIES

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["VISIBILITIES", "visible_activities"]

VISIBILITIES = ("exact", "municipality", "hidden")


def visible_activities(
    activities: Restricted[gpd.GeoDataFrame], municipalities: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """The activities as an outsider may see them.

    Columns are chosen by name, so that an address or a contact that rides along in the register is left behind.
    Rows come in the order of series_id, never in the register's order.

    Args:
        activities: The table `activities` (docs/data-dictionary.md), EPSG:3006, with any further columns.
        municipalities: municipality_code, point_x_m and point_y_m (metres, EPSG:3006), as regions.municipalities().

    Returns:
        A frame with the columns of the table `activities`. `exact` ones stand at their place, `municipality` ones at
        the representative point of their municipality, `hidden` ones are absent; a digital one has no geometry.

    Raises:
        ValueError: A visibility is none of the three, or an activity that is to stand at its municipality's point
            names a municipality that is not there. Nothing is guessed about what may be shown.
    """
    import geopandas as gpd  # noqa: PLC0415  # slow to import, and most of the package does without
    import shapely  # noqa: PLC0415  # slow to import

    table = activities.reveal(Audience.INTERNAL)
    unknown = sorted(set(table["visibility"]) - set(VISIBILITIES))
    if unknown:
        raise ValueError(f"unknown visibility: {unknown}")
    shown = table.loc[table["visibility"] != "hidden", ACTIVITIES.names].sort_values(
        "series_id", kind="stable"
    )
    x_m = dict(zip(municipalities["municipality_code"], municipalities["point_x_m"], strict=True))
    y_m = dict(zip(municipalities["municipality_code"], municipalities["point_y_m"], strict=True))
    places: list[shapely.Point | None] = []
    for visibility, digital, code, geometry in zip(
        shown["visibility"], shown["digital"], shown["municipality_code"], shown["geometry"], strict=True
    ):
        if digital:
            places.append(None)
        elif visibility == "exact":
            places.append(geometry)
        elif code in x_m:
            places.append(shapely.Point(x_m[code], y_m[code]))
        else:
            raise ValueError(f"no such municipality: {code}")
    plain = shown.drop(columns="geometry").reset_index(drop=True)
    # A frame made anew: `attrs` and the spatial index of the register stay behind as well.
    return gpd.GeoDataFrame({name: plain[name] for name in plain}, geometry=places, crs=table.crs)
