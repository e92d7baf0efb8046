"""Tiny worlds, written in a few words, as the tables a month consists of; tiny networks; and strategies for both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from shapely import Point

from geomatch.access import MonthAllocation, allocate_month, gaps_table, served_table
from geomatch.allocation import Network
from geomatch.settings import AllocationSettings, Settings, Share
from geomatch.tables import ACTIVITIES, DAY_RETURNS, NEED, POINTS

MONTH = "2026-09"
ENTITLED = (
    Share("eligible_share", group, 1.0, 1.0) for group in ("asylum_seeker", "temporary_protection", "all")
)
ALL_ENTITLED = tuple(ENTITLED)


def entitled(low: float, high: float, *groups: str) -> tuple[Share, ...]:
    """The same eligible share for the groups (default: the three that the worlds use)."""
    return tuple(
        Share("eligible_share", group, low, high)
        for group in groups or ("asylum_seeker", "temporary_protection", "all")
    )


def settings(
    corridors: str = "register",
    shares: tuple[Share, ...] = ALL_ENTITLED,
    digital_share: float = 0.0,
    purposes: str = "",
    **more: Any,
) -> Settings:
    """Settings where everyone is entitled unless said otherwise."""
    return replace(
        Settings(), allocation=AllocationSettings(corridors, digital_share, purposes), shares=shares, **more
    )


@dataclass
class World:
    """Points with people, series with places, ways between them, open corridors."""

    people: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)
    ways: list[dict[str, Any]] = field(default_factory=list)
    corridors: list[dict[str, Any]] = field(default_factory=list)
    extra_need: list[dict[str, Any]] = field(default_factory=list)

    def live(
        self,
        point: str,
        low: float,
        high: float | None = None,
        *,
        group: str = "asylum_seeker",
        sex: str = "all",
        masked: bool = False,
        at: tuple[float, float] = (500000.0, 6500000.0),
        kind: str = "locality",
    ) -> World:
        """`low` to `high` persons of a stratum at `point`, written `<municipality>/<name>`."""
        self.people.append(
            {
                "point": point,
                "low": low,
                "high": low if high is None else high,
                "group": group,
                "sex": sex,
                "masked": masked,
                "at": at,
                "kind": kind,
            }
        )
        return self

    def offer(
        self,
        series: str,
        municipality: str,
        places: int,
        *,
        groups: str = "all",
        sex: str = "all",
        digital: bool = False,
        at: tuple[float, float] = (510000.0, 6500000.0),
        purposes: str = "",
        parallel: bool = False,
        visibility: str = "municipality",
    ) -> World:
        """A series with places in a municipality; of several `purposes` (`;` between them) the first is the primary."""
        self.series.append(
            {
                "series": series,
                "municipality": municipality,
                "places": places,
                "groups": groups,
                "sex": sex,
                "digital": digital,
                "at": at,
                "purposes": purposes,
                "parallel": parallel,
                "visibility": visibility,
            }
        )
        return self

    def way(
        self,
        point: str,
        series: str,
        minutes: float = 30.0,
        *,
        walk: bool = False,
        booking: bool = False,
        tight: bool = False,
        per_week: float = 2.0,
        transfers: int = 0,
        reachable: bool = True,
    ) -> World:
        """A day return of `minutes` each way."""
        self.ways.append(
            {
                "point": point,
                "series": series,
                "minutes": minutes,
                "walk": walk,
                "booking": booking,
                "tight": tight,
                "per_week": per_week,
                "transfers": transfers,
                "reachable": reachable,
            }
        )
        return self

    def open(
        self, origin: str, goal: str, first: str = "2026-01-01", last: str = "", reference: str = "dnr 1"
    ) -> World:
        """A corridor in the register."""
        self.corridors.append(
            {
                "from_code": origin,
                "to_code": goal,
                "valid_from": first,
                "valid_to": last,
                "reference": reference,
            }
        )
        return self

    def one_count(self, municipality: str, low: int, high: int) -> World:
        """The people of a municipality are one count of the source, not one for each of its points."""
        own = [p for p in self.people if p["point"][:4] == municipality]
        self.extra_need.append({**own[0], "low": low, "high": high})
        for person in own:
            person["used"] = False
        return self

    def points(self) -> gpd.GeoDataFrame:
        rows = [
            {
                "month": MONTH,
                "point_id": p["point"],
                "county_code": p["point"][:2],
                "municipality_code": p["point"][:4],
                "locality_code": p["point"][5:],
                "name": p["point"],
                "kind": p["kind"],
                "population": 1000,
                "target_group": p["group"],
                "sex": p["sex"],
                "need_low_milli": round(p["low"] * 1000),
                "need_high_milli": round(p["high"] * 1000),
                "location_unknown": False,
                "geometry": Point(p["at"]),
            }
            for p in self.people
        ]
        return gpd.GeoDataFrame(rows, columns=POINTS.names, geometry="geometry", crs="EPSG:3006")

    def activities(self) -> gpd.GeoDataFrame:
        rows = [
            {
                "month": MONTH,
                "series_id": s["series"],
                "activity_id": s["series"],
                "name": s["series"],
                "organiser": "Förening",
                "organiser_type": "",
                "grant_scheme": "TIA",
                "primary_purpose": s["purposes"].split(";")[0],
                "secondary_purposes": ";".join(s["purposes"].split(";")[1:]),
                "target_groups": s["groups"],
                "sex": s["sex"],
                "places": s["places"],
                "valid_from": "2026-01-01",
                "valid_to": "",
                "digital": s["digital"],
                "childcare": False,
                "language_support": False,
                "parallel_group": s["parallel"],
                "visibility": s["visibility"],
                "status": "ongoing",
                "municipality_code": s["municipality"],
                "sessions_text": "",
                "sessions_in_window": 8,
                "sessions_on_holidays": 0,
                "sessions_assumed": False,
                "geometry": None if s["digital"] else Point(s["at"]),
            }
            for s in self.series
        ]
        return gpd.GeoDataFrame(rows, columns=ACTIVITIES.names, geometry="geometry", crs="EPSG:3006")

    def day_returns(self) -> pd.DataFrame:
        owner = {s["series"]: s["municipality"] for s in self.series}
        rows = [
            {
                "month": MONTH,
                "point_id": w["point"],
                "series_id": w["series"],
                "from_code": w["point"][:4],
                "to_code": owner[w["series"]],
                "sessions": 8,
                "sessions_reachable": 8 if w["reachable"] else 0,
                "session_share": 1.0 if w["reachable"] else 0.0,
                "reachable": w["reachable"],
                "travel_min": w["minutes"] if w["reachable"] else float("nan"),
                "round_trip_s": round(w["minutes"] * 120) if w["reachable"] else None,
                **{f"out_min_{stat}": w["minutes"] for stat in ("median", "min", "max")},
                **{f"home_min_{stat}": w["minutes"] for stat in ("median", "min", "max")},
                **{f"away_min_{stat}": 2 * w["minutes"] + 120 for stat in ("median", "min", "max")},
                "transfers": w["transfers"],
                "walk_m": 0.0,
                "wait_min": 0.0,
                "walk_only": w["walk"],
                "tightest_change_min": float("nan"),
                "booking_needed": w["booking"],
                "last_way_home_share": 0.5,
                "last_way_home_tight": w["tight"],
                "last_way_home_change_min": 5.0 if w["tight"] else float("nan"),
                "sessions_per_week": w["per_week"],
                "reason": "" if w["reachable"] else "too_long",
            }
            for w in self.ways
        ]
        table = pd.DataFrame(rows, columns=DAY_RETURNS.names)
        return table.astype({"round_trip_s": "Int64", "walk_only": "boolean", "reachable": bool})

    def need(self) -> pd.DataFrame:
        rows = [
            {
                "month": MONTH,
                "county_code": p["point"][:2],
                "municipality_code": p["point"][:4],
                "locality_code": p["point"][5:],
                "accommodation": p.get("accommodation", "all"),
                "target_group": p["group"],
                "case_status": "all",
                "sex": p["sex"],
                "age_group": "all",
                "low": round(p["low"]),
                "high": round(p["high"]),
                "masked": p["masked"],
                "sign": ".." if p["masked"] else "",
                "published_low": round(p["low"]),
                "published_high": round(p["high"]),
                "used": p.get("used", True),
                "source": "test",
                "cell": "",
            }
            for p in (*self.people, *self.extra_need)
        ]
        return pd.DataFrame(rows, columns=NEED.names)

    def register(self) -> pd.DataFrame:
        columns = ["from_code", "to_code", "valid_from", "valid_to", "reference"]
        return pd.DataFrame(self.corridors, columns=columns, dtype=str)

    def allocate(self, chosen: Settings | None = None) -> MonthAllocation:
        return allocate_month(
            self.points(), self.activities(), self.day_returns(), self.register(), chosen or settings(), MONTH
        )

    def served(self, chosen: Settings | None = None) -> pd.DataFrame:
        return served_table(self.allocate(chosen))

    def gaps(self, chosen: Settings | None = None) -> pd.DataFrame:
        table = gaps_table(self.allocate(chosen), self.points(), self.activities(), self.need(), {})
        return table.set_index("municipality_code")


def persons(served: pd.DataFrame, municipality: str, scenario: str = "high") -> dict[str, float]:
    """Parts of a municipality in persons, strata together, parts that are 0 left out."""
    rows = served[(served["municipality_code"] == municipality) & (served["scenario"] == scenario)]
    parts = [
        c for c in served.columns if c.endswith("_milli") and c not in ("need_milli", "out_of_reach_milli")
    ]
    return {c.removesuffix("_milli"): rows[c].sum() / 1000 for c in parts if rows[c].sum()}


def network(need, capacity, arcs) -> Network:
    """Arcs are (node, series, local, seconds)."""
    table = np.array(arcs, dtype=np.int64).reshape(-1, 4)
    return Network(
        np.array(need, dtype=np.int64),
        np.array(capacity, dtype=np.int64),
        table[:, 0],
        table[:, 1],
        table[:, 2].astype(bool),
        table[:, 3],
    )


@st.composite
def networks(draw, *, few: bool = False):
    """Small networks of 3 municipalities; few different numbers, so that there are many ties and symmetries."""
    nodes, places = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    amount = st.sampled_from([0, 1000, 2000, 3000] if few else [0, 1, 333, 1000, 1500, 2000, 7001])
    need = draw(st.lists(amount, min_size=nodes, max_size=nodes))
    capacity = draw(st.lists(amount, min_size=places, max_size=places))
    home = draw(st.lists(st.integers(0, 2), min_size=nodes, max_size=nodes))
    owner = draw(st.lists(st.integers(0, 2), min_size=places, max_size=places))
    pairs = draw(st.sets(st.tuples(st.integers(0, nodes - 1), st.integers(0, places - 1))))
    seconds = st.sampled_from([600, 1200] if few else [0, 600, 1201, 3600, 5400])
    arcs = [(n, s, int(home[n] == owner[s]), draw(seconds)) for n, s in sorted(pairs)]
    return network(need, capacity, arcs), np.array(home), np.array(owner)


MUNICIPALITIES = ("0180", "0181", "0182")


@st.composite
def worlds(draw, *, intervals: bool = True):
    """Three municipalities, two points each, a few series, walks and corridors; small numbers."""
    world = World()
    for code in MUNICIPALITIES:
        for name in "ab":
            group = draw(st.sampled_from(["asylum_seeker", "temporary_protection", "all"]))
            low = draw(st.integers(0, 4))
            high = low + (draw(st.integers(0, 3)) if intervals else 0)
            world.live(
                f"{code}/{name}", low, high, group=group, sex=draw(st.sampled_from(["women", "men", "all"]))
            )
    for number in range(draw(st.integers(1, 4))):
        world.offer(
            f"s{number}",
            draw(st.sampled_from(MUNICIPALITIES)),
            draw(st.integers(0, 5)),
            sex=draw(st.sampled_from(["all", "all", "women"])),
            groups=draw(st.sampled_from(["all", "all", "asylum_seeker"])),
        )
    for person in list(world.people):
        for series in world.series:
            if draw(st.booleans()):
                world.way(
                    person["point"],
                    series["series"],
                    draw(st.sampled_from([20.0, 40.0])),
                    walk=draw(st.integers(0, 4)) == 0,
                )
    for origin in MUNICIPALITIES:
        for goal in MUNICIPALITIES:
            if origin != goal and draw(st.booleans()):
                world.open(origin, goal)
    return world


SHARES = st.sampled_from([(1.0, 1.0), (0.25, 0.5), (0.0, 1.0)])
