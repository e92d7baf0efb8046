"""Make the pictures of docs/pictures from the demo's page, in Chromium.

Run: python scripts/make_pictures.py PAGE (the page that `make demo` names); needs the packages of [test].
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def main() -> int:
    """Write map.png, table.png, phone.png, dark.png and popup.png."""
    page_url = Path(sys.argv[1]).resolve().as_uri()
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))

        def shot(
            name: str, width: int, height: int, scheme: str = "light", anchor: str = "", click: str = ""
        ) -> None:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
            page.goto(page_url + anchor)
            page.wait_for_timeout(1000)
            if click:
                page.locator(click).first.click(force=True)
                page.wait_for_timeout(600)
            page.screenshot(path=PICTURES / f"{name}.png")
            page.close()

        shot("map", 1280, 1230)
        shot("table", 1280, 900, anchor="#municipalities")
        shot("phone", 390, 844)
        shot("dark", 1280, 1230, scheme="dark")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
