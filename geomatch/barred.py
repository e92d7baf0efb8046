"""Who may travel by the rules of the month: the entitled at each point, less those whom a verified rule excludes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geomatch.entitled import ENTITLED_COLUMNS, NOBODY, Excluded, entitled_at_points
from geomatch.rules.bars import BarredKind, Bars, bars_of
from geomatch.rules.tree import RuleSet
from geomatch.tables import ALL

if TYPE_CHECKING:
    from geomatch.settings import Settings

__all__ = ["entitled_by_rules"]

_OPEN = ("first_instance_open",)
_ADULT_AGE = 18
_KEY = ["point_id", "target_group", "sex"]


@dataclass(frozen=True, slots=True)
class _Way:
    """How the entitled of a target group are found: whom the rules exclude, and whether counts of open cases say it."""

    excluded: Excluded
    by_case: bool


def entitled_by_rules(
    points: pd.DataFrame, need: pd.DataFrame, settings: Settings, month: str
) -> pd.DataFrame:
    """`geomatch.entitled.entitled_at_points` by the set of rules of the month's first day.

    A rule about some target groups holds for those; where the group of a row is not known it may hold, so that it lowers
    the low end and not the high one. Counts of case status say who is entitled where a verified rule asks for an open case
    and nothing else; without such a rule they say nothing. The grants serve adults, and where no count tells ages all are
    taken for such (METHOD 1): a least age of 18 or less then excludes nobody.

    Args:
        points: POINTS (EPSG:3006), all of each municipality.
        need: NEED.
        settings: Shares and rules.
        month: YYYY-MM.

    Returns:
        As `entitled_at_points`. Points and strata that are not in it have need x eligible share.
    """
    rule_set = settings.rules.at(date.fromisoformat(f"{month}-01"))
    bars = bars_of(rule_set)
    if (need["age_group"] == ALL).all():
        bars = replace(bars, kinds=tuple(kind for kind in bars.kinds if not 0 < kind.below_age <= _ADULT_AGE))
    known: dict[_Way, pd.DataFrame] = {}

    def found(way: _Way) -> pd.DataFrame:
        if way not in known:
            # Without rows of a case status everybody is reckoned by the share, which is 1 where no case is asked for.
            rows = need if way.by_case else need[need["case_status"] == ALL]
            known[way] = entitled_at_points(points, rows, settings, month, way.excluded)
        return known[way]

    frames = []
    for group in sorted(set(points["target_group"].astype(str))):
        low, high = (_way(rule_set, bars, group, sure=sure) for sure in (False, True))
        tables = [table[table["target_group"] == group] for table in (found(low), found(high))]
        frames.append(tables[0] if low == high else _between(tables[0], tables[1], points, settings, month))
    columns = [*_KEY, *ENTITLED_COLUMNS]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def _way(rule_set: RuleSet, bars: Bars, group: str, *, sure: bool) -> _Way:
    """By the rules that surely hold for a group, or by all that may."""
    unknown = group == ALL

    def holds(about: tuple[str, ...]) -> bool:
        return not about or group in about or (unknown and not sure)

    kinds = [kind for kind in bars.kinds if holds(kind.about_groups)]
    asked = [
        rule.case_status
        for rule in rule_set.rules
        if rule.case_status and rule.status == "verified" and holds(rule.about_groups)
    ]
    # A rule that lets further statuses travel is known by its share only: counts of open cases would be too few.
    return _Way(_excluded(kinds), bool(asked) and all(one == _OPEN for one in asked))


def _excluded(kinds: list[BarredKind]) -> Excluded:
    """The kinds together: whoever is of any of them."""
    statuses = {one for kind in kinds for one in kind.case_status}
    made = Excluded(
        accommodation=frozenset(one for kind in kinds for one in kind.accommodation),
        # Who has another status than an open case is no part of the eligible share already.
        case_status=frozenset(statuses if statuses >= set(_OPEN) else ()),
        age_group=frozenset(f"0-{kind.below_age - 1}" for kind in kinds if kind.below_age),
        target_group=frozenset(
            one
            for kind in kinds
            for one in kind.target_groups
            if not kind.about_groups or one in kind.about_groups
        ),
    )
    return NOBODY if made == NOBODY else made


def _between(
    low: pd.DataFrame, high: pd.DataFrame, points: pd.DataFrame, settings: Settings, month: str
) -> pd.DataFrame:
    """The low end of the one and the high end of the other; what stands in one only has need x share in the other."""
    columns = list(ENTITLED_COLUMNS)
    both = low[_KEY + columns].merge(high[_KEY + columns], on=_KEY, how="outer", suffixes=("", "_high"))
    shares = _by_share(both, points, settings, month)
    of_low = both[columns].fillna(shares)
    of_high = both[[f"{name}_high" for name in columns]].set_axis(columns, axis=1).fillna(shares)
    result = both[_KEY].copy()
    for name in columns:
        # The first letter is the end of the right, as in ENTITLED_COLUMNS.
        taken = of_low if name.split("_")[1][0] == "l" else of_high
        result[name] = taken[name].astype(np.int64)
    return result


def _by_share(keys: pd.DataFrame, points: pd.DataFrame, settings: Settings, month: str) -> pd.DataFrame:
    """Need x eligible share of rows of POINTS, in ENTITLED_COLUMNS, rounded outwards (thousandths of persons)."""
    day = date.fromisoformat(f"{month}-01")
    rows = keys[_KEY].merge(
        points[[*_KEY, "municipality_code", "need_low_milli", "need_high_milli"]], on=_KEY, how="left"
    )
    shares = np.array(
        [
            settings.share("eligible_share", group, code[:2], day)
            for group, code in zip(rows["target_group"], rows["municipality_code"], strict=True)
        ],
        dtype=float,
    ).reshape(-1, 2)
    need = rows[["need_low_milli", "need_high_milli"]].to_numpy(dtype=float)
    found = pd.DataFrame(index=keys.index)
    for name in ENTITLED_COLUMNS:
        ends = name.split("_")[1]
        right, people = ("lh".index(letter) for letter in ends)
        milli = need[:, people] * shares[:, right]
        found[name] = np.ceil(milli - 1e-9) if right else np.floor(milli + 1e-9)
    return found
