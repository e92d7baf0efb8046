"""Persons gained by a corridor: the most served with it less the most served without it (METHOD 7).

Only totals are needed, so only stages 1 and 2, and those are maximum flows in whole numbers on people in classes
(`geomatch.allocation.totals`); what a municipality's own people take at home is the same with any corridor. One flow
is kept per state of need, and mended for each corridor that is tried (`augment`, `trials`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from geomatch.access.reach import FREE, HIGH, LOW, PERHAPS, Reach, demand, sheet_of
from geomatch.allocation import LOCAL, WALK, Sheet
from geomatch.allocation.flows import MOST_MILLI
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.augment import fill
from geomatch.corridors.flow import make_flow
from geomatch.corridors.mixed import Mixed, Reached
from geomatch.corridors.pairing import Pairing, best_partner
from geomatch.corridors.plain import WALK_ENTITLED, PlainGains
from geomatch.corridors.states import States, grouped
from geomatch.corridors.trials import alone_many, free_many, without_many

__all__ = ["CORNERS", "KNOWN", "Gains", "make_gains", "mended_gains", "plain_gains"]

CORNERS = ("ll", "lh", "hl", "hh")
"""Own end, then the others' end: l is low need with cautious shares, h high need with generous ones."""
KNOWN = 2
"""The state of low need and cautious suitability with the shares of the high end."""
# Below this many pairs of a corridor and a use, the plain way is done before the other is compiled.
_FEW = 2_000_000


@dataclass(slots=True)
class Gains:
    """What every corridor of a month brings.

    Arcs of corridor c with a good day return have the number c, the others c + the number of corridors: so that a
    corridor can be opened for its good day returns only.

    Attributes:
        reach: The month.
        opened: Corridors in use.
        sheets: State at LOW and HIGH, then KNOWN.
    """

    reach: Reach
    opened: Bools
    sheets: list[Sheet]
    _states: dict[tuple[int, ...], States] = field(default_factory=dict)
    _reached: dict[tuple[int, ...], Reached] = field(default_factory=dict)

    def states(self, *which: int) -> States:
        """A flow with the states `which` side by side, in this order."""
        if which not in self._states:
            sheets = [self.sheets[number] for number in which]
            self._states[which] = States(sheets, self.opened, self.reach.capacity, self.reach.series_owner)
        return self._states[which]

    def alone(self, corridors: Ints, own: int, others: int) -> tuple[Ints, Ints]:
        """Per corridor, thousandths of persons gained on top of the other open ones, by good day returns and by all.

        Args:
            corridors: Their numbers.
            own: State of the municipality where the corridor begins: LOW, HIGH or KNOWN.
            others: State of all others.
        """
        good, every = np.zeros(len(corridors), dtype=np.int64), np.zeros(len(corridors), dtype=np.int64)
        which = tuple(sorted({own, others}))
        states = self.states(*which)
        own, others = which.index(own), which.index(others)
        origins = np.array([pair[0] for pair in self.reach.pairs], dtype=np.int64)[corridors]
        for origin in np.unique(origins).tolist():
            mine = origins == origin
            with states.corner(origin, own, others) as (wanted, free):
                good[mine], every[mine] = alone_many(
                    states.flow, corridors[mine], self.opened, *states.held, wanted, free
                )
        return good, every

    def paired(
        self,
        gain: tuple[Ints, Ints],
        room: tuple[Ints, Ints],
        limits: tuple[Ints, Ints],
        best_min: Floats,
        corridors: Iterable[int] | None = None,
    ) -> Iterator[tuple[int | None, tuple[int, int]]]:
        """Per corridor, the best further one and what this one gains with it at low and at high need.

        Args:
            gain: At low and at high need, per corridor what it gains alone (corners `ll` and `hh`).
            room: Free places likewise (`free_places`).
            limits: The most that a corridor can gain, with whatever is open.
            best_min: Per corridor its best day return, which decides between equals.
            corridors: Those that are asked about, in this order; all of them unless given.
        """
        low, high = (Pairing(self.states(end), self.opened, gain[end], room[end]) for end in (LOW, HIGH))
        for one in range(len(self.opened)) if corridors is None else corridors:
            yield best_partner(low, high, one, (int(limits[LOW][one]), int(limits[HIGH][one])), best_min)

    def with_further(self, corridors: Ints, further: Ints, own: int, others: int) -> Ints:
        """Per corridor, what it gains at a corner when a further, closed one is open as well, thousandths of persons.

        Args:
            corridors: Their numbers.
            further: Per corridor, the number of the other one.
            own: State of the municipality where the corridor begins.
            others: State of all others.
        """
        found = np.zeros(len(corridors), dtype=np.int64)
        for corner, mine in self._corners(corridors, own, others):
            with corner as mixed:
                found[mine] = [
                    mixed.with_further(one, other)
                    for one, other in zip(corridors[mine].tolist(), further[mine].tolist(), strict=True)
                ]
        return found

    def twin(self) -> Gains:
        """The same gains with flows of their own, to be asked at the same time."""
        return Gains(self.reach, self.opened, self.sheets)

    def only_together(self, corridors: Ints, own: int, others: int) -> list[dict[int, int]]:
        """Per corridor that gains nobody at a corner, the closed ones with which it does, and how many (thousandths).

        Args:
            corridors: Their numbers; each gains 0 there.
            own: State of the municipality where the corridor begins.
            others: State of all others.
        """
        found: list[dict[int, int]] = [{} for _one in corridors]
        for corner, mine in self._corners(corridors, own, others):
            with corner as mixed:
                for place in np.flatnonzero(mine).tolist():
                    found[place] = mixed.only_together(int(corridors[place]))
        return found

    def _corners(self, corridors: Ints, own: int, others: int) -> Iterator[tuple[Mixed, Bools]]:
        """For each municipality where some of the corridors begin, its corner, and which of them those are."""
        which = tuple(sorted({own, others}))
        states = self.states(*which)
        if which not in self._reached:
            self._reached[which] = Reached(states)
        origins = np.array([pair[0] for pair in self.reach.pairs], dtype=np.int64)[corridors]
        for origin in np.unique(origins).tolist():
            at = (origin, which.index(own), which.index(others))
            yield Mixed(states, self.opened, self._reached[which], at), origins == origin

    def entitled_unserved(self, ends: Sequence[tuple[int, int]], end: int) -> Ints:
        """Per pair of municipalities, entitled persons who use a day return there and whom home may leave over.

        Those who must take a place at home in every optimum of stage 1 are not counted: all of them, less what the
        places at home serve beyond what everybody else can fill. Thousandths of persons; of people who need a
        corridor, and where there is no such, of those who walk.
        """
        sheet, count = self.sheets[end], len(self.reach.codes)
        home = np.flatnonzero(sheet.pair == LOCAL)
        number, corridors = self._numbers(), max(len(self.opened), 1)
        key = {pair: number.get(pair, len(number)) for pair in ends}
        away = np.flatnonzero(sheet.pair >= 0)
        walks = np.flatnonzero(sheet.pair == WALK_ENTITLED)
        places = sheet.owner[sheet.cls[walks]] * count + self.reach.series_owner[sheet.series[walks]]
        by_pair = grouped(sheet.pair[away] % corridors, sheet.cls[away], len(number))
        by_walk = grouped(places, sheet.cls[walks], count * count)
        groups = [
            by_pair[1][by_pair[0][key[o, d]] : by_pair[0][key[o, d] + 1]]
            if (o, d) in number
            else by_walk[1][by_walk[0][o * count + d] : by_walk[0][o * count + d + 1]]
            for o, d in ends
        ]
        starts = np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
        group = np.concatenate([np.array([], dtype=np.int64), *groups])
        arcs = (sheet.cls[home], sheet.series[home], sheet.pair[home])
        flow = make_flow(sheet.need, self.reach.capacity, arcs, np.ones(len(home), dtype=bool), 0)
        fill(flow)
        wanting = np.concatenate([[0], np.cumsum(sheet.need[group])])
        missed: Ints = without_many(flow, starts, group)
        result: Ints = wanting[starts[1:]] - wanting[starts[:-1]] - missed
        return result

    def free_places(self, ends: Sequence[tuple[int, int]], end: int) -> Ints:
        """Per pair of municipalities, places there that further people could take without anybody losing theirs.

        The most that an unlimited crowd with the pair's day returns would add to the most served in all, thousandths:
        not what one optimum happens to leave free, since others may move to let them in. No gain at that corner is
        larger.
        """
        month, number, count = self.reach, self._numbers(), len(self.reach.codes)
        uses = ~month.use_generous if end == LOW else np.ones(len(month.use_generous), dtype=bool)
        barred = month.use_barred()
        uses &= (barred == FREE) | ((barred == PERHAPS) & (end == HIGH))
        # Series that their own municipality's people fill in every optimum are closed to outsiders.
        uses &= ~self.sheets[end].short[month.use_series]
        needing = np.flatnonzero(uses & (month.use_pair >= 0))
        walked = np.flatnonzero(uses & (month.use_pair == WALK))
        home = month.rows["municipality"].to_numpy(dtype=np.int64)[month.use_row[walked]]
        places = home * count + month.series_owner[month.use_series[walked]]
        by_pair = grouped(month.use_pair[needing], month.use_series[needing], len(number))
        by_walk = grouped(places, month.use_series[walked], count * count)
        corridors = np.array([number.get(pair, -1) for pair in ends], dtype=np.int64)
        series = [
            by_pair[1][by_pair[0][c] : by_pair[0][c + 1]]
            if c >= 0
            else by_walk[1][by_walk[0][o * count + d] : by_walk[0][o * count + d + 1]]
            for c, (o, d) in zip(corridors.tolist(), ends, strict=True)
        ]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in series])]).astype(np.int64)
        states = self.states(end)
        _wanted, free = states.enter()
        every = np.concatenate([np.array([], dtype=np.int64), *series])
        found: Ints = free_many(states.flow, corridors, self.opened, *states.held, starts, every, free)
        return found

    def _numbers(self) -> dict[tuple[int, int], int]:
        """The number of each corridor by its ends."""
        return {pair: number for number, pair in enumerate(self.reach.pairs)}


def mended_gains(reach: Reach, opened: Bools, good: Bools) -> Gains:
    """What asks for gains by flows that are mended; arguments as of `make_gains`."""
    return Gains(reach, opened, _sheets(reach, good))


def make_gains(reach: Reach, opened: Bools, good: Bools) -> Gains | PlainGains:
    """What asks for gains: of few corridors the plain way, else by flows that are mended. The answers are the same.

    Args:
        reach: The month.
        opened: Corridors in use.
        good: Per row of `reach.returns`, whether the day return is good enough for a recommended corridor.
    """
    few = len(reach.pairs) * len(reach.use_row) <= _FEW
    counts = int(reach.capacity.sum()) + int(reach.need.sum(axis=1).max()) <= MOST_MILLI
    return plain_gains(reach, opened, good) if few and counts else mended_gains(reach, opened, good)


def plain_gains(reach: Reach, opened: Bools, good: Bools) -> PlainGains:
    """What asks for gains in the plain way; arguments as of `make_gains`, of no more persons and places than 32 bits hold."""
    return PlainGains(reach, opened, _sheets(reach, good))


def _sheets(reach: Reach, good: Bools) -> list[Sheet]:
    """State at LOW and HIGH, then KNOWN."""
    sheets = []
    for need, share, suit in ((LOW, LOW, LOW), (HIGH, HIGH, HIGH), (LOW, HIGH, LOW)):
        people = demand(reach, need, share, suit)
        people.pair[(people.pair == WALK) & (people.node % 2 == 1)] = WALK_ENTITLED
        bad = (people.pair >= 0) & ~good[reach.use_return[people.use]]
        people.pair[bad] += len(reach.pairs)
        sheets.append(sheet_of(reach, people))
    return sheets
