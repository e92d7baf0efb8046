"""Population per municipality: what is read, which figure holds for a month, and each way a row can be wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geomatch.errors import InputError
from geomatch.sources.population import POPULATION_COLUMNS, population_in, read_population
from tests.sources.bad_files import Bad, documented, markdown

HEADER = "Kommunkod;Kommun;Folkmängd;Datum"


def write(folder: Path, *lines: str, header: str = HEADER, name: str = "folkmangd.csv") -> Path:
    (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder / name


def test_codes_names_and_dates_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "2580;Luleå;78 867;2022-12-31",
        ";Upplands-Väsby;48000;2022",
        "180;;984748;2022",
        "2580;LULEÅ;79000;2023-06-30",
        name="syntetisk.csv",
    )
    found = read_population(path)
    assert tuple(found.table.columns) == POPULATION_COLUMNS
    # A year alone is its last day, as SCB counts.
    assert found.table.to_numpy().tolist() == [
        ["0114", "2022-12-31", 48_000],
        ["0180", "2022-12-31", 984_748],
        ["2580", "2022-12-31", 78_867],
        ["2580", "2023-06-30", 79_000],
    ]
    assert (found.synthetic, dict(found.notes)) == (True, {})


def test_a_workbook_with_dates_and_regions_of_scb(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Folkmängd efter region och år"])
    book.active.append(["region", "år", "folkmängd", "ålder"])
    book.active.append(["2580 Luleå", 2022, 78867, "totalt"])
    book.active.append(["2582 Boden", dt.date(2022, 12, 31), 28042.0, "totalt"])
    book.save(tmp_path / "a.xlsx")
    found = read_population(tmp_path / "a.xlsx")
    assert found.table.to_numpy().tolist() == [["2580", "2022-12-31", 78_867], ["2582", "2022-12-31", 28_042]]
    assert found.notes == {"ignored_columns": 1}


def test_the_latest_figure_that_is_not_of_a_later_month_holds(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "2580;;1;2021-12-31",
        "2580;;2;2022-12-31",
        "2580;;3;2023-02-28",
        "2580;;4;2023-03-01",
        "2582;;5;2023-12-31",
    )
    table = read_population(path).table
    assert population_in(table, "2023-02") == {"2580": 3}
    assert population_in(table, "2023-01") == {"2580": 2}
    assert population_in(table, "2021-11") == {}
    assert population_in(table, "2023-12") == {"2580": 4, "2582": 5}


def test_a_figure_without_a_date_holds_always(tmp_path: Path) -> None:
    found = read_population(write(tmp_path, "Luleå;7", header="Kommun;Befolkning"))
    assert population_in(found.table, "1999-01") == {"2580": 7}
    assert found.notes == {"population_undated": 1}


def lines(*rows: str, header: str = HEADER) -> Callable[[Path], Path]:
    return lambda folder: write(folder, *rows, header=header)


NAME = "väntat: en kommuns namn eller dess kod med fyra siffror."
WHOLE = "väntat: ett heltal från 0, bara siffror."
CASES = (
    Bad("headings only", lines(), ("folkmangd.csv: det finns inga rader under rubrikerna.",)),
    Bad(
        "columns missing",
        lines("2023", header="Datum;Län"),
        (
            "folkmangd.csv: ingen rad med tabellens rubriker hittades; väntat: Kommun, Folkmängd. Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",
        ),
    ),
    Bad(
        "a municipality that is not known",
        lines("2599;;5;2022", ";Lule;5;2022"),
        (
            f"folkmangd.csv, rad 2, kolumn ”Kommunkod”: ”2599” är ingen kommun; {NAME}",
            f"folkmangd.csv, rad 3, kolumn ”Kommun”: ”Lule” är ingen kommun; {NAME}",
        ),
    ),
    Bad(
        "no municipality",
        lines(";;5;2022"),
        (f"folkmangd.csv, rad 2, kolumn ”Kommun”: cellen är tom; {NAME}",),
    ),
    Bad(
        "a code of another municipality than the name",
        lines("2582;Luleå;5;2022"),
        (
            "folkmangd.csv, rad 2, kolumn ”Kommunkod”: koden 2582 är inte koden för Luleå. Rätta koden eller namnet.",
        ),
    ),
    Bad(
        "populations that are none",
        lines("2580;;-5;2022", "2581;;5,5;2022", "2582;;;2022", "2583;;21000000;2022"),
        (
            f"folkmangd.csv, rad 2, kolumn ”Folkmängd”: ”-5” är inte ett heltal; {WHOLE}",
            f"folkmangd.csv, rad 3, kolumn ”Folkmängd”: ”5,5” är inte ett heltal; {WHOLE}",
            f"folkmangd.csv, rad 4, kolumn ”Folkmängd”: cellen är tom; {WHOLE}",
            f"folkmangd.csv, rad 5, kolumn ”Folkmängd”: 21000000 är för stort; {WHOLE}",
        ),
    ),
    Bad(
        "a date that is none",
        lines("2580;;5;31 december"),
        (
            "folkmangd.csv, rad 2, kolumn ”Datum”: ”31 december” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
    ),
    Bad(
        "a date in some rows only",
        lines("2580;;5;2022", "2582;;5;"),
        (
            "folkmangd.csv, rad 3, kolumn ”Datum”: cellen är tom fast andra rader har ett datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
    ),
    Bad(
        "a municipality twice",
        lines("2580;;5;2022", ";Luleå;6;2022-12-31"),
        (
            "folkmangd.csv, rad 3, kolumn ”Kommun”: kommunen står också på rad 2, för samma dag. Behåll en av raderna.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_file_is_told(case: Bad, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_population(case.make(tmp_path))
    assert tuple(map(str, caught.value.problems)) == case.says


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Population") == markdown(CASES)
