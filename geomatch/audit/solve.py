"""Least and most of unknowns in one part of a system, as integer programmes. Solutions found on the way are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from geomatch.audit.search import least_cost
from geomatch.audit.system import INFINITE, Bounds, Conflict, without_circles

__all__ = ["Part"]

# More persons than can be enrolled: what reaches it has no end.
_LARGE = 2_000_000
# HiGHS, through scipy: the programme is infeasible.
_NO_SOLUTION = 2


class Part:
    """One part of a system, as `components` gives it, with what has been found out about it.

    Attributes:
        least, most: Per unknown, ends that some solution reaches.
    """

    def __init__(self, bounds: Bounds, unknowns: Sequence[int], rows: Sequence[int]) -> None:
        self.bounds = bounds
        self.unknowns, self.rows = list(unknowns), list(rows)
        self.place = {unknown: number for number, unknown in enumerate(self.unknowns)}
        self.exact = without_circles(bounds, unknowns, rows)
        self.least = [INFINITE] * len(self.unknowns)
        self.most = [-INFINITE] * len(self.unknowns)
        self.solved = 0
        self._programme: tuple[LinearConstraint | None, Box] | None = None

    def _made(self) -> tuple[LinearConstraint | None, Box]:
        if self._programme is None:
            bounds = self.bounds
            data, at_row, at_column, low, high = [], [], [], [], []
            for line, number in enumerate(self.rows):
                row = bounds.system.rows[number]
                fixed = 0
                for unknown, factor in zip(row.unknowns, row.factors, strict=True):
                    if unknown in self.place:
                        data.append(factor)
                        at_row.append(line)
                        at_column.append(self.place[unknown])
                    else:
                        fixed += factor * bounds.low[unknown]
                low.append(row.low - fixed if row.low > -INFINITE else -np.inf)
                high.append(row.high - fixed if row.high < INFINITE else np.inf)
            matrix = csr_array(
                (np.array(data, float), (at_row, at_column)), shape=(len(self.rows), len(self.unknowns))
            )
            box = Box(
                np.array([float(bounds.low[u]) for u in self.unknowns]),
                np.array([float(min(bounds.high[u], _LARGE)) for u in self.unknowns]),
            )
            self._programme = (LinearConstraint(matrix, low, high) if self.rows else None, box)
        return self._programme

    def solve(self, costs: Mapping[int, int]) -> list[int]:
        """A solution of least cost; what it shows is kept. An end that is not bounded is at `_LARGE`.

        Args:
            costs: Per unknown.

        Raises:
            Conflict: There is no solution.
        """
        rows, box = self._made()
        cost = np.zeros(len(self.unknowns))
        for unknown, factor in costs.items():
            cost[self.place[unknown]] = factor
        self.solved += 1
        found = milp(
            cost,
            integrality=np.ones(len(self.unknowns)),
            bounds=box,
            constraints=[rows] if rows is not None else [],
            options={"mip_rel_gap": 0.0},
        )
        if found.status == _NO_SOLUTION:
            raise Conflict(self.rows[0] if self.rows else -1)
        solution = [round(value) for value in found.x] if found.x is not None else []
        if not solution or not self._holds(solution):
            solution = least_cost(self.bounds, self.unknowns, self.rows, costs, _LARGE)
        for number, value in enumerate(solution):
            self.least[number] = min(self.least[number], value)
            self.most[number] = max(self.most[number], value)
        return solution

    def _holds(self, solution: Sequence[int]) -> bool:
        """Whether whole numbers satisfy the part, in whole numbers: the solver computes with others."""
        bounds = self.bounds
        for unknown, value in zip(self.unknowns, solution, strict=True):
            if not bounds.low[unknown] <= value <= bounds.high[unknown]:
                return False
        for number in self.rows:
            row = bounds.system.rows[number]
            total = sum(
                factor * (solution[self.place[u]] if u in self.place else bounds.low[u])
                for u, factor in zip(row.unknowns, row.factors, strict=True)
            )
            if not row.low <= total <= row.high:
                return False
        return True

    def feasible(self) -> bool:
        """Whether there is any solution."""
        if self.exact or self.least[:1] != [INFINITE]:
            return True
        try:
            self.solve({})
        except Conflict:
            return False
        return True

    def known_least(self, unknown: int) -> int:
        """The least of an unknown that some solution has shown, or passing bounds on where that is exact."""
        return self.bounds.low[unknown] if self.exact else self.least[self.place[unknown]]

    def known_most(self, unknown: int) -> int:
        """As `known_least`, the most."""
        return self.bounds.high[unknown] if self.exact else self.most[self.place[unknown]]

    def minimum(self, unknown: int) -> int:
        """The least that an unknown can be. Raises Conflict where there is no solution."""
        return self._end(unknown, 1)

    def maximum(self, unknown: int) -> int:
        """The most that an unknown can be; INFINITE without end. Raises Conflict where there is no solution."""
        return self._end(unknown, -1)

    def _end(self, unknown: int, factor: int) -> int:
        outer = self.bounds.low[unknown] if factor > 0 else self.bounds.high[unknown]
        number = self.place.get(unknown)
        if number is None or self.exact:
            return outer
        seen = self.least[number] if factor > 0 else self.most[number]
        if seen == outer:
            return outer
        found = self.solve({unknown: factor})
        return found[number] if found[number] < _LARGE else INFINITE

    def reach(self, wanted: Mapping[int, int], *, below: bool) -> None:
        """Look for solutions that bring many unknowns to a value at once, so that few are asked for one by one.

        Args:
            wanted: Per unknown, the value; what has been reached already is left aside.
            below: Whether at most the value is wanted, or at least.
        """
        if self.exact:
            return

        def is_open(unknown: int) -> bool:
            number = self.place[unknown]
            return self.least[number] > wanted[unknown] if below else self.most[number] < wanted[unknown]

        left = [unknown for unknown in wanted if unknown in self.place and is_open(unknown)]
        while len(left) > 1:
            self.solve(dict.fromkeys(left, 1 if below else -1))
            still = [unknown for unknown in left if is_open(unknown)]
            if len(still) == len(left):
                return
            left = still
