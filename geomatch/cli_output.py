"""What all commands share: messages on stderr, results on stdout, progress on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from geomatch.words import gettext as _

__all__ = ["Progress", "json_option", "print_result", "say", "workspace_option"]

F = TypeVar("F", bound=Callable[..., Any])


def say(message: str) -> None:
    """A message, on stderr."""
    click.echo(message, err=True)


class Progress:
    """Says on a terminal how far a step has come; silent in a pipe."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.shown = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show the step and its share in the place of what was shown."""
        if not self.terminal:
            return
        text = f"{step}: {100 * done // max(total, 1)} %"
        if text != self.shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)
            self.shown = text

    def clear(self) -> None:
        """Leave an empty line."""
        if self.shown:
            click.echo("\r\x1b[K", nl=False, err=True)
            self.shown = ""


def workspace_option(function: F) -> F:
    """The option `--workspace`, passed on as `folder`."""
    return click.option(
        "-w",
        "--workspace",
        "folder",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar=_("FOLDER"),
        help=_("The workspace's folder (default: the current folder)."),
    )(function)


def json_option(function: F) -> F:
    """The option `--json`, passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print the result as JSON on stdout."))(
        function
    )


def print_result(value: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """The result on stdout: JSON, or a line for people."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))
    elif text:
        click.echo(text)
