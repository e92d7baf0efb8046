"""Planted weaknesses, each found, with the tables that give it away; the same trees without them stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from geomatch.audit import Failure, Report, Telling, attack
from tests.audit.trees import areas, corridors, groups, write_tree, write_workbook

JANUARY, FEBRUARY = "2023-01", "2023-02"
Rows = dict[str, dict[str, Any]]


def workbook(folder: Path, *more: tuple[Any, ...], months: tuple[str, ...] = (JANUARY,)) -> None:
    """Arvidsjaur 48, Arjeplog 30, Jokkmokk 34 enrolled."""
    for month in months:
        rows = [
            *((month, code, need) for code, need in (("2505", 48), ("2506", 30), ("2510", 34), ("25", 112), ("00", 112))),
            *(row for row in more if row[0] == month),
        ]  # fmt: skip
        said = {(row[1], str(row[2]) if len(row) == 4 else ""): row for row in rows}
        write_workbook(folder, list(said.values()), f"inskrivna-{month}.csv")


def rows_of(**gaps: Any) -> Rows:
    """Rows of areas with these gaps: `g2505="..", g25=32`."""
    return {name[1:]: {"gap": value} for name, value in gaps.items()}


def only(report: Report) -> Failure:
    assert not report.contradictions
    [failure] = report.failures
    return failure


def named(failure: Failure) -> list[tuple[str, str, int, str, tuple[str, ...]]]:
    return [(t.table, t.month, t.edition, t.figure, t.areas) for t in failure.tables]


# ---------------------------------------------------------------------------------------------------------- the weaknesses


def test_a_total_left_in_gives_the_only_withheld_part(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(
        tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=32, g2505="..", g2506=20, g2510=9))}
    )
    failure = only(attack(tmp_path))
    assert (failure.month, failure.edition, failure.area, failure.name) == (JANUARY, 1, "2505", "Area 2505")
    assert (failure.figure, failure.permitted, failure.derived) == ("gap", (1, 5), (3, 3))
    assert failure.tables == (
        Telling("areas", JANUARY, 1, "gap", ("25", "2506", "2510"), ("public/data/2023-01/areas-comma.csv",)),
    )


@pytest.mark.parametrize(
    "gaps",
    [
        pytest.param({"g25": "..", "g2505": "..", "g2506": 20, "g2510": 9}, id="the total is withheld"),
        pytest.param({"g25": 32, "g2505": "..", "g2506": "..", "g2510": 9}, id="another part is withheld"),
        # The part is 0, or more than five: nothing small is there.
        pytest.param({"g25": 29, "g2505": "..", "g2506": 20, "g2510": 9}, id="nobody is left"),
        pytest.param({"g25": 36, "g2505": "..", "g2506": 20, "g2510": 9}, id="seven are left"),
    ],
)
def test_without_it_the_tree_stands(tmp_path: Path, gaps: Mapping[str, Any]) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(**gaps))})
    report = attack(tmp_path)
    assert report.stands
    withheld = sum(value == ".." for value in gaps.values())
    assert report.cells == {JANUARY: {"gap": withheld}}
    assert report.attacked == withheld


def test_the_country_gives_a_county_and_its_municipality(tmp_path: Path) -> None:
    write_workbook(
        tmp_path, [(JANUARY, "2505", 48), (JANUARY, "2401", 30), (JANUARY, "25", 48), (JANUARY, "24", 30), (JANUARY, "00", 78)]
    )  # fmt: skip
    rows = rows_of(g00=24, g24=20, g2401=20, g25="..", g2505="..")
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    report = attack(tmp_path)
    assert [(f.area, f.derived) for f in report.failures] == [("25", (4, 4)), ("2505", (4, 4))]
    # Either of the county's two rows says it; no table more than it takes is named.
    for failure in report.failures:
        [table] = failure.tables
        assert table.areas in {("00", "24"), ("00", "2401")}


def test_intervals_are_derived_end_by_end(tmp_path: Path) -> None:
    workbook(tmp_path)
    rows = rows_of(g25=(30, 40), g2505="..", g2506=(20, 22), g2510=(8, 9))
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    # 30 - 20 - 8 = 2 and 40 - 22 - 9 = 9: one person is ruled out.
    assert only(attack(tmp_path)).derived == (2, 9)


def test_one_sex_missing_gives_the_other(tmp_path: Path) -> None:
    sexes = [(JANUARY, "2505", {"sex": sex}, "..") for sex in ("women", "men")]
    workbook(tmp_path, (JANUARY, "2505", 8), (JANUARY, "25", 72), (JANUARY, "00", 72), *sexes)
    shown = {"2505": {"need": 8, "women": "..", "men": 5}}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, shown)})
    report = attack(tmp_path)
    # Of eight with one to five of each sex, three to five are women: that much the workbook permits.
    assert [(f.figure, f.permitted, f.derived) for f in report.failures] == [
        ("men", (3, 5), (5, 5)),
        ("women", (3, 5), (3, 3)),
    ]
    assert all(named(f) == [("areas", JANUARY, 1, "men", ("2505",))] for f in report.failures)
    shown["2505"]["men"] = ".."
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, shown)})
    report = attack(tmp_path)
    assert report.stands
    assert report.cells == {JANUARY: {"men": 1, "women": 1}}


def test_a_share_of_a_known_total_gives_its_part(tmp_path: Path) -> None:
    workbook(tmp_path)
    # 3 of 48.
    rows: Rows = {"2505": {"need": 48, "gap": "..", "gap_share_low": 0.0625, "gap_share_high": 0.0625}}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    failure = only(attack(tmp_path))
    assert failure.derived == (3, 3)
    assert named(failure) == [("areas", JANUARY, 1, "gap_share", ("2505",))]
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2505": {"need": 48, "gap": ".."}})})
    assert attack(tmp_path).stands


def test_a_share_of_a_county_gives_its_total_and_that_its_part(tmp_path: Path) -> None:
    workbook(tmp_path)
    rows = rows_of(g25="..", g2505="..", g2506=20, g2510=9)
    # 33 of 112.
    rows["25"] |= {"gap_share_low": 0.294643, "gap_share_high": 0.294643}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    failure = only(attack(tmp_path))
    assert (failure.area, failure.derived) == ("2505", (4, 4))
    assert named(failure) == [
        ("areas", JANUARY, 1, "gap", ("2506", "2510")),
        ("areas", JANUARY, 1, "gap_share", ("25",)),
    ]


def test_a_share_of_women_gives_both_sexes(tmp_path: Path) -> None:
    sexes = [(JANUARY, "2505", {"sex": sex}, "..") for sex in ("women", "men")]
    workbook(tmp_path, (JANUARY, "2505", 8), (JANUARY, "25", 72), (JANUARY, "00", 72), *sexes)
    rows: Rows = {"2505": {"need": 8, "women": "..", "men": "..", "women_share": 0.375}}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    report = attack(tmp_path)
    assert [(f.figure, f.derived) for f in report.failures] == [("men", (5, 5)), ("women", (3, 3))]
    assert named(report.failures[0]) == [("areas", JANUARY, 1, "women_share", ("2505",))]


def test_the_difference_of_two_months_gives_a_count(tmp_path: Path) -> None:
    workbook(
        tmp_path,
        (FEBRUARY, "2506", ".."),
        (FEBRUARY, "25", 85),
        (FEBRUARY, "00", 85),
        months=(JANUARY, FEBRUARY),
    )
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 30}})})
    rows: Rows = {"2505": {"need": 48}, "2506": {"need": "..", "need_change": -27}}
    write_tree(tmp_path, FEBRUARY, 1, {"areas": areas(FEBRUARY, rows, before=JANUARY)})
    report = attack(tmp_path)
    # 85 - 48 - 34 = 3 is what the workbook itself says.
    assert report.stands
    workbook(tmp_path, (FEBRUARY, "2506", ".."), (FEBRUARY, "2510", ".."), (FEBRUARY, "25", 53), (FEBRUARY, "00", 53), months=(JANUARY, FEBRUARY))  # fmt: skip
    report = attack(tmp_path)
    # 53 - 48 leaves five for both, one to four each; the change says three, and so two for the other.
    assert [(f.area, f.permitted, f.derived) for f in report.failures] == [
        ("2506", (1, 4), (3, 3)),
        ("2510", (1, 4), (2, 2)),
    ]
    # January's count is in the workbook: only the change gives it away.
    for failure in report.failures:
        assert named(failure) == [("areas", FEBRUARY, 1, "need_change", ("2506",))]
    assert attack(tmp_path, JANUARY).stands
    assert len(attack(tmp_path, FEBRUARY).failures) == 2


def test_the_difference_of_two_months_gives_a_gap(tmp_path: Path) -> None:
    workbook(tmp_path, months=(JANUARY, FEBRUARY))
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g2505=10))})
    rows: Rows = {"2505": {"gap": "..", "gap_change": -7}}
    write_tree(tmp_path, FEBRUARY, 1, {"areas": areas(FEBRUARY, rows, before=JANUARY)})
    failure = only(attack(tmp_path))
    assert (failure.month, failure.derived) == (FEBRUARY, (3, 3))
    assert named(failure) == [
        ("areas", JANUARY, 1, "gap", ("2505",)),
        ("areas", FEBRUARY, 1, "gap_change", ("2505",)),
    ]


def test_two_tables_together_give_what_neither_gives(tmp_path: Path) -> None:
    parts = [(JANUARY, "2505", {"accommodation": one}, "..") for one in ("agency", "own")]
    workbook(
        tmp_path, (JANUARY, "2505", ".."), (JANUARY, "2506", ".."), (JANUARY, "25", "-"), (JANUARY, "00", "-"),
        (JANUARY, "2510", 0), *parts, (JANUARY, "2505", {"accommodation": "other"}, 0),
    )  # fmt: skip
    areas_told = areas(JANUARY, {"2505": {"need": 4}})
    groups_told = groups(
        JANUARY, {("2505", "accommodation", "agency"): 1, ("2505", "accommodation", "own"): ".."}
    )
    write_tree(tmp_path, JANUARY, 1, {"areas": areas_told, "groups": groups_told})
    own = next(f for f in attack(tmp_path).failures if f.about == "accommodation=own")
    # At most five in the county, one at least in Arjeplog: two to four, of whom one lives with the agency.
    assert (own.permitted, own.derived) == ((1, 3), (3, 3))
    assert named(own) == [
        ("areas", JANUARY, 1, "need", ("2505",)),
        ("groups", JANUARY, 1, "persons", ("2505",)),
    ]


def test_two_figures_together_give_what_neither_gives(tmp_path: Path) -> None:
    workbook(tmp_path)
    rows = rows_of(g25=30, g2505="..", g2506="..", g2510=20)
    rows["2506"] |= {"no_day_return": 8}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    failure = only(attack(tmp_path))
    # Ten for both, at least eight of them in Arjeplog.
    assert (failure.area, failure.derived) == ("2505", (0, 2))
    assert named(failure) == [
        ("areas", JANUARY, 1, "gap", ("25", "2510")),
        ("areas", JANUARY, 1, "no_day_return", ("2506",)),
    ]
    del rows["2506"]["no_day_return"]
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    assert attack(tmp_path).stands


# --------------------------------------------------------------------------------------------------------------- editions


def test_a_count_that_an_earlier_edition_shows_falls(tmp_path: Path) -> None:
    workbook(tmp_path, (JANUARY, "2506", ".."), (JANUARY, "2510", ".."), (JANUARY, "25", "-"), (JANUARY, "00", "-"), (JANUARY, "2505", 0))  # fmt: skip
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 4}})}, earlier=True)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, {"2506": {"need": ".."}})})
    report = attack(tmp_path)
    assert report.editions == {JANUARY: (1, 2)}
    failures = {failure.area: failure for failure in report.failures}
    # The county and the country are masked too.
    assert sorted(failures) == ["00", "25", "2506", "2510"]
    first, second = failures["2506"], failures["2510"]
    assert (first.area, first.edition, first.permitted, first.derived) == ("2506", 2, (1, 4), (4, 4))
    assert named(first) == [("areas", JANUARY, 1, "need", ("2506",))]
    assert first.tables[0].files == ("earlier/2023-01/1/areas-comma.csv",)
    # At most five in all: the other is one.
    assert (second.area, second.derived) == ("2510", (1, 1))


def test_a_count_that_an_earlier_edition_shows_falls_also_outside_its_sign(tmp_path: Path) -> None:
    workbook(tmp_path, (JANUARY, "2506", ".."), (JANUARY, "25", "-"), (JANUARY, "00", "-"), (JANUARY, "2505", 0), (JANUARY, "2510", 0))  # fmt: skip
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 9}})}, earlier=True)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, {"2506": {"need": ".."}})})
    failure = only(attack(tmp_path))
    assert (failure.area, failure.permitted, failure.derived) == ("2506", (1, 5), (9, 9))


def test_a_guess_that_a_figure_held_still_gives_another(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=42, g2505=20, g2506=12, g2510=10))}, earlier=True)  # fmt: skip
    now = rows_of(g25=25, g2505="..", g2506="..", g2510=10)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, now)})
    report = attack(tmp_path)
    # Both at once, 32 of 15, cannot be; 20 cannot; with 12 in Arjeplog, three are left.
    assert [(f.area, f.guessed, f.derived) for f in report.failures] == [("2505", 1, (3, 3))]
    assert named(report.failures[0]) == [
        ("areas", JANUARY, 1, "gap", ("2506",)),
        ("areas", JANUARY, 2, "gap", ("25", "2510")),
    ]
    assert report.guesses == 2


def test_a_guess_that_cannot_be_gives_nothing(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=48, g2505=20, g2506=18, g2510=10))}, earlier=True)  # fmt: skip
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, rows_of(g25=25, g2505="..", g2506="..", g2510=10))})  # fmt: skip
    assert attack(tmp_path).stands


def test_a_small_figure_that_an_earlier_edition_shows_falls(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g2505=3))}, earlier=True)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, rows_of(g2505=".."))})
    failures = attack(tmp_path).failures
    # The earlier edition shows it, and the newest withholds it in vain.
    assert [(f.edition, f.derived, f.guessed) for f in failures] == [(1, (3, 3), 0), (2, (3, 3), 1)]


def test_a_county_whose_numbers_stand_has_the_same_figures_in_both_editions(tmp_path: Path) -> None:
    workbook(tmp_path)
    first = rows_of(g25=32, g2505="..", g2506="..", g2510=9)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, first)}, earlier=True, since={"25": 1})
    again = rows_of(g25=32, g2505="..", g2506=20, g2510="..")
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, again)}, since={"25": 1})
    report = attack(tmp_path)
    # Edition 1 shows Jokkmokk and edition 2 Arjeplog: together they leave three for Arvidsjaur.
    assert [(f.area, f.derived, f.guessed) for f in report.failures] == [("2505", (3, 3), 0)]
    assert named(report.failures[0]) == [
        ("areas", JANUARY, 1, "gap", ("25", "2510")),
        ("areas", JANUARY, 2, "gap", ("2506",)),
    ]


def test_what_a_later_edition_shows_is_guessed_backwards_where_asked(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=25, g2505="..", g2506="..", g2510=10))}, earlier=True)  # fmt: skip
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, rows_of(g25=42, g2505=20, g2506=12, g2510=10))})  # fmt: skip
    assert attack(tmp_path).stands
    [failure] = attack(tmp_path, backwards=True).failures
    assert (failure.edition, failure.area, failure.derived, failure.guessed) == (1, "2505", (3, 3), 2)


# -------------------------------------------------------------------------------------------------- what else is a weakness


@pytest.mark.parametrize(("shown", "is_small"), [(3, True), ((0, 4), True), ((5, 9), True), (0, False), (6, False), ((0, 9), False)])  # fmt: skip
def test_a_small_figure_that_is_shown_falls(tmp_path: Path, shown: Any, is_small: bool) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g2505=shown))})
    assert attack(tmp_path).stands != is_small


def test_figures_of_pairs_are_what_some_edition_shows(tmp_path: Path) -> None:
    workbook(tmp_path)
    told: dict[tuple[str, str], dict[str, Any]] = {
        ("2505", "2506"): {"gain": "..", "entitled_unserved": ".."},
        ("2506", "2505"): {"gain": 0},
    }
    write_tree(tmp_path, JANUARY, 2, {"corridors": corridors(JANUARY, told)})
    report = attack(tmp_path)
    assert report.stands
    assert report.cells == {JANUARY: {"entitled_unserved": 1, "gain": 1}}
    before = {("2505", "2506"): {"gain": 3, "entitled_unserved": 12}}
    write_tree(tmp_path, JANUARY, 1, {"corridors": corridors(JANUARY, before)}, earlier=True)
    failures = attack(tmp_path).failures
    assert [(f.edition, f.area, f.figure, f.derived, f.guessed) for f in failures] == [
        (1, "2505-2506", "gain", (3, 3), 0),
        (2, "2505-2506", "gain", (3, 3), 1),
    ]


def test_signs_that_totals_contradict_say_nothing(tmp_path: Path) -> None:
    # The agency withheld a larger count to protect a small one: 30 are not 1-5 and 1-5.
    sexes = [(JANUARY, "2506", {"sex": sex}, "..") for sex in ("women", "men")]
    workbook(tmp_path, *sexes)
    write_tree(
        tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 30, "women": "..", "men": ".."}})}
    )
    assert attack(tmp_path).stands
    write_tree(
        tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 30, "women": "..", "men": 27}})}
    )
    report = attack(tmp_path)
    assert [(f.figure, f.permitted, f.derived) for f in report.failures] == [
        ("men", (0, 30), (27, 27)),
        ("women", (0, 30), (3, 3)),
    ]


def test_the_threshold_is_the_one_that_is_published(tmp_path: Path) -> None:
    workbook(tmp_path)
    tables = {"areas": areas(JANUARY, rows_of(g25=48, g2505="..", g2506=20, g2510=19))}
    write_tree(tmp_path, JANUARY, 1, tables)
    assert attack(tmp_path).stands
    write_tree(tmp_path, JANUARY, 1, tables, settings={"disclosure": {"withhold_to": 10}})
    assert only(attack(tmp_path)).permitted == (1, 10)


# ----------------------------------------------------------------------------------------------------------- contradictions


def test_a_total_that_is_not_the_sum_of_its_parts_is_told(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=33, g2505=8, g2506=20, g2510=9))})
    report = attack(tmp_path)
    [one] = report.contradictions
    assert not report.failures
    assert not report.stands
    assert (one.kind, one.area, one.figure, one.said, one.other) == ("sum", "25", "gap", (33, 33), (37, 37))
    assert one.tables[0].files == ("public/data/2023-01/areas-comma.csv",)


def test_a_total_smaller_than_the_parts_that_are_shown_is_told(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(
        tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g25=20, g2505="..", g2506=20, g2510=9))}
    )
    [one] = attack(tmp_path).contradictions
    assert (one.kind, one.area, one.figure) == ("sum", "25", "gap")


def test_a_count_that_is_not_the_agencys_is_outdated_and_no_leak(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2505": {"need": 49}})})
    report = attack(tmp_path)
    [one] = report.outdated
    assert report.stands
    assert (one.kind, one.area, one.said, one.other) == ("workbooks", "2505", (49, 49), (48, 48))


@pytest.mark.parametrize(("total", "stands"), [(112, True), (111, False), (113, False)])
def test_a_total_of_counts_that_its_parts_contradict_is_told(
    tmp_path: Path, total: int, stands: bool
) -> None:
    workbook(tmp_path)
    rows: Rows = {
        code: {"need": need} for code, need in (("25", total), ("2505", 48), ("2506", 30), ("2510", 34))
    }
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)})
    report = attack(tmp_path)
    assert report.stands == stands
    assert [(one.kind, one.area, one.said, one.other) for one in report.contradictions] == (
        [] if stands else [("sum", "25", (total, total), (112, 112))]
    )


def test_a_count_that_the_agency_withholds_by_now_falls(tmp_path: Path) -> None:
    workbook(tmp_path, (JANUARY, "2506", ".."), (JANUARY, "25", 85), (JANUARY, "00", 85), (JANUARY, "2510", ".."), (JANUARY, "2505", 78))  # fmt: skip
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2506": {"need": 9}})})
    failure = only(attack(tmp_path))
    assert (failure.area, failure.permitted, failure.derived) == ("2506", (2, 5), (9, 9))


def test_an_earlier_edition_may_have_been_corrected(tmp_path: Path) -> None:
    workbook(tmp_path)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, {"2505": {"need": 49}})}, earlier=True)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, {"2505": {"need": 48}})})
    assert attack(tmp_path).stands


def test_a_change_that_is_no_difference_is_told(tmp_path: Path) -> None:
    workbook(tmp_path, months=(JANUARY, FEBRUARY))
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g2505=10))})
    rows: Rows = {"2505": {"gap": 12, "gap_change": 3}}
    write_tree(tmp_path, FEBRUARY, 1, {"areas": areas(FEBRUARY, rows, before=JANUARY)})
    report = attack(tmp_path)
    assert ("change", FEBRUARY, "2505", (3, 3), (2, 2)) in [
        (one.kind, one.month, one.area, one.said, one.other) for one in report.contradictions
    ]


def test_changes_are_told_from_the_edition_that_was_newest_then(tmp_path: Path) -> None:
    workbook(tmp_path, months=(JANUARY, FEBRUARY))
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows_of(g2505=10))}, earlier=True)
    write_tree(tmp_path, JANUARY, 2, {"areas": areas(JANUARY, rows_of(g2505=11))})
    rows: Rows = {"2505": {"gap": 12, "gap_change": 2}}
    write_tree(tmp_path, FEBRUARY, 1, {"areas": areas(FEBRUARY, rows, before=JANUARY)})
    assert attack(tmp_path).stands


def test_there_may_be_nothing_at_all(tmp_path: Path) -> None:
    report = attack(tmp_path)
    assert report.stands
    assert (report.months, report.attacked, report.workbooks) == ((), 0, ())


# ------------------------------------------------------------------------------------------------- intervals and rounding

INTERVALS = {"disclosure": {"withhold_to": 5, "method": "interval"}}
TENS = {"disclosure": {"withhold_to": 5, "method": "rounded", "round_to": 10}}


def test_small_counts_shown_as_intervals_stand(tmp_path: Path) -> None:
    workbook(tmp_path)
    # Two to four, six to eight and nobody, of whom the first is shown as 1-5 and the county as wider by as much.
    rows = rows_of(g25=(7, 13), g2505=(1, 5), g2506=(6, 8), g2510=0)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)}, settings=INTERVALS)
    assert attack(tmp_path).stands
    # Two parts of at least one are at least two.
    parts = rows_of(g25=(2, 10), g2505=(1, 5), g2506=(1, 5), g2510=0)
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, parts)}, settings=INTERVALS)
    assert attack(tmp_path).stands
    # A narrower interval is no interval of all small counts.
    rows["2505"] = {"gap": (2, 4)}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)}, settings=INTERVALS)
    assert [(f.area, f.derived) for f in attack(tmp_path).failures] == [("2505", (2, 4))]


def test_rounded_figures_stand_where_their_sums_leave_all_small_counts_possible(tmp_path: Path) -> None:
    workbook(tmp_path)
    counts = {"25": (110, 120), "2505": (40, 50), "2506": (30, 40), "2510": (30, 40)}
    # 3, 27 and nobody are 30; other numbers are shown so as well.
    rows = rows_of(g25=(30, 40), g2505=(0, 10), g2506=(20, 30), g2510=0)
    rows = {code: row | {"need": counts[code]} for code, row in rows.items()}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)}, settings=TENS)
    report = attack(tmp_path)
    assert report.stands
    assert not report.outdated
    # 43 in all, at most 29 and 9 of them elsewhere: one of the small counts is ruled out.
    rows = rows_of(g25=(40, 50), g2505=(0, 10), g2506=(20, 30), g2510=(0, 10))
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, rows)}, settings=TENS)
    assert [(f.area, f.derived) for f in attack(tmp_path).failures] == [("2505", (2, 9)), ("2510", (2, 9))]


def test_figures_that_no_whole_numbers_satisfy_together_are_told(tmp_path: Path) -> None:
    parts = [(JANUARY, code, {"sex": sex}, "-") for code in ("2505", "2506") for sex in ("women", "men")]
    write_workbook(
        tmp_path,
        [(JANUARY, code, 5) for code in ("2505", "2506")]
        + [(JANUARY, "25", 10), (JANUARY, "00", 10), *parts],
    )
    # Five women in the one, four men in the other, and six women in all: it would be 5 + 1.
    told = {"2505": {"women": 5}, "2506": {"men": 4}, "25": {"women": 7}}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, told)})
    report = attack(tmp_path)
    [one] = report.contradictions
    assert (one.kind, one.figure) == ("together", "women")
    assert {area for table in one.tables for area in table.areas} == {"25", "2505", "2506"}
    told["25"] = {"women": 6}
    write_tree(tmp_path, JANUARY, 1, {"areas": areas(JANUARY, told)})
    assert not attack(tmp_path).contradictions
