"""A sheet of one page for each pair of municipalities that is open, recommended or possible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from geomatch.documents.corridor_list import kind_title, undecided
from geomatch.documents.decided import DecidedPair, decided_pairs
from geomatch.documents.described import day_text
from geomatch.documents.facts import DocumentFacts
from geomatch.documents.layout import (
    Column,
    Document,
    Drawing,
    Facts,
    Paragraphs,
    Part,
    Section,
    Signature,
    Table,
    Value,
)
from geomatch.documents.legs import Told, told_return
from geomatch.documents.rules_text import agreement, entitled, rules
from geomatch.documents.smallmap import Mark, drawn, planned
from geomatch.numbers import NOTHING, decimal, persons_floor, whole
from geomatch.plain import plain
from geomatch.publish.corridors import corridor_records
from geomatch.publish.pairs import corridor_kind, corridor_sentences, pair_name, verdict_text
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["SHEET_KINDS", "corridor_sheets"]

SHEET_KINDS = ("open", "recommended", "possible")


def _ends(row: Mapping[str, Any], name: str) -> str:
    """Persons or places at low and at high need."""
    low, high = (persons_floor(int(row[f"{name}_{end}_milli"])) for end in ("low", "high"))
    return low if low == high else _("{low} at low need, {high} at high need").format(low=low, high=high)


def _criteria(facts: DocumentFacts, row: Mapping[str, Any]) -> Table:
    limits = facts.county.settings.corridors
    n, minutes = decimal(limits.min_gain), decimal(limits.recommended_max_min)
    journey, seen = row["journey"], bool(row["shown"])
    if journey is None:
        commuting = NOTHING
    else:
        best = f"{'≤ ' if journey.best.rounded else ''}{whole(journey.best.value)}"
        commuting = _("{minutes} min each way, {sessions} sessions a week").format(
            minutes=best, sessions=decimal(journey.sessions_per_week)
        )
    return Table(
        _("The three criteria"),
        (
            Column(_("Criterion"), width=30),
            Column(_("Found"), width=34),
            Column(_("Asked for"), width=30),
            Column(_("Met"), "check", 9),
        ),
        (
            (
                _("Size of the target group"),
                _ends(row, "entitled_unserved"),
                _("{n} persons at low need").format(n=n),
                bool(row["size_ok"]),
            ),
            (
                _("Supply, free places"),
                _ends(row, "free_places") if seen else None,
                _("{n} places at low as well as high need").format(n=n),
                bool(row["supply_ok"]) if seen else None,
            ),
            (
                _("Commuting"),
                commuting if journey else None,
                _("{minutes} min, no booking, safe last way home").format(minutes=minutes),
                bool(row["transit_ok"]) if seen else None,
            ),
        ),
        NOTHING,
    )


def _clock(moment: datetime, day: date) -> Value:
    """A time of day; as text where it is of the day after."""
    return f"{moment:%H:%M} (+1)" if moment.date() > day else moment.time().replace(second=0, microsecond=0)


def _journey_parts(told: Told | None, row: Mapping[str, Any]) -> list[Part]:
    heading = _("The day return leg by leg")
    if told is None:
        reason = (
            _(
                "It is not told: what may be shown leads to no activity at an exact place, or the people live in a county that is not computed."
            )
            if row["journey"] is not None or not row["shown"]
            else _("There is no journey there and home the same day.")
        )
        return [Paragraphs((reason,), heading)]
    text = _(
        "{day}, from {locality} to {activity} at {start}–{end}: {there} min there, {back} min home"
    ).format(
        day=day_text(told.day),
        locality=told.locality,
        activity=told.activity,
        start=told.start,
        end=told.end,
        there=decimal(told.minutes[0], 0),
        back=decimal(told.minutes[1], 0),
    )
    text += ", " + ngettext("{count} change", "{count} changes", told.transfers).format(count=told.transfers)
    said = [text + "."]
    if told.last_way_home:
        said.append(_("This is the last way home that day."))
    if told.tight:
        said.append(_("The last way home hangs on a tight change."))
    tables = [
        Table(
            title,
            (
                Column(_("From stop"), width=30),
                Column(_("How"), width=34),
                Column(_("To stop"), width=30),
                Column(_("Departs"), "time", 9),
                Column(_("Arrives"), "time", 9),
            ),
            tuple(
                (
                    step.start,
                    step.how,
                    step.end,
                    _clock(step.departs, told.day),
                    _clock(step.arrives, told.day),
                )
                for step in told.steps
                if step.home == home
            ),
            NOTHING,
        )
        for home, title in ((False, _("There")), (True, _("Home")))
    ]
    return [Paragraphs((" ".join(said),), heading), *tables]


def _map(facts: DocumentFacts, row: Mapping[str, Any], told: Told | None) -> list[Part]:
    county, names = facts.county, facts.county.names()
    pair = (str(row["from_code"]), str(row["to_code"]))
    if not set(pair) <= set(county.municipalities["municipality_code"]):
        return []
    title = _("Map: {pair}").format(pair=pair_name("-".join(pair), names))
    words = _("An arrow from {start} to {goal}, among the neighbouring municipalities.").format(
        start=told.locality if told else names[pair[0]], goal=names[pair[1]]
    )
    marks = (
        (Mark(told.origin, told.locality, "home"), Mark(told.goal, names[pair[1]], "goal")) if told else ()
    )
    plan = planned(county.municipalities, pair, marks)
    return [Drawing(drawn(plan, title, words), words, plan)]


def _sheet(
    facts: DocumentFacts, row: Mapping[str, Any], decided: Mapping[tuple[str, str], DecidedPair]
) -> Section:
    names, settings = facts.county.names(), facts.county.settings
    start, goal = (names.get(row[side], plain(row[side])) for side in ("from_code", "to_code"))
    pair = f"{row['from_code']}-{row['to_code']}"
    told = told_return(facts, str(row["from_code"]), str(row["to_code"]))
    about = [(_("Verdict"), verdict_text(row))]
    if whom := entitled(facts, str(row["from_code"])):
        about.append((_("For whom"), whom))
    if found := decided.get((str(row["from_code"]), str(row["to_code"]))):
        about.append((_("By the register of decisions"), f"{found.state}."))
        if found.noted:
            about.append((_("To note"), found.noted))
        if found.money:
            about.append((_("Travel compensation"), f"{found.money}."))
    elif row["reference"]:
        about.append((_("Case reference"), plain(row["reference"])))
    return Section(
        pair,
        pair_name(pair, names),
        (
            *_map(facts, row, told),
            Facts(tuple(about)),
            Paragraphs(tuple(corridor_sentences(row, names, settings))),
            _criteria(facts, row),
            *_journey_parts(told, row),
            Paragraphs((*rules(facts), agreement(start, goal)), _("Rules and agreement")),
            Signature(
                _("Decision"),
                (
                    _("Valid from"),
                    _("Valid until"),
                    _("Case reference"),
                    _("Date"),
                    _("Name"),
                    _("Signature"),
                ),
                (_("is approved"), _("is refused")),
            ),
        ),
    )


def corridor_sheets(facts: DocumentFacts) -> Document | None:
    """A sheet per pair that is open, recommended or possible; None where there is none."""
    names = facts.county.names()
    rows = [row for row in corridor_records(facts.county) if corridor_kind(row) in SHEET_KINDS]
    if not rows:
        return None
    listed = Table(
        _("The sheets"),
        (Column(_("From"), width=24), Column(_("To"), width=24), Column(_("Verdict"), width=40)),
        tuple(
            (
                names.get(row["from_code"], plain(row["from_code"])),
                names.get(row["to_code"], plain(row["to_code"])),
                verdict_text(row),
            )
            for row in rows
        ),
        NOTHING,
    )
    decided = decided_pairs(facts)
    kinds = ", ".join(kind_title(kind).lower() for kind in SHEET_KINDS)
    return Document(
        name=facts.file_name(_("corridor-sheets")),
        title=facts.titled(_("Sheets on pairs of municipalities: {where}").format(where=facts.kicker)),
        about=_("A page for each pair that is one of these: {kinds}.").format(kinds=kinds),
        kicker=facts.kicker,
        marks=facts.marks(internal=True),
        notes=(
            _(
                "The day return is told for one weekday of the weeks {window}: the best one of the pair that leads to an activity whose exact place may be shown, on a day as long as the median."
            ).format(window=facts.county.window),
            _(
                "Gain, verdict and reason count protected activities as well. Commuting, free places and fares are those of the activities that may be shown."
            ),
            *undecided(facts),
        ),
        sections=(
            Section("list", _("The sheets"), (listed,)),
            *(_sheet(facts, row, decided) for row in rows),
        ),
        foot=facts.made_from,
        landscape=False,
    )
