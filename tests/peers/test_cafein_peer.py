"""Our router against cafein on the real feed: where its gaps do not matter, and where they do, each explained."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from . import cafein_peer, plain_gtfs, questions, slow
from .cafein_peer import Cafein
from .questions import MARGIN_S, ON_THE_SPOT_M, Answer, Batch, Place
from .slow import Rules

DAYS = (date(2023, 2, 8), date(2023, 3, 26), date(2023, 6, 10))
DAY_END_S = 30 * 3600

# cafein has no longest journey, and five rides.
LONG = Rules(max_walk_m=ON_THE_SPOT_M, limit_s=12 * 3600)
# A stop in the middle of Piteå.
TOWN = "9022025081714001"
# What cafein knows of changes: none takes time but the walk.
WALK_ONLY = replace(LONG, min_transfer_s=0)


@pytest.fixture(scope="module")
def real(shared: Path) -> plain_gtfs.PlainFeed:
    pytest.importorskip("cafein", reason="the peer cafein is not installed")
    return plain_gtfs.read(shared / "gtfs" / "norrbotten-2022-12-14.zip", DAYS)


def lone_stops(feed: plain_gtfs.PlainFeed) -> list[Place]:
    """Stops with no other on the same spot: cafein starts at one stop."""
    spots = questions.by_spot(feed)
    return [questions.at_stop(feed, stops[0], spots) for stops in spots.values() if len(stops) == 1]


def around_town(feed: plain_gtfs.PlainFeed) -> list[Place]:
    """Stops around the town where some call is for boarding or for getting off only."""
    one_way = {
        call.stop for trip in feed.trips for call in trip.calls[1:-1] if "1" in (call.pickup, call.drop_off)
    }
    centre = feed.stops[TOWN]
    places = questions.around(lone_stops(feed), Place(TOWN, (centre.x_m, centre.y_m), {}), 15_000)
    return [place for place in places if place.name in one_way]


def asked(peer: Cafein, batch: Batch, origin: Place, target: Place, start: int, end: int) -> Answer:
    most = batch.rules.max_transfers
    return Answer(
        peer.outbound(origin.name, target.name, batch.day, start - MARGIN_S, most),
        peer.homebound(target.name, origin.name, batch.day, end + MARGIN_S, DAY_END_S, most),
    )


def test_where_the_gaps_do_not_matter(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    """To the second: no rule at stops or between trips, and no least time for a change, on either side."""
    rng = random.Random(29)
    feed = cafein_peer.without_rules(real)
    changes = slow.changes_of(feed, WALK_ONLY)
    days = [(day, WALK_ONLY, True) for day in DAYS]
    batches = questions.batches(days, lone_stops(feed), 6, 40, rng, 30_000)
    ends = {place.name for batch in batches for place in (*batch.origins, *batch.targets)}
    network = questions.our_network(plain_gtfs.write(feed, tmp_path / "ours"), WALK_ONLY)
    peer = Cafein(plain_gtfs.write(cafein_peer.with_ends(feed, ends), tmp_path / "copy"), changes)
    pairs = found = 0
    for batch in batches:
        mine = questions.our_answers(network, batch)
        for target, (start, end) in zip(batch.targets, batch.sessions, strict=True):
            for origin in batch.origins:
                ours = mine[origin.name, target.name]
                assert ours == asked(peer, batch, origin, target, start, end), (batch.day, origin, target)
                pairs += 1
                found += (ours.out is not None) + (ours.home is not None)
    assert (pairs, found) == (720, 337)


def test_each_gap_explains_what_differs(real: plain_gtfs.PlainFeed, tmp_path: Path) -> None:
    """On the feed as it is: what cafein does not read makes a difference, and nothing else does."""
    rng = random.Random(1)
    day = DAYS[0]
    feed = plain_gtfs.of_day(real, day)
    changes = slow.changes_of(feed, LONG)
    places = rng.sample(around_town(feed), 6)
    network = questions.our_network(plain_gtfs.write(feed, tmp_path / "ours"), LONG)
    copy = cafein_peer.with_ends(feed, {place.name for place in places})
    peer = Cafein(plain_gtfs.write(copy, tmp_path / "copy"), changes)

    tables = {
        "none": (changes, True, True),
        "least time at a stop": (cafein_peer.at_once(changes), True, True),
        "where one may board": (changes, False, True),
        "trips that wait": (changes, True, False),
        "several": (cafein_peer.at_once(changes), False, False),
    }

    @cache
    def profile(gap: str, stop: str) -> slow.Profile:
        table, kinds, waits = tables[gap]
        known = slow.Slow(feed, day, table, booking=True, kinds=kinds, waits=waits)
        return slow.Profile(known, {stop: 0}, LONG)

    def searched(gap: str, origin: Place, target: Place, start: int, end: int) -> Answer:
        return Answer(
            profile(gap, origin.name).outbound(target.walks, start - MARGIN_S),
            profile(gap, target.name).homebound(origin.walks, end + MARGIN_S),
        )

    tally: Counter[str] = Counter()
    for _again in range(8):
        starts = [rng.randrange(7 * 3600, 18 * 3600) for _place in places]
        sessions = [(start, start + rng.randrange(1800, 4 * 3600)) for start in starts]
        batch = Batch(day, places, places, sessions, LONG, booking=True)
        mine = questions.our_answers(network, batch)
        for target, (start, end) in zip(places, sessions, strict=True):
            for origin in places:
                if origin == target:
                    continue
                ours, theirs = mine[origin.name, target.name], asked(peer, batch, origin, target, start, end)
                question = (origin, target, start, end)
                assert ours == searched("none", *question), question
                assert theirs == searched("several", *question), question
                tally[next(gap for gap in tables if searched(gap, *question) == theirs)] += 1
    assert tally == {
        "none": 134,
        "where one may board": 49,
        "least time at a stop": 34,
        "several": 23,
    }
