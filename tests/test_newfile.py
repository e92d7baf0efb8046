"""Files that the user asked for by name: whole, new, or an error that says why not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pandas as pd
import pytest

from geomatch.errors import InputError
from geomatch.newfile import table_csv, write_new


def test_a_new_file_is_written_whole(tmp_path: Path) -> None:
    write_new(tmp_path / "a.csv", b"abc")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"abc"}


def test_no_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"mitt")
    with pytest.raises(InputError) as caught:
        write_new(tmp_path / "a.csv", b"abc")
    assert str(caught.value) == (
        "a.csv: det finns redan en fil med det namnet; inget skrivs över. Välj ett annat namn, eller flytta filen."
    )
    assert (tmp_path / "a.csv").read_bytes() == b"mitt"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_new(tmp_path / "no" / "a.csv", b"abc")
    assert str(caught.value) == (
        f"a.csv: det finns ingen mapp {tmp_path / 'no'}. Skapa mappen, eller välj en annan."
    )


def test_what_the_system_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError) as caught:
        write_new(tmp_path / "a.csv", b"abc")
    assert str(caught.value) == (
        "a.csv: filen kan inte skrivas: No space left on device. "
        "Kontrollera att det finns plats och att du får skriva i mappen."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_system_takes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="filen kan inte skrivas: File name too long"):
        write_new(tmp_path / ("a" * 250 + ".csv"), b"abc")


def test_a_table_as_excel_opens_it() -> None:
    table = pd.DataFrame({"namn": ["Åre; by", None], "open": [True, False], "x": [1.5, float("nan")]})
    assert table_csv(table) == '\ufeffnamn;open;x\n"Åre; by";true;1.5\n;false;\n'.encode()
