"""What is installed works without the source tree: the wheel in an empty environment, run from /."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str | Path, cwd: Path | str = "/") -> str:
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git tracks, in a folder with a space and å."""
    folder = tmp_path_factory.mktemp("klon") / "en mapp å"
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    for name in filter(None, listed):
        source = ROOT / name
        if source.is_symlink() or source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return folder


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the clone."""
    folder = tmp_path_factory.mktemp("bygge") / "en mapp å"
    shutil.copytree(clone, folder, symlinks=True)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder / "dist", folder)
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_the_wheel_has_words_templates_and_shapes_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "geomatch/py.typed",
        "geomatch/words/sv/LC_MESSAGES/geomatch.mo",
        "geomatch/publish/templates/county.html",
        "geomatch/publish/static/page.css",
        "geomatch/shapes/municipalities.parquet",
        "geomatch/shapes/counties.parquet",
        "geomatch/shapes/localities.parquet",
        "geomatch/shapes/ORIGIN.md",
        "geomatch/rules/sets/before-2020.toml",
        "geomatch/rules/sets/2026-10-01.toml",
    } <= names
    assert not [name for name in names if not name.startswith(("geomatch/", "geomatch_se-"))]


def test_the_demo_runs_from_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env å"
    run(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    command = environment / "bin" / "geomatch"
    assert run(command, "--version") == "geomatch 0.2.0\n"
    page = Path(json.loads(run(command, "demo", tmp_path / "demo", "--json"))["page"])
    text = page.read_text(encoding="utf-8")
    assert "SYNTETISK" in text
    assert "Älvsbyn" in text


def test_make_demo_works_twice_from_a_clone(clone: Path) -> None:
    for _time in range(2):
        said = run("make", "--no-print-directory", "demo", cwd=clone)
        page, public = (clone / line for line in said.splitlines()[-2:])
        assert page == clone / "demo" / "internal" / "2023-02" / "25" / "index.html"
        assert public == clone / "demo" / "public" / "index.html"
        assert public.is_file()
        assert "SYNTETISK" in page.read_text(encoding="utf-8")


def test_make_test_sets_up_the_browser_and_runs_everything(clone: Path) -> None:
    # Run for real it would run this test again: what it would do is read instead.
    steps = run("make", "--no-print-directory", "--dry-run", "test", cwd=clone)
    assert "sh scripts/need_chromium.sh" in steps
    assert ".venv/bin/python -m pytest" in steps
    assert "--ignore" not in steps
