"""Approved corridors that the rules of their time forbid are named, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from geomatch.decisions.flags import flag_text, flags, forbidden_in
from geomatch.errors import Problem
from geomatch.rules import LeftOut, Rule, RuleBook, RuleSet, Text
from geomatch.sources.corridor_effect import Decision
from tests.decisions.small import decided

YEAR = Rule("ett_ar", "verified", Text("högst ett år", "a year at most"), longest_agreement_months=12)
COUNTY = Rule("inom_lan", "verified", Text("inom länet", "within the county"), within_county=True)
ASSUMED = Rule("antagen", "assumed", Text("inom länet", "within the county"), within_county=True)
DISTANCE = Rule("avstand", "verified", Text("minst 2 km", "2 km"), min_distance_m=2000)
OUT_OF_COUNTY = ("2580", "2482")


def codes(rows: list[Decision], *rules: Rule) -> list[tuple[int, str, str]]:
    return [(one.decision.row, one.code, one.status) for one in flags(rows, RuleBook.always(*rules))]


@pytest.mark.parametrize(
    ("first", "last", "months", "longer"),
    [
        ("2023-01-01", "2023-12-31", 0, False),
        ("2023-01-01", "2024-01-01", 0, True),
        ("2023-03-15", "2024-03-14", 0, False),
        ("2023-03-15", "2024-03-15", 0, True),
        ("2024-02-29", "2025-02-28", 0, False),
        ("2024-02-29", "2025-03-01", 0, True),
        # The row's own word goes before its period: the corridor may be open longer than an agreement lasts.
        ("2023-01-01", "2026-12-31", 12, False),
        ("2023-01-01", "2023-12-31", 13, True),
        # Without a last day nothing is known of the agreements.
        ("2023-01-01", "", 0, False),
        ("2023-01-01", "", 24, True),
    ],
)
def test_an_agreement_longer_than_the_rules_allow(first: str, last: str, months: int, longer: bool) -> None:
    rows = [decided("approved", first, last, months=months)]
    assert codes(rows, YEAR) == ([(2, "agreement_too_long", "verified")] if longer else [])


def test_an_end_and_a_correction_count() -> None:
    long = decided("approved", "2023-01-01", "2024-06-30")
    assert codes([long], YEAR) != []
    assert codes([long, decided("ended", "2023-11-01", row=3)], YEAR) == []
    corrected = decided("correction", "2023-01-01", "2024-12-31", "2023-02-01", row=3)
    assert codes([decided("approved", "2023-01-01", "2023-06-30"), corrected], YEAR) == [
        (3, "agreement_too_long", "verified")
    ]


def test_a_county_border() -> None:
    rows = [
        decided("approved", "2023-01-01", pair=OUT_OF_COUNTY, row=2, file="k.csv"),
        decided("approved", "2023-01-01", row=3),
        decided("refused", "2023-01-01", pair=("2580", "2481"), row=4),
    ]
    assert codes(rows, COUNTY, DISTANCE) == [(2, "crosses_county_border", "verified")]
    (flag,) = flags(rows, RuleBook.always(COUNTY))
    assert flag_text(flag) == (
        "k.csv, rad 2, kolumn ”Till”: korridoren går över en länsgräns, mot regeln inom_lan: inom länet. Den står kvar "
        "som öppen, som den beslutades; avsluta den med en rad ”upphörd” om regeln gäller den."
    )
    (assumed,) = flags(rows, RuleBook.always(ASSUMED))
    assert flag_text(assumed).endswith("Den står kvar som öppen: regeln är antagen och utesluter ingen.")


def test_rules_that_begin_while_the_corridor_is_open() -> None:
    book = RuleBook(
        (
            RuleSet("forut", valid_to="2023-05-31"),
            RuleSet("nu", valid_from="2023-06-01", rules=(COUNTY,)),
        )
    )

    def found(last: str) -> list[str]:
        return [
            one.code for one in flags([decided("approved", "2023-01-01", last, pair=OUT_OF_COUNTY)], book)
        ]

    assert found("2023-05-31") == []
    assert found("2023-06-01") == found("") == ["crosses_county_border"]


def test_rules_that_cannot_be_read_are_said_and_the_rest_is_judged() -> None:
    wrong = LeftOut(Problem("x"), "2023-01-01", "2023-03-31")
    book = RuleBook((RuleSet("alltid", rules=(COUNTY,)),), (wrong,))
    assert book.at(date(2023, 4, 1)).name == "alltid"
    rows = [
        decided("approved", "2023-02-01", "2023-12-31", pair=OUT_OF_COUNTY, row=2),
        decided("approved", "2023-04-01", "2023-12-31", pair=("2581", "2482"), row=3),
    ]
    # Row 2 is open on days that can be judged as well: from 1 April.
    found = flags(rows, book)
    assert [(one.decision.row, one.code) for one in found] == [
        (2, "no_rules"),
        (2, "crosses_county_border"),
        (3, "crosses_county_border"),
    ]
    assert flag_text(found[0]).endswith(
        "korridoren prövas inte mot reglerna för 2023-02-01, som inte kan läsas (x). Den står kvar som den beslutades."
    )


def test_the_days_without_rules_are_told_once_with_file_and_why() -> None:
    overlap = Problem("de överlappar", "något annat", "Rätta", "rules/b.toml", row=2)
    stripped = Problem("", file="rules/c.toml")
    left_out = (
        LeftOut(overlap, "2023-02-01", "2023-02-28"),
        LeftOut(overlap, "2023-02-01", "2023-04-30"),
        LeftOut(stripped, "2023-04-01", "2023-04-30"),
    )
    sets = (
        RuleSet("forut", valid_to="2023-03-31", rules=(COUNTY,)),
        RuleSet("nu", valid_from="2023-04-01", valid_to="2023-12-31"),
    )
    row = decided("approved", "2023-02-01", "2024-03-31", pair=OUT_OF_COUNTY, row=5, file="k.csv")
    (flag,) = flags([row], RuleBook(sets, left_out))
    assert (flag.code, flag.status) == ("no_rules", "")
    assert flag_text(flag) == (
        "k.csv, rad 5: korridoren prövas inte mot reglerna för 2023-02-01, 2023-03-01, 2023-04-01, som inte kan läsas "
        "(rules/b.toml, rad 2: de överlappar; rules/c.toml). Den står kvar som den beslutades."
    )


def test_a_rule_that_begins_or_has_ended_within_its_set() -> None:
    def found(rule: Rule, first: str, last: str = "2023-12-31") -> list[str]:
        book = RuleBook((RuleSet("alltid", rules=(rule,)),))
        return [one.code for one in flags([decided("approved", first, last, pair=OUT_OF_COUNTY)], book)]

    later, ended = replace(COUNTY, valid_from="2023-06-01"), replace(COUNTY, valid_to="2023-05-31")
    assert found(later, "2023-01-01") == ["crosses_county_border"]
    assert found(later, "2023-01-01", "2023-05-31") == []
    assert found(ended, "2023-05-31") == ["crosses_county_border"]
    assert found(ended, "2023-06-01") == []


@pytest.mark.parametrize(
    ("rows", "month", "found"),
    [
        ([decided("approved", "2023-01-01", "2023-12-31", pair=OUT_OF_COUNTY)], "2023-02", [OUT_OF_COUNTY]),
        # Not open in the month; decided after it; refused; within the county.
        ([decided("approved", "2023-03-01", "2023-12-31", pair=OUT_OF_COUNTY)], "2023-02", []),
        ([decided("approved", "2023-02-01", "", "2023-03-01", pair=OUT_OF_COUNTY)], "2023-02", []),
        ([decided("refused", "2023-01-01", "2023-12-31", pair=OUT_OF_COUNTY)], "2023-02", []),
        ([decided("approved", "2023-01-01", "2023-12-31")], "2023-02", []),
    ],
)
def test_open_corridors_that_a_verified_rule_forbids(
    rows: list[Decision], month: str, found: list[tuple[str, str]]
) -> None:
    assert forbidden_in(rows, RuleBook.always(COUNTY), month) == found
    # An assumed rule forbids nothing.
    assert forbidden_in(rows, RuleBook.always(ASSUMED), month) == []
