"""Earlier editions of a month in the system of the newest: what they add up to still holds where nothing has changed.

A county whose shown figures are what they were has the same figures in both editions, withheld ones too. What an earlier
edition's totals say of it narrows it now, and through the country's total the counties that did change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geomatch.disclosure.system import Sum
from geomatch.public.tables import NATION

__all__ = ["Before", "Earlier", "of_edition"]

Ends = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier edition of the month.

    Attributes:
        tables: As they were published, by name.
        unchanged: The counties whose figures, withheld ones too, are what they were; None where that is not known, so
            that it is taken of those whose shown figures are.
    """

    tables: Mapping[str, pd.DataFrame]
    unchanged: frozenset[str] | None = None


@dataclass(slots=True)
class Before:
    """Numbers and sums that an earlier edition adds to a system.

    Attributes:
        value: A number that is possible for each; what was withheld then is not known any more.
        low, high: Between what each lies.
        sums: Their sums. Positions from `first` on are these numbers, lower ones those of the system.
        withheld: The figures that the edition withheld and that are others now: area, figure, ends. The newer edition
            must not tell them either.
    """

    first: int
    value: list[int] = field(default_factory=list)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    withheld: list[tuple[str, str, Ends]] = field(default_factory=list)

    def number(self, low: int, high: int) -> int:
        """A new number; its position."""
        self.low.append(low)
        self.high.append(high)
        return self.first + len(self.low) - 1


def of_edition(
    now: Sequence[int],
    ends: Mapping[str, Mapping[str, Ends]],
    levels: Mapping[str, str],
    told: Mapping[tuple[str, str], Ends | None],
    most: Mapping[str, int],
    unchanged: frozenset[str] | None,
) -> Before | None:
    """What one earlier edition adds; None where it adds nothing, or where nothing can have stayed as it was.

    Args:
        now: The numbers of the system.
        ends: Positions of the ends of each figure by its stem and area.
        levels: Level of each area.
        told: The edition's ends by area and stem, None where it withheld them.
        most: The most that a figure can be in each area.
        unchanged: As `Earlier`.
    """
    codes = [code for code in levels if all((code, stem) in told and code in ends[stem] for stem in ends)]
    counties = [code for code in codes if levels[code] == "county"]

    def moved(code: str) -> bool:
        shown = {stem: told[code, stem] for stem in ends}
        return any(
            was is not None and was != tuple(now[n] for n in ends[stem][code]) for stem, was in shown.items()
        )

    inside = {
        county: [code for code in codes if len(code) == 4 and code[:2] == county] for county in counties
    }
    changed = {
        county
        for county in counties
        if (county not in unchanged if unchanged is not None else any(map(moved, [county, *inside[county]])))
    }
    if not changed and not (NATION in codes and moved(NATION)):
        # The same figures in the same sums.
        return None
    made = Before(len(now))
    places: dict[tuple[str, str], Ends] = {}
    for stem in ends:
        for code in codes:
            if code != NATION and code[:2] not in changed:
                places[code, stem] = ends[stem][code]
                continue
            shown = told[code, stem]
            low, high = (
                (made.number(n, n) for n in shown)
                if shown is not None
                else (made.number(0, most[code]) for _side in (0, 1))
            )
            places[code, stem] = low, high
            if shown is None:
                made.withheld.append((code, stem, (low, high)))
            made.sums.append(Sum(high, (low,), whole=False))
    for code in codes:
        if code == NATION or code[:2] in changed:
            gap, without = (places[code, stem] for stem in ("gap", "no_day_return"))
            made.sums += [Sum(a, (b,), whole=False) for a, b in zip(gap, without, strict=True)]
    for total, parts in [*((one, inside[one]) for one in sorted(changed)), (NATION, counties)]:
        if total in codes and _whole(total, parts, levels):
            made.sums += [
                Sum(places[total, stem][side], tuple(places[part, stem][side] for part in parts))
                for stem in ends
                for side in (0, 1)
            ]
    return _filled(made, now)


def _whole(total: str, parts: Sequence[str], levels: Mapping[str, str]) -> bool:
    """Whether the parts are all that there are."""
    level = "county" if total == NATION else "municipality"
    own = [code for code, one in levels.items() if one == level and (total == NATION or code[:2] == total)]
    return bool(parts) and sorted(parts) == sorted(own)


def _filled(made: Before, now: Sequence[int]) -> Before | None:
    """`made` with numbers that hold its sums; None where there are none, so that something did change after all."""
    size = made.first + len(made.low)
    low = np.array([*now, *made.low], float)
    high = np.array([*now, *made.high], float)
    at = [
        (row, number, sign)
        for row, one in enumerate(made.sums)
        for number, sign in ((one.total, 1.0), *((part, -1.0) for part in one.parts))
    ]
    rows, columns, signs = zip(*at, strict=True)
    found = milp(
        np.zeros(size),
        integrality=np.ones(size),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(
            csr_array((signs, (rows, columns)), shape=(len(made.sums), size)),
            0.0,
            [0.0 if one.whole else np.inf for one in made.sums],
        ),
    )
    if found.status != 0:
        return None
    made.value = np.rint(found.x[made.first :]).astype(int).tolist()
    return made
