"""A real Chromium, started once, that is offline but for this computer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from geomatch.publish import IndexEntry, publish_county, publish_index
from geomatch.publish.serve import make_server
from tests.publish.fixture_month import county_facts
from tests.publish.hostile import hostile_facts


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browsed")
    publish_county(county_facts(), folder)
    publish_index([IndexEntry("2026-03", "99", "Provlandets län", synthetic=True)], folder)
    publish_county(hostile_facts(), folder / "hostile")
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    server = make_server(site / "internal")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Watched:
    """A page, and everything it asked for or complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str) -> Any:
        self.page.goto(url)
        return self.page

    def open_map(self, url: str) -> Any:
        self.open(url)
        self.page.wait_for_selector("html.map-ready")
        return self.page


@pytest.fixture
def watch(browser: Any) -> Iterator[Any]:
    contexts = []

    def start(**options: Any) -> Watched:
        context = browser.new_context(
            **{"locale": "sv-SE", "viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("console", lambda said: watched.complaints.append(f"{said.type}: {said.text}"))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on(
            "requestfailed",
            # A page that is left stops what it was loading, which is nobody's fault.
            lambda request: (
                None
                if request.failure == "net::ERR_ABORTED"
                else watched.complaints.append(f"failed: {request.url}")
            ),
        )
        watched.page.on("dialog", lambda dialog: (watched.complaints.append("dialog"), dialog.dismiss()))
        return watched

    yield start
    for context in contexts:
        context.close()
