"""The command as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geomatch.demo import write_demo_inputs
from geomatch.errors import InputError
from geomatch.kinds import KINDS
from geomatch.month import facts_of
from geomatch.tables import TABLES


def geomatch(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geomatch", *arguments],
        capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, **variables},
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    assert geomatch("init", str(folder)).returncode == 0
    return folder


def test_the_month_from_files_to_page(tmp_path: Path) -> None:
    inputs = write_demo_inputs(tmp_path / "filer")
    folder = tmp_path / "min mapp å"
    assert geomatch("init", str(folder)).returncode == 0
    for kind, paths in (
        ("enrolment", inputs.enrolment),
        ("activities", [inputs.activities]),
        ("timetable", [inputs.timetable]),
        ("corridors", [inputs.corridors]),
    ):
        done = geomatch("add", kind, *map(str, paths), cwd=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
    ran = geomatch("run", "2023-02", "--county", "25", "--json", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert result["rows"]["gaps"] == 14
    assert result["window"] == {"first_day": "2023-02-06", "last_day": "2023-02-26", "weeks": 3}
    assert sorted(path.stem for path in (folder / "months" / "2023-02").glob("*.parquet")) == sorted(TABLES)
    published = geomatch("publish", "2023-02", cwd=folder)
    assert published.returncode == 0, published.stderr
    page = folder / published.stdout.strip()
    assert page == folder / "internal" / "2023-02" / "25" / "index.html"
    assert "SYNTETISK" in page.read_text(encoding="utf-8")


def test_a_terminal_sees_progress_and_a_pipe_does_not(demo_workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo_workspace, folder)
    shutil.rmtree(folder / "months")
    shutil.rmtree(folder / "cache")
    ran = geomatch("run", "2023-02", "--county", "25", "-w", str(folder))
    assert ran.returncode == 0
    assert "%" not in ran.stderr
    shutil.rmtree(folder / "months")
    shutil.rmtree(folder / "cache")
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "geomatch", "run", "2023-02", "--county", "25", "-w", str(folder)],
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:
        pass
    process.communicate()
    os.close(master)
    assert "100 %" in seen.decode()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["run", "2023-2"], 2, "2023-2"),
        (["run", "2023-02"], 2, "geomatch add enrolment"),
        (["run", "2023-02", "--county", "99"], 2, "99"),
        (["publish", "2023-02"], 2, "geomatch run 2023-02"),
        (["serve"], 2, "geomatch publish"),
        (["add", "enrolment", "finns-inte.xlsx"], 2, "finns-inte.xlsx"),
        (["add", "timetable", "finns-inte.zip"], 2, "finns-inte.zip"),
        (["add", "nonsense", "x"], 2, "nonsense"),
        (["--nonsense"], 2, "--nonsense"),
        (["add", "enrolment"], 2, ""),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(
    workspace: Path, arguments: list[str], code: int, text: str
) -> None:
    before = sorted(str(path) for path in workspace.rglob("*"))
    done = geomatch(*arguments, cwd=workspace)
    assert done.returncode == code
    assert done.stdout == ""
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert [
        path for path in sorted(str(path) for path in workspace.rglob("*")) if not path.endswith(".lock")
    ] == before


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_input_has_a_reader_of_its_own(kind: str, tmp_path: Path) -> None:
    # The demo's file of each kind is read, and a file of another kind is refused.
    inputs = write_demo_inputs(tmp_path)
    localities = tmp_path / "SYNTETISK-tatorter.csv"
    localities.write_text(
        "locality_code,name,municipality_code,population,lon,lat\na,Prov,2580,100,22.15,65.58\n",
        encoding="utf-8",
    )
    files = {
        "enrolment": inputs.enrolment[0],
        "activities": inputs.activities,
        "timetable": inputs.timetable,
        "localities": localities,
        "corridors": inputs.corridors,
    }
    facts, synthetic = facts_of(kind, files[kind])
    assert facts["rows"] > 0
    assert synthetic
    with pytest.raises(InputError):
        facts_of(kind, files["timetable" if kind != "timetable" else "corridors"])


def test_problems_as_json(workspace: Path) -> None:
    done = geomatch("run", "2023-02", "--json", cwd=workspace)
    assert done.returncode == 2
    problems = json.loads(done.stdout)["problems"]
    # No workbook, no register, no timetable: all three are told at once.
    assert len(problems) == 3


def test_init_and_demo_leave_other_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "mitt").mkdir()
    (tmp_path / "mitt" / "fil.txt").write_text("x")
    for command in ("init", "demo"):
        done = geomatch(command, str(tmp_path / "mitt"))
        assert done.returncode == 2
        assert sorted(path.name for path in (tmp_path / "mitt").iterdir()) == ["fil.txt"]


def test_demo_does_not_touch_a_workspace_of_ones_own(workspace: Path, tmp_path: Path) -> None:
    register = tmp_path / "korridorer.csv"
    register.write_text(
        "Från;Till;Gäller från;Gäller till;Referens\n2560;2580;2023-01-01;;x\n", encoding="utf-8"
    )
    assert geomatch("add", "corridors", str(register), cwd=workspace).returncode == 0
    done = geomatch("demo", str(workspace))
    assert done.returncode == 2
    assert not (workspace / "months").exists()


@pytest.mark.parametrize(("language", "word"), [("sv", "Användning"), ("en", "Usage")])
def test_help_speaks_the_language_asked_for(language: str, word: str) -> None:
    assert word in geomatch("--lang", language, "--help").stdout
    # The machine's locale has no say.
    assert (
        word
        in geomatch("--help", GEOMATCH_LANG=language, LANG="de_DE.UTF-8", LC_ALL="C", LANGUAGE="fr").stdout
    )


def test_a_bug_of_ours_shows_a_traceback_and_exit_code_1(workspace: Path) -> None:
    code = (
        "import geomatch.workspace as w, geomatch.cli as c, sys\n"
        "def broken(*_a, **_k): raise RuntimeError('boom')\n"
        "w.Workspace.manifest = broken\n"
        "sys.exit(c.main(['publish', '2023-02']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=workspace
    )
    assert done.returncode == 1
    assert "RuntimeError: boom" in done.stderr


def test_wrong_usage_is_json_too_when_asked_for(workspace: Path) -> None:
    done = geomatch("run", "--json", cwd=workspace)
    assert done.returncode == 2
    assert "ÅÅÅÅ-MM" in json.loads(done.stdout)["error"]


def test_a_page_speaks_of_the_settings_of_its_run(demo_workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo_workspace, folder)
    settings = folder / "geomatch.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("max_travel_min = 90.0", "max_travel_min = 45.0"),
        encoding="utf-8",
    )
    page = folder / "internal" / "2023-02" / "25" / "index.html"
    before = page.read_bytes()
    assert geomatch("publish", "2023-02", "-w", str(folder)).returncode == 0
    assert page.read_bytes() == before


def test_two_files_for_a_month_can_be_put_right_by_the_remedy(workspace: Path, tmp_path: Path) -> None:
    inputs = write_demo_inputs(tmp_path / "in")
    other = tmp_path / "SYNTETISK-annan.xlsx"
    other.write_bytes(write_demo_inputs(tmp_path / "in2", seed=7).enrolment[1].read_bytes())
    for kind, path in (
        ("enrolment", inputs.enrolment[1]),
        ("enrolment", other),
        ("activities", inputs.activities),
        ("timetable", inputs.timetable),
    ):
        assert geomatch("add", kind, str(path), cwd=workspace).returncode == 0
    refused = geomatch("run", "2023-02", "--county", "25", cwd=workspace)
    assert refused.returncode == 2
    assert "geomatch remove enrolment" in refused.stderr
    assert geomatch("remove", "enrolment", other.name, cwd=workspace).returncode == 0
    assert geomatch("run", "2023-02", "--county", "25", cwd=workspace).returncode == 0
