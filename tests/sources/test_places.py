import geopandas as gpd
import pandas as pd
import pytest

from geomatch.errors import InputError, Problem
from geomatch.sources import places
from geomatch.sources.places import ATTRIBUTION, embedded_localities, read_localities
from geomatch.sources.regions import municipalities
from geomatch.words import using_language

HEADING = "locality_code,name,municipality_code,population,x,y\n"
# In the middle of Luleå, Boden and Piteå, well inside their borders.
LULEA, BODEN, PITEA = "829000,7292000", "807000,7315000", "798000,7257000"


@pytest.fixture(autouse=True)
def english():
    with using_language("en"):
        yield


@pytest.fixture
def written(tmp_path):
    def write(content, name="places.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def problems_of(path):
    with pytest.raises(InputError) as caught:
        read_localities(path)
    return caught.value.problems


def found(path):
    return [(problem.row, problem.column, problem.found) for problem in problems_of(path)]


def test_embedded_localities():
    table = embedded_localities()
    assert list(table.columns) == [
        "locality_code",
        "name",
        "municipality_code",
        "county_code",
        "population",
        "municipality_by",
        "nearest_m",
        "geometry",
    ]
    assert len(table) == 1201
    assert table["population"].sum() == 8_426_728
    assert table["population"].min() >= 500
    assert table["population"].dtype == "int64"
    assert table.crs.to_epsg() == 3006
    assert set(table.geom_type) == {"Point"}
    assert table["locality_code"].is_unique
    assert table["locality_code"].str.fullmatch("G[0-9]+").all()
    assert (table["county_code"] == table["municipality_code"].str[:2]).all()
    assert not table.isna().any().any()
    assert table["municipality_by"].value_counts().to_dict() == {"inside": 1112, "nearest": 87, "name": 2}
    assert (table.loc[table["municipality_by"] == "inside", "nearest_m"] == 0).all()
    assert (table.loc[table["municipality_by"] != "inside", "nearest_m"] > 0).all()
    assert set(municipalities()["municipality_code"]) - set(table["municipality_code"]) == {"0128"}
    assert "GeoNames" in ATTRIBUTION
    assert "CC BY 4.0" in ATTRIBUTION


def test_embedded_towns_are_named_in_swedish_and_counted_once():
    table = embedded_localities().set_index(["municipality_code", "name"])["population"]
    assert "Gothenburg" not in table.index.get_level_values("name")
    # 608,462 without the places of Mölndal and Partille inside the town.
    assert table["1480", "Göteborg"] == 516_137
    assert table["2580"].to_dict() == {
        "Luleå": 63_529,
        "Gammelstad": 4_892,
        "Södra Sunderbyn": 3_162,
        "Råneå": 1_966,
        "Rutvik": 896,
        "Antnäs": 889,
        "Alvik": 771,
        "Bensbyn": 602,
        "Måttsund": 589,
        "Långvik": 536,
    }
    # GeoNames gives Luleå the population of the whole municipality, so that is what all of them make together.
    assert table["2580"].sum() == 77_832
    assert list(table["0180"].index) == ["Stockholm"]


def test_a_caller_cannot_spoil_the_embedded_localities():
    table = embedded_localities()
    table["population"] = 0
    assert embedded_localities()["population"].sum() == 8_426_728


def test_plain_headings(written):
    path = written(
        HEADING
        + f"A1,Stan,2580,100,{LULEA}\n"
        + f'A2,"Byn, den lilla",2580,0,{BODEN}\n'
        + f"A3,Tredje,,7,{PITEA}\n"
    )
    result = read_localities(path)
    expected = pd.DataFrame(
        {
            "locality_code": ["A1", "A2", "A3"],
            "name": ["Stan", "Byn, den lilla", "Tredje"],
            "municipality_code": ["2580", "2580", "2581"],
            "county_code": ["25", "25", "25"],
            "population": [100, 0, 7],
            "assigned_by": ["stated", "stated", "inside"],
        }
    )
    pd.testing.assert_frame_equal(pd.DataFrame(result.frame[list(expected.columns)]), expected)
    assert result.frame.columns.tolist() == [*expected.columns, "nearest_m", "geometry"]
    assert result.frame.crs.to_epsg() == 3006
    assert (result.frame.geometry.x.tolist(), result.frame.geometry.y.tolist()) == (
        [829_000, 807_000, 798_000],
        [7_292_000, 7_315_000, 7_257_000],
    )
    assert result.notes == {
        "stated_inside": 1,
        "stated_nearest": 0,
        "stated_elsewhere": 1,
        "assigned_inside": 1,
        "assigned_nearest": 0,
    }
    # The distance is to the municipality that was stated, not to the one the point is in.
    lulea = municipalities().set_index("municipality_code").geometry["2580"]
    assert result.frame["nearest_m"].tolist() == [0, result.frame.geometry[1].distance(lulea), 0]
    assert result.frame["nearest_m"][1] > 1000


def test_a_point_off_the_generalised_coast(written):
    # Two kilometres due south of the southernmost point of the country's mainland municipality Trelleborg.
    south = municipalities().set_index("municipality_code").geometry["1287"]
    x, y = min(south.convex_hull.exterior.coords, key=lambda place: place[1])
    path = written(HEADING + f"A,Med,1287,1,{x},{y - 2000}\nB,Utan,,1,{x},{y - 2000}\n")
    result = read_localities(path)
    assert result.frame["municipality_code"].tolist() == ["1287", "1287"]
    assert result.frame["assigned_by"].tolist() == ["stated", "nearest"]
    assert result.frame["nearest_m"].tolist() == [2000, 2000]
    assert (result.notes["stated_nearest"], result.notes["assigned_nearest"]) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        "code,name,mun_code,pop,x_3006,y_3006,lon,lat\nA,Stan,2580,100,829000,7292000,0,0\n",
        "tätortskod;namn;kommunkod;folkmängd;x;y\nA;Stan;2580;100;829000,0;7292000,0\n",
        "\ufeffName\tLOCALITY_CODE\tmunicipality_code\tpopulation\tx\ty\r\nStan\tA\t2580\t100\t829000\t7292000\t\r\n\r\n",
    ],
    ids=["SCB", "Swedish with decimal comma", "tab, byte order mark and blank row"],
)
def test_other_ways_to_write_the_same(written, content):
    frame = read_localities(written(content)).frame
    assert frame.drop(columns="geometry").to_dict("records") == [
        {
            "locality_code": "A",
            "name": "Stan",
            "municipality_code": "2580",
            "county_code": "25",
            "population": 100,
            "assigned_by": "stated",
            "nearest_m": 0.0,
        }
    ]
    assert (frame.geometry[0].x, frame.geometry[0].y) == (829_000, 7_292_000)


def test_degrees(written):
    expected = gpd.GeoSeries(gpd.points_from_xy([22.15], [65.58], crs="EPSG:4326")).to_crs("EPSG:3006")
    path = written("code,name,mun_code,pop,lon,lat\nA,Stan,2580,100,22.15,65.58\n")
    assert read_localities(path).frame.geometry[0].equals(expected[0])


def test_every_problem_is_told_at_once(written):
    path = written(
        HEADING
        + f"A,Stan,2580,100,{LULEA}\n"
        + f"A,Byn,2580,många,{LULEA}\n"
        + "\n"
        + f",,9999,-5,{LULEA}\n"
        + "B,Ute,2580,1.5,100000,7292000\n"
        + "C,Fel,580,99999999,nan,\n"
    )
    assert found(path) == [
        (3, "locality_code", "the code A also stands in row 2"),
        (3, "population", "“många” is not a whole number"),
        (5, "locality_code", "the cell is empty"),
        (5, "municipality_code", "there is no municipality with the code 9999"),
        (5, "name", "the cell is empty"),
        (5, "population", "the population is -5"),
        (6, "population", "“1.5” is not a whole number"),
        (6, "x", "the place 100000, 7292000 is outside Sweden"),
        (7, "municipality_code", "there is no municipality with the code 580"),
        (7, "population", "the population 99999999 is larger than the country's"),
        (7, "x", "“nan” is not a number"),
        (7, "y", "“” is not a number"),
    ]
    assert all(
        problem.file == "places.csv" and problem.expected and problem.remedy for problem in problems_of(path)
    )


def test_coordinates_the_wrong_way_round_are_outside(written):
    path = written(HEADING + "A,Stan,2580,100,7292000,829000\n")
    assert found(path) == [(2, "x", "the place 7292000, 829000 is outside Sweden")]


def test_all_missing_columns_are_told(written):
    path = written("a,b\n1,2\n")
    assert [problem.found for problem in problems_of(path)] == [
        "there is no column “locality_code”",
        "there is no column “name”",
        "there is no column “municipality_code”",
        "there is no column “population”",
        "there are no columns with coordinates",
    ]


def test_half_a_pair_of_coordinates(written):
    path = written("code,name,mun_code,pop,lon\nA,Stan,2580,100,22.15\n")
    assert [(problem.found, problem.expected) for problem in problems_of(path)] == [
        ("there is no column “lat”", "one of the headings lat, latitude, latitud")
    ]


def test_two_columns_for_one_thing(written):
    path = written(f"code,Locality_Code,name,mun_code,pop,x,y\nA,B,Stan,2580,100,{LULEA}\n")
    assert [problem.found for problem in problems_of(path)] == [
        "several columns could be “locality_code”: Locality_Code, code"
    ]


def test_rows_of_another_length(written):
    path = written(HEADING + f"A,Stan,2580,100,{LULEA},,\nB,Byn, lilla,2580,100,{LULEA}\nC,Kort\n")
    assert found(path) == [(3, "", "the row has 7 cells"), (4, "", "the row has 2 cells")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (HEADING.encode(), "the file has no rows below its headings"),
        (
            HEADING.encode() + "A,Luleå,2580,1,829000,7292000".encode("latin-1"),
            "the file is not text in UTF-8",
        ),
        (HEADING.encode("utf-16"), "the file is not text in UTF-8"),
        (HEADING.encode() + b'A,"Stan,2580,1', "the quotation mark before “Stan” is not closed"),
    ],
)
def test_files_that_are_no_table(written, content, message):
    assert [problem.found for problem in problems_of(written(content))] == [message]


def test_a_file_that_is_not_there(tmp_path):
    assert problems_of(tmp_path / "none.csv") == [
        Problem("the file cannot be opened", remedy="Check its name and folder", file="none.csv")
    ]
    assert [problem.found for problem in problems_of(tmp_path)] == ["the file cannot be opened"]


def test_problems_in_swedish(written):
    path = written(HEADING + f"A,Stan,2580,många,{LULEA}\n")
    with using_language("sv"):
        assert str(problems_of(path)[0]) == (
            "places.csv, rad 2, kolumn ”population”: ”många” är inte ett heltal; "
            "väntat: ett heltal från 0, bara siffror. Rätta talet."
        )


def test_the_last_check_catches_a_broken_promise():
    frame = gpd.GeoDataFrame(
        {
            "locality_code": ["A", "A"],
            "name": ["x", "y"],
            "municipality_code": ["2580", "2580"],
            "county_code": ["25", "25"],
            "population": [1, -1],
            "assigned_by": ["stated", "stated"],
            "nearest_m": [0.0, 0.0],
        },
        geometry=gpd.points_from_xy([829_000] * 2, [7_292_000] * 2),
        crs="EPSG:3006",
    )
    with pytest.raises(InputError) as caught:
        places._check(frame, "f.csv")
    assert {(problem.column, problem.file) for problem in caught.value.problems} == {
        ("locality_code", "f.csv"),
        ("population", "f.csv"),
    }
