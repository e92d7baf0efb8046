"""Limits and reasons. METHOD 4: the margin of 5 min, 90 min and 4 changes each way, 12 h away.

"The first three restrict the search [...]. Where none keeps them, the best journey without them is reported with its
reason, and is not reachable. Each direction is reported by itself."
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from geomatch.settings import LimitSettings
from geomatch.travel.day_return import session_returns

from .solve import EAST, NORTH, network_of, seconds, timetable_of

Check = Callable[[str], None]


def test_the_margin_is_met_exactly(check: Check) -> None:
    """Session 10:00-12:00: be there by 9:55:00, leave from 12:05:00. Both are met to the second; 1 s off is too much.

    Without a margin, by 10:00 and from 12:00, the others will do: and the 12:04:59 is not the last way home.
    """
    check("""
        stops A 0, B 20000
        trip late: A 9:30, B 9:55:01
        trip out: A 9:20, B 9:55:00
        trip gone: B 12:04:59, A 12:20
        trip home: B 12:05:00, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:55, 0 changes, by out
        back 12:05-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, margin_min=0
        out 9:30-9:55:01, 0 changes, by late
        back 12:04:59-12:20, 0 changes, by gone
        so reachable
    """)


def test_the_margin_counts_at_the_door(check: Check) -> None:
    """The activity is 100 m from B: 130 m walked, 104 s. Be at B by 9:53:16, and home from B no sooner than 12:06:44.

    The 9:53:17 is a second too late and the 12:06:43 gone; out arrives 9:53:16 + 1:44 = 9:55:00, home leaves 12:05:00.
    """
    check("""
        stops A 0, B 20000
        trip late: A 9:30, B 9:53:17
        trip out: A 9:20, B 9:53:16
        trip gone: B 12:06:43, A 12:20
        trip home: B 12:06:44, A 12:40
        ask 2023-02-08 10:00-12:00, activity 20100
        out 9:20-9:55, 0 changes, by out
        back 12:05-12:40, 0 changes, by home
        so reachable, last way home, walks 260 m
    """)


def test_ninety_minutes(check: Check) -> None:
    """8:25-9:55 is 90 min, 12:06-13:36 too. A second more is too long, each way by itself."""
    check("""
        stops A 0, B 20000
        trip out: A 8:25, B 9:55
        trip home: B 12:06, A 13:36
        ask 2023-02-08 10:00-12:00
        out 8:25-9:55, 0 changes, by out
        back 12:06-13:36, 0 changes, by home
        so reachable, last way home
    """)
    check("""
        stops A 0, B 20000
        trip out: A 8:24:59, B 9:55
        trip home: B 12:06, A 13:36
        ask 2023-02-08 10:00-12:00
        out 8:24:59-9:55, 0 changes, by out, too_long
        back 12:06-13:36, 0 changes, by home
        so too_long, last way home
    """)
    check("""
        stops A 0, B 20000
        trip out: A 8:25, B 9:55
        trip home: B 12:06, A 13:36:01
        ask 2023-02-08 10:00-12:00
        out 8:25-9:55, 0 changes, by out
        back 12:06-13:36:01, 0 changes, by home, too_long
        so too_long
    """)


def test_ninety_minutes_are_from_door_to_door(check: Check) -> None:
    """Home is 100 m from A (104 s). A ride of 88:16 makes 90:00, one of 88:17 makes 90:01.

    Out: 9:54 - 88:16 = 8:25:44 at A, 8:24:00 at the door. Home: 12:06 + 88:17 = 13:34:17, 13:36:01 at the door.
    """
    check("""
        stops A 0, B 20000
        trip out: A 8:25:44, B 9:54
        trip home: B 12:06, A 13:34:17
        ask 2023-02-08 10:00-12:00, home -100
        out 8:24-9:54, 0 changes, by out
        back 12:06-13:36:01, 0 changes, by home, too_long
        so too_long, walks 260 m
    """)


def test_the_limit_restricts_the_search(check: Check) -> None:
    """The 8:20 takes 91 min; the 8:00 leaves earlier and takes 60: it is found. Home the 12:10 takes 91, the 12:30 30."""
    check("""
        stops A 0, B 20000
        trip slow: A 8:20, B 9:51
        trip quick: A 8:00, B 9:00
        trip slow_home: B 12:10, A 13:41
        trip quick_home: B 14:30, A 15:00
        ask 2023-02-08 10:00-12:00
        out 8:00-9:00, 0 changes, by quick
        back 14:30-15:00, 0 changes, by quick_home
        so reachable, last way home
    """)


def test_waiting_at_a_change_counts_to_the_limit(check: Check) -> None:
    """A 7:00 - M 7:10, two trips on: by the 9:10 it takes 150 min. The 8:20 meets it too and takes 70."""
    check("""
        stops A 0, M 10000, B 20000
        trip early: A 7:00, M 7:10
        trip on: M 9:10, B 9:30
        trip later: A 8:20, M 8:30
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 8:20-9:30, 1 change, by later + on
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 2400 s
    """)


def test_waiting_at_a_change_on_the_way_home(check: Check) -> None:
    """Home the first bus meets only the 14:20 at M: 12:06 to 14:40 is 154 min. The 13:30 meets it too: 70 min."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, B 9:54
        trip early: B 12:06, M 12:16
        trip later: B 13:30, M 13:40
        trip on: M 14:20, A 14:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 13:30-14:40, 1 change, by later + on
        so reachable, last way home, tightest change 2400 s
    """)


CHAIN = """
    stops A 0, C 4000, D 8000, E 12000, F 16000, G 18000, B 20000
    trip t1: A 9:00, C 9:05
    trip t2: C 9:08, D 9:13
    trip t3: D 9:16, E 9:21
    trip t4: E 9:24, F 9:29
    trip home: B 12:06, A 12:40
"""


def test_four_changes(check: Check) -> None:
    """Five buses in a row, four changes of exactly 3 min: within the limit, though not within one of three."""
    check(f"""
        {CHAIN}
        trip t5: F 9:32, B 9:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 4 changes, by t1 + t2 + t3 + t4 + t5
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
        ask 2023-02-08 10:00-12:00, max_transfers=3
        out 9:00-9:40, 4 changes, by t1 + t2 + t3 + t4 + t5, too_many_transfers
        back 12:06-12:40, 0 changes, by home
        so too_many_transfers, last way home, tightest change 180 s
    """)


def test_five_changes(check: Check) -> None:
    """Six buses in a row are one change too many."""
    check(f"""
        {CHAIN}
        trip t5: F 9:32, G 9:37
        trip t6: G 9:40, B 9:50
        ask 2023-02-08 10:00-12:00
        out 9:00-9:50, 5 changes, by t1 + t2 + t3 + t4 + t5 + t6, too_many_transfers
        back 12:06-12:40, 0 changes, by home
        so too_many_transfers, last way home, tightest change 180 s
    """)


def test_the_number_of_changes_restricts_the_search(check: Check) -> None:
    """The chain leaves 9:00 with five changes; a direct bus leaves 8:10 and is taken although it is earlier."""
    check(f"""
        {CHAIN}
        trip t5: F 9:32, G 9:37
        trip t6: G 9:40, B 9:50
        trip direct: A 8:10, B 9:00
        ask 2023-02-08 10:00-12:00
        out 8:10-9:00, 0 changes, by direct
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_fewer_changes_arriving_later_stay_within_the_limit(check: Check) -> None:
    """From A 9:00 to B: five changes arrive 9:50, one change (t1, then `local` at C) arrives 9:54. One change it is."""
    check(f"""
        {CHAIN}
        trip t5: F 9:32, G 9:37
        trip t6: G 9:40, B 9:50
        trip local: C 9:20, B 9:54
        ask 2023-02-08 10:00-12:00
        out 9:00-9:54, 1 change, by t1 + local
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 900 s
    """)


def test_no_change_at_all(check: Check) -> None:
    """max_transfers=0: the direct bus at 8:00, though a change would leave at 9:00."""
    check("""
        stops A 0, M 10000, B 20000
        trip direct: A 8:00, B 8:40
        trip first: A 9:00, M 9:15
        trip second: M 9:20, B 9:40
        trip home: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00, max_transfers=0
        out 8:00-8:40, 0 changes, by direct
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_twelve_hours_away(check: Check) -> None:
    """Out of the door 6:00, home 18:00: 12 h. Session 10:00-17:00. A second more is too long away."""
    check("""
        stops A 0, B 20000
        trip out: A 6:00, B 6:40
        trip home: B 17:20, A 18:00
        ask 2023-02-08 10:00-17:00
        out 6:00-6:40, 0 changes, by out
        back 17:20-18:00, 0 changes, by home
        so reachable, last way home
    """)
    check("""
        stops A 0, B 20000
        trip out: A 6:00, B 6:40
        trip home: B 17:20, A 18:00:01
        ask 2023-02-08 10:00-17:00
        out 6:00-6:40, 0 changes, by out
        back 17:20-18:00:01, 0 changes, by home
        so away_too_long, last way home
    """)


def test_neither_there_nor_home(check: Check) -> None:
    """Trips run, but not between these places: there is no way there. With no trip at all it is another reason."""
    check("""
        stops A 0, B 20000, X 50000, Y 60000
        trip elsewhere: X 9:00, Y 9:30
        ask 2023-02-08 10:00-12:00
        out none
        back none
        so no_way_there
        ask 2023-02-09 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_each_direction_is_reported_by_itself(check: Check) -> None:
    """No way home after 12:05; the way there is reported all the same. And the other way round."""
    check("""
        stops A 0, B 20000
        trip out: A 9:20, B 9:54
        trip gone: B 12:04, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back none
        so no_way_home
        ask 2023-02-08 9:00-11:00
        out none
        back 12:04-12:40, 0 changes, by gone
        so no_way_there, last way home
    """)


def test_several_limits_broken_one_each_way(check: Check) -> None:
    """Out takes 91 min; home must be booked. Each journey has its own reason; the session names the booking."""
    check("""
        stops A 0, B 20000
        trip out: A 8:20, B 9:51
        trip home: B 12:06 pickup=2, A 12:40
        ask 2023-02-08 10:00-12:00
        out 8:20-9:51, 0 changes, by out, too_long
        back 12:06-12:40, 0 changes, by home, booked, needs_booking
        so needs_booking
    """)


def test_several_origins_activities_and_days_in_one_question(tmp_path: Path) -> None:
    """Two homes (at A; at M), two activities (B; C), two days (8th; 9th, when only `m` and `home` run).

    8th, 10:00-12:00 at B: from A with `out` 9:20-9:54; from M with `m` 9:30-9:50. Home `home` 12:06: M 12:20, A 12:40.
    9th: from A nothing; from M with `m`. C, 13:00-14:00 on the 8th: nothing calls there, and it is no walk away.
    """
    timetable, _ = timetable_of(
        """
        stops A 0, M 10000, B 20000, C 50000
        service both 2023-02-08 2023-02-09
        service s 2023-02-08
        trip out: A 9:20, B 9:54
        trip m service=both: M 9:30, B 9:50
        trip home service=both: B 12:06, M 12:20, A 12:40
        """,
        tmp_path,
    )
    returns = session_returns(
        network_of(timetable, {}),
        pd.DataFrame(
            [("at_a", EAST, NORTH), ("at_m", EAST + 10_000, NORTH)], columns=["point_id", "x_m", "y_m"]
        ),
        pd.DataFrame(
            [("at_b", EAST + 20_000, NORTH), ("at_c", EAST + 50_000, NORTH)],
            columns=["series_id", "x_m", "y_m"],
        ),
        pd.DataFrame(
            [
                ("at_b", date(2023, 2, 9), seconds("10:00"), seconds("12:00")),
                ("at_c", date(2023, 2, 8), seconds("13:00"), seconds("14:00")),
                ("at_b", date(2023, 2, 8), seconds("10:00"), seconds("12:00")),
            ],
            columns=["series_id", "date", "start_s", "end_s"],
        ),
        LimitSettings(),
    )
    found = {
        (row.point_id, row.series_id, row.date.day): (row.out_departure_s, row.home_arrival_s, row.reason)
        for row in returns.fillna(-1).itertuples()
    }
    assert found == {
        ("at_a", "at_b", 8): (seconds("9:20"), seconds("12:40"), ""),
        ("at_m", "at_b", 8): (seconds("9:30"), seconds("12:20"), ""),
        ("at_a", "at_b", 9): (-1, seconds("12:40"), "no_way_there"),
        ("at_m", "at_b", 9): (seconds("9:30"), seconds("12:20"), ""),
        ("at_a", "at_c", 8): (-1, -1, "no_way_there"),
        ("at_m", "at_c", 8): (-1, -1, "no_way_there"),
    }
