"""The commands `withdraw` and `remove`: parse, call one function, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.words import gettext as _

if TYPE_CHECKING:
    from geomatch.takeback.withdraw import Withdrawn
    from geomatch.workspace import Workspace

__all__ = ["add_to"]


def _done(
    folder: Path, take: Callable[[Workspace, Progress], Withdrawn], *, dry: bool, as_json: bool
) -> None:
    """Take something back while the workspace is held, and tell what became of it."""
    from geomatch.takeback.told import facts_of, lines_of
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    progress = Progress()
    try:
        with workspace.writing():
            done = take(workspace, progress)
    finally:
        progress.clear()
    for line in lines_of(done, dry=dry):
        say(line)
    print_result(facts_of(done, dry=dry), "", as_json=as_json)


def _activity(
    what: str,
    reason: str,
    folder: Path,
    dry_run: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (likewise)
) -> None:
    from geomatch.takeback.withdraw import withdraw_activity

    _done(
        folder,
        lambda workspace, progress: withdraw_activity(workspace, what, reason, progress, dry=dry_run),
        dry=dry_run,
        as_json=as_json,
    )


def _edition(
    month: str,
    number: int,
    reason: str,
    folder: Path,
    dry_run: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (likewise)
) -> None:
    from geomatch.takeback.withdraw import withdraw_one_edition

    _done(
        folder,
        lambda workspace, progress: withdraw_one_edition(
            workspace, month, number, reason, progress, dry=dry_run
        ),
        dry=dry_run,
        as_json=as_json,
    )


def _month(
    month: str,
    reason: str,
    folder: Path,
    dry_run: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (likewise)
) -> None:
    from geomatch.takeback.withdraw import withdraw_month

    _done(
        folder,
        lambda workspace, progress: withdraw_month(workspace, month, reason, progress, dry=dry_run),
        dry=dry_run,
        as_json=as_json,
    )


def _stricter(
    folder: Path,
    dry_run: bool,  # noqa: FBT001 (click passes it by name)
    as_json: bool,  # noqa: FBT001 (likewise)
) -> None:
    from geomatch.takeback.withdraw import withdraw_by_visibility

    _done(
        folder,
        lambda workspace, progress: withdraw_by_visibility(workspace, progress, dry=dry_run),
        dry=dry_run,
        as_json=as_json,
    )


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
        _activity,
        _(
            "Take an activity out of every month, also of those published later. ID is the board's own, or the public number with its month: 2023-02:a25100001."
        ),
        click.argument("what", metavar=_("ID")),
        reason,
        dry_run,
        workspace_option,
        json_option,
    )
    command(
        withdraw,
        "edition",
        _edition,
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
        _month,
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
        _stricter,
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
