"""What opening each corridor of a month brings, in thousandths of persons (METHOD 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from geomatch.access import MonthAllocation
from geomatch.access.reach import HIGH, LOW
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.corridors.gains import CORNERS, KNOWN, Gains
from geomatch.corridors.plain import PlainGains
from geomatch.corridors.states import grouped
from geomatch.corridors.verdict import enough

__all__ = ["ENDS", "Worth", "worth_of"]

T = TypeVar("T")

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


def _by_two(
    twins: tuple[Gains | PlainGains, Gains | PlainGains],
    month: MonthAllocation,
    corridors: Ints,
    asked: Callable[[Gains | PlainGains, Ints, str], T],
) -> list[tuple[Ints, str, T]]:
    """Ask about corridors at both mixed corners, half of the municipalities in each of two threads.

    The corners of a municipality have nothing in common with those of another, and this takes half of all the time.

    Returns:
        Positions among `corridors`, the corner and the answer; in an order that no thread decides.
    """
    origins = np.array([pair[0] for pair in month.reach.pairs], dtype=np.int64)[corridors]
    parts = [np.flatnonzero(origins % len(twins) == number) for number in range(len(twins))]

    def both(number: int) -> list[tuple[Ints, str, T]]:
        return [(parts[number], corner, asked(twins[number], parts[number], corner)) for corner in _MIXED]

    with ThreadPoolExecutor(len(twins)) as pool:
        return [one for answers in pool.map(both, range(len(twins))) for one in answers]


def _at_corners(
    month: MonthAllocation,
    twins: tuple[Gains | PlainGains, Gains | PlainGains],
    gain: Mapping[str, Ints],
    at_ends: list[tuple[int | None, tuple[int, int]]],
    best_min: Floats,
) -> tuple[list[int | None], dict[str, Ints]]:
    """The best further corridor of each, and at every corner what is gained with it, no less than without.

    Best is the one with the greatest gain at both ends of need together (`at_ends`). Where none adds anything there, and
    nobody is gained alone at any corner, it is the one with the greatest gain at both mixed corners together; of equals the one
    with the shorter best day return, then the lower number.
    """
    chosen = [other for other, _found in at_ends]
    alone = np.array([gain[corner] for corner in CORNERS], dtype=np.int64).reshape(len(CORNERS), len(chosen))
    nobody = [one for one, other in enumerate(chosen) if other is None and not alone[:, one].any()]
    lone: Ints = np.array(nobody, dtype=np.int64)
    found: dict[int, dict[int, int]] = {one: {} for one in nobody}
    for part, _corner, answer in _by_two(
        twins,
        month,
        lone,
        lambda twin, part, corner: twin.only_together(lone[part], *_corner_states(corner, LOW)),
    ):
        for one, more in zip(lone[part].tolist(), answer, strict=True):
            for other, milli in more.items():
                found[one][other] = found[one].get(other, 0) + milli
    for one, sums in found.items():
        if sums:
            chosen[one] = min(sums, key=lambda other: (-sums[other], best_min[other], other))
    have = np.array([one for one, other in enumerate(chosen) if other is not None], dtype=np.int64)
    others = np.array([chosen[one] for one in have.tolist()], dtype=np.int64)
    paired = {corner: gain[corner].copy() for corner in CORNERS}
    for end, (_name, _state, corner) in enumerate(ENDS):
        paired[corner][:] = [found[end] for _other, found in at_ends]
    for part, corner, more_of in _by_two(
        twins,
        month,
        have,
        lambda twin, part, corner: twin.with_further(have[part], others[part], *_corner_states(corner, LOW)),
    ):
        paired[corner][have[part]] = np.maximum(paired[corner][have[part]], more_of)
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
    twins = (gains.twin(), gains.twin())

    def halved(number: int) -> list[tuple[int | None, tuple[int, int]]]:
        room = (free[LOW][: len(pairs)], free[HIGH][: len(pairs)])
        alone, mine = (gain["ll"], gain["hh"]), range(number, len(pairs), len(twins))
        return list(twins[number].paired(alone, room, (limits[0], limits[1]), best_min, mine))

    together: list[tuple[int | None, tuple[int, int]]] = [(None, (0, 0))] * len(pairs)
    with ThreadPoolExecutor(len(twins)) as pool:
        for number, found in enumerate(pool.map(halved, range(len(twins)))):
            together[number :: len(twins)] = found
    further, paired = _at_corners(month, twins, gain, together, best_min)
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
