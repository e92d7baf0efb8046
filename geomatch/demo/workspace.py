"""The demo: a workspace for Norrbotten, its three months computed and their pages written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from geomatch.demo import COUNTY, SETTINGS_HEAD, write_demo_inputs
from geomatch.errors import InputError, Problem
from geomatch.month import facts_of, run_month
from geomatch.publish.site import publish_month
from geomatch.publishing import publish_months
from geomatch.rules import FOLDER as RULES_FOLDER
from geomatch.site.build import PUBLIC
from geomatch.words import gettext as _
from geomatch.workspace import SETTINGS_FILE, Workspace

__all__ = ["SHOWN_MONTH", "make_demo"]

Progress = Callable[[str, int, int], None]
SHOWN_MONTH = "2023-02"
# Of a demo that an earlier version made.
_NOTE = "SYNTETISKA UPPGIFTER: demon gjordes om / the demo was made anew"


def _open(folder: Path, toml: str) -> Workspace:
    """The demo's workspace, made when it is not there. Raises InputError for a workspace of somebody's own."""
    if not (folder / SETTINGS_FILE).is_file():
        return Workspace.create(folder, toml)
    workspace = Workspace(folder)
    settings = (folder / SETTINGS_FILE).read_text(encoding="utf-8")
    if not settings.startswith(SETTINGS_HEAD) or not all(one.synthetic for one in workspace.inputs()):
        raise InputError(
            Problem(
                _("{folder} is a workspace that is not the demo's").format(folder=folder),
                remedy=_("Choose another folder; nothing was changed"),
            )
        )
    return workspace


def make_demo(folder: Path, progress: Progress = lambda *_: None) -> tuple[Path, Path]:
    """Make or renew the demo in `folder` and return the internal page of `SHOWN_MONTH` and the public site's front page.

    Raises:
        InputError: The folder holds something else.
    """
    with tempfile.TemporaryDirectory() as temporary:
        inputs = write_demo_inputs(Path(temporary))
        workspace = _open(folder, inputs.settings_toml)
        with workspace.writing():
            name, text = inputs.rules
            (folder / RULES_FOLDER).mkdir(exist_ok=True)
            (folder / RULES_FOLDER / name).write_text(text, encoding="utf-8")
            for kind, paths in (
                ("enrolment", inputs.enrolment),
                ("activities", [inputs.activities]),
                ("timetable", [inputs.timetable]),
                ("corridors", [inputs.corridors]),
                ("travel_compensation", [inputs.compensation]),
            ):
                workspace.add(kind, list(paths), lambda path, kind=kind: facts_of(kind, path))  # type: ignore[misc]  # bound now, called now
            pages = {}
            for month in inputs.months:
                run_month(workspace, month, COUNTY, progress)
            publish_months(workspace, inputs.months, _NOTE, progress)
            for month in inputs.months:
                pages[month] = publish_month(workspace, month, None, progress)[0]
    return pages[SHOWN_MONTH], workspace.folder / PUBLIC / "index.html"
