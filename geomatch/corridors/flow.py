"""A flow of persons to places, and what may be added to it: its arrays, what opens and closes, what is in reach.

Arcs have no limit of their own: people and places have. Vertices are people in classes, then series. The arrays of the
tuple are given names before the loops: to take one out of it inside costs more than the step itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from geomatch.allocation import LOCAL
from geomatch.allocation.symmetry import Bools, Ints

__all__ = ["Flow", "labels", "link", "make_flow", "onward", "unlink", "usable"]


class Flow(NamedTuple):
    """A flow and all that may be added to it. Arrays are changed in place.

    Attributes:
        cls, ser, num: Per arc: class, series and LOCAL, WALK (or less), or the number of what opens it. The first arcs,
            sorted by class, are always there; the others are sorted by number and are linked in when that is opened.
        c_ptr: Where each class's first arcs begin.
        s_ptr, s_arc: Where each series' first arcs begin in `s_arc`, which holds their numbers.
        x_ptr: Per number that can be opened, where its arcs begin.
        head_c, head_s, next_c, next_s: Linked arcs by class and by series; -1 ends a list.
        flow: Per arc, thousandths of persons.
        left, room: Per class and per series, thousandths of persons unserved and of places free.
        active: Per class, whether its people are there.
        shut: Per series, whether it is closed to people of other municipalities.
        on: Per number, whether its first arcs may be used.
        seen_f, seen_b, dead_f, dead_b: Per vertex, the search that saw it and the session that searched it in vain.
        came_f, came_b: Per vertex, the arc by which the search came.
        queue: Room for a search.
        place, walk_v, walk_a: Room for a path.
        clock: Number of searches, of sessions.
    """

    cls: Ints
    ser: Ints
    num: Ints
    c_ptr: Ints
    s_ptr: Ints
    s_arc: Ints
    x_ptr: Ints
    head_c: Ints
    head_s: Ints
    next_c: Ints
    next_s: Ints
    flow: Ints
    left: Ints
    room: Ints
    active: Bools
    shut: Bools
    on: Bools
    seen_f: Ints
    seen_b: Ints
    dead_f: Ints
    dead_b: Ints
    came_f: Ints
    came_b: Ints
    queue: Ints
    place: Ints
    walk_v: Ints
    walk_a: Ints
    clock: Ints


def make_flow(need: Ints, capacity: Ints, arcs: tuple[Ints, Ints, Ints], first: Bools, numbers: int) -> Flow:
    """A flow in which nobody is served yet and nothing is opened, with all people there.

    Args:
        need: Per class, thousandths of persons.
        capacity: Per series, thousandths of places.
        arcs: Per arc: class, series and LOCAL, WALK (or less) or the number of what opens it.
        first: Per arc, whether it is there from the start.
        numbers: How many numbers there are.
    """
    cls, ser, num = arcs
    classes, places = len(need), len(capacity)
    base, rest = np.flatnonzero(first), np.flatnonzero(~first)
    base = base[np.lexsort((ser[base], cls[base]))]
    rest = rest[np.lexsort((ser[rest], cls[rest], num[rest]))]
    order = np.concatenate([base, rest])
    s_arc = np.argsort(ser[base], kind="stable")

    def starts(of: Ints, count: int) -> Ints:
        return np.concatenate([[0], np.cumsum(np.bincount(of, minlength=count))]).astype(np.int64)

    size = classes + places

    def zeros() -> Ints:
        return np.zeros(size, dtype=np.int64)

    return Flow(
        cls=cls[order].astype(np.int32),
        ser=ser[order].astype(np.int32),
        num=num[order].astype(np.int32),
        c_ptr=starts(cls[base], classes),
        s_ptr=starts(ser[base], places),
        s_arc=s_arc.astype(np.int32),
        x_ptr=starts(num[rest], numbers) + len(base),
        head_c=np.full(classes, -1, dtype=np.int32),
        head_s=np.full(places, -1, dtype=np.int32),
        next_c=np.full(len(rest), -1, dtype=np.int32),
        next_s=np.full(len(rest), -1, dtype=np.int32),
        flow=np.zeros(len(order), dtype=np.int64),
        left=need.astype(np.int64).copy(),
        room=capacity.astype(np.int64).copy(),
        active=np.ones(classes, dtype=bool),
        shut=np.zeros(places, dtype=bool),
        on=np.ones(numbers, dtype=bool),
        seen_f=zeros(),
        seen_b=zeros(),
        dead_f=zeros(),
        dead_b=zeros(),
        came_f=zeros().astype(np.int32),
        came_b=zeros().astype(np.int32),
        queue=zeros().astype(np.int32),
        place=zeros(),
        walk_v=np.zeros(size + 1, dtype=np.int32),
        walk_a=np.zeros(size + 1, dtype=np.int32),
        clock=np.zeros(2, dtype=np.int64),
    )


@numba.njit(cache=True, nogil=True)
def usable(number, active, shut, on):  # type: ignore[no-untyped-def]  # numba compiles it
    """Whether an arc of a number may be used, by people who are `active`, to a series that is `shut` to outsiders."""
    return active and (number == LOCAL or (not shut and (number < 0 or on[number])))


@numba.njit(cache=True, nogil=True)
def link(net, number):  # type: ignore[no-untyped-def]  # numba compiles it
    """Open `number`. Numbers are taken out by `unlink` in the opposite order."""
    base = len(net.s_arc)
    for arc in range(net.x_ptr[number], net.x_ptr[number + 1]):
        cls, ser = net.cls[arc], net.ser[arc]
        net.next_c[arc - base], net.next_s[arc - base] = net.head_c[cls], net.head_s[ser]
        net.head_c[cls], net.head_s[ser] = arc, arc


@numba.njit(cache=True, nogil=True)
def unlink(net, number):  # type: ignore[no-untyped-def]  # numba compiles it
    """Close `number`, the last that was opened. Its arcs must be empty."""
    base = len(net.s_arc)
    for arc in range(net.x_ptr[number + 1] - 1, net.x_ptr[number] - 1, -1):
        net.head_c[net.cls[arc]] = net.next_c[arc - base]
        net.head_s[net.ser[arc]] = net.next_s[arc - base]


@numba.njit(cache=True, nogil=True)
def onward(net, starts, ahead, mark):  # type: ignore[no-untyped-def]  # numba compiles it
    """What can be reached from `starts` (or, not `ahead`, from where they can be reached), as vertices.

    `mark` holds False per vertex, and does again afterwards.
    """
    cls, ser, num, c_ptr, s_ptr, s_arc = net.cls, net.ser, net.num, net.c_ptr, net.s_ptr, net.s_arc
    head_c, head_s, next_c, next_s, flow, left = (
        net.head_c,
        net.head_s,
        net.next_c,
        net.next_s,
        net.flow,
        net.left,
    )
    active, shut, on = net.active, net.shut, net.on
    classes, base = len(left), len(s_arc)
    queue = np.empty(len(mark), dtype=np.int32)
    end = 0
    for start in starts:
        if not mark[start]:
            mark[start] = True
            queue[end] = start
            end += 1
    at = 0
    while at < end:
        vertex = queue[at]
        at += 1
        of_class = vertex < classes
        if of_class:
            place, last, linked = c_ptr[vertex], c_ptr[vertex + 1], head_c[vertex]
        else:
            series = vertex - classes
            place, last, linked = s_ptr[series], s_ptr[series + 1], head_s[series]
        while True:
            if place < last:
                one = np.int64(place) if of_class else np.int64(s_arc[place])
                place += 1
            elif linked >= 0:
                one = np.int64(linked)
                linked = next_c[linked - base] if of_class else next_s[linked - base]
            else:
                break
            goal = ser[one] + classes if of_class else cls[one]
            if mark[goal]:
                continue
            # From people to series any usable arc leads, from series to people one that carries somebody.
            if (
                (usable(num[one], active[cls[one]], shut[ser[one]], on))
                if of_class == ahead
                else (flow[one] > 0)
            ):
                mark[goal] = True
                queue[end] = goal
                end += 1
    for i in range(end):
        mark[queue[i]] = False
    return queue[:end].copy()


@numba.njit(cache=True, nogil=True)
def labels(net):  # type: ignore[no-untyped-def]  # numba compiles it
    """Per vertex, whether somebody unserved gets to it, and whether a free place can be reached from it."""
    size, classes = len(net.seen_f), len(net.left)
    mark = np.zeros(size, dtype=np.bool_)
    wanted, free = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    for vertex in onward(
        net, np.flatnonzero((net.left > 0) & net.active), True, mark
    ):  # numba takes no names
        wanted[vertex] = True
    for vertex in onward(net, np.flatnonzero(net.room > 0) + classes, False, mark):  # numba takes no names
        free[vertex] = True
    return wanted, free
