"""The editions of a month: what makes a new one, and that what was published stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geomatch.disclosure import published
from geomatch.errors import InputError
from geomatch.public.editions import before, editions, keep_edition, latest, read_edition
from geomatch.public.run import PublicMonth
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.workspace import Workspace
from tests.public import small

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> PublicMonth:
    folder = tmp_path_factory.mktemp("month")
    return small.made(small.inputs(folder / "feed"), folder / "ws")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def with_places(month: PublicMonth, places: int) -> PublicMonth:
    """The month with other numbers: so many places at each of its activities."""
    table = PUBLIC_TABLES["activities"]
    frame = month.tables["activities"].frame.assign(places=places)
    return replace(month, tables={**month.tables, "activities": published(frame, table, 5)})


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_first_edition_needs_no_note(month: PublicMonth, workspace: Workspace) -> None:
    assert editions(workspace.folder) == {}
    assert latest(workspace.folder, small.MONTH) is None
    assert keep_edition(workspace.folder, month, synthetic=True, note="") == (1, True)
    assert editions(workspace.folder) == {small.MONTH: [1]}
    kept = read_edition(workspace.folder, small.MONTH, 1)
    assert (kept.month, kept.number, kept.note, kept.synthetic) == (small.MONTH, 1, "", True)
    assert kept.facts == json.loads(json.dumps(month.facts))
    assert dict(kept.notes) == {1: ""}
    for name, table in month.tables.items():
        # A Parquet file holds the same values; types of text differ with the version of pandas.
        assert kept.tables[name].to_csv() == table.frame.to_csv(), name
    found = latest(workspace.folder, small.MONTH)
    assert found is not None
    assert found.digest == kept.digest


def test_the_same_numbers_are_the_same_edition(month: PublicMonth, workspace: Workspace) -> None:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    files = bytes_of(workspace.folder)
    assert keep_edition(
        workspace.folder, with_places(with_places(month, 7), 7), synthetic=True, note="x"
    ) == (
        2,
        True,
    )
    assert keep_edition(workspace.folder, with_places(month, 7), synthetic=True, note="another note") == (
        2,
        False,
    )
    assert read_edition(workspace.folder, small.MONTH, 2).note == "x"
    assert {name: data for name, data in bytes_of(workspace.folder).items() if name in files} == files


def test_the_boards_language_is_no_number(tmp_path: Path, month: PublicMonth, workspace: Workspace) -> None:
    board = small.inputs(tmp_path / "feed")
    english = replace(board, settings=replace(board.settings, language="en"))
    keep_edition(workspace.folder, month, synthetic=True, note="")
    assert keep_edition(workspace.folder, small.made(english, tmp_path / "en"), synthetic=True, note="") == (
        1,
        False,
    )


@pytest.mark.parametrize("note", ["", "  \n"])
def test_other_numbers_need_a_note(month: PublicMonth, workspace: Workspace, note: str) -> None:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    files = bytes_of(workspace.folder)
    with pytest.raises(InputError) as caught:
        keep_edition(workspace.folder, with_places(month, 7), synthetic=True, note=note)
    assert str(caught.value) == (
        "2023-02 är redan publicerad, med andra siffror (utgåva 1); väntat: en anteckning om vad som ändrats och varför. "
        "Publicera rättelsen med anteckning: geomatch publish 2023-02 --note ”…”"
    )
    assert bytes_of(workspace.folder) == files


def test_with_a_note_it_is_the_next_edition_and_the_first_stays(
    month: PublicMonth, workspace: Workspace
) -> None:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    first = bytes_of(workspace.folder / "published" / small.MONTH / "1")
    assert keep_edition(
        workspace.folder, with_places(month, 7), synthetic=True, note=" Fel antal platser. "
    ) == (
        2,
        True,
    )
    assert bytes_of(workspace.folder / "published" / small.MONTH / "1") == first
    second = read_edition(workspace.folder, small.MONTH, 2)
    assert dict(second.notes) == {1: "", 2: "Fel antal platser."}
    assert set(second.tables["activities"]["places"]) == {7}
    # Back to the numbers of the first: that is a third, and no silent return.
    assert keep_edition(workspace.folder, month, synthetic=True, note="Det var rätt.") == (3, True)
    assert editions(workspace.folder) == {small.MONTH: [1, 2, 3]}
    assert (
        read_edition(workspace.folder, small.MONTH, 1).digest
        == read_edition(workspace.folder, small.MONTH, 3).digest
    )


def test_made_up_figures_are_other_figures(month: PublicMonth, workspace: Workspace) -> None:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    with pytest.raises(InputError):
        keep_edition(workspace.folder, month, synthetic=False, note="")


def damaged(month: PublicMonth, workspace: Workspace, harm: Any) -> list[str]:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    harm(workspace.folder / "published" / small.MONTH / "1")
    with pytest.raises(InputError) as caught:
        read_edition(workspace.folder, small.MONTH, 1)
    return str(caught.value).splitlines()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


SAYS = (
    "published/2023-02/1/{file}: filen har ändrats eller försvunnit efter publiceringen. "
    "Återställ mappen published/ från en kopia: det som är publicerat ändras aldrig."
)


@pytest.mark.parametrize(
    ("file", "harm"),
    [
        ("areas.parquet", lambda own: _cut(own / "areas.parquet")),
        ("ways.parquet", lambda own: (own / "ways.parquet").unlink()),
        ("edition.json", lambda own: (own / "edition.json").write_text("{}", encoding="utf-8")),
        ("edition.json", lambda own: (own / "edition.json").write_text("[1]", encoding="utf-8")),
        ("edition.json", lambda own: _cut(own / "edition.json")),
        ("edition.json", lambda own: (own / "edition.json").unlink()),
    ],
)
def test_a_damaged_edition_is_told(month: PublicMonth, workspace: Workspace, file: str, harm: Any) -> None:
    assert damaged(month, workspace, harm) == [SAYS.format(file=file)]


def test_a_new_edition_is_not_laid_on_a_damaged_one(month: PublicMonth, workspace: Workspace) -> None:
    keep_edition(workspace.folder, month, synthetic=True, note="")
    _cut(workspace.folder / "published" / small.MONTH / "1" / "edition.json")
    with pytest.raises(InputError, match=r"edition\.json"):
        keep_edition(workspace.folder, month, synthetic=True, note="x")


def test_what_fails_halfway_leaves_nothing(
    month: PublicMonth, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import geomatch.public.editions as module  # noqa: PLC0415  # to be made to fail

    calls = []

    def failing(path: Path) -> str:
        calls.append(path)
        if len(calls) == 3:
            raise OSError("no space left on device")
        return "0"

    monkeypatch.setattr(module, "content_sha256", failing)
    with pytest.raises(OSError, match="no space"):
        keep_edition(workspace.folder, month, synthetic=True, note="")
    assert len(calls) == 3
    assert bytes_of(workspace.folder / "published") == {}
    assert editions(workspace.folder) == {}


KILLED = """
import os, pickle, signal, sys
from pathlib import Path

import geomatch.public.editions as module
from geomatch.workspace import Workspace
from tests.public import small

folder = Path(sys.argv[1])
month = small.made(small.inputs(folder / "feed"), folder / "made")
keep = module.dump_json


def last_step(value):
    text = keep(value)
    if "files" in value:
        staged = folder / "ws" / "published" / small.MONTH / ".1.new"
        (staged / "edition.json").write_text(text, encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)
    return text


module.dump_json = last_step
module.keep_edition(Workspace.create(folder / "ws").folder, month, synthetic=True, note="")
"""


def test_what_is_killed_halfway_is_no_edition(month: PublicMonth, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    workspace = Workspace(tmp_path / "ws")
    assert (workspace.folder / "published" / small.MONTH / ".1.new" / "edition.json").is_file()
    assert editions(workspace.folder) == {}
    assert latest(workspace.folder, small.MONTH) is None
    assert keep_edition(workspace.folder, month, synthetic=True, note="") == (1, True)
    assert [path.name for path in (workspace.folder / "published" / small.MONTH).iterdir()] == ["1"]


def test_the_month_before_is_the_last_one_that_is_published() -> None:
    assert before(["2022-11", "2023-01", "2023-03"], "2023-03") == "2023-01"
    assert before(["2022-11", "2023-01", "2023-03"], "2023-01") == "2022-11"
    assert before(["2022-11"], "2022-11") is None
