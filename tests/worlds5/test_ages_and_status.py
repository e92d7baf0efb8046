"""Counts by age and by case status: who is an adult, and who may travel."""

from __future__ import annotations

from tests.counted import MASKED, CountedWorld, age, opened
from tests.worlds import entitled, settings
from tests.worlds5.shown import shows

CHILDREN, ADULT = age("0-17"), age("18-")
WOMEN, MEN = {"sex": "women"}, {"sex": "men"}


class _Shown(CountedWorld):
    """A counted world whose homes are said, as `shows` asks."""

    def at(self, code: str = "0180") -> _Shown:
        self.live(f"{code}/a", 1)
        return self


def world() -> _Shown:
    return _Shown()


def test_world_only_adults_need_a_place():
    """(a) 9 persons: 3 under 18, 6 from 18 --20-- [s 4]

    6 ask for the 4 places: 2 are left. The 3 children are enrolled, and nobody's gap.
    """
    made = world().publish((9,), (3, CHILDREN), (6, ADULT)).at().offer("s", "0180", 4).way("0180/a", "s", 20)
    shows(made, {"0180": {"served_local": 4, "in_reach_full": 2}})
    row = made.gaps().loc["0180"]
    assert (row["need_low"], row["need_high"]) == (9, 9)
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (2000, 2000)


def test_world_an_age_group_across_18():
    """(a) 10 persons: 2 under 16, 3 of 16-20, 5 from 21 --20-- [s 6]

    5 to 8 are adults. With 5 nobody is left, with 8 there are 2: gap 0-2, served 5-6.
    """
    made = world().publish((10,), (2, age("0-15")), (3, age("16-20")), (5, age("21-")))
    made.at().offer("s", "0180", 6).way("0180/a", "s", 20)
    shows(made, {"0180 low": {"served_local": 5}, "0180 high": {"served_local": 6, "in_reach_full": 2}})
    row = made.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 2000)
    assert (row["served_low_milli"], row["served_high_milli"]) == (5000, 6000)


def test_world_withheld_children():
    """(a) 7 persons: `..` under 18, `..` from 18 --20-- [s 3]

    Each is 1-5 and together they are 7: 2-5 adults, of whom 0-2 are left.
    """
    made = world().publish((7,), (MASKED, CHILDREN), (MASKED, ADULT)).at().offer("s", "0180", 3)
    made.way("0180/a", "s", 20)
    shows(made, {"0180 low": {"served_local": 2}, "0180 high": {"served_local": 3, "in_reach_full": 2}})
    row = made.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 2000)


def test_world_ages_beside_sexes():
    """(a) 10 persons: 6w 4m; 8 of the 10 from 18 --20-- [s 4 women]  --20-- [t 1 men]

    At least 4 of the adults are women (8 - 4 men) and 2 are men (8 - 6 women); of 2 adults the sex is not known. Low:
    they fit neither, so 4 women and 1 man are served, 1 man finds t full and 2 have nothing. High: s and t are full, of
    whomever: 5 are served and 3 find them full. Need is 8 in both, as published.
    """
    made = world().publish((10,), (6, WOMEN), (4, MEN), (2, CHILDREN), (8, ADULT)).at()
    made.offer("s", "0180", 4, sex="women").offer("t", "0180", 1, sex="men")
    made.way("0180/a", "s", 20).way("0180/a", "t", 20)
    shows(
        made,
        {
            "0180 low": {"served_local": 5, "in_reach_full": 1, "no_day_return": 2},
            "0180 low women": {"served_local": 4},
            "0180 low men": {"served_local": 1, "in_reach_full": 1},
            "0180 low all": {"no_day_return": 2},
            "0180 high": {"served_local": 5, "in_reach_full": 3},
        },
    )
    row = made.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (3000, 3000)
    assert (row["no_day_return_low_milli"], row["no_day_return_high_milli"]) == (0, 2000)


def test_world_open_cases_may_travel():
    """0180 (a) 10p, 4 with an open case --30--|> 0181 [s 9]

    4 go there; 6 have no right to. The share of 0-100 % is not asked.
    """
    made = world().publish((10,), (4, opened())).at().offer("s", "0181", 9).open("0180", "0181")
    made.way("0180/a", "s", 30)
    chosen = settings(shares=entitled(0.0, 1.0))
    shows(made, {"0180": {"served_by_corridor": 4, "no_entitlement": 6}}, chosen)
    row = made.gaps(chosen).loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (6000, 6000)


def test_world_withheld_open_cases():
    """0180 (a) 10p, `..` with an open case --30--|> 0181 [s 3]

    1 may travel, or 5 of whom 3 find a place: gap 7-9.
    """
    made = world().publish((10,), (MASKED, opened())).at().offer("s", "0181", 3).open("0180", "0181")
    made.way("0180/a", "s", 30)
    shows(
        made,
        {
            "0180 low": {"served_by_corridor": 1, "no_entitlement": 9},
            "0180 high": {"served_by_corridor": 3, "in_reach_full": 2, "no_entitlement": 5},
        },
    )
    row = made.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (7000, 9000)


def test_world_open_cases_among_adults():
    """0180 (a) 10p: 8 from 18; 5 of the 10 with an open case --30--|> 0181 [s 9]

    2 of the 5 may be children: 3-5 adults may travel, of 8. Gap 3-5.
    """
    made = world().publish((10,), (2, CHILDREN), (8, ADULT), (5, opened())).at()
    made.offer("s", "0181", 9).open("0180", "0181").way("0180/a", "s", 30)
    shows(
        made,
        {
            "0180 low": {"served_by_corridor": 3, "no_entitlement": 5},
            "0180 high": {"served_by_corridor": 5, "no_entitlement": 3},
        },
    )
    row = made.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (3000, 5000)


def test_world_one_municipality_counted_and_one_not():
    """0180 (a) 4p, 1 with an open case --30--|> 0182 [s 9] <|--30-- 0181 (a) 4p, 50 % may travel

    Counts for a, the share for the other: 1 and 2 travel.
    """
    made = world().publish((4,), (1, opened())).publish((4,), code="0181").at().at("0181")
    made.offer("s", "0182", 9).open("0180", "0182").open("0181", "0182")
    made.way("0180/a", "s", 30).way("0181/a", "s", 30)
    shows(
        made,
        {
            "0180": {"served_by_corridor": 1, "no_entitlement": 3},
            "0181": {"served_by_corridor": 2, "no_entitlement": 2},
        },
        settings(shares=entitled(0.5, 0.5)),
    )


def test_world_whose_cases_are_open_is_not_known():
    """0180 (a) 2w 2m, 2 with an open case --30--|> 0181 [s 9 women]

    The cases are split like need, one woman and one man are expected: 1 travels. If both were women's 2 would: what the
    counts do not tell apart is expected, and no bound.
    """
    made = world().publish((4,), (2, WOMEN), (2, MEN), (2, opened())).at()
    made.offer("s", "0181", 9, sex="women").open("0180", "0181").way("0180/a", "s", 30)
    shows(
        made,
        {
            "0180 women": {"served_by_corridor": 1, "no_entitlement": 1},
            "0180 men": {"no_day_return": 2},
        },
    )
    row = made.gaps().loc["0180"]
    assert (row["served_low_milli"], row["served_high_milli"]) == (1000, 1000)
