"""stop_times.txt: order, blank times, loops, and rides that take no time.

GTFS reference, stop_times.txt: stop_sequence "must increase along the trip but do not need to be consecutive"; "a stop
may be serviced multiple times in the same trip"; times may be blank between timed stops (METHOD and issue 4:
interpolated; by shape_dist_traveled where it is given, else evenly, as the reader states). Rows may stand in any order.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str], None]

HOME = "trip home: B 12:06, A 12:40"


def test_seconds_are_kept(check: Check) -> None:
    """Nothing is rounded to minutes: 9:54:59 is in time, and 9:20:01 leaves later than 9:20:00."""
    check("""
        stops A 0, B 20000
        trip one: A 9:20:00, B 9:54:58
        trip two: A 9:20:01, B 9:54:59
        trip home: B 12:05:01, A 12:40:07
        ask 2023-02-08 10:00-12:00
        out 9:20:01-9:54:59, 0 changes, by two
        back 12:05:01-12:40:07, 0 changes, by home
        so reachable, last way home
    """)


def test_times_of_one_digit(check: Check) -> None:
    """The reference allows H:MM:SS: 9:20:00 is 09:20:00."""
    check("""
        stops A 0, B 20000
        trip out
        trip home
        stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence
        | out, 9:20:00, 9:20:00, A, 1
        | out, 09:54:00, 09:54:00, B, 2
        | home, 12:06:00, 12:06:00, B, 1
        | home, 12:40:00, 12:40:00, A, 2
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_gaps_in_the_sequence(check: Check) -> None:
    """5, 17, 400 are first, second, third."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20 seq=5, M 9:40 seq=17, B 9:54 seq=400
        trip home: B 12:06 seq=0, M 12:20 seq=90, A 12:40 seq=91
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_rows_in_any_order_and_numbers_that_are_no_words(check: Check) -> None:
    """9, 10, 100 in that order (as words 10 < 100 < 9). The rows of the two trips stand mixed, last stop first."""
    check("""
        stops A 0, M 10000, B 20000
        trip out
        trip home
        stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence
        | out, 09:54:00, 09:54:00, B, 100
        | home, 12:40:00, 12:40:00, A, 100
        | out, 09:40:00, 09:40:00, M, 10
        | home, 12:06:00, 12:06:00, B, 9
        | out, 09:20:00, 09:20:00, A, 9
        | home, 12:20:00, 12:20:00, M, 10
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_arrival_and_departure_differ(check: Check) -> None:
    """At M 9:30 to 9:38: who changes there arrives 9:30, who gets on leaves 9:38. `on` leaves M 9:33, three minutes after."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, M 9:30/9:38, B 9:54
        trip on: M 9:33, B 9:45
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:20-9:45, 1 change, by out + on
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
        ask 2023-02-08 10:00-12:00, home 10000
        out 9:38-9:54, 0 changes, by out
        back none
        so no_way_home
    """)


def test_blank_times_evenly(check: Check) -> None:
    """A 9:00, M and N blank, B 9:30: thirds, M 9:10 and N 9:20 (the stops are also evenly spaced)."""
    check("""
        stops A 0, M 10000, N 20000, B 30000
        trip out: A 9:00, M -, N -, B 9:30
        trip home: B 12:30, N -, M -, A 13:00
        ask 2023-02-08 10:00-12:00, home 10000, activity 20000
        out 9:10-9:20, 0 changes, by out
        back 12:40-12:50, 0 changes, by home
        so reachable, last way home
    """)


def test_blank_times_by_distance(check: Check) -> None:
    """shape_dist_traveled 0, 1, 3, 4 of 30 min: a quarter is 7:30, three quarters 22:30. Distances may begin above 0."""
    check("""
        stops A 0, M 5000, N 15000, B 20000
        trip out: A 9:00 dist=0, M - dist=1, N - dist=3, B 9:30 dist=4
        trip home: B 12:30 dist=10.5, N - dist=11.5, M - dist=13.5, A 13:00 dist=14.5
        ask 2023-02-08 10:00-12:00, home 5000, activity 15000
        out 9:07:30-9:22:30, 0 changes, by out
        back 12:37:30-12:52:30, 0 changes, by home
        so reachable, last way home
    """)


def test_blank_times_are_whole_seconds(check: Check) -> None:
    """100 s in three: 33.3 and 66.7. The reference says nothing of fractions; the reader rounds down, 9:00:33 and 9:01:06."""
    check("""
        stops A 0, M 1000, N 2000, B 30000
        trip out: A 9:00, M -, N -, B 9:01:40
        trip home: B 12:30, A 13:00, N 13:10, M 13:20
        ask 2023-02-08 10:00-12:00, home 2000, activity 30000, max_walk_m=100
        out 9:01:06-9:01:40, 0 changes, by out
        back 12:30-13:10, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, home 1000, activity 30000, max_walk_m=100
        out 9:00:33-9:01:40, 0 changes, by out
        back 12:30-13:20, 0 changes, by home
        so reachable, last way home
    """)


def test_blank_times_between_two_timed_stops_that_wait(check: Check) -> None:
    """From the departure of the timed stop before, 9:05, to the arrival of the one after, 9:25: M at 9:15."""
    check(f"""
        stops Z -10000, A 0, M 10000, B 20000
        trip out: Z 8:50, A 9:00/9:05, M -, B 9:25/9:40
        {HOME}
        trip back: B 12:10, M 12:25
        ask 2023-02-08 10:00-12:00, home 10000
        out 9:15-9:25, 0 changes, by out
        back 12:10-12:25, 0 changes, by back
        so reachable, last way home
    """)


def test_one_of_the_two_times_is_blank(check: Check) -> None:
    """Only a departure at A, only an arrival at B: the other is the same."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A -/9:20, M 9:40/-, B 9:54/-
        trip home: B -/12:06, M -/12:20, A 12:40/-
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, home 10000
        out 9:40-9:54, 0 changes, by out
        back 12:06-12:20, 0 changes, by home
        so reachable, last way home
    """)


def test_a_stop_visited_twice(check: Check) -> None:
    """The bus calls at A at 9:00 and, after a loop by M, at 9:20: get on the second time. Home: get off the first time."""
    check("""
        stops A 0, M 5000, B 20000
        trip out: A 9:00, M 9:10, A 9:20, B 9:50
        trip home: B 12:10, A 12:30, M 12:40, A 12:50
        ask 2023-02-08 10:00-12:00
        out 9:20-9:50, 0 changes, by out
        back 12:10-12:30, 0 changes, by home
        so reachable, last way home
    """)


def test_a_loop_that_was_missed_once(check: Check) -> None:
    """Home from 12:05: the bus is at B 12:00, gone, and again 12:20. A loop past C, 8 km, ends where it began."""
    check("""
        stops A 0, B 20000, C 28000
        trip out: A 9:00, B 9:30, C 9:40, B 9:56
        trip home: B 12:00, C 12:10, B 12:20, A 12:50
        ask 2023-02-08 10:00-12:00
        out 9:00-9:30, 0 changes, by out
        back 12:20-12:50, 0 changes, by home
        so reachable, last way home
    """)


def test_a_circular_line(check: Check) -> None:
    """The ring A C B D A, one round an hour, two rounds to a trip: from A by C to B, and home from B by D to A.

    Round 1 leaves A 9:00: B 9:30, A 10:00. Round 2 of the next trip leaves A 12:00: B 12:30, A 13:00, B 13:30.
    """
    check("""
        stops A 0, C 10000 5000, B 20000, D 10000 -5000
        trip ring1: A 8:00, C 8:15, B 8:30, D 8:45, A 9:00, C 9:15, B 9:30, D 9:45, A 10:00
        trip ring2: A 11:00, C 11:15, B 11:30, D 11:45, A 12:00, C 12:15, B 12:30, D 12:45, A 13:00
        ask 2023-02-08 10:00-12:00
        out 9:00-9:30, 0 changes, by ring1
        back 12:30-13:00, 0 changes, by ring2
        so reachable, last way home
    """)


def test_the_same_stop_twice_in_a_row(check: Check) -> None:
    """A 9:00 and A 9:05 are two calls: the later one will do."""
    check(f"""
        stops A 0, B 20000
        trip out: A 9:00, A 9:05, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:05-9:40, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_equal_times_keep_their_order(check: Check) -> None:
    """A, M, N all at 9:00: from N one goes on to B but not back to A. On the way home N, M, A all at 12:40."""
    check("""
        stops A 0, M 3000, N 6000, B 20000
        trip out: A 9:00, M 9:00, N 9:00, B 9:30
        trip home: B 12:10, N 12:40, M 12:40, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:30, 0 changes, by out
        back 12:10-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, home 6000, activity 0
        out none
        back none
        so no_way_there
    """)


def test_a_chain_of_rides_and_changes_that_take_no_time(check: Check) -> None:
    """At 9:00:00 three trips, each guaranteed to wait for the one before: A-M in 0 s, M-N in 0 s, N-B in 30 min. Home likewise."""
    check("""
        stops A 0, M 6000, N 12000, B 20000
        trip t1: A 9:00, M 9:00
        trip t2: M 9:00, N 9:00
        trip t3: N 9:00, B 9:30
        trip u1: B 12:10, N 12:10
        trip u2: N 12:10, M 12:10
        trip u3: M 12:10, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, M, 1
        | N, N, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:30, 2 changes, by t1 + t2 + t3
        back 12:10-12:40, 2 changes, by u1 + u2 + u3
        so reachable, last way home, tightest change 0 s, last way home is tight
    """)


def test_a_circle_that_takes_no_time(check: Check) -> None:
    """At 9:00:00 one can go from M to N and back in no time, again and again: the search ends, with the fewest changes."""
    check(f"""
        stops A 0, M 6000, N 12000, B 20000
        trip t1: A 8:50, M 9:00
        trip x: M 9:00, N 9:00
        trip y: N 9:00, M 9:00
        trip t2: M 9:00, B 9:30
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, M, 1
        | N, N, 1
        ask 2023-02-08 10:00-12:00
        out 8:50-9:30, 1 change, by t1 + t2
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_the_earlier_stop_to_get_off(check: Check) -> None:
    """The activity is 100 m past B, and 100 m before C, where the bus comes ten minutes later: off at B, 104 s on foot."""
    check("""
        stops A 0, B 20000, C 20200
        trip out: A 9:00, B 9:30, C 9:40
        trip home: C 12:10, B 12:20, A 12:50
        ask 2023-02-08 10:00-12:00, activity 20100
        out 9:00-9:31:44, 0 changes, by out
        back 12:18:16-12:50, 0 changes, by home
        so reachable, last way home, walks 260 m
    """)


@pytest.mark.parametrize("blank", ["", "timepoint"])
def test_a_trip_that_passes_without_a_call(check: Check, blank: str) -> None:
    """No row for M: the bus does not stop there, though other trips do. timepoint 0 (approximate) changes nothing."""
    heading = ", timepoint" if blank else ""
    value = ", 0" if blank else ""
    check(f"""
        stops A 0, M 10000, B 20000
        trip fast
        trip home
        stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence{heading}
        | fast, 09:30:00, 09:30:00, A, 1{value}
        | fast, 09:50:00, 09:50:00, B, 2{value}
        | home, 12:06:00, 12:06:00, B, 1{value}
        | home, 12:20:00, 12:20:00, M, 2{value}
        | home, 12:40:00, 12:40:00, A, 3{value}
        ask 2023-02-08 10:00-12:00, home 10000
        out none
        back 12:06-12:20, 0 changes, by home
        so no_way_there, last way home
    """)
