"""A published month as its pages use it: every table parted by code once, so that no page searches in a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geomatch.public.editions import Edition
from geomatch.public.tables import NATION
from geomatch.site.context import Names
from geomatch.site.plain import plain
from geomatch.tables import records

__all__ = ["MonthRows", "month_rows"]


@dataclass(frozen=True, slots=True)
class MonthRows:
    """The rows of a month by code. A row is a named tuple with the columns of its table, None where nothing is known.

    Attributes:
        edition: The edition.
        names: Name of each area of the edition and of each that is the end of a pair.
        areas: Rows of `areas` by code.
        municipalities: Codes of municipalities, by name.
        counties: Codes of counties, in order.
        groups, purposes, similar: Rows by code of the area.
        activities: Rows by municipality, by name.
        ways_to: Rows of `ways` by activity, shortest first.
        ways_from: Rows of `ways` by municipality of residence, shortest first.
        activity: Rows of `activities` by activity.
        pairs_from, pairs_to: Rows of `corridors` by municipality of residence and of the activities.
        earlier: Month and rows by code, of `areas` of earlier months, oldest first.
    """

    edition: Edition
    names: Names
    areas: Mapping[str, Any]
    municipalities: Sequence[str]
    counties: Sequence[str]
    groups: Mapping[str, list[Any]]
    purposes: Mapping[str, list[Any]]
    similar: Mapping[str, list[Any]]
    activities: Mapping[str, list[Any]]
    activity: Mapping[str, Any]
    ways_to: Mapping[str, list[Any]]
    ways_from: Mapping[str, list[Any]]
    pairs_from: Mapping[str, list[Any]]
    pairs_to: Mapping[str, list[Any]]
    earlier: Sequence[tuple[str, Mapping[str, Any]]]

    def name(self, code: str) -> str:
        """The name of an area; where one county is published alone, the whole is that county."""
        only = self.edition.facts.get("county")
        return plain(self.names.of(str(only) if code == NATION and only else code))

    def municipalities_of(self, county: str) -> list[str]:
        """Codes of a county's municipalities, by name."""
        return [code for code in self.municipalities if code[:2] == county]

    def page_of(self, code: str) -> str:
        """The page of an area, below the root of the language; empty for one that this month has no page of."""
        if code not in self.areas:
            return ""
        month = self.edition.month
        if code == NATION:
            return f"{month}/index.html"
        return f"{month}/{code}/index.html" if len(code) == 2 else f"{month}/{code[:2]}/{code}/index.html"


def _by(rows: Iterable[Any], name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(str(getattr(row, name)), []).append(row)
    return found


def _records(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame, with None where nothing is known: what pandas has there is neither true nor false."""
    return list(records(frame.astype(object).where(frame.notna(), None)))


def _by_code(areas: pd.DataFrame) -> dict[str, Any]:
    return {str(row.area_code): row for row in _records(areas)}


# Which of two equally short ways goes first must not hang on the order of rows.
_NEAREST = ["travel_min", "from_code", "activity"]


# In Swedish å comes before ä and ö, which their code points do not.
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "ö": "}"})


def alphabetical(name: str) -> str:
    """A key that puts names in the order of the Swedish alphabet."""
    return name.casefold().translate(_LAST_LETTERS)


def month_rows(edition: Edition, names: Names, earlier: Sequence[tuple[str, pd.DataFrame]]) -> MonthRows:
    """The rows of an edition by code.

    Args:
        edition: The edition; its tables have the columns of PUBLIC_TABLES.
        names: Names of areas.
        earlier: Earlier months and their table `areas`.
    """
    tables = edition.tables
    areas = _by_code(tables["areas"])

    def by_name(codes: Iterable[str]) -> list[str]:
        return sorted(codes, key=lambda code: (alphabetical(names.of(code)), code))

    listed = sorted(
        _records(tables["activities"]), key=lambda row: (plain(row.name).casefold(), str(row.activity))
    )
    ways = _records(tables["ways"].sort_values(_NEAREST, kind="stable"))
    pairs = _records(tables["corridors"])
    return MonthRows(
        edition=edition,
        names=names,
        areas=areas,
        municipalities=by_name(code for code, row in areas.items() if row.level == "municipality"),
        counties=sorted(code for code, row in areas.items() if row.level == "county"),
        groups=_by(_records(tables["groups"]), "area_code"),
        purposes=_by(_records(tables["purposes"]), "area_code"),
        similar=_by(_records(tables["similar"]), "municipality_code"),
        activities=_by(listed, "municipality_code"),
        activity={str(row.activity): row for row in listed},
        ways_to=_by(ways, "activity"),
        ways_from=_by(ways, "from_code"),
        pairs_from=_by(pairs, "from_code"),
        pairs_to=_by(pairs, "to_code"),
        earlier=[(month, _by_code(frame)) for month, frame in sorted(earlier, key=lambda one: one[0])],
    )
