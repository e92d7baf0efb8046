"""The demo's workbooks: the agency's template, totals that are true, small counts withheld."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from geomatch.demo.workbooks import MONTHS, enrolled, enrolment_workbook
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.regions import municipalities
from geomatch.sources.tabular import open_book

SHEET = "Län, kommun och boendeform"
Cells = tuple[object, ...]


def _rows(month: str, seed: int = 25) -> list[Cells]:
    book = openpyxl.load_workbook(io.BytesIO(enrolment_workbook(month, seed)))
    assert book.sheetnames == ["Information", SHEET]
    return list(book[SHEET].iter_rows(values_only=True))


def _county(rows: list[Cells], name: str) -> list[Cells]:
    first = next(number for number, row in enumerate(rows) if row[0] == name)
    last = next(number for number, row in enumerate(rows) if number > first and row[1] == "Totalt")
    return rows[first : last + 1]


def test_norrbotten_in_february() -> None:
    # 49 + 5 + 33 + 11 + 87 + 18 + 25 + 62 + 46 + 314 + 152 + 634 + 118 + 91 = 1645. Jokkmokk's 9 in own accommodation are
    # withheld to protect the 5 others.
    assert [row[:6] for row in _county(_rows("2023-02"), "Norrbottens län")] == [
        ("Norrbottens län", "Arvidsjaur", 31, 12, 6, 49),
        (None, "Arjeplog", 0, "..", "..", ".."),
        (None, "Jokkmokk", 19, "..", "..", 33),
        (None, "Överkalix", 0, 9, "..", 11),
        (None, "Kalix", 41, 38, 8, 87),
        (None, "Övertorneå", 0, 15, "..", 18),
        (None, "Pajala", 12, 9, "..", 25),
        (None, "Gällivare", 31, 25, 6, 62),
        (None, "Älvsbyn", 25, 16, "..", 46),
        (None, "Luleå", 152, 150, 12, 314),
        (None, "Piteå", 61, 83, 8, 152),
        (None, "Boden", 514, 104, 16, 634),
        (None, "Haparanda", 68, 42, 8, 118),
        (None, "Kiruna", 46, 38, 7, 91),
        (None, "Totalt", 1000, 554, 91, 1645),
    ]


@pytest.mark.parametrize("month", list(MONTHS))
def test_layout(month: str) -> None:
    rows = _rows(month)
    day = MONTHS[month][0]
    assert rows[0][0] == (
        f"SYNTETISKA UPPGIFTER. Inskrivna personer i Migrationsverkets mottagningssystem {day}, "
        "uppdelade på län, kommun och boendeform."
    )
    assert not any(rows[1])
    assert rows[2] == ("Län", "Kommun\n", "ABO", "EBO", "Övrigt\n", "Totalt", None)
    # 290 municipalities, 1 row of people without one, 21 totals and the grand total; then three blank rows.
    assert len(rows) == 3 + 290 + 1 + 21 + 1 + 3
    assert not any(cell for row in rows[-3:] for cell in row)
    assert sum(row[0] not in (None, "Totalt") for row in rows[3:-3]) == 21
    names = [row[1] for row in rows[3:-3]]
    assert "Upplands-Väsby" in names
    assert "Upplands Väsby" not in names
    assert "okänd kommun" in names


@pytest.mark.parametrize("month", list(MONTHS))
@pytest.mark.parametrize("seed", [25, 7])
def test_what_is_withheld_and_what_totals_say(month: str, seed: int) -> None:
    rows = _rows(month, seed)[3:-3]
    truth = enrolled(seed)[month]
    codes = dict(zip(municipalities()["name"], municipalities()["municipality_code"], strict=True))
    codes["Upplands-Väsby"] = codes["Upplands Väsby"]
    county, country, larger = [0] * 3, [0] * 3, 0
    for row in rows:
        cells = list(row[2:6])
        if row[0] == "Totalt":
            parts = country
        elif row[1] == "Totalt":
            parts = county
            country = [a + b for a, b in zip(country, parts, strict=True)]
            county = [0] * 3
        else:
            parts = [0, 14, 6] if row[1] == "okänd kommun" else list(truth[codes[row[1]]])
            county = [a + b for a, b in zip(county, parts, strict=True)]
        counts = [*parts, sum(parts)]
        for cell, count in zip(cells, counts, strict=True):
            assert cell == ".." if 1 <= count <= 5 else cell in (count, "..")
        beyond = [count for cell, count in zip(cells, counts, strict=True) if cell == ".." and count > 5]
        larger += len(beyond)
        if beyond:
            # One larger part, beside one small one, and the published total shows that 1-5 cannot hold for both.
            small = [count for count in parts if 1 <= count <= 5]
            assert len(beyond) == len(small) == 1
            assert beyond[0] + small[0] > 10
            assert cells[3] == counts[3]
    assert 0 < larger < 30


def test_arjeplog_and_overkalix_are_withheld_as_they_shrink() -> None:
    totals = {month: {row[1]: row[5] for row in _county(_rows(month), "Norrbottens län")} for month in MONTHS}
    assert [totals[month]["Arjeplog"] for month in MONTHS] == [9, "..", ".."]
    assert [totals[month]["Överkalix"] for month in MONTHS] == [15, 11, ".."]
    assert [totals[month]["Boden"] for month in MONTHS] == [640, 634, 646]


def test_norrbotten_is_the_same_for_every_seed_and_the_rest_is_not() -> None:
    for month in MONTHS:
        one, other = enrolled(25)[month], enrolled(26)[month]
        assert len(one) == 290
        assert {code for code in one if one[code] == other[code]} >= {
            code for code in one if code[:2] == "25"
        }
        assert sum(one[code] != other[code] for code in one) > 250


def test_text_box_and_properties() -> None:
    content = enrolment_workbook("2023-02", 25)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
        paragraphs = drawing.split("<a:p>")
        assert "Källa: SIMBAs datalager, uppdaterad 2023-03-03." in paragraphs[2]
        assert "SYNTETISKA UPPGIFTER – påhittade tal, inte Migrationsverkets" in drawing
        assert "TargetMode" not in archive.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
        assert "<sheetData></sheetData>" in archive.read("xl/worksheets/sheet1.xml").decode()
    properties = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert properties.title.startswith("SYNTETISKA UPPGIFTER")
    assert properties.created.isoformat() == "2023-03-03T08:00:00"


def test_the_reader_takes_every_row(tmp_path: Path) -> None:
    path = tmp_path / "SYNTETISK-inskrivna-2023-02.xlsx"
    path.write_bytes(enrolment_workbook("2023-02", 25))
    assert open_book(path).information[1] == "Källa: SIMBAs datalager, uppdaterad 2023-03-03."
    read = read_enrolment(path)
    assert (read.months, read.updated, read.sheet, read.synthetic) == (
        ("2023-02",),
        "2023-03-03",
        SHEET,
        True,
    )
    # 4 cells for each of 290 municipalities, the unknown one, 21 counties and the country.
    assert len(read.table) == 4 * 313
    table = read.table.set_index(["county_code", "municipality_code", "accommodation"])
    assert table.loc[("25", "2582", "agency"), "low"] == 514
    assert table.loc[("25", "2506", "all"), ["low", "high", "sign"]].tolist() == [1, 5, ".."]
    assert table.loc[("25", "all", "all"), "high"] == 1645
    assert "0114" in set(read.table["municipality_code"])
