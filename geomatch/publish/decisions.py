"""The county's decisions on corridors, and what was applied for, granted and paid in the month. For the agencies only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geomatch.decisions.flags import Flag, flags
from geomatch.decisions.money import Money, money_of
from geomatch.decisions.short import due_text, flag_texts, state_word
from geomatch.decisions.state import RENEWAL_DAYS, STATES, Due, PairState, due, states
from geomatch.numbers import NOTHING, decimal, interval
from geomatch.plain import plain
from geomatch.publish.facts import CountyFacts
from geomatch.publish.tables import Cell, Heading, Row, TableView
from geomatch.words import gettext as _

__all__ = ["decision_table"]


def _headings() -> tuple[Heading, ...]:
    money = _("Travel compensation in the month")
    return (
        Heading(_("From")),
        Heading(_("To")),
        Heading(_("Decision"), sorted_as="ascending"),
        Heading(_("Period")),
        Heading(_("Decided on")),
        Heading(_("Decision maker")),
        Heading(_("The decision's reference")),
        Heading(_("applied for, kr"), numeric=True, group=money),
        Heading(_("granted, kr"), numeric=True, group=money),
        Heading(_("paid, kr"), numeric=True, group=money),
        Heading(_("persons"), numeric=True, group=money),
        Heading(_("To note")),
    )


def _period(one: PairState) -> str:
    return _("{first} – {last}").format(first=one.first, last=one.last or "…")


def _kronor(value: float | None) -> Cell:
    return Cell(NOTHING) if value is None else Cell(decimal(value, 0), value)


def _money_cells(given: Money | None) -> list[Cell]:
    if given is None:
        return [Cell(NOTHING)] * 4
    low, high = given.persons_low, given.persons_high
    persons = Cell(NOTHING) if low is None or high is None else Cell(interval(low, high), float(high))
    return [_kronor(given.applied_sek), _kronor(given.granted_sek), _kronor(given.paid_sek), persons]


def _noted(one: PairState, soon: Mapping[tuple[str, str], Due], raised: Sequence[Flag]) -> str:
    pair = one.from_code, one.to_code
    texts = [due_text(soon[pair])] if pair in soon else []
    return " ".join([*texts, *flag_texts(pair, raised)])


def decision_table(facts: CountyFacts) -> TableView | None:
    """Every pair of the county with a decision by the end of the month; None where there is no register of decisions.

    Args:
        facts: `decided` are the registers and the compensation that the month was made from, or None.
    """
    if facts.decided is None or not facts.decided.registers:
        return None
    names, month = facts.names(), facts.month
    found = [
        one
        for one in states(facts.decided.decisions, month)
        if facts.county_code in {one.from_code[:2], one.to_code[:2]}
    ]
    raised = flags(facts.decided.decisions, facts.settings.rules)
    soon = {one.decision.pair: one for one in due(facts.decided.decisions, month, RENEWAL_DAYS)[0]}
    found.sort(key=lambda one: (STATES.index(one.state), one.from_code, one.to_code))
    rows = []
    for one in found:
        pair, decision = (one.from_code, one.to_code), one.decision
        given = money_of(facts.decided.compensation, *pair, month)
        rows.append(
            Row(
                (
                    Cell(names.get(pair[0], pair[0])),
                    Cell(names.get(pair[1], pair[1])),
                    Cell(state_word(one.state), float(STATES.index(one.state))),
                    Cell(_period(one), mark="period"),
                    Cell(decision.decided_on or NOTHING, mark="date"),
                    Cell(plain(decision.decided_by) or NOTHING),
                    Cell(plain(decision.reference) or NOTHING),
                    *_money_cells(given[-1] if given and given[-1].month == month else None),
                    Cell(plain(_noted(one, soon, raised)) or NOTHING, mark="long"),
                )
            )
        )
    return TableView(
        "decisions",
        _("Decisions on pairs of municipalities"),
        _(
            "What was decided by the end of the month, as the register says; an approved pair is open, whatever the figures are. What was paid is given by Migrationsverket: a dash is not given or withheld, an interval a withheld count. For the agencies only."
        ),
        _headings(),
        tuple(rows),
        _("No decision was made by then."),
    )
