"""Where the files of the site lead and what they make a browser load: only what is there, and from nowhere else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from geomatch.errors import Problem
from geomatch.site.check_page import Element, Page
from geomatch.words import gettext as _

__all__ = [
    "Link",
    "feed_problems",
    "host_of",
    "link_problems",
    "links_of",
    "script_problems",
    "style_problems",
]

# What a browser fetches by itself, and what a reader follows.
_LOADED = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "frame": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "track": ("src",), "embed": ("src",), "object": ("data",),
    "input": ("src",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"), "form": ("action",),
}  # fmt: skip
_FOLLOWED = {"a": ("href", "xlink:href"), "area": ("href",)}
_RELATIONS_LOADED = {
    "stylesheet", "icon", "preload", "modulepreload", "prefetch", "prerender", "manifest", "preconnect",
    "dns-prefetch", "apple-touch-icon", "mask-icon",
}  # fmt: skip
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
# An address in a script that is no address but the name of a kind of XML.
_NAMESPACES = "http://www.w3.org/"
_QUOTED = r"""\s*["'`]((?:(?:https?|wss?):)?//[a-z0-9*{][^"'`\s]*)"""
_SCRIPT_LOADS = re.compile(
    r"(?:\b(?:fetch|importScripts|sendBeacon|tileLayer)\s*\(|\bimport\s*\(?|\bfrom\b"
    r"|\bnew\s+(?:Worker|SharedWorker|WebSocket|EventSource|Request)\s*\(|\.(?:src|href)\s*="
    r"""|\.open\s*\(\s*["'`]\w+["'`]\s*,|\bsetAttribute\s*\(\s*["'`](?:src|href)["'`]\s*,)""" + _QUOTED,
    re.IGNORECASE,
)
_SCRIPT_ADDRESS = re.compile(_QUOTED, re.IGNORECASE)
# Scripts of others, and data, in which an address may stand as text.
_ADDRESSES_ALLOWED = re.compile(r"assets/(?:leaflet|words-|borders)|(?:data|\d{4}-\d\d)/")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_LOADS = re.compile(
    r"""(?:\burl\(\s*(?P<mark>["']?)(?P<url>.*?)(?P=mark)\s*\)|@import\s+["'](?P<import>[^"']*)["'])""",
    re.IGNORECASE | re.DOTALL,
)
_FEED_LOADS = re.compile(r"<(?:img|script|iframe|link|video|audio|source|embed)\b[^>]*?=\s*[\"']?\s*((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """One address on a page.

    Attributes:
        url: As it stands there.
        row: Row of the element.
        loaded: A browser fetches it by itself.
        picture: It is a picture or an icon, which may stand in the address itself (`data:`).
        path: The file of the site that it leads to, or empty.
        fragment: The place on it, or empty.
        foreign: It leads to another host.
    """

    url: str
    row: int
    loaded: bool
    picture: bool
    path: str = ""
    fragment: str = ""
    foreign: bool = False


def host_of(tiles_url: str) -> str:
    """The host of the setting `site.tiles_url`, `*` for its `{s}`; empty where there is none."""
    return urlsplit(tiles_url.replace("{s}", "*")).netloc


def _is_foreign(url: str) -> bool:
    scheme = _SCHEME.match(url)
    return url.startswith(("//", "\\\\")) or (
        scheme is not None and scheme[1].lower() in ("http", "https", "ws", "wss", "ftp")
    )


def _is_tile(url: str, tile_host: str) -> bool:
    return bool(tile_host) and fnmatch(urlsplit(url.replace("{s}", "*")).netloc, tile_host)


def _resolved(base: str, url: str) -> tuple[str, str]:
    """Path below the root and fragment of a relative address; the path begins with `..` where it leaves the root."""
    path, _mark, fragment = url.partition("#")
    path = unquote(path.partition("?")[0])
    if not path:
        return base, unquote(fragment)
    # normpath drops the sign of a folder, which must not pass for a file.
    folder = "/" if path.endswith("/") else ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) + folder, unquote(fragment)


def _link(page: Page, element: Element, name: str, url: str, *, loaded: bool) -> Link:
    picture = element.tag in ("img", "image", "source") or "icon" in element.get("rel").lower()
    if _is_foreign(url):
        return Link(url, element.row, loaded, picture, foreign=True)
    if _SCHEME.match(url) or url.startswith("/") or not url:
        return Link(url, element.row, loaded, picture)
    path, fragment = _resolved(page.path, url)
    # The map's state stands behind the sign as well (`#layer=gap`), and is no place on the page.
    own = "" if "=" in fragment or name == "srcset" else fragment
    return Link(url, element.row, loaded, picture, path, own)


def links_of(page: Page) -> list[Link]:
    """Every address on a page, in the order of its elements."""
    found = []
    for element in page.elements:
        if element.tag == "link":
            loaded = bool(_RELATIONS_LOADED & set(element.get("rel").lower().split()))
            if "href" in element.attributes:
                found.append(_link(page, element, "href", element.get("href"), loaded=loaded))
            continue
        for names, loaded in ((_LOADED.get(element.tag, ()), True), (_FOLLOWED.get(element.tag, ()), False)):
            for name in names:
                if name not in element.attributes:
                    continue
                value = element.get(name)
                urls = (
                    [part.split()[0] for part in value.split(",") if part.strip()]
                    if name == "srcset"
                    else [value]
                )
                found += [_link(page, element, name, url, loaded=loaded) for url in urls]
    return found


def _mend() -> str:
    return _("Mend the page's template, and publish anew")


def _told(path: str, row: int, found: str, expected: str = "") -> Problem:
    return Problem(found, expected, _mend(), path, row=row)


def _foreign(path: str, row: int, url: str) -> Problem:
    return _told(
        path, row, _("a browser would load {url} from another host").format(url=url), _("a file of the site")
    )


def _missing(path: str, row: int, url: str, target: str, files: Collection[str]) -> Problem | None:
    """What is the matter with a relative address that leads to `target`; None where it is a file of the site."""
    if target == ".." or target.startswith("../"):
        return _told(path, row, _("{url} leads out of the site").format(url=url))
    if target.rstrip("/") + "/" in files:
        return _told(path, row, _("{url} names a folder").format(url=url), _("a link that ends in index.html, so that the pages work from a disk"))  # fmt: skip
    if target in files:
        return None
    return _told(path, row, _("{url} leads to a file that is not there").format(url=url))


def with_folders(files: Iterable[str]) -> frozenset[str]:
    """The paths of files, and of the folders around them, each with `/` at its end; `./` is the root."""
    return frozenset(files) | {f"{folder}/" for file in files for folder in _folders(file)}


def _folders(path: str) -> Iterator[str]:
    while path:
        path = posixpath.dirname(path)
        yield path or "."


def link_problems(path: str, links: Iterable[Link], files: Collection[str], tile_host: str) -> list[Problem]:
    """What is wrong with the addresses of a page, whatever stands on the pages that they lead to.

    Args:
        path: Of the page, below the site's root.
        links: Of the page, as `links_of` gives them.
        files: Of the site, as `with_folders` gives them.
        tile_host: Host of the background map that the settings name, or empty.
    """
    found = []
    for link in links:
        scheme = _SCHEME.match(link.url)
        name = scheme[1].lower() if scheme else ""
        if link.foreign:
            if link.loaded and not (link.picture and _is_tile(link.url, tile_host)):
                found.append(_foreign(path, link.row, link.url))
        elif link.path:
            missing = _missing(path, link.row, link.url, link.path, files)
            if missing is not None:
                found.append(missing)
        elif not link.url:
            found.append(_told(path, link.row, _("an address is empty")))
        elif link.url.startswith("/"):
            found.append(_told(path, link.row, _("{url} is not relative to the page").format(url=link.url)))
        elif name in ("javascript", "vbscript"):
            # Told with all else that runs a script.
            continue
        elif not (link.picture if name == "data" else name in ("mailto", "tel") and not link.loaded):
            found.append(_told(path, link.row, _("an address has a beginning that no page needs: {scheme}:").format(scheme=name)))  # fmt: skip
    return found


def place_problems(
    path: str, pointed: Iterable[tuple[str, int, str, str]], places: Mapping[str, Collection[str]]
) -> list[Problem]:
    """Links of a page to places that are not on the page they lead to.

    Args:
        path: Of the page, below the site's root.
        pointed: Its links to places: address, row, path and place of each.
        places: The ids of each page, by its path.
    """
    return [
        _told(path, row, _("{url} leads to a place that is not on the page").format(url=url))
        for url, row, target, place in pointed
        if place != "top" and target in places and place not in places[target]
    ]


def style_problems(path: str, text: str, files: Collection[str]) -> list[Problem]:
    """What is wrong with the addresses in a style sheet.

    Args:
        path: Of the style sheet, below the site's root.
        text: Its content.
        files: Of the site, as `with_folders` gives them.
    """
    # Comments leave their rows.
    text = _STYLE_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    found = []
    for hit in _STYLE_LOADS.finditer(text):
        url = (hit["url"] if hit["url"] is not None else hit["import"]).strip()
        row = text.count("\n", 0, hit.start()) + 1
        if _is_foreign(url):
            found.append(_foreign(path, row, url))
        elif url.startswith("/"):
            found.append(_told(path, row, _("{url} is not relative to the page").format(url=url)))
        elif not url.startswith(("#", "data:")):
            missing = _missing(path, row, url, _resolved(path, url)[0], files)
            found += [missing] if missing else []
    return found


def loaded_by_style(path: str, text: str) -> list[str]:
    """Paths of the files that a style sheet makes a browser load."""
    urls = [
        (hit["url"] if hit["url"] is not None else hit["import"]).strip()
        for hit in _STYLE_LOADS.finditer(_STYLE_COMMENT.sub("", text))
    ]
    return [_resolved(path, url)[0] for url in urls if url and not _SCHEME.match(url) and url[0] not in "#/"]


def script_problems(path: str, text: str, tile_host: str) -> list[Problem]:
    """Addresses of other hosts in a script that a browser would load from.

    In a script of ours every address counts that is not the name of a kind of XML; in Leaflet's and in data only what
    is given to something that loads.

    Args:
        path: Of the script, below the site's root.
        text: Its content.
        tile_host: Host of the background map that the settings name, or empty.
    """
    pattern = _SCRIPT_LOADS if _ADDRESSES_ALLOWED.match(path) else _SCRIPT_ADDRESS
    return [
        _foreign(path, text.count("\n", 0, hit.start(1)) + 1, hit[1])
        for hit in pattern.finditer(text)
        if not hit[1].startswith(_NAMESPACES) and not _is_tile(hit[1], tile_host)
    ]


def feed_problems(path: str, text: str, files: Collection[str]) -> Iterator[Problem]:
    """What is wrong with a feed, or another file of XML: its form, and where it leads.

    Args:
        path: Of the feed, below the site's root.
        text: Its content.
        files: Of the site, as `with_folders` gives them.
    """
    try:
        root = ET.fromstring(text)  # noqa: S314  expat stops entity bombs, and the file is our own
    except ET.ParseError as error:
        yield _told(path, error.position[0], _("the file is not well-formed XML"))
        return

    # The parser says no rows; the first place where the address stands is one of them.
    def row(url: str) -> int:
        return text.count("\n", 0, max(text.find(url.replace("&", "&amp;")), 0)) + 1

    for instruction in re.findall(r"<\?xml-stylesheet[^>]*href=[\"']([^\"']*)", text):
        if _is_foreign(instruction):
            yield _foreign(path, row(instruction), instruction)
    for element in root.iter():
        loaded = element.get("src", "")
        if _is_foreign(loaded):
            yield _foreign(path, row(loaded), loaded)
        for url in _FEED_LOADS.findall(element.text or ""):
            yield _foreign(path, row(url), url)
        followed = element.get("href", "")
        if followed and not _SCHEME.match(followed) and not followed.startswith("/"):
            missing = _missing(path, row(followed), followed, _resolved(path, followed)[0], files)
            if missing:
                yield missing
