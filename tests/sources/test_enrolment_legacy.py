"""The template of 2015-2020, other series on request, and what is refused in them, in whose words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from geomatch.errors import InputError
from geomatch.sources import book
from geomatch.sources.enrolment import Series, read_enrolment
from tests.sources.enrolment_variants import save

SHEET = "Län, kommun-County, Municipalit"
TITLE = "Inskrivna personer i Migrationsverkets mottagningssystem den 31 december 2018"
HEADS = [[None, "Län", "Kommun", "Antal"], [None, "County", "Municipality", "Number"]]
BLEKINGE = [
    [None, "BLEKINGE LÄN", "KARLSHAMN", 3],
    [None, None, "RONNEBY", 2],
    [None, "BLEKINGE LÄN", "Summa:", 5],
]
GOTLAND = [[None, "GOTLANDS LÄN", "GOTLAND", 4], [None, "GOTLANDS LÄN", "Summa:", 4]]
TOTAL = [[], [None, None, "Totalt:", 9]]
WHERE = f"a.xlsx, blad ”{SHEET}”"
PUBLISHED = "Kontrollera att filen är som myndigheten publicerade den."


def legacy(folder: Path, *blocks: list[list[Any]], title: str = TITLE, name: str = "a.xlsx") -> Path:
    """A workbook with these blocks of rows, headings included from row 4 on."""
    head: list[list[Any]] = [
        [],
        [None, "Rubrik", title],
        [None, "Senast körd", dt.datetime(2019, 2, 1, 8, 22)],  # noqa: DTZ001  a cell has no time zone
    ]
    save(folder / name, [(SHEET, [*head, *(row for block in blocks for row in block)], False)])
    return folder / name


def problems(path: Path, series: Series = "enrolled") -> list[str]:
    with pytest.raises(InputError) as caught:
        read_enrolment(path, series=series)
    return [str(problem) for problem in caught.value.problems]


def test_the_period_is_that_of_the_title_never_of_the_run(tmp_path: Path) -> None:
    result = read_enrolment(legacy(tmp_path, HEADS, BLEKINGE, [[], *HEADS], GOTLAND, TOTAL))
    assert (result.months, result.updated, result.title) == (("2018-12",), "2019-02-01", TITLE)
    shown = result.table[["county_code", "municipality_code", "low", "cell"]]
    assert shown.to_numpy().tolist() == [
        ["10", "1082", 3, f"'{SHEET}'!D6"],
        ["10", "1081", 2, f"'{SHEET}'!D7"],
        ["10", "all", 5, f"'{SHEET}'!D8"],
        ["09", "0980", 4, f"'{SHEET}'!D12"],
        ["09", "all", 4, f"'{SHEET}'!D13"],
        ["all", "all", 9, f"'{SHEET}'!D15"],
    ]
    assert result.notes == {"municipalities_not_listed": 287}


def test_months_without_a_year_take_that_of_the_title_or_the_file(tmp_path: Path) -> None:
    heads = [[None, "Län", "Kommun", "Januari", "Februari", "Summa"]]
    rows = [[None, "GOTLANDS LÄN", "GOTLAND", 4, 5, 9], [None, "GOTLANDS LÄN", "Summa:", 4, 5, 9]]
    title = "Inskrivna personer i mottagningssystemet"
    said = read_enrolment(legacy(tmp_path, heads, rows, title=f"{title} 2017"))
    assert said.months == ("2017-01", "2017-02")
    assert said.notes == {"municipalities_not_listed": 289, "totals_over_months": 2}
    assert said.columns[2:] == (("D", "Januari", "month=2017-01"), ("E", "Februari", "month=2017-02"))
    named = read_enrolment(legacy(tmp_path, heads, rows, title=title, name="inskrivna_2016.xlsx"))
    assert (named.months, named.notes["year_from_file_name"]) == (("2016-01", "2016-02"), 1)
    assert problems(legacy(tmp_path, heads, rows, title=title)) == [
        (
            f"{WHERE}, rad 4, kolumn ”D”: rubrikerna anger månader men inget år, och titeln anger 0 år; "
            "väntat: ett år i titeln, till exempel 2019."
        )
    ]


def test_a_sister_series_is_read_on_request_only(tmp_path: Path) -> None:
    path = legacy(tmp_path, HEADS, GOTLAND, title="Beviljade uppehållstillstånd 2019")
    (refused,) = problems(path)
    assert "filen innehåller en annan serie: ”Beviljade uppehållstillstånd 2019”" in refused
    result = read_enrolment(path, series="any")
    assert (result.series, result.months) == ("other", ("2019",))
    assert result.table["low"].tolist() == [4, 4]
    ours = legacy(tmp_path, HEADS, GOTLAND)
    assert read_enrolment(ours, series="any").table.equals(read_enrolment(ours).table)
    assert read_enrolment(ours, series="any").series == "enrolled"


def test_what_the_metadata_leave_out_does_not_name_the_series(tmp_path: Path) -> None:
    note = [[None, None, "Exklusive utskrivna. Genomsnitt redovisas inte."]]
    assert read_enrolment(legacy(tmp_path, note, HEADS, GOTLAND)).series == "enrolled"


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            [HEADS, BLEKINGE[:2], [[None, "BLEKINGE LÄN", "Summa:", 6]]],
            [
                (
                    f"{WHERE}, rad 8, kolumn ”D”: Blekinge län 2018-12: totalen 6 i D8 är inte summan 5 av delarna i D6, D7. "
                    f"{PUBLISHED}"
                )
            ],
        ),
        (
            [HEADS, BLEKINGE, HEADS, GOTLAND, [[None, None, "Totalt:", 8]]],
            [
                (
                    f"{WHERE}, rad 13, kolumn ”D”: hela landet 2018-12: totalen 8 i D13 är inte summan 9 av delarna i D8, D12. "
                    f"{PUBLISHED}"
                )
            ],
        ),
        (
            [HEADS, BLEKINGE[:2], [[None, "GOTLANDS LÄN", "Summa:", 5]]],
            [
                f"{WHERE}, rad 8, kolumn ”B”: summan för GOTLANDS LÄN står under kommunerna i BLEKINGE LÄN. {PUBLISHED}"
            ],
        ),
        (
            [HEADS, BLEKINGE, [[None, "Län", "Kommun", "EBO"]], GOTLAND],
            [f"{WHERE}, rad 9, kolumn ”D”: rubriken ”EBO” skiljer sig från ”Antal” på rad 4. {PUBLISHED}"],
        ),
        # A row whose names were overwritten with headings has counts all the same.
        (
            [HEADS, BLEKINGE[:1], [[None, "County", "Municipality", 2]], BLEKINGE[2:]],
            [f"{WHERE}, rad 7, kolumn ”D”: det står ett antal på en rad med rubriker. {PUBLISHED}"],
        ),
        # A county is not taken from the block above, nor is a nameless block anywhere but first.
        (
            [HEADS, BLEKINGE, HEADS, [[None, None, "GOTLAND", 4]]],
            [f"{WHERE}, rad 11, kolumn ”B”: cellen är tom."],
        ),
        (
            [HEADS, GOTLAND, HEADS, [[None, None, None, 3]]],
            [f"{WHERE}, rad 10: raden har antal men inget namn."],
        ),
        # All names that do not match are listed.
        (
            [
                HEADS,
                [
                    [None, "BLEKINGE LÄN", "KARLSHAM", 3],
                    [None, None, "RONEBY", 2],
                    [None, "ÖLANDS LÄN", "X", 1],
                ],
            ],
            [
                f"{WHERE}, rad 6, kolumn ”C”: ”KARLSHAM” är ingen kommun i Blekinge län. Rätta namnet; inget gissas.",
                f"{WHERE}, rad 7, kolumn ”C”: ”RONEBY” är ingen kommun i Blekinge län. Rätta namnet; inget gissas.",
                f"{WHERE}, rad 8, kolumn ”B”: ”ÖLANDS LÄN” är inget län. Rätta namnet; inget gissas.",
            ],
        ),
        (
            [HEADS, [[None, "GOTLANDS LÄN", "GOTLAND", "1,234"], [None, None, "Summa:", "12,5"]]],
            [
                (
                    f"{WHERE}, rad 6, kolumn ”D”: ”1,234” kan läsas som tusental eller som ett decimaltal; "
                    "väntat: ett heltal från 0, ”..” eller ”-”."
                ),
                f"{WHERE}, rad 7, kolumn ”D”: antalet 12,5 är inget heltal; väntat: ett heltal från 0, ”..” eller ”-”.",
            ],
        ),
    ],
)
def test_blocks_that_are_refused(tmp_path: Path, blocks: list[list[list[Any]]], expected: list[str]) -> None:
    assert problems(legacy(tmp_path, *blocks)) == expected


def test_counts_above_the_headings_that_were_found(tmp_path: Path) -> None:
    # The first headings are damaged: those of the next county are found instead.
    rows: list[list[Any]] = [
        [None, "Lxn", "Kommun", "Antal"],
        [None, "GOTLANDS LÄN", "GOTLAND", 4],
        *HEADS,
        *BLEKINGE,
    ]
    assert problems(legacy(tmp_path, rows)) == [
        f"{WHERE}, rad 5, kolumn ”D”: det står ett antal ovanför rubrikerna på rad 6. {PUBLISHED}"
    ]


def test_a_last_row_without_its_count_is_no_note(tmp_path: Path) -> None:
    source = [[None, "Källa: Migrationsverket"]]
    assert read_enrolment(legacy(tmp_path, HEADS, GOTLAND, source)).notes["note_rows"] == 1
    expected = "cellen är tom; väntat: ett heltal från 0, ”..” eller ”-”."
    assert problems(legacy(tmp_path, HEADS, GOTLAND, [[None, None, "Totalt:", None]], source)) == [
        f"{WHERE}, rad 8, kolumn ”D”: {expected}"
    ]
    assert problems(legacy(tmp_path, HEADS, BLEKINGE[:1], [[None, None, "RONNEBY", None]])) == [
        f"{WHERE}, rad 7, kolumn ”D”: {expected}"
    ]


def test_two_sheets_are_named_with_their_titles(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Beviljade 2019"], ["Län", "Kommun", "Totalt"], ["Gotlands län", "Gotland", 1]]
    save(tmp_path / "a.xlsx", [("Ett", rows, False), ("Två", rows, False)])
    assert problems(tmp_path / "a.xlsx", series="any") == [
        (
            "a.xlsx: flera blad har en rad för varje kommun: Ett: Beviljade 2019; Två: Beviljade 2019; "
            "väntat: ett sådant blad. Spara en kopia med bara det blad som ska läsas."
        )
    ]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    assert problems(tmp_path / "a.xlsx") == ["a.xlsx: det är en mapp. Ange en fil i den med filens namn."]


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _megabyte in range(310):
            part.write(bytes(1_000_000))
    assert (tmp_path / "a.xlsx").stat().st_size < 1_000_000
    assert problems(tmp_path / "a.xlsx") == [
        "a.xlsx: arbetsboken blir 310 MB när den packas upp; väntat: högst 300 MB. Kontrollera att det är rätt fil."
    ]


def test_a_truncated_workbook_and_one_that_lies_about_its_size(tmp_path: Path) -> None:
    damaged = (
        "a.xlsx: filen är skadad eller är ingen Excel-arbetsbok. "
        "Hämta den igen, eller öppna den i Excel och spara den som .xlsx."
    )
    path = legacy(tmp_path, HEADS, GOTLAND)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert problems(path) == [damaged]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(1_000_000))
    # The size that both headers give: 1,000,000 = 0x0F4240, little-endian; now 16.
    path.write_bytes(buffer.getvalue().replace(b"\x40\x42\x0f\x00", b"\x10\x00\x00\x00"))
    assert problems(path) == [damaged]


def test_a_csv_file_of_too_many_rows_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 1000)
    (tmp_path / "a.csv").write_bytes(b"1;2\n" * 1001)
    assert problems(tmp_path / "a.csv") == [
        "a.csv: filen har fler än 1000 rader. Kontrollera att det är rätt fil."
    ]


def test_a_date_is_no_count(tmp_path: Path) -> None:
    rows = [[None, "GOTLANDS LÄN", "GOTLAND", dt.date(2023, 2, 1)]]
    (found,) = problems(legacy(tmp_path, HEADS, rows))
    assert found.startswith(f"{WHERE}, rad 6, kolumn ”D”: ”2023-02-01")
