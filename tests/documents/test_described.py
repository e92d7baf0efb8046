"""An activity in the words of a document."""

from __future__ import annotations

from datetime import date

import pytest

from geomatch.documents.described import for_whom, plain_times, support, times
from geomatch.words import using_language

FIRST = date(2023, 2, 1)


@pytest.mark.parametrize(
    ("text", "compact", "said"),
    [
        ("mon 10:00-12:00", "mån 10:00–12:00", "Måndagar 10:00–12:00"),
        (
            "mon 10:00-12:00; wed 10:00-12:00; fri 09:00-12:00",
            "mån, ons 10:00–12:00; fre 09:00–12:00",
            "Måndagar och onsdagar 10:00–12:00; fredagar 09:00–12:00",
        ),
        (
            "2023-01-18 10:00-14:00; 2023-02-08 10:00-14:00",
            "2023-01-18, 2023-02-08 10:00–14:00",
            "8 februari 2023 10:00–14:00",
        ),
        ("2023-01-18 10:00-14:00", "2023-01-18 10:00–14:00", "Inga fler tider är angivna"),
        ("efter överenskommelse", "efter överenskommelse", "efter överenskommelse"),
        ("", "–", "Fråga anordnaren om tiderna"),
    ],
)
def test_times(text: str, compact: str, said: str) -> None:
    row = {"sessions_text": text, "sessions_assumed": False}
    assert times(row) == compact
    assert plain_times(row, FIRST) == said


def test_times_that_nobody_gave_are_not_made_up_at_the_desk() -> None:
    row = {"sessions_text": "mon 10:00-12:00", "sessions_assumed": True}
    assert times(row) == "mån 10:00–12:00 (antagna)"
    assert plain_times(row, FIRST) == "Fråga anordnaren om tiderna"


@pytest.mark.parametrize(
    ("groups", "sex", "said"),
    [
        ("all", "all", "alla"),
        ("", "women", "bara kvinnor"),
        ("asylum_seeker", "men", "asylsökande; bara män"),
        ("asylum_seeker;newcomer", "all", "asylsökande och nyanlända"),
    ],
)
def test_for_whom(groups: str, sex: str, said: str) -> None:
    assert for_whom({"target_groups": groups, "sex": sex}) == said


def test_support() -> None:
    row = {"childcare": True, "language_support": False, "parallel_group": True}
    assert support(row) == "barnpassning, föräldrar turas om"
    assert support(dict.fromkeys(row, False)) == "–"
    with using_language("en"):
        assert support(dict.fromkeys(row, True)) == "childcare, language support, parents take turns"
