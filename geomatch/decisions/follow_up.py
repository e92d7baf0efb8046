"""What became of the approved corridors of a month: who could use them, what was paid, and which nobody can use now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geomatch.access.reach import BARRED, FREE, HIGH, LOW, Reach, build_reach
from geomatch.barred import entitled_by_rules
from geomatch.decisions.gather import Gathered, gathered
from geomatch.decisions.impossible import Impossible, MonthSide, impossible_pairs
from geomatch.decisions.money import Money, by_residence, money_of
from geomatch.decisions.state import PairState, states
from geomatch.tables import ALL
from geomatch.workspace import Workspace

__all__ = ["FollowUp", "Followed", "could_use", "follow_up"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Followed:
    """One corridor that was open in the month.

    Attributes:
        state: What was decided.
        could_low_milli, could_high_milli: Thousandths of persons who have the right to travel and a day return to a
            suitable activity there that no verified rule bars; None where the month was not computed for their county.
        barred: Somebody has a day return there, and verified rules bar it for everybody.
        money: Months up to this one.
        impossible: Why nobody can use it any more; None where somebody can, or where nobody could before either.
    """

    state: PairState
    could_low_milli: int | None
    could_high_milli: int | None
    money: tuple[Money, ...]
    impossible: Impossible | None
    barred: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The approved corridors of a month.

    Attributes:
        month: YYYY-MM.
        county: Two digits; None for all.
        before: The computed month that it was laid beside; '' where there is none for the same county.
        corridors: By pair.
        residence: What is given by municipality of residence only, by code.
        without_corridor: What is given of the month for pairs that were not open in it.
        sources: The registers and the compensation.
        synthetic: Something is made up.
    """

    month: str
    county: str | None
    before: str
    corridors: tuple[Followed, ...]
    residence: dict[str, tuple[Money, ...]]
    without_corridor: dict[tuple[str, str], Money]
    sources: Gathered
    synthetic: bool


def could_use(reach: Reach) -> dict[tuple[str, str], tuple[int, int]]:
    """Thousandths of persons, at low and high need and share, who could use each corridor that anybody could use.

    Counted are those with the right to travel in whose row some series of the other municipality can be reached and
    suits, by a journey that no verified rule bars; at the low end only those whom it surely suits and who surely are not
    of a barred group. Places are not looked at. Who can walk needs no corridor. A corridor that is barred for everybody
    is there with 0.
    """
    found = {}
    by_rule = reach.use_barred()
    for number, (origin, goal) in enumerate(reach.pairs):
        uses = (reach.use_pair == number) & (by_rule != BARRED)
        surely = np.unique(reach.use_row[uses & ~reach.use_generous & (by_rule == FREE)])
        perhaps = np.unique(reach.use_row[uses])
        found[reach.codes[origin], reach.codes[goal]] = (
            int(reach.entitled[LOW, LOW][surely].sum()),
            int(reach.entitled[HIGH, HIGH][perhaps].sum()),
        )
    return found


def _barred_pairs(reach: Reach) -> set[tuple[str, str]]:
    """The corridors by which somebody has a day return, all of them barred by verified rules."""
    free = set(reach.use_pair[reach.use_barred() != BARRED].tolist())
    return {
        (reach.codes[origin], reach.codes[goal])
        for number, (origin, goal) in enumerate(reach.pairs)
        if number not in free
    }


def follow_up(
    workspace: Workspace, month: str, county: str | None = None, progress: Progress = lambda *_: None
) -> FollowUp:
    """Follow up the corridors that were open in a computed month, with the files that it was made from.

    Compensation is what the workspace has today: it comes later than the month.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        county: Corridors that begin or end in this county only; None takes what the month was computed for.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: The month is not computed, or a file of it is gone.
    """
    after = MonthSide(workspace, month)
    chosen = county or after.county
    decided = gathered(workspace, [one for one in after.used if one.kind == "corridors"])
    given = gathered(workspace, [one for one in workspace.inputs() if one.kind == "travel_compensation"])
    sources = Gathered(
        decided.decisions,
        given.compensation,
        decided.synthetic or given.synthetic,
        decided.registers,
        given.files,
    )
    followed = [
        one
        for one in states(decided.decisions, month)
        if one.open_in_month and (chosen is None or chosen in {one.from_code[:2], one.to_code[:2]})
    ]
    points, need = workspace.read_table(month, "points"), workspace.read_table(month, "need")
    entitled = entitled_by_rules(points, need, after.settings, month)
    reach = build_reach(points, after.activities, after.day_returns, after.settings, month, entitled)
    users, barred = could_use(reach), _barred_pairs(reach)
    before = _earlier(workspace, after)
    gone: dict[tuple[str, str], Impossible] = {}
    if before is not None:
        both = [
            (one.from_code, one.to_code)
            for one in followed
            if before.county in (None, one.from_code[:2]) and after.county in (None, one.from_code[:2])
        ]
        gone = impossible_pairs(before, after, both, lambda done, total: progress("", done, total))
    corridors = []
    for one in followed:
        pair = one.from_code, one.to_code
        known = after.county in (None, one.from_code[:2])
        low, high = users.get(pair, (0, 0)) if known else (None, None)
        money = tuple(money_of(given.compensation, *pair, month))
        corridors.append(Followed(one, low, high, money, gone.get(pair), pair in barred))
    told = given.compensation[given.compensation["month"] <= month]
    homes = sorted(set(told.loc[told["to_code"] == ALL, "from_code"]))
    residence = {
        str(code): tuple(by_residence(given.compensation, code, month))
        for code in homes
        if chosen in {None, code[:2]}
    }
    open_pairs = {(one.from_code, one.to_code) for one in followed}
    others = {
        (str(origin), str(goal))
        for at, origin, goal in zip(told["month"], told["from_code"], told["to_code"], strict=True)
        if at == month and goal != ALL and chosen in {None, origin[:2], goal[:2]}
    }
    without = {pair: money_of(given.compensation, *pair, month)[-1] for pair in sorted(others - open_pairs)}
    return FollowUp(
        month,
        chosen,
        before.month if before is not None else "",
        tuple(corridors),
        residence,
        without,
        sources,
        sources.synthetic or bool(after.manifest["synthetic"]),
    )


def _earlier(workspace: Workspace, after: MonthSide) -> MonthSide | None:
    """The last computed month before, of the same county or of all; None without one."""
    months = sorted(
        path.parent.name
        for path in (workspace.folder / "months").glob("[0-9]*-[0-9]*/manifest.json")
        if path.parent.name < after.month
    )
    for month in reversed(months):
        side = MonthSide(workspace, month)
        if side.county in (None, after.county):
            return side
    return None
