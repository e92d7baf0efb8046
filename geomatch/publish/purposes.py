"""Who is served and who is not, for women and men, by purpose: the county, and each of its municipalities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from geomatch.access.purposes import purposes_of
from geomatch.numbers import pair
from geomatch.plain import plain
from geomatch.publish.facts import GAP_PARTS, PARTS, SERVED_PARTS, CountyFacts, shown_parts
from geomatch.publish.tables import Cell, Heading, Row, TableView, part_headings
from geomatch.tables import ALL, SCENARIOS, SEXES
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["purpose_tables"]

_EVERYONE = "everyone"
_WHO = (_EVERYONE, *SEXES)

# Per scenario the parts in thousandths of persons.
_Ends = Mapping[str, Mapping[str, int]]


def purpose_tables(facts: CountyFacts) -> tuple[TableView, TableView] | None:
    """The parts of need for each purpose and for women and men: of the county, and of each municipality.

    Hidden activities take part only in the rows of all activities together, which are those of the table of
    municipalities; a purpose that no activity shown has is not named. Of purposes that only activities of other
    counties have, those are left out that nobody in the county reaches.

    Returns:
        Both tables, or None for a month that was computed before there was a table by purpose.
    """
    if facts.served_by_purpose is None:
        return None
    everything = facts.served[facts.served["county_code"] == facts.county_code]
    table = facts.served_by_purpose
    table = table[(table["county_code"] == facts.county_code) & ~table["with_hidden"]]
    offered = {name.casefold() for name in purposes_of(facts.own_activities())}
    named = [(_("all activities"), everything)]
    named += [
        (plain(purpose), rows)
        for purpose, rows in table.groupby("purpose", sort=True)
        if str(purpose).casefold() in offered or _reached(rows)
    ]
    names = facts.names()
    county, municipal = [], []
    for purpose, rows in named:
        county += [(purpose, who, ends) for who, ends in _by_sex(rows)]
        for code, own in rows.groupby("municipality_code", sort=True):
            municipal += [(names[str(code)], purpose, who, ends) for who, ends in _by_sex(own)]
    # Within a municipality all activities stay first, then the purposes in their order.
    municipal.sort(key=lambda one: one[0])
    apart = _(
        "Each purpose is reckoned as if only its activities existed and everybody asked for it, so the rows of different purposes cannot be added together."
    )
    return (
        TableView(
            "purposes",
            _("By purpose, for women and men"),
            " ".join([apart, *_notes(everything)]),
            (Heading(_("Purpose")), *_headings()),
            tuple(_row((Cell(purpose),), who, ends) for purpose, who, ends in county),
            _("Nobody is enrolled this month."),
        ),
        TableView(
            "purposes-by-municipality",
            _("The municipalities by purpose, for women and men"),
            apart,
            (Heading(_("Municipality"), sorted_as="ascending"), Heading(_("Purpose")), *_headings()),
            tuple(_row((Cell(name), Cell(purpose)), who, ends) for name, purpose, who, ends in municipal),
            _("Nobody is enrolled this month."),
        ),
    )


def _reached(rows: pd.DataFrame) -> bool:
    """Whether anybody reaches something of the purpose, or takes part at a distance."""
    return bool((rows["need_milli"] > rows["no_day_return_milli"]).any())


def _by_sex(rows: pd.DataFrame) -> Iterable[tuple[str, _Ends]]:
    """The parts of everyone, then of women, of men and of those whose sex is not known, where there are any."""
    columns = [f"{name}_milli" for name in PARTS]
    grouped = rows.groupby(["sex", "scenario"])[columns].sum()
    sums = dict(zip(grouped.index, grouped.to_numpy().tolist(), strict=True))
    found: dict[str, dict[str, dict[str, int]]] = {}
    for sex in SEXES:
        for end in SCENARIOS:
            parts = dict(zip(PARTS, sums.get((sex, end), [0] * len(PARTS)), strict=True))
            found.setdefault(sex, {})[end] = parts
            together = found.setdefault(_EVERYONE, {}).setdefault(end, dict.fromkeys(PARTS, 0))
            for name in PARTS:
                together[name] += parts[name]
    present = [who for who in _WHO if any(any(parts.values()) for parts in found[who].values())]
    # Where the counts tell nobody's sex, a row for those who are not known would only repeat that of everyone.
    for who in present if len(present) > 2 or ALL not in present else present[:1]:
        yield who, found[who]


def _headings() -> tuple[Heading, ...]:
    return (Heading(_("Who")), Heading(_("Persons"), numeric=True), *part_headings())


def _row(first: tuple[Cell, ...], who: str, ends: _Ends) -> Row:
    words = {
        _EVERYONE: _("everyone"),
        "women": _("women"),
        "men": _("men"),
        ALL: _("sex not known"),
    }
    low, high = (shown_parts(ends[end]) for end in SCENARIOS)
    total = sum(low.values()), sum(high.values())
    return Row(
        (
            *first,
            Cell(words[who]),
            Cell(pair(*total), float(total[1])),
            *(Cell(pair(low[part], high[part]), float(high[part])) for part in (*SERVED_PARTS, *GAP_PARTS)),
        )
    )


def _notes(everything: pd.DataFrame) -> list[str]:
    """What the numbers are, after the sentence that rows cannot be added."""
    parts = [
        _(
            "A slash (3 / 5) is the value at low and at high need; in between it can be another. Persons are rounded row by row."
        ),
        _("Protected activities take part only in the rows of all activities."),
    ]
    if len(everything) and not everything["sex"].isin(["women", "men"]).any():
        parts.append(_("The counts do not tell women and men apart."))
    return parts
