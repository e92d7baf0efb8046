"""The tree as a whole: the same bytes each time, only what changed is written, an interrupted build leaves the old one."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.public.editions import keep_edition
from geomatch.settings import SiteSettings
from geomatch.site.build import build_site
from geomatch.workspace import Workspace
from tests.site.made import made_editions, made_month

ROOT = Path(__file__).resolve().parents[2]
MONTHS = ["2026-01", "2026-02", "2026-03"]
# Far from each other, so that no pair of municipalities is of both.
COUNTIES = ["10", "25"]
SITE = SiteSettings(
    publisher="SYNTETISK länsstyrelse",
    contact_email="karta@lansstyrelsen.example",
    address="https://karta.example/",
)


def digests(tree: Path) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def inodes(tree: Path) -> dict[str, int]:
    return {p.relative_to(tree).as_posix(): p.stat().st_ino for p in tree.rglob("*") if p.is_file()}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three published months of two counties, and its tree; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("site") / "workspace"
    made_editions(folder, MONTHS, 5, COUNTIES)
    build_site(folder, folder / "public", SITE)
    return folder


@pytest.fixture
def workspace(first: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "workspace"
    shutil.copytree(first, copy)
    return copy


def test_every_page_of_the_structure_is_there(first: Path) -> None:
    names = set(digests(first / "public"))
    for prefix in ("", "en/"):
        assert {
            f"{prefix}{page}"
            for page in (
                "index.html", "metod/index.html", "tillganglighet/index.html", "data/index.html", "feed.xml", "2026-01/index.html",
                "2026-03/25/index.html", "2026-03/25/2510/index.html", "2026-02/10/1080/index.html",
            )
        } <= names  # fmt: skip
    pages = [name for name in names if name.endswith("index.html")]
    # Three months: the whole, two counties, 5 and 14 municipalities; front, method, accessibility and data; twice.
    assert len(pages) == 2 * (3 * (1 + 2 + 5 + 14) + 4)
    assert {"data/months.js", "data/catalogue.ttl", "2026-03/values.js", "2026-03/edition.json"} <= names


def test_two_builds_are_alike_to_the_byte(first: Path, tmp_path: Path) -> None:
    """In another process, with another hash seed, another time zone and another locale."""
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from geomatch.settings import SiteSettings
        from geomatch.site.build import build_site
        build_site(Path(sys.argv[1]), Path(sys.argv[2]), SiteSettings(
            publisher="SYNTETISK länsstyrelse", contact_email="karta@lansstyrelsen.example", address="https://karta.example/"))
        """
    )
    other = tmp_path / "other"
    shutil.copytree(first / "published", other / "published")
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "77",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run(
        [sys.executable, "-c", program, str(other), str(tmp_path / "public")],
        check=True,
        env=environment,
        cwd=ROOT,
    )
    assert changed(digests(first / "public"), digests(tmp_path / "public")) == set()


def test_nothing_is_written_twice(workspace: Path) -> None:
    tree = workspace / "public"
    before = inodes(tree)
    built = build_site(workspace, tree, SITE)
    assert (built.months, built.written) == ((), 0)
    assert inodes(tree) == before
    assert list(workspace.glob(".public*")) == []


def test_a_new_month_leaves_old_ones_as_they_are(workspace: Path) -> None:
    tree = workspace / "public"
    before, kept = digests(tree), inodes(tree)
    known = Workspace(workspace)
    keep_edition(known.folder, made_month("2026-04", 5, COUNTIES), synthetic=True, note="")
    built = build_site(workspace, tree, SITE)
    assert built.months == ("2026-04",)
    after = inodes(tree)
    old = {name for name in before if any(f"/{month}/" in f"/{name}" for month in MONTHS)}
    assert len(old) > 200
    assert {name for name in old if after.get(name) != kept[name]} == set()
    # And the whole site knows the new one.
    assert '"2026-04"' in (tree / "data" / "months.js").read_text(encoding="utf-8")
    assert (tree / "index.html").read_text(encoding="utf-8") != ""
    assert "april 2026" in (tree / "index.html").read_text(encoding="utf-8")


def test_a_change_in_one_county_rewrites_its_pages_and_those_of_the_whole(workspace: Path) -> None:
    tree = workspace / "public"
    before = digests(tree)
    known = Workspace(workspace)
    # The same month with ten persons more in one municipality of Norrbotten.
    earlier = made_editions(workspace.parent / "again", MONTHS[:2], 5, COUNTIES)[-1].tables["areas"]
    again = made_month(MONTHS[2], 5, COUNTIES, before=earlier, changed_county="25")
    number, new = keep_edition(
        known.folder, again, synthetic=True, note="SYNTETISK rättelse: tio personer saknades"
    )
    assert (number, new) == (2, True)
    build_site(workspace, tree, SITE)
    after = digests(tree)
    pages = {name for name in changed(before, after) if name.endswith("index.html")}
    own = {f"{p}2026-03/{rest}" for p in ("", "en/") for rest in ("index.html", "25/index.html")}
    whole = {f"{p}{rest}" for p in ("", "en/") for rest in ("index.html", "data/index.html")}
    others = {name for name in pages if "/10/" in name}
    assert others == set()
    assert own | whole <= pages
    assert {name for name in pages if "/25/" not in name} <= own | whole
    # Not the neighbour's files to download, either.
    assert {name for name in changed(before, after) if name.startswith("data/2026-03/10/")} == set()
    note = "tio personer saknades"
    assert note in (tree / "2026-03" / "25" / "index.html").read_text(encoding="utf-8")
    assert note not in (tree / "2026-03" / "10" / "index.html").read_text(encoding="utf-8")
    assert note in (tree / "2026-03" / "index.html").read_text(encoding="utf-8")
    # Earlier months are not touched.
    assert {name for name in changed(before, after) if "2026-01" in name or "2026-02" in name} == set()


def test_a_county_that_was_published_cannot_be_left_out(workspace: Path) -> None:
    """Its pages would be gone without a word, and addresses that were given would lead nowhere."""
    known = Workspace(workspace)
    before = digests(workspace)
    with pytest.raises(InputError) as failed:
        keep_edition(
            known.folder, made_month(MONTHS[2], 5, ["25"]), synthetic=True, note="SYNTETISK: bara ett län"
        )
    (problem,) = failed.value.problems
    assert problem.found == "2026-03 är publicerad för län som den inte är beräknad för nu: 10"
    assert problem.remedy == "Beräkna den för alla och publicera igen: geomatch run 2026-03"
    assert digests(workspace) == before


def test_a_month_that_is_no_edition_any_more_has_no_pages(workspace: Path) -> None:
    shutil.rmtree(workspace / "published" / "2026-02")
    build_site(workspace, workspace / "public", SITE)
    names = set(digests(workspace / "public"))
    assert {name for name in names if "2026-02/" in name} == set()
    assert "2026-01/index.html" in names


def test_what_a_stopped_build_put_aside_comes_back(workspace: Path) -> None:
    tree = workspace / "public"
    before, kept = digests(tree), inodes(tree)
    tree.rename(workspace / ".public.old")
    build_site(workspace, tree, SITE)
    assert digests(tree) == before
    assert inodes(tree) == kept


def test_rebuilding_changes_nothing_but_takes_away_what_nobody_needs(workspace: Path) -> None:
    tree = workspace / "public"
    before = digests(tree)
    (tree / "assets" / "site.00000000.css").write_text("old", encoding="utf-8")
    built = build_site(workspace, tree, SITE, rebuild=True)
    assert built.months == tuple(MONTHS)
    assert changed(before, digests(tree)) == set()


@pytest.mark.parametrize("moment", [0.3, 1.2, 2.5, 4.0])
def test_a_killed_build_leaves_the_old_site_whole(workspace: Path, moment: float) -> None:
    tree = workspace / "public"
    before = digests(tree)
    known = Workspace(workspace)
    keep_edition(known.folder, made_month("2026-04", 5, COUNTIES), synthetic=True, note="")
    program = (
        "import sys; from pathlib import Path; from geomatch.settings import SiteSettings;"
        "from geomatch.site.build import build_site; print('ready', flush=True);"
        "build_site(Path(sys.argv[1]), Path(sys.argv[1]) / 'public', SiteSettings(publisher='x'), rebuild=True)"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(workspace)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    time.sleep(moment)
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    now = digests(tree)
    if now != before:
        # It was done before it was killed: then the new site is whole.
        assert "2026-04/25/2510/index.html" in now
    build_site(workspace, tree, SITE, rebuild=True)
    assert list(workspace.glob(".public*")) == []
    assert digests(tree) != before
    assert "2026-04/index.html" in digests(tree)


def test_without_an_edition_there_is_one_clear_message(tmp_path: Path) -> None:
    known = Workspace.create(tmp_path / "w")
    with pytest.raises(InputError) as failed:
        build_site(known.folder, known.folder / "public", SITE)
    assert failed.value.problems[0].found == "ingenting har publicerats än"
    assert not (known.folder / "public").exists()


def test_a_changed_edition_is_refused(workspace: Path) -> None:
    before = digests(workspace / "public")
    path = workspace / "published" / "2026-02" / "1" / "areas.parquet"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InputError) as failed:
        build_site(workspace, workspace / "public", SITE)
    assert [problem.file for problem in failed.value.problems] == ["published/2026-02/1/areas.parquet"]
    assert digests(workspace / "public") == before
