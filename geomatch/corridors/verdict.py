"""Judging a corridor by the rules of its month (METHOD 7).

Reason codes, in the order in which they are written:

- `rule:<name>` a verified rule excludes everyone, with `crosses_county_border` or `below_min_distance`;
- `none_entitled` nobody who lives there can be entitled, even at the high end of the share;
- `gain_at_every_corner` at least `min_gain` at every corner, by good day returns alone;
- `gain_too_small` a gain, but less than `min_gain` at some corner;
- `gain_only_paired` a gain only together with one further corridor;
- `no_gain` no gain at any corner, alone or paired;
- `unknown_share` it would be recommended if the eligible share were known to be its high end;
- `walked` whoever gets there is near enough to walk, which takes no corridor;
- `places_taken` even at low need no suitable place there is free;
- `no_day_return` nothing suitable there can be reached (an open corridor that nobody can use);
- `too_long`, `booking_needed`, `tight_last_way_home` what the best day return lacks, or, where there are enough
  persons but not by good day returns, what any of them lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geomatch.corridors.gains import CORNERS
from geomatch.corridors.ways import Ways
from geomatch.settings import Rule

__all__ = ["Facts", "Verdict", "judge"]

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
        crosses_county: From and to lie in different counties.
        greatest_distance_m: Longest straight line between a point and a series that it reaches; None without any.
        none_entitled: No group living there has an eligible share above 0.
        own_accommodation: Somebody there is counted in own accommodation.
        if_share_known: It would be recommended with the high end of the share.
        min_gain: `corridors.min_gain`.
    """

    gain: Mapping[str, int]
    good_gain: Mapping[str, int]
    paired: int
    free_low: int
    walked: bool
    ways: Ways
    crosses_county: bool
    greatest_distance_m: float | None
    none_entitled: bool
    own_accommodation: bool
    if_share_known: bool
    min_gain: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict, why, and which assumed rules would touch the corridor."""

    verdict: str
    reasons: tuple[str, ...]
    assumed_rules: tuple[str, ...]
    share_blocks: bool


def _touches(rule: Rule, facts: Facts) -> str:
    """The reason code if the rule is about this corridor, else nothing."""
    if rule.kind == "within_county" and facts.crosses_county:
        return "crosses_county_border"
    if rule.kind == "min_distance_m" and facts.greatest_distance_m is not None:
        return "below_min_distance" if facts.greatest_distance_m < rule.value else ""
    if rule.kind == "own_accommodation" and facts.own_accommodation:
        return "own_accommodation"
    return ""


def enough(gain: Mapping[str, int], min_gain: float) -> bool:
    """Whether the gain reaches `min_gain` persons at every corner."""
    return all(gain[corner] >= min_gain * 1000 for corner in CORNERS)


def judge(facts: Facts, rules: tuple[Rule, ...]) -> Verdict:
    """The verdict under the rules in force. An assumed rule is named and excludes no one; so is own accommodation."""
    reasons: list[str] = []
    assumed: list[str] = []
    for rule in rules:
        touched = _touches(rule, facts)
        if not touched:
            continue
        if rule.status == "verified" and rule.kind != "own_accommodation":
            reasons += [f"rule:{rule.name}", touched]
        elif rule.status == "assumed":
            assumed.append(rule.name)
    if facts.none_entitled:
        reasons.append("none_entitled")
    if reasons:
        return Verdict("outside_policy", tuple(dict.fromkeys(reasons)), tuple(assumed), share_blocks=False)
    many, any_alone = enough(facts.gain, facts.min_gain), any(facts.gain.values())
    if enough(facts.good_gain, facts.min_gain):
        return Verdict("recommended", ("gain_at_every_corner",), tuple(assumed), share_blocks=False)
    if any_alone:
        verdict = "possible"
        reasons += [] if many else ["gain_too_small"]
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
    return Verdict(verdict, tuple(reasons), tuple(assumed), share_blocks=facts.if_share_known)
