"""The layout of Migrationsverket's modern template (2021-): found in the sheet, never assumed.

`enrolment` opens the file, asks here for the rows and builds the table.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from geomatch.errors import Problem
from geomatch.sources.regions import counties, match_county, match_municipality
from geomatch.sources.tabular import Cell, Sheet, cell_name, fold, label, letter
from geomatch.words import gettext as _

__all__ = [
    "DASHES",
    "DIMENSIONS",
    "HEADER_WORDS",
    "Layout",
    "Reading",
    "find_layout",
    "interval",
    "month_of",
    "read",
]

DIMENSIONS = {
    "län": "county",
    "county": "county",
    "kommun": "municipality",
    "municipality": "municipality",
    "boendeform": "accommodation",
    "boende": "accommodation",
    "accommodation": "accommodation",
    "kategori": "target_group",
    "persongrupp": "target_group",
    "grupp": "target_group",
    "målgrupp": "target_group",
    "kön": "sex",
    "sex": "sex",
    "ålder": "age_group",
    "åldersgrupp": "age_group",
    "age": "age_group",
}
# What a value column or a cell of a dimension column may say.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "accommodation": {
        "agency": ("anläggningsboende (abo)", "anläggningsboende", "abo", "anläggning"),
        "own": ("eget boende (ebo)", "eget boende", "ebo"),
        "municipal": ("kommunalt boende", "kommunens boende"),
        "other": ("övrigt boende", "övrigt boende (övrigt)", "övrigt", "övriga", "annat boende"),
    },
    "target_group": {
        "asylum_seeker": ("asylsökande", "asylsökande personer"),
        "temporary_protection": (
            "skyddsbehövande enligt massflyktsdirektivet",
            "massflyktsdirektivet",
            "massflykt",
            "personer enligt massflyktsdirektivet",
            "tillfälligt skydd enligt massflyktsdirektivet",
            "tillfälligt skydd",
        ),
        "permit_awaiting_settlement": (
            "uppehållstillstånd i väntan på bosättning",
            "i väntan på bosättning",
            "beviljat uppehållstillstånd",
            "beviljade uppehållstillstånd",
            "personer med uppehållstillstånd",
            "uppehållstillstånd",
        ),
    },
    "sex": {"women": ("kvinnor", "kvinna"), "men": ("män", "man")},
}
WORDS = {
    dimension: {word: identifier for identifier, words in group.items() for word in words}
    for dimension, group in _WORDS.items()
}
TOTALS = frozenset(
    {
        "totalt",
        "total",
        "totalsumma",
        "summa",
        "summa totalt",
        "hela riket",
        "hela landet",
        "riket",
        "samtliga",
    }
)
_COUNT_HEADINGS = frozenset({"antal", "antal personer", "antal inskrivna"})
HEADER_WORDS = (
    frozenset(DIMENSIONS) | TOTALS | _COUNT_HEADINGS | {word for group in WORDS.values() for word in group}
)
UNKNOWN_PLACE = re.compile(
    r"\(?(okänd|okänt|uppgift saknas|saknas|ej angiv\w*|kommun saknas)( kommun| län)?\)?"
)
DASHES = frozenset("-–")
_DOTS = re.compile(r"(\.\s*\.[.\s]*|…)")
_MONTH_NAMES = (
    "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905  reads as the calendar does
)
_MONTH_WORD = "|".join(f"{name}|{name[:3]}" for name in _MONTH_NAMES)
_ISO = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?![0-9])")
_WRITTEN = re.compile(
    rf"(?:(?<![0-9])([0-9]{{1,2}}) )?\b({_MONTH_WORD})\.? ([0-9]{{4}})(?![0-9])", re.IGNORECASE
)
# When the agency ran its report is not the day that the figures are about.
_RUN_AT = re.compile(
    r"\b(uppdatera|körd|körning|publicera|hämta|skapa).*?[0-9]{4}(-[0-9]{2}){0,2}", re.IGNORECASE
)
_HEADER_WITHIN_ROWS = 15


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand on a sheet.

    Attributes:
        header: Place of the header row, from 0.
        above: Texts above it, the title first.
        dimensions: (name, column) of each dimension column, from left to right.
        counts: (column, what its heading fixes) of each column of counts.
        totals_over_months: Columns that add months of a stock up, which means nothing.
        strange: Columns whose heading says nothing known.
    """

    header: int
    above: list[str]
    dimensions: list[tuple[str, int]]
    counts: list[tuple[int, dict[str, str]]]
    totals_over_months: list[int]
    strange: list[int]


@dataclass(slots=True)
class Reading:
    """What came out of a sheet: rows of the long table, counts of what was met on the way, and problems."""

    records: list[dict[str, Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def month_of(text: str) -> list[str]:
    """The months YYYY-MM named in a text, in order and once each; the day of a report's run is left out.

    Raises:
        ValueError: A date that the calendar does not have; its argument is the text of the date.
    """
    text = _RUN_AT.sub(" ", text)
    dates = [(m.start(), m.group(), m[1], int(m[2]), m[3]) for m in _ISO.finditer(text)]
    dates += [
        (m.start(), m.group(), m[3], [name[:3] for name in _MONTH_NAMES].index(m[2][:3].lower()) + 1, m[1])
        for m in _WRITTEN.finditer(text)
    ]
    months: dict[str, None] = {}
    for _place, written, year, month, day in sorted(dates):
        try:
            dt.date(int(year), month, int(day or 1))
        except ValueError:
            raise ValueError(written) from None
        months[f"{year}-{month:02d}"] = None
    return list(months)


def _meaning(cell: Cell) -> tuple[str, str] | None:
    """What a heading says: ('dimension', name), ('month', YYYY-MM), ('total', ''), (dimension, identifier), None."""
    if isinstance(cell, dt.date):
        return "month", f"{cell.year:04d}-{cell.month:02d}"
    text = fold(cell)
    if text in DIMENSIONS:
        return "dimension", DIMENSIONS[text]
    if text in TOTALS or text in _COUNT_HEADINGS:
        return "total", ""
    for dimension, words in WORDS.items():
        if text in words:
            return dimension, words[text]
    if _ISO.fullmatch(text) or _WRITTEN.fullmatch(text):
        try:
            return "month", month_of(text)[0]
        except ValueError:
            return None
    return None


def find_layout(sheet: Sheet) -> Layout | None:
    """The layout of a sheet with one row per municipality, None where the sheet has no such header row."""
    for header, cells in enumerate(sheet.rows[:_HEADER_WITHIN_ROWS]):
        meanings = [_meaning(cell) for cell in cells]
        dimensions = [(m[1], place) for place, m in enumerate(meanings) if m and m[0] == "dimension"]
        values = [(place, m) for place, m in enumerate(meanings) if m and m[0] != "dimension"]
        if not {"county", "municipality"} <= {name for name, _place in dimensions} or not values:
            continue
        by_month = any(m[0] == "month" for _place, m in values)
        return Layout(
            header,
            [label(cell) for row in sheet.rows[:header] for cell in row if label(cell)],
            dimensions,
            [
                (place, {m[0]: m[1]} if m[0] != "total" else {})
                for place, m in values
                if not (by_month and m[0] == "total")
            ],
            [place for place, m in values if by_month and m[0] == "total"],
            [place for place, m in enumerate(meanings) if m is None],
        )
    return None


def interval(
    cell: Cell, masked: tuple[int, int], dash: tuple[int, int], *, text_numbers: bool
) -> tuple[int, int, bool, str]:
    """(low, high, masked, sign) of a cell.

    Args:
        cell: A whole number from 0, `..`, `. .`, `…`, `-` or `–`.
        masked: What the dots stand for.
        dash: What the dash stands for.
        text_numbers: Digits written as text are a number (csv).

    Raises:
        ValueError: Anything else; its argument says what is the matter.
    """
    text = label(cell)
    if not text:
        raise ValueError(_("the cell is empty"))
    if _DOTS.fullmatch(text):
        return *masked, True, text
    if text in DASHES:
        return *dash, True, text
    if isinstance(cell, str) and text_numbers:
        # 1,000 is a thousand to some and one to others: only a blank parts thousands here.
        if re.fullmatch(r"-?([0-9]+(\.0)?|[0-9]{1,3}( [0-9]{3})+)", text):
            cell = float(text.replace(" ", ""))
        elif re.fullmatch(r"-?[0-9]+[.,][0-9]+", text):
            raise ValueError(_("the count {value} is not whole").format(value=text))
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise ValueError(_("“{value}” is not a number").format(value=text))  # noqa: TRY004  told to a person, not to code
    if cell < 0:
        raise ValueError(_("the count {value} is negative").format(value=text))
    if not float(cell).is_integer():
        raise ValueError(_("the count {value} is not whole").format(value=text))
    return int(cell), int(cell), False, ""


def read(
    sheet: Sheet,
    layout: Layout,
    file: str,
    month: str,
    masked: tuple[int, int],
    dash: tuple[int, int],
) -> Reading:
    """Read the rows of a sheet.

    Args:
        sheet: The sheet.
        layout: Its layout.
        file: File name.
        month: Month of a snapshot; not used where the columns are months.
        masked: What dots stand for.
        dash: What a dash stands for.
    """
    reading = Reading()
    rows = list(enumerate(sheet.rows[layout.header + 1 :], layout.header + 2))
    values = _used_columns(sheet, layout, file, rows, reading)
    counted = {
        n for n, cells in rows if any(label(cells[place]) for place, _fixed in values if place < len(cells))
    }
    last = max(counted, default=0)
    before: list[str] = []
    names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    seen: dict[tuple[str, ...], int] = {}
    for number, cells in rows:
        labels = [label(cells[place]) if place < len(cells) else "" for _name, place in layout.dimensions]
        if not any(label(cell) for cell in cells):
            continue
        if number > last:
            reading.notes["note_rows"] += 1
            continue
        place = _Place(file, sheet.name, number, layout.dimensions, reading.problems, names)
        if number not in counted and sum(map(bool, labels)) == 1 and labels[0]:
            # An outline: the county on a row of its own, its municipalities below it.
            before = [labels[0], *[""] * (len(labels) - 1)]
            place.county(labels[0])
            continue
        filled = place.fill(labels, before)
        if filled is None:
            continue
        before = filled
        where = place.resolve(filled)
        if where is None:
            continue
        key = tuple(where.values())
        if key in seen:
            place.add(
                _("{name} stands twice, first in row {row}").format(
                    name=" ".join(filter(None, filled)), row=seen[key]
                ),
                column=layout.dimensions[-1][1],
            )
            continue
        seen[key] = number
        reading.notes["unknown_municipality_rows"] += where["municipality_code"] == "unknown"
        for column, fixed in values:
            cell = cells[column] if column < len(cells) else ""
            try:
                low, high, is_masked, sign = interval(cell, masked, dash, text_numbers=not sheet.name)
            except ValueError as error:
                place.add(str(error), _("a whole number from 0, “..” or “-”"), column=column)
                continue
            reading.notes["masked"] += is_masked and sign not in DASHES
            reading.notes["dash"] += sign in DASHES if sign else 0
            reading.records.append(
                {"month": month}
                | where
                | fixed
                | {"low": low, "high": high, "masked": is_masked, "sign": sign, "source": file}
                | {"cell": cell_name(sheet.name, number, column)}
            )
    return reading


def _used_columns(
    sheet: Sheet, layout: Layout, file: str, rows: list[tuple[int, list[Cell]]], reading: Reading
) -> list[tuple[int, dict[str, str]]]:
    """The columns with counts; what is wrong with the headings is noted."""
    header = sheet.rows[layout.header]

    def filled(column: int) -> int:
        return sum(bool(label(cells[column])) for _number, cells in rows if column < len(cells))

    def wrong(column: int, found: str, remedy: str = "") -> None:
        reading.problems.append(
            Problem(found, "", remedy, file, sheet.name, layout.header + 1, letter(column))
        )

    for column in [
        *layout.strange,
        *range(len(header), max((len(cells) for _number, cells in rows), default=0)),
    ]:
        if filled(column):
            name = label(header[column]) if column < len(header) else ""
            wrong(
                column,
                _("the heading “{heading}” is not known").format(heading=name)
                if name
                else _("the column has no heading"),
                _("Check that the file is as the agency published it"),
            )
    reading.notes["totals_over_months"] += sum(map(filled, layout.totals_over_months))
    used, first = [], {}
    for column, fixed in layout.counts:
        key = tuple(fixed.items())
        if key in first or any(
            name == dimension for name in fixed for dimension, _place in layout.dimensions
        ):
            wrong(
                column,
                _("the heading “{heading}” stands for what another column holds").format(
                    heading=label(header[column])
                ),
            )
        elif filled(column):
            used.append((column, fixed))
        elif "month" in fixed:
            reading.notes["empty_months"] += 1
        else:
            wrong(column, _("the column is empty"))
        first[key] = column
    return used


@dataclass(frozen=True, slots=True)
class _Place:
    """One row on its way to codes."""

    file: str
    sheet: str
    number: int
    dimensions: list[tuple[str, int]]
    problems: list[Problem]
    counties: dict[str, str]

    def add(self, found: str, expected: str = "", remedy: str = "", column: int | None = None) -> None:
        place = "" if column is None else letter(column)
        self.problems.append(Problem(found, expected, remedy, self.file, self.sheet, self.number, place))

    def fill(self, labels: list[str], before: list[str]) -> list[str] | None:
        """The labels of the row, each taken from above where only the first row of its group carries it."""
        labels = list(labels)
        given = [place for place, text in enumerate(labels) if text]
        if not given:
            self.add(_("the row has counts but no name"))
            return None
        for place in range(given[-1]):
            total_above = any(fold(text) in TOTALS for text in labels[:place])
            if labels[place] or total_above:
                continue
            if not before or labels[:place] != before[:place] or not before[place]:
                self.add(_("the cell is empty"), column=self.dimensions[place][1])
                return None
            labels[place] = before[place]
        rest = given[-1] + 1
        text = labels[rest - 1]
        if rest < len(labels) and text.casefold().endswith((" totalt", " total", " summa")):
            labels[rest - 1], labels[rest] = text.rsplit(" ", 1)
        return labels

    def resolve(self, labels: list[str]) -> dict[str, str] | None:
        """The codes of the row, None where a name is not known (a problem)."""
        where = dict.fromkeys(
            ("county_code", "municipality_code", "accommodation", "target_group", "sex", "age_group"), "all"
        )
        inside_total = False
        county = municipality = ""
        for (name, column), text in zip(self.dimensions, labels, strict=True):
            if fold(text) in TOTALS:
                inside_total = True
            elif not text:
                if not inside_total and not (
                    name == "municipality" and UNKNOWN_PLACE.fullmatch(county.casefold())
                ):
                    self.add(_("the cell is empty"), column=column)
                    return None
            elif name == "county":
                county = text
            elif name == "municipality":
                municipality = text
            elif name == "age_group":
                where[name] = text
            elif text.casefold() in WORDS[name]:
                where[name] = WORDS[name][text.casefold()]
            else:
                self.add(
                    _("the word “{value}” is not known here").format(value=text),
                    ", ".join(words[0] for words in _WORDS[name].values()),
                    column=column,
                )
                return None
        if county:
            code = self.county(county)
            if code is None:
                return None
            where["county_code"] = code
            if code == "unknown" and not inside_total:
                where["municipality_code"] = "unknown"
        if municipality:
            code = self.municipality(municipality, where["county_code"])
            if code is None:
                return None
            where["municipality_code"] = code
        return where

    def county(self, name: str) -> str | None:
        if UNKNOWN_PLACE.fullmatch(name.casefold()):
            return "unknown"
        code = match_county(name)
        if code is None:
            self.add(
                _("“{name}” is not a county").format(name=name),
                remedy=_("Correct the name; nothing is guessed"),
                column=dict(self.dimensions)["county"],
            )
        return code

    def municipality(self, name: str, county_code: str) -> str | None:
        column = dict(self.dimensions)["municipality"]
        if UNKNOWN_PLACE.fullmatch(name.casefold()):
            return "unknown"
        code = match_municipality(name, county_code if county_code != "all" else None)
        if code is not None and county_code != "all":
            return code
        elsewhere = match_municipality(name)
        if county_code == "all":
            self.add(_("the municipality “{name}” stands under a total").format(name=name), column=column)
            return None
        self.add(
            _("“{name}” is not a municipality in {county}").format(
                name=name, county=self.counties.get(county_code, _("an unknown county"))
            ),
            remedy=_("It lies in {county}").format(county=self.counties[elsewhere[:2]])
            if elsewhere is not None
            else _("Correct the name; nothing is guessed"),
            column=column,
        )
        return None
