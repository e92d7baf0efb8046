"""The command `explain`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.errors import InputError
from geomatch.words import gettext as _

__all__ = ["command"]


def _explain(
    municipality: str,
    month: str | None,
    chart: Path | None,
    folder: Path,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.explain import explain
    from geomatch.newfile import new_file_problems, write_new
    from geomatch.workspace import Workspace

    problems = new_file_problems(chart) if chart is not None else []
    if problems:
        raise InputError(problems)
    progress = Progress()
    try:
        answer = explain(Workspace(folder), municipality, month, progress)
    finally:
        progress.clear()
    if chart is not None:
        write_new(chart, answer.chart.encode())
        say(_("The chart: {file}. It is internal, as the text is.").format(file=chart))
    print_result(answer.facts, "\n".join(answer.lines), as_json=as_json)


def command() -> click.Command:
    """The command, in the language in force."""
    function = _explain
    for decorate in reversed(
        (
            click.argument("municipality", metavar=_("MUNICIPALITY")),
            click.option(
                "--month", metavar=_("YYYY-MM"), help=_("A computed month (default: the last one).")
            ),
            click.option(
                "--chart",
                type=click.Path(path_type=Path),
                metavar=_("FILE"),
                help=_("Write the numbers as a chart, a new SVG file."),
            ),
            workspace_option,
            json_option,
        )
    ):
        function = decorate(function)
    return click.command(
        "explain",
        help=_(
            "Tell where a municipality's people go, what is full, who cannot travel, and which single change would help most. Internal."
        ),
        options_metavar=_("[OPTIONS]"),
    )(function)
