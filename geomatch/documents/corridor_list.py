"""The list of corridors: every pair of municipalities with the three criteria, verdict and reason, to be signed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby
from typing import Any

from geomatch.corridors.gains import CORNERS
from geomatch.decisions.state import RENEWAL_DAYS
from geomatch.documents.decided import DecidedPair, decided_pairs
from geomatch.documents.facts import DocumentFacts
from geomatch.documents.layout import Column, Document, Paragraphs, Section, Signature, Table, Value
from geomatch.documents.overview import minutes_value
from geomatch.numbers import NOTHING, decimal
from geomatch.plain import plain
from geomatch.publish.corridors import corridor_records
from geomatch.publish.pairs import KIND_ORDER, corridor_kind, corridor_reasons, missing, pair_name
from geomatch.words import gettext as _

__all__ = ["corridor_list", "gains", "kind_title", "persons", "signature", "undecided"]


def persons(milli: int) -> float:
    """Thousandths of a person as persons with one decimal, rounded down so that nothing is overstated."""
    return float((Decimal(int(milli)) / 1000).quantize(Decimal("0.1"), ROUND_FLOOR))


def gains(row: Mapping[str, Any]) -> tuple[float, float]:
    """Least and greatest gain over the four corners of need."""
    milli = [int(row[f"gain_{corner}_milli"]) for corner in CORNERS]
    return persons(min(milli)), persons(max(milli))


def kind_title(kind: str) -> str:
    """Heading of the corridors of one kind."""
    return {
        "open": _("Open in the month"),
        "recommended": _("Recommended"),
        "possible": _("Possible"),
        "not_recommended": _("Not recommended"),
        "outside_policy": _("Outside the rules"),
    }[kind]


def signature(heading: str, *choices: str) -> Signature:
    """Where a decision is written and signed."""
    return Signature(
        heading,
        (_("Decision"), _("Case reference"), _("Date"), _("Name"), _("Signature")),
        choices,
    )


def undecided(facts: DocumentFacts) -> tuple[str, ...]:
    """Why nothing is told of decisions, where that is so."""
    if facts.undecided:
        return (
            _("The decisions on corridors cannot be told: {reason}").format(reason=plain(facts.undecided)),
        )
    if facts.county.decided is None or not facts.county.decided.registers:
        return (_("There is no register of open corridors: none is taken to be open."),)
    return ()


def _columns() -> tuple[Column, ...]:
    size, supply, commuting = _("Size of the target group"), _("Supply"), _("Commuting")
    gain, fares = _("Gain, persons"), _("Fares, kr a month")
    return (
        Column(_("From"), width=12),
        Column(_("To"), width=12),
        Column(_("enough"), "check", 8, size),
        Column(_("at low need"), "decimal", 7, size),
        Column(_("at high need"), "decimal", 7, size),
        Column(_("enough"), "check", 8, supply),
        Column(_("at low need"), "decimal", 7, supply),
        Column(_("at high need"), "decimal", 7, supply),
        Column(_("good"), "check", 7, commuting),
        Column(_("min each way"), "minutes", 7, commuting),
        Column(_("sessions a week"), "decimal", 10, commuting),
        Column(_("changes"), "whole", 7, commuting),
        Column(_("least"), "decimal", 7, gain),
        Column(_("greatest"), "decimal", 7, gain),
        Column(_("at low need"), "money", 9, fares),
        Column(_("at high need"), "money", 9, fares),
        Column(_("one person"), "money", 9, fares),
        Column(_("Reason"), width=46, below=True),
        Column(_("By the register of decisions"), width=46, below=True),
        Column(_("Decision"), "blank", 18),
    )


def _number(value: Any) -> Value:  # noqa: ANN401  # a cell of a frame
    return (
        None if missing(value) or (isinstance(value, float) and math.isnan(value)) else round(float(value), 2)
    )


def _row(
    facts: DocumentFacts,
    row: Mapping[str, Any],
    names: Mapping[str, str],
    decided: Mapping[tuple[str, str], DecidedPair],
) -> tuple[Value, ...]:
    found = decided.get((str(row["from_code"]), str(row["to_code"])))
    journey, seen = row["journey"], bool(row["shown"])
    ends = ("low", "high")
    return (
        names.get(row["from_code"], plain(row["from_code"])),
        names.get(row["to_code"], plain(row["to_code"])),
        bool(row["size_ok"]),
        *(persons(row[f"entitled_unserved_{end}_milli"]) for end in ends),
        bool(row["supply_ok"]) if seen else None,
        *(persons(row[f"free_places_{end}_milli"]) if seen else None for end in ends),
        bool(row["transit_ok"]) if seen else None,
        minutes_value(journey.best) if journey else None,
        round(journey.sessions_per_week, 1) if journey else None,
        journey.transfers if journey else None,
        *gains(row),
        *(round(float(row[f"cost_{end}_sek"])) if seen else None for end in ends),
        _number(row["cost_per_person_sek"]) if seen else None,
        " ".join(corridor_reasons(row, facts.county.settings)),
        found.text() if found else _("No decision."),
        None,
    )


def corridor_list(facts: DocumentFacts) -> Document:
    """Every pair that starts or ends in the county, by verdict: criteria, gain, fares, reason, and where to sign."""
    names, columns = facts.county.names(), _columns()
    rows = corridor_records(facts.county)
    decided = decided_pairs(facts)
    sections = []
    for kind, group in groupby(rows, key=corridor_kind):
        title = kind_title(kind)
        table = Table(
            _("Pairs of municipalities: {kind}").format(kind=title.lower()),
            columns,
            tuple(_row(facts, row, names, decided) for row in group),
            NOTHING,
        )
        sections.append(Section(str(KIND_ORDER.index(kind)), title, (table,)))
    if not rows:
        empty = Table(
            _("Pairs of municipalities"), columns, (), _("No pair of municipalities can be reached.")
        )
        sections.append(Section("0", _("Pairs of municipalities"), (empty,)))
    listed = {(str(row["from_code"]), str(row["to_code"])) for row in rows}
    others = [
        f"{pair_name('-'.join(pair), names)}: {found.text()}"
        for pair, found in decided.items()
        if pair not in listed
    ]
    if others:
        sections.append(
            Section("other", _("Decided, and not among the pairs above"), (Paragraphs(tuple(others)),))
        )
    sections.append(Section("decision", _("Decision"), (signature(_("Decision on the list")),)))
    limits = facts.county.settings.corridors
    return Document(
        name=facts.file_name(_("corridors")),
        title=facts.titled(
            _("Pairs of municipalities for travel compensation: {where}").format(where=facts.kicker)
        ),
        about=_(
            "Basis for decisions: from where people live to where the activity is, with the three criteria, verdict and reason."
        ),
        kicker=facts.kicker,
        marks=facts.marks(internal=True),
        notes=(
            _(
                "Size: persons who may travel and get no place in their own municipality, enough from {n} at low need. Supply: suitable free places there, enough from {n} at low as well as high need. Commuting: the best day return, good up to {minutes} minutes each way without booking and with a safe last way home."
            ).format(n=decimal(limits.min_gain), minutes=decimal(limits.recommended_max_min)),
            _(
                "Gain: how many more get a place when the pair is opened, on top of those open, least and greatest of four cases; for an open pair how many would lose theirs if it were closed. Low and high need cover withheld counts and unknown shares. Persons are rounded down to a tenth."
            ),
            _(
                "The register says what was decided by the end of the month, and to be renewed is what runs out within {days} days of it. What was applied for, granted and paid is given by Migrationsverket."
            ).format(days=RENEWAL_DAYS),
            *undecided(facts),
            _(
                "Gain, verdict and reason count protected activities as well. Commuting, free places and fares are those of the activities that may be shown; a dash stands where none of them is reached. ≤ marks a time rounded up to tens."
            ),
        ),
        sections=tuple(sections),
        foot=facts.made_from,
        one_sheet=_("Verdict"),
        sheet_name=_("Pairs of municipalities"),
        new_pages=False,
    )
