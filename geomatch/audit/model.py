"""What an outsider's system is of: figures, facts and the ends of computed figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geomatch.audit.agency import EVERYONE, AgencyMonth, dims_of
from geomatch.audit.gather import county_of_whole
from geomatch.audit.report import Contradiction
from geomatch.audit.system import INFINITE, System
from geomatch.audit.told import Edition, Key
from geomatch.audit.workbooks import COUNTRY, Dims

__all__ = ["COMPUTED", "PROGRAM", "SEXES", "Ends", "Fact", "Model", "dims_of_figure", "most_of", "need_ends"]

# Tag of rows that hold by how the program computes.
PROGRAM = -1
COMPUTED = ("gap", "no_day_return")
SEXES = ("women", "men")


@dataclass(frozen=True, slots=True)
class Fact:
    """A published figure that makes a row.

    Attributes:
        table, month, edition, figure: Where it stands.
        key: Its row there.
        files: Per format the first file that it stands in.
        firm: Whether it must hold: else it is believed as long as nothing contradicts it.
        ends: As published, for the report.
    """

    table: str
    month: str
    edition: int
    figure: str
    key: Key
    files: tuple[str, ...]
    firm: bool
    ends: tuple[int, int]


@dataclass(slots=True)
class Ends:
    """The two ends of a computed figure: unknowns, and the most persons that the workbooks let it be of."""

    low: int
    high: int
    most: int


# Figure, month, edition since which the numbers stand, area.
ComputedKey = tuple[str, str, int, str]


@dataclass(slots=True)
class Model:
    """The system and what its unknowns are.

    Attributes:
        system: Rows with tag 0 are the workbooks', PROGRAM the program's, others 1 + the number of a fact.
        facts: Published figures.
        agency: Per month.
        computed: Ends of each computed figure.
        sums: Number of a row of the program that says that a total is the sum of its parts: figure, month, edition,
            area, end (0 or 1).
        editions: As read.
        newest: Number of the edition in force, by month.
        contradictions: Seen while building.
        withhold_to: Counts of 1 to this are withheld.
    """

    system: System
    facts: list[Fact] = field(default_factory=list)
    agency: dict[str, AgencyMonth] = field(default_factory=dict)
    computed: dict[ComputedKey, Ends] = field(default_factory=dict)
    sums: dict[int, tuple[str, str, int, str, int]] = field(default_factory=dict)
    editions: dict[tuple[str, int], Edition] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)
    withhold_to: int = 5

    def place(self, edition: Edition, area: str) -> str:
        """The area whose counts the row of an area shows: the whole is its county where that is published alone."""
        if area != COUNTRY:
            return area
        county = county_of_whole(edition)
        agency = self.agency[edition.month]
        # A workbook of that county alone may have a total of its own for everybody.
        alone = agency.counties == {county} and (COUNTRY, EVERYONE) in agency.counts.cells
        return COUNTRY if not county or alone else county

    def count(self, edition: Edition, area: str, dims: Dims) -> int:
        """The unknown of a published count."""
        agency = self.agency[edition.month]
        place = self.place(edition, area)
        parts = edition.municipalities(area) if len(area) == 2 else ()
        return agency.unknown(place, dims, parts)

    def fact(
        self,
        edition: Edition,
        table: str,
        key: Key,
        figure: str,
        ends: tuple[int, int],
        files: Mapping[str, str],
        *,
        firm: bool | None = None,
    ) -> int:
        """A new fact; the tag of its rows."""
        told = tuple(files[kind] for kind in sorted(files))
        if firm is None:
            # Computed figures of another edition are other unknowns; counts are facts of one world, that may have
            # been corrected since.
            firm = edition.newest or figure.startswith(COMPUTED)
        self.facts.append(Fact(table, edition.month, edition.number, figure, key, told, firm, ends))
        return len(self.facts)


def dims_of_figure(table: str, key: Key, figure: str) -> Dims | None:
    """What a published count is of; None for a figure that is none."""
    if table == "groups":
        return dims_of(key[1], key[2])
    if table == "areas" and figure == "need":
        return EVERYONE
    return dims_of("sex", figure) if table == "areas" and figure in SEXES else None


def need_ends(model: Model, edition: Edition, area: str) -> tuple[int, int] | None:
    """Ends of the need that an edition was computed from: what it shows itself, else what the signs say."""
    told = edition.figures.get(("areas", (area,), "need"))
    shown = told.ends if told is not None else None
    place = model.place(edition, area)
    signs = model.agency[edition.month].sign_ends(place, edition.municipalities(area))
    return (signs or shown) if edition.newest else (shown or signs)


def most_of(model: Model, edition: Edition, area: str) -> int:
    """The most persons that a computed figure can be of.

    Of a county and the country it is the sum over municipalities as their signs say, which can be more than the
    published total.
    """
    if len(area) == 2:
        return min(INFINITE, sum(most_of(model, edition, one) for one in edition.municipalities(area)))
    need = need_ends(model, edition, area)
    return need[1] if need is not None else INFINITE
