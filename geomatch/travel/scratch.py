"""Work space of one thread, used for one scan after the other."""

from __future__ import annotations

import math

import numpy as np

from geomatch.travel.network import Network

__all__ = ["Scratch"]


class Scratch:
    """Arrays that are kept from one scan to the next: what was used once is quick to use again."""

    def __init__(self, network: Network) -> None:
        # For trips of the day and of the day before.
        self.trip_place = np.full(2 * len(network.service_of_trip), -1, np.int32)
        # Pieces there is room for, and departures worth boarding for each connection; both grow when too few.
        self.pieces, self.board = 1 << 20, 1
        self._kept: dict[str, np.ndarray] = {}

    def array(self, name: str, kind: type, *shape: int) -> np.ndarray:
        """The array `name`, holding whatever it was left with."""
        size = math.prod(shape)
        if name not in self._kept or len(self._kept[name]) < size:
            self._kept[name] = np.empty(size, kind)
        return self._kept[name][:size].reshape(shape)
