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
        name: None where it could not be read.
        days: First and last day of the set, '' without one; None where they could not be read.
        rows: Line per key of the head.
    """

    made: RuleSet | None
    problems: tuple[Problem, ...]
    name: str | None = None
    days: tuple[str, str] | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def row(self, *keys: str) -> int | None:
        """Line of the first of the keys that the head has; None without any."""
        return next((self.rows[key] for key in keys if key in self.rows), None)


def read_set(content: bytes, file: str) -> Draft:
    """Read one set of rules (docs/rules.md).

    Args:
        content: The file, UTF-8.
        file: What it is called in messages; empty for a set that comes with the program.
    """
    try:
        text = content.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        remedy = _stops(_("Save the file as UTF-8"))
        return Draft(None, (Problem(_("the text is not UTF-8"), remedy=remedy, file=file, row=row),))
    except tomllib.TOMLDecodeError as error:
        return Draft(None, (_not_toml(str(error), text, file),))
    lines = _lines(text)
    reader = _Reader(file, lines)
    made = reader.rule_set(values)
    return Draft(
        None if reader.problems else made,
        tuple(reader.problems),
        made.name or None,
        reader.days,
        {key: row for (rule, key), row in lines.items() if rule == 0},
    )


def _stops(remedy: str) -> str:
    """A remedy for what hides which days a file is about: then it may be about any, and none can be judged."""
    return _(
        "{remedy}. Until then no month is judged: it cannot be told for which days the set is meant"
    ).format(remedy=remedy)


def _not_toml(reason: str, text: str, file: str) -> Problem:
    """What stops the reading of TOML, in plain words. `reason` is that of `tomllib`, whose wording has no promise."""
    place = re.search(r" \(at line (\d+), column \d+\)$", reason)
    at_end = reason.endswith(" (at end of document)")
    if place:
        row = int(place[1])
        said = reason[: place.start()]
    else:
        row = text.rstrip().count("\n") + 1
        said = reason.removesuffix(" (at end of document)")
    if said.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")):
        found = _("a key or a heading stands there a second time")
        remedy = _("Keep one of the two")
    elif said.startswith("Expected '='"):
        found = _("a key has no = behind it")
        remedy = _("Write key = value")
    elif said.startswith(("Unclosed", "Unterminated", "Expected ']", "Illegal character '\\n'")) or at_end:
        # The row is where the reader gives up, which may be below what is open.
        found = _("something is left open here or above: a text, a list, a table or a heading")
        remedy = _("Close it: a text with a quotation mark, the others with brackets")
    elif said.startswith("Invalid value"):
        found = _("behind = there is no value that can be read")
        remedy = _("Put texts in straight quotation marks; write numbers and true without")
    else:
        found = _("the line cannot be read as TOML ({reason})").format(reason=said)
        remedy = _("Correct the line")
    return Problem(found, remedy=_stops(remedy), file=file, row=row)


def _lines(text: str) -> dict[tuple[int, str], int]:
    """Line per key: (0 for the head, else the number of the rule; key). A rule itself is (its number, "")."""
    found: dict[tuple[int, str], int] = {}
    rule, inside, in_text = 0, True, False
    for number, line in enumerate(text.split("\n"), start=1):
        began_in_text = in_text
        # Within a text of several lines nothing is a key.
        in_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
        if began_in_text:
            continue
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
    """Collects every problem of one file.

    Attributes:
        file: What it is called in messages.
        lines: Line per key, as `_lines`.
        problems: Found so far.
        days: First and last day of the set, '' without one; None until they are read, or where they cannot be.
        where: Number of the rule that is being read; 0 is the head.
    """

    file: str
    lines: Mapping[tuple[int, str], int]
    problems: list[Problem] = field(default_factory=list)
    days: tuple[str, str] | None = None
    where: int = 0

    def wrong(self, key: str, found: str, expected: str = "", remedy: str = "") -> None:
        """A problem at `key` of the rule (or head) that is being read."""
        place = _("[[rules]] number {number}").format(number=self.where) + ": " if self.where else ""
        row = self.lines.get((self.where, key), self.lines.get((self.where, "")))
        self.problems.append(
            Problem(place + found, expected, remedy or _("Correct the line"), self.file, row=row)
        )

    def bad(self, key: str, value: object, expected: str, remedy: str = "") -> None:
        """A value that cannot stand."""
        self.wrong(key, _("{key} is {value}").format(key=key, value=_shown(value)), expected, remedy)

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

    def missing(self, key: str, remedy: str = "") -> None:
        self.wrong(key, _("{name} is missing").format(name=key), remedy=remedy or _("Add the line"))

    def name(self, values: Mapping[str, object]) -> str:
        # The name of the set tells which shipped one it takes the place of, and so which days it is about.
        whole = not self.where
        if "name" not in values:
            self.missing("name", _stops(_("Add the line")) if whole else "")
            return ""
        name = values["name"]
        if isinstance(name, str) and _NAME.fullmatch(name):
            return name
        self.bad(
            "name",
            name,
            _("a name of letters, digits, _, - and . without blanks"),
            _stops(_("Correct the line")) if whole else "",
        )
        return ""

    def day(self, values: Mapping[str, object], key: str, remedy: str = "") -> str | None:
        """A day as text; empty without one, None where it cannot be read."""
        if key not in values:
            return ""
        value = values[key]
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        try:
            # Only YYYY-MM-DD, since days are compared as text.
            if date.fromisoformat(str(value)).isoformat() == value:
                return str(value)
        except ValueError:
            pass
        self.bad(key, values[key], _("a date as YYYY-MM-DD"), remedy)
        return None

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
        remedy = _stops(_("Correct the line"))
        first, last = self.day(values, "valid_from", remedy), self.day(values, "valid_to", remedy)
        if (
            first is not None
            and last is not None
            and self.in_order(first, last, _stops(_("Correct the dates")))
        ):
            self.days = first, last
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
        return RuleSet(name, title, first or "", last or "", documents, tuple(rules), self.file)

    def in_order(self, first: str, last: str, remedy: str) -> bool:
        """Whether a last day is not before the first; it is told where it is."""
        if not first or not last or first <= last:
            return True
        self.wrong(
            "valid_to",
            _("valid_to {last} is before valid_from {first}").format(last=last, first=first),
            remedy=remedy,
        )
        return False

    def own_days(self, values: Mapping[str, object]) -> dict[str, str]:
        """First and last day of a single rule, which lie within those of its set."""
        read = {key: self.day(values, key) for key in ("valid_from", "valid_to")}
        days = {key: day for key, day in read.items() if day}
        in_order = self.in_order(days.get("valid_from", ""), days.get("valid_to", ""), _("Correct the dates"))
        if not in_order or self.days is None:
            return days
        first, last = self.days
        for key, day in days.items():
            if day < first or (last and day > last):
                self.wrong(
                    key,
                    _("{key} {day} is not among the days of the set").format(key=key, day=day),
                    _("a day of {first} – {last}").format(first=first or "…", last=last or "…"),
                    _("Correct the line, or remove it: the rule then holds as long as the set"),
                )
        return days

    def rule(self, values: Mapping[str, Any]) -> Rule:
        self.unknown(values, _RULE_KEYS)
        read: dict[str, Any] = {"name": self.name(values), **self.own_days(values)}
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
