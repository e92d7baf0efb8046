"""The file of a scenario: what is read from it, and every problem it has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geomatch.errors import InputError, Problem
from geomatch.explain.which import municipality_of
from geomatch.sources.activity_words import ACTIVITY_WORDS
from geomatch.sources.regions import CRS, assign_municipality
from geomatch.words import gettext as _

__all__ = ["CloseAccommodation", "OpenActivity", "Scenario", "read_scenario"]

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MOST_PLACES = 1_000_000


@dataclass(frozen=True, slots=True)
class CloseAccommodation:
    """`persons` move from one municipality to another."""

    where: str
    municipality: str
    persons: int
    move_to: str


@dataclass(frozen=True, slots=True)
class OpenActivity:
    """An activity that would be open all month.

    Attributes:
        where: Its place in the file, for messages.
        name: What it is called.
        municipality: Code.
        x_m, y_m: Its place (EPSG:3006); None where the file gives none.
        places: Per session.
        weekdays: 0 is Monday.
        start_s, end_s: Seconds after midnight.
        purpose: Primary purpose, as in a register.
        target_groups: Identifiers with `;` between them, or `all`.
        sex: `women`, `men` or `all`.
    """

    where: str
    name: str
    municipality: str
    x_m: float | None
    y_m: float | None
    places: int
    weekdays: tuple[int, ...]
    start_s: int
    end_s: int
    purpose: str
    target_groups: str
    sex: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a file asks for. `ended` are pairs of place in the file and activity_id; corridors are from, to."""

    file: str
    closed: tuple[CloseAccommodation, ...] = ()
    opened: tuple[OpenActivity, ...] = ()
    ended: tuple[tuple[str, str], ...] = ()
    corridors: tuple[tuple[str, str], ...] = ()
    all_enrolled_entitled: bool = False
    digital_share: float | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Codes of the municipalities that the file names, in its order, each once."""
        codes = [code for one in self.closed for code in (one.municipality, one.move_to)]
        codes += [one.municipality for one in self.opened]
        codes += [code for pair in self.corridors for code in pair]
        return tuple(dict.fromkeys(codes))


def read_scenario(path: Path) -> tuple[Scenario, list[Problem]]:
    """Read a scenario (docs/change.md): what could be understood, and every problem there is.

    Raises:
        InputError: The file is not TOML, so that nothing could be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            Problem(_("the text is not UTF-8"), remedy=_("Save the file as UTF-8"), file=path.name)
        ) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        reason = str(error)[: place.start()] if place else str(error)
        row = int(place[1]) if place else None
        raise InputError(
            Problem(_("it is not TOML ({reason})").format(reason=reason), file=path.name, row=row)
        ) from error
    reader = _Reader(path.name)
    scenario = reader.scenario(content)
    return scenario, reader.problems


_TABLES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "close_accommodation": (("municipality", "persons", "move_to"), ()),
    "open_activity": (
        ("name", "places", "weekdays", "start", "end"),
        ("municipality", "lon", "lat", "purpose", "target_groups", "sex"),
    ),
    "end_activity": (("activity_id",), ()),
    "open_corridor": (("from", "to"), ()),
}
"""Per table of the file, what each entry must have and what it may have."""
_VALUES = ("all_enrolled_entitled", "digital_share")


@dataclass(slots=True)
class _Entry:
    """One entry of a table, and how its values are read. A value that is wrong is a problem, and None."""

    reader: _Reader
    where: str
    values: Mapping[str, Any]

    def wrong(self, key: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.reader.wrong(f"{self.where}, {key}", found, expected, remedy)

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if key in self.values:
            self.wrong(key, self.shown(key), _("text in quotation marks"))
        return None

    def shown(self, key: str) -> str:
        return _("found “{value}”").format(value=self.values[key])

    def whole(self, key: str, most: int) -> int | None:
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        if key in self.values:
            self.wrong(
                key, self.shown(key), _("a whole number from {low} to {high}").format(low=1, high=most)
            )
        return None

    def municipality(self, key: str) -> str | None:
        text = self.text(key)
        if text is None:
            return None
        try:
            return municipality_of(text)[0]
        except InputError as error:
            for problem in error.problems:
                self.wrong(key, problem.found, problem.expected, problem.remedy)
            return None

    def degrees(self, key: str, low: float, high: float) -> float | None:
        value = self.values.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        if key in self.values:
            self.wrong(
                key, self.shown(key), _("degrees in Sweden, {low} to {high}").format(low=low, high=high)
            )
        return None

    def clock(self, key: str) -> int | None:
        value = self.values.get(key)
        match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if match:
            return int(match[1]) * 3600 + int(match[2]) * 60
        if key in self.values:
            self.wrong(key, self.shown(key), _("a time as HH:MM"))
        return None

    def words(self, key: str, column: str) -> list[str] | None:
        """Identifiers of words: one text, with `;` between several, or a list of texts."""
        value = self.values.get(key)
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(part, str) for part in parts):
            if key in self.values:
                self.wrong(key, self.shown(key), _("words in quotation marks"))
            return None
        known, found = ACTIVITY_WORDS[column], []
        fine = True
        for word in (piece.strip() for part in parts for piece in str(part).split(";")):
            if word.casefold() in known:
                found.append(known[word.casefold()])
            else:
                first: dict[str, str] = {}
                for spelling, identifier in known.items():
                    first.setdefault(identifier, spelling)
                self.wrong(
                    key,
                    _("the word “{value}” is not known here").format(value=word),
                    ", ".join(first.values()),
                )
                fine = False
        return found if fine else None


@dataclass(slots=True)
class _Reader:
    """Collects every problem of one file."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, where: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.problems.append(Problem(f"{where}: {found}", expected, remedy, file=self.file))

    def scenario(self, content: Mapping[str, Any]) -> Scenario:
        before = len(self.problems)
        for key in content:
            if key not in _TABLES and key not in _VALUES:
                self.wrong(
                    key,
                    _("there is no such change"),
                    _("one of {names}").format(names=", ".join((*_TABLES, *_VALUES))),
                    _("Check the spelling, or remove the line"),
                )
        entitled = content.get("all_enrolled_entitled", False)
        if not isinstance(entitled, bool):
            self.wrong("all_enrolled_entitled", _("found “{value}”").format(value=entitled), "true / false")
            entitled = False
        share = content.get("digital_share")
        if share is not None and not (
            isinstance(share, (int, float)) and not isinstance(share, bool) and 0 <= share <= 1
        ):
            self.wrong("digital_share", _("found “{value}”").format(value=share), _("a share from 0 to 1"))
            share = None
        made = Scenario(
            self.file,
            tuple(self.entries("close_accommodation", content, self.closed)),
            tuple(self.entries("open_activity", content, self.opened)),
            tuple(self.entries("end_activity", content, self.ended)),
            tuple(self.entries("open_corridor", content, self.corridor)),
            all_enrolled_entitled=entitled,
            digital_share=None if share is None else float(share),
        )
        if made == Scenario(self.file) and len(self.problems) == before:
            self.problems.append(
                Problem(
                    _("the file changes nothing"),
                    _("one of {names}").format(names=", ".join((*_TABLES, *_VALUES))),
                    file=self.file,
                )
            )
        self.again(made)
        return made

    def entries(self, table: str, content: Mapping[str, Any], made: Callable[[_Entry], Any]) -> list[Any]:
        listed = content.get(table, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            self.wrong(table, _("it is not a list of changes"), f"[[{table}]]")
            return []
        required, allowed = _TABLES[table]
        found = []
        for number, values in enumerate(listed, start=1):
            where = _("[[{table}]] number {number}").format(table=table, number=number)
            entry, before = _Entry(self, where, values), len(self.problems)
            for key in values:
                if key not in (*required, *allowed):
                    self.wrong(
                        f"{where}, {key}",
                        _("there is no such value"),
                        _("one of {names}").format(names=", ".join((*required, *allowed))),
                        _("Check the spelling, or remove the line"),
                    )
            for key in required:
                if key not in values:
                    self.wrong(f"{where}, {key}", _("it is missing"), remedy=_("Add the line"))
            one = made(entry)
            if one is not None and len(self.problems) == before:
                found.append(one)
        return found

    def closed(self, entry: _Entry) -> CloseAccommodation | None:
        origin, goal = entry.municipality("municipality"), entry.municipality("move_to")
        persons = entry.whole("persons", _MOST_PLACES)
        if origin is not None and origin == goal:
            entry.wrong("move_to", _("they would move to where they live"), _("another municipality"))
        if origin is None or goal is None or persons is None:
            return None
        return CloseAccommodation(entry.where, origin, persons, goal)

    def corridor(self, entry: _Entry) -> tuple[str, str] | None:
        origin, goal = entry.municipality("from"), entry.municipality("to")
        if origin is not None and origin == goal:
            entry.wrong("to", _("a corridor goes to another municipality"), _("another municipality"))
        return None if origin is None or goal is None else (origin, goal)

    def ended(self, entry: _Entry) -> tuple[str, str] | None:
        text = entry.text("activity_id")
        return None if text is None else (entry.where, text)

    def opened(self, entry: _Entry) -> OpenActivity | None:
        values = entry.values
        name, purpose = entry.text("name"), entry.text("purpose") or ""
        places = entry.whole("places", _MOST_PLACES)
        days = entry.words("weekdays", "weekdays")
        start, end = entry.clock("start"), entry.clock("end")
        if start is not None and end is not None and end <= start:
            entry.wrong("end", _("it is not after the start"))
        groups = entry.words("target_groups", "target_groups") if "target_groups" in values else ["all"]
        sex = entry.words("sex", "sex") if "sex" in values else ["all"]
        if sex is not None and len(set(sex)) > 1:
            sex = ["all"]
        place = self.place(entry)
        if None in (name, places, days, start, end, groups, sex, place):
            return None
        code, x_m, y_m = place  # type: ignore[misc]  # None was looked for above
        return OpenActivity(
            entry.where,
            str(name),
            code,
            x_m,
            y_m,
            int(places or 0),
            tuple(sorted({int(day) for day in days or ()})),
            int(start or 0),
            int(end or 0),
            purpose,
            "all" if "all" in (groups or ()) else ";".join(sorted(set(groups or ()))),
            (sex or ["all"])[0],
        )

    def place(self, entry: _Entry) -> tuple[str, float | None, float | None] | None:
        """The municipality and, where given, the place."""
        values = entry.values
        stated = entry.municipality("municipality")
        if "lon" not in values and "lat" not in values:
            if "municipality" not in values:
                entry.wrong(
                    "municipality", _("it is missing"), remedy=_("Give the municipality, or lon and lat")
                )
            return None if stated is None else (stated, None, None)
        for key in ("lon", "lat"):
            if key not in values:
                entry.wrong(key, _("it is missing"), remedy=_("Add the line"))
        lon, lat = entry.degrees("lon", 10.0, 25.0), entry.degrees("lat", 55.0, 70.0)
        if lon is None or lat is None:
            return None
        point = gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326").to_crs(CRS)
        code = assign_municipality(point)["municipality_code"].iloc[0]
        if not isinstance(code, str):
            entry.wrong("lon", _("the place lies in no municipality"), remedy=_("Correct lon and lat"))
            return None
        if stated is not None and stated != code:
            entry.wrong(
                "municipality",
                _("the place lies in municipality {code}").format(code=code),
                remedy=_("Leave the municipality out, or correct lon and lat"),
            )
            return None
        return code, float(point.iloc[0].x), float(point.iloc[0].y)

    def again(self, made: Scenario) -> None:
        """What stands twice: it would be unclear whether it is meant twice."""
        for table, keys in (
            ("end_activity", [name for _where, name in made.ended]),
            ("open_corridor", ["-".join(pair) for pair in made.corridors]),
        ):
            for key in sorted({one for one in keys if keys.count(one) > 1}):
                self.wrong(f"[[{table}]]", _("{value} stands twice").format(value=key))
