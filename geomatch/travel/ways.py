"""The journeys of many origins, one way, for many sessions."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

__all__ = ["Ways"]


@dataclass(frozen=True, slots=True)
class Ways:
    """Journeys one way, sessions x origins, in a person's time.

    Attributes:
        found: Whether there is a journey.
        departure_s, arrival_s: Seconds after noon minus 12 h.
        transfers: Changes of vehicle.
        walked: The journey is a walk from door to door.
        later: Homebound, whether a later journey exists.
        walk_m, wait_s: Metres walked, seconds waited between vehicles.
        tightest_s: Shortest change; -1 without a change.
        booked: A leg must be booked ahead.
    """

    found: np.ndarray
    departure_s: np.ndarray
    arrival_s: np.ndarray
    transfers: np.ndarray
    walked: np.ndarray
    later: np.ndarray
    walk_m: np.ndarray
    wait_s: np.ndarray
    tightest_s: np.ndarray
    booked: np.ndarray

    @classmethod
    def none(cls, sessions: int, origins: int) -> Ways:
        """No journeys."""
        kinds = (bool, np.int32, np.int32, np.int32, bool, bool, float, np.int32, np.int32, bool)
        return cls(*(np.zeros((sessions, origins), kind) for kind in kinds))

    def put(self, origins: np.ndarray, other: Ways, sessions: np.ndarray | None = None) -> None:
        """Take over the journeys of `other`, whose origins are `origins`; of marked sessions only when given."""
        marked = np.ones(len(other.found), bool) if sessions is None else sessions
        for one in fields(self):
            getattr(self, one.name)[np.ix_(np.flatnonzero(marked), origins)] = getattr(other, one.name)[
                marked
            ]

    def put_sessions(self, sessions: list[int], other: Ways) -> None:
        """Take over the journeys of some sessions."""
        for one in fields(self):
            getattr(self, one.name)[sessions] = getattr(other, one.name)

    def fill(self, sessions: np.ndarray, origins: np.ndarray, other: Ways) -> None:
        """Take over journeys of `other`, which has these sessions and origins, where there is none here."""
        lacking = ~self.found[np.ix_(sessions, origins)]
        for one in fields(self):
            values = getattr(self, one.name)
            mine = values[np.ix_(sessions, origins)]
            values[np.ix_(sessions, origins)] = np.where(lacking, getattr(other, one.name), mine)

    def of(self, origins: np.ndarray) -> Ways:
        """The journeys of some origins."""
        return Ways(*(getattr(self, one.name)[:, origins] for one in fields(self)))
