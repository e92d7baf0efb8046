"""The demo's documents, made once, and the browser of tests/browser."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from geomatch.documents.facts import DocumentFacts, month_facts
from geomatch.documents.write import write_documents
from geomatch.workspace import Workspace
from tests.browser.conftest import watch  # noqa: F401  a fixture

MONTH, COUNTY = "2023-02", "25"


@pytest.fixture(scope="session")
def workspace(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the demo that these tests may write into."""
    folder = tmp_path_factory.mktemp("documents") / "demo ö"
    shutil.copytree(demo_workspace, folder)
    return Workspace(folder)


@pytest.fixture(scope="session")
def facts(workspace: Workspace) -> DocumentFacts:
    (found,) = month_facts(workspace, MONTH, COUNTY)
    return found


@pytest.fixture(scope="session")
def folder(workspace: Workspace) -> Path:
    """The demo's documents."""
    (page,) = write_documents(workspace, MONTH, COUNTY, "sv")
    return page.parent


def unpacked(path: Path) -> str:
    """Everything that stands in a file, a workbook's parts unpacked."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(
            name + "\n" + archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )
