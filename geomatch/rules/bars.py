"""What the verified rules of a day bar: kinds of persons, and journeys. For the arrays of the allocation.

An assumed rule is in none of this: it excludes no one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geomatch.rules.tree import ACCOMMODATIONS, CASE_STATUSES, GROUPS, Rule, RuleBook, RuleSet
from geomatch.tables import ALL

__all__ = ["BarredJourney", "BarredKind", "Bars", "bars_of", "bars_on", "journeys_barred"]

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BarredKind:
    """Persons whom a verified rule excludes wherever they go. Of the lists one is filled, or `below_age`.

    Attributes:
        rule: Name of the rule.
        about_groups: Only people of these target groups; empty is everybody.
        target_groups, case_status, accommodation: Whom it excludes.
        below_age: Those younger than this (years); 0 is nobody.
    """

    rule: str
    about_groups: tuple[str, ...]
    target_groups: tuple[str, ...] = ()
    case_status: tuple[str, ...] = ()
    accommodation: tuple[str, ...] = ()
    below_age: int = 0


@dataclass(frozen=True, slots=True)
class BarredJourney:
    """Journeys that a verified rule excludes.

    Attributes:
        rule: Name of the rule.
        about_groups: Only those of people of these target groups; empty is everybody's.
        min_distance_m: Those shorter than this, as the crow flies (metres); 0 is none.
        within_county: Those across a county border.
    """

    rule: str
    about_groups: tuple[str, ...]
    min_distance_m: float = 0.0
    within_county: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """All that the verified rules of one day exclude."""

    kinds: tuple[BarredKind, ...] = ()
    journeys: tuple[BarredJourney, ...] = ()

    @property
    def min_distance_m(self) -> float:
        """The least distance for everybody (metres), 0 without one."""
        return max((one.min_distance_m for one in self.journeys if not one.about_groups), default=0.0)

    @property
    def within_county(self) -> bool:
        """Whether nobody may cross a county border."""
        return any(one.within_county for one in self.journeys if not one.about_groups)


def _others(known: tuple[str, ...], allowed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in known if one not in allowed)


def _kind(rule: Rule) -> BarredKind:
    about = rule.about_groups
    if rule.target_groups:
        return BarredKind(rule.name, about, target_groups=_others(GROUPS, rule.target_groups))
    if rule.case_status:
        return BarredKind(rule.name, about, case_status=_others(CASE_STATUSES, rule.case_status))
    if rule.accommodation:
        return BarredKind(rule.name, about, accommodation=_others(ACCOMMODATIONS, rule.accommodation))
    return BarredKind(rule.name, about, below_age=rule.min_age)


def bars_of(rule_set: RuleSet) -> Bars:
    """What the verified rules of a set exclude."""
    kinds, journeys = [], []
    for rule in rule_set.rules:
        if rule.status != "verified" or not rule.judges:
            continue
        if rule.min_distance_m or rule.stays_in_county:
            journeys.append(
                BarredJourney(rule.name, rule.about_groups, rule.min_distance_m, rule.stays_in_county)
            )
        else:
            kinds.append(_kind(rule))
    return Bars(tuple(kinds), tuple(journeys))


def bars_on(book: RuleBook, day: date) -> Bars:
    """What is excluded on a day: kinds of persons, least distance, county borders.

    Raises:
        InputError: No set of rules that can be used holds on that day.
    """
    return bars_of(book.at(day))


def journeys_barred(
    bars: Bars, target_group: NDArray[np.object_], distance_m: NDArray[np.float64], crosses_county: Bools
) -> tuple[Bools, Bools]:
    """Which journeys a verified rule excludes, and which it may exclude since the target group is not known.

    A target group that is excluded wherever it goes is excluded from all.

    Args:
        bars: Of the day.
        target_group: Per journey, that of the traveller; `all` is not known.
        distance_m: Per journey, straight line from home to activity (metres).
        crosses_county: Per journey, whether the two lie in different counties.

    Returns:
        Per journey, whether it is surely excluded, and whether it may be (never both).
    """
    barred = np.zeros(len(distance_m), dtype=bool)
    perhaps = np.zeros(len(distance_m), dtype=bool)
    unknown = target_group == ALL

    def bar(broken: Bools, about: tuple[str, ...]) -> None:
        nonlocal barred, perhaps
        meant = np.isin(target_group, about) if about else np.ones(len(barred), dtype=bool)
        barred |= broken & meant
        perhaps |= broken & ~meant & unknown

    for journey in bars.journeys:
        bar(
            (distance_m < journey.min_distance_m) | (crosses_county & journey.within_county),
            journey.about_groups,
        )
    for kind in bars.kinds:
        if kind.target_groups:
            # Whoever is excluded must be meant as well: a rule about some groups that lets only others travel.
            about = tuple(g for g in kind.target_groups if not kind.about_groups or g in kind.about_groups)
            if about:
                bar(np.ones(len(barred), dtype=bool), about)
    return barred, perhaps & ~barred
