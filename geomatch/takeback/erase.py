"""`geomatch remove --erase`: an input, every version of it, and what was made from it leave the workspace.

The list of inputs is written last: an erasure that was killed is finished by the same command again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geomatch.change.months import month_before
from geomatch.errors import InputError, Problem
from geomatch.public.editions import FOLDER, editions
from geomatch.public.inputs import runs_in, with_stricter
from geomatch.publish import INTERNAL
from geomatch.publish.site import list_pages
from geomatch.takeback.editions import order_for
from geomatch.takeback.record import read_record
from geomatch.takeback.visibility import REGISTERS, series_of, used_by
from geomatch.words import gettext as _
from geomatch.workspace import PUBLIC_RUN, Input, Workspace

__all__ = ["Erased", "Shown", "erase_input"]


@dataclass(frozen=True, slots=True)
class Shown:
    """An activity of an erased register that published months show.

    Attributes:
        activity_id: The board's own.
        name: As the register has it.
        months: Published months that it runs in.
    """

    activity_id: str
    name: str
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be.

    Attributes:
        kind, file: Of the input.
        versions: How many versions of it there were.
        paths: What went, below the workspace.
        months: Computed months that were made from it.
        pages: Months whose internal pages and documents went.
        same: Other inputs with the same content: kind and file.
        shown: Activities that published months show.
        published: Published months that were made from it.
    """

    kind: str
    file: str
    versions: int
    paths: tuple[str, ...]
    months: tuple[str, ...]
    pages: tuple[str, ...]
    same: tuple[tuple[str, str], ...]
    shown: tuple[Shown, ...]
    published: tuple[str, ...]


def _provenance(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _computed(workspace: Workspace) -> list[str]:
    return sorted(path.parent.name for path in (workspace.folder / "months").glob("[0-9]*/manifest.json"))


def _known(workspace: Workspace) -> list[Input]:
    """Every input that any list of the workspace has, once."""
    found: dict[tuple[str, str, str], Input] = {}
    of_months = (one for month in _computed(workspace) for one in used_by(workspace, month))
    for one in (*workspace.versions(), *of_months, *workspace.inputs()):
        found[one.kind, one.file, one.sha256] = one
    for folder in sorted((workspace.folder / "inputs").glob("*/")):
        said = _provenance(folder)
        key = str(said.get("kind")), str(said.get("file")), folder.name
        if said and key not in found:
            found[key] = Input(*key)
    return list(found.values())


def erase_input(workspace: Workspace, kind: str, file: str, *, dry: bool = False) -> Erased:
    """Erase an input with every version of it and all that was made from it.

    Gone are its copies in `inputs/`, the months computed from it, their internal pages and documents, those of the months
    after them, which tell what changed, and the day returns and changes that were kept. What was published stays.

    Args:
        workspace: It is being written (`Workspace.writing`).
        kind: One of KINDS.
        file: Its name.
        dry: Only tell.

    Raises:
        InputError: There never was such an input; those there are are named.
    """
    known = _known(workspace)
    own = {one.sha256 for one in known if (one.kind, one.file) == (kind, file)}
    if not own:
        names = ", ".join(sorted({one.file for one in known if one.kind == kind})) or _("none")
        raise InputError(
            Problem(
                _("there is no such input"),
                _("one of those that were added: {names}").format(names=names),
                file=file,
            )
        )
    months = [
        month
        for month in _computed(workspace)
        if any(one.sha256 in own and one.kind == kind for one in used_by(workspace, month))
    ]
    pages = _pages(workspace, kind, months)
    paths = [*_kept_days(workspace, months), *_caches(kind, pages)]
    paths += [f"months/{month}" for month in months]
    paths += [f"{INTERNAL}/{month}" for month in pages]
    same: set[tuple[str, str]] = set()
    for sha256 in sorted(own):
        others = {(one.kind, one.file) for one in known if one.sha256 == sha256} - {(kind, file)}
        same |= others
        # The folder has the name of the content: under another name the same is there, and is told of.
        stays = any(name == file for _kind, name in others)
        paths += [] if stays else [f"inputs/{sha256}/{file}" if others else f"inputs/{sha256}"]
    published = [month for month in editions(workspace.folder) if month in months]
    shown = _shown(workspace, kind, own, published)
    paths += [f"{FOLDER}/{month}/{PUBLIC_RUN}" for month in published]
    there = tuple(path for path in paths if (workspace.folder / path).exists())
    if not dry:
        # What it shows less than was published is known from it alone.
        for month in editions(workspace.folder) if kind in REGISTERS else ():
            # Where its copy is gone already, an erasure that was stopped has noted it.
            with suppress(InputError):
                order_for(workspace, workspace.folder, month)
        for path in there:
            _erase(workspace.folder / path)
        if (workspace.folder / INTERNAL).is_dir():
            list_pages(workspace)
        workspace.forget(kind, file)
    return Erased(
        kind, file, len(own), there, tuple(months), tuple(pages), tuple(sorted(same)), shown, tuple(published)
    )


def _pages(workspace: Workspace, kind: str, months: list[str]) -> list[str]:
    """The months whose internal pages and documents tell of the input, themselves or as what changed since."""
    there = sorted(path.name for path in (workspace.folder / INTERNAL).glob("[0-9]*-[0-9]*") if path.is_dir())
    if kind == "corridors":
        # What was decided is told with all its history, on the pages of every month.
        return there
    return [month for month in there if {month, month_before(month)} & set(months)]


def _kept_days(workspace: Workspace, months: list[str]) -> list[str]:
    """Day returns of the months that go, which no other month needs."""
    other = [month for month in _computed(workspace) if month not in months]
    travel = {month: str(workspace.manifest(month).get("travel")) for month in (*months, *other)}
    public = {
        path.parent.name: str(workspace.public_run(path.parent.name).get("travel"))
        for path in (workspace.folder / FOLDER).glob(f"[0-9]*/{PUBLIC_RUN}")
    }
    needed = {travel[month] for month in other} | {public[month] for month in public if month not in months}
    gone = {travel[month] for month in months} | {public[month] for month in months if month in public}
    return [f"cache/{digest}.parquet" for digest in sorted(gone - needed)]


def _caches(kind: str, pages: Iterable[str]) -> list[str]:
    # Which compiled timetable is of which feeds is not told apart: others are compiled again.
    timetables = ["cache/timetables"] if kind == "timetable" else []
    return [*(f"cache/changes/{month}" for month in pages), *timetables]


def _shown(workspace: Workspace, kind: str, own: set[str], published: list[str]) -> tuple[Shown, ...]:
    """The activities of the register that published months show; none where no copy is left to tell."""
    if kind not in REGISTERS:
        return ()
    found: dict[str, tuple[str, list[str]]] = {}
    record = read_record(workspace.folder)
    for month in published:
        used = used_by(workspace, month)
        try:
            series = series_of(workspace, [one for one in used if one.sha256 in own])
            shown = with_stricter(series[runs_in(series, month)], record.of_month(month))
        except InputError:
            continue
        for activity_id, name in shown.loc[
            shown["visibility"] != "hidden", ["activity_id", "name"]
        ].itertuples(index=False, name=None):
            told = found.setdefault(str(activity_id), (str(name), []))[1]
            if month not in told:
                told.append(month)
    return tuple(Shown(one, name, tuple(told)) for one, (name, told) in sorted(found.items()))


def _erase(path: Path) -> None:
    """Remove a file or folder, also where copies are kept from being written."""
    if path.is_dir():
        for inside in path.rglob("*"):
            if inside.is_file() and not inside.is_symlink():
                inside.chmod(0o644)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
