"""Pages of text: sections with paragraphs, lists and terms."""

from __future__ import annotations

from dataclasses import dataclass

from geomatch.site.layout import FRONT, Frame, Pages
from geomatch.words import gettext as _

__all__ = ["Section", "text_page"]


@dataclass(frozen=True, slots=True)
class Section:
    """One section: paragraphs, then a list, then terms with their meaning, then closing paragraphs."""

    name: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()


def text_page(
    pages: Pages,
    path: str,
    here: str,
    heading: str,
    title: str,
    lead: list[str],
    sections: list[Section],
    *,
    synthetic: bool,
) -> tuple[str, str]:
    """Path and HTML of a page of text.

    Args:
        pages: The pages of the site.
        path: Below the root of the language.
        here: Its entry in the site's navigation.
        heading: Its h1.
        title: Its short title.
        lead: The paragraphs it begins with; the first describes the page.
        sections: The rest.
        synthetic: The site's figures are made up.
    """
    frame = Frame(
        path=path,
        title=title,
        heading=heading,
        description=lead[0],
        crumb=title,
        crumbs=((_("Start"), FRONT),),
        synthetic=synthetic,
        here=here,
    )
    return pages.page("text.html", frame, lead=lead, sections=sections)
