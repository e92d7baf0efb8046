"""What an age group's label says: which years of age it spans. METHOD 1."""

from __future__ import annotations

import re

__all__ = ["ADULT", "OLDEST_YEARS", "belongs", "years_of_age"]

# The end of a group without one, and of one that is meant to be everybody from some age on (0-100, 65-99).
OLDEST_YEARS = 200
_MEANT_AS_OLDEST = 99
# The grants serve adults; who is one is the law's, not a choice.
ADULT = "18-"
_UNDER = re.compile(r"^(?:<|under|yngre än|below)\s*(\d{1,3})$")
_UP_TO = re.compile(r"^(?:(?:≤|<=|högst|t\.?o\.?m\.?|upp till)\s*(\d{1,3})|(\d{1,3}) (?:och|eller) yngre)$")
_OVER = re.compile(r"^(?:>|över|äldre än)\s*(\d{1,3})$")
_FROM = re.compile(
    r"^(?:(?:≥|>=|minst|fr\.?o\.?m\.?|från)\s*(\d{1,3})|(\d{1,3})\s*(?:\+|-|(?:och|eller) (?:äldre|över)|and over|or over))$"
)
_BETWEEN = re.compile(r"^(\d{1,3})\s*(?:-|to|till)\s*(\d{1,3})$")
_ONE = re.compile(r"^(\d{1,3})$")
_WORDS = {
    "barn": (0, 17), "underåriga": (0, 17), "minderåriga": (0, 17), "children": (0, 17),
    "vuxna": (18, OLDEST_YEARS), "adults": (18, OLDEST_YEARS),
}  # fmt: skip


def years_of_age(label: str) -> tuple[int, int] | None:
    """First and last year of age of a group, both inside it; None where the label does not say.

    Read are `0-17`, `18–64 år`, `65-`, `65+`, `18 år och äldre`, `under 18 år`, `högst 17`, `över 64`, `18`, `barn` and
    `vuxna`, in either language and without regard to case.

    Args:
        label: `age_group` of table NEED.
    """
    text = re.sub("[‒–—−]", "-", label.casefold())
    text = re.sub(r"\b(år|years?|åringar)\b\.?", " ", text)
    text = re.sub(r"\s+", " ", text).strip(" .")
    if text in _WORDS:
        return _WORDS[text]
    found: tuple[int, int] | None = None
    if match := _BETWEEN.match(text):
        found = int(match[1]), int(match[2])
    elif match := _ONE.match(text):
        found = int(match[1]), int(match[1])
    elif match := _UNDER.match(text):
        found = 0, int(match[1]) - 1
    elif match := _UP_TO.match(text):
        found = 0, int(match[1] or match[2])
    elif match := _OVER.match(text):
        found = int(match[1]) + 1, OLDEST_YEARS
    elif match := _FROM.match(text):
        found = int(match[1] or match[2]), OLDEST_YEARS
    if found is None or not 0 <= found[0] <= found[1]:
        return None
    return found[0], found[1] if found[1] < _MEANT_AS_OLDEST else OLDEST_YEARS


def belongs(label: str, group: str) -> bool | None:
    """Whether all of an age group are inside another; None where some may be, or a label does not say."""
    if label == group:
        return True
    own, other = years_of_age(label), years_of_age(group)
    if own is None or other is None:
        return None
    if other[0] <= own[0] and own[1] <= other[1]:
        return True
    return False if own[1] < other[0] or other[1] < own[0] else None
