"""A surface asked for without a workspace, from its files to the raster: read, check, ask, write."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj

from geomatch.ask import Answer, Collected, Said, bad_rows_of, day_of, network_of
from geomatch.ask_text import notes_of
from geomatch.errors import InputError, Problem
from geomatch.settings import Settings, load_settings
from geomatch.sources.activity_words import ACTIVITY_WORDS
from geomatch.sources.regions import counties, municipalities
from geomatch.sources.register_files import open_register
from geomatch.sources.tabular import Row
from geomatch.travel.question_files import outside_sweden, read_activities
from geomatch.travel.questions import Window, sessions_in, without_stop
from geomatch.travel.surface import Extent, surface, write_cog
from geomatch.words import gettext as _

__all__ = ["Area", "Choice", "ask_surface", "extent_of"]

_SUFFIXES = (".tif", ".tiff")
_COLUMNS = {
    "id": ("id", "activity_id"),
    # Not read here, but a row of headings is known by several of them.
    "lon": ("lon", "longitude", "longitud"),
    "lat": ("lat", "latitude", "latitud"),
    "purpose": ("purpose", "primary_purpose", "syfte", "primärt syfte"),
    "visibility": ("visibility", "synlighet"),
}
_EXACT = "exact"
# Named in a message at the most.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Which activities of the file: the one with the id `activity`, those of `purpose`, or all; '' where not given."""

    activity: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """What to cover: one of them, or nothing for all that can be reached; '' where not given.

    Attributes:
        bbox: West, south, east, north in degrees (WGS 84), with commas between.
        municipality: Code of four digits.
        county: Code of two digits.
    """

    bbox: str = ""
    municipality: str = ""
    county: str = ""


def extent_of(area: Area) -> Extent | None:
    """The box in EPSG:3006 around what is to be covered; None for all that can be reached.

    Raises:
        InputError: More than one is given, the box is none or not near Sweden, there is no such code.
    """
    given = [
        option
        for option, text in (
            ("--bbox", area.bbox),
            ("--municipality", area.municipality),
            ("--county", area.county),
        )
        if text
    ]
    if len(given) > 1:
        raise InputError(_only_one(given))
    if area.bbox:
        return _box(area.bbox)
    if not given:
        return None
    if area.municipality:
        table, column, code, digits = municipalities(), "municipality_code", area.municipality, 4
    else:
        table, column, code, digits = counties(), "county_code", area.county, 2
    found = table[table[column] == code]
    if found.empty:
        raise InputError(
            Problem(
                _("{option}: there is no code {code}").format(option=given[0], code=code),
                _("a code of {digits} digits, such as {example}").format(
                    digits=digits, example=table[column].iloc[0]
                ),
            )
        )
    west, south, east, north = map(float, found.total_bounds)
    return west, south, east, north


def _only_one(options: Sequence[str]) -> Problem:
    return Problem(_("{options} are given together").format(options=", ".join(options)), _("one of them"))


def _box(text: str) -> Extent:
    wrong = Problem(
        _("--bbox: “{text}” is not a box").format(text=text),
        _("west, south, east and north in degrees, such as 21.5,65.4,22.5,65.8"),
    )
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(wrong) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise InputError(wrong)
    for lon, lat in ((west, south), (east, north)):
        outside = outside_sweden(lon, lat)
        if outside:
            raise InputError(Problem("--bbox: " + outside[0], *outside[1:]))
    if west >= east or south >= north:
        raise InputError(wrong)
    box = pyproj.Transformer.from_crs(4326, 3006, always_xy=True).transform_bounds(west, south, east, north)
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


@dataclass(frozen=True, slots=True)
class _Activities:
    """The activities that are asked for.

    Attributes:
        table: Their rows from `read_activities`.
        notes: Its notes.
        said_exact: The file has a column for who may see a place, and it says that anyone may.
    """

    table: pd.DataFrame
    notes: dict[str, int]
    said_exact: bool


def _activities(path: Path, choice: Choice) -> _Activities:
    """The activities of a file that are asked for.

    Raises:
        InputError: What `read_activities` raises; no such id or purpose; with every row that is asked for and whose
            place is not to be shown: a surface is least where its activity is, so it gives the place away.
    """
    read = read_activities(path)
    headings = {name.casefold(): identifier for identifier, names in _COLUMNS.items() for name in names}
    register = open_register(path, headings, ("id",), {name: name for name in _COLUMNS}, Counter())
    problems: list[Problem] = []
    rows = [Row(register, number, cells, problems) for number, cells in register.rows]
    ids = [row.text("id") for row in rows]
    purposes = [[one.strip() for one in row.text("purpose").split(";") if one.strip()] for row in rows]
    if choice.activity and choice.purpose:
        raise InputError(_only_one(["--activity", "--purpose"]))
    if choice.activity:
        taken = [name == choice.activity for name in ids]
        known = ids
        missing = _("--activity: there is no activity “{text}”").format(text=choice.activity)
    else:
        wanted = choice.purpose.casefold()
        taken = [not wanted or wanted in {one.casefold() for one in names} for names in purposes]
        known = [one for names in purposes for one in names]
        missing = _("--purpose: no activity has the purpose “{text}”").format(text=choice.purpose)
        if wanted and "purpose" not in register.columns:
            missing = _("--purpose: the file has no column for purposes")
            known = ["purpose"]
    if rows and not any(taken):
        named = list(dict.fromkeys(one for one in known if one))
        expected = ", ".join(named[:_NAMED]) + (", …" if len(named) > _NAMED else "")
        raise InputError(Problem(missing, expected, file=path.name))
    said = "visibility" in register.columns
    words = ACTIVITY_WORDS["visibility"]
    for row, mine in zip(rows, taken, strict=True):
        # A blank cell means that only the municipality may be shown (METHOD 3).
        if said and mine and row.choice("visibility", words, "municipality") != _EXACT:
            row.wrong(
                "visibility",
                _("the place of this activity may not be shown, and a surface gives it away"),
                _("an activity that anyone may know the place of"),
                _("Leave the activity out"),
            )
    if problems:
        raise InputError(problems)
    # To the reader of the other questions these two columns were unknown.
    own = len({"purpose", "visibility"} & set(register.columns))
    notes = {**read.notes, "ignored_columns": read.notes.get("ignored_columns", 0) - own}
    chosen = read.table["activity_id"].isin([name for name, mine in zip(ids, taken, strict=True) if mine])
    return _Activities(
        read.table[chosen].reset_index(drop=True),
        {name: count for name, count in notes.items() if count},
        said,
    )


def _out_problems(target: Path, inputs: Sequence[Path]) -> list[Problem]:
    problems = []
    if target.suffix.lower() not in _SUFFIXES:
        text = _("results are not written as “{suffix}”").format(suffix=target.suffix)
        problems.append(Problem(text, ", ".join(_SUFFIXES), file=target.name))
    if not target.parent.is_dir():
        text = _("there is no folder {folder}").format(folder=target.parent)
        problems.append(Problem(text, "", _("Make the folder, or choose another"), target.name))
    if target.is_dir():
        problems.append(Problem(_("this is a folder, not a file"), file=target.name))
    if target.resolve() in {path.resolve() for path in inputs}:
        text = _("the result would be written over a file that it is made from")
        problems.append(Problem(text, "", _("Choose another name"), target.name))
    return problems


def _window(period: tuple[str, str]) -> Window:
    collected = Collected()
    first, last = (
        collected.read(partial(day_of, text, option))
        for text, option in zip(period, ("--from", "--to"), strict=True)
    )
    if first and last and last < first:
        text = _("the last day {last} is before the first day {first}").format(first=first, last=last)
        collected.problems.append(Problem(text))
    collected.settle()
    return Window(first, last)


def ask_surface(
    feeds: Sequence[Path],
    activities: Path,
    choice: Choice,
    period: tuple[str, str],
    out: Path,
    *,
    area: Area | None = None,
    cell_m: float = 500.0,
    settings: Path | None = None,
    cache: Path | None = None,
    threads: int | None = None,
    progress: Said | None = None,
) -> Answer:
    """Minutes there and home for every cell of a grid, written to `out` as a Cloud-Optimized GeoTIFF.

    Args:
        feeds: GTFS feeds.
        activities: For `read_activities`; with a column `purpose` or `visibility` if wanted.
        choice: Which of them.
        period: First and last day, YYYY-MM-DD; both are included.
        out: `.tif` or `.tiff`, written whole or not at all.
        area: What to cover.
        cell_m: Side of a cell.
        settings: A `geomatch.toml`, or None for the defaults.
        cache: For `network_of`.
        threads: How many work at once; all cores unless given. The file does not depend on it.
        progress: Called with what is being done, the step and how many there are.

    Raises:
        InputError: With every problem of what is given; else with those of the timetable, or that the period is not
            within it; no session in the period; too many cells; the file cannot be written.
    """
    collected = Collected()
    inputs = [*feeds, activities, *([settings] if settings else [])]
    collected.problems += _out_problems(out, inputs)
    chosen = collected.read(partial(load_settings, settings)) if settings is not None else Settings()
    window = collected.read(partial(_window, period))
    extent = collected.read(partial(extent_of, area or Area()))
    asked = collected.read(partial(_activities, activities, choice))
    collected.settle()
    network = network_of(feeds, chosen, cache, progress)
    wrong = window.problem(network.timetable)
    if wrong is not None:
        raise InputError(wrong)
    table = asked.table
    sessions = sessions_in(table, window, network.timetable.timezone)

    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(_("Day returns"), done, total)

    result = surface(
        network,
        _as_series(table)[["series_id", "x_m", "y_m"]],
        _as_series(sessions.table),
        chosen.limits,
        chosen.sessions.min_session_share,
        1,
        extent,
        cell_m,
        threads,
        told,
    )
    made_up = any(word in activities.name.casefold() for word in ("syntetisk", "synthetic"))
    result = replace(result, synthetic=result.synthetic or made_up)
    first_day, last_day = window.first_day.isoformat(), window.last_day.isoformat()
    tags = {
        "first_day": first_day,
        "last_day": last_day,
        "sessions_on_holidays": str(sessions.on_holidays),
        **({"activity": choice.activity} if choice.activity else {}),
        **({"purpose": choice.purpose} if choice.purpose else {}),
    }
    write_cog(result, out, tags)
    rows, columns = result.bands.shape[1:]
    facts = {
        "window": {"first_day": first_day, "last_day": last_day},
        "activities": len(table),
        "activities_without_stop": without_stop(network, table),
        "activities_without_session": int((~table["activity_id"].isin(sessions.table["activity_id"])).sum()),
        "sessions": len(sessions.table),
        "sessions_on_holidays": sessions.on_holidays,
        "notes": {"activities": asked.notes},
        "bad_rows": bad_rows_of(network),
        "file": str(out),
        "cell_m": cell_m,
        "rows": rows,
        "columns": columns,
        "bounds_m": list(result.bounds),
        "cells_reachable": int(np.isfinite(result.bands[0]).sum()),
        "synthetic": result.synthetic,
    }
    sentences = notes_of({**facts, "origins_without_stop": 0}, chosen.walk.max_walk_m)
    if not asked.said_exact:
        sentences.append(
            _(
                "A surface gives away where its activities are: show it to others only where anyone may know their places."
            )
        )
    text = _(
        "{file}: {rows} x {columns} cells of {cell} m, {count} of them with minutes there and home"
    ).format(file=out, rows=rows, columns=columns, cell=f"{cell_m:g}", count=facts["cells_reachable"])
    return Answer(facts, sentences, text + (_(", synthetic") if result.synthetic else ""))


def _as_series(table: pd.DataFrame) -> pd.DataFrame:
    """A table under the name that the router uses."""
    return table.rename(columns={"activity_id": "series_id"})
