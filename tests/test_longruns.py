"""The long runs draw the same files from the same seed, and see a reading that is not what the file says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from longruns.fuzz import draw
from longruns.readers import READERS, Outcome, unexplained
from longruns.samples import Rows, Sample, samples


@pytest.fixture(scope="module")
def every() -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples():
        found[sample.source].append(sample)
    return found


def test_the_same_seed_draws_the_same_files(every: dict[str, list[Sample]]) -> None:
    def drawn(seed: int) -> list[tuple[str, ...] | None]:
        cases = [draw(seed, number, every) for number in range(60)]
        return [(case.name, *case.how, str(case.sheets)) if case else None for case in cases]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("source", ["enrolment", "activities", "corridors", "localities"])
def test_a_sound_file_is_what_it_says(source: str, every: dict[str, list[Sample]], tmp_path: Path) -> None:
    for sample in every[source]:
        if not sample.sheets or sample.head < 0:
            continue
        path = tmp_path / sample.name
        path.write_bytes(sample.content)
        found = READERS[source](path)
        rows = sample.sheets[sample.main]
        assert unexplained(found, rows, sample.head + 1) == ""
        assert unexplained(_one_less(found), rows, sample.head + 1) != ""


def _one_less(found: Outcome) -> Outcome:
    """What a reader would give that left something out."""
    if found.cells is not None:
        return replace(found, cells=dict(list(found.cells.items())[1:]), notes={})
    if isinstance(found.rows, frozenset):
        return replace(found, rows=frozenset(sorted(found.rows)[1:]))
    assert found.rows is not None
    return replace(found, rows=found.rows - 1)


def test_a_count_that_is_not_in_its_cell_is_seen() -> None:
    rows: Rows = [["Län", "Kommun", "ABO"], ["Gotlands län", "Gotland", 12], [None, "Totalt", ".."]]
    said = {"C2": (12, 12, ""), "C3": (1, 5, "..")}
    assert unexplained(Outcome("", {}, None, said, (1, ("C",))), rows, 1) == ""
    for wrong in ({**said, "C2": (13, 13, "")}, {**said, "C3": (1, 5, "-")}, {**said, "C3": (0, 0, "")}):
        found = Outcome("", {}, None, wrong, (1, ("C",)))
        assert unexplained(found, rows, 1).startswith(("C2 was read as", "C3 was read as"))
