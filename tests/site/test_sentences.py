"""Each number's sentences, word for word, in both languages: what it is, from when, from whom, how sure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geomatch.disclosure import published
from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import Settings
from geomatch.site.rows import MonthRows, month_rows
from geomatch.site.sentences import area_facts, lead_sentences
from geomatch.site.sentences_more import (
    activity_sentences,
    no_way_sentence,
    pair_sentences,
    similar_sentence,
    way_text,
)
from geomatch.site.words import for_whom, minutes_text, times_text
from geomatch.words import using_language
from tests.site.small_edition import (
    GALLIVARE,
    JOKKMOKK,
    LULEA,
    UMEA,
    VINDELN,
    WITHHELD,
    activity,
    area,
    context,
    known,
    small,
)

# Four whole weeks, as a run tells them.
WINDOW = {"first_day": "2026-02-02", "last_day": "2026-03-01", "weeks": 4}


def whole(**others: Any) -> Edition:
    """The hand-made edition as `geomatch publish` keeps it: through disclosure control, with its settings."""
    edition = small(**others)
    return replace(
        edition,
        facts={**edition.facts, "settings": Settings().as_dict(), "window": WINDOW},
        tables={name: published(frame, PUBLIC_TABLES[name], 5).frame for name, frame in edition.tables.items()},
    )  # fmt: skip


def rows_of(edition: Edition) -> MonthRows:
    return month_rows(edition, context().names, [])


def facts(edition: Edition, code: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    rows = rows_of(edition)
    return {
        fact.name: (fact.value, fact.sentences)
        for fact in area_facts(rows.areas[code], rows.name(code), edition)
    }


def test_an_exact_municipality_in_swedish() -> None:
    told = facts(whole(), JOKKMOKK)
    assert told["need"] == (
        "33",
        (
            "33 personer var inskrivna i mottagningssystemet i Jokkmokk i slutet av februari 2026, enligt Migrationsverket.",
            "Talet är exakt så som det har publicerats, uppdaterat 4 mars 2026, och gäller alla åldrar.",
        ),
    )
    assert told["gap"] == (
        "33",
        (
            "33 av de inskrivna får ingen plats i någon insats. Det är gapet.",
            "Det är 100\xa0% av de inskrivna.",
            "Talet är beräknat, inte räknat person för person: ur antalet inskrivna, insatsernas platser och tidtabellerna för 2 februari 2026 till 1 mars 2026 (4 hela veckor).",
            "7 av de inskrivna kan inte ta sig till någon insats som passar och hem igen samma dag.",
        ),
    )
    assert told["places"] == (
        "12",
        (
            "1 insats i Jokkmokk har tillfällen i perioden 2 februari 2026 till 1 mars 2026 (4 hela veckor), med 12 platser sammanlagt.",
            "Det står i länsstyrelsernas register. En insats på tre ställen räknas som tre.",
        ),
    )
    assert told["need_change"] == (
        "−2",
        ("Jämfört med januari 2026: 2 färre inskrivna, 2 färre utan plats, lika många platser.",),
    )


def test_an_interval_in_english() -> None:
    with using_language("en"):
        told = facts(whole(), "25")
    assert told["need"] == (
        "1,200–1,205",
        (
            "1,200–1,205 persons were enrolled in the reception system in Norrbottens län at the end of February 2026, by the Swedish Migration Agency.",
            "It is an interval, since numbers behind it are withheld: the true number is from 1,200 to 1,205.",
        ),
    )
    assert told["gap"][1][2] == (
        "It is computed, not counted: from the enrolled, the places and the timetables of 2 February 2026 to 1 March 2026 (4 whole weeks). The true number is from 60 to 64, whatever is withheld or not known."
    )
    assert told["need_change"] == (
        "+7 to +12",
        (
            "Compared with January 2026: 7–12 more enrolled, between 3 fewer and 5 more without a place, 10 more places.",
        ),
    )


def test_what_is_withheld_says_why_and_what_it_can_be() -> None:
    told = facts(whole(), GALLIVARE)
    assert told["need"] == (
        "..",
        (
            "Hur många som var inskrivna i Gällivare i slutet av februari 2026 visas inte.",
            "Antalet, eller ett antal bakom det, är 1–5. Så små antal visas inte, eftersom personer kan kännas igen. Migrationsverket döljer dem också.",
        ),
    )
    assert told["gap"] == (
        "..",
        (
            "Hur många som inte får plats i någon insats, gapet, visas inte.",
            "Det kan vara 1–5 personer, och så små antal visas inte.",
        ),
    )
    assert told["need_change"] == (
        "..",
        (
            "Jämfört med januari 2026: lika många platser. En förändring visas inte när talet för någon av månaderna är dolt.",
        ),
    )


def test_the_threshold_is_the_largest_that_withholds() -> None:
    edition = whole()
    settings = {**edition.facts["settings"], "disclosure": {"withhold_to": 9}}
    told = facts(replace(edition, facts={**edition.facts, "settings": settings}), GALLIVARE)
    assert told["gap"][1][1] == "Det kan vara 1–9 personer, och så små antal visas inte."


def test_nobody_enrolled_and_no_month_before() -> None:
    edition = whole(areas=[area("00", "", known(0), known(0), 0, series=0, before="")])
    told = facts(edition, "00")
    assert told["need"][0] == "0"
    assert (
        told["need"][1][0]
        == "Ingen var inskriven i Sverige i slutet av februari 2026, enligt Migrationsverket."
    )
    assert told["gap"] == ("0", ("Ingen är inskriven, så det finns inget gap.",))
    assert told["places"][1] == (
        "Ingen insats i Sverige har tillfällen i perioden 2 februari 2026 till 1 mars 2026 (4 hela veckor).",
    )
    assert told["access_index"] == (
        ".",
        ("Ingen är inskriven här, så det finns ingen att fördela platser på.",),
    )
    assert told["need_change"][1] == ("Ingen tidigare månad är publicerad, så ingen förändring visas.",)


def test_women_and_men() -> None:
    one = area(LULEA, "Luleå", known(164), known(0), 48) | {
        "women_low": 100, "women_high": 100, "women_sign": "", "men_low": 64, "men_high": 64, "men_sign": "",
        "women_share": 100 / 164, "band_best": 1, "band_worst": 2, "access_index_low": 0.5, "access_index_high": 0.555,
    }  # fmt: skip
    told = facts(whole(areas=[one]), LULEA)
    assert told["women"] == (
        "100 / 64",
        (
            "Av de inskrivna är 100 kvinnor och 64 män.",
            "Kvinnorna är 61\xa0% av dem vars kön är känt.",
        ),
    )
    assert told["gap"][1] == (
        "Alla kan få plats i en insats: gapet är 0.",
        "Det är 0\xa0% av de inskrivna.",
        "Talet är beräknat, inte räknat person för person: ur antalet inskrivna, insatsernas platser och tidtabellerna för 2 februari 2026 till 1 mars 2026 (4 hela veckor).",
        "Sett till andelen utan plats hör kommunen till femtedel 1–2 av kommunerna: 1 har minst andel, 5 störst.",
    )
    assert told["access_index"][:1] == ("0,5–0,56",)
    hidden = facts(whole(areas=[one | {"men_low": 3, "men_high": 3}]), LULEA)
    assert hidden["women"] == ("100 / ..", ("Ett litet antal kvinnor eller män är dolt.",))


def test_the_lead_names_the_largest_gaps_and_its_source() -> None:
    edition = whole()
    rows = rows_of(edition)
    largest = [("Jokkmokk", "33"), ("Luleå", "25–29")]
    first, second, third = lead_sentences(rows.areas["25"], rows.name("25"), edition, largest)
    assert first == (
        "1\xa0200–1\xa0205 personer var inskrivna i mottagningssystemet i Norrbottens län i slutet av februari 2026, enligt Migrationsverket. "
        "Det är ett intervall, eftersom antal bakom det är dolda: det rätta talet ligger från 1\xa0200 till 1\xa0205."
    )
    assert second == (
        "60–64 av dem (4–6\xa0%) får ingen plats i någon insats. Det är gapet, beräknat ur platserna och tidtabellerna. "
        "Av de gap som visas är de största i Jokkmokk (33) och Luleå (25–29)."
    )
    assert third == (
        "Jämfört med januari 2026: 7–12 fler inskrivna, mellan 3 färre och 5 fler utan plats, 10 fler platser."
    )
    made_up = replace(edition, synthetic=True)
    assert lead_sentences(rows.areas[JOKKMOKK], "Jokkmokk", made_up, [])[0] == (
        "33 personer var inskrivna i mottagningssystemet i Jokkmokk i slutet av februari 2026, enligt påhittade siffror."
    )


def test_pairs_in_words() -> None:
    rows = rows_of(whole())
    settings = rows.edition.facts["settings"]
    closed = rows.pairs_from[JOKKMOKK][0]
    with using_language("en"):
        assert pair_sentences(closed, "Jokkmokk", "Gällivare", settings) == (
            "From Jokkmokk to Gällivare. Recommended: at low as well as high need it gains at least 6 persons by journeys "
            "that take at most 60 minutes each way, need no booking and have a safe last way home. If it is opened, 9–13 "
            "more persons get a place. The shortest journey takes 82 min each way, as a mean of there and home. The best "
            "journey has no change. At most 4 sessions a week can be reached. The last way home hangs on a tight change."
        )
    to = {str(row.to_code): row for row in rows.pairs_from[VINDELN]}
    assert pair_sentences(to[UMEA], "Vindeln", "Umeå", settings).startswith(
        "Från Vindeln till Umeå. Öppet: reseersättning kan redan beviljas här. Hur många som skulle mista sin plats utan det visas inte: antalet är eller kan vara litet. Den kortaste resan tar 82 min"
    )
    assert "Om det stängdes skulle ingen mista sin plats." in pair_sentences(
        to[LULEA], "Vindeln", "Luleå", settings
    )


@pytest.mark.parametrize(
    ("verdict", "reasons", "wanted"),
    [
        ("possible", "good_gain_too_small;too_long", "Möjligt, men rekommenderas inte eftersom det kan ge plats åt färre än 6 personer om bara goda resor räknas och en del resor tar mer än 60 minuter."),
        ("possible", "gain_too_small;unknown_share", "Möjligt, men rekommenderas inte eftersom det kan ge plats åt färre än 6 personer och det inte är känt hur många som har rätt till resan."),
        ("not_recommended", "no_gain", "Rekommenderas inte: det ger ingen ytterligare person en plats, varken ensamt eller tillsammans med ett par till."),
        ("outside_policy", "rule:x;crosses_county_border", "Utanför reglerna: det går över en länsgräns, vilket en gällande regel inte tillåter."),
        ("outside_policy", "rule:x", "Utanför reglerna: en gällande regel utesluter alla."),
    ],
)  # fmt: skip
def test_why_a_pair_is_not_recommended(verdict: str, reasons: str, wanted: str) -> None:
    rows = rows_of(whole())
    row = rows.pairs_from[JOKKMOKK][0]._replace(
        verdict=verdict, reasons=reasons, gain_low=0, gain_high=0, travel_best_min=None
    )
    text = pair_sentences(row, "A", "B", rows.edition.facts["settings"])
    assert f"Från A till B. {wanted}" in text
    assert text.endswith("Det finns ingen resa dit och hem samma dag.")


def test_activities_and_ways() -> None:
    row = activity("a1", LULEA, "Språkcafé", target_groups="asylum_seeker;newcomer", sex="women", places=1, valid_to="2026-06-01",
                   language_support=True, times="mon 10:00-12:00; 2026-02-03 09:00-10:00")  # fmt: skip
    rows = rows_of(whole(activities=[row]))
    one = rows.activity["a1"]
    assert for_whom(one) == "asylsökande och nyanlända; kvinnor"
    assert activity_sentences(one) == (
        "Syfte: Svenska. För asylsökande och nyanlända; kvinnor. Tider: mån 10:00–12:00, 2026-02-03 09:00–10:00. "
        "Till och med 2026-06-01. 1 plats vid varje tillfälle. Det finns barnpassning och språkstöd."
    )
    assert no_way_sentence(one) == "Ingen tar sig dit och hem samma dag med kollektivtrafik eller till fots."
    way = rows_of(whole()).ways_from[VINDELN][0]
    assert way_text(way, "Vindeln", "Vindeln") == "Vindeln: 71 min, 290 m till fots"
    assert way_text(way._replace(from_name="Hällnäs", transfers=1, last_way_home=True), "Vindeln", "Vindeln") == (
        "Hällnäs (Vindeln): 71 min, 1 byte, 290 m till fots, ingen senare hemresa efter något tillfälle"
    )  # fmt: skip


def test_minutes_and_times() -> None:
    assert [minutes_text(value) for value in (0.4, 0.5, 1.49, 89.5)] == [
        "under 1 min",
        "1 min",
        "1 min",
        "90 min",
    ]
    assert times_text("") == ""
    assert times_text("varannan onsdag\nkl. 10") == "varannan onsdag kl. 10"


def test_similar_municipalities() -> None:
    rows = rows_of(whole())
    row = rows.similar[JOKKMOKK][0]
    assert similar_sentence(row, rows.areas[VINDELN], "Vindeln") == (
        "Vindeln skiljer sig mest i antalet inskrivna. Där får 60\xa0% av de inskrivna ingen plats."
    )
    assert similar_sentence(row, rows.areas[GALLIVARE], "Gällivare") == (
        "Gällivare skiljer sig mest i antalet inskrivna. Hur stor andel som inte får plats där visas inte."
    )
    assert similar_sentence(row._replace(differs_in=""), None, "<b>") == "&lt;b&gt; är mycket lik."


def test_a_gap_that_is_not_known() -> None:
    unknown = area(LULEA, "Luleå", (None, None, "-"), (None, None, "-"), 0) | {"need_change_sign": ".."}
    told = facts(whole(areas=[unknown, area("25", "Norrbottens län", WITHHELD, WITHHELD, 0)]), LULEA)
    assert told["need"] == (
        "-",
        (
            "Hur många som var inskrivna i Luleå i slutet av februari 2026 är inte känt.",
            "Källan säger det inte.",
        ),
    )
    assert told["gap"] == ("-", ("Hur många som inte får plats i någon insats, gapet, är inte känt.",))
    assert told["access_index"] == (".", ("Tillgänglighetsindex anges inte här.",))
