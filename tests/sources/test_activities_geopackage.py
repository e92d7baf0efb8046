"""Registers of activities as GeoPackage: written, read again, and as QGIS may have changed them."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.restricted import Audience
from geomatch.sources.activities import ActivityRegister, read_activities
from geomatch.sources.activity_layer import write_activities_geopackage
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.regions import municipalities

HEAD = (
    "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Slutdatum;Veckodagar;Datum;Start;Slut;Digital;"
    "Barnpassning;Målgrupper;Kön;Synlighet;Status;Kommun;Adress;lon;lat"
)
FULL = (
    'BD-1;Språkcafé;Röda Korset;svenska;12;2024-01-08;2024-06-14;"mån;ons";2024-03-02;10:00;12:00;nej;ja;'
    '"asylsökande;massflyktsdirektivet";kvinnor;exakt;planerad;Luleå;Storgatan 1;22.1547;65.5842'
)
ROWS = (
    FULL,
    (
        "BD-1;Språkcafé;Röda Korset;svenska;12;2024-01-08;2024-06-14;tis;;13:00;14:30;nej;ja;"
        '"asylsökande;massflyktsdirektivet";kvinnor;exakt;planerad;Luleå;Storgatan 1;22.1547;65.5842'
    ),
    "BD-2;Nätkurs;Kommunen;svenska;0;2024-01-08;;;;;;ja;;;;;;;;;",
    "BD-3;Gåkurs;Kommunen;hälsa;5;2024-01-08;;fre;;08:15;09:00;;;;;dold;;Boden;Vägen 1;;",
    "BD-3;Gåkurs;Kommunen;hälsa;5;2024-01-08;;fre;;08:15;09:00;;;;;dold;;Boden;Vägen 2;;",
)


def register(folder: Path, *rows: str, name: str = "a.csv") -> ActivityRegister:
    (folder / name).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return read_activities(folder / name)


def same(one: ActivityRegister, two: ActivityRegister) -> None:
    series = [pd.DataFrame(r.series.reveal(Audience.INTERNAL)) for r in (one, two)]
    pd.testing.assert_frame_equal(
        series[0].drop(columns="geometry"), series[1].drop(columns="geometry"), check_exact=True
    )
    for a, b in zip(series[0]["geometry"], series[1]["geometry"], strict=True):
        assert (a is None and b is None) or shapely.equals_identical(a, b)
    pd.testing.assert_frame_equal(
        *(r.sessions.reveal(Audience.INTERNAL) for r in (one, two)), check_exact=True
    )
    assert one.synthetic == two.synthetic


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_activities(path)
    return [str(problem) for problem in caught.value.problems]


def edited(path: Path, target: Path, **changes: Any) -> Path:
    """The layer as another program would write it: `crs`, `columns` to assign, `layer`."""
    frame = gpd.read_file(path)
    if "crs" in changes:
        frame = frame.to_crs(changes["crs"])
    for name, values in changes.get("columns", {}).items():
        frame[name] = values
    frame.to_file(target, layer=changes.get("layer", "insatser"), driver="GPKG")
    return target


def test_a_register_comes_back_as_it_was(tmp_path: Path) -> None:
    first = register(tmp_path, *ROWS, name="syntetisk.csv")
    write_activities_geopackage(tmp_path / "b.gpkg", first)
    second = read_activities(tmp_path / "b.gpkg")
    same(first, second)
    assert second.synthetic
    # Three patterns of the first row, one of the second, one without sessions, two of two places.
    info = pyogrio.read_info(tmp_path / "b.gpkg")
    assert (info["layer_name"], info["features"], info["crs"]) == ("SYNTETISKA insatser", 7, "EPSG:3006")
    assert dict(zip(info["fields"], info["ogr_types"], strict=True)) | {} == {
        **dict.fromkeys(info["fields"], "OFTString"),
        **dict.fromkeys(("Startdatum", "Slutdatum"), "OFTDate"),
        **dict.fromkeys(("Digital", "Barnpassning", "Språkstöd", "Parallell grupp"), "OFTInteger"),
        "Platser": "OFTInteger64",
    }
    # What was blank at first is stated now; two rows still stand at the point of Boden.
    assert second.notes == {"grant_scheme_blank": 7, "point_of_municipality": 2, "without_sessions": 1}
    shapes = gpd.read_file(tmp_path / "b.gpkg").set_index("Insats-id").geometry
    assert shapes["BD-1"].notna().all()
    assert shapes[["BD-2", "BD-3"]].isna().all()
    assert second.rows == {"BD-1": (1, 2, 3, 4), "BD-2": (5,), "BD-3#1": (6,), "BD-3#2": (7,)}


def test_the_same_register_gives_the_same_bytes_and_replaces_no_file(tmp_path: Path) -> None:
    made = register(tmp_path, *ROWS)
    for name in ("b.gpkg", "c.gpkg"):
        write_activities_geopackage(tmp_path / name, made)
    content = (tmp_path / "b.gpkg").read_bytes()
    assert content == (tmp_path / "c.gpkg").read_bytes()
    with pytest.raises(
        InputError, match=r"^b.gpkg: det finns redan en fil med det namnet; inget skrivs över\. Välj"
    ):
        write_activities_geopackage(tmp_path / "b.gpkg", made)
    assert (tmp_path / "b.gpkg").read_bytes() == content
    with pytest.raises(InputError, match=r"^b.shp: namnet slutar inte på .gpkg\.$"):
        write_activities_geopackage(tmp_path / "b.shp", made)
    with pytest.raises(InputError, match=r"^b.gpkg: det finns ingen mapp .*\. Skapa mappen"):
        write_activities_geopackage(tmp_path / "no" / "b.gpkg", made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.gpkg", "c.gpkg"]


TYPES = {
    "whole numbers for yes and no": {"Digital": [0] * 4 + [1, 0, 0], "Barnpassning": [1] * 4 + [0] * 3},
    "words for yes and no": {"Digital": ["false"] * 4 + ["true", "false", "false"]},
    "text for dates": {"Startdatum": ["2024-01-08"] * 7},
    "moments for dates": {"Startdatum": pd.to_datetime(["2024-01-08"] * 7)},
    "decimals for places": {"Platser": [12.0] * 4 + [0.0, 5.0, 5.0]},
    "text for places": {"Platser": ["12"] * 4 + ["0", "5", "5"]},
    "a key of its own": {"fid_1": range(7)},
}


@pytest.mark.parametrize("columns", TYPES.values(), ids=TYPES.keys())
def test_types_that_qgis_changed_mean_the_same(tmp_path: Path, columns: dict[str, Any]) -> None:
    first = register(tmp_path, *ROWS)
    write_activities_geopackage(tmp_path / "b.gpkg", first)
    same(first, read_activities(edited(tmp_path / "b.gpkg", tmp_path / "c.gpkg", columns=columns)))


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:3021", "EPSG:3011"])
def test_points_in_any_system(tmp_path: Path, crs: str) -> None:
    first = register(tmp_path, FULL)
    write_activities_geopackage(tmp_path / "b.gpkg", first)
    moved = read_activities(edited(tmp_path / "b.gpkg", tmp_path / "c.gpkg", crs=crs))
    (one,), (two,) = (r.series.reveal(Audience.INTERNAL).geometry for r in (first, moved))
    # RT 90 is changed with a shift of seven parameters, good to some metres; the rest to a millimetre.
    assert one.distance(two) < (5 if crs == "EPSG:3021" else 0.001)


@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["2580", "2582", "0180"]),
            st.text(
                st.characters(codec="cp1252", exclude_categories=["C", "Z"], exclude_characters="ÃÂ"),
                min_size=1,
                max_size=8,
            ),
            st.integers(0, 999),
            st.sets(st.integers(0, 6), max_size=3),
            st.integers(0, 22),
            st.booleans(),
            st.sampled_from(["exact", "municipality", "hidden"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_register_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    homes = municipalities().set_index("municipality_code")
    days = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")
    table = pd.DataFrame(
        [
            {
                "activity_id": f"A-{number}",
                "name": f"n{name}",
                "organiser": "o",
                "primary_purpose": "p",
                "places": places,
                "valid_from": "2024-01-01",
                "weekdays": ";".join(days[day] for day in sorted(weekdays)),
                "start": f"{hour}:05" if weekdays else "",
                "end": f"{hour + 1}:00" if weekdays else "",
                "digital": "ja" if digital else "nej",
                "visibility": visibility,
                "municipality": code,
                "east_m": homes.loc[code, "point_x_m"] + (1.25 if visibility == "exact" else 0),
                "north_m": homes.loc[code, "point_y_m"],
            }
            for number, (code, name, places, weekdays, hour, digital, visibility) in enumerate(rows)
        ]
    )
    table.to_csv(folder / "a.csv", sep="\t", index=False)
    first = read_activities(folder / "a.csv")
    write_activities_geopackage(folder / "b.gpkg", first)
    same(first, read_activities(folder / "b.gpkg"))


def written(folder: Path, geometry: list[Any], crs: str | None = "EPSG:3006", **columns: Any) -> Path:
    """A layer of one row for each geometry, with what a register needs."""
    fields = {
        "Insats-id": "BD-1",
        "Namn": "a",
        "Anordnare": "b",
        "Primärt syfte": "c",
        "Platser": "5",
        "Startdatum": "2024-01-08",
        "Kommun": "Luleå",
    } | columns
    frame = gpd.GeoDataFrame(
        {name: [value] * len(geometry) for name, value in fields.items() if value is not None},
        geometry=geometry,
        crs=crs,
    )
    frame.to_file(folder / "a.gpkg", layer="x", driver="GPKG")
    return folder / "a.gpkg"


DAMAGED = (
    "a.gpkg: filen är skadad eller är ingen GeoPackage. Exportera lagret på nytt från QGIS, som GeoPackage."
)
POINT = shapely.Point(829_440, 7_292_327)


def test_a_point_of_several_dimensions_or_in_a_collection_of_one_is_a_point(tmp_path: Path) -> None:
    for shape in (shapely.Point(829_440, 7_292_327, 12), shapely.MultiPoint([POINT])):
        path = written(tmp_path, [shape])
        point = read_activities(path).series.reveal(Audience.INTERNAL).geometry[0]
        assert (point.x, point.y, point.has_z) == (829_440, 7_292_327, False)
        path.unlink()


def test_a_table_without_geometry_has_its_places_in_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "activity_id": ["BD-1"],
            "name": ["a"],
            "organiser": ["b"],
            "primary_purpose": ["c"],
            "places": [5],
            "valid_from": ["2024-01-08"],
            "lon": [22.1547],
            "lat": [65.5842],
        }
    )
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", layer="x", driver="GPKG")
    series = read_activities(tmp_path / "a.gpkg").series.reveal(Audience.INTERNAL)
    assert series["municipality_code"].tolist() == ["2580"]


def test_corridors_from_a_table_without_geometry(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "Från": ["Luleå"],
            "Till": ["2582"],
            "Gäller från": pd.to_datetime(["2024-01-01"]),
            "Gäller till": [None],
        }
    )
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", layer="korridorer", driver="GPKG")
    result = read_corridor_register(tmp_path / "a.gpkg")
    assert result.table.to_numpy().tolist() == [["2580", "2582", "2024-01-01", "", ""]]
    assert result.notes == {"open_ended": 1, "without_reference": 1}
    assert result.rows == (1,)


@pytest.mark.parametrize(
    ("geometry", "crs", "columns", "expected"),
    [
        (
            [shapely.LineString([(0, 0), (1, 1)])],
            "EPSG:3006",
            {},
            "kolumn ”geometri”: geometrin är av slaget LineString, ingen punkt. Ge varje rad en punkt eller ingen.",
        ),
        (
            [shapely.Point(0, 0)],
            "EPSG:3006",
            {},
            (
                "kolumn ”geometri”: punkten ligger utanför Sverige, på 0, 0 i SWEREF 99 TM. "
                "Flytta punkten eller rätta lagrets koordinatsystem."
            ),
        ),
        (
            [shapely.Point(65.5842, 22.1547)],
            "EPSG:4326",
            {},
            (
                "kolumn ”geometri”: punktens axlar är omkastade; väntat: x åt öster, y åt norr. "
                "Gör om punkterna från rätt kolumner."
            ),
        ),
        (
            [shapely.Point(22, 95)],
            "EPSG:4326",
            {},
            (
                "kolumn ”geometri”: punkten 22.0, 95.0 finns inte i lagrets koordinatsystem. "
                "Flytta punkten eller rätta lagrets koordinatsystem."
            ),
        ),
        (
            [shapely.Point(float("inf"), 0)],
            "EPSG:3006",
            {},
            (
                "kolumn ”geometri”: punkten inf, 0.0 finns inte i lagrets koordinatsystem. "
                "Flytta punkten eller rätta lagrets koordinatsystem."
            ),
        ),
        (
            [POINT],
            "EPSG:3006",
            {"Anordnare": "#SAKNAS!"},
            (
                "kolumn ”Anordnare”: cellen visar Excels fel #N/A (#SAKNAS!): dess formel letar efter något som inte "
                "finns. Rätta formeln, eller skriv själva värdet i cellen."
            ),
        ),
        (
            [POINT],
            "EPSG:3006",
            {"Kommun": "Kiruna"},
            "kolumn ”geometri”: koordinaterna ligger i Luleå, 199 km från Kiruna. Rätta koordinaterna eller kommunen.",
        ),
        (
            [POINT],
            "EPSG:3006",
            {"Öst": 829_440, "Nord": 7_292_627},
            "kolumn ”Öst”: de två koordinatparen ligger 300 m från varandra. Rätta det ena eller behåll bara ett av dem.",
        ),
        (
            [POINT],
            "EPSG:3006",
            {"Platser": "tio"},
            "kolumn ”Platser”: ”tio” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        ),
        (
            [POINT],
            "EPSG:3006",
            {"Startdatum": pd.Timestamp("2024-01-08 13:00")},
            "kolumn ”Startdatum”: ”2024-01-08 13:00:00” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
    ],
)
def test_rows_that_are_refused(
    tmp_path: Path, geometry: list[Any], crs: str, columns: dict[str, Any], expected: str
) -> None:
    path = written(tmp_path, geometry, crs, **columns)
    assert problems(path) == [f"a.gpkg, blad ”x”, rad 1, {expected}"]


def test_a_shape_that_no_library_of_ours_knows_is_no_point(tmp_path: Path) -> None:
    path = written(tmp_path, [shapely.Polygon([(0, 0), (1, 1), (2, 0)])])
    # A triangle, 17, instead of a polygon, 3.
    polygon, triangle = (struct.pack("<BII", 1, kind, 1) for kind in (3, 17))
    content = path.read_bytes()
    assert content.count(polygon) == 1
    path.write_bytes(content.replace(polygon, triangle))
    assert problems(path) == [
        "a.gpkg, blad ”x”, rad 1, kolumn ”geometri”: geometrin är ingen punkt. Ge varje rad en punkt eller ingen."
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert problems(written(tmp_path, [POINT], Platser=None)) == [
        "a.gpkg, blad ”x”: kolumnen ”Platser” saknas. Lägg till den eller rätta dess rubrik."
    ]


def test_a_layer_without_a_system_is_refused(tmp_path: Path) -> None:
    shapes = np.array([shapely.to_wkb(POINT)], dtype=object)
    names = ["Insats-id", "Namn", "Anordnare", "Primärt syfte", "Platser", "Startdatum", "Kommun"]
    values = [np.array([text], dtype=object) for text in ("1", "a", "b", "c", "5", "2024-01-01", "Luleå")]
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.raw.write(
            tmp_path / "a.gpkg", shapes, values, names, layer="x", driver="GPKG", geometry_type="Point"
        )
    assert problems(tmp_path / "a.gpkg") == [
        (
            "a.gpkg, blad ”x”: lagret har inget känt koordinatsystem; väntat: ett koordinatsystem, till exempel "
            "EPSG:3006 (SWEREF 99 TM). Ange det i QGIS och exportera lagret igen."
        )
    ]


def test_layers_are_named_and_what_qgis_keeps_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT])
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["a"]}), path, layer="layer_styles", append=True)
    assert len(read_activities(path).series.reveal(Audience.INTERNAL)) == 1
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="anteckningar", append=True)
    assert problems(path) == [
        "a.gpkg: filen har 2 lager: x, anteckningar; väntat: ett lager. Exportera bara lagret med registret."
    ]


@pytest.mark.parametrize("size", [0, 10, 5_000])
def test_a_damaged_file(tmp_path: Path, size: int) -> None:
    path = written(tmp_path, [POINT])
    path.write_bytes(path.read_bytes()[:size])
    assert problems(path) == ["a.gpkg: filen är tom." if not size else DAMAGED]


def test_a_database_without_layers(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.gpkg") as base:
        base.execute("CREATE TABLE a (b)")
    base.close()
    assert problems(tmp_path / "a.gpkg") == [DAMAGED]


def test_a_text_that_is_not_utf_8(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT], Anmärkning=["mötesplats"])
    content = path.read_bytes()
    assert content.count("mötesplats".encode()) == 1
    path.write_bytes(content.replace("mötesplats".encode(), b"m\x97\x97tesplats"))
    assert problems(path) == [DAMAGED]


def test_what_the_library_only_warns_of(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT])
    with closing(sqlite3.connect(path)) as base:
        # The triggers of a GeoPackage call functions that only GDAL has.
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'POLYGON'")
        base.commit()
    assert problems(path) == [DAMAGED]


def test_a_page_that_is_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT])
    content = bytearray(path.read_bytes())
    content[-8192:] = b"\xff" * 8192
    path.write_bytes(content)
    assert problems(path) == [DAMAGED]


def test_edits_that_are_not_in_the_file_yet(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT])
    (tmp_path / "a.gpkg-wal").write_bytes(b"x")
    assert problems(path) == [
        (
            "a.gpkg: filen är öppen i ett annat program: en del ändringar ligger kvar i ”a.gpkg-wal”. "
            "Spara ändringarna och stäng projektet i QGIS."
        )
    ]


def test_reading_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, [POINT])
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA journal_mode = WAL")
    base.close()
    before = path.read_bytes()
    assert len(read_activities(path).series.reveal(Audience.INTERNAL)) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.gpkg"]
    assert path.read_bytes() == before
