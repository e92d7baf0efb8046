"""The officer's own workbook, with each problem as a comment beside the cell it is about and nothing else changed.

The archive is edited, not read and written anew by a workbook library: such libraries drop drawings, text boxes and
whatever else they do not know. Every part that carries no comment is copied byte for byte; in the parts that must
change (the sheet, its relations, the list of content types) a few bytes are inserted and none is rewritten.
Reference: ECMA-376 part 1, 18.7 (comments) and part 4, 19.4 (the VML drawing that comments are shown in).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from geomatch.errors import InputError, Problem
from geomatch.newfile import new_file_problems, write_new
from geomatch.sources.tabular import Sheet, fold, label, letter, open_book
from geomatch.words import gettext as _
from geomatch.workbook_parts import (
    OFFICE,
    STRICT,
    Element,
    Package,
    edited,
    everything,
    into,
    outline,
    xmlns_of,
)

__all__ = ["annotated", "check_annotation", "write_annotated"]

SUFFIXES = (".xlsx", ".xlsm")
AUTHOR = "geomatch"
# A header row stands near the top; further down a cell that reads like a heading is a value.
_HEADER_WITHIN_ROWS = 20
_LONGEST_TEXT = 8000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML_NAMES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
# What may stand after `legacyDrawing` in a worksheet (CT_Worksheet is a sequence).
_AFTER = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts"}
    | {"extLst"}
)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LETTER = re.compile(r"[A-Z]{1,3}")
_REFERENCE = re.compile(r"([A-Z]+)([0-9]+)")
_SHAPE = re.compile(rb"_x0000_s([0-9]+)")
_IDMAP = re.compile(rb"<\w+:idmap\b[^>]*\bdata=[\"']([0-9, ]+)[\"']")
# VML numbers shapes in blocks of 1,024; a drawing names the blocks it uses.
_BLOCK = 1024

Place = tuple[int, int]  # row and column of a cell, both from 0


# ------------------------------------------------------------------------------------------------- where a problem is


def _header(rows: Sequence[Sequence[object]], heading: str, above: int | None) -> Place | None:
    """The cell of a heading among the first rows, before row `above` (from 1); the same case goes first."""
    for same in (label, fold):
        wanted = same(heading)
        for number, cells in enumerate(rows[:_HEADER_WITHIN_ROWS]):
            if above is not None and number + 1 >= above:
                break
            if sum(bool(label(str(cell))) for cell in cells) < 2:
                continue
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and same(cell) == wanted:
                    return number, column
    return None


def _number(letters: str) -> int:
    """Place from 0 of a column's letter."""
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - 64
    return number - 1


def _place(problem: Problem, sheet: Sheet | None) -> tuple[Place, bool]:
    """The cell that a problem is about, and whether it says all of where the problem is."""
    row, column = problem.row, problem.column
    found = _header(sheet.rows, column, row) if sheet is not None and column else None
    if row is None:
        return (found, True) if found else ((0, 0), not column)
    if found:
        return (row - 1, found[1]), True
    if _LETTER.fullmatch(column):
        return (row - 1, _number(column)), True
    return (row - 1, 0), not column


def _text(problem: Problem, *, exact: bool) -> str:
    """What a comment says of a problem; its place too where the comment does not stand just there."""
    bare = replace(
        problem, file="", sheet="", row=None if exact else problem.row, column="" if exact else problem.column
    )
    text = _ILLEGAL.sub("\ufffd", str(bare))
    return text[:1].upper() + text[1:]


def _joined(texts: Sequence[str]) -> str:
    """The texts of one cell, each on lines of its own; the rest counted where they are too long for a comment."""
    unique = list(dict.fromkeys(texts))
    shown: list[str] = []
    for text in unique:
        if shown and sum(map(len, shown)) + len(text) > _LONGEST_TEXT:
            break
        shown.append(text[:_LONGEST_TEXT])
    left = len(unique) - len(shown)
    return "\n".join([*shown, *([_("… and {count} more").format(count=left)] if left else [])])


# ------------------------------------------------------------------------------------------------------ the comments


def _runs(text: str, xmlns: str, *, before: str = "") -> bytes:
    """Rich text: the author in bold, then the text."""
    font = '<sz val="9"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/>'
    return (
        f'<r{xmlns}><rPr><b/>{font}</rPr><t xml:space="preserve">{before}{AUTHOR}:</t></r>'
        f'<r{xmlns}><rPr>{font}</rPr><t xml:space="preserve">\n{escape(text)}</t></r>'
    ).encode()


def _merged_comments(content: bytes, texts: dict[Place, str]) -> tuple[bytes, list[Place]]:
    """A part of comments with ours added, and the cells that have a comment now and had none."""
    elements = outline(content, everything)
    root = elements[-1]
    xmlns = xmlns_of(root, content)
    authors = next(e for e in elements if e.name == "authors")
    listed = next(e for e in elements if e.name == "commentList")
    names = [content[e.inner : e.close].decode() for e in elements if e.name == "author"]
    old = {
        (int(match[2]) - 1, _number(match[1])): e
        for e in elements
        if e.name == "comment" and (match := _REFERENCE.fullmatch(e.attributes.get("ref", "")))
    }
    edits = [into(content, authors, f"<author{xmlns}>{AUTHOR}</author>".encode())]
    new: dict[Place, str] = {}
    for place in sorted(texts):
        if place not in old:
            new[place] = texts[place]
            continue
        comment = old[place]
        author = int(comment.attributes.get("authorId", "0"))
        if author < len(names) and names[author].startswith("tc="):
            # The stand-in of a conversation, which Excel shows in its place: ours goes to the next free cell.
            row, column = place
            while (row, column) in old or (row, column) in texts or (row, column) in new:
                column += 1
            new[row, column] = f"{letter(place[1])}{row + 1}: {texts[place]}"
            continue
        edits += _appended(content, elements, comment, _runs(texts[place], xmlns, before="\n"))
    made = b"".join(_comment(place, new[place], len(names), xmlns) for place in sorted(new))
    if made:
        edits.append(into(content, listed, made))
    return edited(content, edits), sorted(new)


def _appended(
    content: bytes, elements: Sequence[Element], comment: Element, runs: bytes
) -> list[tuple[int, int, bytes]]:
    """The edits that put runs after the text of a comment. Plain text becomes a run first: a mix is not shown."""
    inside = [e for e in elements if comment.start < e.start and e.end <= comment.close]
    text = next(e for e in inside if e.name == "text")
    parts = [e for e in inside if e.depth == text.depth + 1 and e.name in {"t", "r"}]
    if not parts:
        return [into(content, text, runs)]
    edits = []
    for plain in (part for part in parts if part.name == "t"):
        tag = re.split(rb"[\s/>]", content[plain.start + 1 : plain.inner], maxsplit=1)[0]
        run = tag[:-1] + b"r"
        whole = content[plain.start : plain.end]
        edits.append((plain.start, plain.end, b"<" + run + b">" + whole + b"</" + run + b">"))
    return [*edits, (parts[-1].end, parts[-1].end, runs)]


def _comment(place: Place, text: str, author: int, xmlns: str = "") -> bytes:
    reference = f"{letter(place[1])}{place[0] + 1}"
    return (
        f'<comment{xmlns} ref="{reference}" authorId="{author}"><text>'.encode()
        + _runs(text, "")
        + b"</text></comment>"
    )


def _shape(place: Place, text: str, number: int) -> bytes:
    """The box of one comment, hidden until one points at its cell; as large as its text."""
    row, column = place
    lines = 1 + sum(-(-max(len(line), 1) // 38) for line in text.split("\n"))
    top = max(row - 1, 0)
    anchor = f"{column + 1}, 15, {top}, 10, {column + 5}, 15, {top + min(lines, 40) + 1}, 4"
    return (
        f'<v:shape {_VML_NAMES} id="_x0000_s{number}" type="#_x0000_t202"'
        ' style="position:absolute;margin-left:59.25pt;margin-top:1.5pt;width:240pt;height:79.5pt;z-index:1;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>\n"
    ).encode()


_SHAPE_TYPE = (
    f'<v:shapetype {_VML_NAMES} id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>\n'
).encode()


def _drawing(package: Package, part: str, texts: dict[Place, str]) -> None:
    """Boxes for the comments of `texts`, in a VML drawing that there is or in a new one."""
    old = package.parts.get(part)
    if old is None:
        taken = [
            int(block)
            for name, content in package.parts.items()
            if name.casefold().endswith(".vml")
            for match in _IDMAP.finditer(content)
            for block in match[1].split(b",")
        ]
        first = max(taken, default=0) + 1
        blocks = ",".join(str(first + n) for n in range(1 + len(texts) // _BLOCK))
        begin = (
            f'<xml {_VML_NAMES}>\n<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{blocks}"/>'
            "</o:shapelayout>\n"
        ).encode() + _SHAPE_TYPE
        number, end = first * _BLOCK + 1, b"</xml>"
    else:
        # By its last tag, not by a parser: Excel writes VML that is not well-formed XML.
        place = old.rindex(b"</xml>")
        begin, end = old[:place], old[place:]
        begin += b"" if b'id="_x0000_t202"' in old else _SHAPE_TYPE
        number = max((int(m[1]) for m in _SHAPE.finditer(old)), default=_BLOCK) + 1
    shapes = (_shape(cell, texts[cell], number + n) for n, cell in enumerate(sorted(texts)))
    package.put(part, begin + b"".join(shapes) + end)


def _wanted_of_sheet(name: str, depth: int) -> bool:
    return depth <= 1 or name == "mergeCell" or name in _AFTER


def _annotate_sheet(package: Package, part: str, texts: dict[Place, str]) -> None:
    """Add comments to one sheet: to its own part of comments where it has one."""
    content = package.parts[part]
    elements = outline(content, _wanted_of_sheet)
    root = elements[-1]
    relations = package.relations(part)
    folder = posixpath.dirname(posixpath.dirname(part))
    comments = next((target for kind, target in relations.values() if kind == "comments"), "")
    shown = sorted(texts)
    if comments in package.parts:
        made, shown = _merged_comments(package.parts[comments], texts)
        package.put(comments, made)
    else:
        comments = package.free_name(posixpath.join(folder, "comments{}.xml"))
        namespace = root.namespace or _MAIN
        listed = b"".join(_comment(place, texts[place], 0) for place in shown)
        package.put(
            comments,
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{namespace}">'.encode()
            + f"<authors><author>{AUTHOR}</author></authors><commentList>".encode()
            + listed
            + b"</commentList></comments>",
        )
        package.add_relation(part, "comments", comments)
        package.add_type(part=comments, content_type=_COMMENTS_TYPE)
    legacy = next((e for e in elements if e.name == "legacyDrawing" and e.depth == 1), None)
    identifier = "" if legacy is None else next(v for k, v in legacy.attributes.items() if k.endswith(" id"))
    boxes = {place: texts.get(place, "") for place in shown}
    if legacy is not None:
        _drawing(package, relations[identifier][1], boxes)
        return
    drawing = package.free_name(posixpath.join(folder, "drawings", "vmlDrawing{}.vml"))
    _drawing(package, drawing, boxes)
    package.add_type(extension="vml", content_type=_VML_TYPE)
    identifier = package.add_relation(part, "vmlDrawing", drawing)
    base = f"{STRICT}officeDocument/relationships" if root.namespace.startswith(STRICT) else OFFICE
    tag = f'<legacyDrawing{xmlns_of(root, content)} xmlns:r="{base}" r:id="{identifier}"/>'.encode()
    top = [e for e in elements if e.depth == 1]
    wrapped = {
        outer.start
        for outer in top
        if outer.name == "AlternateContent"
        and any(e.name in _AFTER and outer.start < e.start < outer.end for e in elements)
    }
    place = min(
        (e.start for e in top if e.name in _AFTER or e.start in wrapped),
        default=root.close,
    )
    package.put(part, edited(content, [(place, place, tag)]))


def _corner(place: Place, merged: Sequence[tuple[Place, Place]]) -> Place:
    """The cell that shows what a cell of a merged range holds."""
    for first, last in merged:
        if first[0] <= place[0] <= last[0] and first[1] <= place[1] <= last[1]:
            return first
    return place


def _merged_ranges(content: bytes) -> list[tuple[Place, Place]]:
    found = []
    for element in outline(content, lambda name, _depth: name == "mergeCell"):
        ends = [_REFERENCE.fullmatch(end) for end in element.attributes.get("ref", "").split(":")]
        places = [(int(end[2]) - 1, _number(end[1])) for end in ends if end]
        if len(places) == 2:
            found.append((places[0], places[1]))
    return found


def annotated(path: Path, problems: Sequence[Problem]) -> bytes:
    """A copy of a workbook with a comment beside each value that has a problem.

    A problem of a row and a column stands at that cell (`column` is a heading, found in the first rows, or a
    letter), one of a row at its first cell, one of neither at A1 of its sheet, or of the first sheet where it names
    none. A cell's own comment is kept, and what we say stands below it.

    Args:
        path: `.xlsx` or `.xlsm`, as the problems' reader was given it.
        problems: The problems.

    Returns:
        The bytes of the new workbook. All parts but those that carry the comments are as they were.

    Raises:
        InputError: The file is no such workbook, or is damaged.
    """
    book = open_book(path)
    rows = {sheet.name: sheet for sheet in book.sheets}
    try:
        package = Package(path.read_bytes())
        parts = package.sheets()
        visible = [sheet.name for sheet in book.sheets if not sheet.hidden and sheet.name in parts]
        first = (visible or list(parts))[0]
        texts: defaultdict[str, defaultdict[Place, list[str]]] = defaultdict(lambda: defaultdict(list))
        merged = {}
        for problem in problems:
            name = problem.sheet if problem.sheet in parts else first
            if name not in merged:
                merged[name] = _merged_ranges(package.parts[parts[name]])
            place, exact = _place(problem, rows.get(name))
            texts[name][_corner(place, merged[name])].append(_text(problem, exact=exact))
        for name in parts:
            if texts.get(name):
                _annotate_sheet(
                    package, parts[name], {place: _joined(found) for place, found in texts[name].items()}
                )
        return package.packed()
    except (expat.ExpatError, zipfile.BadZipFile, LookupError, StopIteration, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            Problem(
                _("the workbook is built in a way that comments cannot be added to"),
                remedy=_("Open it in Excel, save it as .xlsx and try again"),
                file=path.name,
            )
        ) from error


def check_annotation(path: Path, target: Path) -> None:
    """Refuse what cannot be annotated, before anything is read.

    Raises:
        InputError: The file is no `.xlsx` or `.xlsm`, `target` has another suffix or is there already.
    """
    problems = []
    if path.suffix.lower() not in SUFFIXES:
        problems.append(
            Problem(
                _("only workbooks can be given comments"),
                ", ".join(SUFFIXES),
                _("Leave --annotate out, or save the file as .xlsx in Excel first"),
                file=path.name,
            )
        )
    elif target.suffix.lower() != path.suffix.lower():
        problems.append(
            Problem(
                _("the copy would be of another kind than the workbook"),
                _("a name that ends in {suffix}").format(suffix=path.suffix.lower()),
                file=target.name,
            )
        )
    problems += new_file_problems(target)
    if problems:
        raise InputError(problems)


def write_annotated(path: Path, problems: Sequence[Problem], target: Path) -> None:
    """Write the copy that `annotated` makes as a new file.

    Raises:
        InputError: What `check_annotation` and `annotated` raise.
    """
    check_annotation(path, target)
    write_new(target, annotated(path, problems))
