"""May this person make this journey, by this set of rules? A pure function on kinds of persons."""

from __future__ import annotations

from dataclasses import dataclass

from geomatch.rules.tree import Rule, RuleSet
from geomatch.tables import ALL

__all__ = ["Answer", "Finding", "Person", "answer", "touches"]

BREAKS, UNKNOWN, KEEPS = "breaks", "unknown", "keeps"

CODES = {
    "target_groups": "target_group",
    "case_status": "case_status",
    "accommodation": "accommodation",
    "min_age": "below_min_age",
    "min_distance_m": "below_min_distance",
    "within_county": "crosses_county_border",
    "area": "crosses_county_border",
}
"""Per requirement that judges, the reason code of breaking it."""


@dataclass(frozen=True, slots=True)
class Person:
    """A kind of person; `all` (None for age) is not known.

    Attributes:
        target_group: As METHOD 1.
        case_status: first_instance_open, appeal or enforcement.
        accommodation: agency, own, municipal or other.
        age: Years.
    """

    target_group: str = ALL
    case_status: str = ALL
    accommodation: str = ALL
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that stands in the way.

    Attributes:
        rule: Its name.
        code: Why, a reason code.
    """

    rule: str
    code: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a set of rules says of a person and a journey.

    Attributes:
        excluded: Verified rules that are broken: they exclude.
        flagged: Assumed rules that are broken: they exclude no one.
        unknown: Verified rules that might be broken: something that they ask about is not known.
    """

    excluded: tuple[Finding, ...] = ()
    flagged: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()

    @property
    def may_travel(self) -> bool | None:
        """Whether the rules allow the journey; None where that hangs on what is not known."""
        return False if self.excluded else None if self.unknown else True


def answer(
    rule_set: RuleSet,
    person: Person,
    distance_m: float | None,
    crosses_county: bool | None,  # noqa: FBT001 (one of four facts, always given by place)
) -> Answer:
    """Who is excluded by which rules, flagged by which, and why.

    Args:
        rule_set: The rules in force.
        person: The kind of person; what is not known of it neither keeps nor breaks a rule.
        distance_m: Straight line from home to activity (metres); None where it is not known.
        crosses_county: Whether home and activity lie in different counties; None where it is not known.
    """
    excluded: list[Finding] = []
    flagged: list[Finding] = []
    unknown: list[Finding] = []
    for rule in rule_set.rules:
        if not rule.judges:
            continue
        verdict = _about(rule, person)
        if verdict != KEEPS:
            verdict = _weaker(verdict, _asked(rule, person, distance_m, crosses_county))
        finding = Finding(rule.name, CODES[rule.asks])
        if verdict == BREAKS:
            (excluded if rule.status == "verified" else flagged).append(finding)
        elif verdict == UNKNOWN and rule.status == "verified":
            unknown.append(finding)
    return Answer(tuple(excluded), tuple(flagged), tuple(unknown))


def touches(rule: Rule, person: Person, distance_m: float | None, crosses_county: bool | None) -> bool:  # noqa: FBT001 (as answer)
    """Whether a rule is broken by the person and journey, or may be, since the target group is not known."""
    if not rule.judges or _about(rule, person) == KEEPS:
        return False
    return _asked(rule, person, distance_m, crosses_county) == BREAKS


def _weaker(about: str, asked: str) -> str:
    """Broken only if the rule surely is about them and surely broken; kept if either surely is not."""
    return asked if about == BREAKS or asked == KEEPS else UNKNOWN


def _about(rule: Rule, person: Person) -> str:
    """KEEPS where the rule is not about the person, BREAKS where it is."""
    if not rule.about_groups:
        return BREAKS
    if person.target_group == ALL:
        return UNKNOWN
    return BREAKS if person.target_group in rule.about_groups else KEEPS


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    return UNKNOWN if value == ALL else KEEPS if value in allowed else BREAKS


def _asked(rule: Rule, person: Person, distance_m: float | None, crosses_county: bool | None) -> str:  # noqa: FBT001 (as answer)
    """Whether what the rule asks is kept."""
    if rule.asks == "target_groups":
        return _one_of(person.target_group, rule.target_groups)
    if rule.asks == "case_status":
        return _one_of(person.case_status, rule.case_status)
    if rule.asks == "accommodation":
        return _one_of(person.accommodation, rule.accommodation)
    if rule.asks == "min_age":
        return UNKNOWN if person.age is None else KEEPS if person.age >= rule.min_age else BREAKS
    if rule.asks == "min_distance_m":
        return UNKNOWN if distance_m is None else KEEPS if distance_m >= rule.min_distance_m else BREAKS
    return UNKNOWN if crosses_county is None else BREAKS if crosses_county else KEEPS
