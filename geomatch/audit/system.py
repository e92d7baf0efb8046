"""Whole numbers that are not known, and the rows that bind them: what can be derived of each, exactly.

A row says that a sum of unknowns, each times a whole number, lies between two whole numbers. Bounds are passed on from
row to row; that is exact where the rows of a part, seen as a graph, make no circle and all factors are 1 or -1. Every
other part is solved as an integer programme (HiGHS through `scipy.optimize.milp`), and each solution is verified in
whole numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["INFINITE", "Conflict", "Row", "System"]

# Larger than any sum of persons; an end that is not bounded.
INFINITE = 10**12
# Bounds that are passed on for so long go round in a circle, one person at a time: the programme solves those.
_MOST_UPDATES = 60


@dataclass(frozen=True, slots=True)
class Row:
    """`low <= sum of factors times unknowns <= high`.

    Attributes:
        unknowns: Numbers of the unknowns, each once.
        factors: One for each, whole and not 0.
        low, high: Ends; -INFINITE and INFINITE for none.
        tag: What says so: 0 for the agency's workbooks, -1 for the program's own rules, from 1 a published figure.
    """

    unknowns: tuple[int, ...]
    factors: tuple[int, ...]
    low: int
    high: int
    tag: int = 0


class Conflict(Exception):  # noqa: N818  no error of anybody's: an answer
    """The rows cannot all hold. `row` is the one at which it was seen."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@dataclass(slots=True)
class System:
    """Unknowns with their first bounds, and rows.

    Attributes:
        low, high: Per unknown.
        rows: The rows.
        at: Per unknown, the numbers of the rows that it is in.
    """

    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    at: list[list[int]] = field(default_factory=list)

    def unknown(self, low: int = 0, high: int = INFINITE) -> int:
        """A new unknown; its number."""
        self.low.append(low)
        self.high.append(high)
        self.at.append([])
        return len(self.low) - 1

    def row(self, terms: Iterable[tuple[int, int]], low: int, high: int, tag: int = 0) -> int:
        """A new row of (unknown, factor); its number."""
        factors: dict[int, int] = {}
        for unknown, factor in terms:
            factors[unknown] = factors.get(unknown, 0) + factor
        kept = {unknown: factor for unknown, factor in factors.items() if factor}
        self.rows.append(Row(tuple(kept), tuple(kept.values()), low, high, tag))
        for unknown in kept:
            self.at[unknown].append(len(self.rows) - 1)
        return len(self.rows) - 1

    def part(self, unknowns: Iterable[int], rows: Iterable[int]) -> tuple[System, dict[int, int]]:
        """The system of some rows and unknowns, with their first bounds, and the number of each unknown in it."""
        made = System()
        place: dict[int, int] = {}
        for unknown in unknowns:
            if unknown not in place:
                place[unknown] = made.unknown(self.low[unknown], self.high[unknown])
        for number in rows:
            row = self.rows[number]
            for unknown in row.unknowns:
                if unknown not in place:
                    place[unknown] = made.unknown(self.low[unknown], self.high[unknown])
            made.row(
                ((place[u], f) for u, f in zip(row.unknowns, row.factors, strict=True)),
                row.low,
                row.high,
                row.tag,
            )
        return made, place


@dataclass(slots=True)
class Bounds:
    """Bounds of every unknown as rows pass them on, and which row said each.

    Attributes:
        system: The system.
        low, high: Per unknown; no solution lies outside.
        settled: Whether nothing more can be passed on.
        said: Per unknown and end, (step, row) of each change, in order; empty unless asked for.
    """

    system: System
    low: list[int]
    high: list[int]
    settled: bool = True
    steps: int = 0
    said: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)
    _updates: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, system: System) -> Bounds:
        """The first bounds."""
        return cls(system, list(system.low), list(system.high))

    def copy(self) -> Bounds:
        """The same, to go on from."""
        return Bounds(
            self.system,
            list(self.low),
            list(self.high),
            self.settled,
            self.steps,
            {key: list(value) for key, value in self.said.items()},
        )

    def activity(self, row: Row) -> tuple[int, int]:
        """Least and most that the sum of a row can be; beyond INFINITE where it has no end."""
        least = most = 0
        low, high = self.low, self.high
        for unknown, factor in zip(row.unknowns, row.factors, strict=True):
            if factor > 0:
                least += factor * low[unknown]
                most += factor * high[unknown]
            else:
                least += factor * high[unknown]
                most += factor * low[unknown]
        return least, most

    def implied(self, row: Row) -> bool:
        """Whether the bounds say what the row says."""
        least, most = self.activity(row)
        return (row.low <= -INFINITE or least >= row.low) and (row.high >= INFINITE or most <= row.high)

    def spread(self, rows: Iterable[int], first: Iterable[int] | None = None) -> None:
        """Pass bounds on until nothing changes.

        Args:
            rows: Those that hold.
            first: Those of them to begin with, where the others have nothing more to say yet; None for all.

        Raises:
            Conflict: No whole numbers satisfy the rows.
        """
        use = set(rows)
        queue = deque(sorted(use if first is None else first))
        waiting = set(queue)
        while queue:
            number = queue.popleft()
            waiting.discard(number)
            for unknown in self._pass(number):
                self._updates[unknown] = self._updates.get(unknown, 0) + 1
                if self._updates[unknown] > _MOST_UPDATES:
                    self.settled = False
                    continue
                for other in self.system.at[unknown]:
                    if other in use and other not in waiting:
                        waiting.add(other)
                        queue.append(other)

    def _pass(self, number: int) -> list[int]:
        """Narrow the unknowns of one row; those that changed."""
        row = self.system.rows[number]
        low, high = self.low, self.high
        least, most = self.activity(row)
        if (least > row.high and row.high < INFINITE) or (most < row.low and row.low > -INFINITE):
            raise Conflict(number)
        below, above = row.high < INFINITE, row.low > -INFINITE
        changed = []
        for unknown, factor in zip(row.unknowns, row.factors, strict=True):
            was_low, was_high = low[unknown], high[unknown]
            if was_low == was_high:
                continue
            if factor > 0:
                most_of = (row.high - (least - factor * was_low)) // factor if below else INFINITE
                least_of = -((most - factor * was_high - row.low) // factor) if above else -INFINITE
            else:
                # factor * unknown <= row.high - least of the others, and turned round.
                least_of = -((row.high - (least - factor * was_high)) // -factor) if below else -INFINITE
                most_of = (most - factor * was_low - row.low) // -factor if above else INFINITE
            new_low, new_high = max(was_low, least_of), min(was_high, most_of)
            if new_low > new_high:
                raise Conflict(number)
            if new_low != was_low or new_high != was_high:
                self.steps += 1
                if new_low != was_low:
                    self.said.setdefault((unknown, 0), []).append((self.steps, number))
                if new_high != was_high:
                    self.said.setdefault((unknown, 1), []).append((self.steps, number))
                low[unknown], high[unknown] = new_low, new_high
                changed.append(unknown)
                least, most = (
                    self.activity(row)
                    if len(row.unknowns) < 4
                    else self._moved((least, most), factor, (was_low, was_high), (new_low, new_high))
                )
        return changed

    @staticmethod
    def _moved(
        ends: tuple[int, int], factor: int, was: tuple[int, int], new: tuple[int, int]
    ) -> tuple[int, int]:
        if factor > 0:
            return ends[0] + factor * (new[0] - was[0]), ends[1] + factor * (new[1] - was[1])
        return ends[0] + factor * (new[1] - was[1]), ends[1] + factor * (new[0] - was[0])

    def reasons(self, starts: Iterable[tuple[int, int]]) -> set[int]:
        """The rows that bounds were derived through.

        Args:
            starts: (unknown, 0 for its low and 1 for its high end).
        """
        found: set[int] = set()
        seen: set[tuple[int, int, int]] = set()
        todo = [(unknown, end, self.steps + 1) for unknown, end in starts]
        while todo:
            unknown, end, before = todo.pop()
            history = self.said.get((unknown, end), [])
            place = bisect_left(history, (before, -1)) - 1
            if place < 0:
                continue
            step, number = history[place]
            if (unknown, end, step) in seen:
                continue
            seen.add((unknown, end, step))
            found.add(number)
            row = self.system.rows[number]
            own = row.factors[row.unknowns.index(unknown)]
            for other, factor in zip(row.unknowns, row.factors, strict=True):
                # The high end of a part comes of the low ends of the others, where the factors' signs agree.
                needed = (end == 0) == ((factor > 0) == (own > 0))
                if other != unknown:
                    todo.append((other, int(needed), step))
                else:
                    # What it was before, where this row narrowed it again.
                    todo.append((other, end, step))
        return found


def components(bounds: Bounds, rows: Iterable[int]) -> list[tuple[list[int], list[int]]]:
    """Parts of the system that have nothing to do with one another: (unknowns, rows) of each, fixed ones left out.

    Rows that the bounds imply bind nothing and join nothing.
    """
    system, low, high = bounds.system, bounds.low, bounds.high
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    kept: list[tuple[int, int]] = []
    for number in rows:
        row = system.rows[number]
        open_ones = [u for u in row.unknowns if low[u] != high[u]]
        if not open_ones or bounds.implied(row):
            continue
        for unknown in open_ones:
            parent.setdefault(unknown, unknown)
        first = root(open_ones[0])
        for unknown in open_ones[1:]:
            parent[root(unknown)] = first
        kept.append((number, open_ones[0]))
    unknowns: dict[int, list[int]] = {}
    for unknown in sorted(parent):
        unknowns.setdefault(root(unknown), []).append(unknown)
    own: dict[int, list[int]] = {one: [] for one in unknowns}
    for number, unknown in kept:
        own[root(unknown)].append(number)
    return [(unknowns[one], own[one]) for one in unknowns]


def without_circles(bounds: Bounds, unknowns: Sequence[int], rows: Sequence[int]) -> bool:
    """Whether bounds passed on are exact in a part: its graph has no circle, all factors are 1 or -1, it is settled."""
    if not bounds.settled:
        return False
    edges = 0
    for number in rows:
        row = bounds.system.rows[number]
        for unknown, factor in zip(row.unknowns, row.factors, strict=True):
            if bounds.low[unknown] != bounds.high[unknown]:
                edges += 1
                if abs(factor) != 1:
                    return False
    # Parts are connected: a tree has one edge less than it has nodes.
    return edges == len(unknowns) + len(rows) - 1
