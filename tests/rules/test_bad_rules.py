"""What is said of sets of rules that are wrong; the same table stands in docs/bad-input.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geomatch.rules import read_book, shipped_text
from tests.sources.bad_files import Bad, documented, markdown

HEAD = 'name = "egen"\nvalid_from = 2027-01-01\ntitle = "Länets egna"\n'
RULE = '[[rules]]\nname = "r"\nstatus = "verified"\nwithin_county = true\ntext = "inom länet"\nsource = "beslut 7"\n'
STOPS = " Till dess bedöms ingen månad: det går inte att säga vilka dagar uppsättningen är avsedd för."
ASKS = "target_groups, case_status, accommodation, min_age, min_distance_m, within_county, area, longest_agreement_months, certificate_months, calendar"
KEYS = f"name, status, text, source, about_groups, {ASKS}, valid_from, valid_to"


def files(**texts: str | bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        rules = folder / "rules"
        rules.mkdir()
        for name, text in texts.items():
            (rules / f"{name}.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return rules

    return make


def rule(old: str, new: str) -> Callable[[Path], Path]:
    """A file with one rule, of which a part is another."""
    assert old in RULE
    return files(egen=HEAD + RULE.replace(old, new))


def in_the_place_of_the_folder(folder: Path) -> Path:
    (folder / "rules").write_text("", encoding="utf-8")
    return folder / "rules"


CASES = (
    Bad(
        "a file in the place of the folder",
        in_the_place_of_the_folder,
        ("rules: rules är ingen mapp. Flytta den; uppsättningar av regler är filer i mappen rules/.",),
    ),
    Bad("Windows-1252", files(egen=HEAD.encode("cp1252")), ("rules/egen.toml, rad 3: texten är inte UTF-8. Spara filen som UTF-8."+STOPS,)),
    Bad(
        "a key that is not known",
        rule("within_county", "inom_lan"),
        (
            f"rules/egen.toml, rad 7: [[rules]] nummer 1: det finns ingen nyckel inom_lan; väntat: ett av namnen {KEYS}. Kontrollera stavningen, eller ta bort raden.",
            f"rules/egen.toml, rad 4: [[rules]] nummer 1: regeln kräver ingenting; väntat: precis en av {ASKS}. Skriv en regel för vart och ett.",
        ),
    ),
    Bad(
        "no TOML",
        files(egen='name = "egen"\ndocuments = ['),
        (
            "rules/egen.toml, rad 2: något är inte avslutat här eller ovanför: en text, en lista, en tabell eller en rubrik. Avsluta det: en text med ett citattecken, de andra med parentes."
            + STOPS,
        ),
    ),
    Bad("no title", files(egen='name = "egen"\n'), ("rules/egen.toml: title saknas. Lägg till raden.",)),
    Bad(
        "a group that is not known",
        rule("within_county = true", 'target_groups = ["ukrainare"]'),
        (
            "rules/egen.toml, rad 7: [[rules]] nummer 1: target_groups nämner ukrainare, som inte är känt; väntat: ett av namnen asylum_seeker, temporary_protection, permit_awaiting_settlement. Rätta raden.",
        ),
    ),
    Bad(
        "a case status that is not known",
        rule("within_county = true", 'case_status = ["öppet"]'),
        (
            "rules/egen.toml, rad 7: [[rules]] nummer 1: case_status nämner öppet, som inte är känt; väntat: ett av namnen first_instance_open, appeal, enforcement. Rätta raden.",
        ),
    ),
    Bad(
        "an accommodation that is not known",
        rule("within_county = true", 'accommodation = ["EBO"]'),
        (
            "rules/egen.toml, rad 7: [[rules]] nummer 1: accommodation nämner EBO, som inte är känt; väntat: ett av namnen agency, own, municipal, other. Rätta raden.",
        ),
    ),
    Bad(
        "a status that is not known",
        rule('"verified"', '"säker"'),
        ('rules/egen.toml, rad 6: [[rules]] nummer 1: status är "säker"; väntat: verified / assumed. Rätta raden.',),
    ),
    Bad(
        "verified without a source",
        rule('source = "beslut 7"\n', ""),
        (
            "rules/egen.toml, rad 6: [[rules]] nummer 1: regeln är bekräftad men anger ingen källa; väntat: en källa. Lägg till raden source, eller sätt status till assumed.",
        ),
    ),
    Bad("assumed without a source", files(egen=HEAD + RULE.replace("verified", "assumed").replace('source = "beslut 7"\n', "")), (), read=True),
    Bad(
        "a distance that is no number",
        rule("within_county = true", 'min_distance_m = "2 km"'),
        ('rules/egen.toml, rad 7: [[rules]] nummer 1: min_distance_m är "2 km"; väntat: ett tal över 0, högst 1000000. Rätta raden.',),
    ),
    Bad(
        "two things in one rule",
        rule("within_county = true", "within_county = true\nmin_age = 18"),
        (f"rules/egen.toml, rad 7: [[rules]] nummer 1: regeln kräver min_age, within_county; väntat: precis en av {ASKS}. Skriv en regel för vart och ett.",),
    ),
    Bad(
        "a name twice",
        files(egen=HEAD + RULE + RULE),
        ("rules/egen.toml, rad 11: [[rules]] nummer 2: namnet r står där redan. Välj ett annat namn.",),
    ),
    Bad(
        "a day that is none",
        files(egen=HEAD.replace("2027-01-01", '"2027-02-30"')),
        ('rules/egen.toml, rad 2: valid_from är "2027-02-30"; väntat: ett datum som ÅÅÅÅ-MM-DD. Rätta raden.' + STOPS,),
    ),
    Bad(
        "days in the wrong order",
        files(egen=HEAD + "valid_to = 2026-12-31\n"),
        ("rules/egen.toml, rad 4: valid_to 2026-12-31 är före valid_from 2027-01-01. Rätta datumen." + STOPS,),
    ),
    Bad(
        "a rule beyond the days of its set",
        rule("within_county = true", 'valid_to = "2026-12-31"\nwithin_county = true'),
        (
            "rules/egen.toml, rad 7: [[rules]] nummer 1: valid_to 2026-12-31 hör inte till uppsättningens dagar; väntat: en dag i 2027-01-01 – …. Rätta raden, eller ta bort den: då gäller regeln så länge som uppsättningen.",
        ),
    ),
    Bad(
        "a gap",
        files(egen=shipped_text("2026-10-01").replace('valid_from = "2026-10-01"', 'valid_from = "2026-11-01"')),
        (
            "rules/egen.toml, rad 2: ingen uppsättning av regler gäller 2026-10-01 – 2026-10-31, mellan 2025-09-01 och 2026-10-01; väntat: uppsättningar som följer på varandra dag för dag. Rätta valid_from eller valid_to, eller lägg till en uppsättning för de dagarna.",
        ),
    ),
    Bad(
        "an overlap",
        files(egen=HEAD.replace("2027-01-01", "2026-09-01") + "valid_to = 2026-09-30\n"),
        (
            "rules/egen.toml, rad 2: uppsättningarna 2025-09-01 och egen gäller båda 2026-09-01 – 2026-09-30; väntat: uppsättningar som följer på varandra utan någon gemensam dag. Rätta valid_from eller valid_to; en uppsättning med samma namn som en medföljande ersätter den.",
        ),
    ),
    Bad(
        "one set in two files",
        files(a=HEAD, b=HEAD),
        ("rules/b.toml, rad 1: uppsättningen egen står också i rules/a.toml. Behåll en av de två, eller ge den ena ett annat namn.",),
    ),
    Bad(
        "several at once",
        files(egen='name = "två ord"\n[[rules]]\nname = "r"\nstatus = "verified"\ncalendar = true\n'),
        (
            'rules/egen.toml, rad 1: name är "två ord"; väntat: ett namn av bokstäver, siffror, _, - och . utan mellanslag. Rätta raden.' + STOPS,
            "rules/egen.toml: title saknas. Lägg till raden.",
            "rules/egen.toml, rad 2: [[rules]] nummer 1: text saknas. Lägg till raden.",
            "rules/egen.toml, rad 4: [[rules]] nummer 1: regeln är bekräftad men anger ingen källa; väntat: en källa. Lägg till raden source, eller sätt status till assumed.",
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_set_is_told(case: Bad, tmp_path: Path) -> None:
    book = read_book(case.make(tmp_path))
    assert tuple(str(one.problem) for one in book.left_out) == case.says
    assert case.read == (book.left_out == ())


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Rules") == markdown(CASES)
