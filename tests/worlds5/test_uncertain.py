"""Counts that are withheld: intervals of need, what bounds follow, and a withheld cell that must be large."""

from __future__ import annotations

import pandas as pd

from geomatch.need import need_of_month, widened_cells
from tests.worlds import MONTH, World, settings
from tests.worlds5.shown import shows

ANY = "all"


def published(rows: list[tuple[str, str, int | str]]) -> pd.DataFrame:
    """(municipality or `all`, sex, count or `..`) of county 25 as the reader of enrolment gives it."""
    return pd.DataFrame(
        [
            {
                "month": MONTH, "county_code": "25", "municipality_code": code, "locality_code": ANY,
                "accommodation": ANY, "target_group": ANY, "case_status": ANY, "sex": sex, "age_group": ANY,
                "low": 1 if count == ".." else count, "high": 5 if count == ".." else count,
                "masked": count == "..", "sign": ".." if count == ".." else "", "source": "x.xlsx",
                "cell": f"B{number}",
            }
            for number, (code, sex, count) in enumerate(rows, start=3)
        ]
    )  # fmt: skip


def settle(world: World, need: pd.DataFrame, code: str) -> World:
    """The used counts of a municipality live at its one point `a`."""
    for row in need[need["used"] & (need["municipality_code"] == code)].itertuples():
        world.live(f"{code}/a", row.low, row.high, group="all", sex=row.sex, masked=row.masked)
    return world


def test_world_a_withheld_count():
    """(a) `..` = 1-5p --20-- [s 3]

    1 is served of 1, or 3 of 5: gap 0-2, served 1-3, share of the gap 0-0.4.
    """
    world = World().live("0180/a", 1, 5, masked=True).offer("s", "0180", 3).way("0180/a", "s", 20)
    shows(
        world,
        {"0180 low": {"served_local": 1}, "0180 high": {"served_local": 3, "in_reach_full": 2}},
    )
    row = world.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 2000)
    assert (row["served_low_milli"], row["served_high_milli"]) == (1000, 3000)
    assert (row["gap_share_low"], row["gap_share_high"]) == (0, 0.4)


def test_world_withheld_at_both_ends():
    """0180 (a) 1-3p --30--|> 0181 [s 5] --20-- (b) 2-4p

    a's gap is least with 1 here and 2 there (3 places free): 0. It is greatest with 3 here and 4 there (1 free): 2. a is
    served least, 1, with 1 here; most, 3, with 3 here and 2 there. b's people come first: they have no gap.
    """
    world = World().live("0180/a", 1, 3, masked=True).live("0181/b", 2, 4, masked=True)
    world.offer("s", "0181", 5).open("0180", "0181").way("0180/a", "s", 30).way("0181/b", "s", 20)
    shows(
        world,
        {
            "0180 low": {"served_by_corridor": 1},
            "0180 high": {"served_by_corridor": 1, "in_reach_full": 2},
            "0181 low": {"served_local": 2},
            "0181 high": {"served_local": 4},
        },
    )
    a, b = (world.gaps().loc[code] for code in ("0180", "0181"))
    assert (a["gap_low_milli"], a["gap_high_milli"]) == (0, 2000)
    assert (a["served_low_milli"], a["served_high_milli"]) == (1000, 3000)
    assert (b["gap_low_milli"], b["gap_high_milli"]) == (0, 0)
    assert (b["served_low_milli"], b["served_high_milli"]) == (2000, 4000)


def test_world_more_than_five_behind_two_dots():
    """county 25: 22 = 2510 `..` + 2513 10      2510 (a) --20-- [s 8]

    1-5 cannot make 22 with 10: the cell holds 12, is named, and 4 of them are left over for sure.
    """
    need = need_of_month(published([("2510", ANY, ".."), ("2513", ANY, 10), ("all", ANY, 22)]), MONTH).table
    assert widened_cells(need) == ["B3 (x.xlsx)"]
    world = settle(World(), need, "2510").offer("s", "2510", 8).way("2510/a", "s", 20)
    shows(world, {"2510": {"served_local": 8, "in_reach_full": 4}})
    row = world.gaps().loc["2510"]
    assert (row["gap_low_milli"], row["gap_high_milli"], row["masked_cells"]) == (4000, 4000, 1)


def test_world_women_and_men_withheld_of_a_known_total():
    """2510: women `..`, men `..`, all 8      (a) --20-- [s 4 women]

    3-5 women and 3-5 men do not say more than 8 in all, so the total is used and the sex is not known. Low: none fits.
    High: 4 are served.
    """
    rows: list[tuple[str, str, int | str]] = [
        ("2510", "women", ".."),
        ("2510", "men", ".."),
        ("2510", ANY, 8),
    ]
    need = need_of_month(published(rows), MONTH).table
    assert need.loc[need["used"], ["sex", "low", "high"]].to_numpy().tolist() == [["all", 8, 8]]
    world = settle(World(), need, "2510").offer("s", "2510", 4, sex="women").way("2510/a", "s", 20)
    shows(world, {"2510 low": {"no_day_return": 8}, "2510 high": {"served_local": 4, "in_reach_full": 4}})


def test_world_women_withheld_but_certain():
    """2510: women `..`, men 5, all 8      (a) --20-- [s 2 women]

    The total says that 3 are women: the breakdown is complete and used. 2 women are served, 1 is left, 5 men have nothing.
    """
    need = need_of_month(
        published([("2510", "women", ".."), ("2510", "men", 5), ("2510", ANY, 8)]), MONTH
    ).table
    world = settle(World(), need, "2510").offer("s", "2510", 2, sex="women").way("2510/a", "s", 20)
    shows(
        world,
        {
            "2510 women": {"served_local": 2, "in_reach_full": 1},
            "2510 men": {"no_day_return": 5},
        },
    )


def test_world_two_withheld_counts_against_each_other():
    """(a) 1-5w (no way)   1-5m --20-- [s 9 men]

    Gap 1-5: the women. Its share is least with 1 woman and 5 men, 1/6, and greatest with 5 and 1, 5/6: neither is at an
    end of the need.
    """
    world = World().live("0180/a", 1, 5, sex="women", masked=True)
    world.live("0180/a", 1, 5, sex="men", masked=True).offer("s", "0180", 9, sex="men").way("0180/a", "s", 20)
    shows(
        world,
        {
            "0180 low": {"served_local": 1, "no_day_return": 1},
            "0180 high": {"served_local": 5, "no_day_return": 5},
        },
    )
    row = world.gaps().loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (1000, 5000)
    assert [round(row[f"gap_share_{end}"], 12) for end in ("low", "high")] == [
        round(1 / 6, 12),
        round(5 / 6, 12),
    ]


def test_world_an_unknown_right_and_a_withheld_count():
    """0180 (a) `..` = 1-5p, 0-100 % entitled --30--|> 0181 [s 9]

    Low: 1 person without a right. High: 5 with it. The gap can be anything from 0 (all may) to 5 (nobody may), which is
    neither scenario's.
    """
    world = World().live("0180/a", 1, 5, masked=True).offer("s", "0181", 9).way("0180/a", "s", 30)
    world.open("0180", "0181")
    chosen = settings(shares=())
    shows(world, {"0180 low": {"no_entitlement": 1}, "0180 high": {"served_by_corridor": 5}}, chosen)
    row = world.gaps(chosen).loc["0180"]
    assert (row["gap_low_milli"], row["gap_high_milli"]) == (0, 5000)
    assert (row["no_day_return_low_milli"], row["no_day_return_high_milli"]) == (0, 0)
