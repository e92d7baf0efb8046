"""Every byte of a tree, unpacked: files in archives, tables in databases, streams in PDFs, tags in pictures.

Written for the search for canaries and for nothing else: it shares no code with what writes the files, it never leaves
a part out because it cannot be read (the bytes as they lie are always among what it gives), and it would rather give a
thing twice than not at all.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import gzip
import html
import io
import json
import lzma
import re
import sqlite3
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pandas as pd
import pyarrow.parquet as pq
import rasterio
from PIL import Image

__all__ = ["Part", "unpacked", "unpacked_bytes"]

# Where a part was found, and its bytes.
Part = tuple[str, bytes]
# Archives in archives: deeper than anything is nested on purpose.
_DEEPEST = 6
_DATA_URI = re.compile(rb"data:[a-zA-Z0-9/+.;=_-]*;base64,([A-Za-z0-9+/=%\s]+)")
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){8,}(?![0-9a-fA-F])")
_BACKSLASH = re.compile(
    rb"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})|([nrtbf/\"'\\]))"
)
_STREAM = re.compile(rb"stream\r?\n(.*?)(?:\r?\n)?endstream", re.DOTALL)
_CHARACTER = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f]{4,})>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f]{4,})>")
_SHOWN = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*(?:Tj|'|\")|\[((?:[^\]\\]|\\.)*)\]\s*TJ")
_TAG = re.compile(rb"<[^<>]{0,4000}>")
_GEO_BLOB = b"GP"


def unpacked(path: Path) -> Iterator[Part]:
    """Every file below a folder, or one file, with all that is packed into it: names, then contents.

    Args:
        path: A folder or a file. A link is followed once; what it points to is part of what somebody copies.
    """
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*"))
    for one in files:
        name = one.name if one == path else one.relative_to(path).as_posix()
        kind = "name" if one.is_file() else "folder"
        yield from unpacked_bytes(name.encode("utf-8", "surrogateescape"), f"{name} ({kind})")
        if one.is_symlink():
            yield from unpacked_bytes(str(one.readlink()).encode(), f"{name} (link)")
        if one.is_file():
            yield from unpacked_bytes(one.read_bytes(), name)


def unpacked_bytes(data: bytes, place: str, depth: int = 0) -> Iterator[Part]:
    """The bytes of one file or part as they lie, then all that is packed into them.

    Args:
        data: The bytes.
        place: Where they are from, for the report.
        depth: How many archives they lie in.
    """
    yield place, data
    if depth >= _DEEPEST or not data:
        return
    for name, inner in _opened(data):
        yield from unpacked_bytes(inner, f"{place}!{name}", depth + 1)
    if _is_wide(data) and "!utf-16" not in place:
        for order in ("utf-16-le", "utf-16-be"):
            text = data[len(data) % 2 :].decode(order, "ignore").replace("\0", "").encode("utf-8", "ignore")
            yield from unpacked_bytes(text, f"{place}!{order}", depth + 1)
    if depth == 0 or b"\0" not in data[:4096]:
        yield from _spelled_out(data, place, depth)


def _is_wide(data: bytes) -> bool:
    """Whether every other byte is nought, or nearly so: text in UTF-16."""
    return len(data) >= 8 and max(data[0:4096:2].count(0), data[1:4096:2].count(0)) * 5 > len(data[:4096])


# -------------------------------------------------------------------------------------------------- kinds of file


def _opened(data: bytes) -> Iterator[Part]:
    """What is packed into a file, told by its first bytes and not by its name."""
    if data[:2] == b"\x1f\x8b":
        yield from _one("gzip", lambda: gzip.decompress(data))
    elif data[:3] == b"BZh":
        yield from _one("bzip2", lambda: bz2.decompress(data))
    elif data[:6] == b"\xfd7zXZ\0":
        yield from _one("xz", lambda: lzma.decompress(data))
    elif data[:2] == b"PK":
        yield from _archive(data)
    elif data[:16] == b"SQLite format 3\0":
        yield from _database(data)
    elif data[:4] == b"PAR1":
        yield from _parquet(data)
    elif data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        yield from _raster(data)
        yield from _picture(data)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _png(data)
        yield from _picture(data)
    elif data[:3] == b"\xff\xd8\xff" or data[8:12] == b"WEBP" or data[:4] == b"GIF8":
        yield from _picture(data)
    elif b"%PDF-" in data[:1024]:
        yield from _pdf(data)


def _one(name: str, read: Any) -> Iterator[Part]:
    try:
        yield name, read()
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        # Its bytes as they lie have been given already.
        return


def _archive(data: bytes) -> Iterator[Part]:
    """A zip, or a workbook: names, comments, extra fields, every member, also those that the list does not name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            yield "comment", opened.comment
            for info in opened.infolist():
                yield f"{info.filename} (its name)", info.filename.encode()
                yield f"{info.filename} (about)", info.comment + b"\n" + info.extra
                yield from _one(info.filename, lambda info=info: opened.read(info))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        pass
    # A member that was taken out of the list is still in the file.
    for match in re.finditer(rb"PK\x03\x04", data):
        at = match.start()
        if at + 30 > len(data):
            continue
        method, size, name, extra = struct.unpack("<H8xI4xHH", data[at + 8 : at + 30])
        begin = at + 30 + name + extra
        if method == zipfile.ZIP_DEFLATED:
            yield from _one(f"member at {at}", lambda b=begin: zlib.decompressobj(-15).decompress(data[b:]))
        elif method == zipfile.ZIP_STORED:
            yield f"member at {at}", data[begin : begin + size]


def _database(data: bytes) -> Iterator[Part]:
    """A GeoPackage: every table as text, with its geometries as coordinates. Free pages are among the bytes as they lie."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(data)
        file.flush()
        try:
            opened = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True)
            opened.text_factory = bytes
            names = [(n, s) for n, s in opened.execute("select name, sql from sqlite_master")]
        except sqlite3.Error:
            return
        for number, (name, sql) in enumerate(names):
            yield f"{name.decode()} (sql)", sql or b""
            try:
                # Names come from the file, and may hold anything.
                quoted = name.decode().replace('"', '""')
                rows = opened.execute(f'select * from "{quoted}"').fetchall()
            except (sqlite3.Error, UnicodeDecodeError):
                continue
            lines = [";".join(_cell(value) for value in row) for row in rows]
            yield f"{name.decode()} ({number})", "\n".join(lines).encode()
            for value in (value for row in rows for value in row if isinstance(value, bytes)):
                if value[:2] not in (_GEO_BLOB, b"") and (
                    b"\0" in value or value[:2] in (b"PK", b"\x1f\x8b")
                ):
                    yield f"{name.decode()} (blob)", value
        opened.close()


def _cell(value: object) -> str:
    if isinstance(value, bytes) and value[:2] == _GEO_BLOB:
        return _coordinates(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return repr(value) if isinstance(value, float) else str(value)


def _coordinates(blob: bytes) -> str:
    """The envelope and the coordinates of a geometry of a GeoPackage, as numbers."""
    ends = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}.get((blob[3] >> 1) & 7, 0)
    order = "<" if blob[3] & 1 else ">"
    envelope = struct.unpack(f"{order}{ends}d", blob[8 : 8 + 8 * ends]) if ends else ()
    try:
        import shapely  # noqa: PLC0415  (only where there are geometries)

        shape = shapely.from_wkb(blob[8 + 8 * ends :])
        found = [*envelope, *shapely.get_coordinates(shape).ravel().tolist()]
    except (shapely.GEOSException, TypeError):
        found = list(envelope)
    return " ".join(map(repr, found))


def _parquet(data: bytes) -> Iterator[Part]:
    """The file's own metadata, those of its columns (least and greatest values), and its rows as text."""
    try:
        about = pq.read_metadata(io.BytesIO(data))
        yield (
            "metadata",
            json.dumps(
                {
                    k.decode("utf-8", "replace"): v.decode("utf-8", "replace")
                    for k, v in (about.metadata or {}).items()
                },
                ensure_ascii=False,
            ).encode(),
        )
        yield "about", str(about.to_dict()).encode()
        table = pq.read_table(io.BytesIO(data))
    except (OSError, ValueError, KeyError):
        return
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    yield "rows", frame.to_csv().encode()
    for name in frame:
        for value in frame[name]:
            if isinstance(value, bytes):
                yield f"{name} (blob)", value


def _raster(data: bytes) -> Iterator[Part]:
    """Every tag of a GeoTIFF in every namespace, of the file and of its bands; its extent; its values as numbers."""
    told: list[str] = []
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            rasterio.MemoryFile(data) as memory,
            memory.open() as opened,
        ):
            told += [repr(opened.profile), repr(tuple(opened.bounds)), repr(tuple(opened.transform))]
            told += [repr(opened.descriptions), repr(opened.units)]
            for band in (0, *opened.indexes):
                for space in (None, *opened.tag_namespaces(band)):
                    tags = opened.tags(band, ns=space) if space else opened.tags(band)
                    told.append("\n".join(f"{key}={value}" for key, value in tags.items()))
            yield "tags", "\n".join(told).encode()
            yield "values", opened.read().tobytes()
    except (rasterio.errors.RasterioError, OSError, ValueError):
        return


def _png(data: bytes) -> Iterator[Part]:
    """Every chunk of a PNG, unpacked where it is packed; what stands behind its end is among the bytes as they lie."""
    at = 8
    pixels = b""
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        name = kind.decode("latin-1")
        if kind == b"IDAT":
            pixels += body
        elif kind == b"zTXt":
            yield from _one(name, lambda b=body: zlib.decompress(b.partition(b"\0")[2][1:]))
        elif kind == b"iTXt":
            rest = body.partition(b"\0")[2]
            text = rest[2:].split(b"\0", 2)[-1]
            yield from _one(name, lambda r=rest, t=text: zlib.decompress(t) if r[:1] == b"\1" else t)
        elif kind == b"iCCP":
            yield from _one(name, lambda b=body: zlib.decompress(b.partition(b"\0")[2][1:]))
        else:
            yield name, body
        at += 12 + size
    yield from _one("pixels", lambda: zlib.decompress(pixels))


def _picture(data: bytes) -> Iterator[Part]:
    """What Pillow knows of a picture: EXIF with its sub-tables, XMP, comments."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            told = [f"{key}={value!r}" for key, value in opened.info.items()]
            exif = opened.getexif()
            tables = [exif, *(exif.get_ifd(number) for number in (0x8769, 0x8825, 0xA005))]
            told += [f"{key}={value!r}" for table in tables for key, value in table.items()]
            values = [value for table in tables for value in table.values()]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return
    yield "exif", "\n".join(told).encode("utf-8", "replace")
    for value in values:
        if isinstance(value, bytes):
            yield "exif (bytes)", value


def _pdf(data: bytes) -> Iterator[Part]:
    """Every stream, inflated; texts in hexadecimal digits; and, where fonts say which sign a glyph is, the text itself."""
    streams = []
    for match in _STREAM.finditer(data):
        body = match[1]
        try:
            body = zlib.decompressobj().decompress(body)
        except zlib.error:
            with contextlib.suppress(ValueError):
                body = base64.a85decode(body.strip().removeprefix(b"<~").removesuffix(b"~>"))
        streams.append(body)
        yield f"stream at {match.start()}", body
    signs = _signs_of(streams)
    if signs:
        text = "".join(
            signs.get(glyph, "")
            for body in streams
            for one in _SHOWN.finditer(body)
            for digits in ([one[1]] if one[1] else re.findall(rb"<([0-9A-Fa-f\s]+)>", one[2] or b""))
            for glyph in _glyphs(digits)
        )
        yield "text", text.encode()


def _signs_of(streams: list[bytes]) -> dict[int, str]:
    """Glyph number -> sign, of all fonts together (they agree where one program wrote the file)."""
    signs: dict[int, str] = {}
    for body in (body for body in streams if b"begincmap" in body):
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", body, re.DOTALL):
            for first, last, text in _RANGE.findall(block):
                start, sign = int(first, 16), int(text[:4], 16)
                for number in range(start, min(int(last, 16), start + 65_535) + 1):
                    signs.setdefault(number, chr(min(sign + number - start, 0xFFFF)))
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", body, re.DOTALL):
            for glyph, text in _CHARACTER.findall(block):
                signs.setdefault(int(glyph, 16), bytes.fromhex(text.decode()).decode("utf-16-be", "replace"))
    return signs


def _glyphs(digits: bytes) -> list[int]:
    plain = re.sub(rb"\s", b"", digits)
    return [int(plain[n : n + 4], 16) for n in range(0, len(plain) - 3, 4)]


# ------------------------------------------------------------------------------------------------ ways of writing


def _spelled_out(data: bytes, place: str, depth: int) -> Iterator[Part]:
    """The same text with what is written in another way decoded: escapes, entities, per cent, base64, hexadecimal."""
    if b"\\" in data:
        once = _BACKSLASH.sub(_unescaped, data)
        if once != data:
            yield f"{place}!escapes", once
            # A script in a script has its escapes escaped.
            twice = _BACKSLASH.sub(_unescaped, once)
            if twice != once:
                yield f"{place}!escapes twice", twice
    if b"&" in data and b";" in data:
        text = data.decode("utf-8", "surrogateescape")
        plain = html.unescape(text)
        if plain != text:
            yield f"{place}!entities", html.unescape(plain).encode("utf-8", "surrogateescape")
    if b"<" in data and b">" in data:
        # A text that is cut in pieces by markup.
        yield (
            f"{place}!without tags",
            _TAG.sub(
                b"", html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")
            ),
        )
    if b"%" in data:
        plain_bytes = unquote_to_bytes(unquote_to_bytes(data.replace(b"+", b" ")))
        if plain_bytes != data:
            yield f"{place}!per cent", plain_bytes
    for match in _DATA_URI.finditer(data):
        raw = re.sub(rb"\s", b"", unquote_to_bytes(match[1]))
        yield from _decoded(raw, f"{place}!data at {match.start()}", depth)
    for match in _BASE64.finditer(data):
        yield from _decoded(match[0], f"{place}!base64 at {match.start()}", depth)
    for match in _HEX.finditer(data):
        yield from unpacked_bytes(
            bytes.fromhex(match[0].decode()), f"{place}!hex at {match.start()}", depth + 1
        )


def _decoded(raw: bytes, place: str, depth: int) -> Iterator[Part]:
    """Base64 of either alphabet, with what is packed into it."""
    body = raw.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    body = body[: len(body) - (len(body) % 4 == 1)]
    try:
        data = base64.b64decode(body + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return
    yield from unpacked_bytes(data, place, depth + 1)


def _unescaped(match: re.Match[bytes]) -> bytes:
    braces, four, two, octal, plain = match.groups()
    if plain is not None:
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(plain, plain)
    number = int(octal, 8) if octal else int(braces or four or two, 16)
    return chr(min(number, 0x10FFFF)).encode("utf-8", "surrogatepass")
