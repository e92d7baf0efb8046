"""Several boards' registers as one: what stands twice, what clashes, what looks alike."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geomatch.errors import InputError
from geomatch.restricted import Audience
from geomatch.sources.activities import ActivityRegister, read_activities
from geomatch.sources.activity_layer import write_activities_geopackage
from geomatch.sources.corridor_register import CorridorRegister, read_corridor_register
from geomatch.sources.merge import LIKELY_COLUMNS, likely_duplicates, merge_corridors, merge_registers

BASE = {
    "Insats-id": "BD-1",
    "Namn": "Språkcafé",
    "Anordnare": "Röda Korset",
    "Primärt syfte": "svenska",
    "Platser": "12",
    "Startdatum": "2024-01-08",
    "Veckodagar": "mån",
    "Start": "10:00",
    "Slut": "12:00",
    "Synlighet": "exakt",
    "Status": "pågående",
    "Kommun": "Luleå",
    "Öst": "829440",
    "Nord": "7292327",
}


def register(folder: Path, name: str, *rows: dict[str, Any]) -> tuple[str, ActivityRegister]:
    lines = [BASE | row for row in rows]
    pd.DataFrame(lines).to_csv(folder / name, sep="\t", index=False)
    return name, read_activities(folder / name)


def messages(*registers: tuple[str, ActivityRegister]) -> list[str]:
    found = []
    for order in permutations(registers):
        with pytest.raises(InputError) as caught:
            merge_registers(order)
        found.append([str(problem) for problem in caught.value.problems])
    assert all(one == found[0] for one in found)
    return found[0]


def test_two_boards_as_one_in_any_order(tmp_path: Path) -> None:
    norr = register(tmp_path, "norr.csv", {"Insats-id": "N-2"}, {"Insats-id": "N-1", "Veckodagar": "tis;mån"})
    syd = register(
        tmp_path,
        "syd_syntetisk.csv",
        {"Insats-id": "M-1", "Namn": "Kurs", "Veckodagar": "", "Start": "", "Slut": "", "Öst": "829540"},
    )
    for order in ((norr, syd), (syd, norr)):
        merged = merge_registers(order)
        series = merged.series.reveal(Audience.INTERNAL)
        assert series[["series_id", "name"]].to_numpy().tolist() == [
            ["M-1", "Kurs"],
            ["N-1", "Språkcafé"],
            ["N-2", "Språkcafé"],
        ]
        assert series.geometry.x.tolist() == [829_540, 829_440, 829_440]
        assert series.crs == "EPSG:3006"
        assert merged.sessions.reveal(Audience.INTERNAL).to_numpy().tolist() == [
            ["N-1", 0, "", 36_000, 43_200],
            ["N-1", 1, "", 36_000, 43_200],
            ["N-2", 0, "", 36_000, 43_200],
        ]
        assert merged.synthetic
        # Three rows: three without grant, group and sex, and four blank yes-or-no cells each.
        assert merged.notes == {
            "grant_scheme_blank": 3,
            "sex_assumed": 3,
            "target_groups_assumed": 3,
            "without_sessions": 1,
            "yes_no_assumed": 12,
        }
    write_activities_geopackage(tmp_path / "b.gpkg", merge_registers([norr, syd]))
    again = read_activities(tmp_path / "b.gpkg").series.reveal(Audience.INTERNAL)
    assert again["series_id"].tolist() == ["M-1", "N-1", "N-2"]


def test_one_register_alone_is_itself(tmp_path: Path) -> None:
    name, one = register(tmp_path, "a.csv", {}, {"Insats-id": "BD-2", "Öst": "829441"})
    merged = merge_registers([(name, one)])
    pd.testing.assert_frame_equal(
        pd.DataFrame(merged.series.reveal(Audience.INTERNAL)),
        pd.DataFrame(one.series.reveal(Audience.INTERNAL)),
    )
    pd.testing.assert_frame_equal(
        merged.sessions.reveal(Audience.INTERNAL), one.sessions.reveal(Audience.INTERNAL)
    )
    assert merged.notes == one.notes


def test_the_same_activity_in_two_files_is_named_with_its_rows(tmp_path: Path) -> None:
    one = register(tmp_path, "a.csv", {"Insats-id": "BD-0"}, {})
    two = register(tmp_path, "b.csv", {})
    assert messages(one, two) == [
        (
            "b.csv, rad 2, kolumn ”Insats-id”: insatsen BD-1 står likadan i a.csv, rad 3; "
            "väntat: varje insats i en fil. Ta bort den ur en av filerna."
        )
    ]


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ({"Namn": "Kurs", "Platser": "13"}, "Namn, Platser"),
        ({"Veckodagar": "tis"}, "tiderna"),
        ({"Öst": "829442"}, "platsen"),
        ({"Anordnare": "Kommunen", "Öst": "829442", "Slut": "12:30"}, "Anordnare, platsen, tiderna"),
    ],
)
def test_an_id_for_two_activities_is_named_with_what_differs(
    tmp_path: Path, change: dict[str, str], differing: str
) -> None:
    one = register(tmp_path, "a.csv", {})
    two = register(tmp_path, "b.csv", {"Insats-id": "BD-0"}, change)
    assert messages(one, two) == [
        (
            f"b.csv, rad 3, kolumn ”Insats-id”: id BD-1 står också i a.csv, rad 2, för en annan insats: "
            f"det som skiljer är {differing}; väntat: id som bara finns i ett register. Ge en av dem ett annat id."
        )
    ]


def test_another_number_of_places_and_a_third_file(tmp_path: Path) -> None:
    one = register(tmp_path, "a.csv", {})
    two = register(tmp_path, "b.csv", {}, {"Öst": "829740"})
    three = register(tmp_path, "c.csv", {})
    found = messages(one, two, three)
    assert len(found) == 2
    assert "b.csv, rad 2" in found[0]
    assert "det som skiljer är antalet platser den hålls på" in found[0]
    assert "c.csv, rad 2, kolumn ”Insats-id”: insatsen BD-1 står likadan i a.csv, rad 2" in found[1]


@pytest.mark.parametrize(
    ("change", "pairs"),
    [
        ({}, 1),
        ({"Namn": "SPRÅKCAFÉ", "Platser": "20"}, 1),
        # 30 m east and 40 m north: 50 m; then one metre more.
        ({"Öst": "829470", "Nord": "7292367"}, 1),
        ({"Öst": "829471", "Nord": "7292367"}, 0),
        ({"Namn": "Språkkafé"}, 0),
        ({"Slut": "12:30"}, 0),
        ({"Digital": "ja"}, 0),
    ],
)
def test_what_looks_alike_is_counted_and_kept(tmp_path: Path, change: dict[str, str], pairs: int) -> None:
    # Within one file two groups side by side are nothing to ask about.
    one = register(tmp_path, "a.csv", {"Insats-id": "A-1"}, {"Insats-id": "A-2", "Namn": "Annat"})
    two = register(tmp_path, "b.csv", {"Insats-id": "B-1"} | change)
    for order in ((one, two), (two, one)):
        table = likely_duplicates(order).reveal(Audience.INTERNAL)
        assert tuple(table.columns) == LIKELY_COLUMNS
        distance_m = 50 if change.get("Öst") == "829470" else 0
        expected = [["a.csv", "A-1", "b.csv", "B-1", "Språkcafé", distance_m]]
        assert table.to_numpy().tolist() == expected[:pairs]
        merged = merge_registers(order)
        assert merged.notes.get("likely_duplicates", 0) == pairs
        assert len(merged.series.reveal(Audience.INTERNAL)) == 3


def test_groups_side_by_side_in_one_file_and_digital_ones_in_two(tmp_path: Path) -> None:
    one = register(tmp_path, "a.csv", {"Insats-id": "A-1"}, {"Insats-id": "A-2"})
    assert len(likely_duplicates([one]).reveal(Audience.INTERNAL)) == 0
    digital = [
        register(
            tmp_path, f"{name}.csv", {"Insats-id": name, "Digital": "ja", "Kommun": "", "Öst": "", "Nord": ""}
        )
        for name in ("x", "y")
    ]
    table = likely_duplicates(digital).reveal(Audience.INTERNAL)
    assert table.to_numpy().tolist() == [["x.csv", "x", "y.csv", "y", "Språkcafé", 0]]


def test_no_register_at_all() -> None:
    with pytest.raises(InputError, match="geomatch add activities"):
        merge_registers([])


def corridors(folder: Path, name: str, *lines: str) -> tuple[str, CorridorRegister]:
    head = "Från;Till;Gäller från;Gäller till;Referens"
    (folder / name).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return name, read_corridor_register(folder / name)


def corridor_messages(*registers: tuple[str, CorridorRegister]) -> list[str]:
    found = []
    for order in permutations(registers):
        with pytest.raises(InputError) as caught:
            merge_corridors(order)
        found.append([str(problem) for problem in caught.value.problems])
    assert all(one == found[0] for one in found)
    return found[0]


def test_corridors_of_two_boards_in_any_order(tmp_path: Path) -> None:
    one = corridors(tmp_path, "a.csv", "Luleå;Boden;2024-07-01;;b", "Boden;Luleå;2024-01-01;;")
    two = corridors(tmp_path, "syntetisk.csv", "Luleå;Boden;2024-01-01;2024-06-30;a")
    empty = corridors(tmp_path, "c.csv")
    for order in permutations((one, two, empty)):
        merged = merge_corridors(order)
        assert merged.table.to_numpy().tolist() == [
            ["2580", "2582", "2024-01-01", "2024-06-30", "a"],
            ["2580", "2582", "2024-07-01", "", "b"],
            ["2582", "2580", "2024-01-01", "", ""],
        ]
        assert merged.notes == {"open_ended": 2, "without_reference": 1}
        assert merged.synthetic
    none = merge_corridors([])
    assert (len(none.table), none.synthetic, none.notes) == (0, False, {})
    assert list(none.table.columns) == list(merged.table.columns)


def test_corridors_that_overlap_across_files(tmp_path: Path) -> None:
    one = corridors(tmp_path, "a.csv", "Piteå;Boden;2024-01-01;;", "Luleå;Boden;2024-01-01;2024-06-30;a")
    two = corridors(tmp_path, "b.csv", "Luleå;Boden;2024-06-30;;b", "Boden;Luleå;2024-01-01;;")
    assert corridor_messages(one, two) == [
        (
            "b.csv, rad 2, kolumn ”Gäller från”: perioden överlappar den i a.csv, rad 3 för samma två kommuner. "
            "Låt den ena perioden sluta dagen innan nästa börjar."
        )
    ]


def test_the_same_corridor_in_two_files(tmp_path: Path) -> None:
    one, two = (corridors(tmp_path, name, "Luleå;Boden;2024-01-01;;a") for name in ("a.csv", "b.csv"))
    assert corridor_messages(one, two) == [
        (
            "b.csv, rad 2, kolumn ”Gäller från”: korridoren står likadan i a.csv, rad 2. "
            "Ta bort den ur en av filerna."
        )
    ]
