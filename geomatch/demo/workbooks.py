"""The demo's workbooks of enrolled persons: made-up counts in the template of Migrationsverket's own.

The xlsx parts are written by hand rather than by a library, so that the same seed gives the same bytes whatever
the clock says and whichever library is installed; they are as few as Excel needs.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from geomatch.sources.regions import counties, municipalities

__all__ = ["MONTHS", "WorkSheet", "enrolled", "enrolment_workbook", "xlsx_bytes", "zip_bytes"]

Value = str | int | date | None
Parts = tuple[int, int, int]

# Month -> day of the counts, day on which the agency's data store was updated.
MONTHS: Mapping[str, tuple[str, str]] = {
    "2023-01": ("2023-01-31", "2023-02-03"),
    "2023-02": ("2023-02-28", "2023-03-03"),
    "2023-03": ("2023-03-31", "2023-04-05"),
}
SHEET = "Län, kommun och boendeform"
MARK = "SYNTETISKA UPPGIFTER"
# Persons in agency accommodation, own accommodation and other, at the end of January, February and March. Chosen
# rather than drawn, so that the demo tells the same story with every seed: Boden is far too large for its places,
# Arjeplog and Överkalix shrink until their totals are withheld.
NORRBOTTEN = """
2505  30 12 6    31 12 6    30 11 6
2506  0 7 2      0 4 1      0 4 0
2510  20 9 5     19 9 5     22 9 5
2513  0 12 3     0 9 2      0 4 1
2514  40 37 8    41 38 8    42 38 8
2518  0 15 3     0 15 3     0 14 3
2521  12 10 4    12 9 4     13 10 4
2523  30 24 6    31 25 6    31 24 6
2560  24 16 5    25 16 5    24 15 5
2580  150 148 12 152 150 12 155 151 12
2581  60 82 8    61 83 8    60 81 8
2582  520 104 16 514 104 16 526 104 16
2583  70 42 8    68 42 8    72 43 8
2584  45 38 7    46 38 7    44 37 7
"""
# Migrationsverket writes this one name in its own way.
AGENCY_SPELLING = {"Upplands Väsby": "Upplands-Väsby"}
# A county with people whose municipality is not known, as sister series of the agency have.
UNKNOWN_MUNICIPALITY = ("01", "okänd kommun", (0, 14, 6))
MASKED_HIGH = 5
# One row in so many also has a larger part withheld, because the masked one could be had by subtraction.
COMPLEMENTARY_SHARE = 0.06


def zip_bytes(files: Mapping[str, str]) -> bytes:
    """A zip file with `files` (name -> text) in the order given, all dated 1980-01-01."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The same on every system: made on Unix, readable by all.
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"), compresslevel=9)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """One sheet to write.

    Attributes:
        name: Name of the sheet.
        rows: Values from A1 on. A date becomes a date cell, None a blank one, text a text cell.
        bold_rows: Rows, from 1, in bold type.
        widths: Widths of the columns, in characters.
        text_box: Paragraphs of a text box drawn on the sheet.
    """

    name: str
    rows: Sequence[Sequence[Value]] = ()
    bold_rows: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()
    text_box: tuple[str, ...] = ()


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-"
_PLAIN, _BOLD, _DATE = 0, 1, 2
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="10"/><name val="Arial"/></font>'
    '<font><b/><sz val="10"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _column_letter(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(row: int, column: int, value: Value, style: int) -> str:
    place = f'r="{_column_letter(column)}{row}"'
    if value is None:
        return f'<c {place} s="{style}"/>'
    if isinstance(value, date):
        # Excel counts days from 1899-12-30, for every day after February 1900.
        return f'<c {place} s="{_DATE}"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return (
            f'<c {place} s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        )
    return f'<c {place} s="{style}"><v>{value}</v></c>'


def _sheet_xml(sheet: WorkSheet) -> str:
    parts = [f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_REL}">']
    if sheet.widths:
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
            for n, width in enumerate(sheet.widths, 1)
        )
        parts.append(f"<cols>{columns}</cols>")
    parts.append("<sheetData>")
    for number, row in enumerate(sheet.rows, 1):
        style = _BOLD if number in sheet.bold_rows else _PLAIN
        cells = "".join(_cell(number, column, value, style) for column, value in enumerate(row, 1))
        parts.append(f'<row r="{number}">{cells}</row>')
    parts.append("</sheetData>" + ('<drawing r:id="rId1"/>' if sheet.text_box else "") + "</worksheet>")
    return "".join(parts)


def _drawing_xml(paragraphs: Sequence[str]) -> str:
    drawing, main = (
        f"http://schemas.openxmlformats.org/drawingml/2006/{name}" for name in ("spreadsheetDrawing", "main")
    )
    text = "".join(
        f'<a:p><a:r><a:rPr lang="sv-SE" sz="1000"/><a:t>{escape(paragraph)}</a:t></a:r></a:p>'
        if paragraph
        else "<a:p/>"
        for paragraph in paragraphs
    )
    return (
        f'{_HEAD}<xdr:wsDr xmlns:xdr="{drawing}" xmlns:a="{main}"><xdr:twoCellAnchor>'
        "<xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        "<xdr:to><xdr:col>11</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>24</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="textruta 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
        '<xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="6096000" cy="4380000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>'
        f'<xdr:txBody><a:bodyPr wrap="square"/><a:lstStyle/>{text}</xdr:txBody></xdr:sp><xdr:clientData/>'
        "</xdr:twoCellAnchor></xdr:wsDr>"
    )


def _relations(kinds_and_targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds_and_targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def xlsx_bytes(sheets: Sequence[WorkSheet], title: str, day: str) -> bytes:
    """A workbook with these sheets.

    Args:
        sheets: The sheets in order.
        title: Title in the file's properties.
        day: Day (YYYY-MM-DD) that the properties give as made and changed.
    """
    numbers = range(1, len(sheets) + 1)
    drawn = [n for n, sheet in zip(numbers, sheets, strict=True) if sheet.text_box]
    overrides = [
        ("/xl/workbook.xml", f"{_TYPE}officedocument.spreadsheetml.sheet.main+xml"),
        ("/xl/styles.xml", f"{_TYPE}officedocument.spreadsheetml.styles+xml"),
        *(
            (f"/xl/worksheets/sheet{n}.xml", f"{_TYPE}officedocument.spreadsheetml.worksheet+xml")
            for n in numbers
        ),
        *((f"/xl/drawings/drawing{n}.xml", f"{_TYPE}officedocument.drawing+xml") for n in drawn),
        ("/docProps/core.xml", f"{_TYPE}package.core-properties+xml"),
    ]
    files = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_TYPE}package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides)
        + "</Types>",
        "_rels/.rels": _relations(
            [
                (f"{_REL}/officeDocument", "xl/workbook.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ]
        ),
        "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>SYNTETISK</dc:creator>"
        + "".join(
            f'<dcterms:{verb} xsi:type="dcterms:W3CDTF">{day}T08:00:00Z</dcterms:{verb}>'
            for verb in ("created", "modified")
        )
        + "</cp:coreProperties>",
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        + "".join(
            f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>'
            for n, sheet in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"{_REL}/worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
            + [(f"{_REL}/styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    for n, sheet in zip(numbers, sheets, strict=True):
        files[f"xl/worksheets/sheet{n}.xml"] = _sheet_xml(sheet)
        if sheet.text_box:
            files[f"xl/worksheets/_rels/sheet{n}.xml.rels"] = _relations(
                [(f"{_REL}/drawing", f"../drawings/drawing{n}.xml")]
            )
            files[f"xl/drawings/drawing{n}.xml"] = _drawing_xml(sheet.text_box)
    return zip_bytes(files)


def _norrbotten() -> dict[str, tuple[Parts, ...]]:
    table: dict[str, tuple[Parts, ...]] = {}
    for line in NORRBOTTEN.strip().splitlines():
        code, *texts = line.split()
        n = [int(text) for text in texts]
        table[code] = ((n[0], n[1], n[2]), (n[3], n[4], n[5]), (n[6], n[7], n[8]))
    return table


def _drawn(rng: random.Random) -> tuple[Parts, ...]:
    """Counts of one municipality for the three months: most are small, some have no agency accommodation."""
    size, agency, other = rng.random(), rng.random(), rng.random()
    start = 0 if size < 0.02 else 3 + 780 * size**3
    agency_share = 0.0 if agency < 0.4 else agency * 0.7
    months = []
    for _month in MONTHS:
        start *= 0.97 + 0.06 * rng.random()
        total = round(start)
        in_agency, elsewhere = int(total * agency_share), int(total * 0.09 * other)
        months.append((in_agency, total - in_agency - elsewhere, elsewhere))
    return tuple(months)


@cache
def enrolled(seed: int) -> Mapping[str, Mapping[str, Parts]]:
    """The made-up truth behind the workbooks.

    Returns:
        Month -> municipality code -> persons in agency accommodation, own accommodation and other. All 290
        municipalities; Norrbotten's are the same for every seed.
    """
    chosen = _norrbotten()
    rng = random.Random(seed)  # noqa: S311  made-up counts, no secret
    months: dict[str, dict[str, Parts]] = {month: {} for month in MONTHS}
    for code in municipalities()["municipality_code"]:
        drawn = _drawn(rng)
        for month, parts in zip(MONTHS, chosen.get(str(code), drawn), strict=True):
            months[month][str(code)] = parts
    return months


def _withheld(parts: Parts, rng: random.Random | None = None) -> list[Value]:
    """The cells ABO, EBO, Övrigt and Totalt as they are published: 1-5 as `..`.

    With `rng`, some rows where the one masked part could be had by subtraction lose a larger part too. Only where
    the two together are more than 10, so that a reader can see from the total that 1-5 cannot hold for both.
    """
    counts = [*parts, sum(parts)]
    cells: list[Value] = [".." if 1 <= count <= MASKED_HIGH else count for count in counts]
    masked = [n for n in range(3) if cells[n] == ".."]
    larger = sorted((counts[n], n) for n in range(3) if counts[n] > MASKED_HIGH)
    if rng is not None and rng.random() < COMPLEMENTARY_SHARE and len(masked) == 1 and larger:
        count, place = larger[0]
        if count + counts[masked[0]] > 2 * MASKED_HIGH:
            cells[place] = ".."
    return cells


def _sum(rows: Sequence[Parts]) -> Parts:
    agency, own, other = (sum(column) for column in zip(*rows, strict=True))
    return agency, own, other


def _data_rows(month: str, seed: int) -> Iterator[list[Value]]:
    truth = enrolled(seed)[month]
    table = municipalities()
    rng = random.Random(f"{seed} {month}")  # noqa: S311  which cells to withhold, no secret
    everyone = []
    for county_code, county in zip(*(counties()[name] for name in ("county_code", "name")), strict=True):
        own = table[table["county_code"] == county_code]
        rows = [
            (AGENCY_SPELLING.get(name, name), truth[code])
            for code, name in zip(own["municipality_code"], own["name"], strict=True)
        ]
        if county_code == UNKNOWN_MUNICIPALITY[0]:
            rows.append(UNKNOWN_MUNICIPALITY[1:])
        for number, (name, parts) in enumerate(rows):
            yield [str(county) if number == 0 else None, str(name), *_withheld(parts, rng)]
        total = _sum([parts for _name, parts in rows])
        yield [None, "Totalt", *_withheld(total)]
        everyone.append(total)
    yield ["Totalt", None, *_withheld(_sum(everyone))]


def enrolment_workbook(month: str, seed: int) -> bytes:
    """The workbook of one month (`2023-01` to `2023-03`), as xlsx.

    The data sheet has the columns Län, Kommun, ABO, EBO, Övrigt and Totalt (persons), the county only on the first
    row of its group, a `Totalt` row for each county and for the country; 1-5 are withheld as `..`. Its header holds stray
    line breaks, and blank rows and a blank column follow, as in the agency's own files.
    """
    day, updated = MONTHS[month]
    subject = "Inskrivna personer i Migrationsverkets mottagningssystem"
    blank: list[Value] = [None] * 7
    rows: list[Sequence[Value]] = [
        [f"{MARK}. {subject} {day}, uppdelade på län, kommun och boendeform."],
        [],
        ["Län", "Kommun\n", "ABO", "EBO", "Övrigt\n", "Totalt", None],
        *([*row, None] for row in _data_rows(month, seed)),
        blank,
        blank,
        blank,
    ]
    information = WorkSheet(
        "Information",
        text_box=(
            f"{subject} {month[:4]}",
            f"Källa: SIMBAs datalager, uppdaterad {updated}.",
            "",
            f"{MARK} – påhittade tal, inte Migrationsverkets.",
            "ABO är anläggningsboende, EBO eget boende.",
            "Värden under 6 redovisas inte (..).",
        ),
    )
    data = WorkSheet(SHEET, rows, bold_rows=(1, 3), widths=(24, 22, 10, 10, 10, 10))
    return xlsx_bytes([information, data], f"{MARK}: {subject}", updated)
