"""Who could use an approved corridor, and the trip whose loss made it impossible; a small workspace of two timetables."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from geomatch import cli
from geomatch.decisions.ask import ask_follow_up
from geomatch.decisions.follow_up import follow_up
from geomatch.decisions.impossible import Impossible
from geomatch.decisions.vanished import LostTrip
from geomatch.month import facts_of, run_month
from geomatch.workspace import Workspace
from tests.decisions.small import register, small_workspace
from tests.travel.feeds import EAST, NORTH, s

OPEN = "Sandviken;Gävle;2023-01-01;2023-12-31;ref 1;godkänd;2022-12-01;Enheten;12"
BACK = "Gävle;Sandviken;2023-01-01;2023-12-31;ref 2;;;;"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Line 45 leaves the hub at 08:00 in January and at 11:00 in February; the course is on Tuesdays 10-12."""
    made = small_workspace(tmp_path_factory.mktemp("liten"), OPEN, BACK)
    given = register(
        made.folder.parent / "filer" / "ersattning.csv",
        "2023-02;Sandviken;Gävle;900;800;600;..;24",
        "2023-02;Gävle;;50;50;50;1;2",
        "2023-02;Sandviken;Ockelbo;70;0;0;..;-",
        header="Månad;Från;Till;Ansökt (kr);Beviljat (kr);Utbetalt (kr);Personer;Resor",
    )
    with made.writing():
        made.add("travel_compensation", [given], lambda path: facts_of("travel_compensation", path))
    return made


def test_who_could_use_it(workspace: Workspace) -> None:
    # 100 asylum seekers at one place, of whom 20-40 % have the right to travel (the shipped share of 2020).
    january = {one.state.from_code: one for one in follow_up(workspace, "2023-01").corridors}
    assert (january["2181"].could_low_milli, january["2181"].could_high_milli) == (20_000, 40_000)
    # Sandviken has no activity.
    assert (january["2180"].could_low_milli, january["2180"].could_high_milli) == (0, 0)
    assert follow_up(workspace, "2023-01").before == ""
    february = follow_up(workspace, "2023-02")
    assert [one.could_high_milli for one in february.corridors] == [0, 0]


@pytest.mark.parametrize(
    ("rule", "low", "high", "barred"),
    [
        # Sandviken's people live 26.1 km from the course. The set asks for no case: all 100 may travel.
        ("min_distance_m = 26000", 100_000, 100_000, False),
        ("min_distance_m = 27000", 0, 0, True),
        ('target_groups = ["temporary_protection"]', 0, 0, True),
        ('case_status = ["first_instance_open"]', 20_000, 40_000, False),
    ],
)
def test_whom_a_verified_rule_excludes_could_not_use_it(
    workspace: Workspace, tmp_path: Path, rule: str, low: int, high: int, barred: bool
) -> None:
    shutil.copytree(workspace.folder, tmp_path / "ws")
    ruled = Workspace(tmp_path / "ws")
    (ruled.folder / "rules").mkdir()
    (ruled.folder / "rules" / "egna.toml").write_text(
        'name = "2020-01-01"\nvalid_from = 2020-01-01\nvalid_to = 2024-06-13\ntitle = "Egna"\n'
        f'[[rules]]\nname = "egen"\nstatus = "verified"\ntext = "egen"\nsource = "beslut"\n{rule}\n',
        encoding="utf-8",
    )
    run_month(ruled, "2023-01", "21")
    one = follow_up(ruled, "2023-01").corridors[1]
    assert (one.could_low_milli, one.could_high_milli, one.barred) == (low, high, barred)
    told = ask_follow_up(ruled, "2023-01")
    assert told.facts["corridors"][1]["barred_by_rules"] == barred
    assert ("Ingen får det: bekräftade regler utesluter alla" in "\n".join(told.lines)) == barred


def test_the_trip_that_vanished_is_named(workspace: Workspace) -> None:
    """07:30 line 44 and home by 45 and 44 are as before; the 08:00 from the hub is not there, the next goes at 11:00."""
    found = follow_up(workspace, "2023-02")
    assert found.before == "2023-01"
    gone = {one.state.from_code: one.impossible for one in found.corridors}
    # Nobody in Gävle could use theirs before either.
    assert gone == {
        "2180": None,
        "2181": Impossible(
            "2023-01",
            "timetable",
            (
                LostTrip(
                    "45",
                    "Navet",
                    "Staden",
                    s("8:00"),
                    s("8:30"),
                    homebound=False,
                    instead=(s("11:00"), s("11:30")),
                ),
            ),
            "Språkcafé",
            1,
            "2023-01-03",
            "2023-02-07",
        ),
    }


def test_the_command_in_swedish_and_as_json(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["decisions", "follow-up", "2023-02", "-w", str(workspace.folder)]
    assert cli.main(arguments) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "Godkända korridorer i februari 2023",
        "Gävle–Sandviken: godkänd 2023-01-01 – 2023-12-31, ref 2",
        "  Kunde använda den: 0 personer (med rätt till resan och en dagsresa dit).",
        "  Sökt, beviljat och utbetalt: inte angivet.",
        (
            "Sandviken–Gävle: godkänd 2023-01-01 – 2023-12-31, beslutad 2022-12-01 av Enheten, ref 1, överenskommelser på "
            "högst 12 månader"
        ),
        "  Kunde använda den: 0 personer (med rätt till resan och en dagsresa dit).",
        (
            "  februari 2023: sökt 900 kr, beviljat 800 kr, utbetalt 600 kr, för 1–5 personer, 24 resor; 120–600 kr utbetalt per "
            "person"
        ),
        (
            "  Kunde användas i januari 2023 och kan inte användas nu: tidtabellen har ändrats: på ditvägen: linje 45, Navet "
            "08:00–Staden 08:30 finns inte längre (närmast nu: 11:00–11:30). Till Språkcafé, tisdag (2023-01-03 och "
            "2023-02-07)."
        ),
        "Gävle, vart de än reser:",
        "  februari 2023: sökt 50 kr, beviljat 50 kr, utbetalt 50 kr, för 1 person, 2 resor; 50 kr utbetalt per person",
        "Sandviken–Ockelbo, som inte var öppen under månaden:",
        "  februari 2023: sökt 70 kr, beviljat 0 kr, utbetalt 0 kr, för 1–5 personer, 0–5 resor; 0 kr utbetalt per person",
        "1 korridor som kunde användas i januari 2023 kan inte användas nu.",
    ]
    assert told.err.splitlines() == ["INTERNT – får inte spridas"]
    assert cli.main([*arguments, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["internal"], facts["before"], facts["county"]) == (True, "2023-01", "21")
    gone = facts["corridors"][1]["impossible"]
    assert gone["vanished"] == [
        "linje 45, Navet 08:00–Staden 08:30 finns inte längre (närmast nu: 11:00–11:30)"
    ]
    assert gone["lost"][0]["instead"] == [s("11:00"), s("11:30")]
    # Another county's corridors are not told, nor is a month that is not computed.
    assert cli.main([*arguments, "--county", "25"]) == 0
    assert "Ingen korridor var öppen." in capsys.readouterr().out
    assert cli.main(["decisions", "follow-up", "2023-03", "-w", str(workspace.folder)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "2023-03 är inte beräknad ännu. Beräkna den: geomatch run 2023-03"
    ]


def cause(workspace: Workspace) -> Impossible | None:
    return follow_up(workspace, "2023-02").corridors[0].impossible


@pytest.mark.parametrize("visibility", ["dold", "kommun"])
def test_an_activity_whose_place_may_not_be_known_gives_no_trip_away(tmp_path: Path, visibility: str) -> None:
    found = cause(small_workspace(tmp_path, OPEN, visibility=visibility))
    assert found == Impossible("2023-01", "protected")


def test_an_activity_that_ended_is_no_matter_of_the_timetable(tmp_path: Path) -> None:
    x, y = round(EAST + 16_000), round(NORTH + 28_000)
    ended = f"A1;Språkcafé;Förening;Svenska;40;2022-09-01;2023-01-31;tis;10:00;12:00;exakt;Gävle;{x};{y}"
    assert cause(small_workspace(tmp_path, OPEN, later="8:00", activities=ended)) == Impossible(
        "2023-01", "supply"
    )


def test_what_can_still_be_used_is_no_loss(tmp_path: Path) -> None:
    # Ten minutes later it is still in time.
    workspace = small_workspace(tmp_path, OPEN, later="8:10")
    assert cause(workspace) is None
    (one,) = follow_up(workspace, "2023-02").corridors
    assert (one.could_low_milli, one.could_high_milli) == (20_000, 40_000)
