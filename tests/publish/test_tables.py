from __future__ import annotations

import pandas as pd
import pytest

from geomatch.publish.activities import activity_table
from geomatch.publish.facts import shown_municipalities
from geomatch.publish.tables import (
    TableView,
    corridor_records,
    corridor_table,
    localities,
    locality_table,
    municipality_table,
)
from geomatch.words import using_language
from tests.publish.fixture_month import activity, corridor, county_facts, day_returns, with_activities


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
            "2",
            "24",
        ],
        # The hidden activity is not counted, nor the digital one.
        ["Björkmo", "10", "4", "3", "3", "0", "0", "0", "0", "0", "0\u00a0%", "0", "1–2", "1", "12"],
        ["Cedersta", "0", "0", "0", "0", "0", "0", "0", "0", "0", "–", "0", "1–2", "0", "0"],
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
    assert view.groups == (
        ("", 1),
        ("", 1),
        ("Får plats", 3),
        ("Får ingen plats", 4),
        ("Gapet", 4),
        ("Utbud", 2),
    )


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
        "6", "6,4", "8,2", "9", "–", "–", "2 / 9", "8 / 7", "42", "55,5", "71,3", "2,5", "1", "nej", "50\u00a0%", "nej",
        "120 / 180", "5\u00a0400 / 8\u00a0100", "900", "stor nog", "räcker", "god",
    ]  # fmt: skip
    assert rows[2][8:10] == ["7 / 9,5", "Cedersta → Dalarö"]
    assert rows[2][-3:] == ["under 6 personer", "räcker", "god"]
    assert rows[3][-9:] == [
        "ja",
        "50\u00a0%",
        "ja",
        "120 / 180",
        "5\u00a0400 / 8\u00a0100",
        "900",
        "stor nog",
        "räcker",
        "brister",
    ]
    assert rows[4][12:17] == ["–", "–", "–", "2,5", "–"]
    assert all(len(row) == len(corridor_table(county_facts()).headings) for row in rows)


def test_sessions_of_hidden_activities_are_not_counted() -> None:
    pair = {"from_code": "9901", "to_code": "9902", "reachable": True}
    first, second = {"point_id": "9901/T1", **pair}, {"point_id": "9901/T2", **pair}
    base = day_returns().iloc[0].to_dict()
    more = [
        # 1.5 and 2 a week are shown at the first point, 3 at the second; the hidden s3 makes it 5.5 and 5.
        {**base, **first, "series_id": "s5", "sessions_per_week": 1.5},
        {**base, **first, "series_id": "s7", "sessions_per_week": 2.0},
        {**base, **first, "series_id": "s3", "sessions_per_week": 2.0},
        {**base, **second, "series_id": "s5", "sessions_per_week": 3.0},
        {**base, **second, "series_id": "s3", "sessions_per_week": 2.0},
    ]
    pairs = pd.DataFrame([corridor("9901", "9902", sessions_per_week=5.5), corridor("9901", "9903")])
    facts = with_activities(activity("s7", "Till", "9902", "exact"))
    facts = county_facts(activities=facts.activities, corridors=pairs, day_returns=pd.DataFrame(more))
    assert [row["sessions_per_week"] for row in corridor_records(facts)] == [3.5, 2.5]
    hidden_only = pd.DataFrame(more[2:3])
    facts = county_facts(corridors=pairs, day_returns=hidden_only)
    rows = {row[1]: row for row in texts(corridor_table(facts))}
    assert rows["Björkmo"][15] == "–"


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
        # The hidden s3 is not counted, or it could be found by counting; its 3 minutes are not told either.
        # s5 may only be known by its municipality: 21.5 -> 30.
        ["Björkmo (hela kommunen)", "Björkmo", "10", "1", "≤ 30"],
        ["Fjärrby", "Askvik", "9–10", "0", "–"],
    ]


def test_times_to_protected_places_are_never_shown() -> None:
    returns = day_returns()
    returns.loc[returns["series_id"] == "s5", "reachable"] = False
    facts = county_facts(day_returns=returns)
    (place,) = [one for one in localities(facts) if one.name == "Björkmo"]
    assert (place.reached, place.travel_min) == (0, None)


def test_an_activity_held_at_several_places_is_reached_once() -> None:
    returns = day_returns()
    returns.loc[returns["series_id"] == "s2", "series_id"] = "s1#2"
    facts = with_activities(activity("s1#2", "Språkcafé", "9901", "exact", activity_id="s1"))
    (place,) = [
        one
        for one in localities(county_facts(activities=facts.activities, day_returns=returns))
        if one.name == "Askvik"
    ]
    assert place.reached == 1


def test_the_table_of_activities_says_whom_they_are_for_and_when() -> None:
    facts = with_activities(
        activity(
            "s6",
            "Annat",
            "9901",
            "exact",
            target_groups="asylum_seeker;temporary_protection",
            sessions_text="mon 10:00-12:00; wed 10:00-12:00",
        )
    )
    view = activity_table(facts)
    assert [heading.text for heading in view.headings[4:8]] == ["Målgrupper", "Kön", "Platser", "Tider"]
    assert texts(view)[0][4:8] == [
        "asylsökande och skyddsbehövande enligt massflyktsdirektivet",
        "alla",
        "12",
        "mån 10:00–12:00, ons 10:00–12:00",
    ]
    assert texts(view)[1][:6] == ["Kvinnonätverk", "Föreningen Bro", "Askvik", "Svenska", "alla", "kvinnor"]
    assert "rader" not in view.note


def test_the_table_of_activities_tells_activities_from_rows() -> None:
    view = activity_table(with_activities(activity("s1#2", "Språkcafé", "9901", "exact", activity_id="s1")))
    assert len(view.rows) == 5
    assert view.note.endswith("har en rad för varje ställe: 4 insatser, 5 rader.")


def test_notes_say_how_far_bounds_go() -> None:
    note = municipality_table([]).note
    assert "avrundade utåt till hela personer" in note
    assert note.endswith(
        "Bästa och sämsta läge behöver inte omsluta gapet: om alla bodde på ett ställe hade de andra insatser nära sig, "
        "ofta färre."
    )
    assert "Lågt och högt behov omfattar också andelarna" in corridor_table(county_facts()).note


def test_tables_in_english() -> None:
    with using_language("en"):
        assert texts(corridor_table(county_facts()))[1][2] == "recommended"


def test_a_county_without_anything() -> None:
    facts = county_facts(county_code="98")
    assert municipality_table(shown_municipalities(facts)).rows == ()
    assert localities(facts) == []
