"""The settings file: what it says, what it refuses, and which share and rules hold on a day."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geomatch.errors import InputError
from geomatch.inputs import fingerprint
from geomatch.rules import LeftOut, Rule, RuleBook, RuleSet, Text, read_set, shipped_book
from geomatch.settings import Settings, Share, load_settings, settings_toml
from geomatch.words import using_language

REMEDY = "Rätta raden, eller ta bort den så gäller standardvärdet."
TWO_LINES = "Rätta raderna."
SPELLING = "Kontrollera stavningen, eller ta bort raden."
SHARE = 'name = "eligible_share"\ntarget_group = "all"\nlow = 0.1\nhigh = 0.2\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def load(folder: Path, text: str | bytes) -> Settings:
    path = folder / "geomatch.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_settings(path)


def refused(folder: Path, text: str | bytes) -> list[str]:
    """The lines of the message, without the file's name, which starts each."""
    with pytest.raises(InputError) as caught:
        load(folder, text)
    lines = str(caught.value).splitlines()
    assert all(line.startswith("geomatch.toml") for line in lines)
    return [line.removeprefix("geomatch.toml").removeprefix(": ").removeprefix(", ") for line in lines]


def numbered(section: str, lines: str) -> str:
    return f"[[{section}]]\n{lines}"


def sections() -> dict[str, Any]:
    made = Settings()
    return {f.name: getattr(made, f.name) for f in fields(Settings) if "title" in f.metadata}


def test_the_text_of_the_defaults_gives_the_defaults(folder: Path) -> None:
    assert load(folder, settings_toml()) == Settings()
    assert load(folder, "") == Settings()


def test_a_value_of_each_kind_is_read(folder: Path) -> None:
    made = load(
        folder,
        'language = "en"\n[walk]\ndetour = 2\n[mask]\nmasked_high = 9\n[limits]\nallow_booking = true\n'
        '[sessions]\nstandard_start = "08:30"\n[index]\nsteps_min = [15, 20.5]\nweights = [1, 0.5]\n'
        '[allocation]\ncorridors = "none"\n',
    )
    assert made.language == "en"
    assert (made.walk.detour, type(made.walk.detour)) == (2.0, float)
    assert made.walk.speed_kmh == 4.5
    assert (made.mask.masked_high, made.mask.masked_low) == (9, 1)
    assert made.limits.allow_booking is True
    assert made.sessions.standard_start == "08:30"
    assert (made.index.steps_min, made.index.weights) == ((15.0, 20.5), (1.0, 0.5))
    assert made.allocation.corridors == "none"
    assert (made.shares, made.rules) == (Settings().shares, shipped_book())


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
shares = st.builds(
    Share,
    name=st.sampled_from(["eligible_share", "adult_share"]),
    target_group=st.sampled_from(["asylum_seeker", "all"]),
    low=st.floats(0, 0.5),
    high=st.floats(0.5, 1),
    county_code=st.sampled_from(["all", "25"]),
    valid_from=st.dates(date(1900, 1, 1)).map(date.isoformat),
    source=words,
)
texts = st.builds(Text, words, words)
books = st.builds(
    RuleBook,
    st.lists(
        st.builds(
            RuleSet,
            name=words,
            title=texts,
            valid_from=st.sampled_from(["", "2020-01-01"]),
            valid_to=st.sampled_from(["", "2024-06-13"]),
            documents=st.lists(texts, max_size=2).map(tuple),
            rules=st.lists(
                st.builds(
                    Rule,
                    name=words,
                    status=st.sampled_from(["verified", "assumed"]),
                    text=texts,
                    source=texts,
                    about_groups=st.sampled_from([(), ("asylum_seeker",)]),
                    min_age=st.integers(0, 20),
                    min_distance_m=st.floats(0, 1e6),
                    within_county=st.booleans(),
                ),
                max_size=2,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    some_shares=st.lists(
        shares, max_size=4, unique_by=lambda s: (s.name, s.target_group, s.county_code, s.valid_from)
    ),
    detour=st.floats(1, 100),
    booking=st.booleans(),
)
def test_whatever_is_written_is_read_back(
    folder: Path, some_shares: list[Share], *, detour: float, booking: bool
) -> None:
    base = Settings()
    wanted = dataclasses.replace(
        base,
        language="en",
        walk=dataclasses.replace(base.walk, detour=detour),
        limits=dataclasses.replace(base.limits, allow_booking=booking),
        shares=tuple(some_shares),
    )
    assert load(folder, settings_toml(wanted)) == wanted


def test_an_empty_list_is_written_as_one(folder: Path) -> None:
    wanted = dataclasses.replace(Settings(), shares=())
    assert load(folder, settings_toml(wanted)) == wanted


def test_the_file_speaks_swedish_by_default() -> None:
    text = settings_toml()
    assert "# gånghastighet [km/h]. Källa: METHOD 4.\nspeed_kmh = 4.5\n" in text
    assert "# Gång till och från hållplatser, och från dörr till dörr (METHOD 4).\n[walk]\n" in text


def test_every_setting_is_explained_and_written_out() -> None:
    with using_language("en"):
        text = settings_toml()
    content = tomllib.loads(text)
    lines = text.splitlines()
    kinds = {"": Settings(), **sections()}
    for section, holder in kinds.items():
        for f in fields(holder):
            if f.name == "rules" and section == "":
                continue  # sets of rules are files of their own
            if "title" in f.metadata or not f.metadata:
                assert section == ""
                assert f.name in {*sections(), "shares"}
                continue
            value = getattr(holder, f.name)
            where = content[section] if section else content
            assert where[f.name] == (list(value) if isinstance(value, tuple) else value)
            assert f.metadata["meaning"], f.name
            assert isinstance(f.metadata["unit"], str)
            # A number has a unit, a measure or the like; only yes-or-no has none.
            assert bool(f.metadata["unit"]) != isinstance(value, bool), f.name
            unit = f" [{f.metadata['unit']}]" if f.metadata["unit"] else ""
            source = f" Source: {f.metadata['source']}." if f.metadata["source"] else ""
            assert f"# {f.metadata['meaning']}{unit}.{source}" in lines
            low, high = f.metadata["low"], f.metadata["high"]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert low is not None, f.name
                assert low <= value <= (float("inf") if high is None else high)
    # Sets of rules are files of their own.
    assert set(content) == {f.name for f in fields(Settings)} - {"rules"}
    assert len(content["shares"]) == len(Settings().shares)


def test_an_unknown_section(folder: Path) -> None:
    assert refused(folder, "[walking]\ndetour = 2\n") == [
        (
            "det finns ingen inställning walking; väntat: ett av namnen language, mask, timetable, walk, transfer, limits, "
            f"sessions, allocation, index, corridors, disclosure, site, shares. {SPELLING}"
        )
    ]


def test_an_unknown_key(folder: Path) -> None:
    assert refused(folder, "[walk]\ndetuor = 2\n") == [
        f"det finns ingen inställning walk.detuor; väntat: ett av namnen detour, speed_kmh, max_walk_m. {SPELLING}"
    ]


def test_an_unknown_key_in_english(folder: Path) -> None:
    with using_language("en"):
        assert refused(folder, "[walk]\ndetuor = 2\n") == [
            (
                "there is no setting walk.detuor; expected one of detour, speed_kmh, max_walk_m. "
                "Check the spelling, or remove the line."
            )
        ]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ('[walk]\ndetour = "2"', 'walk.detour = "2"', "ett tal"),
        ("[walk]\ndetour = true", "walk.detour = true", "ett tal"),
        ("[walk]\ndetour = nan", "walk.detour = nan", "ett tal"),
        ("[corridors]\nfare_sek = inf", "corridors.fare_sek = inf", "ett tal"),
        ("[sessions]\nmin_weeks = 2.0", "sessions.min_weeks = 2.0", "ett heltal"),
        ("[limits]\nallow_booking = 1", "limits.allow_booking = 1", "true / false"),
        ("[index]\nsteps_min = 30", "index.steps_min = 30", "en lista med tal"),
        ('[index]\nsteps_min = [30, "60"]', 'index.steps_min = [30, "60"]', "en lista med tal"),
        ("[sessions]\nstandard_start = 10", "sessions.standard_start = 10", "en text inom citattecken"),
        ("[sessions]\nstandard_start = 10:00:00", "sessions.standard_start = 10:00:00", "en text inom citattecken"),
        ('[sessions]\nstandard_end = "12.00"', 'sessions.standard_end = "12.00"', "ett klockslag som TT:MM"),
        ('[sessions]\nstandard_end = "24:00"', 'sessions.standard_end = "24:00"', "ett klockslag som TT:MM"),
        ('[allocation]\ncorridors = "all"', 'allocation.corridors = "all"', "register / none / all_candidates"),
        ('language = "de"', 'language = "de"', "sv / en"),
        ("walk = 3", "walk = 3", "[walk]"),
        ("[[walk]]\ndetour = 2", "walk = [{detour = 2}]", "[walk]"),
        ("[shares]\nlow = 1", "shares = {low = 1}", "[[shares]]"),
    ],
)  # fmt: skip
def test_a_wrong_type(folder: Path, text: str, found: str, expected: str) -> None:
    assert refused(folder, text) == [f"{found}; väntat: {expected}. {REMEDY}"]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("[walk]\ndetour = 0.9", "walk.detour = 0.9", "minst 1"),
        ("[walk]\nspeed_kmh = 11", "walk.speed_kmh = 11", "minst 0.5, högst 10"),
        ("[mask]\nmasked_low = -1", "mask.masked_low = -1", "minst 0"),
        ("[limits]\nmax_transfers = 13", "limits.max_transfers = 13", "minst 0, högst 12"),
        (f"[walk]\nmax_walk_m = {10**14}", f"walk.max_walk_m = {10**14}", "minst 0, högst 20000"),
    ],
)
def test_out_of_range(folder: Path, text: str, found: str, expected: str) -> None:
    assert refused(folder, text) == [f"{found}; väntat: {expected}. {REMEDY}"]


@pytest.mark.parametrize(
    "text",
    ["[walk]\nspeed_kmh = 0.5", "[walk]\nspeed_kmh = 10", "[walk]\ndetour = 1", "[mask]\ndash_low = 0"],
)
def test_the_ends_of_a_range_are_allowed(folder: Path, text: str) -> None:
    load(folder, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[mask]\nmasked_low = 6",
            f"mask.masked_low = 6, mask.masked_high = 5; väntat: masked_low <= masked_high. {TWO_LINES}",
        ),
        (
            "[mask]\ndash_low = 3\ndash_high = 2",
            f"mask.dash_low = 3, mask.dash_high = 2; väntat: dash_low <= dash_high. {TWO_LINES}",
        ),
        (
            "[sessions]\nmin_weeks = 3\nmax_weeks = 2",
            f"sessions.min_weeks = 3, sessions.max_weeks = 2; väntat: min_weeks <= max_weeks. {TWO_LINES}",
        ),
        (
            '[sessions]\nstandard_end = "10:00"',
            (
                'sessions.standard_start = "10:00", sessions.standard_end = "10:00"; '
                f"väntat: standard_start < standard_end. {TWO_LINES}"
            ),
        ),
        (
            "[index]\nsteps_min = [30, 60]",
            (
                "index.steps_min = [30.0, 60.0], index.weights = [1.0, 0.68, 0.22]; "
                f"väntat: en vikt för varje steg. {TWO_LINES}"
            ),
        ),
        (
            "[index]\nsteps_min = [30, 30, 60]",
            f"index.steps_min = [30.0, 30.0, 60.0]; väntat: tal över 0, vart och ett större än det före. {REMEDY}",
        ),
        (
            "[index]\nweights = [1, 0.5, -0.1]",
            f"index.weights = [1.0, 0.5, -0.1]; väntat: tal från 0. {REMEDY}",
        ),
    ],
)
def test_settings_that_contradict_each_other(folder: Path, text: str, message: str) -> None:
    assert refused(folder, text) == [message]


@pytest.mark.parametrize(
    ("section", "lines", "message"),
    [
        (
            "shares",
            SHARE + 'valid_from = "2024-02-30"',
            'valid_from = "2024-02-30"; väntat: ett datum som ÅÅÅÅ-MM-DD. Rätta raden.',
        ),
        # Python would take it, but dates are compared as text.
        (
            "shares",
            SHARE + 'valid_from = "20240201"',
            'valid_from = "20240201"; väntat: ett datum som ÅÅÅÅ-MM-DD. Rätta raden.',
        ),
        (
            "shares",
            SHARE + "valid_from = 2024",
            "valid_from = 2024; väntat: en text inom citattecken. Rätta raden.",
        ),
        (
            "shares",
            SHARE.replace("0.1", "0.3"),
            "low = 0.3, high = 0.2; väntat: 0 <= low <= high <= 1. Rätta raden.",
        ),
        (
            "shares",
            SHARE.replace("0.2", "20"),
            "low = 0.1, high = 20.0; väntat: 0 <= low <= high <= 1. Rätta raden.",
        ),
        ("shares", SHARE.replace("0.2", "true"), "high = true; väntat: ett tal. Rätta raden."),
        ("shares", SHARE.replace("0.2", "nan"), "high = nan; väntat: ett tal. Rätta raden."),
        (
            "shares",
            SHARE.replace("eligible_share", "share"),
            'name = "share"; väntat: eligible_share / adult_share. Rätta raden.',
        ),
        (
            "shares",
            SHARE.replace('"all"', '"asylsökande"'),
            (
                'target_group = "asylsökande"; väntat: asylum_seeker / temporary_protection / '
                "permit_awaiting_settlement / all. Rätta raden."
            ),
        ),
        (
            "shares",
            SHARE + "county_code = 25",
            "county_code = 25; väntat: en text inom citattecken. Rätta raden.",
        ),
        (
            "shares",
            SHARE + 'county_code = "Norrbotten"',
            'county_code = "Norrbotten"; väntat: all, eller en länskod med två siffror. Rätta raden.',
        ),
    ],
)
def test_a_wrong_share(folder: Path, section: str, lines: str, message: str) -> None:
    text = numbered(section, SHARE + 'county_code = "01"') + "\n" + numbered(section, lines)
    assert refused(folder, text) == [f"[[{section}]] nummer 2, {message}"]


def test_what_a_share_must_have_and_may_not_have(folder: Path) -> None:
    assert refused(folder, numbered("shares", 'name = "adult_share"\ntarget_group = "all"\nhi = 1\n')) == [
        (
            "det finns ingen inställning [[shares]] nummer 1, hi; väntat: ett av namnen name, target_group, low, high, "
            f"county_code, valid_from, source, internal. {SPELLING}"
        ),
        "[[shares]] nummer 1: low saknas. Lägg till raden.",
        "[[shares]] nummer 1: high saknas. Lägg till raden.",
    ]


def test_two_shares_for_the_same_are_refused(folder: Path) -> None:
    other = SHARE.replace("0.1", "0.15")
    assert refused(folder, numbered("shares", SHARE) + numbered("shares", other)) == [
        "[[shares]] nummer 2 gäller samma grupp, län och dag som en tidigare. Ta bort en av de två."
    ]
    assert (
        len(
            load(
                folder, numbered("shares", SHARE) + numbered("shares", other + 'county_code = "25"\n')
            ).shares
        )
        == 2
    )


def test_a_date_without_quotation_marks_is_a_date(folder: Path) -> None:
    made = load(folder, numbered("shares", SHARE + "valid_from = 2024-02-01"))
    assert made.shares[0].valid_from == "2024-02-01"
    assert made.share("eligible_share", "all", "25", date(2024, 2, 1)) == (0.1, 0.2)


def test_whole_numbers_are_shares_too(folder: Path) -> None:
    made = load(folder, numbered("shares", SHARE.replace("0.1", "0").replace("0.2", "1")))
    assert (made.shares[0].low, made.shares[0].high) == (0.0, 1.0)
    assert type(made.shares[0].low) is float


def test_all_problems_are_told_at_once(folder: Path) -> None:
    text = (
        'language = "fi"\n[walk]\ndetour = 0\nshoes = 1\n[mask]\nmasked_high = "fem"\n[nonsense]\n'
        + numbered("shares", SHARE.replace("0.1", "0.9"))
        + numbered("rules", "")
    )
    moved = (
        "rad 13: regler för vem som får resa står inte längre i den här filen. Ta bort varje [[rules]] med sina rader: de regler "
        "som följer med programmet gäller ändå, och länets egna är filer i mappen rules/ bredvid den här (docs/rules.md)."
    )
    assert refused(folder, text) == [
        moved,
        f'language = "fi"; väntat: sv / en. {REMEDY}',
        f"det finns ingen inställning walk.shoes; väntat: ett av namnen detour, speed_kmh, max_walk_m. {SPELLING}",
        f"walk.detour = 0; väntat: minst 1. {REMEDY}",
        f'mask.masked_high = "fem"; väntat: ett heltal. {REMEDY}',
        (
            "det finns ingen inställning nonsense; väntat: ett av namnen language, mask, timetable, walk, transfer, limits, "
            f"sessions, allocation, index, corridors, disclosure, site, shares. {SPELLING}"
        ),
        "[[shares]] nummer 1, low = 0.9, high = 0.2; väntat: 0 <= low <= high <= 1. Rätta raden.",
    ]


def test_it_is_not_toml(folder: Path) -> None:
    [line] = refused(folder, "[walk]\ndetour: 2\n")
    # What is wrong with it is tomllib's own text; the row is taken out of it.
    assert line.startswith("rad 2: filen är inte giltig TOML (")
    assert line.endswith(").")
    assert "line" not in line
    with pytest.raises(InputError) as caught:
        load(folder, "[walk")
    assert caught.value.problems[0].file == "geomatch.toml"


def test_it_is_not_utf_8(folder: Path) -> None:
    assert refused(folder, "# Länets inställningar".encode("cp1252")) == [
        "texten är inte UTF-8. Spara filen som UTF-8."
    ]


def test_a_byte_order_mark_is_no_error(folder: Path) -> None:
    assert load(folder, '\ufefflanguage = "en"\n').language == "en"


def share(low: float, county_code: str = "all", valid_from: str = "1900-01-01", **changes: str) -> Share:
    """A share that its low end tells from others."""
    named = {"name": "eligible_share", "target_group": "asylum_seeker", **changes}
    return Share(named["name"], named["target_group"], low, 1.0, county_code, valid_from)


def low_of(shares: list[Share], county_code: str, day: str) -> float:
    made = dataclasses.replace(Settings(), shares=tuple(shares))
    low, high = made.share("eligible_share", "asylum_seeker", county_code, date.fromisoformat(day))
    assert high == 1.0
    return low


@pytest.mark.parametrize("turned", [False, True])
def test_which_share_holds(*, turned: bool) -> None:
    several = [
        share(0.1),
        share(0.2, valid_from="2024-06-01"),
        share(0.3, "25", "2023-01-01"),
        share(0.4, "25", "2024-01-01"),
        share(0.5, "24", "2024-01-01"),
        share(0.6, target_group="temporary_protection", valid_from="2025-01-01"),
        share(0.7, name="adult_share", valid_from="2025-01-01"),
    ]
    several = several[::-1] if turned else several
    # The country's, until the newer one's first day.
    assert low_of(several, "01", "2024-05-31") == 0.1
    assert low_of(several, "01", "2024-06-01") == 0.2
    # The county's own goes before a newer one of the country.
    assert low_of(several, "25", "2022-12-31") == 0.1
    assert low_of(several, "25", "2023-01-01") == 0.3
    assert low_of(several, "25", "2023-12-31") == 0.3
    assert low_of(several, "25", "2024-01-01") == 0.4
    assert low_of(several, "25", "2030-01-01") == 0.4
    assert low_of(several, "24", "2030-01-01") == 0.5


def test_a_share_that_nobody_knows() -> None:
    day = date(2024, 1, 1)
    nothing = dataclasses.replace(Settings(), shares=())
    assert nothing.share("eligible_share", "asylum_seeker", "25", day) == (0.0, 1.0)
    # Everyone is counted where no share of adults is set (METHOD 1).
    assert nothing.share("adult_share", "asylum_seeker", "25", day) == (1.0, 1.0)
    late = dataclasses.replace(Settings(), shares=(share(0.5, valid_from="2024-01-02"),))
    assert late.share("eligible_share", "asylum_seeker", "25", day) == (0.0, 1.0)


def test_the_shares_that_come_with_the_program() -> None:
    made, day = Settings(), date(2023, 2, 1)
    assert made.share("eligible_share", "asylum_seeker", "25", day) == (0.2, 0.4)
    for group in ("temporary_protection", "permit_awaiting_settlement", "all"):
        assert made.share("eligible_share", group, "25", day) == (0.0, 1.0)
    assert made.share("adult_share", "all", "25", day) == (1.0, 1.0)


@pytest.mark.parametrize(
    "text", ["rules = []", "[[rules]]\nname = 'r'\nkind = 'within_county'\n", "rules.a = 1"]
)
def test_rules_stand_elsewhere_now(folder: Path, text: str) -> None:
    with using_language("en"):
        assert refused(folder, f"\n{text}\n") == [
            "row 2: rules of who may travel do not stand in this file any more. Remove every [[rules]] with its lines: the rules that come with the program hold without them, and a board's own are files in the folder rules/ beside this one (docs/rules.md)."
        ]


@pytest.mark.parametrize(
    ("day", "group", "share"),
    [
        # Nothing asks for an open case before 2020: everybody has the right that its share stands for.
        ("2019-12-01", "asylum_seeker", (1.0, 1.0)),
        ("2019-12-01", "all", (1.0, 1.0)),
        ("2020-01-01", "asylum_seeker", (0.2, 0.4)),
        ("2020-01-01", "temporary_protection", (0.0, 1.0)),
    ],
)
def test_the_eligible_share_holds_where_a_rule_asks_for_a_case(
    day: str, group: str, share: tuple[float, float]
) -> None:
    made, when = Settings(), date.fromisoformat(day)
    assert made.share("eligible_share", group, "25", when) == share
    assert (made.share_in_force("eligible_share", group, "25", when) is None) == (share == (1.0, 1.0))


@pytest.mark.parametrize(
    ("status", "about", "share"),
    [
        ("verified", (), (0.2, 0.4)),
        ("verified", ("asylum_seeker",), (0.2, 0.4)),
        ("verified", ("temporary_protection",), (1.0, 1.0)),
        ("assumed", (), (1.0, 1.0)),
    ],
)
def test_which_rule_asks_for_a_case(status: str, about: tuple[str, ...], share: tuple[float, float]) -> None:
    rule = Rule("r", status, about_groups=about, case_status=("first_instance_open",))
    made = dataclasses.replace(Settings(), rules=RuleBook.always(rule))
    assert made.share("eligible_share", "asylum_seeker", "25", date(2024, 1, 1)) == share


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().walk.detour = 2.0


def test_the_tree_as_plain_values() -> None:
    plain = Settings().as_dict()
    assert plain["walk"] == {"detour": 1.3, "speed_kmh": 4.5, "max_walk_m": 2000.0}
    assert plain["shares"][0]["target_group"] == "asylum_seeker"


@given(some_shares=st.lists(shares, max_size=2), rules=books, detour=st.floats(1, 3))
def test_the_settings_of_a_manifest_are_those_of_the_run(
    some_shares: list[Share], rules: RuleBook, detour: float
) -> None:
    made = dataclasses.replace(
        Settings(),
        shares=tuple(some_shares),
        rules=rules,
        walk=dataclasses.replace(Settings().walk, detour=detour),
    )
    assert Settings.from_dict(json.loads(json.dumps(made.as_dict()))) == made


def test_what_is_wrong_with_rules_is_no_matter_of_language() -> None:
    """The fingerprint of a month follows from the settings: a message in Swedish or English is no part of them."""
    plain = []
    for language in ("sv", "en"):
        with using_language(language):
            (problem,) = read_set(b"name = ", "rules/fel.toml").problems
            book = RuleBook(shipped_book().sets, (LeftOut(problem, "2024-01-01", "2024-12-31"),))
            plain.append(dataclasses.replace(Settings(), rules=book).as_dict())
    assert plain[0] == plain[1]
    again = Settings.from_dict(json.loads(json.dumps(plain[0])))
    assert [(one.problem.file, one.first_day) for one in again.rules.left_out] == [
        ("rules/fel.toml", "2024-01-01")
    ]


def test_a_month_with_rules_of_an_earlier_version_must_be_computed_again() -> None:
    old = Settings().as_dict() | {"rules": [{"name": "r", "kind": "within_county"}]}
    with using_language("en"), pytest.raises(InputError, match="Compute it again: geomatch run"):
        Settings.from_dict(old)


# -------------------------------------------------------------------------------------------------- public pages

PUBLIC = """
[disclosure]
withhold_to = 9

[site]
publisher = "Länsstyrelsen i Norrbottens län"
contact_email = "karta@example.se"
address = "https://example.se/kartan/nu/"
tiles_url = "https://tile.example.org/{z}/{x}/{y}.png"
tiles_attribution = "© Exempelkartan"
"""


def test_what_concerns_public_pages_is_read_and_written(folder: Path) -> None:
    made = load(folder, PUBLIC)
    assert made.disclosure.withhold_to == 9
    assert (made.site.publisher, made.site.contact_email) == (
        "Länsstyrelsen i Norrbottens län",
        "karta@example.se",
    )
    assert made.site.address == "https://example.se/kartan/nu/"
    assert made.site.tiles_url == "https://tile.example.org/{z}/{x}/{y}.png"
    assert load(folder, settings_toml(made)) == made
    assert Settings.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    # A month that was computed before there were such sections.
    older = {name: value for name, value in made.as_dict().items() if name not in {"disclosure", "site"}}
    assert Settings.from_dict(json.loads(json.dumps(older))).site == Settings().site


@pytest.mark.parametrize("value", ["4", "0", "-1", "1001"])
def test_a_threshold_out_of_range_is_refused(folder: Path, value: str) -> None:
    assert refused(folder, f"[disclosure]\nwithhold_to = {value}\n") == [
        f"disclosure.withhold_to = {value}; väntat: minst 5, högst 1000. {REMEDY}"
    ]


@pytest.mark.parametrize("value", ["5.5", '"5"', "true"])
def test_a_threshold_is_a_whole_number(folder: Path, value: str) -> None:
    assert refused(folder, f"[disclosure]\nwithhold_to = {value}\n") == [
        f"disclosure.withhold_to = {value}; väntat: ett heltal. {REMEDY}"
    ]


def test_small_counts_are_protected_in_one_of_three_ways(folder: Path) -> None:
    assert refused(folder, '[disclosure]\nmethod = "avrundat"\n') == [
        f'disclosure.method = "avrundat"; väntat: withhold / interval / rounded. {REMEDY}'
    ]
    assert load(folder, '[disclosure]\nmethod = "interval"\n').disclosure.method == "interval"


def test_what_is_rounded_to_is_more_than_what_is_withheld(folder: Path) -> None:
    text = "[disclosure]\nwithhold_to = 12\nround_to = 12\n"
    assert load(folder, text).disclosure.round_to == 12
    assert refused(folder, text + 'method = "rounded"\n') == [
        "disclosure.round_to = 12, disclosure.withhold_to = 12; väntat: round_to > withhold_to. Rätta raderna."
    ]


E_MAIL = "en e-postadress, till exempel namn@example.se"
ADDRESS = "en adress som https://example.se/kartan/, med https:// först och / sist"
TILES = "en adress som börjar med https:// och har {z}, {x}, {y} en gång var"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('publisher = " "', "namnet på den som publicerar"),
        ('contact_email = "karta"', E_MAIL),
        ('contact_email = "a@example.se?subject=x"', E_MAIL),
        ('contact_email = "a b@example.se"', E_MAIL),
        ('address = "http://example.se/"', ADDRESS),
        ('address = "https://example.se/karta"', ADDRESS),
        ('address = "javascript:alert(1)/"', ADDRESS),
        ('address = "https://example.se/?a=<b>/"', ADDRESS),
        ('tiles_url = "https://tile.example.org/{z}/{x}.png"\ntiles_attribution = "K"', TILES),
        ('tiles_url = "http://tile.example.org/{z}/{x}/{y}.png"\ntiles_attribution = "K"', TILES),
        ('tiles_url = "https://tile.example.org; script-src *//{z}/{x}/{y}"\ntiles_attribution = "K"', TILES),
    ],
)
def test_what_public_pages_cannot_say_is_refused(folder: Path, line: str, expected: str) -> None:
    found = line.splitlines()[0]
    assert refused(folder, f"[site]\n{line}\n") == [f"site.{found}; väntat: {expected}. {REMEDY}"]


def test_a_background_map_names_whom_it_is_of(folder: Path) -> None:
    url = 'tiles_url = "https://tile.example.org/{z}/{x}/{y}.png"'
    assert refused(folder, f"[site]\n{url}\n") == [
        f'site.{url}, site.tiles_attribution = ""; väntat: vem bakgrundskartan kräver ska anges som källa. {TWO_LINES}'
    ]


def test_what_concerns_public_pages_makes_no_month_stale(folder: Path) -> None:
    one = fingerprint("2023-02", None, [], Settings())
    assert fingerprint("2023-02", None, [], load(folder, PUBLIC)) == one
    assert fingerprint("2023-02", None, [], load(folder, "[walk]\ndetour = 2\n")) != one
    assert set(Settings().as_dict()) - set(Settings().computing()) == {"disclosure", "site"}


def test_a_share_can_be_internal(folder: Path) -> None:
    made = load(folder, numbered("shares", SHARE + "internal = true\n"))
    assert [share.internal for share in made.shares] == [True]
    assert load(folder, settings_toml(made)) == made
    assert [share.internal for share in load(folder, numbered("shares", SHARE)).shares] == [False]


@pytest.mark.parametrize("value", ['"yes"', '"true"', "1"])
def test_internal_is_true_or_false(folder: Path, value: str) -> None:
    assert refused(folder, numbered("shares", SHARE + f"internal = {value}\n")) == [
        f"[[shares]] nummer 1, internal = {value}; väntat: true eller false. Rätta raden."
    ]


def test_of_two_shares_of_a_day_the_internal_one_holds_for_the_board(folder: Path) -> None:
    own = SHARE.replace("0.1", "0.15").replace("0.2", "0.15") + "internal = true\n"
    day = date(2023, 2, 1)
    for text in (
        numbered("shares", SHARE) + numbered("shares", own),
        numbered("shares", own) + numbered("shares", SHARE),
    ):
        made = load(folder, text)
        assert made.share("eligible_share", "all", "25", day) == (0.15, 0.15)
        public = dataclasses.replace(made, shares=tuple(one for one in made.shares if not one.internal))
        assert public.share("eligible_share", "all", "25", day) == (0.1, 0.2)
    assert refused(folder, numbered("shares", own) * 2) == [
        "[[shares]] nummer 2 gäller samma grupp, län och dag som en tidigare. Ta bort en av de två."
    ]


def test_an_older_internal_share_gives_way_to_a_newer_one(folder: Path) -> None:
    # The newest goes before the older, as everywhere; what is internal settles only what would be equal.
    newer = SHARE.replace("0.1", "0.0") + 'valid_from = "2023-01-01"\n'
    made = load(folder, numbered("shares", SHARE + "internal = true\n") + numbered("shares", newer))
    assert made.share("eligible_share", "all", "25", date(2023, 2, 1)) == (0.0, 0.2)
    assert made.share("eligible_share", "all", "25", date(2022, 2, 1)) == (0.1, 0.2)
