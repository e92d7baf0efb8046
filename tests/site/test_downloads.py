from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geomatch.public.editions import Edition
from geomatch.public.parts import rows_of
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site.described import definitions, first_of, moments
from geomatch.site.downloads import _harmless, download_files, download_names
from geomatch.words import using_language
from tests.site.made import HOSTILE, made_editions
from tests.site.small_edition import (
    ACTIVITIES,
    AREAS,
    GALLIVARE,
    JOKKMOKK,
    LULEA,
    UMEA,
    VINDELN,
    activity,
    small,
)

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["areas", "groups", "activities", "ways", "corridors", "similar", "purposes", "surface"]


def files(edition: Edition, county: str | None = None) -> dict[str, bytes]:
    return dict(download_files(edition, county))


def read_csv(content: bytes, delimiter: str) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def cells(name: str, row: dict[str, str], decimal: str) -> dict[str, Any]:
    """A row of a file as the values that its table has."""
    found: dict[str, Any] = {}
    for column in PUBLIC_TABLES[name].columns:
        text = row[column.name]
        kind = column.kind.removesuffix("?")
        if kind == "text":
            found[column.name] = text
        elif text == "":
            found[column.name] = None
        elif kind == "bool":
            found[column.name] = {"true": True, "false": False}[text]
        else:
            found[column.name] = int(text) if kind == "int" else float(text.replace(decimal, "."))
    return found


def values(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: None if pd.isna(value) else value for name, value in zip(frame.columns, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


# --------------------------------------------------------------------------------------------------------- names


def test_the_files_of_a_month_are_named_alike_every_month_and_in_every_county() -> None:
    wanted = [
        "tables.xlsx",
        *(f"{name}.csv" for name in TABLES),
        *(f"{name}-comma.csv" for name in TABLES),
        "municipalities.geojson",
        "activities.geojson",
        "layers.gpkg",
        "manifest.json",
    ]
    assert list(files(small())) == wanted
    assert list(files(small(month="2026-05"), "24")) == wanted
    assert [one.name for one in download_names(synthetic=False)] == wanted


def test_made_up_figures_say_so_in_the_names_and_inside() -> None:
    found = files(small(synthetic=True))
    assert [name for name in found if not name.startswith("SYNTETISK-")] == ["manifest.json"]
    assert list(found) == [one.name for one in download_names(synthetic=True)]
    sentence = "SYNTETISKA UPPGIFTER. Siffrorna är påhittade och säger inget om någon verklig plats."
    assert json.loads(found["manifest.json"])["synthetic"] is True
    assert json.loads(found["manifest.json"])["mark"] == sentence
    for name in ("municipalities", "activities"):
        told = json.loads(found[f"SYNTETISK-{name}.geojson"])["geomatch"]
        assert told["synthetic"] is True
        assert told["mark"] == sentence
        assert told["title"].startswith("SYNTETISKA UPPGIFTER: ")
    book = openpyxl.load_workbook(io.BytesIO(found["SYNTETISK-tables.xlsx"]))
    assert (
        book.worksheets[0]["B1"].value == "SYNTETISKA UPPGIFTER: Insatser och behov: Sverige, februari 2026"
    )
    assert book.worksheets[0]["B2"].value == sentence
    assert book.properties.title.startswith("SYNTETISKA UPPGIFTER: ")
    true = files(small())
    assert not any("SYNTETISK" in name or b"SYNTETISK" in content for name, content in true.items())


def test_a_made_up_file_is_no_agencys() -> None:
    sources = [json.loads(files(small(synthetic=made))["manifest.json"])["sources"] for made in (False, True)]
    assert sources[0] == sources[1]
    told = [
        json.loads(files(small(synthetic=made))[f"{mark}activities.geojson"])["geomatch"]["sources"]
        for made, mark in ((False, ""), (True, "SYNTETISK-"))
    ]
    assert told[0][0] == "Inskrivna personer: Källa: Migrationsverket · 2026-02; uppdaterad 2026-03-04 · inskrivna-2026-02.xlsx"  # fmt: skip
    assert told[1][0] == "Inskrivna personer: 2026-02; uppdaterad 2026-03-04 · inskrivna-2026-02.xlsx"
    assert told[0][1] == "Tidtabeller: Trafiklab, CC0 · 2025-12-14 – 2026-06-13 · gtfs.zip"


# ---------------------------------------------------------------------------------------------------------- rows


def test_the_rows_of_a_county() -> None:
    tables = small().tables
    own = rows_of(tables, "25")
    assert own["areas"]["area_code"].tolist() == ["25", JOKKMOKK, GALLIVARE, LULEA]
    assert own["groups"]["area_code"].tolist() == ["25"]
    assert own["purposes"]["area_code"].tolist() == ["25", "25"]
    assert own["activities"]["activity"].tolist() == ["a00001", "a00002"]
    assert own["ways"]["activity"].tolist() == ["a00001"]
    pairs = list(zip(own["corridors"]["from_code"], own["corridors"]["to_code"], strict=True))
    assert pairs == [(VINDELN, LULEA), (JOKKMOKK, GALLIVARE)]
    assert own["similar"]["municipality_code"].tolist() == [JOKKMOKK]
    assert own["surface"]["travel_min"].tolist() == [12, 34]
    assert {name: len(frame) for name, frame in rows_of(tables, None).items()} == {
        "areas": 8, "groups": 2, "activities": 3, "ways": 2, "corridors": 3, "similar": 2, "purposes": 3, "surface": 3
    }  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- csv


def test_both_variants_of_csv_hold_the_numbers_of_the_tables() -> None:
    edition = small()
    found = files(edition)
    for name in TABLES:
        wanted = values(edition.tables[name])
        for ending, delimiter, decimal in (("", ";", ","), ("-comma", ",", ".")):
            rows = read_csv(found[f"{name}{ending}.csv"], delimiter)
            got = [cells(name, row, decimal) for row in rows]
            for row in (*got, *wanted):
                # The one text that is changed has a test of its own.
                if str(row.get("name", "")).lstrip("'").startswith("=HYPERLINK"):
                    row["name"] = "formula"
            assert got == wanted, name


def test_csv_to_the_byte() -> None:
    found = files(small(), "24")
    semicolons, commas = found["ways.csv"], found["ways-comma.csv"]
    assert semicolons == (
        b"\xef\xbb\xbfmonth;activity;from_code;from_name;travel_min;transfers;walk_m;sessions_per_week;last_way_home\r\n"
        b"2026-02;a00003;2404;Vindeln;70,95;;291,175396;2,0;false\r\n"
    )
    assert commas == (
        b"month,activity,from_code,from_name,travel_min,transfers,walk_m,sessions_per_week,last_way_home\r\n"
        b"2026-02,a00003,2404,Vindeln,70.95,,291.175396,2.0,false\r\n"
    )


def test_signs_and_negative_numbers_are_not_damaged() -> None:
    rows = {row["area_code"]: row for row in read_csv(files(small())["areas-comma.csv"], ",")}
    assert rows[JOKKMOKK]["need_change_low"] == "-2"
    assert rows[VINDELN]["gap_change_low"] == "-2"
    assert rows[VINDELN]["places_change"] == "-6"
    assert rows[GALLIVARE]["need_sign"] == ".."
    assert rows[JOKKMOKK]["women_sign"] == "-"
    names = [row["name"] for row in read_csv(files(small())["activities.csv"], ";")]
    assert names == ["Språkstugan", '\'=HYPERLINK("http://x","y")', "-"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+46 70", "'+46 70"),
        ("-2+3|cmd", "'-2+3|cmd"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1+1", "'\t'=1+1"),
        ("\r=1", "'\r'=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("Kaffe;=1+1", "Kaffe;'=1+1"),
        ("Kaffe, =1+1", "Kaffe,' =1+1"),
        ("Kaffe\n@x", "Kaffe\n'@x"),
        ("Språk-café = kul", "Språk-café = kul"),
        ("a\x00b", "a\ufffdb"),
        ('"; DROP', '"; DROP'),
    ],
)
def test_no_text_of_a_csv_is_a_formula(name: str, shown: str) -> None:
    found = files(small(activities=[activity("a00001", JOKKMOKK, name)]))
    assert [row["name"] for row in read_csv(found["activities.csv"], ";")] == [shown]
    assert [row["name"] for row in read_csv(found["activities-comma.csv"], ",")] == [shown]


@given(st.text(st.sampled_from("=+-@\t\r\n;,. \u00a0＝'\"ab1")))
def test_no_text_at_all_is_a_formula_and_none_is_lost(text: str) -> None:
    shown = _harmless(text)
    # Only apostrophes are added.
    assert shown.replace("'", "") == text.replace("'", "")
    if text in {"..", "-", "."}:
        assert shown == text
        return
    for delimiter in ";,\t\n\r":
        for part in shown.split(delimiter):
            assert not part.lstrip(" \u00a0").startswith(tuple("=+-@＝"))


# ---------------------------------------------------------------------------------------------------------- xlsx


def workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_the_workbook_holds_the_numbers_of_the_tables() -> None:
    edition = small(note="Luleå saknades", number=2)
    book = workbook(files(edition)["tables.xlsx"])
    assert book.sheetnames == ["Om", *TABLES, "Definitioner"]
    for name in TABLES:
        head, *rows = book[name].iter_rows(values_only=True)
        assert list(head) == PUBLIC_TABLES[name].names
        got = [dict(zip(head, row, strict=True)) for row in rows]
        wanted = [
            {key: value if value != "" else None for key, value in row.items()}
            for row in values(edition.tables[name])
        ]
        assert got == wanted, name
    about = {
        row[0]: row[1] for row in book["Om"].iter_rows(values_only=True, max_col=2) if row[0] is not None
    }
    assert about["Titel"] == "Insatser och behov: Sverige, februari 2026"
    assert about["Utgåva"] == "2"
    assert about["Rättelse, utgåva 2"] == "Luleå saknades"
    assert about["Licens"] == "CC BY 4.0, http://creativecommons.org/licenses/by/4.0/"
    assert "EPSG:4326" in about["Koordinater"]
    assert about["areas"].startswith("Kommuner")


def test_every_column_is_defined_in_the_workbook() -> None:
    _head, *rows = workbook(files(small())["tables.xlsx"])["Definitioner"].iter_rows(values_only=True)
    assert [(row[0], row[2]) for row in rows] == [
        (table.name, column.name) for table in PUBLIC_TABLES.values() for column in table.columns
    ]
    assert all(row[5] for row in rows)
    with using_language("en"):
        english = {(row.table, row.column): row for row in definitions().itertuples()}
    assert english["areas", "need_low"].meaning == PUBLIC_TABLES["areas"].columns[5].meaning
    swedish = {(row[0], row[2]): row for row in rows}
    # In the language that was asked for: no text is the English one.
    assert swedish["areas", "need_low"][5] != english["areas", "need_low"].meaning
    assert english["areas", "need_low"].unit == swedish["areas", "need_low"][3] == "persons"
    assert english["areas", "need_low"].kind == "whole number"


def test_texts_of_a_workbook_are_texts() -> None:
    names = ["=1+1", "+1", "#N/A", "_x0041_", "x" * 10_000, "y" * 40_000, "a\x07b", "rad\nrad"]
    rows = [activity(f"a{number:05d}", JOKKMOKK, name) for number, name in enumerate(names, 1)]
    content = files(small(activities=rows))["tables.xlsx"]
    sheet = workbook(content)["activities"]
    column = PUBLIC_TABLES["activities"].names.index("name") + 1
    found = [sheet.cell(row, column) for row in range(2, len(names) + 2)]
    assert {cell.data_type for cell in found} == {"s"}
    assert [cell.value for cell in found[:3]] == ["=1+1", "+1", "#N/A"]
    assert found[3].value == "_x0041_"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Escaped, so that Excel does not read it as the letter A (ECMA-376 part 1, 22.9.2.19).
        assert b"<t>_x005F_x0041_</t>" in archive.read("xl/sharedStrings.xml")
    assert found[4].value == "x" * 10_000
    assert found[5].value == "y" * 32_766 + "…"
    assert found[6].value == "a\ufffdb"
    assert found[7].value == "rad\nrad"
    assert [cell.quotePrefix for cell in found[:3]] == [True, True, False]


def test_the_workbook_has_no_day_of_its_own() -> None:
    content = files(small())["tables.xlsx"]
    assert content == files(small())["tables.xlsx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")
        assert not any("vba" in name or "externalLink" in name for name in archive.namelist())


# -------------------------------------------------------------------------------------------------------- layers


def read_geojson(content: bytes, path: Path) -> gpd.GeoDataFrame:
    path.write_bytes(content)
    return gpd.read_file(path)


def test_geojson_of_municipalities(tmp_path: Path) -> None:
    edition = small()
    content = files(edition)["municipalities.geojson"]
    frame = read_geojson(content, tmp_path / "m.geojson")
    assert frame.crs.to_epsg() == 4326
    assert frame["area_code"].tolist() == [VINDELN, UMEA, JOKKMOKK, GALLIVARE, LULEA]
    assert frame.geometry.is_valid.all()
    for row in json.loads(content)["features"]:
        shape = shapely.geometry.shape(row["geometry"])
        for part in getattr(shape, "geoms", [shape]):
            # RFC 7946, 3.1.6.
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)
    own = edition.tables["areas"].query("level == 'municipality'")
    assert [row["properties"] for row in json.loads(content)["features"]] == values(own)
    # Jokkmokk's church lies in Jokkmokk.
    assert frame.set_index("area_code").geometry[JOKKMOKK].contains(shapely.Point(19.8306, 66.6066))
    assert json.loads(content)["geomatch"] == {
        "title": "Insatser och behov: Sverige, februari 2026",
        "month": "2026-02",
        "edition": 1,
        "note": "",
        "synthetic": False,
        "crs": "EPSG:4326",
        "licence": "http://creativecommons.org/licenses/by/4.0/",
        "sources": [
            "Inskrivna personer: Källa: Migrationsverket · 2026-02; uppdaterad 2026-03-04 · inskrivna-2026-02.xlsx",
            "Tidtabeller: Trafiklab, CC0 · 2025-12-14 – 2026-06-13 · gtfs.zip",
            "Insatser och öppna par: länsstyrelsernas register",
            "Tätorter och folkmängd: GeoNames, CC BY 4.0",
            "Kommungränser: SCB, CC0",
        ],
    }


def test_all_borders_survive_the_rounding(tmp_path: Path) -> None:
    from geomatch.site.layers import municipalities_geojson  # noqa: PLC0415  (only here)
    from geomatch.sources.regions import municipalities  # noqa: PLC0415  (only here)

    areas = municipalities().rename(columns={"municipality_code": "area_code"}).assign(level="municipality")
    areas = pd.DataFrame(areas).reindex(columns=PUBLIC_TABLES["areas"].names)
    frame = read_geojson(municipalities_geojson(small(), None, areas), tmp_path / "all.geojson")
    assert len(frame) == 290
    assert frame.geometry.is_valid.all()
    # Rounding to five decimals moves no border by more than a metre.
    moved = frame.to_crs("EPSG:3006").geometry.hausdorff_distance(municipalities().geometry)
    assert moved.max() < 1.0


def test_geojson_of_activities(tmp_path: Path) -> None:
    content = files(small())["activities.geojson"]
    frame = read_geojson(content, tmp_path / "a.geojson")
    assert frame.crs.to_epsg() == 4326
    assert frame["activity"].tolist() == ["a00001", "a00002", "a00003"]
    assert (frame.geometry.iloc[0].x, frame.geometry.iloc[0].y) == (18.7272, 66.903)
    features = json.loads(content)["features"]
    # At a distance: nowhere.
    assert features[1]["geometry"] is None
    assert [row["properties"] for row in features] == values(small().tables["activities"])
    assert features[1]["properties"]["name"] == '=HYPERLINK("http://x","y")'


def read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        return pyogrio.read_dataframe(path, layer=layer)


def test_the_geopackage(tmp_path: Path) -> None:
    edition = small(synthetic=True)
    path = tmp_path / "l.gpkg"
    path.write_bytes(files(edition)["SYNTETISK-layers.gpkg"])
    assert [list(row) for row in pyogrio.list_layers(path)] == [["areas", "MultiPolygon"], ["activities", "Point"]]  # fmt: skip
    areas, activities = read_layer(path, "areas"), read_layer(path, "activities")
    assert areas.crs.to_epsg() == activities.crs.to_epsg() == 3006
    assert areas["area_code"].tolist() == ["00", "24", VINDELN, UMEA, "25", JOKKMOKK, GALLIVARE, LULEA]
    for frame, name in ((areas, "areas"), (activities, "activities")):
        got = values(pd.DataFrame(frame.drop(columns="geometry")))
        assert got == values(edition.tables[name]), name
    assert (activities.geometry[0].x, activities.geometry[0].y) == (663083.0, 7425443.0)
    assert activities.geometry[1] is None
    shapes = areas.set_index("area_code").geometry
    assert shapes["00"].area == pytest.approx(shapes["24"].area + shapes["25"].area)
    assert shapes["25"].contains(shapes[JOKKMOKK].representative_point())
    told = pyogrio.read_info(path, layer="areas")
    assert told["layer_metadata"]["DESCRIPTION"].startswith("SYNTETISKA UPPGIFTER: ")
    # What every program shows of a layer.
    import sqlite3  # noqa: PLC0415  (only here)

    with sqlite3.connect(path) as base:
        rows = base.execute("SELECT table_name, description, last_change FROM gpkg_contents").fetchall()
    base.close()
    title = "SYNTETISKA UPPGIFTER: Insatser och behov: Sverige, februari 2026"
    assert rows == [
        ("areas", title, "2026-02-01T00:00:00.000Z"),
        ("activities", title, "2026-02-01T00:00:00.000Z"),
    ]


@pytest.mark.parametrize("before", [None, "2001-02-03T00:00:00.000Z"])
def test_the_clock_of_gdal_is_as_it_was(before: str | None) -> None:
    name = "OGR_CURRENT_DATE"
    pyogrio.set_gdal_config_options({name: before})
    try:
        files(small())
        assert pyogrio.get_gdal_config_option(name) == before
    finally:
        pyogrio.set_gdal_config_options({name: None})


# ------------------------------------------------------------------------------------------------- manifest, bytes


def test_the_manifest_tells_each_file() -> None:
    edition = small(number=2, note="Luleå saknades")
    found = files(edition, "25")
    told = json.loads(found["manifest.json"])
    assert (told["month"], told["edition"], told["county"]) == ("2026-02", 2, "25")
    assert told["title"] == "Insatser och behov: Norrbottens län, februari 2026"
    assert told["notes"] == {"1": "", "2": "Luleå saknades"}
    assert told["digest"] == edition.digest
    assert told["sources"] == edition.facts["sources"]
    assert told["licence"] == {"name": "CC BY 4.0", "address": "http://creativecommons.org/licenses/by/4.0/"}
    assert [one["name"] for one in told["files"]] == list(found)[:-1]
    for one in told["files"]:
        assert one["bytes"] == len(found[one["name"]])
        assert one["sha256"] == hashlib.sha256(found[one["name"]]).hexdigest()
    assert {one["name"]: one.get("crs") for one in told["files"] if one.get("crs")} == {
        "municipalities.geojson": "EPSG:4326",
        "activities.geojson": "EPSG:4326",
        "layers.gpkg": "EPSG:3006",
    }


PROGRAM = """
import hashlib
from tests.site.small_edition import small, context
from geomatch.site.brief import brief
from geomatch.site.catalogue import catalogue_files
from geomatch.site.downloads import download_files
from geomatch.site.feed import feed
edition = small(synthetic=True)
whole = hashlib.sha256()
for county in (None, "25"):
    for name, content in download_files(edition, county):
        whole.update(name.encode() + content)
for content in catalogue_files(context(), [edition], {}).values():
    whole.update(content)
whole.update(feed(context(), [edition]) + brief(context(), edition, "25", []).encode())
print(whole.hexdigest())
"""


def test_the_same_bytes_in_another_process_time_zone_and_order_of_hashes() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": str(ROOT),
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("77", "Pacific/Auckland"))
    }
    assert len(found) == 1


# ------------------------------------------------------------------------------------------------- odd months


def test_a_county_without_activities() -> None:
    found = files(small(activities=[one for one in ACTIVITIES if one["county_code"] != "25"]), "25")
    assert read_csv(found["activities.csv"], ";") == []
    assert read_csv(found["ways-comma.csv"], ",") == []
    assert json.loads(found["activities.geojson"])["features"] == []
    assert workbook(found["tables.xlsx"])["activities"].max_row == 1
    assert len(read_csv(found["areas.csv"], ";")) == 4


def test_a_month_without_any_activity(tmp_path: Path) -> None:
    found = files(small(activities=[]))
    path = tmp_path / "l.gpkg"
    path.write_bytes(found["layers.gpkg"])
    assert len(read_layer(path, "activities")) == 0
    assert len(read_layer(path, "areas")) == len(AREAS)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """Gotland and Blekinge with all figures withheld, and free text that tries to do harm."""
    folder = tmp_path_factory.mktemp("hostile")
    options: dict[str, Any] = {"hostile": True, "withheld_share": 1}
    return made_editions(folder, ["2026-02"], 3, ["09", "10"], 8.0, **options)[-1]


def test_withheld_figures_are_signs_in_every_file(hostile: Edition) -> None:
    found = files(hostile)
    for row in read_csv(found["SYNTETISK-areas.csv"], ";"):
        assert row["need_sign"] == ".."
        assert row["need_low"] == row["need_high"] == row["gap_low"] == row["gap_share_high"] == ""
    sheet = workbook(found["SYNTETISK-tables.xlsx"])["areas"]
    head = [cell.value for cell in sheet[1]]
    assert {row[head.index("need_sign")].value for row in sheet.iter_rows(min_row=2)} == {".."}
    assert {row[head.index("need_low")].value for row in sheet.iter_rows(min_row=2)} == {None}
    for feature in json.loads(found["SYNTETISK-municipalities.geojson"])["features"]:
        assert feature["properties"]["need_low"] is None


def test_hostile_texts_stay_texts(hostile: Edition, tmp_path: Path) -> None:
    found = files(hostile)
    names = hostile.tables["activities"]["name"].tolist()
    # All of them are there: formulas, ends of scripts, quotes, marks that turn text, nothing, 10,000 letters.
    assert set(HOSTILE) <= set(names)
    for row in read_csv(found["SYNTETISK-activities.csv"], ";"):
        for text in row.values():
            assert not text.lstrip().startswith(("=", "+", "@", "-")) or text == "-" or _is_number(text)
    assert [
        one["properties"]["name"] for one in json.loads(found["SYNTETISK-activities.geojson"])["features"]
    ] == names
    path = tmp_path / "l.gpkg"
    path.write_bytes(found["SYNTETISK-layers.gpkg"])
    assert read_layer(path, "activities")["name"].tolist() == names
    sheet = workbook(found["SYNTETISK-tables.xlsx"])["activities"]
    column = PUBLIC_TABLES["activities"].names.index("name") + 1
    # A carriage return in XML is read as a line feed; none of these has one.
    assert [
        cell.value or "" for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column)
    ] == names
    assert {cell.data_type for (cell,) in sheet.iter_rows(min_row=2, min_col=column, max_col=column)} <= {
        "s",
        "n",
    }


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def test_five_thousand_activities(tmp_path: Path) -> None:
    rows = [activity(f"a{number:05d}", LULEA, f"Språkcafé {number}") for number in range(1, 5001)]
    found = files(small(activities=rows))
    assert len(read_csv(found["activities.csv"], ";")) == 5000
    assert workbook(found["tables.xlsx"])["activities"].max_row == 5001
    path = tmp_path / "l.gpkg"
    path.write_bytes(found["layers.gpkg"])
    assert pyogrio.read_info(path, layer="activities")["features"] == 5000
    assert len(json.loads(found["activities.geojson"])["features"]) == 5000


# ------------------------------------------------------------------------------------------------- small helpers


@pytest.mark.parametrize(
    ("sizes", "few", "most", "kept"),
    [
        ([9, 5, 4], 3, 5, [9, 5, 4]),
        ([9, 5, 4, 3], 3, 5, [9, 5, 4]),
        ([9, 5, 4, 4], 3, 5, [9, 5, 4, 4]),
        ([9, 5, 4, 4, 4, 4], 3, 5, [9, 5]),
        ([4, 4, 4, 4], 2, 3, []),
        ([], 3, 5, []),
    ],
)
def test_a_list_is_never_cut_between_equals(sizes: list[int], few: int, most: int, kept: list[int]) -> None:
    assert [size for (size,) in first_of([(one,) for one in sizes], few, most)] == kept


def test_the_moment_of_an_edition_comes_from_its_own_days() -> None:
    listed = [
        small(month="2025-12", updated=""),
        small(month="2026-02", updated="2026-03-04"),
        small(month="2026-02", number=2, updated="2026-03-04"),
        # A correction from a file that is older than the first one's.
        small(month="2026-02", number=3, updated="2026-03-01"),
        small(month="2026-03", number=2, updated="2026-04-02"),
    ]
    assert {key: at.isoformat() for key, at in moments(listed[::-1]).items()} == {
        ("2025-12", 1): "2026-01-01T00:00:00+00:00",
        ("2026-02", 1): "2026-03-04T00:00:00+00:00",
        ("2026-02", 2): "2026-03-04T00:01:00+00:00",
        ("2026-02", 3): "2026-03-04T00:02:00+00:00",
        ("2026-03", 2): "2026-04-02T00:01:00+00:00",
    }
