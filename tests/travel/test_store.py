"""The compiled timetable: opened as it was built, made anew when it is damaged, and by one process at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.month import run_month
from geomatch.settings import LimitSettings, TimetableSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel import pack, store
from geomatch.travel.answers import figures, query
from geomatch.travel.day_return import itinerary, journeys_of, pair_returns, session_returns
from geomatch.travel.network import Network, build_network
from geomatch.travel.reach import bounds
from geomatch.travel.scan import scan
from geomatch.travel.store import compiled_sha256, folder_of, open_network, open_or_build, save_network
from geomatch.words import using_language
from geomatch.workspace import Workspace

from .feeds import EAST, NORTH, Call, Feed, s

WALK, TRANSFER = WalkSettings(), TransferSettings()
STOP_TIMES = {"trip", "stop", "arrival_s", "departure_s", "boarding", "alighting"}
DAY = date(2023, 2, 8)


def line(*calls: tuple[str, str]) -> list[Call]:
    return [Call(stop, s(at), s(at)) for stop, at in calls]


# From home, at A, to the activity, at C, with a change at B, and home again in one block: everything that a network
# has in it is there - a rule of transfers.txt, a link between trips, a pair that may not stay seated.
FEED = Feed(
    {"A": (0.0, 0.0), "B": (10_000.0, 0.0), "C": (20_000.0, 0.0)},
    {
        "out_1": line(("A", "8:00"), ("B", "8:20")),
        "out_2": line(("B", "8:30"), ("C", "9:00")),
        "home_1": line(("C", "12:10"), ("B", "12:40")),
        "home_2": line(("B", "12:40"), ("A", "13:00")),
        "home_3": line(("B", "13:40"), ("A", "14:00")),
    },
    blocks={"home_1": "x", "home_2": "x"},
    transfers=[
        {"from_stop_id": "B", "to_stop_id": "B", "transfer_type": "2", "min_transfer_time": "600"},
        {
            "from_stop_id": "B",
            "to_stop_id": "B",
            "transfer_type": "5",
            "from_trip_id": "out_2",
            "to_trip_id": "home_3",
        },
        {
            "from_stop_id": "B",
            "to_stop_id": "B",
            "transfer_type": "1",
            "from_trip_id": "home_1",
            "to_trip_id": "home_3",
        },
    ],
)
ORIGINS = pd.DataFrame([("home", EAST, NORTH)], columns=["point_id", "x_m", "y_m"])
SERIES = pd.DataFrame([("meet", EAST + 20_000, NORTH)], columns=["series_id", "x_m", "y_m"])
SESSIONS = pd.DataFrame(
    [("meet", DAY, s("10:00"), s("12:00"))], columns=["series_id", "date", "start_s", "end_s"]
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with using_language("en"):
        yield


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return FEED.write(tmp_path / "feed")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache å"


def built(feed: Path) -> Network:
    return build_network(read_timetable([feed]), WALK, TRANSFER)


def opened(feed: Path, cache: Path, **more: object) -> Network:
    return open_or_build([feed], WALK, TRANSFER, cache, **more)


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.iterdir() if path.is_dir())


def assert_same(one: object, other: object, name: str = "") -> None:
    """Every field of two networks, but for the stop times."""
    if is_dataclass(one):
        assert type(one) is type(other)
        for part in fields(one):
            if name == ".timetable" and part.name in STOP_TIMES:
                assert len(getattr(other, part.name)) == 0
                assert getattr(one, part.name).dtype == getattr(other, part.name).dtype
                continue
            assert_same(getattr(one, part.name), getattr(other, part.name), f"{name}.{part.name}")
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=name, strict=True)
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif isinstance(one, tuple):
        assert isinstance(other, tuple)
        assert len(one) == len(other), name
        for number, (part, same) in enumerate(zip(one, other, strict=True)):
            assert_same(part, same, f"{name}.{number}")
    else:
        assert one == other, name


def test_what_is_opened_is_what_was_saved(feed: Path, tmp_path: Path) -> None:
    network = built(feed)
    assert len(network.not_in_seat) == 1
    assert len(network.links) == 1
    save_network(network, tmp_path / "compiled")
    assert_same(network, open_network(tmp_path / "compiled"))
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.fixture(scope="module")
def module_network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return built(FEED.write(tmp_path_factory.mktemp("feed")))


@settings(max_examples=30, deadline=None)
@given(
    days=st.lists(st.lists(st.integers(738_000, 739_000), unique=True).map(sorted), max_size=6),
    pairs=st.frozensets(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)), max_size=5),
    bad=st.dictionaries(st.text('åbc: "\\', max_size=4), st.integers(0, 2**62), max_size=3),
)
def test_any_values_come_back(
    module_network: Network, days: list[list[int]], pairs: frozenset[tuple[int, int]], bad: dict[str, int]
) -> None:
    (summary,) = module_network.timetable.feeds
    timetable = replace(
        module_network.timetable,
        service_days=tuple(np.array(one, np.int64) for one in days),
        feeds=(summary, replace(summary, bad_rows=bad)),
    )
    network = replace(module_network, timetable=timetable, not_in_seat=pairs)
    with TemporaryDirectory() as folder:
        save_network(network, Path(folder) / "compiled")
        assert_same(network, open_network(Path(folder) / "compiled"))


def test_a_network_saved_twice_is_the_same_bytes(feed: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_network(built(feed), tmp_path / name)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_journeys_on_an_opened_network(feed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = opened(feed, cache)
    monkeypatch.setattr(pack, "_MAPPED_BYTES", 129)  # whatever is not empty
    network = opened(feed, cache)
    asked = (ORIGINS, SERIES, SESSIONS, LimitSettings())
    compiled = (scan, query, figures, bounds)
    session_returns(read, *asked)
    before = [len(one.signatures) for one in compiled]
    # 8:00 to 9:00 with a change of ten minutes; home one stays seated at B: 12:10 to 13:00.
    (row,) = session_returns(network, *asked).to_dict("records")
    assert (row["out_departure_s"], row["out_arrival_s"]) == (s("8:00"), s("9:00"))
    assert (row["home_departure_s"], row["home_arrival_s"]) == (s("12:10"), s("13:00"))
    assert (row["out_transfers"], row["home_transfers"]) == (1, 0)
    # The code is the same for arrays that are mapped: nothing is compiled a second time.
    assert [len(one.signatures) for one in compiled] == before
    pd.testing.assert_frame_equal(
        session_returns(network, *asked), session_returns(built(feed), *asked), check_exact=True
    )
    pd.testing.assert_frame_equal(
        pair_returns(network, *asked, 0.8, 1), pair_returns(built(feed), *asked, 0.8, 1), check_exact=True
    )
    out, _home = journeys_of(
        network, (EAST, NORTH), (EAST + 20_000, NORTH), DAY, s("10:00"), s("12:00"), asked[-1]
    )
    assert out is not None
    legs = itinerary(network, out)
    assert legs["trip_id"].tolist() == ["", "out_1", "out_2", ""]


def test_large_arrays_are_mapped_and_the_file_cannot_be_changed_through_them(
    feed: Path, tmp_path: Path
) -> None:
    network = replace(built(feed), area=np.arange(50_000, dtype=np.int32))
    save_network(network, tmp_path / "compiled")
    content = (tmp_path / "compiled/area.npy").read_bytes()
    area = open_network(tmp_path / "compiled").area
    assert not area.flags.owndata
    area[:] = 7
    assert (tmp_path / "compiled/area.npy").read_bytes() == content
    assert open_network(tmp_path / "compiled").area[49_999] == 49_999


def test_the_folder_that_a_network_comes_from(feed: Path, tmp_path: Path) -> None:
    network = replace(built(feed), area=np.arange(50_000, dtype=np.int32))
    save_network(network, tmp_path / "compiled")
    there = open_network(tmp_path / "compiled")
    assert folder_of(there) == tmp_path / "compiled"
    # Built, not opened; opened and changed; changed where it was opened from.
    assert folder_of(network) is None
    assert folder_of(replace(there, served=there.served[:-1])) is None
    assert folder_of(replace(there, links=there.links.iloc[:0])) is None
    before = compiled_sha256(tmp_path / "compiled")
    save_network(replace(network, area=network.area[::-1]), tmp_path / "compiled")
    assert folder_of(there) is None
    assert compiled_sha256(tmp_path / "compiled") != before


def test_a_feed_is_read_once(feed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int]] = []
    first = opened(feed, cache, progress=lambda *said: told.append(said))
    assert [step for _text, step, _of in told] == [0, 1, 2, 3]
    monkeypatch.setattr(store, "read_timetable", None)
    assert_same(first, opened(feed, cache, progress=lambda *said: told.append(said)))
    assert len(told) == 4
    assert len(entries(cache)) == 1


@pytest.mark.parametrize("what", ["content", "name", "walk", "transfer", "limits"])
def test_whatever_the_network_follows_from_makes_another(feed: Path, cache: Path, what: str) -> None:
    opened(feed, cache)
    walk, transfer, limits = WALK, TRANSFER, TimetableSettings()
    if what == "content":
        with (feed / "stops.txt").open("a", encoding="utf-8") as file:
            file.write("D,D,65.0,20.0,0,\n")
    elif what == "name":
        feed = feed.rename(feed.with_name("other"))
    elif what == "walk":
        walk = replace(walk, max_walk_m=1000.0)
    elif what == "transfer":
        transfer = replace(transfer, min_transfer_min=4.0)
    else:
        limits = replace(limits, max_bad_rows=7)
    network = open_or_build([feed], walk, transfer, cache, limits=limits)
    assert len(entries(cache)) == 2
    assert_same(build_network(read_timetable([feed], limits), walk, transfer), network)


def test_the_code_that_made_it_is_part_of_its_name(
    feed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(feed, cache)
    monkeypatch.setattr(store, "_code", lambda: "changed")
    opened(feed, cache)
    assert len(entries(cache)) == 2


def _cut(entry: Path) -> None:
    path = entry / "departure_s.npy"
    path.write_bytes(path.read_bytes()[:-4])


def _flip(entry: Path) -> None:
    path = entry / "departure_s.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _flip_table(entry: Path) -> None:
    path = entry / "timetable.trips.arrow"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _change_index(entry: Path) -> None:
    path = entry / "index.json"
    path.write_text(path.read_text().replace('"detour": 1.3', '"detour": 1.4'))


def _other_index(entry: Path) -> None:
    (entry / "index.json").write_text("[]")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "file cut": (_cut, "departure_s.npy"),
    "byte changed": (_flip, "departure_s.npy"),
    "table changed": (_flip_table, "timetable.trips.arrow"),
    "file gone": (lambda entry: (entry / "changes.0.stop.npy").unlink(), "changes.0.stop.npy"),
    "index cut": (lambda entry: os.truncate(entry / "index.json", 100), "index.json"),
    "index changed": (_change_index, "index.json"),
    "index of something else": (_other_index, "index.json"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_one_is_noticed_and_made_anew(
    feed: Path, cache: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    opened(feed, cache)
    (entry,) = entries(cache)
    hurt, named = DAMAGE[kind]
    hurt(entry)
    with pytest.raises(InputError, match="damaged: " + named):
        open_network(entry)
    assert_same(built(feed), opened(feed, cache))
    said = capsys.readouterr().err
    assert said == f"{entry}: the compiled timetable is damaged: {named}. It is compiled anew.\n"
    assert_same(built(feed), opened(feed, cache))
    assert capsys.readouterr().err == ""
    assert entries(cache) == [entry]


def test_an_index_of_another_version(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.geomatch, "__version__", "0.0.1")
    save_network(built(feed), tmp_path / "compiled")
    monkeypatch.undo()
    with pytest.raises(InputError, match="another version of geomatch"):
        open_network(tmp_path / "compiled")


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no compiled timetable in the folder"):
        open_network(tmp_path / "none")


def test_five_are_kept_those_used_last(feed: Path, cache: Path) -> None:
    walks = [replace(WALK, max_walk_m=1000.0 + 100 * number) for number in range(5)]
    made = []
    for number, walk in enumerate(walks):
        open_or_build([feed], walk, TRANSFER, cache)
        (new,) = set(entries(cache)) - set(made)
        made.append(new)
        # Made long ago, one after the other.
        os.utime(new / "index.json", (1000 + number, 1000 + number))
    open_or_build([feed], walks[0], TRANSFER, cache)
    (cache / "of somebody else").mkdir()
    opened(feed, cache)
    assert not made[1].exists()
    assert all(one.exists() for one in (made[0], *made[2:]))
    assert (cache / "of somebody else").exists()
    assert len(entries(cache)) == 6


SCRIPT = """
import os, signal, sys
from pathlib import Path
from geomatch.settings import TransferSettings, WalkSettings
from geomatch.travel import store
from geomatch.words import set_language

feed, cache, way = sys.argv[1:]
if way == "killed":
    store.replace_folder = lambda *_folders: os.kill(os.getpid(), signal.SIGKILL)
set_language("en")
store.open_or_build([Path(feed)], WalkSettings(), TransferSettings(), Path(cache), lambda text, *_step: print(text))
"""


def start(feed: Path, cache: Path, way: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(feed), str(cache), way],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )


def test_what_a_killed_process_leaves_is_removed(
    feed: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.mkdir()
    (cache / ".bashrc.old").write_text("of somebody else")
    process = start(feed, cache, "killed")
    process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    (left,) = entries(cache)
    assert left.suffix == ".new"
    assert (left / "index.json").exists()
    assert_same(built(feed), opened(feed, cache))
    (entry,) = entries(cache)
    assert (cache / ".bashrc.old").exists()
    assert json.loads((entry / "index.json").read_text())["content"]["format"] == 1
    assert capsys.readouterr().err == ""


def test_of_two_processes_one_compiles_and_the_other_waits(feed: Path, cache: Path) -> None:
    processes = [start(feed, cache, "") for _number in range(2)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert "".join(said).count("Reading the timetable\n") == 1
    assert len(entries(cache)) == 1
    assert_same(built(feed), opened(feed, cache))


def test_where_it_cannot_be_kept_it_is_made_all_the_same(
    feed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = tmp_path / "file" / "cache"
    assert_same(built(feed), opened(feed, cache))
    assert capsys.readouterr().err == (
        f"{cache}: the compiled timetable could not be kept (Not a directory); the next command compiles it again.\n"
    )


def test_a_full_disk_leaves_nothing_behind(
    feed: Path, cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(pack.np, "save", full)
    assert_same(built(feed), opened(feed, cache))
    assert "could not be kept (No space left on device)" in capsys.readouterr().err
    assert entries(cache) == []


def test_a_feed_that_changes_while_it_is_read(
    feed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(*arguments: object) -> object:
        timetable = read_timetable(*arguments)
        (feed / "feed_info.txt").write_text("feed_publisher_name\nB\n")
        return timetable

    monkeypatch.setattr(store, "read_timetable", reading)
    with pytest.raises(InputError, match=r"feed: the file changed while it was read\. Try again"):
        opened(feed, cache)
    assert entries(cache) == []


def test_a_feed_that_is_not_there(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(InputError, match=r"none\.zip: there is no such file"):
        opened(tmp_path / "none.zip", cache)


def test_a_feed_that_cannot_be_used_is_not_kept(feed: Path, cache: Path) -> None:
    (feed / "stop_times.txt").unlink()
    with pytest.raises(InputError, match="stop_times"):
        opened(feed, cache)
    assert entries(cache) == []


def test_a_month_takes_the_compiled_timetable(
    demo_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo_workspace, folder)
    workspace = Workspace(folder)
    # Three months of one timetable.
    (entry,) = entries(workspace.timetable_cache())
    month = min(path.name for path in (folder / "months").iterdir())
    county = workspace.manifest(month)["county"]
    before = {path.name: path.read_bytes() for path in (folder / "months" / month).iterdir()}
    shutil.rmtree(folder / "months" / month)
    monkeypatch.setattr(store, "read_timetable", None)
    with workspace.writing():
        result = run_month(workspace, month, county)
    assert result.computed
    assert not result.day_returns_kept
    assert {path.name: path.read_bytes() for path in (folder / "months" / month).iterdir()} == before
    assert entries(workspace.timetable_cache()) == [entry]


def test_the_real_feed_answers_the_same(shared: Path, tmp_path: Path) -> None:
    path = shared / "gtfs/norrbotten-2022-12-14.zip"
    network = built(path)
    compiled = opened(path, tmp_path / "cache")
    assert_same(network, compiled)
    # Boden and Luleå (SCB's points), Kiruna; a course in Luleå on a weekday.
    origins = pd.DataFrame(
        [
            ("Boden", 807_000.0, 7_319_000.0),
            ("Luleå", 828_000.0, 7_292_000.0),
            ("Kiruna", 720_000.0, 7_537_000.0),
        ],
        columns=["point_id", "x_m", "y_m"],
    )
    series = pd.DataFrame([("course", 828_500.0, 7_292_300.0)], columns=["series_id", "x_m", "y_m"])
    sessions = SESSIONS.assign(series_id="course")
    answers = [
        session_returns(one, origins, series, sessions, LimitSettings()) for one in (network, compiled)
    ]
    pd.testing.assert_frame_equal(*answers, check_exact=True)
    assert answers[0]["reachable"].any()
