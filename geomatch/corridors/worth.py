"""What opening each corridor of a month brings, in thousandths of persons (METHOD 7)."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from geomatch.access import MonthAllocation
from geomatch.access.reach import HIGH, LOW
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.gains import CORNERS, KNOWN, Gains
from geomatch.corridors.plain import PlainGains
from geomatch.corridors.states import grouped
from geomatch.corridors.verdict import enough

__all__ = ["ENDS", "Worth", "worth_of"]

ENDS = (("low", LOW, "ll"), ("high", HIGH, "hh"))
"""Name of an end of need, its state, and the corner where everybody is at it."""
_MIXED = ("lh", "hl")
_NOTHING: Mapping[str, int] = MappingProxyType(dict.fromkeys(CORNERS, 0))
_NEITHER: Mapping[str, int] = MappingProxyType({"low": 0, "high": 0})


@dataclass(frozen=True, slots=True)
class Worth:
    """What opening a corridor brings, in thousandths of persons; for an open one, what closing it loses.

    Attributes:
        gain, good_gain: Per corner, by all day returns and by good ones alone (none where all are not enough).
        if_share_known: By good ones it would be enough with the shares of the high end.
        paired: Per corner, with the best further corridor.
        paired_with: That corridor's number; None where no other adds anything.
        unserved: Per end, entitled people whom home cannot serve.
        free: Per end, free places.
    """

    gain: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    good_gain: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    if_share_known: bool = False
    paired: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    paired_with: int | None = None
    unserved: Mapping[str, int] = field(default_factory=lambda: _NEITHER)
    free: Mapping[str, int] = field(default_factory=lambda: _NEITHER)


def _corner_states(corner: str, low: int) -> tuple[int, int]:
    own, others = (low if letter == "l" else HIGH for letter in corner)
    return own, others


def _known(gains: Gains | PlainGains, good: Mapping[str, Ints], milli: float) -> Bools:
    """Which corridors would be enough by good day returns, were the shares known to be their high ends."""
    count = len(good["hh"])
    result = good["hh"] >= milli
    result &= ~np.all([good[corner] >= milli for corner in CORNERS], axis=0) if count else True
    for corner in CORNERS[:-1]:
        asked = np.flatnonzero(result)
        found, _every = gains.alone(asked, *_corner_states(corner, KNOWN))
        result[asked[found < milli]] = False
    return result


def _places(month: MonthAllocation) -> Ints:
    """Per corridor, the places of all series to which somebody uses it."""
    reach = month.reach
    uses = np.flatnonzero(reach.use_pair >= 0)
    starts, series = grouped(reach.use_pair[uses], reach.use_series[uses], len(reach.pairs))
    places = np.concatenate([[0], np.cumsum(reach.capacity[series])])
    return np.asarray(places[starts[1:]] - places[starts[:-1]], dtype=np.int64)


def _at_corners(
    gains: Gains | PlainGains, gain: Mapping[str, Ints], further: list[int | None], best_min: Floats
) -> tuple[list[int | None], dict[str, Ints]]:
    """The best further corridor of each, and at every corner what is gained with it, no less than without.

    Best is the one with the greatest gain at both ends of need together (`further`). Where none adds anything there, and
    nobody is gained alone at any corner, it is the one with the greatest gain at both mixed corners together; of equals the one
    with the shorter best day return, then the lower number.
    """
    chosen = list(further)
    alone = np.array([gain[corner] for corner in CORNERS], dtype=np.int64).reshape(len(CORNERS), len(chosen))
    nobody = [one for one, other in enumerate(chosen) if other is None and not alone[:, one].any()]
    lone: Ints = np.array(nobody, dtype=np.int64)
    found: list[dict[int, int]] = [{} for _one in nobody]
    # Half of all the time this takes; the two corners have nothing in common.
    with ThreadPoolExecutor(len(_MIXED)) as pool:
        asked = [
            pool.submit(gains.twin().only_together, lone, *_corner_states(corner, LOW)) for corner in _MIXED
        ]
    for answer in asked:
        for place, more in enumerate(answer.result()):
            for other, milli in more.items():
                found[place][other] = found[place].get(other, 0) + milli
    for one, sums in zip(nobody, found, strict=True):
        if sums:
            chosen[one] = min(sums, key=lambda other: (-sums[other], best_min[other], other))
    have = np.array([one for one, other in enumerate(chosen) if other is not None], dtype=np.int64)
    others = np.array([chosen[one] for one in have.tolist()], dtype=np.int64)
    paired = {}
    for corner in CORNERS:
        paired[corner] = gain[corner].copy()
        more_of = gains.with_further(have, others, *_corner_states(corner, LOW))
        paired[corner][have] = np.maximum(paired[corner][have], more_of)
    return chosen, paired


def worth_of(
    month: MonthAllocation, gains: Gains | PlainGains, walked: list[tuple[int, int]], best_min: Floats
) -> dict[tuple[int, int], Worth]:
    """What every corridor brings, by its ends; of pairs that take no corridor, unserved people and free places.

    Args:
        month: The month's allocation.
        gains: Its gains.
        walked: Further pairs of municipalities between which everybody can walk.
        best_min: Per corridor its best day return.
    """
    pairs, least = month.reach.pairs, month.settings.corridors.min_gain
    every = np.arange(len(pairs))
    ends = [*pairs, *walked]
    unserved = [gains.entitled_unserved(ends, end) for end in (LOW, HIGH)]
    free = [gains.free_places(ends, end) for end in (LOW, HIGH)]
    good, gain = {}, {}
    for corner in CORNERS:
        good[corner], gain[corner] = gains.alone(every, *_corner_states(corner, LOW))
    known = _known(gains, good, least * 1000)
    # A corridor cannot gain more than the people who would use it, nor than there are places.
    places = _places(month)
    limits = tuple(np.minimum(one[: len(pairs)], places) for one in unserved)
    together = gains.paired(
        (gain["ll"], gain["hh"]),
        (free[LOW][: len(pairs)], free[HIGH][: len(pairs)]),
        (limits[0], limits[1]),
        best_min,
    )
    further, paired = _at_corners(gains, gain, [other for other, _found in together], best_min)
    result = {}
    for number, other in enumerate(further):
        mine = {corner: int(gain[corner][number]) for corner in CORNERS}
        result[pairs[number]] = Worth(
            gain=mine,
            good_gain={corner: int(good[corner][number]) for corner in CORNERS}
            if enough(mine, least)
            else _NOTHING,
            if_share_known=bool(known[number]),
            paired={corner: int(paired[corner][number]) for corner in CORNERS},
            paired_with=other,
            unserved={name: int(unserved[end][number]) for name, end, _corner in ENDS},
            free={name: int(free[end][number]) for name, end, _corner in ENDS},
        )
    for number, pair in enumerate(walked, start=len(pairs)):
        result[pair] = Worth(
            unserved={name: int(unserved[end][number]) for name, end, _corner in ENDS},
            free={name: int(free[end][number]) for name, end, _corner in ENDS},
        )
    return result
