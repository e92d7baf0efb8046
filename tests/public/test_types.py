"""What is internal cannot reach the public run: the type checker, the imports and the inputs themselves see to it."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from geomatch.public.inputs import PublicInputs
from geomatch.public.run import public_month
from geomatch.workspace import Input, Workspace
from tests.public import small

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "geomatch"

SNIPPET = """
import pandas as pd

from geomatch.disclosure import published
from geomatch.inputs import Inputs
from geomatch.public.inputs import PublicInputs
from geomatch.public.run import PublicMonth, public_month
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.workspace import Workspace


def run(workspace: Workspace, inputs: {inputs}) -> PublicMonth:
    return public_month(workspace, "2023-02", None, inputs)


def keep(frame: pd.DataFrame) -> PublicMonth:
    return PublicMonth("2023-02", {{"areas": {table}}}, {{}})
"""
GOOD = {"inputs": "PublicInputs", "table": 'published(frame, PUBLIC_TABLES["areas"], 5)'}


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
@pytest.mark.parametrize(
    ("change", "line", "code"),
    [({}, 0, ""), ({"inputs": "Inputs"}, 13, "[arg-type]"), ({"table": "frame"}, 17, "[dict-item]")],
)
def test_the_type_checker_refuses_what_is_internal(
    change: dict[str, str], line: int, code: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("typed")
    snippet = folder / "snippet.py"
    snippet.write_text(SNIPPET.format(**{**GOOD, **change}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", folder / "cache", snippet],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )  # fmt: skip
    errors = [text for text in done.stdout.splitlines() if ": error:" in text]
    assert len(errors) == bool(line), done.stdout + done.stderr
    if line:
        assert f"snippet.py:{line}: error:" in errors[0]
        assert errors[0].endswith(code)


def imported(path: Path) -> set[str]:
    """The modules of geomatch that a file imports, also inside functions; `a.b` for `from a import b` as well."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, path
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return {name for name in found if name.startswith("geomatch.")}


def within(names: set[str], forbidden: tuple[str, ...]) -> set[str]:
    return {name for name in names for one in forbidden if name == one or name.startswith(f"{one}.")}


# What computes, or reads what a board's own run has computed.
COMPUTES = ("geomatch.month", "geomatch.inputs", "geomatch.manifest", "geomatch.optional", "geomatch.explain")
INTERNAL_PAGES = tuple(
    f"geomatch.publish.{name}" for name in ("facts", "site", "county", "decisions", "withheld")
)
READS = ("read_table", "read_activities", "month_folder", "_read")


@pytest.mark.parametrize("path", sorted((PACKAGE / "site").glob("*.py")), ids=lambda path: path.stem)
def test_the_site_is_made_of_editions_alone(path: Path) -> None:
    forbidden = (
        *COMPUTES,
        *INTERNAL_PAGES,
        "geomatch.sources.activities",
        "geomatch.public.run",
        "geomatch.public.inputs",
    )
    # The command's own step runs the month before it lays out the site.
    assert path.stem == "publish" or within(imported(path), forbidden) == set()
    assert [name for name in READS if f".{name}(" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "public").glob("*.py")), ids=lambda path: path.stem)
def test_the_public_run_reads_no_internal_results(path: Path) -> None:
    forbidden = (
        "geomatch.publish",
        "geomatch.documents",
        "geomatch.explain",
        "geomatch.manifest",
        "geomatch.change",
    )
    assert within(imported(path), forbidden) == set()
    assert [name for name in READS if f".{name}(" in path.read_text(encoding="utf-8")] == []


def test_the_look_at_imports_finds_them() -> None:
    assert within(imported(PACKAGE / "cli.py"), ("geomatch.month", "geomatch.publish"))
    assert within(imported(PACKAGE / "public" / "run.py"), ("geomatch.month",)) == {
        "geomatch.month", "geomatch.month.Computed", "geomatch.month.compute_month", "geomatch.month.touching",
    }  # fmt: skip


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicInputs:
    return small.shown(small.inputs(tmp_path_factory.mktemp("types") / "feed"))


def _vague(public: PublicInputs, **values: object) -> PublicInputs:
    series = public.series.copy()
    vague = series["visibility"] == "municipality"
    for name, value in values.items():
        series[name] = series[name].mask(vague, value)
    return replace(public, series=series)


REFUSED: dict[str, Callable[[PublicInputs], PublicInputs]] = {
    "files of registers": lambda p: replace(p, used=(*p.used, Input("sites", "x", "0" * 64))),
    "internal shares": lambda p: replace(p, settings=replace(p.settings, shares=(small.INTERNAL,))),
    "columns of a register": lambda p: replace(p, series=p.series.assign(note="x")),
    "hidden activities": lambda p: _vague(p, visibility="hidden"),
    "addresses or contacts": lambda p: _vague(p, address="Gatan 3"),
    "ids of a register": lambda p: _vague(p, series_id="TIA-7", activity_id="TIA-7"),
    "what tells activities apart": lambda p: _vague(p, organiser="Anordnaren"),
    "times that tell activities apart": lambda p: replace(
        p, sessions=p.sessions.assign(series_id="a03310001")
    ),
    "decisions": lambda p: replace(p, corridors=p.corridors.assign(reference="dnr")),
    "accommodation": lambda p: replace(p, optional=replace(p.optional, sites=small.sites())),
    "reports of organisers": lambda p: replace(p, optional=replace(p.optional, study_hours=p.corridors)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_inputs_of_a_board_are_no_public_inputs(public: PublicInputs, name: str) -> None:
    with pytest.raises(ValueError, match=f"^not public: .*{name}"):
        REFUSED[name](public)


def test_inputs_are_those_of_their_month(public: PublicInputs, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    with pytest.raises(ValueError, match="inputs of 2023-02, not of 2023-01"):
        public_month(workspace, small.EARLIER, None, public)
