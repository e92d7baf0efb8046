"""The public tree of a workspace, laid out from its published editions: only what changed is written anew.

The new tree is made beside the old one, with links to what stays, and put in its place in one step: who interrupts it
keeps the old one whole. A month's pages are laid out when its newest edition is another than the one they are of.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pandas as pd

from geomatch.asked import is_month
from geomatch.assets import leaflet_files, own_files
from geomatch.errors import InputError, Problem
from geomatch.public.editions import Edition, Withdrawal, editions, read_edition, withdrawals
from geomatch.public.tables import NATION
from geomatch.settings import SiteSettings
from geomatch.site.brief import brief
from geomatch.site.catalogue import catalogue_files
from geomatch.site.classes import class_limits, kept_limits
from geomatch.site.context import Names, SiteContext, read_names
from geomatch.site.downloads import download_files
from geomatch.site.drawn import map_script
from geomatch.site.feed import feed
from geomatch.site.ground import surface_script
from geomatch.site.mapwords import words_script
from geomatch.site.notice import NOTICE_FILE, notice_front, notice_pages
from geomatch.site.pages import front_page, month_pages, site_pages
from geomatch.site.values import (
    activities_script,
    borders_script,
    corridors_script,
    localities_script,
    months_script,
    script,
    values_script,
)
from geomatch.words import DEFAULT_LANGUAGE, LANGUAGES, using_language
from geomatch.words import gettext as _
from geomatch.workspace import dump_json, replace_folder

__all__ = ["PUBLIC", "Built", "build_site"]

PUBLIC = "public"
# Which edition the pages of a month are of.
_OF = "edition.json"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What `build_site` did.

    Attributes:
        months: Months whose pages were laid out.
        written, kept: Files that are new or other than before, and files that stay.
    """

    months: tuple[str, ...]
    written: int
    kept: int


class _Tree:
    """The tree that is being made: files that are as they were stay the same files."""

    def __init__(self, old: Path, staged: Path) -> None:
        self.folder = staged
        self.written = 0
        shutil.rmtree(staged, ignore_errors=True)
        if old.is_dir():
            shutil.copytree(old, staged, copy_function=_linked)
        else:
            staged.mkdir(parents=True)

    def put(self, name: str, content: str | bytes) -> str:
        """Write a file where it is not there as it is wanted; gives its name."""
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A link to the old tree's file must not be written through.
            path.unlink(missing_ok=True)
            path.write_bytes(data)
            self.written += 1
        return name

    def only(self, folder: str, names: set[str]) -> None:
        """Remove what lies in `folder` and is not among `names` (below the root of the tree)."""
        own = self.folder / folder
        for path in sorted(own.rglob("*"), reverse=True) if own.is_dir() else ():
            if path.is_file() and path.relative_to(self.folder).as_posix() not in names:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Not every file system has links.
        shutil.copyfile(source, target)


def _hashed(name: str, content: bytes) -> str:
    stem, _dot, suffix = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:8]}.{suffix}"


def _assets(site: SiteSettings, languages: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """Every asset by its plain name: its place, and its bytes. A page of an earlier version keeps its own."""
    own = files("geomatch.site") / "static"
    texts = {entry.name: entry.read_bytes() for entry in own.iterdir() if entry.is_file()}
    leaflet = leaflet_files()
    contents = {
        "site.css": texts["site.css"] + b"\n" + texts["map.css"],
        "site.js": texts["draw.js"] + b"\n" + texts["site.js"],
        "tables.js": own_files()["tables.js"],
        "leaflet.js": leaflet["leaflet.js"],
        # Its pictures are those of controls and markers that the site has none of.
        "leaflet.css": re.sub(rb"\s*[a-z-]+:\s*url\(images/[^)]*\)[^;]*;", b"", leaflet["leaflet.css"]),
        "borders.js": borders_script().encode(),
        "map.js": map_script(site).encode(),
    }
    for code in languages:
        with using_language(code):
            contents[f"words-{code}.js"] = words_script().encode()
    return {name: (_hashed(name, content), content) for name, content in sorted(contents.items())}


def _is_of(tree: Path, edition: Edition) -> bool:
    """Whether the pages of a month are of this edition."""
    try:
        found = json.loads((tree / edition.month / _OF).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(found == _of(edition))


def _of(edition: Edition) -> dict[str, object]:
    gone = {str(number): reason for number, reason in sorted(edition.withdrawn.items())}
    of: dict[str, object] = {"month": edition.month, "edition": edition.number, "digest": edition.digest}
    return {**of, "withdrawn": gone} if gone else of


def _context(
    site: SiteSettings, language: str, months: Sequence[str], assets: Mapping[str, str], names: Names
) -> SiteContext:
    return SiteContext(site, language, tuple(months), assets, names)


def _month_files(
    edition: Edition,
    earlier: Sequence[tuple[str, pd.DataFrame]],
    contexts: Mapping[str, SiteContext],
    *,
    downloads: bool,
) -> Iterator[tuple[str, str | bytes]]:
    """Every file of a month: pages in all languages, scripts of data, downloads, briefs."""
    month = edition.month
    yield f"{month}/values.js", values_script(edition)
    yield f"{month}/activities.js", activities_script(edition)
    yield f"{month}/corridors.js", corridors_script(edition)
    if ground := surface_script(edition):
        yield f"{month}/surface.js", ground
    yield f"{month}/{_OF}", dump_json(_of(edition))
    counties = sorted(set(edition.tables["areas"].query("level == 'county'")["area_code"]))
    for code, context in contexts.items():
        with using_language(code):
            yield from month_pages(context, edition, earlier)
            name = "lagesbild.txt" if code == DEFAULT_LANGUAGE else "brief.txt"
            for county in counties:
                text = brief(context, edition.of_county(county), county, earlier)
                yield f"{context.prefix}{month}/{county}/{name}", text
    if downloads:
        with using_language(DEFAULT_LANGUAGE):
            for county in (None, *counties):
                folder = f"data/{month}/" + (f"{county}/" if county else "")
                own = edition.of_county(county) if county else edition
                for name, content in download_files(own, county):
                    yield folder + name, content


def _notice_files(
    gone: Sequence[Withdrawal], contexts: Mapping[str, SiteContext]
) -> Iterator[tuple[str, str | bytes]]:
    """Every file of a month that has no figures."""
    month = gone[0].month
    reasons = {str(one.number): one.reason for one in gone}
    yield (
        f"{month}/{NOTICE_FILE}",
        dump_json({"month": month, "withdrawn": reasons, "synthetic": gone[-1].synthetic}),
    )
    for code, context in contexts.items():
        with using_language(code):
            yield from notice_pages(context, gone)


def build_site(
    folder: Path,
    out: Path,
    site: SiteSettings,
    languages: Sequence[str] = LANGUAGES,
    progress: Progress = lambda *_: None,
    *,
    rebuild: bool = False,
    downloads: bool = True,
) -> Built:
    """Lay out the public tree of a workspace from its published editions.

    Args:
        folder: The workspace; only `published/` in it is read.
        out: The tree; what was there is replaced in one step, its unchanged files stay the same files.
        site: Publisher, contact, address, background map.
        languages: Of the pages; the first lies at the root.
        progress: Called with a step's name, and how much of it is done of how much.
        rebuild: Lay out every month anew, also those whose edition is the one of their pages.
        downloads: Whether files to download are made; a test of pages alone does without.

    Raises:
        InputError: Nothing has been published, or an edition was changed after it was published.
    """
    # A link, say into a web server's folder, stays one.
    out = out.resolve()
    stopped = out.with_name(f".{out.name}.old")
    if stopped.exists() and not out.exists():
        # Put aside by a build that was stopped between its two renames.
        stopped.rename(out)
    numbers, gone = editions(folder), withdrawals(folder)
    if not numbers and not gone:
        raise InputError(
            Problem(
                _("nothing has been published yet"),
                remedy=_("Compute and publish a month: geomatch run YYYY-MM, geomatch publish YYYY-MM"),
            )
        )
    listed = [read_edition(folder, month, found[-1]) for month, found in numbers.items()]
    limits = kept_limits(folder, listed) if listed else class_limits(listed)
    made_assets = _assets(site, languages)
    assets = {name: place for name, (place, _content) in made_assets.items()}
    names = read_names()
    months = [edition.month for edition in listed]
    stale = [edition for edition in listed if rebuild or not _is_of(out, edition)]
    tree = _Tree(out, out.with_name(f".{out.name}.new"))
    try:
        shared = {tree.put(place, content) for place, content in made_assets.values()}
        counties = {str(code)[:2] for edition in listed for code in edition.tables["areas"]["area_code"]}
        for county in sorted(counties - {NATION}):
            shared.add(tree.put(f"assets/localities-{county}.js", localities_script(county)))
        if rebuild:
            # No page is left that needs those of earlier versions.
            tree.only("assets", shared)
        tree.put("data/months.js", months_script(months) + script("classes", limits))
        for number, edition in enumerate(stale):
            progress(_("Public pages of {month}").format(month=edition.month), number, len(stale))
            before = months[: months.index(edition.month) + 1]
            contexts = {code: _context(site, code, before, assets, names) for code in languages}
            earlier = [(one.month, one.tables["areas"]) for one in listed if one.month < edition.month]
            made = {
                tree.put(name, content)
                for name, content in _month_files(edition, earlier, contexts, downloads=downloads)
            }
            for context in contexts.values():
                tree.only(f"{context.prefix}{edition.month}", made)
            tree.only(f"data/{edition.month}", made)
        for month in sorted({*gone} - {*months}):
            every = {code: _context(site, code, months, assets, names) for code in languages}
            notices = {tree.put(name, content) for name, content in _notice_files(gone[month], every)}
            for context in every.values():
                tree.only(f"{context.prefix}{month}", notices)
            tree.only(f"data/{month}", set())
        for folder_of_months in ("", "en", "data"):
            for path in sorted((tree.folder / folder_of_months).glob("[0-9]*-[0-9]*")):
                # What is no longer among the editions is no longer published.
                left = {*months, *(() if folder_of_months == "data" else gone)}
                if path.is_dir() and is_month(path.name) and path.name not in left:
                    shutil.rmtree(path)
        _whole_site(tree, folder, site, listed, gone, languages, assets, names)
        progress(_("Public pages"), len(stale), len(stale))
        everything = sum(path.is_file() for path in tree.folder.rglob("*"))
        replace_folder(tree.folder, out)
    except BaseException:
        shutil.rmtree(tree.folder, ignore_errors=True)
        raise
    return Built(tuple(edition.month for edition in stale), tree.written, everything - tree.written)


def _whole_site(
    tree: _Tree,
    folder: Path,
    site: SiteSettings,
    listed: Sequence[Edition],
    gone: Mapping[str, Sequence[Withdrawal]],
    languages: Sequence[str],
    assets: Mapping[str, str],
    names: Names,
) -> None:
    """What is of all months: the front page, method, accessibility, data, feed and catalogue."""
    newest = listed[-1] if listed else None
    notices = [one for found in gone.values() for one in found]
    months = [edition.month for edition in listed]
    earlier = [(one.month, one.tables["areas"]) for one in listed[:-1]]
    every = [
        read_edition(folder, month, number) for month, found in editions(folder).items() for number in found
    ]
    for code in languages:
        context = _context(site, code, months, assets, names)
        with using_language(code):
            tree.put(*(front_page(context, newest, earlier) if newest else notice_front(context, gone)))
            for name, content in site_pages(context, newest, every, gone):
                tree.put(name, content)
            tree.put(f"{context.prefix}feed.xml", feed(context, every, notices))
    context = _context(site, DEFAULT_LANGUAGE, months, assets, names)
    sizes = {
        path.relative_to(tree.folder).as_posix(): path.stat().st_size
        for path in sorted((tree.folder / "data").rglob("*"))
        if path.is_file()
    }
    sums = {
        f"data/{month}/{one['name']}": str(one["sha256"])
        for month in months
        for path in [tree.folder / "data" / month / "manifest.json"]
        if path.is_file()
        for one in json.loads(path.read_text(encoding="utf-8"))["files"]
    }
    with using_language(DEFAULT_LANGUAGE):
        for name, made in catalogue_files(context, every, sizes, sums).items():
            tree.put(name, made)
