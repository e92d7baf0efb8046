"""Files of every kind with a text or some numbers hidden in one place of them: what the search is tested with."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin
from rasterio.transform import Affine

__all__ = ["OF_BYTES", "OF_NUMBERS", "OF_TEXT", "png"]


def png(**chunks: bytes) -> bytes:
    """A picture of one point with further chunks before its end."""
    made = io.BytesIO()
    Image.new("P", (1, 1)).save(made, "PNG")
    whole = made.getvalue()
    own = b"".join(
        struct.pack(">I", len(body))
        + name.encode()
        + body
        + struct.pack(">I", zlib.crc32(name.encode() + body))
        for name, body in chunks.items()
    )
    return whole[:-12] + own + whole[-12:]


def _zip(
    name: str, body: bytes, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", extra: bytes = b""
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as opened:
        info = zipfile.ZipInfo(name)
        info.compress_type = method
        info.comment, info.extra = comment, extra
        opened.writestr(info, body)
    return made.getvalue()


def _unlisted(body: bytes) -> bytes:
    """A zip whose list does not name the part that lies before it."""
    inner = _zip("gone.txt", body)
    return inner[: inner.index(b"PK\x01\x02")] + _zip("left.txt", b"left")


def _pdf(objects: list[bytes]) -> bytes:
    numbered = [b"%d 0 obj\n%b\nendobj\n" % (n, body) for n, body in enumerate(objects, 1)]
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def _stream(body: bytes) -> bytes:
    packed = zlib.compress(body)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)


def _glyphs(text: str) -> bytes:
    """A page as browsers print it: numbers of glyphs, and a table of which sign each is."""
    signs = sorted(set(text))
    cmap = b"begincmap\n%d beginbfchar\n" % len(signs)
    cmap += b"".join(
        b"<%04X> <%b>\n" % (n, sign.encode("utf-16-be").hex().upper().encode())
        for n, sign in enumerate(signs, 3)
    )
    cmap += b"endbfchar\nendcmap"
    shown = b"BT /F1 12 Tf " + b"".join(b"<%04X> Tj " % (signs.index(sign) + 3) for sign in text) + b"ET"
    return _pdf([_stream(cmap), _stream(shown)])


def _book(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Kommun", "Platser"])
    fill(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _hidden_sheet(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("bak")
        sheet.sheet_state = "veryHidden"
        sheet["C9"] = text

    return _book(fill)


def _commented(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.active["A1"].comment = Comment(text, "x")

    return _book(fill)


def _property(text: str) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.properties.lastModifiedBy = text

    return _book(fill)


def _database(*statements: tuple[str, tuple[object, ...]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.gpkg"
        opened = sqlite3.connect(path)
        opened.execute("pragma secure_delete = 0")
        for statement, values in statements:
            opened.execute(statement, values)
            opened.commit()
        opened.close()
        return path.read_bytes()


def _row(value: object) -> bytes:
    return _database(('create table "åäö ""x" (a)', ()), ('insert into "åäö ""x" values (?)', (value,)))


def _free_page(text: str) -> bytes:
    padding = [("insert into t values (?)", ("x" * 3000,))] * 3
    made = _database(
        ("create table t (a)", ()), *padding, ("insert into t values (?)", (text,)), ("delete from t", ())
    )
    found = sqlite3.connect(":memory:")
    found.close()
    return made


def _geotiff(
    tags: Mapping[str, str], band: Mapping[str, str], about: str = "", west: float = 0.0, north: float = 0.0
) -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=2,
            height=2,
            count=1,
            dtype="uint8",
            crs="EPSG:3006",
            transform=Affine(100, 0, west, 0, -100, north),
        ) as opened:
            opened.write(np.zeros((1, 2, 2), "uint8"))
            opened.update_tags(**tags)
            opened.update_tags(1, **band)
            if about:
                opened.set_band_description(1, about)
        return bytes(memory.read())


def _text_chunk(text: str, *, packed: bool) -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_itxt("note", text, zip=packed)
    made = io.BytesIO()
    Image.new("P", (1, 1)).save(made, "PNG", pnginfo=about)
    return made.getvalue()


def _exif(text: str) -> bytes:
    picture = Image.new("RGB", (1, 1))
    exif = picture.getexif()
    exif[0x9C9C] = text.encode("utf-16-le")
    made = io.BytesIO()
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def _parquet(frame: pd.DataFrame, about: Mapping[str, str] | None = None) -> bytes:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if about:
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **about})
    made = pa.BufferOutputStream()
    pq.write_table(table, made, compression="zstd")
    return made.getvalue().to_pybytes()


def _with_attrs(text: str) -> bytes:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["note"] = text
    return _parquet(frame)


# Files that can hold any bytes.
OF_BYTES: Mapping[str, Callable[[bytes], bytes]] = {
    "file": lambda body: body,
    "log": lambda body: b"2023-02-01 12:00:00 INFO read " + body + b"\r\n",
    "page": lambda body: b"<!doctype html><p title='" + body + b"'>x</p>",
    "script": lambda body: b'geomatch.x = {"a":"' + body + b'"};\n',
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda body: _zip("a.txt", body),
    "zip, not packed": lambda body: _zip("a.txt", body, zipfile.ZIP_STORED),
    "zip, taken out of its list": _unlisted,
    "zip in gzip in zip": lambda body: _zip("b", gzip.compress(_zip("a.txt", body))),
    "GeoPackage, blob": lambda body: _row(gzip.compress(body)),
    "PDF stream": lambda body: _pdf([_stream(body)]),
    "PNG, packed text": lambda body: png(zTXt=b"note\0\0" + zlib.compress(body)),
    "PNG, behind its end": lambda body: png() + body,
    "data in base64": lambda body: (
        b"x{background:url(data:text/plain;base64," + base64.b64encode(body) + b")}"
    ),
    "gzip in base64": lambda body: b'{"packed":"' + base64.b64encode(gzip.compress(body)) + b'"}',
}
# Files that hold text.
OF_TEXT: Mapping[str, Callable[[str], bytes]] = {
    "workbook, cell": lambda text: _book(lambda book: book.active.append([text])),
    "workbook, hidden sheet": _hidden_sheet,
    "workbook, name of a sheet": lambda text: _book(
        lambda book: setattr(book.create_sheet(), "title", text[:31])
    ),
    "workbook, comment": _commented,
    "workbook, properties": _property,
    "GeoPackage, text": _row,
    "GeoPackage, name of a table": lambda text: _database((f'create table "{text}" (a)', ())),
    "GeoPackage, free page": _free_page,
    "PDF, information": lambda text: _pdf(
        [b"<< /Title <" + b"FEFF" + text.encode("utf-16-be").hex().encode() + b"> >>"]
    ),
    "PDF, glyphs": _glyphs,
    "GeoTIFF, tag": lambda text: _geotiff({"NOTE": text}, {}),
    "GeoTIFF, tag of a band": lambda text: _geotiff({}, {"NOTE": text}),
    "GeoTIFF, description": lambda text: _geotiff({}, {}, text),
    "PNG, text": lambda text: _text_chunk(text, packed=False),
    "PNG, text in UTF-8, packed": lambda text: _text_chunk(text, packed=True),
    "JPEG, EXIF": _exif,
    "Parquet, value": lambda text: _parquet(pd.DataFrame({"a": ["x", text, "z"]})),
    "Parquet, name of a column": lambda text: _parquet(pd.DataFrame({text: [1]})),
    "Parquet, metadata": lambda text: _parquet(pd.DataFrame({"a": [1]}), {"note": text}),
    "Parquet, attributes of the frame": _with_attrs,
    "zip, comment": lambda text: _zip("a", b"x", comment=text.encode()),
    "zip, name": lambda text: _zip(text, b"x"),
    "zip, further field": lambda text: _zip(
        "a", b"x", extra=struct.pack("<HH", 0x7075, len(text.encode())) + text.encode()
    ),
    "gzip, name": lambda text: (
        b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + text.encode() + b"\0" + gzip.compress(b"x")[10:]
    ),
}


def _wkb(x: float, y: float, order: str = "<") -> bytes:
    return (b"\1" if order == "<" else b"\0") + struct.pack(f"{order}Idd", 1, x, y)


# Files that hold two numbers as numbers.
OF_NUMBERS: Mapping[str, Callable[[float, float], bytes]] = {
    "workbook, cells": lambda x, y: _book(lambda book: book.active.append(["a", x, y])),
    "GeoPackage, columns": lambda x, y: _database(
        ("create table t (x real, y real)", ()), ("insert into t values (?, ?)", (x, y))
    ),
    "GeoPackage, geometry": lambda x, y: _row(b"GP\0\1" + struct.pack("<i", 3006) + _wkb(x, y)),
    "GeoPackage, envelope": lambda x, y: _row(
        b"GP\0\3" + struct.pack("<i4d", 3006, x, x, y, y) + _wkb(0.0, 0.0)
    ),
    "GeoPackage, index of floats": lambda x, y: _database(
        ("create virtual table r using rtree(id, a, b, c, d)", ()),
        ("insert into r values (1, ?, ?, ?, ?)", (x, x, y, y)),
    ),
    "GeoPackage, extent of others too": lambda x, y: _database(
        ("create table c (w real, s real, e real, n real)", ()),
        ("insert into c values (?, ?, ?, ?)", (x, y - 9e5, x + 9e5, y)),
    ),
    "WKB in a file": lambda x, y: b"\0\0\0" + _wkb(x, y),
    "WKB, the other order": lambda x, y: b"\0\0\0" + _wkb(x, y, ">"),
    "WKB as hexadecimal digits": lambda x, y: b"POINT " + _wkb(x, y).hex().encode(),
    "floats of four bytes": lambda x, y: b"\0" + struct.pack("<ff", x, y),
    "Parquet, columns": lambda x, y: _parquet(pd.DataFrame({"x": [1.5, x], "n": [1, 2], "y": [2.5, y]})),
    "Parquet, geometry": lambda x, y: _parquet(pd.DataFrame({"geometry": [_wkb(x, y)]})),
    "GeoTIFF, corner": lambda x, y: _geotiff({}, {}, "", x, y),
}
