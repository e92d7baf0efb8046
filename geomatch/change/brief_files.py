"""The briefs of a computed month as files: plain text for e-mail, and a page of one A4 to print."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.asked import check_asked, computed_counties
from geomatch.change.brief import Brief, BriefFacts, make_brief
from geomatch.change.decompose import published
from geomatch.change.months import change_between, month_before
from geomatch.decisions.gather import gathered
from geomatch.decisions.state import RENEWAL_DAYS, Due, due
from geomatch.disclosure import visible_activities
from geomatch.entitled import counted_strata
from geomatch.publish.county import template_text
from geomatch.settings import Settings
from geomatch.sources.regions import counties, municipalities
from geomatch.words import gettext as _
from geomatch.words import using_language
from geomatch.workspace import Input, Workspace

__all__ = ["brief_html", "brief_text", "write_briefs"]

Progress = Callable[[str, int, int], None]

WIDTH = 78
"""Longest line of the text: what e-mail programs show without breaking it again."""


def brief_text(brief: Brief) -> str:
    """The brief as plain text, no line longer than 78 signs."""
    lines = [*brief.marks, "", *_wrapped(brief.title), "=" * min(len(brief.title), WIDTH), ""]
    lines += _wrapped(brief.summary)
    for number, (heading, paragraphs) in enumerate(brief.sections):
        lines += ["", *_wrapped(heading), "-" * min(len(heading), WIDTH)]
        for item, paragraph in enumerate(paragraphs, start=1):
            sign = f"{item}. " if number == 0 else "- "
            lines += _wrapped(paragraph, sign)
    return "\n".join([*lines, "", *_wrapped(brief.foot)]) + "\n"


def _wrapped(text: str, sign: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=sign, subsequent_indent=" " * len(sign))


def brief_html(brief: Brief) -> str:
    """The brief as a page that stands by itself and prints on one A4."""
    return template_text("brief.html", brief=brief)


def write_briefs(
    workspace: Workspace,
    month: str,
    county: str | None,
    out: Path,
    page_language: str | None = None,
    progress: Progress = lambda *_: None,
) -> list[Path]:
    """Write `brief-<month>-<county>-internal.txt` and `.html` for a county, or for each that the month was computed for.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        county: Two digits; None takes all that the month was computed for.
        out: The folder, made when it is not there; earlier files of these names are replaced.
        page_language: Language of the briefs; None takes the workspace's setting.
        progress: Called with a step's name, and how much of it is done of how much.

    Returns:
        The files.

    Raises:
        InputError: The month is not computed, or not for that county.
    """
    check_asked(month, county)
    manifest = workspace.manifest(month)
    tables = {name: workspace.read_table(month, name) for name in ("need", "gaps", "served", "corridors")}
    wanted = computed_counties(manifest, county)
    with using_language(page_language or workspace.settings().language):
        texts = {}
        for code in wanted:
            brief = make_brief(_facts(workspace, manifest, tables, code, progress))
            for suffix, text in (("txt", brief_text(brief)), ("html", brief_html(brief))):
                texts[out / f"brief-{month}-{code}-{_('internal')}.{suffix}"] = text
    out.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    return list(texts)


def _facts(
    workspace: Workspace, manifest: dict[str, Any], tables: dict[str, Any], code: str, progress: Progress
) -> BriefFacts:
    """The facts of one county's brief."""
    month = str(manifest["month"])
    before = month_before(month)
    told = (workspace.month_folder(before) / "manifest.json").is_file()
    told = told and workspace.manifest(before)["county"] in (None, code)
    shapes = municipalities()
    settings = Settings.from_dict(manifest["settings"])
    need = published(tables["need"], code)
    own = tables["gaps"][tables["gaps"]["county_code"] == code]
    shown = visible_activities(workspace.read_activities(month), shapes)
    here = shown[shown["municipality_code"].str[:2] == code]
    assumed = here.loc[here["sessions_assumed"].astype(bool), "activity_id"].nunique()
    return BriefFacts(
        month=month,
        county_code=code,
        county_name=dict(zip(counties()["county_code"], counties()["name"], strict=True))[code],
        synthetic=bool(manifest["synthetic"]),
        gaps=tables["gaps"],
        served=tables["served"],
        corridors=tables["corridors"],
        need=need or (int(own["need_low"].sum()), int(own["need_high"].sum())),
        assumed_sessions=int(assumed),
        settings=settings,
        names=dict(zip(shapes["municipality_code"], shapes["name"].astype(str), strict=True)),
        change=change_between(workspace, before, month, code, progress) if told else None,
        made_from=_made_from(manifest),
        by_share=_by_share(workspace.read_table(month, "points"), tables["need"], code),
        due=_due(workspace, manifest, code),
    )


def _due(workspace: Workspace, manifest: dict[str, Any], code: str) -> tuple[Due, ...]:
    """The approved pairs of a county that must be renewed soon, by the registers that the month was computed from."""
    registers = [Input(**one) for one in manifest["inputs"] if one["kind"] == "corridors"]
    found, _renewed = due(gathered(workspace, registers).decisions, str(manifest["month"]), RENEWAL_DAYS)
    return tuple(one for one in found if code in {part[:2] for part in one.decision.pair})


def _by_share(points: pd.DataFrame, need: pd.DataFrame, code: str) -> frozenset[str]:
    """The target groups of a county of whom somebody's right to travel is not told by counts of case status."""
    own = points[points["county_code"] == code]
    counted = counted_strata(need, own)
    key = ["municipality_code", "target_group", "sex"]
    living = own.loc[own["need_high_milli"] > 0, key].astype(str).drop_duplicates()
    return frozenset(
        group for where, group, sex in living.itertuples(index=False) if (where, group, sex) not in counted
    )


def _made_from(manifest: dict[str, Any]) -> str:
    """Whose figures it is made from, and by which run."""
    parts = []
    if not manifest["synthetic"]:
        parts.append("Källa: Migrationsverket")
    if manifest["updated"]:
        parts.append(_("counts updated {day}").format(day=manifest["updated"]))
    parts.append(
        _("geomatch {version}, run {run}").format(
            version=manifest["geomatch"], run=str(manifest["fingerprint"])[:12]
        )
    )
    return " · ".join(parts)
