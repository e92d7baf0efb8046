"""A comparison that finds no difference must be able to find one: with a mistake of ours it does.

Our router is given a wrong rule, or a feed that lacks something; the slow search and pynigiri are given the right ones.
The mistakes are those that docs/peers.md names.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from . import plain_gtfs, questions, slow
from .questions import MARGIN_S, Answer, Batch, Place
from .slow import Rules
from .test_pynigiri_peer import ON_THE_SPOT, TOWN, along, compare

# A day on which nothing may be booked ahead.
DAY = date(2023, 2, 17)
PLACES, RADIUS_M, AGAIN = 6, 6_000.0, 4


@dataclass(frozen=True, slots=True)
class Mistake:
    """What our side alone is made to believe: of the rules, of the feed, of booking."""

    rules: Callable[[Rules], Rules] = lambda rules: rules
    feed: Callable[[plain_gtfs.PlainFeed], plain_gtfs.PlainFeed] = lambda feed: feed
    booking: bool = False


def without_rules(
    feed: plain_gtfs.PlainFeed, lost: Callable[[plain_gtfs.Rule], bool]
) -> plain_gtfs.PlainFeed:
    return replace(feed, rules=tuple(rule for rule in feed.rules if not lost(rule)))


def stations_lost(feed: plain_gtfs.PlainFeed) -> plain_gtfs.PlainFeed:
    return without_rules(feed, lambda rule: not rule.from_trip and feed.stops[rule.start].station)


def waiting_lost(feed: plain_gtfs.PlainFeed) -> plain_gtfs.PlainFeed:
    return without_rules(feed, lambda rule: rule.from_trip != "")


def blocks_lost(feed: plain_gtfs.PlainFeed) -> plain_gtfs.PlainFeed:
    return replace(feed, trips=tuple(replace(trip, block="") for trip in feed.trips))


A_MINUTE_MORE = Mistake(rules=lambda rules: replace(rules, min_transfer_s=rules.min_transfer_s + 60))
SHORTER = Mistake(rules=lambda rules: replace(rules, max_transfer_walk_m=450.0))
ONE_CHANGE = Mistake(rules=lambda rules: replace(rules, max_transfers=1))
MISTAKES = {
    "none": Mistake(),
    "a minute more for a change": A_MINUTE_MORE,
    "450 m instead of 500 m to another stop": SHORTER,
    "one change at most": ONE_CHANGE,
    "booking allowed where it is not": Mistake(booking=True),
    "the rules of stations lost": Mistake(feed=stations_lost),
    "waiting trips lost": Mistake(feed=waiting_lost),
    "blocks lost": Mistake(feed=blocks_lost),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A feed of whole minutes and what is asked of it."""

    feed: plain_gtfs.PlainFeed
    changes: slow.Changes
    batches: Sequence[Batch]


def with_block(feed: plain_gtfs.PlainFeed, long: plain_gtfs.Trip) -> plain_gtfs.PlainFeed:
    """The feed with one trip as two of one block: the real one has no blocks."""
    half = len(long.calls) // 2
    halves = tuple(
        replace(long, trip=f"{long.trip}{name}", block="vehicle", calls=calls)
        for name, calls in (("a", long.calls[: half + 1]), ("b", long.calls[half:]))
    )
    return replace(feed, trips=(*(trip for trip in feed.trips if trip != long), *halves))


def few(batch: Batch) -> Batch:
    """The last origin, and the target that is farthest along."""
    return replace(
        batch, origins=batch.origins[-1:], targets=batch.targets[-1:], sessions=batch.sessions[-1:]
    )


@pytest.fixture(scope="module")
def asked(shared: Path) -> Asked:
    """Random pairs in a town, and pairs along a trip that waits, two that are booked, and a block."""
    path = shared / "gtfs" / "norrbotten-2022-12-14.zip"
    feed = plain_gtfs.of_day(plain_gtfs.whole_minutes(plain_gtfs.read(path, [DAY])), DAY)
    today = {trip.trip: trip for trip in feed.on(DAY)[0]}
    named = {name for rule in feed.rules for name in (rule.from_trip, rule.to_trip)}
    plain = [
        trip
        for trip in today.values()
        if len(trip.calls) > 12
        and trip.trip not in named
        and trip.route_type not in plain_gtfs.BOOKED_ROUTE_TYPES
    ]
    long = random.Random(3).choice(plain)
    half = len(long.calls) // 2
    batches = [along(feed, long.calls[:half], long.calls[half + 1 :], DAY, booking=False)]
    feed = with_block(feed, long)
    changes = slow.changes_of(feed, ON_THE_SPOT)
    waiting = next(
        (one, here, other, there)
        for one, here, other, there in slow.guaranteed(feed)
        if one in today
        and other in today
        and today[other].calls[there].departure - today[one].calls[here].arrival
        < changes[today[one].calls[here].stop].get(today[other].calls[there].stop, slow.NEVER)
    )
    one, here, other, there = waiting
    batches.append(along(feed, today[one].calls[:here], today[other].calls[there + 1 :], DAY, booking=False))
    booked = [trip for trip in today.values() if trip.route_type in plain_gtfs.BOOKED_ROUTE_TYPES]
    for trip in random.Random(1501).sample(booked, 2):
        middle = len(trip.calls) // 2
        batches.append(along(feed, trip.calls[:middle], trip.calls[middle:], DAY, booking=False))
    # A search for each place takes half a second: a few of them will do.
    batches = [few(batch) for batch in batches]
    spots = questions.by_spot(feed)
    centre = feed.stops[TOWN]
    close = questions.around(
        [questions.at_stop(feed, stops[0], spots) for stops in spots.values()],
        Place(TOWN, (centre.x_m, centre.y_m), {}),
        RADIUS_M,
    )
    rng = random.Random(1)
    places = rng.sample(close, PLACES)
    for _again in range(AGAIN):
        starts = [rng.randrange(7 * 60, 19 * 60) * 60 for _place in places]
        sessions = [(start, start + rng.randrange(30, 240) * 60) for start in starts]
        batches.append(Batch(DAY, places, places, sessions, ON_THE_SPOT, booking=False))
    return Asked(feed, changes, batches)


@pytest.fixture(scope="module")
def right(asked: Asked) -> list[Mapping[tuple[str, str], Answer]]:
    """What the slow search says."""
    day = slow.Slow(asked.feed, DAY, asked.changes, booking=False)
    profiles: dict[str, slow.Profile] = {}

    def profile(place: Place) -> slow.Profile:
        if place.name not in profiles:
            profiles[place.name] = slow.Profile(day, place.walks, ON_THE_SPOT)
        return profiles[place.name]

    return [
        {
            (origin.name, target.name): Answer(
                profile(origin).outbound(
                    target.walks,
                    start - MARGIN_S,
                    questions.door_to_door_s(origin, target, ON_THE_SPOT),
                ),
                profile(target).homebound(
                    origin.walks, end + MARGIN_S, questions.door_to_door_s(origin, target, ON_THE_SPOT)
                ),
            )
            for target, (start, end) in zip(batch.targets, batch.sessions, strict=True)
            for origin in batch.origins
        }
        for batch in asked.batches
    ]


def test_each_mistake_shows_beside_the_slow_search(
    asked: Asked, right: list[Mapping[tuple[str, str], Answer]], tmp_path: Path
) -> None:
    assert 2 * sum(map(len, right)) == 296
    differing = {}
    for name, mistake in MISTAKES.items():
        rules = mistake.rules(ON_THE_SPOT)
        network = questions.our_network(
            plain_gtfs.write(mistake.feed(asked.feed), tmp_path / name.replace(" ", "-")), rules
        )
        differing[name] = 0
        for batch, answers in zip(asked.batches, right, strict=True):
            ours = questions.our_answers(network, replace(batch, rules=rules, booking=mistake.booking))
            differing[name] += sum(
                (ours[pair].out != answers[pair].out) + (ours[pair].home != answers[pair].home)
                for pair in answers
            )
    assert differing == {
        "none": 0,
        "a minute more for a change": 8,
        "450 m instead of 500 m to another stop": 1,
        "one change at most": 70,
        "booking allowed where it is not": 2,
        "the rules of stations lost": 12,
        "waiting trips lost": 1,
        "blocks lost": 1,
    }


@pytest.mark.parametrize("mistake", [A_MINUTE_MORE, SHORTER], ids=["a minute more", "450 m"])
def test_a_mistake_fails_the_comparison_with_pynigiri(
    asked: Asked, mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pynigiri", reason="the peer pynigiri is not installed")
    built = questions.our_network
    monkeypatch.setattr(questions, "our_network", lambda folder, rules: built(folder, mistake.rules(rules)))
    # What differs is explained neither by METHOD 4's rules nor by the peer's.
    with pytest.raises(AssertionError, match=f"^{DAY}: "):
        compare(asked.feed, asked.batches[-AGAIN:], tmp_path)
