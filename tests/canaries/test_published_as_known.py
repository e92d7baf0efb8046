"""What the search for leaks found and what was mended: names that tell, lists of a board's own, the order of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geomatch.inputs import Inputs
from geomatch.workspace import Input
from tests.public import small

OWN = Input("enrolment", "egen.csv", "c" * 64, {"title": "", "rows": 1})
THEIRS = Input("enrolment", "inskrivna.xlsx", "a" * 64, {"title": "Inskrivna personer", "rows": 20})


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return small.inputs(tmp_path_factory.mktemp("known") / "feed")


def shown_name(board: Inputs, name: str, **more: object) -> str:
    rows = [
        small.activity("BD-17", "0331", "municipality", 6, small.HEBY, name=name, primary_purpose="Hälsa")
        | more
    ]
    series, sessions = small.register(rows)
    (found,) = small.shown(replace(board, series=series, sessions=sessions)).series["name"]
    return str(found)


@pytest.mark.parametrize(
    "name",
    [
        "Kvinnogruppen, Kanariegatan 1",
        "Kvinnogruppen KANARIEGATAN 1, porten till höger",
        "Anordnarens kvinnogrupp hos Anordnaren",
        "Ring 0709990001",
        "Kvinnogruppen (BD-17)",
        "Kvinnogruppen kl. 10.00",
        "Kvinnogruppen 8:30–12:00",
    ],
)
def test_a_name_that_holds_what_is_not_shown_gives_way_to_the_purpose(board: Inputs, name: str) -> None:
    assert shown_name(board, name, address="Kanariegatan 1, Heby") == "Hälsa"


@pytest.mark.parametrize(
    "name", ["Kvinnogruppen", "Kvinnor på Kanariegatan 17", "Gruppen 9.15", "Anordnarens grupp"]
)
def test_any_other_name_stays(board: Inputs, name: str) -> None:
    assert shown_name(board, name, address="Kanariegatan 1, Heby") == name


def test_the_name_of_one_that_is_shown_may_hold_its_place_but_no_number_to_call(board: Inputs) -> None:
    exact = {"visibility": "exact", "address": "Kanariegatan 1, Heby"}
    assert (
        shown_name(board, "Språkcafé, Kanariegatan 1, kl. 10.00", **exact)
        == "Språkcafé, Kanariegatan 1, kl. 10.00"
    )
    assert (
        shown_name(board, "Språkcafé, 070-9990001", contact="070-999 00 01", **exact)
        == "Språkcafé, 070-9990001"
    )
    assert shown_name(board, "Språkcafé, 070-999 00 01", contact="070-999 00 01", **exact) == "Hälsa"
    assert (
        shown_name(board, "Språkcafé (eva@hemlig.example)", contact="Eva@hemlig.example", **exact) == "Hälsa"
    )
    assert shown_name(board, "Biblioteket", contact="Biblioteket", **exact) == "Biblioteket"


def lists(board: Inputs, *rows: dict[str, object], used: tuple[Input, ...] = (THEIRS, OWN)) -> Inputs:
    """The board with counts in a list of its own beside the agency's."""
    own = [{**row, "source": OWN.file, "cell": f"row {n}"} for n, row in enumerate(rows)]
    others = tuple(one for one in board.used if one.kind != "enrolment")
    return replace(board, enrolment=small.enrolment([*small.cells(), *own]), used=(*used, *others))


def cell(made: Inputs, code: str, sex: str = "all") -> tuple[tuple[int, int, str], ...]:
    table = small.shown(made).enrolment
    own = table[
        (table["month"] == small.MONTH) & (table["municipality_code"] == code) & (table["sex"] == sex)
    ]
    return tuple((row.low, row.high, row.sign) for row in own.itertuples())


def test_a_boards_own_count_takes_no_signs_place(board: Inputs) -> None:
    # The agency withholds Heby's persons and Håbo's women; a board knows that they are 3 and 7.
    made = lists(board, small.counted(small.MONTH, "0331", 3), small.counted(small.MONTH, "0305", 7, "women"))
    assert cell(made, "0331") == ((1, 5, ".."),)
    assert cell(made, "0305", "women") == ((1, 5, ".."),)
    pd.testing.assert_frame_equal(small.shown(made).enrolment, small.shown(lists(board)).enrolment)


def test_a_boards_own_small_count_is_as_the_agency_would_print_it(board: Inputs) -> None:
    narrow = small.counted(small.MONTH, "2180", "..", "men") | {"low": 2, "high": 3}
    made = lists(
        board,
        small.counted(small.MONTH, "2180", 4, "women"),
        narrow,
        small.counted(small.MONTH, "0331", 6, "men"),
    )
    assert cell(made, "2180", "women") == ((1, 5, ".."),)
    assert cell(made, "2180", "men") == ((1, 5, ".."),)
    # What the agency would print is a number as any other.
    assert cell(made, "0331", "men") == ((6, 6, ""),)


def test_the_agencys_own_numbers_stay(board: Inputs) -> None:
    rows = [*small.cells(), small.counted(small.MONTH, "2180", 4, "women")]
    made = replace(board, enrolment=small.enrolment(rows), used=(THEIRS, *board.used[1:]))
    assert small.shown(made).enrolment is made.enrolment


def test_no_digest_tells_of_a_boards_own_list(board: Inputs) -> None:
    told = {one.file: one.sha256 for one in small.shown(lists(board)).used}
    assert told == {"egen.csv": "", "inskrivna.xlsx": "a" * 64, "tidtabell": "3" * 64}


def test_the_published_gap_tells_nothing_of_a_boards_own_count(board: Inputs, tmp_path: Path) -> None:
    # Without the county's total, the sum of its parts is published: with the 3 that the board knows it would be 55.
    def gaps(made: Inputs, name: str) -> str:
        table = made.enrolment[made.enrolment["municipality_code"] != "all"]
        return str(small.made(replace(made, enrolment=table), tmp_path / name).tables["areas"].frame.to_csv())

    assert gaps(lists(board, small.counted(small.MONTH, "0331", 3)), "a") == gaps(lists(board), "b")


def test_the_order_of_the_files_is_their_own(board: Inputs) -> None:
    turned = replace(board, used=board.used[::-1])
    assert small.shown(turned).used == small.shown(board).used
