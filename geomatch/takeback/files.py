"""What lies beside the editions and knows of them: what the newest one was made from, class limits, caches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geomatch.public.editions import FOLDER, editions
from geomatch.takeback.editions import Taken
from geomatch.workspace import PUBLIC_RUN, Workspace, dump_json

__all__ = ["forget"]


def _run(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def forget(workspace: Workspace, folder: Path, taken: Taken) -> list[str]:
    """Remove from a folder that stands in what follows from editions that were withdrawn.

    What the newest edition of a month was made from names digests of others: it is only said that it is to be computed
    when the month is published next. Class limits are chosen anew by what is left.

    Args:
        workspace: Where caches are.
        folder: The one that holds `published/`, which is changed.
        taken: What was withdrawn.

    Returns:
        Paths below the workspace that are to go: what was remembered of pages, and day returns that no month needs.
    """
    if not taken.withdrawn:
        return []
    before = {
        str(_run(path).get("travel", "")) for path in (workspace.folder / FOLDER).glob(f"[0-9]*/{PUBLIC_RUN}")
    }
    there = editions(folder)
    for path in sorted((folder / FOLDER).glob(f"[0-9]*/{PUBLIC_RUN}")):
        month, run = path.parent.name, _run(path)
        if month not in there:
            path.unlink()
        elif month >= min(taken.withdrawn) and month not in taken.anew:
            # A new file: the old one is a link to that of the workspace.
            path.unlink()
            left = {"run": [], "edition": there[month][-1], "travel": run.get("travel", "")}
            path.write_text(dump_json(left), encoding="utf-8")
    (folder / FOLDER / "classes.json").unlink(missing_ok=True)
    after = {str(_run(path).get("travel", "")) for path in (folder / FOLDER).glob(f"[0-9]*/{PUBLIC_RUN}")}
    used = {
        str(_run(path).get("travel", ""))
        for path in (workspace.folder / "months").glob("[0-9]*/manifest.json")
    }
    return [
        "cache/site-check.json",
        *(f"cache/{digest}.parquet" for digest in sorted(before - after - used - {""})),
    ]
