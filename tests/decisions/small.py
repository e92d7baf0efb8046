"""Registers in a few words, and a workspace of two municipalities and two successive timetables."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from geomatch.month import facts_of, run_month
from geomatch.sources.corridor_effect import Decision
from geomatch.workspace import Workspace
from tests.travel.feeds import EAST, NORTH, Call, Feed, s

HEADER = (
    "Från;Till;Gäller från;Gäller till;Referens;Beslut;Beslutsdatum;Beslutsfattare;Överenskommelse (månader)"
)
# Sandviken and Gävle, and a stop between them; metres from the feeds' origin.
HOME, HUB, TOWN = (-9_300.0, 21_500.0), (3_000.0, 25_000.0), (16_000.0, 28_000.0)


def register(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def decided(
    decision: str,
    first: str,
    last: str = "",
    on: str = "",
    *,
    pair: tuple[str, str] = ("2580", "2582"),
    row: int = 2,
    reference: str = "",
    by: str = "",
    months: int = 0,
    file: str = "",
) -> Decision:
    return Decision(*pair, decision, first, last, on, by, reference, months, row, file)


def _days(first: date, last: date) -> list[str]:
    return [f"{first + timedelta(days=n):%Y%m%d}" for n in range((last - first).days + 1)]


def feed(first: date, last: date, *, to_town: str, hours: str = "0:30") -> Feed:
    """Line 44 from Sandviken to the hub and back, line 45 on from there; `to_town` is when line 45 leaves in the morning."""

    def calls(*places: tuple[str, str]) -> list[Call]:
        return [Call(stop, s(at), s(at)) for stop, at in places]

    begins = s(to_town)
    arrives = begins + s(hours)
    return Feed(
        stops={"Hemby": HOME, "Navet": HUB, "Staden": TOWN},
        trips={
            "a": calls(("Hemby", "7:30"), ("Navet", "7:50")),
            "b": [Call("Navet", begins, begins), Call("Staden", arrives, arrives)],
            "c": calls(("Staden", "13:00"), ("Navet", "13:30")),
            "d": calls(("Navet", "13:40"), ("Hemby", "14:00")),
        },
        days=_days(first, last),
        route_types={"b": "701", "c": "701"},
        extra={
            "routes": [
                {"route_id": "r700", "route_short_name": "44", "route_type": "700"},
                {"route_id": "r701", "route_short_name": "45", "route_type": "701"},
            ]
        },
    )


def small_workspace(
    folder: Path, *corridors: str, later: str = "11:00", visibility: str = "exakt", activities: str = ""
) -> Workspace:
    """January and February 2023 computed. In February line 45 leaves the hub at `later` instead of 08:00."""
    files = folder / "filer"
    files.mkdir(parents=True)

    def written(name: str, text: str) -> Path:
        path = files / name
        path.write_text(text, encoding="utf-8")
        return path

    counts = "month;municipality_code;low;high;target_group\n" + "".join(
        f"2023-0{month};2181;100;100;asylum_seeker\n2023-0{month};2180;10;10;asylum_seeker\n"
        for month in (1, 2)
    )
    home, town = ((EAST + x, NORTH + y) for x, y in (HOME, TOWN))
    localities = (
        "locality_code;name;municipality_code;population;x;y\n"
        f"T1;Hemby;2181;500;{home[0]};{home[1]}\nT2;Staden;2180;500;{town[0]};{town[1]}\n"
    )
    head = "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Slutdatum;Veckodagar;Start;Slut;Synlighet;Kommun;Öst;Nord"
    kept = activities or (
        f"A1;Språkcafé;Förening;Svenska;40;2022-09-01;;tis;10:00;12:00;{visibility};Gävle;{town[0]:.0f};{town[1]:.0f}"
    )
    january = feed(date(2023, 1, 1), date(2023, 1, 31), to_town="8:00").write(files / "vinter")
    february = feed(date(2023, 2, 1), date(2023, 2, 28), to_town=later).write(files / "senvinter")
    workspace = Workspace.create(folder / "ws")
    with workspace.writing():
        for kind, paths in (
            ("enrolment", [written("antal.csv", counts)]),
            ("activities", [written("insatser.csv", f"{head}\n{kept}\n")]),
            ("localities", [written("orter.csv", localities)]),
            ("timetable", [january, february]),
            ("corridors", [register(files / "korridorer.csv", *corridors)]),
        ):
            workspace.add(kind, paths, lambda path, kind=kind: facts_of(kind, path))  # type: ignore[misc]
        for month in ("2023-01", "2023-02"):
            run_month(workspace, month, "21")
    return workspace
