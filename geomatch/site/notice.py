"""What stands where figures were: pages of a month that was withdrawn, and sentences on what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from geomatch.numbers import month_text
from geomatch.public.editions import Withdrawal
from geomatch.site.context import SiteContext
from geomatch.site.layout import FRONT, Frame, Pages, link_to
from geomatch.site.plain import plain
from geomatch.site.text_page import Section
from geomatch.words import gettext as _

__all__ = ["NOTICE_FILE", "notice_front", "notice_pages", "withdrawn_sentence"]

# By which a month of the site is known to have no figures.
NOTICE_FILE = "withdrawn.json"


def withdrawn_sentence(number: int, reason: str) -> str:
    """That an edition was withdrawn, and why."""
    return _("Edition {number} was withdrawn: {reason}").format(number=number, reason=plain(reason))


def _reasons(gone: Sequence[Withdrawal]) -> Section:
    return Section(
        "editions",
        _("What was withdrawn, and why"),
        items=tuple(withdrawn_sentence(one.number, one.reason) for one in gone),
        after=(
            _(
                "What others have downloaded or kept of it is not reached by this. Please do not use it any more."
            ),
        ),
    )


def _elsewhere(pages: Pages, path: str) -> Section:
    to = pages.way(path)
    return Section(
        "others",
        _("Other months"),
        items=(
            link_to(to(FRONT), _("The newest month")),
            link_to(to("data/index.html"), _("All months")),
        ),
    )


def notice_pages(context: SiteContext, gone: Sequence[Withdrawal]) -> Iterator[tuple[str, str]]:
    """The pages of a month without figures: the notice stands at every address that its pages had.

    Args:
        context: The site; its language must be in force (`using_language`).
        gone: What was withdrawn of the month.

    Yields:
        Path below the site's root, and HTML.
    """
    pages, month = Pages(context), gone[0].month
    name = month_text(month)
    codes = sorted({code for one in gone for code in one.areas})
    counties = sorted({code[:2] for code in codes})
    above: tuple[tuple[str, str], ...] = ((_("Start"), FRONT),)
    top = f"{month}/index.html"

    def page(
        path: str, area: str, crumbs: tuple[tuple[str, str], ...], below: Mapping[str, str]
    ) -> tuple[str, str]:
        title = (
            _("{area}, {month}: withdrawn").format(area=area, month=name)
            if area
            else _("{month}: withdrawn").format(month=name[:1].upper() + name[1:])
        )
        lead = _("The figures of {month} have been withdrawn. There are none until they are published anew.")
        to = pages.way(path)
        links: tuple[str | Markup, ...] = tuple(
            link_to(to(address), plain(text)) for text, address in below.items()
        )
        where = Section("areas", _("Pages with the same notice"), items=links)
        sections = [_reasons(gone), *([where] if links else []), _elsewhere(pages, path)]
        frame = Frame(
            path=path,
            title=title,
            heading=title,
            description=lead.format(month=name),
            crumb=area or name,
            crumbs=crumbs,
            synthetic=any(one.synthetic for one in gone),
        )
        return pages.page("text.html", frame, lead=[lead.format(month=name)], sections=sections)

    names = context.names
    yield page(top, "", above, {names.of(county): f"{month}/{county}/index.html" for county in counties})
    for county in counties:
        own = [code for code in codes if len(code) == 4 and code[:2] == county]
        path = f"{month}/{county}/index.html"
        yield page(
            path,
            names.of(county),
            (*above, (name, top)),
            {names.of(code): f"{month}/{county}/{code}/index.html" for code in own},
        )
        for code in own:
            crumbs = (*above, (name, top), (names.of(county), path))
            yield page(f"{month}/{county}/{code}/index.html", names.of(code), crumbs, {})


def notice_front(context: SiteContext, gone: Mapping[str, Sequence[Withdrawal]]) -> tuple[str, str]:
    """The first page of a site that has no month with figures; arguments as `notice_pages`, of all months."""
    pages = Pages(context)
    lead = _("There are no figures at present: those of all months have been withdrawn.")
    # Every page of the site leads to the counties of this one.
    months = Section(
        "counties",
        _("Months that were withdrawn"),
        items=tuple(
            link_to(pages.way(FRONT)(f"{month}/index.html"), month_text(month))
            for month in sorted(gone, reverse=True)
        ),
    )
    frame = Frame(
        path=FRONT,
        title=_("No figures at present"),
        heading=_("No figures at present"),
        description=lead,
        synthetic=any(one.synthetic for found in gone.values() for one in found),
        here="map",
    )
    return pages.page("text.html", frame, lead=[lead], sections=[months])
