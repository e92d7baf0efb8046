"""Text from outside, made fit for a page, and remembered: names of places and organisers stand on many pages."""

from __future__ import annotations

from functools import lru_cache

from geomatch.plain import plain as _plain

__all__ = ["plain"]

# Names of all areas, localities, organisers and activities of a month.
_KEPT = 65_536


@lru_cache(maxsize=_KEPT)
def plain(text: str) -> str:
    """As `geomatch.plain.plain`."""
    return _plain(text)
