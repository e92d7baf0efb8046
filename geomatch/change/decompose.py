"""The change from one month to another, split by what moved it: people, places, timetable, rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from geomatch.tables import ALL, records

__all__ = [
    "CHANGE_COLUMNS",
    "FACTORS",
    "MEASURES",
    "ORDER",
    "Amounts",
    "Mixture",
    "amounts",
    "decompose",
    "published",
]

FACTORS = ("people", "places", "timetable", "rules")
"""What is replaced, in the order in which it is."""
MEASURES = ("need", "supply", "gap")

Mixture = tuple[int, int, int, int]
"""Per factor, 0 for that of the earlier month and 1 for that of the later."""
Amounts = Mapping[str, Mapping[str, tuple[int, int]]]
"""Per municipality (and `all`) and measure, thousandths at low and at high need."""

ORDER: tuple[Mixture, ...] = (
    (0, 0, 0, 0),
    (1, 0, 0, 0),
    (1, 1, 0, 0),
    (1, 1, 1, 0),
    (1, 1, 1, 1),
)
"""The earlier month, then one factor more of the later month at a time, at last the later month."""

_ENDS = ("low", "high")
CHANGE_COLUMNS = (
    "municipality_code",
    "name",
    "measure",
    *(f"{when}_{end}_milli" for when in ("earlier", "later") for end in _ENDS),
    *(f"change_{end}_milli" for end in _ENDS),
    *(f"{factor}_{end}_milli" for factor in FACTORS for end in _ENDS),
    *(f"people_{end}_bound_milli" for end in ("least", "most")),
    *(f"{when}_{end}_shown" for when in ("earlier", "later") for end in _ENDS),
)
_DIMENSIONS = ("accommodation", "target_group", "case_status", "sex", "age_group")
_MILLI = 1000
# The gap as pages show it, beside its measure: in thousandths like all amounts, and whole persons.
_SHOWN = "gap_shown"


def published(need: pd.DataFrame, county: str | None) -> tuple[int, int] | None:
    """The published total of a county, or of the country: fewest and most persons; None where there is none.

    Args:
        need: NEED.
        county: Two digits, or None for the country.
    """
    total = need[(need["county_code"] == (county or ALL)) & (need["municipality_code"] == ALL)]
    for column in _DIMENSIONS:
        total = total[total[column] == ALL]
    return (int(total["low"].iloc[0]), int(total["high"].iloc[0])) if len(total) else None


def amounts(
    gaps: pd.DataFrame, need: pd.DataFrame, county: str | None = None, served: pd.DataFrame | None = None
) -> Amounts:
    """Need, supply and gap of each municipality, and of all together, in thousandths at low and at high need.

    Need of all is the published total where there is one. The gap of all is the sum of the municipalities' bounds:
    it holds, and can be wider than need be. Supply is places of series with sessions, and is the same at both ends.

    Args:
        gaps: GAPS.
        need: NEED, for the published total.
        county: Only its municipalities; None takes all of them.
        served: SERVED. With it each municipality has the gap in whole persons as well, as the county page shows it.
    """
    own = gaps if county is None else gaps[gaps["municipality_code"].str[:2] == county]
    found = {
        str(row.municipality_code): {
            "need": (int(row.need_low) * _MILLI, int(row.need_high) * _MILLI),
            "supply": (int(row.places) * _MILLI, int(row.places) * _MILLI),
            "gap": (int(row.gap_low_milli), int(row.gap_high_milli)),
        }
        for row in records(own)
    }
    total = {
        measure: (
            sum(one[measure][0] for one in found.values()),
            sum(one[measure][1] for one in found.values()),
        )
        for measure in MEASURES
    }
    whole = published(need, county)
    if whole is not None:
        total["need"] = (whole[0] * _MILLI, whole[1] * _MILLI)
    if served is not None:
        for code, one in _shown_gaps(found, served).items():
            found[code][_SHOWN] = one
    return {**found, ALL: total}


def _shown_gaps(found: Amounts, served: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """The gap of each municipality as pages show it, in thousandths."""
    from geomatch.publish.facts import PARTS, shown_gap  # noqa: PLC0415  pages are slow to import

    sums = served.groupby(["municipality_code", "scenario"])[[f"{part}_milli" for part in PARTS]].sum()
    parts = dict(zip(sums.index, sums.to_numpy().tolist(), strict=True))
    nobody = [0] * len(PARTS)
    shown = {}
    for code, one in found.items():
        ends = (dict(zip(PARTS, parts.get((code, end), nobody), strict=True)) for end in _ENDS)
        low, high = shown_gap(one["gap"], *ends)
        shown[code] = low * _MILLI, high * _MILLI
    return shown


def decompose(state: Callable[[Mixture], Amounts], names: Mapping[str, str]) -> pd.DataFrame:
    """What changed from the earlier month to the later, and what each factor did to it.

    One factor after the other is replaced (`ORDER`), each time with everything computed anew. A factor's step is what
    its replacement changed, so that the steps of a row add up to its change at low and at high need exactly. Another
    order gives other steps (docs/method.md has an example); this one is fixed.

    Args:
        state: The amounts where the factors are those of the earlier (0) or later (1) month.
        names: Name per municipality; a code without a name stands for itself.

    Returns:
        CHANGE_COLUMNS, a row per municipality and measure, last those of `all` together. `earlier_low`, `later_high`
        and so on are the amounts; `<factor>_low` is the step at low need, `<factor>_high` that at high need.
        `change_low` to `change_high` is what the change can be: later low less earlier high, to later high less earlier
        low. So counts that are withheld in both months give an interval, whatever their ends. `people_least_bound`
        and `people_most_bound` are the same for the step of the people.
    """
    states = [state(mixture) for mixture in ORDER]
    codes = sorted({code for one in states for code in one} - {ALL})
    rows: list[dict[str, object]] = []
    for code in (*codes, ALL):
        for measure in MEASURES:
            values = [one.get(code, {}).get(measure, (0, 0)) for one in states]
            shown = [_shown(one.get(code, {}), measure) for one in (states[0], states[-1])]
            named = {"municipality_code": code, "name": names.get(code, code), "measure": measure}
            rows.append({**named, **_row(values), **_shown_row(shown)})
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _row(values: Sequence[tuple[int, int]]) -> dict[str, int]:
    first, last = values[0], values[-1]
    row = {}
    for number, end in enumerate(_ENDS):
        row[f"earlier_{end}_milli"], row[f"later_{end}_milli"] = first[number], last[number]
        for step, factor in enumerate(FACTORS):
            row[f"{factor}_{end}_milli"] = values[step + 1][number] - values[step][number]
    row["change_low_milli"], row["change_high_milli"] = last[0] - first[1], last[1] - first[0]
    row["people_least_bound_milli"], row["people_most_bound_milli"] = (
        values[1][0] - first[1],
        values[1][1] - first[0],
    )
    return row


def _shown(amount: Mapping[str, tuple[int, int]], measure: str) -> tuple[int, int]:
    """An amount in whole persons: as pages show it, else an interval outwards and a single value half up."""
    low, high = amount.get(_SHOWN if measure == "gap" else measure, amount.get(measure, (0, 0)))
    if low == high:
        return (low + _MILLI // 2) // _MILLI, (high + _MILLI // 2) // _MILLI
    return low // _MILLI, -(-high // _MILLI)


def _shown_row(values: Sequence[tuple[int, int]]) -> dict[str, int]:
    named = zip(("earlier", "later"), values, strict=True)
    return {f"{when}_{end}_shown": n for when, ends in named for end, n in zip(_ENDS, ends, strict=True)}
