"""How many of a group of persons are of certain kinds as well, as far as published counts bound it. METHOD 1.

Where one table tells the group and the kinds together, its counts say. Where they are margins (sexes in one table, ages
in another), no joint table is made up: of N persons of whom P are of the group and Q of the kind, at least P + Q - N and
at most the smaller of P and Q are both (Fréchet 1935). With intervals for P, Q and N the ends are those of the intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

import pandas as pd

from geomatch.ages import ADULT, OLDEST_YEARS, belongs, years_of_age
from geomatch.disjoint import PLACE_DIMENSIONS, apart, inside
from geomatch.tables import ALL

__all__ = ["ADULTS", "OPEN", "About", "Counts", "Interval", "Kind", "adults_among", "adults_except"]

About = tuple[str, ...]
Interval = tuple[int, int]
_AGE = "age_group"
_AT = {name: number for number, name in enumerate(PLACE_DIMENSIONS)}


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """Persons by one dimension: those of the values named, or with `but` all others.

    Attributes:
        dimension: A column of NEED: accommodation, target_group, case_status, sex or age_group.
        named: Its values, in order; of age groups any labels that `years_of_age` reads.
        but: Everybody except them.
    """

    dimension: str
    named: tuple[str, ...]
    but: bool = False

    def holds(self, value: str) -> bool | None:
        """Whether persons of a published value are of the kind: all, none, or (None) perhaps some."""
        if self.dimension == _AGE:
            said = [belongs(value, one) for one in self.named]
            inner = True if True in said else None if None in said else False
        else:
            inner = value in self.named
        return inner if not self.but or inner is None else not inner


ADULTS = Kind(_AGE, (ADULT,))
OPEN = Kind("case_status", ("first_instance_open",))


def _with(about: About, dimension: str, value: str) -> About:
    place = _AT[dimension]
    return (*about[:place], value, *about[place + 1 :])


@dataclass(slots=True)
class Counts:
    """The counts of one municipality.

    Attributes:
        ends: Per row (values by `PLACE_DIMENSIONS`), fewest and most persons.
        used: The rows that count everyone once.
    """

    ends: dict[About, Interval]
    used: list[About]
    _parts: dict[tuple[About, str], dict[str, Interval]] = field(default_factory=dict)
    _found: dict[tuple[About, tuple[Kind, ...]], Interval | None] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Counts:
        """From the rows of table NEED of one municipality."""
        about = list(zip(*(rows[name].astype(str) for name in PLACE_DIMENSIONS), strict=True))
        ends = zip(rows["low"].astype(int), rows["high"].astype(int), strict=True)
        used = [one for one, is_used in zip(about, rows["used"].astype(bool), strict=True) if is_used]
        return cls(dict(zip(about, ends, strict=True)), used)

    def size(self, about: About) -> Interval | None:
        """Fewest and most persons of a row, or of rows that together are all of it; None where the counts do not say."""
        if about in self.ends:
            return self.ends[about]
        own = [one for one in self.used if inside(one, about)]
        if not own or not all(one in own or apart(one, about) for one in self.used):
            return None
        return _sum(self.ends[one] for one in own)

    def parts(self, about: About, dimension: str) -> dict[str, Interval]:
        """The parts of a group by one dimension, as published or added up from rows that count everyone once."""
        key = about, dimension
        if key not in self._parts:
            place = _AT[dimension]
            values = {row[place] for row in self.ends if row[place] != ALL and inside(row, about)}
            sizes = {value: self.size(_with(about, dimension, value)) for value in sorted(values)}
            self._parts[key] = {value: ends for value, ends in sizes.items() if ends is not None}
        return self._parts[key]

    def broken_down(self, dimension: str) -> bool:
        """Whether any count is of a part by this dimension."""
        return any(key[_AT[dimension]] != ALL for key in self.ends)

    def named(self, about: About, kind: Kind) -> bool:
        """Whether a count is of some value of the kind, in the whole group or in a part by place, living or age."""
        place = _AT[kind.dimension]
        same = [_AT[name] for name in ("target_group", "sex")]
        return any(
            key[place] in kind.named and all(key[n] == about[n] for n in same) and inside(key, about)
            for key in self.ends
        )

    def of_kinds(self, about: About, kinds: Iterable[Kind]) -> Interval | None:
        """Fewest and most persons of a group who are of all the kinds; None where no count says anything of it.

        Args:
            about: The group, by `PLACE_DIMENSIONS`; `all` where it is no part.
            kinds: Of different dimensions.
        """
        key = (about, tuple(sorted(kinds)))
        if key not in self._found:
            self._found[key] = self._of_kinds(*key)
        return self._found[key]

    def _of_kinds(self, about: About, kinds: tuple[Kind, ...]) -> Interval | None:
        for kind in kinds:
            value = about[_AT[kind.dimension]]
            if value == ALL:
                continue
            rest = self.of_kinds(about, [one for one in kinds if one != kind])
            held = kind.holds(value)
            if held is False:
                return 0, 0
            return rest if held or rest is None else (0, rest[1])
        size = self.size(about)
        if not kinds or size is None:
            return size
        found = list(
            self._by_one(about, kinds[0], size) if len(kinds) == 1 else self._by_all(about, kinds, size)
        )
        if not found:
            return None
        low = max(0, *(low for low, _high in found))
        high = min(size[1], *(high for _low, high in found))
        # Counts behind signs that the totals contradict: both ends stand for what may be true.
        return (low, high) if low <= high else (high, min(low, size[1]))

    def _by_one(self, about: About, kind: Kind, size: Interval) -> Iterable[Interval]:
        """What each table says that tells persons of one kind, in the group, in a larger one or in its parts."""
        fixed = [n for n, value in enumerate(about) if value != ALL and n != _AT[kind.dimension]]
        for gone in chain.from_iterable(combinations(fixed, n) for n in range(len(fixed) + 1)):
            larger = tuple(ALL if n in gone else value for n, value in enumerate(about))
            whole, values = self.size(larger), self.parts(larger, kind.dimension)
            if whole is None or not values:
                continue
            low, high = _named(kind, values, whole)
            yield max(0, low - self._outside(about, size, larger, whole)), high
        yield from self._by_parts(about, (kind,), size)

    def _outside(self, about: About, size: Interval, larger: About, whole: Interval) -> int:
        """At most so many of the larger group are not in the group."""
        if about == larger:
            return 0
        most = whole[1] - size[0]
        differ = [name for name in PLACE_DIMENSIONS if about[_AT[name]] != larger[_AT[name]]]
        if len(differ) == 1:
            parts = self.parts(larger, differ[0])
            if _sum(parts.values()) == whole and differ[0] != _AGE:
                most = min(most, sum(high for _low, high in parts.values()) - size[1])
        return most

    def _by_parts(self, about: About, kinds: tuple[Kind, ...], size: Interval) -> Iterable[Interval]:
        """The sums over parts of the group that are published by a further dimension."""
        for name in PLACE_DIMENSIONS:
            if about[_AT[name]] != ALL or name in {kind.dimension for kind in kinds}:
                continue
            parts = self.parts(about, name)
            if name == _AGE and not all(
                apart(_with(about, name, one), _with(about, name, two)) for one, two in combinations(parts, 2)
            ):
                continue
            # What is said of a part by way of a larger group is said of this one already.
            known = {value: self._told(_with(about, name, value), kinds) for value in parts}
            told = [ends for ends in known.values() if ends is not None]
            if told:
                low, high = _sum(told)
                whole = len(told) == len(parts) and _sum(parts.values()) == size
                yield low, high if whole else size[1]

    def _told(self, about: About, kinds: tuple[Kind, ...]) -> Interval | None:
        """`of_kinds` where rows inside the group tell its kinds."""
        if not any(
            inside(key, about) and any(key[_AT[kind.dimension]] != ALL for kind in kinds) for key in self.ends
        ):
            return None
        return self.of_kinds(about, kinds)

    def _by_all(self, about: About, kinds: tuple[Kind, ...], size: Interval) -> Iterable[Interval]:
        """Several kinds: from tables that tell them together, and from what is known of each."""
        for kind in kinds:
            rest = tuple(one for one in kinds if one != kind)
            others, own = self.of_kinds(about, rest), self.of_kinds(about, (kind,))
            if own is not None and others is not None:
                yield own[0] + others[0] - size[1], min(own[1], others[1])
            elif own is not None or others is not None:
                yield 0, (own or others or size)[1]
            values = self.parts(about, kind.dimension)
            if others is not None and any(self._told(_with(about, kind.dimension, v), rest) for v in values):
                joint = {
                    value: self.of_kinds(_with(about, kind.dimension, value), rest) or (0, ends[1])
                    for value, ends in values.items()
                }
                yield _named(kind, joint, others)
        yield from self._by_parts(about, kinds, size)


def _sum(ends: Iterable[Interval]) -> Interval:
    taken = list(ends)
    return sum(low for low, _high in taken), sum(high for _low, high in taken)


def _named(kind: Kind, values: dict[str, Interval], whole: Interval) -> Interval:
    """Fewest and most persons of a kind in a group, of which the parts by its dimension are published.

    Args:
        kind: The kind.
        values: The parts, by their value.
        whole: Everybody in the group.
    """
    low, high = (_of_ages if kind.dimension == _AGE else _of_values)(kind, values, whole)
    if kind.but:
        low, high = max(0, whole[0] - high), whole[1] - low
    return low, min(high, whole[1])


def _of_values(kind: Kind, values: dict[str, Interval], whole: Interval) -> Interval:
    """Of values that exclude one another. One that is not published may have anybody who is in none."""
    own, others = (
        _sum(e for v, e in values.items() if (v in kind.named) is taken) for taken in (True, False)
    )
    high = whole[1] - others[0]
    if all(value in values for value in kind.named):
        high = min(high, own[1])
    return own[0], high


def _of_ages(kind: Kind, values: dict[str, Interval], whole: Interval) -> Interval:
    """Of age groups, which may overlap: a group counts as inside, as outside, or (across an end) as perhaps either.

    Groups that cover all ages of the kind leave out nobody of the kind, and likewise those that cover all other ages.
    People of a group whose ages are not known may be of the kind.
    """
    spans = {label: years_of_age(label) for label in values}
    known = [(span, values[label]) for label, span in spans.items() if span is not None]
    unknown = {label: values[label] for label, span in spans.items() if span is None}
    sought = _joined(span for one in kind.named if (span := years_of_age(one)) is not None)
    rest = _gaps(sought)
    named = _sum(ends for label, ends in unknown.items() if label in kind.named)
    loose = _sum(ends for label, ends in unknown.items() if label not in kind.named)
    low = named[0] + _most_apart(known, sought)
    high = whole[1] - _most_apart(known, rest)
    covered, others = _least_cover(known, sought), _least_cover(known, rest)
    if covered is not None:
        high = min(high, covered + named[1] + loose[1])
    if others is not None:
        low = max(low, whole[0] - others - loose[1])
    return low, high


_Span = tuple[int, int]


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    found: list[_Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _gaps(spans: Sequence[_Span]) -> list[_Span]:
    """The ages outside spans that are apart and in order."""
    edges = [-1, *chain.from_iterable(spans), OLDEST_YEARS + 1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(last + 1, first - 1) for last, first in pairs if last + 1 <= first - 1]


def _most_apart(groups: Sequence[tuple[_Span, Interval]], inside_of: Sequence[_Span]) -> int:
    """The most persons (lower ends) in groups that lie inside the spans, no two with an age in common."""
    own = sorted(
        (last, first, ends[0])
        for (first, last), ends in groups
        if any(a <= first and last <= b for a, b in inside_of)
    )
    best = [0]
    for _last, first, persons in own:
        before = sum(1 for other, _first, _persons in own if other < first)
        best.append(max(best[-1], best[before] + persons))
    return best[-1]


def _least_cover(groups: Sequence[tuple[_Span, Interval]], spans: Sequence[_Span]) -> int | None:
    """The fewest persons (upper ends) in groups that together cover the spans; None where they do not."""
    ages = sorted({a for a, _b in spans} | {last + 1 for (_first, last), _ends in groups})

    def left(age: int) -> int | None:
        """The first age from `age` on that has to be covered."""
        return next((max(a, age) for a, b in spans if b >= age), None)

    least: dict[int | None, int] = {left(0): 0}
    for age in ages:
        need = left(age)
        start = least.get(age)
        if start is None or need != age:
            continue
        for (first, last), ends in groups:
            if first <= age <= last:
                then = left(last + 1)
                least[then] = min(least.get(then, start + ends[1]), start + ends[1])
    return least.get(None)


def _spans_of(groups: Iterable[str]) -> list[_Span]:
    return _joined(span for one in groups if (span := years_of_age(one)) is not None)


def _adult(spans: Iterable[_Span]) -> list[str]:
    from_years = _spans_of([ADULT])[0][0]
    return [f"{max(first, from_years)}-{last}" for first, last in spans if last >= from_years]


def adults_among(groups: Iterable[str]) -> tuple[str, ...]:
    """The ages from 18 in age groups, as age groups; labels that say no ages stay."""
    named = list(groups)
    return (*_adult(_spans_of(named)), *sorted(one for one in named if years_of_age(one) is None))


def adults_except(groups: Iterable[str]) -> tuple[str, ...]:
    """The ages from 18 outside age groups, as age groups. People of a group that says no ages may be among them."""
    return tuple(_adult(_gaps(_spans_of(groups))))
