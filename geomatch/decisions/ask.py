"""What `geomatch decisions` answers: each function gives the facts for --json and the lines for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geomatch.asked import check_asked
from geomatch.decisions.flags import Flag, flag_text, flags
from geomatch.decisions.follow_up import Followed, follow_up
from geomatch.decisions.gather import gathered
from geomatch.decisions.money import Money, money_of
from geomatch.decisions.state import PairState, due, states
from geomatch.decisions.words import due_lines, follow_up_lines, impossible_text, list_lines, lost_text
from geomatch.rules import FOLDER, read_book
from geomatch.sources.corridor_effect import Decision
from geomatch.sources.regions import municipalities
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["Told", "ask_due", "ask_follow_up", "ask_list"]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: plain values, lines, what is said beside them, and whether anything is made up."""

    facts: dict[str, Any]
    lines: list[str]
    notes: list[str]
    synthetic: bool


def _names() -> dict[str, str]:
    table = municipalities()
    return dict(zip(table["municipality_code"], table["name"].astype(str), strict=True))


def _touches(county: str | None, one: Decision | PairState) -> bool:
    return county is None or county in {one.from_code[:2], one.to_code[:2]}


def _notes(registers: int, files: int) -> list[str]:
    notes = [] if registers else [_("There is no register of open corridors: none is taken to be open.")]
    if not files:
        notes.append(_("Migrationsverket's travel compensation (applied for, granted, paid) is not given."))
    return notes


def _state_facts(one: PairState, names: dict[str, str]) -> dict[str, Any]:
    decision = one.decision
    return {
        "from_code": one.from_code,
        "from": names[one.from_code],
        "to_code": one.to_code,
        "to": names[one.to_code],
        "state": one.state,
        "first_day": one.first,
        "last_day": one.last,
        "since": one.since,
        "open_in_month": one.open_in_month,
        "decided_on": decision.decided_on,
        "decided_by": decision.decided_by,
        "reference": decision.reference,
        "agreement_months": decision.agreement_months or None,
        "file": decision.file,
        "row": decision.row,
    }


def _flag_facts(flag: Flag) -> dict[str, Any]:
    return {
        "code": flag.code,
        "status": flag.status,
        "file": flag.decision.file,
        "row": flag.decision.row,
        "text": flag_text(flag),
    }


def _of_month(money: Sequence[Money], month: str) -> Money | None:
    return money[-1] if money and money[-1].month == month else None


def ask_list(workspace: Workspace, month: str, county: str | None = None) -> Told:
    """The state of each pair at the end of a month, with what was paid in it. The month need not be computed.

    Raises:
        InputError: No such month or county; a register or a file of compensation is wrong.
    """
    check_asked(month, county)
    found = gathered(workspace)
    names = _names()
    told = [one for one in states(found.decisions, month) if _touches(county, one)]
    raised = flags(found.decisions, read_book(workspace.folder / FOLDER))
    money = {
        (one.from_code, one.to_code): of_month
        for one in told
        if (of_month := _of_month(money_of(found.compensation, one.from_code, one.to_code, month), month))
    }
    rows = []
    for one in told:
        pair = one.from_code, one.to_code
        given = money.get(pair)
        rows.append(
            {
                **_state_facts(one, names),
                "compensation": given.as_dict() if given else None,
                "flags": [_flag_facts(flag) for flag in raised if flag.decision.pair == pair],
            }
        )
    facts = {"internal": True, "synthetic": found.synthetic, "month": month, "county": county, "pairs": rows}
    lines = list_lines(month, told, money, raised, names)
    return Told(facts, lines, _notes(found.registers, found.files), found.synthetic)


def ask_due(workspace: Workspace, month: str, days: int, county: str | None = None) -> Told:
    """The corridors whose last day comes within `days` days after the end of a month (`due`).

    Raises:
        InputError: As `ask_list`.
    """
    check_asked(month, county)
    found = gathered(workspace)
    names = _names()
    wanted = [one for one in found.decisions if _touches(county, one)]
    told, renewed = due(wanted, month, days)
    rows = [
        {
            **asdict(one.decision),
            "from": names[one.decision.from_code],
            "to": names[one.decision.to_code],
            "last_day": one.last,
            "days_left": one.days_left,
        }
        for one in told
    ]
    facts = {
        "internal": True,
        "synthetic": found.synthetic,
        "month": month,
        "county": county,
        "days": days,
        "due": rows,
        "renewed": renewed,
    }
    notes = _notes(found.registers, 1)
    return Told(facts, due_lines(month, days, told, renewed, names), notes, found.synthetic)


def _followed_facts(one: Followed, names: dict[str, str]) -> dict[str, Any]:
    gone = one.impossible
    return {
        **_state_facts(one.state, names),
        "could_use_low": None if one.could_low_milli is None else one.could_low_milli / 1000,
        "could_use_high": None if one.could_high_milli is None else one.could_high_milli / 1000,
        "barred_by_rules": one.barred,
        "compensation": [money.as_dict() for money in one.money],
        "impossible": None
        if gone is None
        else {
            **gone.as_dict(),
            "text": impossible_text(gone),
            "vanished": [lost_text(trip) for trip in gone.lost],
        },
    }


def ask_follow_up(
    workspace: Workspace,
    month: str,
    county: str | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Told:
    """What became of the corridors that were open in a computed month (`follow_up`).

    Raises:
        InputError: As `follow_up`; no such month or county.
    """
    check_asked(month, county)
    found = follow_up(workspace, month, county, progress)
    names = _names()
    facts = {
        "internal": True,
        "synthetic": found.synthetic,
        "month": month,
        "county": found.county,
        "before": found.before or None,
        "corridors": [_followed_facts(one, names) for one in found.corridors],
        "without_corridor": [
            {"from_code": origin, "to_code": goal, **one.as_dict()}
            for (origin, goal), one in found.without_corridor.items()
        ],
        "by_residence": {code: [one.as_dict() for one in rows] for code, rows in found.residence.items()},
    }
    notes = _notes(found.sources.registers, found.sources.files)
    return Told(facts, follow_up_lines(found, names), notes, found.synthetic)
