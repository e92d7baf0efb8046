"""The answer to a question as a file: Parquet or csv, written a part at a time, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from geomatch.errors import InputError, Problem
from geomatch.words import gettext as _

__all__ = ["SUFFIXES", "out_problems", "write_result"]

SUFFIXES = (".parquet", ".csv")


def out_problems(target: Path, inputs: Sequence[Path]) -> list[Problem]:
    """What stands in the way of writing `target`: its ending, its folder, or that it is one of the inputs."""
    problems = []
    if target.suffix.lower() not in SUFFIXES:
        problems.append(
            Problem(
                _("results are not written as “{suffix}”").format(suffix=target.suffix),
                ", ".join(SUFFIXES),
                file=target.name,
            )
        )
    if not target.parent.is_dir():
        problems.append(
            Problem(
                _("there is no folder {folder}").format(folder=target.parent),
                remedy=_("Make the folder, or choose another"),
                file=target.name,
            )
        )
    if target.is_dir():
        problems.append(Problem(_("this is a folder, not a file"), file=target.name))
    if target.resolve() in {path.resolve() for path in inputs}:
        problems.append(
            Problem(
                _("the result would be written over a file that it is made from"),
                remedy=_("Choose another name"),
                file=target.name,
            )
        )
    return problems


def write_result(target: Path, parts: Iterable[pd.DataFrame], kinds: Mapping[str, str]) -> int:
    """Write `parts` one after the other, in the place of an earlier result.

    The name is given only when all is written, so that a reader never meets half of a result. csv is UTF-8 with the
    mark by which Excel knows it, semicolons, true and false, blank for none.

    Args:
        target: `.parquet` or `.csv`.
        parts: Frames with the same columns.
        kinds: Their columns with pandas dtypes, also of a result without parts.

    Returns:
        The number of rows.

    Raises:
        InputError: The file cannot be written there.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.suffix.lower() == ".csv":
            rows = _csv(temporary, parts, kinds)
        else:
            rows = _parquet(temporary, parts, kinds)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise InputError(
            Problem(
                _("the file cannot be written: {reason}").format(reason=error.strerror or error),
                remedy=_("Check that there is room and that you may write in the folder"),
                file=target.name,
            )
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return rows


def _none(kinds: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _csv(path: Path, parts: Iterable[pd.DataFrame], kinds: Mapping[str, str]) -> int:
    rows = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        _none(kinds).to_csv(file, index=False, sep=";", lineterminator="\n")
        for part in parts:
            plain = part.copy()
            for name, kind in kinds.items():
                if kind in {"bool", "boolean"}:
                    plain[name] = plain[name].map({True: "true", False: "false"})
            plain.to_csv(file, index=False, header=False, sep=";", lineterminator="\n")
            rows += len(part)
    return rows


def _parquet(path: Path, parts: Iterable[pd.DataFrame], kinds: Mapping[str, str]) -> int:
    import pyarrow as pa  # noqa: PLC0415  (slow to load)
    import pyarrow.parquet as pq  # noqa: PLC0415  # slow to import

    rows = 0
    schema = pa.Schema.from_pandas(_none(kinds), preserve_index=False)
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts:
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
            rows += len(part)
    return rows
