"""The command `best-set`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _best_set(
    month: str,
    county: str | None,
    number: int | None,
    budget_sek: float | None,
    need: str,
    folder: Path,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.best_set import best_set_facts, best_set_lines, best_set_of_month
    from geomatch.workspace import Workspace

    progress = Progress()
    try:
        result = best_set_of_month(
            Workspace(folder),
            month,
            county=county,
            number=number,
            budget_sek=budget_sek,
            need=need,
            progress=progress,
        )
    finally:
        progress.clear()
    # Protected activities count.
    say(_("INTERNAL – must not be spread"))
    if result.synthetic:
        say(_("SYNTHETIC DATA"))
    print_result(best_set_facts(result), "\n".join(best_set_lines(result)), as_json=as_json)


def add_to(group: click.Group) -> None:
    """Add the command to `group`, in the language in force."""
    function = _best_set
    for decorate in reversed(
        (
            click.argument("month", metavar=_("YYYY-MM")),
            click.option(
                "--county", metavar=_("CODE"), help=_("Only pairs that begin in this county, two digits.")
            ),
            click.option("--number", type=int, metavar=_("N"), help=_("At most so many pairs.")),
            click.option(
                "--budget-sek",
                type=float,
                metavar=_("KR"),
                help=_("At most so many kronor a month, for the fares of those who travel by the new pairs."),
            ),
            click.option(
                "--need",
                type=click.Choice(["low", "high"]),
                default="low",
                show_default=True,
                help=_("The end of need at which the set is chosen; its numbers are given at both."),
            ),
            workspace_option,
            json_option,
        )
    ):
        function = decorate(function)
    group.command(
        "best-set",
        help=_(
            "The pairs of municipalities to open that together serve most people in a computed month, under a number or a budget, beside taking the best one each time."
        ),
        options_metavar=_("[OPTIONS]"),
    )(function)
