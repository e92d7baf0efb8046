"""The questions put to our router and to its peers: random pairs, days and times from a seed, and our answers."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from geomatch.settings import LimitSettings, TimetableSettings, TransferSettings, WalkSettings
from geomatch.sources.timetable import read_timetable
from geomatch.travel.day_return import session_returns
from geomatch.travel.network import build_network

from .plain_gtfs import PlainFeed
from .slow import NEVER, Rules, Way, near, neighbours, walk_s, walked_m

MARGIN_S = 300
# A walk too short for a second: who stands at a stop is there at once, and at no other stop.
ON_THE_SPOT_M = 1e-7


@dataclass(frozen=True, slots=True)
class Place:
    """A door, with the whole seconds of the walk to each stop in reach."""

    name: str
    xy_m: tuple[float, float]
    walks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """One day: every origin is asked for every target, each with a session of its own."""

    day: date
    origins: Sequence[Place]
    targets: Sequence[Place]
    sessions: Sequence[tuple[int, int]]
    rules: Rules
    booking: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Both ways of a day return within the limits; None where there is none."""

    out: Way | None
    home: Way | None


def at_stop(feed: PlainFeed, stop: str, reach: Mapping[tuple[float, float], Sequence[str]]) -> Place:
    """The place of a stop: it and the stops that stand on the very same spot."""
    here = feed.stops[stop]
    return Place(stop, (here.x_m, here.y_m), dict.fromkeys(reach[here.x_m, here.y_m], 0))


def door_to_door_s(origin: Place, target: Place, rules: Rules) -> int:
    """Seconds of the walk between two doors; NEVER when it is too far."""
    metres = walked_m(origin.xy_m, target.xy_m, rules)
    return walk_s(metres, rules) if metres <= rules.max_walk_m else NEVER


def by_spot(feed: PlainFeed) -> dict[tuple[float, float], list[str]]:
    spots: dict[tuple[float, float], list[str]] = {}
    for name in feed.used():
        spots.setdefault((feed.stops[name].x_m, feed.stops[name].y_m), []).append(name)
    return spots


def whole_minute_places(feed: PlainFeed, count: int, rules: Rules, rng: random.Random) -> list[Place]:
    """Places from which the walk to every stop in reach takes whole minutes, though the stops are not together.

    On a circle around one stop, or where the circles around two stops meet.
    """
    used = feed.used()
    close = neighbours(feed, used, 2000.0)
    minute_m = rules.speed_kmh / 3.6 * 60 / rules.detour
    farthest = math.floor(rules.max_walk_m / rules.detour / minute_m - 0.01)
    places: list[Place] = []
    while len(places) < count:
        first = rng.choice(used)
        one, around = feed.stops[first], close[first]
        radius = minute_m * rng.randint(1, farthest)
        other = feed.stops[rng.choice(around)]
        apart = math.hypot(other.x_m - one.x_m, other.y_m - one.y_m)
        wide = minute_m * rng.randint(1, farthest)
        if apart and abs(radius - wide) < apart < radius + wide:
            along = (radius**2 - wide**2 + apart**2) / (2 * apart)
            aside = math.sqrt(radius**2 - along**2) * rng.choice((-1, 1))
            east, north = (other.x_m - one.x_m) / apart, (other.y_m - one.y_m) / apart
            xy = (one.x_m + along * east - aside * north, one.y_m + along * north + aside * east)
        else:
            angle = rng.uniform(0, 2 * math.pi)
            xy = (one.x_m + radius * math.cos(angle), one.y_m + radius * math.sin(angle))
        walks = near(feed, around, xy, rules)
        if all(s % 60 == 0 for s in walks.values()):
            places.append(Place(f"place {len(places)}", xy, walks))
    return places


def around(places: Sequence[Place], centre: Place, radius_m: float) -> list[Place]:
    return [place for place in places if math.dist(place.xy_m, centre.xy_m) <= radius_m]


def batches(
    days: Sequence[tuple[date, Rules, bool]],
    places: Sequence[Place],
    targets: int,
    origins: int,
    rng: random.Random,
    radius_m: float = 50_000.0,
) -> list[Batch]:
    """For each day targets around a random place, origins around it and (one in four) anywhere."""
    made = []
    for day, rules, booking in days:
        close: list[Place] = []
        while len(close) < targets + origins:
            close = around(places, rng.choice(places), radius_m)
        chosen = rng.sample(close, targets + origins * 3 // 4)
        rest = [place for place in places if place not in chosen]
        sessions = []
        for _target in range(targets):
            start = rng.randrange(7 * 60, 19 * 60) * 60
            sessions.append((start, start + rng.randrange(30, 240) * 60))
        made.append(
            Batch(
                day,
                chosen[targets:] + rng.sample(rest, origins - origins * 3 // 4),
                chosen[:targets],
                sessions,
                rules,
                booking,
            )
        )
    return made


def our_network(folder: Path, rules: Rules):
    """Our network of a feed under `rules`.

    The feed may be cut to some days: its rules of changes name trips of other days, and none is refused for that.
    """
    return build_network(
        read_timetable([folder], TimetableSettings(max_bad_share=1.0)),
        WalkSettings(detour=rules.detour, speed_kmh=rules.speed_kmh, max_walk_m=rules.max_walk_m),
        TransferSettings(
            min_transfer_min=rules.min_transfer_s / 60, max_transfer_walk_m=rules.max_transfer_walk_m
        ),
    )


def our_answers(network, batch: Batch) -> dict[tuple[str, str], Answer]:
    """`session_returns` for a batch: (origin, target) -> what it finds within the limits."""
    rules = batch.rules
    frames = [
        pd.DataFrame([(place.name, *place.xy_m) for place in some], columns=[key, "x_m", "y_m"])
        for key, some in (("point_id", batch.origins), ("series_id", batch.targets))
    ]
    sessions = pd.DataFrame(
        [
            (place.name, batch.day, *session)
            for place, session in zip(batch.targets, batch.sessions, strict=True)
        ],
        columns=["series_id", "date", "start_s", "end_s"],
    )
    limits = LimitSettings(
        margin_min=MARGIN_S / 60,
        max_travel_min=rules.limit_s / 60,
        max_transfers=rules.max_transfers,
        allow_booking=batch.booking,
    )
    found = session_returns(network, *frames, sessions, limits)
    assert len(found) == len(batch.origins) * len(batch.targets)

    def way(row, side: str) -> Way | None:
        """The journey of one side; what is reported without keeping the limits is none."""
        departure, arrival, transfers, booked = (
            getattr(row, f"{side}_{name}") for name in ("departure_s", "arrival_s", "transfers", "booking")
        )
        if pd.isna(departure) or (booked and not batch.booking):
            return None
        if arrival - departure > rules.limit_s or transfers > rules.max_transfers:
            return None
        return Way(int(departure), int(arrival), int(transfers))

    return {
        (row.point_id, row.series_id): Answer(way(row, "out"), way(row, "home"))
        for row in found.itertuples(index=False)
    }
