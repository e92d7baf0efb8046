"""A second run does no work, a changed input only what depends on it, and status says what comes next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from geomatch.demo import COUNTY, write_demo_inputs
from geomatch.errors import InputError
from geomatch.month import chosen_inputs, facts_of, run_month
from geomatch.publish.site import publish_month
from geomatch.status import DONE, MISSING, STALE, status_lines, workspace_status
from geomatch.workspace import Workspace

MONTH = "2023-02"


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(demo_workspace, tmp_path / "ws")
    return Workspace(tmp_path / "ws")


def tables(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in workspace.month_folder(MONTH).iterdir()}


def change(workspace: Workspace, before: str, after: str) -> None:
    path = workspace.folder / "geomatch.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def add_register(workspace: Workspace, tmp_path: Path, text: str) -> None:
    register = tmp_path / "SYNTETISK-korridorer.csv"
    register.write_text("Från;Till;Gäller från;Gäller till;Referens\n" + text, encoding="utf-8")
    workspace.add("corridors", [register], lambda path: facts_of("corridors", path))


def test_a_second_run_does_no_work(workspace: Workspace) -> None:
    before = {path: path.stat().st_mtime_ns for path in workspace.month_folder(MONTH).iterdir()}
    result = run_month(workspace, MONTH, COUNTY)
    assert not result.computed
    assert {path: path.stat().st_mtime_ns for path in workspace.month_folder(MONTH).iterdir()} == before


def test_a_changed_register_leaves_the_day_returns_alone(workspace: Workspace, tmp_path: Path) -> None:
    before = tables(workspace)
    add_register(workspace, tmp_path, "")
    result = run_month(workspace, MONTH, COUNTY)
    assert (result.computed, result.day_returns_kept) == (True, True)
    after = tables(workspace)
    assert after["day_returns.parquet"] == before["day_returns.parquet"]
    assert after["served.parquet"] != before["served.parquet"]


def test_kept_day_returns_are_those_that_would_be_computed(workspace: Workspace, tmp_path: Path) -> None:
    add_register(workspace, tmp_path, "2582;2580;2023-01-01;;SYNTETISK\n")
    run_month(workspace, MONTH, COUNTY)
    kept = tables(workspace)
    shutil.rmtree(workspace.folder / "cache")
    shutil.rmtree(workspace.month_folder(MONTH))
    result = run_month(workspace, MONTH, COUNTY)
    assert not result.day_returns_kept
    assert tables(workspace) == kept


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("max_travel_min = 90.0", "max_travel_min = 60.0", False),
        ("max_walk_m = 2000.0", "max_walk_m = 500.0", False),
        ("fare_sek = 45.0", "fare_sek = 50.0", True),
        ("min_gain = 6.0", "min_gain = 8.0", True),
    ],
)
def test_what_a_changed_setting_reaches(workspace: Workspace, before: str, after: str, kept: bool) -> None:
    change(workspace, before, after)
    result = run_month(workspace, MONTH, COUNTY)
    assert (result.computed, result.day_returns_kept) == (True, kept)


def test_a_damaged_result_is_computed_again(workspace: Workspace) -> None:
    path = workspace.month_folder(MONTH) / "gaps.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert run_month(workspace, MONTH, COUNTY).computed
    assert path.read_bytes() == whole


def test_the_status_of_the_demo_says_that_all_is_done(workspace: Workspace) -> None:
    status = workspace_status(workspace)
    assert [(one.month, one.county, one.computed, one.published) for one in status.months] == [
        (month, COUNTY, DONE, DONE) for month in ("2023-01", "2023-02", "2023-03")
    ]
    assert status.next_command == ""
    assert status_lines(status)[-1] == "Allt är klart."


def test_pages_of_some_counties_are_not_all_pages(workspace: Workspace) -> None:
    manifest = workspace.month_folder(MONTH) / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["assumptions_by_county"]["24"] = content["assumptions_by_county"][COUNTY]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    month = workspace_status(workspace).months[1]
    assert (month.month, month.published, month.next_command) == (MONTH, STALE, f"geomatch publish {MONTH}")


def test_a_page_is_old_when_the_month_before_was_computed_anew(workspace: Workspace) -> None:
    """The page of February tells what changed from January."""

    def published() -> list[tuple[str, str, str, str]]:
        status = workspace_status(workspace)
        return [(one.month, one.computed, one.published, one.next_command) for one in status.months]

    page = workspace.folder / "internal" / MONTH / COUNTY / "index.html"
    before = page.read_bytes()
    # A wish for shorter journeys, in January only: the settings are put back before the others are looked at.
    change(workspace, "max_travel_min = 90.0", "max_travel_min = 20.0")
    run_month(workspace, "2023-01", COUNTY)
    publish_month(workspace, "2023-01")
    change(workspace, "max_travel_min = 20.0", "max_travel_min = 90.0")
    assert published() == [
        ("2023-01", STALE, DONE, f"geomatch run 2023-01 --county {COUNTY}"),
        (MONTH, DONE, STALE, f"geomatch publish {MONTH}"),
        ("2023-03", DONE, DONE, ""),
    ]
    publish_month(workspace, MONTH)
    assert published()[1] == (MONTH, DONE, DONE, "")
    assert page.read_bytes() != before
    # January as it was: February's page is old once more, and published anew as it was.
    run_month(workspace, "2023-01", COUNTY)
    assert published()[1] == (MONTH, DONE, STALE, f"geomatch publish {MONTH}")
    publish_month(workspace, MONTH)
    assert page.read_bytes() == before
    # Without January there is nothing to tell changes from.
    shutil.rmtree(workspace.month_folder("2023-01"))
    assert published()[1:] == [
        (MONTH, DONE, STALE, f"geomatch publish {MONTH}"),
        ("2023-03", DONE, DONE, ""),
    ]
    publish_month(workspace, MONTH)
    assert published()[1] == (MONTH, DONE, DONE, "")
    assert b'id="changes"' in before
    assert b'id="changes"' not in page.read_bytes()


def test_of_two_files_for_a_month_the_newer_is_used_and_one_without_a_day_asked_about(
    workspace: Workspace, tmp_path: Path
) -> None:
    def add(name: str, updated: str | None) -> None:
        (tmp_path / name).write_text(name, encoding="utf-8")
        workspace.add(
            "enrolment",
            [tmp_path / name],
            lambda _path: ({"rows": 1, "months": [MONTH], "updated": updated}, True),
        )

    def chosen() -> str:
        return chosen_inputs(workspace, MONTH)[0].file

    (used,) = [one for one in workspace.inputs("enrolment") if MONTH in one.facts["months"]]
    assert used.facts["updated"] == "2023-03-03"
    add("older.csv", "2023-03-02")
    assert chosen() == used.file
    add("newer.csv", "2023-03-04")
    assert chosen() == "newer.csv"
    add("undated.csv", None)
    with pytest.raises(InputError) as caught:
        chosen()
    assert [problem.file for problem in caught.value.problems] == ["newer.csv", "undated.csv"]


def test_status_leads_from_an_empty_workspace_to_the_page(tmp_path: Path) -> None:
    inputs = write_demo_inputs(tmp_path / "in")
    workspace = Workspace.create(tmp_path / "ws", inputs.settings_toml)
    assert workspace_status(workspace).next_command == "geomatch add enrolment FIL"
    workspace.add("enrolment", [inputs.enrolment[1]], lambda path: facts_of("enrolment", path))
    status = workspace_status(workspace)
    assert status.next_command == "geomatch add activities FIL"
    assert len(status.months[0].lacking) == 2
    workspace.add("activities", [inputs.activities], lambda path: facts_of("activities", path))
    workspace.add("timetable", [inputs.timetable], lambda path: facts_of("timetable", path))
    assert workspace_status(workspace).next_command == "geomatch run 2023-02"
    run_month(workspace, MONTH, COUNTY)
    assert workspace_status(workspace).next_command == "geomatch publish 2023-02"
    publish_month(workspace, MONTH)
    assert workspace_status(workspace).next_command == ""
    add_register(workspace, tmp_path, "2560;2580;2023-01-01;;SYNTETISK\n")
    (month,) = workspace_status(workspace).months
    assert (month.computed, month.published, month.next_command) == (
        STALE,
        DONE,
        "geomatch run 2023-02 --county 25",
    )
    run_month(workspace, MONTH, COUNTY)
    (month,) = workspace_status(workspace).months
    assert (month.computed, month.published, month.next_command) == (DONE, STALE, "geomatch publish 2023-02")
    shutil.rmtree(workspace.folder / "internal")
    assert workspace_status(workspace).months[0].published == MISSING
