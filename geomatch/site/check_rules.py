"""What a page must be by itself: named, ordered and zoomable for everyone (WCAG 2.2), and without script or style inside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geomatch.errors import Problem
from geomatch.site.check_page import Element, Page, name_of, text_of
from geomatch.words import DEFAULT_LANGUAGE
from geomatch.words import gettext as _

__all__ = ["SYNTHETIC_MARKS", "language_of", "marked_synthetic", "page_problems"]

# By language, as geomatch/publish/templates/base.html and every page of the site have them.
SYNTHETIC_MARKS = {"sv": "SYNTETISKA UPPGIFTER", "en": "SYNTHETIC DATA"}
_POINTERS = (
    "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-details", "aria-flowto",
    "aria-activedescendant", "aria-errormessage", "for", "headers", "list",
)  # fmt: skip
_NO_NAME = {"hidden", "submit", "reset"}
_ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "data")


def language_of(path: str) -> str:
    """The language of a page, which its path tells."""
    return "en" if path.startswith("en/") else DEFAULT_LANGUAGE


def _mend() -> str:
    return _("Mend the page's template, and publish anew")


def _of(page: Page, element: Element | None, found: str, expected: str = "") -> Problem:
    return Problem(found, expected, _mend(), page.path, row=element.row if element else None)


def page_problems(page: Page, tile_host: str) -> list[Problem]:
    """Everything that is wrong with a page, whatever the others are like.

    Args:
        page: The page.
        tile_host: Host of the background map that the settings name, or empty; `*` may stand for a part of it.
    """
    found = [
        *_head(page),
        *_policy(page, tile_host),
        *_inside(page),
        *_headings(page),
        *_landmarks(page),
        *_names(page),
        *_tables(page),
        *_references(page),
    ]
    return sorted(found, key=lambda problem: problem.row or 0)


def _head(page: Page) -> Iterator[Problem]:
    html, language = page.first("html"), language_of(page.path)
    if html is None or html.get("lang") != language:
        said = html.get("lang") if html else ""
        yield _of(
            page,
            html,
            _("the page calls its language “{language}”").format(language=said)
            if said
            else _("the page does not say its language"),
            f'lang="{language}"',
        )
    titles = [title for title in page.all("title") if not title.within("svg")]
    if not titles or not text_of(titles[0]):
        yield _of(page, next(iter(titles), None), _("the page has no title"))
    views = [meta for meta in page.all("meta") if meta.get("name").lower() == "viewport"]
    if not views:
        yield _of(page, None, _("the page does not fit a small screen: it has no viewport"))
    for view in views:
        content = view.get("content").replace(" ", "").lower()
        if re.search(r"user-scalable=(?:no|0)|maximum-scale=", content):
            yield _of(
                page,
                view,
                _("the page cannot be enlarged: {content}").format(content=view.get("content")),
                "width=device-width, initial-scale=1",
            )


def _policy(page: Page, tile_host: str) -> Iterator[Problem]:
    """The Content-Security-Policy: there, before anything is loaded, and with none of what would make it useless."""
    policies = [
        meta for meta in page.all("meta") if meta.get("http-equiv").lower() == "content-security-policy"
    ]
    if not policies:
        yield _of(page, None, _("the page has no Content-Security-Policy"))
    for meta in policies:
        rules = {
            words[0].lower(): words[1:]
            for words in (rule.split() for rule in meta.get("content").split(";"))
            if words
        }
        if rules.get("default-src") != ["'none'"]:
            yield _of(
                page,
                meta,
                _("the Content-Security-Policy allows what it does not name"),
                "default-src 'none'",
            )
        for name, sources in rules.items():
            allowed = {"'none'", "'self'", "file:"} | ({"data:"} if name == "img-src" else set())
            if name == "img-src" and tile_host:
                allowed |= {tile_host, f"https://{tile_host}"}
            for source in sources:
                if source.lower() not in allowed:
                    yield _of(
                        page,
                        meta,
                        _("the Content-Security-Policy allows {source} in {rule}").format(
                            source=source, rule=name
                        ),
                        _("the site's own files only"),
                    )
        before = page.elements[: page.elements.index(meta)]
        early = [one for one in before if one.tag in ("script", "link", "style")]
        if early:
            yield _of(page, early[0], _("something is loaded before the Content-Security-Policy is in force"))


def _inside(page: Page) -> Iterator[Problem]:
    """Script and style that stand in the page, which the policy stops."""
    for script in page.all("script"):
        if "src" not in script.attributes:
            yield _of(page, script, _("a script stands in the page"), _("a file of its own"))
    for style in page.all("style"):
        yield _of(page, style, _("a style sheet stands in the page"), _("a file of its own"))
    for element in page.elements:
        for name, value in element.attributes.items():
            if name == "style":
                yield _of(page, element, _("<{tag}> has a style attribute").format(tag=element.tag))
            elif name.startswith("on"):
                yield _of(
                    page, element, _("<{tag}> runs a script: {name}").format(tag=element.tag, name=name)
                )
            elif name in _ADDRESSES and re.match(
                r"[\s\x00-\x1f]*(?:java|vb)script\s*:", value, re.IGNORECASE
            ):
                yield _of(
                    page,
                    element,
                    _("<{tag}> runs a script: {name}").format(tag=element.tag, name=value.strip()),
                )
    for meta in page.all("meta"):
        if meta.get("http-equiv").lower() == "refresh":
            yield _of(page, meta, _("the page moves the reader on by itself"))
    for base in page.all("base"):
        yield _of(page, base, _("<base> moves every link of the page"))


def _headings(page: Page) -> Iterator[Problem]:
    # Those that a script fills first are hidden until then.
    headings = [one for one in page.elements if re.fullmatch("h[1-6]", one.tag) and not one.put_away]
    tops = [one for one in headings if one.tag == "h1"]
    if len(tops) != 1:
        yield _of(
            page,
            tops[1] if tops else None,
            _("the page has {number} headings of level 1").format(number=len(tops)),
            "1",
        )
    before = 0
    for heading in headings:
        level = int(heading.tag[1])
        if level > before + 1 and (before or tops):
            yield _of(
                page,
                heading,
                _("a heading of level {level} follows one of level {before}").format(
                    level=level, before=before
                )
                if before
                else _("the first heading is of level {level}").format(level=level),
                _("level {level} at the most").format(level=before + 1),
            )
        before = level
        if not name_of(heading, page):
            yield _of(page, heading, _("a heading is empty"))


def _landmarks(page: Page) -> Iterator[Problem]:
    mains = page.all("main")
    if len(mains) != 1:
        yield _of(
            page,
            mains[1] if mains else None,
            _("the page has {number} main parts (<main>)").format(number=len(mains)),
            "1",
        )
    inner = ("main", "article", "section", "aside", "nav")
    for tag in ("header", "nav", "footer"):
        # Inside of these, header and footer are those of a part, no landmarks.
        if all(tag != "nav" and one.within(*inner) for one in page.all(tag)):
            yield _of(page, None, _("the page has no <{tag}>").format(tag=tag))
    links = [link for link in page.all("a") if "href" in link.attributes]
    target = page.ids.get(links[0].get("href").removeprefix("#")) if links else None
    if (
        target is None
        or not links[0].get("href").startswith("#")
        or not (target.tag == "main" or target.within("main"))
    ):
        yield _of(
            page,
            links[0] if links else None,
            _("the first link does not lead past the menus"),
            _("a link to the main part of the page"),
        )


def _names(page: Page) -> Iterator[Problem]:
    for picture in page.all("img", "area"):
        if "alt" not in picture.attributes:
            yield _of(page, picture, _("a picture has no text in its place (alt)"))
    for drawing in page.all("svg"):
        named = drawing.get("role") and drawing.get("role") not in ("none", "presentation")
        if not drawing.hidden and not drawing.within("svg") and not (named and name_of(drawing, page)):
            yield _of(
                page,
                drawing,
                _("a drawing (svg) has no name and is not hidden from those who listen"),
                'role="img" aria-label="…", aria-hidden="true"',
            )
    for control in page.all("input", "select", "textarea"):
        if control.get("type").lower() not in _NO_NAME and not name_of(control, page):
            yield _of(page, control, _("a form control (<{tag}>) has no name").format(tag=control.tag))
    for button in page.elements:
        if (button.tag == "button" or button.get("role") == "button") and not name_of(button, page):
            yield _of(page, button, _("a button has no name"))
    for link in page.all("a"):
        if "href" in link.attributes and not link.hidden and not name_of(link, page):
            yield _of(page, link, _("a link has no text"))
    for element in page.elements:
        order = element.get("tabindex")
        if order and not re.fullmatch(r"-\d+|0", order):
            yield _of(page, element, _("tabindex {value} changes the order").format(value=order), "0, -1")


def _tables(page: Page) -> Iterator[Problem]:
    for table in page.all("table"):
        if table.get("role") in ("presentation", "none"):
            continue
        captions = [
            one for one in table.content if isinstance(one, Element) and one.tag == "caption" and text_of(one)
        ]
        if not captions:
            yield _of(page, table, _("a table has no caption"))
    with_headings = {id(next(_tables_around(one), None)) for one in page.all("th")}
    for table in page.all("table"):
        if id(table) not in with_headings and table.get("role") not in ("presentation", "none"):
            yield _of(page, table, _("a table has no headings"))
    for heading in page.all("th"):
        if heading.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            yield _of(page, heading, _("a table's heading does not say what it is of (scope)"), "col, row")


def _tables_around(element: Element) -> Iterator[Element]:
    return (above for above in element.around() if above.tag == "table")


def _references(page: Page) -> Iterator[Problem]:
    for element in page.repeated:
        yield _of(page, element, _("the id “{id}” stands twice").format(id=element.attributes["id"]))
    for element in page.elements:
        for name in _POINTERS:
            for one in element.get(name).split() if name in element.attributes else ():
                if one not in page.ids:
                    yield _of(
                        page,
                        element,
                        _("{name} points at “{id}”, which is not there").format(name=name, id=one),
                    )


def marked_synthetic(page: Page) -> tuple[bool, bool]:
    """Whether a page bears the mark of made-up figures in its title, and in a banner."""
    mark = SYNTHETIC_MARKS[language_of(page.path)]
    title = page.first("title")
    banners = (one for one in page.elements if {"banner", "made-up"} & set(one.get("class").split()))
    return (
        title is not None and text_of(title).startswith(f"{mark}: "),
        any(mark in text_of(banner) for banner in banners),
    )
