"""Sums per group that are the same to the last bit for every order of the rows."""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

__all__ = ["sums", "weighted_sums"]


@numba.njit(cache=True)
def _cut_sums(group, row, value, step, weight, coarse, fine, upper, lower):  # type: ignore[no-untyped-def]  # numba compiles it  # noqa: ANN001, ANN202  # likewise
    """Add each product's part above the last place of `coarse`, and of what is left that above `fine`."""
    for i in range(len(group)):
        product = value[row[i]] * weight[step[i]]
        kept = (product + coarse) - coarse
        upper[group[i]] += kept
        lower[group[i]] += ((product - kept) + fine) - fine


def weighted_sums(
    group: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    step: npt.NDArray[np.uint8],
    weight: npt.NDArray[np.float64],
    size: int,
) -> npt.NDArray[np.float64]:
    """Per group g, the sum of `value[row[i]] * weight[step[i]]` over the i with `group[i] == g`.

    Beside a large enough number there is room only for whole multiples of a power of two: adding it and taking it
    away again cuts a value there, and sums of what is kept are exact, whatever their order. What is cut off is summed
    likewise, so that less than 2^-90 of the largest possible sum is lost (reproducible summation: Demmel & Nguyen
    2015, "Parallel reproducible summation").

    Args:
        group: Per i, its group, 0 to size - 1.
        row: Per i, an index of `value`.
        value: Finite numbers.
        step: Per i, an index of `weight`.
        weight: Finite numbers.
        size: How many groups there are.
    """
    upper, lower = np.zeros(size), np.zeros(size)
    most = float(np.abs(value).max(initial=0.0)) * float(np.abs(weight).max(initial=0.0)) * len(group)
    # Values so small that they could not be cut are no persons and no places.
    if most > 1e-200:
        coarse = math.ldexp(1.5, math.frexp(most)[1] + 1)
        left = math.ldexp(coarse, -52) * len(group)
        fine = math.ldexp(1.5, math.frexp(left)[1] + 1)
        _cut_sums(group, row, value, step, weight, coarse, fine, upper, lower)
    return upper + lower


def sums(group: npt.NDArray[np.int64], values: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """Per group g, the sum of `values[i]` over the i with `group[i] == g`; see `weighted_sums`."""
    number = np.arange(len(values))
    return weighted_sums(group, number, values, np.zeros(len(values), dtype=np.uint8), np.ones(1), size)
