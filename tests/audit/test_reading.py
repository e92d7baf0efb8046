"""A number that stands in one format alone is found in it, and told with its file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from geomatch.audit import attack
from geomatch.audit.gather import gather
from geomatch.audit.pages import cell_ends
from geomatch.audit.reading import percent_ends, script_value
from tests.audit.trees import areas, corridors, groups, write_tree, write_workbook

MONTH = "2023-01"
DATA = "public/data/2023-01"
BODY = '<body data-root="../" data-language="sv" data-month="{month}" data-level="x" data-area="{area}">'
WITHHELD = {"2505": {"need": 48, "gap": ".."}, "2506": {"need": 30, "gap": ".."}}
TOLD = areas(MONTH, {"2505": {"need": 48, "gap": 3}, "2506": {"need": 30, "gap": ".."}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree whose comma-separated files withhold two gaps."""
    write_workbook(tmp_path, [(MONTH, "2505", 48), (MONTH, "2506", 30), (MONTH, "25", 78), (MONTH, "00", 78)])
    write_tree(tmp_path, MONTH, 1, {"areas": areas(MONTH, WITHHELD)})
    return tmp_path


def write_semicolons(folder: Path) -> str:
    TOLD.to_csv(folder / DATA / "areas.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    return f"{DATA}/areas.csv"


def write_county(folder: Path) -> str:
    (folder / DATA / "25").mkdir()
    TOLD.to_csv(folder / DATA / "25" / "SYNTETISK-areas-comma.csv", index=False)
    return f"{DATA}/25/SYNTETISK-areas-comma.csv"


def write_xlsx(folder: Path) -> str:
    with pd.ExcelWriter(folder / DATA / "tables.xlsx", engine="xlsxwriter") as book:
        pd.DataFrame({"Om": ["filen"]}).to_excel(book, sheet_name="Om", index=False)
        TOLD.to_excel(book, sheet_name="areas", index=False)
    return f"{DATA}/tables.xlsx"


def _records() -> list[dict[str, object]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in TOLD.to_dict("records")
    ]


def write_geojson(folder: Path) -> str:
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in _records()]
    path = folder / DATA / "municipalities.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, default=int), encoding="utf-8"
    )
    return f"{DATA}/municipalities.geojson"


def write_geopackage(folder: Path) -> str:
    base = sqlite3.connect(folder / DATA / "layers.gpkg")
    base.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
    base.execute("INSERT INTO gpkg_contents VALUES ('areas')")
    columns = list(TOLD.columns)
    base.execute(f"CREATE TABLE areas (fid INTEGER, geom BLOB, {', '.join(columns)})")
    marks = ", ".join("?" for _name in range(len(columns) + 2))
    for row in _records():
        values = [int(v) if isinstance(v, bool | int) else v for v in row.values()]
        base.execute(f"INSERT INTO areas VALUES ({marks})", [1, b"GP", *values])
    base.commit()
    base.close()
    return f"{DATA}/layers.gpkg"


def write_values(folder: Path) -> str:
    value = {"month": MONTH, "edition": 1, "areas": ["2505", "2506"], "before": "", "gap": [3, ".."]}
    path = folder / "public" / MONTH / "values.js"
    path.parent.mkdir()
    path.write_text(
        "window.geomatch = window.geomatch || {};\n"
        f'(geomatch.values = geomatch.values || {{}})["{MONTH}"] = {json.dumps(value)};\n',
        encoding="utf-8",
    )
    return f"public/{MONTH}/values.js"


def _page(folder: Path, name: str, area: str, content: str) -> str:
    path = folder / "public" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html>{BODY.format(month=MONTH, area=area)}{content}</body></html>", encoding="utf-8")
    return f"public/{name}"


def write_table(folder: Path) -> str:
    row = '<tr data-area="2505"><th scope="row">A</th><td class="number" data-field="gap"{value}>{text}</td></tr>'
    table = f'<table id="table-areas"><tbody>{row.format(value="", text="3")}</tbody></table>'
    return _page(folder, f"{MONTH}/index.html", "00", table)


def write_value_beside_sign(folder: Path) -> str:
    row = '<tr data-area="2505"><th scope="row">A</th><td data-field="gap" data-value="3">..</td></tr>'
    return _page(folder, f"en/{MONTH}/index.html", "00", f'<table id="table-areas">{row}</table>')


def write_fact(folder: Path) -> str:
    fact = '<div class="fact" id="fact-gap">\n<h3>Gapet</h3>\n<p class="value">3</p></div>'
    return _page(folder, f"{MONTH}/25/2505/index.html", "2505", fact)


def write_front_page(folder: Path) -> str:
    row = '<tr data-area="2505"><th scope="row">A</th><td data-field="gap">3</td></tr>'
    return _page(folder, "index.html", "00", f'<table id="table-areas">{row}</table>')


WRITERS: list[Callable[[Path], str]] = [
    write_semicolons,
    write_county,
    write_xlsx,
    write_geojson,
    write_geopackage,
    write_values,
    write_table,
    write_value_beside_sign,
    write_fact,
    write_front_page,
]


def test_withheld_in_every_file_it_stands(folder: Path) -> None:
    assert attack(folder).stands


@pytest.mark.parametrize("write", WRITERS)
def test_a_number_in_one_format_alone_is_a_number(folder: Path, write: Callable[[Path], str]) -> None:
    file = write(folder)
    report = attack(folder)
    [failure] = report.failures
    assert (failure.area, failure.figure, failure.derived) == ("2505", "gap", (3, 3))
    assert [table.files for table in failure.tables] == [(file,)]
    assert report.cells == {MONTH: {"gap": 2}}


def test_shares_in_whole_per_cent_are_the_interval_they_are_rounded_from(folder: Path) -> None:
    value = {"areas": ["2505", "2506"], "gap_share": [6, [1, 9]]}
    path = folder / "public" / MONTH / "values.js"
    path.parent.mkdir()
    path.write_text(f'x\n(geomatch.values = geomatch.values || {{}})["{MONTH}"] = {json.dumps(value)};\n')
    # 5.5 to 6.5 per cent of 48 are 2.64 to 3.12: from two to four. 1 to 2 per cent of 30 are 0.3 to 0.6, whose whole
    # persons below are none, and 8 to 9 per cent are 2.4 to 2.7, at most three.
    failures = {one.area: one.derived for one in attack(folder).failures}
    assert failures == {"2505": (2, 4), "2506": (0, 3)}


def test_a_group_and_a_month_on_a_page(tmp_path: Path) -> None:
    write_workbook(
        tmp_path,
        [(MONTH, "2505", 48), (MONTH, "2505", {"accommodation": "own"}, ".."), ("2023-02", "2505", "..")],
    )
    own = groups(MONTH, {("2505", "accommodation", "own"): ".."})
    write_tree(tmp_path, MONTH, 1, {"areas": areas(MONTH, {"2505": {"need": 48}}), "groups": own})
    write_tree(tmp_path, "2023-02", 1, {"areas": areas("2023-02", {"2505": {"need": ".."}})})
    assert attack(tmp_path).stands
    group = '<tr><th scope="row">eget boende (EBO)</th><td>Boende</td><td class="number" data-value="4">4</td></tr>'
    month = '<tr><th scope="row">februari 2023</th><td>2</td><td>..</td><td>0</td></tr>'
    content = f'<table id="table-groups">{group}</table><table id="table-months">{month}</table>'
    file = _page(tmp_path, f"{MONTH}/25/2505/index.html", "2505", content)
    failures = attack(tmp_path).failures
    assert [(f.month, f.figure, f.about, f.derived) for f in failures] == [
        (MONTH, "persons", "accommodation=own", (4, 4)),
        ("2023-02", "need", "", (2, 2)),
    ]
    assert {f.tables[0].files for f in failures} == {(file,)}


def test_pairs_in_a_script_and_on_a_page(tmp_path: Path) -> None:
    write_workbook(tmp_path, [(MONTH, "2505", 48), (MONTH, "2506", 30)])
    told = {("2505", "2506"): {"gain": "..", "entitled_unserved": ".."}}
    write_tree(tmp_path, MONTH, 1, {"corridors": corridors(MONTH, told)})
    (tmp_path / "public" / MONTH).mkdir()
    script = tmp_path / "public" / MONTH / "corridors.js"
    entry = ["2505", "2506", "open", "possible", 3, 40, 2.5]
    script.write_text(
        f'x\n(geomatch.corridors = geomatch.corridors || {{}})["{MONTH}"] = {json.dumps([entry])};\n'
    )
    names = "".join(
        f'<td><a href="../../{MONTH}/25/{code}/index.html">A</a></td>' for code in ("2505", "2506")
    )
    table = f'<table id="table-pairs-from"><tr>{names}<td>möjligt</td><td>..</td><td>4</td></tr></table>'
    _page(tmp_path, f"{MONTH}/25/2505/index.html", "2505", table)
    assert [(f.figure, f.derived) for f in attack(tmp_path).failures] == [
        ("entitled_unserved", (4, 4)),
        ("gain", (3, 3)),
    ]


def test_two_files_that_differ_contradict_each_other(folder: Path) -> None:
    other = areas(MONTH, {"2505": {"need": 47, "gap": ".."}, "2506": {"need": 30, "gap": ".."}})
    other.to_csv(folder / DATA / "areas.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    [one] = attack(folder).contradictions
    assert (one.kind, one.area, one.figure) == ("formats", "2505", "need")
    assert {one.said, one.other} == {(47, 47), (48, 48)}
    assert one.tables[0].files == (f"{DATA}/areas-comma.csv", f"{DATA}/areas.csv")


def test_figures_and_files_are_counted_by_format(folder: Path) -> None:
    write_semicolons(folder)
    write_table(folder)
    gathered = gather(folder)
    # Seven figures of each of two areas, signs among them.
    assert gathered.figures == {"csv-comma": 14, "csv": 14, "html": 1}
    assert gathered.files == {"csv-comma": 1, "csv": 1, "html": 1}
    assert gathered.newest == {MONTH: 1}


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("..", None),
        ("-", None),
        (".", None),
        ("", None),
        ("45", (45, 45)),
        ("1\u00a0645", (1645, 1645)),
        ("1,645", (1645, 1645)),
        ("414–434", (414, 434)),
        ("1\u00a0414–1\u00a0434", (1414, 1434)),
        ("+12", (12, 12)),
        ("\u22123", (-3, -3)),
        ("\u22124 till +2", (-4, 2)),
        ("\u22121,204 to \u22125", (-1204, -5)),
        ("59 %", (59, 59)),
        ("65–69 %", (65, 69)),
    ],
)
def test_cells_of_pages_are_read_as_they_are_written(text: str, ends: tuple[int, int] | None) -> None:
    assert cell_ends(text) == ends


def test_per_cent_are_rounded_outwards_where_they_are_two() -> None:
    (low, high), same = percent_ends(6, 6)
    assert (float(low), float(high)) == pytest.approx((0.055, 0.065))
    assert same == (low, high)
    (first, second), (third, fourth) = percent_ends(65, 69)
    assert [round(float(v), 6) for v in (first, second, third, fourth)] == [0.65, 0.66, 0.68, 0.69]
    assert first < Fraction(65, 100) < second


def test_other_scripts_hold_no_value() -> None:
    assert script_value("window.geomatch = {};") is None
    assert script_value('(geomatch.values = geomatch.values || {})["2023-01"] = {not json};') is None
