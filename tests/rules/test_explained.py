"""`geomatch rules`: what applies in a month, what changes, and what another set would mean."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geomatch import cli
from geomatch.errors import InputError
from geomatch.manifest import manifest_of
from geomatch.month import compute_month
from geomatch.notes import assumption_notes
from geomatch.rules import Person, RuleBook, RuleSet, Text, shipped_book, shipped_text
from geomatch.rules.differences import changed_rules, parted_kinds
from geomatch.rules.explained import explain, explain_facts, explain_lines, named_lines, set_of
from geomatch.rules.tree import Rule
from geomatch.rules_compared import compare_month, compared_facts, compared_lines
from geomatch.words import using_language
from geomatch.workspace import Workspace


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with using_language("en"):
        code = cli.main(["--lang", "en", *arguments])
    return code, capsys.readouterr().out


def test_a_month_is_explained() -> None:
    found = explain(shipped_book(), "2026-11")
    facts = explain_facts(found)
    assert (facts["judged_on"], facts["set"]["name"]) == ("2026-11-01", "2026-10-01")
    assert {rule["name"]: rule["effect"] for rule in facts["set"]["rules"]} == {
        "first_instance_2020": "excludes",
        "residents_2024": "tells",
        "assigned_place_2025": "tells",
        "own_accommodation_2025": "flags",
        "defined_area_2026": "tells",
        "checks_2026": "tells",
        "within_county_2026": "flags",
    }
    assert facts["assumed"] == ["own_accommodation_2025", "within_county_2026"]
    assert (facts["changes_within_month"], facts["next_change"], facts["left_out"]) == ([], None, [])
    assert len(facts["set"]["documents"]) == 4


def test_a_month_with_a_change_inside_is_judged_by_its_first_day() -> None:
    found = explain(shipped_book(), "2024-06")
    assert found.in_force.name == "2020-01-01"
    assert [(before.name, after.name) for before, after in found.within] == [("2020-01-01", "2024-06-14")]
    assert found.following is not None
    assert found.following[1].name == "2025-09-01"
    with using_language("en"):
        lines = explain_lines(found)
    start = lines.index(
        "The rules change within the month; these do not judge it, they count from the next month:"
    )
    assert lines[start + 1].startswith("2024-06-14: ")
    assert explain(shipped_book(), "2024-07").in_force.name == "2024-06-14"


@pytest.mark.parametrize(
    ("month", "in_force", "following"),
    [
        # A set that begins on the first day of a month is no change within it.
        ("2019-12", "before-2020", "2020-01-01"),
        # The rule on mobile data ends within its set.
        ("2020-01", "2020-01-01", "2020-01-01"),
        ("2021-03", "2020-01-01", "2020-01-01"),
        ("2021-04", "2020-01-01", "2024-06-14"),
        ("2025-09", "2025-09-01", "2026-10-01"),
        ("2026-10", "2026-10-01", None),
    ],
)
def test_no_change_within_a_month(month: str, in_force: str, following: str | None) -> None:
    found = explain(shipped_book(), month)
    assert (found.in_force.name, found.within) == (in_force, ())
    assert (found.following[1].name if found.following else None) == following


MOBILE_DATA = "mobile_data_2020 (until 2021-03-31): compensation for mobile data for digital activities follows the same rules. Source: the county boards' reports."


def test_a_rule_that_ends_within_its_set_is_told_until_then() -> None:
    def lines(month: str) -> list[str]:
        with using_language("en"):
            return explain_lines(explain(shipped_book(), month))

    march = lines("2021-03")
    assert march[march.index("Told only, judges no journey:") + 1] == f"  {MOBILE_DATA}"
    assert march[march.index("The next change:") + 1 :] == [
        "2021-04-01: Open first-instance cases only (2020-01-01)",
        f"  - {MOBILE_DATA}",
    ]
    assert not any("mobile_data" in line for line in [*lines("2021-04"), *lines("2023-02")])
    facts = explain_facts(explain(shipped_book(), "2021-03"))
    assert [(rule["name"], rule["valid_from"], rule["valid_to"]) for rule in facts["set"]["rules"]] == [
        ("first_instance_2020", None, None),
        ("mobile_data_2020", None, "2021-03-31"),
    ]
    # The set itself keeps its days.
    assert (facts["set"]["valid_from"], facts["set"]["valid_to"]) == ("2020-01-01", "2024-06-13")
    assert (facts["changes_within_month"], facts["next_change"]["valid_from"]) == ([], "2021-04-01")


def test_a_rule_that_begins_and_ends_within_a_month() -> None:
    rule = Rule(
        "r", "verified", Text("a", "a"), about_groups=("asylum_seeker",), within_county=True,
        valid_from="2027-02-10", valid_to="2027-02-19",
    )  # fmt: skip
    book = RuleBook((RuleSet("alltid", Text("Alltid", "Always"), rules=(rule,)),))
    found = explain(book, "2027-02")
    assert [(len(one.rules), len(two.rules), two.valid_from) for one, two in found.within] == [
        (0, 1, "2027-02-10"),
        (1, 0, "2027-02-20"),
    ]
    assert (found.in_force.rules, found.following) == ((), None)
    with using_language("en"):
        lines = explain_lines(found)
    text = "r (asylum seekers; 2027-02-10 – 2027-02-19): a."
    assert lines[-5:] == [
        "2027-02-10: Always (alltid)", f"  + {text}",
        "2027-02-20: Always (alltid)", f"  - {text}",
        "No later change is known.",
    ]  # fmt: skip
    assert [one.valid_from for one in book.changes_in("2027-02")] == ["2027-02-10", "2027-02-20"]


def test_a_set_named_by_its_name_stands_for_its_first_day() -> None:
    def names(name: str) -> list[str]:
        return [rule.name for rule in set_of(shipped_book(), name).rules]

    assert names("2020-01-01") == names("2021-03-31") == ["first_instance_2020", "mobile_data_2020"]
    assert names("2021-04-01") == names("2023-02") == ["first_instance_2020"]
    with using_language("en"):
        assert named_lines(shipped_book(), "2020-01-01") == [
            "  its rules of 2020-01-01 are meant; they change on 2021-04-01: name a later day to compare those"
        ]
    # A day that is no name is itself what is meant, and a set that says the same on all its days needs no word.
    assert named_lines(shipped_book(), "2021-04-01") == named_lines(shipped_book(), "2024-06-14") == []
    rules = (
        Rule("r", "verified", valid_to="2019-06-30", within_county=True),
        Rule("s", "verified", min_age=18),
    )
    book = RuleBook((RuleSet("forut", valid_to="2019-12-31", rules=rules),))
    assert [rule.name for rule in set_of(book, "forut").rules] == ["s"]
    with using_language("en"):
        assert named_lines(book, "forut") == [
            "  the rules of its last day are meant; they change on 2019-07-01: name a day to compare others"
        ]


def test_no_month() -> None:
    with using_language("en"), pytest.raises(InputError, match="found “2026-13”; expected a month, YYYY-MM"):
        explain(shipped_book(), "2026-13")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("2024-06-14", "2024-06-14"),
        ("before-2020", "before-2020"),
        ("2024-06-13", "2020-01-01"),
        ("2024-06", "2020-01-01"),
        ("2019-05-05", "before-2020"),
    ],
)
def test_a_set_by_its_name_or_by_a_day(name: str, found: str) -> None:
    assert set_of(shipped_book(), name).name == found


def test_no_such_set() -> None:
    with (
        using_language("en"),
        pytest.raises(InputError, match="there is no set of rules nothing; expected one of before-2020"),
    ):
        set_of(shipped_book(), "nothing")


def test_what_differs_between_two_sets() -> None:
    before, after = (set_of(shipped_book(), name) for name in ("2025-09-01", "2026-10-01"))
    changed = changed_rules(before, after)
    assert [(one.before, one.after and one.after.name) for one in changed] == [
        (None, "defined_area_2026"), (None, "checks_2026"), (None, "within_county_2026"),
    ]  # fmt: skip
    # Asylum seekers with an open case, wherever they live but at home, whose journey crosses a county border.
    parted = parted_kinds(before, after)
    assert [one.person for one in parted] == [
        Person("asylum_seeker", "first_instance_open", home) for home in ("agency", "municipal", "other")
    ]
    assert {(one.crosses_county, one.shorter_than_m) for one in parted} == {(True, 0.0)}
    assert all(one.after.may_travel and one.after.flagged for one in parted)


def test_a_rule_that_only_changes_its_words_parts_nobody() -> None:
    rule = Rule("r", "verified", Text("a", "a"), within_county=True)
    one, other = RuleSet("one", rules=(rule,)), RuleSet("two", rules=(replace(rule, text=Text("b", "b")),))
    assert len(changed_rules(one, other)) == 1
    assert parted_kinds(one, other) == ()
    assert parted_kinds(one, one) == ()


def test_two_least_distances_part_the_journeys_between_them() -> None:
    one = RuleSet("one", rules=(Rule("r", "verified", min_distance_m=2000.0),))
    other = RuleSet("two", rules=(Rule("r", "verified", min_distance_m=5000.0),))
    parted = parted_kinds(one, other)
    assert [(p.shorter_than_m, p.crosses_county) for p in parted] == [(5000.0, False), (5000.0, True)]
    assert [(p.before.may_travel, p.after.may_travel) for p in parted] == [(True, False)] * 2


def test_outside_a_workspace_the_shipped_sets_are_explained_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, printed = run(capsys, "rules", "explain", "2026-11", "--json")
    assert (code, json.loads(printed)["set"]["name"]) == (0, "2026-10-01")
    code, printed = run(capsys, "rules", "compare", "2020-01-01", "2024-06-14")
    assert code == 0
    assert printed.splitlines()[-1] == "  none: nobody is excluded or flagged by one and not by the other"
    code, printed = run(capsys, "rules", "compare", "2023-01", "2023-02")
    assert printed.splitlines()[-1] == "The two sets say the same."
    code, printed = run(capsys, "rules", "compare", "before-2020", "2020-01-01", "--json")
    facts = json.loads(printed)
    assert (code, facts["sets"], facts["month"]) == (0, ["before-2020", "2020-01-01"], None)
    assert {
        "target_group": "all",
        "case_status": "appeal",
        "accommodation": "all",
        "age": 18,
        "shorter_than_m": None,
        "crosses_county": False,
        "before": {"excluded": [], "flagged": [], "unknown": []},
        "after": {
            "excluded": [{"rule": "first_instance_2020", "reason": "case_status"}],
            "flagged": [],
            "unknown": [],
        },
    } in facts["kinds"]
    code, _printed = run(capsys, "rules", "compare", "2020-01-01", "x", "--month", "2023-02")
    assert code == 2
    code, printed = run(capsys, "rules", "show", "2024-06-14")
    assert (code, printed) == (0, shipped_text("2024-06-14"))


@pytest.fixture(scope="module")
def demo(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("rules") / "demo"
    shutil.copytree(demo_workspace, folder)
    return Workspace(folder)


def in_all(workspace: Workspace, month: str, *parts: str) -> tuple[int, int]:
    served = workspace.read_table(month, "served")
    own = served[served["county_code"] == "25"]
    low, high = (
        int(own.loc[own["scenario"] == end, [f"{part}_milli" for part in parts]].to_numpy().sum())
        for end in ("low", "high")
    )
    return low, high


def test_a_month_by_its_own_rules_and_without_the_made_up_one(demo: Workspace) -> None:
    """The demo's set is the shipped one of 2020 and a rule of its own: journeys stay in the county."""
    book = demo.settings().rules
    sets = set_of(book, "2023-02"), set_of(shipped_book(), "2020-01-01")
    found = compare_month(demo, sets, "2023-02", "25")
    before, after = found.sides
    # By the month's own set all is as it was computed.
    assert before.persons["served"] == in_all(
        demo, "2023-02", "served_local", "served_by_corridor", "served_digital"
    )
    assert before.persons["no_entitlement"] == in_all(demo, "2023-02", "no_entitlement")
    written = demo.read_table("2023-02", "corridors")
    own = written[written["from_code"].str[:2] == "25"].reset_index(drop=True)
    pd.testing.assert_frame_equal(before.corridors.reset_index(drop=True), own)
    # Piteå (2581) to Skellefteå (2482) lies across the border.
    [moved] = found.moved
    assert (moved.from_code, moved.to_code) == ("2581", "2482")
    assert moved.verdicts == ("outside_policy", "not_recommended")
    assert moved.reasons[0] == "rule:demo_inom_lanet;crosses_county_border"
    # Skellefteå's places are taken by its own: without the rule nobody would be gained either.
    assert moved.gains == ((0, 0), (0, 0))
    assert moved.costs_sek == ((0.0, 0.0), (0.0, 0.0))
    # Nothing is opened by it, so that those who get a place are the same.
    assert before.persons["served"] == after.persons["served"]
    assert before.verdicts["outside_policy"] - after.verdicts.get("outside_policy", 0) == 1
    with using_language("en"):
        lines = compared_lines(found)
    assert lines[-4:] == [
        "Pairs with another verdict, and why by each of the two:",
        "  Piteå → Skellefteå: outside the rules → not recommended; gain 0 → 0; kr a month 0 → 0",
        "    2020-01-01: rule:demo_inom_lanet, crosses_county_border",
        "    2020-01-01: no_gain, places_taken",
    ]
    assert not moved.is_open
    assert found.synthetic


def test_an_open_pair_with_another_verdict_is_called_open(demo: Workspace) -> None:
    """By a rule that no journey keeps every pair is outside the rules, those that are open too."""
    one = set_of(shipped_book(), "2023-02")
    far = RuleSet("langt", rules=(Rule("langt", "verified", min_distance_m=1_000_000.0),))
    found = compare_month(demo, (one, far), "2023-02", "25")
    corridors = found.sides[0].corridors
    pairs = {
        (start, goal): status == "open"
        for start, goal, status in zip(
            corridors["from_code"], corridors["to_code"], corridors["status"], strict=True
        )
    }
    assert {(moved.from_code, moved.to_code): moved.is_open for moved in found.moved} == pairs
    # The counts by verdict hold only those that are not open.
    assert sum(pairs.values()) == found.sides[1].verdicts["open"] == 3
    assert found.sides[1].verdicts == {"open": 3, "outside_policy": len(pairs) - 3}
    with using_language("en"):
        lines = compared_lines(found)
    told = [line for line in lines if " → outside the rules;" in line]
    assert len(told) == len(pairs)
    mark = " (open: judged as to keeping it, not counted above by verdict): "
    assert [mark in line for line in told] == list(pairs.values())
    assert lines[-1] == "    langt: rule:langt, below_min_distance"
    assert [fact["open"] for fact in compared_facts(found)["verdicts_changed"]] == list(pairs.values())


def test_what_the_opened_corridors_gain_and_cost(demo: Workspace) -> None:
    one = set_of(shipped_book(), "2020-01-01")
    found = compare_month(demo, (one, one), "2023-02", "25")
    before, after = found.sides
    assert (before.persons, found.moved) == (after.persons, ())
    advised = before.corridors[
        (before.corridors["verdict"] == "recommended") & (before.corridors["status"] != "open")
    ]
    assert len(advised) == before.verdicts["recommended"] > 0
    # Together they gain at least as many as any of them alone, and no more than all of them one by one.
    for end, corner in enumerate(("ll", "hh")):
        alone = advised[f"gain_{corner}_milli"]
        assert alone.max() <= before.persons["gained"][end]
        assert before.fares_with_recommended_sek[end] >= before.fares_sek[end] > 0


def test_the_command_in_a_workspace(demo: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run(
        capsys, "rules", "compare", "2023-02", "2024-06-14", "--month", "2023-02", "--json", "-w", str(demo.folder)
    )  # fmt: skip
    facts = json.loads(printed)
    assert (code, facts["sets"]) == (0, ["2020-01-01", "2024-06-14"])
    assert (facts["month"]["month"], facts["month"]["county"], facts["month"]["internal"]) == (
        "2023-02",
        "25",
        True,
    )
    [moved] = facts["month"]["verdicts_changed"]
    assert (moved["from"], moved["to"], moved["verdicts"][0]) == ("Piteå", "Skellefteå", "outside_policy")
    assert moved["open"] is False


def test_a_run_says_that_the_rules_change_and_what_was_left_out(demo: Workspace) -> None:
    """A set of the board's own from 2023-02-15; another is wrong, in 2030."""
    rules = demo.folder / "rules"
    (own,) = rules.iterdir()
    text = own.read_text(encoding="utf-8")
    later = text.replace('name = "2020-01-01"', 'name = "mitten"').replace(
        'valid_from = "2020-01-01"', 'valid_from = "2023-02-15"'
    )
    later = later.replace('valid_to = "2021-03-31"\n', "")
    try:
        own.write_text(text.replace('valid_to = "2024-06-13"', 'valid_to = "2023-02-14"'), encoding="utf-8")
        (rules / "mitten.toml").write_text(later, encoding="utf-8")
        (rules / "fel.toml").write_text('name = "fel"\nvalid_from = "2030-01-01"\n', encoding="utf-8")
        made = compute_month(demo, "2023-02", "25")
        assumed = manifest_of(made)["assumptions"]
        assert assumed["rules_changing"] == ["2023-02-15"]
        assert assumed["rules_left_out"] == ["rules/fel.toml"]
        with using_language("en"):
            notes = assumption_notes(assumed)
        assert (
            "The rules of who may travel change within the month, on 2023-02-15: it is judged by those of its first day."
            in notes
        )
        assert (
            "Sets of rules that are wrong are left out: rules/fel.toml. They do not touch this month; geomatch rules explain tells what is wrong."
            in notes
        )
        with using_language("en"):
            lines = explain_lines(explain(demo.settings().rules, "2023-02"))
        assert "  rules/fel.toml: title is missing. Add the line." in lines
        # A set that is wrong stops the months that it touches, before anything is computed.
        (rules / "fel.toml").write_text(
            'name = "fel"\nvalid_from = "2023-02-01"\nvalid_to = "2023-02-02"\n', encoding="utf-8"
        )
        with using_language("en"), pytest.raises(InputError, match="title is missing"):
            compute_month(demo, "2023-02", "25")
    finally:
        (rules / "mitten.toml").unlink()
        (rules / "fel.toml").unlink()
        own.write_text(text, encoding="utf-8")
