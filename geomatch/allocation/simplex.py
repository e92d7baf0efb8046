"""Stage 3 on a large network: the network simplex method in whole numbers.

People and places are vertices of a tree-shaped network flow: a root takes in who is left over and fills places that
nobody takes, at no cost, or, for a row that must be full, dearer than any way around. The basis is a spanning tree
kept strongly feasible, so that it cannot cycle; the entering arc is the best of a block (Cunningham 1976, "A network
simplex method"; block search as in LEMON: Király & Kovács 2012, "Efficient implementations of minimum-cost flow
algorithms"). A general solver takes minutes where this takes seconds.
"""

from __future__ import annotations

import numba
import numpy as np

from geomatch.allocation.faces import Part
from geomatch.allocation.symmetry import Ints

__all__ = ["network_simplex"]


@numba.njit(cache=True)
def _detach(vertex, parent, child, after, before):  # type: ignore[no-untyped-def]  # numba compiles it  # noqa: ANN001, ANN202  # likewise
    following, previous = after[vertex], before[vertex]
    if previous >= 0:
        after[previous] = following
    else:
        child[parent[vertex]] = following
    if following >= 0:
        before[following] = previous


@numba.njit(cache=True)
def _attach(vertex, above, parent, child, after, before):  # type: ignore[no-untyped-def]  # numba compiles it  # noqa: ANN001, ANN202  # likewise
    parent[vertex] = above
    following = child[above]
    after[vertex], before[vertex] = following, -1
    if following >= 0:
        before[following] = vertex
    child[above] = vertex


@numba.njit(cache=True)
def _solve(tail, head, cost, flow, potential, nodes, steps):  # type: ignore[no-untyped-def]  # numba compiles it  # noqa: ANN001, ANN202  # likewise
    """Make `flow` one of least cost, from the star of the last arcs, one per vertex but the root; False after `steps`."""
    root = len(potential) - 1
    arcs = len(tail)
    star = arcs - root
    parent, pred = np.full(root + 1, root), np.empty(root + 1, np.int64)
    up = np.empty(root + 1, np.bool_)
    depth = np.ones(root + 1, np.int64)
    child, after, before = np.full(root + 1, -1), np.full(root + 1, -1), np.full(root + 1, -1)
    parent[root], depth[root] = -1, 0
    for vertex in range(root):
        pred[vertex], up[vertex] = star + vertex, vertex < nodes
        potential[vertex] = -cost[star + vertex] if up[vertex] else cost[star + vertex]
        _attach(vertex, root, parent, child, after, before)
    stack = np.empty(root + 1, np.int64)
    block = max(int(np.sqrt(arcs)), 10)
    place = 0
    for _step in range(steps):
        # The entering arc: the one that gains most in the first block that has any.
        entering, gain, left = -1, 0, block
        for _arc in range(arcs):
            reduced = cost[place] + potential[tail[place]] - potential[head[place]]
            if reduced < gain:
                gain, entering = reduced, place
            place += 1
            if place == arcs:
                place = 0
            left -= 1
            if left == 0:
                if entering >= 0:
                    break
                left = block
        if entering < 0:
            return True
        first, second = tail[entering], head[entering]
        one, other = first, second
        while one != other:
            if depth[one] > depth[other]:
                one = parent[one]
            elif depth[other] > depth[one]:
                other = parent[other]
            else:
                one, other = parent[one], parent[other]
        join = one
        # The leaving arc: the last that blocks, around the cycle from its top, which keeps the tree strongly feasible.
        most, out, inside = np.iinfo(np.int64).max, -1, first
        vertex = first
        while vertex != join:
            if up[vertex] and flow[pred[vertex]] < most:
                most, out, inside = flow[pred[vertex]], vertex, first
            vertex = parent[vertex]
        vertex = second
        while vertex != join:
            if not up[vertex] and flow[pred[vertex]] <= most:
                most, out, inside = flow[pred[vertex]], vertex, second
            vertex = parent[vertex]
        if out < 0:
            return False
        if most > 0:
            flow[entering] += most
            vertex = first
            while vertex != join:
                flow[pred[vertex]] += -most if up[vertex] else most
                vertex = parent[vertex]
            vertex = second
            while vertex != join:
                flow[pred[vertex]] += most if up[vertex] else -most
                vertex = parent[vertex]
        # The part that is cut off hangs from `out`; it is hung from `inside` instead, its way there turned around.
        vertex, above = inside, second if inside == first else first
        arc, upward = entering, inside == first
        while True:
            old_parent, old_arc, old_up = parent[vertex], pred[vertex], up[vertex]
            _detach(vertex, parent, child, after, before)
            _attach(vertex, above, parent, child, after, before)
            pred[vertex], up[vertex] = arc, upward
            if vertex == out:
                break
            above, arc, upward, vertex = vertex, old_arc, not old_up, old_parent
        shift = -gain if inside == first else gain
        size = 1
        stack[0] = inside
        while size > 0:
            size -= 1
            vertex = stack[size]
            potential[vertex] += shift
            depth[vertex] = depth[parent[vertex]] + 1
            below = child[vertex]
            while below >= 0:
                stack[size] = below
                size += 1
                below = after[below]
    return False


def network_simplex(part: Part, cost: Ints, steps: int) -> tuple[Ints, Ints] | None:
    """Persons per arc and price per row of an optimum on the face of `part`; None where there is none within `steps`.

    The caller must prove the answer, as that of any solver.

    Args:
        part: The face; every need and capacity is positive.
        cost: Per arc, whole numbers.
        steps: How many pivots may be taken.
    """
    nodes, vertices = len(part.need), len(part.need) + len(part.capacity)
    # Dearer than any way around through the network.
    dear = (int(np.abs(cost).max(initial=0)) + 1) * (vertices + 1)
    every = np.arange(vertices)
    potential = np.zeros(vertices + 1, dtype=np.int64)
    flow = np.concatenate([np.zeros(len(cost), dtype=np.int64), part.limit])
    done = _solve(
        np.concatenate([part.node, np.where(every < nodes, every, vertices)]),
        np.concatenate([part.series + nodes, np.where(every < nodes, vertices, every)]),
        np.concatenate([cost, np.where(part.full, dear, 0)]),
        flow,
        potential,
        nodes,
        steps,
    )
    if not done:
        return None
    price = potential[:-1] - potential[-1]
    return flow[: len(cost)], np.where(every < nodes, -price, price)
