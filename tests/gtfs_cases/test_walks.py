"""Walking: from door to door, to and from stops, and walking against riding.

METHOD 4: straight-line distance x 1.3 at 4.5 km/h (1.25 m/s, seconds rounded up); the distance walked, detour included,
is at most 2,000 m per leg; a walk from door to door is a valid journey.
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]

FAR = """
    stops X 90000, Y 99000
    trip elsewhere: X 9:00, Y 9:30
"""


def test_door_to_door(check: Check) -> None:
    """1,000 m: 1,300 m walked, 1,040 s = 17:20. There 9:55:00 - 17:20 = 9:37:40; home 12:05:00 + 17:20 = 12:22:20.

    One can walk home at any time: never the last way home.
    """
    check(f"""
        {FAR}
        ask 2023-02-08 10:00-12:00, home 19000
        out 9:37:40-9:55, 0 changes, on foot
        back 12:05-12:22:20, 0 changes, on foot
        so reachable, walks 2600 m
    """)


def test_next_door(check: Check) -> None:
    """No metre at all, and one metre: 1.3 m walked, 1.04 s, rounded up to 2. 25 m: 32.5 m walked, 26 s exactly."""
    check(f"""
        {FAR}
        ask 2023-02-08 10:00-12:00, home 20000
        out 9:55-9:55, 0 changes, on foot
        back 12:05-12:05, 0 changes, on foot
        so reachable, walks 0 m
        ask 2023-02-08 10:00-12:00, home 19999
        out 9:54:58-9:55, 0 changes, on foot
        back 12:05-12:05:02, 0 changes, on foot
        so reachable, walks 3 m
        ask 2023-02-08 10:00-12:00, home 20000 25
        out 9:54:34-9:55, 0 changes, on foot
        back 12:05-12:05:26, 0 changes, on foot
        so reachable, walks 65 m
    """)


def test_a_walk_needs_no_service(check: Check) -> None:
    """On the 9th no trip runs; one walks all the same."""
    check(f"""
        {FAR}
        ask 2023-02-09 10:00-12:00, home 19000
        out 9:37:40-9:55, 0 changes, on foot
        back 12:05-12:22:20, 0 changes, on foot
        so reachable, walks 2600 m
    """)


def test_the_longest_walk(check: Check) -> None:
    """1,538.46 m x 1.3 = 1,999.998 m: 1,599.998 s, so 1,600 s = 26:40. 1,538.47 m are 2,000.011: too far."""
    check(f"""
        {FAR}
        ask 2023-02-08 10:00-12:00, home 18461.54
        out 9:28:20-9:55, 0 changes, on foot
        back 12:05-12:31:40, 0 changes, on foot
        so reachable, walks 4000 m
        ask 2023-02-08 10:00-12:00, home 18461.53
        out none
        back none
        so no_way_there
    """)


def test_exactly_the_longest_walk(check: Check) -> None:
    """With detour=1.25, 1,600 m are 2,000 m walked: "at most" holds. 1,600.001 m are not."""
    check(f"""
        {FAR}
        ask 2023-02-08 10:00-12:00, home 18400, detour=1.25
        out 9:28:20-9:55, 0 changes, on foot
        back 12:05-12:31:40, 0 changes, on foot
        so reachable, walks 4000 m
        ask 2023-02-08 10:00-12:00, home 18399.999, detour=1.25
        out none
        back none
        so no_way_there
    """)


def test_exactly_the_longest_walk_to_a_stop(check: Check) -> None:
    """The same to a stop: 1,600 m with detour=1.25 to A, 1,600 s: leave 9:20 - 26:40 = 8:53:20, be home 12:40 + 26:40."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00, home -1600, detour=1.25
        out 8:53:20-9:54, 0 changes, by out
        back 12:06-13:06:40, 0 changes, by home
        so reachable, last way home, walks 4000 m
    """)


def test_the_limit_is_for_each_leg(check: Check) -> None:
    """2 km to A and 2 km from B, 26:40 each. Out 8:50 - 26:40 = 8:23:20, 9:20 + 26:40 = 9:46:40.

    Home: at B from 12:05:00 + 26:40 = 12:31:40 on, so the 12:31 is missed and the 12:32 met: door 12:05:20, 13:26:40.
    """
    check("""
        stops A 0, B 20000
        trip out: A 8:50, B 9:20
        trip gone: B 12:31, A 12:50
        trip home: B 12:32, A 13:00
        ask 2023-02-08 10:00-12:00, home -1538.46, activity 21538.46
        out 8:23:20-9:46:40, 0 changes, by out
        back 12:05:20-13:26:40, 0 changes, by home
        so reachable, last way home, walks 8000 m
    """)


def test_a_stop_just_too_far(check: Check) -> None:
    """1,538.46 m to A is within 2 km, 1,538.47 m is not."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00, home -1538.46
        out 8:53:20-9:54, 0 changes, by out
        back 12:06-13:06:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, home -1538.47
        out none
        back none
        so no_way_there
    """)


def test_distance_is_straight_across_the_plane(check: Check) -> None:
    """300 m east and 400 m north of B: 500 m, 650 m walked, 520 s = 8:40. Out at 9:40 + 8:40; home 12:20 - 8:40."""
    check("""
        stops A 0, B 20000
        trip out: A 9:10, B 9:40
        trip home: B 12:20, A 12:50
        ask 2023-02-08 10:00-12:00, activity 20300 400
        out 9:10-9:48:40, 0 changes, by out
        back 12:11:20-12:50, 0 changes, by home
        so reachable, last way home, walks 1300 m
    """)


def test_slower_walkers(check: Check) -> None:
    """At 3.6 km/h a metre takes a second: 100 m are 130 m walked, 130 s. To the change at N as well: 390 s + 180 s."""
    check("""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:24:29, B 9:30
        trip second: N 9:24:30, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00, home -100, speed_kmh=3.6
        out 8:57:50-9:40, 1 change, by first + second
        back 12:06-12:42:10, 0 changes, by home
        so reachable, last way home, tightest change 570 s, walks 650 m
    """)


def test_the_bus_leaves_later_than_the_walker(check: Check) -> None:
    """The walker must leave 9:37:40. The bus from the door at 9:45 is better; one at 9:37 is not.

    Home the walker is there 12:22:20: a bus arriving 12:20 is better, one arriving 12:22:21 is not. One could walk
    later, so the bus is no last way home.
    """
    check("""
        stops C 19000, B 20000
        trip out: C 9:45, B 9:50
        trip home: B 12:15, C 12:20
        ask 2023-02-08 10:00-12:00, home 19000
        out 9:45-9:50, 0 changes, by out
        back 12:15-12:20, 0 changes, by home
        so reachable, walks 0 m
    """)
    check("""
        stops C 19000, B 20000
        trip out: C 9:37, B 9:42
        trip home: B 12:17, C 12:22:21
        ask 2023-02-08 10:00-12:00, home 19000
        out 9:37:40-9:55, 0 changes, on foot
        back 12:05-12:22:20, 0 changes, on foot
        so reachable, walks 2600 m
    """)


def test_ties_between_bus_and_walker(check: Check) -> None:
    """Out: both leave 9:37:40; the bus arrives 9:45, the walker 9:55. Home: both arrive 12:22:20; the bus leaves later."""
    check("""
        stops C 19000, B 20000
        trip out: C 9:37:40, B 9:45
        trip home: B 12:10, C 12:22:20
        ask 2023-02-08 10:00-12:00, home 19000
        out 9:37:40-9:45, 0 changes, by out
        back 12:10-12:22:20, 0 changes, by home
        so reachable, walks 0 m
    """)


def test_there_by_bus_and_home_on_foot(check: Check) -> None:
    """The way home need not be the way there: out by bus at 9:45, home on foot, 1,300 m."""
    check("""
        stops C 19000, B 20000
        trip out: C 9:45, B 9:50
        ask 2023-02-08 10:00-12:00, home 19000
        out 9:45-9:50, 0 changes, by out
        back 12:05-12:22:20, 0 changes, on foot
        so reachable, walks 1300 m
    """)


def test_a_walk_that_takes_longer_than_the_limit(check: Check) -> None:
    """1,040 s are 17:20 min: within 18, not within 17; then it is reported with its reason."""
    check(f"""
        {FAR}
        ask 2023-02-08 10:00-12:00, home 19000, max_travel_min=18
        out 9:37:40-9:55, 0 changes, on foot
        back 12:05-12:22:20, 0 changes, on foot
        so reachable
        ask 2023-02-08 10:00-12:00, home 19000, max_travel_min=17
        out 9:37:40-9:55, 0 changes, on foot, too_long
        back 12:05-12:22:20, 0 changes, on foot, too_long
        so too_long
    """)
