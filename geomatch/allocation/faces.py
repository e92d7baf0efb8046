"""A connected part of a network and the face of its optima found so far: which arcs remain, which rows are full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geomatch.allocation.symmetry import Bools, Ints, parts

__all__ = ["Part", "restrict", "split"]


@dataclass(slots=True)
class Part:
    """A connected part of a condensed network, and the face found so far."""

    need: Ints
    capacity: Ints
    node: Ints
    series: Ints
    node_full: Bools
    series_full: Bools

    def rows(self) -> Any:  # noqa: ANN401  # scipy has no types
        """The matrix of the programme: a row per node, then per series; a column per arc."""
        from scipy.sparse import csr_array  # noqa: PLC0415  # scipy.sparse is slow to import

        arcs = np.arange(len(self.node))
        ones = np.ones(2 * len(arcs))
        where = (np.concatenate([self.node, self.series + len(self.need)]), np.concatenate([arcs, arcs]))
        return csr_array((ones, where), shape=(len(self.need) + len(self.capacity), len(arcs)))

    @property
    def limit(self) -> Ints:
        """Per row, thousandths of persons."""
        return np.concatenate([self.need, self.capacity])

    @property
    def full(self) -> Bools:
        """Per row, whether it is full on the face."""
        return np.concatenate([self.node_full, self.series_full])


def restrict(part: Part, keep: Bools, prices: Ints) -> Part:
    """The face complementary to a dual solution: arcs `keep`, and rows with a price full."""
    nodes = len(part.need)
    return Part(
        part.need,
        part.capacity,
        part.node[keep],
        part.series[keep],
        part.node_full | (prices[:nodes] != 0),
        part.series_full | (prices[nodes:] != 0),
    )


def split(part: Part) -> list[tuple[Part, Ints, Ints, Ints]]:
    """Connected parts, each with the numbers of its arcs, nodes and series in `part`."""
    count, node_part, series_part = parts(len(part.need), len(part.capacity), part.node, part.series)
    by = [np.argsort(label, kind="stable") for label in (node_part[part.node], node_part, series_part)]
    cuts = [
        np.searchsorted(label[order], np.arange(count + 1))
        for label, order in zip((node_part[part.node], node_part, series_part), by, strict=True)
    ]
    new_node, new_series = np.empty(len(part.need), np.int64), np.empty(len(part.capacity), np.int64)
    pieces = []
    for number in range(count):
        arcs, nodes, places = (o[c[number] : c[number + 1]] for o, c in zip(by, cuts, strict=True))
        if not len(arcs):
            continue
        new_node[nodes], new_series[places] = np.arange(len(nodes)), np.arange(len(places))
        piece = Part(
            part.need[nodes],
            part.capacity[places],
            new_node[part.node[arcs]],
            new_series[part.series[arcs]],
            part.node_full[nodes],
            part.series_full[places],
        )
        pieces.append((piece, arcs, nodes, places))
    return pieces
