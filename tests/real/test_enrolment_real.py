"""The reader against the agency's own workbooks of a sister series: refused by name, or read when asked to."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.regions import counties
from geomatch.sources.tabular import open_book


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("beviljade_arbetstillstand_2016.xls", "Beviljade arbetstillstånd 2016"),
        ("beviljade_arbetstillstand_2020.xlsx", "Beviljade arbetstillstånd 2020"),
        ("beviljade_arbetstillstand_2024.xlsx", "Beviljade arbetstillstånd, 2024"),
    ],
)
def test_work_permits_are_refused_by_name(shared: Path, name: str, title: str) -> None:
    with pytest.raises(InputError) as caught:
        read_enrolment(shared / "migrationsverket" / name)
    assert [problem.found for problem in caught.value.problems] == [
        f"filen innehåller en annan serie: ”{title}”"
    ]


def test_the_drawing_of_a_real_workbook_is_read(shared: Path) -> None:
    book = open_book(shared / "migrationsverket" / "beviljade_arbetstillstand_2024.xlsx")
    assert book.information[:2] == [
        "Beviljade arbetstillstånd, 2024",
        "Källa: SIMBAs datalager, uppdaterad 2025-01-07.",
    ]
    assert [sheet.name for sheet in book.sheets][:2] == ["Information", "Yrkesområde, förstagångs"]


@pytest.mark.parametrize(
    ("name", "year", "run_at", "listed", "unknown", "total"),
    [
        ("beviljade_arbetstillstand_2016.xls", "2016", "2017-01-01", 247, 3, 12526),
        ("beviljade_arbetstillstand_2020.xlsx", "2020", "2021-01-01", 256, 24, 15231),
    ],
)
def test_work_permits_are_read_when_any_series_will_do(
    shared: Path, name: str, year: str, run_at: str, listed: int, unknown: int, total: int
) -> None:
    path = shared / "migrationsverket" / name
    result = read_enrolment(path, series="any")
    table = result.table
    places = table[table["municipality_code"] != "all"]
    sums = table[(table["municipality_code"] == "all") & (table["county_code"] != "all")]
    # Every `Summa:` of the sheet, found here by its word alone, is there and is the sum of its municipalities.
    (sheet,) = (sheet for sheet in open_book(path).sheets if sheet.name == result.sheet)
    assert sums["low"].tolist() == [row[3] for row in sheet.rows if row[2] == "Summa:"]
    assert sums["county_code"].tolist()[0] == "unknown"
    assert sorted(sums["county_code"])[:-1] == counties()["county_code"].tolist()
    assert places.groupby("county_code")["low"].sum().to_dict() == dict(
        zip(sums["county_code"], sums["low"], strict=True)
    )
    # So is `Totalt:`.
    assert table["low"].iloc[-1] == total == sheet.rows[-1][3] == places["low"].sum()
    assert table[["county_code", "municipality_code"]].iloc[-1].tolist() == ["all", "all"]
    assert places["municipality_code"].nunique() == listed + 1
    assert places[places["municipality_code"] == "unknown"]["low"].tolist() == [unknown]
    assert (table["low"] == table["high"]).all()
    assert result.notes == {
        "municipalities_not_listed": 290 - listed,
        "nameless_rows": 1,
        "unknown_municipality_rows": 1,
    }
    assert (result.series, result.template, result.months) == ("other", "legacy", (year,))
    assert (result.title, result.updated) == (f"Beviljade arbetstillstånd {year}", run_at)
    assert (result.sheet, result.header_row) == ("Län, kommun-County, Municipalit", 16)
    assert [heading for _letter, heading, _meaning in result.columns] == ["Län", "Kommun", "Antal"]


def test_two_municipalities_as_the_sheet_has_them(shared: Path) -> None:
    table = read_enrolment(
        shared / "migrationsverket" / "beviljade_arbetstillstand_2020.xlsx", series="any"
    ).table
    shown = table[table["municipality_code"].isin(["1080", "0580"])][["municipality_code", "low", "cell"]]
    sheet = "'Län, kommun-County, Municipalit'"
    assert shown.to_numpy().tolist() == [["1080", 97, f"{sheet}!D24"], ["0580", 158, f"{sheet}!D353"]]


def test_the_workbook_without_municipalities_is_refused_with_its_sheets(shared: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_enrolment(shared / "migrationsverket" / "beviljade_arbetstillstand_2024.xlsx", series="any")
    (problem,) = caught.value.problems
    assert problem.found.startswith(
        "inget blad har kolumnerna Län och Kommun med antal bredvid; bladen är Information: ingen titel; "
        "Yrkesområde, förstagångs: Antal beviljade arbetstillstånd per månad innevarande år, uppdelade på yrkesområde."
    )
    assert "; Största yrkesgrupp: " in problem.found
    assert problem.expected == "ett blad med en rad för varje kommun"
