"""What a decision on a pair of municipalities rests on: who may travel, the rules of the month, and the agreement."""

from __future__ import annotations

import math

from geomatch.documents.facts import DocumentFacts
from geomatch.numbers import interval, percent_interval
from geomatch.plain import plain
from geomatch.publish.pairs import rule_text
from geomatch.publish.words import group_text
from geomatch.words import gettext as _

__all__ = ["agreement", "entitled", "rules"]


def entitled(facts: DocumentFacts, code: str) -> str:
    """Which groups live in a municipality and how many of each may travel; empty where its people are not known.

    Persons where counts of case status or a rule say more than the eligible share, else the share.
    """
    county = facts.county
    own = county.served[(county.served["municipality_code"] == code) & (county.served["scenario"] == "high")]
    sums = own.groupby("target_group")["need_milli"].sum()
    parts = []
    for group in sorted(str(name) for name, milli in sums.items() if milli):
        low, high = county.settings.share("eligible_share", group, code[:2], facts.day)
        share = _("share unknown") if (low, high) == (0.0, 1.0) else percent_interval(low, high)
        name = _("all enrolled") if group == "all" else group_text(group)
        known = _persons(facts, code, group, (low, high))
        if known is not None:
            parts.append(_("{group}: {n} persons may travel").format(group=name, n=interval(*known)))
            continue
        parts.append(_("{group}: {share} may travel").format(group=name, share=share))
    return "; ".join(parts)


def _persons(
    facts: DocumentFacts, code: str, group: str, share: tuple[float, float]
) -> tuple[int, int] | None:
    """Fewest and most persons who may travel, outwards to whole ones; None where only the share tells."""
    points = facts.county.points
    own = points[(points["municipality_code"] == code) & (points["target_group"] == group)]
    if facts.entitled is None or facts.entitled.empty or own.empty:
        return None
    key = ["point_id", "target_group", "sex"]
    told = own[[*key, "need_low_milli", "need_high_milli"]].merge(facts.entitled, on=key, how="left")
    by_share = told["entitled_ll_milli"].isna()
    if by_share.all():
        return None
    low = told["entitled_ll_milli"].where(~by_share, told["need_low_milli"] * share[0]).sum()
    high = told["entitled_hh_milli"].where(~by_share, told["need_high_milli"] * share[1]).sum()
    return math.floor(low / 1000), math.ceil(high / 1000)


def rules(facts: DocumentFacts) -> list[str]:
    """The rules in force on the first day of the month that bear on a decision, and whether they change within it."""
    book = facts.county.settings.rules
    texts = []
    for rule in book.at(facts.day).rules:
        # What moves need, or was about something else than the journey, decides nothing here.
        if rule.calendar:
            continue
        text = (
            _("Rule in force, confirmed: {source}.")
            if rule.status == "verified"
            else _("Rule in force, assumed, which excludes no one: {source}.")
        )
        words = f"{rule_text(rule.name, str(rule.text))} ({plain(str(rule.source))})"
        texts.append(text.format(source=words))
    texts += [
        _("The rules change within the month, on {day}: {title}.").format(
            day=one.valid_from, title=plain(str(one.title))
        )
        for one in book.changes_in(facts.county.month)
    ]
    return texts or [_("No rule is set for the month.")]


def agreement(start: str, goal: str) -> str:
    """What is agreed when a pair is approved, between the board and the agency."""
    return _(
        "When approved: persons enrolled in {start} may be granted travel compensation for activities in {goal} in the period below. Whether a person has the right to it is decided in each case by Migrationsverket."
    ).format(start=start, goal=goal)
