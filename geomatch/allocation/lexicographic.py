"""Who goes where: the allocation of METHOD 5, stage by stage, each on all optima of the stages before.

Stages 1 and 2 (most served locally, then most served) are two maximum flows in whole numbers. All maximum flows
respect any one minimum cut: with the *short* side being what can be reached from people left over (arc to a series,
back to those whom it serves), short series are full, everybody on the other side is served, and nobody there uses a
short series. That describes all optima of stage 1 by arcs that carry nobody and rows that are full; outsiders in short
series and journeys elsewhere of people on the other side go with them. A path that augments within what remains never
empties a full row, so the maximum flow of what remains is stage 2, and its cut describes all optima of both stages.
(One linear programme with weight 3 for a local person and 1 for another has the same optima: tests/peers.)

Stage 3 (least seconds) is a linear programme on that face. Its optima are the feasible points complementary to one
optimal dual solution: arcs with a reduced cost carry nobody, rows with a price are full. The matrix is totally
unimodular and seconds are whole, so the solver's vertex has a whole dual solution; it is rounded and then *checked in
whole numbers* (primal and dual feasible, objectives equal). Faces are therefore exact, with no tolerance in them.

Stage 4 (least sum of unserved^2 / need) is a convex quadratic programme on the face of stage 3; a last one, with those
unserved, spreads persons evenly over arcs (least sum of persons^2 / need), so that the load of each series is unique
as well. `need` in its denominator makes it indifferent to whether one group of people is written as one node or two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geomatch.allocation.faces import Part, restrict, split
from geomatch.allocation.fair import even_shares
from geomatch.allocation.flows import most, reach
from geomatch.allocation.simplex import network_simplex
from geomatch.allocation.symmetry import Bools, Condensed, Floats, Ints, Network, condense, merge_nodes

__all__ = ["Allocation", "allocate", "unserved_range"]

# Quantities are cut to 1e-2 thousandths of a person before anybody rounds them: the quadratic solver's last digits
# must not decide which way a half goes. Flows keep more, since what is cut from each of many would show in their sum.
_DECIMALS = 2
# No solver is stopped by the clock, which would make the answer depend on the machine: the dual simplex may take so many
# steps per row and column, many times what it has ever needed.
_STEPS_PER_LINE = 100
_FLOW_DECIMALS = 6
# From so many arcs the network simplex is quicker than the general solver. Both are proved.
_LARGE = 20_000


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


def _certified(part: Part, cost: Ints, x: Floats, price: Floats) -> tuple[Ints, Ints, Ints] | None:
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


def _proved(part: Part, cost: Ints, price: Floats) -> int:
    """A lower bound of the least cost on the face of `part`, from any prices: they are made feasible first."""
    nodes, prices = len(part.need), np.rint(price).astype(np.int64)
    prices = np.where(part.full, prices, np.minimum(prices, 0))
    top = np.where(part.node_full, np.iinfo(np.int64).max, 0)
    np.minimum.at(top, part.node, cost - prices[part.series + nodes])
    # A node without arcs has nobody on the face.
    prices[:nodes] = np.where(np.isin(np.arange(nodes), part.node), top, 0)
    return int(prices @ part.limit)


def _least(part: Part, cost: Ints) -> tuple[Ints, Ints, Ints]:
    """A vertex of least cost on the face of `part`, with whole prices that prove it.

    Raises:
        ArithmeticError: The solver gave no solution that its own prices prove, in `_STEPS_PER_LINE` steps for each row
            and column; never seen. The message states the bound that is proved.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  # scipy.optimize is slow to import

    rows, limit, full = part.rows(), part.limit.astype(float), part.full
    steps = _STEPS_PER_LINE * sum(rows.shape)
    if len(cost) >= _LARGE:
        quick = network_simplex(part, cost, steps)
        proved = quick and _certified(part, cost, quick[0].astype(float), quick[1].astype(float))
        if proved:
            return proved
    price = np.zeros(len(limit))
    for presolve in (True, False):
        result = linprog(
            cost.astype(float),
            A_ub=rows[~full] if not full.all() else None,
            b_ub=limit[~full] if not full.all() else None,
            A_eq=rows[full] if full.any() else None,
            b_eq=limit[full] if full.any() else None,
            method="highs-ds",
            options={"presolve": presolve, "maxiter": steps},
        )
        if result.x is None:
            continue
        if not full.all():
            price[~full] = result.ineqlin.marginals
        if full.any():
            price[full] = result.eqlin.marginals
        found = _certified(part, cost, result.x, price)
        if found is not None:
            return found
    raise ArithmeticError(
        f"the linear programme of the allocation is not solved in {steps} steps; its least cost, in thousandths of"
        f" person-seconds, is at least {_proved(part, cost, price)}"
    )


def _nearest_fits(part: Part, local: Bools, seconds: Ints, degree: Ints) -> tuple[Floats, Bools] | None:
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


def _short_side(part: Part, flow: Ints) -> tuple[Bools, Bools]:
    """Nodes and series that can be reached from people whom a maximum flow leaves over."""
    nodes = len(part.need)
    used = flow > 0
    left = np.flatnonzero(np.bincount(part.node, flow, nodes) < part.need)
    reached = reach(
        nodes + len(part.capacity),
        left,
        np.concatenate([part.node, part.series[used] + nodes]),
        np.concatenate([part.series + nodes, part.node[used]]),
    )
    return reached[:nodes], reached[nodes:]


def _most_served(part: Part, local: Bools) -> tuple[Part, Bools]:
    """Stages 1 and 2: the face of all their optima, and which arcs are on it.

    Seconds do not matter yet: nodes with the same series are one here.
    """
    label, first = merge_nodes(
        np.zeros(len(part.need), np.int64), part.node, np.column_stack([part.series, local]).astype(np.int64)
    )
    need = np.bincount(label, part.need, len(first)).astype(np.int64)
    kept = np.flatnonzero(np.isin(part.node, first))
    kept = kept[np.lexsort((part.series[kept], label[part.node[kept]]))]
    node, series, home = label[part.node[kept]], part.series[kept], local[kept]
    nobody = np.zeros(len(need), bool)

    def stage(arcs: Bools) -> tuple[Bools, Bools]:
        piece = Part(need, part.capacity, node[arcs], series[arcs], nobody, part.series_full)
        return _short_side(piece, most(need, part.capacity, piece.node, piece.series)[1])

    short_node, short_series = stage(home)
    on = np.where(home, short_node[node] | ~short_series[series], short_node[node] & ~short_series[series])
    short_node_2, short_series_2 = stage(on)
    mine = label[part.node]
    alive = np.where(
        local, short_node[mine] | ~short_series[part.series], short_node[mine] & ~short_series[part.series]
    ) & (short_node_2[mine] | ~short_series_2[part.series])
    node_full = ~(short_node & short_node_2)[label]
    face = replace(
        part,
        node=part.node[alive],
        series=part.series[alive],
        node_full=node_full,
        series_full=short_series | short_series_2,
    )
    return face, alive


def _solve(
    part: Part,
    local: Bools,
    seconds: Ints,
    degree: Ints,
    focus: Bools | None,
    *,
    fair: bool,
    shortcuts: bool,
) -> tuple[Floats, Bools, Bools, Bools]:
    """Per arc the persons and whether it is alive; per node and series whether it is full in every optimum."""
    if shortcuts:
        short = _nearest_fits(part, local, seconds, degree)
        if short is not None:
            return short[0], short[1], np.ones(len(part.need), bool), np.zeros(len(part.capacity), bool)
    part, paid = _most_served(part, local)
    stage = np.flatnonzero(paid)
    flow = np.zeros(len(local))
    alive = np.zeros(len(local), dtype=bool)
    for piece, arcs, nodes, places in split(part):
        at = stage[arcs]
        if focus is not None and not (focus[nodes] & ~piece.node_full).any():
            alive[at] = True
            continue
        vertex, prices, reduced = _least(piece, seconds[at])
        keep = reduced == 0
        face = restrict(piece, keep, prices)
        alive[at[keep]] = True
        part.node_full[nodes] = face.node_full
        part.series_full[places] = face.series_full
        if not fair:
            flow[at] = vertex
            continue
        for corner, inner, _nodes, _places in split(face):
            where = at[np.flatnonzero(keep)[inner]]
            flow[where] = even_shares(corner, degree[where], shortcuts=shortcuts)
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
    # Without stage 4 any optimum will do, so nothing need be told apart by numbers alone.
    small = condense(network, refine=fair)
    asked = None
    if focus is not None:
        asked = np.zeros(len(small.need), dtype=bool)
        asked[small.node_colour[focus & (small.node_colour >= 0)]] = True
    everything = Part(
        small.need,
        small.capacity,
        small.node,
        small.series,
        np.zeros(len(small.need), bool),
        np.zeros(len(small.capacity), bool),
    )
    colour_flow = np.zeros(len(small.node))
    alive = np.zeros(len(small.node), dtype=bool)
    for piece, arcs, nodes, places in split(everything):
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


def _spread(network: Network, small: Condensed, colour_flow: Floats, alive: Bools, face: Part) -> Allocation:
    """From colours back to nodes and series: a node has its part of its colour by need, evenly over equal arcs."""
    flow = np.zeros(len(network.node))
    live = np.flatnonzero(small.arc_of >= 0)
    arc = small.arc_of[live]
    flow[live] = (
        colour_flow[arc] * network.need[network.node[live]] / face.need[small.node[arc]] / small.degree[arc]
    )
    flow = np.round(flow, _FLOW_DECIMALS)
    served = np.round(np.bincount(network.node, flow, len(network.need)), _DECIMALS)
    full = (small.node_colour >= 0) & (face.node_full[small.node_colour] if len(face.need) else False)
    unserved = np.where(full, 0.0, np.maximum(np.round(network.need - served, _DECIMALS), 0.0))
    taken = (small.series_colour >= 0) & (
        face.series_full[small.series_colour] if len(face.capacity) else False
    )
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
    label, first = merge_nodes(
        2 * group + allocation.node_full, network.node[arcs], network.series[arcs][:, None]
    )
    known = label >= 0
    need = np.bincount(label[known], network.need[known], len(first)).astype(np.int64)
    left = np.bincount(label[known], allocation.unserved[known], len(first))
    owner = group[first]
    kept = arcs[np.isin(network.node[arcs], first)]
    whole = Part(
        need,
        network.capacity,
        label[network.node[kept]],
        network.series[kept],
        allocation.node_full[first],
        allocation.series_full,
    )
    for piece, _arcs, members, _places in split(whole):
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
