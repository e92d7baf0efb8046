"""A timetable with a million rules of changes: the answers are those without the ones that do not matter, and memory is bounded."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.travel.day_return import session_returns
from geomatch.travel.store import open_or_build

from .feeds import EAST, NORTH, Call, Feed, s

ROOT = Path(__file__).resolve().parents[2]
# Stops 700 m apart, farther than one walks to change; one long trip calls at them all, so that every rule is kept.
STOPS = {f"S{number:04d}": (700.0 * (number % 40), 700.0 * (number // 40)) for number in range(1001)}
# Between these run the other trips, and people live and meet at the first twelve of them.
SOME = list(STOPS)[::33]
PLACES = SOME[:12]
TRIPS = 120
HEADINGS = "from_stop_id,to_stop_id,transfer_type,min_transfer_time"
# More than two days: longer than any journey, so that the rule never lets anybody change.
NEVER_S = 200_000
MOST_MEMORY_GIB = 2.0


def timetable() -> Feed:
    """Trips over four stops each at all hours, and one over all stops."""
    chance = random.Random(61)
    trips = {"all": [Call(stop, s("4:00") + 60 * n, s("4:00") + 60 * n) for n, stop in enumerate(STOPS)]}
    for number in range(TRIPS):
        clock = s("6:00") + 60 * chance.randrange(15 * 60)
        calls = []
        for stop in chance.sample(SOME, 4):
            calls.append(Call(stop, clock, clock))
            clock += 60 * chance.randrange(4, 12)
        trips[f"t{number}"] = calls
    return Feed(STOPS, trips)


def written(folder: Path, rules: list[str]) -> Path:
    timetable().write(folder)
    (folder / "transfers.txt").write_text("\n".join([HEADINGS, *rules]) + "\n", encoding="utf-8")
    return folder


def asked(feed: Path, cache: Path) -> dict[str, Any]:
    """Day returns between all places, what the feed was read as, and the most memory that this process ever used."""
    network = open_or_build([feed], WalkSettings(), TransferSettings(), cache)
    places = [(name, EAST + STOPS[name][0], NORTH + STOPS[name][1]) for name in PLACES]
    found = session_returns(
        network,
        pd.DataFrame(places, columns=["point_id", "x_m", "y_m"]),
        pd.DataFrame(places, columns=["series_id", "x_m", "y_m"]),
        pd.DataFrame(
            [(name, date(2023, 2, 8), s("10:00"), s("12:00")) for name in PLACES],
            columns=["series_id", "date", "start_s", "end_s"],
        ),
        LimitSettings(),
        threads=1,
    )
    return {
        "answers": json.loads(found.drop(columns="date").to_json(orient="values")),
        "reachable": int((found["reason"] == "").sum()),
        "rules": len(network.timetable.change_rules),
        "bad_rows": dict(network.timetable.feeds[0].bad_rows),
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def asked_alone(feed: Path, cache: Path) -> dict[str, Any]:
    """The same by a process of its own, whose memory is used for nothing else."""
    ask = f"import json, sys; from pathlib import Path; from {__name__} import asked; print(json.dumps(asked(*map(Path, sys.argv[1:]))))"
    done = subprocess.run(
        [sys.executable, "-c", ask, str(feed), str(cache)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_million_rules_of_changes(tmp_path: Path) -> None:
    # Rules that do matter: two minutes less or ten more for a change at a stop, and changes where none is walked.
    own = [f"{stop},{stop},2,{60 if n % 2 else 780}" for n, stop in enumerate(SOME)]
    own += [f"{one},{other},2,240" for one, other in zip(SOME[::3], SOME[1::3], strict=False)]
    taken = {tuple(rule.split(",")[:2]) for rule in own}
    others = [
        f"{one},{other},2,{NEVER_S}"
        for one in STOPS
        for other in STOPS
        if one != other and (one, other) not in taken
    ]
    none = asked(written(tmp_path / "feed", []), tmp_path / "none")
    few = asked(written(tmp_path / "feed", own), tmp_path / "few")
    many = asked_alone(written(tmp_path / "feed", [*own, *others]), tmp_path / "many")
    assert (none["rules"], few["rules"], many["rules"]) == (0, 41, 1_001_031)
    assert many["bad_rows"] == {}
    assert many["answers"] == few["answers"]
    differing = sum(one != other for one, other in zip(none["answers"], few["answers"], strict=True))
    assert (none["reachable"], few["reachable"], differing) == (87, 88, 43)
    assert many["peak_gib"] < MOST_MEMORY_GIB, many["peak_gib"]
