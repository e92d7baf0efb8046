"""Sessions, timetable and places together: set days, assumed sessions, part of a month, several places, holidays.

The month is February 2023, its window the three whole weeks 6-26 February. Who walks does so within some hundred metres; the
bus runs from stop A (home) to stop B (20 km east) at 9:20-9:50, and home at 12:10-12:40.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geomatch.access import allocate_month, gaps_table, served_table
from geomatch.month import returns_between
from geomatch.settings import Settings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.supply import Supply, month_window, supply_of_month
from geomatch.tables import POINTS
from geomatch.travel.network import Network, build_network
from tests.travel.feeds import EAST, NORTH, Call, Feed, s
from tests.worlds import persons

MONTH = "2023-02"
WEEKDAYS = [f"202302{day:02d}" for day in (*range(6, 11), *range(13, 18), *range(20, 25))]
HOME, AWAY = (0.0, 0.0), (20_000.0, 0.0)
MONDAY, TUESDAY, WEDNESDAY = 0, 1, 2


def bus(folder: Path, days: list[str]) -> Network:
    """The bus on `days`; the timetable is valid for the whole month."""
    trips = {
        "out": [Call("A", s("9:20"), s("9:20")), Call("B", s("9:50"), s("9:50"))],
        "home": [Call("B", s("12:10"), s("12:10")), Call("A", s("12:40"), s("12:40"))],
    }
    whole = {
        "calendar": [
            {
                **dict.fromkeys(
                    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "1"
                ),
                "service_id": "elsewhere",
                "start_date": "20230101",
                "end_date": "20230331",
            }
        ]
    }
    feed = Feed({"A": HOME, "B": AWAY}, trips, days=days, extra=whole)
    return build_network(read_timetable([feed.write(folder)]), WalkSettings(), TransferSettings())


def activity(series: str, at: tuple[float, float], places: int, **changes: object) -> dict[str, object]:
    return {
        "series_id": series, "activity_id": series, "name": series, "organiser": "", "organiser_type": "",
        "grant_scheme": "TIA", "primary_purpose": "Svenska", "secondary_purposes": "", "target_groups": "all",
        "sex": "all", "places": places, "valid_from": "2023-01-01", "valid_to": "", "digital": False,
        "childcare": False, "language_support": False, "parallel_group": False, "visibility": "exact",
        "status": "ongoing", "municipality_code": "2580", "geometry": Point(EAST + at[0], NORTH + at[1]), **changes,
    }  # fmt: skip


def run(
    network: Network,
    people: dict[tuple[float, float], int],
    activities: list[dict[str, object]],
    sessions: list[tuple[str, int | None, str, str, str]],
) -> tuple[dict[str, float], Supply, pd.Series]:
    """Parts of municipality 2580 at high need, the supply, and its row of gaps.

    Sessions are (series, weekday or None, date or '', start, end).
    """
    settings = Settings()
    points = gpd.GeoDataFrame(
        [
            {
                "month": MONTH, "point_id": f"2580/{number}", "county_code": "25", "municipality_code": "2580",
                "locality_code": str(number), "name": str(number), "kind": "locality", "population": 1000,
                "target_group": "all", "sex": "all", "need_low_milli": 1000 * count,
                "need_high_milli": 1000 * count, "location_unknown": False,
                "geometry": Point(EAST + at[0], NORTH + at[1]),
            }
            for number, (at, count) in enumerate(people.items())
        ],
        columns=POINTS.names,
        crs=3006,
    )  # fmt: skip
    window = month_window(MONTH, network.timetable.covers, settings.sessions, "")
    supply = supply_of_month(
        gpd.GeoDataFrame(activities, geometry="geometry", crs=3006),
        pd.DataFrame(
            [(series, day, on, s(start), s(end)) for series, day, on, start, end in sessions],
            columns=["series_id", "weekday", "date", "start_s", "end_s"],
        ),
        MONTH,
        window,
        settings.sessions,
    )
    returns = returns_between(points, supply, network, window, settings, MONTH, lambda *_: None)
    month = allocate_month(points, supply.activities, returns, None, settings, MONTH)
    need = pd.DataFrame(
        {
            "municipality_code": ["2580"],
            "low": [sum(people.values())],
            "high": [sum(people.values())],
            "used": [True],
            "masked": [False],
        }
    )
    gaps = gaps_table(month, points, supply.activities, need, {})
    return persons(served_table(month), "2580"), supply, gaps.iloc[0]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["20230208"], {"no_day_return": 3}),
        (["20230208", "20230215"], {"served_local": 2, "in_reach_full": 1}),
    ],
)
def test_world_set_days(tmp_path, days, expected):
    """(a) 3p --bus 30--> [s 2: on 8 and 15 February]

    With a bus on the 8th only, one of two sessions is reached: 50 %, not the 80 % that make it one's activity. With a bus
    on both days it is.
    """
    sessions = [("s", None, f"2023-02-{day}", "10:00", "12:00") for day in ("08", "15")]
    found, supply, _row = run(bus(tmp_path, days), {HOME: 3}, [activity("s", AWAY, 2)], sessions)
    assert found == expected
    assert supply.activities["sessions_in_window"].tolist() == [2]


def test_world_a_set_day_outside_the_window(tmp_path):
    """(a) 3p ==10== [s 2: on 28 February]

    The 28th is in the month and not in its whole weeks: no session to judge by. It is no supply either.
    """
    sessions = [("s", None, "2023-02-28", "10:00", "12:00")]
    found, supply, row = run(bus(tmp_path, WEEKDAYS), {HOME: 3}, [activity("s", (500, 0), 2)], sessions)
    assert found == {"no_day_return": 3}
    assert (supply.activities["sessions_in_window"].tolist(), row["series"], row["places"]) == ([0], 0, 0)


@pytest.mark.parametrize(
    ("sessions", "assumed", "expected"),
    [
        ([], True, {"served_local": 3}),
        ([("s", TUESDAY, "", "18:00", "20:00")], False, {"no_day_return": 3}),
    ],
)
def test_world_assumed_sessions(tmp_path, sessions, assumed, expected):
    """(a) 3p --bus 30--> [s 5: no times given]

    Weekdays 10:00-12:00 are assumed and marked; the bus fits them. An evening course that says so is out of reach: the last
    bus home leaves at 12:10.
    """
    found, supply, _row = run(bus(tmp_path, WEEKDAYS), {HOME: 3}, [activity("s", AWAY, 5)], sessions)
    assert found == expected
    assert supply.activities["sessions_assumed"].tolist() == [assumed]
    assert supply.activities["sessions_in_window"].tolist() == [15 if assumed else 3]


def test_world_part_of_a_month(tmp_path):
    """(a) 3p --bus 30, first week only--> [s 2: Mondays to 10 February]  and  [t 2: Mondays all month]

    s has one session left, which is reached: 2 places for the month. t is reached on 1 of 3 Mondays, 33 %.
    """
    activities = [activity("s", AWAY, 2, valid_to="2023-02-10"), activity("t", AWAY, 2)]
    sessions = [(series, MONDAY, "", "10:00", "12:00") for series in "st"]
    found, supply, row = run(bus(tmp_path, WEEKDAYS[:5]), {HOME: 3}, activities, sessions)
    assert found == {"served_local": 2, "in_reach_full": 1}
    assert supply.activities["sessions_in_window"].tolist() == [1, 3]
    assert (row["series"], row["places"]) == (2, 4)


def test_world_three_places_on_their_days(tmp_path):
    """(a) 3p ==10== [s#1 2: Mondays]    (b, 8 km on) 3p ==10== [s#2 2: Tuesdays]    [s#3 2: Wednesdays] 8 km on, nobody

    One activity that visits three places is three series, each with its places: 2 are served at a and 2 at b.
    """
    homes = [(8_000.0 * number, 0.0) for number in range(3)]
    activities = [
        activity(f"s#{number}", (x + 500, y), 2, activity_id="s")
        for number, (x, y) in enumerate(homes, start=1)
    ]
    sessions = [
        (f"s#{number}", day, "", "10:00", "12:00")
        for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY), start=1)
    ]
    found, _supply, row = run(bus(tmp_path, WEEKDAYS), dict.fromkeys(homes[:2], 3), activities, sessions)
    assert found == {"served_local": 4, "in_reach_full": 2}
    assert (row["series"], row["places"]) == (3, 6)


def test_world_digital_and_ended(tmp_path):
    """(a) 3p    [d 9 digital]    ==10== [e 9 ended in January]

    Neither gives a place here: nobody takes part at a distance unless a share is set, and e does not run.
    """
    activities = [
        activity("d", HOME, 9, digital=True, geometry=None),
        activity("e", (500, 0), 9, valid_to="2023-01-31"),
        activity("f", (60_000, 0), 9),
    ]
    found, supply, row = run(bus(tmp_path, WEEKDAYS), {HOME: 3}, activities, [])
    assert found == {"no_day_return": 3}
    assert supply.ended == 1
    # f, 60 km away, has places and is not reached; what is digital has no sessions to assume.
    assert (row["series"], row["places"]) == (1, 9)
    assert dict(zip(supply.activities["series_id"], supply.activities["sessions_assumed"], strict=True)) == {
        "d": False,
        "f": True,
    }
