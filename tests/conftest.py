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
