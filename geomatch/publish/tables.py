"""The rows of the page's tables: each number as text, with the value that a column is sorted by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from geomatch.numbers import NOTHING, decimal, interval, pair, percent_interval, whole
from geomatch.publish.facts import GAP_PARTS, SERVED_PARTS, ShownMunicipality
from geomatch.publish.journeys import Minutes
from geomatch.words import gettext as _

__all__ = [
    "Cell",
    "Heading",
    "Row",
    "TableView",
    "minutes_cell",
    "municipality_table",
    "number_cell",
    "part_headings",
    "yes_no",
]


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column. `group` stands above it and over its neighbours of the same group."""

    text: str
    numeric: bool = False
    group: str = ""
    sorted_as: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, and what it is sorted by (text when None). `link` is the id of a place on the page."""

    text: str
    value: float | None = None
    link: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row; the first is its heading."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of the page."""

    name: str
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    empty: str
    groups: tuple[tuple[str, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put headings of one group together, in order."""
        groups: list[tuple[str, int]] = []
        for heading in self.headings:
            if groups and heading.group and groups[-1][0] == heading.group:
                groups[-1] = (heading.group, groups[-1][1] + 1)
            else:
                groups.append((heading.group, 1))
        object.__setattr__(self, "groups", tuple(groups))

    @property
    def has_groups(self) -> bool:
        """Whether any heading has a group."""
        return any(text for text, _span in self.groups)


def number_cell(value: Any, digits: int = 1) -> Cell:  # noqa: ANN401 (a cell of a frame: a number or one of pandas' missing values)
    """A number with at most `digits` decimals; a dash where it is missing."""
    missing = value is None or str(value) == "<NA>" or math.isnan(value)
    return Cell(NOTHING) if missing else Cell(decimal(float(value), digits), float(value))


def minutes_cell(time: Minutes | None) -> Cell:
    """A time, `≤` before one that is rounded up to tens; a dash where there is none."""
    if time is None:
        return Cell(NOTHING)
    return Cell(f"≤ {whole(time.value)}" if time.rounded else whole(time.value), float(time.value))


def yes_no(*, value: bool, wanted: bool = True) -> Cell:
    """`yes` or `no`; a yes is ticked where it is `wanted`."""
    if value:
        return Cell(_("yes"), 1.0, mark="yes" if wanted else "")
    return Cell(_("no"), 0.0, mark="no")


def _rate(ends: tuple[float, float]) -> Cell:
    """Persons per 1,000 inhabitants, with a decimal; a dash where the population is not given."""
    if math.isnan(ends[1]):
        return Cell(NOTHING)
    low, high = (decimal(end) for end in ends)
    return Cell(low if low == high else f"{low}–{high}", ends[1])


def _studied(m: ShownMunicipality) -> Cell:
    """Study hours of all courses; a dash where none are reported."""
    hours = sum(one.hours for one in m.studied)
    return Cell(decimal(hours, 0), hours) if m.studied else Cell(NOTHING)


def part_headings() -> tuple[Heading, ...]:
    """The parts of need: who gets a place where, and who gets none and why."""
    names = {
        "served_local": _("in own municipality"),
        "served_by_corridor": _("in another municipality"),
        "served_digital": _("at a distance"),
        "in_reach_full": _("places taken"),
        "corridor_not_open": _("pair not approved"),
        "no_entitlement": _("no right to travel"),
        "no_day_return": _("no day return"),
    }
    placed, not_placed = _("Get a place"), _("Get no place")
    return (
        *(Heading(names[part], numeric=True, group=placed) for part in SERVED_PARTS),
        *(Heading(names[part], numeric=True, group=not_placed) for part in GAP_PARTS),
    )


def municipality_table(shown: list[ShownMunicipality], unknown: str = "") -> TableView:
    """Need, who is served how, who is not and why, and the gap with its bounds, for each municipality.

    Args:
        shown: The municipalities.
        unknown: A sentence on the shares that are not known, or empty.
    """
    gap, supply = _("The gap"), _("Supply")
    rates = any(not math.isnan(m.need_per_1000[1]) for m in shown)
    studied = any(m.studied for m in shown)
    headings = (
        Heading(_("Municipality")),
        Heading(_("Enrolled"), numeric=True),
        *((Heading(_("per 1,000 inhabitants"), numeric=True),) if rates else ()),
        *part_headings(),
        Heading(_("persons"), numeric=True, group=gap, sorted_as="descending"),
        Heading(_("share"), numeric=True, group=gap),
        Heading(_("best to worst point"), numeric=True, group=gap),
        Heading(_("rank"), numeric=True, group=gap),
        Heading(_("activities"), numeric=True, group=supply),
        Heading(_("places"), numeric=True, group=supply),
        *((Heading(_("study hours"), numeric=True, group=supply),) if studied else ()),
    )
    rows = []
    for m in shown:
        share_high = m.gap_share[1]
        rows.append(
            Row(
                (
                    Cell(m.name, link=f"m-{m.code}"),
                    Cell(interval(*m.need), float(m.need[1])),
                    *((_rate(m.need_per_1000),) if rates else ()),
                    *(
                        Cell(pair(m.low[part], m.high[part]), float(m.high[part]))
                        for part in (*SERVED_PARTS, *GAP_PARTS)
                    ),
                    Cell(interval(*m.gap), float(m.gap[1]), mark="strong"),
                    Cell(
                        percent_interval(*m.gap_share), None if math.isnan(share_high) else float(share_high)
                    ),
                    Cell(interval(m.best_point, m.worst_point), float(m.worst_point)),
                    Cell(interval(*m.rank), float(m.rank[0])),
                    Cell(whole(m.supply.activities), float(m.supply.activities)),
                    Cell(whole(m.supply.places), float(m.supply.places)),
                    *((_studied(m),) if studied else ()),
                )
            )
        )
    return TableView(
        "municipalities",
        _("Municipalities"),
        _(
            "A dash (12–20) is a lower and an upper bound in whole persons: rounded outwards, or, where it is the sum of the parts beside it, as they are. A slash (3 / 5) is the value at low and at high need; in between it can be another. Persons are rounded so that the parts add up to the need at low and at high need. A rank of 1 is the largest share without a place."
        )
        + " "
        + _(
            "The best and the worst point need not enclose the gap: with everyone at one point other activities are near, often fewer."
        )
        + (
            " " + _("Only adults, by the share that is set, are counted among those who get a place or none.")
            if any(m.counted != m.need for m in shown)
            else ""
        )
        + (" " + unknown if unknown else "")
        + (
            " "
            + _(
                "Study hours are those that Folkbildningsrådet reports, both courses together; periods and participants are in words below. They give nobody a place here."
            )
            if studied
            else ""
        ),
        headings,
        tuple(rows),
        _("No municipality has figures this month."),
    )
