"""`geomatch audit` on a workspace: what it attacks, what it says, and that it leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from geomatch.auditing import audit_workspace, problems_of
from geomatch.cli import main
from geomatch.errors import InputError
from geomatch.workspace import Workspace

MONTH = "2023-02"
ARJEPLOG = "2506"


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "w"
    shutil.copytree(demo_workspace, copy)
    return copy


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker's folder lies here, so that a test can see that it is gone."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def run(*arguments: str) -> int:
    return main(["--lang", "en", *arguments])


def plant(workspace: Path) -> Path:
    """How many live on their own in Arjeplog, which the agency withholds, in one of the files."""
    [path] = (workspace / "public" / "data" / MONTH).glob("*groups-comma.csv")
    row = f"{MONTH},municipality,{ARJEPLOG},Arjeplog,accommodation,own,"
    content = path.read_bytes()
    assert content.count(f"{row},,..\r\n".encode()) == 1
    path.write_bytes(content.replace(f"{row},,..".encode(), f"{row}3,3,".encode()))
    return path


def test_the_demo_stands_and_every_withheld_figure_was_attacked(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "-w", str(workspace), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["stands"]
    assert (told["failures"], told["contradictions"], told["outdated"]) == ([], [], [])
    assert told["editions"] == {"2023-01": [1], "2023-02": [1], "2023-03": [1]}
    assert set(told["figures"]) == {"csv", "csv-comma", "geojson", "gpkg", "html", "js", "xlsx"}
    assert told["figures"]["csv"] == told["figures"]["csv-comma"] == told["figures"]["xlsx"]
    assert len(told["workbooks"]) == 3
    own = workspace / "published" / MONTH / "1"
    areas = pd.read_parquet(own / "areas.parquet")
    for figure in ("gap", "no_day_return"):
        assert told["cells"][MONTH][figure] == int((areas[f"{figure}_sign"] == "..").sum())
    # The agency withholds counts in all of Sweden, of which one county is published.
    assert told["cells"][MONTH]["need"] > int((areas["need_sign"] == "..").sum())
    assert told["attacked"] == sum(sum(cells.values()) for cells in told["cells"].values())
    assert list((tmp_path / "temporary").iterdir()) == []


def test_what_is_attacked_is_told_in_words(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", MONTH, "-w", str(workspace)) == 0
    first, read, last = capsys.readouterr().out.splitlines()
    assert first.startswith("2023-02 (edition 1): ")
    assert "persons enrolled" in first
    assert read.startswith("Read: CSV with semicolons ")
    assert read.endswith("3 workbooks of the agency.")
    assert (
        last == "Nothing fell: no withheld figure can be worked out beyond what the agency's workbooks allow."
    )


def test_a_number_left_in_one_file_ends_with_2_and_says_how_to_mend_it(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = plant(workspace)
    name = f"public/data/{MONTH}/{file.name}"
    assert run("audit", MONTH, "-w", str(workspace)) == 2
    out = capsys.readouterr().out
    table = f"table groups of {MONTH}, edition 1, column persons of {ARJEPLOG}"
    mend = (
        "Compute and publish the month again; where it stays so, raise disclosure.withhold_to in geomatch.toml, or take "
        "the month back: geomatch withdraw month 2023-02"
    )
    # Five are enrolled there by the county's total, none with the agency: so it says how many live otherwise as well.
    for group, number in (("own", 3), ("other", 2)):
        assert (
            f"{name}: persons enrolled in a group (accommodation={group}) in Arjeplog ({ARJEPLOG}), {MONTH}: {number} "
            f"can be worked out, from {table}; expected no more than the agency's workbooks allow, 0–5. {mend}\n"
        ) in out
    assert run("audit", MONTH, "-w", str(workspace), "--json") == 2
    told = json.loads(capsys.readouterr().out)
    assert not told["stands"]
    failures = {one["about"]: one for one in told["failures"] if one["area"] == ARJEPLOG}
    own = failures["accommodation=own"]
    assert (own["figure"], own["permitted"], own["derived"]) == ("persons", [0, 5], [3, 3])
    assert [table["files"] for table in own["tables"]] == [[name]]
    assert told["error"].endswith(" withheld figures fell, and 0 published figures contradict others.")
    assert len(told["problems"]) == len(told["failures"])
    assert list((tmp_path / "temporary").iterdir()) == []
    # Another month has nothing to do with it.
    assert run("audit", "2023-01", "-w", str(workspace)) == 0


def test_a_total_that_contradicts_its_parts_is_told(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted((workspace / "public" / "data" / MONTH).glob("*areas*.csv")):
        text = path.read_text(encoding="utf-8")
        assert text.count("1645") == 4
        path.write_text(text.replace("1645", "1600"), encoding="utf-8")
    assert run("audit", MONTH, "-w", str(workspace)) == 2
    out = capsys.readouterr().out
    assert "persons enrolled in Norrbottens län (25), 2023-02: " in out
    assert "expected figures that can all be right" in out


def earlier_edition(workspace: Path) -> None:
    """A second edition of the month with the same figures; the first showed how many live on their own in Arjeplog."""
    own = workspace / "published" / MONTH
    shutil.copytree(own / "1", own / "2")
    groups = pd.read_parquet(own / "1" / "groups.parquet")
    row = (groups["area_code"].astype(str) == ARJEPLOG) & (groups["group"].astype(str) == "own")
    groups.loc[row, ["persons_low", "persons_high"]] = 4
    groups.loc[row, "persons_sign"] = ""
    groups.to_parquet(own / "1" / "groups.parquet", index=False)
    content = json.loads((own / "1" / "edition.json").read_text(encoding="utf-8"))
    content["files"]["groups"] = hashlib.sha256((own / "1" / "groups.parquet").read_bytes()).hexdigest()
    (own / "1" / "edition.json").write_text(json.dumps(content), encoding="utf-8")
    manifest = workspace / "public" / "data" / MONTH / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**told, "edition": 2}), encoding="utf-8")


def test_a_replaced_edition_is_laid_out_and_attacked(workspace: Path, tmp_path: Path) -> None:
    earlier_edition(workspace)
    report = audit_workspace(Workspace(workspace), MONTH)
    assert report.editions[MONTH] == (1, 2)
    failure = next(one for one in report.failures if one.about == "accommodation=own")
    assert (failure.area, failure.edition, failure.derived) == (ARJEPLOG, 2, (4, 4))
    [table] = failure.tables
    assert (table.table, table.edition, table.areas) == ("groups", 1, (ARJEPLOG,))
    # CSV of both kinds and the workbook; maps have no groups.
    assert [Path(file).suffix for file in table.files] == [".csv", ".csv", ".xlsx"]
    assert all(file.startswith(f"earlier/{MONTH}/1/") for file in table.files)
    problem = problems_of(report)[0]
    assert "geomatch withdraw edition 2023-02 1" in problem.remedy
    assert list((tmp_path / "temporary").iterdir()) == []


def test_another_tree_and_other_editions_can_be_attacked(workspace: Path, tmp_path: Path) -> None:
    staged = tmp_path / "staged"
    shutil.copytree(workspace / "published", staged / "published")
    shutil.copytree(workspace / "public", staged / "tree")
    plant(workspace)
    known = Workspace(workspace)
    assert audit_workspace(known, tree=staged / "tree", published=staged).stands
    assert not audit_workspace(known, published=staged).stands


def test_progress_is_told_from_nothing_to_all(workspace: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    audit_workspace(Workspace(workspace), MONTH, lambda *step: steps.append(step))
    assert len({step for step, _done, _total in steps}) == 3
    assert all(0 <= done <= total for _step, done, total in steps)
    assert steps[-1][1:] == (4, 4)


def test_what_cannot_be_attacked_is_one_message(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "2023-07", "-w", str(workspace)) == 2
    assert "2023-07 is not published; expected one of 2023-01, 2023-02, 2023-03." in capsys.readouterr().err
    assert run("audit", "July", "-w", str(workspace)) == 2
    assert "found “July”" in capsys.readouterr().err
    new = tmp_path / "new"
    assert run("init", str(new)) == 0
    capsys.readouterr()
    assert run("audit", "-w", str(new)) == 2
    assert "nothing has been published yet" in capsys.readouterr().err


def test_a_workbook_that_is_gone_stops_the_attack(
    workspace: Path,
) -> None:
    known = Workspace(workspace)
    file = next(one.file for one in known.inputs("enrolment") if MONTH in one.facts["months"])
    with known.writing():
        known.remove("enrolment", file)
    # What the month was computed from is kept as long as it is there.
    assert audit_workspace(known, MONTH).stands
    shutil.rmtree(workspace / "months" / MONTH)
    with pytest.raises(InputError, match="2023-02"):
        audit_workspace(known, MONTH)
    index = workspace / "inputs"
    changed = next(index.glob("*/*inskrivna-2023-01.xlsx"))
    changed.chmod(0o600)
    changed.write_bytes(b"other")
    assert run("audit", "-w", str(workspace)) == 2
