"""Reads a case (see the package's docstring), asks geomatch, and says the answer in the case's own words."""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj

from geomatch.settings import LimitSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.travel.day_return import Journey, journeys_of, session_returns, summarise
from geomatch.travel.network import Network, build_network

Place = tuple[float, float]
Rows = list[dict[str, str]]

# The point that places of the cases are counted from, EPSG:3006, in central Sweden.
EAST, NORTH = 600_000.0, 6_700_000.0
_TO_DEGREES = pyproj.Transformer.from_crs(3006, 4326, always_xy=True)
_DEFAULT_DAY = "2023-02-08"


@dataclass
class FeedText:
    """One feed of a case: its files, rows added to them, and the bad rows it must have (None: not asked)."""

    name: str
    operator: str
    files: dict[str, Rows] = field(default_factory=dict)
    more: dict[str, Rows] = field(default_factory=dict)
    bad: dict[str, int] | None = None

    def add(self, file: str, **row: str) -> None:
        self.files.setdefault(file, []).append(row)


@dataclass
class Question:
    """A day return that is asked for, and the lines that are expected."""

    day: date
    start_s: int
    end_s: int
    home: Place = (0.0, 0.0)
    activity: Place = (20_000.0, 0.0)
    settings: dict[str, str] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)


def seconds(text: str) -> int:
    """Seconds of `H:MM` or `H:MM:SS`, also below zero."""
    parts = [int(part) for part in text.lstrip("-").split(":")]
    value = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) == 3 else 0)
    return -value if text.startswith("-") else value


def clock(at_s: float) -> str:
    whole = abs(int(at_s))
    return f"{'-' * (at_s < 0)}{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _place(words: list[str]) -> Place:
    return float(words[0]), float(words[1]) if len(words) > 1 else 0.0


# ------------------------------------------------------------------------------------------ reading a case


def parse(text: str) -> tuple[list[FeedText], list[Question]]:
    """The feeds and the questions of a case."""
    feeds: list[FeedText] = []
    questions: list[Question] = []
    table: Rows = []
    headings: list[str] = []
    for raw in text.splitlines():
        line = re.sub(r"\s#\s.*", "", raw).strip()
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if not line:
            continue
        if word == "feed":
            name, *options = rest.split()
            feeds.append(FeedText(name, options[0].removeprefix("operator=") if options else "A"))
            continue
        if not feeds:
            feeds.append(FeedText("feed", "A"))
        feed = feeds[-1]
        if word == "ask":
            questions.append(_question(rest))
        elif word in {"out", "back", "so"}:
            questions[-1].expected.append(_normal(line))
        elif word == "bad":
            feed.bad = {kind: int(number) for kind, number in (part.split() for part in _list(rest))}
        elif word.endswith(".txt") or word == "more":
            table, headings = [], []
            if word == "more":
                feed.more[rest.removesuffix(".txt")] = table
            else:
                feed.files[word.removesuffix(".txt")] = table
        elif word == "|":
            cells = [cell.strip() for cell in rest.split(",")]
            if headings:
                table.append(dict(zip(headings, cells, strict=True)))
            headings = headings or cells
        else:
            _feed_line(feed, word, rest)
    return feeds, questions


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _normal(line: str) -> str:
    """One blank between words, seconds written out."""
    return re.sub(r"(?<![\d:])(\d+:\d\d)(?![\d:])", r"\1:00", " ".join(line.split()))


def _question(text: str) -> Question:
    first, *others = _list(text)
    day, span = first.split()
    start, end = span.split("-")
    question = Question(date.fromisoformat(day), seconds(start), seconds(end))
    for part in others:
        name, *words = part.split()
        if name in {"home", "activity"}:
            setattr(question, name, _place(words))
        else:
            key, value = part.split("=")
            question.settings[key] = value
    return question


def _feed_line(feed: FeedText, word: str, rest: str) -> None:
    if word in {"stops", "station"}:
        for part in _list(rest):
            name, *words = part.split()
            parent = words[words.index("in") + 1] if "in" in words else ""
            known = "nowhere" not in words
            lon, lat = _TO_DEGREES.transform(EAST + float(words[0]), NORTH) if known else (0, 0)
            if known and len(words) > 1 and words[1] != "in":
                lon, lat = _TO_DEGREES.transform(EAST + float(words[0]), NORTH + float(words[1]))
            feed.add(
                "stops",
                stop_id=name,
                stop_name=name,
                stop_lat=repr(lat) if known else "",
                stop_lon=repr(lon) if known else "",
                location_type="1" if word == "station" else "0",
                parent_station=parent,
            )
    elif word == "route":
        name, kind = rest.split()
        feed.add("routes", route_id=name, route_short_name=name, route_type=kind)
    elif word == "service":
        name, *days = rest.replace(",", " ").split()
        for day in days:
            feed.add("calendar_dates", service_id=name, date=day.replace("-", ""), exception_type="1")
    elif word == "trip":
        _trip(feed, rest)
    else:
        raise ValueError(f"what is {word}?")


def _trip(feed: FeedText, text: str) -> None:
    head, _, calls = text.partition(": ")
    name, *words = head.split()
    options = dict(word.split("=") for word in words)
    feed.add(
        "trips",
        trip_id=name,
        route_id=options.get("route", "bus"),
        service_id=options.get("service", "s"),
        block_id=options.get("block", ""),
    )
    for number, call in enumerate(_list(calls)):
        stop, time, *more = call.split()
        arrival, _, departure = time.replace("-", "").partition("/")
        given = dict(word.split("=") for word in more)
        feed.add(
            "stop_times",
            trip_id=name,
            arrival_time=_gtfs(arrival),
            departure_time=_gtfs(departure if "/" in time else arrival),
            stop_id=stop,
            stop_sequence=given.get("seq", str(number)),
            pickup_type=given.get("pickup", ""),
            drop_off_type=given.get("drop_off", ""),
            shape_dist_traveled=given.get("dist", ""),
        )


def _gtfs(text: str) -> str:
    return f"{clock(seconds(text)):>08}" if text else ""


def write(feed: FeedText, folder: Path) -> Path:
    """The feed's files; what a case leaves out is filled in as the package's docstring says."""
    files = dict(feed.files)
    files["agency"] = [
        {
            "agency_id": feed.operator,
            "agency_name": feed.operator,
            "agency_url": "https://example.org",
            "agency_timezone": "Europe/Stockholm",
        }
    ]
    files["routes"] = [
        {"route_id": "bus", "route_short_name": "bus", "route_type": "700"},
        *files.get("routes", []),
    ]
    if "calendar" not in files and "calendar_dates" not in files:
        files["calendar_dates"] = [
            {"service_id": "s", "date": _DEFAULT_DAY.replace("-", ""), "exception_type": "1"}
        ]
    for name, rows in feed.more.items():
        files[name] = [*files.get(name, []), *rows]
    target = folder / feed.name
    target.mkdir(parents=True)
    for name, rows in files.items():
        with (target / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
    return target


# ---------------------------------------------------------------------------------------- asking geomatch


def _settings(kind: type[Any], given: dict[str, str]) -> Any:
    """One of the settings classes with the values that a question gives."""
    values: dict[str, object] = {}
    for option in dataclasses.fields(kind):
        if option.name in given:
            text = given[option.name]
            default = getattr(kind(), option.name)
            values[option.name] = text == "true" if isinstance(default, bool) else type(default)(text)
    return kind(**values)


def timetable_of(text: str, folder: Path) -> tuple[Timetable, list[Question]]:
    """Write the feeds of a case and read them; the bad rows are compared with those stated."""
    feeds, questions = parse(text)
    timetable = read_timetable([write(feed, folder) for feed in feeds])
    for feed in feeds:
        if feed.bad is not None:
            (summary,) = (one for one in timetable.feeds if one.file == feed.name)
            assert dict(summary.bad_rows) == feed.bad
    return timetable, questions


def network_of(timetable: Timetable, settings: dict[str, str]) -> Network:
    return build_network(timetable, _settings(WalkSettings, settings), _settings(TransferSettings, settings))


def check(text: str, folder: Path) -> None:
    """Ask every question of the case; the answers must be those written below them."""
    timetable, questions = timetable_of(text, folder)
    assert questions
    for question in questions:
        assert answer(timetable, question) == question.expected


def answer(timetable: Timetable, question: Question) -> list[str]:
    """The lines `out`, `back` and `so` that geomatch gives for a question."""
    network = network_of(timetable, question.settings)
    limits = _settings(LimitSettings, question.settings)
    home = (EAST + question.home[0], NORTH + question.home[1])
    activity = (EAST + question.activity[0], NORTH + question.activity[1])
    returns = session_returns(
        network,
        pd.DataFrame([("p", *home)], columns=["point_id", "x_m", "y_m"]),
        pd.DataFrame([("a", *activity)], columns=["series_id", "x_m", "y_m"]),
        pd.DataFrame(
            [("a", question.day, question.start_s, question.end_s)],
            columns=["series_id", "date", "start_s", "end_s"],
        ),
        limits,
    )
    (row,) = returns.to_dict("records")
    out, back = journeys_of(network, home, activity, question.day, question.start_s, question.end_s, limits)
    on_foot = all(
        journey is not None and all(leg.kind == "walk" for leg in journey.legs) for journey in (out, back)
    )
    assert bool(row["walk_only"]) == on_foot
    return [
        _way("out", out, row, timetable),
        _way("back", back, row, timetable),
        _so(row, returns, limits, question.expected[-1]),
    ]


def _way(name: str, journey: Journey | None, row: Mapping[Hashable, Any], timetable: Timetable) -> str:
    """One direction. The journey's legs and the row of the table must say the same."""
    key = "out" if name == "out" else "home"
    if journey is None:
        assert math.isnan(row[f"{key}_departure_s"])
        assert not row[f"{key}_booking"]
        return f"{name} none"
    assert (journey.departure_s, journey.arrival_s, journey.transfers) == (
        row[f"{key}_departure_s"],
        row[f"{key}_arrival_s"],
        row[f"{key}_transfers"],
    )
    assert (journey.legs[0].departure_s, journey.legs[-1].arrival_s) == (
        journey.departure_s,
        journey.arrival_s,
    )
    rides = [leg for leg in journey.legs if leg.kind == "ride"]
    assert any(leg.booked for leg in rides) == bool(row[f"{key}_booking"])
    trips = ""
    for number, leg in enumerate(rides):
        feed = timetable.feeds[int(timetable.trips["feed"].iloc[leg.trip])].file
        trip = timetable.trips["trip_id"].iloc[leg.trip]
        trips += (" = " if leg.seated else " + ") if number else ""
        trips += f"{feed}:{trip}" if len(timetable.feeds) > 1 else trip
    parts = [
        f"{name} {clock(journey.departure_s)}-{clock(journey.arrival_s)}",
        f"{journey.transfers} change{'s' * (journey.transfers != 1)}",
        f"by {trips}" if rides else "on foot",
        *(["booked"] if row[f"{key}_booking"] else []),
        *([journey.reason] if journey.reason else []),
    ]
    return ", ".join(parts)


def _so(row: Mapping[Hashable, Any], returns: pd.DataFrame, limits: LimitSettings, expected: str) -> str:
    assert bool(row["reachable"]) == (row["reason"] == "")
    parts = ["reachable" if row["reachable"] else str(row["reason"])]
    if row["last_way_home"]:
        parts.append("last way home")
    if not math.isnan(row["tightest_change_s"]):
        parts.append(f"tightest change {int(row['tightest_change_s'])} s")
    if "walks" in expected:
        parts.append(f"walks {row['walk_m']:.0f} m")
    if bool(summarise(returns, 0.8, 1, limits.tight_change_min)["last_way_home_tight"].iloc[0]):
        parts.append("last way home is tight")
    return f"so {', '.join(parts)}"
