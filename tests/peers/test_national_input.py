"""What the national benchmark says of its input: kept beside the feed, and counted again where that is not of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from benchmarks.national.__main__ import counted_input, keep_counts

FILES = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type\nS,S,60,17,1\nA,A,60,17,\nB,B,60,17.1,\nC,C,60,17.2,0\n",
    "routes": "route_id,route_short_name,route_type\nr,1,700\nq,2,700\n",
    "trips": "route_id,service_id,trip_id,block_id\nr,weekdays,t,\nr,weekdays,u,k\nq,sundays,v,\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,8:00:00,8:00:00,A,1\nt,8:10:00,8:10:00,B,2\nt,8:20:00,8:20:00,C,3\n"
    "u,9:00:00,9:00:00,A,1\nu,9:10:00,9:10:00,B,2\n"
    "v,9:00:00,9:00:00,A,1\nv,9:10:00,9:10:00,B,2\nv,9:20:00,9:20:00,C,3\nv,9:30:00,9:30:00,A,4\n",
    "calendar_dates": "service_id,date,exception_type\nweekdays,20230206,1\nweekdays,20230207,1\nsundays,20230212,1\n",
    "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_trip_id,to_trip_id\n"
    "S,S,2,180,,\nB,B,1,,t,u\nB,B,4,,u,v\nC,C,1,,t,v\n",
}


def made(folder: Path, **texts: str) -> Path:
    path = folder / "SYNTETISK-riket-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (FILES | texts).items():
            archive.writestr(f"{name}.txt", text)
    (folder / "origins.csv").write_text("id,lon,lat\na,17,60\nb,17,60\n", encoding="utf-8")
    (folder / "activities.csv").write_text("id,lon,lat\nc,17,60\n", encoding="utf-8")
    return path


def test_the_feed_is_counted_where_its_counts_are_missing(tmp_path: Path) -> None:
    path = made(tmp_path)
    expected = [
        f"{path}",
        "1 stations, 3 platforms, 2 lines, 3 trips, 9 stop times, 2 services",
        "1 trips in blocks",
        "transfers.txt: 1 rows name stations; between trips type 1: 2, type 4: 1",
        # Two rides and one on weekdays, three on Sundays.
        "20230206: 3 connections",
        "20230207: 3 connections",
        "20230212: 3 connections",
        "2 origins",
        "1 activities",
    ]
    assert counted_input(tmp_path).splitlines() == expected
    kept = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert kept[1:] == expected[:-2]
    assert counted_input(tmp_path).splitlines() == expected


def test_kept_counts_are_said_of_their_own_feed_only(tmp_path: Path) -> None:
    path = made(tmp_path)
    keep_counts(path, "as it was made")
    assert counted_input(tmp_path) == "as it was made\n2 origins\n1 activities"
    made(tmp_path, routes="route_id,route_short_name,route_type\nr,1,700\n")
    assert counted_input(tmp_path).splitlines()[1] == (
        "1 stations, 3 platforms, 1 lines, 3 trips, 9 stop times, 2 services"
    )
