"""Words that several pages share: lists, kinds of pairs, groups, features, times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from geomatch.numbers import whole
from geomatch.public.editions import Edition
from geomatch.site.plain import plain
from geomatch.words import N_, language
from geomatch.words import gettext as _

__all__ = [
    "KINDS",
    "activity_name",
    "feature_text",
    "for_whom",
    "group_text",
    "kind_of",
    "kind_text",
    "listed",
    "minutes_text",
    "span_text",
    "times_text",
    "updated_text",
]

KINDS = ("open", "recommended", "possible", "not_recommended", "outside_policy")
_TIME = re.compile(
    r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)|(?P<date>\d{4}-\d{2}-\d{2})) "
    r"(?P<start>\d{2}:\d{2})-(?P<end>\d{2}:\d{2})"
)


def listed(items: Iterable[str]) -> str:
    """`a`, `a och b`, `a, b och c`."""
    texts = list(items)
    if len(texts) < 2:
        return "".join(texts)
    return _("{several} and {last}").format(several=", ".join(texts[:-1]), last=texts[-1])


def kind_of(row: Any) -> str:  # noqa: ANN401 (a row of corridors)
    """`open`, or the verdict of a candidate."""
    return "open" if row.status == "open" else str(row.verdict)


_KIND_TEXTS = {
    "open": N_("open"),
    "recommended": N_("recommended"),
    "possible": N_("possible"),
    "not_recommended": N_("not recommended"),
    "outside_policy": N_("outside the rules"),
}
_GROUP_TEXTS = {
    "women": N_("women"),
    "men": N_("men"),
    "asylum_seeker": N_("asylum seekers"),
    "temporary_protection": N_("temporary protection"),
    "permit_awaiting_settlement": N_("awaiting settlement"),
    "newcomer": N_("newcomers"),
    "agency": N_("agency accommodation"),
    "own": N_("own accommodation"),
    "municipal": N_("municipal accommodation"),
    "other": N_("other accommodation"),
    "all": N_("everyone"),
}
_FEATURE_TEXTS = {
    "persons": N_("the number of persons enrolled"),
    "share_women": N_("the share of women"),
    "share_asylum_seeker": N_("the share of asylum seekers"),
    "share_temporary_protection": N_("the share with temporary protection"),
    "share_permit_awaiting_settlement": N_("the share with a permit who await settlement"),
    "population": N_("the population"),
    "localities": N_("the number of localities"),
    "share_in_largest": N_("the share who live in the largest locality"),
    "share_with_stop": N_("the share of places with a stop in reach"),
    "sessions_per_week": N_("how many sessions can be reached"),
    "travel_min": N_("how long the journeys are"),
    "other_municipality_min": N_("how far it is to activities in another municipality"),
}
_WEEKDAYS = {
    "mon": N_("Mon"),
    "tue": N_("Tue"),
    "wed": N_("Wed"),
    "thu": N_("Thu"),
    "fri": N_("Fri"),
    "sat": N_("Sat"),
    "sun": N_("Sun"),
}


def kind_text(kind: str) -> str:
    """A kind of pair in words."""
    return _(_KIND_TEXTS[kind])


def group_text(group: str) -> str:
    """A group of those enrolled, or of those an activity is for, in words; one that is not known by its own name."""
    return _(_GROUP_TEXTS[group]) if group in _GROUP_TEXTS else plain(group)


def feature_text(name: str) -> str:
    """What two municipalities differ in, in words; empty for what is not known."""
    return _(_FEATURE_TEXTS[name]) if name in _FEATURE_TEXTS else ""


def times_text(text: str) -> str:
    """Times in words: `mån 10:00–12:00, ons 10:00–12:00`; a text of another form is shown as it is."""
    return _times(language(), text)


# Each activity's times stand on many pages, in one language after the other.
@lru_cache(maxsize=16_384)
def _times(_language: str, text: str) -> str:
    found = []
    for part in text.split(";") if text else ():
        match = _TIME.fullmatch(part.strip())
        if match is None:
            return plain(text)
        day = _(_WEEKDAYS[match["weekday"]]) if match["weekday"] else match["date"]
        found.append(f"{day} {match['start']}–{match['end']}")
    return ", ".join(found)


def for_whom(row: Any) -> str:  # noqa: ANN401 (a row of activities)
    """Whom an activity is for: `alla`, `kvinnor`, `asylsökande, kvinnor`."""
    return _whom(language(), str(row.target_groups), str(row.sex))


@lru_cache(maxsize=4096)
def _whom(_language: str, target_groups: str, sex: str) -> str:
    names = [group_text(name.strip()) for name in target_groups.split(";") if name.strip()]
    groups = listed(names) if names else group_text("all")
    if sex in {"", "all"}:
        return groups
    return group_text(sex) if names in ([], [group_text("all")]) else f"{groups}; {group_text(sex)}"


def activity_name(row: Any) -> str:  # noqa: ANN401 (a row of activities)
    """The name of an activity; one without a name says so."""
    return plain(str(row.name)).strip() or _("without a name")


def minutes_text(minutes: float) -> str:
    """A journey's time: `45 min`, or that it is under one minute."""
    # Half a minute is rounded up.
    shown = int(float(minutes) + 0.5)
    return _("{n} min").format(n=whole(shown)) if shown else _("under 1 min")


def _day(text: str) -> str:
    one = date.fromisoformat(text)
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    return f"{one.day} {months[one.month - 1]} {one.year}"


def updated_text(edition: Edition) -> str:
    """The day on which the counts were updated, in words; empty where the source does not say."""
    updated = str(edition.facts.get("updated") or "")
    return _day(updated) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", updated) else plain(updated)


def span_text(edition: Edition) -> str:
    """The weeks that journeys and sessions are judged by: first and last day and how many."""
    window = edition.facts["window"]
    return _("{first} to {last} ({n} whole weeks)").format(
        first=_day(window["first_day"]), last=_day(window["last_day"]), n=whole(int(window["weeks"]))
    )
