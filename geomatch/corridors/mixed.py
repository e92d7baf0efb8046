"""Two corridors together where a municipality's need stands at one end and that of all others at the other (METHOD 7).

The corner of each municipality is a flow of its own, mended from the one where everybody is at the same end. Both brings more
than each by itself only where a path uses both (`pairing`): somebody unserved gets to one of them, a free place can be
reached from one of them, and the people who come by one push others on to the other. Those few pairs are tried.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np

from geomatch.allocation.symmetry import Bools, Ints
from geomatch.corridors.augment import new_log, undo
from geomatch.corridors.flow import labels, onward
from geomatch.corridors.states import States, grouped
from geomatch.corridors.trials import close, linked_to, open_one, reopen, shut_one, try_limits, try_one

__all__ = ["Mixed", "Reached"]


class Reached:
    """Which corridors begin at each class and end at each series of some states.

    Attributes:
        cls, series, number: Per arc of a closed corridor.
        by_class, by_series: Where each class's (series') corridors begin, and the corridors.
    """

    def __init__(self, states: States) -> None:
        """Of `states`, whichever of them people stand at."""
        flow, count = states.flow, len(states.held[0]) // 2
        rest = np.arange(len(flow.s_arc), len(flow.cls))
        self.cls, self.series = flow.cls[rest].astype(np.int64), flow.ser[rest].astype(np.int64)
        self.number: Ints = flow.num[rest].astype(np.int64) % max(count, 1)
        self.by_class = grouped(self.cls, self.number, len(flow.left))
        self.by_series = grouped(self.series, self.number, len(flow.room))


class Mixed(AbstractContextManager["Mixed"]):
    """The corner of one municipality, while it is entered."""

    def __init__(self, states: States, opened: Bools, reached: Reached, at: tuple[int, int, int]) -> None:
        """`at`: the municipality, the number of its state and of that of all others, among those of `states`."""
        self._states, self._opened, self._reached = states, opened, reached
        self._corner = states.corner(*at)
        self._alone: dict[int, tuple[int, bool, bool, frozenset[int]]] = {}
        self._mark = np.zeros(len(states.flow.seen_f), dtype=bool)

    def __enter__(self) -> Self:
        """Put the municipality at its end."""
        self._labels: tuple[Bools, Bools] = self._corner.__enter__()
        return self

    @cached_property
    def _leads(self) -> tuple[Bools, Bools]:
        """Per corridor, whether somebody unserved gets to where it begins, and whether its end leads on to a free place."""
        flow, count, arcs = self._states.flow, len(self._opened), self._reached
        usable = flow.active[arcs.cls] & ~flow.shut[arcs.series]
        wanted, free = self._labels
        begins, goes_on = (
            np.bincount(arcs.number[usable & some], minlength=count) > 0
            for some in (wanted[arcs.cls], free[arcs.series + len(flow.left)])
        )
        return begins, goes_on

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the municipality back."""
        self._corner.__exit__(kind, error, trace)

    def _by_itself(self, one: int) -> tuple[int, bool, bool, frozenset[int]]:
        """What a closed corridor brings here; whether somebody could still come to it then, and go on; what it empties."""
        if one not in self._alone:
            brought, starts, ends, emptied = try_limits(
                self._states.flow, one, len(self._opened), *self._labels
            )
            self._alone[one] = int(brought), bool(starts), bool(ends), frozenset(emptied.tolist())
        return self._alone[one]

    def _sources(self, own: Ints) -> frozenset[int]:
        """The classes with somebody unserved who gets to where the arcs `own` begin."""
        flow = self._states.flow
        tails = flow.cls[own[flow.active[flow.cls[own]] & ~flow.shut[flow.ser[own]]]]
        met = onward(flow, tails, False, self._mark)  # numba takes no names
        classes = met[met < len(flow.left)]
        return frozenset(classes[flow.left[classes] > 0].tolist())

    def _sinks(self, own: Ints) -> frozenset[int]:
        """The series with free places (as vertices) that the arcs `own` lead on to."""
        flow = self._states.flow
        heads = flow.ser[own[flow.active[flow.cls[own]] & ~flow.shut[flow.ser[own]]]] + len(flow.left)
        met = onward(flow, heads, True, self._mark)  # numba takes no names
        series = met[met >= len(flow.left)]
        return frozenset(series[flow.room[series - len(flow.left)] > 0].tolist())

    def with_further(self, one: int, other: int) -> int:
        """What a corridor brings (an open one: what closing it loses) when a closed one is open as well."""
        flow, count = self._states.flow, len(self._opened)
        _brought, log, used = open_one(flow, other, count, *self._labels, new_log(), 0)
        if self._opened[one]:
            found, log, more = close(flow, one, count, *self._states.held, log, used)
            undo(flow, log, more, used)
            reopen(flow, one, count)
        else:
            found = try_one(flow, one, count, *labels(flow))
        undo(flow, log, used, 0)
        shut_one(flow, other, count)
        return int(found)

    def only_together(self, one: int) -> dict[int, int]:
        """The closed corridors with which one that brings nobody here does, and how many."""
        if self._opened[one]:
            return self._only_together_open(one)
        flow, count = self._states.flow, len(self._opened)
        leads, led = self._leads
        if leads[one]:
            others = np.ones(count, dtype=bool) if led[one] else led.copy()
        elif led[one]:
            others = leads.copy()
        else:
            # Neither can it be the first of a path nor the last.
            return {}
        own = np.concatenate([np.arange(flow.x_ptr[n], flow.x_ptr[n + 1]) for n in (one, one + count)])
        tried = self._linked(one, own, others)
        if not tried:
            return {}
        # The one before brings people to the other, which must have room for them; the one behind brings room. Whom
        # the other serves by itself need not come, and what it fills is no room any more.
        sources = self._sources(own) if leads[one] else frozenset[int]()
        sinks = self._sinks(own) if led[one] else frozenset[int]()
        alone = {}
        for other in tried:
            brought, starts, ends, emptied = self._by_itself(other)
            if (ends and not sources <= emptied) or (starts and not sinks <= emptied):
                alone[other] = brought
        if not alone:
            return {}
        _nobody, log, used = open_one(flow, one, count, *self._labels, new_log(), 0)
        known = labels(flow)
        together = {other: int(try_one(flow, other, count, *known)) for other in alone}
        undo(flow, log, used, 0)
        shut_one(flow, one, count)
        return {other: both - alone[other] for other, both in together.items() if both > alone[other]}

    def _only_together_open(self, one: int) -> dict[int, int]:
        """The same of an open one that nobody loses by: what another brings now and would not without it."""
        flow, count, held = self._states.flow, len(self._opened), self._states.held
        own = np.concatenate([held[1][held[0][n] : held[0][n + 1]] for n in (one, one + count)])
        now = np.logical_and(*self._leads)
        if not len(own) or not (now & ~self._opened).any():
            return {}
        _lost, log, used = close(flow, one, count, *held, new_log(), 0)
        known = labels(flow)
        without = {other: int(try_one(flow, other, count, *known)) for other in self._linked(one, own, now)}
        undo(flow, log, used, 0)
        reopen(flow, one, count)
        with_it = {other: self._by_itself(other)[0] for other in without}
        return {other: with_it[other] - less for other, less in without.items() if with_it[other] > less}

    def _linked(self, one: int, own: Ints, others: Bools) -> list[int]:
        """Those of `others` that are closed and to whom the people who come by `own` can push somebody, or from whom."""
        others = others & ~self._opened
        others[one] = False
        if not others.any():
            return []
        after, before = linked_to(
            self._states.flow, own, *self._reached.by_class, *self._reached.by_series, len(others), self._mark
        )
        return [int(other) for other in np.flatnonzero(others & ((after > 0) | (before > 0)))]
