"""Which files make up a site: those that must be there, those that must not, and what they may weigh and hold."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path

from geomatch.errors import Problem
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site.check_page import Page, text_of
from geomatch.site.downloads import MANIFEST, Download, download_names
from geomatch.site.notice import NOTICE_FILE
from geomatch.words import gettext as _

__all__ = [
    "FIRST_VIEW_BYTES",
    "PAGE_BYTES",
    "VALUES_BYTES",
    "csv_problems",
    "dictionary_problems",
    "file_problems",
    "is_page",
    "missing_problems",
    "months_of",
    "other_language",
    "packed_bytes",
    "site_files",
    "synthetic_months",
    "weight_problem",
    "withdrawn_months",
]

# What a reader on a telephone is made to fetch: the front page with all that its first view loads, and the values of a
# month, both compressed; and a page uncompressed.
FIRST_VIEW_BYTES = 450_000
VALUES_BYTES = 60_000
PAGE_BYTES = 1_500_000

_MONTH = r"\d{4}-(?:0[1-9]|1[0-2])"
_PAGE = re.compile(
    rf"(?:en/)?(?:(?P<month>{_MONTH})/(?:(?P<county>\d\d)/(?:(?P=county)\d\d/)?)?|metod/|tillganglighet/|data/)?index\.html"
)
_OTHERS = re.compile(
    rf"{_MONTH}/(?:values\.js|activities\.js|corridors\.js|surface\.js|edition\.json|{re.escape(NOTICE_FILE)})"
    r"|data/(?:months\.js|catalogue\.(?:ttl|rdf))"
    r"|(?:en/)?feed\.xml"
    rf"|{_MONTH}/\d\d/lagesbild\.txt|en/{_MONTH}/\d\d/brief\.txt"
    r"|assets/(?:[a-z0-9-]+\.[0-9a-f]{8}\.(?:js|css)|localities-\d\d\.js)"
    r"|assets/(?:images/)?[a-z0-9-]+(?:\.[0-9a-f]{8})?\.(?:png|svg|ico|txt)"
)
_DOWNLOAD = re.compile(rf"data/(?P<month>{_MONTH})/(?:\d\d/)?(?P<name>[^/]+)")
_ALWAYS = (
    "index.html",
    "metod/index.html",
    "tillganglighet/index.html",
    "data/index.html",
    "data/months.js",
    "data/catalogue.ttl",
    "data/catalogue.rdf",
    "feed.xml",
    "en/index.html",
    "en/feed.xml",
)
_EVERY_MONTH = ("index.html", "values.js", "activities.js", "corridors.js", "edition.json")


def _anew() -> str:
    return _("Publish anew")


def is_page(path: str) -> bool:
    """Whether a path is that of a page of the site."""
    return _PAGE.fullmatch(path) is not None


def other_language(path: str) -> str:
    """The path of the same page in the other language."""
    return path.removeprefix("en/") if path.startswith("en/") else f"en/{path}"


def site_files(folder: Path) -> dict[str, int]:
    """All files below a folder: path with `/` to size in bytes, in order."""
    return {
        path.relative_to(folder).as_posix(): path.lstat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }


def months_of(files: Iterable[str]) -> list[str]:
    """The months that the site has something of, oldest first."""
    found = (re.match(rf"(?:en/|data/)?({_MONTH})/", path) for path in files)
    return sorted({hit[1] for hit in found if hit})


def withdrawn_months(files: Collection[str]) -> list[str]:
    """The months of the site that have a notice in the place of figures, oldest first."""
    return [month for month in months_of(files) if f"{month}/{NOTICE_FILE}" in files]


def file_problems(folder: Path, files: Iterable[str], synthetic: Mapping[str, bool | None]) -> list[Problem]:
    """Files that are no part of a site: hidden, temporary, forgotten, or links to somewhere else.

    Args:
        folder: The site's root.
        files: Paths below it.
        synthetic: Whether the figures of a month are made up, None where that is not known: downloads of made-up
            figures have other names.
    """
    problems = []
    for path in files:
        if (folder / path).is_symlink():
            found = _("this is a link to another file, which a copy of the site would not hold")
        elif is_page(path) or _OTHERS.fullmatch(path) or _is_download(path, synthetic):
            continue
        elif any(part.startswith(".") for part in path.split("/")):
            found = _("a hidden file is no part of the site")
        else:
            found = _("the file is no part of the site")
        problems.append(Problem(found, remedy=_("Remove the file, or publish anew"), file=path))
    return problems


@cache
def _downloads(synthetic: bool | None) -> dict[str, Download]:  # noqa: FBT001  the function's only question
    """What there is to download of a month or a county, by name; of both kinds of figures where that is not known."""
    kinds = (True, False) if synthetic is None else (synthetic,)
    return {one.name: one for kind in kinds for one in download_names(synthetic=kind)}


def _is_download(path: str, synthetic: Mapping[str, bool | None]) -> bool:
    hit = _DOWNLOAD.fullmatch(path)
    return hit is not None and hit["name"] in _downloads(synthetic.get(hit["month"]))


def missing_problems(files: Collection[str]) -> list[Problem]:
    """Files that every site has, or every month of it, and this one has not; pages that are there in one language."""
    gone = withdrawn_months(files)
    told = {month: ("index.html",) if month in gone else _EVERY_MONTH for month in months_of(files)}
    wanted = [*_ALWAYS, *(f"{month}/{name}" for month, names in told.items() for name in names)]
    problems = [
        Problem(_("the file is missing"), remedy=_anew(), file=path) for path in wanted if path not in files
    ]
    if not months_of(files):
        problems.append(Problem(_("the site has no month"), remedy=_anew()))
    for path in files:
        other = other_language(path)
        if is_page(path) and other not in files and other not in wanted:
            problems.append(Problem(_("the page is not there in the other language"), other, _anew(), path))
    return problems


def synthetic_months(folder: Path, files: Collection[str]) -> tuple[dict[str, bool | None], list[Problem]]:
    """Whether the figures of each month are made up; None where neither its edition nor its downloads say so."""
    told: dict[str, bool | None] = {}
    problems = []
    for month in months_of(files):
        told[month] = None
        for path in (f"data/{month}/{MANIFEST}", f"{month}/edition.json", f"{month}/{NOTICE_FILE}"):
            if path not in files:
                continue
            try:
                content = json.loads((folder / path).read_text(encoding="utf-8"))
            except ValueError as error:
                row = error.lineno if isinstance(error, json.JSONDecodeError) else None
                problems.append(Problem(_("the file is not JSON"), remedy=_anew(), file=path, row=row))
                continue
            if isinstance(content, dict) and isinstance(content.get("synthetic"), bool):
                told[month] = content["synthetic"]
    return told, problems


def packed_bytes(content: bytes) -> int:
    """Bytes of a file as a server sends it, by gzip's best level."""
    return len(gzip.compress(content, 9, mtime=0))


def weight_problem(path: str, found: str, weight_bytes: int, limit_bytes: int) -> list[Problem]:
    """One problem where something weighs more than it may.

    Args:
        path: File that it is told of.
        found: What weighs, with the field `{kb}`.
        weight_bytes: What it weighs.
        limit_bytes: What it may weigh.
    """
    if weight_bytes <= limit_bytes:
        return []
    return [
        Problem(
            # Rounded up, so that what is too heavy never reads as if it were not.
            found.format(kb=-(-weight_bytes // 1000)),
            _("{kb} kB at the most").format(kb=limit_bytes // 1000),
            _("Leave out what the page does not need at once, and publish anew"),
            path,
        )
    ]


def csv_problems(path: str, content: bytes) -> list[Problem]:
    """Whether the columns of a downloaded table are those that its public table has.

    Args:
        path: Of the file, below the site's root; one that is no download is told of as such.
        content: All of it.
    """
    download = _downloads(None).get(path.rsplit("/", 1)[-1])
    if download is None:
        return []
    name = download.contents
    try:
        # A byte order mark tells Excel how to read the file.
        first = content.split(b"\n", 1)[0].decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError:
        return [Problem(_("the file is not UTF-8"), remedy=_anew(), file=path, row=1)]
    wanted = PUBLIC_TABLES[name].names
    rows = [next(csv.reader([first], delimiter=mark), []) for mark in ";,"]
    if wanted in rows:
        return []
    have = max(rows, key=len)
    lacking = [column for column in wanted if column not in have]
    unknown = [column for column in have if column not in wanted]
    if lacking:
        found = _("columns are missing: {columns}").format(columns=", ".join(lacking))
    elif unknown:
        found = _("columns are not in the dictionary: {columns}").format(columns=", ".join(unknown))
    else:
        found = _("the columns are in another order")
    return [Problem(found, _("the columns of the table {table}").format(table=name), _anew(), path, row=1)]


def dictionary_problems(page: Page) -> list[Problem]:
    """The columns of public tables that the page of data does not name, each in an element of its own."""
    named = {text_of(element) for element in page.all("code", "td", "th", "dt")}
    return [
        Problem(
            _("the page does not explain columns of the table {table}: {columns}").format(
                table=table.name, columns=", ".join(lacking)
            ),
            remedy=_("Mend the page's template, and publish anew"),
            file=page.path,
        )
        for table in PUBLIC_TABLES.values()
        if (lacking := [name for name in table.names if name not in named])
    ]
