"""Sound input files of every source, as cells and as bytes: what `fuzz` damages."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyogrio

from geomatch.demo import write_demo_inputs
from geomatch.sources.activities import read_activities
from geomatch.sources.activity_layer import write_activities_geopackage
from tests.sources import enrolment_variants as made
from tests.sources.test_activities_geopackage import HEAD as ACTIVITY_HEAD
from tests.sources.test_activities_geopackage import ROWS as ACTIVITY_ROWS
from tests.travel.feeds import Call, Feed, s

__all__ = ["Rows", "Sample", "as_bytes", "samples"]

Rows = list[list[Any]]

VARIANTS = (
    "as the demo has it",
    "unknown municipality",
    "a nameless first block",
    "sexes, masked, names on each row",
    "groups, line breaks, unknown",
    "after other sheets",
    "a hidden copy",
    "numbers as text",
    "snapshot in xls",
    "snapshot in csv",
    "months",
    "months as dates",
    "months in csv",
    "months in xls, as dates",
    "legacy, one column, xls",
    "legacy, nameless, xlsx",
    "legacy, months",
    "legacy, csv",
    "legacy, all at once",
)
LONG = """month;municipality_code;accommodation;sex;low;high;masked;sign
2023-01;2580;agency;all;12;12;nej;
2023-01;2580;own;all;1;5;ja;..
2023-01;2580;all;all;13;17;ja;..
2023-01;2584;all;all;40;40;nej;
2023-02;2584;all;all;0;5;ja;-
2023-02;unknown;all;all;3;3;nej;
"""
CORRIDORS: Rows = [
    ["Från", "Till", "Gäller från", "Gäller till", "Referens"],
    ["Luleå", "Boden", dt.date(2024, 1, 1), None, "a"],
    ["2582", "2580", dt.date(2023, 1, 1), dt.date(2023, 12, 31), "dnr 12-2023"],
    ["Kiruna", "Gällivare", dt.date(2023, 2, 1), dt.date(2024, 2, 1), None],
]
LOCALITIES = """tätortskod;namn;kommunkod;folkmängd;x;y
2580TC101;Luleå;2580;49123;829440;7292327
2582TC104;Boden;2582;16830;796000;7318000
2584TC102;Kiruna;2584;17000;721000;7538000
2523TC101;Gällivare;;8600;746000;7455000
"""
DEGREES = """locality_code,name,municipality_code,population,lon,lat
a,Luleå,2580,49123,22.1547,65.5848
b,Boden,,16830,21.6886,65.8251
c,Kiruna,2584,17000,20.2253,67.8558
"""


@dataclass(frozen=True, eq=False)
class Sample:
    """A sound file.

    Attributes:
        source: Whose reader reads it: a kind of input.
        name: File name.
        content: Its bytes.
        sheets: Name of each sheet (or file of a feed) -> its cells; empty where it has no such.
        hidden: The sheets that are hidden.
        main: The sheet that is read.
        head: Place of the first headings in it, from 0.
    """

    source: str
    name: str
    content: bytes
    sheets: Mapping[str, Rows] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    main: str = ""
    head: int = 0

    @property
    def suffix(self) -> str:
        """Suffix of the name, with its dot."""
        return Path(self.name).suffix


def as_bytes(sheets: Mapping[str, Rows], suffix: str, hidden: frozenset[str] = frozenset()) -> bytes:
    """Cells as a file: csv (one sheet), xlsx, xls, or a zip of csv files (a feed).

    Raises:
        ValueError: There is something in the cells that such a file cannot hold.
    """
    if suffix == ".csv":
        (rows,) = sheets.values()
        return _csv(rows, ";").encode("utf-8", "surrogatepass")
    if suffix == ".zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in sheets.items():
                archive.writestr(zipfile.ZipInfo(name), _csv(rows, ",").encode("utf-8", "surrogatepass"))
        return packed.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        made.save(path, [(name, rows, name in hidden) for name, rows in sheets.items()])
        return path.read_bytes()


def _csv(rows: Rows, separator: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _read_csv(content: str, separator: str) -> Rows:
    return [list(row) for row in csv.reader(io.StringIO(content), delimiter=separator)]


def _read_xlsx(path: Path) -> tuple[str, Rows]:
    """The last sheet, which holds the rows of the demo's workbooks."""
    sheet = openpyxl.load_workbook(path).worksheets[-1]
    return sheet.title, [[cell.value for cell in row] for row in sheet.iter_rows()]


def samples() -> list[Sample]:
    """All samples, the same at every call."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *_enrolment(folder),
            *_activities(folder),
            *_corridors(folder),
            *_localities(),
            *_timetables(),
        ]


def _enrolment(folder: Path) -> list[Sample]:
    found = []
    for name in VARIANTS:
        variant = made.VARIANTS[name]
        drawn = made.draw(made.COUNTS, variant)
        sheets = {title: rows for title, rows, _hidden in made.sheets_of(drawn, variant)}
        hidden = frozenset(title for title, _rows, away in made.sheets_of(drawn, variant) if away)
        suffix = f".{variant.kind}"
        head = 9 if variant.template == "legacy" else variant.header_row - 1
        content = as_bytes(sheets, suffix, hidden)
        found.append(Sample("enrolment", f"inskrivna{suffix}", content, sheets, hidden, variant.sheet, head))
    demo = write_demo_inputs(folder / "demo").enrolment[0]
    title, rows = _read_xlsx(demo)
    found.append(
        Sample(
            "enrolment", "inskrivna.xlsx", as_bytes({title: rows}, ".xlsx"), {title: rows}, main=title, head=2
        )
    )
    found.append(Sample("enrolment", "tabell.csv", LONG.encode(), {"": _read_csv(LONG, ";")}))
    return found


def _activities(folder: Path) -> list[Sample]:
    rows = _read_csv("\n".join([ACTIVITY_HEAD, *ACTIVITY_ROWS]), ";")
    title, demo = _read_xlsx(write_demo_inputs(folder / "demo").activities)
    csv_file = folder / "insatser.csv"
    csv_file.write_bytes(as_bytes({"": rows}, ".csv"))
    layer = folder / "insatser.gpkg"
    write_activities_geopackage(layer, read_activities(csv_file))
    return [
        Sample("activities", "insatser.csv", csv_file.read_bytes(), {"": rows}),
        Sample(
            "activities",
            "insatser.xlsx",
            as_bytes({"Insatser": rows}, ".xlsx"),
            {"Insatser": rows},
            main="Insatser",
        ),
        Sample(
            "activities",
            "insatser.xls",
            as_bytes({"Insatser": rows}, ".xls"),
            {"Insatser": rows},
            main="Insatser",
        ),
        Sample(
            "activities", "demo.xlsx", as_bytes({title: demo}, ".xlsx"), {title: demo}, main=title, head=-1
        ),
        Sample("activities", "insatser.gpkg", layer.read_bytes()),
    ]


def _corridors(folder: Path) -> list[Sample]:
    layer = folder / "korridorer.gpkg"
    table = gpd.pd.DataFrame(CORRIDORS[1:], columns=CORRIDORS[0]).astype({"Referens": "string"})
    for column in ("Gäller från", "Gäller till"):
        table[column] = gpd.pd.to_datetime(table[column]).dt.date.astype("string")
    pyogrio.write_dataframe(table, layer, layer="korridorer")
    return [
        Sample("corridors", "korridorer.csv", as_bytes({"": CORRIDORS}, ".csv"), {"": CORRIDORS}),
        Sample(
            "corridors",
            "korridorer.xlsx",
            as_bytes({"Blad1": CORRIDORS}, ".xlsx"),
            {"Blad1": CORRIDORS},
            main="Blad1",
        ),
        Sample("corridors", "korridorer.gpkg", layer.read_bytes()),
    ]


def _localities() -> list[Sample]:
    return [
        Sample("localities", "tatorter.csv", LOCALITIES.encode(), {"": _read_csv(LOCALITIES, ";")}),
        Sample("localities", "places.csv", DEGREES.encode(), {"": _read_csv(DEGREES, ",")}),
    ]


def _timetables() -> list[Sample]:
    feed = Feed(
        {"A": (0, 0), "B": (2000, 0), "C": (4000, 0), "D": (4000, 300)},
        {
            "t1": [Call("A", s("8:00"), s("8:00")), Call("B", s("8:10"), s("8:11")), Call("C", s("8:20"), s("8:20"))],
            "t2": [Call("C", s("12:00"), s("12:00")), Call("A", s("12:25"), s("12:25"))],
            "t3": [Call("D", s("23:50"), s("23:50"), "2", "2"), Call("A", s("24:30"), s("24:30"), "2", "2")],
        },
        parents={"C": "S", "D": "S"},
        transfers=[{"from_stop_id": "C", "to_stop_id": "D", "transfer_type": "2", "min_transfer_time": "240"}],
        days=["20230207", "20230208", "20230228"],
        route_types={"t3": "1501"},
        extra={
            "calendar": [
                {
                    "service_id": "s", "monday": "1", "tuesday": "0", "wednesday": "0", "thursday": "0", "friday": "1",
                    "saturday": "0", "sunday": "0", "start_date": "20230101", "end_date": "20230630",
                }
            ],
            "frequencies": [
                {"trip_id": "t2", "start_time": "12:00:00", "end_time": "14:00:00", "headway_secs": "1800"}
            ],
            "feed_info": [
                {
                    "feed_publisher_name": "SYNTETISK", "feed_publisher_url": "-", "feed_lang": "sv",
                    "feed_version": "2023-01-01",
                }
            ],
        },
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        written = feed.write(Path(name))
        files = {
            path.name: _read_csv(path.read_text(encoding="utf-8"), ",") for path in sorted(written.iterdir())
        }
    return [Sample("timetable", "tidtabell.zip", as_bytes(files, ".zip"), files)]
