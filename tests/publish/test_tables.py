from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geomatch.decisions.gather import Gathered
from geomatch.publish.activities import activity_table
from geomatch.publish.corridors import (
    corridor_matrix,
    corridor_records,
    corridor_sentence,
    corridor_table,
    gain_class,
)
from geomatch.publish.facts import shown_municipalities
from geomatch.publish.journeys import Minutes, journeys, shown_minutes
from geomatch.publish.localities import localities, locality_table
from geomatch.publish.pairs import corridor_reasons, verdict_text
from geomatch.publish.tables import TableView, municipality_table
from geomatch.words import using_language
from tests.decisions.small import decided
from tests.publish.fixture_month import (
    activity,
    corridor,
    county_facts,
    day_return,
    day_returns,
    with_activities,
)


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
        ["Björkmo", "Askvik", "öppet (möjligt)"],
        ["Askvik", "Björkmo", "rekommenderas"],
        ["Askvik", "Cedersta", "möjligt; bara en okänd andel står i vägen"],
        ["Cedersta", "Dalarö", "rekommenderas inte"],
        ["Ekhamn", "Askvik", "utanför reglerna"],
    ]
    assert rows[1][3:-1] == [
        "6", "6,4", "8,2", "9", "–", "–", "2 / 9", "8 / 7", "≤ 50", "≤ 50", "≤ 80", "2,5", "1", "–", "0", "nej",
        "50\u00a0%", "12", "nej", "130 / 195", "5\u00a0850 / 8\u00a0775", "22", "975", "stor nog", "räcker", "god",
    ]  # fmt: skip
    # How far one walks is told where it leads to a place that is shown.
    assert rows[0][16:18] == ["0", "0"]
    assert rows[0][11:14] == ["56", "56", "≤ 80"]
    assert rows[2][7:9] == ["7–9,5", "Cedersta → Dalarö"]
    # Nothing that may be shown is reached: neither the journey nor what follows from it.
    assert rows[2][10:29] == [*["–"] * 16, "under 6 personer", "–", "–"]
    # Nobody gets there at all: that is no secret.
    assert rows[4][10:23] == ["0", *["–"] * 11, "0"]
    assert rows[4][-3:-1] == ["under 6 lediga", "brister"]
    assert all(row[-1].endswith(".") for row in rows)
    assert all(len(row) == len(corridor_table(county_facts()).headings) for row in rows)


def test_a_corridor_that_ended_within_the_month_is_not_called_open() -> None:
    """Approved for the year and ended from the 12th: its last day is the 11th. MONTH is March 2026."""
    rows = [
        decided("approved", "2026-01-01", "2026-12-31", pair=("9902", "9901")),
        decided("ended", "2026-03-12", on="2026-03-02", pair=("9902", "9901"), row=3),
    ]
    facts = replace(county_facts(), decided=Gathered(tuple(rows), pd.DataFrame(), False, 1, 0))
    (row,) = [one for one in corridor_records(facts) if one["status"] == "open"]
    assert row["ended"] == "2026-03-11"
    assert verdict_text(row) == "öppet t.o.m. 2026-03-11 (möjligt)"
    assert corridor_reasons(row, facts.settings)[0] == (
        "Det var öppet till och med 2026-03-11 (beslut Dnr 17-2026) och är det inte längre."
    )


def test_a_corridor_in_one_sentence() -> None:
    facts = county_facts()
    sentences = [corridor_sentence(row, facts.names()) for row in corridor_records(facts)]
    assert sentences[0] == (
        "Björkmo → Askvik: öppet (möjligt); 6–9 personer skulle förlora sin plats utan det, den kortaste resan tar 56 minuter i "
        "vardera riktningen, 2,5 tillfällen i veckan kan nås, resorna kostar 4\u00a0680 / 7\u00a0020 kr i månaden."
    )
    # To a place that is not shown: rounded, and what it costs; to protected activities only: persons alone.
    assert "tar högst 50 minuter" in sentences[1]
    assert (
        sentences[2]
        == "Askvik → Cedersta: möjligt; bara en okänd andel står i vägen; 0–9 personer till får plats."
    )
    assert sentences[4].endswith("6–9 personer till får plats, ingen resa dit och hem samma dag.")


def test_the_matrix_has_a_cell_for_each_pair() -> None:
    """Rows from, columns to; first those of the county. Nobody is gained: the verdict alone."""
    view = corridor_matrix(county_facts())
    assert [heading.text for heading in view.headings] == ["Från", "Askvik", "Björkmo", "Cedersta", "Dalarö"]
    assert view.groups == (("", 1), ("Till", 4))
    assert texts(view) == [
        ["Askvik", "–", "rekommenderas, 6–9", "möjligt, 0–9", "–"],
        ["Björkmo", "öppet (möjligt), 6–9", "–", "–", "–"],
        ["Cedersta", "–", "–", "–", "rekommenderas inte"],
        ["Ekhamn", "utanför reglerna, 6–9", "–", "–", "–"],
    ]
    # Sorted by the greatest gain of the four cases.
    assert (view.rows[0].cells[2].value, view.rows[0].cells[1].value) == (9000.0, None)


@pytest.mark.parametrize(
    ("milli", "expected"),
    [(0, 0), (999, 0), (1000, 1), (5999, 1), (6000, 2), (20_000, 3), (49_999, 3), (50_000, 4)],
)
def test_a_line_is_as_thick_as_the_greatest_gain(milli: int, expected: int) -> None:
    gains = {"gain_ll_milli": 0, "gain_lh_milli": 0, "gain_hl_milli": milli, "gain_hh_milli": 0}
    assert gain_class(gains) == expected


def test_a_gain_with_one_more_pair_keeps_its_ends_apart() -> None:
    pairs = pd.DataFrame(
        [
            corridor(
                "9901",
                "9902",
                paired_with="9901-9903",
                gain_paired_ll_milli=9_500,
                gain_paired_lh_milli=9_500,
                gain_paired_hl_milli=7_000,
                gain_paired_hh_milli=7_000,
            )
        ]
    )
    assert texts(corridor_table(county_facts(corridors=pairs)))[0][7] == "7–9,5"


@pytest.mark.parametrize(
    ("travel_min", "visibility", "shown"),
    [
        (41.2, "exact", Minutes(42, rounded=False)),
        (30.000000001, "exact", Minutes(30, rounded=False)),
        (30.1, "municipality", Minutes(40, rounded=True)),
        (30.0, "municipality", Minutes(30, rounded=True)),
        (0.0, "municipality", Minutes(0, rounded=True)),
    ],
)
def test_times_as_they_may_be_shown(travel_min: float, visibility: str, shown: Minutes) -> None:
    assert shown_minutes(travel_min, visibility) == shown


def test_a_journey_to_a_hidden_activity_never_shows() -> None:
    """s3 takes 12 minutes, has no change, 7 sessions a week and 12 places: nothing of it is in a row, or a sentence."""
    base = county_facts()
    returns = day_returns()
    for change in (
        {"travel_min": 59.0},
        {"sessions_per_week": 1.0},
        {"transfers": 9},
        {"last_way_home_share": 0.1},
    ):
        other = returns.copy()
        for name, value in change.items():
            other.loc[other["series_id"] == "s3", name] = value
        assert corridor_records(county_facts(day_returns=other)) == corridor_records(base)
    without = returns[returns["series_id"] != "s3"]
    assert corridor_records(county_facts(day_returns=without)) == corridor_records(base)


def test_no_time_to_a_place_that_is_not_shown_is_told_to_the_minute() -> None:
    """Moving Odling by minutes within the same ten changes nothing."""
    base = county_facts()
    returns = day_returns()
    own = returns["series_id"] == "s5"
    between = own & (returns["to_code"] != returns["from_code"])
    returns.loc[between, "travel_min"] = [48.5, 79.9]
    assert corridor_records(county_facts(day_returns=returns)) == corridor_records(base)


def test_the_own_numbers_of_the_table_are_not_handed_on() -> None:
    """What the table `corridors` knows of hidden activities: other values there change nothing that is shown."""
    usual = corridor_records(county_facts(corridors=pd.DataFrame([corridor("9901", "9902")])))
    hidden = {
        "travel_best_min": 12.0,
        "travel_median_min": 13.0,
        "travel_worst_min": 99.0,
        "sessions_per_week": 9.5,
        "transfers": 7,
        "walk_m": 7.0,
        "tightest_change_min": 7.0,
        "trips_per_person": 7.0,
        "booking_needed": True,
        "last_way_home_share": 1.0,
        "last_way_home_tight": True,
        "last_way_home_change_min": 7.0,
        "trips_low": 1.0,
        "cost_low_sek": 1.0,
        "cost_per_person_sek": 1.0,
        "transit_ok": False,
    }
    other = pd.DataFrame([corridor("9901", "9902", **hidden)])
    assert corridor_records(county_facts(corridors=other)) == usual


def test_free_places_are_never_more_than_the_activities_shown_have() -> None:
    """Odling has 12 places; 20 would be free with those of a hidden activity, and 5 are what is left without it."""
    pairs = [corridor("9901", "9902", free_places_low_milli=20_000, free_places_high_milli=5_000)]
    (row,) = corridor_records(county_facts(corridors=pd.DataFrame(pairs)))
    assert (row["free_places_low_milli"], row["free_places_high_milli"]) == (12_000, 5_000)
    assert not row["supply_ok"]


def test_sessions_of_the_activities_shown_that_suit_are_counted() -> None:
    to = "9902"
    returns = pd.DataFrame(
        [
            # 1.5 and 2 a week are shown at the first point, 3 at the second; the hidden s3 would make it 5.5 and 5,
            # and s8 is for newcomers, whom nobody of those enrolled is.
            day_return("9901/T1", "s5", to, 40.0, sessions_per_week=1.5),
            day_return("9901/T1", "s7", to, 40.0, sessions_per_week=2.0),
            day_return("9901/T1", "s3", to, 40.0, sessions_per_week=2.0),
            day_return("9901/T1", "s8", to, 10.0, sessions_per_week=4.0),
            day_return("9901/T2", "s5", to, 40.0, sessions_per_week=3.0),
            day_return("9901/T2", "s3", to, 40.0, sessions_per_week=2.0),
        ]
    )
    facts = with_activities(
        activity("s7", "Till", "9902", "exact"),
        activity("s8", "Nya", "9902", "exact", target_groups="newcomer"),
    )
    found = journeys(county_facts(activities=facts.activities, day_returns=returns))
    assert list(found) == [("9901", "9902")]
    journey = found["9901", "9902"]
    assert (journey.sessions_per_week, journey.best, journey.places) == (3.5, Minutes(40, rounded=False), 24)


def test_the_best_journey_is_the_best_of_those_shown() -> None:
    """An exact 38 minutes is shorter than a rounded 40 (31 in truth); the median and the longest are by what is shown."""
    to = "9902"
    returns = pd.DataFrame(
        [
            day_return("9901/T1", "s5", to, 31.0, transfers=0),
            day_return("9901/T1", "s7", to, 37.2, transfers=3, sessions_per_week=1.0),
            day_return("9901/T2", "s7", to, 61.0, booking_needed=True),
        ]
    )
    facts = with_activities(activity("s7", "Till", "9902", "exact"))
    journey = journeys(county_facts(activities=facts.activities, day_returns=returns))["9901", "9902"]
    assert (journey.best, journey.median, journey.worst) == (
        Minutes(38, rounded=False),
        Minutes(40, rounded=True),
        Minutes(61, rounded=False),
    )
    assert (journey.transfers, journey.best_sessions_per_week, journey.good) == (3, 1.0, True)


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
    assert (place.reached, place.travel) == (0, None)


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
    assert "avrundad utåt, eller, där den är summan av delarna bredvid, avrundad som de." in note
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
