"""Several feeds at once: operators side by side, and one operator's feeds one after the other.

METHOD 4: successive feeds of one operator are joined by date. Ids mean something within their feed only (GTFS: an ID
"is unique within a file" of its dataset).
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]


def test_the_same_ids_in_two_feeds(check: Check) -> None:
    """A, B, out, home, s: all in both feeds, the southern ones 50 km off and at other times."""
    check("""
        feed north operator=N
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        feed south operator=S
        stops A 0 -50000, B 20000 -50000
        trip out: A 9:00, B 9:30
        trip home: B 12:30, A 13:00
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by north:out
        back 12:06-12:40, 0 changes, by north:home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, home 0 -50000, activity 20000 -50000
        out 9:00-9:30, 0 changes, by south:out
        back 12:30-13:00, 0 changes, by south:home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, activity 20000 -50000
        out none
        back none
        so no_way_there
    """)


def test_the_same_service_id_on_other_days(check: Check) -> None:
    """Service `s` runs on the 8th in the one feed and on the 9th in the other. On the 8th there is no way home."""
    check("""
        feed north operator=N
        stops A 0, B 20000
        service s 2023-02-08
        trip out: A 9:20, B 9:54
        feed south operator=S
        stops A 0, B 20000
        service s 2023-02-09
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by north:out
        back none
        so no_way_home
        ask 2023-02-09 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by south:home
        so no_way_there, last way home
    """)


def test_a_change_from_one_operator_to_another(check: Check) -> None:
    """Their stops M are 100 m apart: 130 m walked, 104 s, + 180 s = 4:44 min after 9:15:00."""
    check("""
        feed north operator=N
        stops A 0, M 10000
        trip first: A 9:00, M 9:15
        feed south operator=S
        stops M 10100, B 20000, A 0
        trip soon: M 9:19:43, B 9:30
        trip second: M 9:19:44, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by north:first + south:second
        back 12:06-12:40, 0 changes, by south:home
        so reachable, last way home, tightest change 284 s, walks 130 m
    """)


def test_rules_of_one_feed_are_not_the_other_s(check: Check) -> None:
    """North says no change at M, station S and trips `first`, `second`; south's M, S and `second` are others.

    At the southern M, 0 m off, 3 min are needed and enough.
    """
    check("""
        feed north operator=N
        stops A 0, M 10000 in S, C 15000
        station S 10000
        trip first: A 9:00, M 9:15
        trip second: M 9:30, C 9:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | S, S, , , 3
        | M, M, first, second, 1
        feed south operator=S
        stops M 10000 in S, B 20000, A 0
        station S 10000
        trip second: M 9:17:59, B 9:30
        trip third: M 9:18, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by north:first + south:third
        back 12:06-12:40, 0 changes, by south:home
        so reachable, last way home, tightest change 180 s
    """)


def test_blocks_of_two_feeds(check: Check) -> None:
    """block_id 1 in both: two vehicles. 60 s at M are no change."""
    check("""
        feed north operator=N
        stops A 0, M 10000
        trip first block=1: A 9:00, M 9:15
        feed south operator=S
        stops M 10000, B 20000, A 0
        trip second block=1: M 9:16, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by south:home
        so no_way_there, last way home
    """)


def test_a_day_on_which_one_operator_runs(check: Check) -> None:
    """On the 9th only the south runs, elsewhere: service there is, but no way. On the 10th nobody runs."""
    check("""
        feed north operator=N
        stops A 0, B 20000
        service s 2023-02-08
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        feed south operator=S
        stops A 0 -50000, B 20000 -50000
        service s 2023-02-09
        trip out: A 9:00, B 9:30
        ask 2023-02-09 10:00-12:00
        out none
        back none
        so no_way_there
        ask 2023-02-10 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


SUCCESSIVE = """
    feed old
    stops A 0, B 20000
    service s 2023-02-01 2023-02-08 2023-02-12
    trip out: A 9:20, B 9:54
    trip home: B 12:06, A 12:40
    feed new
    stops A 0, B 20000
    service s 2023-02-06 2023-02-08 2023-02-15
    trip out: A 9:10, B 9:44
    trip home: B 12:26, A 12:50
"""


def test_two_feeds_of_one_operator(check: Check) -> None:
    """Both cover the 8th (1 to 12 and 6 to 15 February): the newer one holds, though the old one would be better.

    On the 1st the old one runs, on the 15th the new one; on the 12th the newer covers the day but has no trip.
    """
    check(f"""
        {SUCCESSIVE}
        ask 2023-02-08 10:00-12:00
        out 9:10-9:44, 0 changes, by new:out
        back 12:26-12:50, 0 changes, by new:home
        so reachable, last way home
        ask 2023-02-01 10:00-12:00
        out 9:20-9:54, 0 changes, by old:out
        back 12:06-12:40, 0 changes, by old:home
        so reachable, last way home
        ask 2023-02-15 10:00-12:00
        out 9:10-9:44, 0 changes, by new:out
        back 12:26-12:50, 0 changes, by new:home
        so reachable, last way home
        ask 2023-02-12 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_the_same_two_feeds_of_two_operators(check: Check) -> None:
    """Of two operators both run on the 8th: there by the old one's 9:20, home by its 12:06, and later by the other's 12:26."""
    two = SUCCESSIVE.replace("feed old", "feed old operator=O").replace("feed new", "feed new operator=N")
    check(f"""
        {two}
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by old:out
        back 12:06-12:40, 0 changes, by old:home
        so reachable
    """)


def test_the_night_between_two_feeds(check: Check) -> None:
    """The old feed ends on the 7th with a trip at 24:30; the new one begins on the 8th. Session 1:30-1:40 on the 8th.

    Out 0:30-1:00 with the old feed's service of the 7th, home with the new one's. A change from one to the other is
    possible too (asked from A to C).
    """
    check("""
        feed old
        stops A 0, B 20000
        service s 2023-02-01 2023-02-07
        trip night: A 24:30, B 25:00
        feed new
        stops A 0, B 20000, C 40000
        service s 2023-02-08 2023-02-20
        trip on: B 1:05, C 1:25
        trip home: C 1:50, B 2:10, A 2:40
        ask 2023-02-08 1:30-1:40
        out 0:30-1:00, 0 changes, by old:night
        back 2:10-2:40, 0 changes, by new:home
        so reachable, last way home
        ask 2023-02-08 1:30-1:40, activity 40000
        out 0:30-1:25, 1 change, by old:night + new:on
        back 1:50-2:40, 0 changes, by new:home
        so reachable, last way home, tightest change 300 s
    """)


def test_a_hole_between_two_feeds(check: Check) -> None:
    """The old one ends on the 7th, the new one begins on the 9th: nothing runs on the 8th."""
    check("""
        feed old
        stops A 0, B 20000
        service s 2023-02-01 2023-02-07
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        feed new
        stops A 0, B 20000
        service s 2023-02-09 2023-02-20
        trip out: A 9:10, B 9:44
        trip home: B 12:26, A 12:50
        ask 2023-02-08 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)
