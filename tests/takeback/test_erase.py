"""`geomatch remove --erase`: nothing of a restricted input is left in the workspace, in no file, packed or not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from geomatch.takeback.erase import erase_input
from geomatch.takeback.record import read_record
from geomatch.workspace import Workspace
from tests.takeback.world import (
    MONTHS,
    NAME,
    ORGANISER,
    OWN_ID,
    PLACES,
    REGISTER,
    register,
    run,
    state,
    telling,
)

# They stand in the register, in what was computed from it and on internal pages; in public nothing of a hidden one.
HIDDEN, CONTACT = "Trygg mötesplats", "insats019@exempel.example"


def test_a_register_leaves_with_every_version_and_all_that_was_made_from_it(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("-w", str(workspace))
    # Another version takes its place: the months were made from the first one, whose copy stays for that.
    assert run("add", "activities", str(register(tmp_path / "again", SYN_001="dold")), *here) == 0
    assert telling([HIDDEN], workspace / "months", workspace / "internal")
    assert telling([CONTACT], workspace / "inputs")
    before = state(workspace, ".")
    capsys.readouterr()
    assert run("remove", "activities", REGISTER, "--erase", "--dry-run", "--json", *here) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)["erased"]
    assert state(workspace, ".") == before
    assert (told["versions"], told["months"], told["same_content"]) == (2, list(MONTHS), [])
    shown = {one["activity_id"]: one for one in told["published"]}
    assert shown[OWN_ID] == {"activity_id": OWN_ID, "name": NAME, "months": list(MONTHS)}
    # One is hidden by the later version, and published still; the other was never published.
    assert "SYN-001" in shown
    assert "SYN-019" not in shown
    assert "geomatch withdraw activity SYN-001" in said.err

    public = state(workspace, "public")
    assert run("remove", "activities", REGISTER, "--erase", "--json", *here) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["erased"]["paths"] == told["paths"]
    assert "geomatch withdraw month 2023-01" in said.err
    assert "the original file, other computers, backups, mails, version control" in said.err
    assert "Files are removed, not overwritten: on an SSD" in said.err
    everywhere = [path for path in workspace.iterdir() if path.name not in ("public", "published")]
    assert telling([NAME, ORGANISER, str(PLACES), HIDDEN, CONTACT], *everywhere) == []
    assert telling([HIDDEN, CONTACT], workspace) == []
    assert state(workspace, "public") == public
    assert list((workspace / "cache").glob("*.parquet")) == []
    assert [one.kind for one in Workspace(workspace).inputs()] == ["enrolment", "enrolment", "timetable"]
    # That it was to be shown less is not forgotten with the register.
    assert read_record(workspace).months[MONTHS[0]]["SYN-001"] == "hidden"
    # The list of internal pages has none that is gone.
    assert "2023-02" not in (workspace / "internal" / "index.html").read_text(encoding="utf-8")
    assert run("status", *here) == 0
    assert run("remove", "activities", REGISTER, "--erase", *here) == 2
    assert capsys.readouterr().err.endswith(
        "there is no such input; expected one of those that were added: none.\n"
    )


def test_only_what_was_made_from_it_goes(workspace: Path) -> None:
    """The workbook of January: February stays computed, but its pages, which tell what changed since, do not."""
    workbook = "SYNTETISK-inskrivna-2023-01.xlsx"
    months = state(workspace, f"months/{MONTHS[1]}", "published", "public")
    known = Workspace(workspace)
    with known.writing():
        erased = erase_input(known, "enrolment", workbook)
    assert (erased.months, erased.pages, erased.shown) == ((MONTHS[0],), (MONTHS[1],), ())
    after = state(workspace, f"months/{MONTHS[1]}", "published", "public")
    assert {name for name in months if name not in after} == {f"published/{MONTHS[0]}/run.json"}
    assert {name: after[name] for name in after} == {name: months[name] for name in after}
    assert telling([workbook], workspace / "inputs", workspace / "internal", workspace / "cache") == []
    assert known.month_is_whole(MONTHS[1])


def test_an_input_that_was_taken_out_before_can_be_erased(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("-w", str(workspace))
    assert run("remove", "activities", REGISTER, *here) == 0
    # Its copy is there for as long as a month was made from it.
    assert telling([CONTACT], workspace / "inputs")
    assert run("remove", "activities", REGISTER, "--erase", *here) == 0
    assert telling([CONTACT, HIDDEN], workspace) == []
    capsys.readouterr()
    assert run("remove", "activities", REGISTER, "--dry-run", *here) == 2
    assert capsys.readouterr().err.startswith("--dry-run tells what --erase would erase")


def test_the_same_content_under_another_name_is_told_of(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("-w", str(workspace))
    (path,) = (workspace / "inputs").glob(f"*/{REGISTER}")
    copy = Path(shutil.copy(path, tmp_path / "SYNTETISK-kopia.xlsx"))
    assert run("add", "activities", str(copy), *here) == 0
    capsys.readouterr()
    assert run("remove", "activities", REGISTER, "--erase", *here) == 0
    said = "The same content is there under another name; erase it as well: geomatch remove activities SYNTETISK-kopia.xlsx --erase"
    assert said in capsys.readouterr().err
    assert run("remove", "activities", "SYNTETISK-kopia.xlsx", "--erase", *here) == 0
    assert telling([CONTACT, HIDDEN], workspace) == []


def test_decisions_leave_with_their_versions_and_the_pages_that_tell_them(
    workspace: Path, tmp_path: Path
) -> None:
    """Of decisions every version is kept and told, so that they go from the pages of months that were not made from them."""
    here = ("-w", str(workspace))
    rows = ["Från;Till;Gäller från;Gäller till;Referens;Beslut;Beslutsdatum;Beslutsfattare"]
    rows += ["Jokkmokk;Luleå;2023-01-01;2023-06-30;KANARIE-1;godkänd;2022-12-12;Handläggaren"]
    path = tmp_path / "SYNTETISK-beslut.csv"
    for number in (1, 2):
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        assert run("add", "corridors", str(path), *here) == 0
        rows.append(
            f"Arvidsjaur;Luleå;2023-01-01;2023-06-30;KANARIE-{number + 1};godkänd;2022-12-12;Handläggaren"
        )
    assert run("remove", "corridors", path.name, *here) == 0
    assert telling(["KANARIE-1"], workspace / "inputs")
    assert (workspace / "inputs" / "versions.json").is_file()
    assert run("remove", "corridors", path.name, "--erase", *here) == 0
    assert telling(["KANARIE-1", "KANARIE-2", path.name], workspace) == []
    assert list((workspace / "internal").glob("2023-*")) == []
    # The months were not made from them.
    assert all(Workspace(workspace).month_is_whole(month) for month in MONTHS)


def test_an_erasure_that_was_stopped_is_finished_by_the_same_command(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of inputs has it until all of it is gone."""
    from geomatch.takeback import erase  # noqa: PLC0415  its last step is put aside

    class StoppedError(Exception):
        """The power went."""

    def stop(_self: Workspace, _kind: str, _file: str) -> None:
        raise StoppedError

    known = Workspace(workspace)
    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "forget", stop)
        with pytest.raises(StoppedError), known.writing():
            erase.erase_input(known, "activities", REGISTER)
    assert [one.file for one in known.inputs("activities")] == [REGISTER]
    with known.writing():
        erase.erase_input(known, "activities", REGISTER)
    assert known.inputs("activities") == []
    assert telling([CONTACT, HIDDEN], workspace) == []
