"""What the reader of timetables says of feeds that are wrong; the same table stands in docs/bad-input.md."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from geomatch.errors import InputError
from geomatch.notes import note_text
from geomatch.sources import gtfs_files
from geomatch.sources.timetable import read_timetable
from tests.sources.bad_files import Bad, documented, markdown

GOOD: dict[str, str] = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\na,Trafik,-,Europe/Stockholm\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Åby,65.58,22.15\nB,By,65.60,22.20\n",
    "routes": "route_id,route_short_name,route_type\nr,1,700\n",
    "trips": "route_id,service_id,trip_id\nr,s,t\nr,s,u\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,08:00:00,08:00:00,A,1\nt,08:10:00,08:10:00,B,2\n"
        "u,09:00:00,09:00:00,A,1\nu,09:10:00,09:10:00,B,2\n"
    ),
    "calendar_dates": "service_id,date,exception_type\ns,20230208,1\n",
}
AGAIN = "Hämta tidtabellen igen"
UNCHANGED = f"{AGAIN}; använd zip-filen från Trafiklab utan att ändra den"
ASK = f"{AGAIN}, eller fråga trafikföretaget"
ALL_THE_SAME = f"{ASK}. Höj max_bad_share under [timetable] i inställningarna om den ska användas ändå"


def feed(without: tuple[str, ...] = (), encoding: str = "utf-8", **files: str) -> Callable[[Path], Path]:
    """A zip of the good feed with files left out or replaced."""

    def make(folder: Path) -> Path:
        path = folder / "tidtabell.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (GOOD | files).items():
                if name not in without:
                    archive.writestr(f"{name}.txt", text.encode(encoding if name in files else "utf-8"))
        return path

    return make


def written(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "tidtabell.zip"
        path.write_bytes(content)
        return path

    return make


def truncated(folder: Path) -> Path:
    path = feed()(folder)
    path.write_bytes(path.read_bytes()[:-40])
    return path


def locked(folder: Path) -> Path:
    """The flag of a password set on every member, in its own header and in the list at the end."""
    path = feed()(folder)
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(mark, place + 4)
    path.write_bytes(content)
    return path


def broken_inside(folder: Path) -> Path:
    """Bytes of a packed file changed: its checksum does not hold."""
    path = feed()(folder)
    content = bytearray(path.read_bytes())
    place = content.find(b"stop_times.txt") + len("stop_times.txt")
    content[place : place + 40] = b"\xff" * 40
    path.write_bytes(content)
    return path


def bomb(folder: Path) -> Path:
    """Stop times of 1,200,000 bytes; the test lowers the limit to 1 MB."""
    return feed(stop_times="0" * 1_200_000)(folder)


def bomb_of_trips(folder: Path) -> Path:
    """Trips of 1,200,000 bytes; the test lowers the limit to 1 MB."""
    return feed(trips="0" * 1_200_000)(folder)


def folder_of(files: dict[str, str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "tidtabell"
        path.mkdir()
        for name, text in files.items():
            (path / name).write_text(text, encoding="utf-8")
        return path

    return make


def bad_times(count: int, of: int) -> str:
    """`of` stop times, `count` of them at a stop that the feed does not have."""
    rows = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
    for number in range(of):
        stop = "X" if number < count else "AB"[number % 2]
        trip = "u" if number < count else "t"
        time = f"{number // 60:02d}:{number % 60:02d}:00"
        rows.append(f"{trip},{time},{time},{stop},{number}")
    return "\n".join(rows) + "\n"


def one(text: str, place: str = "") -> tuple[str, ...]:
    return (f"tidtabell.zip{place}: {text}",)


def blad(name: str) -> str:
    return f", blad ”{name}.txt”"


NOTHING_OF_IT = (
    "den innehåller ingen fil från en GTFS-tidtabell; väntat: agency.txt, stops.txt, routes.txt, trips.txt, "
    "stop_times.txt, calendar_dates.txt. Välj zip-filen från Trafiklab, oförändrad, eller mappen med dess filer."
)
NO_ZIP = (
    f"det är ingen läsbar zip-fil; väntat: en zip-fil med GTFS eller en mapp med filerna ur den. {AGAIN}."
)
SHORT_STOPS = "stop_id,stop_name,stop_lat,stop_lon\n"

CASES = (
    Bad(
        "no such file",
        lambda folder: folder / "tidtabell.zip",
        one("filen finns inte. Kontrollera sökvägen."),
    ),
    Bad("an empty file", written(b""), one(f"filen är tom. {AGAIN}.")),
    Bad("a zip cut off", truncated, one(NO_ZIP)),
    Bad("not a zip", written("Ort;Tid\nLuleå;08.00\n".encode()), one(NO_ZIP)),
    Bad("a zip with a password", locked, one(NO_ZIP)),
    Bad("a zip damaged inside", broken_inside, one(NO_ZIP)),
    Bad(
        "a zip bomb: `stop_times.txt` unpacks to more than 4,096 MB (in the test: 1 MB)",
        bomb,
        one(f"filen blir 2 MB när den packas upp; väntat: högst 1 MB. {UNCHANGED}.", blad("stop_times")),
    ),
    Bad(
        "another file of it unpacks to more than 512 MB (in the test: 1 MB)",
        bomb_of_trips,
        one(f"filen blir 2 MB när den packas upp; väntat: högst 1 MB. {UNCHANGED}.", blad("trips")),
    ),
    Bad(
        "a zip of something else",
        feed(without=tuple(GOOD), läsmig="hej"),
        one(NOTHING_OF_IT),
    ),
    Bad("an empty folder", folder_of({}), (f"tidtabell: {NOTHING_OF_IT}",)),
    Bad(
        "`stop_times.txt` missing",
        feed(without=("stop_times",)),
        one(
            f"filen saknas eller är tom; väntat: en GTFS-tidtabell där stop_times.txt ingår. {UNCHANGED}.",
            blad("stop_times"),
        ),
    ),
    Bad(
        "`stops.txt` and both calendars missing",
        feed(without=("stops", "calendar_dates")),
        tuple(
            f"tidtabell.zip, blad ”{name}.txt”: filen saknas eller är tom; väntat: en GTFS-tidtabell där {name}.txt ingår. "
            f"{UNCHANGED}."
            for name in ("stops", "calendar_dates")
        ),
    ),
    Bad(
        "`agency.txt` with headings only",
        feed(agency="agency_id,agency_name,agency_url,agency_timezone\n"),
        one(
            f"filen saknas eller är tom; väntat: en GTFS-tidtabell där agency.txt ingår. {UNCHANGED}.",
            blad("agency"),
        ),
    ),
    Bad(
        "columns missing",
        feed(stops="stop_id,stop_name\nA,Åby\n", trips="route_id,trip_id\nr,t\n"),
        tuple(
            f"tidtabell.zip, blad ”{file}.txt”, kolumn ”{column}”: kolumnen saknas. {AGAIN}."
            for file, column in (("stops", "stop_lat"), ("stops", "stop_lon"), ("trips", "service_id"))
        ),
    ),
    Bad(
        "another encoding than UTF-8",
        feed(stops=GOOD["stops"], encoding="latin-1"),
        one(f"texten är inte UTF-8; väntat: UTF-8, som GTFS kräver. {AGAIN}.", blad("stops")),
    ),
    Bad("a byte order mark", feed(stops="\ufeff" + GOOD["stops"]), (), read=True),
    Bad(
        "a comma after every row",
        feed(routes="route_id,route_short_name,route_type\nr,1,700,\n"),
        (),
        read=True,
    ),
    Bad(
        "rows with more cells than headings",
        feed(routes="route_id,route_short_name,route_type\nr,1,700,700\n"),
        one(f"raden har 4 celler men rubrikerna är 3. {AGAIN}.", blad("routes") + ", rad 2"),
    ),
    Bad(
        "one row with more cells than headings",
        feed(stops=GOOD["stops"] + "C,Cby, södra,65.6,22.3\n"),
        one(f"raden har 5 celler men rubrikerna är 4. {AGAIN}.", blad("stops") + ", rad 4"),
    ),
    Bad(
        "rows with fewer cells than headings",
        feed(
            stops="stop_id,stop_name,stop_lat,stop_lon,parent_station\nA,Åby,65.58,22.15\nB,By,65.60,22.20\n"
        ),
        (),
        read=True,
    ),
    Bad(
        "a quotation mark that is not closed",
        feed(stops=GOOD["stops"] + 'C,"Cby,65.6,22.3\nD,Dby,65.6,22.3\n'),
        one(
            f"ett citattecken har inget slut; väntat: värden med komma emellan. {AGAIN}.",
            blad("stops") + ", rad 4",
        ),
    ),
    Bad(
        "an unknown time zone",
        feed(agency=GOOD["agency"].replace("Europe/Stockholm", "Sverige")),
        one(
            "det står ”Sverige”; väntat: en tidszon, till exempel Europe/Stockholm.",
            blad("agency") + ", kolumn ”agency_timezone”",
        ),
    ),
    Bad(
        "no service on any day",
        feed(calendar_dates="service_id,date,exception_type\ns,20230208,2\n"),
        one("det går ingen trafik någon dag; väntat: datum i calendar.txt eller calendar_dates.txt."),
    ),
    Bad(
        "more than 100 and more than 5 % of the stop times unusable",
        feed(stop_times=bad_times(101, 1000)),
        (
            f"tidtabell.zip, blad ”stop_times.txt”: 101 av 1000 hållplatstider kan inte användas; väntat: högst 5 procent. {ALL_THE_SAME}.",
            "tidtabell.zip: Hållplatstider vid en okänd hållplats, utelämnade: 101.",
        ),
    ),
    Bad(
        "more than 100 and more than 5 % of the rows of another file unusable: here two such files",
        feed(
            trips=GOOD["trips"] + "r,okänd,v\n" * 10 + "".join(f"r,okänd,w{n}\n" for n in range(200)),
            transfers="from_stop_id,to_stop_id,transfer_type\nA,B,0\n" + "A,X,0\n" * 101,
        ),
        (
            f"tidtabell.zip, blad ”transfers.txt”: 101 av 102 rader kan inte användas; väntat: högst 5 procent. {ALL_THE_SAME}.",
            f"tidtabell.zip, blad ”trips.txt”: 210 av 212 rader kan inte användas; väntat: högst 5 procent. {ALL_THE_SAME}.",
            "tidtabell.zip: Bytesregler som nämner en okänd hållplats eller är av okänt slag, utelämnade: 101.",
            "tidtabell.zip: Turer utan trafikdagar, utelämnade: 201.",
            "tidtabell.zip: Turer med samma id som en annan, utelämnade: 9.",
        ),
    ),
    Bad(
        "100 unusable stop times",
        feed(stop_times=bad_times(100, 1000)),
        ("Hållplatstider vid en okänd hållplats, utelämnade: 100.",),
        read=True,
    ),
    Bad(
        "ids that stand twice",
        feed(
            stops=GOOD["stops"] + "A,Annan,65.7,22.3\n",
            trips=GOOD["trips"] + "r,s,t\n",
            stop_times=GOOD["stop_times"] + "t,08:10:00,08:10:00,B,2\n",
        ),
        (
            "Hållplatstider som upprepar en annan, utelämnade: 1.",
            "Hållplatser med samma id som en annan, utelämnade: 1.",
            "Turer med samma id som en annan, utelämnade: 1.",
        ),
        read=True,
    ),
    Bad(
        "rows without an id, and a route that stands twice",
        feed(stops=GOOD["stops"] + ",Cby,65.7,22.3\n", routes=GOOD["routes"] + "r,2,700\n"),
        (
            "Linjer med samma id som en annan, utelämnade: 1.",
            "Hållplatser, linjer eller turer utan id, utelämnade: 1.",
        ),
        read=True,
    ),
    Bad(
        "a station that is not there",
        feed(
            stops="stop_id,stop_name,stop_lat,stop_lon,parent_station\nA,Åby,65.58,22.15,S\nB,By,65.60,22.20,\n"
        ),
        ("Hållplatser vars hållplatsområde inte finns i tidtabellen, räknas var för sig: 1.",),
        read=True,
    ),
    Bad(
        "calls in areas instead of at stops (GTFS-Flex)",
        feed(
            stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence,location_id\n"
            "t,08:00:00,08:00:00,A,1,\nt,08:10:00,08:10:00,B,2,\nu,,,,1,zon\n"
        ),
        (
            "Hållplatstider för områden med anropsstyrd trafik i stället för hållplatser, som inte används: 1.",
        ),
        read=True,
    ),
    Bad(
        "rules of changes that cannot be used",
        feed(
            transfers="from_stop_id,to_stop_id,transfer_type,from_route_id,from_trip_id\nA,A,0,,\nA,A,1,,\nA,X,0,,\n"
            "A,B,0,r,\nA,B,0,x,\nA,B,0,,t\nA,B,0,,y\n"
        ),
        (
            "Bytesregler som nämner en okänd hållplats eller är av okänt slag, utelämnade: 1.",
            "Bytesregler som nämner en okänd linje, utelämnade: 1.",
            "Bytesregler som nämner en okänd tur, utelämnade: 1.",
            "Bytesregler för samma två hållplatser som en annan, utelämnade: 1.",
        ),
        read=True,
    ),
    Bad(
        "stops at 0, 0 and outside the globe",
        feed(stops=GOOD["stops"] + "C,Ingenstans,0,0\nD,Utanför,95,22\n"),
        ("Hållplatser utan koordinater, utelämnade: 2.",),
        read=True,
    ),
    Bad(
        "no usable trip in a small feed",
        feed(stops=SHORT_STOPS + "A,Åby,0,0\nB,By,65.6,22.2\n"),
        (
            f"tidtabell.zip: ingen tur kan användas; väntat: turer med minst två hållplatstider vid kända hållplatser. {ASK}.",
            "tidtabell.zip: Hållplatstider vid en okänd hållplats, utelämnade: 2.",
            "tidtabell.zip: Hållplatstider för turer med en enda hållplats, utelämnade: 2.",
            "tidtabell.zip: Hållplatser utan koordinater, utelämnade: 1.",
        ),
    ),
    Bad(
        "every stop at 0, 0",
        feed(stops=SHORT_STOPS + "A,Åby,0,0\nB,By,0.0,0.0\n", stop_times=bad_times(0, 200)),
        (
            f"tidtabell.zip, blad ”stop_times.txt”: 200 av 200 hållplatstider kan inte användas; väntat: högst 5 procent. {ALL_THE_SAME}.",
            "tidtabell.zip: Hållplatstider vid en okänd hållplats, utelämnade: 200.",
            "tidtabell.zip: Hållplatser utan koordinater, utelämnade: 2.",
        ),
    ),
    Bad(
        "dates as Excel writes them",
        feed(calendar_dates="service_id,date,exception_type\ns,2023-02-08,1\n"),
        (
            "tidtabell.zip: det går ingen trafik någon dag; väntat: datum i calendar.txt eller calendar_dates.txt.",
            "tidtabell.zip: Rader i calendar_dates.txt som inte kan användas, utelämnade: 1.",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_feed_is_told(case: Bad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.make is bomb:
        monkeypatch.setattr(gtfs_files, "_MAX_STOP_TIMES_BYTES", 1 << 20)
    if case.make is bomb_of_trips:
        monkeypatch.setattr(gtfs_files, "_MAX_FILE_BYTES", 1 << 20)
    path = case.make(tmp_path)
    if case.read:
        (summary,) = read_timetable([path]).feeds
        assert tuple(note_text(kind, count) for kind, count in summary.bad_rows.items()) == case.says
        return
    with pytest.raises(InputError) as caught:
        read_timetable([path])
    assert tuple(map(str, caught.value.problems)) == case.says


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Timetables") == markdown(CASES)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_files, "_MAX_STOP_TIMES_BYTES", 1 << 20)
    path = bomb(tmp_path)
    opened: set[str] = set()
    open_member = zipfile.ZipFile.open

    def watched(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
        opened.add(name)
        return open_member(archive, name)

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    with pytest.raises(InputError):
        read_timetable([path])
    assert sorted(opened) == ["agency.txt", "calendar_dates.txt", "routes.txt", "stops.txt", "trips.txt"]


def test_the_limits_are_far_above_the_largest_real_files() -> None:
    # The stop times of the whole country are some 600 megabytes, its trips and transfers some 50.
    assert (gtfs_files._MAX_STOP_TIMES_BYTES, gtfs_files._MAX_FILE_BYTES) == (4_294_967_296, 536_870_912)


def test_a_comma_after_every_row_moves_nothing(tmp_path: Path) -> None:
    commas = {name: "\n".join(line + "," for line in text.splitlines()[1:]) for name, text in GOOD.items()}
    heads = {name: text.splitlines()[0] for name, text in GOOD.items()}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = read_timetable([feed()(tmp_path / "a")])
    moved = read_timetable([feed(**{n: f"{heads[n]}\n{commas[n]}\n" for n in GOOD})(tmp_path / "b")])
    assert moved.stops.equals(plain.stops)
    assert moved.trips.equals(plain.trips)
    assert moved.arrival_s.tolist() == plain.arrival_s.tolist() == [28800, 29400, 32400, 33000]
