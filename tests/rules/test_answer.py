"""Who may travel by each of the shipped sets: dates x kinds of persons x distances x county borders, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomatch.rules import (
    Answer,
    Finding,
    Person,
    Rule,
    RuleSet,
    answer,
    bars_of,
    journeys_barred,
    shipped_book,
)
from geomatch.rules.tree import ACCOMMODATIONS, CASE_STATUSES, GROUPS

SHORT = Finding("min_distance_before_2020", "below_min_distance")
BORDER = Finding("within_county_before_2020", "crosses_county_border")
YOUNG = Finding("adults_before_2020", "below_min_age")
CASE = Finding("first_instance_2020", "case_status")
OWN = Finding("own_accommodation_2025", "accommodation")
AREA = Finding("within_county_2026", "crosses_county_border")

NOBODY: tuple[Finding, ...] = ()
ASYLUM = Person("asylum_seeker", "first_instance_open", "agency", 30)
REFUSED = Person("asylum_seeker", "appeal", "agency", 30)
LEAVING = Person("asylum_seeker", "enforcement", "own", 30)
AT_HOME = Person("asylum_seeker", "first_instance_open", "own", 30)
CHILD = Person("asylum_seeker", "first_instance_open", "agency", 17)
JUST_18 = Person("asylum_seeker", "first_instance_open", "agency", 18)
UKRAINE = Person("temporary_protection", "first_instance_open", "own", 40)
PERMIT = Person("permit_awaiting_settlement", "first_instance_open", "municipal", 40)
ANYONE = Person()

# day, person, metres, across a county border: excluded by, flagged by, might be excluded by.
TABLE = [
    # Before 2020: at least 2 km, within one county, 18 or more; case and accommodation are asked by nothing.
    ("2019-12-31", ASYLUM, 2000, False, NOBODY, NOBODY, NOBODY),
    ("2019-12-31", ASYLUM, 1999.9, False, [SHORT], NOBODY, NOBODY),
    ("2019-12-31", ASYLUM, 5000, True, [BORDER], NOBODY, NOBODY),
    ("2019-12-31", ASYLUM, 500, True, [SHORT, BORDER], NOBODY, NOBODY),
    ("2019-12-31", REFUSED, 5000, False, NOBODY, NOBODY, NOBODY),
    ("2019-12-31", LEAVING, 5000, False, NOBODY, NOBODY, NOBODY),
    ("2019-12-31", AT_HOME, 5000, False, NOBODY, NOBODY, NOBODY),
    ("2019-12-31", CHILD, 5000, False, [YOUNG], NOBODY, NOBODY),
    ("2019-12-31", CHILD, 500, True, [SHORT, BORDER, YOUNG], NOBODY, NOBODY),
    ("2019-12-31", JUST_18, 5000, False, NOBODY, NOBODY, NOBODY),
    ("2019-12-31", PERMIT, 1000, False, [SHORT], NOBODY, NOBODY),
    ("2015-06-01", UKRAINE, 5000, True, [BORDER], NOBODY, NOBODY),
    ("2019-12-31", ANYONE, 5000, False, NOBODY, NOBODY, [YOUNG]),
    ("2019-12-31", ANYONE, None, None, NOBODY, NOBODY, [SHORT, BORDER, YOUNG]),
    # From 2020-01-01: an open first-instance case, and nothing of distance, border or age.
    ("2020-01-01", ASYLUM, 500, False, NOBODY, NOBODY, NOBODY),
    ("2020-01-01", ASYLUM, 500, True, NOBODY, NOBODY, NOBODY),
    ("2020-01-01", CHILD, 500, True, NOBODY, NOBODY, NOBODY),
    ("2020-01-01", AT_HOME, 5000, True, NOBODY, NOBODY, NOBODY),
    ("2020-01-01", REFUSED, 5000, False, [CASE], NOBODY, NOBODY),
    ("2020-01-01", LEAVING, 5000, True, [CASE], NOBODY, NOBODY),
    ("2024-06-13", REFUSED, 500, False, [CASE], NOBODY, NOBODY),
    ("2023-02-01", ANYONE, 5000, True, NOBODY, NOBODY, [CASE]),
    # From 2024-06-14: the same; that people may register as residents moves need, and excludes no one.
    ("2024-06-14", UKRAINE, 500, True, NOBODY, NOBODY, NOBODY),
    ("2024-06-14", ASYLUM, 500, True, NOBODY, NOBODY, NOBODY),
    ("2024-06-14", REFUSED, 5000, False, [CASE], NOBODY, NOBODY),
    ("2025-08-31", AT_HOME, 5000, True, NOBODY, NOBODY, NOBODY),
    # From 2025-09-01: own accommodation of asylum seekers is flagged (assumed).
    ("2025-09-01", AT_HOME, 500, True, NOBODY, [OWN], NOBODY),
    ("2025-09-01", AT_HOME, 5000, False, NOBODY, [OWN], NOBODY),
    ("2025-09-01", ASYLUM, 5000, True, NOBODY, NOBODY, NOBODY),
    ("2025-09-01", UKRAINE, 5000, True, NOBODY, NOBODY, NOBODY),
    ("2025-09-01", LEAVING, 5000, False, [CASE], [OWN], NOBODY),
    ("2026-09-30", AT_HOME, 5000, True, NOBODY, [OWN], NOBODY),
    # From 2026-10-01: journeys of asylum seekers across a county border are flagged as well (assumed).
    ("2026-10-01", ASYLUM, 500, False, NOBODY, NOBODY, NOBODY),
    ("2026-10-01", ASYLUM, 5000, True, NOBODY, [AREA], NOBODY),
    ("2026-10-01", AT_HOME, 500, True, NOBODY, [OWN, AREA], NOBODY),
    ("2026-10-01", AT_HOME, 5000, False, NOBODY, [OWN], NOBODY),
    ("2026-10-01", UKRAINE, 5000, True, NOBODY, NOBODY, NOBODY),
    ("2026-10-01", PERMIT, 5000, True, NOBODY, NOBODY, NOBODY),
    ("2026-10-01", REFUSED, 5000, True, [CASE], [AREA], NOBODY),
    # What is not known flags nobody, and leaves open whether the verified rule excludes.
    ("2030-01-01", ANYONE, 5000, True, NOBODY, NOBODY, [CASE]),
    ("2030-01-01", Person("asylum_seeker"), 5000, True, NOBODY, [AREA], [CASE]),
]


@pytest.mark.parametrize(("day", "person", "distance_m", "crosses", "excluded", "flagged", "unknown"), TABLE)
def test_the_answer_of_each_set(day, person, distance_m, crosses, excluded, flagged, unknown) -> None:
    in_force = shipped_book().at(date.fromisoformat(day))
    found = answer(in_force, person, distance_m, crosses)
    assert found == Answer(tuple(excluded), tuple(flagged), tuple(unknown))


def test_the_table_has_every_set() -> None:
    days = [date.fromisoformat(day) for day, *_rest in TABLE]
    assert {shipped_book().at(day).name for day in days} == {
        "before-2020", "2020-01-01", "2024-06-14", "2025-09-01", "2026-10-01",
    }  # fmt: skip


def test_who_may_travel() -> None:
    known = shipped_book().at(date(2026, 10, 1))
    # An assumed rule excludes no one: flagged twice, and yet free to travel.
    assert answer(known, AT_HOME, 500, True).may_travel is True
    assert answer(known, REFUSED, 500, True).may_travel is False
    assert answer(known, Person("asylum_seeker", accommodation="own"), 500, True).may_travel is None


def rules(**asked: object) -> RuleSet:
    return RuleSet("s", rules=(Rule("r", "verified", **asked),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "person", "code"),
    [
        ({"target_groups": ("asylum_seeker",)}, UKRAINE, "target_group"),
        ({"target_groups": ("asylum_seeker",)}, ASYLUM, ""),
        ({"accommodation": ("agency",)}, AT_HOME, "accommodation"),
        ({"accommodation": ("agency",)}, ASYLUM, ""),
        ({"accommodation": ("agency",), "about_groups": ("asylum_seeker",)}, UKRAINE, ""),
        ({"within_county": True}, ASYLUM, "crosses_county_border"),
        ({"area": "county"}, ASYLUM, "crosses_county_border"),
        # An area that nobody has described, and what is only told, judge no journey.
        ({"area": "not_known"}, ASYLUM, ""),
        ({"longest_agreement_months": 12}, ASYLUM, ""),
        ({"certificate_months": 3}, ASYLUM, ""),
        ({"calendar": True}, ASYLUM, ""),
    ],
)
def test_what_a_verified_rule_excludes(asked, person, code) -> None:
    found = answer(rules(**asked), person, 1000, True)
    assert found == Answer((Finding("r", code),) if code else ())


@pytest.mark.parametrize(
    ("about", "asks", "person", "status"),
    [
        # Not about them, or kept: nothing, whatever else is not known.
        (("asylum_seeker",), {"accommodation": ("agency",)}, Person("temporary_protection"), "kept"),
        (("asylum_seeker",), {"accommodation": ("agency",)}, Person(accommodation="agency"), "kept"),
        (("asylum_seeker",), {"accommodation": ("agency",)}, Person("asylum_seeker"), "unknown"),
        (("asylum_seeker",), {"accommodation": ("agency",)}, Person(accommodation="own"), "unknown"),
        ((), {"target_groups": ("asylum_seeker",)}, Person(), "unknown"),
        ((), {"min_age": 18}, Person(), "unknown"),
    ],
)
def test_what_is_not_known_decides_nothing(about, asks, person, status) -> None:
    found = answer(rules(about_groups=about, **asks), person, 1000, False)
    assert (bool(found.excluded), bool(found.unknown)) == (False, status == "unknown")


persons = st.builds(
    Person,
    st.sampled_from([*GROUPS, "all"]),
    st.sampled_from([*CASE_STATUSES, "all"]),
    st.sampled_from([*ACCOMMODATIONS, "all"]),
    st.none() | st.integers(0, 90),
)
asked_of = st.one_of(
    st.builds(dict, target_groups=st.lists(st.sampled_from(GROUPS), min_size=1, unique=True).map(tuple)),
    st.builds(dict, case_status=st.lists(st.sampled_from(CASE_STATUSES), min_size=1, unique=True).map(tuple)),
    st.builds(dict, accommodation=st.lists(st.sampled_from(ACCOMMODATIONS), min_size=1, unique=True).map(tuple)),
    st.builds(dict, min_age=st.integers(1, 60)),
    st.builds(dict, min_distance_m=st.sampled_from([500.0, 2000.0])),
    st.just({"within_county": True}),
    st.just({"area": "county"}),
    st.just({"calendar": True}),
)  # fmt: skip
some_rules = st.lists(
    st.builds(
        lambda number, status, about, asks: Rule(f"r{number}", status, about_groups=about, **asks),
        st.integers(0, 9),
        st.sampled_from(["verified", "assumed"]),
        st.lists(st.sampled_from(GROUPS), unique=True).map(tuple),
        asked_of,
    ),
    max_size=4,
)
ways = st.tuples(st.sampled_from([100.0, 500.0, 1999.0, 2000.0, 90000.0]), st.booleans())


@given(some_rules, persons, ways)
def test_assumed_rules_exclude_no_one(listed, person, way) -> None:
    every = answer(RuleSet("s", rules=tuple(listed)), person, *way)
    verified = RuleSet("s", rules=tuple(rule for rule in listed if rule.status == "verified"))
    assert (every.excluded, every.unknown) == (
        answer(verified, person, *way).excluded,
        answer(verified, person, *way).unknown,
    )
    assert answer(verified, person, *way).flagged == ()


@given(some_rules, persons, ways, st.data())
def test_what_becomes_known_only_settles_what_was_open(listed, person, way, data) -> None:
    """Whoever is excluded while something is unknown stays so whatever it is; an answer without doubt never turns."""
    rule_set = RuleSet("s", rules=tuple(listed))
    known = Person(
        person.target_group if person.target_group != "all" else data.draw(st.sampled_from(GROUPS)),
        person.case_status if person.case_status != "all" else data.draw(st.sampled_from(CASE_STATUSES)),
        person.accommodation if person.accommodation != "all" else data.draw(st.sampled_from(ACCOMMODATIONS)),
        person.age if person.age is not None else data.draw(st.integers(0, 90)),
    )
    before, after = answer(rule_set, person, *way), answer(rule_set, known, *way)
    assert after.unknown == ()
    assert set(before.excluded) <= set(after.excluded) <= set(before.excluded) | set(before.unknown)


@given(some_rules, persons, ways)
def test_the_bars_of_the_allocation_are_the_answers(listed, person, way) -> None:
    """A journey is barred where the answer says so of its traveller's group, and perhaps barred where it is open."""
    rule_set = RuleSet("s", rules=tuple(listed))
    judged = [
        rule for rule in listed if rule.asks in ("target_groups", "min_distance_m", "within_county", "area")
    ]
    found = answer(RuleSet("s", rules=tuple(judged)), Person(person.target_group), *way)
    barred, perhaps = journeys_barred(
        bars_of(rule_set),
        np.array([person.target_group], dtype=object),
        np.array([way[0]]),
        np.array([way[1]]),
    )
    assert (barred.tolist(), perhaps.tolist()) == (
        [found.may_travel is False],
        [found.may_travel is None],
    )
