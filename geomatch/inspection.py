"""What `inspect` gives back: what was understood of a file, as facts, in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geomatch.notes import note_text
from geomatch.words import gettext as _

__all__ = ["Inspection", "Told", "span"]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was understood of one file, or of several feeds of a timetable.

    Attributes:
        kind: One of `KINDS`.
        files: Names of the files, in the order they were given.
        facts: What was understood, as plain values (for `--json`).
        lines: The same for people, in the language in force.
        table: The validated table: the counts (METHOD 1); the series of activities with east_m and north_m
            (EPSG:3006) and their sessions in words; corridors; localities with x and y (EPSG:3006); for a timetable
            its service per day.
        internal: The table holds what may not leave the board.
        hidden: How many of its activities are hidden.
    """

    kind: str
    files: tuple[str, ...]
    facts: Mapping[str, Any]
    lines: tuple[str, ...]
    table: pd.DataFrame
    internal: bool = False
    hidden: int = 0


@dataclass(slots=True)
class Told:
    """Facts as they are gathered, in both forms."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def say(self, name: str, value: object) -> None:
        """One fact as a line."""
        self.lines.append(f"  {name}: {value}")

    def notes(self, notes: Mapping[str, int]) -> None:
        """What a reader assumed or met, counted."""
        kept = {name: int(count) for name, count in sorted(notes.items()) if count}
        self.facts["notes"] = kept
        if kept:
            self.lines.append("  " + _("Assumed or met on the way:"))
            self.lines += [f"    {note_text(name, count)}" for name, count in kept.items()]

    def synthetic(self, *, synthetic: bool) -> None:
        """Whether the file says that it is made up."""
        self.facts["synthetic"] = synthetic
        if synthetic:
            self.lines.append("  " + _("The file says that its figures are made up."))

    def done(self, table: pd.DataFrame, *, internal: bool = False, hidden: int = 0) -> Inspection:
        """The inspection, once all is told."""
        return Inspection(
            self.facts["kind"],
            tuple(self.facts["files"]),
            self.facts,
            tuple(self.lines),
            table,
            internal=internal,
            hidden=hidden,
        )


def span(first: str, last: str) -> str:
    """From the first to the last, or the one where they are the same."""
    return first if first == last else f"{first} – {last}"
