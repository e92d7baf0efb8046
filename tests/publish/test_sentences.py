from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from geomatch.publish.activities import activity_sentences, times_text
from geomatch.publish.corridors import corridor_records
from geomatch.publish.facts import Supply, shown_municipalities
from geomatch.publish.pairs import corridor_name, corridor_sentences, rule_text
from geomatch.publish.sentences import county_sentences, locality_sentence, municipality_sentences
from geomatch.publish.tables import municipality_table
from geomatch.publish.words import list_text
from geomatch.rules import Rule, RuleBook, Text
from geomatch.settings import Settings
from geomatch.words import using_language
from tests.publish.fixture_month import (
    activity,
    corridor,
    county_facts,
    day_returns,
    gaps,
    served,
    with_activities,
)

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
        "Kommunen har 2 insatser med tillfällen i perioden, med sammanlagt 24 platser.",
    ]


def test_a_municipality_without_gap_whose_parts_add_up() -> None:
    assert words_of("9902") == [
        "I Björkmo är 10 personer inskrivna i mottagningssystemet.",
        "Alla kan få plats i en insats: gapet är 0.",
        "De fördelas så här: 4 får plats i den egna kommunen; 3 får plats i en annan kommun; 3 deltar digitalt.",
        "Ingen tätort är känd här: en enda punkt står för hela kommunen.",
        # Of its four the hidden one is not counted, and one is held nowhere.
        (
            "Kommunen har 1 insats med tillfällen i perioden, med sammanlagt 12 platser. "
            "Dessutom finns 1 digital insats, som inte är inräknad här."
        ),
    ]


def test_a_municipality_where_nobody_is_enrolled() -> None:
    assert words_of("9903") == [
        "Ingen är inskriven i Cedersta.",
        "Ingen insats som får visas har tillfällen i kommunen i perioden.",
    ]


def test_supply_counts_activities_and_the_places_they_are_held_at() -> None:
    facts = with_activities(
        activity("s6#1", "Språkbussen", "9903", "exact", activity_id="s6", places=10),
        activity("s6#2", "Språkbussen", "9903", "exact", activity_id="s6", places=8),
        activity("s6#3", "Språkbussen", "9903", "hidden", activity_id="s6", places=5),
        activity("s7", "Kurs", "9903", "municipality", sessions_in_window=0),
        activity("s8", "Skyddad kurs", "9903", "hidden"),
    )
    (shown,) = [one for one in shown_municipalities(facts) if one.code == "9903"]
    assert shown.supply == Supply(activities=1, series=2, places=18, digital=0, idle=1)
    assert municipality_sentences(shown)[-1] == (
        "Kommunen har 1 insats med tillfällen i perioden, på 2 ställen, med sammanlagt 18 platser. "
        "1 insats till i tabellen har inga tillfällen i perioden."
    )


def test_several_optima_are_told() -> None:
    table = gaps()
    table.loc[table["municipality_code"] == "9901", "gap_greatest_high_milli"] = 22_400
    facts = county_facts(gaps=table)
    (shown,) = [one for one in shown_municipalities(facts) if one.code == "9901"]
    assert (
        "Platserna kan fördelas på flera lika bra sätt; beroende på vilket är gapet här 16 i det första fallet och "
        "20–23 i det andra." in municipality_sentences(shown)[4]
    )


def test_several_optima_where_the_gap_is_larger_at_low_need() -> None:
    """More may travel at high need, so 404 get no place at low need and 372 at high: never 404–372."""
    table = gaps()
    own = table["municipality_code"] == "9901"
    columns = [f"gap_{end}_{need}_milli" for need in ("low", "high") for end in ("least", "greatest")]
    table.loc[own, columns] = [404_000, 404_000, 371_500, 372_000]
    (shown,) = [one for one in shown_municipalities(county_facts(gaps=table)) if one.code == "9901"]
    assert shown.optima == ((404, 404), (371, 372))


def test_adults_are_told_from_those_enrolled() -> None:
    """Half of 10 are adults: 5 are counted, and the parts are theirs."""
    table = served()
    own = table["municipality_code"] == "9902"
    columns = [name for name in table if name.endswith("_milli")]
    table.loc[own, columns] = table.loc[own, columns] // 2
    (shown,) = [one for one in shown_municipalities(county_facts(served=table)) if one.code == "9902"]
    assert shown.counted == (5, 5)
    words = municipality_sentences(shown)
    assert words[0] == (
        "I Björkmo är 10 personer inskrivna i mottagningssystemet. "
        "Enligt den andel vuxna som är satt räknas 5 av dem."
    )
    assert words[2].startswith("De fördelas så här: 2 får plats i den egna kommunen")
    assert municipality_table([shown]).note.endswith(
        "Bara vuxna, enligt den andel som är satt, räknas bland dem som får och inte får plats."
    )
    wide = replace(shown, gap=(1, 2), gap_share=(0.2, 0.4))
    assert municipality_sentences(wide)[1] == (
        "1–2 av dem får inte plats i någon insats (20–40\u00a0% av dem som räknas). Det är gapet."
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


def shown_pair(**row: object) -> dict[str, object]:
    """One corridor as the page may show it."""
    start, end = str(row.pop("start", "9901")), str(row.pop("end", "9902"))
    (shown,) = corridor_records(county_facts(corridors=pd.DataFrame([corridor(start, end, **row)])))
    return shown


def of_pair(start: str, end: str) -> list[str]:
    (row,) = [
        row for row in corridor_records(county_facts()) if (row["from_code"], row["to_code"]) == (start, end)
    ]
    return corridor_sentences(row, NAMES, Settings())


# To Odling, whose place is not shown: 42 and 71.25 minutes are said in tens.
JOURNEY = (
    "Den kortaste dagsresan tar i snitt högst 50 minuter i vardera riktningen, medianresan högst 50 och den längsta "
    "högst 80. Högst 2,5 tillfällen i veckan kan nås. Den bästa resan har 1 byte, dit och hem sammanlagt."
)
# 6 and 9 persons x 2.5 sessions x 52/12 weeks x 2 trips x 45 kr.
COST = "Biljetterna beräknas kosta 5\u00a0850 kr i månaden vid lågt och 8\u00a0775 kr vid högt behov, 975 kr för en person."
NOT_SHOWN = (
    "Resan visas inte: den leder bara till skyddade insatser, eller börjar i ett län som inte är beräknat."
)
GAIN_ENDS = (
    "Talen är det minsta och det största av fyra fall: lågt och högt behov här och i de andra kommunerna, "
    "inräknat andelarna som har rätt till resan och som insatserna passar."
)


def test_a_recommended_corridor() -> None:
    assert of_pair("9901", "9902") == [
        (
            "Rekommenderas: vid både lågt och högt behov ger det plats åt minst 6 personer till genom resor som tar högst 60 "
            "minuter i vardera riktningen, inte behöver förbokas och har en säker sista hemresa."
        ),
        "Öppnas det får 6–9 personer till en plats. " + GAIN_ENDS,
        JOURNEY,
        COST,
    ]


def test_an_open_corridor_says_what_closing_it_would_cost_and_nothing_of_shares() -> None:
    assert of_pair("9902", "9901") == [
        "Öppet: reseersättning kan redan beviljas här (beslut Dnr 17-2026).",
        # A renewal is decided from it.
        (
            "Bedömt efter vad som förloras om det stängs. Möjligt, men rekommenderas inte eftersom det kan ge plats åt färre "
            "än 6 personer."
        ),
        "Om det stängdes skulle 6–9 personer mista sin plats. " + GAIN_ENDS,
        # To an exact place in 55.5 minutes, and to one that is not shown in 71.25.
        (
            "Den kortaste dagsresan tar i snitt 56 minuter i vardera riktningen, medianresan 56 och den längsta "
            "högst 80. Högst 2,5 tillfällen i veckan kan nås. Den bästa resan har 2 byten, dit och hem sammanlagt."
        ),
        # The best one has 2 sessions a week: 6 x 2 x 52/12 x 2 x 45.
        "Biljetterna beräknas kosta 4\u00a0680 kr i månaden vid lågt och 7\u00a0020 kr vid högt behov, 780 kr för en person.",
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
        "Om också Cedersta → Dalarö är öppet är vinsten 7–9,5.",
        NOT_SHOWN,
    ]


def test_a_corridor_that_gains_nobody() -> None:
    words = of_pair("9903", "9801")
    assert words[0] == (
        "Rekommenderas inte: det ger ingen ytterligare person en plats, varken ensamt eller tillsammans med ett par till. "
        "Dessutom gäller att resan måste förbokas och sista hemresan hänger på ett snävt byte."
    )
    assert words[1:] == [NOT_SHOWN]


def test_a_journey_that_is_booked_ahead_and_hangs_on_a_tight_change() -> None:
    returns = day_returns()
    own = returns["series_id"] == "s5"
    returns.loc[own, ["booking_needed", "last_way_home_tight"]] = True
    returns.loc[own, "last_way_home_change_min"] = 4.0
    (row,) = corridor_records(
        county_facts(day_returns=returns, corridors=pd.DataFrame([corridor("9901", "9902")]))
    )
    assert (
        JOURNEY + " Resan måste förbokas. Sista hemresan hänger på ett byte på 4 minuter."
        in corridor_sentences(row, NAMES, Settings())
    )


NO_GAIN = {f"gain_{corner}_milli": 0 for corner in ("ll", "lh", "hl", "hh")}


def test_what_is_nothing_is_left_out() -> None:
    returns = day_returns()
    returns.loc[returns["series_id"] == "s5", "sessions_per_week"] = 1.0
    table = pd.DataFrame(
        [corridor("9901", "9902", verdict="outside_policy", reasons="none_entitled", **NO_GAIN)]
    )
    (row,) = corridor_records(county_facts(day_returns=returns, corridors=table))
    assert corridor_sentences(row, NAMES, Settings()) == [
        "Utanför reglerna: ingen som bor här kan ha rätt till resan.",
        JOURNEY.replace("2,5 tillfällen", "1 tillfälle"),
    ]


def test_an_open_corridor_that_nobody_needs() -> None:
    row = shown_pair(status="open", verdict="not_recommended", reasons="no_gain", **NO_GAIN)
    assert corridor_sentences(row, NAMES, Settings())[1:3] == [
        (
            "Bedömt efter vad som förloras om det stängs. Rekommenderas inte: det ger ingen ytterligare person en plats, varken "
            "ensamt eller tillsammans med ett par till."
        ),
        "Om det stängdes skulle ingen mista sin plats.",
    ]


def test_a_gain_with_one_more_pair_alone() -> None:
    row = shown_pair(
        verdict="possible",
        reasons="gain_only_paired;places_taken",
        paired_with="9902-9903",
        gain_paired_ll_milli=2_000,
        gain_paired_lh_milli=2_000,
        gain_paired_hl_milli=2_000,
        gain_paired_hh_milli=2_000,
        **NO_GAIN,
    )
    words = corridor_sentences(row, NAMES, Settings())
    # Somebody is gained, so the places are not said to be taken.
    assert words[:2] == [
        "Möjligt, men rekommenderas inte eftersom det ger någon en plats bara tillsammans med ett par till.",
        "Om också Björkmo → Cedersta är öppet är vinsten 2.",
    ]


@pytest.mark.parametrize(
    ("transit_ok", "text"),
    [
        (
            True,
            (
                "det kan ge plats åt färre än 6 personer om bara goda resor räknas, en del resor tar mer än 60 minuter och en del resor "
                "måste förbokas."
            ),
        ),
        (False, "resan tar mer än 60 minuter och resan måste förbokas."),
    ],
)
def test_enough_are_gained_but_not_by_good_journeys(transit_ok: bool, text: str) -> None:
    codes = "good_gain_too_small;too_long;booking_needed"
    row = {**shown_pair(verdict="possible", reasons=codes), "transit_ok": transit_ok}
    words = corridor_sentences(row, NAMES, Settings())
    assert words[0] == "Möjligt, men rekommenderas inte eftersom " + text


def test_one_person_is_singular() -> None:
    one = {f"gain_{corner}_milli": 1_000 for corner in ("ll", "lh", "hl", "hh")}
    row = shown_pair(verdict="possible", reasons="gain_too_small;places_taken", **one)
    assert corridor_sentences(row, NAMES, Settings())[:2] == [
        "Möjligt, men rekommenderas inte eftersom det kan ge plats åt färre än 6 personer.",
        "Öppnas det får 1 person till en plats.",
    ]


def test_places_are_said_to_be_taken_where_nobody_is_gained() -> None:
    row = shown_pair(verdict="not_recommended", reasons="no_gain;places_taken", **NO_GAIN)
    assert corridor_sentences(row, NAMES, Settings())[0].endswith(
        "Dessutom gäller att platserna där är slut redan vid det lägsta behovet."
    )


def test_a_pair_that_is_walked_needs_no_opening() -> None:
    row = shown_pair(verdict="not_recommended", reasons="no_gain;walked", **NO_GAIN)
    assert corridor_sentences(row, NAMES, Settings())[0].endswith(
        "Dessutom gäller att den som når dit har gångavstånd och inte behöver något öppet kommunpar."
    )


def test_a_gain_with_one_more_pair_keeps_its_ends_apart() -> None:
    """More is gained at low need than at high: others want the places then."""
    row = shown_pair(
        paired_with="9902-9903",
        gain_paired_ll_milli=9_500,
        gain_paired_lh_milli=9_500,
        gain_paired_hl_milli=7_000,
        gain_paired_hh_milli=7_000,
    )
    assert (
        "Om också Björkmo → Cedersta är öppet är vinsten 7–9,5."
        in corridor_sentences(row, NAMES, Settings())[1]
    )


def test_assumed_rules_are_told_in_their_own_words() -> None:
    own = Rule("styrelsens", "assumed", Text("bara inom länet", "county only"), within_county=True)
    row = shown_pair(assumed_rules="styrelsens")
    words = corridor_sentences(row, NAMES, replace(Settings(), rules=RuleBook.always(own)))
    assert words[1].endswith("(de utesluter ingen): bara inom länet.")


def test_the_name_of_a_corridor() -> None:
    assert corridor_name(corridor("9901", "9902"), NAMES) == "Från Askvik till Björkmo: rekommenderas"
    waits = corridor("9901", "9902", verdict="possible", share_blocks=True)
    assert (
        corridor_name(waits, NAMES) == "Från Askvik till Björkmo: möjligt; bara en okänd andel står i vägen"
    )


def test_a_corridor_outside_the_rules_without_a_journey() -> None:
    words = of_pair("9802", "9901")
    assert words[0] == "Utanför reglerna: det går över en länsgräns, vilket en gällande regel inte tillåter."
    assert words[2] == "Det finns ingen resa dit och hem samma dag."
    assert len(words) == 3


@pytest.mark.parametrize(
    ("reasons", "text"),
    [
        ("none_entitled", "Utanför reglerna: ingen som bor här kan ha rätt till resan."),
        ("rule:a_rule_of_the_board", "Utanför reglerna: en gällande regel utesluter alla."),
    ],
)
def test_why_a_corridor_is_outside_the_rules(reasons: str, text: str) -> None:
    row = shown_pair(verdict="outside_policy", reasons=reasons)
    assert corridor_sentences(row, NAMES, Settings())[0] == text


def test_an_open_corridor_that_the_rules_of_the_month_exclude() -> None:
    row = shown_pair(status="open", verdict="outside_policy", reasons="none_entitled")
    assert corridor_sentences(row, NAMES, Settings())[:2] == [
        "Öppet: reseersättning kan redan beviljas här.",
        "Utanför reglerna: ingen som bor här kan ha rätt till resan.",
    ]


def test_an_activity() -> None:
    row = activity("s", "Odling", "9902", "municipality", sex="women", sessions_assumed=True, places=1)
    assert activity_sentences(row) == (
        "Odling (Föreningen Bro). Syfte: Svenska. För kvinnor. 1 plats vid varje tillfälle. "
        "Tider: tis 10:00–12:00. 4 tillfällen i perioden. Registret anger inga tider: ett standardtillfälle är "
        "antaget. Platsen visas inte: punkten står för hela kommunen."
    )


@pytest.mark.parametrize(
    ("target_groups", "sex", "text"),
    [
        ("all", "all", "För alla."),
        (
            "asylum_seeker;temporary_protection",
            "all",
            "Målgrupper: asylsökande och skyddsbehövande enligt massflyktsdirektivet.",
        ),
        (
            "permit_awaiting_settlement;newcomer",
            "men",
            "Målgrupper: väntar på bosättning och nyanlända. För män.",
        ),
    ],
)
def test_whom_an_activity_is_for(target_groups: str, sex: str, text: str) -> None:
    row = activity("s", "Odling", "9902", "exact", target_groups=target_groups, sex=sex)
    assert f"Syfte: Svenska. {text} 12 platser vid varje tillfälle." in activity_sentences(row)


@pytest.mark.parametrize(
    ("identifiers", "text"),
    [
        ("mon 10:00-12:00; wed 13:30-15:00", "mån 10:00–12:00, ons 13:30–15:00"),
        (
            "tue 08:00-09:00; thu 08:00-09:00; fri 08:00-09:00",
            "tis 08:00–09:00, tors 08:00–09:00, fre 08:00–09:00",
        ),
        ("sat 10:00-12:00; sun 10:00-12:00", "lör 10:00–12:00, sön 10:00–12:00"),
        ("2026-03-02 09:00-10:00; mon 10:00-12:00", "2026-03-02 09:00–10:00, mån 10:00–12:00"),
        ("", ""),
        # Not of the form: shown as it is, and made fit to stand in a page.
        ("monday mornings", "monday mornings"),
        ("mon 10:00-12:00; \u202elater", "mon 10:00-12:00; \ufffdlater"),
    ],
)
def test_times_in_swedish(identifiers: str, text: str) -> None:
    assert times_text(identifiers) == text


def test_times_in_english() -> None:
    with using_language("en"):
        assert times_text("mon 10:00-12:00; wed 10:00-12:00") == "Mon 10:00–12:00, Wed 10:00–12:00"


def test_a_locality() -> None:
    assert locality_sentence("Fjärrby", 9_000, 10_040) == (
        "Från Fjärrby kan ingen ta sig till någon av de visade insatserna och hem igen samma dag. "
        "Ungefär 9–10 personer väntas bo här."
    )


def test_the_county() -> None:
    facts = county_facts()
    assert county_sentences(facts, shown_municipalities(facts), 1) == [
        "I Provlandets län är 41–49 personer inskrivna sammanlagt.",
        "Gapet är störst i Askvik (16–20).",
        "1 kommunpar till rekommenderas för reseersättning.",
        "För 1 kommunpar står bara en okänd andel i vägen för en rekommendation: hur många som har rätt till resan.",
        "Från 1 tätort kan ingen ta sig till någon av de visade insatserna och hem igen samma dag.",
    ]


def test_a_county_with_one_person() -> None:
    facts = county_facts(county_need=(1, 1))
    assert county_sentences(facts, [], 0)[0] == "I Provlandets län är 1 person inskriven sammanlagt."


def test_english_is_the_second_language() -> None:
    with using_language("en"):
        assert words_of("9902")[0] == "In Björkmo, 10 persons are enrolled in the reception system."
        assert list_text(["a", "b", "c"]) == "a, b and c"


def test_a_rule_without_words_is_named() -> None:
    assert rule_text("own_rule", "bara inom länet") == "bara inom länet"
    assert rule_text("own_rule") == "own_rule"
