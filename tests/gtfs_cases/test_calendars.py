"""On which days a trip runs: calendar.txt, calendar_dates.txt, public holidays.

8 February 2023 is a Wednesday. Authority: METHOD 4 ("service days follow calendar.txt and calendar_dates.txt
together") and the GTFS reference on the two files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point

from geomatch.settings import LimitSettings, SessionSettings
from geomatch.supply import Window, supply_of_month
from geomatch.travel.day_return import session_returns

from .solve import EAST, NORTH, network_of, timetable_of

Check = Callable[[str], None]


def test_calendar_alone(check: Check) -> None:
    """calendar.txt alone: the weekdays that are 1, from start_date to end_date, both included.

    Wednesdays of 8 to 22 February run: the 8th and the 22nd do, the 1st and 1 March lie outside, Thursday the 9th is 0.
    """
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        calendar.txt
        | service_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday, start_date, end_date
        | s, 0, 0, 1, 0, 0, 0, 0, 20230208, 20230222

        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-02-22 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-02-01 10:00-12:00
        out none
        back none
        so no_service_that_day

        ask 2023-02-09 10:00-12:00
        out none
        back none
        so no_service_that_day

        ask 2023-03-01 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_calendar_of_a_whole_week(check: Check) -> None:
    """Each weekday column stands for its own day: a trip per weekday, Monday 6 to Sunday 12 February 2023.

    `mon` leaves at 9:01, `tue` at 9:02 ... `sun` at 9:07, so the answer tells which column was read.
    """
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    feed = "stops A 0, B 20000\n"
    feed += "calendar.txt\n| service_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday, "
    feed += "start_date, end_date\n"
    for number, day in enumerate(days):
        flags = ", ".join("1" if n == number else "0" for n in range(7))
        feed += f"| {day}, {flags}, 20230206, 20230212\n"
        feed += f"trip {day} service={day}: A 9:0{number + 1}, B 9:54, A 12:40\n"
    for number, day in enumerate(days):
        check(f"""
            {feed}
            ask 2023-02-{6 + number:02d} 10:00-12:00
            out 9:0{number + 1}-9:54, 0 changes, by {day}
            back none
            so no_way_home
        """)


def test_calendar_dates_alone(check: Check) -> None:
    """No calendar.txt: only the days of exception_type 1 (the form of all Swedish regional feeds)."""
    check("""
        stops A 0, B 20000
        service s 2023-02-08
        service other 2023-02-09
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip other_out service=other: A 9:00, B 9:34
        trip other_home service=other: B 12:20, A 12:54

        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-02-09 10:00-12:00
        out 9:00-9:34, 0 changes, by other_out
        back 12:20-12:54, 0 changes, by other_home
        so reachable, last way home

        ask 2023-02-10 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_calendar_with_a_removed_and_an_added_day(check: Check) -> None:
    """Both files: exception_type 2 takes Wednesday the 8th out of `week`, 1 adds it to `holiday`.

    The example in the GTFS reference under exception_type. On the 9th `week` runs as usual.
    """
    check("""
        stops A 0, B 20000
        trip out service=week: A 9:20, B 9:54
        trip home service=week: B 12:06, A 12:40
        trip out2 service=holiday: A 8:30, B 9:10
        trip home2 service=holiday: B 13:00, A 13:40
        calendar.txt
        | service_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday, start_date, end_date
        | week, 1, 1, 1, 1, 1, 0, 0, 20230201, 20230228
        | holiday, 0, 0, 0, 0, 0, 0, 1, 20230201, 20230228
        calendar_dates.txt
        | service_id, date, exception_type
        | holiday, 20230208, 1
        | week, 20230208, 2

        ask 2023-02-08 10:00-12:00
        out 8:30-9:10, 0 changes, by out2
        back 13:00-13:40, 0 changes, by home2
        so reachable, last way home

        ask 2023-02-09 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_calendar_of_zeros_filled_by_calendar_dates(check: Check) -> None:
    """Every weekday 0 in calendar.txt, all service in calendar_dates.txt (DOMAIN: regional feeds), also after end_date.

    The reference says that calendar_dates modifies what calendar says and sets no bound on its dates.
    """
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        calendar.txt
        | service_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday, start_date, end_date
        | s, 0, 0, 0, 0, 0, 0, 0, 20230201, 20230228
        calendar_dates.txt
        | service_id, date, exception_type
        | s, 20230208, 1
        | s, 20230308, 1

        ask 2023-03-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-02-15 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_public_holidays_have_no_session(tmp_path: Path) -> None:
    """METHOD 3: public holidays are left out of all sessions, and counted.

    Fridays of 27 March to 23 April 2023: 31 March, 7 April (Good Friday), 14 and 21 April. Buses run on every one
    of them; the day return is asked for on three.
    """
    timetable, _ = timetable_of(
        """
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        calendar.txt
        | service_id, monday, tuesday, wednesday, thursday, friday, saturday, sunday, start_date, end_date
        | s, 1, 1, 1, 1, 1, 1, 1, 20230301, 20230430
        """,
        tmp_path,
    )
    row = {
        "series_id": "a", "activity_id": "a", "name": "a", "organiser": "", "organiser_type": "", "grant_scheme": "TIA",
        "primary_purpose": "Svenska", "secondary_purposes": "", "target_groups": "all", "sex": "all", "places": 10,
        "valid_from": "", "valid_to": "", "digital": False, "childcare": False, "language_support": False,
        "parallel_group": False, "visibility": "exact", "status": "ongoing", "municipality_code": "2580",
    }  # fmt: skip
    series = gpd.GeoDataFrame([row], geometry=[Point(EAST + 20_000, NORTH)], crs=3006)
    fridays = pd.DataFrame(
        [("a", 4, "", 36_000, 43_200)], columns=["series_id", "weekday", "date", "start_s", "end_s"]
    )
    supply = supply_of_month(
        series, fridays, "2023-04", Window(date(2023, 3, 27), date(2023, 4, 23)), SessionSettings()
    )
    assert supply.activities["sessions_on_holidays"].tolist() == [1]
    returns = session_returns(
        network_of(timetable, {}),
        pd.DataFrame([("p", EAST, NORTH)], columns=["point_id", "x_m", "y_m"]),
        pd.DataFrame([("a", EAST + 20_000, NORTH)], columns=["series_id", "x_m", "y_m"]),
        supply.sessions,
        LimitSettings(),
    )
    assert returns["date"].tolist() == [date(2023, 3, 31), date(2023, 4, 14), date(2023, 4, 21)]
    assert returns["reachable"].tolist() == [True, True, True]
