"""The demo's registers: what the readers find in them."""

from __future__ import annotations

import io
from collections import Counter
from math import hypot
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pyproj import Transformer

from geomatch.access.reach import open_in_month
from geomatch.demo.register import HEADINGS, activities_xlsx, compensation_csv, corridors_csv
from geomatch.demo.timetable import places
from geomatch.restricted import Audience
from geomatch.sources.activities import read_activities
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.travel_compensation import read_travel_compensation

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    sheet = openpyxl.load_workbook(io.BytesIO(activities_xlsx(25))).active
    title, header, *body = sheet.iter_rows(values_only=True)
    assert sheet.title == "SYNTETISKA insatser"
    assert title[0].startswith("SYNTETISKA UPPGIFTER – påhittade insatser")
    assert header == HEADINGS
    return [dict(zip(header, row, strict=True)) for row in body]


def test_what_there_is(rows: Rows) -> None:
    # 44 activities; one at three sites, two with a second session pattern.
    assert len({row["Insats-id"] for row in rows}) == 44
    assert len(rows) == 44 + 2 + 2
    assert Counter(row["Synlighet"] for row in rows) == {"exakt": 38, "kommun": 9, "dold": 1}
    assert Counter(row["Status"] for row in rows) == {"pågående": 46, "avslutad": 1, "planerad": 1}
    assert sum(row["Digital"] == "ja" for row in rows) == 1
    assert sum(row["Kön"] == "kvinnor" for row in rows) == 3
    assert sum(row["Datum"] is not None for row in rows) == 2
    assert sum(row["Start"] is None for row in rows) == 2
    assert sum(row["Kommun"] == "Skellefteå" for row in rows) == 3
    assert {row["Primärt syfte"] for row in rows} == {
        "Svenska",
        "Arbetsmarknad",
        "Samhällsorientering",
        "Hälsa",
        "Föräldraskap",
    }
    assert all(8 <= int(str(row["Platser"])) <= 60 for row in rows)


def test_places_are_scarce_in_boden_and_spare_in_lulea(rows: Rows) -> None:
    taken: dict[object, int] = {}
    for row in {(row["Insats-id"], row["Adress"]): row for row in rows}.values():
        if row["Digital"] == "nej" and row["Kön"] == "alla" and row["Status"] == "pågående":
            taken[row["Kommun"]] = taken.get(row["Kommun"], 0) + int(str(row["Platser"]))
    # 40+60+40+30+25+35+20 against 634-646 enrolled; 40+60+30+40+45+30+25+50+30+30 against 310-318.
    assert taken["Boden"] == 250
    assert taken["Luleå"] == 380
    # 30 + 40 + 40 against 85-88: room until one of them ends on the last of February.
    assert taken["Kalix"] == 110
    ends = {str(row["Slutdatum"])[:10] for row in rows if row["Insats-id"] == "SYN-027"}
    assert ends == {"2023-02-28"}


def test_sites_lie_by_their_stops(rows: Rows) -> None:
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3006", always_xy=True)
    stops = [to_metres.transform(place.lon, place.lat) for place in places().values()]
    for row in rows:
        if row["Digital"] == "ja":
            assert row["X"] is row["Y"] is None
            continue
        x, y = float(str(row["X"])), float(str(row["Y"]))
        # Within 100 m each way, and rounding to tens.
        assert min(hypot(x - east, y - north) for east, north in stops) < 150


def test_the_reader_takes_every_row(tmp_path: Path) -> None:
    path = tmp_path / "SYNTETISK-insatser-norrbotten.xlsx"
    path.write_bytes(activities_xlsx(25))
    register = read_activities(path)
    assert register.synthetic
    series = register.series.reveal(Audience.INTERNAL)
    sessions = register.sessions.reveal(Audience.INTERNAL)
    assert len(series) == 46
    assert Counter(series["activity_id"])["SYN-035"] == 3
    own = series.set_index("activity_id").loc["SYN-018"]
    assert (own["places"], own["municipality_code"], own["primary_purpose"]) == (35, "2582", "Arbetsmarknad")
    times = sessions[sessions["series_id"] == own["series_id"]]
    assert sorted(zip(times["weekday"], times["start_s"], times["end_s"], strict=True)) == [
        (0, 13 * 3600, 16 * 3600),
        (2, 13 * 3600, 16 * 3600),
        (4, 9 * 3600, 12 * 3600),
    ]
    set_days = sessions[
        sessions["series_id"].isin(series.loc[series["activity_id"] == "SYN-023", "series_id"])
    ]
    assert sorted(set_days["date"].astype(str)) == [
        "2023-01-18",
        "2023-01-25",
        "2023-02-08",
        "2023-02-22",
        "2023-03-08",
        "2023-03-22",
    ]
    assert pd.isna(series.set_index("activity_id").loc["SYN-010", "geometry"]) or (
        series.set_index("activity_id").loc["SYN-010", "geometry"] is None
    )


def test_corridors(tmp_path: Path) -> None:
    path = tmp_path / "SYNTETISK-korridorer.csv"
    path.write_text(corridors_csv(), encoding="utf-8")
    read = read_corridor_register(path)
    assert read.synthetic
    pairs = zip(read.table["from_code"], read.table["to_code"], strict=True)
    # Haparanda–Kalix has a correction, Jokkmokk–Gällivare ended in December; the refused pair is not there.
    assert sorted(zip(pairs, read.table["valid_from"], read.table["valid_to"], strict=True)) == [
        (("2510", "2523"), "2022-09-01", "2022-12-14"),
        (("2514", "2580"), "2023-01-01", "2023-12-31"),
        (("2560", "2580"), "2023-01-01", "2023-12-31"),
        (("2583", "2514"), "2023-01-01", "2023-01-19"),
        (("2583", "2514"), "2023-01-20", "2023-04-15"),
    ]
    for month in ("2023-01", "2023-02", "2023-03"):
        opened = open_in_month(read.table, month)
        assert list(zip(opened["from_code"], opened["to_code"], strict=True)) == [
            ("2514", "2580"),
            ("2560", "2580"),
            ("2583", "2514"),
        ]
    assert read.decisions["reference"].str.startswith("SYNTETISK").all()
    assert read.decisions["decided_by"].str.startswith("SYNTETISK").all()


def test_compensation(tmp_path: Path) -> None:
    path = tmp_path / "SYNTETISK-reseersattning.csv"
    path.write_text(compensation_csv(), encoding="utf-8")
    read = read_travel_compensation(path)
    assert read.synthetic
    assert Counter(read.table["month"]) == {"2023-01": 3, "2023-02": 4, "2023-03": 1}
    # Small counts are withheld as the agency withholds them.
    assert read.notes == {"withheld_amounts": 1, "withheld_counts": 5, "without_goal": 1}


def test_one_pair_waits_for_an_unknown_share_alone(demo_workspace: Path) -> None:
    """Överkalix has 11 people and nothing at home: 3.85 of them may travel at 35 %, 6.6 at 60 %; 6 are needed.

    In Övertorneå 12 of the 30 places are free at any need.
    """
    table = pd.read_parquet(demo_workspace / "months" / "2023-02" / "corridors.parquet")
    (blocked,) = table[table["share_blocks"]].to_dict("records")
    assert (blocked["from_code"], blocked["to_code"], blocked["verdict"]) == ("2513", "2518", "possible")
    gains = [blocked[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")]
    assert gains == [3850, 3850, 6600, 6600]
    assert blocked["free_places_low_milli"] == 12_000
    page = (demo_workspace / "internal/2023-02/25/index.html").read_text(encoding="utf-8")
    assert "För 1 kommunpar står bara en okänd andel i vägen för en rekommendation" in page
    assert "möjligt; bara en okänd andel står i vägen" in page
