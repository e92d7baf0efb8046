"""Sets of corridors on one flow: what opening several serves, and choosing the best one each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.augment import new_log, undo
from geomatch.corridors.flow import labels
from geomatch.corridors.states import States
from geomatch.corridors.trials import open_one, shut_one, try_one

__all__ = ["exchanged", "gain_of", "gains_on_top", "one_at_a_time"]


@dataclass(slots=True)
class _Opened:
    """Corridors opened one after the other on a flow; `close` puts it back."""

    states: States
    count: int
    numbers: list[int]
    log: Ints
    used: int
    labels: tuple[Bools, Bools]

    def add(self, number: int) -> int:
        """Open one more; thousandths that it brings."""
        brought, self.log, self.used = open_one(
            self.states.flow, number, self.count, *self.labels, self.log, self.used
        )
        self.numbers.append(number)
        self.labels = labels(self.states.flow)
        return int(brought)

    def close(self) -> None:
        """Put the flow back as it was."""
        undo(self.states.flow, self.log, self.used, 0)
        for number in reversed(self.numbers):
            shut_one(self.states.flow, number, self.count)


def _start(states: States, count: int) -> _Opened:
    return _Opened(states, count, [], new_log(), 0, states.enter())


def gain_of(states: States, count: int, corridors: Sequence[int]) -> int:
    """Thousandths of persons that closed corridors bring together.

    Args:
        states: A single state.
        count: How many corridors there are.
        corridors: Numbers of those to open.
    """
    opened = _start(states, count)
    total = sum(opened.add(number) for number in corridors)
    opened.close()
    return total


def gains_on_top(states: States, count: int, corridors: Sequence[int], candidates: Ints) -> Ints:
    """What each candidate would bring with `corridors` open; one of those brings nothing more."""
    opened = _start(states, count)
    for number in corridors:
        opened.add(number)
    # Opening one twice would make rings of the lists of arcs.
    found = [
        0 if one in corridors else try_one(states.flow, one, count, *opened.labels)
        for one in candidates.tolist()
    ]
    opened.close()
    return np.array(found, dtype=np.int64)


def one_at_a_time(
    states: States,
    count: int,
    candidates: Ints,
    best_min: Floats,
    number: int | None,
    costs: Floats,
    budget_sek: float | None,
) -> list[int]:
    """The corridor that brings most, then the one that brings most on top of it, and so on.

    Under a budget, what a corridor brings is no more than what is left pays for, and each one counts as what it brings
    when it is taken. Of equals the one with the shorter best day return is taken; what is equal in that too is told
    apart by its number.

    Args:
        states: A single state.
        count: How many corridors there are.
        candidates: Numbers of closed corridors to choose from.
        best_min: Per corridor, its best day return.
        number: How many at the most; None is any number.
        costs: Per corridor, fares a month for one person, kronor.
        budget_sek: What may be spent a month; None is any sum.
    """
    opened, rest = _start(states, count), candidates[np.lexsort((candidates, best_min[candidates]))]
    left_sek = np.inf if budget_sek is None else budget_sek
    chosen: list[int] = []
    while len(rest) and (number is None or len(chosen) < number):
        brings = np.array(
            [try_one(states.flow, one, count, *opened.labels) for one in rest.tolist()], dtype=np.float64
        )
        with np.errstate(divide="ignore"):
            paid = np.where(costs[rest] > 0, 1000 * left_sek / costs[rest], np.inf)
        brings = np.minimum(brings, paid)
        # The first of the greatest: the candidates are in order of their best day return.
        best = int(np.argmax(np.floor(brings)))
        if brings[best] < 1:
            break
        one = int(rest[best])
        left_sek -= brings[best] / 1000 * costs[one]
        opened.add(one)
        chosen.append(one)
        rest = np.delete(rest, best)
    opened.close()
    return chosen


def exchanged(
    states: States, count: int, chosen: Sequence[int], candidates: Ints, best_min: Floats
) -> list[int]:
    """The set after exchanging one corridor for another as long as that serves more, or as many by shorter ways.

    A corridor without which as many are served is left out.

    Args:
        states: A single state.
        count: How many corridors there are.
        chosen: Numbers of the set.
        candidates: Numbers of closed corridors to choose from, with those of the set.
        best_min: Per corridor, its best day return.
    """
    order = candidates[np.lexsort((candidates, best_min[candidates]))]
    current = list(chosen)
    moved = True
    while moved:
        moved = False
        for one in current:
            rest = [other for other in current if other != one]
            brings = gains_on_top(states, count, rest, order)
            best = int(order[int(np.argmax(brings))])
            mine = int(brings[int(np.flatnonzero(order == one)[0])])
            if mine == 0 and brings.max() == 0:
                current, moved = rest, True
            elif brings.max() > mine or best_min[best] < best_min[one]:
                current, moved = [*rest, best], True
    return current
