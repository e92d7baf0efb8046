"""Questions without a workspace, from their files to a result: read, check, ask, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.ask_text import bad_row_notes, better_lines, journey_lines, notes_of, reason_sentence
from geomatch.errors import InputError, Problem
from geomatch.result_file import out_problems, write_result
from geomatch.settings import Settings, load_settings
from geomatch.sources.timetable import read_timetable
from geomatch.sources.timetable_report import bad_rows
from geomatch.tables import records
from geomatch.travel.better import MOVE_KINDS, later_bus, moved_sessions
from geomatch.travel.network import Network, build_network
from geomatch.travel.question_files import Places, clock_seconds, place_of, read_activities, read_origins
from geomatch.travel.questions import (
    PAIR_KINDS,
    SESSION_KINDS,
    Sessions,
    Window,
    each_session,
    pairs_of,
    sessions_in,
    without_stop,
)
from geomatch.travel.store import open_or_build
from geomatch.travel.told import day_return
from geomatch.words import gettext as _

__all__ = [
    "Answer",
    "Asked",
    "Collected",
    "Said",
    "ask_better_times",
    "ask_journey",
    "ask_travel",
    "bad_rows_of",
    "day_of",
    "default_cache",
    "facts_of",
    "network_of",
    "read_question",
]

Said = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gives: plain values, what was assumed or left out in sentences, and the text for people."""

    facts: dict[str, Any]
    notes: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The checked input of a question about a window."""

    network: Network
    origins: Places
    activities: Places
    window: Window
    sessions: Sessions
    settings: Settings


class Collected:
    """Problems of several inputs, raised together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, reader: Callable[[], Any]) -> Any:  # noqa: ANN401 (what `reader` returns; None where it fails)
        """What `reader` returns, or None and its problems kept."""
        try:
            return reader()
        except InputError as error:
            self.problems += error.problems
            return None

    def settle(self) -> None:
        """Raise InputError with all that was found."""
        if self.problems:
            raise InputError(self.problems)


def default_cache() -> Path:
    """Where compiled timetables are kept when nobody says where."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "geomatch"


def network_of(
    feeds: Sequence[Path], settings: Settings, cache: Path | None, progress: Said | None = None
) -> Network:
    """The network of some feeds, kept in and taken from the folder `cache`; compiled anew where it is None.

    Raises:
        InputError: A feed cannot be used (`read_timetable`).
    """
    if cache is None:
        return build_network(read_timetable(feeds, settings.timetable), settings.walk, settings.transfer)
    return open_or_build(feeds, settings.walk, settings.transfer, cache, progress, settings.timetable)


def day_of(text: str, option: str) -> date:
    """A day given as an option. Raises InputError where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InputError(
            Problem(
                f"{option}: " + _("“{value}” is not a date").format(value=text),
                _("a date as YYYY-MM-DD"),
            )
        )
    return day


def _window(first: str, last: str) -> Window:
    collected = Collected()
    first_day = collected.read(partial(day_of, first, "--from"))
    last_day = collected.read(partial(day_of, last, "--to"))
    if first_day and last_day and last_day < first_day:
        collected.problems.append(
            Problem(
                _("the last day {last} is before the first day {first}").format(
                    first=first_day, last=last_day
                )
            )
        )
    collected.settle()
    return Window(first_day, last_day)


def read_question(
    feeds: Sequence[Path],
    origins: Path,
    activities: Path,
    period: tuple[str, str],
    settings: Path | None,
    cache: Path | None,
    collected: Collected,
    progress: Said | None = None,
) -> Asked:
    """Read and check everything that a question about a window needs, the small files before the timetable.

    Args:
        feeds: GTFS feeds.
        origins: For `read_origins`.
        activities: For `read_activities`.
        period: First and last day, YYYY-MM-DD; both are included.
        settings: A `geomatch.toml`, or None for the defaults.
        cache: For `network_of`.
        collected: Problems found so far, told together with those found here.
        progress: Called with what is being done, the step and how many there are.

    Raises:
        InputError: With every problem of all files but the timetable; else with those of the timetable; else that
            the period is not within it.
    """
    chosen = collected.read(partial(load_settings, settings)) if settings is not None else Settings()
    window = collected.read(partial(_window, *period))
    read_from = collected.read(partial(read_origins, origins))
    read_to = collected.read(partial(read_activities, activities))
    collected.settle()
    network = network_of(feeds, chosen, cache, progress)
    wrong = window.problem(network.timetable)
    if wrong is not None:
        raise InputError(wrong)
    sessions = sessions_in(read_to.table, window, network.timetable.timezone)
    return Asked(network, read_from, read_to, window, sessions, chosen)


def bad_rows_of(network: Network) -> list[dict[str, Any]]:
    """Rows of the feeds that the reader left out or remarked on: file, kind, rows; also of a compiled timetable."""
    return [
        {"file": row.file, "kind": row.kind, "rows": int(row.rows)}
        for row in records(bad_rows(network.timetable))
    ]


def facts_of(asked: Asked) -> dict[str, Any]:
    """What a question was about, as plain values."""
    with_sessions = asked.activities.table["activity_id"].isin(asked.sessions.table["activity_id"])
    return {
        "window": {
            "first_day": asked.window.first_day.isoformat(),
            "last_day": asked.window.last_day.isoformat(),
        },
        "origins": len(asked.origins.table),
        "origins_without_stop": without_stop(asked.network, asked.origins.table),
        "activities": len(asked.activities.table),
        "activities_without_stop": without_stop(asked.network, asked.activities.table),
        "activities_without_session": int((~with_sessions).sum()),
        "sessions": len(asked.sessions.table),
        "sessions_on_holidays": asked.sessions.on_holidays,
        "notes": {"origins": asked.origins.notes, "activities": asked.activities.notes},
        "bad_rows": bad_rows_of(asked.network),
    }


def ask_travel(
    feeds: Sequence[Path],
    origins: Path,
    activities: Path,
    period: tuple[str, str],
    out: Path,
    *,
    by_session: bool = False,
    settings: Path | None = None,
    cache: Path | None = None,
    threads: int | None = None,
    scheduler: str | None = None,
    progress: Said | None = None,
) -> Answer:
    """Who can get to which activity and home again, written to `out`.

    Args:
        feeds: As of `read_question`, and so are the next three.
        origins: Where people live.
        activities: Where they go.
        period: First and last day.
        out: `.parquet` or `.csv`, written whole or not at all.
        by_session: A row per pair and date (`SESSION_KINDS`) instead of one per pair (`PAIR_KINDS`).
        settings: As of `read_question`.
        cache: As of `read_question`.
        progress: As of `read_question`.
        threads: How many work at once; all cores unless given. The file does not depend on it.
        scheduler: Address of a dask scheduler whose workers answer, instead of this machine alone.

    Raises:
        InputError: What `read_question` raises; the result cannot be written there.
    """
    collected = Collected()
    inputs = [*feeds, origins, activities, *([settings] if settings else [])]
    collected.problems += out_problems(out, inputs)
    asked = read_question(feeds, origins, activities, period, settings, cache, collected, progress)
    facts = facts_of(asked)
    counted = {"reachable": 0}

    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(_("Day returns"), done, total)

    def seen(part: pd.DataFrame) -> pd.DataFrame:
        counted["reachable"] += int(part["reachable"].sum())
        return part

    question = each_session if by_session else pairs_of
    others = {}
    if scheduler is not None:
        from geomatch.travel.cluster import spread_pairs, spread_sessions  # noqa: PLC0415  (an optional extra)

        others["returns"] = partial(spread_sessions if by_session else spread_pairs, scheduler=scheduler)
    parts = question(
        asked.network, asked.origins.table, asked.activities.table, asked.sessions.table, asked.settings,
        told, threads, **others,
    )  # fmt: skip
    rows = write_result(out, map(seen, parts), SESSION_KINDS if by_session else PAIR_KINDS)
    facts |= {"file": str(out), "rows": rows, "reachable": counted["reachable"], "each_session": by_session}
    text = _("{file}: {rows} rows, {reachable} of them reachable").format(
        file=out, rows=rows, reachable=counted["reachable"]
    )
    return Answer(facts, notes_of(facts, asked.settings.walk.max_walk_m), text)


def ask_journey(
    feeds: Sequence[Path],
    places: tuple[str, str],
    day: str,
    clock: tuple[str, str],
    *,
    settings: Path | None = None,
    cache: Path | None = None,
    progress: Said | None = None,
) -> Answer:
    """One day return, leg by leg.

    Args:
        feeds: As of `read_question`, and so are `settings`, `cache` and `progress`.
        settings: A `geomatch.toml`.
        cache: Where compiled timetables are kept.
        progress: Called with what is being done.
        places: Home and activity, each `LON,LAT` (WGS 84).
        day: YYYY-MM-DD.
        clock: Start and end of the session, HH:MM.

    Returns:
        The facts are those of `told.day_return`, and `bad_rows` of the timetable.

    Raises:
        InputError: With every problem of what is given; else with those of the timetable, or that it does not
            cover the day.
    """
    collected = Collected()
    chosen = collected.read(partial(load_settings, settings)) if settings is not None else Settings()
    at = [
        collected.read(partial(_place, text, option))
        for text, option in zip(places, ("--from", "--to"), strict=True)
    ]
    on = collected.read(partial(day_of, day, "--date"))
    times = [
        collected.read(partial(_time, text, option))
        for text, option in zip(clock, ("--start", "--end"), strict=True)
    ]
    if None not in times and times[1] <= times[0]:
        text = _("the session ends at {end}, not after it starts at {start}")
        collected.problems.append(Problem(text.format(start=clock[0], end=clock[1])))
    collected.settle()
    network = network_of(feeds, chosen, cache, progress)
    wrong = Window(on, on).problem(network.timetable)
    if wrong is not None:
        raise InputError(wrong)
    facts = day_return(network, at[0], at[1], on, (times[0], times[1]), chosen)
    lines = journey_lines(facts, chosen.limits, chosen.walk.max_walk_m)
    if facts["reason"]:
        facts["reason_text"] = reason_sentence(facts["reason"], chosen.limits)
    facts["bad_rows"] = bad_rows_of(network)
    return Answer(facts, bad_row_notes(facts["bad_rows"]), "\n".join(lines))


def _place(text: str, option: str) -> tuple[float, float]:
    place = place_of(text)
    if isinstance(place, Problem):
        raise InputError(Problem(f"{option}: {place.found}", place.expected, place.remedy))
    return place


def _time(text: str, option: str) -> int:
    seconds = clock_seconds(text)
    if seconds is None:
        found = f"{option}: " + _("“{value}” is not a time of day").format(value=text)
        raise InputError(Problem(found, _("a time as HH:MM")))
    return seconds


def ask_better_times(
    feeds: Sequence[Path],
    origins: Path,
    activities: Path,
    period: tuple[str, str],
    *,
    out: Path | None = None,
    moves_min: tuple[int, int] = (60, 15),
    buses: bool = True,
    settings: Path | None = None,
    cache: Path | None = None,
    threads: int | None = None,
    progress: Said | None = None,
) -> Answer:
    """How many more could come at another time, and with which one more bus home.

    Args:
        feeds: As of `read_question`, and so are the next three.
        origins: Where people live; persons and municipality count here.
        activities: Where they go.
        period: First and last day.
        out: `.parquet` or `.csv` for the table of `moved_sessions`, if wanted.
        moves_min: The farthest move and the step, in minutes.
        buses: Whether to look for the one more bus home too.
        settings: As of `read_question`.
        cache: As of `read_question`.
        threads: How many work at once.
        progress: As of `read_question`.

    Returns:
        The facts have `moves` and `later_bus`: the rows of both tables.

    Raises:
        InputError: What `read_question` raises; the result cannot be written there.
    """
    collected = Collected()
    if out is not None:
        collected.problems += out_problems(
            out, [*feeds, origins, activities, *([settings] if settings else [])]
        )
    asked = read_question(feeds, origins, activities, period, settings, cache, collected, progress)

    def told(step: str) -> Callable[[int, int], None] | None:
        return partial(progress, step) if progress is not None else None

    home, place = asked.origins.table, asked.activities.table
    moves = moved_sessions(
        asked.network, home, place, asked.window, asked.settings, *moves_min, told(_("Other times")), threads
    )
    facts = facts_of(asked) | {"moves": _plain(moves)}
    found = None
    if buses:
        found = later_bus(
            asked.network, home, place, asked.sessions.table, asked.settings, told(_("One more bus")), threads
        )
        facts["later_bus"] = _plain(found)
    if out is not None:
        facts |= {"file": str(out), "rows": write_result(out, [moves], MOVE_KINDS)}
    notes = notes_of(facts, asked.settings.walk.max_walk_m)
    if "persons" not in asked.origins.given:
        notes.insert(0, _("The origins have no column “persons”: each counts as one person."))
    return Answer(facts, notes, "\n".join(better_lines(moves, found)))


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as plain values, None where there is none."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
