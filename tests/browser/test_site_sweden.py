"""The public site at the size of Sweden, with 36 months, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch.public.editions import Edition
from geomatch.publish.serve import make_server
from geomatch.site.figures import figure
from tests.site.made import FLIPPING, GALLIVARE, JOKKMOKK, NOBODY, UNKNOWN, last_months, made_editions
from tests.site.made_site import laid_out

MONTHS = last_months("2025-12", 36)
JOKKMOKK_PAGE = f"2025-12/25/{JOKKMOKK}/index.html"
LOOKS = (
    "() => Object.fromEntries(Array.from(document.querySelectorAll('#map_0000 [data-code]'), (one) => "
    "[one.dataset.code, [one.getAttribute('class'), one.getAttribute('aria-label'), getComputedStyle(one).fill]]))"
)
SIGN_CLASS = {"..": "s-withheld", "-": "s-missing", ".": "s-none"}


@dataclass(frozen=True)
class Sweden:
    folder: Path
    address: str
    months: dict[str, pd.DataFrame]
    edition: Edition

    def at(self, way: str, path: str = "index.html") -> str:
        return (self.folder / path).as_uri() if way == "file" else f"{self.address}/{path}"

    def gap(self, code: str, month: str = MONTHS[-1]) -> str:
        row = self.months[month].loc[code]
        return figure(row["gap_low"], row["gap_high"], row["gap_sign"])


@pytest.fixture(scope="session")
def sweden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweden]:
    folder = tmp_path_factory.mktemp("sweden å")
    made = made_editions(folder / "work", MONTHS, 1)
    site = laid_out(folder / "work", made, folder / "public")
    server = make_server(site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    months = {one.month: one.tables["areas"].set_index("area_code") for one in made}
    yield Sweden(site, f"http://127.0.0.1:{server.server_port}", months, made[-1])
    server.shutdown()
    server.server_close()
    thread.join()


def nothing_else(watched: Any, beginning: str) -> None:
    assert [url for url in watched.requests if not url.startswith((beginning, "data:"))] == []
    assert watched.complaints == []


def shown(page: Any, month: str, layer: str = "gap") -> None:
    page.wait_for_selector(f'html[data-shown="{month} {layer}"]')


def tab_to(page: Any, selector: str, most: int = 80) -> None:
    """Press Tab until what has the focus fits the selector."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(one) => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"{most} presses of Tab do not reach {selector}")


def focused(page: Any) -> Any:
    return page.evaluate_handle("document.activeElement").as_element()


@pytest.mark.parametrize("way", ["file", "http"])
def test_jokkmokk_by_keyboard_alone(watch: Any, sweden: Sweden, way: str) -> None:
    watched = watch()
    page = watched.open_map(sweden.at(way))
    tab_to(page, "#map_0000 path[data-code]")
    page.keyboard.type("jokk")
    here = focused(page)
    assert here.get_attribute("data-code") == JOKKMOKK
    assert here.get_attribute("aria-label").startswith("Jokkmokk: ")
    assert sweden.gap(JOKKMOKK) in here.get_attribute("aria-label")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel-title:focus")
    assert page.locator("#panel-title").inner_text() == "Jokkmokk"
    assert page.locator("#panel-body dd.chosen b").inner_text() == sweden.gap(JOKKMOKK)
    page.wait_for_url(f"**municipality={JOKKMOKK}")
    # Its open corridor.
    tab_to(page, "#panel-body ul.pairs a")
    assert focused(page).inner_text() == "Gällivare"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**municipality={GALLIVARE}")
    page.wait_for_selector("#panel-title:focus")
    assert page.locator("#panel-title").inner_text() == "Gällivare"
    # And back: by the browser's own way, then out of the panel to the place on the map.
    page.go_back()
    page.wait_for_url(f"**municipality={JOKKMOKK}")
    page.wait_for_function("document.getElementById('panel-title').textContent === 'Jokkmokk'")
    tab_to(page, "#panel-body a", most=200)
    page.keyboard.press("Escape")
    page.wait_for_selector("#panel", state="hidden")
    assert focused(page).get_attribute("data-code") == JOKKMOKK
    nothing_else(watched, sweden.folder.as_uri() if way == "file" else sweden.address)


def test_jokkmokks_own_page_by_keyboard(watch: Any, sweden: Sweden) -> None:
    watched = watch()
    page = watched.open_map(sweden.at("file"))
    tab_to(page, "#map_0000 path[data-code]")
    page.keyboard.type("jokk")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel-title:focus")
    tab_to(page, f"#panel-body a[href$='{JOKKMOKK_PAGE}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{JOKKMOKK_PAGE}")
    assert "Jokkmokk" in page.locator("h1").inner_text()
    assert sweden.gap(JOKKMOKK) in page.locator("#fact-gap .value").inner_text()
    tab_to(page, f"main a[href*='/{GALLIVARE}/']", most=200)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{GALLIVARE}/index.html")
    assert "Gällivare" in page.locator("h1").inner_text()
    page.go_back()
    page.wait_for_url(f"**/{JOKKMOKK_PAGE}")
    page.go_back()
    page.wait_for_url("**/index.html#*municipality=2510")
    nothing_else(watched, sweden.folder.as_uri())


def test_the_address_gives_the_same_map_again(watch: Any, sweden: Sweden) -> None:
    page = watch().open_map(sweden.at("file"))
    page.select_option("#month-choice", "2024-05")
    page.select_option("#layer-choice", "need")
    page.select_option("#beside-choice", "2024-04")
    page.select_option("#county-choice", "25")
    page.locator(f"#map_0000 path[data-code='{JOKKMOKK}']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel-title:focus")
    page.wait_for_selector("#map-beside path[data-code]", state="attached")
    # The address is written after the frame that is drawn.
    page.wait_for_url("**&beside=2024-04")
    address = page.url
    assert address.endswith("#month=2024-05&layer=need&county=25&municipality=2510&beside=2024-04")
    again = watch().open_map(address)
    assert again.url == address
    shown(again, "2024-05", "need")
    for name, value in (("month", "2024-05"), ("layer", "need"), ("beside", "2024-04"), ("county", "25")):
        assert again.locator(f"#{name}-choice").input_value() == value
    assert again.locator("#panel-title").inner_text() == "Jokkmokk"
    labels = [
        one.eval_on_selector_all(
            "#map_0000 path[data-code]", "(all) => all.map((one) => one.getAttribute('aria-label'))"
        )
        for one in (page, again)
    ]
    assert sorted(labels[0]) == sorted(labels[1])
    need = sweden.months["2024-05"].loc[JOKKMOKK, "need_low"]
    assert f"Jokkmokk: {again.locator('#legend-title').inner_text().lower()} {need}" in labels[1]


def test_an_address_that_says_nothing_known_gives_the_newest_month(watch: Any, sweden: Sweden) -> None:
    watched = watch()
    page = watched.open_map(
        sweden.at("file") + "#month=1999-01&layer=%3Cscript%3E&county=99&municipality=0000"
    )
    shown(page, "2025-12")
    assert page.locator("#panel").is_hidden()
    assert watched.complaints == []


@pytest.mark.parametrize("layer", ["gap", "need"])
def test_no_withheld_municipality_keeps_a_colour(watch: Any, sweden: Sweden, layer: str) -> None:
    """Every municipality, in every month, stepped through one by one."""
    watched = watch()
    page = watched.open_map(sweden.at("file") + f"#month={MONTHS[0]}&layer={layer}")
    turned = 0
    for number, month in enumerate(MONTHS):
        if number:
            page.click("#month-after")
        shown(page, month, layer)
        looks = page.evaluate(LOOKS)
        assert len(looks) == 290
        signs = sweden.months[month][f"{layer}_sign"]
        for code, (classes, label, fill) in looks.items():
            expected = SIGN_CLASS.get(signs[code])
            found = [name for name in classes.split() if name.startswith("s-")]
            assert found == ([expected] if expected else []), (month, code)
            if expected:
                assert fill == f'url("#{expected}")', (month, code)
                assert not any(sign.isdigit() for sign in label), label
        for code in FLIPPING:
            withheld = int(month[5:]) % 2 == 0
            assert ("s-withheld" in looks[code][0]) == withheld
            turned += 1
    assert turned == 360
    assert page.locator("#month-after").get_attribute("aria-disabled") == "true"
    assert watched.complaints == []


def test_each_sign_has_its_own_look_in_map_and_legend(watch: Any, sweden: Sweden) -> None:
    page = watch().open_map(sweden.at("file"))
    looks = page.evaluate(LOOKS)
    assert "s-withheld" in looks[FLIPPING[0]][0]
    assert "s-missing" in looks[UNKNOWN[0]][0]
    assert "s-none" in looks[NOBODY[-1]][0]
    legend = page.locator("#legend-list li").all_inner_texts()
    assert [line.split()[0] for line in legend[-3:]] == ["..", "-", "."]


def test_the_table_follows_the_month(watch: Any, sweden: Sweden) -> None:
    page = watch().open_map(sweden.at("file"))
    cell = page.locator(f"table[data-follows] tr[data-area='{FLIPPING[0]}'] [data-field='gap']")
    assert cell.inner_text() == ".."
    page.click("#month-before")
    shown(page, "2025-11")
    wanted = sweden.gap(FLIPPING[0], "2025-11")
    assert wanted != ".."
    page.wait_for_function(
        "(wanted) => document.querySelector(wanted[0]).textContent === wanted[1]",
        arg=[f"table[data-follows] tr[data-area='{FLIPPING[0]}'] [data-field='gap']", wanted],
    )


def test_two_months_beside_each_other_each_have_their_own_colours(watch: Any, sweden: Sweden) -> None:
    page = watch().open_map(sweden.at("file"))
    page.select_option("#beside-choice", "2025-11")
    page.wait_for_selector("#map-beside path[data-code]", state="attached")
    page.wait_for_function("document.querySelector('#beside-caption').textContent !== ''")
    for code in FLIPPING:
        left = page.locator(f"#map_0000 path[data-code='{code}']").get_attribute("class")
        right = page.locator(f"#map-beside path[data-code='{code}']").get_attribute("class")
        assert "s-withheld" in left
        assert "s-withheld" not in right


def test_search_finds_a_municipality_and_an_activity(watch: Any, sweden: Sweden) -> None:
    watched = watch()
    page = watched.open_map(sweden.at("file"))
    page.fill("#search", "jokk")
    page.wait_for_selector("#found li")
    assert page.locator("#found li").first.inner_text().startswith("Jokkmokk")
    page.focus("#search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel-title:focus")
    assert page.locator("#panel-title").inner_text() == "Jokkmokk"
    rows = sweden.edition.tables["activities"]
    one = rows[(rows["shown_at"] == "place") & rows["name"].str.startswith("Språkcafé")].iloc[0]
    page.fill("#search", str(one["name"]))
    page.wait_for_selector("#found li")
    page.press("#search", "Enter")
    page.wait_for_selector("#panel-body ul.activities")
    assert str(one["name"]) in page.locator("#panel-body ul.activities b").all_inner_texts()
    assert watched.complaints == []


def test_the_switch_of_language_keeps_the_place(watch: Any, sweden: Sweden) -> None:
    page = watch().open_map(sweden.at("file") + f"#month=2025-10&municipality={JOKKMOKK}")
    page.click("a[data-keeps-place]")
    page.wait_for_url(f"**/en/index.html#month=2025-10&municipality={JOKKMOKK}")
    page.wait_for_selector("html.map-ready")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#panel-title").inner_text() == "Jokkmokk"
    page.click("a[data-keeps-place]")
    page.wait_for_url(f"**/public/index.html#month=2025-10&municipality={JOKKMOKK}")


@pytest.mark.parametrize(
    "path", ["index.html", "2025-12/25/index.html", JOKKMOKK_PAGE, "metod/index.html", "data/index.html"]
)
def test_a_narrow_screen_scrolls_one_way_only(watch: Any, sweden: Sweden, path: str) -> None:
    page = watch(viewport={"width": 320, "height": 640}).open(sweden.at("file", path))
    if page.locator("#map_0000").count():
        page.wait_for_selector("html.map-ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_javascript_text_and_tables_remain(watch: Any, sweden: Sweden) -> None:
    watched = watch(java_script_enabled=False)
    page = watched.open(sweden.at("file"))
    assert page.locator("h1").count() == 1
    assert page.locator("#map-controls").is_hidden()
    assert page.locator("#map_0000 noscript").is_visible()
    rows = page.locator("#table-areas tbody tr")
    assert rows.count() == 290
    own = page.locator(f"table[data-follows] tr[data-area='{JOKKMOKK}'] [data-field='gap']")
    assert own.inner_text() == sweden.gap(JOKKMOKK)
    page.goto(sweden.at("file", JOKKMOKK_PAGE))
    assert sweden.gap(JOKKMOKK) in page.locator("#fact-gap .value").inner_text()
    assert watched.complaints == []


def test_dark_mode_is_dark_and_print_is_paper(watch: Any, sweden: Sweden) -> None:
    def ground(page: Any) -> float:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        parts = [float(part) for part in colour.strip("rgba()").split(",")[:3]]
        return sum(parts) / 3

    assert ground(watch().open_map(sweden.at("file"))) > 200
    dark = watch(color_scheme="dark").open_map(sweden.at("file"))
    assert ground(dark) < 60
    paper = dark.pdf(format="A4")
    assert paper[:5] == b"%PDF-"
    dark.emulate_media(media="print")
    assert ground(dark) > 200


# ------------------------------------------------------------------------------------------------------- bad input

BAD = {
    "withheld": {"withheld_share": 1.0},
    "barren": {"without_activities": ["25"]},
    "many": {"activities_per_municipality": 19},
    "none": {"activities_per_municipality": 0},
    "hostile": {"hostile": True},
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_makes_good_pages(watch: Any, tmp_path: Path, kind: str) -> None:
    counties = None if kind == "many" else ["25"]
    made = made_editions(tmp_path / "work", ["2025-11", "2025-12"], 1, counties, **BAD[kind])
    site = laid_out(tmp_path / "work", made, tmp_path / "public")
    for path in ("index.html", "2025-12/25/index.html", JOKKMOKK_PAGE, "en/2025-12/25/index.html"):
        watched = watch()
        page = watched.open((site / path).as_uri())
        if page.locator("#map_0000").count():
            page.wait_for_selector("html.map-ready")
            if page.locator("#layer-activities").count():
                page.check("#layer-activities")
                mark = page.locator("#map_0000 .gm-mark[data-count]")
                if mark.count():
                    mark.first.focus()
                    page.keyboard.press("Enter")
                    page.wait_for_selector("#panel-title:focus")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        nothing_else(watched, site.as_uri())
    areas = made[-1].tables["areas"]
    if kind == "withheld":
        assert set(areas["need_sign"]) == {".."}
    if kind == "barren":
        assert int(areas.set_index("area_code").loc["25", "series"]) == 0
