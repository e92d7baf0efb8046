"""From the tables of a month to the linear system of their figures of persons (METHOD 8)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from geomatch.disclosure.earlier import Earlier, of_edition
from geomatch.disclosure.system import Figure, Sum, System
from geomatch.public.tables import NATION, WITHHELD

__all__ = ["FIGURE_WEIGHTS", "LEVEL_WEIGHTS", "Permitted", "Place", "is_small", "system_of"]

# What is lost when a figure is withheld: what its area is worth, times what it is, times the logarithm of its size. One
# total of a county is worth ten municipalities, since more people look at it and more is told from it; need is worth
# most of the figures, since all others are read beside it.
LEVEL_WEIGHTS: Mapping[str, float] = MappingProxyType({"municipality": 1.0, "county": 10.0, "country": 100.0})
FIGURE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"need": 4.0, "gap": 3.0, "no_day_return": 2.0, "women": 2.0, "men": 2.0, "persons": 2.0}
)
# Both ends of these are computed, and add up each by itself.
COMPUTED = ("gap", "no_day_return")
# These are counts of the agency's: one number each, as a dimension and a group of it.
COUNTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"need": ("all", "all"), "women": ("sex", "women"), "men": ("sex", "men")}
)
# More persons than any total: nothing is known.
_MANY = 1_000_000
# Between what a count lies by the agency's own cells: area, dimension, group.
Permitted = Mapping[tuple[str, str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: in a row of a table, by the stem of its columns."""

    table: str
    row: int
    stem: str


def is_small(low: float, high: float, withhold_to: int) -> bool:
    """Whether either end of a figure is a count of 1 to `withhold_to`: the count itself may then be one."""
    return 1 <= low <= withhold_to or 1 <= high <= withhold_to


@dataclass(slots=True)
class _Numbers:
    """The numbers of a system as they are gathered."""

    withhold_to: int
    round_to: int
    value: list[int] = field(default_factory=list)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    shown: list[tuple[int, int]] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    places: list[list[Place]] = field(default_factory=list)
    guesses: defaultdict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def number(self, value: int, known: tuple[int, int], told: Mapping[int, int]) -> int:
        """A number and what anybody knows of it; `told` is what earlier editions said of it, by their order."""
        # What was rounded then is no number that could still hold.
        told = {} if self.round_to else told
        for edition, persons in told.items():
            self.guesses[edition][len(self.value)] = persons
        self.value.append(value)
        self.low.append(known[0])
        self.high.append(known[1])
        self.shown.append(self._as_shown(value))
        # Of what is another now, nobody outside knows; who takes it to be the same is met among the guesses.
        self.seen.append((value, value) if value in told.values() else known)
        return len(self.value) - 1

    def _as_shown(self, value: int) -> tuple[int, int]:
        if not self.round_to or not value:
            return value, value
        least = value // self.round_to * self.round_to
        return least, least + self.round_to - 1

    def figure(self, figure: Figure, place: Place) -> None:
        """A figure, and where it stands."""
        shown = self.shown[figure.ends[0]][0], self.shown[figure.ends[1]][1]
        if self.round_to and not figure.stays and shown[1] and shown[0] <= self.withhold_to:
            figure = replace(figure, rounded=True)
        self.figures.append(figure)
        self.places.append([place])

    def system(self) -> System:
        columns = [self.value, self.low, self.high]
        pairs = [side for both in (self.shown, self.seen) for side in zip(*both, strict=True)]
        value, low, high, shown_low, shown_high, seen_low, seen_high = (
            np.array(one, np.int64) for one in (*columns, *(pairs or [()] * 4))
        )
        return System(
            value,
            low,
            high,
            # No more is told by showing than is known anyhow.
            np.minimum(np.maximum(shown_low, low), value),
            np.maximum(np.minimum(shown_high, high), value),
            np.maximum(seen_low, low),
            np.minimum(seen_high, high),
            tuple(self.figures),
            tuple(self.sums),
            tuple(self.guesses.values()),
        )


def system_of(
    frames: Mapping[str, pd.DataFrame],
    withhold_to: int,
    *,
    earlier: Sequence[Earlier] = (),
    permitted: Permitted | None = None,
    round_to: int = 0,
) -> tuple[System, list[list[Place]]]:
    """The figures of the tables `areas` and `groups` as a linear system, and where each of its figures stands.

    The ends of a gap add up: those of municipalities to the county's, those of counties to the country's. So do counts,
    and those of groups to everyone. Who gets no day return is among those without a place.

    Args:
        frames: `areas` and `groups` (PUBLIC_TABLES) with all their numbers.
        withhold_to: Counts of 1 to this are small.
        earlier: Earlier editions of the month.
        permitted: What the agency's own cells say of each count; none where the counts of the tables are nothing else
            than what these cells say, since nothing can then be learnt from them that the agency does not print.
        round_to: Figures are shown as the multiples of this that they lie between; 0 for as they are.

    Raises:
        ValueError: A total is less than its parts.
    """
    made = _Numbers(withhold_to, round_to)
    rows = _rows(frames["areas"])
    seen = [_seen(one.tables) for one in earlier]
    enrolled = _enrolled(rows, permitted)
    computed = {stem: _computed(made, rows, stem, enrolled, seen) for stem in COMPUTED}
    # Who cannot get there and home the same day has no place either.
    for code, ends in computed["no_day_return"].items():
        if code in computed["gap"]:
            made.sums += [
                Sum(gap, (number,), whole=False)
                for gap, number in zip(computed["gap"][code], ends, strict=True)
            ]
    _editions(made, rows, computed, enrolled, [(one, seen[n]) for n, one in enumerate(earlier)])
    if permitted is not None:
        _counts(made, rows, _rows(frames["groups"]), permitted, seen)
    return made.system(), made.places


Ends = tuple[int, int]
# The ends of a figure as it was shown, or None where it was withheld, by its area and stem, or by area, dimension and group.
_Seen = Mapping[tuple[str, ...], Ends | None]


_Row = Mapping[str, Any]


def _rows(frame: pd.DataFrame) -> list[_Row]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def _seen(tables: Mapping[str, pd.DataFrame]) -> _Seen:
    """What was shown and what was withheld in an earlier edition."""
    areas = _rows(tables["areas"])
    cells: list[tuple[tuple[str, ...], str, _Row]] = [
        ((str(row["area_code"]), stem), stem, row) for row in areas for stem in COMPUTED
    ]
    cells += [(key, stem, row) for key, stem, row, _ in _counted(areas, _rows(tables["groups"]))]
    return {
        key: (int(row[f"{stem}_low"]), int(row[f"{stem}_high"])) if row[f"{stem}_sign"] == "" else None
        for key, stem, row in cells
        if row[f"{stem}_sign"] in ("", WITHHELD)
    }


def _before(earlier: Sequence[_Seen], key: tuple[str, ...]) -> tuple[list[dict[int, int]], bool]:
    """What earlier editions, by their order, showed of each end of a figure, and whether some of them withheld it."""
    told = {n: one[key] for n, one in enumerate(earlier) if key in one}
    shown = [{n: ends[side] for n, ends in told.items() if ends is not None} for side in (0, 1)]
    return shown, None in told.values()


def _counted(
    areas: Sequence[_Row], groups: Sequence[_Row]
) -> Iterator[tuple[tuple[str, str, str], str, _Row, Place]]:
    """Every count: its area, dimension and group; the stem of its columns, its row, and where that is."""
    for n, row in enumerate(areas):
        for stem, about in COUNTS.items():
            yield (str(row["area_code"]), *about), stem, row, Place("areas", n, stem)
    for n, row in enumerate(groups):
        key = str(row["area_code"]), str(row["dimension"]), str(row["group"])
        yield key, "persons", row, Place("groups", n, "persons")


def _weight(level: str, stem: str, high: int) -> float:
    return LEVEL_WEIGHTS[level] * FIGURE_WEIGHTS[stem] * math.log2(2 + high)


def _is_number(value: object) -> bool:
    return not pd.isna(value)  # type: ignore[call-overload]


# --------------------------------------------------------------------------------------------------------- computed ends


def _enrolled(rows: Sequence[_Row], permitted: Permitted | None) -> dict[str, int]:
    """The most persons enrolled in each municipality, as anybody knows."""
    return {
        code: int(row["need_high"]) if permitted is None else permitted[code, *COUNTS["need"]][1]
        for row in rows
        for code in [str(row["area_code"])]
        if row["level"] == "municipality"
        and (_is_number(row["need_high"]) if permitted is None else (code, *COUNTS["need"]) in permitted)
    }


def _computed(
    made: _Numbers,
    rows: Sequence[_Row],
    stem: str,
    enrolled: Mapping[str, int],
    earlier: Sequence[_Seen],
) -> dict[str, tuple[int, int]]:
    """The ends of one computed figure in all areas, and how they add up: their numbers by area."""
    ends: dict[str, tuple[int, int]] = {}
    for n, row in enumerate(rows):
        if not _is_number(row[f"{stem}_low"]):
            continue
        code, level = str(row["area_code"]), str(row["level"])
        low, high = int(row[f"{stem}_low"]), int(row[f"{stem}_high"])
        # Nobody is without a place who is not enrolled.
        most = max(high, enrolled.get(code, _MANY))
        shown, stays = _before(earlier, (code, stem))
        ends[code] = (
            made.number(low, (0, most), shown[0]),
            made.number(high, (0, most), shown[1]),
        )
        made.sums.append(Sum(ends[code][1], (ends[code][0],), whole=False))
        made.figure(
            Figure(
                (code, stem),
                ends[code],
                _weight(level, stem, high),
                is_small(low, high, made.withhold_to),
                (1, max(1, min(made.withhold_to, most))),
                stays,
            ),
            Place("areas", n, stem),
        )
    levels = {str(row["area_code"]): str(row["level"]) for row in rows}
    for code, parts in _parts(levels):
        if code in ends:
            for side in (0, 1):
                known = [ends[part][side] for part in parts if part in ends]
                _add_up(made, (code, stem), ends[code][side], known, all_told=len(known) == len(parts))
    return ends


def _editions(
    made: _Numbers,
    rows: Sequence[_Row],
    computed: Mapping[str, Mapping[str, Ends]],
    enrolled: Mapping[str, int],
    earlier: Sequence[tuple[Earlier, _Seen]],
) -> None:
    """What the totals of earlier editions say of figures that have stayed as they were."""
    levels = {str(row["area_code"]): str(row["level"]) for row in rows}
    most = {code: enrolled.get(code, _MANY) for code in levels}
    for edition, seen in earlier:
        told = {(key[0], key[1]): ends for key, ends in seen.items() if len(key) == 2}
        found = of_edition(made.value, computed, levels, told, most, edition.unchanged)
        if found is not None:
            made.value += found.value
            made.low += found.low
            made.high += found.high
            # They are what they are: nothing is shown of them now.
            made.shown += zip(found.low, found.high, strict=True)
            made.seen += zip(found.low, found.high, strict=True)
            made.sums += found.sums
            for code, stem, ends in found.withheld:
                wanted = 1, max(1, min(made.withhold_to, most[code]))
                made.figures.append(Figure((code, stem), ends, 0.0, small=False, wanted=wanted, stays=True))
                made.places.append([])


def _parts(levels: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The counties and the country, each with the areas that it is made of."""
    counties = [code for code, level in levels.items() if level == "county"]
    for county in counties:
        yield (
            county,
            [code for code, level in levels.items() if level == "municipality" and code[:2] == county],
        )
    if NATION in levels:
        yield NATION, counties


def _add_up(
    made: _Numbers, name: tuple[str, str], total: int, parts: Sequence[int], *, all_told: bool
) -> None:
    """That parts add up to a total: to it where they do and none is missing, else to no more."""
    if not parts:
        return
    persons = sum(made.value[part] for part in parts)
    if persons > made.value[total]:
        raise ValueError(
            f"{name[1]} of area {name[0]} is {made.value[total]}, and its parts add up to {persons}"
        )
    made.sums.append(Sum(total, tuple(parts), whole=all_told and persons == made.value[total]))


# ----------------------------------------------------------------------------------------------------------------- counts


def _counts(
    made: _Numbers,
    rows: Sequence[_Row],
    groups: Sequence[_Row],
    permitted: Permitted,
    earlier: Sequence[_Seen],
) -> None:
    """The counts of everyone and of groups, and how they add up over areas and over groups."""
    levels = {str(row["area_code"]): str(row["level"]) for row in rows}
    numbers: dict[tuple[str, str, str], int] = {}
    at: dict[tuple[str, str, str], int] = {}
    for key, stem, row, place in _counted(rows, groups):
        persons, high = row[f"{stem}_low"], row[f"{stem}_high"]
        if not _is_number(persons) or persons != high:
            continue
        if key in at:
            # The same count in two tables is withheld in both or in none.
            made.places[at[key]].append(place)
            continue
        persons, known = int(persons), permitted.get(key, (0, _MANY))
        masked = known[0] < known[1] <= made.withhold_to
        shown, stays = _before(earlier, key)
        numbers[key] = made.number(persons, known, shown[0])
        at[key] = len(made.figures)
        made.figure(
            Figure(
                (key[0], stem if key[1] == "all" else key[2]),
                (numbers[key], numbers[key]),
                _weight(levels[key[0]], stem, persons),
                masked or is_small(persons, persons, made.withhold_to),
                known if masked else (1, made.withhold_to),
                # What the agency prints is nobody's secret.
                stays and known[0] < known[1],
            ),
            place,
        )
    for code, parts in _parts(levels):
        for _area, dimension, group in [key for key in numbers if key[0] == code]:
            own = [numbers[part, dimension, group] for part in parts if (part, dimension, group) in numbers]
            _add_up(
                made,
                (code, group),
                numbers[code, dimension, group],
                own,
                all_told=len(own) == len(parts),
            )
    of_dimension: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for (code, dimension, _group), number in numbers.items():
        if dimension != "all":
            of_dimension[code, dimension].append(number)
    for (code, dimension), own in of_dimension.items():
        if (code, "all", "all") in numbers:
            _add_up(made, (code, dimension), numbers[code, "all", "all"], own, all_told=True)
