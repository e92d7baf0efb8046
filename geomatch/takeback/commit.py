"""Put in place, in one step that is finished whatever comes, what taking back has made beside the workspace's files.

.takeback.new/      being made: `published/`, `public/`, `withdrawn.json`, what is to go; of no consequence when killed
.takeback/          made; the next writing command finishes what this one did not
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geomatch.public.editions import FOLDER
from geomatch.takeback.record import RECORD
from geomatch.workspace import dump_json, replace_folder

__all__ = ["finish", "linked_copy", "staged_workspace"]

_MADE, _BEING_MADE = ".takeback", ".takeback.new"
_GONE = "gone.json"
PUBLIC = "public"


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Not every file system has links, and a site may lie on another.
        shutil.copyfile(source, target)


def linked_copy(source: Path, target: Path) -> None:
    """A folder once more, as links to its files; a target that is there is replaced. Hidden files stay behind."""
    shutil.rmtree(target, ignore_errors=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_linked, ignore=shutil.ignore_patterns(".*"))
    else:
        target.mkdir(parents=True)


@contextmanager
def staged_workspace(folder: Path, gone: Sequence[str] = (), *, dry: bool = False) -> Iterator[Path]:
    """A folder with the published editions and the record of a workspace; what becomes of it is put in place.

    Files in it are links: they are replaced, never written into. A folder `public` in it becomes the public tree. To be
    used within `Workspace.writing`.

    Args:
        folder: Of the workspace.
        gone: Paths below the workspace, files or folders, that are removed as it is put in place; read at the end.
        dry: Nothing is put in place.
    """
    made, staged = folder / _MADE, folder / _BEING_MADE
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    try:
        linked_copy(folder / FOLDER, staged / FOLDER)
        if (folder / RECORD).is_file():
            _linked(str(folder / RECORD), str(staged / RECORD))
        yield staged
        (staged / _GONE).write_text(dump_json(list(gone)), encoding="utf-8")
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    if dry:
        shutil.rmtree(staged)
        return
    # From here on it is done, also if this process is killed.
    staged.rename(made)
    finish(folder)


def finish(folder: Path) -> bool:
    """Put in place what was made; as often as one likes. Gives whether there was anything.

    Args:
        folder: Of the workspace.
    """
    shutil.rmtree(folder / _BEING_MADE, ignore_errors=True)
    made = folder / _MADE
    if not (made / _GONE).is_file():
        return False
    if (made / RECORD).is_file():
        part = folder / f".{RECORD}.new"
        shutil.copyfile(made / RECORD, part)
        part.replace(folder / RECORD)
    for name, target in ((FOLDER, folder / FOLDER), (PUBLIC, (folder / PUBLIC).resolve())):
        if not (made / name).is_dir():
            continue
        beside = target.with_name(f".{target.name}.takeback")
        linked_copy(made / name, beside)
        replace_folder(beside, target)
        shutil.rmtree(target.with_name(f".{target.name}.old"), ignore_errors=True)
    for name in json.loads((made / _GONE).read_text(encoding="utf-8")):
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    # A name that the next command takes for one being made, should this one be killed while it empties it.
    made.rename(folder / _BEING_MADE)
    shutil.rmtree(folder / _BEING_MADE)
    return True
