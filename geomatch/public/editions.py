"""What has been published of each month, edition by edition: the site is built from nothing else.

    published/<month>/<edition>/edition.json, <table>.parquet
    published/<month>/<edition>/withdrawn.json

A month is published as edition 1. When its numbers change it becomes a new edition with a note that says what changed
and why; earlier editions stay. Of an edition that was withdrawn a notice is left, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geomatch.asked import is_month
from geomatch.errors import InputError, Problem
from geomatch.public.parts import rows_of
from geomatch.public.run import PublicMonth
from geomatch.public.tables import NATION, PUBLIC_TABLES, PublicTable, conform_public
from geomatch.words import gettext as _
from geomatch.workspace import content_sha256, dump_json, staging

__all__ = [
    "NOTICE",
    "Edition",
    "Withdrawal",
    "before",
    "editions",
    "keep_edition",
    "keep_retold",
    "kept_editions",
    "latest",
    "read_edition",
    "withdraw_edition",
    "withdrawals",
]

FOLDER = "published"
# What is left of an edition that was withdrawn.
NOTICE = "withdrawn.json"


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
        withdrawn: Editions of the month that were withdrawn, by number, and why; of all of it, whatever the county.
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
    withdrawn: Mapping[int, str] = field(default_factory=dict)

    def of_county(self, code: str) -> Edition:
        """The edition that the numbers of a county are of: this one, or the earlier one since which they stand."""
        if code not in self.counties:
            return self
        number, digest = self.counties[code]
        note = self.notes.get(number, "")
        return replace(self, number=number, note=note, digest=digest, notes={number: note})


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is told of an edition that was withdrawn: all that is left of it.

    Attributes:
        month: YYYY-MM.
        number: Of the edition.
        reason: Why, for everybody to read.
        synthetic: Its figures were made up.
        updated: Day on which its counts were updated (ISO), or empty.
        areas: Codes of the counties and municipalities that it had pages of.
    """

    month: str
    number: int
    reason: str
    synthetic: bool
    updated: str
    areas: tuple[str, ...]


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


def _numbers(folder: Path, name: str) -> dict[str, list[int]]:
    """The editions that have a file of this name, by month."""
    found: dict[str, list[int]] = {}
    # Not `.1.new`, which a killed command left.
    for path in sorted((folder / FOLDER).glob(f"[0-9]*-[0-9]*/[0-9]*/{name}")):
        # Nor a copy that somebody made beside it.
        if not is_month(path.parts[-3]) or not path.parts[-2].isdigit():
            continue
        found.setdefault(path.parts[-3], []).append(int(path.parts[-2]))
    return {month: sorted(numbers) for month, numbers in sorted(found.items())}


def kept_editions(folder: Path) -> dict[str, list[int]]:
    """The numbers of all editions whose data is there, also of months that have no figures in force.

    Args:
        folder: Of the workspace.
    """
    return _numbers(folder, "edition.json")


def editions(folder: Path) -> dict[str, list[int]]:
    """The numbers of the editions of each month that is published, in order; those that were withdrawn are not there.

    A month whose newest edition was withdrawn has no figures, whatever came before: it is not published until it is
    published anew.

    Args:
        folder: Of the workspace.
    """
    gone = _numbers(folder, NOTICE)
    return {
        month: numbers
        for month, numbers in kept_editions(folder).items()
        if max(gone.get(month, [0])) < numbers[-1]
    }


def withdrawals(folder: Path) -> dict[str, list[Withdrawal]]:
    """What was withdrawn, by month and number.

    Raises:
        InputError: A notice was changed.
    """
    found: dict[str, list[Withdrawal]] = {}
    for month, numbers in _numbers(folder, NOTICE).items():
        for number in numbers:
            path = folder / FOLDER / month / str(number) / NOTICE
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                found.setdefault(month, []).append(
                    Withdrawal(
                        month,
                        number,
                        str(told["reason"]),
                        bool(told["synthetic"]),
                        str(told["updated"]),
                        tuple(str(code) for code in told["areas"]),
                    )
                )
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise InputError(_damaged(path)) from error
    return found


def withdraw_edition(folder: Path, month: str, number: int, reason: str) -> None:
    """Put a notice in the place of an edition and its data.

    Args:
        folder: The one that holds `published/`.
        month: YYYY-MM.
        number: Of an edition that has its data.
        reason: Why, for everybody to read.
    """
    own = folder / FOLDER / month / str(number)
    # What is damaged can be withdrawn as well; of it the notice says less.
    try:
        content = json.loads((own / "edition.json").read_text(encoding="utf-8"))
        synthetic, updated = bool(content["synthetic"]), str(content["facts"].get("updated", ""))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        synthetic, updated = False, ""
    try:
        codes = pd.read_parquet(own / "areas.parquet", columns=["area_code"])["area_code"].astype(str)
    except (OSError, ValueError, KeyError):
        codes = pd.Series([], dtype=str)
    told = {
        "month": month,
        "number": number,
        "reason": reason.strip(),
        "synthetic": synthetic,
        "updated": updated,
        "areas": sorted(set(codes) - {NATION}),
    }
    with staging(own) as staged:
        (staged / NOTICE).write_text(dump_json(told), encoding="utf-8")


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
    gone = {
        one: str(json.loads((own.parent / str(one) / NOTICE).read_text(encoding="utf-8"))["reason"])
        for one in _numbers(folder, NOTICE).get(month, [])
    }
    return Edition(
        month=month,
        number=number,
        withdrawn=gone,
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


def keep_edition(
    folder: Path, made: PublicMonth, *, synthetic: bool, note: str, moved: Collection[str] = ()
) -> tuple[int, bool]:
    """Keep a month as a new edition, where its numbers differ from those of the newest one.

    Args:
        folder: The one that holds `published/`: of the workspace, or one that stands in for it.
        made: The month.
        synthetic: Its figures are made up.
        note: What changed and why; needed from the second edition on.
        moved: Counties whose numbers are others than those of the newest edition, be it in what is withheld alone.

    Returns:
        The number of the edition that holds the numbers, and whether it is new.

    Raises:
        InputError: The numbers differ from those published, or the month was withdrawn, and there is no note; the
            newest edition is damaged.
    """
    frames = {name: made.tables[name].frame for name in PUBLIC_TABLES}
    digest = _digest(frames, made.facts, synthetic=synthetic)
    numbers = editions(folder).get(made.month, [])
    newest: dict[str, Any] = {}
    if numbers:
        newest = _content(folder / FOLDER / made.month / str(numbers[-1]))
        if _same_numbers(folder, made.month, numbers[-1], frames, newest, digest, synthetic=synthetic):
            return numbers[-1], False
        have = {code for code in frames["areas"]["area_code"].astype(str) if len(code) == 2}
        if lacking := sorted(set(newest.get("counties", {})) - have):
            raise InputError(
                Problem(
                    _("{month} is published for counties that it is not computed for now: {codes}").format(
                        month=made.month, codes=", ".join(lacking)
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
    gone = _numbers(folder, NOTICE).get(made.month, [])
    if gone and not numbers and not note.strip():
        raise InputError(
            Problem(
                _("{month} was withdrawn (edition {number})").format(month=made.month, number=gone[-1]),
                _("a note that says what is other than in what was withdrawn"),
                _("Publish it anew with its note: geomatch publish {month} --note “…”").format(
                    month=made.month
                ),
            )
        )
    since = {code: was for code, was in newest.get("counties", {}).items() if code not in moved}
    return _kept(folder, made.month, frames, made.facts, since, synthetic=synthetic, note=note), True


def keep_retold(
    folder: Path,
    month: str,
    frames: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    *,
    synthetic: bool,
    note: str,
) -> int:
    """Keep the tables of an edition that was withdrawn as a new one, in which less is told; gives its number.

    Args:
        folder: The one that holds `published/`.
        month: YYYY-MM.
        frames: The tables of `read_edition`, with less in them.
        facts: The facts of the edition.
        synthetic: Its figures are made up.
        note: Why it was made.
    """
    return _kept(folder, month, frames, facts, {}, synthetic=synthetic, note=note)


def _kept(
    folder: Path,
    month: str,
    frames: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    since: Mapping[str, Any],
    *,
    synthetic: bool,
    note: str,
) -> int:
    """Write an edition; `since` is what `_counties` said of the one before it. Gives its number."""
    # No number is used twice, not even that of an edition of which nothing is left.
    known = [*_numbers(folder, NOTICE).get(month, []), *kept_editions(folder).get(month, [])]
    number = max(known, default=0) + 1
    with staging(folder / FOLDER / month / str(number)) as staged:
        files = {}
        for name in PUBLIC_TABLES:
            path = staged / f"{name}.parquet"
            frames[name].to_parquet(path, index=False)
            files[name] = content_sha256(path)
        content = {
            "month": month,
            "number": number,
            "note": note.strip() if known else "",
            "synthetic": synthetic,
            "digest": _digest(frames, facts, synthetic=synthetic),
            "facts": dict(facts),
            "files": files,
            "counties": _counties(frames, facts, since, number, synthetic=synthetic),
        }
        (staged / "edition.json").write_text(dump_json(content), encoding="utf-8")
    return number
