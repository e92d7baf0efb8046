"""The command `geomatch`: parse, call one function, print.

Exit codes: 0 done, 1 a bug of ours, 2 wrong input, 3 a check failed. Results go to stdout (as JSON with `--json`),
messages to stderr. Heavy modules are imported inside the commands, so that every `--help` is quick.
"""

from __future__ import annotations

import gettext as click_gettext
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geomatch import __version__
from geomatch import words as catalogues
from geomatch.cli_output import Progress, json_option, print_result, say, workspace_option
from geomatch.errors import GeomatchError, InputError
from geomatch.words import DEFAULT_LANGUAGE, LANGUAGES, set_language
from geomatch.words import gettext as _

if TYPE_CHECKING:
    from geomatch.workspace import Workspace

__all__ = ["build", "main"]

BUG, WRONG_INPUT = 1, 2
LANGUAGE_VARIABLE = "GEOMATCH_LANG"


def _chosen_language(arguments: Sequence[str]) -> str:
    """The language asked for on the command line or in the environment; it must be known before help is built."""
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments) and arguments[number + 1] in LANGUAGES:
            return arguments[number + 1]
        if argument.startswith("--lang=") and argument.removeprefix("--lang=") in LANGUAGES:
            return argument.removeprefix("--lang=")
    value = os.environ.get(LANGUAGE_VARIABLE, DEFAULT_LANGUAGE)
    return value if value in LANGUAGES else DEFAULT_LANGUAGE


def _click_speaks(code: str) -> None:
    """Give click's own words (Usage, Options, ...) the same catalogue as ours."""
    os.environ["LANGUAGE"] = code
    click_gettext.bindtextdomain("geomatch", str(Path(catalogues.__file__).parent))
    click_gettext.textdomain("geomatch")


def _init(folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.workspace import Workspace

    Workspace.create(folder)
    print_result(
        {"workspace": str(folder)},
        _("{folder} is a workspace now. Next: geomatch add").format(folder=folder),
        as_json=as_json,
    )


def _add(kind: str, files: tuple[Path, ...], folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    with workspace.writing():
        added = workspace.add(kind, files, lambda path: _facts(workspace, kind, path, files))
    for one in added:
        say(
            _("{file}: {rows} rows").format(file=one.file, rows=one.facts["rows"])
            + (_(", synthetic") if one.synthetic else "")
        )
        for note, count in sorted(one.facts.get("notes", {}).items()):
            say("  " + _note_text(note, count))
    if kind == "corridors":
        _say_flags(workspace, {one.file for one in added})
    print_result(
        {"added": [{"kind": one.kind, "file": one.file, "sha256": one.sha256, **one.facts} for one in added]},
        "",
        as_json=as_json,
    )


def _facts(workspace: Workspace, kind: str, path: Path, files: Sequence[Path]) -> tuple[dict[str, Any], bool]:
    """What a file holds; of a register of decisions also whether it keeps what was decided before."""
    from geomatch.decisions.history import check_history
    from geomatch.month import facts_of

    facts = facts_of(kind, path, workspace.settings().timetable)
    if kind == "corridors":
        check_history(workspace, path, files)
    return facts


def _say_flags(workspace: Workspace, files: set[str]) -> None:
    """Name the rows of registers of decisions that the rules forbid; they are kept."""
    from geomatch.decisions.flags import flag_text, flags
    from geomatch.decisions.gather import gathered
    from geomatch.rules import FOLDER, read_book

    book = read_book(workspace.folder / FOLDER)
    try:
        decisions = gathered(workspace).decisions
    except InputError:
        # Two registers that contradict each other are told where they are used.
        return
    for flag in flags([one for one in decisions if one.file in files], book):
        say("  " + flag_text(flag))


def _note_text(note: str, count: int) -> str:
    from geomatch.notes import note_text

    return note_text(note, count)


def _inspect(
    files: tuple[Path, ...],
    kind: str | None,
    series: str | None,
    month: str | None,
    out: Path | None,
    as_json: bool,  # noqa: FBT001 (click passes it by name)
) -> None:
    from geomatch.inspect import inspect_files, table_name
    from geomatch.newfile import new_file_problems, table_csv, write_new

    # Told before the files are read: an internal table may get another name later, which is looked at again.
    problems = new_file_problems(out) if out is not None else []
    if problems:
        raise InputError(problems)
    found = inspect_files(files, kind, series="any" if series == "any" else None, month=month)
    written = None
    if out is not None:
        written = table_name(found, out)
        write_new(written, table_csv(found.table))
        if found.internal:
            say(
                _(
                    "{file} is internal: it has addresses, contacts and places, those of hidden activities ({hidden}) too. It may not leave the board."
                ).format(file=written.name, hidden=found.hidden)
            )
    table = {"file": str(written), "rows": len(found.table), "internal": found.internal} if written else None
    lines = list(found.lines)
    if written:
        lines.append(_("The table, {rows} rows: {file}").format(rows=len(found.table), file=written))
    print_result({**found.facts, "table": table}, "\n".join(lines), as_json=as_json)


def _check(file: Path, kind: str | None, annotate: Path | None, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.annotate import check_annotation, write_annotated
    from geomatch.inspect import inspect_files

    if annotate is not None:
        check_annotation(file, annotate)
    try:
        found = inspect_files([file], kind)
    except InputError as error:
        if annotate is not None:
            try:
                write_annotated(file, error.problems, annotate)
            except InputError as refused:
                raise InputError(list(dict.fromkeys([*error.problems, *refused.problems]))) from error
            say(_("Each problem is a comment in {file}:").format(file=annotate))
        raise
    text = _("{file}: nothing wrong ({kind})").format(file=file.name, kind=found.kind)
    if annotate is not None:
        text += "\n" + _("There is nothing to comment on, so no copy is written.")
    print_result({"file": file.name, "kind": found.kind, "problems": []}, text, as_json=as_json)


def _template(kind: str, file: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.templates import write_template

    write_template(kind, file)
    print_result(
        {"kind": kind, "file": str(file)},
        _("{file} is ready to be filled in.").format(file=file),
        as_json=as_json,
    )


def _run(month: str, county: str | None, folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.month import run_month
    from geomatch.workspace import Workspace

    workspace = Workspace(folder)
    progress = Progress()
    try:
        with workspace.writing():
            result = run_month(workspace, month, county, progress)
    finally:
        progress.clear()
    from geomatch.notes import assumption_notes

    manifest = result.manifest
    if not result.computed:
        say(_("Nothing has changed since {month} was computed: nothing was done.").format(month=month))
    elif result.day_returns_kept:
        say(_("The day returns are those of the earlier run: nothing that they follow from has changed."))
    for text in assumption_notes(manifest["assumptions"]):
        say(text)
    rows = {name: entry["rows"] for name, entry in manifest["files"].items()}
    print_result(
        {
            "month": month,
            "county": county,
            "computed": result.computed,
            "rows": rows,
            "window": manifest["window"],
            "assumptions": manifest["assumptions"],
        },
        _("{month} is computed. Next: geomatch publish {month}").format(month=month),
        as_json=as_json,
    )


def _status(folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.status import status_lines, workspace_status
    from geomatch.workspace import Workspace

    status = workspace_status(Workspace(folder))
    print_result(status.as_dict(), "\n".join(status_lines(status)), as_json=as_json)


def _demo(folder: Path, as_json: bool) -> None:  # noqa: FBT001 (click passes it by name)
    from geomatch.demo.workspace import make_demo

    progress = Progress()
    try:
        page, public = make_demo(folder, progress)
    finally:
        progress.clear()
    say(_("The demo's pages, made from synthetic data: the board's own, and the public site."))
    print_result({"page": str(page), "public": str(public)}, f"{page}\n{public}", as_json=as_json)


def build() -> click.Group:
    """The command with all its subcommands, in the language in force."""
    from geomatch.cli_audit import add_to as add_audit
    from geomatch.cli_change import add_to as add_changes
    from geomatch.cli_corridors import add_to as add_corridors
    from geomatch.cli_decisions import command as decisions_command
    from geomatch.cli_documents import add_to as add_documents
    from geomatch.cli_explain import command as explain_command
    from geomatch.cli_publish import add_to as add_publish
    from geomatch.cli_rules import add_to as add_rules
    from geomatch.cli_surface import add_to
    from geomatch.cli_takeback import add_to as add_takeback
    from geomatch.cli_travel import commands
    from geomatch.kinds import KINDS

    group = click.Group(
        "geomatch",
        help=_("Who can get to an activity and home again, who cannot, and what would change that."),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        context_settings={"help_option_names": ["-h", "--help"]},
        params=[
            click.Option(
                ["--lang"],
                type=click.Choice(LANGUAGES),
                expose_value=False,
                help=_("Language of messages, sv or en (default sv, or the variable GEOMATCH_LANG)."),
            )
        ],
    )
    click.version_option(
        __version__, prog_name="geomatch", message="%(prog)s %(version)s", help=_("Print the version.")
    )(group)
    path = click.Path(path_type=Path)
    month = click.argument("month", metavar=_("YYYY-MM"))

    def command(
        name: str, function: Callable[..., None], text: str, *decorators: Callable[[Any], Any]
    ) -> None:
        for decorate in reversed(decorators):
            function = decorate(function)
        group.command(name, help=text, options_metavar=_("[OPTIONS]"))(function)

    command(
        "init",
        _init,
        _("Make a workspace in FOLDER, with every setting in geomatch.toml."),
        click.argument("folder", type=path, metavar=_("FOLDER")),
        json_option,
    )
    command(
        "add",
        _add,
        _(
            "Check files and keep a copy of each in the workspace: all of them, or none. KIND is one of {kinds}."
        ).format(kinds=", ".join(KINDS)),
        click.argument("kind", type=click.Choice(KINDS), metavar=_("KIND")),
        click.argument("files", type=path, nargs=-1, required=True, metavar=_("FILE...")),
        workspace_option,
        json_option,
    )
    as_kind = click.option(
        "--as",
        "kind",
        type=click.Choice(KINDS),
        help=_("What the file is (default: recognised by its headings)."),
    )
    command(
        "inspect",
        _inspect,
        _("Tell what is understood of a file, or of the feeds of a timetable; no workspace is needed."),
        click.argument("files", type=path, nargs=-1, required=True, metavar=_("FILE...")),
        as_kind,
        click.option(
            "--series",
            type=click.Choice(["any"]),
            help=_("Take another series of Migrationsverket's, too."),
        ),
        click.option(
            "--month",
            metavar=_("YYYY-MM"),
            help=_("Of a timetable, count only the weeks that this month would be judged by."),
        ),
        click.option(
            "--out",
            type=path,
            metavar=_("FILE"),
            help=_("Write the validated table as a new csv file."),
        ),
        json_option,
    )
    command(
        "check",
        _check,
        _("Check a file and list every problem; no workspace is needed. Exit code 2 where there is any."),
        click.argument("file", type=path, metavar=_("FILE")),
        as_kind,
        click.option(
            "--annotate",
            type=path,
            metavar=_("FILE"),
            help=_("Write a copy of the workbook with each problem as a comment beside its cell."),
        ),
        json_option,
    )
    command(
        "template",
        _template,
        _("Write an empty workbook to fill in: KIND is activities, corridors or travel_compensation."),
        click.argument(
            "kind",
            type=click.Choice(["activities", "corridors", "travel_compensation"]),
            metavar=_("KIND"),
        ),
        click.argument("file", type=path, metavar=_("FILE")),
        json_option,
    )
    command(
        "run",
        _run,
        _("Compute a month: need, day returns, who is served, gaps and corridors."),
        month,
        click.option(
            "--county",
            metavar=_("CODE"),
            help=_("Write this county only, two digits; its neighbours still take part."),
        ),
        workspace_option,
        json_option,
    )
    command(
        "status",
        _status,
        _("Tell what is there, what is missing for which month, and the next command."),
        workspace_option,
        json_option,
    )
    command(
        "demo",
        _demo,
        _("Make a workspace for Norrbotten in FOLDER from synthetic data, compute it and write its pages."),
        click.argument("folder", type=path, metavar=_("FOLDER")),
        json_option,
    )
    group.add_command(explain_command())
    group.add_command(decisions_command())
    for asking in commands():
        group.add_command(asking)
    add_publish(group)
    add_takeback(group)
    add_audit(group)
    add_to(group)
    add_changes(group)
    add_rules(group)
    add_documents(group)
    add_corridors(group)
    return group


def _failed(error: Exception, text: str, arguments: Sequence[str]) -> None:
    """The message on stderr, and as JSON on stdout when that was asked for."""
    problems = error.problems if isinstance(error, InputError) else []
    if "--json" in arguments:
        listed = [{name: getattr(problem, name) for name in problem.__slots__} for problem in problems]
        click.echo(
            json.dumps({"error": text, "problems": listed}, ensure_ascii=False, indent=2, sort_keys=True)
        )
    for line in text.splitlines():
        say(line)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; only our bugs show a traceback."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    language = _chosen_language(arguments)
    set_language(language)
    _click_speaks(language)
    try:
        outcome = build().main(args=arguments, prog_name="geomatch", standalone_mode=False)
    except GeomatchError as error:
        _failed(error, str(error), arguments)
        return error.exit_code
    except click.exceptions.Abort:
        say(_("Interrupted."))
        return 130
    except click.ClickException as error:
        if "--json" in arguments:
            _failed(error, error.format_message(), arguments)
        else:
            error.show()
        return WRONG_INPUT
    except OSError as error:
        reason, file = error.strerror or str(error), error.filename or ""
        _failed(
            error, _("The system refused: {reason} ({file}).").format(reason=reason, file=file), arguments
        )
        return WRONG_INPUT
    return outcome if isinstance(outcome, int) else 0
