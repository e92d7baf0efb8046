"""A value that only internal work may see, so that public code cannot receive it by mistake.

Addresses, contacts, accommodation sites and the places of protected activities are carried in `Restricted`.
Its content is reached only with `reveal(Audience.INTERNAL)`: the type checker refuses any other audience, and so
does the program. It neither prints nor pickles.
"""

from __future__ import annotations

from enum import Enum
from typing import Generic, Literal, NoReturn, TypeVar

from geomatch.errors import RestrictedError
from geomatch.words import gettext as _

__all__ = ["Audience", "Restricted"]

T = TypeVar("T")


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
