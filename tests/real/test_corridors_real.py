"""Corridors on Norrbotten's timetable of 2022-12-14, derived by hand from trips that are first found in the feed.

Homes stand at SCB's points of the localities. Activities stand at a stop, or at the locality where nothing else is said,
and have a session on each Wednesday of February 2023, 10:00-12:00; the quoted trips run on all four. Trips are named by
the last digits of their trip_id (252500000000000000 + n). Everybody has the right to travel.

| people | | places | |
|---|---|---|---|
| Älvsbyn | 10 | Luleå, at the bus station's stop C (9022025080001024) | 12 |
| Boden | 11 | Boden, at the locality | 4 |
| Jokkmokk | 7-8 | Gällivare, at the bus station (9022025023004001) | 5 |
| Pajala | 6 | | |
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from geomatch.access import allocate_month
from geomatch.corridors import corridors_table
from geomatch.corridors.best_set import best_set
from geomatch.month import returns_between
from geomatch.settings import TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.supply import Supply, Window
from geomatch.travel.network import build_network
from tests.real.test_day_returns_real import FEED, Raw, Ride
from tests.worlds import World, settings

MONTH = "2023-02"
WEDNESDAYS = [date(2023, 2, day) for day in (1, 8, 15, 22)]

# 71 min 54 s there: Älvsbyn busstation 8:14:15, 11 min 9 s from the home, to Luleå busstation 9:15:00
# (trip 322). 75 min 55 s home: 13:55:00 to the stop Älvsbyn Nyfors 14:58:34 and 12 min 21 s on foot (trip 327); the 12:45
# (trip 114) takes longer than the 90 minutes that a journey may, door to door 14:25:51.
ALVSBYN_LULEA = (
    Ride(322, "9022025060001002", "08:14:15", "9022025080001024", "09:15:00"),
    Ride(327, "9022025080001001", "13:55:00", "9022025060014001", "14:58:34"),
    Ride(114, "9022025080001001", "12:45:00", "9022025060001001", "14:14:45"),
)
# 47 min 32 s there: 9:13:00 from Boden (5 min 42 s from the home) to a stop 2 min 50 s from the place, 9:52:00 (trip
# 290). 42 min 38 s home: 12:10:00 to 12:47:00 (trip 308) and 5 min 38 s on foot.
BODEN_LULEA = (
    Ride(290, "9022025082012002", "09:13:00", "9022025025030001", "09:52:00"),
    Ride(308, "9022025080001006", "12:10:00", "9022025082012001", "12:47:00"),
)
# 89 min 3 s there: 6:16:00 from Jokkmokk, 5 min 3 s from the home, to Gällivare busstation 7:40:00 (trip 384). 84 min
# 53 s home: 15:40:00 to 17:00:00 and 4 min 53 s (trip 383).
JOKKMOKK_GALLIVARE = (
    Ride(384, "9022025010004001", "06:16:00", "9022025023004001", "07:40:00"),
    Ride(383, "9022025023004001", "15:40:00", "9022025010001002", "17:00:00"),
)
# 2 h 10 min in the bus each way: no day return within 90 minutes.
PAJALA_GALLIVARE = (
    Ride(399, "9022025021001001", "07:00:00", "9022025023004001", "09:10:00"),
    Ride(402, "9022025023004002", "13:00:00", "9022025021001002", "15:10:00"),
)
# 6:01:00 to 7:50:00 and a town bus at 7:55:39; home 14:35:00 to 16:36:00: more than 90 minutes each way.
JOKKMOKK_BODEN = (
    Ride(377, "9022025010004002", "06:01:00", "9022025082847002", "07:50:00"),
    Ride(386, "9022025082004002", "14:35:00", "9022025010004001", "16:36:00"),
)


@pytest.fixture(scope="module")
def raw(shared: Path) -> Raw:
    return Raw(shared)


@pytest.fixture(scope="module")
def month(shared: Path, raw: Raw):
    """The allocation, with Pajala-Gällivare in the register, and the world it was made from."""
    network = build_network(read_timetable([shared / FEED]), WalkSettings(), TransferSettings())
    stops = network.timetable.stops.set_index("stop_id")
    metric = Transformer.from_crs(4326, 3006, always_xy=True)

    def stop(name: str) -> tuple[float, float]:
        return metric.transform(stops.loc[name, "lon"], stops.loc[name, "lat"])

    world = World()
    for code, name, low, high in (
        ("2560", "Älvsbyn", 10, 10),
        ("2582", "Boden", 11, 11),
        ("2510", "Jokkmokk", 7, 8),
        ("2521", "Pajala", 6, 6),
    ):
        world.live(f"{code}/{name}", low, high, at=raw.localities[name])
    world.offer("luleå", "2580", 12, at=stop("9022025080001024"))
    world.offer("boden", "2582", 4, at=raw.localities["Boden"])
    world.offer("gällivare", "2523", 5, at=stop("9022025023004001"))
    world.open("2521", "2523", first="2023-01-01", reference="dnr 1")
    sessions = pd.DataFrame(
        [(one["series"], day, 10 * 3600, 12 * 3600) for one in world.series for day in WEDNESDAYS],
        columns=["series_id", "date", "start_s", "end_s"],
    )
    points, activities = world.points(), world.activities()
    returns = returns_between(
        points,
        Supply(activities, sessions, 0),
        network,
        Window(date(2023, 1, 30), date(2023, 2, 26)),
        settings(),
        MONTH,
        lambda *_: None,
    )
    made = allocate_month(points, activities, returns, world.register(), settings(), MONTH)
    table = corridors_table(made, points, activities, world.need())
    table.index = table["from_code"] + "-" + table["to_code"]
    return made, table


def gains(row: pd.Series) -> list[int]:
    return [row[f"gain_{corner}_milli"] for corner in ("ll", "lh", "hl", "hh")]


@pytest.mark.parametrize(
    "rides", [ALVSBYN_LULEA, BODEN_LULEA, JOKKMOKK_GALLIVARE, PAJALA_GALLIVARE, JOKKMOKK_BODEN]
)
def test_the_feed_has_the_trips(raw: Raw, rides: tuple[Ride, ...]) -> None:
    assert [ride for ride in rides if not raw.has(ride)] == []


def test_the_pairs_are_those_with_a_day_return(month) -> None:
    """Jokkmokk-Boden and Pajala-Gällivare take too long; the latter has a row since it is in the register."""
    _made, table = month
    assert sorted(table.index) == ["2510-2523", "2521-2523", "2560-2580", "2560-2582", "2582-2580"]


def test_alvsbyn_lulea(month) -> None:
    """All 10 get one of the 12 places, by a journey of more than 60 minutes: possible, not recommended.

    (71 min 54 s + 75 min 55 s) / 2 = 73 min 54.5 s. 1 session a week x 52/12 x 2 = 8 2/3 trips a month each.
    """
    row = month[1].loc["2560-2580"]
    assert gains(row) == [10000] * 4
    assert row["travel_best_min"] == pytest.approx((71 + 54 / 60 + 75 + 55 / 60) / 2)
    assert (row["sessions_per_week"], row["transfers"], row["booking_needed"]) == (1.0, 0, False)
    # On foot 11 min 9 s and 12 min 21 s, at 1.25 m a second, and to the next stop of the bus station.
    assert row["walk_m"] == pytest.approx((11 * 60 + 9 + 12 * 60 + 21) * 1.25, rel=0.01)
    assert np.isnan(row["tightest_change_min"])
    assert (row["verdict"], row["reasons"]) == ("possible", "good_gain_too_small;too_long")
    assert (row["size_ok"], row["supply_ok"], row["transit_ok"]) == (True, True, False)
    assert (row["trips_per_person"], row["trips_high"]) == (pytest.approx(26 / 3), pytest.approx(260 / 3))
    assert (row["cost_per_person_sek"], row["cost_low_sek"]) == (pytest.approx(390), pytest.approx(3900))


def test_boden_lulea(month) -> None:
    """4 of the 11 take the places in Boden, so 7 gain, each way in less than 60 minutes: recommended."""
    row = month[1].loc["2582-2580"]
    assert (row["entitled_unserved_low_milli"], row["free_places_low_milli"]) == (7000, 12000)
    assert gains(row) == [7000] * 4
    assert row["travel_best_min"] == pytest.approx((47 + 32 / 60 + 42 + 38 / 60) / 2)
    assert (row["verdict"], row["reasons"]) == ("recommended", "gain_at_every_corner")
    assert row["transit_ok"]


def test_jokkmokk_gallivare(month) -> None:
    """5 places for 7-8 people: 5 gain, less than 6, in 86 min 58 s on average."""
    row = month[1].loc["2510-2523"]
    assert gains(row) == [5000] * 4
    assert row["travel_best_min"] == pytest.approx((89 + 3 / 60 + 84 + 53 / 60) / 2)
    assert (row["verdict"], row["reasons"].split(";")[:2]) == ("possible", ["gain_too_small", "too_long"])
    assert (row["size_ok"], row["supply_ok"]) == (True, False)


def test_pajala_gallivare_is_open_and_of_no_use(month) -> None:
    row = month[1].loc["2521-2523"]
    assert (row["status"], row["reference"]) == ("open", "dnr 1")
    assert (row["verdict"], row["reasons"]) == ("not_recommended", "no_gain;no_day_return")
    assert gains(row) == [0] * 4
    assert np.isnan(row["travel_best_min"])


def test_the_two_to_open(month) -> None:
    """Älvsbyn-Luleå (10) and Jokkmokk-Gällivare (5): with Boden-Luleå as the second only 2 of its 7 find a place left."""
    made, table = month
    found = best_set(made, table.reset_index(drop=True), number=2)
    assert [(one.from_code, one.to_code) for one in found.best.chosen] == [("2560", "2580"), ("2510", "2523")]
    assert found.best.more_milli == (15000, 15000)
    assert (found.most_milli, found.proved) == (15000, True)
