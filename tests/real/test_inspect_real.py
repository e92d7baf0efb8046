"""`inspect` on the real files: both feeds of Norrbotten joined by date, localities, and workbooks of another series."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.inspect import inspect_files


def test_both_feeds_of_norrbotten_are_joined_by_date(shared: Path) -> None:
    found = inspect_files(sorted((shared / "gtfs").glob("*.zip")))
    feeds = {feed["file"]: feed for feed in found.facts["feeds"]}
    assert {name: (feed["stops"], feed["trips"], feed["stop_times"]) for name, feed in feeds.items()} == {
        "norrbotten-2022-05-05.zip": (4425, 1909, 41961),
        "norrbotten-2022-12-14.zip": (4374, 1997, 45329),
    }
    assert [(one["file"], one["first_day"], one["last_day"]) for one in found.facts["periods"]] == [
        ("norrbotten-2022-05-05.zip", "2022-05-02", "2022-09-19"),
        ("norrbotten-2022-12-14.zip", "2022-12-11", "2023-12-10"),
    ]
    # 20 September to 10 December 2022 is between the two.
    assert found.facts["service"]["uncovered_days"] == 82
    assert found.table.set_index("date").loc["2022-10-01", "trips"] == 0
    assert found.facts["bad_rows"] == []
    # No Sunday has more trips than a median weekday.
    week = {row["weekday"]: row for row in found.facts["service"]["per_weekday"]}
    assert week[6]["most_trips"] < week[2]["median_trips"]


def test_localities(shared: Path) -> None:
    found = inspect_files([shared / "localities" / "scb_tatorter_2020_points.csv"])
    assert (found.kind, found.facts["rows"], found.facts["population"]) == ("localities", 2017, 9_088_367)


@pytest.mark.parametrize(
    ("year", "suffix", "title"),
    [
        (2016, "xls", "Beviljade arbetstillstånd 2016"),
        (2020, "xlsx", "Beviljade arbetstillstånd 2020"),
        (2024, "xlsx", "Beviljade arbetstillstånd, 2024"),
    ],
)
def test_another_series_of_the_agency_is_refused_by_its_name(
    shared: Path, year: int, suffix: str, title: str
) -> None:
    with pytest.raises(InputError) as caught:
        inspect_files([shared / "migrationsverket" / f"beviljade_arbetstillstand_{year}.{suffix}"])
    assert caught.value.problems[0].found == f"filen innehåller en annan serie: ”{title}”"


def test_any_series_can_be_looked_at(shared: Path) -> None:
    path = shared / "migrationsverket" / "beviljade_arbetstillstand_2020.xlsx"
    found = inspect_files([path], series="any")
    assert (found.facts["series"], found.facts["template"]) == ("other", "legacy")
    assert (
        "  Det här är en annan serie än inskrivna personer: en månad kan inte beräknas ur den." in found.lines
    )
