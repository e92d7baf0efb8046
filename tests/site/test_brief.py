from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES, conform_public
from geomatch.site.brief import brief
from geomatch.site.figures import sign_text
from geomatch.words import using_language
from tests.site.made import HOSTILE, made_editions
from tests.site.small_edition import (
    ACTIVITIES,
    AREAS,
    GALLIVARE,
    JOKKMOKK,
    LULEA,
    UMEA,
    WITHHELD,
    area,
    context,
    corridor,
    known,
    small,
)

WIDTH = 78


def replaced(edition: Edition, name: str, rows: list[dict[str, Any]]) -> Edition:
    """An edition with other rows in one table."""
    table = PUBLIC_TABLES[name]
    frame = conform_public(pd.DataFrame(rows, columns=table.names), table)
    return Edition(
        edition.month, edition.number, edition.note, edition.synthetic, edition.digest, edition.facts,
        {**edition.tables, name: frame}, edition.notes,
    )  # fmt: skip


def plain(text: str) -> str:
    """A brief without its line breaks, blanks between thousands as ordinary ones."""
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_brief_of_a_county_word_by_word() -> None:
    earlier = [("2026-01", small(month="2026-01").tables["areas"].assign(need_low=1190, need_high=1190))]
    text = brief(context(), small(), "25", earlier)
    assert text.replace("\u00a0", " ") == (
        "Norrbottens län, februari 2026: kort lägesbild\n"
        "\n"
        "1 200–1 205 personer i länet är inskrivna i mottagningssystemet. 60–64 av dem\n"
        "(4–6 %) får inte plats i någon insats. 7 kan inte ta sig till en insats som\n"
        "passar och hem samma dag.\n"
        "Sedan januari 2026: inskrivna +7 till +12, utan plats −3 till +5, platser +10.\n"
        "Inskrivna tidigare: 1 190 (januari 2026).\n"
        "\n"
        "Flest utan plats, och deras andel av de inskrivna:\n"
        "  Jokkmokk           33      100 %\n"
        "  Luleå           25–29    15–18 %\n"
        "\n"
        "2 insatser hålls i länet, med 60 platser. Ytterligare 1 hålls på distans.\n"
        "Flest platser efter syfte: Svenska (48), Hälsa (12).\n"
        "Reseersättning: 1 par av kommuner är öppet till eller från länet. Ytterligare\n"
        "1 rekommenderas: Jokkmokk till Gällivare (9–13 fler får plats).\n"
        "\n"
        "Sekretess: antalet inskrivna i 1 av 3 kommuner, antalet utan plats i 1.\n"
        "  ..  sekretess: talet, eller ett annat som kunde räknas ut från det, är eller\n"
        "  kan vara så litet att personer skulle kunna kännas igen\n"
        "\n"
        "Källor: Migrationsverkets antal (uppdaterade 2026-03-04); tidtabeller;\n"
        "länsstyrelsernas register; SCB (gränser); GeoNames, CC BY 4.0.\n"
        "Läs mer: https://insatser.example.se/2026-02/25/index.html\n"
    )


def test_in_english() -> None:
    with using_language("en"):
        text = brief(context("en"), small(number=2, note="Luleå was missing", synthetic=True), "24", [])
    assert text.startswith(
        "Västerbottens län, February 2026: the short brief\n"
        "SYNTHETIC DATA. The figures are made up and say nothing about any real place.\n"
        "Corrected, edition 2: Luleå was missing\n"
        "\n"
        "100 persons in the county are enrolled in the reception system. 40 of them (40\n"
    )
    assert "https://insatser.example.se/en/2026-02/24/index.html" in text
    assert "Sources: made-up counts (updated 2026-03-04); timetables;" in text


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("county", ["25", "24"])
def test_it_is_short_and_narrow(language: str, county: str) -> None:
    edition = small(number=2, note="Tio personer saknades i Luleå", synthetic=True)
    earlier = [(f"2025-{number:02d}", edition.tables["areas"]) for number in range(1, 13)]
    with using_language(language):
        lines = brief(context(language), edition, county, earlier).splitlines()
    assert 15 <= len(lines) <= 30
    assert max(map(len, lines)) <= WIDTH
    assert not any(line != line.rstrip() for line in lines)


def test_only_the_last_three_months_are_told() -> None:
    earlier = [
        (f"2025-{number:02d}", small().tables["areas"].assign(need_low=number, need_high=number))
        for number in range(7, 13)
    ]
    told = plain(brief(context(), small(), "25", earlier))
    assert "Inskrivna tidigare: 10 (oktober 2025); 11 (november 2025); 12 (december 2025)." in told  # fmt: skip


def test_without_an_address_there_is_no_link() -> None:
    assert "Läs mer" not in brief(context(address=""), small(), "25", [])


def test_a_county_without_activities() -> None:
    rows = [row | {"series": 0, "places": 0} if row["area_code"] == "25" else row for row in AREAS]
    edition = small(areas=rows, activities=[one for one in ACTIVITIES if one["county_code"] != "25"])
    assert "Inga insatser hålls i länet den här månaden." in brief(context(), edition, "25", [])


def test_few_enrolled_who_all_have_a_place() -> None:
    """Need is withheld and the gap is none: a sentence each, and no share."""
    rows = [
        area("25", row["name"], WITHHELD, known(0), row["places"], WITHHELD, known(0), 0, far=known(0))
        if row["area_code"] == "25"
        else row
        for row in AREAS
    ]
    with using_language("sv"):
        told = plain(brief(context(), small(areas=rows), "25", []))
    assert "Hur många i länet som är inskrivna i mottagningssystemet visas inte (..)." in told
    assert "0 av dem får inte plats i någon insats." in told


def test_all_withheld() -> None:
    rows = [
        area(row["area_code"], row["name"], WITHHELD, WITHHELD, row["places"], WITHHELD, WITHHELD, None, far=WITHHELD)
        for row in AREAS
    ]  # fmt: skip
    told = plain(brief(context(), small(areas=rows), "25", []))
    assert "Hur många i länet som är inskrivna i mottagningssystemet visas inte (..)." in told
    assert "Hur många av dem som inte får plats i någon insats visas inte (..)." in told
    assert (
        "Hur många som inte kan ta sig till en insats som passar och hem samma dag visas inte (..)." in told
    )
    assert "Sedan januari 2026: inskrivna .., utan plats .., platser -." in told
    assert "Flest utan plats" not in told
    assert "Sekretess: antalet inskrivna i 3 av 3 kommuner, antalet utan plats i 3." in told  # fmt: skip
    # Each sign that stands in the text is explained.
    assert ".. sekretess: talet, eller ett annat som kunde räknas ut från det" in told
    assert f"- {sign_text('-')}" in told


def test_nobody_enrolled_and_nothing_withheld() -> None:
    rows = [
        area(code, name, known(0), known(0), 10, known(0), known(0), 0)
        for code, name in (("00", ""), ("24", "Västerbottens län"), (UMEA, "Umeå"))
    ]
    told = plain(brief(context(), small(areas=rows), "24", []))
    assert "0 personer i länet är inskrivna i mottagningssystemet. Sedan" in told
    assert "Inget antal ovan är sekretessbelagt." in told


def test_a_withheld_gain_is_explained() -> None:
    edition = replaced(
        small(areas=[row for row in AREAS if row["area_code"] != GALLIVARE]),
        "corridors",
        [corridor(JOKKMOKK, LULEA, "candidate", "recommended", WITHHELD)],
    )
    told = plain(brief(context(), edition, "25", []))
    assert "Jokkmokk till Luleå (.. fler får plats)" in told
    assert "Inget antal ovan" not in told
    assert ".. sekretess" in told


def test_many_recommended_pairs_are_counted() -> None:
    codes = ["2505", "2506", JOKKMOKK, "2513", "2514", "2518"]
    gains = [30, 20, 20, 10, 7, 7]
    rows = [
        corridor(code, LULEA, "candidate", "recommended", known(gain))
        for code, gain in zip(codes, gains, strict=True)
    ]
    told = plain(brief(context(), replaced(small(), "corridors", rows), "25", []))
    # Two gain twenty: both are told.
    assert (
        "0 par av kommuner är öppna till eller från länet. Ytterligare 6 rekommenderas: "
        "Arvidsjaur till Luleå (30 fler får plats); Arjeplog till Luleå (20 fler får plats); "
        "Jokkmokk till Luleå (20 fler får plats); 3 till."
    ) in told


def test_a_county_that_the_month_does_not_tell_of() -> None:
    with pytest.raises(ValueError, match="2026-02: no county 09"):
        brief(context(), small(), "09", [])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """Gotland and Blekinge, with free text that tries to do harm."""
    folder = tmp_path_factory.mktemp("hostile")
    return made_editions(folder, ["2026-02"], 3, ["09", "10"], 8.0, hostile=True)[-1]


@pytest.mark.parametrize("county", ["09", "10"])
def test_hostile_texts_do_no_harm(hostile: Edition, county: str) -> None:
    purposes = [
        {"month": "2026-02", "level": "county", "area_code": county, "purpose": purpose, "series": 1, "places": 90 - number}
        for number, purpose in enumerate(HOSTILE)
    ]  # fmt: skip
    longest = replaced(hostile, "purposes", purposes[-3:])
    for edition in (hostile, replaced(hostile, "purposes", purposes), longest):
        lines = brief(context(), edition, county, []).splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert len(lines) <= 34
        assert not any(sign in line for line in lines for sign in "\u202e\u2066\u200f\t\x00")
    assert "å" * 27 + "… (" in plain(brief(context(), longest, county, []))


def test_a_long_note_is_cut(tmp_path: Path) -> None:
    text = brief(context(), small(number=2, note="rad\n" * 500), "25", [])
    assert len(text.splitlines()) <= 30
    assert "…" in text
    (tmp_path / "lagesbild.txt").write_text(text, encoding="utf-8")
    assert (tmp_path / "lagesbild.txt").read_bytes().decode("utf-8") == text
