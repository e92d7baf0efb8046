"""What the workbooks alone say, as rows: totals and their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from geomatch.audit.system import INFINITE, System
from geomatch.audit.workbooks import ALL, COUNTRY, DIMENSIONS, UNKNOWN, Counts, Dims

__all__ = ["EVERYONE", "AgencyMonth", "dims_of"]

EVERYONE: Dims = (ALL,) * len(DIMENSIONS)
# The parts that make a whole; others may leave people out, so that their sum is at most the total. Bands of age may
# overlap: they make no sum at all.
_WHOLE: Mapping[int, frozenset[str]] = {
    0: frozenset({"agency", "own", "other"}),
    1: frozenset({"asylum_seeker", "temporary_protection"}),
    2: frozenset({"women", "men"}),
}
_AGE = DIMENSIONS.index("age_group")


def dims_of(dimension: str, group: str) -> Dims:
    """One group of a dimension, all else taken together."""
    return tuple(group if name == dimension else ALL for name in DIMENSIONS)


def _shape(dims: Dims) -> frozenset[int]:
    return frozenset(number for number, value in enumerate(dims) if value != ALL)


def _onto(dims: Dims, shape: frozenset[int]) -> Dims:
    return tuple(value if number in shape else ALL for number, value in enumerate(dims))


class AgencyMonth:
    """The counts of a month as unknowns of a system, with rows for the sums that the workbooks' layout has.

    Attributes:
        at: The unknown of each (area, dims).
        masked: Those that the agency withholds.
        counties: Codes of the counties that the workbooks know.
        nowhere: Areas for those whose municipality or county is not known.
    """

    def __init__(self, system: System, counts: Counts) -> None:
        self.system, self.counts = system, counts
        self.at: dict[tuple[str, Dims], int] = {}
        self.masked: set[tuple[str, Dims]] = set()
        areas = {area for area, _dims in counts.cells}
        self.counties = frozenset(one for one in areas if len(one) == 2 and one.isdigit() and one != COUNTRY)
        self.nowhere = frozenset(one for one in areas if one.endswith(UNKNOWN))
        self._shapes: dict[str, dict[frozenset[int], list[Dims]]] = {}
        for (area, dims), cell in counts.cells.items():
            self.at[area, dims] = system.unknown(cell.low, cell.high)
            self._shapes.setdefault(area, {}).setdefault(_shape(dims), []).append(dims)
            if cell.masked:
                self.masked.add((area, dims))
        for area in self._shapes:
            for shape in list(self._shapes[area]):
                self._over_dimensions(area, shape)
        self._over_places()

    def _over_dimensions(self, area: str, coarse: frozenset[int]) -> None:
        """Rows of the totals of one shape over each finer shape, unless a shape between the two says as much."""
        shapes = self._shapes[area]
        for fine in shapes:
            if not coarse < fine or _AGE in fine - coarse:
                continue
            if any(coarse < between < fine for between in shapes):
                continue
            parts: dict[Dims, list[Dims]] = {}
            for dims in shapes[fine]:
                parts.setdefault(_onto(dims, coarse), []).append(dims)
            for total in shapes[coarse]:
                self._sum(area, total, parts.get(total, []), fine - coarse)

    def _sum(self, area: str, total: Dims, parts: list[Dims], over: frozenset[int]) -> bool:
        """Total less parts is nothing, or at least nothing where parts may be missing; whether it is nothing."""
        if not parts:
            return False
        numbers = sorted(over)
        present = {tuple(dims[number] for number in numbers) for dims in parts}
        whole = over <= _WHOLE.keys() and present >= set(product(*(_WHOLE[n] for n in numbers)))
        terms = [(self.at[area, total], 1), *((self.at[area, dims], -1) for dims in parts)]
        self.system.row(terms, 0, 0 if whole else INFINITE)
        return whole

    def _over_places(self) -> None:
        """Rows of counties over their municipalities, and of the country over its counties."""
        below: dict[tuple[str, Dims], list[str]] = {}
        for area, dims in self.at:
            if len(area) > 2:
                below.setdefault((area[:2], dims), []).append(area)
        country: dict[Dims, dict[str, list[str]]] = {}
        for (county, dims), areas in below.items():
            if (county, dims) in self.at:
                self._places((county, dims), areas, whole=self._named(county, dims, county, areas))
            else:
                country.setdefault(dims, {})[county] = areas
        for area, dims in list(self.at):
            if len(area) == 2 and area != COUNTRY:
                country.setdefault(dims, {})[area] = [area]
        for dims, by_county in country.items():
            if (COUNTRY, dims) not in self.at:
                continue
            files = self.counts.cells[COUNTRY, dims].files
            counties = any(set(by_county) >= self.counts.places.get((file, ""), set()) for file in files)
            # A county that has no total of its own may have been left out in part; the unknown one has none.
            without = {county for county, areas in by_county.items() if areas != [county]}
            whole = (
                counties
                and (without <= {"??"} or without == set(by_county))
                and all(self._named(COUNTRY, dims, county, by_county[county]) for county in without)
            )
            self._places((COUNTRY, dims), [a for areas in by_county.values() for a in areas], whole=whole)

    def _named(self, area: str, dims: Dims, county: str, areas: Iterable[str]) -> bool:
        """Whether the areas are all that some file of the total names in the county."""
        named = set(areas)
        files = self.counts.cells[area, dims].files
        return any(named >= self.counts.places.get((file, county), set()) for file in files)

    def _places(self, total: tuple[str, Dims], areas: Iterable[str], *, whole: bool) -> None:
        terms = [(self.at[total], 1), *((self.at[area, total[1]], -1) for area in areas)]
        self.system.row(terms, 0, 0 if whole else INFINITE)

    # ------------------------------------------------------------------------------------- what is published beside it

    def unknown(self, area: str, dims: Dims, parts: Iterable[str]) -> int:
        """The unknown of a published count; one that no workbook has is made, with what the workbooks say of it.

        Args:
            area: Its code.
            dims: All, or one group.
            parts: Of a county or the country, the municipalities that the tables give it.
        """
        if (area, dims) in self.at:
            return self.at[area, dims]
        made = self.system.unknown()
        self.at[area, dims] = made
        told = self._of_finer(area, dims)
        below = [one for one in parts if (one, dims) in self.at]
        if not told and below:
            # The program adds up its municipalities where no total is published.
            self.system.row([(made, 1), *((self.at[one, dims], -1) for one in below)], 0, 0)
        if dims != EVERYONE and (area, EVERYONE) in self.at:
            # The groups of a dimension together are at most everyone.
            own = [*self._shapes.get(area, {}).get(_shape(dims), []), dims]
            terms = [(self.at[area, EVERYONE], 1), *((self.at[area, one], -1) for one in own)]
            self.system.row(terms, 0, INFINITE)
        self._shapes.setdefault(area, {}).setdefault(_shape(dims), []).append(dims)
        return made

    def _of_finer(self, area: str, dims: Dims) -> bool:
        """Rows of a made count over the finer shapes of its area; whether one of them leaves nobody out."""
        shape = _shape(dims)
        found = False
        for fine, members in self._shapes.get(area, {}).items():
            if shape < fine and _AGE not in fine:
                own = [one for one in members if _onto(one, shape) == dims]
                found |= self._sum(area, dims, own, fine - shape)
        return found

    def sign_ends(self, area: str, municipalities: Iterable[str]) -> tuple[int, int] | None:
        """Ends of everyone in an area as the signs alone say, as the program takes them; None where not told.

        Args:
            area: Its code.
            municipalities: That a county or the country is made of, for one without a total.
        """
        cell = self.counts.cells.get((area, EVERYONE))
        if cell is not None:
            return cell.low, cell.high
        cells = [self.counts.cells.get((one, EVERYONE)) for one in municipalities]
        if len(area) > 2 or not cells or None in cells:
            return None
        return sum(c.low for c in cells if c), sum(c.high for c in cells if c)
