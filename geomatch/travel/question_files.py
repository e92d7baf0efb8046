"""Origins and activities of a question that is asked without a workspace: two tables, checked together."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyproj

from geomatch.errors import InputError, Problem
from geomatch.sources.activity_words import DAYS
from geomatch.sources.cells import clock
from geomatch.sources.register_files import open_register
from geomatch.sources.tabular import Register, Row
from geomatch.words import gettext as _

__all__ = [
    "WEEKDAYS",
    "Places",
    "clock_seconds",
    "outside_sweden",
    "place_of",
    "read_activities",
    "read_origins",
]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Degrees; feeds reach into the neighbouring countries, and so may homes.
_LON, _LAT = (9.0, 26.0), (54.0, 70.0)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,17})?")
_PERSONS = re.compile(r"[0-9]{1,8}(?:[.,][0-9]{1,3})?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")

_PLACE = {
    "lon": ("lon", "longitude", "longitud"),
    "lat": ("lat", "latitude", "latitud"),
}
_ORIGIN = {
    "id": ("id", "origin_id"),
    **_PLACE,
    "persons": ("persons", "personer"),
    "municipality": ("municipality", "kommun"),
}
_ACTIVITY = {
    "id": ("id", "activity_id"),
    **_PLACE,
    "weekday": ("weekday", "weekdays", "veckodag", "veckodagar"),
    "start": ("start", "börjar"),
    "end": ("end", "slut", "slutar"),
}
_DAY_WORDS = {WEEKDAYS[number]: str(number) for number in range(7)}
_DAY_WORDS |= {word: str(number) for number, words in enumerate(DAYS) for word in words}


@dataclass(frozen=True, slots=True)
class Places:
    """The rows of one file.

    Attributes:
        table: In the order of the file, x_m and y_m in EPSG:3006. Origins: origin_id, lon, lat, x_m, y_m,
            persons_milli (int64, thousandths; 1000 where the file says nothing), municipality (text, '' likewise).
            Activities: activity_id, lon, lat, x_m, y_m, weekdays (tuple of numbers from 0 for Monday), start_s,
            end_s (seconds after local midnight).
        notes: ignored_columns, read_as_windows_1252, read_as_utf_16.
        given: Identifiers of the columns that the file has.
    """

    table: pd.DataFrame
    notes: dict[str, int]
    given: frozenset[str]


def outside_sweden(lon: float, lat: float) -> tuple[str, str, str] | None:
    """What is wrong with a place in degrees (WGS 84) that is far from Sweden: found, expected, remedy; None if near."""
    if _LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]:
        return None
    remedy = ""
    if _LON[0] <= lat <= _LON[1] and _LAT[0] <= lon <= _LAT[1]:
        remedy = _("lon and lat seem to have changed places: lon is the one from west to east")
    elif max(abs(lon), abs(lat)) > 1000:
        remedy = _("These seem to be metres: give degrees (WGS 84)")
    return (
        _("the place lon {lon}, lat {lat} is not near Sweden").format(lon=f"{lon:.10g}", lat=f"{lat:.10g}"),
        _("lon {low}–{high}, lat {south}–{north}").format(
            low=f"{_LON[0]:g}", high=f"{_LON[1]:g}", south=f"{_LAT[0]:g}", north=f"{_LAT[1]:g}"
        ),
        remedy,
    )


def place_of(text: str) -> tuple[float, float] | Problem:
    """A place given as `LON,LAT`, or with decimal commas as `LON;LAT`; a problem where it is none."""
    parts = [part.strip() for part in (text.split(";") if ";" in text else text.split(","))]
    if len(parts) != 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        return Problem(
            _("“{text}” is not a place").format(text=text), _("lon and lat in degrees, such as 22.15,65.58")
        )
    lon, lat = (float(part.replace(",", ".")) for part in parts)
    wrong = outside_sweden(lon, lat)
    return Problem(*wrong) if wrong else (lon, lat)


def read_origins(path: Path) -> Places:
    """Where people live, from csv or a workbook: id, lon, lat (WGS 84), and if wanted persons and municipality.

    Raises:
        InputError: What `open_register` raises; with every problem found: no rows, an id that is blank or stands
            twice, a coordinate that is no number, a place that is not near Sweden, persons that are no number from
            0 with at most three decimals.
    """
    register, notes = _opened(path, _ORIGIN, ("id", "lon", "lat"))
    problems: list[Problem] = []
    records = []
    for row, name in _rows(register, problems):
        lon, lat = _place(row)
        records.append((name, lon, lat, _persons(row), row.text("municipality")))
    _settle(problems, records, path)
    table = pd.DataFrame(records, columns=["origin_id", "lon", "lat", "persons_milli", "municipality"])
    table = table.astype({"persons_milli": "int64"})
    return Places(_in_metres(table), notes, frozenset(register.columns))


def read_activities(path: Path) -> Places:
    """Activities with their times, from csv or a workbook: id, lon, lat (WGS 84), weekday, start, end.

    Several weekdays are parted by `;`; times are HH:MM.

    Raises:
        InputError: What `open_register` raises; with every problem found: no rows, an id that is blank or stands
            twice, a coordinate that is no number, a place that is not near Sweden, a weekday that is unknown or
            stands twice, a time that is none, an end that is not after the start.
    """
    required = ("id", "lon", "lat", "weekday", "start", "end")
    register, notes = _opened(path, _ACTIVITY, required)
    problems: list[Problem] = []
    records = []
    for row, name in _rows(register, problems):
        lon, lat = _place(row)
        row.needed("weekday")
        weekdays = [int(number) for number in row.choices("weekday", _DAY_WORDS)]
        if len(set(weekdays)) < len(weekdays):
            row.wrong("weekday", _("a weekday stands twice"))
        start_s, end_s = _time(row, "start"), _time(row, "end")
        if start_s is not None and end_s is not None and end_s <= start_s:
            row.wrong(
                "end",
                _("the session ends at {end}, not after it starts at {start}").format(
                    start=clock(start_s), end=clock(end_s)
                ),
            )
        records.append((name, lon, lat, tuple(sorted(set(weekdays))), start_s or 0, end_s or 0))
    _settle(problems, records, path)
    table = pd.DataFrame(records, columns=["activity_id", "lon", "lat", "weekdays", "start_s", "end_s"])
    return Places(_in_metres(table), notes, frozenset(register.columns))


def _opened(
    path: Path, columns: dict[str, tuple[str, ...]], required: tuple[str, ...]
) -> tuple[Register, dict[str, int]]:
    headings = {name.casefold(): identifier for identifier, names in columns.items() for name in names}
    notes: Counter[str] = Counter()
    register = open_register(path, headings, required, {name: name for name in columns}, notes)
    return register, {name: int(count) for name, count in sorted(notes.items()) if count}


def _rows(register: Register, problems: list[Problem]) -> Iterator[tuple[Row, str]]:
    """Each row with its id; one that is blank or used before is a problem."""
    first: dict[str, int] = {}
    for number, cells in register.rows:
        row = Row(register, number, cells, problems)
        name = row.needed("id")
        if name and first.setdefault(name, number) != number:
            row.wrong(
                "id", _("the id “{id}” stands twice, first in row {row}").format(id=name, row=first[name])
            )
        yield row, name


def _place(row: Row) -> tuple[float, float]:
    values: list[float] = []
    for column in ("lon", "lat"):
        text = row.needed(column)
        if _NUMBER.fullmatch(text):
            values.append(float(text.replace(",", ".")))
        elif text:
            row.wrong(
                column,
                _("“{text}” is not a number").format(text=text),
                _("a coordinate, such as {example}").format(
                    example={"lon": "22.1535", "lat": "65.5838"}[column]
                ),
            )
    if len(values) < 2:
        return 0.0, 0.0
    wrong = outside_sweden(values[0], values[1])
    if wrong:
        row.wrong("lon", *wrong)
    return values[0], values[1]


def clock_seconds(text: str) -> int | None:
    """A time of day HH:MM as seconds after midnight, None where it is none."""
    match = _CLOCK.fullmatch(text)
    return int(match[1]) * 3600 + int(match[2]) * 60 if match else None


def _persons(row: Row) -> int:
    """Thousandths of a person; one person where the file does not say."""
    text = row.text("persons")
    if "persons" not in row.register.columns:
        return 1000
    if _PERSONS.fullmatch(text):
        return int(Decimal(text.replace(",", ".")) * 1000)
    row.wrong(
        "persons",
        _("“{value}” is not a number of persons").format(value=text) if text else _("the cell is empty"),
        _("a number from 0 with at most three decimals"),
    )
    return 0


def _time(row: Row, column: str) -> int | None:
    cell = row.cell(column)
    if isinstance(cell, dt.time) and not cell.second:
        return cell.hour * 3600 + cell.minute * 60
    text = row.needed(column)
    seconds = clock_seconds(text)
    if text and seconds is None:
        row.wrong(column, _("“{value}” is not a time of day").format(value=text), _("a time as HH:MM"))
    return seconds


def _settle(problems: list[Problem], records: Sequence[tuple[object, ...]], path: Path) -> None:
    """Raise what was found wrong, or that nothing was found at all."""
    if not records and not problems:
        problems.append(Problem(_("the file has no rows below its headings"), file=path.name))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))


def _in_metres(table: pd.DataFrame) -> pd.DataFrame:
    """The table with x_m and y_m (EPSG:3006) after lat."""
    to_metres = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    x_m, y_m = to_metres.transform(table["lon"].to_numpy(float), table["lat"].to_numpy(float))
    table.insert(3, "x_m", x_m)
    table.insert(4, "y_m", y_m)
    return table
