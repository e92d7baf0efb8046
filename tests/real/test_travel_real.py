"""Questions without a workspace on Norrbotten's timetables, worked out from the feed itself.

Homes and activities stand at SCB's points of the localities. Trips are named by the last digits of their trip_id.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyproj
import pytest

from geomatch.ask import ask_better_times, ask_journey, ask_travel
from geomatch.errors import InputError
from geomatch.words import using_language

NEW, OLD = "gtfs/norrbotten-2022-12-14.zip", "gtfs/norrbotten-2022-05-05.zip"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with using_language("en"):
        yield


@pytest.fixture(scope="module")
def places(shared: Path) -> dict[str, tuple[str, str]]:
    # The file's degrees are rounded to decimetres, which is a second of walking here and there; its metres are not.
    degrees = pyproj.Transformer.from_crs(3006, 4326, always_xy=True)
    with (shared / "localities" / "scb_tatorter_2020_points.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lan_code"] == "25"]
    found = {}
    for row in rows:
        lon, lat = degrees.transform(float(row["x_3006"]), float(row["y_3006"]))
        found[row["name"]] = (repr(lon), repr(lat))
    return found


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def table(path: Path, heading: str, rows: list[list[str]]) -> Path:
    path.write_text("\n".join([heading, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def files(places: dict[str, tuple[str, str]], tmp_path: Path) -> dict[str, Path]:
    homes = ["Töre", "Porjus", "Vidsel", "Rosvik"]
    courses = ["Kalix", "Jokkmokk", "Älvsbyn", "Piteå"]
    return {
        "origins": table(tmp_path / "o.csv", "id,lon,lat", [[name, *places[name]] for name in homes]),
        "activities": table(
            tmp_path / "a.csv",
            "id,lon,lat,weekday,start,end",
            [[name, *places[name], "wed", "10:00", "12:00"] for name in courses],
        ),
    }


# Home, activity, and when one leaves and is there, both ways. The rides are told in test_day_returns_real.py: lines 20;
# 44; 242; and 14 with 4. The seconds are those of the walks.
DOORS = [
    ("Töre", "Kalix", "09:04:46", "09:48:42", "13:16:18", "13:57:14"),
    ("Porjus", "Jokkmokk", "07:04:21", "07:54:53", "12:55:05", "13:37:19"),
    ("Vidsel", "Älvsbyn", "08:34:55", "09:36:06", "13:11:54", "14:11:36"),
    ("Rosvik", "Piteå", "08:41:28", "09:41:28", "14:14:19", "15:12:10"),
]


def test_each_session_of_a_wednesday(
    shared: Path, files: dict[str, Path], tmp_path: Path, cache: Path
) -> None:
    out = tmp_path / "r.parquet"
    day = "2023-02-08"
    ask_travel([shared / NEW], **files, period=(day, day), out=out, by_session=True, cache=cache)
    rows = pd.read_parquet(out).set_index(["origin_id", "activity_id"])
    assert len(rows) == 16
    for home, course, *times in DOORS:
        row = rows.loc[(home, course)]
        assert row["reachable"]
        assert row["out_departure":"home_arrival"].tolist() == [f"{day}T{time}+01:00" for time in times]
    # Rosvik - Piteå changes once each way: 14 minutes at 9:20:00, and 7 at 14:33:00.
    rosvik = rows.loc[("Rosvik", "Piteå")]
    assert (rosvik["out_transfers"], rosvik["home_transfers"], rosvik["tightest_change_min"]) == (1, 1, 7.0)
    # Nobody gets from Porjus to Piteå in 90 minutes.
    assert not rows.loc[("Porjus", "Piteå"), "reachable"]


@pytest.mark.parametrize("by_session", [False, True])
def test_the_same_bytes_on_one_thread_and_on_two(
    shared: Path, files: dict[str, Path], tmp_path: Path, cache: Path, by_session: bool
) -> None:
    written = []
    for threads in (1, 2):
        out = tmp_path / f"{threads}.parquet"
        ask_travel(
            [shared / NEW], **files, period=("2023-02-06", "2023-02-19"), out=out, by_session=by_session,
            cache=cache, threads=threads,
        )  # fmt: skip
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_holidays_and_both_feeds(shared: Path, files: dict[str, Path], tmp_path: Path, cache: Path) -> None:
    # Wednesdays from 2022-12-14 to 2023-01-11; none is a public holiday, but Epiphany is Friday the 6th.
    out = tmp_path / "r.csv"
    period = ("2022-12-12", "2023-01-15")
    answer = ask_travel([shared / NEW], **files, period=period, out=out, cache=cache)
    assert (answer.facts["sessions"], answer.facts["sessions_on_holidays"]) == (4 * 5, 0)
    text = files["activities"].read_text(encoding="utf-8")
    files["activities"].write_text(text.replace(",wed,", ",fri,"), encoding="utf-8")
    answer = ask_travel([shared / NEW], **files, period=period, out=out, cache=cache)
    assert (answer.facts["sessions"], answer.facts["sessions_on_holidays"]) == (4 * 4, 4)
    # Between the two feeds of the operator is a hole.
    with pytest.raises(InputError) as error:
        ask_travel(
            [shared / OLD, shared / NEW],
            **files,
            period=("2022-09-12", "2022-12-18"),
            out=tmp_path / "no.csv",
            cache=cache,
        )
    assert (
        "the period 2022-09-12 – 2022-12-18 is not within the timetable (norrbotten-2022-05-05.zip: 2022-05-02 – "
        "2022-09-19, norrbotten-2022-12-14.zip: 2022-12-11 – 2023-12-10)"
    ) in str(error.value)
    assert not (tmp_path / "no.csv").exists()


def test_a_journey_leg_by_leg(shared: Path, places: dict[str, tuple[str, str]], cache: Path) -> None:
    where = (",".join(places["Rosvik"]), ",".join(places["Piteå"]))
    answer = ask_journey([shared / NEW], where, "2023-02-08", ("10:00", "12:00"), cache=cache)
    out = [
        (leg["kind"], leg["line"], leg["departure"][11:19], leg["arrival"][11:19])
        for leg in answer.facts["out"]["legs"]
    ]
    # Trip 26, 187 m from Piteå älvdals sjukhus to Strömnäs, trip 1669.
    assert out == [
        ("walk", None, "08:41:28", "08:46:07"),
        ("ride", "14", "08:46:07", "09:20:00"),
        ("walk", None, "09:20:00", "09:22:30"),
        ("ride", "4", "09:34:00", "09:39:34"),
        ("walk", None, "09:39:34", "09:41:28"),
    ]
    assert "  change in 14 min" in answer.text.splitlines()
    home = [leg["trip_id"][-4:] for leg in answer.facts["home"]["legs"] if leg["kind"] == "ride"]
    assert home == ["1707", "0053"]


def test_an_evening_course_and_what_would_help(
    shared: Path, places: dict[str, tuple[str, str]], tmp_path: Path, cache: Path
) -> None:
    # Porjus to an evening course in Jokkmokk: trip 383 is there at 17:04:53; the last bus home, trip 387, leaves the
    # bus station, 4:55 from the course, at 19:25:00. After 19:30 it is gone; after 19:15 and 5 min one makes it by 5
    # seconds. One more bus home can be boarded at 19:35 and 4:55, so from 19:40. From Vuollerim no bus comes in time.
    origins = table(
        tmp_path / "o.csv", "id,lon,lat,persons", [["Porjus", *places["Porjus"], "10"], ["Vuollerim", *places["Vuollerim"], "4"]]
    )  # fmt: skip
    activities = table(
        tmp_path / "a.csv",
        "id,lon,lat,weekday,start,end",
        [["kväll", *places["Jokkmokk"], "wed", "17:30", "19:30"]],
    )
    answer = ask_better_times([shared / NEW], origins, activities, ("2023-02-06", "2023-02-19"), cache=cache)
    moves = pd.DataFrame(answer.facts["moves"])
    assert moves["persons_reachable"].tolist() == [10.0] * 4 + [0.0] * 5
    assert moves.loc[moves["best"], "shift_min"].tolist() == [-15]
    (bus,) = answer.facts["later_bus"]
    assert (bus["line"], bus["from_stop"], bus["departure"], bus["more"]) == (
        "44",
        "Jokkmokk Busstation",
        "19:40",
        10.0,
    )
    # Of the patterns of line 44 the short one to Malmberget, of trip 384, that leaves at 6:15.
    assert (bus["like_trip_id"][-4:], bus["like_departure"], bus["days"], bus["weekdays"]) == (
        "0384",
        "06:15",
        2,
        "wed",
    )
