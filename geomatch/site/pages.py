"""Every page of the public site, from published editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from geomatch.public.editions import Edition, Withdrawal
from geomatch.site.accessibility import accessibility_page
from geomatch.site.context import SiteContext
from geomatch.site.data_page import data_page
from geomatch.site.layout import FRONT, Pages
from geomatch.site.method import method_page
from geomatch.site.pages_area import area_pages, nation_page
from geomatch.site.rows import month_rows

__all__ = ["front_page", "month_pages", "site_pages"]

Earlier = Sequence[tuple[str, pd.DataFrame]]


def month_pages(context: SiteContext, edition: Edition, earlier: Earlier) -> Iterator[tuple[str, str]]:
    """All pages of a month: all areas, each county, each municipality.

    Args:
        context: The site; its language must be in force (`using_language`).
        edition: The edition whose pages they are.
        earlier: Earlier published months and their table `areas`, for charts.

    Yields:
        Path below the site's root, and HTML.
    """
    yield from area_pages(Pages(context), month_rows(edition, context.names, earlier))


def front_page(context: SiteContext, edition: Edition, earlier: Earlier) -> tuple[str, str]:
    """The first page of the site: the newest month's page of all areas, laid out for the root; as `month_pages`."""
    return nation_page(Pages(context), month_rows(edition, context.names, earlier), FRONT)


def site_pages(
    context: SiteContext,
    newest: Edition | None,
    listed: Sequence[Edition],
    gone: Mapping[str, Sequence[Withdrawal]] | None = None,
) -> Iterator[tuple[str, str]]:
    """The pages that are of no month: method, accessibility statement, data.

    Args:
        context: The site; its language must be in force.
        newest: The newest edition, whose settings the method tells; None while nothing is published.
        listed: Every edition, oldest first; of each month the newest is listed, with the notes of those before it.
        gone: What was withdrawn, by month.

    Yields:
        Path below the site's root, and HTML.
    """
    pages = Pages(context)
    of_nothing = any(one.synthetic for found in (gone or {}).values() for one in found)
    synthetic = newest.synthetic if newest is not None else of_nothing
    yield method_page(pages, newest, synthetic=synthetic)
    yield accessibility_page(pages, synthetic=synthetic)
    yield data_page(pages, listed, gone)
