"""Which texts the pages ask the catalogue for, read from the sources themselves."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "geomatch"
_IN_TEMPLATE = re.compile(r"_\('((?:[^'\\]|\\.)*)'\)")


def asked_for() -> set[str]:
    """Every msgid of the publish room and of disclosure, singular and plural."""
    found: set[str] = set()
    for path in [*sorted((PACKAGE / "publish").glob("*.py")), PACKAGE / "disclosure/visible.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"_", "ngettext"}
            ):
                texts = node.args[: 1 if node.func.id == "_" else 2]
                for text in texts:
                    assert isinstance(text, ast.Constant), f"{path.name}:{node.lineno} is not a plain text"
                    found.add(str(text.value))
    for path in sorted((PACKAGE / "publish" / "templates").glob("*.html")):
        found.update(_IN_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    return found
