"""Bounds of the whole system: what the workbooks permit, and what is derived with everything that is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from geomatch.audit.model import PROGRAM, Fact, Model
from geomatch.audit.report import Contradiction, Telling
from geomatch.audit.solve import Part
from geomatch.audit.system import INFINITE, Bounds, Conflict, components

__all__ = ["Derived", "derive", "interval", "telling"]

# So many contradictions are told one by one; what is behind them would only repeat them.
_MOST_CONTRADICTIONS = 50


@dataclass(slots=True)
class Derived:
    """Bounds and parts.

    Attributes:
        permitted: By the workbooks' rows alone.
        derived: By all rows.
        agency_rows, rows: Numbers of the rows that were used for each; those that contradict others are left out.
        agency_part, part: The part that an unknown is in, where it is in any.
        touched: Unknowns that something published says something of.
        contradictions: Published figures that cannot all be right.
        outdated: Published figures that are other than those of the workbooks in force.
    """

    permitted: Bounds
    derived: Bounds
    agency_rows: list[int]
    rows: list[int]
    agency_part: dict[int, Part] = field(default_factory=dict)
    part: dict[int, Part] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    agency_parts: list[Part] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    contradictions: list[Contradiction] = field(default_factory=list)
    outdated: list[Contradiction] = field(default_factory=list)


def derive(model: Model, without: Iterable[int] = ()) -> Derived:
    """Pass bounds on through the workbooks' rows, then through all, and part the system.

    Args:
        model: The system.
        without: Numbers of rows that are left out, since they contradict others.
    """
    permitted, agency_rows, relaxed = _permitted(model)
    found = Derived(permitted, permitted, agency_rows, [])
    _derived(model, found, relaxed, set(without))
    for bounds, rows, parts, place in (
        (found.permitted, found.agency_rows, found.agency_parts, found.agency_part),
        (found.derived, found.rows, found.parts, found.part),
    ):
        for unknowns, own in components(bounds, rows):
            part = Part(bounds, unknowns, own)
            parts.append(part)
            place.update(dict.fromkeys(unknowns, part))
    _touched(model, found)
    return found


def _permitted(model: Model) -> tuple[Bounds, list[int], set[int]]:
    """Bounds by the workbooks alone, their rows, and the unknowns that have to do with signs that say nothing.

    Where totals contradict the signs, a sign says nothing (METHOD 1).
    """
    system = model.system
    masked = {agency.at[key] for agency in model.agency.values() for key in agency.masked}
    rows = [number for number, row in enumerate(system.rows) if row.tag == 0]
    relaxed: set[int] = set()
    beside: set[int] = set()
    while True:
        bounds = Bounds.of(system)
        try:
            bounds.spread(rows)
        except Conflict as conflict:
            joined = _joined(model, conflict.row, rows)
            own = joined & masked
            beside |= joined
            if own <= relaxed:
                # Numbers of two files contradict each other.
                rows.remove(conflict.row)
                continue
            relaxed |= own
            for unknown in own:
                system.low[unknown], system.high[unknown] = 0, INFINITE
            continue
        return bounds, rows, beside


def _joined(model: Model, row: int, rows: Iterable[int]) -> set[int]:
    """The unknowns that have something to do with those of a row."""
    system, use = model.system, set(rows)
    found: set[int] = set()
    todo = [u for u in system.rows[row].unknowns if system.low[u] != system.high[u]]
    while todo:
        unknown = todo.pop()
        if unknown in found:
            continue
        found.add(unknown)
        for number in system.at[unknown]:
            if number in use:
                todo += [u for u in system.rows[number].unknowns if system.low[u] != system.high[u]]
    return found


def interval(low: int, high: int) -> tuple[int, int | None]:
    """Ends for the report."""
    return low, high if high < INFINITE else None


def telling(facts: Iterable[Fact]) -> tuple[Telling, ...]:
    """The tables of some facts: one entry for each table, month, edition and figure."""
    groups: dict[tuple[str, str, int, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.table, fact.month, fact.edition, fact.figure), []).append(fact)
    found = []
    for (table, month, edition, figure), own in sorted(groups.items()):
        areas = sorted({"-".join(fact.key[:2]) if table == "corridors" else fact.key[0] for fact in own})
        found.append(Telling(table, month, edition, figure, tuple(areas), _files(own)))
    return tuple(found)


def _files(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Of each format the file that most of the figures stand in."""
    times = Counter(file for fact in facts for file in fact.files)
    best: dict[str, str] = {}
    for file in sorted(times, key=lambda one: (-times[one], len(one), one)):
        best.setdefault("-comma" * file.endswith("-comma.csv") + file.rpartition(".")[2], file)
    return tuple(sorted(best.values()))


def _derived(model: Model, found: Derived, relaxed: set[int], without: set[int]) -> None:
    """Bounds by all rows, without those that contradict the others; these are told.

    Args:
        model: The system.
        found: Takes it in.
        relaxed: Unknowns whose signs say nothing: an interval that is published of them is made of those signs.
        without: Rows to leave out.
    """
    system = model.system
    firm: list[int] = []
    soft: list[int] = []
    for number, row in enumerate(system.rows):
        if row.tag == 0 or number in without:
            continue
        if row.tag > 0 and row.low < row.high and row.unknowns[0] in relaxed:
            continue
        is_firm = row.tag == PROGRAM or model.facts[row.tag - 1].firm
        if row.tag > 0 and not _possible(found.permitted, number):
            if is_firm:
                found.outdated.append(_against_workbooks(model, found.permitted, number))
            continue
        (firm if is_firm else soft).append(number)
    rows = found.agency_rows + firm
    sums = [number for number in firm if number in model.sums]
    for number in _wrong_sums(model, found, firm, sums):
        rows.remove(number)
    bounds = found.permitted.copy()
    left_out = 0
    while True:
        try:
            bounds.spread(rows)
            break
        except Conflict as conflict:
            number = _culprit(model, bounds, conflict.row)
            if left_out < _MOST_CONTRADICTIONS:
                found.contradictions.append(_together(model, bounds, conflict.row, number))
            left_out += 1
            rows.remove(number)
            bounds = found.permitted.copy()
    for number in soft:
        if bounds.implied(system.rows[number]):
            continue
        tried = bounds.copy()
        try:
            tried.spread([*rows, number], [number])
        except Conflict:
            continue
        rows.append(number)
        bounds = tried
    found.derived, found.rows = bounds, rows


def _possible(bounds: Bounds, number: int) -> bool:
    row = bounds.system.rows[number]
    least, most = bounds.activity(row)
    return least <= row.high and most >= row.low


def _named(model: Model, fact: Fact) -> str:
    return model.editions[fact.month, fact.edition].names.get(fact.key[0], fact.key[0])


def _about(fact: Fact) -> str:
    return f"{fact.key[1]}={fact.key[2]}" if fact.table == "groups" else ""


def _against_workbooks(model: Model, bounds: Bounds, number: int) -> Contradiction:
    row = model.system.rows[number]
    fact = model.facts[row.tag - 1]
    least, most = bounds.activity(row)
    # What a share is of is no number of the workbooks.
    other = (0, None) if "share" in fact.figure else interval(least, most)
    return Contradiction(
        "workbooks", fact.month, fact.edition, fact.key[0], _named(model, fact), fact.figure, _about(fact),
        fact.ends, other, telling([fact]),
    )  # fmt: skip


def _wrong_sums(model: Model, found: Derived, firm: Sequence[int], sums: Sequence[int]) -> list[int]:
    """Totals whose parts are all shown and are not the total's: told here, each by itself."""
    system = model.system
    shown: dict[int, tuple[int, Fact]] = {}
    for number in firm:
        row = system.rows[number]
        if row.tag > 0 and len(row.unknowns) == 1 and row.low == row.high and row.factors == (1,):
            fact = model.facts[row.tag - 1]
            if fact.figure in ("gap", "no_day_return"):
                shown.setdefault(row.unknowns[0], (row.low, fact))
    wrong = []
    seen: set[tuple[str, str, int, str]] = set()
    for number in sums:
        row = system.rows[number]
        if any(unknown not in shown for unknown in row.unknowns):
            continue
        total, *parts = (shown[unknown] for unknown in row.unknowns)
        if total[0] == sum(value for value, _fact in parts):
            continue
        wrong.append(number)
        figure, month, edition, area, _end = model.sums[number]
        if (figure, month, edition, area) in seen:
            continue
        seen.add((figure, month, edition, area))
        facts = [fact for _value, fact in parts]
        other = (sum(fact.ends[0] for fact in facts), sum(fact.ends[1] for fact in facts))
        found.contradictions.append(
            Contradiction(
                "sum", month, edition, area, model.editions[month, edition].names.get(area, area), figure, "",
                total[1].ends, other, telling([total[1], *facts]),
            )
        )  # fmt: skip
    return wrong


def _behind(bounds: Bounds, number: int) -> set[int]:
    """The rows that a conflict at a row comes of."""
    row = bounds.system.rows[number]
    ends = [(unknown, end) for unknown in row.unknowns for end in (0, 1)]
    return {number} | bounds.reasons(ends)


def _culprit(model: Model, bounds: Bounds, number: int) -> int:
    """Of the rows behind a conflict one that something published says: never one of the workbooks alone."""
    rows = model.system.rows
    if number in model.sums or rows[number].tag > 0:
        return number
    behind = sorted(_behind(bounds, number))
    told = [one for one in behind if rows[one].tag > 0] or [one for one in behind if rows[one].tag != 0]
    return told[-1] if told else number


def _together(model: Model, bounds: Bounds, number: int, culprit: int) -> Contradiction:
    rows = model.system.rows
    tags = sorted({rows[one].tag for one in _behind(bounds, number) | {culprit} if rows[one].tag > 0})
    facts = [model.facts[tag - 1] for tag in tags]
    if culprit in model.sums:
        figure, month, edition, area, _end = model.sums[culprit]
        about = ""
        row = rows[culprit]
        total = row.unknowns[0]
        said = interval(bounds.low[total], bounds.high[total])
        least = sum(bounds.low[u] for u in row.unknowns[1:])
        other = interval(least, min(sum(bounds.high[u] for u in row.unknowns[1:]), INFINITE))
        kind = "sum"
    else:
        fact = model.facts[rows[culprit].tag - 1] if rows[culprit].tag > 0 else facts[0]
        figure, month, edition, area, about = fact.figure, fact.month, fact.edition, fact.key[0], _about(fact)
        unknown = rows[culprit].unknowns[0]
        said, other = fact.ends, interval(bounds.low[unknown], bounds.high[unknown])
        kind = "together"
    name = model.editions[month, edition].names.get(area, area)
    return Contradiction(kind, month, edition, area, name, figure, about, said, other, telling(facts))


def _touched(model: Model, found: Derived) -> None:
    """Unknowns of which something published says more than the workbooks do."""
    permitted, derived = found.permitted, found.derived
    rows = model.system.rows
    for unknown, (low, high) in enumerate(zip(permitted.low, permitted.high, strict=True)):
        if derived.low[unknown] != low or derived.high[unknown] != high:
            found.touched.add(unknown)
    for number in found.rows:
        row = rows[number]
        if row.tag != 0 and not permitted.implied(row):
            found.touched.update(row.unknowns)
