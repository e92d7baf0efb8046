"""A register that is added again must hold what stood in it; every version stays in the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch import cli
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.workspace import Workspace
from tests.decisions.small import HEADER, register

FIRST = (
    "Luleå;Boden;2023-01-01;2023-12-31;A 1;;;;",
    "Kalix;Luleå;2023-01-01;;;godkänd;;;",
    "Piteå;Luleå;2023-02-01;;R 1;avslagen;2023-01-16;;",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert cli.main(["init", str(tmp_path / "ws")]) == 0
    return tmp_path


def add(folder: Path, *paths: Path) -> int:
    return cli.main(["add", "corridors", *map(str, paths), "-w", str(folder / "ws")])


def problems(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line]


def test_rows_may_be_added_and_blanks_filled_in(folder: Path) -> None:
    path = register(folder / "k.csv", *FIRST)
    assert add(folder, path) == 0
    register(
        path,
        # Another order; decision maker, reference, day and agreement of what had none.
        "Kalix;Luleå;2023-01-01;;K 1;godkänd;2022-12-20;Enheten;12",
        *FIRST[::2],
        "Luleå;Boden;2023-06-01;;A 2;upphörd;2023-05-20;Enheten;",
    )
    assert add(folder, path) == 0
    (now,) = Workspace(folder / "ws").inputs("corridors")
    assert now.facts["rows"] == 4


BAD: tuple[tuple[str, tuple[str, ...], list[str]], ...] = (
    (
        "a register added again, without an earlier row",
        FIRST[1:],
        [
            (
                "korridorer.csv: beslutet ”Luleå–Boden, godkänd, 2023-01-01 – 2023-12-31, A 1” stod på rad 2 i korridorer.csv och är "
                "borta; väntat: varje tidigare rad, oförändrad. Sätt tillbaka raden. Lägg till en rad ”upphörd” med "
                "första dagen utan korridoren för att avsluta den, eller en rad ”rättelse” med rättelsens dag för "
                "att rätta den."
            )
        ],
    ),
    (
        "a register added again, with an earlier row changed",
        ("Luleå;Boden;2023-01-01;2023-06-30;A 9;;;;", FIRST[1], FIRST[2]),
        [
            f"korridorer.csv, rad 2, kolumn ”{column}”: ”{now}” står där beslutet ”Luleå–Boden, godkänd, 2023-01-01 – "
            f"2023-12-31, A 1” hade ”{before}” (rad 2 i korridorer.csv); väntat: varje tidigare rad, oförändrad. Sätt "
            "tillbaka det tidigare värdet. Lägg till en rad ”upphörd” med första dagen utan korridoren för att "
            "avsluta den, eller en rad ”rättelse” med rättelsens dag för att rätta den."
            for column, now, before in (
                ("Gäller till", "2023-06-30", "2023-12-31"),
                ("Referens", "A 9", "A 1"),
            )
        ],
    ),
    # An open last day, and a later day of decision, would change what held.
    (
        "a register added again, with a last day or a day of decision filled in",
        (FIRST[0], "Kalix;Luleå;2023-01-01;2023-05-31;;godkänd;2023-01-02;;", FIRST[2]),
        [
            f"korridorer.csv, rad 3, kolumn ”{column}”: ”{now}” står där beslutet ”Kalix–Luleå, godkänd, 2023-01-01 – …” "
            "hade ”tomt” (rad 3 i korridorer.csv); väntat: varje tidigare rad, oförändrad. Sätt tillbaka det tidigare "
            "värdet. Lägg till en rad ”upphörd” med första dagen utan korridoren för att avsluta den, eller en "
            "rad ”rättelse” med rättelsens dag för att rätta den."
            for column, now in (("Gäller till", "2023-05-31"), ("Beslutsdatum", "2023-01-02"))
        ],
    ),
)


@pytest.mark.parametrize(("lines", "expected"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_history_is_not_rewritten(
    folder: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], expected: list[str]
) -> None:
    path = register(folder / "korridorer.csv", *FIRST)
    assert add(folder, path) == 0
    before = (folder / "ws" / "inputs" / "index.json").read_bytes()
    capsys.readouterr()
    register(path, *lines)
    assert add(folder, path) == 2
    assert problems(capsys) == expected
    assert (folder / "ws" / "inputs" / "index.json").read_bytes() == before


def test_a_correction_is_a_row_of_its_own(folder: Path) -> None:
    path = register(folder / "k.csv", *FIRST)
    assert add(folder, path) == 0
    register(path, *FIRST, "Luleå;Boden;2023-01-01;2023-06-30;A 1b;rättelse;2023-03-01;Enheten;6")
    assert add(folder, path) == 0
    (now,) = Workspace(folder / "ws").inputs("corridors")
    table = read_corridor_register(Workspace(folder / "ws").path_of(now)).table
    assert table[table["from_code"] == "2580"].to_numpy().tolist() == [
        ["2580", "2582", "2023-01-01", "2023-02-28", "A 1"],
        ["2580", "2582", "2023-03-01", "2023-06-30", "A 1b"],
    ]


def test_neither_another_name_nor_taking_it_out_is_a_way_round(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = register(folder / "k.csv", *FIRST)
    assert add(folder, path) == 0
    assert cli.main(["remove", "corridors", "k.csv", "-w", str(folder / "ws")]) == 0
    shorter = FIRST[:2]
    for name in ("k.csv", "korridorer-2023.csv"):
        capsys.readouterr()
        assert add(folder, register(folder / name, *shorter)) == 2
        (told,) = problems(capsys)
        assert told.startswith(
            f"{name}: beslutet ”Piteå–Luleå, avslagen, 2023-02-01 – …, R 1” stod på rad 4 i k.csv"
        )
    # Whole, under the new name.
    assert add(folder, register(folder / "korridorer-2023.csv", *FIRST)) == 0
    # A register without a decision in common is another board's.
    assert add(folder, register(folder / "annan.csv", "Umeå;Vännäs;2023-01-01;;;;;;")) == 0


def test_rows_may_move_to_another_register(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = folder / "k.csv", folder / "p.csv"
    assert add(folder, register(one, *FIRST)) == 0
    register(one, *FIRST[:2])
    register(two, FIRST[2].replace("R 1", "R 2"))
    capsys.readouterr()
    assert add(folder, one, two) == 2
    assert len(problems(capsys)) == 1
    register(two, FIRST[2])
    assert add(folder, one, two) == 0


def test_every_version_stays(folder: Path) -> None:
    path = folder / "k.csv"
    texts = []
    for count in (1, 2, 3):
        register(path, *FIRST[:count])
        texts.append(path.read_text(encoding="utf-8"))
        assert add(folder, path) == 0
    workspace = Workspace(folder / "ws")
    with workspace.writing():
        pass  # what nobody needs is tidied away here
    versions = workspace.versions("corridors")
    assert [workspace.path_of(one).read_text(encoding="utf-8") for one in versions] == texts
    assert [one.file for one in workspace.inputs("corridors")] == ["k.csv"]
    workspace.remove("corridors", "k.csv")
    with workspace.writing():
        pass
    assert [workspace.path_of(one).read_text(encoding="utf-8") for one in workspace.versions()] == texts
    # The last one is added again: nothing is kept twice.
    assert add(folder, path) == 0
    assert add(folder, register(path, *FIRST, "Boden;Luleå;2023-03-01;;;;;;")) == 0
    again = [workspace.path_of(one).read_text(encoding="utf-8") for one in workspace.versions()]
    assert again == [*texts, "\n".join([HEADER, *FIRST, "Boden;Luleå;2023-03-01;;;;;;"]) + "\n"]


def test_a_file_that_cannot_be_read_is_told_as_such(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = register(folder / "k.csv", *FIRST)
    assert add(folder, path) == 0
    capsys.readouterr()
    register(path, "Lule;Boden;2023-01-01;;;;;;")
    assert add(folder, path) == 2
    assert problems(capsys) == [
        "k.csv, rad 2, kolumn ”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror."
    ]
