"""Tables of bad files: what is wrong with each, and what its reader says, in the tests and in docs/bad-input.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-input.md"


@dataclass(frozen=True)
class Bad:
    """A file that is wrong in one way.

    Attributes:
        what: What is wrong, in a few words.
        make: Writes it in a folder and returns its path.
        says: Every message it gets, in Swedish; or, where it is read all the same, what is noted.
        read: It is read all the same.
    """

    what: str
    make: Callable[[Path], Path]
    says: tuple[str, ...]
    read: bool = False

    def __str__(self) -> str:
        return self.what


def markdown(cases: Sequence[Bad]) -> str:
    """The table of docs/bad-input.md."""
    rows = ["| file | message |", "|---|---|"]
    for case in cases:
        text = "<br>".join(line.replace("|", "\\|") for line in case.says) or "nothing: it means the same"
        rows.append(f"| {case.what} | {'*Read.* ' if case.read else ''}{text} |")
    return "\n".join(rows) + "\n"


def documented(heading: str) -> str:
    """The table that the page has under a heading."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (body,) = [part for part in section if part.startswith(heading + "\n")]
    return body[body.index("| file |") :].strip() + "\n"
