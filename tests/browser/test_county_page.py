"""The county page in a real browser."""

from __future__ import annotations

import re
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
    assert shape.get_attribute("aria-label") == "Askvik, gap 16–20"
    shape.focus()
    page.keyboard.press("Enter")
    assert page.locator(".gm-popup h3").inner_text() == "Askvik"


NAME = "document.activeElement.getAttribute('aria-label')"


def test_every_stop_on_the_map_is_a_named_button(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    page.locator("section#map .note a").focus()
    stops = []
    while True:
        page.keyboard.press("Tab")
        inside, kind, role, name = page.evaluate(
            """() => {
                const at = document.activeElement;
                return [!!at.closest(".map"), at.classList[0], at.getAttribute("role"), at.getAttribute("aria-label")];
            }"""
        )
        if not inside:
            break
        stops.append((kind, role, name))
    assert stops[0] == ("map", "region", "Karta över Provlandets län, mars 2026")
    assert {role for _kind, role, _name in stops[1:]} == {"button"}
    assert sorted(name for kind, _role, name in stops if kind.startswith("gm-corridor")) == [
        "Från Askvik till Björkmo: rekommenderas",
        "Från Askvik till Cedersta: möjligt; bara en okänd andel står i vägen",
        "Från Björkmo till Askvik: öppet (möjligt)",
        "Från Cedersta till Dalarö: rekommenderas inte",
        "Från Ekhamn till Askvik: utanför reglerna",
    ]
    assert {kind for kind, _role, _name in stops if "corridor" in kind} == {"gm-corridor-line"}
    assert ("leaflet-marker-icon", "button", "Fjärrby, tätort utan dagsresa") in stops
    assert len(stops) == len(set(stops))


@pytest.mark.parametrize("key", ["Enter", " "])
@pytest.mark.parametrize(
    "shape",
    [
        "path.gm-corridor-line.corridor-recommended",
        "path.gm-area.wide",
        "path.gm-activity >> nth=0",
        "div.gm-unreached.leaflet-marker-icon",
    ],
)
def test_escape_closes_and_leads_back(watch: Any, site: Path, shape: str, key: str) -> None:
    page = watch().open_map(file_url(site))
    page.locator(f".map {shape}").focus()
    name = page.evaluate(NAME)
    page.keyboard.press(key)
    popup = page.locator(".gm-popup")
    assert popup.count() == 1
    # The words have the focus, so that they are read out.
    assert page.evaluate("document.activeElement.className") == "gm-popup"
    assert page.evaluate(NAME) == popup.locator("h3").inner_text()
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert page.evaluate(NAME) == name


def test_the_close_button_leads_back_too(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    page.locator(".map path.gm-corridor-line.corridor-open").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(NAME) == "Stäng"
    page.keyboard.press("Enter")
    page.locator(".gm-popup").wait_for(state="detached")
    assert page.evaluate(NAME) == "Från Björkmo till Askvik: öppet (möjligt)"


def test_an_arrowhead_answers_the_pointer_only(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    heads = page.locator(".map path.gm-corridor-head")
    assert heads.count() == 5
    assert heads.evaluate_all("all => all.map(head => head.tabIndex)") == [-1] * 5
    page.locator(".map path.gm-corridor-head.corridor-open").dispatch_event("click")
    assert page.locator(".gm-popup h3").inner_text() == "Björkmo → Askvik"
    page.keyboard.press("Escape")
    page.locator(".gm-popup").wait_for(state="detached")


def test_labels_lie_below_the_points(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    layer = page.evaluate(
        """() => ["overlay", "labels", "points", "marker"].map(name =>
            Number(getComputedStyle(document.querySelector(`.leaflet-${name}-pane`)).zIndex))"""
    )
    assert layer == sorted(layer)
    assert page.locator(".leaflet-labels-pane .gm-label").count() == 3
    assert page.locator(".leaflet-points-pane path.gm-activity").count() == 3
    covered = page.evaluate(
        """() => [...document.querySelectorAll(".gm-label:not([hidden])")].filter(label => {
            const one = label.getBoundingClientRect();
            return [...document.querySelectorAll(".map .gm-activity, .map .gm-unreached")].some(point => {
                const other = point.getBoundingClientRect();
                return one.left < other.right && other.left < one.right
                    && one.top < other.bottom && other.top < one.bottom;
            });
        }).length"""
    )
    assert covered == 0


def test_a_corridor_that_only_an_unknown_share_blocks(watch: Any, site: Path) -> None:
    page = watch().open_map(file_url(site))
    page.locator(".map path.gm-corridor-line.blocked").dispatch_event("click")
    popup = page.locator(".gm-popup")
    assert popup.locator("h3").inner_text() == "Askvik → Cedersta"
    assert popup.locator("p").nth(2).inner_text().startswith("Bara en okänd andel står i vägen:")


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
    assert page.locator("table").count() == 5
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


def sizes(page: Any) -> dict[str, Any]:
    """The map's box, and the box that the county fills in it."""
    result: dict[str, Any] = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll(".map path.gm-area")].map(area => area.getBoundingClientRect());
            const map = document.querySelector(".map").getBoundingClientRect();
            const span = (from, to) =>
                Math.max(...boxes.map(box => box[to])) - Math.min(...boxes.map(box => box[from]));
            return { map: [map.width, map.height], county: [span("left", "right"), span("top", "bottom")] };
        }"""
    )
    return result


def test_the_map_is_fitted_to_the_paper_and_put_back(watch: Any, site: Path) -> None:
    page = watch(viewport={"width": 420, "height": 900}).open_map(file_url(site))
    page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(400)
    before = sizes(page)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    paper = sizes(page)
    # 180 x 130 mm at 96 to the inch; quarter steps of zoom leave less than a sixth of the tighter side empty.
    assert [round(side) for side in paper["map"]] == [680, 491]
    shares = [inner / outer for inner, outer in zip(paper["county"], paper["map"], strict=True)]
    assert 0.8 < max(shares) <= 1
    assert page.evaluate("[...document.querySelectorAll('details')].every(details => details.open)")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(100)
    assert sizes(page) == before
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_every_column_is_on_the_paper(watch: Any, site: Path, scripts: bool) -> None:
    # The room that A4 on its side leaves, with margins of 10 mm: 277 mm.
    page = watch(viewport={"width": 1046, "height": 700}, java_script_enabled=scripts).open(file_url(site))
    page.emulate_media(media="print")
    tables = page.evaluate(
        """() => [...document.querySelectorAll("table")].map(table => {
            const box = table.getBoundingClientRect();
            return [table.id, box.left >= 0 && box.right <= 1047];
        })"""
    )
    assert tables == [
        ["table-municipalities", True],
        ["table-corridors", True],
        ["table-matrix", True],
        ["table-activities", True],
        ["table-localities", True],
    ]
    # Folded away on the screen, and printed all the same.
    assert page.locator("details .words article").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.banners')).position") == "fixed"


def test_the_mark_has_its_room_on_every_sheet(watch: Any, site: Path) -> None:
    page = watch().open(file_url(site))
    page.emulate_media(media="print")
    # A fixed box is printed on every sheet; the body keeps its padding at the top of each.
    position, top, mark, room, broken = page.evaluate(
        """() => {
            const banners = document.querySelector(".banners"), body = getComputedStyle(document.body);
            const style = getComputedStyle(banners);
            return [style.position, style.top, banners.offsetHeight, parseFloat(body.paddingTop), body.boxDecorationBreak];
        }"""
    )
    assert (position, top, broken) == ("fixed", "0px", "clone")
    assert 0 < mark < room
    assert page.locator(".banners").inner_text().startswith("INTERNT – får inte spridas")


def test_the_paper_lies_on_its_side(watch: Any, site: Path, tmp_path: Path) -> None:
    page = watch().open_map(file_url(site))
    page.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True, print_background=True)
    content = (tmp_path / "page.pdf").read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert pages >= 4
    # A4 on its side, in points.
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(842, 595)}


LABELS = """() => {
    const frame = document.querySelector(".map").getBoundingClientRect();
    const points = [...document.querySelectorAll(".map .gm-activity, .map .gm-unreached")]
        .map(point => point.getBoundingClientRect());
    return [...document.querySelectorAll(".gm-label:not([hidden])")].map(label => {
        const box = label.getBoundingClientRect();
        const inside = box.left >= frame.left && box.right <= frame.right
            && box.top >= frame.top && box.bottom <= frame.bottom;
        const covered = points.filter(point => point.left < box.right && box.left < point.right
            && point.top < box.bottom && box.top < point.bottom).length;
        return [label.innerText.split("\\n")[0], inside, covered];
    });
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_of_a_crowded_map_can_be_read(watch: Any, demo_workspace: Path, width: int) -> None:
    page = watch(viewport={"width": width, "height": 900}).open_map(
        (demo_workspace / "internal/2023-02/25/index.html").as_uri()
    )
    labels = page.evaluate(LABELS)
    assert [name for name, inside, _covered in labels if not inside] == []
    assert [name for name, _inside, covered in labels if covered] == []
    # As many as there is room for: on a wide screen all fourteen but two.
    assert len(labels) >= (12 if width == 1280 else 6)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_hatch_can_be_told_from_every_ground(watch: Any, site: Path, scheme: str) -> None:
    page = watch(color_scheme=scheme).open_map(file_url(site))
    pairs = page.evaluate(
        """() => [0, 1, 2, 3, 4, 5].map(number => {
            const pattern = document.querySelector("#hatch-" + number);
            const mixed = document.createElement("canvas").getContext("2d");
            const ground = getComputedStyle(pattern.querySelector("rect")).fill;
            const draw = colour => { mixed.fillStyle = colour; mixed.fillRect(0, 0, 1, 1); };
            const seen = () => "rgb(" + [...mixed.getImageData(0, 0, 1, 1).data].slice(0, 3).join(", ") + ")";
            draw(ground);
            const plain = seen();
            draw(getComputedStyle(pattern.querySelector("path")).stroke);
            return [plain, seen()];
        })"""
    )
    for ground, line in pairs:
        light, dark = sorted((luminance(ground), luminance(line)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 1.6, (ground, line)
