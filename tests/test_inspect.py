"""`geomatch inspect`, `check` and `template`: what is understood of a file, without a workspace."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geomatch import cli
from geomatch.demo import DemoInputs, write_demo_inputs
from geomatch.errors import InputError
from geomatch.inspect import inspect_files, table_name
from geomatch.newfile import table_csv
from geomatch.recognise import recognise
from geomatch.sources.corridor_register import DECISION_COLUMNS
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.places import read_localities
from geomatch.words import using_language
from tests.sources.test_timetable_report import feed

LOCALITIES = "tätortskod;namn;kommunkod;folkmängd;x;y\nT1;Luleå;2580;100;829000;7292000\nT2;Gammelstad;;50;826000;7294000\n"
CORRIDORS = "Från;Till;Gäller från;Gäller till;Referens\n2560;Luleå;2023-01-01;;x\n"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoInputs:
    return write_demo_inputs(tmp_path_factory.mktemp("demo"))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


# ------------------------------------------------------------------------------------------------------ recognising


def test_each_kind_is_known_by_its_content(demo: DemoInputs, tmp_path: Path) -> None:
    seen = {
        path.name: (found.kind, found.sheet, found.header_row)
        for path in (
            demo.enrolment[0],
            demo.activities,
            demo.corridors,
            demo.timetable,
            write(tmp_path / "a.csv", LOCALITIES),
            write(tmp_path / "b.csv", LOCALITIES, "utf-16"),
            write(tmp_path / "c.txt", CORRIDORS, "cp1252"),
            write(tmp_path / "e.csv", CORRIDORS.replace(";", "|")),
            write(tmp_path / "f.csv", '"Korridorer 2024\n' + CORRIDORS),
            write(tmp_path / "g.csv", "Korridorer\n" + CORRIDORS.replace(";x", ';"x')),
            write(tmp_path / "d.csv", "month,municipality_code,low,high\n2023-01,2580,1,5\n"),
            feed(["20230206"], 1).write(tmp_path / "mapp"),
        )
        for found in [recognise(path)]
    }
    assert seen == {
        demo.enrolment[0].name: ("enrolment", "Län, kommun och boendeform", 3),
        demo.activities.name: ("activities", "SYNTETISKA insatser", 2),
        demo.corridors.name: ("corridors", "", 1),
        demo.timetable.name: ("timetable", "", None),
        "a.csv": ("localities", "", 1),
        "b.csv": ("localities", "", 1),
        "c.txt": ("corridors", "", 1),
        "d.csv": ("enrolment", "", 1),
        # Parted by bars, and with a quotation mark that is not closed above and below the headings.
        "e.csv": ("corridors", "", 1),
        "f.csv": ("corridors", "", 2),
        "g.csv": ("corridors", "", 2),
        "mapp": ("timetable", "", None),
    }


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (
            ["Insats-id", "Namn", "Anordnare", "Primärt syfte", "Platser", "Startdatum", "Kommun"],
            "activities",
        ),
        (["activity_id", "name", "organiser", "primary_purpose", "places", "valid_from"], "activities"),
        (["Från", "Till", "Gäller från"], "corridors"),
    ],
)
def test_a_geopackage_is_known_by_its_columns(tmp_path: Path, columns: list[str], kind: str) -> None:
    frame = gpd.GeoDataFrame(
        {name: ["x"] for name in columns}, geometry=gpd.points_from_xy([829000], [7292000]), crs=3006
    )
    path = tmp_path / "lager.gpkg"
    frame.to_file(path, driver="GPKG", layer="mitt lager")
    assert (recognise(path).kind, recognise(path).sheet) == (kind, "mitt lager")


def test_headings_that_are_nearly_right_are_enough(tmp_path: Path) -> None:
    # Four of six: the reader then says which columns are missing.
    path = write(tmp_path / "x.csv", "Namn;Anordnare;Platser;Startdatum\nA;B;1;2023-01-01\n")
    assert recognise(path).kind == "activities"


def test_a_file_that_is_nothing_is_told_what_each_kind_needs(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        inspect_files([write(tmp_path / "x.csv", "Ort;Tid\nLuleå;08.00\n")])
    assert str(caught.value) == (
        "x.csv: inget i filen visar vad den är; väntat: rubrikerna för ett slag: enrolment (Län, Kommun eller month, "
        "municipality_code, low, high); activities (Insats-id, Namn, Anordnare, Primärt syfte, Platser, Startdatum); "
        "corridors (Från, Till, Gäller från); localities (tätortskod, namn, kommunkod, folkmängd); study_hours (Kommun, "
        "Period, Kurs, Studietimmar, Deltagare); sites (Kommun, Platser, Öst, Nord); population (Kommun, Folkmängd); "
        "travel_compensation (Månad, Från, Utbetalt (kr)); timetable (en zip-fil eller mapp med GTFS); raster (en GeoTIFF (.tif)). Rätta rubrikerna, eller ange slaget med "
        "--as."
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", None, "x.csv: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den."),
        ("x.csv", "", "x.csv: filen är tom."),
        ("x.pdf", "%PDF", "x.pdf: filer av typen ”.pdf” läses inte; väntat: .xlsx, .xlsm, .xls, .csv, .tsv, .txt, .gpkg, .zip."),
        ("x.xlsx", "hej", "x.xlsx: filen är skadad eller är ingen Excel-arbetsbok. Hämta den igen, eller öppna den i Excel och spara den som .xlsx."),
        ("x.gpkg", "hej", "x.gpkg: filen är ingen läsbar GeoPackage. Spara om den från QGIS som GeoPackage."),
    ],
)  # fmt: skip
def test_files_that_cannot_be_opened(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        write(path, content)
    with pytest.raises(InputError) as caught:
        recognise(path)
    assert str(caught.value) == message


def test_a_sheet_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Blad1"
    book.active["A1"] = "Insats-id"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError) as caught:
        recognise(tmp_path / "x.xlsx")
    assert str(caught.value) == (
        "x.xlsx, blad ”Blad1”: bladet sträcker sig till cell XFD1048576. Töm cellerna utanför tabellen."
    )
    # Where only a format reaches that far, it does not.
    book.active["XFD1048576"] = None
    book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.active["A2"], book.active["B1"] = "BD-1", "Namn"
    book.save(tmp_path / "y.xlsx")
    assert recognise(tmp_path / "y.xlsx", "activities").kind == "activities"


# ----------------------------------------------------------------------------------------------------------- inspect


def test_what_is_told_of_a_workbook_of_the_agency(demo: DemoInputs) -> None:
    found = inspect_files([demo.enrolment[1]])
    lines = "\n".join(found.lines)
    assert found.lines[0] == f"{demo.enrolment[1].name}: antal inskrivna personer (enrolment)"
    for line in (
        "  Blad: Län, kommun och boendeform",
        "  Rubriker: rad 3",
        "    C ”ABO”: i anläggningsboende",
        "  Period: 2023-02 (1 månad)",
        "  Rader: 1252",
        "  Igenkända namn: 21 län, 290 kommuner",
        "    Sekretessmarkerade antal (”..”), lästa som intervall: 192.",
    ):
        assert f"\n{line}" in lines
    assert found.facts["notes"] == {"masked": 192, "unknown_municipality_rows": 1}
    assert found.facts["months"] == ["2023-02"]
    assert found.facts["names"] == {"counties": 21, "municipalities": 290}
    assert found.facts["synthetic"]
    total = read_enrolment(demo.enrolment[1]).table.query(
        "county_code == 'all' and municipality_code == 'all' and accommodation == 'all'"
    )
    assert found.facts["country_totals"] == {
        "2023-02": [int(total["low"].iloc[0]), int(total["high"].iloc[0])]
    }


def test_the_table_of_a_workbook_can_be_read_again(demo: DemoInputs, tmp_path: Path) -> None:
    found = inspect_files([demo.enrolment[0]])
    path = tmp_path / "tabell.csv"
    path.write_bytes(table_csv(found.table))
    assert path.read_bytes().startswith(b"\xef\xbb\xbfmonth;county_code;")
    again = read_enrolment(path).table
    same = [name for name in again.columns if name not in {"source", "cell"}]
    pd.testing.assert_frame_equal(again[same], found.table[same])


def test_the_table_of_localities_can_be_read_again(tmp_path: Path) -> None:
    found = inspect_files([write(tmp_path / "t.csv", LOCALITIES)])
    assert found.facts["population"] == 150
    assert found.lines[1:4] == ("  Rader: 2", "  Folkmängd: 150", "  Igenkända namn: 1 län, 1 kommuner")
    again = read_localities(write(tmp_path / "u.csv", table_csv(found.table).decode("utf-8-sig"))).frame
    assert again[["locality_code", "municipality_code", "population"]].to_numpy().tolist() == [
        ["T1", "2580", 100],
        ["T2", "2580", 50],
    ]
    assert again.geometry.x.tolist() == [829000, 826000]


def test_the_table_of_activities_is_internal_and_named_so(demo: DemoInputs) -> None:
    found = inspect_files([demo.activities])
    assert (found.internal, found.hidden) == (True, 1)
    assert table_name(found, Path("ut/insatser.csv")) == Path("ut/insatser-internt.csv")
    assert table_name(found, Path("ut/Internt.csv")) == Path("ut/Internt.csv")
    first = found.table.set_index("series_id").loc["SYN-001"]
    assert first["sessions"] == "mon 10:00-12:00; wed 10:00-12:00"
    assert (first["east_m"], first["north_m"]) == (829310.0, 7292360.0)
    assert "  Dolda: 1" in found.lines
    # Nothing that may not leave the board is in what is printed.
    printed = "\n".join(found.lines) + json.dumps(found.facts)
    assert not any(text in printed for text in (first["address"], first["contact"], first["organiser"]))


def test_corridors(tmp_path: Path) -> None:
    found = inspect_files([write(tmp_path / "k.csv", CORRIDORS)])
    assert found.table.to_dict("records") == [
        {
            "from_code": "2560",
            "to_code": "2580",
            "decision": "approved",
            "valid_from": "2023-01-01",
            "valid_to": "",
            "decided_on": "",
            "decided_by": "",
            "reference": "x",
            "agreement_months": 0,
            "row": 2,
        }
    ]
    assert found.lines == (
        "k.csv: register över korridorer (corridors)",
        "  Rubriker: rad 1",
        "  Rader: 1",
        "  Igenkända namn: 1 bostadskommuner, 1 insatskommuner",
        "  Period: 2023-01-01 – … (1 utan slutdatum)",
        "  Antaget eller noterat:",
        *[line for line in found.lines if line.startswith("    ")],
    )
    assert found.facts["notes"] == {"open_ended": 1}


def test_feeds_joined_by_date(tmp_path: Path) -> None:
    old = feed(["20230206", "20230207"], 3, 1).write(tmp_path / "gammal")
    new = feed(["20230207", "20230209"], 5, 1).write(tmp_path / "ny")
    found = inspect_files([new, old])
    assert found.lines == (
        "ny, gammal: tidtabell (timetable)",
        "  gammal",
        "    Trafikhuvudman: Linjen",
        "    Dagar med trafik: 2023-02-06 – 2023-02-07",
        "    Hållplatser: 2",
        "    Turer: 3",
        "    Hållplatstider: 6",
        "  ny",
        "    Trafikhuvudman: Linjen",
        "    Dagar med trafik: 2023-02-07 – 2023-02-09",
        "    Hållplatser: 2",
        "    Turer: 5",
        "    Hållplatstider: 10",
        "  Turer som måste förbokas: 2 av 8 (25,0 %)",
        "  Sammanfogade efter datum:",
        "    2023-02-06: gammal (Linjen)",
        "    2023-02-07 – 2023-02-09: ny (Linjen)",
        "  Turer per dag: 2023-02-06 – 2023-02-09",
        "    veckodag   dagar   minst  median    mest",
        "    måndag         1       3       3       3",
        "    tisdag         1       5       5       5",
        "    onsdag         1       0       0       0",
        "    torsdag        1       5       5       5",
        "  Minst antal turer: 0 (2023-02-08)",
        "  Störst antal turer: 5 (2023-02-07, 2023-02-09)",
    )
    assert found.table["trips"].tolist() == [3, 5, 0, 5]
    assert found.facts["call_ahead_share"] == 0.25
    assert found.facts["service"]["least"] == {"trips": 0, "dates": ["2023-02-08"]}
    json.dumps(found.facts)


def test_a_month_limits_a_timetable_to_the_weeks_it_is_judged_by(tmp_path: Path) -> None:
    days = [day.strftime("%Y%m%d") for day in pd.date_range("2023-01-01", "2023-03-31")]
    path = feed(days, 2).write(tmp_path / "tidtabell")
    found = inspect_files([path], month="2023-02")
    # February 2023 has three whole weeks: 6 to 26.
    assert (found.table["date"].iloc[0], found.table["date"].iloc[-1], len(found.table)) == (
        "2023-02-06",
        "2023-02-26",
        21,
    )
    assert "  Veckor i 2023-02: 2023-02-06 – 2023-02-26" in found.lines
    with pytest.raises(InputError, match="är 0; väntat: minst 2 hela veckor"):
        inspect_files([path], month="2024-02")
    with pytest.raises(InputError, match="ÅÅÅÅ-MM"):
        inspect_files([path], month="februari")


def test_the_problems_of_all_feeds_are_told(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, "hej") for name in ("a.zip", "b.zip")]
    with pytest.raises(InputError) as caught:
        inspect_files(paths)
    assert [problem.file for problem in caught.value.problems] == ["a.zip", "b.zip"]


def test_several_files_and_a_month_are_for_timetables(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.csv", CORRIDORS), write(tmp_path / "b.csv", LOCALITIES)
    with pytest.raises(InputError) as caught:
        inspect_files([one, two])
    assert str(caught.value) == (
        "a.csv, b.csv: bara tidtabellens filer läses tillsammans; väntat: en fil. Granska en fil i taget."
    )
    with pytest.raises(InputError) as caught:
        inspect_files([one], month="2023-02")
    assert str(caught.value) == "a.csv: --month gäller tidtabeller. Utelämna den."


def test_english(tmp_path: Path) -> None:
    with using_language("en"):
        found = inspect_files([feed(["20230206"], 4, 1).write(tmp_path / "feed")])
    assert "  Trips that must be booked ahead: 1 of 4 (25.0 %)" in found.lines


# ----------------------------------------------------------------------------------------------------------- command


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """`main` sets the language for the whole process; Swedish is what there is anyhow."""
    monkeypatch.setenv("LANGUAGE", "sv")
    monkeypatch.delenv("GEOMATCH_LANG", raising=False)


def test_inspect_writes_a_new_file_and_never_over_another(
    demo: DemoInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ut.csv"
    assert run("inspect", demo.corridors, "--out", out) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Tabellen, 7 rader: {out}"
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert rows[0] == list(DECISION_COLUMNS)
    assert len(rows) == 8
    # It can be added in the place of the first: the same decisions.
    assert run("inspect", out, "--as", "corridors", "--out", tmp_path / "igen.csv") == 0
    again = list(
        csv.reader(io.StringIO((tmp_path / "igen.csv").read_text(encoding="utf-8-sig")), delimiter=";")
    )
    assert [row[:-1] for row in again] == [row[:-1] for row in rows]
    capsys.readouterr()
    (tmp_path / "igen.csv").unlink()
    before = out.read_bytes()
    assert run("inspect", demo.timetable, "--out", out) == 2
    told = capsys.readouterr()
    assert told.err == (
        "ut.csv: det finns redan en fil med det namnet; inget skrivs över. Välj ett annat namn, eller flytta filen.\n"
    )
    assert told.out == ""
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ut.csv"]


def test_inspect_says_that_the_table_of_activities_is_internal(
    demo: DemoInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("inspect", demo.activities, "--out", tmp_path / "ut.csv", "--json") == 0
    told = capsys.readouterr()
    assert [path.name for path in tmp_path.iterdir()] == ["ut-internt.csv"]
    assert told.err == (
        "ut-internt.csv är intern: den har adresser, kontakter och platser, även för dolda insatser (1). "
        "Den får inte lämna länsstyrelsen.\n"
    )
    table = json.loads(told.out)["table"]
    assert table == {"file": str(tmp_path / "ut-internt.csv"), "rows": 46, "internal": True}
    # The name that the table would get is taken: nothing is written.
    assert run("inspect", demo.activities, "--out", tmp_path / "ut.csv") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["ut-internt.csv"]


def test_check_of_a_sound_file(demo: DemoInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "ut.xlsx"
    assert run("check", demo.activities, "--annotate", target) == 0
    assert capsys.readouterr().out == (
        f"{demo.activities.name}: inga fel (activities)\nDet finns inget att kommentera, så ingen kopia skrivs.\n"
    )
    assert not target.exists()
    assert run("check", demo.corridors, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": demo.corridors.name,
        "kind": "corridors",
        "problems": [],
    }


@pytest.fixture
def wrong(demo: DemoInputs, tmp_path: Path) -> Path:
    """The demo's register with two mistakes."""
    book = openpyxl.load_workbook(demo.activities)
    sheet = book.worksheets[0]
    heading = {cell.value: cell.column for cell in sheet[2]}
    sheet.cell(12, heading["Platser"]).value = "tolv"
    sheet.cell(14, heading["Kommun"]).value = "Lulå"
    path = tmp_path / "insatser.xlsx"
    book.save(path)
    return path


def test_check_lists_every_problem_and_comments_on_it(
    wrong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "ut.xlsx"
    assert run("check", wrong, "--annotate", target) == 2
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert lines[0] == f"Varje fel står som en kommentar i {target}:"
    assert [line.partition(": ")[0] for line in lines[1:]] == [
        "insatser.xlsx, blad ”SYNTETISKA insatser”, rad 12, kolumn ”Platser”",
        "insatser.xlsx, blad ”SYNTETISKA insatser”, rad 14, kolumn ”Kommun”",
    ]
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment} == {"J12", "W14"}
    assert run("check", wrong, "--json") == 2
    told = capsys.readouterr()
    assert [problem["row"] for problem in json.loads(told.out)["problems"]] == [12, 14]
    assert run("check", wrong, "--as", "enrolment") == 2


def test_check_does_not_write_over_the_file_itself(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = wrong.read_bytes()
    assert run("check", wrong, "--annotate", wrong) == 2
    assert "inget skrivs över" in capsys.readouterr().err
    assert wrong.read_bytes() == before


def test_a_damaged_workbook_gets_its_message_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04")
    assert run("check", path, "--annotate", tmp_path / "ut.xlsx") == 2
    assert capsys.readouterr().err.count("skadad") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["x.xlsx"]


@pytest.mark.parametrize("kind", ["activities", "corridors"])
def test_template(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mall.xlsx"
    assert run("template", kind, path) == 0
    assert capsys.readouterr().out == f"{path} är klar att fyllas i.\n"
    assert openpyxl.load_workbook(path).worksheets[0].max_row >= 2
    before = path.read_bytes()
    assert run("template", kind, path) == 2
    assert path.read_bytes() == before
    assert recognise(path).kind == kind
