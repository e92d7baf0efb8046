"""What is different between two sets of rules: rules that begin, end or change, and kinds of persons they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

from geomatch.rules.answer import Answer, Person, answer
from geomatch.rules.tree import ACCOMMODATIONS, CASE_STATUSES, GROUPS, Rule, RuleSet
from geomatch.tables import ALL

__all__ = ["Changed", "Parted", "changed_rules", "kinds", "parted_kinds"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that is not the same in two sets: `before` is None for one that begins, `after` for one that ends."""

    before: Rule | None
    after: Rule | None


@dataclass(frozen=True, slots=True)
class Parted:
    """A kind of person and journey for which two sets answer differently.

    Attributes:
        person: The kind.
        shorter_than_m: The journey is shorter than this least distance (metres); 0 is long enough for every rule.
        crosses_county: It crosses a county border.
        before, after: The answers.
    """

    person: Person
    shorter_than_m: float
    crosses_county: bool
    before: Answer
    after: Answer


def changed_rules(before: RuleSet, after: RuleSet) -> tuple[Changed, ...]:
    """The rules that end or change, in the order of the first set, then those that begin."""
    old, new = ({rule.name: rule for rule in one.rules} for one in (before, after))
    found = [Changed(rule, new.get(name)) for name, rule in old.items() if new.get(name) != rule]
    return (*found, *(Changed(None, rule) for name, rule in new.items() if name not in old))


def _ages(*sets: RuleSet) -> tuple[int | None, ...]:
    """An age on either side of each limit; nothing but unknown where no rule asks for one."""
    limits = {rule.min_age for one in sets for rule in one.rules if rule.min_age}
    return tuple(sorted({age for limit in limits for age in (limit - 1, limit)})) or (None,)


def kinds(*sets: RuleSet) -> Iterator[Person]:
    """Every kind of person that the sets can tell apart, everything known; what no rule asks about is left unknown."""
    rules = [rule for one in sets for rule in one.rules if rule.judges]
    groups = GROUPS if any(rule.about_groups or rule.target_groups for rule in rules) else (ALL,)
    statuses = CASE_STATUSES if any(rule.case_status for rule in rules) else (ALL,)
    homes = ACCOMMODATIONS if any(rule.accommodation for rule in rules) else (ALL,)
    for group, status, home, age in product(groups, statuses, homes, _ages(*sets)):
        yield Person(group, status, home, age)


def parted_kinds(before: RuleSet, after: RuleSet) -> tuple[Parted, ...]:
    """Every kind of person and journey for which the two sets differ in whom they exclude or flag."""
    limits = sorted({rule.min_distance_m for one in (before, after) for rule in one.rules} - {0.0})
    # Half way between a limit and the one below it, and as long as the longest.
    lengths = [(limit, (limit + below) / 2) for below, limit in pairwise([0.0, *limits])]
    lengths.append((0.0, max(limits, default=0.0)))
    found = []
    for person in kinds(before, after):
        for (shorter_than_m, distance_m), crosses in product(lengths, (False, True)):
            answers = [answer(one, person, distance_m, crosses) for one in (before, after)]
            if _differ(*answers):
                found.append(Parted(person, shorter_than_m, crosses, *answers))
    return tuple(found)


def _differ(before: Answer, after: Answer) -> bool:
    """Excluded or flagged by one and not by the other; by which rule does not matter, nor a flag on the excluded."""
    return _outcome(before) != _outcome(after)


def _outcome(one: Answer) -> str:
    return "excluded" if one.excluded else "flagged" if one.flagged else "free"
