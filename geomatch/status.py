"""What a workspace has, what it lacks for which month, and which command comes next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from geomatch.change.months import compared_with
from geomatch.errors import InputError
from geomatch.kinds import KINDS
from geomatch.month import chosen_inputs, fingerprint
from geomatch.words import gettext as _
from geomatch.words import ngettext
from geomatch.workspace import Workspace

__all__ = ["DONE", "MISSING", "STALE", "MonthStatus", "Status", "status_lines", "workspace_status"]

DONE, STALE, MISSING = "done", "stale", "missing"


@dataclass(frozen=True, slots=True)
class MonthStatus:
    """One month that the workspace has counts for.

    Attributes:
        month: YYYY-MM.
        county: The county it was computed for, or None for all or when it is not computed.
        computed: `done`, `stale` (inputs or settings have changed since), or `missing`.
        published: Likewise, of its pages.
        lacking: What is needed before it can be computed.
        next_command: The command that brings it further; empty when everything is done.
        counts: The files whose counts it takes.
        against_rules: Corridors open in it, by name, that verified rules forbade when it was computed.
    """

    month: str
    county: str | None
    computed: str
    published: str
    lacking: tuple[str, ...]
    next_command: str
    counts: tuple[str, ...] = ()
    against_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """All inputs by kind, as file names, and every month; `next_command` is the first that is due."""

    inputs: Mapping[str, tuple[str, ...]]
    months: tuple[MonthStatus, ...]
    next_command: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def workspace_status(workspace: Workspace) -> Status:
    """The state of a workspace; nothing is computed.

    Raises:
        InputError: The settings cannot be read.
    """
    settings = workspace.settings()
    inputs = {kind: tuple(one.file for one in workspace.inputs(kind)) for kind in KINDS}
    counted = {month for one in workspace.inputs("enrolment") for month in one.facts["months"]}
    computed = {path.parent.name for path in (workspace.folder / "months").glob("[0-9]*/manifest.json")}
    months = []
    for month in sorted(counted | computed):
        manifest = workspace.manifest(month) if month in computed else {}
        county = manifest.get("county")
        lacking: tuple[str, ...] = ()
        digest = None
        counts: tuple[str, ...] = ()
        try:
            chosen = chosen_inputs(workspace, month)
            counts = tuple(one.file for one in chosen if one.kind == "enrolment")
            digest = fingerprint(month, county, chosen, settings)
        except InputError as error:
            lacking = tuple(str(problem) for problem in error.problems)
        whole = month in computed and workspace.month_is_whole(month)
        state = MISSING if not whole else DONE if manifest.get("fingerprint") == digest else STALE
        pages = _published(workspace, month, manifest)
        against = tuple(manifest.get("assumptions", {}).get("corridors_against_rules", ()))
        coming = _next(month, county, state, pages, lacking)
        months.append(MonthStatus(month, county, state, pages, lacking, coming, counts, against))
    missing = [kind for kind in ("enrolment", "activities", "timetable") if not inputs[kind]]
    first = f"geomatch add {missing[0]} {_('FILE')}" if missing else ""
    due = [one.next_command for one in reversed(months) if one.next_command]
    return Status(inputs, tuple(months), first or (due[0] if due else ""))


def _published(workspace: Workspace, month: str, manifest: Mapping[str, Any]) -> str:
    """Whether the pages are those of the month's results, and of those of the month before that they tell of."""
    folders = sorted((workspace.folder / "internal" / month).glob("[0-9][0-9]/provenance.json"))
    own = [path for path in folders if path.parent.name in manifest.get("assumptions_by_county", ())]
    if not own:
        return MISSING
    made = [json.loads(path.read_text(encoding="utf-8")) for path in own]
    # Pages also tell what changed from the month before, so another run of that makes them old.
    runs = {(one["fingerprint"], one.get("before")) for one in made}
    # A `publish` that was killed can have made the pages of some counties.
    whole = len(own) == len(manifest.get("assumptions_by_county", ()))
    return (
        DONE if whole and runs == {(manifest.get("fingerprint"), compared_with(workspace, month))} else STALE
    )


def _next(month: str, county: str | None, computed: str, published: str, lacking: tuple[str, ...]) -> str:
    if lacking:
        return ""
    if computed != DONE:
        return f"geomatch run {month}" + (f" --county {county}" if county else "")
    return "" if published == DONE else f"geomatch publish {month}"


def status_lines(status: Status) -> list[str]:
    """The status in words."""
    kinds = {
        "enrolment": _("Counts"),
        "activities": _("Activities"),
        "timetable": _("Timetables"),
        "localities": _("Localities"),
        "corridors": _("Open corridors"),
        "raster": _("Population raster"),
        "sites": _("Agency accommodation"),
        "population": _("Population"),
        "study_hours": _("Study hours"),
        "other_activities": _("Other activities"),
        "travel_compensation": _("Travel compensation"),
    }
    lines = [f"{kinds[kind]}: {', '.join(files) or _('none')}" for kind, files in status.inputs.items()]
    words = {DONE: _("yes"), STALE: _("yes, but something has changed since"), MISSING: _("no")}
    for one in status.months:
        where = _("county {code}").format(code=one.county) if one.county else _("all counties")
        lines.append(
            _("{month}: computed: {computed}; pages: {published}").format(
                month=one.month,
                computed=words[one.computed] + (f" ({where})" if one.computed != MISSING else ""),
                published=words[one.published],
            )
        )
        lines += [f"  {text}" for text in one.lacking]
        if len(one.counts) > 1:
            lines.append("  " + _("counts joined from {files}").format(files=", ".join(one.counts)))
        if one.against_rules:
            lines.append(
                "  "
                + ngettext(
                    "{n} open corridor goes against a verified rule: {listed} (geomatch decisions list {month})",
                    "{n} open corridors go against a verified rule: {listed} (geomatch decisions list {month})",
                    len(one.against_rules),
                ).format(n=len(one.against_rules), listed=", ".join(one.against_rules), month=one.month)
            )
    lines.append(
        _("Next: {command}").format(command=status.next_command)
        if status.next_command
        else _("Everything is done.")
    )
    return lines
