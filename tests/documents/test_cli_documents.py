"""The command, and the walk-through of the documentation from the month's files to the list that is signed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from geomatch.cli import main
from geomatch.cli_output import Progress
from geomatch.words import using_language
from geomatch.workspace import Workspace
from tests.documents.conftest import COUNTY, MONTH
from tests.test_docs import commands_of, write_files


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with using_language("sv"):
        code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_it_prints_where_the_list_is(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(workspace.folder)
    code, out, err = run(capsys, "documents", MONTH, "-w", folder)
    page = workspace.folder / "internal" / MONTH / f"{COUNTY}-documents" / "index.html"
    assert (code, out, err) == (0, f"{page}\n", "")
    code, out, err = run(capsys, "documents", MONTH, "--county", COUNTY, "--json", "-w", folder)
    told = json.loads(out)
    assert told["pages"] == [str(page)]
    assert len(told["files"]) == 9
    assert all(Path(file).is_file() for file in told["files"])


def test_the_language_is_that_of_messages_or_the_one_asked_for(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(workspace.folder)
    page = workspace.folder / "internal" / MONTH / f"{COUNTY}-documents" / "index.html"
    run(capsys, "--lang", "en", "documents", MONTH, "-w", folder)
    assert '<html lang="en">' in page.read_text(encoding="utf-8")
    run(capsys, "--lang", "en", "documents", MONTH, "--page-language", "sv", "-w", folder)
    assert '<html lang="sv">' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("2023-02", "--county", "26"),
            "det finns inget län med koden 26; väntat: en länskod med två siffror",
        ),
        (("2023-02", "--county", "24"), "2023-02 är inte beräknad för län 24; väntat: någon av 25"),
        (("2022-01",), "2022-01 är inte beräknad ännu. Beräkna den: geomatch run 2022-01"),
        (("februari",), "det står ”februari”; väntat: en månad, ÅÅÅÅ-MM"),
    ],
)
def test_wrong_input_is_said(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, "documents", *arguments, "-w", str(workspace.folder))
    assert (code, out) == (2, "")
    assert message in err


def test_no_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, "documents", MONTH, "-w", str(tmp_path))
    assert code == 2
    assert "geomatch init" in err


def test_progress_on_a_terminal(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(Progress, "__call__", lambda _self, step, _done, _total: steps.append(step))
    run(capsys, "documents", MONTH, "-w", str(workspace.folder))
    assert list(dict.fromkeys(steps)) == ["Läser filerna", "Vilka som får plats", "Platser kvar", "Dokument"]


def test_from_the_files_to_the_list_that_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "files")
    here = tmp_path / "geomatch"
    here.mkdir()
    for line in commands_of("docs/documents.md"):
        monkeypatch.chdir(here)
        if line.startswith("cd "):
            here = (here / line.removeprefix("cd ")).resolve(strict=True)
            continue
        code, out, err = run(capsys, *line.split()[1:])
        assert code == 0, (line, out, err)
    folder = here / "internal" / "2023-02" / "25-documents"
    # The page links the documents; the list has a place for each decision and for the signature.
    assert "../25-documents/index.html" in (folder.parent / "25" / "index.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(folder / "SYNTETISK-korridorer-2023-02-25.xlsx")["Kommunpar"]
    assert [cell.value for cell in sheet[4]][-1] == "Beslut"
    assert [row[0].value for row in sheet.iter_rows(min_row=sheet.max_row - 4)] == [
        "Beslut", "Diarienummer", "Datum", "Namn", "Underskrift",
    ]  # fmt: skip
