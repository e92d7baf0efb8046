"""What an outsider may see of the register of activities."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from geomatch.disclosure import visible_activities
from geomatch.restricted import Restricted
from geomatch.tables import ACTIVITIES
from tests.publish.fixture_month import CRS, activity, municipalities, register


def by_id() -> gpd.GeoDataFrame:
    return visible_activities(Restricted(register()), municipalities()).set_index("series_id")


def test_exact_ones_stand_at_their_place() -> None:
    assert by_id().loc["s1", "geometry"] == Point(623_456, 7_233_321)


def test_municipality_ones_stand_at_the_municipality() -> None:
    shown = by_id()
    assert shown.loc["s2", "geometry"] == Point(620_000, 7_230_000)
    assert shown.loc["s5", "geometry"] == Point(660_000, 7_230_000)


def test_hidden_ones_are_absent() -> None:
    assert list(by_id().index) == ["s1", "s2", "s4", "s5"]


def test_a_digital_one_has_no_place() -> None:
    assert by_id().loc["s4", "geometry"] is None


def test_address_and_contact_stay_behind() -> None:
    shown = visible_activities(Restricted(register()), municipalities())
    assert set(shown.columns) == set(ACTIVITIES.names)
    assert "Hemliga" not in shown.to_csv()
    assert "070" not in shown.to_csv()
    assert shown.crs == CRS


def test_the_register_is_left_as_it_was() -> None:
    table = register()
    before = table.copy(deep=True)
    visible_activities(Restricted(table), municipalities())
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_what_rides_along_with_the_frame_stays_behind() -> None:
    table = register()
    table.attrs["sites"] = "Hemliga gatan 3"
    assert visible_activities(Restricted(table), municipalities()).attrs == {}


def test_an_unknown_visibility_is_not_guessed() -> None:
    table = register()
    table.loc[0, "visibility"] = "public"
    with pytest.raises(ValueError, match="public"):
        visible_activities(Restricted(table), municipalities())


def test_a_municipality_that_is_not_there_is_not_guessed() -> None:
    table = register()
    table.loc[1, "municipality_code"] = "0000"
    with pytest.raises(ValueError, match="0000"):
        visible_activities(Restricted(table), municipalities())


def test_an_empty_register_gives_an_empty_frame() -> None:
    shown = visible_activities(Restricted(register().iloc[:0]), municipalities())
    assert len(shown) == 0
    assert set(shown.columns) == set(ACTIVITIES.names)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["exact", "municipality", "hidden"]),
            st.booleans(),
            st.integers(600_001, 719_999),
            st.integers(7_200_001, 7_259_999),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda one: (one[2], one[3]),
    )
)
def test_no_protected_coordinate_ever_shows(ones: list[tuple[str, bool, int, int]]) -> None:
    rows = [
        activity(f"s{n:02}", "Namn", "9901", visibility, digital=digital, geometry=Point(x, y))
        for n, (visibility, digital, x, y) in enumerate(ones)
    ]
    table = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)
    shown = visible_activities(Restricted(table), municipalities())
    seen = {(point.x, point.y) for point in shown.geometry if point is not None}
    exact = {(x, y) for visibility, digital, x, y in ones if visibility == "exact" and not digital}
    assert seen <= exact | {(620_000, 7_230_000)}
    assert len(shown) == sum(visibility != "hidden" for visibility, *_rest in ones)
