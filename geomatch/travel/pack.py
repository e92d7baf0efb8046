"""Dataclasses of arrays, tables and plain values as files of a folder, and back.

What is written follows from the types of the fields alone, so that a field more or less needs no change here.
"""

from __future__ import annotations

import mmap
import types
import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["Files", "crc32", "packed", "same", "unpacked"]

# Smaller arrays are read: a mapping takes a page or more each, and the system has only so many.
_MAPPED_BYTES = 1 << 16
_PLAIN = (bool, int, float, str)


class Files:
    """The arrays and tables of a folder, written or read by name, with the size and checksum of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, dict[str, int]] = {}

    def put_array(self, name: str, array: np.ndarray) -> str:
        """Write an array; returns the name of its file."""
        path = self.folder / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        return self._noted(path)

    def put_table(self, name: str, frame: pd.DataFrame) -> str:
        """Write a table; returns the name of its file."""
        path = self.folder / f"{name}.arrow"
        table = pa.Table.from_pandas(frame).combine_chunks()
        with pa.ipc.new_file(str(path), table.schema) as sink:
            sink.write_table(table)
        return self._noted(path)

    def _noted(self, path: Path) -> str:
        self.written[path.name] = {"bytes": path.stat().st_size, "crc32": crc32(path)}
        return path.name

    def array(self, file: str) -> np.ndarray:
        """An array, mapped into memory when it is large."""
        path = self.folder / file
        if path.stat().st_size < _MAPPED_BYTES:
            return np.asarray(np.load(path, allow_pickle=False))
        # A private mapping: the file stays as it is whatever is written, and to compiled code the array is like any
        # other. Of one that is only for reading numba would compile every function once more.
        return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))

    def table(self, file: str) -> pd.DataFrame:
        """A table; its texts stay in the mapped file."""
        with pa.ipc.open_file(pa.memory_map(str(self.folder / file))) as source:
            frame: pd.DataFrame = source.read_all().to_pandas()
        return frame


def crc32(path: Path) -> int:
    """Checksum of a file."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return zlib.crc32(content)


def _alternatives(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 (a type of any kind)
    """What a field that may be None may be else."""
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(one for one in get_args(hint) if one is not type(None))
    return ()


def _parts(hint: Any, count: int) -> list[Any]:  # noqa: ANN401  # packs values of any type
    """The types of the `count` parts of a tuple."""
    arguments = get_args(hint)
    return [arguments[0]] * count if arguments[1:] == (...,) else list(arguments)


def packed(value: Any, hint: Any, name: str, files: Files) -> Any:  # noqa: ANN401  # packs values of any type
    """A value as JSON; arrays and tables go to files of their own, and stand there as the names of these."""
    if alternatives := _alternatives(hint):
        return None if value is None else packed(value, alternatives[0], name, files)
    origin = get_origin(hint) or hint
    if origin is np.ndarray:
        return files.put_array(name, value)
    if origin is pd.DataFrame:
        return files.put_table(name, value)
    if is_dataclass(origin) and isinstance(origin, type):
        hints = get_type_hints(origin)
        return {
            one.name: packed(
                getattr(value, one.name), hints[one.name], f"{name}.{one.name}".lstrip("."), files
            )
            for one in fields(origin)
        }
    if origin is tuple and get_args(hint)[0] is np.ndarray and get_args(hint)[1:] == (...,):
        # Thousands of small arrays: one file for all, and where each begins.
        ends = np.cumsum([len(part) for part in value], dtype=np.int64)
        together = np.concatenate(value) if value else np.zeros(0, np.int64)
        return [files.put_array(name, together), files.put_array(f"{name}.end", ends)]
    if origin is tuple:
        kinds = _parts(hint, len(value))
        return [
            packed(part, kind, f"{name}.{number}", files)
            for number, (part, kind) in enumerate(zip(value, kinds, strict=True))
        ]
    if hint == frozenset[tuple[int, int]]:
        return files.put_array(name, np.array(sorted(value), np.int64).reshape(-1, 2))
    if origin is Mapping or origin is dict:
        return {str(key): int(number) for key, number in value.items()}
    if origin is date:
        return value.isoformat()
    if origin in _PLAIN:
        return origin(value)
    raise TypeError(name, hint)


def unpacked(value: Any, hint: Any, files: Files) -> Any:  # noqa: ANN401  # packs values of any type
    """What `packed` made JSON and files of."""
    if alternatives := _alternatives(hint):
        return None if value is None else unpacked(value, alternatives[0], files)
    origin = get_origin(hint) or hint
    if origin is np.ndarray:
        return files.array(value)
    if origin is pd.DataFrame:
        return files.table(value)
    if is_dataclass(origin) and isinstance(origin, type):
        hints = get_type_hints(origin)
        return origin(
            **{one.name: unpacked(value[one.name], hints[one.name], files) for one in fields(origin)}
        )
    if origin is tuple and get_args(hint)[0] is np.ndarray and get_args(hint)[1:] == (...,):
        together, ends = (files.array(name) for name in value)
        starts = np.concatenate([[0], ends[:-1]])
        return tuple(together[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=False))
    if origin is tuple:
        kinds = _parts(hint, len(value))
        return tuple(unpacked(part, kind, files) for part, kind in zip(value, kinds, strict=True))
    if hint == frozenset[tuple[int, int]]:
        return frozenset((one, other) for one, other in files.array(value).tolist())
    if origin is date:
        return date.fromisoformat(value)
    return value


def same(one: Any, other: Any) -> bool:  # noqa: ANN401  # packs values of any type
    """Whether two such values are equal: types, shapes, every number and text."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and bool(np.array_equal(one, other))
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    return bool(one == other)
