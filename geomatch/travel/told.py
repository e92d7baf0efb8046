"""One day return with every walk and ride of it, as plain values. METHOD 4."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyproj

from geomatch.settings import Settings
from geomatch.travel.day_return import Journey, Leg, journeys_of, session_returns
from geomatch.travel.days import day_start
from geomatch.travel.network import Network
from geomatch.travel.questions import service_seconds

__all__ = ["day_return"]

Place = tuple[float, float]


def day_return(
    network: Network, home: Place, activity: Place, day: date, clock_s: tuple[int, int], settings: Settings
) -> dict[str, Any]:
    """The day return of one person for one session, with every walk and ride.

    The figures are those of `session_returns`, the legs those of `journeys_of`: both come from the same scan.

    Args:
        network: From `build_network`.
        home: lon, lat (WGS 84).
        activity: Likewise.
        day: The date of the session.
        clock_s: Start and end of the session, seconds after local midnight.
        settings: The limits.

    Returns:
        Plain values: from, to, date, start, end; reachable, reason (one of REASONS or ''), tightest_change_min,
        last_way_home, last_way_home_tight, booking_needed; from_has_stop, to_has_stop; `out` and `home`, each None or
        departure, arrival (ISO local times), minutes, transfers, reason, legs. Of a leg kind (`walk` or `ride`),
        departure, arrival, from_stop, to_stop (None for a door), walk_m (None for a ride), line, headsign, trip_id
        (None for a walk), booked, seated (one stays on board from the ride before).
    """
    timezone = network.timetable.timezone
    to_metres = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    xy = [tuple(map(float, to_metres.transform(*place))) for place in (home, activity)]
    start_s, end_s = (service_seconds(day, at, timezone) for at in clock_s)
    origins = pd.DataFrame([("home", *xy[0])], columns=["point_id", "x_m", "y_m"])
    series = pd.DataFrame([("activity", *xy[1])], columns=["series_id", "x_m", "y_m"])
    sessions = pd.DataFrame(
        [("activity", day, start_s, end_s)], columns=["series_id", "date", "start_s", "end_s"]
    )
    row: Any = session_returns(network, origins, series, sessions, settings.limits, threads=1).iloc[0]
    ways = journeys_of(network, xy[0], xy[1], day, start_s, end_s, settings.limits)  # type: ignore[arg-type]  # pairs
    near = [bool(len(network.stops_near(origins[["x_m", "y_m"]].to_numpy(float)).stop))]
    near.append(bool(len(network.stops_near(series[["x_m", "y_m"]].to_numpy(float)).stop)))
    tight_s = settings.limits.tight_change_min * 60
    out, back = (_way(network, day, way) for way in ways)
    return {
        "from": {"lon": home[0], "lat": home[1]},
        "to": {"lon": activity[0], "lat": activity[1]},
        "date": day.isoformat(),
        "start": _clock(clock_s[0]),
        "end": _clock(clock_s[1]),
        "reachable": bool(row["reachable"]),
        "reason": str(row["reason"]),
        "tightest_change_min": None
        if pd.isna(row["tightest_change_s"])
        else float(row["tightest_change_s"]) / 60,
        "last_way_home": bool(row["last_way_home"]),
        "last_way_home_tight": bool(row["last_way_home"] and row["home_tightest_change_s"] < tight_s),
        "booking_needed": bool(row["out_booking"] or row["home_booking"]),
        "from_has_stop": near[0],
        "to_has_stop": near[1],
        "out": out,
        "home": back,
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _way(network: Network, day: date, journey: Journey | None) -> dict[str, Any] | None:
    if journey is None:
        return None
    timetable = network.timetable
    begins, zone = day_start(day, timetable.timezone), ZoneInfo(timetable.timezone)

    def local(seconds: int) -> str:
        return datetime.fromtimestamp(int(begins + seconds), zone).isoformat()

    def leg_of(leg: Leg) -> dict[str, Any]:
        ride = leg.trip >= 0
        trip = timetable.trips.iloc[leg.trip] if ride else None
        return {
            "kind": leg.kind,
            "departure": local(leg.departure_s),
            "arrival": local(leg.arrival_s),
            "from_stop": str(timetable.stops["name"].iloc[leg.from_stop]) if leg.from_stop >= 0 else None,
            "to_stop": str(timetable.stops["name"].iloc[leg.to_stop]) if leg.to_stop >= 0 else None,
            "walk_m": None if ride else round(leg.walk_m, 1),
            "line": None if trip is None else str(trip["route_name"]),
            "headsign": None if trip is None else str(trip["headsign"]),
            "trip_id": None if trip is None else str(trip["trip_id"]),
            "booked": leg.booked,
            "seated": leg.seated,
        }

    return {
        "departure": local(journey.departure_s),
        "arrival": local(journey.arrival_s),
        "minutes": (journey.arrival_s - journey.departure_s) / 60,
        "transfers": journey.transfers,
        "reason": journey.reason,
        "legs": [leg_of(leg) for leg in journey.legs],
    }
