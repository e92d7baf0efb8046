"""The whole chain on Norrbotten's real timetable and SCB's localities, February 2023."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from geomatch.demo import COUNTY, write_demo_inputs
from geomatch.month import facts_of, run_month
from geomatch.publish.site import publish_month
from geomatch.sources.regions import municipalities
from geomatch.tables import TABLES, conform
from geomatch.workspace import Workspace

MONTH = "2023-02"


@pytest.fixture(scope="module")
def workspace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("real")
    inputs = write_demo_inputs(folder / "inputs")
    made = Workspace.create(folder / "workspace")
    feed = shared / "gtfs/norrbotten-2022-12-14.zip"
    localities = shared / "localities/scb_tatorter_2020_points.csv"
    for kind, path in (
        ("enrolment", inputs.enrolment[1]),
        ("activities", inputs.activities),
        ("timetable", feed),
        ("localities", localities),
    ):
        assert path.exists(), path
        made.add(kind, [path], lambda one, kind=kind: facts_of(kind, one))
    run_month(made, MONTH, COUNTY)
    return made


def test_all_fourteen_municipalities(workspace: Workspace) -> None:
    gaps = workspace.read_table(MONTH, "gaps")
    known = municipalities()
    assert gaps["municipality_code"].tolist() == sorted(
        known.loc[known["county_code"] == "25", "municipality_code"]
    )
    assert len(gaps) == 14
    # The workbook's figures for February (write_demo_inputs): Luleå 314, Boden 634, ...
    assert dict(zip(gaps["name"], gaps["need_high"], strict=True)) | {} == {
        "Arvidsjaur": 49, "Arjeplog": 5, "Jokkmokk": 33, "Överkalix": 11, "Kalix": 87, "Övertorneå": 18, "Pajala": 25,
        "Gällivare": 62, "Älvsbyn": 46, "Luleå": 314, "Piteå": 152, "Boden": 634, "Haparanda": 118, "Kiruna": 91,
    }  # fmt: skip


def test_every_table_keeps_its_contract(workspace: Workspace) -> None:
    for name, table in TABLES.items():
        frame = (
            workspace.read_activities(MONTH) if name == "activities" else workspace.read_table(MONTH, name)
        )
        if name != "activities":
            pd.testing.assert_frame_equal(pd.DataFrame(conform(frame, table)), pd.DataFrame(frame))


def test_parts_add_up_to_need(workspace: Workspace) -> None:
    served = workspace.read_table(MONTH, "served")
    unserved = (
        served["in_reach_full_milli"]
        + served["corridor_not_open_milli"]
        + served["no_entitlement_milli"]
        + served["no_day_return_milli"]
    )
    reached = (
        served["served_local_milli"] + served["served_by_corridor_milli"] + served["served_digital_milli"]
    )
    assert (unserved + reached == served["need_milli"]).all()
    points = workspace.read_table(MONTH, "points")
    gaps = workspace.read_table(MONTH, "gaps").set_index("municipality_code")
    for end in ("low", "high"):
        at_points = points.groupby("municipality_code")[f"need_{end}_milli"].sum()
        assert (at_points == gaps[f"need_{end}"] * 1000).all()


def test_points_are_scb_localities(workspace: Workspace) -> None:
    points = workspace.read_table(MONTH, "points").drop_duplicates("point_id")
    # SCB's 2020 list has 89 localities in Norrbotten.
    assert len(points) == 89
    assert set(points["kind"]) == {"locality"}
    assert points.crs.to_epsg() == 3006


def test_a_pair_of_the_month_is_the_journeys_of_its_days(workspace: Workspace) -> None:
    # From Karesuando line 50 needs 2 h 45 min to Kiruna (trip 408, 6:40:00 to 9:25:00): nothing outside the municipality
    # is within 90 minutes.
    day_returns = workspace.read_table(MONTH, "day_returns")
    points = workspace.read_table(MONTH, "points").drop_duplicates("point_id").set_index("name")["point_id"]
    reached = day_returns[(day_returns["point_id"] == points["Karesuando"]) & day_returns["reachable"]]
    assert set(reached["to_code"]) <= {"2584"}
    # Within the county nobody is said to travel longer than the limit, or to be away too long.
    good = day_returns[day_returns["reachable"]]
    assert good["out_min_max"].max() <= 90
    assert good["home_min_max"].max() <= 90
    assert good["away_min_max"].max() <= 720


def test_the_manifest_names_every_input_and_no_clock(workspace: Workspace, shared: Path) -> None:
    manifest = workspace.manifest(MONTH)
    assert {one["file"] for one in manifest["inputs"]} >= {
        "norrbotten-2022-12-14.zip",
        "scb_tatorter_2020_points.csv",
    }
    assert manifest["window"] == {"first_day": "2023-02-06", "last_day": "2023-02-26", "weeks": 3}
    assert manifest["updated"] == "2023-03-03"
    assert manifest["synthetic"]
    assert manifest["assumptions"]["corridor_register_absent"] == 1
    assert str(shared) not in json.dumps(manifest)


def test_the_same_month_twice_is_the_same_bytes(workspace: Workspace) -> None:
    folder = workspace.month_folder(MONTH)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run_month(workspace, MONTH, COUNTY)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_page(workspace: Workspace) -> None:
    (page,) = publish_month(workspace, MONTH)
    text = page.read_text(encoding="utf-8")
    assert "norrbotten-2022-12-14.zip" in text
    assert "SYNTETISKA UPPGIFTER" in text
