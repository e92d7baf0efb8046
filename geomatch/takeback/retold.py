"""What changed since a month whose figures were withdrawn would give them away: it is told from another month, or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from geomatch.public.areas import with_changes
from geomatch.public.editions import before, editions, keep_retold, kept_editions, read_edition
from geomatch.public.tables import PUBLIC_TABLES, conform_public

__all__ = ["changes_stand", "retold"]

_CHANGES = [
    "before",
    *(f"{stem}_change_{part}" for stem in ("need", "gap") for part in ("low", "high", "sign")),
    "places_change",
]


def _told(areas: pd.DataFrame, folder: Path, month: str | None, number: int = 0) -> pd.DataFrame:
    """`areas` with its changes told from an edition of another month; from nothing where no month is named."""
    known = read_edition(folder, month, number).tables["areas"] if month is not None else None
    made = with_changes(areas, None if month is None or known is None else (month, known))
    return conform_public(made, PUBLIC_TABLES["areas"])


def changes_stand(folder: Path, month: str, number: int) -> bool:
    """Whether the changes of an edition can be told from an edition that is still there, or it tells none.

    Else they give away, with its own figures, those of an edition that was withdrawn.

    Args:
        folder: The one that holds `published/`.
        month: YYYY-MM.
        number: Of the edition.
    """
    areas = read_edition(folder, month, number).tables["areas"]
    since = max(set(areas["before"].astype(str)), default="")
    if not since:
        return True
    return any(
        _told(areas, folder, since, one)[_CHANGES].equals(areas[_CHANGES])
        for one in kept_editions(folder).get(since, [])
    )


def retold(folder: Path, month: str, number: int) -> Callable[[str], int]:
    """Keeps an edition's numbers as a new edition, with changes since the month before that is published now.

    The edition is read at once, so that it can be withdrawn before the new one is kept; the function that is given
    keeps it, with a note, and gives its number.

    Args:
        folder: The one that holds `published/`.
        month: YYYY-MM.
        number: Of the edition.
    """
    edition = read_edition(folder, month, number)
    there = editions(folder)
    since = before([one for one in there if one != month], month)
    areas = _told(edition.tables["areas"], folder, since, there[since][-1] if since else 0)
    frames = {**edition.tables, "areas": areas}
    return lambda note: keep_retold(
        folder, month, frames, edition.facts, synthetic=edition.synthetic, note=note
    )
