"""What holds of who is served in any world. What does not hold is told in docs/method.md: tests/worlds5/test_not_true.py."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.access.served import PARTS, served_by_purpose
from geomatch.tables import SCENARIOS
from tests.worlds import MUNICIPALITIES, SHARES, World, entitled, settings, worlds

CORRIDORS = st.sampled_from(["register", "none", "all_candidates"])
MILLI_PARTS = [f"{part}_milli" for part in PARTS]


def with_digital(world: World, share: float, data: st.DataObject) -> None:
    if share:
        sex = data.draw(st.sampled_from(["all", "women"]))
        world.offer("d", "0180", data.draw(st.integers(0, 6)), digital=True, sex=sex)


@hypothesis_settings(max_examples=50, deadline=None)
@given(worlds(), SHARES, CORRIDORS, st.sampled_from([0.0, 0.3, 1.0]), st.data())
def test_parts_add_up_to_need(world, share, corridors, digital, data):
    """To 0.001 person at every point and stratum, and exactly in the table; none is below 0."""
    with_digital(world, digital, data)
    chosen = settings(corridors, entitled(*share), digital)
    month = world.allocate(chosen)
    for scenario in month.scenarios.values():
        total = sum(scenario.parts[name] for name in PARTS)
        assert np.abs(total - scenario.people.need).max(initial=0) < 1
        assert min(float(scenario.parts[name].min(initial=0)) for name in PARTS) >= 0
    served = world.served(chosen)
    assert (served[MILLI_PARTS].sum(axis=1) == served["need_milli"]).all()
    assert (served[MILLI_PARTS] >= 0).all().all()
    lost = served[["corridor_not_open_milli", "no_entitlement_milli", "no_day_return_milli"]].sum(axis=1)
    assert (served["out_of_reach_milli"] == lost).all()


@hypothesis_settings(max_examples=40, deadline=None)
@given(worlds(), SHARES, CORRIDORS)
def test_nobody_has_two_places_and_no_place_two_persons(world, share, corridors):
    """Loads keep to the places; only suitable, reachable series are used; away from home by right and corridor alone."""
    month = world.allocate(settings(corridors, entitled(*share)))
    reach = month.reach
    open_pairs = {pair for pair, is_open in zip(reach.pairs, month.opened, strict=True) if is_open}
    ways = {(w["point"], w["series"]): w for w in world.ways}
    for name, scenario in month.scenarios.items():
        found, network = scenario.allocation, scenario.network
        assert (found.load <= reach.capacity + 0.01).all()
        for arc in np.flatnonzero(found.flow > 0):
            node, series = int(network.node[arc]), int(network.series[arc])
            row = reach.rows.iloc[node // 2]
            way = ways[reach.points["point_id"][row["point"]], reach.series_id[series]]
            offer = next(s for s in world.series if s["series"] == reach.series_id[series])
            known = {offer["sex"], "all"} if offer["sex"] != "all" else {"women", "men", "all"}
            assert row["sex"] in known - ({"all"} if name == "low" and offer["sex"] != "all" else set())
            if offer["municipality"] != way["point"][:4] and not way["walk"]:
                assert node % 2 == 1
                assert (int(row["municipality"]), int(reach.series_owner[series])) in open_pairs


@hypothesis_settings(max_examples=40, deadline=None)
@given(worlds(), SHARES, st.data())
def test_more_places_never_serve_fewer(world, share, data):
    chosen = settings(shares=entitled(*share))
    before = world.allocate(chosen)
    series = data.draw(st.sampled_from(world.series))
    series["places"] += data.draw(st.integers(1, 3))
    after = world.allocate(chosen)
    for name in SCENARIOS:
        assert after.scenarios[name].allocation.total >= before.scenarios[name].allocation.total
        assert after.scenarios[name].allocation.local >= before.scenarios[name].allocation.local


@hypothesis_settings(max_examples=40, deadline=None)
@given(worlds(), SHARES, st.permutations([(o, d) for o in MUNICIPALITIES for d in MUNICIPALITIES if o != d]))
def test_another_corridor_never_serves_fewer(world, share, order):
    """One corridor after the other: the total never falls, and those served at home stay as many."""
    chosen = settings(shares=entitled(*share))
    world.corridors = []
    before = world.allocate(chosen)
    for origin, goal in order[:4]:
        world.open(origin, goal)
        after = world.allocate(chosen)
        for name in SCENARIOS:
            assert after.scenarios[name].allocation.total >= before.scenarios[name].allocation.total
            assert after.scenarios[name].allocation.local == before.scenarios[name].allocation.local
        before = after


@hypothesis_settings(max_examples=40, deadline=None)
@given(worlds(), st.lists(st.sampled_from([0.0, 0.2, 1 / 3, 0.5, 0.75, 1.0]), min_size=2, max_size=4))
def test_a_wider_right_never_serves_fewer(world, shares):
    totals = [
        world.allocate(settings(shares=entitled(share, share))).scenarios["high"].allocation.total
        for share in sorted(shares)
    ]
    assert totals == sorted(totals)


@hypothesis_settings(max_examples=50, deadline=None)
@given(worlds(), SHARES, CORRIDORS, st.sampled_from([0.0, 0.5]), st.data())
def test_every_count_inside_the_intervals_is_inside_the_bounds(world, share, corridors, digital, data):
    """Need, served, gap and no_day_return, with the shares at one of their ends (between them it is not proved)."""
    with_digital(world, digital, data)
    gaps = world.gaps(settings(corridors, entitled(*share), digital))
    end = data.draw(st.integers(0, 1))
    for person in world.people:
        person["low"] = person["high"] = data.draw(st.integers(person["low"], person["high"]))
    known = settings(corridors, entitled(share[end], share[end]), digital)
    found = world.gaps(known)
    served = world.served(known)
    served = served[served["scenario"] == SCENARIOS[end]].groupby("municipality_code").sum(numeric_only=True)
    slack = 3  # thousandths: rows are rounded one by one
    for code in MUNICIPALITIES:
        row, bound = served.loc[code], gaps.loc[code]
        assert 1000 * bound["need_low"] <= row["need_milli"] <= 1000 * bound["need_high"]
        gap = row["in_reach_full_milli"] + row["out_of_reach_milli"]
        assert bound["gap_low_milli"] - slack <= gap <= bound["gap_high_milli"] + slack
        total = row["need_milli"] - gap
        assert bound["served_low_milli"] - slack <= total <= bound["served_high_milli"] + slack
        nothing = row["no_day_return_milli"]
        assert (
            bound["no_day_return_low_milli"] - slack <= nothing <= bound["no_day_return_high_milli"] + slack
        )
        if row["need_milli"]:
            part, near = gap / row["need_milli"], slack / row["need_milli"]
            assert bound["gap_share_low"] - near <= part <= bound["gap_share_high"] + near
        # Not this optimum alone: every optimum of the first three steps.
        one = found.loc[code]
        assert bound["gap_low_milli"] - slack <= one[f"gap_least_{SCENARIOS[end]}_milli"]
        assert one[f"gap_greatest_{SCENARIOS[end]}_milli"] <= bound["gap_high_milli"] + slack


@hypothesis_settings(max_examples=25, deadline=None)
@given(worlds(), SHARES)
def test_bounds_enclose_the_optima_and_the_allocation(world, share):
    chosen = settings(shares=entitled(*share))
    gaps, served = world.gaps(chosen), world.served(chosen)
    served["gap"] = served["in_reach_full_milli"] + served["out_of_reach_milli"]
    for end in SCENARIOS:
        gap = served[served["scenario"] == end].groupby("municipality_code")["gap"].sum()
        assert (gaps[f"gap_least_{end}_milli"] <= gap + 3).all()
        assert (gap <= gaps[f"gap_greatest_{end}_milli"] + 3).all()
        assert (gaps["gap_low_milli"] <= gaps[f"gap_least_{end}_milli"]).all()
        assert (gaps[f"gap_greatest_{end}_milli"] <= gaps["gap_high_milli"]).all()
    assert (gaps["gap_best_point_milli"] <= gaps["gap_worst_point_milli"]).all()
    assert (gaps["rank_best"] <= gaps["rank_worst"]).all()


def renamed(world, codes, points, series, order):
    """The world with other codes, points and series under other names, and rows in another order."""
    other = World()
    for name in ("people", "series", "ways", "corridors"):
        rows = [dict(row) for row in getattr(world, name)]
        for row in rows:
            for key, value in row.items():
                if key == "point":
                    row[key] = f"{codes[value[:4]]}/{points[value[5:]]}"
                elif key in ("municipality", "from_code", "to_code"):
                    row[key] = codes[value]
                elif key == "series":
                    row[key] = series[value]
        setattr(other, name, order(rows))
    return other


@hypothesis_settings(max_examples=30, deadline=None)
@given(
    worlds(),
    SHARES,
    CORRIDORS,
    st.permutations(MUNICIPALITIES),
    st.sampled_from([{"a": "a", "b": "b"}, {"a": "z", "b": "b"}]),
    st.randoms(use_true_random=False),
    st.sampled_from([0.0, 0.5]),
)
def test_codes_names_and_row_order_change_no_number(
    world, share, corridors, permuted, points, random, digital
):
    if digital:
        world.offer("d", "0180", 3, digital=True)
    codes = dict(zip(MUNICIPALITIES, permuted, strict=True))
    names = [s["series"] for s in world.series]
    series = dict(zip(names, random.sample([f"x{n}" for n in range(len(names))], len(names)), strict=True))
    chosen = settings(corridors, entitled(*share), digital)
    other = renamed(world, codes, points, series, lambda rows: random.sample(rows, len(rows)))
    key = ["municipality_code", "target_group", "sex", "scenario"]
    one, two = world.served(chosen), other.served(chosen)
    one["municipality_code"] = one["municipality_code"].map(codes)
    pd.testing.assert_frame_equal(
        one.sort_values(key).reset_index(drop=True), two.sort_values(key).reset_index(drop=True)
    )
    gaps, again = world.gaps(chosen).drop(columns=["name"]), other.gaps(chosen).drop(columns=["name"])
    gaps.index = gaps.index.map(codes)
    pd.testing.assert_frame_equal(gaps.sort_index(), again.sort_index(), rtol=1e-12, check_names=False)
    # Each place is as full as before, under its new name.
    load = [
        dict(zip(month.reach.series_id, month.scenarios["high"].allocation.load.tolist(), strict=True))
        for month in (world.allocate(chosen), other.allocate(chosen))
    ]
    assert {series[name]: value for name, value in load[0].items()} == load[1]


@hypothesis_settings(max_examples=20, deadline=None)
@given(worlds(intervals=False), SHARES)
def test_parts_of_the_country_that_do_not_touch_are_by_themselves(world, share):
    """Without corridors and walks each municipality's parts are those that it has alone."""
    world.ways = [way for way in world.ways if not way["walk"]]
    chosen = settings("none", entitled(*share))
    together = world.served(chosen).set_index("municipality_code")
    for code in MUNICIPALITIES:
        alone = World(
            people=[p for p in world.people if p["point"][:4] == code],
            series=world.series,
            ways=[w for w in world.ways if w["point"][:4] == code],
        )
        pd.testing.assert_frame_equal(
            alone.served(chosen).set_index("municipality_code"), together.loc[[code]], check_like=True
        )


@hypothesis_settings(max_examples=20, deadline=None)
@given(worlds(), SHARES, st.data())
def test_a_purpose_is_served_by_its_activities_alone(world, share, data):
    """Asking for a purpose is the same as a world where the other activities are not."""
    for series in world.series:
        series["purposes"] = data.draw(st.sampled_from(["Svenska", "Hälsa", "Hälsa;Svenska"]))
    asked = data.draw(st.sampled_from(["Svenska", "Hälsa"]))
    kept = [s for s in world.series if asked in s["purposes"].split(";")]
    names = {s["series"] for s in kept}
    only = World(world.people, kept, [w for w in world.ways if w["series"] in names], world.corridors)
    shares = entitled(*share)
    pd.testing.assert_frame_equal(
        world.served(settings(shares=shares, purposes=asked)), only.served(settings(shares=shares))
    )
    both, alone = world.gaps(settings(shares=shares, purposes=asked)), only.gaps(settings(shares=shares))
    pd.testing.assert_frame_equal(both, alone)


@hypothesis_settings(max_examples=30, deadline=None)
@given(worlds(), SHARES, CORRIDORS, st.sampled_from([0.0, 0.5]), st.data())
def test_the_table_by_purpose_is_that_of_worlds_with_its_activities_alone(
    world, share, corridors, digital, data
):
    """Each purpose's rows are the parts where nothing but its activities is, hidden ones among them or left out."""
    with_digital(world, digital, data)
    for series in world.series:
        series["purposes"] = data.draw(st.sampled_from(["", "Svenska", "Hälsa", "Hälsa;Svenska"]))
        series["visibility"] = data.draw(st.sampled_from(["exact", "hidden"]))
    chosen = settings(corridors, entitled(*share), digital)
    table = served_by_purpose(world.allocate(chosen), world.activities())
    found = dict(iter(table.groupby(["purpose", "with_hidden"])))
    for with_hidden in (True, False):
        for purpose in ("Svenska", "Hälsa"):
            kept = [
                s
                for s in world.series
                if purpose in s["purposes"].split(";") and (with_hidden or s["visibility"] != "hidden")
            ]
            assert ((purpose, with_hidden) in found) == bool(kept)
            if kept:
                names = {s["series"] for s in kept}
                ways = [w for w in world.ways if w["series"] in names]
                only = World(world.people, kept, ways, world.corridors).served(chosen)
                rows = found[purpose, with_hidden].drop(columns=["purpose", "with_hidden"])
                pd.testing.assert_frame_equal(rows.reset_index(drop=True), only)
