"""What has been published of each month, edition by edition: the site is built from nothing else.

    published/<month>/<edition>/edition.json, <table>.parquet

A month is published as edition 1. When its numbers change it becomes a new edition with a note that says what changed
and why; earlier editions stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.asked import is_month
from geomatch.errors import InputError, Problem
from geomatch.public.parts import rows_of
from geomatch.public.run import PublicMonth
from geomatch.public.tables import PUBLIC_TABLES, PublicTable, conform_public
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
        counties: Per county, the number of the edition since which its numbers are what they are, and their digest.
    """

    month: str
    number: int
    note: str
    synthetic: bool
    digest: str
    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    notes: Mapping[int, str]
    counties: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def of_county(self, code: str) -> Edition:
        """The edition that the numbers of a county are of: this one, or the earlier one since which they stand."""
        if code not in self.counties:
            return self
        number, digest = self.counties[code]
        note = self.notes.get(number, "")
        return replace(self, number=number, note=note, digest=digest, notes={number: note})


def _digest(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any], *, synthetic: bool) -> str:
    """A digest of the numbers themselves, so that it is the same for every version of a file format."""
    whole = hashlib.sha256()
    whole.update(dump_json({"facts": facts, "synthetic": synthetic}).encode())
    for name in sorted(tables):
        whole.update(f"\n{name}\n".encode())
        whole.update(tables[name].to_csv(index=False, lineterminator="\n").encode())
    return whole.hexdigest()


def _told_of_others(frames: Mapping[str, pd.DataFrame], county: str) -> dict[str, pd.DataFrame]:
    """What pages of a county tell of others: ways to activities elsewhere, and how similar municipalities fare."""
    ways, similar, areas = frames["ways"], frames["similar"], frames["areas"]
    alike = set(similar.loc[similar["municipality_code"].astype(str).str.startswith(county), "similar_code"])
    return {
        "ways of others": ways[ways["from_code"].astype(str).str.startswith(county)],
        "similar areas": areas.loc[
            areas["area_code"].isin(alike), ["area_code", "gap_share_low", "gap_share_high", "gap_sign"]
        ],
    }


def _counties(
    frames: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    earlier: Mapping[str, Any],
    number: int,
    *,
    synthetic: bool,
) -> dict[str, list[Any]]:
    """Per county, the number of the edition since which its numbers are what they are, and their digest.

    Args:
        frames: The tables.
        facts: What they follow from.
        earlier: The same of the edition before; empty for the first.
        number: Of this edition.
        synthetic: Its figures are made up.
    """
    areas = frames["areas"]
    # What pages tell; the settings hold more, some of it of no consequence for any number.
    told = {name: facts.get(name) for name in ("updated", "window", "sources")}
    result: dict[str, list[Any]] = {}
    for code in sorted(areas.loc[areas["level"] == "county", "area_code"].astype(str)):
        digest = _digest(
            {**rows_of(frames, code), **_told_of_others(frames, code)}, told, synthetic=synthetic
        )
        was = earlier.get(code)
        result[code] = [was[0], digest] if was and was[1] == digest else [number, digest]
    return result


def editions(folder: Path) -> dict[str, list[int]]:
    """The numbers of the editions of each published month, in order.

    Args:
        folder: Of the workspace.
    """
    found: dict[str, list[int]] = {}
    # Not `.1.new`, which a killed command left.
    for path in sorted((folder / FOLDER).glob("[0-9]*-[0-9]*/[0-9]*/edition.json")):
        # Nor a copy that somebody made beside it.
        if not is_month(path.parts[-3]) or not path.parts[-2].isdigit():
            continue
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
        # A table that is younger than the edition is not in it.
        whole = whole and {"areas"} <= set(content["files"]) <= set(PUBLIC_TABLES)
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
        tables={
            name: pd.read_parquet(own / f"{name}.parquet") if name in content["files"] else _empty(table)
            for name, table in PUBLIC_TABLES.items()
        },
        notes={**notes, number: content["note"]},
        counties={
            code: (int(since), str(digest)) for code, (since, digest) in content.get("counties", {}).items()
        },
    )


def _empty(table: PublicTable) -> pd.DataFrame:
    return conform_public(pd.DataFrame({name: [] for name in table.names}), table)


def latest(folder: Path, month: str) -> Edition | None:
    """The newest edition of a month, or None where it has not been published."""
    numbers = editions(folder).get(month)
    return read_edition(folder, month, numbers[-1]) if numbers else None


def before(months: Sequence[str], month: str) -> str | None:
    """The last published month before `month`."""
    return max((one for one in months if one < month), default=None)


def _same_numbers(
    folder: Path,
    month: str,
    number: int,
    frames: Mapping[str, pd.DataFrame],
    content: Mapping[str, Any],
    digest: str,
    *,
    synthetic: bool,
) -> bool:
    """Whether an edition has these numbers; settings that changed none of them make no other edition."""
    if content["digest"] == digest:
        return True
    kept = read_edition(folder, month, number)
    return kept.synthetic == synthetic and all(
        frames[name].equals(kept.tables[name]) for name in PUBLIC_TABLES
    )


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
    frames = {name: made.tables[name].frame for name in PUBLIC_TABLES}
    digest = _digest(frames, made.facts, synthetic=synthetic)
    numbers = editions(workspace.folder).get(made.month, [])
    newest: dict[str, Any] = {}
    if numbers:
        newest = _content(workspace.folder / FOLDER / made.month / str(numbers[-1]))
        if _same_numbers(
            workspace.folder, made.month, numbers[-1], frames, newest, digest, synthetic=synthetic
        ):
            return numbers[-1], False
        have = {code for code in frames["areas"]["area_code"].astype(str) if len(code) == 2}
        if gone := sorted(set(newest.get("counties", {})) - have):
            raise InputError(
                Problem(
                    _("{month} is published for counties that it is not computed for now: {codes}").format(
                        month=made.month, codes=", ".join(gone)
                    ),
                    _("a month computed for those as well"),
                    _("Compute it for all and publish again: geomatch run {month}").format(month=made.month),
                )
            )
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
            frames[name].to_parquet(path, index=False)
            files[name] = content_sha256(path)
        content = {
            "month": made.month,
            "number": number,
            "note": note.strip() if numbers else "",
            "synthetic": synthetic,
            "digest": digest,
            "facts": dict(made.facts),
            "files": files,
            "counties": _counties(
                frames, made.facts, newest.get("counties", {}), number, synthetic=synthetic
            ),
        }
        (staged / "edition.json").write_text(dump_json(content), encoding="utf-8")
    return number, True
