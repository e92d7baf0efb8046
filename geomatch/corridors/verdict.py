"""Judging a corridor by the rules of its month (METHOD 7).

Reason codes, in the order in which they are written:

- `rule:<name>` verified rules exclude everyone, each with why: `crosses_county_border`, `below_min_distance`,
  `target_group`, `case_status`, `accommodation` or `below_min_age`;
- `none_entitled` nobody who lives there can be entitled, even at the high end of the share;
- `gain_at_every_corner` at least `min_gain` at every corner, by good day returns alone;
- `gain_too_small` a gain, but less than `min_gain` at some corner;
- `good_gain_too_small` at least `min_gain` at every corner, but not by good day returns alone;
- `gain_only_paired` a gain only together with one further corridor;
- `no_gain` no gain at any corner, alone or paired;
- `unknown_share` it would be recommended if the eligible share were known to be its high end;
- `walked` whoever gets there is near enough to walk, which takes no corridor;
- `places_taken` even at low need no suitable place there is free;
- `no_day_return` nothing suitable there can be reached (an open corridor that nobody can use);
- `too_long`, `booking_needed`, `tight_last_way_home` what the best day return lacks, or, with `good_gain_too_small`,
  what any of them lacks;
- `not_for:<name>` a verified rule excludes some of those who live there, and not all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geomatch.corridors.gains import CORNERS
from geomatch.corridors.ways import Ways
from geomatch.rules.answer import Person, answer, touches
from geomatch.rules.tree import RuleSet

__all__ = ["Facts", "Rulings", "Verdict", "judge"]

QUALITIES = ("too_long", "booking_needed", "tight_last_way_home")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a corridor when it is judged. Quantities in thousandths of persons.

    Attributes:
        gain, good_gain: Per corner, persons gained by all and by good day returns alone.
        paired: Greatest gain with one further corridor.
        free_low: Free suitable places at low need.
        walked: Nobody who gets there needs a corridor.
        ways: Its day returns.
        kinds: Who lives there, each count of the month's need that is used: what is known of them.
        counted: The same of all counts, also of breakdowns that are not used.
        crosses_county: From and to lie in different counties.
        greatest_distance_m: Longest straight line between a point and a series that it reaches; None without any.
        none_entitled: No group living there has an eligible share above 0.
        if_share_known: It would be recommended with the high end of the share.
        min_gain: `corridors.min_gain`.
    """

    gain: Mapping[str, int]
    good_gain: Mapping[str, int]
    paired: int
    free_low: int
    walked: bool
    ways: Ways
    kinds: tuple[Person, ...]
    counted: tuple[Person, ...]
    crosses_county: bool
    greatest_distance_m: float | None
    none_entitled: bool
    if_share_known: bool
    min_gain: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, why, and which assumed rules would touch the corridor."""

    verdict: str
    reasons: tuple[str, ...]
    assumed_rules: tuple[str, ...]
    share_blocks: bool


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What the rules say of those who live in one place and of their longest journey to another.

    Attributes:
        outside: Verified rules exclude everyone: rule and reason in turn; empty where they do not.
        partly: Verified rules that exclude some.
        assumed: Assumed rules that would touch somebody.
    """

    outside: tuple[str, ...]
    partly: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rules of a month; what they say is remembered, since many corridors are alike to them."""

    rule_set: RuleSet
    _known: dict[tuple[object, ...], _Ruled] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """Whether any rule asks how far a journey is."""
        return any(rule.min_distance_m for rule in self.rule_set.rules)

    def of(self, facts: Facts) -> _Ruled:
        """What the rules say of a corridor.

        The longest journey stands for all: where it is too short, all are.
        """
        key = (facts.kinds, facts.counted, facts.crosses_county, facts.greatest_distance_m)
        if key not in self._known:
            self._known[key] = self._ruled(facts)
        return self._known[key]

    def _ruled(self, facts: Facts) -> _Ruled:
        journey = facts.greatest_distance_m, facts.crosses_county
        # Where nobody lives there are only journeys to judge.
        here = [answer(self.rule_set, person, *journey).excluded for person in facts.kinds or (Person(),)]
        counted = [answer(self.rule_set, person, *journey).excluded for person in facts.counted]
        broken = {finding.rule: finding.code for found in (*here, *counted) for finding in found}
        stated = {finding.rule for found in here for finding in found}
        names = [rule.name for rule in self.rule_set.rules]
        everyone = all(here)
        outside = [text for name in names if name in stated for text in (f"rule:{name}", broken[name])]
        assumed = [
            rule.name
            for rule in self.rule_set.rules
            if rule.status == "assumed"
            and any(touches(rule, person, *journey) for person in facts.counted or (Person(),))
        ]
        return _Ruled(
            tuple(dict.fromkeys(outside)) if everyone else (),
            () if everyone else tuple(name for name in names if name in broken),
            tuple(assumed),
        )


def enough(gain: Mapping[str, int], min_gain: float) -> bool:
    """Whether the gain reaches `min_gain` persons at every corner."""
    return all(gain[corner] >= min_gain * 1000 for corner in CORNERS)


def judge(facts: Facts, rulings: Rulings) -> Verdict:
    """The verdict under the rules in force. An assumed rule is named and excludes no one."""
    ruled = rulings.of(facts)
    reasons, assumed = list(ruled.outside), ruled.assumed
    partly = tuple(f"not_for:{name}" for name in ruled.partly)
    if facts.none_entitled:
        reasons.append("none_entitled")
    if reasons:
        return Verdict("outside_policy", (*reasons, *partly), assumed, share_blocks=False)
    many, any_alone = enough(facts.gain, facts.min_gain), any(facts.gain.values())
    if enough(facts.good_gain, facts.min_gain):
        return Verdict("recommended", ("gain_at_every_corner", *partly), assumed, share_blocks=False)
    if any_alone:
        verdict = "possible"
        reasons.append("good_gain_too_small" if many else "gain_too_small")
    elif facts.paired > 0:
        verdict = "possible"
        reasons.append("gain_only_paired")
    else:
        verdict = "not_recommended"
        reasons.append("no_gain")
    if facts.if_share_known:
        reasons.append("unknown_share")
    if not facts.ways.points:
        reasons.append("no_day_return")
    else:
        reasons += ["walked"] if facts.walked else []
        reasons += ["places_taken"] if facts.free_low <= 0 and not any_alone else []
    lacking = set(facts.ways.best_failings) | (set(facts.ways.failings) if many else set())
    reasons += [name for name in QUALITIES if name in lacking]
    return Verdict(verdict, (*reasons, *partly), assumed, share_blocks=facts.if_share_known)
