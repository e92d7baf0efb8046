"""The generator of Sweden-sized results: from a seed, consistent, and clearly made up."""

from __future__ import annotations

import pandas as pd

from benchmarks.sweden.generate import MONTH, counties_of_need, generate, settings
from geomatch.access import allocate_month, served_table

SMALL = {"points": 320, "series": 300, "pairs": 4000, "persons": 2000, "places": 1000, "corridors": 40}


def test_sizes_and_seed():
    results = generate(7, **SMALL)
    assert results.points["point_id"].nunique() == 320
    assert results.points["municipality_code"].nunique() == 290
    assert results.points["county_code"].nunique() == 21
    assert len(results.points.groupby(["target_group", "sex"])) == 8
    assert (len(results.activities), int(results.activities["places"].sum())) == (300, 1000)
    assert (len(results.day_returns), results.day_returns["travel_min"].max()) == (4000, 90.0)
    assert not results.day_returns.duplicated(["point_id", "series_id"]).any()
    assert results.points["name"].str.startswith("SYNTETISK").all()
    assert results.activities["name"].str.startswith("SYNTETISK").all()
    generate.cache_clear()
    again = generate(7, **SMALL)
    pd.testing.assert_frame_equal(again.day_returns, results.day_returns, check_exact=True)
    assert again.points.equals(results.points)
    assert not generate(8, **SMALL).day_returns.equals(results.day_returns)


def test_points_carry_the_counts():
    results = generate(7, **SMALL)
    for end in ("low", "high"):
        counts = results.need.groupby("municipality_code")[end].sum() * 1000
        assert results.points.groupby("municipality_code")[f"need_{end}_milli"].sum().equals(counts)
    masked = results.need[results.need["masked"]]
    assert set(masked["low"]) == {1}
    assert set(masked["high"]) == {5}


def test_they_can_be_allocated_and_cut_by_county():
    results = counties_of_need(generate(7, **SMALL), 2)
    assert sorted(set(results.points["county_code"])) == ["24", "25"]
    found = allocate_month(
        results.points, results.activities, results.day_returns, results.register, settings(), MONTH
    )
    served = served_table(found)
    assert set(served["county_code"]) == {"24", "25"}
    assert served["served_local_milli"].sum() > 0
