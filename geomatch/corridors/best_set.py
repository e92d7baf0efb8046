"""The new corridors that together serve most people, under a number or a budget, beside taking the best one each time.

Corridors complement and replace each other: two that lead to the same few places are worth one, and one may free the
places that another leads to. So the best set is not the best ones by themselves. It is found by a mixed integer
programme (`programme`) with the solver's bound, and never serves fewer than the greedy choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation
from geomatch.access.reach import HIGH, LOW
from geomatch.allocation.symmetry import Floats, Ints
from geomatch.corridors.chosen import exchanged, gain_of, one_at_a_time
from geomatch.corridors.gains import Gains, mended_gains
from geomatch.corridors.programme import Solution, least_fares, make_programme, solve
from geomatch.corridors.ways import good_returns

__all__ = ["WORK_LIMIT", "BestSet", "Chosen", "CorridorSet", "best_set"]

WORK_LIMIT = 100_000_000
"""Nodes of the solver's search times the size of its programme: a few minutes. A set not proved the best by then says so."""
_MILLI = 1000
_ENDS = (("low", LOW), ("high", HIGH))


@dataclass(frozen=True, slots=True)
class Chosen:
    """One corridor of a set.

    Attributes:
        from_code, to_code: Its municipalities.
        verdict: Of the table `corridors`.
        travel_best_min: Its best day return.
        gain_milli: At low and at high need, persons whom the set serves fewer without it.
        alone_milli: At low and at high need, persons whom it serves by itself, under a budget as many as it pays for.
    """

    from_code: str
    to_code: str
    verdict: str
    travel_best_min: float
    gain_milli: tuple[int, int]
    alone_milli: tuple[int, int]


@dataclass(frozen=True, slots=True)
class CorridorSet:
    """A set of corridors.

    Attributes:
        chosen: Its corridors, the one whose loss would cost most first.
        more_milli: At low and at high need, persons served by opening it; under a budget no more than it pays for.
        cost_sek: At low and at high need, the least fares a month of those who travel by its corridors with which so many
            are served.
    """

    chosen: tuple[Chosen, ...]
    more_milli: tuple[int, int]
    cost_sek: tuple[float, float]


@dataclass(frozen=True, slots=True)
class BestSet:
    """The best set beside the greedy one.

    Attributes:
        need: `low` or `high`: the end of need at which both were chosen.
        number, budget_sek: What was asked; None is no limit.
        candidates: How many corridors could be chosen.
        excluded: How many that are not open were left out, since the rules exclude everyone.
        best, greedy: The sets.
        most_milli: The solver's bound: no set serves more than this at that end.
        proved: Whether the best set is proved to be the best at that end.
        nodes: Nodes of the solver's search.
    """

    need: str
    number: int | None
    budget_sek: float | None
    candidates: int
    excluded: int
    best: CorridorSet
    greedy: CorridorSet
    most_milli: int
    proved: bool
    nodes: int


class _Month:
    """A month in which sets of closed corridors are tried."""

    def __init__(self, month: MonthAllocation, gains: Gains, corridors: pd.DataFrame) -> None:
        reach = month.reach
        self.gains, self.opened, self.count = gains, month.opened, len(reach.pairs)
        rows = corridors.set_index(["from_code", "to_code"])
        self.codes = [(reach.codes[o], reach.codes[d]) for o, d in reach.pairs]
        table = (
            rows.reindex(pd.MultiIndex.from_tuples(self.codes, names=rows.index.names))
            if self.codes
            else rows[:0]
        )
        self.verdict = table["verdict"].astype(str).tolist()
        self.best_min: Floats = table["travel_best_min"].to_numpy(dtype=float)
        # Also for those whom nobody gains by alone: a set may make them worth something.
        self.fares: Floats = _fares(month, self.codes)

    def solved(
        self, candidates: Ints, end: int, number: int | None, budget_sek: float | None, work_limit: int
    ) -> Solution:
        """The solver's choice among the candidates at one end of need."""
        programme = make_programme(self.gains.states(end), self.opened, candidates)
        kept = programme.candidates
        return solve(
            programme,
            self.best_min[kept],
            number=number,
            costs=self.fares[kept],
            budget_sek=budget_sek,
            work_limit=work_limit,
        )

    def served(self, corridors: Sequence[int], end: int, budget_sek: float | None) -> int:
        """Thousandths that opening all these serves at one end; under a budget, as many as it pays for.

        Without a budget the number is that of a flow in whole thousandths, not the solver's.
        """
        if budget_sek is None:
            return gain_of(self.gains.states(end), self.count, list(corridors))
        return round(self._with_fares(corridors, end, budget_sek)[0] * _MILLI)

    def cost(self, corridors: Sequence[int], end: int, budget_sek: float | None) -> float:
        """The least fares with which so many are served."""
        return self._with_fares(corridors, end, budget_sek)[1]

    def _with_fares(
        self, corridors: Sequence[int], end: int, budget_sek: float | None
    ) -> tuple[float, float]:
        few = np.array(sorted(corridors), dtype=np.int64)
        programme = make_programme(self.gains.states(end), self.opened, few)
        return least_fares(programme, self.fares[programme.candidates], budget_sek)

    def described(self, corridors: Sequence[int], budget_sek: float | None) -> CorridorSet:
        """The set with what it serves at both ends."""
        totals = [self.served(corridors, end, budget_sek) for _name, end in _ENDS]
        chosen = []
        for one in corridors:
            rest = [other for other in corridors if other != one]
            without = [self.served(rest, end, budget_sek) for _name, end in _ENDS]
            alone = [self.served([one], end, budget_sek) for _name, end in _ENDS]
            chosen.append(
                Chosen(
                    *self.codes[one],
                    verdict=self.verdict[one],
                    travel_best_min=float(self.best_min[one]),
                    gain_milli=(totals[0] - without[0], totals[1] - without[1]),
                    alone_milli=(alone[0], alone[1]),
                )
            )
        chosen.sort(key=lambda c: (-sum(c.gain_milli), c.travel_best_min, c.from_code, c.to_code))
        costs = [self.cost(corridors, end, budget_sek) for _name, end in _ENDS]
        return CorridorSet(tuple(chosen), (totals[0], totals[1]), (costs[0], costs[1]))


def _fares(month: MonthAllocation, codes: Sequence[tuple[str, str]]) -> Floats:
    """Per corridor, the fares a month of one person, kronor."""
    from geomatch.corridors.table import trips_a_month  # noqa: PLC0415  # that module is built on this package's others
    from geomatch.corridors.ways import ways_between  # noqa: PLC0415  # likewise

    number = {code: place for place, code in enumerate(month.reach.codes)}
    ways = ways_between(month.reach, month.settings)
    a_week = [ways[number[o], number[d]].best_sessions_per_week for o, d in codes]
    fare_sek = month.settings.corridors.fare_sek
    return np.array([trips_a_month(_MILLI, sessions) * fare_sek for sessions in a_week], dtype=float)


def best_set(
    month: MonthAllocation,
    corridors: pd.DataFrame,
    *,
    number: int | None = None,
    budget_sek: float | None = None,
    need: str = "low",
    county: str | None = None,
    work_limit: int = WORK_LIMIT,
) -> BestSet:
    """The corridors that serve most people on top of those in use, beside the greedy choice (METHOD 7).

    Candidates are corridors that are not in use and that the rules do not exclude. A set is worth what the allocation
    serves with it less what it serves without (steps 1 and 2). Its fares are those of the people who travel by its
    corridors, each for the sessions of the corridor's best day return; under a budget, as many travel as it pays for.
    Of sets that serve equally many, the one with the shorter best day returns in sum is taken.

    Args:
        month: The month's allocation.
        corridors: CORRIDORS of the month, for verdicts.
        number: How many corridors at the most.
        budget_sek: Kronor a month at the most.
        need: The end of need at which the set is chosen: `low`, where nobody is counted who may not be there, or `high`.
        county: Only corridors that begin in this county, two digits.
        work_limit: When the solver's search ends without a proof (WORK_LIMIT).

    Raises:
        ValueError: Neither a number nor a budget is given, or `need` is neither end.
    """
    ends: Mapping[str, int] = dict(_ENDS)
    if need not in ends or (number is None and budget_sek is None):
        raise ValueError("best_set wants a number or a budget, and low or high need")
    gains = mended_gains(month.reach, month.opened, good_returns(month.reach, month.settings))
    tried = _Month(month, gains, corridors)
    closed = [
        one
        for one in range(tried.count)
        if not month.opened[one] and (county is None or tried.codes[one][0][:2] == county)
    ]
    allowed = [one for one in closed if tried.verdict[one] != "outside_policy"]
    candidates, end = np.array(allowed, dtype=np.int64), ends[need]
    greedy = one_at_a_time(
        gains.states(end), tried.count, candidates, tried.best_min, number, tried.fares, budget_sek
    )
    solution = tried.solved(candidates, end, number, budget_sek, work_limit)
    chosen = solution.chosen
    if budget_sek is None:
        # What the solver calls equal may not be by a thousandth, nor in minutes.
        start = max((chosen, tuple(greedy)), key=lambda one: tried.served(one, end, None))
        chosen = tuple(exchanged(gains.states(end), tried.count, start, candidates, tried.best_min))
    best_value, greedy_value = (tried.served(one, end, budget_sek) for one in (chosen, greedy))
    if best_value < greedy_value:
        chosen = tuple(greedy)
    return BestSet(
        need=need,
        number=number,
        budget_sek=budget_sek,
        candidates=len(candidates),
        excluded=len(closed) - len(candidates),
        best=tried.described(chosen, budget_sek),
        greedy=tried.described(greedy, budget_sek),
        most_milli=max(round(solution.most * _MILLI), best_value, greedy_value),
        proved=solution.proved,
        nodes=solution.nodes,
    )
