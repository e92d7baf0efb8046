"""How the files of a feed are parsed: columns of texts, block by block, and their times."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch.sources import gtfs_csv
from geomatch.sources.gtfs_csv import Block, CsvError, Texts, joined, read_blocks, read_headings
from geomatch.sources.gtfs_values import BAD, BLANK, ordinals, seconds, without_repeats
from geomatch.words import using_language


def opener(text: str | bytes) -> Callable[[], IO[bytes]]:
    content = text.encode() if isinstance(text, str) else text
    return lambda: io.BytesIO(content)


def table(text: str | bytes, *names: str) -> list[list[str]]:
    """The rows of a csv text, the columns `names` of it."""
    block = joined(list(read_blocks(opener(text), names)))
    return [list(row) for row in zip(*(block[name].series() for name in names), strict=True)]


def column(*texts: str) -> Texts:
    return Texts(np.arange(len(texts), dtype=np.int32), pa.array(texts, pa.string()))


def told(text: str | bytes, *names: str) -> tuple[str, int | None]:
    with using_language("en"), pytest.raises(CsvError) as caught:
        table(text, *names)
    return caught.value.found, caught.value.row


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n3,4\n", [["1", "2"], ["3", "4"]]),
        ("\ufeffa,b\r\n1,2\r\n", [["1", "2"]]),
        ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
        (" a , b \n 1 , 2 \n", [["1", "2"]]),
        ("\n\na,b\n\n1,2\n   \n3,4", [["1", "2"], ["3", "4"]]),
        # Commas at the end of all rows, of the first, and of another than the first.
        ("a,b\n1,2,\n3,4,\n", [["1", "2"], ["3", "4"]]),
        ("a,b\n1,2,\n3,4\n", [["3", "4"], ["1", "2"]]),
        ("a,b\n1,2\n3,4,,\n", [["1", "2"], ["3", "4"]]),
        # Shorter rows are blank at their end.
        ("a,x,b\n1,0,2\n3\n", [["1", "2"], ["3", ""]]),
        ('a,b\n"1, och",2\n"säg ""hej""",4\n', [["1, och", "2"], ['säg "hej"', "4"]]),
        ('a,b\n"1\n2",3\n', [["1\n2", "3"]]),
        # A quotation mark behind a blank.
        ('a,b\n1, "2"\n3, "4, 5"\n', [["1", "2"], ["3", "4, 5"]]),
        ('"a","b"\n"1","2"\n', [["1", "2"]]),
        ("b,a\n2,1\n", [["1", "2"]]),
        # The first of two columns of one name.
        ("a,b,a\n1,2,3\n", [["1", "2"]]),
        ("a\n1\n", [["1", ""]]),
        ("a,b\n", []),
    ],
)
def test_what_stands_in_a_file(text: str, rows: list[list[str]]) -> None:
    assert sorted(table(text, "a", "b")) == sorted(rows)


def test_headings_are_read_without_the_rows() -> None:
    assert read_headings(opener('\ufeff "stop_id", stop_name ,,x\n"')) == ["stop_id", "stop_name", "", "x"]
    assert read_headings(opener("")) == []


@pytest.mark.parametrize(
    ("text", "found", "row"),
    [
        ("a,b\n1,2\n\n1,2,3\n", "the row has 3 cells, the headings 2", 4),
        ('a,b\n1,"2\n3"\n1,2,3\n', "the row has 3 cells, the headings 2", 4),
        ('a,b\n1,2\n3,"4\n5,6\n', "a quotation mark is not closed", 3),
        ('a,b\n1,"2\n3,4\n', "a quotation mark is not closed", 2),
        ('a,b\n1,2\n3,"' + "4,5\n" * 60_000, "a quotation mark is not closed", 3),
        ("a,b\nå,2\n".encode("latin-1"), "the text is not UTF-8", None),
        ("å,a,b\n1,2,3\n".encode("latin-1"), "the text is not UTF-8", None),
        ("a,b\n1,2\n".encode("utf-16"), "the text is not UTF-8", None),
    ],
)
def test_what_cannot_be_read_says_where(text: str | bytes, found: str, row: int | None) -> None:
    assert told(text, "a", "b") == (found, row)


def test_a_row_longer_than_a_block_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_csv, "_BLOCK_BYTES", 64)
    assert told('a,b\n1,2\n3,"' + "4,5\n" * 100, "a", "b") == ("a quotation mark is not closed", 3)
    assert told("a,b\n" + "1" * 200 + ",2\n", "a", "b")[0].startswith("the rows cannot be read (")


CELLS = st.text(st.sampled_from('abå," \n1'), max_size=8).filter(
    lambda text: not text.strip().startswith('"')
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=30), st.sampled_from([100, 300, 1 << 20]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_csv_writer_writes_is_read_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str, str]], block: int
) -> None:
    monkeypatch.setattr(gtfs_csv, "_BLOCK_BYTES", block)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    assert table(file.getvalue(), "c", "a") == [[c.strip(), a.strip()] for a, _b, c in rows]


def test_columns_of_a_block() -> None:
    block = joined(
        [
            Block(2, {"a": Texts(np.array([1, 0], np.int32), pa.array(["x", "7.5"]))}),
            Block(1, {"a": column("x")}),
        ]
    )
    texts = block["a"]
    assert (block.rows, len(texts)) == (3, 3)
    assert texts.series().tolist() == ["7.5", "x", "x"]
    assert texts.is_one_of("x", "y").tolist() == [False, True, True]
    assert texts.places_in(pd.Index(["w", "x"], dtype=object)).tolist() == [-1, 1, 1]
    assert texts.numbers()[0] == 7.5
    assert np.isnan(texts.numbers()[1:]).all()
    assert block["b"].series().tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:00:00", 28800),
        ("8:00:00", 28800),
        ("25:59:59", 93599),
        ("00:00:00", 0),
        ("99:59:59", 359999),
        ("100:00:00", 360000),
        ("9999:00:00", 35996400),
        ("8:5:0", 29100),
        ("", BLANK),
        ("10000:00:00", BAD),
        ("08:60:00", BAD),
        ("08:00:60", BAD),
        ("08:00", BAD),
        ("0x:00:00", BAD),
        ("-1:00:00", BAD),
        ("0²:00:00", BAD),
        ("08.00.00", BAD),
        ("08:00:0", 28800),
        ("åtta", BAD),
    ],
)
def test_times(text: str, expected: int) -> None:
    # Also behind and before other texts, whose bytes lie next to its own.
    assert seconds(column("23:59:59", text, "12:34:56")).tolist() == [86399, expected, 45296]
    assert seconds(column(text)).tolist() == [expected]


@given(st.lists(st.integers(0, 359_999)))
def test_every_time_is_read(times: list[int]) -> None:
    texts = [f"{time // 3600}:{time // 60 % 60:02d}:{time % 60:02d}" for time in times]
    padded = [f"{time // 3600:02d}:{time // 60 % 60:02d}:{time % 60:02d}" for time in times]
    assert seconds(column(*texts)).tolist() == seconds(column(*padded)).tolist() == times


def test_dates() -> None:
    # 1 January of the year 1 is day 1; 8 February 2023 is day 738,559.
    texts = column("20230208", "00010101", "20230229", "2023-02-08", "2023028", "", "²0230208")
    assert ordinals(texts).tolist() == [738_559, 1, 0, 0, 0, 0, 0]


@given(st.permutations(range(5)))
def test_which_of_two_rows_stays_does_not_hang_on_their_order(order: list[int]) -> None:
    rows = pd.DataFrame(
        {"id": ["b", "a", "b", "a", "c"], "x": [2, 5, 1, 4, 3], "y": ["p", "q", "r", "s", "t"]}
    )
    kept, dropped = without_repeats(rows.iloc[order], "id")
    assert kept.to_dict("list") == {"id": ["a", "b", "c"], "x": [4, 1, 3], "y": ["s", "r", "t"]}
    assert dropped == 2
