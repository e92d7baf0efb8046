"""The restricted list of agency accommodation: what is read, and that no message shows what stands in it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geomatch.errors import InputError, RestrictedError
from geomatch.restricted import Audience, Restricted
from geomatch.sources.sites import SITE_COLUMNS, merge_sites, read_sites
from geomatch.words import using_language
from tests.sources.bad_files import Bad, documented, markdown

HEADER = "Kommun;Namn;Adress;Platser;Öst;Nord"
# A place in Luleå, one in Boden; and what must never be seen of them.
LULEA, BODEN = "821111;7303333", "758222;7334444"
SECRETS = ("821111", "7303333", "758222", "7334444", "Skogsgläntan", "Hemliga gatan")


def write(folder: Path, *lines: str, header: str = HEADER, name: str = "boenden.csv") -> Path:
    (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder / name


def told(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_sites(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_list_is_read_in_the_order_of_its_content(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"Luleå;Skogsgläntan;Hemliga gatan 1;40;{LULEA}",
        f"2582;Annat;Hemliga gatan 2;1 200;{BODEN}",
        "LULEÅ;Tredje;;150;821 000,5;7303000",
    )
    found = read_sites(path)
    assert (found.count, found.synthetic, dict(found.notes)) == (3, False, {"ignored_columns": 2})
    table = found.table.reveal(Audience.INTERNAL)
    assert tuple(table.columns) == SITE_COLUMNS
    assert table.to_numpy().tolist() == [
        ["2580", 150, 821_000.5, 7_303_000.0, "boenden.csv"],
        ["2580", 40, 821_111.0, 7_303_333.0, "boenden.csv"],
        ["2582", 1200, 758_222.0, 7_334_444.0, "boenden.csv"],
    ]


def test_a_workbook_in_degrees(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["SYNTETISK lista"])
    book.active.append(["Kommun", "Platser", "lon", "lat"])
    book.active.append(["Luleå", 25, 22.1547, 65.5842])
    book.save(tmp_path / "a.xlsx")
    found = read_sites(tmp_path / "a.xlsx")
    assert found.synthetic
    ((code, places, x_m, y_m, _file),) = found.table.reveal(Audience.INTERNAL).to_numpy().tolist()
    assert (code, places, round(x_m), round(y_m)) == ("2580", 25, 829_440, 7_292_327)


def test_metres_go_before_degrees(tmp_path: Path) -> None:
    path = write(tmp_path, "Luleå;25;22.15;65.58;829440;7292327", header="Kommun;Platser;lon;lat;Öst;Nord")
    table = read_sites(path).table.reveal(Audience.INTERNAL)
    assert table[["x_m", "y_m"]].to_numpy().tolist() == [[829_440.0, 7_292_327.0]]


def test_what_is_read_is_carried_where_it_does_not_come_out(tmp_path: Path) -> None:
    found = read_sites(write(tmp_path, f"Luleå;Skogsgläntan;Hemliga gatan 1;40;{LULEA}"))
    assert isinstance(found.table, Restricted)
    assert [secret for secret in SECRETS if secret in repr(found)] == []
    with pytest.raises(RestrictedError):
        pickle.dumps(found)
    with pytest.raises(RestrictedError):
        found.table.reveal(Audience.PUBLIC)
    assert copy.copy(found).count == 1


def test_lists_of_two_boards_are_one(tmp_path: Path) -> None:
    one = read_sites(write(tmp_path, f"Luleå;;;40;{LULEA}", name="b.csv"))
    two = read_sites(write(tmp_path, f"Boden;;;7;{BODEN}", name="a.csv"))
    merged = merge_sites([("b.csv", one), ("a.csv", two)]).reveal(Audience.INTERNAL)
    turned = merge_sites([("a.csv", two), ("b.csv", one)]).reveal(Audience.INTERNAL)
    assert merged[["municipality_code", "places", "file"]].to_numpy().tolist() == [
        ["2580", 40, "b.csv"],
        ["2582", 7, "a.csv"],
    ]
    assert merged.equals(turned)
    assert len(merge_sites([]).reveal(Audience.INTERNAL)) == 0


def test_a_municipality_in_two_lists_is_refused(tmp_path: Path) -> None:
    lines = f"Luleå;;;40;{LULEA}", f"Boden;;;7;{BODEN}"
    lists = [(name, read_sites(write(tmp_path, *lines, name=name))) for name in ("b.csv", "a.csv")]
    with pytest.raises(InputError) as caught:
        merge_sites(lists)
    end = "i a.csv; väntat: varje kommun i en enda lista. Ta ut en av listorna: geomatch remove sites FIL"
    assert [str(problem) for problem in caught.value.problems] == [
        f"b.csv: Luleå har boenden också {end}",
        f"b.csv: Boden har boenden också {end}",
    ]


def lines(*rows: str, header: str = HEADER) -> Callable[[Path], Path]:
    return lambda folder: write(folder, *rows, header=header)


def encoded(text: str, encoding: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "boenden.csv").write_bytes(text.encode(encoding))
        return folder / "boenden.csv"

    return make


PLACES = "väntat: ett heltal från 1, med siffror. Ta bort raden för ett boende som är stängt."
NUMBER = "cellen har inget tal; väntat: decimalgrader (WGS 84) eller meter (SWEREF 99 TM)."
OUTSIDE = "koordinaterna ligger utanför Sverige; väntat: grader (WGS 84) eller meter (SWEREF 99 TM). Rätta koordinaterna."
NAME = "väntat: en kommuns namn eller dess kod med fyra siffror."
CASES = (
    Bad("headings only", lines(), ("boenden.csv: det finns inga rader under rubrikerna.",)),
    Bad(
        "columns missing",
        lines("Luleå;40", header="Kommun;Platser"),
        (
            "boenden.csv, rad 1: kolumnen ”Öst” saknas. Lägg till den eller rätta dess rubrik.",
            "boenden.csv, rad 1: kolumnen ”Nord” saknas. Lägg till den eller rätta dess rubrik.",
        ),
    ),
    Bad(
        "an address in the column of municipalities",
        lines(f"Hemliga gatan 1;;;40;{LULEA}"),
        (f"boenden.csv, rad 2, kolumn ”Kommun”: cellen anger ingen kommun; {NAME}",),
    ),
    Bad(
        "no municipality",
        lines(f";;;40;{LULEA}"),
        (f"boenden.csv, rad 2, kolumn ”Kommun”: cellen är tom; {NAME}",),
    ),
    Bad(
        "places that are none",
        lines(*(f"Luleå;;;{places};{LULEA}" for places in ("0", "-4", "1,5", "många", ""))),
        (
            *(
                f"boenden.csv, rad {row}, kolumn ”Platser”: cellen har inget antal platser; {PLACES}"
                for row in (2, 3, 4, 5)
            ),
            f"boenden.csv, rad 6, kolumn ”Platser”: cellen är tom; {PLACES}",
        ),
    ),
    Bad(
        "coordinates as text",
        lines("Luleå;;;40;Hemliga gatan 1;65°35′"),
        (
            f"boenden.csv, rad 2, kolumn ”Öst”: {NUMBER}",
            f"boenden.csv, rad 2, kolumn ”Nord”: {NUMBER}",
        ),
    ),
    Bad(
        "one of two coordinates",
        lines("Luleå;;;40;821111;"),
        ("boenden.csv, rad 2, kolumn ”Nord”: en av de två koordinaterna saknas. Ange båda koordinaterna.",),
    ),
    Bad(
        "no coordinates",
        lines("Luleå;;;40;;"),
        (
            "boenden.csv, rad 2, kolumn ”Öst”: boendet har inga koordinater. Ange båda koordinaterna, eller ta bort raden.",
        ),
    ),
    Bad(
        "axes swapped",
        lines("Luleå;;;40;7303333;821111"),
        ("boenden.csv, rad 2, kolumn ”Öst”: koordinaterna är omkastade. Låt de två kolumnerna byta plats.",),
    ),
    Bad(
        "outside Sweden, and 0 and 0",
        lines("Luleå;;;40;1811111;7303333", "Luleå;;;40;0;0"),
        (
            f"boenden.csv, rad 2, kolumn ”Öst”: {OUTSIDE}",
            f"boenden.csv, rad 3, kolumn ”Öst”: {OUTSIDE}",
        ),
    ),
    Bad(
        "in another municipality",
        lines(f"Luleå;;;40;{BODEN}"),
        (
            "boenden.csv, rad 2, kolumn ”Öst”: koordinaterna ligger inte i Luleå; väntat: en plats högst 2 km från sin kommun. Rätta koordinaterna eller kommunen.",
        ),
    ),
    Bad(
        "a quotation mark that is not closed",
        lines(f'Luleå;"Skogsgläntan;Hemliga gatan 1;40;{LULEA}'),
        (
            "boenden.csv, rad 2, kolumn ”Namn”: citattecknet före ”…” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",
        ),
    ),
    Bad(
        "letters that are garbled",
        encoded(f"{HEADER}\nLuleå;SkogsglÃ¤ntan;;40;{LULEA}\n", "utf-8"),
        (
            "boenden.csv, rad 2: bokstäver är förvanskade: ”…”; väntat: en och samma teckenkodning i hela filen. Spara om den som ”CSV UTF-8” från programmet den gjordes i.",
        ),
    ),
    Bad(
        "several at once",
        lines(f"Lule;;;tolv;{LULEA}", "Boden;;;8;;7334444"),
        (
            f"boenden.csv, rad 2, kolumn ”Kommun”: cellen anger ingen kommun; {NAME}",
            f"boenden.csv, rad 2, kolumn ”Platser”: cellen har inget antal platser; {PLACES}",
            "boenden.csv, rad 3, kolumn ”Öst”: en av de två koordinaterna saknas. Ange båda koordinaterna.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_file_is_told(case: Bad, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    assert tuple(told(path)) == case.says


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_message_shows_what_stands_in_the_file(case: Bad, language: str, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    with using_language(language):
        said = "\n".join(told(path))
    assert [secret for secret in (*SECRETS, "1811111", "65°35′", "Skogs") if secret in said] == []


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Agency accommodation") == markdown(CASES)
