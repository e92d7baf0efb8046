"""The allocation against plain linear programmes, written without geomatch's own formulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geomatch.allocation import LOCAL, WALK, Mixture, Network, allocate, make_sheet, unserved_range
from tests.worlds import networks


def programme(n: Network, cost, equalities=()):
    """Least cost @ x subject to need and places, and the given (row, value) equalities; the optimal value."""
    count = len(n.node)
    rows = np.zeros((len(n.need) + len(n.capacity), count))
    rows[n.node, np.arange(count)] = 1
    rows[len(n.need) + n.series, np.arange(count)] = 1
    result = linprog(
        cost,
        A_ub=rows,
        b_ub=np.concatenate([n.need, n.capacity]),
        A_eq=np.array([row for row, _ in equalities]) if equalities else None,
        b_eq=[value for _, value in equalities] if equalities else None,
        method="highs",
    )
    assert result.status == 0
    return result.fun


def stages(n: Network):
    """Local, total and person-seconds, each as a linear programme with the values before as equations."""
    local, ones = n.local.astype(float), np.ones(len(n.node))
    most_local = -programme(n, -local)
    most = -programme(n, -ones, [(local, most_local)])
    least = programme(n, n.seconds.astype(float), [(local, most_local), (ones, most)])
    return most_local, most, least


@hypothesis_settings(max_examples=150, deadline=None)
@given(networks(), st.booleans())
def test_stages_have_the_values_of_a_plain_programme(given_network, shortcuts):
    n, _home, _owner = given_network
    if not len(n.node):
        return
    found = allocate(n, shortcuts=shortcuts)
    most_local, most, least = stages(n)
    assert found.local == pytest.approx(most_local, abs=0.01)
    assert found.total == pytest.approx(most, abs=0.01)
    assert found.person_seconds == pytest.approx(least, abs=1, rel=1e-6)
    # The flow itself keeps them too.
    assert found.flow[n.local].sum() == pytest.approx(most_local, abs=0.01)
    assert found.flow.sum() == pytest.approx(most, abs=0.01)
    assert (found.flow * n.seconds).sum() == pytest.approx(least, abs=1, rel=1e-6)
    assert (found.load <= n.capacity + 0.001).all()
    assert (found.flow >= 0).all()


@hypothesis_settings(max_examples=100, deadline=None)
@given(networks())
def test_weights_three_and_one_are_the_two_stages(given_network):
    """One programme with 3 for a local person and 1 for another gives the optimum of the two stages."""
    n, _home, _owner = given_network
    if not len(n.node):
        return
    most_local, most, _least = stages(n)
    weighted = -programme(n, -np.where(n.local, 3.0, 1.0))
    assert weighted == pytest.approx(2 * most_local + most, abs=0.01)


@hypothesis_settings(max_examples=100, deadline=None)
@given(networks(few=True))
def test_least_and_greatest_unserved_over_three_stages(given_network):
    n, home, _owner = given_network
    if not len(n.node):
        return
    most_local, most, least = stages(n)
    fixed = [
        (n.local.astype(float), most_local),
        (np.ones(len(n.node)), most),
        (n.seconds.astype(float), least),
    ]
    low, high = unserved_range(n, allocate(n), home)
    for group in range(int(home.max()) + 1):
        mine = (home[n.node] == group).astype(float)
        need = n.need[home == group].sum()
        assert low[group] == pytest.approx(need + programme(n, -mine, fixed), abs=0.01)
        assert high[group] == pytest.approx(need - programme(n, mine, fixed), abs=0.01)


@hypothesis_settings(max_examples=100, deadline=None)
@given(networks())
def test_totals_and_ranges_by_flow_are_those_of_the_programme(given_network):
    n, home, owner = given_network
    if not len(n.node):
        return
    pair = np.where(n.local, LOCAL, WALK)
    sheet = make_sheet(n.need, home, n.node, n.series, pair, n.capacity, 3)
    mixture = Mixture.of([sheet], np.zeros(3, dtype=np.int64), n.capacity, owner)
    most_local, most, _least = stages(n)
    assert mixture.local == pytest.approx(most_local, abs=0.01)
    assert mixture.total(np.array([], dtype=bool)) == pytest.approx(most, abs=0.01)
    fixed = [(n.local.astype(float), most_local), (np.ones(len(n.node)), most)]
    for group in range(3):
        mine = (home[n.node] == group).astype(float)
        low, high = mixture.served_range(group, np.array([], dtype=bool))
        assert low == pytest.approx(programme(n, mine, fixed), abs=0.01)
        assert high == pytest.approx(-programme(n, -mine, fixed), abs=0.01)
