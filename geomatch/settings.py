"""Every number that can be chosen, in one frozen tree, with its unit, its source and its default.

`geomatch.toml` holds the same names. What the file leaves out keeps its default; what it names wrongly is an
error that lists every such place. Nothing here is changed after it is read.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.tables import ALL, TARGET_GROUPS
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["Rule", "Settings", "Share", "load_settings", "settings_toml"]


def _setting(
    default: object, unit: str, source: str, meaning: str, low: float | None = None, high: float | None = None
) -> Any:  # noqa: ANN401 (dataclasses.field is typed so)
    return field(
        default=default,
        metadata={"unit": unit, "source": source, "meaning": meaning, "low": low, "high": high},
    )


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """What a withheld count can be (METHOD 1)."""

    masked_low: int = _setting(
        1, "persons", "Migrationsverket: values below 6 are withheld", "least count behind `..`", 0
    )
    masked_high: int = _setting(
        5, "persons", "Migrationsverket: values below 6 are withheld", "greatest count behind `..`", 0
    )
    dash_low: int = _setting(
        0, "persons", "not known what `-` means in the series", "least count behind `-`", 0
    )
    dash_high: int = _setting(
        5, "persons", "not known what `-` means in the series", "greatest count behind `-`", 0
    )


@dataclass(frozen=True, slots=True)
class WalkSettings:
    """Walking to and from stops, and from door to door (METHOD 4)."""

    detour: float = _setting(1.3, "factor", "METHOD 4", "walked distance / straight-line distance", 1)
    speed_kmh: float = _setting(4.5, "km/h", "METHOD 4", "walking speed", 0.5, 10)
    max_walk_m: float = _setting(
        2000.0, "m", "METHOD 4", "longest walk of one leg, detour included", 0, 20000
    )


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """Changing between trips where transfers.txt is silent (METHOD 4)."""

    min_transfer_min: float = _setting(
        3.0, "min", "METHOD 4", "least time for a change at a stop or within a stop area", 0, 60
    )
    max_transfer_walk_m: float = _setting(
        500.0, "m", "METHOD 4", "longest walk to another stop, detour included", 0, 5000
    )


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What a day return may cost at the most (METHOD 4)."""

    margin_min: float = _setting(
        5.0, "min", "METHOD 4", "arrive this long before the start, leave this long after the end", 0, 120
    )
    max_travel_min: float = _setting(
        90.0, "min", "assumed; no source gives a norm for TIA", "longest journey each way", 1, 720
    )
    max_transfers: int = _setting(4, "changes", "METHOD 4", "most changes each way", 0, 12)
    allow_booking: bool = _setting(False, "", "METHOD 4", "count journeys with a leg that is booked ahead")
    max_away_min: float = _setting(
        720.0, "min", "Arbetsförmedlingen's older 12 h rule", "longest time away from home", 1, 1440
    )
    tight_change_min: float = _setting(
        10.0, "min", "METHOD 4", "a last way home on a shorter change is flagged", 0, 120
    )


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Which sessions a month is judged by (METHOD 3-4)."""

    min_session_share: float = _setting(
        0.8, "share 0-1", "METHOD 4", "a pair is reachable when at least this share of its sessions is", 0, 1
    )
    min_weeks: int = _setting(2, "weeks", "METHOD 4", "fewest whole weeks a month needs", 1, 5)
    max_weeks: int = _setting(4, "weeks", "METHOD 4", "most whole weeks used", 1, 5)
    standard_start: str = _setting(
        "10:00", "HH:MM", "METHOD 3", "start of the session assumed on weekdays when none is given"
    )
    standard_end: str = _setting("12:00", "HH:MM", "METHOD 3", "its end")


@dataclass(frozen=True, slots=True)
class AllocationSettings:
    """Who may use what (METHOD 5)."""

    corridors: str = _setting(
        "register", "register | none | all_candidates", "METHOD 5", "which corridors are open"
    )
    digital_share: float = _setting(
        0.0, "share 0-1", "METHOD 5", "share of those left whom digital activities can serve", 0, 1
    )


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Steps of the access index (METHOD 6)."""

    steps_min: tuple[float, ...] = _setting((30.0, 60.0, 90.0), "min", "assumed", "ends of the steps")
    weights: tuple[float, ...] = _setting(
        (1.0, 0.68, 0.22), "weight", "Luo & Qi 2009", "weight within each step"
    )


@dataclass(frozen=True, slots=True)
class CorridorSettings:
    """When a corridor is recommended, and what it costs (METHOD 7)."""

    min_gain: float = _setting(
        6.0, "persons", "METHOD 7", "least gain at every corner of a recommended corridor", 0
    )
    recommended_max_min: float = _setting(
        60.0, "min", "METHOD 7", "longest journey each way of a recommended corridor", 1, 720
    )
    fare_sek: float = _setting(
        45.0, "kr/trip", "assumed until a fare table is given", "fare of one single trip", 0
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A share that no source publishes, for one group from one date on (METHOD 1)."""

    name: str
    target_group: str
    low: float
    high: float
    county_code: str = "all"
    valid_from: str = "1900-01-01"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A dated rule of who may travel (DOMAIN). An `assumed` rule flags and excludes no one.

    `kind` is `within_county` (the corridor may not cross a county border), `min_distance_m` (with `value`) or
    `own_accommodation` (people in own accommodation lose the right; flags only).
    """

    name: str
    kind: str
    status: str
    valid_from: str
    valid_to: str = ""
    value: float = 0.0
    source: str = ""


# The eligible share: persons with an open first-instance case (DOMAIN, METHOD 1).
DEFAULT_SHARES = (
    Share(
        "eligible_share",
        "asylum_seeker",
        0.2,
        0.4,
        source="the boards' report of 2020: about 70 % past the first decision, about 80 % in Västra Götaland",
    ),
    Share("eligible_share", "temporary_protection", 0.0, 1.0, source="unknown"),
    Share("eligible_share", "permit_awaiting_settlement", 0.0, 1.0, source="unknown"),
    Share("eligible_share", "all", 0.0, 1.0, source="unknown"),
)

DEFAULT_RULES = (
    Rule(
        "within_county_before_2020",
        "within_county",
        "verified",
        "1900-01-01",
        "2019-12-31",
        source="earlier agency practice",
    ),
    Rule(
        "min_distance_before_2020",
        "min_distance_m",
        "verified",
        "1900-01-01",
        "2019-12-31",
        2000.0,
        source="earlier agency practice",
    ),
    Rule(
        "own_accommodation_2025",
        "own_accommodation",
        "assumed",
        "2025-09-01",
        source="LMA 8 a §, own accommodation (our reading)",
    ),
    Rule(
        "within_county_2026",
        "within_county",
        "assumed",
        "2026-10-01",
        source="reception act, defined area (the press says the county)",
    ),
)

SHARE_NAMES = ("eligible_share", "adult_share")
RULE_KINDS = ("within_county", "min_distance_m", "own_accommodation")
RULE_STATUSES = ("verified", "assumed")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a workspace."""

    language: str = _setting("sv", "sv | en", "", "language of pages and messages")
    mask: MaskSettings = field(default_factory=MaskSettings)
    walk: WalkSettings = field(default_factory=WalkSettings)
    transfer: TransferSettings = field(default_factory=TransferSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    sessions: SessionSettings = field(default_factory=SessionSettings)
    allocation: AllocationSettings = field(default_factory=AllocationSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    corridors: CorridorSettings = field(default_factory=CorridorSettings)
    shares: tuple[Share, ...] = DEFAULT_SHARES
    rules: tuple[Rule, ...] = DEFAULT_RULES

    def share(self, name: str, target_group: str, county_code: str, day: date) -> tuple[float, float]:
        """The low and high share in force; the county's own before the country's, the newest before the older.

        An unknown share is (0, 1); `adult_share` left out is (1, 1), since everyone is counted then (METHOD 1).
        """
        fitting = [
            share
            for share in self.shares
            if share.name == name
            and share.target_group == target_group
            and share.county_code in ("all", county_code)
            and date.fromisoformat(share.valid_from) <= day
        ]
        if not fitting:
            return (1.0, 1.0) if name == "adult_share" else (0.0, 1.0)
        best = max(fitting, key=lambda share: (share.county_code != "all", share.valid_from))
        return best.low, best.high

    def rules_in_force(self, day: date) -> tuple[Rule, ...]:
        """The rules that hold on `day`."""
        return tuple(
            rule
            for rule in self.rules
            if date.fromisoformat(rule.valid_from) <= day
            and (not rule.valid_to or day <= date.fromisoformat(rule.valid_to))
        )

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain values, for the manifest."""
        return asdict(self)


_TABLE_LISTS = {"shares": Share, "rules": Rule}


def _sections() -> dict[str, type]:
    defaults = Settings()
    return {
        f.name: type(getattr(defaults, f.name))
        for f in fields(Settings)
        if f.name not in _TABLE_LISTS and f.name != "language"
    }


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml_value(inside)}" for key, inside in value.items()) + "}"
    if isinstance(value, str):
        # The escapes of JSON are among those of TOML, but for DEL, which TOML wants escaped as well.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_COUNTY_CODE = re.compile(r"\d{2}")
_TOO_LARGE = 1e15


def _is_number(value: object) -> bool:
    """Whether `value` is a number to reckon with: TOML has nan, inf and integers of any length as well."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _TOO_LARGE


def _is_date(value: object) -> bool:
    """Whether `value` is a date as text; only YYYY-MM-DD, since dates are compared as text."""
    try:
        return date.fromisoformat(str(value)).isoformat() == value
    except ValueError:
        return False


def settings_toml(settings: Settings | None = None) -> str:
    """The text of a `geomatch.toml` with every setting, each with its unit, range and source in a comment."""
    settings = settings or Settings()
    lines = [
        "# Settings of this workspace. Every value is written out; a line that is removed falls back to its default.",
        "",
    ]

    def entry(holder: object, name: str, metadata: Mapping[str, Any]) -> None:
        unit = f" [{metadata['unit']}]" if metadata["unit"] else ""
        source = f" Source: {metadata['source']}." if metadata["source"] else ""
        lines.append(f"# {metadata['meaning']}{unit}.{source}")
        lines.append(f"{name} = {_toml_value(getattr(holder, name))}")

    entry(settings, "language", next(f.metadata for f in fields(Settings) if f.name == "language"))
    for section, kind in _sections().items():
        lines += ["", f"# {(kind.__doc__ or '').splitlines()[0]}", f"[{section}]"]
        for f in fields(kind):
            entry(getattr(settings, section), f.name, f.metadata)
    lines += [
        "",
        "# Shares no source publishes, 0-1, from a date on; a county's own go before those for `all` counties.",
    ]
    for name in _TABLE_LISTS:
        for item in getattr(settings, name):
            lines += ["", f"[[{name}]]"]
            lines += [f"{key} = {_toml_value(value)}" for key, value in asdict(item).items()]
        if name == "shares":
            lines += [
                "",
                "# Dated rules of who may travel. `assumed` rules flag and exclude no one; `verified` ones exclude.",
            ]
    return "\n".join(lines) + "\n"


class _Reader:
    """Collects every problem of one settings file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, found: Mapping[str, object], expected: str, remedy: str = "") -> None:
        """Values that cannot stand, by name."""
        lines = ", ".join(f"{name} = {_toml_value(value)}" for name, value in found.items())
        remedy = remedy or _("Correct the line, or remove it to use the default")
        self.problems.append(Problem(lines, expected, remedy, file=self.file))

    def unknown(self, where: str, known: Iterable[str]) -> None:
        self.problems.append(
            Problem(
                _("there is no setting {name}").format(name=where),
                _("one of {names}").format(names=", ".join(known)),
                _("Check the spelling, or remove the line"),
                file=self.file,
            )
        )

    def value(self, where: str, value: object, default: object, metadata: Mapping[str, Any]) -> object:
        """`value` in the type of `default`, or the default and a problem."""
        found = {where: value}
        if isinstance(default, bool):
            if isinstance(value, bool):
                return value
            self.wrong(found, "true / false")
        elif isinstance(default, (int, float)):
            kinds = (int,) if isinstance(default, int) else (int, float)
            low, high = metadata.get("low"), metadata.get("high")
            if not isinstance(value, kinds) or not _is_number(value):
                self.wrong(found, _("a whole number") if isinstance(default, int) else _("a number"))
            elif (low is not None and value < low) or (high is not None and value > high):
                ends = [
                    _("at least {number}").format(number=low) if low is not None else "",
                    _("at most {number}").format(number=high) if high is not None else "",
                ]
                self.wrong(found, ", ".join(end for end in ends if end))
            else:
                return type(default)(value)
        elif isinstance(default, tuple):
            if isinstance(value, list) and all(map(_is_number, value)):
                return tuple(float(v) for v in value)
            self.wrong(found, _("a list of numbers"))
        elif isinstance(value, str):
            choices = metadata.get("unit", "").split(" | ")
            if len(choices) > 1 and value not in choices:
                self.wrong(found, " / ".join(choices))
            elif metadata.get("unit") == "HH:MM" and not _CLOCK.fullmatch(value):
                self.wrong(found, _("a time as HH:MM"))
            else:
                return value
        else:
            self.wrong(found, _("text in quotation marks"))
        return default

    def section(self, name: str, kind: type, content: object) -> object:
        defaults = kind()
        if not isinstance(content, dict):
            self.wrong({name: content}, f"[{name}]")
            return defaults
        before = len(self.problems)
        metadata = {f.name: f.metadata for f in fields(kind)}
        for key in content:
            if key not in metadata:
                self.unknown(f"{name}.{key}", metadata)
        made = kind(
            **{
                key: self.value(f"{name}.{key}", content[key], getattr(defaults, key), metadata[key])
                for key in metadata
                if key in content
            }
        )
        if len(self.problems) == before:
            self.check_section(name, made)
        return made

    def check_section(self, name: str, made: object) -> None:
        """What settings of one section must be to each other."""

        def check(first: str, sign: str, second: str, *, holds: bool) -> None:
            if not holds:
                found = {f"{name}.{key}": getattr(made, key) for key in (first, second)}
                self.wrong(found, f"{first} {sign} {second}", _("Correct the lines"))

        if isinstance(made, MaskSettings):
            check("masked_low", "<=", "masked_high", holds=made.masked_low <= made.masked_high)
            check("dash_low", "<=", "dash_high", holds=made.dash_low <= made.dash_high)
        elif isinstance(made, SessionSettings):
            check("min_weeks", "<=", "max_weeks", holds=made.min_weeks <= made.max_weeks)
            # Both are HH:MM, so that text is in the order of time.
            check("standard_start", "<", "standard_end", holds=made.standard_start < made.standard_end)
        elif isinstance(made, IndexSettings):
            steps = {f"{name}.steps_min": made.steps_min}
            weights = {f"{name}.weights": made.weights}
            if (
                list(made.steps_min) != sorted({0.0, *made.steps_min} - {0.0})
                or min(made.steps_min, default=0) < 0
            ):
                self.wrong(steps, _("numbers above 0, each larger than the one before"))
            if min(made.weights, default=0) < 0:
                self.wrong(weights, _("numbers from 0"))
            if len(made.steps_min) != len(made.weights):
                self.wrong(steps | weights, _("one weight for each step"), _("Correct the lines"))

    def items(self, name: str, kind: type, content: object) -> tuple[Any, ...]:
        if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
            self.wrong({name: content}, f"[[{name}]]")
            return ()
        result: list[Any] = []
        known = {f.name: f for f in fields(kind)}
        for number, item in enumerate(content, start=1):
            where = _("[[{table}]] number {number}").format(table=name, number=number)
            before = len(self.problems)
            for key in item:
                if key not in known:
                    self.unknown(f"{where}, {key}", known)
            for key, f in known.items():
                if key not in item and f.default is f.default_factory:
                    found = _("{where}: {name} is missing").format(where=where, name=key)
                    self.problems.append(Problem(found, remedy=_("Add the line"), file=self.file))
            values = {
                key: self.item_value(f"{where}, {key}", item[key], is_number=f.type == "float")
                for key, f in known.items()
                if key in item
            }
            if len(self.problems) == before:
                made = kind(**values)
                self.check_item(where, made)
                if isinstance(made, Share):
                    self.check_again(where, made, result)
                result.append(made)
        return tuple(result)

    def item_value(self, where: str, value: object, *, is_number: bool) -> object:
        if is_number:
            if _is_number(value):
                return float(str(value))
            self.wrong({where: value}, _("a number"), _("Correct the line"))
        elif type(value) is date:
            return value.isoformat()  # TOML has dates without quotation marks
        elif not isinstance(value, str):
            self.wrong({where: value}, _("text in quotation marks"), _("Correct the line"))
        return value

    def check_item(self, where: str, item: Share | Rule) -> None:
        def check(*keys: str, holds: bool, expected: str) -> None:
            if not holds:
                values = {key: getattr(item, key) for key in keys}
                named = {f"{where}, {key}" if key == keys[0] else key: values[key] for key in keys}
                self.wrong(named, expected, _("Correct the line"))

        check("valid_from", holds=_is_date(item.valid_from), expected=_("a date as YYYY-MM-DD"))
        if isinstance(item, Share):
            check("name", holds=item.name in SHARE_NAMES, expected=" / ".join(SHARE_NAMES))
            check(
                "target_group", holds=item.target_group in TARGET_GROUPS, expected=" / ".join(TARGET_GROUPS)
            )
            check(
                "county_code",
                holds=item.county_code == ALL or bool(_COUNTY_CODE.fullmatch(item.county_code)),
                expected=_("all, or a county code of two digits"),
            )
            check("low", "high", holds=0 <= item.low <= item.high <= 1, expected="0 <= low <= high <= 1")
            return
        check("kind", holds=item.kind in RULE_KINDS, expected=" / ".join(RULE_KINDS))
        check("status", holds=item.status in RULE_STATUSES, expected=" / ".join(RULE_STATUSES))
        check("value", holds=item.value >= 0, expected=_("at least {number}").format(number=0))
        if item.valid_to:
            check("valid_to", holds=_is_date(item.valid_to), expected=_("a date as YYYY-MM-DD"))
            if _is_date(item.valid_from) and _is_date(item.valid_to):
                holds = item.valid_from <= item.valid_to
                check("valid_from", "valid_to", holds=holds, expected="valid_from <= valid_to")

    def check_again(self, where: str, share: Share, earlier: list[Share]) -> None:
        """Refuse a second share for the same people and day: which one holds would be a matter of order."""

        def key(one: Share) -> tuple[str, ...]:
            return one.name, one.target_group, one.county_code, one.valid_from

        if key(share) in map(key, earlier):
            found = _("{where} is for the same group, county and day as an earlier one").format(where=where)
            self.problems.append(Problem(found, remedy=_("Remove one of the two"), file=self.file))


def load_settings(path: Path) -> Settings:
    """Read a `geomatch.toml`.

    Raises:
        InputError: It is not TOML, or names or values are wrong (all of them are listed).
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        problem = Problem(_("the text is not UTF-8"), remedy=_("Save the file as UTF-8"), file=path.name)
        raise InputError(problem) from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        reason = str(error)[: place.start()] if place else str(error)
        row = int(place[1]) if place else None
        problem = Problem(_("it is not TOML ({reason})").format(reason=reason), file=path.name, row=row)
        raise InputError(problem) from error
    reader = _Reader(path.name)
    sections = _sections()
    known = ["language", *sections, *_TABLE_LISTS]
    chosen: dict[str, Any] = {}
    for key, value in content.items():
        if key == "language":
            chosen[key] = reader.value(key, value, "sv", {"unit": " | ".join(LANGUAGES)})
        elif key in sections:
            chosen[key] = reader.section(key, sections[key], value)
        elif key in _TABLE_LISTS:
            chosen[key] = reader.items(key, _TABLE_LISTS[key], value)
        else:
            reader.unknown(key, known)
    if reader.problems:
        raise InputError(reader.problems)
    return Settings(**chosen)
