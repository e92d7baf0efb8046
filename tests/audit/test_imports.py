"""The attacker shares no code with what it attacks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What both may use: errors, words, and what is read from the agency's workbooks, which computes no disclosure.
SHARED = {
    "geomatch",
    "geomatch.errors",
    "geomatch.restricted",
    "geomatch.words",
}
FORBIDDEN = {
    f"geomatch.{name}"
    for name in (
        "disclosure", "public", "site", "publishing", "need", "tightening", "margins", "disjoint", "reconcile", "tables",
        "workspace", "settings", "numbers",
    )
}  # fmt: skip


def file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def imported_by(module: str) -> set[str]:
    """Modules of geomatch that a module imports anywhere, also inside functions, with the packages they lie in."""
    path = file_of(module)
    assert path is not None
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            named |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    parts = {".".join(name.split(".")[:n]) for name in named for n in range(1, name.count(".") + 2)}
    return {name for name in parts if name.startswith("geomatch") and file_of(name)}


def reached_from(*starts: str) -> set[str]:
    seen: set[str] = set()
    todo = list(starts)
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += imported_by(module)
    return seen


def modules_of(package: str) -> list[str]:
    path = file_of(package)
    assert path is not None
    if path.name != "__init__.py":
        return [package]
    return [
        package,
        *(f"{package}.{one.stem}" for one in sorted(path.parent.glob("*.py")) if one.stem != "__init__"),
    ]


def test_the_attacker_and_disclosure_control_share_only_errors_and_words() -> None:
    attacker = reached_from(*modules_of("geomatch.audit"))
    suppressor = reached_from(*modules_of("geomatch.disclosure"))
    assert len(attacker) > 20
    assert attacker & suppressor <= SHARED


@pytest.mark.parametrize("forbidden", sorted(FORBIDDEN))
def test_the_attacker_reaches_nothing_that_publishing_is_made_of(forbidden: str) -> None:
    attacker = reached_from(*modules_of("geomatch.audit"))
    assert not {one for one in attacker if one == forbidden or one.startswith(f"{forbidden}.")}


def test_disclosure_control_does_not_reach_the_attacker() -> None:
    suppressor = reached_from(*modules_of("geomatch.disclosure"))
    assert not {one for one in suppressor if one.startswith("geomatch.audit")}


def test_imports_inside_functions_are_seen() -> None:
    assert "geomatch.auditing" in imported_by("geomatch.cli_audit")


def test_nobody_hands_modules_to_the_attacker_by_name() -> None:
    for module in modules_of("geomatch.audit"):
        path = file_of(module)
        assert path is not None
        text = path.read_text(encoding="utf-8")
        assert "importlib" not in text
        assert "__import__" not in text
