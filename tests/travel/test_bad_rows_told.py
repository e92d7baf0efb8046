"""Rows of a timetable that cannot be used are told by every command that asks it, also when it was compiled before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geomatch import cli

from .asked import activities_csv, degrees, line, origins_csv
from .feeds import Feed

STOPS = {"A": (0.0, 0.0), "B": (20_000.0, 0.0)}
TRIPS = {"out": line(("A", "9:20"), ("B", "9:54")), "home": line(("B", "12:06"), ("A", "12:40"))}
BAD_ROWS = [
    {"file": "feed", "kind": "stop_times_at_unknown_stop", "rows": 2},
    {"file": "feed", "kind": "transfers_not_usable", "rows": 1},
]
SAID = [
    "feed: 2 stop times are at an unknown stop: left out.",
    "feed: 1 rules of changes name an unknown stop or kind: left out.",
]
SAID_IN_SWEDISH = [
    "feed: Hållplatstider vid en okänd hållplats, utelämnade: 2.",
    "feed: Bytesregler som nämner en okänd hållplats eller är av okänt slag, utelämnade: 1.",
]
ONE_PERSON_EACH = "The origins have no column “persons”: each counts as one person."
PLACES_SHOW = "A surface gives away where its activities are: show it to others only where anyone may know their places."
COMMANDS = ("travel", "journey", "better-times", "surface")
OTHER_NOTES = {"better-times": [ONE_PERSON_EACH], "surface": [PLACES_SHOW]}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a home, a course and a feed; three rows of the feed cannot be used."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    transfers = [{"from_stop_id": "A", "to_stop_id": "X", "transfer_type": "2", "min_transfer_time": "60"}]
    feed = Feed(STOPS, TRIPS, transfers=transfers).write(tmp_path / "feed")
    with (feed / "stop_times.txt").open("a", encoding="utf-8") as rows:
        rows.write("out,09:30:00,09:30:00,X,7,0,0\nhome,12:20:00,12:20:00,Y,7,0,0\n")
    origins_csv(tmp_path / "o.csv", {"home": STOPS["A"]})
    activities_csv(tmp_path / "a.csv", {"course": (STOPS["B"], "wed", "10:00", "12:00")})
    return tmp_path


def run(folder: Path, command: str, *more: str, lang: str = "en") -> int:
    home, course = (",".join(map(repr, degrees(*STOPS[name]))) for name in ("A", "B"))
    period = ["--from", "2023-02-08", "--to", "2023-02-08"]
    tables = ["--origins", str(folder / "o.csv"), "--activities", str(folder / "a.csv"), *period]
    asked = {
        "travel": [*tables, "--out", str(folder / "r.csv")],
        "journey": ["--from", home, "--to", course, "--date", "2023-02-08", "--start", "10:00", "--end", "12:00"],
        "better-times": tables,
        "surface": [*tables[2:], "--out", str(folder / "r.tif"), "--bbox", "14.9,60.3,15.1,60.5"],
    }  # fmt: skip
    return cli.main(["--lang", lang, command, "--timetable", str(folder / "feed"), *asked[command], *more])


@pytest.mark.parametrize("command", COMMANDS)
def test_bad_rows_are_told_by_kind(files: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    # Twice: the second time the timetable comes from the cache, without a look into the feed.
    for _time in ("compiled", "opened"):
        assert run(files, command) == 0
        said = capsys.readouterr().err.splitlines()
        assert [text for text in said if text not in OTHER_NOTES.get(command, [])] == SAID
        assert run(files, command, "--json") == 0
        captured = capsys.readouterr()
        assert json.loads(captured.out)["bad_rows"] == BAD_ROWS
    assert len(list((files / "cache" / "geomatch").glob("*/index.json"))) == 1
    assert run(files, command, "--no-cache", lang="sv") == 0
    assert [text for text in capsys.readouterr().err.splitlines() if text.startswith("feed")] == (
        SAID_IN_SWEDISH
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_of_a_sound_feed_nothing_is_told(
    files: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Feed(STOPS, TRIPS).write(files / "feed")
    (files / "feed" / "transfers.txt").unlink()
    assert run(files, command, "--json") == 0
    captured = capsys.readouterr()
    assert captured.err.splitlines() == OTHER_NOTES.get(command, [])
    assert json.loads(captured.out)["bad_rows"] == []
