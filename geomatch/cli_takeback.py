"""The commands `withdraw` and `remove`: parse, call one function, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _withdrawing(name: str) -> Callable[..., None]:
    """The command that calls one function of `geomatch.takeback.withdraw`, with what click gives under its own names."""

    def run(
        folder: Path,
        dry_run: bool,  # noqa: FBT001 (click passes it by name)
        as_json: bool,  # noqa: FBT001 (likewise)
        **asked: Any,  # noqa: ANN401 (what the function asks for: a month, a number, a text)
    ) -> None:
        from geomatch.takeback import withdraw
        from geomatch.takeback.told import facts_of, lines_of
        from geomatch.workspace import Workspace

        workspace = Workspace(folder)
        progress = Progress()
        try:
            with workspace.writing():
                done = getattr(withdraw, name)(workspace, progress=progress, dry=dry_run, **asked)
        finally:
            progress.clear()
        for line in lines_of(done, dry=dry_run):
            say(line)
        print_result(facts_of(done, dry=dry_run), "", as_json=as_json)

    return run


def _remove(
    kind: str,
    file: str,
    erase: bool,  # noqa: FBT001 (click passes it by name)
    dry_run: bool,  # noqa: FBT001 (likewise)
    folder: Path,
    as_json: bool,  # noqa: FBT001 (likewise)
) -> None:
    from geomatch.errors import InputError, Problem
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    if dry_run and not erase:
        raise InputError(
            Problem(
                _("--dry-run tells what --erase would erase"),
                remedy=_("Give both, or leave it out: to take an input out of the list erases nothing"),
            )
        )
    if erase:
        from geomatch.takeback.erase import erase_input
        from geomatch.takeback.told import erased_facts, erased_lines

        with workspace.writing():
            erased = erase_input(workspace, kind, file, dry=dry_run)
        for line in erased_lines(erased, dry=dry_run):
            say(line)
        print_result(erased_facts(erased, dry=dry_run), "", as_json=as_json)
        return
    with workspace.writing():
        removed = workspace.remove(kind, file)
    print_result(
        {"removed": {"kind": removed.kind, "file": removed.file, "sha256": removed.sha256}},
        _("{file} is taken out. Computed months stay until they are computed again.").format(
            file=removed.file
        ),
        as_json=as_json,
    )


def add_to(group: click.Group) -> None:
    """Add the commands to `group`, in the language in force."""
    from geomatch.kinds import KINDS

    options = _("[OPTIONS]")
    withdraw = click.Group(
        "withdraw",
        help=_(
            "Take an activity, an edition or a month out of everything that is published; a notice stays in its place."
        ),
        options_metavar=options,
        subcommand_metavar=_("COMMAND [ARGS]..."),
    )
    reason = click.option(
        "--reason",
        default="",
        metavar=_("TEXT"),
        help=_("Why, for everybody to read; it must not name what is taken back."),
    )
    dry_run = click.option("--dry-run", is_flag=True, help=_("Only tell what would be done."))
    month = click.argument("month", metavar=_("YYYY-MM"))

    def command(
        within: click.Group,
        name: str,
        function: Callable[..., None],
        text: str,
        *decorators: Callable[[Any], Any],
    ) -> None:
        for decorate in reversed(decorators):
            function = decorate(function)
        within.command(name, help=text, options_metavar=options)(function)

    command(
        withdraw,
        "activity",
        _withdrawing("withdraw_activity"),
        _(
            "Take an activity out of every month, also of those published later. ID is the board's own, or the public number with its month: 2023-02:a25100001."
        ),
        click.argument("asked", metavar=_("ID")),
        reason,
        dry_run,
        workspace_option,
        json_option,
    )
    command(
        withdraw,
        "edition",
        _withdrawing("withdraw_one_edition"),
        _("Take one edition of a month back. Without its newest edition a month has no figures."),
        month,
        click.argument("number", type=int, metavar=_("NUMBER")),
        reason,
        dry_run,
        workspace_option,
        json_option,
    )
    command(
        withdraw,
        "month",
        _withdrawing("withdraw_month"),
        _("Take every edition of a month back."),
        month,
        reason,
        dry_run,
        workspace_option,
        json_option,
    )
    command(
        withdraw,
        "stricter",
        _withdrawing("withdraw_by_visibility"),
        _("Bring what the registers in force show less into every published month, as `publish` does."),
        dry_run,
        workspace_option,
        json_option,
    )
    group.add_command(withdraw)
    command(
        group,
        "remove",
        _remove,
        _(
            "Take an input out of the workspace, by its kind and file name; or erase it and what was made from it."
        ),
        click.argument("kind", type=click.Choice(KINDS), metavar=_("KIND")),
        click.argument("file", metavar=_("FILE")),
        click.option(
            "--erase",
            is_flag=True,
            help=_("Erase every copy and version of it, and the months and internal pages made from it."),
        ),
        click.option("--dry-run", is_flag=True, help=_("With --erase: only tell what would be erased.")),
        workspace_option,
        json_option,
    )
