"""The day return of a pair of municipalities leg by leg, for one weekday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geomatch.access.purposes import of_purposes
from geomatch.access.reach import suits
from geomatch.documents.facts import DocumentFacts
from geomatch.plain import plain
from geomatch.travel.day_return import session_returns
from geomatch.travel.told import day_return
from geomatch.words import gettext as _

__all__ = ["Step", "Told", "told_return"]

_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One walk or ride.

    Attributes:
        home: Of the way home.
        departs, arrives: Local times.
        start, end: Names of the stops; of home and activity at the ends.
        how: What one does, in words.
    """

    home: bool
    departs: datetime
    arrives: datetime
    start: str
    end: str
    how: str


@dataclass(frozen=True, slots=True)
class Told:
    """A day return as it is told.

    Attributes:
        activity: Name of the activity.
        locality: Where it begins.
        day: The day of the session.
        start, end: The session, HH:MM.
        minutes: Minutes there and home, each.
        transfers: Changes, there and home together.
        last_way_home: There is no later journey home that day.
        tight: That one hangs on a tight change.
        booking: Some leg must be booked ahead.
        steps: Walks and rides.
        origin, goal: Where the journey begins, and the activity.
    """

    activity: str
    locality: str
    day: date
    start: str
    end: str
    minutes: tuple[float, float]
    transfers: int
    last_way_home: bool
    tight: bool
    booking: bool
    steps: tuple[Step, ...]
    origin: Any
    goal: Any


def _pairs(facts: DocumentFacts, origin: str, goal: str) -> pd.DataFrame:
    """The reachable pairs of a locality and an activity at an exact place that suits somebody there, best first."""
    county = facts.county
    asked = of_purposes(county.activities, county.settings.allocation.purposes)
    exact = asked[(asked["visibility"] == "exact") & ~asked["digital"].astype(bool)]
    exact = pd.DataFrame(exact[["series_id", "name", "target_groups", "sex"]])
    table = county.day_returns
    table = table[
        table["reachable"].astype(bool) & (table["from_code"] == origin) & (table["to_code"] == goal)
    ]
    table = table.merge(exact, on="series_id", how="inner")
    strata = {
        point: set(zip(rows["target_group"], rows["sex"], strict=True))
        for point, rows in county.points[county.points["municipality_code"] == origin].groupby("point_id")
    }
    fits = [
        any(suits(group, of, str(groups), str(sex)) for group, of in strata.get(point, ()))
        for point, groups, sex in zip(table["point_id"], table["target_groups"], table["sex"], strict=True)
    ]
    # The two last only choose which of equally good ones is told.
    order = ["travel_min", "booking_needed", "last_way_home_tight", "transfers", "point_id", "series_id"]
    return table[np.array(fits, dtype=bool)].sort_values(order, kind="stable").reset_index(drop=True)


def _session(facts: DocumentFacts, point: pd.DataFrame, series: pd.DataFrame, travel_s: float) -> Any:  # noqa: ANN401  # a row of a frame
    """The session that is told: reachable, on a weekday where there is one, as long as the median, the earliest."""
    mine = facts.sessions[facts.sessions["series_id"] == series["series_id"].iloc[0]]
    found = session_returns(
        facts.network, point, series, mine, facts.county.settings.limits, threads=1
    )  # fmt: skip
    found = found[found["reachable"].astype(bool)]
    length_s = (
        found["out_arrival_s"]
        - found["out_departure_s"]
        + found["home_arrival_s"]
        - found["home_departure_s"]
    ) / 2
    found = found.assign(
        weekend=[day.weekday() >= _WEEKDAYS for day in found["date"]],
        off_s=(length_s - travel_s).abs().round(),
    )
    return next(found.sort_values(["weekend", "off_s", "date", "start_s"], kind="stable").itertuples(), None)


def told_return(facts: DocumentFacts, origin: str, goal: str) -> Told | None:
    """The best day return from one municipality to another, leg by leg.

    Only to an activity whose exact place may be shown, since the stops would tell where any other is; None where there
    is none, or where the people of `origin` are not among the month's points.
    """
    pairs = _pairs(facts, origin, goal)
    if pairs.empty:
        return None
    best: Any = pairs.iloc[0]
    points = facts.county.points
    home = points.loc[points["point_id"] == best["point_id"]].iloc[[0]]
    activities = facts.county.activities
    place = activities.loc[activities["series_id"] == best["series_id"]]
    row = _session(
        facts,
        pd.DataFrame(
            {"point_id": ["home"], "x_m": home.geometry.x.to_numpy(), "y_m": home.geometry.y.to_numpy()}
        ),
        pd.DataFrame(
            {
                "series_id": [best["series_id"]],
                "x_m": place.geometry.x.to_numpy(),
                "y_m": place.geometry.y.to_numpy(),
            }
        ),
        float(best["travel_min"]) * 60,
    )
    if row is None:
        return None
    ends = gpd.GeoSeries([home.geometry.iloc[0], place.geometry.iloc[0]], crs=points.crs)
    lonlat = ends.to_crs(4326)
    found = day_return(
        facts.network,
        (lonlat.x.iloc[0], lonlat.y.iloc[0]),
        (lonlat.x.iloc[1], lonlat.y.iloc[1]),
        row.date,
        (int(row.start_s), int(row.end_s)),
        facts.county.settings,
    )
    if found["out"] is None or found["home"] is None:
        return None
    locality, activity = plain(home["name"].iloc[0]), plain(best["name"])
    return Told(
        activity=activity,
        locality=locality,
        day=row.date,
        start=found["start"],
        end=found["end"],
        minutes=(found["out"]["minutes"], found["home"]["minutes"]),
        transfers=found["out"]["transfers"] + found["home"]["transfers"],
        last_way_home=found["last_way_home"],
        tight=found["last_way_home_tight"],
        booking=found["booking_needed"],
        steps=(
            *_steps(found["out"], (_("home, {name}").format(name=locality), activity), home=False),
            *_steps(found["home"], (activity, _("home, {name}").format(name=locality)), home=True),
        ),
        origin=ends.iloc[0],
        goal=ends.iloc[1],
    )


def _steps(way: dict[str, Any], doors: tuple[str, str], *, home: bool) -> list[Step]:
    steps = []
    for leg in way["legs"]:
        departs, arrives = (datetime.fromisoformat(leg[name]) for name in ("departure", "arrival"))
        if leg["kind"] == "walk" and departs == arrives and len(way["legs"]) > 1:
            continue  # One stands there already.
        steps.append(
            Step(
                home,
                departs,
                arrives,
                plain(leg["from_stop"]) if leg["from_stop"] else doors[0],
                plain(leg["to_stop"]) if leg["to_stop"] else doors[1],
                _how(leg),
            )
        )
    return steps


def _how(leg: dict[str, Any]) -> str:
    if leg["kind"] == "walk":
        return _("walk {metres} m").format(metres=f"{leg['walk_m']:.0f}")
    line, headsign = plain(leg["line"]), plain(leg["headsign"])
    text = (
        _("line {line} towards {headsign}").format(line=line, headsign=headsign)
        if headsign
        else _("line {line}").format(line=line)
    )
    if leg["seated"]:
        text = _("stay on board; {ride}").format(ride=text)
    return text + _(" (must be booked ahead)") if leg["booked"] else text
