"""The workspace: all or nothing, immutable copies, and mending after a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch.demo import write_demo_inputs
from geomatch.errors import InputError, Problem
from geomatch.settings import Settings
from geomatch.workspace import Workspace, content_sha256, replace_folder, staging, tidy


def reader(path: Path) -> tuple[Mapping[str, Any], bool]:
    """Accepts everything but files that say `bad`."""
    if path.read_text() == "bad":
        raise InputError(Problem("is bad", file=path.name))
    return {"rows": 1, "months": ["2023-02"], "updated": None}, "SYNTETISK" in path.name


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def tree(folder: Path) -> dict[str, bytes]:
    """The files of a folder with their bytes; a file alone has no name."""
    if folder.is_file():
        return {"": folder.read_bytes()}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_new_workspace_has_the_default_settings(workspace: Workspace) -> None:
    assert workspace.settings() == Settings()
    assert workspace.inputs() == []


def test_init_leaves_a_folder_with_content_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError):
        Workspace.create(tmp_path)
    assert tree(tmp_path) == {"mine.txt": b"x"}


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"geomatch\.toml"):
        Workspace(tmp_path)


def test_add_keeps_an_immutable_copy_under_its_hash(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "SYNTETISK-a.csv"
    file.write_text("hej")
    # sha256 of "hej", by sha256sum.
    digest = "9c478bf63e9500cb5db1e85ece82f18c8eb9e52e2f9135acd7f10972c8d563ba"
    (added,) = workspace.add("enrolment", [file], reader)
    assert (added.sha256, added.file, added.synthetic) == (digest, "SYNTETISK-a.csv", True)
    copy = workspace.folder / "inputs" / digest / "SYNTETISK-a.csv"
    assert copy.read_text() == "hej"
    assert copy.stat().st_mode & 0o222 == 0
    assert json.loads((copy.parent / "provenance.json").read_text())["kind"] == "enrolment"
    file.write_text("changed afterwards")
    assert workspace.path_of(added).read_text() == "hej"


def test_all_files_or_none(workspace: Workspace, tmp_path: Path) -> None:
    good, bad, worse = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "worse.csv"
    good.write_text("x")
    bad.write_text("bad")
    worse.write_text("bad")
    before = tree(workspace.folder)
    with pytest.raises(InputError) as caught:
        workspace.add("enrolment", [good, bad, worse], reader)
    assert [problem.file for problem in caught.value.problems] == ["bad.csv", "worse.csv"]
    assert tree(workspace.folder) == before


def test_the_same_name_takes_the_place_of_the_earlier_and_keeps_its_copy(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("one")
    workspace.add("enrolment", [file], reader)
    file.write_text("two")
    workspace.add("enrolment", [file], reader)
    workspace.add("activities", [file], reader)
    assert [one.kind for one in workspace.inputs()] == ["enrolment", "activities"]
    assert workspace.path_of(workspace.inputs("enrolment")[0]).read_text() == "two"


def test_a_copy_stays_as_long_as_a_month_was_made_from_it(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    copies = []
    for text in ("used by a month", "used by none", "now"):
        file.write_text(text)
        with workspace.writing():
            (added,) = workspace.add("enrolment", [file], reader)
        copies.append(workspace.folder / "inputs" / added.sha256)
        if text == "used by a month":
            workspace.write_month(
                "2023-02", {"served": pd.DataFrame({"a": [1]})}, {"inputs": [{"sha256": added.sha256}]}
            )
    with workspace.writing():
        assert [copy.exists() for copy in copies] == [True, False, True]


def test_an_input_is_taken_out_by_name(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(name)
        workspace.add("enrolment", [tmp_path / name], reader)
    workspace.remove("enrolment", "a.csv")
    assert [one.file for one in workspace.inputs()] == ["b.csv"]
    with pytest.raises(InputError, match=r"b\.csv"):
        workspace.remove("enrolment", "a.csv")


def test_init_after_a_killed_init(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "inputs").mkdir()
    (folder / ".geomatch.toml.new").write_text("half")
    assert Workspace.create(folder).settings() == Settings()
    assert sorted(path.name for path in folder.iterdir()) == ["geomatch.toml", "inputs"]


def test_init_leaves_inputs_of_somebodys_own_alone(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "mine.xlsx").write_text("x")
    with pytest.raises(InputError):
        Workspace.create(tmp_path)
    assert tree(tmp_path) == {"inputs/mine.xlsx": b"x"}


def test_what_a_killed_publish_was_making_goes_and_what_is_ones_own_stays(workspace: Workspace) -> None:
    (workspace.folder / ".publish.new" / "internal").mkdir(parents=True)
    (workspace.folder / "internal").mkdir()
    (workspace.folder / "internal" / "index.html.part").write_text("half")
    (workspace.folder / ".geomatch.toml.old").write_text("my copy")
    with workspace.writing():
        names = {path.name for path in workspace.folder.rglob("*")}
    assert names == {".geomatch.toml.old", ".lock", "geomatch.toml", "inputs", "internal"}


def test_damaged_day_returns_are_none(workspace: Workspace) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    workspace.keep("d", frame)
    kept = workspace.kept("d")
    assert kept is not None
    assert kept.equals(frame)
    path = workspace.folder / "cache" / "d.parquet"
    path.write_bytes(path.read_bytes()[:40])
    assert workspace.kept("d") is None


def test_a_folder_is_there_at_every_moment_of_its_replacement(tmp_path: Path) -> None:
    target = tmp_path / "t"
    target.mkdir()
    (target / "f").write_text("0")
    code = (
        "import sys; from pathlib import Path\n"
        "path = Path(sys.argv[1]) / 't' / 'f'; seen = 0; print('on', flush=True)\n"
        "while True:\n"
        "    seen += int(path.read_text()) >= 0\n"
        "    if int(path.read_text()) == 300: break\n"
        "print(seen)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as reader_:
        assert reader_.stdout is not None
        reader_.stdout.readline()
        for number in range(1, 301):
            with staging(target) as staged:
                (staged / "f").write_text(str(number))
        assert reader_.wait(60) == 0


def test_adding_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("one")
    workspace.add("enrolment", [file], reader)
    before = tree(workspace.folder)
    workspace.add("enrolment", [file], reader)
    assert tree(workspace.folder) == before


def test_two_files_of_one_name_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text(name)
    with pytest.raises(InputError, match=r"a\.csv"):
        workspace.add("enrolment", [tmp_path / "1" / "a.csv", tmp_path / "2" / "a.csv"], reader)
    assert workspace.inputs() == []


def test_a_copy_that_was_changed_is_not_used(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("one")
    (added,) = workspace.add("enrolment", [file], reader)
    copy = workspace.path_of(added)
    copy.chmod(0o644)
    copy.write_text("tampered")
    with pytest.raises(InputError, match=r"a\.csv"):
        workspace.path_of(added)


def test_a_folder_is_hashed_with_its_names(tmp_path: Path) -> None:
    for name, inside in (("a", "x"), ("b", "y")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{inside}.txt").write_text("same")
    assert content_sha256(tmp_path / "a") != content_sha256(tmp_path / "b")


def test_a_month_is_replaced_whole_or_not_at_all(workspace: Workspace) -> None:
    frame = pd.DataFrame({"a": [1]})
    workspace.write_month("2023-02", {"served": frame}, {"month": "2023-02"})
    before = tree(workspace.folder)
    broken = pd.DataFrame({"a": [{1: "x"}, object()]})
    with pytest.raises(Exception, match=r"[Cc]onvert|type"):
        workspace.write_month("2023-02", {"need": frame, "served": broken}, {})
    assert tree(workspace.folder) == before
    assert workspace.manifest("2023-02")["files"]["served"]["rows"] == 1


def test_a_month_that_is_not_computed_says_how(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="geomatch run 2023-05"):
        workspace.manifest("2023-05")


def test_activities_are_read_only_as_restricted(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="activities"):
        workspace.read_table("2023-02", "activities")


@pytest.mark.parametrize("left", ["old", "both", "new"])
def test_tidy_mends_what_a_kill_between_two_renames_leaves(left: str, tmp_path: Path) -> None:
    (tmp_path / ".m.old").mkdir()
    (tmp_path / ".m.old" / "f").write_text("before")
    if left == "both":
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "f").write_text("after")
    if left == "new":
        (tmp_path / ".m.new").mkdir()
        (tmp_path / ".m.new" / "f").write_text("half")
    tidy(tmp_path)
    assert tree(tmp_path) == {"m/f": b"after" if left == "both" else b"before"}


def test_an_error_inside_staging_leaves_the_target(tmp_path: Path) -> None:
    target = tmp_path / "t"
    target.mkdir()
    (target / "f").write_text("before")

    def interrupted() -> None:
        with staging(target) as staged:
            (staged / "f").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert tree(tmp_path) == {"t/f": b"before"}


def test_replace_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    for name, text in (("t", "old"), ("s", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text(text)
    replace_folder(tmp_path / "s", tmp_path / "t")
    assert tree(tmp_path) == {"t/f": b"new"}


def test_two_commands_do_not_write_at_once(workspace: Workspace) -> None:
    code = "import sys; from pathlib import Path; from geomatch.workspace import Workspace\nwith Workspace(Path(sys.argv[1])).writing(): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InputError), workspace.writing():
            pass
        other.communicate("")
    with workspace.writing():
        assert workspace.inputs() == []


@pytest.mark.parametrize("delay_s", [0.3, 0.8, 1.4, 2.5])
@pytest.mark.parametrize("command", ["add", "run", "publish"])
def test_a_killed_command_leaves_the_workspace_as_before_or_as_after(
    command: str, delay_s: float, demo_workspace: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo_workspace, folder)
    shutil.rmtree(folder / "cache")
    new = write_demo_inputs(tmp_path / "in", seed=7)
    settings = folder / "geomatch.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("fare_sek = 45.0", "fare_sek = 50.0"), encoding="utf-8"
    )
    arguments = {
        "add": ["add", "activities", str(new.activities)],
        "run": ["run", "2023-02", "--county", "25"],
        "publish": ["publish", "2023-02", "--page-language", "en"],
    }[command]
    whole = {"inputs/index.json": "add", "months/2023-02": "run", "internal/2023-02/25": "publish"}
    before = {name: tree(folder / name) for name in whole}
    with subprocess.Popen(
        [sys.executable, "-m", "geomatch", *arguments, "-w", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(delay_s)
        os.kill(process.pid, signal.SIGKILL)
    workspace = Workspace(folder)
    with workspace.writing():
        after = {name: tree(folder / name) for name in whole}
    for name, written_by in whole.items():
        if written_by != command:
            assert after[name] == before[name]
    for one in workspace.inputs():
        assert content_sha256(workspace.path_of(one)) == one.sha256
    assert workspace.month_is_whole("2023-02")
    page = after["internal/2023-02/25"]["index.html"].decode()
    language = "en" if page != before["internal/2023-02/25"]["index.html"].decode() else "sv"
    assert f'<html lang="{language}">' in page
    assert page.rstrip().endswith("</html>")
    assert not [path for path in folder.rglob(".*") if path.name.endswith((".new", ".old"))]
