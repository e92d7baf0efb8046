"""The second look at a finished table: what breaks its schema is told, whoever made the table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest

from geomatch.errors import InputError
from geomatch.sources import corridor_register
from geomatch.sources.corridor_register import read_corridor_register
from geomatch.sources.schemas import breaches, check_table

SCHEMA = pa.DataFrameSchema(
    {
        "code": pa.Column(checks=pa.Check.str_matches("^[0-9]{4}$"), unique=True),
        "places": pa.Column("int64", pa.Check.ge(0)),
    },
    checks=pa.Check(lambda table: bool(table["places"].sum() < 10), name="fewer than 10 places"),
    strict=True,
)


def test_a_table_that_keeps_its_schema() -> None:
    table = pd.DataFrame({"code": ["0114", "2580"], "places": [0, 9]})
    assert breaches(table, SCHEMA, "a.csv") == []
    check_table(table, SCHEMA, "a.csv")


def test_every_breach_is_told_with_its_column() -> None:
    table = pd.DataFrame({"code": ["114", "2580", "2580"], "places": [-1, 10, 10]})
    assert sorted(map(str, breaches(table, SCHEMA, "a.csv"))) == [
        "a.csv, kolumn ”code”: ”114” bryter mot regeln str_matches('^[0-9]{4}$').",
        "a.csv, kolumn ”code”: ”2580” bryter mot regeln field_uniqueness.",
        "a.csv, kolumn ”places”: ”-1” bryter mot regeln greater_than_or_equal_to(0).",
        "a.csv: tabellen bryter mot regeln fewer than 10 places.",
    ]
    (found,) = breaches(pd.DataFrame({"code": ["0114"], "places": [0], "more": [""]}), SCHEMA, "a.csv")
    assert str(found) == "a.csv: ”more” bryter mot regeln column_in_schema."


def test_a_table_that_is_wrong_throughout_is_told_in_part() -> None:
    table = pd.DataFrame({"code": [f"x{n}" for n in range(100)], "places": 0})
    assert len(breaches(table, SCHEMA, "a.csv")) == 20


def test_what_a_reader_has_let_through_is_wrong_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the reader's own look at codes were wrong.
    monkeypatch.setattr(corridor_register, "municipality_code", lambda row, column: row.text(column))
    path = tmp_path / "a.csv"
    path.write_text("Från;Till;Gäller från;Gäller till;Referens\nLule;2582;2024-01-01;;\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_corridor_register(path)
    assert (
        str(caught.value) == "a.csv, kolumn ”from_code”: ”Lule” bryter mot regeln str_matches('^[0-9]{4}$')."
    )
