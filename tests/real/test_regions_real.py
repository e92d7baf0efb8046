"""Every number of docs/shapes.md, measured on SCB's localities and detailed borders."""

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from geomatch.sources.places import embedded_localities, read_localities
from geomatch.sources.regions import assign_municipality, municipalities

DOCS = Path(__file__).resolve().parents[2] / "docs" / "shapes.md"
COUNTERPART_M = 2000


@pytest.fixture(scope="module")
def scb(shared):
    return read_localities(shared / "localities" / "scb_tatorter_2020_points.csv")


@pytest.fixture(scope="module")
def detailed(shared):
    """The detailed borders: kommunkod, geometry, in SWEREF 99 TM."""
    path = shared / "boundaries" / "municipalities_detailed.geojson"
    return gpd.read_file(path)[["kommunkod", "geometry"]].to_crs("EPSG:3006")


def true_code(points, detailed):
    """The municipality whose detailed border each point is inside."""
    joined = points[["geometry"]].sjoin(detailed, how="left", predicate="within")
    assert joined.index.is_unique
    return joined["kommunkod"]


def documented(measured):
    """Fails unless each of the numbers stands in a row of a table of the documentation, beside its label."""
    text = DOCS.read_text(encoding="utf-8")
    lacking = [
        row for row in (f"| {label} | {value:,} |" for label, value in measured.items()) if row not in text
    ]
    assert not lacking, "\n".join(lacking)


def test_scb_list_is_read_whole(scb):
    assert len(scb.frame) == 2017
    assert scb.frame["population"].sum() == 9_088_367
    assert set(scb.frame["assigned_by"]) == {"stated"}
    assert scb.notes == {
        "stated_inside": 1868,
        "stated_nearest": 116,
        "stated_elsewhere": 33,
        "assigned_inside": 0,
        "assigned_nearest": 0,
    }


def test_assignment_against_scb_and_detailed_borders(scb, detailed):
    points = scb.frame
    assigned = assign_municipality(points)
    near = assigned["assigned_by"] == "nearest"
    stated = assigned["municipality_code"] == points["municipality_code"]
    truth = true_code(points, detailed)
    true = assigned["municipality_code"] == truth
    wrong_people = int(points.loc[~stated, "population"].sum())
    measured = {
        "localities in SCB's list": len(points),
        "inside a generalised border": int((assigned["assigned_by"] == "inside").sum()),
        "outside all, given to the nearest": int(near.sum()),
        "farther than 10 km from all": int((assigned["assigned_by"] == "none").sum()),
        "assignment agrees with SCB's municipality": int(stated.sum()),
        "disagrees, inside a neighbour's border": int((~stated & ~near).sum()),
        "disagrees, nearest to a neighbour": int((~stated & near).sum()),
        "people in localities that disagree": wrong_people,
        "of these in Göteborg, whose point lies 667 m outside": int(
            points.loc[~stated & (points["name"] == "Göteborg"), "population"].sum()
        ),
        "assignment agrees with the detailed border": int(true.sum()),
        "disagrees with the detailed border": int((~true).sum()),
        "SCB's municipality agrees with the detailed border": int(
            (points["municipality_code"] == truth).sum()
        ),
    }
    assert measured == {
        "localities in SCB's list": 2017,
        "inside a generalised border": 1895,
        "outside all, given to the nearest": 122,
        "farther than 10 km from all": 0,
        "assignment agrees with SCB's municipality": 1984,
        "disagrees, inside a neighbour's border": 27,
        "disagrees, nearest to a neighbour": 6,
        "people in localities that disagree": 701_349,
        "of these in Göteborg, whose point lies 667 m outside": 607_882,
        "assignment agrees with the detailed border": 1987,
        "disagrees with the detailed border": 30,
        "SCB's municipality agrees with the detailed border": 2012,
    }
    documented(measured)
    assert round(assigned["nearest_m"].max()) == 9475
    assert "9,475 m" in DOCS.read_text(encoding="utf-8")


def test_representative_points_are_inside_the_detailed_borders(detailed):
    table = municipalities()
    points = table.set_geometry(gpd.points_from_xy(table["point_x_m"], table["point_y_m"], crs="EPSG:3006"))
    assert (true_code(points, detailed) == table["municipality_code"]).sum() == 290


def test_embedded_localities_against_scb(scb, detailed):
    ours, theirs = embedded_localities(), scb.frame
    _pairs, near_ours = ours.sindex.nearest(theirs.geometry, return_all=False, return_distance=True)
    _pairs, near_theirs = theirs.sindex.nearest(ours.geometry, return_all=False, return_distance=True)
    large = theirs["population"] >= 500
    codes = municipalities()["municipality_code"]
    by_municipality = [
        table.groupby("municipality_code")["population"].sum().reindex(codes, fill_value=0)
        for table in (ours, theirs)
    ]
    ratio = by_municipality[0] / by_municipality[1].where(by_municipality[1] > 0)
    truth = true_code(ours, detailed)
    measured = {
        "embedded localities": len(ours),
        "people in embedded localities": int(ours["population"].sum()),
        "people in SCB's list": int(theirs["population"].sum()),
        "SCB localities with an embedded one within 2 km": int((near_ours <= COUNTERPART_M).sum()),
        "SCB localities of 500 or more": int(large.sum()),
        "SCB localities of 500 or more with an embedded one within 2 km": int(
            (large & (near_ours <= COUNTERPART_M)).sum()
        ),
        "embedded localities with one of SCB's within 2 km": int((near_theirs <= COUNTERPART_M).sum()),
        "municipalities without an embedded locality": int((by_municipality[0] == 0).sum()),
        "municipalities without one of SCB's": int((by_municipality[1] == 0).sum()),
        "municipalities whose population is within 25 % of SCB's": int(ratio.between(0.75, 1.25).sum()),
        "embedded localities whose municipality is not that of the detailed border": int(
            (truth != ours["municipality_code"]).sum()
        ),
    }
    assert measured == {
        "embedded localities": 1201,
        "people in embedded localities": 8_426_728,
        "people in SCB's list": 9_088_367,
        "SCB localities with an embedded one within 2 km": 1086,
        "SCB localities of 500 or more": 1173,
        "SCB localities of 500 or more with an embedded one within 2 km": 1018,
        "embedded localities with one of SCB's within 2 km": 1057,
        "municipalities without an embedded locality": 1,
        "municipalities without one of SCB's": 5,
        "municipalities whose population is within 25 % of SCB's": 254,
        "embedded localities whose municipality is not that of the detailed border": 11,
    }
    documented(measured)
    assert round(float(np.corrcoef(*by_municipality)[0, 1]), 4) == 0.9704
    assert "0.9704" in DOCS.read_text(encoding="utf-8")


def test_populations_of_the_counties_against_scb(scb):
    ours, theirs = (
        table.groupby("county_code")["population"].sum() for table in (embedded_localities(), scb.frame)
    )
    rows = [
        f"| {code} | {ours[code]:,} | {theirs[code]:,} | {ours[code] / theirs[code]:.3f} |"
        for code in theirs.index
    ]
    assert rows == [
        "| 01 | 1,998,427 | 2,320,977 | 0.861 |",
        "| 03 | 296,867 | 321,096 | 0.925 |",
        "| 04 | 231,206 | 253,286 | 0.913 |",
        "| 05 | 402,406 | 400,870 | 1.004 |",
        "| 06 | 297,419 | 306,995 | 0.969 |",
        "| 07 | 150,835 | 161,017 | 0.937 |",
        "| 08 | 177,030 | 196,912 | 0.899 |",
        "| 09 | 32,103 | 38,184 | 0.841 |",
        "| 10 | 140,440 | 132,691 | 1.058 |",
        "| 12 | 1,196,868 | 1,260,817 | 0.949 |",
        "| 13 | 248,317 | 270,936 | 0.917 |",
        "| 14 | 1,401,157 | 1,520,800 | 0.921 |",
        "| 17 | 195,956 | 215,321 | 0.910 |",
        "| 18 | 266,623 | 258,733 | 1.030 |",
        "| 19 | 235,898 | 245,672 | 0.960 |",
        "| 20 | 219,459 | 237,754 | 0.923 |",
        "| 21 | 215,285 | 231,097 | 0.932 |",
        "| 22 | 199,021 | 194,402 | 1.024 |",
        "| 23 | 85,131 | 94,854 | 0.897 |",
        "| 24 | 228,750 | 218,555 | 1.047 |",
        "| 25 | 207,530 | 207,398 | 1.001 |",
    ]
    text = DOCS.read_text(encoding="utf-8")
    assert "\n".join(rows) in text
    assert round(float(np.corrcoef(ours, theirs)[0, 1]), 4) == 0.9986
    assert "0.9986" in text


def test_populations_in_norrbotten_against_scb(scb):
    ours, theirs = (
        table.groupby("municipality_code")["population"].sum() for table in (embedded_localities(), scb.frame)
    )
    table = municipalities()
    table = table[table["county_code"] == "25"]
    rows = [
        f"| {name} | {ours[code]:,} | {theirs[code]:,} | {ours[code] / theirs[code]:.2f} |"
        for code, name in zip(table["municipality_code"], table["name"], strict=True)
    ]
    assert rows == [
        "| Arvidsjaur | 4,655 | 4,673 | 1.00 |",
        "| Arjeplog | 2,416 | 1,701 | 1.42 |",
        "| Jokkmokk | 3,477 | 3,654 | 0.95 |",
        "| Överkalix | 1,036 | 1,784 | 0.58 |",
        "| Kalix | 11,507 | 12,384 | 0.93 |",
        "| Övertorneå | 1,906 | 2,450 | 0.78 |",
        "| Pajala | 2,571 | 3,027 | 0.85 |",
        "| Gällivare | 17,197 | 14,341 | 1.20 |",
        "| Älvsbyn | 5,502 | 6,059 | 0.91 |",
        "| Luleå | 77,832 | 70,873 | 1.10 |",
        "| Piteå | 31,689 | 35,055 | 0.90 |",
        "| Boden | 19,923 | 23,568 | 0.85 |",
        "| Haparanda | 8,405 | 7,640 | 1.10 |",
        "| Kiruna | 19,414 | 20,189 | 0.96 |",
    ]
    assert "\n".join(rows) in DOCS.read_text(encoding="utf-8")


def test_assignment_is_fast(scb):
    assign_municipality(scb.frame)  # builds the index
    start = time.perf_counter()
    assign_municipality(scb.frame)
    # Takes 0.03 s; the margin is for a busy machine.
    assert time.perf_counter() - start < 1
