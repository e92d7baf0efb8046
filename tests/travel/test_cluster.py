"""The same question on a real local cluster, a scheduler and two workers, one of which is killed half way."""

from __future__ import annotations

import dataclasses
import io
import logging
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import pytest

from geomatch.ask import ask_travel
from geomatch.errors import GeomatchError, InputError
from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel import cluster
from geomatch.travel.cluster import spread_pairs, spread_sessions
from geomatch.travel.day_return import pair_returns, session_returns
from geomatch.travel.network import Network, build_network
from geomatch.travel.store import open_network, save_network
from geomatch.words import using_language

from .asked import activities_csv, origins_csv
from .feeds import EAST, NORTH, Call, Feed, s

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")

ROOT = Path(__file__).resolve().parents[2]
LIMITS = LimitSettings()
DAYS = [date(2023, 2, day) for day in (8, 9)]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with using_language("en"):
        yield


def _feed() -> Feed:
    """Thirty stops 3 km apart, and trips over four of them at all hours."""
    chance = random.Random(4)
    stops = {f"S{n}": (3000.0 * (n % 6), 3000.0 * (n // 6)) for n in range(30)}
    trips = {}
    for number in range(400):
        clock = s("6:00") + 60 * chance.randrange(15 * 60)
        calls = []
        for stop in chance.sample(sorted(stops), 4):
            calls.append(Call(stop, clock, clock))
            clock += 60 * chance.randrange(4, 12)
        trips[f"t{number}"] = calls
    return Feed(stops, trips, days=["20230208", "20230209"])


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder = _feed().write(tmp_path_factory.mktemp("feed"))
    return build_network(read_timetable([folder]), WalkSettings(), TransferSettings())


@pytest.fixture(scope="module")
def compiled(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "compiled å"
    save_network(network, folder)
    return folder


def _places(prefix: str, count: int, seed: int) -> list[tuple[str, float, float]]:
    chance = random.Random(seed)
    # Names against the order in which they stand: nothing may depend on it.
    return [
        (f"{prefix}{count - n:03d}", EAST + chance.uniform(0, 15_000), NORTH + chance.uniform(0, 12_000))
        for n in range(count)
    ]


# Two series far from everything, in a part of their own, and one that has no sessions.
SERIES = pd.DataFrame(
    [
        ("far", EAST + 400_000.0, NORTH),
        *_places("a", 40, 2),
        ("farther", EAST - 300_000.0, NORTH),
        ("idle", EAST, NORTH),
    ],
    columns=["series_id", "x_m", "y_m"],
)
ORIGINS = pd.DataFrame(_places("o", 25, 1), columns=["point_id", "x_m", "y_m"])
SESSIONS = pd.DataFrame(
    [(name, day, s("10:00"), s("12:00")) for day in DAYS for name in SERIES["series_id"] if name != "idle"]
    + [("not asked", DAYS[0], s("10:00"), s("12:00"))],
    columns=["series_id", "date", "start_s", "end_s"],
)
ASKED = (ORIGINS, SERIES, SESSIONS, LIMITS)


class Cluster:
    """A scheduler and workers, each a process of its own, started as a user starts them."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.environment = folder, environment
        self.processes: list[subprocess.Popen[bytes]] = []
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"
        )

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{arguments[0]}-{len(self.processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                    **self.environment,
                },
            )
        self.processes.append(process)
        return process

    def add_worker(self, name: str) -> None:
        self.workers[name] = self._start(
            "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self.folder),
        )  # fmt: skip

    def close(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(timeout=60)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Cluster]:
    running = Cluster(tmp_path)
    try:
        for name in ("one", "two"):
            running.add_worker(name)
        with distributed.Client(running.address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield running
    finally:
        running.close()


def as_bytes(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


def assert_same_bytes(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert as_bytes(found) == as_bytes(expected)


def kill_while_working(running: Cluster, name: str, killed: list[int]) -> Callable[[int, int], None]:
    """A progress function that kills a worker, once, while it has a part in hand and others are done."""

    def progress(done: int, total: int) -> None:
        if killed or not 0 < done < total:
            return
        with distributed.Client(running.address, set_as_default=False) as client:
            processing: dict[str, Any] = client.processing()
            workers = client.scheduler_info()["workers"]
            (address,) = (place for place, worker in workers.items() if worker["name"] == name)
            if len(processing[address]):
                running.workers[name].send_signal(signal.SIGKILL)
                running.workers[name].wait(timeout=60)
                killed.append(done)

    return progress


def test_a_worker_killed_half_way_loses_nothing(started: Cluster, network: Network, compiled: Path) -> None:
    killed: list[int] = []
    found = spread_pairs(
        compiled,
        *ASKED,
        0.8,
        1,
        scheduler=started.address,
        progress=kill_while_working(started, "two", killed),
    )
    assert len(killed) == 1
    assert started.workers["two"].returncode == -signal.SIGKILL
    expected = pair_returns(network, *ASKED, 0.8, 1)
    assert_same_bytes(found, expected)
    assert expected["reachable"].sum() > 100
    assert found["series_id"].drop_duplicates().tolist() == SERIES["series_id"].tolist()
    # The one that is left answers the next question; the network is sent this time.
    sessions = spread_sessions(network, *ASKED, scheduler=started.address)
    assert_same_bytes(sessions, session_returns(network, *ASKED))
    assert set(sessions["reason"]) >= {"", "no_way_there"}


def test_every_session_is_counted_once(started: Cluster, compiled: Path) -> None:
    told: list[tuple[int, int]] = []
    opened = open_network(compiled)
    found = spread_sessions(
        opened, *ASKED, scheduler=started.address, progress=lambda *step: told.append(step), threads=2
    )
    assert_same_bytes(found, session_returns(opened, *ASKED))
    # 42 series on two days; the session of a series that is not asked does not count.
    assert told[-1] == (84, 84)
    assert [done for done, _total in told] == sorted({done for done, _total in told})
    assert len(told) > 4


@pytest.mark.parametrize("by_session", [False, True])
def test_the_file_of_a_question_is_the_same(started: Cluster, tmp_path: Path, *, by_session: bool) -> None:
    feed = _feed().write(tmp_path / "feed")
    to_degrees = pyproj.Transformer.from_crs(3006, 4326, always_xy=True)
    for name, table, more in (
        ("origins", ORIGINS, {}),
        ("activities", SERIES, {"weekday": "wed;thu", "start": "10:00", "end": "12:00"}),
    ):
        lon, lat = to_degrees.transform(table["x_m"], table["y_m"])
        columns = {"id": table.iloc[:, 0], "lon": lon, "lat": lat, **more}
        pd.DataFrame(columns).to_csv(tmp_path / f"{name}.csv", index=False)
    files = []
    for scheduler in (None, started.address):
        files.append(tmp_path / f"{len(files)}.parquet")
        ask_travel(
            [feed], tmp_path / "origins.csv", tmp_path / "activities.csv", ("2023-02-08", "2023-02-09"), files[-1],
            by_session=by_session, cache=tmp_path / "cache", scheduler=scheduler,
        )  # fmt: skip
    assert files[0].read_bytes() == files[1].read_bytes()
    assert pd.read_parquet(files[0])["reachable"].sum() > 100


def test_several_travels_at_once_on_one_scheduler(started: Cluster, tmp_path: Path) -> None:
    # Two timetables and a second settings file, each by a command of its own; the workers take parts of all three.
    whole = _feed()
    half = dataclasses.replace(whole, trips=dict(list(whole.trips.items())[::2]))
    feeds = {"whole": whole.write(tmp_path / "whole"), "half": half.write(tmp_path / "half")}
    metres = _places("o", 20, 1), _places("a", 20, 2)
    origins = origins_csv(tmp_path / "o.csv", {name: (x - EAST, y - NORTH) for name, x, y in metres[0]})
    activities = activities_csv(
        tmp_path / "a.csv",
        {name: ((x - EAST, y - NORTH), "wed;thu", "10:00", "12:00") for name, x, y in metres[1]},
    )
    shorter = tmp_path / "shorter.toml"
    shorter.write_text("[limits]\nmax_travel_min = 40\n", encoding="utf-8")
    asked: list[tuple[str, Path | None]] = [("whole", None), ("half", None), ("whole", shorter)]
    period = ("2023-02-08", "2023-02-09")
    alone = []
    for number, (feed, settings) in enumerate(asked):
        alone.append(tmp_path / f"alone{number}.csv")
        ask_travel(
            [feeds[feed]], origins, activities, period, alone[-1], settings=settings, cache=tmp_path / "cache"
        )
    running = []
    for number, (feed, settings) in enumerate(asked):
        command = [
            sys.executable, "-m", "geomatch", "travel", "--timetable", str(feeds[feed]), "--origins", str(origins),
            "--activities", str(activities), "--from", period[0], "--to", period[1],
            "--out", str(tmp_path / f"spread{number}.csv"), "--cache", str(tmp_path / "cache"),
            "--scheduler", started.address, *(["--settings", str(settings)] if settings else []),
        ]  # fmt: skip
        running.append(subprocess.Popen(command, cwd=ROOT))
    assert [process.wait(timeout=240) for process in running] == [0, 0, 0]
    contents = [path.read_bytes() for path in alone]
    assert [(tmp_path / f"spread{number}.csv").read_bytes() for number in range(3)] == contents
    assert len(set(contents)) == 3


def test_nobody_reaches_anything(started: Cluster, network: Network) -> None:
    far = SERIES[SERIES["series_id"].isin(["far", "farther"])].reset_index(drop=True)
    asked = (ORIGINS, far, SESSIONS, LIMITS)
    found = spread_pairs(network, *asked, 0.8, 1, scheduler=started.address)
    assert_same_bytes(found, pair_returns(network, *asked, 0.8, 1))
    assert not found["reachable"].any()
    asked = (ORIGINS, far, SESSIONS[:0], LIMITS)
    assert_same_bytes(
        spread_sessions(network, *asked, scheduler=started.address), session_returns(network, *asked)
    )


def test_a_folder_that_is_another_on_the_worker(
    started: Cluster, network: Network, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "compiled_sha256", lambda _folder: "another")
    with pytest.raises(InputError, match="on this worker is another than where the question was asked"):
        spread_pairs(compiled, *ASKED, 0.8, 1, scheduler=started.address)
    monkeypatch.undo()
    monkeypatch.setattr(cluster.geomatch, "__version__", "99.0")
    with pytest.raises(InputError, match=r"a worker has geomatch .*; expected the version that asks, 99\.0"):
        spread_pairs(network, *ASKED, 0.8, 1, scheduler=started.address)


def test_the_scheduler_dies(
    started: Cluster, network: Network, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def progress(done: int, total: int) -> None:
        if 0 < done < total:
            started.scheduler.kill()

    with pytest.raises(GeomatchError, match="The connection to the dask scheduler was lost"):
        spread_pairs(network, *ASKED, 0.8, 1, scheduler=started.address, progress=progress)
    # dask itself keeps quiet meanwhile, and only then.
    assert caplog.text + capfd.readouterr().err == ""
    assert not logging.getLogger("distributed.client").disabled


class Deadly(LimitSettings):
    """Limits that end the worker which asks how long a journey may be."""

    def __getattribute__(self, name: str) -> Any:
        if name == "max_travel_min" and os.environ.get("GEOMATCH_TEST_WORKER"):
            os._exit(9)
        return super().__getattribute__(name)


def test_a_part_that_kills_its_workers(tmp_path: Path, network: Network) -> None:
    running = Cluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    try:
        running.environment["GEOMATCH_TEST_WORKER"] = "dies"
        running.add_worker("one")
        with distributed.Client(running.address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=120)
        with pytest.raises(GeomatchError, match="Worker after worker died on the same part of the question"):
            spread_pairs(network, ORIGINS, SERIES, SESSIONS, Deadly(), 0.8, 1, scheduler=running.address)
        assert running.workers["one"].wait(timeout=60) == 9
    finally:
        running.close()


def test_nobody_answers_at_the_address(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_ANSWER_S", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        for address in (f"tcp://127.0.0.1:{free.getsockname()[1]}", "tcp://no such host:1", "nonsense://x"):
            with pytest.raises(InputError, match="no dask scheduler answers at “" + address) as caught:
                spread_pairs(network, *ASKED, 0.8, 1, scheduler=address)
            assert caught.value.exit_code == 2


def test_a_scheduler_without_workers(
    tmp_path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Cluster(tmp_path)
    try:
        with distributed.Client(running.address, timeout=120, set_as_default=False):
            pass
        monkeypatch.setattr(cluster, "_ANSWER_S", 1)
        with pytest.raises(
            InputError, match=r"has no workers\. Start one or several on each machine: dask worker tcp://"
        ):
            spread_sessions(network, *ASKED, scheduler=running.address)
    finally:
        running.close()


def test_dask_is_not_installed(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"is not installed\. Install it: pip install 'geomatch-se"):
        spread_pairs(network, *ASKED, 0.8, 1, scheduler="tcp://127.0.0.1:1")


def test_two_series_of_one_name(network: Network) -> None:
    twice = pd.concat([SERIES, SERIES[:1]])
    with pytest.raises(ValueError, match="far"):
        spread_pairs(network, ORIGINS, twice, SESSIONS, LIMITS, 0.8, 1, scheduler="tcp://127.0.0.1:1")


@pytest.mark.parametrize("most", [1, 3, 8, 1000])
def test_parts_hold_every_series_and_session_once(most: int) -> None:
    parts = cluster._parts(SERIES, SESSIONS, most)
    assert len(parts) <= most + 1
    assert sorted(name for some, _mine in parts for name in some["series_id"]) == sorted(SERIES["series_id"])
    mine = pd.concat([sessions for _some, sessions in parts])
    assert len(mine) == 84
    assert mine.index.is_unique
    for some, sessions in parts:
        assert set(sessions["series_id"]) <= set(some["series_id"])
    # Of like size: none has more than its share and one series on top.
    assert max(len(sessions) for _some, sessions in parts) <= int(np.ceil(84 / most)) + 2
