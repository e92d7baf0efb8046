"""A timetable that is replaced between two months of a workspace: what it moved, worked out by hand.

Gävle has By with 300 inhabitants and Avby, 15 km off, with 200: of the enrolled, three in five are expected in By. The
one activity, Tuesdays and Thursdays 10–12, has 105 places and lies in By, where it is a walk of no metres. A bus leaves
Avby at 9.00, is in By at 9.30 and goes home at 13.00. In the timetable of March it leaves at 9.50 and comes too late.
Sandviken has 20 enrolled and an activity of its own.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from geomatch import cli
from geomatch.change.decompose import FACTORS
from geomatch.change.months import change_between
from geomatch.change.words import change_lines
from geomatch.errors import InputError
from geomatch.month import facts_of, run_month
from geomatch.workspace import Workspace
from tests.travel.feeds import Call, Feed, s

FEBRUARY, MARCH = "2023-02", "2023-03"


@dataclass
class Files:
    """Writes input files and adds them to a workspace."""

    folder: Path
    workspace: Workspace

    def add(self, kind: str, name: str, text: str = "") -> None:
        path = self.folder / name
        if text:
            path.write_text(text, encoding="utf-8")
        with self.workspace.writing():
            self.workspace.add(kind, [path], lambda one: facts_of(kind, one))

    def timetable(self, name: str, leaves: str, first: date, last: date) -> None:
        """A bus from Avby at `leaves`, half an hour to By, and one home at 13.00, every day from `first` to `last`."""
        out, home = s(leaves), s("13:00")
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        feed = Feed(
            stops={"By": (0.0, 0.0), "Avby": (15_000.0, 0.0)},
            trips={
                "dit": [Call("Avby", out, out), Call("By", out + 1800, out + 1800)],
                "hem": [Call("By", home, home), Call("Avby", home + 1800, home + 1800)],
            },
            days=[f"{day:%Y%m%d}" for day in days],
        )
        plain = feed.write(self.folder / "gtfs" / name)
        with zipfile.ZipFile(self.folder / name, "w") as archive:
            for file in sorted(plain.iterdir()):
                archive.write(file, file.name)
        self.add("timetable", name)

    def run(self, month: str) -> None:
        with self.workspace.writing():
            run_month(self.workspace, month)


COUNTS = "month;municipality_code;low;high;synthetic\n"
ACTIVITIES = (
    "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Veckodagar;Start;Slut;Kommun;Öst;Nord\n"
    "A;Språkcafé;Förening;Svenska;105;2023-01-01;tis;10:00;12:00;Gävle;600000;6700000\n"
    "A;Språkcafé;Förening;Svenska;105;2023-01-01;tor;10:00;12:00;Gävle;600000;6700000\n"
    "S;Odling;Förening;Svenska;50;2023-01-01;tis;10:00;12:00;Sandviken;600000;6715000\n"
)
LOCALITIES = (
    "locality_code,name,population,municipality_code,x,y\n"
    "T1,By,300,2180,600000,6700000\n"
    "T2,Avby,200,2180,615000,6700000\n"
    "T3,Sandviken,900,2181,600000,6715000\n"
)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A workspace with February computed: 100 enrolled in Gävle, 60 in By and 40 in Avby; all have a place."""
    made = Files(tmp_path, Workspace.create(tmp_path / "ws"))
    made.add(
        "enrolment", "SYNTETISK-antal-02.csv", COUNTS + "2023-02;2180;100;100;ja\n2023-02;2181;20;20;ja\n"
    )
    made.add("activities", "SYNTETISK-insatser.csv", ACTIVITIES)
    made.add("localities", "SYNTETISK-orter.csv", LOCALITIES)
    made.timetable("tidtabell.zip", "09:00", date(2023, 1, 1), date(2023, 6, 30))
    made.run(FEBRUARY)
    made.add(
        "enrolment", "SYNTETISK-antal-03.csv", COUNTS + "2023-03;2180;110;110;ja\n2023-03;2181;20;20;ja\n"
    )
    return made


def persons(table: pd.DataFrame, municipality: str) -> dict[str, tuple[float, float]]:
    """Earlier, later and the steps of the gap that are not 0, at low and at high need."""
    rows = table[(table["measure"] == "gap") & (table["municipality_code"] == municipality)]
    found = {}
    for name in ("earlier", *FACTORS, "later"):
        low, high = (float(rows[f"{name}_{end}_milli"].iloc[0]) / 1000 for end in ("low", "high"))
        if (low, high) != (0, 0):
            found[name] = (low, high)
    return found


# 110 in March: 66 in By and 44 in Avby. With February's bus all of them reach the 105 places: 5 get none. With March's
# only the 66 of By do: 44 get none, 39 more. The activity of Sandviken is untouched.
REPLACED = {"people": (5.0, 5.0), "timetable": (39.0, 39.0), "later": (44.0, 44.0)}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        # The same name takes the place of the earlier one; February is still told by the copy that it was made from.
        ("tidtabell.zip", date(2023, 1, 1)),
        # The new file knows nothing of February.
        ("tidtabell.zip", date(2023, 3, 1)),
        # Both files stand side by side, and from March on the newer one is in force.
        ("tidtabell-mars.zip", date(2023, 3, 1)),
    ],
)
def test_a_replaced_timetable_is_the_timetables_step(files: Files, name: str, first: date) -> None:
    files.timetable(name, "09:50", first, date(2023, 6, 30))
    files.run(MARCH)
    table = change_between(files.workspace, FEBRUARY, MARCH).table
    assert persons(table, "2180") == REPLACED
    assert persons(table, "all") == REPLACED
    assert persons(table, "2181") == {}


def test_the_words_name_it(files: Files) -> None:
    files.timetable("tidtabell.zip", "09:50", date(2023, 1, 1), date(2023, 6, 30))
    files.run(MARCH)
    assert change_lines(change_between(files.workspace, FEBRUARY, MARCH)) == [
        "Från februari 2023 till mars 2023.",
        (
            "Alla kommuner tillsammans: gapet ökade med 44, från 0 till 44. De inskrivna blev 10 fler, från 120 till "
            "130. Det som flyttade gapet: människor +5; tidtabell +39."
        ),
        (
            "Gävle: gapet ökade med 44, från 0 till 44. De inskrivna blev 10 fler, från 100 till 110. Det som "
            "flyttade gapet: människor +5; tidtabell +39."
        ),
    ]


def test_each_step_takes_the_factors_before_it(files: Files) -> None:
    """All four move: 110 instead of 100; 60 places instead of 105; the bus; and a walk of 500 m at most.

    People: 5 without a place. Places: 110 reach 60, so 50, 45 more. Timetable: the 66 of By reach 60, so 6 find it full
    and 44 have no way there: 50, no more than before. Rules: By is 0 m away, so that nothing changes.
    """
    files.add("activities", "SYNTETISK-insatser.csv", ACTIVITIES.replace(";105;", ";60;"))
    files.timetable("tidtabell.zip", "09:50", date(2023, 1, 1), date(2023, 6, 30))
    settings = files.workspace.folder / "geomatch.toml"
    text = settings.read_text(encoding="utf-8")
    assert "max_walk_m = 2000.0" in text
    settings.write_text(text.replace("max_walk_m = 2000.0", "max_walk_m = 500.0"), encoding="utf-8")
    files.run(MARCH)
    table = change_between(files.workspace, FEBRUARY, MARCH).table
    assert persons(table, "2180") == {"people": (5, 5), "places": (45, 45), "later": (50, 50)}


def test_a_timetable_that_brings_more_back(files: Files) -> None:
    """The other way: February is computed anew with a bus that is too late, March with one that is in time.

    February: the 40 of Avby have no way. People: 44 of March's 110. Timetable: 105 of all 110 get a place: −39.
    """
    files.timetable("tidtabell.zip", "09:50", date(2023, 1, 1), date(2023, 6, 30))
    files.run(FEBRUARY)
    files.timetable("tidtabell.zip", "09:00", date(2023, 1, 1), date(2023, 6, 30))
    files.run(MARCH)
    table = change_between(files.workspace, FEBRUARY, MARCH).table
    assert persons(table, "2180") == {
        "earlier": (40, 40), "people": (4, 4), "timetable": (-39, -39), "later": (5, 5),
    }  # fmt: skip


def test_both_months_can_be_removed_from_the_inputs_and_still_be_told(files: Files) -> None:
    files.timetable("tidtabell.zip", "09:50", date(2023, 1, 1), date(2023, 6, 30))
    files.run(MARCH)
    with files.workspace.writing():
        files.workspace.remove("timetable", "tidtabell.zip")
    with files.workspace.writing():
        pass
    assert persons(change_between(files.workspace, FEBRUARY, MARCH).table, "2180") == REPLACED


def test_a_copy_that_is_gone_is_named(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.timetable("tidtabell.zip", "09:50", date(2023, 1, 1), date(2023, 6, 30))
    files.run(MARCH)
    manifest = json.loads(
        (files.workspace.month_folder(FEBRUARY) / "manifest.json").read_text(encoding="utf-8")
    )
    (old,) = [one["sha256"] for one in manifest["inputs"] if one["kind"] == "timetable"]
    shutil.rmtree(files.workspace.folder / "inputs" / old)
    with pytest.raises(InputError) as raised:
        change_between(files.workspace, FEBRUARY, MARCH)
    message = (
        "tidtabell.zip: kopian i arbetsmappen saknas eller har ändrats. Lägg till filen igen: geomatch add timetable "
        "FIL"
    )
    assert str(raised.value) == message
    assert cli.main(["changes", FEBRUARY, MARCH, "-w", str(files.workspace.folder)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == message
