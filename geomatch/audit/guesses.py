"""Attacks by a guess: what is withheld now is what another edition of the month shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geomatch.audit.cells import Cell, derived_computed
from geomatch.audit.derive import Derived
from geomatch.audit.model import COMPUTED, Fact, Model
from geomatch.audit.solve import Part
from geomatch.audit.system import Bounds, Conflict, components

__all__ = ["Fallen", "Guess", "guesses_of", "try_guesses"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A withheld computed figure, and what another edition shows of it.

    Attributes:
        edition: That shows it.
        low, high: Unknowns of its ends.
        rows: The rows of the guess.
        fact: What is shown.
    """

    edition: int
    low: int
    high: int
    rows: tuple[int, int]
    fact: Fact


@dataclass(frozen=True, slots=True)
class Fallen:
    """A computed figure that falls by guesses: the edition they are of, what is derived, and the guesses' rows."""

    cell: Cell
    edition: int
    derived: tuple[int, int]
    rows: Mapping[int, Fact]


def guesses_of(model: Model, *, backwards: bool = False) -> Iterator[list[Guess]]:
    """Guesses, those together that are of one edition: `what it shows still holds where the newest withholds`.

    Args:
        model: The system; rows are added to it, that are no part of what was derived.
        backwards: Also that what a later edition shows held already where an earlier one withholds.
    """
    for month, newest in sorted(model.newest.items()):
        numbers = sorted(number for one, number in model.editions if one == month)
        pairs = [(newest, number) for number in reversed(numbers) if number != newest]
        if backwards:
            pairs += [(one, two) for one in numbers for two in numbers if one not in {newest, two}]
        for withholding, showing in pairs:
            found = list(_pair(model, month, withholding, showing))
            if found:
                yield found


def _pair(model: Model, month: str, withholding: int, showing: int) -> Iterator[Guess]:
    own, other = model.editions[month, withholding], model.editions[month, showing]
    for figure in COMPUTED:
        for area in own.codes():
            told = own.figures.get(("areas", (area,), figure))
            shown = other.figures.get(("areas", (area,), figure))
            if (
                told is None
                or told.ends is not None
                or not told.withheld
                or shown is None
                or shown.ends is None
            ):
                continue
            if own.since_of(area) == other.since_of(area):
                continue
            ends = model.computed[figure, month, own.since_of(area), area]
            tag = model.fact(other, "areas", (area,), figure, shown.ends, shown.files, firm=False)
            low, high = other.behind(shown.ends, area, model.withhold_to)
            rows = (
                model.system.row([(ends.low, 1)], *low, tag),
                model.system.row([(ends.high, 1)], *high, tag),
            )
            yield Guess(showing, ends.low, ends.high, rows, model.facts[tag - 1])


def try_guesses(
    model: Model, found: Derived, guesses: Sequence[Guess], cells: Sequence[Cell]
) -> tuple[list[Fallen], int]:
    """The computed figures that fall when guesses hold: all of a part together where they can, else each by itself.

    Args:
        model: The system.
        found: What is derived without guesses.
        guesses: Of one edition.
        cells: Computed figures that stand without guesses.

    Returns:
        Those that fall, and how many integer programmes were solved.
    """
    fallen: list[Fallen] = []
    solved = 0
    seen: set[int] = set()
    for guess in guesses:
        for unknown in (guess.low, guess.high):
            part = found.part.get(unknown)
            if part is None:
                continue
            if id(part) in seen:
                continue
            seen.add(id(part))
            own = [one for one in guesses if {one.low, one.high} & part.place.keys()]
            inside = [cell for cell in cells if {cell.low, cell.high} & part.place.keys()]
            together, count = _with(model, found, part, own, inside)
            solved += count
            if together is not None:
                fallen += together
                continue
            for one in own:
                alone, count = _with(model, found, part, [one], inside)
                solved += count
                known = {item.cell for item in fallen}
                fallen += [item for item in alone or () if item.cell not in known]
    return fallen, solved


def _with(
    model: Model, found: Derived, part: Part, guesses: Sequence[Guess], cells: Sequence[Cell]
) -> tuple[list[Fallen] | None, int]:
    """What falls in a part when guesses hold; None where they cannot."""
    facts = {number: guess.fact for guess in guesses for number in guess.rows}
    own, place = model.system.part(
        [*part.unknowns, *(u for cell in cells for u in (cell.low, cell.high))], [*part.rows, *facts]
    )
    for unknown, number in place.items():
        own.low[number], own.high[number] = found.derived.low[unknown], found.derived.high[unknown]
    bounds = Bounds.of(own)
    numbers = range(len(own.rows))
    parts: list[Part] = []
    try:
        bounds.spread(numbers)
        parts = [Part(bounds, *one) for one in components(bounds, numbers)]
        if not all(one.feasible() for one in parts):
            return None, sum(one.solved for one in parts)
    except Conflict:
        return None, 0
    part_of = {unknown: one for one in parts for unknown in one.unknowns}
    placed = {number: replace(c, low=place[c.low], high=place[c.high]) for number, c in enumerate(cells)}
    names = {(cell.low, cell.high): number for number, cell in placed.items()}
    fallen = [
        Fallen(cells[names[cell.low, cell.high]], guesses[0].edition, derived, facts)
        for cell, derived in derived_computed(list(placed.values()), bounds, part_of)
    ]
    return fallen, sum(one.solved for one in parts)
