"""The surface of minutes: values worked out by hand, the grid, and the file that a GIS opens."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import shlex
import struct
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch import cli
from geomatch.ask_surface import Area, extent_of
from geomatch.demo import write_demo_inputs
from geomatch.errors import InputError
from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel import surface as module
from geomatch.travel.day_return import pair_returns
from geomatch.travel.network import Network, build_network
from geomatch.travel.surface import BANDS, Surface, cog_bytes, surface, write_cog
from geomatch.words import using_language

from .feeds import EAST, NORTH, Call, Feed, s

DAY = date(2023, 2, 8)
# The plane's origin is a corner of the grid of 500 m, so 250, 250 is the centre of a cell.
HERE, THERE = (250.0, 250.0), (20_250.0, 250.0)
# Cells of 500 m whose centre is at most 2000 / 1.3 = 1538 m away from the centre of one: a^2 + b^2 <= 9.47 has 29
# solutions in whole numbers.
AROUND = 29


def line(*calls: tuple[str, str]) -> list[Call]:
    return [Call(stop, s(at), s(at)) for stop, at in calls]


FEED = Feed(
    {"A": HERE, "B": THERE, "C": (0.0, 40_000.0)},
    {
        "out": line(("A", "9:00:00"), ("B", "9:20:30")),
        "home": line(("B", "12:10:00"), ("A", "12:31:10")),
        # From C one gets there, but not home again.
        "one_way": line(("C", "8:30:00"), ("B", "9:30:00")),
    },
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(FEED, tmp_path_factory.mktemp("surface") / "feed")


def network_of(feed: Feed, folder: Path) -> Network:
    return build_network(read_timetable([feed.write(folder)]), WalkSettings(), TransferSettings())


def places(**xy_m: tuple[float, float]) -> pd.DataFrame:
    rows = [(name, EAST + x, NORTH + y) for name, (x, y) in xy_m.items()]
    return pd.DataFrame(rows, columns=["series_id", "x_m", "y_m"])


def sessions(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = [(name, DAY, s(start), s(end)) for name, start, end in rows]
    return pd.DataFrame(table, columns=["series_id", "date", "start_s", "end_s"])


USUAL = sessions(("a", "10:00", "12:00"))


def made(
    network: Network,
    series: pd.DataFrame,
    asked: pd.DataFrame = USUAL,
    extent: tuple[float, float, float, float] | None = None,
    cell_m: float = 500.0,
    threads: int | None = 1,
) -> Surface:
    """A surface; the extent in metres from the plane's origin."""
    moved = None
    if extent is not None:
        west, south, east, north = extent
        moved = (EAST + west, NORTH + south, EAST + east, NORTH + north)
    return surface(network, series, asked, LimitSettings(), 0.8, 1, moved, cell_m, threads)


def at(result: Surface, x: float, y: float) -> list[float]:
    """The four bands of the cell that a point of the plane lies in; NaN outside."""
    column = int((EAST + x - result.west_m) // result.cell_m)
    row = int((result.north_m - NORTH - y) // result.cell_m)
    if not (0 <= row < result.bands.shape[1] and 0 <= column < result.bands.shape[2]):
        return [np.nan] * 4
    return result.bands[:, row, column].tolist()


def minutes(seconds: float) -> float:
    return float(np.float32(seconds / 60))


def test_minutes_of_a_ride_and_the_walk_to_it(network: Network) -> None:
    result = made(network, places(a=THERE))
    # There 9:00:00-9:20:30, 1230 s; home 12:10:00-12:31:10, 1270 s.
    assert at(result, *HERE) == [minutes(1250), minutes(1230), minutes(1270), 1.0]
    # 500 m are 650 m walked, at 1.25 m/s 520 s each way; 1000 m 1040 s; 1500 m 1560 s, the longest that is walked.
    assert at(result, 750, 250) == [minutes(1770), minutes(1750), minutes(1790), 1.0]
    assert at(result, 250, 1250) == [minutes(2290), minutes(2270), minutes(2310), 1.0]
    assert at(result, -1250, 250) == [minutes(2810), minutes(2790), minutes(2830), 1.0]
    # 2000 m would be 2600 m walked, and (1000, 1500) 2344 m.
    assert np.isnan(at(result, 250, 2250)).all()
    assert np.isnan(at(result, 1250, 1750)).all()


def test_walking_only_around_the_activity(network: Network) -> None:
    # The activity stands 100 m east and 50 m south of a centre; no stop is near.
    place = (60_350.0, 50_200.0)
    result = made(network, places(a=place))
    expected = {}
    for column in range(-6, 7):
        for row in range(-6, 7):
            x, y = 60_250 + 500 * column, 50_250 + 500 * row
            metres = 1.3 * np.hypot(x - place[0], y - place[1])
            if metres <= 2000:
                expected[x, y] = minutes(np.ceil(metres * 3.6 / 4.5))
    # The vertices of the reach by hand: three cells to the east and west, not three to the north with one aside.
    assert (60_250 + 1500, 50_250) in expected
    assert (60_250 - 1000, 50_250 + 1000) in expected
    assert (60_250 - 500, 50_250 + 1500) not in expected
    # 111.8 m are 145.3 m walked, 117 s.
    assert expected[60_250, 50_250] == minutes(117)
    found = {
        (x, y): at(result, x, y)
        for x in np.arange(57_250, 63_500, 500.0)
        for y in np.arange(47_250, 53_500, 500.0)
    }
    assert {key: values[0] for key, values in found.items() if not np.isnan(values[0])} == expected
    assert {tuple(values) for values in found.values() if not np.isnan(values[0])} == {
        (value, value, value, 1.0) for value in expected.values()
    }
    assert np.isfinite(result.bands[0]).sum() == len(expected)


def test_all_else_has_no_value(network: Network) -> None:
    result = made(network, places(a=THERE))
    assert [int(np.isfinite(band).sum()) for band in result.bands] == [2 * AROUND] * 4
    # 30 columns less one end to the other: -1250 .. 21750, and the walk's 7 rows.
    assert result.bounds == (EAST - 1500, NORTH - 1500, EAST + 22_000, NORTH + 2000)
    assert result.bands.shape == (4, 7, 47)
    assert result.bands.dtype == np.float32


def test_a_way_there_without_a_way_home_has_no_value(network: Network) -> None:
    result = made(network, places(a=THERE), extent=(-2000, 38_000, 2000, 42_000))
    assert result.bands.shape == (4, 8, 8)
    assert np.isnan(result.bands).all()


def test_too_small_a_share_leaves_the_share_only(network: Network) -> None:
    # Nothing runs in the evening: around A half of the sessions can be reached; on foot both can.
    result = made(network, places(a=THERE), sessions(("a", "10:00", "12:00"), ("a", "18:00", "20:00")))
    near_a = at(result, *HERE)
    assert near_a[3] == 0.5
    assert np.isnan(near_a[:3]).all()
    assert at(result, 20_750, 250) == [minutes(520), minutes(520), minutes(520), 1.0]
    assert [int(np.isfinite(band).sum()) for band in result.bands] == [AROUND, AROUND, AROUND, 2 * AROUND]


def test_a_purpose_takes_the_least_of_its_activities(network: Network) -> None:
    both = places(a=THERE, b=(1750.0, 250.0))
    asked = sessions(("a", "10:00", "12:00"), ("b", "10:00", "12:00"), ("b", "18:00", "20:00"))
    result = made(network, both, asked)
    # 1500 m to b are 1560 s on foot, longer than the bus to a, which takes 1250 s.
    assert at(result, *HERE) == [minutes(1250), minutes(1230), minutes(1270), 1.0]
    # 1000 m to b on foot: 1040 s, against 520 s to the bus.
    assert at(result, 750, 250) == [minutes(1040), minutes(1040), minutes(1040), 1.0]
    extent = (-3000, -3000, 25_000, 3000)
    one, other, best = (
        made(network, series, asked[asked["series_id"].isin(series["series_id"])], extent)
        for series in (both[:1], both[1:], both)
    )
    assert np.array_equal(np.fmin(one.bands[0], other.bands[0]), best.bands[0], equal_nan=True)
    # The other bands are those of the activity that was chosen.
    first = np.nan_to_num(one.bands[0], nan=np.inf) <= np.nan_to_num(other.bands[0], nan=np.inf)
    assert np.array_equal(np.where(first, one.bands, other.bands), best.bands, equal_nan=True)


def test_the_order_of_the_activities_does_not_matter(network: Network) -> None:
    # To a and to b it takes the same time; b has a session more, so their shares differ.
    both = places(a=THERE, b=THERE, c=(1750.0, 250.0))
    asked = sessions(
        ("a", "10:00", "12:00"), ("b", "10:00", "12:00"), ("b", "10:00", "12:05"), *[("b", "10:00", "12:04")] * 3,
        ("b", "18:00", "20:00"), ("c", "10:00", "12:00"),
    )  # fmt: skip
    result = made(network, both, asked)
    turned = made(network, both.iloc[::-1], asked.iloc[::-1])
    assert np.array_equal(result.bands, turned.bands, equal_nan=True)
    # Of equal times the greatest share is told: a's 1, not b's 5/6.
    assert at(result, *HERE)[3] == 1.0


def test_one_without_sessions_is_left_out(network: Network) -> None:
    result = made(network, places(a=THERE, idle=(250.0, 250.0)))
    assert at(result, *HERE)[0] == minutes(1250)
    with pytest.raises(InputError, match="none of the activities has a session"), using_language("en"):
        made(network, places(idle=HERE))


# ------------------------------------------------------------------------------------------------------ the grid


@pytest.mark.parametrize("cell_m", [500.0, 300.0, 1250.0])
def test_cells_lie_on_multiples_of_their_side(network: Network, cell_m: float) -> None:
    result = made(network, places(a=THERE), cell_m=cell_m)
    assert [value % cell_m for value in result.bounds] == [0.0] * 4
    rows, columns = result.bands.shape[1:]
    west, south, east, north = result.bounds
    assert (east - west, north - south) == (columns * cell_m, rows * cell_m)


def test_an_extent_grows_to_whole_cells(network: Network) -> None:
    result = made(network, places(a=THERE), extent=(10, 10, 990, 490))
    assert result.bounds == (EAST, NORTH, EAST + 1000, NORTH + 500)
    assert result.bands[1].tolist() == [[minutes(1230), minutes(1750)]]
    # One that ends on the border of a cell does not take the next one.
    exact = made(network, places(a=THERE), extent=(0, 0, 1000, 500))
    assert exact.bounds == result.bounds
    # A point has the cell that it lies in.
    assert made(network, places(a=THERE), extent=(600, 100, 600, 100)).bands.shape == (4, 1, 1)


def test_a_part_is_cut_out_of_the_whole(network: Network) -> None:
    whole = made(network, places(a=THERE))
    part = made(network, places(a=THERE), extent=(-500, -1000, 1000, 1500))
    # Columns from -500: two after the first; rows from 1500 down: one after the first.
    assert np.array_equal(part.bands, whole.bands[:, 1:6, 2:5], equal_nan=True)


def test_a_place_without_any_walk_still_has_its_cell(network: Network) -> None:
    # With cells of 20 km no centre is near enough to anything.
    result = made(network, places(a=(300.0, 300.0)), cell_m=20_000.0)
    assert result.bounds == (EAST, NORTH, EAST + 20_000, NORTH + 20_000)
    assert np.isnan(result.bands).all()


@pytest.mark.parametrize("cell_m", [0.0, -500.0, float("nan"), float("inf")])
def test_a_cell_has_a_size(network: Network, cell_m: float) -> None:
    with pytest.raises(InputError, match="a length above 0"), using_language("en"):
        made(network, places(a=THERE), cell_m=cell_m)


def test_too_many_cells_are_refused_before_any_is_made(network: Network) -> None:
    with (
        pytest.raises(InputError, match="6000 x 6000 cells; expected at most 30000000"),
        using_language("en"),
    ):
        made(network, places(a=THERE), extent=(0, 0, 600_000, 600_000), cell_m=100.0)


# ------------------------------------------------------------------------------------- against the router itself


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_cell_is_what_the_router_says_of_its_centre(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    near = st.tuples(*[st.integers(0, 9000).map(float)] * 2)
    stops = {name: data.draw(near) for name in "ABCDE"}
    trips = {}
    for number in range(data.draw(st.integers(1, 6))):
        names = data.draw(st.permutations(sorted(stops)))[: data.draw(st.integers(2, 4))]
        start = data.draw(st.integers(s("8:00"), s("13:00")))
        trips[str(number)] = [Call(name, start + 400 * i, start + 400 * i) for i, name in enumerate(names)]
    network = network_of(Feed(stops, trips), tmp_path_factory.mktemp("random"))
    series = places(a=data.draw(near), b=data.draw(near))
    asked = sessions(("a", "10:00", "12:00"), ("b", "9:30", "11:00"), ("b", "10:30", "12:30"))
    limits = LimitSettings(max_travel_min=data.draw(st.sampled_from([15.0, 30.0, 90.0])))
    extent = (EAST - 3000, NORTH - 3000, EAST + 12_000, NORTH + 12_000)
    result = surface(network, series, asked, limits, 0.8, 1, extent, 750.0, threads=1)
    _four, rows, columns = result.bands.shape
    x, y = np.meshgrid(
        result.west_m + 750 * (np.arange(columns) + 0.5), result.north_m - 750 * (np.arange(rows) + 0.5)
    )
    origins = pd.DataFrame({"point_id": np.arange(x.size).astype(str), "x_m": x.ravel(), "y_m": y.ravel()})
    pairs = pair_returns(network, origins, series, asked, limits, 0.8, 1, threads=1)
    pairs = pairs.set_index(["series_id", pairs["point_id"].astype(int)])
    # No cell was passed over: neither one with a share nor one with minutes.
    share = pairs.groupby(level=1)["session_share"].max()
    assert np.array_equal(share > 0, np.isfinite(result.bands[3]).ravel())
    reachable = pairs[pairs["reachable"]].sort_values(
        ["travel_min", "out_min_median", "home_min_median", "session_share"],
        ascending=[True, True, True, False],
    )
    best = reachable.groupby(level=1).first().reindex(range(x.size))
    for (name, _unit, _meaning), band in zip(BANDS[:3], result.bands, strict=False):
        assert np.array_equal(best[name].to_numpy(np.float32), band.ravel(), equal_nan=True)
    whole = surface(network, series, asked, limits, 0.8, 1, None, 750.0, threads=1)
    assert np.isfinite(whole.bands).sum() == np.isfinite(result.bands).sum()


# ------------------------------------------------------------------------------------------------------ the file


def test_threads_and_blocks_do_not_change_a_byte(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    both = places(a=THERE, b=(1750.0, 250.0))
    asked = sessions(("a", "10:00", "12:00"), ("b", "10:00", "12:00"))
    once = cog_bytes(made(network, both, asked))
    assert cog_bytes(made(network, both, asked)) == once
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(module, "_SESSION_ROWS", 7)
    monkeypatch.setattr(module, "_PAIR_ROWS", 7)
    monkeypatch.setattr(module, "_TILE", 4)
    monkeypatch.setattr(module, "_MARKED", 100)
    for threads in (1, 2):
        result = surface(
            network, both, asked, LimitSettings(), 0.8, 1, None, 500.0, threads, lambda *of: told.append(of)
        )
        assert cog_bytes(result) == once
    blocks = told[0][1]
    assert blocks > 10
    assert told == [(number, blocks) for number in range(1, blocks + 1)] * 2


@pytest.fixture(scope="module")
def written(network: Network, tmp_path_factory: pytest.TempPathFactory) -> tuple[Surface, Path]:
    """A surface of 600 x 600 cells, so that there are overviews."""
    path = tmp_path_factory.mktemp("cog") / "yta å.tif"
    result = made(network, places(a=THERE), extent=(-5000, -5000, 25_000, 25_000), cell_m=50.0)
    with using_language("sv"):
        write_cog(result, path, {"purpose": "Svenska"})
    return result, path


def test_what_a_gis_reads(written: tuple[Surface, Path]) -> None:
    result, path = written
    with rasterio.open(path) as raster:
        assert raster.driver == "GTiff"
        assert raster.crs.to_epsg() == 3006
        assert np.isnan(raster.nodata)
        assert raster.dtypes == ("float32",) * 4
        assert raster.descriptions == ("travel_min", "out_min_median", "home_min_median", "session_share")
        assert raster.units == ("min", "min", "min", "share 0-1")
        assert tuple(raster.bounds) == (EAST - 5000, NORTH - 5000, EAST + 25_000, NORTH + 25_000)
        assert raster.res == (50.0, 50.0)
        assert np.array_equal(raster.read(), result.bands, equal_nan=True)
        assert (raster.dataset_mask() > 0).sum() == np.isfinite(result.bands[3]).sum()
        # The cell of stop A: (250, 250) is on the corner of cells of 50 m; 25 m each way from a centre are 46 m walked.
        (value,) = raster.sample([(EAST + 260, NORTH + 260)])
        assert value[1] == minutes(1230 + 37)
        assert raster.tags(1)["meaning"].startswith("(dit + hem) / 2")


def test_it_is_a_cloud_optimized_geotiff(written: tuple[Surface, Path]) -> None:
    _result, path = written
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.profile["tiled"]
        assert raster.block_shapes == [(256, 256)] * 4
        # 600 -> 300 -> 150 cells.
        assert [raster.overviews(band) for band in raster.indexes] == [[2, 4]] * 4
        whole = raster.read(1)
    for level, size in ((0, 300), (1, 150)):
        with rasterio.open(path, overview_level=level) as overview:
            values = overview.read(1)
        assert values.shape == (size, size)
        seen = values[np.isfinite(values)]
        assert 0 < len(seen) < np.isfinite(whole).sum()
        assert np.isin(seen, whole).all()
    headers, first_data = directories(path.read_bytes())
    assert len(headers) == 3
    # Every directory stands before all data, the largest image's first, and its data last.
    assert headers == sorted(headers)
    assert max(headers) < min(first_data)
    assert first_data == sorted(first_data, reverse=True)


def directories(content: bytes) -> tuple[list[int], list[int]]:
    """Of each image in a TIFF file: where its directory stands, and the first of its tiles that has data."""
    assert content[:4] == b"II*\0"
    (place,) = struct.unpack_from("<I", content, 4)
    headers, first_data = [], []
    while place:
        headers.append(place)
        (count,) = struct.unpack_from("<H", content, place)
        for entry in range(count):
            tag, _kind, values, offset = struct.unpack_from("<HHII", content, place + 2 + 12 * entry)
            if tag == 324:  # TileOffsets
                tiles = struct.unpack_from(f"<{values}I", content, offset) if values > 1 else (offset,)
                first_data.append(min(tile for tile in tiles if tile))
        (place,) = struct.unpack_from("<I", content, place + 2 + 12 * count)
    return headers, first_data


def test_the_file_says_what_it_was_made_from(written: tuple[Surface, Path]) -> None:
    with rasterio.open(written[1]) as raster:
        tags = raster.tags()
    assert tags["sessions_first_day"] == tags["sessions_last_day"] == "2023-02-08"
    assert (tags["activities"], tags["sessions"], tags["cell_m"]) == ("1", "1", "50")
    assert tags["purpose"] == "Svenska"
    assert tags["feeds"].endswith("2023-02-08/2023-02-08")
    assert '"max_travel_min": 90.0' in tags["settings"]
    assert '"max_walk_m": 2000.0' in tags["settings"]
    assert '"min_session_share": 0.8' in tags["settings"]
    assert tags["synthetic"] == "nej"
    assert tags["TIFFTAG_IMAGEDESCRIPTION"] == "Minuter dit och hem"


def test_synthetic_input_is_named(written: tuple[Surface, Path], tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    with using_language("sv"):
        write_cog(dataclasses.replace(written[0], synthetic=True), path)
    with rasterio.open(path) as raster:
        assert raster.tags()["synthetic"] == "ja"
        assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"] == "SYNTETISKA UPPGIFTER: Minuter dit och hem"


def test_a_feed_that_calls_itself_synthetic_makes_a_synthetic_surface(tmp_path: Path) -> None:
    info = {
        "feed_publisher_name": "A",
        "feed_publisher_url": "-",
        "feed_lang": "sv",
        "feed_version": "SYNTETISK 1",
    }
    feed = dataclasses.replace(FEED, extra={"feed_info": [info]})
    assert made(network_of(feed, tmp_path / "feed"), places(a=THERE)).synthetic


def test_a_file_is_replaced_whole_or_not_at_all(
    written: tuple[Surface, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, path = written
    # Neither an unfinished file nor one that GDAL writes beside it is left.
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    other = tmp_path / "x.tif"
    other.write_bytes(b"earlier")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written: No space left"), using_language("en"):
        write_cog(result, other)
    assert other.read_bytes() == b"earlier"
    monkeypatch.undo()
    with using_language("sv"):
        write_cog(result, other, {"purpose": "Svenska"})
    assert other.read_bytes() == path.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["x.tif"]


def full(_file: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


# --------------------------------------------------------------------------------------------------- the command

ROWS = (
    "id,lon,lat,weekday,start,end,purpose",
    "a,{a},wed,10:00,12:00,Svenska",
    "b,{b},mon;wed,10:00,12:00,Svenska; Samhälle",
    "c,{a},tue,10:00,12:00,Arbete",
)


def degrees(x: float, y: float) -> str:
    lon, lat = pyproj.Transformer.from_crs(3006, 4326, always_xy=True).transform(EAST + x, NORTH + y)
    return f"{lon:.13f},{lat:.13f}"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a feed and activities: a at THERE, b near HERE, c on a day without a session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    FEED.write(tmp_path / "feed")
    text = "\n".join(ROWS).format(a=degrees(*THERE), b=degrees(1750.0, 250.0))
    (tmp_path / "activities.csv").write_text(text + "\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str, to: str = "2023-02-08") -> int:
    return cli.main(
        [
            "--lang", "en", "surface", "--timetable", str(folder / "feed"), "--activities",
            str(folder / "activities.csv"), "--from", "2023-02-08", "--to", to, "--out", str(folder / "x.tif"), *more,
        ]
    )  # fmt: skip


def test_the_command_writes_the_surface_of_one_activity(
    files: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, "--activity", "a", "--threads", "1") == 0
    captured = capsys.readouterr()
    assert (
        captured.out == f"{files / 'x.tif'}: 7 x 47 cells of 500 m, 58 of them with minutes there and home\n"
    )
    assert captured.err == (
        "A surface gives away where its activities are: show it to others only where anyone may know their places.\n"
    )
    with rasterio.open(files / "x.tif") as raster:
        assert np.array_equal(raster.read(), made(network, places(a=THERE)).bands, equal_nan=True)
        tags = raster.tags()
    assert (tags["first_day"], tags["last_day"], tags["activity"]) == ("2023-02-08", "2023-02-08", "a")
    assert "purpose" not in tags


def test_the_command_takes_a_purpose_or_all(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = []
    for arguments in (["--purpose", "svenska"], ["--purpose", "Samhälle"], []):
        assert run(files, "--json", *arguments) == 0
        facts.append(json.loads(capsys.readouterr().out))
    # Samhälle is b alone: the cells that one can walk from, 29.
    assert [one["activities"] for one in facts] == [2, 1, 3]
    assert [one["sessions"] for one in facts] == [2, 1, 2]
    assert [one["activities_without_session"] for one in facts] == [0, 0, 1]
    assert facts[1]["cells_reachable"] == AROUND
    assert facts[1]["bounds_m"] == [EAST, NORTH - 1500, EAST + 3500, NORTH + 2000]
    # Two columns of cells lie around both A and b.
    assert facts[0]["cells_reachable"] == facts[2]["cells_reachable"] > 2 * AROUND


def test_purpose_and_visibility_may_be_left_out(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = [row.rpartition(",")[0] for row in ROWS]
    plain[0] += ",remark"
    text = "\n".join(plain).format(a=degrees(*THERE), b=degrees(1750.0, 250.0))
    (files / "activities.csv").write_text(text.replace("10:00,12:00", "10:00,12:00,x"), encoding="utf-8")
    assert run(files, "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["activities"], facts["notes"]) == (3, {"activities": {"ignored_columns": 1}})
    assert run(files, "--purpose", "Svenska") == 2
    assert "--purpose: the file has no column for purposes; expected purpose." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (["--activity", "x"], ["activities.csv: --activity: there is no activity “x”; expected a, b, c."]),
        (
            ["--purpose", "x"],
            ["--purpose: no activity has the purpose “x”; expected Svenska, Samhälle, Arbete."],
        ),
        (["--purpose", "x", "--activity", "a"], ["--activity, --purpose are given together"]),
        (["--activity", "c"], ["none of the activities has a session"]),
        (["--county", "2", "--out", "x.png"], ["x.png: results are not written as “.png”", "--county: there is no code 2; expected a code of 2 digits, such as 01."]),
        (["--municipality", "9999"], ["--municipality: there is no code 9999; expected a code of 4 digits, such as 0114."]),
        (["--bbox", "1,2,3"], ["--bbox: “1,2,3” is not a box"]),
        (["--bbox", "17,60,16,61"], ["--bbox: “17,60,16,61” is not a box"]),
        (["--bbox", "nan,60,16,61"], ["--bbox: “nan,60,16,61” is not a box"]),
        (["--bbox", "600000,6700000,610000,6710000"], ["These seem to be metres"]),
        (["--bbox", "16,60,17,61", "--county", "25"], ["--bbox, --county are given together"]),
        (["--out", "missing/x.tif"], ["there is no folder missing"]),
        (["--out", "."], ["this is a folder"]),
        (["--to", "2023-02-07"], ["the last day 2023-02-07 is before the first day 2023-02-08"]),
        (["--to", "2023-2-9"], ["--to: “2023-2-9” is not a date"]),
        (["--to", "2023-02-09"], ["the period 2023-02-08 – 2023-02-09 is not within the timetable"]),
        (["--cell", "5"], ["--cell"]),
        (["--bbox", "10,56,24,69", "--cell", "50"], ["cells; expected at most 30000000"]),
    ],
)  # fmt: skip
def test_the_command_refuses(
    files: Path, arguments: list[str], messages: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, *arguments) == 2
    told = capsys.readouterr().err
    assert [message for message in messages if message not in told] == []
    assert not list(files.glob("*.tif*"))


def test_the_raster_is_never_written_over_its_input(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "activities.csv").rename(files / "x.tif")
    before = (files / "x.tif").read_bytes()
    assert run(files, "--activities", str(files / "x.tif")) == 2
    assert "would be written over a file that it is made from" in capsys.readouterr().err
    assert (files / "x.tif").read_bytes() == before


def test_protected_places_are_refused_row_by_row(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*ROWS, "d,{b},wed,10:00,12:00,Svenska", "e,{b},wed,10:00,12:00,Svenska"]
    words = ("synlighet", "exakt", "Dold", "kommun", "", "hemlig")
    text = "\n".join(f"{row},{word}" for row, word in zip(rows, words, strict=True))
    (files / "activities.csv").write_text(
        text.format(a=degrees(*THERE), b=degrees(1750.0, 250.0)), encoding="utf-8"
    )
    assert run(files) == 2
    told = capsys.readouterr().err.splitlines()
    hidden = "the place of this activity may not be shown, and a surface gives it away"
    # Rows 3 to 5 are hidden, of the municipality, and blank, which means the municipality; row 6 is no known word.
    assert [line.partition(";")[0] for line in told if hidden in line] == [
        f"activities.csv, row {row}, column “synlighet”: {hidden}" for row in (3, 4, 5, 6)
    ]
    assert next(line for line in told if "“hemlig”" in line).startswith("activities.csv, row 6,")
    assert not (files / "x.tif").exists()
    # What is not asked for gives nothing away. The file says that the place may be shown, so nothing needs saying.
    assert run(files, "--activity", "a") == 0
    assert capsys.readouterr().err == ""


def test_an_extent_by_code_is_the_box_around_it() -> None:
    lulea = extent_of(Area(municipality="2580"))
    norrbotten = extent_of(Area(county="25"))
    assert lulea is not None
    assert norrbotten is not None
    # Luleå busstation, and Treriksröset in the north-west of the county.
    assert lulea[0] < 830_000 < lulea[2]
    assert lulea[1] < 7_288_000 < lulea[3]
    assert norrbotten[3] > 7_660_000
    assert all(abs(value) < 8_000_000 for value in norrbotten)
    assert extent_of(Area()) is None
    # 15 degrees east is the middle of EPSG:3006: the box is as wide to its west as to its east.
    box = extent_of(Area(bbox="14,60,16,61"))
    assert box is not None
    assert box[0] + box[2] == pytest.approx(1_000_000)
    assert box[1] < 6_651_500 < box[3]


def test_a_synthetic_file_makes_a_synthetic_surface(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "activities.csv").rename(files / "SYNTETISKA insatser.csv")
    assert run(files, "--activities", str(files / "SYNTETISKA insatser.csv"), "--activity", "b") == 0
    assert capsys.readouterr().out.endswith("29 of them with minutes there and home, synthetic\n")
    with rasterio.open(files / "x.tif") as raster:
        assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"] == "SYNTHETIC DATA: Minutes there and home"


def test_the_example_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "surface.md").read_text(encoding="utf-8")
    found = {kind: re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("csv", "sh", "text")}
    shown = {kind: match[1] for kind, match in found.items() if match is not None}
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write_demo_inputs(tmp_path / "demo").timetable.rename(tmp_path / "tidtabell.zip")
    (tmp_path / "insatser.csv").write_text(shown["csv"], encoding="utf-8")
    for line in shown["sh"].splitlines():
        assert cli.main(["--lang", "en", *shlex.split(line)[1:]]) == 0
    captured = capsys.readouterr()
    assert captured.out == shown["text"]
    assert captured.err == ""
