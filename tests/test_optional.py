"""A month with all it can do without: what the page says with and without each, and that no site is ever on it."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer

from geomatch.errors import InputError
from geomatch.inspect import inspect_files
from geomatch.month import facts_of, run_month
from geomatch.optional import READ_HERE
from geomatch.publish.site import publish_month
from geomatch.sources.activity_words import ACTIVITY_HEADINGS
from geomatch.sources.other_activities import read_other_activities
from geomatch.sources.regions import municipalities
from geomatch.status import status_lines, workspace_status
from geomatch.words import using_language
from geomatch.workspace import Workspace

MONTH, COUNTY = "2023-02", "25"
# In the forest, far from every locality and activity of the demo.
SITES = {"Luleå": (821_111, 7_303_333, 4_000), "Boden": (758_222, 7_334_444, 3_000)}
NAMES = ("Skogsgläntan", "Hemliga gatan", "hemligt-boende")


def sites_file(folder: Path) -> Path:
    lines = ["Kommun;Namn;Adress;Platser;Öst;Nord"]
    lines += [
        f"{name};Skogsgläntan;Hemliga gatan 1;{places};{x};{y}" for name, (x, y, places) in SITES.items()
    ]
    path = folder / "hemligt-boende-SYNTETISK.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def raster_file(folder: Path) -> Path:
    """Ten inhabitants in the cell of every municipality's own point, and forty in one more cell of Luleå."""
    west, north = 200_000, 7_700_000
    cells = np.zeros((1_600, 750), dtype="float32")
    for x_m, y_m in zip(municipalities()["point_x_m"], municipalities()["point_y_m"], strict=True):
        cells[int((north - y_m) // 1000), int((x_m - west) // 1000)] = 10
    cells[int((north - 7_292_000) // 1000), int((829_000 - west) // 1000)] = 40
    path = folder / "folk-SYNTETISK.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1_600, width=750, count=1, dtype="float32", crs="EPSG:3006",
        transform=rasterio.Affine(1000, 0, west, 0, -1000, north), compress="deflate",
    ) as made:  # fmt: skip
        made.write(cells[np.newaxis])
    return path


def others_file(folder: Path) -> Path:
    names = (
        "activity_id",
        "name",
        "organiser",
        "grant_scheme",
        "primary_purpose",
        "places",
        "valid_from",
        "municipality",
        "visibility",
    )
    lines = [
        ";".join(ACTIVITY_HEADINGS[name] for name in names),
        "ANN-1;Läxhjälp för vuxna;Byaföreningen;Kommunen;Svenska;9;2023-01-01;Luleå;kommun",
        "ANN-2;Skyddad grupp;Jouren;;Svenska;5;2023-01-01;Luleå;dold",
    ]
    path = folder / "annan-SYNTETISK.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def files(folder: Path) -> dict[str, Path]:
    population, hours = folder / "folk-SYNTETISK.csv", folder / "timmar-SYNTETISK.csv"
    population.write_text(
        "Kommun;Folkmängd;Datum\nLuleå;80000;2022\nBoden;28000;2023-06-30\n", encoding="utf-8"
    )
    hours.write_text(
        "Kommun;Period;Kurs;Studietimmar;Deltagare\nLuleå;2022 H2;Vardagssvenska;1200,4;85\n"
        "Luleå;2022;Svenska från dag 1;300;40\nUmeå;2022;Vardagssvenska;7;7\n",
        encoding="utf-8",
    )
    return {
        "raster": raster_file(folder),
        "sites": sites_file(folder),
        "population": population,
        "study_hours": hours,
        "other_activities": others_file(folder),
    }


@pytest.fixture(scope="module")
def workspace(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo with every optional input, computed and published in Swedish."""
    folder = tmp_path_factory.mktemp("optional")
    shutil.copytree(demo_workspace, folder / "ws")
    made = Workspace(folder / "ws")
    for kind, path in files(folder).items():
        made.add(kind, [path], lambda one, kind=kind: facts_of(kind, one))
    run_month(made, MONTH, COUNTY)
    publish_month(made, MONTH, "sv")
    return made


def words_of(page: Path) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8"))).split())


def page_of(workspace: Workspace) -> Path:
    return workspace.folder / "internal" / MONTH / COUNTY / "index.html"


# Per kind: what the page says without it, and with it.
SAID = {
    "raster": (
        "Befolkningsraster saknas: personerna är fördelade på tätorter.",
        "Befolkningsraster folk-SYNTETISK.tif",
    ),
    "sites": (
        "Lista över anläggningsboenden saknas: de som bor där är fördelade som övriga.",
        "Anläggningsboenden länsstyrelsens skyddade lista",
    ),
    "population": ("Kommunernas folkmängd saknas: behovet anges inte per 1 000 invånare.", "2022-12-31"),
    "study_hours": ("Folkbildningsrådets studietimmar saknas.", "timmar-SYNTETISK.csv"),
    "other_activities": (
        "Insatser med annan finansiering än statsbidragen saknas: utbudet är bara registrets.",
        "annan-SYNTETISK.csv",
    ),
}


# The demo has travel compensation; what the page says without it is tested in tests/decisions.
@pytest.mark.parametrize("kind", [kind for kind in READ_HERE if kind != "travel_compensation"])
def test_the_page_says_what_is_absent_and_what_is_there(
    kind: str, workspace: Workspace, demo_workspace: Path
) -> None:
    absent, present = SAID[kind]
    without, with_it = words_of(page_of(Workspace(demo_workspace))), words_of(page_of(workspace))
    assert (absent in without, absent in with_it) == (True, False)
    if kind != "population":
        assert (present in without, present in with_it) == (False, True)


def test_no_byte_of_the_pages_tells_of_a_site(workspace: Workspace) -> None:
    published = [path for path in (workspace.folder / "internal").rglob("*") if path.is_file()]
    assert page_of(workspace) in published
    texts = {path: path.read_bytes().decode("utf-8", errors="replace") for path in published}
    to_degrees = Transformer.from_crs(3006, 4326, always_xy=True)
    tokens = [*NAMES, "/site-"]
    for x_m, y_m, _places in SITES.values():
        lon, lat = to_degrees.transform(x_m, y_m)
        tokens += [
            str(x_m),
            str(y_m),
            f"{x_m:,}",
            f"{y_m:,}",
            f"{lon:.4f}",
            f"{lat:.4f}",
            f"{lon:.3f}",
            f"{lat:.3f}",
        ]
    found = [(path.name, token) for path, text in texts.items() for token in tokens if token in text]
    # Three decimals of one axis may stand in a border; both of one place may not.
    for x_m, y_m, _places in SITES.values():
        lon, lat = to_degrees.transform(x_m, y_m)
        found = [pair for pair in found if pair[1] not in {f"{lon:.3f}", f"{lat:.3f}"}]
        for text in texts.values():
            pairs = re.findall(r"\[(-?\d+\.\d+), ?(-?\d+\.\d+)\]", text)
            near = [
                pair
                for pair in pairs
                for one, two in (pair, pair[::-1])
                if abs(float(one) - lon) < 0.01 and abs(float(two) - lat) < 0.005
            ]
            assert near == []
    assert found == []


def test_what_lies_beside_the_results_tells_of_no_site_either(workspace: Workspace) -> None:
    told = (workspace.folder / "months" / MONTH / "manifest.json").read_text(encoding="utf-8")
    told += (workspace.folder / "inputs" / "index.json").read_text(encoding="utf-8")
    told += "\n".join(status_lines(workspace_status(workspace)))
    assert [x for x, _y, _n in SITES.values() if str(x) in told] == []
    assert [name for name in NAMES[:2] if name in told] == []
    for table in ("need", "served", "gaps", "corridors", "equity", "similar", "activities"):
        frame = pd.read_parquet(workspace.folder / "months" / MONTH / f"{table}.parquet")
        assert "site-" not in frame.to_csv()


def test_the_sites_are_used_and_the_need_is_the_same(workspace: Workspace, demo_workspace: Path) -> None:
    points = workspace.read_table(MONTH, "points")
    need = workspace.read_table(MONTH, "need")
    for code in ("2580", "2582"):
        agency = need[(need["municipality_code"] == code) & (need["accommodation"] == "agency")]
        own = points[(points["municipality_code"] == code) & (points["kind"] == "site")]
        assert len(own.drop_duplicates("point_id")) == 1
        # The demo publishes all accommodations of these two: who lives there is one number.
        assert own["need_low_milli"].sum() == 1000 * int(agency["low"].iloc[0])
        assert not points.loc[points["municipality_code"] == code, "location_unknown"].any()
    before = Workspace(demo_workspace).read_table(MONTH, "points")
    own = before[before["county_code"] == COUNTY]
    for column in ("need_low_milli", "need_high_milli"):
        assert (
            points.groupby("municipality_code")[column].sum().to_dict()
            == own.groupby("municipality_code")[column].sum().to_dict()
        )


def test_cells_are_one_row_of_the_page_for_each_municipality(workspace: Workspace) -> None:
    points = workspace.read_table(MONTH, "points")
    lulea = points[(points["municipality_code"] == "2580") & (points["kind"] == "cell")]
    assert sorted(lulea.drop_duplicates("point_id")["population"]) == [10, 40]
    words = words_of(page_of(workspace))
    assert "Luleå (2 rutor i befolkningsrastret)" in words
    assert "Boden (1 ruta i befolkningsrastret)" in words
    assert set(points["kind"]) == {"cell", "site"}


def test_rates_hours_and_other_funding_on_the_page(workspace: Workspace) -> None:
    words = words_of(page_of(workspace))
    gaps = workspace.read_table(MONTH, "gaps").set_index("municipality_code")
    need = int(gaps.loc["2580", "need_low"])
    assert gaps.loc["2580", "need_per_1000_low"] == pytest.approx(need / 80)
    # Boden's figure is of a later month, and is not taken back.
    assert np.isnan(gaps.loc["2582", "need_per_1000_high"])
    assert "per 1 000 invånare" in words
    assert "Kommuner utan folkmängd för månaden, som inte får något tal per 1 000 invånare: 13." in words
    assert (
        "Folkbildningsrådet redovisar, vid sidan av insatserna ovan: Vardagssvenska 2022-07 – 2022-12: 1 200 studietimmar, "
        "85 deltagare; Svenska från dag 1 2022-01 – 2022-12: 300 studietimmar, 40 deltagare."
    ) in words.replace("\xa0", " ")
    hours = workspace.read_table(MONTH, "study_hours")
    assert hours["municipality_code"].tolist() == ["2580", "2580"]
    assert "annan finansiering: Kommunen" in words
    assert "Skyddad grupp" not in words
    # The protected one counts as supply but not in a number on the page.
    assert "Serier med annan finansiering än statsbidragen, som också räknas som utbud: 1." in words
    manifest = json.loads((workspace.folder / "months" / MONTH / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["assumptions"]["series_with_other_funding"] == 2


def test_other_activities_are_supply(workspace: Workspace, demo_workspace: Path) -> None:
    made = workspace.read_table(MONTH, "gaps").set_index("municipality_code")["places"]
    before = Workspace(demo_workspace).read_table(MONTH, "gaps").set_index("municipality_code")["places"]
    assert (made - before)[lambda grown: grown != 0].to_dict() == {"2580": 14}


def test_status_names_every_kind(workspace: Workspace) -> None:
    lines = status_lines(workspace_status(workspace))
    assert "Befolkningsraster: folk-SYNTETISK.tif" in lines
    assert "Övriga insatser: annan-SYNTETISK.csv" in lines


def test_an_optional_input_that_is_taken_out_makes_the_month_stale(
    workspace: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(workspace.folder, tmp_path / "ws")
    copy = Workspace(tmp_path / "ws")
    assert [one.computed for one in workspace_status(copy).months if one.month == MONTH] == ["done"]
    copy.remove("population", "folk-SYNTETISK.csv")
    assert [one.computed for one in workspace_status(copy).months if one.month == MONTH] == ["stale"]


@pytest.mark.parametrize(
    ("kind", "rows"),
    [("raster", 291), ("sites", 2), ("population", 2), ("study_hours", 3), ("other_activities", 2)],
)
def test_each_kind_is_told_of_and_recognised(kind: str, rows: int, tmp_path: Path) -> None:
    path = files(tmp_path)[kind]
    facts, synthetic = facts_of(kind, path)
    assert (facts["rows"], synthetic) == (rows, True)
    with using_language("en"):
        found = inspect_files([path], kind if kind == "other_activities" else None)
    assert found.kind == kind
    text = "\n".join(found.lines)
    if kind == "sites":
        assert found.table.to_numpy().tolist() == [["2580", 1, 4_000], ["2582", 1, 3_000]]
        assert found.internal
        assert [x for x, _y, _n in SITES.values() if str(x) in text + json.dumps(dict(found.facts))] == []
    with pytest.raises(InputError):
        facts_of(kind, tmp_path / "finns-inte.csv")


def test_a_grant_does_not_belong_among_other_activities(tmp_path: Path) -> None:
    path = others_file(tmp_path)
    text = (
        path.read_text(encoding="utf-8").replace(";Kommunen;", ";TIA;").replace("Jouren;;", "Jouren;§ 37 a;")
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_other_activities(path)
    end = "väntat: en annan finansiering än TIA, S37, S37A. Flytta insatsen till registret över insatser, eller rätta dess statsbidrag."
    assert [str(problem) for problem in caught.value.problems] == [
        f"annan-SYNTETISK.csv, rad 2, kolumn ”Statsbidrag”: statsbidraget är TIA; {end}",
        f"annan-SYNTETISK.csv, rad 3, kolumn ”Statsbidrag”: statsbidraget är S37A; {end}",
    ]
