"""Files that the user asked for by name: written whole or not at all, and never over another."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

__all__ = ["new_file_problems", "table_csv", "write_new"]


def new_file_problems(target: Path) -> list[Problem]:
    """What stands in the way of writing a new file: one of that name, or no such folder."""
    if target.exists():
        return [
            Problem(
                _("there is a file of that name already; nothing is overwritten"),
                remedy=_("Choose another name, or move the file away"),
                file=target.name,
            )
        ]
    if not target.parent.is_dir():
        return [
            Problem(
                _("there is no folder {folder}").format(folder=target.parent),
                remedy=_("Make the folder, or choose another"),
                file=target.name,
            )
        ]
    return []


def write_new(target: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises:
        InputError: There is a file of that name, or no such folder, or it cannot be written there.
    """
    problems = new_file_problems(target)
    if problems:
        raise InputError(problems)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except OSError as error:
        raise InputError(
            Problem(
                _("the file cannot be written: {reason}").format(reason=error.strerror),
                remedy=_("Check that there is room and that you may write in the folder"),
                file=target.name,
            )
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def table_csv(table: pd.DataFrame) -> bytes:
    """A table as csv: UTF-8 with the mark by which Excel knows it, semicolons, true and false, blank for none."""
    plain = table.copy()
    for name in plain.columns:
        if plain[name].dtype == bool:
            plain[name] = plain[name].map({True: "true", False: "false"})
    return plain.to_csv(index=False, sep=";", lineterminator="\n").encode("utf-8-sig")
