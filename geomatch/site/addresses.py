"""Where the pages and files of the site lie, for what is read away from them: feed and catalogue."""

from __future__ import annotations

from urllib.parse import quote

from geomatch.site.context import SiteContext

__all__ = ["file_address", "page_address", "site_address"]

# What an address holds besides letters and digits (RFC 3986); `%` so that what is escaped stays as it is.
_KEPT = "%:/?#[]@!$&'()*+,;=~-._"


def site_address(context: SiteContext) -> str:
    """The address of the site's root with a final slash, signs that no address holds escaped; empty where none is set."""
    address = context.site.address.strip()
    return f"{quote(address, safe=_KEPT).rstrip('/')}/" if address else ""


def page_address(context: SiteContext, path: str) -> str:
    """The absolute address of a page in the language of the context; empty where the site has no address.

    Args:
        context: The site.
        path: Below the pages of the language: `2023-02/index.html`.
    """
    root = site_address(context)
    return f"{root}{context.prefix}{path}" if root else ""


def file_address(context: SiteContext, path: str) -> str:
    """The absolute address of a file that both languages share; empty where the site has no address."""
    root = site_address(context)
    return f"{root}{path}" if root else ""
