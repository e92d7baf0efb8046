"""The command on the demo: what it tells is what the month's tables say and what a run with the change gives."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geomatch.cli import main
from geomatch.errors import InputError
from geomatch.explain.which import municipality_of
from geomatch.month import Inputs, compute_month
from geomatch.workspace import Workspace

MONTH = "2023-02"


@pytest.fixture(scope="module")
def pitea(demo_workspace: Path) -> dict[str, Any]:
    return told(demo_workspace, "Piteå")


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["explain", *arguments, "-w", str(folder), "--month", MONTH, "--json"]) == 0
    facts: dict[str, Any] = json.loads(out.getvalue())
    return facts


def test_the_numbers_are_those_of_the_tables(demo_workspace: Path, pitea: dict[str, Any]) -> None:
    served = Workspace(demo_workspace).read_table(MONTH, "served")
    for end in ("low", "high"):
        rows = served[(served["municipality_code"] == "2581") & (served["scenario"] == end)]
        for part, persons in pitea["parts"][end].items():
            assert persons == rows[f"{part}_milli"].sum() / 1000, part
        going = sum(one["persons"][end] for one in pitea["going"])
        assert going == pytest.approx(
            (rows["served_local_milli"] + rows["served_by_corridor_milli"]).sum() / 1000
        )
    # 95 places in the municipality, 152 enrolled: 57 without.
    assert pitea["gap"] == {"low": 57, "high": 57}
    assert pitea["synthetic"]
    assert pitea["text"][0] == "Piteå (2581), februari 2023 – SYNTETISKA UPPGIFTER"


def unserved(table: pd.DataFrame, end: str) -> pd.Series:
    """Persons without a place by municipality, from table `served`."""
    parts = ("in_reach_full", "corridor_not_open", "no_entitlement", "no_day_return")
    rows = table[table["scenario"] == end].groupby("municipality_code")
    return rows[[f"{part}_milli" for part in parts]].sum().sum(axis=1) / 1000


def test_a_run_with_the_best_change_gives_what_is_told(demo_workspace: Path, pitea: dict[str, Any]) -> None:
    (best,) = [one for one in pitea["changes"] if one["best"]]
    assert (best["kind"], best["municipality"], best["verdict"]) == ("corridor", "Luleå", "recommended")
    workspace = Workspace(demo_workspace)
    new = {
        "from_code": "2581",
        "to_code": "2580",
        "valid_from": "2023-01-01",
        "valid_to": "",
        "reference": "",
    }

    def opened(inputs: Inputs) -> Inputs:
        return replace(inputs, corridors=pd.concat([inputs.corridors, pd.DataFrame([new])]))

    before = compute_month(workspace, MONTH, "25").served
    after = compute_month(workspace, MONTH, "25", opened).served
    for end in ("low", "high"):
        was, now = unserved(before, end), unserved(after, end)
        assert best["fewer_without_place"][end] == pytest.approx(was["2581"] - now["2581"], abs=0.001)
        # In all: thousandths are rounded for each municipality.
        assert best["fewer_without_place_in_all"][end] == pytest.approx(was.sum() - now.sum(), abs=0.015)
    # 57 of Piteå's are left, all of them can get to Luleå, and with generous shares there is room for all.
    assert best["fewer_without_place"]["high"] == 57


def test_computing_without_writing_gives_the_tables_of_the_run(demo_workspace: Path) -> None:
    workspace = Workspace(demo_workspace)
    files = {path: path.read_bytes() for path in sorted(workspace.month_folder(MONTH).iterdir())}
    computed = compute_month(workspace, MONTH, "25")
    assert computed.day_returns_kept
    for name in ("need", "served", "gaps", "corridors", "day_returns"):
        pd.testing.assert_frame_equal(computed.tables[name], workspace.read_table(MONTH, name))
    assert {path: path.read_bytes() for path in sorted(workspace.month_folder(MONTH).iterdir())} == files


def test_a_changed_setting_and_another_timetable_are_used(demo_workspace: Path) -> None:
    workspace = Workspace(demo_workspace)

    def without_trips(inputs: Inputs) -> Inputs:
        nothing_runs = replace(
            inputs.network, service_offset=np.zeros_like(inputs.network.service_offset),
            service_day=inputs.network.service_day[:0],
        )  # fmt: skip
        chosen = replace(inputs.settings, allocation=replace(inputs.settings.allocation, corridors="none"))
        return replace(inputs, network=nothing_runs, settings=chosen)

    computed = compute_month(workspace, MONTH, "25", without_trips)
    assert not computed.day_returns_kept
    walked = computed.day_returns[computed.day_returns["reachable"]]
    assert walked["walk_only"].all()
    assert not computed.allocation.opened.any()


def test_in_english_by_code_and_without_month_the_last_one(
    demo_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", "en", "explain", "2514", "-w", str(demo_workspace)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Kalix (2514), March 2023 – SYNTHETIC DATA"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2580", ("2580", "Luleå")),
        ("Luleå", ("2580", "Luleå")),
        ("LULEÅ kommun", ("2580", "Luleå")),
        (" upplands-väsby ", ("0114", "Upplands Väsby")),
    ],
)
def test_codes_and_names(text: str, expected: tuple[str, str]) -> None:
    assert municipality_of(text) == expected


@pytest.mark.parametrize(
    ("text", "found", "remedy"),
    [
        ("Lulå", "det finns ingen kommun ”Lulå”", "Liknande namn: Luleå (2580)"),
        ("Pitea", "det finns ingen kommun ”Pitea”", "Liknande namn: Piteå (2581)"),
        ("Zzzzzz", "det finns ingen kommun ”Zzzzzz”", ""),
        ("9999", "det finns ingen kommun 9999", ""),
    ],
)
def test_no_such_municipality(text: str, found: str, remedy: str) -> None:
    with pytest.raises(InputError) as error:
        municipality_of(text)
    (problem,) = error.value.problems
    assert (problem.found, problem.remedy) == (found, remedy)


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["--lang", "en", "explain", *arguments, "-w", str(folder)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.strip()


def test_bad_questions(demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(demo_workspace, capsys, "Umeå", "--month", MONTH) == (
        "2023-02 is computed for county 25 only; Umeå is in county 24. "
        "Compute it for that county, or for all: geomatch run 2023-02"
    )
    assert refused(demo_workspace, capsys, "Kalix", "--month", "2022-07") == (
        "2022-07 is not computed yet. Compute it: geomatch run 2022-07"
    )
    empty = tmp_path / "empty"
    Workspace.create(empty)
    assert refused(empty, capsys, "Kalix") == "no month is computed yet. Compute one: geomatch run YYYY-MM"


def test_a_month_whose_settings_have_changed_since_is_not_explained(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(demo_workspace, folder)
    file = folder / "geomatch.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("max_travel_min = 90.0", "max_travel_min = 80.0"), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    assert refused(folder, capsys, "Kalix", "--month", MONTH) == (
        "something has changed since 2023-02 was computed. Compute it again: geomatch run 2023-02 --county 25"
    )
