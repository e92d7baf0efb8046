"""The largest changes in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomatch.change.decompose import FACTORS
from geomatch.change.months import Change
from geomatch.numbers import half_up, interval, month_text, whole
from geomatch.plain import plain
from geomatch.publish.words import list_text
from geomatch.tables import ALL, records
from geomatch.words import gettext as _

__all__ = [
    "amount_text",
    "change_facts",
    "change_lines",
    "change_sentences",
    "heading",
    "signed",
    "total_sentences",
    "withheld_sentence",
]

_MILLI = 1000
MOST = 10
"""How many changes are told, unless somebody asks for another number (issue: the ten largest)."""


def heading(change: Change) -> str:
    """The two months."""
    return _("From {earlier} to {later}").format(
        earlier=month_text(change.earlier), later=month_text(change.later)
    )


def amount_text(low_milli: int, high_milli: int) -> str:
    """An amount in whole persons: a value half up, or an interval outwards; `less than one` where 0 would hide it."""
    if low_milli == high_milli:
        shown = half_up(low_milli)
        return whole(shown) if shown or not low_milli else _("less than one")
    return interval(low_milli // _MILLI, -(-high_milli // _MILLI))


def signed(milli: int) -> str:
    """A step in whole persons, half up, with its sign."""
    return _with_sign(half_up(milli) if milli > 0 else -half_up(-milli))


def _with_sign(persons: int) -> str:
    return ("+" if persons > 0 else "") + whole(persons)


def change_sentences(change: Change, most: int | None = MOST) -> list[str]:
    """The largest changes, a paragraph per municipality: gap, need, places, and what moved the gap.

    Largest is the change of the gap at whichever end of need it is larger at; then the change of the need, then that
    of the places; what is equal in all of them goes by its words.

    Args:
        change: The two months.
        most: How many; None takes all.
    """
    found = []
    for rows in _by_municipality(change).values():
        sizes = tuple(size for measure in ("gap", "need", "supply") for size in _sizes(rows[measure]))
        if any(sizes):
            found.append((tuple(-size for size in sizes), _paragraph(rows)))
    return [text for _key, text in sorted(found)[:most]]


def total_sentences(change: Change) -> list[str]:
    """The county, or all counties together, in one paragraph; nothing where nothing moved."""
    rows = {
        str(row["measure"]): row | {"name": _("All municipalities together")}
        for row in _rows(change)
        if row["municipality_code"] == ALL
    }
    return [_paragraph(rows)] if any(any(_sizes(row)) for row in rows.values()) else []


def withheld_sentence(change: Change) -> str:
    """Which municipalities' need is an interval in both months, so that a change cannot be seen; else empty."""
    if not change.withheld:
        return ""
    return _(
        "The number enrolled is withheld, or an interval, in both months in {names}: it may have changed without being seen, and no number is given."
    ).format(names=list_text([plain(name) for name in change.withheld]))


def change_lines(change: Change) -> list[str]:
    """All that the command says, a line per paragraph."""
    sentences = change_sentences(change)
    lines = [heading(change) + ".", *total_sentences(change)]
    lines += sentences or [_("Nothing has changed in need, places or gap.")]
    withheld = withheld_sentence(change)
    return [*lines, withheld] if withheld else lines


def change_facts(change: Change) -> dict[str, Any]:
    """The change as plain values: every row of the table, and the words. Internal, like the intervals in it."""
    return {
        "internal": True,
        "synthetic": change.synthetic,
        "earlier": change.earlier,
        "later": change.later,
        "county": change.county,
        "order": list(FACTORS),
        "changes": _rows(change),
        "words": change_sentences(change),
        "withheld_in_both": list(change.withheld),
    }


def _rows(change: Change) -> list[dict[str, Any]]:
    return [dict(row._asdict()) for row in records(change.table)]


def _by_municipality(change: Change) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in _rows(change):
        if row["municipality_code"] != ALL:
            found.setdefault(str(row["municipality_code"]), {})[str(row["measure"])] = row
    return found


def _ends(row: Mapping[str, Any]) -> tuple[int, int]:
    """The change of the lower and of the upper end."""
    return (
        int(row["later_low_milli"] - row["earlier_low_milli"]),
        int(row["later_high_milli"] - row["earlier_high_milli"]),
    )


def _sizes(row: Mapping[str, Any]) -> tuple[int, int]:
    sizes = [abs(end) for end in _ends(row)]
    return max(sizes), sum(sizes)


def _paragraph(rows: Mapping[str, Mapping[str, Any]]) -> str:
    gap, need, supply = rows["gap"], rows["need"], rows["supply"]
    parts = [
        _GAP[_kind(gap)]().format(name=plain(gap["name"]), **_numbers(gap)),
        _NEED[_kind(need)]().format(**_numbers(need)),
    ]
    if any(_ends(supply)):
        parts.append(_SUPPLY[_kind(supply)]().format(**_numbers(supply)))
    causes = _causes(gap, withheld=_is_interval(need))
    if causes:
        parts.append(causes)
    return " ".join(parts)


def _is_interval(row: Mapping[str, Any]) -> bool:
    return any(row[f"{when}_low_milli"] != row[f"{when}_high_milli"] for when in ("earlier", "later"))


def _kind(row: Mapping[str, Any]) -> str:
    """What can be said of a change: that it surely grew or shrank, may have, or neither."""
    least, greatest = int(row["change_low_milli"]), int(row["change_high_milli"])
    if least > 0:
        return "grew"
    if greatest < 0:
        return "shrank"
    if least == greatest == 0:
        return "same"
    low, high = _ends(row)
    if low >= 0 and high >= 0 and (low or high):
        return "may_grow"
    if low <= 0 and high <= 0 and (low or high):
        return "may_shrink"
    return "may_change"


def _shown(row: Mapping[str, Any], when: str) -> tuple[int, int]:
    """Earlier or later amount in whole persons, as the county page shows it."""
    return int(row[f"{when}_low_shown"]), int(row[f"{when}_high_shown"])


def _numbers(row: Mapping[str, Any]) -> dict[str, str]:
    """The amounts as pages show them, and what lies between these."""
    before, after = _shown(row, "earlier"), _shown(row, "later")
    least, greatest = after[0] - before[1], after[1] - before[0]
    if int(row["change_high_milli"]) < 0:
        least, greatest = -greatest, -least
    return {"n": _difference_text(least, greatest), "before": interval(*before), "after": interval(*after)}


def _difference_text(least: int, greatest: int) -> str:
    """How much something surely grew or shrank; less than a person can be none when amounts are rounded."""
    if greatest <= 0:
        return _("less than one")
    if least <= 0:
        return _("at most {n}").format(n=whole(greatest))
    return interval(least, greatest)


def _whole_steps(gap: Mapping[str, Any], end: str) -> dict[str, int]:
    """The steps of the gap in whole persons that add up to the change that is shown.

    Each is less than a person from its value (largest remainder; of equal ones the larger step, then the earlier
    factor); what did not move the gap has no step.
    """
    steps = {factor: int(gap[f"{factor}_{end}_milli"]) for factor in FACTORS}
    found = {factor: step // _MILLI for factor, step in steps.items()}
    missing = int(gap[f"later_{end}_shown"]) - int(gap[f"earlier_{end}_shown"]) - sum(found.values())
    order = sorted(
        (factor for factor in FACTORS if steps[factor] % _MILLI),
        key=lambda factor: (-(steps[factor] % _MILLI), -abs(steps[factor])),
    )
    for factor in order[: max(missing, 0)]:
        found[factor] += 1
    return found


def _causes(gap: Mapping[str, Any], *, withheld: bool) -> str:
    """What moved the gap: each factor's step at low and at high need, or the interval that it can be."""
    texts, small, two_ends = [], [], False
    lows, highs = _whole_steps(gap, "low"), _whole_steps(gap, "high")
    for factor in FACTORS:
        if factor == "people" and withheld:
            least, most = int(gap["people_least_bound_milli"]), int(gap["people_most_bound_milli"])
            if least != most:
                texts.append(
                    _("{factor} from {low} to {high}").format(
                        factor=_factor_text(factor),
                        low=_with_sign(least // _MILLI),
                        high=_with_sign(-(-most // _MILLI)),
                    )
                )
                continue
        low, high = lows[factor], highs[factor]
        if low or high:
            number = _with_sign(low) if low == high else f"{_with_sign(low)} / {_with_sign(high)}"
            two_ends |= low != high
            texts.append(f"{_factor_text(factor)} {number}")
        elif gap[f"{factor}_low_milli"] or gap[f"{factor}_high_milli"]:
            small.append(f"{_factor_text(factor)} {_('less than one')}")
    # A step of less than a person is told where it is all there is to tell.
    texts = texts or small
    if not texts:
        return ""
    text = (
        _("What moved the gap, at low / high need: {causes}.")
        if two_ends
        else _("What moved the gap: {causes}.")
    )
    return text.format(causes="; ".join(texts))


def _factor_text(factor: str) -> str:
    return {
        "people": _("people"),
        "places": _("activities"),
        "timetable": _("timetable"),
        "rules": _("rules and settings"),
    }[factor]


_GAP = {
    "grew": lambda: _("{name}: the gap grew by {n}, from {before} to {after}."),
    "shrank": lambda: _("{name}: the gap shrank by {n}, from {before} to {after}."),
    "same": lambda: _("{name}: the gap is {after}, as before."),
    "may_grow": lambda: _("{name}: the gap may have grown, from {before} to {after}."),
    "may_shrink": lambda: _("{name}: the gap may have shrunk, from {before} to {after}."),
    "may_change": lambda: _("{name}: the gap may have changed, from {before} to {after}."),
}
_NEED = {
    "grew": lambda: _("Those enrolled became {n} more, from {before} to {after}."),
    "shrank": lambda: _("Those enrolled became {n} fewer, from {before} to {after}."),
    "same": lambda: _("Those enrolled are {after}, as before."),
    "may_grow": lambda: _("Those enrolled may have become more, from {before} to {after}."),
    "may_shrink": lambda: _("Those enrolled may have become fewer, from {before} to {after}."),
    "may_change": lambda: _("Those enrolled may have changed in number, from {before} to {after}."),
}
_SUPPLY = {
    "grew": lambda: _("Places became {n} more, from {before} to {after}."),
    "shrank": lambda: _("Places became {n} fewer, from {before} to {after}."),
}
