"""Text from outside, made fit to stand inside a sentence of ours."""

from __future__ import annotations

import unicodedata

__all__ = ["plain"]

_BLANKS = str.maketrans(dict.fromkeys("\t\n\r\u2028\u2029", " "))
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def plain(text: object) -> str:
    """Text from outside, made fit to stand inside a sentence.

    Line breaks and tabs become blanks. Other control characters, and marks that turn the direction of text, are shown
    as U+FFFD, so that a name cannot reorder the words around it; right-to-left letters are isolated from them.
    """
    shown = "".join(
        "\ufffd" if unicodedata.category(sign) in {"Cc", "Cs"} or _turns_text(sign) else sign
        for sign in str(text).translate(_BLANKS)
    )
    if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in shown):
        return _FIRST_STRONG_ISOLATE + shown + _POP_ISOLATE
    return shown


def _turns_text(sign: str) -> bool:
    return sign in "\u061c\u200e\u200f" or "\u202a" <= sign <= "\u202e" or "\u2066" <= sign <= "\u2069"
