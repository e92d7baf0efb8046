"""The commands `publish` and `serve`: parse, call one function, print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.errors import InputError, Problem
from geomatch.words import LANGUAGES
from geomatch.words import gettext as _

__all__ = ["add_to"]


def _published(month: str, folder: Path, language: str | None, note: str, *, rebuild: bool) -> dict[str, Any]:
    """Write the public and the internal pages of a month; what was written, for people and as JSON."""
    from geomatch.publish.site import publish_month
    from geomatch.publishing import publish_public
    from geomatch.site.build import PUBLIC
    from geomatch.takeback.told import taken_lines
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    progress = Progress()
    try:
        with workspace.writing():
            # First, since a correction without its note, or what an outsider could work out, stops here.
            public = publish_public(workspace, month, note, progress, rebuild=rebuild)
            pages = publish_month(workspace, month, language, progress)
    finally:
        progress.clear()
    result: dict[str, Any] = {"pages": [str(page) for page in pages]}
    built = public.built
    result["public"] = {
        "page": str(workspace.folder / PUBLIC / "index.html"),
        "edition": public.edition,
        "new_edition": public.new,
        "files_written": built.written,
        "files_kept": built.kept,
        "attacked": public.attacked,
    }
    if note.strip() and (not public.new or public.edition == 1):
        say(_("The note was not used: no number that was published has changed."))
    for line in taken_lines(public.taken):
        say(line)
    if public.new and public.later:
        say(
            _(
                "Changes in {months} are told from what was published before. Publish them anew: {commands}"
            ).format(
                months=", ".join(public.later),
                commands="; ".join(f"geomatch publish {one} --note “…”" for one in public.later),
            )
        )
    say(
        _("Public site: edition {number} of {month}; {written} files written, {kept} unchanged.").format(
            number=public.edition, month=month, written=built.written, kept=built.kept
        )
    )
    say(
        _(
            "Attacked as an outsider would: {number} withheld figures of all months and editions, none of which fell."
        ).format(number=public.attacked)
    )
    return result


def _publish(
    month: str | None,
    folder: Path,
    language: str | None,
    note: str,
    rebuild: bool,  # noqa: FBT001 (click passes it by name)
    check: bool,  # noqa: FBT001 (likewise)
    as_json: bool,  # noqa: FBT001 (likewise)
) -> int:
    if month is None and rebuild:
        return _rebuilt(folder, check=check, as_json=as_json)
    if month is None and not check:
        raise InputError(
            Problem(
                _("no month is named"),
                "YYYY-MM",
                _("Name the month, or check what is published: geomatch publish --check"),
            )
        )
    result: dict[str, Any] = {}
    lines: list[str] = []
    if month is not None:
        result = _published(month, folder, language, note, rebuild=rebuild)
        lines = [*result["pages"], result["public"]["page"]]
    if check:
        result["checked"] = _checked(folder)
    print_result(result, "\n".join(lines), as_json=as_json)
    return 0


def _rebuilt(folder: Path, *, check: bool, as_json: bool) -> int:
    """Lay out all public pages anew, and check them where that is asked for."""
    from geomatch.publishing import lay_out
    from geomatch.site.build import PUBLIC
    from geomatch.takeback.commit import staged_workspace
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    progress = Progress()
    try:
        with workspace.writing(), staged_workspace(workspace.folder) as staged:
            built, attacked = lay_out(workspace, staged, progress, rebuild=True)
    finally:
        progress.clear()
    result: dict[str, Any] = {
        "public": {
            "files_written": built.written,
            "files_kept": built.kept,
            "months": list(built.months),
            "attacked": attacked,
        }
    }
    if check:
        result["checked"] = _checked(folder)
    print_result(result, str(workspace.folder / PUBLIC / "index.html"), as_json=as_json)
    return 0


def _checked(folder: Path) -> str:
    """Check the public tree; what was looked at, in words. Raises InputError with every problem."""
    from geomatch.site.build import PUBLIC
    from geomatch.site.check import check_summary, inspect_site
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    tree = workspace.folder / PUBLIC
    if not tree.is_dir():
        raise InputError(
            Problem(
                _("there are no public pages"),
                remedy=_("Publish a month: geomatch publish YYYY-MM"),
                file=PUBLIC,
            )
        )
    progress = Progress()
    try:
        report = inspect_site(
            tree,
            workspace.settings().site.tiles_url,
            progress,
            workspace.folder / "cache" / "site-check.json",
        )
    finally:
        progress.clear()
    if report.problems:
        raise InputError(report.problems)
    summary = check_summary(report)
    say(_("The public pages are in order: {facts}.").format(facts=summary))
    return summary


def _serve(folder: Path, port: int, public: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.publish.serve import serve
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    pages = workspace.folder / ("public" if public else "internal")
    if not pages.is_dir() and public:
        raise InputError(_("There are no public pages yet. Make them: geomatch publish YYYY-MM"))
    if not pages.is_dir():
        raise InputError(_("There are no pages yet. Make them: geomatch publish YYYY-MM"))
    if not public:
        serve(pages, port)
        return
    from geomatch.site.layout import tile_host

    serve(pages, port, images_from=tile_host(workspace.settings().site.tiles_url), public=True)


def add_to(group: click.Group) -> None:
    """Add the commands to `group`, in the language in force."""
    publish = _publish
    for decorate in reversed(
        (
            click.argument("month", metavar=_("YYYY-MM"), required=False),
            workspace_option,
            click.option(
                "--page-language",
                "language",
                type=click.Choice(LANGUAGES),
                help=_(
                    "Language of the internal pages (default: the workspace's setting); public ones are in both."
                ),
            ),
            click.option(
                "--note",
                default="",
                metavar=_("TEXT"),
                help=_(
                    "What changed and why, when published numbers are corrected; it stands on the public pages."
                ),
            ),
            click.option(
                "--rebuild",
                is_flag=True,
                help=_("Lay out the public pages of all months anew, with the same numbers."),
            ),
            click.option(
                "--check",
                is_flag=True,
                help=_(
                    "Check the public pages: links, HTML, sizes, hosts, accessibility, columns of the data."
                ),
            ),
            json_option,
        )
    ):
        publish = decorate(publish)
    group.command(
        "publish",
        help=_("Write the pages of a computed month into internal/ and public/."),
        options_metavar=_("[OPTIONS]"),
    )(publish)
    serve = _serve
    for decorate in reversed(
        (
            workspace_option,
            click.option(
                "--port",
                type=click.IntRange(0, 65535),
                metavar=_("PORT"),
                default=8000,
                show_default=True,
                help=_("Port on localhost; 0 takes a free one."),
            ),
            click.option("--public", is_flag=True, help=_("The public pages instead of the internal ones.")),
        )
    ):
        serve = decorate(serve)
    group.command(
        "serve", help=_("Show the pages in a browser on this computer."), options_metavar=_("[OPTIONS]")
    )(serve)
