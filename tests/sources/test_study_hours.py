"""Folkbildningsrådet's hours: what is read, which report is shown for a month, and each way a row can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geomatch.errors import InputError
from geomatch.sources.study_hours import STUDY_COLUMNS, hours_in, merge_study_hours, read_study_hours
from tests.sources.bad_files import Bad, documented, markdown

HEADER = "Kommun;Period;Kurs;Studietimmar;Deltagare"


def write(folder: Path, *lines: str, header: str = HEADER, name: str = "timmar.csv") -> Path:
    (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2023", "2023-01", "2023-12"),
        ("2023-02", "2023-02", "2023-02"),
        ("2023-01–2023-06", "2023-01", "2023-06"),
        ("2022-07 - 2023-06", "2022-07", "2023-06"),
        ("2023-01 till 2023-03", "2023-01", "2023-03"),
        ("2023 H1", "2023-01", "2023-06"),
        ("H2 2023", "2023-07", "2023-12"),
        ("VT2023", "2023-01", "2023-06"),
        ("2023-ht", "2023-07", "2023-12"),
    ],
)
def test_periods(tmp_path: Path, period: str, first: str, last: str) -> None:
    table = read_study_hours(write(tmp_path, f"Luleå;{period};Vardagssvenska;10;2")).table
    assert table[["first_month", "last_month"]].to_numpy().tolist() == [[first, last]]


def test_rows_are_read_and_sorted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["SYNTETISK redovisning"])
    book.active.append(["Kommunkod", "Period", "Kurs", "Timmar", "Antal deltagare", "Förbund"])
    book.active.append([2580, "2023 H1", "VARDAGSSVENSKA", 1200.5, 85, "x"])
    book.active.append([2580, 2022, "Svenska från dag 1", "2 400,25", "1 010", "x"])
    book.save(tmp_path / "a.xlsx")
    found = read_study_hours(tmp_path / "a.xlsx")
    assert tuple(found.table.columns) == STUDY_COLUMNS
    assert found.table.to_numpy().tolist() == [
        ["2580", "everyday_swedish", "2023-01", "2023-06", 1200.5, 85],
        ["2580", "from_day_one", "2022-01", "2022-12", 2400.25, 1010],
    ]
    assert (found.synthetic, dict(found.notes), found.rows) == (True, {"ignored_columns": 1}, (3, 4))


def test_the_report_that_covers_the_month_or_else_the_last_before_it(tmp_path: Path) -> None:
    table = read_study_hours(
        write(
            tmp_path,
            "Luleå;2022 H1;Vardagssvenska;1;1",
            "Luleå;2022 H2;Vardagssvenska;2;1",
            "Luleå;2023 H2;Vardagssvenska;3;1",
            "Luleå;2022;Svenska från dag 1;4;1",
            "Boden;2023 H2;Vardagssvenska;5;1",
        )
    ).table

    def told(month: str) -> list[float]:
        return hours_in(table, month)["hours"].tolist()

    assert told("2021-12") == []
    assert told("2022-03") == [1.0, 4.0]
    assert told("2022-09") == [2.0, 4.0]
    assert told("2023-06") == [2.0, 4.0]
    assert told("2024-01") == [3.0, 4.0, 5.0]


def test_reports_of_two_files_are_one(tmp_path: Path) -> None:
    one = read_study_hours(write(tmp_path, "Luleå;2023 H1;Vardagssvenska;1;1", name="a.csv"))
    two = read_study_hours(write(tmp_path, "Luleå;2023 H2;Vardagssvenska;2;1", name="b.csv"))
    merged = merge_study_hours([("b.csv", two), ("a.csv", one)])
    assert merged["hours"].tolist() == [1.0, 2.0]
    assert len(merge_study_hours([])) == 0
    year = read_study_hours(write(tmp_path, "Luleå;2023;Vardagssvenska;2;1", name="c.csv"))
    with pytest.raises(InputError) as caught:
        merge_study_hours([("a.csv", one), ("b.csv", two), ("c.csv", year)])
    end = "för samma kommun och kurs. Behåll en av dem, så att ingen timme räknas två gånger."
    assert [str(problem) for problem in caught.value.problems] == [
        f"c.csv, rad 2, kolumn ”Period”: perioden överlappar den i a.csv, rad 2 {end}",
        f"b.csv, rad 2, kolumn ”Period”: perioden överlappar den i c.csv, rad 2 {end}",
    ]


def lines(*rows: str, header: str = HEADER) -> Callable[[Path], Path]:
    return lambda folder: write(folder, *rows, header=header)


PERIOD = "väntat: ett år, ett halvår eller månader, till exempel 2023, 2023 H1, VT 2023, 2023-01–2023-06."
HOURS = "väntat: ett tal från 0, med siffror."
CASES = (
    Bad("headings only", lines(), ("timmar.csv: det finns inga rader under rubrikerna.",)),
    Bad(
        "columns missing",
        lines("Luleå;2023;5", header="Kommun;Period;Deltagare"),
        (
            "timmar.csv, rad 1: kolumnen ”Kurs” saknas. Lägg till den eller rätta dess rubrik.",
            "timmar.csv, rad 1: kolumnen ”Studietimmar” saknas. Lägg till den eller rätta dess rubrik.",
        ),
    ),
    Bad(
        "a municipality that is not known",
        lines("Lule;2023;Vardagssvenska;5;5"),
        (
            "timmar.csv, rad 2, kolumn ”Kommun”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
        ),
    ),
    Bad(
        "periods that are none",
        lines(
            "Luleå;våren;Vardagssvenska;5;5",
            "Luleå;2023-06–2023-01;Vardagssvenska;5;5",
            "Luleå;;Vardagssvenska;5;5",
            "Luleå;2023 H1 2024;Vardagssvenska;5;5",
        ),
        (
            f"timmar.csv, rad 2, kolumn ”Period”: ”våren” är ingen period; {PERIOD}",
            f"timmar.csv, rad 3, kolumn ”Period”: ”2023-06–2023-01” är ingen period; {PERIOD}",
            f"timmar.csv, rad 4, kolumn ”Period”: cellen är tom; {PERIOD}",
            f"timmar.csv, rad 5, kolumn ”Period”: ”2023 H1 2024” är ingen period; {PERIOD}",
        ),
    ),
    Bad(
        "a course that is not known",
        lines("Luleå;2023;SFI;5;5", "Luleå;2023;;5;5"),
        (
            "timmar.csv, rad 2, kolumn ”Kurs”: ordet ”SFI” är okänt här; väntat: svenska från dag 1, vardagssvenska.",
            "timmar.csv, rad 3, kolumn ”Kurs”: cellen är tom.",
        ),
    ),
    Bad(
        "hours and participants that are none",
        lines("Luleå;2023;Vardagssvenska;-1;5,5", "Boden;2023;Vardagssvenska;många;"),
        (
            f"timmar.csv, rad 2, kolumn ”Studietimmar”: ”-1” är inget antal timmar; {HOURS}",
            "timmar.csv, rad 2, kolumn ”Deltagare”: ”5,5” är inte ett heltal; väntat: ett heltal från 0, bara siffror.",
            f"timmar.csv, rad 3, kolumn ”Studietimmar”: ”många” är inget antal timmar; {HOURS}",
            "timmar.csv, rad 3, kolumn ”Deltagare”: cellen är tom; väntat: ett heltal från 0, bara siffror.",
        ),
    ),
    Bad(
        "periods that overlap",
        lines(
            "Luleå;2023;Vardagssvenska;5;5",
            "Luleå;2023 H2;Vardagssvenska;3;3",
            "Luleå;2023 H2;Svenska från dag 1;3;3",
        ),
        (
            "timmar.csv, rad 3, kolumn ”Period”: perioden överlappar den på rad 2 för samma kommun och kurs. Behåll en av dem, så att ingen timme räknas två gånger.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_file_is_told(case: Bad, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_study_hours(case.make(tmp_path))
    assert tuple(map(str, caught.value.problems)) == case.says


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Study hours") == markdown(CASES)
