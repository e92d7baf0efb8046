"""The public site beside plain Folium: bytes and time, on the same made-up months of Sweden's size.

Run: python -m benchmarks.site [--seed N] [--months 36] [--keep FOLDER]

(a) plain Folium, as a user would write it: one page a month, a folium.Choropleth of the 290 municipalities with a tooltip
and a LayerControl, once with one layer and once with the six layers of our map; (b) ours, built by geomatch.site.build
from the same tables. Compressed means gzip at level 6, file by file, as a web server sends them; what a browser loads is
what Chromium asked for. Ends with 1 when a value that is asked for is not met.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from geomatch.public.editions import Edition
from tests.site.made import FLIPPING, last_months, made_editions
from tests.site.made_site import laid_out

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

LAST = "2025-12"
# Asked for (issue 7).
FIRST_VIEW_KB, ALL_MONTHS_KB, READY_MS, SWITCH_MS, MONTH_S, TIMES = 450, 1000, 1000, 100, 60, 20
RATIO_MONTHS = 12
# What the six layers of our map show, as columns of the published table; ours shows more in its panel.
LAYERS = {
    "gap_low": "Gap",
    "need_low": "Persons enrolled",
    "places": "Places",
    "access_index_low": "Access index",
    "women_share": "Women",
    "need_change_low": "Change",
}
TOLD = ["name", "need_low", "gap_low", "gap_share_low", "places"]
# The moment when the map can be used, counted from the start of the navigation.
WATCH_READY = """
new MutationObserver(() => {
  if (!window.readyAt && document.documentElement.classList.contains("map-ready")) window.readyAt = performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["class"] });
"""
# From the click until the frame with the new colours has been drawn.
SWITCH = """
() => new Promise((done) => {
  const root = document.documentElement, before = root.dataset.shown, start = performance.now();
  new MutationObserver((_changes, observer) => {
    if (root.dataset.shown === before) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      const drawn = new MessageChannel();
      drawn.port1.onmessage = () => done(performance.now() - start);
      drawn.port2.postMessage(0);
    });
  }).observe(root, { attributes: true, attributeFilter: ["data-shown"] });
  document.getElementById("month-after").click();
})
"""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)


class Asked:
    """Prints measured values beside those that are asked for, and remembers whether all were met."""

    def __init__(self) -> None:
        self.met = True

    def most(self, what: str, measured: float, most: float, unit: str) -> None:
        """It must not be larger."""
        self._say(what, measured, f"at most {most:,}", unit, met=measured <= most)

    def least(self, what: str, measured: float, least: float, unit: str) -> None:
        """It must not be smaller."""
        self._say(what, measured, f"at least {least:,}", unit, met=measured >= least)

    def _say(self, what: str, measured: float, wanted: str, unit: str, *, met: bool) -> None:
        self.met = self.met and met
        print(
            f"{'met   ' if met else 'MISSED'} {what}: {measured:,.1f} {unit} (asked: {wanted} {unit})",
            flush=True,
        )


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 6, mtime=0))


# ------------------------------------------------------------------------------------------------------------ Folium


def folium_page(edition: Edition, layers: Sequence[str]) -> bytes:
    """A month as plain Folium draws it: a choropleth a layer, each with its tooltip, and a LayerControl."""
    import folium  # noqa: PLC0415  # slow to load, and only this part needs it

    from geomatch.sources.regions import municipalities  # noqa: PLC0415  # likewise

    areas = edition.tables["areas"]
    areas = areas[areas["level"] == "municipality"].drop(columns=["name", "level", "month"])
    shapes = municipalities()[["municipality_code", "name", "geometry"]].to_crs(4326)
    joined = shapes.merge(areas, left_on="municipality_code", right_on="area_code")
    # Folium writes JSON with the standard library, which knows no missing whole number.
    told = [*dict.fromkeys([*TOLD[1:], *layers])]
    joined = joined[["municipality_code", "name", "geometry", *told]].astype(dict.fromkeys(told, float))
    page = folium.Map(location=[62.5, 16.5], zoom_start=5)
    for number, layer in enumerate(layers):
        drawn = folium.Choropleth(
            geo_data=joined[["municipality_code", "geometry", *TOLD]],
            data=joined,
            columns=["municipality_code", layer],
            key_on="feature.properties.municipality_code",
            name=LAYERS[layer],
            legend_name=LAYERS[layer],
            fill_color="YlGnBu",
            nan_fill_color="lightgrey",
            show=number == 0,
            overlay=False,
        ).add_to(page)
        folium.GeoJsonTooltip(TOLD).add_to(drawn.geojson)
    folium.LayerControl().add_to(page)
    content: str = page.get_root().render()
    return content.encode()


def folium_months(
    editions: Sequence[Edition], layers: Sequence[str], counts: Sequence[int]
) -> tuple[int, int]:
    """Print the sizes of so many months; gives raw and compressed bytes of RATIO_MONTHS of them."""
    sizes, hosts, start_s, wanted = [], set(), time.perf_counter(), (0, 0)
    for number, edition in enumerate(reversed(editions), start=1):
        page = folium_page(edition, layers)
        sizes.append((len(page), compressed(page)))
        hosts |= set(re.findall(rb"(?:src=|href=|tileLayer\(\s*)\"https?://([^/\"]+)", page))
        raw, small = (sum(one) for one in zip(*sizes, strict=True))
        if number == RATIO_MONTHS:
            wanted = (raw, small)
        if number in counts:
            print(
                f"       Folium, {len(layers)} layer{'s' * (len(layers) > 1)}, {number:2d} months: {raw / 1e6:.1f} MB, "
                f"{small / 1e3:,.0f} kB compressed, {time.perf_counter() - start_s:.1f} s"
            )
    named = sorted(host.decode().replace("{s}.", "") for host in hosts)
    print(
        f"       Folium calls {len(named)} foreign hosts ({', '.join(named)}), whose files are not counted",
        flush=True,
    )
    return wanted


# -------------------------------------------------------------------------------------------------------------- ours


def built(folder: Path, out: Path) -> float:
    """Build the site of the editions below `folder` as `publish` does; seconds."""
    from geomatch.settings import Settings  # noqa: PLC0415  # so that Folium's part is measured by itself
    from geomatch.site.build import build_site  # noqa: PLC0415  # likewise

    start_s = time.perf_counter()
    build_site(folder, out, Settings().site, languages=("sv", "en"))
    return time.perf_counter() - start_s


def tree(folder: Path) -> tuple[int, int]:
    """Files below a folder, and their bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    from geomatch.publish.serve import make_server  # noqa: PLC0415  # as above

    server = make_server(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Loaded:
    """What a page asked for: files of the site, once each, and anything else."""

    def __init__(self, page: Page, address: str, site: Path) -> None:
        self.files: dict[str, Path] = {}
        self.foreign: list[str] = []
        self._address, self._site = address, site
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith(self._address):
            self.foreign.append(request.url)
            return
        name = unquote(urlsplit(request.url).path).lstrip("/")
        path = self._site / name
        self.files[name] = path / "index.html" if path.is_dir() else path

    def sizes(self, names: Sequence[str] | None = None) -> tuple[int, int]:
        """Raw and compressed bytes, of all or of some."""
        contents = [path.read_bytes() for name, path in self.files.items() if names is None or name in names]
        return sum(map(len, contents)), sum(map(compressed, contents))


def browsed(site: Path, months: Sequence[str], asked: Asked) -> tuple[int, int]:
    """Measure in Chromium; gives raw and compressed bytes of what RATIO_MONTHS months need."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only this part needs it

    program = os.environ.get("GEOMATCH_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright, served(site) as address:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        ready = []
        for _time in range(5):
            context = browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.add_init_script(WATCH_READY)
            first = Loaded(page, address, site)
            page.goto(f"{address}/index.html")
            page.wait_for_selector("html.map-ready")
            page.wait_for_load_state("networkidle")
            ready.append(float(page.evaluate("window.readyAt")))
            context.close()
        raw, small = first.sizes()
        print(f"       the national page loads {len(first.files)} files, {raw / 1e6:.2f} MB:")
        for name, path in sorted(first.files.items()):
            print(
                f"         {path.stat().st_size / 1e3:7.1f} kB {compressed(path.read_bytes()) / 1e3:6.1f} kB compressed  {name}"
            )
        asked.most("first view of the national page, compressed", small / 1e3, FIRST_VIEW_KB, "kB")
        print(f"       ready in {', '.join(f'{one:.0f}' for one in ready)} ms in five new contexts")
        asked.most(
            "interactive, median from the start of the navigation", statistics.median(ready), READY_MS, "ms"
        )
        page = browser.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900}).new_page()
        all_months = Loaded(page, address, site)
        page.goto(f"{address}/index.html#month={months[0]}")
        page.wait_for_selector("html.map-ready")
        switches, wrong = [], 0
        for month in months[1:]:
            switches.append(float(page.evaluate(SWITCH)))
            wrong += _wrong_colours(page, month)
        page.wait_for_load_state("networkidle")
        browser.close()
    of_switch = statistics.median(switches[:12])
    print(
        f"       switches {', '.join(f'{one:.0f}' for one in switches[:12])} ms; of all {len(switches)} the longest {max(switches):.0f} ms"
    )
    asked.most("a month switch, median of 12, its values loaded from the server", of_switch, SWITCH_MS, "ms")
    asked.most("withheld municipalities with a colour, or shown ones without", wrong, 0, "areas")
    asked.most("requests to other hosts", len(first.foreign) + len(all_months.foreign), 0, "requests")
    asked.most(f"all that stepping through {len(months)} months loads, compressed", all_months.sizes()[1] / 1e3, ALL_MONTHS_KB, "kB")  # fmt: skip
    others = [f"{month}/" for month in months[:-RATIO_MONTHS]]
    return all_months.sizes([name for name in all_months.files if not name.startswith(tuple(others))])


def _wrong_colours(page: Page, month: str) -> int:
    """FLIPPING ones that look otherwise than their month says: withheld in even months of the year."""
    looks = page.evaluate("() => Object.fromEntries(Array.from(document.querySelectorAll('[data-code]'), (one) => [one.dataset.code, one.getAttribute('class')]))")  # fmt: skip
    even = int(month[5:]) % 2 == 0
    return sum(("s-withheld" in looks[code].split()) != even for code in FLIPPING)


def main() -> int:
    """Measure, print, and say by the exit code whether all was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--keep", type=Path, help="work here, and leave what was made")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(
        f"seed {options.seed}, {os.cpu_count()} cores, load before the start {load:.1f}{' (others work on this machine)' * (load > 1)}"
    )
    asked = Asked()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        months = last_months(LAST, options.months)
        start_s = time.perf_counter()
        editions = made_editions(folder / "made", months, options.seed)
        shown = editions[-1].tables
        print(
            f"made up: {len(months)} months in {time.perf_counter() - start_s:.0f} s; the last has {len(shown['activities']):,} "
            f"activities, {len(shown['corridors']):,} pairs of municipalities"
        )
        counts = [count for count in (1, RATIO_MONTHS, 36) if count <= len(months)]
        folium_months(editions, ["gap_low"], counts)
        their_raw, their_small = folium_months(editions, list(LAYERS), counts)
        one_layer = sum(len(folium_page(edition, ["gap_low"])) for edition in editions[-RATIO_MONTHS:])
        made_editions(folder / "one", months[-1:], options.seed)
        spent_s = built(folder / "one", folder / "one-site")
        files, size = tree(folder / "one-site")
        print(f"       one month: {files:,} files, {size / 1e6:.0f} MB")
        asked.most(
            "one month built, 21 counties and 290 municipalities in two languages with downloads",
            spent_s,
            MONTH_S,
            "s",
        )
        # The earlier months have their data for the map; their pages would be made as the last one's are.
        laid_out(folder / "made", editions, folder / "site")
        raw, small = browsed(folder / "site", months, asked)
        print(
            f"       {RATIO_MONTHS} months of the national map: ours loads {raw / 1e6:.2f} MB, {small / 1e3:,.0f} kB compressed (page, tables "
            f"of all areas, program, borders, values); Folium's {RATIO_MONTHS} pages of the same six layers {their_raw / 1e6:.1f} MB, "
            f"{their_small / 1e3:,.0f} kB compressed; with one layer only {one_layer / raw:.0f} times ours"
        )
        asked.least(
            f"{RATIO_MONTHS} months smaller than Folium's, six layers each", their_raw / raw, TIMES, "times"
        )
        asked.least(
            f"{RATIO_MONTHS} months smaller than Folium's, both compressed",
            their_small / small,
            TIMES,
            "times",
        )
    return int(not asked.met)


if __name__ == "__main__":
    sys.exit(main())
