"""Trying corridors one by one, and in twos, on a flow that is mended and put back (`augment`)."""

from __future__ import annotations

import numba
import numpy as np

from geomatch.allocation import LOCAL
from geomatch.corridors.augment import crowd, mend, search, supply, take_off, undo
from geomatch.corridors.flow import labels, link, onward, unlink

__all__ = [
    "alone_many",
    "close",
    "free_many",
    "linked_to",
    "open_one",
    "reopen",
    "shut_one",
    "supply_many",
    "swap_people",
    "try_limits",
    "try_one",
    "without_many",
]


@numba.njit(cache=True, nogil=True)
def close(net, corridor, count, base_ptr, base_arc, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Close an open corridor and mend; what is lost (0 for one that is closed), the log and its length."""
    lost, nothing = 0, np.zeros(len(net.seen_f), dtype=np.bool_)
    for number in (corridor, corridor + count):
        net.on[number] = False
        total, log, used, touched = take_off(
            net, base_arc[base_ptr[number] : base_ptr[number + 1]], log, used
        )
        regained, log, used = mend(net, touched, nothing, nothing, log, used)
        lost += total - regained
    return lost, log, used


@numba.njit(cache=True, nogil=True)
def reopen(net, corridor, count):  # type: ignore[no-untyped-def]  # numba compiles it
    """Let the corridor be used again; its flow is put back by `undo`."""
    net.on[corridor] = net.on[corridor + count] = True


@numba.njit(cache=True, nogil=True)
def _tails_lead(net, arcs, wanted, free):  # type: ignore[no-untyped-def]  # numba compiles it
    """Whether somebody unserved gets to one of these arcs, and whether one of them leads on to a free place."""
    classes = len(net.left)
    start = goal = False
    for arc in arcs:
        if net.active[net.cls[arc]] and not net.shut[net.ser[arc]]:
            start = start or wanted[net.cls[arc]]
            goal = goal or free[classes + net.ser[arc]]
            if start and goal:
                break
    return start, goal


@numba.njit(cache=True, nogil=True)
def alone_many(net, corridors, opened, base_ptr, base_arc, wanted, free):  # type: ignore[no-untyped-def]  # numba compiles it
    """Per corridor, thousandths gained by its good day returns and by all, on top of the other open ones."""
    count = len(opened)
    good, every = np.zeros(len(corridors), dtype=np.int64), np.zeros(len(corridors), dtype=np.int64)
    log = np.empty((1024, 2), dtype=np.int64)
    nothing = np.zeros(len(net.seen_f), dtype=np.bool_)
    for i in range(len(corridors)):
        one = corridors[i]
        used = 0
        if opened[one]:
            every[i], log, used = close(net, one, count, base_ptr, base_arc, log, used)
            net.on[one] = True
            tails = net.cls[base_arc[base_ptr[one] : base_ptr[one + 1]]]
            good[i], log, used = mend(net, tails, nothing, nothing, log, used)
            undo(net, log, used, 0)
            reopen(net, one, count)
            continue
        starts = ends = False
        for number in (one, one + count):
            start, goal = _tails_lead(net, np.arange(net.x_ptr[number], net.x_ptr[number + 1]), wanted, free)
            starts, ends = starts or start, ends or goal
        if not (starts and ends):
            continue
        link(net, one)
        good[i], log, used = mend(net, net.cls[net.x_ptr[one] : net.x_ptr[one + 1]], wanted, free, log, used)
        other = one + count
        link(net, other)
        more, log, used = mend(net, net.cls[net.x_ptr[other] : net.x_ptr[other + 1]], wanted, free, log, used)
        every[i] = good[i] + more
        undo(net, log, used, 0)
        unlink(net, other)
        unlink(net, one)
    return good, every


@numba.njit(cache=True, nogil=True)
def free_many(net, corridors, opened, base_ptr, base_arc, series_ptr, series, free):  # type: ignore[no-untyped-def]  # numba compiles it
    """Per corridor (-1: none, a walk), places at `series` that a crowd could take without anybody losing theirs."""
    count, classes = len(opened), len(net.left)
    found = np.zeros(len(corridors), dtype=np.int64)
    log = np.empty((1024, 2), dtype=np.int64)
    for i in range(len(corridors)):
        one = corridors[i]
        used = 0
        shut = one >= 0 and opened[one]
        if shut:
            _lost, log, used = close(net, one, count, base_ptr, base_arc, log, used)
        vertices = series[series_ptr[i] : series_ptr[i + 1]] + classes
        found[i], log, used = crowd(net, vertices, labels(net)[1] if shut else free, log, used)
        undo(net, log, used, 0)
        if shut:
            reopen(net, one, count)
    return found


@numba.njit(cache=True, nogil=True)
def without_many(net, group_ptr, group):  # type: ignore[no-untyped-def]  # numba compiles it
    """Per group of classes, by how much fewer are served when its people are not there."""
    found = np.zeros(len(group_ptr) - 1, dtype=np.int64)
    log = np.empty((1024, 2), dtype=np.int64)
    size, nothing = len(net.flow), np.zeros(len(net.seen_f), dtype=np.bool_)
    for i in range(len(found)):
        used, lost = 0, 0
        for cls in group[group_ptr[i] : group_ptr[i + 1]]:
            arcs = np.arange(net.c_ptr[cls], net.c_ptr[cls + 1])
            total, log, used, _touched = take_off(net, arcs, log, used)
            lost += total
        for cls in group[group_ptr[i] : group_ptr[i + 1]]:
            net.active[cls] = False
            if used == len(log):
                longer = np.empty((2 * used, 2), dtype=np.int64)
                longer[:used] = log
                log = longer
            log[used, 0], log[used, 1] = size + cls, -net.left[cls]
            net.left[cls] = 0
            used += 1
        # Whoever takes what they leave comes to a series of theirs.
        places = np.empty(0, dtype=np.int32)
        for cls in group[group_ptr[i] : group_ptr[i + 1]]:
            places = np.concatenate((places, net.ser[net.c_ptr[cls] : net.c_ptr[cls + 1]]))
        regained, log, used = mend(net, places + len(net.left), nothing, nothing, log, used)
        found[i] = lost - regained
        undo(net, log, used, 0)
        for cls in group[group_ptr[i] : group_ptr[i + 1]]:
            net.active[cls] = True
    return found


@numba.njit(cache=True, nogil=True)
def swap_people(net, old, new, need, series, now_shut, log):  # type: ignore[no-untyped-def]  # numba compiles it
    """Other people of one municipality: classes `new` with their `need` instead of `old`, and mend.

    `series` are its series, `now_shut` whether each is closed to outsiders after it. Returns the log and its length;
    `active` and `shut` are put back by the caller.
    """
    used, size, classes = 0, len(net.flow), len(net.left)
    vertices = np.empty(0, dtype=np.int32)
    for cls in old:
        _total, log, used, touched = take_off(net, np.arange(net.c_ptr[cls], net.c_ptr[cls + 1]), log, used)
        vertices = np.concatenate((vertices, touched[1::2]))
    if used + len(old) + len(new) > len(log):
        longer = np.empty((2 * (used + len(old) + len(new)), 2), dtype=np.int64)
        longer[:used] = log[:used]
        log = longer
    for cls in old:
        net.active[cls] = False
        log[used, 0], log[used, 1] = size + cls, -net.left[cls]
        net.left[cls] = 0
        used += 1
    for i in range(len(new)):
        net.active[new[i]] = True
        log[used, 0], log[used, 1] = size + new[i], need[i]
        net.left[new[i]] += need[i]
        used += 1
    for i in range(len(series)):
        net.shut[series[i]] = now_shut[i]
        if now_shut[i]:
            inside = net.s_arc[net.s_ptr[series[i]] : net.s_ptr[series[i] + 1]]
            _total, log, used, touched = take_off(net, inside[net.num[inside] != LOCAL], log, used)
            vertices = np.concatenate((vertices, touched))
    vertices = np.concatenate((vertices, new.astype(np.int32), (series + classes).astype(np.int32)))
    nothing = np.zeros(len(net.seen_f), dtype=np.bool_)
    _total, log, used = mend(net, vertices, nothing, nothing, log, used)
    return log, used


@numba.njit(cache=True, nogil=True)
def supply_many(net, corridors, count, wanted):  # type: ignore[no-untyped-def]  # numba compiles it
    """Per closed corridor, how many unserved could get to where it begins."""
    found = np.zeros(len(corridors), dtype=np.int64)
    log = np.empty((1024, 2), dtype=np.int64)
    for i in range(len(corridors)):
        used = 0
        arcs = np.concatenate(
            (
                np.arange(net.x_ptr[corridors[i]], net.x_ptr[corridors[i] + 1]),
                np.arange(net.x_ptr[corridors[i] + count], net.x_ptr[corridors[i] + count + 1]),
            )
        )
        tails = net.cls[arcs[net.active[net.cls[arcs]] & ~net.shut[net.ser[arcs]]]]
        found[i], log, used = supply(net, tails, wanted, log, used)
        undo(net, log, used, 0)
    return found


@numba.njit(cache=True, nogil=True)
def linked_to(net, own, class_ptr, class_of, series_ptr, series_of, count, mark):  # type: ignore[no-untyped-def]  # numba compiles it
    """How many people of each corridor's start could be pushed off a place by whom the arcs `own` bring, at the most.

    And how many could be pushed off a place where it ends, so that `own` may take them or whoever they push.

    Args:
        net: The flow.
        own: Arcs of one corridor.
        class_ptr, class_of: Per class, the corridors that begin there.
        series_ptr, series_of: Per series, the corridors that end there.
        count: How many corridors there are.
        mark: False per vertex.

    Returns:
        Thousandths per corridor, after and before; 0 where it is not linked.
    """
    classes, base = len(net.left), len(net.s_arc)
    after, before = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    own = own[net.active[net.cls[own]] & ~net.shut[net.ser[own]]]
    met = onward(net, net.ser[own] + classes, True, mark)  # numba takes no names
    for vertex in met:
        mark[vertex] = True
    for vertex in met:
        if vertex < classes and class_ptr[vertex] < class_ptr[vertex + 1]:
            amount, linked = 0, net.head_c[vertex]
            for arc in range(net.c_ptr[vertex], net.c_ptr[vertex + 1]):
                if net.flow[arc] > 0 and mark[net.ser[arc] + classes]:
                    amount += net.flow[arc]
            while linked >= 0:
                if net.flow[linked] > 0 and mark[net.ser[linked] + classes]:
                    amount += net.flow[linked]
                linked = net.next_c[linked - base]
            for place in range(class_ptr[vertex], class_ptr[vertex + 1]):
                after[class_of[place]] += amount
    for vertex in met:
        mark[vertex] = False
    met = onward(net, net.cls[own], False, mark)  # numba takes no names
    for vertex in met:
        mark[vertex] = True
    for vertex in met:
        series = vertex - classes
        if vertex >= classes and series_ptr[series] < series_ptr[series + 1]:
            amount, linked = 0, net.head_s[series]
            for place in range(net.s_ptr[series], net.s_ptr[series + 1]):
                if net.flow[net.s_arc[place]] > 0 and mark[net.cls[net.s_arc[place]]]:
                    amount += net.flow[net.s_arc[place]]
            while linked >= 0:
                if net.flow[linked] > 0 and mark[net.cls[linked]]:
                    amount += net.flow[linked]
                linked = net.next_s[linked - base]
            for place in range(series_ptr[series], series_ptr[series + 1]):
                before[series_of[place]] += amount
    for vertex in met:
        mark[vertex] = False
    return after, before


@numba.njit(cache=True, nogil=True)
def open_one(net, one, count, wanted, free, log, used):  # type: ignore[no-untyped-def]  # numba compiles it
    """Open a closed corridor and send what can be sent; thousandths, the log and its length."""
    total = 0
    for number in (one, one + count):
        link(net, number)
    for number in (one, one + count):
        tails = net.cls[net.x_ptr[number] : net.x_ptr[number + 1]]
        brought, log, used = mend(net, tails, wanted, free, log, used)
        total += brought
    return total, log, used


@numba.njit(cache=True, nogil=True)
def shut_one(net, one, count):  # type: ignore[no-untyped-def]  # numba compiles it
    """Close again what `open_one` opened last, once its flow is undone."""
    unlink(net, one + count)
    unlink(net, one)


@numba.njit(cache=True, nogil=True)
def try_one(net, one, count, wanted, free):  # type: ignore[no-untyped-def]  # numba compiles it
    """What opening a closed corridor would bring here."""
    starts = ends = False
    for number in (one, one + count):
        start, goal = _tails_lead(net, np.arange(net.x_ptr[number], net.x_ptr[number + 1]), wanted, free)
        starts, ends = starts or start, ends or goal
    if not (starts and ends):
        return 0
    log = np.empty((1024, 2), dtype=np.int64)
    brought, log, used = open_one(net, one, count, wanted, free, log, 0)
    undo(net, log, used, 0)
    shut_one(net, one, count)
    return brought


@numba.njit(cache=True, nogil=True)
def try_limits(net, one, count, wanted, free):  # type: ignore[no-untyped-def]  # numba compiles it
    """What opening a closed corridor would bring here, and what it could still take then.

    Returns:
        Thousandths, whether somebody unserved still gets to it, whether it still leads on to a free place, and the
        classes and series (as vertices) that had people unserved or places free and have none left.
    """
    starts = ends = False
    for number in (one, one + count):
        start, goal = _tails_lead(net, np.arange(net.x_ptr[number], net.x_ptr[number + 1]), wanted, free)
        starts, ends = starts or start, ends or goal
    if not (starts and ends):
        return 0, starts, ends, np.empty(0, dtype=np.int64)
    log = np.empty((1024, 2), dtype=np.int64)
    brought, log, used = open_one(net, one, count, wanted, free, log, 0)
    arcs, emptied, size = len(net.flow), np.empty(used, dtype=np.int64), 0
    for i in range(used):
        vertex = log[i, 0] - arcs
        if (
            vertex >= 0
            and (net.left[vertex] if vertex < len(net.left) else net.room[vertex - len(net.left)]) == 0
        ):
            emptied[size] = vertex
            size += 1
    net.clock[1] += 1
    session, classes = net.clock[1], len(net.left)
    starts = ends = False
    for number in (one, one + count):
        for arc in range(net.x_ptr[number], net.x_ptr[number + 1]):
            if net.active[net.cls[arc]] and not net.shut[net.ser[arc]]:
                starts = (
                    starts or search(net, net.cls[arc], session, wanted, True, False) >= 0
                )  # numba takes no names
                ends = ends or search(net, net.ser[arc] + classes, session, free, True, True) >= 0  # likewise
    undo(net, log, used, 0)
    shut_one(net, one, count)
    return brought, starts, ends, emptied[:size].copy()
