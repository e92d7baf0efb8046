"""Similar municipalities: features and distances worked out by hand, and what settles a tie."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neighbors import NearestNeighbors

from geomatch.access.similar import FEATURES, distances, municipal_features, scaled, similar_table
from tests.worlds import MONTH, World, worlds

NAMES = [name for names in FEATURES.values() for name in names]


def features(world: World, stops: dict[str, bool] | None = None) -> pd.DataFrame:
    return municipal_features(
        world.points(), world.activities(), world.day_returns(), pd.Series(stops or {}, dtype=object)
    )


def similar(world: World) -> pd.DataFrame:
    points = world.points()
    stops = pd.Series(True, index=sorted(set(points["point_id"])))
    gaps = world.gaps().reset_index()
    return similar_table(points, world.activities(), world.day_returns(), stops, gaps, MONTH)


def test_features_by_hand():
    """Two localities of 1,000, three persons (2 women, 1 of unknown sex), two groups; ways to both municipalities."""
    world = (
        World()
        .live("0180/a", 1, sex="women", group="asylum_seeker")
        .live("0180/a", 1, group="temporary_protection")
        .live("0180/b", 0, 2, sex="women", group="temporary_protection")
        .live("0181/point", 1, group="all", kind="representative")
        .offer("s", "0180", 5)
        .offer("t", "0181", 5)
        .offer("h", "0181", 5, visibility="hidden")
    )
    world = world.way("0180/a", "s", 10, per_week=2).way("0180/a", "t", 40, per_week=3)
    world = world.way("0180/b", "s", 30, per_week=1).way("0180/b", "h", 5, per_week=50)
    table = features(world, {"0180/a": True, "0180/b": False, "0181/point": True})
    assert table.loc["0180"].to_dict() == {
        "persons": 3.0,  # 1 + 1 + the middle of 0-2
        "share_women": 1.0,  # of the two whose sex is known
        "share_asylum_seeker": pytest.approx(1 / 3),
        "share_temporary_protection": pytest.approx(2 / 3),
        "share_permit_awaiting_settlement": 0.0,
        "population": 2000.0,
        "localities": 2.0,
        "share_in_largest": 0.5,
        "share_with_stop": 0.5,
        "sessions_per_week": 3.0,  # median of 5 and 1: the hidden one is not told of
        "travel_min": 30.0,  # median of 10, 40, 30
        "other_municipality_min": 40.0,
    }
    # One group not told apart, one point that stands for the whole, no way anywhere: not known is not 0.
    told = table.loc["0181"]
    assert told[told.notna()].to_dict() == {"persons": 1.0, "share_with_stop": 1.0, "sessions_per_week": 0.0}


def frame(**columns: list[float]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    return pd.DataFrame({name: columns.get(name, [math.nan] * size) for name in NAMES})


def test_scaling():
    """1, 2, 3, 4, 9: median 3, quartiles 2 and 4, so (x - 3) / 2; the kind transit has 4 features: over its root, 2."""
    values = scaled(frame(travel_min=[1, 2, 3, 4, 9]))
    assert values[:, NAMES.index("travel_min")].tolist() == [-0.5, -0.25, 0.0, 0.25, 1.5]
    assert np.isnan(values).sum() == 5 * 11


def test_scaling_where_most_are_alike():
    """Quartiles 1 and 1: the range 0-1 is taken. All alike: nobody is told apart. Not known: stays so."""
    values = scaled(
        frame(share_with_stop=[1, 1, 1, 1, 0], share_women=[0.4] * 5, travel_min=[5, 5, 5, 5, math.nan])
    )
    assert values[:, NAMES.index("share_with_stop")].tolist() == [0, 0, 0, 0, -0.5]
    assert values[:, NAMES.index("share_women")].tolist() == [0] * 5
    assert np.isnan(values[:, NAMES.index("travel_min")]).tolist() == [False] * 4 + [True]


def test_persons_count_by_how_many_times_more():
    """log(1 + x) of 0, 1, 3, 7, 15 is 0 to 4 times log 2: median 2, quartiles 1 and 3, five features of the kind."""
    values = scaled(frame(persons=[0, 1, 3, 7, 15]))[:, NAMES.index("persons")]
    assert values == pytest.approx(np.array([-1, -0.5, 0, 0.5, 1]) / math.sqrt(5), abs=1e-15)


def test_distances_leave_out_what_is_not_known():
    """3-4-5 where all is known; of two with one feature in common the difference 3 counts for both: 3 x root 2."""
    apart = distances(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, math.nan]]))
    assert apart.tolist() == [[0, 5, 4.242641], [5, 0, 0], [4.242641, 0, 0]]


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(2, 12), st.just(4)),
        elements=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.5, math.nan]),
    )
)
def test_the_nearest_are_those_of_scikit_learn(values):
    """Its neighbours by `nan_euclidean` stand at the same distances, rank by rank."""
    values[:, 0] = np.nan_to_num(values[:, 0])
    count = len(values)
    search = NearestNeighbors(n_neighbors=count - 1, metric="nan_euclidean").fit(values)
    theirs = search.kneighbors()[0]
    ours = np.sort(distances(values)[~np.eye(count, dtype=bool)].reshape(count, count - 1), axis=1)
    assert ours == pytest.approx(theirs, abs=1e-6)


def crowd(*persons: float, x: float = 500000.0) -> World:
    """Municipalities 0001, 0002 ... with so many persons each, from west to east, alike in all else."""
    world = World().offer("s", "0001", 4)
    for number, count in enumerate(persons, start=1):
        world = world.live(f"{number:04d}/a", count, sex="women", at=(x + 1000 * number, 6500000.0))
    return world


def test_the_nearest_in_need():
    """1, 3, 7 and 63 persons: 1, 2, 3 and 6 doublings. Nearest to 7: 3 (one doubling), 1 (two), 63 (three)."""
    table = similar(crowd(1, 3, 7, 63)).set_index(["municipality_code", "rank"])
    assert table.loc["0003", "similar_code"].tolist() == ["0002", "0001", "0004"]
    row = table.loc[("0003", 3)]
    assert (row["differs_in"], row["differs_own"], row["differs_similar"]) == ("persons", 7.0, 63.0)
    # Quartiles of 1, 2, 3, 6 doublings (type 7): 1.75 and 3.75. All features but travel_min and other_municipality_min
    # are known of both, and permit, asylum and the like are alike: 3 / 2 / root 5 x root of 12 in 10.
    assert row["features_known"] == 10
    assert row["distance"] == pytest.approx(1.5 / math.sqrt(5) * math.sqrt(1.2), abs=1e-6)


def test_ties_go_west_whatever_the_codes():
    """1, 3, 3 and 7 persons: both with 3 are as near to the others, and the one farther west is named first."""
    assert similar(crowd(1, 3, 3, 7)).query("municipality_code == '0001'")["similar_code"].tolist() == [
        "0002", "0003", "0004",
    ]  # fmt: skip
    east = crowd(1, 3, 3, 7)
    for person in east.people:
        person["at"] = (-person["at"][0], person["at"][1])
    assert similar(east).query("municipality_code == '0001'")["similar_code"].tolist() == [
        "0003",
        "0002",
        "0004",
    ]


def test_five_at_the_most_and_none_alone():
    assert similar(crowd(*range(1, 9))).groupby("municipality_code").size().tolist() == [5] * 8
    assert similar(crowd(3)).empty


def test_the_share_that_gets_a_place():
    """0001 has 4 places for 8 persons, 0002 has 2 and nothing in reach, 0003 nobody."""
    world = crowd(8, 2, 0).way("0001/a", "s")
    table = similar(world).set_index(["municipality_code", "similar_code"])
    shares = ["served_share_low", "served_share_high"]
    assert table.loc[("0002", "0001"), shares].tolist() == [0.5, 0.5]
    assert table.loc[("0001", "0002"), shares].tolist() == [0.0, 0.0]
    assert table.loc[("0001", "0003"), shares].isna().all()


@settings(max_examples=25)
@given(worlds(), st.randoms())
def test_codes_and_order_of_rows_settle_nothing(world, random):
    for number, person in enumerate(world.people):
        # Every municipality has a place of its own, as on the map.
        person["at"] = (500000.0 + 1000 * int(person["point"][:4]), 6500000.0 + number)
    points, activities, returns = world.points(), world.activities(), world.day_returns()
    gaps = world.gaps().reset_index()
    stops = pd.Series(True, index=sorted(set(points["point_id"])))
    first = similar_table(points, activities, returns, stops, gaps, MONTH)
    assert (first.groupby("municipality_code")["distance"].diff().dropna() >= 0).all()
    assert (first["similar_code"] != first["municipality_code"]).all()
    mixed = [t.iloc[random.sample(range(len(t)), len(t))] for t in (points, activities, returns)]
    again = similar_table(*mixed, stops, gaps, MONTH)
    pd.testing.assert_frame_equal(again, first, check_exact=True)

    # Codes turned around: 0180 becomes 9819.
    def other(code):
        return code.map(lambda text: str(9999 - int(text[:4])).zfill(4) + text[4:])

    points, returns, gaps = points.copy(), returns.copy(), gaps.copy()
    for table, columns in (
        (points, ["municipality_code", "point_id"]),
        (returns, ["from_code", "to_code", "point_id"]),
        (gaps, ["municipality_code"]),
    ):
        for column in columns:
            table[column] = other(table[column])
    stops.index = other(stops.index)
    renamed = similar_table(points, activities, returns, stops, gaps, MONTH)
    for column in ("municipality_code", "similar_code"):
        renamed[column] = other(renamed[column])
    renamed["county_code"] = renamed["municipality_code"].str[:2]
    renamed = renamed.sort_values(["municipality_code", "rank"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(renamed, first, check_exact=True)
