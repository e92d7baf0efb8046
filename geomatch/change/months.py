"""Two computed months of a workspace, compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import pandas as pd

import geomatch
from geomatch.change.carry import carried_corridors, carried_enrolment, carried_places, carried_settings
from geomatch.change.decompose import CHANGE_COLUMNS, Amounts, Mixture, amounts, decompose
from geomatch.errors import InputError, Problem
from geomatch.month import Computed, Inputs, compute_month, fingerprint, read_inputs
from geomatch.settings import Settings
from geomatch.sources.regions import municipalities
from geomatch.supply import Window
from geomatch.tables import ALL
from geomatch.words import gettext as _
from geomatch.workspace import Input, Workspace, staging

__all__ = [
    "FACTOR_OF_INPUT",
    "Change",
    "change_before",
    "change_between",
    "compared_with",
    "month_before",
    "of_county",
]

Progress = Callable[[str, int, int], None]

FACTOR_OF_INPUT: Mapping[str, str] = {
    "enrolment": "people",
    "localities": "people",
    "as_signs_say": "people",
    "optional": "people",
    "series": "places",
    "sessions": "places",
    "used": "timetable",
    "network": "timetable",
    "corridors": "rules",
    "decisions": "rules",
    "settings": "rules",
    "notes": "rules",
}
"""Per field of `Inputs`, the factor that it belongs to. `used` tells the timetables that day returns follow from."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changed from one month to another.

    Attributes:
        earlier, later: YYYY-MM.
        county: Two digits; None where all counties are compared.
        synthetic: One of the months is made from made-up data.
        table: CHANGE_COLUMNS.
        withheld: Names of the municipalities whose need is an interval in both months.
    """

    earlier: str
    later: str
    county: str | None
    synthetic: bool
    table: pd.DataFrame
    withheld: tuple[str, ...]


def month_before(month: str) -> str:
    """The month before: `2022-12` before `2023-01`."""
    year, number = (int(part) for part in month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def change_between(
    workspace: Workspace,
    earlier: str,
    later: str,
    county: str | None = None,
    progress: Progress = lambda *_: None,
) -> Change:
    """What changed from `earlier` to `later`, both computed, each with the inputs and settings it was made from.

    Everything is computed anew, with one factor more of the later month at a time, except what is sure to come out as
    it stands in the workspace; nothing is written but a compiled timetable.

    Args:
        workspace: Where the months are.
        earlier: YYYY-MM.
        later: YYYY-MM, after it.
        county: Compare this county only; None takes what the later month was computed for.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: A month is not computed, not for that county, or not before the other.
    """
    if earlier >= later:
        raise InputError(
            Problem(
                _("{earlier} is not before {later}").format(earlier=earlier, later=later),
                _("first the earlier month, then the later"),
            )
        )
    manifests = _manifests(workspace, (earlier, later))
    chosen = county or manifests[1]["county"]
    problems = [
        Problem(
            _("{month} is computed for county {county} only").format(month=month, county=manifest["county"]),
            remedy=_("Compute it: geomatch run {month}").format(month=month),
        )
        for month, manifest in zip((earlier, later), manifests, strict=True)
        if manifest["county"] is not None and manifest["county"] != chosen
    ]
    if problems:
        raise InputError(problems)
    months = _Months(workspace, (earlier, later), manifests, chosen, progress)
    shapes = municipalities()
    names = dict(zip(shapes["municipality_code"], shapes["name"].astype(str), strict=True))
    table = decompose(months.state, names)
    return replace(_change(table, earlier, later, manifests), county=chosen)


def _change(
    table: pd.DataFrame, earlier: str, later: str, manifests: tuple[dict[str, Any], dict[str, Any]]
) -> Change:
    """The change with its table; the county is that of the later month."""
    need = table[(table["measure"] == "need") & (table["municipality_code"] != ALL)]
    unknown = (need["earlier_low_milli"] < need["earlier_high_milli"]) & (
        need["later_low_milli"] < need["later_high_milli"]
    )
    return Change(
        earlier=earlier,
        later=later,
        county=manifests[1]["county"],
        synthetic=any(bool(manifest["synthetic"]) for manifest in manifests),
        table=table,
        withheld=tuple(need.loc[unknown, "name"]),
    )


def of_county(change: Change, county: str) -> Change:
    """What changed in one county: its municipalities only, without all together."""
    table = change.table[change.table["municipality_code"].str[:2] == county].reset_index(drop=True)
    names = set(table["name"])
    return replace(
        change, county=county, table=table, withheld=tuple(one for one in change.withheld if one in names)
    )


def compared_with(workspace: Workspace, month: str) -> str | None:
    """The run (`fingerprint`) of the month before that pages of `month` tell changes from.

    None where that month is not computed, or not for the counties of `month`: then pages tell of no changes.
    """
    before = month_before(month)
    if not (workspace.month_folder(before) / "manifest.json").is_file():
        return None
    earlier, later = workspace.manifest(before), workspace.manifest(month)
    if earlier["county"] not in (None, later["county"]):
        return None
    return str(earlier.get("fingerprint"))


def change_before(workspace: Workspace, month: str, progress: Progress = lambda *_: None) -> Change | None:
    """What changed from the month before, for the pages; None where that is not computed for the same counties.

    The table is kept in the workspace (`cache/changes`) for as long as both months are the same. To be called by a
    command that writes.

    Raises:
        InputError: Inputs that a month was made from are gone.
    """
    run = compared_with(workspace, month)
    if run is None:
        return None
    before = month_before(month)
    earlier, later = workspace.manifest(before), workspace.manifest(month)
    content = [geomatch.__version__, run, str(later.get("fingerprint")), *CHANGE_COLUMNS]
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()
    folder = workspace.folder / "cache" / "changes" / month
    kept = folder / f"{digest}.parquet"
    if kept.is_file():
        try:
            return _change(pd.read_parquet(kept), before, month, (earlier, later))
        except (OSError, ValueError):
            pass  # damaged: it is computed again
    found = change_between(workspace, before, month, None, progress)
    with staging(folder) as staged:
        found.table.to_parquet(staged / kept.name, index=False)
    return found


def _manifests(workspace: Workspace, months: tuple[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    found, problems = [], []
    for month in months:
        try:
            found.append(workspace.manifest(month))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found[0], found[1]


class _Months:
    """The two months, and every mixture of them that is asked for."""

    def __init__(
        self,
        workspace: Workspace,
        months: tuple[str, str],
        manifests: tuple[dict[str, Any], dict[str, Any]],
        county: str | None,
        progress: Progress,
    ) -> None:
        self.workspace, self.months, self.county, self.progress = workspace, months, county, progress
        self.manifests = manifests
        self.settings = tuple(Settings.from_dict(manifest["settings"]) for manifest in manifests)
        self.used = tuple(tuple(Input(**one) for one in manifest["inputs"]) for manifest in manifests)
        self._read: dict[tuple[int, int], Inputs] = {}
        self._computed: dict[Mixture, Computed] = {}

    def inputs(self, month: int, settings: int) -> Inputs:
        """The files of one month, read with the settings of one (they say what a sign can be, and how one walks)."""
        key = (month, settings)
        if key not in self._read:
            same = (month, 1 - settings)
            if same in self._read and self.settings[0] == self.settings[1]:
                self._read[key] = self._read[same]
            else:
                self._read[key] = read_inputs(self.workspace, self.used[month], self.settings[settings])
        return self._read[key]

    def window(self, month: int) -> Window:
        """The weeks of a month, under the earlier month's settings, as all mixtures with them have."""
        if month == 0 or self.settings[0] == self.settings[1]:
            weeks = self.manifests[month]["window"]
            return Window(date.fromisoformat(weeks["first_day"]), date.fromisoformat(weeks["last_day"]))
        return self.computed((1, 1, 1, 0)).window

    def same_rules(self) -> bool:
        """Whether settings, shares, rules and open corridors are the same in both months."""
        settings = [carried_settings(*one) for one in zip(self.settings, self.months, strict=True)]
        if settings[0] != settings[1]:
            return False
        first, second = (
            carried_corridors(self.inputs(number, number).corridors, month)
            for number, month in enumerate(self.months)
        )
        return first.equals(second)

    def stored(self, number: int) -> Amounts | None:
        """The amounts of a month from its tables, where computing it anew would give the same."""
        month, manifest = self.months[number], self.manifests[number]
        digest = fingerprint(month, manifest["county"], self.used[number], self.settings[number])
        if manifest["county"] != self.county or manifest["fingerprint"] != digest:
            return None
        gaps, need, served = (self.workspace.read_table(month, name) for name in ("gaps", "need", "served"))
        return amounts(gaps, need, self.county, served)

    def computed(self, mixture: Mixture) -> Computed:
        """The month that a mixture of factors gives; it has the name of the month of the timetable."""
        if mixture not in self._computed:
            timetable = mixture[2]
            self._computed[mixture] = compute_month(
                self.workspace,
                self.months[timetable],
                self.county,
                progress=self.progress,
                read=self._mixed(mixture),
            )
        return self._computed[mixture]

    def _mixed(self, mixture: Mixture) -> Inputs:
        """Each field of the inputs from the month of its factor, carried to the month of the timetable."""
        people, places, timetable, rules = mixture
        of = dict(zip(("people", "places", "timetable", "rules"), mixture, strict=True))
        sources = {factor: self.inputs(month, rules) for factor, month in of.items()}
        mixed = replace(
            sources["rules"],
            **{f.name: getattr(sources[FACTOR_OF_INPUT[f.name]], f.name) for f in fields(Inputs)},
        )
        at = self.months[timetable]
        changes: dict[str, Any] = {}
        if people != timetable:
            changes["enrolment"] = carried_enrolment(mixed.enrolment, self.months[people], at)
        if places != timetable:
            changes["series"], changes["sessions"] = carried_places(
                mixed.series, mixed.sessions, self.months[places], self.window(places), self.window(timetable)
            )
        if rules != timetable:
            changes["corridors"] = carried_corridors(mixed.corridors, self.months[rules])
            changes["settings"] = carried_settings(mixed.settings, self.months[rules])
        return replace(mixed, **changes)

    def state(self, mixture: Mixture) -> Amounts:
        """Need, supply and gap of a mixture."""
        if mixture == (1, 1, 1, 0) and self.same_rules():
            return self.state((1, 1, 1, 1))
        if len(set(mixture)) == 1:
            found = self.stored(mixture[0])
            if found is not None:
                return found
        made = self.computed(mixture)
        return amounts(made.gaps, made.need.table, self.county, made.served)
