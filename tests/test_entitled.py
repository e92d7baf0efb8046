"""Who may travel, by counts of case status and with kinds of persons left out, worked out by hand."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.access.reach import HIGH, LOW
from geomatch.entitled import (
    NOBODY,
    Excluded,
    breakdowns_used,
    counted_strata,
    entitled_at_points,
    entitled_persons,
)
from geomatch.need import need_of_month
from geomatch.notes import assumption_notes
from geomatch.settings import Settings, Share
from tests.counted import ALL, MASKED, MONTH, CountedWorld, age, opened
from tests.test_margins import partly_published
from tests.worlds import entitled, settings

DAY = date(2026, 9, 1)
WOMEN, MEN = {"sex": "women"}, {"sex": "men"}
SEEKERS, PROTECTED = {"target_group": "asylum_seeker"}, {"target_group": "temporary_protection"}
AGENCY, OWN = {"accommodation": "agency"}, {"accommodation": "own"}


def persons(
    *rows: tuple[Any, ...],
    share: tuple[float, float] = (0.0, 1.0),
    excluded: Excluded = NOBODY,
    adults: tuple[float, float] = (1.0, 1.0),
) -> tuple[float, float]:
    """Entitled persons of a municipality whose eligible share is that of all groups."""
    names = ("all", "asylum_seeker", "temporary_protection")
    chosen = dataclasses.replace(
        Settings(),
        shares=(*entitled(*share), *(Share("adult_share", name, *adults) for name in names)),
    )
    table = CountedWorld().publish(*rows).need_of().table
    low, high = entitled_persons(table, chosen, DAY, excluded)
    return low / 1000, high / 1000


# ------------------------------------------------------------------------------------------------ by counts, or by share


def test_the_share_where_nothing_is_counted() -> None:
    assert persons((50,), share=(0.2, 0.4)) == (10, 20)


def test_open_cases_are_the_entitled() -> None:
    assert persons((50,), (12, opened()), share=(0.2, 0.4)) == (12, 12)
    # Case statuses may leave people out: only the open ones matter.
    assert persons((50,), (12, opened()), (20, {"case_status": "appeal"})) == (12, 12)
    # Appeals alone say only that these 20 are not among the entitled; the share of the source's own holds.
    assert persons((50,), (20, {"case_status": "appeal"}), share=(0.2, 0.4)) == (10, 20)


def test_a_withheld_number_of_open_cases() -> None:
    assert persons((50,), (MASKED, opened())) == (1, 5)
    # 1-5 persons of whom 2 have an open case.
    assert persons((MASKED,), (2, opened())) == (2, 2)


def test_open_cases_of_one_group_and_the_share_of_the_other() -> None:
    # Seekers: 7 of 30. Protection: 20 x 0.5-1 = 10-20.
    rows = [(50,), (30, SEEKERS), (20, PROTECTED), (7, opened(**SEEKERS))]
    assert persons(*rows, share=(0.5, 1.0)) == (17, 27)


def test_what_is_left_of_everybodys_open_cases() -> None:
    # 12 in all, 7 of them seekers: the 20 with protection have 5, whatever their share.
    rows = [(50,), (30, SEEKERS), (20, PROTECTED), (12, opened()), (7, opened(**SEEKERS))]
    assert persons(*rows, share=(0.0, 0.1)) == (12, 12)
    table = CountedWorld().publish(*rows)
    chosen = settings()
    found = table.points_of(chosen).merge(
        entitled_at_points(table.points_of(chosen), table.need_of().table, chosen, MONTH),
        on=["point_id", "target_group", "sex"],
    )
    assert found.set_index("target_group")["entitled_ll_milli"].to_dict() == {
        "asylum_seeker": 7000, "temporary_protection": 5000,
    }  # fmt: skip


def test_adults_with_open_cases() -> None:
    # 40 of 50 are adults, 12 of 50 have an open case: at most 10 of the cases are children's.
    rows = [(50,), (40, age("18-")), (10, age("0-17")), (12, opened())]
    assert persons(*rows) == (2, 12)
    # One table with both: 9.
    assert persons(*rows, (9, opened(age_group="18-")), (3, opened(age_group="0-17"))) == (9, 9)


def test_open_cases_among_adults_by_a_share() -> None:
    # At low need 25 of 50 are adults: all 12 cases may be children's. At high need 35 are, all 12 may be adults'.
    assert persons((50,), (12, opened()), adults=(0.5, 0.7)) == (0, 12)
    # With 48 open cases only 2 people have none: of 25 adults 23 have one.
    assert persons((50,), (48, opened()), adults=(0.5, 0.7)) == (23, 35)


# ------------------------------------------------------------------------------------------------- kinds who are left out


@pytest.mark.parametrize(
    ("agency", "share", "ends"),
    [
        # s N - X: 0.2 x 50 - 20 < 0; at most 50 - 20 = 30 are left, of whom 20 (0.4 x 50) are entitled.
        (20, (0.2, 0.4), (0, 20)),
        # 0.6 x 50 - 20 = 10; 0.9 x 50 = 45 is more than the 30 that are left.
        (20, (0.6, 0.9), (10, 30)),
        # 1-5 live there: 30 - 5 = 25; 50 - 1 = 49 are left, of whom 45 are entitled.
        (MASKED, (0.6, 0.9), (25, 45)),
        (MASKED, (1.0, 1.0), (45, 49)),
        (0, (0.6, 0.9), (30, 45)),
    ],
)
def test_an_accommodation_left_out_of_a_share(
    agency: Any, share: tuple[float, float], ends: tuple[float, float]
) -> None:
    rows = [(50,), (agency, AGENCY)]
    assert persons(*rows, share=share, excluded=Excluded(accommodation=frozenset({"agency"}))) == ends


@pytest.mark.parametrize(
    ("rows", "ends"),
    [
        # 30 open cases, 20 of 50 in own accommodation: at most 20 of the cases are theirs.
        ([(30, opened()), (20, OWN)], (10, 30)),
        # 45 open cases: at least 15 of them are in own accommodation.
        ([(45, opened()), (20, OWN)], (25, 30)),
        # Told in one table: 6 of the 30.
        ([(30, opened()), (20, OWN), (6, opened(**OWN))], (24, 24)),
        # The accommodation is not told at all: none to all.
        ([(30, opened())], (0, 30)),
    ],
)
def test_an_accommodation_left_out_of_counts(rows: list[Any], ends: tuple[float, float]) -> None:
    assert persons((50,), *rows, excluded=Excluded(accommodation=frozenset({"own"}))) == ends


def test_a_target_group_left_out() -> None:
    rows = [(50,), (30, SEEKERS), (20, PROTECTED)]
    seekers = Excluded(target_group=frozenset({"asylum_seeker"}))
    assert persons(*rows, share=(0.5, 0.6), excluded=seekers) == (10, 12)
    # 12 open cases of everybody: 0 to 12 of them are not seekers'.
    assert persons(*rows, (12, opened()), excluded=seekers) == (0, 12)
    # By group: those of the others stay.
    counted = [(12, opened()), (7, opened(**SEEKERS)), (5, opened(**PROTECTED))]
    assert persons(*rows, *counted, excluded=seekers) == (5, 5)


def test_ages_left_out() -> None:
    # 40 adults, of whom 15 are 65 or more: 25 are left.
    rows = [(50,), (10, age("0-17")), (25, age("18-64")), (15, age("65-"))]
    old = Excluded(age_group=frozenset({"65-"}))
    assert persons(*rows, share=(1.0, 1.0), excluded=old) == (25, 25)
    # Half of 40 are entitled; 15 to leave out: 5 to 20.
    assert persons(*rows, share=(0.5, 0.5), excluded=old) == (5, 20)
    # Children are nobody's need: to leave them out changes nothing.
    assert persons(*rows, share=(0.5, 0.5), excluded=Excluded(age_group=frozenset({"0-17"}))) == (20, 20)
    # 48 open cases: 2 have none, so 23 of the 25 between have one at the least.
    assert persons(*rows, (48, opened()), excluded=old) == (23, 25)


def test_case_statuses_left_out() -> None:
    # Who may travel has an open case: no other status matters, and without the open ones nobody may.
    assert persons((50,), (12, opened()), excluded=Excluded(case_status=frozenset({"appeal"}))) == (12, 12)
    none = Excluded(case_status=frozenset({"first_instance_open"}))
    assert persons((50,), (12, opened()), excluded=none) == (0, 0)
    assert persons((50,), share=(0.2, 0.4), excluded=none) == (0, 0)


def test_several_kinds_left_out_may_be_the_same_persons() -> None:
    # 20 in own accommodation and 10 in other: 30 of 50 are out. Two kinds of different dimensions overlap: 20 in own
    # accommodation, 30 seekers: 30 to 50 are out.
    rows = [(50,), (20, OWN), (10, {"accommodation": "other"})]
    both = Excluded(accommodation=frozenset({"own", "other"}))
    assert persons(*rows, share=(1.0, 1.0), excluded=both) == (20, 20)
    rows = [(50,), (30, SEEKERS), (20, PROTECTED), (20, OWN)]
    both = Excluded(accommodation=frozenset({"own"}), target_group=frozenset({"asylum_seeker"}))
    assert persons(*rows, share=(1.0, 1.0), excluded=both) == (0, 20)


# ------------------------------------------------------------------------------------------------------------ the points


def test_the_entitled_are_split_over_points_and_strata_and_add_up() -> None:
    # 40 women and 20 men over populations 2 and 1: needs 26.667, 13.333, 13.333, 6.667. 7 entitled: 3.111, 1.556, 1.556, 0.778, which
    # round to a thousandth too many. The two in the middle claim the same; the one farther west keeps it.
    world = CountedWorld(weights=(2, 1)).publish((60,), (40, WOMEN), (20, MEN), (7, opened()))
    points = world.points_of(settings())
    found = entitled_at_points(points, world.need_of().table, settings(), MONTH)
    assert dict(zip(zip(found["point_id"], found["sex"], strict=True), found["entitled_hh_milli"], strict=True)) == {
        ("0180/a", "women"): 3111, ("0180/a", "men"): 1556, ("0180/b", "women"): 1555, ("0180/b", "men"): 778,
    }  # fmt: skip
    assert found["counted"].all()
    for column in ("entitled_ll_milli", "entitled_lh_milli", "entitled_hl_milli", "entitled_hh_milli"):
        assert found[column].sum() == 7000


def test_intervals_of_need_and_of_the_right() -> None:
    # 1-5 persons, of whom 1-5 have an open case. At low need that is the one; at high need 1-5.
    world = CountedWorld().publish((MASKED,), (MASKED, opened()))
    reach = world.allocate().reach
    assert reach.need[:, 0].tolist() == [1000, 5000]
    assert reach.entitled[LOW, :, 0].tolist() == [1000, 1000]
    assert reach.entitled[HIGH, :, 0].tolist() == [1000, 5000]
    assert reach.counted.tolist() == [True]


def test_who_is_not_counted_keeps_the_share_to_the_thousandth() -> None:
    world = CountedWorld(weights=(2, 1)).publish((7,), (2, opened())).publish((11,), code="0181")
    chosen = settings(shares=entitled(0.25, 0.5))
    with_counts = world.allocate(chosen).reach
    world.counts[0] = CountedWorld().publish((7,)).counts[0]
    plain = world.allocate(chosen).reach
    assert with_counts.counted.tolist() == [True, True, False, False]
    assert (with_counts.entitled[:, :, 2:] == plain.entitled[:, :, 2:]).all()
    assert plain.entitled[LOW, LOW].tolist() == [1166, 583, 1833, 916]


def test_exclusions_reach_points_without_counts_too() -> None:
    world = CountedWorld(weights=(1, 1)).publish((10,), (4, AGENCY))
    points, need = world.points_of(settings()), world.need_of().table
    excluded = Excluded(accommodation=frozenset({"agency"}))
    found = entitled_at_points(points, need, settings(), MONTH, excluded)
    # Everybody but the 4 may travel: 6, half of them at each point.
    assert found["entitled_ll_milli"].tolist() == found["entitled_hh_milli"].tolist() == [3000, 3000]
    assert not found["counted"].any()
    assert entitled_at_points(points, need, settings(), MONTH).empty


# ---------------------------------------------------------------------------------------------------------- true bounds


@st.composite
def exclusions(draw: st.DrawFn) -> Excluded:
    chosen = {
        "accommodation": draw(st.sets(st.sampled_from(["agency", "own", "other"]), max_size=2)),
        "age_group": draw(st.sets(st.sampled_from(["21-", "0-15"]), max_size=1)),
    }
    return Excluded(**{name: frozenset(values) for name, values in chosen.items()})


@hypothesis_settings(max_examples=150, deadline=None)
@given(partly_published(), exclusions())
def test_the_entitled_there_can_be_are_inside(made: Any, excluded: Excluded) -> None:
    """Of any truth that gives the published counts, with everybody's right unknown where no case is counted."""
    table, truth = made
    need = need_of_month(table, MONTH).table
    chosen = dataclasses.replace(
        Settings(), shares=(*entitled(0.0, 1.0), Share("adult_share", "all", 0.0, 1.0))
    )
    may = sum(
        adults
        for (accommodation, status, _sex, label), (_everyone, adults) in truth.items()
        if status == "first_instance_open"
        and accommodation not in excluded.accommodation
        and label not in excluded.age_group
    )
    low, high = entitled_persons(need, chosen, DAY, excluded)
    assert low <= 1000 * may <= high
    if excluded == NOBODY:
        return
    more = entitled_persons(need, chosen, DAY)
    assert low <= more[0]
    assert high <= more[1]


# ----------------------------------------------------------------------------------------------------------------- notes


def test_what_the_right_comes_from_is_told() -> None:
    world = CountedWorld().publish((50,), (30, SEEKERS), (20, PROTECTED), (7, opened(**SEEKERS)))
    world.publish((8,), code="0181")
    need, points = world.need_of().table, world.points_of(settings())
    assert counted_strata(need, points) == {("0180", "asylum_seeker", ALL)}
    used = breakdowns_used(need, points)
    assert (used["municipalities"], used["ages_counted"], used["case_status_counted"]) == (2, 0, 1)
    assert assumption_notes({"breakdowns_used": used})[-2:] == [
        "I 1 kommuner räknas rätten till resan ur antalen efter ärendestatus (öppet grundärende).",
        "I 1 kommuner säger antalen inget om ärendestatus: där gäller andelen med rätt till resan, med den källa som anges.",
    ]


def test_a_table_without_counts_of_case_status_is_empty() -> None:
    world = CountedWorld().publish((50,))
    found = entitled_at_points(world.points_of(settings()), world.need_of().table, settings(), MONTH)
    pd.testing.assert_index_equal(
        found.columns,
        pd.Index(["point_id", "target_group", "sex", "entitled_ll_milli", "entitled_lh_milli", "entitled_hl_milli",
                  "entitled_hh_milli", "counted"]),
    )  # fmt: skip
    assert found.empty
