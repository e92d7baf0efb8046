"""What the reader makes of each file of a feed, as the GTFS reference says; expected values are worked out by hand."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geomatch.errors import InputError
from geomatch.notes import note_text
from geomatch.settings import TimetableSettings
from geomatch.sources import gtfs_calendar, gtfs_csv, gtfs_frequencies, gtfs_transfers
from geomatch.sources.timetable import BOOKING_ROUTE_TYPES, Timetable, read_timetable
from geomatch.words import using_language

FILES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\na,Trafik,-,Europe/Stockholm\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Åby,65.0,22.0\nB,By,65.1,22.0\nC,Cby,65.2,22.0\n",
    "routes": "route_id,route_short_name,route_long_name,route_type\nr,1,Ettan,700\nq,,Tvåan,1501\n",
    "trips": "route_id,service_id,trip_id,trip_headsign,block_id\nr,s,t,Cby,\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,8:00:00,8:01:00,A,1\nt,8:10:00,8:11:00,B,2\nt,8:20:00,8:20:00,C,3\n",
    "calendar_dates": "service_id,date,exception_type\ns,20230208,1\n",
}
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "A,A,65.0,22.0,0,\nB1,B1,65.1,22.0,0,B\nB2,B2,65.1,22.001,,B\nB,B,65.1,22.0,1,\n"
)
TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence"


def read(tmp_path: Path, limits: TimetableSettings | None = None, **texts: str) -> Timetable:
    for name, text in (FILES | texts).items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return read_timetable([tmp_path], limits)


def refused(tmp_path: Path, **texts: str) -> str:
    with using_language("en"), pytest.raises(InputError) as caught:
        read(tmp_path, **texts)
    return str(caught.value).replace(tmp_path.name, "feed")


def bad(timetable: Timetable) -> dict[str, int]:
    return dict(timetable.feeds[0].bad_rows)


def clock(seconds: np.ndarray) -> list[str]:
    return [f"{one // 3600}:{one // 60 % 60:02d}:{one % 60:02d}" for one in seconds.tolist()]


# ---------------------------------------------------------------------------------------------------------- stop times


def test_stop_times_as_they_come(tmp_path: Path) -> None:
    # Rows out of order, gaps in the sequence, only one of two times given, a loop through A.
    times = read(
        tmp_path,
        stop_times=f"{TIMES},pickup_type,drop_off_type,timepoint\n"
        "t,8:50:00,,A,900,1,3,0\nt,8:30:00,8:35:00,C,40,2,,1\nt,,8:00:00,A,0,0,1,1\nt,8:10:00,8:10:00,B,7,3,2,0\n",
    )
    assert times.stops["stop_id"].take(times.stop).tolist() == ["A", "B", "C", "A"]
    assert clock(times.arrival_s) == ["8:00:00", "8:10:00", "8:30:00", "8:50:00"]
    assert clock(times.departure_s) == ["8:00:00", "8:10:00", "8:35:00", "8:50:00"]
    assert times.boarding.tolist() == [1, 1, 2, 0]
    assert times.alighting.tolist() == [0, 2, 1, 1]
    assert bad(times) == {}


def test_blank_times_by_distance_where_it_grows(tmp_path: Path) -> None:
    rows = f"{TIMES},shape_dist_traveled\nt,8:00:00,8:00:00,A,1,0\nt,,,B,2,{{}}\nt,8:10:00,8:10:00,C,3,4000\n"
    # A quarter of the way in a quarter of the time; a distance that is wrong or missing means evenly.
    for number, (given, expected) in enumerate(
        [("1000", "8:02:30"), ("4001", "8:05:00"), ("långt", "8:05:00"), ("", "8:05:00")]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        times = read(folder, stop_times=rows.format(given))
        assert clock(times.arrival_s) == ["8:00:00", expected, "8:10:00"]
        assert clock(times.departure_s) == ["8:00:00", expected, "8:10:00"]


def test_blank_times_of_several_trips(tmp_path: Path) -> None:
    # From the departure before (8:02) to the arrival after (8:12): 200 s each, whole seconds, rounded down.
    # `u` has no last time and `v` no first: they go whole, and `t` is not spoilt.
    times = read(
        tmp_path,
        trips=FILES["trips"] + "r,s,u,,\nr,s,v,,\n",
        stop_times=f"{TIMES}\nt,8:00:00,8:02:00,A,1\nt,,,B,2\nt,,,C,3\nt,8:12:00,8:13:00,B,4\nt,,,C,5\n"
        "t,8:13:01,8:14:00,A,6\nu,9:00:00,9:00:00,A,1\nu,,,B,2\nv,,,A,1\nv,9:00:00,9:00:00,B,2\n",
    )
    assert clock(times.arrival_s) == ["8:00:00", "8:05:20", "8:08:40", "8:12:00", "8:13:00", "8:13:01"]
    assert bad(times) == {"stop_times_of_untimed_trip": 4}


def test_a_sequence_must_be_a_whole_number_from_0(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stop_times=FILES["stop_times"] + "t,8:30:00,8:30:00,A,4.5\nt,8:30:00,8:30:00,A,-4\nt,,,A,x\n",
    )
    assert bad(times) == {"stop_times_without_sequence": 3}


def test_booking_rules_mark_what_is_booked(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stop_times=f"{TIMES},pickup_type,drop_off_type,pickup_booking_rule_id,drop_off_booking_rule_id\n"
        "t,8:00:00,8:00:00,A,1,0,0,ring,\nt,8:10:00,8:10:00,B,2,1,,ring,ring\nt,8:20:00,8:20:00,C,3,2,3,,\n",
    )
    assert times.boarding.tolist() == [2, 0, 2]
    assert times.alighting.tolist() == [1, 2, 1]


def test_a_trip_in_an_area_is_not_a_fault_of_the_feed(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stop_times="trip_id,arrival_time,departure_time,stop_id,stop_sequence,location_id,location_group_id\n"
        "t,8:00:00,8:00:00,A,1,,\nt,8:10:00,8:10:00,B,2,,\n"
        + "t,,,,3,zon,\n" * 200
        + "t,,,,4,,grupp\nt,,,,5,,\n",
    )
    assert bad(times) == {"areas_instead_of_stops": 201, "stop_times_at_unknown_stop": 1}


def test_vehicles_that_come_when_booked(tmp_path: Path) -> None:
    # 716 is "all bus services": not booked.
    assert "716" not in BOOKING_ROUTE_TYPES
    kinds = ["700", "715", "716", "717", "1499", "1500", "1507", "1508"]
    times = read(
        tmp_path,
        routes="route_id,route_type\n" + "".join(f"r{kind},{kind}\n" for kind in kinds),
        trips="route_id,service_id,trip_id\n" + "".join(f"r{kind},s,{kind}\n" for kind in kinds),
        stop_times=f"{TIMES},pickup_type,drop_off_type\n"
        + "".join(f"{kind},8:00:00,8:00:00,A,1,,1\n{kind},9:00:00,9:00:00,B,2,1,\n" for kind in kinds),
    )
    booked = ["1500", "1507", "715", "717"]
    assert times.trips.loc[times.trips["booking"], "trip_id"].tolist() == booked
    by_trip = {
        trip: (times.boarding[times.trip == number].tolist(), times.alighting[times.trip == number].tolist())
        for number, trip in enumerate(times.trips["trip_id"])
    }
    assert by_trip == {kind: ([2, 0], [0, 2]) if kind in booked else ([1, 0], [0, 1]) for kind in kinds}


# ------------------------------------------------------------------------------------------------------ stops and trips


def test_stations_areas_and_places_within_them(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stops=STOPS
        + "B3,Hållplatsens framdel,,,4,B1\nN,Nod,,,3,B\nE,Ingång,65.1,22.002,2,B\nX,X,65.3,22.0,0,okänd\n"
        "Z,Z,,,1,\nZ1,Z1,65.4,22.0,0,Z\nZ2,Z2,65.4,22.001,0,Z\n,Utan id,65,22,0,\n",
        stop_times=f"{TIMES}\nt,8:00:00,8:01:00,A,1\nt,8:10:00,8:11:00,B3,2\nt,8:20:00,8:21:00,X,3\n",
    )
    stops = times.stops.set_index("stop_id")
    named = {stop: times.stops["stop_id"][area] for stop, area in stops["area"].items()}
    # A boarding area belongs to its platform's station; the platforms of a station without coordinates to each other.
    assert named == {
        "A": "A",
        "B": "B",
        "B1": "B",
        "B2": "B",
        "B3": "B",
        "E": "B",
        "N": "B",
        "X": "X",
        "Z1": "Z1",
        "Z2": "Z1",
    }
    assert (
        stops.loc["B3", ["lon", "lat"]].tolist() == stops.loc["B1", ["lon", "lat"]].tolist() == [22.0, 65.1]
    )
    assert stops.index[stops["is_station"]].tolist() == ["B"]
    assert bad(times) == {"rows_without_id": 1, "stops_of_unknown_station": 1, "stops_without_coordinates": 1}


def test_of_rows_with_one_id_a_usable_one_stays(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stops=FILES["stops"] + "A,Ingenstans,0,0\n",
        routes=FILES["routes"] + "r,0,Nollan,700\n",
        trips="route_id,service_id,trip_id,trip_headsign,block_id\nr,okänd,t,,\nr,s,t,Cby,\nokänd,s,t,,\n,s,,,\n",
    )
    assert times.stops["name"].tolist() == ["Åby", "By", "Cby"]
    assert times.trips[["trip_id", "route_name", "headsign"]].to_numpy().tolist() == [["t", "0", "Cby"]]
    assert bad(times) == {
        "rows_without_id": 1,
        "routes_repeated": 1,
        "stops_repeated": 1,
        "trips_repeated": 2,
    }


def test_a_route_without_a_short_name_goes_by_its_long_one(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        trips=FILES["trips"] + "q,s,u,,\n",
        stop_times=FILES["stop_times"] + "u,8:00:00,8:01:00,A,1\nu,8:10:00,8:11:00,B,2\n",
    )
    assert times.trips["route_name"].tolist() == ["1", "Tvåan"]


def test_trips_of_an_unknown_route_or_service(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        trips=FILES["trips"] + "x,s,u,,\nr,y,v,,\n",
        stop_times=FILES["stop_times"] + "u,8:00:00,8:01:00,A,1\nv,8:10:00,8:11:00,B,2\n",
    )
    assert bad(times) == {
        "stop_times_of_unknown_trip": 2,
        "trips_of_unknown_route": 1,
        "trips_of_unknown_service": 1,
    }


def test_a_service_that_never_runs_is_no_fault(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        trips=FILES["trips"] + "r,tom,u,,\n",
        stop_times=FILES["stop_times"] + "u,8:00:00,8:01:00,A,1\nu,8:10:00,8:11:00,B,2\n",
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "tom,0,0,0,0,0,0,0,20230101,20231231\n",
    )
    assert times.trips_on(date(2023, 2, 8)).tolist() == [True, False]
    assert bad(times) == {}


# ------------------------------------------------------------------------------------------------------------ calendars


def test_days_of_service(tmp_path: Path) -> None:
    # January 2023 begins on a Sunday: Mondays 2, 9, 16, 23, 30. `w` only stands in calendar_dates.txt.
    times = read(
        tmp_path,
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "s,1,0,0,0,0,0,1,20230101,20230116\ns,1,0,0,0,0,0,0,20230116,20230130\nx,1,1,1,1,1,1,1,20230102,20230101\n",
        calendar_dates="service_id,date,exception_type\ns,20230109,2\ns,20230110,1\ns,20230111,1\ns,20230111,2\n"
        "w,20230105,1\nw,20230105,1\nz,20230105,2\ns,20230199,1\ns,20230112,3\n",
    )
    (days, of_w) = times.service_days
    assert [date.fromordinal(day).day for day in days.tolist()] == [1, 2, 8, 10, 15, 16, 23, 30]
    assert [date.fromordinal(day).isoformat() for day in of_w.tolist()] == ["2023-01-05"]
    assert bad(times) == {"calendar_bad_dates": 1, "calendar_dates_bad": 2}
    assert (times.feeds[0].first_day, times.feeds[0].last_day) == (date(2023, 1, 1), date(2023, 1, 30))


def test_a_calendar_is_the_same_whatever_is_looked_at_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        + "".join(f"s{number},1,0,1,0,1,0,0,202301{10 + number},20230220\n" for number in range(9))
    )
    whole = read(tmp_path, calendar=calendar).service_days
    monkeypatch.setattr(gtfs_calendar, "_SPAN_DAYS", 50)
    parts = read(tmp_path, calendar=calendar).service_days
    # From Monday the 16th to 20 February, a Monday: 5 weeks of three days and one day more.
    assert [len(days) for days in whole] == [1, 18, 18, 17, 17, 16, 16, 16, 15, 15]
    assert [days.tolist() for days in parts] == [days.tolist() for days in whole]


def test_days_beyond_reason_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_calendar, "_MAX_SERVICE_DAYS", 1000)
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "s,1,0,0,0,0,0,0,20230101,99991231\n"
    )
    # From Monday 2 January 2023 to Monday 27 December 9999: 416,219 weeks and one Monday.
    assert refused(tmp_path, calendar=calendar) == (
        "feed, sheet “calendar.txt”: the services run on 416220 days together; expected at most 1000. "
        "Download the timetable again, or ask the operator."
    )


# -------------------------------------------------------------------------------------------------------------- headway


def test_trips_by_headway(tmp_path: Path) -> None:
    # 9:00, 9:20, 9:40 and 10:00, 10:30 (10:50 would be the end). Its own times, 8:01, are only a pattern.
    times = read(
        tmp_path,
        trips=FILES["trips"] + "r,s,u,,\nr,s,w,,\n",
        stop_times=FILES["stop_times"]
        + "u,0:00:00,0:00:00,A,1\nu,0:05:00,0:05:00,B,2\nw,7:00:00,7:00:00,A,1\nw,7:05:00,7:05:00,B,2\n",
        frequencies="trip_id,start_time,end_time,headway_secs,exact_times\n"
        "t,10:00:00,10:50:00,1800,1\nt,9:00:00,10:00:00,1200,0\nu,9:00:00,8:00:00,600,\nt,9:00:00,10:00:00,1200,0\n"
        "x,9:00:00,10:00:00,600,\nu,9:00:00,10:00:00,0,\nu,kl 9,10:00:00,600,\n",
    )
    # Of `u` every row is bad: it does not run at its pattern's midnight.
    assert times.trips["trip_id"].tolist() == ["t", "u", "w", "t", "t", "t", "t", "t"]
    assert np.unique(times.trip).tolist() == [2, 3, 4, 5, 6, 7]
    assert clock(times.departure_s[times.stop == 0]) == [
        "7:00:00",
        "9:00:00",
        "9:20:00",
        "9:40:00",
        "10:00:00",
        "10:30:00",
    ]
    # A to B takes 9 min from departure to arrival, and it stands there for one.
    assert clock(times.arrival_s[times.stop == 1])[1:] == [
        "9:09:00",
        "9:29:00",
        "9:49:00",
        "10:09:00",
        "10:39:00",
    ]
    assert clock(times.departure_s[times.trip == 3]) == ["9:00:00", "9:10:00", "9:19:00"]
    assert bad(times) == {"frequencies_bad": 5}
    assert (times.feeds[0].trips, times.feeds[0].stop_times) == (6, 17)


def test_windows_that_overlap_give_one_vehicle(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        frequencies="trip_id,start_time,end_time,headway_secs\nt,9:00:00,10:00:00,1200\nt,9:20:00,10:20:00,1200\n",
    )
    assert clock(times.departure_s[times.stop == 0]) == ["9:00:00", "9:20:00", "9:40:00", "10:00:00"]


def test_headways_beyond_reason_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_frequencies, "_MAX_STOP_TIMES", 1000)
    frequencies = "trip_id,start_time,end_time,headway_secs\nt,9:00:00,10:00:00,1\n"
    assert refused(tmp_path, frequencies=frequencies) == (
        "feed, sheet “frequencies.txt”: the headways give 10800 stop times; expected at most 1000. "
        "Download the timetable again, or ask the operator."
    )


# ------------------------------------------------------------------------------------------------------------ transfers


def changes(timetable: Timetable) -> set[tuple[str, str, str, int]]:
    name = timetable.stops["stop_id"]
    rules = timetable.change_rules
    return {
        (name[one], name[other], kind, min_s)
        for one, other, kind, min_s in rules.itertuples(index=False, name=None)
    }


PLATFORM_TIMES = f"{TIMES}\nt,8:00:00,8:00:00,A,1\nt,8:10:00,8:10:00,B1,2\nt,8:20:00,8:20:00,B2,3\n"


def test_rules_of_stations_and_of_platforms(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stops=STOPS + "U,U,65.5,22,0,\n",
        stop_times=PLATFORM_TIMES,
        transfers="from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        # The station: all its platforms; B1 to the station goes before it; B1 to B2 before both.
        "B,B,2,300\nB1,B,2,200\nB1,B2,2,100\n"
        # Two that are equally specific: the lower kind, then the shorter time.
        "A,A,3,\nA,A,0,\nB2,A,2,90\nB2,A,2,60\n"
        # U is a stop at which nothing calls; unknown stops and kinds.
        "U,A,1,\nA,X,1,\nA,A,9,\nB,A,4,\n",
    )
    assert changes(times) == {
        ("B1", "B1", "2", 200),
        ("B1", "B2", "2", 100),
        ("B2", "B1", "2", 300),
        ("B2", "B2", "2", 300),
        ("A", "A", "0", -1),
        ("B2", "A", "2", 60),
    }
    assert bad(times) == {"transfers_not_usable": 3, "transfers_repeated": 2}


def test_headways_where_no_trip_can_be_used(tmp_path: Path) -> None:
    message = refused(
        tmp_path,
        trips="route_id,service_id,trip_id\nr,okänd,t\n",
        frequencies="trip_id,start_time,end_time,headway_secs\nt,9:00:00,10:00:00,1200\n",
    )
    assert "1 trips have no days of service: left out." in message


def test_rules_of_trips_and_routes_never_apply_to_others(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        stops=STOPS,
        stop_times=PLATFORM_TIMES,
        transfers="from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_trip_id,to_trip_id,from_route_id,"
        "to_route_id\n"
        "B,A,2,1,,,r,q\n"
        "A,A,3,,,,,q\n"
        "A,A,2,2,t,,,\n"
        "A,A,2,3,t,,,q\n"
        "B1,A,1,,t,t,r,r\n"
        "A,A,2,4,t,t,,\n"
        "A,A,4,,t,t,,\n"
        ",,5,,t,t,,\n"
        ",,1,,t,t,,\n"
        "A,A,1,,t,okänd,,\n"
        "A,A,1,,,,okänd,\n",
    )
    assert len(times.change_rules) == 0
    name = times.stops["stop_id"].tolist()
    special = [
        (rank, name[one], name[other], *rest)
        for rank, one, other, *rest in times.special_rules.itertuples(index=False, name=None)
    ]
    # Routes are numbered by id: q 0, r 1. A trip that is named goes before its route. -1 is any.
    assert special == [
        (0, "B1", "A", 0, 0, -1, -1, "1", -1),
        (0, "A", "A", 0, 0, -1, -1, "2", 4),
        (1, "A", "A", 0, -1, -1, 0, "2", 3),
        (2, "A", "A", 0, -1, -1, -1, "2", 2),
        (3, "B1", "A", -1, -1, 1, 0, "2", 1),
        (3, "B2", "A", -1, -1, 1, 0, "2", 1),
        (4, "A", "A", -1, -1, -1, 0, "3", -1),
    ]
    rules = times.trip_rules
    assert rules.to_numpy().tolist() == [
        [0, 0, -1, -1, "5"],
        [0, 0, 0, 0, "4"],
        [0, 0, name.index("B1"), 0, "1"],
    ]
    assert times.trips["route"].tolist() == [1]
    assert bad(times) == {
        "transfers_not_usable": 1,
        "transfers_of_unknown_route": 1,
        "transfers_of_unknown_trip": 1,
    }


def test_a_rule_for_a_trip_by_headway_is_for_all_its_runs(tmp_path: Path) -> None:
    times = read(
        tmp_path,
        trips=FILES["trips"] + "r,s,u,,\n",
        stop_times=FILES["stop_times"] + "u,0:00:00,0:00:00,A,1\nu,0:05:00,0:05:00,B,2\n",
        frequencies="trip_id,start_time,end_time,headway_secs\nu,9:00:00,9:40:00,1200\n",
        transfers="from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\nB,A,1,t,u\nA,A,3,u,\n",
    )
    # The runs of `u` are trips 2 and 3.
    assert times.trip_rules.to_numpy().tolist() == [[0, 2, 1, 0, "1"], [0, 3, 1, 0, "1"]]
    assert times.special_rules[["from_trip", "to_trip", "kind"]].to_numpy().tolist() == [
        [0, 2, "1"],
        [0, 3, "1"],
        [2, -1, "3"],
        [3, -1, "3"],
    ]


def test_rules_beyond_reason_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_transfers, "_MAX_RULES", 3)
    transfers = "from_stop_id,to_stop_id,transfer_type\nB,B,0\n"
    assert refused(tmp_path, stops=STOPS, stop_times=PLATFORM_TIMES, transfers=transfers) == (
        "feed, sheet “transfers.txt”: the rules give 4 changes between platforms or trips; expected at most 3. "
        "Download the timetable again, or ask the operator."
    )


# ------------------------------------------------------------------------------------------------------- several at once


def test_numbers_of_a_second_feed_go_on_from_those_of_the_first(tmp_path: Path) -> None:
    texts = {
        "stops": STOPS,
        "stop_times": PLATFORM_TIMES,
        "transfers": "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id,from_route_id\n"
        "B,B,1,,,\n,,4,t,t,\nA,A,1,t,,\nA,A,1,,,r\n",
    }
    folders = [tmp_path / name for name in ("ett", "två")]
    for folder in folders:
        folder.mkdir()
        read(folder, **texts, feed_info=f"feed_id,feed_version\n{folder.name},1\n")
    times = read_timetable(folders)
    assert times.trip.tolist() == [0, 0, 0, 1, 1, 1]
    assert times.stop.tolist() == [0, 2, 3, 4, 6, 7]
    assert times.stops["area"].tolist() == [0, 1, 1, 1, 4, 5, 5, 5]
    assert times.trips[["service", "route", "feed"]].to_numpy().tolist() == [[0, 1, 0], [1, 3, 1]]
    assert times.change_rules["from_stop"].tolist() == [2, 2, 3, 3, 6, 6, 7, 7]
    assert times.trip_rules.to_numpy().tolist() == [[0, 0, -1, -1, "4"], [1, 1, -1, -1, "4"]]
    assert times.special_rules[["from_stop", "from_trip", "from_route"]].to_numpy().tolist() == [
        [0, 0, -1],
        [0, -1, 1],
        [4, 1, -1],
        [4, -1, 3],
    ]


def test_row_order_and_blocks_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "stops": STOPS + "B1,Annan,65.2,22.0,0,B\n",
        "routes": FILES["routes"] + "r,0,Nollan,700\n",
        "trips": FILES["trips"] + "q,s,u,,\nr,s,u,,b\n",
        "stop_times": PLATFORM_TIMES
        + "u,9:00:00,9:00:00,A,1\nu,9:00:00,9:01:00,A,1\nu,,,B1,2\nu,9:10:00,,B2,3\n",
        "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nB,B,2,60\nB1,B,2,50\nB,B1,1,\nB,B,2,70\n",
        "frequencies": "trip_id,start_time,end_time,headway_secs\nt,9:00:00,9:40:00,1200\nt,9:20:00,9:50:00,600\n",
    }

    def arrays(timetable: Timetable) -> list[object]:
        return [
            getattr(timetable, name).to_numpy().tolist()
            if isinstance(getattr(timetable, name), pd.DataFrame)
            else getattr(timetable, name).tolist()
            for name in ("stops", "trips", "trip", "stop", "arrival_s", "departure_s", "change_rules")
        ] + [bad(timetable)]

    expected = arrays(read(tmp_path, **texts))
    shuffle = random.Random(3)
    for _round in range(10):
        mixed = {}
        for name, text in texts.items():
            head, *rows = text.splitlines()
            shuffle.shuffle(rows)
            mixed[name] = "\n".join([head, *rows]) + "\n"
        assert arrays(read(tmp_path, **mixed)) == expected
    monkeypatch.setattr(gtfs_csv, "_BLOCK_BYTES", 80)
    assert arrays(read(tmp_path, **texts)) == expected


# -------------------------------------------------------------------------------------------------------------- refusals


def test_how_much_may_be_unusable_is_a_setting(tmp_path: Path) -> None:
    rows = FILES["stop_times"] + "x,9:00:00,9:00:00,A,1\n" * 150
    message = refused(tmp_path, stop_times=rows)
    assert message.splitlines()[0] == (
        "feed, sheet “stop_times.txt”: 150 of 153 stop times cannot be used; expected at most 5 per cent. Download "
        "the timetable again, or ask the operator. To use it all the same, raise max_bad_share under [timetable] in "
        "the settings."
    )
    for limits in (TimetableSettings(max_bad_share=1.0), TimetableSettings(max_bad_rows=150)):
        assert bad(read(tmp_path, limits, stop_times=rows)) == {"stop_times_of_unknown_trip": 150}
    with pytest.raises(InputError, match=r"högst 2\.5 procent"):
        read(tmp_path, TimetableSettings(max_bad_share=0.025), stop_times=rows)


def faulty(name: str, bad: int, of: int) -> dict[str, str]:
    """The good feed with one file of `of` rows, `bad` of which cannot be used; the others have rows of their own."""
    good = of - bad
    stops = FILES["stops"].splitlines()
    rows = {
        "stops": [*stops[1:], *(f"x{n},X,65.0,22.0" for n in range(good - 3)), *(f"y{n},Y,0,0" for n in range(bad))],
        "routes": ["r,1,Ettan,700", *(f"x{n},2,,700" for n in range(good - 1)), *["r,1,Ettan,700"] * bad],
        "trips": ["r,s,t,,", *(f"r,s,x{n},," for n in range(good - 1)), *(f"q,s,y{n},," for n in range(bad))],
        "stop_times": [
            *(f"t,{8 + n // 60}:{n % 60:02d}:00,{8 + n // 60}:{n % 60:02d}:00,{'AB'[n % 2]},{n}" for n in range(good)),
            *["t,9,9,A,1"] * bad,
        ],
        "calendar": ["s,1,1,1,1,1,1,1,20230206,20230212"] * good + ["s,1,1,1,1,1,1,1,20230212,20230206"] * bad,
        "calendar_dates": ["s,20230208,1"] * good + ["s,20230208,3"] * bad,
        "transfers": [*(f"S{n // 100},S{n % 100},2,60" for n in range(good)), *["A,X,2,60"] * bad],
        "frequencies": [
            *(f"t,{6 + n // 60}:{n % 60:02d}:00,{6 + n // 60}:{n % 60:02d}:30,60" for n in range(good)),
            *["t,06:00:00,07:00:00,0"] * bad,
        ],
    }  # fmt: skip
    heads = {
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time",
        "frequencies": "trip_id,start_time,end_time,headway_secs",
    }
    texts = {name: "\n".join([heads.get(name) or FILES[name].splitlines()[0], *rows[name]]) + "\n"}
    if name == "routes":
        texts["trips"] = FILES["trips"]
    if name == "trips":
        texts["routes"] = "route_id,route_short_name,route_long_name,route_type\nr,1,Ettan,700\n"
    if name == "transfers":
        many = [f"S{n},S,65.0,22.0" for n in range(100)]
        texts["stops"] = FILES["stops"] + "\n".join(many) + "\n"
    return texts


KINDS = {
    "stops": "stops_without_coordinates",
    "routes": "routes_repeated",
    "trips": "trips_of_unknown_route",
    "stop_times": "stop_times_bad_time",
    "calendar": "calendar_bad_dates",
    "calendar_dates": "calendar_dates_bad",
    "transfers": "transfers_not_usable",
    "frequencies": "frequencies_bad",
}


@pytest.mark.parametrize("name", KINDS)
def test_each_file_is_judged_by_its_own_rows(tmp_path: Path, name: str) -> None:
    # 100 rows may be bad in any file; 101 of 2,020 are five per cent and may be; 101 of 2,019 are more than both.
    for bad_rows, rows in ((100, 200), (101, 2020)):
        assert bad(read(tmp_path, **faulty(name, bad_rows, rows))) == {KINDS[name]: bad_rows}
    texts = faulty(name, 101, 2019)
    message = refused(tmp_path, **texts).splitlines()
    what = "stop times" if name == "stop_times" else "rows"
    assert message[0] == (
        f"feed, sheet “{name}.txt”: 101 of 2019 {what} cannot be used; expected at most 5 per cent. Download the "
        "timetable again, or ask the operator. To use it all the same, raise max_bad_share under [timetable] in the "
        "settings."
    )
    with using_language("en"):
        assert message[1:] == [f"feed: {note_text(KINDS[name], 101)}"]
    for limits in (TimetableSettings(max_bad_share=0.051), TimetableSettings(max_bad_rows=101)):
        assert bad(read(tmp_path, limits, **texts)) == {KINDS[name]: 101}


def test_all_files_that_are_bad_are_named_with_all_that_was_counted(tmp_path: Path) -> None:
    texts = faulty("transfers", 101, 201)
    texts["trips"] = FILES["trips"] + "r,none,,,\n" * 60 + "r,none,t,,\n" * 61
    texts["routes"] = FILES["routes"] + ",3,,700\n"
    message = refused(tmp_path, **texts)
    assert [line.partition(";")[0] for line in message.splitlines()] == [
        "feed, sheet “transfers.txt”: 101 of 201 rows cannot be used",
        "feed, sheet “trips.txt”: 121 of 122 rows cannot be used",
        # The route without an id is one of 3 rows of its own file.
        "feed: 61 stops, routes or trips have no id: left out.",
        "feed: 101 rules of changes name an unknown stop or kind: left out.",
        "feed: 61 trips repeat another's id: left out.",
    ]


def test_what_is_only_remarked_on_refuses_nothing(tmp_path: Path) -> None:
    # Stops whose station is missing are used as they are; vehicles that come when called are no fault of the feed.
    stops = "stop_id,stop_name,stop_lat,stop_lon,parent_station\n" + "".join(
        f"{name},X,65.0,22.0,none\n" for name in ("A", "B", "C", *range(200))
    )
    times = "\n".join(f"{row}," for row in FILES["stop_times"].splitlines()[1:])
    called = "".join(f"t,,,,{number},zone\n" for number in range(10, 210))
    read_all = read(tmp_path, stops=stops, stop_times=f"{TIMES},location_id\n{times}\n{called}")
    assert bad(read_all) == {"areas_instead_of_stops": 200, "stops_of_unknown_station": 203}


def test_agencies_of_several_zones(tmp_path: Path) -> None:
    two = FILES["agency"] + "b,Båten,-,{}\n"
    assert read(tmp_path, agency=two.format("Europe/Oslo")).timezone == "Europe/Stockholm"
    assert refused(tmp_path, agency=two.format("Europe/Helsinki")).startswith(
        "feed, sheet “agency.txt”, column “agency_timezone”: the times are those of Europe/Helsinki"
    )


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    message = refused(
        tmp_path,
        routes="route_id\nr\n",
        stops=FILES["stops"] + 'D,"D\n',
        stop_times=FILES["stop_times"] + "t,8:30:00,8:30:00,A,4,5\n",
        calendar_dates="",
    )
    assert [line.partition("; expected")[0].partition(". ")[0] for line in message.splitlines()] == [
        "feed, sheet “stops.txt”, row 5: a quotation mark is not closed",
        "feed, sheet “routes.txt”, column “route_type”: the column is missing",
        "feed, sheet “calendar_dates.txt”: the file is missing or empty",
        "feed, sheet “stop_times.txt”, row 5: the row has 6 cells, the headings 5",
    ]


def test_a_fault_far_down_in_the_stop_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_csv, "_BLOCK_BYTES", 200)
    text = FILES["stop_times"] + "t,8:30:00,8:30:00,A,4\n" * 50 + "t,8:30:00,8:30:00,A,5,,6\n"
    assert refused(tmp_path, stop_times=text) == (
        "feed, sheet “stop_times.txt”, row 55: the row has 7 cells, the headings 5. Download the timetable again."
    )
    assert "row 55" in refused(tmp_path, stop_times=text, routes="route_id\nr\n")
