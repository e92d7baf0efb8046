from __future__ import annotations

import pytest

from geomatch.publish.facts import records, shown_municipalities
from geomatch.publish.sentences import (
    activity_sentences,
    corridor_sentences,
    county_sentences,
    list_text,
    locality_sentence,
    municipality_sentences,
    rule_text,
)
from geomatch.settings import Settings
from geomatch.words import using_language
from tests.publish.fixture_month import activity, corridor, county_facts, gaps

NAMES = {"9901": "Askvik", "9902": "Björkmo", "9903": "Cedersta", "9801": "Dalarö"}


def words_of(code: str) -> list[str]:
    (shown,) = [one for one in shown_municipalities(county_facts()) if one.code == code]
    return municipality_sentences(shown)


def test_a_municipality_with_an_interval() -> None:
    assert words_of("9901") == [
        (
            "I Askvik är 31–39 personer inskrivna i mottagningssystemet. "
            "2 värden bakom talet är sekretessmarkerade, därför är det ett intervall."
        ),
        "16–20 av dem får inte plats i någon insats (51–52\u00a0% av de inskrivna). Det är gapet.",
        (
            "Vid lägsta behovet (31 personer): 15 får plats i den egna kommunen; 4 når en insats men platserna är slut; "
            "3 når en insats i en annan kommun och har rätt till resan, men kommunparet är inte godkänt; "
            "9 kan inte ta sig till en passande insats och hem igen samma dag."
        ),
        (
            "Vid högsta behovet (39 personer): 19 får plats i den egna kommunen; 4 når en insats men platserna är slut; "
            "6 når en insats i en annan kommun och har rätt till resan, men kommunparet är inte godkänt; "
            "10 kan inte ta sig till en passande insats och hem igen samma dag."
        ),
        (
            "Var i kommunen personerna bor är inte känt: om alla bodde på den bäst belägna platsen vore gapet 7, "
            "på den sämst belägna 27. "
            "Några bor i anläggningsboende vars läge inte är angivet; de fördelas som övriga."
        ),
        "Kommunen har 2 insatser med tillfällen den här månaden, med sammanlagt 19 platser.",
    ]


def test_a_municipality_without_gap_whose_parts_add_up() -> None:
    assert words_of("9902") == [
        "I Björkmo är 10 personer inskrivna i mottagningssystemet.",
        "Alla kan få plats i en insats: gapet är 0.",
        "De fördelas så här: 4 får plats i den egna kommunen; 3 får plats i en annan kommun; 3 deltar digitalt.",
        "Ingen tätort är känd här: en enda punkt står för hela kommunen.",
        "Kommunen har 1 insats med tillfällen den här månaden, med sammanlagt 8 platser.",
    ]


def test_a_municipality_where_nobody_is_enrolled() -> None:
    assert words_of("9903") == [
        "Ingen är inskriven i Cedersta.",
        "Ingen insats i kommunen har tillfällen den här månaden.",
    ]


def test_several_optima_are_told() -> None:
    table = gaps()
    table.loc[table["municipality_code"] == "9901", "gap_greatest_high_milli"] = 22_400
    facts = county_facts(gaps=table)
    (shown,) = [one for one in shown_municipalities(facts) if one.code == "9901"]
    assert (
        "Platserna kan fördelas på flera lika bra sätt; beroende på vilket är gapet här 16–23."
        in municipality_sentences(shown)[4]
    )


def test_bounds_that_are_no_sum_of_parts_are_rounded_outwards() -> None:
    table = gaps()
    table.loc[table["municipality_code"] == "9901", ["gap_low_milli", "gap_high_milli"]] = [15_700, 20_100]
    (shown,) = [one for one in shown_municipalities(county_facts(gaps=table)) if one.code == "9901"]
    assert shown.gap == (15, 21)


def test_an_interval_that_totals_narrowed_to_one_value() -> None:
    table = gaps()
    table.loc[table["municipality_code"] == "9902", "masked_cells"] = 1
    (shown,) = [one for one in shown_municipalities(county_facts(gaps=table)) if one.code == "9902"]
    assert municipality_sentences(shown)[0].endswith(
        "1 värde bakom talet är sekretessmarkerat, men publicerade summor lämnar bara ett möjligt tal."
    )


def of_pair(start: str, end: str) -> list[str]:
    (row,) = [
        row for row in records(county_facts().corridors) if (row["from_code"], row["to_code"]) == (start, end)
    ]
    return corridor_sentences(row, NAMES, Settings())


JOURNEY = (
    "Den kortaste dagsresan tar i snitt 42 minuter i vardera riktningen, medianresan 55,5 och den längsta 71,3; "
    "högst 2,5 tillfällen i veckan kan nås. Den bästa resan har 1 byte, dit och hem sammanlagt."
)
COST = "Biljetterna beräknas kosta 5\u00a0400 / 8\u00a0100 kr i månaden, 900 kr för en person."
GAIN_ENDS = "Talen är det minsta och det största av fyra fall med lågt och högt behov."


def test_a_recommended_corridor() -> None:
    assert of_pair("9901", "9902") == [
        (
            "Rekommenderas: det ger plats åt minst 6 personer till vid både lågt och högt behov, resan tar högst 60 minuter "
            "i vardera riktningen, behöver inte förbokas och sista hemresan är säker."
        ),
        "Öppnas det får 6–9 personer till en plats. " + GAIN_ENDS,
        JOURNEY,
        COST,
    ]


def test_an_open_corridor_says_what_closing_it_would_cost_and_nothing_of_shares() -> None:
    assert of_pair("9902", "9901") == [
        "Öppet: reseersättning kan redan beviljas här (beslut Dnr 17-2026).",
        "Om det stängdes skulle 6–9 personer mista sin plats. " + GAIN_ENDS,
        JOURNEY,
        COST,
    ]


def test_a_corridor_that_only_an_unknown_share_blocks_says_so() -> None:
    assert of_pair("9901", "9903") == [
        "Möjligt, men rekommenderas inte eftersom det kan ge plats åt färre än 6 personer.",
        (
            "Bara en okänd andel står i vägen: det är inte känt hur många som har rätt till resan, "
            "och med en högre andel skulle kommunparet rekommenderas."
        ),
        (
            "Antagna regler, ännu inte bekräftade, skulle beröra kommunparet (de utesluter ingen): "
            "eget boende ger ingen rätt till resan från september 2025."
        ),
        "Öppnas det får 0–9 personer till en plats. " + GAIN_ENDS + " "
        "Om också Cedersta → Dalarö är öppet är vinsten 7 / 9,5.",
        JOURNEY,
        COST,
    ]


def test_a_corridor_that_gains_nobody() -> None:
    words = of_pair("9903", "9801")
    assert words[0] == (
        "Rekommenderas inte: det ger ingen mer person en plats, varken ensamt eller tillsammans med ett par till. "
        "Dessutom gäller att resan måste förbokas och sista hemresan hänger på ett snävt byte."
    )
    assert words[1] == JOURNEY + " Resan måste förbokas. Sista hemresan hänger på ett snävt byte."
    assert not any("Öppnas" in word for word in words)


def test_a_corridor_outside_the_rules_without_a_journey() -> None:
    words = of_pair("9802", "9901")
    assert words[0] == "Utanför reglerna: det går över en länsgräns, vilket en gällande regel inte tillåter."
    assert words[2] == "Det finns ingen resa dit och hem samma dag."
    assert words[3] == "Biljetterna beräknas kosta 5\u00a0400 / 8\u00a0100 kr i månaden."


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ("none_entitled", "Utanför reglerna: ingen som bor här kan ha rätt till resan."),
        ("rule:a_rule_of_the_board", "Utanför reglerna: en gällande regel utesluter alla."),
    ],
)
def test_why_a_corridor_is_outside_the_rules(reasons: str, text: str) -> None:
    row = corridor("9901", "9902", verdict="outside_policy", reasons=reasons)
    assert corridor_sentences(row, NAMES, Settings())[0] == text


def test_an_open_corridor_that_the_rules_of_the_month_exclude() -> None:
    row = corridor("9901", "9902", status="open", verdict="outside_policy", reasons="none_entitled")
    assert corridor_sentences(row, NAMES, Settings())[:2] == [
        "Öppet: reseersättning kan redan beviljas här.",
        "Utanför reglerna: ingen som bor här kan ha rätt till resan.",
    ]


def test_an_activity() -> None:
    row = activity("s", "Odling", "9902", "municipality", sex="women", sessions_assumed=True, places=1)
    assert activity_sentences(row) == (
        "Odling (Föreningen Bro). Syfte: Svenska. För kvinnor. 1 plats vid varje tillfälle. "
        "Tider: tisdagar 10:00–12:00. 4 tillfällen i perioden. Registret anger inga tider: ett standardtillfälle är "
        "antaget. Platsen visas inte: punkten står för hela kommunen."
    )


def test_a_locality() -> None:
    assert locality_sentence("Fjärrby", 9_000, 10_040) == (
        "Från Fjärrby kan ingen ta sig till en passande insats och hem igen samma dag. "
        "Ungefär 9–10 personer väntas bo här."
    )


def test_the_county() -> None:
    facts = county_facts()
    assert county_sentences(facts, shown_municipalities(facts), 1) == [
        "I Provlandets län är 41–49 personer inskrivna sammanlagt.",
        "Gapet är störst i Askvik (16–20).",
        "1 kommunpar till rekommenderas för reseersättning.",
        "För 1 kommunpar står bara en okänd andel i vägen för en rekommendation: hur många som har rätt till resan.",
        "Från 1 tätort kan ingen ta sig till någon insats och hem igen samma dag.",
    ]


def test_english_is_the_second_language() -> None:
    with using_language("en"):
        assert words_of("9902")[0] == "In Björkmo, 10 persons are enrolled in the reception system."
        assert list_text(["a", "b", "c"]) == "a, b and c"


def test_rules_of_the_board_are_named_by_their_source() -> None:
    assert rule_text("own_rule", "beslut 2026-01-02") == "beslut 2026-01-02"
    assert rule_text("own_rule") == "own_rule"
