"""The command `documents`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, workspace_option
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _documents(
    month: str,
    county: str | None,
    contact: str,
    language: str | None,
    folder: Path,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.documents.write import write_documents
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    progress = Progress()
    try:
        with workspace.writing():
            pages = write_documents(workspace, month, county, language, contact, progress)
    finally:
        progress.clear()
    files = sorted(str(path) for page in pages for path in page.parent.iterdir())
    print_result(
        {"pages": [str(page) for page in pages], "files": files}, "\n".join(map(str, pages)), as_json=as_json
    )


def add_to(group: click.Group) -> None:
    """Add the command to `group`, in the language in force."""
    function = _documents
    for decorate in reversed(
        (
            click.argument("month", metavar=_("YYYY-MM")),
            click.option(
                "--county",
                metavar=_("CODE"),
                help=_("This county only, two digits (default: what the month was computed for)."),
            ),
            click.option(
                "--contact",
                metavar=_("TEXT"),
                default="",
                help=_(
                    "Whom to ask about activities that are not listed, such as protected ones (default: the county board)."
                ),
            ),
            click.option(
                "--page-language",
                "language",
                type=click.Choice(LANGUAGES),
                help=_("Language of the documents (default: that of messages, see --lang)."),
            ),
            workspace_option,
            json_option,
        )
    ):
        function = decorate(function)
    group.command(
        "documents",
        help=_(
            "Write the documents of a computed month into internal/: overview of activities, list of corridors and a sheet for each, and activities for reception desks; as workbooks and as pages to print."
        ),
        options_metavar=_("[OPTIONS]"),
    )(function)
