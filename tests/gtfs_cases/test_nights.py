"""Trips past midnight, and the two nights on which the clocks change.

METHOD 4: service days, "with trips past midnight of the day before, in local time, daylight-saving days as GTFS
defines them (noon minus 12 h)". GTFS reference, Time: "measured from noon minus 12h of the service day (effectively
midnight except for days on which daylight savings time changes occur)". 8 February 2023 is a Wednesday; the clocks
change in the nights to Sunday 26 March and to Sunday 29 October 2023.
"""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[str], None]


def test_past_midnight_of_the_day_before(check: Check) -> None:
    """25:30 of service day 7 February is 1:30 on the 8th. Session 2:30-4:30: be there 2:25, leave 4:35.

    Out: 25:30-26:10 of the 7th = 1:30-2:10. Home: 28:40-29:10 of the 7th = 4:40-5:10. The trips run on the 7th
    only: on the 9th nothing is left of the 8th's.
    """
    check("""
        stops A 0, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip out: A 25:30, B 26:10
        trip home: B 28:40, A 29:10
        trip noon service=day: A 14:00, B 14:30

        ask 2023-02-08 2:30-4:30
        out 1:30-2:10, 0 changes, by out
        back 4:40-5:10, 0 changes, by home
        so reachable, last way home

        ask 2023-02-09 2:30-4:30
        out none
        back none
        so no_service_that_day
    """)


def test_late_trips_of_today_and_of_yesterday_are_two(check: Check) -> None:
    """A service of both days runs 25:30 twice: at 1:30 on the 8th (of the 7th) and at 1:30 on the 9th (25:30 of the 8th).

    Session 20:00-23:00 on the 8th: home from 23:05, the 25:30 of the 8th; the same trip's 1:30 of the 8th is long gone.
    Session 2:30-3:00 on the 8th: out with the 25:30 of the 7th.
    """
    check("""
        stops A 0, B 20000
        service s 2023-02-07 2023-02-08
        trip out: A 19:00, B 19:40
        trip night: B 25:30, A 26:10
        trip night_out: A 25:20, B 26:00

        ask 2023-02-08 20:00-23:00
        out 19:00-19:40, 0 changes, by out
        back 25:30-26:10, 0 changes, by night
        so reachable, last way home

        ask 2023-02-08 2:30-3:00
        out 1:20-2:00, 0 changes, by night_out
        back 25:30-26:10, 0 changes, by night
        so away_too_long, last way home
    """)


def test_a_trip_of_yesterday_boarded_after_midnight(check: Check) -> None:
    """The trip starts 23:30 on the 7th two stops away; it calls at A at 24:10, which is 0:10 on the 8th.

    Only what lies past midnight belongs to the 8th, but that does, wherever the trip began.
    Session 1:00-1:30: out 0:10-0:40; home 25:40 of the 7th = 1:40-2:10.
    """
    check("""
        stops Z -20000, A 0, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip out: Z 23:30, A 24:10, B 24:40
        trip home: B 25:40, A 26:10
        trip noon service=day: A 14:00, B 14:30

        ask 2023-02-08 1:00-1:30
        out 0:10-0:40, 0 changes, by out
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home
    """)


def test_a_trip_of_yesterday_boarded_before_midnight(check: Check) -> None:
    """It calls at A at 23:50 on the 7th: whoever takes it leaves the day before, which is no day return of the 8th.

    METHOD 4 adds to a day the trips "past midnight of the day before", not its evening.
    """
    check("""
        stops A 0, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip out: A 23:50, B 24:20
        trip home service=day: B 1:40, A 2:10

        ask 2023-02-08 1:00-1:30
        out none
        back 1:40-2:10, 0 changes, by home
        so no_way_there, last way home
    """)


def test_a_change_from_a_trip_of_yesterday_to_one_of_today(check: Check) -> None:
    """24:20 of the 7th is 0:20 of the 8th; a trip of the 8th leaves M at 0:24. Four minutes are enough (three needed)."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-02-07
        service day 2023-02-08
        trip late: A 24:05, M 24:20
        trip early service=day: M 0:24, B 0:40
        trip home service=day: B 1:40, A 2:10

        ask 2023-02-08 1:00-1:30
        out 0:05-0:40, 1 change, by late + early
        back 1:40-2:10, 0 changes, by home
        so reachable, last way home, tightest change 240 s
    """)


def test_the_next_service_day_is_another_day(check: Check) -> None:
    """Home the same day: the 0:10 that runs on the 9th is not part of the 8th, whose own night bus leaves at 24:40."""
    check("""
        stops A 0, B 20000
        service s 2023-02-08
        service next 2023-02-09
        trip out: A 19:00, B 19:40
        trip home: B 24:40, A 25:10
        trip too_late service=next: B 0:10, A 0:40

        ask 2023-02-08 20:00-23:00
        out 19:00-19:40, 0 changes, by out
        back 24:40-25:10, 0 changes, by home
        so reachable, last way home
    """)


def test_the_day_that_has_23_hours(check: Check) -> None:
    """26 March 2023: at 2:00 the clocks show 3:00. Noon minus 12 h is 23:00 of the evening before (winter time).

    So times of the 26th are what the clock shows from 3:00 on: 9:20 is 9:20. Counts of the 25th are 23 h more than
    counts of the 26th: 25:10 of the 25th (1:10 at night, winter time) is 2:10 in the count of the 26th.
    """
    check("""
        stops A 0, B 20000
        service s 2023-03-26
        service sat 2023-03-25
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip night service=sat: A 25:10, B 25:40

        ask 2023-03-26 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-03-26 9:00-12:00
        out 2:10-2:40, 0 changes, by night
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_a_change_on_the_night_of_23_hours(check: Check) -> None:
    """25:30 of 25 March is 2:30 in the count of the 26th: the 2:34 of the 26th is caught, the 2:32 is not."""
    check("""
        stops A 0, M 10000, B 20000
        service s 2023-03-26
        service sat 2023-03-25
        trip night service=sat: A 25:10, M 25:30
        trip missed: M 2:32, B 2:50
        trip caught: M 2:34, B 2:58
        trip home: B 12:06, A 12:40

        ask 2023-03-26 10:00-12:00
        out 2:10-2:58, 1 change, by night + caught
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home, tightest change 240 s
    """)


def test_the_evening_before_the_day_of_23_hours(check: Check) -> None:
    """23:30 of Saturday 25 March is before midnight, though 0:30 in the count of the 26th: it is Saturday's.

    METHOD 4: past midnight, in local time. Out with it would be leaving the day before.
    """
    check("""
        stops A 0, B 20000
        service s 2023-03-26
        service sat 2023-03-25
        trip evening service=sat: A 23:30, B 23:50
        trip home: B 10:06, A 10:40

        ask 2023-03-26 8:00-10:00
        out none
        back 10:06-10:40, 0 changes, by home
        so no_way_there, last way home
    """)


def test_the_day_that_has_25_hours(check: Check) -> None:
    """29 October 2023: at 3:00 the clocks show 2:00. Noon minus 12 h is 1:00 summer time.

    Counts of the 28th are 25 h more than counts of the 29th: 26:10 of the 28th (2:10 summer time) is 1:10 in the
    count of the 29th. Session 3:00-10:00 by the clock, winter time.
    """
    check("""
        stops A 0, B 20000
        service s 2023-10-29
        service sat 2023-10-28
        trip out: A 9:20, B 9:54
        trip home: B 12:06, A 12:40
        trip night service=sat: A 26:10, B 26:40

        ask 2023-10-29 10:00-12:00
        out 9:20-9:54, 0 changes, by out
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home

        ask 2023-10-29 3:00-10:00
        out 1:10-1:40, 0 changes, by night
        back 12:06-12:40, 0 changes, by home
        so reachable, last way home
    """)


def test_just_past_midnight_on_the_day_of_25_hours(check: Check) -> None:
    """24:30 of Saturday 28 October is half an hour past midnight on the 29th, summer time: it belongs to the 29th.

    In the count of the 29th, which begins at 1:00 summer time, that is half an hour below zero. Home at 9:40 the
    person has been away 10 h 10 min, which is under 12 h.
    """
    check("""
        stops A 0, B 20000
        service s 2023-10-29
        service sat 2023-10-28
        trip night service=sat: A 24:30, B 24:50
        trip home: B 9:06, A 9:40

        ask 2023-10-29 8:00-9:00
        out -0:30--0:10, 0 changes, by night
        back 9:06-9:40, 0 changes, by home
        so reachable, last way home
    """)


def test_home_through_the_night_of_the_clock_change(check: Check) -> None:
    """The count of a service day runs on through the change: 25:50 to 26:20 of 25 March is 30 minutes.

    By the clock it leaves at 1:50 and arrives at 3:20.
    """
    check("""
        stops A 0, B 20000
        service s 2023-03-25
        trip out: A 19:00, B 19:40
        trip home: B 25:50, A 26:20

        ask 2023-03-25 20:00-23:00
        out 19:00-19:40, 0 changes, by out
        back 25:50-26:20, 0 changes, by home
        so reachable, last way home
    """)
