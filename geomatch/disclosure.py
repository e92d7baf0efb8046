"""What may be shown, of the register of activities and of counts of persons (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geomatch.public.tables import SIGNS, WITHHELD, PublicTable, conform_public
from geomatch.restricted import Audience, Restricted
from geomatch.tables import ACTIVITIES

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["VISIBILITIES", "Published", "published", "visible_activities"]

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


class Published:
    """A table that has been through disclosure control; what is published takes nothing else.

    Only `published` makes one, so that a type checker finds whoever would publish a table of another origin.

    Attributes:
        table: Its contract.
        frame: Its rows (a copy with each use).
        withheld: Figures of persons that are withheld.
    """

    __slots__ = ("__frame", "table", "withheld")

    def __init__(
        self, table: PublicTable, frame: pd.DataFrame, withheld: int, _made_by: object = None
    ) -> None:
        if _made_by is not _CONTROL:
            raise ValueError("only disclosure control makes a published table")
        self.table, self.__frame, self.withheld = table, frame, withheld

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, with the columns of `table`."""
        return self.__frame.copy()


_CONTROL = object()
# The agency's own threshold, below which no setting goes.
_LEAST_WITHHELD = 5


def published(frame: pd.DataFrame, table: PublicTable, withhold_to: int) -> Published:
    """`frame` as it may be published: primary suppression of small counts of persons (METHOD 8).

    A figure is withheld (`..`) when either end of its interval is a count from 1 to `withhold_to`: the count itself
    may then be one. Ends that are not shown leave no trace in the columns that follow the figure. A change is the
    difference of two published figures, which anybody can take: it is shown where both are, however small it is.

    Args:
        frame: Columns of `table`; a figure of persons has whole numbers or is missing, and then has a sign.
        table: The contract of the table.
        withhold_to: Counts of 1 to this are withheld; persons.

    Raises:
        ValueError: The frame is not one of the table, ends of a figure are in the wrong order, negative or not whole,
            a figure has both a number and a sign, or neither, or the threshold is below the agency's.
    """
    if withhold_to < _LEAST_WITHHELD:
        raise ValueError(f"counts of 1 to {_LEAST_WITHHELD} are always withheld, not only to {withhold_to}")
    made = conform_public(frame, table)
    # What rides along with a frame is no part of the table, and would be written into a Parquet file.
    made.attrs = {}
    for stem in table.figures:
        low, high, sign = (made[f"{stem}_{part}"] for part in ("low", "high", "sign"))
        known = low.notna() & high.notna()
        if (known != (sign == "")).any() or (low.isna() != high.isna()).any():
            raise ValueError(f"table {table.name}: {stem} must have either a number or a sign")
        if not sign.isin(["", *SIGNS]).all():
            raise ValueError(f"table {table.name}: unknown sign in {stem}_sign")
        if (low > high).fillna(value=False).any():
            raise ValueError(f"table {table.name}: {stem}_low is larger than {stem}_high")
        small = pd.Series(False, index=made.index)
        for end in () if stem.endswith("_change") else (low, high):
            if (end < 0).fillna(value=False).any():
                raise ValueError(f"table {table.name}: {stem} is negative")
            small |= end.between(1, withhold_to).fillna(value=False).astype(bool)
        made[f"{stem}_sign"] = sign.mask(small, WITHHELD)
        gone = made[f"{stem}_sign"] != ""
        for column in table.columns:
            if stem in column.persons.split() and column.kind.endswith("?"):
                made[column.name] = made[column.name].mask(gone)
    withheld = sum(int((made[f"{stem}_sign"] == WITHHELD).sum()) for stem in table.figures)
    return Published(table, conform_public(made, table), withheld, _CONTROL)
