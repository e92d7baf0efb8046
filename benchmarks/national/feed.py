"""The made-up feed as GTFS files in one zip, with the same bytes for the same seed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv
from pyproj import Transformer

from benchmarks.national.geography import Areas
from benchmarks.national.meetings import Meetings
from benchmarks.national.patterns import Patterns, Platforms, expand
from benchmarks.national.trips import DAYS, FIRST_DAY, LAST_DAY, Trips
from geomatch.sources.regions import CRS, counties

__all__ = ["Feed", "write_feed"]

TRIPS_AT_A_TIME = 50_000
# Readers refuse no later times than this; the last made-up trip ends well before.
LAST_S = 36 * 3600
ROAD_STOP_NAMES = """
Skolan Kyrkan Torget Bron Kvarnen Sågen Backen Hagen Lunden Ängen Gården Vägskälet Hamnen Folkets_hus
Brandstationen Macken Idrottsplatsen Vattentornet Björkvägen Storgatan Industrigatan Parkvägen Ringvägen
Sjövägen Åsvägen Prästgården Nybygget Korsvägen Höjden Strandvägen
"""
STATION_CHANGE_S = (180, 240, 300, 300, 360, 420, 600)


@dataclass(frozen=True, slots=True)
class Feed:
    """All that is written.

    Attributes:
        seed: Stands in the feed's version.
        areas: Stop areas.
        lines: As `trips.scaled_lines` gives them.
        platforms: Platforms of the areas in use.
        patterns: Running times.
        trips: Trips, in the order of their ids.
        meetings: Blocks and transfers between trips.
    """

    seed: int
    areas: Areas
    lines: pd.DataFrame
    platforms: Platforms
    patterns: Patterns
    trips: Trips
    meetings: Meetings


def _csv_bytes(table: pa.Table) -> bytes:
    out = io.BytesIO()
    out.write((",".join(table.column_names) + "\n").encode())
    csv.write_csv(table, out, csv.WriteOptions(include_header=False, quoting_style="none"))
    return out.getvalue()


def _texts(pattern: str, numbers: np.ndarray) -> np.ndarray:
    return np.array([pattern % number for number in numbers.tolist()], dtype=object)


def station_ids(platforms: Platforms) -> np.ndarray:
    """Id of the station of each platform."""
    return _texts("SY%06d", platforms.area)


def platform_ids(platforms: Platforms) -> np.ndarray:
    """Id of each platform."""
    pairs = zip(platforms.area.tolist(), platforms.number.tolist(), strict=True)
    return np.array([f"SY{area:06d}{number + 1:02d}" for area, number in pairs], dtype=object)


def _stops(feed: Feed) -> pa.Table:
    """Stations, then platforms."""
    areas, platforms = feed.areas, feed.platforms
    used = np.unique(platforms.area)
    road_names = ROAD_STOP_NAMES.split()
    hub = np.zeros(len(areas.x_m), dtype=bool)
    hub[areas.first] = True
    places = areas.places["name"].to_numpy()
    names = np.full(len(areas.x_m), "", dtype=object)
    for area in used.tolist():
        what = road_names[area * 7 % len(road_names)].replace("_", " ")
        names[area] = places[areas.place[area]] + (" station" if hub[area] else f" {what}")
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(
        np.concatenate([areas.x_m[used], platforms.x_m]), np.concatenate([areas.y_m[used], platforms.y_m])
    )
    letters = np.array([chr(65 + n) if n < 26 else str(n) for n in range(99)], dtype=object)
    return pa.table(
        {
            "stop_id": [*_texts("SY%06d", used), *platform_ids(platforms)],
            "stop_name": [*names[used], *names[platforms.area]],
            "stop_lat": [f"{value:.6f}" for value in lat],
            "stop_lon": [f"{value:.6f}" for value in lon],
            "location_type": [1] * len(used) + [0] * len(platforms.area),
            "parent_station": [""] * len(used) + station_ids(platforms).tolist(),
            "platform_code": [""] * len(used) + letters[platforms.number].tolist(),
        }
    )


def _agencies() -> pa.Table:
    table = counties()
    names = [f"SYNTETISK Länstrafik {name}" for name in table["name"]]
    return pa.table(
        {
            "agency_id": ["SY00", *(f"SY{code}" for code in table["county_code"])],
            "agency_name": ["SYNTETISK Tåg", *names],
            "agency_url": ["https://example.org/"] * (len(names) + 1),
            "agency_timezone": ["Europe/Stockholm"] * (len(names) + 1),
            "agency_lang": ["sv"] * (len(names) + 1),
        }
    )


def _routes(lines: pd.DataFrame) -> pa.Table:
    return pa.table(
        {
            "route_id": _texts("SYR%05d", np.arange(len(lines))),
            "agency_id": ("SY" + lines["county"]).tolist(),
            "route_short_name": lines["name"].tolist(),
            "route_long_name": ("SYNTETISK " + lines["from_place"] + " – " + lines["to_place"]).tolist(),
            "route_type": lines["route_type"].tolist(),
        }
    )


def _trips(feed: Feed, services: np.ndarray) -> Iterator[pa.Table]:
    trips = feed.trips
    ends = np.column_stack([feed.lines["to_place"], feed.lines["from_place"]])
    blocks = np.concatenate([[""], _texts("SYB%06d", np.arange(feed.meetings.block.max(initial=0)))])
    for begin in range(0, len(trips), TRIPS_AT_A_TIME):
        rows = np.arange(begin, min(begin + TRIPS_AT_A_TIME, len(trips)))
        line, direction = trips.line[rows], trips.direction[rows]
        yield pa.table(
            {
                "route_id": _texts("SYR%05d", line),
                "service_id": _texts("SYD%04d", services[rows]),
                "trip_id": _texts("SYT%07d", rows),
                "trip_headsign": ends[line, direction],
                "direction_id": direction,
                "block_id": blocks[feed.meetings.block[rows]],
            }
        )


def _clock_texts() -> pa.Array:
    return pa.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(LAST_S)])


def _stop_times(feed: Feed) -> Iterator[pa.Table]:
    clock, stops = _clock_texts(), pa.array(platform_ids(feed.platforms))
    for begin in range(0, len(feed.trips), TRIPS_AT_A_TIME):
        numbers = np.arange(begin, min(begin + TRIPS_AT_A_TIME, len(feed.trips)))
        rows = expand(feed.trips.take(numbers), feed.patterns, begin)
        ids = pa.array(_texts("SYT%07d", numbers))
        yield pa.table(
            {
                "trip_id": ids.take(pa.array(rows.trip - begin)),
                "arrival_time": clock.take(pa.array(rows.arrival_s)),
                "departure_time": clock.take(pa.array(rows.departure_s)),
                "stop_id": stops.take(pa.array(rows.platform)),
                "stop_sequence": rows.sequence,
                "pickup_type": rows.pickup,
                "drop_off_type": rows.drop_off,
                "timepoint": rows.timepoint,
            }
        )


def _calendar_dates(masks: np.ndarray) -> pa.Table:
    rows = [
        (f"SYD{number:04d}", f"{day:%Y%m%d}")
        for number, mask in enumerate(masks.tolist())
        for n, day in enumerate(DAYS)
        if mask >> n & 1
    ]
    return pa.table(
        {
            "service_id": [row[0] for row in rows],
            "date": [row[1] for row in rows],
            "exception_type": [1] * len(rows),
        }
    )


def _feed_info(seed: int) -> pa.Table:
    return pa.table(
        {
            "feed_id": ["SE-SYNTETISK"],
            "feed_publisher_name": ["SYNTETISK nationell tidtabell"],
            "feed_publisher_url": ["https://example.org/"],
            "feed_lang": ["sv"],
            "feed_start_date": [f"{FIRST_DAY:%Y%m%d}"],
            "feed_end_date": [f"{LAST_DAY:%Y%m%d}"],
            "feed_version": [f"SYNTETISK-{seed}"],
        }
    )


def _transfers(feed: Feed) -> pa.Table:
    """Least times at every hub, between hubs and stations beside them, and what trips do for each other."""
    meetings, ids = feed.meetings, platform_ids(feed.platforms)
    station = _texts("SY%06d", np.arange(len(feed.areas.x_m)))
    trip_ids = {"from": _texts("SYT%07d", meetings.from_trip), "to": _texts("SYT%07d", meetings.to_trip)}
    least = [STATION_CHANGE_S[n % len(STATION_CHANGE_S)] for n in range(len(meetings.from_area))]
    blank = [""] * len(least)
    return pa.table(
        {
            "from_stop_id": [*station[meetings.from_area], *ids[meetings.from_platform]],
            "to_stop_id": [*station[meetings.to_area], *ids[meetings.to_platform]],
            "transfer_type": [2] * len(least) + meetings.kind.tolist(),
            "min_transfer_time": [*map(str, least), *[""] * len(meetings.kind)],
            "from_trip_id": [*blank, *trip_ids["from"]],
            "to_trip_id": [*blank, *trip_ids["to"]],
        }
    )


def write_feed(feed: Feed, path: Path) -> None:
    """Write the zip; the date of its entries is fixed, so that the bytes follow from the seed alone."""
    masks, services = np.unique(feed.trips.days, return_inverse=True)
    parts: dict[str, Callable[[], Iterator[pa.Table]]] = {
        "agency.txt": lambda: iter([_agencies()]),
        "feed_info.txt": lambda: iter([_feed_info(feed.seed)]),
        "stops.txt": lambda: iter([_stops(feed)]),
        "routes.txt": lambda: iter([_routes(feed.lines)]),
        "trips.txt": lambda: _trips(feed, services),
        "stop_times.txt": lambda: _stop_times(feed),
        "calendar_dates.txt": lambda: iter([_calendar_dates(masks)]),
        "transfers.txt": lambda: iter([_transfers(feed)]),
    }
    part = path.with_name(path.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, tables in parts.items():
            info = zipfile.ZipInfo(name, (2023, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as file:
                for number, table in enumerate(tables()):
                    text = _csv_bytes(table)
                    file.write(text if number == 0 else text[text.index(b"\n") + 1 :])
    part.replace(path)
