"""The adults of a municipality's need, from its counts by age. METHOD 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from geomatch.ages import OLDEST_YEARS, years_of_age
from geomatch.disjoint import PLACE_DIMENSIONS
from geomatch.errors import Problem
from geomatch.margins import ADULTS, About, Counts, Interval, Kind
from geomatch.tables import ALL, records
from geomatch.tightening import reference
from geomatch.words import gettext as _

if TYPE_CHECKING:
    from geomatch.settings import Settings

__all__ = [
    "Amounts",
    "Asking",
    "Share",
    "Stratum",
    "adult_share_of",
    "adults_in_agency",
    "age_contradictions",
    "ages_not_read",
    "asking_of",
    "part_of",
    "share_of",
]

MILLI = 1000
_AREA = ("county_code", "municipality_code")
_STRATUM = ("sex", "target_group", "locality_code")
_AT = {name: number for number, name in enumerate(PLACE_DIMENSIONS)}
_AGENCY = Kind("accommodation", ("agency",))

Share = tuple[Fraction, Fraction]


Stratum = tuple[str, str]
Amounts = tuple[dict[str, int], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who of a municipality's enrolled are reckoned with: its adults, or, where nothing is known of ages, everybody.

    Attributes:
        strata: Per target group and sex, thousandths of persons by locality (`all` where the counts do not say) at low
            and at high need.
        counted: The counts say how many are adults.
        told_apart: False where some adults are known only together, though the counts of all ages tell them apart.
    """

    strata: Mapping[Stratum, Amounts]
    counted: bool
    told_apart: bool = True

    def total(self, stratum: Stratum) -> Interval:
        """Thousandths of persons of a stratum at low and at high need."""
        low, high = self.strata.get(stratum, ({}, {}))
        return sum(low.values()), sum(high.values())


def share_of(share: tuple[float, float]) -> Share:
    """A share as it was written, lowest and highest: 0.1 is a tenth."""
    low, high = (Fraction(end).limit_denominator(10**6) for end in share)
    return low, high


def adult_share_of(settings: Settings, county_code: str, day: date) -> Callable[[str], Share]:
    """Per target group the `adult_share` that is in force in a county on a day."""

    def of_group(target_group: str) -> Share:
        return share_of(settings.share("adult_share", target_group, county_code, day))

    return of_group


def part_of(persons: Interval, share: Share, per: int = MILLI) -> Interval:
    """Thousandths of persons: down at the low end and up at the high end, so that the truth is between.

    Args:
        persons: At both ends.
        share: Lowest and highest.
        per: Thousandths for each of `persons`: 1000 of whole persons, 1 of thousandths.
    """
    low, high = share[0] * persons[0] * per, share[1] * persons[1] * per
    return low.numerator // low.denominator, -((-high.numerator) // high.denominator)


def _fold(about: About, name: str) -> About:
    place = _AT[name]
    return (*about[:place], ALL, *about[place + 1 :])


_Parts = list[tuple[About, int, int]]


def asking_of(rows: pd.DataFrame, adult_share: Callable[[str], Share]) -> Asking:
    """Who of one municipality are reckoned with.

    An age group is adult when all its ages are 18 or more. One that spans 18, or that does not say its ages, is adult in
    part: nobody of it at the low end, everybody at the high end. Of a group (women) whose ages are in no table, as many
    are adults as the ages of a larger group (everyone) leave at the least and at the most: see `geomatch.margins`. A
    group of whose ages no count says anything has `adult_share`; without one everybody counts.

    Adults of several groups together can be known better than those of each. Then each group has those who are surely of
    it, and the rest of the known number are of group, sex or locality `all`: nobody is lost or made up, and the sum is
    what is published.

    Args:
        rows: The rows of table NEED of the municipality.
        adult_share: Lowest and highest share of adults of a target group.
    """
    counts = Counts.of(rows) if set(rows["age_group"].tolist()) - {ALL} else None
    known_of = {about: counts.of_kinds(about, [ADULTS]) for about in counts.used} if counts else {}
    if counts is None or all(known is None for known in known_of.values()):
        return _by_share(rows, adult_share)
    groups: dict[About, _Parts] = {}
    for about, known in known_of.items():
        low, high = (
            part_of(counts.ends[about], adult_share(about[_AT["target_group"]]))
            if known is None
            else (known[0] * MILLI, known[1] * MILLI)
        )
        groups[about] = [(about, low, high)]
    told_apart = True
    for name in ("age_group", "case_status", "accommodation", *_STRATUM):
        folded: dict[About, _Parts] = {}
        for about, parts in groups.items():
            folded.setdefault(_fold(about, name), []).extend(parts)
        groups = {}
        for about, parts in folded.items():
            known = counts.of_kinds(about, [ADULTS])
            groups[about], whole = _together(about, parts, known, keep=name in _STRATUM)
            told_apart &= whole
    strata: dict[Stratum, Amounts] = {}
    for about, low, high in sorted(part for parts in groups.values() for part in parts):
        stratum = about[_AT["target_group"]], about[_AT["sex"]]
        _add(strata, stratum, about[_AT["locality_code"]], (low, high))
    return Asking(strata, counted=True, told_apart=told_apart)


def _by_share(rows: pd.DataFrame, adult_share: Callable[[str], Share]) -> Asking:
    strata: dict[Stratum, Amounts] = {}
    # Column by column: this is asked of every municipality, and nearly always of these alone.
    columns = [
        rows[name].tolist() for name in ("used", "target_group", "sex", "locality_code", "low", "high")
    ]
    for used, group, sex, locality, low, high in zip(*columns, strict=True):
        if used:
            _add(strata, (str(group), str(sex)), str(locality), (int(low), int(high)))
    for (group, _sex), (lows, highs) in strata.items():
        share = adult_share(group)
        for locality in lows:
            lows[locality], highs[locality] = part_of((lows[locality], highs[locality]), share)
    return Asking(strata, counted=False)


def _add(strata: dict[Stratum, Amounts], stratum: Stratum, locality: str, ends: Interval) -> None:
    for amounts, end in zip(strata.setdefault(stratum, ({}, {})), ends, strict=True):
        amounts[locality] = amounts.get(locality, 0) + end


def _together(about: About, parts: _Parts, known: Interval | None, *, keep: bool) -> tuple[_Parts, bool]:
    """The parts of a group, of whom together so many are known; and whether they can stay apart."""
    low, high = sum(part[1] for part in parts), sum(part[2] for part in parts)
    least, most = low, high
    if known is not None:
        least, most = max(low, known[0] * MILLI), min(high, known[1] * MILLI)
        if least > most:
            # A share, or a sign that the totals contradict: what is published of all of them goes before.
            return [(about, known[0] * MILLI, known[1] * MILLI)], False
    if not keep:
        return [(about, least, most)], True
    if (least, most) == (low, high):
        return parts, True
    sure = [(one, fewest, fewest) for one, fewest, _most in parts if one != about]
    certain = sum(fewest for _one, fewest, _most in sure)
    return [*sure, (about, least - certain, most - certain)], False


def adults_in_agency(rows: pd.DataFrame, stratum: Stratum, persons: Interval, adults: Interval) -> Interval:
    """How many adults of a stratum live in agency accommodation, thousandths at low and at high need.

    The middle of what is possible, as for persons of all ages (`geomatch.agency`): the adults and those in the
    accommodation have at least in common what does not fit beside one another.

    Args:
        rows: The rows of table NEED of the municipality.
        stratum: target_group and sex.
        persons: Persons of any age in the accommodation, thousandths at both ends.
        adults: The adults of the stratum, likewise.
    """
    counts = Counts.of(rows)
    about = (ALL, ALL, stratum[0], ALL, stratum[1], ALL)
    size = counts.size(about)
    joint = counts.of_kinds(about, [ADULTS, _AGENCY])
    ends = []
    for end in (0, 1):
        everyone = adults[end] if size is None else max(size[end] * MILLI, adults[end])
        low = max(0, persons[end] + adults[end] - everyone)
        high = min(persons[end], adults[end])
        if joint is not None:
            low, high = max(low, min(joint[0] * MILLI, high)), min(high, max(joint[1] * MILLI, low))
        ends.append((low + high) // 2)
    grown = adults[1] - adults[0]
    return ends[0], min(max(ends[1], ends[0]), ends[0] + grown)


# ------------------------------------------------------------------------------------------------- what cannot be right


def ages_not_read(table: pd.DataFrame) -> list[str]:
    """The labels of age groups that do not say which ages they span: their people may be adults or not."""
    return sorted({label for label in table["age_group"] if label != ALL and years_of_age(label) is None})


def age_contradictions(table: pd.DataFrame) -> list[Problem]:
    """The totals that their counts by age contradict, none of which is withheld.

    Age groups that have no age in common are at most their total. Where they leave out no age they are exactly that.

    Args:
        table: Area and dimension columns of NEED, low, high (persons), masked, source and cell.
    """
    if (table["age_group"] == ALL).all():
        return []
    columns = [name for name in (*_AREA, *PLACE_DIMENSIONS) if name != "age_group"]
    totals: dict[tuple[str, ...], Any] = {}
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in records(table):
        key = tuple(str(getattr(row, name)) for name in columns)
        if row.age_group == ALL:
            totals[key] = row
        else:
            groups.setdefault(key, []).append(row)
    found = []
    for key, rows in groups.items():
        total = totals.get(key)
        if total is None or total.masked:
            continue
        shown = _apart([row for row in rows if not row.masked])
        persons = sum(row.low for row in shown)
        whole = len(shown) == len(rows) and _leave_out_no_age(rows)
        if persons > total.low or (whole and persons != total.low):
            found.append(_contradiction(total, shown, persons))
    return found


def _apart(rows: Sequence[Any]) -> list[Any]:
    """The rows of age groups with the most persons, no two with an age in common; those that say no ages are all taken."""
    spans = [(years_of_age(row.age_group), row) for row in rows]
    taken = [row for span, row in spans if span is None]
    known = sorted(
        ((last, first, n) for n, (span, _row) in enumerate(spans) if span for first, last in [span])
    )
    best: list[tuple[int, list[int]]] = [(0, [])]
    for _last, first, n in known:
        before = best[sum(1 for other, _first, _n in known if other < first)]
        best.append(max(best[-1], (before[0] + spans[n][1].low, [*before[1], n]), key=lambda one: one[0]))
    return [rows[n] for n in sorted(best[-1][1])] + taken


def _leave_out_no_age(rows: Sequence[Any]) -> bool:
    """Whether age groups, none with an age in common with another, are everybody."""
    spans = sorted(span for row in rows if (span := years_of_age(row.age_group)) is not None)
    edges = [-1, *(year for span in spans for year in span), OLDEST_YEARS + 1]
    return bool(spans) and all(b == a + 1 for a, b in zip(edges[::2], edges[1::2], strict=True))


def _contradiction(total: Any, rows: Sequence[Any], persons: int) -> Problem:  # noqa: ANN401 (rows of a frame)
    sheet, _mark, cell = str(total.cell).rpartition("!")
    return Problem(
        _("the total in {cell} is {total}, but its parts add up to {sum} ({cells})").format(
            cell=cell, total=total.low, sum=persons, cells=", ".join(reference(row, total) for row in rows)
        ),
        _("parts that add up to the published total"),
        _("Compare with the agency's own file; correct the cell that was changed"),
        file=str(total.source),
        sheet=sheet.strip("'"),
    )
