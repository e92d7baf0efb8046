"""What a document is made of, whatever it is written as: sections of facts, tables, drawings and lines to sign on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from geomatch.documents.smallmap import Plan
from geomatch.numbers import NOTHING, decimal, whole
from geomatch.words import gettext as _

__all__ = [
    "KINDS",
    "AtMost",
    "Column",
    "Document",
    "Drawing",
    "Facts",
    "Paragraphs",
    "Part",
    "Section",
    "Signature",
    "Table",
    "Value",
    "all_texts",
    "joined",
    "shown",
]

KINDS = ("text", "whole", "decimal", "money", "minutes", "percent", "date", "time", "check", "blank")
"""What the cells of a column hold. `check` is yes or no in words with a sign; `blank` is filled in by hand."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number that is rounded up, since the exact one would tell too much."""

    value: int


Value = str | int | float | date | time | AtMost | bool | None
"""What a cell holds; None is nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        heading: Its heading.
        kind: One of KINDS.
        width: In characters of a worksheet.
        group: Stands above it and its neighbours of the same group.
        below: On a page it gets a line of its own below the rest of its row, across the table.
    """

    heading: str
    kind: str = "text"
    width: int = 12
    group: str = ""
    below: bool = False

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers, which line up at the right."""
        return self.kind in {"whole", "decimal", "money", "minutes", "percent"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table. The first cell of a row is its heading.

    Attributes:
        caption: What it holds.
        columns: Its columns.
        rows: Cells by row, one for each column.
        empty: What is said where there are no rows.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what they stand for."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """Sentences, with a heading or without."""

    texts: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing as SVG that stands by itself, and what it shows in words, for who cannot see it.

    A map's `plan` is what a workbook draws.
    """

    svg: str
    words: str
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Lines to fill in by hand: their labels. `choices` are boxes to tick, above the lines."""

    heading: str
    labels: tuple[str, ...]
    choices: tuple[str, ...] = ()


Part = Table | Facts | Paragraphs | Drawing | Signature


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document that is handed out by itself, such as one municipality.

    Attributes:
        key: Short name, as of a worksheet; no other section of the document has it.
        title: Its heading.
        parts: What it holds.
        own_sheet: In a workbook it has a sheet of its own, also where the others share one.
    """

    key: str
    title: str
    parts: tuple[Part, ...]
    own_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        name: File name without ending.
        title: Its heading; says so where the input is synthetic.
        about: What it is for, in a sentence.
        kicker: County and month, on every page.
        marks: How it may be used, and whether it is synthetic; on every page.
        notes: How to read it.
        sections: Its sections.
        foot: What it was made from.
        one_sheet: In a workbook the sections' tables stand in one sheet, with a first column of this heading that holds
            the section; empty where each section has a sheet of its own.
        sheet_name: Name of that sheet.
        landscape: Whether the paper lies on its side.
        large: Whether it is printed large, to be read at a desk.
        new_pages: Whether each section begins on a page of its own.
    """

    name: str
    title: str
    about: str
    kicker: str
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: str
    one_sheet: str = ""
    sheet_name: str = ""
    landscape: bool = True
    large: bool = False
    new_pages: bool = True


def shown(value: Value, kind: str) -> str:
    """A cell as text; a dash where there is nothing, but for what is filled in by hand."""
    if value is None:
        return "" if kind == "blank" else NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, AtMost):
        return f"≤ {whole(value.value)}"
    if isinstance(value, str):
        return value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return _("{share} %").format(share=decimal(value * 100, 0))
    return decimal(float(value), 1 if kind == "decimal" else 0)


def joined(document: Document) -> Table:
    """The first table of every section below each other, with the section before the other columns.

    Raises:
        ValueError: The tables have different columns.
    """
    tables = [
        (section.title, next(part for part in section.parts if isinstance(part, Table)))
        for section in document.sections
        if not section.own_sheet and any(isinstance(part, Table) for part in section.parts)
    ]
    columns = tables[0][1].columns if tables else ()
    if any(table.columns != columns for _title, table in tables):
        raise ValueError(document.name)
    return Table(
        document.title,
        (Column(document.one_sheet, width=17), *columns),
        tuple((title, *row) for title, table in tables for row in table.rows),
        tables[0][1].empty if tables else "",
    )


def all_texts(document: Document) -> list[str]:
    """Every text of a document but numbers and dates, for those who look for what must not stand in it."""
    texts = [document.title, document.about, document.kicker, *document.marks, *document.notes, document.foot]
    for section in document.sections:
        texts += [section.key, section.title]
        for part in section.parts:
            if isinstance(part, Table):
                texts += [part.caption, *(column.heading for column in part.columns)]
                texts += [cell for row in part.rows for cell in row if isinstance(cell, str)]
            elif isinstance(part, Facts):
                texts += [text for row in part.rows for text in row]
            elif isinstance(part, Paragraphs):
                texts += [part.heading, *part.texts]
            elif isinstance(part, Drawing):
                texts += [part.svg, part.words]
            else:
                texts += [part.heading, *part.labels, *part.choices]
    return texts
