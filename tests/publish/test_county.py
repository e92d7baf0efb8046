from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from geomatch.publish import IndexEntry, SourceNote, county_files, publish_county, publish_index
from geomatch.settings import Settings, Share
from geomatch.words import using_language
from tests.publish.fixture_month import activity, county_facts, municipalities, register
from tests.publish.hostile import HOSTILE, hostile_facts

ADDRESS = re.compile(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<>)]*")


class Reader(HTMLParser):
    """Tags, ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    publish_county(county_facts(), folder)
    publish_index([IndexEntry("2026-03", "99", "Provlandets län", synthetic=True)], folder)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_page_lies_under_internal(site: Path) -> None:
    names = set(files_of(site))
    assert {"internal/index.html", "internal/2026-03/99/index.html", "internal/2026-03/99/map.js"} <= names
    assert {
        f"internal/assets/{name}" for name in ("leaflet.js", "leaflet.css", "page.js", "page.css")
    } <= names
    assert all(name.startswith("internal/") for name in names)


def test_two_writes_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    publish_county(county_facts(), tmp_path)
    again = files_of(tmp_path)
    assert again == {name: content for name, content in files_of(site).items() if name in again}
    assert "internal/2026-03/99/map.js" in again


def test_the_order_of_rows_does_not_matter() -> None:
    facts = county_facts()
    turned = county_facts(
        **{
            name: getattr(facts, name).iloc[::-1].reset_index(drop=True)
            for name in (
                "municipalities",
                "gaps",
                "served",
                "corridors",
                "points",
                "day_returns",
                "activities",
            )
        }
    )
    assert county_files(turned) == county_files(facts)


def test_no_other_host_is_named(site: Path) -> None:
    named = {
        match
        for name, content in files_of(site).items()
        if not name.endswith(".png")
        for match in ADDRESS.findall(content.decode())
    }
    # Names of XML vocabularies, which no browser asks for.
    assert named == {"http://www.w3.org/2000/svg"}


def test_the_whole_demo_names_no_other_host(demo_workspace: Path) -> None:
    named = {
        (name, match)
        for name, content in files_of(demo_workspace / "internal").items()
        if not name.endswith(".png")
        for match in ADDRESS.findall(content.decode())
    }
    assert {match for _name, match in named} == {"http://www.w3.org/2000/svg"}
    assert {name for name, _match in named} == {"assets/leaflet.js"}


def test_hidden_activities_are_spoken_of_once(site: Path) -> None:
    text = (site / "internal/2026-03/99/index.html").read_text(encoding="utf-8")
    assert text.count("Skyddade insatser räknas") == 1
    sources = text[text.index('id="sources"') :]
    assert (
        "<p>Skyddade insatser räknas in i vilka som får plats, i vinster och i bedömningar, men inte i någon resa"
        in sources
    )


def test_every_link_leads_to_a_file_or_a_place_on_the_page(site: Path) -> None:
    for page in sorted(site.rglob("*.html")):
        read = Reader(page.read_text(encoding="utf-8"))
        for link in read.links:
            target, _hash, place = link.partition("#")
            if target.startswith("data:"):
                continue
            assert not target.startswith("/"), link
            if target:
                assert (page.parent / target).resolve().is_file(), link
            if place:
                assert place in read.ids, link
        assert len(read.ids) == len(set(read.ids))


def test_marks_of_what_may_be_done_with_the_page(site: Path) -> None:
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        assert text.count("INTERNT – får inte spridas") == 2
        assert re.search(r"<title>SYNTETISKA UPPGIFTER: ", text)
        assert '<html lang="sv">' in text
    genuine = county_files(county_facts(synthetic=False))["index.html"]
    assert "SYNTETISKA" not in genuine
    assert genuine.count("INTERNT – får inte spridas") == 2


def test_title_sources_and_assumptions(site: Path) -> None:
    text = (site / "internal/2026-03/99/index.html").read_text(encoding="utf-8")
    assert "<title>SYNTETISKA UPPGIFTER: Vem når en insats? Provlandets län, mars 2026</title>" in text
    assert (
        "<dt>Inskrivna personer</dt><dd>Källa: Migrationsverket · uppdaterad 2026-04-02 · inskrivna-2026.xlsx · "
        "sha256 0123456789ab</dd>" in text
    )
    assert "<dd>2026-03-02–2026-03-29, 4 veckor</dd>" in text
    assert "<li>2 värden är sekretessmarkerade.</li>" in text
    assert "<li>Rätt till resan, asylsökande: 20–40\u00a0% (källa: länsstyrelsernas rapport 2020, där" in text
    assert (
        "<li>Antagen regel, som inte utesluter någon: eget boende ger ingen rätt till resan från september 2025 "
        "(vår läsning av LMA 8 a §).</li>" in text
    )
    assert (
        "<li>Gällande regel, bekräftad: bara den som har ett öppet grundärende får reseersättning; ett första avslag "
        "avslutar den (länsstyrelsernas rapport 2020).</li>" in text
    )
    # What was about something else than the journey is told as such.
    assert (
        "<li>För kännedom, bedömer ingen resa: asylsökande får dagersättning och särskilt bidrag bara om de bor där de har "
        "anvisats (LMA 8 a §).</li>" in text
    )


def test_nothing_protected_is_in_the_files(site: Path) -> None:
    everything = b"".join(files_of(site).values()).decode(errors="replace")
    assert "Språkcafé" in everything
    for secret in ("Skyddat", "Hemliga", "070-000", "611111", "655555", "650001"):
        assert secret not in everything
    protected = register().set_index("series_id").to_crs("EPSG:4326").geometry
    for series_id in ("s2", "s3", "s5"):
        place = protected[series_id]
        assert not re.search(rf"{place.x:.2f}\d*, {place.y:.2f}", everything)


def test_hostile_values_are_text(tmp_path: Path) -> None:
    page = publish_county(hostile_facts(), tmp_path)
    text = page.read_text(encoding="utf-8")
    read = Reader(text)
    assert read.handlers == []
    # The page's five scripts; none that a value brought along.
    assert read.tags.count("script") == 5
    assert "img" not in read.tags
    data = (page.parent / "data.js").read_text(encoding="utf-8")
    assert re.findall("[<>&]", data) == []
    assert data.isascii()
    assert "\\u202e" not in data
    assert "\u202e" not in text
    # Nobody has worked it out, neither our templates nor Folium's.
    assert "{{ 7*7 }}" in text
    assert "{{ 7*7 }}" in data
    assert "&lt;/script&gt;" in text


def test_folium_is_given_no_text() -> None:
    script = county_files(hostile_facts())["map.js"]
    for text in HOSTILE:
        assert text.strip("\u202e\u2066") not in script
    assert "hacked" not in script
    assert "7*7" not in script


def test_the_page_has_no_script_or_style_of_its_own(site: Path) -> None:
    text = (site / "internal/2026-03/99/index.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "<style" not in text
    assert Reader(text).handlers == []
    assert "default-src 'none'" in text


def test_tables_have_headings_with_scope(site: Path) -> None:
    text = (site / "internal/2026-03/99/index.html").read_text(encoding="utf-8")
    heads = re.findall(r"<th\b[^>]*>", text)
    assert len(heads) > 40
    assert [head for head in heads if not re.search('scope="(col|row|colgroup)"', head)] == []
    assert text.count("<caption") == text.count("<table") == 5


def test_the_page_in_english() -> None:
    with using_language("en"):
        text = county_files(county_facts())["index.html"]
    assert '<html lang="en">' in text
    assert "<title>SYNTHETIC DATA: Who reaches an activity? Provlandets län, March 2026</title>" in text
    assert "In Askvik, 31–39 persons are enrolled in the reception system." in text


def test_a_month_or_county_that_names_another_folder_is_refused(tmp_path: Path) -> None:
    for wrong in ({"month": "../2026"}, {"county_code": "../9"}, {"month": "2026-13"}):
        with pytest.raises(ValueError, match=r"\.\.|13"):
            publish_county(county_facts(**wrong), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_county_has_a_page(tmp_path: Path) -> None:
    facts = county_facts()
    nothing = {
        name: getattr(facts, name).iloc[:0]
        for name in ("gaps", "served", "corridors", "points", "day_returns", "activities")
    }
    text = publish_county(county_facts(**nothing, notes=(), county_need=None), tmp_path).read_text(
        encoding="utf-8"
    )
    assert "Ingen kommun har uppgifter den här månaden." in text
    assert "Inget kommunpar kan nås." in text
    assert "Ingen insats får visas." in text


def test_the_index_lists_newest_first_and_marks_made_up_months(tmp_path: Path) -> None:
    entries = [
        IndexEntry("2026-02", "25", "Norrbottens län"),
        IndexEntry("2026-03", "99", "Provlandets <län>", synthetic=True),
        IndexEntry("2026-03", "25", "Norrbottens län"),
    ]
    text = publish_index(entries, tmp_path).read_text(encoding="utf-8")
    assert re.findall(r'<a href="(2026[^"]*)">([^<]*)</a>(?: <span class="tag">([^<]*)</span>)?', text) == [
        ("2026-03/25/index.html", "Norrbottens län", ""),
        ("2026-03/99/index.html", "Provlandets &lt;län&gt;", "syntetiska uppgifter"),
        ("2026-02/25/index.html", "Norrbottens län", ""),
    ]
    assert "SYNTETISKA UPPGIFTER" not in text


def test_the_index_tells_when_counts_were_updated_and_which_pages_are_of_an_earlier_run(
    tmp_path: Path,
) -> None:
    entries = [
        IndexEntry("2026-02", "25", "Norrbottens län", updated="2026-03-04"),
        IndexEntry("2026-02", "24", "Västerbottens län", earlier="från <en> tidigare körning"),
    ]
    text = publish_index(entries, tmp_path).read_text(encoding="utf-8")
    assert re.findall(r"<small[^>]*>([^<]*)</small>", text) == [
        "från &lt;en&gt; tidigare körning",
        "antal uppdaterade 2026-03-04",
    ]


def test_shares_that_are_known_are_one_number_and_adults_are_told() -> None:
    shares = (
        Share("eligible_share", "asylum_seeker", 0.4, 0.4),
        Share("adult_share", "asylum_seeker", 0.6, 0.7),
    )
    text = county_files(county_facts(settings=replace(Settings(), shares=shares)))["index.html"]
    assert "<li>Rätt till resan, asylsökande: 40\u00a0%.</li>" in text
    assert "<li>Vuxna, asylsökande: 60–70\u00a0%. Bara de räknas.</li>" in text
    assert "av dem räknas de vuxna, enligt andelen nedan.</li>" in text
    plain_text = county_files(county_facts())["index.html"]
    assert "inskrivna i mottagningssystemet, i alla åldrar.</li>" in plain_text
    assert "Vuxna" not in plain_text
    assert "”..” är 1–5 och ett streck 0–5." in plain_text


def test_leaflet_keeps_its_notice_and_its_licence(site: Path) -> None:
    script = (site / "internal/assets/leaflet.js").read_text(encoding="utf-8")
    assert "(c) 2010-2022 Vladimir Agafonkin" in script
    assert 'prefix:"Leaflet"' in script
    assert "sourceMappingURL" not in script
    assert "BSD 2-Clause" in (site / "internal/assets/leaflet-licence.txt").read_text(encoding="utf-8")


def test_activities_at_one_place_share_a_point() -> None:
    table = register()
    table.loc[len(table)] = activity("s9", "Annan odling", "9902", "municipality")
    table = table.set_crs(register().crs)  # pandas before 3.1 loses it when a row is added
    from geomatch.disclosure import visible_activities  # noqa: PLC0415  # this test alone needs it
    from geomatch.restricted import Restricted  # noqa: PLC0415  # this test alone needs it

    facts = county_facts(activities=visible_activities(Restricted(table), municipalities()))
    assert '"hover": "Annan odling, Odling"' in county_files(facts)["data.js"]


def test_unknown_kinds_of_source_are_shown_as_they_are() -> None:
    text = county_files(county_facts(sources=(SourceNote("annat <b>", "fil.csv"),)))["index.html"]
    assert "<dt>annat &lt;b&gt;</dt><dd>fil.csv</dd>" in text
