"""What can go wrong, where it went wrong and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geomatch.words import gettext as _

__all__ = ["CheckError", "GeomatchError", "InputError", "Problem", "RestrictedError"]


_COMMAND = re.compile(r": geomatch \S[^.]*$")


class GeomatchError(Exception):
    """Base of every error that geomatch raises on purpose. `exit_code` is what the command returns."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place of one file.

    Attributes:
        found: What stands there, or what is the matter, as a sentence without a final stop.
        expected: What should stand there.
        remedy: What the reader can do.
        file: File name as the user gave it.
        sheet: Name of the sheet, for workbooks.
        row: Row as the user's program shows it, from 1.
        column: Heading or letter of the column.
    """

    found: str
    expected: str = ""
    remedy: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        """The problem in one line, in the language in force."""
        where = [self.file] if self.file else []
        if self.sheet:
            where.append(_("sheet “{sheet}”").format(sheet=self.sheet))
        if self.row is not None:
            where.append(_("row {row}").format(row=self.row))
        if self.column:
            where.append(_("column “{column}”").format(column=self.column))
        text = f"{', '.join(where)}: {self.found}" if where else self.found
        if self.expected:
            text += _("; expected {expected}").format(expected=self.expected)
        text += "."
        if self.remedy:
            # No stop behind a command: it would be copied with it.
            stop = "" if _COMMAND.search(self.remedy) else "."
            text += " " + self.remedy.rstrip(".") + stop
        return text


class InputError(GeomatchError, ValueError):
    """Input that is wrong. Carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew from its problems, in the words it was raised in."""
        return type(self), (self.problems,), {**self.__dict__, "args": self.args}


class CheckError(GeomatchError):
    """A check that the user asked for did not hold."""

    exit_code = 3


class RestrictedError(GeomatchError, PermissionError):
    """Restricted input was asked for on behalf of someone who may not see it: a bug of ours."""
