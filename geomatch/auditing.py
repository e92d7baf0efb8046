"""The attacker at work on a workspace: it gets what an outsider holds, and nothing else.

The attack itself is `geomatch.audit`, which shares no code with disclosure control. Here its folder is laid out: a copy
of the public tree, the downloads of editions that newer ones have replaced, and the agency's workbooks in force.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from geomatch.audit import Report, attack
from geomatch.audit.sentences import problems_of
from geomatch.errors import InputError, Problem
from geomatch.public.editions import editions, kept_editions, read_edition
from geomatch.site.build import PUBLIC
from geomatch.site.downloads import download_files
from geomatch.words import DEFAULT_LANGUAGE, using_language
from geomatch.words import gettext as _
from geomatch.workspace import Input, Workspace

__all__ = ["audit_workspace", "problems_of"]

Progress = Callable[[str, int, int], None]


def audit_workspace(
    workspace: Workspace,
    month: str | None = None,
    progress: Progress = lambda *_: None,
    tree: Path | None = None,
    published: Path | None = None,
) -> Report:
    """Attack what a workspace has published, as an outsider.

    Args:
        workspace: Whose workbooks are in force.
        month: YYYY-MM, to report on the withheld figures of that month alone; None for all.
        progress: Called with a step's name, and how much of it is done of how much.
        tree: The public tree; that of the workspace unless another is named.
        published: The folder that holds `published/<month>/<edition>/`; the workspace unless another is named.

    Raises:
        InputError: Nothing is published, or not the month; a workbook that a published month was made from is gone; an
            edition is damaged.
    """
    tree = tree if tree is not None else workspace.folder / PUBLIC
    held = published if published is not None else workspace.folder
    in_force, kept = editions(held), kept_editions(held)
    if not tree.is_dir() or not kept:
        raise InputError(
            Problem(
                _("nothing has been published yet"),
                remedy=_("Compute and publish a month: geomatch run YYYY-MM, geomatch publish YYYY-MM"),
            )
        )
    if month is not None and month not in kept:
        raise InputError(
            Problem(
                _("{month} is not published").format(month=month),
                _("one of {months}").format(months=", ".join(kept)),
                _("Audit one of these, or all of them: geomatch audit"),
            )
        )
    workbooks = _workbooks(workspace, list(kept))
    with tempfile.TemporaryDirectory(prefix="geomatch-audit-") as name:
        folder = Path(name)
        shutil.copytree(tree, folder / "public", copy_function=_linked)
        for one in workbooks:
            # Two files of one name may be in force for different months.
            place = folder / "workbooks" / one.sha256[:12] / one.file
            place.parent.mkdir(parents=True, exist_ok=True)
            _linked(str(workspace.path_of(one)), str(place))
        replaced = [
            (own, number)
            for own, numbers in kept.items()
            for number in numbers
            if own not in in_force or number != in_force[own][-1]
        ]
        for done, (own, number) in enumerate(replaced):
            progress(_("Earlier editions are laid out"), done, len(replaced))
            _lay_out(held, own, number, folder / "earlier" / own / str(number))
        return attack(folder, month, progress)


def _workbooks(workspace: Workspace, months: Sequence[str]) -> list[Input]:
    """The workbooks of the published months: those in force, or where there is none, those a month was made from."""
    in_force = workspace.inputs("enrolment")
    found: list[Input] = []
    problems = []
    for month in months:
        own = [one for one in in_force if month in one.facts["months"]]
        # A board's own list of counts, which has no title, is nothing that an outsider holds, unless it is all there is.
        own = [one for one in own if one.facts.get("title")] or own
        if not own:
            own = _made_from(workspace, month)
        if not own:
            problems.append(
                Problem(
                    _("{month} is published, and no workbook of the agency for it is there").format(
                        month=month
                    ),
                    _("the workbook, since the attack compares with what it says"),
                    _("Add Migrationsverket's workbook for that month: geomatch add enrolment FILE"),
                )
            )
        found += [one for one in own if one not in found]
    if problems:
        raise InputError(problems)
    return found


def _made_from(workspace: Workspace, month: str) -> list[Input]:
    """The workbooks that a month was computed from and that the workspace still has a copy of."""
    try:
        used = [Input(**one) for one in workspace.manifest(month)["inputs"]]
        own = [one for one in used if one.kind == "enrolment"]
        for one in own:
            workspace.path_of(one)
    except InputError:
        return []
    return own


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one that has no links.
        shutil.copyfile(source, target)


def _lay_out(held: Path, month: str, number: int, place: Path) -> None:
    """Write the downloads of an edition as its public tree had them."""
    edition = read_edition(held, month, number)
    areas = edition.tables["areas"]
    counties = sorted(set(areas.loc[areas["level"] == "county", "area_code"].astype(str)))
    with using_language(DEFAULT_LANGUAGE):
        for county in (None, *counties):
            own = edition.of_county(county) if county else edition
            folder = place / county if county else place
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in download_files(own, county):
                (folder / name).write_bytes(content)
