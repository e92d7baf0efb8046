"""Make the synthetic national feed, origins and activities. Run: python -m benchmarks.national.generate FOLDER."""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.national.feed import Feed, write_feed
from benchmarks.national.lines import line_table, make_lines
from benchmarks.national.meetings import make_meetings
from benchmarks.national.patterns import make_patterns
from benchmarks.national.points import make_activities, make_origins
from benchmarks.national.trips import DAYS, WINDOW, Trips, make_trips, scaled_lines

__all__ = ["SEED", "Counts", "generate"]

SEED = 290


@dataclass(frozen=True, slots=True)
class Counts:
    """What was made.

    Attributes:
        feed: The zip.
        municipalities: With a stop.
        stations: Stop areas.
        platforms: Stop points.
        lines: Routes.
        trips: Trips of all days.
        stop_times: Rows.
        connections: Rides from a stop to the next, for each date of the window.
        big_share: Share of a weekday's departures in the three big town areas.
        service_days: Different sets of trips among the weekdays of the window.
        diverted: Trips taken away for each weekday of the window (most come back changed).
        services: Different service ids.
        station_rows: Rows of transfers.txt that name stations.
        trip_rows: Rows of transfers.txt between trips, by transfer_type.
        block_trips: Trips with a block_id.
        booked_trips: Trips that must be booked ahead.
        past_midnight: Trips that end after midnight.
    """

    feed: Path
    municipalities: int
    stations: int
    platforms: int
    lines: int
    trips: int
    stop_times: int
    connections: dict[date, int]
    big_share: float
    service_days: int
    diverted: dict[date, int]
    services: int
    station_rows: int
    trip_rows: dict[int, int]
    block_trips: int
    booked_trips: int
    past_midnight: int


def _on(trips: Trips, number: int) -> np.ndarray:
    return np.asarray((trips.days >> np.uint64(number)) & np.uint64(1) != 0)


def _counts(feed: Feed, path: Path, diverted: dict[date, int]) -> Counts:
    trips, rides = feed.trips, feed.trips.rides()
    window = {day: n for n, day in enumerate(DAYS) if WINDOW[0] <= day <= WINDOW[1]}
    weekdays = [day for day in window if day.weekday() < 5]
    first_weekday = _on(trips, window[weekdays[0]])
    big = feed.lines["big"].to_numpy()[trips.line]
    stations = np.unique(feed.platforms.area)
    pattern = 2 * trips.line.astype(np.int64) + trips.direction
    run_s = feed.patterns.arrival_s[feed.patterns.start[pattern] + trips.last] * trips.slowness
    kinds, numbers = np.unique(feed.meetings.kind, return_counts=True)
    codes = feed.areas.places["municipality_code"].to_numpy()
    return Counts(
        feed=path,
        municipalities=len(np.unique(codes[feed.areas.place[stations]])),
        stations=len(stations),
        platforms=len(feed.platforms.area),
        lines=len(feed.lines),
        trips=len(trips),
        stop_times=int(rides.sum()) + len(trips),
        connections={day: int(rides[_on(trips, n)].sum()) for day, n in window.items()},
        big_share=float(rides[first_weekday & big].sum() / rides[first_weekday].sum()),
        service_days=len({_on(trips, window[day]).tobytes() for day in weekdays}),
        diverted={day: diverted[day] for day in weekdays},
        services=len(np.unique(trips.days)),
        station_rows=len(feed.meetings.from_area),
        trip_rows={int(kind): int(number) for kind, number in zip(kinds, numbers, strict=True)},
        block_trips=int((feed.meetings.block > 0).sum()),
        booked_trips=int(trips.booked.sum()),
        past_midnight=int((trips.start_s + run_s >= 86_400).sum()),
    )


def generate(folder: Path, scale: float = 1.0, seed: int = SEED) -> Counts:
    """Write `SYNTETISK-riket-SEED.zip`, origins.csv and activities.csv to `folder`.

    Args:
        folder: Made if absent; files of the same names are replaced.
        scale: 1 for the size of the country; less for fewer departures and stops over the same places and roads.
        seed: The same seed and scale give the same bytes.

    Returns:
        What was made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Streams of their own: another number of origins leaves the timetable alone.
    timetable, origins, activities = (np.random.default_rng([seed, part]) for part in range(3))
    areas, lines = make_lines(scale, timetable)
    table = scaled_lines(line_table(lines, areas), scale)
    platforms, patterns = make_patterns(lines, table, areas, timetable)
    trips, diverted = make_trips(table, timetable)
    meetings = make_meetings(trips, table, areas, platforms, patterns, timetable)
    feed = Feed(seed, areas, table, platforms, patterns, trips, meetings)
    path = folder / f"SYNTETISK-riket-{seed}.zip"
    write_feed(feed, path)
    make_origins(areas.places, origins).to_csv(folder / "origins.csv", index=False)
    make_activities(areas.places, activities).to_csv(folder / "activities.csv", index=False)
    return _counts(feed, path, diverted)


def report(counts: Counts) -> str:
    """The counts as lines of text."""
    lines = [
        f"{counts.feed}",
        (
            f"{counts.municipalities} municipalities, {counts.stations} stations, {counts.platforms} platforms, "
            f"{counts.lines} lines, {counts.trips} trips, {counts.stop_times} stop times, {counts.services} services"
        ),
        (
            f"{counts.block_trips} trips in blocks, {counts.booked_trips} trips booked ahead, "
            f"{counts.past_midnight} trips end past midnight"
        ),
        f"transfers.txt: {counts.station_rows} rows name stations; between trips "
        + ", ".join(f"type {kind}: {number}" for kind, number in counts.trip_rows.items()),
        (
            f"{counts.service_days} different service days among {len(counts.diverted)} weekdays; "
            f"{100 * counts.big_share:.1f} % of a weekday's departures in and round Stockholm, Göteborg and Malmö"
        ),
    ]
    for day, number in counts.connections.items():
        apart = f", {counts.diverted[day]} trips diverted" if day in counts.diverted else ""
        lines.append(f"{day:%a} {day}: {number} connections{apart}")
    return "\n".join(lines)


def main() -> None:
    """Parse the command line, write the files and print what they hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national.generate", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="where the feed, origins.csv and activities.csv are written"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1 for the size of the country")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same bytes")
    arguments = parser.parse_args()
    if not 0.001 <= arguments.scale <= 2:
        parser.error("--scale must be from 0.001 to 2")
    start = time.perf_counter()
    counts = generate(arguments.folder, arguments.scale, arguments.seed)
    print(report(counts))
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"made in {time.perf_counter() - start:.1f} s, peak memory {peak_gib:.2f} GiB")


if __name__ == "__main__":
    main()
