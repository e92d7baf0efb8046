"""Rows that cannot be used: left out and counted by kind, and no sound trip is the worse for it (issue 4).

The names of the kinds are the reader's. A trip with a bad row in the middle still runs between its sound rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .solve import answer, timetable_of

Check = Callable[[str], None]

SOUND = """
    trip out: A 9:20, B 9:54
    trip home: B 12:06, A 12:40
"""
ANSWER = """
    ask 2023-02-08 10:00-12:00
    out 9:20-9:54, 0 changes, by out
    back 12:06-12:40, 0 changes, by home
    so reachable, last way home
"""


def test_rows_given_twice(check: Check) -> None:
    """The same stop time twice is one call."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        more stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence
        | out, 09:54:00, 09:54:00, B, 1
        | out, 09:20:00, 09:20:00, A, 0
        bad stop_times_repeated 2
        {ANSWER}
    """)


def test_a_trip_that_runs_backwards_in_time(check: Check) -> None:
    """`wrong` is at M before it left A. It goes whole (three rows); `out` stays."""
    check(f"""
        stops A 0, M 10000, B 20000
        {SOUND}
        trip wrong: A 9:40, M 9:35, B 9:50
        bad stop_times_of_backward_trip 3
        {ANSWER}
    """)


def test_a_call_that_leaves_before_it_comes(check: Check) -> None:
    """`wrong` arrives at M 9:45 and leaves 9:44: it goes whole."""
    check(f"""
        stops A 0, M 10000, B 20000
        {SOUND}
        trip wrong: A 9:40, M 9:45/9:44, B 9:50
        bad stop_times_of_backward_trip 3
        {ANSWER}
    """)


def test_a_stop_without_coordinates(check: Check) -> None:
    """Nobody can walk to X; its call is left out, and the trip runs on through it."""
    check("""
        stops A 0, X nowhere, B 20000
        trip out: A 9:20, X 9:30, B 9:54
        trip home: B 12:06, X 12:20, A 12:40
        bad stops_without_coordinates 1, stop_times_at_unknown_stop 2
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_unknown_stops_and_trips(check: Check) -> None:
    """A call at a stop that stops.txt does not name, and calls of a trip that trips.txt does not name."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        more stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence
        | out, 09:40:00, 09:40:00, Q, 7
        | ghost, 09:30:00, 09:30:00, A, 1
        | ghost, 09:50:00, 09:50:00, B, 2
        bad stop_times_at_unknown_stop 1, stop_times_of_unknown_trip 2
        {ANSWER}
    """)


def test_times_that_are_none(check: Check) -> None:
    """`9.30`, `09:61:00` and `nio` at M, N, O: these calls go, the trip runs from A to B."""
    check("""
        stops A 0, M 5000, N 10000, O 15000, B 20000
        trip out
        trip home
        stop_times.txt
        | trip_id, arrival_time, departure_time, stop_id, stop_sequence
        | out, 09:20:00, 09:20:00, A, 1
        | out, 9.30, 9.30, M, 2
        | out, 09:61:00, 09:61:00, N, 3
        | out, nio, nio, O, 4
        | out, 09:54:00, 09:54:00, B, 5
        | home, 12:06:00, 12:06:00, B, 1
        | home, 12:40:00, 12:40:00, A, 2
        bad stop_times_bad_time 3
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_trip_without_its_first_time(check: Check) -> None:
    """The reference requires times at the first and last stop. `wrong` has none at A: it goes whole."""
    check(f"""
        stops A 0, M 10000, B 20000
        {SOUND}
        trip wrong: A -, M 9:45, B 9:50
        bad stop_times_of_untimed_trip 3
        {ANSWER}
    """)


def test_a_trip_with_one_call(check: Check) -> None:
    """One call is no ride."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        trip wrong: A 9:30
        bad stop_times_of_single_stop_trip 1
        {ANSWER}
    """)


def test_a_trip_without_calls(check: Check) -> None:
    """On the 9th only `empty` runs, which calls nowhere: that is no service."""
    check(f"""
        stops A 0, B 20000
        service s 2023-02-08
        service thu 2023-02-09
        {SOUND}
        trip empty service=thu
        {ANSWER}
        ask 2023-02-09 10:00-12:00
        out none
        back none
        so no_service_that_day
    """)


def test_codes_that_mean_nothing(check: Check) -> None:
    """pickup_type 7 at M: that call is not usable and goes; the trip runs from A to B."""
    check("""
        stops A 0, M 10000, B 20000
        trip out: A 9:20, M 9:40 pickup=7, B 9:54
        trip home: B 12:06, A 12:40
        bad stop_times_bad_regulation 1
        ask 2023-02-08 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_trips_of_an_unknown_route_or_service(check: Check) -> None:
    """`w1` names no route of routes.txt, `w2` no service of the calendar: both go, with their stop times."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        trip w1 route=none: A 9:30, B 9:50
        trip w2 service=never: A 9:31, B 9:50
        bad trips_of_unknown_route 1, trips_of_unknown_service 1, stop_times_of_unknown_trip 4
        {ANSWER}
    """)


def test_a_service_that_is_only_taken_away(check: Check) -> None:
    """All that calendar_dates.txt says of `never` is exception_type 2: it runs on no day, and that is no error of the rest."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        trip w service=never: A 9:30, B 9:50
        calendar_dates.txt
        | service_id, date, exception_type
        | s, 20230208, 1
        | never, 20230208, 2
        {ANSWER}
    """)


def test_dates_that_are_none(check: Check) -> None:
    """30 February, `idag` and exception_type 3 are left out; the 8th stands."""
    check(f"""
        stops A 0, B 20000
        {SOUND}
        calendar_dates.txt
        | service_id, date, exception_type
        | s, 20230230, 1
        | s, idag, 1
        | s, 20230208, 3
        | s, 20230208, 1
        bad calendar_dates_bad 3
        {ANSWER}
    """)


def test_transfers_that_name_nothing(check: Check) -> None:
    """Unknown stops, unknown trips, transfer_type 9: three rows left out; the change at M takes its usual 3 min."""
    check("""
        stops A 0, M 10000, B 20000
        trip first: A 9:00, M 9:15
        trip soon: M 9:17, B 9:30
        trip second: M 9:18, B 9:40
        trip home: B 12:06, A 12:40
        transfers.txt
        | from_stop_id, to_stop_id, from_trip_id, to_trip_id, transfer_type
        | M, Q, , , 1
        | M, M, , , 9
        | M, M, ghost, soon, 1
        bad transfers_not_usable 2, transfers_of_unknown_trip 1
        ask 2023-02-08 10:00-12:00
        out 9:00-9:40, 1 change, by first + second
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 180 s
    """)


def test_a_stop_given_twice(tmp_path: Path) -> None:
    """Two B, 30 km apart, under one stop_id. Which one is meant nobody can tell; the order of the rows must not decide.

    Issue 4: "row order of any file does not matter". Both orders of the file must give one answer.
    """
    found = [
        order_answer(f"stops A 0, {stops}\n{SOUND}\nbad stops_repeated 1", tmp_path / str(number))
        for number, stops in enumerate(("B 20000, B 50000", "B 50000, B 20000"))
    ]
    assert found[0] == found[1]


def test_a_trip_given_twice(tmp_path: Path) -> None:
    """Two rows of trips.txt for `out`, one of a service that runs on the 8th, one of a service that does not."""
    rows = ["| out, bus, s", "| out, bus, other"]
    found = [
        order_answer(
            f"""
            stops A 0, B 20000
            service s 2023-02-08
            service other 2023-02-09
            {SOUND}
            trips.txt
            | trip_id, route_id, service_id
            | home, bus, s
            {chr(10).join(order)}
            bad trips_repeated 1
            """,
            tmp_path / str(number),
        )
        for number, order in enumerate((rows, rows[::-1]))
    ]
    assert found[0] == found[1]


def test_a_sequence_number_given_twice(tmp_path: Path) -> None:
    """Two calls of `out` under one stop_sequence, at M 9:30 and at N 9:35: one of them goes, always the same one.

    The person lives at M and changes nothing at N.
    """
    rows = ["| out, 09:30:00, 09:30:00, M, 5", "| out, 09:35:00, 09:35:00, N, 5"]
    found = [
        order_answer(
            f"""
            stops M 0, N 5000, B 20000
            trip out: B 9:54 seq=6
            trip home: B 12:06, M 12:40
            more stop_times.txt
            | trip_id, arrival_time, departure_time, stop_id, stop_sequence
            {chr(10).join(order)}
            bad stop_times_repeated 1
            """,
            tmp_path / str(number),
        )
        for number, order in enumerate((rows, rows[::-1]))
    ]
    assert found[0] == found[1]


def order_answer(feed: str, folder: Path) -> list[str]:
    timetable, questions = timetable_of(f"{feed}\nask 2023-02-08 10:00-12:00\nso ?", folder)
    return answer(timetable, questions[0])
