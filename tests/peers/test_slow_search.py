"""Our router against the slow search on the real feed as it is: seconds, walks, booking, limits and ties."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from . import plain_gtfs, questions, slow
from .questions import MARGIN_S, Answer, Batch, Place
from .slow import Rules

SESSIONS_EACH = 5


@dataclass(frozen=True, slots=True)
class Region:
    """Some doors around a place, on one day."""

    day: date
    rules: Rules
    booking: bool
    doors: int


REGIONS = (
    Region(date(2023, 2, 8), Rules(), booking=False, doors=6),
    Region(date(2023, 3, 26), Rules(limit_s=3 * 3600, max_transfers=2), booking=True, doors=5),
    Region(date(2023, 5, 5), Rules(), booking=True, doors=5),
)


def doors(feed: plain_gtfs.PlainFeed, region: Region, rng: random.Random) -> list[Place]:
    """Doors anywhere within 12 km of a stop, with stops in reach."""
    used = feed.used()
    centre = feed.stops[rng.choice(used)]
    stops = [feed.stops[name] for name in used]
    close = [s for s in stops if abs(s.x_m - centre.x_m) < 12_000 and abs(s.y_m - centre.y_m) < 12_000]
    found = []
    for number in range(region.doors):
        stop = rng.choice(close)
        xy = (stop.x_m + rng.uniform(-900, 900), stop.y_m + rng.uniform(-900, 900))
        found.append(Place(f"door {number}", xy, slow.near(feed, used, xy, region.rules)))
    return found


def test_seconds_limits_and_ties_of_the_real_feed(shared: Path, tmp_path: Path) -> None:
    path = shared / "gtfs" / "norrbotten-2022-12-14.zip"
    feed = plain_gtfs.read(path, [region.day for region in REGIONS])
    written = plain_gtfs.write(feed, tmp_path / "feed")
    rng = random.Random(54)
    asked = found = 0
    for region in REGIONS:
        network = questions.our_network(written, region.rules)
        places = doors(feed, region, rng)
        day = slow.Slow(
            plain_gtfs.of_day(feed, region.day),
            region.day,
            slow.changes_of(feed, region.rules),
            booking=region.booking,
        )
        profiles = {place.name: slow.Profile(day, place.walks, region.rules) for place in places}
        for _again in range(SESSIONS_EACH):
            starts = [rng.randrange(7 * 3600, 18 * 3600) for _place in places]
            sessions = [(start, start + rng.randrange(1800, 4 * 3600)) for start in starts]
            batch = Batch(region.day, places, places, sessions, region.rules, region.booking)
            mine = questions.our_answers(network, batch)
            for target, (start, end) in zip(places, sessions, strict=True):
                for origin in places:
                    walk_s = questions.door_to_door_s(origin, target, region.rules)
                    right = Answer(
                        profiles[origin.name].outbound(target.walks, start - MARGIN_S, walk_s),
                        profiles[target.name].homebound(origin.walks, end + MARGIN_S, walk_s),
                    )
                    assert mine[origin.name, target.name] == right, (region, origin, target, start, end)
                    asked += 2
                    found += (right.out is not None) + (right.home is not None)
    assert (asked, found) == (860, 473)


def test_each_limit_of_the_slow_search_matters(shared: Path) -> None:
    """A search that a limit does not touch would agree with anything: each limit changes some of 65 answers."""
    region = REGIONS[0]
    feed = plain_gtfs.read(shared / "gtfs" / "norrbotten-2022-12-14.zip", [region.day])
    places = doors(feed, region, random.Random(12))

    def answers(rules: Rules, *, booking: bool = False) -> list[slow.Way | None]:
        day = slow.Slow(feed, region.day, slow.changes_of(feed, rules), booking=booking)
        profile = slow.Profile(day, places[0].walks, rules)
        return [profile.outbound(place.walks, hour * 3600) for place in places[1:] for hour in range(7, 20)]

    as_set = answers(region.rules)
    others = {
        "booking": answers(region.rules, booking=True),
        "no change": answers(replace(region.rules, max_transfers=0)),
        "half an hour": answers(replace(region.rules, limit_s=1800)),
        "long changes": answers(replace(region.rules, min_transfer_s=1200, max_transfer_walk_m=0)),
    }
    changed = {name: sum(a != b for a, b in zip(as_set, of, strict=True)) for name, of in others.items()}
    assert changed == {"booking": 8, "no change": 37, "half an hour": 55, "long changes": 4}
