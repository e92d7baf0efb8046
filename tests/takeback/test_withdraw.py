"""`geomatch withdraw activity` and stricter visibilities, on a workspace whose months are computed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from geomatch.errors import Problem
from geomatch.public.editions import editions, keep_retold, latest
from geomatch.public.inputs import public_inputs
from geomatch.publishing import publish_months
from geomatch.site.build import Built
from geomatch.takeback.record import Record, read_record
from geomatch.takeback.visibility import exposed, months_to_make_anew
from geomatch.workspace import Workspace
from tests.takeback.world import (
    MONTHS,
    NAME,
    ORGANISER,
    OWN_ID,
    PLACES,
    REGISTER,
    not_attacked,
    register,
    run,
    state,
    tables,
    telling,
)

JANUARY, FEBRUARY = MONTHS
REASON = "Av hänsyn till dem som går dit."


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published is looked at, not how it is laid out."""
    monkeypatch.setattr("geomatch.publishing.pages_of", lambda *_given, **_named: Built((), 0, 0))
    monkeypatch.setattr("geomatch.publishing.attack_on", not_attacked)


def shown(workspace: Path, month: str) -> dict[str, str]:
    """Name of each published activity, and how it is shown."""
    edition = latest(workspace, month)
    assert edition is not None
    table = edition.tables["activities"]
    return dict(zip(table["name"], table["shown_at"], strict=True))


def test_an_activity_leaves_every_byte_and_stays_away(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("-w", str(workspace))
    public, kept = workspace / "public", workspace / "published"
    # Its places make up those of its municipality, its county and its purpose.
    areas = tables(workspace, FEBRUARY, 1)["areas"].set_index("area_code")
    purposes = tables(workspace, FEBRUARY, 1)["purposes"]
    sums = {PLACES, *(int(str(areas.loc[code, "places"])) for code in ("2580", "25"))}
    sums |= {int(places) for places in purposes["places"] if places >= PLACES}
    words = [
        NAME,
        ORGANISER,
        *(f"{number}" for number in sums),
        *(f"{number:,}".replace(",", "\u00a0") for number in sums),
    ]
    named = telling([NAME], public, kept)
    assert {f"published/{month}/1/activities.parquet" for month in MONTHS} < set(named)
    assert {"public/2023-02/25/2580/index.html", f"public/{FEBRUARY}/activities.js"} < set(named)
    numbers = {month: table["activity"][table["name"] == NAME].iloc[0] for month in MONTHS for table in [tables(workspace, month, 1)["activities"]]}  # fmt: skip
    assert (
        run("withdraw", "activity", f"{FEBRUARY}:{numbers[FEBRUARY]}", "--reason", f"{NAME} ska bort", *here)
        == 2
    )
    assert capsys.readouterr().err.startswith("the reason names what is taken back")
    before = {path.name for path in (workspace / "cache").glob("*.parquet")}

    assert (
        run("withdraw", "activity", f"{FEBRUARY}:{numbers[FEBRUARY]}", "--reason", REASON, *here, "--json")
        == 0
    )
    said = capsys.readouterr()
    assert json.loads(said.out)["withdrawn"] == {JANUARY: [1], FEBRUARY: [1]}
    assert json.loads(said.out)["computed_anew"] == {JANUARY: 2, FEBRUARY: 2}
    assert said.err.startswith(f"Understood as activity {OWN_ID} of the register: {NAME}, Luleå.\n")
    assert telling(words, public, kept) == []
    # Nor the day returns of the public runs that had it; those of the board's own months stay.
    assert before - {path.name for path in (workspace / "cache").glob("*.parquet")} == {
        path for path in before if path not in _needed(workspace)
    }
    assert editions(workspace) == {JANUARY: [2], FEBRUARY: [2]}
    for month in MONTHS:
        assert [path.name for path in (kept / month / "1").iterdir()] == ["withdrawn.json"]
        page = (public / month / "25" / "2580" / "index.html").read_text(encoding="utf-8")
        assert f"Tillbakadragen: utgåva 1. {REASON}" in page
    assert run("publish", "--check", *here) == 0

    # A number that means another activity by now does no harm.
    after = state(workspace, "published", "public", "withdrawn.json")
    capsys.readouterr()
    assert run("withdraw", "activity", f"{FEBRUARY}:{numbers[FEBRUARY]}", "--reason", REASON, *here) == 0
    assert "This was done before." in capsys.readouterr().err
    assert run("withdraw", "activity", OWN_ID, "--reason", REASON, *here) == 0
    assert "It was withdrawn before." in capsys.readouterr().err
    assert state(workspace, "published", "public") == {
        name: content for name, content in after.items() if name != "withdrawn.json"
    }

    # A month that is published later has it neither, though the register shows it.
    shutil.rmtree(kept / FEBRUARY)
    known = Workspace(workspace)
    with known.writing():
        (published,) = publish_months(known, [FEBRUARY])
    assert (published.edition, published.new) == (1, True)
    assert NAME not in shown(workspace, FEBRUARY)
    assert telling(words, public, kept) == []


def _needed(workspace: Path) -> set[str]:
    """Files of day returns that a computed or published month needs."""
    paths = [*(workspace / "months").glob("*/manifest.json"), *(workspace / "published").glob("*/run.json")]
    return {json.loads(path.read_text(encoding="utf-8"))["travel"] + ".parquet" for path in paths}


@pytest.mark.usefixtures("no_pages")
def test_a_stricter_visibility_holds_for_earlier_months_and_a_looser_one_does_not(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("-w", str(workspace))
    assert shown(workspace, JANUARY)[NAME] == "place"
    assert months_to_make_anew(Workspace(workspace)) == []
    assert run("add", "activities", str(register(tmp_path / "less", SYN_002="kommun")), *here) == 0
    # The months are computed from the earlier register still.
    assert months_to_make_anew(Workspace(workspace)) == [JANUARY, FEBRUARY]
    capsys.readouterr()
    assert run("publish", FEBRUARY, *here) == 0
    said = capsys.readouterr().err
    assert "Withdrawn, month: editions – 2023-01: 1; 2023-02: 1." in said
    assert "Computed anew: 2023-01 (edition 2), 2023-02 (edition 2)." in said
    for month in MONTHS:
        assert shown(workspace, month)[NAME] == "municipality"
        assert telling([ORGANISER], workspace / "published" / month) == []
    assert months_to_make_anew(Workspace(workspace)) == []
    assert read_record(workspace).months[JANUARY][OWN_ID] == "municipality"

    # The board shows it again: from the next month on, and not before.
    assert run("add", "activities", str(register(tmp_path / "more", SYN_002="exakt")), *here) == 0
    assert months_to_make_anew(Workspace(workspace)) == []
    assert run("run", JANUARY, "--county", "25", *here) == 0
    assert run("publish", JANUARY, *here) == 0
    assert editions(workspace)[JANUARY] == [2]
    assert shown(workspace, JANUARY)[NAME] == "municipality"

    # Hidden now, and told by the command alone.
    assert run("add", "activities", str(register(tmp_path / "none", SYN_002="dold")), *here) == 0
    capsys.readouterr()
    assert run("withdraw", "stricter", "--dry-run", *here) == 0
    assert "Would be withdrawn, month: editions – 2023-01: 2; 2023-02: 2." in capsys.readouterr().err
    assert run("withdraw", "stricter", *here) == 0
    assert editions(workspace) == {JANUARY: [3], FEBRUARY: [3]}
    assert telling([NAME, ORGANISER], workspace / "published") == []
    reason = json.loads(
        (workspace / "published" / JANUARY / "2" / "withdrawn.json").read_text(encoding="utf-8")
    )["reason"]
    assert (
        reason
        == "En insats visas mindre exakt än förut, eller inte längre: det gäller även tidigare månader."
    )


@pytest.mark.usefixtures("no_pages")
def test_a_month_that_cannot_be_computed_anew_is_withdrawn_as_a_whole(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(workspace / "months" / JANUARY)
    assert run("withdraw", "activity", OWN_ID, "--reason", REASON, "-w", str(workspace)) == 0
    said = capsys.readouterr().err
    assert "2023-01 could not be computed anew and has no figures now: 2023-01 is not computed yet" in said
    assert editions(workspace) == {FEBRUARY: [2]}
    assert NAME not in shown(workspace, FEBRUARY)
    # With no month before it, it tells no changes.
    assert set(tables(workspace, FEBRUARY, 2)["areas"]["before"]) == {""}
    assert telling([NAME, ORGANISER], workspace / "published") == []


@pytest.mark.usefixtures("no_pages")
def test_what_fails_the_attack_only_now_is_taken_out_as_well(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A withdrawal never waits for what the rest of a month would give away."""

    def attacked(_workspace: Workspace, staged: Path, _progress: object) -> tuple[list[Problem], int]:
        return [Problem("need of 2513 can be worked out")] if FEBRUARY in editions(staged) else [], 9

    monkeypatch.setattr("geomatch.publishing.attack_on", attacked)
    assert run("withdraw", "activity", OWN_ID, "--reason", REASON, "-w", str(workspace)) == 0
    assert (
        "2023-02 could not be computed anew and has no figures now: need of 2513" in capsys.readouterr().err
    )
    assert editions(workspace) == {}
    assert [path.name for path in (workspace / "published" / FEBRUARY).iterdir()] == ["1"]


def test_what_is_asked_for_must_be_known(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(workspace, "published", "public")
    for asked, said in (
        (
            "SYN-777",
            "no register in the workspace has an activity with this id: SYN-777; expected the board's own id",
        ),
        ("2023-02:a25800099", "edition 1 of 2023-02 has no activity with this number: a25800099"),
        ("2023-07:a25800001", "2023-07 is not published; expected one of 2023-01, 2023-02"),
    ):
        assert run("withdraw", "activity", asked, "--reason", REASON, "-w", str(workspace)) == 2
        assert capsys.readouterr().err.startswith(said)
    assert state(workspace, "published", "public") == before


def test_all_places_of_an_activity_are_meant(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("withdraw", "activity", "SYN-035#2", "--reason", REASON, "--dry-run", "-w", str(workspace)) == 0
    )
    assert "Understood as activity SYN-035 of the register: Språkbussen, Kiruna. It has 3 places; all of them are meant." in capsys.readouterr().err  # fmt: skip


def test_a_note_that_names_an_activity_tells_of_it(workspace: Path) -> None:
    """Though the edition has no row of it."""
    known = Workspace(workspace)
    first = latest(workspace, FEBRUARY)
    assert first is not None
    activities = first.tables["activities"]
    frames = {**first.tables, "activities": activities[activities["name"] != NAME].reset_index(drop=True)}
    for note, telling_too in ((f"{NAME.upper()} hade fel tider", True), ("En insats hade fel tider", False)):
        number = keep_retold(workspace, FEBRUARY, frames, first.facts, synthetic=True, note=note)
        record = Record({OWN_ID: "hidden"})
        found = exposed(known, workspace, record, only={("2580", NAME)})
        assert found[JANUARY] == [1]
        assert (number in found[FEBRUARY]) is telling_too


def test_a_copy_of_a_register_that_is_gone_is_not_passed_over(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what it protects."""
    assert (
        run("add", "activities", str(register(tmp_path / "other", SYN_001="dold")), "-w", str(workspace)) == 0
    )
    (newest,) = Workspace(workspace).inputs("activities")
    (workspace / "inputs" / newest.sha256 / newest.file).unlink()
    capsys.readouterr()
    before = state(workspace, "published", "public")
    assert run("publish", FEBRUARY, "-w", str(workspace)) == 2
    assert "the workspace's copy is missing or was changed" in capsys.readouterr().err
    assert state(workspace, "published", "public") == before


def test_a_record_that_cannot_be_read_stops_everything(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "withdrawn.json").write_text('{"activities": {"SYN-002": "synlig"}}', encoding="utf-8")
    assert run("publish", FEBRUARY, "-w", str(workspace)) == 2
    assert capsys.readouterr().err.startswith("withdrawn.json: what was withdrawn cannot be read")


def test_public_inputs_take_the_stricter_of_two(workspace: Path) -> None:
    """The register says municipality of one and exact of another; what is looser changes nothing."""
    from geomatch.inputs import chosen_inputs, read_inputs  # noqa: PLC0415  only here
    from geomatch.sources.regions import municipalities  # noqa: PLC0415  likewise

    known = Workspace(workspace)
    inputs = read_inputs(known, chosen_inputs(known, FEBRUARY), known.settings())
    stricter = {"SYN-003": "exact", OWN_ID: "municipality", "SYN-035": "hidden", "SYN-001": "exact"}
    made = public_inputs(inputs, municipalities(), FEBRUARY, stricter).series
    words = dict(zip(made["name"], made["visibility"], strict=True))
    assert words["Vardagssvenska Hertsön"] == "municipality"
    assert words[NAME] == "municipality"
    assert "Språkbussen" not in words
    assert words["Språkcafé i centrum"] == "exact"
    assert REGISTER in {one.file for one in known.inputs("activities")}
