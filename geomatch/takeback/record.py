"""What was ordered to be shown less: kept in the workspace, never public, and never forgotten.

withdrawn.json
    activities   visibility by the board's own id, in every month
    months       visibility by the board's own id, in one month: as a later register had it
    orders       what was asked for, so that the same command again knows that it was done
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from geomatch.errors import InputError, Problem
from geomatch.public.inputs import VISIBILITY_ORDER
from geomatch.words import gettext as _
from geomatch.workspace import dump_json

__all__ = ["RECORD", "Order", "Record", "read_record", "stricter_of_two", "write_record"]

RECORD = "withdrawn.json"


@dataclass(frozen=True, slots=True)
class Order:
    """A command that took something back.

    Attributes:
        asked: What was asked for, as it was written.
        reason: As it was given.
        ids: The board's own ids of the activities that were meant.
        left: Per month the number of the newest edition afterwards.
    """

    asked: str
    reason: str
    ids: tuple[str, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """What was ordered.

    Attributes:
        activities: Visibility by activity_id, in every month.
        months: Month to visibility by series_id or activity_id.
        orders: In the order they were given.
    """

    activities: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()

    def of_month(self, month: str) -> dict[str, str]:
        """Visibility by id that was ordered for a month."""
        return stricter_of_two(self.activities, self.months.get(month, {}))

    def with_activities(self, ids: Mapping[str, str]) -> Record:
        """The record with stricter visibilities for every month."""
        return Record(stricter_of_two(self.activities, ids), self.months, self.orders)

    def with_month(self, month: str, ids: Mapping[str, str]) -> Record:
        """The record with stricter visibilities for one month."""
        if not ids:
            return self
        own = stricter_of_two(self.months.get(month, {}), ids)
        return Record(self.activities, {**self.months, month: own}, self.orders)

    def with_order(self, order: Order) -> Record:
        """The record with one more order."""
        return Record(self.activities, self.months, (*self.orders, order))


def stricter_of_two(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Visibility by id: the stricter where both have one, in the order of ids."""
    return {
        key: max((said[key] for said in (one, other) if key in said), key=lambda word: VISIBILITY_ORDER[word])
        for key in sorted({*one, *other})
    }


def read_record(folder: Path) -> Record:
    """The record of a workspace; empty where nothing was ordered.

    Raises:
        InputError: The file cannot be read. What was protected by it would else be shown.
    """
    path = folder / RECORD
    if not path.is_file():
        return Record()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        for one in (found["activities"], *found["months"].values()):
            # A word that is none is as bad as a file that is gone.
            sorted(VISIBILITY_ORDER[word] for word in one.values())
        orders = tuple(Order(**{**one, "ids": tuple(one["ids"])}) for one in found["orders"])
        return Record(found["activities"], found["months"], orders)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            Problem(
                _("what was withdrawn cannot be read"),
                remedy=_(
                    "Bring the file back from a copy: without it, what was withdrawn would be shown again"
                ),
                file=RECORD,
            )
        ) from error


def write_record(folder: Path, record: Record) -> None:
    """Write the record whole, into a workspace or into a folder that stands in for one."""
    path = folder / RECORD
    part = path.with_name(f".{RECORD}.new")
    part.write_text(dump_json(asdict(record)), encoding="utf-8")
    part.replace(path)
