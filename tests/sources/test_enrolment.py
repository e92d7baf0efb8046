"""Migrationsverket's workbooks: what is read, with its cell, and what is refused, in whose words."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]  # it has no types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geomatch.errors import InputError, RestrictedError
from geomatch.restricted import Audience, Restricted
from geomatch.sources.enrolment import COLUMNS, read_enrolment
from geomatch.sources.regions import municipalities

TITLE = "Inskrivna personer i Migrationsverkets mottagningssystem 2023-02-28, uppdelade på län, kommun och boendeform."
HEADER: list[Any] = ["Län", "Kommun", "ABO", "EBO", "Övrigt", "Totalt"]
ROWS: list[list[Any]] = [
    ["Blekinge län", "Karlshamn", 10, "..", 0, 14],
    [None, "Karls-\nkrona", 5, 6, 7, 18],
    [None, "okänd kommun", "-", 0, 0, "–"],
    [None, "Totalt", 15, 10, 7, 32],
    ["Stockholms län", "Upplands-Väsby", 3, 1, 0, 4],
    [None, "Totalt", 3, 1, 0, 4],
    ["Totalt", None, 18, 11, 7, 36],
]
NAME = "Län, kommun och boendeform"
OTHER = "Välkommen"


def save(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def snapshot(path: Path, rows: list[list[Any]], title: str = TITLE, header: list[Any] | None = None) -> Path:
    return save(path, {NAME: [[title], [], header or HEADER, *rows]})


def draw(path: Path, paragraphs: list[str]) -> None:
    """Add a text box to the first sheet, as the agency's `Information` has it."""
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    sheet = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    text = "".join(
        f"<a:p><a:r><a:t>{part[:3]}</a:t></a:r><a:r><a:t>{part[3:]}</a:t></a:r></a:p>" for part in paragraphs
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/drawings/drawing1.xml",
            f'<xdr:wsDr xmlns:xdr="{sheet}" xmlns:a="{main}"><xdr:sp><xdr:txBody>{text}</xdr:txBody></xdr:sp></xdr:wsDr>',
        )
        archive.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relation}" Target="../drawings/drawing1.xml"/></Relationships>',
        )


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_enrolment(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_snapshot_comes_back_cell_by_cell(tmp_path: Path) -> None:
    result = read_enrolment(snapshot(tmp_path / "a.xlsx", ROWS))
    table = result.table
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 7 * 4
    shown = table[
        ["county_code", "municipality_code", "accommodation", "low", "high", "masked", "sign", "cell"]
    ]
    assert shown.iloc[[0, 1, 7, 8, 11, 15, 27]].to_numpy().tolist() == [
        ["10", "1082", "agency", 10, 10, False, "", "'Län, kommun och boendeform'!C4"],
        ["10", "1082", "own", 1, 5, True, "..", "'Län, kommun och boendeform'!D4"],
        ["10", "1080", "all", 18, 18, False, "", "'Län, kommun och boendeform'!F5"],
        ["10", "unknown", "agency", 0, 5, True, "-", "'Län, kommun och boendeform'!C6"],
        ["10", "unknown", "all", 0, 5, True, "–", "'Län, kommun och boendeform'!F6"],
        ["10", "all", "all", 32, 32, False, "", "'Län, kommun och boendeform'!F7"],
        ["all", "all", "all", 36, 36, False, "", "'Län, kommun och boendeform'!F10"],
    ]
    assert set(table["month"]) == {"2023-02"}
    assert set(table["source"]) == {"a.xlsx"}
    for column in ("locality_code", "target_group", "case_status", "sex", "age_group"):
        assert set(table[column]) == {"all"}
    assert (str(table["low"].dtype), str(table["masked"].dtype)) == ("Int64", "bool")
    assert (result.months, result.title, result.sheet, result.updated) == (("2023-02",), TITLE, NAME, None)
    assert result.notes == {"dash": 2, "masked": 1, "unknown_municipality_rows": 1}
    assert not result.synthetic


@pytest.mark.parametrize("sign", ["..", ". .", "…", " .. "])
def test_every_way_to_write_the_dots_is_one_to_five(tmp_path: Path, sign: str) -> None:
    row = read_enrolment(
        snapshot(tmp_path / "a.xlsx", [["Gotlands län", "Gotland", 9, sign, 9, 20]])
    ).table.iloc[1]
    assert (row["low"], row["high"], row["masked"], row["sign"]) == (1, 5, True, sign.strip())


def test_what_the_signs_stand_for_can_be_set(tmp_path: Path) -> None:
    path = snapshot(tmp_path / "a.xlsx", [["Gotlands län", "Gotland", 9, "..", "-", 20]])
    table = read_enrolment(path, masked=(0, 9), dash=(0, 0)).table
    assert table[["low", "high"]].iloc[1:3].to_numpy().tolist() == [[0, 9], [0, 0]]


@pytest.mark.parametrize(
    ("title", "month"),
    [
        ("Inskrivna personer i mottagningssystemet den 31 mars 2024", "2024-03"),
        ("Inskrivna i Migrationsverkets mottagningssystem\n2022-12-01", "2022-12"),
        ("Inskrivna personer, uppdaterad 2023-03-02, per den 28 februari 2023", "2023-02"),
        ("Inskrivna personer i mottagningssystemet, oktober 2021", "2021-10"),
    ],
)
def test_the_month_is_that_of_the_title(tmp_path: Path, title: str, month: str) -> None:
    assert read_enrolment(snapshot(tmp_path / "a.xlsx", ROWS, title)).months == (month,)


def test_the_information_drawing_is_provenance_only(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"Information": [], NAME: [[TITLE], HEADER, *ROWS]})
    draw(
        path,
        [
            "Inskrivna personer, 2023",
            "Källa: SIMBAs datalager, uppdaterad 2023-03-02.",
            "SYNTETISKA UPPGIFTER",
        ],
    )
    result = read_enrolment(path)
    assert (result.updated, result.months, result.synthetic) == ("2023-03-02", ("2023-02",), True)
    assert result.table["cell"].iloc[0] == "'Län, kommun och boendeform'!C3"


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("synthetic-2023.xlsx", TITLE, True),
        ("a.xlsx", f"SYNTETISK: {TITLE}", True),
        ("a.xlsx", TITLE, False),
    ],
)
def test_made_up_figures_are_known_by_file_name_or_title(
    tmp_path: Path, name: str, title: str, *, expected: bool
) -> None:
    assert read_enrolment(snapshot(tmp_path / name, ROWS, title)).synthetic is expected


def test_months_in_columns(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Antal inskrivna personer i mottagningssystemet, uppdelade på län, kommun och månad."],
        [],
        ["Län", "Kommun", "2023-01", dt.date(2023, 2, 1), "2023-03", "Totalt"],
        ["Gotlands län", "Gotland", 7, "..", None, 10],
        [None, "Totalt", 7, "..", None, 10],
        ["Kronobergs län", "Växjö", 1, 2, None, 3],
        [None, "Totalt", 1, 2, None, 3],
        ["Totalt", None, 8, 5, None, 13],
        [],
        ["Källa: Migrationsverket"],
    ]
    result = read_enrolment(save(tmp_path / "a.xlsx", {OTHER: [["Hej"]], "Län, kommun och månad": rows}))
    assert result.months == ("2023-01", "2023-02")
    assert result.notes == {"empty_months": 1, "masked": 2, "note_rows": 1, "totals_over_months": 5}
    shown = result.table[["month", "municipality_code", "low", "high", "cell"]].iloc[[0, 1, 4, 9]]
    assert shown.to_numpy().tolist() == [
        ["2023-01", "0980", 7, 7, "'Län, kommun och månad'!C4"],
        ["2023-02", "0980", 1, 5, "'Län, kommun och månad'!D4"],
        ["2023-01", "0780", 1, 1, "'Län, kommun och månad'!C6"],
        ["2023-02", "all", 5, 5, "'Län, kommun och månad'!D8"],
    ]


def test_sexes_and_groups_in_rows_fill_forward(tmp_path: Path) -> None:
    header = ["Persongrupp", "Län", "Kommun", "Kön", "Anläggningsboende (ABO)", "Eget boende (EBO)"]
    rows: list[list[Any]] = [
        ["Asylsökande", "Gotlands län", "Gotland", "Kvinnor", 4, 1],
        [None, None, None, "Män", 5, 2],
        [None, None, None, "Totalt", 9, 3],
        ["Skyddsbehövande enligt\nmassflyktsdirektivet", "Gotlands län", "Gotland", "Kvinnor", 6, ".."],
        ["Totalt", None, None, None, 15, 7],
    ]
    table = read_enrolment(snapshot(tmp_path / "a.xlsx", rows, header=header)).table
    keys = table[["target_group", "county_code", "municipality_code", "sex", "accommodation", "low"]]
    assert keys.to_numpy().tolist() == [
        ["asylum_seeker", "09", "0980", "women", "agency", 4],
        ["asylum_seeker", "09", "0980", "women", "own", 1],
        ["asylum_seeker", "09", "0980", "men", "agency", 5],
        ["asylum_seeker", "09", "0980", "men", "own", 2],
        ["asylum_seeker", "09", "0980", "all", "agency", 9],
        ["asylum_seeker", "09", "0980", "all", "own", 3],
        ["temporary_protection", "09", "0980", "women", "agency", 6],
        ["temporary_protection", "09", "0980", "women", "own", 1],
        ["all", "all", "all", "all", "agency", 15],
        ["all", "all", "all", "all", "own", 7],
    ]


def test_an_outline_with_the_county_on_its_own_row(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Gotlands län"],
        [None, "Gotland", 1, 2, 3, 6],
        ["Gotlands län Totalt", None, 1, 2, 3, 6],
    ]
    table = read_enrolment(snapshot(tmp_path / "a.xlsx", rows)).table
    assert table["municipality_code"].tolist() == ["0980"] * 4 + ["all"] * 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_csv_with_the_columns_of_the_table(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "behov.csv"
    lines = [
        ["month", "municipality_code", "target_group", "low", "high", "masked", "sign", "synthetic"],
        ["2023-02", "0980", "asylum_seeker", "12", "12", "false", "", "ja"],
        ["2023-02", "0980", "temporary_protection", "0", "5", "true", "-", "ja"],
        ["2023-02", "0980", "all", "1", "5", "", "", "ja"],
    ]
    lines[3][5] = "true"
    path.write_text("\n".join(separator.join(line) for line in lines), encoding=encoding)
    result = read_enrolment(path)
    shown = result.table[
        ["county_code", "target_group", "low", "high", "masked", "sign", "sex", "source", "cell"]
    ]
    assert shown.to_numpy().tolist() == [
        ["09", "asylum_seeker", 12, 12, False, "", "all", "behov.csv", "D2"],
        ["09", "temporary_protection", 0, 5, True, "-", "all", "behov.csv", "D3"],
        ["09", "all", 1, 5, True, "..", "all", "behov.csv", "D4"],
    ]
    assert result.notes == {"dash": 1, "masked": 1, "signs_assumed": 1}
    assert result.synthetic


def test_the_template_saved_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        f'"{TITLE}";;;;;',
        ";;;;;",
        ";".join(HEADER),
        "Gotlands län;Gotland;1 234;..;0;1 236",
        ";Totalt;1234;2;0;1236",
    ]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    result = read_enrolment(path)
    assert result.table["low"].tolist() == [1234, 1, 0, 1236, 1234, 2, 0, 1236]
    assert result.table["cell"].iloc[3] == "F4"


def test_restricted_counts_are_for_internal_eyes(tmp_path: Path) -> None:
    result = read_enrolment(snapshot(tmp_path / "a.xlsx", ROWS), restricted=True)
    assert isinstance(result, Restricted)
    assert len(result.reveal(Audience.INTERNAL).table) == 28
    with pytest.raises(RestrictedError):
        result.reveal(Audience.PUBLIC)


TAIL = "Kontrollera att filen är som myndigheten publicerade den."
SHEET = f"a.xlsx, blad ”{NAME}”"
SERIES = "”Inskrivna personer i Migrationsverkets mottagningssystem”"
FETCH = "Hämta arbetsboken med det namnet från Migrationsverkets statistiksida."
COUNT = "väntat: ett heltal från 0, ”..” eller ”-”."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [
                ["Gotlands län", "Gottland", 1, 1, 1, 3],
                ["Skåne län", "Heby", 1, 1, 1, 3],
                ["Smålands län", "X", 1, 1, 1, 3],
            ],
            [
                f"{SHEET}, rad 4, kolumn ”B”: ”Gottland” är ingen kommun i Gotlands län. Rätta namnet; inget gissas.",
                f"{SHEET}, rad 5, kolumn ”B”: ”Heby” är ingen kommun i Skåne län. Den ligger i Uppsala län.",
                f"{SHEET}, rad 6, kolumn ”A”: ”Smålands län” är inget län. Rätta namnet; inget gissas.",
            ],
        ),
        (
            [["Gotlands län", "Gotland", 1.5, -2, "tre", None]],
            [
                f"{SHEET}, rad 4, kolumn ”C”: antalet 1.5 är inget heltal; {COUNT}",
                f"{SHEET}, rad 4, kolumn ”D”: antalet -2 är negativt; {COUNT}",
                f"{SHEET}, rad 4, kolumn ”E”: ”tre” är inget tal; {COUNT}",
                f"{SHEET}, rad 3, kolumn ”F”: kolumnen är tom.",
            ],
        ),
        (
            [["Gotlands län", "Gotland", 1, 1, 1, 3], ["Gotlands län", "GOTLAND", 1, 1, 1, None]],
            [f"{SHEET}, rad 5, kolumn ”B”: Gotlands län GOTLAND står två gånger, först på rad 4."],
        ),
        (
            [
                ["Blekinge län", "Ronneby", 1, 2, 3, 6],
                [None, "Karlshamn", 1, 2, 3, 6],
                [None, "Totalt", 2, 4, 7, 13],
            ],
            [
                f"{SHEET}, rad 6, kolumn ”E”: Blekinge län 2023-02: totalen 7 i E6 är inte summan 6 av delarna i E4, E5. {TAIL}",
                f"{SHEET}, rad 6, kolumn ”F”: Blekinge län 2023-02: totalen 13 i F6 är inte summan 12 av delarna i F4, F5. {TAIL}",
            ],
        ),
        (
            [["Blekinge län", "Ronneby", 9, "..", "-", 8]],
            [
                f"{SHEET}, rad 4, kolumn ”F”: Ronneby 2023-02: delarna i C4 blir 9, mer än totalen 8 i F4. {TAIL}"
            ],
        ),
        (
            [["Blekinge län", "Ronneby", 1, 1, 1, 3], ["Totalt", None, 1, 1, 2, 4]],
            [
                f"{SHEET}, rad 5, kolumn ”E”: hela landet 2023-02: totalen 2 i E5 är inte summan 1 av delarna i E4. {TAIL}",
                f"{SHEET}, rad 5, kolumn ”F”: hela landet 2023-02: totalen 4 i F5 är inte summan 3 av delarna i F4. {TAIL}",
            ],
        ),
        ([], [f"{SHEET}, rad 3, kolumn ”{column}”: kolumnen är tom." for column in "CDEF"]),
        ([[None, "Gotland", 1, 1, 1, 3]], [f"{SHEET}, rad 4, kolumn ”A”: cellen är tom."]),
        (
            [["Gotlands län", "Gotland", 1, 1, 1, 3], [None, None, 1, 1, 1, 3]],
            [f"{SHEET}, rad 5: raden har antal men inget namn."],
        ),
        (
            [["Gotlands län", "Gotland", 1, 1, 1, 3, 5]],
            [f"{SHEET}, rad 3, kolumn ”G”: kolumnen har ingen rubrik. {TAIL}"],
        ),
    ],
)
def test_rows_that_are_refused(tmp_path: Path, rows: list[list[Any]], expected: list[str]) -> None:
    found = problems(snapshot(tmp_path / "a.xlsx", rows))
    if rows and rows[-1][-1] is None:
        found = [text for text in found if "kolumn ”F”: cellen" not in text]
    assert sorted(found) == sorted(expected)


def test_a_masked_total_or_a_wider_cell_is_left_to_need(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Blekinge län", "Ronneby", 9, "..", 1, 30],
        [None, "Karlshamn", 9, 9, 9, ".."],
        [None, "Totalt", 18, 40, 10, ".."],
    ]
    assert len(read_enrolment(snapshot(tmp_path / "a.xlsx", rows)).table) == 12


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        (
            {"Yrken": [["Beviljade arbetstillstånd 2024"], [], ["Yrke", "2024-01"], ["Kock", 3]]},
            f"a.xlsx: filen innehåller en annan serie: ”Beviljade arbetstillstånd 2024”; väntat: {SERIES}. {FETCH}",
        ),
        (
            {NAME: [["Nyinskrivna personer i mottagningssystemet 2023-02-28"], HEADER, *ROWS]},
            (
                "a.xlsx: filen innehåller en annan serie: ”Nyinskrivna personer i mottagningssystemet 2023-02-28”; "
                f"väntat: {SERIES}. {FETCH}"
            ),
        ),
        (
            {"Länen": [[TITLE], ["Län", "ABO"], ["Gotlands län", 1]], "Tomt": []},
            (
                "a.xlsx: inget blad i serien har kolumnerna Län och Kommun med antal bredvid; bladen är "
                f"Länen: {TITLE[:-1]}; Tomt: ingen titel; väntat: {SERIES}. {FETCH}"
            ),
        ),
        (
            {"Ett": [[TITLE], HEADER, *ROWS], "Två": [[TITLE], HEADER, *ROWS]},
            (
                f"a.xlsx: flera blad har en rad för varje kommun: Ett: {TITLE[:-1]}; Två: {TITLE[:-1]}; väntat: ett sådant blad. "
                "Spara en kopia med bara det blad som ska läsas."
            ),
        ),
        (
            {NAME: [["Inskrivna personer i mottagningssystemet 2023"], HEADER, *ROWS]},
            (
                f"{SHEET}: varken titeln eller rubrikerna säger vilken månad antalen gäller; "
                "väntat: ett datum, till exempel 2023-02-28 eller den 28 februari 2023."
            ),
        ),
        (
            {NAME: [["Inskrivna personer i mottagningssystemet 2023-02-30"], HEADER, *ROWS]},
            (
                f"{SHEET}: titeln anger ett datum som inte finns: 2023-02-30; "
                "väntat: ett datum, till exempel 2023-02-28 eller den 28 februari 2023."
            ),
        ),
        (
            {NAME: [["Inskrivna personer 2023-01-31 och 2023-02-28"], HEADER, *ROWS]},
            (
                f"{SHEET}: titeln anger flera månader: 2023-01, 2023-02; "
                "väntat: ett datum, till exempel 2023-02-28 eller den 28 februari 2023."
            ),
        ),
        (
            {
                "Län, kommun-County, Municipalit": [
                    [],
                    [None, "Rubrik", "Inskrivna personer i mottagningssystemet 2019"],
                    [None, "Senast körd", dt.datetime(2020, 1, 1, 8)],  # noqa: DTZ001  a cell has no time zone
                    [None, "Län", "Kommun", "Antal"],
                ]
            },
            (
                # The day of the report's run says nothing of the day that the counts are for.
                "a.xlsx, blad ”Län, kommun-County, Municipalit”: varken titeln eller rubrikerna säger vilken månad antalen "
                "gäller; väntat: ett datum, till exempel 2023-02-28 eller den 28 februari 2023."
            ),
        ),
    ],
)
def test_workbooks_that_are_refused(
    tmp_path: Path, sheets: dict[str, list[list[Any]]], expected: str
) -> None:
    assert problems(save(tmp_path / "a.xlsx", sheets)) == [expected]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "a.csv: filen är tom."),
        ("a.csv", b"\xef\xbb\xbf\r\n", "a.csv: filen är tom."),
        (
            "a.csv",
            "Län;Kommun".encode("cp1252"),
            "a.csv: filens text kan inte läsas; väntat: UTF-8. Spara om den som ”CSV UTF-8”.",
        ),
        (
            "a.csv",
            b'"abc;1',
            (
                "a.csv, rad 1, kolumn ”A”: citattecknet före ”abc” har inget slut; väntat: citattecken parvis. "
                "Sätt ett också där texten slutar, eller ta bort det."
            ),
        ),
        (
            "a.csv",
            b"month;municipality_code;low\n2023-01;0980;1",
            "a.csv, rad 1: kolumnen ”high” saknas. Lägg till den eller rätta dess rubrik.",
        ),
        (
            "a.xlsx",
            b"PK and then nothing",
            (
                "a.xlsx: filen är skadad eller är ingen Excel-arbetsbok. "
                "Hämta den igen, eller öppna den i Excel och spara den som .xlsx."
            ),
        ),
        (
            "a.pdf",
            b"%PDF",
            "a.pdf: filer av typen ”.pdf” läses inte; väntat: .xlsx, .xlsm, .xls, .csv, .tsv, .txt.",
        ),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert problems(path) == [expected]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    expected = "b.xlsx: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den."
    assert problems(tmp_path / "b.xlsx") == [expected]


def test_rows_of_the_long_table_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "month,county_code,municipality_code,sex,low,high,masked\n"
        "2023-13,09,0980,women,1,1,nej\n"
        "2023-01,10,0980,women,1,1,nej\n"
        "2023-01,,9999,women,1,1,nej\n"
        "2023-01,,0980,flickor,1,1,nej\n"
        "2023-01,,0980,men,1.5,2,ja\n"
        "2023-01,,0980,men,1,2,nej\n",
        encoding="utf-8",
    )
    assert problems(path) == [
        "a.csv, rad 2, kolumn ”month”: ”2023-13” är ingen månad; väntat: en månad som ÅÅÅÅ-MM.",
        "a.csv, rad 3, kolumn ”county_code”: länskoden 10 stämmer inte med kommunkoden 0980.",
        "a.csv, rad 4, kolumn ”municipality_code”: ”9999” är ingen kommunkod.",
        "a.csv, rad 5, kolumn ”sex”: ordet ”flickor” är okänt här; väntat: women, men, all.",
        "a.csv, rad 6, kolumn ”low”: ”1.5” är inget antal; väntat: ett heltal från 0.",
        (
            "a.csv, rad 7, kolumn ”high”: low 1 och high 2 går inte ihop; "
            "väntat: low = high för ett antal, low ≤ high där det är prickat."
        ),
        "a.csv, rad 7, kolumn ”municipality_code”: raden gäller samma sak som rad 6.",
    ]


ERRORS = {
    "#NULL!": (0x00, "#NULL! (#SKÄRNING!)"),
    "#DIV/0!": (0x07, "#DIV/0! (#DIVISION/0!)"),
    "#VALUE!": (0x0F, "#VALUE! (#VÄRDEFEL!)"),
    "#REF!": (0x17, "#REF! (#REFERENS!)"),
    "#NAME?": (0x1D, "#NAME? (#NAMN?)"),
    "#NUM!": (0x24, "#NUM! (#OGILTIGT!)"),
    "#N/A": (0x2A, "#N/A (#SAKNAS!)"),
}
RIGHT = "Hämta filen på nytt, eller skriv det som ska stå i cellen."


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_cell_that_shows_an_error_is_named_with_it(tmp_path: Path, error: str, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    code, named = ERRORS[error]
    if kind == "xlsx":
        snapshot(path, ROWS)
        book = openpyxl.load_workbook(path)
        book[NAME]["D8"].value, book[NAME]["D8"].data_type = error, "e"
        book.save(path)
    else:
        old = xlwt.Workbook()
        old.add_sheet("Läs mig")
        sheet = old.add_sheet(NAME)
        for row, cells in enumerate([[TITLE], [], HEADER, *ROWS]):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, column, cell)
        # The cell is written twice, as xlwt has no other way to take a value back.
        sheet._cell_overwrite_ok = True
        sheet.row(7).set_cell_error(3, code)
        old.save(str(path))
    assert problems(path) == [
        f"a.{kind}, blad ”{NAME}”, rad 8, kolumn ”D”: cellen visar Excels fel {named}; {COUNT} {RIGHT}"
    ]


def test_errors_in_a_sheet_that_is_not_read_do_no_harm(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {OTHER: [["Hej"]], NAME: [[TITLE], [], HEADER, *ROWS]})
    book = openpyxl.load_workbook(path)
    book[OTHER]["C4"].value, book[OTHER]["C4"].data_type = "#REF!", "e"
    book[OTHER]["A2"] = "=1+1"
    book.save(path)
    assert len(read_enrolment(path).table) == 28


def test_errors_in_the_long_table_are_named_once(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.xlsx",
        {
            "Blad1": [
                ["month", "municipality_code", "age_group", "low", "high"],
                ["2023-02", "0980", "18-24", 1, 1],
                ["2023-02", "0980", "25-34", 2, 2],
            ]
        },
    )
    book = openpyxl.load_workbook(path)
    # Blank it would mean all ages.
    book["Blad1"]["C2"].value, book["Blad1"]["C2"].data_type = "#N/A", "e"
    book["Blad1"]["D3"] = "=E3"
    book.save(path)
    assert problems(path) == [
        f"a.xlsx, blad ”Blad1”, rad 2, kolumn ”age_group”: cellen visar Excels fel #N/A (#SAKNAS!). {RIGHT}",
        (
            "a.xlsx, blad ”Blad1”, rad 3, kolumn ”low”: cellen har en formel utan resultat. "
            "Öppna filen i Excel och spara den: då räknar Excel ut formeln."
        ),
    ]


def test_a_hidden_long_table_is_named(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.xlsx",
        {
            OTHER: [["Hej"]],
            "Data": [["month", "municipality_code", "low", "high"], ["2023-02", "0980", 1, 1]],
        },
    )
    book = openpyxl.load_workbook(path)
    book["Data"].sheet_state = "hidden"
    book.save(path)
    assert problems(path) == [
        "a.xlsx: antalen står på ett dolt blad: Data. Visa bladet i Excel och spara filen."
    ]


def test_a_hidden_sheet_of_another_series_is_not_offered(tmp_path: Path) -> None:
    other = [["Beviljade arbetstillstånd 2023-02-28"], [], HEADER, *ROWS]
    path = save(tmp_path / "a.xlsx", {OTHER: [["Hej"]], "Data": other})
    book = openpyxl.load_workbook(path)
    book["Data"].sheet_state = "hidden"
    book.save(path)
    assert problems(path) == [f"a.xlsx: filen innehåller en annan serie: ”Hej”; väntat: {SERIES}. {FETCH}"]
    with pytest.raises(InputError, match="dolt blad: Data"):
        read_enrolment(path, series="any")


def test_an_outline_of_groups(tmp_path: Path) -> None:
    header = ["Persongrupp", "Län", "Kommun", "Antal"]
    rows: list[list[Any]] = [
        ["Asylsökande"],
        [None, "Gotlands län", "Gotland", 4],
        ["Skyddsbehövande enligt massflyktsdirektivet"],
        [None, "Gotlands län", "Gotland", 6],
    ]
    table = read_enrolment(snapshot(tmp_path / "a.xlsx", rows, header=header)).table
    assert table[["target_group", "municipality_code", "low"]].to_numpy().tolist() == [
        ["asylum_seeker", "0980", 4],
        ["temporary_protection", "0980", 6],
    ]
    rows[2] = ["Kvotflyktingar"]
    assert problems(snapshot(tmp_path / "a.xlsx", rows, header=header)) == [
        (
            f"{SHEET}, rad 6, kolumn ”A”: ordet ”Kvotflyktingar” är okänt här; väntat: asylsökande, "
            "skyddsbehövande enligt massflyktsdirektivet, uppehållstillstånd i väntan på bosättning."
        )
    ]


@pytest.mark.parametrize("count", [1e300, 2**63, 20_000_001])
def test_a_count_that_no_table_can_hold_is_refused(tmp_path: Path, count: float) -> None:
    found = problems(snapshot(tmp_path / "a.xlsx", [["Gotlands län", "Gotland", count, 0, 0, count]]))
    shown = str(int(count)) if count < 1e10 else f"{int(count):d}"[:20] + "…" * (count > 1e20)
    assert found == [
        f"{SHEET}, rad 4, kolumn ”{column}”: antalet {shown} är orimligt stort; {COUNT}" for column in "CF"
    ]


def test_a_long_count_keeps_every_digit_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    # As a decimal number it would be 12345678901234568.
    path.write_text(
        "month,municipality_code,low,high\n2023-01,0980,12345678901234567,1.0\n", encoding="utf-8"
    )
    assert problems(path)[0] == "a.csv, rad 2, kolumn ”low”: antalet 12345678901234567 är orimligt stort."


def test_parts_that_are_not_all_of_a_county_are_no_contradiction(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "month,county_code,municipality_code,accommodation,low,high\n"
        # Ronneby has no total of its own: that of the county is not Karlshamn's alone.
        "2023-01,10,1082,all,10,10\n2023-01,10,1081,agency,9,9\n2023-01,10,all,all,30,30\n"
        # Nor is the country's that of the one county with a total.
        "2023-01,09,0980,agency,1,1\n2023-01,all,all,all,44,44\n",
        encoding="utf-8",
    )
    assert len(read_enrolment(path).table) == 5
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1082,all,10,10", "1082,all,31,31"), encoding="utf-8")
    assert problems(path) == [
        f"a.csv, rad 4, kolumn ”E”: Blekinge län 2023-01: delarna i E2 blir 31, mer än totalen 30 i E4. {TAIL}"
    ]


def test_a_county_that_is_not_known_is_named_once(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Smålands län", "Växjö", 1, 1, 1, 3],
        [None, "Ljungby", 1, 1, 1, 3],
        ["Gotlands län", "Gotland", 1, 1, 1, 3],
    ]
    assert problems(snapshot(tmp_path / "a.xlsx", rows)) == [
        f"{SHEET}, rad 4, kolumn ”A”: ”Smålands län” är inget län. Rätta namnet; inget gissas."
    ]


NAMES = municipalities()
CELL = st.one_of(st.integers(0, 3000), st.sampled_from(["..", ". .", "…", "-", "–"]))


@st.composite
def counties_with_cells(draw: st.DrawFn) -> list[tuple[str, str, str, list[Any]]]:
    """Municipalities of some counties, each with ABO, EBO and Övrigt."""
    chosen = draw(st.lists(st.integers(0, len(NAMES) - 1), min_size=1, max_size=12, unique=True))
    return [
        (
            NAMES["county_code"].iloc[n],
            NAMES["municipality_code"].iloc[n],
            NAMES["name"].iloc[n],
            draw(st.lists(CELL, min_size=3, max_size=3)),
        )
        for n in sorted(chosen)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=counties_with_cells(), blank_rows=st.integers(0, 3), upper=st.booleans())
def test_what_is_written_in_the_snapshot_layout_comes_back(
    tmp_path: Path, drawn: list[tuple[str, str, str, list[Any]]], blank_rows: int, *, upper: bool
) -> None:
    from geomatch.sources.regions import counties  # noqa: PLC0415  # this test alone needs it

    county_names = dict(zip(counties()["county_code"], counties()["name"], strict=True))
    rows: list[list[Any]] = []
    before = ""
    for county, _code, name, cells in drawn:
        rows.append(
            [county_names[county] if county != before else None, name.upper() if upper else name, *cells]
        )
        before = county
    rows += [[]] * blank_rows
    path = save(tmp_path / "a.xlsx", {NAME: [[TITLE], *[[]] * blank_rows, HEADER[:5], *rows]})
    table = read_enrolment(path).table
    back = [
        (row.county_code, row.municipality_code, row.accommodation, row.sign or row.low)
        for row in table.itertuples()
    ]
    assert back == [
        (county, code, form, cell)
        for county, code, _name, cells in drawn
        for form, cell in zip(("agency", "own", "other"), cells, strict=True)
    ]
    for row in table.itertuples():
        expected = (0, 5) if row.sign in {"-", "–"} else (1, 5) if row.sign else (row.low, row.low)
        assert (row.low, row.high) == expected
