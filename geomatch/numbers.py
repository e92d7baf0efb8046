"""How numbers are written for people: whole persons that add up, decimal comma, intervals with an en dash."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from geomatch.words import gettext as _
from geomatch.words import language

__all__ = [
    "NOTHING",
    "decimal",
    "half_up",
    "hundredths",
    "interval",
    "month_text",
    "pair",
    "percent_ends",
    "percent_interval",
    "persons_floor",
    "rounded_parts",
    "whole",
]

# What stands where there is no value.
NOTHING = "–"
MINUS = "\u2212"
_MARKS = {"sv": (",", "\u00a0"), "en": (".", ",")}


def whole(number: int) -> str:
    """`number` with thousands parted and a true minus sign."""
    text = f"{abs(number):,}".replace(",", _MARKS[language()][1])
    return (MINUS if number < 0 else "") + text


def decimal(number: float | Decimal | None, digits: int = 1, rounding: str = ROUND_HALF_UP) -> str:
    """`number` with at most `digits` decimals, without trailing zeros; a dash where it is missing."""
    if number is None or math.isnan(number):
        return NOTHING
    exact = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=rounding)
    before, _point, after = f"{abs(rounded):f}".partition(".")
    after = after.rstrip("0")
    text = whole(int(before)) + (_MARKS[language()][0] + after if after else "")
    return MINUS + text if rounded < 0 else text


def persons_floor(milli: int) -> str:
    """Thousandths of a person as persons with at most one decimal, rounded down so that nothing is overstated."""
    return decimal(Decimal(int(milli)) / 1000, rounding=ROUND_FLOOR)


def interval(low: int, high: int) -> str:
    """A lower and an upper bound: `31–39`, or `31` when they are one."""
    return whole(low) if low == high else f"{whole(low)}–{whole(high)}"


def pair(low: int, high: int) -> str:
    """The value at low and at high need, which are no bounds: `3 / 5`, or `3` when they are one."""
    return whole(low) if low == high else f"{whole(low)} / {whole(high)}"


def percent_interval(low: float | None, high: float | None) -> str:
    """Shares 0-1 as whole per cent: bounds rounded outwards (`38–52 %`), one value half up; a dash for none."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NOTHING
    return _("{share} %").format(share=interval(*percent_ends(low, high)))


def percent_ends(low: float, high: float) -> tuple[int, int]:
    """Shares 0-1 as whole per cent: bounds rounded outwards, one value half up."""
    # A share such as 0.29 is not exact in binary: without the first rounding 29 % could become 28.
    ends = [Decimal(repr(round(float(end), 9))) * 100 for end in (low, high)]
    ways = (ROUND_HALF_UP, ROUND_HALF_UP) if ends[0] == ends[1] else (ROUND_FLOOR, ROUND_CEILING)
    first, last = (int(end.to_integral_value(way)) for end, way in zip(ends, ways, strict=True))
    return first, last


def hundredths(number: float) -> int:
    """`number` in hundredths, half up: what `decimal(number, 2)` writes."""
    return int((Decimal(repr(float(number))) * 100).to_integral_value(ROUND_HALF_UP))


def half_up(milli: int) -> int:
    """Thousandths as whole persons, rounded half up."""
    return (int(milli) + 500) // 1000


def rounded_parts(parts_milli: Sequence[int], total: int | None = None) -> list[int]:
    """Parts in thousandths of a person as whole persons that add up (largest remainder).

    Each part is shown less than one person away from its value. Of equal remainders the larger part goes first, then
    the earlier one.

    Args:
        parts_milli: The parts, none negative.
        total: Whole persons that the parts shall add up to: their sum rounded up or down. None rounds it half up.
    """
    if total is None:
        total = half_up(sum(parts_milli))
    shown = [int(part) // 1000 for part in parts_milli]
    order = sorted(range(len(shown)), key=lambda i: (-(parts_milli[i] % 1000), -parts_milli[i], i))
    for i in order[: total - sum(shown)]:
        shown[i] += 1
    return shown


def month_text(month: str) -> str:
    """`2026-03` as `mars 2026`."""
    names = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    year, number = month.split("-")
    return f"{names[int(number) - 1]} {year}"
