"""Compound files ([MS-CFB]), which hold an .xls workbook: looked through before a reader that trusts them."""

from __future__ import annotations

import struct

__all__ = ["MAGIC", "stream_of"]

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Numbers of sectors from here on are marks: free, end of chain and the like.
_MARKS = 0xFFFFFFFA
_END = 0xFFFFFFFE
_MINI = 64
_ENTRY = 128
_STORAGE_KINDS = (1, 2, 5)
_ROOT = 5


def stream_of(content: bytes, name: str) -> bytes:
    """The bytes of a stream, b'' where the file has none of that name; every chain of the file is followed first.

    Args:
        content: A compound file.
        name: Name of the stream, as `Workbook`.

    Raises:
        ValueError: The file is damaged: a chain of sectors goes round in a circle or leads out of the file.
    """
    try:
        return _stream(content, name)
    except struct.error as error:
        raise ValueError(str(error)) from error


def _stream(content: bytes, name: str) -> bytes:
    (shift,) = struct.unpack_from("<H", content, 30)
    if not 7 <= shift <= 16:
        raise ValueError(shift)
    size = 1 << shift
    sectors = max(0, -(-len(content) // size) - 1)
    (tables,) = struct.unpack_from("<I", content, 44)
    first, _unused, smallest, first_mini, _minis, more = struct.unpack_from("<6I", content, 48)

    def sector(number: int) -> bytes:
        if number >= sectors:
            raise ValueError(number)
        return content[(number + 1) * size : (number + 2) * size]

    def numbers(part: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])

    listed = list(numbers(content[76:512]))
    steps = 0
    while more < _MARKS:
        *further, more = numbers(sector(more))
        listed += further
        steps += 1
        if steps > sectors:
            raise ValueError(more)
    following = [after for table in listed[:tables] if table < _MARKS for after in numbers(sector(table))]

    def chain(number: int) -> bytes:
        return b"".join(map(sector, _chain(number, following)))

    folder = chain(first)
    entries = [folder[place : place + _ENTRY] for place in range(0, len(folder) - _ENTRY + 1, _ENTRY)]
    entries = [entry for entry in entries if entry[66] in _STORAGE_KINDS]
    small = b"".join(chain(_start(entry)) for entry in entries if entry[66] == _ROOT)
    mini = numbers(chain(first_mini))
    found = b""
    for entry in entries:
        if entry[66] == _ROOT or not (length := struct.unpack_from("<I", entry, 120)[0]):
            continue
        data = (
            chain(_start(entry))
            if length >= smallest
            else b"".join(small[n * _MINI : (n + 1) * _MINI] for n in _chain(_start(entry), mini))
        )
        if _name(entry) == name:
            found = data[:length]
    return found


def _start(entry: bytes) -> int:
    return int(struct.unpack_from("<I", entry, 116)[0])


def _name(entry: bytes) -> str:
    (length,) = struct.unpack_from("<H", entry, 64)
    return entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace")


def _chain(number: int, following: list[int] | tuple[int, ...]) -> list[int]:
    """The sectors from `number` on. Raises ValueError where they go round in a circle or out of the file."""
    found: list[int] = []
    while number < _MARKS:
        if number >= len(following) or len(found) > len(following):
            raise ValueError(number)
        found.append(number)
        number = following[number]
    if number not in (_END, 0xFFFFFFFF):
        raise ValueError(number)
    return found
