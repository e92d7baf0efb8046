"""`geomatch publish --check`: whether a built site is whole, safe, light and usable by everyone; no browser is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from geomatch.errors import Problem
from geomatch.numbers import whole
from geomatch.site.check_files import (
    FIRST_VIEW_BYTES,
    PAGE_BYTES,
    VALUES_BYTES,
    csv_problems,
    dictionary_problems,
    file_problems,
    is_page,
    missing_problems,
    months_of,
    other_language,
    packed_bytes,
    site_files,
    synthetic_months,
    weight_problem,
    withdrawn_months,
)
from geomatch.site.check_links import (
    feed_problems,
    host_of,
    link_problems,
    links_of,
    loaded_by_style,
    place_problems,
    script_problems,
    style_problems,
    with_folders,
)
from geomatch.site.check_page import Page, read_page
from geomatch.site.check_parse import ParseChecker
from geomatch.site.check_rules import SYNTHETIC_MARKS, language_of, page_problems
from geomatch.site.check_seen import Memory, Seen, see
from geomatch.words import gettext as _
from geomatch.words import ngettext

__all__ = ["SiteReport", "check_site", "check_summary", "inspect_site"]


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a check of a site found, and what it looked at.

    Attributes:
        problems: All that is wrong, by file and row.
        files: Number of files.
        bytes: Their size together.
        months: Months that have pages, oldest first.
        pages: Number of pages, both languages together.
        links: Addresses on pages that lead to files of the site.
        foreign_links: Links that a reader can follow to other hosts.
        tables: Downloaded csv files whose columns were compared.
        first_view_bytes: The heavier front page with what its first view loads, compressed.
        largest_page_bytes: The largest page, as it is.
    """

    problems: tuple[Problem, ...]
    files: int
    bytes: int
    months: tuple[str, ...]
    pages: int
    links: int
    foreign_links: int
    tables: int
    first_view_bytes: int
    largest_page_bytes: int


def check_site(folder: Path, tiles_url: str = "") -> list[Problem]:
    """Everything that is wrong with a built site; see `inspect_site`."""
    return list(inspect_site(folder, tiles_url).problems)


def check_summary(report: SiteReport) -> str:
    """What was looked at, in one line."""
    return "; ".join((
        ngettext("{n} page checked", "{n} pages checked", report.pages).format(n=whole(report.pages)),
        ngettext("{n} link within the site", "{n} links within the site", report.links).format(n=whole(report.links)),
        ngettext("{n} link to others", "{n} links to others", report.foreign_links).format(n=whole(report.foreign_links)),
        ngettext("{n} table", "{n} tables", report.tables).format(n=whole(report.tables)),
        _("{n} files of {mb} MB together").format(n=whole(report.files), mb=whole(-(-report.bytes // 1_000_000))),
        _("the front page loads {kb} kB").format(kb=whole(-(-report.first_view_bytes // 1000))),
    ))  # fmt: skip


def inspect_site(
    folder: Path,
    tiles_url: str = "",
    progress: Callable[[str, int, int], None] | None = None,
    memory: Path | None = None,
) -> SiteReport:
    """Look at every file of a built site.

    Looked for is what a browser is not needed for: parse errors of the HTML, links, other hosts, the security policy,
    names and order for those who listen, both languages, the mark of made-up figures, weights, the columns of the
    downloads, an address for complaints, and files that do not belong there.

    Args:
        folder: The site's root.
        tiles_url: The setting `site.tiles_url`: pictures may come from its host.
        progress: Called with the step, what is done and what there is to do.
        memory: A file that tells the next check which pages were faultless, so that it passes over those that are as
            they were; None looks at all.
    """
    files = site_files(folder)
    known = with_folders(files)
    paths = [path for path in files if not (folder / path).is_symlink()]
    synthetic, problems = synthetic_months(folder, files)
    problems += [*file_problems(folder, files, synthetic), *missing_problems(files)]
    tile_host, parser = host_of(tiles_url), ParseChecker()
    remembered = Memory(memory, tile_host)
    pages = [path for path in paths if is_page(path)]
    seen: dict[str, Seen] = {}
    for number, path in enumerate(pages):
        if progress is not None:
            progress(_("Checking pages"), number, len(pages))
        content = (folder / path).read_bytes()
        recalled = remembered.recalled(path, content, known)
        if recalled is not None:
            seen[path] = recalled
            continue
        text, wrong = _decoded(path, content)
        if not wrong:
            page = read_page(path, text)
            links = links_of(page)
            wrong += _parse_problems(parser, path, text)
            wrong += page_problems(page, tile_host)
            wrong += _special_problems(page)
            wrong += weight_problem(path, _("the page weighs {kb} kB"), len(content), PAGE_BYTES)
            wrong += link_problems(path, links, known, tile_host)
            seen[path] = see(page, links)
            if not wrong:
                remembered.keep(content, seen[path])
        problems += wrong
    remembered.write()
    places = {one.path: one.ids for one in seen.values()}
    for one in seen.values():
        problems += place_problems(one.path, one.pointed, places)
    problems += _across(seen, files, synthetic)
    tables = 0
    styles: dict[str, list[str]] = {}
    for path in paths:
        ending = path.rsplit(".", 1)[-1]
        if ending == "csv":
            tables += 1
            problems += csv_problems(path, (folder / path).read_bytes())
        elif ending in ("css", "js", "xml", "rdf"):
            text, unread = _decoded(path, (folder / path).read_bytes())
            problems += unread
            if ending == "css":
                styles[path] = loaded_by_style(path, text)
                problems += style_problems(path, text, known)
            elif ending == "js":
                problems += script_problems(path, text, tile_host)
            else:
                problems += feed_problems(path, text, known)
    first_view = {path: _first_view(folder, files, seen[path], styles) for path in _fronts(seen)}
    for path, weight in first_view.items():
        problems += weight_problem(
            path, _("the page and all that its first view loads weigh {kb} kB compressed"), weight, FIRST_VIEW_BYTES
        )  # fmt: skip
    for month in months_of(files):
        path = f"{month}/values.js"
        if path in files:
            weight = packed_bytes((folder / path).read_bytes())
            problems += weight_problem(path, _("the values of a month weigh {kb} kB compressed"), weight, VALUES_BYTES)  # fmt: skip
    return SiteReport(
        problems=tuple(sorted(problems, key=lambda one: (one.file, one.row or 0))),
        files=len(files),
        bytes=sum(files.values()),
        months=tuple(months_of(seen)),
        pages=len(seen),
        links=sum(one.links for one in seen.values()),
        foreign_links=sum(one.foreign_links for one in seen.values()),
        tables=tables,
        first_view_bytes=max(first_view.values(), default=0),
        largest_page_bytes=max((files[path] for path in seen), default=0),
    )


def _decoded(path: str, content: bytes) -> tuple[str, list[Problem]]:
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return "", [Problem(_("the file is not UTF-8"), remedy=_("Publish anew"), file=path)]


def _parse_problems(parser: ParseChecker, path: str, text: str) -> Iterator[Problem]:
    for row, code in parser.errors(text):
        yield Problem(
            _("the HTML has a parse error: {name}").format(name=code),
            remedy=_("Mend the page's template, and publish anew"),
            file=path,
            row=row,
        )


def _special_problems(page: Page) -> list[Problem]:
    """What only certain pages must have: the dictionary, and someone to complain to."""
    path = page.path.removeprefix("en/")
    if path == "data/index.html":
        return dictionary_problems(page)
    if path == "tillganglighet/index.html" and not any(
        re.match(r"mailto:[^@\s]+@[^@\s]+", link.get("href"), re.IGNORECASE) for link in page.all("a")
    ):
        return [
            Problem(
                _("the page gives no address to report to what cannot be used"),
                _("an e-mail address, which DOS-lagen (2018:1937) asks for"),
                _("Fill in contact_email under [site] in geomatch.toml, and publish anew"),
                page.path,
            )
        ]
    return []


def _newest(files: Mapping[str, int]) -> str:
    figures = set(months_of(path for path in files if is_page(path))) - set(withdrawn_months(files))
    # A site of notices alone is of the newest of them.
    return max(figures or withdrawn_months(files), default="")


def _fronts(seen: Mapping[str, Seen]) -> list[str]:
    return [path for path in ("index.html", "en/index.html") if path in seen]


def _first_view(folder: Path, files: Mapping[str, int], front: Seen, styles: Mapping[str, list[str]]) -> int:
    """Bytes of a front page and of all that a browser loads for it, and of the newest month's values, compressed."""
    wanted = {front.path, f"{_newest(files)}/values.js"}
    wanted |= front.loads
    wanted |= {path for sheet in wanted for path in styles.get(sheet, ())}
    return sum(packed_bytes((folder / path).read_bytes()) for path in sorted(wanted) if path in files)


def _across(
    seen: Mapping[str, Seen], files: Mapping[str, int], synthetic: Mapping[str, bool | None]
) -> Iterator[Problem]:
    """What shows only when pages are held side by side."""
    yield from _title_problems(seen, _newest(files))
    yield from _switch_problems(seen)
    yield from _unreached(seen)
    yield from _mark_problems(seen, synthetic, _newest(files))


def _title_problems(seen: Mapping[str, Seen], newest: str) -> Iterator[Problem]:
    titles: dict[tuple[str, str], str] = {}
    # Of two it is the one further down that is told.
    for one in sorted(seen.values(), key=lambda one: (one.path.count("/"), one.path)):
        # The front page is the newest month once more.
        bare = one.path.removeprefix("en/")
        place = one.path if bare != f"{newest}/index.html" else one.path.replace(f"{newest}/", "")
        first = titles.setdefault((language_of(one.path), one.title), place)
        if one.title and first != place:
            yield Problem(
                _("the page has the title of another: {title}").format(title=one.title),
                _("a title that tells it from {page}").format(page=first),
                _("Mend the page's template, and publish anew"),
                one.path,
                row=one.title_row,
            )


def _switch_problems(seen: Mapping[str, Seen]) -> Iterator[Problem]:
    for one in seen.values():
        other = other_language(one.path)
        if other in seen and other not in one.follows:
            yield Problem(
                _("no link leads to the page in the other language"),
                other,
                _("Mend the page's template, and publish anew"),
                one.path,
            )


def _unreached(seen: Mapping[str, Seen]) -> Iterator[Problem]:
    """Pages that no way along links leads to from the front page."""
    reached, coming = set(_fronts(seen)), _fronts(seen)
    while coming:
        new = {path for path in seen[coming.pop()].follows if path in seen} - reached
        reached |= new
        coming += new
    for path in seen:
        if path not in reached:
            yield Problem(
                _("no links lead from the front page to this page"), remedy=_("Publish anew"), file=path
            )


def _month_of(path: str, newest: str) -> str:
    return next(iter(months_of([path])), newest)


def _mark_problems(
    seen: Mapping[str, Seen], synthetic: Mapping[str, bool | None], newest: str
) -> Iterator[Problem]:
    """Pages of made-up figures that do not say so; pages of no month go by the newest one."""
    marked = {_month_of(one.path, newest) for one in seen.values() if any(one.synthetic)}
    for one in seen.values():
        month = _month_of(one.path, newest)
        told = synthetic.get(month)
        if not (any(one.synthetic) or (month in marked if told is None else told)):
            continue
        mark = SYNTHETIC_MARKS[language_of(one.path)]
        for is_there, found in zip(
            one.synthetic,
            (
                _("the figures are made up, and the page's title does not say so"),
                _("the figures are made up, and no banner on the page says so"),
            ),
            strict=True,
        ):
            if not is_there:
                yield Problem(found, mark, _("Mend the page's template, and publish anew"), one.path)
