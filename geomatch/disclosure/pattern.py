"""Complementary suppression: which further figures to withhold so that no small count can be worked out (METHOD 8).

The least weight of figures is withheld for which every withheld count keeps all the values that it must keep. This is
the cell suppression problem; it is solved as Fischetti and Salazar do (Mathematical Programming 84, 1999): a choice of
figures by yes and no, and for every count that an outsider could still narrow down, the dual of the outsider's own
linear programme says which figures would have to go, as an inequality of the choice. Both programmes are HiGHS', through
scipy, with no limit of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_array, vstack

from geomatch.disclosure.system import Bounds, System

__all__ = ["GivenAwayBeforeError", "pattern"]

# Numbers are whole persons; what a solver says is right to far better than this.
_CLOSE = 1e-6
# The status of a programme that nothing satisfies.
_IMPOSSIBLE = 2


class GivenAwayBeforeError(Exception):
    """A figure that must be withheld follows from what was published before, whatever else is withheld now.

    Attributes:
        names: The figures: area, figure.
    """

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        super().__init__(names)
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class _Cut:
    """At least `least` of the weights `room` must be withheld; where `only_if` is a figure, only if that is withheld."""

    room: dict[int, float]
    least: float
    only_if: int | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether all figures together have too little room."""
        return sum(max(0.0, one) for one in self.room.values()) < self.least - _CLOSE


# A withheld figure that can be narrowed down too far: the figure, which end of it (0: low), and what would help.
_Weakness = tuple[int, int, _Cut]


def pattern(system: System) -> frozenset[int]:
    """The figures to withhold, positions in `system.figures`: those that must be, and the fewest further ones.

    "Fewest" is the least sum of weights. Of a figure that is withheld without being small, an outsider must be able to
    tell either that it is not small or nothing that narrows the small counts: whoever looks on does not know which it is.

    Raises:
        GivenAwayBeforeError: Some count can be worked out from what was published before.
    """
    first = frozenset(
        f for f, one in enumerate(system.figures) if one.stays or (one.small and not one.rounded)
    )
    withheld, cuts = first, list[_Cut]()
    known: dict[object, list[_Weakness]] = {}
    wanted = {f: one.wanted for f, one in enumerate(system.figures)}
    while found := list(_weaknesses(system, withheld, wanted, known)):
        cuts += [cut for _f, _side, cut in found]
        hopeless = {f for f, _side, cut in found if cut.is_hopeless}
        relaxed = {f: _attainable(system, f, wanted[f]) for f in sorted(hopeless)}
        if any(relaxed[f] != wanted[f] for f in hopeless):
            # It is as narrow when nothing is published: what nothing of ours narrows need not be wider.
            wanted |= relaxed
            known.clear()
            cuts.clear()
            continue
        chosen = _cheapest(system, first, cuts)
        if chosen is None:
            # Some figure that would have to go must not, since what was published before says too much of it then.
            raise GivenAwayBeforeError(sorted({system.figures[f].name for f, _side, _cut in found}))
        if chosen == withheld:
            raise RuntimeError(f"what would help does not: {[system.figures[f].name for f, _, _ in found]}")
        withheld = chosen
    return withheld


def _attainable(system: System, figure: int, wanted: tuple[int, int]) -> tuple[int, int]:
    """What of the counts wanted of a figure is possible at all, when nothing is published.

    Raises:
        GivenAwayBeforeError: The figure must be withheld, and what was published before says more of it than that.
    """
    one = system.figures[figure]
    everything = frozenset(range(len(system.figures)))
    alone, after = (
        (_extreme(system, bounds, figure, 0), _extreme(system, bounds, figure, 1))
        for bounds in (Bounds(system.low, system.high), system.bounds(everything, figure))
    )
    possible = max(wanted[0], alone[0]), min(wanted[1], alone[1])
    if one.small and (after[0] > possible[0] or after[1] < possible[1]):
        raise GivenAwayBeforeError([one.name])
    return possible


# ------------------------------------------------------------------------------------------------- what an outsider can do


def _weaknesses(
    system: System,
    withheld: frozenset[int],
    wanted: dict[int, tuple[int, int]],
    known: dict[object, list[_Weakness]],
) -> Iterator[_Weakness]:
    """The withheld figures that an outsider can narrow down too far.

    Args:
        system: The figures.
        withheld: Those that are withheld.
        wanted: What each must keep.
        known: What was found of parts of the system before; filled.
    """
    seen = (system.seen_low > system.low) | (system.seen_high < system.high)
    rounded = {f for f, one in enumerate(system.figures) if one.rounded} - withheld
    asked = {f for f in withheld if not seen[list(system.figures[f].ends)].any()} | rounded
    bounds, hidden = system.bounds(withheld), system.hidden()
    of = {end: f for f in sorted(withheld | rounded) for end in system.figures[f].ends}
    parts = bounds.components(system)
    for numbers, sums in parts:
        own = sorted({of[n] for n in numbers if n in of})
        key = (tuple(numbers), tuple(bounds.low[numbers]), tuple(bounds.high[numbers]))
        if key not in known:
            programme = _Programme(system, bounds, hidden, numbers, sums)
            known[key] = list(
                _of_programme(system, programme, withheld, [f for f in own if f in asked], wanted)
            )
        yield from known[key]
        for guess in _guesses(system, hidden, [f for f in own if f in withheld]):
            programme = _Programme(system, *guess.put(bounds, hidden), numbers, sums)
            if programme.is_possible():
                others = [f for f in own if f not in guess.figures]
                yield from _of_programme(system, programme, withheld, others, wanted)
                continue
            # Not all of it can still hold; each by itself may.
            for one in guess.alone(system):
                programme = _Programme(system, *one.put(bounds, hidden), numbers, sums)
                if programme.is_possible():
                    others = [f for f in own if f not in one.figures]
                    yield from _of_programme(system, programme, withheld, others, wanted)
    # What was published before of the figure itself is no help to it: each is asked about without.
    for f in sorted(withheld.difference(asked)):
        bounds = system.bounds(withheld, f)
        for numbers, sums in bounds.components(system):
            if set(system.figures[f].ends) & set(numbers):
                programme = _Programme(system, bounds, system.hidden(f), numbers, sums)
                yield from _of_programme(system, programme, withheld, [f], wanted)


@dataclass(frozen=True, slots=True)
class _Guess:
    """That some withheld figures are what an earlier edition showed."""

    figures: frozenset[int]
    numbers: Mapping[int, int]

    def put(self, bounds: Bounds, hidden: Bounds) -> tuple[Bounds, Bounds]:
        """What is known if the guess holds, of everything as it is shown and of everything withheld."""
        made = []
        for one in (bounds, hidden):
            low, high = one.low.copy(), one.high.copy()
            for number, persons in self.numbers.items():
                low[number] = high[number] = persons
            made.append(Bounds(low, high))
        return made[0], made[1]

    def alone(self, system: System) -> Iterator[_Guess]:
        """The guess of each figure by itself, where it has more than one."""
        if len(self.figures) > 1:
            for f in sorted(self.figures):
                yield _Guess(frozenset([f]), {n: self.numbers[n] for n in system.figures[f].ends})


def _guesses(system: System, hidden: Bounds, figures: Sequence[int]) -> Iterator[_Guess]:
    """What an outsider may take figures of one part of the system to be, where that says more than is known anyhow."""
    for shown in system.guesses:
        own = [f for f in figures if shown.keys() >= set(system.figures[f].ends)]
        numbers = {n: shown[n] for f in own for n in system.figures[f].ends}
        if any(hidden.low[n] < hidden.high[n] for n in numbers):
            yield _Guess(frozenset(own), numbers)


def _of_programme(
    system: System,
    programme: _Programme,
    withheld: frozenset[int],
    figures: Sequence[int],
    wanted: dict[int, tuple[int, int]],
) -> Iterator[_Weakness]:
    """The weaknesses of figures in one part of the system."""
    asked = [
        (f, side)
        for f in figures
        for side in (0, 1)
        if programme.guessed
        or not _reached(side, float(system.value[system.figures[f].ends[side]]), wanted[f])
    ]
    while asked:
        f, side = asked.pop(0)
        # Who guesses wrongly learns nothing by coming to a large number.
        small = system.figures[f].small and not programme.guessed
        result = programme.extreme(system.figures[f].ends[side], side)
        if not _may_be(side, _end(result, side), wanted[f], small=small):
            yield f, side, _cut(system, programme, result, f, side, wanted[f])
            continue
        if not programme.is_whole(result):
            result = programme.extreme(system.figures[f].ends[side], side, whole=True)
            if not _may_be(side, _end(result, side), wanted[f], small=small):
                # Some figure more that stands in these sums.
                yield f, side, _Cut(programme.shown(withheld), 1.0, _condition(system, f))
                continue
        # One answer often shows that others can go as far as they must.
        persons = programme.numbers(result)
        asked = [
            (g, s)
            for g, s in asked
            if not _reached(s, persons.get(system.figures[g].ends[s], float("nan")), wanted[g])
        ]


def _reached(side: int, end: float, wanted: tuple[int, int]) -> bool:
    return end <= wanted[0] + _CLOSE if side == 0 else end >= wanted[1] - _CLOSE


def _may_be(side: int, end: float, wanted: tuple[int, int], *, small: bool) -> bool:
    """Whether a withheld figure may be known to end here."""
    if _reached(side, end, wanted):
        return True
    # One that is not small may be known not to be.
    return not small and (end > wanted[1] + 1 - _CLOSE if side == 0 else end < wanted[0] - 1 + _CLOSE)


def _end(result: OptimizeResult, side: int) -> float:
    return float(result.fun) if side == 0 else -float(result.fun)


class _Programme:
    """What an outsider would solve: the least or the most that one number of a part of the system can be."""

    def __init__(
        self, system: System, bounds: Bounds, hidden: Bounds, numbers: Sequence[int], sums: Sequence[int]
    ) -> None:
        self.figures, self.hidden = system.figures, hidden
        # The numbers themselves need not hold what is guessed of them.
        self.guessed = bool(((hidden.low > system.value) | (hidden.high < system.value)).any())
        # The known numbers that stand in the sums too: what they would be worth if they were withheld is asked.
        named = {row for n in sums for row in (system.sums[n].total, *system.sums[n].parts)}
        self.rows = sorted(named.union(numbers))
        self.column = {row: n for n, row in enumerate(self.rows)}
        self.box = np.column_stack([bounds.low[self.rows], bounds.high[self.rows]]).astype(float)
        self.whole = self._matrix(system, [n for n in sums if system.sums[n].whole])
        self.part = self._matrix(system, [n for n in sums if not system.sums[n].whole])

    def _matrix(self, system: System, sums: Sequence[int]) -> csr_array | None:
        """Parts less total, a row per sum."""
        if not sums:
            return None
        at = [
            (number, self.column[row], sign)
            for number, n in enumerate(sums)
            for row, sign in (
                *((part, 1.0) for part in system.sums[n].parts),
                (system.sums[n].total, -1.0),
            )
        ]
        rows, columns, signs = zip(*at, strict=True)
        return csr_array((signs, (rows, columns)), shape=(len(sums), len(self.rows)))

    def extreme(self, number: int, side: int, *, whole: bool = False) -> OptimizeResult:
        """The least (side 0) or the most (side 1) of one number; in whole persons where asked for."""
        goal = np.zeros(len(self.rows))
        goal[self.column[number]] = 1.0 if side == 0 else -1.0
        if whole:
            return self._whole(goal)
        result = linprog(
            goal,
            A_ub=self.part,
            b_ub=None if self.part is None else np.zeros(self.part.shape[0]),
            A_eq=self.whole,
            b_eq=None if self.whole is None else np.zeros(self.whole.shape[0]),
            bounds=self.box,
            method="highs",
        )
        if result.status != 0:
            raise RuntimeError(f"no answer: {result.message}")
        return result

    def _whole(self, goal: np.ndarray) -> OptimizeResult:
        matrices = [one for one in (self.whole, self.part) if one is not None]
        least = [0.0] * (0 if self.whole is None else self.whole.shape[0])
        least += [-np.inf] * (0 if self.part is None else self.part.shape[0])
        result = milp(
            goal,
            integrality=np.ones(len(goal)),
            bounds=Box(self.box[:, 0], self.box[:, 1]),
            constraints=LinearConstraint(vstack(matrices, format="csr"), least, 0.0) if matrices else (),
            options={"mip_rel_gap": 0},
        )
        if result.status not in (0, _IMPOSSIBLE):
            raise RuntimeError(f"no answer in whole persons: {result.message}")
        return result

    def is_possible(self) -> bool:
        """Whether there are any numbers of persons at all."""
        if (self.box[:, 0] > self.box[:, 1]).any():
            return False
        return bool(self._whole(np.zeros(len(self.rows))).status == 0)

    def shown(self, withheld: frozenset[int]) -> dict[int, float]:
        """The figures whose numbers stand in the programme and that are not withheld, 1 for each."""
        return {
            f: 1.0
            for f, one in enumerate(self.figures)
            if f not in withheld and not self.column.keys().isdisjoint(one.ends)
        }

    def is_whole(self, result: OptimizeResult) -> bool:
        """Whether an answer is one in whole persons."""
        return bool((np.abs(result.x - np.rint(result.x)) < _CLOSE).all())

    def numbers(self, result: OptimizeResult) -> dict[int, float]:
        """The numbers of an answer."""
        return dict(zip(self.rows, result.x.tolist(), strict=True))


def _extreme(system: System, bounds: Bounds, figure: int, side: int) -> int:
    """How far one end of a figure can go, in whole persons."""
    number = system.figures[figure].ends[side]
    for numbers, sums in bounds.components(system):
        if number in numbers:
            result = _Programme(system, bounds, bounds, numbers, sums).extreme(number, side, whole=True)
            return round(_end(result, side))
    return int(bounds.low[number])


def _cut(
    system: System,
    programme: _Programme,
    result: OptimizeResult,
    figure: int,
    side: int,
    wanted: tuple[int, int],
) -> _Cut:
    """The figures of which more must be withheld, read off the dual of an outsider's programme.

    For every choice of figures, the same dual gives a bound on how far the count can go: the bounds of the numbers,
    each times its dual value. What withholding a figure widens its bounds by, times these values, is its room.
    """
    at_low, at_high = result.lower.marginals, result.upper.marginals
    rows = programme.rows
    goal = float(wanted[0]) if side == 0 else -float(wanted[1])
    end = float(at_low @ system.shown_low[rows] + at_high @ system.shown_high[rows])
    room: dict[int, float] = {}
    for f, one in enumerate(system.figures):
        for number in set(one.ends) & programme.column.keys():
            n = programme.column[number]
            low, high = programme.hidden.low[number], programme.hidden.high[number]
            # Less than none where it is guessed to be another than it is.
            more = at_low[n] * (system.shown_low[number] - low) - at_high[n] * (
                high - system.shown_high[number]
            )
            if abs(more) > _CLOSE:
                room[f] = room.get(f, 0.0) + float(more)
    least = end - goal
    return _Cut(
        {f: min(one, least) for f, one in room.items()},
        least,
        _condition(system, figure),
    )


def _condition(system: System, figure: int) -> int | None:
    """The figure, if it is withheld for others' sake."""
    one = system.figures[figure]
    return None if one.small or one.rounded else figure


# ------------------------------------------------------------------------------------------------------------- the choice


def _cheapest(system: System, first: frozenset[int], cuts: Sequence[_Cut]) -> frozenset[int] | None:
    """The figures of least weight that every cut is content with; None where there are none."""
    size = len(system.figures)
    rows, columns, values, least = [], [], [], []
    for number, cut in enumerate(cuts):
        room = dict(cut.room)
        if cut.only_if is not None:
            room[cut.only_if] = room.get(cut.only_if, 0.0) - cut.least
        rows += [number] * len(room)
        columns += list(room)
        values += list(room.values())
        least.append((0.0 if cut.only_if is not None else cut.least) - _CLOSE)
    taken = np.zeros(size)
    taken[sorted(first)] = 1.0
    result = milp(
        np.array([one.weight for one in system.figures]),
        integrality=np.ones(size),
        bounds=Box(taken, np.ones(size)),
        constraints=LinearConstraint(csr_array((values, (rows, columns)), shape=(len(cuts), size)), least),
        options={"mip_rel_gap": 0},
    )
    if result.status == _IMPOSSIBLE:
        return None
    if result.status != 0:
        raise RuntimeError(f"no choice of figures: {result.message}")
    return frozenset(np.flatnonzero(result.x > 0.5).tolist())
