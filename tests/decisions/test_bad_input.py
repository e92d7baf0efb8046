"""What is said of bad registers of decisions and of bad files of compensation stands in the documentation, word for word."""

from __future__ import annotations

from pathlib import Path

from tests.decisions import test_compensation, test_history, test_register

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-input.md"


def table() -> list[str]:
    rows = [(name, [f"korridorer.csv, {text}" for text in told]) for name, _rows, told in test_register.BAD]
    rows += [(name, told) for name, _rows, told in test_history.BAD]
    rows += [
        (name, [f"reseersattning.csv, {text}" for text in told])
        for name, _rows, told in test_compensation.BAD
    ]
    return ["| file | message |", "|---|---|", *(f"| {name} | {'<br>'.join(told)} |" for name, told in rows)]


def test_the_table_stands_in_the_documentation() -> None:
    _before, _heading, after = PAGE.read_text(encoding="utf-8").partition("\n## Decisions and compensation\n")
    section = after.partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == table()
