"""The table of withheld counts: what each can be, and which sum says so. For the agencies only (METHOD 8)."""

from __future__ import annotations

from typing import Any

from geomatch.need import why_cell
from geomatch.numbers import interval
from geomatch.plain import plain
from geomatch.publish.facts import CountyFacts
from geomatch.publish.tables import Cell, Heading, Row, TableView
from geomatch.tables import ALL, records
from geomatch.tightening import DIMENSIONS, UNKNOWN
from geomatch.words import gettext as _

__all__ = ["withheld_table"]


def _whom(row: Any) -> str:  # noqa: ANN401 (a row of NEED)
    """Whom a row counts: its groups in words, and the locality."""
    words = {
        "agency": _("agency accommodation"),
        "own": _("own accommodation"),
        "municipal": _("municipal accommodation"),
        "other": _("other accommodation"),
        "asylum_seeker": _("asylum seekers"),
        "temporary_protection": _("temporary protection"),
        "permit_awaiting_settlement": _("permit, awaiting settlement"),
        "first_instance_open": _("open first case"),
        "appeal": _("appeal"),
        "enforcement": _("enforcement"),
        "women": _("women"),
        "men": _("men"),
    }
    about = [str(getattr(row, name)) for name in (*DIMENSIONS, "locality_code")]
    return ", ".join(words.get(one, plain(one)) for one in about if one != ALL) or _("everyone")


def withheld_table(facts: CountyFacts) -> TableView | None:
    """Every withheld count of the county with its sign, its interval and why that is so; None without any.

    Args:
        facts: `need` are the rows of NEED of the county, or None.
    """
    # A month that an earlier version computed has no explanations yet.
    if facts.need is None or "low_because" not in facts.need or not facts.need["masked"].any():
        return None
    names = {**facts.names(), ALL: plain(facts.county_name), UNKNOWN: _("unknown municipality")}
    found = [
        (names.get(row.municipality_code, row.municipality_code), row)
        for row in records(facts.need[facts.need["masked"]])
    ]
    found.sort(key=lambda one: (one[1].municipality_code == ALL, one[0]))
    rows = [
        Row(
            (
                Cell(name),
                Cell(_whom(row)),
                Cell(interval(row.low, row.high), float(row.high)),
                Cell(plain(why_cell(row))),
                Cell(plain(row.cell.rpartition("!")[2])),
            )
        )
        for name, row in found
    ]
    return TableView(
        "withheld",
        _("Withheld counts: what they can be, and why"),
        _(
            "The agency withholds small counts. Published totals say more of some: the total less the other parts. Cells are named as in the agency's file; on another sheet with its name, in another file with that. For the agencies only."
        ),
        (
            Heading(_("Municipality"), sorted_as="ascending"),
            Heading(_("Who")),
            Heading(_("Can be"), numeric=True),
            Heading(_("Why")),
            Heading(_("Cell")),
        ),
        tuple(rows),
        _("No count is withheld."),
    )
