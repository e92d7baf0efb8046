"""frequencies.txt: trips that run again and again.

GTFS reference: from start_time, when the first vehicle leaves the first stop, every headway_secs, until end_time, "at
which service changes to a different headway (or ceases)". The times in stop_times.txt only say how long each stretch
takes. exact_times 1 is a timetable written short. exact_times 0 has no fixed times; METHOD 4 is silent, and geomatch
takes the vehicle to leave at each full headway, as its reader states.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str], None]


def test_exact_times(check: Check) -> None:
    """7:00, 7:20 ... 9:20 (9:40 is the end): the 9:20 arrives 9:50; one at 9:40 would be too late anyway.

    Home every half hour from 12:00: 12:00 has gone at 12:05, 12:30 is taken; 13:00 is later, 13:30 the end.
    """
    check("""
        stops A 0, B 20000
        trip out: A 0:00, B 0:30
        trip home: B 6:00, A 6:34
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 07:00:00, 09:40:00, 1200, 1
        | home, 12:00:00, 13:30:00, 1800, 1
        ask 2023-02-08 10:00-12:00
        out 9:20-9:50, 0 changes, by out
        back 12:30-13:04, 0 changes, by home
        so reachable
    """)


def test_no_trip_leaves_at_the_end_time(check: Check) -> None:
    """8:00 to 9:00 every 30 min: 8:00 and 8:30, not 9:00. Home 12:00 to 12:30: only 12:00, which is too early."""
    check("""
        stops A 0, B 20000
        trip out: A 0:00, B 0:30
        trip home: B 6:00, A 6:34
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 08:00:00, 09:00:00, 1800, 1
        | home, 12:00:00, 12:30:00, 1800, 1
        ask 2023-02-08 10:00-12:00
        out 8:30-9:00, 0 changes, by out
        back none
        so no_way_home
    """)


def test_the_times_of_the_pattern_are_no_trip(check: Check) -> None:
    """The pattern itself says 9:20 and 12:06; it runs 8:00 and 13:00 only."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 08:00:00, 08:10:00, 600, 1
        | home, 13:00:00, 13:10:00, 600, 1
        ask 2023-02-08 10:00-12:00
        out 8:00-8:34, 0 changes, by out
        back 13:00-13:34, 0 changes, by home
        so reachable, last way home
    """)


def test_start_time_is_that_of_the_first_stop(check: Check) -> None:
    """Z 0:00, A 0:10/0:12, B 0:40. Leaving Z 9:00 it leaves A at 9:12 and is at B at 9:40; 9:30 would be too late."""
    check("""
        stops Z -5000, A 0, B 20000
        trip out: Z 0:00, A 0:10/0:12, B 0:40
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 08:30:00, 10:00:00, 1800, 1
        ask 2023-02-08 10:00-12:00
        out 9:12-9:40, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_two_headways(check: Check) -> None:
    """8:00-9:00 every 25 min (8:00, 8:25, 8:50), then from 9:00 every 10 min: 9:00, 9:10, 9:20 at B 9:50; 9:30 too late."""
    check("""
        stops A 0, B 20000
        trip out: A 0:00, B 0:30
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 08:00:00, 09:00:00, 1500, 1
        | out, 09:00:00, 11:00:00, 600, 1
        ask 2023-02-08 10:00-12:00
        out 9:20-9:50, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 9:26-12:00
        out 8:50-9:20, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_change_into_a_headway_service(check: Check) -> None:
    """At M at 9:15, change ready 9:18; from M 9:00, 9:07, 9:14, 9:21 ...: the 9:21, at B 9:41."""
    check("""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip second: M 0:00, B 0:20
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | second, 09:00:00, 10:00:00, 420, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:41, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 360 s
    """)


def test_a_guaranteed_change_into_a_headway_service(check: Check) -> None:
    """Type 1 from `first` to `second`: the trip_id stands for all its runs, so the 9:15 waits. It is at B at 9:35.

    Without the rule it would be the 9:22.
    """
    check("""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip second: M 0:00, B 0:20
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | second, 09:01:00, 10:00:00, 420, 1
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:35, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_headways_past_midnight(check: Check) -> None:
    """From 24:00 to 26:00 of the 7th every 40 min: 0:00, 0:40, 1:20 of the 8th. Session 1:30-1:40: out 0:40-1:10."""
    check("""
        stops A 0, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip out: A 0:00, B 0:30
        trip home service=day: B 1:50, A 2:20
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 24:00:00, 26:00:00, 2400, 1
        ask 2023-02-08 1:30-1:40
        out 0:40-1:10, 0 changes, by out
        back 1:50-2:20, 0 changes, by home
        so reachable, last way home
    """)


@pytest.mark.parametrize("exact", ["0", ""])
def test_headways_without_exact_times(check: Check, exact: str) -> None:
    """exact_times 0 or blank: taken at each full headway from start_time, 9:00, 9:12, 9:24: at B 9:30, 9:42, 9:54."""
    check(f"""
        stops A 0, B 20000
        trip out: A 0:00, B 0:30
        trip home: B 0:00, A 0:34
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 09:00:00, 10:00:00, 720, {exact}
        | home, 12:00:00, 12:20:00, 900, {exact}
        ask 2023-02-08 10:00-12:00
        out 9:24-9:54, 0 changes, by out
        back 12:15-12:49, 0 changes, by home
        so reachable, last way home
    """)


def test_a_bad_row_of_frequencies(check: Check) -> None:
    """Headway 0 and an unknown trip: both rows are counted and left out; `out` is still no trip of its own timetable.

    A trip that frequencies.txt names runs by its sound rows; `home` is not named at all.
    """
    check("""
        stops A 0, B 20000
        trip out: A 0:00, B 0:30
        trip home: B 12:06, A 12:40
        frequencies.txt
        | trip_id, start_time, end_time, headway_secs, exact_times
        | out, 09:00:00, 09:10:00, 1200, 1
        | out, 09:10:00, 09:20:00, 0, 1
        | ghost, 09:00:00, 10:00:00, 600, 1
        bad frequencies_bad 2
        ask 2023-02-08 10:00-12:00
        out 9:00-9:30, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)
