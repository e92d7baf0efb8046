"""A document as a page of its own that prints on A4: style inside, no script, no other host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from geomatch.documents.layout import (
    Column,
    Document,
    Drawing,
    Facts,
    Paragraphs,
    Part,
    Section,
    Table,
    Value,
    shown,
)
from geomatch.words import gettext as _
from geomatch.words import language

__all__ = ["document_html", "index_html"]


# A sheet with more rows than this is printed smaller, so that it stays one page.
_MOST_ROWS = 14
# A longer word is broken anywhere, rather than that its column takes the place of others.
_LONGEST_WORD = 22


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    css: str


@dataclass(frozen=True, slots=True)
class _Head:
    """A heading of a column or of several: how many columns and rows it takes."""

    text: str
    css: str
    columns: int
    rows: int

    @property
    def scope(self) -> str:
        """What it is the heading of."""
        return "colgroup" if self.columns > 1 else "col"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("geomatch.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _css_text(text: str) -> Markup:
    """A text as a string of CSS. Whatever could end it, or the element it stands in, is written by its number."""
    signs = (sign if sign.isalnum() and sign.isascii() else f"\\{ord(sign):x} " for sign in text)
    return Markup('"' + "".join(signs) + '"')  # noqa: S704  (nothing but letters, digits and numbers of signs)


def _kind(column: Column) -> str:
    return "number" if column.numeric else column.kind


def _heads(columns: Sequence[Column]) -> tuple[tuple[_Head, ...], ...]:
    """The rows of headings: one, or two where columns have groups."""
    if not any(column.group for column in columns):
        return (tuple(_Head(column.heading, _kind(column), 1, 1) for column in columns),)
    upper: list[_Head] = []
    number = 0
    while number < len(columns):
        column, count = columns[number], 1
        if column.group:
            while number + count < len(columns) and columns[number + count].group == column.group:
                count += 1
            upper.append(_Head(column.group, "group", count, 1))
        else:
            upper.append(_Head(column.heading, _kind(column), 1, 2))
        number += count
    lower = tuple(_Head(column.heading, _kind(column), 1, 1) for column in columns if column.group)
    return (tuple(upper), lower)


def _cell(value: Value, column: Column) -> _Cell:
    css = _kind(column)
    if column.kind == "check" and value is not None:
        css += " yes" if value else " no"
    text = shown(value, column.kind)
    if max(map(len, text.split()), default=0) > _LONGEST_WORD:
        css += " long"
    return _Cell(text, css)


def _shares(columns: Sequence[Column]) -> list[int]:
    """The columns' widths in thousandths of the table's."""
    whole = sum(column.width for column in columns)
    return [1000 * column.width // whole for column in columns]


def _table(table: Table) -> dict[str, object]:
    across = [(n, column) for n, column in enumerate(table.columns) if not column.below]
    below = [(n, column) for n, column in enumerate(table.columns) if column.below]
    return {
        "kind": "table",
        "caption": table.caption,
        "heads": _heads([column for _n, column in across]),
        "span": len(across),
        "widths": _shares([column for _n, column in across]),
        "rows": [
            {
                "cells": [_cell(row[n], column) for n, column in across],
                "below": [(column.heading, shown(row[n], column.kind)) for n, column in below],
            }
            for row in table.rows
        ],
        "empty": table.empty,
    }


def _part(part: Part) -> dict[str, object]:
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Facts):
        return {"kind": "facts", "rows": part.rows}
    if isinstance(part, Paragraphs):
        return {"kind": "paragraphs", "heading": part.heading, "texts": part.texts}
    if isinstance(part, Drawing):
        # Made by smallmap, which escapes every name.
        return {"kind": "drawing", "svg": Markup(part.svg), "words": part.words}  # noqa: S704
    return {"kind": "signature", "heading": part.heading, "labels": part.labels, "choices": part.choices}


def _section(section: Section, number: int) -> dict[str, object]:
    rows = sum(len(part.rows) for part in section.parts if isinstance(part, Table))
    return {
        "id": f"part-{number}",
        "title": section.title,
        "parts": [_part(part) for part in section.parts],
        "dense": rows > _MOST_ROWS,
    }


def document_html(document: Document) -> str:
    """The page of a document, in the language in force."""
    page: str = (
        _templates()
        .get_template("document.html")
        .render(
            language=language(),
            document=document,
            sections=[_section(section, number) for number, section in enumerate(document.sections, 1)],
            contents=len(document.sections) > 1,
            words={
                "contents": _("Contents"),
                "skip": _("Skip to the content"),
            },
            css={
                "marks": _css_text(" · ".join(document.marks)),
                "kicker": _css_text(document.kicker),
                "title": _css_text(document.title),
                "page": "landscape" if document.landscape else "portrait",
            },
        )
    )
    return page


def index_html(
    title: str, kicker: str, marks: Sequence[str], rows: Sequence[tuple[Document, str, str]], back: str
) -> str:
    """The page that lists the documents.

    Args:
        title: Its heading.
        kicker: County and month.
        marks: How the documents may be used.
        rows: Each document, with the names of its page and of its workbook.
        back: Link to the list of months and counties; empty where there is none.
    """
    page: str = (
        _templates()
        .get_template("documents.html")
        .render(
            language=language(),
            title=title,
            kicker=kicker,
            marks=marks,
            rows=rows,
            back=back,
            words={
                "document": _("Document"),
                "about": _("What it is"),
                "page": _("page to print"),
                "workbook": _("workbook"),
                "files": _("Files"),
                "back": _("All months and counties"),
            },
        )
    )
    return page
