"""Workbooks in every shape that Migrationsverket's templates come in, with what they say known beforehand.

All figures are made up.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import xlwt  # type: ignore[import-untyped]  # it has no types
from hypothesis import strategies as st

from geomatch.sources.enrolment import Enrolment
from geomatch.sources.regions import counties, municipalities

Row = list[Any]
# (month, county, municipality, accommodation, target_group, sex, low, high, masked, sign)
Truth = tuple[str, str, str, str, str, str, int, int, bool, str]
Counts = Mapping[
    str, tuple[int, ...]
]  # municipality code, `unknown` or `10unknown` -> persons, three per row of a place

COUNTY_NAMES = dict(zip(counties()["county_code"], counties()["name"], strict=True))
NAMES = dict(zip(municipalities()["municipality_code"], municipalities()["name"], strict=True))
SERIES = "Inskrivna personer i Migrationsverkets mottagningssystem"
ISO_MONTHS = ("2023-01", "2023-02", "2023-03")
FORMS = (("ABO", "agency"), ("EBO", "own"), ("Övrigt", "other"))
ENGLISH = {
    "ABO": "Accommodation centre",
    "EBO": "Own accommodation",
    "Övrigt": "Elsewhere",
    "Totalt": "Total",
}
GROUPS = (
    ("Asylsökande", "asylum_seeker"),
    ("Skyddsbehövande enligt massflyktsdirektivet", "temporary_protection"),
)
SEXES = (("Kvinnor", "women"), ("Män", "men"))


@dataclass(frozen=True)
class Variant:
    """One way to write the same counts.

    Attributes:
        template: `snapshot` (a column per accommodation), `months` (a column per month) or `legacy`.
        kind: Suffix of the file.
        header_row: Row of the headings (modern templates).
        line_breaks: Whether labels hold stray line breaks.
        trailing_blanks: Whether labels end in blanks, and blank rows and columns follow.
        sign: Sign that stands for 1-5; '' for none.
        unknown_row: Whether a county has a row `okänd kommun`.
        nameless: Whether the sheet begins with people of an unknown place, without a name.
        capitals: Whether names are in capitals.
        dimension: A further dimension: `sex`, `group` or ''.
        sheet: Name of the sheet.
        others: Sheets beside it: ``, `before`, `after`, `hidden`.
        total_column: Whether there is a column of totals.
        every_row: Whether names stand on each row instead of the first of a group.
        numbers: `number`, or as text: `text` (12), `thousands` (1 234), `decimal` (12,0).
        repeated: Whether the headings are repeated above each county (always in `legacy`).
        subtotals: Whether counties and the country have rows of totals.
        columns: Columns of the legacy template: `forms`, `one`, `months`.
        headings: Months as `iso` text, `date` cells or `name` (legacy: without the year).
        merged: Whether the county is one merged cell.
    """

    template: str = "snapshot"
    kind: str = "xlsx"
    header_row: int = 3
    line_breaks: bool = False
    trailing_blanks: bool = False
    sign: str = ""
    unknown_row: bool = False
    nameless: bool = False
    capitals: bool = False
    dimension: str = ""
    sheet: str = "Län, kommun och boendeform"
    others: str = ""
    total_column: bool = True
    every_row: bool = False
    numbers: str = "number"
    repeated: bool = False
    subtotals: bool = True
    columns: str = "forms"
    headings: str = "iso"
    merged: bool = False

    @property
    def by_month(self) -> bool:
        return self.template == "months" or (self.template == "legacy" and self.columns == "months")

    @property
    def one_column(self) -> bool:
        return self.template == "legacy" and self.columns == "one"


@dataclass
class Line:
    """One row of counts: what it is about, the words for it, and how many."""

    about: tuple[str, str, str, str]  # county, municipality, target_group, sex
    labels: list[str]
    persons: tuple[int, ...]


@dataclass
class Drawn:
    """A sheet as it is written and as it should be read."""

    rows: list[Row] = field(default_factory=list)
    truth: list[Truth] = field(default_factory=list)
    merges: list[tuple[int, int, int]] = field(default_factory=list)  # first row, last row, column, from 0


def _sum(parts: list[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*parts, strict=True)))


def _places(counts: Counts, variant: Variant) -> dict[str, dict[str, tuple[int, ...]]]:
    """County -> municipality -> persons; `unknown` for the nameless block."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    if variant.nameless and not variant.dimension:
        found["unknown"] = {"unknown": counts["unknown"]}
    for code in sorted(set(counts) - {"unknown"}):
        county = code[:2]
        if code.endswith("unknown"):
            if not variant.unknown_row:
                continue
            found.setdefault(county, {})["unknown"] = counts[code]
        elif variant.template != "legacy" or any(counts[code]):
            found.setdefault(county, {})[code] = counts[code]
    return {county: members for county, members in found.items() if members}


def _labels(county: str, municipality: str, variant: Variant) -> list[str]:
    legacy = variant.template == "legacy"
    if county == "all":
        return ["", "Totalt:"] if legacy else ["Totalt", ""]
    known = county != "unknown"
    first = COUNTY_NAMES[county] if known else ""
    if municipality == "all":
        return [first if legacy or variant.every_row else "", "Summa:" if legacy else "Totalt"]
    return [
        first,
        {"unknown": "okänd kommun" if known else ""}.get(municipality) or NAMES.get(municipality, ""),
    ]


def _lines(counts: Counts, variant: Variant) -> list[list[Line]]:
    """The rows in blocks: one for each county, one for the country; for each group where there are such."""
    groups = GROUPS if variant.dimension == "group" else (("", "all"),)
    blocks: list[list[Line]] = []
    of_groups: list[tuple[int, ...]] = []
    for number, (group_name, group) in enumerate(groups):
        before = [group_name] if group_name else []
        of_counties = []
        for county, members in _places(counts, variant).items():
            block: list[Line] = []

            def add(
                municipality: str,
                persons: tuple[int, ...],
                women: tuple[int, ...],
                *,
                county: str = county,
                block: list[Line] = block,
                group: str = group,
                before: list[str] = before,
            ) -> None:
                labels = [*before, *_labels(county, municipality, variant)]
                if variant.dimension == "sex":
                    men = tuple(n - w for n, w in zip(persons, women, strict=True))
                    for (name, sex), part in zip(SEXES, (women, men), strict=True):
                        block.append(Line((county, municipality, group, sex), [*labels, name], part))
                    labels = [*labels, "Totalt"]
                block.append(Line((county, municipality, group, "all"), labels, persons))

            # The second group is a fifth of the first.
            persons = {m: tuple(n // (1 + 4 * number) for n in trio) for m, trio in members.items()}
            women = {m: tuple(n // 3 for n in trio) for m, trio in persons.items()}
            for municipality, trio in persons.items():
                add(municipality, trio, women[municipality])
            of_counties.append(_sum(list(persons.values())))
            if variant.subtotals:
                add("all", of_counties[-1], _sum(list(women.values())))
            blocks.append(block)
        of_groups.append(_sum(of_counties))
        if variant.subtotals and group_name:
            blocks.append([Line(("all", "all", group, "all"), [group_name, "Totalt", ""], of_groups[-1])])
    if variant.subtotals:
        labels = _labels("all", "all", variant)
        if variant.dimension:
            labels = ["Totalt", "", ""]
        blocks.append([Line(("all", "all", "all", "all"), labels, _sum(of_groups))])
    return blocks


def _columns(variant: Variant) -> list[tuple[Any, str, str]]:
    """(heading, month, accommodation) of each column that is read."""
    if variant.by_month:
        headings: dict[str, Row] = {
            "iso": list(ISO_MONTHS),
            "date": [dt.date(2023, month, 1) for month in (1, 2, 3)],
            "name": ["Januari", "Februari", "Mars"],
        }
        named = zip(headings[variant.headings], ISO_MONTHS, strict=True)
        return [(heading, month, "all") for heading, month in named]
    if variant.one_column:
        return [("Antal", "2023-02", "all")]
    found: list[tuple[Any, str, str]] = [(heading, "2023-02", form) for heading, form in FORMS]
    return [*found, ("Totalt", "2023-02", "all")] if variant.total_column else found


def _values(persons: tuple[int, ...], variant: Variant) -> tuple[list[int], list[int]]:
    """Persons in the columns that are read, and in a column after them that is not."""
    total = sum(persons)
    if variant.by_month:
        return list(persons), [total] if variant.total_column else []
    if variant.one_column:
        return [total], []
    return [*persons, *([total] if variant.total_column else [])], []


def _shown(number: int, variant: Variant) -> Any:
    if variant.sign and 1 <= number <= 5:
        return variant.sign
    return {
        "number": number,
        "text": str(number),
        "thousands": f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"),
        "decimal": f"{number},0",
    }[variant.numbers if variant.kind != "csv" or variant.numbers != "number" else "text"]


def _read_as(number: int, variant: Variant) -> tuple[int, int, bool, str]:
    if variant.sign and 1 <= number <= 5:
        return (0 if variant.sign in "-–" else 1), 5, True, variant.sign
    return number, number, False, ""


def _dressed(text: str, variant: Variant) -> Any:
    if not text:
        return None
    if variant.capitals and not text.endswith(":"):
        text = text.upper()
    if variant.line_breaks:
        text = text.replace(" ", "\n", 1) if " " in text else text + "\n"
    return text + "  " if variant.trailing_blanks else text


def draw(counts: Counts, variant: Variant) -> Drawn:
    """The sheet of a variant."""
    drawn = Drawn()
    legacy = variant.template == "legacy"
    columns = _columns(variant)
    dimensions = ["Län", "Kommun"]
    if variant.dimension == "group":
        dimensions.insert(0, "Persongrupp")
    if variant.dimension == "sex":
        dimensions.append("Kön")
    after = _values((0, 0, 0), variant)[1]
    # The whole stays right of the sum of months, as published.
    header: Row = [
        *dimensions,
        *(heading for heading, _month, _form in columns),
        *(["Totalt"] if after else []),
    ]
    if legacy:
        _legacy_head(drawn, variant, header)
    else:
        when = "per månad" if variant.by_month else "2023-02-28"
        drawn.rows += [[f"SYNTETISKA UPPGIFTER. {SERIES} {when}, uppdelade på län och kommun."]]
        drawn.rows += [[] for _number in range(variant.header_row - 2)]
        drawn.rows.append([_dressed(cell, variant) if isinstance(cell, str) else cell for cell in header])
    before: list[str] = []
    for number, block in enumerate(_lines(counts, variant)):
        head = block[0].about[0] != "all"
        if legacy:
            drawn.rows += [[]] if number else []
            if head and number:
                drawn.rows += _legacy_headers(header)
        elif variant.repeated and head and number and not variant.dimension:
            drawn.rows.append(list(header))
        if legacy:
            before = []
        first = len(drawn.rows)
        for line in block:
            labels = list(line.labels)
            if not variant.every_row:
                # A name stands on the first row of its group only (legacy: and on the row of its sum).
                same = True
                for place in range(len(labels) - 1):
                    same = same and place < len(before) and labels[place] in {before[place], ""}
                    if same and not (legacy and labels[1] == "Summa:"):
                        labels[place] = ""
                    elif not labels[place]:
                        break
            before = [new or (before[n] if n < len(before) else "") for n, new in enumerate(line.labels)]
            values, beyond = _values(line.persons, variant)
            drawn.rows.append(
                [
                    *(_dressed(text, variant) for text in labels),
                    *(_shown(value, variant) for value in [*values, *beyond]),
                ]
            )
            county, municipality, group, sex = line.about
            drawn.truth += [
                (month, county, municipality, form, group, sex, *_read_as(value, variant))
                for (_heading, month, form), value in zip(columns, values, strict=True)
            ]
        if variant.merged and len(block) > 1 and not variant.dimension and not variant.every_row:
            drawn.merges.append((first, len(drawn.rows) - 1 - int(legacy), 1 if legacy else 0))
    if legacy:
        drawn.rows = [[None, *row] for row in drawn.rows]
    if variant.trailing_blanks:
        drawn.rows = [[*row, "  ", None] for row in drawn.rows] + [["  "], []]
    return drawn


def _legacy_headers(header: Row) -> list[Row]:
    english = {"Län": "County", "Kommun": "Municipality", "Antal": "Number", "Kön": "Sex", **ENGLISH}
    return [
        list(header),
        [english.get(cell, "Month") if isinstance(cell, str) else "Month" for cell in header],
    ]


def _legacy_head(drawn: Drawn, variant: Variant, header: Row) -> None:
    when = "2023" if variant.by_month else "den 28 februari 2023"
    drawn.rows += [
        [],
        ["Rubrik", f"{SERIES} {when}"],
        ["Senast körd", dt.datetime(2024, 1, 1, 8, 22, 1)],  # noqa: DTZ001  a cell has no time zone
        ["", "SYNTETISKA UPPGIFTER"],
        ["", "Exklusive utskrivna under månaden."],
        ["Heading\n", "Persons enrolled in the reception system"],
        [],
        ["", "County and municipality refer to the place of residence   \n"],
        [],
        *_legacy_headers(header),
    ]


def write(path: Path, counts: Counts, variant: Variant) -> list[Truth]:
    """Write a file and return what it says, cell by cell in the order of the sheet."""
    drawn = draw(counts, variant)
    save(path, sheets_of(drawn, variant), drawn.merges)
    return drawn.truth


def sheets_of(drawn: Drawn, variant: Variant) -> list[tuple[str, list[Row], bool]]:
    """(name, rows, hidden) of each sheet."""
    main = (variant.sheet, drawn.rows, False)
    information: tuple[str, list[Row], bool] = (
        "Information",
        [[f"{SERIES}, 2023"], ["Källa: uppdaterad 2023-03-02."]],
        False,
    )
    national: tuple[str, list[Row], bool] = (
        "Medborgarskap",
        [[f"{SERIES} 2023-02-28"], [], ["Medborgarskap", "Totalt"], ["OKÄND", 3]],
        False,
    )
    beside: dict[str, list[tuple[str, list[Row], bool]]] = {
        "": [main],
        "before": [information, national, main],
        "after": [main, national],
        "hidden": [("Gammalt", drawn.rows, True), main],
    }
    return beside[variant.others if variant.kind != "csv" else ""]


def save(
    path: Path, sheets: list[tuple[str, list[Row], bool]], merges: list[tuple[int, int, int]] | None = None
) -> None:
    """Write sheets of cells; `merges` go to every visible sheet with the last one's size."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(sheets[0][1])
    elif path.suffix == ".xls":
        _save_xls(path, sheets)
    else:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows, hidden in sheets:
            sheet = book.create_sheet(name)
            sheet.sheet_state = "hidden" if hidden else "visible"
            for number, row in enumerate(rows, 1):
                for place, cell in enumerate(row, 1):
                    if cell is not None:
                        sheet.cell(number, place).value = cell
            if len(rows) == max(len(other) for _name, other, _hidden in sheets):
                for first, last, column in merges or []:
                    if last > first:
                        sheet.merge_cells(
                            start_row=first + 1,
                            end_row=last + 1,
                            start_column=column + 1,
                            end_column=column + 1,
                        )
        book.save(path)


def _save_xls(path: Path, sheets: list[tuple[str, list[Row], bool]]) -> None:
    book = xlwt.Workbook()
    date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for name, rows, hidden in sheets:
        sheet = book.add_sheet(name)
        sheet.visibility = int(hidden)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write(number, place, cell, date)
                elif cell is not None:
                    sheet.write(number, place, cell)
    book.set_active_sheet(len(sheets) - 1)
    book.save(str(path))


def read_back(enrolment: Enrolment) -> list[Truth]:
    """What was read, as `write` gives it."""
    names = "month county_code municipality_code accommodation target_group sex low high masked sign"
    shown = enrolment.table[names.split()]
    return [tuple(row) for row in shown.itertuples(index=False)]


COUNTS: Counts = {
    "unknown": (3, 0, 7),
    "1080": (1, 6, 1200),
    "1082": (0, 0, 0),
    "10unknown": (2, 8, 0),
    "0980": (12, 1234, 5),
    "0114": (9, 9, 9),
    "0180": (4021, 388, 17),
    "2580": (152, 150, 0),
}

LEGACY = "Län, kommun-County, Municipalit"
MONTHS = "Län, kommun och månad"
VARIANTS = {
    "as the demo has it": Variant(),
    "headings in row 2": Variant(header_row=2),
    "stray line breaks": Variant(line_breaks=True),
    "trailing blanks": Variant(trailing_blanks=True),
    "two dots": Variant(sign=".."),
    "dots with a blank": Variant(sign=". ."),
    "an ellipsis": Variant(sign="…"),
    "a hyphen": Variant(sign="-"),
    "a dash": Variant(sign="–"),
    "unknown municipality": Variant(unknown_row=True, sign=".."),
    "a nameless first block": Variant(nameless=True),
    "capitals": Variant(capitals=True),
    "sexes": Variant(dimension="sex"),
    "sexes, masked, names on each row": Variant(dimension="sex", sign="..", every_row=True),
    "groups": Variant(dimension="group"),
    "groups, line breaks, unknown": Variant(dimension="group", line_breaks=True, unknown_row=True),
    "another sheet name": Variant(sheet="Blad1"),
    "after other sheets": Variant(others="before"),
    "before other sheets": Variant(others="after"),
    "a hidden copy": Variant(others="hidden"),
    "no column of totals": Variant(total_column=False),
    "names on each row": Variant(every_row=True),
    "numbers as text": Variant(numbers="text"),
    "thousands parted": Variant(numbers="thousands"),
    "a decimal of nothing": Variant(numbers="decimal"),
    "repeated headings": Variant(repeated=True),
    "no rows of totals": Variant(subtotals=False),
    "merged counties": Variant(merged=True),
    "snapshot in xls": Variant(kind="xls", sign=".."),
    "snapshot in csv": Variant(kind="csv", sign="..", unknown_row=True),
    "months": Variant("months", sheet=MONTHS),
    "months, no total": Variant("months", sheet=MONTHS, total_column=False, sign=".."),
    "months as dates": Variant("months", sheet=MONTHS, headings="date"),
    "months in xls, as dates": Variant("months", "xls", sheet=MONTHS, headings="date", others="before"),
    "months in csv": Variant("months", "csv", sheet=MONTHS, numbers="thousands"),
    "months, sexes, everything": Variant(
        "months", sheet=MONTHS, dimension="sex", line_breaks=True, trailing_blanks=True, sign=".."
    ),
    "legacy, one column, xls": Variant("legacy", "xls", sheet=LEGACY, capitals=True, columns="one"),
    "legacy, one column, xlsx": Variant("legacy", sheet=LEGACY, capitals=True, columns="one"),
    "legacy, nameless, xls": Variant(
        "legacy", "xls", sheet=LEGACY, capitals=True, columns="one", nameless=True
    ),
    "legacy, nameless, xlsx": Variant("legacy", sheet=LEGACY, capitals=True, columns="one", nameless=True),
    "legacy, accommodation": Variant("legacy", sheet=LEGACY, capitals=True, sign=".."),
    "legacy, accommodation, xls": Variant("legacy", "xls", sheet=LEGACY, capitals=True, unknown_row=True),
    "legacy, months": Variant("legacy", sheet=LEGACY, columns="months", headings="name"),
    "legacy, months, xls": Variant("legacy", "xls", sheet=LEGACY, columns="months", headings="iso"),
    "legacy, csv": Variant("legacy", "csv", sheet=LEGACY, capitals=True, columns="one"),
    "legacy, names on each row": Variant("legacy", sheet=LEGACY, every_row=True, columns="one", sign="–"),
    "legacy, all at once": Variant(
        "legacy",
        sheet=LEGACY,
        capitals=True,
        nameless=True,
        unknown_row=True,
        line_breaks=True,
        trailing_blanks=True,
        numbers="thousands",
        others="hidden",
    ),
}


@st.composite
def variants(draw: st.DrawFn, /, kinds: tuple[str, ...] = ("xlsx", "xls", "csv"), **fixed: Any) -> Variant:
    """Any variant, or any with some things fixed."""
    template = draw(st.sampled_from(["snapshot", "months", "legacy"]))
    legacy = template == "legacy"
    flag = st.booleans()
    free: dict[str, Any] = {
        "kind": draw(st.sampled_from(kinds)),
        "header_row": draw(st.sampled_from([2, 3])),
        "line_breaks": draw(flag),
        "trailing_blanks": draw(flag),
        "sign": draw(st.sampled_from(["", "..", ". .", "…", "-", "–"])),
        "unknown_row": draw(flag),
        "nameless": draw(flag),
        "capitals": draw(flag),
        "dimension": "" if legacy else draw(st.sampled_from(["", "sex", "group"])),
        "sheet": draw(st.sampled_from([LEGACY, MONTHS, "Blad1"])),
        "others": draw(st.sampled_from(["", "before", "after", "hidden"])),
        "total_column": draw(flag),
        "every_row": draw(flag),
        "numbers": draw(st.sampled_from(["number", "text", "thousands", "decimal"])),
        "repeated": draw(flag),
        "subtotals": draw(flag),
        "columns": draw(st.sampled_from(["forms", "one", "months"])),
        "headings": draw(st.sampled_from(["iso", "date", "name"] if legacy else ["iso", "date"])),
    }
    return Variant(template, **(free | fixed))


@st.composite
def counts(draw: st.DrawFn, most: int = 8) -> Counts:
    """Counts of some municipalities, with someone somewhere."""
    persons = st.tuples(*[st.one_of(st.integers(0, 9), st.integers(0, 30_000))] * 3)
    codes = draw(st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=most, unique=True))
    found = {code: draw(persons) for code in codes}
    found[codes[0]] = (draw(st.integers(1, 3000)), *found[codes[0]][1:])
    unknown = {f"{code[:2]}unknown" for code in codes}
    return found | {code: draw(persons) for code in ["unknown", *sorted(unknown)]}
