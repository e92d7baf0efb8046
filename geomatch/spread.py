"""Whole units split by weights, so that they add up and none shrinks when there is more to split. METHOD 2."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from fractions import Fraction
from operator import truediv

__all__ = ["split_persons"]

# Fractions whose numerators and denominators multiply to less are told apart by binary numbers of 53 digits, and equal
# ones are equal: they differ by more than the last digit. Others are compared as fractions, which takes longer.
_EXACT_BELOW = 2**52


def split_persons(total: int, weights: Sequence[int]) -> list[int]:
    """`total` units split by `weights` with the Sainte-Laguë method.

    The parts add up exactly, and none shrinks when the total grows. When the total is at most the sum of the weights,
    no part exceeds its weight.

    Equal claims to the last unit go to the earlier weight: callers order the weights by something that is not a
    code or a name. All weights zero: split evenly.

    The quotas are rounded first; then the few units that are missing go to the highest claims, or those that are too
    many are taken back from the lowest. With n weights this takes n log n steps whatever the total.

    Source: Balinski & Young, Fair Representation (2001), the Webster method.
    """
    if not weights:
        raise ValueError("no weights")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(shares)
    # Quotas rounded half up: the allotment of the divisor whole / total, whose sum is off by half of n at the most.
    parts = [(2 * total * share + whole) // (2 * whole) for share in shares]
    missing = total - sum(parts)
    claim = truediv if max(shares) * (2 * total + 3) < _EXACT_BELOW else Fraction
    if missing > 0:
        claims = [
            (-claim(share, 2 * part + 1), n)
            for n, (share, part) in enumerate(zip(shares, parts, strict=True))
        ]
        heapq.heapify(claims)
        for _unit in range(missing):
            number = claims[0][1]
            parts[number] += 1
            heapq.heapreplace(claims, (-claim(shares[number], 2 * parts[number] + 1), number))
    elif missing < 0:
        # The claim that each last unit was given for; of equal ones the latest is taken back.
        given = [
            (claim(share, 2 * part - 1), -n)
            for n, (share, part) in enumerate(zip(shares, parts, strict=True))
            if part
        ]
        heapq.heapify(given)
        for _unit in range(-missing):
            number = -given[0][1]
            parts[number] -= 1
            if parts[number]:
                heapq.heapreplace(given, (claim(shares[number], 2 * parts[number] - 1), -number))
            else:
                heapq.heappop(given)
    return parts
