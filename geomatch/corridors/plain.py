"""The gains of `geomatch.corridors.gains`, each by maximum flows of its own: for the few corridors of a county.

Nothing is compiled first, which takes longer than a county's month; and it is the plain statement of what the mended
flows must give.

Why few pairs of corridors need trying. Let c1 and c2 be closed, f the base optimum and g the optimum with both open.
g - f is a sum of paths in the residual graph of f with the arcs of c1 and c2 added, each from someone unserved to a
free place, none of which undoes another. Paths with c1 only number at most gain(c1), with c2 only at most gain(c2), and
none uses neither. So both together give more than the sum only if a path uses both, that is: in the residual graph of
f a place of c1's goal leads to somebody whom c2 may take away, or the other way round (nobody but people served outside
their own municipality can be pushed off a place there); and someone unserved leads to a start of c1 or c2, and the end
of c1 or c2 leads to a free place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from geomatch.access.reach import FREE, HIGH, LOW, PERHAPS, Reach
from geomatch.allocation import LOCAL, WALK, Mixture, Sheet
from geomatch.allocation.flows import most, reach
from geomatch.allocation.symmetry import Bools, Floats, Ints

__all__ = ["WALK_ENTITLED", "PlainGains"]

# Walks of entitled people are told from those of others, so that the entitled can be counted. Negative as WALK: no
# corridor opens or closes them.
WALK_ENTITLED = WALK - 1


@dataclass(slots=True)
class PlainGains:
    """Totals of the month's corners, remembered.

    Arcs of corridor c with a good day return have the number c, the others c + the number of corridors: so that a
    corridor can be opened for its good day returns only.

    Attributes:
        reach: The month.
        opened: Corridors in use.
        sheets: State at LOW and HIGH, then low need and cautious suitability with the shares of the high end.
    """

    reach: Reach
    opened: Bools
    sheets: list[Sheet]
    _mixtures: dict[bytes, Mixture] = field(default_factory=dict)
    _residuals: dict[tuple[bytes, int], tuple[Bools, Bools, Ints, Ints]] = field(default_factory=dict)
    _numbers: dict[tuple[int, int], int] = field(init=False)

    def __post_init__(self) -> None:
        """Number the corridors by their ends."""
        self._numbers = {pair: number for number, pair in enumerate(self.reach.pairs)}

    def _mixture(self, origin: int, own: int, others: int) -> Mixture:
        """The people of a municipality in one state, all others in another."""
        choice = np.full(len(self.reach.codes), others, dtype=np.int64)
        choice[origin] = own
        key = choice.tobytes()
        if key not in self._mixtures:
            self._mixtures[key] = Mixture.of(
                self.sheets, choice, self.reach.capacity, self.reach.series_owner
            )
        return self._mixtures[key]

    def _base(self, corridor: int | None) -> Bools:
        base = np.tile(self.opened, 2)
        if corridor is not None:
            base[[corridor, corridor + len(self.opened)]] = False
        return base

    def _arcs(self, mixture: Mixture, corridor: int, *, good_only: bool = False) -> Bools:
        arcs: Bools = mixture.pair == corridor
        return arcs if good_only else arcs | (mixture.pair == corridor + len(self.opened))

    def alone(self, corridors: Ints, own: int, others: int) -> tuple[Ints, Ints]:
        """As `Gains.alone`."""
        good, every = np.zeros(len(corridors), dtype=np.int64), np.zeros(len(corridors), dtype=np.int64)
        for place, corridor in enumerate(corridors.tolist()):
            mixture = self._mixture(self.reach.pairs[corridor][0], own, others)
            base = self._base(corridor)
            without = mixture.total(base)
            for found, good_only in ((good, True), (every, False)):
                arcs = self._arcs(mixture, corridor, good_only=good_only)
                found[place] = mixture.total(base, arcs) - without if arcs.any() else 0
        return good, every

    def paired(
        self,
        gain: tuple[Ints, Ints],
        room: tuple[Ints, Ints],
        limits: tuple[Ints, Ints],
        best_min: Floats,
        corridors: Iterable[int] | None = None,
    ) -> Iterator[tuple[int | None, tuple[int, int]]]:
        """As `Gains.paired`; of `room` nothing is needed."""
        del room
        for one in range(len(self.opened)) if corridors is None else corridors:
            alone = (int(gain[LOW][one]), int(gain[HIGH][one]))
            low, high = (
                self._with_each(one, end) if alone[end] < limits[end][one] else {} for end in (LOW, HIGH)
            )
            best, together = None, alone
            for other in sorted(set(low) | set(high)):
                found = (max(alone[LOW], low.get(other, 0)), max(alone[HIGH], high.get(other, 0)))
                more = sum(found) - sum(together)
                if more > 0 or (more == 0 and best is not None and best_min[other] < best_min[best]):
                    best, together = other, found
            yield best, together

    def _with_each(self, corridor: int, end: int) -> dict[int, int]:
        """Per further corridor that can matter, what this one gains when that one is open, at one end of need."""
        mixture, base = (
            self._mixture(self.reach.pairs[corridor][0], end, end),
            self._base(corridor),
        )
        key = (base.tobytes(), end)
        if key not in self._residuals:
            self._residuals[key] = mixture.residual(base)
        wanted, free, tails, heads = self._residuals[key]
        size, classes, count = len(wanted), len(mixture.need), len(self.opened)
        own = self._arcs(mixture, corridor)
        if not own.any():
            return {}
        onward = reach(size, np.unique(mixture.series[own]) + classes, tails, heads)
        inward = reach(size, np.unique(mixture.cls[own]), heads, tails)
        arcs = mixture.pair >= 0
        number = mixture.pair[arcs] % count
        start, goal = mixture.cls[arcs], mixture.series[arcs] + classes

        def touches(vertices: Bools) -> Bools:
            return np.bincount(number, vertices, count) > 0

        linked = touches(onward[start]) | touches(inward[goal])
        possible = linked & (touches(wanted[start]) | wanted[mixture.cls[own]].any())
        possible &= touches(free[goal]) | free[mixture.series[own] + classes].any()
        possible[corridor] = False
        result = {}
        for other in np.flatnonzero(possible & ~self.opened).tolist():
            both = base.copy()
            both[[other, other + count]] = True
            result[other] = mixture.total(both, own) - mixture.total(both)
        return result

    def with_further(self, corridors: Ints, further: Ints, own: int, others: int) -> Ints:
        """As `Gains.with_further`."""
        pairs = zip(corridors.tolist(), further.tolist(), strict=True)
        return np.array([self._with_further(one, other, own, others) for one, other in pairs], dtype=np.int64)

    def _with_further(self, one: int, other: int, own: int, others: int) -> int:
        mixture = self._mixture(self.reach.pairs[one][0], own, others)
        both = self._base(one)
        both[[other, other + len(self.opened)]] = True
        return mixture.total(both, self._arcs(mixture, one)) - mixture.total(both)

    def twin(self) -> PlainGains:
        """As `Gains.twin`."""
        return PlainGains(self.reach, self.opened, self.sheets)

    def only_together(self, corridors: Ints, own: int, others: int) -> list[dict[int, int]]:
        """As `Gains.only_together`; every other closed corridor is tried."""
        closed = np.flatnonzero(~self.opened).tolist()
        result = []
        for one in corridors.tolist():
            found = {other: self._with_further(one, other, own, others) for other in closed if other != one}
            result.append({other: more for other, more in found.items() if more > 0})
        return result

    def entitled_unserved(self, ends: Sequence[tuple[int, int]], end: int) -> Ints:
        """As `Gains.entitled_unserved`."""
        found = [self._entitled_unserved(origin, goal, end) for origin, goal in ends]
        return np.array(found, dtype=np.int64)

    def free_places(self, ends: Sequence[tuple[int, int]], end: int) -> Ints:
        """As `Gains.free_places`."""
        return np.array([self._free_places(origin, goal, end) for origin, goal in ends], dtype=np.int64)

    def _entitled_unserved(self, origin: int, goal: int, end: int) -> int:
        """Entitled persons of the origin who use a day return there and whom stage 1 may leave over, at the most.

        Those who must take a place at home in every optimum of stage 1 are not counted: all of them, less what the
        places at home serve beyond what everybody else can fill. Thousandths of persons; of people who need a
        corridor, and where there is no such, of those who walk.
        """
        sheet, corridor = self.sheets[end], self._numbers.get((origin, goal))
        if corridor is None:
            arcs = (sheet.owner[sheet.cls] == origin) & (self.reach.series_owner[sheet.series] == goal)
            arcs &= sheet.pair == WALK_ENTITLED
        else:
            arcs = (sheet.pair == corridor) | (sheet.pair == corridor + len(self.opened))
        wanting = np.zeros(len(sheet.need), dtype=bool)
        wanting[sheet.cls[arcs]] = True
        home = (sheet.pair == LOCAL) & (sheet.owner[sheet.cls] == origin)
        without = home & ~wanting[sheet.cls]
        everybody, rest = (
            most(sheet.need, self.reach.capacity, sheet.cls[some], sheet.series[some])[0]
            for some in (home, without)
        )
        return int(sheet.need[wanting].sum()) - (everybody - rest)

    def _free_places(self, origin: int, goal: int, end: int) -> int:
        """Places there that further people could take without anybody losing theirs, thousandths.

        The most that an unlimited crowd with the pair's day returns would add to the most served in all: not what one
        optimum happens to leave free, since others may move to let them in. No gain at that corner is larger.
        """
        month, corridor = self.reach, self._numbers.get((origin, goal))
        mixture, base = self._mixture(origin, end, end), self._base(corridor)
        mask = mixture.allowed(base)
        if corridor is None:
            uses = (month.use_pair == WALK) & (month.series_owner[month.use_series] == goal)
            uses &= month.rows["municipality"].to_numpy()[month.use_row] == origin
        else:
            uses = month.use_pair == corridor
        barred = month.use_barred()
        uses &= (barred == FREE) | ((barred == PERHAPS) & (end == HIGH))
        series = np.unique(month.use_series[uses & (~month.use_generous | (end == HIGH))])
        # Series that their own municipality's people fill in every optimum are closed to outsiders.
        series = series[~self.sheets[end].short[series]]
        crowd = len(mixture.need)
        need = np.append(mixture.need, int(month.capacity[series].sum()))
        cls = np.append(mixture.cls[mask], np.full(len(series), crowd, dtype=np.int64))
        together, _flow = most(need, month.capacity, cls, np.append(mixture.series[mask], series))
        return together - mixture.total(base)
