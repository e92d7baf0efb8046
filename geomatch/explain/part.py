"""A month with one series larger or one corridor open, computed from the part of the country that it can touch.

Stage 1 of METHOD 5 cuts every municipality in two by itself, stage 2 what is left in two (`geomatch.allocation.totals`),
and the cuts say which arcs nobody uses in any of their optima. What is left falls into parts that the later stages
allocate each by itself. More places change the first cut of one municipality, an open corridor none, and the second cut
only in the part they are in; so only the parts in which an arc or a cut differs, or which the series lies in, are
allocated again. Everybody else keeps what they have: the answer is that of the whole month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geomatch.access import MonthAllocation
from geomatch.access.reach import Demand
from geomatch.allocation import LOCAL, Network, allocate
from geomatch.allocation.flows import most, reach
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.explain.state import Pair
from geomatch.tables import SCENARIOS

__all__ = ["Parts", "parts_of"]


@dataclass(frozen=True)
class _End:
    """One end of need: people, their arcs by (node, series), both cuts (nodes, then series), and who is left today."""

    people: Demand
    order: Ints
    allowed: Bools
    first: Bools
    second: Bools
    left: Floats


@dataclass(frozen=True)
class Parts:
    """A month that changes are tried on; made once by `parts_of` for all of them."""

    now: MonthAllocation
    ends: tuple[_End, ...]

    def more_places(self, series_id: str, places: int, code: str) -> tuple[Pair, Pair]:
        """How many fewer are left without a place when a series at a place has `places` more.

        Returns:
            Thousandths of persons in municipality `code`, and in all, each at low and at high need.
        """
        if series_id not in self.now.reach.series_id:
            # Of a purpose that is not asked for: nobody uses it, however many places it has.
            return (0, 0), (0, 0)
        series = self.now.reach.series_id.index(series_id)
        capacity = self.now.reach.capacity.copy()
        capacity[series] += places * 1000
        return self._tried(code, [self._with_places(end, series, capacity) for end in self.ends])

    def opened(self, pair: int, code: str) -> tuple[Pair, Pair]:
        """The same when the corridor of that number is open."""
        return self._tried(code, [self._with_corridor(end, pair) for end in self.ends])

    def _with_places(self, end: _End, series: int, capacity: Ints) -> Floats:
        found, nodes = self.now.reach, len(end.people.need)
        home = int(found.series_owner[series])
        members, places = np.flatnonzero(end.people.owner == home), np.flatnonzero(found.series_owner == home)
        arcs = end.order[
            (end.people.pair[end.order] == LOCAL) & (end.people.owner[end.people.node[end.order]] == home)
        ]
        first = end.first.copy()
        first[np.concatenate([members, places + nodes])] = _cut(
            end.people.need[members],
            capacity[places],
            np.searchsorted(members, end.people.node[arcs]),
            np.searchsorted(places, end.people.series[arcs]),
        )
        return self._again(end, end.allowed, first, capacity, np.array([series + nodes]))

    def _with_corridor(self, end: _End, pair: int) -> Floats:
        allowed = end.allowed | (end.people.pair == pair)
        return self._again(end, allowed, end.first, self.now.reach.capacity, np.array([], dtype=np.int64))

    def _again(self, end: _End, allowed: Bools, first: Bools, capacity: Ints, changed: Ints) -> Floats:
        """Who is left at each node after the change: the parts it touches allocated anew."""
        people, nodes = end.people, len(end.people.need)
        before, after = _used(people, end.allowed, end.first), _used(people, allowed, first)
        inside = _linked(people, before, after, changed, len(capacity))
        second = end.second.copy()
        members, places = np.flatnonzero(inside[:nodes]), np.flatnonzero(inside[nodes:])
        arcs = end.order[(after & inside[people.node])[end.order]]
        second[np.concatenate([members, places + nodes])] = _cut(
            people.need[members],
            capacity[places],
            np.searchsorted(members, people.node[arcs]),
            np.searchsorted(places, people.series[arcs]),
        )
        before, after = before & _kept(people, end.second), after & _kept(people, second)
        # Who is in full follows from the cuts as well.
        other = np.flatnonzero((end.first != first) | (end.second != second))
        inside = _linked(people, before, after, np.concatenate([changed, other]), len(capacity))
        members, places = np.flatnonzero(inside[:nodes]), np.flatnonzero(inside[nodes:])
        arcs = np.flatnonzero(after & inside[people.node])
        part = Network(
            need=people.need[members],
            capacity=capacity[places],
            node=np.searchsorted(members, people.node[arcs]),
            series=np.searchsorted(places, people.series[arcs]),
            local=people.pair[arcs] == LOCAL,
            seconds=people.seconds[arcs],
        )
        left = end.left.copy()
        left[members] = allocate(part).unserved
        return left

    def _tried(self, code: str, after: list[Floats]) -> tuple[Pair, Pair]:
        found = self.now.reach
        mine = np.array(found.codes, dtype=object) == code
        here, everywhere = [], []
        for end, left in zip(self.ends, after, strict=True):
            own = mine[end.people.owner]
            here.append(round(float(end.left[own].sum())) - round(float(left[own].sum())))
            everywhere.append(round(float(end.left.sum())) - round(float(left.sum())))
        return (here[0], here[1]), (everywhere[0], everywhere[1])


def parts_of(now: MonthAllocation) -> Parts:
    """A month ready to be changed.

    Args:
        now: The month. Nobody is served digitally in it: places at a distance are shared by everybody, so that nothing
            can be told from a part.
    """
    ends = []
    for name in SCENARIOS:
        scenario = now.scenarios[name]
        people = scenario.people
        order = np.lexsort((people.series, people.node))
        home = order[people.pair[order] == LOCAL]
        capacity = now.reach.capacity
        allowed = np.zeros(len(people.node), dtype=bool)
        allowed[scenario.arcs] = True
        first = _cut(people.need, capacity, people.node[home], people.series[home])
        rest = order[_used(people, allowed, first)[order]]
        second = _cut(people.need, capacity, people.node[rest], people.series[rest])
        ends.append(_End(people, order, allowed, first, second, scenario.allocation.unserved))
    return Parts(now, tuple(ends))


def _cut(need: Ints, capacity: Ints, node: Ints, series: Ints) -> Bools:
    """The short side: nodes, then series, that can be reached from people whom a maximum flow leaves over."""
    _value, flow = most(need, capacity, node, series)
    used, nodes = flow > 0, len(need)
    left = np.flatnonzero(np.bincount(node, flow, nodes) < need)
    return reach(
        nodes + len(capacity),
        left,
        np.concatenate([node, series[used] + nodes]),
        np.concatenate([series + nodes, node[used]]),
    )


def _kept(people: Demand, short: Bools) -> Bools:
    """Arcs that do not lead from the other side into a short series."""
    kept: Bools = short[people.node] | ~short[people.series + len(people.need)]
    return kept


def _used(people: Demand, allowed: Bools, first: Bools) -> Bools:
    """The arcs that somebody uses in some optimum of stage 1 (see `geomatch.allocation.totals`)."""
    away = first[people.node] & ~first[people.series + len(people.need)]
    kept: Bools = allowed & np.where(people.pair == LOCAL, _kept(people, first), away)
    return kept


def _linked(people: Demand, before: Bools, after: Bools, changed: Ints, places: int) -> Bools:
    """Nodes, then series, that arcs link to what is `changed` or to an arc that only one of the two sets has."""
    nodes = len(people.need)
    differ, either = np.flatnonzero(before != after), before | after
    ends = people.node[either], people.series[either] + nodes
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(nodes + places, nodes + places))
    _count, label = connected_components(graph, directed=False)
    start = np.concatenate([changed, people.node[differ], people.series[differ] + nodes])
    linked: Bools = np.isin(label, label[start])
    return linked
