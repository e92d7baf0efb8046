"""A value that only internal work may see, so that public code cannot receive it by mistake.

Addresses, contacts, accommodation sites and the places of protected activities are carried in `Restricted`.
Its content is reached only with `reveal(Audience.INTERNAL)`: the type checker refuses any other audience, and so
does the program. It neither prints nor pickles.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from enum import Enum
from typing import Generic, Literal, NoReturn, TypeVar

from geomatch.errors import Problem, RestrictedError
from geomatch.words import gettext as _

__all__ = ["Audience", "Restricted", "without_quotes"]

T = TypeVar("T")
# What messages put around a text of the file, in either language.
_QUOTED = re.compile(r"[“”\"]([^“”\"]*)[“”\"]")


class Audience(Enum):
    """Who a result is for."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Restricted(Generic[T]):
    """Holds one value that must never reach public output (METHOD 8)."""

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        self.__value = value

    def reveal(self, audience: Literal[Audience.INTERNAL]) -> T:
        """The value, for internal work. Raises RestrictedError for anyone else."""
        if audience is not Audience.INTERNAL:
            raise RestrictedError(_("Restricted input was asked for on behalf of the public"))
        return self.__value

    def __repr__(self) -> str:
        """A text without the value."""
        return "Restricted(…)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle is a copy that nobody watches."""
        raise RestrictedError(_("Restricted input cannot be pickled"))


def without_quotes(problem: Problem, known: Container[str]) -> Problem:
    """`problem` with what it quotes from the file left out, but for texts that are `known`, such as headings.

    For files whose every cell may be restricted: what is wrong is told, and where, but not what stands there.

    Args:
        problem: From a reader of tables, in the language in force.
        known: Folded texts (small letters) that may be shown.
    """

    def shown(match: re.Match[str]) -> str:
        return match[0] if match[1].casefold() in known else f"{match[0][0]}…{match[0][-1]}"

    return replace(problem, found=_QUOTED.sub(shown, problem.found))
