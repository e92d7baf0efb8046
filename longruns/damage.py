"""Ways to damage a sound file, each drawn from one stream of chance: the same seed, the same file."""

from __future__ import annotations

import copy
import datetime as dt
import io
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longruns.samples import Rows, Sample, as_bytes

__all__ = ["Damaged", "damaged"]

HOSTILE: tuple[Any, ...] = (
    None, "", " ", "..", ". .", "…", "-", "–", "#REF!", "#N/A", "=1+1", "=SUM(C4:C9)", -1, 0, 1, 1.5, 0.1 + 0.2, -0.0,
    10**6, 10**12, 10**15, 1e300, 2**63, True, False, "1e999", "1e400", "nan", "NaN", "inf", "-inf", "0x10", "1_000",
    "٣", "²", "½", "Ⅷ", "1 234", "1\N{NO-BREAK SPACE}234", "1,234", "1.234", "12,0", "12,5", "+5", "5-", "--5", "007",
    "0", "00", "NULL", "None", "true", "ja", "nej", "kanske", "2023-02-30", "2023-02-28", "2023-13", "2023-1",
    "0000-00-00", "9999-12-31", "99999-01-01", "20230230", "20239999", "1 jan 2024", "25:61", "24:00", "26:30:00",
    "-1:00", "8:5", "10.00", "10:00:60", "999999:00:00", 45_299, 60_001, 0.4375, dt.date(1900, 1, 1),
    dt.date(9999, 12, 31), dt.datetime(2024, 1, 8, 10, 30), dt.time(10, 30),  # noqa: DTZ001  a cell has no time zone
    "Ã¥", "Spr�k", "å" * 300, "x" * 40_000, "a\nb", "a\r\nb", "a\tb", "a;b", "a,b", '"', "'", '""', 'a"b', "\\",
    "\N{ZERO WIDTH SPACE}", "\N{BYTE ORDER MARK}", "\N{RIGHT-TO-LEFT OVERRIDE}abc", "e\N{COMBINING ACUTE ACCENT}", "😀",
    "\x00", "\x1a", "\x85", "\u2028", "\ud800", "<script>", "{0}", "{name}", "%s", "%(x)s", "../../etc/passwd",
    "Totalt", "Summa:", "Totalt:", "Hela riket", "okänd kommun", "Okänd", "uppgift saknas", "Län", "Kommun", "Municipality",
    "Januari", "2023-01", "ABO", "Gotlands län", "Gotland", "Heby", "Upplands-Väsby", "Luleå", "Boden", "2580", "0184",
    "2582,5", "EXEMPEL", "exakt", "dold", "kvinnor", "alla", "mån;tis", "all", "unknown", "S37", "Europe/Stockholm",
    "Mars/Phobos", "Stockholm", "0.0", "91", "-181", "65.5848", "7292327", "829440", "1e-320", "179.99999", "7e6",
)  # fmt: skip
ENCODINGS = (
    "cp1252",
    "latin-1",
    "utf-16",
    "utf-16-le",
    "utf-8-sig",
    "cp850",
    "mac-roman",
    "utf-32",
    "cp037",
    "utf-7",
)


@dataclass(frozen=True)
class Damaged:
    """A damaged file.

    Attributes:
        sample: The sound one.
        name: File name.
        content: Its bytes.
        how: The ways it was damaged, in order.
        sheets: Its cells, where it was damaged through them alone.
    """

    sample: Sample
    name: str
    content: bytes
    how: tuple[str, ...]
    sheets: dict[str, Rows] | None = None


# --------------------------------------------------------------------------------------------------------------- bytes


def _flip(chance: random.Random, content: bytearray) -> None:
    for _time in range(chance.choice((1, 1, 2, 8, 64))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _overwrite(chance: random.Random, content: bytearray) -> None:
    start, size = chance.randrange(len(content)), chance.choice((1, 4, 64, 512, 4096))
    filling = chance.choice((b"\0", b"\xff", b" ", None))
    end = min(start + size, len(content))
    content[start:end] = chance.randbytes(end - start) if filling is None else filling * (end - start)


def _cut(chance: random.Random, content: bytearray) -> None:
    del content[chance.randrange(len(content)) :]


def _hole(chance: random.Random, content: bytearray) -> None:
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 2, 16, 256, 4096))]


def _insert(chance: random.Random, content: bytearray) -> None:
    start = chance.randrange(len(content) + 1)
    piece = chance.choice(
        (b"\0", b"\n", b'"', b"\xef\xbb\xbf", b"\xff\xfe", b";;;", b"PK\x03\x04", chance.randbytes(16))
    )
    content[start:start] = piece


def _repeat(chance: random.Random, content: bytearray) -> None:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.choice((16, 256, 4096))]
    content[start:start] = piece


def _append(chance: random.Random, content: bytearray) -> None:
    content += chance.choice((b"\0" * 100, b"\x1a", chance.randbytes(300), bytes(content)))


BYTES: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flip, _flip, _flip, _overwrite, _cut, _hole, _insert, _repeat, _append,
)  # fmt: skip


def _of_bytes(chance: random.Random, content: bytes) -> tuple[bytes, str]:
    how = chance.choice(BYTES)
    changed = bytearray(content or b" ")
    how(chance, changed)
    return bytes(changed), f"bytes:{how.__name__[1:]}"


# --------------------------------------------------------------------------------------------------------------- cells


def _some(chance: random.Random, rows: Rows) -> tuple[int, int] | None:
    filled = [(r, c) for r, row in enumerate(rows) for c in range(len(row))]
    return chance.choice(filled) if filled else None


def _cell(chance: random.Random, rows: Rows) -> None:
    for _time in range(chance.choice((1, 1, 1, 2, 5))):
        if place := _some(chance, rows):
            rows[place[0]][place[1]] = chance.choice(HOSTILE)


def _other_cell(chance: random.Random, rows: Rows) -> None:
    here, there = _some(chance, rows), _some(chance, rows)
    if here and there:
        rows[here[0]][here[1]] = rows[there[0]][there[1]]


def _edited(chance: random.Random, rows: Rows) -> None:
    """A letter too many, too few or another; a number off by one, negative or ten times as large."""
    if not (place := _some(chance, rows)):
        return
    value = rows[place[0]][place[1]]
    if isinstance(value, int):
        rows[place[0]][place[1]] = chance.choice(
            (value + 1, -value, value * 10, float(value), str(value), f"{value} st")
        )
    elif isinstance(value, str) and value:
        at = chance.randrange(len(value))
        letter = chance.choice(("", "x", value[at] * 2, value[at].swapcase(), " ", "\n"))
        rows[place[0]][place[1]] = value[:at] + letter + value[at + 1 :]


def _drop_row(chance: random.Random, rows: Rows) -> None:
    if rows:
        del rows[chance.randrange(len(rows))]


def _repeat_row(chance: random.Random, rows: Rows) -> None:
    if rows:
        rows.insert(chance.randrange(len(rows) + 1), list(chance.choice(rows)))


def _swap_rows(chance: random.Random, rows: Rows) -> None:
    if rows:
        a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
        rows[a], rows[b] = rows[b], rows[a]


def _blank_rows(chance: random.Random, rows: Rows) -> None:
    at = chance.randrange(len(rows) + 1)
    rows[at:at] = [[] for _n in range(chance.choice((1, 3, 12)))]


def _drop_column(chance: random.Random, rows: Rows) -> None:
    width = max(map(len, rows), default=0)
    if width:
        at = chance.randrange(width)
        for row in rows:
            del row[at : at + 1]


def _repeat_column(chance: random.Random, rows: Rows) -> None:
    width = max(map(len, rows), default=0)
    if width:
        source, target = chance.randrange(width), chance.randrange(width + 1)
        for row in rows:
            if source < len(row):
                row.insert(target, row[source])


def _swap_columns(chance: random.Random, rows: Rows) -> None:
    width = max(map(len, rows), default=0)
    if width:
        a, b = chance.randrange(width), chance.randrange(width)
        for row in rows:
            row.extend([None] * (width - len(row)))
            row[a], row[b] = row[b], row[a]


def _blank_column(chance: random.Random, rows: Rows) -> None:
    at = chance.randrange(max(map(len, rows), default=0) + 1)
    for row in rows:
        row.insert(at, None)


def _one_value(chance: random.Random, rows: Rows) -> None:
    """A whole column says one thing."""
    width = max(map(len, rows), default=0)
    if width:
        at, value = chance.randrange(width), chance.choice(HOSTILE)
        for row in rows[1:]:
            if at < len(row):
                row[at] = value


CELLS: tuple[Callable[[random.Random, Rows], None], ...] = (
    _cell, _cell, _cell, _other_cell, _edited, _edited, _drop_row, _repeat_row, _swap_rows, _blank_rows, _drop_column,
    _repeat_column, _swap_columns, _blank_column, _one_value,
)  # fmt: skip


def _of_cells(chance: random.Random, sheets: dict[str, Rows]) -> str:
    rows = sheets[chance.choice(sorted(sheets))]
    how = chance.choice(CELLS)
    how(chance, rows)
    return f"cells:{how.__name__[1:]}"


# ------------------------------------------------------------------------------------------- zips, text, layers, names


def _of_zip(chance: random.Random, content: bytes) -> tuple[bytes, str]:
    """One part of an archive damaged inside, missing, twice or called otherwise; the archive itself is sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    at = chance.randrange(len(parts))
    name, inside = parts[at]
    how = chance.choice(
        ("inside", "inside", "inside", "missing", "twice", "renamed", "emptied", "in a folder", "locked")
    )
    if how == "inside":
        inside, way = _of_bytes(chance, inside)
        parts[at], how = (name, inside), f"inside {way}"
    elif how == "missing":
        del parts[at]
    elif how == "twice":
        parts.append((chance.choice((name, name.upper(), f"other/{name}")), inside))
    elif how == "renamed":
        parts[at] = (chance.choice((name.upper(), f"{name}~", f"../{name}", f"/{name}", "å")), inside)
    elif how == "emptied":
        parts[at] = (name, b"")
    elif how == "in a folder":
        parts = [(f"folder/{other}", data) for other, data in parts]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, inside) in enumerate(parts):
            if name in archive.namelist():
                name = f"{name}{number}"  # noqa: PLW2901  a name can stand once
            archive.writestr(zipfile.ZipInfo(name), inside, zipfile.ZIP_DEFLATED)
    made = packed.getvalue()
    if how == "locked":
        # The bit that says that a part is encrypted, in the header of each part and in the table of contents.
        changed = bytearray(made)
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = changed.find(mark)
            if start >= 0:
                changed[start + place] |= 1
        made = bytes(changed)
    return made, f"zip:{how}"


def _of_text(chance: random.Random, content: bytes) -> tuple[bytes, str]:
    text = content.decode("utf-8", "replace")
    how = chance.choice(
        ("encoding", "twice encoded", "separator", "line breaks", "two encodings", "quoted", "nul")
    )
    if how == "encoding":
        encoding = chance.choice(ENCODINGS)
        return text.encode(encoding, "replace"), f"text:{encoding}"
    if how == "twice encoded":
        made = content.decode("latin-1").encode()
    elif how == "separator":
        made = text.replace(";", chance.choice((",", "\t", "|", ":", " "))).encode()
    elif how == "line breaks":
        made = text.replace("\n", chance.choice(("\r\n", "\r", "\n\n", "\x0b", "\n\r"))).encode()
    elif how == "two encodings":
        half = chance.randrange(len(text) + 1)
        made = text[:half].encode() + text[half:].encode("cp1252", "replace")
    elif how == "quoted":
        made = '"'.join(text[n : n + 40] for n in range(0, len(text), 40)).encode()
    else:
        made = text.replace("a", "\0", 1).encode()
    return made, f"text:{how}"


def _of_layer(chance: random.Random, content: bytes) -> tuple[bytes, str]:
    """A GeoPackage changed with SQL: cells, columns, rows, what describes the layer, its geometry."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(content)
        base = sqlite3.connect(path, isolation_level=None)
        try:
            (table,) = base.execute("select table_name from gpkg_contents").fetchone()
            # Its triggers call functions that only a GeoPackage's own library has.
            for (trigger,) in base.execute(
                "select name from sqlite_master where type = 'trigger'"
            ).fetchall():
                base.execute(f'drop trigger "{trigger}"')
            columns = [row[1] for row in base.execute(f'pragma table_info("{table}")')]
            how, statement, values = chance.choice(_LAYER)
            column = chance.choice(columns)
            value = chance.choice(HOSTILE)
            if isinstance(value, (dt.date, dt.time)):
                value = value.isoformat()
            if isinstance(value, str):
                value = value.encode("utf-8", "replace").decode()
            if isinstance(value, int) and abs(value) >= 2**63:
                value = float(value)
            given = {"value": value, "blob": chance.randbytes(40), "row": chance.randrange(1, 4)}
            sql = statement.format(table=table, column=column)
            base.execute(sql, {name: given[name] for name in values})
        except sqlite3.Error:
            how = "nothing"
        finally:
            base.close()
        return path.read_bytes(), f"layer:{how}"


_LAYER = (
    ("cell", 'update "{table}" set "{column}" = :value where rowid = :row', ("value", "row")),
    ("cell", 'update "{table}" set "{column}" = :value where rowid = :row', ("value", "row")),
    ("cell", 'update "{table}" set "{column}" = :value where rowid = :row', ("value", "row")),
    ("column", 'update "{table}" set "{column}" = :value', ("value",)),
    ("blob", 'update "{table}" set "{column}" = :blob where rowid = :row', ("blob", "row")),
    ("drop column", 'alter table "{table}" drop column "{column}"', ()),
    ("rename column", 'alter table "{table}" rename column "{column}" to "x"', ()),
    ("add column", 'alter table "{table}" add column "Namn 2" text', ()),
    ("drop row", 'delete from "{table}" where rowid = :row', ("row",)),
    ("no rows", 'delete from "{table}"', ()),
    ("no table", 'drop table "{table}"', ()),
    ("no contents", "delete from gpkg_contents", ()),
    ("no geometry column", "delete from gpkg_geometry_columns", ()),
    ("system", "update gpkg_geometry_columns set srs_id = 4326", ()),
    ("no system", "update gpkg_geometry_columns set srs_id = 99999", ()),
    ("kind of geometry", "update gpkg_geometry_columns set geometry_type_name = 'POLYGON'", ()),
    ("data type", "update gpkg_contents set data_type = 'tiles'", ()),
    ("application", "pragma application_id = 0", ()),
)


def damaged(chance: random.Random, sample: Sample) -> Damaged:
    """A sample, damaged in one to three ways."""
    sheets = copy.deepcopy(dict(sample.sheets))
    content, how = sample.content, []
    ways = ["bytes"]
    ways += ["cells"] * 5 if sheets else []
    ways += ["zip"] * 2 if sample.suffix in {".xlsx", ".zip"} else []
    ways += ["text"] * 2 if sample.suffix == ".csv" else []
    ways += ["layer"] * 5 if sample.suffix == ".gpkg" else []
    way = chance.choice(ways)
    cells = None
    if way == "cells":
        how += [_of_cells(chance, sheets) for _time in range(chance.choice((1, 1, 1, 2, 3)))]
        content = as_bytes(sheets, sample.suffix, sample.hidden)
        cells = sheets
        way = chance.choice(["none"] * 12 + ["bytes"])
    if way != "none":
        cells = None
        make = {"bytes": _of_bytes, "zip": _of_zip, "text": _of_text, "layer": _of_layer}[way]
        content, said = make(chance, content)
        how.append(said)
    name = sample.name
    if chance.random() < 0.01:
        name = Path(name).stem + chance.choice(
            (".csv", ".xlsx", ".xls", ".gpkg", ".zip", ".txt", ".ods", "", ".XLSX")
        )
        how.append("another suffix")
        cells = None
    return Damaged(sample, name, content, tuple(how), cells)
