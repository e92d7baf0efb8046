"""The choice of corridors as a mixed integer programme (HiGHS).

The flow as it is leaves a residual graph. More can be served only by paths in it, with the candidates' arcs added, from
someone unserved to a free place; so only vertices on such a path matter. The programme holds the people and places of
those, less what the flow takes of them elsewhere, and is small where the candidates are few.

People with the same ways are one class. What a class can do with a corridor is to go to one group of series: a group is
a vertex in between, so that classes share it.

    most    sum of x over (class, corridor), the corridor being none for what is there already
    with    sum of x over the corridors of a class <= its people
            sum of x into a group = sum of z from it to its series
            sum of z into a series <= its places
            sum of x over the classes of corridor c <= most(c) * y_c, the most that its arcs can carry at all
            sum of y <= number
            sum of x over the classes of corridor c * fares of c <= budget
            x, z >= 0, y in {0, 1}

Persons are whole persons and fractions here, so that the solver's tolerances are far below a thousandth. The numbers of
a set that are shown are not the solver's but those of a flow in whole thousandths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geomatch.allocation.flows import most
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.flow import labels, link, unlink
from geomatch.corridors.states import States

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["SEARCHED", "Programme", "Solution", "least_fares", "make_programme", "solve"]

_MILLI = 1000
SEARCHED = 100_000
"""Coefficients of the largest programme that is searched; for a larger one there is the bound only."""
# What all day returns together weigh, in persons: less than half a thousandth.
_TIES = 0.0004
# What a sum of persons may be off by in the solver.
_SLACK = 1e-6
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Programme:
    """What a set of candidates could change.

    Attributes:
        need: Per class, thousandths of persons that it may place here.
        room: Per series, thousandths of places that it has for them.
        cls, series: Per arc.
        corridor: Per arc, the position of its candidate, or -1.
        candidates: Numbers of the corridors that matter.
        now: Thousandths that are served here already.
    """

    need: Ints
    room: Ints
    cls: Ints
    series: Ints
    corridor: Ints
    candidates: Ints
    now: int


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found.

    Attributes:
        chosen: Numbers of the corridors to open.
        more: Persons served by them on top of now.
        most: No set serves more than this on top of now.
        proved: Whether `more` is the most there is.
        nodes: Nodes of the search.
    """

    chosen: tuple[int, ...]
    more: float
    most: float
    proved: bool
    nodes: int


def _number_from_zero(values: Ints, size: int) -> tuple[Ints, Ints]:
    """The different values in order, and per value its place among them (-1 for those that do not occur)."""
    kept = np.unique(values)
    place = np.full(size, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return kept, place


def make_programme(states: States, opened: Bools, candidates: Ints) -> Programme:
    """The part of the flow that opening some of `candidates` (closed) can change.

    Args:
        states: A single state.
        opened: Per corridor, whether it is open.
        candidates: Numbers of corridors.
    """
    states.enter()
    flow, count = states.flow, len(opened)
    classes = len(flow.left)
    numbers = [n for one in candidates.tolist() for n in (one, one + count)]
    for number in numbers:
        link(flow, number)
    wanted, free = labels(flow)
    for number in reversed(numbers):
        unlink(flow, number)
    inside: Bools = wanted & free
    arcs = np.concatenate(
        [np.arange(len(flow.s_arc)), *(np.arange(flow.x_ptr[n], flow.x_ptr[n + 1]) for n in numbers)]
    )
    cls, series, pair = (part[arcs].astype(np.int64) for part in (flow.cls, flow.ser, flow.num))
    usable = flow.active[cls] & ((pair == -1) | ~flow.shut[series])
    within = usable & inside[cls] & inside[classes + series]
    carried = flow.flow[arcs]
    need = flow.left + np.bincount(cls[within], carried[within], classes).astype(np.int64)
    room = flow.room + np.bincount(series[within], carried[within], len(flow.room)).astype(np.int64)
    of = np.full(max(count, 1), -1, dtype=np.int64)
    of[candidates] = np.arange(len(candidates))
    corridor = np.where(pair >= 0, of[pair % max(count, 1)], -1)
    # The same way by a good and by a poor day return is one arc.
    table = np.unique(np.column_stack([cls, series, corridor])[within], axis=0)
    kept_classes, class_place = _number_from_zero(table[:, 0], classes)
    kept_series, series_place = _number_from_zero(table[:, 1], len(flow.room))
    used, used_place = _number_from_zero(table[table[:, 2] >= 0, 2], len(candidates) + 1)
    return Programme(
        need=need[kept_classes],
        room=room[kept_series],
        cls=class_place[table[:, 0]],
        series=series_place[table[:, 1]],
        corridor=used_place[table[:, 2]],
        candidates=candidates[used],
        now=int(carried[within].sum()),
    )


def _alike(programme: Programme) -> Programme:
    """People with the same ways as one class."""
    order = np.lexsort((programme.corridor, programme.series, programme.cls))
    cls, content = programme.cls[order], np.column_stack([programme.series, programme.corridor])[order]
    starts = np.searchsorted(cls, np.arange(len(programme.need) + 1))
    seen: dict[bytes, int] = {}
    label = np.array(
        [
            seen.setdefault(content[start:end].tobytes(), len(seen))
            for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    first = np.unique(label, return_index=True)[1]
    keep = np.isin(cls, first)
    return Programme(
        need=np.bincount(label, programme.need, len(seen)).astype(np.int64),
        room=programme.room,
        cls=label[cls[keep]],
        series=content[keep, 0],
        corridor=content[keep, 1],
        candidates=programme.candidates,
        now=programme.now,
    )


@dataclass(frozen=True, slots=True)
class _Laid:
    """The programme laid out: who goes by what to which group of series.

    Attributes:
        cls, corridor, group: Per way of a class: the class, the position of its candidate or -1, and the group.
        sets: Per group, its series.
        most: Per candidate, persons that its arcs can carry.
    """

    cls: Ints
    corridor: Ints
    group: Ints
    sets: list[Ints]
    most: Floats


def _laid(programme: Programme) -> _Laid:
    order = np.lexsort((programme.series, programme.corridor, programme.cls))
    cls, corridor, series = (part[order] for part in (programme.cls, programme.corridor, programme.series))
    starts = np.flatnonzero(np.append(True, (np.diff(cls) != 0) | (np.diff(corridor) != 0)))
    ends = np.append(starts[1:], len(cls))
    seen: dict[bytes, int] = {}
    group = [
        seen.setdefault(series[start:end].tobytes(), len(seen))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    carries = [
        most(programme.need, programme.room, cls[mine], series[mine])[0]
        for mine in (np.flatnonzero(corridor == one) for one in range(len(programme.candidates)))
    ]
    return _Laid(
        cls=cls[starts],
        corridor=corridor[starts],
        group=np.array(group, dtype=np.int64),
        sets=[np.frombuffer(key, dtype=np.int64) for key in seen],
        most=np.array(carries, dtype=float) / _MILLI,
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """The programme as a matrix: columns are x, then z, then y.

    Attributes:
        programme: With people of the same ways as one class.
        corridor: Per x, the position of its candidate or -1.
        matrix, right: The constraints: no row more than its right side.
        steps: How many z there are.
    """

    programme: Programme
    corridor: Ints
    matrix: csr_array
    right: Floats
    steps: int


def _model(programme: Programme, number: int | None, costs: Floats, budget_sek: float | None) -> _Model:
    from scipy.sparse import coo_array  # noqa: PLC0415  # scipy is slow to import

    programme = _alike(programme)
    laid, count = _laid(programme), len(programme.candidates)
    ways, classes, groups = len(laid.cls), len(programme.need), len(laid.sets)
    sizes = np.array([len(one) for one in laid.sets], dtype=np.int64)
    steps = int(sizes.sum())
    way, step, choice = np.arange(ways), ways + np.arange(steps), ways + steps + np.arange(count)
    by_corridor = np.flatnonzero(laid.corridor >= 0)
    top = classes + groups + len(programme.room)
    rows = [laid.cls, classes + laid.group, classes + np.repeat(np.arange(groups), sizes)]
    rows += [classes + groups + np.concatenate(laid.sets)]
    rows += [top + laid.corridor[by_corridor], top + np.arange(count)]
    columns = [way, way, step, step, by_corridor, choice]
    values = [np.ones(ways), np.ones(ways), -np.ones(steps), np.ones(steps)]
    values += [np.ones(len(by_corridor)), -laid.most]
    right = [programme.need / _MILLI, np.zeros(groups), programme.room / _MILLI, np.zeros(count)]
    top += count
    if number is not None:
        rows.append(np.full(count, top))
        columns.append(choice)
        values.append(np.ones(count))
        right.append(np.array([float(number)]))
        top += 1
    if budget_sek is not None:
        rows.append(np.full(len(by_corridor), top))
        columns.append(by_corridor)
        values.append(costs[laid.corridor[by_corridor]])
        right.append(np.array([float(budget_sek)]))
        top += 1
    matrix = coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(top, ways + steps + count),
    ).tocsr()
    return _Model(programme, laid.corridor, matrix, np.concatenate(right), steps)


def solve(
    programme: Programme,
    best_min: Floats,
    *,
    number: int | None,
    costs: Floats,
    budget_sek: float | None,
    work_limit: int,
) -> Solution:
    """The candidates that serve most people, at most `number` of them and for at most `budget_sek` a month.

    Of sets that serve equally many, one with a small sum of best day returns is sought, which is also a reason to take
    fewer. Deterministic: one thread, no limit of time.

    Args:
        programme: What the candidates could change.
        best_min: Per candidate of the programme, its best day return in minutes.
        number: How many at the most; None is any number.
        costs: Per candidate of the programme, fares a month for one person, kronor.
        budget_sek: Kronor a month; None is any sum.
        work_limit: The search ends with what it has, and with the bound, after this many nodes times coefficients.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  # scipy is slow to import

    count, now = len(programme.candidates), programme.now / _MILLI
    if not count:
        return Solution((), 0.0, 0.0, proved=True, nodes=0)
    model = _model(programme, number, costs, budget_sek)
    ways, size = len(model.corridor), model.matrix.shape[1]
    taken = np.sort(best_min)[::-1][: count if number is None else number].sum()
    goal = np.zeros(size)
    goal[:ways] = -1.0
    # All minutes together weigh less than half a thousandth of a person.
    goal[-count:] = best_min * (_TIES / max(float(taken), 1.0))
    # A programme too large to be searched is solved with parts of corridors: that is a bound all the same.
    whole = model.matrix.nnz <= SEARCHED
    result = milp(
        goal,
        constraints=LinearConstraint(model.matrix, -np.inf, model.right),
        bounds=Bounds(0.0, np.append(np.full(size - count, np.inf), np.ones(count))),
        integrality=np.append(np.zeros(size - count), np.full(count, float(whole))),
        options={"disp": False, "mip_rel_gap": 0.0, "node_limit": max(work_limit // model.matrix.nnz, 1)},
    )
    bound = getattr(result, "mip_dual_bound", None) if whole else result.fun
    everybody = float(programme.need.sum()) / _MILLI
    limit = everybody if bound is None or not np.isfinite(bound) else min(-bound + _TIES, everybody)
    nodes = int(result.mip_node_count or 0) if whole else 0
    if result.x is None or not whole:
        return Solution((), 0.0, limit - now, proved=False, nodes=nodes)
    # Whole numbers, but for the solver's tolerance.
    chosen = np.flatnonzero(result.x[-count:] > _HALF)
    more = float(result.x[:ways].sum())
    return Solution(
        chosen=tuple(programme.candidates[chosen].tolist()),
        more=more - now,
        most=max(limit, more) - now,
        proved=result.status == 0,
        nodes=nodes,
    )


def least_fares(programme: Programme, costs: Floats, budget_sek: float | None) -> tuple[float, float]:
    """With every candidate open: most persons served on top of now, and the least fares with which so many can be.

    Args:
        programme: What the candidates can change.
        costs: Per candidate of the programme, fares a month for one person, kronor.
        budget_sek: Kronor a month at the most; None is any sum.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  # scipy is slow to import

    if not len(programme.candidates):
        return 0.0, 0.0
    model = _model(programme, None, costs, budget_sek)
    ways, size = len(model.corridor), model.matrix.shape[1]
    served = np.append(np.ones(ways), np.zeros(size - ways))
    bounds = [(0, None)] * (size - len(programme.candidates)) + [(1, 1)] * len(programme.candidates)
    first = linprog(-served, A_ub=model.matrix, b_ub=model.right, bounds=bounds, method="highs")
    fares = np.zeros(size)
    fares[:ways] = np.where(model.corridor >= 0, costs[np.maximum(model.corridor, 0)], 0.0)
    second = linprog(
        fares,
        A_ub=_with_row(model.matrix, -served),
        b_ub=np.append(model.right, first.fun + _SLACK),
        bounds=bounds,
        method="highs",
    )
    cost = float(second.fun) if second.x is not None else float(fares @ first.x)
    return -float(first.fun) - programme.now / _MILLI, cost


def _with_row(matrix: csr_array, row: Floats) -> csr_array:
    """The matrix with one more row."""
    from scipy.sparse import csr_array as rows_of  # noqa: PLC0415  # scipy is slow to import
    from scipy.sparse import vstack  # noqa: PLC0415  # likewise

    return vstack([matrix, rows_of(row[np.newaxis, :])], format="csr")
