"""The boards' register of activities: series, sessions, places, and each way a row can be wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geomatch.errors import InputError
from geomatch.restricted import Audience
from geomatch.sources.activities import SERIES_COLUMNS, SESSION_COLUMNS, ActivityRegister, read_activities
from geomatch.sources.regions import municipalities

# Luleå (2580) and Boden (2582): town centres.
LULEA = {"lon": "22.1547", "lat": "65.5842"}
# In SWEREF 99 TM, rounded to the metre.
EXPECTED_LULEA = (829_440, 7_292_327)
BODEN = {"lon": "21.6886", "lat": "65.8252"}
BASE = {
    "Insats-id": "BD-1",
    "Namn": "Språkcafé",
    "Anordnare": "Röda Korset",
    "Primärt syfte": "svenska",
    "Platser": "12",
    "Startdatum": "2024-01-08",
    "Slutdatum": "",
    "Veckodagar": "mån;ons",
    "Datum": "",
    "Start": "10:00",
    "Slut": "12:00",
    "Kommun": "Luleå",
    **LULEA,
}


def write(
    path: Path, rows: list[dict[str, Any]], *, note: str = "", encoding: str = "utf-8", separator: str = "\t"
) -> Path:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    lines = [note] * bool(note) + [separator.join(headings)]
    lines += [separator.join(str(row.get(name, "")) for name in headings) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def tables(register: ActivityRegister) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    return register.series.reveal(Audience.INTERNAL), register.sessions.reveal(Audience.INTERNAL)


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_activities(path)
    return [str(problem) for problem in caught.value.problems]


def test_one_row_with_everything(tmp_path: Path) -> None:
    row = BASE | {
        "Anordnartyp": "ideell förening",
        "Statsbidrag": "§ 37 a",
        "Övriga syften": "hälsa ; samhälle",
        "Målgrupper": "massflyktsdirektivet;asylsökande",
        "Kön": "Kvinnor",
        "Slutdatum": "2024-06-14",
        "Datum": "2024-03-02",
        "Digital": "nej",
        "Barnpassning": "JA",
        "Språkstöd": "nej",
        "Parallell grupp": "ja",
        "Synlighet": "exakt",
        "Status": "planerad",
        "Adress": "Storgatan 1",
        "Kontakt": "anna@example.org",
    }
    result = read_activities(write(tmp_path / "a.csv", [row]))
    series, sessions = tables(result)
    assert tuple(series.columns) == SERIES_COLUMNS
    assert series.iloc[0].drop("geometry").to_dict() == {
        "series_id": "BD-1",
        "activity_id": "BD-1",
        "name": "Språkcafé",
        "organiser": "Röda Korset",
        "organiser_type": "ideell förening",
        "grant_scheme": "S37A",
        "primary_purpose": "svenska",
        "secondary_purposes": "hälsa;samhälle",
        "target_groups": "asylum_seeker;temporary_protection",
        "sex": "women",
        "places": 12,
        "valid_from": "2024-01-08",
        "valid_to": "2024-06-14",
        "digital": False,
        "childcare": True,
        "language_support": False,
        "parallel_group": True,
        "visibility": "exact",
        "status": "planned",
        "municipality_code": "2580",
        "address": "Storgatan 1",
        "contact": "anna@example.org",
    }
    assert series.crs == "EPSG:3006"
    assert (series.geometry[0].x, series.geometry[0].y) == pytest.approx(EXPECTED_LULEA, abs=0.5)
    assert str(series["places"].dtype) == "int64"
    assert tuple(sessions.columns) == SESSION_COLUMNS
    assert sessions["weekday"].isna().tolist() == [False, False, True]
    assert sessions.fillna({"weekday": -1}).to_numpy().tolist() == [
        ["BD-1", 0, "", 36_000, 43_200],
        ["BD-1", 2, "", 36_000, 43_200],
        ["BD-1", -1, "2024-03-02", 36_000, 43_200],
    ]
    assert result.notes == {}
    assert not result.synthetic


def test_what_is_blank_is_assumed_and_counted(tmp_path: Path) -> None:
    row = BASE | {"Veckodagar": "", "Start": "", "Slut": "", "Kommun": "", "Eget": "x"}
    series, sessions = tables(result := read_activities(write(tmp_path / "a.csv", [row])))
    assert series[["target_groups", "sex", "visibility", "status", "valid_to", "municipality_code"]].iloc[0].tolist() == [
        "all", "all", "municipality", "ongoing", "", "2580",
    ]  # fmt: skip
    assert len(sessions) == 0
    assert result.notes == {
        "grant_scheme_blank": 1,
        "ignored_columns": 1,
        "municipality_from_coordinates": 1,
        "sex_assumed": 1,
        "status_assumed": 1,
        "target_groups_assumed": 1,
        "visibility_assumed": 1,
        "without_sessions": 1,
        "yes_no_assumed": 4,
    }


def test_places_of_an_activity_are_numbered_from_west_to_east_whatever_the_order(tmp_path: Path) -> None:
    rows = [
        BASE,
        BASE | BODEN | {"Kommun": "2582", "Veckodagar": "tis"},
        BASE | {"Veckodagar": "fre", "Start": "13.30", "Slut": "15:00"},
        BASE | {"Insats-id": "BD-0", "Digital": "ja", "lon": "", "lat": ""},
    ]
    first = tables(read_activities(write(tmp_path / "a.csv", rows)))
    second = tables(read_activities(write(tmp_path / "b.csv", rows[::-1])))
    series, sessions = first
    assert series[["series_id", "municipality_code"]].to_numpy().tolist() == [
        ["BD-0", "2580"],
        ["BD-1#1", "2582"],
        ["BD-1#2", "2580"],
    ]
    assert series.geometry.isna().tolist() == [True, False, False]
    assert sessions.to_numpy().tolist() == [
        ["BD-0", 0, "", 36_000, 43_200],
        ["BD-0", 2, "", 36_000, 43_200],
        ["BD-1#1", 1, "", 36_000, 43_200],
        ["BD-1#2", 0, "", 36_000, 43_200],
        ["BD-1#2", 2, "", 36_000, 43_200],
        ["BD-1#2", 4, "", 48_600, 54_000],
    ]
    pd.testing.assert_frame_equal(pd.DataFrame(series), pd.DataFrame(second[0]))
    pd.testing.assert_frame_equal(sessions, second[1])


def test_a_workbook_with_dates_times_and_a_note_above(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Läs mig"
    book.active.append(["Fyll i det andra bladet"])
    sheet = book.create_sheet("Insatser")
    sheet.append(["SYNTETISKA UPPGIFTER för demonstration"])
    sheet.append([])
    sheet.append(
        [
            "INSATS-ID",
            "name",
            "organiser",
            "primary_purpose",
            "places",
            "valid_from",
            "valid_to",
            "weekdays",
            "start",
            "end",
            "kommun",
            "Nord",
            "Öst",
        ]
    )
    sheet.append(
        [
            17,
            "Kurs",
            "Kommunen",
            "svenska",
            8,
            dt.date(2024, 2, 1),
            None,
            "mon; tue",
            dt.time(9, 30),
            dt.time(11),
            2580,
            7_290_400,
            830_700,
        ]
    )
    book.save(tmp_path / "a.xlsx")
    result = read_activities(tmp_path / "a.xlsx")
    series, sessions = tables(result)
    assert series[["series_id", "places", "valid_from", "municipality_code"]].iloc[0].tolist() == [
        "17",
        8,
        "2024-02-01",
        "2580",
    ]
    assert (series.geometry[0].x, series.geometry[0].y) == (830_700, 7_290_400)
    assert sessions[["weekday", "start_s", "end_s"]].to_numpy().tolist() == [
        [0, 34_200, 39_600],
        [1, 34_200, 39_600],
    ]
    assert result.synthetic


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_separator_and_encoding(tmp_path: Path, separator: str, encoding: str) -> None:
    row = BASE | {"Veckodagar": '"mån;tis;ons;tor;fre;lör;sön"', "Övriga syften": '"a,b;c;d;e;f;g;h;i;j;k"'}
    result = read_activities(
        write(tmp_path / "a.csv", [row], encoding=encoding, separator=separator, note="Ett register")
    )
    series, sessions = tables(result)
    assert series["name"].tolist() == ["Språkcafé"]
    assert series["secondary_purposes"].tolist() == ["a,b;c;d;e;f;g;h;i;j;k"]
    assert sessions["weekday"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert result.notes.get("read_as_windows_1252", 0) == (encoding == "cp1252")
    assert result.notes.get("read_as_utf_16", 0) == (encoding == "utf-16")


@pytest.mark.parametrize("visibility", ["", "kommun", "dold"])
def test_without_coordinates_the_point_of_the_municipality_is_used(tmp_path: Path, visibility: str) -> None:
    row = BASE | {"lon": "", "lat": "", "Synlighet": visibility}
    result = read_activities(write(tmp_path / "a.csv", [row]))
    home = municipalities().set_index("municipality_code").loc["2580"]
    point = tables(result)[0].geometry[0]
    assert (point.x, point.y) == (home["point_x_m"], home["point_y_m"])
    assert result.notes["point_of_municipality"] == 1


def test_digital_activities_alone_need_no_place(tmp_path: Path) -> None:
    rows = [
        BASE
        | {"Digital": "ja", "Kommun": "", "lon": "", "lat": "", "Veckodagar": "", "Start": "", "Slut": ""}
    ]
    series, sessions = tables(read_activities(write(tmp_path / "a.csv", rows)))
    assert series[["series_id", "digital", "municipality_code"]].to_numpy().tolist() == [["BD-1", True, ""]]
    assert series.geometry.isna().all()
    assert series.crs == "EPSG:3006"
    assert sessions.dtypes.astype(str).tolist()[1:2] + sessions.dtypes.astype(str).tolist()[3:] == [
        "Int64",
        "int64",
        "int64",
    ]


def test_two_addresses_without_coordinates_are_two_places(tmp_path: Path) -> None:
    rows = [BASE | {"lon": "", "lat": "", "Adress": address} for address in ("Vägen 2", "Vägen 1")]
    series, _sessions = tables(read_activities(write(tmp_path / "a.csv", rows)))
    assert series[["series_id", "address"]].to_numpy().tolist() == [
        ["BD-1#1", "Vägen 1"],
        ["BD-1#2", "Vägen 2"],
    ]


def test_a_place_just_over_the_border_keeps_its_municipality_and_is_counted(tmp_path: Path) -> None:
    table = municipalities().set_index("municipality_code")
    lulea, boden = table.geometry["2580"], table.geometry["2582"]
    shared = lulea.intersection(boden.buffer(100)).representative_point()
    edge = boden.boundary.interpolate(boden.boundary.project(shared))
    inside = boden.buffer(-1000).boundary
    near = inside.interpolate(inside.project(edge))
    row = BASE | {"lon": "", "lat": "", "Öst": near.x, "Nord": near.y}
    result = read_activities(write(tmp_path / "a.csv", [row]))
    assert tables(result)[0]["municipality_code"].tolist() == ["2580"]
    assert result.notes["near_other_municipality"] == 1


def test_degrees_under_x_and_y_are_known_by_their_size(tmp_path: Path) -> None:
    row = BASE | {"lon": "", "lat": "", "X": "22,1547", "Y": "65,5842"}
    result = read_activities(write(tmp_path / "a.csv", [row]))
    point = tables(result)[0].geometry[0]
    assert (point.x, point.y) == pytest.approx(EXPECTED_LULEA, abs=0.5)
    assert result.notes["coordinates_in_other_system"] == 1


def test_unknown_grants_are_kept_and_ended_rows_stay(tmp_path: Path) -> None:
    row = BASE | {"Statsbidrag": "Eget bidrag", "Status": "avslutad", "Målgrupper": "nyanlända"}
    result = read_activities(write(tmp_path / "a.csv", [row]))
    values = tables(result)[0][["grant_scheme", "status", "target_groups"]].iloc[0].tolist()
    assert values == ["Eget bidrag", "ended", "newcomer"]
    assert (result.notes["grant_scheme_other"], result.notes["newcomer"]) == (1, 1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"Platser": "tio"},
            "”Platser”: ”tio” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        ),
        (
            {"Platser": "1.5"},
            "”Platser”: ”1.5” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        ),
        (
            {"Platser": "-1"},
            "”Platser”: ”-1” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        ),
        ({"Platser": ""}, "”Platser”: cellen är tom; väntat: ett heltal från 0, med siffror."),
        ({"Namn": ""}, "”Namn”: cellen är tom."),
        ({"Slut": "09:00"}, "”Slut”: tillfället slutar 09:00, inte efter att det börjar 10:00."),
        ({"Slut": ""}, "”Slut”: veckodagar eller datum utan klockslag; väntat: ett klockslag som TT:MM."),
        ({"Start": "kl 10"}, "”Start”: ”kl 10” är inget klockslag; väntat: ett klockslag som TT:MM."),
        (
            {"Veckodagar": "", "Start": ""},
            "”Slut”: ett klockslag utan veckodagar eller datum. Ange veckodagarna eller datumen.",
        ),
        (
            {"Veckodagar": "mån;onz"},
            "”Veckodagar”: ordet ”onz” är okänt här; väntat: mån, tis, ons, tor, fre, lör, sön.",
        ),
        ({"Veckodagar": "mån;måndag"}, "”Veckodagar”: en veckodag står två gånger."),
        ({"Synlighet": "hemlig"}, "”Synlighet”: ordet ”hemlig” är okänt här; väntat: exakt, kommun, dold."),
        (
            {"Status": "vilande"},
            "”Status”: ordet ”vilande” är okänt här; väntat: pågående, planerad, avslutad.",
        ),
        ({"Kön": "flickor"}, "”Kön”: ordet ”flickor” är okänt här; väntat: alla, kvinnor, män."),
        ({"Digital": "kanske"}, "”Digital”: ordet ”kanske” är okänt här; väntat: ja, nej."),
        (
            {"Målgrupper": "turister"},
            (
                "”Målgrupper”: ordet ”turister” är okänt här; väntat: asylsökande, massflyktsdirektivet, "
                "i väntan på bosättning, nyanlända, alla."
            ),
        ),
        (
            {"Startdatum": "8/1 2024"},
            "”Startdatum”: ”8/1 2024” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
        (
            {"Slutdatum": "2024-02-30"},
            "”Slutdatum”: ”2024-02-30” är inget datum; väntat: ett datum som ÅÅÅÅ-MM-DD.",
        ),
        ({"Slutdatum": "2023-12-31"}, "”Slutdatum”: sista dagen 2023-12-31 är före första dagen 2024-01-08."),
        ({"Datum": "2024-01-07"}, "”Datum”: 2024-01-07 ligger utanför insatsens period."),
        (
            {"lon": "65.5842", "lat": "22.1547"},
            (
                "”lon”: koordinaterna är omkastade: ”lon” innehåller 65.5842 och ”lat” innehåller 22.1547. "
                "Låt de två kolumnerna byta plats."
            ),
        ),
        (
            {"lon": "", "lat": "", "X": "7290400", "Y": "830700"},
            (
                "”X”: koordinaterna är omkastade: ”X” innehåller 7290400 och ”Y” innehåller 830700. "
                "Låt de två kolumnerna byta plats."
            ),
        ),
        (
            {"lon": "0", "lat": "0"},
            "”lon”: koordinaterna är 0 och 0. Lämna dem tomma där platsen inte är känd.",
        ),
        (
            {"lon": "2.35", "lat": "48.85"},
            (
                "”lon”: koordinaterna 2.35, 48.85 ligger utanför Sverige; "
                "väntat: grader (WGS 84) eller meter (SWEREF 99 TM)."
            ),
        ),
        (
            {"lon": "12.30", "lat": "55.65"},
            "”lon”: koordinaterna ligger inte i någon svensk kommun. Rätta koordinaterna.",
        ),
        ({"lat": ""}, "”lat”: en av de två koordinaterna saknas. Ange båda koordinaterna eller ingen."),
        (
            {"lat": "norr"},
            "”lat”: ”norr” är inget tal; väntat: grader med decimaler eller hela meter, som 65.5842 eller 7292327.",
        ),
        (
            {"Kommun": "Kiruna"},
            "”lon”: koordinaterna ligger i Luleå, 199 km från Kiruna. Rätta koordinaterna eller kommunen.",
        ),
        (
            {"Kommun": "Lule"},
            "”Kommun”: ”Lule” är ingen kommun; väntat: en kommuns namn eller dess kod med fyra siffror.",
        ),
        (
            {"Kommun": "", "lon": "", "lat": ""},
            "”Kommun”: raden har varken koordinater eller kommun.",
        ),
        (
            {"lon": "", "lat": "", "Synlighet": "exakt"},
            "”lon”: koordinaterna saknas fast platsen ska visas exakt. Ange koordinaterna, eller synligheten kommun.",
        ),
        ({"Insats-id": "BD#1"}, "”Insats-id”: ”#” i ett id är reserverat för insatser på flera platser."),
        (
            {"Öst": "829740", "Nord": "7292327"},
            (
                "”lon”: de två koordinatparen ligger 300 m från varandra. "
                "Rätta det ena eller behåll bara ett av dem."
            ),
        ),
    ],
)
def test_rows_that_are_refused(tmp_path: Path, change: dict[str, str], expected: str) -> None:
    assert problems(write(tmp_path / "a.csv", [BASE | change])) == [f"a.csv, rad 2, kolumn {expected}"]


def test_every_problem_at_once_with_its_row(tmp_path: Path) -> None:
    rows = [
        BASE | {"Platser": "tio", "Synlighet": "hemlig"},
        BASE | {"Insats-id": "BD-2"},
        BASE | {"Insats-id": "BD-2"},
        BASE | {"Insats-id": "BD-3"},
        BASE | {"Insats-id": "BD-3", "Platser": "5", "Veckodagar": "tor"},
    ]
    assert problems(write(tmp_path / "a.csv", rows, note="Register 2024")) == [
        "a.csv, rad 3, kolumn ”Synlighet”: ordet ”hemlig” är okänt här; väntat: exakt, kommun, dold.",
        "a.csv, rad 3, kolumn ”Platser”: ”tio” är inget antal platser; väntat: ett heltal från 0, med siffror.",
        "a.csv, rad 5, kolumn ”Insats-id”: raden upprepar rad 4: samma insats, plats och tid. Ta bort en av de två.",
        (
            "a.csv, rad 7, kolumn ”Platser”: säger något annat än rad 6 för samma insats och plats. "
            "Låt raderna stämma överens, eller ge insatserna olika id."
        ),
    ]


def test_missing_and_doubled_columns(tmp_path: Path) -> None:
    row = {name: value for name, value in BASE.items() if name not in {"Platser", "Kommun", "lon", "lat"}}
    assert problems(write(tmp_path / "a.csv", [row | {"NAME": "x"}])) == [
        "a.csv, rad 1, kolumn ”K”: rubriken ”NAME” betyder detsamma som ”Namn”. Behåll en av de två kolumnerna.",
        "a.csv, rad 1: kolumnen ”Platser” saknas. Lägg till den eller rätta dess rubrik.",
        "a.csv, rad 1: kolumnen ”Kommun” saknas. Lägg till den eller rätta dess rubrik.",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hej;hopp\n1;2\n", "a.csv: ingen rad med tabellens rubriker hittades"),
        (
            "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Kommun\n",
            "a.csv: det finns inga rader under rubrikerna.",
        ),
        (
            "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Kommun\n1;a;b;c;5;2024-01-01;Luleå;mån;tis\n",
            (
                "a.csv, rad 2: raden har 9 celler men rubrikerna är 7. "
                "Sätt citattecken runt en text som innehåller skiljetecknet."
            ),
        ),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    found = problems(tmp_path / "a.csv")
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_file_in_utf_16_without_a_mark_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [BASE], encoding="utf-16-le")
    assert problems(path) == [
        (
            "a.csv: filens text kan inte läsas; väntat: UTF-8, UTF-16 med byteordningsmärke eller Windows-1252. "
            "Spara om den som ”CSV UTF-8”."
        )
    ]
