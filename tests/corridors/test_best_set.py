"""The best set of corridors: worlds by hand, all sets tried in small random ones, and differences of allocations."""

from __future__ import annotations

from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geomatch.access.reach import demand, sheet_of
from geomatch.allocation import Mixture
from geomatch.corridors import corridors_table
from geomatch.corridors.best_set import best_set
from tests.worlds import SHARES, World, entitled, settings, worlds

ENDS = {"low": 0, "high": 1}


def solved(world, chosen=None, **asked):
    month = world.allocate(chosen)
    return best_set(month, corridors_table(month, world.points(), world.activities(), world.need()), **asked)


def pairs(found):
    return [f"{one.from_code}-{one.to_code}" for one in found.chosen]


def freed() -> World:
    """0181's 7 people fill s, which 0180's 7 reach too; 0181-0183 would free it. 0184's 4 reach 3 places in 0183 (u)."""
    world = World().live("0180/a", 7).live("0181/b", 7).live("0184/c", 4)
    world.offer("s", "0182", 7).offer("t", "0183", 7).offer("u", "0185", 3)
    world.way("0180/a", "s").way("0181/b", "s").way("0181/b", "t").way("0184/c", "u")
    return world.open("0181", "0182")


def test_two_that_complete_each_other_are_found_where_one_at_a_time_sees_neither() -> None:
    """By themselves 0180-0182 and 0181-0183 serve nobody, together 7; greedy takes 0184-0185 (3) and then stops."""
    found = solved(freed(), number=2)
    assert pairs(found.best) == ["0180-0182", "0181-0183"]
    assert (found.best.more_milli, found.greedy.more_milli) == ((7000, 7000), (3000, 3000))
    assert pairs(found.greedy) == ["0184-0185"]
    assert (found.most_milli, found.proved, found.candidates) == (7000, True, 3)
    # Without either one nobody is served, and by itself neither serves anybody.
    assert [one.gain_milli for one in found.best.chosen] == [(7000, 7000)] * 2
    assert [one.alone_milli for one in found.best.chosen] == [(0, 0)] * 2
    # Those who travel by new corridors: 7 of 0180 and 7 of 0181, 2 sessions a week x 52/12 x 2 trips at 45 kr.
    assert found.best.cost_sek[0] == pytest.approx(14 * 2 * 52 / 12 * 2 * 45)


def test_three_serve_all_ten() -> None:
    found = solved(freed(), number=3)
    assert sorted(pairs(found.best)) == ["0180-0182", "0181-0183", "0184-0185"]
    assert found.best.more_milli == (10000, 10000)


def test_a_budget_pays_for_so_many() -> None:
    """One person costs 2 x 52/12 x 2 x 45 = 780 kr a month: 2,340 kr pay for 3 of 0184's 4, who have 3 places."""
    found = solved(freed(), budget_sek=2340.0)
    assert pairs(found.best) == ["0184-0185"]
    assert (found.best.more_milli, found.best.cost_sek[0]) == ((3000, 3000), pytest.approx(2340.0))
    # Half of it pays for one and a half.
    assert solved(freed(), budget_sek=1170.0).best.more_milli == (1500, 1500)
    # With enough, all ten: 3 + 7 who come + 7 who are moved, each for 780 kr.
    enough = solved(freed(), budget_sek=17 * 780.0 + 0.01)
    assert enough.best.more_milli == (10000, 10000)
    assert enough.greedy.more_milli == (3000, 3000)


def test_alone_under_a_budget_is_what_the_budget_pays_for() -> None:
    """10 could go; 780 kr pay for 1: 2 sessions a week x 52/12 x 2 trips at 45 kr are 780 kr a person."""
    world = World().live("0180/a", 10).offer("s", "0181", 10).way("0180/a", "s")
    (only,) = solved(world, budget_sek=780.0).best.chosen
    assert (only.gain_milli, only.alone_milli) == ((1000, 1000), (1000, 1000))


def test_of_equals_the_shorter_way_is_taken() -> None:
    """Both corridors serve all 3; the later code has the shorter way."""
    world = World().live("0180/a", 3).offer("s", "0181", 3).offer("t", "0182", 3)
    found = solved(world.way("0180/a", "s", 40).way("0180/a", "t", 20), number=2)
    assert pairs(found.best) == pairs(found.greedy) == ["0180-0182"]


def test_the_set_is_chosen_at_the_end_asked_for() -> None:
    """At low need 0180 has 5 and 0182 has 3 people; at high need 5 and 9."""
    world = World().live("0180/a", 5).live("0182/b", 3, 9).offer("s", "0181", 5).offer("t", "0183", 9)
    world.way("0180/a", "s").way("0182/b", "t")
    low, high = solved(world, number=1), solved(world, number=1, need="high")
    assert (pairs(low.best), low.best.more_milli) == (["0180-0181"], (5000, 5000))
    assert (pairs(high.best), high.best.more_milli, high.most_milli) == (["0182-0183"], (3000, 9000), 9000)


def test_what_the_rules_exclude_is_no_candidate() -> None:
    world = World().live("0180/a", 9).offer("s", "0181", 5).way("0180/a", "s")
    found = solved(world, settings(shares=entitled(0.0, 0.0)), number=1)
    assert (found.candidates, found.excluded, found.best.chosen) == (0, 1, ())


def test_only_corridors_that_begin_in_the_county() -> None:
    world = World().live("0180/a", 9).live("0380/b", 2).offer("s", "0181", 9)
    found = solved(world.way("0180/a", "s").way("0380/b", "s"), number=1, county="03")
    assert (pairs(found.best), found.candidates) == (["0380-0181"], 1)


@pytest.mark.parametrize("asked", [{}, {"number": 1, "need": "both"}])
def test_something_must_be_asked(asked) -> None:
    with pytest.raises(ValueError, match="number or a budget"):
        solved(freed(), **asked)


def test_a_pair_that_is_chosen_is_not_opened_again() -> None:
    """Two of a's five fill s and b's three have room at t: the pair has people unserved and a free place, not for them."""
    world = World().live("0180/a", 5).live("0180/b", 3)
    world = world.offer("s", "0181", 2).offer("t", "0181", 10).offer("u", "0182", 1)
    world = world.way("0180/a", "s").way("0180/b", "t").way("0180/a", "u")
    found = solved(world, settings(), number=2)
    assert pairs(found.best) == ["0180-0181", "0180-0182"]
    assert [one.gain_milli[0] for one in found.best.chosen] == [5000, 1000]


def total_of(month, end, corridors):
    """Most served with these closed corridors open as well, by a flow that `best_set` does not use."""
    reach = month.reach
    sheet = sheet_of(reach, demand(reach, end, end, end))
    mixture = Mixture.of([sheet], np.zeros(len(reach.codes), np.int64), reach.capacity, reach.series_owner)
    opened = month.opened.copy()
    opened[list(corridors)] = True
    return mixture.total(opened)


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES, st.integers(1, 3), st.sampled_from(["low", "high"]))
def test_no_set_of_so_many_serves_more(world, share, number, need) -> None:
    """All sets tried; and no other set that serves as many has a shorter way for one of its corridors."""
    chosen = settings(shares=entitled(*share))
    month = world.allocate(chosen)
    table = corridors_table(month, world.points(), world.activities(), world.need())
    found = best_set(month, table, number=number, need=need)
    reach, end = month.reach, ENDS[need]
    codes = [f"{reach.codes[o]}-{reach.codes[d]}" for o, d in reach.pairs]
    outside = set((table["from_code"] + "-" + table["to_code"])[table["verdict"] == "outside_policy"])
    closed = [n for n in np.flatnonzero(~month.opened).tolist() if codes[n] not in outside]
    every = chain.from_iterable(combinations(closed, size) for size in range(number + 1))
    values = {one: total_of(month, end, one) for one in every}
    base = values[()]
    most = max(values.values()) - base
    assert found.best.more_milli[end] == found.most_milli == most
    assert found.proved
    for result in (found.best, found.greedy):
        numbers = tuple(sorted(codes.index(name) for name in pairs(result)))
        assert len(numbers) <= number
        for at in ENDS.values():
            served = total_of(month, at, numbers) - total_of(month, at, ())
            assert result.more_milli[at] == served
            for one in result.chosen:
                rest = [n for n in numbers if codes[n] != f"{one.from_code}-{one.to_code}"]
                assert one.gain_milli[at] == served - (total_of(month, at, rest) - total_of(month, at, ()))
                alone = [codes.index(f"{one.from_code}-{one.to_code}")]
                assert one.alone_milli[at] == total_of(month, at, alone) - total_of(month, at, ())


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES, st.sampled_from([300.0, 1000.0, 5000.0]))
def test_a_budget_is_spent_as_well_as_it_can_be(world, share, budget_sek) -> None:
    """A linear programme on rows and uses, in which every corridor is open and every new journey is paid for."""
    chosen = settings(shares=entitled(*share))
    month = world.allocate(chosen)
    table = corridors_table(month, world.points(), world.activities(), world.need())
    found = best_set(month, table, budget_sek=budget_sek)
    per_week = {(o, d): week for o, d, week in _best_weeks(month)}
    reach = month.reach
    outside = set(
        table[table["verdict"] == "outside_policy"][["from_code", "to_code"]].itertuples(
            index=False, name=None
        )
    )
    uses = np.flatnonzero(~reach.use_generous)
    number = reach.use_pair[uses]
    banned = [
        n >= 0
        and (reach.codes[reach.pairs[n][0]], reach.codes[reach.pairs[n][1]]) in outside
        and not month.opened[n]
        for n in number
    ]
    uses = uses[~np.array(banned, dtype=bool)] if len(uses) else uses
    if not len(uses):
        assert found.best.more_milli[0] == 0
        return
    rows, places = len(reach.rows), len(reach.capacity)
    matrix = np.zeros((2 * rows + places + 1, len(uses)))
    for column, use in enumerate(uses):
        matrix[reach.use_row[use], column] = matrix[2 * rows + reach.use_series[use], column] = 1
        pair = reach.use_pair[use]
        if pair >= 0:
            matrix[rows + reach.use_row[use], column] = 1
            if not month.opened[pair]:
                matrix[-1, column] = per_week[reach.pairs[pair]] * 52 / 12 * 2 * 45 / 1000
    bound = np.concatenate([reach.need[0], reach.entitled[0, 0], reach.capacity, [budget_sek]])
    local = (reach.use_pair[uses] == -1).astype(float)
    paid = matrix[-1] > 0
    at_home = linprog(-local, A_ub=matrix, b_ub=bound, method="highs").fun

    def served(free):
        if not free.any():
            return 0.0
        return -linprog(
            -np.ones(free.sum()), A_ub=matrix[:, free], b_ub=bound, A_eq=local[None, free], b_eq=[-at_home],
            method="highs",
        ).fun  # fmt: skip

    more = served(np.ones(len(uses), dtype=bool)) - served(~paid)
    assert found.best.more_milli[0] == pytest.approx(more, abs=2)
    assert found.best.cost_sek[0] <= budget_sek + 0.01
    assert found.greedy.more_milli[0] <= found.best.more_milli[0] <= found.most_milli


def _best_weeks(month):
    from geomatch.corridors.ways import ways_between  # noqa: PLC0415  # only here

    return [
        (*pair, way.best_sessions_per_week) for pair, way in ways_between(month.reach, month.settings).items()
    ]


def served_by_allocation(world, chosen, more):
    """Served at low and at high need, by the whole allocation, with further corridors in the register."""
    for origin, goal in more:
        world.open(origin, goal)
    month = world.allocate(chosen)
    for _corridor in more:
        world.corridors.pop()
    return np.array([month.scenarios[name].allocation.total for name in ENDS])


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES)
def test_the_gain_of_a_set_is_the_difference_of_two_allocations(world, share) -> None:
    """And opening corridors, one after the other, never serves fewer."""
    chosen = settings(shares=entitled(*share))
    found = solved(world, chosen, number=3)
    codes = [(one.from_code, one.to_code) for one in found.best.chosen]
    totals = [served_by_allocation(world, chosen, codes[:size]) for size in range(len(codes) + 1)]
    assert all((after >= before).all() for before, after in pairwise(totals))
    assert (totals[-1] - totals[0]).tolist() == pytest.approx(found.best.more_milli, abs=0.5)
