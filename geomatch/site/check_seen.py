"""What the check keeps of a page when it reads the next one, and from one check to the next."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site.check_links import Link
from geomatch.site.check_page import Page, text_of
from geomatch.site.check_rules import marked_synthetic

__all__ = ["Memory", "Seen", "see"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of a page: little, since a site of some years has tens of thousands.

    Attributes:
        path: Below the site's root.
        title: Its title, at row `title_row`.
        ids: Places on it.
        follows: Files of the site that a reader can go to from it.
        loads: Files of the site that a browser fetches for it.
        pointed: Its links to places: address, row, path and place.
        links: Number of addresses within the site.
        foreign_links: Number of links to other hosts.
        synthetic: The mark of made-up figures stands in the title, and in a banner.
    """

    path: str
    title: str
    title_row: int | None
    ids: frozenset[str]
    follows: frozenset[str]
    loads: frozenset[str]
    pointed: tuple[tuple[str, int, str, str], ...]
    links: int
    foreign_links: int
    synthetic: tuple[bool, bool]


def _few(texts: Iterable[str]) -> frozenset[str]:
    """The same few texts stand on every page: each is kept once."""
    return frozenset(map(sys.intern, texts))


def see(page: Page, links: list[Link]) -> Seen:
    """What is kept of a page.

    Args:
        page: The page.
        links: Of it, as `check_links.links_of` gives them.
    """
    title = next((one for one in page.all("title") if not one.within("svg")), None)
    return Seen(
        page.path,
        text_of(title) if title else "",
        title.row if title else None,
        _few(page.ids),
        _few(link.path for link in links if link.path and not link.loaded),
        _few(link.path for link in links if link.path and link.loaded),
        tuple((link.url, link.row, link.path, link.fragment) for link in links if link.fragment),
        sum(bool(link.path) for link in links),
        sum(link.foreign and not link.loaded for link in links),
        marked_synthetic(page),
    )


def _rules(tile_host: str) -> str:
    """A digest of what pages are judged by: another version of the check must look at every page itself."""
    whole = hashlib.sha256(f"{tile_host}\n{version('tinyhtml5')}\n{sys.version}\n".encode())
    own = files("geomatch.site")
    for entry in sorted(own.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("check") and entry.name.endswith(".py"):
            whole.update(entry.read_bytes())
    whole.update(repr([table.names for table in PUBLIC_TABLES.values()]).encode())
    return whole.hexdigest()


class Memory:
    """Pages in which an earlier check found nothing wrong, by what stands in them.

    Old months are not rewritten: a check after a new month need only look at what is new.
    """

    def __init__(self, path: Path | None, tile_host: str) -> None:
        self.path = path
        self.rules = _rules(tile_host)
        self.old: dict[str, Any] = {}
        self.new: dict[str, Any] = {}
        if path is not None and path.is_file():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                # A damaged memory is none.
                content = {}
            if isinstance(content, dict) and content.get("rules") == self.rules:
                self.old = content["pages"]

    def recalled(self, path: str, content: bytes, known: Collection[str]) -> Seen | None:
        """What was kept of a page that was faultless, and whose links all lead somewhere still; else None.

        Args:
            path: Of the page, below the site's root.
            content: All of it.
            known: Files of the site, as `with_folders` gives them.
        """
        held = self.old.get(path)
        if held is None or held[0] != hashlib.sha256(content).hexdigest():
            return None
        title, title_row, ids, follows, loads, pointed, links, foreign_links, synthetic = held[1]
        if not all(target in known for target in (*follows, *loads)):
            return None
        self.new[path] = held
        return Seen(
            path,
            title,
            title_row,
            _few(ids),
            _few(follows),
            _few(loads),
            tuple((url, row, to, place) for url, row, to, place in pointed),
            links,
            foreign_links,
            (synthetic[0], synthetic[1]),
        )

    def keep(self, content: bytes, seen: Seen) -> None:
        """Remember a page in which nothing was wrong."""
        if self.path is None:
            return
        held: list[Any] = [
            seen.title,
            seen.title_row,
            sorted(seen.ids),
            sorted(seen.follows),
            sorted(seen.loads),
        ]
        held += [seen.pointed, seen.links, seen.foreign_links, seen.synthetic]
        self.new[seen.path] = [hashlib.sha256(content).hexdigest(), held]

    def write(self) -> None:
        """Keep what was seen this time, whole or not at all."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.write_text(
            json.dumps({"rules": self.rules, "pages": self.new}, ensure_ascii=False), encoding="utf-8"
        )
        beside.replace(self.path)
