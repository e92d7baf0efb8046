"""The workspaces that the tests of taking back work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.site.made import made_editions
from tests.takeback.world import laid_out_only, make_workspace, not_attacked

MADE = ("2026-01", "2026-02", "2026-03")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("takeback"))


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    """A copy of the little workspace."""
    return Path(shutil.copytree(published, tmp_path / "w å"))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "w"
    made_editions(folder, list(MADE), 5, ["10"], corrected={"2026-01": "10"})
    return folder


@pytest.fixture
def made(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three months of made-up editions, the first of them corrected once; pages are laid out without an attack."""
    monkeypatch.setattr("geomatch.publishing.pages_of", laid_out_only)
    monkeypatch.setattr("geomatch.publishing.attack_on", not_attacked)
    return Path(shutil.copytree(made_once, tmp_path / "w"))
