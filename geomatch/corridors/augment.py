"""Maximum flows of persons to places that are changed a little and mended, instead of being found anew.

A corridor adds a few arcs to a flow of a whole country, or takes some away. Every path on which more can then be sent
goes through one of the vertices that were touched (a path that avoids them was there before, and there was none), so
that only what is near them is searched (Ford & Fulkerson 1956). Two facts make the search cheap. Sending along a path
never lets a vertex reach a free place that could not reach one before, nor somebody unserved reach a vertex that was
out of reach; so what was searched in vain is not searched again. And every change is logged, so that the flow as it
was is put back without a copy.

Arcs have no limit of their own: people and places have. Vertices are people in classes, then series. The arrays of the
tuple are given names before the loops: to take one out of it inside costs more than the step itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from geomatch.allocation import LOCAL
from geomatch.allocation.symmetry import Bools, Ints

__all__ = [
    "Flow",
    "crowd",
    "fill",
    "labels",
    "link",
    "make_flow",
    "mend",
    "new_log",
    "onward",
    "supply",
    "take_off",
    "undo",
    "unlink",
]


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


def new_log() -> Ints:
    """An empty log; it grows as it must."""
    return np.empty((1024, 2), dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def _usable(number, active, shut, on):  # type: ignore[no-untyped-def]  # numba compiles it
    """Whether an arc of a number may be used, by people who are `active`, to a series that is `shut` to outsiders."""
    return active and (number == LOCAL or (not shut and (number < 0 or on[number])))


@numba.njit(cache=True, nogil=True)
def _forward(net, start, session, near, every):  # type: ignore[no-untyped-def]  # numba compiles it
    """The nearest series with room that can be reached, as a vertex; -1 if there is none.

    Not `every`: only by vertices that are `near` and by arcs that are linked.
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
    room, active, shut, on = net.room, net.active, net.shut, net.on
    classes, base = len(left), len(s_arc)
    if net.dead_f[start] == session:
        return -1
    net.clock[0] += 1
    now = net.clock[0]
    queue, seen, came, dead = net.queue, net.seen_f, net.came_f, net.dead_f
    if start >= classes and room[start - classes] > 0:
        return start
    queue[0], seen[start] = start, now
    at, end = 0, 1
    while at < end:
        vertex = queue[at]
        at += 1
        if vertex < classes:
            if not active[vertex]:
                continue
            arc = c_ptr[vertex]
            last = c_ptr[vertex + 1]
            linked = head_c[vertex]
            while True:
                if arc < last:
                    one = arc
                    arc += 1
                elif linked >= 0:
                    one = linked
                    linked = next_c[linked - base]
                else:
                    break
                goal = ser[one] + classes
                if seen[goal] == now or dead[goal] == session or not (every or near[goal] or one >= base):
                    continue
                if not _usable(num[one], active[cls[one]], shut[ser[one]], on):
                    continue
                seen[goal], came[goal] = now, one
                if room[goal - classes] > 0:
                    return goal
                queue[end] = goal
                end += 1
        else:
            series = vertex - classes
            place, last = s_ptr[series], s_ptr[series + 1]
            linked = head_s[series]
            while True:
                if place < last:
                    one = s_arc[place]
                    place += 1
                elif linked >= 0:
                    one = linked
                    linked = next_s[linked - base]
                else:
                    break
                if flow[one] > 0:
                    goal = cls[one]
                    if seen[goal] != now and dead[goal] != session and (every or near[goal] or one >= base):
                        seen[goal], came[goal] = now, one
                        queue[end] = goal
                        end += 1
    for i in range(end):
        dead[queue[i]] = session
    return -1


@numba.njit(cache=True, nogil=True)
def _backward(net, start, session, near, every):  # type: ignore[no-untyped-def]  # numba compiles it
    """The nearest class with somebody unserved who can get here; -1 if there is none. `near` and `every` as above."""
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
    if net.dead_b[start] == session:
        return -1
    net.clock[0] += 1
    now = net.clock[0]
    queue, seen, came, dead = net.queue, net.seen_b, net.came_b, net.dead_b
    if start < classes and left[start] > 0:
        return start
    queue[0], seen[start] = start, now
    at, end = 0, 1
    while at < end:
        vertex = queue[at]
        at += 1
        if vertex < classes:
            arc = c_ptr[vertex]
            last = c_ptr[vertex + 1]
            linked = head_c[vertex]
            while True:
                if arc < last:
                    one = arc
                    arc += 1
                elif linked >= 0:
                    one = linked
                    linked = next_c[linked - base]
                else:
                    break
                if flow[one] > 0:
                    goal = ser[one] + classes
                    if seen[goal] != now and dead[goal] != session and (every or near[goal] or one >= base):
                        seen[goal], came[goal] = now, one
                        queue[end] = goal
                        end += 1
        else:
            series = vertex - classes
            place, last = s_ptr[series], s_ptr[series + 1]
            linked = head_s[series]
            while True:
                if place < last:
                    one = s_arc[place]
                    place += 1
                elif linked >= 0:
                    one = linked
                    linked = next_s[linked - base]
                else:
                    break
                goal = cls[one]
                if seen[goal] == now or dead[goal] == session or not (every or near[goal] or one >= base):
                    continue
                if not _usable(num[one], active[cls[one]], shut[ser[one]], on):
                    continue
                seen[goal], came[goal] = now, one
                if left[goal] > 0:
                    return goal
                queue[end] = goal
                end += 1
    for i in range(end):
        dead[queue[i]] = session
    return -1


@numba.njit(cache=True, nogil=True)
def _write(log, used, what, amount):  # type: ignore[no-untyped-def]  # numba compiles it
    if used == len(log):
        longer = np.empty((2 * used, 2), dtype=np.int64)
        longer[:used] = log
        log = longer
    log[used, 0], log[used, 1] = what, amount
    return log, used + 1


@numba.njit(cache=True, nogil=True)
def _step(net, length, vertex, arc):  # type: ignore[no-untyped-def]  # numba compiles it
    """Lengthen the path by a vertex; where it has been there before, cut off the round."""
    before = net.place[vertex]
    if before < length and net.walk_v[before] == vertex:
        return before + 1
    net.place[vertex] = length
    net.walk_v[length], net.walk_a[length] = vertex, arc
    return length + 1


@numba.njit(cache=True, nogil=True)
def _send(net, source, middle, sink, crowd, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Send as much as goes from `source` by `middle` to `sink`, by the ways the searches came."""
    classes, arcs = len(net.left), len(net.flow)
    net.place[source] = 0
    net.walk_v[0], net.walk_a[0] = source, -1
    length, vertex = 1, source
    while vertex != middle:
        arc = net.came_b[vertex]
        vertex = net.ser[arc] + classes if vertex < classes else net.cls[arc]
        length = _step(net, length, vertex, arc)
    # The second half is found from its end; it is turned round in the queue, which no search needs now.
    count, vertex = 0, sink
    while vertex != middle:
        net.queue[count] = vertex
        count += 1
        arc = net.came_f[vertex]
        vertex = net.ser[arc] + classes if vertex < classes else net.cls[arc]
    for i in range(count - 1, -1, -1):
        vertex = net.queue[i]
        length = _step(net, length, vertex, net.came_f[vertex])
    amount = net.room[sink - classes]
    if not crowd:
        amount = min(amount, net.left[source])
    for i in range(1, length):
        if net.walk_v[i] < classes:
            amount = min(amount, net.flow[net.walk_a[i]])
    for i in range(1, length):
        change = -amount if net.walk_v[i] < classes else amount
        net.flow[net.walk_a[i]] += change
        log, used = _write(log, used, net.walk_a[i], change)
    net.room[sink - classes] -= amount
    log, used = _write(log, used, arcs + sink, -amount)
    if not crowd:
        net.left[source] -= amount
        log, used = _write(log, used, arcs + source, -amount)
    return amount, log, used


@numba.njit(cache=True, nogil=True)
def _through(net, vertices, wanted, free, every, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    net.clock[1] += 1
    session, total = net.clock[1], 0
    for vertex in vertices:
        while net.dead_f[vertex] != session and net.dead_b[vertex] != session:
            source = _backward(net, vertex, session, wanted, every)
            if source < 0:
                break
            sink = _forward(net, vertex, session, free, every)
            if sink < 0:
                break
            amount, log, used = _send(net, source, vertex, sink, False, log, used)  # numba takes no names
            total += amount
    return total, log, used


@numba.njit(cache=True, nogil=True)
def _direct(net, vertices, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Send by linked arcs alone, from people unserved to free places: what needs no search."""
    cls, ser, num, s_arc, head_c, next_c = net.cls, net.ser, net.num, net.s_arc, net.head_c, net.next_c
    flow, left, room, active, shut, on = net.flow, net.left, net.room, net.active, net.shut, net.on
    classes, base, size, total = len(left), len(s_arc), len(flow), 0
    for vertex in vertices:
        if vertex >= classes or not active[vertex]:
            continue
        arc = head_c[vertex]
        while arc >= 0 and left[vertex] > 0:
            amount = min(left[vertex], room[ser[arc]])
            if amount > 0 and _usable(num[arc], active[cls[arc]], shut[ser[arc]], on):
                flow[arc] += amount
                left[vertex] -= amount
                room[ser[arc]] -= amount
                log, used = _write(log, used, arc, amount)
                log, used = _write(log, used, size + vertex, -amount)
                log, used = _write(log, used, size + classes + ser[arc], -amount)
                total += amount
            arc = next_c[arc - base]
    return total, log, used


@numba.njit(cache=True, nogil=True)
def mend(net, vertices, wanted, free, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Send what can be sent through `vertices`.

    Args:
        net: The flow.
        vertices: Numbers of vertices: whatever can be sent goes through one of them.
        wanted, free: Labels of the flow before what was linked since (`labels`), by which is searched first; all False
            will do.
        log, used: Changes so far, and how many.

    Returns:
        Thousandths sent, the log and its length.
    """
    direct, log, used = _direct(net, vertices, log, used)
    first, log, used = _through(net, vertices, wanted, free, False, log, used)  # numba takes no names
    # Nearly always nothing more; this is the proof of it.
    more, log, used = _through(net, vertices, wanted, free, True, log, used)  # numba takes no names
    return direct + first + more, log, used


@numba.njit(cache=True, nogil=True)
def crowd(net, vertices, free, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """As `mend`, for people without number who stand before the series `vertices`."""
    net.clock[1] += 1
    session, total = net.clock[1], 0
    for vertex in vertices:
        while True:
            # No label can be wrong here: what cannot reach a free place cannot by any way, since nothing is linked.
            sink = _forward(net, vertex, session, free, False)  # numba takes no names
            if sink < 0:
                break
            amount, log, used = _send(net, vertex, vertex, sink, True, log, used)  # numba takes no names
            total += amount
    return total, log, used


@numba.njit(cache=True, nogil=True)
def supply(net, vertices, wanted, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """How many unserved could get to the classes `vertices`, if whoever gets there were taken away."""
    net.clock[1] += 1
    session, total, size = net.clock[1], 0, len(net.flow)
    for vertex in vertices:
        while True:
            source = _backward(net, vertex, session, wanted, False)  # numba takes no names
            if source < 0:
                break
            # The people of the class itself, or those who take the places of its people.
            net.place[source] = 0
            net.walk_v[0], net.walk_a[0] = source, -1
            length, amount, at = 1, net.left[source], source
            while at != vertex:
                arc = net.came_b[at]
                at = net.ser[arc] + len(net.left) if at < len(net.left) else net.cls[arc]
                net.walk_v[length], net.walk_a[length] = at, arc
                if at < len(net.left):
                    amount = min(amount, net.flow[arc])
                length += 1
            for i in range(1, length):
                change = -amount if net.walk_v[i] < len(net.left) else amount
                net.flow[net.walk_a[i]] += change
                log, used = _write(log, used, net.walk_a[i], change)
            net.left[source] -= amount
            log, used = _write(log, used, size + source, -amount)
            total += amount
    return total, log, used


@numba.njit(cache=True, nogil=True)
def undo(net, log, used, keep):  # type: ignore[no-untyped-def]  # numba compiles it
    """Take back the changes after the first `keep`."""
    arcs, classes = len(net.flow), len(net.left)
    for i in range(used - 1, keep - 1, -1):
        what, amount = log[i, 0], log[i, 1]
        if what < arcs:
            net.flow[what] -= amount
        elif what < arcs + classes:
            net.left[what - arcs] -= amount
        else:
            net.room[what - arcs - classes] -= amount
    return keep


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
def take_off(net, arcs, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Empty `arcs`.

    Returns:
        Thousandths taken off, the log, its length, and the vertices that were touched.
    """
    classes, size = len(net.left), len(net.flow)
    touched = np.empty(2 * len(arcs), dtype=np.int32)
    count, total = 0, 0
    for arc in arcs:
        amount = net.flow[arc]
        if amount == 0:
            continue
        cls, series = net.cls[arc], net.ser[arc]
        net.flow[arc] = 0
        net.left[cls] += amount
        net.room[series] += amount
        log, used = _write(log, used, arc, -amount)
        log, used = _write(log, used, size + cls, amount)
        log, used = _write(log, used, size + classes + series, amount)
        touched[count], touched[count + 1] = cls, classes + series
        count += 2
        total += amount
    return total, log, used, touched[:count]


@numba.njit(cache=True, nogil=True)
def fill(net):  # type: ignore[no-untyped-def]  # numba compiles it
    """Serve as many as can be; thousandths more than before."""
    cls, ser, num, c_ptr, flow, left = net.cls, net.ser, net.num, net.c_ptr, net.flow, net.left
    room, active, shut, on = net.room, net.active, net.shut, net.on
    log = np.empty((1024, 2), dtype=np.int64)
    total = np.int64(0)
    # What is near first, without the search.
    for vertex in range(len(left)):
        for arc in range(c_ptr[vertex], c_ptr[vertex + 1]):
            amount = min(room[ser[arc]], left[vertex])
            if amount > 0 and _usable(num[arc], active[cls[arc]], shut[ser[arc]], on):
                flow[arc] += amount
                left[vertex] -= amount
                room[ser[arc]] -= amount
                total += amount
    waiting = np.flatnonzero(left > 0)
    net.clock[1] += 1
    for one in waiting:
        while left[one] > 0 and active[one]:
            sink = _forward(net, one, net.clock[1], active, True)  # numba takes no names
            if sink < 0:
                break
            sent, log, _used = _send(net, one, one, sink, False, log, 0)  # numba takes no names
            total += sent
    return total


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
                (_usable(num[one], active[cls[one]], shut[ser[one]], on))
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
