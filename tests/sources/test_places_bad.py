"""What the reader of localities says of files that are wrong; the same table stands in docs/bad-input.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.sources.places import read_localities
from tests.sources.bad_files import Bad, documented, markdown

HEADING = "tätortskod,namn,kommunkod,folkmängd,x,y\n"
SEMICOLONS = HEADING.replace(",", ";")
LULEA = "829000,7292000"
WHOLE = "väntat: ett heltal från 0, bara siffror. Rätta talet."


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "tatorter.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return make


def folder_instead(folder: Path) -> Path:
    (folder / "tatorter.csv").mkdir()
    return folder / "tatorter.csv"


def a_workbook(folder: Path) -> Path:
    path = folder / "tatorter.csv"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xe6\xde")
    return path


CASES = (
    Bad(
        "no such file",
        lambda folder: folder / "tatorter.csv",
        ("tatorter.csv: filen kan inte öppnas. Kontrollera filens namn och mapp.",),
    ),
    Bad(
        "a folder where a file should be",
        folder_instead,
        ("tatorter.csv: filen kan inte öppnas. Kontrollera filens namn och mapp.",),
    ),
    Bad(
        "an empty file",
        text(""),
        ("tatorter.csv: filen är tom; väntat: rubriker och en rad för varje tätort. Välj en annan fil.",),
    ),
    Bad(
        "headings only",
        text(HEADING),
        (
            "tatorter.csv: filen har inga rader under rubrikerna; väntat: rubriker och en rad för varje tätort. Välj en annan fil.",
        ),
    ),
    Bad(
        "a workbook",
        a_workbook,
        (
            "tatorter.csv: filen är inte text i UTF-8; väntat: en CSV-fil i UTF-8. Spara filen på nytt som ”CSV UTF-8”.",
        ),
    ),
    Bad(
        "Windows-1252",
        text(HEADING + f"T1,Luleå,2580,100,{LULEA}\n", "cp1252"),
        (
            "tatorter.csv: filen är inte text i UTF-8; väntat: en CSV-fil i UTF-8. Spara filen på nytt som ”CSV UTF-8”.",
        ),
    ),
    Bad(
        "UTF-16",
        text(HEADING + f"T1,Luleå,2580,100,{LULEA}\n", "utf-16"),
        (
            "tatorter.csv: filen är inte text i UTF-8; väntat: en CSV-fil i UTF-8. Spara filen på nytt som ”CSV UTF-8”.",
        ),
    ),
    Bad("a byte order mark", text("\ufeff" + HEADING + f"T1,Luleå,2580,100,{LULEA}\n"), (), read=True),
    Bad(
        "decimal commas between semicolons",
        text(SEMICOLONS + "T1;Luleå;2580;100;829000,5;7292000,5\n"),
        (),
        read=True,
    ),
    Bad(
        "decimal commas between commas",
        text(HEADING + "T1,Luleå,2580,100,829000,5,7292000,5\n"),
        (
            "tatorter.csv, rad 2: raden har 8 celler; väntat: 6 celler, lika många som rubrikerna. Sätt citattecken om en text som innehåller skiljetecknet.",
        ),
    ),
    Bad(
        "a quotation mark that is not closed",
        text(HEADING + f'T1,"Luleå,2580,100,{LULEA}\n'),
        (
            "tatorter.csv, rad 2, kolumn ”namn”: citattecknet före ”Luleå” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",
        ),
    ),
    Bad(
        "a quotation mark that one in a later row closes",
        text(HEADING + f'T1,"Luleå,2580,100,{LULEA}\nT2,Byn "Norra",2580,50,{LULEA}\n'),
        (
            "tatorter.csv, rad 2, kolumn ”namn”: citattecknet före ”Luleå” har inget slut; väntat: citattecken parvis. Sätt ett också där texten slutar, eller ta bort det.",
        ),
    ),
    Bad(
        "columns missing",
        text("namn,x\nLuleå,829000\n"),
        (
            "tatorter.csv: kolumnen ”locality_code” saknas; väntat: någon av rubrikerna locality_code, code, tätortskod. Lägg till kolumnen eller rätta dess rubrik.",
            "tatorter.csv: kolumnen ”municipality_code” saknas; väntat: någon av rubrikerna municipality_code, mun_code, kommunkod. Lägg till kolumnen eller rätta dess rubrik.",
            "tatorter.csv: kolumnen ”population” saknas; väntat: någon av rubrikerna population, pop, folkmängd, befolkning. Lägg till kolumnen eller rätta dess rubrik.",
            "tatorter.csv: kolumnen ”y” saknas; väntat: någon av rubrikerna y, y_3006. Lägg till kolumnen eller rätta dess rubrik.",
        ),
    ),
    Bad(
        "a column twice",
        text(f"tätort,{HEADING}Luleå,T1,Luleå,2580,100,{LULEA}\n"),
        (
            "tatorter.csv: flera kolumner kan vara ”name”: namn, tätort; väntat: bara en av dem. Ta bort eller byt namn på de andra.",
        ),
    ),
    Bad(
        "a code twice",
        text(HEADING + f"T1,Luleå,2580,100,{LULEA}\nT1,Gammelstad,2580,50,{LULEA}\n"),
        (
            "tatorter.csv, rad 3, kolumn ”tätortskod”: koden T1 står också på rad 2; väntat: olika koder på alla rader. Ta bort en av raderna eller rätta dess kod.",
        ),
    ),
    Bad(
        "a code and a name missing",
        text(HEADING + f",,2580,100,{LULEA}\n"),
        (
            "tatorter.csv, rad 2, kolumn ”namn”: cellen är tom; väntat: en text. Fyll i cellen eller ta bort raden.",
            "tatorter.csv, rad 2, kolumn ”tätortskod”: cellen är tom; väntat: en text. Fyll i cellen eller ta bort raden.",
        ),
    ),
    Bad(
        "a negative population",
        text(HEADING + f"T1,Luleå,2580,-5,{LULEA}\n"),
        (f"tatorter.csv, rad 2, kolumn ”folkmängd”: befolkningen är -5; {WHOLE}",),
    ),
    Bad(
        "a fractional population",
        text(HEADING + f"T1,Luleå,2580,100.5,{LULEA}\n"),
        (f"tatorter.csv, rad 2, kolumn ”folkmängd”: ”100.5” är inte ett heltal; {WHOLE}",),
    ),
    Bad(
        "a population as text",
        text(HEADING + f"T1,Luleå,2580,cirka 100,{LULEA}\n"),
        (f"tatorter.csv, rad 2, kolumn ”folkmängd”: ”cirka 100” är inte ett heltal; {WHOLE}",),
    ),
    Bad(
        "a population with a blank in it",
        text(HEADING + f"T1,Luleå,2580,1 000,{LULEA}\n"),
        (f"tatorter.csv, rad 2, kolumn ”folkmängd”: ”1 000” är inte ett heltal; {WHOLE}",),
    ),
    Bad(
        "a municipality code without its zero",
        text(HEADING + f"T1,Solna,184,100,{LULEA}\n"),
        (
            "tatorter.csv, rad 2, kolumn ”kommunkod”: det finns ingen kommun med koden 184; väntat: en kod med fyra siffror, till exempel 2580, med inledande nolla. Rätta koden, eller lämna cellen tom så avgör punktens läge.",
        ),
    ),
    Bad(
        "a municipality by name",
        text(HEADING + f"T1,Luleå,Luleå,100,{LULEA}\n"),
        (
            "tatorter.csv, rad 2, kolumn ”kommunkod”: det finns ingen kommun med koden Luleå; väntat: en kod med fyra siffror, till exempel 2580, med inledande nolla. Rätta koden, eller lämna cellen tom så avgör punktens läge.",
        ),
    ),
    Bad(
        "a place far from its municipality",
        text(HEADING + f"T1,Luleå,0184,100,{LULEA}\n"),
        (
            "tatorter.csv, rad 2, kolumn ”kommunkod”: platsen ligger i Luleå, 721 km från Solna; väntat: en plats högst 20 km från sin kommun. Rätta koden eller koordinaterna.",
        ),
    ),
    Bad(
        "coordinates 0, 0",
        text(HEADING + "T1,Luleå,2580,100,0,0\n"),
        (
            "tatorter.csv, rad 2, kolumn ”x”: platsen 0, 0 ligger utanför Sverige; väntat: en plats högst 10 km från en kommun. Kontrollera att kolumnerna innehåller det som rubrikerna säger: x och lon växer åt öster.",
        ),
    ),
    Bad(
        "axes swapped",
        text(HEADING + "T1,Luleå,2580,100,7292000,829000\n"),
        (
            "tatorter.csv, rad 2, kolumn ”x”: platsen 7292000, 829000 ligger utanför Sverige; väntat: en plats högst 10 km från en kommun. Kontrollera att kolumnerna innehåller det som rubrikerna säger: x och lon växer åt öster.",
        ),
    ),
    Bad(
        "coordinates as text",
        text(HEADING + "T1,Luleå,2580,100,centrum,norr\n"),
        (
            "tatorter.csv, rad 2, kolumn ”x”: ”centrum” är inte ett tal; väntat: en koordinat, till exempel 654321.5. Rätta talet.",
            "tatorter.csv, rad 2, kolumn ”y”: ”norr” är inte ett tal; väntat: en koordinat, till exempel 654321.5. Rätta talet.",
        ),
    ),
    Bad(
        "several at once",
        text(HEADING + f"T1,Luleå,2580,många,{LULEA}\nT1,,9999,-5,0,0\n"),
        (
            f"tatorter.csv, rad 2, kolumn ”folkmängd”: ”många” är inte ett heltal; {WHOLE}",
            f"tatorter.csv, rad 3, kolumn ”folkmängd”: befolkningen är -5; {WHOLE}",
            "tatorter.csv, rad 3, kolumn ”kommunkod”: det finns ingen kommun med koden 9999; väntat: en kod med fyra siffror, till exempel 2580, med inledande nolla. Rätta koden, eller lämna cellen tom så avgör punktens läge.",
            "tatorter.csv, rad 3, kolumn ”namn”: cellen är tom; väntat: en text. Fyll i cellen eller ta bort raden.",
            "tatorter.csv, rad 3, kolumn ”tätortskod”: koden T1 står också på rad 2; väntat: olika koder på alla rader. Ta bort en av raderna eller rätta dess kod.",
            "tatorter.csv, rad 3, kolumn ”x”: platsen 0, 0 ligger utanför Sverige; väntat: en plats högst 10 km från en kommun. Kontrollera att kolumnerna innehåller det som rubrikerna säger: x och lon växer åt öster.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_file_is_told(case: Bad, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    if case.read:
        frame = read_localities(path).frame
        assert (frame["name"].tolist(), frame["municipality_code"].tolist()) == (["Luleå"], ["2580"])
        assert case.says == ()
        return
    with pytest.raises(InputError) as caught:
        read_localities(path)
    assert tuple(map(str, caught.value.problems)) == case.says


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Localities") == markdown(CASES)
