"""Tiny worlds explained in whole sentences, their numbers worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import pytest

from geomatch.explain.facts import as_plain
from geomatch.explain.text import explained_lines
from geomatch.words import using_language
from tests.worlds import World, entitled, settings

from .told import explained_world

KILOMETRE = 1000.0


def town() -> World:
    """Stockholm with four groups at three points.

    a: 20 women and 10 men, who reach the course here (12 places) and the café in Södertälje (5 places, open corridor)
    b: 6 women, who reach the talks in Nacka (40 places), for which no corridor is open
    c: 4 men, for whom the course is too far
    """
    return (
        World()
        .live("0180/a", 20, sex="women")
        .live("0180/a", 10, sex="men")
        .live("0180/b", 6, sex="women")
        .live("0180/c", 4, sex="men")
        .offer("Kurs", "0180", 12)
        .offer("Café", "0181", 5)
        .offer("Prat", "0182", 40)
        .way("0180/a", "Kurs", 10)
        .way("0180/a", "Café", 40)
        .way("0180/b", "Prat", 30)
        .way("0180/c", "Kurs", 100, reachable=False)
        .open("0180", "0181")
    )


# Places are shared equally: of 12 at the course 8 for the 20 women and 4 for the 10 men, of 5 at the café 3.3 and 1.7.
# Between half and all of b's six women may travel, so 3 to 6 have the right; ten more places are filled at once.
SWEDISH = """\
Stockholm (0180), september 2026

Hur många
  I Stockholm är 40 personer inskrivna i mottagningssystemet.
  23 av dem får inte plats i någon insats (58\u00a0% av de inskrivna). Det är gapet.
  Om så få som möjligt har rätt till resan eller passar i insatserna: 12 får plats i den egna kommunen; \
5 får plats i en annan kommun; 13 når en insats men platserna är slut; \
3 når en insats i en annan kommun och har rätt till resan, men kommunparet är inte godkänt; \
3 når en insats i en annan kommun men har inte rätt till resan; \
4 kan inte ta sig till en passande insats och hem igen samma dag.
  Om så många som möjligt har rätt till resan och passar i insatserna: 12 får plats i den egna kommunen; \
5 får plats i en annan kommun; 13 når en insats men platserna är slut; \
6 når en insats i en annan kommun och har rätt till resan, men kommunparet är inte godkänt; \
4 kan inte ta sig till en passande insats och hem igen samma dag.
  Kommunen har 1 insats med tillfällen i perioden, med sammanlagt 12 platser.
  Där två tal står med snedstreck emellan gäller det första vid lägsta och det andra vid högsta behov.

Vart de tar sig
  12 personer deltar i Kurs i den egna kommunen (8 kvinnor och 4 män).
  5 personer reser med reseersättning till Café i Södertälje (3 kvinnor och 2 män).

Vad som är fullt
  Alla 12 platser i Kurs i Stockholm är tagna, 12 av dem av personer härifrån.
  Alla 5 platser i Café i Södertälje är tagna, 5 av dem av personer härifrån.

Vilka som inte får resa
  3 / 0 personer skulle kunna ta sig till en insats i en annan kommun och hem igen men har inte rätt till resan: \
till Nacka.
  3 / 6 personer har rätt att resa och skulle kunna ta sig till en insats i en annan kommun och hem igen, \
men kommunparet är inte godkänt: till Nacka.

Vilka som inte kan ta sig dit och hem
  0180/c: 4 personer. Skäl, efter antal insatser i kommunen: Resan åt ett håll tar mer än 90 min (1).

Vad som är osäkert, och varför
  Hur många av de asylsökande som har rätt att resa är inte säkert känt: 50–100\u00a0% av dem.
  Var i kommunen personerna bor är inte känt: om alla bodde på den bäst belägna platsen vore gapet 23, \
på den sämst belägna 40.

Vilken enda ändring som skulle hjälpa mest
  Mest skulle detta ge: 10 platser till i Kurs i Stockholm. \
10 färre skulle stå utan plats här, 10 färre i alla kommuner tillsammans.
  Lika mycket skulle detta ge: 10 platser till i Café i Södertälje. \
10 färre skulle stå utan plats här, 10 färre i alla kommuner tillsammans.
  Mindre skulle detta ge: att godkänna resor till Nacka. \
3 / 6 färre skulle stå utan plats här, 3 / 6 färre i alla kommuner tillsammans.
  1 ändring till prövades och skulle inte hjälpa någon här.
  Ingen insats skulle nås av fler härifrån om den hölls upp till 60 min tidigare eller senare.
  Ingen enskild avgång till hem skulle göra att fler härifrån når en insats."""


def test_a_town_in_swedish() -> None:
    found = explained_world(town(), "0180", settings(shares=entitled(0.5, 1.0)))
    assert "\n".join(explained_lines(found)) == SWEDISH


def test_the_same_town_in_english() -> None:
    found = explained_world(town(), "0180", settings(shares=entitled(0.5, 1.0)))
    with using_language("en"):
        lines = explained_lines(found)
    assert lines[0] == "Stockholm (0180), September 2026"
    assert "  12 persons take part in Kurs in their own municipality (8 women and 4 men)." in lines
    assert "  5 persons travel to Café in Södertälje by an open corridor (3 women and 2 men)." in lines
    assert "  All 12 places of Kurs in Stockholm are taken, 12 of them by people from here." in lines
    assert (
        "  3 / 0 persons could get to an activity in another municipality and home again, but have no right to the "
        "journey: toward Nacka."
    ) in lines
    assert (
        "  0180/c: 4 persons. Why, by the number of activities in the municipality: One way takes more than 90 min (1)."
    ) in lines
    assert (
        "  How many of the asylum seekers have the right to travel is not known for certain: 50–100 % of them."
    ) in lines
    assert (
        "  Most would be gained by 10 more places at Kurs in Stockholm. 10 fewer would be without a place here, "
        "10 fewer in all municipalities."
    ) in lines


def test_the_same_town_as_plain_values() -> None:
    facts = as_plain(explained_world(town(), "0180", settings(shares=entitled(0.5, 1.0))))
    assert facts["enrolled"] == {"low": 40, "high": 40}
    assert facts["gap"] == {"low": 23, "high": 23}
    assert {name: value for name, value in facts["parts"]["low"].items() if value} == {
        "served_local": 12.0, "served_by_corridor": 5.0, "in_reach_full": 13.0, "corridor_not_open": 3.0,
        "no_entitlement": 3.0, "no_day_return": 4.0,
    }  # fmt: skip
    course, cafe = facts["going"]
    assert course["by"] == "own"
    assert course["by_sex"] == {"women": {"low": 8.0, "high": 8.0}, "men": {"low": 4.0, "high": 4.0}}
    assert (cafe["by"], cafe["municipality"]) == ("corridor", "Södertälje")
    assert cafe["by_sex"] == {"women": {"low": 3.333, "high": 3.333}, "men": {"low": 1.667, "high": 1.667}}
    assert facts["no_entitlement_toward"] == [
        {"municipality_code": "0182", "municipality": "Nacka", "persons": {"low": 3.0, "high": 0.0}}
    ]
    assert facts["no_day_return_from"] == [
        {
            "point_id": "0180/c",
            "locality": "0180/c",
            "kind": "locality",
            "persons": {"low": 4.0, "high": 4.0},
            "asked_of": {"municipality_code": "0180", "municipality": "Stockholm"},
            "reasons": [{"reason": "too_long", "series": 1}],
        }
    ]
    assert facts["uncertain"]["eligible_share"] == [
        {"target_group": "asylum_seeker", "low": 0.5, "high": 1.0}
    ]
    assert [(one["kind"], one["municipality"], one["best"]) for one in facts["changes"]] == [
        ("places", "Stockholm", True),
        ("places", "Södertälje", True),
        ("corridor", "Nacka", False),
        ("places", "Nacka", False),
    ]
    assert facts["changes"][2]["fewer_without_place"] == {"low": 3.0, "high": 6.0}


def lines_of(world: World, code: str, **chosen: object) -> list[str]:
    with using_language("en"):
        return explained_lines(explained_world(world, code, settings(**chosen)))


def test_nobody_lives_there() -> None:
    world = World().live("0180/a", 3).offer("Kurs", "0181", 5)
    assert lines_of(world, "0181") == [
        "Södertälje (0181), September 2026",
        "The counts of the month have nobody in Södertälje: there is nothing to explain.",
    ]


def test_everybody_has_a_place() -> None:
    world = World().live("0180/a", 3, sex="women").offer("Kurs", "0180", 5).way("0180/a", "Kurs")
    lines = lines_of(world, "0180")
    assert lines[-2:] == [
        "Which single change would help most",
        "  Nobody is without a place: no change is tried.",
    ]
    assert "Who may not travel" not in lines
    assert "What is uncertain, and why" not in lines


def test_who_walks_across_the_border_needs_no_corridor() -> None:
    # One kilometre in a straight line, 1.3 on foot.
    world = (
        World()
        .live("0180/a", 4, sex="men", at=(500_000.0, 6_500_000.0))
        .offer("Kurs", "0181", 5, at=(501_000.0, 6_500_000.0))
        .way("0180/a", "Kurs", 18, walk=True)
    )
    assert "  4 persons walk to Kurs in Södertälje (4 men)." in lines_of(world, "0180")


def test_reasons_are_those_of_the_nearest_activities_that_suit() -> None:
    # Nothing at home; the women's group in Södertälje is nearer than the courses of Nacka, but does not suit men.
    world = (
        World()
        .live("0180/a", 4, sex="men", at=(500_000.0, 6_500_000.0))
        .live("0180/b", 7, sex="men", at=(500_000.0, 6_510_000.0))
        .offer("Kvinnogrupp", "0181", 5, sex="women", at=(500_000.0, 6_505_000.0))
        .offer("Kurs", "0182", 5, at=(500_000.0, 6_550_000.0))
        .offer("Prat", "0182", 5, at=(500_000.0, 6_560_000.0))
        .way("0180/a", "Kvinnogrupp")
        .way("0180/a", "Kurs", reachable=False)
        .way("0180/a", "Prat", reachable=False)
        .way("0180/b", "Kurs", reachable=False)
        .way("0180/b", "Prat", reachable=False)
    )
    lines = lines_of(world, "0180")
    why = "Why, by the number of activities in Nacka, the nearest that suit: One way takes more than 90 min (2)."
    start = lines.index("Who has no way there and home")
    assert lines[start + 1 : start + 3] == [f"  0180/b: 7 persons. {why}", f"  0180/a: 4 persons. {why}"]


def test_nothing_suits() -> None:
    world = (
        World()
        .live("0180/a", 4, sex="men")
        .offer("Kvinnogrupp", "0180", 5, sex="women")
        .way("0180/a", "Kvinnogrupp")
    )
    lines = lines_of(world, "0180")
    assert "  0180/a: 4 persons. No activity that may be shown suits them." in lines
    # Ten more places for women would help none of them.
    assert "  No single change of those tried would give anybody here a place." in lines


def test_only_some_can_get_to_the_second_municipality() -> None:
    # 5 reach Södertälje only, 3 both; nobody has the right to travel.
    world = (
        World()
        .live("0180/a", 5, sex="men")
        .live("0180/b", 3, sex="men")
        .offer("Kurs", "0181", 9)
        .offer("Prat", "0182", 9)
        .way("0180/a", "Kurs")
        .way("0180/b", "Kurs")
        .way("0180/b", "Prat")
    )
    text = (
        "  8 persons could get to an activity in another municipality and home again, but have no right to the journey: "
        "toward Södertälje and Nacka (3)."
    )
    assert text in lines_of(world, "0180", shares=entitled(0.0, 0.0))


def test_activities_of_one_name_are_told_apart_by_their_times() -> None:
    class Two(World):
        def activities(self) -> gpd.GeoDataFrame:
            table = super().activities()
            return table.assign(name="Bussen", sessions_text=["mon 10:00-12:00", "fri 13:00-15:00"])

    world = (
        Two()
        .live("0180/a", 3, sex="men")
        .live("0180/b", 2, sex="men")
        .offer("one", "0180", 5)
        .offer("two", "0180", 5)
        .way("0180/a", "one")
        .way("0180/b", "two")
    )
    lines = lines_of(world, "0180")
    assert "  3 persons take part in Bussen (Mon 10:00–12:00) in their own municipality (3 men)." in lines
    assert "  2 persons take part in Bussen (Fri 13:00–15:00) in their own municipality (2 men)." in lines


class Protected(World):
    """A world whose activity `Hemlig` is hidden."""

    def activities(self) -> gpd.GeoDataFrame:
        table = super().activities()
        return table.assign(visibility=["hidden" if name == "Hemlig" else "exact" for name in table["name"]])


@pytest.mark.parametrize("municipality", ["0180", "0181"])
def test_a_protected_activity_has_neither_name_nor_place(municipality: str) -> None:
    world = (
        Protected()
        .live("0180/a", 9, sex="women")
        .live("0180/b", 2, sex="women")
        .offer("Hemlig", municipality, 4)
        .way("0180/a", "Hemlig")
        .way("0180/b", "Hemlig", reachable=False)
        .open("0180", "0181")
    )
    found = explained_world(world, "0180", settings())
    with using_language("en"):
        lines = explained_lines(found)
    assert "  4 persons take part in a protected activity (4 women)." in lines
    assert "  0180/b: 2 persons. No activity that may be shown suits them." in lines
    # Five of a's nine are left over.
    assert any(
        line.startswith("  Most would be gained by 10 more places at a protected activity. 5 fewer")
        for line in lines
    )
    told = "\n".join(lines) + str(as_plain(found))
    assert "Hemlig" not in told
    assert "Södertälje" not in told


def test_withheld_counts_and_people_without_known_sex_are_uncertain() -> None:
    world = World().live("0180/a", 1, 5, masked=True).offer("Kurs", "0180", 3).way("0180/a", "Kurs")
    lines = lines_of(world, "0180")
    start = lines.index("What is uncertain, and why")
    assert lines[start + 1 : start + 3] == [
        "  1 count behind the number is withheld for secrecy, so it is an interval.",
        "  The counts do not say whether 1 / 5 persons are women or men.",
    ]
    assert "  1 / 3 persons take part in Kurs in their own municipality." in lines
    assert (
        "  At high need all 3 places of Kurs in Stockholm are taken, 3 of them by people from here."
        not in lines
    )
    assert (
        "  At high need all 3 places of Kurs in Stockholm are taken, 1 / 3 of them by people from here."
        in lines
    )
    best = (
        "10 more places at Kurs in Stockholm. 0 / 2 fewer would be without a place here, 0 / 2 fewer in all"
    )
    assert f"  Most would be gained by {best} municipalities." in lines


def test_sites_are_told_of_together_and_never_how_far_they_are() -> None:
    """c is a site with 4 men, d one with 3 women, for both of whom the course is too far."""
    world = town().live("0180/d", 3, sex="women", kind="site").way("0180/d", "Kurs", 100, reachable=False)
    world.people = [{**one, "kind": "site"} if one["point"] == "0180/c" else one for one in world.people]
    found = explained_world(world, "0180", settings(shares=entitled(0.5, 1.0)))
    text = "\n".join(explained_lines(found))
    told = "  Anläggningsboendena: 7 personer. Varför sägs inte, eftersom det skulle säga var de bor."
    assert told in text.splitlines()
    facts = as_plain(found)
    assert facts["no_day_return_from"] == [
        {
            "point_id": "",
            "locality": "",
            "kind": "site",
            "persons": {"low": 7.0, "high": 7.0},
            "asked_of": {"municipality_code": None, "municipality": None},
            "reasons": [],
        }
    ]
    for name in ("0180/c", "0180/d"):
        assert name not in text
        assert name not in str(facts)
