"""Maximum flows of persons to places that are changed a little and mended, instead of being found anew.

A corridor adds a few arcs to a flow of a whole country, or takes some away. Every path on which more can then be sent
goes through one of the vertices that were touched (a path that avoids them was there before, and there was none), so
that only what is near them is searched (Ford & Fulkerson 1956). Two facts make the search cheap. Sending along a path
never lets a vertex reach a free place that could not reach one before, nor somebody unserved reach a vertex that was
out of reach; so what was searched in vain is not searched again. And every change is logged, so that the flow as it
was is put back without a copy.
"""

from __future__ import annotations

import numba
import numpy as np

from geomatch.allocation.symmetry import Ints
from geomatch.corridors.flow import usable

__all__ = ["crowd", "fill", "mend", "new_log", "search", "supply", "take_off", "undo"]


def new_log() -> Ints:
    """An empty log; it grows as it must."""
    return np.empty((1024, 2), dtype=np.int64)


@numba.njit(cache=True, nogil=True)
def search(net, start, session, near, every, ahead):  # type: ignore[no-untyped-def]  # numba compiles it
    """The nearest vertex that the search is for; -1 if there is none, and then what was searched is so for the session.

    `ahead`: the nearest series with room that can be reached from `start`. Otherwise the nearest class with somebody
    unserved who can get there. Not `every`: only by vertices that are `near` and by arcs that are linked.
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
    seen, came, dead = (net.seen_f, net.came_f, net.dead_f) if ahead else (net.seen_b, net.came_b, net.dead_b)
    if dead[start] == session:
        return -1
    net.clock[0] += 1
    now = net.clock[0]
    if ahead == (start >= classes) and (room[start - classes] if ahead else left[start]) > 0:
        return start
    queue = net.queue
    queue[0], seen[start] = start, now
    at, end = 0, 1
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
            if seen[goal] == now or dead[goal] == session or not (every or near[goal] or one >= base):
                continue
            # From people to series any usable arc leads, from series to people one that carries somebody.
            if of_class == ahead:
                if not usable(num[one], active[cls[one]], shut[ser[one]], on):
                    continue
            elif flow[one] <= 0:
                continue
            seen[goal], came[goal] = now, one
            # Only a series has room, only a class somebody unserved.
            if of_class == ahead and (room[goal - classes] if ahead else left[goal]) > 0:
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
            source = search(net, vertex, session, wanted, every, False)
            if source < 0:
                break
            sink = search(net, vertex, session, free, every, True)
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
            if amount > 0 and usable(num[arc], active[cls[arc]], shut[ser[arc]], on):
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
            sink = search(net, vertex, session, free, False, True)  # numba takes no names
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
            source = search(net, vertex, session, wanted, False, False)  # numba takes no names
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
            if amount > 0 and usable(num[arc], active[cls[arc]], shut[ser[arc]], on):
                flow[arc] += amount
                left[vertex] -= amount
                room[ser[arc]] -= amount
                total += amount
    waiting = np.flatnonzero(left > 0)
    net.clock[1] += 1
    for one in waiting:
        while left[one] > 0 and active[one]:
            sink = search(net, one, net.clock[1], active, True, True)  # numba takes no names
            if sink < 0:
                break
            sent, log, _used = _send(net, one, one, sink, False, log, 0)  # numba takes no names
            total += sent
    return total
