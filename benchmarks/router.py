"""The scan against the slow search of the tests, on the same random small feeds; both must agree.

Run: python benchmarks/router.py
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.day_return import session_returns
from geomatch.travel.network import build_network
from tests.travel.feeds import EAST, NORTH, Call, Feed, Rules, Slow, s

STOPS, TRIPS, ORIGINS = 12, 24, 20


def random_feed(seed: int) -> Feed:
    """A grid of stops 2 km apart and trips over three of them."""
    chance = random.Random(seed)
    stops = {f"S{n}": (2000.0 * (n % 4), 2000.0 * (n // 4)) for n in range(STOPS)}
    trips = {}
    for number in range(TRIPS):
        clock = chance.choice([s("8:00"), s("12:05")]) + 60 * chance.randrange(60)
        calls = []
        for stop in chance.sample(sorted(stops), 3):
            calls.append(Call(stop, clock, clock))
            clock += 60 * chance.randrange(3, 15)
        trips[f"t{number}"] = calls
    return Feed(stops, trips)


def main() -> None:
    """Print the time per origin and session of both, and the ratio."""
    fast = slow = 0.0
    agreed = 0
    for seed in range(6):
        feed = random_feed(seed)
        chance = random.Random(seed + 1000)
        origins = {f"o{n}": (chance.uniform(0, 6000), chance.uniform(0, 4000)) for n in range(ORIGINS)}
        with tempfile.TemporaryDirectory() as folder:
            network = build_network(
                read_timetable([feed.write(Path(folder))]), WalkSettings(), TransferSettings()
            )
        points = pd.DataFrame(
            [(name, EAST + x, NORTH + y) for name, (x, y) in origins.items()],
            columns=["point_id", "x_m", "y_m"],
        )
        series = pd.DataFrame([("a", EAST + 3000, NORTH + 2000)], columns=["series_id", "x_m", "y_m"])
        sessions = pd.DataFrame(
            [("a", date(2023, 2, 8), s("10:00"), s("12:00"))],
            columns=["series_id", "date", "start_s", "end_s"],
        )
        session_returns(network, points, series, sessions, LimitSettings())
        start = time.perf_counter()
        found = session_returns(network, points, series, sessions, LimitSettings()).set_index("point_id")
        fast += time.perf_counter() - start
        start = time.perf_counter()
        search = Slow(feed, Rules())
        for name, home in origins.items():
            out = search.outbound(home, (3000.0, 2000.0), s("10:00"))
            search.homebound(home, (3000.0, 2000.0), s("12:00"))
            agreed += out is None or found.loc[name, "out_departure_s"] == out.departure
        slow += time.perf_counter() - start
    count = 6 * ORIGINS
    print(
        f"{count} day returns, {agreed} of {count} outbound agree: scan {1e6 * fast / count:.0f} us each, "
        f"slow search {1e6 * slow / count:.0f} us each, ratio {slow / fast:.0f}"
    )


if __name__ == "__main__":
    main()
