"""The commands `changes`, `brief` and `what-if`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _marking(*, synthetic: bool) -> None:
    """Say on stderr that what follows is internal, and made up where it is."""
    say(_("INTERNAL – must not be spread"))
    if synthetic:
        say(_("SYNTHETIC DATA"))


def _changes(earlier: str, later: str, county: str | None, folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.change.months import change_between
    from geomatch.change.words import change_facts, change_lines
    from geomatch.workspace import Workspace

    progress = Progress()
    try:
        change = change_between(Workspace(folder), earlier, later, county, progress)
    finally:
        progress.clear()
    _marking(synthetic=change.synthetic)
    print_result(change_facts(change), "\n".join(change_lines(change)), as_json=as_json)


def _brief(
    month: str,
    county: str | None,
    out: Path,
    language: str | None,
    folder: Path,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.change.brief_files import write_briefs
    from geomatch.workspace import Workspace

    progress = Progress()
    try:
        written = write_briefs(Workspace(folder), month, county, out, language, progress)
    finally:
        progress.clear()
    print_result({"files": [str(path) for path in written]}, "\n".join(map(str, written)), as_json=as_json)


def _what_if(
    file: Path,
    month: str | None,
    county: str | None,
    out: Path | None,
    folder: Path,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.newfile import write_new
    from geomatch.whatif.answer import answer_what_if, csv_file
    from geomatch.workspace import Workspace

    progress = Progress()
    try:
        answer = answer_what_if(Workspace(folder), file, month, county, out, progress)
    finally:
        progress.clear()
    _marking(synthetic=answer.synthetic)
    for note in answer.notes:
        say(note)
    written = None
    lines = list(answer.lines)
    if out is not None:
        written = csv_file(out)
        write_new(written, answer.csv)
        lines.append(_("The table, {rows} rows: {file}").format(rows=answer.rows, file=written))
    facts = {**answer.facts, "table": str(written) if written else None}
    print_result(facts, "\n".join(lines), as_json=as_json)


def add_to(group: click.Group) -> None:
    """Add the commands to `group`, in the language in force."""
    path = click.Path(path_type=Path)
    options = _("[OPTIONS]")
    county = click.option(
        "--county",
        metavar=_("CODE"),
        help=_("This county only, two digits (default: what the month was computed for)."),
    )

    function = _changes
    for decorate in reversed(
        (
            click.argument("earlier", metavar=_("EARLIER")),
            click.argument("later", metavar=_("LATER")),
            county,
            workspace_option,
            json_option,
        )
    ):
        function = decorate(function)
    group.command(
        "changes",
        help=_(
            "The largest changes from one computed month to another, and what moved them: people, activities, timetable or rules."
        ),
        options_metavar=options,
    )(function)

    brief = _brief
    for decorate in reversed(
        (
            click.argument("month", metavar=_("YYYY-MM")),
            county,
            click.option(
                "--out",
                type=path,
                required=True,
                metavar=_("FOLDER"),
                help=_("Where the files are written; earlier ones of the same month are replaced."),
            ),
            click.option(
                "--page-language",
                "language",
                type=click.Choice(LANGUAGES),
                help=_("Language of the brief (default: the workspace's setting)."),
            ),
            workspace_option,
            json_option,
        )
    ):
        brief = decorate(brief)
    group.command(
        "brief",
        help=_(
            "One page per county: the largest changes, what is uncertain and why, and the next decision; as text for e-mail and as a page to print."
        ),
        options_metavar=options,
    )(brief)

    what_if = _what_if
    for decorate in reversed(
        (
            click.argument("file", type=path, metavar=_("FILE")),
            click.option(
                "--month",
                metavar=_("YYYY-MM"),
                help=_("The month that is laid beside it (default: the last that is computed)."),
            ),
            county,
            click.option(
                "--out", type=path, metavar=_("FILE"), help=_("Write the whole table as a new csv file.")
            ),
            workspace_option,
            json_option,
        )
    ):
        what_if = decorate(what_if)
    group.command(
        "what-if",
        help=_(
            "What would happen if: an accommodation closes, an activity opens or ends, a corridor opens, a rule changes; beside how it is. Nothing is written into the workspace."
        ),
        options_metavar=options,
    )(what_if)
