"""The withheld cells, and when one of them falls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geomatch.audit.agency import EVERYONE
from geomatch.audit.derive import Derived
from geomatch.audit.model import COMPUTED, Model, dims_of_figure
from geomatch.audit.solve import Part
from geomatch.audit.system import Bounds
from geomatch.audit.told import Edition
from geomatch.audit.workbooks import ALL, DIMENSIONS, UNKNOWN, Dims

__all__ = [
    "Cell",
    "computed_cells",
    "count_cells",
    "derived_computed",
    "derived_count",
    "end_of",
    "falls",
    "small_part",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """A withheld cell, or a computed figure whose small counts must not show.

    Attributes:
        month, edition, area, figure, about: As Failure.
        low, high: Unknowns of its ends; the same for a count.
        most: Of a computed figure, the largest small count that must stay possible; 0 for a count.
        withheld: It is withheld; a computed figure that is shown is looked at as well.
        least: The smallest count that must stay possible: more than 1 for a total whose parts are shown as intervals on
            purpose, so that it is at least what these are together.
    """

    month: str
    edition: int
    area: str
    figure: str
    about: str
    low: int
    high: int
    most: int = 0
    withheld: bool = True
    least: int = 1


def _figure_of(dims: Dims) -> tuple[str, str]:
    """The name of a count, and what it is of."""
    if dims == EVERYONE:
        return "need", ""
    told = [(name, value) for name, value in zip(DIMENSIONS, dims, strict=True) if value != ALL]
    if len(told) == 1 and told[0][0] == "sex" and told[0][1] in ("women", "men"):
        return told[0][1], ""
    about = ", ".join(f"{name}={value}" for name, value in told)
    return ("persons" if len(told) == 1 else "breakdown"), about


def _withheld_counts(model: Model, edition: Edition) -> Iterable[tuple[str, Dims]]:
    for (table, key, figure), told in edition.figures.items():
        dims = dims_of_figure(table, key, figure)
        if told.withheld and dims is not None:
            yield model.place(edition, key[0]), dims


def count_cells(model: Model) -> list[Cell]:
    """Every count that the agency or a published table withholds, each once."""
    found: dict[int, Cell] = {}
    for (month, number), edition in sorted(model.editions.items(), key=lambda one: (one[0][0], -one[0][1])):
        agency = model.agency[month]
        for area, dims in sorted(_withheld_counts(model, edition)):
            unknown = agency.at[area, dims]
            found.setdefault(unknown, Cell(month, number, area, *_figure_of(dims), unknown, unknown))
    for month, agency in sorted(model.agency.items()):
        for area, dims in sorted(agency.masked):
            unknown = agency.at[area, dims]
            found.setdefault(unknown, Cell(month, 0, area, *_figure_of(dims), unknown, unknown))
    return sorted(
        found.values(), key=lambda c: (c.month, c.area.endswith(UNKNOWN), c.area, c.figure, c.about)
    )


def small_part(model: Model, most: int) -> int:
    """The largest small count that a computed figure can be of, with at most so many enrolled."""
    return min(model.withhold_to, most)


def computed_cells(model: Model) -> list[Cell]:
    """Every computed figure, those that are shown as well: a small one that is shown falls."""
    withheld: set[tuple[str, str, int, str]] = set()
    editions: dict[tuple[str, str, int, str], int] = {}
    for (month, number), edition in sorted(model.editions.items()):
        for figure in COMPUTED:
            for area in edition.codes():
                told = edition.figures.get(("areas", (area,), figure))
                key = (figure, month, edition.since_of(area), area)
                if told is None or key not in model.computed:
                    continue
                editions[key] = number
                if told.withheld:
                    withheld.add(key)
    return [
        Cell(
            key[1], editions[key], key[3], key[0], "", ends.low, ends.high,
            small_part(model, ends.most), key in withheld,
            _least_of(model.editions[key[1], editions[key]], key[0], key[3]),
        )
        for key, ends in sorted(model.computed.items(), key=lambda one: (one[0][1], one[0][3], one[0][0], one[0][2]))
    ]  # fmt: skip


def _least_of(edition: Edition, figure: str, area: str) -> int:
    """What the parts of a total are at least, where small counts are shown as intervals; else 1."""
    if len(area) > 2 or edition.withholds:
        return 1
    told = [edition.figures.get(("areas", (one,), figure)) for one in edition.municipalities(area)]
    return max(1, sum(one.ends[0] for one in told if one is not None and one.ends is not None))


def falls(most: int, low: int, high: int, least: int = 1) -> bool:
    """Whether what is derived of a figure leaves some but not all of the small counts `least` to `most` possible."""
    return most >= least and low <= most and high >= least and not (low <= least and high >= most)


def end_of(bounds: Bounds, part: Part | None, unknown: int, *, low: bool) -> int:
    """The exact least or most of an unknown."""
    if part is None:
        return bounds.low[unknown] if low else bounds.high[unknown]
    return part.minimum(unknown) if low else part.maximum(unknown)


def derived_count(
    found: Derived, cell: Cell, reached: dict[int, bool]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """What is permitted and what is derived of a count, where it is narrower; None where nothing is learnt.

    Args:
        found: The system's bounds and parts.
        cell: The count.
        reached: Takes in which of the workbooks' parts something published says something of, by `id`.
    """
    unknown = cell.low
    own = found.agency_part.get(unknown)
    if found.permitted.low[unknown] == found.permitted.high[unknown]:
        return None
    if unknown not in found.touched:
        if own is None:
            return None
        if id(own) not in reached:
            reached[id(own)] = not found.touched.isdisjoint(own.unknowns)
        if not reached[id(own)]:
            # The same rows with the same bounds say the same.
            return None
    part = found.part.get(unknown)
    ends = []
    for low in (True, False):
        narrow = end_of(found.derived, part, unknown, low=low)
        outer = found.permitted.low[unknown] if low else found.permitted.high[unknown]
        wide = outer if narrow == outer else end_of(found.permitted, own, unknown, low=low)
        ends.append((wide, narrow))
    (wide_low, low_end), (wide_high, high_end) = ends
    if (wide_low, wide_high) == (low_end, high_end):
        return None
    return (wide_low, wide_high), (low_end, high_end)


def derived_computed(
    cells: Sequence[Cell], bounds: Bounds, part_of: Mapping[int, Part]
) -> list[tuple[Cell, tuple[int, int]]]:
    """The computed figures that fall, each with the least of its low end and the most of its high end.

    Many are shown to stand by one solution that leaves all their small counts possible; only the others are asked for
    one by one.
    """
    doubtful = [cell for cell in cells if cell.most >= cell.least and _may_be_small(cell, bounds)]
    wanted: dict[int, tuple[Part, dict[int, int], dict[int, int]]] = {}
    for cell in doubtful:
        for unknown in (cell.low, cell.high):
            part = part_of.get(unknown)
            if part is not None:
                _part, below, above = wanted.setdefault(id(part), (part, {}, {}))
                if unknown == cell.low:
                    below[unknown] = cell.least
                else:
                    above[unknown] = cell.most
    for one, below, above in wanted.values():
        one.reach(below, below=True)
        one.reach(above, below=False)
    found = []
    for cell in doubtful:
        if _stands(cell, bounds, part_of):
            continue
        low = end_of(bounds, part_of.get(cell.low), cell.low, low=True)
        high = end_of(bounds, part_of.get(cell.high), cell.high, low=False)
        if falls(cell.most, low, high, cell.least):
            found.append((cell, (low, high)))
    return found


def _may_be_small(cell: Cell, bounds: Bounds) -> bool:
    return bounds.low[cell.low] <= cell.most and bounds.high[cell.high] >= cell.least


def _stands(cell: Cell, bounds: Bounds, part_of: Mapping[int, Part]) -> bool:
    """Whether solutions that are known already leave all small counts possible."""
    low_part, high_part = part_of.get(cell.low), part_of.get(cell.high)
    low = low_part.known_least(cell.low) if low_part else bounds.low[cell.low]
    high = high_part.known_most(cell.high) if high_part else bounds.high[cell.high]
    return low <= cell.least and high >= cell.most
