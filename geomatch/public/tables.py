"""The columns of every table that is published: one contract for the public run, pages, downloads and their check.

A figure of persons is three columns: `<name>_low` and `<name>_high`, equal where the number is known, and
`<name>_sign`, which says why there is no number: `..` withheld, `-` not known, `.` not applicable; else it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from geomatch.words import N_

__all__ = [
    "APPLIES_NOT",
    "MISSING",
    "NATION",
    "PUBLIC_TABLES",
    "SIGNS",
    "WITHHELD",
    "PublicColumn",
    "PublicTable",
    "conform_public",
]

WITHHELD, MISSING, APPLIES_NOT = "..", "-", "."
SIGNS = (WITHHELD, MISSING, APPLIES_NOT)
# The code of the row of the whole country, where a county has two digits and a municipality four.
NATION = "00"


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """One column of a published table.

    Attributes:
        name: Its name, with its unit.
        kind: `text`, `int`, `float`, `bool`; a `?` behind it allows missing values.
        unit: Its unit, or empty.
        meaning: What it means, in English; pages show its translation.
        persons: The figure (stem of `_low`, `_high` and `_sign`) that the column is an end or the sign of, or those
            that it follows, blanks between them: where any is withheld, so is the column. Empty for what says
            nothing of persons.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    persons: str = ""


@dataclass(frozen=True, slots=True)
class PublicTable:
    """One published table: its name, what a row is, which columns tell rows apart, and all columns in order."""

    name: str
    title: str
    row: str
    key: tuple[str, ...]
    columns: tuple[PublicColumn, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    @property
    def figures(self) -> list[str]:
        """The stems of its figures of persons, in order."""
        return [column.name.removesuffix("_sign") for column in self.columns if column.name.endswith("_sign")]


def _figure(stem: str, meaning: str, unit: str = "persons") -> tuple[PublicColumn, ...]:
    return (
        PublicColumn(f"{stem}_low", "int?", unit, meaning, stem),
        PublicColumn(f"{stem}_high", "int?", unit, N_("Its upper end; equal to the lower where the number is known."), stem),
        PublicColumn(f"{stem}_sign", "text", "", N_("Why there is no number: “..” withheld, “-” not known, “.” not applicable."), stem),
    )  # fmt: skip


def _span(stem: str, unit: str, meaning: str, persons: str = "") -> tuple[PublicColumn, ...]:
    return (
        PublicColumn(f"{stem}_low", "float?", unit, meaning, persons),
        PublicColumn(f"{stem}_high", "float?", unit, N_("Its upper end."), persons),
    )


_MONTH = PublicColumn("month", "text", "YYYY-MM", N_("The month that the row describes."))
_LEVEL = PublicColumn("level", "text", "", N_("`country`, `county` or `municipality`."))
_AREA = PublicColumn(
    "area_code", "text", "code", N_("Municipality with four digits, county with two, 00 for all together.")
)
_NAME = PublicColumn("name", "text", "", N_("Name of the area."))

AREAS = PublicTable(
    "areas",
    N_("Municipalities, counties and the country"),
    N_("an area"),
    ("area_code",),
    (
        _MONTH,
        _LEVEL,
        _AREA,
        _NAME,
        PublicColumn("municipalities", "int", "municipalities", N_("Municipalities that the row is made of.")),
        *_figure("need", N_("Persons enrolled in the reception system; of counties and the country the published total, with those whose municipality is not known.")),
        *_figure("women", N_("Women among them.")),
        *_figure("men", N_("Men among them.")),
        PublicColumn("women_share", "float?", "share 0-1", N_("Women among women and men; none where either is withheld."), "women men"),
        PublicColumn("series", "int", "activities", N_("Activities with sessions in the month that are held there; one at three places is three.")),
        PublicColumn("places", "int", "places", N_("Their places.")),
        *_figure("gap", N_("Persons enrolled who get no place in any activity.")),
        *_span("gap_share", "share 0-1", N_("The gap as a share of those enrolled."), "gap need"),
        *_figure("no_day_return", N_("Persons who can reach no suitable activity and get home the same day.")),
        *_span("access_index", "places/person", N_("Access index: places within reach for each person, nearer ones count more.")),
        PublicColumn("band_best", "int?", "fifth", N_("Best fifth by the share without a place that the figures allow; 1 is the smallest share."), "gap need"),
        PublicColumn("band_worst", "int?", "fifth", N_("Worst fifth; 5 is the largest share."), "gap need"),
        *_span("women_index", "places/person", N_("Access index of women; counties and the country only.")),
        *_span("men_index", "places/person", N_("Access index of men; counties and the country only.")),
        *_span("gini", "0-1", N_("Gini coefficient of the access index; counties and the country only.")),
        PublicColumn("before", "text", "YYYY-MM", N_("The published month that changes are told from, or empty.")),
        *_figure("need_change", N_("Change in persons enrolled since that month.")),
        *_figure("gap_change", N_("Change in the gap since that month.")),
        PublicColumn("places_change", "int?", "places", N_("Change in places since that month.")),
    ),
)  # fmt: skip

GROUPS = PublicTable(
    "groups",
    N_("Persons enrolled by group"),
    N_("an area and one group of those enrolled"),
    ("area_code", "dimension", "group"),
    (
        _MONTH,
        _LEVEL,
        _AREA,
        _NAME,
        PublicColumn("dimension", "text", "", N_("What the group is told by: `sex`, `target_group` or `accommodation`.")),
        PublicColumn("group", "text", "", N_("The group.")),
        *_figure("persons", N_("Persons enrolled of the group.")),
    ),
)  # fmt: skip

ACTIVITIES = PublicTable(
    "activities",
    N_("Activities"),
    N_("an activity at one place"),
    ("activity",),
    (
        _MONTH,
        PublicColumn("activity", "text", "", N_("Number of the activity in this month's list; another month has other numbers.")),
        PublicColumn("county_code", "text", "code", N_("County.")),
        PublicColumn("municipality_code", "text", "code", N_("Municipality.")),
        PublicColumn("name", "text", "", N_("Name of the activity.")),
        PublicColumn("organiser", "text", "", N_("Organiser; empty where the place is not shown.")),
        PublicColumn("primary_purpose", "text", "", N_("Primary purpose.")),
        PublicColumn("secondary_purposes", "text", "", N_("Other purposes, “;” between them.")),
        PublicColumn("target_groups", "text", "", N_("For whom, “;” between groups; `all` for everyone.")),
        PublicColumn("sex", "text", "", N_("`women`, `men` or `all`.")),
        PublicColumn("places", "int", "places", N_("How many can take part each time.")),
        PublicColumn("childcare", "bool", "", N_("There is childcare.")),
        PublicColumn("language_support", "bool", "", N_("There is language support.")),
        PublicColumn("parallel_group", "bool", "", N_("Women and men alternate, so that both parents can come.")),
        PublicColumn("digital", "bool", "", N_("Takes place at a distance.")),
        PublicColumn("shown_at", "text", "", N_("`place`: at its place; `municipality`: the place is not shown; `nowhere`: at a distance.")),
        PublicColumn("times", "text", "", N_("Weekdays or days, and times; empty where the place is not shown.")),
        PublicColumn("valid_from", "text", "date", N_("First day; empty where the place is not shown.")),
        PublicColumn("valid_to", "text", "date", N_("Last day; empty while open, and where the place is not shown.")),
        PublicColumn("sessions", "int?", "sessions", N_("Sessions in the weeks that the month is judged by; none where the place is not shown.")),
        PublicColumn("x_m", "float?", "m", N_("East, EPSG:3006.")),
        PublicColumn("y_m", "float?", "m", N_("North, EPSG:3006.")),
        PublicColumn("longitude", "float?", "degrees", N_("East, EPSG:4326.")),
        PublicColumn("latitude", "float?", "degrees", N_("North, EPSG:4326.")),
    ),
)  # fmt: skip

WAYS = PublicTable(
    "ways",
    N_("How to get there"),
    N_("an activity whose place is shown, and a municipality from which one can get there and home the same day"),
    ("activity", "from_code"),
    (
        _MONTH,
        PublicColumn("activity", "text", "", N_("The activity.")),
        PublicColumn("from_code", "text", "code", N_("Municipality where the journey begins.")),
        PublicColumn("from_name", "text", "", N_("Its locality with the shortest journey.")),
        PublicColumn("travel_min", "float", "min", N_("Shortest journey, mean of there and home.")),
        PublicColumn("transfers", "int?", "changes", N_("Changes there and home.")),
        PublicColumn("walk_m", "float?", "m", N_("Metres walked there and home.")),
        PublicColumn("sessions_per_week", "float", "sessions/week", N_("Sessions a week that can be reached.")),
        PublicColumn("last_way_home", "bool", "", N_("Some session ends so late that there is no later journey home.")),
    ),
)  # fmt: skip

CORRIDORS = PublicTable(
    "corridors",
    N_("Pairs of municipalities"),
    N_("an ordered pair of municipalities, open for travel compensation or with a day return"),
    ("from_code", "to_code"),
    (
        _MONTH,
        PublicColumn("from_code", "text", "code", N_("Municipality where people live.")),
        PublicColumn("to_code", "text", "code", N_("Municipality of the activities.")),
        PublicColumn("status", "text", "", N_("`open` or `candidate`.")),
        PublicColumn("verdict", "text", "", N_("`recommended`, `possible`, `not_recommended` or `outside_policy`.")),
        PublicColumn("reasons", "text", "", N_("Reason codes, “;” between them.")),
        *_figure("gain", N_("Persons more who get a place when the pair is open.")),
        *_figure("entitled_unserved", N_("Persons who may travel and get no place in their own municipality.")),
        PublicColumn("travel_best_min", "float?", "min", N_("Shortest journey, mean of there and home.")),
        PublicColumn("travel_median_min", "float?", "min", N_("Median journey.")),
        PublicColumn("sessions_per_week", "float", "sessions/week", N_("Most sessions a week that can be reached from one place.")),
        PublicColumn("transfers", "int?", "changes", N_("Changes there and home on the shortest journey.")),
        PublicColumn("booking_needed", "bool", "", N_("The shortest journey must be booked ahead.")),
        PublicColumn("last_way_home_tight", "bool", "", N_("The last way home hangs on a short change.")),
    ),
)  # fmt: skip

SIMILAR = PublicTable(
    "similar",
    N_("Similar municipalities"),
    N_("a municipality and one of those most like it"),
    ("municipality_code", "rank"),
    (
        _MONTH,
        PublicColumn("municipality_code", "text", "code", N_("The municipality.")),
        PublicColumn("rank", "int", "rank", N_("1 is the most alike.")),
        PublicColumn("similar_code", "text", "code", N_("The municipality that is like it.")),
        PublicColumn("differs_in", "text", "", N_("What they differ most in.")),
    ),
)  # fmt: skip

PURPOSES = PublicTable(
    "purposes",
    N_("Activities by purpose"),
    N_("an area and a primary purpose of its activities"),
    ("area_code", "purpose"),
    (
        _MONTH,
        _LEVEL,
        _AREA,
        PublicColumn("purpose", "text", "", N_("Primary purpose.")),
        PublicColumn("series", "int", "activities", N_("Activities, also at a distance.")),
        PublicColumn("places", "int", "places", N_("Their places.")),
    ),
)  # fmt: skip

SURFACE = PublicTable(
    "surface",
    N_("Travel surface"),
    N_("a square cell from which one can get to an activity whose place is shown, and home the same day"),
    ("x_m", "y_m"),
    (
        _MONTH,
        PublicColumn("x_m", "float", "m", N_("Middle of the cell, east, EPSG:3006.")),
        PublicColumn("y_m", "float", "m", N_("Middle of the cell, north, EPSG:3006.")),
        PublicColumn("cell_m", "float", "m", N_("Side of the cell.")),
        PublicColumn("municipality_code", "text", "code", N_("Municipality that the middle lies in.")),
        PublicColumn("travel_min", "int", "min", N_("Shortest journey to any such activity, mean of there and home.")),
    ),
)  # fmt: skip

PUBLIC_TABLES: Mapping[str, PublicTable] = MappingProxyType(
    {table.name: table for table in (AREAS, GROUPS, ACTIVITIES, WAYS, CORRIDORS, SIMILAR, PURPOSES, SURFACE)}
)

_DTYPES: dict[str, Any] = {"text": "str", "int": "int64", "int?": "Int64", "float": "float64", "float?": "float64", "bool": "bool"}  # fmt: skip
_DECIMALS = 6


def conform_public(frame: pd.DataFrame, table: PublicTable) -> pd.DataFrame:
    """`frame` with exactly the columns of `table`, in order, in their types, sorted by its key; six decimals.

    Raises:
        ValueError: A column is missing or unknown, a value is missing where none may be, a count is not whole, or the
            key repeats.
    """
    missing = [name for name in table.names if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in table.names]
    if missing or unknown:
        raise ValueError(f"table {table.name}: missing columns {missing}, unknown columns {unknown}")
    result = frame[table.names].copy()
    for column in table.columns:
        if not column.kind.endswith("?") and result[column.name].isna().any():
            raise ValueError(f"table {table.name}: column {column.name} has missing values")
        if column.kind.startswith("int") and (pd.to_numeric(result[column.name]).dropna() % 1 != 0).any():
            raise ValueError(f"table {table.name}: column {column.name} has parts of whole numbers")
        result[column.name] = result[column.name].astype(_DTYPES[column.kind])
        if column.kind.startswith("float"):
            # What another machine computes differently far behind the point is no other number. No -0.0 either.
            result[column.name] = result[column.name].round(_DECIMALS) + 0.0
    if result.duplicated(list(table.key)).any():
        raise ValueError(f"table {table.name}: the key {table.key} repeats")
    return result.sort_values(list(table.key), kind="stable").reset_index(drop=True)


def dictionary_markdown() -> str:
    """The data dictionary of what is published, as Markdown."""
    lines = [
        "# Public data",
        "",
        "The tables that are published of a month, after disclosure control (METHOD 8): what the public pages show and what",
        "can be downloaded. A figure of persons is three columns: `_low` and `_high`, equal where the number is known, and",
        "`_sign`, which says why there is none: `..` withheld, `-` not known, `.` not applicable. Counts of persons from 1 to",
        "`disclosure.withhold_to` (5) are withheld, and with a figure the columns that follow it. What a column follows",
        "stands in the last column. A `?` behind a type: the value may be missing. This page is made by",
        "`python -m geomatch.public.tables`.",
        "",
    ]
    for table in PUBLIC_TABLES.values():
        lines += [
            f"## {table.name}",
            "",
            f"{table.title}: a row is {table.row}. Key: {', '.join(f'`{name}`' for name in table.key)}.",
            "",
            "| column | type | unit | meaning | follows |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| `{c.name}` | {c.kind} | {c.unit} | {c.meaning} | {', '.join(f'`{one}`' for one in c.persons.split())} |"
            for c in table.columns
        ]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(dictionary_markdown(), end="")  # noqa: T201  # printing the page is what the module run as a program is for
