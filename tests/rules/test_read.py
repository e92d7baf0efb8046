"""Files of rules: what is read, and every problem, by key and line."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.rules import (
    Rule,
    RuleBook,
    RuleSet,
    Text,
    make_book,
    read_book,
    read_set,
    shipped_book,
    shipped_text,
)
from geomatch.words import using_language

HEAD = 'name = "egen"\nvalid_from = 2027-01-01\ntitle = "Länets egna"\n'
RULE = '[[rules]]\nname = "r"\nstatus = "verified"\nwithin_county = true\ntext = "inom länet"\nsource = "beslut 7"\n'


STOPS = "Until then no month is judged: it cannot be told for which days the set is meant."


def read(text: str) -> RuleSet:
    draft = read_set(text.encode(), "rules/egen.toml")
    assert draft.problems == ()
    assert draft.made is not None
    return draft.made


def refused(text: str | bytes) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    with using_language("en"):
        draft = read_set(content, "rules/egen.toml")
        assert draft.made is None
        return [str(problem).removeprefix("rules/egen.toml, ") for problem in draft.problems]


def test_a_set_is_read() -> None:
    text = (
        HEAD
        + 'valid_to = "2027-12-31"\ndocuments = ["beslut 7", {sv = "lag", en = "act"}]\n'
        + RULE
        + '[[rules]]\nname = "vuxna"\nstatus = "assumed"\nmin_age = 18\nabout_groups = ["asylum_seeker"]\n'
        + 'text = {sv = "minst 18", en = "18 or more"}\n'
    )
    assert read(text) == RuleSet(
        "egen",
        Text("Länets egna", "Länets egna"),
        "2027-01-01",
        "2027-12-31",
        (Text("beslut 7", "beslut 7"), Text("lag", "act")),
        (
            Rule("r", "verified", Text("inom länet", "inom länet"), Text("beslut 7", "beslut 7"), within_county=True),
            Rule("vuxna", "assumed", Text("minst 18", "18 or more"), about_groups=("asylum_seeker",), min_age=18),
        ),
        "rules/egen.toml",
    )  # fmt: skip


def test_a_text_speaks_the_language_in_force() -> None:
    rule = shipped_book().at(date(2019, 1, 1)).rules[0]
    assert str(rule.text) == "resan är minst 2 km"
    with using_language("en"):
        assert str(rule.text) == "the journey is at least 2 km"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"name = \xe5", f"row 1: the text is not UTF-8. Save the file as UTF-8. {STOPS}"),
        (HEAD.encode() + b"# \xe5\n", f"row 4: the text is not UTF-8. Save the file as UTF-8. {STOPS}"),
        (HEAD + "naem = 1\n", "row 4: there is no key naem; expected one of name, title, valid_from, valid_to, documents, rules. Check the spelling, or remove the line."),
        (HEAD.replace('name = "egen"\n', ""), f"rules/egen.toml: name is missing. Add the line. {STOPS}"),
        (HEAD.replace('"egen"', '"två ord"'), f'row 1: name is "två ord"; expected a name of letters, digits, _, - and . without blanks. Correct the line. {STOPS}'),
        (HEAD.replace("title", "titel"), "row 3: there is no key titel; expected one of name, title, valid_from, valid_to, documents, rules. Check the spelling, or remove the line."),
        (HEAD.replace('"Länets egna"', "7"), 'row 3: title is 7; expected text in quotation marks, or {sv = "…", en = "…"}. Correct the line.'),
        (HEAD.replace('"Länets egna"', '{sv = "a"}'), "row 3: title is {'sv': 'a'}; expected text in quotation marks, or {sv = \"…\", en = \"…\"}. Correct the line."),
        (HEAD.replace("2027-01-01", '"2027-1-1"'), f'row 2: valid_from is "2027-1-1"; expected a date as YYYY-MM-DD. Correct the line. {STOPS}'),
        (HEAD + 'valid_to = "2027-02-30"\n', f'row 4: valid_to is "2027-02-30"; expected a date as YYYY-MM-DD. Correct the line. {STOPS}'),
        (HEAD + 'valid_to = "2026-12-31"\n', f"row 4: valid_to 2026-12-31 is before valid_from 2027-01-01. Correct the dates. {STOPS}"),
        (HEAD + 'documents = "beslut"\n', 'row 4: documents is "beslut"; expected a list of texts. Correct the line.'),
        (HEAD + "rules = 3\n", "row 4: rules is 3; expected [[rules]]. Correct the line."),
        (HEAD + RULE.replace("status", "stat"), None),
        (HEAD + RULE.replace('"verified"', '"sure"'), 'row 6: [[rules]] number 1: status is "sure"; expected verified / assumed. Correct the line.'),
        (HEAD + RULE.replace('source = "beslut 7"\n', ""), "row 6: [[rules]] number 1: the rule is verified and names no source; expected a source. Add the line source, or set status to assumed."),
        (HEAD + RULE.replace('source = "beslut 7"', 'source = " "'), 'row 9: [[rules]] number 1: source is " "; expected text in quotation marks, or {sv = "…", en = "…"}. Correct the line.'),
        (HEAD + RULE.replace('text = "inom länet"\n', ""), "row 4: [[rules]] number 1: text is missing. Add the line."),
        (HEAD + RULE.replace("within_county = true\n", ""), "row 4: [[rules]] number 1: the rule asks nothing; expected exactly one of target_groups, case_status, accommodation, min_age, min_distance_m, within_county, area, longest_agreement_months, certificate_months, calendar. Write one rule for each."),
        (HEAD + RULE + "min_age = 18\n", "row 7: [[rules]] number 1: the rule asks min_age, within_county; expected exactly one of target_groups, case_status, accommodation, min_age, min_distance_m, within_county, area, longest_agreement_months, certificate_months, calendar. Write one rule for each."),
        (HEAD + RULE.replace("within_county = true", "within_county = false"), "row 7: [[rules]] number 1: within_county is false; expected true. Correct the line."),
        (HEAD + RULE.replace("within_county = true", 'area = "lan"'), 'row 7: [[rules]] number 1: area is "lan"; expected county / not_known. Correct the line.'),
        (HEAD + RULE.replace("within_county = true", 'target_groups = ["asylum_seekers"]'), "row 7: [[rules]] number 1: target_groups names asylum_seekers, which is not known; expected one of asylum_seeker, temporary_protection, permit_awaiting_settlement. Correct the line."),
        (HEAD + RULE.replace("within_county = true", 'case_status = ["open"]'), "row 7: [[rules]] number 1: case_status names open, which is not known; expected one of first_instance_open, appeal, enforcement. Correct the line."),
        (HEAD + RULE.replace("within_county = true", 'accommodation = ["ebo", "own"]'), "row 7: [[rules]] number 1: accommodation names ebo, which is not known; expected one of agency, own, municipal, other. Correct the line."),
        (HEAD + RULE.replace("within_county = true", "accommodation = []"), "row 7: [[rules]] number 1: accommodation is []; expected a list of one or more of agency, own, municipal, other. Correct the line."),
        (HEAD + RULE.replace("within_county = true", "min_age = 17.5"), "row 7: [[rules]] number 1: min_age is 17.5; expected a whole number, 1–120. Correct the line."),
        (HEAD + RULE.replace("within_county = true", "min_distance_m = 0"), "row 7: [[rules]] number 1: min_distance_m is 0; expected a number above 0, at most 1000000. Correct the line."),
        (HEAD + RULE.replace("within_county = true", "min_distance_m = nan"), "row 7: [[rules]] number 1: min_distance_m is nan; expected a number above 0, at most 1000000. Correct the line."),
        (HEAD + RULE + RULE, "row 11: [[rules]] number 2: the name r stands there already. Choose another name."),
        (HEAD + RULE + "min_kilometer = 2\n", "row 10: [[rules]] number 1: there is no key min_kilometer; expected one of name, status, text, source, about_groups, target_groups, case_status, accommodation, min_age, min_distance_m, within_county, area, longest_agreement_months, certificate_months, calendar, valid_from, valid_to. Check the spelling, or remove the line."),
    ],
)  # fmt: skip
def test_what_is_wrong(text: str | bytes, problem: str | None) -> None:
    found = refused(text)
    if problem is not None:
        assert found[0] == problem
    else:
        assert found == [
            "row 6: [[rules]] number 1: there is no key stat; expected one of name, status, text, source, about_groups, target_groups, case_status, accommodation, min_age, min_distance_m, within_county, area, longest_agreement_months, certificate_months, calendar, valid_from, valid_to. Check the spelling, or remove the line.",
            "row 4: [[rules]] number 1: status is missing. Add the line.",
        ]


OPEN = "something is left open here or above: a text, a list, a table or a heading. Close it: a text with a quotation mark, the others with brackets."
TWICE = "a key or a heading stands there a second time. Keep one of the two."
NO_VALUE = "behind = there is no value that can be read. Put texts in straight quotation marks; write numbers and true without."


@pytest.mark.parametrize(
    ("text", "row", "problem"),
    [
        ("x = [", 1, OPEN),
        (HEAD + "documents = [\n\n", 4, OPEN),
        (HEAD + 'documents = ["a"\nvalid_to = 2027-12-31\n', 5, OPEN),
        (HEAD + 'documents = """a\nb\n', 5, OPEN),
        ('name = "egen\ntitle = "b"\n', 1, OPEN),
        (HEAD + '[[rules]\nname = "r"\n', 4, OPEN),
        (HEAD + "valid_from = 2027-01-02\n", 4, TWICE),
        (HEAD + "valid_from = 2027-01-02", 4, TWICE),
        (HEAD + 'name = "b"', 4, TWICE),
        (HEAD + "documents = []\n[[documents]]\n", 5, TWICE),
        (HEAD + "valid_to\n", 4, "a key has no = behind it. Write key = value."),
        (HEAD + "valid_to = \ndocuments = []\n", 4, NO_VALUE),
        (HEAD.replace('"egen"', "“egen”"), 1, NO_VALUE),
        (HEAD + "= 3\n", 4, "the line cannot be read as TOML (Invalid statement). Correct the line."),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_in_plain_words(text: str, row: int, problem: str) -> None:
    assert refused(text) == [f"row {row}: {problem} {STOPS}"]


def test_the_line_is_that_of_the_key_and_not_of_a_text_that_looks_like_one() -> None:
    before = 'documents = ["""\n[[rules]]\nname = "no"\nmin_age = 3\n"""]\n'
    text = HEAD + before + RULE + RULE.replace('"r"', '"s"').replace("within_county = true", "min_age = 0")
    assert refused(text) == [
        "row 18: [[rules]] number 2: min_age is 0; expected a whole number, 1–120. Correct the line."
    ]


def limited(**days: str) -> str:
    return HEAD + "valid_to = 2027-12-31\n" + RULE + "".join(f"{key} = {day}\n" for key, day in days.items())


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ({"valid_from": "2026-12-31"}, "row 11: [[rules]] number 1: valid_from 2026-12-31 is not among the days of the set; expected a day of 2027-01-01 – 2027-12-31. Correct the line, or remove it: the rule then holds as long as the set."),
        ({"valid_from": "2027-01-01", "valid_to": "2028-01-01"}, "row 12: [[rules]] number 1: valid_to 2028-01-01 is not among the days of the set; expected a day of 2027-01-01 – 2027-12-31. Correct the line, or remove it: the rule then holds as long as the set."),
        ({"valid_from": "2027-03-02", "valid_to": "2027-03-01"}, "row 12: [[rules]] number 1: valid_to 2027-03-01 is before valid_from 2027-03-02. Correct the dates."),
        ({"valid_to": '"i mars"'}, 'row 11: [[rules]] number 1: valid_to is "i mars"; expected a date as YYYY-MM-DD. Correct the line.'),
    ],
)  # fmt: skip
def test_the_days_of_a_rule_lie_within_those_of_its_set(days: dict[str, str], problem: str) -> None:
    assert refused(limited(**days)) == [problem]


def test_a_rule_with_days_of_its_own_holds_on_those_only(tmp_path: Path) -> None:
    book = workspace(tmp_path, egen=limited(valid_from="2027-03-01", valid_to="2027-05-31"))
    assert book.left_out == ()
    days = ("2027-01-01", "2027-02-28", "2027-03-01", "2027-05-31", "2027-06-01", "2027-12-31")
    assert [[rule.name for rule in book.at(date.fromisoformat(day)).rules] for day in days] == [
        [], [], ["r"], ["r"], [], [],
    ]  # fmt: skip
    # The days of the set stay as they are; its parts follow each other day by day.
    assert {book.at(date.fromisoformat(day)).valid_to for day in days} == {"2027-12-31"}
    parts = [part for part in book.parts() if part.name == "egen"]
    assert [(part.valid_from, part.valid_to, [rule.name for rule in part.rules]) for part in parts] == [
        ("2027-01-01", "2027-02-28", []),
        ("2027-03-01", "2027-05-31", ["r"]),
        ("2027-06-01", "2027-12-31", []),
    ]
    assert RuleBook.from_dict(json.loads(json.dumps(asdict(book)))) == book
    # As one that holds at all times it is that of the day, in any month.
    (rule,) = book.only(date(2027, 4, 1)).at(date(2030, 1, 1)).rules
    assert (rule.name, rule.valid_from, rule.valid_to) == ("r", "", "")


def test_a_rule_that_holds_as_long_as_its_set_cuts_it_nowhere() -> None:
    text = limited(valid_from="2027-01-01", valid_to="2027-12-31")
    made = read(text)
    assert made.parts() == (made,)
    open_ended = read(HEAD + RULE + 'valid_to = "9999-12-31"\n')
    assert open_ended.parts() == (open_ended,)


def test_a_set_without_a_first_day_keeps_none_in_its_first_part() -> None:
    rules = (
        Rule("r", "verified", within_county=True, valid_to="2026-12-31"),
        Rule("s", "verified", min_age=18),
    )
    parts = RuleSet("forut", valid_to="2027-06-30", rules=rules).parts()
    assert [(one.valid_from, one.valid_to, [rule.name for rule in one.rules]) for one in parts] == [
        ("", "2026-12-31", ["r", "s"]),
        ("2027-01-01", "2027-06-30", ["s"]),
    ]


def test_a_book_written_before_rules_had_days_is_read() -> None:
    values = asdict(RuleBook.always(Rule("r", "verified", within_county=True)))
    for rule in values["sets"][0]["rules"]:
        del rule["valid_from"], rule["valid_to"]
    assert RuleBook.from_dict(values) == RuleBook.always(Rule("r", "verified", within_county=True))


def test_all_problems_are_told_at_once() -> None:
    text = 'name = "x y"\nvalid_to = "i går"\n[[rules]]\nname = "r"\nstatus = "verified"\ncalendar = true\n'
    assert refused(text) == [
        f'row 1: name is "x y"; expected a name of letters, digits, _, - and . without blanks. Correct the line. {STOPS}',
        f'row 2: valid_to is "i går"; expected a date as YYYY-MM-DD. Correct the line. {STOPS}',
        "rules/egen.toml: title is missing. Add the line.",
        "row 3: [[rules]] number 1: text is missing. Add the line.",
        "row 5: [[rules]] number 1: the rule is verified and names no source; expected a source. Add the line source, or set status to assumed.",
    ]


def workspace(tmp_path: Path, **sets: str) -> RuleBook:
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    for name, text in sets.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with using_language("en"):
        return read_book(folder)


def told(book: RuleBook) -> list[tuple[str, str, str]]:
    with using_language("en"):
        return [(str(one.problem), one.first_day, one.last_day) for one in book.left_out]


def test_the_shipped_sets_follow_each_other_day_by_day() -> None:
    book = shipped_book()
    assert book.left_out == ()
    assert [(one.name, one.valid_from, one.valid_to) for one in book.sets] == [
        ("before-2020", "", "2019-12-31"),
        ("2020-01-01", "2020-01-01", "2024-06-13"),
        ("2024-06-14", "2024-06-14", "2025-08-31"),
        ("2025-09-01", "2025-09-01", "2026-09-30"),
        ("2026-10-01", "2026-10-01", ""),
    ]


def test_only_what_was_inferred_is_assumed() -> None:
    listed = {(rule.name, rule.status) for one in shipped_book().sets for rule in one.rules}
    assert {name for name, status in listed if status == "assumed"} == {
        "own_accommodation_2025",
        "within_county_2026",
    }
    assert all(str(rule.source) for one in shipped_book().sets for rule in one.rules)
    assert all(one.documents for one in shipped_book().sets)


def test_the_file_of_a_shipped_set_is_printed_as_it_is() -> None:
    for one in shipped_book().sets:
        assert tomllib.loads(shipped_text(one.name))["name"] == one.name
    with pytest.raises(InputError, match="before-2020, 2020-01-01, 2024-06-14, 2025-09-01, 2026-10-01"):
        shipped_text("2019")


def test_without_the_folder_the_shipped_ones_hold(tmp_path: Path) -> None:
    assert read_book(tmp_path / "rules") == shipped_book()
    assert workspace(tmp_path) == shipped_book()


def test_a_set_of_the_same_name_replaces_the_shipped_one(tmp_path: Path) -> None:
    """A board confirms an assumed rule: its own file with status verified and a source."""
    text = shipped_text("2026-10-01")
    start = text.index('name = "within_county_2026"')
    confirmed = text[:start] + text[start:].replace('"assumed"', '"verified"', 1)
    book = workspace(tmp_path, oktober=confirmed)
    rule = {rule.name: rule for rule in book.at(date(2026, 10, 1)).rules}
    assert (rule["within_county_2026"].status, rule["own_accommodation_2025"].status) == (
        "verified",
        "assumed",
    )
    assert book.at(date(2026, 10, 1)).file == "rules/oktober.toml"
    assert (len(book.sets), book.left_out) == (5, ())


def test_an_added_set_ends_the_one_without_a_last_day(tmp_path: Path) -> None:
    book = workspace(tmp_path, egen=HEAD + RULE)
    assert [(one.name, one.valid_to) for one in book.sets[-2:]] == [
        ("2026-10-01", "2026-12-31"),
        ("egen", ""),
    ]
    assert book.at(date(2026, 12, 31)).name == "2026-10-01"
    assert book.at(date(2027, 1, 1)).name == "egen"
    assert book.left_out == ()


def test_an_overlap(tmp_path: Path) -> None:
    text = HEAD.replace("2027-01-01", "2024-06-01") + "valid_to = 2024-06-30\n"
    book = workspace(tmp_path, egen=text)
    remedy = "expected sets that follow each other without a day in common. Correct valid_from or valid_to; a set of the same name as a shipped one replaces it."
    assert told(book) == [
        (f"rules/egen.toml, row 2: the sets 2020-01-01 and egen both hold 2024-06-01 – 2024-06-13; {remedy}", "2024-06-01", "2024-06-13"),
        (f"rules/egen.toml, row 4: the sets egen and 2024-06-14 both hold 2024-06-14 – 2024-06-30; {remedy}", "2024-06-14", "2024-06-30"),
    ]  # fmt: skip
    # The rest still works; the days in question do not.
    assert book.at(date(2024, 5, 31)).name == "2020-01-01"
    assert book.at(date(2024, 7, 1)).name == "2024-06-14"
    with pytest.raises(InputError, match="both hold 2024-06-01"):
        book.at(date(2024, 6, 1))


def test_an_overlap_of_two_own_files_names_both(tmp_path: Path) -> None:
    one = HEAD + "valid_to = 2027-03-31\n"
    other = HEAD.replace("egen", "andra").replace("2027-01-01", "2027-03-01")
    book = workspace(tmp_path, a=one, b=other)
    assert [text.split(";")[0] for text, _first, _last in told(book)] == [
        "rules/b.toml, row 2: the sets egen (rules/a.toml) and andra both hold 2027-03-01 – 2027-03-31"
    ]


def test_a_gap(tmp_path: Path) -> None:
    text = shipped_text("2024-06-14").replace('valid_to = "2025-08-31"', 'valid_to = "2025-06-30"')
    book = workspace(tmp_path, juni=text)
    assert told(book) == [
        (
            "rules/juni.toml, row 3: no set of rules holds 2025-07-01 – 2025-08-31, between 2024-06-14 and 2025-09-01; expected sets that follow each other day by day. Correct valid_from or valid_to, or add a set for those days.",
            "2025-07-01",
            "2025-08-31",
        )
    ]
    assert book.at(date(2025, 6, 1)).name == "2024-06-14"
    with pytest.raises(InputError, match="no set of rules holds 2025-07-01"):
        book.at(date(2025, 7, 1))


def test_days_beyond_the_last_set(tmp_path: Path) -> None:
    text = shipped_text("2026-10-01").replace(
        'valid_from = "2026-10-01"', 'valid_from = "2026-10-01"\nvalid_to = "2026-12-31"'
    )
    book = workspace(tmp_path, sista=text)
    assert book.left_out == ()
    with using_language("en"), pytest.raises(InputError, match="no set of rules holds on 2027-01-01"):
        book.at(date(2027, 1, 1))


def test_a_wrong_file_is_left_out_on_its_own_days_only(tmp_path: Path) -> None:
    wrong = shipped_text("2024-06-14").replace('"temporary_protection"', '"ukrainian"')
    book = workspace(tmp_path, fel=wrong)
    [(text, first, last)] = told(book)
    assert text.startswith(
        "rules/fel.toml, row 21: [[rules]] number 2: about_groups names ukrainian, which is not known;"
    )
    assert (first, last) == ("2024-06-14", "2025-08-31")
    assert book.at(date(2024, 6, 13)).name == "2020-01-01"
    assert book.at(date(2025, 9, 1)).name == "2025-09-01"
    with pytest.raises(InputError, match="ukrainian"):
        book.at(date(2024, 7, 1))


def test_a_file_whose_days_cannot_be_read_touches_all(tmp_path: Path) -> None:
    book = workspace(tmp_path, fel="name = \n")
    assert told(book)[0][1:] == ("0001-01-01", "9999-12-31")
    with (
        using_language("en"),
        pytest.raises(
            InputError,
            match=r"row 1: behind = there is no value that can be read\. .* Until then no month is judged",
        ),
    ):
        book.at(date(2024, 7, 1))


def test_two_files_with_one_name(tmp_path: Path) -> None:
    book = workspace(tmp_path, a=HEAD + RULE, b=HEAD + RULE)
    assert told(book) == [
        (
            "rules/b.toml, row 1: the set egen stands in rules/a.toml as well. Keep one of the two, or give one another name.",
            "2027-01-01",
            "9999-12-31",
        )
    ]
    assert book.at(date(2026, 12, 1)).name == "2026-10-01"


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("", encoding="utf-8")
    with using_language("en"), pytest.raises(InputError, match="rules is not a folder"):
        read_book(tmp_path / "rules").at(date(2024, 1, 1))


def test_a_book_goes_through_json(tmp_path: Path) -> None:
    book = workspace(tmp_path, egen=HEAD + RULE, fel="name = \n")
    assert len(book.left_out) == 1
    assert RuleBook.from_dict(json.loads(json.dumps(asdict(book)))) == book


def test_the_same_files_in_any_order_are_the_same_book() -> None:
    drafts = [
        read_set((HEAD + RULE).encode(), "rules/egen.toml"),
        read_set(shipped_text("2020-01-01").encode(), "rules/x.toml"),
    ]
    assert make_book(drafts) == make_book(drafts[::-1])
