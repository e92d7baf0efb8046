"""Where things stand on a sheet of Migrationsverket, in either of its templates: found in the sheet, never assumed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geomatch.sources.enrolment_words import DIMENSIONS, ENGLISH_DIMENSIONS, meaning, word
from geomatch.sources.tabular import Cell, Sheet, label, letter

__all__ = ["LEGACY_MARKS", "Layout", "find_layout", "header_of", "in_year", "is_header"]

# The legacy template has up to 14 rows of metadata above its first headings.
_HEADER_WITHIN_ROWS = 40
_TITLE_MARKS = frozenset({"rubrik", "heading"})
_RUN_MARKS = frozenset({"senast körd", "senast uppdaterad", "körd", "date", "last run"})
LEGACY_MARKS = _TITLE_MARKS | {"senast körd"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand on a sheet.

    Attributes:
        header: Place of the first header row, from 0.
        title: The title; '' where there is none.
        above: Texts above the headings, the title first; without the day of the report's run.
        dimensions: (name, column) of each dimension column, from left to right.
        counts: (column, what its heading fixes) of each column of counts. A month is YYYY-MM, or MM where the year is
            not said.
        totals_over_months: Columns that add months of a stock up, which means nothing.
        strange: Columns whose heading says nothing known.
        legacy: Whether it is the template of 2015-2020.
        run_at: The day of the report's run (ISO), None where the sheet does not say.
    """

    header: int
    title: str
    above: list[str]
    dimensions: list[tuple[str, int]]
    counts: list[tuple[int, dict[str, str]]]
    totals_over_months: list[int]
    strange: list[int]
    legacy: bool
    run_at: str | None

    def columns(self, cells: Sequence[Cell]) -> list[tuple[str, str, str]]:
        """(letter, heading, what it is read as) of each column that is understood, from left to right."""
        said = {place: name for name, place in self.dimensions}
        for place, fixed in self.counts:
            said[place] = ", ".join(f"{name}={value}" for name, value in fixed.items()) or "all"
        return [(letter(place), label(cells[place]), said[place]) for place in sorted(said)]


def header_of(sheet: Sheet, layout: Layout) -> list[Cell]:
    """The cells of the header row."""
    return sheet.rows[layout.header]


def _metadata(rows: Sequence[Sequence[Cell]]) -> tuple[str, list[str], str | None, bool]:
    """(title, texts, day of the run, legacy marks seen) of the rows above the headings."""
    title, run_at, marked = "", None, False
    texts: list[str] = []
    for row in rows:
        cells = [cell for cell in row if label(cell)]
        mark = word(cells[0]) if cells else ""
        marked |= mark in LEGACY_MARKS
        if mark in _RUN_MARKS:
            day = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", label(cells[1]) if len(cells) > 1 else "")
            run_at = run_at or (day.group() if day else None)
            continue
        if mark in _TITLE_MARKS:
            cells = cells[1:]
            title = title or (label(cells[0]) if cells else "")
        # A date that stands alone in the legacy template is that of the run, its label lost.
        texts += [label(cell) for cell in cells if not (marked and isinstance(cell, dt.date))]
    title = title or (texts[0] if texts else "")
    if title in texts:
        texts.remove(title)
    return title, [title, *texts] if title else texts, run_at, marked


def find_layout(sheet: Sheet) -> Layout | None:
    """The layout of a sheet with one row per municipality, None where the sheet has no such header row."""
    for header, cells in enumerate(sheet.rows[:_HEADER_WITHIN_ROWS]):
        meanings = [meaning(cell) for cell in cells]
        dimensions = [(m[1], place) for place, m in enumerate(meanings) if m and m[0] == "dimension"]
        values = [(place, m) for place, m in enumerate(meanings) if m and m[0] != "dimension"]
        if not {"county", "municipality"} <= {name for name, _place in dimensions} or not values:
            continue
        by_month = any(m[0] == "month" for _place, m in values)
        title, above, run_at, marked = _metadata(sheet.rows[:header])
        below = sheet.rows[header + 1] if header + 1 < len(sheet.rows) else []
        return Layout(
            header,
            title,
            above,
            dimensions,
            [
                (place, {m[0]: m[1]} if m[0] != "total" else {})
                for place, m in values
                if not (by_month and m[0] == "total")
            ],
            [place for place, m in values if by_month and m[0] == "total"],
            [place for place, m in enumerate(meanings) if m is None],
            legacy=marked or (is_header(below, dimensions) and _is_english(below, dimensions)),
            run_at=run_at,
        )
    return None


def _labels(cells: Sequence[Cell], dimensions: list[tuple[str, int]]) -> list[tuple[str, str]]:
    """(dimension, word) of the cells of the dimension columns that are not blank."""
    return [
        (name, word(cells[place])) for name, place in dimensions if place < len(cells) and word(cells[place])
    ]


def is_header(cells: Sequence[Cell], dimensions: list[tuple[str, int]]) -> bool:
    """Whether a row repeats the headings of the dimension columns, in Swedish or English (some may be blank)."""
    labels = _labels(cells, dimensions)
    return bool(labels) and all(DIMENSIONS.get(text) == name for name, text in labels)


def _is_english(cells: Sequence[Cell], dimensions: list[tuple[str, int]]) -> bool:
    return all(text in ENGLISH_DIMENSIONS for _name, text in _labels(cells, dimensions))


def other_headings(cells: Sequence[Cell], layout: Layout, header: Sequence[Cell]) -> list[int]:
    """The columns of counts in which a repeated Swedish header row says another thing than the first one."""
    if _is_english(cells, layout.dimensions):
        return []
    places = [*(place for place, _fixed in layout.counts), *layout.totals_over_months]
    return [
        place
        for place in places
        if place < len(cells) and label(cells[place]) and meaning(cells[place]) != meaning(header[place])
    ]


def in_year(layout: Layout, year: str) -> Layout:
    """The layout with `year` before every month that does not say its own."""
    counts = [
        (place, {"month": f"{year}-{fixed['month']}"} if len(fixed.get("month", "")) == 2 else fixed)
        for place, fixed in layout.counts
    ]
    return replace(layout, counts=counts)
