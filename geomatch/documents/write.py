"""The documents of a month as files of the workspace's internal tree: all of a county's, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geomatch.documents.corridor_list import corridor_list
from geomatch.documents.corridor_sheets import corridor_sheets
from geomatch.documents.facts import DocumentFacts, month_facts
from geomatch.documents.layout import Document
from geomatch.documents.overview import overview
from geomatch.documents.pages import document_html, index_html
from geomatch.documents.reception import reception_list
from geomatch.documents.workbook import workbook_bytes
from geomatch.errors import InputError, Problem
from geomatch.publish.county import INTERNAL
from geomatch.words import gettext as _
from geomatch.words import language, using_language
from geomatch.workspace import Workspace, staging

__all__ = ["documents_folder", "documents_of", "files_of", "write_documents"]

Progress = Callable[[str, int, int], None]


def documents_folder(workspace: Workspace, month: str, county: str) -> Path:
    """Where the documents of a county and month lie: beside its page, so that a new page leaves them."""
    return workspace.folder / INTERNAL / month / f"{county}-documents"


def documents_of(facts: DocumentFacts) -> list[Document]:
    """The documents of one county, in the language in force.

    Raises:
        InputError: There is neither an activity that may be shown nor a pair of municipalities.
    """
    if facts.county.own_activities().empty and facts.county.own_corridors().empty:
        raise InputError(
            Problem(
                _("there is nothing to write of {where}: no activity that may be shown, and no pair").format(
                    where=facts.kicker
                ),
                remedy=_("Add the county's register of activities, and compute the month again"),
            )
        )
    found = [overview(facts), corridor_list(facts), corridor_sheets(facts), reception_list(facts)]
    return [document for document in found if document is not None]


def files_of(facts: DocumentFacts) -> dict[str, bytes]:
    """The files of one county by name. The same facts give the same bytes."""
    documents = documents_of(facts)
    files: dict[str, bytes] = {}
    for document in documents:
        files[f"{document.name}.html"] = document_html(document).encode()
        files[f"{document.name}.xlsx"] = workbook_bytes(document)
    rows = [(document, f"{document.name}.html", f"{document.name}.xlsx") for document in documents]
    title = facts.titled(_("Documents: {where}").format(where=facts.kicker))
    marks = facts.marks(internal=True)
    files["index.html"] = index_html(title, facts.kicker, marks, rows, "../../index.html").encode()
    return files


def write_documents(
    workspace: Workspace,
    month: str,
    county: str | None = None,
    page_language: str | None = None,
    contact: str = "",
    progress: Progress = lambda *_: None,
) -> list[Path]:
    """Write the documents of a computed month into `internal/<month>/<county>-documents/`, each county's as a whole.

    Args:
        workspace: Where the month is.
        month: YYYY-MM.
        county: Two digits; None takes all that the month was computed for.
        page_language: Language of the documents; None takes the one in force.
        contact: Whom to ask about what is not listed; empty names the county board.
        progress: Called with a step's name, and how much of it is done of how much.

    Returns:
        The page of each county that lists its documents.

    Raises:
        InputError: The month is not computed, or not for that county; there is nothing to write.
    """
    with using_language(page_language or language()):
        facts = month_facts(workspace, month, county, contact, progress)
        made = {}
        for number, one in enumerate(facts):
            progress(_("Documents"), number, len(facts))
            made[one.county.county_code] = files_of(one)
        progress(_("Documents"), len(facts), len(facts))
    pages = []
    for code, files in made.items():
        folder = documents_folder(workspace, month, code)
        with staging(folder) as staged:
            for name, content in files.items():
                (staged / name).write_bytes(content)
        pages.append(folder / "index.html")
    return pages
