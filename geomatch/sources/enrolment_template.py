"""The rows of a sheet of Migrationsverket as rows of the long table, in either of its templates.

`enrolment` opens the file and asks `enrolment_layout` where things stand, then here for the rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from geomatch.errors import Problem
from geomatch.sources.enrolment_layout import Layout, header_of, is_header, other_headings
from geomatch.sources.enrolment_words import (
    DASHES,
    TOTALS,
    UNKNOWN_PLACE,
    WORDS,
    first_words,
    interval,
    is_text_number,
    spoilt,
    word,
)
from geomatch.sources.regions import counties, match_county, match_municipality, municipalities
from geomatch.sources.tabular import Cell, Sheet, cell_name, label, letter
from geomatch.words import gettext as _

__all__ = ["Reading", "read"]

# How a row of an unknown place is called within, where the agency leaves the name out.
_NAMELESS = "okänd"


@dataclass(slots=True)
class Reading:
    """What came out of a sheet: rows of the long table, counts of what was met on the way, and problems."""

    records: list[dict[str, Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


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
    rows, starts = _below(sheet, layout, file, reading)
    values = _used_columns(sheet, layout, file, rows, reading)
    _check_above(sheet, layout, file, reading)
    counted = {
        n for n, cells in rows if any(label(cells[place]) for place, _fixed in values if place < len(cells))
    }
    # A row that names a place or a total is no note below the table, even without any count.
    last = max(counted | {n for n, cells in rows if _names_a_row(cells, layout)}, default=0)
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
        if layout.legacy and number in starts:
            before = []
        if number not in counted and sum(map(bool, labels)) == 1 and labels[0]:
            # An outline: the county on a row of its own, its municipalities below it.
            before = [labels[0], *[""] * (len(labels) - 1)]
            place.heads(labels[0])
            continue
        if not any(labels) and not seen and number in counted:
            labels = place.nameless()
            reading.notes["nameless_rows"] += 1
        filled = place.fill_legacy(labels, before) if layout.legacy else place.fill(labels, before)
        if filled is None:
            continue
        before = filled
        where = place.resolve(filled, labels)
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
            if said := spoilt(cell):
                found, remedy = said
                place.add(found, _("a whole number from 0, “..” or “-”"), remedy, column)
                continue
            try:
                low, high, is_masked, sign = interval(cell, masked, dash)
            except ValueError as error:
                place.add(str(error), _("a whole number from 0, “..” or “-”"), column=column)
                continue
            reading.notes["masked"] += is_masked and sign not in DASHES
            reading.notes["dash"] += sign in DASHES if sign else 0
            # In csv all numbers are text.
            reading.notes["text_numbers"] += bool(sheet.name) and is_text_number(cell)
            reading.records.append(
                {"month": month}
                | where
                | fixed
                | {"low": low, "high": high, "masked": is_masked, "sign": sign, "source": file}
                | {"cell": cell_name(sheet.name, number, column)}
            )
    if layout.legacy:
        listed = {record["municipality_code"] for record in reading.records} - {"all", "unknown"}
        reading.notes["municipalities_not_listed"] = len(municipalities()) - len(listed)
    return reading


def _below(
    sheet: Sheet, layout: Layout, file: str, reading: Reading
) -> tuple[list[tuple[int, list[Cell]]], set[int]]:
    """The rows below the first headings without the repeated ones, and the numbers of those that come after such."""
    rows: list[tuple[int, list[Cell]]] = []
    starts: set[int] = set()
    header = header_of(sheet, layout)
    after_header = True
    for number, cells in enumerate(sheet.rows[layout.header + 1 :], layout.header + 2):
        if is_header(cells, layout.dimensions):
            after_header = True
            others = other_headings(cells, layout, header)
            reading.problems += [
                Problem(
                    _("there is a count in a row of headings"),
                    "",
                    _("Check that the file is as the agency published it"),
                    file,
                    sheet.name,
                    number,
                    letter(place),
                )
                for place, _fixed in layout.counts
                if place not in others and _is_count(cells[place] if place < len(cells) else "")
            ]
            reading.problems += [
                Problem(
                    _("the heading “{heading}” differs from “{first}” in row {row}").format(
                        heading=label(cells[place]), first=label(header[place]), row=layout.header + 1
                    ),
                    "",
                    _("Check that the file is as the agency published it"),
                    file,
                    sheet.name,
                    number,
                    letter(place),
                )
                for place in others
            ]
            continue
        if after_header and any(label(cell) for cell in cells):
            starts.add(number)
            after_header = False
        rows.append((number, cells))
    return rows, starts


def _names_a_row(cells: list[Cell], layout: Layout) -> bool:
    for name, column in layout.dimensions:
        text = label(cells[column]) if column < len(cells) else ""
        if word(text) in TOTALS or (name == "municipality" and match_municipality(text) is not None):
            return True
    return False


def _is_count(cell: Cell) -> bool:
    """Whether a cell can be read as a count or a sign."""
    try:
        interval(cell, (0, 0), (0, 0))
    except ValueError:
        return False
    return True


def _check_above(sheet: Sheet, layout: Layout, file: str, reading: Reading) -> None:
    """Note counts above the headings: the headings they belong to are damaged, and later ones were found instead."""
    for number, cells in enumerate(sheet.rows[: layout.header], 1):
        for column, _fixed in layout.counts:
            if not _is_count(cells[column] if column < len(cells) else ""):
                continue
            reading.problems.append(
                Problem(
                    _("there is a count above the headings in row {row}").format(row=layout.header + 1),
                    "",
                    _("Check that the file is as the agency published it"),
                    file,
                    sheet.name,
                    number,
                    letter(column),
                )
            )
            break


def _used_columns(
    sheet: Sheet, layout: Layout, file: str, rows: list[tuple[int, list[Cell]]], reading: Reading
) -> list[tuple[int, dict[str, str]]]:
    """The columns with counts; what is wrong with the headings is noted."""
    header = header_of(sheet, layout)

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
            cell = header[column] if column < len(header) else ""
            name = label(cell)
            found = (
                _("the heading “{heading}” is not known").format(heading=name)
                if name
                else _("the column has no heading")
            )
            wrong(column, *(spoilt(cell) or (found, _("Check that the file is as the agency published it"))))
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
            total_above = any(word(text) in TOTALS for text in labels[:place])
            if labels[place] or total_above:
                continue
            if not before or labels[:place] != before[:place] or not before[place]:
                self.add(_("the cell is empty"), column=self.dimensions[place][1])
                return None
            labels[place] = before[place]
        rest = given[-1] + 1
        text = labels[rest - 1]
        if rest < len(labels) and word(text).endswith((" totalt", " total", " summa")):
            labels[rest - 1], labels[rest] = text.rsplit(" ", 1)
        return labels

    def nameless(self) -> list[str]:
        """The labels of a row without a name that comes before all names: people of an unknown place."""
        return [_NAMELESS if name in {"county", "municipality"} else "" for name, _column in self.dimensions]

    def fill_legacy(self, labels: list[str], before: list[str]) -> list[str] | None:
        """As `fill`, by the words of the legacy template.

        `Summa:` closes a county and may carry its name or not; `Totalt:` without a county is the country.
        """
        order = [name for name, _column in self.dimensions]
        county, municipality = order.index("county"), order.index("municipality")
        total = word(labels[municipality])
        if total in TOTALS - {"summa"} and not labels[county]:
            labels = list(labels)
            labels[county], labels[municipality] = labels[municipality], ""
            return labels
        filled = self.fill(labels, before)
        if filled is None or total != "summa" or not before or word(before[county]) == word(filled[county]):
            return filled
        self.add(
            _("the sum of {county} stands below the municipalities of {other}").format(
                county=filled[county], other=before[county]
            ),
            remedy=_("Check that the file is as the agency published it"),
            column=self.dimensions[county][1],
        )
        return None

    def resolve(self, labels: list[str], own: list[str]) -> dict[str, str] | None:
        """The codes of the row, None where a name is not known (a problem, once for all rows that it holds for).

        Args:
            labels: The labels of the row, those from above filled in.
            own: The labels that stand in the row itself.
        """
        where = dict.fromkeys(
            ("county_code", "municipality_code", "accommodation", "target_group", "sex", "age_group"), "all"
        )
        inside_total = False
        county = municipality = ""
        for (name, column), text, here in zip(self.dimensions, labels, own, strict=True):
            if said := spoilt(text):
                if here:
                    self.add(said[0], remedy=said[1], column=column)
                return None
            if word(text) in TOTALS:
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
                if here:
                    self.add(
                        _("the word “{value}” is not known here").format(value=text),
                        first_words(name),
                        column=column,
                    )
                return None
        if county:
            code = self.county(
                county, told=not own[[name for name, _column in self.dimensions].index("county")]
            )
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

    def heads(self, text: str) -> None:
        """Note where the label of an outline's head, in the first dimension, is not known."""
        name, column = self.dimensions[0]
        if said := spoilt(text):
            self.add(said[0], remedy=said[1], column=column)
        elif name == "county":
            self.county(text)
        elif name in WORDS and word(text) not in TOTALS and text.casefold() not in WORDS[name]:
            self.add(
                _("the word “{value}” is not known here").format(value=text), first_words(name), column=column
            )

    def county(self, name: str, *, told: bool = False) -> str | None:
        """The code of a county, None where the name is not known (a problem, unless it was told above)."""
        if UNKNOWN_PLACE.fullmatch(name.casefold()):
            return "unknown"
        code = match_county(name)
        if code is None and not told:
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
