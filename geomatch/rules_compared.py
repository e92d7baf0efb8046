"""A month judged by one set of rules beside the same month judged by another: persons, corridors and kronor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from geomatch.access import MonthAllocation, allocate_month
from geomatch.barred import entitled_by_rules
from geomatch.change.words import amount_text, signed
from geomatch.corridors import corridors_table
from geomatch.corridors.table import trips_a_month
from geomatch.corridors.ways import ways_between
from geomatch.month import Computed, compute_month
from geomatch.numbers import decimal, month_text
from geomatch.plain import plain
from geomatch.publish.pairs import kind_text
from geomatch.rules.tree import RuleBook, RuleSet
from geomatch.sources.regions import municipalities
from geomatch.tables import SCENARIOS
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["Compared", "Moved", "Side", "compare_month", "compared_facts", "compared_lines", "month_of"]

Progress = Callable[[str, int, int], None]
Ends = tuple[int, int]
_MILLI = 1000
_CORNERS = ("ll", "lh", "hl", "hh")
_MEASURES = ("served", "gap", "no_entitlement", "served_by_corridor", "gained")


@dataclass(frozen=True, slots=True)
class Side:
    """The month by one set of rules, at low and at high need.

    Attributes:
        rule_set: The set.
        persons: Per measure (served, gap, no_entitlement, served_by_corridor of the county; gained by opening every
            recommended corridor together, wherever they live) thousandths of persons.
        fares_sek: Fares a month of those who travel by open corridors.
        fares_with_recommended_sek: The same with every recommended corridor opened.
        verdicts: How many corridors that are not open have each verdict, and how many are open.
        corridors: CORRIDORS of the county.
    """

    rule_set: RuleSet
    persons: Mapping[str, Ends]
    fares_sek: tuple[float, float]
    fares_with_recommended_sek: tuple[float, float]
    verdicts: Mapping[str, int]
    corridors: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Moved:
    """A corridor with another verdict; of each pair the first is by the first set.

    Attributes:
        from_code, to_code: Its municipalities.
        names: Their names.
        is_open: It is open in the month: its verdicts are of keeping it, and the counts per verdict leave it out.
        verdicts: The verdicts, and `reasons` why.
        gains: Least and greatest gain over the four corners, thousandths of persons.
        costs_sek: Fares a month at low and at high need.
    """

    from_code: str
    to_code: str
    names: tuple[str, str]
    is_open: bool
    verdicts: tuple[str, str]
    reasons: tuple[str, str]
    gains: tuple[Ends, Ends]
    costs_sek: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sets beside each other in a month."""

    month: str
    county: str | None
    synthetic: bool
    sides: tuple[Side, Side]
    moved: tuple[Moved, ...]


def month_of(workspace: Workspace, month: str | None, county: str | None) -> tuple[str, str | None] | None:
    """The month, or the last computed, and the county that it was computed for where none is asked for.

    None where no month is named and none is computed.
    """
    computed = sorted(path.parent.name for path in (workspace.folder / "months").glob("[0-9]*/manifest.json"))
    if month is None:
        if not computed:
            return None
        month = computed[-1]
    if county is None and month in computed:
        county = workspace.manifest(month)["county"]
    return month, county


def compare_month(
    workspace: Workspace,
    sets: tuple[RuleSet, RuleSet],
    month: str,
    county: str | None = None,
    progress: Progress = lambda *_: None,
) -> Compared:
    """Judge a month by two sets of rules, whatever days they hold; shares and all else stay those of the month.

    Args:
        workspace: Where inputs and settings are; nothing of it changes but a compiled timetable.
        sets: The two sets.
        month: YYYY-MM.
        county: Two digits; None is all.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: The month cannot be computed.
    """
    base = compute_month(
        workspace,
        month,
        county,
        lambda inputs: replace(inputs, settings=replace(inputs.settings, rules=_always(sets[0]))),
        progress,
    )
    sides = _side(base, sets[0]), _side(base, sets[1])
    synthetic = any(one.synthetic for one in base.inputs.used)
    return Compared(month, county, synthetic, sides, tuple(_moved(*sides)))


def _always(rule_set: RuleSet) -> RuleBook:
    return RuleBook((rule_set.at_all_times(),))


def _side(base: Computed, rule_set: RuleSet) -> Side:
    settings = replace(base.inputs.settings, rules=_always(rule_set))
    activities, register = base.supply.activities, base.inputs.corridors
    entitled = entitled_by_rules(base.points, base.need.table, settings, base.month)

    def allocated(known: pd.DataFrame | None) -> MonthAllocation:
        return allocate_month(
            base.points, activities, base.day_returns, known, settings, base.month, entitled
        )

    plain_month = allocated(register)
    every = corridors_table(plain_month, base.points, activities, base.need.table)
    mine = every[every["from_code"].str[:2] == base.county] if base.county else every
    advised = mine[(mine["verdict"] == "recommended") & (mine["status"] != "open")]
    opened = allocated(_with_corridors(register, advised))
    served = [_in_all(one) for one in (plain_month, opened)]
    persons = {
        **_persons(plain_month, base.county),
        "gained": (served[1][0] - served[0][0], served[1][1] - served[0][1]),
    }
    waiting = mine.loc[mine["status"] != "open", "verdict"]
    counts = {str(name): int(count) for name, count in waiting.value_counts().sort_index().items()}
    return Side(
        rule_set,
        persons,
        _fares_sek(plain_month, base.county),
        _fares_sek(opened, base.county),
        {**counts, "open": int((mine["status"] == "open").sum())},
        mine,
    )


def _with_corridors(register: pd.DataFrame | None, advised: pd.DataFrame) -> pd.DataFrame:
    rows = advised[["from_code", "to_code"]].assign(valid_from="", valid_to="", reference="")
    return rows if register is None or register.empty else pd.concat([register, rows], ignore_index=True)


def _in_all(month: MonthAllocation) -> Ends:
    """Served of all who take part, thousandths at low and at high need."""
    low, high = (
        round(
            float(
                sum(
                    one.parts[name].sum() for name in ("served_local", "served_by_corridor", "served_digital")
                )
            )
        )
        for one in (month.scenarios[name] for name in SCENARIOS)
    )
    return low, high


def _persons(month: MonthAllocation, county: str | None) -> dict[str, Ends]:
    """Persons of the county by measure, thousandths at low and at high need."""
    codes = np.array(month.reach.codes)[month.reach.rows["municipality"].to_numpy(dtype=np.int64)]
    own = np.repeat(np.array([county is None or code[:2] == county for code in codes], dtype=bool), 2)
    parts = {
        "served": ("served_local", "served_by_corridor", "served_digital"),
        "gap": ("in_reach_full", "corridor_not_open", "no_entitlement", "no_day_return"),
        "no_entitlement": ("no_entitlement",),
        "served_by_corridor": ("served_by_corridor",),
    }
    found = {}
    for measure, names in parts.items():
        low, high = (
            round(float(sum(month.scenarios[end].parts[name][own].sum() for name in names)))
            for end in SCENARIOS
        )
        found[measure] = (low, high)
    return found


def _fares_sek(month: MonthAllocation, county: str | None) -> tuple[float, float]:
    """Fares a month of everybody of the county who travels by a corridor, each at the sessions of its best day return."""
    reach, settings = month.reach, month.settings
    ways = ways_between(reach, settings)
    per_week = np.array([ways[pair].best_sessions_per_week for pair in reach.pairs])
    own = np.array(
        [county is None or reach.codes[start][:2] == county for start, _goal in reach.pairs], dtype=bool
    )
    found = []
    for name in SCENARIOS:
        one = month.scenarios[name]
        pair = one.people.pair[one.arcs]
        by_corridor = pair >= 0
        flow = np.bincount(pair[by_corridor], one.allocation.flow[by_corridor], len(reach.pairs))
        trips = sum(
            trips_a_month(milli, sessions)
            for milli, sessions in zip(flow[own].tolist(), per_week[own].tolist(), strict=True)
        )
        found.append(trips * settings.corridors.fare_sek)
    return found[0], found[1]


def _moved(before: Side, after: Side) -> list[Moved]:
    keys = ["from_code", "to_code"]
    both = before.corridors.merge(after.corridors, on=keys, suffixes=("_a", "_b")).sort_values(keys)
    shapes = municipalities()
    names = dict(zip(shapes["municipality_code"], shapes["name"].astype(str), strict=True))
    found = []
    for row in both[both["verdict_a"] != both["verdict_b"]].to_dict("records"):
        gains = [[int(row[f"gain_{corner}_milli_{side}"]) for corner in _CORNERS] for side in "ab"]
        costs = [(float(row[f"cost_low_sek_{side}"]), float(row[f"cost_high_sek_{side}"])) for side in "ab"]
        start, goal = str(row["from_code"]), str(row["to_code"])
        found.append(
            Moved(
                start,
                goal,
                (names.get(start, start), names.get(goal, goal)),
                str(row["status_a"]) == "open",
                (str(row["verdict_a"]), str(row["verdict_b"])),
                (str(row["reasons_a"]), str(row["reasons_b"])),
                ((min(gains[0]), max(gains[0])), (min(gains[1]), max(gains[1]))),
                (costs[0], costs[1]),
            )
        )
    return found


# ------------------------------------------------------------------------------------------------------------ words


def _measure_text(measure: str) -> str:
    return {
        "served": _("get a place"),
        "gap": _("get no place"),
        "no_entitlement": _("of them no right to travel"),
        "served_by_corridor": _("get a place by an open pair"),
        "gained": _("gained if every recommended pair opened"),
    }[measure]


def _sek_text(low: float, high: float) -> str:
    low_text, high_text = decimal(low, 0), decimal(high, 0)
    return low_text if low_text == high_text else f"{low_text}–{high_text}"


def _difference(before: Ends, after: Ends) -> str:
    low, high = (signed(b - a) for a, b in zip(before, after, strict=True))
    return low if low == high else _("{low} at low need, {high} at high need").format(low=low, high=high)


def _rows(found: Compared) -> list[tuple[str, str, str, str]]:
    one, other = found.sides
    rows = [("", one.rule_set.name, other.rule_set.name, _("difference"))]
    for measure in _MEASURES:
        ends = one.persons[measure], other.persons[measure]
        first, second = (amount_text(*sorted(two)) for two in ends)
        rows.append((_measure_text(measure), first, second, _difference(*ends)))
    for name, text in (
        ("fares_sek", _("fares of open pairs, kr a month")),
        ("fares_with_recommended_sek", _("fares with the recommended opened, kr a month")),
    ):
        costs = [getattr(side, name) for side in found.sides]
        steps = [round(b - a) * _MILLI for a, b in zip(*costs, strict=True)]
        first, second = (_sek_text(*two) for two in costs)
        rows.append((text, first, second, _difference((0, 0), (steps[0], steps[1]))))
    for verdict in ("open", "recommended", "possible", "not_recommended", "outside_policy"):
        counts = [side.verdicts.get(verdict, 0) for side in found.sides]
        if any(counts):
            name = _("pairs: {verdict}").format(verdict=kind_text(verdict))
            rows.append((name, str(counts[0]), str(counts[1]), signed((counts[1] - counts[0]) * _MILLI)))
    return rows


def compared_lines(found: Compared) -> list[str]:
    """The comparison as a table and a line for each corridor with another verdict."""
    rows = _rows(found)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        _(
            "{month}, judged by each of the two; shares, activities and timetable stay those of the month:"
        ).format(month=month_text(found.month))
    ]
    lines += [
        f"{name:<{widths[0]}}  {one:>{widths[1]}}  {other:>{widths[2]}}  {difference}".rstrip()
        for name, one, other, difference in rows
    ]
    lines.append("")
    if not found.moved:
        lines.append(_("No pair gets another verdict."))
        return lines
    lines.append(_("Pairs with another verdict, and why by each of the two:"))
    for one in found.moved:
        start, goal = map(plain, one.names)
        pair = f"{start} → {goal}"
        lines.append(
            _("  {pair}: {before} → {after}; gain {gains}; kr a month {costs}").format(
                pair=_("{pair} (open: judged as to keeping it, not counted above by verdict)").format(
                    pair=pair
                )
                if one.is_open
                else pair,
                before=kind_text(one.verdicts[0]),
                after=kind_text(one.verdicts[1]),
                gains=" → ".join(amount_text(*gain) for gain in one.gains),
                costs=" → ".join(_sek_text(*sorted(cost)) for cost in one.costs_sek),
            )
        )
        lines += [
            f"    {side.rule_set.name}: {', '.join(reasons.split(';'))}"
            for side, reasons in zip(found.sides, one.reasons, strict=True)
        ]
    return lines


# ------------------------------------------------------------------------------------------------------------ facts


def _number(milli: int) -> float:
    return float(Decimal(milli) / _MILLI)


def _side_facts(side: Side) -> dict[str, Any]:
    return {
        "set": side.rule_set.name,
        "persons": {
            name: {"low": _number(low), "high": _number(high)} for name, (low, high) in side.persons.items()
        },
        "fares_sek": _ends(side.fares_sek),
        "fares_with_recommended_sek": _ends(side.fares_with_recommended_sek),
        "corridors": dict(side.verdicts),
    }


def _ends(two: Sequence[float]) -> dict[str, float]:
    return {"low": round(two[0], 2), "high": round(two[1], 2)}


def compared_facts(found: Compared) -> dict[str, Any]:
    """The comparison as plain values; persons and kronor at low and at high need."""
    return {
        "internal": True,
        "synthetic": found.synthetic,
        "month": found.month,
        "county": found.county,
        "sides": [_side_facts(side) for side in found.sides],
        "verdicts_changed": [
            {
                "from_code": one.from_code,
                "to_code": one.to_code,
                "from": one.names[0],
                "to": one.names[1],
                "open": one.is_open,
                "verdicts": list(one.verdicts),
                "reasons": [text.split(";") for text in one.reasons],
                "gain_persons": [{"least": _number(low), "most": _number(high)} for low, high in one.gains],
                "cost_sek": [_ends(cost) for cost in one.costs_sek],
            }
            for one in found.moved
        ],
    }
