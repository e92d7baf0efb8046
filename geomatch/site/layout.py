"""What all pages of the site share: the frame around a page, its addresses, and the templates that pages are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from geomatch.numbers import month_text
from geomatch.public.editions import Edition
from geomatch.site.addresses import page_address, site_address
from geomatch.site.context import SiteContext
from geomatch.site.plain import plain
from geomatch.words import DEFAULT_LANGUAGE
from geomatch.words import gettext as _

__all__ = ["FRONT", "Frame", "Pages", "link_to", "said", "tile_host", "to_root"]

# Where the pages of the newest month begin.
FRONT = "index.html"
_HOST = re.compile(r"[A-Za-z0-9.{}*-]+(:[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page.

    Attributes:
        path: Of the page, below the root of its language.
        title: Its title, without the name of the site.
        heading: Its one h1.
        description: One sentence on what the page holds.
        crumb: What it is called among the pages above it.
        crumbs: Text and path of the pages above it, the first page first.
        edition: Edition that the page tells of, or None.
        level: `country`, `county` or `municipality`; empty on pages of no area.
        area: Code of the area.
        has_map: The page has a map.
        synthetic: The page is of made-up figures, though of no edition.
        here: Which entry of the site's navigation the page is.
    """

    path: str
    title: str
    heading: str
    description: str
    crumb: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()
    edition: Edition | None = None
    level: str = ""
    area: str = ""
    has_map: bool = False
    synthetic: bool = False
    here: str = ""


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("geomatch.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Looked up at each use: the language is the caller's.
    environment.globals["_"] = _
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    return str(escape(text))


def said(text: str, **values: object) -> Markup:
    """`text` with its placeholders filled; all of it escaped but what is markup already."""
    filled = {name: str(escape(value)) for name, value in values.items()}
    return Markup(_escaped(text).format(**filled))  # noqa: S704  text and values are escaped above


def link_to(address: str, text: object) -> Markup:
    """A link."""
    return Markup(f'<a href="{escape(address)}">{escape(text)}</a>')  # noqa: S704  both parts are escaped


def to_root(path: str, prefix: str) -> str:
    """The way from a page to the site's root: `../../`, or empty for a page that lies there."""
    return "../" * (prefix + path).count("/")


def tile_host(tiles_url: str) -> str:
    """The host that a background map comes from, as the page's rules for content name it; empty for none."""
    parts = urlsplit(tiles_url.replace("{s}", "*"))
    host = parts.netloc
    return f"{parts.scheme}://{host}" if parts.scheme in {"http", "https"} and _HOST.fullmatch(host) else ""


def _withdrawn(edition: Edition | None) -> list[str]:
    """What was withdrawn of the month that a page tells of, a sentence for each reason."""
    editions: dict[str, list[str]] = {}
    for number, reason in sorted(edition.withdrawn.items()) if edition is not None else ():
        editions.setdefault(plain(reason), []).append(str(number))
    return [
        _("Withdrawn: edition {numbers}. {reason}").format(numbers=", ".join(numbers), reason=reason)
        for reason, numbers in editions.items()
    ]


class Pages:
    """Makes pages in the language in force: the template, and the frame around it.

    Args:
        context: The site.
    """

    def __init__(self, context: SiteContext) -> None:
        self.context = context
        self.tile_host = tile_host(context.site.tiles_url)

    def way(self, path: str) -> Callable[[str], str]:
        """A function that gives the relative address of another page of the same language, from the page `path`."""
        start = to_root(path, self.context.prefix) + self.context.prefix
        return lambda other: start + other

    def root(self, path: str) -> str:
        """The way from the page `path` to the site's root."""
        return to_root(path, self.context.prefix)

    def page(self, template: str, frame: Frame, **values: Any) -> tuple[str, str]:  # noqa: ANN401 (values of a template)
        """Path below the site's root, and HTML, of a page. Every value is escaped.

        Args:
            template: Name of the template.
            frame: What stands around it.
            values: What the template asks for beside it.
        """
        context, edition = self.context, frame.edition
        root = to_root(frame.path, context.prefix)
        month = edition.month if edition is not None else ""
        other = "" if context.other_language == DEFAULT_LANGUAGE else f"{context.other_language}/"
        synthetic = edition.synthetic if edition is not None else frame.synthetic
        title = _("{page} – Who reaches an activity?").format(page=plain(frame.title))
        styles = ["site.css"]
        scripts = ["tables.js", "site.js", f"words-{context.language}.js"]
        data: list[str] = []
        if frame.has_map:
            styles = ["leaflet.css", "site.css"]
            scripts = ["leaflet.js", *scripts, "borders.js", "map.js"]
            data = ["data/months.js", f"{month}/values.js", f"{month}/activities.js"]
        # The map is drawn from the data, so its script comes last.
        shared = [context.assets[name] for name in scripts]
        scripts = [*shared[:-1], *data, shared[-1]] if frame.has_map else shared
        own = frame.path.removesuffix("index.html")
        address = page_address(context, own)
        text = (
            _templates()
            .get_template(template)
            .render(
                frame=frame,
                language=context.language,
                other_language=context.other_language,
                other_address=root + other + frame.path,
                site=context.site,
                publisher=plain(context.site.publisher),
                root=root,
                to=self.way(frame.path),
                styles=[root + context.assets[one] for one in styles],
                scripts=[root + one for one in scripts],
                tile_host=self.tile_host,
                canonical=address,
                alternates=[
                    (context.language, address or root + context.prefix + frame.path),
                    (
                        context.other_language,
                        site_address(context) + other + own if address else root + other + frame.path,
                    ),
                ],
                title=_("SYNTHETIC DATA: {title}").format(title=title) if synthetic else title,
                synthetic=synthetic,
                month=month,
                month_name=month_text(month) if month else "",
                edition=edition,
                edition_note=plain(edition.note) if edition is not None else "",
                withdrawn=_withdrawn(edition),
                **values,
            )
        )
        return context.prefix + frame.path, text
