"""Least and most of unknown whole numbers: worked out by hand, and by looking at every solution."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomatch.audit.search import least_cost
from geomatch.audit.solve import Part
from geomatch.audit.system import INFINITE, Bounds, Conflict, System, components, without_circles

Rows = list[tuple[dict[int, int], int, int]]


def system_of(ends: list[tuple[int, int]], rows: Rows) -> System:
    system = System()
    for low, high in ends:
        system.unknown(low, high)
    for terms, low, high in rows:
        system.row(terms.items(), low, high)
    return system


def exact(system: System) -> list[tuple[int, int]] | None:
    """Least and most of every unknown; None where there is no solution."""
    bounds = Bounds.of(system)
    numbers = range(len(system.rows))
    try:
        bounds.spread(numbers)
    except Conflict:
        return None
    found = list(zip(bounds.low, bounds.high, strict=True))
    for unknowns, own in components(bounds, numbers):
        part = Part(bounds, unknowns, own)
        if not part.feasible():
            return None
        for unknown in unknowns:
            found[unknown] = (part.minimum(unknown), part.maximum(unknown))
    return found


def by_looking(ends: list[tuple[int, int]], rows: Rows) -> list[tuple[int, int]] | None:
    """The same, by trying all whole numbers."""
    solutions = [
        values
        for values in product(*(range(low, high + 1) for low, high in ends))
        if all(low <= sum(f * values[u] for u, f in terms.items()) <= high for terms, low, high in rows)
    ]
    if not solutions:
        return None
    return [(min(column), max(column)) for column in zip(*solutions, strict=True)]


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[tuple[int, int]], Rows]:
    size = draw(st.integers(1, 5))
    ends = []
    for _number in range(size):
        low = draw(st.integers(0, 3))
        ends.append((low, low + draw(st.integers(0, 4))))
    factor = st.sampled_from([-2, -1, -1, 1, 1, 1, 2, 3])
    rows: Rows = []
    for _number in range(draw(st.integers(1, 5))):
        chosen = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=size, unique=True))
        terms = {unknown: draw(factor) for unknown in chosen}
        low = draw(st.integers(-8, 12))
        rows.append((terms, low, low + draw(st.integers(0, 4))))
    return ends, rows


@given(systems())
@settings(max_examples=150, deadline=None)
def test_least_and_most_are_those_of_all_solutions(made: tuple[list[tuple[int, int]], Rows]) -> None:
    ends, rows = made
    assert exact(system_of(ends, rows)) == by_looking(ends, rows)


@given(systems())
@settings(max_examples=100, deadline=None)
def test_halving_ranges_finds_the_same_without_fractions(
    made: tuple[list[tuple[int, int]], Rows],
) -> None:
    ends, rows = made
    expected = by_looking(ends, rows)
    bounds = Bounds.of(system_of(ends, rows))
    for unknown in range(len(ends)):
        for factor in (1, -1):
            try:
                found = least_cost(bounds, range(len(ends)), range(len(rows)), {unknown: factor}, 100)
            except Conflict:
                assert expected is None
                continue
            assert expected is not None
            assert found[unknown] == expected[unknown][factor < 0]
            assert all(
                low <= sum(f * found[u] for u, f in terms.items()) <= high for terms, low, high in rows
            )


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[tuple[int, int]], Rows]:
    """Two-way tables with their sums, of which some cells are known and all others 1-5 or 0-5."""
    lines, columns = 2, draw(st.integers(2, 3))
    true = [[draw(st.integers(1, 5)) for _c in range(columns)] for _l in range(lines)]
    ends = [
        (value, value) if draw(st.booleans()) else (draw(st.sampled_from([0, 1])), 5)
        for line in true
        for value in line
    ]
    rows: Rows = [
        ({line * columns + c: 1 for c in range(columns)}, sum(true[line]), sum(true[line]))
        for line in range(lines)
    ]
    for c in range(columns):
        total = sum(line[c] for line in true)
        rows.append(({line * columns + c: 1 for line in range(lines)}, total, total))
    return ends, [row for row in rows if draw(st.integers(0, 4))]


@given(tables())
@settings(max_examples=30, deadline=None)
def test_tables_with_sums_are_derived_exactly(made: tuple[list[tuple[int, int]], Rows]) -> None:
    ends, rows = made
    assert exact(system_of(ends, rows)) == by_looking(ends, rows)


def test_a_total_less_one_part_is_the_other() -> None:
    # a + b = 9, b = 6: a = 3.
    assert exact(system_of([(1, 5), (0, 20)], [({0: 1, 1: 1}, 9, 9), ({1: 1}, 6, 6)])) == [(3, 3), (6, 6)]


def test_two_sums_that_share_a_cell_say_more_than_each() -> None:
    # a + b = 7 leaves a and b 2-5; b + c = 3 leaves b 1-2: so a is 5, b 2, c 1.
    found = exact(system_of([(1, 5)] * 3, [({0: 1, 1: 1}, 7, 7), ({1: 1, 2: 1}, 3, 3)]))
    assert found == [(5, 5), (2, 2), (1, 1)]


def test_a_circle_of_sums_is_solved_where_bounds_do_not_say() -> None:
    # a + b = b + c = a + c = 6: each is 3, which no single row says of numbers 1-5.
    system = system_of([(1, 5)] * 3, [({0: 1, 1: 1}, 6, 6), ({1: 1, 2: 1}, 6, 6), ({0: 1, 2: 1}, 6, 6)])
    bounds = Bounds.of(system)
    bounds.spread(range(3))
    assert list(zip(bounds.low, bounds.high, strict=True)) == [(1, 5)] * 3
    [(unknowns, rows)] = components(bounds, range(3))
    assert not without_circles(bounds, unknowns, rows)
    assert exact(system) == [(3, 3)] * 3


def test_whole_numbers_say_more_than_fractions() -> None:
    # 2a + 2b = 2c + d with d 1-2: d is even, so 2; with fractions it could be 1.
    found = exact(system_of([(0, 3), (0, 3), (0, 3), (1, 2)], [({0: 2, 1: 2, 2: -2, 3: -1}, 0, 0)]))
    assert found is not None
    assert found[3] == (2, 2)


def test_parts_that_nothing_joins_are_parted_and_a_chain_needs_no_programme() -> None:
    system = system_of([(0, 9)] * 5, [({0: 1, 1: 1}, 9, 9), ({1: 1, 2: 1}, 5, 5), ({3: 1, 4: -1}, 0, 2)])
    bounds = Bounds.of(system)
    bounds.spread(range(3))
    found = components(bounds, range(3))
    assert [unknowns for unknowns, _rows in found] == [[0, 1, 2], [3, 4]]
    assert all(without_circles(bounds, *one) for one in found)
    assert exact(system) == [(4, 9), (0, 5), (0, 5), (0, 9), (0, 9)]


def test_what_has_no_upper_end_has_none() -> None:
    assert exact(system_of([(0, INFINITE), (2, 4)], [({0: 1, 1: -1}, 0, INFINITE)])) == [
        (2, INFINITE),
        (2, 4),
    ]


def test_rows_that_cannot_all_hold_have_no_solution() -> None:
    # a + b, b + c and a + c are odd together: no whole numbers, though fractions.
    rows: Rows = [({0: 1, 1: 1}, 5, 5), ({1: 1, 2: 1}, 5, 5), ({0: 1, 2: 1}, 5, 5)]
    assert exact(system_of([(0, 5)] * 3, rows)) is None
    with pytest.raises(Conflict):
        Bounds.of(system_of([(0, 1), (0, 1)], [({0: 1, 1: 1}, 5, 5)])).spread([0])


def test_reasons_are_the_rows_that_led_to_an_end() -> None:
    # Row 0 fixes b, row 1 says a by b; row 2 says something of c alone.
    system = system_of([(0, 9)] * 3, [({1: 1}, 4, 4), ({0: 1, 1: 1}, 9, 9), ({2: 1}, 0, 3)])
    bounds = Bounds.of(system)
    bounds.spread(range(3))
    assert (bounds.low[0], bounds.high[0]) == (5, 5)
    assert bounds.reasons([(0, 0)]) == {0, 1}
    assert bounds.reasons([(2, 1)]) == {2}
    assert bounds.reasons([(2, 0)]) == set()
