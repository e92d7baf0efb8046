"""Rules of transfers.txt between named trips and routes, and which of several rules holds.

GTFS reference, transfers.txt: "for a given ordered pair of arriving trip and departing trip, the transfer with the
greatest specificity that applies between these two trips is chosen": both trips, a trip and a route, one trip, both
routes, one route, stops only. METHOD 4: a change keeps transfers.txt.

`first` (route X) arrives at M at 9:15:00. `soon` would be at B before `second`; whether it is caught is the question.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str], None]

FEED = """
    stops A 0, M 10000, B 20000
    route X 700
    route Y 700
    route Z 700
    trip first route=X: A 9:00, M 9:15
    trip home: B 12:06, A 12:40
    transfers.txt
    | from_stop_id, to_stop_id, from_route_id, to_route_id, from_trip_id, to_trip_id, transfer_type, min_transfer_time
"""


def answer(trips: str, arrives: str, tightest_s: int) -> str:
    return f"""
        ask 2023-02-08 10:00-12:00
        out 9:00-{arrives}, 1 change, by {trips}
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change {tightest_s} s
    """


def test_a_guaranteed_change_of_two_trips(check: Check) -> None:
    """Type 1 from `first` to `second`: 0 s are enough. `soon` leaves the same second but waits for nobody."""
    check(f"""
        {FEED}
        | M, M, , , first, second, 1,
        trip soon route=Y: M 9:15, B 9:30
        trip second route=Y: M 9:15, B 9:40
        {answer("first + second", "9:40", 0)}
    """)


def test_a_guaranteed_change_does_not_turn_time_back(check: Check) -> None:
    """Guaranteed or not, a trip that has left by the timetable is gone: 9:14:59."""
    check(f"""
        {FEED}
        | M, M, , , first, soon, 1,
        trip soon route=Y: M 9:14:59, B 9:30
        trip second route=Y: M 9:18, B 9:40
        {answer("first + second", "9:40", 180)}
    """)


def test_a_guaranteed_change_shorter_than_the_stop_s_minimum(check: Check) -> None:
    """At M a change takes 600 s, but from `first` to `second` it is guaranteed."""
    check(f"""
        {FEED}
        | M, M, , , , , 2, 600
        | M, M, , , first, second, 1,
        trip soon route=Y: M 9:24:59, B 9:35
        trip second route=Y: M 9:16, B 9:40
        {answer("first + second", "9:40", 60)}
    """)


def test_a_guaranteed_change_holds_only_at_its_stops(check: Check) -> None:
    """The rule is for N; at M, where both also call, 180 s are needed. At N it is 9:25 to 9:25."""
    check("""
        stops A 0, M 10000, N 15000, B 20000
        trip first: A 9:00, M 9:15, N 9:25
        trip second: M 9:17, N 9:25, B 9:40
        trip home: B 12:06, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | N, N, first, second, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_a_guaranteed_change_that_is_given_for_the_station(check: Check) -> None:
    """From S to S: it holds from platform M to platform N of S."""
    check("""
        stops A 0, M 10000 in S, N 10300 in S, B 20000
        station S 10150
        trip first: A 9:00, M 9:15
        trip second: N 9:16, B 9:40
        trip home: B 12:06, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | S, S, first, second, 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 60 s
    """)


def test_a_guaranteed_change_on_the_way_home(check: Check) -> None:
    """From `b1` to `b2` at M, 12:20 to 12:20."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, B 9:54
        trip b1: B 12:06, M 12:20
        trip soon: M 12:20, A 12:30
        trip b2: M 12:20, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, b1, b2, 1
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 1 change, by b1 + b2
        so reachable, last way home, tightest change 0 s, last way home is tight
    """)


def test_a_guaranteed_change_past_midnight(check: Check) -> None:
    """Both trips are of the 7th, 24:20 = 0:20 on the 8th; session 1:00-1:30 on the 8th."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        trip first: A 24:05, M 24:20
        trip second: M 24:20, B 24:50
        trip home: B 25:40, A 26:10
        service day 2023-02-08
        trip noon service=day: A 14:00, B 14:30
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 1
        ask 2023-02-08 1:00-1:30
        out 0:05-0:50, 1 change, by first + second
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_a_guaranteed_change_from_one_service_day_to_the_next(check: Check) -> None:
    """`first` of the 7th arrives 24:20, `second` of the 8th leaves 0:20: the rule names the two trips, not their days."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip first: A 24:05, M 24:20
        trip second service=day: M 0:20, B 0:50
        trip home service=day: B 1:40, A 2:10
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 1
        ask 2023-02-08 1:00-1:30
        out 0:05-0:50, 1 change, by first + second
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home, tightest change 0 s
    """)


def test_two_trips_that_need_more_time(check: Check) -> None:
    """Type 2, 600 s, from `first` to `soon` only: 9:20 is missed. Into `second` 3 min are enough."""
    check(f"""
        {FEED}
        | M, M, , , first, soon, 2, 600
        trip soon route=Y: M 9:20, B 9:30
        trip second route=Y: M 9:18, B 9:40
        {answer("first + second", "9:40", 180)}
    """)


def test_two_trips_that_need_less_time(check: Check) -> None:
    """Type 2, 60 s, from `first` to `second` only: caught at 9:16. `soon`, at 9:17, would need 180."""
    check(f"""
        {FEED}
        | M, M, , , first, second, 2, 60
        trip soon route=Y: M 9:17, B 9:30
        trip second route=Y: M 9:16, B 9:40
        {answer("first + second", "9:40", 60)}
    """)


def test_two_trips_between_which_no_change_is_possible(check: Check) -> None:
    """Type 3 from `first` to `soon`. From `other`, ten minutes earlier at M, `soon` may be taken: but 9:00 leaves later."""
    check(f"""
        {FEED}
        | M, M, , , first, soon, 3,
        trip other route=X: A 8:50, M 9:05
        trip soon route=Y: M 9:25, B 9:30
        trip second route=Y: M 9:30, B 9:40
        {answer("first + second", "9:40", 900)}
    """)
    check(f"""
        {FEED}
        | M, M, , , first, soon, 3,
        trip other route=X: A 8:50, M 9:05
        trip soon route=Y: M 9:25, B 9:30
        ask 2023-02-08 10:00-12:00
        out 8:50-9:30, 1 change, by other + soon
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 1200 s
    """)


def test_two_trips_for_which_a_change_is_recommended_after_all(check: Check) -> None:
    """Type 3 for everybody at M, type 0 from `first` to `second`: the rule of the two trips is chosen, 3 min."""
    check(f"""
        {FEED}
        | M, M, , , , , 3,
        | M, M, , , first, second, 0,
        trip soon route=Y: M 9:25, B 9:30
        trip second route=Y: M 9:18, B 9:40
        {answer("first + second", "9:40", 180)}
    """)


def test_two_routes(check: Check) -> None:
    """From route X to route Y 600 s: `soon` (Y) at 9:24:59 is missed, `second` (Z) needs 3 min."""
    check(f"""
        {FEED}
        | M, M, X, Y, , , 2, 600
        trip soon route=Y: M 9:24:59, B 9:30
        trip second route=Z: M 9:18, B 9:40
        {answer("first + second", "9:40", 180)}
    """)


def test_two_routes_whose_change_is_timed(check: Check) -> None:
    """From X to Z the vehicle waits (type 1): 9:15:00. Into Y 3 min are needed."""
    check(f"""
        {FEED}
        | M, M, X, Z, , , 1,
        trip soon route=Y: M 9:17, B 9:30
        trip second route=Z: M 9:15, B 9:40
        {answer("first + second", "9:40", 0)}
    """)


@pytest.mark.parametrize("rule", ["M, M, , Y, , , 3,", "M, M, X, Y, , , 3,"], ids=["any to Y", "X to Y"])
def test_a_route_that_cannot_be_changed_to(check: Check, rule: str) -> None:
    """Type 3 into route Y, from any route or from X: `soon` (Y) is out of the question."""
    check(f"""
        {FEED}
        | {rule}
        trip soon route=Y: M 9:25, B 9:30
        trip second route=Z: M 9:30, B 9:40
        {answer("first + second", "9:40", 900)}
    """)


def test_a_route_rule_for_another_route_says_nothing(check: Check) -> None:
    """Type 3 from Y to Z does not concern `first`, of route X."""
    check(f"""
        {FEED}
        | M, M, Y, Z, , , 3,
        trip second route=Z: M 9:18, B 9:40
        {answer("first + second", "9:40", 180)}
    """)


def test_one_trip(check: Check) -> None:
    """Who comes by `first` needs 600 s at M, whatever goes on."""
    check(f"""
        {FEED}
        | M, M, , , first, , 2, 600
        trip soon route=Y: M 9:24:59, B 9:30
        trip second route=Z: M 9:25, B 9:40
        {answer("first + second", "9:40", 600)}
    """)


# (the more specific rule, the less specific one); the first says 60 s for `second`, the second 3,000 s.
RANKS = [
    ("M, M, , , first, second", "M, M, , Z, first, "),
    ("M, M, , Z, first, ", "M, M, , , first, "),
    ("M, M, X, , , second", "M, M, , , , second"),
    ("M, M, , , first, ", "M, M, X, Z, , "),
    ("M, M, X, Z, , ", "M, M, X, , , "),
    ("M, M, , Z, , ", "M, M, , , , "),
]
IDS = [
    "two trips, a trip and a route",
    "a trip and a route, one trip",
    "a route and a trip, one trip",
    "one trip, two routes",
    "two routes, one route",
    "one route, stops only",
]


@pytest.mark.parametrize(("rule", "general"), RANKS, ids=IDS)
def test_the_more_specific_rule_is_chosen(check: Check, rule: str, general: str) -> None:
    """`second` (route Z) leaves 9:16. By the specific rule 60 s are enough; by the other it would take 50 min."""
    check(f"""
        {FEED}
        | {general}, 2, 3000
        | {rule}, 2, 60
        trip second route=Z: M 9:16, B 9:40
        {answer("first + second", "9:40", 60)}
    """)


@pytest.mark.parametrize(("rule", "general"), RANKS, ids=IDS)
def test_the_more_specific_rule_is_chosen_also_when_it_forbids(check: Check, rule: str, general: str) -> None:
    """The general rule has the vehicle wait, the specific one says no change into `second`: nobody gets to B."""
    check(f"""
        {FEED}
        | {rule}, 3,
        | {general}, 1,
        trip second route=Z: M 9:30, B 9:40
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_route_rule_of_a_station(check: Check) -> None:
    """From X to Y anywhere in station S 600 s: from platform M to platform N too."""
    check("""
        stops A 0, M 10000 in S, N 10300 in S, B 20000
        station S 10150
        route X 700
        route Y 700
        trip first route=X: A 9:00, M 9:15
        trip soon route=Y: N 9:24:59, B 9:30
        trip second route=Y: N 9:25, B 9:40
        trip home: B 12:06, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_route_id, to_route_id, transfer_type, min_transfer_time
        | S, S, X, Y, 2, 600
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 600 s
    """)
