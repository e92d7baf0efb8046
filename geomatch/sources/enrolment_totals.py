"""Published totals against their published parts: what no masking can explain is an error (METHOD 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geomatch.errors import Problem
from geomatch.sources.regions import counties, municipalities
from geomatch.words import gettext as _

__all__ = ["contradictions"]

Record = Mapping[str, Any]
_DIMENSIONS = ("accommodation", "target_group", "case_status", "sex", "age_group")
_PLACE = ("county_code", "municipality_code", "locality_code")
# The parts that make a whole. Without all of them the published parts may only not exceed the total.
_WHOLE = {
    "accommodation": {"agency", "own", "other"},
    "sex": {"women", "men"},
    "target_group": {"asylum_seeker", "temporary_protection"},
}


@dataclass(frozen=True, slots=True)
class _Comparison:
    total: Record
    parts: list[Record]
    name: str
    complete: bool


def contradictions(records: Iterable[Record], file: str, sheet: str) -> list[Problem]:
    """Every total that its unmasked parts contradict.

    Municipalities are compared with their county, counties with the country (a county without a total row by its
    municipalities), and accommodations, groups and sexes with their total. A total whose parts are all unmasked must
    be their sum; otherwise the unmasked parts must not exceed it. Masked totals are left to `need`. Ages and
    localities are not compared: their bands may overlap or leave people out.

    Args:
        records: Rows of the enrolment table.
        file: File name to give in the problems.
        sheet: Sheet name to give in the problems.
    """
    rows = [record for record in records if record["locality_code"] == "all"]
    return [
        problem
        for comparison in [*_by_place(rows), *_by_dimension(rows)]
        if (problem := _compare(comparison, file, sheet)) is not None
    ]


def _by_place(rows: list[Record]) -> list[_Comparison]:
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    country: dict[tuple[str, ...], Record] = {}
    totals: defaultdict[tuple[str, ...], dict[str, Record]] = defaultdict(dict)
    members: defaultdict[tuple[str, ...], defaultdict[str, list[Record]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        key = (row["month"], *(row[name] for name in _DIMENSIONS))
        if row["municipality_code"] != "all":
            members[key][row["county_code"]].append(row)
        elif row["county_code"] != "all":
            totals[key][row["county_code"]] = row
        else:
            country[key] = row
    # A place that has rows, but not this one, is in the total and not among the parts.
    places: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    counties_of: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["county_code"] != "all":
            counties_of[row["month"]].add(row["county_code"])
        if row["municipality_code"] != "all":
            places[row["month"], row["county_code"]].add(row["municipality_code"])
    found = [
        _Comparison(
            total,
            members[key][code],
            names.get(code, _("an unknown county")),
            {row["municipality_code"] for row in members[key][code]} == places[key[0], code],
        )
        for key, by_county in totals.items()
        for code, total in by_county.items()
        if members[key][code]
    ]
    for key, total in country.items():
        without = [row for code, group in members[key].items() if code not in totals[key] for row in group]
        parts = [*totals[key].values(), *without]
        if parts:
            complete = {row["county_code"] for row in parts} == counties_of[key[0]] and all(
                {row["municipality_code"] for row in members[key][code]} == places[key[0], code]
                for code in members[key]
                if code not in totals[key]
            )
            found.append(_Comparison(total, parts, _("the whole country"), complete))
    return found


def _by_dimension(rows: list[Record]) -> list[_Comparison]:
    names = dict(zip(municipalities()["municipality_code"], municipalities()["name"], strict=True))
    names |= dict(zip(counties()["county_code"], counties()["name"], strict=True))
    found = []
    for dimension, whole in _WHOLE.items():
        others = ("month", *_PLACE, *(name for name in _DIMENSIONS if name != dimension))
        total: dict[tuple[str, ...], Record] = {}
        parts: defaultdict[tuple[str, ...], list[Record]] = defaultdict(list)
        for row in rows:
            key = tuple(row[name] for name in others)
            if row[dimension] == "all":
                total[key] = row
            else:
                parts[key].append(row)
        for key, row in total.items():
            if parts[key]:
                place = names.get(row["municipality_code"]) or names.get(row["county_code"])
                if place is None:
                    place = (
                        _("the whole country")
                        if row["county_code"] == "all"
                        else _("an unknown municipality")
                    )
                complete = {part[dimension] for part in parts[key]} >= whole
                found.append(_Comparison(row, parts[key], place, complete))
    return found


def _compare(comparison: _Comparison, file: str, sheet: str) -> Problem | None:
    total, parts = comparison.total, comparison.parts
    if total["masked"]:
        return None
    known = sum(part["low"] for part in parts if not part["masked"])
    whole = comparison.complete and not any(part["masked"] for part in parts)
    if known == total["low"] or (known < total["low"] and not whole):
        return None
    cells = [str(part["cell"]).rsplit("!", 1)[-1] for part in parts if not part["masked"]]
    shown = ", ".join(cells) if len(cells) <= 4 else f"{cells[0]} … {cells[-1]}"
    text = (
        _("{name} {month}: the total {total} in {cell} is not the sum {sum} of its parts in {cells}")
        if whole
        else _("{name} {month}: the parts in {cells} add up to {sum}, more than the total {total} in {cell}")
    )
    cell = str(total["cell"]).rsplit("!", 1)[-1]
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return Problem(
        text.format(
            name=comparison.name, month=total["month"], total=total["low"], cell=cell, sum=known, cells=shown
        ),
        remedy=_("Check that the file is as the agency published it"),
        file=file,
        sheet=sheet,
        row=int(row),
        column=cell.removesuffix(row),
    )
