"""Figures of persons out of every format of the downloads and of the map's scripts, each read by itself."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from geomatch.audit.told import Edition, row_of_table, table_of

__all__ = ["percent_ends", "read_download", "read_script", "script_value", "tell_percent"]

# What in the workbook holds no figure of persons; any other sheet is looked at.
_OTHER_SHEETS = frozenset({"activities", "ways", "similar", "purposes", "surface"})
_HUNDREDTH = Fraction(1, 100)
# The program rounds shares to nine decimals before it makes per cent of them.
_SLACK = Fraction(1, 10**9)
# Fields of the map's value table: figures, and shares in whole per cent.
_VALUES = ("need", "women", "men", "gap", "no_day_return", "need_change", "gap_change")
# Where a pair's entry holds the persons that it gains.
_GAIN_AT = 4


def _rows_of_csv(content: bytes, separator: str) -> Iterator[Mapping[str, Any]]:
    text = content.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0].strip()
    if not table_of(set(first.split(separator))):
        return
    yield from csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)


def _rows_of_workbook(path: Path) -> Iterator[Mapping[str, Any]]:
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        if name in _OTHER_SHEETS:
            continue
        rows = iter(book.get_sheet_by_name(name).to_python())
        head = [str(cell) for cell in next(rows, [])]
        if table_of(set(head)):
            for row in rows:
                yield dict(zip(head, row, strict=False))


def _rows_of_geojson(content: bytes) -> Iterator[Mapping[str, Any]]:
    if b'"need_' not in content and b'"gap_' not in content and b'"gain_' not in content:
        return
    for feature in json.loads(content).get("features", ()):
        yield feature.get("properties") or {}


def _rows_of_geopackage(path: Path) -> Iterator[Mapping[str, Any]]:
    base = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        base.row_factory = sqlite3.Row
        names = [str(row[0]) for row in base.execute("SELECT table_name FROM gpkg_contents ORDER BY 1")]
        for name in names:
            quoted = name.replace('"', '""')
            columns = [str(row[1]) for row in base.execute(f'PRAGMA table_info("{quoted}")')]
            if not table_of(set(columns)):
                continue
            wanted = ", ".join(f'"{column}"' for column in columns if column not in ("geom", "geometry"))
            # A name of the file's own table, quoted; a parameter cannot stand for one.
            for row in base.execute(f'SELECT {wanted} FROM "{quoted}"'):  # noqa: S608  see above
                yield dict(row)
    finally:
        base.close()


def _read(edition: Edition, path: Path, name: str, kind: str) -> int:
    where = kind, name
    if kind in ("csv", "csv-comma"):
        rows = _rows_of_csv(path.read_bytes(), "," if kind == "csv-comma" else ";")
    elif kind == "xlsx":
        rows = _rows_of_workbook(path)
    elif kind == "geojson":
        rows = _rows_of_geojson(path.read_bytes())
    else:
        rows = _rows_of_geopackage(path)
    return sum(row_of_table(edition, row, where) for row in rows)


def _kind_of(path: Path) -> str:
    if path.suffix == ".csv":
        return "csv-comma" if path.stem.endswith("-comma") else "csv"
    return {".xlsx": "xlsx", ".geojson": "geojson", ".gpkg": "gpkg"}.get(path.suffix, "")


def read_download(edition: Edition, path: Path, name: str) -> tuple[str, int]:
    """Read a downloaded file into an edition.

    Args:
        edition: That takes its figures in.
        path: The file.
        name: What it is called in the report.

    Returns:
        Its format, empty for a file of none, and how many figures of persons it holds.
    """
    kind = _kind_of(path)
    return kind, _read(edition, path, name, kind) if kind else 0


# ------------------------------------------------------------------------------------------------------------- scripts

_ASSIGNED = re.compile(r"\)\[(\"[^\"]*\")\] = (.*)\n?\Z", re.DOTALL)


def script_value(text: str) -> Any:  # noqa: ANN401  a value of JSON
    """The value that a script of the map hands over, or None where it is another script."""
    found = _ASSIGNED.search(text)
    try:
        return json.loads(found[2].strip().removesuffix(";")) if found else None
    except ValueError:
        return None


def _ends(value: Any) -> tuple[tuple[int, int] | None, str]:  # noqa: ANN401  a value of JSON
    """A cell of a script: ends, and sign."""
    if isinstance(value, str):
        return None, value
    if isinstance(value, list) and len(value) == 2:
        return (int(value[0]), int(value[1])), ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (int(value), int(value)), ""
    return None, ""


def percent_ends(low: int, high: int) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
    """What shares in whole per cent are rounded from: bounds were rounded outwards, one value half up.

    Returns:
        Between which the lower share lies, and between which the higher.
    """
    if low == high:
        half = (low - Fraction(1, 2)) * _HUNDREDTH - _SLACK, (low + Fraction(1, 2)) * _HUNDREDTH + _SLACK
        return half, half
    return (
        (low * _HUNDREDTH - _SLACK, (low + 1) * _HUNDREDTH + _SLACK),
        ((high - 1) * _HUNDREDTH - _SLACK, high * _HUNDREDTH + _SLACK),
    )


def read_script(edition: Edition, path: Path, name: str) -> int:
    """Figures of `values.js` or `corridors.js`; how many there were."""
    value = script_value(path.read_text(encoding="utf-8"))
    where = "js", name
    found = 0
    if isinstance(value, list):
        for row in value:
            if isinstance(row, list) and len(row) > _GAIN_AT:
                ends, sign = _ends(row[_GAIN_AT])
                edition.tell("corridors", (str(row[0]), str(row[1])), "gain", ends, sign, where)
                found += 1
        return found
    if not isinstance(value, dict):
        return 0
    codes = [str(code) for code in value.get("areas", ())]
    edition.before = edition.before or str(value.get("before") or "")
    for figure in _VALUES:
        for code, cell in zip(codes, value.get(figure, ()), strict=False):
            ends, sign = _ends(cell)
            if ends is not None or sign:
                edition.tell("areas", (code,), figure, ends, sign, where)
                found += 1
    for field in ("women_share", "gap_share"):
        for code, cell in zip(codes, value.get(field, ()), strict=False):
            ends, _sign = _ends(cell)
            if ends is not None:
                tell_percent(edition, code, field, ends, where)
                found += 1
    return found


def tell_percent(
    edition: Edition, area: str, field: str, ends: tuple[int, int], where: tuple[str, str]
) -> None:
    """Take in a share of one file in whole per cent: `women_share`, or `gap_share` with its two ends."""
    low, high = percent_ends(*ends)
    if field == "women_share":
        edition.tell_share(area, field, low, where)
        return
    edition.tell_share(area, f"{field}_low", low, where)
    edition.tell_share(area, f"{field}_high", high, where)
