"""One small timetable per rule, with the answer worked out by hand.

Every test here is a *case*: plain text that can be checked with a pencil. Its docstring names the rule, says where
the rule stands (METHOD 4 of this project, or the GTFS reference at gtfs.org where METHOD is silent) and works the
answer out. `solve.py` reads the text, writes the feed, asks the public functions (`read_timetable`,
`build_network`, `session_returns`, `journeys_of`) and writes their answer in the same words; the two texts must be
the same, to the second.

A case reads like this::

    stops A 0, M 10000, N 10300, B 20000
    trip bus: A 9:00, M 9:15
    trip on: N 9:25, B 9:40
    trip home: B 12:06/12:07, A 12:40 drop_off=2
    ask 2023-02-08 10:00-12:00, home 100, allow_booking=true
    out 8:58:16-9:40, 1 change, by bus + on
    back 12:07-12:41:44, 0 changes, by home, booked
    so reachable, last way home, tightest change 600 s

The feed
    `stops`    stop, metres east and (if not 0) north of one point; `in S` puts it in station S, `nowhere` leaves its
               coordinates blank
    `station`  a station and where it stands
    `route`    a route and its route type; `bus`, 700, is there without being named
    `service`  a service and its days, written to calendar_dates.txt; `s` on 2023-02-08, a Wednesday, is there when
               the case names no service and gives no calendar
    `trip`     name, `route=` `service=` `block=` if need be, and its calls: stop, time (or arrival/departure, `-`
               is blank), then `pickup=` `drop_off=` (GTFS codes), `dist=` (shape_dist_traveled), `seq=`
               (stop_sequence, else 0, 1, 2 ...)
    `x.txt`    a file as it stands, the rows after `|`: the headings, then the lines; it takes the place of what the
               lines above say of that file. `more x.txt` adds rows to a file
    `feed`     what follows is another feed; `operator=` tells whose (all feeds are one operator's otherwise)
    `bad`      kinds and numbers of the rows the reader must have left out

The question
    `ask`      date and session; `home` and `activity` (metres east, north) are at 0 and 20000 unless given; then
               settings by name. Defaults: walking distance is 1.3 x the straight line, at 4.5 km/h = 1.25 m/s, seconds
               rounded up (100 m: 130 m walked, 104 s); 2,000 m walked at the most; be there 5 min before, leave
               5 min after; 90 min and 4 changes each way; 12 h away; a change takes 3 min, at most 500 m walked

The answer
    `out`, `back`  from door to door, changes, trips in order (`+` a change, `=` one stays in the seat), or `on foot`;
               `booked`; the reason if the journey breaks a limit; or `none`. Times are seconds after noon minus 12 h,
               as in GTFS: on all days but those of a clock change that is the clock
    `so`       `reachable` or the reason why not; `last way home`; the tightest change, from arrival to departure;
               if the case states it, `walks`, the metres walked there and home; `last way home is tight` when it
               hangs on a change under 10 min (said of reachable sessions only, as `summarise` does)

An empty line, indentation and what follows ` # ` mean nothing.
"""
