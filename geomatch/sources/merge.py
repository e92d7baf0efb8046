"""Several boards' registers as one: what stands twice and what clashes is named, nothing is dropped."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import geopandas as gpd
import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.restricted import Audience, Restricted
from geomatch.sources.activities import SERIES_COLUMNS, SESSION_COLUMNS, ActivityRegister
from geomatch.sources.activity_words import ACTIVITY_HEADINGS
from geomatch.sources.corridor_register import COLUMNS, CORRIDOR_HEADINGS, CorridorRegister
from geomatch.sources.tabular import fold
from geomatch.tables import records
from geomatch.words import gettext as _

__all__ = ["LIKELY_COLUMNS", "SAME_PLACE_M", "likely_duplicates", "merge_corridors", "merge_registers"]

# Two boards place one house differently by less than this.
SAME_PLACE_M = 50.0
LIKELY_COLUMNS = ("file", "activity_id", "other_file", "other_activity_id", "name", "distance_m")
_COMPARED = tuple(name for name in SERIES_COLUMNS if name not in {"series_id", "activity_id", "geometry"})
_HEADINGS = ACTIVITY_HEADINGS | {"municipality_code": ACTIVITY_HEADINGS["municipality"]}
_OPEN = "9999-12-31"


def merge_registers(registers: Sequence[tuple[str, ActivityRegister]]) -> ActivityRegister:
    """Several boards' registers of activities as one.

    Args:
        registers: (file name, its register), in any order: the result does not depend on it.

    Returns:
        All series by series_id and all sessions. It is synthetic where any file is; the notes are added up, and
        likely_duplicates counts the pairs that `likely_duplicates` names. Its `rows` are empty.

    Raises:
        InputError: No register at all; an id that stands in two files, whether the activity is the same in both
            (then it would be counted twice) or another, with the files, rows and what differs.
    """
    if not registers:
        raise InputError(
            Problem(
                _("there is no register of activities"), remedy=_("Add one: geomatch add activities FILE")
            )
        )
    holders: defaultdict[str, list[_Held]] = defaultdict(list)
    for file, register in sorted(registers, key=lambda pair: pair[0]):
        for activity, content in _activities(register).items():
            holders[activity].append((file, content, _first_row(register, activity)))
    problems = [
        _clash(activity, held[0], other) for activity, held in sorted(holders.items()) for other in held[1:]
    ]
    if problems:
        raise InputError(problems)
    notes: Counter[str] = Counter()
    for _file, register in registers:
        notes.update(register.notes)
    notes["likely_duplicates"] = len(likely_duplicates(registers).reveal(Audience.INTERNAL))
    tables = [register.series.reveal(Audience.INTERNAL) for _file, register in registers]
    series = pd.concat(tables, ignore_index=True).sort_values("series_id", kind="stable", ignore_index=True)
    times = [register.sessions.reveal(Audience.INTERNAL) for _file, register in registers]
    sessions = pd.concat([table.assign(place=range(len(table))) for table in times], ignore_index=True)
    sessions = sessions.sort_values(["series_id", "place"], kind="stable", ignore_index=True)
    return ActivityRegister(
        Restricted(gpd.GeoDataFrame(series, geometry="geometry", crs=tables[0].crs)),
        Restricted(sessions[list(SESSION_COLUMNS)]),
        any(register.synthetic for _file, register in registers),
        {name: count for name, count in sorted(notes.items()) if count},
    )


# One activity as it stands in a file: for each of its series the columns of `_COMPARED`, its place and its sessions.
_Content = list[tuple[dict[str, Any], tuple[float, float] | None, frozenset[tuple[Any, ...]]]]
# File, content and row.
_Held = tuple[str, _Content, int | None]


def _sessions_of(register: ActivityRegister) -> dict[str, frozenset[tuple[Any, ...]]]:
    found: defaultdict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for row in records(register.sessions.reveal(Audience.INTERNAL)):
        weekday = None if pd.isna(row.weekday) else int(row.weekday)
        found[row.series_id].add((weekday, row.date, int(row.start_s), int(row.end_s)))
    return {name: frozenset(patterns) for name, patterns in found.items()}


def _activities(register: ActivityRegister) -> dict[str, _Content]:
    sessions = _sessions_of(register)
    found: defaultdict[str, _Content] = defaultdict(list)
    for row in records(register.series.reveal(Audience.INTERNAL)):
        place = None if row.geometry is None else (round(row.geometry.x), round(row.geometry.y))
        values = {name: getattr(row, name) for name in _COMPARED}
        found[row.activity_id].append((values, place, sessions.get(row.series_id, frozenset())))
    return dict(found)


def _first_row(register: ActivityRegister, activity: str) -> int | None:
    return min(
        (
            min(rows)
            for name, rows in register.rows.items()
            if name.rpartition("#")[0] == activity or name == activity
        ),
        default=None,
    )


def _clash(activity: str, first: _Held, second: _Held) -> Problem:
    """What to say of an id that stands in two files."""
    heading = ACTIVITY_HEADINGS["activity_id"]
    where = first[0] if first[2] is None else f"{first[0]}, {_('row {row}').format(row=first[2])}"
    differing = _differing(first[1], second[1])
    if not differing:
        return Problem(
            _("the activity {id} stands the same in {file}").format(id=activity, file=where),
            _("each activity in one file"),
            _("Remove it from one of the files"),
            second[0],
            "",
            second[2],
            heading,
        )
    text = _("the id {id} also stands in {file}, for another activity: {columns} differ")
    return Problem(
        text.format(id=activity, file=where, columns=", ".join(differing)),
        _("ids that no two registers share"),
        _("Give one of them another id"),
        second[0],
        "",
        second[2],
        heading,
    )


def _differing(first: _Content, second: _Content) -> list[str]:
    """What two activities of one id differ in, as a reader would call it."""
    if len(first) != len(second):
        return [_("the number of places")]
    pairs = list(zip(first, second, strict=True))
    found = [_HEADINGS[name] for name in _COMPARED if any(one[0][name] != two[0][name] for one, two in pairs)]
    found += [_("the place")] if any(one[1] != two[1] for one, two in pairs) else []
    found += [_("the times")] if any(one[2] != two[2] for one, two in pairs) else []
    return found


def likely_duplicates(registers: Sequence[tuple[str, ActivityRegister]]) -> Restricted[pd.DataFrame]:
    """Pairs of series in different files that look like one activity with two ids.

    They have the same name (in any case), places at most `SAME_PLACE_M` apart (or both are digital) and the same
    sessions. Such pairs are often right, so they are told and not refused.

    Returns:
        One row per pair of activities, by file and id: `LIKELY_COLUMNS`, distance_m rounded to whole metres, 0 where
        both are digital. Restricted, since protected activities are among them.
    """
    groups: defaultdict[tuple[str, frozenset[tuple[Any, ...]]], list[tuple[str, Any]]] = defaultdict(list)
    for file, register in registers:
        sessions = _sessions_of(register)
        for row in records(register.series.reveal(Audience.INTERNAL)):
            groups[fold(row.name), sessions.get(row.series_id, frozenset())].append((file, row))
    pairs: dict[tuple[str, str, str, str], tuple[str, int]] = {}
    for group in groups.values():
        for (file, row), (other_file, other) in combinations(
            sorted(group, key=lambda held: (held[0], held[1].series_id)), 2
        ):
            if file == other_file or row.activity_id == other.activity_id or row.digital != other.digital:
                continue
            distance_m = (
                0.0 if row.digital else math.dist(*((one.geometry.x, one.geometry.y) for one in (row, other)))
            )
            if distance_m <= SAME_PLACE_M:
                key = file, row.activity_id, other_file, other.activity_id
                least = min(pairs.get(key, ("", round(distance_m)))[1], round(distance_m))
                pairs[key] = row.name, least
    rows = [(*key, *value) for key, value in sorted(pairs.items())]
    return Restricted(pd.DataFrame(rows, columns=list(LIKELY_COLUMNS)).astype({"distance_m": "int64"}))


def merge_corridors(registers: Sequence[tuple[str, CorridorRegister]]) -> CorridorRegister:
    """Several boards' registers of corridors as one.

    Args:
        registers: (file name, its register), in any order: the result does not depend on it.

    Returns:
        All corridors by from_code, to_code and valid_from, the notes added up; no corridor without a register. Its
        `rows` are empty.

    Raises:
        InputError: A corridor that stands in two files with the same or with overlapping periods.
    """
    held: defaultdict[tuple[str, str], list[tuple[str, str, str, int | None, str]]] = defaultdict(list)
    for file, register in registers:
        rows: Sequence[int | None] = register.rows or [None] * len(register.table)
        for row, number in zip(records(register.table), rows, strict=True):
            period = (row.valid_from, row.valid_to or _OPEN, file, number, row.reference)
            held[row.from_code, row.to_code].append(period)
    problems = []
    for pair in sorted(held):
        periods = sorted(held[pair], key=lambda period: (period[:3], period[3] or 0))
        for one, two in combinations(periods, 2):
            # Within one file the reader has looked already.
            if one[2] != two[2] and two[0] <= one[1]:
                problems.append(_overlap(one, two))
    if problems:
        raise InputError(problems)
    notes: Counter[str] = Counter()
    for _file, register in registers:
        notes.update(register.notes)
    tables = [register.table for _file, register in registers if len(register.table)]
    table = (
        pd.concat(tables, ignore_index=True).sort_values(list(COLUMNS), kind="stable", ignore_index=True)
        if tables
        else pd.DataFrame(columns=list(COLUMNS), dtype=str)
    )
    return CorridorRegister(
        table,
        any(register.synthetic for _file, register in registers),
        {name: count for name, count in sorted(notes.items()) if count},
    )


def _overlap(
    one: tuple[str, str, str, int | None, str], two: tuple[str, str, str, int | None, str]
) -> Problem:
    where = one[2] if one[3] is None else f"{one[2]}, {_('row {row}').format(row=one[3])}"
    same = (one[0], one[1], one[4]) == (two[0], two[1], two[4])
    return Problem(
        (
            _("the corridor stands the same in {file}")
            if same
            else _("the period overlaps that of {file} for the same two municipalities")
        ).format(file=where),
        "",
        _("Remove it from one of the files")
        if same
        else _("Let one period end the day before the next begins"),
        two[2],
        "",
        two[3],
        CORRIDOR_HEADINGS["valid_from"],
    )
