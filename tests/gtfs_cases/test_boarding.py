"""Where one may get on and off: pickup_type, drop_off_type, and vehicles that must be booked ahead.

Authority: GTFS reference, stop_times.txt (0 or empty regular, 1 none, 2 phone the agency, 3 tell the driver);
METHOD 4: no leg that must be booked ahead unless allowed, and where nothing else is found the best journey is
reported with its reason. Extended route types: Google's table, and Trafiklab's (717 and 1501 are pre-booked).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str], None]


def test_no_pickup(check: Check) -> None:
    """pickup_type 1 at A: nobody gets on there, whatever is allowed. The trip home is not concerned."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20 pickup=1, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_no_drop_off(check: Check) -> None:
    """drop_off_type 1 at A on the way home: the bus passes through, the person cannot get off."""
    check("""
        stops A 0, B 20000, C -5000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40 drop_off=1, C 12:50
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back none
        so no_way_home
    """)


def test_no_pickup_on_the_way_does_not_concern_who_sits_in_the_bus(check: Check) -> None:
    """Neither on nor off at M, in the middle: those from A to B ride through."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, M 9:40 pickup=1 drop_off=1, B 9:54
        trip home: B 12:06, M 12:20 pickup=1 drop_off=1, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_no_change_where_one_may_not_get_off(check: Check) -> None:
    """At M one may get on but not off (drop_off_type 1), so no change there; the one at N is possible.

    A 9:00 - N 9:25, then N 9:30 - B 9:50. By M one would reach the same bus.
    """
    check("""
        stops A 0, M 5000, N 10000, B 20000
        trip first: A 9:00, M 9:10 drop_off=1, N 9:25
        trip express: M 9:13, B 9:30
        trip second: M 9:14, N 9:30, B 9:50
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:50, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 300 s
    """)


def test_drop_off_at_the_first_stop_means_nothing(check: Check) -> None:
    """Feeds write drop_off_type 1 at the first call and pickup_type 1 at the last: nobody would do either."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20 drop_off=1, B 9:54 pickup=1
        trip home: B 12:06 drop_off=1, A 12:40 pickup=1
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_pickup_that_is_booked_ahead(check: Check) -> None:
    """pickup_type 2 at A. Not allowed: the journey is reported, with its reason, and does not count. Allowed: it counts."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20 pickup=2, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out, booked, needs_booking
        back 12:06-12:40, 0 changes, by home
        so needs_booking, last way home
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:20-9:54, 0 changes, by out, booked
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_drop_off_that_is_booked_ahead(check: Check) -> None:
    """drop_off_type 2 at A on the way home only."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40 drop_off=2
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home, booked, needs_booking
        so needs_booking
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home, booked
        so reachable, last way home
    """)


def test_tell_the_driver(check: Check) -> None:
    """pickup_type and drop_off_type 3: a word to the driver is no booking (issue 4: ordinary)."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20 pickup=3, B 9:54 drop_off=3
        trip home: B 12:06 pickup=3, A 12:40 drop_off=3
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_booking_restricts_the_search(check: Check) -> None:
    """The latest departure, 9:30, must be booked. Without booking the 9:10 is the latest that counts; with it the 9:30."""
    check("""
        stops A 0, B 20000
        trip plain: A 9:10, B 9:44
        trip called: A 9:30 pickup=2, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:10-9:44, 0 changes, by plain
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:30-9:54, 0 changes, by called, booked
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_booking_is_of_the_call_not_of_the_trip(check: Check) -> None:
    """pickup_type 2 stands at Z only: who gets on at A, and off at B, books nothing."""
    check("""
        stops Z -5000, A 0, B 20000, C 25000
        trip out: Z 9:10 pickup=2, A 9:20, B 9:54, C 10:00 drop_off=2
        trip home: C 12:00 pickup=2, B 12:06, A 12:40, Z 12:50 drop_off=2
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


@pytest.mark.parametrize("kind", ["715", "717", "1500", "1501", "1503", "1507"])
def test_route_types_that_are_booked_ahead(check: Check, kind: str) -> None:
    """All calls of such a route are booked, though their pickup_type says 0.

    715 demand and response bus, 717 and 1501 pre-booked traffic at Trafiklab, 1500-1507 the taxis of the extended
    route types.
    """
    check(f"""
        stops A 0, B 20000
        route taxi {kind}
        trip out route=taxi: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out, booked, needs_booking
        back 12:06-12:40, 0 changes, by home
        so needs_booking, last way home
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:20-9:54, 0 changes, by out, booked
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


@pytest.mark.parametrize(
    "kind", ["3", "700", "701", "702", "714", "716", "100", "900", "1000", "1400", "1700"]
)
def test_route_types_that_just_run(check: Check, kind: str) -> None:
    """716 is "all bus services" in the table of extended route types, and 714 rail replacement: neither is booked."""
    check(f"""
        stops A 0, B 20000
        route line {kind}
        trip out route=line: A 9:20, B 9:54
        trip home route=line: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_taxi_that_does_not_stop_or_that_one_tells(check: Check) -> None:
    """On a 1501 route pickup_type 1 is still none, and 3 (tell the driver) does not undo the booking."""
    check("""
        stops A 0, B 20000
        route taxi 1501
        trip never route=taxi: A 9:30 pickup=1, B 9:54
        trip told route=taxi: A 9:20 pickup=3, B 9:50 drop_off=3
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:20-9:50, 0 changes, by told, booked
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_one_booked_leg_of_two(check: Check) -> None:
    """A bus, then a taxi: the journey needs booking. The later way home with the taxi is none while that is not allowed."""
    check("""
        stops A 0, M 10000, B 20000
        route taxi 1501
        trip first: A 9:00, M 9:20
        trip second route=taxi: M 9:30, B 9:45
        trip home: B 12:06, A 12:40
        trip later route=taxi: B 15:00, A 15:20
        ask 2023-02-08 10:00-12:00
        out 9:00-9:45, 1 change, by first + second, booked, needs_booking
        back 12:06-12:40, 0 changes, by home
        so needs_booking, last way home, tightest change 600 s
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:00-9:45, 1 change, by first + second, booked
        back 12:06-12:40, 0 changes, by home
        so reachable, tightest change 600 s
    """)
