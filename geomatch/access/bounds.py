"""What every count inside the intervals would give: least and greatest left over per municipality (METHOD 5).

What a municipality leaves unserved never falls when its own need or the others' need rises, and what it serves never
falls with its own need: one more person changes an optimum along one augmenting path, which can push out at most one
other. So the ends are found at corners, the municipality at one end and the others at another.

Shares (who is entitled) and suitability (people whose sex or group is not known) have two ends too, but no such order:
others who get the right to go elsewhere can free places, and they can take places. Each corner is therefore tried with
both ends, for the municipality and for all others together, and the least and the greatest are kept. So the bounds
hold for every count, with shares at their ends. They are not proved for a share between its ends, nor for others of
whom some are at one end and some at the other: such cases outside the bounds exist, though few.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from geomatch.access.reach import BARRED, FREE, HIGH, LOW, PERHAPS, Reach, demand, sheet_of
from geomatch.allocation import LOCAL, WALK, Mixture, Sheet, allocate, make_sheet, unserved_range
from geomatch.allocation.symmetry import Bools, Ints, parts

__all__ = ["Bounds", "make_bounds"]

_Arc = tuple[int, int, tuple[int, ...]]
"""Series; LOCAL, WALK or an open corridor; per stratum what the rules say."""


@dataclass(slots=True)
class Bounds:
    """Sheets of the four states (need end x share and suitability end), and what they were asked before.

    Attributes:
        reach: The month.
        opened: Corridors in use.
        sheets: State `2 * need end + share end`.
        part: Per municipality, the group of municipalities that can touch each other.
        undecided: Per municipality, whether shares or suitability change anything for its people.
    """

    reach: Reach
    opened: Bools
    sheets: list[Sheet]
    part: Ints
    undecided: Bools
    _mixtures: dict[bytes, Mixture] = field(default_factory=dict)
    _ranges: dict[tuple[int, bytes], tuple[int, int]] = field(default_factory=dict)

    def need(self, municipality: int, end: int) -> int:
        """Need of a municipality, thousandths of persons."""
        mine = self.reach.rows["municipality"].to_numpy() == municipality
        return int(self.reach.need[end][mine].sum())

    def left(self, municipality: int, own_end: int, other_end: int, *, greatest: bool) -> int:
        """Least or greatest left over (before digital), thousandths of persons, at one corner of need."""
        others = self.part == self.part[municipality]
        others[municipality] = False
        own_ends = (LOW, HIGH) if self.undecided[municipality] else (LOW,)
        if not others.any():
            served = [int(self.sheets[2 * own_end + s].local[municipality]) for s in own_ends]
            return self.need(municipality, own_end) - (min(served) if greatest else max(served))
        other_ends = (LOW, HIGH) if self.undecided[others].any() else (LOW,)
        sign = -1 if greatest else 1
        roughly = []
        for own in own_ends:
            for other in other_ends:
                choice = np.full(len(self.part), -1, dtype=np.int64)
                choice[others], choice[municipality] = 2 * other_end + other, 2 * own_end + own
                least, most = self._two_stages(municipality, choice)
                roughly.append((sign * (most if greatest else least), least == most, choice))
        # The third stage can only narrow what two stages allow: the corners are tried from the widest, until what is
        # found cannot be beaten.
        best = None
        for rough, sure, choice in sorted(roughly, key=lambda one: one[0]):
            if best is not None and best <= rough:
                break
            exact = rough if sure else sign * self._third_stage(municipality, choice)[int(greatest)]
            best = exact if best is None else min(best, exact)
        return sign * int(best or 0)

    def _two_stages(self, municipality: int, choice: Ints) -> tuple[int, int]:
        key = choice.tobytes()
        if key not in self._mixtures:
            self._mixtures[key] = Mixture.of(
                self.sheets, choice, self.reach.capacity, self.reach.series_owner
            )
        low, high = self._mixtures[key].served_range(municipality, self.opened)
        need = self.need(municipality, int(choice[municipality]) // 2)
        return need - high, need - low

    def _third_stage(self, municipality: int, choice: Ints) -> tuple[int, int]:
        """The same where several optima serve as many: seconds may decide between them."""
        key = (municipality, choice.tobytes())
        if key not in self._ranges:
            ends, shares = np.maximum(choice, 0) // 2, np.maximum(choice, 0) % 2
            people = demand(self.reach, ends, shares, shares)
            network, _arcs = people.network(self.reach, self.opened)
            network = replace(network, need=np.where(choice[people.owner] >= 0, network.need, 0))
            mine = people.owner == municipality
            found = allocate(network, fair=False, focus=mine)
            least, greatest = unserved_range(network, found, people.owner, only=municipality)
            self._ranges[key] = int(least[municipality]), int(greatest[municipality])
        return self._ranges[key]

    def by_point(self, municipality: int, end: int) -> tuple[int, int]:
        """Least and greatest left over if all lived at one point, over its points, at one end of need.

        Its own shares and suitability are generous at low need and cautious at high need, so that the least at LOW
        and the greatest at HIGH enclose. The others stay where they are, as in that scenario. Over all optima of the
        first two stages; thousandths of persons.
        """
        reach = self.reach
        share = LOW + HIGH - end
        state = 2 * end + end
        others = self.part == self.part[municipality]
        others[municipality] = False
        choice = np.where(others, 0, -1)
        choice[municipality] = 1
        need = self.need(municipality, end)
        lefts = []
        for arcs in self._patterns(municipality):
            sheet = self._moved(municipality, end, share, arcs)
            if others.any():
                mixture = Mixture.of([self.sheets[state], sheet], choice, reach.capacity, reach.series_owner)
                low, high = mixture.served_range(municipality, self.opened)
            else:
                low = high = int(sheet.local[municipality])
            lefts.append((need - high, need - low))
        return min(low for low, _high in lefts), max(high for _low, high in lefts)

    def _patterns(self, municipality: int) -> list[tuple[_Arc, ...]]:
        """The different sets of arcs that its points have."""
        reach = self.reach
        number = {pair: index for index, pair in enumerate(reach.pairs)}
        mine = np.flatnonzero(reach.points["municipality"].to_numpy() == municipality)
        found: dict[int, list[_Arc]] = {int(point): [] for point in mine}
        rows = reach.returns[reach.returns["point"].isin(mine)]
        free = (FREE,) * len(reach.strata)
        for number_of, point, series, walk_s in zip(
            rows.index, rows["point"], rows["series"], rows["walk_s"], strict=True
        ):
            owner = int(reach.series_owner[series])
            away = WALK if walk_s >= 0 else number.get((municipality, owner))
            pair = LOCAL if owner == municipality else away
            if pair is not None and (pair < 0 or self.opened[pair]):
                barred = free if pair < 0 else tuple(reach.barred[:, number_of].tolist())
                found[int(point)].append((int(series), pair, barred))
        return sorted({tuple(sorted(arcs)) for arcs in found.values()})

    def _moved(self, municipality: int, end: int, share: int, arcs: tuple[_Arc, ...]) -> Sheet:
        reach = self.reach
        rows = np.flatnonzero(reach.rows["municipality"].to_numpy() == municipality)
        stratum = reach.rows["stratum"].to_numpy(dtype=np.int64)[rows]
        strata = len(reach.strata)
        entitled = np.bincount(stratum, reach.entitled[share, end, rows], strata).astype(np.int64)
        need = np.empty(2 * strata, dtype=np.int64)
        need[1::2] = entitled
        need[0::2] = np.bincount(stratum, reach.need[end, rows], strata).astype(np.int64) - entitled
        table = [
            (2 * s + right, series, pair)
            for s in range(strata)
            for right in (0, 1)
            for series, pair, barred in arcs
            if (right or pair < 0)
            and (barred[s] == FREE or (barred[s] == PERHAPS and share == HIGH))
            and (reach.fits[s, series] == 1 or (reach.fits[s, series] == 2 and share == HIGH))
        ]
        node, series, pair = np.array(table, dtype=np.int64).reshape(-1, 3).T
        owner = np.full(2 * strata, municipality, dtype=np.int64)
        return make_sheet(need, owner, node, series, pair, reach.capacity, len(reach.codes))

    def nothing_in_reach(self, municipality: int, end: int) -> int:
        """Thousandths of persons with nothing suitable in reach; suitability generous at LOW, cautious at HIGH."""
        reach = self.reach
        certain = np.zeros(len(reach.rows), dtype=bool)
        certain[reach.use_row if end == LOW else reach.use_row[~reach.use_generous]] = True
        mine = reach.rows["municipality"].to_numpy() == municipality
        return int(reach.need[end][mine & ~certain].sum())


def make_bounds(reach: Reach, opened: Bools) -> Bounds:
    """Sheets of the four states and the groups of municipalities that touch each other."""
    sheets = [
        sheet_of(reach, demand(reach, need, share, share)) for need in (LOW, HIGH) for share in (LOW, HIGH)
    ]
    owner = reach.rows["municipality"].to_numpy(dtype=np.int64)
    leaves = reach.use_pair == WALK
    by_corridor = (reach.use_pair >= 0) & (opened[np.maximum(reach.use_pair, 0)] if len(opened) else False)
    barred = reach.use_barred()
    by_corridor &= barred != BARRED
    away = leaves | by_corridor
    size = len(reach.codes)
    _count, part, _other = parts(size, size, *_bridges(owner[reach.use_row[away]], reach, away, size))
    undecided = np.zeros(size, dtype=bool)
    undecided[owner[reach.use_row[reach.use_generous | (barred == PERHAPS)]]] = True
    rows = reach.use_row[by_corridor]
    unsure = (reach.entitled[LOW][:, rows] != reach.entitled[HIGH][:, rows]).any(axis=0)
    undecided[owner[rows[unsure]]] = True
    return Bounds(reach, opened, sheets, part, undecided)


def _bridges(origin: Ints, reach: Reach, away: Bools, size: int) -> tuple[Ints, Ints]:
    """Arcs between municipalities as people's homes and the same municipalities as places, each tied to itself."""
    goal = reach.series_owner[reach.use_series[away]]
    own = np.arange(size)
    return np.concatenate([origin, own]), np.concatenate([goal, own])
