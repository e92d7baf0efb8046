"""The documents as Chromium prints them: the paper, what stands on each page, and that nothing is cut."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geomatch.documents.facts import DocumentFacts
from geomatch.documents.layout import Column, Drawing, Facts, Paragraphs, Section, Signature, Table
from geomatch.documents.overview import overview
from geomatch.documents.pages import document_html
from geomatch.documents.reception import reception_list
from tests.documents.conftest import COUNTY, MONTH
from tests.documents.made import document
from tests.documents.pdf_text import Page, pages_of

SIDEWAYS, UPRIGHT = (842, 595), (595, 842)
INSIDE = """() => {
    const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll("table, svg, p, .signature")]
        .filter(one => one.getClientRects().length)
        .filter(one => { const box = one.getBoundingClientRect(); return box.left < 0 || box.right > wide + 1; })
        .map(one => one.tagName + " " + one.innerText);
}"""


def printed(watch: Any, path: Path) -> list[Page]:
    watched = watch()
    page = watched.open(path.as_uri())
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    # It asks for nothing but itself, and complains of nothing.
    assert [url for url in watched.requests if not url.startswith(("file:", "data:"))] == []
    assert watched.complaints == []
    return pages_of(content)


def named(folder: Path, name: str) -> Path:
    return folder / f"SYNTETISK-{name}-{MONTH}-{COUNTY}.html"


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("name", "size", "mark"),
    [
        ("insatsoversikt", SIDEWAYS, "Internt arbetsmaterial"),
        ("korridorer", SIDEWAYS, "Internt arbetsmaterial"),
        ("korridorblad", UPRIGHT, "Internt arbetsmaterial"),
        ("insatser-mottagning", SIDEWAYS, "För mottagningar"),
    ],
)
def test_every_page_is_a4_and_says_what_it_is(
    watch: Any, folder: Path, name: str, size: tuple[int, int], mark: str
) -> None:
    pages = printed(watch, named(folder, name))
    for number, page in enumerate(pages, 1):
        assert (round(page.width_pt), round(page.height_pt)) == size
        head = plain(f"{mark} · SYNTETISKA UPPGIFTER")
        assert head in page.text
        assert "Norrbottenslän,februari2023" in page.text
        assert f"{number}({len(pages)})" in page.text


@pytest.mark.parametrize("name", ["insatsoversikt", "korridorer", "korridorblad", "insatser-mottagning"])
def test_nothing_is_cut_at_the_edge(watch: Any, folder: Path, name: str) -> None:
    # A4 less the margins of 12 mm each, at 96 pixels to the inch.
    width = 703 if name == "korridorblad" else 1032
    page = watch(viewport={"width": width, "height": 900}).open(named(folder, name).as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(INSIDE) == []


def test_a_sheet_is_one_page(watch: Any, folder: Path, facts: DocumentFacts) -> None:
    pages = printed(watch, named(folder, "korridorblad"))
    shown = facts.county.corridors
    sheets = shown[(shown["status"] == "open") | shown["verdict"].isin(["recommended", "possible"])]
    # One to list them, then one each.
    assert len(pages) == 1 + len(sheets)
    for page in pages[1:]:
        assert "Detrekriterierna" in page.text
        assert page.text.count("Underskrift") == 1
        assert page.text.count("Framme") == 2


def test_a_long_journey_still_makes_one_page(watch: Any, tmp_path: Path) -> None:
    columns = (
        Column("Från hållplats", width=30),
        Column("Hur", width=34),
        Column("Till hållplats", width=30),
        Column("Avgår", "time", 9),
        Column("Framme", "time", 9),
    )
    # Five rides and six walks each way: the most that four changes allow.
    leg = ("Gällivare resecentrum", "linje 1234 mot Jokkmokk station", "Porjus vägskäl", None, None)
    criterion = (
        "Målgruppens storlek",
        "12,3 vid lågt behov, 45,6 vid högt behov",
        "6 personer vid lågt behov",
        None,
        None,
    )
    sentence = (
        "Talen är det minsta och det största av fyra fall: lågt och högt behov här och i de andra kommunerna."
    )
    sheet = Section(
        "a",
        "A → B",
        (
            Drawing('<svg class="map" viewBox="0 0 640 400"></svg>', "En pil."),
            Facts((("Bedömning", "möjligt"), ("För vem", "alla inskrivna"), ("Diarienummer", "12-2023"))),
            Paragraphs((sentence,) * 6),
            Table("De tre kriterierna", columns, (criterion,) * 3, ""),
            Paragraphs((sentence,), "Dagsresan steg för steg"),
            Table("Dit", columns, (leg,) * 11, ""),
            Table("Hem", columns, (leg,) * 11, ""),
            Paragraphs((sentence + " " + sentence,) * 5, "Regler och överenskommelse"),
            Signature("Beslut", ("Gäller från", "Gäller till", "Diarienummer", "Datum", "Namn", "Underskrift"), ("ja", "nej")),
        ),
    )  # fmt: skip
    path = tmp_path / "lång.html"
    path.write_text(
        document_html(document(sections=(Section("l", "Bladen", ()), sheet), landscape=False)),
        encoding="utf-8",
    )
    assert len(printed(watch, path)) == 2


def test_a_municipality_begins_a_page_and_its_headings_are_repeated(
    watch: Any, facts: DocumentFacts, tmp_path: Path
) -> None:
    # Luleå's activities many times over: more than a page holds.
    activities = facts.county.activities
    own = activities[activities["municipality_code"] == "2580"]
    more = [own.assign(series_id=own["series_id"] + f"x{n}", name=own["name"] + f" {n}") for n in range(6)]
    import pandas as pd  # noqa: PLC0415  (only here)

    many = replace(facts, county=replace(facts.county, activities=pd.concat([activities, *more])))
    for made, heading in ((overview(many), "Anordnare"), (reception_list(many), "Barnpassning")):
        path = tmp_path / f"{made.name}.html"
        path.write_text(document_html(made), encoding="utf-8")
        pages = printed(watch, path)
        at = [
            number
            for number, page in enumerate(pages)
            if "InsatseriLuleå" in page.text
            or "bosomboriLuleå" in page.text
            or "förDigsomboriLuleå" in page.text
            or "fördigsomboriLuleå" in page.text
        ]
        following = [number for number, page in enumerate(pages) if "Pajala" in page.text and number > at[0]]
        of_lulea = pages[at[0] : following[0]]
        assert len(of_lulea) > 2
        # Each page with rows has the headings; the last may hold the sentence below the table only.
        assert [heading in page.text for page in of_lulea[:-1]] == [True] * (len(of_lulea) - 1)
        # Every activity is printed, whole: its name stands once on some page.
        text = "".join(page.text for page in of_lulea)
        for n in range(6):
            assert plain(f"Språkcafé i centrum {n}") in text


def test_no_heading_stands_alone_at_the_foot_of_a_page(watch: Any, folder: Path) -> None:
    pages = printed(watch, named(folder, "korridorer"))
    for page in pages:
        for title in (
            "Öppnaundermånaden",
            "Rekommenderade",
            "Möjliga",
            "Interekommenderade",
            "Utanförreglerna",
        ):
            begins = page.text.find(f"{title}Kommunpar:")
            if begins >= 0:
                # A row of the table follows on the page.
                assert "Skäl:" in page.text[begins:], title


def test_rows_are_not_split(watch: Any, folder: Path) -> None:
    page = watch(viewport={"width": 1032, "height": 900}).open(named(folder, "korridorer").as_uri())
    page.emulate_media(media="print")
    kept = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("tbody.row, tbody.row tr, .signature")]
            .map(one => getComputedStyle(one).breakInside))]"""
    )
    assert kept == ["avoid"]
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"


def test_on_a_telephone_the_page_stays_within_the_screen(watch: Any, folder: Path) -> None:
    for path in sorted(folder.glob("*.html")):
        page = watch(viewport={"width": 390, "height": 800}).open(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name
        assert page.locator("h1").count() == 1
        assert page.locator("main").count() == 1


def test_a_table_that_scrolls_can_be_reached_by_the_keyboard(watch: Any, folder: Path) -> None:
    page = watch(viewport={"width": 390, "height": 800}).open(named(folder, "insatsoversikt").as_uri())
    scrolling = page.evaluate(
        """() => [...document.querySelectorAll(".scroll")].map(one =>
            [one.tabIndex, one.getAttribute("role"), Boolean(one.getAttribute("aria-label"))].join())"""
    )
    assert set(scrolling) == {"0,region,true"}


def test_every_file_of_the_list_is_there(watch: Any, folder: Path) -> None:
    page = watch().open((folder / "index.html").as_uri())
    links = page.evaluate("[...document.querySelectorAll('main a')].map(one => one.getAttribute('href'))")
    assert len(links) == 8
    assert [link for link in links if not (folder / link).is_file()] == []
