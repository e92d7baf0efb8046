"""The network simplex of large networks gives what the general solver gives, and proves it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.allocation import allocate, lexicographic, unserved_range
from geomatch.allocation.faces import Part
from geomatch.allocation.simplex import network_simplex
from geomatch.allocation.symmetry import _unique_rows
from tests.worlds import networks


def whole(network) -> tuple[Part, np.ndarray]:
    """All of a network as a programme without any row that must be full; empty nodes and places left out."""
    kept = (network.need[network.node] > 0) & (network.capacity[network.series] > 0)
    nodes, node = np.unique(network.node[kept], return_inverse=True)
    places, series = np.unique(network.series[kept], return_inverse=True)
    need, capacity = network.need[nodes], network.capacity[places]
    nobody = np.zeros(len(need), dtype=bool), np.zeros(len(capacity), dtype=bool)
    return Part(need, capacity, node, series, *nobody), network.seconds[kept]


def test_by_hand():
    """a (2 persons) and b (1) must all get a place; s (1 place) is 10 s from a and 20 s from b, t (5) 30 s and 25 s.

    s to a saves 20 s against t, s to b 5 s: a gets s and one place in t, b gets t: 10 + 30 + 25 = 65.
    """
    full = np.array([True, True])
    part = Part(
        np.array([2, 1]), np.array([1, 5]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), full, ~full
    )
    flow, price = network_simplex(part, np.array([10, 30, 20, 25]), 100)
    assert flow.tolist() == [1, 1, 0, 1]
    # A person more at a or b costs a place in t; a place more in s saves what a loses by going to t.
    assert price.tolist() == [30, 25, -20, 0]


def test_what_cannot_be_full_has_no_proof():
    """Two persons who must get the only place: the answer lacks somebody, and is not taken."""
    part = Part(*(np.array(one) for one in ([2], [1], [0], [0])), np.array([True]), np.array([False]))
    flow, price = network_simplex(part, np.array([7]), 100)
    assert lexicographic._certified(part, np.array([7]), flow.astype(float), price.astype(float)) is None


def test_too_few_steps():
    part = Part(*(np.array(one) for one in ([1], [1], [0], [0])), np.array([True]), np.array([False]))
    assert network_simplex(part, np.array([7]), 1) is None
    assert network_simplex(part, np.array([7]), 2) is not None


@given(networks(), st.booleans())
def test_any_face_has_the_same_least_cost(drawn, most):
    """With costs that are gains, where a solution with nobody is not the best."""
    part, seconds = whole(drawn[0])
    if not len(seconds):
        return
    cost = seconds - (3000 if most else 9000)
    flow, price = network_simplex(part, cost, 10_000)
    found = lexicographic._certified(part, cost, flow.astype(float), price.astype(float))
    assert found is not None
    assert int(cost @ flow) == int(cost @ lexicographic._least(part, cost)[0])


@given(networks())
def test_the_same_allocation(drawn):
    network, home, _owner = drawn
    with pytest.MonkeyPatch.context() as patch:
        plain = allocate(network)
        bounds = unserved_range(network, plain, home)
        patch.setattr(lexicographic, "_LARGE", 0)
        quick = allocate(network)
        assert (quick.local, quick.total, quick.person_seconds) == (
            plain.local,
            plain.total,
            plain.person_seconds,
        )
        assert np.abs(quick.unserved - plain.unserved).max() <= 0.02
        assert np.abs(quick.load - plain.load).max(initial=0.0) <= 0.02
        again = unserved_range(network, quick, home)
        assert [one.tolist() for one in again] == [one.tolist() for one in bounds]


def test_ten_thousand_arcs():
    """300 nodes and 60 places, many of them equal: the general solver's least cost, proved."""
    random = np.random.default_rng(5)
    node, series = (one.ravel() for one in np.meshgrid(np.arange(300), np.arange(60), indexing="ij"))
    kept = random.random(len(node)) < 0.6
    node, series = node[kept], series[kept]
    need, capacity = random.integers(1, 30, 300) * 100, random.integers(1, 200, 60) * 100
    cost = random.integers(60, 200, len(node)) * 60 - 9000
    nobody = np.zeros(300, dtype=bool), np.zeros(60, dtype=bool)
    part = Part(need, capacity, node, series, *nobody)
    flow, price = network_simplex(part, cost, 10**6)
    assert lexicographic._certified(part, cost, flow.astype(float), price.astype(float)) is not None
    assert int(cost @ flow) == int(cost @ lexicographic._least(part, cost)[0])


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=30), st.sampled_from([1, 2**30]))
def test_rows_are_told_apart_as_numpy_does(rows, times):
    table = np.array(rows, dtype=np.int64).reshape(-1, 3) * times
    found, number, often = _unique_rows(table)
    if len(table):
        wanted, inverse, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
        assert (found == wanted).all()
        assert (number == inverse.ravel()).all()
        assert (often == counts).all()
    assert len(number) == len(table)
