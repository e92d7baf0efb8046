"""What has been published of each month, edition by edition: the site is built from nothing else.

    published/<month>/<edition>/edition.json, <table>.parquet

A month is published as edition 1. When its numbers change it becomes a new edition with a note that says what changed
and why; earlier editions stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.disclosure import Published
from geomatch.errors import InputError, Problem
from geomatch.public.run import PublicMonth
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.words import gettext as _
from geomatch.workspace import Workspace, content_sha256, dump_json, staging

__all__ = ["Edition", "before", "editions", "keep_edition", "latest", "read_edition"]

FOLDER = "published"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a month.

    Attributes:
        month: YYYY-MM.
        number: From 1.
        note: What changed since the edition before, and why; empty for the first.
        synthetic: Its figures are made up.
        digest: Of its tables and facts: the same digest, the same numbers.
        facts: As PublicMonth.
        tables: PUBLIC_TABLES by name, as they were published.
        notes: The notes of all editions up to this one, by number.
    """

    month: str
    number: int
    note: str
    synthetic: bool
    digest: str
    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    notes: Mapping[int, str]


def _digest(tables: Mapping[str, Published], facts: Mapping[str, Any], *, synthetic: bool) -> str:
    """A digest of the numbers themselves, so that it is the same for every version of a file format."""
    whole = hashlib.sha256()
    whole.update(dump_json({"facts": facts, "synthetic": synthetic}).encode())
    for name in PUBLIC_TABLES:
        whole.update(f"\n{name}\n".encode())
        whole.update(tables[name].frame.to_csv(index=False, lineterminator="\n").encode())
    return whole.hexdigest()


def editions(folder: Path) -> dict[str, list[int]]:
    """The numbers of the editions of each published month, in order.

    Args:
        folder: Of the workspace.
    """
    found: dict[str, list[int]] = {}
    # Not `.1.new`, which a killed command left.
    for path in sorted((folder / FOLDER).glob("[0-9]*-[0-9]*/[0-9]*/edition.json")):
        found.setdefault(path.parts[-3], []).append(int(path.parts[-2]))
    return {month: sorted(numbers) for month, numbers in sorted(found.items())}


def _damaged(path: Path) -> Problem:
    return Problem(
        _("it was changed or is gone after it was published"),
        remedy=_("Bring back the folder published/ from a copy: what was published is never changed"),
        file=path.relative_to(path.parents[3]).as_posix(),
    )


def _content(own: Path) -> dict[str, Any]:
    """The `edition.json` of the folder of one edition. Raises InputError where it is gone or is none."""
    path = own / "edition.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        whole = {"digest", "facts", "files", "note", "synthetic"} <= set(content)
        whole = whole and set(content["files"]) == set(PUBLIC_TABLES)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(_damaged(path)) from error
    if not whole:
        raise InputError(_damaged(path))
    return content


def read_edition(folder: Path, month: str, number: int) -> Edition:
    """One edition of a month.

    Raises:
        InputError: A file of it was changed or is gone.
    """
    own = folder / FOLDER / month / str(number)
    content = _content(own)
    problems = [
        _damaged(path)
        for name, sha256 in content["files"].items()
        for path in [own / f"{name}.parquet"]
        if not path.is_file() or content_sha256(path) != sha256
    ]
    if problems:
        raise InputError(problems)
    notes = {}
    for earlier in range(1, number):
        if (own.parent / str(earlier) / "edition.json").is_file():
            notes[earlier] = str(_content(own.parent / str(earlier))["note"])
    return Edition(
        month=month,
        number=number,
        note=content["note"],
        synthetic=bool(content["synthetic"]),
        digest=content["digest"],
        facts=content["facts"],
        tables={name: pd.read_parquet(own / f"{name}.parquet") for name in PUBLIC_TABLES},
        notes={**notes, number: content["note"]},
    )


def latest(folder: Path, month: str) -> Edition | None:
    """The newest edition of a month, or None where it has not been published."""
    numbers = editions(folder).get(month)
    return read_edition(folder, month, numbers[-1]) if numbers else None


def before(months: Sequence[str], month: str) -> str | None:
    """The last published month before `month`."""
    return max((one for one in months if one < month), default=None)


def keep_edition(workspace: Workspace, made: PublicMonth, *, synthetic: bool, note: str) -> tuple[int, bool]:
    """Keep a month as a new edition, where its numbers differ from those of the newest one.

    Args:
        workspace: Where editions lie.
        made: The month.
        synthetic: Its figures are made up.
        note: What changed and why; needed from the second edition on.

    Returns:
        The number of the edition that holds the numbers, and whether it is new.

    Raises:
        InputError: The numbers differ from those published, and there is no note; the newest edition is damaged.
    """
    digest = _digest(made.tables, made.facts, synthetic=synthetic)
    numbers = editions(workspace.folder).get(made.month, [])
    if numbers:
        if _content(workspace.folder / FOLDER / made.month / str(numbers[-1]))["digest"] == digest:
            return numbers[-1], False
        if not note.strip():
            raise InputError(
                Problem(
                    _("{month} is published already, with other numbers (edition {number})").format(
                        month=made.month, number=numbers[-1]
                    ),
                    _("a note that says what changed and why"),
                    _("Publish the correction with its note: geomatch publish {month} --note “…”").format(
                        month=made.month
                    ),
                )
            )
    number = numbers[-1] + 1 if numbers else 1
    with staging(workspace.folder / FOLDER / made.month / str(number)) as staged:
        files = {}
        for name in PUBLIC_TABLES:
            path = staged / f"{name}.parquet"
            made.tables[name].frame.to_parquet(path, index=False)
            files[name] = content_sha256(path)
        content = {
            "month": made.month,
            "number": number,
            "note": note.strip() if numbers else "",
            "synthetic": synthetic,
            "digest": digest,
            "facts": dict(made.facts),
            "files": files,
        }
        (staged / "edition.json").write_text(dump_json(content), encoding="utf-8")
    return number, True
