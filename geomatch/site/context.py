"""What every page of the site needs to know of the site it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geomatch.public.tables import NATION
from geomatch.settings import SiteSettings
from geomatch.sources.regions import counties, municipalities
from geomatch.words import DEFAULT_LANGUAGE, LANGUAGES
from geomatch.words import gettext as _

__all__ = ["Names", "SiteContext", "read_names"]


@dataclass(frozen=True, slots=True)
class Names:
    """Names of counties and municipalities by code, and the codes of a county's municipalities."""

    names: Mapping[str, str]

    def of(self, code: str) -> str:
        """The name of an area; the country by its name in the language in force."""
        return _("Sweden") if code == NATION else self.names.get(code, code)

    def municipalities_of(self, county: str) -> list[str]:
        """Codes of the municipalities of a county (two digits), by name."""
        own = [code for code in self.names if len(code) == 4 and code[:2] == county]
        return sorted(own, key=lambda code: (self.names[code], code))


def read_names() -> Names:
    """The names that the shipped shapes give."""
    shapes, above = municipalities(), counties()
    return Names(
        dict(zip(above["county_code"], above["name"], strict=True))
        | dict(zip(shapes["municipality_code"], shapes["name"], strict=True))
    )


@dataclass(frozen=True, slots=True)
class SiteContext:
    """What a page needs to know of its site.

    Attributes:
        site: The settings about the site.
        language: `sv` or `en`; in force while a page is made (`using_language`).
        months: Published months, oldest first, up to and including the page's own.
        assets: Name of an asset (`site.css`) to its path below the site's root (`assets/site.1a2b3c4d.css`).
        names: Names of areas.
    """

    site: SiteSettings
    language: str
    months: tuple[str, ...]
    assets: Mapping[str, str]
    names: Names

    @property
    def prefix(self) -> str:
        """Where the pages of the language lie below the site's root: empty, or `en/`."""
        return "" if self.language == DEFAULT_LANGUAGE else f"{self.language}/"

    @property
    def other_language(self) -> str:
        """The language that a page can be switched to."""
        return next(code for code in LANGUAGES if code != self.language)
