"""The commands `decisions list`, `decisions due` and `decisions follow-up`: parse, call one function, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.decisions.state import RENEWAL_DAYS
from geomatch.words import gettext as _

if TYPE_CHECKING:
    from geomatch.decisions.ask import Told

__all__ = ["command"]


def _print(told: Told, *, as_json: bool) -> None:
    say(_("INTERNAL – must not be spread"))
    if told.synthetic:
        say(_("SYNTHETIC DATA"))
    for note in told.notes:
        say(note)
    print_result(told.facts, "\n".join(told.lines), as_json=as_json)


def _list(month: str, county: str | None, folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.decisions.ask import ask_list
    from geomatch.workspace import Workspace

    _print(ask_list(Workspace(folder), month, county), as_json=as_json)


def _due(month: str, days: int, county: str | None, folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.decisions.ask import ask_due
    from geomatch.workspace import Workspace

    _print(ask_due(Workspace(folder), month, days, county), as_json=as_json)


def _follow_up(month: str, county: str | None, folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.decisions.ask import ask_follow_up
    from geomatch.workspace import Workspace

    progress = Progress()
    try:
        told = ask_follow_up(Workspace(folder), month, county, progress)
    finally:
        progress.clear()
    _print(told, as_json=as_json)


def command() -> click.Group:
    """The group `decisions`, in the language in force."""
    group = click.Group(
        "decisions",
        help=_(
            "Decisions on corridors: what held in a month (list), what must be renewed (due), and what became of it (follow-up)."
        ),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
    )
    month = click.argument("month", metavar=_("YYYY-MM"))
    county = click.option(
        "--county",
        metavar=_("CODE"),
        help=_("Only corridors that begin or end in this county, two digits."),
    )

    def add(name: str, function: Callable[..., None], text: str, *options: Callable[[Any], Any]) -> None:
        for decorate in reversed((month, *options, county, workspace_option, json_option)):
            function = decorate(function)
        group.command(name, help=text, options_metavar=_("[OPTIONS]"))(function)

    add(
        "list",
        _list,
        _("The state of each pair at the end of a month: period, decision maker, reference, money."),
    )
    add(
        "due",
        _due,
        _("The approved corridors that run out soon after a month and are not renewed."),
        click.option(
            "--days",
            type=click.IntRange(0, 3660),
            default=RENEWAL_DAYS,
            show_default=True,
            metavar=_("DAYS"),
            help=_("How many days after the month's last day."),
        ),
    )
    add(
        "follow-up",
        _follow_up,
        _(
            "Who could use each corridor that was open in a computed month, what was paid, and which became impossible when the timetable changed."
        ),
    )
    return group
