"""The tools that look at pages see what is wrong with a bad one, and nothing in a good one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.web import tools

ROOT = Path(__file__).resolve().parents[2]
POLICY = "default-src 'none'; style-src 'self' file:"
GOOD = f"""<!DOCTYPE html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>En sida</title>
<link rel="stylesheet" href="page.css">
</head>
<body>
<main>
<h1>En sida å</h1>
<p class="pale">Text</p>
<img src="data:," alt="Bild">
</main>
</body>
</html>
"""


def written(folder: Path, page: str, style: str = ".pale { color: #111; background: #fff; }\n") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_text(page, encoding="utf-8")
    (folder / "page.css").write_text(style, encoding="utf-8")
    return folder / "page.html"


@pytest.fixture
def page(browser: Any) -> Any:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_a_good_page_of_a_strict_policy(page: Any, tmp_path: Path) -> None:
    page.goto(written(tmp_path / "sida å", GOOD).as_uri())
    assert tools.axe_violations(page) == []
    assert tools.axe_violations(page, tools.BEST_PRACTICE) == []


def test_axe_finds_a_missing_alternative_and_a_low_contrast(page: Any, tmp_path: Path) -> None:
    bad = GOOD.replace(' alt="Bild"', "")
    page.goto(written(tmp_path, bad, ".pale { color: #bbb; background: #fff; }").as_uri())
    found = tools.axe_violations(page)
    assert len(found) == 2
    assert re.match(r"color-contrast \(serious\): .* \[p: .* contrast of 1\.9.* #bbbbbb.*4\.5:1", found[0])
    assert re.match(r"image-alt \(critical\): .* \[img: ", found[1])


def test_axe_finds_small_targets_which_are_new_in_wcag_2_2(page: Any, tmp_path: Path) -> None:
    links = "<button>a</button><button>b</button>"
    style = "button { width: 10px; height: 10px; padding: 0; border: 0; color: #000; background: #fff; }"
    page.goto(written(tmp_path, GOOD.replace("</p>", f"</p>{links}"), style).as_uri())
    assert [text.split(" ")[0] for text in tools.axe_violations(page)] == ["target-size", "target-size"]


def test_good_habits_are_told_apart(page: Any, tmp_path: Path) -> None:
    page.goto(written(tmp_path, GOOD.replace("h1>", "h2>")).as_uri())
    assert tools.axe_violations(page) == []
    assert [text.split(" ")[0] for text in tools.axe_violations(page, tools.BEST_PRACTICE)] == [
        "page-has-heading-one"
    ]


def test_the_checker_finds_an_unclosed_element_and_a_bad_value(tmp_path: Path) -> None:
    good = written(tmp_path / "sida å", GOOD)
    bad = written(
        tmp_path / "bad", GOOD.replace('<p class="pale">', '<div class="pale">'), "\n.pale { color: 12; }"
    )
    assert tools.html_errors([good]) == []
    assert tools.css_errors([good.with_name("page.css")]) == []
    found = tools.html_errors([good, bad])
    assert found == [
        f"{bad}:12: No “p” element in scope but a “p” end tag seen.",
        f"{bad}:12: Unclosed element “div”.",
        f"{bad}:14: End tag “main” seen, but there were open elements.",
    ]
    (told,) = tools.css_errors([good.with_name("page.css"), bad.with_name("page.css")])
    assert told.startswith(f"{bad.with_name('page.css')}:2: ")
    assert "12" in told


def test_leaflets_style_sheet_is_passed_over_by_name(tmp_path: Path) -> None:
    (tmp_path / "leaflet.0a1b2c3d.css").write_text("a { color: 12; }", encoding="utf-8")
    assert tools.css_errors([tmp_path / "leaflet.0a1b2c3d.css"]) == []


@pytest.mark.parametrize("need", [tools.need_axe, tools.need_vnu])
def test_a_missing_tool_is_skipped_but_where_it_must_not_be(need: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    monkeypatch.setattr(tools, "AXE", tmp_path / "axe.min.js")
    monkeypatch.setattr(tools, "VNU", tmp_path / "vnu.jar")
    for name in ("CI", "GEOMATCH_SHARED"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"is missing: sh scripts/need_web_tools\.sh"):
        need()
    monkeypatch.setenv("GEOMATCH_SHARED", "..")
    with pytest.raises(pytest.fail.Exception, match=r"is missing: sh scripts/need_web_tools\.sh"):
        need()


class TestTheScript:
    """With a folder of programs of our own as PATH: nothing is installed on this machine."""

    @staticmethod
    def run(tmp_path: Path, *, versions: dict[str, str], programs: tuple[str, ...]) -> tuple[str, bool]:
        """What it says, and whether it called npm."""
        for part in ("scripts", "tests/web"):
            (tmp_path / part).mkdir(parents=True)
        script = tmp_path / "scripts/need_web_tools.sh"
        script.write_bytes((ROOT / "scripts/need_web_tools.sh").read_bytes())
        (tmp_path / "tests/web/package.json").write_bytes((ROOT / "tests/web/package.json").read_bytes())
        for name, version in versions.items():
            folder = tmp_path / "tests/web/node_modules" / name
            folder.mkdir(parents=True)
            (folder / "package.json").write_text(
                json.dumps({"name": name, "version": version}), encoding="utf-8"
            )
        own = tmp_path / "bin"
        own.mkdir()
        for name in ("dirname", "sed", "head", "id"):
            (own / name).symlink_to(str(shutil.which(name)))
        for name in programs:
            (own / name).write_text('#!/bin/sh\necho "$@" >> "$OLDPWD/called"\n', encoding="utf-8")
            (own / name).chmod(0o755)
        done = subprocess.run(
            ["/bin/sh", str(script)],
            env={"PATH": str(own)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        called = tmp_path / "called"
        return done.stderr + done.stdout, called.exists() and called.read_text().startswith("install ")

    @staticmethod
    def wanted() -> dict[str, str]:
        content = json.loads((ROOT / "tests/web/package.json").read_text(encoding="utf-8"))
        return dict(content["devDependencies"])

    def test_versions_are_exact(self) -> None:
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in self.wanted().values())
        assert sorted(self.wanted()) == ["axe-core", "vnu-jar"]

    def test_it_does_nothing_where_all_is_there(self, tmp_path: Path) -> None:
        said = self.run(tmp_path, versions=self.wanted(), programs=("java", "npm"))
        assert said == ("", False)

    def test_it_fetches_what_is_old(self, tmp_path: Path) -> None:
        old = {**self.wanted(), "axe-core": "4.0.0"}
        assert self.run(tmp_path, versions=old, programs=("java", "npm")) == ("", True)

    def test_it_says_what_is_missing(self, tmp_path: Path) -> None:
        said, called = self.run(tmp_path, versions={}, programs=())
        assert not called
        assert "default-jre-headless nodejs npm" in said
        assert "are skipped without" in said


def test_the_versions_here_are_those_asked_for() -> None:
    tools.need_axe()
    tools.need_vnu()
    for name, version in TestTheScript.wanted().items():
        content = json.loads((tools.MODULES / name / "package.json").read_text(encoding="utf-8"))
        assert content["version"] == version
    assert os.access(ROOT / "scripts/need_web_tools.sh", os.X_OK)
