"""The pages of a computed month, from the workspace's tables into its internal tree."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from geomatch.change.months import Change, change_before, compared_with, of_county
from geomatch.decisions.gather import Gathered, gathered
from geomatch.disclosure import visible_activities
from geomatch.errors import InputError
from geomatch.need import published_total
from geomatch.notes import page_notes
from geomatch.points import persons_at_sites, without_sites
from geomatch.publish.county import INTERNAL, IndexEntry, publish_county, publish_index
from geomatch.publish.facts import CountyFacts, SourceNote
from geomatch.settings import Settings
from geomatch.sources.places import ATTRIBUTION
from geomatch.sources.regions import counties, municipalities
from geomatch.words import gettext as _
from geomatch.words import ngettext, using_language
from geomatch.workspace import Input, Workspace, dump_json, replace_folder

__all__ = ["list_pages", "publish_month"]

Progress = Callable[[str, int, int], None]

# What a page was made from, beside it: for `geomatch status` and for the list of pages.
PROVENANCE = "provenance.json"
# Whom the sources ask to be named, in their own words; made-up files are nobody's.
_CREDITS = {
    "enrolment": "Källa: Migrationsverket",
    "timetable": "Trafiklab",
    "study_hours": "Källa: Folkbildningsrådet",
    "travel_compensation": "Källa: Migrationsverket",
}
# Not even the file is named: it is the board's to call it after a place.
_UNNAMED = frozenset({"sites"})


def _period(one: Mapping[str, Any]) -> str:
    facts = one["facts"]
    if one["kind"] == "timetable":
        return f"{facts['first_day']} – {facts['last_day']}"
    if one["kind"] == "enrolment":
        months = ", ".join(facts["months"])
        return (
            _("{months}; updated {day}").format(months=months, day=facts["updated"])
            if facts["updated"]
            else months
        )
    if one["kind"] in {"study_hours", "travel_compensation"}:
        first, last = facts["first_month"], facts["last_month"]
        return first if first == last else f"{first} – {last}"
    return str(facts["updated_to"]) if one["kind"] == "population" else ""


def _sources(manifest: Mapping[str, Any]) -> tuple[SourceNote, ...]:
    notes = [
        SourceNote(one["kind"], "", _("the board's restricted list"))
        if one["kind"] in _UNNAMED
        else SourceNote(
            one["kind"],
            one["file"],
            "" if one["synthetic"] else _CREDITS.get(one["kind"], ""),
            _period(one),
            one["sha256"],
        )
        for one in manifest["inputs"]
    ]
    if manifest["assumptions"]["localities_embedded"]:
        notes.append(SourceNote("localities", "localities.parquet", ATTRIBUTION))
    notes.append(SourceNote("regions", "municipalities.parquet", "SCB"))
    return tuple(notes)


def _window(manifest: Mapping[str, Any]) -> str:
    window = manifest["window"]
    return ngettext(
        "{first} to {last}, {n} whole week", "{first} to {last}, {n} whole weeks", window["weeks"]
    ).format(
        first=date.fromisoformat(window["first_day"]),
        last=date.fromisoformat(window["last_day"]),
        n=window["weeks"],
    )


def _made_from(page: Path) -> dict[str, Any]:
    """What a page was made from; nothing where that cannot be read, since the list must not fail for one page."""
    try:
        found = json.loads(page.with_name(PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _earlier(page: Mapping[str, Any], manifest: Mapping[str, Any], county_code: str) -> str:
    """Why a page is not of the month's latest run, in words; empty when it is."""
    if page.get("fingerprint") == manifest.get("fingerprint"):
        return ""
    # Twelve signs tell runs apart, as they do for files.
    run = str(page.get("fingerprint", _("unknown")))[:12]
    if county_code in manifest["assumptions_by_county"]:
        text = _("from an earlier run ({run}): the month was computed anew, and has not been published since")
    else:
        text = _("from an earlier run ({run}): the latest run of the month left this county out")
    return text.format(run=run)


def _entries(internal: Path, workspace: Workspace, names: Mapping[str, str]) -> list[IndexEntry]:
    """Every page there is, for the list of them; each by its own run, which need not be the month's latest."""
    entries = []
    for path in sorted(internal.glob("[0-9]*-[0-9]*/[0-9][0-9]/index.html")):
        month, code = path.parts[-3:-1]
        if code not in names or not (workspace.month_folder(month) / "manifest.json").is_file():
            continue
        manifest, page = workspace.manifest(month), _made_from(path)
        entries.append(
            IndexEntry(
                month,
                code,
                names[code],
                bool(page.get("synthetic", manifest["synthetic"])),
                str(page.get("updated") or ""),
                _earlier(page, manifest, code),
            )
        )
    return entries


def publish_month(
    workspace: Workspace, month: str, page_language: str | None = None, progress: Progress = lambda *_: None
) -> list[Path]:
    """Write the pages of a computed month into `internal/`, one per county, and the page that lists them.

    All pages are laid out anew beside the old ones, with links to what stays, and put in their place in one step.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        page_language: Language of the pages; None takes the one in the settings.
        progress: Called with a step's name, and how much of it is done of how much.

    Returns:
        The counties' pages.

    Raises:
        InputError: The month is not computed.
    """
    manifest = workspace.manifest(month)
    # The page describes the numbers, so it speaks of the settings that they were computed with.
    settings = Settings.from_dict(manifest["settings"])
    shapes = municipalities()
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    activities = visible_activities(workspace.read_activities(month), shapes)
    tables = {
        name: workspace.read_table(month, name)
        for name in (
            "need",
            "gaps",
            "served",
            "served_by_purpose",
            "corridors",
            "points",
            "day_returns",
            "study_hours",
            "equity",
            "similar",
        )
    }
    at_sites = persons_at_sites(tables["points"])
    tables["points"], tables["day_returns"] = without_sites(tables["points"], tables["day_returns"])
    need = tables.pop("need")
    wanted = sorted(set(tables["gaps"]["county_code"]))
    internal = workspace.folder / INTERNAL
    staged = workspace.folder / ".publish.new"
    shutil.rmtree(staged, ignore_errors=True)
    _stay(internal, staged / INTERNAL, {internal / month / code for code in wanted})
    change = _change_before(workspace, month, progress)
    decided = _decided(workspace, manifest)
    made_from = {name: manifest[name] for name in ("fingerprint", "synthetic", "updated")}
    # The page tells changes, so it is of two runs.
    made_from["before"] = compared_with(workspace, month)
    with using_language(page_language or workspace.settings().language):
        for number, code in enumerate(wanted):
            progress(_("Pages"), number, len(wanted))
            facts = CountyFacts(
                month=month,
                county_code=code,
                county_name=names[code],
                synthetic=manifest["synthetic"],
                municipalities=shapes,
                activities=activities,
                sources=_sources(manifest),
                window=_window(manifest),
                notes=(),
                settings=settings,
                county_need=published_total(need, code),
                need=need[need["county_code"] == code],
                at_sites=at_sites,
                decided=decided if isinstance(decided, Gathered) else None,
                **tables,
            )
            notes = page_notes(manifest["assumptions_by_county"][code], facts.own_activities())
            if isinstance(decided, InputError):
                notes.append(_("The decisions on corridors cannot be told: {reason}").format(reason=decided))
            made = publish_county(replace(facts, notes=tuple(notes), changes=_changes(change, code)), staged)
            made.with_name(PROVENANCE).write_text(
                dump_json(made_from),
                encoding="utf-8",
            )
        publish_index(_entries(staged / INTERNAL, workspace, names), staged)
        replace_folder(staged / INTERNAL, internal)
        progress(_("Pages"), len(wanted), len(wanted))
    shutil.rmtree(staged)
    return [internal / month / code / "index.html" for code in wanted]


def list_pages(workspace: Workspace) -> None:
    """Write the page that lists the internal pages anew, from those that are there."""
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    publish_index(_entries(workspace.folder / INTERNAL, workspace, names), workspace.folder)


def _change_before(workspace: Workspace, month: str, progress: Progress) -> Change | InputError | None:
    """What changed since the month before, or why that cannot be told: a page is no worse for it."""
    try:
        return change_before(workspace, month, progress)
    except InputError as error:
        return error


def _decided(workspace: Workspace, manifest: Mapping[str, Any]) -> Gathered | InputError:
    """The decisions that the month was made from, or why they cannot be told."""
    try:
        return gathered(workspace, [Input(**one) for one in manifest["inputs"]])
    except InputError as error:
        return error


def _changes(change: Change | InputError | None, county: str) -> tuple[str, ...]:
    """The paragraphs of the page: the two months, and the largest changes."""
    from geomatch.change.words import change_lines  # noqa: PLC0415  it takes its numbers from this room

    if change is None:
        return ()
    if isinstance(change, InputError):
        return (_("What has changed since the month before cannot be told: {reason}").format(reason=change),)
    return tuple(change_lines(of_county(change, county)))


def _stay(pages: Path, copy: Path, anew: set[Path]) -> None:
    """The tree of pages once more, as links to its files, without the folders that are made anew."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(folder) / name in anew or name.startswith(".")}

    def linked(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            # Not every file system has links.
            shutil.copyfile(source, target)

    if pages.is_dir():
        shutil.copytree(pages, copy, copy_function=linked, ignore=left_out)
