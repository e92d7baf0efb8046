"""Who goes where: the allocation of METHOD 5, stage by stage, each on all optima of the stages before.

Stages 1 and 2 (most served locally, then most served) are one linear programme with weight 3 for a person served in
the own municipality and 1 for a person served elsewhere. Why that is lexicographic: let f be optimal for the weights
and g serve more persons locally. g - f is a sum of augmenting paths and cycles in the residual graph of f, each of
which changes the total served by -1, 0 or 1. Some of them has a local change of at least 1; its weight changes by
2 x local + 1 x total >= 2 - 1 > 0, so f was not optimal. (With weight 2 the change could be 0: not enough.) Hence f
serves most locally, and among those the weights count the total.

All optima of a linear programme are the feasible points that are complementary to one optimal dual solution: arcs
with a reduced cost carry nobody, rows with a price are full. The matrix is totally unimodular and the weights and
seconds are whole numbers, so that the solver's vertex has a whole dual solution; it is rounded and then *checked in
whole numbers* (dual feasible, both objectives equal). A face is therefore exact, with no tolerance in it.

Stage 3 (least seconds) is the same on the face of stage 2. Stage 4 (least sum of unserved^2 / need) is a convex
quadratic programme on the face of stage 3; a last one, with those unserved, spreads persons evenly over arcs (least
sum of persons^2 / need), so that the load of each series is unique as well. `need` in its denominator makes it
indifferent to whether one group of people is written as one node or as two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geomatch.allocation.symmetry import Bools, Condensed, Floats, Ints, Network, condense, merge_nodes, parts

__all__ = ["Allocation", "allocate", "unserved_range"]

LOCAL_WEIGHT, OTHER_WEIGHT = 3, 1
# Quantities are cut to 1e-4 thousandths of a person before anybody rounds them: the quadratic solver's last digits
# must not decide which way a half goes.
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Allocation:
    """The allocation, and the face of stage 3 it lies on.

    Attributes:
        flow: Per arc, thousandths of persons.
        unserved: Per node, thousandths of persons left.
        load: Per series, thousandths of persons taking part.
        alive: Per arc, whether some optimum of the first three stages may use it.
        node_full: Per node, whether every such optimum serves all of it.
        series_full: Per series, whether every such optimum fills it.
        local: Thousandths of persons served in their own municipality.
        total: Thousandths of persons served.
        person_seconds: Seconds there and home, times persons served, in thousandths.
    """

    flow: Floats
    unserved: Floats
    load: Floats
    alive: Bools
    node_full: Bools
    series_full: Bools
    local: int
    total: int
    person_seconds: int


@dataclass(slots=True)
class _Part:
    """A connected part of a condensed network, and the face found so far."""

    need: Ints
    capacity: Ints
    node: Ints
    series: Ints
    node_full: Bools
    series_full: Bools

    def rows(self) -> Any:  # noqa: ANN401  # scipy has no types
        from scipy.sparse import csr_array  # noqa: PLC0415  # scipy.sparse is slow to import

        arcs = np.arange(len(self.node))
        ones = np.ones(2 * len(arcs))
        where = (np.concatenate([self.node, self.series + len(self.need)]), np.concatenate([arcs, arcs]))
        return csr_array((ones, where), shape=(len(self.need) + len(self.capacity), len(arcs)))

    @property
    def limit(self) -> Ints:
        return np.concatenate([self.need, self.capacity])

    @property
    def full(self) -> Bools:
        return np.concatenate([self.node_full, self.series_full])


def _certified(part: _Part, cost: Ints, x: Floats, price: Floats) -> tuple[Ints, Ints, Ints] | None:
    """The vertex, its prices and reduced costs as whole numbers, if they prove that it is optimal."""
    flow, prices = np.rint(x).astype(np.int64), np.rint(price).astype(np.int64)
    limit, full = part.limit, part.full
    used = np.bincount(part.node, flow, len(part.need)), np.bincount(part.series, flow, len(part.capacity))
    usage = np.concatenate(used).astype(np.int64)
    reduced = cost - prices[part.node] - prices[part.series + len(part.need)]
    feasible = bool((flow >= 0).all() and (usage <= limit).all() and (usage[full] == limit[full]).all())
    dual = bool((reduced >= 0).all() and (prices[~full] <= 0).all())
    if feasible and dual and int(cost @ flow) == int(prices @ limit):
        return flow, prices, reduced
    return None


def _least(part: _Part, cost: Ints) -> tuple[Ints, Ints, Ints]:
    """A vertex of least cost on the face of `part`, with whole prices that prove it.

    Raises:
        ArithmeticError: The solver gave no solution that its own prices prove; never seen.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  # scipy.optimize is slow to import

    rows, limit, full = part.rows(), part.limit.astype(float), part.full
    for presolve in (True, False):
        result = linprog(
            cost.astype(float),
            A_ub=rows[~full] if not full.all() else None,
            b_ub=limit[~full] if not full.all() else None,
            A_eq=rows[full] if full.any() else None,
            b_eq=limit[full] if full.any() else None,
            method="highs-ds",
            options={"presolve": presolve},
        )
        if result.x is None:
            continue
        price = np.zeros(len(limit))
        if not full.all():
            price[~full] = result.ineqlin.marginals
        if full.any():
            price[full] = result.eqlin.marginals
        found = _certified(part, cost, result.x, price)
        if found is not None:
            return found
    raise ArithmeticError("the linear programme of the allocation has no certified optimum")


def _restrict(part: _Part, keep: Bools, prices: Ints) -> _Part:
    nodes = len(part.need)
    return _Part(
        part.need,
        part.capacity,
        part.node[keep],
        part.series[keep],
        part.node_full | (prices[:nodes] != 0),
        part.series_full | (prices[nodes:] != 0),
    )


def _split(part: _Part) -> list[tuple[_Part, Ints, Ints, Ints]]:
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
        piece = _Part(
            part.need[nodes],
            part.capacity[places],
            new_node[part.node[arcs]],
            new_series[part.series[arcs]],
            part.node_full[nodes],
            part.series_full[places],
        )
        pieces.append((piece, arcs, nodes, places))
    return pieces


def _nearest_fits(part: _Part, local: Bools, seconds: Ints, degree: Ints) -> tuple[Floats, Bools] | None:
    """The answer where everybody has a nearest place in the own municipality and there is room for all of them.

    It reaches the bound of every stage at once; even shares over equally near places are stage 4's too.
    """
    far = np.iinfo(np.int64).max
    best = np.full(len(part.need), far)
    np.minimum.at(best, part.node[local], seconds[local])
    if (best == far).any() or part.series_full.any():
        return None
    chosen = local & (seconds == best[part.node])
    width = np.bincount(part.node[chosen], degree[chosen], len(part.need))
    flow = np.where(chosen, part.need[part.node] * degree / width[part.node], 0.0)
    if (np.bincount(part.series, flow, len(part.capacity)) > part.capacity).any():
        return None
    return flow, chosen


def _quadratic(part: _Part, weight: Floats, fixed: Floats | None, spare: Floats | None) -> Floats:
    """Shares of each node's need, over arcs and then unserved, of least weighted sum of squares.

    Without `fixed`, the squares are of the unserved share of nodes that are not full. With it (the served share per
    node) and `spare` (the share of each series in use), they are of the arcs' shares.
    """
    import clarabel  # noqa: PLC0415  # loads a solver that most commands never need
    from scipy.sparse import csc_array, diags_array  # noqa: PLC0415

    nodes, places, arcs = len(part.need), len(part.capacity), len(part.node)
    need, capacity = part.need.astype(float), part.capacity.astype(float)
    loose = np.flatnonzero(~part.node_full) if fixed is None else np.array([], dtype=np.int64)
    columns = arcs + len(loose)
    number = np.arange(arcs)
    by_node = csc_array(
        (np.ones(columns), (np.concatenate([part.node, loose]), np.arange(columns))), shape=(nodes, columns)
    )
    by_series = csc_array(
        (need[part.node] / capacity[part.series], (part.series, number)), shape=(places, columns)
    ).tocsr()
    if fixed is None:
        quadratic = np.concatenate([np.zeros(arcs), 2 * weight[loose]])
        served, top = np.ones(nodes), np.ones(places)
    else:
        quadratic, served = 2 * weight, fixed
        top = np.ones(places) if spare is None else np.maximum(spare, 1.0)
        top = np.where(part.series_full, spare, top) if spare is not None else top
    from scipy.sparse import vstack  # noqa: PLC0415

    full, free = np.flatnonzero(part.series_full), np.flatnonzero(~part.series_full)
    identity = diags_array(np.ones(columns)).tocsc()
    matrix = vstack([by_node, by_series[full], by_series[free], -identity]).tocsc()
    bound = np.concatenate([served, top[full], top[free], np.zeros(columns)])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.direct_solve_method = "qdldl"
    if hasattr(settings, "max_threads"):
        settings.max_threads = 1
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    settings.reduced_tol_gap_abs = settings.reduced_tol_gap_rel = settings.reduced_tol_feas = 1e-8
    cones = [clarabel.ZeroConeT(nodes + len(full)), clarabel.NonnegativeConeT(len(free) + columns)]
    scaled = diags_array(quadratic / max(float(quadratic.max(initial=0.0)), 1e-300)).tocsc()
    solution = clarabel.DefaultSolver(scaled, np.zeros(columns), matrix, bound, cones, settings).solve()
    if str(solution.status) not in ("Solved", "AlmostSolved"):
        raise ArithmeticError(f"the quadratic programme of the allocation ended with {solution.status}")
    return np.clip(np.array(solution.x), 0.0, 1.0)


def _fair(part: _Part, degree: Ints, *, shortcuts: bool) -> Floats:
    """Stage 4 on a connected part of the face of stage 3: persons per arc."""
    need = part.need.astype(float)
    single = len(part.node) == len(part.need)
    if shortcuts and single and len(part.capacity) == 1:
        # One kind of place: the full nodes are served, the others share what is left by their need.
        must = need[part.node_full].sum()
        want = need[~part.node_full].sum()
        share = min(1.0, max(float(part.capacity[0]) - must, 0.0) / want) if want else 1.0
        return np.where(part.node_full, need, need * share)[part.node]
    if shortcuts and single and part.node_full.all():
        return need[part.node]
    if part.node_full.all():
        served = np.ones(len(need))
        spare = None if not part.series_full.any() else np.ones(len(part.capacity))
    else:
        share = _quadratic(part, need, None, None)[: len(part.node)]
        served = np.minimum(np.bincount(part.node, share, len(need)), 1.0)
        served[part.node_full] = 1.0
        spare = np.bincount(part.series, share * need[part.node], len(part.capacity)) / part.capacity
    even = _quadratic(part, need[part.node] / degree, served, spare)
    return even * need[part.node]


def _most_prices(part: _Part, local: Bools) -> Ints:
    """Prices of stages 1 and 2. Seconds do not matter yet: nodes with the same series are one, and have one price."""
    content = np.column_stack([part.series, local]).astype(np.int64)
    label, first = merge_nodes(np.zeros(len(part.need), np.int64), part.node, content)
    arcs = np.isin(part.node, first)
    merged = _Part(
        np.bincount(label, part.need, len(first)).astype(np.int64),
        part.capacity,
        label[part.node[arcs]],
        part.series[arcs],
        np.zeros(len(first), bool),
        part.series_full,
    )
    weight = np.where(local[arcs], LOCAL_WEIGHT, OTHER_WEIGHT).astype(np.int64)
    _flow, prices, _reduced = _least(merged, -weight)
    return np.concatenate([prices[: len(first)][label], prices[len(first) :]])


def _solve(
    part: _Part, local: Bools, seconds: Ints, degree: Ints, focus: Bools | None, *, fair: bool, shortcuts: bool
) -> tuple[Floats, Bools, Bools, Bools]:
    """Per arc the persons and whether it is alive; per node and series whether it is full in every optimum."""
    if shortcuts:
        short = _nearest_fits(part, local, seconds, degree)
        if short is not None:
            return short[0], short[1], np.ones(len(part.need), bool), np.zeros(len(part.capacity), bool)
    prices = _most_prices(part, local)
    weight = np.where(local, LOCAL_WEIGHT, OTHER_WEIGHT)
    paid = weight + prices[part.node] + prices[part.series + len(part.need)] == 0
    stage = np.flatnonzero(paid)
    part = _restrict(part, paid, prices)
    flow = np.zeros(len(local))
    alive = np.zeros(len(local), dtype=bool)
    for piece, arcs, nodes, places in _split(part):
        at = stage[arcs]
        if focus is not None and not (focus[nodes] & ~piece.node_full).any():
            alive[at] = True
            continue
        vertex, prices, reduced = _least(piece, seconds[at])
        keep = reduced == 0
        face = _restrict(piece, keep, prices)
        alive[at[keep]] = True
        part.node_full[nodes] = face.node_full
        part.series_full[places] = face.series_full
        if not fair:
            flow[at] = vertex
            continue
        for corner, inner, _nodes, _places in _split(face):
            where = at[np.flatnonzero(keep)[inner]]
            flow[where] = _fair(corner, degree[where], shortcuts=shortcuts)
    return flow, alive, part.node_full, part.series_full


def allocate(
    network: Network, *, fair: bool = True, shortcuts: bool = True, focus: Bools | None = None
) -> Allocation:
    """Allocate persons to places (METHOD 5).

    Args:
        network: Nodes, series and arcs; quantities in thousandths of persons.
        fair: Go through stage 4. Without it the flow is some optimum of the first three stages.
        focus: Per node, whether it is asked about. Parts of the network that touch none of these nodes may be left
            after stage 2, without flow; only `unserved_range` of the groups in focus means anything then.
        shortcuts: Use closed answers for easy parts; they are the same (tests/test_allocation.py).

    Raises:
        ArithmeticError: A solver found no optimum that can be proved; never seen.
    """
    small = condense(network)
    asked = None
    if focus is not None:
        asked = np.zeros(len(small.need), dtype=bool)
        asked[small.node_colour[focus & (small.node_colour >= 0)]] = True
    everything = _Part(
        small.need,
        small.capacity,
        small.node,
        small.series,
        np.zeros(len(small.need), bool),
        np.zeros(len(small.capacity), bool),
    )
    colour_flow = np.zeros(len(small.node))
    alive = np.zeros(len(small.node), dtype=bool)
    for piece, arcs, nodes, places in _split(everything):
        colour_flow[arcs], alive[arcs], everything.node_full[nodes], everything.series_full[places] = _solve(
            piece,
            small.local[arcs],
            small.seconds[arcs],
            small.degree[arcs],
            None if asked is None else asked[nodes],
            fair=fair,
            shortcuts=shortcuts,
        )
    return _spread(network, small, colour_flow, alive, everything)


def _spread(network: Network, small: Condensed, colour_flow: Floats, alive: Bools, face: _Part) -> Allocation:
    """From colours back to nodes and series: a node has its part of its colour by need, evenly over equal arcs."""
    flow = np.zeros(len(network.node))
    live = np.flatnonzero(small.arc_of >= 0)
    arc = small.arc_of[live]
    flow[live] = colour_flow[arc] * network.need[network.node[live]] / face.need[small.node[arc]] / small.degree[arc]
    flow = np.round(flow, _DECIMALS)
    served = np.round(np.bincount(network.node, flow, len(network.need)), _DECIMALS)
    full = (small.node_colour >= 0) & (face.node_full[small.node_colour] if len(face.need) else False)
    unserved = np.where(full, 0.0, np.maximum(np.round(network.need - served, _DECIMALS), 0.0))
    taken = (small.series_colour >= 0) & (face.series_full[small.series_colour] if len(face.capacity) else False)
    arc_alive = np.zeros(len(network.node), dtype=bool)
    arc_alive[live] = alive[arc]
    return Allocation(
        flow=flow,
        unserved=unserved,
        load=np.round(np.bincount(network.series, flow, len(network.capacity)), _DECIMALS),
        alive=arc_alive,
        node_full=full,
        series_full=taken,
        local=round(float(colour_flow[small.local].sum())),
        total=round(float(colour_flow.sum())),
        person_seconds=round(float(colour_flow @ small.seconds)),
    )


def unserved_range(
    network: Network, allocation: Allocation, group: Ints, *, only: int | None = None
) -> tuple[Ints, Ints]:
    """Least and greatest unserved per group of nodes, over all optima of the first three stages.

    Args:
        network: What was allocated.
        allocation: Its allocation.
        group: Per node, the number of its group (a municipality), from 0.
        only: The one group to ask about; the others' entries mean nothing then.

    Returns:
        Two arrays, one entry per group, in thousandths of persons (whole, since the face's vertices are).
    """
    groups = int(group.max(initial=-1)) + 1
    idle = ~np.isin(np.arange(len(network.need)), network.node[allocation.alive])
    base = np.bincount(group[idle], network.need[idle], groups)
    least, greatest = base.copy(), base.copy()
    arcs = np.flatnonzero(allocation.alive)
    # On this face seconds no longer matter: nodes of one group with the same arcs are one.
    label, first = merge_nodes(2 * group + allocation.node_full, network.node[arcs], network.series[arcs][:, None])
    known = label >= 0
    need = np.bincount(label[known], network.need[known], len(first)).astype(np.int64)
    left = np.bincount(label[known], allocation.unserved[known], len(first))
    owner = group[first]
    kept = arcs[np.isin(network.node[arcs], first)]
    whole = _Part(
        need,
        network.capacity,
        label[network.node[kept]],
        network.series[kept],
        allocation.node_full[first],
        allocation.series_full,
    )
    for piece, _arcs, members, _places in _split(whole):
        mine = owner[members]
        present = np.unique(mine[~piece.node_full])
        if len(present) == 1:
            amount = round(float(left[members].sum()))
            least[present] += amount
            greatest[present] += amount
        for one in present if len(present) > 1 else []:
            if only not in (None, one):
                continue
            wanted = (mine[piece.node] == one).astype(np.int64)
            total = int(piece.need[mine == one].sum())
            low, high = (int(wanted @ _least(piece, sign * wanted)[0]) for sign in (1, -1))
            least[one] += total - high
            greatest[one] += total - low
    return np.rint(least).astype(np.int64), np.rint(greatest).astype(np.int64)
