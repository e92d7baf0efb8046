"""A month with the changes of a scenario, computed from the month as it is."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely

from geomatch.access import allocate_month, gaps_table
from geomatch.access.reach import open_in_month
from geomatch.barred import entitled_by_rules
from geomatch.errors import Problem
from geomatch.month import Computed, returns_between
from geomatch.settings import Settings, Share
from geomatch.sources.regions import CRS, municipalities
from geomatch.supply import Supply, supply_of_month
from geomatch.tables import ALL, TARGET_GROUPS
from geomatch.whatif.people import move_people, persons_at_most
from geomatch.whatif.scenario import OpenActivity, Scenario
from geomatch.words import gettext as _

__all__ = ["Altered", "altered", "problems_in_month"]

Progress = Callable[[str, int, int], None]
_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Altered:
    """The month with the scenario.

    Attributes:
        gaps: GAPS of all who take part.
        need: NEED, with those who have moved.
        notes: What was assumed, and what of the scenario changes nothing.
    """

    gaps: pd.DataFrame
    need: pd.DataFrame
    notes: tuple[str, ...]


def problems_in_month(base: Computed, scenario: Scenario) -> list[Problem]:
    """What of the scenario does not fit the month: activities that there are not, more persons than there can be."""
    problems = []
    register = base.inputs.series
    known = sorted({str(one) for one in register["activity_id"]})
    for where, activity in scenario.ended:
        if activity not in known:
            near = difflib.get_close_matches(activity, known, _SUGGESTIONS)
            problems.append(
                Problem(
                    _("{where}: there is no activity {id} in the register").format(where=where, id=activity),
                    remedy=_("It may be one of these: {names}").format(names=", ".join(near)) if near else "",
                    file=scenario.file,
                )
            )
    left: dict[str, int] = {}
    for move in scenario.closed:
        most = left.setdefault(move.municipality, persons_at_most(base.need.table, move.municipality))
        if move.persons > most:
            problems.append(
                Problem(
                    _("{where}: {persons} persons are more than the municipality can have, {most}").format(
                        where=move.where, persons=move.persons, most=most
                    ),
                    remedy=_("Correct the number"),
                    file=scenario.file,
                )
            )
        left[move.municipality] = max(most - move.persons, 0)
        left[move.move_to] = (
            left.setdefault(move.move_to, persons_at_most(base.need.table, move.move_to)) + move.persons
        )
    return problems


def altered(base: Computed, scenario: Scenario, progress: Progress = lambda *_: None) -> Altered:
    """The month with the scenario. Only day returns of what is new are sought.

    Args:
        base: The month as it is.
        scenario: Without problems (`problems_in_month`).
        progress: Called with a step's name, and how much of it is done of how much.
    """
    settings = _settings(base.inputs.settings, scenario)
    supply, opened, notes = _supply(base, scenario)
    need, points = base.need.table, base.points
    for move in scenario.closed:
        need, points = move_people(base, need, points, move)
    returns = base.day_returns[base.day_returns["series_id"].isin(set(supply.activities["series_id"]))]
    found = [returns]
    if len(opened.activities):
        found.append(_between(base, points, opened, progress))
    fresh = points[~points["point_id"].isin(set(base.points["point_id"]))]
    if len(fresh):
        # The points that are new, to the series that are not: those that are new have theirs above.
        found.append(_between(base, fresh, supply, progress))
    activities = pd.concat([supply.activities, opened.activities], ignore_index=True)
    allocation = allocate_month(
        points,
        gpd.GeoDataFrame(activities, geometry="geometry", crs=CRS),
        pd.concat(found, ignore_index=True),
        _register(base, scenario),
        settings,
        base.month,
        _entitled(base, scenario, points, need),
    )
    names = dict(zip(municipalities()["municipality_code"], municipalities()["name"], strict=True))
    gaps = gaps_table(allocation, points, activities, need, names)
    return Altered(gaps, need, (*notes, *_notes(base, scenario)))


def _between(base: Computed, points: gpd.GeoDataFrame, supply: Supply, progress: Progress) -> pd.DataFrame:
    if supply.activities["digital"].astype(bool).all():
        return base.day_returns.iloc[:0]
    return returns_between(
        points, supply, base.inputs.network, base.window, base.inputs.settings, base.month, progress
    )


def _settings(settings: Settings, scenario: Scenario) -> Settings:
    if scenario.all_enrolled_entitled:
        others = tuple(one for one in settings.shares if one.name != "eligible_share")
        everyone = tuple(Share("eligible_share", group, 1.0, 1.0) for group in TARGET_GROUPS)
        settings = replace(settings, shares=(*others, *everyone))
    if scenario.digital_share is not None:
        settings = replace(
            settings, allocation=replace(settings.allocation, digital_share=scenario.digital_share)
        )
    return settings


def _entitled(
    base: Computed, scenario: Scenario, points: gpd.GeoDataFrame, need: pd.DataFrame
) -> pd.DataFrame | None:
    """Who may travel by counts and rules; where people have moved, counts of ages and case status hold no more.

    None where everybody may.
    """
    if scenario.all_enrolled_entitled:
        return None
    moved = {code for move in scenario.closed for code in (move.municipality, move.move_to)}
    kept = base.entitled[~base.entitled["point_id"].str[:4].isin(moved)]
    if not moved:
        return kept
    theirs = (need["case_status"] == ALL) & (need["age_group"] == ALL) & need["municipality_code"].isin(moved)
    own = points[points["municipality_code"].isin(moved)]
    there = entitled_by_rules(own, need[theirs], base.inputs.settings, base.month)
    filled = [frame for frame in (kept, there) if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else kept


def _counted(need: pd.DataFrame, codes: set[str]) -> bool:
    """Whether some counts of the municipalities tell ages or case status."""
    own = need[need["municipality_code"].isin(codes)]
    return bool(((own["age_group"] != ALL) | (own["case_status"] != ALL)).any())


def _register(base: Computed, scenario: Scenario) -> pd.DataFrame:
    """The register with the corridors that open, for all days."""
    rows = [
        {"from_code": origin, "to_code": goal, "valid_from": "", "valid_to": "", "reference": ""}
        for origin, goal in scenario.corridors
    ]
    if not rows:
        return base.inputs.corridors
    return pd.concat([base.inputs.corridors, pd.DataFrame(rows)], ignore_index=True)


def _supply(base: Computed, scenario: Scenario) -> tuple[Supply, Supply, list[str]]:
    """The series that stay, those that are new, and what there is to say of both."""
    ended = {activity for _where, activity in scenario.ended}
    running = base.supply.activities
    stays = running[~running["activity_id"].isin(ended)]
    sessions = base.supply.sessions
    held = sessions[sessions["series_id"].isin(set(stays["series_id"]))]
    notes = [
        _("Activity {id} does not run this month: that it ends changes nothing.").format(id=activity)
        for _where, activity in scenario.ended
        if activity not in set(running["activity_id"])
    ]
    return (
        replace(base.supply, activities=stays.reset_index(drop=True), sessions=held.reset_index(drop=True)),
        _opened(base, scenario, notes),
        notes,
    )


def _opened(base: Computed, scenario: Scenario, notes: list[str]) -> Supply:
    """The activities that open, as a register would have them, with their sessions in the month's window."""
    shapes = municipalities().set_index("municipality_code")
    taken = set(base.inputs.series["series_id"]) | set(base.inputs.series["activity_id"])
    rows, points, patterns = [], [], []
    for number, one in enumerate(scenario.opened, start=1):
        series = f"what-if {number}"
        while series in taken:
            series += "'"
        rows.append(_row(base.inputs.series, one, series))
        if one.x_m is None or one.y_m is None:
            place = shapes.loc[one.municipality]
            points.append(shapely.Point(place["point_x_m"], place["point_y_m"]))
            notes.append(
                _("{name}: no place is given, so the municipality's point stands for it.").format(
                    name=one.name
                )
            )
        else:
            points.append(shapely.Point(one.x_m, one.y_m))
        patterns += [(series, day, "", one.start_s, one.end_s) for day in one.weekdays]
    known = base.inputs.series
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[name for name in known.columns if name != "geometry"]),
        geometry=gpd.GeoSeries(points, crs=CRS),
        crs=CRS,
    )
    sessions = pd.DataFrame(patterns, columns=["series_id", "weekday", "date", "start_s", "end_s"])
    sessions["weekday"] = sessions["weekday"].astype("Int64")
    if not rows:
        return Supply(base.supply.activities.iloc[:0], base.supply.sessions.iloc[:0], 0)
    return supply_of_month(frame, sessions, base.month, base.window, base.inputs.settings.sessions)


def _row(series: gpd.GeoDataFrame, one: OpenActivity, series_id: str) -> dict[str, object]:
    """A row of the register for an activity that opens; what the scenario does not say is blank, no or 0."""
    blank: dict[str, object] = {}
    for name, kind in series.drop(columns="geometry").dtypes.items():
        blank[str(name)] = (
            False if pd.api.types.is_bool_dtype(kind) else 0 if pd.api.types.is_numeric_dtype(kind) else ""
        )
    return blank | {
        "series_id": series_id,
        "activity_id": series_id,
        "name": one.name,
        "primary_purpose": one.purpose,
        "target_groups": one.target_groups,
        "sex": one.sex,
        "places": one.places,
        "visibility": "municipality",
        "status": "ongoing",
        "municipality_code": one.municipality,
    }


def _notes(base: Computed, scenario: Scenario) -> list[str]:
    """What was assumed of those who move, and corridors and shares that change nothing."""
    notes = []
    used = base.need.table[base.need.table["used"].astype(bool)]
    for move in scenario.closed:
        low = int(used.loc[used["municipality_code"] == move.municipality, "low"].sum())
        notes.append(
            _(
                "{where}: who they are is not known, so they are taken from all groups alike, and spread over the other municipality like people whose place is not given."
            ).format(where=move.where)
        )
        if _counted(base.need.table, {move.municipality, move.move_to}):
            notes.append(
                _(
                    "{where}: those who move are taken as adults, and in both municipalities the eligible share tells who may travel: counts by age or case status do not say who lives in the accommodation."
                ).format(where=move.where)
            )
        if low < move.persons:
            notes.append(
                _(
                    "{where}: the counts allow as few as {low} persons there; with {persons} in the accommodation there are at least so many."
                ).format(where=move.where, low=low, persons=move.persons)
            )
    opened = open_in_month(base.inputs.corridors, base.month)
    known = set(zip(opened["from_code"], opened["to_code"], strict=True))
    rule = base.inputs.settings.allocation.corridors
    for origin, goal in scenario.corridors:
        if (origin, goal) in known:
            notes.append(_("Corridor {pair} is open this month already.").format(pair=f"{origin}-{goal}"))
    if scenario.corridors and rule != "register":
        notes.append(
            _("The settings say allocation.corridors = {rule}: opening a corridor changes nothing.").format(
                rule=rule
            )
        )
    if scenario.digital_share and not base.supply.activities["digital"].astype(bool).any():
        notes.append(_("There is no digital activity this month: the digital share changes nothing."))
    return notes
