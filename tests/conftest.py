"""What several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_VARIABLE = "GEOMATCH_SHARED"


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
