"""Adults from counts by age, worked out by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

from geomatch.adults import Asking, asking_of, share_of
from geomatch.entitled import breakdowns_used
from geomatch.errors import InputError
from geomatch.need import need_of_month
from geomatch.notes import assumption_notes
from geomatch.publish.county import county_files
from geomatch.settings import Settings, Share
from tests.counted import MASKED, CountedWorld, age, opened, published
from tests.publish.fixture_month import county_facts
from tests.test_points import sites
from tests.worlds import MONTH, settings

YOUNG, MIDDLE, OLD = age("0-15 år"), age("16-20 år"), age("21- år")
CHILDREN, ADULT = age("0-17"), age("18-")
WOMEN, MEN = {"sex": "women"}, {"sex": "men"}
SEEKERS, PROTECTED = {"target_group": "asylum_seeker"}, {"target_group": "temporary_protection"}


def asking(*rows: tuple[Any, ...], share: tuple[float, float] = (1.0, 1.0)) -> Asking:
    table = need_of_month(published(*rows), MONTH).table
    return asking_of(table, lambda _group: share_of(share))


def persons(found: Asking) -> dict[str, tuple[float, float]]:
    """Persons per stratum, written `group sex`, or `sex` where the group is `all`."""
    named = {}
    for (group, sex), (low, high) in found.strata.items():
        name = sex if group == "all" else f"{group} {sex}"
        named[name] = sum(low.values()) / 1000, sum(high.values()) / 1000
    return named


# --------------------------------------------------------------------------------------------------- which are adults


def test_adults_are_counted_from_the_age_groups() -> None:
    found = asking((50,), (10, CHILDREN), (25, age("18-64")), (15, age("65-")))
    assert persons(found) == {"all": (40, 40)}
    assert found.counted


def test_a_group_across_18_is_an_interval() -> None:
    # 34 are surely adults; of the 6 from 16 to 20 none or all may be.
    assert persons(asking((50,), (10, YOUNG), (6, MIDDLE), (34, OLD))) == {"all": (34, 40)}


def test_a_withheld_group_is_an_interval_and_the_total_tightens_it() -> None:
    # 33 - 30 leaves 3 children, or 1-5 by the sign: 30 adults are published.
    assert persons(asking((33,), (MASKED, CHILDREN), (30, ADULT))) == {"all": (30, 30)}
    # 8 less 1-5 children leaves 3-7; the sign of the adults says 1-5: 3-5.
    assert persons(asking((8,), (MASKED, CHILDREN), (MASKED, ADULT))) == {"all": (3, 5)}
    # 20 adults from 65, 1-5 of 18-64, and 33 in all with 10 children: 33 - 10 = 23 adults.
    rows = [(33,), (10, CHILDREN), (MASKED, age("18-64")), (20, age("65-"))]
    assert persons(asking(*rows)) == {"all": (23, 23)}


def test_people_of_unknown_age_may_be_adults() -> None:
    # 50 = 10 + 36 + 4 of whom no age is known.
    assert persons(asking((50,), (10, CHILDREN), (36, ADULT), (4, age("okänd")))) == {"all": (36, 40)}


def test_ages_that_leave_people_out() -> None:
    # Only adults under 65 are published: those, and whoever of the other 20 is 65 or more.
    assert persons(asking((50,), (30, age("18-64")))) == {"all": (30, 50)}
    # Only children are: all others may be adults, and are, since nobody else is a child.
    assert persons(asking((50,), (12, CHILDREN))) == {"all": (38, 38)}


def test_age_groups_that_overlap_count_nobody_twice() -> None:
    rows = [(50,), (12, CHILDREN), (38, ADULT), (30, age("18-64")), (45, age("16-"))]
    assert persons(asking(*rows)) == {"all": (38, 38)}


def test_without_a_total_over_ages_its_parts_are_used() -> None:
    assert persons(asking((10, CHILDREN), (40, ADULT))) == {"all": (40, 40)}


def test_ages_in_words_are_apart() -> None:
    # Written in words they are no less everyone once: 50 enrolled, whichever group is the larger.
    table = need_of_month(published((40, age("under 18 år")), (10, age("18 år och äldre"))), MONTH).table
    assert table["used"].tolist() == [True, True]
    assert persons(asking((40, age("under 18 år")), (10, age("18 år och äldre")))) == {"all": (10, 10)}


def test_without_ages_the_share_or_everybody() -> None:
    assert persons(asking((50,))) == {"all": (50, 50)}
    found = asking((50,), share=(0.5, 0.7))
    assert persons(found) == {"all": (25, 35)}
    assert not found.counted


def test_a_group_without_ages_has_the_share_beside_one_with_them() -> None:
    # Seekers: 30 with 12 children. Of the 20 with protection nothing is known but the share 0.5-0.7. No total says more.
    rows = [(30, SEEKERS), (12, {**CHILDREN, **SEEKERS}), (18, {**ADULT, **SEEKERS}), (20, PROTECTED)]
    assert persons(asking(*rows, share=(0.5, 0.7))) == {
        "asylum_seeker all": (18, 18),
        "temporary_protection all": (10, 14),
    }


# ------------------------------------------------------------------------------------------------ tables and margins


def test_ages_and_sexes_in_one_table() -> None:
    rows = [
        (50,),
        (30, WOMEN),
        (20, MEN),
        (40, ADULT),
        (10, CHILDREN),
        (25, {**ADULT, **WOMEN}),
        (15, {**ADULT, **MEN}),
    ]
    found = asking(*rows)
    assert persons(found) == {"women": (25, 25), "men": (15, 15)}
    assert found.told_apart


def test_ages_and_sexes_as_margins_are_no_product() -> None:
    # 40 of 50 are adults, 30 are women. At most 20 adults are men, so at least 20 are women; at most 30. Likewise 10-20
    # men. 20 women and 10 men are sure; of the other 10 adults the sex is not known. Together they are 40, as published.
    found = asking((50,), (30, WOMEN), (20, MEN), (40, ADULT), (10, CHILDREN))
    assert persons(found) == {"women": (20, 20), "men": (10, 10), "all": (10, 10)}
    assert not found.told_apart


def test_margins_with_a_withheld_group_across_18() -> None:
    # Adults 34-40. Women: 30 less 16 who may be children leaves 14; men: 20 - 16 = 4. The other 16-22 are of unknown sex.
    found = asking((50,), (30, WOMEN), (20, MEN), (10, YOUNG), (6, MIDDLE), (34, OLD))
    assert persons(found) == {"women": (14, 14), "men": (4, 4), "all": (16, 22)}


def test_groups_told_with_ages_stay_apart_though_sexes_do_not() -> None:
    # Ages by group, sexes for all: 9 of 10 seekers and 15 of 20 with protection are adults. Sexes are known of nobody,
    # since no complete breakdown has both; groups are.
    rows = [
        (30,), (10, SEEKERS), (20, PROTECTED),
        (24, ADULT), (9, {**ADULT, **SEEKERS}), (15, {**ADULT, **PROTECTED}),
        (1, {**CHILDREN, **SEEKERS}), (5, {**CHILDREN, **PROTECTED}),
    ]  # fmt: skip
    assert persons(asking(*rows)) == {"asylum_seeker all": (9, 9), "temporary_protection all": (15, 15)}


def test_ages_told_by_group_of_strata_by_group_and_sex() -> None:
    # Seekers: 6 women and 4 men, of whom 9 are adults: 5 women and 3 men are sure, 1 adult seeker is of unknown sex.
    rows = [
        (10, SEEKERS), (6, {**SEEKERS, **WOMEN}), (4, {**SEEKERS, **MEN}),
        (9, {**ADULT, **SEEKERS}), (1, {**CHILDREN, **SEEKERS}),
    ]  # fmt: skip
    assert persons(asking(*rows)) == {
        "asylum_seeker women": (5, 5),
        "asylum_seeker men": (3, 3),
        "asylum_seeker all": (1, 1),
    }


def test_ages_told_by_accommodation_are_added_up() -> None:
    rows = [(50,)]
    for name, children, adults in (("agency", 4, 16), ("own", 5, 15), ("other", 0, 10)):
        rows += [
            (children + adults, {"accommodation": name}),
            (children, {**CHILDREN, "accommodation": name}),
            (adults, {**ADULT, "accommodation": name}),
        ]
    assert persons(asking(*rows)) == {"all": (41, 41)}


# --------------------------------------------------------------------------------------------------------- the points


def test_the_points_hold_the_adults_and_the_municipality_its_enrolled() -> None:
    # 40 adults over populations 3 and 1: 30 and 10; an adult share that is set does not matter.
    world = CountedWorld(weights=(3, 1)).publish((50,), (10, CHILDREN), (40, ADULT))
    chosen = dataclasses.replace(settings(), shares=(Share("adult_share", "all", 0.1, 0.2),))
    points = world.points_of(chosen).set_index("point_id")
    assert points["need_low_milli"].to_dict() == {"0180/a": 30_000, "0180/b": 10_000}
    assert points["need_high_milli"].to_dict() == {"0180/a": 30_000, "0180/b": 10_000}
    row = world.gaps(chosen).loc["0180"]
    assert (row["need_low"], row["need_high"]) == (50, 50)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (40_000, 40_000)


@pytest.mark.parametrize(
    ("joint", "there"),
    [
        # 20 of 50 live there and 40 are adults: 10-20 adults of theirs, so 15 are expected.
        ([], 15_000),
        # The same table tells ages and accommodation: 18.
        ([(18, {**ADULT, "accommodation": "agency"})], 18_000),
    ],
)
def test_adults_at_the_sites(joint: list[Any], there: int) -> None:
    rows = [(50,), (40, ADULT), (10, CHILDREN), (20, {"accommodation": "agency"}), (30, {"accommodation": "own"}),
            (0, {"accommodation": "other"}), *joint]  # fmt: skip
    from geomatch.points import demand_points  # noqa: PLC0415  beside the frames it takes
    from tests.test_need import LOCALITIES, MUNICIPALITIES  # noqa: PLC0415  likewise

    need = need_of_month(published(*rows, code="2510"), MONTH)
    points = demand_points(
        need, LOCALITIES, MUNICIPALITIES, Settings(), sites=sites(("2510", 30, 5.0, 5.0))
    ).set_index("point_id")
    assert points.loc["2510/site-1", ["need_low_milli", "need_high_milli"]].tolist() == [there, there]
    assert points["need_low_milli"].sum() == points["need_high_milli"].sum() == 40_000


# ------------------------------------------------------------------------------------------------ what cannot be right


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(33,), (10, CHILDREN), (20, ADULT)], "totalen i B4 är 33, men delarna blir 30 (B5, B6)"),
        ([(33,), (10, CHILDREN), (24, ADULT)], "totalen i B4 är 33, men delarna blir 34 (B5, B6)"),
        # 65- lies inside 18-, and is not counted beside it.
        (
            [(33,), (10, CHILDREN), (24, ADULT), (5, age("65-"))],
            "totalen i B4 är 33, men delarna blir 34 (B5, B6)",
        ),
        ([(33,), (MASKED, CHILDREN), (34, ADULT)], "totalen i B4 är 33, men delarna blir 34 (B6)"),
        ([(33,), (34, age("okänd"))], "totalen i B4 är 33, men delarna blir 34 (B5)"),
    ],
)
def test_published_ages_that_contradict_their_total(rows: list[Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        need_of_month(published(*rows), MONTH)
    assert [str(problem) for problem in caught.value.problems] == [
        f"x.xlsx: {said}; väntat: delar som blir den publicerade totalen. Jämför med myndighetens egen fil och rätta cellen som har ändrats."
    ]


def test_every_contradiction_is_told() -> None:
    table = pd.concat(
        [published((33,), (10, CHILDREN), (20, ADULT)), published((5,), (9, ADULT), code="0181")]
    )
    with pytest.raises(InputError) as caught:
        need_of_month(table.assign(cell=[f"B{n}" for n in range(len(table))]), MONTH)
    assert len(caught.value.problems) == 2


def test_ages_that_leave_somebody_out_are_no_contradiction() -> None:
    # Nobody from 66 on is published: 33 - 10 - 20 may be that old.
    assert persons(asking((33,), (10, CHILDREN), (20, age("18-65")))) == {"all": (23, 23)}
    # A withheld total is let be what its parts say.
    assert persons(asking((MASKED,), (1, CHILDREN), (3, ADULT))) == {"all": (3, 3)}


# ------------------------------------------------------------------------------------------------------------- notes


def test_what_is_counted_is_told() -> None:
    world = CountedWorld().publish(
        (50,), (30, WOMEN), (20, MEN), (40, ADULT), (9, CHILDREN), (1, age("okänd"))
    )
    world.publish((7,), code="0181")
    used = breakdowns_used(world.need_of().table, world.points_of(settings()))
    assert used == {
        "municipalities": 2, "ages_counted": 1, "adults_together": 1, "case_status_counted": 0,
        "age_groups_not_read": ["okänd"],
    }  # fmt: skip
    assert assumption_notes({"breakdowns_used": used})[-4:] == [
        "I 1 kommuner räknas de vuxna (18 år eller äldre) ur antalen efter ålder.",
        "I 1 kommuner säger antalen inget om ålder: alla åldrar räknas, eller andelen vuxna om den är satt.",
        "I 1 kommuner är en del av de vuxna kända bara som summa: deras kön, grupp eller ort räknas som okänd, och inget räknas fram.",
        "Åldersgrupper som inte säger vilka åldrar de omfattar kan vara vuxna eller inte: okänd.",
    ]
    plain = breakdowns_used(world.need_of().table, world.points_of(settings()).iloc[-1:])
    assert assumption_notes({"breakdowns_used": plain}) == assumption_notes({})


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        ([(9,), (2, CHILDREN), (7, ADULT)], "är 18 år eller äldre, enligt antalen efter ålder.</li>"),
        ([(9,)], "i kommuner där antalen säger ålder; i de andra alla inskrivna, i alla åldrar.</li>"),
    ],
)
def test_the_page_says_whose_need_it_is(elsewhere: list[Any], said: str) -> None:
    facts = county_facts()
    codes = sorted(set(facts.points["municipality_code"]))
    rows = [published((50,), (10, CHILDREN), (40, ADULT), (5, opened()), code=code) for code in codes[1:]]
    table = pd.concat([published(*elsewhere, code=codes[0]), *rows], ignore_index=True)
    table = table.assign(cell=[f"B{n}" for n in range(len(table))])
    text = county_files(dataclasses.replace(facts, need=need_of_month(table, MONTH).table))["index.html"]
    assert said in text
    assert "inskrivna i mottagningssystemet, i alla åldrar.</li>" in county_files(facts)["index.html"]
    # One municipality's right to travel is still by the share.
    assert "<li>Rätt till resan, asylsökande: 20–40" in text
    every = [published((50,), (5, opened()), code=code) for code in codes]
    counted = need_of_month(
        pd.concat(every, ignore_index=True).assign(cell=[f"B{n}" for n in range(2 * len(codes))]), MONTH
    )
    assert (
        "Rätt till resan, asylsökande"
        not in county_files(dataclasses.replace(facts, need=counted.table))["index.html"]
    )
