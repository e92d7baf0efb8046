"""Figures as text: numbers, intervals, and the signs that stand where a number is withheld or not there."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from geomatch.numbers import decimal, interval, percent_interval, whole
from geomatch.public.tables import APPLIES_NOT, MISSING, WITHHELD
from geomatch.words import gettext as _

__all__ = [
    "change_figure",
    "figure",
    "gap_share_sign",
    "index_figure",
    "share_figure",
    "share_sign",
    "sign_text",
    "women_share_sign",
]


def is_missing(value: Any) -> bool:  # noqa: ANN401 (a cell of a frame)
    """Whether a cell of a frame holds nothing (None, NaN or pandas' NA)."""
    return bool(pd.isna(value))


def figure(low: Any, high: Any, sign: str = "") -> str:  # noqa: ANN401 (cells of a frame)
    """Persons as text: `45`, `45–60`, or the sign in their place."""
    if sign or is_missing(low) or is_missing(high):
        return sign or MISSING
    return interval(int(low), int(high))


def change_figure(low: Any, high: Any, sign: str = "") -> str:  # noqa: ANN401 (cells of a frame)
    """A change with its direction: `+12`, `−3`, `0`, `−4 till +2`, or the sign in its place."""
    if sign or is_missing(low) or is_missing(high):
        return sign or MISSING

    def one(value: int) -> str:
        return ("+" if value > 0 else "−" if value < 0 else "") + whole(abs(value))

    if int(low) == int(high):
        return one(int(low))
    return _("{low} to {high}").format(low=one(int(low)), high=one(int(high)))


def share_figure(low: Any, high: Any, sign: str = "") -> str:  # noqa: ANN401 (cells of a frame)
    """Shares 0-1 as whole per cent, or the sign in their place; nobody has no share."""
    if sign:
        return sign
    if is_missing(low) or is_missing(high):
        return APPLIES_NOT
    return percent_interval(float(low), float(high))


def index_figure(low: Any, high: Any) -> str:  # noqa: ANN401 (cells of a frame)
    """Places per person with two decimals, or the sign for what does not apply."""
    if is_missing(low) or is_missing(high) or math.isnan(float(low)):
        return APPLIES_NOT
    ends = [decimal(float(end), 2) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def share_sign(*signs: str, nobody: bool) -> str:
    """The sign in the place of a share: that of a figure it follows; else it does not apply, or is not known exactly.

    Args:
        signs: Of the figures that the share follows.
        nobody: There is nobody to take a share of.
    """
    return next((sign for sign in signs if sign), APPLIES_NOT if nobody else MISSING)


def women_share_sign(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    """The sign where the share of women is not told."""
    known = not is_missing(row.women_high) and not is_missing(row.men_high)
    return share_sign(row.women_sign, row.men_sign, nobody=known and row.women_high + row.men_high == 0)


def gap_share_sign(row: Any) -> str:  # noqa: ANN401 (a row of areas)
    """The sign where the share without a place is not told."""
    nobody = not is_missing(row.need_high) and row.need_high == 0
    return share_sign(row.gap_sign, row.need_sign, nobody=nobody)


def sign_text(sign: str) -> str:
    """What a sign means."""
    return {
        WITHHELD: _(
            "withheld: it, or a number that could be worked out from it, is or may be so small that persons could be recognised"
        ),
        MISSING: _("not known: the source does not say"),
        APPLIES_NOT: _("not applicable: there is nothing to count"),
    }[sign]
