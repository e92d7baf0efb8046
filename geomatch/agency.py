"""How many of a municipality's need live in agency accommodation, so that a list of sites can place them. METHOD 2.

Need is taken at the published total over accommodations, of which the agency's count is a part; or, where there is no
such total, at its parts. Either way everyone is counted once: who lives at the sites is taken out of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from geomatch.spread import split_persons
from geomatch.tables import ALL, records

__all__ = ["MILLI", "AgencyPart", "agency_part", "people_of", "shared_out"]

_AGENCY = "agency"
# The parts that make a whole (see geomatch.tightening).
_REST_OF_WHOLE = frozenset({"own", "other"})
MILLI = 1000

Stratum = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AgencyPart:
    """Who of one municipality lives in agency accommodation.

    Attributes:
        milli: Per stratum (target_group, sex) of the used rows without a locality, thousandths of persons of any age at
            low and at high need. Neither they nor the rest of the stratum grow less from low to high.
        least: Fewest persons that the published counts allow there.
        known: The counts say how many live there: False where they do not, so that nobody can be placed.
        assumed: Agency accommodation is published for several strata together; its share is taken to be the same in
            each.
    """

    milli: Mapping[Stratum, tuple[int, int]]
    least: int
    known: bool
    assumed: bool


@dataclass(frozen=True, slots=True)
class _Counts:
    """The rows of one municipality without a locality that bear on accommodation.

    Attributes:
        whole: Used rows over all accommodations, summed per stratum: persons at low and at high need.
        parted: Used rows of an accommodation, summed per accommodation and stratum.
        published: Published parts, used or not, per accommodation and stratum.
    """

    whole: Mapping[Stratum, tuple[int, int]]
    parted: Mapping[tuple[str, str, str], tuple[int, int]]
    published: Mapping[tuple[str, str, str], tuple[int, int]]


def _summed(rows: pd.DataFrame, columns: list[str]) -> dict[tuple[str, ...], tuple[int, int]]:
    found = rows.groupby(columns, sort=True)[["low", "high"]].sum()
    return {
        tuple(map(str, key)): (int(low), int(high))
        for key, (low, high) in zip(found.index, found.to_numpy(), strict=True)
    }


def _counts(rows: pd.DataFrame) -> _Counts:
    plain = rows[rows["locality_code"] == ALL]
    used = plain["used"].astype(bool)
    whole = plain["accommodation"] == ALL
    other = (plain["case_status"] == ALL) & (plain["age_group"] == ALL)
    stratum, parts = ["target_group", "sex"], ["accommodation", "target_group", "sex"]
    return _Counts(
        {(group, sex): ends for (group, sex), ends in _summed(plain[used & whole], stratum).items()},
        {(a, group, sex): ends for (a, group, sex), ends in _summed(plain[used & ~whole], parts).items()},
        {(a, group, sex): ends for (a, group, sex), ends in _summed(plain[other & ~whole], parts).items()},
    )


# From the finest to the coarsest: for which stratum an agency count would have to be published.
_LEVELS = ((True, True), (True, False), (False, True), (False, False))


def _key(stratum: Stratum, level: tuple[bool, bool]) -> Stratum:
    return (stratum[0] if level[0] else ALL, stratum[1] if level[1] else ALL)


def _covers(key: Stratum, stratum: Stratum) -> bool:
    return all(one in (ALL, two) for one, two in zip(key, stratum, strict=True))


def agency_part(rows: pd.DataFrame) -> AgencyPart:
    """Who of one municipality lives in agency accommodation, per stratum.

    Where the used row is a total over accommodations, the agency's part of it is not one number: the counts allow an
    interval of parts for each total. The middle of that interval is taken, at low and at high need. With everything
    else known this is the published interval itself; with a known total it is one number, since the total cannot then
    be split in two ways at once. METHOD 2: points carry *expected* persons.

    Agency accommodation that is published for several strata together (all groups, or both sexes) is shared out over
    them in proportion to their need, and what is added at high need in proportion to what their need grows.

    Args:
        rows: The rows of table NEED of one municipality.
    """
    counts = _counts(rows)
    milli: dict[Stratum, tuple[int, int]] = {
        (group, sex): (low * MILLI, high * MILLI)
        for (accommodation, group, sex), (low, high) in counts.parted.items()
        if accommodation == _AGENCY
    }
    least = sum(low for low, _high in milli.values()) // MILLI
    level = next(
        (
            level
            for level in _LEVELS
            if all((_AGENCY, *_key(one, level)) in counts.published for one in counts.whole)
        ),
        None,
    )
    assumed = False
    if counts.whole and level is not None:
        buckets: dict[Stratum, list[Stratum]] = {}
        for stratum in counts.whole:
            buckets.setdefault(_key(stratum, level), []).append(stratum)
        for key, strata in buckets.items():
            fewest, ends = _between(counts, key, strata)
            least += fewest
            assumed |= len(strata) > 1 and ends[1] > 0
            for stratum, part in _shared_out(ends, {one: counts.whole[one] for one in strata}).items():
                before = milli.get(stratum, (0, 0))
                milli[stratum] = before[0] + part[0], before[1] + part[1]
    everyone = counts.published.get((_AGENCY, ALL, ALL))
    return AgencyPart(
        milli,
        max(least, everyone[0] if everyone else 0),
        bool(milli),
        assumed,
    )


def _between(counts: _Counts, key: Stratum, strata: list[Stratum]) -> tuple[int, tuple[int, int]]:
    """Fewest persons of `strata` in agency accommodation; the middle of what is possible, in thousandths, at both ends."""
    taken = [ends for (_a, *one), ends in counts.parted.items() if _covers(key, (one[0], one[1]))]
    inside = [
        ends
        for (accommodation, *one), ends in counts.parted.items()
        if accommodation == _AGENCY and _covers(key, (one[0], one[1]))
    ]
    low, high = counts.published[_AGENCY, *key]
    low = max(0, low - sum(most for _least, most in inside))
    high = max(low, high - sum(least for least, _most in inside))
    rest = {
        accommodation: ends
        for (accommodation, *one), ends in counts.published.items()
        if accommodation != _AGENCY and tuple(one) == key
    }
    # With some strata counted by their parts, what is left for the others of the rest is not looked for.
    rest_low = 0 if taken else sum(least for least, _most in rest.values())
    complete = not taken and rest.keys() >= _REST_OF_WHOLE
    rest_high = sum(most for _least, most in rest.values()) if complete else math.inf
    totals = [sum(counts.whole[one][end] for one in strata) for end in (0, 1)]
    middles = []
    for total in totals:
        fewest = min(max(low, total - rest_high, 0), total)
        most = max(fewest, min(high, total - rest_low))
        middles.append(int(fewest + most) * MILLI // 2)
    return min(low, totals[0]), (middles[0], middles[1])


def _shared_out(
    ends: tuple[int, int], strata: Mapping[Stratum, tuple[int, int]]
) -> dict[Stratum, tuple[int, int]]:
    """`ends` (thousandths) over strata by their need (persons): no part exceeds it, nor grows more than it does."""
    order = sorted(strata, key=lambda one: (-strata[one][0], -strata[one][1], one))
    lows = split_persons(ends[0], [strata[one][0] * MILLI for one in order]) if ends[0] else [0] * len(order)
    grown = ends[1] - ends[0]
    growth = (
        split_persons(grown, [(strata[one][1] - strata[one][0]) * MILLI for one in order])
        if grown
        else [0] * len(order)
    )
    return {one: (low, low + more) for one, low, more in zip(order, lows, growth, strict=True)}


def shared_out(table: pd.DataFrame, codes: Iterable[str]) -> list[str]:
    """Those of `codes` in which agency accommodation is published for several strata together (`AgencyPart.assumed`)."""
    return [code for code in sorted(codes) if agency_part(table[table["municipality_code"] == code]).assumed]


def people_of(table: pd.DataFrame) -> set[str]:
    """Codes of the municipalities of table NEED where people may live in agency accommodation."""
    rows = table[(table["accommodation"] == _AGENCY) & (table["high"] > 0)]
    return {str(row.municipality_code) for row in records(rows)}
