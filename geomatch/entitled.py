"""Who of a municipality's need may travel: by counts of case status, else by the eligible share. METHOD 1 and 5.

For rules that take the right from some kinds of persons: `entitled_persons(rows, settings, day, Excluded(...))` gives how
many of a municipality are entitled all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geomatch.adults import MILLI, Stratum, adult_share_of, ages_not_read, asking_of, part_of, share_of
from geomatch.margins import ADULTS, OPEN, About, Counts, Interval, Kind, adults_among, adults_except
from geomatch.spread import split_persons
from geomatch.tables import ALL

if TYPE_CHECKING:
    from geomatch.settings import Settings

__all__ = [
    "ENTITLED_COLUMNS",
    "NOBODY",
    "Block",
    "Excluded",
    "breakdowns_used",
    "counted_strata",
    "entitled_at_points",
    "entitled_blocks",
    "entitled_persons",
]

ENTITLED_COLUMNS = ("entitled_ll_milli", "entitled_lh_milli", "entitled_hl_milli", "entitled_hh_milli")
"""Low or high end of the right, then low or high need."""
_LOW, _HIGH = 0, 1
Ends = tuple[Interval, Interval]


@dataclass(frozen=True, slots=True)
class Excluded:
    """Kinds of persons who have no right to travel: who is of any of them.

    Attributes:
        accommodation, case_status, target_group: Values of these columns of NEED.
        age_group: Ages as `geomatch.ages.years_of_age` reads them (`65-`), or labels of the source.
    """

    accommodation: frozenset[str] = frozenset()
    case_status: frozenset[str] = frozenset()
    age_group: frozenset[str] = frozenset()
    target_group: frozenset[str] = frozenset()

    def kinds(self, *, adults: bool) -> tuple[Kind, ...]:
        """The kinds, one for each dimension that has any; of adults only the ages from 18.

        Case status is not among them: who has the right has an open first-instance case, and no other.
        """
        named = {one.name: getattr(self, one.name) for one in fields(self) if one.name != OPEN.dimension}
        if adults and self.age_group:
            named[ADULTS.dimension] = adults_among(self.age_group)
        return tuple(Kind(name, tuple(sorted(values))) for name, values in named.items() if values)

    def allowed_ages(self) -> Kind | None:
        """The adults who are not excluded by their age; None where no age is excluded."""
        if not self.age_group:
            return None
        return Kind(ADULTS.dimension, adults_except(self.age_group))


NOBODY = Excluded()


@dataclass(frozen=True, slots=True)
class Block:
    """Strata of one municipality whose entitled are known together.

    Attributes:
        strata: Target group and sex of each.
        entitled_milli: Per end of the right and end of need, thousandths of persons.
        counted: From counts of case status; else from the eligible share.
    """

    strata: tuple[Stratum, ...]
    entitled_milli: Ends
    counted: bool


def _where_counted(counts: Counts, stratum: Stratum) -> Stratum | None:
    """The smallest group around a stratum of which open first-instance cases are published."""
    group, sex = stratum
    for one in ((group, sex), (group, ALL), (ALL, sex), (ALL, ALL)):
        if counts.named((ALL, ALL, one[0], ALL, one[1], ALL), OPEN):
            return one
    return None


def entitled_blocks(
    rows: pd.DataFrame,
    need_milli: Mapping[Stratum, Interval],
    eligible: Mapping[Stratum, tuple[float, float]],
    excluded: Excluded = NOBODY,
) -> list[Block]:
    """Who of one municipality may travel, where counts or exclusions say more than the eligible share.

    Where open first-instance cases are published of a stratum, its target group, its sex or everyone (the first of these
    that is), they are the entitled; they are known for all strata in that group together. Of what is left the eligible
    share of the stratum holds.

    With N who ask for a place, of whom O have an open case and X are excluded, the entitled are at least O - X (counted in
    the tables where these stand together) and N less those who surely are not; at most O, and N less those surely
    excluded. With a share s: at least s N - X, at most s N and N - X.

    Args:
        rows: The rows of table NEED of the municipality.
        need_milli: Per stratum, thousandths of persons who are reckoned with, at low and at high need.
        eligible: Per stratum, lowest and highest eligible share.
        excluded: Who has no right to travel.

    Returns:
        Blocks of distinct strata. A stratum in none has need x share.
    """
    counts = Counts.of(rows)
    where = {one: _where_counted(counts, one) for one in need_milli}
    found: dict[Stratum, Block] = {}
    # Smaller groups first: what is known of a larger one, less them, is known of the rest of it.
    arounds = {one for one in where.values() if one is not None}
    for around in sorted(arounds, key=lambda one: (one.count(ALL), one)):
        strata = tuple(sorted(one for one, place in where.items() if place == around))
        inner = [block for place, block in found.items() if _inside(place, around)]
        ends = _by_count(counts, around, strata, need_milli, inner, excluded)
        found[around] = Block(strata, ends, counted=True)
    blocks = list(found.values())
    if excluded != NOBODY:
        for stratum in sorted(one for one, place in where.items() if place is None):
            ends = _by_share(counts, stratum, need_milli[stratum], eligible[stratum], excluded)
            blocks.append(Block((stratum,), ends, counted=False))
    return blocks


def _inside(one: Stratum, other: Stratum) -> bool:
    return one != other and all(b in (a, ALL) for a, b in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of a municipality, of whom those who are reckoned with are adults where ages are counted.

    Attributes:
        counts: Of the municipality.
        about: The group.
        asked: ADULTS, or nothing.
        milli: Thousandths of persons of the group who are reckoned with.
    """

    counts: Counts
    about: About
    asked: tuple[Kind, ...]
    milli: Interval

    @classmethod
    def of(cls, counts: Counts, stratum: Stratum, need: Interval) -> _Group:
        about = (ALL, ALL, stratum[0], ALL, stratum[1], ALL)
        adults = counts.of_kinds(about, [ADULTS])
        ends = adults or counts.size(about)
        return cls(counts, about, (ADULTS,) if adults else (), _milli(ends, need))

    def of_kinds(self, *kinds: Kind) -> Interval:
        """Thousandths of those who are of the kinds too."""
        return _milli(self.counts.of_kinds(self.about, (*self._others(kinds), *kinds)), (0, self.milli[1]))

    def _others(self, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        return tuple(one for one in self.asked if all(one.dimension != kind.dimension for kind in kinds))

    def excluded(self, excluded: Excluded, *among: Kind) -> Interval:
        """Thousandths of those of the kinds `among` who are of any excluded kind."""
        found = [self.of_kinds(*among, kind) for kind in excluded.kinds(adults=bool(self.asked))]
        most = self.of_kinds(*among)[1] if among else self.milli[1]
        return max((low for low, _high in found), default=0), min(most, sum(high for _low, high in found))


def _milli(ends: Interval | None, unknown: Interval) -> Interval:
    return unknown if ends is None else (ends[0] * MILLI, ends[1] * MILLI)


def _outside(group: _Group, need: Interval) -> Interval:
    """At most so many of the group are not among `need`, at both ends of need (thousandths)."""
    if need == group.milli:
        return 0, 0
    return max(0, group.milli[1] - need[0]), max(0, group.milli[1] - need[1])


def _by_count(
    counts: Counts,
    around: Stratum,
    strata: Iterable[Stratum],
    need_milli: Mapping[Stratum, Interval],
    inner: Iterable[Block],
    excluded: Excluded,
) -> Ends:
    need = _sum(need_milli[one] for one in strata)
    within = _sum(need_milli[one] for block in inner for one in block.strata)
    group = _Group.of(counts, around, (need[0] + within[0], need[1] + within[1]))
    outside = _outside(group, (need[0] + within[0], need[1] + within[1]))
    if excluded.case_status & set(OPEN.named):
        return (0, 0), (0, 0)
    allowed = [
        Kind(kind.dimension, kind.named, but=True)
        for kind in excluded.kinds(adults=bool(group.asked))
        if kind.dimension != ADULTS.dimension or not group.asked
    ]
    ages = excluded.allowed_ages() if group.asked else None
    opened = group.of_kinds(OPEN, *allowed, *([ages] if ages else []))
    closed = group.of_kinds(Kind(OPEN.dimension, OPEN.named, but=True))
    barred = group.excluded(excluded, OPEN)
    not_entitled = max(closed[0], group.excluded(excluded)[0]), closed[1] + barred[1]
    found = []
    for end in (_LOW, _HIGH):
        least = sum(block.entitled_milli[_LOW][end] for block in inner)
        most = sum(block.entitled_milli[_HIGH][end] for block in inner)
        low = max(0, opened[0] - most - outside[end], need[end] - not_entitled[1])
        elsewhere = outside[end] + within[end] - least
        high = min(need[end], opened[1] - least, need[end] - max(0, not_entitled[0] - elsewhere))
        found.append((min(low, need[end]), high))
    return _in_order(found, need)


def _by_share(
    counts: Counts, stratum: Stratum, need: Interval, share: tuple[float, float], excluded: Excluded
) -> Ends:
    group = _Group.of(counts, stratum, need)
    if excluded.case_status & set(OPEN.named):
        return (0, 0), (0, 0)
    barred, outside = group.excluded(excluded), _outside(group, need)
    found = []
    for end in (_LOW, _HIGH):
        low, high = part_of((need[end], need[end]), share_of(share), per=1)
        sure = max(0, barred[0] - outside[end])
        found.append((max(0, low - barred[1]), min(high, need[end] - min(sure, need[end]))))
    return _in_order(found, need)


def _sum(ends: Iterable[Interval]) -> Interval:
    taken = list(ends)
    return sum(low for low, _high in taken), sum(high for _low, high in taken)


def _in_order(found: list[Interval], need: Interval) -> Ends:
    """Low and high right at low and high need (given per end of need): neither they nor the others fall as need rises."""
    grown = need[_HIGH] - need[_LOW]
    # Counts behind signs that the totals contradict can cross: both ends stand for what may be true.
    (few_low, few_high), (many_low, many_high) = (
        tuple(sorted((max(0, min(a, n)), max(0, min(b, n))))) for (a, b), n in zip(found, need, strict=True)
    )
    return (
        (few_low, min(max(many_low, few_low), few_low + grown)),
        (few_high, min(max(many_high, few_high), few_high + grown)),
    )


def entitled_persons(
    rows: pd.DataFrame, settings: Settings, day: date, excluded: Excluded = NOBODY
) -> Interval:
    """Fewest and most persons of one municipality who may travel, thousandths.

    Args:
        rows: The rows of table NEED of the municipality.
        settings: `adult_share` and `eligible_share`, for what the counts do not say.
        day: When the shares are in force.
        excluded: Who has no right to travel.
    """
    code = str(rows["municipality_code"].iloc[0])
    asking = asking_of(rows, adult_share_of(settings, code[:2], day))
    need = {stratum: asking.total(stratum) for stratum in asking.strata}
    eligible = {one: settings.share("eligible_share", one[0], code[:2], day) for one in need}
    blocks = entitled_blocks(rows, need, eligible, excluded)
    ends = [(block.entitled_milli[_LOW][_LOW], block.entitled_milli[_HIGH][_HIGH]) for block in blocks]
    known = {stratum for block in blocks for stratum in block.strata}
    ends += [part_of(need[one], share_of(eligible[one]), per=1) for one in sorted(need) if one not in known]
    return _sum(ends)


def counted_strata(need: pd.DataFrame, people: pd.DataFrame) -> set[tuple[str, str, str]]:
    """The municipalities, target groups and sexes of `people` whose right to travel comes from counts of case status.

    Args:
        need: NEED.
        people: municipality_code, target_group and sex (POINTS or SERVED).
    """
    codes = set(need.loc[need["case_status"].isin(OPEN.named), "municipality_code"])
    by_code = {
        str(code): Counts.of(rows)
        for code, rows in need[need["municipality_code"].isin(codes)].groupby("municipality_code", sort=True)
    }
    strata = people[["municipality_code", "target_group", "sex"]].drop_duplicates().astype(str)
    return {
        (code, group, sex)
        for code, group, sex in strata.itertuples(index=False, name=None)
        if code in by_code and _where_counted(by_code[code], (group, sex)) is not None
    }


def breakdowns_used(need: pd.DataFrame, points: pd.DataFrame) -> dict[str, Any]:
    """What the counts by age and by case status were used for, counted in municipalities.

    Args:
        need: NEED.
        points: POINTS of those to tell of.

    Returns:
        Municipalities with `ages_counted`, with `adults_together` (adults of whom sex, group or locality is not known,
        though the counts of all ages tell it), with `case_status_counted` (for some stratum or all), and how many there
        are in all (`municipalities`); `age_groups_not_read`, labels.
    """
    codes = sorted(set(points["municipality_code"].astype(str)))
    rows = need[need["municipality_code"].isin(codes)]
    aged = rows.loc[rows["age_group"] != ALL, "municipality_code"]
    everyone = share_of((1.0, 1.0))
    asked = [
        asking_of(own, lambda _group: everyone)
        for _code, own in rows[rows["municipality_code"].isin(set(aged))].groupby(
            "municipality_code", sort=True
        )
    ]
    return {
        "municipalities": len(codes),
        "ages_counted": sum(asking.counted for asking in asked),
        "adults_together": sum(not asking.told_apart for asking in asked),
        "case_status_counted": len({code for code, _group, _sex in counted_strata(need, points)}),
        "age_groups_not_read": ages_not_read(rows),
    }


def entitled_at_points(
    points: pd.DataFrame, need: pd.DataFrame, settings: Settings, month: str, excluded: Excluded = NOBODY
) -> pd.DataFrame:
    """Who may travel, at each point and of each stratum, where counts or exclusions say more than the eligible share.

    What is known of several points and strata together is split over them by their need (Sainte-Laguë), like need itself
    (METHOD 2): expected persons, which add up exactly and are at no point more than its need.

    Args:
        points: POINTS (EPSG:3006), all of each municipality.
        need: NEED.
        settings: The eligible share, of the first day of the month, for exclusions without counts.
        month: YYYY-MM.
        excluded: Who has no right to travel.

    Returns:
        point_id, target_group, sex, ENTITLED_COLUMNS (thousandths of persons) and counted (by counts of case status).
        Points and strata that are not in it have need x share.
    """
    day = date.fromisoformat(f"{month}-01")
    told = need if excluded != NOBODY else need[need["case_status"].isin(OPEN.named)]
    codes = set(told["municipality_code"]) & set(points["municipality_code"])
    chosen = need[need["municipality_code"].isin(codes)]
    by_code = {str(code): rows for code, rows in chosen.groupby("municipality_code", sort=True)}
    ordered = points.assign(x_m=points.geometry.x, y_m=points.geometry.y).sort_values(
        ["need_high_milli", "need_low_milli", "x_m", "y_m", "target_group", "sex"],
        ascending=[False, False, True, True, True, True],
        kind="stable",
    )
    found = []
    for code, people in ordered[ordered["municipality_code"].isin(codes)].groupby(
        "municipality_code", sort=True
    ):
        sums = people.groupby(["target_group", "sex"], sort=True)[["need_low_milli", "need_high_milli"]].sum()
        of_strata = {
            (str(group), str(sex)): (int(low), int(high))
            for (group, sex), (low, high) in zip(sums.index, sums.to_numpy(), strict=True)
        }
        eligible = {one: settings.share("eligible_share", one[0], str(code)[:2], day) for one in of_strata}
        strata = list(zip(people["target_group"].astype(str), people["sex"].astype(str), strict=True))
        for block in entitled_blocks(by_code[str(code)], of_strata, eligible, excluded):
            own = people[[stratum in block.strata for stratum in strata]]
            found.append(_split(own, block))
    columns = ["point_id", "target_group", "sex", *ENTITLED_COLUMNS, "counted"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _split(own: pd.DataFrame, block: Block) -> pd.DataFrame:
    table = own[["point_id", "target_group", "sex"]].copy()
    weights = [own["need_low_milli"].astype(int).tolist(), own["need_high_milli"].astype(int).tolist()]
    names = iter(ENTITLED_COLUMNS)
    for by_need in block.entitled_milli:
        for milli, weight in zip(by_need, weights, strict=True):
            table[next(names)] = np.array(split_persons(milli, weight) if milli else [0] * len(own), np.int64)
    return table.assign(counted=block.counted)
