"""The words people see: gettext catalogues, Swedish by default and English as the second language.

The message ids in the code are English. The language is what the caller set, never the machine's locale, so
that the same command gives the same text everywhere.
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "N_",
    "gettext",
    "language",
    "ngettext",
    "set_language",
    "using_language",
]

LANGUAGES = ("sv", "en")
DEFAULT_LANGUAGE = "sv"
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    if code == "en":
        return _gettext.NullTranslations()
    return _gettext.translation("geomatch", Path(__file__).parent, [code])


def language() -> str:
    """Code of the language in force, `sv` or `en`."""
    return _language.get()


def set_language(code: str) -> None:
    """Use `code` from now on. Raises ValueError for a language without a catalogue."""
    if code not in LANGUAGES:
        raise ValueError(code)
    _language.set(code)


@contextmanager
def using_language(code: str) -> Iterator[None]:
    """Use `code` inside the block."""
    before = language()
    set_language(code)
    try:
        yield
    finally:
        set_language(before)


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it)
    """`message` itself, marked so that it is found and translated; `gettext` is called where it is shown."""
    return message


def gettext(message: str) -> str:
    """`message` in the language in force."""
    return _catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """`singular` or `plural`, whichever `number` asks for, in the language in force."""
    return _catalogue(language()).ngettext(singular, plural, number)
