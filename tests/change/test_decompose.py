"""What moved need, supply and gap, in worlds small enough to work out by hand.

Every world is one municipality, 0180, with a point a, and sometimes a neighbour, 0181.
"""

from __future__ import annotations

import itertools

import pandas as pd
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from geomatch.change.decompose import CHANGE_COLUMNS, FACTORS, MEASURES, ORDER, decompose, published
from tests.change.mixed import mixed_world, states
from tests.worlds import World, entitled, settings, worlds


def change_of(earlier: World, later: World, **more: object) -> pd.DataFrame:
    table = decompose(states(earlier, later, **more), {"0180": "Ett"})
    assert tuple(table.columns) == CHANGE_COLUMNS
    return table.set_index(["municipality_code", "measure"])


def steps(table: pd.DataFrame, measure: str, code: str = "0180") -> dict[str, tuple[int, int]]:
    """The steps that are not 0, in persons or places."""
    row = table.loc[(code, measure)]
    found = {f: (row[f"{f}_low_milli"] / 1000, row[f"{f}_high_milli"] / 1000) for f in FACTORS}
    return {factor: step for factor, step in found.items() if step != (0, 0)}


def one(persons: int = 10, places: int = 6, high: int | None = None, *, way: bool = True) -> World:
    """`persons` at a, `places` in the series S of the same municipality, a bus between them."""
    world = World().live("0180/a", persons, high).offer("S", "0180", places)
    return world.way("0180/a", "S") if way else world


def test_only_people_moved() -> None:
    # 10 then 13 persons, 6 places: 4 then 7 get none.
    table = change_of(one(10), one(13))
    assert steps(table, "gap") == {"people": (3, 3)}
    assert steps(table, "need") == {"people": (3, 3)}
    assert steps(table, "supply") == {}


def test_only_a_place_moved() -> None:
    # 10 persons, 6 then 2 places: 4 then 8 get none.
    table = change_of(one(places=6), one(places=2))
    assert steps(table, "gap") == {"places": (4, 4)}
    assert steps(table, "supply") == {"places": (-4, -4)}
    assert steps(table, "need") == {}


def test_only_a_trip_vanished() -> None:
    # The last bus home is gone: all 10 get none, and not 4.
    table = change_of(one(), one(way=False))
    assert steps(table, "gap") == {"timetable": (6, 6)}
    assert steps(table, "supply") == steps(table, "need") == {}


def test_only_a_corridor_closed() -> None:
    # 10 persons in 0180; 6 places in 0181. The corridor is open, then not.
    #   0180/a ---bus--- S (0181, 6 places)
    def world() -> World:
        return World().live("0180/a", 10).live("0181/b", 0).offer("S", "0181", 6).way("0180/a", "S")

    table = change_of(world().open("0180", "0181"), world())
    assert steps(table, "gap") == {"rules": (6, 6)}
    assert steps(table, "supply", "0181") == {}


def test_only_a_share_changed() -> None:
    # All 10 may travel to the 6 places of 0181; then between a tenth and a half: 1 to 5 of them.
    world = (
        World()
        .live("0180/a", 10)
        .live("0181/b", 0)
        .offer("S", "0181", 6)
        .way("0180/a", "S")
        .open("0180", "0181")
    )
    chosen = (settings(), settings(shares=entitled(0.1, 0.5)))
    table = change_of(world, world, chosen=chosen)
    # 4 get no place; then 5 to 9.
    assert steps(table, "gap") == {"rules": (1, 5)}
    row = table.loc[("0180", "gap")]
    assert (row["change_low_milli"], row["change_high_milli"]) == (1000, 5000)


def test_all_at_once_in_the_stated_order() -> None:
    # 10 persons and 5 places: 5 get none. Then 4 persons and 8 places: nobody.
    # People first: 4 persons and 5 places, nobody left, so all of it is people's doing.
    table = change_of(one(10, 5), one(4, 8))
    assert steps(table, "gap") == {"people": (-5, -5)}
    assert steps(table, "supply") == {"places": (3, 3)}


def test_another_order_gives_another_split() -> None:
    """The counterexample of docs/method.md: places first, the same change is 3 by places and 2 by people."""
    earlier, later = one(10, 5), one(4, 8)
    gap = [
        int(mixed_world(earlier, later, mixture).gaps().loc["0180", "gap_low_milli"])
        for mixture in ((0, 0, 0, 0), (0, 1, 0, 0), (1, 1, 0, 0))
    ]
    assert gap == [5000, 2000, 0]


def test_a_series_that_is_new_with_its_bus_is_the_timetables_only_where_it_could_not_be_reached() -> None:
    # T opens in the later month. The earlier timetable has no bus to it, the later has: 6 places that nobody reaches
    # until the timetable is the later one.
    earlier = one(10, 4)
    later = one(10, 4).offer("T", "0180", 6).way("0180/a", "T")
    table = change_of(earlier, later)
    assert steps(table, "gap") == {"timetable": (-6, -6)}
    assert steps(table, "supply") == {"places": (6, 6)}
    # With a bus there before it opened, it is the place that does it.
    earlier = one(10, 4)
    earlier.ways += [{**later.ways[1]}]
    assert steps(change_of(earlier, later), "gap") == {"places": (-6, -6)}


def test_withheld_in_both_months_is_an_interval() -> None:
    # 1-5 persons in both months and no activity: the gap is 1-5 in both. The ends are the same; the change is not 0
    # but anything from 5 -> 1 to 1 -> 5.
    world = World().live("0180/a", 1, 5, masked=True)
    table = change_of(world, world)
    for measure in ("need", "gap"):
        row = table.loc[("0180", measure)]
        assert (row["change_low_milli"], row["change_high_milli"]) == (-4000, 4000)
        assert (row["people_least_bound_milli"], row["people_most_bound_milli"]) == (-4000, 4000)
        assert steps(table, measure) == {}


def test_intervals_that_do_not_meet_are_a_sure_change() -> None:
    # 8-12, then 15-20 persons, nothing to go to: 3 (12 -> 15) to 12 (8 -> 20) more.
    table = change_of(World().live("0180/a", 8, 12), World().live("0180/a", 15, 20))
    row = table.loc[("0180", "gap")]
    assert (row["change_low_milli"], row["change_high_milli"]) == (3000, 12000)
    assert steps(table, "gap") == {"people": (7, 8)}


def test_a_municipality_that_is_new_begins_at_nothing() -> None:
    table = change_of(one(4, 6), one(4, 6).live("0181/b", 3))
    row = table.loc[("0181", "need")]
    assert (row["earlier_low_milli"], row["later_low_milli"], row["people_low_milli"]) == (0, 3000, 3000)
    assert row["name"] == "0181"


def test_the_total_is_the_published_one() -> None:
    need = one().need()
    total = {"county_code": "01", "municipality_code": "all", "target_group": "all", "low": 30, "high": 31}
    need = pd.concat([need, need.iloc[:1].assign(**total)], ignore_index=True)
    assert published(need, "01") == (30, 31)
    assert published(need, None) is None
    assert published(need, "03") is None


def test_the_order_replaces_one_factor_at_a_time() -> None:
    assert [sum(mixture) for mixture in ORDER] == [0, 1, 2, 3, 4]
    assert [FACTORS[next(i for i in range(4) if a[i] != b[i])] for a, b in itertools.pairwise(ORDER)] == [
        "people",
        "places",
        "timetable",
        "rules",
    ]


@given(worlds(), worlds(), st.booleans())
@tries(max_examples=8)
def test_steps_add_up_and_the_ends_are_the_months(earlier: World, later: World, known: bool) -> None:
    chosen = (settings(), settings(shares=entitled(0.25, 0.5)) if known else settings())
    table = decompose(states(earlier, later, chosen), {})
    for end in ("low", "high"):
        moved = table[f"later_{end}_milli"] - table[f"earlier_{end}_milli"]
        assert (sum(table[f"{factor}_{end}_milli"] for factor in FACTORS) == moved).all()
    assert (table["change_low_milli"] <= table["change_high_milli"]).all()
    own = table.set_index(["measure", "municipality_code"])
    for when, world, how in (("earlier", earlier, chosen[0]), ("later", later, chosen[1])):
        gaps = world.gaps(how)
        for end in ("low", "high"):
            expected = gaps[f"gap_{end}_milli"]
            assert own.loc["gap"].loc[expected.index, f"{when}_{end}_milli"].tolist() == expected.tolist()
    assert set(own.index.get_level_values("measure")) == set(MEASURES)
