"""The allocation of persons to places: worlds worked out by hand, and what must hold in any world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.allocation import allocate, lexicographic, unserved_range
from geomatch.allocation.faces import Part
from tests.worlds import network, networks

LOCAL_ARC, AWAY = 1, 0


def test_equal_needs_share_one_place_equally():
    """Two persons, each alone at a point equally far away, and one place: half a person each."""
    n = network([1000, 1000], [1000], [(0, 0, LOCAL_ARC, 600), (1, 0, LOCAL_ARC, 600)])
    found = allocate(n)
    assert found.unserved.tolist() == [500, 500]
    assert [a.tolist() for a in unserved_range(n, found, np.array([0, 1]))] == [[0, 0], [1000, 1000]]


def test_shares_are_equal_not_amounts():
    """3 and 1 persons and 2 places: half of each, since unserved^2/need is least at equal shares."""
    n = network([3000, 1000], [2000], [(0, 0, LOCAL_ARC, 600), (1, 0, LOCAL_ARC, 600)])
    assert allocate(n).unserved.tolist() == [1500, 500]


def test_three_share_a_place_alike_even_when_thousandths_do_not_divide():
    n = network([1000] * 3, [1000], [(i, 0, LOCAL_ARC, 600) for i in range(3)])
    assert allocate(n).unserved.tolist() == [pytest.approx(2000 / 3, abs=0.01)] * 3
    assert len(set(allocate(n).unserved.tolist())) == 1


def test_the_nearer_is_served_first():
    """Stage 3 comes before stage 4: one place goes to the person with the shorter way."""
    n = network([1000, 1000], [1000], [(0, 0, LOCAL_ARC, 601), (1, 0, LOCAL_ARC, 600)])
    found = allocate(n)
    assert found.unserved.tolist() == [1000, 0]
    assert found.person_seconds == 600_000


def test_local_first_even_when_it_serves_fewer():
    """D lives where series j is and can also walk to k elsewhere; outsider O can only use j.

    Most in all would be D at k and O at j, 2 persons. Local first puts D at j, and O is left: 1. A weight of 2 for a
    local person would call the two equal; that is why the weighted peer has 3.
    """
    n = network([1000, 1000], [1000, 1000], [(0, 0, LOCAL_ARC, 600), (0, 1, AWAY, 600), (1, 0, AWAY, 600)])
    found = allocate(n)
    assert (found.local, found.total) == (1000, 1000)
    assert found.unserved.tolist() == [0, 1000]


def test_who_has_a_choice_steps_aside():
    """A can use both series, B only the first: both are served, though the first is nearer for A."""
    n = network(
        [1000, 1000], [1000, 1000], [(0, 0, LOCAL_ARC, 60), (0, 1, LOCAL_ARC, 600), (1, 0, LOCAL_ARC, 600)]
    )
    found = allocate(n)
    assert found.unserved.tolist() == [0, 0]
    assert found.flow.tolist() == [0, 1000, 1000]


def test_loads_are_spread_evenly_over_equal_series():
    """4 persons, two series of 3 places equally near: 2 in each."""
    n = network([4000], [3000, 3000], [(0, 0, LOCAL_ARC, 60), (0, 1, LOCAL_ARC, 60)])
    assert allocate(n).load.tolist() == [2000, 2000]
    assert allocate(n, shortcuts=False).load.tolist() == pytest.approx([2000, 2000], abs=0.01)


def test_a_group_written_as_two_nodes_changes_nothing():
    """5 persons in one node, or 2 and 3 in two with the same arcs, against 3 others; 4 places and 1."""
    arcs = [(0, 0, LOCAL_ARC, 60), (0, 1, LOCAL_ARC, 60), (1, 0, LOCAL_ARC, 60)]
    one = allocate(network([5000, 3000], [4000, 1000], arcs))
    two = allocate(
        network(
            [2000, 3000, 3000], [4000, 1000], [*arcs[:2], (2, 0, LOCAL_ARC, 60), (1, 0, 1, 60), (1, 1, 1, 60)]
        )
    )
    # 8 persons, 5 places, all can be shared evenly: 3/8 of each group is left.
    assert one.unserved.tolist() == pytest.approx([1875, 1125], abs=0.01)
    assert two.unserved.tolist() == pytest.approx([750, 1125, 1125], abs=0.01)
    assert two.load.tolist() == pytest.approx(one.load.tolist(), abs=0.01)


def test_uneven_arcs_make_uneven_shares():
    """A (2) reaches both series, B (2) only the first; 1 place each, same seconds.

    A takes the second place in every optimum of most served; the first is shared so that unserved^2/2 is least:
    1 and 1 left would need all of the first place for B, and is possible: both have 1 left.
    """
    n = network(
        [2000, 2000], [1000, 1000], [(0, 0, LOCAL_ARC, 60), (0, 1, LOCAL_ARC, 60), (1, 0, LOCAL_ARC, 60)]
    )
    assert allocate(n).unserved.tolist() == pytest.approx([1000, 1000], abs=0.01)


def test_nobody_and_nothing():
    empty = network([], [], [])
    assert (allocate(empty).total, allocate(empty).flow.tolist()) == (0, [])
    no_arcs = network([1000], [1000], [])
    assert allocate(no_arcs).unserved.tolist() == [1000]
    assert [a.tolist() for a in unserved_range(no_arcs, allocate(no_arcs), np.array([0]))] == [[1000], [1000]]
    full = network([1000], [0], [(0, 0, LOCAL_ARC, 60)])
    assert allocate(full).unserved.tolist() == [1000]


def relabelled(n, nodes, places, arcs):
    """The same network with nodes, series and arcs in another order."""
    new_node, new_place = np.argsort(nodes), np.argsort(places)
    table = np.column_stack([new_node[n.node], new_place[n.series], n.local, n.seconds])[arcs]
    return network(n.need[nodes], n.capacity[places], table)


@hypothesis_settings(max_examples=150, deadline=None)
@given(networks(few=True), st.randoms(use_true_random=False))
def test_order_and_names_change_nothing_to_the_last_bit(given_network, random):
    n, _home, _owner = given_network
    nodes, places, arcs = (random.sample(range(k), k) for k in (len(n.need), len(n.capacity), len(n.node)))
    nodes, places, arcs = (np.array(order, dtype=np.int64) for order in (nodes, places, arcs))
    one, two = allocate(n), allocate(relabelled(n, nodes, places, arcs))
    assert two.unserved.tolist() == one.unserved[nodes].tolist()
    assert two.load.tolist() == one.load[places].tolist()
    assert two.flow.tolist() == one.flow[arcs].tolist()


@hypothesis_settings(max_examples=150, deadline=None)
@given(networks(few=True))
def test_shortcuts_change_nothing(given_network):
    n, _home, _owner = given_network
    short, long = allocate(n), allocate(n, shortcuts=False)
    assert short.unserved == pytest.approx(long.unserved, abs=0.01)
    assert short.load == pytest.approx(long.load, abs=0.01)
    assert (short.local, short.total, short.person_seconds) == (long.local, long.total, long.person_seconds)


@hypothesis_settings(max_examples=100, deadline=None)
@given(networks(), st.data())
def test_more_places_or_another_arc_never_serve_fewer(given_network, data):
    n, home, owner = given_network
    before = allocate(n, fair=False).total
    more = n.capacity.copy()
    more[data.draw(st.integers(0, len(more) - 1))] += data.draw(st.sampled_from([1, 1000]))
    arcs = np.column_stack([n.node, n.series, n.local, n.seconds]).tolist()
    assert allocate(network(n.need, more, arcs), fair=False).total >= before
    known = set(zip(n.node.tolist(), n.series.tolist(), strict=True))
    away = [
        (i, j, 0, 600)
        for i in range(len(home))
        for j in range(len(owner))
        if home[i] != owner[j] and (i, j) not in known
    ]
    if away:
        arcs.append(data.draw(st.sampled_from(away)))
        assert allocate(network(n.need, n.capacity, arcs), fair=False).total >= before


@hypothesis_settings(max_examples=60, deadline=None)
@given(networks(few=True), st.data())
def test_fairness_is_a_minimum(given_network, data):
    """Moving towards any other optimum of three stages never lowers sum of unserved^2 / need."""
    n, _home, _owner = given_network
    found = allocate(n, shortcuts=data.draw(st.booleans()))
    other = allocate(n, fair=False)
    step = 0.01
    mixed = (1 - step) * found.flow + step * other.flow
    left = n.need - np.bincount(n.node, mixed, len(n.need))
    people = n.need > 0

    def value(unserved):
        return float((unserved[people] ** 2 / n.need[people]).sum())

    assert value(left) >= value(found.unserved) - 1e-3


def test_a_programme_that_is_not_solved_states_its_bound(monkeypatch):
    """A solver without a step to take ends in an error that says what is proved, never in an unproved answer.

    3 places for 4.5 persons, most of whom can use both series: the least is 1.5 million thousandths of person-seconds.
    """
    arcs = [(0, 0, 1, 600), (0, 1, 1, 300), (1, 0, 1, 600), (1, 1, 1, 700), (2, 1, 1, 400), (2, 0, 1, 900)]
    n = network([1000, 2000, 1500], [2000, 1000], arcs)
    # 1 person of the first node in the second place (300 s) and 2 of the second in the first (600 s each).
    assert allocate(n).person_seconds == 1000 * 300 + 2000 * 600
    monkeypatch.setattr(lexicographic, "_STEPS_PER_LINE", 0)
    with pytest.raises(ArithmeticError, match=r"not solved in 0 steps; .* is at least \d+$") as caught:
        allocate(n)
    assert 0 <= int(str(caught.value).split()[-1]) <= 1_500_000


@hypothesis_settings(max_examples=60, deadline=None)
@given(networks(), st.lists(st.integers(-4000, 4000), min_size=12, max_size=12))
def test_any_prices_bound_the_least_cost(given_network, prices):
    """Whatever prices a solver stops with, what is said to be proved is not above the optimum."""
    n, _home, _owner = given_network
    if not len(n.node):
        return
    nobody = np.zeros(len(n.need), bool)
    part = Part(n.need, n.capacity, n.node, n.series, nobody, np.zeros(len(n.capacity), bool))
    price = np.array(prices[: len(n.need) + len(n.capacity)], dtype=float)
    # Nothing has to be full here, so nobody travels at the least cost, 0; with everybody served it is what a plain
    # programme says (tests/peers).
    assert lexicographic._proved(part, n.seconds, price) <= 0
    vertex, exact, _reduced = lexicographic._least(part, -n.seconds)
    assert lexicographic._proved(part, -n.seconds, price) <= int(-n.seconds @ vertex)
    assert lexicographic._proved(part, -n.seconds, exact.astype(float)) == int(-n.seconds @ vertex)
