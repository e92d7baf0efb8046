"""Whether the rows of a register of activities agree: rows of one series, and rows of one activity."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from geomatch.sources.activity_places import Place, shown_column
from geomatch.sources.tabular import Row
from geomatch.words import gettext as _

__all__ = ["Entry", "Pattern", "check_agreement"]

# What the rows of one series must say alike.
_SHARED = (
    "name",
    "organiser",
    "organiser_type",
    "grant_scheme",
    "primary_purpose",
    "secondary_purposes",
    "target_groups",
    "sex",
    "places",
    "valid_from",
    "valid_to",
    "digital",
    "childcare",
    "language_support",
    "parallel_group",
    "visibility",
    "status",
    "municipality_code",
    "address",
    "contact",
)
# Rows of one activity that are nearer to each other than this mean one place (as `merge.SAME_PLACE_M`).
_SAME_PLACE_M = 50.0
# One pattern: (weekday or None, date or '', start_s, end_s).
Pattern = tuple[int | None, str, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the register."""

    row: Row
    fields: dict[str, Any]
    patterns: list[Pattern]
    place: Place

    @property
    def where(self) -> tuple[bool, float, float, str]:
        """What makes two rows one place, in the order that numbers the places of an activity."""
        digital = bool(self.fields["digital"])
        x_m, y_m = self.place.x_m, self.place.y_m
        if digital or x_m is None or y_m is None:
            return True, 0.0, 0.0, ""
        return False, round(x_m), round(y_m), str(self.fields["address"]) if self.place.assumed else ""


def check_agreement(entries: Sequence[Entry]) -> None:
    """Note as problems what rows of the register have against each other.

    Rows of one series that contradict or repeat each other; rows of one activity whose places are so alike that they
    would become two series by mistake, with twice the places; ids that differ in capitals only.
    """
    _check_ids(entries)
    _check_places(entries)
    groups: defaultdict[tuple[Any, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.fields["activity_id"], entry.where].append(entry)
    for group in groups.values():
        first = group[0]
        seen = dict.fromkeys(first.patterns, first.row.number)
        for entry in group[1:]:
            for name in _SHARED:
                if entry.fields[name] != first.fields[name]:
                    column = "municipality" if name == "municipality_code" else name
                    entry.row.wrong(
                        column,
                        _("says another thing than row {row} of the same activity and place").format(
                            row=first.row.number
                        ),
                        remedy=_("Let the rows agree, or give the activities different ids"),
                    )
            repeated = next((seen[pattern] for pattern in entry.patterns if pattern in seen), None)
            if not entry.patterns or not first.patterns:
                repeated = first.row.number
            # Of another period it is no repetition: that the periods differ is said already.
            same_period = all(entry.fields[name] == first.fields[name] for name in ("valid_from", "valid_to"))
            if repeated is not None and same_period:
                entry.row.wrong(
                    "activity_id",
                    _("the row repeats row {row}: same activity, place and time").format(row=repeated),
                    remedy=_("Remove one of the two"),
                )
            seen |= dict.fromkeys(entry.patterns, entry.row.number)


def _check_ids(entries: Sequence[Entry]) -> None:
    """Ids that differ in capitals only: nobody means two activities by them."""
    first: dict[str, Entry] = {}
    for entry in entries:
        activity = entry.fields["activity_id"]
        other = first.setdefault(activity.casefold(), entry)
        if other.fields["activity_id"] != activity:
            entry.row.wrong(
                "activity_id",
                _("“{id}” is “{other}” in row {row}: capitals differ").format(
                    id=activity, other=other.fields["activity_id"], row=other.row.number
                ),
                remedy=_("Write the id alike on all rows of the activity, or give one of the two another id"),
            )


def _check_places(entries: Sequence[Entry]) -> None:
    """Rows of one activity that are nearly at one place, or of which only some have coordinates."""
    held: defaultdict[str, dict[tuple[bool, float, float, str], Entry]] = defaultdict(dict)
    for entry in entries:
        if not entry.fields["digital"]:
            held[entry.fields["activity_id"]].setdefault(entry.where, entry)
    for places in held.values():
        for one, other in combinations(places.values(), 2):
            alike = all(one.fields[name] == other.fields[name] for name in ("municipality_code", "address"))
            if one.place.assumed != other.place.assumed and alike:
                bare, full = (one, other) if one.place.assumed else (other, one)
                bare.row.wrong(
                    "municipality",
                    _(
                        "the row has no coordinates, row {row} of the same activity and municipality has"
                    ).format(row=full.row.number),
                    remedy=_(
                        "Give the coordinates on both rows, or an address of its own where it is another place"
                    ),
                )
            if one.place.assumed or other.place.assumed:
                continue
            (x_m, y_m), (other_x_m, other_y_m) = one.where[1:3], other.where[1:3]
            distance_m = math.hypot(x_m - other_x_m, y_m - other_y_m)
            if distance_m <= _SAME_PLACE_M:
                other.row.wrong(
                    shown_column(other.row),
                    _("the place is {distance} m from that of row {row} of the same activity").format(
                        distance=round(distance_m), row=one.row.number
                    ),
                    remedy=_("Write the same coordinates on all rows of one place"),
                )
