"""The allocation against plain linear programmes, written without geomatch's own formulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geomatch.allocation import LOCAL, WALK, Mixture, Network, allocate, make_sheet, unserved_range
from tests.worlds import MUNICIPALITIES, World, entitled, networks, settings, worlds


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


def equalities(n: Network):
    """The values of the three stages as equations on flows."""
    most_local, most, least = stages(n)
    return [
        (n.local.astype(float), most_local),
        (np.ones(len(n.node)), most),
        (n.seconds.astype(float), least),
    ]


@hypothesis_settings(max_examples=150, deadline=None)
@given(networks(), st.booleans())
def test_the_sum_of_squares_is_least(given_network, shortcuts):
    """Stage 4 by a linear programme: no way from its flow to any optimum of the first three lowers unserved^2 / need.

    The sum is convex, so its value exceeds the least one by no more than gradient @ (flow - y), for the y where a plain
    linear programme finds that greatest (Frank & Wolfe 1956).
    """
    n, _home, _owner = given_network
    if not len(n.node):
        return
    found = allocate(n, shortcuts=shortcuts)
    people = n.need > 0
    share = np.divide(found.unserved, n.need, out=np.zeros(len(n.need)), where=people)
    gradient = -2 * share[n.node]
    too_much = gradient @ found.flow - programme(n, gradient, equalities(n))
    value = float((share * found.unserved).sum())
    assert too_much <= 0.05 + 1e-5 * value


@hypothesis_settings(max_examples=100, deadline=None)
@given(networks(few=True), st.booleans())
def test_persons_are_spread_evenly_over_equally_good_series(given_network, shortcuts):
    """With those served given, no other flow has a smaller sum of persons^2 / need over arcs; checked as above."""
    n, _home, _owner = given_network
    if not len(n.node):
        return
    found = allocate(n, shortcuts=shortcuts)
    need = np.maximum(n.need[n.node], 1)
    gradient = 2 * found.flow / need
    served = [
        ((n.node == node).astype(float), float(found.flow[n.node == node].sum()))
        for node in range(len(n.need))
        if (n.node == node).any()
    ]
    # Quantities are cut at a hundredth of a thousandth, on at most some twenty arcs of up to 1,200 seconds or so: what is
    # served and the seconds are let off a tenth of a thousandth, so that the flow found is one of the programme's.
    count = len(n.node)
    rows = np.zeros((len(n.need) + len(n.capacity), count))
    rows[n.node, np.arange(count)] = 1
    rows[len(n.need) + n.series, np.arange(count)] = 1
    within = [(sign * row, sign * value + 0.1) for row, value in served for sign in (1, -1)]
    most_local, _most, least = stages(n)
    within += [(-n.local.astype(float), 0.1 - most_local), (n.seconds.astype(float), least + 600.0)]
    result = linprog(
        gradient,
        A_ub=np.vstack([rows, *[row for row, _ in within]]),
        b_ub=np.concatenate([n.need + 0.1, n.capacity + 0.1, [value for _, value in within]]),
        bounds=[(0, 0 if need_of == 0 else None) for need_of in n.need[n.node]],
        method="highs",
    )
    assert result.status == 0
    assert gradient @ found.flow - result.fun <= 40.0 + 1e-4 * float((found.flow**2 / need).sum())


def plain_model(world: World, share: float, corridors: str):
    """Persons of a world as a network, made from what the world says and from METHOD 5, without geomatch's rooms."""
    homes = {series["series"]: series["municipality"] for series in world.series}
    number = {name: index for index, name in enumerate(homes)}
    allowed = {(row["from_code"], row["to_code"]) for row in world.corridors}
    need, owner, arcs = [], [], []
    for person in world.people:
        milli = 1000 * person["high"]
        may = int(np.ceil(milli * share - 1e-9))
        for entitled_here, amount in ((False, milli - may), (True, may)):
            for way in world.ways:
                series = next(s for s in world.series if s["series"] == way["series"])
                known_sex = person["sex"] == "all" or series["sex"] in ("all", person["sex"])
                known_group = person["group"] == "all" or series["groups"] in ("all", person["group"])
                if way["point"] != person["point"] or not (known_sex and known_group):
                    continue
                origin, goal = person["point"][:4], homes[way["series"]]
                is_open = corridors == "all_candidates" or (origin, goal) in allowed
                if origin == goal or way["walk"] or (entitled_here and is_open):
                    arcs.append((len(need), number[way["series"]], origin == goal, 120 * way["minutes"]))
            need.append(amount)
            owner.append(MUNICIPALITIES.index(person["point"][:4]))
    table = np.array(arcs, dtype=float).reshape(-1, 4)
    return Network(
        np.array(need, dtype=np.int64),
        np.array([1000 * series["places"] for series in world.series], dtype=np.int64),
        table[:, 0].astype(np.int64),
        table[:, 1].astype(np.int64),
        table[:, 2].astype(bool),
        table[:, 3].astype(np.int64),
    ), np.array(owner)


@hypothesis_settings(max_examples=80, deadline=None)
@given(worlds(), st.sampled_from([0.0, 0.25, 1 / 3, 1.0]), st.sampled_from(["register", "all_candidates"]))
def test_a_world_has_the_values_of_a_plain_programme(world, share, corridors):
    """Strata, entitled or not, corridors and walks, from the tables on: the three values, and each municipality's range."""
    # The worlds' places lie too far to walk unless a way says so.
    plain, owner = plain_model(world, share, corridors)
    chosen = settings(corridors, entitled(share, share))
    found = world.allocate(chosen).scenarios["high"]
    if not len(plain.node):
        assert found.allocation.total == 0
        return
    most_local, most, least = stages(plain)
    assert found.allocation.local == pytest.approx(most_local, abs=0.01)
    assert found.allocation.total == pytest.approx(most, abs=0.01)
    assert found.allocation.person_seconds == pytest.approx(least, abs=1, rel=1e-6)
    assert found.parts["served_local"].sum() == pytest.approx(most_local, abs=1)
    assert found.parts["served_by_corridor"].sum() == pytest.approx(most - most_local, abs=1)
    gaps = world.gaps(chosen)
    fixed = equalities(plain)
    for index, code in enumerate(MUNICIPALITIES):
        mine = (owner[plain.node] == index).astype(float)
        need = plain.need[owner == index].sum()
        lowest, highest = need + programme(plain, -mine, fixed), need - programme(plain, mine, fixed)
        assert gaps.loc[code, "gap_least_high_milli"] == pytest.approx(lowest, abs=0.01)
        assert gaps.loc[code, "gap_greatest_high_milli"] == pytest.approx(highest, abs=0.01)
