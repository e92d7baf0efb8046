"""Who is served in a month, at low and at high need: the allocation, and what becomes of those left (METHOD 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geomatch.access.purposes import of_purposes, purposes_of
from geomatch.access.reach import (
    HIGH,
    LOW,
    MILLI,
    Demand,
    Reach,
    build_reach,
    demand,
    largest_remainder,
    open_in_month,
    suits,
)
from geomatch.allocation import Allocation, Network, allocate
from geomatch.allocation.symmetry import Bools, Floats, Ints
from geomatch.settings import Settings
from geomatch.tables import SCENARIOS, SERVED, SERVED_BY_PURPOSE, conform

__all__ = [
    "PARTS",
    "MonthAllocation",
    "Scenario",
    "allocate_month",
    "corridors_open",
    "digital_room",
    "served_by_purpose",
    "served_table",
]

PARTS = (
    "served_local",
    "served_by_corridor",
    "served_digital",
    "in_reach_full",
    "corridor_not_open",
    "no_entitlement",
    "no_day_return",
)
"""The parts of need, in the order in which equal remainders are rounded up."""
_DECIMALS = 2  # as the allocation


@dataclass(frozen=True, slots=True)
class Scenario:
    """One end of the intervals: low need with cautious shares, or high need with generous ones.

    Attributes:
        people: Nodes and arcs, also of corridors that are not open.
        network: What was allocated; `arcs` numbers its arcs in `people`.
        allocation: The allocation.
        parts: Per name of PARTS and node, thousandths of persons; they add up to `people.need`.
    """

    people: Demand
    network: Network
    arcs: Ints
    allocation: Allocation
    parts: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class MonthAllocation:
    """The month's allocation.

    Attributes:
        reach: The month in arrays.
        settings: The settings used.
        register: The corridors of the register that are open in the month.
        register_given: False when there is no register: none is open then, and the output must say so.
        opened: Per corridor of `reach.pairs`, whether the allocation may use it.
        scenarios: `low` and `high`.
    """

    reach: Reach
    settings: Settings
    register: pd.DataFrame
    register_given: bool
    opened: Bools
    scenarios: Mapping[str, Scenario]


def corridors_open(reach: Reach, register: pd.DataFrame, settings: Settings) -> Bools:
    """Per corridor, whether it is open under `allocation.corridors`."""
    if settings.allocation.corridors == "all_candidates":
        return np.ones(len(reach.pairs), dtype=bool)
    if settings.allocation.corridors == "none":
        return np.zeros(len(reach.pairs), dtype=bool)
    known = set(zip(register["from_code"], register["to_code"], strict=True))
    return np.array([(reach.codes[o], reach.codes[d]) in known for o, d in reach.pairs], dtype=bool)


def digital_room(reach: Reach, suit_end: int) -> tuple[list[tuple[int, int]], Ints, int]:
    """Digital series: (stratum, digital series) that suit each other, thousandths of places, and those for everyone."""
    table = reach.digital
    arcs = []
    for s, (group, sex) in enumerate(reach.strata):
        for d, (groups, series_sex) in enumerate(zip(table["target_groups"], table["sex"], strict=True)):
            fit = suits(group, sex, str(groups), str(series_sex))
            if fit == 1 or (fit == 2 and suit_end == HIGH):
                arcs.append((s, d))
    capacity = table["places"].to_numpy(dtype=np.int64) * MILLI
    everyone = (table["target_groups"] == "all") & (table["sex"] == "all")
    return arcs, capacity, int(capacity[everyone.to_numpy(dtype=bool)].sum())


def _digital(reach: Reach, left: Floats, settings: Settings, end: int) -> Floats:
    """Per node, thousandths served digitally: `digital_share` of those left, as far as suitable places go.

    When places do not suffice, strata share them by METHOD 5's rule (nearest to equal shares), and within a stratum
    everybody left has the same share.
    """
    share = settings.allocation.digital_share
    if share == 0 or reach.digital.empty:
        return np.zeros(len(left))
    stratum = np.repeat(reach.rows["stratum"].to_numpy(dtype=np.int64), 2)
    of_stratum = np.bincount(stratum, left, len(reach.strata))
    wanted = np.floor(np.round(of_stratum * share, _DECIMALS)).astype(np.int64)
    arcs, capacity, _everyone = digital_room(reach, end)
    node, series = np.array(arcs, dtype=np.int64).reshape(-1, 2).T
    network = Network(
        wanted, capacity, node, series, np.zeros(len(arcs), bool), np.zeros(len(arcs), np.int64)
    )
    served = wanted - allocate(network).unserved
    # Whole thousandths are what the allocation takes; where everybody who asks is served, the fraction is too.
    served = np.where(served == wanted, of_stratum * share * np.isin(np.arange(len(wanted)), node), served)
    part = np.divide(served, of_stratum, out=np.zeros(len(served)), where=of_stratum > 0)
    result: Floats = np.round(left * part[stratum], _DECIMALS)
    return result


def _scenario(reach: Reach, opened: Bools, settings: Settings, end: int) -> Scenario:
    people = demand(reach, end, end, end)
    network, arcs = people.network(reach, opened)
    found = allocate(network)
    nodes = len(people.need)
    home = network.local
    local: Floats = np.round(np.bincount(network.node[home], found.flow[home], nodes), _DECIMALS)
    away: Floats = np.round(people.need - found.unserved - local, _DECIMALS)
    digital = _digital(reach, found.unserved, settings, end)
    rest = np.round(found.unserved - digital, _DECIMALS)
    allowed = np.zeros(nodes, dtype=bool)
    allowed[network.node] = True
    reaches = np.zeros(nodes // 2, dtype=bool)
    # Also what a rule bars is in reach: those who may not travel there have no right, and not no day return.
    reaches[reach.use_row[~reach.use_generous] if end == LOW else reach.use_row] = True
    reached = np.repeat(reaches, 2)
    entitled = np.zeros(nodes, dtype=bool)
    entitled[people.node] = True
    kinds = {
        "in_reach_full": allowed,
        "corridor_not_open": ~allowed & reached & entitled,
        "no_entitlement": ~allowed & reached & ~entitled,
        "no_day_return": ~reached,
    }
    parts: dict[str, Floats] = {"served_local": local, "served_by_corridor": away, "served_digital": digital}
    parts |= {name: np.where(kind, rest, 0.0) for name, kind in kinds.items()}
    return Scenario(people, network, arcs, found, parts)


def allocate_month(
    points: pd.DataFrame,
    activities: pd.DataFrame,
    day_returns: pd.DataFrame,
    register: pd.DataFrame | None,
    settings: Settings,
    month: str,
    entitled: pd.DataFrame | None = None,
) -> MonthAllocation:
    """Allocate the month's people to its activities, at low and at high need (METHOD 5).

    Args:
        points: POINTS (EPSG:3006; need in thousandths of persons).
        activities: ACTIVITIES of the month; `settings.allocation.purposes` says which of them are asked for.
        day_returns: DAY_RETURNS; only reachable rows count.
        register: The register of corridors (from_code, to_code, valid_from, valid_to, reference), or None without one.
        settings: Corridors, shares, digital share, purposes.
        month: YYYY-MM; shares hold at its first day, a corridor is open when its period overlaps the month.
        entitled: Who may travel, from `geomatch.entitled.entitled_at_points`; without it the eligible share says.

    Raises:
        ValueError: The tables do not belong together (see `build_reach`).
    """
    reach = build_reach(points, activities, day_returns, settings, month, entitled)
    open_now = open_in_month(register, month)
    opened = corridors_open(reach, open_now, settings)
    scenarios = {
        name: _scenario(reach, opened, settings, end)
        for name, end in zip(SCENARIOS, (LOW, HIGH), strict=True)
    }
    return MonthAllocation(reach, settings, open_now, register is not None, opened, scenarios)


def _served_rows(month: MonthAllocation) -> pd.DataFrame:
    """The columns of SERVED, whose rows are not put in order yet."""
    reach = month.reach
    strata = len(reach.strata)
    municipality = reach.rows["municipality"].to_numpy(dtype=np.int64)
    key, row = np.unique(
        municipality * strata + reach.rows["stratum"].to_numpy(dtype=np.int64), return_inverse=True
    )
    codes = [reach.codes[one] for one in (key // max(strata, 1)).tolist()]
    groups = [reach.strata[one] for one in (key % max(strata, 1)).tolist()]

    def summed(nodes: Floats | Ints) -> Floats:
        added: Floats = np.bincount(row, nodes[0::2] + nodes[1::2], len(key)).astype(float)
        return added

    frames = []
    for name, scenario in month.scenarios.items():
        need = np.rint(summed(scenario.people.need)).astype(np.int64)
        parts = np.round(np.column_stack([summed(scenario.parts[part]) for part in PARTS]), _DECIMALS)
        whole = [largest_remainder(some, total) for some, total in zip(parts, need.tolist(), strict=True)]
        columns = np.array(whole, dtype=np.int64).reshape(-1, len(PARTS)).T
        values = {f"{part}_milli": column for part, column in zip(PARTS, columns, strict=True)}
        lost = (values[f"{part}_milli"] for part in ("corridor_not_open", "no_entitlement", "no_day_return"))
        frames.append(
            pd.DataFrame(
                {
                    "month": reach.month,
                    "county_code": [code[:2] for code in codes],
                    "municipality_code": codes,
                    "target_group": [group for group, _sex in groups],
                    "sex": [sex for _group, sex in groups],
                    "scenario": name,
                    "need_milli": need,
                    "out_of_reach_milli": sum(lost),
                    **values,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def served_table(month: MonthAllocation) -> pd.DataFrame:
    """SERVED: per municipality, target group, sex and scenario, need and its parts in thousandths of persons.

    Parts of a row are rounded by largest remainder (equal remainders in the order of PARTS) and add up to its need.
    """
    return conform(_served_rows(month), SERVED)


def _of_series(month: MonthAllocation, series: frozenset[str]) -> MonthAllocation:
    """The month as if of all series only these were there; the people and the corridors stay as they are."""
    reach = month.reach
    known = np.array([one in series for one in reach.series_id], dtype=bool)
    digital = reach.digital["series_id"].isin(series)
    if known.all() and digital.all():
        return month
    uses = np.flatnonzero(known[reach.use_series])
    narrowed = replace(
        reach,
        use_row=reach.use_row[uses],
        use_series=reach.use_series[uses],
        use_seconds=reach.use_seconds[uses],
        use_return=reach.use_return[uses],
        use_pair=reach.use_pair[uses],
        use_generous=reach.use_generous[uses],
        digital=reach.digital[digital],
    )
    scenarios = {
        name: _scenario(narrowed, month.opened, month.settings, end)
        for name, end in zip(SCENARIOS, (LOW, HIGH), strict=True)
    }
    return replace(month, reach=narrowed, scenarios=scenarios)


def served_by_purpose(month: MonthAllocation, activities: pd.DataFrame) -> pd.DataFrame:
    """SERVED_BY_PURPOSE: who would be served if everybody asked for one purpose alone, for each purpose.

    Each purpose is allocated by itself, since no source says how many ask for which: everybody may ask for several,
    and an activity of two purposes has its places in both. So rows of different purposes are never added. What people
    can reach is worked out once, and series that serve the same purposes are allocated once.

    Args:
        month: The month's allocation; when `allocation.purposes` names some purposes, only these are gone through.
        activities: ACTIVITIES that it was made with.

    Returns:
        SERVED_BY_PURPOSE: rows for every purpose that an activity of the month names, of spellings that differ in
        capitals the first in the alphabet (of those that may be shown, where there is one).
    """
    asked = month.settings.allocation.purposes
    shown = activities[activities["visibility"] != "hidden"]
    names = {name.casefold(): name for some in (activities, shown) for name in purposes_of(some, asked)}
    tables: dict[frozenset[str], pd.DataFrame] = {}
    frames = []
    for with_hidden, offered in ((True, activities), (False, shown)):
        for purpose in purposes_of(offered, asked):
            series = frozenset(of_purposes(offered, purpose)["series_id"].astype(str))
            if series not in tables:
                tables[series] = _served_rows(_of_series(month, series))
            frames.append(tables[series].assign(purpose=names[purpose.casefold()], with_hidden=with_hidden))
    nothing = pd.DataFrame(columns=SERVED_BY_PURPOSE.names)
    return conform(pd.concat(frames, ignore_index=True) if frames else nothing, SERVED_BY_PURPOSE)
