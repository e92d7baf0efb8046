"""axe-core and the Nu HTML checker, for tests of pages: `scripts/need_web_tools.sh` fetches both.

A test that needs a tool which is not there is skipped, and says why; where GEOMATCH_SHARED or CI is set it fails.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import STRICT

__all__ = ["AA", "BEST_PRACTICE", "axe_violations", "css_errors", "html_errors", "need_axe", "need_vnu"]

MODULES = Path(__file__).parent / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
HOW = "sh scripts/need_web_tools.sh (needs npm, and Java for HTML)"

# What the law asks for (WCAG 2.2 A and AA), and what is a good habit only.
AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = ("best-practice",)

# Leaflet's own style sheet has hacks for browsers of long ago.
FOREIGN = ("leaflet",)

_RUN = """async (tags) => {
  const found = await axe.run(document, {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
    // Rules that are switched off until their part of WCAG is asked for.
    rules: tags.includes("wcag22aa") ? { "target-size": { enabled: true } } : {},
  });
  return found.violations.map((one) => ({
    id: one.id,
    impact: one.impact,
    help: one.help,
    nodes: one.nodes.map((node) => ({
      target: node.target.flat().join(" "),
      summary: node.failureSummary || "",
    })),
  }));
}"""


def _missing(what: str) -> None:
    """Skip the test, or fail it where nothing may pass by being skipped."""
    if any(os.environ.get(name) for name in STRICT):
        pytest.fail(f"{what}: {HOW}")
    pytest.skip(f"{what}: {HOW}")


def need_axe() -> str:
    """axe-core's source; skips the test where it is not there."""
    if not AXE.is_file():
        _missing("axe-core is missing")
    return _source(AXE)


def need_vnu() -> list[str]:
    """The command that runs the Nu HTML checker; skips the test where it is not there."""
    java = shutil.which("java")
    if java is None:
        _missing("Java is missing")
    if not VNU.is_file():
        _missing("the Nu HTML checker (vnu-jar) is missing")
    # Deep trees want more than Java's usual stack.
    return [str(java), "-Xss8m", "-jar", str(VNU)]


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def axe_violations(page: Any, tags: Sequence[str] = AA) -> list[str]:
    """What axe-core finds on a page of Playwright: `rule (impact): help [element: what is the matter]` per element.

    axe is evaluated through the browser's tools, not put in as a script element, which the page's policy would stop.

    Args:
        page: An open page.
        tags: Which rules: `AA`, or `BEST_PRACTICE`, which no law asks for.
    """
    source = need_axe()
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(source)
    found = []
    for one in page.evaluate(_RUN, list(tags)):
        for node in one["nodes"]:
            # The first line says "Fix any of the following".
            summary = "; ".join(line.strip() for line in node["summary"].splitlines()[1:])
            found.append(f"{one['id']} ({one['impact']}): {one['help']} [{node['target']}: {summary}]")
    return sorted(found)


def html_errors(paths: Iterable[Path]) -> list[str]:
    """What the Nu HTML checker finds wrong with pages: `path:row: message`, sorted; all in one run of Java.

    Args:
        paths: Files of HTML.
    """
    return _checked(paths, "--html")


def css_errors(paths: Iterable[Path]) -> list[str]:
    """What it finds wrong with style sheets, in the same form; those of Leaflet are passed over, by name.

    Args:
        paths: Files of CSS.
    """
    return _checked((path for path in paths if not path.name.startswith(FOREIGN)), "--css")


def _checked(paths: Iterable[Path], kind: str) -> list[str]:
    command = need_vnu()
    # vnu tells a path as an address, links followed; each is told here as it was asked for.
    asked = {str(path.resolve()): str(path) for path in paths}
    if not asked:
        return []
    problems: Counter[str] = Counter()
    names = sorted(asked)
    # A command line holds some 2 MB; a site has more pages than that. Each run is told by its own exit code.
    for start in range(0, len(names), 5000):
        done = subprocess.run(
            [*command, "--errors-only", "--format", "json", "--exit-zero-always", kind, *names[start : start + 5000]],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )  # fmt: skip
        if done.returncode != 0 or not done.stderr.strip():
            raise RuntimeError(
                f"vnu ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-2000:]}"
            )
        for message in json.loads(done.stderr)["messages"]:
            place = unquote(urlsplit(message.get("url", "")).path)
            row = message.get("firstLine", message.get("lastLine", "?"))
            problems[f"{asked.get(place, place)}:{row}: {message['message']}"] += 1
    return [text if number == 1 else f"{text} ({number} times)" for text, number in sorted(problems.items())]
