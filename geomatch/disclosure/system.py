"""Published figures of persons as a linear system: what hangs together with what, and what of it anybody knows.

The suppressor's own view. `geomatch.audit` writes another one from the published files, with no line in common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

__all__ = ["Bounds", "Figure", "Sum", "System"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a table, shown or withheld as a whole.

    Attributes:
        name: What it is, for messages: area, figure.
        ends: The numbers (positions in `System`) of its lower and upper end; the same where it is one count.
        weight: What is lost when it is withheld.
        small: It is a small count, or one that the source withholds: it is withheld, and must keep what is wanted.
        stays: It was withheld before, and stays so: shown now, it would give away what it was withheld for.
        rounded: It is shown as rounded, and may be a small count then: also so it must keep what is wanted.
        wanted: The counts that an outsider must go on thinking possible once it is withheld: first and last.
    """

    name: tuple[str, str]
    ends: tuple[int, int]
    weight: float
    small: bool
    wanted: tuple[int, int]
    stays: bool = False
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """Numbers that add up: to `total` where `whole`, else to no more than that."""

    total: int
    parts: tuple[int, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class System:
    """Every number of persons that is to be published of a month, shown or not.

    Attributes:
        value: The numbers themselves; persons, whole.
        low, high: Between what they lie as anybody knows without a word from us.
        shown_low, shown_high: Between what they lie when the figure is shown: twice the number itself, unless figures are
            rounded.
        seen_low, seen_high: Between what they lie by what was published before and still holds, also when they are
            withheld now.
        figures: Who shows them.
        sums: What they add up to.
        guesses: Per earlier edition, the numbers that it showed: an outsider may take them to be what they were.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shown_low: np.ndarray
    shown_high: np.ndarray
    seen_low: np.ndarray
    seen_high: np.ndarray
    figures: tuple[Figure, ...]
    sums: tuple[Sum, ...]
    guesses: tuple[Mapping[int, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a system that does not hold itself: that is a mistake of ours, and nothing could be said of it."""
        for low, high in (
            (self.low, self.high),
            (self.shown_low, self.shown_high),
            (self.seen_low, self.seen_high),
        ):
            if ((low > self.value) | (high < self.value)).any():
                raise ValueError("a number lies outside what is said of it")
        for one in self.sums:
            parts, total = int(self.value[list(one.parts)].sum()), int(self.value[one.total])
            if parts > total or (one.whole and parts < total):
                raise ValueError(f"parts that add up to {parts}, and a total of {total}")

    def hidden(self, unseen: int | None = None) -> Bounds:
        """What is known of each number when its figure is withheld.

        Args:
            unseen: A figure of which nothing is taken as known that was published before: what is asked about.
        """
        low, high = np.maximum(self.low, self.seen_low), np.minimum(self.high, self.seen_high)
        if unseen is not None:
            ends = list(self.figures[unseen].ends)
            low[ends], high[ends] = self.low[ends], self.high[ends]
        return Bounds(low, high)

    def bounds(self, withheld: AbstractSet[int], unseen: int | None = None) -> Bounds:
        """What an outsider knows of each number by itself, when the figures `withheld` are.

        Args:
            withheld: Positions in `figures`.
            unseen: A figure of which nothing is taken as known that was published before: what is asked about.
        """
        hidden = self.hidden(unseen)
        low, high = self.shown_low.copy(), self.shown_high.copy()
        ends = sorted({end for f in withheld for end in self.figures[f].ends})
        low[ends], high[ends] = hidden.low[ends], hidden.high[ends]
        return Bounds(low, high)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what each number of a system lies."""

    low: np.ndarray
    high: np.ndarray

    def components(self, system: System) -> list[tuple[list[int], list[int]]]:
        """The numbers that are not known exactly, in parts that say nothing of one another: (numbers, sums) of each.

        The sums are positions in `system.sums`, those that name some of the part's numbers.
        """
        free = self.low < self.high
        touching: defaultdict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(system.sums):
            for row in (one.total, *one.parts):
                if free[row]:
                    touching[row].append(number)
        left = dict.fromkeys(np.flatnonzero(free).tolist())
        found = []
        while left:
            start = next(iter(left))
            numbers, sums, new = {start}, set[int](), [start]
            while new:
                for number in touching[new.pop()]:
                    if number not in sums:
                        sums.add(number)
                        one = system.sums[number]
                        more = {row for row in (one.total, *one.parts) if free[row]} - numbers
                        numbers |= more
                        new += sorted(more)
            for row in numbers:
                del left[row]
            found.append((sorted(numbers), sorted(sums)))
        return found
