"""How many are served: stages 1 and 2 of METHOD 5 as flows in whole numbers, many times over.

Stage 1 is a maximum flow in each municipality by itself. Its minimum cut parts the municipality in two: from people
left over, follow arcs to series and back to whom they serve; what is reached is the *short* side. In every optimum of
stage 1 the short side's series are full of the municipality's own people, everybody on the other side is served at
home, and no arc runs from that other side to a short series. So stage 2 may forget these: arcs of people on the other
side out of the municipality, arcs of outsiders into short series, arcs from the other side to short series. In what
remains an augmenting path never empties a full series nor a served node; hence the most served in all, with local
first, is simply the maximum flow of what remains. The cut does not depend on corridors and not on other
municipalities: it is made once (`Sheet`), and municipalities of different sheets can be combined (`Mixture`), which
is how a corner (one municipality at low need, the others at high) is put together.

For a maximum flow r(people), the persons of a municipality o who are served elsewhere are over all optima of stages
1 and 2 at most r(o) and at least r(all) - r(all but o), both with everybody's local people at home.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geomatch.allocation.flows import most, reach
from geomatch.allocation.symmetry import Bools, Ints, merge_nodes

__all__ = ["LOCAL", "WALK", "Mixture", "Sheet", "make_sheet"]

LOCAL = -1
"""Arc to a series of the own municipality."""
WALK = -2
"""Arc to another municipality that is walked from door to door: allowed without a corridor."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stage 1 leaves of one state of need: people in classes of equal arcs, and the cut.

    Attributes:
        need: Per class, thousandths of persons.
        owner: Per class, its municipality.
        cls, series, pair: Per arc: its class, its series, and LOCAL, WALK or the number of its corridor.
        short: Per series, whether its municipality's own people fill it in every optimum.
        local: Per municipality, thousandths served at home.
    """

    need: Ints
    owner: Ints
    cls: Ints
    series: Ints
    pair: Ints
    short: Bools
    local: Ints


def _merge(
    need: Ints, owner: Ints, mark: Bools, node: Ints, series: Ints, pair: Ints
) -> tuple[Ints, Ints, Bools, Ints, Ints, Ints]:
    """Nodes of equal owner, mark and arcs as one: need, owner, mark, then arcs sorted by (class, series)."""
    label, first = merge_nodes(2 * owner + mark, node, np.column_stack([series, pair]).astype(np.int64))
    keep = np.isin(node, first)
    cls, series, pair = label[node[keep]], series[keep], pair[keep]
    order = np.lexsort((series, cls))
    total = np.bincount(label[label >= 0], need[label >= 0], len(first)).astype(np.int64)
    return total, owner[first], mark[first], cls[order], series[order], pair[order]


def make_sheet(
    need: Ints, owner: Ints, node: Ints, series: Ints, pair: Ints, capacity: Ints, municipalities: int
) -> Sheet:
    """Stage 1 and its cut for one state of need.

    Args:
        need: Per node, thousandths of persons.
        owner: Per node, its municipality.
        node: Per arc, its node.
        series: Per arc, its series.
        pair: Per arc, LOCAL, WALK or the number of the corridor that it needs.
        capacity: Per series, thousandths of places.
        municipalities: How many municipalities there are.
    """
    here = need[node] > 0
    needs, owners, _mark, cls, places, pairs = _merge(
        need, owner, np.zeros(len(need), bool), node[here], series[here], pair[here]
    )
    home = pairs == LOCAL
    _value, flow = most(needs, capacity, cls[home], places[home])
    served = np.bincount(cls[home], flow, len(needs)).astype(np.int64)
    used = flow > 0
    left = np.flatnonzero(served < needs)
    reached = reach(
        len(needs) + len(capacity),
        left,
        np.concatenate([cls[home], places[home][used] + len(needs)]),
        np.concatenate([places[home] + len(needs), cls[home][used]]),
    )
    short_class, short = reached[: len(needs)], reached[len(needs) :]
    keep = np.where(home, short_class[cls] | ~short[places], short_class[cls])
    final = _merge(needs, owners, short_class.astype(bool), cls[keep], places[keep], pairs[keep])
    return Sheet(
        need=final[0],
        owner=final[1],
        cls=final[3],
        series=final[4],
        pair=final[5],
        short=short,
        local=np.bincount(owners, served, municipalities).astype(np.int64),
    )


@dataclass(slots=True)
class Mixture:
    """Municipalities of several sheets side by side: one corner.

    Attributes:
        need, owner, cls, series, pair: As in `Sheet`.
        capacity: Per series, thousandths of places.
        local: Thousandths served at home, all municipalities together.
        local_of: The same per municipality.
    """

    need: Ints
    owner: Ints
    cls: Ints
    series: Ints
    pair: Ints
    capacity: Ints
    local: int
    local_of: Ints
    _known: dict[bytes, int] = field(default_factory=dict)

    @classmethod
    def of(cls, sheets: Sequence[Sheet], choice: Ints, capacity: Ints, series_owner: Ints) -> Mixture:
        """Take municipality m from `sheets[choice[m]]`; -1 leaves its people out."""
        needs, owners, classes, series, pairs = [], [], [], [], []
        local_of = np.zeros(len(choice), dtype=np.int64)
        shut = np.zeros(len(capacity), dtype=bool)
        for number, sheet in enumerate(sheets):
            shut |= sheet.short & (choice[series_owner] == number)
            local_of[choice == number] = sheet.local[choice == number]
        offset = 0
        for number, sheet in enumerate(sheets):
            chosen = choice[sheet.owner] == number
            new = np.cumsum(chosen) - 1 + offset
            arcs = chosen[sheet.cls] & ((sheet.pair == LOCAL) | ~shut[sheet.series])
            needs.append(sheet.need[chosen])
            owners.append(sheet.owner[chosen])
            classes.append(new[sheet.cls[arcs]])
            series.append(sheet.series[arcs])
            pairs.append(sheet.pair[arcs])
            offset += int(chosen.sum())
        return cls(
            np.concatenate(needs),
            np.concatenate(owners),
            np.concatenate(classes),
            np.concatenate(series),
            np.concatenate(pairs),
            capacity,
            int(local_of.sum()),
            local_of,
        )

    def allowed(self, opened: Bools) -> Bools:
        """Per arc, whether it may be used when the corridors `opened` are open."""
        if not len(opened):
            return self.pair < 0
        return (self.pair < 0) | opened[np.maximum(self.pair, 0)]

    def _value(self, mask: Bools) -> int:
        # Where nobody may leave home the answer is known.
        if not (mask & (self.pair != LOCAL)).any():
            return self.local
        key = np.packbits(mask).tobytes()
        if key not in self._known:
            self._known[key] = most(self.need, self.capacity, self.cls[mask], self.series[mask])[0]
        return self._known[key]

    def total(self, opened: Bools, extra: Bools | None = None) -> int:
        """Most served in all, local first, in thousandths; `extra` marks further arcs that may be used."""
        mask = self.allowed(opened)
        return self._value(mask if extra is None else mask | extra)

    def served_range(self, municipality: int, opened: Bools) -> tuple[int, int]:
        """Least and greatest served of one municipality over all optima of stages 1 and 2."""
        mask = self.allowed(opened)
        mine = self.owner[self.cls] == municipality
        home = self.pair == LOCAL
        greatest = self._value(mask & (mine | home)) - self.local + int(self.local_of[municipality])
        others = self._value(mask & (~mine | home)) - int(self.local_of[municipality])
        return self._value(mask) - others, greatest

    def residual(self, opened: Bools) -> tuple[Bools, Bools, Ints, Ints]:
        """What can be reached after an optimum.

        Returns:
            Per vertex (classes, then series): whether someone unserved can push to it, and whether it can push to a
            free place; then tails and heads of the residual arcs.
        """
        mask = self.allowed(opened)
        cls, series = self.cls[mask], self.series[mask]
        _value, flow = most(self.need, self.capacity, cls, series)
        classes, size = len(self.need), len(self.need) + len(self.capacity)
        back = flow > 0
        tails = np.concatenate([cls, series[back] + classes])
        heads = np.concatenate([series + classes, cls[back]])
        left = np.flatnonzero(np.bincount(cls, flow, classes) < self.need)
        free = np.flatnonzero(np.bincount(series, flow, len(self.capacity)) < self.capacity) + classes
        return reach(size, left, tails, heads), reach(size, free, heads, tails), tails, heads
