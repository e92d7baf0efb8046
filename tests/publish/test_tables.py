from __future__ import annotations

import pytest

from geomatch.publish.facts import shown_municipalities
from geomatch.publish.tables import (
    TableView,
    activity_table,
    corridor_table,
    localities,
    locality_table,
    municipality_table,
)
from geomatch.words import using_language
from tests.publish.fixture_month import county_facts, day_returns


def texts(view: TableView) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in view.rows]


def test_municipalities_largest_gap_first() -> None:
    view = municipality_table(shown_municipalities(county_facts()))
    assert texts(view) == [
        [
            "Askvik",
            "31–39",
            "15 / 19",
            "0",
            "0",
            "4",
            "3 / 6",
            "0",
            "9 / 10",
            "16–20",
            "51–52\u00a0%",
            "7–27",
            "1–2",
        ],
        ["Björkmo", "10", "4", "3", "3", "0", "0", "0", "0", "0", "0\u00a0%", "0", "1–2"],
        ["Cedersta", "0", "0", "0", "0", "0", "0", "0", "0", "0", "–", "0", "1–2"],
    ]
    assert all(len(row) == len(view.headings) for row in texts(view))


@pytest.mark.parametrize("end", [0, 1])
def test_the_parts_shown_add_up_to_the_need_shown(end: int) -> None:
    for cells in texts(municipality_table(shown_municipalities(county_facts()))):
        ends = [[int(number) for number in text.replace("–", "/").split("/")] for text in cells[1:10]]
        need, *parts, gap = [numbers[end] if len(numbers) == 2 else numbers[0] for numbers in ends]
        assert sum(parts) == need
        assert sum(parts[3:]) == gap


def test_groups_span_their_headings() -> None:
    view = municipality_table([])
    assert view.groups == (("", 1), ("", 1), ("Får plats", 3), ("Får ingen plats", 4), ("Gapet", 4))


def test_corridors_open_first_then_by_verdict() -> None:
    rows = texts(corridor_table(county_facts()))
    assert [row[:3] for row in rows] == [
        ["Björkmo", "Askvik", "öppet"],
        ["Askvik", "Björkmo", "rekommenderas"],
        ["Askvik", "Cedersta", "möjligt; bara en okänd andel står i vägen"],
        ["Cedersta", "Dalarö", "rekommenderas inte"],
        ["Ekhamn", "Askvik", "utanför reglerna"],
    ]
    assert rows[1][4:] == [
        "6", "6,4", "8,2", "9", "42", "55,5", "2,5", "1", "nej", "5\u00a0400 / 8\u00a0100", "ja", "ja", "ja",
    ]  # fmt: skip
    assert rows[4][8:12] == ["–", "–", "2,5", "–"]


def test_activities_as_their_visibility_allows() -> None:
    rows = texts(activity_table(county_facts()))
    assert [(row[0], row[2], row[-1]) for row in rows] == [
        ("Kvinnonätverk", "Askvik", "bara kommunen"),
        ("Språkcafé", "Askvik", "exakt plats"),
        ("Odling", "Björkmo", "bara kommunen"),
        ("Samhällskunskap på nätet", "Björkmo", "digitalt"),
    ]


def test_localities_and_what_they_reach() -> None:
    facts = county_facts()
    assert texts(locality_table(facts, localities(facts))) == [
        # s1, an exact one, in 4 minutes; s2 is counted.
        ["Askvik", "Askvik", "22–29", "2", "4"],
        # The hidden s3 is counted, and its 3 minutes are not told; s5 may only be known by its municipality: 21.5 -> 30.
        ["Björkmo (hela kommunen)", "Björkmo", "10", "2", "≤ 30"],
        ["Fjärrby", "Askvik", "9–10", "0", "–"],
    ]


def test_times_to_protected_places_are_never_shown() -> None:
    returns = day_returns()
    returns.loc[returns["series_id"] == "s5", "reachable"] = False
    facts = county_facts(day_returns=returns)
    (place,) = [one for one in localities(facts) if one.name == "Björkmo"]
    assert (place.reached, place.travel_min) == (1, None)


def test_tables_in_english() -> None:
    with using_language("en"):
        assert texts(corridor_table(county_facts()))[1][2] == "recommended"


def test_a_county_without_anything() -> None:
    facts = county_facts(county_code="98")
    assert municipality_table(shown_municipalities(facts)).rows == ()
    assert localities(facts) == []
