"""The check of a built site: a correct one passes, and each thing that is wrong is told where it is."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from geomatch.errors import Problem
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.site import check
from geomatch.site.check import check_site, check_summary, inspect_site
from geomatch.site.check_page import Page, read_page
from geomatch.words import set_language
from tests.site.check_small import MONTH, page, write_site

MUNICIPALITY = f"{MONTH}/25/2510/index.html"
TEMPLATE = "Mend the page's template, and publish anew"


@pytest.fixture(autouse=True)
def _in_english() -> None:
    set_language("en")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "public å")


def spoil(site: Path, path: str, old: str, new: str) -> None:
    target = site / path
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def told(site: Path, tiles_url: str = "") -> list[tuple[str, int | None, str]]:
    return [(one.file, one.row, one.found) for one in check_site(site, tiles_url)]


def test_a_correct_site_has_no_problem(site: Path) -> None:
    report = inspect_site(site)
    assert report.problems == ()
    assert report.months == (MONTH,)
    # Seven pages in two languages, each with 7 + 1 links of its menu, the skip link, style, feed and script; the two
    # of the method have a picture as well. The icon stands in the page itself.
    assert (report.pages, report.links, report.foreign_links) == (14, 14 * 12 + 2, 2)
    assert report.tables == 2 * len(PUBLIC_TABLES)
    files = [path for path in site.rglob("*") if path.is_file()]
    assert report.files == len(files)
    assert report.bytes == sum(path.stat().st_size for path in files)
    assert report.largest_page_bytes == (site / "en/data/index.html").stat().st_size
    assert check_summary(report) == (
        "14 pages checked; 170 links within the site; 2 links to others; 16 tables; "
        f"{len(files)} files of 1 MB together; the front page loads 1 kB"
    )


def test_a_summary_in_swedish(site: Path) -> None:
    set_language("sv")
    assert check_summary(inspect_site(site)).startswith(
        "14 sidor granskade; 170 länkar inom webbplatsen; 2 länkar till andra; 16 tabeller; "
    )


def test_progress_is_told_page_by_page(site: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    inspect_site(site, progress=lambda *step: steps.append(step))
    assert steps == [("Checking pages", number, 14) for number in range(14)]


# What is put in the place of what, and the one problem that follows: row and words.
ON_THE_PAGE = {
    "end tag": ("</footer>", "</div></footer>", 32, "the HTML has a parse error: end-tag-too-early"),
    "no doctype": ("<!DOCTYPE html>", "", 2, "the HTML has a parse error: expected-doctype-but-got-start-tag"),
    "attribute twice": ('lang="sv"', 'lang="sv" lang="sv"', 2, "the HTML has a parse error: duplicate-attribute"),
    "language": ('lang="sv"', 'lang="en"', 2, "the page calls its language “en”"),
    "no language": (' lang="sv"', "", 2, "the page does not say its language"),
    "title": ("<title>Jokkmokk, mars 2026", "<title> ", 7, "the page has no title"),
    "title of another": ("<title>Jokkmokk", "<title>Norrbotten", 7, "the page has the title of another: Norrbotten, mars 2026"),
    "no viewport": ('name="viewport"', 'name="view"', None, "the page does not fit a small screen: it has no viewport"),
    "no zoom": ("initial-scale=1", "initial-scale=1, user-scalable=no", 6, "the page cannot be enlarged: width=device-width, initial-scale=1, user-scalable=no"),
    "little zoom": ("initial-scale=1", "maximum-scale=2", 6, "the page cannot be enlarged: width=device-width, maximum-scale=2"),
    "no h1": ("<h1>Jokkmokk, mars 2026</h1>", "", None, "the page has 0 headings of level 1"),
    "two h1": ('<h2 id="tabell">Tabell</h2>', "<h1>Tabell</h1>", 27, "the page has 2 headings of level 1"),
    "skipped level": ("Tabell</h2>", "Tabell</h2><h4>Del</h4>", 27, "a heading of level 4 follows one of level 2"),
    "first level": ("<p>geomatch</p>", "<h2>geomatch</h2>", 14, "the first heading is of level 2"),
    "empty heading": (">Tabell</h2>", "> </h2>", 27, "a heading is empty"),
    "two mains": ("<footer>", "<main>b</main><footer>", 32, "the page has 2 main parts (<main>)"),
    "no header": ("<header><p>geomatch</p></header>", "", None, "the page has no <header>"),
    "header of a part": ("<header><p>geomatch</p></header>", "<section><header>a</header></section>", None, "the page has no <header>"),
    "no footer": ("<footer><p>Länsstyrelserna</p></footer>", "", None, "the page has no <footer>"),
    "no skip link": ('<a class="skip" href="#content">Till innehållet</a>', "", 16, "the first link does not lead past the menus"),
    "skip to the menu": ('<a class="skip" href="#content">', '<span id="a">a</span><a href="#a">', 13, "the first link does not lead past the menus"),
    "no alt": ("<h2 id", '<img src="../../../assets/images/layers.png"><h2 id', 27, "a picture has no text in its place (alt)"),
    "nameless drawing": ("<h2 id", "<svg></svg><h2 id", 27, "a drawing (svg) has no name and is not hidden from those who listen"),
    "drawing without role": ("<h2 id", "<svg><title>a</title></svg><h2 id", 27, "a drawing (svg) has no name and is not hidden from those who listen"),
    "nameless control": ("<h2 id", '<input type="search"><h2 id', 27, "a form control (<input>) has no name"),
    "nameless select": ("<h2 id", "<label>Val</label><select><option>a</option></select><h2 id", 27, "a form control (<select>) has no name"),
    "nameless button": ("<h2 id", '<button type="button"><span aria-hidden="true">×</span></button><h2 id', 27, "a button has no name"),
    "nameless link": ("<h2 id", '<a href="#content"><img src="../../../assets/images/layers.png" alt=""></a><h2 id', 27, "a link has no text"),
    "order": ("<main id", '<main tabindex="3" id', 25, "tabindex 3 changes the order"),
    "caption": ("<caption>Kommuner</caption>", "<caption> </caption>", 28, "a table has no caption"),
    "scope": ('<th scope="col">Gap', "<th>Gap", 29, "a table's heading does not say what it is of (scope)"),
    "headings": ("<h2 id", "<table><caption>a</caption><tr><td>b</td></tr></table><h2 id", 27, "a table has no headings"),
    "same id": ('id="tabell"', 'id="content"', 27, "the id “content” stands twice"),
    "aria": ("<main id", '<main aria-describedby="tabell hjälp" id', 25, "aria-describedby points at “hjälp”, which is not there"),
    "label": ("<h2 id", '<label for="find">Sök</label><h2 id', 27, "for points at “find”, which is not there"),
    "no policy": ("Content-Security-Policy", "Other", None, "the page has no Content-Security-Policy"),
    "late policy": ("<head>", '<head><link rel="help" href="#content">', 3, "something is loaded before the Content-Security-Policy is in force"),
    "open policy": ("default-src 'none'", "default-src 'self'", 5, "the Content-Security-Policy allows what it does not name"),
    "unsafe style": ("style-src 'self'", "style-src 'unsafe-inline' 'self'", 5, "the Content-Security-Policy allows 'unsafe-inline' in style-src"),
    "unsafe script": ("script-src 'self'", "script-src 'unsafe-eval' 'self'", 5, "the Content-Security-Policy allows 'unsafe-eval' in script-src"),
    "foreign policy": ("img-src 'self'", "img-src 'self' https://tile.example.se", 5, "the Content-Security-Policy allows https://tile.example.se in img-src"),
    "script of data": ("script-src 'self'", "script-src data: 'self'", 5, "the Content-Security-Policy allows data: in script-src"),
    "script": ("<h2 id", "<script>1</script><h2 id", 27, "a script stands in the page"),
    "style sheet": ("</head>", "<style>p {}</style></head>", 11, "a style sheet stands in the page"),
    "style": ("<p>geomatch", '<p style="color: red">geomatch', 14, "<p> has a style attribute"),
    "event": ("<p>geomatch", '<p onclick="a()">geomatch', 14, "<p> runs a script: onclick"),
    "script link": ("<h2 id", '<a href=" JavaScript:a()">b</a><h2 id', 27, "<a> runs a script: JavaScript:a()"),
    "refresh": ("<title>", '<meta http-equiv="refresh" content="9"><title>', 7, "the page moves the reader on by itself"),
    "missing link": ("../../../metod/index.html", "../../../metod/a.html?b=1#c", 20, "../../../metod/a.html?b=1#c leads to a file that is not there"),
    "folder": ("../../../metod/index.html", "../../../metod/", 20, "../../../metod/ names a folder"),
    "root": ("<h2 id", '<a href="../../..">a</a><h2 id', 27, "../../.. names a folder"),
    "outside": ("<h2 id", '<a href="../../../../a.html">a</a><h2 id', 27, "../../../../a.html leads out of the site"),
    "outside, encoded": ("<h2 id", '<a href="../../../%2e%2e/a.html">a</a><h2 id', 27, "../../../%2e%2e/a.html leads out of the site"),
    "absolute": ("<h2 id", '<a href="/metod/index.html">a</a><h2 id', 27, "/metod/index.html is not relative to the page"),
    "fragment": ("<h2 id", '<a href="#karta">a</a><h2 id', 27, "#karta leads to a place that is not on the page"),
    "fragment elsewhere": ("<h2 id", '<a href="../index.html#karta">a</a><h2 id', 27, "../index.html#karta leads to a place that is not on the page"),
    "empty address": ("<h2 id", '<a href="">a</a><h2 id', 27, "an address is empty"),
    "file address": ("<h2 id", '<a href="file:///etc/hosts">a</a><h2 id', 27, "an address has a beginning that no page needs: file:"),
    "missing script": ("site.0a1b2c3d.js", "site.00000000.js", 33, "../../../assets/site.00000000.js leads to a file that is not there"),
    "missing style": ("site.0a1b2c3d.css", "site.00000000.css", 8, "../../../assets/site.00000000.css leads to a file that is not there"),
    "missing picture": ("<h2 id", '<img src="a.png" alt="b"><h2 id', 27, "a.png leads to a file that is not there"),
    "foreign script": ("<h2 id", '<script src="https://example.se/a.js"></script><h2 id', 27, "a browser would load https://example.se/a.js from another host"),
    "foreign style": ("<title>", '<link rel="stylesheet" href="//example.se/a.css"><title>', 7, "a browser would load //example.se/a.css from another host"),
    "foreign picture": ("<h2 id", '<img src="http://example.se/a.png" alt=""><h2 id', 27, "a browser would load http://example.se/a.png from another host"),
    "foreign picture among several": ("<h2 id", '<img srcset="../../../assets/images/layers.png 1x, https://example.se/a.png 2x" alt=""><h2 id', 27, "a browser would load https://example.se/a.png from another host"),
    "foreign frame": ("<h2 id", '<iframe src="https://example.se/" title="a"></iframe><h2 id', 27, "a browser would load https://example.se/ from another host"),
    "connection": ("<title>", '<link rel="preconnect" href="https://example.se"><title>', 7, "a browser would load https://example.se from another host"),
    "no switch": (f'<li><a href="../../../en/{MUNICIPALITY}">English</a></li>', "", None, "no link leads to the page in the other language"),
    "weight": ("<td>..</td>", f"<td>{'x ' * 750_000}</td>", None, "the page weighs 1502 kB"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ON_THE_PAGE))
def test_one_thing_wrong_on_a_page_is_one_problem(site: Path, name: str) -> None:
    old, new, row, found = ON_THE_PAGE[name]
    spoil(site, MUNICIPALITY, old, new)
    assert told(site) == [(MUNICIPALITY, row, found)]


def test_what_is_allowed_is_no_problem(site: Path) -> None:
    spoil(
        site,
        MUNICIPALITY,
        "<h2 id",
        '<a href="https://example.se/">a</a> <a href="../index.html#layer=gap&amp;area=2510">b</a>\n'
        '<a href="#top">c</a> <a href="tel:+46">d</a> <button aria-label="Sök"></button>\n'
        '<svg aria-hidden="true"></svg> <span aria-hidden="true"><svg></svg></span>\n'
        '<svg role="img" aria-labelledby="tabell"></svg> <svg role="img"><title>e</title></svg>\n'
        '<label>f <input name="g"></label> <input type="hidden"> <input title="h">\n'
        '<table role="presentation"><tr><td>i</td></tr></table> <p tabindex="-1">j</p>\n'
        "<h2>k</h2><h3>l</h3><h4>m</h4> <section hidden><h2></h2><h6></h6></section>\n"
        "<h2 id",
    )
    assert told(site) == []


def test_a_page_without_a_main_part_has_no_target_either(site: Path) -> None:
    text = (site / MUNICIPALITY).read_text(encoding="utf-8")
    (site / MUNICIPALITY).write_text(text.replace("main", "div"), encoding="utf-8")
    assert told(site) == [
        (MUNICIPALITY, None, "the page has 0 main parts (<main>)"),
        (MUNICIPALITY, 13, "the first link does not lead past the menus"),
    ]


def test_a_problem_says_what_to_do(site: Path) -> None:
    spoil(site, MUNICIPALITY, 'lang="sv"', 'lang="en"')
    problem = Problem("the page calls its language “en”", 'lang="sv"', TEMPLATE, MUNICIPALITY, row=2)
    assert check_site(site) == [problem]
    set_language("sv")
    assert str(check_site(site)[0]) == (
        f'{MUNICIPALITY}, rad 2: sidan anger språket ”en”; väntat: lang="sv". Rätta sidans mall och publicera på nytt.'
    )


def test_all_problems_are_told_by_file_and_row(site: Path) -> None:
    for path in ("metod/index.html", MUNICIPALITY):
        spoil(site, path, "initial-scale=1", "user-scalable=0")
        spoil(site, path, 'lang="sv"', 'lang="fi"')
    assert [one[:2] for one in told(site)] == [
        (MUNICIPALITY, 2), (MUNICIPALITY, 6), ("metod/index.html", 2), ("metod/index.html", 6),
    ]  # fmt: skip


TILES = "https://{s}.tile.example.se/{z}/{x}/{y}.png"


def test_the_host_of_the_background_map_is_allowed_for_pictures_alone(site: Path) -> None:
    spoil(site, MUNICIPALITY, "img-src 'self'", "img-src 'self' https://*.tile.example.se")
    spoil(site, "assets/site.0a1b2c3d.js", "const", f'const tiles = "{TILES}";\nconst')
    spoil(site, MUNICIPALITY, "<h2 id", '<img src="https://a.tile.example.se/1/1/1.png" alt=""><h2 id')
    assert told(site, TILES) == []
    assert len(told(site)) == 3
    spoil(site, MUNICIPALITY, "script-src 'self'", "script-src 'self' https://*.tile.example.se")
    spoil(site, MUNICIPALITY, "<h2 id", '<script src="https://a.tile.example.se/a.js"></script><h2 id')
    assert told(site, TILES) == [
        (MUNICIPALITY, 5, "the Content-Security-Policy allows https://*.tile.example.se in script-src"),
        (MUNICIPALITY, 27, "a browser would load https://a.tile.example.se/a.js from another host"),
    ]


FOREIGN = "a browser would load https://example.se/a from another host"


@pytest.mark.parametrize(
    ("path", "text", "row", "found"),
    [
        ("assets/site.0a1b2c3d.css", '\n@import "https://example.se/a";', 2, FOREIGN),
        ("assets/site.0a1b2c3d.css", "a { background: url(https://example.se/a) }", 1, FOREIGN),
        ("assets/site.0a1b2c3d.css", "/*\n\n*/ a { background: URL('https://example.se/a') }", 3, FOREIGN),
        ("assets/site.0a1b2c3d.css", "@font-face { src: url(a.woff2) }", 1, "a.woff2 leads to a file that is not there"),
        ("assets/site.0a1b2c3d.css", "a { background: url(/a.png) }", 1, "/a.png is not relative to the page"),
        ("assets/site.0a1b2c3d.js", "1;\nfetch('https://example.se/a');", 2, FOREIGN),
        ("assets/site.0a1b2c3d.js", 'const address = "https://example.se/a";', 1, FOREIGN),
        ("assets/leaflet.00000000.js", 'fetch ( "https://example.se/a");', 1, FOREIGN),
        ("assets/leaflet.00000000.js", 'import a from "https://example.se/a";', 1, FOREIGN),
        ("assets/leaflet.00000000.js", 'b.src="https://example.se/a";', 1, FOREIGN),
        ("assets/leaflet.00000000.js", 'r.open("GET", "https://example.se/a");', 1, FOREIGN),
        (f"{MONTH}/values.js", "new Worker(`https://example.se/a`);", 1, FOREIGN),
        ("feed.xml", "<feed>\n<a>\n</feed>", 3, "the file is not well-formed XML"),
        ("feed.xml", '<feed>\n<content src="https://example.se/a"/></feed>', 2, FOREIGN),
        ("feed.xml", '<feed>\n<c>&lt;img src="https://example.se/a"&gt;</c></feed>', 2, FOREIGN),
        ("en/feed.xml", '<feed><link href="a.html"/></feed>', 1, "a.html leads to a file that is not there"),
        ("feed.xml", '<?xml-stylesheet href="https://example.se/a"?>\n<feed/>', 1, FOREIGN),
        ("data/catalogue.rdf", "", 1, "the file is not well-formed XML"),
        (f"{MONTH}/edition.json", '{"month":\n', 2, "the file is not JSON"),
        ("assets/site.0a1b2c3d.js", "\udcff", None, "the file is not UTF-8"),
        (f"data/{MONTH}/areas.csv", "\udcff", 1, "the file is not UTF-8"),
        (f"data/{MONTH}/areas.csv", "", 1, f"columns are missing: {', '.join(PUBLIC_TABLES['areas'].names)}"),
        (f"data/{MONTH}/purposes.csv", "month;level;area_code;purpose;places\r\n", 1, "columns are missing: series"),
        (f"data/{MONTH}/purposes.csv", "month,level,area_code,purpose,series,places,x\n", 1, "columns are not in the dictionary: x"),
        (f"data/{MONTH}/purposes.csv", "level,month,area_code,purpose,series,places\n", 1, "the columns are in another order"),
        (f"data/{MONTH}/other.csv", "month\n", None, "the file is no part of the site"),
        (f"data/{MONTH}/SYNTETISK-areas-comma.csv", ",".join(PUBLIC_TABLES["areas"].names), None, "the file is no part of the site"),
        (f"data/{MONTH}/manifest.json", "", 1, "the file is not JSON"),
        ("index.html~", "a", None, "the file is no part of the site"),
        (f"{MONTH}/25/2410/index.html", "", None, "the file is no part of the site"),
        (f"{MONTH}/Norrbotten/index.html", "", None, "the file is no part of the site"),
        ("assets/site.js", "", None, "the file is no part of the site"),
        ("assets/.site.0a1b2c3d.js.swp", "", None, "a hidden file is no part of the site"),
        (".git/config", "", None, "a hidden file is no part of the site"),
    ],
)  # fmt: skip
def test_one_thing_wrong_in_another_file_is_one_problem(site: Path, path: str, text: str, row: int | None, found: str) -> None:  # fmt: skip
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert told(site) == [(path, row, found)]


def test_a_page_that_is_no_text_is_told(site: Path) -> None:
    (site / MUNICIPALITY).write_bytes("Ä".encode("latin-1"))
    assert told(site) == [(MUNICIPALITY, None, "the file is not UTF-8")]


def test_a_link_to_another_file_is_told(site: Path) -> None:
    (site / "assets/site.0a1b2c3e.js").symlink_to(site / "assets/site.0a1b2c3d.js")
    assert told(site) == [
        (
            "assets/site.0a1b2c3e.js",
            None,
            "this is a link to another file, which a copy of the site would not hold",
        )
    ]


@pytest.mark.parametrize("path", ["feed.xml", "data/catalogue.ttl", "data/months.js", f"{MONTH}/values.js"])
def test_a_file_that_every_site_has_must_be_there(site: Path, path: str) -> None:
    (site / path).unlink()
    assert (path, None, "the file is missing") in told(site)


def test_a_page_must_be_there_in_both_languages(site: Path) -> None:
    (site / f"en/{MUNICIPALITY}").unlink()
    link = f"../../../en/{MUNICIPALITY}"
    problem = Problem(
        "the page is not there in the other language", f"en/{MUNICIPALITY}", "Publish anew", MUNICIPALITY
    )
    assert problem in check_site(site)
    # Every page of the menu in English has lost one of its links.
    others = [one for one in check_site(site) if one != problem]
    assert (MUNICIPALITY, 23, f"{link} leads to a file that is not there") in told(site)
    assert len(others) == 1 + 6


def test_a_page_that_nobody_links_to_is_told(site: Path) -> None:
    for own in ("", "en/"):
        path = f"{own}{MONTH}/25/2505/index.html"
        (site / path).parent.mkdir(parents=True)
        text = page(path, "Arvidsjaur").replace("Länsstyrelserna", own)
        (site / path).write_text(text, encoding="utf-8")
    assert told(site) == [
        (f"{MONTH}/25/2505/index.html", None, "no links lead from the front page to this page"),
        (f"en/{MONTH}/25/2505/index.html", None, "no links lead from the front page to this page"),
    ]


def test_an_empty_folder_is_no_site(tmp_path: Path) -> None:
    problems = told(tmp_path)
    assert problems[0] == ("", None, "the site has no month")
    assert ("index.html", None, "the file is missing") in problems
    assert len(problems) == 11  # ten files, and that


def test_a_statement_without_a_contact_names_the_setting(site: Path) -> None:
    spoil(site, "tillganglighet/index.html", "mailto:post@example.se", "https://example.se/")
    (problem,) = check_site(site)
    assert problem.file == "tillganglighet/index.html"
    assert problem.found == "the page gives no address to report to what cannot be used"
    assert problem.remedy == "Fill in contact_email under [site] in geomatch.toml, and publish anew"


def test_a_column_that_is_not_explained_is_told(site: Path) -> None:
    spoil(site, "en/data/index.html", "<code>verdict</code>", "the verdict")
    assert told(site) == [
        ("en/data/index.html", None, "the page does not explain columns of the table corridors: verdict")
    ]


class TestSynthetic:
    @staticmethod
    def mark(site: Path, *, banner: bool = True, but: str = "") -> None:
        (site / f"data/{MONTH}/manifest.json").write_text(json.dumps({"synthetic": True}), encoding="utf-8")
        for path in site.glob("data/*/**/*.csv"):
            path.rename(path.with_name(f"SYNTETISK-{path.name}"))
        for path in site.rglob("index.html"):
            name = path.relative_to(site).as_posix()
            mark = "SYNTHETIC DATA" if name.startswith("en/") else "SYNTETISKA UPPGIFTER"
            text = path.read_text(encoding="utf-8")
            if name != but:
                text = text.replace("<title>", f"<title>{mark}: ")
            if banner or name != but:
                text = text.replace("<header>", f'<div class="banner made-up"><p>{mark}</p></div><header>')
            path.write_text(text, encoding="utf-8")

    def test_every_page_bears_the_mark(self, site: Path) -> None:
        self.mark(site)
        assert told(site) == []

    @pytest.mark.parametrize("path", ["metod/index.html", f"en/{MUNICIPALITY}"])
    @pytest.mark.parametrize("banner", [True, False])
    def test_one_that_does_not_is_told(self, site: Path, path: str, banner: bool) -> None:
        self.mark(site, banner=banner, but=path)
        expected = [(path, None, "the figures are made up, and the page's title does not say so")]
        if not banner:
            expected += [(path, None, "the figures are made up, and no banner on the page says so")]
        assert told(site) == expected

    def test_a_mark_on_one_page_asks_for_it_on_all_where_the_edition_does_not_say(self, site: Path) -> None:
        self.mark(site, banner=False, but="metod/index.html")
        (site / f"data/{MONTH}/manifest.json").unlink()
        assert [one[0] for one in told(site)] == ["metod/index.html", "metod/index.html"]

    def test_the_edition_says_it_as_well(self, site: Path) -> None:
        (site / f"{MONTH}/edition.json").write_text('{"synthetic": true}', encoding="utf-8")
        problems = [one.found for one in check_site(site)]
        assert problems.count("the figures are made up, and no banner on the page says so") == 14
        # Nor do the names of the downloads; the manifest keeps its own.
        assert problems.count("the file is no part of the site") == 2 * len(PUBLIC_TABLES)


def noise(size: int) -> str:
    """Text that cannot be compressed below three quarters of its size."""
    chance = random.Random(1)
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", k=size))


def test_the_values_of_a_month_are_weighed(site: Path) -> None:
    (site / f"{MONTH}/values.js").write_text(noise(78_000), encoding="utf-8")
    assert told(site) == []
    (site / f"{MONTH}/values.js").write_text(noise(83_000), encoding="utf-8")
    (problem,) = check_site(site)
    assert problem.file == f"{MONTH}/values.js"
    assert problem.found == "the values of a month weigh 63 kB compressed"
    assert problem.expected == "60 kB at the most"


@pytest.mark.parametrize(
    "path", ["assets/site.0a1b2c3d.js", "assets/site.0a1b2c3d.css", "assets/images/layers.png"]
)
def test_the_front_page_is_weighed_with_what_it_loads(site: Path, path: str) -> None:
    # The picture is loaded by the style sheet; Leaflet by no page, here.
    (site / "assets/leaflet.00000000.js").write_text(noise(700_000), encoding="utf-8")
    before = inspect_site(site)
    assert before.problems == ()
    (site / path).write_text(noise(700_000), encoding="utf-8")
    after = inspect_site(site)
    assert [one.file for one in after.problems] == ["en/index.html", "index.html"]
    found = (
        f"the page and all that its first view loads weigh {-(-after.first_view_bytes // 1000)} kB compressed"
    )
    assert [one.found for one in after.problems] == [found, found]
    assert 520_000 < after.first_view_bytes - before.first_view_bytes < 540_000


class TestMemory:
    @pytest.fixture
    def memory(self, tmp_path: Path) -> Path:
        return tmp_path / "cache" / "site-check.json"

    def test_pages_that_are_as_they_were_are_passed_over(self, site: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        first = inspect_site(site, memory=memory)
        read: list[str] = []

        def reading(path: str, text: str) -> Page:
            read.append(path)
            return read_page(path, text)

        monkeypatch.setattr(check, "read_page", reading)
        assert inspect_site(site, memory=memory) == first
        assert read == []
        spoil(site, MUNICIPALITY, 'lang="sv"', 'lang="en"')
        for _turn in range(2):
            # What is wrong is not remembered.
            problems = inspect_site(site, memory=memory).problems
            assert [one.found for one in problems] == ["the page calls its language “en”"]
        assert read == [MUNICIPALITY, MUNICIPALITY]

    def test_what_hangs_on_other_files_is_seen_nonetheless(self, site: Path, memory: Path) -> None:
        spoil(site, "metod/index.html", "<form>", '<a href="../data/index.html#first">a</a><form>')
        spoil(site, "data/index.html", "<h2>", '<h2 id="first">')
        assert inspect_site(site, memory=memory).problems == ()
        (site / "assets/images/layers.png").unlink()
        spoil(site, "data/index.html", ' id="first"', "")
        problems = inspect_site(site, memory=memory).problems
        assert [(one.file, one.row) for one in problems] == [
            ("assets/site.0a1b2c3d.css", 2), ("en/metod/index.html", 30), ("metod/index.html", 28), ("metod/index.html", 30),
        ]  # fmt: skip
        assert list(problems) == check_site(site)

    def test_another_background_map_is_another_rule(self, site: Path, memory: Path) -> None:
        spoil(site, MUNICIPALITY, "img-src 'self'", "img-src 'self' https://*.tile.example.se")
        assert inspect_site(site, TILES, memory=memory).problems == ()
        assert len(inspect_site(site, memory=memory).problems) == 1

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"rules": 1}'])
    def test_a_damaged_memory_is_none(self, site: Path, memory: Path, content: str) -> None:
        memory.parent.mkdir()
        memory.write_text(content, encoding="utf-8")
        assert inspect_site(site, memory=memory).problems == ()
