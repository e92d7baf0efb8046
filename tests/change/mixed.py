"""Two tiny worlds, mixed factor by factor."""

from __future__ import annotations

from collections.abc import Callable

from geomatch.change.decompose import Amounts, Mixture, amounts
from geomatch.settings import Settings
from tests.worlds import World, settings


def mixed_world(earlier: World, later: World, mixture: Mixture) -> World:
    """People of the one, series of another, ways (the timetable) of a third, corridors of a fourth."""
    people, places, timetable, rules = ((earlier, later)[one] for one in mixture)
    points = {one["point"] for one in people.people}
    series = {one["series"] for one in places.series}
    return World(
        people=people.people,
        extra_need=people.extra_need,
        series=places.series,
        ways=[one for one in timetable.ways if one["point"] in points and one["series"] in series],
        corridors=rules.corridors,
    )


def states(
    earlier: World, later: World, chosen: tuple[Settings, Settings] | None = None
) -> Callable[[Mixture], Amounts]:
    """The amounts of every mixture of two worlds; rules are the corridors and the settings."""
    both = chosen or (settings(), settings())

    def state(mixture: Mixture) -> Amounts:
        world = mixed_world(earlier, later, mixture)
        rules = both[mixture[3]]
        return amounts(world.gaps(rules).reset_index(), world.need(), None, world.served(rules))

    return state
