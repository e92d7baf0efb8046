"""`geomatch.toml`: written with every setting in it, read with every problem named."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.settings.tree import (
    SHARE_NAMES,
    DisclosureSettings,
    IndexSettings,
    MaskSettings,
    SessionSettings,
    Settings,
    Share,
    SiteSettings,
)
from geomatch.tables import ALL, TARGET_GROUPS
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["load_settings", "settings_toml"]

_TABLE_LISTS = {"shares": Share}
# What lies elsewhere, and so is no part of the file.
_ELSEWHERE = ("rules",)


def _sections() -> dict[str, type]:
    defaults = Settings()
    return {
        f.name: type(getattr(defaults, f.name))
        for f in fields(Settings)
        if f.name not in (*_TABLE_LISTS, *_ELSEWHERE, "language")
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
# What stands in pages and in their content policy: no blanks, quotation marks or angle brackets, no port or user.
_HOST = r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ADDRESS = re.compile(_HOST + r"/(?:[A-Za-z0-9._~%-]+/)*")
_TILES = re.compile(_HOST + r"/[A-Za-z0-9._~%/{}?&=@:-]+")


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
        "# "
        + _(
            "Settings of this workspace. Every value is written out; a line that is removed falls back to its default."
        ),
        "# "
        + _(
            "METHOD 4 and the like are the sections of the program's description of the method, docs/method.md."
        ),
        "",
    ]

    def entry(holder: object, name: str, metadata: Mapping[str, Any]) -> None:
        meaning, unit, source = (metadata[key] for key in ("meaning", "unit", "source"))
        parts = [_(meaning) + (f" [{unit}]." if unit else ".")]
        if source:
            parts.append(_("Source: {source}.").format(source=_(source)))
        lines.append("# " + " ".join(parts))
        lines.append(f"{name} = {_toml_value(getattr(holder, name))}")

    entry(settings, "language", next(f.metadata for f in fields(Settings) if f.name == "language"))
    # An empty list must be named before the first section: left out, it would fall back to the default.
    lines += [f"{name} = []" for name in _TABLE_LISTS if not getattr(settings, name)]
    titles = {f.name: f.metadata["title"] for f in fields(Settings) if "title" in f.metadata}
    for section, kind in _sections().items():
        lines += ["", f"# {_(titles[section])}.", f"[{section}]"]
        for f in fields(kind):
            entry(getattr(settings, section), f.name, f.metadata)
    lines += [
        "",
        "# "
        + _(
            "Shares no source publishes, 0-1, from a date on; a county's own go before those for `all` counties."
        ),
        "# "
        + _(
            "`eligible_share` is who may travel, where no counts by case status say it. `adult_share`, left out here, is how many are adults, where no counts by age say it: everyone counts."
        ),
    ]
    for name in _TABLE_LISTS:
        for item in getattr(settings, name):
            lines += ["", f"[[{name}]]"]
            lines += [f"{key} = {_toml_value(value)}" for key, value in asdict(item).items()]
    lines += [
        "",
        "# "
        + _(
            "Who may travel when is said by dated sets of rules, in files of their own: geomatch rules explain YYYY-MM"
        ),
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
        elif isinstance(made, DisclosureSettings):
            check(
                "round_to",
                ">",
                "withhold_to",
                holds=made.method != "rounded" or made.round_to > made.withhold_to,
            )
        elif isinstance(made, SiteSettings):
            self.check_site(made)

    def check_site(self, site: SiteSettings) -> None:
        """What the public pages would otherwise say wrongly, or load from a place that is none."""

        def check(*names: str, holds: bool, expected: str, remedy: str = "") -> None:
            if not holds:
                self.wrong({f"site.{name}": getattr(site, name) for name in names}, expected, remedy)

        check("publisher", holds=bool(site.publisher.strip()), expected=_("the name of who publishes"))
        check(
            "contact_email",
            holds=not site.contact_email or bool(_EMAIL.fullmatch(site.contact_email)),
            expected=_("an e-mail address, such as name@example.se"),
        )
        check(
            "address",
            holds=not site.address or bool(_ADDRESS.fullmatch(site.address)),
            expected=_("an address such as https://example.se/kartan/, with https:// first and / last"),
        )
        parts = ("{z}", "{x}", "{y}")
        check(
            "tiles_url",
            holds=not site.tiles_url
            or (bool(_TILES.fullmatch(site.tiles_url)) and all(site.tiles_url.count(p) == 1 for p in parts)),
            expected=_("an address that begins with https:// and has {parts} once each").format(
                parts=", ".join(parts)
            ),
        )
        check(
            "tiles_url",
            "tiles_attribution",
            holds=not site.tiles_url or bool(site.tiles_attribution.strip()),
            expected=_("whom the background map asks to be named"),
            remedy=_("Correct the lines"),
        )

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
                key: self.item_value(f"{where}, {key}", item[key], str(f.type))
                for key, f in known.items()
                if key in item
            }
            if len(self.problems) == before:
                made = kind(**values)
                self.check_item(where, made)
                self.check_again(where, made, result)
                result.append(made)
        return tuple(result)

    def item_value(self, where: str, value: object, kind: str) -> object:
        if kind == "float":
            if _is_number(value):
                return float(str(value))
            self.wrong({where: value}, _("a number"), _("Correct the line"))
        elif kind == "bool":
            if isinstance(value, bool):
                return value
            self.wrong({where: value}, _("true or false"), _("Correct the line"))
        elif type(value) is date:
            return value.isoformat()  # TOML has dates without quotation marks
        elif not isinstance(value, str):
            self.wrong({where: value}, _("text in quotation marks"), _("Correct the line"))
        return value

    def check_item(self, where: str, item: Share) -> None:
        def check(*keys: str, holds: bool, expected: str) -> None:
            if not holds:
                values = {key: getattr(item, key) for key in keys}
                named = {f"{where}, {key}" if key == keys[0] else key: values[key] for key in keys}
                self.wrong(named, expected, _("Correct the line"))

        check("valid_from", holds=_is_date(item.valid_from), expected=_("a date as YYYY-MM-DD"))
        check("name", holds=item.name in SHARE_NAMES, expected=" / ".join(SHARE_NAMES))
        check("target_group", holds=item.target_group in TARGET_GROUPS, expected=" / ".join(TARGET_GROUPS))
        check(
            "county_code",
            holds=item.county_code == ALL or bool(_COUNTY_CODE.fullmatch(item.county_code)),
            expected=_("all, or a county code of two digits"),
        )
        check("low", "high", holds=0 <= item.low <= item.high <= 1, expected="0 <= low <= high <= 1")

    def moved_rules(self, text: str) -> None:
        """Rules of who may travel stood here once; a file that still has them is told where they are now."""
        lines = enumerate(text.splitlines(), start=1)
        row = next((number for number, line in lines if re.match(r"\s*(\[\[\s*)?rules\b", line)), None)
        self.problems.append(
            Problem(
                _("rules of who may travel do not stand in this file any more"),
                remedy=_(
                    "Remove every [[rules]] with its lines: the rules that come with the program hold without them, and a board's own are files in the folder rules/ beside this one (docs/rules.md)"
                ),
                file=self.file,
                row=row,
            )
        )

    def check_again(self, where: str, share: Share, earlier: list[Share]) -> None:
        """Refuse a second share for the same people and day: which one holds would be a matter of order."""

        def key(one: Share) -> tuple[object, ...]:
            return one.name, one.target_group, one.county_code, one.valid_from, one.internal

        if key(share) in map(key, earlier):
            found = _("{where} is for the same group, county and day as an earlier one").format(where=where)
            self.problems.append(Problem(found, remedy=_("Remove one of the two"), file=self.file))


def load_settings(path: Path) -> Settings:
    """Read a `geomatch.toml`.

    Raises:
        InputError: It is not TOML, or names or values are wrong (all of them are listed).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
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
    if "rules" in content:
        reader.moved_rules(text)
    sections = _sections()
    known = ["language", *sections, *_TABLE_LISTS]
    chosen: dict[str, Any] = {}
    for key, value in content.items():
        if key in _ELSEWHERE:
            continue
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
