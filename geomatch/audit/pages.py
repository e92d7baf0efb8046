"""Figures of persons out of the tables of the pages, as far as their own markup tells what a cell is.

A row of areas names its area (`data-area`), its cells their figures (`data-field`). Tables of groups, pairs and months
have neither: their columns have a place, groups and months go by their words, and areas by the addresses that names
lead to.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import cache

from geomatch.audit.reading import tell_percent
from geomatch.audit.told import Edition
from geomatch.words import LANGUAGES, using_language
from geomatch.words import gettext as _

__all__ = ["Stray", "cell_ends", "read_page"]

# Month, area, figure, ends and file.
Stray = tuple[str, str, str, tuple[int, int], str]
_TABLE = re.compile(r'<table id="table-([\w-]+)".*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr\b([^>]*)>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b([^>]*)>(.*?)</t[hd]>", re.DOTALL)
_ATTRIBUTE = re.compile(r'data-([a-z]+)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_BODY = re.compile(r'<body\b[^>]*data-month="([^"]*)"[^>]*data-area="([^"]*)"')
_FACT = re.compile(r'id="fact-(\w+)">.*?<p class="value">(.*?)</p>', re.DOTALL)
_LINKED = re.compile(r'href="[^"]*/([0-9]{2})/([0-9]{4})/index\.html')
# A number with its thousands parted and its sign before it.
_NUMBER = re.compile(r"[+\u2212-]?[0-9]+(?:[\u00a0\u202f ,][0-9]{3})*")
_SIGNS = ("..", "-", ".")
_FIGURES = frozenset({"need", "women", "men", "gap", "no_day_return", "need_change", "gap_change", "persons"})
_SHARES = frozenset({"women_share", "gap_share"})
# The program's own words for groups, in the order of their names.
_GROUPS: Mapping[str, tuple[str, str]] = {
    "women": ("sex", "women"),
    "men": ("sex", "men"),
    "asylum seekers": ("target_group", "asylum_seeker"),
    "temporary protection": ("target_group", "temporary_protection"),
    "awaiting settlement": ("target_group", "permit_awaiting_settlement"),
    "agency accommodation": ("accommodation", "agency"),
    "own accommodation": ("accommodation", "own"),
    "municipal accommodation": ("accommodation", "municipal"),
    "other accommodation": ("accommodation", "other"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@cache
def _groups() -> dict[str, tuple[str, str]]:
    """Dimension and group by the words of every language."""
    found: dict[str, tuple[str, str]] = {}
    for code in LANGUAGES:
        with using_language(code):
            found |= {_(words): group for words, group in _GROUPS.items()}
    return found


@cache
def _months() -> dict[str, str]:
    """The number of a month by its name in every language."""
    found: dict[str, str] = {}
    for code in LANGUAGES:
        with using_language(code):
            found |= {_(name): f"{number:02d}" for number, name in enumerate(_MONTHS, start=1)}
    return found


def _text(content: str) -> str:
    return html.unescape(_TAG.sub("", content)).strip()


def _whole(text: str) -> int:
    digits = re.sub(r"[^0-9]", "", text)
    return -int(digits) if text[0] in "\u2212-" else int(digits)


def cell_ends(text: str) -> tuple[int, int] | None:
    """The number or interval of a cell: `1 645`, `414–434`, `−26 till +14`, `65–69 %`; None for a sign."""
    if text in _SIGNS or not text:
        return None
    numbers = [_whole(found) for found in _NUMBER.findall(text)]
    return (numbers[0], numbers[-1]) if len(numbers) in (1, 2) else None


def _cells(row: str) -> Iterator[tuple[dict[str, str], str, str]]:
    """Attributes, text and markup of each cell of a row."""
    for attributes, content in _CELL.findall(row):
        yield dict(_ATTRIBUTE.findall(attributes)), _text(content), content


def _told_ends(attributes: Mapping[str, str], text: str) -> tuple[int, int] | None:
    ends = cell_ends(text)
    if ends is None and attributes.get("value"):
        # What a row is sorted by is a number too.
        number = float(attributes["value"])
        return int(number), int(number)
    return ends


def read_page(editions: Mapping[str, Edition], text: str, name: str, stray: list[Stray]) -> int:
    """Figures of a page, in the edition in force of the month that the page says it is of.

    Args:
        editions: Those in force, by month.
        text: The page.
        name: The file.
        stray: Takes in what is told of other months than the page's. Which edition it was of is not said.

    Returns:
        How many figures there were.
    """
    body = _BODY.search(text)
    if body is None or body[1] not in editions:
        return 0
    edition, area, where = editions[body[1]], body[2], ("html", name)
    found = 0
    for table, content in ((match[1], match[0]) for match in _TABLE.finditer(text)):
        if table == "groups" and area:
            found += _groups_of(edition, area, content, where)
        elif table == "months" and area:
            found += _months_of(edition, area, content, where, editions, stray)
        elif table.startswith("pairs"):
            found += _pairs_of(edition, content, where)
        else:
            found += _areas_of(edition, content, where)
    if area:
        found += _facts_of(edition, area, text, where)
    return found


def _areas_of(edition: Edition, table: str, where: tuple[str, str]) -> int:
    found = 0
    for attributes, row in _ROW.findall(table):
        area = dict(_ATTRIBUTE.findall(attributes)).get("area")
        if area is None:
            continue
        for told, text, _markup in _cells(row):
            figure = told.get("field", "")
            ends = _told_ends(told, text) if figure in _FIGURES | _SHARES else None
            if figure in _SHARES and ends is not None:
                tell_percent(edition, area, figure, ends, where)
            elif figure in _FIGURES:
                edition.tell("areas", (area,), figure, ends, text if text in _SIGNS else "", where)
            else:
                continue
            found += 1
    return found


def _facts_of(edition: Edition, area: str, text: str, where: tuple[str, str]) -> int:
    """The figures that are explained on the page of an area. A month's page has those of its only county or of all."""
    found = 0
    for figure, value in _FACT.findall(text):
        if figure in ("need", "gap", "no_day_return", "need_change", "gap_change"):
            said = _text(value)
            edition.tell("areas", (area,), figure, cell_ends(said), said if said in _SIGNS else "", where)
            found += 1
    return found


def _groups_of(edition: Edition, area: str, table: str, where: tuple[str, str]) -> int:
    found = 0
    for _attributes, row in _ROW.findall(table):
        cells = list(_cells(row))
        group = _groups().get(cells[0][1]) if cells else None
        if group is None:
            continue
        attributes, text, _markup = cells[-1]
        key = (area, *group)
        edition.tell(
            "groups", key, "persons", _told_ends(attributes, text), text if text in _SIGNS else "", where
        )
        found += 1
    return found


def _pairs_of(edition: Edition, table: str, where: tuple[str, str]) -> int:
    found = 0
    for _attributes, row in _ROW.findall(table):
        cells = list(_cells(row))
        ends = [_LINKED.search(markup) for _told, _text_of, markup in cells[:2]]
        if len(cells) < 5 or ends[0] is None or ends[1] is None:
            continue
        for figure, (attributes, text, _markup) in zip(
            ("gain", "entitled_unserved"), cells[3:5], strict=True
        ):
            key = (ends[0][2], ends[1][2])
            sign = text if text in _SIGNS else ""
            edition.tell("corridors", key, figure, _told_ends(attributes, text), sign, where)
            found += 1
    return found


def _months_of(
    edition: Edition,
    area: str,
    table: str,
    where: tuple[str, str],
    others: Mapping[str, Edition],
    stray: list[Stray],
) -> int:
    found = 0
    for _attributes, row in _ROW.findall(table):
        cells = list(_cells(row))
        name, _blank, year = cells[0][1].rpartition(" ") if cells else ("", "", "")
        month = f"{year}-{_months()[name]}" if name in _months() else ""
        if len(cells) < 3 or month not in others:
            continue
        for figure, (attributes, text, _markup) in zip(("need", "gap"), cells[1:3], strict=True):
            ends = _told_ends(attributes, text)
            if month == edition.month:
                sign = text if text in _SIGNS else ""
                edition.tell("areas", (area,), figure, ends, sign, where)
            elif ends is not None:
                stray.append((month, area, figure, ends, where[1]))
            found += 1
    return found
