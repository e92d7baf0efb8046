"""The day return for the whole country: compile, open, a month of it, and cafein on the same questions.

Run: python -m benchmarks.national [FOLDER] [--without-cafein]

FOLDER holds the generated feed and is made when it is missing. What it holds is printed first, always: the counts stand
beside the zip with its checksum, and are counted from it where they are missing or are of another feed. Each step runs
in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as pa_csv
import pyproj

from benchmarks.national.generate import generate, report
from benchmarks.national.peers import cafein_network, cafein_seconds, seeded_activities
from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.travel import search
from geomatch.travel.day_return import pair_returns, pairs_of_targets
from geomatch.travel.network import DIRECTIONS, Network
from geomatch.travel.places import target_of
from geomatch.travel.question import lay_out
from geomatch.travel.scan import INFINITE
from geomatch.travel.scratch import Scratch
from geomatch.travel.store import open_or_build
from geomatch.travel.unlimited import Cone
from geomatch.workspace import content_sha256

FIRST, WEEKS, DAY = date(2023, 2, 6), 4, date(2023, 2, 8)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Nothing is too long, too far away or too many; what must be booked may be.
OFF = LimitSettings(max_travel_min=2 * 24 * 60, max_transfers=63, allow_booking=True, max_away_min=24 * 60)


def feed_of(folder: Path) -> Path:
    """The feed in `folder`."""
    return next(folder.glob("SYNTETISK-*.zip"))


def counted_input(folder: Path) -> str:
    """What the folder holds, as lines of text: the feed as it was counted when it was made, or else from its files."""
    feed = feed_of(folder)
    kept, mark = feed.with_suffix(".txt"), f"sha256 {content_sha256(feed)}"
    said = kept.read_text(encoding="utf-8") if kept.is_file() else ""
    head, _break, text = said.partition("\n")
    if head != mark:
        text = recounted(feed)
        keep_counts(feed, text)
    tables = {name: len(pd.read_csv(folder / f"{name}.csv")) for name in ("origins", "activities")}
    return text.rstrip() + "".join(f"\n{count} {name}" for name, count in tables.items())


def keep_counts(feed: Path, text: str) -> None:
    """Write the counts of a feed beside it, with its checksum, by which they are known to be of it."""
    said = f"sha256 {content_sha256(feed)}\n{text}\n"
    feed.with_suffix(".txt").write_text(said, encoding="utf-8")


def recounted(feed: Path) -> str:
    """What the files of a feed hold, of the stop times the trips only: some seconds for the whole country."""
    with zipfile.ZipFile(feed) as archive:

        def table(name: str, *columns: str) -> pd.DataFrame:
            with archive.open(f"{name}.txt") as file:
                return pd.read_csv(file, usecols=list(columns), dtype=str, keep_default_na=False)

        stations = table("stops", "location_type")["location_type"] == "1"
        lines, trips = table("routes", "route_id"), table("trips", "trip_id", "service_id", "block_id")
        rules = table("transfers", "from_trip_id", "transfer_type")
        dates = table("calendar_dates", "service_id", "date")
        with archive.open("stop_times.txt") as file:
            calls = pa_csv.read_csv(file, convert_options=pa_csv.ConvertOptions(include_columns=["trip_id"]))
    counts = calls["trip_id"].value_counts()
    calls_of = pd.Series(counts.field("counts"), index=pd.Index(counts.field("values")))
    # A trip of n calls has n - 1 rides.
    rides = trips["trip_id"].map(calls_of).fillna(1).astype("int64") - 1
    by_day = dates["service_id"].map(rides.groupby(trips["service_id"]).sum()).groupby(dates["date"]).sum()
    between = rules.loc[rules["from_trip_id"] != "", "transfer_type"].value_counts().sort_index()
    return "\n".join(
        [
            f"{feed}",
            (
                f"{int(stations.sum())} stations, {int((~stations).sum())} platforms, {len(lines)} lines, "
                f"{len(trips)} trips, {calls.num_rows} stop times, {trips['service_id'].nunique()} services"
            ),
            f"{int((trips['block_id'] != '').sum())} trips in blocks",
            (
                f"transfers.txt: {int((rules['from_trip_id'] == '').sum())} rows name stations; between trips "
                + ", ".join(f"type {kind}: {number}" for kind, number in between.items())
            ),
            *(f"{day}: {int(number)} connections" for day, number in by_day.items()),
        ]
    )


def question(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Origins and activities in metres, and the sessions of four weeks."""
    to_metres = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    tables = []
    for name, key in (("origins", "point_id"), ("activities", "series_id")):
        table = pd.read_csv(folder / f"{name}.csv", dtype={"id": str})
        x, y = to_metres.transform(table["lon"].to_numpy(), table["lat"].to_numpy())
        tables.append(table.assign(x_m=x, y_m=y).rename(columns={"id": key}))
    origins, series = tables
    days = [FIRST + timedelta(days=number) for number in range(7 * WEEKS)]

    def seconds(text: str) -> int:
        hours, minutes = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    sessions = pd.DataFrame(
        [
            (one.series_id, day, seconds(one.start), seconds(one.end))
            for one in series.itertuples()
            for day in days
            if WEEKDAYS[day.weekday()] in one.weekday.split(";")
        ],
        columns=["series_id", "date", "start_s", "end_s"],
    )
    return origins, series, sessions


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _network(folder: Path, cache: Path) -> Network:
    return open_or_build([feed_of(folder)], WalkSettings(), TransferSettings(), cache)


def compiled(folder: Path, cache: Path, what: str) -> None:
    """Compile the feed, or open what was compiled."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    network = _network(folder, cache)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    print(
        f"{what}: {wall_s:.1f} s ({cpu_s:.1f} s of work), peak memory {_peak_gib():.2f} GiB, "
        f"{len(network.trip):,} connections of all days"
    )


def month(folder: Path, cache: Path) -> None:
    """All pairs over four weeks, twice: with the compiling of the scan, and without."""
    scans: list[int] = []
    plain = search.Search.scan

    def counted(
        one: search.Search,
        target: search.Target,
        layers: int | None,
        wanted: np.ndarray,
        cone: Cone | None = None,
    ) -> search.Scan:
        scans.append(int(wanted.sum()))
        return plain(one, target, layers, wanted, cone)

    search.Search.scan = counted  # type: ignore[method-assign]  # a spy
    network = _network(folder, cache)
    origins, series, sessions = question(folder)
    for what in ("cold", "warm"):
        scans.clear()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        pairs = pair_returns(network, origins, series, sessions, LimitSettings(), 0.8, WEEKS)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        asked = len(origins) * len(sessions)
        print(
            f"month, {what}: {wall_s:.0f} s on {os.cpu_count()} cores ({cpu_s:.0f} s of work), peak memory "
            f"{_peak_gib():.2f} GiB; {len(origins):,} origins x {len(series):,} activities, {len(sessions):,} sessions; "
            f"{len(scans):,} scans for {sum(scans):,} deadlines and days: {cpu_s / len(scans) * 1e3:.0f} ms a scan, "
            f"{cpu_s / sum(scans) * 1e3:.1f} ms a deadline and day, {cpu_s / asked * 1e9:.0f} ns a pair and session; "
            f"{int(pairs['reachable'].sum()):,} pairs reachable"
        )


def beside_cafein(folder: Path, cache: Path) -> None:
    """Twenty activities, there and home from all origins, by both: work for one session of one activity.

    cafein is asked for one day, as it has no others: one search back and one on. Ours is the month's question, twenty
    days asked together, what it takes to lay them out included, shared among the sessions: all that `pair_returns`
    does, with our limits and with the limits set so wide that they are off; and the search alone without limits,
    which gives the reasons of those who cannot come and, as cafein, does not ask whether a way home is the last one.
    And ours for a single day by itself.
    """
    network = _network(folder, cache)
    origins, series, sessions = question(folder)
    tables = [pd.read_csv(folder / f"{name}.csv", dtype={"id": str}) for name in ("origins", "activities")]
    chosen = seeded_activities(tables[1])
    cafein = cafein_network(
        feed_of(folder), tables[0], chosen, WalkSettings(), TransferSettings(), LimitSettings()
    )
    cafein_seconds(cafein, tables[0], chosen.head(1), DAY)
    theirs = cafein_seconds(cafein, tables[0], chosen, DAY).set_index("activity_id")["cpu_s"]
    part = series[series["series_id"].isin(chosen["id"])]
    asked = sessions[sessions["series_id"].isin(chosen["id"])]
    for what, some in (("a month", asked), ("one day alone", asked[asked["date"] == DAY])):
        for rules, work in (
            ("our limits", _limited),
            ("limits off", _off),
            ("no limits, the search alone", _free),
        ):
            work(network, origins, part.head(1), some)
            laid_out_s, ours = work(network, origins, part, some)
            each = len(some) / len(part)
            ratio = pd.Series(
                {
                    name: theirs[name] / ((spent + laid_out_s / len(part)) / each)
                    for name, spent in ours.items()
                }
            )
            print(
                f"cafein / geomatch, {rules}, {what}: median {ratio.median():.1f} (from {ratio.min():.1f} to "
                f"{ratio.max():.1f}); cafein {theirs.median() * 1e3:.0f} ms of work for a session, ours "
                f"{np.median(list(ours.values())) / each * 1e3:.1f} and {laid_out_s / len(some) * 1e3:.1f} to lay it out",
                flush=True,
            )


Spent = tuple[float, dict[str, float]]


def _off(network: Network, origins: pd.DataFrame, series: pd.DataFrame, sessions: pd.DataFrame) -> Spent:
    """As `_limited`, with nothing too long, too far away or too many, and booking allowed."""
    return _limited(network, origins, series, sessions, OFF)


def _limited(
    network: Network,
    origins: pd.DataFrame,
    series: pd.DataFrame,
    sessions: pd.DataFrame,
    limits: LimitSettings | None = None,
) -> Spent:
    """Work to lay out the days, and for each activity with the limits, in seconds: all that `pair_returns` does."""
    start_s = time.process_time()
    question = lay_out(network, origins, series, sessions, limits or LimitSettings())
    laid_out_s = time.process_time() - start_s
    spent = {}
    scratch = Scratch(network)
    for number, name in enumerate(series["series_id"]):
        start_s = time.process_time()
        pairs_of_targets(question, [number], scratch, 0.8, WEEKS)
        spent[name] = time.process_time() - start_s
    return laid_out_s, spent


def _free(network: Network, origins: pd.DataFrame, series: pd.DataFrame, sessions: pd.DataFrame) -> Spent:
    """Likewise without limits: the best journey of everybody, whatever it takes."""
    start_s = time.process_time()
    question = lay_out(network, origins, series, sessions, LimitSettings())
    near = [question.everything(direction) for direction in DIRECTIONS]
    laid_out_s = time.process_time() - start_s
    spent = {}
    scratch = Scratch(network)
    for number, name in enumerate(series["series_id"]):
        start_s = time.process_time()
        for direction in DIRECTIONS:
            target = target_of(question.places, direction, int(INFINITE), number)
            moments = question.moments(name, direction)
            search.one_way(question.days, question.places, near[direction], scratch, target, moments, None)
        spent[name] = time.process_time() - start_s
    return laid_out_s, spent


def main() -> None:
    """Run the steps, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("benchmarks/results/national"))
    parser.add_argument("--without-cafein", action="store_true")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        steps = {
            "compile": lambda: compiled(asked.folder, asked.cache, "compile"),
            "open": lambda: compiled(asked.folder, asked.cache, "open"),
            "month": lambda: month(asked.folder, asked.cache),
            "cafein": lambda: beside_cafein(asked.folder, asked.cache),
        }
        steps[asked.step]()
        return
    if not list(asked.folder.glob("SYNTETISK-*.zip")):
        counts = generate(asked.folder)
        keep_counts(counts.feed, report(counts))
    print(counted_input(asked.folder), flush=True)
    with tempfile.TemporaryDirectory() as cache:
        for step in ("compile", "open", "month", *(() if asked.without_cafein else ("cafein",))):
            command = [sys.executable, "-m", "benchmarks.national", str(asked.folder), "--step", step]
            subprocess.run([*command, "--cache", cache], check=True)


if __name__ == "__main__":
    main()
