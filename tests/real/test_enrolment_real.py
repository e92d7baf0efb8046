"""The reader against the agency's own workbooks of a sister series: refused by name, whatever the template."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.sources.enrolment import read_enrolment
from geomatch.sources.tabular import open_book


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("beviljade_arbetstillstand_2016.xls", "Beviljade arbetstillstånd 2016"),
        ("beviljade_arbetstillstand_2020.xlsx", "Beviljade arbetstillstånd 2020"),
        ("beviljade_arbetstillstand_2024.xlsx", "Beviljade arbetstillstånd, 2024"),
    ],
)
def test_work_permits_are_refused_by_name(shared: Path, name: str, title: str) -> None:
    with pytest.raises(InputError) as caught:
        read_enrolment(shared / "migrationsverket" / name)
    assert [problem.found for problem in caught.value.problems] == [
        f"filen innehåller en annan serie: ”{title}”"
    ]


def test_the_drawing_of_a_real_workbook_is_read(shared: Path) -> None:
    book = open_book(shared / "migrationsverket" / "beviljade_arbetstillstand_2024.xlsx")
    assert book.information[:2] == [
        "Beviljade arbetstillstånd, 2024",
        "Källa: SIMBAs datalager, uppdaterad 2025-01-07.",
    ]
    assert [sheet.name for sheet in book.sheets][:2] == ["Information", "Yrkesområde, förstagångs"]
