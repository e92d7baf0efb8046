"""One restricted thing is changed in the files, computed and published again: not a byte of what is public changes."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from tests.canaries.differences import (
    CHANGES,
    EARLIER_SHARE,
    MONTH,
    PUBLIC_SHARE,
    VISIBLE,
    Files,
    command,
    compared,
    first_files,
    fresh,
    other_decisions,
    published_files,
)

Base = tuple[Path, Files]
# In one go: each alone takes some seconds, and `make canaries` tries them so.
TOGETHER = {
    "the register": (
        "addresses and contacts", "organisers and grants", "places of protected ones", "times of protected ones",
        "periods of protected ones", "ids", "further columns, in another order", "hidden ones are added", "order of rows",
    ),
    "what is left out": ("no hidden ones", "no lists that can be left out", "no internal share", "no times of protected ones"),
    "everything": ("everything at once",),
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("differences")
    files = first_files(folder / "demo")
    return fresh(files, folder / "files", folder / "w"), files


def test_every_change_is_tried() -> None:
    alone = {name for names in TOGETHER.values() for name in names}
    # All of the others are part of everything at once.
    assert alone <= set(CHANGES)
    assert {
        "everything at once",
        "no hidden ones",
        "no lists that can be left out",
        "no internal share",
    } <= alone


@pytest.mark.parametrize("group", TOGETHER)
def test_nothing_that_is_restricted_is_seen(base: Base, tmp_path: Path, group: str) -> None:
    def change(files: Files) -> None:
        for name in TOGETHER[group]:
            CHANGES[name](files)

    assert compared(*base, change, tmp_path) == []


def test_what_may_be_known_is_seen(base: Base, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="redan publicerad, med andra siffror"):
        compared(*base, VISIBLE["places of one whose place is not shown"], tmp_path)


def test_another_folder_machine_user_and_order_give_the_same_bytes(base: Base, tmp_path: Path) -> None:
    """With other decisions on the same open pairs, and in a process of its own, in another language, time zone and century, with the files added in another order."""
    first, files = base
    code = (
        "import pickle, sys; from pathlib import Path; from tests.canaries.differences import fresh;"
        "fresh(pickle.load(open(sys.argv[1], 'rb')), Path(sys.argv[2]), Path(sys.argv[3]), reverse=True)"
    )
    files = deepcopy(files)
    other_decisions(files)
    pickled = tmp_path / "files.pickle"
    pickled.write_bytes(pickle.dumps(files))
    other = tmp_path / "Någon annanstans på en annan dator"
    env = {
        **os.environ,
        "USER": "någonannan",
        "LOGNAME": "någonannan",
        "HOME": str(tmp_path),
        "HOSTNAME": "annandator",
    }
    env |= {"TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "1"}
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code, str(pickled), str(tmp_path / "f"), str(other)],
        env={
            **env,
            "PYTHONPATH": root,
            "TMPDIR": str(tmp_path),
            "OGR_CURRENT_DATE": "1999-01-01T00:00:00.000Z",
        },
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    before, after = published_files(first), published_files(other)
    assert sorted(name for name in {*before, *after} if before.get(name) != after.get(name)) == []
    assert f"public/{MONTH}/25/2580/index.html" in after


def test_no_time_of_making_is_kept(base: Base, tmp_path: Path) -> None:
    """What is laid out anew later is the same: no clock is in it."""
    copy = tmp_path / "w"
    shutil.copytree(base[0], copy)
    shutil.rmtree(copy / "public")
    command("publish", "--rebuild", "-w", str(copy))
    assert published_files(copy) == published_files(base[0])


def test_an_internal_share_beside_a_public_one_of_the_same_day_is_not_seen(
    base: Base, tmp_path: Path
) -> None:
    made = deepcopy(base[1])
    made.settings = made.settings.replace(EARLIER_SHARE, PUBLIC_SHARE)
    both = fresh(made, tmp_path / "files", tmp_path / "w")
    (tmp_path / "other").mkdir()
    assert compared(both, made, CHANGES["no internal share"], tmp_path / "other") == []
