"""A document as a workbook, opened by another program's eyes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from geomatch.documents.layout import Drawing, Section, joined
from geomatch.documents.smallmap import drawn, planned
from geomatch.documents.workbook import workbook_bytes
from tests.documents.made import COLUMNS, TABLE, document, one_sheet
from tests.publish.fixture_month import municipalities


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_cells_are_what_they_are() -> None:
    sheet = opened(workbook_bytes(document())).worksheets[0]
    # Title, marks, groups, headings; then the rows.
    assert sheet["A1"].value == 'SYNTETISKA UPPGIFTER: Prov </style> & "citat": Älvsbyn: norr/söder [1]'
    assert (
        sheet["A2"].value == "Internt arbetsmaterial · SYNTETISKA UPPGIFTER · Norrbottens län, februari 2023"
    )
    assert [cell.value for cell in sheet[3]] == [None, None, None, "Antal", None, *[None] * 5]
    assert [cell.value for cell in sheet[4]] == [column.heading for column in COLUMNS]
    assert [cell.value for cell in sheet[5]] == [
        "=1+1", dt.datetime(2023, 2, 6), dt.time(10, 30), 1234, 2.5, 30, 0.4, "ja", "Därför.", None,  # noqa: DTZ001  a day of a cell
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[5]] == ["s", "d", "d", "n", "n", "n", "n", "s", "s", "n"]
    assert [cell.number_format for cell in sheet[5]] == [
        "@", "yyyy-mm-dd", "hh:mm", "#,##0", "#,##0.0", '"≤ "0', "0 %", "@", "@", "@",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[6]] == [
        "<b>Språkcafé</b>", None, None, None, None, 17, None, "nej", "Inte.", None,
    ]  # fmt: skip
    assert sheet["F6"].number_format == "0"
    assert "D3:E3" in {str(one) for one in sheet.merged_cells.ranges}


def test_headings_stay_in_sight_and_on_every_printed_page() -> None:
    first, second, about = opened(workbook_bytes(document())).worksheets
    assert first.freeze_panes == "A5"
    assert first.print_title_rows == "$1:$4"
    # Two rows, a blank one, a heading and a sentence after the headings in row 4.
    assert first.print_area == "'Älvsbyn- norr-söder -1-'!$A$1:$J$9"
    assert (first.page_setup.paperSize, first.page_setup.orientation) == (9, "landscape")
    assert (first.page_setup.fitToWidth, first.page_setup.fitToHeight) == (1, 0)
    assert first.sheet_properties.pageSetUpPr.fitToPage is True
    assert first.oddHeader.left.text == "Internt arbetsmaterial · SYNTETISKA UPPGIFTER"
    assert first.oddFooter.right.text == "&P (&N)"
    assert [second.title, about.title] == ["Luleå", "Om"]
    assert second.freeze_panes == "A3"
    assert [row[0].value for row in about.iter_rows(min_row=3)] == [
        "Vad det är.",
        "En anmärkning.",
        "geomatch 0",
    ]


def test_portrait_is_one_page_a_sheet() -> None:
    sheet = opened(workbook_bytes(document(landscape=False))).worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("portrait", 1)


def test_sections_share_a_sheet() -> None:
    book = opened(workbook_bytes(one_sheet()))
    assert book.sheetnames == ["Översikt", "Länet", "Om"]
    main = book["Översikt"]
    assert [main["A4"].value, main["A5"].value, main["A6"].value] == ["Kommun", "Älvsbyn", "Älvsbyn"]
    assert main["B5"].value == "=1+1"
    assert main.auto_filter.ref == "A4:K6"
    assert [main["A8"].value, main["A9"].value] == ["Beslut", "Datum"]


def test_sections_that_share_a_sheet_have_the_same_columns() -> None:
    other = Section("x", "X", (TABLE,)), Section("y", "Y", (joined(one_sheet()),))
    with pytest.raises(ValueError, match="prov"):
        joined(document(sections=other, one_sheet="Kommun"))


def test_the_same_document_gives_the_same_bytes() -> None:
    assert workbook_bytes(document()) == workbook_bytes(document())
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(document()))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_macros_links_or_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(document()))) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name).decode() for name in names}
    assert [name for name in names if "vba" in name.lower() or "external" in name.lower()] == []
    assert [name for name, text in parts.items() if "<f>" in text or 'TargetMode="External"' in text] == []


def test_names_of_sheets_are_what_excel_takes() -> None:
    long = "En kommun med ett alldeles för långt namn för ett blad"
    sections = tuple(Section(str(n), title, (TABLE,)) for n, title in enumerate([long, long, "'", "OM"]))
    names = opened(workbook_bytes(document(sections=sections))).sheetnames
    assert names == [long[:31], long[:27] + " (2)", "-", "OM", "Om (2)"]


def test_rows_are_as_high_as_their_texts() -> None:
    sheet = opened(workbook_bytes(document())).worksheets[0]
    # A column of 20 signs holds the first text in one line.
    assert sheet.row_dimensions[5].height == 13.2
    sections = (Section("a", "A", (TABLE.__class__("", COLUMNS[:1], (("ord " * 20,),), ""),)),)
    sheet = opened(workbook_bytes(document(sections=sections))).worksheets[0]
    # Bold: 17 signs a line, which is four words.
    assert sheet.row_dimensions[4].height == 66.0


def test_an_ampersand_in_the_printed_header_is_one() -> None:
    content = workbook_bytes(document(kicker="A&B"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(r"<oddHeader>.*A&amp;&amp;B</oddHeader>", text)


def test_a_map_is_a_chart_of_lines_with_its_cells_on_a_hidden_sheet() -> None:
    """The plan that the page draws, its corners upside down: a chart counts upwards."""
    pair = ("9901", "9902")
    plan = planned(municipalities(), pair)
    section = Section("a", "Ask", (Drawing(drawn(plan, "Karta", "En pil."), "En pil.", plan), TABLE))
    content = workbook_bytes(document(sections=(section,)))
    book = opened(content)
    assert book.sheetnames == ["Ask", "Om", "Kartdata"]
    assert book["Kartdata"].sheet_state == "hidden"
    assert [row[0].value for row in book["Kartdata"].iter_rows(max_row=2)] == [
        document().title,
        book["Ask"]["A2"].value,
    ]
    texts = [row[0].value for row in book["Ask"].iter_rows(max_col=1)]
    assert "En pil." in texts
    (chart,) = book["Ask"]._charts
    # Two neighbours, two municipalities, the arrow and two places.
    assert len(chart.series) == 7
    names = [cell.value for cell in book["Kartdata"][4] if cell.value]
    assert names == ["near", "near", "goal", "home", "resan", "Askvik", "Björkmo"]
    home = [
        (x.value, y.value) for x, y in book["Kartdata"].iter_rows(min_row=5, min_col=7, max_col=8) if x.value
    ]
    assert home[0] == home[-1]
    assert sorted(set(home)) == sorted(
        {(x, round(400 - y, 1)) for ring in dict(plan.outlines)["home"] for x, y in ring}
    )
    # From Askvik to 12 units short of the other place, which lies at 434.9 (40 km of 174 m to the east).
    arrow = [
        (x.value, y.value) for x, y in book["Kartdata"].iter_rows(min_row=5, max_row=6, min_col=9, max_col=10)
    ]
    assert arrow == [(205.1, 200.0), (422.9, 200.0)]
    assert workbook_bytes(document(sections=(section,))) == content
