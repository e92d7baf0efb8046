"""The parts of an Office Open XML file (ECMA-376 part 2): read as they are, changed by inserting bytes.

Nothing is parsed and written anew, so that what is not ours keeps its form to the byte. `annotate` builds on this.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

__all__ = ["OFFICE", "STRICT", "Element", "Package", "edited", "everything", "into", "outline", "xmlns_of"]

STRICT = "http://purl.oclc.org/ooxml/"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TAG = re.compile(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element stands in its part: `start:inner` is its start tag, `close:end` its end tag."""

    name: str
    namespace: str
    depth: int
    attributes: dict[str, str]
    start: int
    inner: int
    close: int
    end: int


def outline(content: bytes, wanted: Callable[[str, int], bool]) -> list[Element]:
    """The elements of a part that are wanted by local name and depth (0 is the root), each after those in it."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_tags: list[tuple[int, dict[str, str]]] = []
    found: list[Element] = []

    def begin(_name: str, attributes: dict[str, str]) -> None:
        open_tags.append((parser.CurrentByteIndex, attributes))

    def end(name: str) -> None:
        start, attributes = open_tags.pop()
        namespace, _blank, local = name.rpartition(" ")
        if not wanted(local, len(open_tags)):
            return
        inner = _tag_end(content, start)
        empty = content[inner - 2 : inner] == b"/>"
        close = inner if empty else parser.CurrentByteIndex
        found.append(
            Element(
                local,
                namespace,
                len(open_tags),
                attributes,
                start,
                inner,
                close,
                inner if empty else _tag_end(content, close),
            )
        )

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.Parse(content, True)
    return found


def _tag_end(content: bytes, start: int) -> int:
    match = _TAG.match(content, start)
    if match is None:
        raise ValueError(start)
    return match.end()


def everything(_name: str, _depth: int) -> bool:
    """What `outline` asks when every element is wanted."""
    return True


def edited(content: bytes, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    """`content` with each (start, end, new) put in its place; edits at one place stay in their order."""
    pieces, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [content[done:start], new]
        done = end
    return b"".join([*pieces, content[done:]])


def into(content: bytes, element: Element, addition: bytes) -> tuple[int, int, bytes]:
    """The edit that puts `addition` last inside an element, which may be an empty tag."""
    if element.close > element.inner or content[element.inner - 2 : element.inner] != b"/>":
        return element.close, element.close, addition
    tag = content[element.start : element.inner]
    name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
    return element.start, element.inner, tag[:-2].rstrip() + b">" + addition + b"</" + name + b">"


def xmlns_of(root: Element, content: bytes) -> str:
    """The declaration that a new element of the root's namespace needs where the root itself has a prefix."""
    tag = content[root.start : root.inner]
    return f' xmlns="{root.namespace}"' if b":" in re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0] else ""


class Package:
    """The parts of a workbook: read as they are, changed ones kept beside them."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.infos = archive.infolist()
            self.parts = {info.filename: archive.read(info) for info in self.infos}
        self.names = {name.casefold(): name for name in self.parts}

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Id -> (last word of the type, name of the part it leads to)."""
        name = self.relations_name(part)
        if name not in self.parts:
            return {}
        folder = posixpath.dirname(part)
        found = {}
        for element in outline(self.parts[name], lambda local, _depth: local == "Relationship"):
            kind = element.attributes.get("Type", "").rsplit("/", 1)[-1]
            target = posixpath.normpath(posixpath.join("/", folder, element.attributes.get("Target", "")))
            found[element.attributes.get("Id", "")] = kind, target.lstrip("/")
        return found

    def relations_name(self, part: str) -> str:
        """Name of the part that holds the relations of a part."""
        folder, name = posixpath.split(part)
        asked = posixpath.join(folder, "_rels", f"{name}.rels")
        return self.names.get(asked.casefold(), asked)

    def sheets(self) -> dict[str, str]:
        """Sheet name -> its part, in the order of the workbook."""
        book = next(target for kind, target in self.relations("").values() if kind == "officeDocument")
        relations = self.relations(book)
        found = {}
        for element in outline(self.parts[book], lambda local, depth: local == "sheet" and depth == 2):
            identifier = next((v for k, v in element.attributes.items() if k.endswith(" id")), "")
            kind, target = relations.get(identifier, ("", ""))
            if kind == "worksheet" and target in self.parts:
                found[element.attributes.get("name", "")] = target
        return found

    def add_relation(self, part: str, kind: str, target: str) -> str:
        """Relate a part to another; returns the new id."""
        name = self.relations_name(part)
        known = self.relations(part)
        number = len(known) + 1
        while f"rId{number}" in known:
            number += 1
        base = f"{STRICT}officeDocument/relationships" if self.is_strict(part) else OFFICE
        link = posixpath.relpath(target, posixpath.dirname(part))
        addition = (
            f'<Relationship xmlns="{_RELATIONS}" Id="rId{number}" Type="{base}/{kind}" Target={quoteattr(link)}/>'
        ).encode()
        content = self.parts.get(
            name,
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS}"/>'.encode(),
        )
        root = outline(content, lambda _name, depth: depth == 0)[-1]
        self.put(name, edited(content, [into(content, root, addition)]))
        return f"rId{number}"

    def is_strict(self, part: str) -> bool:
        """Whether a part is written in the strict dialect, which has names of its own."""
        return outline(self.parts[part], lambda _name, depth: depth == 0)[-1].namespace.startswith(STRICT)

    def add_type(self, *, part: str = "", extension: str = "", content_type: str) -> None:
        """State what a part, or all with an extension, are, unless it is stated."""
        content = self.parts["[Content_Types].xml"]
        elements = outline(content, everything)
        if extension and any(e.attributes.get("Extension", "").casefold() == extension for e in elements):
            return
        what = f'Default Extension="{extension}"' if extension else f'Override PartName="/{part}"'
        addition = f'<{what} xmlns="{_TYPES}" ContentType="{content_type}"/>'
        self.put("[Content_Types].xml", edited(content, [into(content, elements[-1], addition.encode())]))

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern (`xl/comments{}.xml`) that no part has."""
        number = 1
        while pattern.format(number).casefold() in self.names:
            number += 1
        return pattern.format(number)

    def put(self, name: str, content: bytes) -> None:
        """Change a part, or add one."""
        self.parts[name] = content
        self.names[name.casefold()] = name

    def packed(self) -> bytes:
        """The archive: the parts in their old order, with their old dates, then the new ones."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for old in self.infos:
                info = zipfile.ZipInfo(old.filename, old.date_time)
                info.compress_type, info.external_attr = old.compress_type, old.external_attr
                info.create_system = old.create_system
                archive.writestr(info, self.parts[old.filename])
            before = {info.filename for info in self.infos}
            for name in self.parts:
                if name not in before:
                    info = zipfile.ZipInfo(name)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, self.parts[name])
        return made.getvalue()
