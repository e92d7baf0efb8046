"""A little workspace of the demo's: two months of one county, a dozen activities, one of them not to be forgotten.

And one of made-up editions alone, for what no input is needed for.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from geomatch.cli import main
from geomatch.demo import write_demo_inputs
from geomatch.errors import Problem
from geomatch.public.editions import editions
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.publishing import publish_months
from geomatch.site.build import PUBLIC, Built, build_site
from geomatch.workspace import Workspace

MONTHS = ("2023-01", "2023-02")
REGISTER = "SYNTETISK-insatser-norrbotten.xlsx"
# Of these ids the register is made; the second has the marks.
IDS = tuple(f"SYN-{number:03d}" for number in (1, 2, 3, 6, 8, 19, 25, 31, 35, 37))
OWN_ID = "SYN-002"
NAME, ORGANISER, PLACES = "Kanariekvarnen", "Kanariesällskapet", 791_943
_COLUMN = {"id": 0, "name": 1, "organiser": 2, "places": 9, "visibility": 20}


def run(*arguments: str) -> int:
    return main(["--lang", "en", *arguments])


def register(folder: Path, **visibility: str) -> Path:
    """The register, with other visibilities of some activities (`SYN_002="dold"`)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_demo_inputs(folder, 7).activities
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[-1]
    for row in reversed(list(sheet.iter_rows(min_row=2))):
        own_id = str(row[_COLUMN["id"]].value)
        if own_id.startswith("SYN-") and own_id not in IDS:
            sheet.delete_rows(row[0].row)
        if own_id == OWN_ID:
            for name, value in (("name", NAME), ("organiser", ORGANISER), ("places", PLACES)):
                row[_COLUMN[name]].value = value
        if word := visibility.get(own_id.replace("-", "_")):
            row[_COLUMN["visibility"]].value = word
    book.save(path)
    return path


def make_workspace(folder: Path) -> Path:
    """The workspace, both months computed and published."""
    made = write_demo_inputs(folder / "in", 7)
    workspace = folder / "w å"
    assert run("init", str(workspace)) == 0
    (workspace / "geomatch.toml").write_text(made.settings_toml, encoding="utf-8")
    (workspace / "rules").mkdir()
    name, text = made.rules
    (workspace / "rules" / name).write_text(text, encoding="utf-8")
    here = ("-w", str(workspace))
    assert run("add", "enrolment", *map(str, made.enrolment[:2]), *here) == 0
    assert run("add", "activities", str(register(folder / "register")), *here) == 0
    assert run("add", "timetable", str(made.timetable), *here) == 0
    for month in MONTHS:
        assert run("run", month, "--county", "25", *here) == 0
    known = Workspace(workspace)
    with known.writing():
        publish_months(known, MONTHS)
    assert run("publish", "2023-02", *here) == 0
    return workspace


def laid_out_only(
    workspace: Workspace, staged: Path, progress: Any = None, *, rebuild: bool = False
) -> Built:
    """In the place of `pages_of`: pages without downloads."""
    del progress
    return build_site(staged, staged / PUBLIC, workspace.settings().site, rebuild=rebuild, downloads=False)


def listed_only(_workspace: Workspace, staged: Path, *_given: object, **_named: object) -> Built:
    """In the place of `pages_of`: one page that says which editions there are."""
    (staged / PUBLIC).mkdir()
    (staged / PUBLIC / "index.html").write_text(str(editions(staged)), encoding="utf-8")
    return Built((), 1, 0)


def not_attacked(*_given: object) -> tuple[list[Problem], int]:
    """In the place of `attack_on`: made-up editions are of no workbook."""
    return [], 0


def _unpacked(name: str, content: bytes) -> Iterator[bytes]:
    yield content
    if name.endswith((".gz", ".tgz")):
        yield gzip.decompress(content)
    elif name.endswith(".parquet"):
        yield pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.namelist():
                yield one.encode()
                yield archive.read(one)


def telling(words: list[str], *folders: Path) -> list[str]:
    """The files below some folders in whose bytes or names a word stands, packed or not."""
    found = []
    forms = [
        form
        for word in words
        for form in (
            word.encode(),
            word.encode("utf-16-le"),
            ascii(word)[1:-1].encode(),
            word.encode("latin-1"),
        )
    ]
    for folder in folders:
        paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
        for path in paths:
            texts = [*_unpacked(path.name, path.read_bytes()), str(path).encode()] if path.is_file() else []
            if any(form in text for text in texts for form in forms):
                found.append(path.relative_to(folder.parent).as_posix())
    return found


def tables(workspace: Path, month: str, number: int) -> dict[str, pd.DataFrame]:
    own = workspace / "published" / month / str(number)
    return {name: pd.read_parquet(own / f"{name}.parquet") for name in PUBLIC_TABLES}


def state(folder: Path, *parts: str) -> dict[str, bytes]:
    """Every file of some parts of a workspace with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in parts
        for path in sorted((folder / part).rglob("*") if (folder / part).is_dir() else [folder / part])
        if path.is_file()
    }
