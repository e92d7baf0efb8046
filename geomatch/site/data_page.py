"""The page of data: every published month with its editions and notes, downloads, what columns mean, licence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geomatch.numbers import month_text
from geomatch.public.editions import Edition, Withdrawal
from geomatch.public.tables import NATION, PUBLIC_TABLES
from geomatch.site.described import LICENCE, LICENCE_NAME
from geomatch.site.files import month_files
from geomatch.site.layout import FRONT, Frame, Pages
from geomatch.site.notice import withdrawn_sentence
from geomatch.site.plain import plain
from geomatch.site.views import Cell, Heading, Row, TableView
from geomatch.site.words import updated_text
from geomatch.words import gettext as _

__all__ = ["data_page"]


def _dictionary() -> list[TableView]:
    """What the columns of each published table mean."""
    return [
        TableView(
            f"columns-{table.name}",
            _("{table}: a row is {row}").format(table=_(table.title), row=_(table.row)),
            (Heading(_("Column")), Heading(_("Unit")), Heading(_("Meaning"))),
            tuple(
                Row((Cell(column.name), Cell(column.unit), Cell(_(column.meaning))))
                for column in table.columns
            ),
            "",
        )
        for table in PUBLIC_TABLES.values()
    ]


def data_page(
    pages: Pages, listed: Sequence[Edition], gone: Mapping[str, Sequence[Withdrawal]] | None = None
) -> tuple[str, str]:
    """Path and HTML of the page of data.

    Args:
        pages: The pages of the site.
        listed: Editions in any order; of each month the newest is shown, which knows the notes of those before it.
        gone: What was withdrawn, by month.
    """
    path = "data/index.html"
    root, to = pages.root(path), pages.way(path)
    months: list[dict[str, Any]] = []
    gone = gone or {}
    newest = {edition.month: edition for edition in sorted(listed, key=lambda one: (one.month, one.number))}
    for month in sorted({*newest, *gone}, reverse=True):
        withdrawn = [withdrawn_sentence(one.number, one.reason) for one in gone.get(month, ())]
        if month not in newest:
            months.append(
                {
                    "month": month,
                    "name": month_text(month),
                    "synthetic": any(one.synthetic for one in gone[month]),
                    "number": 0,
                    "notes": [],
                    "withdrawn": withdrawn,
                    "updated": "",
                    "address": to(f"{month}/index.html"),
                    "files": (),
                    "folder": "",
                    "counties": [],
                }
            )
            continue
        edition = newest[month]
        codes = sorted(
            str(code)
            for code in edition.tables["areas"]["area_code"]
            if len(str(code)) == 2 and str(code) != NATION
        )
        notes = [
            (number, plain(edition.notes[number]))
            for number in sorted(edition.notes)
            if edition.notes[number]
        ]
        months.append(
            {
                "month": edition.month,
                "name": month_text(edition.month),
                "synthetic": edition.synthetic,
                "number": edition.number,
                "notes": notes,
                "withdrawn": withdrawn,
                "updated": updated_text(edition),
                "address": to(f"{edition.month}/index.html"),
                "files": month_files(edition),
                "folder": f"{root}data/{edition.month}/",
                "counties": [
                    (plain(pages.context.names.of(code)), to(f"{edition.month}/{code}/index.html") + "#downloads")
                    for code in codes
                ],
            }
        )  # fmt: skip
    frame = Frame(
        path=path,
        title=_("Data"),
        heading=_("Data: all months, downloads and what the columns mean"),
        description=_("All published months with their editions, downloads, and what each column means."),
        crumb=_("Data"),
        crumbs=((_("Start"), FRONT),),
        synthetic=newest[max(newest)].synthetic
        if newest
        else any(one.synthetic for found in gone.values() for one in found),
        here="data",
    )
    return pages.page(
        "data.html",
        frame,
        months=months,
        dictionary=_dictionary(),
        licence=LICENCE_NAME,
        licence_address=LICENCE,
        all_synthetic=bool(listed) and all(edition.synthetic for edition in listed),
        catalogue=[
            (f"{root}data/catalogue.ttl", "Turtle"),
            (f"{root}data/catalogue.rdf", "RDF/XML"),
        ],
    )
