"""What the agency's workbooks alone permit, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from geomatch.audit.agency import EVERYONE, AgencyMonth, dims_of
from geomatch.audit.solve import Part
from geomatch.audit.system import Bounds, System, components
from geomatch.audit.workbooks import Dims, read_workbooks
from geomatch.errors import InputError
from tests.audit.trees import write_workbook

MONTH = "2023-01"
SIGNS = {"masked": (1, 5), "dash": (0, 5)}


def permitted(
    folder: Path, extra: Sequence[tuple[str, Dims, Sequence[str]]] = ()
) -> dict[tuple[str, Dims], tuple[int, int]]:
    """Least and most of every count of the workbooks, and of further ones that are published."""
    months, _files = read_workbooks(folder / "workbooks", **SIGNS)
    system = System()
    agency = AgencyMonth(system, months[MONTH])
    for area, dims, parts in extra:
        agency.unknown(area, dims, parts)
    bounds = Bounds.of(system)
    numbers = range(len(system.rows))
    bounds.spread(numbers)
    found = {unknown: (bounds.low[unknown], bounds.high[unknown]) for unknown in agency.at.values()}
    for unknowns, rows in components(bounds, numbers):
        part = Part(bounds, unknowns, rows)
        found |= {unknown: (part.minimum(unknown), part.maximum(unknown)) for unknown in unknowns}
    return {key: found[unknown] for key, unknown in agency.at.items()}


def group(name: str, value: str) -> dict[str, str]:
    return {name: value}


def test_a_county_less_its_municipalities_and_those_of_no_known_place(tmp_path: Path) -> None:
    write_workbook(
        tmp_path,
        [
            (MONTH, "2505", 10),
            (MONTH, "2506", ".."),
            (MONTH, "25?", "-"),
            (MONTH, "25", 12),
            (MONTH, "00", 12),
        ],
    )
    ends = permitted(tmp_path)
    # Two for both: one or two here, one or none of no known place.
    assert ends["2506", EVERYONE] == (1, 2)
    assert ends["25?", EVERYONE] == (0, 1)


def test_parts_that_make_no_whole_are_at_most_the_total(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [(MONTH, "2505", 10)]
    rows += [
        (MONTH, "2505", group("accommodation", one), value) for one, value in (("agency", 7), ("own", ".."))
    ]
    write_workbook(tmp_path, rows)
    assert permitted(tmp_path)["2505", dims_of("accommodation", "own")] == (1, 3)
    write_workbook(tmp_path, [*rows, (MONTH, "2505", group("accommodation", "other"), 1)])
    # Agency, own and other leave nobody out: two are left.
    assert permitted(tmp_path)["2505", dims_of("accommodation", "own")] == (2, 2)


def test_a_crossed_table_makes_its_margins(tmp_path: Path) -> None:
    cells = {("women", "agency"): 4, ("women", "own"): "..", ("women", "other"): 0}
    cells |= {("men", "agency"): "..", ("men", "own"): 6, ("men", "other"): 0}
    rows: list[tuple[Any, ...]] = [
        (MONTH, "2505", {"sex": sex, "accommodation": one}, value) for (sex, one), value in cells.items()
    ]
    write_workbook(tmp_path, [*rows, (MONTH, "2505", 13)])
    ends = permitted(
        tmp_path, [("2505", dims_of("sex", "women"), ()), ("2505", dims_of("accommodation", "own"), ())]
    )
    # Three for the two that are withheld, one or two each.
    assert ends["2505", dims_of("sex", "women")] == (5, 6)
    assert ends["2505", dims_of("accommodation", "own")] == (7, 8)


def test_a_total_that_no_workbook_has_is_the_sum_of_the_municipalities(tmp_path: Path) -> None:
    women = group("sex", "women")
    write_workbook(
        tmp_path,
        [(MONTH, "2505", 20), (MONTH, "2506", 9), (MONTH, "2505", women, 12), (MONTH, "2506", women, "..")],
    )
    key = ("25", dims_of("sex", "women"))
    assert permitted(tmp_path, [(*key, ("2505", "2506"))])[key] == (13, 17)


def test_a_group_that_no_workbook_has_is_at_most_everyone(tmp_path: Path) -> None:
    write_workbook(tmp_path, [(MONTH, "2505", 8)])
    key = ("2505", dims_of("sex", "men"))
    assert permitted(tmp_path, [(*key, ())])[key] == (0, 8)


def test_a_number_goes_before_a_sign_and_two_signs_are_both_right(tmp_path: Path) -> None:
    write_workbook(tmp_path, [(MONTH, "2505", ".."), (MONTH, "2506", "-"), (MONTH, "2510", 7)], "a.csv")
    write_workbook(tmp_path, [(MONTH, "2505", 3), (MONTH, "2506", ".."), (MONTH, "2510", "..")], "b.csv")
    months, files = read_workbooks(tmp_path / "workbooks", **SIGNS)
    assert files == ("a.csv", "b.csv")
    cells = {area: (cell.low, cell.high, cell.masked) for (area, _dims), cell in months[MONTH].cells.items()}
    assert cells == {"2505": (3, 3, False), "2506": (1, 5, True), "2510": (7, 7, False)}


def test_a_workbook_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = write_workbook(tmp_path, [(MONTH, "2505", 3)])
    path.write_text(path.read_text().replace(",3,3,", ",3,x,"))
    with pytest.raises(InputError, match="x"):
        read_workbooks(tmp_path / "workbooks", **SIGNS)
