"""The commands `rules explain`, `rules compare` and `rules show`: parse, call one function, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomatch.cli_output import Progress, json_option, print_result, say
from geomatch.words import gettext as _

if TYPE_CHECKING:
    from geomatch.rules import RuleBook
    from geomatch.workspace import Workspace

__all__ = ["add_to"]


def _workspace(folder: Path | None) -> Workspace | None:
    """The workspace asked for, or the current folder where it is one."""
    from geomatch.workspace import SETTINGS_FILE, Workspace

    if folder is None and not Path(SETTINGS_FILE).is_file():
        return None
    return Workspace(folder or Path())


def _book(workspace: Workspace | None) -> RuleBook:
    from geomatch.rules import shipped_book

    return workspace.settings().rules if workspace else shipped_book()


def _explain(month: str, folder: Path | None, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.rules.explained import explain, explain_facts, explain_lines

    found = explain(_book(_workspace(folder)), month)
    print_result(explain_facts(found), "\n".join(explain_lines(found)), as_json=as_json)


def _compare(
    first: str,
    second: str,
    month: str | None,
    county: str | None,
    folder: Path | None,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.errors import InputError, Problem
    from geomatch.rules.differences import changed_rules, parted_kinds
    from geomatch.rules.explained import (
        changed_facts,
        changed_lines,
        named_lines,
        parted_facts,
        parted_lines,
        set_line,
        set_of,
    )

    workspace = _workspace(folder)
    book = _book(workspace)
    problems, sets = [], []
    for name in (first, second):
        try:
            sets.append(set_of(book, name))
        except InputError as error:
            problems += error.problems
    if workspace is None and (month or county):
        problems.append(
            Problem(
                _("--month and --county ask for a workspace, and there is none here"),
                remedy=_("Go to the workspace's folder, or name it with --workspace"),
            )
        )
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    before, after = sets
    changed, parted = changed_rules(before, after), parted_kinds(before, after)
    facts: dict[str, Any] = {
        "sets": [one.name for one in sets],
        "rules": changed_facts(changed),
        "kinds": parted_facts(parted),
        "month": None,
    }
    lines = [
        set_line(before),
        *named_lines(book, first),
        set_line(after),
        *named_lines(book, second),
        "",
    ]
    lines += (
        [_("Rules that differ:"), *changed_lines(changed)] if changed else [_("The two sets say the same.")]
    )
    if changed:
        lines += ["", _("Kinds of persons and journeys for which the answer differs:")]
        lines += parted_lines(parted) or [
            "  " + _("none: nobody is excluded or flagged by one and not by the other")
        ]
    if workspace is not None:
        shown = _month(workspace, (before, after), month, county)
        if shown is not None:
            facts["month"], more = shown
            lines += ["", *more]
    print_result(facts, "\n".join(lines), as_json=as_json)


def _month(
    workspace: Workspace, sets: tuple[Any, Any], month: str | None, county: str | None
) -> tuple[dict[str, Any], list[str]] | None:
    """What the comparison means in a month of the workspace; None where none is computed or named."""
    from geomatch.rules_compared import compare_month, compared_facts, compared_lines, month_of

    chosen = month_of(workspace, month, county)
    if chosen is None:
        say(_("No month is computed yet: only the sets are compared. Name a month with --month YYYY-MM."))
        return None
    progress = Progress()
    try:
        found = compare_month(workspace, sets, *chosen, progress)
    finally:
        progress.clear()
    say(_("INTERNAL – must not be spread"))
    if found.synthetic:
        say(_("SYNTHETIC DATA"))
    return compared_facts(found), compared_lines(found)


def _show(name: str) -> None:
    from geomatch.rules import shipped_text

    click.echo(shipped_text(name), nl=False)


def add_to(group: click.Group) -> None:
    """Add the commands to `group`, in the language in force."""
    options = _("[OPTIONS]")
    rules = click.Group(
        "rules",
        help=_(
            "The dated rules of who may travel: what applies in a month, and what another set would mean."
        ),
        options_metavar=options,
        subcommand_metavar=_("COMMAND [ARGS]..."),
    )
    workspace = click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        metavar=_("FOLDER"),
        help=_(
            "The workspace whose rules are meant (default: the current folder where it is one, else the rules that come with the program)."
        ),
    )

    def command(
        name: str, function: Callable[..., None], text: str, *decorators: Callable[[Any], Any]
    ) -> None:
        for decorate in reversed(decorators):
            function = decorate(function)
        rules.command(name, help=text, options_metavar=options)(function)

    command(
        "explain",
        _explain,
        _(
            "What applies in a month and why: rules, sources, documents, what is assumed, what changes within it, and the next change."
        ),
        click.argument("month", metavar=_("YYYY-MM")),
        workspace,
        json_option,
    )
    command(
        "compare",
        _compare,
        _(
            "What it would mean to judge a month by SECOND instead of FIRST, each a set's name or a day: for whom the answer differs, and in a workspace persons, corridors and kronor."
        ),
        click.argument("first", metavar=_("FIRST")),
        click.argument("second", metavar=_("SECOND")),
        click.option(
            "--month",
            metavar=_("YYYY-MM"),
            help=_("The month that is judged (default: the last that is computed)."),
        ),
        click.option(
            "--county",
            metavar=_("CODE"),
            help=_("This county only, two digits (default: what the month was computed for)."),
        ),
        workspace,
        json_option,
    )
    command(
        "show",
        _show,
        _(
            "Print the file of a set that comes with the program, to be copied into the folder rules/ and changed."
        ),
        click.argument("name", metavar=_("NAME")),
    )
    group.add_command(rules)
