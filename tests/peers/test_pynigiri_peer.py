"""Our router against pynigiri on copies of whole minutes: every difference is shown to be a rule of the peer's.

What is compared and how it is made fair stands in docs/peers.md, with the counts that these tests pin.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.national.generate import generate

from . import nigiri_peer, nigiri_rules, plain_gtfs, questions, slow
from .questions import MARGIN_S, ON_THE_SPOT_M, Answer, Batch, Place
from .slow import Rules, Way

DAY_END_S = 32 * 3600

ON_THE_SPOT = Rules(max_walk_m=ON_THE_SPOT_M)
WITHOUT_LIMITS = replace(ON_THE_SPOT, limit_s=12 * 3600, max_transfers=12)
WITH_WALKS = Rules(max_walk_m=590.0)

# A stop in the middle of Piteå, and the longest footpath nigiri is allowed on the feed as it is.
TOWN = "9022025081714001"
LONGEST_FOOTPATH_MIN = 20

# Ordinary days, both days on which the clocks change, and days on which nothing may be booked ahead.
DAYS = (
    (date(2023, 2, 8), True),
    (date(2023, 2, 17), False),
    (date(2023, 3, 26), True),
    (date(2023, 5, 5), True),
    (date(2023, 6, 10), True),
    (date(2023, 10, 29), False),
)


@pytest.fixture(scope="module")
def pynigiri() -> None:
    pytest.importorskip("pynigiri", reason="the peer pynigiri is not installed")


@pytest.fixture(scope="module")
def real(shared: Path) -> plain_gtfs.PlainFeed:
    path = shared / "gtfs" / "norrbotten-2022-12-14.zip"
    return plain_gtfs.whole_minutes(plain_gtfs.read(path, [day for day, _booking in DAYS]))


@dataclass
class Tally:
    """What a comparison came to."""

    pairs: int = 0
    answers: int = 0  # directions
    found: int = 0  # directions in which there is a journey within the limits
    explained: int = 0  # directions


def compare(feed: plain_gtfs.PlainFeed, batches: Sequence[Batch], folder: Path) -> Tally:
    """Ours against pynigiri's for every pair and both directions; a difference nothing explains fails."""
    tally = Tally()
    rules = batches[0].rules
    network = questions.our_network(plain_gtfs.write(feed, folder / "ours"), rules)
    changes = slow.changes_of(feed, rules)
    ends = {stop for batch in batches for place in (*batch.origins, *batch.targets) for stop in place.walks}
    peers: dict[tuple[date, bool], nigiri_peer.Nigiri] = {}
    for batch in batches:
        today, key = plain_gtfs.of_day(feed, batch.day), (batch.day, batch.booking)
        if key not in peers:
            usable = today if batch.booking else plain_gtfs.without_booking(today)
            copy = nigiri_peer.fair_copy(usable, batch.day, changes, ends)
            written = plain_gtfs.write(copy, folder / f"copy{len(peers)}")
            peers[key] = nigiri_peer.Nigiri(written, batch.day, nigiri_peer.longest_of(changes))
        peer = peers[key]
        mine = questions.our_answers(network, batch)
        explain = explainer(today, batch, changes)
        for target, (start, end) in zip(batch.targets, batch.sessions, strict=True):
            for origin in batch.origins:
                ours, theirs = mine[origin.name, target.name], asked(peer, batch, origin, target, start, end)
                tally.pairs += 1
                for name in ("out", "home"):
                    tally.answers += 1
                    tally.found += getattr(ours, name) is not None
                    if getattr(ours, name) != getattr(theirs, name):
                        tally.explained += 1
                if ours != theirs:
                    explain(origin, target, start, end, ours, theirs)
    return tally


def asked(
    peer: nigiri_peer.Nigiri, batch: Batch, origin: Place, target: Place, start: int, end: int
) -> Answer:
    """The peer's answer, and the walk from door to door, which it is not asked for."""
    limits = batch.rules.limit_s, batch.rules.max_transfers
    out = [peer.outbound(origin.walks, target.walks, start - MARGIN_S, *limits)]
    home = [peer.homebound(target.walks, origin.walks, end + MARGIN_S, *limits, DAY_END_S)]
    direct_s = questions.door_to_door_s(origin, target, batch.rules)
    if direct_s <= batch.rules.limit_s:
        out.append(Way(start - MARGIN_S - direct_s, start - MARGIN_S, 0))
        home.append(Way(end + MARGIN_S, end + MARGIN_S + direct_s, 0))
    return Answer(slow.best_out(out), slow.best_home(home))


def explainer(
    feed: plain_gtfs.PlainFeed, batch: Batch, changes: slow.Changes
) -> Callable[[Place, Place, int, int, Answer, Answer], None]:
    """The slow search must give our answer by our rules, and the peer's with walks one after the other."""

    def explain(origin: Place, target: Place, start: int, end: int, ours: Answer, theirs: Answer) -> None:
        for table, expected in ((changes, ours), (nigiri_peer.chained_changes(changes), theirs)):
            day = slow.Slow(feed, batch.day, table, booking=batch.booking)
            assert searched(day, batch, origin, target, start, end) == expected, (
                f"{batch.day}: {origin.name} to {target.name}, {start}-{end}: {ours} or {theirs}"
            )

    return explain


def searched(day: slow.Slow, batch: Batch, origin: Place, target: Place, start: int, end: int) -> Answer:
    direct_s = questions.door_to_door_s(origin, target, batch.rules)
    return Answer(
        slow.Profile(day, origin.walks, batch.rules).outbound(target.walks, start - MARGIN_S, direct_s),
        slow.Profile(day, target.walks, batch.rules).homebound(origin.walks, end + MARGIN_S, direct_s),
    )


@pytest.mark.usefixtures("pynigiri")
def test_between_stops_of_the_real_feed(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    rng = random.Random(20221214)
    spots = questions.by_spot(real)
    places = [questions.at_stop(real, stops[0], spots) for stops in spots.values()]
    days = [
        (day, WITHOUT_LIMITS if number % 3 == 2 else ON_THE_SPOT, booking)
        for number, (day, booking) in enumerate(DAYS)
    ]
    tally = compare(real, questions.batches(days, places, 10, 42, rng, 25_000), tmp_path)
    assert tally == Tally(pairs=2520, answers=5040, found=1213, explained=0)


@pytest.mark.usefixtures("pynigiri")
def test_between_doors_of_the_real_feed(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    rng = random.Random(20230208)
    places = questions.whole_minute_places(real, 800, WITH_WALKS, rng)
    days = [(day, WITH_WALKS, booking) for day, booking in DAYS]
    tally = compare(real, questions.batches(days, places, 6, 25, rng, 12_000), tmp_path)
    assert tally == Tally(pairs=900, answers=1800, found=250, explained=0)


def along(
    feed: plain_gtfs.PlainFeed,
    before: Sequence[plain_gtfs.Call],
    after: Sequence[plain_gtfs.Call],
    day: date,
    *,
    booking: bool,
) -> Batch:
    """From some of the calls `before` to some of those `after`, for sessions that leave no time to spare."""
    spots = questions.by_spot(feed)
    places = [
        {call.stop: questions.at_stop(feed, call.stop, spots) for call in calls} for calls in (before, after)
    ]
    arrival = {call.stop: call.arrival for call in after}
    some = list(places[1].values())[::4]
    sessions = [(arrival[place.name] + MARGIN_S, arrival[place.name] + 3600) for place in some]
    return Batch(day, list(places[0].values())[-5:], some, sessions, ON_THE_SPOT, booking)


@pytest.mark.usefixtures("pynigiri")
def test_along_trips_that_wait_and_trips_that_are_booked(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    """Random pairs seldom need either: here every change is one that only waiting allows, or every trip is booked."""
    day = DAYS[1][0]
    today = {trip.trip: trip for trip in plain_gtfs.of_day(real, day).on(day)[0]}
    changes = slow.changes_of(real, ON_THE_SPOT)
    batches = []
    for one, here, other, there in slow.guaranteed(real):
        if one in today and other in today:
            off, on = today[one].calls[here], today[other].calls[there]
            if on.departure - off.arrival < changes[off.stop].get(on.stop, slow.NEVER):
                before, after = today[one].calls[:here], today[other].calls[there + 1 :]
                batches.append(along(real, before, after, day, booking=True))
    waiting = len(batches)
    booked = [trip for trip in today.values() if trip.route_type in plain_gtfs.BOOKED_ROUTE_TYPES]
    for trip in random.Random(1501).sample(booked, 8):
        half = len(trip.calls) // 2
        batches += [
            along(real, trip.calls[:half], trip.calls[half:], day, booking=booking)
            for booking in (True, False)
        ]
    assert (waiting, len(booked)) == (5, 66)
    assert compare(real, batches, tmp_path) == Tally(pairs=167, answers=334, found=261, explained=0)


@pytest.mark.usefixtures("pynigiri")
def test_each_rule_of_the_peer_explains_what_differs(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    """nigiri on the feed as it is, by its own rules, which are the slow search's second table of changes."""
    rng = random.Random(7)
    day = DAYS[0][0]
    feed = plain_gtfs.of_day(real, day)
    folder = plain_gtfs.write(feed, tmp_path / "feed")
    changes = slow.changes_of(feed, ON_THE_SPOT)
    theirs_s = nigiri_rules.changes_by_nigiri(feed, LONGEST_FOOTPATH_MIN)
    spots = questions.by_spot(feed)
    all_places = [questions.at_stop(feed, stops[0], spots) for stops in spots.values() if len(stops) == 1]
    centre = feed.stops[TOWN]
    close = questions.around(all_places, Place(TOWN, (centre.x_m, centre.y_m), {}), 15_000)
    places = rng.sample(close, 7)
    network = questions.our_network(folder, ON_THE_SPOT)
    peer = nigiri_peer.Nigiri(folder, day, LONGEST_FOOTPATH_MIN - 1, fair=False)
    by_ours = slow.Slow(feed, day, changes, booking=True)
    by_theirs = slow.Slow(feed, day, theirs_s, booking=True, waits=False)
    profiles = [
        {place.name: slow.Profile(search, {place.name: 0}, ON_THE_SPOT) for place in places}
        for search in (by_ours, by_theirs)
    ]
    walked_to = {
        place.name: {
            **{stop: row[place.name] for stop, row in theirs_s.items() if place.name in row},
            place.name: 0,
        }
        for place in places
    }

    def searched(which: int, egress: bool, origin: Place, target: Place, start: int, end: int) -> Answer:
        footpath_s = theirs_s[origin.name].get(target.name)
        limit_s = slow.NEVER if footpath_s is None or not egress else footpath_s - 60
        ends = [walked_to[place.name] if egress else {place.name: 0} for place in (target, origin)]
        return Answer(
            profiles[which][origin.name].within(limit_s).outbound(ends[0], start - MARGIN_S),
            profiles[which][target.name].within(limit_s).homebound(ends[1], end + MARGIN_S),
        )

    rules = {
        "none": (0, False),
        "walks at the end": (0, True),
        "changes": (1, False),
        "both": (1, True),
    }
    tally: Counter[str] = Counter()
    for _again in range(8):
        starts = [rng.randrange(7 * 60, 19 * 60) * 60 for _place in places]
        sessions = [(start, start + rng.randrange(30, 240) * 60) for start in starts]
        batch = Batch(day, places, places, sessions, ON_THE_SPOT, booking=True)
        mine = questions.our_answers(network, batch)
        for target, (start, end) in zip(places, sessions, strict=True):
            for origin in places:
                if origin == target:
                    continue
                theirs = asked(peer, batch, origin, target, start, end)
                question = (origin, target, start, end)
                assert mine[origin.name, target.name] == searched(0, False, *question), question
                assert theirs == searched(1, True, *question), question
                tally[next(name for name, rule in rules.items() if searched(*rule, *question) == theirs)] += 1
    assert tally == {"none": 139, "changes": 161, "walks at the end": 31, "both": 5}


NATIONAL_DAYS = ((date(2023, 2, 8), ON_THE_SPOT, True), (date(2023, 2, 17), WITHOUT_LIMITS, False))


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> plain_gtfs.PlainFeed:
    counts = generate(tmp_path_factory.mktemp("national"), scale=0.02)
    return plain_gtfs.whole_minutes(
        plain_gtfs.read(counts.feed, [day for day, _rules, _booking in NATIONAL_DAYS])
    )


@pytest.mark.usefixtures("pynigiri")
def test_between_stops_of_the_national_feed(national: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    rng = random.Random(290)
    spots = questions.by_spot(national)
    places = [questions.at_stop(national, stops[0], spots) for stops in spots.values()]
    batches = questions.batches(NATIONAL_DAYS, places, 18, 60, rng, 25_000)
    # Random pairs seldom need to stay seated: these do.
    day = NATIONAL_DAYS[0][0]
    today = {trip.trip: trip for trip in plain_gtfs.of_day(national, day).on(day)[0]}
    seated = sorted(slow.seated(national, today.values()).items())
    for one, others in rng.sample(seated, 10):
        batches.append(along(national, today[one].calls[:-1], today[others[0]].calls[1:], day, booking=True))
    tally = compare(national, batches, tmp_path)
    assert tally == Tally(pairs=2223, answers=4446, found=899, explained=0)
