"""Old workbooks (.xls) that are damaged: refused at once, where their reader would go round in circles or break down."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.sources.compound import MAGIC, stream_of
from geomatch.sources.enrolment import read_enrolment
from tests.sources import enrolment_variants as made

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
DAMAGED = (
    "a.xls: filen är skadad eller är ingen Excel-arbetsbok. "
    "Hämta den igen, eller öppna den i Excel och spara den som .xlsx."
)


def entry(name: str, kind: int, start: int, length: int) -> bytes:
    """One entry of a directory: 128 bytes ([MS-CFB] 2.6.1)."""
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text) + 2, kind, 1)
        + struct.pack("<3I", FREE, FREE, FREE).ljust(48, b"\0")
        + struct.pack("<IQ", start, length)
    )


def compound(*, small: bytes, following: tuple[int, ...] = (), minis: tuple[int, ...] = ()) -> bytes:
    """A compound file by hand: sectors 0 table, 1 directory, 2 table of the small ones, 3-4 the small ones."""
    header = MAGIC + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<6I", 1, 1, 0, 4096, 2, 1) + struct.pack("<2I", END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = following or (TABLE, END, END, 4, END)
    mini = minis or (1, END)
    return b"".join(
        part.ljust(SECTOR, b"\0")
        for part in (
            header,
            struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff"),
            entry("Root Entry", 5, 3, 1024) + entry("Workbook", 2, 0, len(small)),
            struct.pack(f"<{len(mini)}I", *mini).ljust(SECTOR, b"\xff"),
            small,
            b"",
        )
    )


def test_a_stream_is_found_by_its_name() -> None:
    text = bytes(range(100))
    assert stream_of(compound(small=text), "Workbook") == text
    assert stream_of(compound(small=text), "Book") == b""


@pytest.mark.parametrize(
    ("following", "minis"),
    [
        ((TABLE, 1, END, 4, END), ()),  # the directory follows itself
        ((TABLE, END, END, 4, 3), ()),  # two sectors follow each other
        ((TABLE, END, END, 99, END), ()),  # into a sector that is not there
        ((TABLE, END, END, TABLE, END), ()),  # into a mark that ends nothing
        ((), (1, 0)),
        ((), (500, END)),
    ],
)
def test_a_chain_that_ends_nowhere_is_found(following: tuple[int, ...], minis: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"[0-9]"):
        stream_of(compound(small=bytes(100), following=following, minis=minis), "Workbook")


def test_no_cut_file_is_sound_and_none_breaks_the_search() -> None:
    whole = compound(small=bytes(100))
    for size in range(0, len(whole) - SECTOR, 100):
        with pytest.raises(ValueError, match=r"[0-9]"):
            stream_of(whole[:size], "Workbook")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    made.write(tmp_path / "a.xls", made.COUNTS, made.VARIANTS["snapshot in xls"])
    assert len(read_enrolment(tmp_path / "a.xls").table) > 0
    return tmp_path / "a.xls"


def refused(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_enrolment(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_workbook_whose_sectors_go_round_in_a_circle(workbook: Path) -> None:
    content = bytearray(workbook.read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    # The first sector of the workbook, which xlwt writes first, follows itself.
    struct.pack_into("<I", content, (table + 1) * SECTOR, 0)
    workbook.write_bytes(content)
    assert refused(workbook) == [DAMAGED]


@pytest.mark.parametrize("missing", [1000, 3000, 5000])
def test_a_workbook_that_is_cut(workbook: Path, missing: int) -> None:
    workbook.write_bytes(workbook.read_bytes()[:-missing])
    assert refused(workbook) == [DAMAGED]


def test_a_workbook_with_a_hole_is_refused_or_means_the_same(
    workbook: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content, sound = workbook.read_bytes(), read_enrolment(workbook).table
    found = []
    for start in range(SECTOR, len(content), 389):
        workbook.write_bytes(content[:start] + content[start + 4 :])
        try:
            found.append(read_enrolment(workbook).table)
        except InputError:
            found.append(sound)
    assert all(table.equals(sound) for table in found)
    # The library says on stderr where it broke down.
    capfd.readouterr()
