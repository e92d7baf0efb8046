"""The window of a month and the sessions in it."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geomatch.errors import InputError
from geomatch.settings import SessionSettings
from geomatch.supply import Window, month_window, supply_of_month


def window(month: str, first: date, last: date) -> Window:
    return month_window(month, lambda day: first <= day <= last, SessionSettings(), f"{first} – {last}")


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        # February 2023 starts on a Wednesday: its whole weeks are the 6th to the 26th.
        ("2023-02", "2023-02-06", "2023-02-26"),
        # May 2023 starts on a Monday and has 31 days: four whole weeks, 1st to 28th.
        ("2023-05", "2023-05-01", "2023-05-28"),
    ],
)
def test_the_whole_weeks_of_a_month(month: str, first: str, last: str) -> None:
    found = window(month, date(2022, 1, 1), date(2024, 1, 1))
    assert (found.first_day.isoformat(), found.last_day.isoformat()) == (first, last)


def test_the_timetable_cuts_the_window() -> None:
    # Valid to Saturday 25 February: the week of the 20th is not whole any more.
    found = window("2023-02", date(2022, 12, 11), date(2023, 2, 25))
    assert (found.first_day, found.last_day, found.weeks) == (date(2023, 2, 6), date(2023, 2, 19), 2)


def test_too_little_of_a_month_names_both_periods() -> None:
    with pytest.raises(InputError) as caught:
        window("2023-02", date(2023, 2, 14), date(2023, 12, 10))
    text = str(caught.value)
    assert "2023-02-01" in text
    assert "2023-02-28" in text
    assert "2023-02-14 – 2023-12-10" in text


def series(**changes: object) -> gpd.GeoDataFrame:
    row = {
        "series_id": "A1", "activity_id": "A1", "name": "Språkcafé", "organiser": "", "organiser_type": "", "grant_scheme": "TIA",
        "primary_purpose": "Svenska", "secondary_purposes": "", "target_groups": "all", "sex": "all", "places": 10,
        "valid_from": "2023-01-01", "valid_to": "", "digital": False, "childcare": False, "language_support": False,
        "parallel_group": False, "visibility": "exact", "status": "ongoing", "municipality_code": "2580", **changes,
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[Point(1, 2)], crs=3006)


def sessions(*rows: tuple[int | None, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [("A1", *row) for row in rows], columns=["series_id", "weekday", "date", "start_s", "end_s"]
    )


FEBRUARY = Window(date(2023, 2, 6), date(2023, 2, 26))


def test_weekdays_and_set_days() -> None:
    # Mondays 6, 13, 20 and the set Thursday 16 February; 3 March lies outside the window.
    supply = supply_of_month(
        series(),
        sessions((0, "", 36_000, 43_200), (None, "2023-02-16", 3_600, 7_200), (None, "2023-03-03", 0, 60)),
        "2023-02",
        FEBRUARY,
        SessionSettings(),
    )
    assert supply.sessions["date"].tolist() == [
        date(2023, 2, 6),
        date(2023, 2, 13),
        date(2023, 2, 16),
        date(2023, 2, 20),
    ]
    row = supply.activities.iloc[0]
    assert row["sessions_in_window"] == 4
    assert row["sessions_text"] == "mon 10:00-12:00; 2023-02-16 01:00-02:00; 2023-03-03 00:00-00:01"
    assert not row["sessions_assumed"]


def test_public_holidays_are_left_out_and_counted() -> None:
    # Thursdays of May 2023: 4, 11, 18, 25; the 18th is Ascension Day.
    may = Window(date(2023, 5, 1), date(2023, 5, 28))
    supply = supply_of_month(series(), sessions((3, "", 0, 60)), "2023-05", may, SessionSettings())
    assert supply.sessions["date"].tolist() == [date(2023, 5, 4), date(2023, 5, 11), date(2023, 5, 25)]
    assert supply.activities["sessions_on_holidays"].tolist() == [1]


def test_no_times_means_the_standard_session_and_is_marked() -> None:
    # Weekdays of three weeks: 15 sessions, 10:00-12:00.
    supply = supply_of_month(series(), sessions(), "2023-02", FEBRUARY, SessionSettings())
    assert len(supply.sessions) == 15
    assert set(zip(supply.sessions["start_s"], supply.sessions["end_s"], strict=True)) == {(36_000, 43_200)}
    assert supply.activities["sessions_assumed"].tolist() == [True]


def test_a_period_that_covers_part_of_the_month() -> None:
    supply = supply_of_month(
        series(valid_from="2023-02-10", valid_to="2023-02-13"),
        sessions((0, "", 0, 60)),
        "2023-02",
        FEBRUARY,
        SessionSettings(),
    )
    assert supply.sessions["date"].tolist() == [date(2023, 2, 13)]


@pytest.mark.parametrize(
    "changes", [{"status": "ended"}, {"valid_from": "2023-03-01"}, {"valid_to": "2023-01-31"}]
)
def test_what_does_not_run_is_left_out_and_counted(changes: dict[str, object]) -> None:
    supply = supply_of_month(
        series(**changes), sessions((0, "", 0, 60)), "2023-02", FEBRUARY, SessionSettings()
    )
    assert (len(supply.activities), len(supply.sessions), supply.ended) == (0, 0, 1)
