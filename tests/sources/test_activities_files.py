"""Files of registers: what each bad one is told, and what is read though it is written oddly."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlwt

from geomatch.errors import InputError
from geomatch.restricted import Audience
from geomatch.sources import register_files
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register

HEAD = (
    "Insats-id",
    "Namn",
    "Anordnare",
    "Primärt syfte",
    "Platser",
    "Startdatum",
    "Veckodagar",
    "Start",
    "Slut",
    "Kommun",
    "Öst",
    "Nord",
)
ROW: tuple[Any, ...] = (
    "BD-1",
    "Språkcafé",
    "Röda Korset",
    "svenska",
    12,
    dt.date(2024, 1, 8),
    "mån",
    dt.time(10),
    dt.time(12),
    "Luleå",
    829_440,
    7_292_327,
)
CSV_ROW = "BD-1;Språkcafé;Röda Korset;svenska;12;2024-01-08;mån;10:00;12:00;Luleå;829440;7292327"
CSV = f"{';'.join(HEAD)}\n{CSV_ROW}\n"
CORRIDOR_HEAD = ("Från", "Till", "Gäller från", "Gäller till", "Referens")
CORRIDOR_ROW: tuple[Any, ...] = ("Luleå", "Boden", dt.date(2024, 1, 1), None, "a")
CORRIDOR_CSV = f"{';'.join(CORRIDOR_HEAD)}\nLuleå;Boden;2024-01-01;;a\n"

Reader = Callable[[Path], object]


def workbook(path: Path, *rows: tuple[Any, ...], change: Callable[[Any, Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Blad1"
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    book.save(path)
    return path


def replaced(heading: str, value: object, *, row: tuple[Any, ...] = ROW) -> tuple[Any, ...]:
    place = HEAD.index(heading)
    return (*row[:place], value, *row[place + 1 :])


def messages(reader: Reader, path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        reader(path)
    return [str(problem) for problem in caught.value.problems]


UNREADABLE = (
    "filens text kan inte läsas; väntat: UTF-8, UTF-16 med byteordningsmärke eller Windows-1252. "
    "Spara om den som ”CSV UTF-8”."
)
GARBLED = (
    "bokstäver är förvanskade: ”{text}”; väntat: en och samma teckenkodning i hela filen. "
    "Spara om den som ”CSV UTF-8” från programmet den gjordes i."
)
TOO_MANY = (
    "raden har 13 celler men rubrikerna är 12. Sätt citattecken runt en text som innehåller skiljetecknet."
)
PARTED = (
    "en radbrytning delar raden i två, med {first} och {second} celler; väntat: 12 celler, lika många som "
    "rubrikerna. Sätt citattecken runt texten med radbrytningen, eller ta bort radbrytningen."
)
BAD_TEXT: dict[str, tuple[bytes, str]] = {
    "a separator in a name, the last cells blank": (
        (
            CSV.replace("Språkcafé", "a; b").replace("829440;7292327", ";") + CSV_ROW.replace("1", "2")
        ).encode(),
        f", rad 2: {TOO_MANY}",
    ),
    "a line break in a name": (
        CSV.replace("Språkcafé", "Språk\ncafé").encode(),
        ", rad 2: " + PARTED.format(first=2, second=11),
    ),
    "a line break in a required column further on": (
        (CSV + CSV_ROW.replace("BD-1", "BD-2").replace("svenska", "sven\nska")).encode(),
        ", rad 3: " + PARTED.format(first=4, second=9),
    ),
    "nothing": (b"", ": filen är tom."),
    "a byte order mark alone": (b"\xef\xbb\xbf", ": filen är tom."),
    "blank lines": (b"\r\n\r\n  \r\n", ": filen är tom."),
    "UTF-16 without a mark": (CSV.encode("utf-16-le"), f": {UNREADABLE}"),
    "UTF-32": (CSV.encode("utf-32"), f": {UNREADABLE}"),
    "UTF-16 cut off": (CSV.encode("utf-16")[:-3], f": {UNREADABLE}"),
    "a byte that Windows-1252 lacks": (CSV.encode("cp1252") + b"\x81\n", f": {UNREADABLE}"),
    "two encodings": (
        CSV.encode() + CSV_ROW.encode("cp1252"),
        ", rad 1: " + GARBLED.format(text="PrimÃ¤rt"),
    ),
    "encoded twice": (
        CSV.encode().decode("cp1252").encode("utf-8"),
        ", rad 1: " + GARBLED.format(text="PrimÃ¤rt"),
    ),
    "letters that are lost": (
        CSV.replace("Språk", "Spr\ufffdk").encode(),
        ", rad 2: " + GARBLED.format(text="Spr\ufffdkcafé"),
    ),
    "a quotation mark that is not closed": (
        CSV.replace("Röda", '"Röda').encode(),
        (
            ", rad 2, kolumn ”Anordnare”: citattecknet före ”Röda Korset” har inget slut; väntat: citattecken parvis. "
            "Sätt ett också där texten slutar, eller ta bort det."
        ),
    ),
    "a line without end": (
        CSV.encode() + b"x" * 1_100_000,
        ", rad 3: raden har fler än 1000000 tecken. Kontrollera att filen är en tabell.",
    ),
    "another table": (
        b"a;b\n1;2\n",
        (
            ": ingen rad med tabellens rubriker hittades; väntat: Insats-id, Namn, Anordnare, Primärt syfte, Platser, "
            "Startdatum, Kommun. Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna."
        ),
    ),
    "decimal commas and commas between": (
        (",".join(HEAD) + "\nBD-1,a,b,c,5,2024-01-08,,,,Luleå,829440,5,7292327,5\n").encode(),
        (
            ", rad 2: raden har 14 celler men rubrikerna är 12. "
            "Sätt citattecken runt en text som innehåller skiljetecknet."
        ),
    ),
    "the same row twice": (
        (CSV + CSV_ROW).encode(),
        ", rad 3, kolumn ”Insats-id”: raden upprepar rad 2: samma insats, plats och tid. Ta bort en av de två.",
    ),
    "only the example": (
        CSV.replace("BD-1", "Exempel").encode(),
        ": där finns bara exempelraden.",
    ),
}


@pytest.mark.parametrize(("content", "expected"), BAD_TEXT.values(), ids=BAD_TEXT.keys())
def test_bad_csv(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert messages(read_activities, tmp_path / "a.csv") == [f"a.csv{expected}"]


def merge(cells: str) -> Callable[[Any, Any], None]:
    return lambda _book, sheet: sheet.merge_cells(cells)


def second_sheet(book: Any, _sheet: Any) -> None:
    other = book.create_sheet("Kopia")
    for row in (HEAD, ROW):
        other.append(row)


def hide(book: Any, sheet: Any) -> None:
    book.create_sheet("Läs mig")
    book.active = 1
    sheet.sheet_state = "hidden"


def put(cell: str, value: object, kind: str = "") -> Callable[[Any, Any], None]:
    def change(_book: Any, sheet: Any) -> None:
        sheet[cell] = value
        if kind:
            sheet[cell].data_type = kind

    return change


NEEDED = "väntat: Insats-id, Namn, Anordnare, Primärt syfte, Platser, Startdatum, Kommun. "
BAD_WORKBOOKS: dict[str, tuple[tuple[tuple[Any, ...], ...], Callable[[Any, Any], None] | None, str]] = {
    "merged cells": (
        (HEAD, ROW, (None, *ROW[1:])),
        merge("A2:A3"),
        (
            "a.xlsx, blad ”Blad1”, rad 2: cellerna A2:A3 är sammanfogade: bara den första av dem har ett värde. "
            "Dela cellerna igen och skriv värdet i var och en."
        ),
    ),
    "merged headings": (
        (HEAD, ROW),
        merge("K1:M1"),
        (
            "a.xlsx, blad ”Blad1”, rad 1: cellerna K1:M1 är sammanfogade: bara den första av dem har ett värde. "
            "Dela cellerna igen och skriv värdet i var och en."
        ),
    ),
    "a sheet of something else": (
        (("a", "b"),),
        None,
        "a.xlsx: ingen rad med tabellens rubriker hittades på bladen Blad1; "
        + NEEDED
        + "Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",
    ),
    "two sheets": (
        (HEAD, ROW),
        second_sheet,
        "a.xlsx: två blad innehåller en sådan tabell: Blad1, Kopia; "
        + NEEDED
        + "Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",
    ),
    "a hidden sheet": (
        (HEAD, ROW),
        hide,
        "a.xlsx: tabellen står på ett dolt blad: Blad1; " + NEEDED + "Visa bladet i Excel och spara filen.",
    ),
    "a formula without a result": (
        (HEAD, ROW),
        put("E2", "=3*4"),
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: cellen har en formel utan resultat. "
            "Skriv själva värdet i cellen."
        ),
    ),
    "an error of Excel's": (
        (HEAD, ROW),
        put("J2", "#N/A", "e"),
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Kommun”: cellen J2 visar Excels fel #N/A (#SAKNAS!): "
            "dess formel letar efter något som inte finns. Rätta formeln, eller skriv själva värdet i cellen."
        ),
    ),
    "a cell far away": (
        (HEAD, ROW),
        put("XFD1048576", "x"),
        "a.xlsx, blad ”Blad1”: bladet sträcker sig till cell XFD1048576. Töm cellerna utanför tabellen.",
    ),
    "a day as a number": (
        (HEAD, replaced("Startdatum", 45_299)),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Startdatum”: ”45299” är ett tal, inget datum; "
            "väntat: ett datum som ÅÅÅÅ-MM-DD. "
            "Formatera cellen som datum; Excel visar då 2024-01-08, om det är den dag som avses."
        ),
    ),
    "a day with a time": (
        (HEAD, replaced("Startdatum", dt.datetime(2024, 1, 8, 9))),  # noqa: DTZ001  a cell has no time zone
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Startdatum”: ”2024-01-08 09:00:00” är inget datum; "
            "väntat: ett datum som ÅÅÅÅ-MM-DD."
        ),
    ),
    "a time as a number": (
        (HEAD, replaced("Start", 0.4375)),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Start”: ”0.4375” är ett tal, inget klockslag; "
            "väntat: ett klockslag som TT:MM. "
            "Formatera cellen som tid; Excel visar då 10:30, om det är det klockslag som avses."
        ),
    ),
    **{
        f"{value!r} places": (
            (HEAD, replaced("Platser", value)),
            None,
            (
                f"a.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”{shown}” är inget antal platser; "
                "väntat: ett heltal från 0, med siffror."
            ),
        )
        for value, shown in (
            (-1, "-1"),
            (1.5, "1.5"),
            ("tio", "tio"),
            ("1,5", "1,5"),
            (True, "TRUE"),
            ("12 st", "12 st"),
        )
    },
    "coordinates at 0, 0": (
        (HEAD, replaced("Öst", 0, row=replaced("Nord", 0))),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna är 0 och 0. "
            "Lämna dem tomma där platsen inte är känd."
        ),
    ),
    "RT 90": (
        (HEAD, replaced("Öst", 1_792_000, row=replaced("Nord", 7_294_000))),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna 1792000, 7294000 är av storleken att döma i "
            "RT 90 2.5 gon V (EPSG:3021); väntat: grader (WGS 84) eller meter (SWEREF 99 TM). "
            "Räkna om dem till SWEREF 99 TM (EPSG:3006)."
        ),
    ),
    "RT 90, where X is north": (
        (HEAD, replaced("Öst", 7_294_000, row=replaced("Nord", 1_792_000))),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna 7294000, 1792000 är av storleken att döma i "
            "RT 90 2.5 gon V (EPSG:3021); väntat: grader (WGS 84) eller meter (SWEREF 99 TM). "
            "Räkna om dem till SWEREF 99 TM (EPSG:3006)."
        ),
    ),
    "Web Mercator": (
        (HEAD, replaced("Öst", 2_466_000, row=replaced("Nord", 9_800_000))),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna 2466000, 9800000 är av storleken att döma i "
            "Web Mercator (EPSG:3857); väntat: grader (WGS 84) eller meter (SWEREF 99 TM). "
            "Räkna om dem till SWEREF 99 TM (EPSG:3006)."
        ),
    ),
    "a local zone": (
        (HEAD, replaced("Öst", 178_000, row=replaced("Nord", 7_279_000))),
        None,
        (
            "a.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna 178000, 7279000 är av storleken att döma i "
            "en lokal zon av SWEREF 99; väntat: grader (WGS 84) eller meter (SWEREF 99 TM). "
            "Räkna om dem till SWEREF 99 TM (EPSG:3006)."
        ),
    ),
}


@pytest.mark.parametrize(("rows", "change", "expected"), BAD_WORKBOOKS.values(), ids=BAD_WORKBOOKS.keys())
def test_bad_workbooks(
    tmp_path: Path,
    rows: tuple[tuple[Any, ...], ...],
    change: Callable[[Any, Any], None] | None,
    expected: str,
) -> None:
    assert messages(read_activities, workbook(tmp_path / "a.xlsx", *rows, change=change)) == [expected]


EXCEL_ERRORS = {
    "#REF!": "#REF! (#REFERENS!): dess formel pekar på celler som är borta",
    "#N/A": "#N/A (#SAKNAS!): dess formel letar efter något som inte finns",
    "#VALUE!": "#VALUE! (#VÄRDEFEL!): dess formel räknar med ett värde av fel slag",
    "#DIV/0!": "#DIV/0! (#DIVISION/0!): dess formel delar med noll eller med en tom cell",
    "#NAME?": "#NAME? (#NAMN?): dess formel har ett namn som Excel inte känner till",
    "#NUM!": "#NUM! (#OGILTIGT!): dess formel ger ett tal som Excel inte kan hantera",
    "#NULL!": "#NULL! (#SKÄRNING!): dess formel gäller cellerna som två områden har gemensamt, men de har inga",
}
MEND = "Rätta formeln, eller skriv själva värdet i cellen."


@pytest.mark.parametrize("error", EXCEL_ERRORS)
@pytest.mark.parametrize("kind", ["e", "s"], ids=["error", "text"])
def test_every_error_of_excels_is_named(tmp_path: Path, error: str, kind: str) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ROW, change=put("C2", error, kind))
    assert messages(read_activities, path) == [
        f"a.xlsx, blad ”Blad1”, rad 2, kolumn ”Anordnare”: cellen C2 visar Excels fel {EXCEL_ERRORS[error]}. {MEND}"
    ]
    # In csv it is what a Swedish Excel shows, or another one.
    for shown in (error, EXCEL_ERRORS[error].partition("(")[2].partition(")")[0]):
        (tmp_path / "a.csv").write_text(CSV.replace("Röda Korset", shown), encoding="utf-8")
        assert messages(read_activities, tmp_path / "a.csv") == [
            f"a.csv, rad 2, kolumn ”Anordnare”: cellen visar Excels fel {EXCEL_ERRORS[error]}. {MEND}"
        ]


def test_a_text_that_begins_with_a_number_sign_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV.replace("Röda Korset", "#METOO!"), encoding="utf-8")
    series = read_activities(tmp_path / "a.csv").series.reveal(Audience.INTERNAL)
    assert series["organiser"].tolist() == ["#METOO!"]


def old_workbook(path: Path) -> Path:
    """A workbook of Excel 97: the rows of two activities, the second with an error in Kommun."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Blad1")
    styles = {dt.date: xlwt.easyxf(num_format_str="YYYY-MM-DD"), dt.time: xlwt.easyxf(num_format_str="HH:MM")}
    for number, row in enumerate((HEAD, ROW, replaced("Insats-id", "BD-2"))):
        for place, cell in enumerate(row):
            if (number, place) != (2, HEAD.index("Kommun")):
                sheet.write(number, place, cell, styles.get(type(cell), xlwt.Style.default_style))
    sheet.row(2).set_cell_error(HEAD.index("Kommun"), 0x2A)
    book.save(str(path))
    return path


def test_errors_in_a_workbook_of_excel_97(tmp_path: Path) -> None:
    assert messages(read_activities, old_workbook(tmp_path / "a.xls")) == [
        f"a.xls, blad ”Blad1”, rad 3, kolumn ”Kommun”: cellen J3 visar Excels fel {EXCEL_ERRORS['#N/A']}. {MEND}"
    ]


def test_merged_cells_in_a_workbook_of_excel_97(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Blad1")
    for place, heading in enumerate(CORRIDOR_HEAD):
        sheet.write(0, place, heading)
    sheet.write_merge(1, 2, 0, 0, "Luleå")
    book.save(str(tmp_path / "a.xls"))
    reader = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a.xls"))
    if not hasattr(reader.get_sheet_by_index(0), "merged_cell_ranges"):
        pytest.skip("this python-calamine does not tell merged cells")
    (found,) = messages(read_corridor_register, tmp_path / "a.xls")
    assert found == (
        "a.xls, blad ”Blad1”, rad 2: cellerna A2:A3 är sammanfogade: bara den första av dem har ett värde. "
        "Dela cellerna igen och skriv värdet i var och en."
    )


def test_a_workbook_of_excel_97_that_is_cut_off_anywhere(tmp_path: Path) -> None:
    # Some cuts make the library panic: that is no crash of ours.
    content = old_workbook(tmp_path / "a.xls").read_bytes()
    for size in (*range(len(content) - 9, len(content)), len(content) // 2, 513, 512, 100):
        (tmp_path / "a.xls").write_bytes(content[:size])
        (found,) = messages(read_activities, tmp_path / "a.xls")
        assert found.startswith(("a.xls: filen är skadad eller är ingen", "a.xls, blad ”Blad1”, rad 3")), size


def test_packed_bytes_that_are_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ROW)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    for place in range(start, start + 40):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        assert messages(read_activities, path) == [DAMAGED]


def test_what_is_odd_and_clear_is_read(tmp_path: Path) -> None:
    row = replaced("Platser", "1 200")
    row = replaced("Öst", "829\u00a0440,5", row=row)
    row = replaced("Nord", "7 292 327,25", row=row)
    row = replaced("Start", dt.timedelta(hours=9, minutes=30), row=row)
    row = replaced("Slut", dt.time(11, 59, 59, 999_600), row=row)

    def change(_book: Any, sheet: Any) -> None:
        sheet["H3"].number_format = "[h]:mm"
        # Above the headings, and beside the table.
        sheet.merge_cells("A1:D1")
        sheet["N3"] = "anm"
        sheet.merge_cells("N3:O3")
        sheet["N4"] = "#N/A"
        sheet["N4"].data_type = "e"

    path = workbook(tmp_path / "a.xlsx", ("Register 2024",), (*HEAD, None, "Anm."), row, change=change)
    result = read_activities(path)
    series = result.series.reveal(Audience.INTERNAL)
    sessions = result.sessions.reveal(Audience.INTERNAL)
    assert series["places"].tolist() == [1200]
    assert (series.geometry[0].x, series.geometry[0].y) == (829_440.5, 7_292_327.25)
    assert sessions[["start_s", "end_s"]].to_numpy().tolist() == [[34_200, 43_200]]
    assert result.rows == {"BD-1": (3,)}


@pytest.mark.parametrize("content", [CSV, CSV.replace("\n", "\r\n"), CSV.replace("\n", "\r")])
def test_every_line_ending(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_bytes(content.encode())
    assert len(read_activities(tmp_path / "a.csv").series.reveal(Audience.INTERNAL)) == 1


def test_a_separator_after_every_row_is_no_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{CSV.strip()};\n{CSV_ROW.replace('BD-1', 'BD-2')};\n", encoding="utf-8")
    assert len(read_activities(tmp_path / "a.csv").series.reveal(Audience.INTERNAL)) == 2


def test_rows_may_be_shorter_than_the_headings(tmp_path: Path) -> None:
    # Without weekdays, times and coordinates: from Kommun on all is blank, and Digital comes before it.
    head = "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Digital;Veckodagar;Start;Slut;Kommun;Adress;Kontakt"
    rows = "\n".join(f"BD-{n};a;b;c;5;2024-01-08;ja" for n in range(3))
    (tmp_path / "a.csv").write_text(f"{head}\n{rows}\n", encoding="utf-8")
    assert len(read_activities(tmp_path / "a.csv").series.reveal(Audience.INTERNAL)) == 3


def test_a_text_over_two_lines_in_quotation_marks_is_one_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV.replace("Röda Korset", '"Röda\nKorset; i stan"'), encoding="utf-8")
    series = read_activities(tmp_path / "a.csv").series.reveal(Audience.INTERNAL)
    assert series["organiser"].tolist() == ["Röda Korset; i stan"]


def test_utf_16_either_way_round(tmp_path: Path) -> None:
    for name, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        (tmp_path / "a.csv").write_bytes(mark + CSV.encode(name))
        result = read_activities(tmp_path / "a.csv")
        assert result.series.reveal(Audience.INTERNAL)["name"].tolist() == ["Språkcafé"]
        assert result.notes["read_as_utf_16"] == 1


DAMAGED = (
    "a.xlsx: filen är skadad eller är ingen Excel-arbetsbok. "
    "Hämta den igen, eller öppna den i Excel och spara den som .xlsx."
)
READERS = pytest.mark.parametrize(
    ("reader", "head", "row", "text"),
    [
        (read_activities, HEAD, ROW, CSV),
        (read_corridor_register, CORRIDOR_HEAD, CORRIDOR_ROW, CORRIDOR_CSV),
    ],
    ids=["activities", "corridors"],
)


@READERS
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_workbook(
    tmp_path: Path, reader: Reader, head: tuple[str, ...], row: tuple[Any, ...], text: str, share: float
) -> None:
    path = workbook(tmp_path / "a.xlsx", head, row)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert messages(reader, path) == [DAMAGED if share else "a.xlsx: filen är tom."]
    path.write_bytes(text.encode())
    assert messages(reader, path) == [DAMAGED]


@READERS
def test_a_folder_no_file_and_another_kind(
    tmp_path: Path, reader: Reader, head: tuple[str, ...], row: tuple[Any, ...], text: str
) -> None:
    del head, row
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "a.pdf").write_text(text, encoding="utf-8")
    assert messages(reader, tmp_path / "a.csv") == [
        "a.csv: detta är en mapp, ingen fil. Ange filen som ligger i den."
    ]
    assert messages(reader, tmp_path / "b.csv") == [
        "b.csv: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den."
    ]
    assert messages(reader, tmp_path / "a.pdf") == [
        "a.pdf: filer av typen ”.pdf” läses inte; väntat: .xlsx, .xlsm, .xls, .csv, .tsv, .txt, .gpkg."
    ]


def rewritten(path: Path, part: str, content: bytes) -> None:
    """The archive with one part replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as result:
        for name in archive.namelist():
            result.writestr(name, content if name == part else archive.read(name))
    path.write_bytes(made.getvalue())


@READERS
def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, reader: Reader, head: tuple[str, ...], row: tuple[Any, ...], text: str
) -> None:
    del text
    path = workbook(tmp_path / "a.xlsx", head, row)
    rewritten(path, "xl/worksheets/sheet1.xml", b" " * (register_files.MOST_BYTES + 1))
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    try:
        found = messages(reader, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == ["a.xlsx: arbetsboken är uppackad större än 200 MB. Behåll bara registrets rader."]
    assert peak < 20_000_000


def test_a_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ROW)
    rewritten(path, "xl/worksheets/sheet1.xml", b" " * 5_000_000)
    content = path.read_bytes()
    real, false = (5_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert content.count(real) == 2
    path.write_bytes(content.replace(real, false))
    assert messages(read_activities, path) == [DAMAGED]


def test_entities_that_multiply(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD, ROW)
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))
    rewritten(
        path,
        "xl/worksheets/sheet1.xml",
        f"<?xml version='1.0'?><!DOCTYPE a [{entities}]><worksheet>&e8;</worksheet>".encode(),
    )
    assert messages(read_activities, path) == [DAMAGED]


@READERS
def test_a_csv_of_very_many_rows_is_read_no_further_than_the_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reader: Reader,
    head: tuple[str, ...],
    row: tuple[Any, ...],
    text: str,
) -> None:
    del head, row
    assert register_files.MOST_ROWS == 200_000
    # The same share of the limit as ten million rows are of 200,000, times ten.
    monkeypatch.setattr(register_files, "MOST_ROWS", 2_000)
    with (tmp_path / "a.csv").open("w", encoding="utf-8") as file:
        file.write(text)
        for _n in range(1_000):
            file.write((text.splitlines()[1] + "\n") * 1_000)
    tracemalloc.start()
    try:
        found = messages(reader, tmp_path / "a.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == ["a.csv: tabellen har fler än 2000 rader. Behåll bara registrets rader."]
    # The file is 30 to 90 MB.
    assert peak < 5_000_000


@READERS
def test_a_workbook_of_too_many_rows(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reader: Reader,
    head: tuple[str, ...],
    row: tuple[Any, ...],
    text: str,
) -> None:
    del text
    monkeypatch.setattr(register_files, "MOST_ROWS", 20)
    path = workbook(tmp_path / "a.xlsx", head, *[row] * 30)
    assert messages(reader, path) == [
        "a.xlsx, blad ”Blad1”: tabellen har fler än 20 rader. Behåll bara registrets rader."
    ]


BAD_CORRIDORS: dict[str, tuple[tuple[tuple[Any, ...], ...], Callable[[Any, Any], None] | None, str]] = {
    "merged cells": (
        (CORRIDOR_HEAD, CORRIDOR_ROW, (None, "Piteå", *CORRIDOR_ROW[2:])),
        merge("A2:A3"),
        (
            "rad 2: cellerna A2:A3 är sammanfogade: bara den första av dem har ett värde. "
            "Dela cellerna igen och skriv värdet i var och en."
        ),
    ),
    "a day as a number": (
        (CORRIDOR_HEAD, ("Luleå", "Boden", 45_292, None, "a")),
        None,
        (
            "rad 2, kolumn ”Gäller från”: ”45292” är ett tal, inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD. "
            "Formatera cellen som datum; Excel visar då 2024-01-01, om det är den dag som avses."
        ),
    ),
    "the same row twice": (
        (CORRIDOR_HEAD, CORRIDOR_ROW, CORRIDOR_ROW),
        None,
        (
            "rad 3, kolumn ”Gäller från”: perioden överlappar den på rad 2 för samma två kommuner. "
            "Låt den ena perioden sluta dagen innan nästa börjar."
        ),
    ),
    "a municipality that is a number": (
        (CORRIDOR_HEAD, ("Luleå", 25.5, *CORRIDOR_ROW[2:])),
        None,
        "rad 2, kolumn ”Till”: ”25.5” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
    ),
    "a formula without a result": (
        (CORRIDOR_HEAD, CORRIDOR_ROW),
        put("B2", "=A2"),
        "rad 2, kolumn ”Till”: cellen har en formel utan resultat. Skriv själva värdet i cellen.",
    ),
    "a missing column": (
        (CORRIDOR_HEAD[:2], CORRIDOR_ROW[:2]),
        None,
        "rad 1: kolumnen ”Gäller från” saknas. Lägg till den eller rätta dess rubrik.",
    ),
}


@pytest.mark.parametrize(("rows", "change", "expected"), BAD_CORRIDORS.values(), ids=BAD_CORRIDORS.keys())
def test_bad_workbooks_of_corridors(
    tmp_path: Path,
    rows: tuple[tuple[Any, ...], ...],
    change: Callable[[Any, Any], None] | None,
    expected: str,
) -> None:
    path = workbook(tmp_path / "a.xlsx", *rows, change=change)
    assert messages(read_corridor_register, path) == [f"a.xlsx, blad ”Blad1”, {expected}"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_corridors_in_every_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    (tmp_path / "a.csv").write_text(CORRIDOR_CSV.replace(";", separator), encoding=encoding)
    result = read_corridor_register(tmp_path / "a.csv")
    assert result.table.to_numpy().tolist() == [["2580", "2582", "2024-01-01", "", "a"]]


def test_the_example_of_the_corridors_is_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CORRIDOR_CSV + "Piteå;Boden;fel;;EXEMPEL\n", encoding="utf-8")
    result = read_corridor_register(tmp_path / "a.csv")
    assert len(result.table) == 1
    assert result.notes == {"example_rows": 1, "open_ended": 1}
    assert result.rows == (2,)
