"""Which journey is the best, of those that keep the limits. METHOD 4:

"outbound takes the latest departure (ties: earliest arrival, fewest transfers), homebound the earliest arrival (ties:
latest departure, fewest transfers)".
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]


def test_waiting_before_the_session_is_no_travel(check: Check) -> None:
    """The only bus there is at 6:00, three hours early. The latest departure counts, however much too early it arrives."""
    check("""
        stops A 0, B 20000
        trip earlier: A 5:30, B 6:10
        trip out: A 6:00, B 6:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 6:00-6:40, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_tie_of_departure_earliest_arrival(check: Check) -> None:
    """Out, both leave 9:20: the one that arrives 9:50 is better than 9:54. Home, both arrive 12:50: 12:20 leaves later."""
    check("""
        stops A 0, B 20000
        trip out_slow: A 9:20, B 9:54
        trip out: A 9:20, B 9:50
        trip home_slow: B 12:10, A 12:50
        trip home: B 12:20, A 12:50
        ask 2023-02-08 10:00-12:00
        out 9:20-9:50, 0 changes, by out
        back 12:20-12:50, 0 changes, by home
        so reachable, last way home
    """)


def test_tie_of_both_fewest_changes(check: Check) -> None:
    """Out and home two ways with equal times, one direct and one with a change: the direct one."""
    check("""
        stops A 0, M 10000, B 20000
        trip a1: A 9:00, M 9:15
        trip a2: M 9:20, B 9:40
        trip direct: A 9:00, B 9:40
        trip b1: B 12:10, M 12:20
        trip b2: M 12:30, A 12:50
        trip direct_home: B 12:10, A 12:50
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by direct
        back 12:10-12:50, 0 changes, by direct_home
        so reachable, last way home
    """)


def test_times_go_before_changes(check: Check) -> None:
    """Out, all leave 9:00: by M one is there 9:35, direct 9:40. Home, all arrive 12:50: by M one leaves 12:20, direct 12:10."""
    check("""
        stops A 0, M 10000, B 20000
        trip a1: A 9:00, M 9:15
        trip a2: M 9:20, B 9:35
        trip direct: A 9:00, B 9:40
        trip b1: B 12:20, M 12:30
        trip b2: M 12:35, A 12:50
        trip direct_home: B 12:10, A 12:50
        ask 2023-02-08 10:00-12:00
        out 9:00-9:35, 1 change, by a1 + a2
        back 12:20-12:50, 1 change, by b1 + b2
        so reachable, last way home, tightest change 300 s, last way home is tight
    """)


def test_the_latest_departure_goes_before_a_quicker_journey(check: Check) -> None:
    """Out: 9:20-9:54 leaves later than 9:19-9:30. Home: 12:40-12:59 arrives after the 12:10-12:58."""
    check("""
        stops A 0, B 20000
        trip quick: A 9:19, B 9:30
        trip out: A 9:20, B 9:54
        trip home: B 12:10, A 12:58
        trip quick_home: B 12:40, A 12:59
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:10-12:58, 0 changes, by home
        so reachable
    """)


def test_the_departure_is_that_of_the_door(check: Check) -> None:
    """At A the bus leaves 9:10 (door 9:10:00); 300 m off, at N, another leaves 9:16. 390 m walked are 312 s: 9:10:48.

    So N is left later, from the door. Home: the bus to N arrives 12:30 (door 12:35:12), the one to A 12:35:12: equal
    arrival, and the second leaves B later, 12:10.
    """
    check("""
        stops A 0, N 300, B 20000
        trip out_a: A 9:10, B 9:40
        trip out_n: N 9:16, B 9:50
        trip home_n: B 12:06, N 12:30
        trip home_a: B 12:10, A 12:35:12
        ask 2023-02-08 10:00-12:00
        out 9:10:48-9:50, 0 changes, by out_n
        back 12:10-12:35:12, 0 changes, by home_a
        so reachable, last way home, walks 390 m
    """)
