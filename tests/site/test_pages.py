"""The pages of the public site: which there are, where their links lead, and how they read when there is little or much."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
import pytest

from geomatch.public.editions import Edition
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.settings import SiteSettings
from geomatch.site.context import SiteContext, read_names
from geomatch.site.pages import front_page, month_pages, site_pages
from geomatch.words import using_language
from tests.site.made import made_editions
from tests.site.small_edition import (
    GALLIVARE,
    JOKKMOKK,
    LULEA,
    UMEA,
    VINDELN,
    activity,
    area,
    corridor,
    known,
)
from tests.site.test_sentences import whole

ASSETS = {
    name: f"assets/{name}"
    for name in ("site.css", "leaflet.css", "site.js", "tables.js", "leaflet.js", "borders.js", "map.js", "words-sv.js", "words-en.js")
}  # fmt: skip
HOSTILE = "</script><img src=x onerror=alert(1)>`\"'&\u202e{{7*7}}{0}"


def site(language: str = "sv", **settings: Any) -> SiteContext:
    return SiteContext(SiteSettings(**settings), language, ("2026-01", "2026-02"), ASSETS, read_names())


def pages(edition: Edition, language: str = "sv", earlier: Any = (), **settings: Any) -> dict[str, str]:
    """Every page of a site of one edition, by path."""
    context = site(language, **settings)
    with using_language(language):
        return dict(
            [
                *month_pages(context, edition, list(earlier)),
                front_page(context, edition, list(earlier)),
                *site_pages(context, edition, [edition]),
            ]
        )


class Page(HTMLParser):
    """What a page holds: headings, links, ids, tables, text, and what must not be there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.links: list[str] = []
        self.resources: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.cells: dict[tuple[str, str], tuple[str, str | None]] = {}
        self.tags: list[str] = []
        self._row = ""
        self._cell: list[Any] | None = None
        self._heading: list[Any] | None = None
        self.text = ""
        self.body: dict[str, str | None] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(given)
        if "id" in given:
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag in {"script", "link", "img"} and given.get("rel") not in {"alternate", "canonical", "icon"}:
            self.resources.append(str(given.get("src") or given.get("href")))
        if tag == "body":
            self.body = given
        if re.fullmatch("h[1-6]", tag):
            self._heading = [int(tag[1]), ""]
        if tag == "tr":
            self._row = str(given.get("data-area", ""))
        if tag in {"td", "th"} and "data-field" in given:
            self._cell = [str(given["data-field"]), "", given.get("data-value")]

    def handle_endtag(self, tag: str) -> None:
        if self._heading is not None and tag == f"h{self._heading[0]}":
            self.headings.append((self._heading[0], self._heading[1]))
            self._heading = None
        if tag in {"td", "th"} and self._cell is not None:
            self.cells[self._row, self._cell[0]] = (self._cell[1], self._cell[2])
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._heading is not None:
            self._heading[1] += data
        if self._cell is not None:
            self._cell[1] += data


SMALL = pages(whole())


def test_the_pages_of_a_month_and_of_the_site() -> None:
    assert sorted(SMALL) == sorted(
        [
            "2026-02/24/2404/index.html",
            "2026-02/24/2480/index.html",
            "2026-02/24/index.html",
            "2026-02/25/2510/index.html",
            "2026-02/25/2523/index.html",
            "2026-02/25/2580/index.html",
            "2026-02/25/index.html",
            "2026-02/index.html",
            "data/index.html",
            "index.html",
            "metod/index.html",
            "tillganglighet/index.html",
        ]
    )
    assert sorted(pages(whole(), "en")) == sorted(f"en/{path}" for path in SMALL)


def where(path: str, link: str) -> str:
    """The path below the site's root that a link of a page leads to."""
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / link.partition("#")[0]).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_every_link_leads_to_a_page_or_a_file_of_the_site() -> None:
    every = {**SMALL, **pages(whole(), "en")}
    ids = {path: set(Page(text).ids) for path, text in every.items()}
    files = ("data/2026-02/", "data/catalogue.")
    for path, text in every.items():
        for link in Page(text).links:
            if link.startswith(("mailto:", "https://www.digg.se/")):
                continue
            target = where(path, link) if link.partition("#")[0] else path
            if target in every:
                place = link.partition("#")[2]
                assert not place or "=" in place or place in ids[target], (path, link)
            else:
                assert target.startswith(files) or target.endswith(
                    ("feed.xml", "lagesbild.txt", "brief.txt")
                ), (path, link)  # fmt: skip


def test_addresses_of_scripts_and_styles() -> None:
    found = Page(SMALL["2026-02/25/index.html"]).resources
    assert found == [
        "../../assets/leaflet.css", "../../assets/site.css", "../../assets/leaflet.js", "../../assets/tables.js",
        "../../assets/site.js", "../../assets/words-sv.js", "../../assets/borders.js", "../../data/months.js",
        "../../2026-02/values.js", "../../2026-02/activities.js", "../../assets/map.js",
    ]  # fmt: skip
    assert Page(SMALL["2026-02/25/2510/index.html"]).resources == [
        "../../../assets/site.css",
        "../../../assets/tables.js",
        "../../../assets/site.js",
        "../../../assets/words-sv.js",
    ]
    assert Page(SMALL["index.html"]).resources[0] == "assets/leaflet.css"


def test_the_body_tells_scripts_where_they_are() -> None:
    body = Page(pages(whole(), "en")["en/2026-02/25/2510/index.html"]).body
    assert {name: body[f"data-{name}"] for name in ("root", "language", "month", "level", "area")} == {
        "root": "../../../../",
        "language": "en",
        "month": "2026-02",
        "level": "municipality",
        "area": "2510",
    }


@pytest.mark.parametrize("path", sorted(SMALL))
def test_headings_ids_and_what_the_rules_for_content_forbid(path: str) -> None:
    page = Page(SMALL[path])
    levels = [level for level, _text in page.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.ids) == len(set(page.ids))
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
    assert "style" not in page.tags
    assert re.search(r"<script(?! defer src=)", SMALL[path]) is None
    assert all(tag in page.tags for tag in ("header", "nav", "main", "footer"))
    assert '<html lang="sv">' in SMALL[path]


def test_what_the_head_says() -> None:
    text = SMALL["2026-02/25/2510/index.html"]
    assert "<title>Jokkmokk, februari 2026 – Vem når en insats?</title>" in text
    assert 'rel="canonical"' not in text
    assert '<link rel="alternate" hreflang="en" href="../../../en/2026-02/25/2510/index.html">' in text
    assert "img-src 'self' file: data:; base-uri 'none'; form-action 'none'\">" in text
    there = pages(whole(), address="https://insatser.example.se/", tiles_url="https://{s}.kartor.example/{z}/{x}/{y}.png")  # fmt: skip
    text = there["2026-02/25/2510/index.html"]
    assert '<link rel="canonical" href="https://insatser.example.se/2026-02/25/2510/">' in text
    assert (
        '<link rel="alternate" hreflang="en" href="https://insatser.example.se/en/2026-02/25/2510/">' in text
    )
    assert "img-src 'self' file: data: https://*.kartor.example; base-uri" in text
    assert '<link rel="canonical" href="https://insatser.example.se/">' in there["index.html"]
    odd = pages(whole(), tiles_url="https://x;script-src *//{z}")["index.html"]
    assert "img-src 'self' file: data:; base-uri 'none'" in odd


def test_cells_hold_what_the_maps_script_fills_in() -> None:
    cells = Page(SMALL["index.html"]).cells
    assert {field for area_code, field in cells if area_code == JOKKMOKK} == {
        "need", "women", "men", "women_share", "series", "places", "gap", "gap_share", "access_index", "need_change", "gap_change",
    }  # fmt: skip
    assert cells[JOKKMOKK, "need"] == ("33", "33")
    assert cells[JOKKMOKK, "need_change"] == ("−2", "-2")
    assert cells[JOKKMOKK, "gap_share"] == ("100\xa0%", "100")
    assert cells[LULEA, "gap"] == ("25–29", "25")
    assert cells[GALLIVARE, "need"] == ("..", None)
    assert cells[GALLIVARE, "gap_share"] == ("..", None)
    assert cells[JOKKMOKK, "access_index"] == (".", None)
    assert cells[JOKKMOKK, "women_share"] == ("-", None)
    # The table follows the map to other months, and then tells which.
    assert 'id="table-areas" class="sortable" data-follows' in SMALL["index.html"]
    assert "<span>Alla kommuner, <span data-month-shown>februari 2026</span></span>" in SMALL["index.html"]


def test_signs_are_explained_beside_the_tables() -> None:
    for path in ("index.html", "2026-02/25/index.html", "2026-02/25/2510/index.html", "metod/index.html"):
        for sign in ("..", "-", "."):
            assert f"<dt>{sign}</dt>" in SMALL[path], path


def test_the_way_from_a_municipality_to_another_and_back() -> None:
    page = Page(SMALL["2026-02/25/2510/index.html"])
    assert "../2523/index.html" in [link.replace("../../../2026-02/25/", "../") for link in page.links]
    assert "../../../2026-02/25/index.html#municipality=2510" in page.links
    assert "Från Jokkmokk till Gällivare. Rekommenderas:" in page.text
    assert "Till Gällivare" in Page(SMALL["2026-02/25/2523/index.html"]).text
    # Vindeln is like it: a sentence and a link.
    assert "../../../2026-02/24/2404/index.html" in page.links
    assert "Vindeln skiljer sig mest i antalet inskrivna." in page.text


def test_the_language_switch_keeps_the_place() -> None:
    for path, text in SMALL.items():
        (switch,) = re.findall(
            r'<a href="([^"]+)" lang="en" hreflang="en" data-keeps-place>English</a>', text
        )
        assert where(path, switch) == f"en/{path}"


def test_a_correction_has_its_note_on_top_and_its_edition_below() -> None:
    edition = whole(number=2, note="SYNTETISK rättelse: Boden <b>saknades</b>")
    made = pages(edition)
    for path in ("index.html", "2026-02/25/index.html", "2026-02/25/2510/index.html"):
        assert (
            '<p class="correction"><strong>Rättad: utgåva 2.</strong> SYNTETISK rättelse: Boden &lt;b&gt;saknades&lt;/b&gt;</p>'
            in made[path]
        )
        assert 'data/index.html#month-2026-02">utgåva 2</a>' in made[path]
    assert "<strong>Utgåva 2.</strong> SYNTETISK rättelse: Boden &lt;b&gt;" in made["data/index.html"]
    assert "Rättad" not in SMALL["index.html"]


def test_made_up_figures_are_marked_on_every_page() -> None:
    for path, text in pages(whole(synthetic=True)).items():
        assert "<title>SYNTETISKA UPPGIFTER: " in text, path
        assert "Siffrorna är påhittade och säger inget om någon verklig plats." in text
        assert "Källa: Migrationsverket ·" not in text
    for path, text in SMALL.items():
        assert "SYNTETISKA" not in text, path
        assert "<p>Källa: Migrationsverket · " in text


def test_a_month_names_no_later_one_and_charts_know_the_earlier() -> None:
    edition = whole()
    before = edition.tables["areas"].assign(month="2026-01", places=7)
    made = pages(edition, earlier=[("2026-01", before)])
    text = made["2026-02/25/2510/index.html"]
    assert 'id="chart-months-title">Jokkmokk månad för månad, januari 2026 till februari 2026' in text
    assert '<th scope="row">januari 2026</th>' in text
    assert 'id="chart-months-title"' not in SMALL["2026-02/25/2510/index.html"]
    assert (
        "Ett diagram över månaderna visas när två månader är publicerade." in SMALL["2026-02/25/index.html"]
    )
    assert not any("2026-03" in one or "mars 2026 –" in one for one in made.values())


def test_one_county_alone_is_said() -> None:
    rows = [one for one in whole().tables["areas"].to_dict("records") if one["area_code"][:2] in {"00", "25"}]
    made = pages(whole(areas=rows, county="25"))
    assert "Den här månaden är Norrbottens län publicerat, inget annat län." in made["index.html"]
    assert "<h1>Vem når en insats? Norrbottens län, februari 2026</h1>" in made["index.html"]
    assert "<h1>Vem når en insats? Sverige, februari 2026</h1>" in SMALL["index.html"]
    # A pair that leads out of what is published has no link there.
    assert "2026-02/24/2404/index.html" not in made["2026-02/25/2580/index.html"]
    assert "Från Vindeln till" in Page(made["2026-02/25/2580/index.html"]).text


def test_a_county_without_activities_or_pairs() -> None:
    edition = whole(activities=[activity("a1", UMEA, "Språkcafé")])
    tables = dict(edition.tables)
    for name in ("corridors", "ways", "similar", "groups", "purposes"):
        tables[name] = tables[name].iloc[:0]
    made = pages(replace(edition, tables=tables))
    county = Page(made["2026-02/25/index.html"]).text
    assert "Ingen insats i Norrbottens län får visas den här månaden." in county
    assert "Inget kommunpar kan nås." in county
    assert "Siffrorna skiljer inte grupper åt." in county
    one = Page(made["2026-02/25/2510/index.html"]).text
    assert "Ingen insats i Jokkmokk får visas den här månaden." in one
    assert "Inget kommunpar slutar här." in one
    assert "Ingen anges den här månaden." in one
    assert "Härifrån når ingen en insats i en annan kommun och hem igen samma dag." in one


def test_everything_withheld() -> None:
    rows = [
        area(code, name, known(1, 5), known(0, 5), 0, known(0), known(0), 0)
        for code, name in (("00", ""), ("25", "Norrbottens län"), (JOKKMOKK, "Jokkmokk"))
    ]
    made = pages(whole(areas=rows))
    page = Page(made["index.html"])
    assert page.cells[JOKKMOKK, "need"] == ("..", None)
    assert page.cells[JOKKMOKK, "gap"] == ("..", None)
    assert "Hur många som var inskrivna i Sverige i slutet av februari 2026 visas inte." in page.text
    assert 'class="withheld"' in made["2026-02/25/index.html"]


def test_nobody_enrolled() -> None:
    rows = [
        area(code, name, known(0), known(0), 0, known(0), known(0), 0, series=0)
        for code, name in (("00", ""), ("25", "Norrbottens län"), (JOKKMOKK, "Jokkmokk"))
    ]
    text = Page(pages(whole(areas=rows))["2026-02/25/2510/index.html"]).text
    assert "Ingen var inskriven i Jokkmokk i slutet av februari 2026, enligt Migrationsverket." in text
    assert "Ingen är inskriven, så det finns inget gap." in text


def test_hostile_names_are_text() -> None:
    rows = [
        activity("a1", JOKKMOKK, HOSTILE, organiser=HOSTILE, primary_purpose=HOSTILE, times=HOSTILE, target_groups=HOSTILE),
        activity("a2", JOKKMOKK, "x" * 10_000),
        activity("a3", JOKKMOKK, "  "),
    ]  # fmt: skip
    edition = whole(activities=rows, number=2, note=HOSTILE)
    made = pages(edition, publisher=HOSTILE, contact_email=HOSTILE)
    for path, text in made.items():
        page = Page(text)
        assert "img" not in page.tags, path
        assert "onerror" not in page.attributes, path
        assert "\u202e" not in text, path
        assert "{{7*7}}" in text or "49" not in text, path
    text = Page(made["2026-02/25/2510/index.html"]).text
    assert "</script><img src=x onerror=alert(1)>`\"'&\ufffd{{7*7}}{0}" in text
    assert "utan namn" in text
    assert "x" * 10_000 in text


def test_many_activities_are_folded() -> None:
    many = [activity(f"a{n:05d}", LULEA if n % 2 else JOKKMOKK, f"Insats {n}", primary_purpose="Svenska" if n % 3 else "")
            for n in range(5000)]  # fmt: skip
    made = pages(whole(activities=many))
    county = made["2026-02/25/index.html"]
    assert '<summary>Insatser i Luleå <span class="quiet">(2500)</span></summary>' in county
    assert '<table id="table-activities-2580"' in county
    assert '<p class="note">5000 insatser, kommun för kommun.</p>' in county
    own = made["2026-02/25/2510/index.html"]
    assert '<summary>Svenska <span class="quiet">(1666)</span></summary>' in own
    assert '<summary>utan syfte <span class="quiet">(834)</span></summary>' in own
    page = Page(own)
    assert len(page.ids) == len(set(page.ids))


def test_many_pairs_stand_in_words_on_the_municipalities_pages() -> None:
    edition = whole()
    names = read_names()
    codes = [code for county in ("03", "05", "12") for code in names.municipalities_of(county)]
    rows = [corridor(JOKKMOKK, code, "candidate", "possible", known(9)) for code in codes]
    frame = pd.DataFrame(rows, columns=PUBLIC_TABLES["corridors"].names)
    frame = frame.astype(edition.tables["corridors"].dtypes.to_dict())
    assert "Kommunparen i ord" in SMALL["2026-02/25/index.html"]
    # 8 + 13 + 33 are fewer than 60; twice as many are more.
    other = frame.assign(from_code=LULEA)
    made = pages(replace(edition, tables={**edition.tables, "corridors": pd.concat([frame, other])}))
    assert "Kommunparen i ord" not in made["2026-02/25/index.html"]
    assert made["2026-02/25/2510/index.html"].count("<li>Från Jokkmokk till ") == len(codes)


def test_the_statement_says_where_to_turn() -> None:
    text = pages(whole(), contact_email="karta@example.se")["tillganglighet/index.html"]
    assert '<a href="mailto:karta@example.se">karta@example.se</a>' in text
    assert '<a href="https://www.digg.se/tdosanmalan">https://www.digg.se/tdosanmalan</a>' in text
    assert "Det finns ännu ingen adress för sådana anmälningar om den här webbplatsen. Länsstyrelserna, som publicerar den, måste ange en." in SMALL["tillganglighet/index.html"]  # fmt: skip


def test_the_method_tells_the_limits_that_the_month_was_computed_with() -> None:
    text = Page(SMALL["metod/index.html"]).text
    for sentence in (
        "Högst 90 minuter i vardera riktningen, med högst 4 byten.",
        "Högst 2\xa0000 m till fots till eller från en hållplats, i 4,5 km/h; vägen räknas som 1,3 gånger fågelvägen.",
        "Minst 80\xa0% av tillfällena måste vara inom räckhåll.",
        "1 upp till 30 min, 0,68 upp till 60 min, 0,22 upp till 90 min",
        "Tal som är 1–5 personer, eller kan vara det, visas inte",
    ):
        assert sentence in text
    context = site()
    nothing = dict(site_pages(context, None, []))
    assert "Ingen månad är publicerad ännu." in nothing["data/index.html"]
    assert "Högst 90 minuter" in nothing["metod/index.html"]


def test_the_page_of_data_lists_each_month_once_and_every_column() -> None:
    first = whole()
    second = whole(number=2, note="rättad")
    later = replace(first, month="2026-03")
    text = dict(site_pages(site(), later, [first, second, later]))["data/index.html"]
    assert re.findall(r'id="month-([^"]+)"', text) == ["2026-03", "2026-02"]
    assert 'href="../data/2026-02/tables.xlsx"' in text
    assert 'href="../2026-02/25/index.html#downloads">Norrbottens län</a>' in text
    for table in PUBLIC_TABLES.values():
        for column in table.columns:
            assert f'<th scope="row">{column.name}</th>' in text
    assert "rättad" in text


def test_the_same_edition_gives_the_same_bytes() -> None:
    edition = whole()
    shuffled = {
        name: frame.sample(frac=1, random_state=1).reset_index(drop=True)
        for name, frame in edition.tables.items()
    }
    assert pages(edition) == SMALL
    assert pages(replace(edition, tables=shuffled)) == SMALL


def test_a_made_up_month_of_two_counties(tmp_path: Any) -> None:
    editions = made_editions(tmp_path, ["2026-01", "2026-02"], 3, ["24", "25"])
    made = pages(editions[-1], earlier=[("2026-01", editions[0].tables["areas"])])
    areas = editions[-1].tables["areas"]
    assert len(made) == len(areas) + 4
    for path, text in made.items():
        page = Page(text)
        assert len(page.ids) == len(set(page.ids)), path
        for link in page.links:
            target = where(path, link)
            if target.endswith("index.html") and target[:2] == "20":
                assert target in made, (path, link)


def test_vindeln_is_reached_from_no_other_county() -> None:
    page = Page(SMALL["2026-02/24/2404/index.html"])
    assert "Språkstugan" in page.text
    assert VINDELN in str(page.body["data-area"])
