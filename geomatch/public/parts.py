"""The part of the published tables that is about one county."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["of_its_county", "rows_of"]


def of_its_county(table: pd.DataFrame, county: str | None) -> pd.DataFrame:
    """The rows of a table (with county_code) of a county, or all when it is None."""
    return table if county is None else table[table["county_code"] == county]


def rows_of(tables: Mapping[str, pd.DataFrame], county: str | None) -> dict[str, pd.DataFrame]:
    """The rows of each published table that are about a county, in their order.

    Those are: the county and its municipalities; its activities and the ways to them, from wherever; pairs that begin
    or end in it; the municipalities that are like its own; the cells of the surface that lie in it.

    Args:
        tables: PUBLIC_TABLES by name.
        county: Two digits, or None for everything.
    """
    if county is None:
        return dict(tables)
    activities = tables["activities"]
    held = set(activities.loc[activities["county_code"].astype(str) == county, "activity"])

    def begins(name: str, column: str) -> pd.Series[bool]:
        return tables[name][column].astype(str).str.startswith(county)

    kept = {
        "areas": begins("areas", "area_code"),
        "groups": begins("groups", "area_code"),
        "activities": activities["activity"].isin(held),
        "ways": tables["ways"]["activity"].isin(held),
        "corridors": begins("corridors", "from_code") | begins("corridors", "to_code"),
        "similar": begins("similar", "municipality_code"),
        "purposes": begins("purposes", "area_code"),
        "surface": begins("surface", "municipality_code"),
    }
    return {name: tables[name][kept[name]].reset_index(drop=True) for name in tables}
