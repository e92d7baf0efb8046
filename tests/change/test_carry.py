"""One month's inputs, taken for another month."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geomatch.change.carry import carried_corridors, carried_enrolment, carried_places, carried_settings
from geomatch.change.decompose import FACTORS
from geomatch.change.months import FACTOR_OF_INPUT
from geomatch.month import Inputs
from geomatch.rules import Rule, RuleBook, RuleSet
from geomatch.settings import SessionSettings, Settings, Share
from geomatch.supply import Window, supply_of_month

FEBRUARY = Window(date(2023, 2, 6), date(2023, 2, 26))  # three weeks
APRIL = Window(date(2023, 4, 3), date(2023, 4, 30))  # four, with Good Friday (7) and Easter Monday (10)


def test_every_input_belongs_to_a_factor() -> None:
    assert set(FACTOR_OF_INPUT) == {one.name for one in fields(Inputs)}
    assert set(FACTOR_OF_INPUT.values()) == set(FACTORS)


def series(valid_from: str = "2023-01-01", valid_to: str = "", *, digital: bool = False) -> gpd.GeoDataFrame:
    text = dict.fromkeys(
        [
            "name",
            "organiser",
            "organiser_type",
            "grant_scheme",
            "primary_purpose",
            "secondary_purposes",
            "address",
            "contact",
        ],
        "",
    )
    row = {
        **text,
        "series_id": "A",
        "activity_id": "A",
        "target_groups": "all",
        "sex": "all",
        "places": 5,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "digital": digital,
        "childcare": False,
        "language_support": False,
        "parallel_group": False,
        "visibility": "exact",
        "status": "ongoing",
        "municipality_code": "0180",
    }
    return gpd.GeoDataFrame([row], geometry=[None if digital else Point(0, 0)], crs="EPSG:3006")


def sessions(*rows: tuple[int | None, str]) -> pd.DataFrame:
    table = pd.DataFrame(
        [("A", weekday, day, 36000, 43200) for weekday, day in rows],
        columns=["series_id", "weekday", "date", "start_s", "end_s"],
    )
    return table.astype({"weekday": "Int64"})


def dates(kept: gpd.GeoDataFrame, held: pd.DataFrame, month: str, window: Window) -> list[str]:
    found = supply_of_month(kept, held, month, window, SessionSettings()).sessions
    return [day.strftime("%m-%d") for day in found["date"]]


def test_weekdays_run_through_the_other_window_and_its_holidays_are_left_out() -> None:
    # Fridays, in a series that runs all February: in April all Fridays but Good Friday.
    moved = carried_places(series(), sessions((4, "")), "2023-02", FEBRUARY, APRIL)
    assert dates(*moved, "2023-04", APRIL) == ["04-14", "04-21", "04-28"]
    # April's Fridays in February: all, Good Friday's too, since February has no holiday then.
    moved = carried_places(series(), sessions((4, "")), "2023-04", APRIL, FEBRUARY)
    assert dates(*moved, "2023-02", FEBRUARY) == ["02-10", "02-17", "02-24"]


def test_a_series_that_begins_or_ends_within_the_window_does_so_in_the_same_week() -> None:
    # Begins on Wednesday of the second week; Mondays: from the third week.
    moved = carried_places(series("2023-02-15"), sessions((0, "")), "2023-02", FEBRUARY, APRIL)
    assert dates(*moved, "2023-04", APRIL) == ["04-17", "04-24"]
    # Ends on Wednesday of the second week; Mondays: the first is Monday 3, and Easter Monday is left out.
    moved = carried_places(series(valid_to="2023-02-15"), sessions((0, "")), "2023-02", FEBRUARY, APRIL)
    assert dates(*moved, "2023-04", APRIL) == ["04-03"]


def test_set_days_move_by_whole_weeks() -> None:
    # Tuesday of the first and Thursday of the third week; one after the window, which is left out.
    days = sessions((None, "2023-02-07"), (None, "2023-02-23"), (None, "2023-02-28"))
    moved = carried_places(series(), days, "2023-02", FEBRUARY, APRIL)
    assert dates(*moved, "2023-04", APRIL) == ["04-04", "04-20", "04-25"]
    # Of April's four weeks February has three.
    days = sessions((None, "2023-04-04"), (None, "2023-04-27"))
    moved = carried_places(series(), days, "2023-04", APRIL, FEBRUARY)
    assert dates(*moved, "2023-02", FEBRUARY) == ["02-07"]


@pytest.mark.parametrize(
    ("frame", "runs"),
    [
        (series("2023-03-01"), False),
        (series(valid_to="2023-01-31"), False),
        (series(valid_to="2023-02-01"), True),
        (series().assign(status="ended"), False),
    ],
)
def test_only_series_that_run_in_the_month_are_there(frame: gpd.GeoDataFrame, runs: bool) -> None:
    kept, held = carried_places(frame, sessions((0, "")), "2023-02", FEBRUARY, APRIL)
    assert [len(kept), len(held)] == [int(runs)] * 2


def test_a_digital_series_that_runs_any_day_of_the_month_is_there_all_month() -> None:
    kept, held = carried_places(
        series("2023-02-28", digital=True), sessions((0, "")), "2023-02", FEBRUARY, APRIL
    )
    assert len(supply_of_month(kept, held, "2023-04", APRIL, SessionSettings()).activities) == 1


def test_counts_get_the_other_months_name() -> None:
    table = pd.DataFrame({"month": ["2023-01", "2023-02"], "low": [1, 2]})
    assert carried_enrolment(table, "2023-02", "2023-01").to_dict("records") == [
        {"month": "2023-01", "low": 2}
    ]


def test_corridors_stay_as_they_are_in_the_month() -> None:
    columns = ["from_code", "to_code", "valid_from", "valid_to", "reference"]
    rows = [
        ("0180", "0181", "2023-01-01", "2023-02-10", "a"),
        ("0181", "0180", "2023-03-01", "", "b"),
    ]
    found = carried_corridors(pd.DataFrame(rows, columns=columns), "2023-02")
    assert found.to_dict("records") == [
        {"from_code": "0180", "to_code": "0181", "reference": "a", "valid_from": "", "valid_to": ""}
    ]


def test_shares_and_rules_stay_as_they_are_in_the_month() -> None:
    case = Rule("case", "verified", case_status=("first_instance_open",))
    shares = tuple(
        Share("eligible_share", "asylum_seeker", share, share, county, day)
        for share, county, day in (
            (0.1, "all", "2020-01-01"),
            (0.2, "all", "2023-02-01"),
            (0.3, "25", "2023-01-01"),
            (0.9, "25", "2023-02-02"),
            (0.8, "all", "2023-03-01"),
        )
    )
    rules = RuleBook(
        (
            RuleSet("old", valid_to="2023-02-15", rules=(case,)),
            RuleSet("new", valid_from="2023-02-16", rules=()),
        )
    )
    kept = carried_settings(replace(Settings(), shares=shares, rules=rules), "2023-02")
    assert kept.rules.at(date(2030, 1, 1)) == RuleSet("old", rules=(case,))
    later = date(2023, 3, 1)
    assert kept.share("eligible_share", "asylum_seeker", "25", later) == (0.3, 0.3)
    assert kept.share("eligible_share", "asylum_seeker", "01", later) == (0.2, 0.2)
