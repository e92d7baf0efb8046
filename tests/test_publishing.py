"""`geomatch publish` from a computed month to the public site, as an officer runs it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch.cli import main
from geomatch.publishing import publish_public
from geomatch.workspace import Workspace

MONTH = "2023-02"


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "w"
    shutil.copytree(demo_workspace, copy)
    return copy


def run(*arguments: str) -> int:
    return main(["--lang", "en", *arguments])


def files(tree: Path) -> dict[str, str]:
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def with_setting(workspace: Path, old: str, new: str) -> None:
    path = workspace / "geomatch.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_publishing_again_writes_nothing_of_the_public_site(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(workspace / "public")
    assert run("publish", MONTH, "-w", str(workspace), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["public"]["edition"] == 1
    assert (told["public"]["new_edition"], told["public"]["files_written"]) == (False, 0)
    assert told["public"]["files_kept"] == len(before)
    assert files(workspace / "public") == before


def test_the_public_run_is_done_once(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month whose edition is of the same run is not computed again, nor are its day returns forgotten."""
    known = Workspace(workspace)
    kept = {path.name for path in (workspace / "cache").glob("*.parquet")}
    monkeypatch.setattr("geomatch.publishing.public_month", None)
    with known.writing():
        published = publish_public(known, MONTH)
    assert published is not None
    assert (published.edition, published.new) == (1, False)
    assert {path.name for path in (workspace / "cache").glob("*.parquet")} == kept


def test_other_numbers_need_a_note(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(workspace)
    with_setting(workspace, "surface_cell_m = 2000.0", "surface_cell_m = 4000.0")
    before["geomatch.toml"] = files(workspace)["geomatch.toml"]
    assert run("publish", MONTH, "-w", str(workspace)) == 2
    assert capsys.readouterr().err == (
        "2023-02 is published already, with other numbers (edition 1); expected a note that says what changed and why. "
        "Publish the correction with its note: geomatch publish 2023-02 --note “…”\n"
    )
    after = files(workspace)
    # Day returns that were computed on the way are kept for the next time; nothing else was written.
    assert {
        name
        for name in {*before, *after}
        if before.get(name) != after.get(name) and not name.startswith("cache/")
    } == set()
    assert run("publish", MONTH, "-w", str(workspace), "--note", "Glesare rutor", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["public"]["edition"], told["public"]["new_edition"]) == (2, True)
    surface = pd.read_parquet(workspace / "published" / MONTH / "2" / "surface.parquet")
    assert set(surface["cell_m"]) == {4000.0}
    page = (workspace / "public" / MONTH / "25" / "2513" / "index.html").read_text(encoding="utf-8")
    assert "Glesare rutor" in page
    # What was published stays, to the byte; and months that were not asked for are not touched.
    first = {name: digest for name, digest in before.items() if name.startswith(f"published/{MONTH}/1/")}
    assert first
    assert {name: files(workspace)[name] for name in first} == first
    old = {name: digest for name, digest in before.items() if name.startswith("public/2023-01/")}
    assert {name: files(workspace)[name] for name in old} == old


def test_a_share_that_becomes_internal_leaves_the_public_numbers(workspace: Path) -> None:
    """Also when the month was computed while it was not marked."""
    known = Workspace(workspace)
    before = pd.read_parquet(workspace / "published" / MONTH / "1" / "areas.parquet").set_index("area_code")
    text = (workspace / "geomatch.toml").read_text(encoding="utf-8")
    head, made_up = text.rsplit("[[shares]]", 1)
    assert "SYNTETISK andel" in made_up
    (workspace / "geomatch.toml").write_text(
        head + "[[shares]]" + made_up.replace("internal = false", "internal = true"), encoding="utf-8"
    )
    with known.writing():
        published = publish_public(known, MONTH, "Länets andel är intern")
    assert published is not None
    assert published.new
    edition = json.loads((workspace / "published" / MONTH / "2" / "edition.json").read_text(encoding="utf-8"))
    assert "SYNTETISK andel" not in json.dumps(edition, ensure_ascii=False)
    after = pd.read_parquet(workspace / "published" / MONTH / "2" / "areas.parquet").set_index("area_code")
    # Without it the share is unknown, so that the gap of the county is a wider interval.
    wide = [int(one.loc["25", "gap_high"] - one.loc["25", "gap_low"]) for one in (before, after)]
    assert wide[0] < wide[1]


def test_a_higher_threshold_needs_the_month_to_be_taken_back(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Edition 1 shows gaps of up to 30, which are to be withheld now: whoever kept it knows them."""
    before = files(workspace)
    with_setting(workspace, "withhold_to = 5", "withhold_to = 30")
    before["geomatch.toml"] = files(workspace)["geomatch.toml"]
    assert run("publish", MONTH, "-w", str(workspace), "--note", "Högre gräns") == 2
    said = capsys.readouterr().err
    assert "must be withheld, and an earlier edition tells it" in said
    assert said.rstrip().endswith(f"geomatch withdraw month {MONTH}")
    after = files(workspace)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert {name for name in changed if not name.startswith("cache/")} == set()
    assert run("withdraw", "month", MONTH, "--reason", "Gränsen höjs", "-w", str(workspace)) == 0
    capsys.readouterr()
    assert run("publish", MONTH, "-w", str(workspace), "--note", "Högre gräns", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    areas = pd.read_parquet(
        workspace / "published" / MONTH / str(told["public"]["edition"]) / "areas.parquet"
    ).set_index("area_code")
    # Överkalix has 11, Jokkmokk 33.
    assert areas.loc["2513", "need_sign"] == ".."
    assert areas.loc["2510", "need_low"] == 33
    assert not (workspace / "published" / MONTH / "1" / "areas.parquet").exists()


def test_a_month_keeps_its_way_of_protecting(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_setting(workspace, 'method = "withhold"', 'method = "interval"')
    assert run("publish", MONTH, "-w", str(workspace), "--note", "Intervall") == 2
    assert capsys.readouterr().err == (
        "edition 1 of 2023-02 protects small counts in another way than `interval`; expected one way for all editions of a "
        "month, since what two ways tell can be compared. Leave `disclosure.method` in geomatch.toml as it was, or take the "
        "month back first: geomatch withdraw month 2023-02\n"
    )


@pytest.mark.parametrize("method", ["interval", "rounded"])
def test_the_other_ways_stand_the_attack_and_the_check(
    workspace: Path, method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(workspace / "published")
    shutil.rmtree(workspace / "public")
    with_setting(workspace, 'method = "withhold"', f'method = "{method}"')
    assert run("publish", MONTH, "-w", str(workspace), "--check") == 0
    assert "none of which fell" in capsys.readouterr().err
    areas = pd.read_parquet(workspace / "published" / MONTH / "1" / "areas.parquet").set_index("area_code")
    assert (areas.loc["2510", "need_low"], areas.loc["2510", "need_high"]) == (
        (33, 33) if method == "interval" else (30, 40)
    )


def test_what_falls_is_not_published(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without cover for small counts the attack gets through, and nothing is written."""
    monkeypatch.setattr(
        "geomatch.disclosure.control.pattern",
        lambda system: frozenset(f for f, one in enumerate(system.figures) if one.small),
    )
    shutil.rmtree(workspace / "published")
    shutil.rmtree(workspace / "public")
    assert run("publish", MONTH, "-w", str(workspace)) == 2
    said = capsys.readouterr().err
    assert "areas" in said
    assert not (workspace / "published").exists()
    assert not (workspace / "public").exists()
    assert [path.name for path in workspace.iterdir() if path.name.startswith(".") and path.is_dir()] == []


def test_a_month_of_real_input_is_published(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the mark of made-up figures; that a restricted file is made up is nobody's business."""
    path = workspace / "months" / MONTH / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for one in manifest["inputs"]:
        one["synthetic"] = one["kind"] == "travel_compensation"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run("publish", MONTH, "-w", str(workspace), "--note", "Nu på riktigt", "--json") == 0
    assert json.loads(capsys.readouterr().out)["public"]["new_edition"]
    assert (workspace / "public" / "data" / MONTH / "areas.csv").is_file()
    assert not list((workspace / "public" / "data" / MONTH).glob("SYNTETISK-*"))
    marked = {
        month: "SYNTETISKA UPPGIFTER"
        in (workspace / "public" / month / "25" / "index.html").read_text(encoding="utf-8")
        for month in ("2023-01", MONTH)
    }
    assert marked == {"2023-01": True, MONTH: False}


def test_the_demos_site_is_in_order(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("publish", "--check", "-w", str(workspace)) == 0
    assert capsys.readouterr().err.startswith("The public pages are in order: ")


def test_what_is_wrong_with_the_site_is_listed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = workspace / "public" / MONTH / "25" / "2510" / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</h1>", "</h1><img src='https://bilder.example/x.png'>"), encoding="utf-8")
    (workspace / "public" / "anteckning.txt").write_text("x", encoding="utf-8")
    assert run("publish", "--check", "-w", str(workspace)) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any("2023-02/25/2510/index.html" in line and "https://bilder.example" in line for line in lines)
    assert any(line.startswith("anteckning.txt: the file is no part of the site") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["publish"], "no month is named; expected YYYY-MM. Name the month, or check what is published: geomatch publish --check"),
        (["publish", "2023-09"], "2023-09 is not computed yet. Compute it: geomatch run 2023-09"),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_one_message(
    workspace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    before = files(workspace)
    assert run(*arguments, "-w", str(workspace)) == 2
    assert capsys.readouterr().err == message + "\n"
    assert files(workspace) == before


def test_without_public_pages_there_is_nothing_to_check(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(workspace / "public")
    assert run("publish", "--check", "-w", str(workspace)) == 2
    assert (
        capsys.readouterr().err
        == "public: there are no public pages. Publish a month: geomatch publish YYYY-MM\n"
    )
