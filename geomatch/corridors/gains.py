"""Persons gained by a corridor: the most served with it less the most served without it (METHOD 7).

Only totals are needed, so only stages 1 and 2, and those are maximum flows in whole numbers on people in classes
(`geomatch.allocation.totals`); what a municipality's own people take at home is the same with any corridor.

Why few pairs of corridors need trying. Let c1 and c2 be closed, f the base optimum and g the optimum with both open.
g - f is a sum of paths in the residual graph of f with the arcs of c1 and c2 added, each from someone unserved to a
free place, none of which undoes another. Paths with c1 only number at most gain(c1), with c2 only at most gain(c2), and
none uses neither. So both together give more than the sum only if a path uses both, that is: in the residual graph of
f a place of c1's goal leads to somebody whom c2 may take away, or the other way round (nobody but people served outside
their own municipality can be pushed off a place there); and someone unserved leads to a start of c1 or c2, and the end
of c1 or c2 leads to a free place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geomatch.access.reach import HIGH, LOW, Reach, demand, sheet_of
from geomatch.allocation import LOCAL, WALK, Mixture, Sheet
from geomatch.allocation.flows import MOST_MILLI, most, reach
from geomatch.allocation.symmetry import Bools, Ints

__all__ = ["CORNERS", "Gains", "make_gains"]

CORNERS = ("ll", "lh", "hl", "hh")
"""Own end, then the others' end: l is low need with cautious shares, h high need with generous ones."""
_SHARES_KNOWN = 2
# Walks of entitled people are told from those of others, so that the entitled can be counted. Negative as WALK: no
# corridor opens or closes them.
_WALK_ENTITLED = WALK - 1


@dataclass(slots=True)
class Gains:
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

    def corner(self, origin: int, corner: str, *, shares_known: bool = False) -> Mixture:
        """The mixture of one corner; with `shares_known` the low end has the shares of the high end."""
        low = _SHARES_KNOWN if shares_known else LOW
        own, other = (low if letter == "l" else HIGH for letter in corner)
        choice = np.full(len(self.reach.codes), other, dtype=np.int64)
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

    def alone(
        self, corridor: int, corner: str, *, good_only: bool = False, shares_known: bool = False
    ) -> int:
        """Thousandths of persons gained by the corridor on top of the other open ones."""
        mixture = self.corner(self.reach.pairs[corridor][0], corner, shares_known=shares_known)
        arcs = self._arcs(mixture, corridor, good_only=good_only)
        if not arcs.any():
            return 0
        base = self._base(corridor)
        return mixture.total(base, arcs) - mixture.total(base)

    def paired(self, corridor: int, end: int) -> dict[int, int]:
        """Per further corridor that can matter, what this one gains when that one is open, at one end of need."""
        mixture, base = (
            self.corner(self.reach.pairs[corridor][0], "ll" if end == LOW else "hh"),
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

    def entitled_unserved(self, origin: int, goal: int, end: int) -> int:
        """Entitled persons of the origin who use a day return there and whom stage 1 may leave over, at the most.

        Those who must take a place at home in every optimum of stage 1 are not counted: all of them, less what the
        places at home serve beyond what everybody else can fill. Thousandths of persons; of people who need a
        corridor, and where there is no such, of those who walk.
        """
        sheet, corridor = self.sheets[end], self._numbers.get((origin, goal))
        if corridor is None:
            arcs = (sheet.owner[sheet.cls] == origin) & (self.reach.series_owner[sheet.series] == goal)
            arcs &= sheet.pair == _WALK_ENTITLED
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

    def free_places(self, origin: int, goal: int, end: int) -> int:
        """Places there that further people could take without anybody losing theirs, thousandths.

        The most that an unlimited crowd with the pair's day returns would add to the most served in all: not what one
        optimum happens to leave free, since others may move to let them in. No gain at that corner is larger.
        """
        month, corridor = self.reach, self._numbers.get((origin, goal))
        mixture, base = self.corner(origin, "ll" if end == LOW else "hh"), self._base(corridor)
        mask = mixture.allowed(base)
        if corridor is None:
            uses = (month.use_pair == WALK) & (month.series_owner[month.use_series] == goal)
            uses &= month.rows["municipality"].to_numpy()[month.use_row] == origin
        else:
            uses = month.use_pair == corridor
        series = np.unique(month.use_series[uses & (~month.use_generous | (end == HIGH))])
        # Series that their own municipality's people fill in every optimum are closed to outsiders.
        series = series[~self.sheets[end].short[series]]
        crowd = len(mixture.need)
        # No more than a flow can count: a million places are a slip of the pen, which must not stop the month.
        room = min(int(month.capacity[series].sum()), MOST_MILLI - int(mixture.need.sum()))
        need = np.append(mixture.need, room)
        cls = np.append(mixture.cls[mask], np.full(len(series), crowd, dtype=np.int64))
        together, _flow = most(need, month.capacity, cls, np.append(mixture.series[mask], series))
        return together - mixture.total(base)


def make_gains(reach: Reach, opened: Bools, good: Bools) -> Gains:
    """Sheets for the corners.

    Args:
        reach: The month.
        opened: Corridors in use.
        good: Per row of `reach.returns`, whether the day return is good enough for a recommended corridor.
    """
    sheets = []
    for need, share, suit in ((LOW, LOW, LOW), (HIGH, HIGH, HIGH), (LOW, HIGH, LOW)):
        people = demand(reach, need, share, suit)
        people.pair[(people.pair == WALK) & (people.node % 2 == 1)] = _WALK_ENTITLED
        bad = (people.pair >= 0) & ~good[reach.use_return[people.use]]
        people.pair[bad] += len(reach.pairs)
        sheets.append(sheet_of(reach, people))
    return Gains(reach, opened, sheets)
