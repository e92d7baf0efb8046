"""The demo with canaries in every restricted field of every restricted input, worked through with the real commands."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from getpass import getuser
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from geomatch.demo import ACTIVITIES_NAME, COMPENSATION_NAME, CORRIDORS_NAME, DemoInputs, write_demo_inputs
from tests.canaries.search import Canary, clock, day, digest, number, place, word

__all__ = ["MONTHS", "Planted", "commanded", "files_with_canaries", "planted_workspace", "run_command"]

MONTHS = ("2023-01", "2023-02")
# Kinds of the inputs in the order an officer adds them; localities, raster and population are for everybody.
_RESTRICTED = ("activities", "other_activities", "corridors", "sites", "study_hours", "travel_compensation")
FIRST, LAST, SET_DAY = "2021-11-13", "2024-11-19", "2023-02-19"
FROM, UNTIL = "10:07", "11:53"
HIDDEN_PLACES, SITE_PLACES, STUDY_HOURS, PARTICIPANTS = 91_837, 18_773, 77_713, 66_617
KRONOR = (918_273, 716_253, 615_243)
SHARE_LOW, SHARE_HIGH = 0.412357, 0.598731
# What stands in the registers beside the places of the demo: metres from them, of digits that nothing else has.
_OFF_M = (613.137, -487.713)


@dataclass
class Planted:
    """What was written, and what was planted in it.

    Attributes:
        files: Kind of input -> files to add.
        settings: The text of geomatch.toml.
        rules: Name and text of the file in its folder `rules`.
        canaries: What must not be in any public file.
    """

    files: dict[str, list[Path]]
    settings: str
    rules: tuple[str, str]
    canaries: list[Canary] = field(default_factory=list)


def files_with_canaries(folder: Path) -> Planted:
    """Write the demo's inputs into `folder` with canaries in all that is restricted."""
    demo = write_demo_inputs(folder / "demo")
    made = Planted(
        {"enrolment": [path for path in demo.enrolment if any(m in path.name for m in MONTHS)], "timetable": [demo.timetable]},
        _settings(demo),
        demo.rules,
    )  # fmt: skip
    plant = made.canaries.append
    for text in ("Qzxpromemorian 2023", "Qzx anmärkning i inställningarna"):
        plant(word(text))
    made.canaries += [number(SHARE_LOW, "internal share, low"), number(SHARE_HIGH, "internal share, high")]
    for kind, write in _WRITERS.items():
        path = write(folder, demo, made)
        made.files[kind] = [path]
        plant(word(path.name.rsplit(".", 1)[0], f"name of the file of {kind}"))
        made.canaries += digest(path.read_bytes(), f"the file of {kind}")
    return made


def _settings(demo: DemoInputs) -> str:
    shares = "".join(
        f'\n[[shares]]\nname = "{name}"\ntarget_group = "all"\nlow = {SHARE_LOW}\nhigh = {SHARE_HIGH}\n'
        f'county_code = "25"\nvalid_from = "2023-01-01"\nsource = "Qzxpromemorian 2023"\ninternal = true\n'
        for name in ("eligible_share", "adult_share")
    )
    return f"{demo.settings_toml}\n# Qzx anmärkning i inställningarna\n{shares}"


# -------------------------------------------------------------------------------------------------- the registers


def _activities(folder: Path, demo: DemoInputs, made: Planted) -> Path:
    book = openpyxl.load_workbook(demo.activities)
    sheet = book.active
    at = {str(cell.value): cell.column for cell in sheet[2]}
    at["Anteckning"] = len(at) + 1
    sheet.cell(2, at["Anteckning"], "Anteckning")
    hidden = _further(sheet, at)
    for row in range(3, sheet.max_row + 1):
        _plant_row(sheet, at, row, made, hidden)
    other = book.create_sheet("bakom")
    other.sheet_state = "hidden"
    other["B2"] = "Qzx på ett dolt blad"
    sheet.cell(3, 1).comment = Comment("Qzx kommentar i cellen", "Qzxförfattaren Ek")
    book.properties.creator, book.properties.lastModifiedBy = "Qzxskaparen Ek", "Qzxändraren Ek"
    made.canaries += map(
        word,
        (
            "Qzx på ett dolt blad",
            "Qzx kommentar i cellen",
            "Qzxförfattaren Ek",
            "Qzxskaparen Ek",
            "Qzxändraren Ek",
        ),
    )
    made.canaries += [*day(FIRST, "first day of a protected one"), *day(LAST, "last day of a protected one")]
    made.canaries += [
        *day(SET_DAY, "set day of a protected one"),
        *clock(FROM, "start of a protected one"),
        *clock(UNTIL, "end of a protected one"),
    ]
    made.canaries.append(number(HIDDEN_PLACES, "places of a hidden one"))
    path = folder / f"qzxregistret-{ACTIVITIES_NAME}"
    book.save(path)
    return path


def _further(sheet: Any, at: Mapping[str, int]) -> set[int]:
    """Rows of more protected activities: one of several places, hidden ones, hidden ones at a distance; those hidden."""
    like = next(
        row
        for row in range(3, sheet.max_row + 1)
        if sheet.cell(row, at["Namn"]).value == "Vardagssvenska Hertsön"
    )
    hidden = {row for row in range(3, sheet.max_row + 1) if sheet.cell(row, at["Synlighet"]).value == "dold"}
    for number_of, (name, visibility, digital, east, north) in enumerate(
        (
            ("Vandrande stugan", "kommun", "nej", 1500, 900),
            ("Vandrande stugan", "kommun", "nej", 3700, -800),
            ("Qzx dolda gården", "dold", "nej", 900, 2100),
            ("Qzx dolda länken", "dold", "ja", 0, 0),
        )
    ):
        row = sheet.max_row + 1
        for column in at.values():
            sheet.cell(row, column, sheet.cell(like, column).value)
        sheet.cell(row, at["Insats-id"], "SYN-090" if name == "Vandrande stugan" else f"SYN-09{number_of}")
        for heading, value in (("Namn", name), ("Synlighet", visibility), ("Digital", digital)):
            sheet.cell(row, at[heading], value)
        for heading, metres in (("X", east), ("Y", north)):
            sheet.cell(row, at[heading], sheet.cell(like, at[heading]).value + metres)
        if visibility == "dold":
            hidden.add(row)
    return hidden


def _plant_row(sheet: Any, at: Mapping[str, int], row: int, made: Planted, hidden: set[int]) -> None:
    """Canaries in one row: of an `exact` one the id, address, contact and what rides along; of the others all but the name."""

    def value(heading: str) -> Any:
        return sheet.cell(row, at[heading]).value

    def put(heading: str, text: str) -> None:
        sheet.cell(row, at[heading], text)
        made.canaries.append(word(text, f"{heading}: {text}"))
        made.canaries.extend(digest(text.encode(), text))

    own = str(value("Insats-id")).replace("SYN-", "")
    protected = value("Synlighet") != "exakt"
    put("Insats-id", f"Qzxinsats-{own}")
    put("Adress", f"Qzxgatan {own} B, Häggå")
    put("Kontakt", f"qzxkontakt{own}@hemlig.example")
    put("Anteckning", f"Qzx anteckning {own}: skyddat boende")
    if not protected:
        return
    put("Anordnare", f"Qzxanordnaren {own} Å")
    put("Anordnartyp", f"Qzxtypen {own}")
    put("Statsbidrag", f"Qzxbidraget {own}")
    for heading, iso in (("Startdatum", FIRST), ("Slutdatum", LAST)):
        if value(heading):
            sheet.cell(row, at[heading], date.fromisoformat(iso))
    if value("Veckodagar"):
        put_times(sheet, at, row)
    elif own == "011":
        # One without times gets a set day.
        sheet.cell(row, at["Datum"], SET_DAY)
        put_times(sheet, at, row)
    if value("Digital") != "ja":
        x_m, y_m = (value(heading) + off for heading, off in zip(("X", "Y"), _OFF_M, strict=True))
        sheet.cell(row, at["X"], x_m)
        sheet.cell(row, at["Y"], y_m)
        made.canaries.append(place(x_m, y_m, f"place of {own}"))
    if row in hidden:
        put("Namn", f"Qzx dolda namnet {own}")
        put("Primärt syfte", f"Qzxsyftet {own}")
        sheet.cell(row, at["Platser"], HIDDEN_PLACES)


def put_times(sheet: Any, at: Mapping[str, int], row: int) -> None:
    """The unusual times of protected activities."""
    sheet.cell(row, at["Start"], FROM)
    sheet.cell(row, at["Slut"], UNTIL)


def _others(folder: Path, _demo: DemoInputs, made: Planted) -> Path:
    """Activities with other funding: one of its municipality, one hidden."""
    rows = [
        "SYNTETISKA;;;;;;;;;;;;;",
        "Insats-id;Namn;Anordnare;Statsbidrag;Primärt syfte;Platser;Startdatum;Synlighet;Kommun;Adress;Kontakt;X;Y;Minne",
    ]
    for own, name, visible, x_m, y_m in (
        ("801", "Trädgårdsgruppen", "kommun", 795_913.417, 7_319_271.613),
        ("802", "Qzx dolda trädgården", "dold", 796_617.319, 7_318_173.917),
    ):
        texts = (
            f"Qzxfond-{own}",
            f"Qzxstiftarna {own}",
            f"Qzxfonden {own}",
            f"Qzxstigen {own}",
            f"qzxfond{own}@hemlig.example",
            f"Qzxminne {own}",
        )
        made.canaries += map(word, texts)
        made.canaries.append(place(x_m, y_m, f"place of {own}"))
        ident, who, fund, address, contact, memory = texts
        rows.append(
            f"{ident};{name};{who};{fund};Svenska;12;{FIRST};{visible};Boden;{address};{contact};{x_m};{y_m};{memory}"
        )
    made.canaries.append(word("Qzx dolda trädgården"))
    path = folder / "SYNTETISK-qzxandraregistret.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _corridors(folder: Path, demo: DemoInputs, made: Planted) -> Path:
    head, *rows = demo.corridors.read_text(encoding="utf-8").splitlines()
    lines = [f"{head};Minne"]
    for n, row in enumerate(rows):
        cells = row.split(";")
        of = {name: number_of for number_of, name in enumerate(head.split(";"))}
        reference, decider, memory = (
            f"Qzxdnr 2023-{n}-{cells[of['Beslut']]}",
            f"Qzxbeslutaren {n}",
            f"Qzxkorridorminne {n}",
        )
        cells[of["Referens"]], cells[of["Beslutsfattare"]] = reference, decider
        lines.append(";".join([*cells, memory]))
        made.canaries += map(word, (reference, decider, memory))
    path = folder / f"qzxbesluten-{CORRIDORS_NAME}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _sites(folder: Path, _demo: DemoInputs, made: Planted) -> Path:
    rows = ["Kommun;Platser;X;Y;Namn;Adress"]
    for n, (name, x_m, y_m) in enumerate(
        (("Boden", 794_713.219, 7_317_391.731), ("Luleå", 829_319.713, 7_292_917.391))
    ):
        site, address = f"Qzxboendet {n} Björken", f"Qzxboendevägen {n} A"
        rows.append(f"{name};{SITE_PLACES + n};{x_m};{y_m};{site};{address}")
        made.canaries += [
            word(site),
            word(address),
            place(x_m, y_m, f"site {n}"),
            number(SITE_PLACES + n, f"places of site {n}"),
        ]
    path = folder / "SYNTETISK-qzxboendena.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _hours(folder: Path, _demo: DemoInputs, made: Planted) -> Path:
    path = folder / "SYNTETISK-qzxstudietimmar.csv"
    path.write_text(
        "Kommun;Period;Kurs;Studietimmar;Deltagare;Minne\n"
        f"Luleå;2023 H1;Svenska från dag 1;{STUDY_HOURS};{PARTICIPANTS};Qzxtimminne\n",
        encoding="utf-8",
    )
    made.canaries += [
        number(STUDY_HOURS, "study hours"),
        number(PARTICIPANTS, "participants"),
        word("Qzxtimminne"),
    ]
    return path


def _compensation(folder: Path, _demo: DemoInputs, made: Planted) -> Path:
    path = folder / f"qzxersattningen-{COMPENSATION_NAME}"
    asked, granted, paid = KRONOR
    path.write_text(
        "Månad;Från;Till;Ansökt (kr);Beviljat (kr);Utbetalt (kr);Personer;Resor;Anmärkning\n"
        f"2023-01;Kalix;Luleå;{asked};{granted};{paid};53171;64817;Qzxersättningsminne\n",
        encoding="utf-8",
    )
    made.canaries += [number(value, "kronor") for value in KRONOR]
    made.canaries += [
        number(53_171, "persons paid"),
        number(64_817, "trips paid"),
        word("Qzxersättningsminne"),
    ]
    return path


_WRITERS: Mapping[str, Callable[[Path, DemoInputs, Planted], Path]] = {
    "activities": _activities,
    "other_activities": _others,
    "corridors": _corridors,
    "sites": _sites,
    "study_hours": _hours,
    "travel_compensation": _compensation,
}
assert tuple(_WRITERS) == _RESTRICTED


# -------------------------------------------------------------------------------------------------- the commands


def run_command(
    folder: Path, *arguments: str, user: str = "qzxanvandaren", host: str = "qzxvarddatorn"
) -> str:
    """A command in a process of its own, as an officer on a machine of some name; everything it says.

    Raises:
        AssertionError: It fails.
    """
    names = {"HOME": f"/home/{user}", "USER": user, "LOGNAME": user, "USERNAME": user, "HOSTNAME": host}
    done = subprocess.run(
        [sys.executable, "-m", "geomatch", "--lang", "sv", *arguments],
        cwd=folder,
        env={**os.environ, **names, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def commanded(
    made: Planted,
    folder: Path,
    months: Sequence[str] = MONTHS,
    *,
    contact: str = "",
    reverse: bool = False,
    **who: str,
) -> str:
    """Make a workspace of planted files in `folder`, compute and publish its months; everything the commands say.

    Args:
        made: The files.
        folder: New.
        months: YYYY-MM.
        contact: Of the documents of the last month, made before its pages are; empty for no documents.
        reverse: Add the kinds in the reverse order.
        **who: As `run_command`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    said = [run_command(folder.parent, "init", folder.name, **who)]
    (folder / "geomatch.toml").write_text(made.settings, encoding="utf-8")
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / made.rules[0]).write_text(made.rules[1], encoding="utf-8")
    for kind, paths in list(made.files.items())[:: -1 if reverse else 1]:
        said.append(run_command(folder, "add", kind, *map(str, paths), **who))
    for month in months:
        said.append(run_command(folder, "run", month, "--county", "25", **who))
        if contact and month == months[-1]:
            said.append(
                run_command(folder, "documents", month, "--county", "25", "--contact", contact, **who)
            )
        said.append(run_command(folder, "publish", month, **who))
    return "\n".join(said)


def planted_workspace(folder: Path) -> tuple[Path, Planted, str]:
    """A workspace with canaries in every restricted thing, its path and its machine's names among them.

    Args:
        folder: Where the files and the workspace are made.

    Returns:
        The workspace, what was planted, and everything that the commands said.
    """
    made = files_with_canaries(folder)
    workspace = folder / "Qzxmappen på disken" / "arbetsmapp"
    said = commanded(made, workspace, contact="Qzxhandläggaren Ö")
    made.canaries += map(word, ("Qzxmappen på disken", "qzxanvandaren", "qzxvarddatorn", "Qzxhandläggaren Ö"))
    # The names of the machine that the test runs on, where they are long enough to mean anything.
    for name in (socket.gethostname(), getuser(), str(folder), str(Path.home())):
        try:
            made.canaries.append(word(name, "a name of this machine"))
        except ValueError:
            continue
    return workspace, made, said
