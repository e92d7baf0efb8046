"""Feeds as they come: what is read, what is left out and counted, what is refused."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.settings import LimitSettings
from geomatch.sources.timetable import Timetable, read_timetable
from tests.travel.feeds import Call, Feed, s
from tests.travel.test_day_return import HOME_XY, PLACE_XY, TWO, line, network_of, one, returns_of

HOME = line(("B", "12:06"), ("A", "12:40"))
PLAIN = {"out": line(("A", "9:20"), ("B", "9:54")), "home": HOME}


def written(tmp_path: Path, feed: Feed | None = None, **texts: str) -> Path:
    """A feed in a folder, with some files replaced by other texts."""
    folder = (feed or Feed(TWO, PLAIN)).write(tmp_path / "feed")
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> Timetable:
    return read_timetable([folder])


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_timetable([folder])
    return str(caught.value)


def test_a_zip_is_read_like_a_folder_and_from_a_folder_inside(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for inside in ("", "export/"):
        archive = tmp_path / f"feed{len(inside)}.zip"
        with zipfile.ZipFile(archive, "w") as made:
            for file in folder.iterdir():
                made.write(file, inside + file.name)
        assert read(archive).trips["trip_id"].tolist() == ["home", "out"]


def test_a_byte_order_mark_and_trailing_commas_shift_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path)
    text = (folder / "trips.txt").read_text()
    head, *rows = text.splitlines()
    (folder / "trips.txt").write_text(
        "\ufeff" + "\n".join([head, *(row + "," for row in rows)]), encoding="utf-8"
    )
    assert read(folder).feeds[0].trips == 2


def test_calendar_and_calendar_dates_together(tmp_path: Path) -> None:
    # Wednesdays of February; the 15th taken away, Thursday the 16th added.
    folder = written(
        tmp_path,
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "s, 0,0,1 ,0,0,0,0,20230201,20230228\n",
        calendar_dates="service_id,date,exception_type\ns,20230215,2\ns,20230216,1\n",
    )
    timetable = read(folder)
    running = [day for day in range(1, 29) if timetable.trips_on(date(2023, 2, day)).any()]
    assert running == [1, 8, 16, 22]


def test_bad_rows_are_counted_by_kind_and_spoil_no_sound_trip(tmp_path: Path) -> None:
    folder = written(tmp_path)
    with (folder / "stop_times.txt").open("a") as file:
        file.write("nobody,9:00:00,9:00:00,A,0,0,0\n")  # unknown trip
        file.write("out,9:00:00,9:00:00,nowhere,7,0,0\n")  # unknown stop
        file.write("out,9:0x:00,9:00:00,A,8,0,0\n")  # no time
        file.write("out,0²:00:00,9:00:00,A,8,0,0\n")  # digits that are none
        file.write("out,9:30:00,9:30:00,A,1,0,0\n")  # a sequence that is there already
    with (folder / "trips.txt").open("a") as file:
        file.write("back,r700,s,\nblank,r700,s,\n")
    with (folder / "stop_times.txt").open("a") as file:
        file.write("back,9:00:00,9:00:00,A,0,0,0\nback,8:00:00,8:00:00,B,1,0,0\n")
        file.write("blank,9:00:00,9:00:00,A,0,0,0\nblank,,,B,1,0,0\n")
    timetable = read(folder)
    assert timetable.feeds[0].bad_rows == {
        "stop_times_at_unknown_stop": 1,
        "stop_times_bad_time": 2,
        "stop_times_of_backward_trip": 2,
        "stop_times_of_unknown_trip": 1,
        "stop_times_of_untimed_trip": 2,
        "stop_times_repeated": 1,
    }
    assert timetable.feeds[0].trips == 2


def test_blank_times_are_spread_between_the_timed_stops(tmp_path: Path) -> None:
    stops = {**TWO, "M": (5_000.0, 0.0), "N": (15_000.0, 0.0)}
    trip = [
        Call("A", s("9:00"), s("9:00")),
        Call("M", 0, 0),
        Call("N", 0, 0),
        Call("B", s("9:30"), s("9:30")),
    ]
    folder = written(tmp_path, Feed(stops, {"out": trip, "home": HOME}))
    text = (folder / "stop_times.txt").read_text().replace("00:00:00,00:00:00", ",")
    (folder / "stop_times.txt").write_text(text)
    timetable = read(folder)
    out = timetable.arrival_s[timetable.trip == 1]
    assert out.tolist() == [s("9:00"), s("9:10"), s("9:20"), s("9:30")]


def test_headways_are_written_out(tmp_path: Path) -> None:
    # From 9:00 to 10:00 every 20 minutes: 9:00, 9:20, 9:40. The pattern itself takes 30 minutes, so 9:20 is in time.
    feed = Feed(TWO, {"out": line(("A", "6:00"), ("B", "6:30")), "home": HOME})
    feed.extra["frequencies"] = [
        {"trip_id": "out", "start_time": "09:00:00", "end_time": "10:00:00", "headway_secs": "1200"}
    ]
    feed.transfers = [
        {"from_stop_id": "A", "to_stop_id": "A", "transfer_type": "2", "min_transfer_time": "60"}
    ]
    row = one(feed, tmp_path)
    assert (row.out_departure_s, row.out_arrival_s) == (s("9:20"), s("9:50"))


def test_a_rule_between_trips_at_an_unknown_stop_links_nothing(tmp_path: Path) -> None:
    # Blank or unknown stops must not carry anybody 10 km from M to N.
    stops = {**TWO, "M": (5_000.0, 0.0), "N": (15_000.0, 0.0)}
    trips = {
        "first": line(("A", "9:00"), ("M", "9:10")),
        "second": line(("N", "9:30"), ("B", "9:40")),
        "home": HOME,
    }
    for number, ends in enumerate([("", ""), ("X", "Y"), ("M", "Y")]):
        rule = {
            "from_stop_id": ends[0],
            "to_stop_id": ends[1],
            "transfer_type": "1",
            "from_trip_id": "first",
            "to_trip_id": "second",
        }
        feed = Feed(stops, trips, transfers=[rule])
        assert one(feed, tmp_path / str(number)).reason == "no_way_there"
        bad = read(tmp_path / str(number) / "feed").feeds[0].bad_rows
        assert bad == {"transfers_not_usable": 1}


def test_successive_feeds_of_one_operator_follow_each_other(tmp_path: Path) -> None:
    info = [
        {"feed_publisher_name": "Bolaget", "feed_publisher_url": "-", "feed_lang": "sv", "feed_version": "1"}
    ]
    old = Feed(
        TWO,
        {"old": line(("A", "9:00"), ("B", "9:30"))},
        days=["20230206", "20230208", "20230210"],
        extra={"feed_info": info},
    )
    new = Feed(
        TWO,
        {"new": line(("A", "9:10"), ("B", "9:40"))},
        days=["20230208", "20230215"],
        extra={"feed_info": info},
    )
    timetable = read_timetable([new.write(tmp_path / "b"), old.write(tmp_path / "a")])
    running = {
        day: timetable.trips["trip_id"][timetable.trips_on(date(2023, 2, day))].tolist()
        for day in (6, 8, 10, 15)
    }
    # From the 8th on the newer one is in force, also on the 10th, when it has no service.
    assert running == {6: ["old"], 8: ["new"], 10: [], 15: ["new"]}
    assert timetable.covers(date(2023, 2, 7))
    assert not timetable.covers(date(2023, 2, 16))


def test_two_operators_run_side_by_side(tmp_path: Path) -> None:
    # The same ids in both feeds: one takes people from A to M, the other from M to B.
    one_feed = Feed({"A": HOME_XY, "M": (10_000.0, 0.0)}, {"t": line(("A", "9:00"), ("M", "9:15"))})
    other = Feed({"M": (10_000.0, 0.0), "B": PLACE_XY}, {"t": line(("M", "9:20"), ("B", "9:40"))})
    for name, feed in (("one", one_feed), ("other", other)):
        feed.extra["feed_info"] = [
            {"feed_publisher_name": name, "feed_publisher_url": "-", "feed_lang": "sv", "feed_version": ""}
        ]
    timetable = read_timetable([one_feed.write(tmp_path / "one"), other.write(tmp_path / "other")])
    assert timetable.trips_on(date(2023, 2, 8)).tolist() == [True, True]
    from geomatch.settings import TransferSettings, WalkSettings  # noqa: PLC0415  # this test alone needs it
    from geomatch.travel.network import build_network  # noqa: PLC0415  # this test alone needs it

    network = build_network(timetable, WalkSettings(), TransferSettings())
    row = returns_of(network, {"home": HOME_XY}, PLACE_XY, s("10:00"), s("12:00"), LimitSettings()).loc[
        "home"
    ]
    assert (row.out_departure_s, row.out_arrival_s, row.out_transfers) == (s("9:00"), s("9:40"), 1)


def test_yesterdays_late_bus_goes_on_as_yesterdays_next_trip(tmp_path: Path) -> None:
    # A block on the 7th only, past midnight: stays one ride on the 8th.
    stops = {**TWO, "M": (10_000.0, 0.0)}
    trips = {"first": line(("A", "25:00"), ("M", "25:15")), "second": line(("M", "25:15:30"), ("B", "25:40"))}
    feed = Feed(stops, trips, blocks={"first": "b", "second": "b"}, days=["20230207"])
    row = returns_of(
        network_of(feed, tmp_path / "f"), {"home": HOME_XY}, PLACE_XY, s("2:00"), s("4:00"), LimitSettings()
    ).loc["home"]
    assert (row.out_departure_s, row.out_arrival_s, row.out_transfers) == (s("1:00"), s("1:40"), 0)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            {"agency": "agency_id,agency_name,agency_url,agency_timezone\na,A,-,UTC\n"},
            (
                "feed, blad ”agency.txt”, kolumn ”agency_timezone”: tiderna gäller i UTC; väntat: svensk tid, Europe/Stockholm. "
                "Be trafikbolaget om en tidtabell i lokal tid."
            ),
        ),
        (
            {"agency": "agency_id,agency_name,agency_url,agency_timezone\na,A,-,Mars/Olympus\n"},
            (
                "feed, blad ”agency.txt”, kolumn ”agency_timezone”: det står ”Mars/Olympus”; väntat: en tidszon, till exempel "
                "Europe/Stockholm."
            ),
        ),
        (
            {"agency": "agency_id,agency_name,agency_url,agency_timezone\n"},
            (
                "feed, blad ”agency.txt”: filen saknas eller är tom; väntat: en GTFS-tidtabell där agency.txt ingår. Hämta "
                "tidtabellen igen; använd zip-filen från Trafiklab utan att ändra den."
            ),
        ),
        (
            {"stop_times": "trip_id,arrival_time,departure_time,stop_id\nout,9:00:00,9:00:00,A\n"},
            "feed, blad ”stop_times.txt”, kolumn ”stop_sequence”: kolumnen saknas. Hämta tidtabellen igen.",
        ),
    ],
)
def test_a_feed_that_cannot_be_used_says_why(texts: dict[str, str], message: str, tmp_path: Path) -> None:
    assert refused(written(tmp_path, **texts)) == message


def test_a_feed_without_a_sound_trip_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, stops="stop_id,stop_name,stop_lat,stop_lon\nA,A,0,0\nB,B,0,0\n")
    text = refused(folder)
    assert text.splitlines()[0].startswith("feed: ingen tur kan användas")
    assert "feed: Hållplatser" in text


def test_what_is_no_feed_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "skadad.zip"
    folder = written(tmp_path)
    shutil.make_archive(str(tmp_path / "hel"), "zip", folder)
    whole = (tmp_path / "hel.zip").read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    workbook = tmp_path / "insatser.xlsx"
    with zipfile.ZipFile(workbook, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    assert refused(damaged) == (
        "skadad.zip: det är ingen läsbar zip-fil; väntat: en zip-fil med GTFS eller en mapp med filerna ur den. Hämta "
        "tidtabellen igen."
    )
    assert refused(workbook).startswith("insatser.xlsx: filen är en Excel-arbetsbok, inte en tidtabell")
    assert refused(tmp_path / "ingen.zip").startswith("ingen.zip: ")
