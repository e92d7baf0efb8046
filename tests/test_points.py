"""Where need lives: cells of a raster, sites of agency accommodation, and who lives there, worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.agency import agency_part, shared_out
from geomatch.errors import InputError
from geomatch.need import need_of_month
from geomatch.points import demand_points, persons_at_sites, without_sites
from geomatch.restricted import Restricted
from geomatch.settings import Settings, Share
from geomatch.sources.raster import PopulationRaster
from geomatch.sources.regions import municipalities
from geomatch.spread import split_persons
from tests.test_need import LOCALITIES, MASKED, MUNICIPALITIES, counts

LIVING = ("agency", "own", "other", "all")


def living(
    agency: Any, own: Any, other: Any, total: Any, code: str = "2510", **dimensions: str
) -> pd.DataFrame:
    """Counts of one municipality by accommodation; None for one that is not published."""
    given_counts = zip(LIVING, (agency, own, other, total), strict=True)
    rows = [("25", code, name, count) for name, count in given_counts if count is not None]
    return counts(rows, **dimensions)


def sites(*rows: tuple[str, int, float, float]) -> Restricted[pd.DataFrame]:
    frame = pd.DataFrame(list(rows), columns=["municipality_code", "places", "x_m", "y_m"])
    return Restricted(frame.assign(file="boenden.csv"))


def cells(*rows: tuple[str, float, float, float]) -> PopulationRaster:
    frame = pd.DataFrame(list(rows), columns=["municipality_code", "population", "x_m", "y_m"])
    return PopulationRaster(frame, "folk.tif", "SWEREF99 TM", synthetic=False)


def points_of(table: pd.DataFrame, settings: Settings | None = None, **inputs: Any) -> gpd.GeoDataFrame:
    need = need_of_month(table, "2023-02")
    return demand_points(need, LOCALITIES, MUNICIPALITIES, settings or Settings(), **inputs)


def ends(points: gpd.GeoDataFrame) -> dict[str, tuple[int, int]]:
    sums = points.groupby("point_id")[["need_low_milli", "need_high_milli"]].sum()
    return {
        str(name): (int(low), int(high))
        for name, (low, high) in zip(sums.index, sums.to_numpy(), strict=True)
    }


def told(table: pd.DataFrame, **inputs: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        points_of(table, **inputs)
    return [str(problem) for problem in caught.value.problems]


# -------------------------------------------------------------------------------------------------------- a raster


def test_need_is_spread_over_cells_and_not_over_localities() -> None:
    # 8 persons are 8,000 thousandths over 3, 0.5 and 0.5 inhabitants: 6,000, 1,000 and 1,000.
    raster = cells(("2510", 3.0, 9_000, 90), ("2510", 0.5, 1_000, 10), ("2510", 0.5, 1_000, 30))
    points = points_of(living(None, None, None, 8), raster=raster)
    assert ends(points) == {
        "2510/cell-9000-90": (6_000, 6_000),
        "2510/cell-1000-10": (1_000, 1_000),
        "2510/cell-1000-30": (1_000, 1_000),
    }
    assert set(points["kind"]) == {"cell"}
    assert set(points["name"]) == {"Jokkmokk"}
    assert points.set_index("point_id")["population"].to_dict() == {
        "2510/cell-9000-90": 3,
        "2510/cell-1000-10": 0,
        "2510/cell-1000-30": 0,
    }
    assert points.crs.to_epsg() == 3006
    assert (points.geometry.x.max(), points.geometry.y.max()) == (9_000.0, 90.0)


def test_equal_cells_get_equal_parts_to_a_thousandth_and_the_first_by_place_gets_it() -> None:
    # 1 person over three cells: 334, 333, 333; the extra thousandth goes to the one farthest west, whatever the order.
    rows = [("2510", 2.0, x, 10.0) for x in (3_000.0, 1_000.0, 2_000.0)]
    for order in (rows, rows[::-1]):
        found = ends(points_of(living(None, None, None, 1), raster=cells(*order)))
        assert found == {
            "2510/cell-1000-10": (334, 334),
            "2510/cell-2000-10": (333, 333),
            "2510/cell-3000-10": (333, 333),
        }


def test_every_municipality_that_the_raster_misses_is_named_at_once() -> None:
    table = pd.concat([living(None, None, None, 8), living(None, None, None, 3, "2513")], ignore_index=True)
    assert told(table, raster=cells(("2580", 5.0, 1.0, 1.0))) == [
        "folk.tif: ingen ruta med befolkning ligger i Jokkmokk, Överkalix; väntat: rutor med befolkning i varje kommun som antalen gäller. Ta ett raster som täcker dem, med tillräckligt små rutor, eller inget: geomatch remove raster FIL"
    ]
    assert "Överkalix" in told(table, raster=cells(("2510", 5.0, 1.0, 1.0)))[0]


def test_a_raster_of_elsewhere_is_told_without_a_list_of_the_whole_country() -> None:
    codes = [code for code in municipalities()["municipality_code"] if code != "2580"]
    table = pd.concat([living(None, None, None, 3, code) for code in codes], ignore_index=True)
    need, raster = need_of_month(table, "2023-02"), cells(("2580", 5.0, 1.0, 1.0))
    with pytest.raises(InputError) as caught:
        demand_points(need, LOCALITIES, municipalities(), Settings(), raster)
    [text] = map(str, caught.value.problems)
    start = (
        "folk.tif: ingen ruta med befolkning ligger i 289 kommuner, bland dem Upplands Väsby, Vallentuna, "
    )
    assert text.startswith(start)
    assert text.split("; väntat")[0].count(", ") == 20


def test_a_municipality_without_people_needs_no_cell() -> None:
    table = pd.concat([living(None, None, None, 8), living(None, None, None, 0, "2513")], ignore_index=True)
    points = points_of(table, raster=cells(("2510", 5.0, 1_000, 10)))
    assert ends(points) == {"2510/cell-1000-10": (8_000, 8_000), "2513/point": (0, 0)}


def test_counts_of_a_locality_stay_there_though_there_is_a_raster() -> None:
    table = pd.concat(
        [
            counts([("25", "2510", "all", 8)], locality_code="b"),
            counts([("25", "2513", "all", 2)]),
        ],
        ignore_index=True,
    )
    raster = cells(("2510", 5.0, 1_000, 10), ("2513", 5.0, 2_000, 10))
    assert ends(points_of(table, raster=raster)) == {
        "2510/b": (8_000, 8_000),
        "2510/cell-1000-10": (0, 0),
        "2513/cell-2000-10": (2_000, 2_000),
    }


# ------------------------------------------------------------------------------------------------------------ sites


def test_those_in_agency_accommodation_live_at_the_sites_by_places() -> None:
    # 33 persons, of them 10 in agency accommodation: 7.5 and 2.5 at 30 and 10 places; 23 over 300 and 100 inhabitants.
    points = points_of(
        living(10, 20, 3, 33), sites=sites(("2510", 10, 700.0, 70.0), ("2510", 30, 800.0, 80.0))
    )
    assert ends(points) == {
        "2510/a": (17_250, 17_250),
        "2510/b": (5_750, 5_750),
        "2510/site-1": (7_500, 7_500),
        "2510/site-2": (2_500, 2_500),
    }
    assert not points["location_unknown"].any()
    shown = points.set_index("point_id").loc["2510/site-1"]
    assert (shown["kind"], shown["name"], shown["population"]) == ("site", "Jokkmokk", 30)
    assert (shown["geometry"].x, shown["geometry"].y) == (800.0, 80.0)


def test_a_municipality_without_sites_stays_unknown() -> None:
    table = pd.concat([living(10, 20, 3, 33), living(4, 1, 0, 5, "2513")], ignore_index=True)
    points = points_of(table, sites=sites(("2510", 30, 800.0, 80.0)))
    unknown = points.groupby("municipality_code")["location_unknown"].agg(["any", "all"])
    assert unknown.to_numpy().tolist() == [[False, False], [True, True]]


def test_a_withheld_agency_count_is_the_interval_where_the_rest_is_known() -> None:
    # 29 in other accommodation and 1 to 5 in the agency's, without a total that is known: 30 to 34.
    points = points_of(living(MASKED, 26, 3, None), sites=sites(("2510", 30, 800.0, 80.0)))
    assert ends(points)["2510/site-1"] == (1_000, 5_000)
    # The same with a published total that is withheld: 29 + 1 to 29 + 5.
    wide = living(MASKED, 26, 3, None)
    total = counts([("25", "2510", "all", 0)]).assign(low=30, high=34, masked=True, sign="..", cell="B9")
    points = points_of(pd.concat([wide, total], ignore_index=True), sites=sites(("2510", 30, 800.0, 80.0)))
    assert ends(points)["2510/site-1"] == (1_000, 5_000)
    assert ends(points)["2510/a"] == (21_750, 21_750)


def test_with_a_known_total_the_middle_of_the_interval_lives_there() -> None:
    # 9 = agency + own + 3, agency and own 1-5 each and 6 together: agency 1-5, the middle 3. Both ends are the same:
    # the total is one number, and whoever is not at the site is elsewhere.
    found = ends(points_of(living(MASKED, MASKED, 3, 9), sites=sites(("2510", 9, 800.0, 80.0))))
    assert found["2510/site-1"] == (3_000, 3_000)
    assert found["2510/a"] == (4_500, 4_500)
    # Without the other accommodations the rest can be anything: agency 1-4 of 34 with 30 in own, the middle 2.5.
    found = ends(points_of(living(MASKED, 30, None, 34), sites=sites(("2510", 9, 800.0, 80.0))))
    assert found["2510/site-1"] == (2_500, 2_500)


def test_both_ends_where_the_total_is_an_interval_too() -> None:
    # Total withheld at 10 to 14 by hand; agency 2-5, own 4-9, other 0: at 10 the agency has 2 to 5 (own at most 9, at
    # least 4), middle 3.5; at 14 it has 5, since own has at most 9.
    table = pd.DataFrame()
    for name, low, high in (("agency", 2, 5), ("own", 4, 9), ("other", 0, 0), ("all", 10, 14)):
        row = counts([("25", "2510", name, 0)]).assign(
            low=low, high=high, masked=low < high, sign="..", used=name == "all"
        )
        table = pd.concat([table, row], ignore_index=True)
    part = agency_part(table)
    assert part.milli == {("all", "all"): (3_500, 5_000)}
    assert (part.least, part.known, part.assumed) == (2, True, False)


def test_parts_without_a_total_are_taken_as_they_are() -> None:
    found = ends(points_of(living(4, 30, None, None), sites=sites(("2510", 9, 800.0, 80.0))))
    assert found == {"2510/a": (22_500, 22_500), "2510/b": (7_500, 7_500), "2510/site-1": (4_000, 4_000)}


def by_sex(women: int, men: int, agency: Any) -> pd.DataFrame:
    return pd.concat(
        [
            counts([("25", "2510", "all", women)], sex="women"),
            counts([("25", "2510", "all", men)], sex="men"),
            counts([("25", "2510", "all", women + men), ("25", "2510", "agency", agency)]),
        ],
        ignore_index=True,
    ).assign(cell=lambda rows: [f"B{number}" for number in range(len(rows))])


def test_an_agency_count_of_both_sexes_is_shared_out_by_need_and_told() -> None:
    # 8 of 20 women and 12 men: 5 and 3 thousands in proportion 20:12; each sex adds up to its need.
    points = points_of(by_sex(20, 12, 8), sites=sites(("2510", 9, 800.0, 80.0)))
    at_site = points[points["kind"] == "site"].set_index("sex")["need_low_milli"].to_dict()
    assert at_site == {"women": 5_000, "men": 3_000}
    assert points.groupby("sex")["need_high_milli"].sum().to_dict() == {"women": 20_000, "men": 12_000}
    need = need_of_month(by_sex(20, 12, 8), "2023-02")
    assert shared_out(need.table, ["2510", "2513"]) == ["2510"]


def test_an_agency_count_of_each_sex_is_taken_for_it() -> None:
    table = pd.concat(
        [by_sex(20, 12, 8), counts([("25", "2510", "agency", 2)], sex="women"), counts([("25", "2510", "agency", 6)], sex="men")],
        ignore_index=True,
    )  # fmt: skip
    points = points_of(table, sites=sites(("2510", 9, 800.0, 80.0)))
    at_site = points[points["kind"] == "site"].set_index("sex")["need_low_milli"].to_dict()
    assert at_site == {"women": 2_000, "men": 6_000}
    assert shared_out(need_of_month(table, "2023-02").table, ["2510"]) == []


def test_a_group_by_parts_and_another_by_its_total() -> None:
    # Asylum seekers: 10 agency and 5 own, no total of theirs. The others: 20, and no agency count of theirs, but 12 in
    # the agency's over all groups: 2 of them.
    table = pd.concat(
        [
            counts([("25", "2510", "agency", 10), ("25", "2510", "own", 5)], target_group="asylum_seeker"),
            counts([("25", "2510", "all", 20)], target_group="temporary_protection"),
            counts([("25", "2510", "agency", 12)]),
        ],
        ignore_index=True,
    )
    need = need_of_month(table, "2023-02")
    # Which rows are used is for `need` to say; here all but the count over all groups.
    need = dataclasses.replace(need, table=need.table.assign(used=need.table["target_group"] != "all"))
    listed = sites(("2510", 12, 800.0, 80.0))
    points = demand_points(need, LOCALITIES, MUNICIPALITIES, Settings(), sites=listed)
    at_site = points[points["kind"] == "site"].set_index("target_group")["need_high_milli"].to_dict()
    assert at_site == {"asylum_seeker": 10_000, "temporary_protection": 2_000}
    sums = points.groupby("target_group")["need_high_milli"].sum().to_dict()
    assert sums == {"asylum_seeker": 15_000, "temporary_protection": 20_000}


def test_counts_that_do_not_say_who_lives_there_leave_the_sites_empty() -> None:
    points = points_of(living(None, None, None, 33), sites=sites(("2510", 9, 800.0, 80.0)))
    assert ends(points) == {"2510/a": (24_750, 24_750), "2510/b": (8_250, 8_250), "2510/site-1": (0, 0)}
    assert persons_at_sites(points) == {}


def test_sites_with_fewer_places_than_people_are_named_municipality_by_municipality() -> None:
    table = pd.concat([living(10, 20, 3, 33), living(4, 1, 0, 5, "2513")], ignore_index=True)
    small = sites(("2510", 5, 800.0, 80.0), ("2510", 4, 801.0, 80.0), ("2513", 3, 900.0, 90.0))
    end = "personer är räknade där; väntat: platser för alla i anläggningsboende (ABO). Lägg till de boenden som saknas eller rätta antalet platser."
    assert told(table, sites=small) == [
        f"boenden.csv, kolumn ”Platser”: boendena i Jokkmokk har 9 platser, men minst 10 {end}",
        f"boenden.csv, kolumn ”Platser”: boendena i Överkalix har 3 platser, men minst 4 {end}",
    ]
    # It is the low end that counts: 1 to 5 people fit into one place.
    assert len(points_of(living(MASKED, 26, 3, None), sites=sites(("2510", 1, 800.0, 80.0)))) == 3


def test_everything_that_is_wrong_is_told_at_once() -> None:
    table = pd.concat(
        [living(10, 20, 3, 33), counts([("25", "2513", "all", 8)], locality_code="z")], ignore_index=True
    )
    found = told(table, sites=sites(("2510", 5, 800.0, 80.0)), raster=cells(("2580", 5.0, 1.0, 1.0)))
    assert [text.split(":")[0].split(",")[0] for text in found] == ["folk.tif", "boenden.csv", "x.xlsx"]


def test_the_adult_share_holds_at_the_sites_as_elsewhere() -> None:
    settings = dataclasses.replace(
        Settings(), shares=(Share("adult_share", "all", 0.5, 0.75, valid_from="2020-01-01"),)
    )
    points = points_of(living(10, 20, 3, 33), settings, sites=sites(("2510", 30, 800.0, 80.0)))
    assert ends(points)["2510/site-1"] == (5_000, 7_500)
    assert points[["need_low_milli", "need_high_milli"]].sum().tolist() == [16_500, 24_750]


counted = st.integers(0, 40)


@given(
    st.lists(
        st.tuples(counted, st.integers(0, 6), counted, st.integers(0, 6), counted), min_size=1, max_size=3
    ),
    st.booleans(),
    st.sampled_from([(1.0, 1.0), (0.5, 0.5), (0.333333, 0.333333), (0.2, 0.7)]),
)
def test_points_add_up_and_none_has_less_at_high_need(
    groups: Sequence[tuple[int, int, int, int, int]], joint: bool, share: tuple[float, float]
) -> None:
    # Per group: agency low and how much wider, own low and how much wider, other; published as totals that follow.
    names = ("asylum_seeker", "temporary_protection", "permit_awaiting_settlement")
    made = []

    def row(group: str, name: str, low: int, high: int) -> dict[str, Any]:
        return {
            "month": "2023-02", "county_code": "25", "municipality_code": "2510", "locality_code": "all",
            "accommodation": name, "target_group": group, "case_status": "all", "sex": "all", "age_group": "all",
            "low": low, "high": high, "masked": low < high, "sign": "..", "source": "x", "cell": f"{group}{name}",
            "published_low": low, "published_high": high, "used": name == "all" and group != "all",
        }  # fmt: skip

    for name, (agency, more, own, wider, other) in zip(names, groups, strict=False):
        made.append(row(name, "all", agency + own + other, agency + more + own + wider + other))
        if not joint:
            made.append(row(name, "agency", agency, agency + more))
            made += [row(name, "own", own, own + wider), row(name, "other", other, other)]
    made.append(row("all", "agency", sum(g[0] for g in groups), sum(g[0] + g[1] for g in groups)))
    table = pd.DataFrame(made)
    need = dataclasses.replace(need_of_month(living(1, 1, 1, 3), "2023-02"), table=table)
    settings = dataclasses.replace(
        Settings(),
        shares=tuple(Share("adult_share", name, *share, valid_from="2020-01-01") for name in names),
    )
    listed = sites(("2510", 500, 800.0, 80.0), ("2510", 70, 801.0, 80.0))
    placed = demand_points(need, LOCALITIES, MUNICIPALITIES, settings, sites=listed)
    plain = demand_points(need, LOCALITIES, MUNICIPALITIES, settings)
    for column in ("need_low_milli", "need_high_milli"):
        assert (
            placed.groupby("target_group")[column].sum().equals(plain.groupby("target_group")[column].sum())
        )
    assert (placed["need_low_milli"] <= placed["need_high_milli"]).all()
    assert (placed["need_low_milli"] >= 0).all()
    if share == (1.0, 1.0):
        at_sites = persons_at_sites(placed).get("2510", (0, 0))
        low, high = sum(g[0] for g in groups), sum(g[0] + g[1] for g in groups)
        assert low * 1000 <= at_sites[0] <= at_sites[1] <= high * 1000


# ------------------------------------------------------------------------------------------------- what pages get


def test_pages_get_neither_sites_nor_journeys_from_them() -> None:
    points = points_of(living(10, 20, 3, 33), sites=sites(("2510", 30, 812_345.0, 7_345_678.0)))
    returns = pd.DataFrame({"point_id": ["2510/site-1", "2510/a"], "travel_min": [12.0, 30.0]})
    shown, journeys = without_sites(points, returns)
    assert shown["point_id"].tolist() == ["2510/a", "2510/b"]
    assert journeys.to_numpy().tolist() == [["2510/a", 30.0]]
    assert persons_at_sites(points) == {"2510": (10_000, 10_000)}
    assert persons_at_sites(shown) == {}


# ------------------------------------------------------------------------------------------------------ the split


@given(st.integers(0, 10_000), st.lists(st.integers(0, 9), min_size=1, max_size=300))
def test_the_split_of_many_small_weights_adds_up_and_keeps_quota_order(
    total: int, weights: list[int]
) -> None:
    parts = split_persons(total, weights)
    assert sum(parts) == total
    pairs = sorted(zip(weights, parts, strict=True))
    # A larger weight never gets less than a smaller one.
    assert all(one[1] <= two[1] for one, two in pairwise(pairs) if one[0] < two[0])
    if total <= sum(weights):
        assert all(part <= weight for weight, part in zip(weights, parts, strict=True))


@given(st.integers(0, 500), st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(1, 10**15))
def test_large_weights_are_split_as_small_ones_of_the_same_ratios(
    total: int, weights: list[int], factor: int
) -> None:
    # Compared as fractions instead of binary numbers: the same.
    assert split_persons(total, [weight * factor for weight in weights]) == split_persons(total, weights)
