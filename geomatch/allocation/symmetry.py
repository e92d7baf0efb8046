"""A network seen without names: what is equal in numbers becomes one, and the order follows from the numbers.

METHOD 5 forbids ties that are settled by codes, names or row order. Two steps bring that about:

- *Twins*: demand nodes with the same arcs (same series, same seconds) are one node with the sum of their need. Every
  objective of METHOD 5 treats them alike: sum of unserved^2/need of twins is least when each has the same share.
- *Colour refinement*: nodes and series get a colour from their numbers (need, places), then from the colours around
  them, until nothing more is told apart. Averaging a solution over a colour keeps it feasible and, for linear and
  convex objectives, as good; so a programme over colours has the same optimum as one over nodes (Grohe, Kersting,
  Mladenov & Selman 2014, "Dimension reduction via colour refinement"), and its unique solution is that of stage 4.

Colours are ranks of sorted numbers. Rows in another order, or places under other codes, give the same programme to
the last bit, and so the same answer to the last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

__all__ = ["Bools", "Condensed", "Floats", "Ints", "Network", "condense", "merge_nodes", "parts"]


@dataclass(frozen=True, slots=True)
class Network:
    """Demand nodes, series, and the arcs that persons may use.

    Attributes:
        need: Per node, persons in thousandths.
        capacity: Per series, places in thousandths.
        node: Per arc, its node.
        series: Per arc, its series. An arc (node, series) occurs once.
        local: Per arc, whether the series lies in the node's own municipality.
        seconds: Per arc, seconds there and home.
    """

    need: Ints
    capacity: Ints
    node: Ints
    series: Ints
    local: Bools
    seconds: Ints


@dataclass(frozen=True, slots=True)
class Condensed:
    """A network of colours, in an order that the numbers alone decide.

    Attributes:
        need: Per colour of nodes, the sum of need.
        capacity: Per colour of series, the sum of places.
        node, series, local, seconds: Per arc between colours.
        degree: Per arc, how many series of that colour each node of the other colour reaches by it.
        node_colour: Per node of the network, its colour; -1 where it has no need or no arc.
        series_colour: Per series of the network, its colour; -1 where nobody uses it.
        arc_of: Per arc of the network, its arc here; -1 where it cannot carry anybody.
    """

    need: Ints
    capacity: Ints
    node: Ints
    series: Ints
    local: Bools
    seconds: Ints
    degree: Ints
    node_colour: Ints
    series_colour: Ints
    arc_of: Ints


def merge_nodes(owner: Ints, node: Ints, content: Ints) -> tuple[Ints, Ints]:
    """Nodes of one owner with the same arcs as one.

    Args:
        owner: Per node, a number that must agree.
        node: Per arc, its node.
        content: Per arc, a row of numbers (its series first).

    Returns:
        Per node its class (-1 without arcs); per class its first node.
    """
    order = np.lexsort((content[:, 0], node))
    content = content[order]
    nodes, starts = np.unique(node[order], return_index=True)
    seen: dict[tuple[int, bytes], int] = {}
    label = np.full(len(owner), -1, dtype=np.int64)
    first: list[int] = []
    ends = [*starts.tolist(), len(order)][1:]
    for one, start, end in zip(nodes.tolist(), starts.tolist(), ends, strict=True):
        number = seen.setdefault((int(owner[one]), content[start:end].tobytes()), len(seen))
        if number == len(first):
            first.append(one)
        label[one] = number
    return label, np.array(first, dtype=np.int64)


def _ranks(signatures: list[tuple[object, ...]]) -> Ints:
    order = {signature: rank for rank, signature in enumerate(sorted(set(signatures)))}
    return np.array([order[signature] for signature in signatures], dtype=np.int64)


def _neighbourhoods(own: Ints, arc_kind: Ints, other: Ints, colour: Ints) -> list[tuple[object, ...]]:
    """Per vertex: its colour, then the sorted (kind of arc, colour) of its arcs."""
    order = np.lexsort((other, arc_kind, own))
    kinds = list(zip(arc_kind[order].tolist(), other[order].tolist(), strict=True))
    bounds = np.searchsorted(own[order], np.arange(len(colour) + 1)).tolist()
    return [(c, *kinds[bounds[i] : bounds[i + 1]]) for i, c in enumerate(colour.tolist())]


def _unique_rows(table: Ints) -> tuple[Ints, Ints, Ints]:
    """The different rows in order, per row its number among them, and how often each occurs; no number is negative."""
    if not len(table):
        return table, np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    sizes = [int(size) + 1 for size in table.max(axis=0)]
    if math.prod(sizes) < 2**62:
        # As one number a row is compared at once.
        key = table[:, 0].copy()
        for column, size in enumerate(sizes[1:], start=1):
            key *= size
            key += table[:, column]
        order = np.argsort(key, kind="stable")
        new = np.diff(key[order], prepend=-1) != 0
    else:
        order = np.lexsort(table.T[::-1])
        new = np.append(True, (np.diff(table[order], axis=0) != 0).any(axis=1))
    number = np.empty(len(table), dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    return table[order[starts]], number, np.diff(starts, append=len(table))


def condense(network: Network, *, refine: bool = True) -> Condensed:
    """The network of colours (see the module's text); without `refine` only twins are put together."""
    live = (network.need[network.node] > 0) & (network.capacity[network.series] > 0)
    arcs = np.flatnonzero(live)
    content = np.column_stack([network.series[arcs], network.local[arcs], network.seconds[arcs]]).astype(
        np.int64
    )
    group, _first = merge_nodes(np.zeros(len(network.need), np.int64), network.node[arcs], content)
    groups = int(group.max(initial=-1)) + 1
    group_need = np.bincount(group[group >= 0], network.need[group >= 0], groups).astype(np.int64)
    used = np.unique(network.series[live])
    place = np.full(len(network.capacity), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    # One arc per group of twins and series.
    table = np.column_stack(
        [group[network.node[arcs]], place[network.series[arcs]], network.local[arcs], network.seconds[arcs]]
    ).astype(np.int64)
    table, back, _often = _unique_rows(table)
    owner, target = table[:, 0], table[:, 1]
    kind = _unique_rows(table[:, 2:])[1]
    node_colour = _ranks([(n,) for n in group_need.tolist()])
    series_colour = _ranks([(c,) for c in network.capacity[used].tolist()])
    if not refine:
        node_colour, series_colour = np.arange(groups), np.arange(len(used))
    while refine:
        told = (len(np.unique(node_colour)), len(np.unique(series_colour)))
        node_colour = _ranks(_neighbourhoods(owner, kind, series_colour[target], node_colour))
        series_colour = _ranks(_neighbourhoods(target, kind, node_colour[owner], series_colour))
        if told == (len(np.unique(node_colour)), len(np.unique(series_colour))):
            break
    nodes, places = int(node_colour.max(initial=-1)) + 1, int(series_colour.max(initial=-1)) + 1
    members = np.bincount(node_colour, minlength=nodes)
    coloured = np.column_stack([node_colour[owner], series_colour[target], table[:, 2:]])
    coloured, which, count = _unique_rows(coloured)
    arc_of = np.full(len(network.node), -1, dtype=np.int64)
    arc_of[arcs] = which[back]
    full_colour = np.full(len(network.capacity), -1, dtype=np.int64)
    full_colour[used] = series_colour
    return Condensed(
        need=np.bincount(node_colour, group_need, nodes).astype(np.int64),
        capacity=np.bincount(series_colour, network.capacity[used], places).astype(np.int64),
        node=coloured[:, 0],
        series=coloured[:, 1],
        local=coloured[:, 2].astype(bool),
        seconds=coloured[:, 3],
        degree=count // members[coloured[:, 0]],
        node_colour=np.where(group >= 0, node_colour[group] if groups else -1, -1),
        series_colour=full_colour,
        arc_of=arc_of,
    )


def parts(nodes: int, places: int, node: Ints, series: Ints) -> tuple[int, Ints, Ints]:
    """Connected parts of a bipartite graph: how many, and the part of each node and of each series."""
    from scipy.sparse import coo_array  # noqa: PLC0415  # scipy is slow to import; tables alone need not wait for it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  # scipy is slow to import

    size = nodes + places
    graph = coo_array((np.ones(len(node), dtype=np.int8), (node, series + nodes)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    label = label.astype(np.int64)
    return int(count), label[:nodes], label[nodes:]
