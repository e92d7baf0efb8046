from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geomatch.disclosure import Published
from geomatch.public.editions import editions, read_edition
from geomatch.public.run import PublicMonth
from geomatch.public.tables import MISSING, NATION, PUBLIC_TABLES, WITHHELD
from geomatch.sources.regions import municipalities
from tests.site.made import (
    FLIPPING,
    GALLIVARE,
    HOSTILE,
    JOKKMOKK,
    NOBODY,
    NOT_TOLD,
    UNKNOWN,
    last_months,
    made_editions,
    made_month,
)


@pytest.fixture(scope="module")
def december() -> PublicMonth:
    return made_month("2025-12", 1)


def _frames(made: PublicMonth) -> dict[str, pd.DataFrame]:
    return {name: table.frame for name, table in made.tables.items()}


def test_months_run_over_the_turn_of_a_year() -> None:
    assert last_months("2025-02", 4) == ["2024-11", "2024-12", "2025-01", "2025-02"]


def test_all_areas_are_there_and_every_code_is_of_one(december: PublicMonth) -> None:
    frames = _frames(december)
    assert all(isinstance(table, Published) for table in december.tables.values())
    assert list(december.tables) == list(PUBLIC_TABLES)
    assert frames["areas"]["level"].value_counts().to_dict() == {
        "municipality": 290,
        "county": 21,
        "country": 1,
    }
    codes = set(frames["areas"]["area_code"])
    assert set(frames["activities"]["municipality_code"]) <= codes
    assert set(frames["ways"]["activity"]) <= set(frames["activities"]["activity"])
    assert set(frames["ways"]["from_code"]) <= codes
    assert set(frames["corridors"]["from_code"]) | set(frames["corridors"]["to_code"]) <= codes
    assert (frames["corridors"]["from_code"] != frames["corridors"]["to_code"]).all()
    assert frames["similar"].groupby("municipality_code").size().eq(5).all()
    assert (frames["similar"]["municipality_code"] != frames["similar"]["similar_code"]).all()
    # A month is made up without a travel surface.
    assert frames.pop("surface").empty
    assert {frame["month"].iloc[0] for frame in frames.values()} == {"2025-12"}
    # 312 areas in 2 sexes, 3 target groups and 4 kinds of accommodation.
    assert len(frames["groups"]) == 312 * 9


def test_sums_hold(december: PublicMonth) -> None:
    frames = _frames(december)
    areas, groups = frames["areas"].set_index("area_code"), frames["groups"]
    whole = 0
    for county in areas.index[areas["level"] == "county"]:
        own = areas[(areas["level"] == "municipality") & areas.index.str.startswith(county)]
        shown = own["need_sign"] == ""
        assert int(own.loc[shown, "need_low"].sum()) <= areas.loc[county, "need_low"]
        assert areas.loc[county, "need_high"] <= int(own["need_high"].sum()) + 5 * (~shown).sum() + (
            2000 if set(own.index) & set(UNKNOWN) else 0
        )
        if shown.all():
            assert int(own["need_low"].sum()) == areas.loc[county, "need_low"]
            whole += 1
        for column in ("municipalities", "series", "places"):
            assert own[column].sum() == areas.loc[county, column]
    assert whole >= 1
    counties = areas[areas["level"] == "county"]
    assert counties["need_low"].sum() == areas.loc[NATION, "need_low"]
    assert areas.loc[NATION, "women_low"] + areas.loc[NATION, "men_low"] == areas.loc[NATION, "need_low"]
    for dimension, part in groups[groups["area_code"] == NATION].groupby("dimension"):
        assert part["persons_low"].sum() == areas.loc[NATION, "need_low"], dimension
    purposes = frames["purposes"].groupby(["level"])[["series", "places"]].sum()
    everything = [len(frames["activities"]), frames["activities"]["places"].sum()]
    assert purposes.to_numpy().tolist() == [everything] * 3
    held = frames["activities"][~frames["activities"]["digital"]]
    assert areas.loc[NATION, "series"] == len(held)
    assert areas.loc[NATION, "places"] == held["places"].sum()


def test_no_figure_of_one_to_five_is_left(december: PublicMonth) -> None:
    for name, table in december.tables.items():
        frame = table.frame
        for stem in table.table.figures:
            if not stem.endswith("_change"):
                for end in ("low", "high"):
                    assert not frame[f"{stem}_{end}"].between(1, 5).any(), (name, stem)


def test_withheld_share_is_about_what_was_asked(december: PublicMonth) -> None:
    areas = _frames(december)["areas"]
    assert 0.28 < (areas["need_sign"] == WITHHELD).sum() / 290 < 0.42


def test_activities_lie_in_their_municipality(december: PublicMonth) -> None:
    frame = _frames(december)["activities"]
    placed = frame[~frame["digital"]]
    assert frame.loc[frame["digital"], ["x_m", "y_m", "longitude", "latitude"]].isna().all(axis=None)
    shapes = municipalities().set_index("municipality_code")
    points = gpd.GeoSeries.from_xy(placed["x_m"], placed["y_m"], crs=3006)
    own = gpd.GeoSeries(
        shapes.loc[placed["municipality_code"]].geometry.to_numpy(), index=points.index, crs=3006
    )
    # Representative points are given in whole metres.
    assert (points.distance(own) < 10).all()
    again = gpd.GeoSeries.from_xy(placed["longitude"], placed["latitude"], crs=4326).to_crs(3006)
    assert points.distance(again).max() < 10
    hidden = frame[frame["shown_at"] == "municipality"]
    assert len(hidden) > 20
    assert (hidden[["organiser", "times", "valid_from", "valid_to"]] == "").all(axis=None)
    at_point = shapes.loc[hidden["municipality_code"], ["point_x_m", "point_y_m"]].to_numpy()
    assert (hidden[["x_m", "y_m"]].to_numpy() == at_point).all()
    assert not set(frame.loc[frame["shown_at"] != "place", "activity"]) & set(
        _frames(december)["ways"]["activity"]
    )


def test_named_municipalities_are_of_their_kind(december: PublicMonth) -> None:
    even, odd = _frames(december)["areas"], _frames(made_month("2025-11", 1))["areas"]
    even, odd = even.set_index("area_code"), odd.set_index("area_code")
    for stem in ("need", "gap"):
        assert (even.loc[list(FLIPPING), f"{stem}_sign"] == WITHHELD).all()
        assert even.loc[list(FLIPPING), f"{stem}_low"].isna().all()
        assert (odd.loc[list(FLIPPING), f"{stem}_sign"] == "").all()
    for month in (even, odd):
        assert (month.loc[list(UNKNOWN), ["need_sign", "gap_sign", "women_sign"]] == MISSING).all(axis=None)
        assert (month.loc[list(NOT_TOLD), ["women_sign", "men_sign"]] == MISSING).all(axis=None)
        assert (month.loc[list(NOBODY), "need_high"] == 0).all()
        assert month.loc[list(NOBODY), "gap_share_low"].isna().all()
        assert month.loc[list(NOBODY), "gap_sign"].tolist() == ["", "."]
        assert month.loc[JOKKMOKK, ["need_sign", "gap_sign", "women_sign"]].tolist() == ["", "", ""]
        assert month.loc[JOKKMOKK, "series"] >= 1
    pairs = _frames(december)["corridors"].set_index(["from_code", "to_code"])
    assert pairs.loc[(JOKKMOKK, GALLIVARE), "status"] == "open"
    assert pairs.loc[(JOKKMOKK, GALLIVARE), "gain_sign"] == ""


def test_some_municipalities_are_withheld_in_one_month_and_shown_in_the_next() -> None:
    signs = [
        _frames(made_month(month, 1))["areas"]["need_sign"] == WITHHELD for month in last_months("2025-12", 3)
    ]
    others = ~_frames(made_month("2025-12", 1))["areas"]["area_code"].isin(FLIPPING)
    assert (others & signs[1] & ~signs[2]).any()
    assert (others & ~signs[0] & signs[1]).any()


def test_changes_are_of_the_published_month_before(december: PublicMonth) -> None:
    before = _frames(made_month("2025-11", 1))["areas"]
    areas = _frames(made_month("2025-12", 1, before=before))["areas"].set_index("area_code")
    was = before.set_index("area_code")
    assert (areas["before"] == "2025-11").all()
    assert (
        areas.loc[JOKKMOKK, "need_change_low"]
        == areas.loc[JOKKMOKK, "need_low"] - was.loc[JOKKMOKK, "need_high"]
    )
    assert (areas.loc[list(FLIPPING), "need_change_sign"] == WITHHELD).all()
    assert (_frames(december)["areas"]["before"] == "").all()


def test_editions_are_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.site.made import made_editions\n"
        "for one in made_editions(Path(sys.argv[1]), ['2025-11', '2025-12'], 3): print(one.month, one.digest)"
    )
    said = []
    for number in (1, 2):
        answer = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / str(number))],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(answer.stdout)
    assert said[0] == said[1]
    files = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1" / "published").rglob("*.*"))
    assert len(files) == 18
    assert all((tmp_path / "1" / path).read_bytes() == (tmp_path / "2" / path).read_bytes() for path in files)
    assert made_month("2025-12", 3).facts != made_month("2025-11", 3).facts
    assert not _frames(made_month("2025-12", 4))["areas"].equals(_frames(made_month("2025-12", 3))["areas"])


def test_editions_of_a_correction_and_of_what_changed(tmp_path: Path) -> None:
    made = made_editions(tmp_path / "w", last_months("2025-12", 3), 1, ["25"], corrected={"2025-11": "25"})
    assert editions(tmp_path / "w") == {"2025-10": [1], "2025-11": [1, 2], "2025-12": [1]}
    assert [one.number for one in made] == [1, 2, 1]
    assert all(one.synthetic for one in made)
    assert made[1].note == "SYNTETISK rättelse: tio personer saknades"
    first = read_edition(tmp_path / "w", "2025-11", 1).tables["areas"].set_index("area_code")
    second = made[1].tables["areas"].set_index("area_code")
    assert (second.loc["25", "need_low"], second.loc[NATION, "need_low"]) == (
        first.loc["25", "need_low"] + 10,
        first.loc[NATION, "need_low"] + 10,
    )
    assert (made[2].tables["areas"]["before"] == "2025-11").all()


def test_a_change_in_one_county_changes_no_other(december: PublicMonth) -> None:
    changed = _frames(made_month("2025-12", 1, changed_county="09"))
    for name, frame in _frames(december).items():
        key = next(column for column in ("area_code", "municipality_code", "from_code") if column in frame)
        others = ~frame[key].str[:2].isin(["09", NATION])
        pd.testing.assert_frame_equal(frame[others], changed[name][others])
    was, now = (tables["areas"].set_index("area_code")["need_low"] for tables in (_frames(december), changed))
    assert (now - was)[["09", "0980", NATION]].tolist() == [10, 10, 10]


def test_variants_for_bad_input() -> None:
    withheld = made_month("2025-12", 1, withheld_share=1.0).tables
    for name in ("areas", "groups", "corridors"):
        for stem in withheld[name].table.figures:
            expected = {WITHHELD, MISSING} if stem.endswith("_change") else {WITHHELD}
            assert set(withheld[name].frame[f"{stem}_sign"]) <= expected
    barren = _frames(made_month("2025-12", 1, without_activities=["25"]))
    assert not barren["activities"]["county_code"].isin(["25"]).any()
    assert barren["areas"].set_index("area_code").loc["25", ["series", "places"]].tolist() == [0, 0]
    assert not barren["corridors"]["to_code"].str.startswith("25").any()
    many = _frames(made_month("2025-12", 1, activities_per_municipality=19))
    assert 5000 <= len(many["activities"]) < 5200
    none = _frames(made_month("2025-12", 1, activities_per_municipality=0))
    assert [len(none[name]) for name in ("activities", "ways", "corridors", "purposes")] == [0, 0, 0, 0]
    hostile = _frames(made_month("2025-12", 1, hostile=True))
    assert set(hostile["activities"]["name"]) == set(HOSTILE)
    assert hostile["activities"]["name"].str.len().max() == 10_000


def test_a_month_is_made_in_less_than_two_seconds() -> None:
    made_month("2025-12", 1)
    started = time.process_time()
    made_month("2025-10", 1)
    assert time.process_time() - started < 2
