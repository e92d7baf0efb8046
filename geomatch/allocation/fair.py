"""Stage 4 of METHOD 5: shares as equal as the first three stages leave room for."""

from __future__ import annotations

import numpy as np

from geomatch.allocation.faces import Part
from geomatch.allocation.symmetry import Floats, Ints

__all__ = ["even_shares"]

# The first that the solver reaches; the last still gives thousandths of a person.
_TOLERANCES = (1e-12, 1e-11, 1e-10, 1e-9, 1e-8)


def _quadratic(part: Part, weight: Floats, fixed: Floats | None, spare: Floats | None) -> Floats:
    """Shares of each node's need, over arcs and then unserved, of least weighted sum of squares.

    Without `fixed`, the squares are of the unserved share of nodes that are not full. With it (the served share per
    node) and `spare` (the share of each series in use), they are of the arcs' shares.
    """
    import clarabel  # noqa: PLC0415  # loads a solver that most commands never need
    from scipy.sparse import csc_array, diags_array  # noqa: PLC0415  # scipy is slow to import

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
    from scipy.sparse import vstack  # noqa: PLC0415  # scipy is slow to import

    full, free = np.flatnonzero(part.series_full), np.flatnonzero(~part.series_full)
    identity = diags_array(np.ones(columns)).tocsc()
    matrix = vstack([by_node, by_series[full], by_series[free], -identity]).tocsc()
    bound = np.concatenate([served, top[full], top[free], np.zeros(columns)])
    cones = [clarabel.ZeroConeT(nodes + len(full)), clarabel.NonnegativeConeT(len(free) + columns)]
    scaled = diags_array(quadratic / max(float(quadratic.max(initial=0.0)), 1e-300)).tocsc()
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.direct_solve_method = "qdldl"
    if hasattr(settings, "max_threads"):
        settings.max_threads = 1
    for tolerance in _TOLERANCES:
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
        solution = clarabel.DefaultSolver(scaled, np.zeros(columns), matrix, bound, cones, settings).solve()
        if str(solution.status) == "Solved":
            shares: Floats = np.clip(np.array(solution.x, dtype=float), 0.0, 1.0)
            return shares
    raise ArithmeticError(f"the quadratic programme of the allocation ended with {solution.status}")


def even_shares(part: Part, degree: Ints, *, shortcuts: bool) -> Floats:
    """Stage 4 on a connected part of the face of stage 3: persons per arc."""
    need = part.need.astype(float)
    single = len(part.node) == len(part.need)
    if shortcuts and single and len(part.capacity) == 1:
        # One kind of place: the full nodes are served, the others share what is left by their need.
        must = need[part.node_full].sum()
        want = need[~part.node_full].sum()
        share = min(1.0, max(float(part.capacity[0]) - must, 0.0) / want) if want else 1.0
        return np.asarray(np.where(part.node_full, need, need * share)[part.node], dtype=float)
    if shortcuts and single and part.node_full.all():
        everybody: Floats = need[part.node]
        return everybody
    if part.node_full.all():
        served = np.ones(len(need))
        spare = None if not part.series_full.any() else np.ones(len(part.capacity))
    else:
        share = _quadratic(part, need, None, None)[: len(part.node)]
        served = np.minimum(np.bincount(part.node, share, len(need)), 1.0)
        served[part.node_full] = 1.0
        spare = np.bincount(part.series, share * need[part.node], len(part.capacity)) / part.capacity
    even = _quadratic(part, need[part.node] / degree, served, spare)
    flow: Floats = even * need[part.node]
    return flow
