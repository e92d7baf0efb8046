"""What stands on each page of a PDF that Chromium printed, read from its bytes: size in points, and the text."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

OBJECT = re.compile(rb"^(\d+) 0 obj\n", re.MULTILINE)
LENGTH = re.compile(rb"/Length (\d+)")
FONTS = re.compile(rb"/(F\d+) (\d+) 0 R")
SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj")


@dataclass(frozen=True)
class Page:
    width_pt: float
    height_pt: float
    text: str


def _objects(content: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Dictionary and unpacked stream of every object."""
    found = {}
    for match in OBJECT.finditer(content):
        body = content[match.end() :]
        end = body.find(b"endobj")
        stream = body.find(b"stream\n")
        if 0 <= stream < end:
            head = body[:stream]
            size = int(LENGTH.search(head)[1])
            data = body[stream + 7 : stream + 7 + size]
            found[int(match[1])] = head, zlib.decompress(data) if b"/FlateDecode" in head else data
        else:
            found[int(match[1])] = body[:end], b""
    return found


def _signs(cmap: bytes) -> dict[int, str]:
    """Glyph number -> text."""
    signs = {}
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9A-F]+)> <([0-9A-F]+)>", block):
            signs[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange\n(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text in re.findall(rb"<([0-9A-F]+)> <([0-9A-F]+)> <([0-9A-F]+)>", block):
            start = int(first, 16)
            for glyph in range(start, int(last, 16) + 1):
                signs[glyph] = chr(int(text, 16) + glyph - start)
    return signs


def _reference(head: bytes, name: bytes) -> int:
    return int(re.search(rb"/" + name + rb" (\d+) 0 R", head)[1])


def pages_of(content: bytes) -> list[Page]:
    """The pages in order. Text has no blanks, since a glyph for a blank is not always printed."""
    objects = _objects(content)
    fonts: dict[int, dict[int, str]] = {}

    def leaves(number: int) -> list[int]:
        head = objects[number][0]
        if b"/Kids" not in head:
            return [number]
        kids = re.search(rb"/Kids \[(.*?)\]", head, re.DOTALL)[1]
        return [leaf for kid in re.findall(rb"(\d+) 0 R", kids) for leaf in leaves(int(kid))]

    (root,) = (number for number, (head, _data) in objects.items() if b"/Type /Catalog" in head)
    pages = []
    for number in leaves(_reference(objects[root][0], b"Pages")):
        head, _none = objects[number]
        width, height = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", head).groups()
        known = {name: int(font) for name, font in FONTS.findall(head)}
        text, font = [], b""
        for name, glyphs in SHOWN.findall(objects[_reference(head, b"Contents")][1]):
            font = name or font
            if name:
                continue
            of = known[font]
            if of not in fonts:
                fonts[of] = _signs(objects[_reference(objects[of][0], b"ToUnicode")][1])
            text += [fonts[of].get(int(glyphs[at : at + 4], 16), "") for at in range(0, len(glyphs), 4)]
        pages.append(Page(float(width), float(height), "".join(text).replace(" ", "").replace("\xa0", "")))
    return pages
