"""Make the pictures of docs/pictures from the demo's page and documents, in Chromium.

Run: python scripts/make_pictures.py PAGE (the page that `make demo` names); needs the packages of [test]. The documents
are written first, beside the page's folder, as `geomatch documents` writes them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import FloatRect, sync_playwright

from geomatch.documents.write import write_documents
from geomatch.workspace import Workspace

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


MARGIN_PX = 40
SHEET, DESK = "Boden → Luleå", "Kiruna"
"""The sheet, and the municipality of the list for reception desks, that are shown."""


def made_documents(page: Path) -> Path:
    """Write the documents of the page's month and county, in Swedish; their folder."""
    workspace, month, county = Workspace(page.parents[3]), page.parent.parent.name, page.parent.name
    with workspace.writing():
        (index,) = write_documents(workspace, month, county, "sv")
    return index.parent


def main() -> int:
    """Write map.png, table.png, phone.png, dark.png and the three document-*.png."""
    source = Path(sys.argv[1]).resolve()
    page_url = source.as_uri()
    documents = made_documents(source)
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

        def printed(name: str, document: str, width: int, height: int, heading: str = "") -> None:
            """A document as it is printed: its top, or the section of a heading; with a margin as on paper."""
            (path,) = documents.glob(f"*{document}-*.html")
            page = browser.new_page(viewport={"width": width, "height": height})
            page.emulate_media(media="print")
            page.goto(path.as_uri())
            page.add_style_tag(content=f"body {{ margin: {MARGIN_PX}px }}")
            page.wait_for_timeout(300)
            top, tall = 0.0, float(height)
            if heading:
                section = page.locator("section", has=page.get_by_role("heading", name=heading, exact=True))
                box = section.last.bounding_box()
                assert box is not None, heading
                top, tall = box["y"] - MARGIN_PX / 2, box["height"] + MARGIN_PX
            clip: FloatRect = {"x": 0.0, "y": top, "width": float(width), "height": tall}
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)
            page.close()

        printed("document-list", "korridorer", 1122, 794)
        printed("document-sheet", "korridorblad", 794, 1000, SHEET)
        printed("document-reception", "insatser-mottagning", 794, 1122, DESK)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
