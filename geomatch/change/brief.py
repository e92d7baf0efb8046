"""What the brief of a county says: five changes, what is uncertain and why, and the next decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geomatch.change.months import Change
from geomatch.change.words import amount_text, change_sentences, withheld_sentence
from geomatch.decisions.short import due_text
from geomatch.decisions.state import Due
from geomatch.numbers import half_up, interval, month_text, percent_interval, whole
from geomatch.plain import plain
from geomatch.publish.pairs import pair_name
from geomatch.publish.words import group_text, list_text
from geomatch.settings import Settings
from geomatch.tables import SCENARIOS, records
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["Brief", "BriefFacts", "make_brief"]

CHANGES = 5
"""How many changes the brief tells (issue: five)."""
_SUGGESTIONS = 2
_RENEWALS = 3
_NAMES = 4
_MILLI = 1000


@dataclass(frozen=True, slots=True)
class BriefFacts:
    """What a brief is made from: the tables of one computed month.

    Attributes:
        month: YYYY-MM.
        county_code: Two digits.
        county_name: Name with `län`.
        synthetic: The input is made up.
        gaps, served, corridors: The month's tables; rows of other counties are left aside.
        need: Fewest and most persons enrolled in the county: the published total where there is one.
        assumed_sessions: How many activities that may be shown have no times of their own.
        settings: Settings of the run.
        names: Name per municipality.
        change: The change from the month before; None where that is not computed.
        made_from: The sources in one line.
        by_share: Target groups in the county of whom somebody's right to travel is reckoned by the eligible share; None
            takes all that live there.
        due: Approved pairs that begin or end in the county and must be renewed soon, by last day.
    """

    month: str
    county_code: str
    county_name: str
    synthetic: bool
    gaps: pd.DataFrame
    served: pd.DataFrame
    corridors: pd.DataFrame
    need: tuple[int, int]
    assumed_sessions: int
    settings: Settings
    names: Mapping[str, str]
    change: Change | None
    made_from: str
    by_share: frozenset[str] | None = None
    due: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief in words: headings with their paragraphs, in the language it was made in."""

    title: str
    marks: tuple[str, ...]
    summary: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    foot: str


def make_brief(facts: BriefFacts) -> Brief:
    """The brief of a county and month, in the language in force."""
    county, month = plain(facts.county_name), month_text(facts.month)
    marks = [_("INTERNAL – must not be spread")]
    if facts.synthetic:
        marks.append(_("SYNTHETIC DATA"))
    own = facts.gaps[facts.gaps["county_code"] == facts.county_code]
    gap = int(own["gap_low_milli"].sum()), int(own["gap_high_milli"].sum())
    return Brief(
        title=_("Brief: {county}, {month}").format(county=county, month=month),
        marks=tuple(marks),
        summary=_(
            "{need} persons are enrolled in the county; {gap} of them get no place in any activity."
        ).format(need=interval(*facts.need), gap=amount_text(*gap)),
        sections=(
            (_("The largest changes"), tuple(_changes(facts))),
            (_("What is uncertain, and why"), tuple(_uncertain(facts, own))),
            (_("The next decision"), tuple(_decisions(facts, own))),
        ),
        foot=facts.made_from,
    )


def _changes(facts: BriefFacts) -> list[str]:
    if facts.change is None:
        return [_("The month before is not computed in this workspace, so no changes can be told.")]
    return change_sentences(facts.change, CHANGES) or [_("Nothing has changed in need, places or gap.")]


def _some(names: Sequence[str]) -> str:
    """A few of the names, and how many more."""
    shown = [plain(name) for name in names[:_NAMES]]
    more = len(names) - len(shown)
    return list_text([*shown, _("{n} more").format(n=whole(more))] if more else shown)


def _uncertain(facts: BriefFacts, own: pd.DataFrame) -> list[str]:
    """What is not known, each with what it makes uncertain."""
    found = []
    # Where published totals leave one number only, nothing is uncertain.
    hidden = own[(own["masked_cells"] > 0) & (own["need_low"] < own["need_high"])]
    if len(hidden):
        found.append(
            _(
                "Withheld counts: in {names}. Together {need} persons are enrolled there; the counts are withheld for secrecy, and are intervals."
            ).format(
                names=_some(list(hidden["name"])),
                need=interval(int(hidden["need_low"].sum()), int(hidden["need_high"].sum())),
            )
        )
    if facts.change is not None and facts.change.withheld:
        found.append(withheld_sentence(facts.change))
    shares = _unknown_shares(facts)
    if shares:
        found.append(
            _("Right to the journey: how many may travel is known only within limits: {shares}.").format(
                shares="; ".join(shares)
            )
        )
    unknown, lone = int(own["location_unknown"].sum()), int(own["representative_point"].sum())
    if unknown:
        found.append(
            ngettext(
                "In {n} municipality people live in agency accommodation whose place is not given: they are spread like the rest.",
                "In {n} municipalities people live in agency accommodation whose place is not given: they are spread like the rest.",
                unknown,
            ).format(n=whole(unknown))
        )
    if lone:
        found.append(
            ngettext(
                "In {n} municipality no locality is known: one point stands for it.",
                "In {n} municipalities no locality is known: one point stands for each.",
                lone,
            ).format(n=whole(lone))
        )
    if facts.assumed_sessions:
        found.append(
            ngettext(
                "{n} activity has no times in the register: the standard session is assumed.",
                "{n} activities have no times in the register: the standard session is assumed.",
                facts.assumed_sessions,
            ).format(n=whole(facts.assumed_sessions))
        )
    return found or [_("Nothing: all counts, shares, places and times are known.")]


def _unknown_shares(facts: BriefFacts) -> list[str]:
    """The groups whose right to travel is reckoned by a share that is no single number."""
    day = date.fromisoformat(f"{facts.month}-01")
    own = facts.served[facts.served["county_code"] == facts.county_code]
    groups = sorted({str(group) for group in own.loc[own["need_milli"] > 0, "target_group"]})
    if facts.by_share is not None:
        groups = [group for group in groups if group in facts.by_share]
    texts = []
    for group in groups:
        low, high = facts.settings.share("eligible_share", group, facts.county_code, day)
        if low != high:
            name = _("groups not told apart") if group == "all" else group_text(group)
            texts.append(f"{name} {percent_interval(low, high)}")
    return texts


def _decisions(facts: BriefFacts, own: pd.DataFrame) -> list[str]:
    """The changes with the largest gain, at low need first."""
    found = [one for one in (_corridor(facts), _places(facts), _activity(own)) if one is not None]
    found.sort(key=lambda one: (-one[0], -one[1], one[2]))
    texts = [text for _low, _high, text in found[:_SUGGESTIONS]]
    if not texts:
        return [_("No corridor and no activity would give anybody more a place."), *_renewals(facts)]
    return [
        _("Suggestion: {text}").format(text=texts[0]),
        *(_("Or: {text}").format(text=t) for t in texts[1:]),
        *_renewals(facts),
    ]


def _renewals(facts: BriefFacts) -> list[str]:
    """The approved pairs that must be renewed soon, those that run out first by name."""
    told = [
        "{pair}: {text}".format(pair=pair_name("-".join(one.decision.pair), facts.names), text=due_text(one))
        for one in facts.due[:_RENEWALS]
    ]
    more = len(facts.due) - len(told)
    if more:
        told.append(
            ngettext(
                "{n} more pair must be renewed soon.", "{n} more pairs must be renewed soon.", more
            ).format(n=whole(more))
        )
    return told


_Suggestion = tuple[int, int, str]
"""Persons at low and at high need, and the suggestion."""


def _corridor(facts: BriefFacts) -> _Suggestion | None:
    """The candidate corridor from the county with most gained at its worst corner."""
    table = facts.corridors[
        (facts.corridors["from_code"].str[:2] == facts.county_code)
        & (facts.corridors["status"] == "candidate")
        & facts.corridors["verdict"].isin(["recommended", "possible"])
    ]
    best: tuple[tuple[Any, ...], _Suggestion] | None = None
    for row in records(table):
        gains = [int(getattr(row, f"gain_{corner}_milli")) for corner in ("ll", "lh", "hl", "hh")]
        least, most = min(gains), max(gains)
        if not most:
            continue
        names = [plain(facts.names.get(str(code), str(code))) for code in (row.from_code, row.to_code)]
        text = _(
            "open {origin} – {goal} for travel compensation: {n} persons more would get a place. {verdict}"
        ).format(
            origin=names[0],
            goal=names[1],
            n=interval(half_up(least), half_up(most)),
            verdict=_("The pair is recommended.")
            if row.verdict == "recommended"
            else _("The pair is possible, but not recommended as it stands."),
        )
        key = (row.verdict != "recommended", -least, -most, text)
        if best is None or key < best[0]:
            best = key, (least, most, text)
    return None if best is None else best[1]


def _places(facts: BriefFacts) -> _Suggestion | None:
    """The municipality with most people who reach an activity whose places are taken."""
    own = facts.served[facts.served["county_code"] == facts.county_code]
    sums = own.groupby(["municipality_code", "scenario"], sort=True)["in_reach_full_milli"].sum()
    found = []
    for code in sorted({str(code) for code in own["municipality_code"]}):
        low, high = (int(sums.get((code, scenario), 0)) for scenario in SCENARIOS)
        if low or high:
            text = _(
                "more places for {name}: {persons} reach an activity, but its places are taken. Each further place in one that suits them takes one more."
            ).format(name=plain(facts.names.get(code, code)), persons=_persons(half_up(low), half_up(high)))
            found.append((-low, -high, text))
    return _first(found)


def _persons(low: int, high: int) -> str:
    """Persons at low and at high need, which are no bounds: with a wider right to travel fewer may be left."""
    text = ngettext("{n} person", "{n} persons", low).format(n=whole(low))
    return text if low == high else _("{persons} ({n} at high need)").format(persons=text, n=whole(high))


def _activity(own: pd.DataFrame) -> _Suggestion | None:
    """The municipality with most people who can reach nothing."""
    found = []
    for row in records(own):
        low, high = int(row.no_day_return_low_milli), int(row.no_day_return_high_milli)
        if low or high:
            text = _(
                "an activity, or a later bus, for {name}: {n} persons can reach nothing suitable and be home the same day."
            ).format(name=plain(row.name), n=amount_text(low, high))
            found.append((-low, -high, text))
    return _first(found)


def _first(found: list[tuple[int, int, str]]) -> _Suggestion | None:
    if not found:
        return None
    low, high, text = min(found)
    return -low, -high, text
