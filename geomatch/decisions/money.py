"""What was applied for, granted and paid for a pair of municipalities, month by month and per person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from geomatch.tables import ALL, records

__all__ = ["Money", "by_residence", "money_of", "per_person"]


@dataclass(frozen=True, slots=True)
class Money:
    """One month of one pair. What is not given or withheld is None; a withheld count is an interval.

    Attributes:
        month: YYYY-MM.
        applied_sek, granted_sek, paid_sek: Kronor.
        persons_low, persons_high, trips_low, trips_high: Persons and single trips.
        paid_per_person_low_sek, paid_per_person_high_sek: Kronor paid by persons, at most and at fewest persons; None
            where either is not known. The higher is None where the persons may be none.
    """

    month: str
    applied_sek: float | None
    granted_sek: float | None
    paid_sek: float | None
    persons_low: int | None
    persons_high: int | None
    trips_low: int | None
    trips_high: int | None
    paid_per_person_low_sek: float | None
    paid_per_person_high_sek: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def per_person(
    paid_sek: float | None, low: int | None, high: int | None
) -> tuple[float | None, float | None]:
    """Kronor per person at most and at fewest persons, whole öre."""
    if paid_sek is None or low is None or high is None or high == 0:
        return None, None
    return round(paid_sek / high, 2), round(paid_sek / low, 2) if low else None


def _rows(compensation: pd.DataFrame, last_month: str) -> list[Money]:
    def kronor(value: float) -> float | None:
        return None if pd.isna(value) else float(value)

    def whole(value: Any) -> int | None:  # noqa: ANN401 (an integer, or pandas' missing one)
        return None if pd.isna(value) else int(value)

    mine = compensation[compensation["month"] <= last_month].sort_values("month", kind="stable")
    return [
        Money(
            row.month,
            kronor(row.applied_sek),
            kronor(row.granted_sek),
            kronor(row.paid_sek),
            whole(row.persons_low),
            whole(row.persons_high),
            whole(row.trips_low),
            whole(row.trips_high),
            *per_person(kronor(row.paid_sek), whole(row.persons_low), whole(row.persons_high)),
        )
        for row in records(mine)
    ]


def money_of(compensation: pd.DataFrame, from_code: str, to_code: str, last_month: str) -> list[Money]:
    """The months of a pair up to `last_month` (YYYY-MM), in order.

    Args:
        compensation: COMPENSATION_COLUMNS of `travel_compensation`.
        from_code: Municipality of residence.
        to_code: That of the activities.
        last_month: Later months are left out.
    """
    mine = (compensation["from_code"] == from_code) & (compensation["to_code"] == to_code)
    return _rows(compensation[mine], last_month)


def by_residence(compensation: pd.DataFrame, from_code: str, last_month: str) -> list[Money]:
    """The months that are given for a municipality of residence as a whole. They are never added to those of its pairs."""
    return money_of(compensation, from_code, ALL, last_month)
