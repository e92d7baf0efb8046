"""With which one further corridor a corridor brings most (METHOD 7).

Why few pairs of corridors need trying. Let c1 and c2 be closed, f the base optimum and g the optimum with both open.
g - f is a sum of paths in the residual graph of f with the arcs of c1 and c2 added, each from someone unserved to a
free place, none of which undoes another. Paths with c1 only number at most gain(c1), with c2 only at most gain(c2), and
none uses neither. So both together give more than the sum only if a path uses both, that is: in the residual graph of
f a place of c1's goal leads to somebody whom c2 may take away (c1 before c2), or the other way round. Of such paths there
are no more than people who can be pushed on: whom c2 may take away, and who have a place that c1's goal leads to.

How much more. Let s(c) be the most unserved who could get to where c begins, and b(c) the most free places that its end
leads on to, neither more than its people and its places. Every path begins with its first corridor and ends with its last, so both together bring at most
s(c1) + s(c2) and at most b(c1) + b(c2). Where c1 can only come before c2, every path with c1 begins with it and every
path with c2 ends with it: both bring at most s(c1) + gain(c2) and at most gain(c1) + b(c2).

For c1 open, all this is so in the flow without it. With c2 open as well, closing c1 loses what it loses alone, and
what c2 brings now more than without c1; so only a c2 that brings something now can matter, and by no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.augment import crowd, new_log, supply, undo
from geomatch.corridors.flow import labels
from geomatch.corridors.states import States, grouped
from geomatch.corridors.trials import close, linked_to, open_one, reopen, shut_one, supply_many, try_one

__all__ = ["Pairing", "best_partner"]


@dataclass(slots=True)
class _Tried:
    """One corridor in trial at one end: what it brings alone, and the most it may bring with each other one."""

    one: int
    alone: int
    most: Ints
    log: Ints
    used: int
    labels: tuple[Bools, Bools]


class Pairing:
    """Pairs of corridors at one end of need."""

    def __init__(self, states: States, opened: Bools, gain: Ints, room: Ints) -> None:
        """Prepare.

        Args:
            states: A single state.
            opened: Corridors in use.
            gain: Per corridor, what it brings alone at this end, thousandths.
            room: Per corridor, free places that its end leads on to.
        """
        self._states, self._opened, self._gain = states, opened, gain
        self._base = states.enter()
        flow, count = states.flow, len(opened)
        rest = np.arange(len(flow.s_arc), len(flow.cls))
        rest = rest[~flow.shut[flow.ser[rest]]]
        pair = flow.num[rest].astype(np.int64) % max(count, 1)
        self._by_class = grouped(flow.cls[rest].astype(np.int64), pair, len(flow.left))
        self._by_series = grouped(flow.ser[rest].astype(np.int64), pair, len(flow.room))
        self._mark = np.zeros(len(flow.seen_f), dtype=bool)
        # No more than its people, nor than its places, can use a corridor.
        carried = np.minimum(
            self._total(self._by_class, states.need), self._total(self._by_series, states.capacity)
        )
        self._room = np.minimum(room, carried)
        closed = np.flatnonzero(~opened)
        self._supply = np.zeros(count, dtype=np.int64)
        self._supply[closed] = supply_many(flow, closed, count, self._base[0])
        self._supply = np.minimum(self._supply, carried)

    def _total(self, of: tuple[Ints, Ints], amount: Ints) -> Ints:
        """Per corridor, the amounts of the classes or series of its arcs together."""
        each = np.repeat(amount, np.diff(of[0]))
        return np.bincount(of[1], each, len(self._opened)).astype(np.int64)

    def start(self, one: int, limit: int) -> _Tried:
        """Try corridor `one`, which cannot bring more than `limit`; call `stop` before the next."""
        flow, count, gain = self._states.flow, len(self._opened), self._gain
        alone = int(gain[one])
        if alone >= limit:
            return _Tried(one, alone, np.full(count, alone), new_log(), -1, self._base)
        if self._opened[one]:
            return self._start_open(one, alone, limit)
        own = np.concatenate([np.arange(flow.x_ptr[n], flow.x_ptr[n + 1]) for n in (one, one + count)])
        after, before = linked_to(flow, own, *self._by_class, *self._by_series, count, self._mark)
        may_come, room = self._supply, self._room
        ahead = np.minimum(np.minimum(may_come[one] - alone, room - gain), after)
        behind = np.minimum(np.minimum(may_come - gain, room[one] - alone), before)
        either = np.minimum(may_come[one] + may_come, room[one] + room) - alone - gain
        either = np.minimum(either, after + before)
        more = np.select([(after > 0) & (before > 0), after > 0, before > 0], [either, ahead, behind], 0)
        more[self._opened], more[one] = 0, 0
        most = alone + np.clip(more, 0, limit - alone)
        if not (most > alone).any():
            return _Tried(one, alone, most, new_log(), -1, self._base)
        _brought, log, used = open_one(flow, one, count, *self._base, new_log(), 0)
        return _Tried(one, alone, most, log, used, labels(flow))

    def _start_open(self, one: int, alone: int, limit: int) -> _Tried:
        flow, count, held = self._states.flow, len(self._opened), self._states.held
        more = np.where(self._opened, 0, self._gain)
        if not more.any():
            return _Tried(one, alone, np.full(count, alone), new_log(), -1, self._base)
        _lost, log, used = close(flow, one, count, *held, new_log(), 0)
        own = np.concatenate([held[1][held[0][n] : held[0][n + 1]] for n in (one, one + count)])
        after, before = linked_to(flow, own, *self._by_class, *self._by_series, count, self._mark)
        known = labels(flow)
        kept = own[flow.active[flow.cls[own]] & ~flow.shut[flow.ser[own]]]
        begins, log, end = supply(flow, flow.cls[kept], known[0], log, used)
        undo(flow, log, end, used)
        leads, log, end = crowd(flow, flow.ser[kept] + len(flow.left), known[1], log, used)
        undo(flow, log, end, used)
        # Those who come by this one and push people on to the other, and those who come by the other and push on to it.
        linked = np.where(after > 0, np.minimum(after, begins), 0) + np.where(
            before > 0, np.minimum(before, leads), 0
        )
        both = (after > 0) & (before > 0)
        more = np.minimum(more, np.where(both, after + before, linked))
        most = alone + np.clip(more, 0, max(limit - alone, 0))
        return _Tried(one, alone, most, log, used, known)

    def value(self, tried: _Tried, other: int) -> int:
        """What the corridor in trial brings when `other` is open; never less than alone is told."""
        if tried.most[other] <= tried.alone:
            return tried.alone
        found = try_one(self._states.flow, other, len(self._opened), *tried.labels)
        change = self._gain[other] - found if self._opened[tried.one] else found - self._gain[other]
        return tried.alone + max(int(change), 0)

    def stop(self, tried: _Tried) -> None:
        """Put back the flow as it was."""
        if tried.used < 0:
            return
        undo(self._states.flow, tried.log, tried.used, 0)
        if self._opened[tried.one]:
            reopen(self._states.flow, tried.one, len(self._opened))
        else:
            shut_one(self._states.flow, tried.one, len(self._opened))


def best_partner(
    low: Pairing, high: Pairing, one: int, limits: tuple[int, int], best_min: Floats
) -> tuple[int | None, tuple[int, int]]:
    """The further corridor with which most is gained at both ends together, and the gains with it.

    Of equals the one with the shorter best day return; what is equal in that too is told apart by its number, which
    follows the codes, and only the name shown depends on it. None where no other adds anything.

    Args:
        low: At low need.
        high: At high need.
        one: The corridor.
        limits: The most that it can bring at either end, with whatever is open.
        best_min: Per corridor, its best day return.
    """
    ends = (low, high)
    tried = [end.start(one, limit) for end, limit in zip(ends, limits, strict=True)]
    alone = (tried[0].alone, tried[1].alone)
    best, together = None, alone
    most = tried[0].most + tried[1].most
    candidates = np.flatnonzero(most > sum(alone))
    for other in candidates[np.lexsort((candidates, best_min[candidates], -most[candidates]))].tolist():
        if most[other] < sum(together):
            break
        first = best is None or (best_min[other], other) < (best_min[best], best)
        if most[other] == sum(together) and not first:
            continue
        at_low = low.value(tried[0], other)
        if at_low + tried[1].most[other] < sum(together):
            continue
        found = (at_low, high.value(tried[1], other))
        more = sum(found) - sum(together)
        if more > 0 or (more == 0 and best is not None and first):
            best, together = other, found
    for end, state in zip(ends, tried, strict=True):
        end.stop(state)
    return best, together
