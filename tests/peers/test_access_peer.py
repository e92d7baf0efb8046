"""The access index beside PySAL's `access`: equal where definitions agree, and what differs (docs/peers.md)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geomatch.access import access_index
from geomatch.settings import IndexSettings

access = pytest.importorskip("access")
# `access` calls pandas in ways that newer versions warn of; that is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

STEPS = IndexSettings()


def theirs(need: pd.Series, pairs: pd.DataFrame, places: pd.Series, **options) -> pd.Series:
    """Their enhanced two-step floating catchment area with our steps, for the same tables."""
    asked = access.Access(
        demand_df=need.rename("need").rename_axis("point_id").reset_index(),
        demand_index="point_id",
        demand_value="need",
        supply_df=places.rename("places").rename_axis("series_id").reset_index(),
        supply_index="series_id",
        supply_value="places",
        cost_df=pairs.copy(),
        cost_origin="point_id",
        cost_dest="series_id",
        cost_name="travel_min",
    )
    steps = access.weights.step_fn(dict(zip(STEPS.steps_min, STEPS.weights, strict=True)))
    table = asked.enhanced_two_stage_fca(name="index", weight_fn=steps, **options)
    return table["index_places"].reindex(need.index)


def world(seed: int) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    """Points with people, series with places, and some pairs between them of 0 to 90 minutes, on the steps too."""
    random = np.random.default_rng(seed)
    points, series = random.integers(1, 40), random.integers(1, 30)
    need = pd.Series(random.integers(1, 50_000, points) / 1000, index=[f"p{i}" for i in range(points)])
    places = pd.Series(random.integers(0, 30, series).astype(float), index=[f"s{i}" for i in range(series)])
    number = np.flatnonzero(random.random(points * series) < random.uniform(0.05, 1))
    minutes = random.choice([0.0, 12.5, 30.0, 30.5, 60.0, 61.0, 90.0], len(number))
    pairs = pd.DataFrame(
        {
            "point_id": need.index[number // series],
            "series_id": places.index[number % series],
            "travel_min": np.where(
                random.random(len(number)) < 0.5, minutes, random.uniform(0, 90, len(number))
            ),
        }
    )
    return need, pairs, places


def in_pairs(need: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    return pd.Series(need.index.isin(set(pairs["point_id"])), index=need.index)


@pytest.mark.parametrize("options", [{}, {"max_cost": 90}])
def test_the_same_index(options):
    compared = 0
    for seed in range(120):
        need, pairs, places = world(seed)
        if pairs.empty:
            continue
        ours, peer = access_index(need, pairs, places, STEPS), theirs(need, pairs, places, **options)
        known = in_pairs(need, pairs)
        assert (ours[known] - peer[known]).abs().max() <= 1e-9
        # A point without any pair: nothing in reach is 0 for us, and not known for them.
        assert (ours[~known] == 0).all()
        assert peer[~known].isna().all()
        compared += int(known.sum())
    assert compared > 1500


def small(minutes_b: float, need_b: float = 1.0, places_t: float = 4.0):
    """a (2 persons) reaches s (6 places) in 10 minutes; b reaches only t."""
    need = pd.Series({"a": 2.0, "b": need_b})
    places = pd.Series({"s": 6.0, "t": places_t})
    pairs = pd.DataFrame({"point_id": ["a", "b"], "series_id": ["s", "t"], "travel_min": [10.0, minutes_b]})
    return need, pairs, places


def test_a_way_past_the_last_step():
    """Ours: no weight, nothing in reach: 0. Theirs: 0 as well (4 / 0 x 0 is left out), with max_cost not known."""
    need, pairs, places = small(minutes_b=95.0)
    assert access_index(need, pairs, places, STEPS).tolist() == [3.0, 0.0]
    assert theirs(need, pairs, places).tolist() == [3.0, 0.0]
    assert math.isnan(theirs(need, pairs, places, max_cost=90)["b"])


def test_a_way_past_the_last_step_where_others_reach_it():
    """Theirs is 0 without max_cost (the place has people, b's weight is 0) and not known with it; ours is 0."""
    need, pairs, places = small(minutes_b=95.0)
    pairs.loc[len(pairs)] = ["a", "t", 20.0]
    assert access_index(need, pairs, places, STEPS).tolist() == [5.0, 0.0]
    assert theirs(need, pairs, places).tolist() == [5.0, 0.0]
    assert math.isnan(theirs(need, pairs, places, max_cost=90)["b"])


def test_a_place_that_nobody_who_needs_it_reaches():
    """Nobody lives at b: R = 4 / 0. METHOD 6 says 0; theirs is infinite, and 0 where there are no places either."""
    need, pairs, places = small(minutes_b=20.0, need_b=0.0)
    assert access_index(need, pairs, places, STEPS).tolist() == [3.0, 0.0]
    assert theirs(need, pairs, places).tolist() == [3.0, math.inf]
    assert theirs(*small(minutes_b=20.0, need_b=0.0, places_t=0.0)).tolist() == [3.0, 0.0]


def test_a_series_that_is_not_in_the_table_of_places():
    """Without places for both."""
    need, pairs, places = small(minutes_b=20.0)
    assert access_index(need, pairs, places[:1], STEPS).tolist() == [3.0, 0.0]
    assert theirs(need, pairs, places[:1]).tolist() == [3.0, 0.0]


def test_a_pair_without_a_time_has_no_weight_for_both():
    need, pairs, places = small(minutes_b=math.nan)
    pairs.loc[len(pairs)] = ["a", "t", 40.0]
    assert (
        access_index(need, pairs, places, STEPS).tolist()
        == theirs(need, pairs, places).tolist()
        == [5.0, 0.0]
    )


def test_a_wrong_weight_would_show():
    """The comparison notices 0.67 instead of 0.68."""
    need, pairs, places = world(3)
    wrong = access_index(need, pairs, places, IndexSettings(weights=(1.0, 0.67, 0.22)))
    known = in_pairs(need, pairs)
    assert (wrong - theirs(need, pairs, places))[known].abs().max() > 1e-4
