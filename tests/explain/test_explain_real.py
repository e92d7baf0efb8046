"""The example of docs/explain.md: Kiruna on Norrbotten's real timetable, with the demo's synthetic counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geomatch.demo import COUNTY, write_demo_inputs
from geomatch.explain.ask import Answer, explain
from geomatch.month import facts_of, run_month
from geomatch.words import using_language
from geomatch.workspace import Workspace

DOCS = Path(__file__).resolve().parents[2] / "docs"
MONTH = "2023-02"


@pytest.fixture(scope="module")
def kiruna(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("explained")
    inputs = write_demo_inputs(folder / "inputs")
    workspace = Workspace.create(folder / "workspace")
    for kind, path in (
        ("enrolment", inputs.enrolment[1]),
        ("activities", inputs.activities),
        ("timetable", shared / "gtfs/norrbotten-2022-12-14.zip"),
        ("localities", shared / "localities/scb_tatorter_2020_points.csv"),
    ):
        workspace.add(kind, [path], lambda one, kind=kind: facts_of(kind, one))
    run_month(workspace, MONTH, COUNTY)
    with using_language("en"):
        return explain(workspace, "Kiruna", MONTH)


def test_the_text_of_the_docs_is_what_one_gets(kiruna: Answer) -> None:
    (shown,) = re.findall(
        r"^```text\n(.*?)^```$", (DOCS / "explain.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert shown.splitlines() == kiruna.lines


def test_the_chart_of_the_docs_is_what_one_gets(kiruna: Answer) -> None:
    assert (DOCS / "pictures" / "explain-chart.svg").read_text("utf-8") == kiruna.chart


def test_kuttainen_is_out_of_reach_until_the_bus_or_the_session_moves(kiruna: Answer) -> None:
    (village,) = kiruna.facts["no_day_return_from"]
    assert village["locality"] == "Kuttainen"
    by_kind = {one["kind"]: one for one in kiruna.facts["changes"] if one["kind"] in ("time", "bus")}
    for one in by_kind.values():
        assert one["fewer_without_place"] == village["persons"]
    assert by_kind["time"]["shift_min"] == -30
    assert by_kind["bus"]["departure"]["from_stop"] == "Karesuando skolor"
