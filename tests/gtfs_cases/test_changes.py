"""Changing between trips: the usual 3 minutes, walks between stops, and the rules of transfers.txt between stops.

METHOD 4: a change keeps transfers.txt (a rule for a station applies to its platforms); where it is silent, 3 min at
the same stop or within a stop area, plus the walk to another stop up to 500 m walked; one footpath, never chained.
GTFS reference, transfers.txt: types 0 recommended, 1 timed (the vehicle waits), 2 minimum time, 3 not possible.

In most cases two trips go on to B: `soon` would arrive first but cannot be reached, `second` can. All start with
`first`, which arrives at M at 9:15:00.
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]

HOME = "trip home: B 12:06, A 12:40"

# M and N are two platforms of station S, 300 m apart.
STATION = f"""
    stops A 0, M 10000 in S, N 10300 in S, B 20000
    station S 10150
    trip first: A 9:00, M 9:15
    {HOME}
"""


def test_three_minutes(check: Check) -> None:
    """9:17:59 is 179 s after 9:15:00, 9:18:00 is 180."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:17:59, B 9:30
        trip second: M 9:18:00, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
        ask 2023-02-08 10:00-12:00, min_transfer_min=2.5
        out 9:00-9:30, 1 change, by first + soon
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 179 s
    """)


def test_a_walk_comes_on_top(check: Check) -> None:
    """300 m to N: 390 m walked, 312 s; with 180 s that is 492 s = 8:12 after 9:15:00."""
    check(f"""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:23:11, B 9:30
        trip second: N 9:23:12, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 492 s, walks 390 m
    """)


def test_two_stops_at_one_place_are_two_stops(check: Check) -> None:
    """N stands where M stands and is in no station with it: 3 min and a walk of 0 s."""
    check(f"""
        stops A 0, M 10000, N 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:17:59, B 9:30
        trip second: N 9:18, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s, walks 0 m
    """)


def test_the_longest_walk_of_a_change(check: Check) -> None:
    """384.61 m x 1.3 = 499.993 m walked: within 500; 399.99 s, so 400, + 180 = 9:40 min. 384.62 m is 500.006: too far."""
    check(f"""
        stops A 0, M 10000, N 10384.61, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:24:39, B 9:30
        trip second: N 9:24:40, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 580 s, walks 500 m
    """)
    check(f"""
        stops A 0, M 10000, N 10384.62, B 20000
        trip first: A 9:00, M 9:15
        trip second: N 9:50, B 9:54
        {HOME}
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_walk_of_exactly_the_longest(check: Check) -> None:
    """With detour=1.25, 400 m are exactly 500 m walked, which is "up to" 500 m; 400 s + 180 s = 9:40 min after 9:15."""
    check(f"""
        stops A 0, M 10000, N 10400, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:24:39, B 9:30
        trip second: N 9:24:40, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00, detour=1.25
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 580 s, walks 500 m
    """)


def test_walks_are_not_chained(check: Check) -> None:
    """M, N, P stand 300 m apart in a row: from M to P it is 780 m walked, too far, although N lies between."""
    check(f"""
        stops A 0, M 10000, N 10300, P 10600, B 20000
        trip first: A 9:00, M 9:15
        trip n: N 8:00, P 8:10
        trip second: P 9:50, B 9:54
        {HOME}
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_walk_and_a_stop_area_are_not_chained(check: Check) -> None:
    """N and P are platforms of one station; M is near N only. A change from M to P would be two."""
    check(f"""
        stops A 0, M 10000, N 10300 in S, P 10600 in S, B 20000
        station S 10450
        trip first: A 9:00, M 9:15
        trip n: N 8:00, P 8:10
        trip second: P 9:50, B 9:54
        {HOME}
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_stop_area_takes_three_minutes_and_no_more(check: Check) -> None:
    """From platform M to platform N of one station: 180 s, however far they are apart, here 800 m."""
    check(f"""
        stops A 0, M 10000 in S, N 10800 in S, B 20000
        station S 10400
        trip first: A 9:00, M 9:15
        trip soon: N 9:17:59, B 9:30
        trip second: N 9:18, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
    """)


def test_type_0_the_usual_time(check: Check) -> None:
    """A recommended change without a time takes what a change takes: here 180 s + 312 s."""
    check(f"""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:23:11, B 9:30
        trip second: N 9:23:12, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, N, 0,
        | M, M, ,
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 492 s
    """)


def test_type_0_names_a_change_farther_away(check: Check) -> None:
    """transfers.txt is not silent about M to N, 700 m apart: 910 m walked, 728 s, + 180 s = 15:08 min after 9:15."""
    check(f"""
        stops A 0, M 10000, N 10700, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:30:07, B 9:35
        trip second: N 9:30:08, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, N, 0
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 908 s, walks 910 m
    """)


def test_type_1_the_vehicle_waits(check: Check) -> None:
    """A timed change at M needs no time: the 9:15:00 is caught; the 9:14:59 has left by the timetable."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:14:59, B 9:30
        trip second: M 9:15, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, M, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_type_2_longer_than_usual(check: Check) -> None:
    """min_transfer_time 300 at M: 9:19:59 is missed, 9:20:00 caught."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:19:59, B 9:30
        trip second: M 9:20, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, M, 2, 300
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 300 s
    """)


def test_type_2_shorter_than_usual(check: Check) -> None:
    """60 s at M, 0 s from M to N (300 m away): what transfers.txt says is kept, the walk is not added."""
    check(f"""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:15:59, B 9:30
        trip second: M 9:16, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, M, 2, 60
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 60 s
    """)
    check(f"""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:14:59, B 9:30
        trip second: N 9:15, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, N, 2, 0
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_type_2_without_a_time(check: Check) -> None:
    """min_transfer_time is optional; blank, the file is silent about the time: 3 min."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:17:59, B 9:30
        trip second: M 9:18, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, M, 2,
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
    """)


def test_type_2_to_a_stop_farther_away(check: Check) -> None:
    """From M to N it is 1 km, 1,300 m walked, more than 500; but transfers.txt names the change: 1,200 s, 9:35:00."""
    check(f"""
        stops A 0, M 10000, N 11000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: N 9:34:59, B 9:40
        trip second: N 9:35, B 9:45
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | M, N, 2, 1200
        ask 2023-02-08 10:00-12:00
        out 9:00-9:45, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 1200 s, walks 1300 m
    """)


def test_type_3_no_change_at_the_stop(check: Check) -> None:
    """Not from M to M; from platform M to platform N nothing is said, so 3 min. Riding through M is no change."""
    check("""
        stops A 0, M 10000 in S, N 10300 in S, B 20000
        station S 10150
        trip first: A 9:00, M 9:15
        trip soon: M 9:25, B 9:30
        trip second: N 9:18, B 9:40
        trip home: B 12:06, M 12:20, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, M, 3
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
    """)


def test_rules_have_a_direction(check: Check) -> None:
    """M to N is not possible; N to M, on the way home, is: 312 s + 180 s after 12:20:00 is 12:28:12."""
    check("""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip second: N 9:40, B 9:50
        trip home1: B 12:06, N 12:20
        trip soon: M 12:28:11, A 12:35
        trip home2: M 12:28:12, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, N, 3
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 1 change, by home1 + home2
        so no_way_there, last way home, tightest change 492 s
    """)


def test_a_rule_on_the_way_home(check: Check) -> None:
    """N to M takes 600 s: home at 12:20 + 10 min = 12:30:00. Out, from M to N, the usual 492 s: 9:23:12."""
    check("""
        stops A 0, M 10000, N 10300, B 20000
        trip first: A 9:00, M 9:15
        trip second: N 9:23:12, B 9:50
        trip home1: B 12:06, N 12:20
        trip soon: M 12:29:59, A 12:35
        trip home2: M 12:30, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | N, M, 2, 600
        ask 2023-02-08 10:00-12:00
        out 9:00-9:50, 1 change, by first + second
        back 12:06-12:40, 1 change, by home1 + home2
        so reachable, last way home, tightest change 492 s
    """)


def test_a_station_rule_applies_to_its_platforms(check: Check) -> None:
    """S to S takes 300 s: from M to N, and from M to M as well."""
    rule = """
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | S, S, 2, 300
    """
    for platform in "MN":
        check(f"""
            {STATION}
            trip soon: {platform} 9:19:59, B 9:30
            trip second: {platform} 9:20, B 9:40
            {rule}
            ask 2023-02-08 10:00-12:00
            out 9:00-9:40, 1 change, by first + second
            back 12:06-12:40, 0 changes, by home
            so reachable, last way home, tightest change 300 s
        """)


def test_a_rule_from_a_station_to_a_stop_outside(check: Check) -> None:
    """S to Q, 2 km away, 900 s: it holds from platform M. 9:15 + 15 min = 9:30:00."""
    check(f"""
        stops A 0, M 10000 in S, N 10300 in S, Q 12000, B 20000
        station S 10150
        trip first: A 9:00, M 9:15
        trip n: N 8:00, Q 8:10
        trip soon: Q 9:29:59, B 9:35
        trip second: Q 9:30, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | S, Q, 2, 900
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 900 s
    """)


def test_a_platform_rule_goes_before_a_station_rule(check: Check) -> None:
    """S to S 600 s, but M to N 60 s: N at 9:16:00 is caught; M at 9:24:59 is missed, being under the station's rule.

    The reference ranks only trips and routes; that the rule that names the very stops goes first is ours.
    """
    check(f"""
        {STATION}
        trip soon: M 9:24:59, B 9:26
        trip sooner: N 9:15:59, B 9:27
        trip second: N 9:16, B 9:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type, min_transfer_time
        | S, S, 2, 600
        | M, N, 2, 60
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 60 s
    """)


def test_a_platform_rule_that_forbids(check: Check) -> None:
    """S to S is timed (type 1), M to N not possible (3): only the change at M itself is left, at 9:15:00."""
    check(f"""
        {STATION}
        trip soon: N 9:20, B 9:30
        trip second: M 9:15, B 9:40
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | S, S, 1
        | M, N, 3
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)
