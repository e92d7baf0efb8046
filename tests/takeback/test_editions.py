"""Editions and months that are withdrawn: what is left, what must go with them, and what the site shows instead."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from rdflib import Graph

from geomatch.errors import InputError
from geomatch.public.editions import (
    editions,
    keep_edition,
    keep_retold,
    kept_editions,
    latest,
    withdrawals,
)
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import SiteSettings
from geomatch.site.build import build_site
from geomatch.site.check import inspect_site
from geomatch.takeback.editions import Taken
from geomatch.takeback.withdraw import withdraw_month, withdraw_one_edition
from geomatch.workspace import Workspace
from tests.site.made import made_month
from tests.takeback.conftest import MADE
from tests.takeback.world import listed_only, not_attacked, run, state, tables, telling

ROOT = Path(__file__).resolve().parents[2]
JANUARY, FEBRUARY, MARCH = MADE
REASON = "Antalen var fel."
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = SiteSettings(
    publisher="Länsstyrelsen", contact_email="post@example.se", address="https://karta.example.se"
)


def withdraw(folder: Path, month: str, number: int | None, *, dry: bool = False) -> Taken:
    known = Workspace(folder)
    with known.writing():
        if number is None:
            return withdraw_month(known, month, REASON, dry=dry).taken
        return withdraw_one_edition(known, month, number, REASON, dry=dry).taken


def figure(folder: Path, month: str, number: int, code: str, column: str) -> int:
    areas = tables(folder, month, number)["areas"].set_index("area_code")
    return int(str(areas.loc[code, column]))


def test_the_newest_edition_leaves_a_month_without_figures(made: Path) -> None:
    """Older numbers do not come back by themselves; the notice says what happened, and no number is used again."""
    secret = figure(made, FEBRUARY, 1, "10", "need_low")
    changes = tables(made, MARCH, 1)["areas"].set_index("area_code")
    assert changes.loc["10", "before"] == FEBRUARY
    # What anybody could work out from March alone.
    assert (
        figure(made, MARCH, 1, "10", "need_high") - figure(made, MARCH, 1, "10", "need_change_high") == secret
    )
    taken = withdraw(made, FEBRUARY, 1)
    assert (taken.withdrawn, taken.retold) == ({FEBRUARY: [1], MARCH: [1]}, {MARCH: 2})
    own = made / "published" / FEBRUARY / "1"
    assert [path.name for path in own.iterdir()] == ["withdrawn.json"]
    told = json.loads((own / "withdrawn.json").read_text(encoding="utf-8"))
    assert set(told) == {"month", "number", "reason", "synthetic", "updated", "areas"}
    assert (told["month"], told["number"], told["reason"]) == (FEBRUARY, 1, REASON)
    assert editions(made) == {JANUARY: [1, 2], MARCH: [2]}
    assert latest(made, FEBRUARY) is None
    # March tells its changes since January, whose newest edition is the second.
    areas = tables(made, MARCH, 2)["areas"].set_index("area_code")
    assert set(areas["before"]) == {JANUARY}
    for name in ("need_low", "need_high", "places", "gap_low"):
        pd.testing.assert_series_equal(areas[name], changes[name])
    january = figure(made, JANUARY, 2, "10", "need_high")
    change = figure(made, MARCH, 2, "10", "need_change_low")
    assert change == figure(made, MARCH, 2, "10", "need_low") - january
    with pytest.raises(InputError, match=r"2026-02 .*utgåva 1.*anteckning"):
        keep_edition(made, made_month(FEBRUARY, 5, ["10"]), synthetic=True, note="")
    again = made_month(FEBRUARY, 5, ["10"], changed_county="10")
    assert keep_edition(made, again, synthetic=True, note="Rätt antal") == (2, True)
    assert editions(made)[FEBRUARY] == [2]
    newest = latest(made, FEBRUARY)
    assert newest is not None
    assert (newest.note, dict(newest.notes), dict(newest.withdrawn)) == (
        "Rätt antal",
        {2: "Rätt antal"},
        {1: REASON},
    )


def test_an_older_edition_goes_alone(made: Path) -> None:
    """February was told from January's second edition, which stays: it gives nothing of the first away."""
    before = state(made, f"published/{FEBRUARY}", f"published/{MARCH}", f"published/{JANUARY}/2")
    taken = withdraw(made, JANUARY, 1)
    assert (taken.withdrawn, taken.retold) == ({JANUARY: [1]}, {})
    assert state(made, f"published/{FEBRUARY}", f"published/{MARCH}", f"published/{JANUARY}/2") == before
    assert editions(made)[JANUARY] == [2]
    page = (made / "public" / JANUARY / "10" / "index.html").read_text(encoding="utf-8")
    assert f"Tillbakadragen: utgåva 1. {REASON}" in page
    assert REASON not in (made / "public" / FEBRUARY / "10" / "index.html").read_text(encoding="utf-8")


def test_an_older_edition_does_not_come_back_with_the_newest_withdrawn(made: Path) -> None:
    withdraw(made, JANUARY, 2)
    assert JANUARY not in editions(made)
    # Its data is there, and nothing shows it.
    assert kept_editions(made)[JANUARY] == [1]
    assert not (made / "public" / "data" / JANUARY).exists()
    assert withdraw(made, JANUARY, None).withdrawn == {JANUARY: [1]}
    assert [one.number for one in withdrawals(made)[JANUARY]] == [1, 2]


def test_no_byte_of_a_withdrawn_month_is_left(made: Path) -> None:
    """A figure that stands nowhere else is in no file of the site, nor of what was published."""
    again = made_month(FEBRUARY, 5, ["10"], before=tables(made, JANUARY, 2)["areas"])
    frames = {name: one.frame for name, one in again.tables.items()}
    frames["areas"].loc[frames["areas"]["area_code"] == "1080", ["places", "places_change"]] = [
        8_675_309,
        7_654_321,
    ]
    assert keep_retold(made, FEBRUARY, frames, again.facts, synthetic=True, note="Åtta miljoner platser") == 2
    build_site(made, made / "public", SITE, downloads=False)
    words = ["8675309", "8 675 309", "8 675 309", "8,675,309", "7654321", "Åtta miljoner"]
    assert telling(words, made / "public", made / "published")
    withdraw(made, FEBRUARY, 2)
    assert telling(words, made / "public", made / "published") == []
    assert [path for path in made.iterdir() if path.name.startswith(".") and path.name != ".lock"] == []


def test_the_site_of_what_is_left_is_in_order(made: Path) -> None:
    withdraw(made, FEBRUARY, 1)
    build_site(made, made / "public", SITE, rebuild=True)
    report = inspect_site(made / "public")
    assert [str(problem) for problem in report.problems] == []
    tree = made / "public"
    for path in (f"{FEBRUARY}/index.html", f"{FEBRUARY}/10/index.html", f"{FEBRUARY}/10/1080/index.html"):
        page = (tree / path).read_text(encoding="utf-8")
        assert f"Utgåva 1 har dragits tillbaka: {REASON}" in page
        assert "Edition 1 was withdrawn" in (tree / "en" / path).read_text(encoding="utf-8")
    assert sorted(path.name for path in (tree / FEBRUARY).iterdir()) == ["10", "index.html", "withdrawn.json"]
    months = (tree / "data" / "months.js").read_text(encoding="utf-8")
    assert FEBRUARY not in months
    assert JANUARY in months
    data = (tree / "data" / "index.html").read_text(encoding="utf-8")
    assert f"Utgåva 1 har dragits tillbaka: {REASON}" in data
    graph = Graph().parse(tree / "data" / "catalogue.ttl")
    datasets = {str(one).partition("#dataset-")[2] for one in graph.subjects() if "#dataset-" in str(one)}
    assert datasets == {JANUARY, MARCH}
    entries = ET.parse(tree / "feed.xml").getroot().findall(f"{ATOM}entry")
    ids = [str(entry.findtext(f"{ATOM}id")) for entry in entries]
    assert len(ids) == len(set(ids))
    notice = next(
        entry
        for entry in entries
        if str(entry.findtext(f"{ATOM}id")).endswith(f"{FEBRUARY}/index.html#edition-1")
    )
    text = re.sub(r"\s+", " ", "".join(notice.itertext()))
    assert f"Utgåva 1 har dragits tillbaka: {REASON}" in text
    # None of its figures: the only numbers are those of the edition, the month and the moment.
    assert "inskrivna" not in text.casefold()


def test_a_site_without_any_figures_says_so(made: Path) -> None:
    for month in MADE:
        withdraw(made, month, None)
    assert editions(made) == {}
    build_site(made, made / "public", SITE, rebuild=True)
    assert [str(problem) for problem in inspect_site(made / "public").problems] == []
    front = (made / "public" / "index.html").read_text(encoding="utf-8")
    assert "Inga siffror för närvarande" in front
    assert list((made / "public" / "data").glob("2026*")) == []
    keep_edition(made, made_month(MARCH, 5, ["10"]), synthetic=True, note="På nytt")
    build_site(made, made / "public", SITE)
    assert [str(problem) for problem in inspect_site(made / "public").problems] == []
    assert editions(made) == {MARCH: [3]}


def test_a_dry_run_changes_nothing_and_tells_the_same(made: Path) -> None:
    before = state(made, ".")
    told = withdraw(made, FEBRUARY, 1, dry=True)
    assert state(made, ".") == {**before, ".lock": b""}
    assert withdraw(made, FEBRUARY, 1) == told


def test_what_is_asked_for_is_there(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ("-w", str(made))
    assert run("withdraw", "edition", "2026-02", "7", "--reason", "x", *here) == 2
    assert capsys.readouterr().err == "2026-02 has no edition 7; expected one of 1.\n"
    assert run("withdraw", "month", "2025-12", "--reason", "x", *here) == 2
    assert capsys.readouterr().err == "2025-12 is not published; expected one of 2026-01, 2026-02, 2026-03.\n"
    assert run("withdraw", "month", "2026-02", *here) == 2
    assert capsys.readouterr().err.startswith("there is no reason; expected a sentence for everybody to read")
    assert run("withdraw", "edition", "2026-02", "1", "--reason", REASON, "--json", *here) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["withdrawn"] == {FEBRUARY: [1], MARCH: [1]}
    assert "what others have downloaded, search engines and web archives, backups, mails" in said.err
    assert run("withdraw", "edition", "2026-02", "1", "--reason", "Annat", *here) == 0
    assert capsys.readouterr().err.startswith("It was withdrawn before.\n")
    assert withdrawals(made)[FEBRUARY][0].reason == REASON


def test_a_damaged_edition_can_be_withdrawn(made: Path) -> None:
    (made / "published" / FEBRUARY / "1" / "edition.json").write_text("{", encoding="utf-8")
    assert withdraw(made, FEBRUARY, 1).withdrawn == {FEBRUARY: [1], MARCH: [1]}


def test_a_notice_that_was_changed_is_named(made: Path) -> None:
    withdraw(made, FEBRUARY, 1)
    (made / "published" / FEBRUARY / "1" / "withdrawn.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"published/2026-02/1/withdrawn\.json"):
        withdrawals(made)


KILLED = """
import os, signal, sys
from pathlib import Path
from geomatch import publishing
from geomatch.takeback import commit
from geomatch.takeback.editions import Taken
from geomatch.takeback.withdraw import withdraw_month
from geomatch.workspace import Workspace
from tests.takeback.world import listed_only, not_attacked

publishing.pages_of, publishing.attack_on = listed_only, not_attacked
for one in sys.argv[2:]:
    step, at = one.split("-")
    child = os.fork()
    if not child:
        real, seen = getattr(commit, step), 0

        def last(*given):
            global seen
            seen += 1
            if seen == int(at):
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given)

        setattr(commit, step, last)
        known = Workspace(Path(sys.argv[1]) / one)
        with known.writing():
            withdraw_month(known, "2026-02", "Antalen var fel.")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, one
"""
# Function of the last steps, and which of its calls: `finish` is first called as the workspace is opened.
MOMENTS = ("dump_json-1", "finish-2", "replace_folder-1", "replace_folder-2")


@pytest.fixture(scope="module")
def killed(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Workspaces in which the withdrawal of a month was killed, each at another moment; `before` is as they were."""
    folder = tmp_path_factory.mktemp("killed")
    before = folder / "before"
    shutil.copytree(made_once, before)
    listed_only(Workspace(before), before)
    for moment in MOMENTS:
        shutil.copytree(before, folder / moment)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), *MOMENTS],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_command_is_finished_or_was_not_there(
    killed: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomatch.publishing.pages_of", listed_only)
    monkeypatch.setattr("geomatch.publishing.attack_on", not_attacked)
    folder, parts = killed / moment, ("published", "public")
    # Any command that writes finishes it.
    with Workspace(folder).writing():
        after = state(folder, *parts)
    done = moment != "dump_json-1"
    assert (after == state(killed / "before", *parts)) is not done
    withdraw(folder, FEBRUARY, None)
    last = state(folder, *parts)
    if done:
        assert last == after
    assert f"published/{FEBRUARY}/1/withdrawn.json" in last
    assert last["public/index.html"] == b"{'2026-01': [1, 2], '2026-03': [2]}"
    tables_there = sorted(path.stem for path in (folder / "published" / MARCH / "2").glob("*.parquet"))
    assert tables_there == sorted(PUBLIC_TABLES)
    assert [
        path.name for path in folder.iterdir() if path.name.startswith(".") and path.name != ".lock"
    ] == []
