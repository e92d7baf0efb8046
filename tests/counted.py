"""A month from published counts: need, points and who may travel, beside the series and ways of a `World`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from geomatch.access import MonthAllocation, allocate_month, gaps_table, served_table
from geomatch.entitled import entitled_at_points
from geomatch.need import Need, need_of_month
from geomatch.points import demand_points
from geomatch.settings import Settings
from tests.worlds import MONTH, World, settings

ALL = "all"
OPENED = "first_instance_open"
MASKED = ".."
CODES = ("0180", "0181", "0182")


def published(*rows: tuple[Any, ...], code: str = "0180") -> pd.DataFrame:
    """Rows of one municipality as the reader gives them: a count or `..`, then the values of any dimensions, as a dict."""
    made = []
    for number, (count, *about) in enumerate(rows, start=4):
        hidden = count == MASKED
        made.append(
            {
                "month": MONTH, "county_code": code[:2], "municipality_code": code, "locality_code": ALL,
                "accommodation": ALL, "target_group": ALL, "case_status": ALL, "sex": ALL, "age_group": ALL,
                **(about[0] if about else {}), "low": 1 if hidden else count, "high": 5 if hidden else count,
                "masked": hidden, "sign": MASKED if hidden else "", "source": "x.xlsx", "cell": f"B{number}",
            }
        )  # fmt: skip
    return pd.DataFrame(made)


def age(label: str, **more: str) -> dict[str, str]:
    return {"age_group": label, **more}


def opened(**more: str) -> dict[str, str]:
    return {"case_status": OPENED, **more}


@dataclass
class CountedWorld(World):
    """A world whose people are published counts, spread over points `a` (population `weights[0]`), `b`, ... alike."""

    counts: list[pd.DataFrame] = field(default_factory=list)
    weights: Sequence[int] = (1,)

    def publish(self, *rows: tuple[Any, ...], code: str = "0180") -> CountedWorld:
        self.counts.append(published(*rows, code=code))
        return self

    def need_of(self) -> Need:
        table = pd.concat(self.counts, ignore_index=True)
        return need_of_month(table.assign(cell=[f"B{n}" for n in range(4, 4 + len(table))]), MONTH)

    def points_of(self, chosen: Settings) -> gpd.GeoDataFrame:
        codes = sorted({code for table in self.counts for code in table["municipality_code"]})
        places = [
            (code, name, weight, 1000.0 * n)
            for code in codes
            for n, (name, weight) in enumerate(zip("abcd", self.weights, strict=False))
        ]
        localities = gpd.GeoDataFrame(
            pd.DataFrame(places, columns=["municipality_code", "locality_code", "population", "x_m"]).assign(
                name="Ort"
            ),
            geometry=gpd.points_from_xy([500_000 + x for *_place, x in places], [6_500_000] * len(places)),
            crs=3006,
        )
        shapes = gpd.GeoDataFrame(
            {"county_code": [c[:2] for c in codes], "municipality_code": codes, "name": codes,
             "point_x_m": 0.0, "point_y_m": 0.0},
            geometry=gpd.points_from_xy([0.0] * len(codes), [0.0] * len(codes)), crs=3006,
        )  # fmt: skip
        return demand_points(self.need_of(), localities, shapes, chosen)

    def allocate(self, chosen: Settings | None = None) -> MonthAllocation:
        chosen = chosen or settings()
        points = self.points_of(chosen)
        entitled = entitled_at_points(points, self.need_of().table, chosen, MONTH)
        return allocate_month(
            points, self.activities(), self.day_returns(), self.register(), chosen, MONTH, entitled
        )

    def served(self, chosen: Settings | None = None) -> pd.DataFrame:
        return served_table(self.allocate(chosen))

    def gaps(self, chosen: Settings | None = None) -> pd.DataFrame:
        chosen = chosen or settings()
        table = gaps_table(
            self.allocate(chosen), self.points_of(chosen), self.activities(), self.need_of().table, {}
        )
        return table.set_index("municipality_code")
