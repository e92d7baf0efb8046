"""Which ages the label of an age group spans."""

from __future__ import annotations

import pytest

from geomatch.ages import OLDEST_YEARS, belongs, years_of_age


@pytest.mark.parametrize(
    ("label", "years"),
    [
        ("0-17", (0, 17)),
        ("0–17 år", (0, 17)),
        ("18—64", (18, 64)),
        ("16 - 20 år", (16, 20)),
        ("18 till 24 år", (18, 24)),
        ("18-", (18, OLDEST_YEARS)),
        ("65+", (65, OLDEST_YEARS)),
        ("65 år +", (65, OLDEST_YEARS)),
        ("18 år och äldre", (18, OLDEST_YEARS)),
        ("18 years and over", (18, OLDEST_YEARS)),
        ("minst 18 år", (18, OLDEST_YEARS)),
        ("över 64 år", (65, OLDEST_YEARS)),
        ("> 64", (65, OLDEST_YEARS)),
        ("Under 18 år", (0, 17)),
        ("<18", (0, 17)),
        ("högst 17 år", (0, 17)),
        ("17 år och yngre", (0, 17)),
        ("18 år", (18, 18)),
        ("Barn", (0, 17)),
        ("vuxna", (18, OLDEST_YEARS)),
        # The last group of a series is everybody from there on.
        ("65-100", (65, OLDEST_YEARS)),
        ("okänd ålder", None),
        ("20-16", None),
        ("0-17 och 65-", None),
        ("", None),
    ],
)
def test_the_years_of_a_label(label: str, years: tuple[int, int] | None) -> None:
    assert years_of_age(label) == years


def test_whether_an_age_group_is_inside_another() -> None:
    assert belongs("18-64 år", "18-") is True
    assert belongs("0-17", "18-") is False
    assert belongs("16-20", "18-") is None
    assert belongs("okänd", "18-") is None
    assert belongs("okänd", "okänd") is True
