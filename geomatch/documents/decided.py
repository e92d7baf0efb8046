"""What the register of decisions says of a pair of municipalities, and what was paid. In internal documents only."""

from __future__ import annotations

from dataclasses import dataclass

from geomatch.decisions.flags import flags
from geomatch.decisions.money import Money, money_of
from geomatch.decisions.short import due_text, flag_texts
from geomatch.decisions.state import RENEWAL_DAYS, PairState, due, states
from geomatch.decisions.words import money_text, state_text
from geomatch.documents.facts import DocumentFacts
from geomatch.plain import plain

__all__ = ["DecidedPair", "decided_pairs"]

_MONTHS_TOLD = 2


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """What is told of a pair with a decision by the end of the month.

    Attributes:
        state: State, period, day, decision maker, reference and longest agreement, in a sentence without its full stop.
        noted: That it must be renewed within `RENEWAL_DAYS` days, and which rules its row goes against; '' for neither.
        money: What was applied for, granted and paid in the last months given, newest last; '' where none is.
    """

    state: str
    noted: str
    money: str

    def text(self) -> str:
        """All of it as one text."""
        return " ".join(
            part for part in (f"{self.state}.", self.noted, self.money and f"{self.money}.") if part
        )


def decided_pairs(facts: DocumentFacts) -> dict[tuple[str, str], DecidedPair]:
    """What the registers that the month was made from say at its end, by pair; the county's pairs only."""
    county = facts.county
    if county.decided is None:
        return {}
    decisions, month = county.decided.decisions, county.month
    soon = {one.decision.pair: one for one in due(decisions, month, RENEWAL_DAYS)[0]}
    raised = flags(decisions, county.settings.rules)

    def told(one: PairState, money: list[Money]) -> DecidedPair:
        pair = one.from_code, one.to_code
        noted = [due_text(soon[pair])] if pair in soon else []
        return DecidedPair(
            plain(_upper(state_text(one))),
            plain(" ".join([*noted, *flag_texts(pair, raised)])),
            _upper("; ".join(money_text(given) for given in money[-_MONTHS_TOLD:])),
        )

    return {
        (one.from_code, one.to_code): told(
            one, money_of(county.decided.compensation, one.from_code, one.to_code, month)
        )
        for one in states(decisions, month)
        if county.county_code in {one.from_code[:2], one.to_code[:2]}
    }


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
