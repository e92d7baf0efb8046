"""Which visibility holds for the activities of a month: the strictest of its register, a later one, and what was ordered.

A register that shows an activity less makes it so in every month that was published before. One that shows it more does
not: what was protected once stays so in the months that it was protected in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geomatch.errors import InputError
from geomatch.public.editions import Edition, kept_editions, read_edition
from geomatch.public.inputs import VISIBILITY_ORDER, runs_in, with_stricter
from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.other_activities import read_other_activities
from geomatch.takeback.record import Record, read_record, stricter_of_two
from geomatch.workspace import Input, Workspace

__all__ = [
    "REGISTERS",
    "every_series",
    "exposed",
    "months_to_make_anew",
    "series_of",
    "stricter_for",
    "used_by",
]

REGISTERS = ("activities", "other_activities")
_COLUMNS = [
    "series_id", "activity_id", "name", "municipality_code", "visibility", "valid_from", "valid_to", "status", "digital",
    "geometry",
]  # fmt: skip
# Municipality and name: by which a published activity is found when its number says nothing.
_Key = tuple[str, str]


@lru_cache(maxsize=32)
def _series(path: Path, kind: str, _sha256: str) -> gpd.GeoDataFrame:
    read = read_activities if kind == "activities" else read_other_activities
    return read(path).series.reveal(Audience.INTERNAL)[_COLUMNS]


def series_of(workspace: Workspace, used: Sequence[Input]) -> gpd.GeoDataFrame:
    """The activities of the registers among some inputs, as they stand there; no file is held against another.

    Raises:
        InputError: A copy is gone.
    """
    frames = [_series(workspace.path_of(one), one.kind, one.sha256) for one in used if one.kind in REGISTERS]
    if not frames:
        return gpd.GeoDataFrame({name: [] for name in _COLUMNS}, geometry="geometry", crs="EPSG:3006")
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=frames[0].crs)


def used_by(workspace: Workspace, month: str) -> list[Input]:
    """The inputs that a month was computed from; none where it is not computed."""
    try:
        return [Input(**one) for one in workspace.manifest(month)["inputs"]]
    except InputError:
        return []


def _is_whole(workspace: Workspace, used: Sequence[Input]) -> bool:
    """Whether there are registers, and the copies of all."""
    try:
        return len(series_of(workspace, used)) > 0
    except InputError:
        return False


def every_series(workspace: Workspace, months: Sequence[str]) -> gpd.GeoDataFrame:
    """The activities of every register that there is a copy of: those in force, and those that months were made from."""
    known = {
        (one.kind, one.sha256): one
        for used in (workspace.inputs(), *(used_by(workspace, month) for month in months))
        for one in used
        if one.kind in REGISTERS and _is_whole(workspace, [one])
    }
    return series_of(workspace, list(known.values()))


def _places(series: gpd.GeoDataFrame) -> dict[str, list[tuple[str, str]]]:
    """Per activity its series with their places, from west to east as they are numbered."""
    found: dict[str, list[tuple[str, str]]] = {}
    for above, one, place in zip(series["activity_id"], series["series_id"], series.geometry, strict=True):
        found.setdefault(str(above), []).append((str(one), place.wkt if place is not None else ""))
    return {above: sorted(rows) for above, rows in found.items()}


def _by_register(now: gpd.GeoDataFrame, own: gpd.GeoDataFrame) -> dict[str, str]:
    """Visibility by id that the register in force has for activities of an earlier one.

    Places of an activity are told apart by where they are. Where they are other than before, the strictest holds for all.
    """
    here, there = _places(own), _places(now)
    found: dict[str, str] = {}
    for above, one, word in zip(now["activity_id"], now["series_id"], now["visibility"], strict=True):
        if word != "exact":
            key = str(one) if here.get(str(above)) == there[str(above)] else str(above)
            found[key] = max(found.get(key, "exact"), str(word), key=lambda said: VISIBILITY_ORDER[said])
    return found


def stricter_for(
    workspace: Workspace, month: str, used: Sequence[Input], record: Record | None = None
) -> dict[str, str]:
    """Visibility by series_id or activity_id that holds for a month where it is stricter than its register's.

    Args:
        workspace: Where registers and what was ordered are.
        month: YYYY-MM.
        used: The inputs that the month is computed from.
        record: What was ordered; read from the workspace where it is not given.

    Raises:
        InputError: What was ordered cannot be read, or a copy of a register in force is gone: what it protects is then
            not known.
    """
    ordered = (record or read_record(workspace.folder)).of_month(month)
    in_force = [one for one in workspace.inputs() if one.kind in REGISTERS]
    own = [one for one in used if one.kind in REGISTERS]
    if not in_force or {one.sha256 for one in in_force} == {one.sha256 for one in own}:
        return ordered
    now = series_of(workspace, in_force)
    then = series_of(workspace, own) if _is_whole(workspace, own) else now.iloc[:0]
    return stricter_of_two(ordered, _by_register(now, then))


def _rows(edition: Edition) -> Counter[tuple[_Key, bool]]:
    """How many activities an edition tells of by municipality and name, at their place or not."""
    table = edition.tables["activities"]
    # What is held nowhere has days and an organiser only where all of it may be shown.
    told = (table["shown_at"] == "place") | (table["organiser"] != "") | (table["times"] != "")
    return Counter(
        ((str(code), str(name)), bool(exact))
        for code, name, exact in zip(table["municipality_code"], table["name"], told, strict=True)
    )


def exposed(
    workspace: Workspace, folder: Path, record: Record, only: Collection[_Key] | None = None
) -> dict[str, list[int]]:
    """The editions that tell more of an activity than may be told now, by month.

    An activity of an edition is found by its municipality and its name, as any register in the workspace has it: numbers
    and ids of the board are not published.

    Args:
        workspace: Where registers are.
        folder: The one that holds `published/`.
        record: What was ordered.
        only: Municipality and name of the activities to look for, in notes as well; all unless given, in no notes.
    """
    kept = kept_editions(folder)
    every = every_series(workspace, list(kept))
    found: dict[str, list[int]] = {}
    for month, numbers in kept.items():
        used = used_by(workspace, month)
        stricter = stricter_for(workspace, month, used, record)
        # Of a month whose register is gone, the others tell what may be shown.
        own = (
            series_of(workspace, used)
            if _is_whole(workspace, used)
            else every.drop_duplicates("series_id", keep="last")
        )
        shown = with_stricter(own[runs_in(own, month)], stricter)
        guarded = {
            key
            for anywhere in (with_stricter(every, stricter), with_stricter(own, stricter))
            for key, word in zip(_keys(anywhere), anywhere["visibility"], strict=True)
            if word != "exact"
        }
        if only is not None:
            guarded &= set(only)
        if not guarded:
            continue
        words = Counter(zip(_keys(shown), shown["visibility"], strict=True))
        for number in numbers:
            edition = read_edition(folder, month, number)
            rows = _rows(edition)
            # A note may name what it is about.
            if _named(edition.note, only or ()) or any(
                rows[key, True] > words[key, "exact"]
                or rows[key, True] + rows[key, False] > words[key, "exact"] + words[key, "municipality"]
                for key in guarded
            ):
                found.setdefault(month, []).append(number)
    return found


def _named(note: str, keys: Collection[_Key]) -> bool:
    return any(name and name.casefold() in note.casefold() for _code, name in keys)


def _keys(series: gpd.GeoDataFrame) -> list[_Key]:
    return list(zip(series["municipality_code"].astype(str), series["name"].astype(str), strict=True))


def months_to_make_anew(workspace: Workspace) -> list[str]:
    """Published months that tell more of an activity than its visibility allows now, oldest first.

    Raises:
        InputError: What was ordered, or an edition, cannot be read.
    """
    return list(exposed(workspace, workspace.folder, read_record(workspace.folder)))
