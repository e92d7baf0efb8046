"""What decided each end: worked out by hand, and derived anew from the cells that the explanation names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geomatch.need import need_of_month, why_cell
from geomatch.tables import records
from geomatch.tightening import MOST_ENROLLED
from geomatch.words import using_language

MASKED = ".."
DIMENSIONS = ("accommodation", "target_group", "case_status", "sex", "age_group")


def counted(
    municipality: str, count: int | str, file: str = "x.xlsx", cell: str = "", **dimensions: str
) -> dict[str, Any]:
    """One count of county 25; `all` municipalities is its total, `country` the country's."""
    low, high = (count, count) if isinstance(count, int) else ((0, 5) if count in "-–" else (1, 5))
    country = municipality == "country"
    return {
        "month": "2023-02", "county_code": "all" if country else "25",
        "municipality_code": "all" if country else municipality, "locality_code": "all",
        **dict.fromkeys(DIMENSIONS, "all"), **dimensions, "low": low, "high": high,
        "masked": isinstance(count, str), "sign": count if isinstance(count, str) else "",
        "source": file, "cell": cell,
    }  # fmt: skip


def table_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """The rows, one below another in column C from row 3 where they name no cell."""
    return pd.DataFrame(
        [{**row, "cell": row["cell"] or f"'Blad'!C{number}"} for number, row in enumerate(rows, start=3)]
    )


def need_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows of NEED by cell, without the sheet."""
    found = need_of_month(table_of(rows), "2023-02").table
    return {row.cell.rpartition("!")[2]: row for row in records(found)}


def derived(row: Any, end: str, cells: dict[str, Any]) -> int:
    """An end from what its explanation names, and from nothing else: the final ends of those cells."""
    said = json.loads(getattr(row, f"{end}_because"))
    other = "high" if end == "low" else "low"

    def named(reference: str) -> Any:
        return cells[reference.rpartition("!")[2].rpartition("]")[2]]

    if said["by"] == "parts":
        assert said["rest"] == sum(getattr(named(cell), end) for cell in said["cells"])
        return int(said["rest"])
    if said["by"] == "widened":
        return {"low": 0, "high": MOST_ENROLLED}[end]
    assert said["by"] == "total"
    assert said["amount"] == getattr(named(said["cell"]), end)
    assert said["rest"] == sum(getattr(named(cell), other) for cell in said["cells"])
    return int(said["amount"] - said["rest"])


def check_no_circle(cells: dict[str, Any]) -> None:
    """No end is explained by way of itself."""
    waits: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for cell, row in cells.items():
        for end, other in (("low", "high"), ("high", "low")):
            said = json.loads(getattr(row, f"{end}_because") or "{}")
            rest = end if said.get("by") == "parts" else other
            needed = {(one, rest) for one in said.get("cells", ())}
            needed |= {(said["cell"], end)} if "cell" in said else set()
            waits[cell, end] = needed
    while waits:
        settled = {one for one, needed in waits.items() if not needed & set(waits)}
        assert settled
        waits = {one: needed for one, needed in waits.items() if one not in settled}


def check_every_end(cells: dict[str, Any]) -> None:
    for row in cells.values():
        for end in ("low", "high"):
            told = getattr(row, f"{end}_because")
            if getattr(row, end) == getattr(row, f"published_{end}"):
                assert told == ""
            else:
                assert row.masked
                assert derived(row, end, cells) == getattr(row, end)


def test_the_countys_total_and_the_other_municipalities_leave_one_count() -> None:
    # 41 in C6; the others have 20 and 18, so 3 are left.
    cells = need_of([counted("2510", MASKED), counted("2513", 20), counted("2514", 18), counted("all", 41)])
    assert (cells["C3"].low, cells["C3"].high) == (3, 3)
    assert (
        json.loads(cells["C3"].low_because)
        == json.loads(cells["C3"].high_because)
        == {
            "by": "total",
            "over": ["municipality_code"],
            "cell": "C6",
            "amount": 41,
            "rest": 38,
            "cells": ["C4", "C5"],
        }
    )
    with using_language("en"):
        assert why_cell(cells["C3"]) == (
            "“..” says 1–5; the county's total, 41 in C6, less 38 in the other municipalities (C4–C5) leaves 3"
        )
    assert why_cell(cells["C3"]) == (
        "”..” säger 1–5; summan för länet, 41 i C6, minus 38 i de andra kommunerna (C4–C5) lämnar 3"
    )


def test_each_end_has_its_own_reason() -> None:
    # Accommodation: 12 less at most 5 and 3 leaves at least 4. Nothing narrows the upper end.
    cells = need_of(
        [
            counted("2510", MASKED, accommodation="agency"),
            counted("2510", MASKED, accommodation="own"),
            counted("2510", 3, accommodation="other"),
            counted("2510", 12),
        ]
    )
    assert (cells["C3"].low, cells["C3"].high, cells["C3"].high_because) == (4, 5, "")
    assert why_cell(cells["C3"]) == (
        "”..” säger 1–5; summan för alla boendeformer, 12 i C6, minus högst 8 i de andra boendeformerna (C4–C5) "
        "lämnar minst 4"
    )
    assert why_cell(cells["C4"]).endswith("(C3, C5) lämnar minst 4")


def test_a_withheld_total_is_bounded_by_its_parts() -> None:
    # Women 1-5 and men 2: 3 to 5 (the sign's own upper end), so there are at most 3 women.
    cells = need_of(
        [counted("2510", MASKED), counted("2510", MASKED, sex="women"), counted("2510", 2, sex="men")]
    )
    assert (cells["C3"].low, cells["C3"].high) == (3, 5)
    assert (cells["C4"].low, cells["C4"].high) == (1, 3)
    assert why_cell(cells["C3"]) == "”..” säger 1–5; delarna (C4–C5) är tillsammans minst 3"
    assert why_cell(cells["C4"]) == (
        "”..” säger 1–5; summan för kvinnor och män, 5 i C3, minus minst 2 i det andra könet (C5) lämnar högst 3"
    )


def test_a_count_that_no_total_narrows() -> None:
    cells = need_of([counted("2510", MASKED), counted("2513", "-")])
    assert why_cell(cells["C3"]) == "”..” säger 1–5, och ingen summa säger mer"
    assert why_cell(cells["C4"]) == "”-” säger 0–5, och ingen summa säger mer"


def test_a_part_alone_is_at_most_its_total() -> None:
    # How many live otherwise is not published: the part is at most 3, and can be fewer.
    cells = need_of([counted("2510", MASKED, accommodation="agency"), counted("2510", 3)])
    assert (cells["C3"].low, cells["C3"].high) == (1, 3)
    assert why_cell(cells["C3"]) == "”..” säger 1–5; summan för alla boendeformer är 3 i C4"


def test_a_larger_count_that_was_withheld_says_so() -> None:
    # 20 in two withheld cells: at least one is larger than its sign says. One alone must be.
    both = need_of([counted("2510", MASKED), counted("2513", MASKED), counted("all", 20)])
    assert (both["C3"].low, both["C3"].high) == (1, 19)
    assert why_cell(both["C3"]) == (
        "”..” säger 1–5; summan för länet, 20 i C5, minus minst 1 i de andra kommunerna (C4) lämnar högst 19; "
        "antalet kan alltså vara ett annat än tecknet säger"
    )
    # The other has 4 men and 1-5 women: 5-9. One sum decides both ends, and is told once.
    larger = need_of(
        [counted("2510", MASKED), counted("2513", MASKED, sex="women"), counted("2513", 4, sex="men"),
         counted("2513", MASKED), counted("all", 20)]
    )  # fmt: skip
    assert (larger["C3"].low, larger["C3"].high) == (11, 15)
    assert why_cell(larger["C3"]) == (
        "”..” säger 1–5; summan för länet, 20 i C7, minus 5–9 i de andra kommunerna (C6) lämnar 11–15; "
        "antalet är alltså ett annat än tecknet säger"
    )
    alone = need_of([counted("2510", MASKED), counted("2513", 3), counted("all", 20)])
    assert (alone["C3"].low, alone["C3"].high) == (17, 17)
    assert why_cell(alone["C3"]).endswith("lämnar 17; antalet är alltså ett annat än tecknet säger")


def test_a_withheld_part_that_must_be_nobody_after_all() -> None:
    # 30 of 30 are in own accommodation: nobody is left for “..”.
    cells = need_of(
        [
            counted("2510", MASKED, accommodation="agency"),
            counted("2510", 30, accommodation="own"),
            counted("2510", 30),
        ]
    )
    assert (cells["C3"].low, cells["C3"].high) == (0, 0)
    assert json.loads(cells["C3"].low_because) == {"by": "widened"}
    assert why_cell(cells["C3"]) == (
        "”..” säger 1–5; det kan vara 0, eftersom de publicerade summorna säger emot tecknen; summan för alla "
        "boendeformer, 30 i C5, minus minst 30 i de andra boendeformerna (C4) lämnar högst 0; antalet är alltså ett "
        "annat än tecknet säger"
    )


def test_the_country_is_the_sum_of_its_counties() -> None:
    other = {"county_code": "24"}
    cells = need_of(
        [
            counted("2510", MASKED),
            counted("2513", MASKED),
            counted("all", MASKED),
            {**counted("2401", 30), **other},
            {**counted("all", 30), **other},
            counted("country", 40),
        ]
    )
    # 40 - 30 = 10 in the county; in it two withheld counts of at most 5: both are 5.
    assert (cells["C5"].low, cells["C5"].high) == (10, 10)
    assert why_cell(cells["C5"]).startswith(
        "”..” säger 1–5; summan för landet, 40 i C8, minus 30 i de andra länen (C7) lämnar 10"
    )
    assert (cells["C3"].low, cells["C3"].high) == (5, 5)


def test_cells_on_other_sheets_and_in_other_files_are_named_with_them() -> None:
    cells = need_of(
        [
            counted("2510", MASKED, cell="'ABO, EBO'!B4"),
            counted("2513", 7, cell="'Övrigt'!B5"),
            counted("2514", 8, "annan fil.csv", "B6"),
            counted("2518", 9, "annan fil.csv", "B7"),
            counted("all", 26, cell="'ABO, EBO'!B9"),
        ]
    )
    assert why_cell(cells["B4"]) == (
        "”..” säger 1–5; summan för länet, 26 i B9, minus 24 i de andra kommunerna "
        "('Övrigt'!B5, [annan fil.csv]B6–B7) lämnar 2"
    )


def test_a_total_of_several_dimensions_at_once() -> None:
    # The only total is of everyone; the parts are by accommodation and sex, so 30 - 4 * 5 - 7 = 3 to ... are left.
    rows = [
        counted("2510", MASKED if n else 25, accommodation=one, sex=sex)
        for n, (one, sex) in enumerate((a, s) for a in ("agency", "own", "other") for s in ("women", "men"))
    ]
    cells = need_of([*rows, counted("2510", 31)])
    # 31 - 25 = 6 for five counts of at least 1: none is larger than 2.
    assert [(cells[f"C{n}"].low, cells[f"C{n}"].high) for n in range(4, 9)] == [(1, 2)] * 5
    assert why_cell(cells["C4"]) == (
        "”..” säger 1–5; summan, 31 i C9, minus minst 29 i de andra delarna (C3, C5–C8) lämnar högst 2"
    )


def test_a_larger_withheld_total_is_bounded_by_whatever_it_is_part_of() -> None:
    # 12 in agency accommodation alone; how many live otherwise is not published, nor a total that would bound it.
    cells = need_of([counted("2510", 12, accommodation="agency"), counted("2510", MASKED)])
    assert (cells["C4"].low, cells["C4"].high) == (12, MOST_ENROLLED)
    assert json.loads(cells["C4"].high_because) == {"by": "widened"}
    assert why_cell(cells["C4"]) == (
        "”..” säger 1–5; delarna (C3) är tillsammans minst 12; det måste vara större, och ingen publicerad summa säger "
        "hur stort det kan vara; antalet är alltså ett annat än tecknet säger"
    )
    # Women of one municipality are a part in no sum, but some of the county's 60.
    cells = need_of(
        [
            counted("2510", 12, accommodation="agency", sex="women"),
            counted("2510", MASKED, sex="women"),
            counted("all", 60),
        ]
    )
    assert (cells["C4"].low, cells["C4"].high) == (12, 60)
    assert "; summan är 60 i C5; " in why_cell(cells["C4"])
    # With the county's total, of which another municipality has 5, it is 20.
    cells = need_of(
        [
            counted("2510", 12, accommodation="agency"),
            counted("2510", MASKED),
            counted("2513", 5),
            counted("all", 25),
        ]
    )
    assert (cells["C4"].low, cells["C4"].high) == (20, 20)


def test_counties_without_totals_make_the_country_with_their_municipalities() -> None:
    cells = need_of(
        [counted("2510", MASKED), {**counted("2401", 30), "county_code": "24"}, counted("country", 33)]
    )
    assert (cells["C3"].low, cells["C3"].high) == (3, 3)


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A county by accommodation and sex with all its totals; small counts withheld, and at times larger ones."""
    codes = ["2505", "2506", "2510"][: draw(st.integers(1, 3))]
    accommodations = ["agency", "own", "other"][: draw(st.integers(2, 3))]
    truth: dict[tuple[str, str, str], int] = {}
    for code in codes:
        for accommodation in accommodations:
            for sex in ("women", "men"):
                truth[code, accommodation, sex] = draw(st.integers(0, 9))
    with_totals: dict[tuple[str, str, str], int] = {}
    for (code, accommodation, sex), count in truth.items():
        for place in (code, "all"):
            for one in (accommodation, "all"):
                for other in (sex, "all"):
                    key = (place, one, other)
                    with_totals[key] = with_totals.get(key, 0) + count
    largest = draw(st.sampled_from([5, 5, 12]))
    return [
        {
            **counted(
                code,
                MASKED if 1 <= count <= largest and draw(st.booleans()) else count,
                accommodation=accommodation,
                sex=sex,
            ),
            "truth": count,
            "largest": largest,
        }
        for (code, accommodation, sex), count in with_totals.items()
    ]


@given(worlds())
def test_every_end_follows_from_the_cells_that_its_explanation_names(world: list[dict[str, Any]]) -> None:
    rows = [{name: row[name] for name in row if name not in ("truth", "largest")} for row in world]
    cells = need_of(rows)
    check_every_end(cells)
    check_no_circle(cells)
    for number, row in enumerate(world, start=3):
        found = cells[f"C{number}"]
        if row["largest"] == 5:
            assert found.low <= row["truth"] <= found.high
        if found.masked:
            assert why_cell(found)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world: list[dict[str, Any]], random: Any) -> None:
    rows = [{**row, "cell": f"C{number}"} for number, row in enumerate(world, start=3)]
    for row in rows:
        del row["truth"], row["largest"]
    one = need_of_month(table_of(rows), "2023-02").table
    random.shuffle(rows)
    pd.testing.assert_frame_equal(need_of_month(table_of(rows), "2023-02").table, one)
