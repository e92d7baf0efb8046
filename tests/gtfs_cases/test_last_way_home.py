"""The last way home: no later journey home that day.

METHOD 4: each reachable session has `last_way_home` (no later journey home that day); a last way home that hangs on a
change under 10 min is flagged. A later journey is one within the same limits that leaves later.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

Check = Callable[[str], None]

FEED = """
    stops A 0, M 10000, B 20000
    trip out: A 9:20, B 9:54
"""
OUT = """
    ask 2023-02-08 10:00-12:00
    out 9:20-9:54, 0 changes, by out
"""


def test_the_only_one(check: Check) -> None:
    """One bus home after 12:05; the one at 12:04 has gone."""
    check(f"""
        {FEED}
        trip gone: B 12:04, A 12:30
        trip home: B 12:06, A 12:40
        {OUT}
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_later_one(check: Check) -> None:
    """Another one in the evening: whoever misses the 12:06 gets home."""
    check(f"""
        {FEED}
        trip home: B 12:06, A 12:40
        trip evening: B 20:00, A 21:30
        {OUT}
        back 12:06-12:40, 0 changes, by home
        so reachable
    """)


def test_a_later_one_past_midnight(check: Check) -> None:
    """24:30 of the 8th is service of the 8th."""
    check(f"""
        {FEED}
        trip home: B 12:06, A 12:40
        trip night: B 24:30, A 25:00
        {OUT}
        back 12:06-12:40, 0 changes, by home
        so reachable
    """)


@pytest.mark.parametrize(
    "later",
    [
        "trip slow: B 15:00, A 16:30:01",  # 90 min and a second
        "trip called: B 15:00 pickup=2, A 15:30",  # must be booked
        "trip not_here: M 15:00, A 15:30",  # not from B
        "trip not_on: B 15:00 pickup=1, A 15:30",
        "trip past: B 15:00, A 15:30 drop_off=1, M 15:45",
        "trip half: B 15:00, M 15:15",  # and nothing goes on
    ],
    ids=lambda text: text.split()[1].rstrip(":"),
)
def test_a_later_one_that_is_no_way_home(check: Check, later: str) -> None:
    """What breaks a limit, or does not get there, is no later way home."""
    check(f"""
        {FEED}
        trip home: B 12:06, A 12:40
        {later}
        {OUT}
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_later_one_that_is_booked_where_that_is_allowed(check: Check) -> None:
    """allow_booking=true: the 15:00 is a way home."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip called: B 15:00 pickup=2, A 15:30
        ask 2023-02-08 10:00-12:00, allow_booking=true
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable
    """)


def test_a_later_one_with_too_many_changes(check: Check) -> None:
    """By M it is one change: with max_transfers=0 that is none, with 1 it is."""
    feed = """
        stops A 0, M 10000, B 20000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip one: B 15:00, M 15:15
        trip two: M 15:30, A 15:45
    """
    check(f"""
        {feed}
        ask 2023-02-08 10:00-12:00, max_transfers=0
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, max_transfers=1
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable
    """)


def test_a_slower_one_that_leaves_with_it(check: Check) -> None:
    """Two buses leave 12:06, one arrives 12:40, one 12:55: whoever misses the one misses the other."""
    check(f"""
        {FEED}
        trip home: B 12:06, A 12:40
        trip slow: B 12:06, M 12:30, A 12:55
        {OUT}
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_two_feeders_of_one_bus(check: Check) -> None:
    """The 12:06 and the 12:15 both meet the 12:40 at M, the day's last: equal arrival, so the 12:15, and it is the last."""
    check(f"""
        {FEED}
        trip slow: B 12:06, M 12:30
        trip quick: B 12:15, M 12:28
        trip last: M 12:40, A 12:55
        {OUT}
        back 12:15-12:55, 1 change, by quick + last
        so reachable, last way home, tightest change 720 s
    """)


def test_a_later_one_from_another_stop(check: Check) -> None:
    """N is 1,000 m from the activity: 1,040 s. Its bus leaves 12:30, so one leaves the door 12:12:40, later than 12:06."""
    check("""
        stops A 0, B 20000, N 21000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip other: N 12:30, A 13:00
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable
    """)


def test_the_same_bus_from_another_stop(check: Check) -> None:
    """The 12:06 calls at N, 1,000 m on, at 12:25: one may leave the door 12:07:40 and walk 17:20. It is the same bus.

    But it is a later journey: out of the door later, home at the same time, so it is the one that is taken, and the
    last one.
    """
    check("""
        stops A 0, B 20000, N 19000
        trip out: A 9:20, B 9:54
        trip home: B 12:06, N 12:25, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:07:40-12:40, 0 changes, by home
        so reachable, last way home, walks 1300 m
    """)


@pytest.mark.parametrize(
    ("leaves", "verdict"),
    [
        ("12:29:59", "reachable, last way home, tightest change 599 s, last way home is tight"),
        ("12:30:00", "reachable, last way home, tightest change 600 s"),
    ],
)
def test_a_last_way_home_on_a_tight_change(check: Check, leaves: str, verdict: str) -> None:
    """At M 12:20; the last bus leaves 9:59 min later, which is under 10, or 10:00, which is not."""
    check(f"""
        {FEED}
        trip one: B 12:06, M 12:20
        trip two: M {leaves}, A 12:45
        {OUT}
        back 12:06-12:45, 1 change, by one + two
        so {verdict}
    """)


def test_a_tight_change_there_is_not_meant(check: Check) -> None:
    """The tightest change, 3 min, is on the way there; the last way home is direct."""
    check("""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip second: M 9:18, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
    """)


def test_a_tight_change_that_can_be_missed(check: Check) -> None:
    """The way home hangs on 4 min, but there is a later one: not the last, no flag."""
    check(f"""
        {FEED}
        trip one: B 12:06, M 12:20
        trip two: M 12:24, A 12:45
        trip later: B 14:00, A 14:40
        {OUT}
        back 12:06-12:45, 1 change, by one + two
        so reachable, tightest change 240 s
    """)
