"""The command as its users run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from geomatch.demo import write_demo_inputs
from geomatch.errors import InputError
from geomatch.kinds import KINDS
from geomatch.month import facts_of
from geomatch.tables import TABLES
from tests.test_optional import files as optional_files
from tests.travel.asked import activities_csv, degrees, line, origins_csv
from tests.travel.feeds import Feed


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
    page, public = (folder / line for line in published.stdout.splitlines())
    assert page == folder / "internal" / "2023-02" / "25" / "index.html"
    assert "SYNTETISKA UPPGIFTER" in public.read_text(encoding="utf-8")
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
    # A file of each kind is read, and a file of another kind is refused.
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
        "travel_compensation": inputs.compensation,
        **optional_files(tmp_path),
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


# ------------------------------------------------------------------------------------------ without a workspace


@pytest.fixture
def question(tmp_path: Path) -> dict[str, str]:
    """Arguments of a question: two feeds of two operators, two origins, one activity on Tuesdays and Thursdays."""
    stops = {"A": (0.0, 0.0), "B": (20_000.0, 0.0)}
    there = {"out": line(("A", "9:20"), ("B", "9:54")), "home": line(("B", "12:06"), ("A", "12:40"))}
    days = [f"202302{day:02d}" for day in range(6, 20)]
    one = Feed(stops, there, days=days)
    # Another operator's feed, of the same days, takes people home later.
    late = {"late": line(("B", "15:00"), ("A", "15:40"))}
    other = Feed(stops, late, days=days, extra={"agency": [AGENCY]})
    origins = {"home": stops["A"], "island": (0.0, 12_000.0)}
    return {
        "one": str(one.write(tmp_path / "one")),
        "other": str(other.write(tmp_path / "other")),
        "origins": str(origins_csv(tmp_path / "origins.csv", origins, persons=[2, 3])),
        "activities": str(
            activities_csv(tmp_path / "activities.csv", {"course": (stops["B"], "tue;thu", "10:00", "12:00")})
        ),
        "out": str(tmp_path / "result.parquet"),
        "home": ",".join(map(repr, degrees(*stops["A"]))),
        "place": ",".join(map(repr, degrees(*stops["B"]))),
        "cache": str(tmp_path / "cache"),
    }


AGENCY = {
    "agency_id": "b",
    "agency_name": "B",
    "agency_url": "-",
    "agency_timezone": "Europe/Stockholm",
}


def asked(question: dict[str, str], command: str, *more: str, first: str = "2023-02-06") -> list[str]:
    tables = ["--origins", question["origins"], "--activities", question["activities"]]
    return [
        "--lang", "en", command, "--timetable", question["one"], question["other"], *tables, "--from", first,
        "--to", "2023-02-19", "--cache", question["cache"], *more,
    ]  # fmt: skip


def test_travel_writes_a_row_per_pair(question: dict[str, str]) -> None:
    ran = geomatch(*asked(question, "travel", "--out", question["out"], "--json"))
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "window": {"first_day": "2023-02-06", "last_day": "2023-02-19"},
        "origins": 2,
        "origins_without_stop": 1,
        "activities": 1,
        "activities_without_stop": 0,
        "activities_without_session": 0,
        "sessions": 4,
        "sessions_on_holidays": 0,
        "bad_rows": [],
        "notes": {"activities": {}, "origins": {}},
        "file": question["out"],
        "rows": 2,
        "reachable": 1,
        "each_session": False,
    }
    assert ran.stderr == "1 origin has no stop within 2000 m: from there one can only walk.\n"
    table = pd.read_parquet(question["out"])
    # The other operator's 15:00 is a later way home.
    assert table["last_way_home_share"].tolist()[0] == 0.0
    assert table["travel_min"].tolist()[0] == 34.0


def test_travel_writes_the_same_bytes_again(question: dict[str, str]) -> None:
    files = []
    for threads in ("1", "2"):
        out = Path(question["out"]).with_name(f"{threads}.parquet")
        more = ("--out", str(out), "--each-session", "--threads", threads)
        ran = geomatch(*asked(question, "travel", *more))
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == f"{out}: 8 rows, 4 of them reachable\n"
        files.append(out.read_bytes())
    assert files[0] == files[1]


def test_a_window_outside_the_timetable_is_wrong_input(question: dict[str, str]) -> None:
    ran = geomatch(*asked(question, "travel", "--out", question["out"], "--json", first="2023-02-01"))
    assert ran.returncode == 2
    (problem,) = json.loads(ran.stdout)["problems"]
    assert problem["found"] == (
        "the period 2023-02-01 – 2023-02-19 is not within the timetable (one: 2023-02-06 – 2023-02-19, "
        "other: 2023-02-06 – 2023-02-19)"
    )
    assert not Path(question["out"]).exists()
    missing = geomatch(*asked(question, "travel", "--out", question["out"]), "--settings", "nowhere.toml")
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr


def test_journey_tells_the_legs(question: dict[str, str]) -> None:
    arguments = [
        "journey", f"--timetable={question['one']}", question["other"], "--from", question["home"], "--to",
        question["place"], "--date", "2023-02-07", "--start", "10:00", "--end", "12:00", "--no-cache",
    ]  # fmt: skip
    ran = geomatch("--lang", "sv", *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "Dit: 09:20:00–09:54:00, 34 min, 0 byten",
        "  09:20:00–09:54:00  linje 700, A – B",
        "Hem: 12:06:00–12:40:00, 34 min, 0 byten",
        "  12:06:00–12:40:00  linje 700, B – A",
        "Det går att ta sig till tillfället och hem samma dag.",
    ]
    facts = json.loads(geomatch(*arguments, "--json").stdout)
    assert facts["home"]["legs"][1] == {
        "kind": "ride", "departure": "2023-02-07T12:06:00+01:00", "arrival": "2023-02-07T12:40:00+01:00",
        "from_stop": "B", "to_stop": "A", "walk_m": None, "line": "700", "headsign": "", "trip_id": "home",
        "booked": False, "seated": False,
    }  # fmt: skip
    assert not Path(question["cache"]).exists()


def test_better_times_tells_moves_and_the_bus(question: dict[str, str]) -> None:
    ran = geomatch(*asked(question, "better-times", "--up-to", "30", "--step", "30", "--json"))
    assert ran.returncode == 0, ran.stderr
    facts = json.loads(ran.stdout)
    # Half an hour earlier nobody is there in time; half an hour later the 15:00 takes them home.
    assert [(row["shift_min"], row["persons_reachable"], row["best"]) for row in facts["moves"]] == [
        (-30, 0.0, False), (0, 2.0, True), (30, 2.0, False),
    ]  # fmt: skip
    assert facts["later_bus"][0]["more"] == 0.0
    without = geomatch(*asked(question, "better-times", "--no-bus"))
    assert without.stdout == "course (10:00–12:00): 2 of 5 persons can come. No move brings more.\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, geomatch.cli; geomatch.cli.build(); "
        "print([name for name in ('numpy', 'pandas', 'numba', 'pyproj') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_travel_shows_progress_on_a_terminal(question: dict[str, str]) -> None:
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "geomatch", *asked(question, "travel", "--out", question["out"])],
        stdout=subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:
        pass  # The other end is closed.
    process.communicate()
    os.close(master)
    assert process.returncode == 0
    assert b"Day returns: 100 %" in seen
