"""Which published tables give a cell away: those without any one of which it is not derived so narrowly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from geomatch.audit.derive import Derived, telling
from geomatch.audit.model import Fact, Model
from geomatch.audit.report import Telling
from geomatch.audit.solve import Part
from geomatch.audit.system import Bounds, Conflict, System, components

__all__ = ["Blamer", "ends_by"]

# With more figures than this only whole tables are tried, not each figure.
_MOST_FIGURES = 60


def ends_by(system: System, base: Bounds, rows: Iterable[int], low: int, high: int) -> tuple[int, int] | None:
    """The exact least of `low` and most of `high` by some rows of a system; None where these contradict each other.

    Args:
        system: The system.
        base: First bounds of its unknowns.
        rows: Numbers of the rows.
        low: The unknown whose least is wanted.
        high: The unknown whose most is wanted.
    """
    part, place = system.part((low, high), rows)
    for unknown, number in place.items():
        part.low[number], part.high[number] = base.low[unknown], base.high[unknown]
    bounds = Bounds.of(part)
    numbers = range(len(part.rows))
    try:
        bounds.spread(numbers)
        found: dict[int, Part] = {}
        wanted = {place[low], place[high]}
        for unknowns, own in components(bounds, numbers):
            if not wanted.isdisjoint(unknowns):
                found.update(dict.fromkeys(unknowns, Part(bounds, unknowns, own)))
        first, last = found.get(place[low]), found.get(place[high])
        least = first.minimum(place[low]) if first else bounds.low[place[low]]
        most = last.maximum(place[high]) if last else bounds.high[place[high]]
    except Conflict:
        return None
    return least, most


class Blamer:
    """Finds tables for cells that fell, with the rows that lead to each."""

    def __init__(self, model: Model, found: Derived) -> None:
        self.model, self.found = model, found
        self.base = found.permitted

    def _rows(self, unknowns: Sequence[int], more: Sequence[int]) -> list[int]:
        """Rows that together bind some unknowns as they are bound: of their parts, and of what was passed on to these."""
        rows = set(more)
        ends = {(unknown, end) for unknown in unknowns for end in (0, 1)}
        for unknown in [*unknowns, *(u for n in more for u in self.model.system.rows[n].unknowns)]:
            part = self.found.part.get(unknown)
            if part is not None:
                rows.update(part.rows)
        ends |= {(u, end) for n in rows for u in self.model.system.rows[n].unknowns for end in (0, 1)}
        return sorted(rows | self.found.derived.reasons(ends))

    def tables(
        self, low: int, high: int, derived: tuple[int, int], more: Mapping[int, Fact] | None = None
    ) -> tuple[Telling, ...]:
        """The tables that give a cell away.

        Args:
            low: The unknown of its low end.
            high: The unknown of its high end, of a count the same.
            derived: What is derived of it.
            more: Rows that only a guess adds, with the fact that is guessed to hold still.
        """
        rows = self.model.system.rows
        guessed = dict(more or {})
        kept = self._rows((low, high), sorted(guessed))
        facts: dict[int, Fact] = {
            number: guessed[number] if number in guessed else self.model.facts[rows[number].tag - 1]
            for number in kept
            if rows[number].tag > 0
        }

        def suffices(numbers: set[int]) -> bool:
            use = [n for n in kept if n not in facts or n in numbers]
            ends = ends_by(self.model.system, self.base, use, low, high)
            return ends is not None and ends[0] >= derived[0] and ends[1] <= derived[1]

        groups: dict[tuple[bool, int, str, str, str], list[int]] = {}
        for number, fact in facts.items():
            newest = self.model.newest.get(fact.month) == fact.edition
            key = (newest, fact.edition, fact.month, fact.table, fact.figure)
            groups.setdefault(key, []).append(number)
        left = set(facts)
        # What is no longer in force is tried first: a table in force that says as much is named in its stead.
        for key in sorted(groups):
            without = left - set(groups[key])
            if suffices(without):
                left = without
        if len(left) <= 2 * _MOST_FIGURES:
            by_fact: dict[tuple[str, int, str, tuple[str, ...]], list[int]] = {}
            for number in sorted(left):
                fact = facts[number]
                by_fact.setdefault((fact.month, fact.edition, fact.figure, fact.key), []).append(number)
            for own in by_fact.values():
                without = left - set(own)
                if suffices(without):
                    left = without
        return telling(facts[number] for number in sorted(left))
