"""A corridor that Norrbotten's real timetable of December 2022 took away, beside that of May 2022.

People in Kalix, a course in Haparanda on Wednesdays 13-15. In May line 20 goes from Ryssgraven 11:25:45 to Haparanda
Jvstn, and home from Haparanda Tornio Resecentrum 16:05:00 to Kalix Sjukhus. In February neither is there: the bus
there leaves 12:01:08, and home one first goes at 16:45:00, which is at the stop at 17:32:00. Both are found in the feeds
before anything is computed.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from geomatch import cli
from geomatch.decisions.follow_up import follow_up
from geomatch.month import facts_of, run_month
from geomatch.workspace import Workspace

MAY, DECEMBER = "gtfs/norrbotten-2022-05-05.zip", "gtfs/norrbotten-2022-12-14.zip"
RESECENTRUM, SJUKHUS = "Haparanda Tornio Resecentrum", "Kalix Sjukhus/Centrumv"
RYSSGRAVEN, STATION = "Ryssgraven", "Haparanda Jvstn"


def rides(feed: Path, day: str, line: str, start: str, end: str) -> list[tuple[str, str]]:
    """Every departure from `start` and arrival at `end` of a trip of the line on the day, read with csv alone."""
    with zipfile.ZipFile(feed) as archive:

        def rows(name: str) -> list[dict[str, str]]:
            with archive.open(name) as file:
                return list(csv.DictReader(io.TextIOWrapper(file, "utf-8-sig")))

        services = {one["service_id"] for one in rows("calendar_dates.txt") if one["date"] == day}
        routes = {one["route_id"] for one in rows("routes.txt") if one["route_short_name"] == line}
        trips = {
            one["trip_id"]
            for one in rows("trips.txt")
            if one["service_id"] in services and one["route_id"] in routes
        }
        names = {one["stop_id"]: one["stop_name"] for one in rows("stops.txt")}
        calls: dict[str, list[dict[str, str]]] = {}
        for one in rows("stop_times.txt"):
            if one["trip_id"] in trips:
                calls.setdefault(one["trip_id"], []).append(one)
    found = []
    for stops in calls.values():
        stops.sort(key=lambda one: int(one["stop_sequence"]))
        for number, first in enumerate(stops):
            if names[first["stop_id"]] != start:
                continue
            found += [
                (first["departure_time"], last["arrival_time"])
                for last in stops[number + 1 :]
                if names[last["stop_id"]] == end
            ]
    return sorted(found)


def test_the_trips_stand_in_one_feed_and_not_in_the_other(shared: Path) -> None:
    may = rides(shared / MAY, "20220525", "20", RESECENTRUM, SJUKHUS)
    february = rides(shared / DECEMBER, "20230208", "20", RESECENTRUM, SJUKHUS)
    assert "16:05:00" in [departs for departs, _arrives in may]
    assert ("16:45:00", "17:32:00") in february
    assert [departs for departs, _arrives in february if "15:00:00" <= departs < "16:45:00"] == []
    may = rides(shared / MAY, "20220525", "20", RYSSGRAVEN, STATION)
    february = rides(shared / DECEMBER, "20230208", "20", RYSSGRAVEN, STATION)
    assert "11:25:45" in [departs for departs, _arrives in may]
    assert ("12:01:08", "12:51:00") in february
    assert "11:25:45" not in [departs for departs, _arrives in february]


@pytest.fixture(scope="module")
def workspace(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("två tidtabeller")
    with (shared / "localities/scb_tatorter_2020_points.csv").open(encoding="utf-8") as file:
        towns = {one["name"]: one for one in csv.DictReader(file) if one["name"] in {"Kalix", "Haparanda"}}

    def written(name: str, *lines: str) -> Path:
        path = folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def at(town: str) -> str:
        return f"{float(towns[town]['x_3006']):.0f};{float(towns[town]['y_3006']):.0f}"

    head = "Insats-id;Namn;Anordnare;Primärt syfte;Platser;Startdatum;Slutdatum;Veckodagar;Start;Slut;Synlighet;Kommun;Öst;Nord"
    made = Workspace.create(folder / "arbetsyta")
    with made.writing():
        for kind, paths in (
            (
                "enrolment",
                [
                    written(
                        "antal.csv",
                        "month;municipality_code;low;high;target_group",
                        *(f"{month};2514;100;100;asylum_seeker" for month in ("2022-05", "2023-02")),
                    )
                ],
            ),
            (
                "activities",
                [
                    written(
                        "insatser.csv",
                        head,
                        f"A1;Språkcafé;Förening;Svenska;40;2022-01-01;;ons;13:00;15:00;exakt;Haparanda;{at('Haparanda')}",
                    )
                ],
            ),
            (
                "localities",
                [
                    written(
                        "orter.csv",
                        "locality_code;name;municipality_code;population;x;y",
                        f"T1;Kalix;2514;7000;{at('Kalix')}",
                    )
                ],
            ),
            ("timetable", [shared / MAY, shared / DECEMBER]),
            (
                "corridors",
                [
                    written(
                        "korridorer.csv",
                        "Från;Till;Gäller från;Gäller till;Referens",
                        "Kalix;Haparanda;2022-01-01;;dnr 7",
                    )
                ],
            ),
        ):
            made.add(kind, paths, lambda path, kind=kind: facts_of(kind, path))
        for month in ("2022-05", "2023-02"):
            run_month(made, month, "25")
    return made


def test_the_corridor_became_impossible_and_the_trips_are_named(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    found = follow_up(workspace, "2023-02")
    (one,) = found.corridors
    assert (one.state.from_code, one.state.to_code, found.before) == ("2514", "2583", "2022-05")
    gone = one.impossible
    assert gone is not None
    assert (gone.cause, gone.activity, gone.weekday, gone.after) == (
        "timetable",
        "Språkcafé",
        2,
        "2023-02-08",
    )
    clock = {
        (lost.line, lost.from_stop, lost.to_stop, lost.departure_s, lost.homebound, lost.instead)
        for lost in gone.lost
    }
    assert clock == {
        ("20", RYSSGRAVEN, STATION, 11 * 3600 + 25 * 60 + 45, False, (12 * 3600 + 68, 12 * 3600 + 51 * 60)),
        ("20", RESECENTRUM, SJUKHUS, 16 * 3600 + 5 * 60, True, (16 * 3600 + 45 * 60, 17 * 3600 + 32 * 60)),
    }
    assert cli.main(["decisions", "follow-up", "2023-02", "-w", str(workspace.folder)]) == 0
    told = capsys.readouterr().out
    assert "linje 20, Haparanda Tornio Resecentrum 16:05–Kalix Sjukhus/Centrumv" in told
    assert "1 korridor som kunde användas i maj 2022 kan inte användas nu." in told
