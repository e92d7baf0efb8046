"""The demo's decisions: the commands, and their table on the county page."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from geomatch import cli
from geomatch.month import run_month
from geomatch.publish.site import publish_month
from geomatch.workspace import Workspace
from tests.decisions.small import register

JOKKMOKK = (
    "Jokkmokk–Gällivare: upphörd från 2022-12-15 (var godkänd från 2022-09-01), beslutad 2022-12-09 av SYNTETISK "
    "handläggare, SYNTETISK beslut 5"
)


def run(folder: Path, *arguments: str) -> int:
    return cli.main(["decisions", *arguments, "-w", str(folder)])


def page_words(folder: Path) -> str:
    page = (folder / "internal" / "2023-02" / "25" / "index.html").read_text(encoding="utf-8")
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_state_of_each_pair(demo_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo_workspace, "list", "2023-02") == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[:2] == ["Beslut i slutet av februari 2023", JOKKMOKK]
    assert [line.partition(":")[0] for line in lines[1:] if not line.startswith("  ")] == [
        "Jokkmokk–Gällivare",
        "Kalix–Luleå",
        "Älvsbyn–Luleå",
        "Piteå–Skellefteå",
        "Haparanda–Kalix",
    ]
    assert (
        "  februari 2023: sökt 19\xa0200 kr, beviljat 19\xa0200 kr, utbetalt 18\xa0730 kr, för 15 personer, 238 resor; "
        "1\xa0249 kr utbetalt per person"
    ) in lines
    assert told.err.splitlines() == ["INTERNT – får inte spridas", "SYNTETISKA UPPGIFTER"]
    # Only the refused pair touches Västerbotten; in December the correction of Haparanda was not yet made.
    assert run(demo_workspace, "list", "2023-01", "--county", "24", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert [(one["from"], one["to"], one["state"]) for one in facts["pairs"]] == [
        ("Piteå", "Skellefteå", "refused")
    ]
    assert run(demo_workspace, "list", "2022-12", "--json") == 0
    states = {
        one["from"]: (one["state"], one["last_day"]) for one in json.loads(capsys.readouterr().out)["pairs"]
    }
    assert states == {
        "Jokkmokk": ("ended", "2022-12-14"),
        "Kalix": ("coming", "2023-12-31"),
        "Älvsbyn": ("coming", "2023-12-31"),
        "Haparanda": ("coming", "2023-12-31"),
    }


def test_what_is_due(demo_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo_workspace, "due", "2023-02") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Behöver förnyas inom 60 dagar efter slutet av februari 2023",
        (
            "Haparanda–Kalix: till och med 2023-04-15 (46 dagar kvar), beslutad 2023-01-20 av SYNTETISK handläggare, "
            "SYNTETISK överenskommelse 3"
        ),
    ]
    assert run(demo_workspace, "due", "2023-02", "--days", "45") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["Inga."]
    assert run(demo_workspace, "due", "2023-02", "--days", "-1") == 2
    capsys.readouterr()


def test_what_became_of_them(demo_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo_workspace, "follow-up", "2023-02") == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("  Kunde använda den: ") for line in lines) == 3
    assert lines[-1] == "Varje korridor som kunde användas i januari 2023 kan användas nu."
    assert "Boden, vart de än reser:" in lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list", "2023-2"), "det står ”2023-2”; väntat: en månad, ÅÅÅÅ-MM. Skriv till exempel 2023-02."),
        (
            ("due", "2023-02", "--county", "99"),
            "det finns inget län med koden 99; väntat: en länskod med två siffror, 01 till 25.",
        ),
    ],
)
def test_what_cannot_be_asked(
    demo_workspace: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert run(demo_workspace, *arguments) == 2
    assert capsys.readouterr().err.splitlines() == [message]


def test_the_table_on_the_page_and_what_is_said_without_the_files(
    demo_workspace: Path, tmp_path: Path
) -> None:
    words = page_words(demo_workspace)
    assert (
        "Haparanda Kalix godkänd 2023-01-01 – 2023-04-15 2023-01-20 SYNTETISK handläggare SYNTETISK överenskommelse 3 "
        "5 200 5 200 5 040 7 Behöver förnyas: godkänd till och med 2023-04-15 (46 dagar kvar)."
    ) in words
    assert (
        "Kalix Luleå godkänd 2023-01-01 – 2023-12-31 2022-12-12 SYNTETISK handläggare SYNTETISK överenskommelse 2 8 400 6 300 – 1–5 –"
        in words
    )
    assert "Piteå Skellefteå avslagen 2023-01-01 – 2023-12-31 2023-01-16" in words
    assert "Reseersättning SYNTETISK-reseersattning.csv" not in words  # its months stand between
    assert "2023-01 – 2023-03 · SYNTETISK-reseersattning.csv" in words
    absent = "Migrationsverkets reseersättning (sökt, beviljad, utbetald) saknas."
    assert absent not in words
    folder = tmp_path / "demo"
    shutil.copytree(demo_workspace, folder)
    workspace = Workspace(folder)
    with workspace.writing():
        workspace.remove("travel_compensation", "SYNTETISK-reseersattning.csv")
        workspace.remove("corridors", "SYNTETISK-korridorer.csv")
        run_month(workspace, "2023-02", "25")
        publish_month(workspace, "2023-02", "sv")
    words = page_words(folder)
    assert absent in words
    assert "Beslut om kommunpar" not in words


def test_a_corridor_that_the_demos_rule_forbids_is_named_and_kept(
    demo_workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_workspace, folder)
    extra = register(
        tmp_path / "extra.csv", "Piteå;Skellefteå;2023-03-01;2023-12-31;P 1;godkänd;2023-02-20;;"
    )
    assert cli.main(["add", "corridors", str(extra), "-w", str(folder)]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "extra.csv, antal rader: 1"
    assert told[-1] == (
        "  extra.csv, rad 2, kolumn ”Till”: korridoren går över en länsgräns, mot regeln demo_inom_lanet: SYNTETISK "
        "regel: resan stannar inom länet. Den står kvar som öppen, som den beslutades; avsluta den med en rad "
        "”upphörd” om regeln gäller den."
    )
    assert run(folder, "list", "2023-03", "--county", "24") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Piteå–Skellefteå: godkänd 2023-03-01 – 2023-12-31")
    assert lines[-1] == told[-1]
