"""Another time of day, and one more bus home: worked out by hand on small feeds.

The activity is at C, 20 km from W in the west and from E in the east; sessions on two Wednesdays, 10:00 to 12:00.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geomatch.explain.text import explained_lines
from geomatch.explain.travelled import bus_trials, time_trials
from geomatch.explain.trial import Change, Month
from geomatch.month import returns_between
from geomatch.supply import Supply, Window
from geomatch.travel.network import Network
from geomatch.words import using_language
from tests.travel.asked import line, network_of
from tests.travel.feeds import EAST, NORTH, Call, Feed, s
from tests.worlds import MONTH, World, settings

from .told import explained_world

WINDOW = Window(date(2023, 2, 6), date(2023, 2, 19))
DAYS = ["20230208", "20230215"]
STOPS = {"W": (-20_000.0, 0.0), "C": (0.0, 0.0), "E": (20_000.0, 0.0)}
# From the west one arrives at 9:50 and can leave at 12:10; from the east one arrives at 10:10 and leaves at 12:25.
BOTH_WAYS = {
    "w": line(("W", "9:20"), ("C", "9:50")),
    "e": line(("E", "9:40"), ("C", "10:10")),
    "wh": line(("C", "12:10"), ("W", "12:40")),
    "eh": line(("C", "12:25"), ("E", "12:55")),
}


def at(stop: str) -> tuple[float, float]:
    x_m, y_m = STOPS[stop]
    return EAST + x_m, NORTH + y_m


class Feeded(World):
    """A world whose day returns come from a timetable."""

    network: Network
    times: tuple[str, str] = ("10:00", "12:00")

    def sessions(self) -> pd.DataFrame:
        rows = [
            (one["series"], day, s(self.times[0]), s(self.times[1]))
            for one in self.series
            if not one["digital"]
            for day in (date(2023, 2, 8), date(2023, 2, 15))
        ]
        return pd.DataFrame(rows, columns=["series_id", "date", "start_s", "end_s"])

    def day_returns(self) -> pd.DataFrame:
        supply = Supply(self.activities(), self.sessions(), 0)
        return returns_between(
            self.points(), supply, self.network, WINDOW, settings(), MONTH, lambda *_: None
        )


def trials(
    world: Feeded, tmp_path: Path, trips: dict[str, list[Call]], code: str, **chosen: object
) -> list[Change]:
    world.network = network_of(Feed(STOPS, trips, days=DAYS), tmp_path / "feed")
    month = Month(
        world.points(), world.activities(), world.day_returns(), world.register(), settings(**chosen), MONTH
    )  # fmt: skip
    now = month.allocated()
    asked = (month, now, code, world.network, world.sessions(), WINDOW)
    return [*time_trials(*asked), *bus_trials(*asked)]


def test_a_session_a_quarter_later(tmp_path: Path) -> None:
    # West: the session may start from 9:55 and end by 12:05. East: start from 10:15, end by 12:20: 15 min later only.
    # Then the east's 7 can come and the west's 3 cannot: 4 fewer without a place.
    world = Feeded().live("0180/w", 3, at=at("W")).live("0180/e", 7, at=at("E"))
    world.offer("Kurs", "0180", 20, at=at("C"))
    # No bus home helps those who come too late, so that is all.
    (time,) = trials(world, tmp_path, BOTH_WAYS, "0180")
    assert (time.kind, time.name, time.municipality_code) == ("time", "Kurs", "0180")
    assert (time.shift_min, time.times) == (15, ("10:15–12:15",))
    assert (time.own, time.everywhere) == ((4000, 4000), (4000, 4000))


def test_who_loses_may_live_elsewhere(tmp_path: Path) -> None:
    # The west's 3 are Södertälje's, with an open corridor: 7 fewer here, 7 - 3 fewer in all.
    world = Feeded().live("0181/w", 3, at=at("W")).live("0180/e", 7, at=at("E"))
    world.offer("Kurs", "0180", 20, at=at("C")).open("0181", "0180")
    (time,) = trials(world, tmp_path, BOTH_WAYS, "0180")
    assert (time.shift_min, time.own, time.everywhere) == (15, (7000, 7000), (4000, 4000))
    # Those of Södertälje come already, and no move brings them more.
    assert trials(world, tmp_path / "again", BOTH_WAYS, "0181") == []


def test_a_move_is_worth_only_the_places_there_are(tmp_path: Path) -> None:
    # Five places: west's 3 or five of east's 7.
    world = Feeded().live("0180/w", 3, at=at("W")).live("0180/e", 7, at=at("E"))
    world.offer("Kurs", "0180", 5, at=at("C"))
    (time,) = trials(world, tmp_path, BOTH_WAYS, "0180")
    assert (time.shift_min, time.own) == (15, (2000, 2000))


def test_an_activity_elsewhere_counts_with_an_open_corridor_only(tmp_path: Path) -> None:
    world = Feeded().live("0180/e", 7, at=at("E")).offer("Kurs", "0181", 20, at=at("C"))
    assert trials(world, tmp_path, BOTH_WAYS, "0180") == []
    (time,) = trials(world.open("0180", "0181"), tmp_path / "open", BOTH_WAYS, "0180")
    assert (time.municipality_code, time.own) == ("0181", (7000, 7000))
    assert trials(world, tmp_path / "none", BOTH_WAYS, "0180", corridors="none") == []


def test_no_move_into_another_day(tmp_path: Path) -> None:
    # One arrives at 22:35, and a session from 22:15 may start at 22:45; at 22:55 it would have to be 23:00, when it
    # would end at midnight.
    world = Feeded().live("0180/w", 3, at=at("W")).offer("Kurs", "0180", 5, at=at("C"))
    world.times = ("22:15", "23:15")
    home = line(("C", "24:30"), ("W", "25:00"))
    early, late = ({"o": line(("W", "22:05"), ("C", arrives)), "h": home} for arrives in ("22:35", "22:55"))
    (time,) = trials(world, tmp_path / "early", early, "0180")
    assert (time.shift_min, time.times) == (30, ("22:45–23:45",))
    assert trials(world, tmp_path / "late", late, "0180") == []


def test_one_more_bus_home(tmp_path: Path) -> None:
    # The last bus leaves an hour before the end. One more at the first whole minute after 12:00 and 5 min takes 3 home.
    trips = {"o": line(("W", "9:20"), ("C", "9:50")), "h": line(("C", "11:00"), ("W", "11:30"))}
    world = Feeded().live("0180/w", 3, at=at("W")).offer("Kurs", "0180", 20, at=at("C"))
    # No move helps: to leave at 11:00 the session must end by 10:55 and would start before the bus comes.
    (bus,) = trials(world, tmp_path, trips, "0180")
    assert (bus.kind, bus.name, bus.municipality_code) == ("bus", "Kurs", "0180")
    assert (bus.own, bus.everywhere) == ((3000, 3000), (3000, 3000))
    assert {name: bus.bus[name] for name in ("departure", "like_departure", "from_stop", "days", "weekdays")} == {
        "departure": "12:05", "like_departure": "11:00", "from_stop": "C", "days": 2, "weekdays": "wed",
    }  # fmt: skip


def test_the_sentences(tmp_path: Path) -> None:
    trips = {
        "o": line(("W", "9:20"), ("C", "9:50")),
        "h": line(("C", "11:00"), ("W", "11:30")),
        "e": line(("E", "9:40"), ("C", "10:10")),
        "eh": line(("C", "12:25"), ("E", "12:55")),
    }
    world = Feeded().live("0180/w", 3, at=at("W")).live("0180/e", 7, at=at("E"))
    world.offer("Kurs", "0180", 20, at=at("C"))
    found = trials(world, tmp_path, trips, "0180")
    explained = explained_world(world, "0180", settings(), tuple(found))
    with using_language("en"):
        lines = explained_lines(explained)
    start = lines.index("Which single change would help most") + 1
    assert lines[start : start + 3] == [
        (
            "  Most would be gained by holding Kurs in Stockholm 15 min later (10:15–12:15). 7 fewer would be without a "
            "place here, 7 fewer in all municipalities."
        ),
        (
            "  Less would be gained by one more departure home of line 700 at 12:05 from C, after Kurs in Stockholm, on "
            "2 days (Wed). 3 fewer would be without a place here, 3 fewer in all municipalities."
        ),
        "  1 more change was tried and would help nobody here.",
    ]
    stranded = lines.index("Who has no way there and home") + 1
    assert lines[stranded : stranded + 2] == [
        (
            "  0180/e: 7 persons. Why, by the number of activities in the municipality: There is no way to get there in "
            "time (1)."
        ),
        "  0180/w: 3 persons. Why, by the number of activities in the municipality: There is no way home that day (1).",
    ]


@pytest.mark.parametrize("visibility", ["hidden", "exact"])
def test_a_protected_activity_is_not_moved(tmp_path: Path, visibility: str) -> None:
    class Protected(Feeded):
        def activities(self) -> gpd.GeoDataFrame:
            return super().activities().assign(visibility=visibility)

    world = Protected().live("0180/e", 7, at=at("E")).offer("Kurs", "0180", 20, at=at("C"))
    assert len(trials(world, tmp_path, BOTH_WAYS, "0180")) == (visibility == "exact")
