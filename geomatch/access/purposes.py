"""Which activities are asked for, by their purposes (METHOD 3, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_purposes", "of_purposes", "purposes_of"]


def _split(text: str) -> dict[str, str]:
    """Purposes with `;` between them, as they are written, by what makes two of them the same."""
    return {one.strip().casefold(): one.strip() for one in text.split(";") if one.strip()}


def purposes_of(activities: pd.DataFrame, asked: str = "") -> list[str]:
    """The purposes that the activities name, as primary or other purpose, each once, in alphabetical order.

    Of one purpose in several spellings (`svenska`, `Svenska`) the first in that order is given.

    Args:
        activities: ACTIVITIES, or its columns primary_purpose and secondary_purposes.
        asked: Give only these (`allocation.purposes`, `;` between them); empty gives all.
    """
    wanted = _split(asked)
    found: dict[str, list[str]] = {}
    for column in ("primary_purpose", "secondary_purposes"):
        for text in activities[column].astype(str):
            for key, name in _split(text).items():
                found.setdefault(key, []).append(name)
    return [min(names) for key, names in sorted(found.items()) if key in wanted or not wanted]


def of_purposes(activities: pd.DataFrame, asked: str) -> pd.DataFrame:
    """The activities that serve one of the purposes `asked` (`;` between them), as primary or other purpose.

    Args:
        activities: ACTIVITIES, or its columns primary_purpose and secondary_purposes.
        asked: `allocation.purposes`; empty asks for none in particular and gives all activities.
    """
    wanted = set(_split(asked))
    if not wanted:
        return activities
    both = zip(activities["primary_purpose"], activities["secondary_purposes"], strict=True)
    return activities[[bool(wanted & {*_split(str(first)), *_split(str(more))}) for first, more in both]]


def check_purposes(series: pd.DataFrame, asked: str, file: str) -> None:
    """Refuse a purpose that no activity of the whole register has: it is misspelt, and nobody would be served.

    Args:
        series: All series of the register, also those that do not run in the month.
        asked: `allocation.purposes`.
        file: Name of the file of settings, for the message.

    Raises:
        InputError: Each purpose that nothing has.
    """
    known = purposes_of(series)
    there = {name.casefold() for name in known}
    problems = [
        Problem(
            _("allocation.purposes: no activity of the register has the purpose “{text}”").format(text=name),
            _("one of {names}").format(names=", ".join(known) or _("none")),
            _("Correct the line, or remove it to use the default"),
            file=file,
        )
        for key, name in _split(asked).items()
        if key not in there
    ]
    if problems:
        raise InputError(problems)
