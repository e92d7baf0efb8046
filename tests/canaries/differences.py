"""A small workspace made by the real commands, and every way of changing what is restricted in its files.

Whoever has the public files of two workspaces that differ in nothing but a restricted thing must not see that they do.
"""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from geomatch.cli import main
from geomatch.demo import DemoInputs, write_demo_inputs
from geomatch.demo.register import HEADINGS

__all__ = [
    "CHANGES",
    "EARLIER_SHARE",
    "MONTH",
    "PUBLIC_SHARE",
    "VISIBLE",
    "Files",
    "command",
    "compared",
    "first_files",
    "fresh",
    "internal_share",
    "other_decisions",
    "published_files",
    "put",
]

MONTH = "2023-01"
Row = dict[str, Any]
# The share that anybody may know holds from an earlier day than the internal one, which so is the one in force.
PUBLIC_SHARE = 'valid_from = "2023-01-01"\nsource = "SYNTETISK andel"'
EARLIER_SHARE = PUBLIC_SHARE.replace("2023-01-01", "2022-12-01")
# Of the demo's register: shown at their place, at a distance, at their municipality (with and without times), hidden, ended.
_KEPT = ("001", "003", "010", "011", "019", "021", "037", "039", "044")


@dataclass
class Files:
    """What an officer adds, apart from the counts and the timetable.

    Attributes:
        register: Rows of the register of activities, by heading.
        tables: Kind -> the rows of a csv file, headings first.
        names: Kind -> name of its file.
        settings: geomatch.toml.
    """

    register: list[Row]
    tables: dict[str, list[list[str]]]
    names: dict[str, str]
    settings: str
    demo: DemoInputs
    headings: list[str] = field(default_factory=lambda: list(HEADINGS))


def first_files(folder: Path) -> Files:
    """The files before anything is changed, written from the demo's."""
    demo = write_demo_inputs(folder)
    sheet = openpyxl.load_workbook(demo.activities).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    register = [dict(zip(HEADINGS, row, strict=True)) for row in rows if str(row[0])[-3:] in _KEPT]
    walking = next(row for row in register if row["Namn"] == "Vardagssvenska Hertsön")
    register += [
        walking | {"Insats-id": "SYN-090", "Namn": "Vandrande stugan", "X": walking["X"] + n * 2500}
        for n in (1, 2)
    ]
    corridors = [line.split(";") for line in demo.corridors.read_text(encoding="utf-8").splitlines()]
    return Files(
        register,
        {
            "corridors": corridors,
            "sites": [["Kommun", "Platser", "X", "Y"], ["Boden", "900", "794713.2", "7317391.7"]],
            "study_hours": [["Kommun", "Period", "Kurs", "Studietimmar", "Deltagare"], ["Luleå", "2023 H1", "Vardagssvenska", "500", "50"]],
            "travel_compensation": [["Månad", "Från", "Till", "Utbetalt (kr)"], ["2023-01", "Kalix", "Luleå", "6120"]],
        },
        {
            "activities": "SYNTETISK-register.csv",
            "corridors": "SYNTETISK-korridorer.csv",
            "sites": "SYNTETISK-boenden.csv",
            "study_hours": "SYNTETISK-timmar.csv",
            "travel_compensation": "SYNTETISK-pengar.csv",
        },
        # A coarse surface is a surface.
        demo.settings_toml.replace("surface_cell_m = 2000.0", "surface_cell_m = 10000.0").replace(PUBLIC_SHARE, EARLIER_SHARE)
        + internal_share(0.2, 0.4, "hemlig"),
        demo,
    )  # fmt: skip


def internal_share(low: float, high: float, source: str, name: str = "eligible_share") -> str:
    return (
        f'\n[[shares]]\nname = "{name}"\ntarget_group = "all"\nlow = {low}\nhigh = {high}\n'
        f'county_code = "25"\nvalid_from = "2023-01-01"\nsource = "{source}"\ninternal = true\n'
    )


def command(*arguments: str) -> None:
    """A command, in this process. Raises AssertionError with what it says where it fails."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(["--lang", "sv", *arguments])
    assert code == 0, f"{arguments}: {said.getvalue()}"


def put(files: Files, kind: str, folder: Path) -> Path:
    """Write the file of a kind."""
    rows = (
        files.tables[kind]
        if kind != "activities"
        else [files.headings, *([_cell(row.get(h)) for h in files.headings] for row in files.register)]
    )
    path = folder / files.names[kind]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text[:10] if text.endswith(" 00:00:00") else text


def fresh(files: Files, folder: Path, workspace: Path, *, reverse: bool = False) -> Path:
    """A workspace with these files, computed and published.

    Args:
        files: What is added.
        folder: Where files are written.
        workspace: New.
        reverse: Add them in the reverse order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command("init", str(workspace))
    (workspace / "geomatch.toml").write_text(files.settings, encoding="utf-8")
    (workspace / "rules").mkdir(exist_ok=True)
    (workspace / "rules" / files.demo.rules[0]).write_text(files.demo.rules[1], encoding="utf-8")
    added = [
        ("enrolment", next(path for path in files.demo.enrolment if MONTH in path.name)),
        ("timetable", files.demo.timetable),
    ]
    added += [(kind, put(files, kind, folder)) for kind in files.names]
    for kind, path in added[::-1] if reverse else added:
        command("add", kind, str(path), "-w", str(workspace))
    command("run", MONTH, "--county", "25", "-w", str(workspace))
    command("publish", MONTH, "-w", str(workspace))
    return workspace


def compared(first: Path, files: Files, change: Callable[[Files], None], folder: Path) -> list[str]:
    """The published files that are others after a change, a new run and everything laid out anew, in a copy.

    Args:
        first: A workspace, published from `files`.
        files: As they were when it was.
        change: What is changed in them.
        folder: New; for the copy and its files.

    Raises:
        AssertionError: A command fails: also where numbers have changed, which would need a note.
    """
    made = deepcopy(files)
    change(made)
    workspace = folder / "copy"
    shutil.copytree(first, workspace)
    (workspace / "geomatch.toml").write_text(made.settings, encoding="utf-8")
    for kind in {*files.names, *made.names}:
        if kind in files.names and files.names[kind] != made.names.get(kind):
            command("remove", kind, files.names[kind], "-w", str(workspace))
        if kind in made.names:
            command("add", kind, str(put(made, kind, folder)), "-w", str(workspace))
    command("run", MONTH, "--county", "25", "-w", str(workspace))
    command("publish", MONTH, "--rebuild", "-w", str(workspace))
    before, after = published_files(first), published_files(workspace)
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def published_files(workspace: Path) -> dict[str, bytes]:
    """Every byte of what is published and of what it is laid out from; not the note of what an edition was made from."""
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for tree in ("public", "published")
        for path in sorted((workspace / tree).rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


# ------------------------------------------------------------------------------------------------------- the changes


def _rows(visibility: str | None, change: Callable[[int, Row], Mapping[str, Any]]) -> Callable[[Files], None]:
    """Change every row of a visibility, or all."""

    def made(files: Files) -> None:
        rows = enumerate(files.register)
        files.register = [
            row | change(n, row) if visibility in (None, row["Synlighet"]) else row for n, row in rows
        ]

    return made


def _hidden(files: Files) -> None:
    like = next(row for row in files.register if row["Synlighet"] == "dold")
    for n, more in enumerate(
        (
            {"Namn": "Ny dold"},
            {"Namn": "Ny digital", "Digital": "ja"},
            {"Namn": "Annat", "Primärt syfte": "Hemligt"},
        )
    ):
        files.register.insert(n, like | {"Insats-id": f"SYN-70{n}", "Platser": 4000 + n} | more)


def _no_hidden(files: Files) -> None:
    files.register = [row for row in files.register if row["Synlighet"] != "dold"]


def _ids(files: Files) -> None:
    known = {
        own: f"Z{n:03d}"
        for n, own in enumerate(sorted({row["Insats-id"] for row in files.register}, reverse=True))
    }
    files.register = [row | {"Insats-id": known[row["Insats-id"]]} for row in files.register]


def _columns(files: Files) -> None:
    files.headings = [*files.headings[::-1], "Minnesanteckning"]
    files.register = [row | {"Minnesanteckning": f"minne {n}"} for n, row in enumerate(files.register)]


def _more_kinds(files: Files) -> None:
    files.names["other_activities"] = "SYNTETISK-andra.csv"
    hidden = ["X-1", "Dold annan", "Någon", "Svenska", "77", "2023-01-01", "dold", "Boden"]
    files.tables["other_activities"] = [
        ["Insats-id", "Namn", "Anordnare", "Primärt syfte", "Platser", "Startdatum", "Synlighet", "Kommun"], hidden
    ]  # fmt: skip


def _no_more_kinds(files: Files) -> None:
    for kind in ("sites", "study_hours", "travel_compensation"):
        del files.names[kind]


def _cells(kind: str, change: Callable[[list[str]], list[str]]) -> Callable[[Files], None]:
    def made(files: Files) -> None:
        head, *rows = files.tables[kind]
        files.tables[kind] = [head, *map(change, rows)]

    return made


def _decisions(files: Files) -> None:
    """Further rows, which change nothing of the month: earlier ones stay as they are in a register."""
    files.tables["corridors"] += [
        ["Boden", "Luleå", "2023-01-10", "2023-06-30", "avslag 9", "avslagen", "2023-01-09", "Bo", ""],
        ["Boden", "Luleå", "2023-09-01", "2023-12-31", "senare", "godkänd", "2023-01-09", "Bo", "6"],
        ["Kalix", "Luleå", "2023-09-01", "", "slut", "upphörd", "2023-01-20", "Bo", ""],
    ]


def other_decisions(files: Files) -> None:
    """Other references, deciders, days and lengths for the pairs that are open in the month, in a register from the start."""
    head, *rows = files.tables["corridors"]
    approved = [row for row in rows if row[head.index("Beslut")] == "godkänd" and row[0] != "Jokkmokk"]
    files.tables["corridors"] = [
        head,
        *(
            [row[0], row[1], "2022-03-01", "", f"dnr {n}", "godkänd", "2022-02-01", f"Anna {n}", "7"]
            for n, row in enumerate(approved)
        ),
    ]


def _settings(files: Files) -> None:
    files.settings = files.settings.replace(
        internal_share(0.2, 0.4, "hemlig"), internal_share(0.71, 0.93, "en annan källa")
    )
    files.settings += internal_share(0.5, 0.5, "ännu en", "adult_share") + "# en anmärkning\n"


def _without_share(files: Files) -> None:
    files.settings = files.settings.replace(internal_share(0.2, 0.4, "hemlig"), "")


def _names(files: Files) -> None:
    files.names = {kind: f"SYNTETISK-annat-namn-{n}.csv" for n, kind in enumerate(files.names)}


def _turned(files: Files) -> None:
    files.register = files.register[::-1]


def _all(files: Files) -> None:
    for name, change in CHANGES.items():
        if name not in (
            "everything at once",
            "no hidden ones",
            "no lists that can be left out",
            "no internal share",
        ):
            change(files)


CHANGES: dict[str, Callable[[Files], None]] = {
    "addresses and contacts": _rows(None, lambda n, _row: {"Adress": f"Ny gata {n}", "Kontakt": f"070-{n:07d}"}),
    "organisers and grants": _rows("kommun", lambda n, _row: {"Anordnare": f"Ny {n}", "Anordnartyp": "Annan", "Statsbidrag": "S37A"}),
    "places of protected ones": _rows("kommun", lambda n, row: {"X": row["X"] and row["X"] + 311 + 7 * n, "Y": row["Y"] and row["Y"] - 413 + n}),
    "times of protected ones": _rows("kommun", lambda _n, _row: {"Veckodagar": "fre", "Datum": None, "Start": "08:15", "Slut": "09:45"}),
    "set days of protected ones": _rows(
        "kommun", lambda _n, _row: {"Veckodagar": None, "Datum": "2023-01-11;2023-01-19", "Start": "18:15", "Slut": "19:45"}
    ),
    "no times of protected ones": _rows("kommun", lambda _n, _row: dict.fromkeys(("Veckodagar", "Datum", "Start", "Slut"))),
    "periods of protected ones": _rows("kommun", lambda _n, _row: {"Startdatum": "2023-01-09", "Slutdatum": "2023-01-30"}),
    "ids": _ids,
    "further columns, in another order": _columns,
    "hidden ones are added": _hidden,
    "hidden ones are other ones": _rows(
        "dold", lambda n, _row: {"Namn": f"Dold {n}", "Platser": 999, "Kommun": "Boden", "X": 795_913 + n, "Y": 7_319_271, "Primärt syfte": "X"}
    ),
    "no hidden ones": _no_hidden,
    "one that has ended ended before": _rows(None, lambda _n, row: {"Startdatum": "2022-01-01", "Slutdatum": "2022-11-30"} if row["Status"] == "avslutad" else {}),
    "accommodation": _cells("sites", lambda row: [row[0], "1234", "795913.4", "7319271.6"]),
    "study hours": _cells("study_hours", lambda row: [*row[:3], "77", "7"]),
    "kronor": _cells("travel_compensation", lambda row: [*row[:3], "99"]),
    "decisions": _decisions,
    "lists that can be left out": _more_kinds,
    "no lists that can be left out": _no_more_kinds,
    "internal shares": _settings,
    "no internal share": _without_share,
    "names of files": _names,
    "order of rows": _turned,
    "everything at once": _all,
}  # fmt: skip
# What everybody may know: a change of it must be seen, or the comparison shows nothing.
VISIBLE: dict[str, Callable[[Files], None]] = {
    "places of one whose place is not shown": _rows(
        "kommun", lambda _n, row: {"Platser": int(row["Platser"]) + 9}
    ),
    "the organiser of one that is shown": _rows("exakt", lambda _n, _row: {"Anordnare": "En annan"}),
    "a pair that is opened": lambda files: files.tables["corridors"].append(
        ["Boden", "Piteå", "2023-01-01", "2023-12-31", "ny", "godkänd", "2022-12-20", "Bo", "12"]
    ),
    "a share that anybody may know": lambda files: setattr(
        files, "settings", files.settings.replace("low = 0.35", "low = 0.5")
    ),
}
