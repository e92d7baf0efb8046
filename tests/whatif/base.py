"""A computed month of a tiny world, without a workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point

from geomatch.access import allocate_month
from geomatch.barred import entitled_by_rules
from geomatch.month import Computed, Inputs
from geomatch.need import Need
from geomatch.settings import Settings
from geomatch.sources.activities import SERIES_COLUMNS
from geomatch.supply import Supply, Window
from tests.travel.asked import line, network_of
from tests.travel.feeds import Feed
from tests.worlds import MONTH, World, settings

WINDOW = Window(date(2026, 9, 7), date(2026, 9, 27))
HOME = (674000.0, 6580000.0)


def localities() -> gpd.GeoDataFrame:
    """Two localities of Södertälje (0181), one with twice the people of the other."""
    rows = [("G1", "Stor", "0181", 2000), ("G2", "Liten", "0181", 1000)]
    table = pd.DataFrame(rows, columns=["locality_code", "name", "municipality_code", "population"])
    return gpd.GeoDataFrame(table, geometry=[Point(650000, 6563000), Point(651000, 6563000)], crs="EPSG:3006")


def computed(world: World, folder: Path, chosen: Settings | None = None) -> Computed:
    """The month of a world, with a timetable of one bus that is of use to nobody."""
    chosen = chosen or settings()
    activities = world.activities()
    register = pd.DataFrame(activities.drop(columns="geometry")).assign(address="", contact="")
    columns = [name for name in SERIES_COLUMNS if name != "geometry"]
    series = gpd.GeoDataFrame(register[columns], geometry=list(activities.geometry), crs="EPSG:3006")
    stops = {"A": (0.0, 0.0), "B": (9000.0, 0.0)}
    feed = Feed(stops, {"t": line(("A", "08:00:00"), ("B", "08:30:00"))}, days=["20260908"])
    need = world.need()
    return Computed(
        month=MONTH,
        county=None,
        inputs=Inputs(
            used=(),
            settings=chosen,
            enrolment=pd.DataFrame(),
            series=series,
            sessions=pd.DataFrame(columns=["series_id", "weekday", "date", "start_s", "end_s"]),
            corridors=world.register(),
            localities=localities(),
            network=network_of(feed, folder),
            notes={},
        ),
        window=WINDOW,
        need=Need(need, 0, 0),
        points=world.points(),
        supply=Supply(activities, pd.DataFrame(columns=["series_id", "date", "start_s", "end_s"]), 0),
        day_returns=world.day_returns(),
        allocation=allocate_month(
            world.points(),
            activities,
            world.day_returns(),
            world.register(),
            chosen,
            MONTH,
            entitled_by_rules(world.points(), need, chosen, MONTH),
        ),
        travel="",
        day_returns_kept=False,
    )
