"""Staying in one's seat from trip to trip: block_id, and in-seat transfers (types 4 and 5).

METHOD 4: staying on board (block, in-seat transfer) is no change. GTFS reference: a block is "many sequential trips
made using the same vehicle, defined by shared service days and block_id"; type 4 "staying onboard the same vehicle",
type 5 "must alight and re-board"; where both say something, the linked trips transfer is used, not the block.

`first` arrives at M at 9:15; most gaps are too short for a change of 3 min.
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]

HOME = "trip home: B 12:06, A 12:40"


def test_a_block(check: Check) -> None:
    """30 s at M: no change, so nothing is too short, and none is counted: it keeps max_transfers=0."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first block=1: A 9:00, M 9:15
        trip second block=1: M 9:15:30, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00, max_transfers=0
        out 9:00-9:40, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_the_same_trips_without_a_block(check: Check) -> None:
    """The case before without block_id: 30 s are no change. Other block_ids are other vehicles."""
    for one, other in (("", ""), (" block=1", " block=2"), (" block=1", "")):
        check(f"""
            stops A 0, M 10000, B 20000
            trip first{one}: A 9:00, M 9:15
            trip second{other}: M 9:15:30, B 9:40
            {HOME}
            ask 2023-02-08 10:00-12:00
            out none
            back 12:06-12:40, 0 changes, by home
            so no_way_there, last way home
        """)


def test_a_block_of_three_trips_home(check: Check) -> None:
    """Home by three trips of one vehicle, in order of the day, not of the file."""
    check("""
        stops A 0, M 5000, N 15000, B 20000
        trip out: A 9:20, B 9:54
        trip c block=7: M 12:30, A 12:40
        trip a block=7: B 12:10, N 12:18
        trip b block=7: N 12:18, M 12:29
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:10-12:40, 0 changes, by a = b = c
        so reachable, last way home
    """)


def test_a_block_whose_next_trip_runs_on_other_days(check: Check) -> None:
    """`second` runs on the 9th only. On the 8th the block goes on with `third`, 60 s after; on the 9th with `second`."""
    check("""
        stops A 0, M 10000, B 20000
        service both 2023-02-08 2023-02-09
        service wed 2023-02-08
        service thu 2023-02-09
        trip first service=both block=1: A 9:00, M 9:15
        trip second service=thu block=1: M 9:16, B 9:30
        trip third service=wed block=1: M 9:16, B 9:40
        trip home service=both: B 12:06, A 12:40
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by first = third
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-09 10:00-12:00
        out 9:00-9:30, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_block_of_different_services(check: Check) -> None:
    """The reference's example: trips of several services on one day are one block. Without `middle` the vehicle waits at M.

    On the 8th `middle` makes a tour from M to M in between, and one may stay in all the way.
    """
    feed = """
        stops A 0, M 10000, C 12000, B 20000
        service both 2023-02-08 2023-02-09
        service wed 2023-02-08
        trip first service=both block=1: A 9:00, M 9:15
        trip middle service=wed block=1: M 9:16, C 9:20, M 9:24
        trip third service=both block=1: M 9:25, B 9:40
        trip home service=both: B 12:06, A 12:40
    """
    check(f"""
        {feed}
        ask 2023-02-09 10:00-12:00
        out 9:00-9:40, 0 changes, by first = third
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by first = middle = third
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_block_past_midnight(check: Check) -> None:
    """Both trips are of the 7th, 24:15 and 24:16; session 1:00-1:30 on the 8th."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip first block=1: A 24:05, M 24:15
        trip second block=1: M 24:16, B 24:40
        trip home service=day: B 1:40, A 2:10
        ask 2023-02-08 1:00-1:30
        out 0:05-0:40, 0 changes, by first = second
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home
    """)


def test_a_block_ends_with_its_service_day(check: Check) -> None:
    """`first` of the 7th is at M at 24:15, `second` of the 8th leaves at 0:16: same block_id, other service day.

    "Defined by shared service days": nothing says it is one vehicle, and 60 s are no change.
    """
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip first block=1: A 24:05, M 24:15
        trip second service=day block=1: M 0:16, B 0:40
        trip home service=day: B 1:40, A 2:10
        ask 2023-02-08 1:00-1:30
        out none
        back 1:40-2:10, 0 changes, by home
        so no_way_there, last way home
    """)


def test_in_the_seat_one_neither_gets_on_nor_off(check: Check) -> None:
    """At M nobody may get off `first` (drop_off_type 1), get on `second` (1), or change (type 3): one stays in."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first block=1: A 9:00, M 9:15 drop_off=1
        trip second block=1: M 9:20 pickup=1, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, transfer_type
        | M, M, 3
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_seat_and_then_a_change(check: Check) -> None:
    """`a` = `b` in one seat, then a change to `c`: one change, 4 min."""
    check(f"""
        stops A 0, M 5000, N 10000, B 20000
        trip a block=1: A 9:00, M 9:10
        trip b block=1: M 9:11, N 9:20
        trip c: N 9:24, B 9:40
        {HOME}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by a = b + c
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 240 s
    """)


def test_type_4_in_seat(check: Check) -> None:
    """Linked by transfers.txt, no block_id: one stays in, 60 s and no change."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip second: M 9:16, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 4
        ask 2023-02-08 10:00-12:00, max_transfers=0
        out 9:00-9:40, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_type_4_without_stops(check: Check) -> None:
    """For types 4 and 5 the stops may be blank: it is the last stop of one trip and the first of the other."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, B 9:54
        trip b1: B 12:06, M 12:20
        trip b2: M 12:21, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | , , b1, b2, 4
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by b1 = b2
        so reachable, last way home
    """)


def test_type_4_to_a_stop_across_the_street(check: Check) -> None:
    """The reference asks that the two stops be "geographically close", not that they be one: 50 m, one stays in.

    A change would take 180 s + 52 s (65 m walked).
    """
    check(f"""
        stops A 0, M 10000, N 10050, B 20000
        trip first: A 9:00, M 9:15
        trip second: N 9:16, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, N, first, second, 4
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_type_4_one_trip_goes_on_as_two(check: Check) -> None:
    """The train divides at M: the front goes to B as `front`, the rear to C as `rear`. And two become one on the way home."""
    feed = """
        stops A 0, M 10000, B 20000, C 10000 10000
        trip train: A 9:00, M 9:15
        trip front: M 9:16, B 9:40
        trip rear: M 9:17, C 9:41
        trip front_home: B 12:06, M 12:30
        trip rear_home: C 12:06, M 12:29
        trip train_home: M 12:31, A 12:46
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, train, front, 4
        | M, M, train, rear, 4
        | M, M, front_home, train_home, 4
        | M, M, rear_home, train_home, 4
    """
    check(f"""
        {feed}
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by train = front
        back 12:06-12:46, 0 changes, by front_home = train_home
        so reachable, last way home
        ask 2023-02-08 10:00-12:00, activity 10000 10000
        out 9:00-9:41, 0 changes, by train = rear
        back 12:06-12:46, 0 changes, by rear_home = train_home
        so reachable, last way home
    """)


def test_type_4_to_a_trip_of_another_day(check: Check) -> None:
    """`second` runs on the 9th only: on the 8th nothing goes on from M in time."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-08 2023-02-09
        service thu 2023-02-09
        trip first: A 9:00, M 9:15
        trip second service=thu: M 9:16, B 9:40
        trip home: B 12:06, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 4
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
        ask 2023-02-09 10:00-12:00
        out 9:00-9:40, 0 changes, by first = second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_type_4_into_the_next_service_day(check: Check) -> None:
    """`first` of the 7th is at M at 24:15; it goes on as `second` of the 8th at 0:16.

    The reference: the last arrival "MAY be later than the first departure of to_trip_id in case the to_trip_id trip is
    occurring the subsequent service day".
    """
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip first: A 24:05, M 24:15
        trip second service=day: M 0:16, B 0:40
        trip home service=day: B 1:40, A 2:10
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, second, 4
        ask 2023-02-08 1:00-1:30
        out 0:05-0:40, 0 changes, by first = second
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home
    """)


def test_type_5_breaks_a_block(check: Check) -> None:
    """One must get off and on again, though the block is one: that is a change of 3 min. 9:17:59 is missed, 9:18 caught."""
    for leaves, found in (
        ("9:17:59", "none"),
        ("9:18:00", "9:00-9:40, 1 change, by first + second"),
    ):
        reachable = found != "none"
        verdict = (
            "reachable, last way home, tightest change 180 s" if reachable else "no_way_there, last way home"
        )
        check(f"""
            stops A 0, M 10000, B 20000
            trip first block=1: A 9:00, M 9:15
            trip second block=1: M {leaves}, B 9:40
            {HOME}
            transfers.txt
            | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
            | M, M, first, second, 5
            ask 2023-02-08 10:00-12:00
            out {found}
            back 12:06-12:40, 0 changes, by home
            so {verdict}
        """)


def test_type_5_without_stops(check: Check) -> None:
    """The case before with blank stops."""
    check(f"""
        stops A 0, M 10000, B 20000
        trip first block=1: A 9:00, M 9:15
        trip second block=1: M 9:16, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | , , first, second, 5
        ask 2023-02-08 10:00-12:00
        out none
        back 12:06-12:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_linked_transfer_goes_before_the_block(check: Check) -> None:
    """By the block `first` goes on as `second` (9:16); by type 4 as `third` (9:17). "The linked trips transfer shall be used".

    So one is in `third`, at B 9:40; into `second`, at B 9:30, one would have to change in 60 s.
    """
    check(f"""
        stops A 0, M 10000, B 20000
        trip first block=1: A 9:00, M 9:15
        trip second block=1: M 9:16, B 9:30
        trip third: M 9:17, B 9:40
        {HOME}
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, M, first, third, 4
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 0 changes, by first = third
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)
