"""The officer's workbook comes back with comments and nothing else changed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from geomatch.annotate import annotated, check_annotation, write_annotated
from geomatch.errors import InputError, Problem
from geomatch.sources.tabular import letter
from geomatch.words import using_language

SHEET = "xl/worksheets/sheet1.xml"
ADDED = b'<legacyDrawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId3"/>'
DRAWING = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
    b'spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:absoluteAnchor>'
    b'<xdr:pos x="0" y="0"/><xdr:ext cx="900000" cy="300000"/><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="T"/>'
    b'<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="rect"/></xdr:spPr><xdr:txBody><a:bodyPr/>'
    b"<a:p><a:r><a:t>En textruta</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:absoluteAnchor>"
    b"</xdr:wsDr>"
)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return path


def comments_of(content: bytes) -> dict[tuple[str, str], str]:
    with warnings.catch_warnings():
        # openpyxl says that it would lose what we keep.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


def plain(path: Path, *, comments: bool = False) -> Path:
    """A register with a title, headings in row 2, and another sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Insatser"
    sheet.append(["Register över insatser"])
    sheet.append(["Namn", "Platser", "Synlighet", "Kommun"])
    sheet.append(["Café", 12, "kommun", "Luleå"])
    sheet.append(["Kurs", "tolv", "kommun", "Lulå"])
    sheet["B4"].number_format = "0.00"
    sheet["F3"] = "=B3*2"
    validation = DataValidation(type="list", formula1='"kommun,dold"')
    validation.add("C3:C9")
    sheet.add_data_validation(validation)
    sheet.merge_cells("A6:B7")
    book.create_sheet("Annat")["A1"] = "rör inte"
    if comments:
        sheet["D4"].comment = Comment("Kolla med kommunen", "Anna")
        sheet["A3"].comment = Comment("Bra", "Anna")
    book.save(path)
    return path


def rich(path: Path) -> Path:
    """`plain` with a drawing that holds a text box, and parts that no library knows."""
    content = parts(plain(path).read_bytes())
    content[SHEET] = content[SHEET].replace(
        b"</worksheet>",
        b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
        b'<extLst><ext uri="{X}"><x:what xmlns:x="urn:x" note="a &gt; b"/></ext></extLst></worksheet>',
    )
    content["xl/worksheets/_rels/sheet1.xml.rels"] = (
        b'<?xml version="1.0"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"'
        b' Target="../drawings/drawing1.xml"/></Relationships>'
    )
    content["xl/drawings/drawing1.xml"] = DRAWING
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/drawings/drawing1.xml"'
        b' ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>',
    )
    content["customXml/item1.xml"] = b"<egen>\xc3\xa5</egen>"
    return packed(content, path)


PLACES = Problem("“tolv” är inget antal", "ett heltal", "Rätta", "i.xlsx", "Insatser", 4, "Platser")
TOWN = Problem("”Lulå” är ingen kommun", file="i.xlsx", sheet="Insatser", row=4, column="Kommun")


def test_nothing_but_the_comments_is_changed(tmp_path: Path) -> None:
    path = rich(tmp_path / "i.xlsx")
    before = parts(path.read_bytes())
    made = annotated(path, [PLACES, TOWN])
    after = parts(made)
    assert list(after) == [*before, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"]
    changed = [name for name in before if after[name] != before[name]]
    assert sorted(changed) == [
        "[Content_Types].xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
        "xl/worksheets/sheet1.xml",
    ]
    # In the sheet one element is inserted, after the drawing and before the extensions; nothing is rewritten.
    assert after[SHEET] == before[SHEET].replace(b"<extLst>", ADDED + b"<extLst>")
    for name, end in (
        ("[Content_Types].xml", b"</Types>"),
        ("xl/worksheets/_rels/sheet1.xml.rels", b"</Relationships>"),
    ):
        kept = before[name].removesuffix(end)
        assert after[name].startswith(kept)
        assert after[name].endswith(end)
    assert comments_of(made) == {
        ("Insatser", "B4"): "geomatch:\n“tolv” är inget antal; väntat: ett heltal. Rätta.",
        ("Insatser", "D4"): "geomatch:\n”Lulå” är ingen kommun.",
    }
    assert annotated(path, [PLACES, TOWN]) == made


def test_the_parts_are_well_formed_and_stand_in_the_order_of_the_schema(tmp_path: Path) -> None:
    after = parts(annotated(rich(tmp_path / "i.xlsx"), [PLACES, TOWN]))
    for name in (SHEET, "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "[Content_Types].xml"):
        ET.fromstring(after[name])
    order = [child.tag.rpartition("}")[2] for child in ET.fromstring(after[SHEET])]
    assert order[-3:] == ["drawing", "legacyDrawing", "extLst"]
    references = re.findall(rb'<comment ref="([A-Z0-9]+)"', after["xl/comments1.xml"])
    assert references == [b"B4", b"D4"]
    boxes = re.findall(
        rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)</x:Column>", after["xl/drawings/vmlDrawing1.vml"]
    )
    assert boxes == [(b"3", b"1"), (b"3", b"3")]


def test_comments_that_are_there_are_kept(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx", comments=True)
    before = parts(path.read_bytes())
    made = annotated(path, [PLACES, TOWN])
    after = parts(made)
    assert comments_of(made) == {
        ("Insatser", "A3"): "Bra",
        ("Insatser", "B4"): "geomatch:\n“tolv” är inget antal; väntat: ett heltal. Rätta.",
        ("Insatser", "D4"): "Kolla med kommunen\ngeomatch:\n”Lulå” är ingen kommun.",
    }
    # The sheet leads to its comments already, so that only these and their boxes change.
    assert list(after) == list(before)
    assert sorted(name for name in before if after[name] != before[name]) == [
        "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    ]
    authors = re.findall(rb"<author>([^<]*)</author>", after["xl/comments/comment1.xml"])
    assert authors == [b"Anna", b"geomatch"]
    assert len(re.findall(rb"<\w+:Row>", after["xl/drawings/commentsDrawing1.vml"])) == 3


def test_a_conversation_keeps_its_cell(tmp_path: Path) -> None:
    # Excel shows the conversation in place of the comment that stands for it: ours goes beside it.
    path = plain(tmp_path / "i.xlsx", comments=True)
    content = parts(path.read_bytes())
    name = "xl/comments/comment1.xml"
    content[name] = content[name].replace(b"<author>Anna</author>", b"<author>tc={1-2}</author>")
    made = annotated(packed(content, path), [TOWN])
    assert comments_of(made) == {
        ("Insatser", "A3"): "Bra",
        ("Insatser", "D4"): "Kolla med kommunen",
        ("Insatser", "E4"): "geomatch:\nD4: ”Lulå” är ingen kommun.",
    }


@pytest.mark.parametrize(
    ("row", "column", "cell", "text"),
    [
        (4, "Platser", "B4", "Fel."),
        (4, "platser", "B4", "Fel."),
        (4, "B", "B4", "Fel."),
        (4, "AA", "AA4", "Fel."),
        (4, "", "A4", "Fel."),
        (None, "Kommun", "D2", "Fel."),
        (None, "", "A1", "Fel."),
        # A value that reads like a heading is not one: visibility “kommun” in C3 is not the heading Kommun.
        (4, "Kommun", "D4", "Fel."),
        # A heading that is not there: the place is told in words.
        (4, "Adress", "A4", "Rad 4, kolumn ”Adress”: fel."),
        (None, "Adress", "A1", "Kolumn ”Adress”: fel."),
        # The headings' own row: a letter is a letter.
        (2, "C", "C2", "Fel."),
        # Inside merged cells only the first is shown.
        (7, "B", "A6", "Fel."),
    ],
)
def test_where_a_comment_stands(tmp_path: Path, row: int | None, column: str, cell: str, text: str) -> None:
    path = plain(tmp_path / "i.xlsx")
    made = annotated(path, [Problem("fel", file="i.xlsx", sheet="Insatser", row=row, column=column)])
    assert comments_of(made) == {("Insatser", cell): f"geomatch:\n{text}"}


def test_a_problem_of_another_sheet_or_of_none(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    problems = [Problem("ett", sheet="Annat"), Problem("två"), Problem("tre", sheet="Finns inte", row=9)]
    assert comments_of(annotated(path, problems)) == {
        ("Annat", "A1"): "geomatch:\nEtt.",
        ("Insatser", "A1"): "geomatch:\nTvå.",
        ("Insatser", "A9"): "geomatch:\nTre.",
    }


def test_several_problems_of_a_cell_are_one_comment(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    problems = [Problem("a < b & c"), Problem("a < b & c"), Problem("tecken \x07")]
    assert comments_of(annotated(path, problems)) == {
        ("Insatser", "A1"): "geomatch:\nA < b & c.\nTecken \ufffd."
    }


def test_too_many_problems_for_a_comment_are_counted(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    ((_place, text),) = comments_of(
        annotated(path, [Problem(f"problem {n:05d}") for n in range(2000)])
    ).items()
    # 8,000 characters hold 533 of "Problem 00000.\n" less its break: 14 characters each make 571.
    assert text.splitlines()[1] == "Problem 00000."
    assert text.splitlines()[-1] == "… och 1429 till"
    assert len(text.splitlines()) == 1 + 571 + 1


def test_prefixed_sheets_without_relations(tmp_path: Path) -> None:
    # Some programs write x:worksheet; what is inserted says its own namespace.
    path = plain(tmp_path / "i.xlsx")
    content = parts(path.read_bytes())
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content[SHEET] = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", content[SHEET]).replace(
        b'xmlns="' + main, b'xmlns:x="' + main
    )
    assert comments_of(annotated(packed(content, path), [TOWN])) == {
        ("Insatser", "D4"): "geomatch:\n”Lulå” är ingen kommun."
    }


def test_boxes_are_numbered_in_blocks_of_their_own(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    problems = [Problem("fel", sheet="Insatser", row=row, column="B") for row in range(1, 1101)]
    after = parts(annotated(path, [*problems, Problem("fel", sheet="Annat")]))
    first, second = after["xl/drawings/vmlDrawing1.vml"], after["xl/drawings/vmlDrawing2.vml"]
    assert b'data="1,2"' in first
    assert b'data="3"' in second
    assert re.findall(rb'id="_x0000_s(\d+)"', second) == [b"3073"]
    assert len(set(re.findall(rb'id="_x0000_s(\d+)"', first))) == 1099  # row 6 and 7 are one merged cell


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["Insatser", "Annat"]), st.integers(8, 60), st.integers(0, 30)),
        st.text("aåö<&>\"'”", min_size=1, max_size=30),
        min_size=1,
        max_size=12,
    )
)
def test_every_problem_is_found_at_its_cell(
    tmp_path_factory: pytest.TempPathFactory, told: dict[tuple[str, int, int], str]
) -> None:
    path = rich(tmp_path_factory.mktemp("x") / "i.xlsx")
    problems = [
        Problem(text, sheet=sheet, row=row, column=letter(c)) for (sheet, row, c), text in told.items()
    ]
    made = annotated(path, problems)
    assert comments_of(made) == {
        (sheet, f"{letter(c)}{row}"): f"geomatch:\n{text[:1].upper()}{text[1:]}."
        for (sheet, row, c), text in told.items()
    }
    before, after = parts(path.read_bytes()), parts(made)
    same = {name for name in before if before[name] == after[name]}
    assert {"xl/styles.xml", "xl/workbook.xml", "xl/drawings/drawing1.xml", "customXml/item1.xml"} <= same


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        (
            "i.csv",
            "ut.xlsx",
            "i.csv: bara arbetsböcker kan få kommentarer; väntat: .xlsx, .xlsm. Utelämna --annotate, eller spara filen som .xlsx i Excel först.",
        ),
        (
            "i.xls",
            "ut.xls",
            "i.xls: bara arbetsböcker kan få kommentarer; väntat: .xlsx, .xlsm. Utelämna --annotate, eller spara filen som .xlsx i Excel först.",
        ),
        (
            "i.xlsm",
            "ut.xlsx",
            "ut.xlsx: kopian skulle bli av en annan filtyp än arbetsboken; väntat: ett namn som slutar på .xlsm.",
        ),
        (
            "i.xlsx",
            "finns.xlsx",
            "finns.xlsx: det finns redan en fil med det namnet; inget skrivs över. Välj ett annat namn, eller flytta filen.",
        ),
    ],
)
def test_what_cannot_be_annotated_is_refused(tmp_path: Path, name: str, target: str, message: str) -> None:
    (tmp_path / "finns.xlsx").write_bytes(b"mitt")
    with pytest.raises(InputError) as caught:
        check_annotation(tmp_path / name, tmp_path / target)
    assert str(caught.value) == message
    assert (tmp_path / "finns.xlsx").read_bytes() == b"mitt"


def test_a_folder_that_is_not_there_and_a_damaged_workbook(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    with pytest.raises(InputError, match="det finns ingen mapp"):
        write_annotated(path, [TOWN], tmp_path / "nej" / "ut.xlsx")
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(InputError, match="skadad"):
        write_annotated(path, [TOWN], tmp_path / "ut.xlsx")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["i.xlsx"]


def test_english(tmp_path: Path) -> None:
    path = plain(tmp_path / "i.xlsx")
    with using_language("en"):
        made = annotated(path, [Problem("wrong", "right", sheet="Insatser", row=4, column="Adress")])
    assert comments_of(made) == {
        ("Insatser", "A4"): "geomatch:\nRow 4, column “Adress”: wrong; expected right."
    }


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_comments(tmp_path: Path) -> None:
    target = tmp_path / "ut.xlsx"
    write_annotated(rich(tmp_path / "i.xlsx"), [PLACES, TOWN], target)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to", "fods",
         "--outdir", str(tmp_path), str(target)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = (tmp_path / "ut.fods").read_text(encoding="utf-8")
    assert text.count("<office:annotation ") == 2
    assert "En textruta" in text
    told = ["".join(ET.fromstring(f"<p xmlns:text='t'>{part}</p>").itertext()) for part in re.findall(
        r"<office:annotation [^>]*>.*?(<text:p.*?)</office:annotation>", text, re.DOTALL)]  # fmt: skip
    assert ["tolv” är inget antal; väntat: ett heltal. Rätta." in one for one in told] == [True, False]
    assert ["Lulå” är ingen kommun." in one for one in told] == [False, True]
