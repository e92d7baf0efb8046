"""Maximum flows of persons to places, in whole numbers, and what can be reached in what they leave."""

from __future__ import annotations

import numpy as np

from geomatch.allocation.symmetry import Bools, Ints

__all__ = ["MOST_MILLI", "most", "reach"]

MOST_MILLI = np.iinfo(np.int32).max // 2
"""Thousandths of persons that one flow can count: scipy's flows are in 32 bits."""


def most(need: Ints, capacity: Ints, node: Ints, series: Ints) -> tuple[int, Ints]:
    """Value and arc flows of a maximum flow. Arcs are sorted by (node, series); of parallel ones the first carries all.

    Raises:
        OverflowError: More than a million persons: the flow counts thousandths in 32 bits.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  # scipy is slow to import
    from scipy.sparse.csgraph import maximum_flow  # noqa: PLC0415  # scipy is slow to import

    if not len(node):
        return 0, np.array([], dtype=np.int64)
    lead = np.append(True, (np.diff(node) != 0) | (np.diff(series) != 0))
    if not lead.all():
        served, amounts = most(need, capacity, node[lead], series[lead])
        flow = np.zeros(len(node), dtype=np.int64)
        flow[lead] = amounts
        return served, flow
    nodes, places = len(need), len(capacity)
    if int(need.sum()) > MOST_MILLI:
        raise OverflowError("more than a million persons in one allocation")
    room = np.minimum(capacity, int(need.sum()))
    # Vertices: source 0, nodes, series, sink; rows are written in order, so no sorting is needed.
    counts = np.concatenate([[nodes], np.bincount(node, minlength=nodes), np.ones(places, np.int64), [0]])
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    column = np.concatenate([np.arange(nodes) + 1, series + nodes + 1, np.full(places, nodes + places + 1)])
    value = np.concatenate([need, np.minimum(need[node], room[series]), room]).astype(np.int32)
    size = nodes + places + 2
    graph = csr_array((value, column.astype(np.int32), start), shape=(size, size))
    result = maximum_flow(graph, 0, size - 1)
    # The result holds an arc and its reverse in one sorted matrix: the forward ones are found by their place.
    flow = result.flow
    rows = np.repeat(np.arange(size), np.diff(flow.indptr))
    forward = (rows >= 1) & (rows <= nodes) & (flow.indices > nodes)
    amounts = flow.data[forward].astype(np.int64)
    key = rows[forward].astype(np.int64) * size + flow.indices[forward]
    wanted = (node + 1) * size + series + nodes + 1
    if len(key) != len(wanted) or (key != wanted).any():
        amounts = amounts[np.argsort(key, kind="stable")][np.searchsorted(np.sort(key), wanted)]
    return int(result.flow_value), amounts


def reach(size: int, start: Ints, tails: Ints, heads: Ints) -> Bools:
    """Vertices that can be reached from any of `start`."""
    from scipy.sparse import csr_array  # noqa: PLC0415  # scipy is slow to import
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415  # scipy is slow to import

    tails = np.concatenate([np.full(len(start), size), tails])
    heads = np.concatenate([start, heads])
    graph = csr_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(size + 1, size + 1))
    reached = np.zeros(size + 1, dtype=bool)
    reached[breadth_first_order(graph, size, return_predecessors=False)] = True
    return reached[:size]
