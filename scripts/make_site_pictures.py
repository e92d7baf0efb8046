"""Make the pictures of docs/pictures/site from the demo's public pages, in Chromium: each kind of page in four looks.

Run: python scripts/make_site_pictures.py PUBLIC (the folder of the demo's public pages); needs the packages of [test].
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from make_pictures import ARGUMENTS
from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "site"
PAGES = {
    "all-areas": "index.html",
    "county": "2023-02/25/index.html#municipality=2510",
    "municipality": "2023-02/25/2510/index.html",
    "method": "metod/index.html",
    "accessibility": "tillganglighet/index.html",
    "data": "data/index.html",
}
# Width and height in pixels, colours, medium; paper is A4 at 96 pixels an inch.
LOOKS = {
    "light": (1280, 1000, "light", "screen"),
    "dark": (1280, 1000, "dark", "screen"),
    "phone": (390, 1000, "light", "screen"),
    "print": (794, 1123, "light", "print"),
}


def main() -> int:
    """Write `<page>-<look>.jpg` for every kind of page and every look."""
    public = Path(sys.argv[1]).resolve()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for name, path in PAGES.items():
            for look, (width, height, scheme, medium) in LOOKS.items():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
                page.goto((public / path.split("#")[0]).as_uri() + path[len(path.split("#")[0]) :])
                if page.locator("#map_0000").count():
                    page.wait_for_selector("html.map-ready")
                page.wait_for_timeout(600)
                if medium == "print":
                    page.emulate_media(media="print")
                    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
                    page.wait_for_timeout(300)
                page.screenshot(path=PICTURES / f"{name}-{look}.jpg", type="jpeg", quality=60)
                page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
