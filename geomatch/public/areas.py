"""The public tables of areas and of groups: persons as the agency prints them, and what changed (METHOD 8)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geomatch.disjoint import PLACE_DIMENSIONS
from geomatch.month import Computed
from geomatch.need import published_total
from geomatch.public.parts import of_its_county
from geomatch.public.tables import MISSING, NATION, PUBLIC_TABLES
from geomatch.sources.regions import counties
from geomatch.tables import ALL, records
from geomatch.tightening import UNKNOWN

__all__ = ["areas_table", "ceil", "floor", "groups_table", "with_changes"]

_MILLI = 1000


def floor(milli: float) -> int:
    """Whole persons at the low end of thousandths."""
    return math.floor(milli / _MILLI)


def ceil(milli: float) -> int:
    """Whole persons at the high end of thousandths."""
    return math.ceil(milli / _MILLI)


def _signed(stem: str, low: int | None, high: int | None, sign: str = "") -> dict[str, Any]:
    """A figure of persons: its ends, or the sign in their place."""
    if sign or low is None or high is None:
        return {f"{stem}_low": None, f"{stem}_high": None, f"{stem}_sign": sign or MISSING}
    return {f"{stem}_low": low, f"{stem}_high": high, f"{stem}_sign": ""}


def areas_table(made: Computed, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Table `areas` without changes: municipalities, their counties, and all of them together."""
    gaps, need = tables["gaps"], tables["need"]
    sexes = {sex: _by_municipality(need, "sex", sex) for sex in ("women", "men")}
    bands = _bands(gaps)
    rows: list[dict[str, Any]] = []
    for row in records(gaps):
        code = str(row.municipality_code)
        figures = {sex: sexes[sex].get(code) for sex in sexes}
        nobody = row.need_high == 0
        rows.append(
            {
                "level": "municipality",
                "area_code": code,
                "name": str(row.name),
                "municipalities": 1,
                **_signed("need", int(row.need_low), int(row.need_high)),
                **{k: v for sex, ends in figures.items() for k, v in _signed(sex, *(ends or (None, None))).items()},
                "women_share": _women_share(figures["women"], figures["men"]),
                "series": int(row.series),
                "places": int(row.places),
                **_signed("gap", floor(row.gap_low_milli), ceil(row.gap_high_milli)),
                "gap_share_low": None if nobody else float(row.gap_share_low),
                "gap_share_high": None if nobody else float(row.gap_share_high),
                **_signed(
                    "no_day_return", floor(row.no_day_return_low_milli), ceil(row.no_day_return_high_milli)
                ),
                "access_index_low": None if nobody else float(row.access_index_low),
                "access_index_high": None if nobody else float(row.access_index_high),
                "band_best": bands[code][0],
                "band_worst": bands[code][1],
                **_no_equity(),
            }
        )  # fmt: skip
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    own = sorted({str(code)[:2] for code in gaps["municipality_code"]})
    rows += [_sum_of(made, rows, code, names[code], "county") for code in own]
    rows.append(_sum_of(made, [row for row in rows if row["level"] == "municipality"], NATION, "", "country"))
    return pd.DataFrame(rows).assign(month=made.month)


def _value_alone(need: pd.DataFrame, dimension: str, value: str) -> pd.DataFrame:
    """The rows of one value of a dimension in which all else is taken together."""
    others = sorted(set(PLACE_DIMENSIONS) - {dimension})
    return need[(need[dimension] == value) & (need[others] == ALL).all(axis=1)]


def _by_municipality(need: pd.DataFrame, dimension: str, value: str) -> dict[str, tuple[int, int]]:
    """Persons per municipality of one value of a dimension, all else taken together, as the signs say."""
    places = need[~need["municipality_code"].isin([ALL, UNKNOWN])]
    found = {
        str(row.municipality_code): (int(row.low), int(row.high))
        for row in records(_value_alone(places, dimension, value))
    }
    # Where no row is of the value alone, those of the breakdown that is used are added up, if it tells the dimension
    # of everyone: a part of the women is not the women.
    used = places[places["used"] & ~places["municipality_code"].isin(found)]
    used = used[~used["municipality_code"].isin(used.loc[used[dimension] == ALL, "municipality_code"])]
    for code, part in used[used[dimension] == value].groupby("municipality_code"):
        found[str(code)] = (int(part["low"].sum()), int(part["high"].sum()))
    return found


def _total_of(made: Computed, code: str, dimension: str = "", value: str = "") -> tuple[int, int] | None:
    """The published total of a county, or of all, of everyone or of one value of a dimension; None without one.

    It also counts those whose municipality is not known (METHOD 1).
    """
    # With one county the row of all together is that county's.
    area = code if code != NATION else made.county or ALL
    need = made.need.table
    if not dimension:
        return published_total(need, area)
    totals = need[(need["county_code"] == area) & (need["municipality_code"] == ALL)]
    rows = list(records(_value_alone(totals, dimension, value)))
    return (int(rows[0].low), int(rows[0].high)) if rows else None


def _together(
    published: tuple[int, int] | None, parts: Iterable[tuple[int, int] | None]
) -> tuple[int, int] | None:
    """The published total; without one, the sum of its parts where all of them are told."""
    if published is not None:
        return published
    told = list(parts)
    known = [one for one in told if one is not None]
    if not known or len(known) < len(told):
        return None
    return sum(low for low, _high in known), sum(high for _low, high in known)


def _women_share(women: tuple[int, int] | None, men: tuple[int, int] | None) -> float | None:
    if women is None or men is None or women[0] != women[1] or men[0] != men[1] or not women[0] + men[0]:
        return None
    return women[0] / (women[0] + men[0])


def _no_equity() -> dict[str, None]:
    return {f"{name}_{end}": None for name in ("women_index", "men_index", "gini") for end in ("low", "high")}


def _bands(gaps: pd.DataFrame) -> dict[str, tuple[int | None, int | None]]:
    """Best and worst fifth by the share without a place that each municipality's ranks allow; 1 is the smallest share."""
    size = len(gaps)

    def fifth(rank: int) -> int:
        # Rank 1 is the largest gap: the fifth with the largest shares is the fifth.
        return 5 - min(4, (rank - 1) * 5 // size)

    return {
        str(row.municipality_code): (None, None)
        if row.need_high == 0
        else (fifth(int(row.rank_worst)), fifth(int(row.rank_best)))
        for row in records(gaps)
    }


def _sum_of(made: Computed, rows: list[dict[str, Any]], code: str, name: str, level: str) -> dict[str, Any]:
    """The row of a county, or of all, from those of its municipalities."""
    own = [row for row in rows if level == "country" or row["area_code"][:2] == code]
    ends = {
        stem: tuple(sum(row[f"{stem}_{end}"] for row in own) for end in ("low", "high"))
        for stem in ("need", "gap", "no_day_return")
    }
    # County and national need is the published total, never the sum of interval ends (METHOD 1).
    low, high = _total_of(made, code) or ends["need"]
    sexes = {
        sex: _together(
            _total_of(made, code, "sex", sex),
            [(row[f"{sex}_low"], row[f"{sex}_high"]) if row[f"{sex}_sign"] == "" else None for row in own],
        )
        for sex in ("women", "men")
    }
    gap_low, gap_high = ends["gap"]
    equity = _equity(made, code, level)
    return {
        "level": level,
        "area_code": code,
        "name": name,
        "municipalities": len(own),
        **_signed("need", low, high),
        **{k: v for sex, found in sexes.items() for k, v in _signed(sex, *(found or (None, None))).items()},
        "women_share": _women_share(sexes["women"], sexes["men"]),
        "series": sum(row["series"] for row in own),
        "places": sum(row["places"] for row in own),
        **_signed("gap", gap_low, gap_high),
        # The least gap beside the most need, and the reverse: the share lies between.
        "gap_share_low": min(1.0, gap_low / high) if high else None,
        "gap_share_high": min(1.0, gap_high / low) if low else (1.0 if high else None),
        **_signed("no_day_return", *ends["no_day_return"]),
        **equity,
        "band_best": None,
        "band_worst": None,
    }


def _equity(made: Computed, code: str, level: str) -> dict[str, Any]:
    """Access index of all, of women and of men, and its Gini coefficient, of a county or of all."""
    area = ALL if level == "country" else code
    rows = {str(row.sex): row for row in records(made.equity[made.equity["county_code"] == area])}
    result: dict[str, Any] = {}
    for stem, sex, column in (
        ("access_index", ALL, "access_index"),
        ("women_index", "women", "access_index"),
        ("men_index", "men", "access_index"),
        ("gini", ALL, "gini"),
    ):
        for end in ("low", "high"):
            result[f"{stem}_{end}"] = float(getattr(rows[sex], f"{column}_{end}")) if sex in rows else None
    return result


def with_changes(areas: pd.DataFrame, before: tuple[str, pd.DataFrame] | None) -> pd.DataFrame:
    """`areas`, as published, with what changed since an earlier published month, in what was published of both."""
    month, earlier = before or ("", pd.DataFrame(columns=["area_code"]))
    known = {str(row.area_code): row for row in records(earlier)}
    here, there = _covered(areas), _covered(earlier) if before else frozenset()
    rows: list[dict[str, Any]] = []
    for row in (dict(zip(areas.columns, values, strict=True)) for values in areas.itertuples(index=False)):
        code = str(row["area_code"])
        was = known.get(code)
        # A county or the whole is compared where it is of the same municipalities in both.
        if len(code) < 4 and _within(here, code) != _within(there, code):
            was = None
        made: dict[str, Any] = {"before": month, "places_change": None}
        for stem in ("need", "gap"):
            low, high = row[f"{stem}_low"], row[f"{stem}_high"]
            if was is None:
                made |= _signed(f"{stem}_change", None, None, MISSING)
            elif sign := row[f"{stem}_sign"] or getattr(was, f"{stem}_sign"):
                made |= _signed(f"{stem}_change", None, None, sign)
            else:
                least = int(low) - int(getattr(was, f"{stem}_high"))
                made |= _signed(f"{stem}_change", least, int(high) - int(getattr(was, f"{stem}_low")))
        if was is not None:
            made["places_change"] = int(row["places"]) - int(was.places)
        rows.append({**row, **made})
    return pd.DataFrame(rows)


def _covered(areas: pd.DataFrame) -> frozenset[str]:
    """The municipalities that a table `areas` has."""
    return frozenset(code for code in areas["area_code"].astype(str) if len(code) == 4)


def _within(codes: frozenset[str], area: str) -> frozenset[str]:
    return codes if area == NATION else frozenset(code for code in codes if code.startswith(area))


_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "sex": ("women", "men"),
    "target_group": ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement"),
    "accommodation": ("agency", "own", "municipal", "other"),
}


def groups_table(made: Computed, areas: pd.DataFrame) -> pd.DataFrame:
    """Table `groups`: each dimension that the counts tell, for every area that has a total or whose parts tell it."""
    need = of_its_county(made.need.table, made.county)
    rows = []
    places = areas[areas["level"] == "municipality"]["area_code"].astype(str).tolist()
    for dimension, groups in _DIMENSIONS.items():
        for group in groups:
            told = _by_municipality(need, dimension, group)
            figures = {}
            for area in records(areas):
                code = str(area.area_code)
                own = [one for one in places if code in (one, one[:2]) or code == NATION]
                total = _total_of(made, code, dimension, group) if area.level != "municipality" else None
                figures[code] = _together(total, [told.get(one) for one in own])
            if not any(figures.values()):
                continue  # the counts tell nobody apart by this
            rows += [
                {
                    "month": made.month,
                    "level": area.level,
                    "area_code": str(area.area_code),
                    "name": area.name,
                    "dimension": dimension,
                    "group": group,
                    **_signed("persons", *(figures[str(area.area_code)] or (None, None))),
                }
                for area in records(areas)
            ]
    return pd.DataFrame(rows, columns=PUBLIC_TABLES["groups"].names)
