"""Each template in each shape comes back as it was written; a damaged cell is found or does no harm."""

from __future__ import annotations

import copy
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.sources.enrolment import read_enrolment
from tests.sources import enrolment_variants as made

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]


def test_there_are_enough_variants() -> None:
    assert len(made.VARIANTS) == len(set(made.VARIANTS.values())) >= 30


@pytest.mark.parametrize("name", made.VARIANTS)
def test_a_variant_comes_back_as_it_was_written(tmp_path: Path, name: str) -> None:
    variant = made.VARIANTS[name]
    path = tmp_path / f"a.{variant.kind}"
    truth = made.write(path, made.COUNTS, variant)
    result = read_enrolment(path)
    assert made.read_back(result) == truth
    assert result.synthetic
    assert result.months == (made.ISO_MONTHS if variant.by_month else ("2023-02",))
    assert result.template == ("legacy" if variant.template == "legacy" else "modern")
    assert result.sheet == ("" if variant.kind == "csv" else variant.sheet)
    assert result.header_row == (10 if variant.template == "legacy" else variant.header_row)
    assert result.updated == (
        "2023-03-02" if variant.others == "before" else "2024-01-01" if variant.template == "legacy" else None
    )
    assert result.notes.get("nameless_rows", 0) == variant.nameless
    assert result.notes.get("hidden_sheets", 0) == (variant.others == "hidden")
    assert result.notes.get("masked", 0) + result.notes.get("dash", 0) == sum(row[8] for row in truth)
    numbers = sum(not row[8] for row in truth)
    as_text = variant.numbers != "number" and variant.kind != "csv"
    assert result.notes.get("text_numbers", 0) == (numbers if as_text else 0)


def test_one_truth_is_as_worked_out_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    variant = made.VARIANTS["legacy, nameless, xls"]
    counts = {"unknown": (3, 0, 7), "1080": (1, 6, 0), "1082": (0, 0, 0), "0980": (12, 0, 5)}
    assert made.write(path, counts, variant) == [
        ("2023-02", "unknown", "unknown", "all", "all", "all", 10, 10, False, ""),
        ("2023-02", "unknown", "all", "all", "all", "all", 10, 10, False, ""),
        ("2023-02", "09", "0980", "all", "all", "all", 17, 17, False, ""),
        ("2023-02", "09", "all", "all", "all", "all", 17, 17, False, ""),
        ("2023-02", "10", "1080", "all", "all", "all", 7, 7, False, ""),
        ("2023-02", "10", "all", "all", "all", "all", 7, 7, False, ""),
        ("2023-02", "all", "all", "all", "all", "all", 34, 34, False, ""),
    ]
    result = read_enrolment(path)
    assert result.table["cell"].tolist() == [
        f"'Län, kommun-County, Municipalit'!D{row}" for row in (12, 13, 17, 18, 22, 23, 25)
    ]
    # 290 municipalities, two of them listed. Karlshamn has 0 and is left out by the template: it is not made up.
    assert result.notes == {
        "municipalities_not_listed": 288,
        "nameless_rows": 1,
        "unknown_municipality_rows": 1,
    }
    assert result.columns == (("B", "Län", "county"), ("C", "Kommun", "municipality"), ("D", "Antal", "all"))


@settings(max_examples=60, deadline=None, suppress_health_check=CALM)
@given(variant=made.variants(), counts=made.counts())
def test_any_counts_in_any_variant_come_back(variant: made.Variant, counts: made.Counts) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{variant.kind}"
        truth = made.write(path, counts, variant)
        assert made.read_back(read_enrolment(path)) == truth


def damaged(cell: Any, how: str) -> Any:
    if how == "gone":
        return None
    if how == "garbled":
        return f"{cell}x" if isinstance(cell, str) else "x"
    if how == "error":
        return "#REF!"
    if how == "off by one":
        return cell + 1 if isinstance(cell, int) else None
    return cell[1:] if isinstance(cell, str) else dt.date(2023, 1, 5)


@pytest.mark.parametrize(
    "variant",
    [
        made.Variant(nameless=True, repeated=True, unknown_row=True, header_row=2),
        made.Variant("months", total_column=False, dimension="sex"),
        made.Variant("legacy", sheet=made.LEGACY, columns="one", nameless=True, capitals=True),
    ],
)
def test_no_cell_can_be_damaged_unseen(tmp_path: Path, variant: made.Variant) -> None:
    counts = {"unknown": (0, 0, 1), "1080": (1, 6, 3), "10unknown": (0, 2, 0), "0980": (0, 0, 1)}
    drawn = made.draw(counts, variant)
    unseen = []
    for row, cells in enumerate(drawn.rows):
        for column, cell in enumerate(cells):
            for how in ("gone", "garbled", "off by one") if str(cell or "").strip() else ():
                rows = copy.deepcopy(drawn.rows)
                rows[row][column] = damaged(cell, how)
                made.save(tmp_path / "a.xlsx", [(variant.sheet, rows, False)])
                try:
                    found = made.read_back(read_enrolment(tmp_path / "a.xlsx"))
                except InputError:
                    continue
                if found != drawn.truth:
                    unseen.append((row, column, how))
    assert unseen == []


@settings(max_examples=150, deadline=None, suppress_health_check=CALM)
@given(
    # A number that has been changed can only be found where the parts and their totals are published.
    variant=made.variants(kinds=("xlsx",), sign="", numbers="number", subtotals=True, others=""),
    counts=made.counts(most=5),
    where=st.randoms(use_true_random=False),
    how=st.sampled_from(["gone", "garbled", "error", "off by one", "cut"]),
)
def test_a_damaged_cell_is_found_or_does_no_harm(
    variant: made.Variant, counts: made.Counts, where: Any, how: str
) -> None:
    drawn = made.draw(counts, variant)
    rows = copy.deepcopy(drawn.rows)
    cells = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if str(cell or "").strip()]
    row, column = where.choice(cells)
    rows[row][column] = damaged(rows[row][column], how)
    assume(rows[row][column] != drawn.rows[row][column])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        made.save(path, [(variant.sheet, rows, False)])
        found: list[made.Truth] | None
        try:
            found = made.read_back(read_enrolment(path))
        except InputError:
            found = None
    assert found in (None, drawn.truth)
