"""What several test modules share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from geomatch.words import DEFAULT_LANGUAGE, set_language

# How long an example takes says nothing on a machine that does other things as well. The same examples in every run: who
# changed nothing sees nothing new fail. New ones are looked for by `make properties`, with many more and its own seed.
hypothesis.settings.register_profile("geomatch", deadline=None, derandomize=True)
hypothesis.settings.load_profile("geomatch")

SHARED_VARIABLE = "GEOMATCH_SHARED"


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Whatever language a test asked for, the next one begins in the default."""
    set_language(DEFAULT_LANGUAGE)
    yield
    set_language(DEFAULT_LANGUAGE)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files. Unset: skip and say so. Set: a missing folder is a failure."""
    value = os.environ.get(SHARED_VARIABLE)
    if not value:
        pytest.skip(f"{SHARED_VARIABLE} is not set: no real files to test with")
    folder = Path(value).resolve() / "data"
    assert folder.is_dir(), f"{SHARED_VARIABLE}={value}: {folder} is not a folder"
    return folder


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, its three months computed and published. Tests that change it work on a copy."""
    from geomatch.demo.workspace import make_demo  # noqa: PLC0415  (slow, and only some tests need it)

    folder = tmp_path_factory.mktemp("demo") / "demo å"
    make_demo(folder)
    return folder


ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Set where the tests must not pass by being skipped.
STRICT = ("CI", "GEOMATCH_SHARED")
MISSING = (
    "no Chromium: install it with `apt-get install chromium`, or name it in GEOMATCH_CHROMIUM; "
    "the Python package comes with `pip install playwright`"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a process: a second one is refused while the first runs."""
    program = os.environ.get("GEOMATCH_CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # may not be installed
    except ImportError:
        program = None
    if program is None:
        if any(os.environ.get(name) for name in STRICT):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield started
        started.close()
