"""Every kind of page of the public site, in a real browser: accessible, valid, quiet, and with what it promises."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geomatch.publish.serve import make_server
from geomatch.settings import SiteSettings
from geomatch.site.build import build_site
from tests.site.made import made_editions
from tests.web.tools import axe_violations, css_errors, html_errors

PAGES = (
    "index.html",
    "2023-01/index.html",
    "2023-02/25/index.html",
    "2023-02/25/2510/index.html",
    "2023-02/25/2506/index.html",
    "metod/index.html",
    "tillganglighet/index.html",
    "data/index.html",
)
WITH_MAP = PAGES[:3]
TILES = "https://kakel.example"


@dataclass(frozen=True)
class Site:
    folder: Path
    address: str


def served(folder: Path, images_from: str = "") -> Iterator[Site]:
    server = make_server(folder, images_from=images_from, public=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(folder, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def site(demo_workspace: Path) -> Iterator[Site]:
    yield from served(demo_workspace / "public")


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose settings name a background map of another host."""
    folder = tmp_path_factory.mktemp("tiled") / "w"
    made_editions(folder, ["2026-03"], 2, ["25"])
    settings = SiteSettings(tiles_url=TILES + "/{z}/{x}/{y}.png", tiles_attribution="© <b>Exempelkartan</b>")
    build_site(folder, folder / "public", settings, downloads=False)
    yield from served(folder / "public", TILES)


def opened(watched: Any, url: str, path: str) -> Any:
    page = watched.open(url)
    if path in WITH_MAP or path.removeprefix("en/") in WITH_MAP:
        page.wait_for_selector("html.map-ready")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, "en/2023-02/25/index.html"])
def test_no_page_breaks_wcag(watch: Any, site: Site, path: str, scheme: str) -> None:
    watched = watch(color_scheme=scheme)
    page = opened(watched, f"{site.address}/{path}", path)
    assert axe_violations(page) == []
    assert watched.complaints == []


def test_no_page_breaks_wcag_on_a_phone(watch: Any, site: Site) -> None:
    watched = watch(viewport={"width": 360, "height": 740}, has_touch=True)
    for path in PAGES:
        page = opened(watched, f"{site.address}/{path}", path)
        assert (path, axe_violations(page)) == (path, [])


def test_the_map_in_use_breaks_nothing_of_wcag(watch: Any, site: Site) -> None:
    """With a municipality explained, all layers on, another month beside, and the list of what was found."""
    watched = watch()
    page = opened(watched, f"{site.address}/2023-02/25/index.html#municipality=2510&beside=2023-01", PAGES[2])
    for layer in ("pairs", "surface", "towns"):
        page.check(f"#layer-{layer}")
    page.wait_for_selector("#panel-body ul.pairs a")
    page.wait_for_selector("#surface-legend:not([hidden])")
    assert axe_violations(page) == []
    page.locator("#search").fill("lul")
    page.wait_for_selector("#found:not([hidden])")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".gm-mark").first.press("Enter")
    page.wait_for_selector("#panel-body ul.activities li")
    assert axe_violations(page) == []
    assert watched.complaints == []


def test_html_and_css_are_valid(site: Site) -> None:
    assert html_errors(sorted(site.folder.rglob("*.html"))) == []
    assert css_errors(sorted((site.folder / "assets").glob("site.*.css"))) == []


@pytest.mark.parametrize("way", ["file", "http"])
def test_no_page_asks_another_host(watch: Any, site: Site, way: str) -> None:
    beginning = site.folder.as_uri() if way == "file" else site.address
    watched = watch()
    for path in (*PAGES, *(f"en/{path}" for path in PAGES)):
        opened(watched, f"{beginning}/{path}", path)
    assert len(watched.requests) > 2 * len(PAGES)
    assert [url for url in watched.requests if not url.startswith((beginning, "data:"))] == []
    assert watched.complaints == []


def test_a_download_is_the_file_that_the_manifest_describes(watch: Any, site: Site) -> None:
    page = opened(watch(), f"{site.address}/2023-02/25/index.html", PAGES[2])
    described = json.loads((site.folder / "data/2023-02/25/manifest.json").read_text(encoding="utf-8"))
    link = page.locator("a[href$='areas.csv']").first
    with page.expect_download() as waiting:
        link.click()
    content = Path(waiting.value.path()).read_bytes()
    sums = {one["name"]: one["sha256"] for one in described["files"]}
    assert hashlib.sha256(content).hexdigest() == sums[waiting.value.suggested_filename]
    rows = {
        row["area_code"]: row
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    }
    # What the file says is what the page says.
    cell = page.locator("#table-areas tr[data-area='2582'] [data-field='need']")
    assert cell.inner_text() == rows["2582"]["need_low"]
    assert rows["2506"]["need_sign"] == ".."
    assert (rows["2506"]["need_low"], rows["2506"]["gap_low"]) == ("", "")


def test_a_countys_map_steps_to_another_month_and_says_so(watch: Any, site: Site) -> None:
    page = opened(watch(), f"{site.address}/2023-02/25/index.html", PAGES[2])
    values = {
        month: json.loads(
            (site.folder / month / "values.js").read_text(encoding="utf-8").split("] = ", 1)[1].rstrip(";\n")
        )
        for month in ("2023-01", "2023-02")
    }
    at = values["2023-01"]["areas"].index("2582")
    needs = [str(values[month]["need"][at]) for month in ("2023-01", "2023-02")]
    assert needs[0] != needs[1]
    cell = page.locator("#table-areas tr[data-area='2582'] [data-field='need']")
    assert cell.inner_text() == needs[1]
    assert page.locator("#map-notice").is_hidden()
    page.locator("#month-before").click()
    page.wait_for_selector("html[data-shown^='2023-01']")
    page.wait_for_function("(n) => document.querySelector(\"#table-areas tr[data-area='2582'] [data-field='need']\").innerText === n", arg=needs[0])  # fmt: skip
    notice = page.locator("#map-notice")
    assert notice.inner_text() == (
        "Kartan och tabellen visar januari 2023. Resten av sidan gäller februari 2023. Sidan för januari 2023"
    )
    notice.locator("a").click()
    page.wait_for_url("**/2023-01/25/index.html")


@pytest.mark.parametrize(
    "path", ["index.html", "2023-01/25/index.html", "2023-02/25/index.html", "2023-03/index.html"]
)
def test_the_script_writes_the_figures_that_the_page_was_made_with(watch: Any, site: Site, path: str) -> None:
    """Rounded once, by one rule: filling the table for the page's own month changes no cell of it."""
    cells = "() => Array.from(document.querySelectorAll('[data-follows] [data-field]'), (one) => [one.textContent, one.dataset.value])"
    without = watch(java_script_enabled=False)
    made = without.open(f"{site.address}/{path}").evaluate(cells)
    page = watch().open_map(f"{site.address}/{path}")
    page.wait_for_timeout(300)
    assert len(made) > 100
    assert page.evaluate(cells) == made


def test_a_link_within_the_page_leaves_the_map_as_it_is(watch: Any, site: Site) -> None:
    page = opened(watch(), f"{site.address}/2023-02/25/index.html#month=2023-01&layer=need", PAGES[2])
    page.wait_for_selector("html[data-shown='2023-01 need']")
    page.locator("#map a[href='#tables']").click()
    page.wait_for_url("**#tables")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.dataset.shown") == "2023-01 need"
    assert page.locator("#month-choice").input_value() == "2023-01"
    assert page.url.endswith("#tables")


@pytest.mark.parametrize(
    "address",
    [
        "#county=constructor",
        "#municipality=constructor&month=__proto__",
        "#layer=toString&beside=x",
        "#%00=%ff&&==",
    ],
)
def test_an_address_that_makes_no_sense_gives_the_map(watch: Any, site: Site, address: str) -> None:
    watched = watch()
    page = opened(watched, f"{site.address}/index.html{address}", PAGES[0])
    assert page.locator("#panel").is_hidden()
    assert page.locator("#layer-choice").input_value() == "gap"
    assert watched.complaints == []


def test_counties_follow_the_month_as_municipalities_do(watch: Any, site: Site) -> None:
    page = watch().open_map(f"{site.address}/2023-03/index.html")
    need = page.locator("#table-counties tr[data-area='25'] [data-field='need']")
    before = need.inner_text()
    page.locator("#month-before").click()
    page.wait_for_selector("html[data-shown^='2023-02']")
    page.wait_for_function("(n) => document.querySelector(\"#table-counties tr[data-area='25'] [data-field='need']\").innerText !== n", arg=before)  # fmt: skip
    assert need.inner_text() == "1\u00a0645"
    assert (
        page.locator("#table-counties tr[data-area='25'] th a")
        .get_attribute("href")
        .endswith("2023-02/25/index.html")
    )


@pytest.mark.parametrize("path", PAGES)
def test_at_four_times_the_size_one_scrolls_one_way(watch: Any, site: Site, path: str) -> None:
    """400 % of 1280 x 1024 is 320 x 256 (WCAG 1.4.10)."""
    page = opened(watch(viewport={"width": 320, "height": 256}), f"{site.address}/{path}", path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("h1").is_visible()


def test_the_background_map_is_fetched_when_a_reader_asks(watch: Any, tiled: Site) -> None:
    watched = watch()
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
    )
    watched.page.route(f"{TILES}/**", lambda route: route.fulfill(body=pixel, content_type="image/png"))
    page = watched.open_map(f"{tiled.address}/2026-03/25/index.html")
    asked = [url for url in watched.requests if not url.startswith((tiled.address, "data:"))]
    assert asked == []
    page.check("#layer-tiles")
    page.wait_for_selector("#map_0000 img.leaflet-tile-loaded")
    asked = [url for url in watched.requests if not url.startswith((tiled.address, "data:"))]
    assert asked
    assert all(url.startswith(f"{TILES}/") for url in asked)
    # Whom it names is text, whatever it looks like.
    assert "© <b>Exempelkartan</b>" in page.locator(".leaflet-control-attribution").inner_text()
    page.uncheck("#layer-tiles")
    assert page.locator("#map_0000 img.leaflet-tile").count() == 0
    assert watched.complaints == []


def test_nothing_moves_for_those_who_want_it_still(watch: Any, site: Site) -> None:
    page = opened(watch(reduced_motion="reduce"), f"{site.address}/2023-02/25/index.html", PAGES[2])
    moving = page.evaluate(
        """() => Array.from(document.querySelectorAll('*')).filter((one) => {
          const style = getComputedStyle(one);
          const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
          return seconds(style.transitionDuration) > 0.01 || seconds(style.animationDuration) > 0.01;
        }).map((one) => one.className)"""
    )
    assert moving == []
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_focus_can_be_seen_everywhere(watch: Any, site: Site) -> None:
    """Every stop of the Tab key on a county's page shows that it has the focus."""
    page = opened(watch(), f"{site.address}/2023-02/25/index.html", PAGES[2])
    unseen = []
    stops = 0
    for _press in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
              const one = document.activeElement;
              if (one === document.body) return null;
              const style = getComputedStyle(one);
              const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
              const stroke = one instanceof SVGElement && parseFloat(style.strokeWidth) >= 3;
              return [ring || stroke, one.outerHTML.slice(0, 90)];
            }"""
        )
        if found is None:
            break
        stops += 1
        if not found[0]:
            unseen.append(found[1])
    assert stops > 25
    assert unseen == []
