"""What every timetable keeps: the second look notices a damaged one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from geomatch.sources.timetable import Timetable, read_timetable
from geomatch.sources.timetable_schema import check
from tests.travel.feeds import Feed
from tests.travel.test_day_return import TWO, line

RULE = {"from_stop_id": "A", "to_stop_id": "B", "transfer_type": "0"}
NAMED = RULE | {"from_trip_id": "one", "to_trip_id": "two", "transfer_type": "1"}


@pytest.fixture
def timetable(tmp_path: Path) -> Timetable:
    trips = {"one": line(("A", "9:20"), ("B", "9:54")), "two": line(("B", "12:06"), ("A", "12:40"))}
    return read_timetable([Feed(TWO, trips, transfers=[RULE, NAMED]).write(tmp_path / "feed")])


def changed(frame: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[0, column] = value
    return frame


def test_a_sound_timetable_keeps_it(timetable: Timetable) -> None:
    check(timetable)
    assert {
        name: str(getattr(timetable, name).dtype) for name in ("trip", "stop", "arrival_s", "departure_s")
    } == {
        "trip": "int32",
        "stop": "int32",
        "arrival_s": "int32",
        "departure_s": "int32",
    }
    assert (timetable.boarding.dtype, timetable.alighting.dtype) == (np.int8, np.int8)


@pytest.mark.parametrize(
    ("table", "damage", "column", "rule"),
    [
        ("stops", lambda t: changed(t, "lat", 91.0), "lat", "in_range(-90, 90)"),
        ("stops", lambda t: changed(t, "stop_id", "B"), "stop_id", "multiple_fields_uniqueness"),
        ("stops", lambda t: changed(t, "feed", 1), "feed", "in_range(0, 0)"),
        ("stops", lambda t: t.drop(columns="name"), "name", "column_in_dataframe"),
        ("trips", lambda t: changed(t, "service", 7), "service", "in_range(0, 0)"),
        ("trips", lambda t: t.assign(booking=0), "booking", "dtype('bool')"),
        ("trips", lambda t: t.assign(extra=0), "extra", "column_in_schema"),
    ],
)
def test_a_damaged_table_is_noticed(
    timetable: Timetable, table: str, damage: Callable[[pd.DataFrame], pd.DataFrame], column: str, rule: str
) -> None:
    damaged: dict[str, Any] = {table: damage(getattr(timetable, table))}
    with pytest.raises(SchemaErrors) as caught:
        check(replace(timetable, **damaged))
    cases = caught.value.failure_cases
    named = cases["column"].where(
        cases["column"].isin(timetable.stops.columns.union(timetable.trips.columns))
    )
    found = set(zip(named.fillna(cases["failure_case"]).astype(str), cases["check"].astype(str), strict=True))
    assert (column, rule) in found


def test_an_area_of_another_feed_is_noticed(timetable: Timetable) -> None:
    with pytest.raises(SchemaErrors):
        check(replace(timetable, stops=changed(timetable.stops, "area", 2)))


@pytest.mark.parametrize(
    ("name", "values", "fault"),
    [
        ("trip", [0, 0, 0, 2], "a trip that does not exist"),
        ("trip", [1, 1, 0, 0], "not sorted by trip"),
        ("stop", [0, -1, 1, 0], "a stop that does not exist"),
        ("arrival_s", [33600, 33500, 43560, 45600], "a trip that runs backwards"),
        ("departure_s", [33600, 35000, 43560, 45600], "departure before arrival"),
        ("boarding", [0, 1, 2, 3], "an unknown code of boarding"),
        ("alighting", [0, 1, 2], "arrays of different length"),
    ],
)
def test_damaged_arrays_are_noticed(timetable: Timetable, name: str, values: list[int], fault: str) -> None:
    damaged: dict[str, Any] = {name: np.array(values, getattr(timetable, name).dtype)}
    with pytest.raises(ValueError, match=fault):
        check(replace(timetable, **damaged))


@pytest.mark.parametrize(
    ("table", "column", "fault"),
    [
        ("change_rules", "to_stop", "a rule for a stop"),
        ("trip_rules", "from_trip", "a rule for a trip"),
        ("special_rules", "from_stop", "a special rule for a stop"),
    ],
)
def test_rules_for_what_does_not_exist_are_noticed(
    timetable: Timetable, table: str, column: str, fault: str
) -> None:
    damaged: dict[str, Any] = {table: changed(getattr(timetable, table), column, 9)}
    with pytest.raises(ValueError, match=fault):
        check(replace(timetable, **damaged))
