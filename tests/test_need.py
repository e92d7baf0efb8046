"""Intervals, totals and the spread over points, worked out by hand."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.disjoint import most_people
from geomatch.errors import InputError
from geomatch.need import need_of_month, published_total, widened_cells
from geomatch.points import demand_points, split_persons
from geomatch.publish.county import county_files
from geomatch.publish.withheld import withheld_table
from geomatch.settings import Settings, Share
from tests.publish.fixture_month import county_facts
from tests.worlds import World

MASKED = ".."


def counts(rows: Sequence[tuple[str, str, str, Any]], **dimensions: str) -> pd.DataFrame:
    """(county, municipality, accommodation, count or sign) rows of one month."""
    made = []
    for number, (county, municipality, accommodation, count) in enumerate(rows, start=4):
        low, high = (count, count) if isinstance(count, int) else ((0, 5) if count in "-–" else (1, 5))
        made.append(
            {
                "month": "2023-02", "county_code": county, "municipality_code": municipality, "locality_code": "all",
                "accommodation": accommodation, "target_group": "all", "case_status": "all", "sex": "all",
                "age_group": "all", **dimensions, "low": low, "high": high, "masked": isinstance(count, str),
                "sign": count if isinstance(count, str) else "", "source": "x.xlsx", "cell": f"B{number}",
            }
        )  # fmt: skip
    return pd.DataFrame(made)


def interval(table: pd.DataFrame, municipality: str, accommodation: str) -> tuple[int, int]:
    row = table[
        (table["municipality_code"] == municipality) & (table["accommodation"] == accommodation)
    ].iloc[0]
    return int(row["low"]), int(row["high"])


def test_a_total_of_accommodations_tightens_its_parts() -> None:
    # 9 = agency + own + 3: agency and own are 1-5 each and add up to 6, so 1-5 stays for both.
    # 12 = agency + own + 3: they add up to 9, so each is at least 4.
    loose = counts(
        [
            ("25", "2510", "agency", MASKED),
            ("25", "2510", "own", MASKED),
            ("25", "2510", "other", 3),
            ("25", "2510", "all", 9),
        ]
    )
    tight = counts(
        [
            ("25", "2510", "agency", MASKED),
            ("25", "2510", "own", MASKED),
            ("25", "2510", "other", 3),
            ("25", "2510", "all", 12),
        ]
    )
    assert interval(need_of_month(loose, "2023-02").table, "2510", "agency") == (1, 5)
    found = need_of_month(tight, "2023-02").table
    assert interval(found, "2510", "agency") == (4, 5)
    assert interval(found, "2510", "own") == (4, 5)
    assert widened_cells(found) == []


def test_one_withheld_cell_of_a_known_total_is_known() -> None:
    found = need_of_month(
        counts(
            [
                ("25", "2510", "agency", MASKED),
                ("25", "2510", "own", 28),
                ("25", "2510", "other", 2),
                ("25", "2510", "all", 34),
            ]
        ),
        "2023-02",
    ).table
    assert interval(found, "2510", "agency") == (4, 4)


def test_parts_that_may_leave_people_out_are_at_most_their_total() -> None:
    # Nothing says how many live otherwise: agency is 1-4, not 4; and 20 of 34 are no contradiction.
    rows = [("25", "2510", "agency", MASKED), ("25", "2510", "own", 30), ("25", "2510", "all", 34)]
    found = need_of_month(counts(rows), "2023-02").table
    assert interval(found, "2510", "agency") == (1, 4)
    assert interval(found, "2510", "all") == (34, 34)
    fewer = [("25", "2510", "agency", 15), ("25", "2510", "own", 5), ("25", "2510", "all", 34)]
    assert interval(need_of_month(counts(fewer), "2023-02").table, "2510", "all") == (34, 34)
    # A county total with a municipality that has only parts; a country total with a county that has no total.
    places = [
        ("25", "2510", "all", 10), ("25", "2513", "agency", 7), ("25", "all", "all", 30),
        ("24", "2401", "all", MASKED), ("all", "all", "all", 40),
    ]  # fmt: skip
    found = need_of_month(counts(places), "2023-02").table
    of_all = found[found["municipality_code"] == "all"]
    assert of_all[["low", "high"]].to_numpy().tolist() == [[30, 30], [40, 40]]
    assert interval(found, "2401", "all") == (1, 5)


def test_a_county_total_tightens_its_municipalities_and_the_country_its_counties() -> None:
    # County 25: 2510 + 2513 = county total; the country 40 = 25's total + 24's 30, so 25's total is 10 and the two
    # masked municipalities add up to 10: 5 each.
    rows = [
        ("25", "2510", "all", MASKED), ("25", "2513", "all", MASKED), ("25", "all", "all", MASKED),
        ("24", "2401", "all", 30), ("24", "all", "all", 30), ("all", "all", "all", 40),
    ]  # fmt: skip
    found = need_of_month(counts(rows), "2023-02").table
    assert interval(found, "2510", "all") == (5, 5)
    # The county's own sign says 1-5, but it must be 10: the interval follows the totals, and this is told.
    assert widened_cells(found) == ["B6 (x.xlsx)"]


def test_a_larger_cell_withheld_to_protect_another() -> None:
    # 20 = masked + masked: both 1-5 cannot be; they may be larger, but a withheld count is never 0: 1 to 19.
    found = need_of_month(
        counts(
            [
                ("25", "2510", "agency", MASKED),
                ("25", "2510", "own", MASKED),
                ("25", "2510", "other", 0),
                ("25", "2510", "all", 20),
            ]
        ),
        "2023-02",
    ).table
    assert interval(found, "2510", "agency") == (1, 19)
    assert widened_cells(found) == ["B4 (x.xlsx)", "B5 (x.xlsx)"]


def test_unmasked_cells_that_contradict_each_other_are_an_error() -> None:
    table = counts(
        [
            ("25", "2510", "agency", 10),
            ("25", "2510", "own", 5),
            ("25", "2510", "other", 0),
            ("25", "2510", "all", 16),
        ]
    )
    with pytest.raises(InputError) as caught:
        need_of_month(table, "2023-02")
    (problem,) = caught.value.problems
    assert problem.file == "x.xlsx"
    assert "B7" in problem.found
    assert "16" in problem.found
    assert "15" in problem.found


def test_a_dash_can_be_nobody() -> None:
    found = need_of_month(
        counts([("25", "2510", "agency", "–"), ("25", "2510", "own", 30), ("25", "2510", "all", 30)]),
        "2023-02",
    ).table
    assert interval(found, "2510", "agency") == (0, 0)


def test_need_is_taken_once() -> None:
    # The total over accommodations is used, its parts are not; county rows and unknown places never are.
    rows = [
        ("25", "2510", "agency", MASKED), ("25", "2510", "own", 30), ("25", "2510", "all", 34),
        ("25", "unknown", "all", 6), ("25", "all", "all", 40),
    ]  # fmt: skip
    need = need_of_month(counts(rows), "2023-02")
    used = need.table[need.table["used"]]
    assert list(zip(used["municipality_code"], used["accommodation"], strict=True)) == [("2510", "all")]
    assert (need.unknown_low, need.unknown_high) == (6, 6)


def test_parts_are_used_where_there_is_no_total() -> None:
    need = need_of_month(counts([("25", "2510", "agency", 4), ("25", "2510", "own", 30)]), "2023-02")
    assert need.table["used"].tolist() == [True, True]


@pytest.mark.parametrize(("women", "used"), [(20, ["men", "women"]), (MASKED, ["all"])])
def test_a_breakdown_by_sex_is_used_when_it_is_complete(women: int | str, used: list[str]) -> None:
    # 34 with men masked too: the parts are 1-5 and 29-33 ..., wider than the total: the total is used.
    rows = pd.concat(
        [
            counts([("25", "2510", "all", women)], sex="women"),
            counts([("25", "2510", "all", 14 if isinstance(women, int) else MASKED)], sex="men"),
            counts([("25", "2510", "all", 34 if isinstance(women, int) else 8)]),
        ],
        ignore_index=True,
    )
    table = need_of_month(rows, "2023-02").table
    assert sorted(table[table["used"]]["sex"]) == used


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        # One group has a total, the other parts only: both count, each once.
        (
            [("agency", "asylum_seeker", "all", 10), ("own", "asylum_seeker", "all", 5)],
            [("agency", "asylum_seeker", "all"), ("all", "temporary_protection", "all"), ("own", "asylum_seeker", "all")],
        ),
        (
            [("all", "asylum_seeker", "women", 10), ("all", "asylum_seeker", "men", 5)],
            [("all", "asylum_seeker", "men"), ("all", "asylum_seeker", "women"), ("all", "temporary_protection", "all")],
        ),
        # With a total of its own, the parts are in it.
        (
            [("agency", "asylum_seeker", "all", 10), ("all", "asylum_seeker", "all", 12)],
            [("all", "asylum_seeker", "all"), ("all", "temporary_protection", "all")],
        ),
    ],
)  # fmt: skip
def test_nobody_is_left_out_where_only_some_groups_have_totals(
    rows: list[tuple[str, str, str, int]], used: list[tuple[str, str, str]]
) -> None:
    every = [*rows, ("all", "temporary_protection", "all", 20)]
    table = pd.concat(
        [
            counts([("25", "2580", accommodation, count)], target_group=group, sex=sex)
            for accommodation, group, sex, count in every
        ],
        ignore_index=True,
    )
    found = need_of_month(table, "2023-02").table
    chosen = found.loc[found["used"], ["accommodation", "target_group", "sex"]]
    assert sorted(chosen.itertuples(index=False, name=None)) == used


def test_people_of_no_known_municipality_are_counted_without_a_total_too() -> None:
    rows = [
        ("25", "2580", "agency", 3), ("25", "2580", "own", 4), ("25", "unknown", "agency", 6),
        ("25", "unknown", "own", MASKED), ("24", "unknown", "all", 2),
    ]  # fmt: skip
    need = need_of_month(counts(rows), "2023-02")
    assert (need.unknown_low, need.unknown_high) == (9, 13)


def test_withheld_counts_that_nothing_can_explain_are_refused_soon() -> None:
    # Luleå 7 = agency + own and Kiruna 3 = agency + own, but agency 1 = the two and own 20 = the two: 10 are not 21. The
    # county has no total that would say so; each bound is moved by a few persons at a time.
    rows = [
        ("25", "2580", "agency", MASKED), ("25", "2580", "own", MASKED), ("25", "2580", "other", 0),
        ("25", "2580", "all", 7),
        ("25", "2584", "agency", MASKED), ("25", "2584", "own", MASKED), ("25", "2584", "other", 0),
        ("25", "2584", "all", 3),
        ("25", "all", "agency", 1), ("25", "all", "own", 20),
    ]  # fmt: skip
    with pytest.raises(InputError, match="vilka de prickade antalen än är"):
        need_of_month(counts(rows), "2023-02")


def test_a_month_without_counts_says_what_to_do() -> None:
    with pytest.raises(InputError, match="geomatch add enrolment"):
        need_of_month(counts([("25", "2510", "all", 3)]), "2023-03")


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        # Sainte-Laguë divides by 1, 3, 5, ...: 53 24 23 share 7 seats as 53/1 24/1 23/1 53/3 53/5 8 7.67: 3-2-2 ...
        (7, [53, 24, 23], [3, 2, 2]),
        (1, [3, 2], [1, 0]),
        (2, [3, 2], [1, 1]),
        # Equal claims: the earlier one is served first.
        (1, [5, 5], [1, 0]),
        (3, [0, 0], [2, 1]),
        (0, [1, 2], [0, 0]),
        (10, [1], [10]),
    ],
)
def test_sainte_lague(total: int, weights: list[int], expected: list[int]) -> None:
    assert split_persons(total, weights) == expected


@given(st.integers(0, 3000), st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_the_split_adds_up_and_grows(total: int, weights: list[int]) -> None:
    parts = split_persons(total, weights)
    assert sum(parts) == total
    after = split_persons(total + 1, weights)
    assert all(later >= part for part, later in zip(parts, after, strict=True))
    if any(weights):
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(st.integers(0, 200), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_the_split_is_the_sequence_of_highest_claims(total: int, weights: list[int]) -> None:
    # The textbook procedure, one seat at a time.
    expected = [0] * len(weights)
    for _seat in range(total):
        claims = [weight / (2 * part + 1) for weight, part in zip(weights, expected, strict=True)]
        expected[claims.index(max(claims))] += 1
    assert split_persons(total, weights) == expected


MUNICIPALITIES = gpd.GeoDataFrame(
    {
        "county_code": ["25", "25"],
        "municipality_code": ["2510", "2513"],
        "name": ["Jokkmokk", "Överkalix"],
        "point_x_m": [1000.0, 2000.0],
        "point_y_m": [10.0, 20.0],
    },
    geometry=gpd.points_from_xy([0, 0], [0, 0]),
    crs=3006,
)
LOCALITIES = gpd.GeoDataFrame(
    {
        "locality_code": ["a", "b"],
        "name": ["Stor", "Liten"],
        "municipality_code": ["2510", "2510"],
        "population": [300, 100],
    },
    geometry=gpd.points_from_xy([500, 600], [50, 60]),
    crs=3006,
)


def test_points_share_a_municipality_by_population() -> None:
    # 33 persons are 33,000 thousandths over 300 and 100: 24,750 and 8,250.
    need = need_of_month(
        counts(
            [
                ("25", "2510", "agency", 10),
                ("25", "2510", "own", 23),
                ("25", "2510", "all", 33),
                ("25", "2513", "all", MASKED),
            ]
        ),
        "2023-02",
    )
    points = demand_points(need, LOCALITIES, MUNICIPALITIES, Settings()).set_index("point_id")
    assert points["need_low_milli"].to_dict() == {"2510/a": 24_750, "2510/b": 8_250, "2513/point": 1_000}
    assert points["need_high_milli"].to_dict() == {"2510/a": 24_750, "2510/b": 8_250, "2513/point": 5_000}
    assert points["kind"].to_dict() == {
        "2510/a": "locality",
        "2510/b": "locality",
        "2513/point": "representative",
    }
    assert points["location_unknown"].to_dict() == {"2510/a": True, "2510/b": True, "2513/point": False}
    assert (points.geometry["2513/point"].x, points.geometry["2513/point"].y) == (2000.0, 20.0)


def test_counts_of_a_locality_stay_there() -> None:
    table = pd.concat(
        [
            counts([("25", "2510", "all", 8)], locality_code="b"),
            counts([("25", "2510", "all", 4)], locality_code="a"),
            counts([("25", "2510", "all", 12)]),
        ],
        ignore_index=True,
    )
    points = demand_points(need_of_month(table, "2023-02"), LOCALITIES, MUNICIPALITIES, Settings()).set_index(
        "point_id"
    )
    assert points["need_low_milli"].to_dict() == {"2510/a": 4_000, "2510/b": 8_000}


def test_a_locality_that_is_not_known_is_named() -> None:
    table = pd.concat([counts([("25", "2510", "all", 8)], locality_code="z")], ignore_index=True)
    with pytest.raises(InputError, match=r"x\.xlsx"):
        demand_points(need_of_month(table, "2023-02"), LOCALITIES, MUNICIPALITIES, Settings())


def test_an_adult_share_lowers_both_ends() -> None:
    # 30 persons, 0.5 to 0.7 of them adults: 15 to 21.
    settings = dataclasses.replace(Settings(), shares=(Share("adult_share", "all", 0.5, 0.7),))
    points = demand_points(
        need_of_month(counts([("25", "2513", "all", 30)]), "2023-02"), LOCALITIES, MUNICIPALITIES, settings
    )
    assert (points["need_low_milli"].tolist(), points["need_high_milli"].tolist()) == ([15_000], [21_000])


def test_withheld_cells_that_hang_together_widen_together() -> None:
    # No single sum is broken by its signs, but all together are: county all 15 = 2 (agency) + own, so own is 13; own is
    # 8 + Luleå's own, so that is 5; Luleå in all is 1 + 5 = 6, more than its sign says. The truth 5, 13, 6 is inside.
    rows = [
        ("25", "2580", "agency", 1), ("25", "2580", "own", MASKED), ("25", "2580", "all", MASKED),
        ("25", "2523", "agency", 1), ("25", "2523", "own", 8), ("25", "2523", "all", 9),
        ("25", "all", "agency", 2), ("25", "all", "own", MASKED), ("25", "all", "all", 15),
        ("25", "2580", "other", 0), ("25", "2523", "other", 0), ("25", "all", "other", 0),
    ]  # fmt: skip
    found = need_of_month(counts(rows), "2023-02").table
    assert interval(found, "2580", "own") == (5, 5)
    assert interval(found, "2580", "all") == (6, 6)
    assert interval(found, "all", "own") == (13, 13)
    assert widened_cells(found) == ["B6 (x.xlsx)", "B11 (x.xlsx)"]


@st.composite
def masked_tables(draw: st.DrawFn) -> tuple[pd.DataFrame, list[int]]:
    """A county with its totals, some small cells withheld, and the true counts in the order of the rows."""
    codes = ["2505", "2506", "2510", "2513"][: draw(st.integers(1, 4))]
    parts = {code: [draw(st.integers(0, 12)) for _ in range(3)] for code in codes}
    parts["all"] = [sum(values[n] for values in parts.values()) for n in range(3)]
    rows = [
        ("25", code, name, count)
        for code, values in parts.items()
        for name, count in zip(("agency", "own", "other", "all"), [*values, sum(values)], strict=True)
    ]
    hidden = [1 <= count <= 5 and draw(st.booleans()) for *_place, count in rows]
    shown = [(*row[:3], MASKED if hide else row[3]) for row, hide in zip(rows, hidden, strict=True)]
    return counts(shown), [row[3] for row in rows]


@given(masked_tables())
def test_the_truth_lies_inside_every_interval(made: tuple[pd.DataFrame, list[int]]) -> None:
    table, truth = made
    table["truth"] = truth
    need = need_of_month(table, "2023-02").table
    known = table.set_index("cell")["truth"]
    assert (need["low"].to_numpy() <= known.loc[need["cell"]].to_numpy()).all()
    assert (need["high"].to_numpy() >= known.loc[need["cell"]].to_numpy()).all()
    assert widened_cells(need) == []


def test_an_absurd_count_is_named() -> None:
    with pytest.raises(InputError, match="99999999999"):
        need_of_month(counts([("25", "2510", "all", 99_999_999_999)]), "2023-02")


def test_counts_without_municipalities_say_so() -> None:
    need = need_of_month(counts([("25", "all", "all", 40), ("all", "all", "all", 40)]), "2023-02")
    with pytest.raises(InputError, match="ingen kommun"):
        demand_points(need, LOCALITIES, MUNICIPALITIES, Settings())


# ---------------------------------------------------------------------------------- every dimension, everyone once


def of_groups(*rows: tuple[str, str, str, Any], **more: str) -> pd.DataFrame:
    """(target group, sex, accommodation, count) of one municipality."""
    return pd.concat(
        [
            counts([("25", "2580", accommodation, count)], target_group=group, sex=sex, **more).assign(
                cell=f"B{number}"
            )
            for number, (group, sex, accommodation, count) in enumerate(rows, start=4)
        ],
        ignore_index=True,
    )


def used_groups(table: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    found = need_of_month(table, "2023-02").table
    chosen = found.loc[found["used"], ["target_group", "sex", "low", "high"]]
    return sorted(chosen.itertuples(index=False, name=None))


SEEKER, PROTECTION = "asylum_seeker", "temporary_protection"


def test_a_joint_table_without_totals_of_sexes_is_the_finest_breakdown() -> None:
    # Groups have totals, sexes have none over the groups: both groups come apart by sex all the same.
    table = of_groups(
        ("all", "all", "all", 34),
        (SEEKER, "all", "all", 24),
        (SEEKER, "women", "all", 10),
        (SEEKER, "men", "all", 14),
        (PROTECTION, "all", "all", 10),
        (PROTECTION, "women", "all", 7),
        (PROTECTION, "men", "all", 3),
    )
    assert used_groups(table) == [
        (SEEKER, "men", 14, 14),
        (SEEKER, "women", 10, 10),
        (PROTECTION, "men", 3, 3),
        (PROTECTION, "women", 7, 7),
    ]


def test_a_joint_table_that_only_sexes_have_totals_of_is_found_by_way_of_them() -> None:
    table = of_groups(
        ("all", "all", "all", 34),
        ("all", "women", "all", 17),
        ("all", "men", "all", 17),
        (SEEKER, "women", "all", 10),
        (PROTECTION, "women", "all", 7),
        (SEEKER, "men", "all", 14),
        (PROTECTION, "men", "all", 3),
    )
    assert [row[2] for row in used_groups(table)] == [14, 10, 3, 7]


def test_one_group_can_be_told_by_sex_and_another_not() -> None:
    # The sexes of those under protection are withheld: 2-5 and 3-5... do not add up to exactly 8.
    table = of_groups(
        ("all", "all", "all", 32),
        (SEEKER, "all", "all", 24),
        (SEEKER, "women", "all", 10),
        (SEEKER, "men", "all", 14),
        (PROTECTION, "all", "all", 8),
        (PROTECTION, "women", "all", MASKED),
        (PROTECTION, "men", "all", MASKED),
    )
    assert used_groups(table) == [
        (SEEKER, "men", 14, 14),
        (SEEKER, "women", 10, 10),
        (PROTECTION, "all", 8, 8),
    ]


def test_two_margins_of_the_same_people_count_them_once() -> None:
    # Groups and sexes, each complete, and no joint table: groups go before sexes, and nobody is made up.
    table = of_groups(
        ("all", "all", "all", 34),
        (SEEKER, "all", "all", 24),
        (PROTECTION, "all", "all", 10),
        ("all", "women", "all", 17),
        ("all", "men", "all", 17),
    )
    assert used_groups(table) == [(SEEKER, "all", 24, 24), (PROTECTION, "all", 10, 10)]


def test_without_a_total_the_breakdown_with_the_most_people_is_taken() -> None:
    # 15 and 5 by accommodation; of the sexes only the 8 women are published, who are among the 20.
    table = of_groups(("all", "all", "agency", 15), ("all", "all", "own", 5), ("all", "women", "all", 8))
    assert used_groups(table) == [("all", "all", 5, 5), ("all", "all", 15, 15)]


def test_people_inside_a_larger_row_are_not_lost_when_it_is_not_used() -> None:
    # The 20 under protection and the 12 at the agency's overlap, and so only the 20 are taken; but the 10 seekers among
    # the 12 are not under protection: 10 + 5 + 20 = 35 persons, each once.
    table = of_groups(
        (SEEKER, "all", "agency", 10),
        (SEEKER, "all", "own", 5),
        (PROTECTION, "all", "all", 20),
        ("all", "all", "agency", 12),
    )
    assert used_groups(table) == [(SEEKER, "all", 5, 5), (SEEKER, "all", 10, 10), (PROTECTION, "all", 20, 20)]
    # With 40 at the agency's, at most 20 of them under protection, its row and the 5 others are more than 35.
    table.loc[3, ["low", "high"]] = 40
    assert used_groups(table) == [("all", "all", 40, 40), (SEEKER, "all", 5, 5)]


def test_parts_do_not_stand_for_their_total() -> None:
    # At most 5 are under protection, though its two parts say at most 4 each; and the row of the agency's has some of
    # them. At the lower ends every choice has 2: the total is taken, and not the parts with their 8.
    def about(accommodation: str, group: str) -> tuple[str, ...]:
        return ("all", accommodation, group, "all", "all", "all")

    rows = [
        about("agency", PROTECTION),
        about("own", PROTECTION),
        about("all", PROTECTION),
        about("agency", "all"),
    ]
    assert most_people(rows, [(1, 4), (1, 4), (2, 5), (1, 1)]) == [2]


VALUES = {
    "accommodation": ("agency", "own"),
    "target_group": (SEEKER, PROTECTION),
    "sex": ("women", "men"),
}


@st.composite
def some_rows(draw: st.DrawFn) -> pd.DataFrame:
    """Some of all sums that can be published of persons by accommodation, group and sex."""
    persons = {one: draw(st.integers(0, 9)) for one in itertools.product(*VALUES.values())}
    keys = list(itertools.product(*(("all", *values) for values in VALUES.values())))
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=9, unique=True))
    return pd.concat(
        [
            of_groups(
                (group, sex, place, sum(persons[one] for one in people_in((place, group, sex))))
            ).assign(cell=f"B{n}")
            for n, (place, group, sex) in enumerate(chosen)
        ],
        ignore_index=True,
    )


def people_in(about: Sequence[str]) -> set[tuple[str, ...]]:
    """The smallest groups of persons in a row."""
    return set(
        itertools.product(
            *(values if one == "all" else (one,) for one, values in zip(about, VALUES.values(), strict=True))
        )
    )


@given(some_rows())
def test_no_rows_without_people_in_common_count_more_than_those_used(table: pd.DataFrame) -> None:
    found = need_of_month(table, "2023-02").table
    rows = [(people_in(about), low) for *about, low in found[[*VALUES, "low"]].itertuples(index=False)]
    used = [rows[n] for n in found.index[found["used"]]]
    assert sum(len(people) for people, _low in used) == len(set().union(*(people for people, _low in used)))
    assert sum(low for _people, low in used) == max(
        sum(low for _people, low in some)
        for size in range(1, len(rows) + 1)
        for some in itertools.combinations(rows, size)
        if sum(len(people) for people, _low in some) == len(set().union(*(people for people, _low in some)))
    )


def test_age_bands_that_overlap_count_nobody_twice() -> None:
    rows = [("0-17 år", 6), ("18- år", 20), ("18-64 år", 18)]
    table = pd.concat(
        [of_groups(("all", "all", "all", count), age_group=band) for band, count in rows], ignore_index=True
    )
    found = need_of_month(table, "2023-02").table
    assert sorted(found.loc[found["used"], "age_group"]) == ["0-17 år", "18- år"]


@st.composite
def joint_tables(draw: st.DrawFn) -> tuple[pd.DataFrame, int]:
    """A municipality by accommodation, group and sex, any of whose totals are published; the total always is."""
    truth = {
        (accommodation, group, sex): draw(st.integers(0, 9))
        for accommodation in ("agency", "own", "other")
        for group in (SEEKER, PROTECTION)
        for sex in ("women", "men")
    }
    summed: dict[tuple[str, str, str], int] = {}
    for (accommodation, group, sex), count in truth.items():
        for key in itertools.product((accommodation, "all"), (group, "all"), (sex, "all")):
            summed[key] = summed.get(key, 0) + count
    rows = []
    for (accommodation, group, sex), count in summed.items():
        whole = (accommodation, group, sex) == ("all", "all", "all")
        if whole or draw(st.booleans()):
            hidden = not whole and 1 <= count <= 5 and draw(st.booleans())
            rows.append((group, sex, accommodation, MASKED if hidden else count))
    return of_groups(*rows), sum(truth.values())


@given(joint_tables())
def test_the_breakdown_that_is_used_adds_up_to_the_published_total(made: tuple[pd.DataFrame, int]) -> None:
    table, total = made
    found = need_of_month(table, "2023-02").table
    used = found[found["used"]]
    assert (int(used["low"].sum()), int(used["high"].sum())) == (total, total)
    assert set(used["accommodation"]) == {"all"}


# ------------------------------------------------------------------------------------------- published totals are kept


def test_the_countys_need_is_its_published_total_and_not_the_sum_of_ends() -> None:
    rows = [("25", "2510", "all", MASKED), ("25", "2513", "all", MASKED), ("25", "all", "all", 8)]
    found = need_of_month(counts(rows), "2023-02").table
    # The municipalities' ends are 3-5 and 3-5.
    assert found.loc[found["municipality_code"] != "all", "low"].sum() == 6
    assert published_total(found, "25") == (8, 8)
    assert published_total(found, "24") is None


def test_totals_of_each_accommodation_are_the_countys_total_where_there_is_no_other() -> None:
    rows = [("25", "2510", "agency", 4), ("25", "all", "agency", 4), ("25", "all", "own", 11)]
    assert published_total(need_of_month(counts(rows), "2023-02").table, "25") == (15, 15)


# ------------------------------------------------------------------------------- the best and the worst point, shares


def test_best_and_worst_point_at_the_ends_of_an_interval() -> None:
    # 3-6 people at a, which reaches 2 places; b reaches nothing. At the best all 3 live at a: 1 is left. At the worst
    # all 6 live at b.
    world = World().live("0180/a", 3, 6).live("0180/b", 0, 0).offer("s", "0180", 2).way("0180/a", "s")
    row = world.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 4000)
    assert (row["gap_best_point_milli"], row["gap_worst_point_milli"]) == (1000, 6000)


def test_both_points_stand_on_the_page_and_in_its_table() -> None:
    # Made-up Askvik: a gap of 16-20; 9 fewer at the best point, 7 more at the worst.
    text = county_files(county_facts())["index.html"]
    assert "vore gapet 7, på den sämst belägna 27" in text
    assert 'data-value="27.0">7–27</td>' in text


def need_facts() -> pd.DataFrame:
    rows = [("99", "9901", "agency", MASKED), ("99", "9901", "own", 30), ("99", "9901", "other", 0), ("99", "9901", "all", 33),
            ("99", "9902", "all", MASKED)]  # fmt: skip
    table = counts(rows).assign(month="2026-03")
    return need_of_month(table, "2026-03").table


def test_withheld_counts_and_why_are_on_the_internal_page() -> None:
    table = withheld_table(dataclasses.replace(county_facts(), need=need_facts()))
    assert table is not None
    assert table.title == "Dolda tal: vad de kan vara och varför"
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        [
            "Askvik",
            "anläggningsboende (ABO)",
            "3",
            "”..” säger 1–5; summan för alla boendeformer, 33 i B7, minus 30 i de andra boendeformerna (B5–B6) lämnar 3",
            "B4",
        ],
        ["Björkmo", "alla", "1–5", "”..” säger 1–5, och ingen summa säger mer", "B8"],
    ]
    text = county_files(dataclasses.replace(county_facts(), need=need_facts()))["index.html"]
    assert '<h2 id="title-withheld">Dolda tal: vad de kan vara och varför</h2>' in text
    # Nothing is withheld, or the counts are those of an earlier version: no table.
    assert 'id="withheld"' not in county_files(county_facts())["index.html"]
    old = need_facts().drop(columns=["low_because", "high_because"])
    assert withheld_table(dataclasses.replace(county_facts(), need=old)) is None


def test_an_unknown_share_is_called_unknown() -> None:
    # The county's own from April is not in force in March; the country's from January is.
    shares = (
        Share("eligible_share", SEEKER, 0.0, 1.0, source="frågad"),
        Share("eligible_share", SEEKER, 0.3, 0.5, "99", "2026-04-01"),
        Share("adult_share", SEEKER, 0.0, 1.0, "99", "2026-01-01"),
    )
    unknown = county_files(county_facts(settings=dataclasses.replace(Settings(), shares=shares)))[
        "index.html"
    ]
    assert "Hur många som har rätt till resan är okänt (asylsökande)" in unknown
    assert "<li>Rätt till resan, asylsökande: okänd andel, så det räknas med 0–100 %.</li>" in unknown
    assert "<li>Vuxna, asylsökande: okänd andel, så det räknas med 0–100 %.</li>" in unknown
    own = (*shares, Share("eligible_share", SEEKER, 0.3, 0.5, "99", "2026-02-01", "avstämt <med> verket"))
    known = county_files(county_facts(settings=dataclasses.replace(Settings(), shares=own)))["index.html"]
    assert "Hur många som har rätt" not in known
    assert (
        "<li>Rätt till resan, asylsökande: 30–50\u00a0% (länets egen; från 2026-02-01; källa: avstämt &lt;med&gt; verket).</li>"
        in known
    )
