"""A file of rules (TOML): read with every problem named, by key and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.rules.tree import (
    ACCOMMODATIONS,
    AREAS,
    CASE_STATUSES,
    GROUPS,
    REQUIREMENTS,
    STATUSES,
    Rule,
    RuleSet,
    Text,
)
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["Draft", "read_set", "shipped_sets", "shipped_text"]

_NAME = re.compile(r"[\w.-]+")
_HEADER = re.compile(r"\s*\[\[\s*rules\s*\]\]")
_OTHER_HEADER = re.compile(r"\s*\[\[?\s*[\w.\"'-]+\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*(?:\.[\w.-]+\s*)?=")
_SET_KEYS = tuple(f.name for f in fields(RuleSet) if f.name != "file")
_RULE_KEYS = tuple(f.name for f in fields(Rule))
_LISTS: Mapping[str, tuple[str, ...]] = {
    "about_groups": GROUPS,
    "target_groups": GROUPS,
    "case_status": CASE_STATUSES,
    "accommodation": ACCOMMODATIONS,
}
# The greatest that means anything: years of age, metres, months.
_MOST = {
    "min_age": 120,
    "min_distance_m": 1_000_000,
    "longest_agreement_months": 120,
    "certificate_months": 120,
}
_FLAGS = ("within_county", "calendar")


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of one file.

    Attributes:
        made: The set, or None where anything is wrong.
        problems: Everything that is wrong.
        name, valid_from, valid_to: As far as they could be read; None where not.
    """

    made: RuleSet | None
    problems: tuple[Problem, ...]
    name: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


def read_set(content: bytes, file: str) -> Draft:
    """Read one set of rules (docs/rules.md).

    Args:
        content: The file, UTF-8.
        file: What it is called in messages; empty for a set that comes with the program.
    """
    try:
        text = content.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError:
        return Draft(
            None, (Problem(_("the text is not UTF-8"), remedy=_("Save the file as UTF-8"), file=file),)
        )
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        reason = str(error)[: place.start()] if place else str(error)
        row = int(place[1]) if place else None
        return Draft(
            None, (Problem(_("it is not TOML ({reason})").format(reason=reason), file=file, row=row),)
        )
    reader = _Reader(file, _lines(text))
    made = reader.rule_set(values)
    day = reader.days
    return Draft(
        None if reader.problems else made,
        tuple(reader.problems),
        made.name or None,
        day.get("valid_from"),
        day.get("valid_to"),
    )


def _lines(text: str) -> dict[tuple[int, str], int]:
    """Line per key: (0 for the head, else the number of the rule; key). A rule itself is (its number, "")."""
    found: dict[tuple[int, str], int] = {}
    rule, inside = 0, True
    for number, line in enumerate(text.splitlines(), start=1):
        if _HEADER.match(line):
            rule, inside = rule + 1, True
            found.setdefault((rule, ""), number)
        elif _OTHER_HEADER.match(line):
            inside = False
        elif inside and (key := _KEY.match(line)):
            found.setdefault((rule, key[1]), number)
    return found


@dataclass(slots=True)
class _Reader:
    """Collects every problem of one file."""

    file: str
    lines: Mapping[tuple[int, str], int]
    problems: list[Problem] = field(default_factory=list)
    days: dict[str, str] = field(default_factory=dict)
    where: int = 0

    def wrong(self, key: str, found: str, expected: str = "", remedy: str = "") -> None:
        """A problem at `key` of the rule (or head) that is being read."""
        place = _("[[rules]] number {number}").format(number=self.where) + ": " if self.where else ""
        row = self.lines.get((self.where, key), self.lines.get((self.where, "")))
        self.problems.append(
            Problem(place + found, expected, remedy or _("Correct the line"), self.file, row=row)
        )

    def bad(self, key: str, value: object, expected: str) -> None:
        """A value that cannot stand."""
        self.wrong(key, _("{key} is {value}").format(key=key, value=_shown(value)), expected)

    def unknown(self, values: Mapping[str, object], known: Iterable[str]) -> None:
        listed = tuple(known)
        for key in values:
            if key not in listed:
                self.wrong(
                    key,
                    _("there is no key {name}").format(name=key),
                    _("one of {names}").format(names=", ".join(listed)),
                    _("Check the spelling, or remove the line"),
                )

    def missing(self, key: str) -> None:
        self.wrong(key, _("{name} is missing").format(name=key), remedy=_("Add the line"))

    def name(self, values: Mapping[str, object]) -> str:
        if "name" not in values:
            self.missing("name")
            return ""
        name = values["name"]
        if isinstance(name, str) and _NAME.fullmatch(name):
            return name
        self.bad("name", name, _("a name of letters, digits, _, - and . without blanks"))
        return ""

    def day(self, values: Mapping[str, object], key: str) -> str:
        """A day as text; empty without one. Kept in `days` where it can be read."""
        if key not in values:
            self.days[key] = ""
            return ""
        value = values[key]
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        try:
            # Only YYYY-MM-DD, since days are compared as text.
            if date.fromisoformat(str(value)).isoformat() == value:
                self.days[key] = str(value)
                return str(value)
        except ValueError:
            pass
        self.bad(key, values[key], _("a date as YYYY-MM-DD"))
        return ""

    def text(self, key: str, value: object) -> Text:
        """A text for both languages, or {sv = "…", en = "…"}."""
        if isinstance(value, str) and value.strip():
            return Text(value.strip(), value.strip())
        if isinstance(value, dict) and set(value) == set(LANGUAGES):
            both = [value[code] for code in LANGUAGES]
            if all(isinstance(one, str) and one.strip() for one in both):
                return Text(*(one.strip() for one in both))
        self.bad(key, value, _('text in quotation marks, or {sv = "…", en = "…"}'))
        return Text()

    def words(self, key: str, value: object, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of identifiers."""
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            self.bad(key, value, _("a list of one or more of {names}").format(names=", ".join(known)))
            return ()
        strangers = [one for one in value if one not in known]
        if strangers:
            self.wrong(
                key,
                _("{key} names {value}, which is not known").format(key=key, value=", ".join(strangers)),
                _("one of {names}").format(names=", ".join(known)),
                _("Correct the line"),
            )
        # In the order of ours, each once: two files that say the same are the same.
        return tuple(one for one in known if one in value)

    def rule_set(self, values: Mapping[str, Any]) -> RuleSet:
        self.unknown(values, _SET_KEYS)
        name = self.name(values)
        first, last = self.day(values, "valid_from"), self.day(values, "valid_to")
        if first and last and last < first:
            self.wrong(
                "valid_to",
                _("valid_to {last} is before valid_from {first}").format(last=last, first=first),
                remedy=_("Correct the dates"),
            )
            self.days.clear()
        title = Text()
        if "title" in values:
            title = self.text("title", values["title"])
        else:
            self.missing("title")
        listed = values.get("documents", [])
        documents: tuple[Text, ...] = ()
        if isinstance(listed, list):
            documents = tuple(self.text("documents", one) for one in listed)
        else:
            self.bad("documents", listed, _("a list of texts"))
        entries = values.get("rules", [])
        rules: list[Rule] = []
        if isinstance(entries, list) and all(isinstance(one, dict) for one in entries):
            for self.where, entry in enumerate(entries, start=1):
                rule = self.rule(entry)
                if rule.name and rule.name in [one.name for one in rules]:
                    self.wrong(
                        "name",
                        _("the name {name} stands there already").format(name=rule.name),
                        remedy=_("Choose another name"),
                    )
                rules.append(rule)
            self.where = 0
        else:
            self.bad("rules", entries, "[[rules]]")
        return RuleSet(name, title, first, last, documents, tuple(rules), self.file)

    def rule(self, values: Mapping[str, Any]) -> Rule:
        self.unknown(values, _RULE_KEYS)
        read: dict[str, Any] = {"name": self.name(values)}
        if "status" not in values:
            self.missing("status")
        elif values["status"] not in STATUSES:
            self.bad("status", values["status"], " / ".join(STATUSES))
        read["status"] = values.get("status", "")
        if "text" not in values:
            self.missing("text")
        for key in ("text", "source"):
            if key in values:
                read[key] = self.text(key, values[key])
        if values.get("status") == "verified" and "source" not in values:
            self.wrong(
                "status",
                _("the rule is verified and names no source"),
                _("a source"),
                _("Add the line source, or set status to assumed"),
            )
        for key, known in _LISTS.items():
            if key in values:
                read[key] = self.words(key, values[key], known)
        for key, most in _MOST.items():
            if key in values:
                read[key] = self.number(key, values[key], most)
        for key in _FLAGS:
            if key in values:
                if values[key] is not True:
                    self.bad(key, values[key], "true")
                read[key] = True
        if "area" in values:
            if values["area"] not in AREAS:
                self.bad("area", values["area"], " / ".join(AREAS))
            read["area"] = values["area"]
        asked = [key for key in REQUIREMENTS if key in values]
        if len(asked) != 1:
            self.wrong(
                asked[-1] if asked else "",
                _("the rule asks {asked}").format(asked=", ".join(asked))
                if asked
                else _("the rule asks nothing"),
                _("exactly one of {names}").format(names=", ".join(REQUIREMENTS)),
                _("Write one rule for each"),
            )
        return Rule(**read)

    def number(self, key: str, value: object, most: int) -> int | float:
        """A number above 0; whole but for metres."""
        kinds = (int, float) if key == "min_distance_m" else (int,)
        if isinstance(value, kinds) and not isinstance(value, bool) and 0 < value <= most:
            return float(value) if key == "min_distance_m" else int(value)
        expected = _("a number above 0, at most {most}") if len(kinds) > 1 else _("a whole number, 1–{most}")
        self.bad(key, value, expected.format(most=most))
        return 1


def _shown(value: object) -> str:
    """A value as it stands in TOML, cut where it is long."""
    text = (
        f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    return text if len(text) <= 60 else text[:59] + "…"


def _shipped() -> list[tuple[str, bytes]]:
    folder = files("geomatch.rules") / "sets"
    return [
        (one.name, one.read_bytes())
        for one in sorted(folder.iterdir(), key=lambda p: p.name)
        if Path(one.name).suffix == ".toml"
    ]


@cache
def shipped_sets() -> tuple[RuleSet, ...]:
    """The sets that come with the program, in order of time."""
    found: list[RuleSet] = []
    problems: list[Problem] = []
    for name, content in _shipped():
        draft = read_set(content, "")
        problems += draft.problems
        if draft.made is not None:
            found.append(draft.made)
        elif not draft.problems:
            raise ValueError(name)
    if problems:
        raise InputError(problems)
    return tuple(sorted(found, key=lambda one: one.first_day))


def shipped_text(name: str) -> str:
    """The file of a shipped set, to be copied into a workspace and changed there.

    Raises:
        InputError: No set that comes with the program is called so.
    """
    for one, content in zip(
        sorted(shipped_sets(), key=lambda s: f"{s.name}.toml"),
        (content for _name, content in _shipped()),
        strict=True,
    ):
        if one.name == name:
            return content.decode("utf-8")
    raise InputError(
        Problem(
            _("there is no set of rules {name}").format(name=name),
            _("one of {names}").format(names=", ".join(one.name for one in shipped_sets())),
        )
    )
