"""The workbooks to fill in: what is in them, and that the readers take what is filled in."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from geomatch.errors import InputError
from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.travel_compensation import read_travel_compensation
from geomatch.templates import KINDS, template_bytes, write_template
from geomatch.words import using_language

READERS = {
    "activities": read_activities,
    "corridors": read_corridor_register,
    "travel_compensation": read_travel_compensation,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_sheet_has_headings_notes_and_a_frozen_header(tmp_path: Path, kind: str) -> None:
    write_template(kind, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet, lists = book.worksheets
    titles = {"activities": "Insatser", "corridors": "Korridorer", "travel_compensation": "Reseersättning"}
    assert sheet.title == titles[kind]
    assert (lists.title, lists.sheet_state) == ("Listor", "hidden")
    assert sheet.freeze_panes == "A2"
    headings = [cell.value for cell in sheet[1]]
    if kind == "corridors":
        assert headings[:5] == ["Från", "Till", "Gäller från", "Gäller till", "Referens"]
        assert headings[5:] == ["Beslut", "Beslutsdatum", "Beslutsfattare", "Överenskommelse (månader)"]
    elif kind == "travel_compensation":
        assert headings[:3] == ["Månad", "Från", "Till"]
        assert headings[3:6] == ["Ansökt (kr)", "Beviljat (kr)", "Utbetalt (kr)"]
        assert headings[6:] == ["Personer", "Resor", "Anmärkning"]
    else:
        assert headings[:5] == ["Insats-id", "Namn", "Anordnare", "Anordnartyp", "Statsbidrag"]
        assert headings[-4:] == ["lon", "lat", "Öst", "Nord"]
        assert len(headings) == 29
    notes = {cell.value: cell.comment.text for cell in sheet[1]}
    assert all(notes.values())
    assert notes[headings[0]].endswith("Måste fyllas i.")
    # What Excel takes as the text and the title of a message.
    assert all(len(note) <= 255 for note in notes.values())
    assert all(len(heading) <= 32 for heading in headings)
    assert sheet.max_row == 2
    assert [
        name for name in zipfile.ZipFile(tmp_path / "a.xlsx").namelist() if "vba" in name.casefold()
    ] == []


def test_the_closed_words_have_lists_and_the_columns_have_types() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template_bytes("activities"))).worksheets[0]
    rules = {}
    for rule in sheet.data_validations.dataValidation:
        (cells,) = str(rule.sqref).split()
        column = cells.split(":", maxsplit=1)[0].rstrip("0123456789")
        assert cells == f"{column}2:{column}200001"
        rules[sheet[f"{column}1"].value] = (rule.type, rule.formula1, bool(rule.showErrorMessage))
    yes_no = ("list", '"ja,nej"', True)
    assert rules == {
        "Statsbidrag": ("list", '"TIA,S37,S37A"', False),
        "Målgrupper": (
            "list",
            '"asylsökande,massflyktsdirektivet,i väntan på bosättning,nyanlända,alla"',
            False,
        ),
        "Kön": ("list", '"alla,kvinnor,män"', True),
        "Platser": ("whole", "0", True),
        "Startdatum": ("date", "DATE(2000,1,1)", True),
        "Slutdatum": ("date", "DATE(2000,1,1)", True),
        "Veckodagar": ("list", '"mån,tis,ons,tor,fre,lör,sön"', False),
        "Start": ("time", "0", True),
        "Slut": ("time", "0", True),
        "Digital": yes_no,
        "Barnpassning": yes_no,
        "Språkstöd": yes_no,
        "Parallell grupp": yes_no,
        "Synlighet": ("list", '"exakt,kommun,dold"', True),
        "Status": ("list", '"pågående,planerad,avslutad"', True),
        "Kommun": ("list", "Listor!$A$1:$A$290", False),
        "lon": ("decimal", "10", True),
        "lat": ("decimal", "10", True),
        "Öst": ("decimal", "200000", True),
        "Nord": ("decimal", "200000", True),
    }
    formats = {cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]}
    assert formats["Insats-id"] == "@"
    assert formats["Startdatum"] == "yyyy-mm-dd"
    assert formats["Start"] == "hh:mm"
    assert formats["Platser"] == "0"


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_are_the_same_whenever_it_is_made(kind: str) -> None:
    first = template_bytes(kind)
    assert template_bytes(kind) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[^<]*", core) == ["2000-01-01T00:00:00Z"] * 2
    with using_language("en"):
        assert template_bytes(kind) != first


def test_an_example_left_alone_is_no_register_of_activities(tmp_path: Path) -> None:
    write_template("activities", tmp_path / "a.xlsx")
    with pytest.raises(InputError) as caught:
        read_activities(tmp_path / "a.xlsx")
    assert str(caught.value) == "a.xlsx, blad ”Insatser”: där finns bara exempelraden."
    write_template("corridors", tmp_path / "c.xlsx")
    result = read_corridor_register(tmp_path / "c.xlsx")
    assert len(result.table) == 0
    assert result.notes == {"example_rows": 1}
    write_template("travel_compensation", tmp_path / "t.xlsx")
    given = read_travel_compensation(tmp_path / "t.xlsx")
    assert len(given.table) == 0
    assert given.notes == {"example_rows": 1}


def test_the_example_is_a_proper_row_once_it_is_renamed(tmp_path: Path) -> None:
    write_template("activities", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["Insatser"]["A2"] = "BD-1"
    book.save(tmp_path / "b.xlsx")
    result = read_activities(tmp_path / "b.xlsx")
    series = result.series.reveal(Audience.INTERNAL)
    assert series[["series_id", "target_groups", "municipality_code"]].to_numpy().tolist() == [
        ["BD-1", "asylum_seeker;temporary_protection", "2580"]
    ]
    assert result.notes == {}
    assert result.sessions.reveal(Audience.INTERNAL).to_numpy().tolist() == [
        ["BD-1", 0, "", 36_000, 43_200],
        ["BD-1", 2, "", 36_000, 43_200],
    ]


def test_a_filled_in_register_of_activities_is_read(tmp_path: Path) -> None:
    write_template("activities", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["Insatser"]
    places = {cell.value: cell.column for cell in sheet[1]}
    values = {
        "Insats-id": "0017",
        "Namn": "Kurs",
        "Anordnare": "Kommunen",
        "Primärt syfte": "svenska",
        "Platser": 8,
        "Startdatum": dt.date(2024, 2, 1),
        "Veckodagar": "tor",
        "Start": dt.time(9, 30),
        "Slut": dt.time(11),
        "Kommun": "Boden",
        "lon": 21.6886,
        "lat": 65.8252,
    }
    for heading, value in values.items():
        sheet.cell(3, places[heading], value)
    book.save(tmp_path / "b.xlsx")
    result = read_activities(tmp_path / "b.xlsx")
    series = result.series.reveal(Audience.INTERNAL)
    assert series[["series_id", "places", "valid_from", "municipality_code"]].to_numpy().tolist() == [
        ["0017", 8, "2024-02-01", "2582"]
    ]
    assert result.sessions.reveal(Audience.INTERNAL).to_numpy().tolist() == [["0017", 3, "", 34_200, 39_600]]
    assert result.notes["example_rows"] == 1
    assert result.rows == {"0017": (3,)}


def test_a_filled_in_register_of_corridors_is_read(tmp_path: Path) -> None:
    write_template("corridors", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for place, value in enumerate(("Kalix", "2580", dt.date(2024, 3, 1), None, "MIGR 1"), 1):
        book["Korridorer"].cell(3, place, value)
    book.save(tmp_path / "b.xlsx")
    result = read_corridor_register(tmp_path / "b.xlsx")
    assert result.table.to_numpy().tolist() == [["2514", "2580", "2024-03-01", "", "MIGR 1"]]
    book["Korridorer"].cell(4, 1, "Kalix")
    for place, value in enumerate(
        ("2580", dt.date(2024, 5, 1), None, "MIGR 2", "upphörd", None, "Enheten"), 2
    ):
        book["Korridorer"].cell(4, place, value)
    book.save(tmp_path / "c.xlsx")
    ended = read_corridor_register(tmp_path / "c.xlsx")
    assert ended.table.to_numpy().tolist() == [["2514", "2580", "2024-03-01", "2024-04-30", "MIGR 1"]]
    assert ended.decisions["decided_by"].tolist() == ["", "Enheten"]
    assert result.notes == {"example_rows": 1, "open_ended": 1}


def test_no_file_is_replaced_and_mistakes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mitt", encoding="utf-8")
    for kind, name, expected in (
        (
            "activities",
            "a.xlsx",
            "a.xlsx: det finns redan en fil med det namnet; inget skrivs över. Välj ett annat namn, eller flytta filen.",
        ),
        ("activities", "a.csv", "a.csv: namnet slutar inte på .xlsx."),
        (
            "activities",
            "no/a.xlsx",
            f"a.xlsx: det finns ingen mapp {tmp_path / 'no'}. Skapa mappen, eller välj en annan.",
        ),
        (
            "need",
            "b.xlsx",
            "det finns ingen mall av slaget ”need”; väntat: activities, corridors, travel_compensation.",
        ),
    ):
        with pytest.raises(InputError) as caught:
            write_template(kind, tmp_path / name)
        assert str(caught.value) == expected
    assert path.read_text(encoding="utf-8") == "mitt"
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]
