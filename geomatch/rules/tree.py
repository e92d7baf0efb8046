"""What a set of rules is made of: texts, rules, sets, and the book that holds the sets of all times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.tables import ALL, TARGET_GROUPS
from geomatch.words import gettext as _
from geomatch.words import language

__all__ = [
    "ACCOMMODATIONS",
    "AREAS",
    "CASE_STATUSES",
    "FIRST_DAY",
    "GROUPS",
    "LAST_DAY",
    "REQUIREMENTS",
    "STATUSES",
    "LeftOut",
    "Rule",
    "RuleBook",
    "RuleSet",
    "Text",
]

GROUPS = tuple(group for group in TARGET_GROUPS if group != ALL)
CASE_STATUSES = ("first_instance_open", "appeal", "enforcement")
ACCOMMODATIONS = ("agency", "own", "municipal", "other")
AREAS = ("county", "not_known")
STATUSES = ("verified", "assumed")
# Days beyond which nothing is judged: a set without a first or a last day.
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"

REQUIREMENTS = (
    "target_groups",
    "case_status",
    "accommodation",
    "min_age",
    "min_distance_m",
    "within_county",
    "area",
    "longest_agreement_months",
    "certificate_months",
    "calendar",
)
"""What a rule may ask, one of these each. The last three are told and judge no journey."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    sv: str = ""
    en: str = ""

    def __str__(self) -> str:
        """The text in the language in force."""
        return self.sv if language() == "sv" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a set of rules says.

    Attributes:
        name: What reason codes call it (`rule:<name>`).
        status: `verified` excludes, `assumed` flags and excludes no one.
        text: What it says, in one sentence without a final stop.
        source: Where it stands, or why it is assumed.
        about_groups: Target groups that it is about; empty is everybody.
        target_groups, case_status, accommodation: Only these may travel; empty asks nothing.
        min_age: Years; only those who have turned as many may travel; 0 asks nothing.
        min_distance_m: Straight line from the home's point to the activity, at least (metres); 0 asks nothing.
        within_county: The journey may not cross a county border.
        area: Where people must stay: `county`, so that a journey may not cross its border, or `not_known`, which is
            told and judges nothing; empty asks nothing.
        longest_agreement_months: An agreement holds for at most as many months; told only.
        certificate_months: A certificate is renewed every so many months; told only.
        calendar: It moves need or changes something else than the right to travel; told only.
        valid_from, valid_to: First and last day (YYYY-MM-DD) where it holds only part of the days of its set; empty
            is the set's own. On the other days it neither judges nor is told.
    """

    name: str
    status: str
    text: Text = Text()
    source: Text = Text()
    about_groups: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    case_status: tuple[str, ...] = ()
    accommodation: tuple[str, ...] = ()
    min_age: int = 0
    min_distance_m: float = 0.0
    within_county: bool = False
    area: str = ""
    longest_agreement_months: int = 0
    certificate_months: int = 0
    calendar: bool = False
    valid_from: str = ""
    valid_to: str = ""

    def holds_on(self, day: str) -> bool:
        """Whether it holds on a day (YYYY-MM-DD) of its set."""
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)

    def at_all_times(self) -> Rule:
        """The rule without days of its own."""
        return replace(self, valid_from="", valid_to="") if self.valid_from or self.valid_to else self

    @property
    def asks(self) -> str:
        """Which of REQUIREMENTS it asks."""
        return next(name for name in REQUIREMENTS if getattr(self, name))

    @property
    def stays_in_county(self) -> bool:
        """Whether it is broken by a journey across a county border."""
        return self.within_county or self.area == "county"

    @property
    def judges(self) -> bool:
        """Whether it can exclude or flag anybody; otherwise it is only told."""
        return (
            self.asks not in ("longest_agreement_months", "certificate_months", "calendar")
            and self.area != "not_known"
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a period: complete in itself, nothing is inherited from an earlier set.

    Attributes:
        name: A workspace's set replaces the shipped one of the same name.
        title: What it is called.
        valid_from, valid_to: First and last day (YYYY-MM-DD); empty is without a first or a last day.
        documents: What it is read from.
        rules: What it says; some may hold only part of its days (see `on`).
        file: File it was read from; empty for those that come with the program.
    """

    name: str
    title: Text = Text()
    valid_from: str = ""
    valid_to: str = ""
    documents: tuple[Text, ...] = ()
    rules: tuple[Rule, ...] = ()
    file: str = ""

    def on(self, day: str) -> RuleSet:
        """The set with those of its rules that hold on a day (YYYY-MM-DD); its own days stay."""
        rules = tuple(rule for rule in self.rules if rule.holds_on(day))
        return self if len(rules) == len(self.rules) else replace(self, rules=rules)

    def parts(self) -> tuple[RuleSet, ...]:
        """The set cut at the days on which a rule of it begins or has ended: each part is all that holds on its days."""
        days = {self.first_day}
        for rule in self.rules:
            if self.first_day < rule.valid_from <= self.last_day:
                days.add(rule.valid_from)
            if rule.valid_to and self.first_day <= rule.valid_to < self.last_day:
                days.add(day_after(rule.valid_to))
        begins = sorted(days)
        ends = [*map(day_before, begins[1:]), self.valid_to]
        # The first keeps an empty first day.
        firsts = [self.valid_from, *begins[1:]]
        return tuple(
            replace(self.on(begin), valid_from=first, valid_to=last)
            for begin, first, last in zip(begins, firsts, ends, strict=True)
        )

    def as_named(self) -> RuleSet:
        """The set as on the day that its name stands for: its first; its last where it has no first."""
        return self.on(self.valid_from or self.last_day)

    def at_all_times(self) -> RuleSet:
        """The set without days, and all of its rules without days of their own."""
        rules = tuple(rule.at_all_times() for rule in self.rules)
        return replace(self, valid_from="", valid_to="", rules=rules)

    def asks_for_case(self, target_group: str) -> bool:
        """Whether a verified rule lets only those of some case status travel, of a group (`all` is not known)."""
        return any(
            rule.status == "verified"
            and rule.case_status
            and (not rule.about_groups or target_group == ALL or target_group in rule.about_groups)
            for rule in self.rules
        )

    @property
    def first_day(self) -> str:
        """First day, also where there is none."""
        return self.valid_from or FIRST_DAY

    @property
    def last_day(self) -> str:
        """Last day, also where there is none."""
        return self.valid_to or LAST_DAY


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something wrong with the sets, and the days on which nothing can be judged because of it.

    Attributes:
        problem: What is wrong.
        first_day, last_day: The days (YYYY-MM-DD), both included.
    """

    problem: Problem
    first_day: str = FIRST_DAY
    last_day: str = LAST_DAY

    def touches(self, first: str, last: str) -> bool:
        """Whether any of its days lies between the two, both included."""
        return self.first_day <= last and first <= self.last_day


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The sets of all times, in order of time, and what was left out since it was wrong."""

    sets: tuple[RuleSet, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=())

    @classmethod
    def always(cls, *rules: Rule, name: str = "rules") -> RuleBook:
        """A book of one set that holds at all times."""
        return cls((RuleSet(name, Text(name, name), rules=rules),))

    def at(self, day: date) -> RuleSet:
        """The set that holds on `day`, with those of its rules that hold then.

        Raises:
            InputError: What is wrong in the workspace's rules touches that day, or no set holds.
        """
        text = day.isoformat()
        wrong = [one.problem for one in self.left_out if one.touches(text, text)]
        if wrong:
            raise InputError(wrong)
        for one in self.sets:
            if one.first_day <= text <= one.last_day:
                return one.on(text)
        raise InputError(
            Problem(
                _("no set of rules holds on {day}").format(day=text),
                remedy=_("Add a set of rules for that day in the folder rules/"),
            )
        )

    def named(self, name: str) -> RuleSet | None:
        """The set of that name, with all of its rules, also those that hold only part of its days."""
        return next((one for one in self.sets if one.name == name), None)

    def parts(self) -> tuple[RuleSet, ...]:
        """Every set, cut where a single rule of it begins or has ended, in order of time."""
        parts = [part for one in self.sets for part in one.parts()]
        return tuple(sorted(parts, key=lambda part: part.first_day))

    def changes_in(self, month: str) -> tuple[RuleSet, ...]:
        """What begins to hold within the month (YYYY-MM): sets, or parts of them where a single rule begins or has ended.

        Not on its first day: by that the month is judged.
        """
        return tuple(
            one for one in self.parts() if one.valid_from[:7] == month and one.valid_from[8:] != "01"
        )

    def after(self, day: date) -> RuleSet | None:
        """What first begins to hold after `day`: a set, or a part of one as `changes_in`."""
        return next((one for one in self.parts() if one.valid_from > day.isoformat()), None)

    def only(self, day: date) -> RuleBook:
        """The set of `day` as one that holds at all times."""
        return RuleBook((self.at(day).at_all_times(),))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RuleBook:
        """The book of `dataclasses.asdict`, also after it went through JSON."""
        return cls(
            tuple(_set(one) for one in values["sets"]),
            tuple(
                LeftOut(Problem(**one["problem"]), one["first_day"], one["last_day"])
                for one in values["left_out"]
            ),
        )


def _text(values: Mapping[str, str]) -> Text:
    return Text(values["sv"], values["en"])


def _set(values: Mapping[str, Any]) -> RuleSet:
    plain = {**values, "title": _text(values["title"]), "documents": tuple(map(_text, values["documents"]))}
    return RuleSet(**{**plain, "rules": tuple(map(_rule, values["rules"]))})


def _rule(values: Mapping[str, Any]) -> Rule:
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    return Rule(**{**plain, "text": _text(values["text"]), "source": _text(values["source"])})


def day_before(day: str) -> str:
    """The day before, as YYYY-MM-DD."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """The day after, as YYYY-MM-DD."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
