"""Several files for one month: what they say together, and where they disagree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.need import need_of_month
from geomatch.reconcile import broken_down_by, in_force, reconciled
from geomatch.tables import records
from tests.sources.bad_files import Bad, documented, markdown
from tests.test_tightening import MASKED, counted, derived


def joined(*files: list[dict[str, Any]]) -> pd.DataFrame:
    """Files one below another; each has its counts in column B, from row 4."""
    return pd.DataFrame(
        [{**row, "cell": f"'Blad'!B{number}"} for rows in files for number, row in enumerate(rows, start=4)]
    )


def cells_of(table: pd.DataFrame) -> dict[tuple[str, str], Any]:
    return {(row.source, row.cell.rpartition("!")[2]): row for row in records(table)}


# ------------------------------------------------------------------------------------------------ which files count


@dataclass(frozen=True)
class File:
    """An input of a workspace, as far as it matters here."""

    file: str
    updated: str | None
    dimensions: list[str] | None = field(default_factory=list)
    counties: tuple[str, ...] | None = ("24", "25")
    sha256: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        known = {"dimensions": self.dimensions, "counties": self.counties}
        return {
            "updated": self.updated,
            **{name: value for name, value in known.items() if value is not None},
        }


def names(*files: File) -> list[str]:
    return [one.file for one in in_force([replace(f, sha256=f.sha256 or f.file) for f in files], "2023-02")]


def refused(*files: File) -> list[str]:
    with pytest.raises(InputError, match="det framgår inte vilken som är nyast") as caught:
        names(*files)
    return [problem.file for problem in caught.value.problems]


def test_a_newer_file_replaces_an_older_with_the_same_breakdown_only() -> None:
    old = File("a", "2023-03-01", ["accommodation"])
    new = File("b", "2023-03-15", ["accommodation"])
    by_sex = File("c", "2023-03-02", ["sex"])
    assert names(old, new) == ["b"]
    assert names(new, old) == ["b"]
    assert names(old, by_sex) == ["a", "c"]
    assert names(old, new, by_sex) == ["b", "c"]


def test_editions_of_which_none_is_known_to_be_newer_are_asked_about() -> None:
    # It is not known whether the one without a day is older; of the same day neither is.
    old = File("0", "2023-02-01")
    assert refused(old, File("a", "2023-03-01"), File("b", None)) == ["a", "b"]
    assert refused(File("a", "2023-03-01"), File("b", "2023-03-01")) == ["a", "b"]
    assert refused(File("b", None), File("a", None), File("c", None, ["sex"])) == ["a", "b"]


def test_files_of_different_counties_complete_one_another() -> None:
    north, south = File("a", None, counties=("25",)), File("b", "2023-03-01", counties=("24",))
    assert names(north, south) == ["a", "b"]
    # A newer file of one county does not replace one of two.
    assert refused(File("c", "2023-02-01"), south) == ["b", "c"]
    assert names(File("d", "2023-04-01"), south) == ["d"]


def test_a_file_of_an_earlier_version_may_have_any_breakdown() -> None:
    assert names(File("a", "2023-03-01", None), File("b", "2023-03-15", ["sex"])) == ["b"]
    assert names(File("a", "2023-03-01", ["sex"]), File("b", "2023-03-15", None)) == ["b"]
    assert names(File("a", "2023-03-01", counties=None), File("b", "2023-03-15", counties=("01",))) == ["b"]
    assert refused(File("a", None, None, None), File("b", None, ["sex"], ("25",))) == ["a", "b"]


def test_one_content_counts_once() -> None:
    assert names(File("b", None, sha256="x"), File("a", None, sha256="x")) == ["a"]


def test_what_a_table_is_broken_down_by() -> None:
    rows = [counted("2510", 4, sex="women", age_group="18-"), {**counted("2510", 9), "locality_code": ""}]
    assert broken_down_by(joined(rows)) == ["sex", "age_group"]
    assert broken_down_by(joined([counted("2510", 9)])) == []


# ----------------------------------------------------------------------------------------------------- the same cell


def test_a_number_in_one_file_is_the_count_that_another_withholds() -> None:
    found = reconciled(joined([counted("2510", MASKED, "a.xlsx")], [counted("2510", 4, "b.xlsx")]))
    (row,) = records(found.table)
    assert (row.low, row.high, row.masked, row.sign, row.source) == (4, 4, False, "", "b.xlsx")
    assert row.also_in == "[a.xlsx]'Blad'!B4"
    assert (found.files, found.known_elsewhere, found.larger_elsewhere) == (("a.xlsx", "b.xlsx"), 1, 0)


def test_a_larger_number_than_the_sign_says_was_withheld_to_protect_another() -> None:
    found = reconciled(joined([counted("2510", MASKED, "a.xlsx")], [counted("2510", 14, "b.xlsx")]))
    assert found.table["low"].tolist() == found.table["high"].tolist() == [14]
    assert (found.known_elsewhere, found.larger_elsewhere) == (1, 1)


def test_signs_of_several_files_hold_together() -> None:
    # A dash is 0-5 and two dots are 1-5: 1-5. A board's own file says 3-8: 3-5.
    own = {**counted("2510", MASKED, "c.csv"), "low": 3, "high": 8}
    found = reconciled(
        joined([counted("2510", "-", "a.xlsx")], [counted("2510", MASKED, "b.xlsx")], [own])
    ).table
    (row,) = records(found)
    assert (row.low, row.high, row.masked) == (3, 5, True)
    assert row.source == "b.xlsx"
    assert row.also_in.splitlines() == ["[a.xlsx]'Blad'!B4", "[c.csv]'Blad'!B4"]
    (need,) = records(need_of_month(joined([counted("2510", "-", "a.xlsx")], [own]), "2023-02").table)
    assert (need.low, need.high, need.published_low, need.published_high) == (3, 5, 3, 5)


def test_every_cell_that_contradicts_another_is_named_at_once() -> None:
    table = joined(
        [counted("2510", 12, "a.xlsx"), counted("2513", 7, "a.xlsx"), counted("all", 19, "a.xlsx")],
        [counted("2510", 14, "b.xlsx"), counted("2513", 7, "b.xlsx"), counted("all", 21, "b.xlsx")],
    )
    with pytest.raises(InputError) as caught:
        need_of_month(table, "2023-02")
    assert [str(problem) for problem in caught.value.problems] == [
        f"a.xlsx, b.xlsx: {what}; väntat: samma antal överallt där samma personer räknas. "
        "Rätta den fil som är fel, eller ta bort en: geomatch remove enrolment FIL"
        for what in (
            "Jokkmokk 2023-02: filerna har olika antal: 12 i 'Blad'!B4 (a.xlsx); 14 i 'Blad'!B4 (b.xlsx)",
            "Norrbottens län 2023-02: filerna har olika antal: 19 i 'Blad'!B6 (a.xlsx); 21 i 'Blad'!B6 (b.xlsx)",
        )
    ]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        # “..” is somebody: 0 is another count. Intervals without a count in common are, too.
        (MASKED, 0, "1–5 i 'Blad'!B4 (a.xlsx); 0 i 'Blad'!B4 (b.xlsx)"),
        (MASKED, (7, 9), "1–5 i 'Blad'!B4 (a.xlsx); 7–9 i 'Blad'!B4 (b.xlsx)"),
    ],
)
def test_signs_can_contradict_too(one: str, other: int | tuple[int, int], said: str) -> None:
    second = counted("2510", other if isinstance(other, int) else MASKED, "b.xlsx")
    if isinstance(other, tuple):
        second |= {"low": other[0], "high": other[1]}
    with pytest.raises(InputError) as caught:
        reconciled(joined([counted("2510", one, "a.xlsx")], [second]))
    (problem,) = caught.value.problems
    assert problem.found == f"Jokkmokk 2023-02: filerna har olika antal: {said}"


def test_other_months_of_the_files_are_not_compared() -> None:
    other = {**counted("2510", 12, "a.xlsx"), "month": "2023-01"}
    clash = {**counted("2510", 13, "b.xlsx"), "month": "2023-01"}
    table = joined([counted("2510", 4, "a.xlsx"), other], [counted("2510", 4, "b.xlsx"), clash])
    assert need_of_month(table, "2023-02").table["low"].tolist() == [4]
    with pytest.raises(InputError, match=r"12 i .* 13 i "):
        need_of_month(table, "2023-01")


DISAGREEING = {
    "different counts of the same persons, all at once": (
        [counted("2510", 12, "a.xlsx"), counted("2513", 7, "a.xlsx")],
        [counted("2510", 14, "b.xlsx"), counted("2513", 8, "b.xlsx")],
    ),
    "somebody in one, nobody in the other": (
        [counted("2510", MASKED, "a.xlsx")],
        [counted("2510", 0, "b.xlsx")],
    ),
    "a total that is not the sum of the other file's parts": (
        [counted("2510", 12, "a.xlsx")],
        [counted("2510", 8, "b.xlsx", sex="women"), counted("2510", 5, "b.xlsx", sex="men")],
    ),
}


def test_the_page_of_bad_files_has_the_messages_word_for_word() -> None:
    cases = []
    for what, files in DISAGREEING.items():
        with pytest.raises(InputError) as caught:
            need_of_month(joined(*files), "2023-02")
        cases.append(Bad(what, Path, tuple(str(problem) for problem in caught.value.problems)))
    assert documented("Several files of counts") == markdown(cases)


# ----------------------------------------------------------------------------------------------- sums across the files


def test_a_total_in_one_file_is_the_total_of_parts_in_another() -> None:
    # a.xlsx has accommodation with a total of 12, b.xlsx sexes without any: men are 12 - 8 = 4.
    table = joined(
        [
            counted("2510", 9, "a.xlsx", accommodation="agency"),
            counted("2510", MASKED, "a.xlsx", accommodation="own"),
            counted("2510", 0, "a.xlsx", accommodation="other"),
            counted("2510", 12, "a.xlsx"),
        ],
        [counted("2510", 8, "b.xlsx", sex="women"), counted("2510", MASKED, "b.xlsx", sex="men")],
    )
    need = need_of_month(table, "2023-02")
    cells = cells_of(need.table)
    men, own = cells["b.xlsx", "B5"], cells["a.xlsx", "B5"]
    assert (men.low, men.high) == (4, 4)
    assert '"cell": "[a.xlsx]' in men.low_because
    assert (own.low, own.high) == (3, 3)
    assert need.files == ("a.xlsx", "b.xlsx")
    # Both sexes are known now, and are the finest breakdown that is complete. Nobody is counted twice.
    used = need.table[need.table["used"]]
    assert sorted(zip(used["sex"], used["low"], strict=True)) == [("men", 4), ("women", 8)]
    # The explanation holds across files: by the cells it names, wherever they are.
    here = {row.cell.rpartition("!")[2]: row for row in (cells["a.xlsx", "B7"], cells["b.xlsx", "B4"])}
    assert derived(men, "low", here) == 4


def test_a_sum_that_does_not_come_out_across_files_names_both() -> None:
    table = joined(
        [counted("2510", 12, "a.xlsx")],
        [counted("2510", 8, "b.xlsx", sex="women"), counted("2510", 5, "b.xlsx", sex="men")],
    )
    with pytest.raises(InputError) as caught:
        need_of_month(table, "2023-02")
    (problem,) = caught.value.problems
    assert (problem.file, problem.sheet) == ("a.xlsx", "Blad")
    assert problem.found == ("totalen i B4 är 12, men delarna blir 13 ([b.xlsx]'Blad'!B4, [b.xlsx]'Blad'!B5)")


def test_a_file_that_leaves_out_a_municipality_is_whole_by_itself() -> None:
    # b.xlsx, in a template that leaves out municipalities with 0, lists 2510 alone; its county total is still whole.
    table = joined(
        [counted("2510", 7, "a.xlsx"), counted("2513", 3, "a.xlsx"), counted("all", 10, "a.xlsx")],
        [counted("2510", MASKED, "b.xlsx", sex="women"), counted("all", 4, "b.xlsx", sex="women")],
    )
    women = cells_of(need_of_month(table, "2023-02").table)["b.xlsx", "B4"]
    assert (women.low, women.high) == (4, 4)


def test_joint_tables_are_not_made_of_margins() -> None:
    # Half are women and half live in own accommodation: nothing says how many women do.
    table = joined(
        [
            counted("2510", 6, "a.xlsx", accommodation="agency"),
            counted("2510", 6, "a.xlsx", accommodation="own"),
        ],
        [counted("2510", 6, "b.xlsx", sex="women"), counted("2510", 6, "b.xlsx", sex="men")],
    )
    need = need_of_month(table, "2023-02").table
    assert len(need) == 4
    assert not ((need["accommodation"] != "all") & (need["sex"] != "all")).any()
    assert int(need.loc[need["used"], "low"].sum()) == 12


@st.composite
def editions(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], dict[tuple[str, str], int]]:
    """One truth by municipality and sex in up to three files, each with some of its cells, some of them withheld."""
    truth = {
        (code, sex): draw(st.integers(0, 9)) for code in ("2505", "2506", "2510") for sex in ("women", "men")
    }
    for code in ("2505", "2506", "2510"):
        truth[code, "all"] = truth[code, "women"] + truth[code, "men"]
    files = []
    for number in range(draw(st.integers(1, 3))):
        rows = []
        for (code, sex), count in truth.items():
            if draw(st.booleans()):
                shown = MASKED if 1 <= count <= 5 and draw(st.booleans()) else count
                rows.append(counted(code, shown, f"{number}.xlsx", sex=sex))
        files.append(rows)
    files[0] += [counted("all", sum(truth[code, "all"] for code in ("2505", "2506", "2510")), "0.xlsx")]
    return files, truth


@given(editions(), st.randoms(use_true_random=False))
def test_the_truth_is_inside_and_the_order_of_files_changes_nothing(
    made: tuple[list[list[dict[str, Any]]], dict[tuple[str, str], int]], random: Any
) -> None:
    files, truth = made
    # A county whose total counts municipalities that no file names would not come out.
    named = {row["municipality_code"] for rows in files for row in rows if row["sex"] == "all"}
    if not named >= {"2505", "2506", "2510", "all"}:
        files[0] = [row for row in files[0] if row["municipality_code"] != "all"]
    table = joined(*files)
    if not len(table):
        return
    one = need_of_month(table, "2023-02").table
    for row in records(one):
        if row.municipality_code != "all":
            assert row.low <= truth[row.municipality_code, row.sex] <= row.high
    shuffled = table.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(need_of_month(shuffled, "2023-02").table, one)
