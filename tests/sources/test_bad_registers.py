"""What the readers of counts and of the two registers say of bad files; the same tables stand in docs/bad-input.md."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from geomatch.errors import InputError
from geomatch.notes import note_text
from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.enrolment import read_enrolment
from tests.sources.bad_files import Bad, documented, markdown
from tests.sources.test_activities_files import (
    CORRIDOR_CSV,
    CORRIDOR_HEAD,
    CORRIDOR_ROW,
    CSV,
    CSV_ROW,
    HEAD,
    ROW,
    hide,
    merge,
    put,
    replaced,
    second_sheet,
    workbook,
)
from tests.sources.test_enrolment import HEADER, TITLE

Make = Callable[[Path], Path]


def content(name: str, made: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(made)
        return folder / name

    return make


def text(name: str, made: str, encoding: str = "utf-8") -> Make:
    return content(name, made.encode(encoding))


def sheet(name: str, *rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None) -> Make:
    return lambda folder: workbook(folder / name, *map(tuple, rows), change=change)


def cut(make: Make) -> Make:
    """The first half of a file."""

    def made(folder: Path) -> Path:
        path = make(folder)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        return path

    return made


def a_folder(name: str) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).mkdir()
        return folder / name

    return make


def bomb(name: str, megabytes: int) -> Make:
    """Less than 2 MB that unpack to more than a reader takes."""

    def make(folder: Path) -> Path:
        with (
            zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("xl/worksheets/sheet1.xml", "w") as part,
        ):
            for _megabyte in range(megabytes):
                part.write(bytes(1_000_000))
        assert (folder / name).stat().st_size < 2_000_000
        return folder / name

    return make


# --------------------------------------------------------------------------------------------------------- enrolment

COUNTS = "inskrivna.xlsx"
COUNTS_CSV = "inskrivna.csv"
RONNEBY = ["Blekinge län", "Ronneby", 12, "..", 0, 14]
KARLSHAMN = [None, "Karlshamn", 5, 6, 7, 18]
MONTHS = ["Län", "Kommun", "2023-01", "2023-02"]
SNAPSHOT_CSV = (
    f'"{TITLE}";;;;;\n' + ";".join(HEADER) + "\nBlekinge län;Ronneby;12;..;0;14\n;Karlshamn;5;6;7;18\n"
)
LONG_HEAD = "month;municipality_code;low;high;masked\n"


def counts(*rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None) -> Make:
    return sheet(COUNTS, [TITLE], [], HEADER, *rows, change=change)


def another_sheet(*hidden: str) -> Callable[[Any, Any], None]:
    """A second sheet of counts, with other figures, and which of the two are hidden."""

    def change(book: Any, first: Any) -> None:
        second = book.create_sheet("Gammalt")
        for cells in ([TITLE], [], HEADER, ["Blekinge län", "Ronneby", 99, 0, 0, 99]):
            second.append(cells)
        book.create_sheet("Läs mig")
        book.active = 0 if first.title not in hidden else 2
        for one in (first, second):
            one.sheet_state = "hidden" if one.title in hidden else "visible"

    return change


def changed(column: str, value: object) -> list[Any]:
    return [value if name == column else cell for name, cell in zip(HEADER, RONNEBY, strict=True)]


# One case on two lines, as in the table.
# fmt: off
ENROLMENT = (
    Bad("no such file", lambda folder: folder / COUNTS,
        ("inskrivna.xlsx: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den.",)),
    Bad("a folder where a file should be", a_folder(COUNTS),
        ("inskrivna.xlsx: det är en mapp. Ange en fil i den med filens namn.",)),
    Bad("an empty file", content(COUNTS, b""),
        ("inskrivna.xlsx: filen är tom.",)),
    Bad("an empty csv file", content(COUNTS_CSV, b"\xef\xbb\xbf\r\n"),
        ("inskrivna.csv: filen är tom.",)),
    Bad("headings only", counts(), (
        "inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”C”: kolumnen är tom.",
        "inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”D”: kolumnen är tom.",
        "inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”E”: kolumnen är tom.",
        "inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”F”: kolumnen är tom.",
    )),
    Bad("a zip cut off", cut(counts(RONNEBY, KARLSHAMN)),
        ("inskrivna.xlsx: filen är skadad eller är ingen Excel-arbetsbok. Hämta den igen, eller öppna den i Excel och spara den som .xlsx.",)),
    Bad("a zip bomb", bomb(COUNTS, 310),
        ("inskrivna.xlsx: arbetsboken blir 310 MB när den packas upp; väntat: högst 300 MB. Kontrollera att det är rätt fil.",)),
    Bad("another kind of file", content("inskrivna.pdf", b"%PDF"),
        ("inskrivna.pdf: filer av typen ”.pdf” läses inte; väntat: .xlsx, .xlsm, .xls, .csv, .tsv, .txt.",)),
    Bad("csv in Windows-1252", text(COUNTS_CSV, SNAPSHOT_CSV, "cp1252"),
        ("inskrivna.csv: filens text kan inte läsas; väntat: UTF-8. Spara om den som ”CSV UTF-8”.",)),
    Bad("csv in UTF-16", text(COUNTS_CSV, SNAPSHOT_CSV, "utf-16"),
        ("inskrivna.csv: filens text kan inte läsas; väntat: UTF-8. Spara om den som ”CSV UTF-8”.",)),
    Bad("csv with a byte order mark", text(COUNTS_CSV, SNAPSHOT_CSV, "utf-8-sig"), (), read=True),
    Bad("a quotation mark that is not closed", text(COUNTS_CSV, SNAPSHOT_CSV.replace("Ronneby", '"Ronneby')),
        ("inskrivna.csv, rad 3, kolumn ”Kommun”: citattecknet före ”Ronneby” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",)),
    Bad("another series", sheet(COUNTS, ["Beviljade arbetstillstånd 2024"], [], ["Yrke", "2024-01"], ["Kock", 3]),
        ("inskrivna.xlsx: filen innehåller en annan serie: ”Beviljade arbetstillstånd 2024”; väntat: ”Inskrivna personer i Migrationsverkets mottagningssystem”. Hämta arbetsboken med det namnet från Migrationsverkets statistiksida.",)),
    Bad("a sheet of the series without municipalities", sheet(COUNTS, [TITLE], ["Län", "ABO"], ["Gotlands län", 1]),
        ("inskrivna.xlsx: inget blad i serien har kolumnerna Län och Kommun med antal bredvid; bladen är Blad1: Inskrivna personer i Migrationsverkets mottagningssystem 2023-02-28, uppdelade på län, kommun och boendeform; väntat: ”Inskrivna personer i Migrationsverkets mottagningssystem”. Hämta arbetsboken med det namnet från Migrationsverkets statistiksida.",)),
    Bad("the sheet is hidden", counts(RONNEBY, KARLSHAMN, change=hide),
        ("inskrivna.xlsx: antalen står på ett dolt blad: Blad1. Visa bladet i Excel och spara filen.",)),
    Bad("two such sheets", counts(RONNEBY, KARLSHAMN, change=another_sheet()),
        (f"inskrivna.xlsx: flera blad har en rad för varje kommun: Blad1: {TITLE[:-1]}; Gammalt: {TITLE[:-1]}; väntat: ett sådant blad. Spara en kopia med bara det blad som ska läsas.",)),
    Bad("two such sheets, one of them hidden: the visible one is read", counts(RONNEBY, KARLSHAMN, change=another_sheet("Gammalt")),
        ("Dolda blad, som inte läses: 1.",), read=True),
    Bad("two such sheets, both hidden", counts(RONNEBY, KARLSHAMN, change=another_sheet("Blad1", "Gammalt")),
        ("inskrivna.xlsx: antalen står på ett dolt blad: Blad1, Gammalt. Visa i Excel det blad som ska läsas, och spara filen.",)),
    Bad("a title without a month", sheet(COUNTS, [TITLE.replace("-02-28", "")], [], HEADER, RONNEBY),
        ("inskrivna.xlsx, blad ”Blad1”: varken titeln eller rubrikerna säger vilken månad antalen gäller; väntat: ett datum, till exempel 2023-02-28 eller den 28 februari 2023.",)),
    Bad("no column of municipalities", sheet(COUNTS, [TITLE], [], ["Län", *HEADER[2:]], ["Blekinge län", *RONNEBY[2:]]),
        ("inskrivna.xlsx: inget blad i serien har kolumnerna Län och Kommun med antal bredvid; bladen är Blad1: Inskrivna personer i Migrationsverkets mottagningssystem 2023-02-28, uppdelade på län, kommun och boendeform; väntat: ”Inskrivna personer i Migrationsverkets mottagningssystem”. Hämta arbetsboken med det namnet från Migrationsverkets statistiksida.",)),
    Bad("a column without a heading", sheet(COUNTS, [TITLE], [], [*HEADER[:4], None, HEADER[5]], RONNEBY),
        ("inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”E”: kolumnen har ingen rubrik. Kontrollera att filen är som myndigheten publicerade den.",)),
    Bad("a municipality that is not known", counts(["Blekinge län", "Ronebey", *RONNEBY[2:]]),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”B”: ”Ronebey” är ingen kommun i Blekinge län. Rätta namnet; inget gissas.",)),
    Bad("a municipality twice", counts(RONNEBY, KARLSHAMN, [None, "RONNEBY", *RONNEBY[2:]]),
        ("inskrivna.xlsx, blad ”Blad1”, rad 6, kolumn ”B”: Blekinge län RONNEBY står två gånger, först på rad 4.",)),
    Bad("a negative count", counts(changed("ABO", -12)),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: antalet -12 är negativt; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a fractional count", counts(changed("ABO", 1.5)),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: antalet 1.5 är inget heltal; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a count with a decimal comma", counts(changed("ABO", "1,5")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: antalet 1,5 är inget heltal; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a count with a comma or point before three digits", counts(changed("ABO", "1,234")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: ”1,234” kan läsas som tusental eller som ett decimaltal; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("whole counts stored as text", counts(changed("ABO", "12,0"), KARLSHAMN),
        ("1 antal är text i arbetsboken och läses som tal.",), read=True),
    Bad("a count as text", counts(changed("ABO", "tolv")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: ”tolv” är inget tal; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a blank count", counts(changed("ABO", None), KARLSHAMN),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: cellen är tom; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a date among the counts", counts(changed("ABO", dt.date(2023, 2, 1)), KARLSHAMN),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: ”2023-02-01” är inget tal; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("an error of Excel's", counts(RONNEBY, KARLSHAMN, change=put("C4", "#REF!", "e")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”C”: cellen visar Excels fel #REF! (#REFERENS!); väntat: ett heltal från 0, ”..” eller ”-”. Hämta filen på nytt, eller skriv det som ska stå i cellen.",)),
    Bad("an error of Excel's, saved as csv", text(COUNTS_CSV, SNAPSHOT_CSV.replace(";12;", ";#SAKNAS!;")),
        ("inskrivna.csv, rad 3, kolumn ”C”: cellen visar Excels fel #N/A (#SAKNAS!); väntat: ett heltal från 0, ”..” eller ”-”. Hämta filen på nytt, eller skriv det som ska stå i cellen.",)),
    Bad("an error of Excel's in a name", counts(["Blekinge län", "", *RONNEBY[2:]], KARLSHAMN, change=put("B4", "#N/A", "e")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 4, kolumn ”B”: cellen visar Excels fel #N/A (#SAKNAS!). Hämta filen på nytt, eller skriv det som ska stå i cellen.",)),
    Bad("a formula without a result", counts(RONNEBY, KARLSHAMN, change=put("F5", "=C5+D5+E5")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 5, kolumn ”F”: cellen har en formel utan resultat; väntat: ett heltal från 0, ”..” eller ”-”. Öppna filen i Excel och spara den: då räknar Excel ut formeln.",)),
    Bad("merged cells of a county", counts(RONNEBY, KARLSHAMN, change=merge("A4:A5")), (), read=True),
    Bad("merged cells of counts", counts(RONNEBY, KARLSHAMN, change=merge("C4:C5")),
        ("inskrivna.xlsx, blad ”Blad1”, rad 5, kolumn ”C”: cellen är tom; väntat: ett heltal från 0, ”..” eller ”-”.",)),
    Bad("a month that is an Excel date without its format", sheet(COUNTS, [TITLE], [], [*MONTHS[:3], 44_958], ["Blekinge län", "Ronneby", 12, 13]),
        ("inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”D”: rubriken ”44958” är okänd. Kontrollera att filen är som myndigheten publicerade den.",)),
    Bad("the same month twice", sheet(COUNTS, [TITLE], [], [*MONTHS, "2023-02"], ["Blekinge län", "Ronneby", 12, 13, 14]),
        ("inskrivna.xlsx, blad ”Blad1”, rad 3, kolumn ”E”: rubriken ”2023-02” står för det som en annan kolumn innehåller.",)),
    Bad("a total that is not the sum", counts(["Blekinge län", *KARLSHAMN[1:]], [None, "Totalt", 5, 6, 8, 19]), (
        "inskrivna.xlsx, blad ”Blad1”, rad 5, kolumn ”E”: Blekinge län 2023-02: totalen 8 i E5 är inte summan 7 av delarna i E4. Kontrollera att filen är som myndigheten publicerade den.",
        "inskrivna.xlsx, blad ”Blad1”, rad 5, kolumn ”F”: Blekinge län 2023-02: totalen 19 i F5 är inte summan 18 av delarna i F4. Kontrollera att filen är som myndigheten publicerade den.",
    )),
    Bad("csv of the long table, a column missing", text(COUNTS_CSV, "month;municipality_code;low\n2023-02;1081;1\n"),
        ("inskrivna.csv, rad 1: kolumnen ”high” saknas. Lägg till den eller rätta dess rubrik.",)),
    Bad("csv of the long table, several at once", text(COUNTS_CSV, LONG_HEAD + "2023-13;1081;1;1;nej\n2023-02;1082;-1;1;nej\n2023-02;1080;1,5;2;ja\n2023-02;1083;1;1;nej\n2023-02;1083;2;2;nej\n"), (
        "inskrivna.csv, rad 2, kolumn ”month”: ”2023-13” är ingen månad; väntat: en månad som ÅÅÅÅ-MM.",
        "inskrivna.csv, rad 3, kolumn ”low”: ”-1” är inget antal; väntat: ett heltal från 0.",
        "inskrivna.csv, rad 4, kolumn ”low”: ”1,5” är inget antal; väntat: ett heltal från 0.",
        "inskrivna.csv, rad 6, kolumn ”municipality_code”: raden gäller samma sak som rad 5.",
    )),
)
# fmt: on

# -------------------------------------------------------------------------------------------------------- activities

BOOK = "insatser.xlsx"
TEXT = "insatser.csv"


def row(**cells: object) -> tuple[Any, ...]:
    made = ROW
    for heading, value in cells.items():
        made = replaced(heading, value, row=made)
    return made


def errors(cells: Mapping[str, str]) -> Callable[[Any, Any], None]:
    """Cells of a workbook that show an error of Excel's."""

    def change(book: Any, sheet_: Any) -> None:
        for cell, error in cells.items():
            put(cell, error, "e")(book, sheet_)

    return change


def activity(**cells: object) -> Make:
    return sheet(BOOK, HEAD, row(**cells))


# One case on two lines, as in the table.
# fmt: off
ACTIVITIES = (
    Bad("no such file", lambda folder: folder / BOOK,
        ("insatser.xlsx: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den.",)),
    Bad("a folder where a file should be", a_folder(TEXT),
        ("insatser.csv: detta är en mapp, ingen fil. Ange filen som ligger i den.",)),
    Bad("an empty file", content(TEXT, b""),
        ("insatser.csv: filen är tom.",)),
    Bad("a byte order mark alone", content(TEXT, b"\xef\xbb\xbf"),
        ("insatser.csv: filen är tom.",)),
    Bad("only the example row", text(TEXT, CSV.replace("BD-1", "EXEMPEL")),
        ("insatser.csv: där finns bara exempelraden.",)),
    Bad("a zip cut off", cut(sheet(BOOK, HEAD, ROW)),
        ("insatser.xlsx: filen är skadad eller är ingen Excel-arbetsbok. Hämta den igen, eller öppna den i Excel och spara den som .xlsx.",)),
    Bad("a zip bomb", bomb(BOOK, 201),
        ("insatser.xlsx: arbetsboken är uppackad större än 200 MB. Behåll bara registrets rader.",)),
    Bad("another kind of file", content("insatser.pdf", b"%PDF"),
        ("insatser.pdf: filer av typen ”.pdf” läses inte; väntat: .xlsx, .xlsm, .xls, .csv, .tsv, .txt, .gpkg.",)),
    Bad("a byte order mark", text(TEXT, CSV, "utf-8-sig"), (), read=True),
    Bad("Windows-1252", text(TEXT, CSV, "cp1252"),
        ("Filen är läst som Windows-text (cp1252).",), read=True),
    Bad("UTF-16", text(TEXT, CSV, "utf-16"),
        ("Filen läses som UTF-16.",), read=True),
    Bad("UTF-16 without its mark", text(TEXT, CSV, "utf-16-le"),
        ("insatser.csv: filens text kan inte läsas; väntat: UTF-8, UTF-16 med byteordningsmärke eller Windows-1252. Spara om den som ”CSV UTF-8”.",)),
    Bad("two encodings in one file", content(TEXT, CSV.encode() + CSV_ROW.encode("cp1252")),
        ("insatser.csv, rad 1: bokstäver är förvanskade: ”PrimÃ¤rt”; väntat: en och samma teckenkodning i hela filen. Spara om den som ”CSV UTF-8” från programmet den gjordes i.",)),
    Bad("letters that are lost", text(TEXT, CSV.replace("Språk", "Spr\ufffdk")),
        ("insatser.csv, rad 2: bokstäver är förvanskade: ”Spr\ufffdkcafé”; väntat: en och samma teckenkodning i hela filen. Spara om den som ”CSV UTF-8” från programmet den gjordes i.",)),
    Bad("a quotation mark that is not closed", text(TEXT, CSV.replace("Röda", '"Röda')),
        ("insatser.csv, rad 2, kolumn ”Anordnare”: citattecknet före ”Röda Korset” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",)),
    Bad("a quotation mark that one in a later row closes", text(TEXT, CSV.replace("Röda", '"Röda') + CSV_ROW.replace("Röda Korset", 'Kafé "Hej"')),
        ("insatser.csv, rad 2, kolumn ”Anordnare”: citattecknet före ”Röda Korset” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",)),
    Bad("a quotation mark inside a quoted text", text(TEXT, CSV.replace("Röda Korset", '"Kafé "Hej" i stan"')),
        ("insatser.csv, rad 2, kolumn ”Anordnare”: efter citattecknet som avslutar ”Kafé” kommer mer text; väntat: skiljetecknet eller radens slut. Skriv varje citattecken inuti en sådan text dubbelt.",)),
    Bad("a name that holds the separator", text(TEXT, CSV.replace("Språkcafé", "Språkcafé; nybörjare")),
        ("insatser.csv, rad 2: raden har 13 celler men rubrikerna är 12. Sätt citattecken runt en text som innehåller skiljetecknet.",)),
    Bad("such a name in a row whose last cells are blank", text(TEXT, CSV.replace("Språkcafé", "Språkcafé; nybörjare").replace("829440;7292327", ";") + CSV_ROW.replace("BD-1", "BD-2")),
        ("insatser.csv, rad 2: raden har 13 celler men rubrikerna är 12. Sätt citattecken runt en text som innehåller skiljetecknet.",)),
    Bad("a name with a line break and no quotation marks", text(TEXT, CSV.replace("Språkcafé", "Språk\ncafé")),
        ("insatser.csv, rad 2: en radbrytning delar raden i två, med 2 och 11 celler; väntat: 12 celler, lika många som rubrikerna. Sätt citattecken runt texten med radbrytningen, eller ta bort radbrytningen.",)),
    Bad("decimal commas between semicolons", text(TEXT, CSV.replace("829440;7292327", "829440,0;7292327,0")), (), read=True),
    Bad("decimal commas between commas", text(TEXT, CSV.replace(";", ",").replace("829440,7292327", "829440,5,7292327,5")),
        ("insatser.csv, rad 2: raden har 14 celler men rubrikerna är 12. Sätt citattecken runt en text som innehåller skiljetecknet.",)),
    Bad("the wrong sheet", sheet(BOOK, ("Budget", 2024), ("Hyra", 12)),
        ("insatser.xlsx: ingen rad med tabellens rubriker hittades på bladen Blad1; väntat: Insats-id, Namn, Anordnare, Primärt syfte, Platser, Startdatum, Kommun. Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",)),
    Bad("two such sheets", sheet(BOOK, HEAD, ROW, change=second_sheet),
        ("insatser.xlsx: två blad innehåller en sådan tabell: Blad1, Kopia; väntat: Insats-id, Namn, Anordnare, Primärt syfte, Platser, Startdatum, Kommun. Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",)),
    Bad("the sheet is hidden", sheet(BOOK, HEAD, ROW, change=hide),
        ("insatser.xlsx: tabellen står på ett dolt blad: Blad1; väntat: Insats-id, Namn, Anordnare, Primärt syfte, Platser, Startdatum, Kommun. Visa bladet i Excel och spara filen.",)),
    Bad("columns missing", sheet(BOOK, (*HEAD[:3], *HEAD[5:]), (*ROW[:3], *ROW[5:])), (
        "insatser.xlsx, blad ”Blad1”, rad 1: kolumnen ”Primärt syfte” saknas. Lägg till den eller rätta dess rubrik.",
        "insatser.xlsx, blad ”Blad1”, rad 1: kolumnen ”Platser” saknas. Lägg till den eller rätta dess rubrik.",
    )),
    Bad("a column twice", sheet(BOOK, (*HEAD, "Platser"), (*ROW, 13)),
        ("insatser.xlsx, blad ”Blad1”, rad 1, kolumn ”M”: rubriken ”Platser” betyder detsamma som ”Platser”. Behåll en av de två kolumnerna.",)),
    Bad("merged cells", sheet(BOOK, HEAD, ROW, (None, *ROW[1:]), change=merge("A2:A3")),
        ("insatser.xlsx, blad ”Blad1”, rad 2: cellerna A2:A3 är sammanfogade: bara den första av dem har ett värde. Dela cellerna igen och skriv värdet i var och en.",)),
    Bad("a formula without a result", sheet(BOOK, HEAD, ROW, change=put("E2", "=3*4")),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: cellen har en formel utan resultat. Skriv själva värdet i cellen.",)),
    Bad("an error of Excel's", sheet(BOOK, HEAD, ROW, change=put("J2", "#N/A", "e")),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Kommun”: cellen J2 visar Excels fel #N/A (#SAKNAS!): dess formel letar efter något som inte finns. Rätta formeln, eller skriv själva värdet i cellen.",)),
    Bad("several errors of Excel's", sheet(BOOK, HEAD, ROW, ROW, change=errors({"C2": "#REF!", "E2": "#DIV/0!", "H3": "#VALUE!"})), (
        "insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Anordnare”: cellen C2 visar Excels fel #REF! (#REFERENS!): dess formel pekar på celler som är borta. Rätta formeln, eller skriv själva värdet i cellen.",
        "insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: cellen E2 visar Excels fel #DIV/0! (#DIVISION/0!): dess formel delar med noll eller med en tom cell. Rätta formeln, eller skriv själva värdet i cellen.",
        "insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Start”: cellen H3 visar Excels fel #VALUE! (#VÄRDEFEL!): dess formel räknar med ett värde av fel slag. Rätta formeln, eller skriv själva värdet i cellen.",
    )),
    Bad("csv that Excel saved with errors in it", text(TEXT, CSV.replace("Röda Korset", "#REFERENS!").replace("2024-01-08", "########")), (
        "insatser.csv, rad 2, kolumn ”Anordnare”: cellen visar Excels fel #REF! (#REFERENS!): dess formel pekar på celler som är borta. Rätta formeln, eller skriv själva värdet i cellen.",
        "insatser.csv, rad 2, kolumn ”Startdatum”: Excel har skrivit ”########” i stället för värdet. Gör kolumnen bredare i Excel och spara filen igen.",
    )),
    Bad("negative places", activity(Platser=-1),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”-1” är inget antal platser; väntat: ett heltal från 0, med siffror.",)),
    Bad("fractional places", activity(Platser=1.5),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”1.5” är inget antal platser; väntat: ett heltal från 0, med siffror.",)),
    Bad("places with a decimal comma", activity(Platser="1,5"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”1,5” är inget antal platser; väntat: ett heltal från 0, med siffror.",)),
    Bad("places as text", activity(Platser="tio"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”tio” är inget antal platser; väntat: ett heltal från 0, med siffror.",)),
    Bad("places with a unit", activity(Platser="12 st"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”12 st” är inget antal platser; väntat: ett heltal från 0, med siffror.",)),
    Bad("no places", activity(Platser=None),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: cellen är tom; väntat: ett heltal från 0, med siffror.",)),
    Bad("a date that has lost its format", activity(Startdatum=45_299),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Startdatum”: ”45299” är ett tal, inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD. Formatera cellen som datum; Excel visar då 2024-01-08, om det är den dag som avses.",)),
    Bad("a time that has lost its format", activity(Start=0.4375),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Start”: ”0.4375” är ett tal, inget klockslag; väntat: ett klockslag som TT:MM. Formatera cellen som tid; Excel visar då 10:30, om det är det klockslag som avses.",)),
    Bad("a date written otherwise", activity(Startdatum="8/1 2024"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Startdatum”: ”8/1 2024” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",)),
    Bad("a session that ends before it begins", activity(Slut=dt.time(9)),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Slut”: tillfället slutar 09:00, inte efter att det börjar 10:00.",)),
    Bad("a word that is not known", activity(Veckodagar="mån;onz"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Veckodagar”: ordet ”onz” är okänt här; väntat: mån, tis, ons, tor, fre, lör, sön.",)),
    Bad("a municipality that is not known", activity(Kommun="Lule"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Kommun”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",)),
    Bad("coordinates 0, 0", activity(Öst=0, Nord=0),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna är 0 och 0. Lämna dem tomma där platsen inte är känd.",)),
    Bad("axes swapped", activity(Öst=7_292_327, Nord=829_440),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna är omkastade: ”Öst” innehåller 7292327 och ”Nord” innehåller 829440. Låt de två kolumnerna byta plats.",)),
    Bad("coordinates as text", activity(Nord="norr"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Nord”: ”norr” är inget tal; väntat: grader med decimaler eller hela meter, som 65.5842 eller 7292327.",)),
    Bad("one coordinate missing", activity(Nord=None),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Nord”: en av de två koordinaterna saknas. Ange båda koordinaterna eller ingen.",)),
    Bad("coordinates in RT 90", activity(Öst=1_792_000, Nord=7_294_000),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna 1792000, 7294000 är av storleken att döma i RT 90 2.5 gon V (EPSG:3021); väntat: grader (WGS 84) eller meter (SWEREF 99 TM). Räkna om dem till SWEREF 99 TM (EPSG:3006).",)),
    Bad("coordinates in another municipality", activity(Kommun="Kiruna"),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Öst”: koordinaterna ligger i Luleå, 199 km från Kiruna. Rätta koordinaterna eller kommunen.",)),
    Bad("a day that a formula gives for a blank cell", activity(Startdatum=dt.date(1900, 1, 1)),
        ("insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Startdatum”: dagen 1900-01-01 är före 1950; väntat: ett datum som ÅÅÅÅ-MM-DD. Lämna cellen tom om det inte finns någon dag: en formel som pekar på en tom cell visar en sådan.",)),
    Bad("one id in two ways", sheet(BOOK, HEAD, ROW, row(**{"Insats-id": "bd-1", "Veckodagar": "tis"})),
        ("insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Insats-id”: ”bd-1” står som ”BD-1” på rad 2: stora och små bokstäver skiljer sig. Skriv id likadant på insatsens alla rader, eller ge en av de två ett annat id.",)),
    Bad("coordinates on one row of an activity only", sheet(BOOK, HEAD, ROW, row(Veckodagar="tis", Öst=None, Nord=None)),
        ("insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Kommun”: raden saknar koordinater, men rad 2 för samma insats och kommun har det. Ange koordinaterna på båda raderna, eller en egen adress om det är en annan plats.",)),
    Bad("coordinates of one place that differ a little", sheet(BOOK, HEAD, ROW, row(Veckodagar="tis", Öst=829_470, Nord=7_292_367)),
        ("insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Öst”: platsen ligger 50 m från den på rad 2 för samma insats. Skriv samma koordinater på alla rader för en plats.",)),
    Bad("the same row twice", sheet(BOOK, HEAD, ROW, ROW),
        ("insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Insats-id”: raden upprepar rad 2: samma insats, plats och tid. Ta bort en av de två.",)),
    Bad("an id with two periods that overlap", sheet(BOOK, HEAD, ROW, row(Startdatum=dt.date(2024, 2, 5), Veckodagar="tis")),
        ("insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Startdatum”: säger något annat än rad 2 för samma insats och plats. Låt raderna stämma överens, eller ge insatserna olika id.",)),
    Bad("several at once", sheet(BOOK, HEAD, row(Platser="tio", Kommun="Lule"), row(Namn=None, Startdatum=45_299, Öst=0, Nord=0)), (
        "insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Platser”: ”tio” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        "insatser.xlsx, blad ”Blad1”, rad 2, kolumn ”Kommun”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
        "insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Namn”: cellen är tom.",
        "insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Startdatum”: ”45299” är ett tal, inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD. Formatera cellen som datum; Excel visar då 2024-01-08, om det är den dag som avses.",
        "insatser.xlsx, blad ”Blad1”, rad 3, kolumn ”Öst”: koordinaterna är 0 och 0. Lämna dem tomma där platsen inte är känd.",
    )),
)
# fmt: on

# --------------------------------------------------------------------------------------------------------- corridors

PAIRS = "korridorer.xlsx"
PAIRS_CSV = "korridorer.csv"
PAIRS_HEAD = CORRIDOR_CSV.splitlines()[0] + "\n"


def corridor(*rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None) -> Make:
    return sheet(PAIRS, CORRIDOR_HEAD, *rows, change=change)


# One case on two lines, as in the table.
# fmt: off
CORRIDORS = (
    Bad("no such file", lambda folder: folder / PAIRS,
        ("korridorer.xlsx: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den.",)),
    Bad("a folder where a file should be", a_folder(PAIRS),
        ("korridorer.xlsx: detta är en mapp, ingen fil. Ange filen som ligger i den.",)),
    Bad("an empty file", content(PAIRS_CSV, b""),
        ("korridorer.csv: filen är tom.",)),
    Bad("a zip cut off", cut(corridor(CORRIDOR_ROW)),
        ("korridorer.xlsx: filen är skadad eller är ingen Excel-arbetsbok. Hämta den igen, eller öppna den i Excel och spara den som .xlsx.",)),
    Bad("a zip bomb", bomb(PAIRS, 201),
        ("korridorer.xlsx: arbetsboken är uppackad större än 200 MB. Behåll bara registrets rader.",)),
    Bad("a byte order mark", text(PAIRS_CSV, CORRIDOR_CSV, "utf-8-sig"), (), read=True),
    Bad("Windows-1252", text(PAIRS_CSV, CORRIDOR_CSV, "cp1252"),
        ("Filen är läst som Windows-text (cp1252).",), read=True),
    Bad("UTF-16 without its mark", text(PAIRS_CSV, CORRIDOR_CSV, "utf-16-le"),
        ("korridorer.csv: filens text kan inte läsas; väntat: UTF-8, UTF-16 med byteordningsmärke eller Windows-1252. Spara om den som ”CSV UTF-8”.",)),
    Bad("encoded twice", content(PAIRS_CSV, CORRIDOR_CSV.encode().decode("cp1252").encode()),
        ("korridorer.csv, rad 1: bokstäver är förvanskade: ”FrÃ¥n”; väntat: en och samma teckenkodning i hela filen. Spara om den som ”CSV UTF-8” från programmet den gjordes i.",)),
    Bad("a comma too many", text(PAIRS_CSV, CORRIDOR_CSV.replace(";", ",").replace(",a\n", ",a,b\n")),
        ("korridorer.csv, rad 2: raden har 6 celler men rubrikerna är 5. Sätt citattecken runt en text som innehåller skiljetecknet.",)),
    Bad("the wrong sheet", sheet(PAIRS, HEAD, ROW),
        ("korridorer.xlsx: ingen rad med tabellens rubriker hittades på bladen Blad1; väntat: Från, Till, Gäller från. Ha tabellen på ett enda blad, med rubrikerna bland de tio första raderna.",)),
    Bad("the sheet is hidden", corridor(CORRIDOR_ROW, change=hide),
        ("korridorer.xlsx: tabellen står på ett dolt blad: Blad1; väntat: Från, Till, Gäller från. Visa bladet i Excel och spara filen.",)),
    Bad("a column missing", sheet(PAIRS, CORRIDOR_HEAD[:2], CORRIDOR_ROW[:2]),
        ("korridorer.xlsx, blad ”Blad1”, rad 1: kolumnen ”Gäller från” saknas. Lägg till den eller rätta dess rubrik.",)),
    Bad("merged cells", corridor(CORRIDOR_ROW, (None, "Piteå", *CORRIDOR_ROW[2:]), change=merge("A2:A3")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2: cellerna A2:A3 är sammanfogade: bara den första av dem har ett värde. Dela cellerna igen och skriv värdet i var och en.",)),
    Bad("a formula without a result", corridor(CORRIDOR_ROW, change=put("B2", "=A2")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Till”: cellen har en formel utan resultat. Skriv själva värdet i cellen.",)),
    Bad("an error of Excel's", corridor(CORRIDOR_ROW, change=put("B2", "#REF!", "e")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Till”: cellen B2 visar Excels fel #REF! (#REFERENS!): dess formel pekar på celler som är borta. Rätta formeln, eller skriv själva värdet i cellen.",)),
    Bad("a quotation mark that is not closed", text(PAIRS_CSV, CORRIDOR_CSV.replace(";a\n", ';"a\n') + "Piteå;Luleå;2024-01-01;;b\n"),
        ("korridorer.csv, rad 2, kolumn ”Referens”: citattecknet före ”a” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",)),
    Bad("a reference that holds the separator", text(PAIRS_CSV, CORRIDOR_CSV.replace(";a\n", ";dnr 1; a\n")),
        ("korridorer.csv, rad 2: raden har 6 celler men rubrikerna är 5. Sätt citattecken runt en text som innehåller skiljetecknet.",)),
    Bad("a date that has lost its format", corridor(("Luleå", "Boden", 45_292, None, "a")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Gäller från”: ”45292” är ett tal, inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD. Formatera cellen som datum; Excel visar då 2024-01-01, om det är den dag som avses.",)),
    Bad("a date written otherwise", corridor(("Luleå", "Boden", "1 jan 2024", None, "a")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Gäller från”: ”1 jan 2024” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",)),
    Bad("no first day", corridor(("Luleå", "Boden", None, None, "a")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Gäller från”: cellen är tom; väntat: ett datum som ÅÅÅÅ-MM-DD.",)),
    Bad("the last day before the first", corridor(("Luleå", "Boden", dt.date(2024, 2, 1), dt.date(2024, 1, 31), "a")),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Gäller till”: sista dagen 2024-01-31 är före första dagen 2024-02-01.",)),
    Bad("a municipality that is not known", corridor(("Lule", *CORRIDOR_ROW[1:])),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",)),
    Bad("a code with a decimal comma", corridor(("Luleå", "2582,5", *CORRIDOR_ROW[2:])),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Till”: ”2582,5” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",)),
    Bad("a negative code", corridor(("Luleå", -2582, *CORRIDOR_ROW[2:])),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Till”: ”-2582” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",)),
    Bad("from a municipality to itself", corridor(("Luleå", 2580, *CORRIDOR_ROW[2:])),
        ("korridorer.xlsx, blad ”Blad1”, rad 2, kolumn ”Till”: en korridor från en kommun till samma kommun.",)),
    Bad("the same row twice", corridor(CORRIDOR_ROW, CORRIDOR_ROW),
        ("korridorer.xlsx, blad ”Blad1”, rad 3, kolumn ”Gäller från”: perioden överlappar den på rad 2 för samma två kommuner. Låt den ena perioden sluta dagen innan nästa börjar.",)),
    Bad("periods that overlap", text(PAIRS_CSV, PAIRS_HEAD + "Luleå;Boden;2024-06-01;2024-06-30;a\nLuleå;Boden;2024-01-01;2024-12-31;b\nLuleå;Boden;2024-12-31;;c\n"), (
        "korridorer.csv, rad 2, kolumn ”Gäller från”: perioden överlappar den på rad 3 för samma två kommuner. Låt den ena perioden sluta dagen innan nästa börjar.",
        "korridorer.csv, rad 4, kolumn ”Gäller från”: perioden överlappar den på rad 3 för samma två kommuner. Låt den ena perioden sluta dagen innan nästa börjar.",
    )),
    Bad("several at once", text(PAIRS_CSV, PAIRS_HEAD + "Lule;;2024-01-01;;a\nLuleå;Boden;45292;2024-13-01;b\n"), (
        "korridorer.csv, rad 2, kolumn ”Till”: cellen är tom.",
        "korridorer.csv, rad 2, kolumn ”Från”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
        "korridorer.csv, rad 3, kolumn ”Gäller från”: ”45292” är ett tal, inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD. Formatera cellen som datum; Excel visar då 2024-01-01, om det är den dag som avses.",
        "korridorer.csv, rad 3, kolumn ”Gäller till”: ”2024-13-01” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
    )),
)
# fmt: on

# ------------------------------------------------------------------------------------------------------------- tests


class Source(NamedTuple):
    """A reader, its bad files, and a good one that says what the odd ones say."""

    heading: str
    cases: tuple[Bad, ...]
    read: Callable[[Path], tuple[pd.DataFrame, Mapping[str, int]]]
    good: Make


def enrolment_of(path: Path) -> tuple[pd.DataFrame, Mapping[str, int]]:
    result = read_enrolment(path)
    # The file and the cell say where a count was, not what it is.
    return result.table.drop(columns=["source", "cell"]), result.notes


def activities_of(path: Path) -> tuple[pd.DataFrame, Mapping[str, int]]:
    result = read_activities(path)
    series = pd.DataFrame(result.series.reveal(Audience.INTERNAL))
    return series.merge(result.sessions.reveal(Audience.INTERNAL), on="series_id"), result.notes


def corridors_of(path: Path) -> tuple[pd.DataFrame, Mapping[str, int]]:
    result = read_corridor_register(path)
    return result.table, result.notes


SOURCES = (
    Source("Enrolment", ENROLMENT, enrolment_of, counts(RONNEBY, KARLSHAMN)),
    Source("Activities", ACTIVITIES, activities_of, sheet(BOOK, HEAD, ROW)),
    Source("Corridors", CORRIDORS, corridors_of, corridor(CORRIDOR_ROW)),
)


@pytest.mark.parametrize(
    ("source", "case"),
    [
        pytest.param(source, case, id=f"{source.heading}: {case}")
        for source in SOURCES
        for case in source.cases
    ],
)
def test_what_a_bad_file_is_told(source: Source, case: Bad, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    if case.read:
        table, notes = source.read(path)
        (tmp_path / "good").mkdir()
        expected, usual = source.read(source.good(tmp_path / "good"))
        pd.testing.assert_frame_equal(table, expected)
        assert usual.items() <= notes.items()
        assert tuple(note_text(kind, notes[kind]) for kind in notes if kind not in usual) == case.says
        return
    with pytest.raises(InputError) as caught:
        source.read(path)
    assert tuple(map(str, caught.value.problems)) == case.says


@pytest.mark.parametrize("source", SOURCES, ids=[source.heading for source in SOURCES])
def test_the_table_stands_in_the_documentation(source: Source) -> None:
    assert documented(source.heading) == markdown(source.cases)
