"""`write_demo_inputs`: the same bytes every time, everything marked, settings that load."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from geomatch.demo import DemoInputs, demo_settings, write_demo_inputs
from geomatch.rules import read_book
from geomatch.settings import DEFAULT_SHARES, load_settings

NAMES = [
    "SYNTETISK-inskrivna-2023-01.xlsx",
    "SYNTETISK-inskrivna-2023-02.xlsx",
    "SYNTETISK-inskrivna-2023-03.xlsx",
    "SYNTETISK-insatser-norrbotten.xlsx",
    "SYNTETISK-korridorer.csv",
    "SYNTETISK-reseersattning.csv",
    "SYNTETISK-tidtabell-norrbotten-2023.zip",
]


def _files(made: DemoInputs) -> list[Path]:
    return [*made.enrolment, made.activities, made.corridors, made.compensation, made.timetable]


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    one, other = (write_demo_inputs(tmp_path / name) for name in ("one", "deep/er"))
    assert [path.name for path in _files(one)] == NAMES
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(NAMES)
    assert [path.read_bytes() for path in _files(one)] == [path.read_bytes() for path in _files(other)]
    assert one.settings_toml == other.settings_toml
    assert (one.county_code, one.months) == ("25", ("2023-01", "2023-02", "2023-03"))
    assert sum(path.stat().st_size for path in _files(one)) < 400_000


def test_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Neither hash order, time zone nor locale show."""
    here = write_demo_inputs(tmp_path / "here")
    program = "import sys, pathlib, geomatch.demo as d; d.write_demo_inputs(pathlib.Path(sys.argv[1]))"
    elsewhere = {
        "PYTHONHASHSEED": "12345",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", program, str(tmp_path / "there")]
    subprocess.run(command, env=os.environ | elsewhere, check=True)
    for path in _files(here):
        other = tmp_path / "there" / path.name
        assert hashlib.sha256(other.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_another_seed_gives_other_files_but_the_same_corridors(tmp_path: Path) -> None:
    one, other = write_demo_inputs(tmp_path / "25"), write_demo_inputs(tmp_path / "26", seed=26)
    differs = [a.read_bytes() != b.read_bytes() for a, b in zip(_files(one), _files(other), strict=True)]
    assert differs == [True, True, True, True, False, False, True]


def test_no_clock_in_the_archives(tmp_path: Path) -> None:
    for path in _files(write_demo_inputs(tmp_path)):
        if path.suffix != ".csv":
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
                assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_settings(tmp_path: Path) -> None:
    made = write_demo_inputs(tmp_path)
    assert "SYNTETISK" in made.settings_toml.splitlines()[0]
    path = tmp_path / "geomatch.toml"
    path.write_text(made.settings_toml, encoding="utf-8")
    name, text = made.rules
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
    assert "SYNTETISK" in name
    assert "SYNTETISK" in text.splitlines()[0]
    settings = replace(load_settings(path), rules=read_book(tmp_path / "rules"))
    assert settings == demo_settings()
    day = date(2023, 2, 28)
    assert settings.share("eligible_share", "all", "25", day) == (0.35, 0.6)
    assert settings.share("eligible_share", "all", "24", day) == (0.0, 1.0)
    *_shipped, own = settings.rules.at(day).rules
    assert (own.name, own.asks, own.status, own.source.sv) == (
        "demo_inom_lanet", "within_county", "verified", "SYNTETISK regel",
    )  # fmt: skip
    assert settings.rules.left_out == ()
    assert [one.name for one in settings.rules.sets] == [one.name for one in read_book(tmp_path / "no").sets]
    assert settings.shares[:-1] == DEFAULT_SHARES
