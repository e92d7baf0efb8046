"""The register of corridors in force: what is read, and each way a row can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from geomatch.errors import InputError
from geomatch.sources.corridor_register import COLUMNS, read_corridor_register

HEADER = "Från;Till;Gäller från;Gäller till;Referens"


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding=encoding)
    return path


def test_names_and_codes_are_read_and_sorted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "register_synthetic.csv",
        "Luleå;2582;2024-07-01;;MIGR 2024/2",
        "2580;BODEN;2024-01-01;2024-06-30;MIGR 2024/1",
        "Upplands-Väsby;180;2024-01-01;;",
    )
    result = read_corridor_register(path)
    assert tuple(result.table.columns) == COLUMNS
    assert result.table.to_numpy().tolist() == [
        ["0114", "0180", "2024-01-01", "", ""],
        ["2580", "2582", "2024-01-01", "2024-06-30", "MIGR 2024/1"],
        ["2580", "2582", "2024-07-01", "", "MIGR 2024/2"],
    ]
    assert result.notes == {"open_ended": 2, "without_reference": 1}
    assert result.synthetic


def test_a_workbook_with_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Korridorer 2024"])
    book.active.append(["from", "to", "valid_from", "valid_to", "reference"])
    book.active.append(["Luleå", 2582, dt.date(2024, 1, 1), dt.datetime(2024, 6, 30), 7])  # noqa: DTZ001  a cell has no time zone
    book.save(tmp_path / "a.xlsx")
    result = read_corridor_register(tmp_path / "a.xlsx")
    assert result.table.to_numpy().tolist() == [["2580", "2582", "2024-01-01", "2024-06-30", "7"]]
    assert not result.synthetic


def test_a_register_without_rows_is_a_register(tmp_path: Path) -> None:
    result = read_corridor_register(write(tmp_path / "a.csv"))
    assert list(result.table.columns) == list(COLUMNS)
    assert len(result.table) == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Lule;Boden;2024-01-01;;",
            "”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
        ),
        ("Luleå;2580;2024-01-01;;", "”Till”: en korridor från en kommun till samma kommun."),
        ("Luleå;;2024-01-01;;", "”Till”: cellen är tom."),
        ("Luleå;Boden;;;", "”Gäller från”: cellen är tom; väntat: ett datum som ÅÅÅÅ-MM-DD."),
        (
            "Luleå;Boden;1 jan 2024;;",
            "”Gäller från”: ”1 jan 2024” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
        (
            "Luleå;Boden;2024-02-01;2024-01-31;",
            "”Gäller till”: sista dagen 2024-01-31 är före första dagen 2024-02-01.",
        ),
    ],
)
def test_rows_that_are_refused(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read_corridor_register(write(tmp_path / "a.csv", line))
    assert [str(problem) for problem in caught.value.problems] == [f"a.csv, rad 2, kolumn {expected}"]


def test_overlapping_periods_are_refused_and_adjoining_ones_are_not(tmp_path: Path) -> None:
    adjoining = (
        "Luleå;Boden;2024-01-01;2024-03-31;a",
        "Luleå;Boden;2024-04-01;;b",
        "Boden;Luleå;2024-01-01;;c",
    )
    assert len(read_corridor_register(write(tmp_path / "a.csv", *adjoining)).table) == 3
    overlapping = (
        "Luleå;Boden;2024-06-01;2024-06-30;a",
        "Luleå;Boden;2024-01-01;2024-12-31;b",
        "Luleå;Boden;2024-12-31;;c",
    )
    with pytest.raises(InputError) as caught:
        read_corridor_register(write(tmp_path / "b.csv", *overlapping))
    text = "perioden överlappar den på rad 3 för samma två kommuner. Låt den ena perioden sluta dagen innan nästa börjar."
    assert [str(problem) for problem in caught.value.problems] == [
        f"b.csv, rad {row}, kolumn ”Gäller från”: {text}" for row in (2, 4)
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Från;Till\nLuleå;Boden\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_corridor_register(path)
    assert [str(problem) for problem in caught.value.problems] == [
        "a.csv, rad 1: kolumnen ”Gäller från” saknas. Lägg till den eller rätta dess rubrik."
    ]
