"""Travel compensation applied for, granted and paid: what is read, what is refused, and what it is per person."""

from __future__ import annotations

import datetime as dt
from itertools import permutations
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geomatch.decisions.money import by_residence, money_of, per_person
from geomatch.errors import InputError
from geomatch.inspect import inspect_files
from geomatch.recognise import recognise
from geomatch.sources.travel_compensation import (
    COMPENSATION_COLUMNS,
    merge_compensation,
    read_travel_compensation,
)
from tests.decisions.small import register

HEADER = "Månad;Från;Till;Ansökt (kr);Beviljat (kr);Utbetalt (kr);Personer;Resor"


def written(path: Path, *lines: str, header: str = HEADER) -> Path:
    return register(path, *lines, header=header)


def rows_of(table: pd.DataFrame) -> list[list[object]]:
    return [[None if pd.isna(value) else value for value in row] for row in table.astype(object).to_numpy()]


def test_amounts_counts_and_signs(tmp_path: Path) -> None:
    path = written(
        tmp_path / "SYNTETISK.csv",
        "2023-02;Luleå;2582;12 500,50;12000;..;14;212",
        "2023-01;Kalix;;3200;0;;..;-",
        "2023-01;Kalix;Luleå;;. .;800;…;",
    )
    read = read_travel_compensation(path)
    assert tuple(read.table.columns) == COMPENSATION_COLUMNS
    assert rows_of(read.table) == [
        ["2023-01", "2514", "2580", None, None, 800.0, 1, 5, None, None],
        ["2023-01", "2514", "all", 3200.0, 0.0, None, 1, 5, 0, 5],
        ["2023-02", "2580", "2582", 12500.5, 12000.0, None, 14, 14, 212, 212],
    ]
    assert read.rows == (4, 3, 2)
    assert read.notes == {"withheld_amounts": 2, "withheld_counts": 3, "without_goal": 1}
    assert read.synthetic


def test_a_workbook_in_which_excel_has_made_a_day_of_the_month(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Utbetald reseersättning"])
    book.active.append(["Period", "Från kommun", "Utbetalt", "Antal resor", "Anmärkning"])
    book.active.append([dt.date(2023, 2, 1), 2580, 990.5, 12, "preliminärt"])
    book.save(tmp_path / "a.xlsx")
    read = read_travel_compensation(tmp_path / "a.xlsx")
    assert rows_of(read.table) == [["2023-02", "2580", "all", None, None, 990.5, None, None, 12, 12]]
    assert recognise(tmp_path / "a.xlsx").kind == "travel_compensation"
    found = inspect_files([tmp_path / "a.xlsx"])
    assert (found.internal, found.facts["first_month"], found.facts["rows"]) == (True, "2023-02", 1)


BAD: tuple[tuple[str, list[str], list[str]], ...] = (
    (
        "an amount or a count that is no number",
        ["2023-13;Lule;Luleå;-3;x;1e3;1.5;många"],
        [
            "rad 2, kolumn ”Månad”: ”2023-13” är ingen månad; väntat: en månad, ÅÅÅÅ-MM.",
            "rad 2, kolumn ”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
            *(
                f"rad 2, kolumn ”{name}”: ”{value}” är inget antal kronor; väntat: ett tal från 0, med siffror, "
                "eller .. där det är undanhållet."
                for name, value in (
                    ("Ansökt (kr)", "-3"),
                    ("Beviljat (kr)", "x"),
                    ("Utbetalt (kr)", "1e3"),
                )
            ),
            *(
                f"rad 2, kolumn ”{name}”: ”{value}” är inte ett heltal; väntat: ett heltal från 0, med siffror, "
                "eller .. där det är undanhållet."
                for name, value in (("Personer", "1.5"), ("Resor", "många"))
            ),
        ],
    ),
    (
        "rows that lack something",
        ["2023-01;Luleå;2580;1;;;;", ";Luleå;;1;;;;", "2023-01;Boden;;;;;7;"],
        [
            "rad 2, kolumn ”Till”: en korridor från en kommun till samma kommun.",
            "rad 3, kolumn ”Månad”: cellen är tom.",
            (
                "rad 4, kolumn ”Ansökt (kr)”: raden säger varken vad som söktes, beviljades eller betalades ut. Fyll i "
                "något av det, eller ta bort raden."
            ),
        ],
    ),
    (
        "the same month and municipalities twice",
        ["2023-01;Luleå;Boden;1;;;;", "2023-01;2580;2582;2;;;;"],
        [
            (
                "rad 3, kolumn ”Från”: rad 2 har samma månad och kommuner. Behåll en av dem, så att inget belopp räknas "
                "två gånger."
            )
        ],
    ),
)


@pytest.mark.parametrize(("lines", "messages"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
def test_rows_that_are_refused(tmp_path: Path, lines: list[str], messages: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_travel_compensation(written(tmp_path / "reseersattning.csv", *lines))
    assert [str(problem) for problem in caught.value.problems] == [
        f"reseersattning.csv, {text}" for text in messages
    ]


def test_columns_and_rows_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_travel_compensation(written(tmp_path / "a.csv", "2023-01;Luleå", header="Månad;Från"))
    assert str(caught.value) == (
        "a.csv, rad 1: kolumnen ”Ansökt (kr)” saknas. Lägg till den eller rätta dess rubrik."
    )
    with pytest.raises(InputError) as caught:
        read_travel_compensation(written(tmp_path / "b.csv"))
    assert str(caught.value) == "b.csv: det finns inga rader under rubrikerna."


def test_files_are_joined_in_any_order_and_no_amount_counts_twice(tmp_path: Path) -> None:
    one = "a.csv", read_travel_compensation(written(tmp_path / "a.csv", "2023-01;Luleå;Boden;1;;;;"))
    two = (
        "b.csv",
        read_travel_compensation(
            written(tmp_path / "b.csv", "2023-02;Luleå;Boden;1;;;;", "2023-01;Luleå;;2;;;;")
        ),
    )
    for order in permutations((one, two)):
        merged = merge_compensation(order)
        assert list(zip(merged["month"], merged["to_code"], strict=True)) == [
            ("2023-01", "2582"),
            ("2023-01", "all"),
            ("2023-02", "2582"),
        ]
    again = "c.csv", read_travel_compensation(written(tmp_path / "c.csv", "2023-02;Luleå;2582;5;;;;"))
    for order in permutations((two, again)):
        with pytest.raises(InputError) as caught:
            merge_compensation(order)
        assert str(caught.value) == (
            "c.csv, rad 2, kolumn ”Från”: b.csv, rad 2 har samma månad och kommuner. Behåll en av dem, så att inget "
            "belopp räknas två gånger."
        )
    assert len(merge_compensation([])) == 0


def test_months_of_a_pair_and_of_a_municipality_are_kept_apart(tmp_path: Path) -> None:
    table = read_travel_compensation(
        written(
            tmp_path / "a.csv",
            "2023-03;Luleå;Boden;9;;;;",
            "2023-02;Luleå;Boden;300;200;100;4;10",
            "2023-01;Luleå;Boden;;;90;..;",
            "2023-01;Luleå;;1000;;;;",
        )
    ).table
    january, february = money_of(table, "2580", "2582", "2023-02")
    # 90 kr for one to five persons: 18 to 90 kr each.
    assert (january.paid_per_person_low_sek, january.paid_per_person_high_sek) == (18.0, 90.0)
    assert (february.applied_sek, february.granted_sek, february.paid_sek) == (300.0, 200.0, 100.0)
    assert (february.paid_per_person_low_sek, february.paid_per_person_high_sek) == (25.0, 25.0)
    (whole,) = by_residence(table, "2580", "2023-02")
    assert (whole.applied_sek, whole.paid_sek, whole.persons_low) == (1000.0, None, None)


def test_per_person_where_nobody_may_be_there() -> None:
    assert per_person(100.0, 0, 5) == (20.0, None)
    assert per_person(100.0, 0, 0) == (None, None)
    assert per_person(None, 1, 5) == (None, None)
    assert per_person(100.0, None, None) == (None, None)
