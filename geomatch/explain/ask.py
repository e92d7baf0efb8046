"""One municipality of a computed month explained, for those who have the workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from geomatch.errors import InputError, Problem
from geomatch.explain.chart import chart_svg
from geomatch.explain.facts import Explained, as_plain, doubts_of, shown_of, told_apart
from geomatch.explain.state import picture
from geomatch.explain.text import explained_lines
from geomatch.explain.travelled import bus_trials, time_trials
from geomatch.explain.trial import Change, Month, corridor_trials, place_trials, ranked_changes
from geomatch.explain.which import municipality_of
from geomatch.month import Computed, chosen_inputs, compute_month, fingerprint
from geomatch.notes import assumption_notes
from geomatch.sources.regions import municipalities
from geomatch.words import gettext as _
from geomatch.workspace import Workspace

__all__ = ["Answer", "explain"]

Said = Callable[[str, int, int], None]
# What is assumed of a whole county that bears on each of its municipalities.
_NOTES = ("corridor_register_absent", "neighbours_without_activities", "neighbours_without_need")


@dataclass(frozen=True, slots=True)
class Answer:
    """Facts as plain values for JSON, the sentences, and the chart as SVG."""

    facts: dict[str, Any]
    lines: list[str]
    chart: str


def explain(
    workspace: Workspace, municipality: str, month: str | None = None, progress: Said = lambda *_: None
) -> Answer:
    """Explain one municipality of a computed month: who goes where, who does not and why, what would help most.

    Nothing is written but the workspace's cache of compiled timetables.

    Args:
        workspace: Where the month is.
        municipality: Its code or name.
        month: YYYY-MM; the last computed month unless given.
        progress: Called with a step's name, and how much of it is done of how much.

    Raises:
        InputError: There is no such municipality; the month is not computed, not for its county, or from other inputs
            than there are now.
    """
    code, name = municipality_of(municipality)
    month = month or _last_month(workspace)
    manifest = workspace.manifest(month)
    county = manifest["county"]
    if county is not None and county != code[:2]:
        raise InputError(
            Problem(
                _("{month} is computed for county {county} only; {municipality} is in county {code}").format(
                    month=month, county=county, municipality=name, code=code[:2]
                ),
                remedy=_("Compute it for that county, or for all: geomatch run {month}").format(month=month),
            )
        )
    now = fingerprint(month, county, chosen_inputs(workspace, month), workspace.settings())
    if manifest.get("fingerprint") != now or not workspace.month_is_whole(month):
        raise InputError(
            Problem(
                _("something has changed since {month} was computed").format(month=month),
                remedy=_("Compute it again: geomatch run {month}").format(
                    month=month + (f" --county {county}" if county else "")
                ),
            )
        )
    computed = compute_month(workspace, month, county, progress=progress)
    assumed = manifest["assumptions_by_county"].get(code[:2], {})
    notes = assumption_notes({name: assumed[name] for name in _NOTES if name in assumed})
    found = explained(computed, code, name, tuple(notes), synthetic=manifest["synthetic"], progress=progress)
    lines = explained_lines(found)
    return Answer({**as_plain(found), "text": lines}, lines, chart_svg(found))


def _last_month(workspace: Workspace) -> str:
    months = sorted(path.parent.name for path in (workspace.folder / "months").glob("[0-9]*/manifest.json"))
    if not months:
        raise InputError(
            Problem(
                _("no month is computed yet"),
                remedy=_("Compute one: geomatch run {month}").format(month="YYYY-MM"),
            )
        )
    return months[-1]


def explained(
    computed: Computed,
    code: str,
    name: str,
    notes: tuple[str, ...] = (),
    *,
    synthetic: bool = False,
    progress: Said = lambda *_: None,
) -> Explained:
    """One municipality of a month that is computed.

    Args:
        computed: From `compute_month`.
        code: The municipality.
        name: Its name.
        notes: Assumptions of its county, in sentences.
        synthetic: The input is made up.
        progress: As of `explain`.
    """
    shapes = municipalities()
    names = dict(zip(shapes["municipality_code"], shapes["name"], strict=True))
    allocation, activities = computed.allocation, computed.supply.activities
    settings = computed.inputs.settings
    shown, milli = shown_of(
        code, computed.served, computed.gaps, computed.points, activities, shapes, settings
    )
    changes: list[Change] = []
    if shown is not None and shown.gap[1] > 0:
        changes = tried_changes(computed, code, progress)
    return Explained(
        month=computed.month,
        code=code,
        name=name,
        names=names,
        synthetic=synthetic,
        shown=shown,
        milli=milli,
        picture=picture(allocation, computed.points, activities, computed.day_returns, code),
        doubts=doubts_of(allocation, activities, code, notes),
        changes=tuple(ranked_changes(changes)),
        settings=settings,
        apart=told_apart(activities),
    )


def tried_changes(computed: Computed, code: str, progress: Said = lambda *_: None) -> list[Change]:
    """Every change that is tried for a municipality, each computed anew.

    Args:
        computed: The month.
        code: The municipality.
        progress: As of `explain`.
    """
    month = Month(
        computed.points, computed.supply.activities, computed.day_returns, computed.inputs.corridors,
        computed.inputs.settings, computed.month, computed.entitled,
    )  # fmt: skip
    sessions, network, window = computed.supply.sessions, computed.inputs.network, computed.window
    progress(_("More places"), 0, 1)
    changes = place_trials(month, computed.allocation, code)
    progress(_("Corridors"), 0, 1)
    changes += corridor_trials(month, computed.allocation, computed.corridors, code)
    changes += time_trials(
        month, computed.allocation, code, network, sessions, window, partial(progress, _("Other times"))
    )
    changes += bus_trials(
        month, computed.allocation, code, network, sessions, window, partial(progress, _("One more bus"))
    )
    return changes
