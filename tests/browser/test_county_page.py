"""The county page in a real browser."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.publish.hostile import HOSTILE

PAGE = "2026-03/99/index.html"


def file_url(site: Path, name: str = PAGE) -> str:
    return (site / "internal" / name).as_uri()


def column(page: Any, table: str, number: int) -> list[str]:
    return page.locator(f"#table-{table} tbody tr > :nth-child({number})").all_inner_texts()


@pytest.mark.parametrize("way", ["file", "http"])
def test_it_opens_offline_and_asks_nobody_else(watch: Any, site: Path, address: str, way: str) -> None:
    start = file_url(site) if way == "file" else f"{address}/{PAGE}"
    watched = watch()
    watched.page.context.set_offline(way == "file")
    page = watched.open_map(start)
    assert page.title() == "SYNTETISKA UPPGIFTER: Vem når en insats? Provlandets län, mars 2026"
    assert page.locator(".map path.gm-area").count() == 3
    assert page.locator(".map path.gm-neighbour").count() == 2
    assert page.locator(".map path.gm-corridor-line").count() == 5
    assert page.locator(".map path.gm-activity").count() == 3
    assert page.locator("div.gm-unreached.leaflet-marker-icon").count() == 1
    page.locator("a[href='../../index.html']").click()
    page.wait_for_url("**/internal/index.html" if way == "file" else f"{address}/index.html")
    page.locator("a", has_text="Provlandets län").click()
    page.wait_for_selector("html.map-ready")
    beginning = site.as_uri() if way == "file" else address
    assert [url for url in watched.requests if not url.startswith((beginning, "data:"))] == []
    assert watched.complaints == []


def test_a_municipality_explains_its_numbers(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    page.locator(".map path.gm-area.wide").click(position={"x": 40, "y": 150})
    popup = page.locator(".leaflet-popup .gm-popup")
    assert popup.locator("h3").inner_text() == "Askvik"
    sentences = popup.locator("p").all_inner_texts()
    assert sentences[0] == (
        "I Askvik är 31–39 personer inskrivna i mottagningssystemet. "
        "2 värden bakom talet är sekretessmarkerade, därför är det ett intervall."
    )
    assert sentences[1] == (
        "16–20 av dem får inte plats i någon insats (51–52\u00a0% av de inskrivna). Det är gapet."
    )
    assert len(sentences) == 6
    assert page.locator(".leaflet-popup-close-button").get_attribute("aria-label") == "Stäng"


def test_the_interval_is_written_on_the_map(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    assert sorted(page.locator(".gm-label:visible").all_inner_texts()) == [
        "Askvik\n16–20",
        "Björkmo\n0",
        "Cedersta\n0",
    ]


def test_labels_follow_the_scale(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    shown = page.locator(".gm-label:visible")
    for _step in range(3):
        page.locator(".leaflet-control-zoom-out").click()
        page.wait_for_timeout(400)
    # The municipalities are a few pixels wide now.
    assert shown.count() == 0
    for _step in range(3):
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(400)
    assert shown.count() == 3


def test_a_shape_opens_by_keyboard(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    shape = page.locator(".map path.gm-area.wide")
    assert shape.get_attribute("aria-label") == "Askvik: 16–20"
    shape.focus()
    page.keyboard.press("Enter")
    assert page.locator(".gm-popup h3").inner_text() == "Askvik"


def test_a_corridor_that_only_an_unknown_share_blocks(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    page.locator(".map path.gm-corridor-line.blocked").dispatch_event("click")
    popup = page.locator(".gm-popup")
    assert popup.locator("h3").inner_text() == "Askvik → Cedersta"
    assert popup.locator("p").nth(1).inner_text().startswith("Bara en okänd andel står i vägen:")


def test_no_two_verdicts_look_alike(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    looks = page.evaluate(
        """() => ["open", "recommended", "possible", "not_recommended", "outside_policy"].map(kind => {
            const style = getComputedStyle(document.querySelector(".map .gm-corridor-line.corridor-" + kind));
            return [style.stroke, style.strokeDasharray];
        })"""
    )
    assert len({colour for colour, _dashes in looks}) == 5
    # Open and recommended are both whole lines, black and blue; the rest differ by their dashes as well.
    assert len({dashes for _colour, dashes in looks}) == 4


def test_layers_have_swedish_names_and_can_be_hidden(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    assert [text.strip() for text in page.locator("#layers label").all_inner_texts()] == [
        "Andra län",
        "Gap per kommun",
        "Kommunpar utanför reglerna",
        "Kommunpar som inte rekommenderas",
        "Möjliga kommunpar",
        "Rekommenderade kommunpar",
        "Öppna kommunpar",
        "Insatser",
        "Tätorter utan dagsresa",
    ]
    page.get_by_label("Rekommenderade kommunpar").uncheck()
    assert page.locator(".map .corridor-recommended").count() == 0
    page.get_by_label("Gap per kommun").uncheck()
    page.get_by_label("Gap per kommun").check()
    # Drawn anew, and still below the lines.
    order = page.evaluate("() => [...document.querySelectorAll('.map path')].map(path => path.classList[0])")
    last_area = max(n for n, name in enumerate(order) if name == "gm-area")
    assert last_area < min(n for n, name in enumerate(order) if name == "gm-corridor-line")


def test_hostile_values_do_nothing(watch: Any, site: Path) -> None:
    watched = watch()
    page = watched.open_map(file_url(site / "hostile"))
    for shape in (
        "path.gm-area",
        "path.gm-corridor-line",
        "path.gm-activity",
        "div.gm-unreached.leaflet-marker-icon",
    ):
        for number in range(page.locator(f".map {shape}").count()):
            one = page.locator(f".map {shape}").nth(number)
            one.dispatch_event("mouseover")
            one.dispatch_event("click")
            page.wait_for_selector(".gm-popup h3")
    page.locator(".map path.gm-area").first.dispatch_event("click")
    page.wait_for_selector(".gm-popup h3")
    titles = {page.locator(".gm-popup h3").last.inner_text()}
    assert titles <= {HOSTILE[0], HOSTILE[1]} | {" ".join(HOSTILE)}
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src='x']").count() == 0
    assert page.locator("#table-municipalities tbody th").nth(2).inner_text() != "49"
    assert watched.complaints == []


def test_a_table_is_sorted_by_keyboard(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    assert column(page, "municipalities", 1) == ["Askvik", "Björkmo", "Cedersta"]
    button = page.locator("#table-municipalities").get_by_role("button", name="Kommun", exact=True)
    header = page.locator("#table-municipalities thead tr:last-child th").first
    button.focus()
    page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    assert column(page, "municipalities", 1) == ["Askvik", "Björkmo", "Cedersta"]
    page.keyboard.press(" ")
    assert header.get_attribute("aria-sort") == "descending"
    assert column(page, "municipalities", 1) == ["Cedersta", "Björkmo", "Askvik"]
    assert page.locator("#table-municipalities th[aria-sort]").count() == 1
    assert page.locator("[role=status]").first.inner_text() == "Sorterad efter Kommun, fallande."


def test_numbers_are_sorted_as_numbers_and_missing_ones_stay_last(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    button = page.locator("#table-municipalities thead button", has_text="Inskrivna")
    button.click()
    assert column(page, "municipalities", 2) == ["31–39", "10", "0"]
    button.click()
    assert column(page, "municipalities", 2) == ["0", "10", "31–39"]
    share = page.locator("#table-municipalities thead button", has_text="andel")
    share.click()
    assert column(page, "municipalities", 11) == ["51–52\u00a0%", "0\u00a0%", "–"]
    share.click()
    assert column(page, "municipalities", 11) == ["0\u00a0%", "51–52\u00a0%", "–"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_does_not_scroll_sideways(watch: Any, site: Path, scheme: str) -> None:
    page = watch(viewport={"width": 320, "height": 640}, color_scheme=scheme).open_map(file_url(site))
    wide, seen = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert (wide, seen) == (320, 320)
    assert page.evaluate(
        "() => { const box = document.querySelector('#municipalities .scroll'); return box.scrollWidth > box.clientWidth; }"
    )


def test_without_javascript_the_facts_are_there(watch: Any, site: Path) -> None:
    page = watch(java_script_enabled=False).open(file_url(site))
    assert page.locator("table").count() == 4
    assert page.locator("#table-municipalities tbody th").first.is_visible()
    assert (
        page.locator("noscript p").inner_text()
        == "Kartan kräver JavaScript. Samma uppgifter finns i tabellerna nedanför."
    )
    assert page.locator("#m-9901 h3").inner_text() == "Askvik"
    assert not page.locator("#layers").is_visible()


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(watch: Any, site: Path, scheme: str) -> None:
    page = watch(color_scheme=scheme).open_map(file_url(site))
    pairs = page.evaluate(
        """() => {
            const ground = element => {
                for (let at = element; at; at = at.parentElement) {
                    const style = getComputedStyle(at);
                    if (style.backgroundImage !== "none") return null;
                    if (!/rgba\\(.*, 0(\\.\\d+)?\\)/.test(style.backgroundColor)) return style.backgroundColor;
                }
                return "rgb(255, 255, 255)";
            };
            return [...document.querySelectorAll("p, td, th, h1, h2, h3, a, li, dt, dd, button, summary, label")]
                .filter(element => element.checkVisibility() && !element.closest(".map"))
                .map(element => [getComputedStyle(element).color, ground(element), element.outerHTML.slice(0, 90)]);
        }"""
    )
    poor = []
    for ink, ground, what in pairs:
        if ground is None:
            continue
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        if (light + 0.05) / (dark + 0.05) < 4.5:
            poor.append((ink, ground, what))
    assert len(pairs) > 100
    assert poor == []


def test_the_page_is_built_of_headings_and_landmarks(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.locator("nav[aria-label]").count() == 1
    levels = page.evaluate(
        "() => [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))"
    )
    assert all(after <= before + 1 for before, after in pairwise(levels))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
