"""The demo with canaries in all that is restricted: none is in what is published, and the board's own pages have them."""

from __future__ import annotations

import io
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.canaries.planted import MONTHS, Planted, planted_workspace, run_command
from tests.canaries.search import Report, assert_clean, place, search, word
from tests.canaries.unpack import unpacked

Made = tuple[Path, Planted, str]
# Where the search begins to mean something: a tree of one page would be clean too.
LEAST_FILES, LEAST_CANARIES = 150, 1000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return planted_workspace(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def inside(made: Made) -> Report:
    """What is in the internal tree."""
    return search(unpacked(made[0] / "internal"), made[1].canaries)


def test_no_canary_is_in_the_public_tree(made: Made) -> None:
    workspace, planted, _said = made
    assert len(planted.canaries) > LEAST_CANARIES
    assert {
        month for month in MONTHS if (workspace / "public" / month / "25" / "2580" / "index.html").is_file()
    } == set(MONTHS)
    report = assert_clean(workspace / "public", planted.canaries)
    assert report.files > LEAST_FILES
    # Files of these kinds were there, and were opened.
    kinds = {path.suffix for path in (workspace / "public").rglob("*") if path.is_file()}
    assert kinds >= {
        ".html",
        ".js",
        ".css",
        ".xlsx",
        ".gpkg",
        ".geojson",
        ".csv",
        ".json",
        ".ttl",
        ".rdf",
        ".xml",
        ".txt",
    }
    assert report.parts > 10 * report.files


def test_no_canary_is_in_what_the_site_is_made_of(made: Made) -> None:
    workspace, planted, _said = made
    report = search(
        (part for part in unpacked(workspace / "published") if "run.json" not in part[0]), planted.canaries
    )
    assert [(one.canary.what, one.place) for one in report.found] == []
    assert report.files > 16


def test_after_withdraw_the_activity_is_a_canary_as_well(made: Made, tmp_path: Path) -> None:
    """Its name was public; after `withdraw` it is in no file of any month, and nothing else came out on the way."""
    workspace = tmp_path / "återtaget"
    shutil.copytree(made[0], workspace)
    told = [pd.read_parquet(workspace / "published" / month / "1" / "activities.parquet") for month in MONTHS]
    names = pd.concat(told)["name"]
    place_shown = told[-1][(told[-1]["shown_at"] == "place") & (told[-1]["name"].str.len() > 12)]
    number, name = next(
        (row.activity, row.name_)
        for row in place_shown.rename(columns={"name": "name_"}).itertuples()
        # One activity alone has it, in each month at most once, and no other has it in its name.
        if names.str.contains(row.name_, regex=False, case=False).sum() <= len(MONTHS)
    )
    taken = [*made[1].canaries, word(name, "the name of what was withdrawn")]
    before = search(unpacked(workspace / "public"), taken[-1:])
    assert len({one.place.split("/")[0] for one in before.found}) > 1
    run_command(workspace, "withdraw", "activity", f"{MONTHS[-1]}:{number}", "--reason", "Ska inte visas")
    assert_clean(workspace / "public", taken)
    assert_clean(workspace / "published", taken)
    assert sorted(path.parent.name for path in workspace.glob("published/*/*/edition.json")) == ["2"] * len(
        MONTHS
    )


def test_no_canary_is_in_what_an_edition_was_made_from(made: Made) -> None:
    workspace, planted, _said = made
    for month in MONTHS:
        found = search(unpacked(workspace / "published" / month / "run.json"), planted.canaries).found
        assert [one.canary.what for one in found] == []


def test_what_may_be_known_is_published(made: Made) -> None:
    """That the tree has no canary is not for want of the activities that have them."""
    table = pd.read_parquet(made[0] / "published" / MONTHS[-1] / "1" / "activities.parquet")
    shown = set(zip(table["name"], table["shown_at"], strict=True))
    assert {
        ("Språkcafé i centrum", "place"),
        ("Vardagssvenska Hertsön", "municipality"),
        ("Svenska på distans", "nowhere"),
    } <= shown
    assert ("Trädgårdsgruppen", "municipality") in shown
    # One of two places is two rows, alike in all that is shown.
    walking = table[table["name"] == "Vandrande stugan"].drop(columns="activity").astype(str)
    assert (len(walking), len(walking.drop_duplicates())) == (2, 1)
    assert not table["name"].str.contains("dolda").any()


INTERNAL = {
    "addresses of those that are shown": "Adress: ",
    "organisers of those that are not": "Anordnare: ",
    "references of decisions": "Qzxdnr ",
    "deciders": "Qzxbeslutaren ",
    "study hours": "study hours",
    "kronor": "kronor",
    "the contact of the documents": "Qzxhandläggaren ",
    "source of an internal share": "Qzxpromemorian ",
    "times": "start of a protected one",
    "names of the files": "name of the file of ",
}


@pytest.mark.parametrize("what", INTERNAL)
def test_the_canaries_were_live(inside: Report, what: str) -> None:
    assert any(one.canary.what.startswith(INTERNAL[what]) for one in inside.found)


def test_what_no_page_shows_is_on_no_internal_page_either(inside: Report) -> None:
    nowhere = (
        "Kontakt: ",
        "Anteckning: ",
        "Namn: Qzx dolda",
        "Primärt syfte: ",
        "place of ",
        "site ",
        "places of ",
        "Qzxboende",
        "Qzxminne",
        "Insats-id: ",
    )
    assert [(one.canary.what, one.place) for one in inside.found if one.canary.what.startswith(nowhere)] == []


def _all_text(path: Path) -> str:
    """What a reader of a page or a workbook meets, heads and feet of printed sheets among it."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as opened:
        return "".join(opened.read(name).decode("utf-8", "replace") for name in opened.namelist())


def test_internal_pages_with_canaries_are_marked(made: Made, inside: Report) -> None:
    tree = made[0] / "internal"
    files = {tree / one.place.split("!")[0] for one in inside.found}
    pages = {path for path in files if path.suffix in {".html", ".xlsx"}}
    # Lists for reception desks are handed out: they have what people need to come, and nothing hidden.
    handed_out = {path for path in pages if "mottagning" in path.name}
    assert len(handed_out) == 2
    assert len(pages - handed_out) > 6
    marks = {
        path.name: "INTERNT – får inte spridas" in _all_text(path)
        or "Internt arbetsmaterial" in _all_text(path)
        for path in pages - handed_out
    }
    assert [name for name, marked in marks.items() if not marked] == []
    # Scripts that hold a page's data lie beside the page, which is marked.
    assert {path.name for path in files - pages} <= {"data.js"}
    assert all("INTERNT" in _all_text(path.with_name("index.html")) for path in files - pages)


def test_what_the_commands_say_names_files_and_no_more(made: Made) -> None:
    _workspace, planted, said = made
    found = {one.canary.what for one in search([("said", said.encode())], planted.canaries).found}
    assert {one for one in found if not one.startswith("name of the file of ")} == set()
    assert "name of the file of sites" in found


def _row_in_geopackage(path: Path) -> None:
    opened = sqlite3.connect(path)
    opened.execute("pragma secure_delete = 0")
    opened.execute("create table rest (a text)")
    opened.execute("insert into rest values ('Qzx kontrollgatan 7')")
    opened.commit()
    opened.execute("drop table rest")
    opened.commit()
    opened.close()


def _cell_in_workbook(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.worksheets[-1].sheet_state = "hidden"
    book.worksheets[-1]["Z99"] = "Qzx kontrollgatan 7"
    made = io.BytesIO()
    book.save(made)
    path.write_bytes(made.getvalue())


def _text(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


CHANGES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "GeoPackage, a table that was removed": ("SYNTETISK-layers.gpkg", _row_in_geopackage),
    "workbook, a hidden sheet": ("SYNTETISK-tables.xlsx", _cell_in_workbook),
    "script": ("activities.js", _text('"words":[', '"words":["Qzx kontrollga\\u0074an 7",')),
    "page": ("index.html", _text("</body>", "<p title='Qzx&#32;kontroll&shy;gatan 7'></p></body>")),
    "csv": ("SYNTETISK-activities.csv", _text(";", ";Qzx kontrollgatan 7;")),
    "picture": ("surface.js", _text("data:image/png;base64,", "data:image/png;base64,UXp4IGtvbnRyb2xsZ2F0YW4gNw==' data:image/png;base64,")),
    "place in GeoJSON": ("SYNTETISK-activities.geojson", _text('"coordinates":[', '"coordinates":[21.3983,65.6973,')),
    "feed": ("feed.xml", _text("</feed>", "<!-- Qzx_kontrollgatan_7 --></feed>")),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_one_canary_in_the_real_tree_is_found(made: Made, tmp_path: Path, what: str) -> None:
    name, change = CHANGES[what]
    path = next(iter(sorted((made[0] / "public").rglob(name))))
    (tmp_path / "public").mkdir()
    copy = Path(shutil.copy(path, tmp_path / "public" / name))
    control = [word("Qzx kontrollgatan 7"), place(793_431.137, 7_301_123.713, "the place")]
    assert_clean(tmp_path / "public", control)
    change(copy)
    with pytest.raises(AssertionError, match=r"\d canaries in"):
        assert_clean(tmp_path / "public", control)
