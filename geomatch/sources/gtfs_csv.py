"""One csv file of a GTFS feed, block by block, as columns in which each distinct text is kept once.

The files of a national feed have millions of rows and few distinct texts in most columns. pyarrow parses them without
a Python object per row, reads from a stream that is unpacked as it goes, and looks at the asked columns only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from geomatch.words import gettext as _

__all__ = ["Block", "CsvError", "Texts", "joined", "read_ahead", "read_blocks", "read_headings"]

# Text that is parsed at a time; no row can be longer.
_BLOCK_BYTES = 1 << 24
# Where the headings and the first row are looked for.
_HEAD_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
_CODED = pa.dictionary(pa.int32(), pa.string())

Opener = Callable[[], IO[bytes]]


class CsvError(Exception):
    """A file that cannot be read: what was found, what was expected, what to do, and in which row."""

    def __init__(self, found: str, expected: str = "", remedy: str = "", row: int | None = None) -> None:
        super().__init__(found)
        self.found, self.expected, self.remedy, self.row = found, expected, remedy, row


@dataclass(frozen=True, slots=True)
class Texts:
    """A column: its distinct texts without blanks around them, and the number of the text of each row.

    Attributes:
        codes: For each row, which of `distinct` it holds (int32).
        distinct: The texts (pyarrow string array, no nulls). One text can stand there more than once.
    """

    codes: np.ndarray
    distinct: Any

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.codes)

    def as_strings(self) -> np.ndarray:
        """The distinct texts as Python strings."""
        return np.asarray(self.distinct.to_numpy(zero_copy_only=False), dtype=object)

    def series(self) -> pd.Series[Any]:
        """The text of each row."""
        return pd.Series(self.as_strings(), dtype="str").take(self.codes).reset_index(drop=True)

    def spread(self, of_distinct: np.ndarray) -> np.ndarray:
        """What was worked out for each of `distinct`, for each row."""
        return np.asarray(np.asarray(of_distinct)[self.codes])

    def is_one_of(self, *texts: str) -> np.ndarray:
        """For each row, whether its text is one of `texts`."""
        return self.spread(np.asarray(pc.is_in(self.distinct, pa.array(texts, pa.string()))))

    def places_in(self, index: pd.Index[Any]) -> np.ndarray:
        """For each row, where its text stands in `index` (unique); -1 where it does not (int32)."""
        return self.spread(index.get_indexer(pd.Index(self.as_strings(), dtype=object)).astype(np.int32))

    def numbers(self) -> np.ndarray:
        """The number of each row (float64); NaN where the text is none."""
        values = pd.to_numeric(pd.Series(self.as_strings(), dtype=object), errors="coerce")
        return self.spread(values.to_numpy(np.float64))


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file. A column that the file does not have is blank."""

    rows: int
    columns: dict[str, Texts]

    def __getitem__(self, name: str) -> Texts:
        """The column `name`."""
        column = self.columns.get(name)
        return Texts(np.zeros(self.rows, np.int32), pa.array([""], pa.string())) if column is None else column


def joined(blocks: Sequence[Block]) -> Block:
    """All rows of `blocks`, which have the same columns, as one block."""
    columns = {}
    for name in blocks[0].columns if blocks else ():
        parts = [block.columns[name] for block in blocks]
        starts = np.cumsum([0, *(len(part.distinct) for part in parts)])
        columns[name] = Texts(
            np.concatenate(
                [part.codes + np.int32(start) for part, start in zip(parts, starts[:-1], strict=True)]
            ),
            pa.concat_arrays([part.distinct for part in parts]),
        )
    return Block(sum(block.rows for block in blocks), columns)


def read_ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, each read by a second thread while the one before is worked on."""

    def following() -> Block | None:
        return next(blocks, None)

    with ThreadPoolExecutor(1) as reader:
        # The language of messages is that of the caller's context.
        context = copy_context()
        coming = reader.submit(context.run, following)
        while (block := coming.result()) is not None:
            coming = reader.submit(context.run, following)
            yield block


class _Rest(io.RawIOBase):
    """What is left of a stream behind its headings; counts quotation marks as it is read."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        super().__init__()
        self._start, self._stream = start, stream
        self.quotes = 0

    def readable(self) -> bool:
        """It can only be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, none at the end."""
        if self._start:
            content, self._start = self._start[:size], self._start[size:]
        else:
            content = self._stream.read(size)
        self.quotes += content.count(b'"')
        return content


def _cells(text: str) -> list[str]:
    """The cells of one row; none where it cannot be one, such as a megabyte without a comma."""
    try:
        return next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error:
        return []


def _split_head(stream: IO[bytes]) -> tuple[list[str], int, bytes]:
    """The headings, the number of cells of the first row (0 without rows), and what was read behind the headings."""
    head = stream.read(_HEAD_BYTES).removeprefix(_BOM)
    lines = iter(head.splitlines(keepends=True))
    taken = 0
    headings: list[str] = []
    for line in lines:
        taken += len(line)
        if line.strip():
            try:
                headings = [cell.strip() for cell in _cells(line.decode("utf-8").strip("\r\n"))]
            except UnicodeDecodeError as error:
                raise _not_utf_8() from error
            break
    first = next((line for line in lines if line.strip()), b"")
    cells = _cells(first.decode("utf-8", "replace").strip("\r\n")) if first else []
    # Commas at the end of every row are common and mean nothing.
    width = len(cells) if not any(cell.strip() for cell in cells[len(headings) :]) else len(headings)
    return headings, width, head[taken:]


def _not_utf_8() -> CsvError:
    return CsvError(_("the text is not UTF-8"), _("UTF-8, as GTFS says"), _("Download the timetable again"))


def read_headings(opened: Opener) -> list[str]:
    """The headings of a file, without blanks around them; none where the file is empty.

    Raises:
        CsvError: They are not UTF-8.
    """
    with opened() as stream:
        return _split_head(stream)[0]


def read_blocks(opened: Opener, wanted: Sequence[str]) -> Iterator[Block]:
    """The rows of a file, block by block; each block has those of the `wanted` columns that the file has.

    Args:
        opened: Opens the file; called again where a failure must be explained.
        wanted: Names of the columns to read. What stands in others is not looked at.

    Raises:
        CsvError: The text is not UTF-8, a row has more cells than there are headings, or a quotation mark is not
            closed. Shorter rows are blank at their end; blank rows are skipped.
    """
    with opened() as stream:
        headings, width, start = _split_head(stream)
        rest = _Rest(start, stream)
        places = {name: headings.index(name) for name in wanted if name in headings}
        odd: list[str] = []

        def keep(row: Any) -> str:  # noqa: ANN401  (pyarrow.csv.InvalidRow)
            odd.append(row.text)
            return "skip"

        try:
            yield from _parsed(rest, max(width, len(headings)), places, keep, odd, len(headings), opened)
        except pa.ArrowInvalid as error:
            if "UTF8" in str(error):
                raise _not_utf_8() from error
            if "Empty CSV" not in str(error):
                raise _explained(opened, str(error)) from error
    row = _unclosed(opened) if rest.quotes % 2 else None
    if row is not None:
        raise _never_closed(row)


def _parsed(
    rest: _Rest,
    width: int,
    places: dict[str, int],
    keep: Callable[[Any], str],
    odd: list[str],
    headings: int,
    opened: Opener,
) -> Iterator[Block]:
    names = [str(place) for place in range(width)]
    asked = [str(place) for place in places.values()] or names[:1]
    reader = pa_csv.open_csv(
        rest,
        # One thread: the bytes come from one stream anyway, and a second one only waits for it.
        pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, column_names=names),
        pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
        pa_csv.ConvertOptions(include_columns=asked, column_types=dict.fromkeys(asked, _CODED)),
    )
    for batch in reader:
        if len(batch):
            yield Block(
                len(batch), {name: _coded(batch.column(str(place))) for name, place in places.items()}
            )
        if odd:
            yield _by_hand(odd, places, headings, opened)
            odd.clear()
    if odd:
        yield _by_hand(odd, places, headings, opened)


def _coded(column: Any) -> Texts:  # noqa: ANN401  (pyarrow has no types)
    values = column.dictionary
    texts = pc.utf8_trim_whitespace(values)
    # A quotation mark behind a blank is one all the same, though pyarrow takes it as a part of the text.
    late = np.asarray(pc.and_(pc.starts_with(texts, '"'), pc.invert(pc.starts_with(values, '"'))))
    if late.any():
        plain = texts.to_pylist()
        for place in np.flatnonzero(late):
            plain[place] = ",".join(_cells(plain[place])).strip()
        texts = pa.array(plain, pa.string())
    return Texts(np.asarray(column.indices).astype(np.int32, copy=False), texts)


def _by_hand(odd: list[str], places: dict[str, int], headings: int, opened: Opener) -> Block:
    """Rows with more or fewer cells than there are headings."""
    rows = []
    for text in odd:
        if not text.strip():
            continue
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(text), skipinitialspace=True))]
        if any(cells[headings:]):
            raise _explained(opened, text)
        rows.append([*cells, *[""] * (headings - len(cells))])
    codes = np.arange(len(rows), dtype=np.int32)
    return Block(
        len(rows),
        {
            name: Texts(codes, pa.array([row[place] for row in rows], pa.string()))
            for name, place in places.items()
        },
    )


def _records(opened: Opener) -> Generator[tuple[int, list[str], str], None, None]:
    """For each record: the row it starts in (the headings are in row 1), its cells and its text. Slow."""
    with io.TextIOWrapper(opened(), encoding="utf-8-sig", errors="replace", newline="") as text:
        lines: list[str] = []

        def fed() -> Iterator[str]:
            for line in text:
                lines.append(line)
                yield line

        reader = csv.reader(fed(), skipinitialspace=True)
        row = 1
        for cells in reader:
            yield row, cells, "".join(lines)
            lines.clear()
            row = reader.line_num + 1


def _unclosed(opened: Opener) -> int | None:
    """The row with the quotation mark that is never closed; None where all are."""
    row, text = 1, ""
    try:
        with closing(_records(opened)) as records:
            for row, _row_cells, text in records:  # noqa: B007  (the last ones are used)
                pass
    except csv.Error:
        # A text longer than any cell: its quotation mark is where the record before ended.
        return row + text.count("\n")
    return row if text.count('"') % 2 else None


def _never_closed(row: int) -> CsvError:
    return CsvError(
        _("a quotation mark is not closed"),
        _("comma-separated values"),
        _("Download the timetable again"),
        row,
    )


def _explained(opened: Opener, reason: str) -> CsvError:
    """Why a file cannot be read, found by reading it once more."""
    row = _unclosed(opened)
    if row is not None:
        return _never_closed(row)
    headings = 0
    with closing(_records(opened)) as records:
        for row, cells, _text in records:
            headings = headings or len(cells)
            if any(cell.strip() for cell in cells[headings:]):
                return CsvError(
                    _("the row has {cells} cells, the headings {headings}").format(
                        cells=len(cells), headings=headings
                    ),
                    remedy=_("Download the timetable again"),
                    row=row,
                )
    return CsvError(
        _("the rows cannot be read ({reason})").format(reason=reason), _("comma-separated values")
    )
